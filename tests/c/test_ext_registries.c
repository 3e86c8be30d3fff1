/* What the extension layer keeps: its containers and their functions, which no header declares; names that a refused
 * registration leaves free; twExt_Delete; what can be switched. */
#define _POSIX_C_SOURCE 200809L
#include "twExt.h"
#include "twMacros.h"

#include "check.h"

#include <stdlib.h>

typedef void (*constructor)(const char *thing, const char *space);
twMap *twGetShapesMap(void);
twMap *twGetTemplatesMap(void);
twList *twGetThingNameToShapeList(void);
twList *twGetThingNameToTemplateList(void);
twList *twGetPolledFunctionsList(void);
twList *twExt_GetChangeListenersList(void);
void twThingNameToShapeList_Delete(void *record);
void twThingNameToTemplateList_Delete(void *record);
void twPolledFunctionsList_Delete(void *record);
void twChangeListeners_Delete(void *record);
void twSetThingAsUsingShape(const char *thing, const char *shape);
int twVerifyUniquePropertyName(const char *thing, const char *name);
int twVerifyUniqueServiceName(const char *thing, const char *name);
void twConstructEmptyEdgeThingTemplate(const char *thing, const char *space);
void twConstructGenericEdgeThingTemplate(const char *thing, const char *space);
enum msgCodeEnum twLoadShapeLibraryService(const char *entity, const char *service, twInfoTable *params,
                                           twInfoTable **content, void *data);
enum msgCodeEnum twAddEdgeThingShapeService(const char *entity, const char *service, twInfoTable *params,
                                            twInfoTable **content, void *data);
twPrimitive *twGetSafeEmptyPrimitive(void);
void twNotifyPropertyChangeListeners(const char *thing, const char *property, twPrimitive *value);
int twPerformPolledFunctionsShapeForEachHandler(void *key, size_t key_size, void *data, size_t size, void *record);
int twPerformPolledFunctionsTemplateForEachHandler(void *key, size_t key_size, void *data, size_t size, void *record);

static void app_key(char *buffer, unsigned int size) {
    snprintf(buffer, size, "%s", "unused");
}

static int initialize(void) {
    return twApi_Initialize("127.0.0.1", 65000, "/Thingworx/WS", app_key, NULL, MESSAGE_CHUNK_SIZE, MESSAGE_CHUNK_SIZE,
                            TRUE);
}

static int shapes_made;

static void make_shape(const char *thing, const char *space) {
    (void)thing;
    (void)space;
    shapes_made++;
}

static enum msgCodeEnum on_property(const char *thing, const char *name, twInfoTable **value, char is_write, void *data) {
    (void)thing;
    (void)name;
    (void)value;
    (void)is_write;
    (void)data;
    return TWX_SUCCESS;
}

static enum msgCodeEnum on_service(const char *thing, const char *name, twInfoTable *params, twInfoTable **content,
                                   void *data) {
    (void)thing;
    (void)name;
    (void)params;
    (void)content;
    (void)data;
    return TWX_SUCCESS;
}

static int templates_of(const char *thing, const char *name) {
    ListEntry *entry = NULL;
    int found = 0;
    while ((entry = twList_Next(twGetThingNameToTemplateList(), entry)) != NULL) {
        twThingNameToTemplateRecord *record = entry->value;
        found += strcmp(record->entityName, thing) == 0 && strcmp(record->templateName, name) == 0;
    }
    return found;
}

static void test_containers(void) {
    void *found = NULL;
    constructor function;
    twThingNameToShapeRecord *record;

    CHECK_INT(twMap_GetCount(twGetTemplatesMap()), 2);
    CHECK_INT(twMap_get(twGetTemplatesMap(), "GenericEdgeThingTemplate", &found), 0);
    memcpy(&function, &found, sizeof(function));
    CHECK(function == twConstructGenericEdgeThingTemplate);
    CHECK_INT(twMap_get(twGetTemplatesMap(), "EmptyTemplate", &found), 0);
    memcpy(&function, &found, sizeof(function));
    CHECK(function == twConstructEmptyEdgeThingTemplate);
    twExt_RegisterShape("Shape", make_shape);
    CHECK_INT(twMap_get(twGetShapesMap(), "Shape", &found), 0);
    memcpy(&function, &found, sizeof(function));
    CHECK(function == make_shape);

    twSetThingAsUsingShape("T", "Shape");
    twSetThingAsUsingShape("T", "Shape");
    twSetThingAsUsingShape(NULL, "Shape");
    CHECK_INT(shapes_made, 0);
    CHECK_INT(twList_GetCount(twGetThingNameToShapeList()), 1);
    CHECK_INT(twExt_DoesThingImplementShape("T", "Shape"), TRUE);
    record = twList_Next(twGetThingNameToShapeList(), NULL)->value;
    CHECK_STR(record->entityName, "T");
    CHECK_STR(record->shapeName, "Shape");

    /* The same record once, however often a thing is made (E11). */
    CHECK_INT(twExt_CreateThingFromTemplate("T", "GenericEdgeThingTemplate", "Shape", NULL), TW_OK);
    CHECK_INT(twExt_CreateThingFromTemplate("T", "GenericEdgeThingTemplate", "Shape", NULL), TW_OK);
    CHECK_INT(shapes_made, 2);
    CHECK_INT(templates_of("T", "GenericEdgeThingTemplate"), 1);
    CHECK_INT(templates_of("T", "EmptyTemplate"), 1);
    CHECK_INT(twList_GetCount(twGetThingNameToShapeList()), 1);
    twConstructGenericEdgeThingTemplate(NULL, NULL);

    twThingNameToShapeList_Delete(NULL);
    twThingNameToTemplateList_Delete(NULL);
    twPolledFunctionsList_Delete(NULL);
    twChangeListeners_Delete(NULL);
    CHECK(twGetSafeEmptyPrimitive() != NULL && twGetSafeEmptyPrimitive()->type == TW_NOTHING);
}

