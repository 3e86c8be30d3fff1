/* twMap.h: map with text keys */
#define TWEDGE_FORWARDED
#define TWEDGE_PART_twMap
#include "twExt.h"
