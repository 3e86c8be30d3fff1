/* twWebsocket.h (api-behaviour.md 8.3). */
#include "twWebsocket.h"

#include "twTls.h"

#include "peer.h"

static int connects, closes;
static char close_text[64];

static int on_connect(struct twWs *ws) {
    (void)ws;
    connects++;
    return 0;
}

static int on_close(struct twWs *ws, const char *data, size_t length) {
    (void)ws;
    closes++;
    snprintf(close_text, sizeof(close_text), "%.*s", (int)length, data ? data : "");
    return 0;
}

static twWs *make(uint16_t port) {
    twWs *ws = NULL;
    CHECK_INT(twWs_Create("127.0.0.1", port, "/Thingworx/WS", give_key, NULL, 8192, 8192, &ws), TW_OK, "create",
              ORIGINAL_PASSES);
    return ws;
}

static void making(void) {
    twWs *ws = NULL;
    CHECK_INT(twWs_Create(NULL, 1, "/", give_key, NULL, 8192, 8192, &ws), TW_INVALID_PARAM, "no host", ORIGINAL_PASSES);
    CHECK_INT(twWs_Create("127.0.0.1", 1, NULL, give_key, NULL, 8192, 8192, &ws), TW_INVALID_PARAM, "no resource",
              ORIGINAL_PASSES);
    CHECK_INT(twWs_Create("127.0.0.1", 1, "/", give_key, NULL, 8193, 8192, &ws), TW_INVALID_PARAM, "chunk above frame",
              ORIGINAL_PASSES);
    CHECK_INT(twWs_Create("host.invalid", 1, "/", give_key, NULL, 8192, 8192, &ws), TW_HOST_NOT_FOUND, "no such host",
              ORIGINAL_PASSES);
    ws = make(1);
    CHECK_INT(twWs_IsConnected(ws), FALSE, "not connected", ORIGINAL_PASSES);
    CHECK_INT(twWs_SendMessage(ws, "x", 1, TRUE), TW_WEBSOCKET_NOT_CONNECTED, "send", ORIGINAL_PASSES);
    CHECK_INT(twWs_SendPing(ws, "x"), TW_WEBSOCKET_NOT_CONNECTED, "ping", ORIGINAL_PASSES);
    CHECK_INT(twWs_SendPong(ws, NULL), TW_WEBSOCKET_NOT_CONNECTED, "pong", ORIGINAL_PASSES);
    CHECK_INT(twWs_Receive(ws, 1), TW_WEBSOCKET_NOT_CONNECTED, "receive", ORIGINAL_PASSES);
    CHECK_INT(twWs_Disconnect(ws, NORMAL_CLOSE, "never connected"), TW_OK, "disconnect", ORIGINAL_PASSES);
    CHECK_INT(twWs_Delete(ws), TW_OK, "delete", ORIGINAL_PASSES);
}

static void null_arguments(void) {
    CHECK_INT(twWs_Delete(NULL), TW_INVALID_PARAM, "delete", ORIGINAL_PASSES);
    CHECK_INT(twWs_Connect(NULL, 1), TW_INVALID_PARAM, "connect", ORIGINAL_PASSES);
    CHECK_INT(twWs_IsConnected(NULL), FALSE, "is connected", ORIGINAL_PASSES);
    CHECK_INT(twWs_Disconnect(NULL, NORMAL_CLOSE, "x"), TW_INVALID_PARAM, "disconnect", ORIGINAL_PASSES);
    CHECK_INT(twWs_Receive(NULL, 1), TW_INVALID_PARAM, "receive", ORIGINAL_PASSES);
    CHECK_INT(twWs_SendMessage(NULL, "x", 1, TRUE), TW_INVALID_PARAM, "send", ORIGINAL_PASSES);
    CHECK_INT(twWs_SendPing(NULL, "x"), TW_INVALID_PARAM, "ping", ORIGINAL_PASSES);
    CHECK_INT(twWs_SendPong(NULL, "x"), TW_INVALID_PARAM, "pong", ORIGINAL_PASSES);
    CHECK_INT(twWs_RegisterConnectCallback(NULL, on_connect), TW_INVALID_PARAM, "connect callback", ORIGINAL_PASSES);
    CHECK_INT(twWs_RegisterCloseCallback(NULL, on_close), TW_INVALID_PARAM, "close callback", ORIGINAL_PASSES);
}

static void with_a_peer(void) {
    twWs *ws = make(platform_port());
    char large[200];
    memset(large, 'x', sizeof(large));
    large[199] = 0;
    twTlsClient_DisableEncryption(ws->connection);
    CHECK_INT(twWs_RegisterConnectCallback(ws, on_connect), TW_OK, "connect callback", ORIGINAL_PASSES);
    CHECK_INT(twWs_RegisterCloseCallback(ws, on_close), TW_OK, "close callback", ORIGINAL_PASSES);
    CHECK_INT(twWs_Connect(ws, 10000), TW_OK, "connect", ORIGINAL_PASSES);
    CHECK_INT(connects, 1, "called", ORIGINAL_PASSES);
    CHECK_INT(twWs_Connect(ws, 10000), TW_OK, "connect when connected", ORIGINAL_PASSES);
    CHECK_INT(twWs_IsConnected(ws), TRUE, "connected", ORIGINAL_PASSES);
    CHECK_INT(twWs_SendPing(ws, large), TW_WEBSOCKET_MSG_TOO_LARGE, "a large ping", ORIGINAL_PASSES);
    CHECK_INT(twWs_SendPing(ws, "x"), TW_OK, "a ping", ORIGINAL_PASSES);
    CHECK_INT(twWs_SendMessage(ws, large, 0, TRUE), -1, "an empty message", ORIGINAL_PASSES);
    CHECK_INT(twWs_Disconnect(ws, NORMAL_CLOSE, "bye"), TW_OK, "disconnect", ORIGINAL_PASSES);
    CHECK_INT(closes, 1, "the close callback", ORIGINAL_PASSES);
    CHECK_STR(close_text, "Normal Close bye", "its text", ORIGINAL_PASSES);
    CHECK_INT(twWs_IsConnected(ws), FALSE, "not connected", ORIGINAL_PASSES);
    twWs_Delete(ws);
}

CONFORMANCE_MAIN("twWebsocket.h", GROUP(making), GROUP(null_arguments), GROUP_ONLINE(with_a_peer))
