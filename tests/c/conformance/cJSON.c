/* cJSON.h, as bundled with the original (api-behaviour.md 9.5). */
#include "cJSON.h"

#include "check.h"

static void trees(void) {
    cJSON *object = cJSON_CreateObject(), *array = cJSON_Parse("[1, [2], {}, []]"), *found;
    char *text;
    cJSON_AddItemToObject(object, "Name", cJSON_CreateString("a\"\n"));
    cJSON_AddItemToObject(object, "list", array);
    found = cJSON_GetObjectItem(object, "nAME");
    CHECK(found && found->type == cJSON_String, "look-up without case", ORIGINAL_PASSES);
    CHECK_STR(found ? found->valuestring : NULL, "a\"\n", "a text", ORIGINAL_PASSES);
    text = cJSON_Print(object);
    CHECK_STR(text, "{\n\t\"Name\":\t\"a\\\"\\n\",\n\t\"list\":\t[1, [2], {\n\t}, []]\n}", "printed", ORIGINAL_PASSES);
    free(text);
    text = cJSON_PrintUnformatted(object);
    CHECK_STR(text, "{\"Name\":\"a\\\"\\n\",\"list\":[1,[2],{},[]]}", "printed without white space", ORIGINAL_PASSES);
    free(text);
    cJSON_Delete(object);
    cJSON_Delete(NULL);
}

static void numbers(void) {
    cJSON *number = cJSON_CreateNumber(10.123456789);
    char *text = cJSON_Print(number);
    CHECK_STR(text, "10.123456789", "all digits", QUIRK("Q-T7"));
    free(text);
    cJSON_Delete(number);
    number = cJSON_CreateNumber(1447000000000.0);
    text = cJSON_Print(number);
    CHECK_STR(text, "1447000000000", "a large whole number", ORIGINAL_PASSES);
    free(text);
    CHECK(number->valuedouble == 1447000000000.0, "its value", ORIGINAL_PASSES);
    cJSON_Delete(number);
}

static void parsing(void) {
    cJSON *tree = cJSON_Parse(" {\"a\":[true,null,\"\\u00e4\"]} rest");
    CHECK_INT(cJSON_GetArraySize(cJSON_GetObjectItem(tree, "a")), 3, "an array", ORIGINAL_PASSES);
    CHECK_STR(cJSON_GetArrayItem(cJSON_GetObjectItem(tree, "a"), 2)->valuestring, "\xc3\xa4", "an escape", ORIGINAL_PASSES);
    CHECK(cJSON_Parse("{\"a\":}") == NULL, "no JSON", ORIGINAL_PASSES);
    cJSON_Delete(tree);
}

/* Nodes are public: their fields are read and written. */
static void nodes(void) {
    cJSON *tree = cJSON_Parse("[1,2]");
    char *text;
    CHECK_INT(tree->child->next->valueint, 2, "fields are read", ORIGINAL_PASSES);
    tree->child->valueint = 7;
    tree->child->valuedouble = 7;
    text = cJSON_PrintUnformatted(tree);
    CHECK_STR(text, "[7,2]", "fields are written", ORIGINAL_PASSES);
    free(text);
    cJSON_Delete(tree);
}

CONFORMANCE_MAIN("cJSON.h", GROUP(trees), GROUP(numbers), GROUP(parsing), GROUP(nodes))
