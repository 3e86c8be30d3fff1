/* twSubscribedProps.h with a platform: what arrives there of each push type, values set before the platform's push types are known,
 * order, folding, sizes of messages, refusals, asynchronous pushes. */
#define _XOPEN_SOURCE 700
#include "twSubscribedProps.h"
#include "twApi.h"

#include "check.h"
#include "platform.h"

#include <time.h>

extern twSubscribedPropsMgr *spm;
extern twApi *tw_api;
cJSON *cJSON_GetObjectItem(cJSON *object, const char *name);
int getSPMSavedValuesCount(const char *thing);
int getSPMPersistedValuesLength(void);

#define NOT_FOUND 1104
#define PATIENCE 60
#define BIG 65536
/* A little more than the 5 s that a push waits for a synchronization. */
#define HOLD 7

static char thing[64];
static int things;
static int synchronized;

static void app_key(char *buffer, unsigned int size) {
    snprintf(buffer, size, "%s", getenv("TWEDGE_TEST_KEY"));
}

static enum msgCodeEnum on_property(const char *entity, const char *name, twInfoTable **value, char is_write, void *data) {
    (void)entity, (void)data;
    if (!is_write) {
        *value = twInfoTable_CreateFromNumber(name, 0);
    }
    return TWX_SUCCESS;
}

static void on_synchronized(char *entity, twInfoTable *table, void *userdata) {
    (void)table, (void)userdata;
    synchronized += strcmp(entity, thing) == 0;
}

static void pump(void) {
    struct timespec pause = {0, 5000000};
    twApi_TaskerFunction(twGetSystemTime(TRUE), NULL);
    twMessageHandler_msgHandlerTask(twGetSystemTime(TRUE), NULL);
    nanosleep(&pause, NULL);
}

/* Runs the main loop until the thing has been synchronized so often. */
static void pump_until_synchronized(int times) {
    time_t end = time(NULL) + PATIENCE;
    while (synchronized < times && time(NULL) < end) {
        pump();
    }
    CHECK(synchronized >= times);
}

static void initialize(void) {
    CHECK_INT(twApi_Initialize("127.0.0.1", platform_port(), "/Thingworx/WS", app_key, NULL, MESSAGE_CHUNK_SIZE,
                               MESSAGE_CHUNK_SIZE, TRUE),
              TW_OK);
    twApi_DisableEncryption();
    CHECK_INT(twApi_RegisterSynchronizeStateEventCallback(NULL, on_synchronized, NULL), TW_OK);
}

static char answer[BIG];

/* The platform's side of a property, in the form of a definition. */
static void append_property(char *body, size_t size, const char *name, const char *type, const char *push_type,
                            double threshold) {
    size_t length = strlen(body);
    snprintf(body + length, size - length, "%s\"%s\":{\"baseType\":\"%s\",\"pushType\":\"%s\",\"pushThreshold\":%g}",
             length ? "," : "", name, type, push_type, threshold);
}

static void define(const char *properties) {
    char path[128], body[2048];
    snprintf(path, sizeof(path), "/twedge/things/%s", thing);
    snprintf(body, sizeof(body), "{\"properties\":{%s}}", properties);
    CHECK_INT(rest("PUT", path, body, answer, sizeof(answer)), 200);
}

/* A thing that no other test has, with one number on the platform. */
static void new_thing(const char *push_type, double threshold) {
    char properties[512] = "";
    snprintf(thing, sizeof(thing), "Subscribed%ld_%d", (long)getpid(), ++things);
    synchronized = 0;
    append_property(properties, sizeof(properties), "p", "NUMBER", push_type, threshold);
    define(properties);
}

static void add_property(char *name, enum BaseType type, char *push_type, double threshold) {
    CHECK_INT(twApi_RegisterProperty(TW_THING, thing, name, type, NULL, push_type, threshold, on_property, NULL), TW_OK);
}

static int set(char *name, double value) {
    return twApi_SetSubscribedProperty(thing, name, twPrimitive_CreateFromNumber(value), FALSE, FALSE);
}

static void set_push_type(const char *name, const char *push_type, double threshold) {
    char path[160], body[128];
    snprintf(path, sizeof(path), "/twedge/things/%s/properties/%s/push", thing, name);
    snprintf(body, sizeof(body), "{\"pushType\":\"%s\",\"pushThreshold\":%g}", push_type, threshold);
    CHECK_INT(rest("PUT", path, body, answer, sizeof(answer)), 200);
}

