/* twApi.h with a peer: connecting and failing to, the order of callbacks, requests in both directions, ownership
 * (api-behaviour.md 2.3, 2.5, 4.3, 4.5, 4.6, 5, 15). */
#include "twApi.h"

#include "cJSON.h"
#include "stringUtils.h"
#include "twErrors.h"
#include "twThreads.h"

#include "peer.h"

#include <sys/wait.h>

static int connected_in_connect = -1, connected_in_bind = -1;
static const char *wrong_key;

static void key(char *buffer, unsigned int size) {
    happened("key");
    if (wrong_key) {
        snprintf(buffer, size, "%s", wrong_key);
    } else {
        give_key(buffer, size);
    }
}

static void start_logged(void) {
    start();
    twApi_Delete();
    twApi_Initialize("127.0.0.1", platform_port(), "/Thingworx/WS", key, NULL, MESSAGE_CHUNK_SIZE, MESSAGE_CHUNK_SIZE,
                     TRUE);
    twApi_DisableEncryption();
}

static int on_connect(struct twWs *ws, const char *data, size_t length) {
    (void)ws;
    connected_in_connect = twApi_isConnected();
    happened(data == NULL && length == 0 ? "connect" : "connect with data");
    return 0;
}

static int on_close(struct twWs *ws, const char *data, size_t length) {
    char text[128];
    (void)ws;
    /* From the peer with two bytes of status in front, made here without. */
    if (length > 2 && data[0] == 3) {
        data += 2;
        length -= 2;
    }
    snprintf(text, sizeof(text), "close %.*s", (int)length, data ? data : "");
    happened(text);
    return 0;
}

static void on_bind(char *entity, char is_bound, void *userdata) {
    char text[128];
    connected_in_bind = twApi_isConnected();
    snprintf(text, sizeof(text), "%s %s %s", is_bound ? "bind" : "unbind", (char *)userdata, entity ? "named" : "any");
    happened(text);
}

static void on_authenticated(char *type, char *value, void *userdata) {
    char right[128];
    give_key(right, sizeof(right));
    happened(strcmp(type, "appKey") == 0 && strcmp(value, right) == 0 && userdata == &answer ? "authenticated"
                                                                                             : "authenticated wrongly");
}

static void register_events(void) {
    twApi_RegisterConnectCallback(on_connect);
    twApi_RegisterCloseCallback(on_close);
    twApi_RegisterBindEventCallback(NULL, on_bind, "1");
    twApi_RegisterBindEventCallback(thing, on_bind, "2");
    twApi_RegisterBindEventCallback("other", on_bind, "3");
    twApi_RegisterOnAuthenticatedCallback(on_authenticated, &answer);
}

static void order_of_callbacks(void) {
    start_logged();
    register_events();
    twApi_BindThing(thing);
    CHECK_INT(go_online(), TW_OK, "connect", ORIGINAL_PASSES);
    CHECK_STR(happenings, "key;connect;key;bind 1 any;bind 2 named;bind 3 named;", "at the first connect",
              ORIGINAL_PASSES);
    CHECK_INT(connected_in_connect, FALSE, "isConnected in the connect callback", ORIGINAL_PASSES);
    CHECK_INT(connected_in_bind, TRUE, "isConnected in the bind callback", ORIGINAL_PASSES);
    CHECK_INT(tw_api->manuallyDisconnected, FALSE, "manuallyDisconnected", ORIGINAL_PASSES);
    forget_happenings();
    CHECK(pump_until("authenticated;"), "authenticated from the tasker, with the key", ORIGINAL_PASSES);
    CHECK(strncmp(happenings, "key;authenticated;", 18) == 0, "after the key was asked", ORIGINAL_PASSES);
    forget_happenings();
    CHECK_INT(go_online(), TW_OK, "connect while online (Q-A21)", ORIGINAL_PASSES);
    CHECK_STR(happenings, "key;bind 1 any;bind 2 named;bind 3 named;", "authenticates and binds again", ORIGINAL_PASSES);
    forget_happenings();
    CHECK_INT(twApi_Disconnect("bye"), TW_OK, "disconnect", ORIGINAL_PASSES);
    CHECK_STR(happenings, "bind 1 any;bind 2 named;bind 3 named;close Normal Close bye;",
              "bind callbacks with TRUE, then close (Q-A2)", ORIGINAL_PASSES);
    CHECK_INT(twApi_isConnected(), FALSE, "not connected", ORIGINAL_PASSES);
    CHECK_INT(tw_api->manuallyDisconnected, TRUE, "manuallyDisconnected after Disconnect", ORIGINAL_PASSES);
    CHECK_INT(twApi_IsEntityBound(thing), TRUE, "the bound list is kept", ORIGINAL_PASSES);
    forget_happenings();
    CHECK_INT(go_online(), TW_OK, "connect again", ORIGINAL_PASSES);
    CHECK_STR(happenings, "key;connect;key;bind 1 any;bind 2 named;bind 3 named;", "binds everything again",
              ORIGINAL_PASSES);
    CHECK_INT(strange_threads, 0, "all on the thread that was lent", ORIGINAL_PASSES);
    twApi_Delete();
}

