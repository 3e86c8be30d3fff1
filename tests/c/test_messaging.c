/* twMessaging.h and the rest of twMessages.h without a platform: the handler and who is called, answers that are picked up,
 * messages that are fed in, pieces of messages, compression; and twConnectionInfo.h. */
#include "twApi.h"
#include "twConnectionInfo.h"
#include "twMessages.h"
#include "twMessaging.h"
#include "twWebsocket.h"

#include "check.h"

#include <stdlib.h>

/* Exported, but no header declares them (api-behaviour.md 17). */
extern twApi *tw_api;
extern twMessageHandler *msgHandlerSingleton;
twList *getIncomingMsgList(void);
int resetIncomingMsgList(void);
char getPreventIncomingMsgListDump(void);
int dumpIncomingMsgListCallback(void);
int msgHandlerOnBinaryMessage(twWs *ws, const char *at, size_t length, char compressed);
int msgHandlerOnConnect(twWs *ws);
int msgHandlerOnClose(twWs *ws, const char *at, size_t length);
void twResponseCallbackStruct_Delete(void *item);
int twDecompressStream(twStream **s, twWs *ws);
int sendMessageBlocking(twMessage **msg, int32_t timeout, twInfoTable **result);
int twApi_SendResponse(twMessage *msg);
int twApi_Authenticate(void);
int twApi_BindAll(char unbind);

#define FOUND_OR_NOT 302
#define NO_FUNCTION 1
#define SERVICE_UNAVAILABLE 0xa3

static void app_key(char *buffer, unsigned int size) {
    snprintf(buffer, size, "%s", "messaging-key");
}

static int initialize(void) {
    return twApi_Initialize("127.0.0.1", 65000, "/Thingworx/WS", app_key, NULL, MESSAGE_CHUNK_SIZE, MESSAGE_CHUNK_SIZE,
                            TRUE);
}

static struct {
    int responses, requests, defaults, dumps, events;
    uint32_t id;
    enum msgCodeEnum code;
    char reason[64];
    double number;
    char name[32];
} seen;

static int on_response(uint32_t id, enum msgCodeEnum code, char *reason, twInfoTable *content) {
    seen.responses++;
    seen.id = id;
    seen.code = code;
    snprintf(seen.reason, sizeof(seen.reason), "%s", reason ? reason : "");
    if (content) {
        twInfoTable_GetNumber(content, "result", 0, &seen.number);
    }
    twInfoTable_Delete(content);
    return 0;
}

static int on_request(struct twWs *ws, struct twMessage *msg) {
    CHECK(ws != NULL && msg->type == TW_REQUEST);
    seen.requests++;
    snprintf(seen.name, sizeof(seen.name), "%s", ((twRequestBody *)msg->body)->characteristicName);
    return 0;
}

static int on_default(struct twWs *ws, struct twMessage *msg) {
    (void)ws;
    (void)msg;
    seen.defaults++;
    return 0;
}

static int on_dump(void) {
    seen.dumps++;
    return 0;
}

static int on_event(struct twWs *ws, const char *data, size_t length) {
    (void)ws;
    (void)data;
    seen.events += 1 + (int)length;
    return 0;
}

static void test_without_handler(void) {
    twMessage *message = twMessage_CreateRequestMsg(TWX_GET);
    twInfoTable *table = NULL;

    CHECK(twMessageHandler_Instance(NULL) == NULL);
    CHECK_INT(twMessageHandler_Delete(NULL), TW_NULL_OR_INVALID_MSG_HANDLER);
    CHECK_INT(twMessageHandler_CleanupOldMessages(NULL), TW_NULL_OR_INVALID_MSG_HANDLER);
    CHECK_INT(twMessageHandler_RegisterConnectCallback(NULL, on_event), TW_OK);
    CHECK_INT(twMessageHandler_RegisterCloseCallback(NULL, on_event), TW_NULL_OR_INVALID_MSG_HANDLER);
    CHECK_INT(twMessageHandler_RegisterPingCallback(NULL, on_event), TW_NULL_OR_INVALID_MSG_HANDLER);
    CHECK_INT(twMessageHandler_RegisterPongCallback(NULL, on_event), TW_NULL_OR_INVALID_MSG_HANDLER);
    CHECK_INT(twMessageHandler_RegisterDefaultRequestCallback(NULL, NULL), NO_FUNCTION);
    CHECK_INT(twMessageHandler_RegisterDefaultRequestCallback(NULL, on_default), TW_NULL_OR_INVALID_MSG_HANDLER);
    CHECK_INT(twMessageHandler_RegisterDumpIncomingMsgListCallback(NULL, NULL), NO_FUNCTION);
    CHECK_INT(twMessageHandler_RegisterDumpIncomingMsgListCallback(NULL, on_dump), TW_NULL_OR_INVALID_MSG_HANDLER);
    CHECK_INT(twMessageHandler_RegisterResponseCallback(NULL, on_response, 1, 1), TW_INVALID_CALLBACK_STRUCT);
    CHECK(twMessageHandler_GetCompletedResponseStruct(NULL, 1) == NULL);
    CHECK_INT(twMessageHandler_UnegisterRequestCallback(NULL, TW_THING, "T", TW_SERVICES, "S"), TW_ERROR_CREATING_MTX);
    CHECK_INT(dumpIncomingMsgListCallback(), TW_NULL_OR_INVALID_MSG_HANDLER);
    twMessageHandler_msgHandlerTask(0, NULL);
    CHECK_INT(sendMessageBlocking(&message, 10, &table), 0);
    CHECK_INT(twApi_SendResponse(message), TW_ERROR_SENDING_RESP);
    CHECK_INT(twApi_Authenticate(), TW_INVALID_PARAM);
    CHECK_INT(twApi_BindAll(FALSE), TW_INVALID_PARAM);
    twMessage_Delete(message);
    twResponseCallbackStruct_Delete(NULL);
}

