/* Every macro of twMacros.h, and TW_LOG: what it expands to does what it says, and it can be used as programs use it (as an
 * expression, as a statement with its own semicolon, as a declaration, with no variable argument). */
#define _POSIX_C_SOURCE 200809L
#include "twExt.h"
#include "twMacros.h"
#include "twServices.h"

#include "check.h"

#include <stdlib.h>

static void app_key(char *buffer, unsigned int size) {
    snprintf(buffer, size, "%s", "unused");
}

static enum msgCodeEnum on_service(const char *thing, const char *name, twInfoTable *params, twInfoTable **content,
                                   void *data) {
    (void)thing;
    (void)name;
    (void)params;
    (void)content;
    CHECK(data == NULL);
    return TWX_SUCCESS;
}

static void make_shape(const char *thing, const char *space) {
    TW_DECLARE_SHAPE(thing, "Valve", space)
    CHECK_STR(_tw_shape_name, "Valve");
    CHECK_INT(TW_PROPERTY("Open", TW_NO_DESCRIPTION, TW_BOOLEAN), TW_OK);
    CHECK_INT(TW_SERVICE("Close", TW_NO_DESCRIPTION, TW_NO_PARAMETERS, TW_NOTHING, TW_NO_RETURN_DATASHAPE, on_service), TW_OK);
    /* Aspects do not know the namespace (E8). */
    CHECK_INT(TW_ADD_BOOLEAN_ASPECT("Open", TW_ASPECT_ISREADONLY, TRUE), space ? TW_INVALID_PARAM : TW_OK);
}

static void make_other_shape(const char *thing, const char *space) {
    TW_SHAPE(thing, "Other", space)
    CHECK_INT(TW_PROPERTY_LONG("Level", "of the tank", TW_NUMBER, TW_PUSH_TYPE_VALUE, 2.5), TW_OK);
    CHECK(_tw_thing_name == thing && _tw_thing_namespace == space);
}

static void make_parent(const char *thing, const char *space) {
    (void)space;
    TW_TEMPLATE(thing, "Parent", TW_THING_TEMPLATE_GENERIC)
    CHECK_STR(_tw_template_name, "Parent");
    CHECK_INT(TW_EVENT("Alarm", "too hot", TW_MAKE_DATASHAPE("AlarmData", TW_DS_ENTRY("t", TW_NO_DESCRIPTION, TW_NUMBER))),
              TW_OK);
}

static void make_template(const char *thing, const char *space) {
    (void)space;
    TW_DECLARE_TEMPLATE(thing, "Boiler", "Parent")
    int code;
    CHECK(_tw_thing_namespace == NULL);
    code = TW_DECLARE_EVENT("Stop", TW_NO_DESCRIPTION, TW_MAKE_DATASHAPE(NULL, TW_DECLARE_DS_ENTRY("a", NULL, TW_STRING)))
    CHECK_INT(code, TW_OK);
    CHECK_INT(TW_PROPERTY("Temperature", TW_NO_DESCRIPTION, TW_NUMBER), TW_OK);
    CHECK_INT(TW_ADD_NUMBER_ASPECT("Temperature", TW_ASPECT_DEFAULT_VALUE, 20), TW_OK);
    CHECK_INT(TW_ADD_STRING_ASPECT("Temperature", "units", "C"), TW_OK);
    CHECK_INT(TW_ADD_BOOLEAN_ASPECT("Temperature", TW_ASPECT_ISLOGGED, TRUE), TW_OK);
    CHECK_INT(TW_PROPERTY("Name", TW_NO_DESCRIPTION, TW_STRING), TW_OK);
    CHECK_INT(TW_DECLARE_SERVICE("Start", "starts it",
                                 TW_MAKE_DATASHAPE(TW_SHAPE_NAME_NONE, TW_DS_ENTRY("a", TW_NO_DESCRIPTION, TW_STRING),
                                                   TW_DS_ENTRY("b", TW_NO_DESCRIPTION, TW_NUMBER)),
                                 TW_INFOTABLE, TW_MAKE_DATASHAPE("Out", TW_DS_ENTRY("c", "d", TW_INTEGER)), on_service),
              TW_OK);
}

