/* Messages: making them, who owns what, and their bytes (examples of real sessions). */
#include "twOSPort.h"
#include "twErrors.h"
#include "twDefinitions.h"
#include "twDefaultSettings.h"
#include "twInfoTable.h"
#include "twMessages.h"

#include "check.h"

#include <stdlib.h>

/* Header 15 bytes, then the body. */
static const char AUTH[] = "\x01\x14\0\0\0\x02\0\0\0\0\xff\xff\xff\xff\0" "\x01\x06" "appKey\x04" "abcd";
static const char BIND[] = "\x01\x0a\0\0\0\x05\0\0\0\0\x11\x22\x33\x44\0"
    "\x01\x09MyGateway\x0b" "EdgeGateway\0\x03\x04" "Dev2\x08*ident-3\x04" "Dev1";
static const char POST[] = "\x01\x03\0\0\x03\xf5\0\0\0\x05\x11\x22\x33\x44\0"
    "\x0a\x0cSteamSensor1\x02\x0a" "AddNumbers\x01\x08x-client\x03" "abc\x05"
    "\x01\x01" "a\0\x01\0\0\x01\x01" "b\0\x01\0\0\0"
    "\x01\0\x02\x01\x3f\xf0\0\0\0\0\0\0\x01\x3f\xf0\0\0\0\0\0\0\0";
static const char GET[] = "\x01\x01\0\0\0\x07\0\0\0\0\x11\x22\x33\x44\0" "\x0a\x0cSteamSensor1\x01\x06NoSuch\0\xff";
static const char REFUSED[] = "\x01\x84\0\0\0\x07\0\0\0\0\x11\x22\x33\x44\0" "\x01\x1bProperty [NoSuch] not found\xff";
static const char RESULT[] = "\x01\x40\0\0\x03\xea\0\0\0\0\x11\x22\x33\x44\0"
    "\0\x05\x01\x06result\0\x01\0\0\0\x01\0\x01\x01\x40\x16\0\0\0\0\0\0\0";

static twInfoTable *table(double value) {
    return twInfoTable_CreateFromNumber("result", value);
}

/* What the cursor of a stream holds from a place on is exactly these bytes. */
static int holds(twStream *stream, const char *bytes, size_t size) {
    return (size_t)twStream_GetLength(stream) == size && memcmp(twStream_GetData(stream), bytes, size) == 0;
}

static int write_body(twMessage *message, twStream *stream) {
    switch (message->type) {
    case TW_REQUEST: return twRequestBody_ToStream((twRequestBody *)message->body, stream);
    case TW_RESPONSE: return twResponseBody_ToStream((twResponseBody *)message->body, stream);
    case TW_AUTH: return twAuthBody_ToStream((twAuthBody *)message->body, stream);
    case TW_BIND: return twBindBody_ToStream((twBindBody *)message->body, stream, NULL, NULL);
    default: return -1;
    }
}

static uint32_t body_length(twMessage *message) {
    switch (message->type) {
    case TW_REQUEST: return ((twRequestBody *)message->body)->length;
    case TW_RESPONSE: return ((twResponseBody *)message->body)->length;
    case TW_AUTH: return ((twAuthBody *)message->body)->length;
    case TW_BIND: return ((twBindBody *)message->body)->length;
    default: return 0;
    }
}

static twMessage *read_message(const char *bytes, size_t size) {
    twStream *stream = twStream_CreateFromCharArray(bytes, (uint32_t)size);
    twMessage *message;
    /* It is rewound, and left behind the message. */
    stream->ptr = stream->data + size / 2;
    message = twMessage_CreateFromStream(stream);
    CHECK(message == NULL || (size_t)twStream_GetIndex(stream) == size);
    twStream_Delete(stream);
    return message;
}

static void round_trip(const char *bytes, size_t size, enum msgType type) {
    twMessage *message = read_message(bytes, size);
    twStream *stream = twStream_Create();
    size_t cut;
    CHECK(message != NULL);
    if (message != NULL) {
        CHECK_INT(message->type, type);
        CHECK_INT(message->version, 1);
        CHECK_INT(message->code, (unsigned char)bytes[1]);
        CHECK_INT(message->length, size);
        CHECK_INT(body_length(message), size - MSG_HEADER_SIZE);
        CHECK_INT(write_body(message, stream), 0);
        CHECK(holds(stream, bytes + MSG_HEADER_SIZE, size - MSG_HEADER_SIZE));
        twMessage_Delete(message);
    }
    twStream_Delete(stream);
    /* Whatever is cut off is no message. */
    for (cut = 0; cut < size; cut++) {
        CHECK(read_message(bytes, cut) == NULL);
    }
}

