/* twOSPort.h: operating system services */
#define TWEDGE_FORWARDED
#define TWEDGE_PART_twOSPort
#include "twExt.h"
