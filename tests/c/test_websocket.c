/* WebSockets that a program makes itself, against a server of the test that plays scripts and against the local platform; and the
 * API's own. */
#include "twApi.h"
#include "twTls.h"
#include "twWebsocket.h"

#include "check.h"
#include "own_platform.h"
#include "platform.h"

#include <pthread.h>

extern twApi *tw_api;
int restartSocket(twWs *ws);
int sendCtlFrame(twWs *ws, unsigned char opcode, char *msg);
uint32_t getMaxWebsocketMessageSize(void);

/* --- a server that answers one upgrade, sends what it is given, and keeps what it gets until the end --- */

static struct {
    int listener;
    uint16_t port;
    const char *status;    /* instead of the right answer; "" for none */
    const char *frames;    /* what is sent behind the answer */
    size_t length;
    int end;               /* ends the connection then */
    char request[2048];
    unsigned char got[4096]; /* frames of the client, unmasked: opcode byte, length byte, payload */
    size_t count;
    pthread_t thread;
} server;

static void listen_somewhere(void) {
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server.listener = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_INT(bind(server.listener, (struct sockaddr *)&address, sizeof address), 0);
    CHECK_INT(listen(server.listener, 5), 0);
    CHECK_INT(getsockname(server.listener, (struct sockaddr *)&address, &length), 0);
    server.port = ntohs(address.sin_port);
}

static int read_all(int peer, unsigned char *to, size_t length) {
    size_t done = 0;
    ssize_t got;
    while (done < length && (got = recv(peer, to + done, length - done, 0)) > 0) {
        done += (size_t)got;
    }
    return done == length;
}

/* Reads frames until the end. All are short and masked. */
static void read_frames(int peer) {
    unsigned char head[2], mask[4];
    size_t i, length;
    while (read_all(peer, head, 2)) {
        CHECK_INT(head[1] & 0x80, 0x80);
        length = head[1] & 0x7f;
        if (length > 125 || server.count + length + 2 > sizeof server.got || !read_all(peer, mask, 4)) {
            CHECK(!"a frame of the client that the test can read");
            return;
        }
        server.got[server.count++] = head[0];
        server.got[server.count++] = (unsigned char)length;
        CHECK(read_all(peer, server.got + server.count, length));
        for (i = 0; i < length; i++) {
            server.got[server.count + i] ^= mask[i % 4];
        }
        server.count += length;
    }
}

static void accept_upgrade(int peer) {
    const char *guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    char answer[512], accept_value[64];
    unsigned long size = sizeof accept_value;
    char *value = strstr(server.request, "Sec-WebSocket-Key: ");
    TW_SHA1_CTX sha1;
    uint8_t digest[20];
    CHECK(value != NULL);
    twSHA1_Init(&sha1);
    twSHA1_Update(&sha1, (const uint8_t *)value + 19, 24);
    twSHA1_Update(&sha1, (const uint8_t *)guid, (int)strlen(guid));
    twSHA1_Final(digest, &sha1);
    base64_encode(digest, 20, (unsigned char *)accept_value, &size);
    snprintf(answer, sizeof answer,
             "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
             accept_value);
    CHECK(send(peer, answer, strlen(answer), 0) > 0);
}

static void *serve(void *unused) {
    int peer = accept(server.listener, NULL, NULL);
    size_t length = 0;
    while (length < sizeof server.request - 1 && recv(peer, server.request + length, 1, 0) == 1) {
        server.request[++length] = 0;
        if (length > 4 && strcmp(server.request + length - 4, "\r\n\r\n") == 0) {
            break;
        }
    }
    if (server.status) {
        CHECK(send(peer, server.status, strlen(server.status), MSG_NOSIGNAL) >= 0);
    } else {
        accept_upgrade(peer);
        CHECK(send(peer, server.frames, server.length, MSG_NOSIGNAL) >= 0);
    }
    if (server.end) {
        shutdown(peer, SHUT_WR);
    }
    read_frames(peer);
    close(peer);
    return unused;
}

