//@ guard TW_THREADS_H
//@ source threads
//@ needs twDefinitions.h twOSPort.h twTasker.h
//@ about threads that run a task function periodically
#include <time.h>
//@ declarations
