/* Definitions of properties and services, and property values. */
#include "twOSPort.h"
#include "cJSON.h"
#include "twInfoTable.h"
#include "twProperties.h"
#include "twServices.h"

#include "check.h"

#include <stdlib.h>

static void test_property_definition(void) {
    char name[] = "Temperature";
    twPropertyDef *definition = twPropertyDef_Create(name, TW_NUMBER, NULL, "VALUE", 0.5);
    cJSON *aspects = definition->aspects;
    name[0] = 'X';
    CHECK_STR(definition->name, "Temperature");
    CHECK(definition->description == NULL);
    CHECK_INT(definition->type, TW_NUMBER);
    CHECK(aspects != NULL && aspects->type == cJSON_Object);
    CHECK_STR(cJSON_GetObjectItem(aspects, "pushType")->valuestring, "VALUE");
    CHECK(cJSON_GetObjectItem(aspects, "pushThreshold")->valuedouble == 0.5);
    /* Programs add their own. */
    cJSON_AddItemToObject(aspects, "isPersistent", cJSON_CreateTrue());
    twPropertyDef_Delete(definition);
    CHECK(twPropertyDef_Create(NULL, TW_NUMBER, "d", "VALUE", 0) == NULL);
    twPropertyDef_Delete(NULL);
}

static void test_service_definition(void) {
    twDataShape *inputs = twDataShape_Create(twDataShapeEntry_Create("a", NULL, TW_NUMBER));
    twServiceDef *definition = twServiceDef_Create("Add", "adds", inputs, TW_NUMBER, NULL);
    CHECK_STR(definition->name, "Add");
    CHECK_STR(definition->description, "adds");
    CHECK(definition->inputs == inputs);
    CHECK(definition->outputDataShape == NULL);
    CHECK_INT(definition->outputType, TW_NUMBER);
    CHECK(definition->aspects != NULL && definition->aspects->type == cJSON_Object);
    CHECK_INT(cJSON_GetArraySize(definition->aspects), 0);
    twServiceDef_Delete(definition);
    CHECK(twServiceDef_Create(NULL, NULL, NULL, TW_NOTHING, NULL) == NULL);
    twServiceDef_Delete(NULL);
}

static void test_values(void) {
    twPrimitive *value = twPrimitive_CreateFromInteger(1);
    DATETIME before = twGetSystemTime(TRUE);
    twProperty *now = twProperty_Create("p", value, 0);
    twProperty *bad = twPropertyVTQ_Create("p", twPrimitive_CreateFromInteger(2), 77, "BAD");
    CHECK(now->value == value);
    CHECK(now->timestamp >= before && now->timestamp <= twGetSystemTime(TRUE));
    CHECK_STR(now->quality, "GOOD");
    CHECK_INT(bad->timestamp, 77);
    CHECK_STR(bad->quality, "BAD");
    twProperty_Delete(now);
    twProperty_Delete(bad);
    twProperty_Delete(NULL);
    value = twPrimitive_CreateFromInteger(3);
    CHECK(twProperty_Create(NULL, value, 0) == NULL);
    CHECK(twProperty_Create("p", NULL, 0) == NULL);
    twPrimitive_Delete(value);
}

static void test_value_from_stream(void) {
    static const char bytes[] = "\1p\x16\0\0\0\7\0\0\0\0\0\0\0\x4D\4GOOD";
    twStream *stream = twStream_CreateFromCharArray(bytes, sizeof bytes - 1);
    twProperty *property = twProperty_CreateFromStream(stream);
    CHECK(property != NULL);
    CHECK_STR(property->name, "p");
    CHECK_INT(property->value->type, TW_INTEGER);
    CHECK_INT(property->value->val.integer, 7);
    CHECK_INT(property->timestamp, 77);
    CHECK_STR(property->quality, "GOOD");
    CHECK_INT(twStream_GetIndex(stream), sizeof bytes - 1);
    twProperty_Delete(property);
    twStream_Delete(stream);
    CHECK(twProperty_CreateFromStream(NULL) == NULL);
}

int main(void) {
    test_property_definition();
    test_service_definition();
    test_values();
    test_value_from_stream();
    return check_result();
}
