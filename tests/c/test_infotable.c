/* Shapes, rows and tables: who owns what, getters, copies, comparison, and their form in a stream. */
#include "twOSPort.h"
#include "twErrors.h"
#include "twInfoTable.h"

#include "check.h"

#include <stdlib.h>

static twInfoTableRow *row(double number, const char *text) {
    twInfoTableRow *made = twInfoTableRow_Create(twPrimitive_CreateFromNumber(number));
    twInfoTableRow_AddEntry(made, text ? twPrimitive_CreateFromString(text, TRUE) : twPrimitive_Create());
    return made;
}

/* Columns n (NUMBER) and s (STRING), two rows, the text of the second one empty. */
static twInfoTable *table(double number, const char *text) {
    twDataShape *shape = twDataShape_Create(twDataShapeEntry_Create("n", "a number", TW_NUMBER));
    twInfoTable *made;
    twDataShape_AddEntry(shape, twDataShapeEntry_Create("s", NULL, TW_STRING));
    twDataShape_SetName(shape, "Shape");
    made = twInfoTable_Create(shape);
    twInfoTable_AddRow(made, row(number, text));
    twInfoTable_AddRow(made, row(2, NULL));
    return made;
}

static void test_shape(void) {
    twDataShapeEntry *entry = twDataShapeEntry_Create("a", "about a", TW_INTEGER);
    twPrimitive *refused = twPrimitive_CreateFromInteger(1);
    twDataShape *shape;
    int index = 7;
    CHECK_INT(twDataShapeEntry_AddAspect(entry, "isRequired", twPrimitive_CreateFromBoolean(TRUE)), 0);
    CHECK_INT(twDataShapeEntry_AddAspect(entry, NULL, refused), TW_INVALID_PARAM);
    twPrimitive_Delete(refused);
    CHECK_INT(twList_GetCount(entry->aspects), 1);
    shape = twDataShape_Create(entry);
    CHECK_INT(twDataShape_AddEntry(shape, twDataShapeEntry_Create("b", NULL, TW_STRING)), 0);
    CHECK_INT(shape->numEntries, 2);
    CHECK_INT(twDataShape_GetEntryIndex(shape, "b", &index), 0);
    CHECK_INT(index, 1);
    CHECK_INT(twDataShape_GetEntryIndex(shape, "c", &index), TW_INDEX_NOT_FOUND);
    CHECK_INT(index, -1);
    CHECK_INT(twDataShape_SetName(shape, "First"), 0);
    CHECK_INT(twDataShape_SetName(shape, "Second"), 0);
    CHECK_STR(shape->name, "Second");
    twDataShape_Delete(shape);
    CHECK(twDataShapeEntry_Create(NULL, NULL, TW_STRING) == NULL);
    CHECK_INT(twDataShape_AddEntry(NULL, NULL), TW_INVALID_PARAM);
    CHECK_INT(twDataShape_SetName(NULL, "x"), TW_INVALID_PARAM);
    CHECK_INT(twDataShape_GetLength(NULL), 0);
    CHECK(twInfoTable_Create(NULL) == NULL);
}

