/* twProperties.h (api-behaviour.md 9.4). */
#include "twOSPort.h"

#include "cJSON.h"
#include "twInfoTable.h"
#include "twProperties.h"

#include "check.h"

static void definitions(void) {
    twPropertyDef *made = twPropertyDef_Create("p", TW_NUMBER, "about p", "VALUE", 1.5);
    CHECK_STR(made->name, "p", "name", ORIGINAL_PASSES);
    CHECK_STR(made->description, "about p", "description", ORIGINAL_PASSES);
    CHECK_INT(made->type, TW_NUMBER, "type", ORIGINAL_PASSES);
    CHECK_STR(cJSON_GetObjectItem(made->aspects, "pushType")->valuestring, "VALUE", "push type", ORIGINAL_PASSES);
    CHECK(cJSON_GetObjectItem(made->aspects, "pushThreshold")->valuedouble == 1.5, "threshold", ORIGINAL_PASSES);
    twPropertyDef_Delete(made);
    made = twPropertyDef_Create("p", TW_NUMBER, NULL, NULL, 0);
    CHECK(made->description == NULL, "no description", ORIGINAL_PASSES);
    CHECK(cJSON_GetObjectItem(made->aspects, "pushType") == NULL, "no push type", ORIGINAL_PASSES);
    CHECK(cJSON_GetObjectItem(made->aspects, "pushThreshold") != NULL, "the threshold is always there", ORIGINAL_PASSES);
    twPropertyDef_Delete(made);
    CHECK(twPropertyDef_Create(NULL, TW_NUMBER, NULL, NULL, 0) == NULL, "no name", ORIGINAL_PASSES);
    twPropertyDef_Delete(NULL);
}

static void values(void) {
    twPrimitive *value = twPrimitive_CreateFromNumber(1);
    twProperty *made = twProperty_Create("p", value, 77);
    CHECK_STR(made->name, "p", "name", ORIGINAL_PASSES);
    CHECK(made->value == value, "the value is taken", ORIGINAL_PASSES);
    CHECK_INT(made->timestamp, 77, "time", ORIGINAL_PASSES);
    CHECK_STR(made->quality, "GOOD", "quality", ORIGINAL_PASSES);
    twProperty_Delete(made);
    made = twPropertyVTQ_Create("p", twPrimitive_Create(), 0, "BAD");
    CHECK(made->timestamp > 1000000000000, "time 0 is now", ORIGINAL_PASSES);
    CHECK_STR(made->quality, "BAD", "its quality", ORIGINAL_PASSES);
    twProperty_Delete(made);
    made = twPropertyVTQ_Create("p", twPrimitive_Create(), 1, NULL);
    CHECK_STR(made->quality, "GOOD", "no quality is GOOD", ORIGINAL_PASSES);
    twProperty_Delete(made);
    value = twPrimitive_Create();
    CHECK(twProperty_Create(NULL, value, 0) == NULL, "no name: the value stays", ORIGINAL_PASSES);
    twPrimitive_Delete(value);
    CHECK(twProperty_Create("p", NULL, 0) == NULL, "no value", ORIGINAL_PASSES);
    CHECK(twProperty_CreateFromStream(NULL) == NULL, "no stream", ORIGINAL_PASSES);
    twProperty_Delete(NULL);
}

CONFORMANCE_MAIN("twProperties.h", GROUP(definitions), GROUP(values))
