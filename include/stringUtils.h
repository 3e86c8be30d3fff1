/* stringUtils.h: copies, concatenation and case of C strings */
#define TWEDGE_FORWARDED
#define TWEDGE_PART_stringUtils
#include "twExt.h"