static void test_streams(void) {
    char unknown[sizeof GET];
    twMessage *message;
    twBindBody *bind;
    twRequestBody *request;
    twStream *stream;
    round_trip(AUTH, sizeof AUTH - 1, TW_AUTH);
    round_trip(BIND, sizeof BIND - 1, TW_BIND);
    round_trip(POST, sizeof POST - 1, TW_REQUEST);
    round_trip(GET, sizeof GET - 1, TW_REQUEST);
    round_trip(REFUSED, sizeof REFUSED - 1, TW_RESPONSE);
    round_trip(RESULT, sizeof RESULT - 1, TW_RESPONSE);

    message = read_message(POST, sizeof POST - 1);
    CHECK_INT(message->requestId, 1013);
    CHECK_INT(message->endpointId, 5);
    CHECK_INT(message->sessionId, 0x11223344);
    request = (twRequestBody *)message->body;
    CHECK_INT(request->entityType, TW_THING);
    CHECK_STR(request->entityName, "SteamSensor1");
    CHECK_INT(request->characteristicType, TW_SERVICES);
    CHECK_STR(request->characteristicName, "AddNumbers");
    CHECK_INT(request->numHeaders, 1);
    CHECK_STR(((twHeader *)request->headers->first->value)->value, "abc");
    CHECK_INT(twList_GetCount(request->params->rows), 1);
    twMessage_Delete(message);

    message = read_message(BIND, sizeof BIND - 1);
    bind = (twBindBody *)message->body;
    CHECK_STR(bind->gatewayName, "MyGateway");
    CHECK_STR(bind->gatewayType, "EdgeGateway");
    CHECK_INT(bind->count, 3);
    CHECK_STR((char *)bind->names->last->value, "Dev1");
    twMessage_Delete(message);

    message = read_message(REFUSED, sizeof REFUSED - 1);
    CHECK_STR(((twResponseBody *)message->body)->reason, "Property [NoSuch] not found");
    CHECK(((twResponseBody *)message->body)->content == NULL);
    twMessage_Delete(message);

    /* A code without a body, and a piece of a message. */
    memcpy(unknown, GET, sizeof GET);
    unknown[1] = 0x1f;
    CHECK(read_message(unknown, sizeof GET - 1) == NULL);
    memcpy(unknown, GET, sizeof GET);
    unknown[14] = 1;
    CHECK(read_message(unknown, 15 + 5) == NULL);
    CHECK(twMessage_CreateFromStream(NULL) == NULL);

    /* Bodies one after the other. */
    stream = twStream_CreateFromCharArray(GET + 15, sizeof GET - 16);
    stream->ptr = stream->data + stream->length;
    CHECK_INT(twStream_AddBytes(stream, (void *)(REFUSED + 15), sizeof REFUSED - 16), 0);
    twStream_Reset(stream);
    request = twRequestBody_CreateFromStream(stream);
    CHECK(request != NULL && request->params == NULL);
    CHECK_INT(twRequestBody_Delete(request), 0);
    {
        twResponseBody *response = twResponseBody_CreateFromStream(stream);
        CHECK(response != NULL);
        CHECK_INT(twResponseBody_Delete(response), 0);
        CHECK(twResponseBody_CreateFromStream(stream) == NULL);
    }
    twStream_Delete(stream);
    CHECK(twRequestBody_CreateFromStream(NULL) == NULL);
    CHECK(twResponseBody_CreateFromStream(NULL) == NULL);
    CHECK(twAuthBody_CreateFromStream(NULL) == NULL);
    CHECK(twBindBody_CreateFromStream(NULL) == NULL);
}

