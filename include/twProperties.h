/* twProperties.h: property definitions and values */
#define TWEDGE_FORWARDED
#define TWEDGE_PART_twProperties
#include "twExt.h"
