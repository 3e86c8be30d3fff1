/* twPrimitiveUtils.h: builders of data shapes, rows and info tables */
#define TWEDGE_FORWARDED
#define TWEDGE_PART_twPrimitiveUtils
#include "twExt.h"
