/* What sources for the original do at compile time, in every dialect. */
#include "everything.h"

static void authenticated(char *type, char *value) {
    (void)type, (void)value;
}

static int polled(char *thing) {
    (void)thing;
    return 0;
}

int set_up(void) {
    twPrimitive *value = twPrimitive_CreateFromNumber(1.5);
    twInfoTable *table = twInfoTable_CreateFromString("name", "value", TRUE);
    TW_MUTEX mutex = twMutex_Create();
    if (!value || !table || !mutex) {
        return TW_ERROR_ALLOCATING_MEMORY;
    }
    /* Handlers of other shapes than the prototypes ask for: existing programs have them. */
    twApi_RegisterOnAuthenticatedCallback(authenticated, NULL);
    twExt_RegisterPolledTemplateFunction(polled, "Template");
    twPrimitive_Delete(value);
    twInfoTable_Delete(table);
    twMutex_Delete(mutex);
    TW_LOG(TW_INFO, "%s %s", twApi_GetVersion(), twApi_isConnected() ? "on" : "off");
    return TW_OK;
}
