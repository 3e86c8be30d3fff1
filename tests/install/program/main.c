/* A program outside of the tree: it prints the library's version and the number of values in a list. */
#include "stringUtils.h"
#include "twApi.h"
#include "twList.h"
#include "twTasker.h"

#include <stdio.h>

int main(void) {
    twList *list = twList_Create(NULL);
    if (!list || twList_Add(list, duplicateString(twApi_GetVersion())) != TW_OK) {
        return 1;
    }
    printf("%s %d\n", (char *)list->first->value, list->count);
    return twList_Delete(list);
}
