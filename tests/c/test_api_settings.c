/* twApi.h without a platform: slots of callbacks, settings of the connection and their traces in the public structs. */
#include "api_offline.h"

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

int main(void) {
    make_store();
    CHECK_INT(initialize(), TW_OK);
    test_event_slots();
    test_settings();
    test_without_handler();
    CHECK_INT(twApi_Delete(), TW_OK);
    remove_store();
    return check_result();
}
