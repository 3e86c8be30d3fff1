/* twSubscribedProps.h, and twApi_SetSubscribedProperty and its kin (api-behaviour.md 6, 15 points 8 to 10). */
#include "twSubscribedProps.h"

#include "stringUtils.h"
#include "twErrors.h"
#include "twProperties.h"

#include "peer.h"

twSubscribedPropsMgr *getSPM(void);
int getSPMSavedValuesCount(const char *thing);
twSubscribedProperty *twSubscribedProperty_Create(char *entity, char *name, twPrimitive *value, DATETIME time, char *quality,
                                                  char fold);
uint32_t twSubscribedProperty_GetSize(twSubscribedProperty *property);

static int set(char *name, double value) {
    return twApi_SetSubscribedProperty(THING, name, a_number(value), FALSE, FALSE);
}

/* How many values wait after numbers were set in turn; the queue is emptied. */
static int queued(const char *push_type, double threshold, const double *numbers, int count) {
    int i, waiting;
    add_property("p", push_type, threshold);
    for (i = 0; i < count; i++) {
        set("p", numbers[i]);
    }
    waiting = getSPMSavedValuesCount(THING);
    twApi_UnregisterPropertyCallback(THING, "p", NULL);
    return waiting < 0 ? 0 : waiting;
}

static void codes(void) {
    initialize();
    add_property("a", "ALWAYS", 0);
    add_property("none", NULL, 0);
    add_property("never", "NEVER", 0);
    CHECK_INT(twApi_SetSubscribedProperty(NULL, "a", a_number(1), FALSE, FALSE), TW_INVALID_PARAM,
              "no thing: the value is taken", ORIGINAL_PASSES);
    CHECK_INT(twApi_SetSubscribedProperty(THING, NULL, a_number(1), FALSE, FALSE), TW_INVALID_PARAM,
              "no name: the value is taken", ORIGINAL_PASSES);
    CHECK_INT(twApi_SetSubscribedProperty(THING, "a", NULL, FALSE, FALSE), TW_INVALID_PARAM, "no value", ORIGINAL_PASSES);
    CHECK_INT(set("unknown", 1), TW_SUBSCRIBED_PROPERTY_NOT_FOUND, "not registered", ORIGINAL_PASSES);
    CHECK_INT(set("none", 1), TW_INVALID_PARAM, "no push type", ORIGINAL_PASSES);
    CHECK_INT(set("never", 1), TW_OK, "NEVER", ORIGINAL_PASSES);
    CHECK_INT(set("a", 1), TW_OK, "ALWAYS", ORIGINAL_PASSES);
    CHECK_INT(getSPMSavedValuesCount(THING), 1, "one waits", ORIGINAL_PASSES);
    CHECK_INT(getSPMSavedValuesCount("nothing"), -1, "none of another thing", ORIGINAL_PASSES);
    CHECK_INT(twApi_ClearSubscribedPropertyCurrentValues(), TW_OK, "clear (t)", ORIGINAL_PASSES);
    CHECK_INT(twApi_UnregisterThing(THING), TW_OK, "unregister", ORIGINAL_PASSES);
    CHECK_INT(getSPMSavedValuesCount(THING), -1, "purges what waits", ORIGINAL_PASSES);
    twApi_Delete();
}

static void push_types(void) {
    static const double steps[] = {1, 2, 3, 5}, drift[] = {1, 2, 3, 4}, truths[] = {0, 1, 0, 2}, same[] = {1, 1, 2};
    initialize();
    CHECK_INT(queued("ALWAYS", 0, steps, 4), 4, "ALWAYS", ORIGINAL_PASSES);
    CHECK_INT(queued("ON", 0, truths, 4), 4, "ON does not look at the value", ORIGINAL_PASSES);
    CHECK_INT(queued("anything", 0, steps, 4), 4, "an unknown text", ORIGINAL_PASSES);
    CHECK_INT(queued("always", 0, steps, 4), 4, "case counts: unknown", ORIGINAL_PASSES);
    CHECK_INT(queued("OFF", 0, truths, 4), 2, "OFF only what is false", ORIGINAL_PASSES);
    CHECK_INT(queued("VALUE", 1.5, steps, 4), 2, "VALUE 1.5: 1 and 5", ORIGINAL_PASSES);
    CHECK_INT(queued("VALUE", 1.5, drift, 4), 1, "VALUE does not see drift (Q-S11)", ORIGINAL_PASSES);
    CHECK_INT(queued("VALUE", 0, same, 3), 2, "VALUE 0: changes", ORIGINAL_PASSES);
    CHECK_INT(queued("DEADBAND", 1.5, steps, 4), 3, "DEADBAND 1.5: 1, 3 and 5", ORIGINAL_PASSES);
    CHECK_INT(queued("NEVER", 0, steps, 4), 0, "NEVER", ORIGINAL_PASSES);
    twApi_Delete();
}

