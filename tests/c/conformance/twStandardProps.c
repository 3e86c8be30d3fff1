/* twStandardProps.h (ext-files-tunnels.md 1.5, 1.6). */
#include "twExt.h"
#include "twStandardProps.h"

#include "api.h"

twList *twExt_GetChangeListenersList(void);

static int first_calls, second_calls;
static double seen;

static void first(const char *name, const char *property, twPrimitive *value) {
    (void)name, (void)property;
    first_calls++;
    seen = value->val.number;
}

static void second(const char *name, const char *property, twPrimitive *value) {
    (void)name, (void)property, (void)value;
    second_calls++;
}

static int set(char *property, double number) {
    twPrimitive *value = a_number(number);
    int code = twExt_SetPropertyValue(THING, property, value, FALSE, FALSE);
    twPrimitive_Delete(value);
    return code;
}

static void values(void) {
    twPrimitive *value;
    initialize();
    twExt_RegisterStandardProperty(THING, "p", NULL, TW_NUMBER, NULL, "ALWAYS", 0);
    CHECK_INT(twExt_PropertyExists(THING, "p"), FALSE, "registered is not set", ORIGINAL_PASSES);
    value = twExt_GetPropertyValue(THING, "p");
    CHECK(value && value->type == TW_NOTHING && value->val.number == 0 && value->val.bytes.data == NULL,
          "what was never set is empty", ORIGINAL_PASSES);
    CHECK_INT(set("p", 1.5), TW_OK, "set: the value stays the caller's (E1)", ORIGINAL_PASSES);
    CHECK_INT(twExt_PropertyExists(THING, "p"), TRUE, "now it exists", ORIGINAL_PASSES);
    value = twExt_GetPropertyValue(THING, "p");
    CHECK(value->val.number == 1.5, "get", ORIGINAL_PASSES);
    value->val.number = 2.5;
    CHECK(twExt_GetPropertyValue(THING, "p")->val.number == 2.5, "the live value (E2)", ORIGINAL_PASSES);
    CHECK_INT(set("unregistered", 3.5), TW_SUBSCRIBED_PROPERTY_NOT_FOUND, "the code of the core", ORIGINAL_PASSES);
    CHECK(twExt_GetPropertyValue(THING, "unregistered")->val.number == 3.5, "but the value is stored", ORIGINAL_PASSES);
    twApi_Delete();
    initialize();
    CHECK_INT(twExt_PropertyExists(THING, "p"), FALSE, "forgotten by Delete", ORIGINAL_PASSES);
    twApi_Delete();
}

static void empty_values_are_not_shared(void) {
    initialize();
    twExt_GetPropertyValue(THING, "none")->val.number = 7;
    CHECK(twExt_GetPropertyValue(THING, "other")->val.number == 0, "a write into one", QUIRK("E3"));
    twApi_Delete();
}

static void tables(void) {
    twInfoTable *table = twInfoTable_CreateFromNumber("a", 1), *stored;
    twPrimitive *value = twPrimitive_CreateFromInfoTable(table);
    initialize();
    twExt_RegisterStandardProperty(THING, "t", NULL, TW_INFOTABLE, NULL, "ALWAYS", 0);
    CHECK_INT(twExt_SetPropertyValue(THING, "t", value, FALSE, FALSE), TW_OK, "set", ORIGINAL_PASSES);
    stored = twExt_GetPropertyValue(THING, "t")->val.infotable;
    twInfoTable_AddRow(stored, twInfoTableRow_Create(a_number(2)));
    CHECK_INT(twList_GetCount(twExt_GetPropertyValue(THING, "t")->val.infotable->rows), 2, "rows may be added",
              ORIGINAL_PASSES);
    twPrimitive_Delete(value);
    twInfoTable_Delete(table);
    twApi_Delete();
}

static void without_api(void) {
    CHECK_INT(set("p", 1), TW_INVALID_PARAM, "set", QUIRK("E22"));
    CHECK_INT(twExt_PropertyExists(THING, "p"), FALSE, "exists", QUIRK("E22"));
    CHECK(twExt_GetPropertyValue(THING, "p") != NULL, "get", QUIRK("E22"));
}

