/* twStandardProps.h: values and listeners of standard properties */
#define TWEDGE_FORWARDED
#define TWEDGE_PART_twStandardProps
#include "twExt.h"