static void quality_counts(void) {
    initialize();
    add_property("p", "VALUE", 1.5);
    twApi_SetSubscribedPropertyVTQ(THING, "p", a_number(1), 5, NULL, FALSE, FALSE);
    twApi_SetSubscribedPropertyVTQ(THING, "p", a_number(1), 6, "GOOD", FALSE, FALSE);
    CHECK_INT(getSPMSavedValuesCount(THING), 1, "NULL is GOOD", ORIGINAL_PASSES);
    twApi_SetSubscribedPropertyVTQ(THING, "p", a_number(1), 7, "BAD", FALSE, FALSE);
    CHECK_INT(getSPMSavedValuesCount(THING), 2, "another quality is a change", ORIGINAL_PASSES);
    twApi_Delete();
}

static void texts_and_tables(void) {
    static const char *const texts[] = {"a", "a", "b"};
    int i;
    twInfoTable *one, *two;
    initialize();
    add_property("p", "VALUE", 0);
    for (i = 0; i < 3; i++) {
        twApi_SetSubscribedProperty(THING, "p", twPrimitive_CreateFromString(texts[i], TRUE), FALSE, FALSE);
    }
    CHECK_INT(getSPMSavedValuesCount(THING), 2, "texts that differ", ORIGINAL_PASSES);
    twApi_UnregisterThing(THING);
    add_property("p", "VALUE", 0);
    one = twInfoTable_CreateFromNumber("a", 1);
    two = twInfoTable_CreateFromNumber("a", 2);
    twApi_SetSubscribedProperty(THING, "p", twPrimitive_CreateFromInfoTable(one), FALSE, FALSE);
    twApi_SetSubscribedProperty(THING, "p", twPrimitive_CreateFromInfoTable(two), FALSE, FALSE);
    CHECK_INT(getSPMSavedValuesCount(THING), 2, "tables that differ in a value", QUIRK("Q-T6"));
    twInfoTable_Delete(one);
    twInfoTable_Delete(two);
    twApi_Delete();
}

static void unsupported_values(void) {
    initialize();
    add_property("p", "ALWAYS", 0);
    CHECK_INT(twApi_SetSubscribedProperty(THING, "p", twPrimitive_CreateVariant(a_number(1)), FALSE, FALSE),
              TW_INVALID_PARAM, "VARIANT: the value is taken", QUIRK("Q-S10"));
    twApi_Delete();
}

static void limit_of_the_queue(void) {
    int i, accepted = 0;
    initialize();
    twApi_RegisterProperty(TW_THING, "T", "a", TW_NUMBER, NULL, "ALWAYS", 0, on_property, NULL);
    for (i = 0; i < 144; i++) {
        accepted += twApi_SetSubscribedProperty("T", "a", a_number(i), FALSE, FALSE) == TW_OK;
    }
    CHECK_INT(accepted, 144, "144 numbers with names of one letter (LP64)", ORIGINAL_PASSES);
    CHECK_INT(twApi_SetSubscribedProperty("T", "a", a_number(1), FALSE, FALSE), TW_PROPERTY_CHANGE_BUFFER_FULL,
              "not 145", ORIGINAL_PASSES);
    twcfg.offline_msg_queue_size *= 2;
    CHECK_INT(twApi_SetSubscribedProperty("T", "a", a_number(1), FALSE, FALSE), TW_OK, "the limit is live",
              ORIGINAL_PASSES);
    twApi_Delete();
}

