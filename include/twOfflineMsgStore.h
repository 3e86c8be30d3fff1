/* twOfflineMsgStore.h: store of messages made while off line */
#define TWEDGE_FORWARDED
#define TWEDGE_PART_twOfflineMsgStore
#include "twExt.h"
