/* Old habits: what programs written for the original do besides calling functions. They reach into structs, set globals,
 * free results with free() or TW_FREE, walk lists by hand, look names up in the process, fork, call blocking functions from
 * callbacks, and initialize and delete again and again. */
#define _GNU_SOURCE
#include "twApi.h"
#include "twInfoTable.h"
#include "twProperties.h"
#include "twThreads.h"

#include "check.h"
#include "platform.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

/* As programs declare it themselves. */
extern twApi *tw_api;

#define PATIENCE 60
/* A new link each time takes long under valgrind. */
#define TIMES 100

static char thing[64];
static int wrong_key;

static void app_key(char *buffer, unsigned int size) {
    snprintf(buffer, size, "%s", wrong_key ? "no such key" : getenv("TWEDGE_TEST_KEY") ? getenv("TWEDGE_TEST_KEY") : "key");
}

static enum msgCodeEnum on_property(const char *entity, const char *name, twInfoTable **value, char is_write, void *data) {
    (void)entity, (void)name, (void)value, (void)is_write, (void)data;
    return TWX_SUCCESS;
}

static int initialize(uint16_t port) {
    int code = twApi_Initialize("127.0.0.1", port, "/Thingworx/WS", app_key, NULL, MESSAGE_CHUNK_SIZE, MESSAGE_CHUNK_SIZE,
                                TRUE);
    twApi_DisableEncryption();
    return code;
}

static void pump(void) {
    struct timespec pause = {0, 3000000};
    twApi_TaskerFunction(twGetSystemTime(TRUE), NULL);
    twMessageHandler_msgHandlerTask(twGetSystemTime(TRUE), NULL);
    nanosleep(&pause, NULL);
}

static int pump_until_connected(int connected) {
    time_t end = time(NULL) + PATIENCE;
    while (!twApi_isConnected() != !connected && time(NULL) < end) {
        pump();
    }
    return !twApi_isConnected() == !connected;
}

/* twcfg is set before and after Initialize; its strings belong to the program, which may free them. */
static void test_twcfg(void) {
    char *folder = duplicateString("/no such folder");
    uint32_t queue = twcfg.offline_msg_queue_size;
    twcfg.ping_rate = 12345;
    twcfg.offline_msg_store_dir = folder;
    CHECK_INT(initialize(1), TW_OK);
    twcfg.offline_msg_store_dir = "/no such folder";
    free(folder);
    CHECK_INT(tw_api->ping_rate, 12345);
    twcfg.ping_rate = 55000;
    CHECK_INT(tw_api->ping_rate, 12345);
    CHECK_INT(twApi_RegisterProperty(TW_THING, "T", "p", TW_STRING, NULL, "ALWAYS", 0, on_property, NULL), TW_OK);
    twcfg.offline_msg_queue_size = 0;
    CHECK_INT(twApi_SetSubscribedProperty("T", "p", twPrimitive_CreateFromString("x", TRUE), FALSE, FALSE),
              TW_PROPERTY_CHANGE_BUFFER_FULL);
    twcfg.offline_msg_queue_size = queue;
    CHECK_INT(twApi_SetSubscribedProperty("T", "p", twPrimitive_CreateFromString("x", TRUE), FALSE, FALSE), TW_OK);
    twcfg.max_string_prop_length = 3;
    {
        twPrimitive *cut = twPrimitive_CreateFromString("12345", TRUE);
        CHECK_STR(cut->val.bytes.data, "123");
        twPrimitive_Delete(cut);
    }
    twcfg.max_string_prop_length = MAX_STRING_PROP_LENGTH;
    /* The init callback is a malloc of the program or of the library; NULL means none. */
    free(twcfg.initCallback);
    twcfg.initCallback = NULL;
    CHECK_INT(twApi_Delete(), TW_OK);
    CHECK_INT(initialize(1), TW_OK);
    CHECK_INT(twApi_Delete(), TW_OK);
}

/* What the library gives is from malloc. */
static void test_freeing(void) {
    char *text = duplicateString("a");
    twPrimitive *primitive = twPrimitive_CreateFromString("b", TRUE);
    twLocation *place = malloc(sizeof(*place));
    twInfoTable *table = twInfoTable_CreateFromString("column", "cell", TRUE);
    char *cell = NULL;
    TW_FREE(text);
    /* The value of a primitive is replaced by hand. */
    free(primitive->val.bytes.data);
    primitive->val.bytes.data = malloc(3);
    strcpy(primitive->val.bytes.data, "cd");
    primitive->val.bytes.len = 2;
    primitive->length = 3;
    text = twPrimitive_DecoupleStringAndDelete(primitive);
    CHECK_STR(text, "cd");
    free(text);
    place->latitude = place->longitude = place->elevation = 1;
    primitive = twPrimitive_CreateFromLocationAndDelete(place);
    twPrimitive_Delete(primitive);
    CHECK_INT(twInfoTable_GetString(table, "column", 0, &cell), TW_OK);
    free(cell);
    twInfoTable_Delete(table);
    /* And what it is given may be. */
    text = malloc(2);
    strcpy(text, "e");
    primitive = twPrimitive_CreateFromString(text, FALSE);
    twPrimitive_Delete(primitive);
}

