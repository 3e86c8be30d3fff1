/* twTunnelManager.h: codes without a platform, then tunnels to an echo server beside the device. */
#define _POSIX_C_SOURCE 200809L
#include "twApi.h"
#include "twFileManager.h"
#include "twTunnelManager.h"

#include "device.h"

#include <stdlib.h>

#define THING "Tunnels_C"
#define NO_MANAGER 1400

extern void *tm;
enum msgCodeEnum StartTunnel(const char *entity, twInfoTable *params, twInfoTable **content);
enum msgCodeEnum CompleteTunnel(const char *entity, twInfoTable *params, twInfoTable **content);
enum msgCodeEnum TunnelCommandToEdge(const char *entity, twInfoTable *params, twInfoTable **content);
twActiveTunnel *getTunnelFromId(const char *tid);
twActiveTunnel *twActiveTunnel_Create(void);
void twActiveTunnel_Delete(void *tunnel);
int twTunnelManager_StopTunnel(const char *tid);
int twTunnelManager_DeleteInstance(void);

static unsigned short echo_port;

static void *echo(void *argument) {
    int fd = *(int *)argument;
    char buffer[4096];
    for (;;) {
        ssize_t got;
        int client = accept(fd, NULL, NULL);
        if (client < 0) {
            return NULL;
        }
        while ((got = recv(client, buffer, sizeof(buffer), 0)) > 0) {
            if (send(client, buffer, (size_t)got, MSG_NOSIGNAL) != got) {
                break;
            }
        }
        close(client);
    }
}

static int listener = -1;
static pthread_t echo_thread;