static int standard(const char *name) {
    return twExt_RegisterStandardProperty("T", name, NULL, TW_NUMBER, NULL, "ALWAYS", 0.0);
}

static int service(const char *name) {
    twDataShape *inputs = TW_MAKE_DATASHAPE(NULL, TW_DS_ENTRY("a", NULL, TW_STRING));
    return twExt_RegisterNamespacedService("T", name, NULL, NULL, inputs, TW_NOTHING, NULL, on_service, NULL);
}

/* A name is not taken by a registration that the core refuses. */
static void test_names(void) {
    CHECK_INT(twApi_RegisterPropertyCallback(TW_THING, "T", "p", on_property, NULL), TW_OK);
    CHECK_INT(standard("p"), TW_ERROR_ITEM_EXISTS);
    CHECK_INT(standard("p"), TW_ERROR_ITEM_EXISTS);
    CHECK_INT(twApi_UnregisterPropertyCallback("T", "p", NULL), TW_OK);
    CHECK_INT(standard("p"), TW_OK);
    CHECK_INT(standard("p"), TW_INVALID_PARAM);
    CHECK_INT(twApi_RegisterServiceCallback(TW_THING, "T", "s", on_service, NULL), TW_OK);
    CHECK_INT(service("s"), TW_ERROR_ITEM_EXISTS);
    CHECK_INT(service("s"), TW_ERROR_ITEM_EXISTS);
    CHECK_INT(twApi_UnregisterServiceCallback("T", "s", NULL), TW_OK);
    CHECK_INT(service("s"), TW_OK);
    CHECK_INT(service("s"), TW_INVALID_PARAM);

    CHECK_INT(twVerifyUniquePropertyName("T", "p"), TW_INVALID_PARAM);
    CHECK_INT(twVerifyUniquePropertyName("T", "q"), TW_OK);
    CHECK_INT(standard("q"), TW_INVALID_PARAM);
    CHECK_INT(twVerifyUniqueServiceName("T", "p"), TW_OK);
    CHECK_INT(twVerifyUniqueServiceName("T", "s"), TW_INVALID_PARAM);
    CHECK_INT(twVerifyUniqueServiceName(NULL, "s"), TW_INVALID_PARAM);
    CHECK_INT(twVerifyUniquePropertyName("T", NULL), TW_INVALID_PARAM);
    CHECK_INT(twApi_UnregisterThing("T"), TW_OK);
    CHECK_INT(standard("q"), TW_OK);
}

static int told;

static void on_change(const char *thing, const char *property, twPrimitive *value) {
    (void)thing;
    (void)property;
    told += (int)value->val.number;
}

static void test_listeners(void) {
    twPrimitive *value = TW_MAKE_NUMBER(2.0);
    twExt_AddPropertyChangeListener("T", "q", on_change);
    twExt_AddPropertyChangeListener("T", TW_OBSERVE_ALL_PROPERTIES, on_change);
    twNotifyPropertyChangeListeners("T", "q", value);
    CHECK_INT(told, 4);
    twNotifyPropertyChangeListeners("T", "other", value);
    CHECK_INT(told, 6);
    twNotifyPropertyChangeListeners("T", NULL, value);
    twNotifyPropertyChangeListeners(NULL, "q", value);
    twNotifyPropertyChangeListeners("T", "q", NULL);
    CHECK_INT(told, 6);
    twPrimitive_Delete(value);

    /* Consumes its value, whatever comes of it (E1). */
    CHECK_INT(TW_SET_PROPERTY_AND_DELETE("T", "q", TW_MAKE_NUMBER(3.0)), TW_OK);
    CHECK(TW_GET_PROPERTY("T", "q").number == 3.0);
    CHECK_INT(TW_SET_PROPERTY_AND_DELETE("T", NULL, TW_MAKE_NUMBER(3.0)), TW_INVALID_PARAM);
    CHECK_INT(TW_SET_PROPERTY_AND_DELETE("T", "q", NULL), TW_INVALID_PARAM);
}

static int polled;

