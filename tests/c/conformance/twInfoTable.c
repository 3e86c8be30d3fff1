/* twInfoTable.h (api-behaviour.md 9.3, 9.5). */
#include "twOSPort.h"

#include "twErrors.h"
#include "twInfoTable.h"
#include "twPrimitiveUtils.h"

#include "cJSON.h"
#include "check.h"

static twDataShape *shape(void) {
    twDataShape *made = twDataShape_Create(twDataShapeEntry_Create("n", NULL, TW_NUMBER));
    twDataShape_AddEntry(made, twDataShapeEntry_Create("s", "a text", TW_STRING));
    return made;
}

static twInfoTableRow *row(double number, const char *text) {
    twInfoTableRow *made = twInfoTableRow_Create(twPrimitive_CreateFromNumber(number));
    twInfoTableRow_AddEntry(made, twPrimitive_CreateFromString(text, TRUE));
    return made;
}

static twInfoTable *table(void) {
    twInfoTable *made = twInfoTable_Create(shape());
    twInfoTable_AddRow(made, row(1.5, "one"));
    twInfoTable_AddRow(made, row(2.5, "two"));
    return made;
}

static void shapes(void) {
    twDataShape *made = shape();
    int index = 7;
    CHECK_INT(made->numEntries, 2, "the number of fields", ORIGINAL_PASSES);
    CHECK_INT(twList_GetCount(made->entries), 2, "the fields are a list", ORIGINAL_PASSES);
    CHECK_INT(twDataShape_GetEntryIndex(made, "s", &index), TW_OK, "an index", ORIGINAL_PASSES);
    CHECK_INT(index, 1, "the second", ORIGINAL_PASSES);
    CHECK_INT(twDataShape_GetEntryIndex(made, "none", &index), TW_INDEX_NOT_FOUND, "no field", ORIGINAL_PASSES);
    CHECK_INT(index, -1, "then it is -1", ORIGINAL_PASSES);
    index = 7;
    CHECK_INT(twDataShape_GetEntryIndex(NULL, "s", &index), TW_INVALID_PARAM, "no shape", ORIGINAL_PASSES);
    CHECK_INT(index, -1, "then it is -1 as well", ORIGINAL_PASSES);
    CHECK_INT(twDataShape_SetName(made, "Shape"), TW_OK, "a name", ORIGINAL_PASSES);
    CHECK_STR(made->name, "Shape", "it is a field", ORIGINAL_PASSES);
    CHECK_INT(twDataShape_SetName(NULL, "Shape"), TW_INVALID_PARAM, "a name of nothing", ORIGINAL_PASSES);
    CHECK_INT(twDataShape_AddEntry(made, NULL), TW_INVALID_PARAM, "no field to add", ORIGINAL_PASSES);
    CHECK(twDataShape_GetLength(made) > 0, "a length", ORIGINAL_PASSES);
    CHECK_INT(twDataShape_GetLength(NULL), 0, "no length", ORIGINAL_PASSES);
    twDataShape_Delete(made);
    twDataShape_Delete(NULL);
    made = twDataShape_Create(NULL);
    CHECK_INT(made ? made->numEntries : -1, 0, "an empty shape", ORIGINAL_PASSES);
    twDataShape_Delete(made);
}

static void names_set_twice(void) {
    twDataShape *made = shape();
    twDataShape_SetName(made, "first");
    CHECK_INT(twDataShape_SetName(made, "second"), TW_OK, "the old name is freed (valgrind)", ORIGINAL_PASSES);
    twDataShape_Delete(made);
}