/* One connection is served from now on; to be ended with `served`. */
static void play(const char *status, const char *frames, size_t length, int end) {
    server.status = status;
    server.frames = frames;
    server.length = length;
    server.end = end;
    server.count = 0;
    CHECK_INT(pthread_create(&server.thread, NULL, serve, NULL), 0);
}

static void served(void) {
    CHECK_INT(pthread_join(server.thread, NULL), 0);
}

/* --- what the callbacks were told --- */

static char log_text[4096];

static void note(const char *what, const char *at, size_t length) {
    size_t end = strlen(log_text), i;
    end += (size_t)snprintf(log_text + end, sizeof log_text - end, "%s(", what);
    for (i = 0; i < length && end < sizeof log_text - 8; i++) {
        unsigned char byte = (unsigned char)at[i];
        end += (size_t)snprintf(log_text + end, sizeof log_text - end, byte >= ' ' && byte < 127 ? "%c" : "\\%02x", byte);
    }
    snprintf(log_text + end, sizeof log_text - end, ")");
}

static int on_connect(twWs *ws) {
    CHECK(twWs_IsConnected(ws) || tw_api != NULL);
    note("connect", "", 0);
    return 0;
}

static int on_close(twWs *ws, const char *at, size_t length) {
    CHECK_INT(twWs_IsConnected(ws), FALSE);
    CHECK_INT(at[length], 0);
    note("close", at, length);
    return 0;
}

static int on_binary(twWs *ws, const char *at, size_t length, char compressed) {
    (void)ws;
    CHECK_INT(compressed, FALSE);
    note("binary", at, length);
    return 0;
}

static int on_text(twWs *ws, const char *at, size_t length) {
    (void)ws;
    CHECK_INT(at[length], 0);
    note("text", at, length);
    return 0;
}

static int on_ping(twWs *ws, const char *at, size_t length) {
    (void)ws;
    note("ping", at, length);
    return 0;
}

static int on_pong(twWs *ws, const char *at, size_t length) {
    (void)ws;
    note("pong", at, length);
    return 0;
}

static int delete_it(twWs *ws, const char *at, size_t length) {
    note("close", at, length);
    CHECK_INT(twWs_Delete(ws), 0);
    return 0;
}

static void register_all(twWs *ws) {
    CHECK_INT(twWs_RegisterConnectCallback(ws, on_connect), 0);
    CHECK_INT(twWs_RegisterCloseCallback(ws, on_close), 0);
    CHECK_INT(twWs_RegisterBinaryMessageCallback(ws, on_binary), 0);
    CHECK_INT(twWs_RegisterTextMessageCallback(ws, on_text), 0);
    CHECK_INT(twWs_RegisterPingCallback(ws, on_ping), 0);
    CHECK_INT(twWs_RegisterPongCallback(ws, on_pong), 0);
}

static void app_key(char *buffer, unsigned int size) {
    snprintf(buffer, size, "%s", getenv("TWEDGE_TEST_KEY") ? getenv("TWEDGE_TEST_KEY") : "twedge-demo-key");
}

static twWs *websocket(const char *host, uint16_t port) {
    twWs *ws = NULL;
    CHECK_INT(twWs_Create((char *)host, port, (char *)TW_URI, app_key, (char *)"gate", 100, 120, &ws), 0);
    register_all(ws);
    log_text[0] = 0;
    return ws;
}

static twWs *plain(uint16_t port) {
    twWs *ws = websocket("127.0.0.1", port);
    twTlsClient_DisableEncryption(WS_TLS_CONN(ws));
    return ws;
}

/* Receives until the callbacks have been told so much, or there is an error, which is returned. */
static int receive_until(twWs *ws, const char *last) {
    int code = 0, turns = 0;
    while (code == 0 && strstr(log_text, last) == NULL && turns++ < 6000) {
        code = twWs_Receive(ws, 10);
    }
    return code;
}

/* --- tests --- */

