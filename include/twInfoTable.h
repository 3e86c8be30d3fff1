/* twInfoTable.h: data shapes, rows and info tables */
#define TWEDGE_FORWARDED
#define TWEDGE_PART_twInfoTable
#include "twExt.h"
