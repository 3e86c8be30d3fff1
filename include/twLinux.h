/* twLinux.h: the port header of Linux under the name that builds with another TLS backend use. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <limits.h>
#include <resolv.h>
#include "twLinux-openssl.h"
