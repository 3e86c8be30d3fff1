/* twApi.h without a platform: registrations and who owns what, binding, event callbacks, and the containers of the API object. */
#include "api_offline.h"

/* Exported, but no header declares them (api-behaviour.md 17). */
extern void *twApi_stub;
int twStubs_Use(void);
int twStubs_Reset(void);
int twDict_setDictionaryMode(twDictionaryMode mode);
enum msgCodeEnum getMetadataService(const char *entity, const char *name, twInfoTable *params, twInfoTable **content,
                                    void *data);
enum msgCodeEnum notifyPropertyUpdateHandler(const char *entity, const char *name, twInfoTable *params,
                                             twInfoTable **content, void *data);
char isFileTransferService(const char *name);
char isTunnelService(const char *name);
int convertMsgCodeToErrorCode(int code);

static enum msgCodeEnum on_other_service(const char *entity, const char *name, twInfoTable *params,
                                         twInfoTable **content, void *data) {
    return on_service(entity, name, params, content, data) == TWX_SUCCESS ? TWX_FORBIDDEN : TWX_SUCCESS;
}

/* The registration of a thing, as a program looks it up: only the names are set, the rest is garbage. */
static callbackInfo *registration(enum characteristicEnum kind, char *name) {
    callbackInfo query;
    callbackInfo *found = NULL;
    memset(&query, 0x5a, sizeof(query));
    query.entityType = TW_THING;
    query.entityName = THING;
    query.characteristicType = kind;
    query.characteristicName = name;
    twDict_Find(tw_api->callbackList, &query, (void **)&found);
    return found;
}

