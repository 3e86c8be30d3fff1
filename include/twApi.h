/* twApi.h: the application interface */
#define TWEDGE_FORWARDED
#define TWEDGE_PART_twApi
#include "twExt.h"