/* A value that the queue has refused is offered again. */
static void refused_changes_are_not_forgotten(void) {
    int i;
    initialize();
    twApi_RegisterProperty(TW_THING, "T", "a", TW_NUMBER, NULL, "ALWAYS", 0, on_property, NULL);
    twApi_RegisterProperty(TW_THING, "T", "v", TW_NUMBER, NULL, "VALUE", 0, on_property, NULL);
    for (i = 0; i < 144; i++) {
        twApi_SetSubscribedProperty("T", "a", a_number(i), FALSE, FALSE);
    }
    CHECK_INT(twApi_SetSubscribedProperty("T", "v", a_number(5), FALSE, FALSE), TW_PROPERTY_CHANGE_BUFFER_FULL, "full",
              ORIGINAL_PASSES);
    twcfg.offline_msg_queue_size *= 2;
    i = getSPMSavedValuesCount("T");
    CHECK_INT(twApi_SetSubscribedProperty("T", "v", a_number(5), FALSE, FALSE), TW_OK, "the same value again",
              ORIGINAL_PASSES);
    CHECK_INT(getSPMSavedValuesCount("T"), i + 1, "is a change", QUIRK("Q-S6"));
    twApi_Delete();
}

static void pushing_offline(void) {
    static char path[512];
    snprintf(path, sizeof(path), "%s", scratch(""));
    twcfg.offline_msg_store_dir = path;
    initialize_at(1);
    add_property("p", "ALWAYS", 0);
    set("p", 1);
    CHECK_INT(twApi_PushSubscribedProperties(THING, FALSE), TW_OK, "push: 0", ORIGINAL_PASSES);
    CHECK_INT(twApi_SetSubscribedProperty(THING, "p", a_number(2), FALSE, TRUE), TW_SUBSCRIBED_PROPERTY_LIST_PERSISTED,
              "set and push: 1203 (Q-S14)", ORIGINAL_PASSES);
    CHECK_INT(twApi_PushSubscribedProperties("unknown", FALSE), TW_OK, "an unknown thing", ORIGINAL_PASSES);
    CHECK_INT(twApi_PushSubscribedProperties(NULL, FALSE), TW_OK, "all things", ORIGINAL_PASSES);
    CHECK_INT(getSPMSavedValuesCount(THING), -1, "nothing waits in RAM", ORIGINAL_PASSES);
    CHECK(access(scratch("subscribed_properties.bin"), R_OK) == 0, "they are in the file", ORIGINAL_PASSES);
    twApi_Delete();
}

static int on_response(uint32_t id, enum msgCodeEnum code, char *reason, twInfoTable *content) {
    (void)id, (void)code, (void)reason;
    happened("response");
    twInfoTable_Delete(content);
    return 0;
}

static void asynchronous_pushes_need_a_callback(void) {
    twList *ids = NULL;
    initialize();
    CHECK_INT(twApi_PushSubscribedPropertiesAsync(THING, FALSE, NULL, &ids), NOT_SENT, "no callback", QUIRK("Q-S15"));
    CHECK_INT(twApi_PushSubscribedPropertiesAsync(THING, FALSE, on_response, NULL), NOT_SENT, "no list", QUIRK("Q-S15"));
    twApi_Delete();
}