static void test_properties(void) {
    callbackInfo *info;
    twPropertyDef *definition;
    int data = 0;

    CHECK_INT(twApi_RegisterProperty(TW_THING, NULL, "p", TW_NUMBER, NULL, NULL, 0, on_property, NULL), TW_INVALID_PARAM);
    CHECK_INT(twApi_RegisterProperty(TW_THING, THING, NULL, TW_NUMBER, NULL, NULL, 0, on_property, NULL),
              TW_INVALID_PARAM);
    CHECK_INT(twApi_RegisterProperty(TW_THING, THING, "p", TW_NUMBER, NULL, NULL, 0, NULL, NULL), TW_INVALID_PARAM);
    CHECK_INT(twApi_RegisterProperty(0, THING, "p", TW_NUMBER, NULL, NULL, 0, on_property, NULL), TW_INVALID_PARAM);
    CHECK_INT(twDict_GetCount(tw_api->callbackList), 0);
    CHECK_INT(twApi_RegisterProperty(TW_THING, THING, "p", TW_NUMBER, "text", "VALUE", 1.5, on_property, &data), TW_OK);
    CHECK_INT(twApi_RegisterProperty(TW_THING, THING, "p", TW_NUMBER, NULL, NULL, 0, on_property, NULL), ITEM_EXISTS);
    CHECK_INT(twApi_RegisterPropertyCallback(TW_THING, THING, "p", on_property, NULL), ITEM_EXISTS);
    CHECK_INT(twDict_GetCount(tw_api->callbackList), 1);

    info = registration(TW_PROPERTIES, "p");
    CHECK(info != NULL && info->cb == (void *)on_property && info->userdata == &data);
    definition = info->characteristicDefinition;
    CHECK_STR(definition->name, "p");
    CHECK_STR(definition->description, "text");
    CHECK_INT(definition->type, TW_NUMBER);
    CHECK_STR(cJSON_GetObjectItem(definition->aspects, "pushType")->valuestring, "VALUE");
    CHECK(cJSON_GetObjectItem(definition->aspects, "pushThreshold")->valuedouble == 1.5);

    CHECK_INT(twApi_AddAspectToProperty(THING, "p", "unit", twPrimitive_CreateFromString("bar", TRUE)), TW_OK);
    CHECK_STR(cJSON_GetObjectItem(definition->aspects, "unit")->valuestring, "bar");
    CHECK_INT(twApi_UpdatePropertyMetaData(TW_THING, THING, "p", TW_UNKNOWN_TYPE, NULL, NULL, 3.0), TW_OK);
    definition = registration(TW_PROPERTIES, "p")->characteristicDefinition;
    CHECK_INT(definition->type, TW_NUMBER);
    CHECK_STR(definition->description, "text");
    CHECK(definition->aspects != NULL && cJSON_GetObjectItem(definition->aspects, "pushType") == NULL);
    CHECK(cJSON_GetObjectItem(definition->aspects, "unit") == NULL);
    CHECK(cJSON_GetObjectItem(definition->aspects, "pushThreshold")->valuedouble == 3.0);
    CHECK_INT(twApi_UpdatePropertyMetaData(TW_THING, THING, "p", TW_STRING, "new", "ALWAYS", 0.0), TW_OK);
    definition = registration(TW_PROPERTIES, "p")->characteristicDefinition;
    CHECK_INT(definition->type, TW_STRING);
    CHECK_STR(definition->description, "new");
    CHECK(registration(TW_PROPERTIES, "p")->userdata == &data);
    CHECK_INT(twApi_UpdatePropertyMetaData(TW_THING, NULL, "p", TW_STRING, NULL, NULL, 0.0), TW_INVALID_PARAM);
    CHECK_INT(twApi_UpdatePropertyMetaData(TW_THING, THING, NULL, TW_STRING, NULL, NULL, 0.0), TW_INVALID_PARAM);
    CHECK_INT(twApi_UpdatePropertyMetaData(TW_THING, THING, "none", TW_STRING, NULL, NULL, 0.0), TW_INVALID_PARAM);

    CHECK_INT(twApi_RegisterPropertyCallback(TW_THING, NULL, "c", on_property, NULL), TW_INVALID_PARAM);
    CHECK_INT(twApi_RegisterPropertyCallback(TW_THING, THING, NULL, on_property, NULL), TW_INVALID_PARAM);
    CHECK_INT(twApi_RegisterPropertyCallback(TW_THING, THING, "c", NULL, NULL), TW_INVALID_PARAM);
    CHECK_INT(twApi_RegisterPropertyCallback(0, THING, "c", on_property, NULL), TW_INVALID_PARAM);
    CHECK_INT(twApi_RegisterPropertyCallback(TW_THING, THING, "c", on_property, &data), TW_OK);
    CHECK(registration(TW_PROPERTIES, "c")->characteristicDefinition == NULL);
    CHECK_INT(twApi_UpdatePropertyMetaData(TW_THING, THING, "c", TW_STRING, NULL, NULL, 0.0), TW_INVALID_PARAM);
    CHECK_INT(twApi_AddAspectToProperty(THING, "c", "x", twPrimitive_CreateFromNumber(1.0)), TW_INVALID_PARAM);
    CHECK_INT(twApi_SetSubscribedProperty(THING, "c", twPrimitive_CreateFromNumber(1.0), FALSE, FALSE),
              TW_INVALID_PARAM);

    CHECK_INT(twApi_UnregisterPropertyCallback(NULL, "p", NULL), TW_INVALID_PARAM);
    CHECK_INT(twApi_UnregisterPropertyCallback(THING, NULL, NULL), TW_INVALID_PARAM);
    CHECK_INT(twApi_UnregisterPropertyCallback(THING, "none", NULL), NOT_REGISTERED);
    CHECK_INT(twApi_UnregisterPropertyCallback(THING, "p", NULL), TW_OK);
    CHECK_INT(twApi_UnregisterPropertyCallback(THING, "p", NULL), NOT_REGISTERED);
    CHECK_INT(twDict_GetCount(tw_api->callbackList), 1);
    CHECK_INT(twApi_UnregisterPropertyCallback(THING, "c", NULL), TW_OK);
    CHECK_INT(twDict_GetCount(tw_api->callbackList), 0);
}

