/* JSON trees, their texts, and the JSON form of primitives, shapes and tables. */
#include "twOSPort.h"
#include "twErrors.h"
#include "cJSON.h"
#include "twInfoTable.h"

#include "check.h"

#include <stdlib.h>

/* Compares the text of a tree without white space and deletes the tree. */
static void check_tree(cJSON *tree, const char *expected, int line) {
    char *text = cJSON_PrintUnformatted(tree);
    check_str(text, expected, __FILE__, line, "text of the tree");
    free(text);
    cJSON_Delete(tree);
}
#define CHECK_TREE(tree, expected) check_tree((tree), (expected), __LINE__)

static void test_tree(void) {
    cJSON *object = cJSON_CreateObject(), *array = cJSON_CreateArray(), *found;
    char *text;
    cJSON_AddItemToObject(object, "Name", cJSON_CreateString("a\"\n"));
    cJSON_AddItemToObject(object, "list", array);
    cJSON_AddItemToArray(array, cJSON_CreateNumber(1));
    cJSON_AddItemToArray(array, cJSON_CreateBool(1));
    cJSON_AddItemToArray(array, cJSON_CreateNull());
    found = cJSON_GetObjectItem(object, "nAME");
    CHECK(found != NULL && found->type == cJSON_String);
    CHECK_STR(found->valuestring, "a\"\n");
    CHECK(cJSON_GetObjectItem(object, "other") == NULL);
    CHECK_INT(cJSON_GetArraySize(array), 3);
    CHECK(cJSON_GetArrayItem(array, 0) == array->child);
    CHECK(cJSON_GetArrayItem(array, 3) == NULL);
    text = cJSON_Print(object);
    CHECK_STR(text, "{\n\t\"Name\":\t\"a\\\"\\n\",\n\t\"list\":\t[1, true, null]\n}");
    free(text);
    found = cJSON_DetachItemFromObject(object, "list");
    CHECK(found == array);
    cJSON_Delete(array);
    cJSON_ReplaceItemInObject(object, "Name", cJSON_CreateNumber(-3));
    CHECK_TREE(object, "{\"Name\":-3}");
    cJSON_Delete(NULL);
}

static void test_parse(void) {
    cJSON *tree = cJSON_Parse(" {\"a\" : [1, -2.5e1, \"\\u00e4\"], \"b\":{}} rest");
    cJSON *list = cJSON_GetObjectItem(tree, "a");
    CHECK_INT(cJSON_GetArraySize(list), 3);
    CHECK_INT(cJSON_GetArrayItem(list, 1)->valueint, -25);
    CHECK(cJSON_GetArrayItem(list, 1)->valuedouble == -25);
    CHECK_STR(cJSON_GetArrayItem(list, 2)->valuestring, "\xC3\xA4");
    CHECK_TREE(tree, "{\"a\":[1,-25,\"\xC3\xA4\"],\"b\":{}}");
    CHECK(cJSON_Parse("{\"a\":}") == NULL);
    CHECK(cJSON_Parse("[1,") == NULL);
    CHECK(cJSON_Parse("") == NULL);
    CHECK(cJSON_Parse(NULL) == NULL);
}

static void test_numbers(void) {
    CHECK_TREE(cJSON_CreateNumber(10.123456789), "10.123456789");
    CHECK_TREE(cJSON_CreateNumber(1234567890.5), "1234567890.5");
    CHECK_TREE(cJSON_CreateNumber(1447000000000.0), "1447000000000");
    CHECK_TREE(cJSON_CreateNumber(0), "0");
}

/* {"v": the primitive}; deletes the primitive. */
static cJSON *member(twPrimitive *primitive) {
    cJSON *object = twPrimitive_ToJson("v", primitive, NULL);
    twPrimitive_Delete(primitive);
    return object;
}