static void manager(void) {
    twSubscribedPropsMgr *spm;
    twSubscribedProperty *made, *found;
    twStream *stream = twStream_Create();
    twPrimitive *value = a_number(1);
    initialize();
    spm = twSubscribedPropsMgr_Get();
    CHECK(spm != NULL && spm == getSPM(), "one manager", ORIGINAL_PASSES);
    CHECK_INT(spm->queueSize, 0, "nothing waits", ORIGINAL_PASSES);
    add_property("v", "VALUE", 0);
    set("v", 1);
    set("v", 2);
    CHECK_INT(spm->queueSize, 2 * (96 + (int)sizeof(THING) + 2 + 5 + 8), "the size of what waits (LP64)", ORIGINAL_PASSES);
    CHECK_INT(twDict_GetCount(spm->savedValues), 1, "by thing", ORIGINAL_PASSES);
    CHECK_INT(twDict_GetCount(spm->currentValues), 1, "last values by thing", ORIGINAL_PASSES);
    found = twSubscribedPropsMgr_getPropertyCurrentValue(THING, "v");
    CHECK(found && found->prop->value->val.number == 2, "the last value", ORIGINAL_PASSES);
    CHECK(twSubscribedPropsMgr_getPropertyCurrentValue(THING, "none") == NULL, "none of another property",
          ORIGINAL_PASSES);
    CHECK_INT(twSubscribedPropsMgr_PurgeChangesForProperty(THING, "v"), TW_OK, "purge", ORIGINAL_PASSES);
    CHECK_INT(spm->queueSize, 0, "nothing waits again", ORIGINAL_PASSES);
    CHECK_INT(twSubscribedPropsMgr_PurgeCurrentValuesForThing(THING), TW_OK, "forget the last values", ORIGINAL_PASSES);
    CHECK_INT(twSubscribedPropsMgr_PurgeCurrentValuesForThing(THING), -3, "nothing to forget", ORIGINAL_PASSES);
    CHECK_INT(twSubscribedPropsMgr_PurgeChangesForThing("none"), -3, "nothing to purge", ORIGINAL_PASSES);
    made = twSubscribedProperty_Create(THING, "p", value, 7, NULL, FALSE);
    CHECK(made && made->prop->value != value, "a property with copies", ORIGINAL_PASSES);
    CHECK_STR(made->prop->quality, "GOOD", "no quality is GOOD", ORIGINAL_PASSES);
    CHECK_INT(twSubscribedProperty_GetSize(made), 96 + sizeof(THING) + 2 + 5 + 8, "its size (LP64)", ORIGINAL_PASSES);
    CHECK_INT(twSubscribedProperty_ToStream(made, stream), TW_OK, "to a stream", ORIGINAL_PASSES);
    CHECK_INT(twSubscribedProperty_ToStream(NULL, stream), TW_INVALID_PARAM, "nothing to a stream", ORIGINAL_PASSES);
    twSubscribedProperty_Delete(made);
    twSubscribedProperty_Delete(NULL);
    twPrimitive_Delete(value);
    twStream_Delete(stream);
    twApi_Delete();
}

static void without_manager(void) {
    CHECK(twSubscribedPropsMgr_Get() == NULL, "none yet", ORIGINAL_PASSES);
    CHECK_INT(twSubscribedPropsMgr_PurgeChangesForThing(THING), TW_SUBSCRIBEDPROP_MGR_NOT_INTIALIZED, "purge",
              ORIGINAL_PASSES);
    CHECK_INT(twSubscribedPropsMgr_PurgeCurrentValuesForThing(THING), TW_SUBSCRIBEDPROP_MGR_NOT_INTIALIZED, "forget",
              ORIGINAL_PASSES);
    CHECK_INT(twSubscribedPropsMgr_PushSubscribedProperties(THING, FALSE, FALSE), TW_SUBSCRIBEDPROP_MGR_NOT_INTIALIZED,
              "push", ORIGINAL_PASSES);
}

/* With the platform. */

static void start_device(void) {
    start();
    ask("PUT", "{\"properties\": {\"v\": {\"baseType\": \"NUMBER\", \"pushType\": \"ALWAYS\"}}}", "/twedge/things/%s", thing,
        "");
    twApi_RegisterProperty(TW_THING, thing, "v", TW_NUMBER, NULL, "ALWAYS", 0, on_property, NULL);
    twApi_BindThing(thing);
    go_online();
}

static int set_online(double value, char fold, char push) {
    return twApi_SetSubscribedProperty(thing, "v", a_number(value), fold, push);
}

static void pushing_online(void) {
    start_device();
    CHECK_INT(set_online(1.25, FALSE, FALSE), TW_OK, "set", ORIGINAL_PASSES);
    CHECK_INT(set_online(2.25, FALSE, FALSE), TW_OK, "set again", ORIGINAL_PASSES);
    CHECK_INT(twApi_PushSubscribedProperties(thing, FALSE), TW_OK, "push", ORIGINAL_PASSES);
    CHECK_INT(history_of("v"), 2, "both arrived", ORIGINAL_PASSES);
    CHECK(strstr(answer, "1.25") != NULL && strstr(answer, "1.25") < strstr(answer, "2.25"), "in order", ORIGINAL_PASSES);
    CHECK_INT(set_online(3.25, FALSE, TRUE), TW_OK, "set and push", ORIGINAL_PASSES);
    CHECK_INT(history_of("v"), 3, "arrived", ORIGINAL_PASSES);
    CHECK_INT(twSubscribedPropsMgr_Get()->queueSize, 0, "nothing waits", ORIGINAL_PASSES);
    twApi_Delete();
}

