/* twShapes.h (ext-files-tunnels.md 1.2 to 1.4, 1.7, 1.10). */
#include "twExt.h"
#include "twShapes.h"

#include "api.h"

static char built[512];

static void note(const char *what, const char *name, const char *space) {
    size_t length = strlen(built);
    snprintf(built + length, sizeof(built) - length, "%s %s %s;", what, name, space ? space : "NULL");
}

static void base(const char *name, const char *space) {
    note("base", name, space);
    twExt_InheritFromTemplate(name, "GenericEdgeThingTemplate");
}

static void derived(const char *name, const char *space) {
    note("derived", name, space);
    twExt_InheritFromTemplate(name, "Base");
    twExt_InheritFromTemplate(name, "NoSuchTemplate");
}

static void shape(const char *name, const char *space) { note("shape", name, space); }

static void register_all(void) {
    initialize();
    twExt_RegisterTemplate("Base", base);
    twExt_RegisterTemplate("Derived", derived);
    twExt_RegisterShape("Shape", shape);
}

static void creating(void) {
    register_all();
    CHECK_INT(twExt_CreateThingFromTemplate(THING, "NoSuchTemplate", NULL), TW_ERROR_TEMPLATE_DOES_NOT_EXIST,
              "no template", ORIGINAL_PASSES);
    CHECK_STR(built, "", "nothing else happens", ORIGINAL_PASSES);
    CHECK_INT(twExt_CreateThingFromTemplate(THING, "Derived", "Shape", NULL), TW_OK, "create", ORIGINAL_PASSES);
    CHECK_STR(built, "derived Boiler NULL;base Boiler NULL;shape Boiler NULL;", "the constructors", ORIGINAL_PASSES);
    CHECK_INT(twExt_DoesThingImplementTemplate(THING, "Derived"), TRUE, "its template", ORIGINAL_PASSES);
    CHECK_INT(twExt_DoesThingImplementTemplate(THING, "Base"), TRUE, "the parent", ORIGINAL_PASSES);
    CHECK_INT(twExt_DoesThingImplementTemplate(THING, "EmptyTemplate"), TRUE, "the parent of all", ORIGINAL_PASSES);
    CHECK_INT(twExt_DoesThingImplementTemplate(THING, "NoSuchTemplate"), FALSE, "no other", ORIGINAL_PASSES);
    CHECK_INT(twExt_DoesThingImplementTemplate("Other", "Base"), FALSE, "no other thing", ORIGINAL_PASSES);
    CHECK_INT(twExt_DoesThingImplementTemplate(NULL, "Base"), FALSE, "NULL", ORIGINAL_PASSES);
    CHECK_INT(twExt_DoesThingImplementShape(THING, "Shape"), TRUE, "its shape", ORIGINAL_PASSES);
    CHECK_INT(twExt_DoesThingImplementShape(THING, NULL), FALSE, "no shape", ORIGINAL_PASSES);
    CHECK_INT(twApi_IsEntityBound(THING), FALSE, "it is not bound", ORIGINAL_PASSES);
    CHECK_INT(twExt_CreateThingFromTemplate("Half", "Base", "NoSuchShape", "Shape", NULL), TW_ERROR_SHAPE_DOES_NOT_EXIST,
              "no shape", ORIGINAL_PASSES);
    CHECK_INT(twExt_DoesThingImplementTemplate("Half", "Base"), TRUE, "what was done stays", ORIGINAL_PASSES);
    CHECK_INT(twExt_DoesThingImplementShape("Half", "Shape"), FALSE, "the rest is not done", ORIGINAL_PASSES);
    CHECK_INT(twExt_AddEdgeThingShape("Half", "NoSuchShape", NULL), TW_LIST_ENTRY_NOT_FOUND, "add no shape",
              ORIGINAL_PASSES);
    built[0] = 0;
    CHECK_INT(twExt_AddEdgeThingShape("Half", "Shape", "space"), TW_OK, "add a shape", ORIGINAL_PASSES);
    CHECK_STR(built, "shape Half space;", "with its namespace", ORIGINAL_PASSES);
    twExt_SetThingAsBasedOnTemplateOf("Third", "Base");
    CHECK_INT(twExt_DoesThingImplementTemplate("Third", "Base"), TRUE, "recorded", ORIGINAL_PASSES);
    twExt_SetThingAsBasedOnTemplateOf(NULL, "Base");
    twApi_Delete();
    CHECK_INT(twExt_DoesThingImplementTemplate(THING, "Base"), TRUE, "the records survive Delete (E11)", ORIGINAL_PASSES);
}