static void test_primitives_to_json(void) {
    twLocation place = {1.5, 2.5, 3};
    cJSON *parent = cJSON_CreateObject();
    twPrimitive *primitive = twPrimitive_CreateFromInteger(4);
    CHECK_TREE(member(twPrimitive_Create()), "{\"v\":null}");
    CHECK_TREE(member(twPrimitive_CreateFromString("x", TRUE)), "{\"v\":\"x\"}");
    CHECK_TREE(member(twPrimitive_CreateFromNumber(1.5)), "{\"v\":1.5}");
    CHECK_TREE(member(twPrimitive_CreateFromBoolean(TRUE)), "{\"v\":true}");
    CHECK_TREE(member(twPrimitive_CreateFromDatetime(1447000000123)), "{\"v\":1447000000123}");
    CHECK_TREE(member(twPrimitive_CreateFromBlob("abc", 3, FALSE, TRUE)), "{\"v\":\"YWJj\"}");
    CHECK_TREE(member(twPrimitive_CreateFromLocation(&place)),
               "{\"v\":{\"elevation\":3,\"latitude\":1.5,\"longitude\":2.5}}");
    CHECK_TREE(member(twPrimitive_CreateFromVariable("{\"a\": 1}", TW_JSON, TRUE, 0)), "{\"v\":{\"a\":1}}");
    CHECK_TREE(member(twPrimitive_CreateVariant(twPrimitive_CreateFromInteger(5))),
               "{\"baseType\":\"VARIANT\",\"value\":5}");
    CHECK(twPrimitive_ToJson("v", primitive, parent) == parent);
    CHECK(twPrimitive_ToJson(NULL, primitive, NULL) == NULL);
    CHECK(twPrimitive_ToJson("v", NULL, NULL) == NULL);
    CHECK_TREE(parent, "{\"v\":4}");
    twPrimitive_Delete(primitive);
}

static void test_primitives_from_json(void) {
    cJSON *tree = cJSON_Parse("{\"s\":\"x\",\"n\":2.5,\"digits\":\"12\",\"o\":{\"a\":[1]},\"b\":\"YWJj\",\"l\":{\"latitude\":4}}");
    twPrimitive *primitive = twPrimitive_CreateFromJson(tree, "s", TW_THINGNAME);
    /* Texts of every kind come back as STRING. */
    CHECK(primitive != NULL && primitive->type == TW_STRING);
    CHECK_STR(primitive->val.bytes.data, "x");
    twPrimitive_Delete(primitive);
    primitive = twPrimitive_CreateFromJson(tree, "s", TW_PROPERTYNAME);
    CHECK(primitive != NULL && primitive->type == TW_STRING);
    twPrimitive_Delete(primitive);
    primitive = twPrimitive_CreateFromJson(tree, "n", TW_NUMBER);
    CHECK(primitive != NULL && primitive->val.number == 2.5);
    twPrimitive_Delete(primitive);
    primitive = twPrimitive_CreateFromJson(tree, "digits", TW_INTEGER);
    CHECK(primitive != NULL && primitive->type == TW_INTEGER && primitive->val.integer == 12);
    twPrimitive_Delete(primitive);
    primitive = twPrimitive_CreateFromJson(tree, "o", TW_QUERY);
    CHECK(primitive != NULL && primitive->type == TW_JSON);
    CHECK_STR(primitive->val.bytes.data, "{\"a\":[1]}");
    twPrimitive_Delete(primitive);
    /* Both kinds of bytes give an IMAGE. */
    primitive = twPrimitive_CreateFromJson(tree, "b", TW_BLOB);
    CHECK(primitive != NULL && primitive->type == TW_IMAGE && primitive->val.bytes.len == 3);
    CHECK(memcmp(primitive->val.bytes.data, "abc", 3) == 0);
    twPrimitive_Delete(primitive);
    primitive = twPrimitive_CreateFromJson(tree, "l", TW_LOCATION);
    CHECK(primitive != NULL && primitive->val.location.latitude == 4 && primitive->val.location.longitude == 0);
    twPrimitive_Delete(primitive);
    primitive = twPrimitive_CreateFromJson(tree, "missing", TW_STRING);
    CHECK(primitive != NULL && primitive->type == TW_NOTHING);
    twPrimitive_Delete(primitive);
    CHECK(twPrimitive_CreateFromJson(tree, "n", TW_STRING) == NULL);
    CHECK(twPrimitive_CreateFromJson(tree, "s", TW_TIMESPAN) == NULL);
    CHECK(twPrimitive_CreateFromJson(NULL, "s", TW_STRING) == NULL);
    cJSON_Delete(tree);
}

