//@ guard TW_C_SDK_TWMAP_H
//@ source map
//@ about map with text keys
#include <stdio.h>

/** What a function that visits elements returns. */
#ifndef TW_FOREACH_CONTINUE
#define TW_FOREACH_CONTINUE 0
#endif
#ifndef TW_FOREACH_EXIT
#define TW_FOREACH_EXIT 1
#endif
//@ declarations
