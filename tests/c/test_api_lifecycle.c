/* twApi.h without a platform: codes without an API object, Initialize and Delete, programs that change the exported pointer. */
#include "api_offline.h"

/* Exported, but no header declares it (api-behaviour.md 17). */
int subscribedPropertyUpdateTaskForEachHandler(void *key, size_t key_size, void *entry, size_t entry_size, void *data);

static void on_init(void *userdata) {
    seen.init++;
    seen.userdata = userdata;
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

static int set_number(char *name, double number) {
    return twApi_SetSubscribedProperty(THING, name, twPrimitive_CreateFromNumber(number), FALSE, FALSE);
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

/* An object of the program's own in place of the SDK's: what is in it counts, what is NULL in it is absent. */
static void test_object_of_the_program(int has_api) {
    twApi *api = tw_api, own;
    twMessageHandler handler;
    twWs ws;
    void *userdata = &own;
    bindListEntry *bound;
    twInfoTable *table = NULL;

    memset(&own, 0, sizeof(own));
    memset(&handler, 0, sizeof(handler));
    memset(&ws, 0, sizeof(ws));
    memset(&seen, 0, sizeof(seen));
    tw_api = &own;
    CHECK(twApi_GetApi() == &own && twApi_GetConnectionInfo() == NULL);
    CHECK_INT(twApi_isConnected(), FALSE);
    CHECK_INT(twApi_GetIsAuthenticated(), FALSE);
    own.isAuthenticated = TRUE;
    own.connectionInProgress = TRUE;
    CHECK_INT(twApi_GetIsAuthenticated(), TRUE);
    CHECK_INT(twApi_ConnectionInProgress(), TRUE);
    CHECK_INT(twApi_isConnected(), FALSE);
    own.mh = &handler;
    CHECK_INT(twApi_isConnected(), FALSE);
    handler.ws = &ws;
    CHECK_INT(twApi_isConnected(), FALSE);
    ws.isConnected = TRUE;
    CHECK_INT(twApi_isConnected(), TRUE);
    CHECK_INT(twApi_SetIsAuthenticated(FALSE), TW_OK);
    CHECK_INT(own.isAuthenticated, FALSE);
    CHECK_INT(twApi_isConnected(), FALSE);
    CHECK_INT(twApi_RegisterPingCallback(on_event), TW_OK);
    CHECK(handler.on_ping == on_event);
    CHECK_INT(twApi_CleanupOldMessages(), has_api ? TW_OK : TW_NULL_OR_INVALID_API_SINGLETON);
    own.mh = NULL;
    CHECK_INT(twApi_RegisterPingCallback(on_event), TW_NULL_OR_INVALID_MSG_HANDLER);
    CHECK_INT(twApi_SetDutyCycle(40, 7000), TW_OK);
    CHECK(own.duty_cycle == 40 && own.duty_cycle_period == 7000 && twcfg.duty_cycle == 40);
    twcfg.duty_cycle = 20;
    twcfg.duty_cycle_period = 0;
    CHECK_INT(twApi_SetPingRate(1234), TW_OK);
    CHECK_INT(own.ping_rate, 1234);

    /* Lists that are not there, and lists of the program. */
    CHECK_INT(twApi_RegisterBindEventCallback(NULL, on_bind, NULL), TW_INVALID_PARAM);
    CHECK_INT(twApi_UnregisterBindEventCallback(NULL, on_bind, NULL), NOT_REGISTERED);
    CHECK_INT(makeAuthOrBindCallbacks(THING, TW_THING, 1, NULL), TW_OK);
    CHECK_INT(makeSynchronizedStateCallbacks(THING, TW_THING, NULL), TW_OK);
    CHECK_INT(register_number(THING, "p", "ALWAYS", 0.0),
              has_api ? TW_INVALID_PARAM : TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(set_number("p", 1.0), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_IsEntityBound(THING), FALSE);
    CHECK(findCallback(TW_THING, THING, TW_PROPERTIES, "p", &userdata) == NULL && userdata == NULL);
    CHECK_INT(twApi_LoadCACert("x", 0), has_api ? TW_NULL_OR_INVALID_MSG_HANDLER : TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_SetX509Fields("a", NULL, NULL, NULL, NULL, NULL),
              has_api ? TW_OK : TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_InvokeService(TW_THING, THING, "s", NULL, &table, 10, FALSE), has_api ? OFFLINE : REFUSED_LOCALLY);
    own.bindEventCallbackList = twList_Create(deleteCallbackInfo);
    own.boundList = twDict_Create(bindListEntry_Delete, bindListEntry_Parser);
    CHECK_INT(twApi_RegisterBindEventCallback(NULL, on_bind, NULL), TW_OK);
    CHECK_INT(twList_GetCount(own.bindEventCallbackList), 1);
    CHECK_INT(makeAuthOrBindCallbacks(THING, TW_THING, 1, NULL), TW_OK);
    CHECK_INT(seen.bind, 1);
    bound = bindListEntry_Create(THING);
    bound->needsPropertyUpdate = TRUE;
    twDict_Add(own.boundList, bound);
    CHECK_INT(twApi_IsEntityBound(THING), TRUE);
    CHECK_INT(subscribedPropertyUpdateTaskForEachHandler(NULL, 0, NULL, 0, NULL), 0);
    CHECK_INT(subscribedPropertyUpdateTaskForEachHandler(NULL, 0, bound, sizeof(*bound), NULL), 0);
    CHECK_INT(bound->needsPropertyUpdate, FALSE);
    twList_Delete(own.bindEventCallbackList);
    twDict_Delete(own.boundList);
    tw_api = api;
    CHECK_INT(twApi_isConnected(), FALSE);
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
    make_store();
    test_without_api();
    test_object_of_the_program(FALSE);
    test_initialize_arguments();
    CHECK_INT(initialize(), TW_OK);
    test_initial_state();
    test_exported_pointer();
    test_object_of_the_program(TRUE);
    test_disconnect_and_tick_offline();
    CHECK_INT(twApi_Delete(), TW_OK);
    test_delete();
    test_delete_in_its_own_callback();
    remove_store();
    return check_result();
}