static void test_create(void) {
    twWs *ws = (twWs *)&server;
    CHECK_INT(twWs_Create(NULL, 80, (char *)"/", app_key, NULL, 100, 100, &ws), TW_INVALID_PARAM);
    CHECK_INT(twWs_Create((char *)"localhost", 0, (char *)"/", app_key, NULL, 100, 100, &ws), TW_INVALID_PARAM);
    CHECK_INT(twWs_Create((char *)"localhost", 80, NULL, app_key, NULL, 100, 100, &ws), TW_INVALID_PARAM);
    CHECK_INT(twWs_Create((char *)"localhost", 80, (char *)"/", NULL, NULL, 100, 100, &ws), TW_INVALID_PARAM);
    CHECK_INT(twWs_Create((char *)"localhost", 80, (char *)"/", app_key, NULL, 101, 100, &ws), TW_INVALID_PARAM);
    CHECK_INT(twWs_Create((char *)"localhost", 80, (char *)"/", app_key, NULL, 100, 100, NULL), TW_INVALID_PARAM);
    CHECK_INT(twWs_Create((char *)"no such host.invalid", 80, (char *)"/", app_key, NULL, 1, 1, &ws), TW_HOST_NOT_FOUND);
    CHECK(ws == (twWs *)&server);
    ws = websocket("localhost", 8080);
    CHECK_STR(ws->host, "localhost");
    CHECK_STR(ws->resource, TW_URI);
    CHECK_STR(ws->gatewayName, "gate");
    CHECK_STR(ws->gatewayType, NULL);
    CHECK_INT(ws->port, 8080);
    CHECK_INT(ws->messageChunkSize, 100);
    CHECK_INT(ws->frameSize, 120);
    CHECK(WS_TLS_CONN(ws) != NULL);
    CHECK_INT(twWs_IsConnected(ws), FALSE);
    CHECK_INT(twWs_Delete(ws), 0);
}

static void test_not_connected(void) {
    twWs *ws = plain(1);
    CHECK_INT(twWs_Receive(ws, 1), TW_WEBSOCKET_NOT_CONNECTED);
    CHECK_INT(twWs_SendMessage(ws, (char *)"x", 1, TRUE), TW_WEBSOCKET_NOT_CONNECTED);
    CHECK_INT(twWs_SendDataFrame(ws, (char *)"x", 1, FALSE, TRUE, TRUE), TW_WEBSOCKET_NOT_CONNECTED);
    CHECK_INT(twWs_SendPing(ws, NULL), TW_WEBSOCKET_NOT_CONNECTED);
    CHECK_INT(twWs_SendPong(ws, NULL), TW_WEBSOCKET_NOT_CONNECTED);
    CHECK_INT(twWs_Connect(ws, 5000), TW_SOCKET_INIT_ERROR);
    CHECK_STR(log_text, "");
    CHECK_INT(twWs_Disconnect(ws, NORMAL_CLOSE, (char *)"never"), 0);
    CHECK_INT(twWs_Disconnect(ws, SERVER_CLOSED, NULL), 0);
    CHECK_INT(restartSocket(ws), 0);
    CHECK_STR(log_text, "close(Normal Close never)close()");
    CHECK_INT(twWs_Delete(ws), 0);
    CHECK_INT(twWs_Connect(NULL, 1), TW_INVALID_PARAM);
    CHECK_INT(twWs_Disconnect(NULL, NORMAL_CLOSE, NULL), TW_INVALID_PARAM);
    CHECK_INT(twWs_IsConnected(NULL), FALSE);
    CHECK_INT(twWs_Receive(NULL, 1), TW_INVALID_PARAM);
    CHECK_INT(twWs_SendMessage(NULL, (char *)"x", 1, TRUE), TW_INVALID_PARAM);
    CHECK_INT(twWs_SendDataFrame(NULL, (char *)"x", 1, FALSE, TRUE, TRUE), TW_INVALID_PARAM);
    CHECK_INT(twWs_SendPing(NULL, NULL), TW_INVALID_PARAM);
    CHECK_INT(twWs_SendPong(NULL, NULL), TW_INVALID_PARAM);
    CHECK_INT(twWs_RegisterConnectCallback(NULL, on_connect), TW_INVALID_PARAM);
    CHECK_INT(twWs_RegisterCloseCallback(NULL, on_close), TW_INVALID_PARAM);
    CHECK_INT(twWs_RegisterBinaryMessageCallback(NULL, on_binary), TW_INVALID_PARAM);
    CHECK_INT(twWs_RegisterTextMessageCallback(NULL, on_text), TW_INVALID_PARAM);
    CHECK_INT(twWs_RegisterPingCallback(NULL, on_ping), TW_INVALID_PARAM);
    CHECK_INT(twWs_RegisterPongCallback(NULL, on_pong), TW_INVALID_PARAM);
    CHECK_INT(twWs_Delete(NULL), TW_INVALID_PARAM);
    CHECK_INT(sendCtlFrame(NULL, 9, NULL), TW_INVALID_PARAM);
    CHECK_INT(restartSocket(NULL), TW_INVALID_PARAM);
    CHECK_INT(getMaxWebsocketMessageSize(), twcfg.max_message_size / 2 * 3);
}

