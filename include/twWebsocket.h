/* twWebsocket.h: WebSocket client */
#define TWEDGE_FORWARDED
#define TWEDGE_PART_twWebsocket
#include "twExt.h"