static void test_services_and_events(void) {
    twDataShape *shape = a_shape();
    twServiceDef *definition;
    int data = 0;

    CHECK_INT(twApi_RegisterService(TW_THING, NULL, "s", NULL, shape, TW_NUMBER, NULL, on_service, NULL),
              TW_INVALID_PARAM);
    CHECK_INT(twApi_RegisterService(TW_THING, THING, NULL, NULL, shape, TW_NUMBER, NULL, on_service, NULL),
              TW_INVALID_PARAM);
    CHECK_INT(twApi_RegisterService(TW_THING, THING, "s", NULL, shape, TW_NUMBER, NULL, NULL, NULL), TW_INVALID_PARAM);
    CHECK_INT(twApi_RegisterService(0, THING, "s", NULL, shape, TW_NUMBER, NULL, on_service, NULL), TW_INVALID_PARAM);
    /* The shape was ours until here; now it is taken, and the ones of the refused second call are deleted. */
    CHECK_INT(twApi_RegisterService(TW_THING, THING, "s", "text", shape, TW_INFOTABLE, a_shape(), on_service, &data),
              TW_OK);
    CHECK_INT(twApi_RegisterService(TW_THING, THING, "s", NULL, a_shape(), TW_INFOTABLE, a_shape(), on_service, NULL),
              ITEM_EXISTS);
    CHECK(registration(TW_SERVICES, "s")->cb == (void *)on_service);
    CHECK(registration(TW_SERVICES, "s")->userdata == &data);
    definition = registration(TW_SERVICES, "s")->characteristicDefinition;
    CHECK_STR(definition->name, "s");
    CHECK_STR(definition->description, "text");
    CHECK(definition->inputs == shape);
    CHECK_INT(definition->outputType, TW_INFOTABLE);
    CHECK(definition->outputDataShape != NULL && definition->aspects != NULL);
    CHECK_INT(twApi_AddAspectToService(THING, "s", "level", twPrimitive_CreateFromInteger(3)), TW_OK);
    CHECK_INT(cJSON_GetObjectItem(definition->aspects, "level")->valueint, 3);
    CHECK_INT(twApi_AddAspectToService(THING, "none", "level", twPrimitive_CreateFromInteger(3)), TW_INVALID_PARAM);
    CHECK_INT(twApi_AddAspectToService(THING, "s", "level", NULL), TW_INVALID_PARAM);
    CHECK_INT(twApi_AddAspectToProperty(THING, "s", "level", twPrimitive_CreateFromInteger(3)), TW_INVALID_PARAM);

    shape = a_shape();
    CHECK_INT(twApi_RegisterEvent(TW_THING, NULL, "e", NULL, shape), TW_INVALID_PARAM);
    CHECK_INT(twApi_RegisterEvent(TW_THING, THING, NULL, NULL, shape), TW_INVALID_PARAM);
    CHECK_INT(twApi_RegisterEvent(0, THING, "e", NULL, shape), TW_INVALID_PARAM);
    CHECK_INT(twApi_RegisterEvent(TW_THING, THING, "e", "text", shape), TW_OK);
    CHECK_INT(twApi_RegisterEvent(TW_THING, THING, "e", NULL, a_shape()), ITEM_EXISTS);
    CHECK_INT(twApi_RegisterEvent(TW_THING, THING, "bare", NULL, NULL), TW_OK);
    definition = registration(TW_EVENTS, "e")->characteristicDefinition;
    CHECK(definition->inputs == shape && definition->aspects != NULL);
    CHECK_STR(definition->description, "text");
    CHECK_INT(twApi_AddAspectToEvent(THING, "e", "level", twPrimitive_CreateFromInteger(4)), TW_OK);
    CHECK_INT(cJSON_GetObjectItem(definition->aspects, "level")->valueint, 4);
    CHECK_INT(twApi_AddAspectToEvent(THING, "none", "x", twPrimitive_CreateFromInteger(4)), TW_INVALID_PARAM);

    /* The value stays ours when an argument is missing. */
    {
        twPrimitive *value = twPrimitive_CreateFromNumber(1.0);
        CHECK_INT(twApi_AddAspectToEvent(NULL, "e", "x", value), TW_INVALID_PARAM);
        CHECK_INT(twApi_AddAspectToEvent(THING, NULL, "x", value), TW_INVALID_PARAM);
        CHECK_INT(twApi_AddAspectToEvent(THING, "e", NULL, value), TW_INVALID_PARAM);
        twPrimitive_Delete(value);
    }

    CHECK_INT(twApi_RegisterServiceCallback(TW_THING, NULL, "c", on_service, NULL), TW_INVALID_PARAM);
    CHECK_INT(twApi_RegisterServiceCallback(TW_THING, THING, NULL, on_service, NULL), TW_INVALID_PARAM);
    CHECK_INT(twApi_RegisterServiceCallback(TW_THING, THING, "c", NULL, NULL), TW_INVALID_PARAM);
    CHECK_INT(twApi_RegisterServiceCallback(TW_THING, THING, "s", on_service, NULL), ITEM_EXISTS);
    CHECK_INT(twApi_RegisterServiceCallback(TW_THING, THING, "c", on_service, NULL), TW_OK);
    CHECK(registration(TW_SERVICES, "c")->characteristicDefinition == NULL);
    CHECK_INT(twApi_AddAspectToService(THING, "c", "x", twPrimitive_CreateFromInteger(4)), TW_INVALID_PARAM);
    CHECK_INT(twDict_GetCount(tw_api->callbackList), 4);

    CHECK_INT(twApi_UnregisterServiceCallback(NULL, "s", NULL), TW_INVALID_PARAM);
    CHECK_INT(twApi_UnregisterServiceCallback(THING, NULL, NULL), TW_INVALID_PARAM);
    CHECK_INT(twApi_UnregisterServiceCallback(THING, "none", NULL), NOT_REGISTERED);
    CHECK_INT(twApi_UnregisterServiceCallback(THING, "s", NULL), TW_OK);
    CHECK_INT(twDict_GetCount(tw_api->callbackList), 3);
    CHECK_INT(twApi_UnregisterThing(NULL), TW_INVALID_PARAM);
    CHECK_INT(twApi_UnregisterThing("nothing"), TW_OK);
    CHECK_INT(twApi_UnregisterThing(THING), TW_OK);
    CHECK_INT(twDict_GetCount(tw_api->callbackList), 0);
}