static void fields(void) {
    twDataShapeEntry *entry = twDataShapeEntry_Create("n", "about n", TW_NUMBER);
    twPrimitive *value = twPrimitive_CreateFromBoolean(TRUE);
    CHECK_STR(entry->name, "n", "name", ORIGINAL_PASSES);
    CHECK_STR(entry->description, "about n", "description", ORIGINAL_PASSES);
    CHECK_INT(entry->type, TW_NUMBER, "type", ORIGINAL_PASSES);
    CHECK_INT(twDataShapeEntry_AddAspect(entry, NULL, value), TW_INVALID_PARAM, "an aspect without name",
              ORIGINAL_PASSES);
    CHECK_INT(twDataShapeEntry_AddAspect(entry, "a", value), TW_OK, "an aspect", ORIGINAL_PASSES);
    CHECK_INT(twList_GetCount(entry->aspects), 1, "aspects are a list", ORIGINAL_PASSES);
    CHECK(((twDataShapeAspect *)entry->aspects->first->value)->value == value, "its value is taken", ORIGINAL_PASSES);
    CHECK(twDataShapeEntry_Create(NULL, NULL, TW_NUMBER) == NULL, "a field without name", ORIGINAL_PASSES);
    CHECK_INT(twDataShapeEntry_GetLength(NULL), 0, "no length", ORIGINAL_PASSES);
    twDataShapeEntry_Delete(entry);
    twDataShapeEntry_Delete(NULL);
    CHECK(twDataShapeAspect_Create(NULL, NULL) == NULL, "an aspect of nothing", ORIGINAL_PASSES);
    CHECK(twDataShapeAspect_CreateFromStream(NULL) == NULL, "an aspect of no stream", ORIGINAL_PASSES);
    CHECK(twDataShapeEntry_CreateFromStream(NULL) == NULL, "a field of no stream", ORIGINAL_PASSES);
    CHECK(twDataShape_CreateFromStream(NULL) == NULL, "a shape of no stream", ORIGINAL_PASSES);
    CHECK(twInfoTableRow_CreateFromStream(NULL) == NULL, "a row of no stream", ORIGINAL_PASSES);
    CHECK(twInfoTable_CreateFromStream(NULL) == NULL, "a table of no stream", ORIGINAL_PASSES);
}

static void rows(void) {
    twInfoTableRow *made = row(1.5, "x");
    CHECK_INT(twInfoTableRow_GetCount(made), 2, "count", ORIGINAL_PASSES);
    CHECK_INT(made->numFields, 2, "it is a field", ORIGINAL_PASSES);
    CHECK(twInfoTableRow_GetEntry(made, 0)->val.number == 1.5, "a cell", ORIGINAL_PASSES);
    CHECK(twInfoTableRow_GetEntry(made, 2) == NULL, "past the end", ORIGINAL_PASSES);
    CHECK(twInfoTableRow_GetEntry(made, -1) == NULL, "before the start", ORIGINAL_PASSES);
    CHECK_INT(twInfoTableRow_AddEntry(made, NULL), TW_INVALID_PARAM, "no cell to add", ORIGINAL_PASSES);
    CHECK_INT(twInfoTableRow_GetCount(NULL), 0, "no count", ORIGINAL_PASSES);
    CHECK_INT(twInfoTableRow_GetLength(NULL), 0, "no length", ORIGINAL_PASSES);
    CHECK(twInfoTableRow_GetEntry(NULL, 0) == NULL, "no row", ORIGINAL_PASSES);
    CHECK(twInfoTableRow_Create(NULL) == NULL, "a row of nothing", ORIGINAL_PASSES);
    twInfoTableRow_Delete(made);
    twInfoTableRow_Delete(NULL);
}

static void getters(void) {
    twInfoTable *made = table();
    char *text = NULL;
    double number = 0;
    twPrimitive *cell = NULL;
    CHECK_INT(twInfoTable_GetString(made, "s", 1, &text), TW_OK, "a text", ORIGINAL_PASSES);
    CHECK_STR(text, "two", "a copy of it", ORIGINAL_PASSES);
    free(text);
    text = NULL;
    CHECK_INT(twInfoTable_GetNumber(made, "n", 0, &number), TW_OK, "a number", ORIGINAL_PASSES);
    CHECK(number == 1.5, "its value", ORIGINAL_PASSES);
    CHECK_INT(twInfoTable_GetString(made, "none", 0, &text), TW_INVALID_PARAM, "no column", ORIGINAL_PASSES);
    CHECK_INT(twInfoTable_GetString(made, "s", 2, &text), TW_INVALID_PARAM, "no row", ORIGINAL_PASSES);
    CHECK_INT(twInfoTable_GetString(made, "s", -1, &text), TW_INVALID_PARAM, "a negative row", ORIGINAL_PASSES);
    CHECK_INT(twInfoTable_GetString(NULL, "s", 0, &text), TW_INVALID_PARAM, "no table", ORIGINAL_PASSES);
    CHECK(text == NULL, "the result is left alone", ORIGINAL_PASSES);
    CHECK_INT(twInfoTable_GetPrimitive(made, "n", 1, &cell), TW_OK, "a cell", ORIGINAL_PASSES);
    CHECK(cell == twInfoTableRow_GetEntry(twInfoTable_GetEntry(made, 1), 0), "it is the one in the table",
          ORIGINAL_PASSES);
    CHECK_INT(twInfoTable_GetPrimitive(made, "none", 1, &cell), TW_ERROR_GETTING_PRIMITIVE, "no cell", ORIGINAL_PASSES);
    CHECK(cell == NULL, "the result is NULL", ORIGINAL_PASSES);
    CHECK_INT(twInfoTable_GetPrimitive(made, "n", 1, NULL), TW_INVALID_PARAM, "nowhere to put it", ORIGINAL_PASSES);
    CHECK(twInfoTable_GetEntry(made, 2) == NULL, "no such row", ORIGINAL_PASSES);
    twInfoTable_Delete(made);
}

