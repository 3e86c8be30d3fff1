/* twSubscribedProps.h: property values that wait to be pushed */
#define TWEDGE_FORWARDED
#define TWEDGE_PART_twSubscribedProps
#include "twExt.h"
