/* twLogger.h: the logger */
#define TWEDGE_FORWARDED
#define TWEDGE_PART_twLogger
#include "twExt.h"
