/* twOfflineMsgStore.h and what is exported beside it: codes, sizes, both places, moving, the next run of a program, the platform. */
#define _XOPEN_SOURCE 700
#include "twApi.h"
#include "twMessages.h"
#include "twOfflineMsgStore.h"
#include "twWebsocket.h"

#include "check.h"
#include "platform.h"

#include <sys/stat.h>

/* Exported, but no header declares them. */
extern twOfflineMsgStore *tw_offline_msg_store;
extern twApi *tw_api;
int enableOfflineMsgStore(char enable, char on_disk);
int twOfflineMsgStore_Write(struct twMessage *msg, struct twWs *ws);
int twOfflineMsgStore_Flush(struct twMessage *msg, struct twWs *ws);
void twOfflineMsgStore_Enable(void);
void twOfflineMsgStore_Disable(void);
char twOfflineMsgStore_IsEnabled(void);
uint32_t getMessageRequestId(char *raw);
twOfflineMsgStore *getOfflineMsgStore(void);
int getOfflineMsgListCount(void);
uint64_t getOfflineMsgSize(void);
char isOfflineMsgListEnabled(void);
char *getOfflineMsgDirectory(void);

#define NO_STORE TW_NULL_OR_INVALID_OFFLINE_MSG_STORE_SINGLETON
#define STORED TW_WROTE_TO_OFFLINE_MSG_STORE
#define FULL TW_ERROR_OFFLINE_MSG_STORE_FULL
#define NOTHING ((uint64_t)-1)

static char directory[64];
static char other[80];
static char file[128];
static char thing[64];
static twWs some_ws;

static void app_key(char *buffer, unsigned int size) {
    const char *key = getenv("TWEDGE_TEST_KEY");
    snprintf(buffer, size, "%s", key ? key : "no key");
}

static void start(unsigned short port) {
    CHECK_INT(twApi_Initialize("127.0.0.1", port, "/Thingworx/WS", app_key, NULL, MESSAGE_CHUNK_SIZE, MESSAGE_CHUNK_SIZE,
                               FALSE),
              TW_OK);
    twApi_DisableEncryption();
}

static long length_of(const char *path) {
    struct stat found;
    return stat(path, &found) == 0 ? (long)found.st_size : -1;
}

static twMessage *a_request(void) {
    twMessage *message = twMessage_CreateRequestMsg(TWX_POST);
    twRequestBody *body = message->body;
    twRequestBody_SetEntity(body, TW_THING, "T");
    twRequestBody_SetCharacteristic(body, TW_SERVICES, "S");
    return message;
}

static int handle(twMessage **message, enum OfflineRequest request) {
    return twOfflineMsgStore_HandleRequest(message, &some_ws, request);
}

static void test_without_a_store(void) {
    twMessage *message = a_request();
    CHECK(tw_offline_msg_store == NULL && getOfflineMsgStore() == NULL);
    CHECK_INT(twOfflineMsgStore_Delete(), NO_STORE);
    CHECK_INT(twOfflineMsgStore_SetDir(directory), NO_STORE);
    CHECK_INT(twApi_SetOfflineMsgStoreDir(directory), NO_STORE);
    CHECK_INT(handle(&message, OFFLINE_MSG_STORE_WRITE), NO_STORE);
    CHECK_INT(handle(&message, OFFLINE_MSG_STORE_FLUSH), NO_STORE);
    CHECK(message != NULL);
    CHECK_INT(twOfflineMsgStore_Write(message, &some_ws), NO_STORE);
    CHECK_INT(getOfflineMsgListCount(), -1);
    CHECK(getOfflineMsgSize() == NOTHING);
    CHECK_INT(isOfflineMsgListEnabled(), FALSE);
    CHECK(getOfflineMsgDirectory() == NULL);
    CHECK_INT(twOfflineMsgStore_IsEnabled(), FALSE);
    twOfflineMsgStore_Disable();
    CHECK_INT(twcfg.offline_msg_queue_size, 0);
    twOfflineMsgStore_Enable();
    CHECK_INT(twcfg.offline_msg_queue_size, 16384);
    CHECK_INT(twOfflineMsgStore_IsEnabled(), FALSE);
    CHECK_INT(twOfflineMsgStore_Initialize(TRUE, NULL, 16384, TRUE), TW_INVALID_PARAM);
    CHECK(tw_offline_msg_store == NULL);
    twMessage_Delete(message);
}

