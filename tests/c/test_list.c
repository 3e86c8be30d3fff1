/* Lists: order, ownership of the values, keys, and handlers that change the list they visit. */
#include "twOSPort.h"
#include "twErrors.h"
#include "twList.h"

#include "check.h"

#include <stdlib.h>

static int deleted;

static char *text(const char *characters) {
    char *copy = malloc(strlen(characters) + 1);
    return copy ? strcpy(copy, characters) : NULL;
}

static void delete_text(void *value) {
    deleted++;
    free(value);
}

static const char *key_of(void *value) {
    return text(value);
}

static void test_order(void) {
    twList *list = twList_Create(NULL);
    ListEntry *entry = NULL;
    CHECK_INT(twList_GetCount(list), 0);
    CHECK(twList_Next(list, NULL) == NULL);
    CHECK_INT(twList_Add(list, text("a")), 0);
    CHECK_INT(twList_Add(list, NULL), 0);
    CHECK_INT(twList_Add(list, text("c")), 0);
    CHECK_INT(twList_GetCount(list), 3);
    entry = twList_Next(list, NULL);
    CHECK(entry == list->first);
    CHECK_STR(entry->value, "a");
    entry = twList_Next(list, entry);
    CHECK(entry != NULL && entry->value == NULL);
    entry = twList_Next(list, entry);
    CHECK(entry == list->last);
    CHECK_STR(entry->value, "c");
    CHECK(twList_Next(list, entry) == NULL);
    CHECK(twList_GetByIndex(list, 2) == entry);
    CHECK(twList_GetByIndex(list, 3) == NULL);
    CHECK(twList_GetByIndex(list, -1) == NULL);
    CHECK_INT(twList_Delete(list), 0);
}

static void test_ownership(void) {
    twList *list = twList_Create(delete_text);
    char *kept = text("kept");
    deleted = 0;
    twList_Add(list, text("a"));
    twList_Add(list, kept);
    twList_Add(list, text("c"));
    CHECK_INT(twList_Remove(list, twList_GetByIndex(list, 1), FALSE), 0);
    CHECK_INT(deleted, 0);
    CHECK_INT(twList_Remove(list, twList_GetByIndex(list, 0), TRUE), 0);
    CHECK_INT(deleted, 1);
    CHECK_INT(twList_ReplaceValue(list, list->first, text("d"), TRUE), 0);
    CHECK_INT(deleted, 2);
    CHECK_STR(list->first->value, "d");
    CHECK_INT(twList_Clear(list), 0);
    CHECK_INT(deleted, 3);
    CHECK_INT(twList_GetCount(list), 0);
    twList_Add(list, kept);
    CHECK_INT(twList_ClearEntries(list), 0);
    CHECK_INT(twList_GetCount(list), 0);
    CHECK_STR(kept, "kept");
    twList_Add(list, kept);
    CHECK_INT(twList_Delete(list), 0);
    CHECK_INT(deleted, 4);
}

static void test_entries_of_another_list(void) {
    twList *list = twList_Create(NULL), *other = twList_Create(NULL);
    char *unused = text("unused");
    twList_Add(other, text("a"));
    CHECK_INT(twList_ReplaceValue(list, other->first, unused, TRUE), TW_INVALID_PARAM);
    twList_Add(list, text("b"));
    CHECK_INT(twList_Remove(list, other->first, TRUE), TW_LIST_ENTRY_NOT_FOUND);
    CHECK_INT(twList_ReplaceValue(list, other->first, unused, TRUE), TW_LIST_ENTRY_NOT_FOUND);
    CHECK(twList_Next(list, other->first) == NULL);
    CHECK_INT(twList_GetCount(list), 1);
    CHECK_STR(other->first->value, "a");
    free(unused);
    twList_Delete(list);
    twList_Delete(other);
}

static void test_keys(void) {
    twList *list = twList_CreateSearchable(NULL, key_of), *keyless = twList_Create(NULL);
    void *found = list;
    twList_Add(list, text("a"));
    twList_Add(list, text("b"));
    CHECK_INT(twList_Find(list, "b", &found), 0);
    CHECK(found == list->last);
    found = NULL;
    CHECK_INT(twList_Find(list, "c", &found), -3);
    CHECK(found == NULL);
    twList_Add(keyless, text("a"));
    CHECK_INT(twList_Find(keyless, "a", &found), -3);
    twList_Delete(list);
    twList_Delete(keyless);
}

static int until_b(void *key, size_t key_size, void *value, size_t size, void *visited) {
    (void)key, (void)key_size, (void)size;
    ++*(int *)visited;
    return strcmp(value, "b") == 0 ? TW_FOREACH_EXIT : TW_FOREACH_CONTINUE;
}

/* Removes the entry that it is called for and the one after it. */
static int remove_two(void *entry, size_t entry_size, void *value, size_t size, void *list) {
    ListEntry *next = twList_Next(list, entry);
    (void)entry_size, (void)value, (void)size;
    twList_Remove(list, entry, TRUE);
    if (next != NULL) {
        twList_Remove(list, next, TRUE);
    }
    return TW_FOREACH_CONTINUE;
}

static void test_foreach(void) {
    twList *list = twList_Create(NULL);
    int visited = 0;
    CHECK_INT(twList_Foreach(list, until_b, &visited), 0);
    twList_Add(list, text("a"));
    twList_Add(list, text("b"));
    twList_Add(list, text("c"));
    CHECK_INT(twList_Foreach(list, until_b, &visited), 2);
    CHECK_INT(visited, 2);
    CHECK_INT(twList_Foreach(list, remove_two, list), 2);
    CHECK_INT(twList_GetCount(list), 0);
    twList_Delete(list);
}

static void test_null(void) {
    void *found = NULL;
    CHECK_INT(twList_Add(NULL, NULL), TW_INVALID_PARAM);
    CHECK_INT(twList_Clear(NULL), TW_INVALID_PARAM);
    CHECK_INT(twList_ClearEntries(NULL), TW_INVALID_PARAM);
    CHECK_INT(twList_Delete(NULL), TW_INVALID_PARAM);
    CHECK_INT(twList_Remove(NULL, NULL, TRUE), TW_INVALID_PARAM);
    CHECK_INT(twList_Find(NULL, "a", &found), TW_INVALID_PARAM);
    CHECK_INT(twList_Foreach(NULL, until_b, NULL), 0);
    CHECK_INT(twList_GetCount(NULL), 0);
    CHECK(twList_Next(NULL, NULL) == NULL);
    CHECK(twList_GetByIndex(NULL, 0) == NULL);
}

int main(void) {
    test_order();
    test_ownership();
    test_entries_of_another_list();
    test_keys();
    test_foreach();
    test_null();
    return check_result();
}