static void folded_values(void) {
    start_device();
    set_online(1.25, TRUE, FALSE);
    set_online(2.25, TRUE, FALSE);
    CHECK_INT(twApi_PushSubscribedProperties(thing, FALSE), TW_OK, "push", ORIGINAL_PASSES);
    CHECK_INT(history_of("v"), 1, "one arrived", QUIRK("Q-S1"));
    CHECK(strstr(answer, "2.25") != NULL, "the latest", QUIRK("Q-S1"));
    twApi_Delete();
}

static void refused_pushes(void) {
    int id;
    start_device();
    set_online(0.25, FALSE, TRUE);
    id = faultf("{\"at\": \"push\", \"thing\": \"%s\", \"answer\": %d, \"times\": 1}", thing, 0xa0);
    CHECK_INT(set_online(1.25, FALSE, TRUE), 1110, "the code of the answer", ORIGINAL_PASSES);
    end_fault(id);
    CHECK_INT(twApi_PushSubscribedProperties(thing, FALSE), TW_OK, "again", ORIGINAL_PASSES);
    history_of("v");
    CHECK(strstr(answer, "1.25") != NULL, "the value was kept", QUIRK("Q-S3"));
    twApi_Delete();
}

static void pushes_that_get_no_answer(void) {
    int id;
    start_device();
    set_online(0.25, FALSE, TRUE);
    twcfg.default_message_timeout = 300;
    id = faultf("{\"at\": \"push\", \"thing\": \"%s\", \"lose\": true, \"times\": %d}", thing, 1);
    CHECK_INT(set_online(1.25, FALSE, TRUE), UNANSWERED, "no answer", ORIGINAL_PASSES);
    end_fault(id);
    twcfg.default_message_timeout = 10000;
    twApi_PushSubscribedProperties(thing, FALSE);
    history_of("v");
    CHECK(strstr(answer, "1.25") != NULL, "the value was kept", QUIRK("Q-S3"));
    twApi_Delete();
}

static void broken_links(void) {
    int id;
    start_device();
    set_online(0.25, FALSE, TRUE);
    id = faultf("{\"at\": \"push\", \"thing\": \"%s\", \"drop\": true, \"times\": %d}", thing, 1);
    twcfg.default_message_timeout = 2000;
    CHECK(set_online(1.25, FALSE, TRUE) != TW_OK, "the link breaks", ORIGINAL_PASSES);
    end_fault(id);
    pump_until_connected(0);
    CHECK(pump_until_connected(1), "connected again", QUIRK("Q-C14"));
    twcfg.default_message_timeout = 10000;
    twApi_PushSubscribedProperties(thing, FALSE);
    history_of("v");
    CHECK(strstr(answer, "1.25") != NULL, "the value was kept", QUIRK("Q-S3"));
    twApi_Delete();
}

static void values_from_before_a_restart(void) {
    static char path[512];
    start();
    twApi_Delete();
    snprintf(path, sizeof(path), "%s", scratch(""));
    twcfg.offline_msg_store_dir = path;
    initialize_at(platform_port());
    twApi_RegisterProperty(TW_THING, thing, "v", TW_NUMBER, NULL, "ALWAYS", 0, on_property, NULL);
    set_online(7.25, FALSE, FALSE);
    twApi_PushSubscribedProperties(thing, FALSE);
    set_online(8.25, FALSE, FALSE);
    twApi_Delete();
    initialize_at(platform_port());
    ask("PUT", "{\"properties\": {\"v\": {\"baseType\": \"NUMBER\", \"pushType\": \"ALWAYS\"}}}", "/twedge/things/%s", thing,
        "");
    twApi_RegisterProperty(TW_THING, thing, "v", TW_NUMBER, NULL, "ALWAYS", 0, on_property, NULL);
    twApi_BindThing(thing);
    go_online();
    CHECK_INT(twApi_PushSubscribedProperties(thing, FALSE), TW_OK, "push", ORIGINAL_PASSES);
    history_of("v");
    CHECK(strstr(answer, "7.25") != NULL, "pushed to the file by hand", ORIGINAL_PASSES);
    CHECK(strstr(answer, "8.25") != NULL, "written at Delete", ORIGINAL_PASSES);
    twApi_Delete();
}