/* What the platform has got of a property, each value with a space behind it. */
static const char *arrived(const char *name) {
    static char text[8192];
    char path[160], *at = answer;
    size_t length = 0;
    snprintf(path, sizeof(path), "/twedge/things/%s/properties/%s/history", thing, name);
    CHECK_INT(rest("GET", path, NULL, answer, sizeof(answer)), 200);
    text[0] = 0;
    while ((at = strstr(at, "\"value\":")) != NULL && length < sizeof(text) - 32) {
        at += strlen("\"value\":");
        length += (size_t)snprintf(text + length, sizeof(text) - length, "%g ", strtod(at, NULL));
    }
    return text;
}

/* A count that the platform keeps. */
static long counter(const char *name) {
    char *at;
    CHECK_INT(rest("GET", "/twedge/counters", NULL, answer, sizeof(answer)), 200);
    at = strstr(answer, name);
    return at ? strtol(at + strlen(name) + 1, NULL, 10) : -1;
}

static void test_push_types(void) {
    static const struct {
        char *name;
        const char *push_type;
        double threshold;
        const char *expected;
    } types[] = {
        {"never", "NEVER", 0, ""},         {"always", "ALWAYS", 0, "1 2 3 5 0 "}, {"on", "ON", 0, "1 2 3 5 0 "},
        {"off", "OFF", 0, "0 "},           {"value", "VALUE", 1.5, "1 5 0 "},     {"any", "VALUE", 0, "1 2 3 5 0 "},
        {"deadband", "DEADBAND", 1.5, "1 3 5 0 "},
    };
    static const double numbers[] = {1, 2, 3, 5, 0};
    char properties[2048] = "";
    size_t i, j;

    snprintf(thing, sizeof(thing), "Subscribed%ld_%d", (long)getpid(), ++things);
    synchronized = 0;
    for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        append_property(properties, sizeof(properties), types[i].name, "NUMBER", types[i].push_type, types[i].threshold);
        /* What is registered is something else than what the platform says. */
        add_property(types[i].name, TW_NUMBER, i % 2 ? "NEVER" : "ALWAYS", 100);
    }
    define(properties);
    CHECK_INT(twApi_BindThing(thing), TW_OK);
    pump_until_synchronized(1);
    for (j = 0; j < sizeof(numbers) / sizeof(numbers[0]); j++) {
        for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
            CHECK_INT(set(types[i].name, numbers[j]), TW_OK);
        }
    }
    CHECK_INT(twApi_PushSubscribedProperties(thing, FALSE), TW_OK);
    CHECK_INT(spm->queueSize, 0);
    CHECK_INT(twDict_GetCount(spm->savedValues), 0);
    for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        CHECK_STR(arrived(types[i].name), types[i].expected);
    }
    /* Quality is a change; so it arrives, with its time. */
    CHECK_INT(twApi_SetSubscribedPropertyVTQ(thing, "value", twPrimitive_CreateFromNumber(0), 1234567, "BAD", FALSE, TRUE),
              TW_OK);
    CHECK_STR(arrived("value"), "1 5 0 0 ");
    CHECK(strstr(answer, "\"BAD\"") != NULL && strstr(answer, "1234567") != NULL);
    twApi_UnbindThing(thing);
}

static void test_order_and_folding(void) {
    int i;

    new_thing("ALWAYS", 0);
    add_property("p", TW_NUMBER, "ALWAYS", 0);
    CHECK_INT(twApi_BindThing(thing), TW_OK);
    pump_until_synchronized(1);
    for (i = 1; i <= 20; i++) {
        CHECK_INT(set("p", i), TW_OK);
    }
    /* Q-S1: folded, it comes last, and once. */
    CHECK_INT(twApi_SetSubscribedProperty(thing, "p", twPrimitive_CreateFromNumber(98), TRUE, TRUE), TW_OK);
    CHECK_INT(twApi_SetSubscribedProperty(thing, "p", twPrimitive_CreateFromNumber(99), 2, TRUE), TW_OK);
    CHECK_STR(arrived("p"), "");
    CHECK_INT(twApi_PushSubscribedProperties(thing, FALSE), TW_OK);
    CHECK_STR(arrived("p"), "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 99 ");
    CHECK_INT(twApi_PushSubscribedProperties(thing, FALSE), TW_OK);
    CHECK_STR(arrived("p"), "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 99 ");
    /* Q-S12: forgetting last values does not forget pending ones. */
    CHECK_INT(twApi_SetSubscribedProperty(thing, "p", twPrimitive_CreateFromNumber(100), TRUE, FALSE), TW_OK);
    CHECK_INT(twApi_ClearSubscribedPropertyCurrentValues(), TW_OK);
    /* Q-S4: all things, always 0. Q-S16: push is TRUE with any value but 0. */
    CHECK_INT(twApi_PushSubscribedProperties(NULL, FALSE), TW_OK);
    CHECK_INT(twApi_SetSubscribedProperty(thing, "p", twPrimitive_CreateFromNumber(101), FALSE, 4), TW_OK);
    CHECK(strstr(arrived("p"), " 99 100 101 ") != NULL);
    twApi_UnbindThing(thing);
}

