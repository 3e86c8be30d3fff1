/* twApi.h with a platform: connecting, the order of callbacks, requests in both directions, losing the connection, and each
 * way to lend the library threads. */
#define _POSIX_C_SOURCE 200809L
#include "twApi.h"
#include "twProperties.h"
#include "twTasker.h"
#include "twThreads.h"

#include "check.h"
#include "platform.h"

#include <pthread.h>
#include <sys/wait.h>
#include <time.h>

extern twApi *tw_api;

#define REFUSED 1101
#define NOT_FOUND 1104
#define PATIENCE 60
#define ANSWER 2048

static const char *key;
/* The one to give from the call after the next on, if any. */
static const char *next_key;
static char thing[64];
static char other[64];
/* A callback that was called twice would add a second value. */
static double limit = 7.5;

/* What happened, in order: names of events with a semicolon behind each. */
static struct {
    pthread_mutex_t mutex;
    char text[1024];
    int connected_in_connect, connected_in_bind;
    uint32_t async_id;
    int async_code;
    char async_text[64];
    /* After each BIND, whenever the platform gets to it; so not among the events. */
    int synchronized;
    char rows[256];
} events = {PTHREAD_MUTEX_INITIALIZER, "", -1, -1, 0, 0, "", 0, ""};

static void happened(const char *what) {
    size_t length;
    pthread_mutex_lock(&events.mutex);
    length = strlen(events.text);
    snprintf(events.text + length, sizeof(events.text) - length, "%s;", what);
    pthread_mutex_unlock(&events.mutex);
}

static void forget_events(void) {
    pthread_mutex_lock(&events.mutex);
    events.text[0] = 0;
    pthread_mutex_unlock(&events.mutex);
}

static int has_happened(const char *what) {
    int has;
    pthread_mutex_lock(&events.mutex);
    has = strstr(events.text, what) != NULL;
    pthread_mutex_unlock(&events.mutex);
    return has;
}

static void app_key(char *buffer, unsigned int size) {
    happened("key");
    snprintf(buffer, size, "%s", key);
    if (next_key) {
        key = next_key;
        next_key = NULL;
    }
}

static int on_connect(struct twWs *ws, const char *data, size_t length) {
    events.connected_in_connect = twApi_isConnected();
    happened(ws == tw_api->mh->ws && data == NULL && length == 0 ? "connect" : "connect?");
    return 0;
}

