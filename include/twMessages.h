/* twMessages.h: messages of the protocol */
#define TWEDGE_FORWARDED
#define TWEDGE_PART_twMessages
#include "twExt.h"