/* The bytes of a message that pushes so many numbers of a property with a one-letter name: header with chunk information, the
 * four bytes around the texts of thing and service, the parameters with the table that the manager shows as template, rows. */
static uint32_t message_size(int rows) {
    const uint32_t header = 15 + 6, around = 4, row = 31;
    twStream *stream = twStream_Create();
    twInfoTable *empty = twInfoTable_FullCopy(spm->itTemplate);
    twPrimitive *values = twPrimitive_CreateFromInfoTable(empty);
    twInfoTable *table = twInfoTable_CreateFromPrimitive("values", values);
    uint32_t length;

    CHECK_INT(twInfoTable_ToStream(table, stream), TW_OK);
    length = (uint32_t)twStream_GetLength(stream);
    twStream_Delete(stream);
    twInfoTable_Delete(table);
    twInfoTable_Delete(empty);
    return header + around + 1 + (uint32_t)strlen(thing) + 1 + (uint32_t)strlen("UpdateSubscribedPropertyValues") + length +
           (uint32_t)rows * row;
}

/* In how many messages a hundred numbers arrive. */
static long messages_for_a_hundred(uint32_t max_message_size) {
    long pushes = counter("\"pushes\"");
    uint32_t limit = twcfg.max_message_size;
    int i;

    for (i = 0; i < 100; i++) {
        CHECK_INT(set("p", i), TW_OK);
    }
    twcfg.max_message_size = max_message_size;
    CHECK_INT(twApi_PushSubscribedProperties(thing, FALSE), TW_OK);
    twcfg.max_message_size = limit;
    return counter("\"pushes\"") - pushes;
}

static int set_text(const char *text, char push) {
    return twApi_SetSubscribedProperty(thing, "text", twPrimitive_CreateFromString(text, TRUE), FALSE, push);
}

/* Q-S7: messages are filled to their limit, and what fits into none takes nothing with it. */
static void test_sizes(void) {
    char *large = malloc(4001);
    uint32_t limit = twcfg.max_message_size;
    char properties[512] = "";

    memset(large, 'x', 4000);
    large[4000] = 0;
    new_thing("ALWAYS", 0);
    append_property(properties, sizeof(properties), "p", "NUMBER", "ALWAYS", 0);
    append_property(properties, sizeof(properties), "q", "NUMBER", "ALWAYS", 0);
    append_property(properties, sizeof(properties), "text", "STRING", "ALWAYS", 0);
    define(properties);
    add_property("p", TW_NUMBER, "ALWAYS", 0);
    add_property("q", TW_NUMBER, "ALWAYS", 0);
    add_property("text", TW_STRING, "ALWAYS", 0);
    CHECK_INT(twApi_BindThing(thing), TW_OK);
    pump_until_synchronized(1);
    CHECK_INT(messages_for_a_hundred(message_size(25)), 4);
    CHECK_INT(messages_for_a_hundred(message_size(25) - 1), 5);
    CHECK_INT(messages_for_a_hundred(message_size(1)), 100);

    twcfg.max_message_size = message_size(25);
    CHECK_INT(set("q", 1), TW_OK);
    CHECK_INT(set_text(large, FALSE), TW_OK);
    CHECK_INT(set("q", 2), TW_OK);
    CHECK_INT(twApi_PushSubscribedProperties(thing, FALSE), TW_ERROR_MESSAGE_TOO_LARGE);
    CHECK_STR(arrived("q"), "1 2 ");
    CHECK_INT(getSPMSavedValuesCount(thing), -1);
    CHECK_INT(twApi_PushSubscribedProperties(thing, FALSE), TW_OK);
    CHECK_INT(set_text(large, TRUE), TW_ERROR_MESSAGE_TOO_LARGE);
    twcfg.max_message_size = limit;
    CHECK_INT(set_text(large, TRUE), TW_OK);
    twApi_UnbindThing(thing);
    free(large);
}