static void test_the_handler_of_the_api(void) {
    twMessageHandler *handler = tw_api->mh;

    CHECK(handler != NULL && twMessageHandler_Instance(NULL) == handler && msgHandlerSingleton == handler);
    CHECK(handler->ws != NULL && handler->responseCallbackList != NULL && handler->incomingRequestCallbacks != NULL);
    CHECK(handler->defaultRequestCallback != NULL && handler->dumpIncomingMsgList != NULL);
    CHECK(handler->on_ws_connected == NULL && handler->on_ws_close == NULL && handler->on_ping == NULL);
    CHECK(handler->on_pong != NULL);
    CHECK(handler->ws->on_ws_binaryMessage == msgHandlerOnBinaryMessage && handler->ws->on_ws_textMessage == NULL);
    /* The same object again changes nothing. */
    CHECK(twMessageHandler_Instance(handler->ws) == handler);
    memset(&seen, 0, sizeof(seen));
    CHECK_INT(twMessageHandler_RegisterConnectCallback(NULL, on_event), TW_OK);
    CHECK_INT(twMessageHandler_RegisterCloseCallback(handler, on_event), TW_OK);
    CHECK(handler->on_ws_connected == on_event && handler->on_ws_close == on_event);
    CHECK_INT(msgHandlerOnConnect(handler->ws), TW_OK);
    CHECK_INT(seen.events, 1);
    CHECK_INT(msgHandlerOnClose(handler->ws, "abc", 3), TW_OK);
    CHECK_INT(seen.events, 5);
    /* Watching for pongs goes on, other than with twApi_RegisterPongCallback. */
    CHECK_INT(twMessageHandler_RegisterPongCallback(NULL, on_event), TW_OK);
    CHECK_INT(tw_api->handle_pongs, TRUE);
    twMessageHandler_RegisterConnectCallback(NULL, NULL);
    twMessageHandler_RegisterCloseCallback(NULL, NULL);
    twMessageHandler_RegisterPongCallback(NULL, NULL);
}

/* A message as it goes over the wire. */
static twStream *bytes_of(twMessage *message) {
    twStream *stream = twStream_Create();
    unsigned char header[15];
    uint32_t numbers[3];
    int i;
    numbers[0] = message->requestId;
    numbers[1] = message->endpointId;
    numbers[2] = message->sessionId;
    header[0] = 1;
    header[1] = (unsigned char)message->code;
    for (i = 0; i < 12; i++) {
        header[2 + i] = (unsigned char)(numbers[i / 4] >> (24 - 8 * (i % 4)));
    }
    header[14] = 0;
    twStream_AddBytes(stream, header, sizeof(header));
    switch (message->type) {
    case TW_REQUEST:
        CHECK_INT(twRequestBody_ToStream(message->body, stream), TW_OK);
        break;
    case TW_RESPONSE:
        CHECK_INT(twResponseBody_ToStream(message->body, stream), TW_OK);
        break;
    default:
        CHECK_INT(twAuthBody_ToStream(message->body, stream), TW_OK);
        break;
    }
    twMessage_Delete(message);
    return stream;
}