static void test_arguments(void) {
    twMessage *message = a_request(), *none = NULL;
    CHECK_INT(handle(NULL, OFFLINE_MSG_STORE_WRITE), TW_INVALID_PARAM);
    CHECK_INT(handle(&none, OFFLINE_MSG_STORE_FLUSH), TW_INVALID_PARAM);
    CHECK_INT(twOfflineMsgStore_HandleRequest(&message, NULL, OFFLINE_MSG_STORE_WRITE), TW_INVALID_PARAM);
    CHECK_INT(handle(&message, (enum OfflineRequest)7), TW_INVALID_PARAM);
    CHECK_INT(twOfflineMsgStore_Write(NULL, &some_ws), TW_INVALID_PARAM);
    CHECK_INT(twOfflineMsgStore_Write(message, NULL), TW_INVALID_PARAM);
    CHECK_INT(twOfflineMsgStore_Flush(NULL, NULL), TW_INVALID_PARAM);
    CHECK(message != NULL);
    twMessage_Delete(message);
}

static void test_in_memory(void) {
    twMessage *message = a_request();
    uint64_t size;
    int i;
    CHECK_INT(enableOfflineMsgStore(TRUE, FALSE), TW_OK);
    CHECK_INT(enableOfflineMsgStore(FALSE, TRUE), TW_OK);
    CHECK(tw_offline_msg_store != NULL && tw_offline_msg_store == getOfflineMsgStore());
    CHECK_INT(tw_offline_msg_store->onDisk, FALSE);
    CHECK_INT(tw_offline_msg_store->offlineMsgEnabled, TRUE);
    CHECK_INT(isOfflineMsgListEnabled(), TRUE);
    CHECK_INT(getOfflineMsgListCount(), 0);
    CHECK(getOfflineMsgSize() == NOTHING);
    CHECK(getOfflineMsgDirectory() == NULL);
    CHECK_INT(twOfflineMsgStore_SetDir(directory), NO_STORE);
    test_arguments();

    /* Neither an API object nor a connection is needed. */
    CHECK_INT(handle(&message, OFFLINE_MSG_STORE_FLUSH), TW_WEBSOCKET_NOT_CONNECTED);
    CHECK_INT(handle(&message, OFFLINE_MSG_STORE_WRITE), TW_OK);
    CHECK(message == NULL);
    size = getOfflineMsgSize();
    /* Header, entity, characteristic, no headers, no parameters. */
    CHECK_INT(size, MSG_HEADER_SIZE + 1 + 2 + 1 + 2 + 1 + 1);
    CHECK_INT(getOfflineMsgListCount(), 1);
    CHECK_INT(tw_offline_msg_store->offlineMsgSize, size);
    message = twMessage_CreateResponseMsg(TWX_SUCCESS, 5, 6, 7);
    CHECK_INT(handle(&message, OFFLINE_MSG_STORE_WRITE), TW_OK);
    CHECK_INT(getOfflineMsgListCount(), 2);
    message = a_request();
    for (i = 2; i < 10000 && twOfflineMsgStore_Write(message, &some_ws) == TW_OK; i++) {
    }
    CHECK_INT(getOfflineMsgListCount(), i);
    CHECK(getOfflineMsgSize() < 16384 && getOfflineMsgSize() + size >= 16384);
    CHECK_INT(twOfflineMsgStore_Write(message, &some_ws), FULL);
    /* Taken whatever the outcome. */
    CHECK_INT(handle(&message, OFFLINE_MSG_STORE_WRITE), FULL);
    CHECK(message == NULL);
    CHECK_INT(getOfflineMsgListCount(), i);
    twOfflineMsgStore_Disable();
    CHECK_INT(twOfflineMsgStore_IsEnabled(), FALSE);
    CHECK_INT(tw_offline_msg_store->offlineMsgEnabled, FALSE);
    twOfflineMsgStore_Enable();
    CHECK_INT(twOfflineMsgStore_IsEnabled(), TRUE);
    CHECK_INT(twOfflineMsgStore_Delete(), TW_OK);
    CHECK(tw_offline_msg_store == NULL);
    CHECK_INT(twOfflineMsgStore_Delete(), NO_STORE);
}