static void binding_and_its_callbacks(void) {
    start_logged();
    go_online();
    register_events();
    forget_happenings();
    CHECK_INT(twApi_BindThing(thing), TW_OK, "bind online", ORIGINAL_PASSES);
    CHECK_STR(happenings, "bind 1 any;bind 2 named;bind 3 named;", "all of them, with their own names", ORIGINAL_PASSES);
    forget_happenings();
    CHECK_INT(twApi_UnbindThing(thing), TW_OK, "unbind online", ORIGINAL_PASSES);
    CHECK_STR(happenings, "unbind 1 any;unbind 2 named;", "those of the name, and wildcards", ORIGINAL_PASSES);
    forget_happenings();
    CHECK_INT(twApi_BindThingWithoutDefaultServices(thing), TW_OK, "bind without services", ORIGINAL_PASSES);
    CHECK_STR(happenings, "bind 1 any;bind 2 named;", "likewise those of the name", ORIGINAL_PASSES);
    twApi_Delete();
}

static void losing_the_link(void) {
    char id[16];
    start_logged();
    register_events();
    twApi_BindThing(thing);
    go_online();
    pump_until("authenticated;");
    forget_happenings();
    snprintf(id, sizeof(id), "%d", connection_id());
    CHECK(ask("DELETE", NULL, "/twedge/connections/%s", id, "") < 300, "the peer closes", ORIGINAL_PASSES);
    CHECK(pump_until("authenticated;"), "connected again by the tasker", ORIGINAL_PASSES);
    CHECK_STR(happenings,
              "close Normal Close by the operator;key;connect;key;bind 1 any;bind 2 named;bind 3 named;key;authenticated;",
              "the order on a loss", ORIGINAL_PASSES);
    CHECK_INT(twApi_IsEntityBound(thing), TRUE, "the bound list survives", ORIGINAL_PASSES);
    CHECK_INT(strange_threads, 0, "all on the thread that was lent", ORIGINAL_PASSES);
    twApi_Delete();
}

/* Plain TCP that ends without a close frame. */
static void end_of_tcp_is_noticed(void) {
    int id;
    start_logged();
    register_events();
    twApi_BindThing(thing);
    go_online();
    pump_until("authenticated;");
    forget_happenings();
    id = faultf("{\"at\": \"service\", \"name\": \"Drop\", \"thing\": \"%s\", \"drop\": true, \"times\": %d}", thing, 1);
    {
        twInfoTable *result = NULL;
        twApi_InvokeService(TW_THING, thing, "Drop", NULL, &result, 500, FALSE);
        twInfoTable_Delete(result);
    }
    CHECK(pump_until("close "), "the close callback is called", QUIRK("Q-C14"));
    CHECK(pump_until("authenticated;"), "and connected again", QUIRK("Q-C14"));
    end_fault(id);
    twApi_Delete();
}

static void outage(void) {
    char id[16];
    int down;
    start_logged();
    twApi_BindThing(thing);
    twApi_Connect(2000, 1);
    snprintf(id, sizeof(id), "%d", connection_id());
    down = faultf("{\"at\": \"upgrade\", \"httpStatus\": 503%s, \"times\": %d}", "", 4);
    ask("DELETE", NULL, "/twedge/connections/%s", id, "");
    pump_until_connected(0);
    CHECK(pump_until_connected(1), "of more attempts than retries: connected again", QUIRK("Q-C8"));
    end_fault(down);
    twApi_Delete();
}

static void failing_to_connect(void) {
    int id;
    start();
    twApi_BindThing(thing);
    id = fault("{\"at\": \"upgrade\", \"httpStatus\": 503, \"times\": 1}");
    CHECK_INT(twApi_Connect(5000, 1), TW_ERROR_INITIALIZING_WEBSOCKET, "another HTTP status", ORIGINAL_PASSES);
    end_fault(id);
    id = fault("{\"at\": \"upgrade\", \"wrongAccept\": true, \"times\": 1}");
    CHECK_INT(twApi_Connect(5000, 1), TW_ERROR_INITIALIZING_WEBSOCKET, "a wrong Accept", ORIGINAL_PASSES);
    end_fault(id);
    id = fault("{\"at\": \"upgrade\", \"silence\": true, \"times\": 1}");
    CHECK_INT(twApi_Connect(300, 1), TW_TIMEOUT_INITIALIZING_WEBSOCKET, "no answer to the upgrade", ORIGINAL_PASSES);
    end_fault(id);
    CHECK_INT(tw_api->manuallyDisconnected, TRUE, "manuallyDisconnected", ORIGINAL_PASSES);
    twcfg.default_message_timeout = 300;
    id = fault("{\"at\": \"auth\", \"lose\": true, \"times\": 1}");
    CHECK_INT(twApi_Connect(5000, 1), UNANSWERED, "AUTH unanswered", ORIGINAL_PASSES);
    end_fault(id);
    twcfg.default_message_timeout = 10000;
    twApi_Delete();
}