/* Q-S3: what the platform refuses stays, until it has refused it often. */
static void test_refusals(void) {
    char path[128];
    int i;

    new_thing("ALWAYS", 0);
    add_property("p", TW_NUMBER, "ALWAYS", 0);
    CHECK_INT(twApi_BindThing(thing), TW_OK);
    pump_until_synchronized(1);
    snprintf(path, sizeof(path), "/twedge/things/%s", thing);
    CHECK_INT(rest("DELETE", path, NULL, answer, sizeof(answer)), 200);
    CHECK_INT(set("p", 1), TW_OK);
    CHECK_INT(twApi_PushSubscribedProperties(thing, FALSE), NOT_FOUND);
    CHECK_INT(getSPMSavedValuesCount(thing), 1);
    CHECK_INT(twApi_SetSubscribedProperty(thing, "p", twPrimitive_CreateFromNumber(2), FALSE, TRUE), NOT_FOUND);
    CHECK_INT(getSPMSavedValuesCount(thing), 2);
    CHECK_INT(twApi_PushSubscribedProperties(NULL, FALSE), TW_OK);
    {
        char properties[512] = "";
        append_property(properties, sizeof(properties), "p", "NUMBER", "ALWAYS", 0);
        define(properties);
    }
    CHECK_INT(twApi_PushSubscribedProperties(thing, FALSE), TW_OK);
    CHECK_STR(arrived("p"), "1 2 ");
    CHECK_INT(getSPMSavedValuesCount(thing), -1);
    /* For good. */
    CHECK_INT(rest("DELETE", path, NULL, answer, sizeof(answer)), 200);
    CHECK_INT(set("p", 3), TW_OK);
    for (i = 0; i < 20 && getSPMSavedValuesCount(thing) > 0; i++) {
        CHECK_INT(twApi_PushSubscribedProperties(thing, FALSE), NOT_FOUND);
    }
    CHECK_INT(getSPMSavedValuesCount(thing), -1);
    CHECK(i > 1 && i < 20);
    twApi_UnbindThing(thing);
}

static struct {
    int count;
    uint32_t id;
    int code;
} responses;

static int on_response(uint32_t id, enum msgCodeEnum code, char *reason, twInfoTable *content) {
    (void)reason;
    responses.count++;
    responses.id = id;
    responses.code = code;
    twInfoTable_Delete(content);
    return 0;
}

static void test_asynchronous(void) {
    twList *ids = NULL;
    time_t end = time(NULL) + PATIENCE;

    new_thing("ALWAYS", 0);
    add_property("p", TW_NUMBER, "ALWAYS", 0);
    CHECK_INT(twApi_BindThing(thing), TW_OK);
    pump_until_synchronized(1);
    CHECK_INT(set("p", 1), TW_OK);
    CHECK_INT(twApi_SetSubscribedProperty(thing, "p", twPrimitive_CreateFromNumber(2), TRUE, FALSE), TW_OK);
    CHECK_INT(twApi_PushSubscribedPropertiesAsync(thing, FALSE, on_response, &ids), TW_OK);
    /* Q-S15: the call of the folded value has an id, too. */
    CHECK_INT(twList_GetCount(ids), 2);
    CHECK_INT(responses.count, 0);
    while (responses.count < 2 && time(NULL) < end) {
        pump();
    }
    CHECK_INT(responses.count, 2);
    CHECK_INT(responses.code, TWX_SUCCESS);
    CHECK(ids->last && *(uint32_t *)ids->last->value == responses.id && responses.id != 0);
    CHECK_INT(getSPMSavedValuesCount(thing), -1);
    CHECK_STR(arrived("p"), "1 2 ");
    twList_Delete(ids);
    twApi_UnbindThing(thing);
}

/* The push type that a program finds in the definition of a property. */
static const char *shown_push_type(char *name) {
    callbackInfo query;
    void *found = NULL;
    cJSON *aspect;

    memset(&query, 0, sizeof(query));
    query.entityType = TW_THING;
    query.entityName = thing;
    query.characteristicType = TW_PROPERTIES;
    query.characteristicName = name;
    if (twDict_Find(tw_api->callbackList, &query, &found) != TW_OK) {
        return "no property";
    }
    aspect = cJSON_GetObjectItem(((twPropertyDef *)((callbackInfo *)found)->characteristicDefinition)->aspects, "pushType");
    return aspect ? aspect->valuestring : "none";
}

