/* twBaseTypes.h (api-behaviour.md 9.1, 9.2, 9.5). */
#include "twOSPort.h"

#include "twBaseTypes.h"
#include "twConfig.h"
#include "twErrors.h"
#include "twInfoTable.h"

#include "cJSON.h"
#include "check.h"

/* Deletes the primitive after a look at one thing of it. */
static long long drop(twPrimitive *primitive, long long seen) {
    twPrimitive_Delete(primitive);
    return seen;
}

#define LENGTH(expression) (made = (expression), drop(made, made ? (long long)made->length : -1))

static void lengths(void) {
    twLocation place = {1, 2, 3};
    char *text = malloc(201);
    twPrimitive *made;
    memset(text, 'x', 200);
    text[200] = 0;
    CHECK_INT(LENGTH(twPrimitive_Create()), 1, "NOTHING", ORIGINAL_PASSES);
    CHECK_INT(LENGTH(twPrimitive_CreateFromString("abc", TRUE)), 4, "a short text", ORIGINAL_PASSES);
    CHECK_INT(LENGTH(twPrimitive_CreateFromString(text, FALSE)), 204, "a long text", ORIGINAL_PASSES);
    CHECK_INT(LENGTH(twPrimitive_CreateFromNumber(1)), 8, "NUMBER", ORIGINAL_PASSES);
    CHECK_INT(LENGTH(twPrimitive_CreateFromInteger(1)), 4, "INTEGER", ORIGINAL_PASSES);
    CHECK_INT(LENGTH(twPrimitive_CreateFromBoolean(TRUE)), 1, "BOOLEAN", ORIGINAL_PASSES);
    CHECK_INT(LENGTH(twPrimitive_CreateFromDatetime(1)), 8, "DATETIME", ORIGINAL_PASSES);
    CHECK_INT(LENGTH(twPrimitive_CreateFromLocation(&place)), 24, "LOCATION", ORIGINAL_PASSES);
    CHECK_INT(LENGTH(twPrimitive_CreateFromBlob("abc", 3, FALSE, TRUE)), 7, "BLOB", ORIGINAL_PASSES);
    CHECK_INT(LENGTH(twPrimitive_CreateFromBlob("abc", 3, TRUE, TRUE)), 7, "IMAGE", ORIGINAL_PASSES);
    CHECK_INT(LENGTH(twPrimitive_CreateVariant(twPrimitive_CreateFromInteger(1))), 5, "VARIANT", ORIGINAL_PASSES);
}

static void types_and_families(void) {
    static const struct {
        enum BaseType type, family;
        const char *name;
    } texts[] = {{TW_STRING, TW_STRING, "STRING"},
                 {TW_XML, TW_STRING, "XML"},
                 {TW_JSON, TW_STRING, "JSON"},
                 {TW_QUERY, TW_STRING, "QUERY"},
                 {TW_HYPERLINK, TW_STRING, "HYPERLINK"},
                 {TW_IMAGELINK, TW_STRING, "IMAGELINK"},
                 {TW_PASSWORD, TW_STRING, "PASSWORD"},
                 {TW_HTML, TW_STRING, "HTML"},
                 {TW_TEXT, TW_STRING, "TEXT"},
                 {TW_TAGS, TW_STRING, "TAGS"},
                 {TW_GUID, TW_STRING, "GUID"},
                 {TW_THINGNAME, TW_STRING, "THINGNAME"},
                 {TW_USERNAME, TW_STRING, "USERNAME"},
                 {TW_PROPERTYNAME, TW_STRING, "PROPERTYNAME"}};
    size_t i;
    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        twPrimitive *made = twPrimitive_CreateFromVariable("x", texts[i].type, TRUE, 0);
        CHECK_INT(made ? made->type : -2, texts[i].type, texts[i].name, ORIGINAL_PASSES);
        CHECK_INT(made ? made->typeFamily : -2, texts[i].family, texts[i].name, ORIGINAL_PASSES);
        CHECK_STR(baseTypeToString(texts[i].type), texts[i].name, "its text", ORIGINAL_PASSES);
        CHECK_INT(baseTypeFromString(texts[i].name), texts[i].type, texts[i].name, ORIGINAL_PASSES);
        twPrimitive_Delete(made);
    }
    CHECK_STR(baseTypeToString(99), "UNKNOWN", "no type", ORIGINAL_PASSES);
    CHECK_INT(baseTypeFromString("string"), TW_NOTHING, "case counts", ORIGINAL_PASSES);
    CHECK_INT(baseTypeFromString("no type"), TW_NOTHING, "no name of a type", ORIGINAL_PASSES);
    CHECK_INT(baseTypeFromString("NUMBER"), TW_NUMBER, "NUMBER", ORIGINAL_PASSES);
}

