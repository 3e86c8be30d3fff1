/* twApi.h without a platform: codes without an API object and offline, registrations and who owns what, the containers of
 * the API object, connection settings, subscribed properties, Initialize and Delete. */
#define _XOPEN_SOURCE 700
#include "twApi.h"
#include "cJSON.h"
#include "twProperties.h"
#include "twServices.h"
#include "twTls.h"

#include "check.h"

#include <stdlib.h>
#include <unistd.h>

#define THING "Boiler"
/* Returns of the library that have no name in twErrors.h, or one that says less. */
#define ITEM_EXISTS 106
#define NOT_REGISTERED 1104
#define OFFLINE 1113
#define REFUSED_LOCALLY 1107
#define BAD_REQUEST_CODE 128
#define LOG_LEVEL_ERROR 4
#define MAPS_ALIVE 100

/* Exported, but no header declares it (api-behaviour.md 17). */
extern twApi *tw_api;

static int key_calls;

static void app_key(char *buffer, unsigned int size) {
    key_calls++;
    snprintf(buffer, size, "%s", "offline-key");
}

static int initialize(void) {
    return twApi_Initialize("127.0.0.1", 65000, "/Thingworx/WS", app_key, NULL, MESSAGE_CHUNK_SIZE, MESSAGE_CHUNK_SIZE,
                            TRUE);
}

static enum msgCodeEnum on_property(const char *entity, const char *name, twInfoTable **value, char is_write, void *data) {
    (void)entity;
    (void)name;
    (void)value;
    (void)is_write;
    (void)data;
    return TWX_SUCCESS;
}

static enum msgCodeEnum on_service(const char *entity, const char *name, twInfoTable *params, twInfoTable **content,
                                   void *data) {
    (void)entity;
    (void)name;
    (void)params;
    (void)content;
    (void)data;
    return TWX_SUCCESS;
}

static enum msgCodeEnum on_other_service(const char *entity, const char *name, twInfoTable *params,
                                         twInfoTable **content, void *data) {
    return on_service(entity, name, params, content, data) == TWX_SUCCESS ? TWX_FORBIDDEN : TWX_SUCCESS;
}

static twMessage *on_default(twMessage *message) {
    (void)message;
    return NULL;
}

static int on_event(struct twWs *ws, const char *data, size_t length) {
    (void)ws;
    (void)data;
    (void)length;
    return 0;
}

static int on_response(uint32_t id, enum msgCodeEnum code, char *reason, twInfoTable *content) {
    (void)id;
    (void)code;
    (void)reason;
    twInfoTable_Delete(content);
    return 0;
}

/* Everything that event callbacks report. */
static struct {
    int bind, authenticated, synchronized, init;
    char name[32];
    char value[32];
    char is_bound;
    void *userdata;
    twInfoTable *table;
} seen;

static void on_bind(char *entity, char is_bound, void *userdata) {
    seen.bind++;
    snprintf(seen.name, sizeof(seen.name), "%s", entity ? entity : "(NULL)");
    seen.is_bound = is_bound;
    seen.userdata = userdata;
}

static void on_authenticated(char *type, char *value, void *userdata) {
    seen.authenticated++;
    snprintf(seen.name, sizeof(seen.name), "%s", type);
    snprintf(seen.value, sizeof(seen.value), "%s", value);
    seen.userdata = userdata;
}

static void on_synchronized(char *entity, twInfoTable *table, void *userdata) {
    seen.synchronized++;
    snprintf(seen.name, sizeof(seen.name), "%s", entity);
    seen.table = table;
    seen.userdata = userdata;
}

static void on_init(void *userdata) {
    seen.init++;
    seen.userdata = userdata;
}

static twDataShape *a_shape(void) {
    return twDataShape_Create(twDataShapeEntry_Create("a", NULL, TW_NUMBER));
}

static int register_number(char *thing, char *name, char *push_type, double threshold) {
    return twApi_RegisterProperty(TW_THING, thing, name, TW_NUMBER, "a number", push_type, threshold, on_property, NULL);
}

