/* cJSON.h: JSON tree, layout of the cJSON library; gives way to the real header, whose guard it shares */
#define TWEDGE_FORWARDED
#define TWEDGE_PART_cJSON
#include "twExt.h"
