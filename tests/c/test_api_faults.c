/* twApi.h with a platform that misbehaves: codes of Connect and of requests, refused names, missing pongs, the duty cycle, and
 * the ways of twExt_Idle. */
#define _POSIX_C_SOURCE 200809L
#include "device.h"
#include "twOfflineMsgStore.h"
#include "twTasker.h"
#include "twThreadUtils.h"

#include <signal.h>
#include <sys/wait.h>

#define LONG_RESOURCE (32 * 1024 * 1024)
#define NOT_FOUND 1104
#define NO_ANSWER 1114
#define OFFLINE 1113

/* Exported, but no header declares them. */
int enableOfflineMsgStore(char enable, char on_disk);
int getOfflineMsgListCount(void);

static char thing[64];
static char other[64];

/* A server that is none: what it does with one connection. */
typedef struct {
    int listener;
    int reset;
    pthread_t thread;
} Server;

static void *serve(void *argument) {
    Server *server = argument;
    int fd = accept(server->listener, NULL, NULL);
    char byte;
    if (server->reset) {
        struct linger at_once = {1, 0};
        /* The request has begun, and is too long to be sent before somebody reads it. */
        recv(fd, &byte, 1, MSG_PEEK);
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    } else {
        while (recv(fd, &byte, 1, 0) > 0) {
        }
    }
    close(fd);
    return NULL;
}

static unsigned short start_server(Server *server, int reset) {
    struct sockaddr_in address;
    socklen_t length = sizeof(address);
    memset(&address, 0, sizeof(address));
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server->reset = reset;
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_INT(bind(server->listener, (struct sockaddr *)&address, sizeof(address)), 0);
    CHECK_INT(listen(server->listener, 1), 0);
    CHECK_INT(getsockname(server->listener, (struct sockaddr *)&address, &length), 0);
    pthread_create(&server->thread, NULL, serve, server);
    return ntohs(address.sin_port);
}

static void test_servers_that_do_not_answer(void) {
    Server server;
    char *resource = malloc(LONG_RESOURCE);
    unsigned short port = start_server(&server, FALSE);

    CHECK_INT(twApi_Initialize("127.0.0.1", port, "/Thingworx/WS", app_key, NULL, 8192, 8192, TRUE), TW_OK);
    twApi_DisableEncryption();
    CHECK_INT(twApi_Connect(300, 1), TW_TIMEOUT_INITIALIZING_WEBSOCKET);
    CHECK_INT(twApi_isConnected(), FALSE);
    CHECK_INT(tw_api->manuallyDisconnected, TRUE);
    CHECK_INT(twApi_Delete(), TW_OK);
    pthread_join(server.thread, NULL);
    close(server.listener);

    /* The connection ends while the request is written. */
    memset(resource, 'x', LONG_RESOURCE);
    resource[0] = '/';
    resource[LONG_RESOURCE - 1] = 0;
    port = start_server(&server, TRUE);
    CHECK_INT(twApi_Initialize("127.0.0.1", port, resource, app_key, NULL, 8192, 8192, TRUE), TW_OK);
    free(resource);
    twApi_DisableEncryption();
    CHECK_INT(twApi_Connect(30000, 1), TW_ERROR_WRITING_TO_SOCKET);
    CHECK_INT(twApi_Delete(), TW_OK);
    pthread_join(server.thread, NULL);
    close(server.listener);
}