#define PLAY(frames) play(NULL, frames, sizeof frames - 1, FALSE)

/* Every kind of frame, a message in pieces with a ping between them; then a close. */
static void test_receive(void) {
    twWs *ws = plain(server.port);
    PLAY("\x81\x05hello\x02\x02" "ab\x89\x03who\x80\x02" "cd\x8a\x02me\x89\x00\x88\x05\x03\xe8" "bye");
    CHECK_INT(twWs_Connect(ws, 60000), 0);
    CHECK_INT(twWs_Connect(ws, 60000), 0);
    CHECK(strstr(server.request, "GET /Thingworx/WS HTTP/1.1\r\n") == server.request);
    CHECK(strstr(server.request, "\r\nMax-Frame-Size: 120\r\n") != NULL);
    CHECK(strstr(server.request, "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n") != NULL);
    CHECK_INT(ws->isConnected, TRUE);
    CHECK_INT(ws->bSupportsPermessageDeflate, FALSE);
    CHECK_INT(twWs_Receive(ws, 60000), 0);
    CHECK_STR(log_text, "connect()text(hello)");
    CHECK_INT(receive_until(ws, "close"), 0);
    CHECK_STR(log_text, "connect()text(hello)ping(who)binary(abcd)pong(me)ping()close(\\03\\e8bye)");
    CHECK_INT(twWs_IsConnected(ws), FALSE);
    CHECK_INT(twWs_Receive(ws, 10), TW_WEBSOCKET_NOT_CONNECTED);
    served();
    CHECK_INT(server.count, 11);
    CHECK(memcmp(server.got, "\x8a\x03who\x8a\x00\x88\x02\x03\xe8", 11) == 0);
    CHECK_INT(twWs_Delete(ws), 0);
}

