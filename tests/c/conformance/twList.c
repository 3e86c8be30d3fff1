/* twList.h (api-behaviour.md 10.1). */
#include "twList.h"
#include "twOSPort.h"

#include "check.h"

static int deleted;

static void count_delete(void *value) {
    deleted++;
    free(value);
}

static char *text(const char *from) {
    char *copy = malloc(strlen(from) + 1);
    strcpy(copy, from);
    return copy;
}

static const char *key_of(void *value) { return text(value); }

static int stop_at_b(void *entry, size_t size, void *value, size_t value_size, void *data) {
    (void)entry;
    (void)size;
    (void)value_size;
    strcat(data, value);
    return strcmp(value, "b") == 0;
}

static int visit(void *entry, size_t size, void *value, size_t value_size, void *data) {
    (void)entry;
    (void)size;
    (void)value;
    (void)value_size;
    (*(int *)data)++;
    return 0;
}

static twList *abc(void) {
    twList *list = twList_Create(count_delete);
    twList_Add(list, text("a"));
    twList_Add(list, text("b"));
    twList_Add(list, text("c"));
    return list;
}

static void adding_and_walking(void) {
    twList *list = abc();
    ListEntry *entry = NULL;
    char seen[8] = "";
    CHECK_INT(twList_GetCount(list), 3, "count", ORIGINAL_PASSES);
    while ((entry = twList_Next(list, entry)) != NULL) {
        strcat(seen, entry->value);
    }
    CHECK_STR(seen, "abc", "Next goes in order of adding", ORIGINAL_PASSES);
    seen[0] = 0;
    for (entry = list->first; entry; entry = entry->next) {
        strcat(seen, entry->value);
    }
    CHECK_STR(seen, "abc", "the nodes are linked forwards", ORIGINAL_PASSES);
    seen[0] = 0;
    for (entry = list->last; entry; entry = entry->prev) {
        strcat(seen, entry->value);
    }
    CHECK_STR(seen, "cba", "the nodes are linked backwards", ORIGINAL_PASSES);
    CHECK_INT(list->count, 3, "the count is a field", ORIGINAL_PASSES);
    CHECK_STR(twList_GetByIndex(list, 1)->value, "b", "GetByIndex", ORIGINAL_PASSES);
    CHECK(twList_GetByIndex(list, 3) == NULL, "index past the end", ORIGINAL_PASSES);
    CHECK(twList_GetByIndex(list, -1) == NULL, "negative index", ORIGINAL_PASSES);
    CHECK_INT(twList_Delete(list), TW_OK, "delete", ORIGINAL_PASSES);
    CHECK_INT(deleted, 3, "delete deletes the values", ORIGINAL_PASSES);
}

static void removing(void) {
    twList *list = abc();
    char *kept = twList_GetByIndex(list, 1)->value;
    CHECK_INT(twList_Remove(list, twList_GetByIndex(list, 1), FALSE), TW_OK, "remove without value", ORIGINAL_PASSES);
    CHECK_INT(deleted, 0, "the value is left", ORIGINAL_PASSES);
    CHECK_STR(kept, "b", "the value is whole", ORIGINAL_PASSES);
    free(kept);
    CHECK_INT(twList_Remove(list, list->first, TRUE), TW_OK, "remove with value", ORIGINAL_PASSES);
    CHECK_INT(deleted, 1, "the value is deleted", ORIGINAL_PASSES);
    CHECK_INT(twList_GetCount(list), 1, "one is left", ORIGINAL_PASSES);
    CHECK(list->first == list->last && list->first->next == NULL && list->first->prev == NULL, "the node that is left",
          ORIGINAL_PASSES);
    CHECK_INT(twList_Clear(list), TW_OK, "clear", ORIGINAL_PASSES);
    CHECK_INT(deleted, 2, "clear deletes the values", ORIGINAL_PASSES);
    CHECK(list->first == NULL && list->last == NULL, "an empty list has no nodes", ORIGINAL_PASSES);
    CHECK_INT(twList_Add(list, text("d")), TW_OK, "add after clear", ORIGINAL_PASSES);
    twList_Delete(list);
}

static void unknown_entry_is_refused(void) {
    twList *list = abc(), *other = abc();
    CHECK_INT(twList_Remove(list, other->first, FALSE), TW_LIST_ENTRY_NOT_FOUND, "remove of an entry of another list",
              QUIRK("Q-T12"));
    CHECK_INT(twList_GetCount(list), 3, "nothing is removed", QUIRK("Q-T12"));
    CHECK(twList_Next(list, other->first) == NULL, "Next of an entry of another list", ORIGINAL_PASSES);
    CHECK_INT(twList_ReplaceValue(list, other->first, NULL, FALSE), TW_LIST_ENTRY_NOT_FOUND,
              "replace in an entry of another list", ORIGINAL_PASSES);
    twList_Delete(list);
    twList_Delete(other);
}

static void replacing(void) {
    twList *list = abc();
    char *old = list->first->value;
    CHECK_INT(twList_ReplaceValue(list, list->first, text("x"), FALSE), TW_OK, "replace", ORIGINAL_PASSES);
    CHECK_INT(deleted, 0, "the old value is left", ORIGINAL_PASSES);
    free(old);
    CHECK_INT(twList_ReplaceValue(list, list->first, text("y"), TRUE), TW_OK, "replace and dispose", ORIGINAL_PASSES);
    CHECK_INT(deleted, 1, "the old value is deleted", ORIGINAL_PASSES);
    CHECK_STR(list->first->value, "y", "the new value", ORIGINAL_PASSES);
    CHECK_INT(twList_GetCount(list), 3, "count stays", ORIGINAL_PASSES);
    twList_Delete(list);
}

