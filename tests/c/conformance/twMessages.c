/* twMessages.h (api-behaviour.md 8.2). */
#include "twOSPort.h"

#include "twErrors.h"
#include "twInfoTable.h"
#include "twMessages.h"

#include "check.h"

static void making(void) {
    uint32_t id = twMessage_GetRequestId();
    twMessage *message = twMessage_Create(TWX_GET, 0), *other;
    CHECK_INT(twMessage_GetRequestId(), id + 2, "ids count up", ORIGINAL_PASSES);
    CHECK_INT(message->requestId, id + 1, "id 0 is the next one", ORIGINAL_PASSES);
    CHECK(message->body == NULL, "no body", ORIGINAL_PASSES);
    twMessage_Delete(message);
    message = twMessage_CreateRequestMsg(TWX_POST);
    CHECK(message && message->type == TW_REQUEST && message->body != NULL, "a request with a body", ORIGINAL_PASSES);
    twMessage_Delete(message);
    CHECK(twMessage_CreateRequestMsg(TWX_BIND) == NULL, "BIND is no request", ORIGINAL_PASSES);
    CHECK(twMessage_CreateResponseMsg(TWX_GET, 1, 2, 3) == NULL, "GET is no response", ORIGINAL_PASSES);
    message = twMessage_CreateResponseMsg(TWX_SUCCESS, 1, 2, 3);
    CHECK(message && message->requestId == 1 && message->sessionId == 2 && message->endpointId == 3, "a response",
          ORIGINAL_PASSES);
    other = twMessage_ZeroCopy(&message);
    CHECK(other && message == NULL, "moved", ORIGINAL_PASSES);
    CHECK_INT(twMessage_SetBody(NULL, NULL), -1, "a body of nothing", ORIGINAL_PASSES);
    CHECK_INT(twMessage_SetBody(other, twResponseBody_Create()), TW_OK, "a new body, taken", ORIGINAL_PASSES);
    twMessage_Delete(other);
    twMessage_Delete(NULL);
    CHECK(twMessage_CreateFromStream(NULL) == NULL, "no stream", ORIGINAL_PASSES);
}

static void requests(void) {
    twRequestBody *body = twRequestBody_Create(), *back;
    twInfoTable *params = twInfoTable_CreateFromNumber("a", 1);
    twStream *stream = twStream_Create();
    double number = 0;
    CHECK_INT(twRequestBody_SetEntity(body, TW_THING, "Boiler"), TW_OK, "entity", ORIGINAL_PASSES);
    CHECK_INT(twRequestBody_SetEntity(body, TW_THING, "Other"), TW_INVALID_PARAM, "entity twice", ORIGINAL_PASSES);
    CHECK_INT(twRequestBody_SetCharacteristic(body, TW_SERVICES, "Start"), TW_OK, "characteristic", ORIGINAL_PASSES);
    CHECK_INT(twRequestBody_SetCharacteristic(body, TW_SERVICES, "x"), TW_INVALID_PARAM, "twice", ORIGINAL_PASSES);
    CHECK_INT(twRequestBody_SetParams(body, params), TW_OK, "parameters, taken", ORIGINAL_PASSES);
    params = twInfoTable_CreateFromNumber("a", 2);
    CHECK_INT(twRequestBody_SetParams(body, params), TW_INVALID_PARAM, "twice: the table stays", ORIGINAL_PASSES);
    twInfoTable_Delete(params);
    CHECK_INT(twRequestBody_ToStream(body, stream), TW_OK, "write", ORIGINAL_PASSES);
    twStream_Reset(stream);
    back = twRequestBody_CreateFromStream(stream);
    CHECK_STR(back ? back->entityName : NULL, "Boiler", "read: entity", ORIGINAL_PASSES);
    CHECK_STR(back ? back->characteristicName : NULL, "Start", "read: characteristic", ORIGINAL_PASSES);
    CHECK_INT(back ? twInfoTable_GetNumber(back->params, "a", 0, &number) : -1, TW_OK, "read: parameters",
              ORIGINAL_PASSES);
    CHECK_INT(twRequestBody_Delete(body), TW_OK, "delete", ORIGINAL_PASSES);
    CHECK_INT(twRequestBody_Delete(back), TW_OK, "delete what was read", ORIGINAL_PASSES);
    CHECK_INT(twRequestBody_Delete(NULL), TW_INVALID_PARAM, "delete nothing", ORIGINAL_PASSES);
    CHECK_INT(twRequestBody_SetParams(NULL, NULL), TW_INVALID_PARAM, "no body", ORIGINAL_PASSES);
    CHECK(twRequestBody_CreateFromStream(NULL) == NULL, "no stream", ORIGINAL_PASSES);
    twStream_Delete(stream);
}

