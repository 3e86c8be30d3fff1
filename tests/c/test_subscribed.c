/* twSubscribedProps.h without a platform: values that programs make, what each push type accepts, the struct of the manager as it
 * follows, limits, purging, and the manager without an API object. */
#define _XOPEN_SOURCE 700
#include "twSubscribedProps.h"
#include "twApi.h"

#include "check.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

/* Exported, but in no header: programs declare them themselves. */
extern twSubscribedPropsMgr *spm;
extern twApi *tw_api;
twSubscribedProperty *twSubscribedProperty_Create(char *entity, char *name, twPrimitive *value, DATETIME time, char *quality,
                                                  char fold);
twSubscribedProperty *twSubscribedProperty_CreateFromStream(twStream *s);
const char *twSubscribedProperty_Parse(void *property);
uint32_t twSubscribedProperty_GetSize(twSubscribedProperty *property);
twSubscribedPropsMgr *getSPM(void);
int getSPMSavedValuesCount(const char *thing);
int getSPMPersistedValuesLength(void);
twEntitySavedProperties *twEntitySavedProperties_Create(char *name);
void twEntitySavedProperties_Delete(void *entry);
const char *twEntitySavedProperties_Parse(void *entry);
void twSubscribedPropsMgr_DoNothingDeletionHandler(void *item);
twInfoTable *twConvertChangeListToInfoTable(twList *changes);
int twInvokeUpdateSubscribedPropertyValues(char *thing, twInfoTable *values, char force);

#define THING "Pump"
#define NO_SIZE 0xffffffffu
#define NOT_IN_MAP (-3)
#define REFUSED_LOCALLY 1107
#define LEVEL_ERROR 4
/* Structs and encoded length of a number, and the name "Pump", one letter, "GOOD" with their ends. */
#define NUMBER_SIZE (24 + 32 + 40 + 5 + 2 + 5 + 8)

static twPrimitive *number(double value) {
    return twPrimitive_CreateFromNumber(value);
}

static int set(char *name, double value) {
    return twApi_SetSubscribedProperty(THING, name, number(value), FALSE, FALSE);
}

static int fold(char *name, double value) {
    return twApi_SetSubscribedProperty(THING, name, number(value), TRUE, FALSE);
}

static enum msgCodeEnum on_property(const char *entity, const char *name, twInfoTable **value, char is_write, void *data) {
    (void)entity, (void)name, (void)value, (void)is_write, (void)data;
    return TWX_SUCCESS;
}

static void add_property(char *name, enum BaseType type, char *push_type, double threshold) {
    CHECK_INT(twApi_RegisterProperty(TW_THING, THING, name, type, NULL, push_type, threshold, on_property, NULL), TW_OK);
}

static void app_key(char *buffer, unsigned int size) {
    snprintf(buffer, size, "key");
}

static void initialize(void) {
    CHECK_INT(twApi_Initialize("127.0.0.1", 1, "/Thingworx/WS", app_key, NULL, 8192, 8192, FALSE), TW_OK);
}

static void start_over(void) {
    CHECK_INT(twApi_UnregisterThing(THING), TW_OK);
    CHECK_INT(spm->queueSize, 0);
    CHECK_INT(twDict_GetCount(spm->savedValues), 0);
    CHECK_INT(twDict_GetCount(spm->currentValues), 0);
}

/* What the manager shows of a thing: the list of what is queued, NULL when there is none. */
static twList *saved_list(char *thing) {
    twEntitySavedProperties query;
    void *found = NULL;
    query.name = thing;
    return twDict_Find(spm->savedValues, &query, &found) == TW_OK ? ((twEntitySavedProperties *)found)->props : NULL;
}

/* The queued numbers of the thing, each with a space behind it; checks that sizes and texts are right. */
static const char *queued(void) {
    static char text[4096];
    twList *list = saved_list(THING);
    ListEntry *entry = NULL;
    uint32_t sum = 0;
    size_t length = 0;
    text[0] = 0;
    while (list && (entry = twList_Next(list, entry)) != NULL && length < sizeof(text) - 32) {
        twSubscribedProperty *value = entry->value;
        CHECK_STR(value->entity, THING);
        CHECK_INT(value->size, twSubscribedProperty_GetSize(value));
        sum += value->size;
        length += (size_t)snprintf(text + length, sizeof(text) - length, "%g ", value->prop->value->val.number);
    }
    CHECK_INT(sum, spm->queueSize);
    CHECK_INT(getSPMSavedValuesCount(THING), list ? twList_GetCount(list) : -1);
    return text;
}