static void test_request_body(void) {
    twRequestBody *body = twRequestBody_Create();
    twInfoTable *params = table(1), *second = table(2);
    twStream *stream = twStream_Create();
    static const char bytes[] = "\x0a\x01T\x02\x01S\x01\x01n\x01v\x05"
        "\x01\x06result\0\x01\0\0\0\x01\0\x01\x01\x3f\xf0\0\0\0\0\0\0\0";
    char name[] = "T";
    CHECK_INT(twRequestBody_SetEntity(body, TW_THING, name), 0);
    name[0] = 'X';
    CHECK_STR(body->entityName, "T");
    CHECK_INT(twRequestBody_SetEntity(body, TW_THING, "U"), TW_INVALID_PARAM);
    CHECK_STR(body->entityName, "T");
    CHECK_INT(twRequestBody_SetEntity(body, TW_THING, NULL), TW_INVALID_PARAM);
    CHECK_INT(twRequestBody_SetEntity(NULL, TW_THING, "T"), TW_INVALID_PARAM);
    CHECK_INT(twRequestBody_SetCharacteristic(body, TW_SERVICES, NULL), TW_INVALID_PARAM);
    CHECK_INT(twRequestBody_SetCharacteristic(NULL, TW_SERVICES, "S"), TW_INVALID_PARAM);
    CHECK_INT(twRequestBody_SetCharacteristic(body, TW_SERVICES, "S"), 0);
    CHECK_INT(twRequestBody_SetCharacteristic(body, TW_SERVICES, "S"), TW_INVALID_PARAM);
    CHECK_INT(twRequestBody_SetParams(NULL, params), TW_INVALID_PARAM);
    CHECK_INT(twRequestBody_SetParams(body, NULL), 0);
    CHECK_INT(body->length, 8);
    CHECK_INT(twRequestBody_SetParams(body, params), 0);
    CHECK(body->params == params);
    CHECK_INT(twRequestBody_SetParams(body, second), TW_INVALID_PARAM);
    CHECK_INT(twRequestBody_SetParams(body, NULL), TW_INVALID_PARAM);
    twInfoTable_Delete(second);
    CHECK_INT(twRequestBody_AddHeader(body, "n", "v"), 0);
    CHECK_INT(twRequestBody_AddHeader(body, NULL, "v"), TW_INVALID_PARAM);
    CHECK_INT(twRequestBody_AddHeader(body, "n", NULL), TW_INVALID_PARAM);
    CHECK_INT(twRequestBody_AddHeader(NULL, "n", "v"), TW_INVALID_PARAM);
    CHECK_INT(body->numHeaders, 1);
    CHECK_INT(body->length, sizeof bytes - 1);
    CHECK_INT(twRequestBody_ToStream(body, NULL), TW_INVALID_PARAM);
    CHECK_INT(twRequestBody_ToStream(NULL, stream), TW_INVALID_PARAM);
    CHECK_INT(twRequestBody_ToStream(body, stream), 0);
    CHECK(holds(stream, bytes, sizeof bytes - 1));
    CHECK_INT(twRequestBody_Delete(body), 0);
    CHECK_INT(twRequestBody_Delete(NULL), TW_INVALID_PARAM);
    twStream_Delete(stream);
}

static void test_request_limits(void) {
    twRequestBody *body = twRequestBody_Create();
    char name[201];
    int i, added = 0;
    memset(name, 'x', 200);
    name[200] = 0;
    /* A long name has a prefix of four bytes, and that is what is counted. */
    CHECK_INT(twRequestBody_SetEntity(body, TW_THING, name), 0);
    CHECK_INT(body->length, 1 + 204 + 1 + 1 + 1 + 1);
    for (i = 0; i < 256; i++) {
        added += twRequestBody_AddHeader(body, "n", "v") == 0;
    }
    CHECK_INT(added, 255);
    CHECK_INT(body->length, 209 + 255 * 4);
    twRequestBody_Delete(body);
}