static void making(void) {
    twLocation place = {1.5, -2.5, 3};
    twLocation *heap = malloc(sizeof(*heap));
    double number = 2.5;
    int32_t integer = -7;
    char boolean = 5;
    DATETIME now = twGetSystemTime(TRUE);
    char *text = malloc(4), *given;
    twPrimitive *made = twPrimitive_CreateFromVariable(&number, TW_NUMBER, TRUE, 0);
    CHECK(made->val.number == 2.5, "NUMBER", ORIGINAL_PASSES);
    twPrimitive_Delete(made);
    made = twPrimitive_CreateFromVariable(&integer, TW_INTEGER, TRUE, 0);
    CHECK_INT(made->val.integer, -7, "INTEGER", ORIGINAL_PASSES);
    twPrimitive_Delete(made);
    made = twPrimitive_CreateFromBoolean(boolean);
    CHECK_INT(made->val.boolean, 5, "the char of a BOOLEAN is stored as it is", ORIGINAL_PASSES);
    twPrimitive_Delete(made);
    made = twPrimitive_CreateFromCurrentTime();
    CHECK(made->type == TW_DATETIME && made->val.datetime >= now && made->val.datetime < now + 60000, "now",
          ORIGINAL_PASSES);
    twPrimitive_Delete(made);
    made = twPrimitive_CreateFromLocation(&place);
    CHECK(made->val.location.longitude == -2.5, "LOCATION", ORIGINAL_PASSES);
    twPrimitive_Delete(made);
    *heap = place;
    made = twPrimitive_CreateFromLocationAndDelete(heap);
    CHECK(made->val.location.elevation == 3, "a LOCATION that is freed", ORIGINAL_PASSES);
    twPrimitive_Delete(made);
    strcpy(text, "abc");
    made = twPrimitive_CreateFromString(text, FALSE);
    CHECK(made->val.bytes.data == text, "a text that is taken", ORIGINAL_PASSES);
    CHECK_INT(made->val.bytes.len, 3, "its length", ORIGINAL_PASSES);
    given = twPrimitive_DecoupleStringAndDelete(made);
    CHECK(given == text, "a text that is given back", ORIGINAL_PASSES);
    free(given);
    made = twPrimitive_CreateFromNumber(1);
    CHECK(twPrimitive_DecoupleStringAndDelete(made) == NULL, "a number has no text", ORIGINAL_PASSES);
    CHECK(made->val.number == 1, "and is not deleted", ORIGINAL_PASSES);
    twPrimitive_Delete(made);
    CHECK(twPrimitive_CreateFromVariable(&number, TW_TIMESPAN, TRUE, 0) == NULL, "TIMESPAN", ORIGINAL_PASSES);
    CHECK(twPrimitive_CreateFromVariable(NULL, TW_NUMBER, TRUE, 0) == NULL, "NULL", ORIGINAL_PASSES);
    CHECK(twPrimitive_CreateVariant(NULL) == NULL, "a VARIANT of nothing", ORIGINAL_PASSES);
    twPrimitive_Delete(NULL);
}

static void texts_are_cut(void) {
    twPrimitive *made;
    twcfg.max_string_prop_length = 10;
    made = twPrimitive_CreateFromString("0123456789abc", TRUE);
    CHECK_INT(made->val.bytes.len, 10, "at max_string_prop_length", ORIGINAL_PASSES);
    twPrimitive_Delete(made);
}

