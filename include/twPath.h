/* twPath.h: absolute paths */
#define TWEDGE_FORWARDED
#define TWEDGE_PART_twPath
#include "twExt.h"