static int feed_to(twWs *ws, twMessage *message) {
    twStream *stream = bytes_of(message);
    int code = msgHandlerOnBinaryMessage(ws, stream->data, stream->length, FALSE);
    twStream_Delete(stream);
    return code;
}

static int feed(twMessage *message) {
    return feed_to(NULL, message);
}

static twMessage *an_answer(uint32_t id, enum msgCodeEnum code, double number, char *reason) {
    twMessage *message = twMessage_CreateResponseMsg(code, id, 7, 0);
    twResponseBody_SetContent(message->body, twInfoTable_CreateFromNumber("result", number));
    twResponseBody_SetReason(message->body, reason);
    return message;
}

static twMessage *a_request(char *service) {
    twMessage *message = twMessage_CreateRequestMsg(TWX_POST);
    twRequestBody_SetEntity(message->body, TW_THING, "T");
    twRequestBody_SetCharacteristic(message->body, TW_SERVICES, service);
    return message;
}

static DATETIME later(int32_t milliseconds) {
    return twAddMilliseconds(twGetSystemTime(TRUE), milliseconds);
}

static void pump(void) {
    twMessageHandler_msgHandlerTask(twGetSystemTime(TRUE), NULL);
}

static void test_answers(void) {
    twList *list = tw_api->mh->responseCallbackList;
    twResponseCallbackStruct *found;
    double number = 0.0;
    char only_responses = TRUE;

    memset(&seen, 0, sizeof(seen));
    CHECK_INT(twMessageHandler_RegisterResponseCallback(NULL, on_response, 4711, later(60000)), TW_OK);
    CHECK_INT(twMessageHandler_RegisterResponseCallback(NULL, NULL, 4712, later(60000)), TW_OK);
    CHECK_INT(twList_GetCount(list), 2);
    CHECK(twMessageHandler_GetCompletedResponseStruct(NULL, 4712) == NULL);

    /* Nothing happens before a thread handles messages; one at a time, answers before requests if that is asked for. */
    CHECK_INT(feed(a_request("First")), TW_OK);
    CHECK_INT(feed(an_answer(4711, TWX_NOT_FOUND, 2.5, "none there")), TW_OK);
    CHECK_INT(feed(an_answer(4712, TWX_SUCCESS, 3.5, NULL)), TW_OK);
    CHECK_INT(feed(an_answer(4713, TWX_SUCCESS, 4.5, NULL)), TW_OK);
    CHECK_INT(twList_GetCount(getIncomingMsgList()), 4);
    CHECK_INT(seen.responses, 0);
    twMessageHandler_msgHandlerTask(0, &only_responses);
    CHECK_INT(seen.responses, 1);
    CHECK(seen.id == 4711 && seen.code == TWX_NOT_FOUND && seen.number == 2.5);
    CHECK_STR(seen.reason, "none there");
    CHECK_INT(twList_GetCount(list), 1);
    CHECK(twMessageHandler_GetCompletedResponseStruct(NULL, 4712) == NULL);
    twMessageHandler_msgHandlerTask(0, &only_responses);
    found = twMessageHandler_GetCompletedResponseStruct(NULL, 4712);
    CHECK(found != NULL && found->received == TRUE && found->code == TWX_SUCCESS && found->content != NULL);
    CHECK_INT(twInfoTable_GetNumber(found->content, "result", 0, &number), TW_OK);
    CHECK(number == 3.5);
    twInfoTable_Delete(found->content);
    CHECK_INT(twMessageHandler_UnegisterResponseCallback(NULL, 4712), FOUND_OR_NOT);
    CHECK_INT(twList_GetCount(list), 0);
    CHECK_INT(twMessageHandler_UnegisterResponseCallback(NULL, 4712), FOUND_OR_NOT);
    CHECK_INT(twMessageHandler_UnegisterResponseCallback(NULL, 0), TW_INVALID_PARAM);
    /* Nobody has asked for the last answer. */
    twMessageHandler_msgHandlerTask(0, &only_responses);
    CHECK_INT(seen.responses, 1);
    twMessageHandler_msgHandlerTask(0, &only_responses);
    CHECK_INT(twList_GetCount(getIncomingMsgList()), 1);
    CHECK_INT(resetIncomingMsgList(), 0);
    CHECK_INT(twList_GetCount(getIncomingMsgList()), 0);
}