static void tables_and_variants(void) {
    twInfoTable *table = twInfoTable_CreateFromInteger("a", 5);
    twPrimitive *made = twPrimitive_CreateFromInfoTable(table);
    twPrimitive *inner = twPrimitive_CreateFromInteger(7), *variant = twPrimitive_CreateVariant(inner);
    int32_t value = 0;
    CHECK(table->ds == NULL && table->rows == NULL, "the table is emptied, the shell stays", ORIGINAL_PASSES);
    CHECK_INT(twInfoTable_GetInteger(made->val.infotable, "a", 0, &value), TW_OK, "its content is in the primitive",
              ORIGINAL_PASSES);
    CHECK_INT(value, 5, "the value", ORIGINAL_PASSES);
    twInfoTable_Delete(table);
    twPrimitive_Delete(made);
    CHECK(variant->val.variant == inner, "the inner primitive is taken", ORIGINAL_PASSES);
    CHECK(twPrimitive_FullCopy(variant) == NULL, "a VARIANT cannot be copied", ORIGINAL_PASSES);
    CHECK(twPrimitive_IsTrue(variant), "a VARIANT is as true as what is inside", ORIGINAL_PASSES);
    twPrimitive_Delete(variant);
}

static void copies(void) {
    twPrimitive *name = twPrimitive_CreateFromVariable("Thing", TW_THINGNAME, TRUE, 0);
    twPrimitive *copy = twPrimitive_FullCopy(name), *moved = twPrimitive_ZeroCopy(name);
    CHECK_INT(copy->type, TW_THINGNAME, "a copy keeps the exact type", ORIGINAL_PASSES);
    CHECK(copy->val.bytes.data != moved->val.bytes.data, "a copy has its own text", ORIGINAL_PASSES);
    CHECK_INT(name->type, TW_NOTHING, "what was moved from is NOTHING", ORIGINAL_PASSES);
    CHECK_STR(moved->val.bytes.data, "Thing", "the text moved", ORIGINAL_PASSES);
    CHECK(twPrimitive_FullCopy(NULL) == NULL, "a copy of nothing", ORIGINAL_PASSES);
    CHECK(twPrimitive_ZeroCopy(NULL) == NULL, "nothing moved", ORIGINAL_PASSES);
    twPrimitive_Delete(name);
    twPrimitive_Delete(copy);
    twPrimitive_Delete(moved);
}

static void copies_keep_shape_names(void) {
    twDataShape *shape = twDataShape_Create(twDataShapeEntry_Create("a", NULL, TW_NUMBER));
    twInfoTable *table;
    twPrimitive *made, *copy;
    twDataShape_SetName(shape, "Shape");
    table = twInfoTable_Create(shape);
    made = twPrimitive_CreateFromInfoTable(table);
    copy = twPrimitive_FullCopy(made);
    CHECK_STR(copy->val.infotable->ds->name, "Shape", "the name of the shape", QUIRK("Q-T19"));
    twInfoTable_Delete(table);
    twPrimitive_Delete(made);
    twPrimitive_Delete(copy);
}

static int compare(twPrimitive *a, twPrimitive *b) {
    int result = twPrimitive_Compare(a, b);
    twPrimitive_Delete(a);
    twPrimitive_Delete(b);
    return result;
}

static void comparing(void) {
    twPrimitive *one = twPrimitive_CreateFromNumber(1);
    CHECK_INT(twPrimitive_Compare(one, one), 0, "itself", ORIGINAL_PASSES);
    twPrimitive_Delete(one);
    CHECK_INT(compare(twPrimitive_CreateFromNumber(1), twPrimitive_CreateFromNumber(1)), 0, "equal", ORIGINAL_PASSES);
    CHECK(compare(twPrimitive_CreateFromNumber(1), twPrimitive_CreateFromNumber(2)) != 0, "different", ORIGINAL_PASSES);
    CHECK_INT(compare(twPrimitive_CreateFromNumber(1), twPrimitive_CreateFromInteger(1)), 1, "types differ",
              ORIGINAL_PASSES);
    CHECK_INT(compare(twPrimitive_CreateFromString("a", TRUE), twPrimitive_CreateFromVariable("a", TW_TEXT, TRUE, 0)), 1,
              "exact types differ", ORIGINAL_PASSES);
    CHECK_INT(compare(twPrimitive_CreateFromString("a", TRUE), twPrimitive_CreateFromString("ab", TRUE)), 1,
              "lengths differ", ORIGINAL_PASSES);
    CHECK(compare(twPrimitive_CreateFromString("a", TRUE), twPrimitive_CreateFromString("b", TRUE)) < 0, "byte order",
          ORIGINAL_PASSES);
    CHECK_INT(compare(twPrimitive_Create(), NULL), -1, "nothing to compare with", ORIGINAL_PASSES);
    CHECK_INT(compare(NULL, twPrimitive_Create()), -1, "nothing to compare", ORIGINAL_PASSES);
}

