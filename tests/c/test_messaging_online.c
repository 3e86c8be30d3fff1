/* Messages that a program makes, sends and answers by itself over the connection of the API object. */
#define _POSIX_C_SOURCE 200809L
#include "device.h"
#include "twMessages.h"
#include "twMessaging.h"
#include "twTls.h"
#include "twWebsocket.h"

/* Exported, but no header declares them (api-behaviour.md 17). */
int sendMessageBlocking(twMessage **msg, int32_t timeout, twInfoTable **result);
int twApi_SendResponse(twMessage *msg);
int twApi_Authenticate(void);
int twApi_BindAll(char unbind);

#define NO_ANSWER_CODE 0xa4

static char thing[64];

static twMessage *a_request(enum entityTypeEnum type, char *entity, char *service) {
    twMessage *message = twMessage_CreateRequestMsg(TWX_POST);
    twRequestBody_SetEntity(message->body, type, entity);
    twRequestBody_SetCharacteristic(message->body, TW_SERVICES, service);
    return message;
}

static twMessage *ask_for_user(void) {
    return a_request(TW_RESOURCE, "CurrentSessionInfo", "GetCurrentUser");
}

static DATETIME later(int32_t milliseconds) {
    return twAddMilliseconds(twGetSystemTime(TRUE), milliseconds);
}

static int on_response(uint32_t id, enum msgCodeEnum code, char *reason, twInfoTable *content) {
    char text[96], *user = NULL;
    (void)reason;
    if (content) {
        twInfoTable_GetString(content, "result", 0, &user);
    }
    snprintf(text, sizeof(text), "response %u %x %s", (unsigned)id, (unsigned)code, user && user[0] ? "with a user" : "");
    free(user);
    twInfoTable_Delete(content);
    happened(text);
    return 0;
}

static void test_answers(void) {
    twMessageHandler *handler = tw_api->mh;
    twMessage *message = ask_for_user();
    twResponseCallbackStruct *answer = NULL;
    char *user = NULL, text[64];
    time_t end = time(NULL) + PATIENCE;
    uint32_t id = message->requestId;

    CHECK_INT(twMessage_Send(&message, handler->ws), TW_WEBSOCKET_NOT_CONNECTED);
    CHECK_INT(twApi_Connect(10000, 1), TW_OK);
    CHECK(handler->ws->sessionId != 0 && handler->ws->sessionId != UINT32_MAX);
    CHECK_INT(twMessageHandler_RegisterResponseCallback(handler, NULL, id, later(60000)), TW_OK);
    CHECK_INT(twMessage_Send(&message, handler->ws), TW_OK);
    CHECK(message != NULL);
    twMessage_Delete(message);
    while (!answer && time(NULL) < end) {
        pump();
        answer = twMessageHandler_GetCompletedResponseStruct(NULL, id);
    }
    CHECK(answer != NULL && answer->code == TWX_SUCCESS && answer->content != NULL);
    CHECK_INT(twInfoTable_GetString(answer->content, "result", 0, &user), TW_OK);
    CHECK(user != NULL && user[0]);
    free(user);
    twInfoTable_Delete(answer->content);
    twMessageHandler_UnegisterResponseCallback(NULL, id);
    CHECK_INT(twList_GetCount(handler->responseCallbackList), 0);

    forget_events();
    message = ask_for_user();
    snprintf(text, sizeof(text), "response %u 40 with a user;", (unsigned)message->requestId);
    CHECK_INT(twMessageHandler_RegisterResponseCallback(handler, on_response, message->requestId, later(60000)), TW_OK);
    CHECK_INT(twMessage_Send(&message, handler->ws), TW_OK);
    twMessage_Delete(message);
    CHECK(pump_until(text));
    CHECK_INT(twList_GetCount(handler->responseCallbackList), 0);

    /* No answer. */
    misbehave("{\"at\": \"service\", \"name\": \"GetCurrentUser\", \"lose\": true, \"times\": 1}");
    message = ask_for_user();
    snprintf(text, sizeof(text), "response %u a4 ;", (unsigned)message->requestId);
    CHECK_INT(twMessageHandler_RegisterResponseCallback(handler, on_response, message->requestId, later(200)), TW_OK);
    CHECK_INT(twMessage_Send(&message, handler->ws), TW_OK);
    twMessage_Delete(message);
    CHECK(pump_until(text));
}

