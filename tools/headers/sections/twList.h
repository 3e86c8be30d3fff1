//@ guard TW_LIST_H
//@ source list
//@ needs twOSPort.h
//@ about doubly linked list
/** What a function that visits elements returns. */
#ifndef TW_FOREACH_CONTINUE
#define TW_FOREACH_CONTINUE 0
#endif
#ifndef TW_FOREACH_EXIT
#define TW_FOREACH_EXIT 1
#endif
//@ declarations