static void getters_of_another_type(void) {
    twInfoTable *made = twInfoTable_CreateFromNumber("n", 3.5);
    char *text = NULL;
    int32_t integer = 7, length = 0;
    CHECK_INT(twInfoTable_GetInteger(made, "n", 0, &integer), TW_OK, "INTEGER of a NUMBER (Q-T5)", ORIGINAL_PASSES);
    CHECK_INT(twInfoTable_GetString(made, "n", 0, &text), TW_INVALID_PARAM, "a text of a NUMBER", QUIRK("Q-T5"));
    CHECK_INT(twInfoTable_GetBlob(made, "n", 0, &text, &length), TW_INVALID_PARAM, "a blob of a NUMBER", QUIRK("Q-T5"));
    twInfoTable_Delete(made);
}

static void long_texts(void) {
    char *long_text = malloc(100001), *text = NULL;
    twInfoTable *made;
    memset(long_text, 'x', 100000);
    long_text[100000] = 0;
    made = twInfoTable_CreateFromString("s", long_text, FALSE);
    CHECK_INT(twInfoTable_GetString(made, "s", 0, &text), TW_OK, "100 000 characters", ORIGINAL_PASSES);
    CHECK_INT(text ? strlen(text) : 0, 100000, "are not cut", QUIRK("Q-T10"));
    free(text);
    twInfoTable_Delete(made);
}

static void one_cell(void) {
    twLocation place = {1, 2, 3}, found = {0, 0, 0};
    twInfoTable *made = twInfoTable_CreateFromString("c", "text", TRUE);
    char *text = NULL, boolean = 0;
    int32_t length = 0;
    DATETIME time = 0;
    CHECK_INT(twInfoTable_GetBlob(made, "c", 0, &text, &length), TW_OK, "the bytes of a text", ORIGINAL_PASSES);
    CHECK(length == 4 && memcmp(text, "text", 4) == 0, "are those in the table", ORIGINAL_PASSES);
    twInfoTable_Delete(made);
    made = twInfoTable_CreateFromLocation("c", &place);
    CHECK_INT(twInfoTable_GetLocation(made, "c", 0, &found), TW_OK, "a place", ORIGINAL_PASSES);
    CHECK(found.elevation == 3, "its value", ORIGINAL_PASSES);
    twInfoTable_Delete(made);
    made = twInfoTable_CreateFromBoolean("c", TRUE);
    CHECK_INT(twInfoTable_GetBoolean(made, "c", 0, &boolean), TW_OK, "a boolean", ORIGINAL_PASSES);
    CHECK_INT(boolean, TRUE, "its value", ORIGINAL_PASSES);
    twInfoTable_Delete(made);
    made = twInfoTable_CreateFromDatetime("c", 12345);
    CHECK_INT(twInfoTable_GetDatetime(made, "c", 0, &time), TW_OK, "a time", ORIGINAL_PASSES);
    CHECK_INT(time, 12345, "its value", ORIGINAL_PASSES);
    twInfoTable_Delete(made);
    made = twInfoTable_CreateFromBlob("c", "a\0b", 3, FALSE, TRUE);
    CHECK_INT(twInfoTable_GetBlob(made, "c", 0, &text, &length), TW_OK, "a blob", ORIGINAL_PASSES);
    CHECK_INT(length, 3, "its length", ORIGINAL_PASSES);
    twInfoTable_Delete(made);
    made = twInfoTable_CreateFromPrimitive("c", twPrimitive_Create());
    text = (char *)&place;
    CHECK_INT(twInfoTable_GetString(made, "c", 0, &text), TW_OK, "an empty cell", ORIGINAL_PASSES);
    CHECK(text == NULL, "gives NULL", ORIGINAL_PASSES);
    twInfoTable_Delete(made);
    CHECK(twInfoTable_CreateFromPrimitive("c", NULL) == NULL, "of nothing", ORIGINAL_PASSES);
}