static void test_values(void) {
    char name[] = "Speed";
    twPrimitive *value = number(2.5);
    twSubscribedProperty *made = twSubscribedProperty_Create(THING, name, value, 1234, "BAD", TRUE), *copy;
    twSubscribedProperty empty;
    twPrimitive *timespan;
    twStream *stream = twStream_Create();
    const char *key;

    CHECK(made != NULL);
    name[0] = 'X';
    CHECK_STR(made->entity, THING);
    CHECK_STR(made->prop->name, "Speed");
    CHECK_STR(made->prop->quality, "BAD");
    CHECK_INT(made->prop->timestamp, 1234);
    CHECK(made->prop->value != value && made->prop->value->val.number == 2.5);
    CHECK(made->fold && !made->foldedPropertyNeedsUpdate);
    CHECK_INT(twSubscribedProperty_GetSize(made), 24 + 32 + 40 + 5 + 6 + 4 + 8);
    CHECK_INT(made->size, twSubscribedProperty_GetSize(made));
    key = twSubscribedProperty_Parse(made);
    CHECK_STR(key, "Speed");
    free((char *)key);
    CHECK(twSubscribedProperty_Parse(NULL) == NULL);

    /* A row: marker, count, and thing, name, value, time, quality, fold with a type byte each. */
    CHECK_INT(twSubscribedProperty_ToStream(made, stream), TW_OK);
    CHECK_INT(twStream_GetLength(stream), 1 + 2 + 6 + 7 + 9 + 9 + 5 + 2);
    CHECK_INT(twSubscribedProperty_ToStream(NULL, stream), TW_INVALID_PARAM);
    CHECK_INT(twSubscribedProperty_ToStream(made, NULL), TW_INVALID_PARAM);
    CHECK_INT(twStream_Reset(stream), TW_OK);
    copy = twSubscribedProperty_CreateFromStream(stream);
    CHECK(copy != NULL);
    CHECK_STR(copy->entity, THING);
    CHECK_STR(copy->prop->name, "Speed");
    CHECK_STR(copy->prop->quality, "BAD");
    CHECK_INT(copy->prop->timestamp, 1234);
    CHECK(copy->prop->value->type == TW_NUMBER && copy->prop->value->val.number == 2.5);
    CHECK_INT(copy->fold, TRUE);
    twSubscribedProperty_Delete(copy);
    CHECK(twSubscribedProperty_CreateFromStream(stream) == NULL);
    CHECK(twSubscribedProperty_CreateFromStream(NULL) == NULL);
    twStream_Delete(stream);
    stream = twStream_CreateFromCharArray("\001\000\001\000\001x", 6);
    CHECK(twSubscribedProperty_CreateFromStream(stream) == NULL);
    twStream_Delete(stream);

    /* Fields are the state: another value has another size, a missing one has none. */
    twPrimitive_Delete(made->prop->value);
    made->prop->value = twPrimitive_CreateFromString("seven b", TRUE);
    CHECK_INT(twSubscribedProperty_GetSize(made), 24 + 32 + 40 + 5 + 6 + 4 + 8);
    twPrimitive_Delete(made->prop->value);
    made->prop->value = NULL;
    CHECK_INT(twSubscribedProperty_GetSize(made), NO_SIZE);
    stream = twStream_Create();
    CHECK_INT(twSubscribedProperty_ToStream(made, stream), TW_INVALID_PARAM);
    timespan = twPrimitive_Create();
    timespan->type = timespan->typeFamily = (enum BaseType)99;
    made->prop->value = timespan;
    CHECK_INT(twSubscribedProperty_ToStream(made, stream), LEVEL_ERROR);
    CHECK_INT(twStream_GetLength(stream), 0);
    twStream_Delete(stream);
    twSubscribedProperty_Delete(made);
    memset(&empty, 0, sizeof(empty));
    CHECK_INT(twSubscribedProperty_GetSize(&empty), NO_SIZE);
    CHECK_INT(twSubscribedProperty_GetSize(NULL), NO_SIZE);
    twSubscribedProperty_Delete(NULL);

    CHECK(twSubscribedProperty_Create(NULL, "p", value, 0, NULL, FALSE) == NULL);
    CHECK(twSubscribedProperty_Create(THING, NULL, value, 0, NULL, FALSE) == NULL);
    CHECK(twSubscribedProperty_Create(THING, "p", NULL, 0, NULL, FALSE) == NULL);
    made = twSubscribedProperty_Create(THING, "p", value, 0, NULL, FALSE);
    CHECK_STR(made->prop->quality, "GOOD");
    CHECK(made->prop->timestamp > 1500000000000);
    twSubscribedProperty_Delete(made);
    twPrimitive_Delete(value);
}

static void test_without_manager(void) {
    twSubscribedProperty *value;
    twPrimitive *primitive = number(1);
    twList *ids = NULL;

    CHECK(spm == NULL && twSubscribedPropsMgr_Get() == NULL && getSPM() == NULL);
    CHECK_INT(getSPMSavedValuesCount(THING), -1);
    CHECK_INT(getSPMSavedValuesCount(NULL), -1);
    CHECK_INT(getSPMPersistedValuesLength(), -1);
    CHECK_INT(twSubscribedPropsMgr_SetPropertyVTQ(THING, "p", number(1), 0, NULL, FALSE, FALSE),
              TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twSubscribedPropsMgr_PushSubscribedProperties(NULL, FALSE, TRUE), TW_SUBSCRIBEDPROP_MGR_NOT_INTIALIZED);
    CHECK_INT(twSubscribedPropsMgr_PushSubscribedPropertiesAsync(NULL, FALSE, NULL, &ids),
              TW_SUBSCRIBEDPROP_MGR_NOT_INTIALIZED);
    CHECK_INT(twSubscribedPropsMgr_PurgeCurrentValueForProperty(THING, "p"), TW_SUBSCRIBEDPROP_MGR_NOT_INTIALIZED);
    CHECK_INT(twSubscribedPropsMgr_PurgeCurrentValuesForThing(THING), TW_SUBSCRIBEDPROP_MGR_NOT_INTIALIZED);
    CHECK_INT(twSubscribedPropsMgr_PurgeChangesForProperty(THING, "p"), TW_SUBSCRIBEDPROP_MGR_NOT_INTIALIZED);
    CHECK_INT(twSubscribedPropsMgr_PurgeChangesForThing(THING), TW_SUBSCRIBEDPROP_MGR_NOT_INTIALIZED);
    CHECK_INT(twApi_ClearSubscribedPropertyCurrentValues(), TW_SUBSCRIBEDPROP_MGR_NOT_INTIALIZED);
    CHECK(twSubscribedPropsMgr_getPropertyCurrentValue(THING, "p") == NULL);
    CHECK_INT(twInvokeUpdateSubscribedPropertyValues(THING, NULL, FALSE), TW_NULL_OR_INVALID_API_SINGLETON);
    twSubscribedPropsMgr_SetFolding(TRUE);
    twSubscribedPropsMgr_Delete();
    value = twSubscribedProperty_Create(THING, "p", primitive, 0, NULL, FALSE);
    CHECK_INT(twSubscribedPropsMgr_QueueValueForSending(value, NULL, "test"), TW_INVALID_PARAM);
    twSubscribedProperty_Delete(value);
    twPrimitive_Delete(primitive);
}

