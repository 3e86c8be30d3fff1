/* twDict.h (api-behaviour.md 10.2). */
#include "twDict.h"
#include "twErrors.h"
#include "twOSPort.h"

#define MAP(name) twDict_##name
#define MAP_TYPE twDict
#include "map_checks.h"

CONFORMANCE_MAIN("twDict.h", MAP_GROUPS)
