/* twServices.h (api-behaviour.md 9.4). */
#include "twOSPort.h"

#include "cJSON.h"
#include "twInfoTable.h"
#include "twServices.h"

#include "check.h"

static void definitions(void) {
    twDataShape *inputs = twDataShape_Create(twDataShapeEntry_Create("a", NULL, TW_NUMBER));
    twDataShape *output = twDataShape_Create(twDataShapeEntry_Create("b", NULL, TW_NUMBER));
    twServiceDef *made = twServiceDef_Create("s", "about s", inputs, TW_INFOTABLE, output);
    CHECK_STR(made->name, "s", "name", ORIGINAL_PASSES);
    CHECK_STR(made->description, "about s", "description", ORIGINAL_PASSES);
    CHECK(made->inputs == inputs && made->outputDataShape == output, "the shapes are taken", ORIGINAL_PASSES);
    CHECK_INT(made->outputType, TW_INFOTABLE, "type", ORIGINAL_PASSES);
    CHECK(made->aspects && made->aspects->type == cJSON_Object && !made->aspects->child, "no aspects yet",
          ORIGINAL_PASSES);
    twServiceDef_Delete(made);
    made = twServiceDef_Create("s", NULL, NULL, TW_NOTHING, NULL);
    CHECK(made && made->inputs == NULL && made->description == NULL, "nothing but a name", ORIGINAL_PASSES);
    twServiceDef_Delete(made);
    CHECK(twServiceDef_Create(NULL, NULL, NULL, TW_NOTHING, NULL) == NULL, "no name", ORIGINAL_PASSES);
    twServiceDef_Delete(NULL);
}

CONFORMANCE_MAIN("twServices.h", GROUP(definitions))