static void test_connect(void) {
    CHECK_INT(initialize(), TW_OK);
    CHECK_INT(twApi_BindThing(thing), TW_OK);

    /* No answer to AUTH: the link stays, without a session. */
    twcfg.default_message_timeout = 300;
    misbehave("{\"at\": \"auth\", \"lose\": true}");
    CHECK_INT(twApi_Connect(10000, 1), NO_ANSWER);
    CHECK_INT(tw_api->mh->ws->isConnected, TRUE);
    CHECK_INT(twApi_isConnected(), FALSE);
    CHECK_INT(tw_api->manuallyDisconnected, TRUE);
    behave();
    twcfg.default_message_timeout = 10000;
    CHECK_INT(twApi_Connect(10000, 1), TW_OK);
    CHECK_INT(twApi_isConnected(), TRUE);
    CHECK_INT(twApi_Disconnect("again"), TW_OK);

    /* A name that is refused: online, and bound later (Q-C31). */
    misbehave("{\"at\": \"bind\", \"answer\": 132}");
    CHECK_INT(twApi_Connect(10000, 1), NOT_FOUND);
    CHECK_INT(twApi_isConnected(), TRUE);
    CHECK_INT(tw_api->manuallyDisconnected, TRUE);
    behave();
    forget_events();
    CHECK(pump_until("bind;"));
    CHECK_INT(tw_api->manuallyDisconnected, FALSE);
    CHECK_INT(twApi_isConnected(), TRUE);
}

static void test_binding(void) {
    char answer[ANSWER];
    misbehave("{\"at\": \"bind\", \"answer\": 132}");
    forget_events();
    /* Whatever the platform says (Q-A1). */
    CHECK_INT(twApi_BindThing(other), TW_UNKNOWN_ERROR);
    CHECK(!has_happened("bind"));
    CHECK_INT(twApi_IsEntityBound(other), TRUE);
    CHECK_INT(twApi_BindThing(other), 106);
    behave();
    CHECK_INT(twApi_Connect(10000, 1), TW_OK);
    CHECK_INT(rest("GET", path_of("/twedge/things/%s", other), NULL, answer, sizeof(answer)), 200);
    CHECK(strstr(answer, "\"isConnected\":true") != NULL);
    misbehave("{\"at\": \"unbind\", \"answer\": 131}");
    CHECK_INT(twApi_UnbindThing(other), 1103);
    CHECK_INT(twApi_IsEntityBound(other), FALSE);
    behave();
    CHECK_INT(twApi_UnbindThing(other), TW_OK);
}

static int ask(int timeout) {
    twInfoTable *table = NULL;
    int code = twApi_InvokeService(TW_RESOURCE, "CurrentSessionInfo", "GetCurrentUser", NULL, &table, timeout, FALSE);
    twInfoTable_Delete(table);
    return code;
}

static int on_response(uint32_t id, enum msgCodeEnum code, char *reason, twInfoTable *content) {
    char text[64];
    (void)id;
    (void)content;
    snprintf(text, sizeof(text), "response %x %s", (unsigned)code, reason ? reason : "");
    happened(text);
    return 0;
}

static void test_requests(void) {
    static const struct {
        int message, result;
    } codes[] = {{0x80, 1100}, {0x81, 1101}, {0x82, 1102}, {0x83, 1103}, {0x84, 1104}, {0x85, 1105}, {0x86, 1106},
                 {0x8c, 1107}, {0x8d, 1108}, {0x8f, 1109}, {0xa0, 1110}, {0xa1, 1111}, {0xa2, 1112}, {0xa3, 1113},
                 {0xa4, 1114}, {0x90, 100},  {0x41, 100}};
    char fault[96];
    uint32_t id = 0;
    size_t i;

    for (i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
        snprintf(fault, sizeof(fault),
                 "{\"at\": \"service\", \"name\": \"GetCurrentUser\", \"answer\": %d, \"times\": 1}", codes[i].message);
        misbehave(fault);
        CHECK_INT(ask(-1), codes[i].result);
    }
    CHECK_INT(ask(-1), TW_OK);
    misbehave("{\"at\": \"service\", \"name\": \"GetCurrentUser\", \"lose\": true, \"times\": 2}");
    CHECK_INT(ask(100), NO_ANSWER);
    twcfg.default_message_timeout = 200;
    forget_events();
    CHECK_INT(twApi_InvokeServiceAsync(TW_RESOURCE, "CurrentSessionInfo", "GetCurrentUser", NULL, FALSE, on_response, &id),
              TW_OK);
    CHECK(pump_until("response a4 Message timed out;"));
    twcfg.default_message_timeout = 10000;
    /* The link is lost instead. */
    misbehave("{\"at\": \"service\", \"name\": \"GetCurrentUser\", \"drop\": true, \"times\": 1}");
    forget_events();
    CHECK_INT(ask(-1), NO_ANSWER);
    CHECK(pump_until("close Socket Error;"));
    CHECK(pump_until_connected(TRUE));
    CHECK_INT(ask(-1), TW_OK);
}

