/* twFileManager.h: file transfer */
#define TWEDGE_FORWARDED
#define TWEDGE_PART_twFileManager
#include "twExt.h"
