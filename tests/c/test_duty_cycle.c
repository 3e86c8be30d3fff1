/* The duty cycle: values and requests across windows without a connection, requests that force one, a platform that is away. */
#define _XOPEN_SOURCE 700
#include "device.h"
#include "twOfflineMsgStore.h"
#include "twProperties.h"
#include "twSubscribedProps.h"

#define OFFLINE 1113
#define STORED TW_WROTE_TO_OFFLINE_MSG_STORE
/* Half of it is spent offline. */
#define PERIOD 400
#define VALUES 60

/* Exported, but no header declares it. */
int enableOfflineMsgStore(char enable, char on_disk);

static char thing[64];
static char property[] = "p";
static int things;

static enum msgCodeEnum on_property(const char *entity, const char *name, twInfoTable **value, char is_write, void *data) {
    (void)entity, (void)data;
    if (!is_write) {
        *value = twInfoTable_CreateFromNumber((char *)name, 0);
    }
    return TWX_SUCCESS;
}

static enum msgCodeEnum on_echo(const char *entity, const char *name, twInfoTable *params, twInfoTable **content, void *data) {
    (void)entity, (void)name, (void)params, (void)data;
    *content = twInfoTable_CreateFromString("result", "echo", TRUE);
    return TWX_SUCCESS;
}

static void begin(void) {
    char answer[ANSWER];
    snprintf(thing, sizeof(thing), "DutyCycle%ld_%d", (long)getpid(), ++things);
    CHECK_INT(rest("PUT", path_of("/twedge/things/%s", thing),
                   "{\"properties\":{\"p\":{\"baseType\":\"NUMBER\",\"pushType\":\"ALWAYS\"}}}", answer, sizeof(answer)),
              200);
    forget_events();
    CHECK_INT(initialize(), TW_OK);
    CHECK_INT(twApi_RegisterProperty(TW_THING, thing, property, TW_NUMBER, NULL, "ALWAYS", 0, on_property, NULL), TW_OK);
    CHECK_INT(twApi_RegisterService(TW_THING, thing, "Echo", NULL, NULL, TW_STRING, NULL, on_echo, NULL), TW_OK);
    CHECK_INT(twApi_BindThing(thing), TW_OK);
    CHECK_INT(twApi_Connect(10000, 3), TW_OK);
}

static void start_cycle(void) {
    CHECK_INT(twApi_SetDutyCycle(50, PERIOD), TW_OK);
}

static void stop_cycle(void) {
    CHECK_INT(twApi_SetDutyCycle(100, 0), TW_OK);
}

static int set(int number) {
    return twApi_SetSubscribedPropertyVTQ(thing, property, twPrimitive_CreateFromNumber(number), 1000 + (DATETIME)number, "GOOD",
                                          FALSE, FALSE);
}

/* How many of the numbers from 1 on have arrived, each after the one before; what came twice counts once. */
static int arrived(void) {
    static char answer[16384];
    char *at = answer;
    int last = 0;
    CHECK_INT(rest("GET", path_of("/twedge/things/%s/properties/p/history", thing), NULL, answer, sizeof(answer)), 200);
    while ((at = strstr(at, "\"value\":")) != NULL) {
        int number;
        at += strlen("\"value\":");
        number = atoi(at);
        last += number == last + 1;
    }
    return last;
}

static int on_push(uint32_t id, enum msgCodeEnum code, char *reason, twInfoTable *content) {
    (void)id, (void)code, (void)reason;
    twInfoTable_Delete(content);
    return 0;
}

static void push(char asynchronous) {
    twList *ids = NULL;
    if (asynchronous) {
        twApi_PushSubscribedPropertiesAsync(thing, FALSE, on_push, &ids);
        twList_Delete(ids);
    } else {
        twApi_PushSubscribedProperties(thing, FALSE);
    }
}

/* Set and pushed in windows with a connection and without, all arrive in order; with a store on disk and without. */
static void test_values(char with_store, char asynchronous) {
    const char *directory = twcfg.offline_msg_store_dir;
    int number, offline = 0, online = 0, rounds;
    time_t end = time(NULL) + PATIENCE;
    twcfg.offline_msg_store_dir = with_store ? directory : NULL;
    twcfg.subscribed_props_enabled = with_store;
    begin();
    start_cycle();
    for (number = 1; number <= VALUES; number++) {
        CHECK_INT(set(number), TW_OK);
        if (twApi_isConnected()) {
            online++;
        } else {
            offline++;
        }
        if (number % 3 == 0) {
            push(asynchronous);
        }
        for (rounds = 0; rounds < 4; rounds++) {
            pump();
        }
    }
    CHECK(online > 0 && offline > 0);
    stop_cycle();
    CHECK_INT(twApi_Connect(10000, 3), TW_OK);
    while (arrived() < VALUES && time(NULL) < end) {
        twApi_PushSubscribedProperties(NULL, FALSE);
        pump();
    }
    CHECK_INT(arrived(), VALUES);
    CHECK_INT(twApi_Delete(), TW_OK);
    twcfg.offline_msg_store_dir = directory;
    twcfg.subscribed_props_enabled = TRUE;
}

static int read_one(char force) {
    twPrimitive *value = NULL;
    int code = twApi_ReadProperty(TW_THING, thing, property, &value, -1, force);
    twPrimitive_Delete(value);
    return code;
}

static int write_one(char force) {
    twPrimitive *value = twPrimitive_CreateFromNumber(5);
    int code = twApi_WriteProperty(TW_THING, thing, property, value, -1, force);
    twPrimitive_Delete(value);
    return code;
}