static int queue(twDict *dict, char *name, double content, char folded) {
    twPrimitive *primitive = number(content);
    twSubscribedProperty *value = twSubscribedProperty_Create(THING, name, primitive, 7, NULL, folded);
    int code = twSubscribedPropsMgr_QueueValueForSending(value, dict, "test");
    twPrimitive_Delete(primitive);
    if (code != TW_OK) {
        twSubscribedProperty_Delete(value);
    }
    return code;
}

static void test_manager_without_api(void) {
    twSubscribedProperty incomplete;
    twSubscribedPropsMgr *first;

    CHECK_INT(twSubscribedPropsMgr_Initialize(), TW_OK);
    CHECK(spm != NULL && twSubscribedPropsMgr_Get() == spm && getSPM() == spm);
    CHECK(spm->itTemplate != NULL && spm->itTemplate->ds->numEntries == 4);
    CHECK_INT(spm->queueSize, 0);
    CHECK_INT(queue(spm->savedValues, "a", 1, FALSE), TW_OK);
    CHECK_INT(queue(spm->savedValues, "b", 2, FALSE), TW_OK);
    CHECK_INT(queue(spm->savedValues, "a", 3, FALSE), TW_OK);
    CHECK_STR(queued(), "1 2 3 ");
    CHECK_INT(queue(spm->savedValues, "a", 4, TRUE), TW_OK);
    CHECK_STR(queued(), "2 4 ");
    CHECK_INT(spm->queueSize, 2 * NUMBER_SIZE);
    memset(&incomplete, 0, sizeof(incomplete));
    CHECK_INT(twSubscribedPropsMgr_QueueValueForSending(&incomplete, spm->savedValues, "test"), TW_INVALID_PARAM);
    CHECK_INT(twSubscribedPropsMgr_QueueValueForSending(NULL, spm->savedValues, "test"), TW_INVALID_PARAM);
    CHECK_INT(twSubscribedPropsMgr_PurgeChangesForProperty(THING, "b"), TW_OK);
    CHECK_STR(queued(), "4 ");
    CHECK_INT(twSubscribedPropsMgr_PurgeChangesForThing(THING), TW_OK);
    CHECK_INT(twSubscribedPropsMgr_PurgeChangesForThing(THING), NOT_IN_MAP);
    CHECK_INT(twSubscribedPropsMgr_PurgeChangesForThing(NULL), TW_INVALID_PARAM);
    CHECK_STR(queued(), "");
    CHECK(saved_list(THING) == NULL);
    CHECK_INT(twSubscribedPropsMgr_PushSubscribedProperties(THING, FALSE, TRUE), TW_OK);
    CHECK_INT(twSubscribedPropsMgr_PushSubscribedProperties(NULL, TRUE, TRUE), TW_OK);
    /* Again: it starts empty. */
    first = spm;
    CHECK_INT(twSubscribedPropsMgr_Initialize(), TW_OK);
    CHECK(first != NULL && spm != NULL);
    CHECK_INT(getSPMSavedValuesCount(THING), -1);
    twSubscribedPropsMgr_Delete();
    CHECK(spm == NULL);
    CHECK_INT(twSubscribedPropsMgr_PushSubscribedProperties(NULL, FALSE, TRUE), TW_SUBSCRIBEDPROP_MGR_NOT_INTIALIZED);
}

/* A dictionary of the program's own holds real values. */
static void test_own_dictionary(void) {
    twDict *dict = twDict_Create(twEntitySavedProperties_Delete, twEntitySavedProperties_Parse);
    twEntitySavedProperties *entry = twEntitySavedProperties_Create(THING);
    const char *key = twEntitySavedProperties_Parse(entry);
    twInfoTable *table;
    char *quality = NULL, *name = NULL;
    twPrimitive *cell = NULL;

    CHECK_STR(entry->name, THING);
    CHECK_STR(key, THING);
    free((char *)key);
    CHECK(twEntitySavedProperties_Create(NULL) == NULL && twEntitySavedProperties_Parse(NULL) == NULL);
    CHECK_INT(twDict_Add(dict, entry), TW_OK);
    CHECK_INT(queue(dict, "a", 1, FALSE), TW_OK);
    CHECK_INT(queue(dict, "b", 2, FALSE), TW_OK);
    CHECK_INT(queue(dict, "a", 3, TRUE), TW_OK);
    CHECK_INT(twList_GetCount(entry->props), 2);

    table = twConvertChangeListToInfoTable(entry->props);
    CHECK(table != NULL && twList_GetCount(table->rows) == 2);
    CHECK_INT(twInfoTable_GetString(table, "name", 1, &name), TW_OK);
    CHECK_STR(name, "a");
    CHECK_INT(twInfoTable_GetString(table, "quality", 1, &quality), TW_OK);
    CHECK_STR(quality, "GOOD");
    CHECK_INT(twInfoTable_GetPrimitive(table, "value", 1, &cell), TW_OK);
    CHECK(cell->type == TW_VARIANT && cell->val.variant->val.number == 3);
    free(name);
    free(quality);
    twInfoTable_Delete(table);
    CHECK(twConvertChangeListToInfoTable(NULL) == NULL);
    twSubscribedPropsMgr_DoNothingDeletionHandler(entry);
    CHECK_INT(twDict_Delete(dict), TW_OK);
    CHECK_INT(queue((twDict *)&dict, "a", 1, FALSE), TW_INVALID_PARAM);
}

