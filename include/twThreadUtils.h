/* twThreadUtils.h: polled functions and ready-made main loops */
#define TWEDGE_FORWARDED
#define TWEDGE_PART_twThreadUtils
#include "twExt.h"
