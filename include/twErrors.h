/* twErrors.h: codes that functions return */
#define TWEDGE_FORWARDED
#define TWEDGE_PART_twErrors
#include "twExt.h"