static void *found(enum characteristicEnum kind, char *name, void **userdata) {
    *userdata = &seen;
    return findCallback(TW_THING, THING, kind, name, userdata);
}

static void test_find_callback(void) {
    void *data;
    int one, two;

    CHECK_INT(twApi_RegisterServiceCallback(TW_THING, THING, "s", on_service, &one), TW_OK);
    CHECK(found(TW_SERVICES, "s", &data) == (void *)on_service && data == &one);
    CHECK(found(TW_SERVICES, "other", &data) == NULL && data == NULL);
    CHECK(found(TW_PROPERTIES, "s", &data) == NULL && data == NULL);
    CHECK_INT(twApi_RegisterServiceCallback(TW_THING, THING, "*", on_other_service, &two), TW_OK);
    CHECK(found(TW_SERVICES, "other", &data) == (void *)on_other_service && data == &two);
    CHECK(found(TW_SERVICES, "s", &data) == (void *)on_service);
    CHECK(found(TW_SERVICES, "DeleteFile", &data) == (void *)on_other_service);
    CHECK_INT(twApi_RegisterServiceCallback(TW_THING, THING, "*B", on_service, &one), TW_OK);
    CHECK(found(TW_SERVICES, "DeleteFile", &data) == (void *)on_service && data == &one);
    CHECK(found(TW_SERVICES, "StartTunnel", &data) == (void *)on_service);
    CHECK_INT(twApi_RegisterServiceCallback(TW_THING, THING, "*F", on_other_service, &two), TW_OK);
    CHECK(found(TW_SERVICES, "DeleteFile", &data) == (void *)on_other_service && data == &two);
    CHECK(found(TW_SERVICES, "StartTunnel", &data) == (void *)on_service);
    CHECK_INT(twApi_RegisterServiceCallback(TW_THING, THING, "*T", on_other_service, &two), TW_OK);
    CHECK(found(TW_SERVICES, "StartTunnel", &data) == (void *)on_other_service);
    CHECK(findCallback(TW_THING, NULL, TW_SERVICES, "s", &data) == NULL && data == NULL);
    CHECK(findCallback(TW_THING, THING, TW_SERVICES, NULL, &data) == NULL && data == NULL);
    CHECK(findCallback(TW_THING, "Other", TW_SERVICES, "s", &data) == NULL);
    CHECK_INT(twApi_UnregisterThing(THING), TW_OK);
    CHECK(found(TW_SERVICES, "s", &data) == NULL);
}