static void test_sending_and_waiting(void) {
    twMessage *message = ask_for_user();
    twInfoTable *table = NULL;
    char *large = malloc(100001);

    CHECK_INT(sendMessageBlocking(&message, -1, &table), TWX_SUCCESS);
    CHECK(message != NULL && table != NULL);
    twInfoTable_Delete(table);
    twMessage_Delete(message);

    /* In pieces; the platform has no such service. */
    memset(large, 'x', 100000);
    large[100000] = 0;
    table = (twInfoTable *)&table;
    message = a_request(TW_THING, thing, "NoSuchService");
    twRequestBody_SetParams(message->body, twInfoTable_CreateFromString("text", large, FALSE));
    CHECK_INT(sendMessageBlocking(&message, -1, &table), TWX_NOT_FOUND);
    CHECK(table == NULL);
    twMessage_Delete(message);

    misbehave("{\"at\": \"service\", \"name\": \"GetCurrentUser\", \"lose\": true, \"times\": 1}");
    message = ask_for_user();
    table = (twInfoTable *)&table;
    CHECK_INT(sendMessageBlocking(&message, 100, &table), NO_ANSWER_CODE);
    CHECK(table == (twInfoTable *)&table);
    twMessage_Delete(message);

    /* A message that is no request, and the steps of a connect call alone. */
    message = twMessage_CreateBindMsg(thing, FALSE);
    CHECK_INT(sendMessageBlocking(&message, -1, &table), TWX_SUCCESS);
    twMessage_Delete(message);
    CHECK_INT(twApi_Authenticate(), TW_OK);
    forget_events();
    CHECK_INT(twApi_BindAll(TRUE), TW_OK);
    CHECK(has_happened("bind;"));
    CHECK_INT(twApi_BindAll(FALSE), TW_OK);
    misbehave("{\"at\": \"bind\", \"answer\": 132, \"times\": 1}");
    CHECK_INT(twApi_BindAll(FALSE), 1104);
    CHECK_INT(twApi_BindAll(FALSE), TW_OK);

    /* Sending stops when the program says so. */
    message = ask_for_user();
    tw_api->isAuthenticated = FALSE;
    CHECK_INT(twMessage_Send(&message, tw_api->mh->ws), TW_WEBSOCKET_NOT_CONNECTED);
    tw_api->isAuthenticated = TRUE;
    CHECK_INT(twMessage_Send(&message, tw_api->mh->ws), TW_OK);
    twMessage_Delete(message);
}

static int answer_by_itself(struct twWs *ws, struct twMessage *message) {
    twMessage *answer =
        twMessage_CreateResponseMsg(TWX_SUCCESS, message->requestId, message->sessionId, message->endpointId);
    CHECK(ws == tw_api->mh->ws);
    twResponseBody_SetContent(answer->body, twInfoTable_CreateFromNumber("result", 12.5));
    CHECK_INT(twApi_SendResponse(answer), TW_OK);
    twMessage_Delete(answer);
    happened("answered");
    return 0;
}

static enum msgCodeEnum on_service(const char *entity, const char *name, twInfoTable *params, twInfoTable **content,
                                   void *data) {
    (void)entity;
    (void)name;
    (void)params;
    (void)data;
    *content = twInfoTable_CreateFromNumber("result", 2.5);
    return TWX_SUCCESS;
}

static void test_requests(void) {
    message_cb dispatcher = tw_api->mh->defaultRequestCallback;
    char answer[ANSWER], path[128];

    snprintf(path, sizeof(path), "/Thingworx/Things/%s/Services/Own", thing);
    CHECK_INT(rest_pumped("POST", path, NULL, answer), 404);
    CHECK_INT(twMessageHandler_RegisterRequestCallback(NULL, answer_by_itself, TW_THING, thing, TW_SERVICES, "Own"), TW_OK);
    CHECK_INT(rest_pumped("POST", path, NULL, answer), 200);
    CHECK(strstr(answer, "12.5") != NULL);
    CHECK_INT(twMessageHandler_UnegisterRequestCallback(NULL, TW_THING, thing, TW_SERVICES, "Own"), TW_OK);
    CHECK_INT(rest_pumped("POST", path, NULL, answer), 404);
    /* In place of everything that is registered. */
    CHECK_INT(twApi_RegisterServiceCallback(TW_THING, thing, "Own", on_service, NULL), TW_OK);
    CHECK_INT(rest_pumped("POST", path, NULL, answer), 200);
    CHECK(strstr(answer, "2.5") != NULL && strstr(answer, "12.5") == NULL);
    CHECK_INT(twMessageHandler_RegisterDefaultRequestCallback(NULL, answer_by_itself), TW_OK);
    CHECK_INT(rest_pumped("POST", path, NULL, answer), 200);
    CHECK(strstr(answer, "12.5") != NULL);
    CHECK_INT(twMessageHandler_RegisterDefaultRequestCallback(NULL, dispatcher), TW_OK);
    CHECK_INT(rest_pumped("POST", path, NULL, answer), 200);
    CHECK(strstr(answer, "12.5") == NULL);
}

