/* twMap.h and twDict.h have the same functions under two names (api-behaviour.md 10.2): the including file says which by
 * MAP(name), MAP_TYPE and the header, and gets the groups. */
#include "check.h"

typedef struct {
    char key[8];
    int number;
} Item;

static int deleted;

static Item *item(const char *key, int number) {
    Item *made = calloc(1, sizeof(Item));
    strncpy(made->key, key, sizeof(made->key) - 1);
    made->number = number;
    return made;
}

static void delete_item(void *value) {
    deleted++;
    free(value);
}

static const char *key_of(void *value) {
    char *copy = malloc(sizeof(((Item *)value)->key));
    return strcpy(copy, ((Item *)value)->key);
}

static const char *no_key(void *value) {
    (void)value;
    return NULL;
}

static int add_up(void *key, size_t key_size, void *value, size_t value_size, void *data) {
    (void)key;
    (void)key_size;
    (void)value_size;
    *(int *)data += ((Item *)value)->number;
    return 0;
}

static int stop(void *key, size_t key_size, void *value, size_t value_size, void *data) {
    (void)key;
    (void)key_size;
    (void)value;
    (void)value_size;
    (void)data;
    return 1;
}

static MAP_TYPE *two(void) {
    MAP_TYPE *map = MAP(Create)(delete_item, key_of);
    MAP(Add)(map, item("one", 1));
    MAP(Add)(map, item("two", 2));
    return map;
}

static void adding_and_finding(void) {
    MAP_TYPE *map = two();
    Item query = {"two", 0};
    void *found = NULL;
    CHECK_INT(MAP(GetCount)(map), 2, "count", ORIGINAL_PASSES);
    CHECK_INT(MAP(Find)(map, &query, &found), 0, "find", ORIGINAL_PASSES);
    CHECK_INT(found ? ((Item *)found)->number : 0, 2, "the result is the value", ORIGINAL_PASSES);
    CHECK_INT(MAP(Add)(map, item("two", 3)), TW_ERROR_ITEM_EXISTS, "a key twice", ORIGINAL_PASSES);
    CHECK_INT(deleted, 1, "the new value is deleted", ORIGINAL_PASSES);
    CHECK_INT(MAP(Find)(map, &query, &found), 0, "find again", ORIGINAL_PASSES);
    CHECK_INT(((Item *)found)->number, 2, "the old value stays", ORIGINAL_PASSES);
    strcpy(query.key, "none");
    CHECK_INT(MAP(Find)(map, &query, &found), -3, "find nothing", ORIGINAL_PASSES);
    CHECK_INT(MAP(Delete)(map), 0, "delete", ORIGINAL_PASSES);
    CHECK_INT(deleted, 3, "delete deletes the values", ORIGINAL_PASSES);
}

static void removing(void) {
    MAP_TYPE *map = two();
    Item query = {"one", 0};
    void *found = NULL;
    MAP(Find)(map, &query, &found);
    CHECK_INT(MAP(Remove)(map, found, TRUE), 0, "remove what was found", ORIGINAL_PASSES);
    CHECK_INT(deleted, 1, "its value is deleted", ORIGINAL_PASSES);
    CHECK_INT(MAP(Remove)(map, &query, FALSE), -3, "remove it again", ORIGINAL_PASSES);
    strcpy(query.key, "two");
    MAP(Find)(map, &query, &found);
    CHECK_INT(MAP(Remove)(map, &query, FALSE), 0, "remove by a look-alike", ORIGINAL_PASSES);
    CHECK_INT(deleted, 1, "the stored value is left (Q-T13)", ORIGINAL_PASSES);
    free(found);
    CHECK_INT(MAP(GetCount)(map), 0, "nothing is left", ORIGINAL_PASSES);
    MAP(Delete)(map);
}

static void replacing(void) {
    MAP_TYPE *map = two();
    Item query = {"one", 0};
    void *found = NULL;
    MAP(Find)(map, &query, &found);
    CHECK_INT(MAP(ReplaceValue)(map, found, item("one", 11), TRUE), 0, "replace", ORIGINAL_PASSES);
    CHECK_INT(deleted, 1, "the old value is deleted", ORIGINAL_PASSES);
    CHECK_INT(MAP(Find)(map, &query, &found), 0, "find", ORIGINAL_PASSES);
    CHECK_INT(((Item *)found)->number, 11, "the new value", ORIGINAL_PASSES);
    strcpy(query.key, "none");
    CHECK_INT(MAP(ReplaceValue)(map, &query, &query, FALSE), -3, "replace nothing", ORIGINAL_PASSES);
    MAP(Delete)(map);
}