/* The platform's push types replace the registered ones. */
static void synchronization(void) {
    start();
    ask("PUT", "{\"properties\": {\"v\": {\"baseType\": \"NUMBER\", \"pushType\": \"VALUE\", \"pushThreshold\": 10}}}",
        "/twedge/things/%s", thing, "");
    twApi_RegisterProperty(TW_THING, thing, "v", TW_NUMBER, NULL, "ALWAYS", 0, on_property, NULL);
    twApi_AddAspectToProperty(thing, "v", "unit", twPrimitive_CreateFromString("bar", TRUE));
    twApi_BindThing(thing);
    go_online();
    {
        time_t end = time(NULL) + PATIENCE;
        do {
            pump();
            ask_device("POST", NULL, "/Thingworx/Things/%s/Services/%s", "GetMetadata");
        } while (!strstr(answer, "\"pushThreshold\":10") && time(NULL) < end);
    }
    CHECK(strstr(answer, "\"pushThreshold\":10") != NULL, "the threshold", ORIGINAL_PASSES);
    CHECK(strstr(answer, "\"pushType\":\"VALUE\"") != NULL, "the push type", ORIGINAL_PASSES);
    CHECK(strstr(answer, "\"unit\"") != NULL, "other aspects stay", QUIRK("Q-A5"));
    twApi_Delete();
}

/* What the registered push type rejects is judged again by the platform's. */
static void pushes_before_synchronization(void) {
    start();
    ask("PUT", "{\"properties\": {\"v\": {\"baseType\": \"NUMBER\", \"pushType\": \"ALWAYS\"}}}", "/twedge/things/%s", thing,
        "");
    twApi_RegisterProperty(TW_THING, thing, "v", TW_NUMBER, NULL, "NEVER", 0, on_property, NULL);
    twApi_BindThing(thing);
    go_online();
    set_online(1.25, FALSE, FALSE);
    CHECK_INT(twApi_PushSubscribedProperties(thing, FALSE), TW_OK, "push", ORIGINAL_PASSES);
    history_of("v");
    CHECK(strstr(answer, "1.25") != NULL, "are held, not lost", QUIRK("Q-A7"));
    twApi_Delete();
}

static void asynchronous_pushes(void) {
    twList *ids = NULL;
    start_device();
    set_online(0.25, FALSE, TRUE);
    set_online(1.25, FALSE, FALSE);
    CHECK_INT(twApi_PushSubscribedPropertiesAsync(thing, FALSE, on_response, &ids), TW_OK, "push", ORIGINAL_PASSES);
    CHECK_INT(twList_GetCount(ids), 1, "an id for each message", ORIGINAL_PASSES);
    CHECK(pump_until("response;"), "the callback", ORIGINAL_PASSES);
    history_of("v");
    CHECK(strstr(answer, "1.25") != NULL, "arrived", ORIGINAL_PASSES);
    twList_Delete(ids);
    twApi_Delete();
}

CONFORMANCE_MAIN_WARM("twSubscribedProps.h", warm_up_online(), GROUP(codes), GROUP(push_types), GROUP(quality_counts),
                      GROUP_CRASHES(texts_and_tables, "Q-T6"), GROUP_CRASHES(unsupported_values, "Q-S10"),
                      GROUP(limit_of_the_queue), GROUP(refused_changes_are_not_forgotten), GROUP(pushing_offline),
                      GROUP_CRASHES(asynchronous_pushes_need_a_callback, "Q-S15"), GROUP(manager), GROUP(without_manager),
                      GROUP_ONLINE(pushing_online), GROUP_ONLINE(folded_values), GROUP_ONLINE(refused_pushes),
                      GROUP_ONLINE(pushes_that_get_no_answer), GROUP_ONLINE_CRASHES(broken_links, "Q-C14"),
                      GROUP_ONLINE(values_from_before_a_restart), GROUP_ONLINE(synchronization),
                      GROUP_ONLINE(pushes_before_synchronization), GROUP_ONLINE(asynchronous_pushes))
