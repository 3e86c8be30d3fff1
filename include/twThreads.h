/* twThreads.h: threads that run a task function periodically */
#define TWEDGE_FORWARDED
#define TWEDGE_PART_twThreads
#include "twExt.h"