static void refused_key(void) {
    int id;
    start();
    twApi_BindThing(thing);
    id = fault("{\"at\": \"auth\", \"answer\": 129, \"times\": 1}");
    CHECK_INT(twApi_Connect(5000, 1), 1101, "AUTH refused", ORIGINAL_PASSES);
    CHECK_INT(twApi_isConnected(), FALSE, "not connected", ORIGINAL_PASSES);
    CHECK_INT(tw_api->isAuthenticated, FALSE, "not authenticated", ORIGINAL_PASSES);
    CHECK_INT(tw_api->manuallyDisconnected, TRUE, "manuallyDisconnected", ORIGINAL_PASSES);
    end_fault(id);
    CHECK_INT(twApi_Connect(5000, 1), TW_OK, "the next call", ORIGINAL_PASSES);
    twApi_Delete();
}

static void refused_bind(void) {
    int id;
    start();
    id = faultf("{\"at\": \"bind\", \"answer\": 132, \"thing\": \"%s\", \"times\": %d}", thing, 2);
    twApi_BindThing(thing);
    CHECK_INT(twApi_Connect(5000, 1), NOT_FOUND, "in Connect: mapped", ORIGINAL_PASSES);
    CHECK_INT(twApi_isConnected(), TRUE, "but connected", ORIGINAL_PASSES);
    CHECK_INT(twApi_IsEntityBound(thing), TRUE, "the name stays recorded", ORIGINAL_PASSES);
    CHECK_INT(go_online(), TW_OK, "a second attempt of Connect", ORIGINAL_PASSES);
    end_fault(id);
    id = fault("{\"at\": \"bind\", \"answer\": 132, \"thing\": \"conformance-refused\"}");
    CHECK_INT(twApi_BindThing("conformance-refused"), TW_UNKNOWN_ERROR, "BindThing: 100 (Q-A1)", ORIGINAL_PASSES);
    CHECK_INT(twApi_IsEntityBound("conformance-refused"), TRUE, "it stays recorded", ORIGINAL_PASSES);
    CHECK_INT(twApi_BindThingWithoutDefaultServices("conformance-refused"), NOT_FOUND,
              "BindThingWithoutDefaultServices: mapped", ORIGINAL_PASSES);
    end_fault(id);
    id = fault("{\"at\": \"unbind\", \"answer\": 131, \"thing\": \"conformance-refused\"}");
    CHECK_INT(twApi_UnbindThing("conformance-refused"), 1103, "UnbindThing: mapped", ORIGINAL_PASSES);
    CHECK_INT(twApi_IsEntityBound("conformance-refused"), FALSE, "it is done anyway", ORIGINAL_PASSES);
    end_fault(id);
    twApi_Delete();
}

static const struct {
    int message, code;
} codes[] = {{0x40, 0},    {0x80, 1100}, {0x81, 1101}, {0x82, 1102}, {0x83, 1103}, {0x84, 1104}, {0x85, 1105},
             {0x86, 1106}, {0x8c, 1107}, {0x8d, 1108}, {0x8f, 1109}, {0xa0, 1110}, {0xa1, 1111}, {0xa2, 1112},
             {0xa3, 1113}, {0xa4, 1114}, {0x41, 100},  {0x90, 100}};

static void codes_of_answers(void) {
    size_t i;
    start();
    twApi_BindThing(thing);
    go_online();
    for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        char body[256], name[64];
        twInfoTable *result = NULL;
        int id;
        snprintf(body, sizeof(body), "{\"at\": \"service\", \"name\": \"Codes\", \"thing\": \"%s\", \"answer\": %d}", thing,
                 codes[i].message);
        id = fault(body);
        snprintf(name, sizeof(name), "0x%02x", (unsigned)codes[i].message);
        CHECK_INT(twApi_InvokeService(TW_THING, thing, "Codes", NULL, &result, -1, FALSE), codes[i].code, name,
                  ORIGINAL_PASSES);
        twInfoTable_Delete(result);
        end_fault(id);
    }
    twApi_Delete();
}