static void start_echo(void) {
    struct sockaddr_in address;
    socklen_t size = sizeof(address);
    listener = socket(AF_INET, SOCK_STREAM, 0);
    memset(&address, 0, sizeof(address));
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK_INT(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
    CHECK_INT(listen(listener, 8), 0);
    CHECK_INT(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    echo_port = ntohs(address.sin_port);
    pthread_create(&echo_thread, NULL, echo, &listener);
}

static void stop_echo(void) {
    shutdown(listener, SHUT_RDWR);
    pthread_join(echo_thread, NULL);
    close(listener);
}

/* The latest call of on_tunnel. */
static struct {
    char host[64], peer[64], message[256], type[16];
    unsigned short port;
    uint64_t start, end, sent, received;
    pthread_t thread;
} last;

static char data;

static void on_tunnel(char started, const char *tid, const char *thing, const char *peer, const char *host, int16_t port,
                      DATETIME start, DATETIME end, uint64_t sent, uint64_t received, const char *type, const char *msg,
                      void *userdata) {
    char text[128];
    snprintf(last.host, sizeof(last.host), "%s", host);
    snprintf(last.peer, sizeof(last.peer), "%s", peer ? peer : "(none)");
    snprintf(last.message, sizeof(last.message), "%s", msg ? msg : "(none)");
    snprintf(last.type, sizeof(last.type), "%s", type);
    last.port = (unsigned short)port;
    last.start = start;
    last.end = end;
    last.sent = sent;
    last.received = received;
    last.thread = pthread_self();
    CHECK_STR(thing, THING);
    CHECK(userdata == &data);
    snprintf(text, sizeof(text), "%s %s", started ? "started" : "ended", tid);
    happened(text);
}

static void on_other(char started, const char *tid, const char *thing, const char *peer, const char *host, int16_t port,
                     DATETIME start, DATETIME end, uint64_t sent, uint64_t received, const char *type, const char *msg,
                     void *userdata) {
    (void)tid, (void)thing, (void)peer, (void)host, (void)port, (void)start, (void)end, (void)sent, (void)received;
    (void)type, (void)msg, (void)userdata;
    happened(started ? "other started" : "other ended");
}

static int secrets;

static void count_secret(char *buffer, unsigned int size) {
    secrets++;
    snprintf(buffer, size, "secret");
}

static void call_setters(void) {
    twTunnelManager_SetProxyInfo(NULL, 0, NULL, NULL);
    twTunnelManager_SetSelfSignedOk(FALSE);
    twTunnelManager_DisableCertValidation(FALSE);
    twTunnelManager_DisableEncryption(TRUE);
    twTunnelManager_SetX509Fields(NULL, NULL, NULL, NULL, NULL, NULL);
    twTunnelManager_LoadCACert(NULL, 0);
    twTunnelManager_LoadCACert("/does/not/exist", 0);
    twTunnelManager_LoadClientCert(NULL);
    twTunnelManager_LoadClientCert("/does/not/exist");
    twTunnelManager_SetClientKey("/does/not/exist", count_secret, 1);
    twTunnelManager_SetClientKey(NULL, NULL, 0);
    CHECK_INT(secrets, 0);
}

static twInfoTable *parameters(const char *tid) {
    return twInfoTable_CreateFromString("tid", (char *)tid, TRUE);
}

static void test_without_manager(void) {
    twInfoTable *params = parameters("t"), *content = NULL;
    CHECK(tm == NULL);
    CHECK_INT(twTunnelManager_Create(), TW_ERROR_ALLOCATING_MEMORY);
    CHECK_INT(twTunnelManager_StopAllTunnels(), NO_MANAGER);
    CHECK_INT(twTunnelManager_StopTunnel("t"), NO_MANAGER);
    CHECK_INT(twTunnelManager_RegisterTunnelCallback(on_tunnel, NULL, NULL), NO_MANAGER);
    CHECK_INT(twTunnelManager_UpdateTunnelServerInfo(NULL, 80, (char *)app_key), TW_INVALID_PARAM);
    CHECK_INT(twTunnelManager_UpdateTunnelServerInfo("h", 80, (char *)app_key), NO_MANAGER);
    CHECK(twTunnelManager_ListActiveTunnels() == NULL);
    CHECK(getTunnelFromId("t") == NULL);
    twTunnelManager_TaskerFunction(0, NULL);
    twTunnelManager_ThreadFunction(0, NULL);
    call_setters();
    CHECK_INT(tunnelServiceCallback(THING, "StartTunnel", params, &content), TWX_INTERNAL_SERVER_ERROR);
    CHECK_INT(tunnelServiceCallback(THING, "StartTunnel", NULL, &content), TWX_BAD_REQUEST);
    CHECK_INT(twTunnelManager_Delete(), TW_OK);
    twInfoTable_Delete(params);
    twActiveTunnel_Delete(NULL);
    twActiveTunnel_Delete(twActiveTunnel_Create());
}

static void test_codes(void) {
    twInfoTable *params = parameters("t"), *content = (twInfoTable *)&data;
    twList *list;
    CHECK(tm != NULL);
    CHECK_INT(twTunnelManager_Create(), TW_OK);
    CHECK_INT(twTunnelManager_StopAllTunnels(), TW_OK);
    CHECK_INT(twTunnelManager_StopTunnel("t"), TW_INVALID_PARAM);
    CHECK_INT(twTunnelManager_StopTunnel(NULL), TW_INVALID_PARAM);
    list = twTunnelManager_ListActiveTunnels();
    CHECK_INT(twList_GetCount(list), 0);
    twList_Delete(list);
    CHECK(getTunnelFromId("t") == NULL && getTunnelFromId(NULL) == NULL);
    CHECK_INT(twTunnelManager_RegisterTunnelCallback(NULL, NULL, NULL), TW_INVALID_PARAM);
    CHECK_INT(twTunnelManager_UnregisterTunnelCallback(NULL, "*", &data), TW_INVALID_PARAM);
    CHECK_INT(twTunnelManager_UnregisterTunnelCallback(on_tunnel, NULL, &data), TW_INVALID_PARAM);
    CHECK_INT(twTunnelManager_UnregisterTunnelCallback(on_tunnel, "*", NULL), TW_INVALID_PARAM);
    CHECK_INT(twTunnelManager_UnregisterTunnelCallback(on_tunnel, "*", &data), TW_OK);
    CHECK_INT(twTunnelManager_UpdateTunnelServerInfo("h", 0, (char *)app_key), TW_INVALID_PARAM);
    CHECK_INT(twTunnelManager_UpdateTunnelServerInfo("h", 80, NULL), TW_INVALID_PARAM);
    CHECK_INT(tunnelServiceCallback(NULL, "StartTunnel", params, &content), TWX_BAD_REQUEST);
    CHECK_INT(tunnelServiceCallback(THING, NULL, params, &content), TWX_BAD_REQUEST);
    CHECK_INT(tunnelServiceCallback(THING, "StartTunnel", NULL, &content), TWX_BAD_REQUEST);
    CHECK_INT(tunnelServiceCallback(THING, "StartTunnel", params, NULL), TWX_INTERNAL_SERVER_ERROR);
    CHECK_INT(tunnelServiceCallback(THING, "Other", params, &content), TWX_BAD_REQUEST);
    CHECK_INT(tunnelServiceCallback(THING, "StartTunnel", params, &content), TWX_INTERNAL_SERVER_ERROR);
    CHECK(content == NULL);
    CHECK_INT(StartTunnel(THING, params, &content), TWX_INTERNAL_SERVER_ERROR);
    CHECK_INT(CompleteTunnel(THING, params, &content), TWX_BAD_REQUEST);
    CHECK_INT(TunnelCommandToEdge(THING, params, &content), TWX_BAD_REQUEST);
    twInfoTable_Delete(params);
}

static int service(const char *name, const char *body) {
    char path[128], answer[ANSWER];
    snprintf(path, sizeof(path), "/Thingworx/Things/" THING "/Services/%s", name);
    return rest_pumped("POST", path, body, answer);
}

static int start_with(const char *tid, const char *body) {
    char answer[ANSWER];
    CHECK_INT(rest("PUT", path_of("/twedge/tunnels/%s", tid), NULL, answer, sizeof(answer)), 200);
    return service("StartTunnel", body);
}

/* Asks for a tunnel, with this at the end of the parameters. The status of the answer. */
static int start(const char *tid, const char *more) {
    char body[512];
    snprintf(body, sizeof(body),
             "{\"tid\":\"%s\",\"type\":\"TCP\",\"connection\":\"{\\\"host\\\":\\\"127.0.0.1\\\",\\\"port\\\":%u,"
             "\\\"message\\\":\\\"hi\\\"}\"%s}",
             tid, echo_port, more);
    return start_with(tid, body);
}

/* Asks to read a file through a tunnel. */
static int start_file(const char *tid, const char *name) {
    char body[512];
    snprintf(body, sizeof(body),
             "{\"tid\":\"%s\",\"type\":\"file\",\"connection\":\"{\\\"filename\\\":\\\"%s\\\",\\\"mode\\\":\\\"read\\\"}\"}", tid,
             name);
    return start_with(tid, body);
}

/* Waits until what the platform knows of a tunnel has a text in it. */
static int seen(const char *tid, const char *text) {
    char answer[ANSWER] = "";
    time_t end = time(NULL) + PATIENCE;
    while (time(NULL) < end) {
        rest("GET", path_of("/twedge/tunnels/%s", tid), NULL, answer, sizeof(answer));
        if (strstr(answer, text)) {
            return 1;
        }
        pump();
    }
    fprintf(stderr, "%s: no %s in %s\n", tid, text, answer);
    return 0;
}

static void send_data(const char *tid, const char *text) {
    char answer[ANSWER];
    CHECK_INT(rest("POST", path_of("/twedge/tunnels/%s/data", tid), text, answer, sizeof(answer)), 200);
}

static int tick_until(const char *what) {
    time_t end = time(NULL) + PATIENCE;
    while (!has_happened(what) && time(NULL) < end) {
        pump();
        twTunnelManager_TaskerFunction(twGetSystemTime(TRUE), NULL);
    }
    return has_happened(what);
}

static void test_echo(void) {
    twList *list;
    twActiveTunnel *tunnel;
    CHECK_INT(twTunnelManager_RegisterTunnelCallback(on_tunnel, NULL, &data), TW_OK);
    CHECK_INT(twTunnelManager_RegisterTunnelCallback(on_other, "another", &data), TW_OK);
    CHECK_INT(start("c1", ""), 200);
    CHECK(has_happened("started c1;"));
    CHECK(pthread_equal(last.thread, pthread_self()));
    CHECK_STR(last.host, "127.0.0.1");
    CHECK_INT(last.port, echo_port);
    CHECK_STR(last.peer, "(none)");
    CHECK_STR(last.message, "hi");
    CHECK_STR(last.type, "tcp");
    CHECK(last.end == 0 && last.sent == 0 && last.received == 0);
    CHECK(seen("c1", "\"open\":true"));
    send_data("c1", "hello tunnel");
    CHECK(seen("c1", "hello tunnel"));
    list = twTunnelManager_ListActiveTunnels();
    CHECK_INT(twList_GetCount(list), 1);
    tunnel = list && list->first ? (twActiveTunnel *)list->first->value : NULL;
    CHECK(tunnel != NULL);
    if (tunnel) {
        CHECK_STR(tunnel->tid, "c1");
        CHECK_STR(tunnel->thingName, THING);
        CHECK_STR(tunnel->host, "127.0.0.1");
        CHECK_STR(tunnel->type, "tcp");
        CHECK_INT(tunnel->port, echo_port);
        CHECK(tunnel->peerName == NULL && tunnel->endTime == 0 && tunnel->startTime > 0);
    }
    twList_Delete(list);
    tunnel = getTunnelFromId("c1");
    CHECK(tunnel != NULL);
    twActiveTunnel_Delete(tunnel);
    CHECK_INT(service("CompleteTunnel", "{\"tid\":\"c1\",\"peer_name\":\"me\",\"connection\":\"{\\\"reason\\\":\\\"done\\\"}\"}"), 200);
    CHECK(seen("c1", "\"CANCEL\""));
    CHECK(seen("c1", "[1000]"));
    CHECK(!has_happened("ended c1;"));
    CHECK(tick_until("ended c1;"));
    CHECK(pthread_equal(last.thread, pthread_self()));
    CHECK_STR(last.peer, "me");
    CHECK_STR(last.message, "done");
    CHECK(last.sent == 12 && last.received == 12 && last.end >= last.start);
    CHECK(!has_happened("other"));
    CHECK_INT(twTunnelManager_UnregisterTunnelCallback(on_other, "another", &data), TW_OK);
    list = twTunnelManager_ListActiveTunnels();
    CHECK_INT(twList_GetCount(list), 0);
    twList_Delete(list);
}

/* One small block made the original write behind its buffer. */
static void test_small_blocks(void) {
    CHECK_INT(start("c2", ",\"chunksize\":256"), 200);
    CHECK(seen("c2", "\"maxFrameSize\":341"));
    CHECK(seen("c2", "\"open\":true"));
    send_data("c2", "small");
    CHECK(seen("c2", "small"));
    CHECK_INT(twTunnelManager_StopTunnel("c2"), TW_OK);
    CHECK(tick_until("ended c2;"));
}

static void test_stop_all(void) {
    CHECK_INT(start("s1", ""), 200);
    CHECK_INT(start("s2", ""), 200);
    CHECK(seen("s2", "\"open\":true"));
    CHECK_INT(twTunnelManager_StopAllTunnels(), TW_OK);
    CHECK(has_happened("ended s1;") && has_happened("ended s2;"));
    CHECK(seen("s2", "[1000]"));
}

static void test_allowed(void) {
    CHECK_INT(twedge_allow_tunnel("", 1), TW_INVALID_PARAM);
    CHECK_INT(twedge_allow_tunnel("127.0.0.1", 1), TW_OK);
    CHECK(start("a1", "") >= 400);
    CHECK(!has_happened("started a1;"));
    CHECK_INT(twedge_allow_tunnel(NULL, echo_port), TW_OK);
    CHECK_INT(start("a2", ""), 200);
    twedge_allow_tunnels(FALSE);
    CHECK(start("a3", "") >= 400);
    twedge_allow_tunnels(TRUE);
    CHECK(tick_until("started a2;"));
    CHECK_INT(twTunnelManager_StopAllTunnels(), TW_OK);
}

/* Off by default; then only files of the virtual directories of the thing. */
static void test_files(void) {
    char folder[] = "/tmp/twedge-tunnels-XXXXXX", path[64];
    FILE *file;
    CHECK(mkdtemp(folder) != NULL);
    snprintf(path, sizeof(path), "%s/report.txt", folder);
    file = fopen(path, "w");
    CHECK(file != NULL && fputs("a report", file) >= 0 && fclose(file) == 0);
    CHECK_INT(twFileManager_Create(), TW_OK);
    CHECK_INT(twFileManager_AddVirtualDir(THING, "logs", folder), TW_OK);
    CHECK_INT(start_file("f1", "/logs/report.txt"), 500);
    twedge_allow_file_tunnels(TRUE);
    CHECK_INT(start_file("f2", path), 500);
    CHECK_INT(start_file("f3", "/logs/../etc/passwd"), 500);
    CHECK_INT(start_file("f4", "/logs/report.txt"), 200);
    CHECK(seen("f4", "\"open\":true"));
    CHECK_INT(service("TunnelCommandToEdge", "{\"tid\":\"f4\",\"command\":\"CONNECT\"}"), 200);
    CHECK(seen("f4", "a report"));
    CHECK(tick_until("ended f4;"));
    CHECK_STR(last.host, "/logs/report.txt");
    CHECK_INT(last.port, 1);
    twedge_allow_file_tunnels(FALSE);
    CHECK_INT(start_file("f5", "/logs/report.txt"), 500);
    CHECK_INT(twFileManager_RemoveVirtualDir(THING, "logs"), TW_OK);
    CHECK_INT(unlink(path), 0);
    CHECK_INT(rmdir(folder), 0);
}

/* A tunnel that fails ends by itself, and says why. */
static void fails(const char *tid, const char *why) {
    char ended[32];
    snprintf(ended, sizeof(ended), "ended %s;", tid);
    CHECK_INT(start(tid, ""), 200);
    CHECK(tick_until(ended));
    CHECK(strstr(last.message, why) != NULL);
    if (!strstr(last.message, why)) {
        fprintf(stderr, "%s: %s\n", tid, last.message);
    }
}

static void works(const char *tid) {
    CHECK_INT(start(tid, ""), 200);
    CHECK(seen(tid, "\"open\":true"));
    send_data(tid, "through");
    CHECK(seen(tid, "through"));
    CHECK_INT(twTunnelManager_StopAllTunnels(), TW_OK);
}

static void test_settings(void) {
    twConnectionInfo *info = twApi_GetConnectionInfo();
    twTunnelManager_SetProxyInfo("127.0.0.1", 1, "user", count_secret);
    CHECK_INT(secrets, 0);
    fails("p1", "proxy");
    CHECK_INT(secrets, 1);
    CHECK(info->proxy_host == NULL);
    twTunnelManager_SetProxyInfo(NULL, 0, NULL, NULL);
    works("p2");
    /* Files are opened when a tunnel starts. */
    twTunnelManager_DisableEncryption(FALSE);
    twTunnelManager_LoadCACert("/does/not/exist", 0);
    fails("p3", "/does/not/exist");
    twTunnelManager_LoadCACert(NULL, 0);
    fails("p4", "TLS");
    CHECK_INT(info->disableEncryption, TRUE);
    twTunnelManager_DisableEncryption(TRUE);
    works("p5");
    /* The settings of the API stay as they are. */
    CHECK_INT(twTunnelManager_UpdateTunnelServerInfo("127.0.0.1", 1, (char *)app_key), TW_OK);
    CHECK_STR(info->ws_host, "127.0.0.1");
    CHECK_INT(info->ws_port, platform_port());
    fails("p6", "WebSocket");
    CHECK_INT(twTunnelManager_UpdateTunnelServerInfo("localhost", platform_port(), (char *)app_key), TW_OK);
    works("p7");
}

static void *run_thread(void *argument) {
    twTunnelManager_ThreadFunction(0, argument);
    return NULL;
}

static void test_thread(void) {
    pthread_t thread;
    pthread_create(&thread, NULL, run_thread, NULL);
    CHECK_INT(start("t1", ""), 200);
    CHECK_INT(twTunnelManager_StopTunnel("t1"), TW_OK);
    CHECK(pump_until("ended t1;"));
    CHECK(pthread_equal(last.thread, thread));
    CHECK_INT(start("t2", ""), 200);
    CHECK_INT(twTunnelManager_DeleteInstance(), TW_OK);
    CHECK(has_happened("ended t2;"));
    pthread_join(thread, NULL);
    CHECK(tm == NULL);
    CHECK(start("t3", "") >= 400);
    CHECK_INT(twTunnelManager_Create(), TW_OK);
    CHECK_INT(start("t4", ""), 200);
    CHECK(!has_happened("started t4;"));
}

int main(void) {
    char answer[ANSWER];
    test_without_manager();
    if (!platform_port()) {
        return 77;
    }
    twcfg.tunneling_enabled = FALSE;
    CHECK_INT(initialize(), TW_OK);
    CHECK(tm == NULL);
    CHECK_INT(twApi_Delete(), TW_OK);
    twcfg.tunneling_enabled = TRUE;
    start_echo();
    CHECK_INT(rest("PUT", "/twedge/things/" THING, NULL, answer, sizeof(answer)), 200);
    CHECK_INT(initialize(), TW_OK);
    test_codes();
    CHECK_INT(twApi_BindThing(THING), TW_OK);
    CHECK_INT(twApi_Connect(10000, 3), TW_OK);
    test_echo();
    test_small_blocks();
    test_stop_all();
    test_allowed();
    test_files();
    test_settings();
    test_thread();
    CHECK_INT(twTunnelManager_RegisterTunnelCallback(on_tunnel, "*", &data), TW_OK);
    CHECK_INT(start("last", ""), 200);
    CHECK_INT(twApi_Delete(), TW_OK);
    CHECK(has_happened("ended last;"));
    CHECK(tm == NULL);
    stop_echo();
    return check_result();
}