static void test_changing_push_type(void) {
    new_thing("NEVER", 0);
    add_property("p", TW_NUMBER, "ALWAYS", 0);
    CHECK_INT(twApi_BindThing(thing), TW_OK);
    CHECK_STR(shown_push_type("p"), "ALWAYS");
    pump_until_synchronized(1);
    CHECK_STR(shown_push_type("p"), "NEVER");
    CHECK_INT(set("p", 1), TW_OK);
    CHECK_INT(twApi_PushSubscribedProperties(thing, FALSE), TW_OK);
    CHECK_STR(arrived("p"), "");
    set_push_type("p", "ALWAYS", 0);
    pump_until_synchronized(2);
    CHECK_INT(set("p", 2), TW_OK);
    CHECK_INT(twApi_PushSubscribedProperties(thing, FALSE), TW_OK);
    CHECK_STR(arrived("p"), "2 ");
    set_push_type("p", "DEADBAND", 10);
    pump_until_synchronized(3);
    CHECK_INT(set("p", 3), TW_OK);
    CHECK_INT(set("p", 20), TW_OK);
    CHECK_INT(twApi_PushSubscribedProperties(thing, FALSE), TW_OK);
    CHECK_STR(arrived("p"), "2 3 20 ");
    twApi_UnbindThing(thing);
}

/* The link goes while the program does not pump; the values are there after it. */
static void test_reconnect(void) {
    char *at;
    char path[128];

    new_thing("ALWAYS", 0);
    add_property("p", TW_NUMBER, "NEVER", 0);
    CHECK_INT(twApi_BindThing(thing), TW_OK);
    pump_until_synchronized(1);
    CHECK_INT(set("p", 1), TW_OK);
    CHECK_INT(twApi_PushSubscribedProperties(thing, FALSE), TW_OK);
    snprintf(path, sizeof(path), "/twedge/things/%s", thing);
    CHECK_INT(rest("GET", path, NULL, answer, sizeof(answer)), 200);
    at = strstr(answer, "\"connection\":");
    CHECK(at != NULL);
    snprintf(path, sizeof(path), "/twedge/connections/%d", at ? atoi(at + strlen("\"connection\":")) : -1);
    CHECK_INT(rest("DELETE", path, NULL, answer, sizeof(answer)), 200);
    {
        time_t end = time(NULL) + PATIENCE;
        while (twApi_isConnected() && time(NULL) < end) {
            struct timespec pause = {0, 5000000};
            nanosleep(&pause, NULL);
        }
    }
    CHECK_INT(set("p", 2), TW_OK);
    set_push_type("p", "NEVER", 0);
    set_push_type("p", "ALWAYS", 0);
    CHECK_INT(set("p", 3), TW_OK);
    pump_until_synchronized(2);
    CHECK_INT(set("p", 4), TW_OK);
    CHECK_INT(twApi_PushSubscribedProperties(thing, FALSE), TW_OK);
    CHECK_STR(arrived("p"), "1 2 3 4 ");
    twApi_UnbindThing(thing);
}

/* What was pushed while there was no link arrives with the next push that has one, in front of what was set later. */
static void test_offline_values(void) {
    new_thing("ALWAYS", 0);
    add_property("p", TW_NUMBER, "ALWAYS", 0);
    CHECK_INT(twApi_BindThing(thing), TW_OK);
    pump_until_synchronized(1);
    CHECK_INT(twApi_Disconnect("test"), TW_OK);
    CHECK_INT(set("p", 1), TW_OK);
    CHECK_INT(twApi_SetSubscribedProperty(thing, "p", twPrimitive_CreateFromNumber(2), FALSE, TRUE),
              TW_SUBSCRIBED_PROPERTY_LIST_PERSISTED);
    CHECK(getSPMPersistedValuesLength() > 0);
    CHECK_INT(getSPMSavedValuesCount(thing), -1);
    CHECK_INT(set("p", 3), TW_OK);
    CHECK_INT(twApi_Connect(10000, 3), TW_OK);
    CHECK_INT(set("p", 4), TW_OK);
    CHECK_INT(twApi_PushSubscribedProperties(thing, FALSE), TW_OK);
    CHECK_STR(arrived("p"), "1 2 3 4 ");
    CHECK_INT(getSPMPersistedValuesLength(), 0);
    CHECK_INT(spm->persistedValues->length, 0);
    twApi_UnbindThing(thing);
}

