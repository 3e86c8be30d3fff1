/* twTunnelManager.h: application tunnels */
#define TWEDGE_FORWARDED
#define TWEDGE_PART_twTunnelManager
#include "twExt.h"
