/* twApi.h without a peer: codes, ownership, registrations, the visible state (api-behaviour.md 1.2, 2, 4, 15). */
#include "twApi.h"

#include "cJSON.h"
#include "stringUtils.h"
#include "twErrors.h"
#include "twProperties.h"
#include "twServices.h"

#include "api.h"

#include "twTasker.h"

void *findCallback(enum entityTypeEnum type, char *entity, enum characteristicEnum kind, char *name, void **userdata);
const char *twCallbackInfoParser(void *info);
void deleteCallbackInfo(void *info);

#define NO_API TW_NULL_OR_INVALID_API_SINGLETON

static int calls;
static char seen_name[64];
static char seen_bound;
static void *seen_data;

static int on_event(struct twWs *ws, const char *data, size_t length) {
    (void)ws, (void)data, (void)length;
    calls++;
    return 0;
}

static int on_response(uint32_t id, enum msgCodeEnum code, char *reason, twInfoTable *content) {
    (void)id, (void)code, (void)reason;
    calls++;
    twInfoTable_Delete(content);
    return 0;
}

static void on_bind(char *entity, char is_bound, void *userdata) {
    calls++;
    snprintf(seen_name, sizeof(seen_name), "%s", entity ? entity : "NULL");
    seen_bound = is_bound;
    seen_data = userdata;
}

static void on_authenticated(char *type, char *value, void *userdata) { (void)type, (void)value, (void)userdata; }

static void on_synchronized(char *entity, twInfoTable *table, void *userdata) {
    (void)entity, (void)table, (void)userdata;
}

static void on_init(void *userdata) {
    calls++;
    seen_data = userdata;
}