static void test_codes(void) {
    twPrimitive *timespan = twPrimitive_Create();
    char *names[] = {THING, "a"};

    add_property("a", TW_NUMBER, "ALWAYS", 0);
    add_property("none", TW_NUMBER, NULL, 0);
    CHECK_INT(twSubscribedPropsMgr_SetPropertyVTQ(NULL, "a", number(1), 0, NULL, FALSE, FALSE), TW_INVALID_PARAM);
    CHECK_INT(twSubscribedPropsMgr_SetPropertyVTQ(THING, NULL, number(1), 0, NULL, FALSE, FALSE), TW_INVALID_PARAM);
    CHECK_INT(twSubscribedPropsMgr_SetPropertyVTQ(THING, "a", NULL, 0, NULL, FALSE, FALSE), TW_INVALID_PARAM);
    CHECK_INT(set("unknown", 1), TW_SUBSCRIBED_PROPERTY_NOT_FOUND);
    CHECK_INT(set("none", 1), TW_INVALID_PARAM);
    CHECK_INT(twApi_RegisterPropertyCallback(TW_THING, THING, "callback", on_property, NULL), TW_OK);
    CHECK_INT(set("callback", 1), TW_INVALID_PARAM);
    /* Q-S10: types that cannot be sent. */
    CHECK_INT(twApi_SetSubscribedProperty(THING, "a", twPrimitive_CreateVariant(number(1)), FALSE, FALSE), TW_INVALID_PARAM);
    timespan->type = timespan->typeFamily = TW_TIMESPAN;
    CHECK_INT(twApi_SetSubscribedProperty(THING, "a", timespan, FALSE, FALSE), TW_INVALID_PARAM);
    timespan = twPrimitive_Create();
    timespan->type = timespan->typeFamily = TW_TIMESPAN;
    CHECK_INT(twApi_SetSubscribedProperty(THING, "unknown", timespan, FALSE, FALSE), TW_SUBSCRIBED_PROPERTY_NOT_FOUND);
    CHECK_STR(queued(), "");

    /* A program may set the exported pointer to NULL, or lists of the object. */
    {
        twSubscribedPropsMgr *manager = spm, zero;
        twDict *callbacks = tw_api->callbackList;
        spm = NULL;
        CHECK_INT(set("a", 1), TW_NULL_OR_INVALID_API_SINGLETON);
        CHECK_INT(twApi_PushSubscribedProperties(THING, FALSE), TW_SUBSCRIBEDPROP_MGR_NOT_INTIALIZED);
        CHECK_INT(twSubscribedPropsMgr_PurgeChangesForThing(THING), TW_SUBSCRIBEDPROP_MGR_NOT_INTIALIZED);
        CHECK_INT(twApi_ClearSubscribedPropertyCurrentValues(), TW_SUBSCRIBEDPROP_MGR_NOT_INTIALIZED);
        memset(&zero, 0, sizeof(zero));
        spm = &zero;
        CHECK_INT(set("a", 1), TW_NULL_OR_INVALID_API_SINGLETON);
        CHECK_INT(getSPMSavedValuesCount(THING), -1);
        spm = manager;
        tw_api->callbackList = NULL;
        CHECK_INT(set("a", 1), TW_NULL_OR_INVALID_API_SINGLETON);
        tw_api->callbackList = callbacks;
        CHECK_INT(set("a", 1), TW_OK);
    }
    CHECK_STR(queued(), "1 ");
    CHECK_INT(twSubscribedPropsMgr_PurgeChangesForProperty(names[0], NULL), TW_INVALID_PARAM);
    CHECK_INT(twSubscribedPropsMgr_PurgeChangesForProperty(names[0], names[1]), TW_OK);
    CHECK_STR(queued(), "");
    twSubscribedPropsMgr_SetFolding(TRUE);
    CHECK_INT(spm->fold, TRUE);
    CHECK_INT(set("a", 1), TW_OK);
    CHECK_INT(set("a", 2), TW_OK);
    CHECK_STR(queued(), "1 2 ");
    twSubscribedPropsMgr_SetFolding(FALSE);
    start_over();
}

/* 1, 2, 3, 5, 0 with a push type; what is queued of it. */
static const char *queued_of(char *push_type, double threshold) {
    static const double numbers[] = {1, 2, 3, 5, 0};
    size_t i;
    twApi_UnregisterThing(THING);
    add_property("p", TW_NUMBER, push_type, threshold);
    for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        CHECK_INT(set("p", numbers[i]), TW_OK);
    }
    return queued();
}

static void test_push_types(void) {
    CHECK_STR(queued_of("NEVER", 0), "");
    CHECK_STR(queued_of("ALWAYS", 0), "1 2 3 5 0 ");
    CHECK_STR(queued_of("ON", 0), "1 2 3 5 0 ");
    CHECK_STR(queued_of("always", 0), "1 2 3 5 0 ");
    CHECK_STR(queued_of("never", 0), "1 2 3 5 0 ");
    CHECK_STR(queued_of("OFF", 0), "0 ");
    CHECK_STR(queued_of("VALUE", 0), "1 2 3 5 0 ");
    CHECK_STR(queued_of("VALUE", 1.5), "1 5 0 ");
    CHECK_STR(queued_of("DEADBAND", 1.5), "1 3 5 0 ");
    CHECK_STR(queued_of("DEADBAND", 2), "1 5 0 ");
    start_over();
}

