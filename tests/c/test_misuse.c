/* Misuse that is no NULL: wrong enum values, negative lengths, texts without end or that are no UTF-8, large texts, rows and
 * columns out of range, deletions twice, functions with a variable number of arguments. misuse/ has the NULLs. */
#include "twExt.h"
#include "twMacros.h"
#include "twProperties.h"
#include "twServices.h"
#include "twSubscribedProps.h"

#include "check.h"

#include <stdlib.h>

extern twApi *tw_api;

#define THING "Boiler"
#define NOT_AN_ENUM 12345
#define A_MIB (1 << 20)

static const char *const no_utf8 = "\xff\xfe\x80 \xc3";

static void app_key(char *buffer, unsigned int size) { snprintf(buffer, size, "key"); }

static enum msgCodeEnum on_property(const char *entity, const char *name, twInfoTable **value, char write, void *data) {
    (void)entity, (void)name, (void)value, (void)write, (void)data;
    return TWX_SUCCESS;
}

static enum msgCodeEnum on_service(const char *entity, const char *name, twInfoTable *params, twInfoTable **content,
                                   void *data) {
    (void)entity, (void)name, (void)params, (void)content, (void)data;
    return TWX_SUCCESS;
}

static char *large_text(size_t length) {
    char *text = malloc(length + 1);
    memset(text, 'x', length);
    text[length] = 0;
    return text;
}

static void initialize(void) {
    twcfg.offline_msg_store_dir = "/no such folder";
    CHECK_INT(twApi_Initialize("127.0.0.1", 1, "/Thingworx/WS", app_key, NULL, 8192, 8192, TRUE), TW_OK);
}

static void test_enums_of_values(void) {
    enum BaseType wrong = (enum BaseType)NOT_AN_ENUM;
    int number = 0;
    twPrimitive *primitive = twPrimitive_CreateFromNumber(1);
    twStream *stream = twStream_Create();
    twDataShapeEntry *entry = twDataShapeEntry_Create("a", NULL, wrong);
    cJSON *tree = cJSON_Parse("{\"a\":1}");

    CHECK(twPrimitive_CreateFromVariable(&number, wrong, TRUE, 0) == NULL);
    CHECK(twPrimitive_CreateFromVariable(&number, (enum BaseType)-7, TRUE, 0) == NULL);
    CHECK(twPrimitive_CreateFromStreamTyped(stream, wrong) == NULL);
    CHECK(twPrimitive_CreateFromJson(tree, "a", wrong) == NULL);
    CHECK_STR(baseTypeToString(wrong), "UNKNOWN");
    CHECK_STR(baseTypeToString((enum BaseType)-7), "UNKNOWN");
    CHECK(entry != NULL && twDataShapeEntry_ToStream(entry, stream) >= 0);
    primitive->typeFamily = wrong;
    CHECK_INT(twPrimitive_ToStream(primitive, stream), TW_INVALID_BASE_TYPE);
    CHECK(twPrimitive_FullCopy(primitive) == NULL);
    CHECK_INT(twPrimitive_IsTrue(primitive), FALSE);
    CHECK(twPrimitive_ToJson("a", primitive, NULL) == NULL);
    primitive->typeFamily = TW_NUMBER;
    cJSON_Delete(tree);
    twDataShapeEntry_Delete(entry);
    twStream_Delete(stream);
    twPrimitive_Delete(primitive);
}

static void test_enums_of_the_api(void) {
    enum entityTypeEnum entity = (enum entityTypeEnum)NOT_AN_ENUM;
    twInfoTable *result = NULL;
    twPropertyDef *definition = twPropertyDef_Create("p", (enum BaseType)NOT_AN_ENUM, NULL, "no push type", -1);
    initialize();
    CHECK(definition != NULL);
    twPropertyDef_Delete(definition);
    CHECK_INT(twApi_RegisterProperty(TW_THING, THING, "odd", (enum BaseType)NOT_AN_ENUM, NULL, "no push type", -1,
                                     on_property, NULL),
              TW_OK);
    /* An unknown push type is as ALWAYS. */
    CHECK_INT(twApi_SetSubscribedProperty(THING, "odd", twPrimitive_CreateFromNumber(1), FALSE, FALSE), TW_OK);
    twApi_RegisterProperty(entity, THING, "p", TW_NUMBER, NULL, NULL, 0, on_property, NULL);
    twApi_RegisterProperty((enum entityTypeEnum)-1, THING, "q", TW_NUMBER, NULL, NULL, 0, on_property, NULL);
    CHECK_INT(twApi_InvokeService(entity, THING, "s", NULL, &result, 10, FALSE), 1113);
    CHECK(twEntityToString(entity) != NULL && twCodeToString((enum msgCodeEnum)NOT_AN_ENUM) != NULL);
    CHECK_STR(levelString((enum LogLevel)-1), "UNKNOWN");
    CHECK_INT(twLogger_SetLevel((enum LogLevel)NOT_AN_ENUM), 0);
    twLog(TW_ERROR, "not shown");
    CHECK_INT(twLogger_SetLevel(TW_WARN), 0);
    CHECK_INT(twApi_Delete(), TW_OK);
}