static void codes_of_other_requests(void) {
    twPrimitive *value, *read = NULL;
    twList *list;
    int id;
    start();
    add_property("p", "ALWAYS", 0);
    twApi_BindThing(thing);
    go_online();
    id = faultf("{\"at\": \"read\", \"name\": \"Codes\", \"thing\": \"%s\", \"answer\": %d}", thing, 0x83);
    CHECK_INT(twApi_ReadProperty(TW_THING, thing, "Codes", &read, -1, FALSE), 1103, "read", ORIGINAL_PASSES);
    end_fault(id);
    id = faultf("{\"at\": \"write\", \"name\": \"Codes\", \"thing\": \"%s\", \"answer\": %d}", thing, 0x86);
    value = a_number(1);
    CHECK_INT(twApi_WriteProperty(TW_THING, thing, "Codes", value, -1, FALSE), 1106, "write", ORIGINAL_PASSES);
    CHECK_INT(value->type, TW_NOTHING, "the value is emptied", ORIGINAL_PASSES);
    twPrimitive_Delete(value);
    end_fault(id);
    id = faultf("{\"at\": \"event\", \"name\": \"Codes\", \"thing\": \"%s\", \"answer\": %d}", thing, 0xa1);
    CHECK_INT(twApi_FireEvent(TW_THING, thing, "Codes", NULL, -1, FALSE), 1111, "event", ORIGINAL_PASSES);
    end_fault(id);
    id = faultf("{\"at\": \"push\", \"thing\": \"%s\", \"answer\": %d}", thing, 0xa3);
    list = twApi_CreatePropertyList("p", a_number(1), 0);
    CHECK_INT(twApi_PushProperties(TW_THING, thing, list, -1, FALSE), 1113, "push", ORIGINAL_PASSES);
    twApi_DeletePropertyList(list);
    end_fault(id);
    twApi_Delete();
}

static void unanswered_requests(void) {
    twInfoTable *params, *result = (twInfoTable *)&answer;
    DATETIME before;
    int id;
    start();
    twApi_BindThing(thing);
    go_online();
    id = faultf("{\"at\": \"service\", \"name\": \"Lost\", \"thing\": \"%s\", \"lose\": true, \"times\": %d}", thing, 2);
    params = twInfoTable_CreateFromNumber("a", 1);
    before = twGetSystemTime(TRUE);
    CHECK_INT(twApi_InvokeService(TW_THING, thing, "Lost", params, &result, 300, FALSE), UNANSWERED, "in time",
              ORIGINAL_PASSES);
    CHECK(twGetSystemTime(TRUE) - before >= 290, "not earlier", ORIGINAL_PASSES);
    CHECK(result == (twInfoTable *)&answer, "the result is left alone", ORIGINAL_PASSES);
    CHECK(params->rows == NULL, "the parameters are emptied", ORIGINAL_PASSES);
    twInfoTable_Delete(params);
    CHECK_INT(twApi_InvokeService(TW_THING, thing, "Lost", NULL, &result, 0, FALSE), UNANSWERED, "timeout 0 (Q-A23)",
              ORIGINAL_PASSES);
    end_fault(id);
    twApi_Delete();
}

static void results(void) {
    twPrimitive *value = a_number(2.5), *read = NULL;
    twInfoTable *table = NULL;
    char *user = NULL;
    start();
    twApi_RegisterProperty(TW_THING, thing, "Value", TW_NUMBER, NULL, "ALWAYS", 0, on_property, NULL);
    twApi_BindThing(thing);
    go_online();
    CHECK_INT(pump_until_connected(1), 1, "online", ORIGINAL_PASSES);
    ask("PUT", "{\"properties\": {\"Value\": {\"baseType\": \"NUMBER\", \"pushType\": \"ALWAYS\"}}}", "/twedge/things/%s",
        thing, "");
    CHECK_INT(twApi_WriteProperty(TW_THING, thing, "Value", value, -1, FALSE), TW_OK, "write", ORIGINAL_PASSES);
    twPrimitive_Delete(value);
    CHECK_INT(twApi_ReadProperty(TW_THING, thing, "Value", &read, -1, FALSE), TW_OK, "read", ORIGINAL_PASSES);
    CHECK(read && read->type == TW_NUMBER && read->val.number == 2.5, "the value, given", ORIGINAL_PASSES);
    twPrimitive_Delete(read);
    read = NULL;
    CHECK_INT(twApi_ReadProperty(TW_THING, thing, "", &read, -1, FALSE), TW_OK, "read all", ORIGINAL_PASSES);
    CHECK(read && read->type == TW_INFOTABLE, "a table", ORIGINAL_PASSES);
    twPrimitive_Delete(read);
    CHECK_INT(twApi_InvokeService(TW_RESOURCE, "CurrentSessionInfo", "GetCurrentUser", NULL, &table, -1, FALSE), TW_OK,
              "invoke", ORIGINAL_PASSES);
    CHECK_INT(twInfoTable_GetString(table, "result", 0, &user), TW_OK, "the result, given", ORIGINAL_PASSES);
    free(user);
    twInfoTable_Delete(table);
    table = (twInfoTable *)&answer;
    CHECK_INT(twApi_InvokeService(TW_THING, thing, "NoSuchService", NULL, &table, -1, FALSE), NOT_FOUND, "no service",
              ORIGINAL_PASSES);
    CHECK(table == NULL, "an answer without content gives NULL", ORIGINAL_PASSES);
    CHECK_INT(twApi_SendPing("content"), TW_OK, "ping", ORIGINAL_PASSES);
    twApi_Delete();
}