static void test_changes_that_are_none(void) {
    twSubscribedProperty *current;

    add_property("v", TW_NUMBER, "VALUE", 10);
    CHECK_INT(twApi_SetSubscribedPropertyVTQ(THING, "v", number(1), 5, "GOOD", FALSE, FALSE), TW_OK);
    CHECK_INT(twApi_SetSubscribedPropertyVTQ(THING, "v", number(2), 6, "GOOD", FALSE, FALSE), TW_OK);
    CHECK_STR(queued(), "1 ");
    /* Another quality is a change, and the type of a number is not. */
    CHECK_INT(twApi_SetSubscribedPropertyVTQ(THING, "v", number(3), 7, "BAD", FALSE, FALSE), TW_OK);
    CHECK_STR(queued(), "1 3 ");
    CHECK_INT(twApi_SetSubscribedPropertyVTQ(THING, "v", twPrimitive_CreateFromInteger(4), 8, "BAD", FALSE, FALSE), TW_OK);
    CHECK_STR(queued(), "1 3 ");
    CHECK_INT(twApi_SetSubscribedPropertyVTQ(THING, "v", number(50), 9, "BAD", FALSE, FALSE), TW_OK);
    CHECK_STR(queued(), "1 3 50 ");
    {
        twSubscribedProperty *first = saved_list(THING)->first->value;
        CHECK_INT(first->prop->timestamp, 5);
        CHECK_STR(first->prop->quality, "GOOD");
        CHECK_STR(first->prop->name, "v");
        CHECK_INT(first->fold, FALSE);
    }
    current = twSubscribedPropsMgr_getPropertyCurrentValue(THING, "v");
    CHECK(current != NULL && current->prop->value->val.number == 50);
    CHECK_STR(current->prop->quality, "BAD");

    add_property("t", TW_STRING, "VALUE", 10);
    CHECK_INT(twApi_SetSubscribedProperty(THING, "t", twPrimitive_CreateFromString("x", TRUE), FALSE, FALSE), TW_OK);
    CHECK_INT(twApi_SetSubscribedProperty(THING, "t", twPrimitive_CreateFromString("x", TRUE), FALSE, FALSE), TW_OK);
    CHECK_INT(getSPMSavedValuesCount(THING), 4);
    CHECK_INT(twApi_SetSubscribedProperty(THING, "t", twPrimitive_CreateFromString("y", TRUE), FALSE, FALSE), TW_OK);
    CHECK_INT(getSPMSavedValuesCount(THING), 5);
    start_over();
}

static const char *pending(char *name) {
    static char text[64];
    twSubscribedProperty *current = twSubscribedPropsMgr_getPropertyCurrentValue(THING, name);
    if (current == NULL) {
        return "none";
    }
    snprintf(text, sizeof(text), "%g%s", current->prop->value->val.number, current->foldedPropertyNeedsUpdate ? " pending" : "");
    return text;
}

static void test_folding(void) {
    add_property("a", TW_NUMBER, "ALWAYS", 0);
    add_property("v", TW_NUMBER, "VALUE", 5);
    add_property("d", TW_NUMBER, "DEADBAND", 5);
    add_property("n", TW_NUMBER, "NEVER", 0);
    add_property("o", TW_NUMBER, "OFF", 0);
    /* Q-S1: the latest of each waits, whatever came before. */
    CHECK_INT(fold("a", 1), TW_OK);
    CHECK_INT(fold("a", 2), TW_OK);
    CHECK_STR(pending("a"), "2 pending");
    CHECK_INT(fold("v", 1), TW_OK);
    CHECK_INT(fold("v", 2), TW_OK);
    CHECK_STR(pending("v"), "2 pending");
    CHECK_INT(fold("d", 1), TW_OK);
    CHECK_INT(fold("d", 2), TW_OK);
    CHECK_STR(pending("d"), "1 pending");
    CHECK_INT(fold("d", 7), TW_OK);
    CHECK_STR(pending("d"), "7 pending");
    CHECK_INT(fold("n", 1), TW_OK);
    CHECK_STR(pending("n"), "none");
    CHECK_STR(queued(), "");
    CHECK_INT(fold("o", 1), TW_OK);
    CHECK_INT(fold("o", 0), TW_OK);
    CHECK_STR(queued(), "0 ");
    /* Queued later, a value takes the place of the folded one. */
    CHECK_INT(set("a", 3), TW_OK);
    CHECK_STR(queued(), "0 3 ");
    CHECK_STR(pending("a"), "2");
    /* Q-S16: any value but 0 is TRUE. A folded set does not push. */
    CHECK_INT(twApi_SetSubscribedProperty(THING, "a", number(4), 2, 2), TW_OK);
    CHECK_STR(pending("a"), "4 pending");
    /* Q-S12: pending values survive the forgetting of last values. */
    CHECK_INT(twApi_ClearSubscribedPropertyCurrentValues(), TW_OK);
    CHECK_STR(pending("a"), "none");
    CHECK_INT(twDict_GetCount(spm->currentValues), 0);
    start_over();
}

