/* twDict.h: dictionary: a list or a map, chosen at run time */
#define TWEDGE_FORWARDED
#define TWEDGE_PART_twDict
#include "twExt.h"