static void test_send(void) {
    char large[121] = "";
    twWs *ws = plain(server.port);
    ws->bDisableCompression = TRUE;
    PLAY("");
    CHECK_INT(twWs_Connect(ws, 60000), 0);
    CHECK(strstr(server.request, "Extensions") == NULL);
    memset(large, 'x', 120);
    CHECK_INT(twWs_SendMessage(ws, NULL, 1, TRUE), TW_INVALID_PARAM);
    CHECK_INT(twWs_SendMessage(ws, large, 0, TRUE), -1);
    CHECK_INT(twWs_SendMessage(ws, large, 101, TRUE), TW_WEBSOCKET_FRAME_TOO_LARGE);
    CHECK_INT(twWs_SendMessage(ws, (char *)"text", 4, TRUE), 0);
    CHECK_INT(twWs_SendMessage(ws, (char *)"bin", 3, FALSE), 0);
    CHECK_INT(twWs_SendDataFrame(ws, NULL, 1, FALSE, TRUE, TRUE), TW_INVALID_PARAM);
    CHECK_INT(twWs_SendDataFrame(ws, large, 0, FALSE, TRUE, TRUE), -1);
    CHECK_INT(twWs_SendDataFrame(ws, large, 121, FALSE, TRUE, TRUE), TW_WEBSOCKET_MSG_TOO_LARGE);
    CHECK_INT(twWs_SendDataFrame(ws, (char *)"a", 1, FALSE, FALSE, TRUE), 0);
    CHECK_INT(twWs_SendDataFrame(ws, (char *)"b", 1, TRUE, FALSE, TRUE), 0);
    CHECK_INT(twWs_SendDataFrame(ws, (char *)"c", 1, TRUE, TRUE, FALSE), 0);
    CHECK_INT(twWs_SendPing(ws, large), TW_WEBSOCKET_MSG_TOO_LARGE);
    CHECK_INT(twWs_SendPong(ws, large), TW_WEBSOCKET_MSG_TOO_LARGE);
    CHECK_INT(twWs_SendPing(ws, (char *)"there?"), 0);
    CHECK_INT(twWs_SendPong(ws, NULL), 0);
    CHECK_INT(sendCtlFrame(ws, 10, (char *)"p"), 0);
    CHECK_INT(sendCtlFrame(ws, 2, (char *)"p"), TW_INVALID_PARAM);
    CHECK_INT(twWs_Receive(ws, 1), 0);
    CHECK_INT(twWs_Disconnect(ws, GOING_TO_SLEEP, (char *)"now"), 0);
    CHECK_STR(log_text, "connect()close(Going to Sleep now)");
    served();
    CHECK_INT(server.count, 59);
    CHECK(memcmp(server.got,
                 "\x81\x04text\x82\x03" "bin\x01\x01" "a\x00\x01" "b\x80\x01" "c\x89\x06there?\x8a\x04Pong\x8a\x01p"
                 "\x88\x14\x03\xe9Going to Sleep now",
                 59) == 0);
    CHECK_INT(twWs_Delete(ws), 0);
}

/* A ping without text has the time of day. */
static void test_ping_text(void) {
    twWs *ws = plain(server.port);
    PLAY("");
    CHECK_INT(twWs_Connect(ws, 60000), 0);
    CHECK_INT(twWs_SendPing(ws, NULL), 0);
    CHECK_INT(twWs_Disconnect(ws, SERVER_CLOSED, NULL), 0);
    served();
    CHECK_INT(server.count, 10);
    CHECK(server.got[0] == 0x89 && server.got[1] == 8 && server.got[4] == ':' && server.got[7] == ':');
    CHECK_INT(twWs_Delete(ws), 0);
}

static void test_failures_of_the_link(void) {
    twWs *ws = plain(server.port);
    PLAY("\x83\x01x"); /* a reserved opcode */
    CHECK_INT(twWs_Connect(ws, 60000), 0);
    CHECK_INT(receive_until(ws, "close"), TW_ERROR_READING_FROM_WEBSOCKET);
    served();
    CHECK(server.count > 4 && memcmp(server.got, "\x88\x10\x03\xea", 4) == 0);

    play(NULL, "", 0, TRUE); /* the end of TCP */
    CHECK_INT(twWs_Connect(ws, 60000), 0);
    CHECK_INT(receive_until(ws, "never"), TW_ERROR_READING_FROM_WEBSOCKET);
    served();

    PLAY("\x82\x0ahalf"); /* a frame that does not become complete */
    twcfg.frame_read_timeout = 50;
    CHECK_INT(twWs_Connect(ws, 60000), 0);
    CHECK_INT(receive_until(ws, "never"), TW_READ_TIMEOUT);
    twcfg.frame_read_timeout = FRAME_READ_TIMEOUT;
    served();

    PLAY("");
    CHECK_INT(twWs_Connect(ws, 60000), 0);
    CHECK_INT(restartSocket(ws), 0);
    served();
    CHECK_STR(log_text, "connect()close(Socket Error)connect()close(Socket Error)connect()close(Frame read timeout)"
                        "connect()close(Socket Error)");
    CHECK_INT(server.count, 0);
    CHECK_INT(twWs_Delete(ws), 0);
}