static void *definition(const char *thing, enum characteristicEnum kind, const char *name) {
    callbackInfo query;
    callbackInfo *found = NULL;
    memset(&query, 0, sizeof(query));
    query.entityType = TW_THING;
    query.entityName = (char *)thing;
    query.characteristicType = kind;
    query.characteristicName = (char *)name;
    return twDict_Find(twApi_GetApi()->callbackList, &query, (void **)&found) == 0 ? found->characteristicDefinition : NULL;
}

static void test_declaring(void) {
    twPropertyDef *property;
    twServiceDef *service;

    twExt_RegisterShape("Valve", make_shape);
    twExt_RegisterShape("Other", make_other_shape);
    twExt_RegisterTemplate("Boiler", make_template);
    twExt_RegisterTemplate("Parent", make_parent);
    {
        TW_MAKE_THING("B1", "Boiler", "Valve", "Other");
        char **name = &_tw_thing_name;
        const char **space = &_tw_thing_namespace;
        CHECK_STR(*name, "B1");
        CHECK(*space == NULL);
        CHECK_INT(twApi_IsEntityBound("B1"), FALSE);
        TW_BIND()
        CHECK_INT(twApi_IsEntityBound("B1"), TRUE);
    }
    {
        TW_MAKE_THING("B2", TW_THING_TEMPLATE_EMPTY);
        CHECK_INT(twExt_DoesThingImplementTemplate("B2", TW_THING_TEMPLATE_EMPTY), TRUE);
        TW_BIND();
    }
    CHECK_INT(TW_BIND, 4);
    CHECK_INT(twExt_DoesThingImplementTemplate("B1", "Boiler"), TRUE);
    CHECK_INT(twExt_DoesThingImplementTemplate("B1", "Parent"), TRUE);
    CHECK_INT(twExt_DoesThingImplementTemplate("B1", TW_THING_TEMPLATE_GENERIC), TRUE);
    CHECK_INT(twExt_DoesThingImplementShape("B1", "Other"), TRUE);
    CHECK_INT(twExt_AddEdgeThingShape("B2", "Valve", "left"), TW_OK);
    CHECK(definition("B2", TW_PROPERTIES, "left_Open") != NULL);
    CHECK(twExt_GetCallbackForService("B2", "left_Close") == on_service);

    property = definition("B1", TW_PROPERTIES, "Temperature");
    CHECK(property != NULL && property->type == TW_NUMBER);
    if (property) {
        char *aspects = cJSON_PrintUnformatted(property->aspects);
        CHECK_STR(aspects, "{\"pushType\":\"ALWAYS\",\"pushThreshold\":0,\"defaultValue\":20,\"units\":\"C\",\"isLogged\":true}");
        free(aspects);
    }
    property = definition("B1", TW_PROPERTIES, "Level");
    CHECK(property != NULL);
    if (property) {
        char *aspects = cJSON_PrintUnformatted(property->aspects);
        CHECK_STR(property->description, "of the tank");
        CHECK_STR(aspects, "{\"pushType\":\"VALUE\",\"pushThreshold\":2.5}");
        free(aspects);
    }
    service = definition("B1", TW_SERVICES, "Start");
    CHECK(service != NULL && service->outputType == TW_INFOTABLE && twList_GetCount(service->inputs->entries) == 2);
    if (service) {
        CHECK_STR(service->description, "starts it");
        CHECK_STR(service->outputDataShape->name, "Out");
        CHECK_STR(((twDataShapeEntry *)service->outputDataShape->entries->first->value)->description, "d");
    }
    service = definition("B1", TW_EVENTS, "Alarm");
    CHECK(service != NULL);
    if (service) {
        CHECK_STR(service->description, "too hot");
        CHECK_STR(service->inputs->name, "AlarmData");
    }
    CHECK(definition("B1", TW_EVENTS, "Stop") != NULL);
    TW_UNUSED_VARIABLE(property);
}

