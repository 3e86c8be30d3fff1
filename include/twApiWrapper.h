/* twApiWrapper.h: flat data blocks for language bindings */
#define TWEDGE_FORWARDED
#define TWEDGE_PART_twApiWrapper
#include "twExt.h"