/* Registered as NEVER, wanted by the platform: set before Connect, and after it without ever pumping. */
static void test_without_pumping(void) {
    time_t start;

    initialize();
    new_thing("ALWAYS", 0);
    add_property("p", TW_NUMBER, "NEVER", 0);
    CHECK_INT(twApi_BindThing(thing), TW_OK);
    CHECK_INT(set("p", 1), TW_OK);
    CHECK_INT(spm->queueSize, 0);
    CHECK_INT(twApi_Connect(10000, 3), TW_OK);
    CHECK_INT(set("p", 2), TW_OK);
    CHECK_INT(set("p", 3), TW_OK);
    start = time(NULL);
    CHECK_INT(twApi_PushSubscribedProperties(thing, FALSE), TW_OK);
    CHECK(time(NULL) - start <= HOLD);
    CHECK_INT(twApi_Delete(), TW_OK);
    CHECK_STR(arrived("p"), "1 2 3 ");

    /* A set that pushes. */
    initialize();
    new_thing("ALWAYS", 0);
    add_property("p", TW_NUMBER, "NEVER", 0);
    CHECK_INT(twApi_BindThing(thing), TW_OK);
    CHECK_INT(twApi_Connect(10000, 3), TW_OK);
    CHECK_INT(twApi_SetSubscribedProperty(thing, "p", twPrimitive_CreateFromNumber(1), FALSE, TRUE), TW_OK);
    CHECK_INT(twApi_Delete(), TW_OK);
    CHECK_STR(arrived("p"), "1 ");

    /* Bound after Connect: what the registered type accepts between the two is queued; on the bound thing everything is held. */
    initialize();
    new_thing("ALWAYS", 0);
    add_property("p", TW_NUMBER, "NEVER", 0);
    add_property("q", TW_NUMBER, "ALWAYS", 0);
    {
        char properties[512] = "";
        append_property(properties, sizeof(properties), "p", "NUMBER", "ALWAYS", 0);
        append_property(properties, sizeof(properties), "q", "NUMBER", "NEVER", 0);
        define(properties);
    }
    CHECK_INT(twApi_Connect(10000, 3), TW_OK);
    CHECK_INT(set("q", 1), TW_OK);
    CHECK_INT(twApi_BindThing(thing), TW_OK);
    CHECK_INT(set("p", 2), TW_OK);
    CHECK_INT(twApi_PushSubscribedProperties(NULL, FALSE), TW_OK);
    CHECK_STR(arrived("p"), "2 ");
    CHECK_STR(arrived("q"), "1 ");
    CHECK_INT(twApi_Delete(), TW_OK);
}

/* A push that connects. */
static void test_force(void) {
    initialize();
    new_thing("ALWAYS", 0);
    add_property("p", TW_NUMBER, "ALWAYS", 0);
    CHECK_INT(twApi_BindThing(thing), TW_OK);
    CHECK_INT(set("p", 1), TW_OK);
    CHECK_INT(twApi_PushSubscribedProperties(thing, TRUE), TW_OK);
    CHECK_INT(twApi_isConnected(), TRUE);
    CHECK_STR(arrived("p"), "1 ");
    /* The manager pushes what waits when it goes. */
    CHECK_INT(set("p", 2), TW_OK);
    twSubscribedPropsMgr_Delete();
    CHECK_STR(arrived("p"), "1 2 ");
    CHECK_INT(twApi_PushSubscribedProperties(thing, FALSE), TW_SUBSCRIBEDPROP_MGR_NOT_INTIALIZED);
    CHECK_INT(twApi_Delete(), TW_OK);
}

int main(void) {
    char directory[] = "/tmp/test_subscribed_online.XXXXXX", file[96];
    if (platform_port() == 0) {
        return 77;
    }
    twcfg.connect_retry_interval = 20;
    CHECK(mkdtemp(directory) != NULL);
    twcfg.offline_msg_store_dir = directory;
    test_without_pumping();
    test_force();
    initialize();
    CHECK_INT(twApi_Connect(10000, 3), TW_OK);
    test_push_types();
    test_order_and_folding();
    test_sizes();
    test_refusals();
    test_asynchronous();
    test_changing_push_type();
    test_reconnect();
    test_offline_values();
    CHECK_INT(twApi_Delete(), TW_OK);
    snprintf(file, sizeof(file), "%s/subscribed_properties.bin", directory);
    unlink(file);
    /* What no message can have and what the platform has refused for good is kept there. */
    snprintf(file, sizeof(file), "%s/subscribed_properties.bin.rejected", directory);
    CHECK_INT(unlink(file), 0);
    CHECK_INT(rmdir(directory), 0);
    return check_result();
}