static void test_purging(void) {
    add_property("a", TW_NUMBER, "ALWAYS", 0);
    add_property("v", TW_NUMBER, "VALUE", 5);
    CHECK_INT(twSubscribedPropsMgr_PurgeCurrentValueForProperty(THING, "v"), TW_ERROR_ITEM_DOES_NOT_EXIST);
    CHECK_INT(twSubscribedPropsMgr_PurgeCurrentValuesForThing(THING), NOT_IN_MAP);
    CHECK_INT(set("v", 1), TW_OK);
    CHECK_INT(set("v", 2), TW_OK);
    CHECK_STR(queued(), "1 ");
    CHECK_INT(twSubscribedPropsMgr_PurgeCurrentValueForProperty(THING, "v"), TW_OK);
    CHECK(twSubscribedPropsMgr_getPropertyCurrentValue(THING, "v") == NULL);
    CHECK_INT(set("v", 3), TW_OK);
    CHECK_STR(queued(), "1 3 ");
    CHECK_INT(twSubscribedPropsMgr_PurgeCurrentValuesForThing(THING), TW_OK);
    CHECK_INT(set("v", 4), TW_OK);
    CHECK_INT(twApi_ClearSubscribedPropertyCurrentValues(), TW_OK);
    CHECK_INT(set("v", 5), TW_OK);
    CHECK_STR(queued(), "1 3 4 5 ");
    CHECK_INT(set("a", 6), TW_OK);
    CHECK_STR(pending("a"), "none");
    CHECK_INT(twSubscribedPropsMgr_PurgeChangesForProperty(THING, "v"), TW_OK);
    CHECK_STR(queued(), "6 ");
    CHECK_INT(twSubscribedPropsMgr_PurgeChangesForThing(THING), TW_OK);
    CHECK_STR(queued(), "");
    /* Unregistering and unbinding drop as well. */
    CHECK_INT(set("a", 7), TW_OK);
    CHECK_INT(set("v", 17), TW_OK);
    CHECK_INT(twApi_UnregisterPropertyCallback(THING, "a", NULL), TW_OK);
    CHECK_STR(queued(), "17 ");
    CHECK_INT(twApi_BindThing(THING), TW_OK);
    CHECK_INT(set("v", 37), TW_OK);
    twApi_UnbindThing(THING);
    CHECK_STR(queued(), "");
    start_over();
}

static void test_addresses(void) {
    twList *list;
    ListEntry *entry;
    twSubscribedProperty *value, *current;

    add_property("v", TW_NUMBER, "VALUE", 0);
    CHECK_INT(set("v", 1), TW_OK);
    list = saved_list(THING);
    entry = list->first;
    value = entry->value;
    current = twSubscribedPropsMgr_getPropertyCurrentValue(THING, "v");
    CHECK_INT(set("v", 2), TW_OK);
    CHECK(saved_list(THING) == list && list->first == entry && entry->value == value);
    CHECK(twSubscribedPropsMgr_getPropertyCurrentValue(THING, "v") == current);
    CHECK(current->prop->value->val.number == 2);
    start_over();
}

static void test_limits(void) {
    char text[] = "forty characters, forty characters, fort";
    int i;

    add_property("v", TW_NUMBER, "VALUE", 0);
    CHECK_INT(twApi_RegisterProperty(TW_THING, "T", "a", TW_NUMBER, NULL, "ALWAYS", 0, on_property, NULL), TW_OK);
    for (i = 0; i < 144; i++) {
        CHECK_INT(twApi_SetSubscribedProperty("T", "a", number(i), FALSE, FALSE), TW_OK);
    }
    CHECK_INT(twApi_SetSubscribedProperty("T", "a", number(144), FALSE, FALSE), TW_PROPERTY_CHANGE_BUFFER_FULL);
    CHECK_INT(getSPMSavedValuesCount("T"), 144);
    CHECK_INT(spm->queueSize, 144 * (NUMBER_SIZE - 3));
    /* Q-S6: what found no room is not the last value, and is offered again. Other things share the limit. */
    CHECK_INT(set("v", 5), TW_PROPERTY_CHANGE_BUFFER_FULL);
    CHECK_STR(pending("v"), "none");
    CHECK_INT(twSubscribedPropsMgr_PurgeChangesForThing("T"), TW_OK);
    CHECK_INT(set("v", 5), TW_OK);
    CHECK_STR(queued(), "5 ");
    CHECK_INT(twSubscribedPropsMgr_PurgeChangesForThing(THING), TW_OK);
    for (i = 0; i < 112; i++) {
        CHECK_INT(twApi_SetSubscribedProperty("T", "a", twPrimitive_CreateFromString(text, TRUE), FALSE, FALSE), TW_OK);
    }
    CHECK_INT(twApi_SetSubscribedProperty("T", "a", twPrimitive_CreateFromString(text, TRUE), FALSE, FALSE),
              TW_PROPERTY_CHANGE_BUFFER_FULL);
    /* Q-S5: the limit is that of the configuration, now. */
    twcfg.offline_msg_queue_size = 1 << 20;
    for (i = 0; i < 1000; i++) {
        CHECK_INT(twApi_SetSubscribedProperty("T", "a", number(i), FALSE, FALSE), TW_OK);
    }
    twcfg.offline_msg_queue_size = OFFLINE_MSG_QUEUE_SIZE;
    CHECK_INT(getSPMSavedValuesCount("T"), 1112);
    CHECK_INT(twApi_UnregisterThing("T"), TW_OK);
    /* What a registered push type rejects has no limit that could be seen, though it waits for the platform's on a bound thing. */
    add_property("n", TW_NUMBER, "NEVER", 0);
    CHECK_INT(twApi_BindThing(THING), TW_OK);
    for (i = 0; i < 500; i++) {
        CHECK_INT(set("n", i), TW_OK);
    }
    CHECK_STR(queued(), "");
    twApi_UnbindThing(THING);
    start_over();
}

static int on_response(uint32_t id, enum msgCodeEnum code, char *reason, twInfoTable *content) {
    (void)id, (void)code, (void)reason;
    twInfoTable_Delete(content);
    return 0;
}