static void test_binding(void) {
    twList *names = twList_Create(NULL);
    void *data;
    int own = 0;

    CHECK_INT(twApi_BindThing(NULL), TW_INVALID_PARAM);
    CHECK_INT(twApi_RegisterServiceCallback(TW_THING, THING, "NotifyPropertyUpdate", on_service, &own), TW_OK);
    CHECK_INT(twApi_BindThing(THING), TW_OK);
    CHECK_INT(twApi_BindThing(THING), ITEM_EXISTS);
    CHECK_INT(twApi_IsEntityBound(THING), TRUE);
    CHECK_INT(twApi_IsEntityBound("Boil"), FALSE);
    CHECK_INT(twApi_IsEntityBound(NULL), FALSE);
    CHECK_INT(twDict_GetCount(tw_api->boundList), 1);
    CHECK_INT(twDict_GetCount(tw_api->callbackList), 2);
    /* The application's registration wins. */
    CHECK(found(TW_SERVICES, "NotifyPropertyUpdate", &data) == (void *)on_service && data == &own);
    CHECK(found(TW_SERVICES, "GetMetadata", &data) != NULL);
    {
        callbackInfo *info = registration(TW_SERVICES, "GetMetadata");
        service_cb metadata = (service_cb)info->cb;
        twInfoTable *content = NULL;
        char *text = NULL;
        CHECK_INT(((twServiceDef *)info->characteristicDefinition)->outputType, TW_JSON);
        CHECK_INT(register_number(THING, "p", "ALWAYS", 0.0), TW_OK);
        CHECK_INT(metadata(THING, "GetMetadata", NULL, &content, info->userdata), TWX_SUCCESS);
        CHECK(content != NULL);
        CHECK_INT(twInfoTable_GetString(content, "result", 0, &text), TW_OK);
        CHECK(text != NULL && strstr(text, "\"pushType\":\"ALWAYS\"") != NULL);
        CHECK(text != NULL && strstr(text, "\"name\":\"Boiler\"") != NULL);
        free(text);
        twInfoTable_Delete(content);
    }
    CHECK_INT(twApi_BindThingWithoutDefaultServices(NULL), TW_INVALID_PARAM);
    CHECK_INT(twApi_BindThingWithoutDefaultServices("Bare"), TW_OK);
    CHECK_INT(twApi_BindThingWithoutDefaultServices("Bare"), TW_OK);
    CHECK_INT(twDict_GetCount(tw_api->boundList), 2);
    CHECK_INT(twDict_GetCount(tw_api->callbackList), 3);

    CHECK_INT(twApi_BindThings(NULL), TW_INVALID_PARAM);
    CHECK_INT(twApi_BindThings_Metadata_Option(NULL, TRUE), TW_INVALID_PARAM);
    CHECK_INT(twApi_BindThings(names), TW_OK);
    twList_Add(names, duplicateString("One"));
    twList_Add(names, duplicateString("Two"));
    CHECK_INT(twApi_BindThings_Metadata_Option(names, TRUE), TW_OK);
    CHECK_INT(twDict_GetCount(tw_api->boundList), 4);
    CHECK_INT(twDict_GetCount(tw_api->callbackList), 5);
    CHECK_INT(twApi_UnbindThing("Two"), OFFLINE);
    CHECK_INT(twApi_BindThings(names), ITEM_EXISTS);
    CHECK_INT(twApi_IsEntityBound("Two"), FALSE);
    twList_Delete(names);

    CHECK_INT(twApi_UnbindThing(NULL), TW_INVALID_PARAM);
    CHECK_INT(twApi_UnbindThing("Unknown"), OFFLINE);
    CHECK_INT(twApi_UnbindThing("One"), OFFLINE);
    CHECK_INT(twApi_UnbindThing("Bare"), OFFLINE);
    CHECK_INT(twApi_SetSubscribedProperty(THING, "p", twPrimitive_CreateFromNumber(1.0), FALSE, FALSE), TW_OK);
    CHECK_INT(twApi_UnbindThing(THING), OFFLINE);
    CHECK_INT(twApi_IsEntityBound(THING), FALSE);
    CHECK_INT(twApi_SetSubscribedProperty(THING, "p", twPrimitive_CreateFromNumber(1.0), FALSE, FALSE),
              TW_SUBSCRIBED_PROPERTY_NOT_FOUND);
    CHECK_INT(twDict_GetCount(tw_api->boundList), 0);
    CHECK_INT(twDict_GetCount(tw_api->callbackList), 0);
}

