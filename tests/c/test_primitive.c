/* Primitives: making them, who owns what, copies, comparison, truth, and their form in a stream. */
#include "twOSPort.h"
#include "twErrors.h"
#include "twBaseTypes.h"
#include "twInfoTable.h"

#include "check.h"

#include <stdlib.h>

static void test_texts(void) {
    char *heap = malloc(4);
    twPrimitive *copied = twPrimitive_CreateFromString("abc", TRUE), *taken;
    char *text;
    strcpy(heap, "xyz");
    taken = twPrimitive_CreateFromString(heap, FALSE);
    CHECK_INT(copied->type, TW_STRING);
    CHECK_INT(copied->typeFamily, TW_STRING);
    CHECK_INT(copied->length, 4);
    CHECK_INT(copied->val.bytes.len, 3);
    CHECK(taken->val.bytes.data == heap);
    text = twPrimitive_DecoupleStringAndDelete(taken);
    CHECK(text == heap);
    free(text);
    twPrimitive_Delete(copied);
    copied = twPrimitive_CreateFromNumber(1);
    CHECK(twPrimitive_DecoupleStringAndDelete(copied) == NULL);
    CHECK(copied->val.number == 1);
    twPrimitive_Delete(copied);
}

static void test_families(void) {
    twPrimitive *name = twPrimitive_CreateFromVariable("Thing", TW_THINGNAME, TRUE, 0);
    twPrimitive *image = twPrimitive_CreateFromBlob("\1\0\2", 3, TRUE, TRUE);
    twLocation place = {1.5, -2.5, 3};
    twPrimitive *location = twPrimitive_CreateFromLocation(&place);
    twPrimitive *inner = twPrimitive_CreateFromInteger(7), *variant = twPrimitive_CreateVariant(inner);
    CHECK_INT(name->type, TW_THINGNAME);
    CHECK_INT(name->typeFamily, TW_STRING);
    CHECK_INT(image->type, TW_IMAGE);
    CHECK_INT(image->typeFamily, TW_BLOB);
    CHECK_INT(image->length, 7);
    CHECK(memcmp(image->val.bytes.data, "\1\0\2", 3) == 0);
    CHECK(location->val.location.longitude == -2.5);
    CHECK_INT(location->length, 24);
    CHECK(variant->val.variant == inner);
    CHECK_INT(variant->length, 5);
    twPrimitive_Delete(name);
    twPrimitive_Delete(image);
    twPrimitive_Delete(location);
    twPrimitive_Delete(variant);
    CHECK(twPrimitive_CreateFromVariable(NULL, TW_STRING, TRUE, 0) == NULL);
    CHECK(twPrimitive_CreateFromVariable("x", TW_TIMESPAN, TRUE, 0) == NULL);
    CHECK(twPrimitive_CreateVariant(NULL) == NULL);
    twPrimitive_Delete(NULL);
}

static void test_copies(void) {
    twPrimitive *name = twPrimitive_CreateFromVariable("Thing", TW_THINGNAME, TRUE, 0);
    twPrimitive *copy = twPrimitive_FullCopy(name), *moved = twPrimitive_ZeroCopy(name);
    twPrimitive *variant = twPrimitive_CreateVariant(twPrimitive_CreateFromInteger(7));
    CHECK_INT(copy->type, TW_THINGNAME);
    CHECK(copy->val.bytes.data != moved->val.bytes.data);
    CHECK_STR(copy->val.bytes.data, "Thing");
    CHECK_INT(name->type, TW_NOTHING);
    CHECK_STR(moved->val.bytes.data, "Thing");
    CHECK(twPrimitive_FullCopy(variant) == NULL);
    CHECK(twPrimitive_FullCopy(NULL) == NULL);
    CHECK(twPrimitive_ZeroCopy(NULL) == NULL);
    twPrimitive_Delete(name);
    twPrimitive_Delete(copy);
    twPrimitive_Delete(moved);
    twPrimitive_Delete(variant);
}

static void test_table_is_emptied(void) {
    twInfoTable *table = twInfoTable_CreateFromInteger("a", 5);
    twPrimitive *primitive = twPrimitive_CreateFromInfoTable(table);
    int32_t value = 0;
    CHECK(table->ds == NULL && table->rows == NULL);
    CHECK_INT(twInfoTable_GetInteger(primitive->val.infotable, "a", 0, &value), 0);
    CHECK_INT(value, 5);
    twInfoTable_Delete(table);
    twPrimitive_Delete(primitive);
}

/* Compares two and deletes them. */
static int compare(twPrimitive *a, twPrimitive *b) {
    int result = twPrimitive_Compare(a, b);
    twPrimitive_Delete(a);
    twPrimitive_Delete(b);
    return result;
}

static void test_compare(void) {
    CHECK_INT(compare(twPrimitive_CreateFromNumber(1), twPrimitive_CreateFromNumber(1)), 0);
    CHECK(compare(twPrimitive_CreateFromNumber(1), twPrimitive_CreateFromNumber(2)) != 0);
    CHECK_INT(compare(twPrimitive_CreateFromNumber(1), twPrimitive_CreateFromInteger(1)), 1);
    CHECK_INT(compare(twPrimitive_CreateFromString("a", TRUE), twPrimitive_CreateFromString("a", TRUE)), 0);
    CHECK_INT(compare(twPrimitive_CreateFromString("a", TRUE), twPrimitive_CreateFromString("ab", TRUE)), 1);
    CHECK(compare(twPrimitive_CreateFromString("a", TRUE), twPrimitive_CreateFromString("b", TRUE)) < 0);
    /* The exact type counts, not the family. */
    CHECK_INT(compare(twPrimitive_CreateFromString("a", TRUE), twPrimitive_CreateFromVariable("a", TW_TEXT, TRUE, 0)), 1);
    CHECK_INT(compare(twPrimitive_Create(), NULL), -1);
    CHECK_INT(compare(NULL, twPrimitive_Create()), -1);
}