static void test_too_large(void) {
    twMessage *message = a_request();
    twInfoTable *params;
    uint32_t limit = twcfg.max_message_size;
    char *text = calloc(1, 3000);
    memset(text, 'x', 2999);
    params = twInfoTable_CreateFromString("text", text, FALSE);
    twRequestBody_SetParams(message->body, params);
    twcfg.max_message_size = 2000;
    CHECK_INT(twOfflineMsgStore_Write(message, &some_ws), TW_ERROR_MESSAGE_TOO_LARGE);
    twcfg.max_message_size = limit;
    CHECK_INT(twOfflineMsgStore_Write(message, &some_ws), TW_OK);
    twMessage_Delete(message);
}

static void test_on_disk(void) {
    twMessage *message = a_request();
    char *path;
    CHECK_INT(enableOfflineMsgStore(TRUE, TRUE), TW_OK);
    CHECK_INT(length_of(file), 0);
    CHECK_INT(isOfflineMsgListEnabled(), FALSE);
    CHECK_INT(getOfflineMsgListCount(), -1);
    path = getOfflineMsgDirectory();
    CHECK_STR(path, file);
    free(path);
    CHECK_INT(twOfflineMsgStore_SetDir(NULL), TW_INVALID_PARAM);
    CHECK_INT(twApi_SetOfflineMsgStoreDir(NULL), TW_INVALID_PARAM);
    /* Its own directory: the file stays. */
    CHECK_INT(twOfflineMsgStore_SetDir(directory), TW_OK);
    CHECK_INT(length_of(file), 0);
    CHECK_INT(twOfflineMsgStore_SetDir("/proc/no/such/directory"), TW_INVALID_MSG_STORE_DIR);
    CHECK_INT(twOfflineMsgStore_SetDir(other), TW_OK);
    CHECK_INT(length_of(file), -1);
    path = getOfflineMsgDirectory();
    CHECK(path != NULL && strncmp(path, other, strlen(other)) == 0);
    CHECK_INT(length_of(path), 0);
    free(path);
    CHECK_INT(twOfflineMsgStore_SetDir(directory), TW_OK);

    CHECK_INT(handle(&message, OFFLINE_MSG_STORE_WRITE), TW_OK);
    CHECK(length_of(file) > 0);
    CHECK(getOfflineMsgSize() > 0 && getOfflineMsgSize() < 100);
    CHECK_INT(twOfflineMsgStore_SetDir(other), TW_MSG_STORE_FILE_NOT_EMPTY);
    test_too_large();
    CHECK_INT(twOfflineMsgStore_Delete(), TW_OK);
    CHECK(length_of(file) > 0);
    /* What was there counts. */
    CHECK_INT(twOfflineMsgStore_Initialize(TRUE, directory, 0, TRUE), TW_OK);
    CHECK(getOfflineMsgSize() > 3000 && getOfflineMsgSize() != NOTHING);
    CHECK_INT(twOfflineMsgStore_Delete(), TW_OK);
    CHECK_INT(unlink(file), 0);
    CHECK_INT(twOfflineMsgStore_Initialize(TRUE, "/proc/no/such/directory", 0, TRUE), TW_INVALID_MSG_STORE_DIR);
    CHECK_INT(mkdir(file, 0700), 0);
    CHECK_INT(twOfflineMsgStore_Initialize(TRUE, directory, 0, TRUE), TW_ERROR_WRITING_FILE);
    CHECK_INT(rmdir(file), 0);
    CHECK(tw_offline_msg_store == NULL);
}