static void moving_and_copying(void) {
    twInfoTable *made = table(), *copy = twInfoTable_FullCopy(made), *moved = twInfoTable_ZeroCopy(made);
    twInfoTable *again;
    char *text = NULL;
    CHECK(made->ds == NULL && made->rows == NULL, "a shell is left", ORIGINAL_PASSES);
    CHECK_INT(twInfoTable_GetString(made, "s", 0, &text), TW_INVALID_PARAM, "an empty shell (Q-T11)", ORIGINAL_PASSES);
    CHECK_INT(twList_GetCount(moved->rows), 2, "what was moved", ORIGINAL_PASSES);
    CHECK_INT(twList_GetCount(copy->rows), 2, "what was copied", ORIGINAL_PASSES);
    CHECK_INT(twInfoTable_Compare(moved, copy), 0, "they are equal", ORIGINAL_PASSES);
    CHECK_INT(twInfoTable_Compare(moved, moved), 0, "the same", ORIGINAL_PASSES);
    CHECK_INT(twInfoTable_Compare(moved, made), -1, "an empty shell", ORIGINAL_PASSES);
    CHECK_INT(twInfoTable_Compare(NULL, moved), -1, "NULL", ORIGINAL_PASSES);
    again = twInfoTable_ZeroCopy(made);
    CHECK(again && again->rows == NULL, "a shell emptied again", ORIGINAL_PASSES);
    CHECK(twInfoTable_ZeroCopy(NULL) == NULL && twInfoTable_FullCopy(NULL) == NULL, "NULL", ORIGINAL_PASSES);
    twInfoTable_Delete(again);
    twInfoTable_Delete(made);
    twInfoTable_Delete(copy);
    twInfoTable_Delete(moved);
    twInfoTable_Delete(NULL);
    CHECK(twInfoTable_Create(NULL) == NULL, "a table without shape", ORIGINAL_PASSES);
}

static void values_are_compared(void) {
    twInfoTable *one = twInfoTable_CreateFromNumber("n", 1), *two = twInfoTable_CreateFromNumber("n", 2);
    twInfoTable *other = twInfoTable_CreateFromNumber("m", 1);
    CHECK_INT(twInfoTable_Compare(one, two), 1, "values differ", QUIRK("Q-T6"));
    CHECK_INT(twInfoTable_Compare(one, other), 1, "names differ", ORIGINAL_PASSES);
    CHECK_INT(twInfoTable_Compare(one, other), 1, "again: no lock was left behind", QUIRK("Q-T6"));
    twInfoTable_Delete(one);
    twInfoTable_Delete(two);
    twInfoTable_Delete(other);
}

static void round_trip(void) {
    twInfoTable *made = table(), *back;
    twStream *stream = twStream_Create();
    double number = 0;
    CHECK_INT(twInfoTable_ToStream(made, stream), TW_OK, "write", ORIGINAL_PASSES);
    twStream_Reset(stream);
    back = twInfoTable_CreateFromStream(stream);
    CHECK_INT(twInfoTable_Compare(made, back), 0, "equal", ORIGINAL_PASSES);
    CHECK_INT(twInfoTable_GetNumber(back, "n", 1, &number), TW_OK, "a value", ORIGINAL_PASSES);
    CHECK(number == 2.5, "the right one", ORIGINAL_PASSES);
    CHECK_INT(twInfoTable_ToStream(NULL, stream), TW_INVALID_PARAM, "no table", ORIGINAL_PASSES);
    CHECK_INT(twInfoTable_ToStream(made, NULL), TW_INVALID_PARAM, "no stream", ORIGINAL_PASSES);
    twInfoTable_Delete(back);
    back = twInfoTable_ZeroCopy(made);
    CHECK_INT(twInfoTable_ToStream(made, stream), TW_INVALID_PARAM, "an empty shell", ORIGINAL_PASSES);
    twInfoTable_Delete(back);
    twInfoTable_Delete(made);
    twStream_Delete(stream);
}