static void foreach(void) {
    MAP_TYPE *map = two();
    int sum = 0;
    CHECK_INT(MAP(Foreach)(map, add_up, &sum), 2, "all are visited", ORIGINAL_PASSES);
    CHECK_INT(sum, 3, "with their values", ORIGINAL_PASSES);
    CHECK_INT(MAP(Foreach)(map, stop, NULL), 1, "the one that stops is counted", ORIGINAL_PASSES);
    CHECK_INT(MAP(Foreach)(NULL, stop, NULL), 0, "no map", ORIGINAL_PASSES);
    CHECK_INT(MAP(Clear)(map), 0, "clear", ORIGINAL_PASSES);
    CHECK_INT(deleted, 2, "clear deletes the values", ORIGINAL_PASSES);
    CHECK_INT(MAP(GetCount)(map), 0, "count after clear", ORIGINAL_PASSES);
    MAP(Delete)(map);
}

static MAP_TYPE *nested;

static int look_inside(void *key, size_t key_size, void *value, size_t value_size, void *data) {
    void *found = NULL;
    (void)key;
    (void)key_size;
    (void)value_size;
    *(int *)data += MAP(Find)(nested, value, &found) == 0 && found == value;
    return 0;
}

static void foreach_may_use_the_map(void) {
    int found = 0;
    nested = two();
    MAP(Foreach)(nested, look_inside, &found);
    CHECK_INT(found, 2, "find while walking", QUIRK("Q-T16"));
    MAP(Delete)(nested);
}

static void values_without_delete_function(void) {
    MAP_TYPE *map = MAP(Create)(NULL, key_of);
    Item *own = item("own", 1);
    CHECK_INT(MAP(Add)(map, own), 0, "add", ORIGINAL_PASSES);
    CHECK_INT(MAP(Delete)(map), 0, "delete", ORIGINAL_PASSES);
    CHECK_INT(own->number, 1, "the value is not freed", ORIGINAL_PASSES);
    free(own);
}

static void null_arguments(void) {
    MAP_TYPE *map = two();
    MAP_TYPE *keyless = MAP(Create)(NULL, no_key);
    Item query = {"one", 0};
    void *found = NULL;
    CHECK_INT(MAP(Add)(NULL, &query), TW_INVALID_PARAM, "add without map", ORIGINAL_PASSES);
    CHECK_INT(MAP(Add)(map, NULL), TW_INVALID_PARAM, "add without value", ORIGINAL_PASSES);
    CHECK_INT(MAP(Add)(keyless, &query), TW_INVALID_PARAM, "a value that has no key", ORIGINAL_PASSES);
    CHECK_INT(MAP(Find)(NULL, &query, &found), TW_INVALID_PARAM, "find without map", ORIGINAL_PASSES);
    CHECK_INT(MAP(Find)(map, NULL, &found), TW_INVALID_PARAM, "find without query", ORIGINAL_PASSES);
    CHECK_INT(MAP(Remove)(NULL, &query, FALSE), TW_INVALID_PARAM, "remove without map", ORIGINAL_PASSES);
    CHECK_INT(MAP(Remove)(map, NULL, FALSE), TW_INVALID_PARAM, "remove without item", ORIGINAL_PASSES);
    CHECK_INT(MAP(ReplaceValue)(NULL, NULL, NULL, FALSE), TW_INVALID_PARAM, "replace", ORIGINAL_PASSES);
    CHECK_INT(MAP(GetCount)(NULL), 0, "count", ORIGINAL_PASSES);
    CHECK_INT(MAP(Clear)(NULL), TW_INVALID_PARAM, "clear", ORIGINAL_PASSES);
    CHECK_INT(MAP(Delete)(NULL), TW_INVALID_PARAM, "delete", ORIGINAL_PASSES);
    MAP(Delete)(map);
    MAP(Delete)(keyless);
}

static void cleanup_tells_of_live_maps(void) {
    MAP_TYPE *map = two();
    CHECK_INT(MAP(Cleanup)(), TW_UNKNOWN_ERROR, "with a live map", ORIGINAL_PASSES);
    CHECK_INT(MAP(Cleanup)(), 0, "the second time", ORIGINAL_PASSES);
    if (!conformance_tests_other()) {
        MAP(Delete)(map);
    }
}

/* Forgotten maps stay usable and can be deleted. */
static void maps_survive_cleanup(void) {
    MAP_TYPE *map = two();
    Item query = {"one", 0};
    void *found = NULL;
    MAP(Cleanup)();
    CHECK_INT(MAP(Find)(map, &query, &found), 0, "find after cleanup", QUIRK("Q-A19"));
    CHECK_INT(MAP(Delete)(map), 0, "delete after cleanup", QUIRK("Q-A19"));
    CHECK_INT(deleted, 2, "the values are deleted", QUIRK("Q-A19"));
}

#define MAP_GROUPS                                                                                                     \
    GROUP(adding_and_finding), GROUP(removing), GROUP(replacing), GROUP(foreach),                                      \
        GROUP_CRASHES(foreach_may_use_the_map, "Q-T16"), GROUP(values_without_delete_function), GROUP(null_arguments), \
        GROUP(cleanup_tells_of_live_maps), GROUP_CRASHES(maps_survive_cleanup, "Q-A19")