static void test_getters(void) {
    twInfoTable *made = table(1.5, "text");
    twPrimitive *cell = NULL;
    twInfoTableRow *first = twInfoTable_GetEntry(made, 0);
    char *text = NULL, *untouched = "untouched";
    double number = 0;
    CHECK_INT(twInfoTable_GetNumber(made, "n", 1, &number), 0);
    CHECK(number == 2);
    CHECK_INT(twInfoTable_GetString(made, "s", 0, &text), 0);
    CHECK_STR(text, "text");
    free(text);
    CHECK_INT(twInfoTable_GetString(made, "s", 1, &text), 0);
    CHECK(text == NULL);
    text = untouched;
    CHECK_INT(twInfoTable_GetString(made, "x", 0, &text), TW_INVALID_PARAM);
    CHECK_INT(twInfoTable_GetString(made, "s", 2, &text), TW_INVALID_PARAM);
    CHECK_INT(twInfoTable_GetString(made, "s", -1, &text), TW_INVALID_PARAM);
    /* A number is no pointer. */
    CHECK_INT(twInfoTable_GetString(made, "n", 0, &text), TW_INVALID_PARAM);
    CHECK(text == untouched);
    CHECK_INT(twInfoTable_GetPrimitive(made, "n", 0, &cell), 0);
    CHECK(cell == twInfoTableRow_GetEntry(first, 0));
    CHECK_INT(twInfoTable_GetPrimitive(made, "x", 0, &cell), TW_ERROR_GETTING_PRIMITIVE);
    CHECK(cell == NULL);
    CHECK_INT(twInfoTable_GetPrimitive(made, "n", 0, NULL), TW_INVALID_PARAM);
    CHECK_INT(twInfoTableRow_GetCount(first), 2);
    CHECK(twInfoTableRow_GetEntry(first, 2) == NULL);
    CHECK(twInfoTable_GetEntry(made, 2) == NULL);
    CHECK_INT(twInfoTable_GetNumber(NULL, "n", 0, &number), TW_INVALID_PARAM);
    twInfoTable_Delete(made);
}

static void test_single_cells(void) {
    twLocation place = {1, 2, 3}, found_place = {0, 0, 0};
    twInfoTable *location = twInfoTable_CreateFromLocation("l", &place);
    twInfoTable *blob = twInfoTable_CreateFromBlob("b", "\1\0\2", 3, FALSE, TRUE);
    twInfoTable *truth = twInfoTable_CreateFromBoolean("t", TRUE), *moment = twInfoTable_CreateFromDatetime("d", 77);
    char *bytes = NULL, boolean = 0;
    int32_t length = 0;
    DATETIME time = 0;
    CHECK_INT(twInfoTable_GetLocation(location, "l", 0, &found_place), 0);
    CHECK(found_place.latitude == 1 && found_place.longitude == 2 && found_place.elevation == 3);
    CHECK_INT(twInfoTable_GetBlob(blob, "b", 0, &bytes, &length), 0);
    CHECK_INT(length, 3);
    CHECK(memcmp(bytes, "\1\0\2", 3) == 0);
    CHECK_INT(twInfoTable_GetBoolean(truth, "t", 0, &boolean), 0);
    CHECK_INT(boolean, TRUE);
    CHECK_INT(twInfoTable_GetDatetime(moment, "d", 0, &time), 0);
    CHECK_INT(time, 77);
    CHECK(twInfoTable_CreateFromPrimitive("p", NULL) == NULL);
    twInfoTable_Delete(location);
    twInfoTable_Delete(blob);
    twInfoTable_Delete(truth);
    twInfoTable_Delete(moment);
}

static void test_copies(void) {
    twInfoTable *made = table(1.5, "text"), *copy = twInfoTable_FullCopy(made), *moved = twInfoTable_ZeroCopy(made);
    twInfoTable *empty;
    double number = 0;
    CHECK(made->ds == NULL && made->rows == NULL);
    CHECK_INT(twInfoTable_GetNumber(made, "n", 0, &number), TW_INVALID_PARAM);
    CHECK_INT(twInfoTable_Compare(copy, moved), 0);
    CHECK(twInfoTable_GetEntry(copy, 0) != twInfoTable_GetEntry(moved, 0));
    empty = twInfoTable_ZeroCopy(made);
    CHECK(empty != NULL && empty->rows == NULL);
    CHECK(twInfoTable_FullCopy(NULL) == NULL);
    CHECK(twInfoTable_ZeroCopy(NULL) == NULL);
    twInfoTable_Delete(made);
    twInfoTable_Delete(copy);
    twInfoTable_Delete(moved);
    twInfoTable_Delete(empty);
    twInfoTable_Delete(NULL);
}