static int pings(void) {
    char answer[ANSWER];
    char *found;
    CHECK_INT(rest("GET", "/twedge/counters", NULL, answer, sizeof(answer)), 200);
    found = strstr(answer, "\"pings\":");
    return found ? atoi(found + strlen("\"pings\":")) : -1;
}

static int on_pong(struct twWs *ws, const char *data, size_t length) {
    (void)ws;
    (void)data;
    (void)length;
    happened("pong");
    return 0;
}

static void test_pongs(void) {
    time_t end;
    int sent;

    CHECK_INT(twApi_SetPingRate(50), TW_OK);
    twcfg.pong_timeout = 200;
    CHECK_INT(twApi_Connect(10000, 1), TW_OK);
    misbehave("{\"at\": \"ping\", \"lose\": true}");
    /* The first ping of a link comes at once; so the link is made anew for the new rate. */
    CHECK_INT(twApi_Disconnect("for the new rate"), TW_OK);
    forget_events();
    CHECK_INT(twApi_Connect(10000, 1), TW_OK);
    CHECK(pump_until("close Normal Close Pong timeout;"));
    CHECK_INT(tw_api->manuallyDisconnected, FALSE);
    behave();
    CHECK(pump_until_connected(TRUE));

    /* A callback of the program switches that off, and is called. */
    CHECK_INT(twApi_RegisterPongCallback(on_pong), TW_OK);
    CHECK(pump_until("pong;"));
    CHECK_INT(tw_api->handle_pongs, FALSE);
    misbehave("{\"at\": \"ping\", \"lose\": true}");
    twcfg.pong_timeout = 1;
    forget_events();
    sent = pings() + 5;
    end = time(NULL) + PATIENCE;
    while (pings() < sent && time(NULL) < end) {
        pump();
    }
    CHECK(pings() >= sent);
    CHECK(!has_happened("close"));
    CHECK_INT(twApi_isConnected(), TRUE);
    behave();
    twcfg.pong_timeout = 10000;
    twApi_SetPingRate(55000);
}

/* A request that was sent and not answered is not sent again, unless the program wants that as in the original (Q-M1). */
static void test_unanswered(void) {
    time_t end = time(NULL) + PATIENCE;
    CHECK_INT(enableOfflineMsgStore(TRUE, FALSE), TW_OK);
    misbehave("{\"at\": \"event\", \"name\": \"Once\", \"lose\": true, \"times\": 1}");
    CHECK_INT(twApi_FireEvent(TW_THING, thing, "Once", NULL, 200, FALSE), NO_ANSWER);
    CHECK_INT(getOfflineMsgListCount(), 0);
    twedge_store_unanswered_messages(TRUE);
    misbehave("{\"at\": \"event\", \"name\": \"Again\", \"lose\": true, \"times\": 1}");
    CHECK_INT(twApi_FireEvent(TW_THING, thing, "Again", NULL, 200, FALSE), NO_ANSWER);
    while (events_named(thing, "\"Again\"") == 0 && time(NULL) < end) {
        pump();
    }
    CHECK_INT(events_named(thing, "\"Again\""), 1);
    CHECK_INT(events_named(thing, "\"Once\""), 0);
    twedge_store_unanswered_messages(FALSE);
    CHECK_INT(twOfflineMsgStore_Delete(), TW_OK);
}