static int truth(twPrimitive *primitive) {
    int result = twPrimitive_IsTrue(primitive) != 0;
    twPrimitive_Delete(primitive);
    return result;
}

static void truths(void) {
    twLocation nowhere = {0, 0, 0}, somewhere = {0, 0, 1};
    CHECK_INT(truth(NULL), 0, "NULL", ORIGINAL_PASSES);
    CHECK_INT(truth(twPrimitive_Create()), 0, "NOTHING", ORIGINAL_PASSES);
    CHECK_INT(truth(twPrimitive_CreateFromString("", TRUE)), 0, "an empty text", ORIGINAL_PASSES);
    CHECK_INT(truth(twPrimitive_CreateFromString("false", TRUE)), 1, "any other text", ORIGINAL_PASSES);
    CHECK_INT(truth(twPrimitive_CreateFromNumber(0)), 0, "0", ORIGINAL_PASSES);
    CHECK_INT(truth(twPrimitive_CreateFromNumber(-0.5)), 1, "another number", ORIGINAL_PASSES);
    CHECK_INT(truth(twPrimitive_CreateFromInteger(0)), 0, "integer 0", ORIGINAL_PASSES);
    CHECK_INT(truth(twPrimitive_CreateFromInteger(-1)), 1, "another integer", ORIGINAL_PASSES);
    CHECK_INT(truth(twPrimitive_CreateFromBoolean(FALSE)), 0, "FALSE", ORIGINAL_PASSES);
    CHECK_INT(truth(twPrimitive_CreateFromBoolean(TRUE)), 1, "TRUE", ORIGINAL_PASSES);
    CHECK_INT(truth(twPrimitive_CreateFromDatetime(0)), 0, "time 0", ORIGINAL_PASSES);
    CHECK_INT(truth(twPrimitive_CreateFromLocation(&nowhere)), 0, "all zero", ORIGINAL_PASSES);
    CHECK_INT(truth(twPrimitive_CreateFromLocation(&somewhere)), 1, "a place", ORIGINAL_PASSES);
}

/* The struct is the state: what a program puts together itself is judged by its fields. */
static void made_by_hand(void) {
    twPrimitive own;
    twStream *stream = twStream_Create();
    memset(&own, 0, sizeof(own));
    own.type = TW_STRING;
    own.typeFamily = TW_STRING;
    CHECK_INT(twPrimitive_IsTrue(&own), 0, "a text without data is false", ORIGINAL_PASSES);
    CHECK(twPrimitive_FullCopy(&own) == NULL, "a text without data cannot be copied", ORIGINAL_PASSES);
    CHECK_INT(twPrimitive_ToStream(&own, stream), TW_OK, "a text without data is an empty one", ORIGINAL_PASSES);
    own.typeFamily = 77;
    CHECK_INT(twPrimitive_ToStream(&own, stream), TW_INVALID_BASE_TYPE, "an unknown family", ORIGINAL_PASSES);
    CHECK_INT(twPrimitive_Compare(&own, &own), 0, "compared with itself", ORIGINAL_PASSES);
    CHECK_INT(twPrimitive_IsTrue(&own), 0, "an unknown family is false", ORIGINAL_PASSES);
    CHECK_INT(twPrimitive_ToStream(NULL, stream), TW_INVALID_PARAM, "NULL", ORIGINAL_PASSES);
    CHECK_INT(twPrimitive_ToStream(&own, NULL), TW_INVALID_PARAM, "no stream", ORIGINAL_PASSES);
    twStream_Delete(stream);
}

