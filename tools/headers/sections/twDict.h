//@ guard TW_C_SDK_TWDICT_H
//@ source dict
//@ about dictionary: a list or a map, chosen at run time
#include <stdio.h>

/** What a function that visits elements returns. */
#ifndef TW_FOREACH_CONTINUE
#define TW_FOREACH_CONTINUE 0
#endif
#ifndef TW_FOREACH_EXIT
#define TW_FOREACH_EXIT 1
#endif
//@ declarations