static void test_offline_push(void) {
    twList *ids = NULL;
    twStream *file = spm->persistedValues;

    CHECK(spm->subscribedPropsFile != NULL && access(spm->subscribedPropsFile, R_OK) == 0);
    CHECK(file != NULL && file->file != NULL);
    CHECK_INT(file->length, 0);
    CHECK_INT(getSPMPersistedValuesLength(), 0);
    add_property("a", TW_NUMBER, "ALWAYS", 0);
    CHECK_INT(twApi_PushSubscribedProperties(THING, FALSE), TW_OK);
    CHECK_INT(set("a", 1), TW_OK);
    /* Q-S15: without a function or a place for the ids. */
    CHECK_INT(twApi_PushSubscribedPropertiesAsync(THING, FALSE, NULL, &ids), REFUSED_LOCALLY);
    CHECK_INT(twApi_PushSubscribedPropertiesAsync(THING, FALSE, on_response, NULL), REFUSED_LOCALLY);
    CHECK(ids == NULL);
    CHECK_STR(queued(), "1 ");
    /* Q-S14: offline is 1203 for a set and for the manager, 0 for the API; Q-S16: push is TRUE with any value but 0. */
    CHECK_INT(twApi_SetSubscribedProperty(THING, "a", number(2), FALSE, 2), TW_SUBSCRIBED_PROPERTY_LIST_PERSISTED);
    /* Both are in the file now, and not here. */
    CHECK_STR(queued(), "");
    CHECK_INT(spm->queueSize, 0);
    CHECK(getSPMPersistedValuesLength() > 0);
    CHECK(spm->persistedValues == file);
    CHECK_INT(file->length, getSPMPersistedValuesLength());
    CHECK_INT(set("a", 3), TW_OK);
    CHECK_INT(twSubscribedPropsMgr_PushSubscribedProperties(THING, FALSE, FALSE), TW_SUBSCRIBED_PROPERTY_LIST_PERSISTED);
    CHECK_INT(set("a", 4), TW_OK);
    CHECK_INT(twApi_PushSubscribedProperties(THING, FALSE), TW_OK);
    CHECK_INT(set("a", 5), TW_OK);
    CHECK_INT(twSubscribedPropsMgr_PushSubscribedPropertiesAsync(THING, FALSE, on_response, &ids),
              TW_SUBSCRIBED_PROPERTY_LIST_PERSISTED);
    CHECK_INT(twList_GetCount(ids), 0);
    twList_Delete(ids);
    /* A folded value goes there as well. */
    CHECK_INT(fold("a", 6), TW_OK);
    {
        int before = getSPMPersistedValuesLength();
        CHECK_INT(twApi_PushSubscribedProperties(THING, FALSE), TW_OK);
        CHECK(getSPMPersistedValuesLength() > before);
        CHECK_STR(pending("a"), "6");
    }
    /* Without a directory nothing goes there, and over its limit neither: the values wait here. */
    CHECK_INT(set("a", 7), TW_OK);
    {
        const char *directory = twcfg.offline_msg_store_dir;
        int before = getSPMPersistedValuesLength();
        twcfg.offline_msg_store_dir = NULL;
        CHECK_INT(twSubscribedPropsMgr_PushSubscribedProperties(THING, FALSE, FALSE),
                  TW_SUBSCRIBED_PROPERTY_LIST_UNABLE_TO_PERSIST_ERROR);
        CHECK_STR(queued(), "7 ");
        twcfg.offline_msg_store_dir = directory;
        twcfg.offline_msg_queue_size = 10;
        CHECK_INT(twSubscribedPropsMgr_PushSubscribedProperties(THING, FALSE, FALSE),
                  TW_SUBSCRIBED_PROPERTY_LIST_PERSIST_ERROR);
        twcfg.offline_msg_queue_size = OFFLINE_MSG_QUEUE_SIZE;
        CHECK_STR(queued(), "7 ");
        CHECK_INT(getSPMPersistedValuesLength(), before);
    }
    /* Q-S4 */
    CHECK_INT(set("a", 6), TW_OK);
    CHECK_INT(twSubscribedPropsMgr_PushSubscribedProperties(NULL, FALSE, FALSE), TW_OK);
    CHECK_INT(twSubscribedPropsMgr_PushSubscribedProperties("Unknown", FALSE, FALSE), TW_OK);
    start_over();
}

static void *set_in_a_thread(void *argument) {
    (void)argument;
    CHECK_INT(set("a", 2), TW_OK);
    return NULL;
}

static int visit(void *key, size_t key_size, void *entry, size_t size, void *visits) {
    pthread_t thread;
    (void)key, (void)key_size, (void)entry, (void)size;
    ++*(int *)visits;
    CHECK_INT(pthread_create(&thread, NULL, set_in_a_thread, NULL), 0);
    CHECK_INT(pthread_join(thread, NULL), 0);
    CHECK_INT(set("a", 3), TW_OK);
    return TW_FOREACH_CONTINUE;
}

static int warnings;
static char warning[512];

static void on_log(enum LogLevel level, const char *timestamp, const char *message) {
    (void)timestamp;
    if (level == TW_WARN && strstr(message, "dropped for newer ones")) {
        warnings++;
        snprintf(warning, sizeof(warning), "%s", message);
        /* No lock is held. */
        CHECK_INT(twApi_SetSubscribedProperty("T", "a", number(1000), FALSE, FALSE), TW_OK);
    }
}