static callbackInfo *entry(twList *list, int index) {
    ListEntry *node = twList_GetByIndex(list, index);
    return node ? node->value : NULL;
}

static void test_event_callbacks(void) {
    twList *binds = tw_api->bindEventCallbackList;
    twList *syncs = tw_api->synchronizeStateEventCallbackList;
    twInfoTable *rows = twInfoTable_CreateFromNumber("x", 1.0);
    int one, two;

    memset(&seen, 0, sizeof(seen));
    CHECK_INT(twApi_RegisterBindEventCallback(NULL, NULL, NULL), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_RegisterOnAuthenticatedCallback(NULL, NULL), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_RegisterSynchronizeStateEventCallback(NULL, NULL, NULL), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_RegisterBindEventCallback(NULL, on_bind, &one), TW_OK);
    CHECK_INT(twApi_RegisterOnAuthenticatedCallback(on_authenticated, &two), TW_OK);
    CHECK_INT(twApi_RegisterBindEventCallback(THING, on_bind, &two), TW_OK);
    CHECK_INT(twApi_RegisterBindEventCallback(THING, on_bind, &two), TW_OK);
    CHECK_INT(twList_GetCount(binds), 4);
    CHECK(entry(binds, 0)->entityName == NULL && entry(binds, 0)->userdata == &one);
    CHECK(entry(binds, 0)->cb == (void *)on_bind);
    CHECK_INT(entry(binds, 1)->entityType, TW_APPLICATIONKEYS);
    CHECK_STR(entry(binds, 2)->entityName, THING);

    CHECK_INT(makeAuthOrBindCallbacks(THING, TW_THING, 1, NULL), TW_OK);
    CHECK_INT(seen.bind, 3);
    CHECK_STR(seen.name, THING);
    CHECK_INT(seen.is_bound, TRUE);
    CHECK(seen.userdata == &two);
    CHECK_INT(makeAuthOrBindCallbacks("Other", TW_THING, 2, NULL), TW_OK);
    CHECK_INT(seen.bind, 4);
    CHECK_STR(seen.name, "(NULL)");
    CHECK_INT(seen.is_bound, FALSE);
    CHECK(seen.userdata == &one);
    CHECK_INT(makeAuthOrBindCallbacks("appKey", TW_APPLICATIONKEYS, 0, NULL), TW_INVALID_PARAM);
    CHECK_INT(makeAuthOrBindCallbacks(NULL, TW_APPLICATIONKEYS, 0, "k"), TW_INVALID_PARAM);
    CHECK_INT(makeAuthOrBindCallbacks("appKey", TW_APPLICATIONKEYS, 0, "k"), TW_OK);
    CHECK_INT(seen.authenticated, 1);
    CHECK_STR(seen.name, "appKey");
    CHECK_STR(seen.value, "k");
    CHECK(seen.userdata == &two);

    CHECK_INT(twApi_UnregisterBindEventCallback(THING, on_bind, &one), NOT_REGISTERED);
    CHECK_INT(twApi_UnregisterBindEventCallback("Boil", on_bind, &two), NOT_REGISTERED);
    CHECK_INT(twApi_UnregisterBindEventCallback(NULL, on_bind, &two), NOT_REGISTERED);
    CHECK_INT(twApi_UnregisterBindEventCallback(THING, on_bind, &two), TW_OK);
    CHECK_INT(twList_GetCount(binds), 3);
    CHECK_INT(twApi_UnregisterBindEventCallback(NULL, on_bind, &one), TW_OK);
    CHECK_INT(twApi_UnregisterOnAuthenticatedCallback(on_authenticated, &one), NOT_REGISTERED);
    CHECK_INT(twApi_UnregisterOnAuthenticatedCallback(on_authenticated, &two), TW_OK);
    CHECK_INT(twList_GetCount(binds), 1);
    CHECK_INT(twApi_UnregisterBindEventCallback(THING, on_bind, &two), TW_OK);

    CHECK_INT(twApi_RegisterSynchronizeStateEventCallback(NULL, on_synchronized, &one), TW_OK);
    CHECK_INT(twApi_RegisterSynchronizeStateEventCallback(THING, on_synchronized, &one), TW_OK);
    CHECK_INT(twList_GetCount(syncs), 2);
    CHECK_INT(makeSynchronizedStateCallbacks(NULL, TW_THING, rows), TW_INVALID_PARAM);
    CHECK_INT(makeSynchronizedStateCallbacks("Other", TW_THING, rows), TW_OK);
    CHECK_INT(seen.synchronized, 1);
    CHECK_STR(seen.name, "Other");
    CHECK(seen.table == rows && seen.userdata == &one);
    CHECK_INT(makeSynchronizedStateCallbacks(THING, TW_THING, rows), TW_OK);
    CHECK_INT(seen.synchronized, 3);
    /* Exact names only. */
    CHECK_INT(twApi_UnregisterSynchronizeStateEventCallback("BoilerRoom", on_synchronized, &one), NOT_REGISTERED);
    CHECK_INT(twApi_UnregisterSynchronizeStateEventCallback("B", on_synchronized, &one), NOT_REGISTERED);
    CHECK_INT(twApi_UnregisterSynchronizeStateEventCallback(THING, on_synchronized, &one), TW_OK);
    CHECK_INT(twApi_UnregisterSynchronizeStateEventCallback(NULL, on_synchronized, &one), TW_OK);
    CHECK_INT(twApi_UnregisterSynchronizeStateEventCallback(NULL, on_synchronized, &one), NOT_REGISTERED);
    CHECK_INT(twList_GetCount(syncs), 0);
    twInfoTable_Delete(rows);
}