/* A cell that is added to a row when the row is in the table already. */
static void rows_that_grow(void) {
    twInfoTable *made = twInfoTable_Create(shape()), *back;
    twInfoTableRow *growing = twInfoTableRow_Create(twPrimitive_CreateFromNumber(1));
    twStream *stream = twStream_Create();
    char *text = NULL;
    twInfoTable_AddRow(made, growing);
    twInfoTableRow_AddEntry(growing, twPrimitive_CreateFromString("late", TRUE));
    twInfoTable_ToStream(made, stream);
    twStream_Reset(stream);
    back = twInfoTable_CreateFromStream(stream);
    CHECK_INT(twInfoTable_GetString(back, "s", 0, &text), TW_OK, "the late cell", ORIGINAL_PASSES);
    CHECK_STR(text, "late", "its value", ORIGINAL_PASSES);
    free(text);
    twInfoTable_Delete(back);
    twInfoTable_Delete(made);
    twStream_Delete(stream);
}

static void null_arguments(void) {
    twInfoTable *made = table();
    twInfoTableRow *own = row(1, "x");
    CHECK_INT(twInfoTable_AddRow(NULL, own), TW_INVALID_PARAM, "no table: the row stays", ORIGINAL_PASSES);
    CHECK_INT(twInfoTable_AddRow(made, NULL), TW_INVALID_PARAM, "no row", ORIGINAL_PASSES);
    CHECK(twInfoTable_GetEntry(NULL, 0) == NULL, "a row of no table", ORIGINAL_PASSES);
    twInfoTableRow_Delete(own);
    twInfoTable_Delete(made);
}

static void many_rows(void) {
    twInfoTable *made = twInfoTable_Create(shape());
    twStream *stream = twStream_Create();
    char *text = NULL;
    int i, right = 0;
    for (i = 0; i < 20000; i++) {
        twInfoTable_AddRow(made, row(i, "text"));
    }
    for (i = 0; i < 20000; i++) {
        double number = -1;
        right += twInfoTable_GetNumber(made, "n", i, &number) == TW_OK && number == i;
    }
    CHECK_INT(right, 20000, "every row is found", ORIGINAL_PASSES);
    CHECK_INT(twInfoTable_ToStream(made, stream), TW_OK, "written in time", ORIGINAL_PASSES);
    CHECK_INT(twInfoTable_GetString(made, "s", 19999, &text), TW_OK, "the last row", ORIGINAL_PASSES);
    free(text);
    twStream_Delete(stream);
    twInfoTable_Delete(made);
}

static void json(void) {
    twInfoTable *made = table(), *back;
    cJSON *tree = twInfoTable_ToJson(made), *other = cJSON_Parse("{\"a\":1}");
    twPrimitive *cell = NULL;
    CHECK_INT(cJSON_GetArraySize(cJSON_GetObjectItem(tree, "rows")), 2, "rows", ORIGINAL_PASSES);
    CHECK(cJSON_GetObjectItem(cJSON_GetObjectItem(tree, "datashape"), "fieldDefinitions") != NULL, "shape",
          ORIGINAL_PASSES);
    back = twInfoTable_CreateFromJson(tree, NULL);
    CHECK_INT(back ? twList_GetCount(back->rows) : -1, 2, "back again", ORIGINAL_PASSES);
    twInfoTable_Delete(back);
    back = twInfoTable_CreateFromJson(other, NULL);
    CHECK_INT(twInfoTable_GetPrimitive(back, "_content_", 0, &cell), TW_OK, "another tree is one cell", ORIGINAL_PASSES);
    CHECK_INT(cell ? cell->type : -2, TW_JSON, "of type JSON", ORIGINAL_PASSES);
    twInfoTable_Delete(back);
    CHECK(twInfoTable_ToJson(NULL) == NULL, "no table", ORIGINAL_PASSES);
    CHECK(twInfoTable_CreateFromJson(NULL, NULL) == NULL, "no tree", ORIGINAL_PASSES);
    twInfoTable_Delete(made);
    cJSON_Delete(tree);
    cJSON_Delete(other);
}

CONFORMANCE_MAIN("twInfoTable.h", GROUP(shapes), GROUP(names_set_twice), GROUP(fields), GROUP(rows), GROUP(getters),
                 GROUP_CRASHES(getters_of_another_type, "Q-T5"), GROUP(long_texts), GROUP(one_cell),
                 GROUP(moving_and_copying), GROUP_CRASHES(values_are_compared, "Q-T6"), GROUP(round_trip),
                 GROUP(rows_that_grow), GROUP(null_arguments), GROUP(many_rows), GROUP(json))
