/* twHttpProxy.h, twNtlm.h, and the proxy settings of twApi.h (api-behaviour.md 1.2, 4.2, 8.5). */
#include "twHttpProxy.h"
#include "twNtlm.h"

#include "twTls.h"

#include "api.h"

static void settings(void) {
    twSocket *socket;
    initialize();
    socket = tw_api->mh->ws->connection->connection;
    CHECK(socket->proxyHost == NULL && socket->proxyPort == 0, "none at first", ORIGINAL_PASSES);
    CHECK_INT(twApi_SetProxyInfo(NULL, 1, NULL, NULL), TW_INVALID_PARAM, "no host", ORIGINAL_PASSES);
    CHECK_INT(twApi_SetProxyInfo("127.0.0.1", 0, NULL, NULL), TW_INVALID_PARAM, "no port (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_SetProxyInfo("host.invalid", 1, NULL, NULL), TW_INVALID_PARAM, "no such host", ORIGINAL_PASSES);
    CHECK(socket->proxyHost == NULL, "refused settings leave the old ones", ORIGINAL_PASSES);
    CHECK_INT(twApi_SetProxyInfo("127.0.0.1", 8080, "user", give_key), TW_OK, "set", ORIGINAL_PASSES);
    CHECK_STR(socket->proxyHost, "127.0.0.1", "host", ORIGINAL_PASSES);
    CHECK_INT(socket->proxyPort, 8080, "port", ORIGINAL_PASSES);
    CHECK_STR(socket->proxyUser, "user", "user", ORIGINAL_PASSES);
    CHECK(socket->proxyPassCallback == give_key, "callback", ORIGINAL_PASSES);
    CHECK_INT(twApi_SetProxyInfo("127.0.0.1", 8081, NULL, NULL), TW_OK, "again (Q-T9)", ORIGINAL_PASSES);
    CHECK_INT(socket->proxyPort, 8081, "replaced", ORIGINAL_PASSES);
    CHECK_INT(twApi_ClearProxyInfo(), TW_OK, "clear", ORIGINAL_PASSES);
    CHECK_INT(twApi_ClearProxyInfo(), TW_OK, "clear again", ORIGINAL_PASSES);
    CHECK(socket->proxyHost == NULL && socket->proxyPort == 0, "gone", ORIGINAL_PASSES);
    twApi_Delete();
}

static void ntlm(void) {
    twSocket *socket = twSocket_Create("127.0.0.1", 1, 0);
    CHECK_INT(NTLM_connectToProxy(NULL, "request", "response", "user", "password"), -1, "no socket", ORIGINAL_PASSES);
    CHECK_INT(NTLM_connectToProxy(socket, NULL, "response", "user", "password"), -1, "no request", ORIGINAL_PASSES);
    CHECK_INT(NTLM_connectToProxy(socket, "request", "response", "user", NULL), -1, "no password", ORIGINAL_PASSES);
    CHECK_INT(NTLM_connectToProxy(socket, "request", "response", "user", "password"), -1, "a socket that is not connected",
              ORIGINAL_PASSES);
    twSocket_Delete(socket);
}

CONFORMANCE_MAIN("twHttpProxy.h", GROUP(settings), GROUP(ntlm))
