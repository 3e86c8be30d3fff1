/* twShapes.h: templates, shapes, extension libraries */
#define TWEDGE_FORWARDED
#define TWEDGE_PART_twShapes
#include "twExt.h"
