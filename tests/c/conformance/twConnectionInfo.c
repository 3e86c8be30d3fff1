/* twConnectionInfo.h (api-behaviour.md 13). */
#include "twOSPort.h"

#include "stringUtils.h"
#include "twConnectionInfo.h"

#include "check.h"

static void copies(void) {
    twConnectionInfo *made = twConnectionInfo_Create(NULL), *copy;
    CHECK(made && made->ws_host == NULL && made->proxy_port == 0, "empty", ORIGINAL_PASSES);
    made->ws_host = duplicateString("host");
    made->ws_port = 443;
    made->proxy_host = duplicateString("proxy");
    made->proxy_user = duplicateString("user");
    made->issuer_cn = duplicateString("issuer");
    made->selfsignedOk = TRUE;
    copy = twConnectionInfo_Create(made);
    CHECK_STR(copy->ws_host, "host", "host", ORIGINAL_PASSES);
    CHECK(copy->ws_host != made->ws_host, "a text of its own", ORIGINAL_PASSES);
    CHECK_INT(copy->ws_port, 443, "port", ORIGINAL_PASSES);
    CHECK_STR(copy->proxy_host, "proxy", "proxy", ORIGINAL_PASSES);
    CHECK_STR(copy->proxy_user, "user", "user of the proxy", QUIRK("13"));
    CHECK_STR(copy->issuer_cn, "issuer", "issuer", ORIGINAL_PASSES);
    CHECK_INT(copy->selfsignedOk, TRUE, "flags", ORIGINAL_PASSES);
    twConnectionInfo_Delete(made);
    twConnectionInfo_Delete(copy);
    twConnectionInfo_Delete(NULL);
}

CONFORMANCE_MAIN("twConnectionInfo.h", GROUP(copies))