static void test_lengths(void) {
    char buffer[8] = "1234567";
    twStream *stream = twStream_Create();
    twPrimitive *blob = twPrimitive_CreateFromBlob(buffer, -5, FALSE, TRUE);
    twInfoTable *table = twInfoTable_CreateFromBlob("a", buffer, -1, FALSE, TRUE);
    char text[16] = "untouched";
    twPrimitive_Delete(blob);
    twInfoTable_Delete(table);
    CHECK_INT(twStream_GetBytes(stream, buffer, UINT32_MAX), TW_OK);
    CHECK_STR(buffer, "1234567");
    twGetTimeString(0, text, "%Y", -1, TRUE, TRUE);
    twGetTimeString(0, text, "%Y", 0, TRUE, TRUE);
    CHECK_STR(text, "untouched");
    twLogHexString(buffer, "none", 0);
    twStream_Delete(stream);
}

/* A stream whose numbers say more than it has. */
static void test_streams_that_lie(void) {
    static const char huge_text[] = {0, (char)0xff, (char)0xff, (char)0xff, (char)0xff, 'a'};
    static const char huge_blob[] = {21, 0x7f, (char)0xff, (char)0xff, (char)0xff, 'a'};
    static const char garbage[64] = {5, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f};
    const struct {
        const char *bytes;
        uint32_t length;
    } lies[] = {{huge_text, sizeof(huge_text)}, {huge_blob, sizeof(huge_blob)}, {garbage, sizeof(garbage)}};
    size_t i;
    for (i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        twStream *stream = twStream_CreateFromCharArray(lies[i].bytes, lies[i].length);
        twPrimitive_Delete(twPrimitive_CreateFromStream(stream));
        twStream_Reset(stream);
        twInfoTable_Delete(twInfoTable_CreateFromStream(stream));
        twStream_Reset(stream);
        twDataShape_Delete(twDataShape_CreateFromStream(stream));
        twStream_Reset(stream);
        twInfoTableRow_Delete(twInfoTableRow_CreateFromStream(stream));
        twStream_Reset(stream);
        twMessage_Delete(twMessage_CreateFromStream(stream));
        CHECK(stream->ptr >= stream->data && stream->ptr <= stream->data + stream->length);
        twStream_Delete(stream);
    }
}

static void test_text_without_end(void) {
    /* The length counts, not a terminator. */
    char *bytes = malloc(4);
    twPrimitive own, *copy;
    twStream *stream = twStream_Create();
    memcpy(bytes, "abcd", 4);
    memset(&own, 0, sizeof(own));
    own.type = own.typeFamily = TW_STRING;
    own.val.bytes.data = bytes;
    own.val.bytes.len = 4;
    own.length = 5;
    CHECK_INT(twPrimitive_ToStream(&own, stream), TW_OK);
    CHECK_INT(twStream_GetLength(stream), 6);
    copy = twPrimitive_FullCopy(&own);
    CHECK(copy != NULL && copy->val.bytes.len == 4 && memcmp(copy->val.bytes.data, "abcd", 4) == 0);
    CHECK_INT(twPrimitive_Compare(&own, copy), 0);
    twPrimitive_Delete(copy);
    own.val.bytes.len = -1;
    twPrimitive_Delete(twPrimitive_FullCopy(&own));
    twPrimitive_ToStream(&own, stream);
    twPrimitive_IsTrue(&own);
    twStream_Delete(stream);
    free(bytes);
}

