/* twDefinitions.h: enumerations of the protocol, log levels, truth values */
#define TWEDGE_FORWARDED
#define TWEDGE_PART_twDefinitions
#include "twExt.h"