static void foreach(void) {
    twList *list = abc();
    char seen[8] = "";
    int visited = 0;
    CHECK_INT(twList_Foreach(list, stop_at_b, seen), 2, "the one that stops is counted", ORIGINAL_PASSES);
    CHECK_STR(seen, "ab", "stops at the first non-zero", ORIGINAL_PASSES);
    CHECK_INT(twList_Foreach(list, visit, &visited), 3, "all are visited", ORIGINAL_PASSES);
    CHECK_INT(twList_Foreach(NULL, visit, &visited), 0, "no list", ORIGINAL_PASSES);
    twList_Clear(list);
    CHECK_INT(twList_Foreach(list, NULL, NULL), 0, "an empty list, no function", ORIGINAL_PASSES);
    twList_Delete(list);
}

static twList *nested;

static int nest(void *entry, size_t size, void *value, size_t value_size, void *data) {
    int inner = 0;
    (void)entry;
    (void)size;
    (void)value;
    (void)value_size;
    twList_Foreach(nested, visit, &inner);
    *(int *)data += inner + twList_GetCount(nested);
    return 0;
}

static void foreach_may_use_the_list(void) {
    int sum = 0;
    nested = abc();
    CHECK_INT(twList_Foreach(nested, nest, &sum), 3, "a nested walk", QUIRK("Q-T16"));
    CHECK_INT(sum, 18, "sees all", QUIRK("Q-T16"));
    twList_Delete(nested);
}

static void finding(void) {
    twList *list = twList_CreateSearchable(count_delete, key_of);
    twList *plain = abc();
    void *found = &deleted;
    twList_Add(list, text("a"));
    twList_Add(list, text("b"));
    CHECK_INT(twList_Find(list, "b", &found), TW_OK, "find", ORIGINAL_PASSES);
    CHECK(found == list->last, "the result is the entry", ORIGINAL_PASSES);
    found = &deleted;
    CHECK_INT(twList_Find(list, "z", &found), -3, "find nothing", ORIGINAL_PASSES);
    CHECK(found == &deleted, "the result is left alone", ORIGINAL_PASSES);
    CHECK_INT(twList_Find(plain, "a", &found), -3, "find without key function", ORIGINAL_PASSES);
    twList_Delete(list);
    twList_Delete(plain);
}

static void values_without_delete_function(void) {
    twList *list = twList_Create(NULL);
    CHECK_INT(twList_Add(list, text("freed with free()")), TW_OK, "add", ORIGINAL_PASSES);
    CHECK_INT(twList_Add(list, NULL), TW_OK, "a NULL value", ORIGINAL_PASSES);
    CHECK_INT(twList_GetCount(list), 2, "both are there", ORIGINAL_PASSES);
    CHECK_INT(twList_Delete(list), TW_OK, "delete frees", ORIGINAL_PASSES);
}

static void entries_alone(void) {
    static char own[] = "own";
    twList *list = twList_Create(count_delete);
    twList_Add(list, own);
    CHECK_INT(twList_ClearEntries(list), TW_OK, "ClearEntries", ORIGINAL_PASSES);
    CHECK_INT(deleted, 0, "ClearEntries leaves the values", ORIGINAL_PASSES);
    CHECK_INT(twList_GetCount(list), 0, "no entries are left", ORIGINAL_PASSES);
    twList_Delete(list);
}

static void null_arguments(void) {
    twList *list = twList_Create(NULL);
    CHECK_INT(twList_Add(NULL, NULL), TW_INVALID_PARAM, "add", ORIGINAL_PASSES);
    CHECK_INT(twList_Delete(NULL), TW_INVALID_PARAM, "delete", ORIGINAL_PASSES);
    CHECK_INT(twList_Clear(NULL), TW_INVALID_PARAM, "clear", ORIGINAL_PASSES);
    CHECK_INT(twList_Remove(NULL, NULL, FALSE), TW_INVALID_PARAM, "remove without list", ORIGINAL_PASSES);
    CHECK_INT(twList_Remove(list, NULL, FALSE), TW_INVALID_PARAM, "remove without entry", ORIGINAL_PASSES);
    CHECK_INT(twList_GetCount(NULL), 0, "count", ORIGINAL_PASSES);
    CHECK(twList_GetByIndex(NULL, 0) == NULL, "index", ORIGINAL_PASSES);
    CHECK(twList_Next(NULL, NULL) == NULL, "next", ORIGINAL_PASSES);
    CHECK(twList_Next(list, NULL) == NULL, "next of an empty list", ORIGINAL_PASSES);
    CHECK_INT(twList_ReplaceValue(NULL, NULL, NULL, FALSE), TW_INVALID_PARAM, "replace", ORIGINAL_PASSES);
    CHECK_INT(twList_Cleanup(), 0, "cleanup", ORIGINAL_PASSES);
    twList_Delete(list);
}

static void many_rows_in_linear_time(void) {
    twList *list = twList_Create(NULL);
    ListEntry *entry = NULL;
    int i, seen = 0;
    for (i = 0; i < 200000; i++) {
        twList_Add(list, NULL);
    }
    while ((entry = twList_Next(list, entry)) != NULL) {
        seen++;
    }
    CHECK_INT(seen, 200000, "a walk by Next ends in time", QUIRK("Q-T4"));
    twList_Delete(list);
}

CONFORMANCE_MAIN("twList.h", GROUP(adding_and_walking), GROUP(removing),
                 GROUP_CRASHES(unknown_entry_is_refused, "Q-T12"), GROUP(replacing), GROUP(foreach),
                 GROUP_CRASHES(foreach_may_use_the_list, "Q-T16"), GROUP(finding), GROUP(values_without_delete_function),
                 GROUP(entries_alone), GROUP(null_arguments), GROUP_CRASHES(many_rows_in_linear_time, "Q-T4"))