static uint32_t response_id;
static int response_code;
static char response_reason[128];
static int nested_code = -1;

static int on_response(uint32_t id, enum msgCodeEnum code, char *reason, twInfoTable *content) {
    response_id = id;
    response_code = code;
    snprintf(response_reason, sizeof(response_reason), "%s", reason ? reason : "");
    twInfoTable_Delete(content);
    happened("response");
    return 0;
}

static void asynchronous_requests(void) {
    twInfoTable *params = twInfoTable_CreateFromNumber("a", 1);
    uint32_t id = 0;
    start();
    twApi_BindThing(thing);
    go_online();
    CHECK_INT(twApi_InvokeServiceAsync(TW_RESOURCE, "CurrentSessionInfo", "GetCurrentUser", NULL, FALSE, on_response, &id),
              TW_OK, "sent", ORIGINAL_PASSES);
    CHECK(id != 0, "an id", ORIGINAL_PASSES);
    CHECK(!has_happened("response;"), "nothing before the handler is called", ORIGINAL_PASSES);
    CHECK(pump_until("response;"), "answered", ORIGINAL_PASSES);
    CHECK_INT(response_id, id, "with the id", ORIGINAL_PASSES);
    CHECK_INT(response_code, TWX_SUCCESS, "with the code of the message", ORIGINAL_PASSES);
    forget_happenings();
    CHECK_INT(twApi_InvokeServiceAsync(TW_THING, thing, "NoSuchService", params, FALSE, on_response, &id), TW_OK,
              "to no service", ORIGINAL_PASSES);
    CHECK(params->rows == NULL, "the parameters are emptied", ORIGINAL_PASSES);
    CHECK(pump_until("response;"), "answered too", ORIGINAL_PASSES);
    CHECK_INT(response_code, TWX_NOT_FOUND, "its code", ORIGINAL_PASSES);
    CHECK_INT(strange_threads, 0, "on the thread that was lent", ORIGINAL_PASSES);
    twInfoTable_Delete(params);
    twApi_Delete();
}

static void asynchronous_requests_time_out(void) {
    uint32_t id = 0;
    int lost;
    start();
    twApi_BindThing(thing);
    go_online();
    twcfg.default_message_timeout = 300;
    lost = faultf("{\"at\": \"service\", \"name\": \"Lost\", \"thing\": \"%s\", \"lose\": true, \"times\": %d}", thing, 1);
    twApi_InvokeServiceAsync(TW_THING, thing, "Lost", NULL, FALSE, on_response, &id);
    CHECK(pump_until("response;"), "soon after the deadline", QUIRK("Q-A11"));
    CHECK_INT(response_code, TWX_GATEWAY_TIMEOUT, "the code", QUIRK("Q-A11"));
    CHECK_STR(response_reason, "Message timed out", "the reason", QUIRK("Q-A11"));
    end_fault(lost);
    twApi_Delete();
}

static int asking_response(uint32_t id, enum msgCodeEnum code, char *reason, twInfoTable *content) {
    twInfoTable *table = NULL;
    nested_code = twApi_InvokeService(TW_RESOURCE, "CurrentSessionInfo", "GetCurrentUser", NULL, &table, 5000, FALSE);
    twInfoTable_Delete(table);
    return on_response(id, code, reason, content);
}

static void requests_in_a_response_callback(void) {
    uint32_t id = 0;
    start();
    go_online();
    twApi_InvokeServiceAsync(TW_RESOURCE, "CurrentSessionInfo", "GetCurrentUser", NULL, FALSE, asking_response, &id);
    CHECK(pump_until("response;"), "answered", QUIRK("Q-A10"));
    CHECK_INT(nested_code, TW_OK, "the request inside", QUIRK("Q-A10"));
    twApi_Delete();
}

static int close_calls;

