/* twOfflineMsgStore.h (api-behaviour.md 7). */
#include "twOfflineMsgStore.h"

#include "api.h"

int enableOfflineMsgStore(char enable, char on_disk);
int getOfflineMsgListCount(void);
char *getOfflineMsgDirectory(void);
char isOfflineMsgListEnabled(void);

#define NO_STORE TW_NULL_OR_INVALID_OFFLINE_MSG_STORE_SINGLETON
#define STORED 308
#define FULL 314

static void without_store(void) {
    CHECK_INT(twOfflineMsgStore_SetDir("/tmp"), NO_STORE, "SetDir (t)", ORIGINAL_PASSES);
    CHECK_INT(twOfflineMsgStore_Delete(), NO_STORE, "Delete (t)", ORIGINAL_PASSES);
    CHECK_INT(twOfflineMsgStore_Initialize(TRUE, NULL, 1000, TRUE), TW_INVALID_PARAM, "on disk without folder (t)",
              ORIGINAL_PASSES);
    CHECK_INT(getOfflineMsgListCount(), -1, "no list", ORIGINAL_PASSES);
    CHECK(getOfflineMsgDirectory() == NULL, "no folder", ORIGINAL_PASSES);
}

static void in_ram(void) {
    twInfoTable *result = NULL;
    CHECK_INT(twOfflineMsgStore_Initialize(TRUE, NULL, 1000, FALSE), TW_OK, "initialize", ORIGINAL_PASSES);
    CHECK_INT(twOfflineMsgStore_SetDir("/tmp"), NO_STORE, "SetDir (t)", ORIGINAL_PASSES);
    CHECK(isOfflineMsgListEnabled(), "a list", ORIGINAL_PASSES);
    initialize();
    CHECK_INT(twApi_InvokeService(TW_THING, THING, "s", NULL, &result, 10, FALSE), STORED, "a request is stored",
              ORIGINAL_PASSES);
    CHECK_INT(getOfflineMsgListCount(), 1, "in the list", ORIGINAL_PASSES);
    twcfg.offline_msg_queue_size = 1;
    CHECK_INT(twApi_InvokeService(TW_THING, THING, "s", NULL, &result, 10, FALSE), FULL, "the limit is live",
              ORIGINAL_PASSES);
    twcfg.offline_msg_queue_size = 16384;
    CHECK_INT(twOfflineMsgStore_Delete(), TW_OK, "delete", ORIGINAL_PASSES);
    CHECK_INT(twOfflineMsgStore_Delete(), NO_STORE, "again", ORIGINAL_PASSES);
    twApi_Delete();
}

static void initialized_twice(void) {
    twOfflineMsgStore_Initialize(TRUE, NULL, 1000, FALSE);
    CHECK_INT(twOfflineMsgStore_Initialize(TRUE, NULL, 1000, FALSE), TW_OK, "0 (t)", QUIRK("Q-M8"));
    twOfflineMsgStore_Delete();
}

static void on_disk(void) {
    char folder[512], other[512], *path;
    twInfoTable *result = NULL;
    snprintf(folder, sizeof(folder), "%s", scratch("store"));
    snprintf(other, sizeof(other), "%s", scratch("other/store"));
    initialize();
    twcfg.offline_msg_store_dir = folder;
    CHECK_INT(enableOfflineMsgStore(TRUE, TRUE), TW_OK, "enable", ORIGINAL_PASSES);
    path = getOfflineMsgDirectory();
    CHECK(path && access(path, R_OK) == 0, "the file is there", ORIGINAL_PASSES);
    free(path);
    CHECK_INT(twOfflineMsgStore_SetDir(NULL), TW_INVALID_PARAM, "no folder (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_SetOfflineMsgStoreDir(other), TW_OK, "another folder", ORIGINAL_PASSES);
    path = getOfflineMsgDirectory();
    CHECK(path && strncmp(path, other, strlen(other)) == 0, "the file moved", ORIGINAL_PASSES);
    free(path);
    CHECK_INT(twApi_InvokeService(TW_THING, THING, "s", NULL, &result, 10, FALSE), STORED, "a request is stored",
              ORIGINAL_PASSES);
    CHECK_INT(twOfflineMsgStore_SetDir(folder), TW_MSG_STORE_FILE_NOT_EMPTY, "not while something is stored (t)",
              ORIGINAL_PASSES);
    CHECK_INT(twOfflineMsgStore_Delete(), TW_OK, "delete", ORIGINAL_PASSES);
    twcfg.offline_msg_store_dir = "/no such folder";
    twApi_Delete();
}

static void requests(void) {
    twMessage *message = twMessage_CreateRequestMsg(TWX_POST), *none = NULL;
    twWs *ws;
    twOfflineMsgStore_Initialize(TRUE, NULL, 1000, FALSE);
    initialize();
    ws = tw_api->mh->ws;
    CHECK_INT(twOfflineMsgStore_HandleRequest(NULL, ws, OFFLINE_MSG_STORE_WRITE), TW_INVALID_PARAM, "nothing",
              ORIGINAL_PASSES);
    CHECK_INT(twOfflineMsgStore_HandleRequest(&none, ws, OFFLINE_MSG_STORE_WRITE), TW_INVALID_PARAM, "no message",
              ORIGINAL_PASSES);
    CHECK_INT(twOfflineMsgStore_HandleRequest(&message, NULL, OFFLINE_MSG_STORE_WRITE), TW_INVALID_PARAM, "no WebSocket",
              ORIGINAL_PASSES);
    CHECK_INT(twOfflineMsgStore_HandleRequest(&message, ws, (enum OfflineRequest)7), TW_INVALID_PARAM, "no request",
              ORIGINAL_PASSES);
    CHECK(message != NULL, "the message stays", ORIGINAL_PASSES);
    CHECK_INT(twOfflineMsgStore_HandleRequest(&message, ws, OFFLINE_MSG_STORE_FLUSH), TW_WEBSOCKET_NOT_CONNECTED,
              "flush offline", ORIGINAL_PASSES);
    CHECK_INT(twOfflineMsgStore_HandleRequest(&message, ws, OFFLINE_MSG_STORE_WRITE), TW_OK, "write", ORIGINAL_PASSES);
    CHECK(message == NULL, "the message is taken", ORIGINAL_PASSES);
    twOfflineMsgStore_Delete();
    twApi_Delete();
}

CONFORMANCE_MAIN_WARM("twOfflineMsgStore.h", warm_up_offline(), GROUP(without_store), GROUP(in_ram),
                      GROUP_CRASHES(initialized_twice, "Q-M8"), GROUP(on_disk), GROUP(requests))