static void test_texts_that_are_no_utf8(void) {
    twPrimitive *primitive = twPrimitive_CreateFromString(no_utf8, TRUE), *back;
    twStream *stream = twStream_Create();
    cJSON *tree;
    char *text;
    CHECK_INT(twPrimitive_ToStream(primitive, stream), TW_OK);
    twStream_Reset(stream);
    back = twPrimitive_CreateFromStream(stream);
    CHECK_STR(back->val.bytes.data, no_utf8);
    tree = twPrimitive_ToJson(no_utf8, primitive, NULL);
    text = cJSON_Print(tree);
    CHECK(text != NULL);
    free(text);
    cJSON_Delete(tree);
    twPrimitive_Delete(back);
    twPrimitive_Delete(primitive);
    twStream_Delete(stream);
    initialize();
    CHECK_INT(twApi_RegisterProperty(TW_THING, no_utf8, no_utf8, TW_STRING, no_utf8, no_utf8, 0, on_property, NULL), TW_OK);
    CHECK_INT(twApi_SetSubscribedProperty((char *)no_utf8, (char *)no_utf8, twPrimitive_CreateFromString(no_utf8, TRUE),
                                          FALSE, FALSE),
              TW_OK);
    CHECK_INT(twApi_BindThing((char *)no_utf8), TW_OK);
    CHECK_INT(twApi_IsEntityBound((char *)no_utf8), TRUE);
    twLog(TW_ERROR, "%s", no_utf8);
    CHECK_INT(twApi_Disconnect((char *)no_utf8), TW_OK);
    CHECK_INT(twApi_Delete(), TW_OK);
}

static void test_large_texts(void) {
    char *text = large_text(A_MIB);
    twPrimitive *primitive = twPrimitive_CreateFromString(text, TRUE);
    twInfoTable *table = twInfoTable_CreateFromString(text, text, TRUE), *result = NULL;
    CHECK_INT(primitive->val.bytes.len, A_MIB);
    initialize();
    CHECK_INT(twApi_RegisterService(TW_THING, text, text, text, NULL, TW_STRING, NULL, on_service, NULL), TW_OK);
    CHECK_INT(twApi_RegisterProperty(TW_THING, text, text, TW_STRING, text, text, 0, on_property, NULL), TW_OK);
    CHECK_INT(twApi_BindThing(text), TW_OK);
    CHECK_INT(twApi_IsEntityBound(text), TRUE);
    CHECK_INT(twApi_InvokeService(TW_THING, text, text, table, &result, 10, FALSE), 1113);
    CHECK_INT(twApi_SetGatewayName(text), TW_OK);
    CHECK_INT(twApi_SendPing(text), TW_WEBSOCKET_MSG_TOO_LARGE);
    CHECK_INT(twApi_Disconnect(text), TW_OK);
    twLog(TW_ERROR, "%.5000s", text);
    CHECK_INT(twDirectory_CreateDirectory(text), TW_INVALID_PARAM);
    CHECK_INT(twDirectory_FileExists(text), FALSE);
    CHECK_INT(twApi_Delete(), TW_OK);
    twPrimitive_Delete(primitive);
    twInfoTable_Delete(table);
    free(text);
}

static void test_rows_and_columns(void) {
    twInfoTable *table = twInfoTable_CreateFromNumber("a", 1);
    static const int rows[] = {-1, 1, INT32_MAX, INT32_MIN};
    size_t i;
    double number = 7;
    char *text = NULL;
    twPrimitive *cell;
    int index = 7;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CHECK_INT(twInfoTable_GetNumber(table, "a", rows[i], &number), TW_INVALID_PARAM);
        CHECK_INT(twInfoTable_GetString(table, "a", rows[i], &text), TW_INVALID_PARAM);
        CHECK_INT(twInfoTable_GetPrimitive(table, "a", rows[i], &cell), TW_ERROR_GETTING_PRIMITIVE);
        CHECK(twInfoTable_GetEntry(table, rows[i]) == NULL);
        CHECK(twInfoTableRow_GetEntry(twInfoTable_GetEntry(table, 0), rows[i]) == NULL);
        CHECK(twList_GetByIndex(table->rows, rows[i]) == NULL);
    }
    CHECK_INT(twInfoTable_GetNumber(table, "", 0, &number), TW_INVALID_PARAM);
    CHECK_INT(twInfoTable_GetNumber(table, no_utf8, 0, &number), TW_INVALID_PARAM);
    CHECK_INT(twDataShape_GetEntryIndex(table->ds, "none", &index), TW_INDEX_NOT_FOUND);
    CHECK_INT(index, -1);
    CHECK(number == 7 && text == NULL);
    CHECK(twTaskerGetTask(-1) == NULL && twTaskerGetTask(5) == NULL && twTaskerGetTask(INT32_MAX) == NULL);
    CHECK_INT(twTasker_RemoveTask(-1), TW_TASK_NOT_FOUND);
    CHECK_INT(twTasker_RemoveTask(1000), TW_TASK_NOT_FOUND);
    twInfoTable_Delete(table);
}