static void names(void) {
    initialize();
    CHECK_INT(twExt_RegisterStandardProperty(THING, "p", NULL, TW_NUMBER, NULL, "ALWAYS", 0), TW_OK, "a property",
              ORIGINAL_PASSES);
    CHECK_INT(twExt_RegisterStandardProperty(THING, "p", NULL, TW_NUMBER, NULL, "ALWAYS", 0), TW_INVALID_PARAM,
              "twice: 101 (E5)", ORIGINAL_PASSES);
    CHECK_INT(twExt_RegisterStandardProperty(THING, "p", "space", TW_NUMBER, NULL, "ALWAYS", 0), TW_OK,
              "in a namespace", ORIGINAL_PASSES);
    CHECK_INT(twApi_SetSubscribedProperty(THING, "space_p", a_number(1), FALSE, FALSE), TW_OK, "its whole name",
              ORIGINAL_PASSES);
    CHECK_INT(twExt_RegisterNamespacedService(THING, "p", NULL, NULL, NULL, TW_NOTHING, NULL, on_service, NULL), TW_OK,
              "a service of the same name", ORIGINAL_PASSES);
    CHECK(twExt_GetCallbackForService(THING, "p") == on_service, "its callback", ORIGINAL_PASSES);
    CHECK_INT(twExt_RegisterNamespacedService(THING, "s", "space", NULL, NULL, TW_NOTHING, NULL, on_service, NULL), TW_OK,
              "a service in a namespace", ORIGINAL_PASSES);
    CHECK(twExt_GetCallbackForService(THING, "space_s") == on_service, "its whole name", ORIGINAL_PASSES);
    CHECK(twExt_GetCallbackForService(THING, "s") == NULL, "not the short one", ORIGINAL_PASSES);
    twApi_Delete();
}

/* The shapes are the library's on every path: seen under valgrind. */
static void refused_services(void) {
    initialize();
    twExt_RegisterNamespacedService(THING, "s", NULL, NULL, NULL, TW_NOTHING, NULL, on_service, NULL);
    CHECK_INT(twExt_RegisterNamespacedService(THING, "s", NULL, NULL, a_shape(), TW_INFOTABLE, a_shape(), on_service, NULL),
              TW_INVALID_PARAM, "twice: the shapes are taken (E7)", ORIGINAL_PASSES);
    twApi_Delete();
}

static void names_after_unregistering(void) {
    initialize();
    twExt_RegisterStandardProperty(THING, "p", NULL, TW_NUMBER, NULL, "ALWAYS", 0);
    twApi_UnregisterThing(THING);
    CHECK_INT(twExt_RegisterStandardProperty(THING, "p", NULL, TW_NUMBER, NULL, "ALWAYS", 0), TW_OK, "are free again",
              QUIRK("E6"));
    twApi_Delete();
}

static void libraries(void) {
    unsetenv("TWXLIB");
    CHECK(twExt_LoadExtensionLibrary("libnone") == NULL, "without TWXLIB", ORIGINAL_PASSES);
    setenv("TWXLIB", "/tmp", 1);
    CHECK(twExt_LoadExtensionLibrary("no-such-library") == NULL, "no library", ORIGINAL_PASSES);
}

CONFORMANCE_MAIN("twShapes.h", GROUP(creating), GROUP(names), GROUP(refused_services), GROUP(names_after_unregistering),
                 GROUP(libraries))