static void test_without_api(void) {
    twPrimitive *value = twPrimitive_CreateFromNumber(1.0);
    twPrimitive *read = value;
    twInfoTable *result = NULL;
    twDataShape *shape = a_shape();
    twList *list = twApi_CreatePropertyList("p", twPrimitive_CreateFromNumber(2.0), 0);
    twList *ids = NULL;
    uint32_t id = 7;
    void *userdata = &id;

    CHECK(twApi_GetApi() == NULL);
    CHECK_STR(twApi_GetVersion(), "2.2.1");
    CHECK_INT(twApi_Delete(), TW_OK);
    CHECK_INT(twApi_Connect(1000, 1), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_Disconnect("none"), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_isConnected(), FALSE);
    CHECK_INT(twApi_ConnectionInProgress(), FALSE);
    CHECK_INT(twApi_StopConnectionAttempt(), TW_OK);
    CHECK(twApi_GetConnectionInfo() == NULL);
    CHECK_INT(twApi_GetIsAuthenticated(), FALSE);
    CHECK_INT(twApi_SetIsAuthenticated(TRUE), LOG_LEVEL_ERROR);
    CHECK_INT(twApi_SetDutyCycle(50, 1000), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_SetPingRate(1000), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_SetConnectTimeout(1000), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_SetConnectRetries(1), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_SetGatewayName("g"), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_SetGatewayType("g"), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_CleanupOldMessages(), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_SendPing(NULL), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_RegisterConnectCallback(on_event), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_RegisterCloseCallback(on_event), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_RegisterPingCallback(on_event), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_RegisterPongCallback(on_event), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_RegisterDefaultRequestHandler(on_default), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_LoadCACert("x", 0), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_LoadClientCert("x"), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_SetClientKey("x", app_key, 1), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_SetX509Fields("x", NULL, NULL, NULL, NULL, NULL), TW_NULL_OR_INVALID_API_SINGLETON);
    twApi_SetSelfSignedOk();
    twApi_DisableCertValidation();
    twApi_DisableEncryption();
    twApi_DisableWebSocketCompression();
    twApi_TaskerFunction(0, NULL);
    twMessageHandler_msgHandlerTask(0, NULL);

    CHECK_INT(twApi_BindThing(THING), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_BindThings(list), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_BindThingWithoutDefaultServices(THING), TW_INVALID_PARAM);
    CHECK_INT(twApi_UnbindThing(THING), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_IsEntityBound(THING), FALSE);
    CHECK_INT(twApi_RegisterBindEventCallback(THING, on_bind, NULL), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_UnregisterBindEventCallback(THING, on_bind, NULL), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_RegisterOnAuthenticatedCallback(on_authenticated, NULL), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_UnregisterOnAuthenticatedCallback(on_authenticated, NULL), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_RegisterSynchronizeStateEventCallback(NULL, on_synchronized, NULL), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_UnregisterSynchronizeStateEventCallback(NULL, on_synchronized, NULL),
              TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(makeAuthOrBindCallbacks(THING, TW_THING, 1, NULL), TW_INVALID_PARAM);
    CHECK_INT(makeSynchronizedStateCallbacks(THING, TW_THING, NULL), TW_INVALID_PARAM);
    CHECK(findCallback(TW_THING, THING, TW_SERVICES, "s", &userdata) == NULL && userdata == NULL);

    CHECK_INT(register_number(THING, "p", "ALWAYS", 0.0), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_UpdatePropertyMetaData(TW_THING, THING, "p", TW_STRING, NULL, NULL, 0.0),
              TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_RegisterService(TW_THING, THING, "s", NULL, shape, TW_NUMBER, NULL, on_service, NULL),
              TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_RegisterEvent(TW_THING, THING, "e", NULL, shape), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_RegisterPropertyCallback(TW_THING, THING, "p", on_property, NULL), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_RegisterServiceCallback(TW_THING, THING, "s", on_service, NULL), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_UnregisterPropertyCallback(THING, "p", NULL), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_UnregisterServiceCallback(THING, "s", NULL), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_UnregisterThing(THING), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_AddAspectToProperty(THING, "p", "x", value), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_AddAspectToService(THING, "s", "x", value), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_AddAspectToEvent(THING, "e", "x", value), TW_NULL_OR_INVALID_API_SINGLETON);

    CHECK_INT(twApi_ReadProperty(TW_THING, THING, "p", &read, 10, FALSE), REFUSED_LOCALLY);
    CHECK(read == value);
    CHECK_INT(twApi_WriteProperty(TW_THING, THING, "p", value, 10, FALSE), REFUSED_LOCALLY);
    CHECK_INT(twApi_InvokeService(TW_THING, THING, "s", NULL, &result, 10, FALSE), REFUSED_LOCALLY);
    CHECK_INT(twApi_FireEvent(TW_THING, THING, "e", NULL, 10, FALSE), REFUSED_LOCALLY);
    CHECK_INT(twApi_InvokeServiceAsync(TW_THING, THING, "s", NULL, FALSE, on_response, &id), REFUSED_LOCALLY);
    CHECK_INT(id, 7);
    CHECK_INT(twApi_PushProperties(TW_THING, THING, list, 10, FALSE), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_SetSubscribedProperty(THING, "p", twPrimitive_CreateFromNumber(1.0), FALSE, FALSE),
              TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_PushSubscribedProperties(THING, FALSE), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_PushSubscribedPropertiesAsync(THING, FALSE, on_response, &ids), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK(ids == NULL);
    CHECK_INT(twApi_ClearSubscribedPropertyCurrentValues(), TW_SUBSCRIBEDPROP_MGR_NOT_INTIALIZED);
    CHECK_INT(twApi_CreateStubs(), TW_OK);
    CHECK_INT(twApi_DeleteStubs(), TW_OK);
    CHECK_INT(twApi_IsFIPSCompatible(), TW_FIPS_MODE_NOT_SUPPORTED);
    CHECK_INT(twApi_EnableFipsMode(), TW_FIPS_MODE_NOT_SUPPORTED);
    CHECK_INT(twApi_DisableFipsMode(), TW_OK);
    CHECK_INT(twApi_IsFipsModeEnabled(), FALSE);

    /* Still ours, as a leak checker sees. */
    twPrimitive_Delete(value);
    twDataShape_Delete(shape);
    twApi_DeletePropertyList(list);
}

static void test_initialize_arguments(void) {
    uint16_t size = MESSAGE_CHUNK_SIZE;
    int16_t retries = twcfg.connect_retries;
    uint32_t interval = twcfg.connect_retry_interval;

    CHECK_INT(twApi_RegisterInitCallback(on_init, &seen), TW_OK);
    seen.init = 0;
    CHECK_INT(twApi_Initialize(NULL, 80, "/WS", app_key, NULL, size, size, TRUE), TW_INVALID_PARAM);
    CHECK_INT(twApi_Initialize("localhost", 0, "/WS", app_key, NULL, size, size, TRUE), TW_INVALID_PARAM);
    CHECK_INT(twApi_Initialize("localhost", 80, NULL, app_key, NULL, size, size, TRUE), TW_INVALID_PARAM);
    CHECK_INT(twApi_Initialize("localhost", 80, "/WS", NULL, NULL, size, size, TRUE), TW_INVALID_PARAM);
    CHECK_INT(twApi_Initialize("localhost", 80, "/WS", app_key, NULL, size + 1, size, TRUE), TW_INVALID_PARAM);
    /* Called each time, whatever the arguments. */
    CHECK_INT(seen.init, 5);
    CHECK(seen.userdata == &seen);
    CHECK(tw_api == NULL);

    twcfg.connect_retries = 1;
    twcfg.connect_retry_interval = 1;
    CHECK_INT(twApi_Initialize("host.invalid", 80, "/WS", app_key, NULL, size, size, TRUE), TW_HOST_NOT_FOUND);
    twcfg.connect_retries = retries;
    twcfg.connect_retry_interval = interval;
    CHECK(tw_api == NULL);

    CHECK_INT(initialize(), TW_OK);
    CHECK(tw_api != NULL && twApi_GetApi() == tw_api);
    CHECK_INT(seen.init, 7);
    /* A second one does nothing but call. */
    CHECK_INT(twApi_Initialize("other.invalid", 1, "/", app_key, "g", 1, 1, FALSE), TW_OK);
    CHECK_INT(seen.init, 8);
    CHECK(tw_api->mh->ws->gatewayName == NULL);
    CHECK_STR(twApi_GetConnectionInfo()->ws_host, "127.0.0.1");
    CHECK_INT(twApi_Delete(), TW_OK);
    CHECK(tw_api == NULL);
    CHECK_INT(twApi_RegisterInitCallback(NULL, NULL), TW_OK);
    CHECK_INT(initialize(), TW_OK);
    CHECK_INT(seen.init, 8);
    CHECK_INT(twApi_Delete(), TW_OK);
    CHECK_INT(key_calls, 0);
}

static void test_initial_state(void) {
    struct twTlsClient *tls = tw_api->mh->ws->connection;

    CHECK_INT(tw_api->manuallyDisconnected, TRUE);
    CHECK_INT(tw_api->isAuthenticated, FALSE);
    CHECK_INT(tw_api->connectionInProgress, FALSE);
    CHECK_INT(tw_api->firstConnectionComplete, FALSE);
    CHECK_INT(tw_api->firstSynchronizationComplete, FALSE);
    CHECK_INT(tw_api->autoreconnect, TRUE);
    CHECK_INT(tw_api->handle_pongs, TRUE);
    CHECK_INT(tw_api->ping_rate, twcfg.ping_rate);
    CHECK_INT(tw_api->duty_cycle, twcfg.duty_cycle);
    CHECK_INT(tw_api->duty_cycle_period, twcfg.duty_cycle_period);
    CHECK_INT(tw_api->connect_timeout, 0);
    CHECK_INT(tw_api->connect_retries, 0);
    CHECK(tw_api->defaultRequestHandler == NULL);
    CHECK_INT(twDict_GetCount(tw_api->callbackList), 0);
    CHECK_INT(twDict_GetCount(tw_api->boundList), 0);
    CHECK_INT(twList_GetCount(tw_api->bindEventCallbackList), 0);
    CHECK_INT(twList_GetCount(tw_api->synchronizeStateEventCallbackList), 0);
    CHECK(tw_api->connectionInfo == twApi_GetConnectionInfo());
    CHECK(tw_api->mh->on_ws_connected == NULL && tw_api->mh->on_ws_close == NULL && tw_api->mh->on_ping == NULL);
    CHECK(tw_api->mh->on_pong != NULL);
    CHECK_INT(tls->selfSignedOk, FALSE);
    CHECK_INT(tls->validateCert, TRUE);
    CHECK(tls->connection->proxyHost == NULL && tls->connection->proxyUser == NULL);
    CHECK_INT(tls->connection->proxyPort, 0);
    CHECK(tw_api->mh->ws->gatewayName == NULL && tw_api->mh->ws->gatewayType == NULL);
    twMutex_Lock(tw_api->mtx);
    twMutex_Unlock(tw_api->mtx);
}

static void test_settings(void) {
    twConnectionInfo *info = twApi_GetConnectionInfo();
    char path[] = "/nowhere/ca.pem";

    CHECK_INT(twApi_SetDutyCycle(150, 4000), TW_OK);
    CHECK_INT(tw_api->duty_cycle, 100);
    CHECK_INT(tw_api->duty_cycle_period, 4000);
    CHECK_INT(twcfg.duty_cycle, 100);
    CHECK_INT(twcfg.duty_cycle_period, 4000);
    CHECK_INT(twApi_SetDutyCycle(20, 0), TW_OK);
    CHECK_INT(tw_api->duty_cycle, 20);
    CHECK_INT(twApi_SetPingRate(1234), TW_OK);
    CHECK_INT(tw_api->ping_rate, 1234);
    CHECK_INT(twApi_SetConnectTimeout(2345), TW_OK);
    CHECK_INT(tw_api->connect_timeout, 2345);
    CHECK_INT(twApi_SetConnectRetries(-1), TW_OK);
    CHECK_INT(tw_api->connect_retries, -1);

    CHECK_INT(twApi_SetGatewayName(NULL), TW_INVALID_PARAM);
    CHECK_INT(twApi_SetGatewayType(NULL), TW_INVALID_PARAM);
    CHECK_INT(twApi_SetGatewayName("first"), TW_OK);
    CHECK_INT(twApi_SetGatewayName("Gate"), TW_OK);
    CHECK_INT(twApi_SetGatewayType("Type"), TW_OK);
    CHECK_STR(tw_api->mh->ws->gatewayName, "Gate");
    CHECK_STR(tw_api->mh->ws->gatewayType, "Type");

    CHECK_INT(twApi_SetIsAuthenticated(TRUE), TW_OK);
    CHECK_INT(twApi_GetIsAuthenticated(), TRUE);
    CHECK_INT(tw_api->isAuthenticated, TRUE);
    CHECK_INT(twApi_isConnected(), FALSE);
    tw_api->isAuthenticated = FALSE;
    CHECK_INT(twApi_GetIsAuthenticated(), FALSE);

    CHECK_INT(info->selfsignedOk, FALSE);
    CHECK_INT(info->doNotValidateCert, FALSE);
    CHECK_INT(info->disableEncryption, FALSE);
    twApi_SetSelfSignedOk();
    twApi_SetSelfSignedOk();
    twApi_DisableCertValidation();
    twApi_DisableCertValidation();
    twApi_DisableEncryption();
    twApi_DisableEncryption();
    twApi_DisableWebSocketCompression();
    CHECK_INT(info->selfsignedOk, TRUE);
    CHECK_INT(info->doNotValidateCert, TRUE);
    CHECK_INT(info->disableEncryption, TRUE);
    CHECK_INT(tw_api->mh->ws->connection->selfSignedOk, TRUE);
    CHECK_INT(tw_api->mh->ws->connection->validateCert, FALSE);

    CHECK_INT(twApi_SetX509Fields("sc", "so", "su", "ic", "io", "iu"), TW_OK);
    CHECK_STR(info->subject_cn, "sc");
    CHECK_STR(info->subject_o, "so");
    CHECK_STR(info->subject_ou, "su");
    CHECK_STR(info->issuer_cn, "ic");
    CHECK_STR(info->issuer_o, "io");
    CHECK_STR(info->issuer_ou, "iu");
    CHECK_INT(twApi_SetX509Fields(NULL, "other", NULL, NULL, NULL, NULL), TW_OK);
    CHECK_STR(info->subject_o, "other");
    CHECK(info->subject_cn == NULL && info->issuer_ou == NULL);

    CHECK_INT(twApi_LoadCACert(NULL, 0), TW_INVALID_PARAM);
    CHECK_INT(twApi_LoadCACert(path, 0), TW_TLS_ERROR_LOADING_FILE);
    CHECK_INT(twApi_LoadCACert("/", 0), TW_TLS_ERROR_LOADING_FILE);
    CHECK_INT(twApi_LoadCACert(path, 0), TW_TLS_ERROR_LOADING_FILE);
    path[0] = 'x';
    CHECK_STR(info->ca_cert_file, "/nowhere/ca.pem");
    CHECK_INT(twApi_LoadClientCert(NULL), TW_INVALID_PARAM);
    CHECK_INT(twApi_LoadClientCert("/nowhere/cert.pem"), TW_TLS_ERROR_LOADING_FILE);
    CHECK_STR(info->client_cert_file, "/nowhere/cert.pem");
    CHECK_INT(twApi_SetClientKey(NULL, app_key, 1), TW_INVALID_PARAM);
    CHECK_INT(twApi_SetClientKey("/nowhere/key.pem", NULL, 1), TW_INVALID_PARAM);
    key_calls = 0;
    CHECK_INT(twApi_SetClientKey("/nowhere/key.pem", app_key, 1), -1);
    CHECK_INT(key_calls, 1);
    CHECK_STR(info->client_key_file, "/nowhere/key.pem");
    CHECK(info->client_key_passphrase == app_key);
}

/* A program may take the message handler or its WebSocket away: 300 where a connection object is needed. */
static void test_without_handler(void) {
    twMessageHandler *handler = tw_api->mh;
    twWs *ws = handler->ws;
    int i;

    for (i = 0; i < 2; i++) {
        if (i == 0) {
            tw_api->mh = NULL;
        } else {
            handler->ws = NULL;
        }
        CHECK_INT(twApi_LoadCACert("/nowhere/ca.pem", 0), TW_NULL_OR_INVALID_MSG_HANDLER);
        CHECK_INT(twApi_LoadClientCert("/nowhere/cert.pem"), TW_NULL_OR_INVALID_MSG_HANDLER);
        CHECK_INT(twApi_SetClientKey("/nowhere/key.pem", app_key, 1), TW_NULL_OR_INVALID_MSG_HANDLER);
        tw_api->mh = handler;
        handler->ws = ws;
    }
}

static void test_event_slots(void) {
    CHECK_INT(twApi_RegisterConnectCallback(on_event), TW_OK);
    CHECK_INT(twApi_RegisterCloseCallback(on_event), TW_OK);
    CHECK_INT(twApi_RegisterPingCallback(on_event), TW_OK);
    CHECK(tw_api->mh->on_ws_connected == on_event && tw_api->mh->on_ws_close == on_event);
    CHECK(tw_api->mh->on_ping == on_event && tw_api->mh->on_pong != on_event);
    CHECK_INT(tw_api->handle_pongs, TRUE);
    CHECK_INT(twApi_RegisterPongCallback(on_event), TW_OK);
    CHECK(tw_api->mh->on_pong == on_event);
    CHECK_INT(tw_api->handle_pongs, FALSE);
    CHECK_INT(twApi_RegisterConnectCallback(NULL), TW_OK);
    CHECK_INT(twApi_RegisterCloseCallback(NULL), TW_OK);
    CHECK_INT(twApi_RegisterPingCallback(NULL), TW_OK);
    CHECK_INT(twApi_RegisterPongCallback(NULL), TW_OK);
    CHECK(tw_api->mh->on_ws_connected == NULL && tw_api->mh->on_ws_close == NULL);
    CHECK(tw_api->mh->on_ping == NULL && tw_api->mh->on_pong == NULL);
    CHECK_INT(tw_api->handle_pongs, FALSE);

    CHECK_INT(twApi_RegisterDefaultRequestHandler(on_default), TW_OK);
    CHECK(tw_api->defaultRequestHandler == on_default);
    CHECK_INT(twApi_RegisterDefaultRequestHandler(NULL), TW_OK);
    CHECK(tw_api->defaultRequestHandler == NULL);
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

static void test_requests_offline(void) {
    twPrimitive untouched;
    twPrimitive *read = &untouched;
    twPrimitive *value = twPrimitive_CreateFromNumber(2.5);
    twInfoTable *params = twInfoTable_CreateFromNumber("a", 1.0);
    twInfoTable *result = params;
    twList *list;
    uint32_t id = 7;

    CHECK_INT(twApi_ReadProperty(TW_THING, THING, "p", &read, 10, FALSE), OFFLINE);
    CHECK(read == &untouched);
    CHECK_INT(twApi_ReadProperty(TW_THING, NULL, "p", &read, 10, FALSE), REFUSED_LOCALLY);
    CHECK_INT(twApi_ReadProperty(TW_THING, THING, NULL, &read, 10, FALSE), REFUSED_LOCALLY);
    CHECK_INT(twApi_ReadProperty(TW_THING, THING, "p", NULL, 10, FALSE), REFUSED_LOCALLY);
    CHECK_INT(twApi_WriteProperty(TW_THING, NULL, "p", value, 10, FALSE), REFUSED_LOCALLY);
    CHECK_INT(twApi_WriteProperty(TW_THING, THING, NULL, value, 10, FALSE), REFUSED_LOCALLY);
    CHECK_INT(value->type, TW_NUMBER);
    CHECK_INT(twApi_WriteProperty(TW_THING, THING, "p", value, 10, FALSE), OFFLINE);
    CHECK_INT(value->type, TW_NOTHING);
    CHECK_INT(twApi_WriteProperty(TW_THING, THING, "p", NULL, 10, FALSE), OFFLINE);
    twPrimitive_Delete(value);

    CHECK_INT(twApi_InvokeService(TW_THING, NULL, "s", params, &result, 10, FALSE), REFUSED_LOCALLY);
    CHECK_INT(twApi_InvokeService(TW_THING, THING, NULL, params, &result, 10, FALSE), REFUSED_LOCALLY);
    CHECK_INT(twApi_InvokeService(TW_THING, THING, "s", params, NULL, 10, FALSE), REFUSED_LOCALLY);
    CHECK(params->rows != NULL);
    CHECK_INT(twApi_InvokeService(TW_THING, THING, "s", params, &result, 10, FALSE), OFFLINE);
    CHECK(result == params && params->rows == NULL);
    twInfoTable_Delete(params);
    CHECK_INT(twApi_InvokeService(TW_THING, THING, "s", NULL, &result, -1, FALSE), OFFLINE);

    params = twInfoTable_CreateFromNumber("a", 1.0);
    CHECK_INT(twApi_InvokeServiceAsync(TW_THING, NULL, "s", params, FALSE, on_response, &id), REFUSED_LOCALLY);
    CHECK_INT(twApi_InvokeServiceAsync(TW_THING, THING, NULL, params, FALSE, on_response, &id), REFUSED_LOCALLY);
    CHECK_INT(twApi_InvokeServiceAsync(TW_THING, THING, "s", params, FALSE, NULL, &id), REFUSED_LOCALLY);
    CHECK_INT(id, 7);
    CHECK_INT(twApi_InvokeServiceAsync(TW_THING, THING, "s", params, FALSE, on_response, &id), OFFLINE);
    CHECK_INT(id, 0);
    twInfoTable_Delete(params);

    params = twInfoTable_CreateFromNumber("a", 1.0);
    CHECK_INT(twApi_FireEvent(TW_THING, NULL, "e", params, 10, FALSE), REFUSED_LOCALLY);
    CHECK_INT(twApi_FireEvent(TW_THING, THING, NULL, params, 10, FALSE), REFUSED_LOCALLY);
    CHECK_INT(twApi_FireEvent(TW_THING, THING, "e", params, 10, FALSE), OFFLINE);
    CHECK(params->rows == NULL);
    twInfoTable_Delete(params);

    list = twApi_CreatePropertyList("p", twPrimitive_CreateFromNumber(1.0), 0);
    CHECK_INT(twApi_PushProperties(TW_THING, NULL, list, 10, FALSE), BAD_REQUEST_CODE);
    CHECK_INT(twApi_PushProperties(TW_THING, THING, NULL, 10, FALSE), BAD_REQUEST_CODE);
    CHECK_INT(twApi_PushProperties(TW_THING, THING, list, 10, FALSE), OFFLINE);
    CHECK_INT(((twProperty *)list->first->value)->value->type, TW_NOTHING);
    CHECK_INT(twApi_DeletePropertyList(list), TW_OK);

    CHECK_INT(twApi_SendPing(NULL), TW_WEBSOCKET_NOT_CONNECTED);
    CHECK_INT(twApi_SendPing("x"), TW_WEBSOCKET_NOT_CONNECTED);
    {
        char text[112];
        memset(text, 'x', sizeof(text));
        text[111] = 0;
        CHECK_INT(twApi_SendPing(text), TW_WEBSOCKET_MSG_TOO_LARGE);
        text[110] = 0;
        CHECK_INT(twApi_SendPing(text), TW_WEBSOCKET_NOT_CONNECTED);
    }
    CHECK_INT(twApi_CleanupOldMessages(), TW_OK);
    CHECK_INT(key_calls, 0);
}

static void test_property_lists(void) {
    twList *list = twApi_CreatePropertyList("first", twPrimitive_CreateFromNumber(1.0), 1234567890123);
    twProperty *property;
    twPrimitive *kept = twPrimitive_CreateFromNumber(9.0);

    CHECK(twApi_CreatePropertyList(NULL, twPrimitive_CreateFromNumber(1.0), 0) == NULL);
    CHECK(twApi_CreatePropertyList("x", NULL, 0) == NULL);
    CHECK_INT(twApi_AddPropertyToList(NULL, "x", kept, 0), TW_INVALID_PARAM);
    twPrimitive_Delete(kept);
    CHECK_INT(twApi_AddPropertyToList(list, NULL, twPrimitive_CreateFromNumber(1.0), 0), TW_INVALID_PARAM);
    CHECK_INT(twApi_AddPropertyToList(list, "x", NULL, 0), TW_INVALID_PARAM);
    CHECK_INT(twApi_AddPropertyToList(list, "second", twPrimitive_CreateFromString("s", TRUE), 0), TW_OK);
    CHECK_INT(twList_GetCount(list), 2);
    property = list->first->value;
    CHECK_STR(property->name, "first");
    CHECK_STR(property->quality, "GOOD");
    CHECK_INT(property->timestamp, 1234567890123);
    property = list->first->next->value;
    CHECK_STR(property->name, "second");
    CHECK(property->timestamp > 1500000000000);
    CHECK_INT(twApi_DeletePropertyList(list), TW_OK);
    CHECK_INT(twApi_DeletePropertyList(NULL), TW_INVALID_PARAM);
}

static int set_number(char *name, double number) {
    return twApi_SetSubscribedProperty(THING, name, twPrimitive_CreateFromNumber(number), FALSE, FALSE);
}

static void test_subscribed_properties(void) {
    twList *ids = NULL;
    int i;

    CHECK_INT(register_number("T", "a", "ALWAYS", 0.0), TW_OK);
    CHECK_INT(register_number(THING, "none", NULL, 0.0), TW_OK);
    CHECK_INT(register_number(THING, "never", "NEVER", 0.0), TW_OK);
    CHECK_INT(twApi_SetSubscribedProperty(NULL, "a", twPrimitive_CreateFromNumber(1.0), FALSE, FALSE), TW_INVALID_PARAM);
    CHECK_INT(twApi_SetSubscribedProperty(THING, NULL, twPrimitive_CreateFromNumber(1.0), FALSE, FALSE),
              TW_INVALID_PARAM);
    CHECK_INT(twApi_SetSubscribedProperty(THING, "never", NULL, FALSE, FALSE), TW_INVALID_PARAM);
    CHECK_INT(set_number("unknown", 1.0), TW_SUBSCRIBED_PROPERTY_NOT_FOUND);
    CHECK_INT(set_number("none", 1.0), TW_INVALID_PARAM);
    CHECK_INT(set_number("never", 1.0), TW_OK);
    CHECK_INT(twApi_SetSubscribedPropertyVTQ("T", "a", twPrimitive_CreateVariant(twPrimitive_CreateFromNumber(1.0)), 0,
                                             NULL, FALSE, FALSE),
              TW_INVALID_PARAM);
    for (i = 0; i < 144; i++) {
        CHECK_INT(twApi_SetSubscribedPropertyVTQ("T", "a", twPrimitive_CreateFromNumber(i), 0, NULL, FALSE, FALSE),
                  TW_OK);
    }
    CHECK_INT(twApi_SetSubscribedProperty("T", "a", twPrimitive_CreateFromNumber(144.0), FALSE, FALSE),
              TW_PROPERTY_CHANGE_BUFFER_FULL);
    CHECK_INT(twApi_UnregisterPropertyCallback("T", "a", NULL), TW_OK);
    /* Unregistering has dropped the values. */
    CHECK_INT(register_number("T", "a", "VALUE", 0.0), TW_OK);
    CHECK_INT(twApi_SetSubscribedProperty("T", "a", twPrimitive_CreateFromNumber(1.0), FALSE, FALSE), TW_OK);
    CHECK_INT(twApi_SetSubscribedProperty("T", "a", twPrimitive_CreateFromNumber(2.0), TRUE, FALSE), TW_OK);
    CHECK_INT(twApi_ClearSubscribedPropertyCurrentValues(), TW_OK);
    CHECK_INT(twApi_SetSubscribedProperty("T", "a", twPrimitive_CreateFromNumber(3.0), FALSE, TRUE),
              TW_SUBSCRIBED_PROPERTY_LIST_PERSISTED);
    CHECK_INT(twApi_PushSubscribedProperties("T", FALSE), TW_OK);
    CHECK_INT(twApi_PushSubscribedProperties("Unknown", FALSE), TW_OK);
    CHECK_INT(twApi_PushSubscribedProperties(NULL, FALSE), TW_OK);
    CHECK_INT(twApi_PushSubscribedPropertiesAsync("T", FALSE, NULL, &ids), REFUSED_LOCALLY);
    CHECK_INT(twApi_PushSubscribedPropertiesAsync("T", FALSE, on_response, NULL), REFUSED_LOCALLY);
    CHECK_INT(twApi_PushSubscribedPropertiesAsync("T", FALSE, on_response, &ids), TW_OK);
    CHECK(ids != NULL);
    twList_Delete(ids);
    CHECK_INT(twApi_UnregisterThing("T"), TW_OK);
    CHECK_INT(twApi_UnregisterThing(THING), TW_OK);
}

/* Setting the exported pointer to NULL means: no API object. */
static void test_exported_pointer(void) {
    twApi *api = tw_api;
    tw_api = NULL;
    CHECK(twApi_GetApi() == NULL && twApi_GetConnectionInfo() == NULL);
    CHECK_INT(twApi_BindThing(THING), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_isConnected(), FALSE);
    tw_api = api;
    CHECK_INT(twApi_IsEntityBound(THING), FALSE);
}

static void test_delete(void) {
    twDict *alive;
    int i;

    CHECK_INT(initialize(), TW_OK);
    alive = twDict_Create(deleteCallbackInfo, twCallbackInfoParser);
    CHECK_INT(twApi_Delete(), MAPS_ALIVE);
    CHECK_INT(twApi_Delete(), TW_OK);
    twDict_Delete(alive);
    for (i = 0; i < 5; i++) {
        CHECK_INT(initialize(), TW_OK);
        test_initial_state();
        CHECK_INT(register_number(THING, "p", "ALWAYS", 0.0), TW_OK);
        CHECK_INT(twApi_BindThing(THING), TW_OK);
        CHECK_INT(twApi_RegisterBindEventCallback(NULL, on_bind, NULL), TW_OK);
        CHECK_INT(set_number("p", 1.0), TW_OK);
        CHECK_INT(twApi_Delete(), TW_OK);
    }
    /* Without its message handler too. */
    CHECK_INT(initialize(), TW_OK);
    {
        twMessageHandler *handler = tw_api->mh;
        tw_api->mh = NULL;
        CHECK_INT(twApi_TaskerFunction != NULL, TRUE);
        twApi_TaskerFunction(0, NULL);
        CHECK_INT(twApi_Disconnect(NULL), TW_OK);
        tw_api->mh = handler;
    }
    CHECK_INT(twApi_Delete(), TW_OK);
}

static void test_disconnect_and_tick_offline(void) {
    memset(&seen, 0, sizeof(seen));
    CHECK_INT(twApi_RegisterBindEventCallback("X", on_bind, NULL), TW_OK);
    /* All bind callbacks, with TRUE, also without a connection (Q-A2). */
    CHECK_INT(twApi_Disconnect("test"), TW_OK);
    CHECK_INT(seen.bind, 1);
    CHECK_INT(seen.is_bound, TRUE);
    CHECK_STR(seen.name, "X");
    CHECK_INT(twApi_UnregisterBindEventCallback("X", on_bind, NULL), TW_OK);
    CHECK_INT(tw_api->firstSynchronizationComplete, FALSE);
    twApi_TaskerFunction(twGetSystemTime(TRUE), NULL);
    CHECK_INT(tw_api->firstSynchronizationComplete, TRUE);
    CHECK_INT(twApi_Connect(1000, 0), TW_OK);
    CHECK_INT(twApi_isConnected(), FALSE);
    CHECK_INT(tw_api->connect_timeout, 1000);
    CHECK_INT(tw_api->manuallyDisconnected, FALSE);
    CHECK_INT(tw_api->firstConnectionComplete, TRUE);
    tw_api->manuallyDisconnected = TRUE;
}

static int deletions;

static int delete_again(struct twWs *ws, const char *data, size_t length) {
    (void)ws, (void)data, (void)length;
    deletions++;
    CHECK_INT(twApi_Delete(), 0);
    return 0;
}

static void test_delete_in_its_own_callback(void) {
    CHECK_INT(initialize(), TW_OK);
    CHECK_INT(twApi_RegisterCloseCallback(delete_again), TW_OK);
    CHECK_INT(twApi_Delete(), 0);
    CHECK_INT(deletions, 1);
    CHECK(tw_api == NULL);
}

int main(void) {
    char directory[] = "/tmp/twedge-offline-XXXXXX", file[64];
    CHECK(mkdtemp(directory) != NULL);
    snprintf(file, sizeof(file), "%s/subscribed_properties.bin", directory);
    twcfg.offline_msg_store_dir = directory;
    test_without_api();
    test_initialize_arguments();
    CHECK_INT(initialize(), TW_OK);
    test_initial_state();
    test_exported_pointer();
    test_properties();
    test_services_and_events();
    test_find_callback();
    test_binding();
    test_event_callbacks();
    test_requests_offline();
    test_property_lists();
    test_subscribed_properties();
    test_disconnect_and_tick_offline();
    test_event_slots();
    test_settings();
    test_without_handler();
    CHECK_INT(twApi_Delete(), TW_OK);
    test_delete();
    test_delete_in_its_own_callback();
    unlink(file);
    CHECK_INT(rmdir(directory), 0);
    return check_result();
}