static void test_answers_that_do_not_come(void) {
    twMessageHandler own;
    twResponseCallbackStruct *entry;

    memset(&seen, 0, sizeof(seen));
    memset(&own, 0, sizeof(own));
    CHECK_INT(twMessageHandler_CleanupOldMessages(&own), TW_OK);
    own.responseCallbackList = twList_Create(twResponseCallbackStruct_Delete);
    own.mtx = twMutex_Create();
    entry = calloc(1, sizeof(*entry));
    entry->requestId = 5;
    entry->cb = on_response;
    entry->expirationTime = 1;
    twList_Add(own.responseCallbackList, entry);
    entry = calloc(1, sizeof(*entry));
    entry->requestId = 6;
    entry->content = twInfoTable_CreateFromNumber("result", 1.0);
    entry->expirationTime = 1;
    twList_Add(own.responseCallbackList, entry);
    entry = calloc(1, sizeof(*entry));
    entry->requestId = 7;
    entry->cb = on_response;
    entry->expirationTime = later(60000);
    twList_Add(own.responseCallbackList, entry);
    CHECK_INT(twMessageHandler_CleanupOldMessages(&own), TW_OK);
    CHECK_INT(seen.responses, 1);
    CHECK(seen.id == 5 && seen.code == TWX_GATEWAY_TIMEOUT);
    CHECK_STR(seen.reason, "Message timed out");
    CHECK_INT(twList_GetCount(own.responseCallbackList), 1);
    twList_Delete(own.responseCallbackList);
    twMutex_Delete(own.mtx);

    /* The handler of the API object: the tasker tells it, and so does the clean-up. */
    CHECK_INT(twMessageHandler_RegisterResponseCallback(NULL, on_response, 8, later(-10)), TW_OK);
    twApi_TaskerFunction(0, NULL);
    CHECK_INT(seen.responses, 2);
    CHECK_INT(seen.id, 8);
    CHECK_INT(twMessageHandler_RegisterResponseCallback(NULL, on_response, 9, 1), TW_OK);
    CHECK_INT(twMessageHandler_CleanupOldMessages(NULL), TW_OK);
    CHECK_INT(seen.responses, 3);
    CHECK_INT(twMessageHandler_RegisterResponseCallback(NULL, on_response, 10, 1), TW_OK);
    CHECK_INT(twApi_CleanupOldMessages(), TW_OK);
    twApi_TaskerFunction(0, NULL);
    CHECK_INT(seen.responses, 4);
    CHECK_INT(twMessageHandler_RegisterResponseCallback(NULL, on_response, 11, 1), TW_OK);
    CHECK_INT(twMessageHandler_UnegisterResponseCallback(NULL, 11), FOUND_OR_NOT);
    twApi_TaskerFunction(0, NULL);
    CHECK_INT(seen.responses, 4);
}

static enum msgCodeEnum on_service(const char *entity, const char *name, twInfoTable *params, twInfoTable **content,
                                   void *data) {
    (void)entity;
    (void)params;
    (void)content;
    (void)data;
    seen.events++;
    snprintf(seen.name, sizeof(seen.name), "%s", name);
    return TWX_SUCCESS;
}

static void test_requests(void) {
    message_cb dispatcher = tw_api->mh->defaultRequestCallback;

    memset(&seen, 0, sizeof(seen));
    CHECK_INT(twMessageHandler_RegisterRequestCallback(NULL, NULL, TW_THING, "T", TW_SERVICES, "S"), TW_INVALID_PARAM);
    CHECK_INT(twMessageHandler_RegisterRequestCallback(NULL, on_request, TW_THING, NULL, TW_SERVICES, "S"),
              TW_INVALID_CALLBACK_STRUCT);
    CHECK_INT(twMessageHandler_RegisterRequestCallback(NULL, on_request, TW_THING, "T", TW_SERVICES, "S"), TW_OK);
    CHECK_INT(twList_GetCount(tw_api->mh->incomingRequestCallbacks), 1);
    /* With nothing else registered the dispatcher of the API object gets the rest. */
    CHECK_INT(twApi_RegisterServiceCallback(TW_THING, "T", "Other", on_service, NULL), TW_OK);
    feed(a_request("S"));
    feed(a_request("Other"));
    pump();
    CHECK_INT(seen.requests, 1);
    CHECK_STR(seen.name, "S");
    pump();
    CHECK_INT(seen.events, 1);
    CHECK_STR(seen.name, "Other");
    /* Another one bypasses the registrations. */
    CHECK_INT(twMessageHandler_RegisterDefaultRequestCallback(NULL, on_default), TW_OK);
    feed(a_request("Other"));
    pump();
    CHECK_INT(seen.defaults, 1);
    CHECK_INT(seen.events, 1);
    CHECK_INT(twMessageHandler_RegisterDefaultRequestCallback(NULL, dispatcher), TW_OK);
    CHECK_INT(twMessageHandler_UnegisterRequestCallback(NULL, TW_THING, NULL, TW_SERVICES, "S"), TW_INVALID_PARAM);
    CHECK_INT(twMessageHandler_UnegisterRequestCallback(NULL, TW_THING, "T", TW_EVENTS, "S"),
              TW_ERROR_CALLBACK_NOT_FOUND);
    CHECK_INT(twMessageHandler_UnegisterRequestCallback(NULL, TW_THING, "T", TW_SERVICES, "S"), TW_OK);
    CHECK_INT(twMessageHandler_UnegisterRequestCallback(NULL, TW_THING, "T", TW_SERVICES, "S"),
              TW_ERROR_CALLBACK_NOT_FOUND);
    feed(a_request("S"));
    pump();
    CHECK_INT(seen.requests, 1);
    CHECK_INT(twApi_UnregisterThing("T"), TW_OK);
    /* What a device is not asked. */
    feed(twMessage_CreateAuthMsg("appKey", "k"));
    pump();
    CHECK_INT(twList_GetCount(getIncomingMsgList()), 0);
    CHECK_INT(msgHandlerOnBinaryMessage(NULL, "short", 5, FALSE), TW_ERROR_READING_FROM_WEBSOCKET);
    CHECK_INT(msgHandlerOnBinaryMessage(NULL, NULL, 0, FALSE), TW_ERROR_READING_FROM_WEBSOCKET);
    CHECK_INT(twList_GetCount(getIncomingMsgList()), 0);
}