static void poll(char *thing) {
    (void)thing;
    polled++;
}

static void test_polled(void) {
    bindListEntry bound = {"T", FALSE};
    bindListEntry other = {"U", FALSE};
    twPolledFunctionListRecord *record;

    /* The same registration counts twice, unless told otherwise (E11). */
    twExt_RegisterPolledShapeFunction(poll, "Shape");
    twExt_RegisterPolledShapeFunction(poll, "Shape");
    CHECK_INT(twList_GetCount(twGetPolledFunctionsList()), 2);
    twedge_poll_once(TRUE);
    twExt_RegisterPolledShapeFunction(poll, "Shape");
    CHECK_INT(twList_GetCount(twGetPolledFunctionsList()), 2);
    twExt_RegisterPolledTemplateFunction(poll, "Shape");
    CHECK_INT(twList_GetCount(twGetPolledFunctionsList()), 3);
    twedge_poll_once(FALSE);
    twExt_RegisterPolledTemplateFunction(poll, "EmptyTemplate");
    CHECK_INT(twList_GetCount(twGetPolledFunctionsList()), 4);

    record = twList_Next(twGetPolledFunctionsList(), NULL)->value;
    CHECK(record->onPolledFunction == poll && record->templateName == NULL);
    CHECK_STR(record->shapeName, "Shape");
    CHECK_INT(twPerformPolledFunctionsShapeForEachHandler(NULL, 0, &bound, sizeof(bound), record), TW_FOREACH_CONTINUE);
    CHECK_INT(polled, 1);
    CHECK_INT(twPerformPolledFunctionsShapeForEachHandler(NULL, 0, &other, sizeof(other), record), TW_FOREACH_CONTINUE);
    twPerformPolledFunctionsShapeForEachHandler(NULL, 0, NULL, 0, record);
    twPerformPolledFunctionsShapeForEachHandler(NULL, 0, &bound, sizeof(bound), NULL);
    twPerformPolledFunctionsTemplateForEachHandler(NULL, 0, &bound, sizeof(bound), record);
    CHECK_INT(polled, 1);
    record = twGetPolledFunctionsList()->last->value;
    CHECK_INT(twPerformPolledFunctionsTemplateForEachHandler(NULL, 0, &bound, sizeof(bound), record),
              TW_FOREACH_CONTINUE);
    CHECK_INT(polled, 2);
}

static void test_services(void) {
    twInfoTable *content = NULL;
    twInfoTable *params = twInfoTable_CreateFromString("libraryName", "libnone", TRUE);
    CHECK_INT(twLoadShapeLibraryService("T", "loadShapeLibrary", NULL, &content, NULL), TWX_BAD_REQUEST);
    CHECK_INT(twLoadShapeLibraryService("T", "loadShapeLibrary", params, &content, NULL), TWX_NOT_FOUND);
    CHECK_INT(twAddEdgeThingShapeService("T", "AddEdgeThingShape", params, &content, NULL), TWX_BAD_REQUEST);
    twInfoTable_Delete(params);
    CHECK_INT(twedge_serve_bound_things_only(TRUE), TW_OK);
    CHECK_INT(twedge_serve_bound_things_only(FALSE), TW_OK);
}

/* Everything that outlives the API object is gone, and can be there again. */
static void test_delete(void) {
    CHECK_INT(twExt_Delete(), TW_OK);
    CHECK_INT(twExt_Delete(), TW_OK);
    CHECK_INT(twMap_GetCount(twGetTemplatesMap()), 2);
    CHECK_INT(twMap_GetCount(twGetShapesMap()), 0);
    CHECK_INT(twList_GetCount(twGetThingNameToTemplateList()), 0);
    CHECK_INT(twList_GetCount(twGetThingNameToShapeList()), 0);
    CHECK_INT(twList_GetCount(twGetPolledFunctionsList()), 0);
    CHECK_INT(twList_GetCount(twExt_GetChangeListenersList()), 0);
    CHECK(TW_GET_PROPERTY("T", "q").number == 3.0);
    CHECK_INT(twExt_CreateThingFromTemplate("T", "EmptyTemplate", "Shape", NULL), 108);
    twExt_RegisterShape("Shape", make_shape);
    CHECK_INT(twExt_CreateThingFromTemplate("T", "EmptyTemplate", "Shape", NULL), TW_OK);
    twExt_Start(10, TW_THREADING_MULTI, 1);
    CHECK_INT(twExt_Delete(), TW_OK);
    CHECK_INT(twApi_Delete(), TW_OK);
    CHECK_INT(twExt_Delete(), TW_OK);
    CHECK_INT(twedge_serve_bound_things_only(TRUE), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twVerifyUniquePropertyName("T", "z"), TW_INVALID_PARAM);
}

int main(void) {
    CHECK_INT(twExt_Delete(), TW_OK);
    CHECK_INT(initialize(), TW_OK);
    test_containers();
    test_names();
    test_listeners();
    test_polled();
    test_services();
    test_delete();
    return check_result();
}
