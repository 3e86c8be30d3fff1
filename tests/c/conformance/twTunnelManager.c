/* twTunnelManager.h (ext-files-tunnels.md 4), without a platform: codes, callbacks, listing, the services. */
#include "api.h"

#include "twTunnelManager.h"

#include <sys/types.h>

#define NO_MANAGER 1400
#define ALL "*"

static int started_calls, ended_calls;
static char seen[128];

static void on_tunnel(char started, const char *tid, const char *thing, const char *peer, const char *host, int16_t port,
                      DATETIME start, DATETIME end, uint64_t sent, uint64_t received, const char *type, const char *msg,
                      void *userdata) {
    (void)start, (void)type, (void)msg, (void)userdata;
    if (started) {
        started_calls++;
        snprintf(seen, sizeof(seen), "%s %s %s %d %s %d %d %d", tid, thing, host, port, peer ? peer : "(none)", end != 0,
                 (int)sent, (int)received);
    } else {
        ended_calls++;
    }
}

static void on_other(char started, const char *tid, const char *thing, const char *peer, const char *host, int16_t port,
                     DATETIME start, DATETIME end, uint64_t sent, uint64_t received, const char *type, const char *msg,
                     void *userdata) {
    (void)started, (void)tid, (void)thing, (void)peer, (void)host, (void)port, (void)start, (void)end, (void)sent;
    (void)received, (void)type, (void)msg, (void)userdata;
}

/* Parameters of StartTunnel; NULL leaves one out. */
static twInfoTable *tunnel(const char *tid, const char *type, const char *connection) {
    twDataShape *shape = twDataShape_Create(twDataShapeEntry_Create("tid", NULL, TW_STRING));
    twInfoTable *table;
    twInfoTableRow *row;
    twDataShape_AddEntry(shape, twDataShapeEntry_Create("type", NULL, TW_STRING));
    twDataShape_AddEntry(shape, twDataShapeEntry_Create("connection", NULL, TW_STRING));
    table = twInfoTable_Create(shape);
    row = twInfoTableRow_Create(tid ? twPrimitive_CreateFromString(tid, TRUE) : twPrimitive_Create());
    twInfoTableRow_AddEntry(row, type ? twPrimitive_CreateFromString(type, TRUE) : twPrimitive_Create());
    twInfoTableRow_AddEntry(row, connection ? twPrimitive_CreateFromString(connection, TRUE) : twPrimitive_Create());
    twInfoTable_AddRow(table, row);
    return table;
}

static int call(const char *service, twInfoTable *params) {
    twInfoTable *content = NULL;
    int code = (int)tunnelServiceCallback(THING, service, params, &content);
    CHECK(content == NULL, "no tunnel service has a result", ORIGINAL_PASSES);
    twInfoTable_Delete(params);
    return code;
}

#define TO_NOBODY "{\"host\":\"127.0.0.1\",\"port\":1,\"num_connects\":1}"

static void without_manager(void) {
    CHECK_INT(twTunnelManager_StopAllTunnels(), NO_MANAGER, "stop all", ORIGINAL_PASSES);
    CHECK_INT(twTunnelManager_RegisterTunnelCallback(on_tunnel, NULL, NULL), NO_MANAGER, "register", ORIGINAL_PASSES);
    CHECK(twTunnelManager_ListActiveTunnels() == NULL, "no list", ORIGINAL_PASSES);
    CHECK_INT(twTunnelManager_Create(), TW_ERROR_ALLOCATING_MEMORY, "nothing to connect to", ORIGINAL_PASSES);
    CHECK_INT(twTunnelManager_Delete(), TW_OK, "delete", ORIGINAL_PASSES);
}

static void made_by_initialize(void) {
    twActiveTunnelList *list;
    initialize();
    CHECK_INT(twTunnelManager_Create(), TW_OK, "create is idempotent", ORIGINAL_PASSES);
    list = twTunnelManager_ListActiveTunnels();
    CHECK(list != NULL && twList_GetCount(list) == 0, "an empty list", ORIGINAL_PASSES);
    twList_Delete(list);
    CHECK_INT(twTunnelManager_StopAllTunnels(), TW_OK, "nothing to stop", ORIGINAL_PASSES);
    CHECK_INT(twApi_Delete(), TW_OK, "delete", ORIGINAL_PASSES);
    CHECK_INT(twTunnelManager_StopAllTunnels(), NO_MANAGER, "the API's end is the manager's", ORIGINAL_PASSES);
}