static void test_too_many(void) {
    uint32_t limit = twcfg.max_messages;
    dumpLog_cb dump = tw_api->mh->dumpIncomingMsgList;
    int i;

    memset(&seen, 0, sizeof(seen));
    twcfg.max_messages = 8;
    CHECK_INT(twMessageHandler_RegisterDumpIncomingMsgListCallback(NULL, on_dump), TW_OK);
    CHECK_INT(twMessageHandler_RegisterResponseCallback(NULL, on_response, 99, later(60000)), TW_OK);
    for (i = 0; i < 8; i++) {
        feed(a_request("S"));
    }
    CHECK_INT(getPreventIncomingMsgListDump(), FALSE);
    for (i = 0; i < 3; i++) {
        feed(a_request("S"));
        feed(an_answer(98, TWX_SUCCESS, 1.0, NULL));
    }
    CHECK_INT(twList_GetCount(getIncomingMsgList()), 8);
    CHECK_INT(getPreventIncomingMsgListDump(), TRUE);
    CHECK_INT(seen.dumps, 1);
    /* An answer that somebody waits for is never dropped (Q-C40). */
    feed(an_answer(99, TWX_SUCCESS, 1.0, NULL));
    CHECK_INT(twList_GetCount(getIncomingMsgList()), 9);
    for (i = 0; i < 3; i++) {
        pump();
    }
    CHECK_INT(getPreventIncomingMsgListDump(), TRUE);
    pump();
    CHECK_INT(twList_GetCount(getIncomingMsgList()), 5);
    CHECK_INT(getPreventIncomingMsgListDump(), FALSE);
    for (i = 0; i < 5; i++) {
        pump();
    }
    CHECK_INT(seen.responses, 1);
    CHECK_INT(dumpIncomingMsgListCallback(), TW_OK);
    CHECK_INT(seen.dumps, 2);
    CHECK_INT(twMessageHandler_RegisterDumpIncomingMsgListCallback(NULL, dump), TW_OK);
    CHECK_INT(dumpIncomingMsgListCallback(), TW_OK);
    twcfg.max_messages = limit;
}

/* Cuts a message as a sender would (protocol.md 4.6): entity type and name in front of each piece. */
static twStream *piece_of(twStream *whole, uint16_t id, uint16_t count, uint32_t from, uint32_t to) {
    twStream *stream = twStream_CreateFromCharArray(whole->data, 15);
    unsigned char numbers[6];
    numbers[0] = 0;
    numbers[1] = (unsigned char)id;
    numbers[2] = 0;
    numbers[3] = (unsigned char)count;
    numbers[4] = 0;
    numbers[5] = 128;
    stream->data[14] = 1;
    stream->ptr = stream->data + 15;
    twStream_AddBytes(stream, numbers, sizeof(numbers));
    twStream_AddBytes(stream, whole->data + 15, 3);
    twStream_AddBytes(stream, whole->data + 18 + from, to - from);
    twStream_Reset(stream);
    return stream;
}