static void test_files(void) {
    char directory[] = "/tmp/twedge-macros-XXXXXX";
    char *before = twcfg.file_xfer_staging_dir;
    char staging[64];
    const char *_tw_thing_name = "B1";

    CHECK(mkdtemp(directory) != NULL);
    snprintf(staging, sizeof(staging), "%s/staging", directory);
    twcfg.file_xfer_staging_dir = staging;
    CHECK_INT(TW_ADD_FILE_TRANSFER_SHAPE(), TW_OK);
    twcfg.file_xfer_staging_dir = before;
    CHECK_INT(TW_SHARE_DIRECTORY("logs", directory), TW_OK);
    CHECK(twFileManager_IsEnabled());
    CHECK_INT(twFileManager_Delete(), TW_OK);
    rmdir(staging);
    CHECK_INT(rmdir(directory), 0);
}

static void test_values(void) {
    twPrimitive *value = TW_MAKE_NUMBER(21.5);
    twPrimitive *text = TW_MAKE_STRING("boiler");

    CHECK_INT(TW_GET_PROPERTY_TYPE("B1", "Temperature"), TW_NOTHING);
    CHECK(TW_GET_STRING_PROPERTY("B1", "Name") == NULL);
    CHECK(TW_GET_PROPERTY("B1", "Temperature").number == 0.0);
    CHECK_INT(TW_SET_PROPERTY("B1", "Temperature", value), TW_OK);
    /* The value stays with the caller (E1). */
    CHECK(value->val.number == 21.5);
    twPrimitive_Delete(value);
    CHECK(TW_GET_PROPERTY("B1", "Temperature").number == 21.5);
    CHECK_INT(TW_GET_PROPERTY_TYPE("B1", "Temperature"), TW_NUMBER);
    /* An lvalue. */
    TW_GET_PROPERTY("B1", "Temperature").number += 1.0;
    CHECK(TW_GET_PROPERTY("B1", "Temperature").number == 22.5);
    CHECK_INT(TW_SET_PROPERTY("B1", "Name", text), TW_OK);
    twPrimitive_Delete(text);
    CHECK_STR(TW_GET_STRING_PROPERTY("B1", "Name"), "boiler");
    CHECK_STR(TW_GET_PROPERTY("B1", "Name").bytes.data, "boiler");
    CHECK_INT(TW_SET_PROPERTY_AND_DELETE("B1", "Name", TW_MAKE_STRING("tank")), TW_OK);
    CHECK_STR(TW_GET_STRING_PROPERTY("B1", "Name"), "tank");
    if (TW_GET_PROPERTY_TYPE("B1", "Name") == TW_STRING) TW_PUSH_PROPERTIES_FOR("B1", TW_PUSH_CONNECT_LATER)
    TW_PUSH_PROPERTIES("B1", TW_PUSH_CONNECT_LATER)
}

static void test_events(void) {
    twInfoTable *data = TW_MAKE_IT(TW_MAKE_DATASHAPE(NULL, TW_DS_ENTRY("t", NULL, TW_NUMBER)), TW_IT_ROW(TW_MAKE_NUMBER(1)));
    /* Connects first, here to a port where nobody listens, and not for long. */
    twcfg.connect_timeout = 200;
    twcfg.connect_retries = 1;
    CHECK_INT(TW_FIRE_EVENT("B1", "Alarm", data), TW_SERVICE_UNAVAILABLE);
    twInfoTable_Delete(data);
}

static void test_parameters(void) {
    char *name = NULL;
    char *absent = NULL;
    double level = -1.0;
    int code;
    twInfoTable *params =
        TW_MAKE_INFOTABLE(TW_MAKE_DATASHAPE(NULL, TW_DS_ENTRY("name", NULL, TW_STRING), TW_DS_ENTRY("level", NULL, TW_NUMBER)),
                          TW_DECLARE_IT_ROW(TW_MAKE_STRING("left"), TW_MAKE_NUMBER(4.5)));
    TW_GET_STRING_PARAM(params, name)
    TW_GET_NUMBER_PARAM(params, level)
    code = TW_GET_STRING_PARAM(params, absent)
    CHECK(code != TW_OK && absent == NULL);
    CHECK_STR(name, "left");
    CHECK(level == 4.5);
    free(name);
    twInfoTable_Delete(params);
}