static void test_deleting_the_handler(void) {
    CHECK_INT(twApi_isConnected(), TRUE);
    forget_events();
    CHECK_INT(twMessageHandler_Delete(NULL), TW_OK);
    CHECK_INT(twApi_isConnected(), FALSE);
    CHECK(tw_api->mh == NULL && !has_happened("close"));
    CHECK_INT(twApi_Delete(), TW_OK);
}

/* What there is when a program uses the lower layers only: a WebSocket of its own, its flags in an object of its own. */
static void test_own_websocket(void) {
    twApi own;
    twWs *ws = NULL;
    twMessageHandler *handler;
    twMessage *message;
    twResponseCallbackStruct *answer = NULL;
    char text[64], large[20001];
    time_t end = time(NULL) + PATIENCE;
    uint32_t id;

    memset(&own, 0, sizeof(own));
    CHECK_INT(twWs_Create("127.0.0.1", platform_port(), "/Thingworx/WS", app_key, NULL, MESSAGE_CHUNK_SIZE,
                          MESSAGE_CHUNK_SIZE, &ws),
              TW_OK);
    twTlsClient_DisableEncryption(ws->connection);
    handler = twMessageHandler_Instance(ws);
    own.mh = handler;
    tw_api = &own;
    CHECK_INT(twMessageHandler_RegisterCloseCallback(NULL, on_close), TW_OK);
    CHECK_INT(twWs_Connect(ws, 10000), TW_OK);
    message = ask_for_user();
    CHECK_INT(twMessage_Send(&message, ws), TW_WEBSOCKET_NOT_CONNECTED);
    twMessage_Delete(message);

    message = twMessage_CreateAuthMsg("appKey", getenv("TWEDGE_TEST_KEY"));
    id = message->requestId;
    CHECK_INT(twMessageHandler_RegisterResponseCallback(handler, NULL, id, later(60000)), TW_OK);
    CHECK_INT(twMessage_Send(&message, ws), TW_OK);
    twMessage_Delete(message);
    while (!answer && time(NULL) < end) {
        twWs_Receive(ws, 100);
        twMessageHandler_msgHandlerTask(0, NULL);
        answer = twMessageHandler_GetCompletedResponseStruct(NULL, id);
    }
    CHECK(answer != NULL && answer->code == TWX_SUCCESS && answer->sessionId != 0);
    ws->sessionId = answer ? answer->sessionId : 0;
    own.isAuthenticated = TRUE;
    CHECK_INT(twApi_isConnected(), TRUE);
    twMessageHandler_UnegisterResponseCallback(NULL, id);

    /* In pieces, compressed if that was agreed. */
    memset(large, 'x', sizeof(large) - 1);
    large[sizeof(large) - 1] = 0;
    forget_events();
    message = ask_for_user();
    twRequestBody_SetParams(message->body, twInfoTable_CreateFromString("text", large, TRUE));
    snprintf(text, sizeof(text), "response %u 40 with a user;", (unsigned)message->requestId);
    CHECK_INT(twMessageHandler_RegisterResponseCallback(handler, on_response, message->requestId, later(60000)), TW_OK);
    CHECK_INT(twMessage_Send(&message, ws), TW_OK);
    twMessage_Delete(message);
    end = time(NULL) + PATIENCE;
    while (!has_happened(text) && time(NULL) < end) {
        twWs_Receive(ws, 100);
        twMessageHandler_msgHandlerTask(0, NULL);
    }
    CHECK(has_happened(text));
    CHECK_INT(twMessageHandler_Delete(handler), TW_OK);
    CHECK(twMessageHandler_Instance(NULL) == NULL);
    tw_api = NULL;
}

int main(void) {
    if (platform_port() == 0) {
        return 77;
    }
    twcfg.connect_retry_interval = 20;
    snprintf(thing, sizeof(thing), "Messages%ld", (long)getpid());
    CHECK_INT(initialize(), TW_OK);
    CHECK_INT(twApi_BindThing(thing), TW_OK);
    test_answers();
    test_sending_and_waiting();
    test_requests();
    test_deleting_the_handler();
    test_own_websocket();
    return check_result();
}