static void test_pieces(void) {
    twMessage *message = a_request("S"), *piece, *joined;
    twMultipartBody *body;
    mulitpartMessageStoreEntry *entry;
    twStream *whole, *first, *second, *third;
    uint32_t rest;

    twRequestBody_SetParams(message->body, twInfoTable_CreateFromString("text", "cut in pieces and joined again", TRUE));
    whole = bytes_of(message);
    rest = whole->length - 18;
    first = piece_of(whole, 1, 3, 0, 10);
    second = piece_of(whole, 2, 3, 10, 20);
    third = piece_of(whole, 3, 3, 20, rest);

    piece = twMessage_CreateFromStream(first);
    CHECK_INT(piece->type, TW_MULTIPART_REQ);
    CHECK_INT(piece->multipartMarker, 1);
    CHECK_INT(piece->length, first->length);
    body = piece->body;
    CHECK(body->chunkId == 1 && body->chunkCount == 3 && body->chunkSize == 128 && body->length == 10);
    CHECK_STR(body->entityName, "T");
    twLogMessage(piece, "a piece");
    entry = mulitpartMessageStoreEntry_Create(piece);
    CHECK(entry != NULL && entry->id == piece->requestId && entry->chunksExpected == 3 && entry->chunksReceived == 1);
    CHECK(entry->msgs[0] == piece && entry->msgs[1] == NULL);
    mulitpartMessageStoreEntry_Delete(entry);
    mulitpartMessageStoreEntry_Delete(NULL);
    CHECK(mulitpartMessageStoreEntry_Create(NULL) == NULL);
    twMultipartBody_Delete(NULL);
    twMultipartMessageStore_Delete(NULL);

    twStream_GetBytes(first, NULL, 0);
    first->ptr = first->data + 15;
    body = twMultipartBody_CreateFromStream(first, TRUE);
    CHECK(body != NULL && body->length == 10);
    twMultipartBody_Delete(body);
    first->ptr = first->data + 15;
    body = twMultipartBody_CreateFromStream(first, FALSE);
    CHECK(body != NULL && body->length == 13 && body->entityName == NULL);
    twMultipartBody_Delete(body);
    CHECK(twMultipartBody_CreateFromStream(NULL, TRUE) == NULL);

    CHECK(twMultipartMessageStore_AddMessage(NULL) == NULL);
    CHECK(twMultipartMessageStore_AddMessage(twMessage_CreateFromStream(third)) == NULL);
    CHECK(twMultipartMessageStore_AddMessage(twMessage_CreateFromStream(first)) == NULL);
    CHECK_INT(twList_GetCount(twMultipartMessageStore_Instance()->multipartMessageList), 1);
    joined = twMultipartMessageStore_AddMessage(twMessage_CreateFromStream(second));
    CHECK(joined != NULL && joined->type == TW_REQUEST && joined->multipartMarker == 0);
    CHECK_STR(((twRequestBody *)joined->body)->characteristicName, "S");
    CHECK(((twRequestBody *)joined->body)->params != NULL);
    twMessage_Delete(joined);
    CHECK_INT(twList_GetCount(twMultipartMessageStore_Instance()->multipartMessageList), 0);

    /* Incomplete ones go after a while. */
    twcfg.stale_msg_cleanup_rate = 0;
    CHECK(twMultipartMessageStore_AddMessage(twMessage_CreateFromStream(third)) == NULL);
    ((mulitpartMessageStoreEntry *)twMultipartMessageStore_Instance()->multipartMessageList->first->value)
        ->expirationTime = 1;
    twMultipartMessageStore_RemoveStaleMessages();
    CHECK_INT(twList_GetCount(twMultipartMessageStore_Instance()->multipartMessageList), 0);
    twcfg.stale_msg_cleanup_rate = 50000;

    /* Through the handler. */
    memset(&seen, 0, sizeof(seen));
    CHECK_INT(twMessageHandler_RegisterRequestCallback(NULL, on_request, TW_THING, "T", TW_SERVICES, "S"), TW_OK);
    CHECK_INT(msgHandlerOnBinaryMessage(NULL, second->data, second->length, FALSE), TW_OK);
    CHECK_INT(msgHandlerOnBinaryMessage(NULL, first->data, first->length, FALSE), TW_OK);
    CHECK_INT(msgHandlerOnBinaryMessage(NULL, third->data, third->length, FALSE), TW_OK);
    pump();
    pump();
    CHECK_INT(seen.requests, 0);
    pump();
    CHECK_INT(seen.requests, 1);
    CHECK_INT(twMessageHandler_UnegisterRequestCallback(NULL, TW_THING, "T", TW_SERVICES, "S"), TW_OK);
    twMultipartMessageStore_Delete(twMultipartMessageStore_Instance());
    twStream_Delete(whole);
    twStream_Delete(first);
    twStream_Delete(second);
    twStream_Delete(third);
}