static void switched_off(void) {
    twcfg.tunneling_enabled = FALSE;
    initialize();
    CHECK_INT(twTunnelManager_StopAllTunnels(), NO_MANAGER, "none is made", ORIGINAL_PASSES);
    twApi_Delete();
}

static void callbacks(void) {
    int data;
    initialize();
    CHECK_INT(twTunnelManager_RegisterTunnelCallback(NULL, NULL, NULL), TW_INVALID_PARAM, "no function", ORIGINAL_PASSES);
    CHECK_INT(twTunnelManager_RegisterTunnelCallback(on_tunnel, NULL, &data), TW_OK, "for all", ORIGINAL_PASSES);
    CHECK_INT(twTunnelManager_RegisterTunnelCallback(on_tunnel, "t1", &data), TW_OK, "for one", ORIGINAL_PASSES);
    CHECK_INT(twTunnelManager_UnregisterTunnelCallback(NULL, ALL, &data), TW_INVALID_PARAM, "no function", ORIGINAL_PASSES);
    CHECK_INT(twTunnelManager_UnregisterTunnelCallback(on_tunnel, NULL, &data), TW_INVALID_PARAM, "no id", ORIGINAL_PASSES);
    CHECK_INT(twTunnelManager_UnregisterTunnelCallback(on_other, ALL, &data), TW_OK, "nothing found", ORIGINAL_PASSES);
    CHECK_INT(twTunnelManager_UnregisterTunnelCallback(on_tunnel, ALL, &data), TW_OK, "for all", ORIGINAL_PASSES);
    CHECK_INT(twTunnelManager_UnregisterTunnelCallback(on_tunnel, "t1", &data), TW_OK, "for one", ORIGINAL_PASSES);
    twApi_Delete();
}

static void server_info(void) {
    initialize();
    CHECK_INT(twTunnelManager_UpdateTunnelServerInfo(NULL, 80, (char *)give_key), TW_INVALID_PARAM, "no host", ORIGINAL_PASSES);
    CHECK_INT(twTunnelManager_UpdateTunnelServerInfo("h", 0, (char *)give_key), TW_INVALID_PARAM, "no port", ORIGINAL_PASSES);
    CHECK_INT(twTunnelManager_UpdateTunnelServerInfo("h", 80, NULL), TW_INVALID_PARAM, "no key function", ORIGINAL_PASSES);
    CHECK_INT(twTunnelManager_UpdateTunnelServerInfo("other.example", 81, (char *)give_key), TW_OK, "set", ORIGINAL_PASSES);
    CHECK(strcmp(tw_api->connectionInfo->ws_host, "127.0.0.1") == 0, "the API's host stays", QUIRK("T10"));
    twApi_Delete();
}

static int asked;

static void ask(char *buffer, unsigned int size) {
    asked++;
    snprintf(buffer, size, "secret");
}

static void settings(void) {
    initialize();
    twTunnelManager_SetProxyInfo("proxy.example", 8080, "user", ask);
    twTunnelManager_SetSelfSignedOk(TRUE);
    twTunnelManager_DisableCertValidation(TRUE);
    twTunnelManager_DisableEncryption(TRUE);
    twTunnelManager_SetX509Fields("a", NULL, "b", NULL, NULL, "c");
    twTunnelManager_LoadCACert("/no such file", 1);
    twTunnelManager_LoadClientCert("/no such file");
    twTunnelManager_SetClientKey("/no such file", ask, 1);
    twTunnelManager_SetClientKey(NULL, NULL, 0);
    CHECK_INT(asked, 0, "nothing is read or asked before a tunnel connects", ORIGINAL_PASSES);
    CHECK(!tw_api->connectionInfo->selfsignedOk, "the API's settings stay", QUIRK("T10"));
    twApi_Delete();
}