/* Nodes are walked, unlinked and linked by hand. */
static void test_lists_by_hand(void) {
    twList *list = twList_Create(NULL);
    ListEntry *entry, *own = calloc(1, sizeof(*own));
    int i, seen = 0;
    for (i = 0; i < 50; i++) {
        twList_Add(list, duplicateString("value"));
    }
    for (entry = list->first; entry; entry = entry->next) {
        seen++;
    }
    CHECK_INT(seen, 50);
    entry = list->first->next;
    entry->prev->next = entry->next;
    entry->next->prev = entry->prev;
    list->count--;
    free(entry->value);
    free(entry);
    own->value = duplicateString("own");
    own->prev = list->last;
    list->last->next = own;
    list->last = own;
    list->count++;
    CHECK_INT(twList_GetCount(list), 50);
    CHECK_STR(twList_GetByIndex(list, 49)->value, "own");
    CHECK(twList_Next(list, own) == NULL);
    CHECK_INT(twList_Remove(list, own, TRUE), TW_OK);
    CHECK_INT(twList_Delete(list), TW_OK);
}

/* A table is read and filled through its lists. */
static void test_tables_by_hand(void) {
    twInfoTable *table = twInfoTable_Create(twDataShape_Create(twDataShapeEntry_Create("a", NULL, TW_NUMBER)));
    ListEntry *row;
    double sum = 0;
    int i;
    for (i = 0; i < 3; i++) {
        twInfoTable_AddRow(table, twInfoTableRow_Create(twPrimitive_CreateFromNumber(i)));
    }
    for (row = table->rows->first; row; row = row->next) {
        ListEntry *cell;
        for (cell = ((twInfoTableRow *)row->value)->fieldEntries->first; cell; cell = cell->next) {
            sum += ((twPrimitive *)cell->value)->val.number;
            ((twPrimitive *)cell->value)->val.number += 10;
        }
    }
    CHECK(sum == 3);
    CHECK_INT(twInfoTable_GetNumber(table, "a", 2, &sum), TW_OK);
    CHECK(sum == 12);
    CHECK_STR(((twDataShapeEntry *)table->ds->entries->first->value)->name, "a");
    twInfoTable_Delete(table);
}

/* Names are looked up in the process, as the agents in other languages do. */
static void test_names_in_the_process(void) {
    static const char *const names[] = {"twApi_Initialize", "twApi_Connect", "twLogger_Instance", "twInfoTable_Create",
                                        "cJSON_Parse", "cJSON_Print", "cJSON_Delete", "tw_api", "twcfg",
                                        "twDataShapeEntry_ToJson", "twMessageHandler_msgHandlerTask"};
    size_t i;
    void *found = dlsym(RTLD_DEFAULT, "twApi_GetVersion");
    if (!found) {
        /* Linked statically, without a table of names. */
        return;
    }
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        check_that(dlsym(RTLD_DEFAULT, names[i]) != NULL, __FILE__, __LINE__, names[i]);
    }
    {
        char *(*version)(void);
        memcpy(&version, &found, sizeof(version));
        CHECK_STR(version(), "2.2.1");
    }
    CHECK(*(twApi **)dlsym(RTLD_DEFAULT, "tw_api") == tw_api);
}

static void test_delete_and_initialize_again(void) {
    int i;
    twcfg.offline_msg_store_dir = "/no such folder";
    for (i = 0; i < TIMES; i++) {
        CHECK_INT(initialize(1), TW_OK);
        twApi_RegisterProperty(TW_THING, "T", "p", TW_NUMBER, "text", "VALUE", 1, on_property, NULL);
        twApi_RegisterEvent(TW_THING, "T", "e", NULL, twDataShape_Create(twDataShapeEntry_Create("a", NULL, TW_NUMBER)));
        twApi_AddAspectToProperty("T", "p", "x", twPrimitive_CreateFromBoolean(TRUE));
        twApi_SetSubscribedProperty("T", "p", twPrimitive_CreateFromNumber(i), FALSE, FALSE);
        twApi_SetGatewayName("gateway");
        twApi_BindThing("T");
        twApi_TaskerFunction(twGetSystemTime(TRUE), NULL);
        CHECK_INT(twApi_Delete(), TW_OK);
    }
}

