/* twPath.h (api-behaviour.md 13). */
#include "twOSPort.h"

#include "twPath.h"

#include "check.h"

static void full_paths(void) {
    char *given = twPath_GetFullPath("/tmp/..");
    CHECK_STR(given, "/", "canonical", ORIGINAL_PASSES);
    free(given);
    CHECK(twPath_GetFullPath("/no such folder/file") == NULL, "what does not exist", ORIGINAL_PASSES);
}

CONFORMANCE_MAIN("twPath.h", GROUP(full_paths))
