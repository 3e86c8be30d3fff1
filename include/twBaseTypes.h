/* twBaseTypes.h: byte streams, locations and typed values */
#define TWEDGE_FORWARDED
#define TWEDGE_PART_twBaseTypes
#include "twExt.h"
