/* twFileTransferCallbacks.h: the services of file transfer */
#define TWEDGE_FORWARDED
#define TWEDGE_PART_twFileTransferCallbacks
#include "twExt.h"