static void round_trips(void) {
    twLocation place = {1.5, -2.5, 3};
    twPrimitive *all[9], *back;
    twStream *stream = twStream_Create();
    int i, same = 0;
    all[0] = twPrimitive_CreateFromString("text", TRUE);
    all[1] = twPrimitive_CreateFromNumber(-1.25);
    all[2] = twPrimitive_CreateFromInteger(INT32_MIN);
    all[3] = twPrimitive_CreateFromBoolean(TRUE);
    all[4] = twPrimitive_CreateFromDatetime(1447000000123);
    all[5] = twPrimitive_CreateFromLocation(&place);
    all[6] = twPrimitive_CreateFromBlob("a\0b", 3, FALSE, TRUE);
    all[7] = twPrimitive_CreateFromVariable("x", TW_THINGNAME, TRUE, 0);
    all[8] = twPrimitive_Create();
    for (i = 0; i < 9; i++) {
        twPrimitive_ToStream(all[i], stream);
    }
    twStream_Reset(stream);
    for (i = 0; i < 9; i++) {
        back = twPrimitive_CreateFromStream(stream);
        same += back && back->type == all[i]->type && (i == 8 || twPrimitive_Compare(back, all[i]) == 0);
        twPrimitive_Delete(back);
        twPrimitive_Delete(all[i]);
    }
    CHECK_INT(same, 9, "of all types", ORIGINAL_PASSES);
    twStream_Delete(stream);
    CHECK(twPrimitive_CreateFromStream(NULL) == NULL, "no stream", ORIGINAL_PASSES);
    CHECK(twPrimitive_CreateFromStreamTyped(NULL, TW_NUMBER) == NULL, "no stream, typed", ORIGINAL_PASSES);
}

static void streams(void) {
    char bytes[] = "0123456789", read[16] = "";
    twStream *stream = twStream_Create(), *borrowed = twStream_CreateFromCharArrayZeroCopy(bytes, 10);
    CHECK_INT(twStream_GetLength(stream), 0, "empty", ORIGINAL_PASSES);
    CHECK_INT(twStream_AddBytes(stream, bytes, 10), TW_OK, "add", ORIGINAL_PASSES);
    CHECK_INT(twStream_GetLength(stream), 10, "length", ORIGINAL_PASSES);
    CHECK_INT(twStream_GetIndex(stream), 10, "the cursor is behind what was added", ORIGINAL_PASSES);
    CHECK_INT(twStream_Reset(stream), TW_OK, "reset", ORIGINAL_PASSES);
    CHECK_INT(twStream_GetIndex(stream), 0, "the cursor is at the start", ORIGINAL_PASSES);
    CHECK_INT(twStream_GetBytes(stream, read, 4), TW_OK, "read", ORIGINAL_PASSES);
    CHECK_STR(read, "0123", "the bytes", ORIGINAL_PASSES);
    CHECK(stream->ptr == stream->data + 4, "the cursor is a field", ORIGINAL_PASSES);
    CHECK_INT(twStream_GetBytes(stream, read, 16), TW_OK, "past the end", ORIGINAL_PASSES);
    CHECK_STR(read, "456789", "what is left", ORIGINAL_PASSES);
    CHECK_INT(twStream_AddBytes(stream, NULL, 1), TW_INVALID_PARAM, "add NULL", ORIGINAL_PASSES);
    CHECK_INT(twStream_AddBytes(NULL, bytes, 1), TW_INVALID_PARAM, "add to NULL", ORIGINAL_PASSES);
    CHECK_INT(twStream_AddBytes(stream, bytes, 0), TW_OK, "add no bytes", ORIGINAL_PASSES);
    CHECK_INT(twStream_GetBytes(NULL, read, 1), TW_INVALID_PARAM, "read from NULL", ORIGINAL_PASSES);
    CHECK(twStream_GetData(NULL) == NULL, "no data", ORIGINAL_PASSES);
    CHECK_INT(twStream_GetIndex(NULL), 0, "no cursor", ORIGINAL_PASSES);
    CHECK_INT(twStream_GetLength(NULL), -1, "no length", ORIGINAL_PASSES);
    CHECK_INT(twStream_Reset(NULL), TW_INVALID_PARAM, "nothing to reset", ORIGINAL_PASSES);
    CHECK(twStream_CreateFromCharArray(NULL, 3) == NULL, "of nothing", ORIGINAL_PASSES);
    CHECK(twStream_GetData(borrowed) == bytes && !borrowed->ownsData, "borrowed bytes", ORIGINAL_PASSES);
    twStream_Delete(borrowed);
    twStream_Delete(stream);
    twStream_Delete(NULL);
}