/* Q-S5: the oldest make room for the newest, if that is asked for. */
static void test_dropping(void) {
    int i;

    CHECK_INT(twApi_RegisterProperty(TW_THING, "T", "a", TW_NUMBER, NULL, "ALWAYS", 0, on_property, NULL), TW_OK);
    twLogger_SetFunction(on_log);
    twedge_queue_drops_oldest(TRUE);
    for (i = 0; i < 150; i++) {
        CHECK_INT(twApi_SetSubscribedProperty("T", "a", number(i), FALSE, FALSE), TW_OK);
    }
    CHECK_INT(getSPMSavedValuesCount("T"), 144);
    CHECK_INT(spm->queueSize, 144 * (NUMBER_SIZE - 3));
    CHECK_INT(twedge_queue_dropped(), 6);
    CHECK_INT(warnings, 0);
    CHECK_INT(twSubscribedPropsMgr_PurgeChangesForThing("T"), TW_OK);
    CHECK_INT(warnings, 1);
    CHECK(strstr(warning, " 6 of T;") != NULL);
    CHECK_INT(getSPMSavedValuesCount("T"), 1);
    /* Nothing is dropped for a value that has no room at all. */
    twcfg.offline_msg_queue_size = 10;
    CHECK_INT(twApi_SetSubscribedProperty("T", "a", number(1), FALSE, FALSE), TW_PROPERTY_CHANGE_BUFFER_FULL);
    twcfg.offline_msg_queue_size = OFFLINE_MSG_QUEUE_SIZE;
    CHECK_INT(getSPMSavedValuesCount("T"), 1);
    twedge_queue_drops_oldest(FALSE);
    for (i = 1; i < 144; i++) {
        CHECK_INT(twApi_SetSubscribedProperty("T", "a", number(i), FALSE, FALSE), TW_OK);
    }
    CHECK_INT(twApi_SetSubscribedProperty("T", "a", number(144), FALSE, FALSE), TW_PROPERTY_CHANGE_BUFFER_FULL);
    CHECK_INT(twedge_queue_dropped(), 6);
    CHECK_INT(twApi_UnregisterThing("T"), TW_OK);
    CHECK_INT(warnings, 1);
    twLogger_SetFunction(NULL);
}

/* A program that walks what the manager shows does not stop threads that set values. */
static void test_walking(void) {
    int visits = 0;
    add_property("a", TW_NUMBER, "ALWAYS", 0);
    CHECK_INT(set("a", 1), TW_OK);
    CHECK_INT(twDict_Foreach(spm->savedValues, visit, &visits), 1);
    CHECK_INT(visits, 1);
    CHECK_STR(queued(), "1 2 3 ");
    start_over();
}

enum { THREADS = 4, ROUNDS = 100 };

static void *set_many(void *argument) {
    int i, failures = 0;
    for (i = 0; i < ROUNDS; i++) {
        failures += twApi_SetSubscribedProperty(THING, argument, number(i), i % 5 == 4, FALSE) != TW_OK;
        failures += i % 10 == 9 && twSubscribedPropsMgr_PurgeCurrentValuesForThing(THING) == TW_INVALID_PARAM;
    }
    return failures ? argument : NULL;
}

/* Q-S9: setters on several threads. */
static void test_threads(void) {
    char *names[THREADS] = {"v", "w", "x", "y"};
    pthread_t threads[THREADS];
    void *failed;
    int i;

    twcfg.offline_msg_queue_size = 1 << 20;
    for (i = 0; i < THREADS; i++) {
        add_property(names[i], TW_NUMBER, "VALUE", 0);
    }
    for (i = 0; i < THREADS; i++) {
        CHECK_INT(pthread_create(&threads[i], NULL, set_many, names[i]), 0);
    }
    for (i = 0; i < THREADS; i++) {
        CHECK_INT(pthread_join(threads[i], &failed), 0);
        CHECK(failed == NULL);
    }
    twcfg.offline_msg_queue_size = OFFLINE_MSG_QUEUE_SIZE;
    CHECK_INT(getSPMSavedValuesCount(THING), THREADS * ROUNDS * 4 / 5);
    CHECK_INT(twList_GetCount(saved_list(THING)), THREADS * ROUNDS * 4 / 5);
    CHECK_INT(spm->queueSize, THREADS * ROUNDS * 4 / 5 * NUMBER_SIZE);
    start_over();
}

/* Deleting the manager of an API object, and making it again. */
static void test_manager_of_the_api(void) {
    add_property("a", TW_NUMBER, "ALWAYS", 0);
    twSubscribedPropsMgr_Delete();
    CHECK(spm == NULL);
    CHECK_INT(set("a", 1), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(twApi_PushSubscribedProperties(THING, FALSE), TW_SUBSCRIBEDPROP_MGR_NOT_INTIALIZED);
    CHECK_INT(twSubscribedPropsMgr_Initialize(), TW_OK);
    CHECK_INT(set("a", 2), TW_OK);
    CHECK_STR(queued(), "2 ");
    CHECK_INT(twSubscribedPropsMgr_Initialize(), TW_OK);
    CHECK_STR(queued(), "");
    CHECK_INT(set("a", 3), TW_OK);
    CHECK_STR(queued(), "3 ");
    start_over();
}

int main(void) {
    char directory[] = "/tmp/test_subscribed.XXXXXX", file[64];

    CHECK(mkdtemp(directory) != NULL);
    CHECK_INT(chdir(directory), 0);
    twcfg.offline_msg_store_dir = directory;
    test_values();
    test_without_manager();
    test_manager_without_api();
    test_own_dictionary();
    initialize();
    test_codes();
    test_push_types();
    test_changes_that_are_none();
    test_folding();
    test_purging();
    test_addresses();
    test_limits();
    test_dropping();
    test_walking();
    test_threads();
    test_offline_push();
    test_manager_of_the_api();
    CHECK_INT(twApi_Delete(), TW_OK);
    CHECK(spm == NULL);
    test_without_manager();
    initialize();
    CHECK_INT(spm->queueSize, 0);
    CHECK_INT(twApi_Delete(), TW_OK);
    snprintf(file, sizeof(file), "%s/subscribed_properties.bin", directory);
    unlink(file);
    CHECK_INT(chdir("/"), 0);
    CHECK_INT(rmdir(directory), 0);
    return check_result();
}
