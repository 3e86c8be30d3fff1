/* twNtlm.h: NTLM authentication at a proxy */
#define TWEDGE_FORWARDED
#define TWEDGE_PART_twNtlm
#include "twExt.h"