/* A close callback may delete the WebSocket; deleting a connected one sends nothing and tells nobody. */
static void test_delete(void) {
    twWs *ws = plain(server.port);
    PLAY("\x88\x00");
    CHECK_INT(twWs_RegisterCloseCallback(ws, delete_it), 0);
    CHECK_INT(twWs_Connect(ws, 60000), 0);
    CHECK_INT(receive_until(ws, "close"), 0);
    served();
    CHECK_STR(log_text, "connect()close()");
    ws = plain(server.port);
    PLAY("");
    CHECK_INT(twWs_Connect(ws, 60000), 0);
    CHECK_INT(twWs_Delete(ws), 0);
    served();
    CHECK_INT(server.count, 0);
    CHECK_STR(log_text, "connect()");
}

static void test_failures_of_the_upgrade(void) {
    twWs *ws = plain(server.port);
    play("HTTP/1.1 404 Not Found\r\n\r\n", NULL, 0, FALSE);
    CHECK_INT(twWs_Connect(ws, 60000), TW_ERROR_INITIALIZING_WEBSOCKET);
    served();
    play("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n", NULL,
         0, FALSE);
    CHECK_INT(twWs_Connect(ws, 60000), TW_ERROR_INITIALIZING_WEBSOCKET);
    served();
    play("", NULL, 0, TRUE);
    CHECK_INT(twWs_Connect(ws, 60000), TW_ERROR_INITIALIZING_WEBSOCKET);
    served();
    play("", NULL, 0, FALSE);
    CHECK_INT(twWs_Connect(ws, 200), TW_TIMEOUT_INITIALIZING_WEBSOCKET);
    served();
    free(ws->resource);
    ws->resource = duplicateString("/a\r\nb");
    play("", NULL, 0, FALSE);
    CHECK_INT(twWs_Connect(ws, 60000), TW_ERROR_WRITING_TO_SOCKET);
    served();
    CHECK_STR(log_text, "");
    CHECK_INT(WS_TLS_CONN(ws)->connection->state, CLOSED);
    PLAY("");
    free(ws->resource);
    ws->resource = NULL; /* a member that is absent */
    CHECK_INT(twWs_Connect(ws, 60000), 0);
    CHECK_INT(twWs_Delete(ws), 0);
    served();
}

/* The platform answers a message of AlwaysOn: AUTH, with compression as agreed. */
static void exchange_with_platform(twWs *ws, char compressed) {
    char message[64] = "\x01\x14\x00\x00\x00\x07\x00\x00\x00\x00\xff\xff\xff\xff\x00\x01\x06" "appKey";
    char key[41] = "";
    app_key(key, sizeof key);
    message[23] = (char)strlen(key);
    memcpy(message + 24, key, strlen(key));
    ws->frameSize = 8192; /* the platform does not compress for those who take small frames only */
    CHECK_INT(twWs_Connect(ws, 60000), 0);
    CHECK_INT(ws->bSupportsPermessageDeflate, compressed);
    CHECK_INT(twWs_SendMessage(ws, message, 24 + (uint32_t)strlen(key), FALSE), 0);
    CHECK_INT(receive_until(ws, "binary"), 0);
    CHECK(strstr(log_text, "connect()binary(\\01@\\00\\00\\00\\07") == log_text);
    CHECK_INT(twWs_SendPing(ws, (char *)"still there"), 0);
    CHECK_INT(receive_until(ws, "pong"), 0);
    CHECK(strstr(log_text, "pong(still there)") != NULL);
    log_text[0] = 0;
    CHECK_INT(twWs_Disconnect(ws, NORMAL_CLOSE, (char *)"done"), 0);
    CHECK_STR(log_text, "close(Normal Close done)");
    CHECK_INT(twWs_Delete(ws), 0);
}

