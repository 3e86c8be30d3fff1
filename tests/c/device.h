/* A device of the local platform for tests: what happened to it, and a main loop until something has happened. */
#ifndef DEVICE_H
#define DEVICE_H

#include "twApi.h"

#include "check.h"
#include "platform.h"

#include <pthread.h>
#include <time.h>

/* Exported, but no header declares it (api-behaviour.md 17). */
extern twApi *tw_api;

#define PATIENCE 60
#define ANSWER 2048

/* Names of events with a semicolon behind each, in order. */
static struct {
    pthread_mutex_t mutex;
    char text[2048];
} events = {PTHREAD_MUTEX_INITIALIZER, ""};

static inline void happened(const char *what) {
    size_t length;
    pthread_mutex_lock(&events.mutex);
    length = strlen(events.text);
    snprintf(events.text + length, sizeof(events.text) - length, "%s;", what);
    pthread_mutex_unlock(&events.mutex);
}

static inline void forget_events(void) {
    pthread_mutex_lock(&events.mutex);
    events.text[0] = 0;
    pthread_mutex_unlock(&events.mutex);
}

static inline int has_happened(const char *what) {
    int has;
    pthread_mutex_lock(&events.mutex);
    has = strstr(events.text, what) != NULL;
    pthread_mutex_unlock(&events.mutex);
    return has;
}

static inline void app_key(char *buffer, unsigned int size) {
    snprintf(buffer, size, "%s", getenv("TWEDGE_TEST_KEY"));
}

static inline int on_close(struct twWs *ws, const char *data, size_t length) {
    char text[128];
    (void)ws;
    /* Sent by the platform with two bytes of status in front, made here without. */
    if (length > 2 && data[0] == 3) {
        data += 2;
        length -= 2;
    }
    snprintf(text, sizeof(text), "close %.*s", (int)length, data);
    happened(text);
    return 0;
}

static inline void on_bind(char *entity, char is_bound, void *userdata) {
    (void)entity;
    (void)userdata;
    happened(is_bound ? "bind" : "unbind");
}

/* An API object that talks to the platform of the test run, in clear. */
static inline int initialize(void) {
    int code = twApi_Initialize("127.0.0.1", platform_port(), "/Thingworx/WS", app_key, NULL, MESSAGE_CHUNK_SIZE,
                                MESSAGE_CHUNK_SIZE, TRUE);
    twApi_DisableEncryption();
    twApi_RegisterCloseCallback(on_close);
    twApi_RegisterBindEventCallback(NULL, on_bind, NULL);
    return code;
}

/* One round of a program's own main loop. */
static inline void pump(void) {
    struct timespec pause = {0, 5000000};
    twApi_TaskerFunction(twGetSystemTime(TRUE), NULL);
    twMessageHandler_msgHandlerTask(twGetSystemTime(TRUE), NULL);
    nanosleep(&pause, NULL);
}

/* Runs the main loop until something has happened. */
static inline int pump_until(const char *what) {
    time_t end = time(NULL) + PATIENCE;
    while (!has_happened(what) && time(NULL) < end) {
        pump();
    }
    return has_happened(what);
}

/* Runs the main loop until the device is online, or is not. */
static inline int pump_until_connected(int connected) {
    time_t end = time(NULL) + PATIENCE;
    while (twApi_isConnected() != connected && time(NULL) < end) {
        pump();
    }
    return twApi_isConnected() == connected;
}

/* The latest fault of the platform. */
static int fault_id;

/* Puts a fault of the platform in force, in the form of its REST interface. */
static inline void misbehave(const char *fault) {
    char answer[ANSWER], *id;
    CHECK_INT(rest("POST", "/twedge/faults", fault, answer, sizeof(answer)), 200);
    id = strstr(answer, "\"id\":");
    fault_id = id ? atoi(id + strlen("\"id\":")) : -1;
}

/* Takes it out of force. */
static inline void behave(void) {
    char answer[ANSWER], path[64];
    snprintf(path, sizeof(path), "/twedge/faults/%d", fault_id);
    CHECK_INT(rest("DELETE", path, NULL, answer, sizeof(answer)), 200);
}

/* How many events of this name a thing has at the platform; the name with its quotation marks. */
static inline int events_named(const char *thing, const char *name) {
    char answer[ANSWER], path[128];
    const char *at = answer;
    int count = 0;
    snprintf(path, sizeof(path), "/twedge/things/%s/events", thing);
    CHECK_INT(rest("GET", path, NULL, answer, sizeof(answer)), 200);
    for (; (at = strstr(at, name)) != NULL; at++) {
        count++;
    }
    return count;
}

typedef struct {
    const char *method, *path, *body;
    char answer[ANSWER];
    int status;
    int done;
    pthread_mutex_t mutex;
} Call;

static inline void *run_call(void *argument) {
    Call *call = argument;
    int status = rest(call->method, call->path, call->body, call->answer, sizeof(call->answer));
    pthread_mutex_lock(&call->mutex);
    call->status = status;
    call->done = 1;
    pthread_mutex_unlock(&call->mutex);
    return NULL;
}

static inline int is_done(Call *call) {
    int done;
    pthread_mutex_lock(&call->mutex);
    done = call->done;
    pthread_mutex_unlock(&call->mutex);
    return done;
}

/* A REST request that needs the device, while the main loop runs here. */
static inline int rest_pumped(const char *method, const char *path, const char *body, char *answer) {
    Call call = {method, path, body, "", -1, 0, PTHREAD_MUTEX_INITIALIZER};
    pthread_t thread;
    pthread_create(&thread, NULL, run_call, &call);
    while (!is_done(&call)) {
        pump();
    }
    pthread_join(thread, NULL);
    snprintf(answer, ANSWER, "%s", call.answer);
    return call.status;
}

/* A path with a name in it; the latest one only. */
static inline char *path_of(const char *format, const char *name) {
    static char path[256];
    snprintf(path, sizeof(path), format, name);
    return path;
}

#endif
