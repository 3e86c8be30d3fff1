/* twTls.h: TLS client */
#define TWEDGE_FORWARDED
#define TWEDGE_PART_twTls
#include "twExt.h"
