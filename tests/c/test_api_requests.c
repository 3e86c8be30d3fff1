/* twApi.h without a platform: requests, property lists and subscribed properties while offline. */
#include "api_offline.h"

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

int main(void) {
    make_store();
    CHECK_INT(initialize(), TW_OK);
    test_requests_offline();
    test_property_lists();
    test_subscribed_properties();
    CHECK_INT(twApi_Delete(), TW_OK);
    remove_store();
    return check_result();
}
