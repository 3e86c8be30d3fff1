/* twZipTar.h: unpacking of archives */
#define TWEDGE_FORWARDED
#define TWEDGE_PART_twZipTar
#include "twExt.h"
