/* twServices.h: service definitions */
#define TWEDGE_FORWARDED
#define TWEDGE_PART_twServices
#include "twExt.h"
