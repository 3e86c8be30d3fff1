/* twSig.h: digests of files and signatures */
#define TWEDGE_FORWARDED
#define TWEDGE_PART_twSig
#include "twExt.h"