static int invoke(char force) {
    twInfoTable *result = NULL;
    int code = twApi_InvokeService(TW_RESOURCE, "CurrentSessionInfo", "GetCurrentUser", NULL, &result, -1, force);
    twInfoTable_Delete(result);
    return code;
}

static int fire(char force) { return twApi_FireEvent(TW_THING, thing, "Happened", NULL, -1, force); }

static int push_properties(char force) {
    propertyList *list = twApi_CreatePropertyList(property, twPrimitive_CreateFromNumber(6), 2000);
    int code = twApi_PushProperties(TW_THING, thing, list, -1, force);
    twApi_DeletePropertyList(list);
    return code;
}

static int on_response(uint32_t id, enum msgCodeEnum code, char *reason, twInfoTable *content) {
    (void)id, (void)reason;
    twInfoTable_Delete(content);
    happened(code == TWX_SUCCESS ? "answered" : "refused");
    return 0;
}

static int invoke_later(char force) {
    uint32_t id = 0;
    int code = twApi_InvokeServiceAsync(TW_RESOURCE, "CurrentSessionInfo", "GetCurrentUser", NULL, force, on_response, &id);
    if (code == TW_OK) {
        CHECK(pump_until("answered;"));
    }
    return code;
}

static int push_subscribed(char force) {
    CHECK_INT(set(1), TW_OK);
    return twApi_PushSubscribedProperties(thing, force);
}

static int push_subscribed_later(char force) {
    twList *ids = NULL;
    int code;
    CHECK_INT(set(1), TW_OK);
    code = twApi_PushSubscribedPropertiesAsync(thing, force, on_response, &ids);
    twList_Delete(ids);
    if (force) {
        CHECK(pump_until("answered;"));
    }
    return code;
}

/* A window without a connection that no tasker ends. */
static void go_offline(void) {
    forget_events();
    start_cycle();
    CHECK(pump_until("close Normal Close Duty cycle off time;"));
    stop_cycle();
    forget_events();
    CHECK_INT(twApi_isConnected(), FALSE);
}

/* Each request with a parameter for it makes a connection; without it says that there is none. */
static void test_forced_requests(void) {
    static const struct {
        const char *name;
        int (*call)(char force);
        int offline;
    } requests[] = {{"read", read_one, OFFLINE},
                    {"write", write_one, OFFLINE},
                    {"invoke", invoke, OFFLINE},
                    {"fire", fire, OFFLINE},
                    {"push properties", push_properties, OFFLINE},
                    {"invoke asynchronously", invoke_later, OFFLINE},
                    {"push subscribed", push_subscribed, TW_OK},
                    {"push subscribed asynchronously", push_subscribed_later, TW_OK}};
    size_t i;
    begin();
    for (i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
        int code;
        go_offline();
        code = requests[i].call(FALSE);
        if (code != requests[i].offline) {
            fprintf(stderr, "%s:\n", requests[i].name);
        }
        CHECK_INT(code, requests[i].offline);
        CHECK_INT(twApi_isConnected(), FALSE);
        code = requests[i].call(TRUE);
        if (code != TW_OK) {
            fprintf(stderr, "%s, forced:\n", requests[i].name);
        }
        CHECK_INT(code, TW_OK);
        CHECK_INT(twApi_isConnected(), TRUE);
    }
    CHECK_INT(twApi_Delete(), TW_OK);
}

/* With a store of messages a request of an off-window arrives in the next window with a connection, once. */
static void test_stored_requests(void) {
    time_t end = time(NULL) + PATIENCE;
    begin();
    CHECK_INT(enableOfflineMsgStore(TRUE, TRUE), TW_OK);
    start_cycle();
    CHECK(pump_until("close Normal Close Duty cycle off time;"));
    CHECK_INT(fire(FALSE), STORED);
    CHECK_INT(events_named(thing, "\"Happened\""), 0);
    while (events_named(thing, "\"Happened\"") == 0 && time(NULL) < end) {
        pump();
    }
    CHECK_INT(events_named(thing, "\"Happened\""), 1);
    stop_cycle();
    CHECK_INT(twApi_Delete(), TW_OK);
}

/* A platform that is away in the windows for it is found in a later one; a disconnect by hand ends with the next window. */
static void test_trouble(void) {
    int i;
    begin();
    start_cycle();
    misbehave("{\"at\": \"upgrade\", \"drop\": true}");
    CHECK(pump_until("close Normal Close Duty cycle off time;"));
    CHECK_INT(set(1), TW_OK);
    for (i = 0; i < 2 * PERIOD / 5; i++) {
        pump();
        CHECK_INT(twApi_isConnected(), FALSE);
    }
    behave();
    CHECK(pump_until_connected(TRUE));
    CHECK_INT(twApi_Disconnect("by hand"), TW_OK);
    CHECK(pump_until_connected(TRUE));
    stop_cycle();
    CHECK_INT(twApi_Connect(10000, 3), TW_OK);
    CHECK_INT(twApi_PushSubscribedProperties(thing, FALSE), TW_OK);
    CHECK_INT(arrived(), 1);
    CHECK_INT(twApi_Delete(), TW_OK);
}

int main(void) {
    if (platform_port() == 0) {
        return 77;
    }
    twcfg.connect_retry_interval = 20;
    test_values(TRUE, FALSE);
    test_values(TRUE, TRUE);
    test_values(FALSE, FALSE);
    test_forced_requests();
    test_stored_requests();
    test_trouble();
    return check_result();
}
