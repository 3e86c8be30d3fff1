/* What an application of the extension layer includes, each header more than once. */
#ifndef EVERYTHING_H
#define EVERYTHING_H
#include "twExt.h"
#include "twMacros.h"
#include "twThreads.h"
#include "twTunnelManager.h"
#include "twServices.h"
#include "twSubscribedProps.h"
#include "twOSPort.h"
#include "twLogger.h"
#include "twApi.h"
#include "twExt.h"
#endif
