/* What the programs with a peer share: the local platform's REST interface, the application's main loop, and the log of
 * what callbacks were called in which order and on which thread. */
#ifndef CONFORMANCE_PEER_H
#define CONFORMANCE_PEER_H

#include "api.h"

#include "../platform.h"

#include <pthread.h>
#include <time.h>

#define ANSWER 4096
#define PATIENCE (getenv("UNDER_VALGRIND") ? 60 : 20)

static char thing[64];
static pthread_mutex_t peer_mutex = PTHREAD_MUTEX_INITIALIZER;
static char happenings[2048];
/* The only thread that the programs lend; callbacks elsewhere are counted. */
static pthread_t main_thread;
static int strange_threads;

static inline void happened(const char *what) {
    size_t length;
    pthread_mutex_lock(&peer_mutex);
    length = strlen(happenings);
    snprintf(happenings + length, sizeof(happenings) - length, "%s;", what);
    strange_threads += !pthread_equal(pthread_self(), main_thread);
    pthread_mutex_unlock(&peer_mutex);
}

static inline int has_happened(const char *what) {
    int has;
    pthread_mutex_lock(&peer_mutex);
    has = strstr(happenings, what) != NULL;
    pthread_mutex_unlock(&peer_mutex);
    return has;
}

static inline void forget_happenings(void) {
    pthread_mutex_lock(&peer_mutex);
    happenings[0] = 0;
    pthread_mutex_unlock(&peer_mutex);
}

/* One round of an application's main loop. */
static inline void pump(void) {
    struct timespec pause = {0, 3000000};
    twApi_TaskerFunction(twGetSystemTime(TRUE), NULL);
    twMessageHandler_msgHandlerTask(twGetSystemTime(TRUE), NULL);
    nanosleep(&pause, NULL);
}

static inline int pump_until(const char *what) {
    time_t end = time(NULL) + PATIENCE;
    while (!has_happened(what) && time(NULL) < end) {
        pump();
    }
    return has_happened(what);
}

static inline int pump_until_connected(int connected) {
    time_t end = time(NULL) + PATIENCE;
    while (!twApi_isConnected() != !connected && time(NULL) < end) {
        pump();
    }
    return !twApi_isConnected() == !connected;
}

/* An API object for the platform, with a thing of a name of its own. */
static inline void start(void) {
    main_thread = pthread_self();
    snprintf(thing, sizeof(thing), "Conformance%ld", (long)getpid());
    twcfg.offline_msg_store_dir = "/no such folder";
    initialize_at(platform_port());
    twcfg.connect_retry_interval = 20;
}

static inline int go_online(void) { return twApi_Connect(10000, 3); }

/* A REST request that needs no device. The status; what was answered. */
static char answer[ANSWER];

static inline int ask(const char *method, const char *body, const char *format, const char *first, const char *second) {
    char path[512];
    snprintf(path, sizeof(path), format, first, second);
    answer[0] = 0;
    return rest(method, path, body, answer, sizeof(answer));
}

typedef struct {
    const char *method, *body;
    char path[512], answer[ANSWER];
    int status, done;
} PeerCall;

static inline void *peer_call(void *argument) {
    PeerCall *call = argument;
    int status = rest(call->method, call->path, call->body, call->answer, sizeof(call->answer));
    pthread_mutex_lock(&peer_mutex);
    call->status = status;
    call->done = 1;
    pthread_mutex_unlock(&peer_mutex);
    return NULL;
}

/* A REST request that the device answers, while the main loop runs here. */
static inline int ask_device(const char *method, const char *body, const char *format, const char *name) {
    PeerCall call;
    pthread_t thread;
    int done = 0;
    memset(&call, 0, sizeof(call));
    call.method = method;
    call.body = body;
    snprintf(call.path, sizeof(call.path), format, thing, name);
    pthread_create(&thread, NULL, peer_call, &call);
    while (!done) {
        pump();
        pthread_mutex_lock(&peer_mutex);
        done = call.done;
        pthread_mutex_unlock(&peer_mutex);
    }
    pthread_join(thread, NULL);
    snprintf(answer, sizeof(answer), "%s", call.answer);
    return call.status;
}

/* Runs the main loop until the platform has asked the device what the thing has. */
static inline void pump_until_known(const char *property) {
    time_t end = time(NULL) + PATIENCE;
    do {
        pump();
        ask("GET", NULL, "/twedge/things/%s", thing, "");
    } while (!strstr(answer, property) && time(NULL) < end);
}

/* Puts a fault of the platform into force; its number. */
static inline int fault(const char *body) {
    char *found;
    if (ask("POST", body, "/twedge/faults", "", "") != 200 || !(found = strchr(answer, ':'))) {
        fprintf(stderr, "the platform takes no faults: %s\n", answer);
        exit(1);
    }
    return atoi(found + 1);
}

static inline int faultf(const char *format, const char *first, int second) {
    char body[512];
    snprintf(body, sizeof(body), format, first, second);
    return fault(body);
}

static inline void end_fault(int id) {
    char number[16];
    snprintf(number, sizeof(number), "%d", id);
    ask("DELETE", NULL, "/twedge/faults/%s", number, "");
}

static inline int connection_id(void) {
    char *found;
    ask("GET", NULL, "/twedge/things/%s", thing, "");
    found = strstr(answer, "\"connection\":");
    return found ? atoi(found + strlen("\"connection\":")) : -1;
}

/* How many values the platform has got of a property, and the text of all. */
static inline int history_of(const char *property) {
    const char *at;
    int values = 0;
    ask("GET", NULL, "/twedge/things/%s/properties/%s/history", thing, property);
    for (at = answer; (at = strstr(at, "\"value\":")) != NULL; at++) {
        values++;
    }
    return values;
}

/* Everything that most groups do, once. */
static inline void warm_up_online(void) {
    twInfoTable *result = NULL;
    if (!platform_port()) {
        return;
    }
    start();
    twApi_BindThing(thing);
    go_online();
    pump();
    twApi_InvokeService(TW_RESOURCE, "CurrentSessionInfo", "GetCurrentUser", NULL, &result, -1, FALSE);
    twInfoTable_Delete(result);
    ask_device("POST", NULL, "/Thingworx/Things/%s/Services/%s", "GetMetadata");
    twApi_Delete();
    forget_happenings();
}

#endif
