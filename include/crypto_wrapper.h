/* crypto_wrapper.h: DES and MD4, for the proxies that still ask for them */
#define TWEDGE_FORWARDED
#define TWEDGE_PART_crypto_wrapper
#include "twExt.h"
