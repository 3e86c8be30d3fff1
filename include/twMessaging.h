/* twMessaging.h: message handler: who gets which message */
#define TWEDGE_FORWARDED
#define TWEDGE_PART_twMessaging
#include "twExt.h"