/* A container that the program has put in place of the SDK's is the one that counts. */
static void test_fresh_container(void) {
    twDict *first = tw_api->callbackList;
    twDict *fresh = twDict_Create(deleteCallbackInfo, twCallbackInfoParser);

    CHECK_INT(register_number(THING, "p", "ALWAYS", 0.0), TW_OK);
    CHECK_INT(register_number(THING, "p", "ALWAYS", 0.0), ITEM_EXISTS);
    tw_api->callbackList = fresh;
    CHECK_INT(register_number(THING, "p", "NEVER", 0.0), TW_OK);
    CHECK_INT(twDict_GetCount(fresh), 1);
    CHECK_INT(register_number(THING, "p", "NEVER", 0.0), ITEM_EXISTS);
    CHECK_INT(twApi_RegisterServiceCallback(TW_THING, THING, "s", on_service, NULL), TW_OK);
    CHECK_INT(twDict_GetCount(fresh), 2);
    CHECK_INT(twApi_UnregisterPropertyCallback(THING, "p", NULL), TW_OK);
    CHECK_INT(twDict_GetCount(fresh), 1);
    tw_api->callbackList = NULL;
    CHECK_INT(register_number(THING, "p", "NEVER", 0.0), TW_INVALID_PARAM);
    tw_api->callbackList = first;
    twDict_Delete(fresh);
    CHECK_INT(twApi_UnregisterThing(THING), TW_OK);
}