static void refused_services(void) {
    twInfoTable *content = NULL, *params = tunnel("t", "tcp", TO_NOBODY);
    initialize();
    CHECK_INT(tunnelServiceCallback(NULL, "StartTunnel", params, &content), TWX_BAD_REQUEST, "no entity", ORIGINAL_PASSES);
    CHECK_INT(tunnelServiceCallback(THING, NULL, params, &content), TWX_BAD_REQUEST, "no service", ORIGINAL_PASSES);
    CHECK_INT(tunnelServiceCallback(THING, "StartTunnel", NULL, &content), TWX_BAD_REQUEST, "no parameters", ORIGINAL_PASSES);
    CHECK_INT(tunnelServiceCallback(THING, "StartTunnel", params, NULL), TWX_INTERNAL_SERVER_ERROR, "no place", ORIGINAL_PASSES);
    CHECK_INT(tunnelServiceCallback(THING, "NoTunnel", params, &content), TWX_BAD_REQUEST, "unknown", ORIGINAL_PASSES);
    twInfoTable_Delete(params);
    CHECK_INT(call("StartTunnel", tunnel("t", "udp", TO_NOBODY)), TWX_INTERNAL_SERVER_ERROR, "udp", ORIGINAL_PASSES);
    CHECK_INT(call("StartTunnel", tunnel("t", "serial", TO_NOBODY)), TWX_INTERNAL_SERVER_ERROR, "serial", ORIGINAL_PASSES);
    CHECK_INT(call("StartTunnel", tunnel("t", "tcp", "no JSON")), TWX_INTERNAL_SERVER_ERROR, "no JSON", ORIGINAL_PASSES);
    CHECK_INT(call("StartTunnel", tunnel("t", "tcp", "{\"port\":1}")), TWX_INTERNAL_SERVER_ERROR, "no host", ORIGINAL_PASSES);
    CHECK_INT(call("StartTunnel", tunnel("t", "tcp", "{\"host\":\"h\"}")), TWX_INTERNAL_SERVER_ERROR, "no port", ORIGINAL_PASSES);
    CHECK_INT(call("StartTunnel", tunnel("t", "file", "{\"filename\":\"/etc/hostname\",\"mode\":\"read\"}")),
              TWX_INTERNAL_SERVER_ERROR, "any file", QUIRK("T3"));
    CHECK_INT(call("CompleteTunnel", twInfoTable_CreateFromString("tid", "none", TRUE)), TWX_BAD_REQUEST, "no peer", ORIGINAL_PASSES);
    CHECK_INT(call("TunnelCommandToEdge", twInfoTable_CreateFromString("tid", "none", TRUE)), TWX_BAD_REQUEST, "no command",
              ORIGINAL_PASSES);
    twApi_Delete();
}

static void a_tunnel_to_nobody(void) {
    twActiveTunnelList *list;
    twActiveTunnel *active;
    int turn;
    initialize();
    twTunnelManager_RegisterTunnelCallback(on_tunnel, NULL, NULL);
    CHECK_INT(call("StartTunnel", tunnel("t1", "tcp", TO_NOBODY)), TWX_SUCCESS, "queued", ORIGINAL_PASSES);
    CHECK_INT(started_calls, 1, "told inside the service", ORIGINAL_PASSES);
    CHECK(strcmp(seen, "t1 " THING " 127.0.0.1 1 (none) 0 0 0") == 0, "what is told", ORIGINAL_PASSES);
    list = twTunnelManager_ListActiveTunnels();
    active = list && list->first ? (twActiveTunnel *)list->first->value : NULL;
    CHECK(active && strcmp(active->tid, "t1") == 0 && active->port == 1 && active->startTime > 0, "listed", ORIGINAL_PASSES);
    twList_Delete(list);
    CHECK_INT(twTunnelManager_StopAllTunnels(), TW_OK, "stop all", ORIGINAL_PASSES);
    for (turn = 0; turn < 500 && !ended_calls; turn++) {
        twTunnelManager_TaskerFunction(0, NULL);
        usleep(10000);
    }
    CHECK_INT(ended_calls, 1, "its end is told", QUIRK("T12"));
    twApi_Delete();
}

CONFORMANCE_MAIN("twTunnelManager.h", GROUP(without_manager), GROUP(made_by_initialize), GROUP(switched_off), GROUP(callbacks),
                 GROUP(server_info), GROUP(settings), GROUP(refused_services), GROUP(a_tunnel_to_nobody))
