/* twConstants.h: names for optional arguments, qualities, aspects, push types and templates */
#define TWEDGE_FORWARDED
#define TWEDGE_PART_twConstants
#include "twExt.h"