static void test_making(void) {
    DATETIME before = twGetSystemTime(TRUE);
    twDataShapeEntry *entry = TW_DS_ENTRY("a", "first", TW_INTEGER);
    twDataShape *shape = TW_MAKE_DATASHAPE("Shape", entry);
    twInfoTableRow *row = TW_IT_ROW(TW_MAKE_INT(7));
    twInfoTable *table;
    twPrimitive *all[8];
    char *none = VAR_ARG_END;
    int i;

    /* The cast binds to the first operand. */
    all[0] = TW_MAKE_NUMBER(1/2);
    CHECK(all[0]->val.number == 0.5 && all[0]->type == TW_NUMBER);
    all[1] = TW_MAKE_INT(-3);
    CHECK(all[1]->val.integer == -3 && all[1]->type == TW_INTEGER);
    all[2] = TW_MAKE_STRING("text");
    CHECK_STR(all[2]->val.bytes.data, "text");
    all[3] = TW_MAKE_BOOL(TRUE);
    CHECK(all[3]->val.boolean == TRUE && all[3]->type == TW_BOOLEAN);
    all[4] = TW_MAKE_DATETIME(1500000000000ULL);
    CHECK(all[4]->val.datetime == 1500000000000ULL && all[4]->type == TW_DATETIME);
    all[5] = TW_MAKE_DATETIME_NOW;
    CHECK(all[5]->val.datetime >= before && all[5]->val.datetime <= twGetSystemTime(TRUE));
    all[6] = TW_MAKE_LOC(1.0, 2.0, 3.0);
    CHECK(all[6]->type == TW_LOCATION && all[6]->val.location.latitude == 1.0 && all[6]->val.location.longitude == 2.0 &&
          all[6]->val.location.elevation == 3.0);
    all[7] = TW_MAKE_EMPTY;
    CHECK_INT(all[7]->type, TW_NOTHING);
    for (i = 0; i < 8; i++) {
        twPrimitive_Delete(all[i]);
    }
    CHECK(none == NULL);

    /* A table without rows, one with rows of any type. */
    table = TW_MAKE_IT(shape);
    CHECK(table != NULL && twList_GetCount(table->rows) == 0);
    CHECK_STR(table->ds->name, "Shape");
    CHECK_INT(twInfoTable_AddRow(table, row), TW_OK);
    twInfoTable_Delete(table);
    table = TW_MAKE_INFOTABLE(TW_MAKE_DATASHAPE(NULL, TW_DS_ENTRY("n", NULL, TW_NUMBER), TW_DS_ENTRY("i", NULL, TW_INTEGER)),
                              TW_IT_ROW(TW_MAKE_STRING("x"), TW_MAKE_NUMBER(1)), TW_IT_ROW(TW_MAKE_EMPTY, TW_MAKE_EMPTY));
    CHECK(table != NULL && twList_GetCount(table->rows) == 2);
    twInfoTable_Delete(table);
}

static int lines;

static void on_line(enum LogLevel level, const char *time, const char *message) {
    (void)time;
    lines += level == TW_FORCE && strncmp(message, "macros", 6) == 0;
}

static void test_log(void) {
    int i;
    twLogger_SetFunction(on_line);
    for (i = 0; i < 2; i++) {
        if (i == 0) TW_LOG(TW_FORCE, "macros");
        else TW_LOG(TW_FORCE, "macros %d", i);
    }
    CHECK_INT(lines, 2);
}

int main(void) {
    CHECK_INT(twApi_Initialize("127.0.0.1", 1, TW_URI, app_key, NULL, MESSAGE_CHUNK_SIZE, MESSAGE_CHUNK_SIZE, TRUE), TW_OK);
    twApi_DisableEncryption();
    test_declaring();
    test_files();
    test_values();
    test_parameters();
    test_making();
    test_events();
    CHECK(twExt_GetCallbackForService("B1", "Start") == on_service);
    test_log();
    CHECK_INT(twExt_Delete(), TW_OK);
    CHECK_INT(twApi_Delete(), TW_OK);
    return check_result();
}
