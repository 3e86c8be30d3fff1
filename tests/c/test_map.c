/* Maps: keys that a function gives, ownership of the values, the raw functions, and pointers that are no maps. */
#include "twOSPort.h"
#include "twErrors.h"
#include "twMap.h"

#include "check.h"

#include <stdlib.h>

struct item {
    char key[8];
    int value;
};

static int deleted;

static struct item *item(const char *key, int value) {
    struct item *made = calloc(1, sizeof *made);
    if (made != NULL) {
        strncpy(made->key, key, sizeof made->key - 1);
        made->value = value;
    }
    return made;
}

static void delete_item(void *value) {
    deleted++;
    free(value);
}

static const char *key_of(void *value) {
    const char *key = ((struct item *)value)->key;
    char *copy = malloc(strlen(key) + 1);
    return key[0] == 0 ? (free(copy), NULL) : copy ? strcpy(copy, key) : NULL;
}

static void test_add_and_find(void) {
    twMap *map = twMap_Create(delete_item, key_of);
    struct item query = {"a", 0}, keyless = {"", 0};
    void *found = NULL;
    deleted = 0;
    CHECK_INT(twMap_Add(map, item("a", 1)), 0);
    CHECK_INT(twMap_Add(map, item("b", 2)), 0);
    CHECK_INT(twMap_Find(map, &query, &found), 0);
    CHECK(found != NULL && ((struct item *)found)->value == 1);
    /* One with a key that is there is deleted, the old one stays. */
    CHECK_INT(twMap_Add(map, item("a", 3)), TW_ERROR_ITEM_EXISTS);
    CHECK_INT(deleted, 1);
    CHECK_INT(twMap_GetCount(map), 2);
    CHECK_INT(twMap_Find(map, &query, &found), 0);
    CHECK_INT(((struct item *)found)->value, 1);
    CHECK_INT(twMap_Add(map, &keyless), TW_INVALID_PARAM);
    CHECK_INT(twMap_Find(map, &keyless, &found), TW_INVALID_PARAM);
    strcpy(query.key, "c");
    found = NULL;
    CHECK_INT(twMap_Find(map, &query, &found), TW_MAP_MISSING);
    CHECK(found == NULL);
    CHECK_INT(twMap_Delete(map), 0);
    CHECK_INT(deleted, 3);
}

static void test_remove_and_replace(void) {
    twMap *map = twMap_Create(delete_item, key_of);
    struct item query = {"a", 0};
    struct item *first = item("a", 1);
    void *found = NULL;
    deleted = 0;
    twMap_Add(map, first);
    /* What is passed is deleted, not what is stored: a look-alike must not be. */
    CHECK_INT(twMap_Remove(map, &query, FALSE), 0);
    CHECK_INT(deleted, 0);
    CHECK_INT(twMap_Remove(map, &query, FALSE), TW_MAP_MISSING);
    twMap_Add(map, first);
    CHECK_INT(twMap_ReplaceValue(map, first, item("b", 2), TRUE), 0);
    CHECK_INT(deleted, 1);
    CHECK_INT(twMap_Find(map, &query, &found), TW_MAP_MISSING);
    strcpy(query.key, "b");
    CHECK_INT(twMap_Find(map, &query, &found), 0);
    CHECK_INT(twMap_Remove(map, found, TRUE), 0);
    CHECK_INT(deleted, 2);
    twMap_Add(map, item("c", 3));
    CHECK_INT(twMap_Clear(map), 0);
    CHECK_INT(deleted, 3);
    CHECK_INT(twMap_GetCount(map), 0);
    twMap_Delete(map);
}

static void test_values_without_a_delete_function(void) {
    struct item mine = {"a", 1}, twin = {"a", 2};
    twMap *map = twMap_Create(NULL, key_of);
    CHECK_INT(twMap_Add(map, &mine), 0);
    CHECK_INT(twMap_Add(map, &twin), TW_ERROR_ITEM_EXISTS);
    CHECK_INT(twMap_Delete(map), 0);
    CHECK_INT(mine.value, 1);
}