static void responses(void) {
    twResponseBody *body = twResponseBody_Create(), *back;
    twInfoTable *content = twInfoTable_CreateFromNumber("a", 1);
    twStream *stream = twStream_Create();
    CHECK_INT(twResponseBody_SetContent(body, content), TW_OK, "content, taken", ORIGINAL_PASSES);
    content = twInfoTable_CreateFromNumber("a", 1);
    CHECK_INT(twResponseBody_SetContent(body, content), TW_INVALID_PARAM, "twice: the table stays", ORIGINAL_PASSES);
    twInfoTable_Delete(content);
    CHECK_INT(twResponseBody_ToStream(body, stream), TW_OK, "write", ORIGINAL_PASSES);
    twStream_Reset(stream);
    back = twResponseBody_CreateFromStream(stream);
    CHECK(back && back->content, "read", ORIGINAL_PASSES);
    twResponseBody_Delete(back);
    twResponseBody_Delete(body);
    CHECK_INT(twResponseBody_Delete(NULL), TW_INVALID_PARAM, "delete nothing", ORIGINAL_PASSES);
    CHECK_INT(twResponseBody_SetReason(NULL, "x"), TW_INVALID_PARAM, "a reason of nothing", ORIGINAL_PASSES);
    twStream_Delete(stream);
}

static void reasons_are_encoded(void) {
    twResponseBody *body = twResponseBody_Create(), *back;
    twStream *stream = twStream_Create();
    CHECK_INT(twResponseBody_SetReason(body, "because"), TW_OK, "set", ORIGINAL_PASSES);
    twResponseBody_ToStream(body, stream);
    twStream_Reset(stream);
    back = twResponseBody_CreateFromStream(stream);
    CHECK_STR(back ? back->reason : NULL, "because", "read", QUIRK("Q-A16"));
    twResponseBody_Delete(back);
    twResponseBody_Delete(body);
    twStream_Delete(stream);
}

static void claims_and_names(void) {
    twAuthBody *auth = twAuthBody_Create();
    twBindBody *bind = twBindBody_Create("one"), *back;
    twStream *stream = twStream_Create();
    twMessage *message = twMessage_CreateAuthMsg("appKey", "secret");
    CHECK_STR(((twAuthBody *)message->body)->value, "secret", "an AUTH message", ORIGINAL_PASSES);
    twMessage_Delete(message);
    message = twMessage_CreateBindMsg("name", FALSE);
    CHECK_INT(message->code, TWX_BIND, "a BIND message", ORIGINAL_PASSES);
    twMessage_Delete(message);
    message = twMessage_CreateBindMsg(NULL, TRUE);
    CHECK_INT(message->code, TWX_UNBIND, "an UNBIND message", ORIGINAL_PASSES);
    twMessage_Delete(message);
    CHECK_INT(twAuthBody_SetClaim(auth, "name", "value"), TW_OK, "a claim", ORIGINAL_PASSES);
    CHECK_INT(twAuthBody_SetClaim(NULL, "name", "value"), TW_INVALID_PARAM, "a claim of nothing", ORIGINAL_PASSES);
    CHECK_INT(twAuthBody_ToStream(auth, NULL), TW_INVALID_PARAM, "no stream", ORIGINAL_PASSES);
    CHECK_INT(twAuthBody_Delete(auth), TW_OK, "delete a claim", ORIGINAL_PASSES);
    CHECK_INT(twAuthBody_Delete(NULL), TW_INVALID_PARAM, "delete no claim", ORIGINAL_PASSES);
    CHECK_INT(twBindBody_AddName(bind, "two"), TW_OK, "a name", ORIGINAL_PASSES);
    CHECK_INT(bind->count, 2, "the count", ORIGINAL_PASSES);
    CHECK_INT(twBindBody_AddName(NULL, "two"), TW_INVALID_PARAM, "a name of nothing", ORIGINAL_PASSES);
    CHECK_INT(twBindBody_ToStream(bind, stream, NULL, NULL), TW_OK, "write", ORIGINAL_PASSES);
    twStream_Reset(stream);
    back = twBindBody_CreateFromStream(stream);
    CHECK_INT(back ? twList_GetCount(back->names) : -1, 2, "read", ORIGINAL_PASSES);
    twBindBody_Delete(back);
    CHECK_INT(twBindBody_Delete(bind), TW_OK, "delete names", ORIGINAL_PASSES);
    CHECK_INT(twBindBody_Delete(NULL), TW_OK, "delete no names", ORIGINAL_PASSES);
    twStream_Delete(stream);
}

static void no_name(void) {
    twBindBody *bind = twBindBody_Create(NULL);
    CHECK_INT(twBindBody_AddName(bind, NULL), TW_INVALID_PARAM, "NULL", QUIRK("Q-A8"));
    twBindBody_Delete(bind);
}

static void parts(void) {
    twMultipartBody_Delete(NULL);
    mulitpartMessageStoreEntry_Delete(NULL);
    CHECK(twMultipartMessageStore_Instance() != NULL, "a store", ORIGINAL_PASSES);
    twMultipartMessageStore_RemoveStaleMessages();
    twMultipartMessageStore_Delete(twMultipartMessageStore_Instance());
}

static void sending(void) {
    twMessage *message = twMessage_CreateRequestMsg(TWX_GET), *none = NULL;
    CHECK_INT(twMessage_Send(NULL, NULL), -1, "nothing", ORIGINAL_PASSES);
    CHECK_INT(twMessage_Send(&none, NULL), -1, "no message", ORIGINAL_PASSES);
    CHECK(twMessage_Send(&message, NULL) != TW_OK && message != NULL, "nowhere: the message stays", ORIGINAL_PASSES);
    twMessage_Delete(message);
}

CONFORMANCE_MAIN("twMessages.h", GROUP(making), GROUP(requests), GROUP(responses), GROUP(reasons_are_encoded),
                 GROUP(claims_and_names), GROUP_CRASHES(no_name, "Q-A8"), GROUP(parts), GROUP(sending))
