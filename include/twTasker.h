/* twTasker.h: table of tasks that run in turn */
#define TWEDGE_FORWARDED
#define TWEDGE_PART_twTasker
#include "twExt.h"