static int add_up(void *key, size_t key_size, void *value, size_t size, void *sum) {
    struct item *visited = value;
    (void)key_size, (void)size;
    CHECK_STR(key, visited->key);
    *(int *)sum += visited->value;
    return TW_FOREACH_CONTINUE;
}

static int leave(void *key, size_t key_size, void *value, size_t size, void *data) {
    (void)key, (void)key_size, (void)value, (void)size, (void)data;
    return TW_FOREACH_EXIT;
}

static int remove_it(void *key, size_t key_size, void *value, size_t size, void *map) {
    (void)key, (void)key_size, (void)size;
    twMap_Remove(map, value, TRUE);
    return TW_FOREACH_CONTINUE;
}

static void test_foreach(void) {
    twMap *map = twMap_Create(delete_item, key_of);
    int sum = 0;
    twMap_Add(map, item("a", 1));
    twMap_Add(map, item("b", 2));
    twMap_Add(map, item("c", 4));
    CHECK_INT(twMap_Foreach(map, add_up, &sum), 3);
    CHECK_INT(sum, 7);
    CHECK_INT(twMap_Foreach(map, leave, NULL), 1);
    CHECK_INT(twMap_Foreach(map, remove_it, map), 3);
    CHECK_INT(twMap_GetCount(map), 0);
    twMap_Delete(map);
    CHECK_INT(twMap_Foreach(NULL, add_up, &sum), 0);
}

static void test_raw(void) {
    twMap *map = twMap_new();
    char key[] = "key";
    int one = 1, two = 2;
    void *found = &one;
    CHECK_INT(twMap_get(map, "key", &found), TW_MAP_MISSING);
    CHECK(found == NULL);
    CHECK_INT(twMap_put(map, key, &one), 0);
    key[0] = 'X';
    CHECK_INT(twMap_put(map, "key", &two), 0);
    CHECK_INT(twMap_length(map), 1);
    CHECK_INT(twMap_get(map, "key", &found), 0);
    CHECK(found == &two);
    CHECK_INT(twMap_remove(map, "key"), 0);
    CHECK_INT(twMap_remove(map, "key"), TW_MAP_MISSING);
    CHECK_INT(twMap_length(map), 0);
    twMap_free(map);
}

static void test_no_maps(void) {
    struct item query = {"a", 1};
    void *found = NULL;
    twMap *map = twMap_Create(NULL, key_of), *raw = twMap_new();
    twMap_Delete(map);
    CHECK_INT(twMap_Add(map, &query), TW_INVALID_PARAM);
    CHECK_INT(twMap_Find(map, &query, &found), TW_INVALID_PARAM);
    CHECK_INT(twMap_Remove(map, &query, FALSE), TW_INVALID_PARAM);
    CHECK_INT(twMap_Add(&query, &query), TW_INVALID_PARAM);
    CHECK_INT(twMap_Add(raw, &query), TW_INVALID_PARAM);
    twMap_free(raw);
    CHECK_INT(twMap_Add(NULL, &query), TW_INVALID_PARAM);
    CHECK_INT(twMap_Find(NULL, &query, &found), TW_INVALID_PARAM);
    CHECK_INT(twMap_Delete(NULL), TW_INVALID_PARAM);
    CHECK_INT(twMap_Clear(NULL), TW_INVALID_PARAM);
    CHECK_INT(twMap_GetCount(NULL), 0);
    CHECK_INT(twMap_length(NULL), 0);
}

static void test_cleanup(void) {
    twMap *map;
    CHECK_INT(twMap_Cleanup(), 0);
    map = twMap_Create(NULL, key_of);
    CHECK_INT(twMap_Cleanup(), 100);
    twMap_Delete(map);
    CHECK_INT(twMap_Cleanup(), 0);
}

int main(void) {
    test_add_and_find();
    test_remove_and_replace();
    test_values_without_a_delete_function();
    test_foreach();
    test_raw();
    test_no_maps();
    test_cleanup();
    return check_result();
}