/* Dictionaries as lists: the API object works with them just so. */
static void test_list_mode(void) {
    CHECK_INT(twApi_Delete(), TW_OK);
    CHECK_INT(twDict_setDictionaryMode(TW_DICTIONARY_LIST), TW_OK);
    CHECK_INT(initialize(), TW_OK);
    CHECK_INT(register_number(THING, "p", "ALWAYS", 0.0), TW_OK);
    CHECK_INT(register_number(THING, "p", "ALWAYS", 0.0), ITEM_EXISTS);
    CHECK_INT(twApi_BindThing(THING), TW_OK);
    CHECK_INT(twApi_IsEntityBound(THING), TRUE);
    CHECK_INT(twDict_GetCount(tw_api->boundList), 1);
    CHECK_INT(twDict_GetCount(tw_api->callbackList), 3);
    CHECK(findCallback(TW_THING, THING, TW_PROPERTIES, "p", NULL) == (void *)on_property);
    CHECK_INT(twApi_AddAspectToProperty(THING, "p", "unit", twPrimitive_CreateFromString("C", TRUE)), TW_OK);
    CHECK_INT(twApi_UnregisterPropertyCallback(THING, "p", NULL), TW_OK);
    CHECK_INT(twApi_UnbindThing(THING), OFFLINE);
    CHECK_INT(twDict_GetCount(tw_api->boundList), 0);
    CHECK_INT(twDict_GetCount(tw_api->callbackList), 0);
    CHECK_INT(twApi_Delete(), TW_OK);
    CHECK_INT(twDict_setDictionaryMode(TW_DICTIONARY_MAP), TW_OK);
    CHECK_INT(initialize(), TW_OK);
}

/* Built-in services as C finds them, and what tells them from others. */
static void test_internal_functions(void) {
    twInfoTable *content = NULL;
    char *text = NULL;

    CHECK_INT(twApi_BindThing(THING), TW_OK);
    /* Not compared with the functions: in a program without position-independent code their addresses may be stubs. */
    CHECK(findCallback(TW_THING, THING, TW_SERVICES, "GetMetadata", NULL) != NULL);
    CHECK(findCallback(TW_THING, THING, TW_SERVICES, "NotifyPropertyUpdate", NULL) != NULL);
    CHECK(findCallback(TW_THING, THING, TW_SERVICES, "NoSuchService", NULL) == NULL);
    CHECK_INT(getMetadataService(THING, "GetMetadata", NULL, NULL, NULL), TWX_BAD_REQUEST);
    CHECK_INT(getMetadataService("None", "GetMetadata", NULL, &content, NULL), TWX_NOT_FOUND);
    CHECK_INT(getMetadataService(THING, "GetMetadata", NULL, &content, NULL), TWX_SUCCESS);
    CHECK_INT(twInfoTable_GetString(content, "result", 0, &text), TW_OK);
    CHECK(text != NULL && strstr(text, THING) != NULL);
    free(text);
    twInfoTable_Delete(content);
    content = NULL;
    CHECK_INT(notifyPropertyUpdateHandler(THING, "NotifyPropertyUpdate", NULL, &content, NULL), TWX_SUCCESS);
    CHECK(content == NULL);
    CHECK_INT(twApi_UnbindThing(THING), OFFLINE);
    CHECK_INT(isFileTransferService("DeleteFile"), TRUE);
    CHECK_INT(isFileTransferService("StartTunnel"), FALSE);
    CHECK_INT(isTunnelService("StartTunnel"), TRUE);
    CHECK_INT(isTunnelService("Other"), FALSE);
    CHECK_INT(isTunnelService(NULL), FALSE);
    CHECK_INT(convertMsgCodeToErrorCode(TWX_SUCCESS), TW_OK);
    CHECK_INT(convertMsgCodeToErrorCode(TWX_NOT_FOUND), NOT_REGISTERED);
    CHECK_INT(convertMsgCodeToErrorCode(0xa5), TW_WROTE_TO_OFFLINE_MSG_STORE);
    CHECK_INT(convertMsgCodeToErrorCode(0x41), TW_UNKNOWN_ERROR);
    CHECK_INT(convertMsgCodeToErrorCode(0x140), TW_UNKNOWN_ERROR);
    CHECK_INT(twStubs_Use(), -1);
    CHECK_INT(twStubs_Reset(), TW_OK);
    twApi_stub = &content;
    CHECK_INT(twStubs_Use(), TW_OK);
    twApi_stub = NULL;
}

int main(void) {
    make_store();
    CHECK_INT(initialize(), TW_OK);
    test_properties();
    test_services_and_events();
    test_find_callback();
    test_binding();
    test_event_callbacks();
    test_fresh_container();
    test_internal_functions();
    test_list_mode();
    CHECK_INT(twApi_Delete(), TW_OK);
    remove_store();
    return check_result();
}
