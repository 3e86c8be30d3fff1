/* twDefaultSettings.h: the run-time configuration and its default values */
#define TWEDGE_FORWARDED
#define TWEDGE_PART_twDefaultSettings
#include "twExt.h"
