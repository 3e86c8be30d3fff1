/* twMap.h (api-behaviour.md 10.2), its raw functions too. */
#include "twMap.h"
#include "twErrors.h"
#include "twOSPort.h"

#define MAP(name) twMap_##name
#define MAP_TYPE twMap
#include "map_checks.h"

static void raw_functions(void) {
    twMap *map = twMap_new();
    char key[] = "key";
    int one = 1, two_ = 2;
    void *found = &one;
    CHECK_INT(twMap_put(map, key, &one), 0, "put", ORIGINAL_PASSES);
    key[0] = 'x';
    CHECK_INT(twMap_get(map, "key", &found), 0, "the key was copied", ORIGINAL_PASSES);
    CHECK(found == &one, "get", ORIGINAL_PASSES);
    CHECK_INT(twMap_put(map, "key", &two_), 0, "put again", ORIGINAL_PASSES);
    twMap_get(map, "key", &found);
    CHECK(found == &two_, "it replaces", ORIGINAL_PASSES);
    CHECK_INT(twMap_length(map), 1, "length", ORIGINAL_PASSES);
    CHECK_INT(twMap_get(map, "none", &found), -3, "get nothing", ORIGINAL_PASSES);
    CHECK(found == NULL, "the result is NULL", ORIGINAL_PASSES);
    CHECK_INT(twMap_remove(map, "key"), 0, "remove", ORIGINAL_PASSES);
    CHECK_INT(twMap_remove(map, "key"), -3, "remove again", ORIGINAL_PASSES);
    CHECK_INT(twMap_length(map), 0, "length at the end", ORIGINAL_PASSES);
    CHECK_INT(twMap_length(NULL), 0, "length of nothing", ORIGINAL_PASSES);
    twMap_free(map);
}

static void many_keys(void) {
    twMap *map = twMap_new();
    static int numbers[5000];
    char key[16];
    void *found;
    int i, right = 0;
    for (i = 0; i < 5000; i++) {
        sprintf(key, "key %d", i);
        twMap_put(map, key, &numbers[i]);
    }
    CHECK_INT(twMap_length(map), 5000, "length", ORIGINAL_PASSES);
    for (i = 0; i < 5000; i++) {
        sprintf(key, "key %d", i);
        right += twMap_get(map, key, &found) == 0 && found == &numbers[i];
    }
    CHECK_INT(right, 5000, "all are found", ORIGINAL_PASSES);
    twMap_free(map);
}

static void raw_maps_have_no_key_function(void) {
    twMap *map = twMap_new();
    Item value = {"one", 1};
    void *found = NULL;
    CHECK_INT(twMap_Add(map, &value), TW_INVALID_PARAM, "add", ORIGINAL_PASSES);
    CHECK_INT(twMap_Find(map, &value, &found), TW_INVALID_PARAM, "find", ORIGINAL_PASSES);
    twMap_free(map);
}

CONFORMANCE_MAIN("twMap.h", MAP_GROUPS, GROUP(raw_functions), GROUP(many_keys), GROUP(raw_maps_have_no_key_function))