static int connecting_close(struct twWs *ws, const char *data, size_t length) {
    (void)ws, (void)data, (void)length;
    if (close_calls++ == 0) {
        twApi_Connect(5000, 1);
    }
    return 0;
}

static void rebinding(char *entity, char is_bound, void *userdata) {
    (void)entity, (void)is_bound, (void)userdata;
    twApi_RegisterBindEventCallback("another", on_bind, "x");
    twApi_UnregisterBindEventCallback("another", on_bind, "x");
    nested_code = twApi_BindThing("conformance-nested") == TW_UNKNOWN_ERROR;
    twApi_UnbindThing("conformance-nested");
}

/* No lock of the library is held while application code runs. */
static void callbacks_may_call_anything(void) {
    start();
    go_online();
    twApi_RegisterBindEventCallback(thing, rebinding, NULL);
    CHECK_INT(twApi_BindThingWithoutDefaultServices(thing), TW_OK, "bind in a bind callback", QUIRK("Q-A12"));
    CHECK_INT(nested_code, 0, "it was not refused", QUIRK("Q-A12"));
    twApi_UnregisterBindEventCallback(thing, rebinding, NULL);
    twApi_RegisterCloseCallback(connecting_close);
    CHECK_INT(twApi_Disconnect("x"), TW_OK, "connect in a close callback", QUIRK("Q-A12"));
    CHECK_INT(close_calls, 1, "called once", QUIRK("Q-A12"));
    twApi_RegisterCloseCallback(NULL);
    twApi_Delete();
}

/* Requests from the platform. */

static double limit = 7.5;
static int device_code = TWX_SUCCESS;

static enum msgCodeEnum on_limit(const char *entity, const char *name, twInfoTable **value, char is_write, void *data) {
    int right = strcmp(entity, thing) == 0 && strcmp(name, "Limit") == 0 && data == &limit;
    happened(is_write ? "write" : "read");
    if (!right || (!is_write && *value != NULL)) {
        return TWX_BAD_REQUEST;
    }
    if (is_write) {
        return twInfoTable_GetNumber(*value, "Limit", 0, &limit) == TW_OK ? TWX_SUCCESS : TWX_BAD_REQUEST;
    }
    *value = twInfoTable_CreateFromNumber("Limit", limit);
    return device_code;
}

static enum msgCodeEnum on_add(const char *entity, const char *name, twInfoTable *params, twInfoTable **content,
                               void *data) {
    double a = 0, b = 0;
    (void)entity, (void)name, (void)data;
    happened("add");
    if (params) {
        twInfoTable_GetNumber(params, "a", 0, &a);
        twInfoTable_GetNumber(params, "b", 0, &b);
    }
    *content = twInfoTable_CreateFromNumber("result", a + b);
    return device_code;
}

static enum msgCodeEnum on_wildcard(const char *entity, const char *name, twInfoTable *params, twInfoTable **content,
                                    void *data) {
    (void)entity, (void)params, (void)data;
    *content = twInfoTable_CreateFromString("result", (char *)name, TRUE);
    return TWX_SUCCESS;
}

static void register_device(void) {
    twDataShape *inputs = twDataShape_Create(twDataShapeEntry_Create("a", NULL, TW_NUMBER));
    twDataShape_AddEntry(inputs, twDataShapeEntry_Create("b", NULL, TW_NUMBER));
    twApi_RegisterProperty(TW_THING, thing, "Limit", TW_NUMBER, NULL, "NEVER", 0, on_limit, &limit);
    twApi_RegisterService(TW_THING, thing, "Add", "Adds", inputs, TW_NUMBER, NULL, on_add, NULL);
    twApi_RegisterEvent(TW_THING, thing, "Alarm", NULL, a_shape());
    twApi_BindThing(thing);
}