static void test_compression(void) {
    char text[] = "the same text again and again, the same text again and again";
    twWs *ws = tw_api->mh->ws;
    twStream *first = twStream_Create(), *second = twStream_Create(), *none = NULL, *bad;
    twStream *message;

    CHECK_INT(twCompressBytes(NULL, 1, first, ws), 1107);
    CHECK_INT(twCompressBytes(text, 1, NULL, ws), 1107);
    CHECK_INT(twCompressBytes(text, 1, first, NULL), 1107);
    CHECK_INT(twDecompressStream(NULL, ws), 1107);
    CHECK_INT(twDecompressStream(&none, ws), 1107);
    CHECK_INT(twDecompressStream(&first, NULL), 1107);
    CHECK_INT(twCompressBytes(text, sizeof(text), first, ws), TW_OK);
    CHECK_INT(twCompressBytes(text, sizeof(text), second, ws), TW_OK);
    CHECK(first->length > 0 && second->length > 0 && second->length < first->length);
    CHECK(first->length < 4 || memcmp(first->data + first->length - 4, "\0\0\377\377", 4) != 0);
    CHECK_INT(twDecompressStream(&first, ws), TW_OK);
    CHECK_INT(twDecompressStream(&second, ws), TW_OK);
    CHECK_INT(first->length, sizeof(text));
    CHECK_STR(first->data, text);
    CHECK_INT(second->length, sizeof(text));
    CHECK_STR(second->data, text);
    twStream_Delete(first);
    twStream_Delete(second);
    bad = twStream_CreateFromCharArray("\377\377\377\377\377", 5);
    CHECK_INT(twDecompressStream(&bad, ws), TW_ERROR_SENDING_MSG);
    CHECK_INT(bad->length, 5);
    twStream_Delete(bad);

    /* A compressed message. */
    memset(&seen, 0, sizeof(seen));
    message = bytes_of(an_answer(77, TWX_SUCCESS, 6.5, NULL));
    first = twStream_Create();
    CHECK_INT(twCompressBytes(message->data, message->length, first, ws), TW_OK);
    /* The receiving context has begun afresh, the sending one not. */
    CHECK_INT(msgHandlerOnBinaryMessage(ws, first->data, first->length, TRUE), TW_OK);
    CHECK_INT(twMessageHandler_RegisterResponseCallback(NULL, on_response, 77, later(60000)), TW_OK);
    pump();
    CHECK_INT(seen.responses, 1);
    CHECK(seen.number == 6.5);
    twStream_Delete(first);
    twStream_Delete(message);
}

static void test_sending_offline(void) {
    twMessage *message = a_request("S"), *none = NULL;
    twWs *ws = tw_api->mh->ws;
    twInfoTable *table = (twInfoTable *)&table;
    uint32_t limit = twcfg.max_message_size;

    CHECK_INT(twMessage_Send(NULL, ws), -1);
    CHECK_INT(twMessage_Send(&none, ws), -1);
    CHECK_INT(twMessage_Send(&message, NULL), -1);
    CHECK_INT(twMessage_Send(&message, ws), TW_WEBSOCKET_NOT_CONNECTED);
    CHECK(message != NULL);
    CHECK_INT(twApi_SendResponse(message), TW_WEBSOCKET_NOT_CONNECTED);
    CHECK_INT(sendMessageBlocking(NULL, 10, &table), 0);
    CHECK_INT(sendMessageBlocking(&none, 10, &table), 0);
    CHECK_INT(sendMessageBlocking(&message, 10, NULL), 0);
    CHECK_INT(sendMessageBlocking(&message, 10, &table), SERVICE_UNAVAILABLE);
    CHECK(table == (twInfoTable *)&table);
    twcfg.max_message_size = 10;
    CHECK_INT(twMessage_Send(&message, ws), TW_ERROR_MESSAGE_TOO_LARGE);
    twcfg.max_message_size = limit;
    message->type = TW_UNKNOWN;
    CHECK_INT(twMessage_Send(&message, ws), TW_INVALID_MSG_TYPE);
    message->type = TW_REQUEST;
    twMessage_Delete(message);
    message = twMessage_Create(TWX_POST, 0);
    CHECK_INT(twMessage_Send(&message, ws), TW_INVALID_MSG_BODY);
    twMessage_Delete(message);
    message = twMessage_CreateAuthMsg("appKey", "k");
    CHECK_INT(twMessage_Send(&message, ws), TW_WEBSOCKET_NOT_CONNECTED);
    twMessage_Delete(message);
    CHECK_INT(twApi_Authenticate(), 1113);
    CHECK_INT(twApi_BindAll(FALSE), TW_OK);
    CHECK_INT(twApi_BindThing("T"), TW_OK);
    CHECK_INT(twApi_BindAll(FALSE), 1113);
}

