/*
 * A shape library: the shape "Meter" adds a counter with a reset to any thing, also several times under namespaces.
 *
 * A library is loaded from the directory that TWXLIB names, by twExt_LoadExtensionLibrary("libmeter") or by the platform
 * through the service loadShapeLibrary; its symbols of the SDK come from the process. Loading calls init_libmeter.
 */
#include <twBaseTypes.h>
#include "twConstants.h"
#include "twPrimitiveUtils.h"
#include "twShapes.h"
#include "twThreadUtils.h"

#include <stdio.h>
#include <string.h>

#define SHAPE "Meter"
#define COUNT "MeterCount"
#define RESET "ResetMeter"

static int set_count(const char *thing, const char *property, double count) {
	twPrimitive *value = twPrimitive_CreateFromNumber(count);
	int code = value ? twExt_SetPropertyValue(thing, property, value, TW_FOLD_TYPE_NO, TW_PUSH_LATER) : TW_UNKNOWN_ERROR;
	twPrimitive_Delete(value);
	return code;
}

/* Called at the data collection rate for each bound thing with the shape. It does not know of namespaces: a counter in
 * one is left to the application. */
static void count(char *thing) {
	double before = twExt_GetPropertyValue(thing, COUNT)->val.number;
	if (set_count(thing, COUNT, before + 1.0) != TW_OK) return;
	twApi_PushSubscribedProperties(thing, TW_PUSH_CONNECT_LATER);
}

/* The service is called as it was registered: NAMESPACE_ResetMeter resets NAMESPACE_MeterCount. */
static enum msgCodeEnum reset(const char *thing, const char *service, twInfoTable *params, twInfoTable **content,
                              void *userdata) {
	char property[256];
	size_t space = strlen(service) - strlen(RESET);
	double before;
	(void)params; (void)userdata;
	if (space + sizeof(COUNT) > sizeof(property)) return TWX_BAD_REQUEST;
	snprintf(property, sizeof(property), "%.*s%s", (int)space, service, COUNT);
	before = twExt_GetPropertyValue(thing, property)->val.number;
	if (set_count(thing, property, 0.0) != TW_OK) return TWX_INTERNAL_SERVER_ERROR;
	*content = twInfoTable_CreateFromNumber("result", before);
	return *content ? TWX_SUCCESS : TWX_INTERNAL_SERVER_ERROR;
}

static void construct(const char *thing, const char *thing_namespace) {
	twExt_RegisterStandardProperty(thing, COUNT, thing_namespace, TW_NUMBER, "Counts the scans", TW_PUSH_TYPE_ALWAYS,
	                               TW_PUSH_THRESHOLD_NONE);
	twExt_RegisterNamespacedService(thing, RESET, thing_namespace, "Sets the counter to 0 and says what it was",
	                                TW_NO_PARAMETERS, TW_NUMBER, TW_NO_RETURN_DATASHAPE, reset, TW_NO_USER_DATA);
}

int init_libmeter(void);

/* 0: the library stays loaded. The polled function is registered here, not in the constructor, which runs once for each
 * thing: it would be called as often. */
int init_libmeter(void) {
	twExt_RegisterShape(SHAPE, construct);
	twExt_RemovePolledFunction(count);
	twExt_RegisterPolledShapeFunction(count, SHAPE);
	TW_LOG(TW_INFO, "libmeter: the shape " SHAPE " is there");
	return 0;
}