/* The file as the original writes it. */
static void test_form_of_the_original(void) {
    unsigned char bytes[256];
    uint32_t length;
    size_t got;
    FILE *open;
    twMessage *message = a_request();
    twedge_original_store_format(TRUE);
    CHECK_INT(enableOfflineMsgStore(TRUE, TRUE), TW_OK);
    CHECK_INT(twOfflineMsgStore_Write(message, &some_ws), TW_OK);
    CHECK_INT(twOfflineMsgStore_Write(message, &some_ws), TW_OK);
    open = fopen(file, "rb");
    got = open ? fread(bytes, 1, sizeof(bytes), open) : 0;
    if (open) {
        fclose(open);
    }
    memcpy(&length, bytes + 7, sizeof(length));
    CHECK_INT(length, MSG_HEADER_SIZE + 8);
    CHECK_INT(got, 2 * (7 + 4 + length));
    CHECK(memcmp(bytes, PERSISTED_MSG_SEPARATOR, 7) == 0 && memcmp(bytes + 11 + length, PERSISTED_MSG_SEPARATOR, 7) == 0);
    CHECK_INT(bytes[11], 1);
    CHECK_INT(bytes[12], TWX_POST);
    CHECK_INT(twOfflineMsgStore_Delete(), TW_OK);
    twedge_original_store_format(FALSE);
    CHECK_INT(enableOfflineMsgStore(TRUE, TRUE), TW_OK);
    CHECK_INT(getOfflineMsgSize(), 2 * length);
    CHECK_INT(twOfflineMsgStore_Delete(), TW_OK);
    CHECK_INT(unlink(file), 0);
    twMessage_Delete(message);
}

/* A struct of the program's own behind the exported pointer. */
static void test_own_struct(void) {
    twOfflineMsgStore own;
    memset(&own, 0, sizeof(own));
    own.mtx = twMutex_Create();
    own.offlineMsgList = twList_Create(NULL);
    twList_Add(own.offlineMsgList, calloc(1, 1));
    tw_offline_msg_store = &own;
    CHECK(getOfflineMsgStore() == &own);
    CHECK_INT(getOfflineMsgListCount(), 1);
    CHECK_INT(isOfflineMsgListEnabled(), TRUE);
    CHECK(getOfflineMsgSize() == NOTHING);
    own.offlineMsgSize = 17;
    CHECK_INT(getOfflineMsgSize(), 17);
    CHECK(getOfflineMsgDirectory() == NULL);
    tw_offline_msg_store = NULL;
    CHECK_INT(getOfflineMsgListCount(), -1);
    twList_Delete(own.offlineMsgList);
    twMutex_Delete(own.mtx);
}

static void test_request_ids(void) {
    char raw[64] = {1, 3};
    uint32_t first = getMessageRequestId(raw), second = getMessageRequestId(raw);
    CHECK_INT(second, first + 1);
    raw[14] = 1;
    raw[16] = 1;
    raw[18] = 3;
    CHECK_INT(getMessageRequestId(raw), second + 1);
    raw[16] = 2;
    CHECK_INT(getMessageRequestId(raw), second + 1);
    raw[16] = 3;
    CHECK_INT(getMessageRequestId(raw), second + 1);
    raw[14] = 0;
    CHECK_INT(getMessageRequestId(raw), second + 2);
    CHECK_INT(getMessageRequestId(NULL), 0);
}

static int fire(const char *event) { return twApi_FireEvent(TW_THING, thing, (char *)event, NULL, -1, FALSE); }

static void test_requests_offline(void) {
    twInfoTable *result = NULL;
    twPrimitive *value;
    twMessage *message = a_request();
    uint32_t id = 9;
    snprintf(thing, sizeof(thing), "T");
    start(1);
    CHECK_INT(fire("e"), TW_SERVICE_UNAVAILABLE);
    CHECK_INT(enableOfflineMsgStore(TRUE, FALSE), TW_OK);
    CHECK_INT(fire("e"), STORED);
    CHECK_INT(twApi_InvokeService(TW_THING, "T", "S", NULL, &result, -1, FALSE), STORED);
    CHECK_INT(twApi_InvokeServiceAsync(TW_THING, "T", "S", NULL, FALSE, NULL, &id), 1107);
    value = twPrimitive_CreateFromNumber(1.0);
    CHECK_INT(twApi_WriteProperty(TW_THING, "T", "p", value, -1, FALSE), STORED);
    twPrimitive_Delete(value);
    CHECK_INT(getOfflineMsgListCount(), 3);
    CHECK_INT(twMessage_Send(&message, tw_api->mh->ws), STORED);
    CHECK(message == NULL);
    CHECK_INT(tw_offline_msg_store->offlineMsgList->count, 4);
    /* AUTH, BIND and answers are not stored by sending. */
    message = twMessage_CreateBindMsg("T", FALSE);
    CHECK_INT(twMessage_Send(&message, tw_api->mh->ws), TW_WEBSOCKET_NOT_CONNECTED);
    CHECK(message != NULL);
    twMessage_Delete(message);
    CHECK_INT(twApi_BindThing("T"), TW_OK);
    CHECK_INT(getOfflineMsgListCount(), 4);
    twcfg.offline_msg_queue_size = 10;
    CHECK_INT(fire("e"), FULL);
    twcfg.offline_msg_queue_size = OFFLINE_MSG_QUEUE_SIZE;
    twOfflineMsgStore_Disable();
    CHECK_INT(fire("e"), TW_SERVICE_UNAVAILABLE);
    twOfflineMsgStore_Enable();
    CHECK_INT(fire("e"), STORED);
    /* Ends with the API object. */
    CHECK_INT(twApi_Delete(), TW_OK);
    CHECK(tw_offline_msg_store == NULL);
}

