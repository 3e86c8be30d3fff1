/* twList.h: doubly linked list */
#define TWEDGE_FORWARDED
#define TWEDGE_PART_twList
#include "twExt.h"
