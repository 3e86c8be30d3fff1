/* twHttpProxy.h: connection through an HTTP proxy */
#define TWEDGE_FORWARDED
#define TWEDGE_PART_twHttpProxy
#include "twExt.h"