static void test_duty_cycle(void) {
    int rounds;
    forget_events();
    CHECK_INT(twApi_SetDutyCycle(50, 600), TW_OK);
    /* Off first (Q-A14), then on, and so forth. */
    for (rounds = 0; rounds < 2; rounds++) {
        CHECK(pump_until("close Normal Close Duty cycle off time;"));
        CHECK_INT(twApi_isConnected(), FALSE);
        CHECK_INT(ask(-1), OFFLINE);
        CHECK(pump_until_connected(TRUE));
        CHECK_INT(ask(-1), TW_OK);
        forget_events();
    }
    CHECK_INT(twApi_SetDutyCycle(100, 0), TW_OK);
    CHECK_INT(twApi_Delete(), TW_OK);
}

static enum msgCodeEnum on_hello(const char *entity, const char *name, twInfoTable *params, twInfoTable **content,
                                 void *data) {
    (void)entity;
    (void)name;
    (void)params;
    (void)data;
    *content = twInfoTable_CreateFromString("result", "hello", TRUE);
    return TWX_SUCCESS;
}

/* A device in a process of its own, which hands its thread to twExt_Idle. */
static void run_idle_device(enum twThreadingModel model, int input) {
    checks_failed = 0;
    dup2(input, 0);
    CHECK_INT(initialize(), TW_OK);
    CHECK_INT(twApi_RegisterService(TW_THING, thing, "Hello", NULL, NULL, TW_STRING, NULL, on_hello, NULL), TW_OK);
    CHECK_INT(twApi_BindThing(thing), TW_OK);
    CHECK_INT(twApi_Connect(10000, 3), TW_OK);
    twExt_Idle(100, model, 2);
    CHECK_INT(twExt_Stop(), TW_OK);
    if (model == TW_THREADING_TASKER) {
        /* Which may have tasks of the program too. */
        twTasker_Stop();
    }
    CHECK_INT(twApi_Delete(), TW_OK);
    _exit(checks_failed < 77 ? checks_failed : 76);
}

static void test_idle(enum twThreadingModel model) {
    char answer[ANSWER];
    time_t end = time(NULL) + PATIENCE;
    int keys[2], status = 0, code = 0;
    pid_t child;

    CHECK_INT(pipe(keys), 0);
    child = fork();
    if (child == 0) {
        close(keys[1]);
        run_idle_device(model, keys[0]);
    }
    close(keys[0]);
    while (code != 200 && time(NULL) < end) {
        code = rest("POST", path_of("/Thingworx/Things/%s/Services/Hello?timeout=2", thing), NULL, answer, sizeof(answer));
    }
    CHECK_INT(code, 200);
    CHECK(strstr(answer, "hello") != NULL);
    if (model == TW_THREADING_SINGLE) {
        /* Nothing but this ends it. */
        CHECK_INT(waitpid(child, &status, WNOHANG), 0);
        kill(child, SIGKILL);
    } else {
        CHECK_INT(write(keys[1], "xq", 2), 2);
    }
    CHECK_INT(waitpid(child, &status, 0), child);
    CHECK(model == TW_THREADING_SINGLE ? WIFSIGNALED(status) : WIFEXITED(status) && WEXITSTATUS(status) == 0);
    close(keys[1]);
}

int main(void) {
    if (platform_port() == 0) {
        return 77;
    }
    twcfg.connect_retry_interval = 20;
    snprintf(thing, sizeof(thing), "Faulty%ld", (long)getpid());
    snprintf(other, sizeof(other), "FaultyToo%ld", (long)getpid());
    test_idle(TW_THREADING_SINGLE);
    test_idle(TW_THREADING_MULTI);
    test_idle(TW_THREADING_TASKER);
    test_servers_that_do_not_answer();
    test_connect();
    test_binding();
    test_requests();
    test_unanswered();
    test_pongs();
    test_duty_cycle();
    return check_result();
}
