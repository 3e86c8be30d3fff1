/* twConnectionInfo.h: settings of the connection */
#define TWEDGE_FORWARDED
#define TWEDGE_PART_twConnectionInfo
#include "twExt.h"