static void test_response_body(void) {
    twResponseBody *body = twResponseBody_Create();
    twInfoTable *content = table(5.5), *second = table(2);
    twStream *stream = twStream_Create();
    CHECK_INT(body->length, 2);
    CHECK_INT(body->contentType, TW_NOTHING);
    CHECK_INT(twResponseBody_SetContent(NULL, content), TW_INVALID_PARAM);
    CHECK_INT(twResponseBody_SetContent(body, content), 0);
    CHECK_INT(body->contentType, TW_INFOTABLE);
    CHECK_INT(twResponseBody_SetContent(body, second), TW_INVALID_PARAM);
    twInfoTable_Delete(second);
    CHECK_INT(twResponseBody_SetReason(NULL, "x"), TW_INVALID_PARAM);
    CHECK_INT(twResponseBody_SetReason(body, "first"), 0);
    CHECK_INT(twResponseBody_SetReason(body, "second"), 0);
    CHECK_STR(body->reason, "second");
    CHECK(body->reasonMarker != 0);
    CHECK_INT(body->length, sizeof RESULT - 16 + 7);
    CHECK_INT(twResponseBody_ToStream(body, stream), 0);
    CHECK_INT(twStream_GetLength(stream), body->length);
    CHECK(memcmp(twStream_GetData(stream), "\x01\x06second\x05\x01\x06result", 16) == 0);
    twStream_Delete(stream);
    CHECK_INT(twResponseBody_SetReason(body, NULL), 0);
    CHECK(body->reason == NULL && body->reasonMarker == 0);
    stream = twStream_Create();
    CHECK_INT(twResponseBody_ToStream(body, stream), 0);
    CHECK(holds(stream, RESULT + 15, sizeof RESULT - 16));
    CHECK_INT(twResponseBody_ToStream(body, NULL), TW_INVALID_PARAM);
    CHECK_INT(twResponseBody_ToStream(NULL, stream), TW_INVALID_PARAM);
    CHECK_INT(twResponseBody_Delete(body), 0);
    CHECK_INT(twResponseBody_Delete(NULL), TW_INVALID_PARAM);
    twStream_Delete(stream);
}

static void test_auth_body(void) {
    twAuthBody *body = twAuthBody_Create();
    twStream *stream = twStream_Create();
    CHECK_INT(twAuthBody_ToStream(body, stream), TW_INVALID_PARAM);
    CHECK_INT(twAuthBody_SetClaim(body, NULL, "abcd"), TW_INVALID_PARAM);
    CHECK_INT(twAuthBody_SetClaim(body, "appKey", NULL), TW_INVALID_PARAM);
    CHECK_INT(twAuthBody_SetClaim(NULL, "appKey", "abcd"), TW_INVALID_PARAM);
    CHECK_INT(twAuthBody_SetClaim(body, "appKey", "abcd"), 0);
    CHECK_INT(twAuthBody_SetClaim(body, "appKey", "abcd"), TW_INVALID_PARAM);
    CHECK_INT(body->length, sizeof AUTH - 16);
    CHECK_INT(twAuthBody_ToStream(body, stream), 0);
    CHECK(holds(stream, AUTH + 15, sizeof AUTH - 16));
    CHECK_INT(twAuthBody_ToStream(NULL, stream), TW_INVALID_PARAM);
    CHECK_INT(twAuthBody_ToStream(body, NULL), TW_INVALID_PARAM);
    CHECK_INT(twAuthBody_Delete(body), 0);
    CHECK_INT(twAuthBody_Delete(NULL), TW_INVALID_PARAM);
    twStream_Delete(stream);
}

static void test_bind_body(void) {
    twBindBody *body = twBindBody_Create(NULL);
    twStream *stream = twStream_Create();
    uint32_t max = twcfg.max_message_size;
    CHECK_INT(body->count, 0);
    CHECK_INT(body->length, 3);
    CHECK_INT(twBindBody_AddName(body, NULL), TW_INVALID_PARAM);
    CHECK_INT(twBindBody_AddName(NULL, "Dev2"), TW_INVALID_PARAM);
    CHECK_INT(twBindBody_AddName(body, "Dev2"), 0);
    CHECK_INT(twBindBody_AddName(body, "*ident-3"), 0);
    CHECK_INT(body->length, 3 + 5 + 9);
    /* The message must stay below the limit: header, multipart header, body. */
    twcfg.max_message_size = 21 + 17 + 5;
    CHECK_INT(twBindBody_AddName(body, "Dev1"), TW_BIND_MESSAGE_FULL);
    CHECK_INT(body->count, 2);
    twcfg.max_message_size++;
    CHECK_INT(twBindBody_AddName(body, "Dev1"), 0);
    twcfg.max_message_size = max;
    CHECK_INT(body->count, 3);
    CHECK_INT(twBindBody_ToStream(body, stream, "MyGateway", "EdgeGateway"), 0);
    CHECK(holds(stream, BIND + 15, sizeof BIND - 16));
    twStream_Delete(stream);
    /* Without both texts there is no gateway. */
    stream = twStream_Create();
    CHECK_INT(twBindBody_ToStream(body, stream, "MyGateway", NULL), 0);
    CHECK(holds(stream, "\0\0\x03\x04" "Dev2\x08*ident-3\x04" "Dev1", 22));
    CHECK_INT(body->length, 22);
    CHECK_INT(twBindBody_ToStream(NULL, stream, NULL, NULL), TW_INVALID_PARAM);
    CHECK_INT(twBindBody_ToStream(body, NULL, NULL, NULL), TW_INVALID_PARAM);
    CHECK_INT(twBindBody_Delete(body), 0);
    CHECK_INT(twBindBody_Delete(NULL), 0);
    twStream_Delete(stream);
}