static void streams_grow(void) {
    twStream *stream = twStream_Create();
    char block[1000];
    int i, wrong = 0;
    memset(block, 'b', sizeof(block));
    for (i = 0; i < 5000; i++) {
        wrong += twStream_AddBytes(stream, block, sizeof(block)) != TW_OK;
    }
    CHECK_INT(wrong, 0, "5 MB in pieces", ORIGINAL_PASSES);
    CHECK_INT(twStream_GetLength(stream), 5000000, "all there", ORIGINAL_PASSES);
    twStream_Delete(stream);
}

static void files(void) {
    const char *path = scratch("stream");
    char read[8] = "";
    twStream *stream = twStream_CreateFromFile(path);
    CHECK(stream && stream->file, "a file stream", ORIGINAL_PASSES);
    CHECK_INT(twStream_AddBytes(stream, "abcdef", 6), TW_OK, "add", ORIGINAL_PASSES);
    CHECK_INT(twStream_GetBytes(stream, read, 3), TW_OK, "read", ORIGINAL_PASSES);
    CHECK_STR(read, "abc", "from the start", ORIGINAL_PASSES);
    CHECK_INT(twStream_AddBytes(stream, "ghi", 3), TW_OK, "append", ORIGINAL_PASSES);
    memset(read, 0, sizeof(read));
    CHECK_INT(twStream_GetBytes(stream, read, 3), TW_OK, "read on", ORIGINAL_PASSES);
    CHECK_STR(read, "def", "where it was", ORIGINAL_PASSES);
    CHECK_INT(twStream_AddBytes(stream, "x", 0), TW_ERROR_WRITING_FILE, "append no bytes", ORIGINAL_PASSES);
    twStream_Delete(stream);
    stream = twStream_CreateFromFile(path);
    CHECK_INT(twStream_GetLength(stream), 9, "the length is that of the file", ORIGINAL_PASSES);
    twStream_Delete(stream);
    CHECK(twStream_CreateFromFile("/no such folder/file") == NULL, "a path that leads nowhere", ORIGINAL_PASSES);
    unlink(path);
}

static void texts_in_streams(void) {
    twStream *stream = twStream_Create();
    char *text;
    CHECK_INT(stringToStream("abc", stream), TW_OK, "write", ORIGINAL_PASSES);
    CHECK_INT(stringToStream(NULL, stream), TW_OK, "NULL is empty", ORIGINAL_PASSES);
    CHECK_INT(stringToStream("abc", NULL), TW_INVALID_PARAM, "no stream", ORIGINAL_PASSES);
    twStream_Reset(stream);
    text = streamToString(stream);
    CHECK_STR(text, "abc", "read", ORIGINAL_PASSES);
    free(text);
    text = streamToString(stream);
    CHECK_STR(text, "", "an empty one", ORIGINAL_PASSES);
    free(text);
    CHECK(streamToString(NULL) == NULL, "read from NULL", ORIGINAL_PASSES);
    twStream_Delete(stream);
}

static void swapping(void) {
    char two[] = "ab", four[] = "abcd", eight[] = "abcdefgh";
    union {
        uint16_t number;
        char bytes[2];
    } order = {1};
    swap2bytes(two);
    swap4bytes(four);
    swap8bytes(eight);
    CHECK_STR(two, order.bytes[0] ? "ba" : "ab", "two", ORIGINAL_PASSES);
    CHECK_STR(four, order.bytes[0] ? "dcba" : "abcd", "four", ORIGINAL_PASSES);
    CHECK_STR(eight, order.bytes[0] ? "hgfedcba" : "abcdefgh", "eight", ORIGINAL_PASSES);
}

static char *json_of(twPrimitive *primitive) {
    struct cJSON *tree = twPrimitive_ToJson("v", primitive, NULL);
    char *text = tree ? cJSON_PrintUnformatted(tree) : NULL;
    twPrimitive_Delete(primitive);
    cJSON_Delete(tree);
    return text;
}

static void check_json(twPrimitive *primitive, const char *expected, const char *name, const char *original) {
    char *text = json_of(primitive);
    CHECK_STR(text, expected, name, original);
    free(text);
}