static void test_tables(void) {
    twDataShapeEntry *column = twDataShapeEntry_Create("n", "about n", TW_INTEGER);
    twInfoTable *table, *back;
    twInfoTableRow *wide = twInfoTableRow_Create(twPrimitive_CreateFromInteger(2));
    cJSON *tree, *rows;
    int32_t value = 0;
    twDataShapeEntry_AddAspect(column, "limit", twPrimitive_CreateFromInteger(9));
    table = twInfoTable_Create(twDataShape_Create(column));
    twInfoTable_AddRow(table, twInfoTableRow_Create(twPrimitive_CreateFromInteger(1)));
    twInfoTableRow_AddEntry(wide, twPrimitive_CreateFromInteger(3));
    twInfoTable_AddRow(table, wide);
    tree = twInfoTable_ToJson(table);
    rows = cJSON_GetObjectItem(tree, "rows");
    /* The row with a cell too many is left out. */
    CHECK_INT(cJSON_GetArraySize(rows), 1);
    CHECK(cJSON_GetObjectItem(cJSON_GetObjectItem(tree, "datashape"), "fieldDefinitions") != NULL);
    back = twInfoTable_CreateFromJson(tree, NULL);
    CHECK_INT(twInfoTable_GetInteger(back, "n", 0, &value), 0);
    CHECK_INT(value, 1);
    column = back->ds->entries->first->value;
    CHECK_STR(column->description, "about n");
    CHECK_INT(column->type, TW_INTEGER);
    CHECK_INT(((twDataShapeAspect *)column->aspects->first->value)->value->type, TW_INTEGER);
    twInfoTable_Delete(table);
    twInfoTable_Delete(back);
    cJSON_Delete(tree);
    CHECK(twInfoTable_ToJson(NULL) == NULL);
}

static void test_shape(void) {
    twDataShape *shape = twDataShape_Create(twDataShapeEntry_Create("a", "d", TW_STRING));
    cJSON *parent = cJSON_CreateObject();
    twDataShape_SetName(shape, "Shape");
    CHECK(twDataShape_ToJson(shape, parent) != NULL);
    CHECK_TREE(parent, "{\"fieldDefinitions\":{\"a\":{\"name\":\"a\",\"description\":\"d\",\"baseType\":\"STRING\","
                       "\"aspects\":{}}},\"name\":\"Shape\"}");
    twDataShape_Delete(shape);
}

/* What is no table becomes the only cell of one. */
static void test_other_json_as_table(void) {
    cJSON *tree = cJSON_Parse("{\"a\":1}");
    twInfoTable *unnamed = twInfoTable_CreateFromJson(tree, NULL), *named = twInfoTable_CreateFromJson(tree, "result");
    twPrimitive *cell = NULL;
    CHECK_INT(twInfoTable_GetPrimitive(unnamed, "_content_", 0, &cell), 0);
    CHECK_INT(cell->type, TW_JSON);
    CHECK_STR(cell->val.bytes.data, "{\"a\":1}");
    CHECK_INT(twInfoTable_GetPrimitive(named, "result", 0, &cell), 0);
    twInfoTable_Delete(unnamed);
    twInfoTable_Delete(named);
    cJSON_Delete(tree);
}

int main(void) {
    test_tree();
    test_parse();
    test_numbers();
    test_primitives_to_json();
    test_primitives_from_json();
    test_tables();
    test_shape();
    test_other_json_as_table();
    return check_result();
}