/* A table whose rows do not fit its shape, and one without some of its parts. */
static void test_crooked_tables(void) {
    twInfoTable *table = twInfoTable_Create(twDataShape_Create(NULL)), *copy;
    twInfoTable bare;
    twStream *stream = twStream_Create();
    double number;
    twInfoTable_AddRow(table, twInfoTableRow_Create(twPrimitive_CreateFromNumber(1)));
    CHECK_INT(twInfoTable_ToStream(table, stream), TW_OK);
    CHECK_INT(twInfoTable_GetNumber(table, "a", 0, &number), TW_INVALID_PARAM);
    copy = twInfoTable_FullCopy(table);
    cJSON_Delete(twInfoTable_ToJson(table));
    twInfoTable_Compare(table, copy);
    twInfoTable_Delete(copy);
    twInfoTable_Delete(table);
    memset(&bare, 0, sizeof(bare));
    CHECK_INT(twInfoTable_ToStream(&bare, stream), TW_INVALID_PARAM);
    CHECK_INT(twInfoTable_GetNumber(&bare, "a", 0, &number), TW_INVALID_PARAM);
    CHECK(twInfoTable_GetEntry(&bare, 0) == NULL);
    twInfoTable_Delete(twInfoTable_FullCopy(&bare));
    twStream_Delete(stream);
}

static void test_deletions_twice(void) {
    twMap *map = twMap_new();
    twMap_free(map);
    /* Found out by the address alone (api-behaviour.md 10.2). */
    CHECK_INT(twMap_Add(map, map), TW_INVALID_PARAM);
    CHECK_INT(twMap_GetCount(map), 0);
    twMap_free(map);
    CHECK_INT(twApi_Delete(), TW_OK);
    CHECK_INT(twApi_Delete(), TW_OK);
    CHECK_INT(twLogger_Delete(), TW_OK);
    CHECK_INT(twLogger_Delete(), TW_OK);
    twTasker_Stop();
    twTasker_Stop();
    twTaskerRemoveAllTasks();
    twTaskerRemoveAllTasks();
    initialize();
    CHECK_INT(twApi_Delete(), TW_OK);
    CHECK_INT(twApi_Delete(), TW_OK);
    CHECK_INT(twApi_UnregisterThing(THING), TW_NULL_OR_INVALID_API_SINGLETON);
}

static void test_variable_arguments(void) {
    twDataShape *shape;
    twInfoTable *table;
    twLog(TW_ERROR, NULL);
    twLog((enum LogLevel)NOT_AN_ENUM, "%s %s", "a", (char *)"b");
    twLog(TW_ERROR, "%%");
    CHECK(twDataShape_CreateFromEntries(NULL, NULL, NULL) == NULL);
    CHECK(twInfoTable_CreateRowFromEntries(NULL, NULL) == NULL);
    /* What follows is taken and freed all the same. */
    CHECK(twInfoTable_CreateInfoTableFromRows(NULL, twInfoTableRow_Create(twPrimitive_CreateFromNumber(1)), NULL) == NULL);
    shape = twDataShape_CreateFromEntries(NULL, twDataShapeEntry_Create("a", NULL, TW_NUMBER), NULL);
    table = twInfoTable_CreateInfoTableFromRows(shape, NULL);
    CHECK(table != NULL && twList_GetCount(table->rows) == 0);
    twInfoTable_Delete(table);
    initialize();
    CHECK(twExt_CreateThingFromTemplate(NULL, "EmptyTemplate", NULL) >= 0);
    CHECK_INT(twExt_CreateThingFromTemplate(THING, NULL, NULL), TW_INVALID_PARAM);
    CHECK_INT(twExt_CreateThingFromTemplate(THING, "NoSuchTemplate", NULL), TW_ERROR_TEMPLATE_DOES_NOT_EXIST);
    CHECK_INT(twExt_CreateThingFromTemplate(THING, "EmptyTemplate", "NoSuchShape", NULL), TW_ERROR_SHAPE_DOES_NOT_EXIST);
    CHECK_INT(twApi_Delete(), TW_OK);
}

int main(void) {
    twLogger_SetLevel(TW_AUDIT);
    test_enums_of_values();
    test_enums_of_the_api();
    test_lengths();
    test_streams_that_lie();
    test_text_without_end();
    test_texts_that_are_no_utf8();
    test_large_texts();
    test_rows_and_columns();
    test_crooked_tables();
    test_deletions_twice();
    test_variable_arguments();
    return check_result();
}