static void test_platform(void) {
    twWs *ws;
    if (platform_port() == 0) {
        fputs("no local platform: not tested\n", stderr);
        return;
    }
    exchange_with_platform(plain(platform_port()), TRUE);
    ws = plain(platform_port());
    ws->bDisableCompression = TRUE;
    exchange_with_platform(ws, FALSE);
}

static void test_platform_with_tls(void) {
    const char *arguments[] = {"--tls", "--self-signed", NULL};
    struct own_platform platform = own_platform_start(arguments);
    twWs *ws;
    if (platform.port == 0) {
        fputs("no local platform: not tested\n", stderr);
        return;
    }
    ws = websocket("localhost", platform.port);
    CHECK_INT(twWs_Connect(ws, 60000), TW_SOCKET_INIT_ERROR);
    twTlsClient_SetSelfSignedOk(WS_TLS_CONN(ws));
    exchange_with_platform(ws, TRUE);
    own_platform_stop(&platform);
}

/* The API's WebSocket shows the API's connection. */
static void test_websocket_of_api(void) {
    twWs *ws;
    if (platform_port() == 0) {
        return;
    }
    log_text[0] = 0;
    CHECK_INT(twApi_Initialize((char *)"127.0.0.1", platform_port(), (char *)TW_URI, app_key, NULL, 8192, 8192, FALSE), 0);
    twApi_DisableEncryption();
    ws = tw_api->mh->ws;
    CHECK_INT(twWs_Receive(ws, 1), TW_WEBSOCKET_NOT_CONNECTED);
    CHECK_INT(twWs_SendMessage(ws, (char *)"x", 1, FALSE), TW_WEBSOCKET_NOT_CONNECTED);
    CHECK_INT(twWs_SendPing(ws, NULL), TW_WEBSOCKET_NOT_CONNECTED);
    register_all(ws);
    CHECK_INT(twWs_Connect(ws, 60000), 0);
    CHECK_INT(twApi_isConnected(), TRUE);
    CHECK_INT(twWs_IsConnected(ws), TRUE);
    CHECK_INT(twWs_Connect(ws, 60000), 0);
    CHECK_INT(twWs_Receive(ws, 1), 0);
    CHECK_INT(twWs_SendPing(ws, (char *)"api"), 0);
    CHECK_INT(twWs_SendPong(ws, NULL), 0);
    while (strstr(log_text, "pong(api)") == NULL) {
        twApi_TaskerFunction(twGetSystemTime(TRUE), NULL);
        twSleepMsec(5);
    }
    CHECK(strstr(log_text, "connect()") == log_text);
    CHECK_INT(twWs_SendMessage(ws, (char *)"x", 1, TRUE), TW_ERROR_WRITING_TO_WEBSOCKET);
    CHECK_INT(twWs_SendDataFrame(ws, (char *)"x", 1, TRUE, FALSE, FALSE), TW_ERROR_WRITING_TO_WEBSOCKET);
    CHECK_INT(twWs_Delete(ws), 0);
    CHECK_INT(twWs_IsConnected(ws), TRUE);
    log_text[0] = 0;
    CHECK_INT(twWs_Disconnect(ws, NORMAL_CLOSE, (char *)"enough"), 0);
    CHECK_STR(log_text, "close(Normal Close enough)");
    CHECK_INT(twWs_IsConnected(ws), FALSE);
    CHECK_INT(twApi_isConnected(), FALSE);
    CHECK_INT(twApi_Delete(), 0);
}

int main(void) {
    twLogger_SetLevel(TW_FORCE);
    twcfg.connect_timeout = 60000;
    listen_somewhere();
    test_create();
    test_not_connected();
    test_receive();
    test_send();
    test_ping_text();
    test_failures_of_the_link();
    test_delete();
    test_failures_of_the_upgrade();
    test_platform();
    test_platform_with_tls();
    test_websocket_of_api();
    return check_result();
}