static void requests_of_the_platform(void) {
    start();
    register_device();
    go_online();
    pump_until_known("\"Limit\"");
    CHECK_INT(ask_device("POST", "{\"a\":2,\"b\":3.25}", "/Thingworx/Things/%s/Services/%s", "Add"), 200, "a service",
              ORIGINAL_PASSES);
    CHECK(strstr(answer, "5.25") != NULL, "its result", ORIGINAL_PASSES);
    CHECK_INT(ask_device("GET", NULL, "/Thingworx/Things/%s/Properties/%s?source=device", "Limit"), 200, "a read",
              ORIGINAL_PASSES);
    CHECK(strstr(answer, "7.5") != NULL, "the value", ORIGINAL_PASSES);
    CHECK_INT(ask_device("PUT", "{\"Limit\":8.5}", "/Thingworx/Things/%s/Properties/%s", "Limit"), 200, "a write",
              ORIGINAL_PASSES);
    CHECK(limit == 8.5, "the value arrived", ORIGINAL_PASSES);
    CHECK_INT(ask_device("POST", NULL, "/Thingworx/Things/%s/Services/%s", "NoSuch"), 404, "no service", ORIGINAL_PASSES);
    device_code = TWX_FORBIDDEN;
    CHECK_INT(ask_device("POST", NULL, "/Thingworx/Things/%s/Services/%s", "Add"), 403, "the code of the callback",
              ORIGINAL_PASSES);
    device_code = TWX_SUCCESS;
    twApi_RegisterServiceCallback(TW_THING, thing, "*", on_wildcard, NULL);
    CHECK_INT(ask_device("POST", NULL, "/Thingworx/Things/%s/Services/%s", "Anything"), 200, "the wildcard",
              ORIGINAL_PASSES);
    CHECK(strstr(answer, "Anything") != NULL, "gets the name", ORIGINAL_PASSES);
    CHECK_INT(ask_device("POST", "{\"a\":2,\"b\":2}", "/Thingworx/Things/%s/Services/%s", "Add"), 200, "the exact name",
              ORIGINAL_PASSES);
    CHECK(strstr(answer, "4") != NULL, "goes before it", ORIGINAL_PASSES);
    CHECK_INT(strange_threads, 0, "all on the thread that was lent", ORIGINAL_PASSES);
    twApi_Delete();
}

/* Codes that a callback should not return. */
static void strange_codes_of_callbacks(void) {
    start();
    register_device();
    go_online();
    device_code = 0;
    CHECK_INT(ask_device("POST", NULL, "/Thingworx/Things/%s/Services/%s?timeout=4", "Add"), 500, "0 is answered with 0xA0",
              QUIRK("Q-A17"));
    device_code = NOT_FOUND;
    CHECK_INT(ask_device("POST", NULL, "/Thingworx/Things/%s/Services/%s?timeout=4", "Add"), 404, "1104 with 0x84",
              QUIRK("5.3"));
    device_code = TWX_SUCCESS;
    twApi_Delete();
}

static twMessage *on_default(twMessage *message) {
    happened("default");
    return twMessage_CreateResponseMsg(TWX_NOT_IMPLEMENTED, message->requestId, message->sessionId, message->endpointId);
}

static void default_request_handler(void) {
    start();
    register_device();
    go_online();
    twApi_RegisterDefaultRequestHandler(on_default);
    CHECK_INT(ask_device("POST", NULL, "/Thingworx/Things/%s/Services/%s", "NoSuch"), 501, "its answer is sent",
              ORIGINAL_PASSES);
    CHECK(has_happened("default;"), "it was called", ORIGINAL_PASSES);
    twApi_RegisterDefaultRequestHandler(NULL);
    CHECK_INT(ask_device("POST", NULL, "/Thingworx/Things/%s/Services/%s", "NoSuch"), 404, "NULL removes it",
              ORIGINAL_PASSES);
    twApi_Delete();
}

/* A program that does not pump: blocking calls complete, requests of the platform wait. */
static void without_pumping(void) {
    PeerCall call;
    pthread_t thread;
    twInfoTable *result = NULL;
    start();
    register_device();
    go_online();
    memset(&call, 0, sizeof(call));
    call.method = "POST";
    snprintf(call.path, sizeof(call.path), "/Thingworx/Things/%s/Services/Add?timeout=1", thing);
    pthread_create(&thread, NULL, peer_call, &call);
    CHECK_INT(twApi_InvokeService(TW_RESOURCE, "CurrentSessionInfo", "GetCurrentUser", NULL, &result, -1, FALSE), TW_OK,
              "an own request is answered", ORIGINAL_PASSES);
    twInfoTable_Delete(result);
    pthread_join(thread, NULL);
    CHECK_INT(call.status, 504, "a request of the platform waits", ORIGINAL_PASSES);
    CHECK(!has_happened("add;"), "nothing was called", ORIGINAL_PASSES);
    CHECK(pump_until("add;"), "until the handler is called", ORIGINAL_PASSES);
    twApi_Delete();
}

