/* twMessaging.h (api-behaviour.md 8.1). */
#include "twMessaging.h"

#include "api.h"

static int on_message(twWs *ws, twMessage *message) {
    (void)ws, (void)message;
    return 0;
}

static int on_response(uint32_t id, enum msgCodeEnum code, char *reason, twInfoTable *content) {
    (void)id, (void)code, (void)reason;
    twInfoTable_Delete(content);
    return 0;
}

static void without_handler(void) {
    CHECK(twMessageHandler_Instance(NULL) == NULL, "none yet", ORIGINAL_PASSES);
    CHECK_INT(twMessageHandler_RegisterConnectCallback(NULL, NULL), TW_OK, "connect: 0 always", ORIGINAL_PASSES);
    CHECK_INT(twMessageHandler_RegisterCloseCallback(NULL, NULL), TW_NULL_OR_INVALID_MSG_HANDLER, "close",
              ORIGINAL_PASSES);
    CHECK_INT(twMessageHandler_RegisterPingCallback(NULL, NULL), TW_NULL_OR_INVALID_MSG_HANDLER, "ping", ORIGINAL_PASSES);
    CHECK_INT(twMessageHandler_CleanupOldMessages(NULL), TW_NULL_OR_INVALID_MSG_HANDLER, "cleanup", ORIGINAL_PASSES);
    twMessageHandler_msgHandlerTask(0, NULL);
}

static void deleting_nothing(void) {
    CHECK_INT(twMessageHandler_Delete(NULL), TW_NULL_OR_INVALID_MSG_HANDLER, "no handler", QUIRK("8.1"));
}

static void with_handler(void) {
    twMessageHandler *handler;
    initialize();
    handler = twMessageHandler_Instance(NULL);
    CHECK(handler && handler == tw_api->mh, "the API's", ORIGINAL_PASSES);
    CHECK_INT(twMessageHandler_RegisterDefaultRequestCallback(NULL, NULL), 1, "no callback: 1 (Q-T15)", ORIGINAL_PASSES);
    CHECK_INT(twMessageHandler_UnegisterResponseCallback(NULL, 0), TW_INVALID_PARAM, "id 0", ORIGINAL_PASSES);
    CHECK_INT(twMessageHandler_RegisterResponseCallback(NULL, on_response, 77, twGetSystemTime(TRUE) + 100000), TW_OK,
              "register a response", ORIGINAL_PASSES);
    CHECK_INT(twMessageHandler_UnegisterResponseCallback(NULL, 77), TW_ERROR_CALLBACK_NOT_FOUND, "unregister it: 302 (Q-T15)",
              ORIGINAL_PASSES);
    CHECK(twMessageHandler_GetCompletedResponseStruct(NULL, 99) == NULL, "no such response", ORIGINAL_PASSES);
    CHECK_INT(twMessageHandler_RegisterRequestCallback(NULL, NULL, TW_THING, "x", TW_SERVICES, "s"), TW_INVALID_PARAM,
              "no request callback", ORIGINAL_PASSES);
    CHECK_INT(twMessageHandler_CleanupOldMessages(NULL), TW_OK, "cleanup", ORIGINAL_PASSES);
    twApi_Delete();
}

static void request_callbacks(void) {
    initialize();
    CHECK_INT(twMessageHandler_RegisterRequestCallback(NULL, on_message, TW_THING, "x", TW_SERVICES, "s"), TW_OK, "register",
              QUIRK("8.1"));
    CHECK_INT(twMessageHandler_UnegisterRequestCallback(NULL, TW_THING, "x", TW_SERVICES, "s"), TW_OK, "unregister",
              QUIRK("8.1"));
    twApi_Delete();
}

CONFORMANCE_MAIN_WARM("twMessaging.h", warm_up_offline(), GROUP(without_handler), GROUP_CRASHES(deleting_nothing, "8.1"),
                      GROUP(with_handler), GROUP(request_callbacks))