static int is_true(twPrimitive *primitive) {
    int result = twPrimitive_IsTrue(primitive);
    twPrimitive_Delete(primitive);
    return result;
}

static void test_is_true(void) {
    twLocation nowhere = {0, 0, 0}, somewhere = {0, 0, 1};
    CHECK_INT(is_true(NULL), FALSE);
    CHECK_INT(is_true(twPrimitive_Create()), FALSE);
    CHECK_INT(is_true(twPrimitive_CreateFromString("", TRUE)), FALSE);
    CHECK(is_true(twPrimitive_CreateFromString("false", TRUE)));
    CHECK_INT(is_true(twPrimitive_CreateFromNumber(0)), FALSE);
    CHECK(is_true(twPrimitive_CreateFromNumber(0.5)));
    CHECK_INT(is_true(twPrimitive_CreateFromInteger(0)), FALSE);
    CHECK(is_true(twPrimitive_CreateFromInteger(-1)));
    CHECK_INT(is_true(twPrimitive_CreateFromBoolean(FALSE)), FALSE);
    CHECK(is_true(twPrimitive_CreateFromBoolean(TRUE)));
    CHECK_INT(is_true(twPrimitive_CreateFromLocation(&nowhere)), FALSE);
    CHECK(is_true(twPrimitive_CreateFromLocation(&somewhere)));
    CHECK(is_true(twPrimitive_CreateVariant(twPrimitive_CreateFromBoolean(TRUE))));
}

/* Encodes, compares with the bytes expected, decodes, compares with the original. Deletes it. */
static void round_trip(twPrimitive *primitive, const char *bytes, int32_t length, int line) {
    twStream *stream = twStream_Create();
    twPrimitive *back;
    int encoded = twPrimitive_ToStream(primitive, stream);
    check_int(encoded, 0, __FILE__, line, "twPrimitive_ToStream");
    check_int(twStream_GetLength(stream), length, __FILE__, line, "length of the stream");
    check_that(memcmp(twStream_GetData(stream), bytes, (size_t)length) == 0, __FILE__, line, "bytes of the stream");
    twStream_Reset(stream);
    back = twPrimitive_CreateFromStream(stream);
    check_int(twPrimitive_Compare(primitive, back), 0, __FILE__, line, "what was decoded");
    check_int(twStream_GetIndex(stream), length, __FILE__, line, "end of what was decoded");
    twPrimitive_Delete(back);
    twPrimitive_Delete(primitive);
    twStream_Delete(stream);
}

static void test_streams(void) {
    twStream *stream;
    twPrimitive *primitive;
    round_trip(twPrimitive_CreateFromString("ab", TRUE), "\0\2ab", 4, __LINE__);
    round_trip(twPrimitive_CreateFromNumber(1.5), "\1\x3F\xF8\0\0\0\0\0\0", 9, __LINE__);
    round_trip(twPrimitive_CreateFromBoolean(TRUE), "\2\1", 2, __LINE__);
    round_trip(twPrimitive_CreateFromDatetime(0x0102030405060708), "\3\1\2\3\4\5\6\7\x8", 9, __LINE__);
    round_trip(twPrimitive_CreateFromInteger(-2), "\x16\xFF\xFF\xFF\xFE", 5, __LINE__);
    round_trip(twPrimitive_CreateFromBlob("\0\1", 2, FALSE, TRUE), "\x15\0\0\0\2\0\1", 7, __LINE__);
    stream = twStream_CreateFromCharArray("\0\0\0\7", 4);
    primitive = twPrimitive_CreateFromStreamTyped(stream, TW_INTEGER);
    CHECK(primitive != NULL && primitive->val.integer == 7);
    CHECK_INT(twPrimitive_ToStream(NULL, stream), TW_INVALID_PARAM);
    CHECK_INT(twPrimitive_ToStream(primitive, NULL), TW_INVALID_PARAM);
    twPrimitive_Delete(primitive);
    twStream_Delete(stream);
    /* No such type. */
    stream = twStream_CreateFromCharArray("\x63""abc", 4);
    CHECK(twPrimitive_CreateFromStream(stream) == NULL);
    twStream_Delete(stream);
}

static void test_names_of_types(void) {
    CHECK_STR(baseTypeToString(TW_THINGNAME), "THINGNAME");
    CHECK_STR(baseTypeToString((enum BaseType)99), "UNKNOWN");
    CHECK_INT(baseTypeFromString("INFOTABLE"), TW_INFOTABLE);
    CHECK_INT(baseTypeFromString("infotable"), TW_NOTHING);
}

int main(void) {
    test_texts();
    test_families();
    test_copies();
    test_table_is_emptied();
    test_compare();
    test_is_true();
    test_streams();
    test_names_of_types();
    return check_result();
}