static void listeners(void) {
    initialize();
    twExt_RegisterStandardProperty(THING, "p", NULL, TW_NUMBER, NULL, "ALWAYS", 0);
    twExt_RegisterStandardProperty(THING, "q", NULL, TW_NUMBER, NULL, "ALWAYS", 0);
    twExt_AddPropertyChangeListener(THING, "p", first);
    twExt_AddPropertyChangeListener(NULL, "p", first);
    CHECK_INT(twList_GetCount(twExt_GetChangeListenersList()), 1, "the list", ORIGINAL_PASSES);
    set("p", 1.5);
    CHECK_INT(first_calls, 1, "called", ORIGINAL_PASSES);
    CHECK(seen == 1.5, "with the value", ORIGINAL_PASSES);
    set("q", 1.5);
    CHECK_INT(first_calls, 1, "not for another property", ORIGINAL_PASSES);
    set("unregistered", 1.5);
    CHECK_INT(first_calls, 1, "not when the set fails", ORIGINAL_PASSES);
    twExt_RemovePropertyChangeListener(first);
    CHECK_INT(twList_GetCount(twExt_GetChangeListenersList()), 0, "removed", ORIGINAL_PASSES);
    set("p", 2.5);
    CHECK_INT(first_calls, 1, "not called any more", ORIGINAL_PASSES);
    twExt_AddPropertyChangeListener(THING, TW_OBSERVE_ALL_PROPERTIES, first);
    set("q", 3.5);
    CHECK_INT(first_calls, 2, "all properties", ORIGINAL_PASSES);
    twExt_RemovePropertyChangeListener(first);
    twApi_Delete();
}

static void all_listeners(void) {
    initialize();
    twExt_RegisterStandardProperty(THING, "p", NULL, TW_NUMBER, NULL, "ALWAYS", 0);
    twExt_AddPropertyChangeListener(THING, "p", first);
    twExt_AddPropertyChangeListener(THING, NULL, second);
    set("p", 1);
    CHECK_INT(first_calls, 1, "the first", ORIGINAL_PASSES);
    CHECK_INT(second_calls, 1, "and the second", QUIRK("E4"));
    twExt_RemovePropertyChangeListener(first);
    twExt_RemovePropertyChangeListener(second);
    twApi_Delete();
}

static void handler(void) {
    twInfoTable *table = NULL;
    double number = 0;
    initialize();
    twExt_RegisterStandardProperty(THING, "p", NULL, TW_NUMBER, NULL, "ALWAYS", 0);
    CHECK_INT(twExt_StandardPropertyHandler(THING, "p", NULL, FALSE, NULL), TWX_BAD_REQUEST, "nowhere to put it",
              ORIGINAL_PASSES);
    CHECK_INT(twExt_StandardPropertyHandler(THING, "p", &table, FALSE, NULL), TWX_NOT_FOUND, "read what was never set",
              ORIGINAL_PASSES);
    set("p", 1.5);
    CHECK_INT(twExt_StandardPropertyHandler(THING, "p", &table, FALSE, NULL), TWX_SUCCESS, "read", ORIGINAL_PASSES);
    CHECK_INT(twInfoTable_GetNumber(table, "p", 0, &number), TW_OK, "a column of its name", ORIGINAL_PASSES);
    CHECK(number == 1.5, "the value", ORIGINAL_PASSES);
    twInfoTable_Delete(table);
    table = twInfoTable_CreateFromNumber("p", 2.5);
    CHECK_INT(twExt_StandardPropertyHandler(THING, "p", &table, TRUE, NULL), TWX_SUCCESS, "write (E10)", ORIGINAL_PASSES);
    CHECK(twExt_GetPropertyValue(THING, "p")->val.number == 2.5, "stored", ORIGINAL_PASSES);
    CHECK_INT(twExt_StandardPropertyHandler(THING, "q", &table, TRUE, NULL), TWX_NOT_FOUND, "write without its column",
              ORIGINAL_PASSES);
    twInfoTable_Delete(table);
    twApi_Delete();
}

CONFORMANCE_MAIN("twStandardProps.h", GROUP(values), GROUP(empty_values_are_not_shared), GROUP(tables),
                 GROUP_CRASHES(without_api, "E22"), GROUP(listeners), GROUP(all_listeners), GROUP(handler))