/* Fields of the API object, read and written while it is online. */
static void test_fields_online(void) {
    twInfoTable *result = NULL;
    CHECK_INT(initialize(platform_port()), TW_OK);
    CHECK_INT(twApi_BindThing(thing), TW_OK);
    CHECK_INT(twApi_Connect(10000, 3), TW_OK);
    CHECK_INT(tw_api->isAuthenticated, TRUE);
    CHECK_INT(tw_api->mh->ws->isConnected, TRUE);
    CHECK_INT(tw_api->connect_timeout, 10000);
    CHECK_INT(tw_api->connect_retries, 3);
    CHECK_INT(twDict_GetCount(tw_api->boundList), 1);
    twMutex_Lock(tw_api->mtx);
    twMutex_Unlock(tw_api->mtx);
    /* Not authenticated means that nothing is sent. */
    tw_api->isAuthenticated = FALSE;
    CHECK_INT(twApi_isConnected(), FALSE);
    CHECK_INT(twApi_InvokeService(TW_RESOURCE, "CurrentSessionInfo", "GetCurrentUser", NULL, &result, 1000, FALSE), 1113);
    tw_api->isAuthenticated = TRUE;
    CHECK_INT(twApi_InvokeService(TW_RESOURCE, "CurrentSessionInfo", "GetCurrentUser", NULL, &result, -1, FALSE), TW_OK);
    twInfoTable_Delete(result);
    CHECK_INT(twApi_Disconnect("habit"), TW_OK);
    CHECK_INT(tw_api->manuallyDisconnected, TRUE);
    pump();
    CHECK_INT(twApi_isConnected(), FALSE);
    /* Arms the reconnect. */
    tw_api->manuallyDisconnected = FALSE;
    CHECK(pump_until_connected(1));
    CHECK_INT(twApi_Delete(), TW_OK);
}

static int code_in_callback = -1;

static enum msgCodeEnum on_service(const char *entity, const char *name, twInfoTable *params, twInfoTable **content,
                                   void *data) {
    twInfoTable *table = NULL;
    (void)entity, (void)name, (void)params, (void)data;
    code_in_callback = twApi_InvokeService(TW_RESOURCE, "CurrentSessionInfo", "GetCurrentUser", NULL, &table, -1, FALSE);
    twInfoTable_Delete(table);
    if (code_in_callback == TW_OK) {
        twApi_SetSubscribedProperty(thing, "p", twPrimitive_CreateFromNumber(1), FALSE, TRUE);
        code_in_callback = twApi_FireEvent(TW_THING, thing, "e", NULL, -1, FALSE);
    }
    *content = twInfoTable_CreateFromInteger("result", code_in_callback);
    return TWX_SUCCESS;
}

static void *call_service(void *done) {
    char path[256], answer[2048];
    snprintf(path, sizeof(path), "/Thingworx/Things/%s/Services/Block", thing);
    rest("POST", path, NULL, answer, sizeof(answer));
    __atomic_store_n((int *)done, 1, __ATOMIC_SEQ_CST);
    return NULL;
}

/* Blocking functions in a service callback, in the only thread that the program has. */
static void test_blocking_in_callbacks(void) {
    pthread_t caller;
    int done = 0;
    CHECK_INT(initialize(platform_port()), TW_OK);
    twApi_RegisterProperty(TW_THING, thing, "p", TW_NUMBER, NULL, "ALWAYS", 0, on_property, NULL);
    twApi_RegisterService(TW_THING, thing, "Block", NULL, NULL, TW_INTEGER, NULL, on_service, NULL);
    CHECK_INT(twApi_BindThing(thing), TW_OK);
    CHECK_INT(twApi_Connect(10000, 3), TW_OK);
    pthread_create(&caller, NULL, call_service, &done);
    while (!__atomic_load_n(&done, __ATOMIC_SEQ_CST)) {
        pump();
    }
    pthread_join(caller, NULL);
    CHECK_INT(code_in_callback, TW_OK);
    CHECK_INT(twApi_Delete(), TW_OK);
}

/* A daemon: initialized, then forked, then connected; the parent ends without a word. */
static void test_fork_between_initialize_and_connect(void) {
    int status = -1;
    pid_t child;
    CHECK_INT(initialize(platform_port()), TW_OK);
    CHECK_INT(twApi_BindThing(thing), TW_OK);
    child = fork();
    if (child == 0) {
        twInfoTable *result = NULL;
        int code = twApi_Connect(10000, 3);
        if (code == TW_OK) {
            code = twApi_InvokeService(TW_RESOURCE, "CurrentSessionInfo", "GetCurrentUser", NULL, &result, -1, FALSE);
        }
        twInfoTable_Delete(result);
        twApi_Delete();
        _exit(code == TW_OK ? 0 : 1);
    }
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK_INT(twApi_Delete(), TW_OK);
}

/* Connected each time, so that threads and sockets are made and given back. */
static void test_connect_and_delete_again(void) {
    int i;
    for (i = 0; i < TIMES / 10; i++) {
        CHECK_INT(initialize(platform_port()), TW_OK);
        CHECK_INT(twApi_BindThing(thing), TW_OK);
        CHECK_INT(twApi_Connect(10000, 3), TW_OK);
        pump();
        CHECK_INT(twApi_Delete(), TW_OK);
    }
}

int main(void) {
    snprintf(thing, sizeof(thing), "Habits%ld", (long)getpid());
    twLogger_SetLevel(TW_FORCE);
    test_freeing();
    test_lists_by_hand();
    test_tables_by_hand();
    test_names_in_the_process();
    test_twcfg();
    test_delete_and_initialize_again();
    if (platform_port() != 0) {
        twcfg.connect_retry_interval = 20;
        test_fields_online();
        test_blocking_in_callbacks();
        test_fork_between_initialize_and_connect();
        test_connect_and_delete_again();
    }
    return check_result();
}