static void test_compare(void) {
    twInfoTable *one = table(1, "text"), *same = table(1, "text"), *other = table(3, "text"), *renamed = table(1, "text");
    twInfoTable *shell = twInfoTable_CreateFromNumber("n", 1), *rest = twInfoTable_ZeroCopy(shell);
    twDataShapeEntry *column = renamed->ds->entries->first->value;
    column->name[0] = 'm';
    CHECK_INT(twInfoTable_Compare(one, one), 0);
    CHECK_INT(twInfoTable_Compare(one, same), 0);
    CHECK_INT(twInfoTable_Compare(one, other), 1);
    CHECK_INT(twInfoTable_Compare(one, renamed), 1);
    CHECK_INT(twInfoTable_Compare(one, rest), 1);
    CHECK_INT(twInfoTable_Compare(one, shell), -1);
    CHECK_INT(twInfoTable_Compare(one, NULL), -1);
    /* Nothing has stayed locked. */
    CHECK_INT(twInfoTable_AddRow(renamed, row(4, "x")), 0);
    CHECK_INT(twInfoTable_AddRow(one, row(4, "x")), 0);
    twInfoTable_Delete(one);
    twInfoTable_Delete(same);
    twInfoTable_Delete(other);
    twInfoTable_Delete(renamed);
    twInfoTable_Delete(shell);
    twInfoTable_Delete(rest);
}

static void test_stream(void) {
    twInfoTable *made = table(1.5, "text"), *back, *shell = twInfoTable_ZeroCopy(made);
    twInfoTable *full = shell;
    twStream *stream = twStream_Create();
    twPrimitive *cell = NULL;
    /* `made` is the empty shell now. */
    CHECK_INT(twInfoTable_ToStream(made, stream), TW_INVALID_PARAM);
    CHECK_INT(twInfoTable_ToStream(NULL, stream), TW_INVALID_PARAM);
    CHECK_INT(twInfoTable_ToStream(full, NULL), TW_INVALID_PARAM);
    CHECK_INT(twInfoTable_ToStream(full, stream), 0);
    twStream_Reset(stream);
    back = twInfoTable_CreateFromStream(stream);
    CHECK_INT(twInfoTable_Compare(full, back), 0);
    CHECK_INT(twList_GetCount(back->rows), 2);
    CHECK_STR(((twDataShapeEntry *)back->ds->entries->first->value)->description, "a number");
    CHECK_INT(twInfoTable_GetPrimitive(back, "s", 1, &cell), 0);
    CHECK_INT(cell->type, TW_NOTHING);
    CHECK_INT(twStream_GetIndex(stream), twStream_GetLength(stream));
    CHECK(twInfoTable_CreateFromStream(NULL) == NULL);
    twInfoTable_Delete(made);
    twInfoTable_Delete(full);
    twInfoTable_Delete(back);
    twStream_Delete(stream);
}

/* Cells added to a row that is in the table already are encoded with it. */
static void test_late_cells(void) {
    twDataShape *shape = twDataShape_Create(twDataShapeEntry_Create("a", NULL, TW_INTEGER));
    twInfoTable *made, *back;
    twInfoTableRow *late = twInfoTableRow_Create(twPrimitive_CreateFromInteger(1));
    twStream *stream = twStream_Create();
    int32_t value = 0;
    twDataShape_AddEntry(shape, twDataShapeEntry_Create("b", NULL, TW_INTEGER));
    made = twInfoTable_Create(shape);
    CHECK_INT(twInfoTable_AddRow(made, late), 0);
    CHECK_INT(twInfoTableRow_AddEntry(late, twPrimitive_CreateFromInteger(2)), 0);
    CHECK_INT(twInfoTable_ToStream(made, stream), 0);
    twStream_Reset(stream);
    back = twInfoTable_CreateFromStream(stream);
    CHECK_INT(twInfoTable_GetInteger(back, "b", 0, &value), 0);
    CHECK_INT(value, 2);
    twInfoTable_Delete(made);
    twInfoTable_Delete(back);
    twStream_Delete(stream);
}

int main(void) {
    test_shape();
    test_getters();
    test_single_cells();
    test_copies();
    test_compare();
    test_stream();
    test_late_cells();
    return check_result();
}