static void codes_without_api(void) {
    twDataShape *shape = a_shape();
    twPrimitive *value = a_number(1);
    twList *names = twList_Create(NULL);
    CHECK(twApi_GetApi() == NULL, "GetApi", ORIGINAL_PASSES);
    CHECK_STR(twApi_GetVersion(), "2.2.1", "GetVersion", ORIGINAL_PASSES);
    CHECK_INT(twApi_Delete(), TW_OK, "Delete (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_Connect(1000, 1), NO_API, "Connect (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_Disconnect("x"), NO_API, "Disconnect (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_isConnected(), FALSE, "isConnected", ORIGINAL_PASSES);
    CHECK_INT(twApi_ConnectionInProgress(), FALSE, "ConnectionInProgress (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_StopConnectionAttempt(), TW_OK, "StopConnectionAttempt (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_SetIsAuthenticated(TRUE), 4, "SetIsAuthenticated", ORIGINAL_PASSES);
    CHECK_INT(twApi_SetDutyCycle(1, 1), NO_API, "SetDutyCycle", ORIGINAL_PASSES);
    CHECK_INT(twApi_SetPingRate(1), NO_API, "SetPingRate", ORIGINAL_PASSES);
    CHECK_INT(twApi_SetConnectTimeout(1), NO_API, "SetConnectTimeout", ORIGINAL_PASSES);
    CHECK_INT(twApi_SetConnectRetries(1), NO_API, "SetConnectRetries", ORIGINAL_PASSES);
    CHECK_INT(twApi_SetGatewayName("g"), NO_API, "SetGatewayName", ORIGINAL_PASSES);
    CHECK_INT(twApi_SetGatewayType("g"), NO_API, "SetGatewayType", ORIGINAL_PASSES);
    CHECK_INT(twApi_SendPing(NULL), NO_API, "SendPing", ORIGINAL_PASSES);
    CHECK_INT(twApi_LoadCACert("x", 0), NO_API, "LoadCACert (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_LoadClientCert("x"), NO_API, "LoadClientCert (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_SetClientKey("x", give_key, 1), NO_API, "SetClientKey (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_SetX509Fields(NULL, NULL, NULL, NULL, NULL, NULL), NO_API, "SetX509Fields (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_BindThing(THING), NO_API, "BindThing (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_BindThings(names), NO_API, "BindThings", ORIGINAL_PASSES);
    CHECK_INT(twApi_BindThingWithoutDefaultServices(THING), TW_INVALID_PARAM, "BindThingWithoutDefaultServices",
              ORIGINAL_PASSES);
    CHECK_INT(twApi_UnbindThing(THING), NO_API, "UnbindThing (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_IsEntityBound(THING), FALSE, "IsEntityBound", ORIGINAL_PASSES);
    CHECK_INT(add_property("p", "ALWAYS", 0), NO_API, "RegisterProperty", ORIGINAL_PASSES);
    CHECK_INT(twApi_UpdatePropertyMetaData(TW_THING, THING, "p", TW_NUMBER, NULL, NULL, 0), NO_API,
              "UpdatePropertyMetaData", ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterService(TW_THING, THING, "s", NULL, shape, TW_NUMBER, NULL, on_service, NULL), NO_API,
              "RegisterService: the shape stays", ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterEvent(TW_THING, THING, "e", NULL, shape), NO_API, "RegisterEvent: the shape stays",
              ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterPropertyCallback(TW_THING, THING, "p", on_property, NULL), NO_API, "RegisterPropertyCallback",
              ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterServiceCallback(TW_THING, THING, "s", on_service, NULL), NO_API, "RegisterServiceCallback",
              ORIGINAL_PASSES);
    CHECK_INT(twApi_UnregisterThing(THING), NO_API, "UnregisterThing", ORIGINAL_PASSES);
    CHECK_INT(twApi_UnregisterPropertyCallback(THING, "p", NULL), NO_API, "UnregisterPropertyCallback", ORIGINAL_PASSES);
    CHECK_INT(twApi_UnregisterServiceCallback(THING, "s", NULL), NO_API, "UnregisterServiceCallback", ORIGINAL_PASSES);
    CHECK_INT(twApi_AddAspectToProperty(THING, "p", "x", value), NO_API, "AddAspectToProperty: the value stays",
              ORIGINAL_PASSES);
    CHECK_INT(twApi_AddAspectToService(THING, "s", "x", value), NO_API, "AddAspectToService", ORIGINAL_PASSES);
    CHECK_INT(twApi_AddAspectToEvent(THING, "e", "x", value), NO_API, "AddAspectToEvent", ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterBindEventCallback(THING, on_bind, NULL), NO_API, "RegisterBindEventCallback",
              ORIGINAL_PASSES);
    CHECK_INT(twApi_UnregisterBindEventCallback(THING, on_bind, NULL), NO_API, "UnregisterBindEventCallback",
              ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterOnAuthenticatedCallback(on_authenticated, NULL), NO_API, "RegisterOnAuthenticatedCallback",
              ORIGINAL_PASSES);
    CHECK_INT(twApi_UnregisterOnAuthenticatedCallback(on_authenticated, NULL), NO_API,
              "UnregisterOnAuthenticatedCallback", ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterSynchronizeStateEventCallback(NULL, on_synchronized, NULL), NO_API,
              "RegisterSynchronizeStateEventCallback", ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterConnectCallback(on_event), NO_API, "RegisterConnectCallback (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterCloseCallback(on_event), NO_API, "RegisterCloseCallback (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterPingCallback(on_event), NO_API, "RegisterPingCallback (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterPongCallback(on_event), NO_API, "RegisterPongCallback (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterDefaultRequestHandler(NULL), NO_API, "RegisterDefaultRequestHandler", ORIGINAL_PASSES);
    CHECK_INT(twApi_ClearSubscribedPropertyCurrentValues(), TW_SUBSCRIBEDPROP_MGR_NOT_INTIALIZED,
              "ClearSubscribedPropertyCurrentValues (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_SetSubscribedProperty(THING, "p", a_number(1), FALSE, FALSE), NO_API,
              "SetSubscribedProperty: the value is taken", ORIGINAL_PASSES);
    CHECK_INT(twApi_IsFIPSCompatible(), TW_FIPS_MODE_NOT_SUPPORTED, "IsFIPSCompatible", ORIGINAL_PASSES);
    CHECK_INT(twApi_EnableFipsMode(), TW_FIPS_MODE_NOT_SUPPORTED, "EnableFipsMode", ORIGINAL_PASSES);
    CHECK_INT(twApi_DisableFipsMode(), TW_OK, "DisableFipsMode", ORIGINAL_PASSES);
    CHECK_INT(twApi_IsFipsModeEnabled(), FALSE, "IsFipsModeEnabled", ORIGINAL_PASSES);
    twApi_SetSelfSignedOk();
    twApi_DisableCertValidation();
    twApi_DisableEncryption();
    twApi_DisableWebSocketCompression();
    twApi_TaskerFunction(0, NULL);
    twMessageHandler_msgHandlerTask(0, NULL);
    twPrimitive_Delete(value);
    twDataShape_Delete(shape);
    twList_Delete(names);
}

static void requests_without_api(void) {
    twPrimitive *value = a_number(1), *read = NULL;
    twInfoTable *result = NULL;
    twList *list = twApi_CreatePropertyList("p", a_number(2), 0);
    uint32_t id = 7;
    CHECK_INT(twApi_ReadProperty(TW_THING, THING, "p", &read, 10, FALSE), NOT_SENT, "ReadProperty (Q-A9)",
              ORIGINAL_PASSES);
    CHECK_INT(twApi_WriteProperty(TW_THING, THING, "p", value, 10, FALSE), NOT_SENT, "WriteProperty", ORIGINAL_PASSES);
    CHECK_INT(twApi_InvokeService(TW_THING, THING, "s", NULL, &result, 10, FALSE), NOT_SENT, "InvokeService",
              ORIGINAL_PASSES);
    CHECK_INT(twApi_FireEvent(TW_THING, THING, "e", NULL, 10, FALSE), NOT_SENT, "FireEvent", ORIGINAL_PASSES);
    CHECK_INT(twApi_InvokeServiceAsync(TW_THING, THING, "s", NULL, FALSE, on_response, &id), NOT_SENT,
              "InvokeServiceAsync", ORIGINAL_PASSES);
    CHECK_INT(id, 7, "the id is left alone", ORIGINAL_PASSES);
    CHECK_INT(twApi_PushProperties(TW_THING, THING, list, 10, FALSE), NO_API, "PushProperties", ORIGINAL_PASSES);
    twPrimitive_Delete(value);
    twApi_DeletePropertyList(list);
}

static void pointers_without_api(void) {
    CHECK(twApi_GetConnectionInfo() == NULL, "GetConnectionInfo", QUIRK("Q-A8"));
    CHECK_INT(twApi_GetIsAuthenticated(), FALSE, "GetIsAuthenticated", QUIRK("Q-A8"));
}

static void initialize_arguments(void) {
    twcfg.connect_retries = 1;
    twcfg.connect_retry_interval = 1;
    CHECK_INT(twApi_RegisterInitCallback(on_init, &calls), TW_OK, "RegisterInitCallback (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_Initialize(NULL, 1, "/", give_key, NULL, 8192, 8192, TRUE), TW_INVALID_PARAM, "no host (t)",
              ORIGINAL_PASSES);
    CHECK_INT(twApi_Initialize("localhost", 0, "/", give_key, NULL, 8192, 8192, TRUE), TW_INVALID_PARAM, "no port (t)",
              ORIGINAL_PASSES);
    CHECK_INT(twApi_Initialize("localhost", 1, NULL, give_key, NULL, 8192, 8192, TRUE), TW_INVALID_PARAM,
              "no resource (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_Initialize("localhost", 1, "/", NULL, NULL, 8192, 8192, TRUE), TW_INVALID_PARAM, "no key (t)",
              ORIGINAL_PASSES);
    CHECK_INT(twApi_Initialize("localhost", 1, "/", give_key, NULL, 8193, 8192, TRUE), TW_INVALID_PARAM,
              "chunk above frame (t)", ORIGINAL_PASSES);
    CHECK_INT(calls, 5, "the init callback is called each time", ORIGINAL_PASSES);
    CHECK(seen_data == &calls, "with its user data", ORIGINAL_PASSES);
    CHECK_INT(twApi_Initialize("host.invalid", 1, "/", give_key, NULL, 8192, 8192, TRUE), TW_HOST_NOT_FOUND,
              "a host that is not known", ORIGINAL_PASSES);
    CHECK(twApi_GetApi() == NULL, "nothing is left", ORIGINAL_PASSES);
    CHECK_INT(initialize(), TW_OK, "right arguments", ORIGINAL_PASSES);
    CHECK_INT(twApi_Initialize("other.invalid", 2, "/", give_key, "g", 1, 1, FALSE), TW_OK, "a second time (t)",
              ORIGINAL_PASSES);
    CHECK_STR(twApi_GetConnectionInfo()->ws_host, "127.0.0.1", "its arguments are ignored", ORIGINAL_PASSES);
    CHECK_INT(twApi_Delete(), TW_OK, "delete", ORIGINAL_PASSES);
    CHECK(tw_api == NULL, "the pointer is NULL", ORIGINAL_PASSES);
}

static void no_init_callback(void) {
    CHECK_INT(twApi_RegisterInitCallback(NULL, NULL), TW_OK, "NULL is registered", ORIGINAL_PASSES);
    CHECK_INT(initialize(), TW_OK, "and not called", QUIRK("Q-A8"));
    CHECK_INT(twApi_Delete(), TW_OK, "delete", QUIRK("Q-A8"));
}

static void state_after_initialize(void) {
    initialize();
    CHECK(tw_api == twApi_GetApi(), "the exported pointer", ORIGINAL_PASSES);
    CHECK_INT(tw_api->manuallyDisconnected, TRUE, "manuallyDisconnected", ORIGINAL_PASSES);
    CHECK_INT(tw_api->isAuthenticated, FALSE, "isAuthenticated", ORIGINAL_PASSES);
    CHECK_INT(tw_api->connectionInProgress, FALSE, "connectionInProgress", ORIGINAL_PASSES);
    CHECK_INT(tw_api->firstConnectionComplete, FALSE, "firstConnectionComplete", ORIGINAL_PASSES);
    CHECK_INT(tw_api->firstSynchronizationComplete, FALSE, "firstSynchronizationComplete", ORIGINAL_PASSES);
    CHECK_INT(tw_api->autoreconnect, TRUE, "autoreconnect", ORIGINAL_PASSES);
    CHECK_INT(tw_api->handle_pongs, TRUE, "handle_pongs", ORIGINAL_PASSES);
    CHECK_INT(tw_api->ping_rate, twcfg.ping_rate, "ping_rate", ORIGINAL_PASSES);
    CHECK_INT(tw_api->duty_cycle, twcfg.duty_cycle, "duty_cycle", ORIGINAL_PASSES);
    CHECK_INT(tw_api->duty_cycle_period, twcfg.duty_cycle_period, "duty_cycle_period", ORIGINAL_PASSES);
    CHECK_INT(tw_api->connect_timeout, 0, "connect_timeout (Q-A20)", ORIGINAL_PASSES);
    CHECK_INT(tw_api->connect_retries, 0, "connect_retries (Q-A20)", ORIGINAL_PASSES);
    CHECK_INT(twDict_GetCount(tw_api->callbackList), 0, "callbackList", ORIGINAL_PASSES);
    CHECK_INT(twDict_GetCount(tw_api->boundList), 0, "boundList", ORIGINAL_PASSES);
    CHECK_INT(twList_GetCount(tw_api->bindEventCallbackList), 0, "bindEventCallbackList", ORIGINAL_PASSES);
    CHECK_INT(twList_GetCount(tw_api->synchronizeStateEventCallbackList), 0, "synchronizeStateEventCallbackList",
              ORIGINAL_PASSES);
    CHECK(tw_api->mh && tw_api->mh->ws && tw_api->mh->ws->connection, "handler, WebSocket, TLS client", ORIGINAL_PASSES);
    CHECK(tw_api->mh->on_ws_connected == NULL && tw_api->mh->on_ws_close == NULL && tw_api->mh->on_ping == NULL,
          "no event callbacks", ORIGINAL_PASSES);
    CHECK(tw_api->mh->on_pong != NULL, "but the SDK's own for pongs", ORIGINAL_PASSES);
    CHECK(tw_api->mh->ws->gatewayName == NULL && tw_api->mh->ws->gatewayType == NULL, "no gateway", ORIGINAL_PASSES);
    CHECK(tw_api->connectionInfo == twApi_GetConnectionInfo(), "connectionInfo", ORIGINAL_PASSES);
    twMutex_Lock(tw_api->mtx);
    twMutex_Unlock(tw_api->mtx);
    twApi_Delete();
}

static void settings(void) {
    twConnectionInfo *info;
    char gateway[] = "Gate";
    initialize();
    info = twApi_GetConnectionInfo();
    CHECK_INT(twApi_SetDutyCycle(150, 4000), TW_OK, "SetDutyCycle", ORIGINAL_PASSES);
    CHECK_INT(tw_api->duty_cycle, 100, "at most 100 (t)", ORIGINAL_PASSES);
    CHECK_INT(tw_api->duty_cycle_period, 4000, "period", ORIGINAL_PASSES);
    CHECK_INT(twcfg.duty_cycle, 100, "in twcfg too", ORIGINAL_PASSES);
    CHECK_INT(twcfg.duty_cycle_period, 4000, "the period too", ORIGINAL_PASSES);
    twApi_SetDutyCycle(20, 0);
    CHECK_INT(twApi_SetPingRate(1234), TW_OK, "SetPingRate", ORIGINAL_PASSES);
    CHECK_INT(tw_api->ping_rate, 1234, "ping_rate", ORIGINAL_PASSES);
    CHECK_INT(twApi_SetConnectTimeout(2345), TW_OK, "SetConnectTimeout", ORIGINAL_PASSES);
    CHECK_INT(tw_api->connect_timeout, 2345, "connect_timeout", ORIGINAL_PASSES);
    CHECK_INT(twApi_SetConnectRetries(-1), TW_OK, "SetConnectRetries", ORIGINAL_PASSES);
    CHECK_INT(tw_api->connect_retries, -1, "connect_retries", ORIGINAL_PASSES);
    CHECK_INT(twApi_SetGatewayName(NULL), TW_INVALID_PARAM, "SetGatewayName(NULL) (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_SetGatewayType(NULL), TW_INVALID_PARAM, "SetGatewayType(NULL) (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_SetGatewayName(gateway), TW_OK, "SetGatewayName", ORIGINAL_PASSES);
    CHECK_INT(twApi_SetGatewayType("Type"), TW_OK, "SetGatewayType", ORIGINAL_PASSES);
    gateway[0] = 'x';
    CHECK_STR(tw_api->mh->ws->gatewayName, "Gate", "a copy", ORIGINAL_PASSES);
    CHECK_STR(tw_api->mh->ws->gatewayType, "Type", "the type", ORIGINAL_PASSES);
    CHECK_INT(twApi_SetIsAuthenticated(TRUE), TW_OK, "SetIsAuthenticated", ORIGINAL_PASSES);
    CHECK_INT(twApi_GetIsAuthenticated(), TRUE, "GetIsAuthenticated", ORIGINAL_PASSES);
    CHECK_INT(twApi_isConnected(), FALSE, "connected is more than authenticated", ORIGINAL_PASSES);
    tw_api->isAuthenticated = FALSE;
    CHECK_INT(twApi_GetIsAuthenticated(), FALSE, "the field is live", ORIGINAL_PASSES);
    CHECK_INT(info->disableEncryption, TRUE, "disableEncryption", ORIGINAL_PASSES);
    twApi_SetSelfSignedOk();
    twApi_SetSelfSignedOk();
    twApi_DisableCertValidation();
    twApi_DisableCertValidation();
    CHECK_INT(info->selfsignedOk, TRUE, "selfsignedOk", ORIGINAL_PASSES);
    CHECK_INT(info->doNotValidateCert, TRUE, "doNotValidateCert", ORIGINAL_PASSES);
    twApi_Delete();
}

/* A second name replaces the first, which is freed: seen under valgrind. */
static void settings_again(void) {
    initialize();
    twApi_SetGatewayName("first");
    twApi_SetGatewayName("second");
    twApi_SetGatewayType("first");
    twApi_SetGatewayType("second");
    CHECK_STR(tw_api->mh->ws->gatewayName, "second", "the last name (Q-T9)", ORIGINAL_PASSES);
    twApi_Delete();
}

static void certificates(void) {
    twConnectionInfo *info;
    twcfg.connect_retry_interval = 10;
    twApi_Initialize("127.0.0.1", 1, "/", give_key, NULL, 8192, 8192, TRUE);
    info = twApi_GetConnectionInfo();
    CHECK_INT(twApi_SetX509Fields("sc", "so", "su", "ic", "io", "iu"), TW_OK, "SetX509Fields", ORIGINAL_PASSES);
    CHECK_STR(info->subject_cn, "sc", "subject_cn", ORIGINAL_PASSES);
    CHECK_STR(info->issuer_ou, "iu", "issuer_ou", ORIGINAL_PASSES);
    CHECK_INT(twApi_SetX509Fields(NULL, "other", NULL, NULL, NULL, NULL), TW_OK, "SetX509Fields again", ORIGINAL_PASSES);
    CHECK_STR(info->subject_o, "other", "subject_o", ORIGINAL_PASSES);
    CHECK_INT(twApi_LoadCACert(NULL, 0), TW_INVALID_PARAM, "LoadCACert(NULL)", ORIGINAL_PASSES);
    CHECK_INT(twApi_LoadCACert("/nowhere/ca.pem", 0), TW_TLS_ERROR_LOADING_FILE, "a file that is not there",
              ORIGINAL_PASSES);
    CHECK_INT(twApi_LoadCACert("/", 0), TW_TLS_ERROR_LOADING_FILE, "a directory", ORIGINAL_PASSES);
    CHECK_STR(info->ca_cert_file, "/", "the last path is remembered", ORIGINAL_PASSES);
    CHECK_INT(twApi_LoadClientCert(NULL), TW_INVALID_PARAM, "LoadClientCert(NULL)", ORIGINAL_PASSES);
    CHECK_INT(twApi_LoadClientCert("/nowhere"), TW_TLS_ERROR_LOADING_FILE, "LoadClientCert", ORIGINAL_PASSES);
    CHECK_INT(twApi_SetClientKey(NULL, give_key, 1), TW_INVALID_PARAM, "SetClientKey without file (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_SetClientKey("/nowhere", NULL, 1), TW_INVALID_PARAM, "SetClientKey without callback (t)",
              ORIGINAL_PASSES);
    CHECK_INT(twApi_SetClientKey("/nowhere", give_key, 1), -1, "a key that cannot be read", ORIGINAL_PASSES);
    twApi_Delete();
}

static void without_handler(void) {
    twMessageHandler *handler;
    initialize();
    handler = tw_api->mh;
    tw_api->mh = NULL;
    CHECK_INT(twApi_LoadCACert("x", 0), TW_NULL_OR_INVALID_MSG_HANDLER, "LoadCACert (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_LoadClientCert("x"), TW_NULL_OR_INVALID_MSG_HANDLER, "LoadClientCert (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_SetClientKey("x", give_key, 1), TW_NULL_OR_INVALID_MSG_HANDLER, "SetClientKey (t)", ORIGINAL_PASSES);
    tw_api->mh = handler;
    twApi_Delete();
}

/* As programs look a registration up: only the four names are set. */
static callbackInfo *registered(enum characteristicEnum kind, char *name) {
    callbackInfo query, *found = NULL;
    memset(&query, 0x5a, sizeof(query));
    query.entityType = TW_THING;
    query.entityName = THING;
    query.characteristicType = kind;
    query.characteristicName = name;
    twDict_Find(tw_api->callbackList, &query, (void **)&found);
    return found;
}

static void registering_properties(void) {
    callbackInfo *info;
    twPropertyDef *definition;
    initialize();
    CHECK_INT(twApi_RegisterProperty(TW_THING, NULL, "p", TW_NUMBER, NULL, NULL, 0, on_property, NULL), TW_INVALID_PARAM,
              "no thing (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterProperty(TW_THING, THING, NULL, TW_NUMBER, NULL, NULL, 0, on_property, NULL),
              TW_INVALID_PARAM, "no name (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterProperty(TW_THING, THING, "p", TW_NUMBER, NULL, NULL, 0, NULL, NULL), TW_INVALID_PARAM,
              "no callback (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterProperty((enum entityTypeEnum)0, THING, "p", TW_NUMBER, NULL, NULL, 0, on_property, NULL),
              TW_INVALID_PARAM, "entity type 0", ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterProperty(TW_THING, THING, "p", TW_NUMBER, "text", "VALUE", 1.5, on_property, &calls), TW_OK,
              "register", ORIGINAL_PASSES);
    CHECK_INT(add_property("p", NULL, 0), TW_ERROR_ITEM_EXISTS, "twice (t)", ORIGINAL_PASSES);
    CHECK_INT(twDict_GetCount(tw_api->callbackList), 1, "the count", ORIGINAL_PASSES);
    info = registered(TW_PROPERTIES, "p");
    CHECK(info && info->cb == (void *)on_property && info->userdata == &calls, "what was registered", ORIGINAL_PASSES);
    definition = info->characteristicDefinition;
    CHECK_STR(definition->description, "text", "its definition", ORIGINAL_PASSES);
    CHECK_STR(cJSON_GetObjectItem(definition->aspects, "pushType")->valuestring, "VALUE", "pushType", ORIGINAL_PASSES);
    CHECK_INT(twApi_UpdatePropertyMetaData(TW_THING, THING, "none", TW_NUMBER, NULL, NULL, 0), TW_INVALID_PARAM,
              "update what is not there (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_UpdatePropertyMetaData(TW_THING, NULL, "p", TW_NUMBER, NULL, NULL, 0), TW_INVALID_PARAM,
              "update no thing (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_UpdatePropertyMetaData(TW_THING, THING, "p", TW_UNKNOWN_TYPE, NULL, NULL, 3), TW_OK,
              "update nothing but the push type", ORIGINAL_PASSES);
    info = registered(TW_PROPERTIES, "p");
    definition = info->characteristicDefinition;
    CHECK_INT(definition->type, TW_NUMBER, "the type stays", ORIGINAL_PASSES);
    CHECK_STR(definition->description, "text", "the description stays", ORIGINAL_PASSES);
    CHECK(cJSON_GetObjectItem(definition->aspects, "pushType") == NULL, "NULL removes the push type", ORIGINAL_PASSES);
    CHECK(info->userdata == &calls, "the user data stays", ORIGINAL_PASSES);
    CHECK_INT(twApi_UnregisterPropertyCallback(THING, "none", NULL), NOT_FOUND, "unregister nothing (t)",
              ORIGINAL_PASSES);
    CHECK_INT(twApi_UnregisterPropertyCallback(THING, "p", NULL), TW_OK, "unregister (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_UnregisterPropertyCallback(NULL, "p", NULL), TW_INVALID_PARAM, "unregister of no thing",
              ORIGINAL_PASSES);
    CHECK_INT(twDict_GetCount(tw_api->callbackList), 0, "it is gone", ORIGINAL_PASSES);
    twApi_Delete();
}

static void registering_services(void) {
    twDataShape *shape = a_shape();
    initialize();
    CHECK_INT(twApi_RegisterService(TW_THING, NULL, "s", NULL, shape, TW_NUMBER, NULL, on_service, NULL),
              TW_INVALID_PARAM, "no thing (t): the shape stays", ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterService(TW_THING, THING, NULL, NULL, shape, TW_NUMBER, NULL, on_service, NULL),
              TW_INVALID_PARAM, "no name (t): the shape stays", ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterService(TW_THING, THING, "s", NULL, shape, TW_NUMBER, NULL, NULL, NULL), TW_INVALID_PARAM,
              "no callback (t): the shape stays", ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterService(TW_THING, THING, "s", NULL, shape, TW_INFOTABLE, a_shape(), on_service, NULL), TW_OK,
              "register: the shapes are taken", ORIGINAL_PASSES);
    CHECK(((twServiceDef *)registered(TW_SERVICES, "s")->characteristicDefinition)->inputs == shape, "the same shape",
          ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterService(TW_THING, THING, "s", NULL, a_shape(), TW_INFOTABLE, a_shape(), on_service, NULL),
              TW_ERROR_ITEM_EXISTS, "twice (t): the shapes are taken", ORIGINAL_PASSES);
    shape = a_shape();
    CHECK_INT(twApi_RegisterEvent(TW_THING, NULL, "e", NULL, shape), TW_INVALID_PARAM, "event: no thing", ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterEvent(TW_THING, THING, NULL, NULL, shape), TW_INVALID_PARAM, "event: no name",
              ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterEvent(TW_THING, THING, "e", NULL, shape), TW_OK, "event", ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterEvent(TW_THING, THING, "e", NULL, a_shape()), TW_ERROR_ITEM_EXISTS, "event: twice",
              ORIGINAL_PASSES);
    CHECK(((twServiceDef *)registered(TW_EVENTS, "e")->characteristicDefinition)->inputs == shape, "the event's shape",
          ORIGINAL_PASSES);
    CHECK_INT(twApi_UnregisterServiceCallback(THING, "none", NULL), NOT_FOUND, "unregister nothing (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_UnregisterServiceCallback(THING, "s", NULL), TW_OK, "unregister (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_UnregisterThing("nothing"), TW_OK, "unregister nothing of a thing (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_UnregisterThing(NULL), TW_INVALID_PARAM, "unregister no thing", ORIGINAL_PASSES);
    CHECK_INT(twApi_UnregisterThing(THING), TW_OK, "unregister all of a thing", ORIGINAL_PASSES);
    CHECK_INT(twDict_GetCount(tw_api->callbackList), 0, "nothing is left", ORIGINAL_PASSES);
    twApi_Delete();
}

static void registering_callbacks(void) {
    initialize();
    CHECK_INT(twApi_RegisterPropertyCallback(TW_THING, NULL, "c", on_property, NULL), TW_INVALID_PARAM,
              "property: no thing (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterPropertyCallback(TW_THING, THING, NULL, on_property, NULL), TW_INVALID_PARAM,
              "property: no name (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterPropertyCallback(TW_THING, THING, "c", NULL, NULL), TW_INVALID_PARAM,
              "property: no callback (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterPropertyCallback(TW_THING, THING, "c", on_property, NULL), TW_OK, "property", ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterPropertyCallback(TW_THING, THING, "c", on_property, NULL), TW_ERROR_ITEM_EXISTS,
              "property: twice (t)", ORIGINAL_PASSES);
    CHECK(registered(TW_PROPERTIES, "c")->characteristicDefinition == NULL, "no definition", ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterServiceCallback(TW_THING, NULL, "c", on_service, NULL), TW_INVALID_PARAM,
              "service: no thing (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterServiceCallback(TW_THING, THING, "c", NULL, NULL), TW_INVALID_PARAM,
              "service: no callback (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterServiceCallback(TW_THING, THING, "c", on_service, NULL), TW_OK, "service", ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterServiceCallback(TW_THING, THING, "c", on_service, NULL), TW_ERROR_ITEM_EXISTS,
              "service: twice (t)", ORIGINAL_PASSES);
    twApi_Delete();
}

static void callbacks_without_definition(void) {
    initialize();
    twApi_RegisterPropertyCallback(TW_THING, THING, "c", on_property, NULL);
    twApi_RegisterServiceCallback(TW_THING, THING, "s", on_service, NULL);
    CHECK_INT(twApi_UpdatePropertyMetaData(TW_THING, THING, "c", TW_NUMBER, NULL, NULL, 0), TW_INVALID_PARAM, "update",
              QUIRK("Q-A8"));
    CHECK_INT(twApi_AddAspectToProperty(THING, "c", "x", a_number(1)), TW_INVALID_PARAM, "aspect of a property",
              QUIRK("Q-A8"));
    CHECK_INT(twApi_AddAspectToService(THING, "s", "x", a_number(1)), TW_INVALID_PARAM, "aspect of a service",
              QUIRK("Q-A8"));
    CHECK_INT(twApi_SetSubscribedProperty(THING, "c", a_number(1), FALSE, FALSE), TW_INVALID_PARAM, "set",
              QUIRK("Q-A8"));
    twApi_Delete();
}

static void aspects(void) {
    twPrimitive *value = a_number(1);
    initialize();
    add_property("p", "ALWAYS", 0);
    twApi_RegisterService(TW_THING, THING, "s", NULL, NULL, TW_NOTHING, NULL, on_service, NULL);
    twApi_RegisterEvent(TW_THING, THING, "e", NULL, NULL);
    CHECK_INT(twApi_AddAspectToProperty(NULL, "p", "x", value), TW_INVALID_PARAM, "no thing: the value stays",
              ORIGINAL_PASSES);
    CHECK_INT(twApi_AddAspectToProperty(THING, "p", NULL, value), TW_INVALID_PARAM, "no name: the value stays",
              ORIGINAL_PASSES);
    CHECK_INT(twApi_AddAspectToEvent(THING, NULL, "x", value), TW_INVALID_PARAM, "no event: the value stays",
              ORIGINAL_PASSES);
    twPrimitive_Delete(value);
    CHECK_INT(twApi_AddAspectToProperty(THING, "none", "x", a_number(1)), TW_INVALID_PARAM,
              "unknown property: the value is deleted", ORIGINAL_PASSES);
    CHECK_INT(twApi_AddAspectToService(THING, "none", "x", a_number(1)), TW_INVALID_PARAM,
              "unknown service: the value is deleted", ORIGINAL_PASSES);
    CHECK_INT(twApi_AddAspectToEvent(THING, "none", "x", a_number(1)), TW_INVALID_PARAM,
              "unknown event: the value is deleted", ORIGINAL_PASSES);
    CHECK_INT(twApi_AddAspectToProperty(THING, "p", "unit", twPrimitive_CreateFromString("bar", TRUE)), TW_OK,
              "property: the value is deleted", ORIGINAL_PASSES);
    CHECK_STR(cJSON_GetObjectItem(((twPropertyDef *)registered(TW_PROPERTIES, "p")->characteristicDefinition)->aspects,
                                  "unit")
                  ->valuestring,
              "bar", "it is in the definition", ORIGINAL_PASSES);
    CHECK_INT(twApi_AddAspectToService(THING, "s", "level", twPrimitive_CreateFromInteger(3)), TW_OK, "service",
              ORIGINAL_PASSES);
    CHECK_INT(twApi_AddAspectToEvent(THING, "e", "level", twPrimitive_CreateFromInteger(4)), TW_OK, "event",
              ORIGINAL_PASSES);
    twApi_Delete();
}

static enum msgCodeEnum other_service(const char *entity, const char *name, twInfoTable *params, twInfoTable **content,
                                      void *userdata) {
    return on_service(entity, name, params, content, userdata) == TWX_SUCCESS ? TWX_FORBIDDEN : TWX_SUCCESS;
}

static void *handler_of(char *name) {
    void *userdata = &calls;
    return findCallback(TW_THING, THING, TW_SERVICES, name, &userdata);
}

static void dispatch_precedence(void) {
    void *userdata = &calls;
    initialize();
    CHECK(findCallback(TW_THING, THING, TW_SERVICES, "s", &userdata) == NULL && userdata == NULL, "nobody",
          ORIGINAL_PASSES);
    twApi_RegisterServiceCallback(TW_THING, THING, "s", on_service, &calls);
    CHECK(findCallback(TW_THING, THING, TW_SERVICES, "s", &userdata) == (void *)on_service && userdata == &calls,
          "the exact name, with its user data", ORIGINAL_PASSES);
    CHECK(handler_of("other") == NULL, "no other name", ORIGINAL_PASSES);
    CHECK(findCallback(TW_THING, THING, TW_PROPERTIES, "s", &userdata) == NULL, "no other kind", ORIGINAL_PASSES);
    CHECK(findCallback(TW_THING, "Other", TW_SERVICES, "s", &userdata) == NULL, "no other thing", ORIGINAL_PASSES);
    twApi_RegisterServiceCallback(TW_THING, THING, "*", other_service, NULL);
    CHECK(handler_of("other") == (void *)other_service, "* for the rest", ORIGINAL_PASSES);
    CHECK(handler_of("s") == (void *)on_service, "the exact name goes before *", ORIGINAL_PASSES);
    CHECK(handler_of("DeleteFile") == (void *)other_service, "* for file services", ORIGINAL_PASSES);
    twApi_RegisterServiceCallback(TW_THING, THING, "*B", on_service, NULL);
    CHECK(handler_of("DeleteFile") == (void *)on_service, "*B goes before *", ORIGINAL_PASSES);
    CHECK(handler_of("StartTunnel") == (void *)on_service, "*B for tunnels", ORIGINAL_PASSES);
    twApi_RegisterServiceCallback(TW_THING, THING, "*F", other_service, NULL);
    CHECK(handler_of("DeleteFile") == (void *)other_service, "*F goes before *B", ORIGINAL_PASSES);
    CHECK(handler_of("StartTunnel") == (void *)on_service, "*F is not for tunnels", ORIGINAL_PASSES);
    twApi_RegisterServiceCallback(TW_THING, THING, "*T", other_service, NULL);
    CHECK(handler_of("StartTunnel") == (void *)other_service, "*T goes before *B", ORIGINAL_PASSES);
    CHECK(findCallback(TW_THING, NULL, TW_SERVICES, "s", &userdata) == NULL, "NULL", ORIGINAL_PASSES);
    twApi_Delete();
}

static void binding_offline(void) {
    twList *names = twList_Create(NULL);
    initialize();
    CHECK_INT(twApi_BindThing(NULL), TW_INVALID_PARAM, "no name (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_BindThing(THING), TW_OK, "bind (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_BindThing(THING), TW_ERROR_ITEM_EXISTS, "twice (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_IsEntityBound(THING), TRUE, "recorded", ORIGINAL_PASSES);
    CHECK_INT(twApi_IsEntityBound("Boil"), FALSE, "not a part of the name", ORIGINAL_PASSES);
    CHECK_INT(twApi_IsEntityBound(NULL), FALSE, "NULL", ORIGINAL_PASSES);
    CHECK_INT(twDict_GetCount(tw_api->callbackList), 2, "GetMetadata and NotifyPropertyUpdate", ORIGINAL_PASSES);
    CHECK_INT(twApi_BindThings(NULL), TW_INVALID_PARAM, "no list", ORIGINAL_PASSES);
    CHECK_INT(twApi_BindThings_Metadata_Option(NULL, TRUE), TW_INVALID_PARAM, "no list, no metadata", ORIGINAL_PASSES);
    twList_Add(names, duplicateString("One"));
    twList_Add(names, duplicateString("Two"));
    CHECK_INT(twApi_BindThings_Metadata_Option(names, TRUE), TW_OK, "a list without metadata", ORIGINAL_PASSES);
    CHECK_INT(twDict_GetCount(tw_api->callbackList), 4, "NotifyPropertyUpdate for each", ORIGINAL_PASSES);
    CHECK_INT(twDict_GetCount(tw_api->boundList), 3, "boundList", ORIGINAL_PASSES);
    CHECK_INT(twApi_BindThings(names), TW_ERROR_ITEM_EXISTS, "twice", ORIGINAL_PASSES);
    CHECK_INT(twApi_BindThingWithoutDefaultServices("Bare"), TW_OK, "without services", ORIGINAL_PASSES);
    CHECK_INT(twApi_BindThingWithoutDefaultServices("Bare"), TW_OK, "twice is not told", ORIGINAL_PASSES);
    CHECK_INT(twDict_GetCount(tw_api->callbackList), 4, "no services", ORIGINAL_PASSES);
    CHECK_INT(twApi_UnbindThing(NULL), TW_INVALID_PARAM, "unbind: no name (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_UnbindThing("unknown"), OFFLINE, "unbind: unknown", ORIGINAL_PASSES);
    add_property("p", "ALWAYS", 0);
    CHECK_INT(twApi_UnbindThing(THING), OFFLINE, "unbind (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_IsEntityBound(THING), FALSE, "it is done anyway", ORIGINAL_PASSES);
    CHECK_INT(twApi_SetSubscribedProperty(THING, "p", a_number(1), FALSE, FALSE), TW_SUBSCRIBED_PROPERTY_NOT_FOUND,
              "registrations are gone", ORIGINAL_PASSES);
    twList_Delete(names);
    twApi_Delete();
}

static void own_metadata_service_wins(void) {
    initialize();
    twApi_RegisterServiceCallback(TW_THING, THING, "GetMetadata", on_service, NULL);
    twApi_BindThing(THING);
    CHECK(handler_of("GetMetadata") == (void *)on_service, "the application's (Q-A18)", ORIGINAL_PASSES);
    twApi_Delete();
}

static void empty_bind_lists(void) {
    twList *names = twList_Create(NULL);
    initialize();
    CHECK_INT(twApi_BindThings(names), TW_OK, "an empty list", ORIGINAL_PASSES);
    twList_Add(names, NULL);
    CHECK_INT(twApi_BindThings(names), TW_INVALID_PARAM, "a NULL name", QUIRK("Q-A8"));
    twList_Delete(names);
    twApi_Delete();
}

static void event_callbacks(void) {
    int one, two;
    initialize();
    CHECK_INT(twApi_RegisterBindEventCallback(THING, NULL, NULL), NO_API, "bind: no callback", ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterBindEventCallback(THING, on_bind, &one), TW_OK, "bind: named", ORIGINAL_PASSES);
    CHECK_INT(twList_GetCount(tw_api->bindEventCallbackList), 1, "bind: the list", ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterBindEventCallback(THING, on_bind, &two), TW_OK, "bind: again", ORIGINAL_PASSES);
    CHECK_INT(twApi_Disconnect("x"), TW_OK, "disconnect offline", ORIGINAL_PASSES);
    CHECK_INT(calls, 2, "all bind callbacks are called", ORIGINAL_PASSES);
    CHECK_STR(seen_name, THING, "with the name of their registration", ORIGINAL_PASSES);
    CHECK_INT(seen_bound, TRUE, "and TRUE (Q-A2)", ORIGINAL_PASSES);
    CHECK(seen_data == &two, "in order of registration", ORIGINAL_PASSES);
    CHECK_INT(twApi_UnregisterBindEventCallback(THING, on_bind, &calls), NOT_FOUND, "bind: other data", ORIGINAL_PASSES);
    CHECK_INT(twApi_UnregisterBindEventCallback(THING, on_bind, &one), TW_OK, "bind: unregister", ORIGINAL_PASSES);
    CHECK_INT(twList_GetCount(tw_api->bindEventCallbackList), 1, "bind: one is left", ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterOnAuthenticatedCallback(NULL, NULL), NO_API, "authenticated: no callback", ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterOnAuthenticatedCallback(on_authenticated, &one), TW_OK, "authenticated", ORIGINAL_PASSES);
    CHECK_INT(twApi_UnregisterOnAuthenticatedCallback(on_authenticated, &two), NOT_FOUND, "authenticated: other data",
              ORIGINAL_PASSES);
    CHECK_INT(twApi_UnregisterOnAuthenticatedCallback(on_authenticated, &one), TW_OK, "authenticated: unregister",
              ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterSynchronizeStateEventCallback(THING, NULL, NULL), NO_API, "synchronize: no callback",
              ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterSynchronizeStateEventCallback(THING, on_synchronized, &one), TW_OK, "synchronize",
              ORIGINAL_PASSES);
    CHECK_INT(twApi_UnregisterSynchronizeStateEventCallback(THING, on_synchronized, &two), NOT_FOUND,
              "synchronize: other data", ORIGINAL_PASSES);
    CHECK_INT(twApi_UnregisterSynchronizeStateEventCallback("Boi", on_synchronized, &one), NOT_FOUND,
              "synchronize: part of the name", QUIRK("Q-A24"));
    CHECK_INT(twApi_UnregisterSynchronizeStateEventCallback(THING, on_synchronized, &one), TW_OK,
              "synchronize: unregister", QUIRK("Q-A24"));
    twApi_Delete();
}

static void unregistering_wildcards(void) {
    initialize();
    twApi_RegisterBindEventCallback(NULL, on_bind, NULL);
    twApi_RegisterBindEventCallback(THING, on_bind, NULL);
    twApi_RegisterSynchronizeStateEventCallback(THING, on_synchronized, NULL);
    CHECK_INT(twApi_UnregisterBindEventCallback(THING, on_bind, NULL), TW_OK, "behind a wildcard", QUIRK("Q-A8"));
    CHECK_INT(twApi_UnregisterBindEventCallback(NULL, on_bind, NULL), TW_OK, "the wildcard", QUIRK("Q-A8"));
    CHECK_INT(twApi_UnregisterSynchronizeStateEventCallback(NULL, on_synchronized, NULL), NOT_FOUND,
              "NULL against a name", QUIRK("Q-A8"));
    twApi_Delete();
}

static void event_slots(void) {
    initialize();
    CHECK_INT(twApi_RegisterConnectCallback(on_event), TW_OK, "connect (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterCloseCallback(on_event), TW_OK, "close (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterPingCallback(on_event), TW_OK, "ping (t)", ORIGINAL_PASSES);
    CHECK(tw_api->mh->on_ws_connected == on_event && tw_api->mh->on_ws_close == on_event &&
              tw_api->mh->on_ping == on_event,
          "the slots", ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterPongCallback(NULL), TW_OK, "pong (t)", ORIGINAL_PASSES);
    CHECK_INT(tw_api->handle_pongs, FALSE, "any pong callback ends the watchdog (Q-C29)", ORIGINAL_PASSES);
    CHECK_INT(twApi_Disconnect("x"), TW_OK, "disconnect", ORIGINAL_PASSES);
    CHECK_INT(calls, 1, "the close callback without a link (Q-C34)", ORIGINAL_PASSES);
    CHECK_INT(twApi_RegisterCloseCallback(NULL), TW_OK, "NULL clears", ORIGINAL_PASSES);
    CHECK(tw_api->mh->on_ws_close == NULL, "the slot is empty", ORIGINAL_PASSES);
    twApi_Delete();
}

static void disconnect_without_reason(void) {
    initialize();
    CHECK_INT(twApi_Disconnect(NULL), TW_OK, "as with an empty one", QUIRK("Q-A8"));
    twApi_Delete();
}

static void requests_offline(void) {
    twPrimitive untouched, *read = &untouched, *value = a_number(2.5);
    twInfoTable *params = twInfoTable_CreateFromNumber("a", 1), *result = params;
    twList *list;
    uint32_t id = 7;
    initialize();
    CHECK_INT(twApi_ReadProperty(TW_THING, THING, "p", &read, 10, FALSE), OFFLINE, "read", ORIGINAL_PASSES);
    CHECK(read == &untouched, "the result is left alone", ORIGINAL_PASSES);
    CHECK_INT(twApi_ReadProperty(TW_THING, NULL, "p", &read, 10, FALSE), NOT_SENT, "read: no thing", ORIGINAL_PASSES);
    CHECK_INT(twApi_ReadProperty(TW_THING, THING, "p", NULL, 10, FALSE), NOT_SENT, "read: no result", ORIGINAL_PASSES);
    CHECK_INT(twApi_WriteProperty(TW_THING, THING, NULL, value, 10, FALSE), NOT_SENT, "write: no name", ORIGINAL_PASSES);
    CHECK_INT(value->type, TW_NUMBER, "the value is left alone", ORIGINAL_PASSES);
    CHECK_INT(twApi_WriteProperty(TW_THING, THING, "p", value, 10, FALSE), OFFLINE, "write", ORIGINAL_PASSES);
    CHECK_INT(value->type, TW_NOTHING, "the value is emptied", ORIGINAL_PASSES);
    CHECK_INT(twApi_WriteProperty(TW_THING, THING, "p", NULL, 10, FALSE), OFFLINE, "write nothing", ORIGINAL_PASSES);
    twPrimitive_Delete(value);
    CHECK_INT(twApi_InvokeService(TW_THING, THING, NULL, params, &result, 10, FALSE), NOT_SENT, "invoke: no name",
              ORIGINAL_PASSES);
    CHECK_INT(twApi_InvokeService(TW_THING, THING, "s", params, NULL, 10, FALSE), NOT_SENT, "invoke: no result",
              ORIGINAL_PASSES);
    CHECK(params->rows != NULL, "the parameters are left alone", ORIGINAL_PASSES);
    CHECK_INT(twApi_InvokeService(TW_THING, THING, "s", params, &result, 10, FALSE), OFFLINE, "invoke", ORIGINAL_PASSES);
    CHECK(result == params && params->rows == NULL, "the parameters are emptied, the shell stays (Q-A25)",
          ORIGINAL_PASSES);
    twInfoTable_Delete(params);
    params = twInfoTable_CreateFromNumber("a", 1);
    CHECK_INT(twApi_InvokeServiceAsync(TW_THING, THING, "s", params, FALSE, NULL, &id), NOT_SENT, "async: no callback",
              ORIGINAL_PASSES);
    CHECK_INT(id, 7, "the id is left alone", ORIGINAL_PASSES);
    CHECK_INT(twApi_InvokeServiceAsync(TW_THING, THING, "s", params, FALSE, on_response, &id), OFFLINE, "async",
              ORIGINAL_PASSES);
    CHECK_INT(id, 0, "the id is 0", ORIGINAL_PASSES);
    CHECK_INT(calls, 0, "the callback is not called", ORIGINAL_PASSES);
    twInfoTable_Delete(params);
    params = twInfoTable_CreateFromNumber("a", 1);
    CHECK_INT(twApi_FireEvent(TW_THING, THING, "e", params, 10, FALSE), OFFLINE, "event", ORIGINAL_PASSES);
    CHECK(params->rows == NULL, "its data is emptied", ORIGINAL_PASSES);
    twInfoTable_Delete(params);
    list = twApi_CreatePropertyList("p", a_number(1), 0);
    CHECK_INT(twApi_PushProperties(TW_THING, NULL, list, 10, FALSE), TWX_BAD_REQUEST_CODE, "push: no thing (Q-A9)",
              ORIGINAL_PASSES);
    CHECK_INT(twApi_PushProperties(TW_THING, THING, NULL, 10, FALSE), TWX_BAD_REQUEST_CODE, "push: no list",
              ORIGINAL_PASSES);
    CHECK_INT(twApi_PushProperties(TW_THING, THING, list, 10, FALSE), OFFLINE, "push", ORIGINAL_PASSES);
    CHECK_INT(((twProperty *)list->first->value)->value->type, TW_NOTHING, "the values are emptied", ORIGINAL_PASSES);
    twApi_DeletePropertyList(list);
    CHECK_INT(twApi_SendPing(NULL), TW_WEBSOCKET_NOT_CONNECTED, "ping (t)", ORIGINAL_PASSES);
    twApi_Delete();
}

static void table_value_without_name(void) {
    twInfoTable *table = twInfoTable_CreateFromNumber("a", 1);
    twPrimitive *value = twPrimitive_CreateFromInfoTable(table);
    initialize();
    CHECK_INT(twApi_WriteProperty(TW_THING, THING, NULL, value, 10, FALSE), NOT_SENT, "write a table without name",
              QUIRK("4.6"));
    twPrimitive_Delete(value);
    twInfoTable_Delete(table);
    twApi_Delete();
}

static void property_lists(void) {
    twList *list = twApi_CreatePropertyList("first", a_number(1), 1234567890123);
    twPrimitive *kept = a_number(9);
    CHECK_INT(twApi_AddPropertyToList(NULL, "x", kept, 0), TW_INVALID_PARAM, "no list: the value stays", ORIGINAL_PASSES);
    twPrimitive_Delete(kept);
    CHECK_INT(twApi_AddPropertyToList(list, "second", a_number(2), 0), TW_OK, "add: the value is taken", ORIGINAL_PASSES);
    CHECK_INT(twList_GetCount(list), 2, "a plain list", ORIGINAL_PASSES);
    CHECK_STR(((twProperty *)list->first->value)->name, "first", "in order", ORIGINAL_PASSES);
    CHECK_INT(((twProperty *)list->first->value)->timestamp, 1234567890123, "its time", ORIGINAL_PASSES);
    CHECK_STR(((twProperty *)list->first->value)->quality, "GOOD", "its quality", ORIGINAL_PASSES);
    CHECK(((twProperty *)list->last->value)->timestamp > 1500000000000, "time 0 is now", ORIGINAL_PASSES);
    CHECK_INT(twApi_DeletePropertyList(list), TW_OK, "delete", ORIGINAL_PASSES);
    CHECK_INT(twApi_DeletePropertyList(NULL), TW_INVALID_PARAM, "delete nothing (t)", ORIGINAL_PASSES);
}

static void incomplete_elements(void) {
    twList *list = twApi_CreatePropertyList("first", a_number(1), 0);
    CHECK_INT(twApi_AddPropertyToList(list, NULL, a_number(1), 0), TW_INVALID_PARAM, "no name", QUIRK("Q-A8"));
    CHECK_INT(twApi_AddPropertyToList(list, "x", NULL, 0), TW_INVALID_PARAM, "no value", QUIRK("Q-A8"));
    CHECK_INT(twList_GetCount(list), 1, "nothing was added", QUIRK("Q-A8"));
    twApi_DeletePropertyList(list);
}

static void connecting_to_nobody(void) {
    DATETIME start;
    initialize();
    CHECK_INT(twApi_Connect(1000, 0), TW_OK, "no retries: nothing is tried, 0 (Q-C10)", ORIGINAL_PASSES);
    CHECK_INT(twApi_isConnected(), FALSE, "but not connected", ORIGINAL_PASSES);
    CHECK_INT(tw_api->connect_timeout, 1000, "the timeout is stored", ORIGINAL_PASSES);
    CHECK_INT(twApi_Connect(1000, 2), TW_SOCKET_INIT_ERROR, "refused", ORIGINAL_PASSES);
    CHECK_INT(tw_api->manuallyDisconnected, TRUE, "manuallyDisconnected", ORIGINAL_PASSES);
    CHECK_INT(tw_api->firstConnectionComplete, TRUE, "firstConnectionComplete", ORIGINAL_PASSES);
    CHECK_INT(tw_api->connectionInProgress, FALSE, "connectionInProgress", ORIGINAL_PASSES);
    CHECK_INT(tw_api->connect_retries, 2, "the retries are stored", ORIGINAL_PASSES);
    twcfg.connect_retry_interval = 3000;
    start = twGetSystemTime(TRUE);
    CHECK_INT(twApi_Connect(1000, 1), TW_SOCKET_INIT_ERROR, "refused again", ORIGINAL_PASSES);
    CHECK(twGetSystemTime(TRUE) - start < 2500, "no pause after the last attempt", QUIRK("Q-C11"));
    twApi_Delete();
}

static void tasker_offline(void) {
    initialize();
    twApi_TaskerFunction(twGetSystemTime(TRUE), NULL);
    CHECK_INT(tw_api->firstSynchronizationComplete, TRUE, "the first pass is enough (Q-A7)", ORIGINAL_PASSES);
    twApi_Delete();
}

static void deleting(void) {
    twDict *alive;
    int i;
    initialize();
    alive = twDict_Create(deleteCallbackInfo, twCallbackInfoParser);
    CHECK_INT(twApi_Delete(), TW_UNKNOWN_ERROR, "with a live dictionary (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_Delete(), TW_OK, "again (t)", ORIGINAL_PASSES);
    initialize();
    CHECK_INT(twApi_Delete(), TW_OK, "the dictionary is forgotten", ORIGINAL_PASSES);
    for (i = 0; i < 3; i++) {
        CHECK_INT(initialize(), TW_OK, "initialize again", ORIGINAL_PASSES);
        add_property("p", "ALWAYS", 0);
        twApi_BindThing(THING);
        twApi_RegisterBindEventCallback(NULL, on_bind, NULL);
        CHECK_INT(twApi_Delete(), TW_OK, "delete with registrations", ORIGINAL_PASSES);
    }
    if (!conformance_tests_other()) {
        twDict_Delete(alive);
    }
}

static void exported_pointer(void) {
    twApi *api;
    initialize();
    api = tw_api;
    tw_api = NULL;
    CHECK(twApi_GetApi() == NULL, "GetApi", ORIGINAL_PASSES);
    CHECK_INT(twApi_BindThing(THING), NO_API, "BindThing", ORIGINAL_PASSES);
    CHECK_INT(twApi_isConnected(), FALSE, "isConnected", ORIGINAL_PASSES);
    tw_api = api;
    CHECK_INT(twApi_IsEntityBound(THING), FALSE, "nothing was bound", ORIGINAL_PASSES);
    twApi_Delete();
}

static void tasks(void) {
    int i;
    for (i = 0; i < 5; i++) {
        CHECK_INT(twApi_CreateTask(1000, twApi_TaskerFunction), i, "a slot (t)", ORIGINAL_PASSES);
    }
    CHECK_INT(twApi_CreateTask(1000, twApi_TaskerFunction), TW_MAX_TASKS_EXCEEDED, "no more (t)", ORIGINAL_PASSES);
    twTaskerRemoveAllTasks();
}

CONFORMANCE_MAIN_WARM("twApi.h", warm_up_offline(), GROUP(codes_without_api), GROUP(requests_without_api),
                 GROUP_CRASHES(pointers_without_api, "Q-A8"), GROUP(initialize_arguments),
                 GROUP_CRASHES(no_init_callback, "Q-A8"), GROUP(state_after_initialize), GROUP(settings),
                 GROUP(settings_again), GROUP(certificates), GROUP(without_handler), GROUP(registering_properties),
                 GROUP(registering_services), GROUP(registering_callbacks),
                 GROUP_CRASHES(callbacks_without_definition, "Q-A8"), GROUP(aspects), GROUP(dispatch_precedence),
                 GROUP(binding_offline), GROUP(own_metadata_service_wins), GROUP_CRASHES(empty_bind_lists, "Q-A8"),
                 GROUP(event_callbacks), GROUP_CRASHES(unregistering_wildcards, "Q-A8"), GROUP(event_slots),
                 GROUP_CRASHES(disconnect_without_reason, "Q-A8"), GROUP(requests_offline),
                 GROUP_CRASHES(table_value_without_name, "4.6"), GROUP(property_lists),
                 GROUP_CRASHES(incomplete_elements, "Q-A8"), GROUP(connecting_to_nobody), GROUP(tasker_offline),
                 GROUP(deleting), GROUP(exported_pointer), GROUP(tasks))
