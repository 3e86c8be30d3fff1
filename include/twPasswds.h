/* twPasswds.h: how a secret is handed to the SDK */
#define TWEDGE_FORWARDED
#define TWEDGE_PART_twPasswds
#include "twExt.h"