static void metadata(void) {
    char *text;
    cJSON *root, *tree, *properties, *service, *event;
    start();
    register_device();
    twApi_AddAspectToProperty(thing, "Limit", "unit", twPrimitive_CreateFromString("bar", TRUE));
    go_online();
    CHECK_INT(ask_device("POST", NULL, "/Thingworx/Things/%s/Services/%s", "GetMetadata"), 200, "GetMetadata",
              ORIGINAL_PASSES);
    text = strstr(answer, "\"rows\"");
    root = cJSON_Parse(answer);
    tree = cJSON_GetObjectItem(cJSON_GetArrayItem(cJSON_GetObjectItem(root, "rows"), 0), "result");
    CHECK(text != NULL && tree != NULL, "its result", ORIGINAL_PASSES);
    properties = cJSON_GetObjectItem(cJSON_GetObjectItem(tree, "propertyDefinitions"), "Limit");
    CHECK_STR(cJSON_GetObjectItem(tree, "name") ? cJSON_GetObjectItem(tree, "name")->valuestring : NULL, thing, "the name",
              ORIGINAL_PASSES);
    CHECK_STR(cJSON_GetObjectItem(properties, "baseType")->valuestring, "NUMBER", "a property", ORIGINAL_PASSES);
    CHECK_STR(cJSON_GetObjectItem(cJSON_GetObjectItem(properties, "aspects"), "pushType")->valuestring, "NEVER",
              "its push type", ORIGINAL_PASSES);
    CHECK(cJSON_GetObjectItem(properties, "description") == NULL, "no description", ORIGINAL_PASSES);
    service = cJSON_GetObjectItem(cJSON_GetObjectItem(tree, "serviceDefinitions"), "Add");
    CHECK(cJSON_GetObjectItem(cJSON_GetObjectItem(service, "Inputs"), "fieldDefinitions") != NULL, "a service's inputs",
          ORIGINAL_PASSES);
    CHECK_STR(cJSON_GetObjectItem(cJSON_GetObjectItem(service, "Outputs"), "name")->valuestring, "result", "its output",
              ORIGINAL_PASSES);
    CHECK(cJSON_GetObjectItem(cJSON_GetObjectItem(tree, "serviceDefinitions"), "NotifyPropertyUpdate") != NULL,
          "the built-in services", ORIGINAL_PASSES);
    event = cJSON_GetObjectItem(cJSON_GetObjectItem(tree, "eventDefinitions"), "Alarm");
    CHECK(cJSON_GetObjectItem(event, "EventData") != NULL, "an event", ORIGINAL_PASSES);
    cJSON_Delete(root);
    twApi_Delete();
}

static void forced_connects(void) {
    twInfoTable *result = NULL;
    start();
    twApi_SetConnectTimeout(1234);
    CHECK_INT(twApi_InvokeService(TW_RESOURCE, "CurrentSessionInfo", "GetCurrentUser", NULL, &result, -1, TRUE), TW_OK,
              "a request that connects", ORIGINAL_PASSES);
    twInfoTable_Delete(result);
    CHECK_INT(twApi_isConnected(), TRUE, "connected", ORIGINAL_PASSES);
    CHECK_INT(tw_api->connect_timeout, 1234, "the stored timeout stays", QUIRK("Q-A20"));
    twApi_Delete();
}

/* A daemon: initialized before the fork, connected after it. */
static void fork_before_connect(void) {
    pid_t child;
    int status = -1;
    start();
    twApi_BindThing(thing);
    child = fork();
    if (child == 0) {
        int code = go_online();
        twApi_Delete();
        _exit(code == TW_OK ? 0 : 1);
    }
    waitpid(child, &status, 0);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child connects", ORIGINAL_PASSES);
    CHECK_INT(go_online(), TW_OK, "so does the parent", ORIGINAL_PASSES);
    twApi_Delete();
}

CONFORMANCE_MAIN_WARM("twApi.h (peer)", warm_up_online(), GROUP_ONLINE(order_of_callbacks), GROUP_ONLINE(binding_and_its_callbacks),
                 GROUP_ONLINE(losing_the_link), GROUP_ONLINE_CRASHES(end_of_tcp_is_noticed, "Q-C14"),
                 GROUP_ONLINE_CRASHES(outage, "Q-C8"), GROUP_ONLINE(failing_to_connect), GROUP_ONLINE(refused_key),
                 GROUP_ONLINE(refused_bind), GROUP_ONLINE(codes_of_answers), GROUP_ONLINE(codes_of_other_requests),
                 GROUP_ONLINE(unanswered_requests), GROUP_ONLINE(results), GROUP_ONLINE(asynchronous_requests),
                 GROUP_ONLINE_CRASHES(asynchronous_requests_time_out, "Q-A11"),
                 GROUP_ONLINE_CRASHES(requests_in_a_response_callback, "Q-A10"),
                 GROUP_ONLINE_CRASHES(callbacks_may_call_anything, "Q-A12"), GROUP_ONLINE(requests_of_the_platform),
                 GROUP_ONLINE_CRASHES(strange_codes_of_callbacks, "Q-A17"), GROUP_ONLINE(default_request_handler),
                 GROUP_ONLINE(without_pumping), GROUP_ONLINE(metadata), GROUP_ONLINE(forced_connects),
                 GROUP_ONLINE(fork_before_connect))