static int on_close(struct twWs *ws, const char *data, size_t length) {
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

static void on_bind(char *entity, char is_bound, void *userdata) {
    char text[128];
    events.connected_in_bind = twApi_isConnected();
    snprintf(text, sizeof(text), "%s %s", is_bound ? "bind" : "unbind", (char *)userdata);
    if ((strcmp(userdata, "all") == 0) != (entity == NULL)) {
        happened("wrong name");
    }
    happened(text);
}

static void on_authenticated(char *type, char *value, void *userdata) {
    int right = strcmp(type, "appKey") == 0 && strcmp(value, key) == 0 && userdata == &events;
    happened(right ? "authenticated" : "authenticated?");
}

static void on_synchronized(char *entity, twInfoTable *table, void *userdata) {
    char *name = NULL, *push_type = NULL;
    int i;
    (void)userdata;
    for (i = 0; table && i < twList_GetCount(table->rows); i++) {
        size_t length = strlen(events.rows);
        if (twInfoTable_GetString(table, "edgeName", i, &name) == TW_OK &&
            twInfoTable_GetString(table, "pushType", i, &push_type) == TW_OK) {
            snprintf(events.rows + length, sizeof(events.rows) - length, "%s=%s;", name, push_type);
        }
        free(name);
        free(push_type);
        name = push_type = NULL;
    }
    events.synchronized += strcmp(entity, thing) == 0;
}

static enum msgCodeEnum on_limit(const char *entity, const char *name, twInfoTable **value, char is_write, void *data) {
    if (strcmp(entity, thing) != 0 || strcmp(name, "Limit") != 0 || data != &limit) {
        return TWX_BAD_REQUEST;
    }
    if (!is_write) {
        *value = twInfoTable_CreateFromNumber("Limit", limit);
        return TWX_SUCCESS;
    }
    return twInfoTable_GetNumber(*value, "Limit", 0, &limit) == TW_OK ? TWX_SUCCESS : TWX_BAD_REQUEST;
}

static enum msgCodeEnum on_value(const char *entity, const char *name, twInfoTable **value, char is_write, void *data) {
    (void)entity;
    (void)data;
    if (!is_write) {
        *value = twInfoTable_CreateFromNumber((char *)name, 20.0);
    }
    return TWX_SUCCESS;
}

static enum msgCodeEnum on_add(const char *entity, const char *name, twInfoTable *params, twInfoTable **content,
                               void *data) {
    double a = 0.0, b = 0.0;
    (void)entity;
    (void)name;
    (void)data;
    if (!params || twInfoTable_GetNumber(params, "a", 0, &a) != TW_OK ||
        twInfoTable_GetNumber(params, "b", 0, &b) != TW_OK) {
        return TWX_BAD_REQUEST;
    }
    *content = twInfoTable_CreateFromNumber("result", a + b);
    return TWX_SUCCESS;
}

/* A service that asks the platform something before it answers: no lock of the library may be in the way. */
static enum msgCodeEnum on_ask(const char *entity, const char *name, twInfoTable *params, twInfoTable **content,
                               void *data) {
    (void)entity;
    (void)name;
    (void)params;
    (void)data;
    return twApi_InvokeService(TW_RESOURCE, "CurrentSessionInfo", "GetCurrentUser", NULL, content, -1, FALSE) == TW_OK
               ? TWX_SUCCESS
               : TWX_INTERNAL_SERVER_ERROR;
}

static int on_response(uint32_t id, enum msgCodeEnum code, char *reason, twInfoTable *content) {
    char *user = NULL;
    events.async_id = id;
    events.async_code = code;
    if (content) {
        twInfoTable_GetString(content, "result", 0, &user);
    }
    snprintf(events.async_text, sizeof(events.async_text), "%s", user ? user : reason ? reason : "");
    free(user);
    twInfoTable_Delete(content);
    happened("response");
    return 0;
}

static void pause_briefly(void) {
    struct timespec pause = {0, 5000000};
    nanosleep(&pause, NULL);
}

/* One round of a program's own main loop. */
static void pump(void) {
    twApi_TaskerFunction(twGetSystemTime(TRUE), NULL);
    twMessageHandler_msgHandlerTask(twGetSystemTime(TRUE), NULL);
    pause_briefly();
}

/* Runs the main loop until something has happened. */
static int pump_until(const char *what) {
    time_t end = time(NULL) + PATIENCE;
    while (!has_happened(what) && time(NULL) < end) {
        pump();
    }
    return has_happened(what);
}

typedef struct {
    const char *method, *path, *body;
    char answer[ANSWER];
    int status;
    int done;
    pthread_mutex_t mutex;
} Call;

static void *run_call(void *argument) {
    Call *call = argument;
    int status = rest(call->method, call->path, call->body, call->answer, sizeof(call->answer));
    pthread_mutex_lock(&call->mutex);
    call->status = status;
    call->done = 1;
    pthread_mutex_unlock(&call->mutex);
    return NULL;
}

static int is_done(Call *call) {
    int done;
    pthread_mutex_lock(&call->mutex);
    done = call->done;
    pthread_mutex_unlock(&call->mutex);
    return done;
}

/* A REST request that needs the device, while the main loop runs here. */
static int rest_pumped(const char *method, const char *path, const char *body, char *answer) {
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

static char *path_of(const char *format, const char *name) {
    static char path[256];
    snprintf(path, sizeof(path), format, name);
    return path;
}

static int initialize(void) {
    int code = twApi_Initialize("127.0.0.1", platform_port(), "/Thingworx/WS", app_key, NULL, MESSAGE_CHUNK_SIZE,
                                MESSAGE_CHUNK_SIZE, TRUE);
    twApi_DisableEncryption();
    return code;
}

static void register_thing(void) {
    twDataShape *inputs = twDataShape_Create(twDataShapeEntry_Create("a", NULL, TW_NUMBER));
    twDataShape_AddEntry(inputs, twDataShapeEntry_Create("b", NULL, TW_NUMBER));
    CHECK_INT(twApi_RegisterProperty(TW_THING, thing, "Limit", TW_NUMBER, NULL, "NEVER", 0, on_limit, &limit), TW_OK);
    CHECK_INT(twApi_RegisterProperty(TW_THING, thing, "Value", TW_NUMBER, NULL, "ALWAYS", 0, on_value, NULL), TW_OK);
    CHECK_INT(twApi_RegisterService(TW_THING, thing, "Add", "Adds", inputs, TW_NUMBER, NULL, on_add, NULL), TW_OK);
    CHECK_INT(twApi_RegisterService(TW_THING, thing, "Ask", NULL, NULL, TW_STRING, NULL, on_ask, NULL), TW_OK);
    CHECK_INT(twApi_RegisterEvent(TW_THING, thing, "Alarm", NULL,
                                  twDataShape_Create(twDataShapeEntry_Create("text", NULL, TW_STRING))),
              TW_OK);
    CHECK_INT(twApi_BindThing(thing), TW_OK);
}

static void register_callbacks(void) {
    CHECK_INT(twApi_RegisterConnectCallback(on_connect), TW_OK);
    CHECK_INT(twApi_RegisterCloseCallback(on_close), TW_OK);
    CHECK_INT(twApi_RegisterBindEventCallback(NULL, on_bind, "all"), TW_OK);
    CHECK_INT(twApi_RegisterBindEventCallback(thing, on_bind, "own"), TW_OK);
    CHECK_INT(twApi_RegisterBindEventCallback(other, on_bind, "other"), TW_OK);
    CHECK_INT(twApi_RegisterOnAuthenticatedCallback(on_authenticated, &events), TW_OK);
    CHECK_INT(twApi_RegisterSynchronizeStateEventCallback(NULL, on_synchronized, NULL), TW_OK);
}

static void test_failures(void) {
    struct sockaddr_in address;
    socklen_t length = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    /* A port that is taken, and where nobody listens. */
    memset(&address, 0, sizeof(address));
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK_INT(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    CHECK_INT(getsockname(fd, (struct sockaddr *)&address, &length), 0);
    CHECK_INT(twApi_Initialize("127.0.0.1", ntohs(address.sin_port), "/Thingworx/WS", app_key, NULL, 8192, 8192, TRUE),
              TW_OK);
    twApi_DisableEncryption();
    CHECK_INT(twApi_Connect(5000, 2), TW_SOCKET_INIT_ERROR);
    CHECK_INT(tw_api->manuallyDisconnected, TRUE);
    CHECK_INT(tw_api->connectionInProgress, FALSE);
    CHECK_INT(tw_api->firstConnectionComplete, TRUE);
    CHECK_INT(twApi_Delete(), TW_OK);
    close(fd);

    /* Refused by the upgrade, with an HTTP status, and by AUTH. */
    CHECK_INT(initialize(), TW_OK);
    key = "no such key";
    CHECK_INT(twApi_Connect(5000, 1), TW_ERROR_INITIALIZING_WEBSOCKET);
    CHECK_INT(tw_api->manuallyDisconnected, TRUE);
    key = getenv("TWEDGE_TEST_KEY");
    next_key = "no such key";
    CHECK_INT(twApi_Connect(5000, 1), REFUSED);
    CHECK_INT(twApi_isConnected(), FALSE);
    CHECK_INT(twApi_GetIsAuthenticated(), FALSE);
    CHECK_INT(tw_api->manuallyDisconnected, TRUE);
    CHECK_INT(twApi_Delete(), TW_OK);
    key = getenv("TWEDGE_TEST_KEY");
}

static void test_order_of_callbacks(void) {
    time_t end = time(NULL) + PATIENCE;
    forget_events();
    CHECK_INT(twApi_Connect(10000, 3), TW_OK);
    CHECK_STR(events.text, "key;connect;key;bind all;bind own;bind other;");
    CHECK_INT(events.connected_in_connect, FALSE);
    CHECK_INT(events.connected_in_bind, TRUE);
    CHECK_INT(twApi_isConnected(), TRUE);
    CHECK_INT(twApi_GetIsAuthenticated(), TRUE);
    CHECK_INT(tw_api->manuallyDisconnected, FALSE);
    CHECK_INT(tw_api->firstConnectionComplete, TRUE);
    forget_events();
    twApi_TaskerFunction(twGetSystemTime(TRUE), NULL);
    CHECK(strncmp(events.text, "key;authenticated;", 18) == 0);
    while (events.synchronized == 0 && time(NULL) < end) {
        pump();
    }
    CHECK(events.synchronized > 0);
    CHECK(strstr(events.rows, "Limit=NEVER;") != NULL);
    CHECK(strstr(events.rows, "Value=ALWAYS;") != NULL);
    /* Not again on this connection. */
    forget_events();
    pump();
    CHECK(!has_happened("authenticated"));
    /* While online: a refresh. */
    forget_events();
    CHECK_INT(twApi_Connect(10000, 3), TW_OK);
    CHECK_STR(events.text, "key;bind all;bind own;bind other;");
}

static void test_requests_to_the_platform(void) {
    twPrimitive *value = twPrimitive_CreateFromNumber(2.5);
    twPrimitive *read = NULL;
    twInfoTable *table = NULL, *params;
    twList *list;
    char *user = NULL;
    char answer[ANSWER];

    CHECK_INT(twApi_WriteProperty(TW_THING, thing, "Value", value, -1, FALSE), TW_OK);
    CHECK_INT(value->type, TW_NOTHING);
    twPrimitive_Delete(value);
    CHECK_INT(twApi_ReadProperty(TW_THING, thing, "Value", &read, -1, FALSE), TW_OK);
    CHECK(read != NULL && read->type == TW_NUMBER && read->val.number == 2.5);
    twPrimitive_Delete(read);
    CHECK_INT(twApi_ReadProperty(TW_THING, thing, "", &read, -1, FALSE), TW_OK);
    CHECK(read != NULL && read->type == TW_INFOTABLE);
    twPrimitive_Delete(read);
    read = NULL;
    CHECK_INT(twApi_ReadProperty(TW_THING, thing, "None", &read, -1, FALSE), NOT_FOUND);

    CHECK_INT(twApi_InvokeService(TW_RESOURCE, "CurrentSessionInfo", "GetCurrentUser", NULL, &table, -1, FALSE), TW_OK);
    CHECK(table != NULL && twInfoTable_GetString(table, "result", 0, &user) == TW_OK && user[0]);
    twInfoTable_Delete(table);
    table = (twInfoTable *)&table;
    params = twInfoTable_CreateFromNumber("a", 1.0);
    CHECK_INT(twApi_InvokeService(TW_THING, thing, "NoSuchService", params, &table, -1, FALSE), NOT_FOUND);
    CHECK(table == NULL);
    CHECK(params->rows == NULL);
    twInfoTable_Delete(params);
    CHECK_INT(twApi_InvokeService(TW_THING, "NoSuchThing", "Any", NULL, &table, -1, FALSE), NOT_FOUND);

    params = twInfoTable_CreateFromString("text", "too hot", TRUE);
    CHECK_INT(twApi_FireEvent(TW_THING, thing, "Alarm", params, -1, FALSE), TW_OK);
    twInfoTable_Delete(params);
    CHECK_INT(rest("GET", path_of("/twedge/things/%s/events", thing), NULL, answer, sizeof(answer)), 200);
    CHECK(strstr(answer, "too hot") != NULL);

    list = twApi_CreatePropertyList("Value", twPrimitive_CreateFromNumber(31.5), 0);
    CHECK_INT(twApi_PushProperties(TW_THING, thing, list, -1, FALSE), TW_OK);
    twApi_DeletePropertyList(list);
    CHECK_INT(rest("GET", path_of("/Thingworx/Things/%s/Properties/Value", thing), NULL, answer, sizeof(answer)), 200);
    CHECK(strstr(answer, "31.5") != NULL);

    CHECK_INT(twApi_SetSubscribedProperty(thing, "Value", twPrimitive_CreateFromNumber(41.5), FALSE, FALSE), TW_OK);
    CHECK_INT(twApi_PushSubscribedProperties(thing, FALSE), TW_OK);
    CHECK_INT(rest("GET", path_of("/Thingworx/Things/%s/Properties/Value", thing), NULL, answer, sizeof(answer)), 200);
    CHECK(strstr(answer, "41.5") != NULL);
    CHECK_INT(twApi_SetSubscribedProperty(thing, "Value", twPrimitive_CreateFromNumber(51.5), FALSE, TRUE), TW_OK);
    CHECK_INT(rest("GET", path_of("/Thingworx/Things/%s/Properties/Value", thing), NULL, answer, sizeof(answer)), 200);
    CHECK(strstr(answer, "51.5") != NULL);
    CHECK_INT(twApi_SendPing("still there?"), TW_OK);

    {
        uint32_t id = 0;
        forget_events();
        CHECK_INT(twApi_InvokeServiceAsync(TW_RESOURCE, "CurrentSessionInfo", "GetCurrentUser", NULL, FALSE, on_response,
                                           &id),
                  TW_OK);
        CHECK(id != 0);
        /* Only on a thread that is lent: this one, now. */
        CHECK(!has_happened("response"));
        CHECK(pump_until("response;"));
        CHECK_INT(events.async_id, id);
        CHECK_INT(events.async_code, TWX_SUCCESS);
        CHECK_STR(events.async_text, user);
        forget_events();
        CHECK_INT(twApi_InvokeServiceAsync(TW_THING, thing, "NoSuchService", NULL, FALSE, on_response, &id), TW_OK);
        CHECK(pump_until("response;"));
        CHECK_INT(events.async_id, id);
        CHECK_INT(events.async_code, TWX_NOT_FOUND);
        CHECK(strstr(events.async_text, "NoSuchService") != NULL);
    }
    {
        twList *ids = NULL;
        forget_events();
        CHECK_INT(twApi_SetSubscribedProperty(thing, "Value", twPrimitive_CreateFromNumber(61.5), FALSE, FALSE), TW_OK);
        CHECK_INT(twApi_PushSubscribedPropertiesAsync(thing, FALSE, on_response, &ids), TW_OK);
        CHECK_INT(twList_GetCount(ids), 1);
        CHECK(pump_until("response;"));
        CHECK_INT(events.async_code, TWX_SUCCESS);
        CHECK(twList_GetCount(ids) == 1 && *(uint32_t *)ids->first->value == events.async_id);
        twList_Delete(ids);
    }
    free(user);
}

static void test_requests_from_the_platform(void) {
    char answer[ANSWER];

    CHECK_INT(rest_pumped("POST", path_of("/Thingworx/Things/%s/Services/Add", thing), "{\"a\":2,\"b\":3.25}", answer), 200);
    CHECK(strstr(answer, "5.25") != NULL);
    CHECK(rest_pumped("POST", path_of("/Thingworx/Things/%s/Services/Add", thing), NULL, answer) >= 400);
    CHECK_INT(rest_pumped("POST", path_of("/Thingworx/Things/%s/Services/NoSuch", thing), NULL, answer), 404);
    CHECK_INT(rest_pumped("POST", path_of("/Thingworx/Things/%s/Services/Ask", thing), NULL, answer), 200);
    CHECK(strstr(answer, "result") != NULL);
    CHECK_INT(rest_pumped("GET", path_of("/Thingworx/Things/%s/Properties/Limit?source=device", thing), NULL, answer), 200);
    CHECK(strstr(answer, "7.5") != NULL);
    CHECK_INT(rest_pumped("PUT", path_of("/Thingworx/Things/%s/Properties/Limit", thing), "{\"Limit\":8.5}", answer), 200);
    CHECK(limit == 8.5);
    CHECK_INT(rest_pumped("POST", path_of("/Thingworx/Things/%s/Services/GetMetadata", thing), NULL, answer), 200);
    CHECK(strstr(answer, "Adds") != NULL);
    limit = 7.5;
}

static void test_binding_online(void) {
    forget_events();
    CHECK_INT(twApi_BindThing(other), TW_OK);
    CHECK_STR(events.text, "bind all;bind own;bind other;");
    forget_events();
    CHECK_INT(twApi_UnbindThing(other), TW_OK);
    CHECK_STR(events.text, "unbind all;unbind other;");
    forget_events();
    CHECK_INT(twApi_BindThingWithoutDefaultServices(other), TW_OK);
    CHECK_STR(events.text, "bind all;bind other;");
    CHECK_INT(twApi_UnbindThing(other), TW_OK);
}

static int connection_of_thing(void) {
    char answer[ANSWER];
    char *found;
    CHECK_INT(rest("GET", path_of("/twedge/things/%s", thing), NULL, answer, sizeof(answer)), 200);
    found = strstr(answer, "\"connection\":");
    return found ? atoi(found + strlen("\"connection\":")) : -1;
}

static void test_reconnect(void) {
    char id[16];
    char answer[ANSWER];
    snprintf(id, sizeof(id), "%d", connection_of_thing());
    forget_events();
    CHECK(rest("DELETE", path_of("/twedge/connections/%s", id), NULL, answer, sizeof(answer)) < 300);
    CHECK(pump_until("authenticated;"));
    CHECK_STR(events.text, "close Normal Close by the operator;key;connect;key;bind all;bind own;bind other;"
                           "key;authenticated;");
    CHECK_INT(twApi_isConnected(), TRUE);
    CHECK_INT(twApi_IsEntityBound(thing), TRUE);
    test_requests_from_the_platform();
}

static void test_disconnect(void) {
    char answer[ANSWER];
    twInfoTable *table = NULL;
    forget_events();
    CHECK_INT(twApi_Disconnect("bye"), TW_OK);
    CHECK_INT(twApi_isConnected(), FALSE);
    CHECK_INT(tw_api->manuallyDisconnected, TRUE);
    CHECK(pump_until("close"));
    CHECK_STR(events.text, "bind all;bind own;bind other;close Normal Close bye;");
    CHECK_INT(rest("GET", path_of("/twedge/things/%s", thing), NULL, answer, sizeof(answer)), 200);
    CHECK(strstr(answer, "\"isConnected\":false") != NULL);
    CHECK_INT(twApi_IsEntityBound(thing), TRUE);
    /* A forced request connects again. */
    CHECK_INT(twApi_InvokeService(TW_RESOURCE, "CurrentSessionInfo", "GetCurrentUser", NULL, &table, -1, FALSE), 1113);
    CHECK(table == NULL);
    CHECK_INT(twApi_InvokeService(TW_RESOURCE, "CurrentSessionInfo", "GetCurrentUser", NULL, &table, -1, TRUE), TW_OK);
    twInfoTable_Delete(table);
    CHECK_INT(twApi_isConnected(), TRUE);
}

/* Requests are answered while nothing is called here. */
static void test_lent_threads(void) {
    char answer[ANSWER];
    CHECK_INT(twApi_Connect(10000, 3), TW_OK);
    CHECK_INT(rest("POST", path_of("/Thingworx/Things/%s/Services/Add", thing), "{\"a\":1,\"b\":0.25}", answer,
                   sizeof(answer)),
              200);
    CHECK(strstr(answer, "1.25") != NULL);
    CHECK_INT(rest("POST", path_of("/Thingworx/Things/%s/Services/Ask", thing), NULL, answer, sizeof(answer)), 200);
    CHECK_INT(rest("GET", path_of("/Thingworx/Things/%s/Properties/Limit?source=device", thing), NULL, answer,
                   sizeof(answer)),
              200);
    CHECK(strstr(answer, "7.5") != NULL);
}

static void test_own_threads(void) {
    twThread *api, *first, *second;
    CHECK_INT(initialize(), TW_OK);
    register_thing();
    api = twThread_Create(twApi_TaskerFunction, 5, NULL, TRUE);
    first = twThread_Create(twMessageHandler_msgHandlerTask, 5, NULL, TRUE);
    second = twThread_Create(twMessageHandler_msgHandlerTask, 5, NULL, TRUE);
    test_lent_threads();
    twThread_Delete(first);
    twThread_Delete(second);
    twThread_Delete(api);
    CHECK_INT(twApi_Delete(), TW_OK);
}

static void test_tasker(void) {
    int api, handler;
    CHECK_INT(initialize(), TW_OK);
    register_thing();
    api = twApi_CreateTask(5, twApi_TaskerFunction);
    handler = twApi_CreateTask(5, twMessageHandler_msgHandlerTask);
    CHECK(api >= 0 && api < 5 && handler >= 0 && handler < 5 && api != handler);
    twTasker_Start();
    test_lent_threads();
    twTasker_RemoveTask(api);
    twTasker_RemoveTask(handler);
    twTasker_Stop();
    CHECK_INT(twApi_Delete(), TW_OK);
}

/* A daemon: initialized in the foreground, connected in the child. */
static void test_fork(void) {
    pid_t child;
    int status = 0;
    CHECK_INT(initialize(), TW_OK);
    register_thing();
    child = fork();
    if (child == 0) {
        checks_failed = 0;
        CHECK_INT(twApi_Connect(10000, 3), TW_OK);
        test_requests_from_the_platform();
        CHECK_INT(twApi_Delete(), TW_OK);
        _exit(checks_failed < 77 ? checks_failed : 76);
    }
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK_INT(WEXITSTATUS(status), 0);
    CHECK_INT(twApi_Connect(10000, 3), TW_OK);
    test_requests_from_the_platform();
    CHECK_INT(twApi_Delete(), TW_OK);
}

int main(void) {
    if (platform_port() == 0) {
        return 77;
    }
    key = getenv("TWEDGE_TEST_KEY");
    twcfg.connect_retry_interval = 20;
    snprintf(thing, sizeof(thing), "Online%ld", (long)getpid());
    snprintf(other, sizeof(other), "Other%ld", (long)getpid());
    test_fork();
    test_failures();
    CHECK_INT(initialize(), TW_OK);
    register_thing();
    register_callbacks();
    test_order_of_callbacks();
    test_requests_to_the_platform();
    test_requests_from_the_platform();
    test_binding_online();
    test_reconnect();
    test_disconnect();
    CHECK_INT(twApi_Delete(), TW_OK);
    test_own_threads();
    test_tasker();
    return check_result();
}