static int events_have(const char *name) {
    char path[128], answer[4096];
    snprintf(path, sizeof(path), "/twedge/things/%s/events", thing);
    CHECK_INT(rest("GET", path, NULL, answer, sizeof(answer)), 200);
    return strstr(answer, name) != NULL;
}

static void test_with_the_platform(char on_disk) {
    int i;
    snprintf(thing, sizeof(thing), "Offline%ld%c", (long)getpid(), on_disk ? 'd' : 'r');
    start(platform_port());
    CHECK_INT(enableOfflineMsgStore(TRUE, on_disk), TW_OK);
    CHECK_INT(twApi_BindThing(thing), TW_OK);
    CHECK_INT(twApi_Connect(10000, 1), TW_OK);
    CHECK_INT(fire("Online"), TW_OK);
    CHECK_INT(twApi_Disconnect("test"), TW_OK);
    CHECK_INT(fire("FirstStored"), STORED);
    CHECK_INT(fire("SecondStored"), STORED);
    CHECK(!events_have("Stored"));
    if (on_disk) {
        /* The next run of the program sends them. */
        CHECK_INT(twApi_Delete(), TW_OK);
        start(platform_port());
        CHECK_INT(enableOfflineMsgStore(TRUE, TRUE), TW_OK);
        CHECK_INT(twApi_BindThing(thing), TW_OK);
        CHECK(length_of(file) > 0);
    }
    CHECK(getOfflineMsgSize() != NOTHING);
    CHECK_INT(twApi_Connect(10000, 1), TW_OK);
    /* Sent, in order, before anything else. */
    CHECK(getOfflineMsgSize() == NOTHING);
    CHECK_INT(fire("Last"), TW_OK);
    CHECK(events_have("FirstStored") && events_have("SecondStored") && events_have("Last"));
    for (i = 0; i < 1000 && on_disk && length_of(file) != 0; i++) {
        twApi_TaskerFunction(twGetSystemTime(TRUE), NULL);
        twSleepMsec(5);
    }
    CHECK(!on_disk || length_of(file) == 0);
    {
        twMessage *message = a_request();
        CHECK_INT(twOfflineMsgStore_HandleRequest(&message, tw_api->mh->ws, OFFLINE_MSG_STORE_FLUSH), TW_OK);
        CHECK(message != NULL);
        twMessage_Delete(message);
    }
    CHECK_INT(twApi_Delete(), TW_OK);
}

int main(void) {
    snprintf(directory, sizeof(directory), "/tmp/twedge-offline-XXXXXX");
    CHECK(mkdtemp(directory) != NULL);
    snprintf(other, sizeof(other), "%s/made", directory);
    snprintf(file, sizeof(file), "%s/offline_msgs.bin", directory);
    twcfg.offline_msg_store_dir = directory;
    twcfg.connect_retry_interval = 20;
    test_without_a_store();
    test_in_memory();
    test_on_disk();
    test_form_of_the_original();
    test_own_struct();
    test_request_ids();
    test_requests_offline();
    if (platform_port() != 0) {
        test_with_the_platform(FALSE);
        test_with_the_platform(TRUE);
    }
    unlink(file);
    rmdir(other);
    snprintf(file, sizeof(file), "%s/subscribed_properties.bin", directory);
    unlink(file);
    CHECK_INT(rmdir(directory), 0);
    return check_result();
}