static void to_json(void) {
    twPrimitive *number = twPrimitive_CreateFromNumber(1);
    check_json(twPrimitive_Create(), "{\"v\":null}", "NOTHING", ORIGINAL_PASSES);
    check_json(twPrimitive_CreateFromString("x\"", TRUE), "{\"v\":\"x\\\"\"}", "a text", ORIGINAL_PASSES);
    check_json(twPrimitive_CreateFromNumber(3), "{\"v\":3}", "a whole number", ORIGINAL_PASSES);
    check_json(twPrimitive_CreateFromBoolean(TRUE), "{\"v\":true}", "TRUE", ORIGINAL_PASSES);
    check_json(twPrimitive_CreateFromDatetime(1447000000123), "{\"v\":1447000000123}", "a time", ORIGINAL_PASSES);
    check_json(twPrimitive_CreateFromBlob("abc", 3, FALSE, TRUE), "{\"v\":\"YWJj\"}", "a blob", ORIGINAL_PASSES);
    check_json(twPrimitive_CreateFromVariable("{\"a\": 1}", TW_JSON, TRUE, 0), "{\"v\":{\"a\":1}}", "JSON",
               ORIGINAL_PASSES);
    check_json(twPrimitive_CreateFromNumber(10.123456789), "{\"v\":10.123456789}", "all digits", QUIRK("Q-T7"));
    check_json(twPrimitive_CreateFromNumber(1234567890.5), "{\"v\":1234567890.5}", "a large reading", QUIRK("Q-T7"));
    CHECK(twPrimitive_ToJson(NULL, number, NULL) == NULL, "no name", ORIGINAL_PASSES);
    CHECK(twPrimitive_ToJson("v", NULL, NULL) == NULL, "no primitive", ORIGINAL_PASSES);
    twPrimitive_Delete(number);
}

static enum BaseType from_json(struct cJSON *tree, char *name, enum BaseType type) {
    twPrimitive *made = twPrimitive_CreateFromJson(tree, name, type);
    enum BaseType found = made ? made->type : (enum BaseType)-2;
    twPrimitive_Delete(made);
    return found;
}

static void of_json(void) {
    struct cJSON *tree = cJSON_Parse("{\"s\":\"x\",\"n\":2.5,\"d\":\"12\",\"o\":{\"a\":[1]},\"b\":\"YWJj\"}");
    twPrimitive *made = twPrimitive_CreateFromJson(tree, "n", TW_NUMBER);
    CHECK(made && made->val.number == 2.5, "a number", ORIGINAL_PASSES);
    twPrimitive_Delete(made);
    made = twPrimitive_CreateFromJson(tree, "d", TW_INTEGER);
    CHECK(made && made->val.integer == 12, "a numeric text", ORIGINAL_PASSES);
    twPrimitive_Delete(made);
    made = twPrimitive_CreateFromJson(tree, "o", TW_QUERY);
    CHECK(made && made->type == TW_JSON, "QUERY becomes JSON", ORIGINAL_PASSES);
    CHECK_STR(made ? made->val.bytes.data : NULL, "{\"a\":[1]}", "printed without white space", ORIGINAL_PASSES);
    twPrimitive_Delete(made);
    CHECK_INT(from_json(tree, "b", TW_BLOB), TW_IMAGE, "BLOB becomes IMAGE (Q-T8)", ORIGINAL_PASSES);
    CHECK_INT(from_json(tree, "missing", TW_STRING), TW_NOTHING, "a member that is missing", ORIGINAL_PASSES);
    CHECK_INT(from_json(tree, "n", TW_STRING), -2, "a text of a number", ORIGINAL_PASSES);
    CHECK_INT(from_json(tree, "s", TW_TIMESPAN), -2, "TIMESPAN", ORIGINAL_PASSES);
    CHECK_INT(from_json(NULL, "s", TW_STRING), -2, "no tree", ORIGINAL_PASSES);
    CHECK(from_json(tree, "s", TW_PROPERTYNAME) != (enum BaseType)-2, "PROPERTYNAME", QUIRK("Q-T8"));
    cJSON_Delete(tree);
}

CONFORMANCE_MAIN("twBaseTypes.h", GROUP(lengths), GROUP(types_and_families), GROUP(making), GROUP(texts_are_cut),
                 GROUP(tables_and_variants), GROUP(copies), GROUP(copies_keep_shape_names), GROUP(comparing),
                 GROUP(truths), GROUP(made_by_hand), GROUP(round_trips), GROUP(streams), GROUP(streams_grow),
                 GROUP(files), GROUP(texts_in_streams), GROUP(swapping), GROUP(to_json), GROUP(of_json))