static void test_deleting_the_handler(void) {
    twMessageHandler *handler = tw_api->mh;

    CHECK_INT(twApi_RegisterCloseCallback(on_event), TW_OK);
    memset(&seen, 0, sizeof(seen));
    CHECK_INT(twMessageHandler_Delete(NULL), TW_OK);
    CHECK(tw_api->mh == NULL && handler != NULL && twMessageHandler_Instance(NULL) == NULL);
    CHECK_INT(seen.events, 0);
    CHECK_INT(twMessageHandler_Delete(NULL), TW_NULL_OR_INVALID_MSG_HANDLER);
    CHECK_INT(twApi_isConnected(), FALSE);
    CHECK_INT(twApi_LoadCACert("x", 0), TW_NULL_OR_INVALID_MSG_HANDLER);
    CHECK_INT(twApi_RegisterCloseCallback(on_event), TW_NULL_OR_INVALID_MSG_HANDLER);
    CHECK_INT(twApi_Delete(), TW_OK);
}

/* A program's own WebSocket object. */
static void test_own_handler(void) {
    twWs *ws = calloc(1, sizeof(*ws)), *other = calloc(1, sizeof(*other));
    twMessageHandler *handler = twMessageHandler_Instance(ws);
    twMessage *message = a_request("S");

    CHECK(handler != NULL && handler->ws == ws && ws->on_ws_binaryMessage == msgHandlerOnBinaryMessage);
    CHECK(twMessageHandler_Instance(other) == handler && handler->ws == other);
    CHECK(twMessageHandler_Instance(NULL) == handler);
    CHECK_INT(twMessage_Send(&message, other), TW_WEBSOCKET_NOT_CONNECTED);
    twMessage_Delete(message);
    memset(&seen, 0, sizeof(seen));
    CHECK_INT(twMessageHandler_RegisterResponseCallback(handler, on_response, 5, later(60000)), TW_OK);
    feed_to(other, an_answer(5, TWX_SUCCESS, 1.5, NULL));
    feed_to(other, a_request("S"));
    pump();
    CHECK(seen.responses == 1 && seen.number == 1.5);
    /* Nobody serves it, nobody can be told. */
    pump();
    CHECK_INT(twList_GetCount(getIncomingMsgList()), 0);
    CHECK_INT(twMessageHandler_Delete(handler), TW_OK);
    CHECK(twMessageHandler_Instance(NULL) == NULL);
    free(ws);
}

static void test_connection_info(void) {
    twConnectionInfo *info = twConnectionInfo_Create(NULL), *copy;

    CHECK(info != NULL && info->ws_host == NULL && info->ws_port == 0 && info->selfsignedOk == FALSE);
    info->ws_host = duplicateString("host");
    info->ws_port = 8443;
    info->proxy_user = duplicateString("user");
    info->issuer_ou = duplicateString("unit");
    info->client_key_file = duplicateString("key.pem");
    info->appkeyFunction = app_key;
    info->doNotValidateCert = TRUE;
    copy = twConnectionInfo_Create(info);
    twConnectionInfo_Delete(info);
    CHECK_STR(copy->ws_host, "host");
    CHECK_INT(copy->ws_port, 8443);
    CHECK_STR(copy->proxy_user, "user");
    CHECK_STR(copy->issuer_ou, "unit");
    CHECK_STR(copy->client_key_file, "key.pem");
    CHECK(copy->appkeyFunction == app_key && copy->doNotValidateCert == TRUE && copy->proxy_host == NULL);
    twConnectionInfo_Delete(copy);
    twConnectionInfo_Delete(NULL);
}

int main(void) {
    test_connection_info();
    test_without_handler();
    CHECK_INT(initialize(), TW_OK);
    test_the_handler_of_the_api();
    test_answers();
    test_answers_that_do_not_come();
    test_requests();
    test_too_many();
    test_pieces();
    test_compression();
    test_sending_offline();
    test_deleting_the_handler();
    test_own_handler();
    return check_result();
}