static void test_creation(void) {
    uint32_t id = twMessage_GetRequestId();
    twMessage *message = twMessage_Create(TWX_POST, 0), *moved;
    CHECK(id > 0);
    CHECK_INT(message->requestId, id + 1);
    CHECK_INT(message->type, TW_REQUEST);
    CHECK_INT(message->code, TWX_POST);
    CHECK(message->body == NULL);
    moved = twMessage_ZeroCopy(&message);
    CHECK(moved != NULL && message == NULL);
    CHECK(twMessage_ZeroCopy(&message) == NULL);
    CHECK(twMessage_ZeroCopy(NULL) == NULL);
    twMessage_Delete(moved);
    twMessage_Delete(NULL);
    CHECK_INT(twMessage_GetRequestId(), id + 2);

    CHECK(twMessage_CreateRequestMsg(TWX_BIND) == NULL);
    CHECK(twMessage_CreateRequestMsg(TWX_SUCCESS) == NULL);
    message = twMessage_CreateRequestMsg(TWX_DEL);
    CHECK_INT(message->type, TW_REQUEST);
    CHECK(message->body != NULL);
    twMessage_Delete(message);

    CHECK(twMessage_CreateResponseMsg((enum msgCodeEnum)0x3f, 1, 2, 3) == NULL);
    message = twMessage_CreateResponseMsg(TWX_NOT_FOUND, 1, 2, 3);
    CHECK_INT(message->type, TW_RESPONSE);
    CHECK_INT(message->requestId, 1);
    CHECK_INT(message->sessionId, 2);
    CHECK_INT(message->endpointId, 3);
    CHECK_INT(message->length, 17);
    twMessage_Delete(message);

    message = twMessage_CreateBindMsg("Dev1", 1);
    CHECK_INT(message->code, TWX_UNBIND);
    CHECK_INT(((twBindBody *)message->body)->count, 1);
    twMessage_Delete(message);
    message = twMessage_CreateBindMsg(NULL, 0);
    CHECK_INT(message->code, TWX_BIND);
    CHECK_INT(((twBindBody *)message->body)->count, 0);
    twMessage_Delete(message);

    CHECK(twMessage_CreateAuthMsg(NULL, "abcd") == NULL);
    CHECK(twMessage_CreateAuthMsg("appKey", NULL) == NULL);
    message = twMessage_CreateAuthMsg("appKey", "abcd");
    CHECK_INT(message->code, TWX_AUTH);
    CHECK_INT(message->sessionId, 0xffffffff);
    CHECK_INT(message->length, sizeof AUTH - 1);
    CHECK_STR(((twAuthBody *)message->body)->value, "abcd");
    twMessage_Delete(message);
}

static void test_set_body(void) {
    twMessage *message = twMessage_CreateRequestMsg(TWX_GET);
    twRequestBody *body = twRequestBody_Create();
    CHECK_INT(twMessage_SetBody(NULL, body), -1);
    CHECK_INT(twMessage_SetBody(message, NULL), -1);
    twRequestBody_SetEntity(body, TW_THING, "SteamSensor1");
    twRequestBody_SetCharacteristic(body, TW_PROPERTIES, "NoSuch");
    CHECK_INT(twMessage_SetBody(message, body), 0);
    CHECK(message->body == body);
    CHECK_INT(message->length, sizeof GET - 1);
    /* The body that it has already. */
    CHECK_INT(twMessage_SetBody(message, body), 0);
    twMessage_Delete(message);

    message = twMessage_Create(TWX_KEEP_ALIVE, 1);
    body = twRequestBody_Create();
    CHECK_INT(twMessage_SetBody(message, body), TW_INVALID_MSG_CODE);
    CHECK(message->body == NULL);
    twRequestBody_Delete(body);
    twMessage_Delete(message);
}

int main(void) {
    test_streams();
    test_request_body();
    test_request_limits();
    test_response_body();
    test_auth_body();
    test_bind_body();
    test_creation();
    test_set_body();
    return check_result();
}
