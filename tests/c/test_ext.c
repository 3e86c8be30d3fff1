/* The extension layer without a platform: templates and shapes, namespaces, standard properties and their listeners, polled
 * functions with each threading model, the registration of virtual directories. */
#define _POSIX_C_SOURCE 200809L
#include "twExt.h"
#include "twFileManager.h"
#include "twShapes.h"
#include "twStandardProps.h"
#include "twTasker.h"
#include "twThreadUtils.h"

#include "check.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

extern twApi *tw_api;
twList *twExt_GetChangeListenersList(void);
char *getVirtualDirPath(const char *thing, char *virtualDir);

#define THING "Pump"
#define SHAPE_MISSING 108
#define TEMPLATE_MISSING 109
#define NO_SUCH_SHAPE 500
#define CANNOT_STOP 702
#define NO_FILE_MANAGER 1300
#define PATIENCE 60

static char made[256];

static void app_key(char *buffer, unsigned int size) {
    snprintf(buffer, size, "%s", "unused");
}

static int initialize(void) {
    return twApi_Initialize("127.0.0.1", 65000, "/Thingworx/WS", app_key, NULL, MESSAGE_CHUNK_SIZE, MESSAGE_CHUNK_SIZE,
                            TRUE);
}

static void note(const char *what, const char *thing, const char *space) {
    size_t length = strlen(made);
    snprintf(made + length, sizeof(made) - length, "%s(%s,%s);", what, thing, space ? space : "NULL");
}

static void make_base(const char *thing, const char *space) {
    note("base", thing, space);
    twExt_InheritFromTemplate(thing, "GenericEdgeThingTemplate");
    twExt_InheritFromTemplate(thing, "NoSuchTemplate");
}

static void make_derived(const char *thing, const char *space) {
    note("derived", thing, space);
    twExt_InheritFromTemplate(thing, "Base");
}

static void make_shape(const char *thing, const char *space) {
    note("shape", thing, space);
}

static void make_other_shape(const char *thing, const char *space) {
    note("other", thing, space);
}

static enum msgCodeEnum on_service(const char *entity, const char *name, twInfoTable *params, twInfoTable **content,
                                   void *data) {
    (void)entity;
    (void)name;
    (void)params;
    (void)content;
    (void)data;
    return TWX_SUCCESS;
}

static void test_templates(void) {
    service_cb add;

    twExt_RegisterTemplate(NULL, make_base);
    twExt_RegisterTemplate("Null", NULL);
    twExt_RegisterTemplate("Base", make_shape);
    twExt_RegisterTemplate("Base", make_base);
    twExt_RegisterTemplate("Derived", make_derived);
    twExt_RegisterShape(NULL, make_shape);
    twExt_RegisterShape("Shape", make_shape);
    twExt_RegisterShape("Other", make_other_shape);

    made[0] = 0;
    CHECK_INT(twExt_CreateThingFromTemplate(THING, "NoSuchTemplate", "Shape", NULL), TEMPLATE_MISSING);
    CHECK_STR(made, "");
    CHECK_INT(twExt_CreateThingFromTemplate(THING, "Derived", "Shape", "Other", NULL), TW_OK);
    CHECK_STR(made, "derived(Pump,NULL);base(Pump,NULL);shape(Pump,NULL);other(Pump,NULL);");
    CHECK_INT(twExt_DoesThingImplementTemplate(THING, "Derived"), TRUE);
    CHECK_INT(twExt_DoesThingImplementTemplate(THING, "Base"), TRUE);
    CHECK_INT(twExt_DoesThingImplementTemplate(THING, "GenericEdgeThingTemplate"), TRUE);
    CHECK_INT(twExt_DoesThingImplementTemplate(THING, "EmptyTemplate"), TRUE);
    CHECK_INT(twExt_DoesThingImplementTemplate(THING, "NoSuchTemplate"), FALSE);
    CHECK_INT(twExt_DoesThingImplementTemplate(THING, "Shape"), FALSE);
    CHECK_INT(twExt_DoesThingImplementTemplate(NULL, "Base"), FALSE);
    CHECK_INT(twExt_DoesThingImplementTemplate(THING, NULL), FALSE);
    CHECK_INT(twExt_DoesThingImplementShape(THING, "Shape"), TRUE);
    CHECK_INT(twExt_DoesThingImplementShape(THING, "Other"), TRUE);
    CHECK_INT(twExt_DoesThingImplementShape("Pum", "Shape"), FALSE);
    CHECK_INT(twExt_DoesThingImplementShape(NULL, "Shape"), FALSE);
    /* Not bound by being made. */
    CHECK_INT(twApi_IsEntityBound(THING), FALSE);

    /* What was done before the unknown shape stays. */
    CHECK_INT(twExt_CreateThingFromTemplate("Half", "EmptyTemplate", "Shape", "NoSuchShape", "Other", NULL), SHAPE_MISSING);
    CHECK_INT(twExt_DoesThingImplementShape("Half", "Shape"), TRUE);
    CHECK_INT(twExt_DoesThingImplementShape("Half", "Other"), FALSE);
    made[0] = 0;
    CHECK_INT(twExt_AddEdgeThingShape("Half", "Other", "space"), TW_OK);
    CHECK_STR(made, "other(Half,space);");
    CHECK_INT(twExt_AddEdgeThingShape("Half", "NoSuchShape", NULL), NO_SUCH_SHAPE);
    twExt_SetThingAsBasedOnTemplateOf("Half", "Anything");
    twExt_SetThingAsBasedOnTemplateOf(NULL, "Anything");
    twExt_SetThingAsBasedOnTemplateOf("Half", NULL);
    CHECK_INT(twExt_DoesThingImplementTemplate("Half", "Anything"), TRUE);

    /* The services of the generic template. */
    add = twExt_GetCallbackForService(THING, "AddEdgeThingShape");
    CHECK(add != NULL && twExt_GetCallbackForService(THING, "loadShapeLibrary") != NULL);
    CHECK(twExt_GetCallbackForService(THING, "NoSuchService") == NULL);
    CHECK(twExt_GetCallbackForService(NULL, "AddEdgeThingShape") == NULL);
    if (add) {
        twInfoTable *content = NULL;
        twInfoTable *params = twInfoTable_CreateFromString("shapeName", "Other", TRUE);
        made[0] = 0;
        CHECK_INT(add(THING, "AddEdgeThingShape", params, &content, NULL), TWX_SUCCESS);
        CHECK_STR(made, "other(Pump,NULL);");
        twInfoTable_Delete(params);
        params = twInfoTable_CreateFromString("shapeName", "NoSuchShape", TRUE);
        CHECK_INT(add(THING, "AddEdgeThingShape", params, &content, NULL), TWX_NOT_FOUND);
        twInfoTable_Delete(params);
        CHECK_INT(add(THING, "AddEdgeThingShape", NULL, &content, NULL), TWX_BAD_REQUEST);
        CHECK(content == NULL);
    }
}

static twDataShape *a_shape(void) {
    return twDataShape_Create(twDataShapeEntry_Create("a", NULL, TW_NUMBER));
}

static int standard(const char *name, const char *space) {
    return twExt_RegisterStandardProperty(THING, name, space, TW_NUMBER, NULL, "ALWAYS", 0.0);
}

static int service(const char *name, const char *space) {
    return twExt_RegisterNamespacedService(THING, name, space, NULL, a_shape(), TW_INFOTABLE, a_shape(), on_service,
                                           NULL);
}

static void test_namespaces(void) {
    CHECK_INT(standard("Speed", NULL), TW_OK);
    CHECK_INT(standard("Speed", NULL), TW_INVALID_PARAM);
    CHECK_INT(standard("Speed", "left"), TW_OK);
    CHECK_INT(standard("left_Speed", NULL), TW_INVALID_PARAM);
    CHECK_INT(standard(NULL, NULL), TW_INVALID_PARAM);
    /* Properties and services have names of their own. The shapes are the library's whatever it says. */
    CHECK_INT(service("Speed", NULL), TW_OK);
    CHECK_INT(service("Speed", NULL), TW_INVALID_PARAM);
    CHECK_INT(service("Speed", "left"), TW_OK);
    CHECK_INT(service(NULL, NULL), TW_INVALID_PARAM);
    CHECK_INT(twExt_RegisterNamespacedService(THING, "None", NULL, NULL, a_shape(), TW_NOTHING, NULL, NULL, NULL),
              TW_INVALID_PARAM);
    CHECK(twExt_GetCallbackForService(THING, "left_Speed") == on_service);
    CHECK_INT(twApi_AddAspectToProperty(THING, "left_Speed", "x", twPrimitive_CreateFromNumber(1.0)), TW_OK);
    /* Names are free again with the thing. */
    CHECK_INT(twApi_UnregisterThing(THING), TW_OK);
    CHECK_INT(standard("Speed", NULL), TW_OK);
    CHECK_INT(service("Speed", NULL), TW_OK);
    CHECK_INT(twApi_UnregisterPropertyCallback(THING, "Speed", NULL), TW_OK);
    CHECK_INT(standard("Speed", NULL), TW_OK);
}

static struct {
    int all, speed;
    double number;
} told;

static void on_any(const char *thing, const char *property, twPrimitive *value) {
    told.all++;
    if (strcmp(thing, THING) == 0 && strcmp(property, "Speed") == 0) {
        told.number = value->val.number;
    }
}

static void on_speed(const char *thing, const char *property, twPrimitive *value) {
    (void)thing;
    (void)property;
    told.speed++;
    /* A copy: what a listener does to it is not seen. */
    value->val.number = -1.0;
}

static int set(const char *name, double number) {
    twPrimitive *value = twPrimitive_CreateFromNumber(number);
    int code = twExt_SetPropertyValue(THING, name, value, FALSE, FALSE);
    CHECK(value->type == TW_NUMBER && value->val.number == number);
    twPrimitive_Delete(value);
    return code;
}

static void test_standard_properties(void) {
    twPrimitive *value;
    twInfoTable *table = NULL;
    double number = 0.0;

    value = twExt_GetPropertyValue(THING, "Speed");
    CHECK(value != NULL && value->type == TW_NOTHING && value->val.number == 0.0 && value->val.bytes.data == NULL);
    value->val.number = 5.0;
    CHECK(twExt_GetPropertyValue(THING, "NoSuch")->val.number == 0.0);
    CHECK(twExt_GetPropertyValue(NULL, NULL) != NULL);
    CHECK_INT(twExt_PropertyExists(THING, "Speed"), FALSE);
    CHECK_INT(twExt_PropertyExists(NULL, NULL), FALSE);

    CHECK_INT(twList_GetCount(twExt_GetChangeListenersList()), 0);
    twExt_AddPropertyChangeListener(NULL, NULL, on_any);
    CHECK_INT(twList_GetCount(twExt_GetChangeListenersList()), 0);
    twExt_AddPropertyChangeListener(THING, NULL, on_any);
    twExt_AddPropertyChangeListener(THING, "Speed", on_speed);
    twExt_AddPropertyChangeListener("Other", "Speed", on_speed);
    CHECK_INT(twList_GetCount(twExt_GetChangeListenersList()), 3);
    CHECK_INT(set("Speed", 2.5), TW_OK);
    CHECK_INT(told.all, 1);
    CHECK_INT(told.speed, 1);
    CHECK(told.number == 2.5);
    CHECK_INT(twExt_PropertyExists(THING, "Speed"), TRUE);
    value = twExt_GetPropertyValue(THING, "Speed");
    CHECK(value->val.number == 2.5);
    /* The kept object itself, and alive until the next but one set. */
    value->val.number = 3.5;
    CHECK(twExt_GetPropertyValue(THING, "Speed")->val.number == 3.5);
    CHECK_INT(set("Speed", 4.5), TW_OK);
    CHECK(value->val.number == 3.5);
    /* Not registered: refused, but kept, and nobody is told. */
    CHECK_INT(set("Loose", 1.5), TW_SUBSCRIBED_PROPERTY_NOT_FOUND);
    CHECK(twExt_GetPropertyValue(THING, "Loose")->val.number == 1.5);
    CHECK_INT(told.all, 2);
    twExt_RemovePropertyChangeListener(on_speed);
    CHECK_INT(twList_GetCount(twExt_GetChangeListenersList()), 2);
    CHECK_INT(set("Speed", 5.5), TW_OK);
    CHECK_INT(told.speed, 2);
    CHECK_INT(told.all, 3);
    twExt_RemovePropertyChangeListener(on_any);
    twExt_RemovePropertyChangeListener(on_speed);
    twExt_RemovePropertyChangeListener(on_speed);
    CHECK_INT(twList_GetCount(twExt_GetChangeListenersList()), 0);
    CHECK_INT(twExt_SetPropertyValue(THING, "Speed", NULL, FALSE, FALSE), TW_INVALID_PARAM);

    CHECK_INT(twExt_StandardPropertyHandler(THING, "Speed", NULL, FALSE, NULL), TWX_BAD_REQUEST);
    CHECK_INT(twExt_StandardPropertyHandler(THING, "Speed", &table, FALSE, NULL), TWX_SUCCESS);
    CHECK_INT(twInfoTable_GetNumber(table, "Speed", 0, &number), TW_OK);
    CHECK(number == 5.5);
    twInfoTable_Delete(table);
    table = (twInfoTable *)&number;
    CHECK_INT(twExt_StandardPropertyHandler(THING, "NoSuch", &table, FALSE, NULL), TWX_NOT_FOUND);
    table = twInfoTable_CreateFromNumber("Speed", 6.5);
    CHECK_INT(twExt_StandardPropertyHandler(THING, "Speed", &table, TRUE, NULL), TWX_SUCCESS);
    CHECK(twExt_GetPropertyValue(THING, "Speed")->val.number == 6.5);
    CHECK_INT(twExt_StandardPropertyHandler(THING, "Loose", &table, TRUE, NULL), TWX_NOT_FOUND);
    twInfoTable_Delete(table);
}

static struct {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int by_template, by_shape;
    int wrong;
    int running;
    int slow;
} polled = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0, 0, 0, 0};

static void count_poll(int *counter, char *thing) {
    int slow;
    pthread_mutex_lock(&polled.mutex);
    (*counter)++;
    polled.running++;
    slow = polled.slow;
    polled.wrong += strcmp(thing, THING) != 0;
    pthread_cond_broadcast(&polled.changed);
    pthread_mutex_unlock(&polled.mutex);
    if (slow) {
        struct timespec pause = {0, 50000000};
        nanosleep(&pause, NULL);
    }
    pthread_mutex_lock(&polled.mutex);
    polled.running--;
    pthread_mutex_unlock(&polled.mutex);
}

static void poll_template(char *thing) {
    count_poll(&polled.by_template, thing);
}

static void poll_shape(char *thing) {
    /* No lock is held. */
    CHECK_INT(twApi_BindThing("Polled"), TW_OK);
    twApi_UnbindThing("Polled");
    count_poll(&polled.by_shape, thing);
}

static int wait_for_polls(int number) {
    struct timespec end;
    int enough;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += PATIENCE;
    pthread_mutex_lock(&polled.mutex);
    polled.by_template = 0;
    while (polled.by_template < number && pthread_cond_timedwait(&polled.changed, &polled.mutex, &end) == 0) {
    }
    enough = polled.by_template >= number;
    pthread_mutex_unlock(&polled.mutex);
    return enough;
}

static void run_model(enum twThreadingModel model, int workers) {
    int i;
    for (i = 0; i < 3; i++) {
        twExt_Start(10, model, workers);
        twExt_Start(10, model, workers);
        CHECK_INT(twExt_WaitUntilFirstSynchronization(PATIENCE * 1000), TW_OK);
        CHECK(wait_for_polls(2));
        /* Nothing of the application runs once it has stopped. */
        pthread_mutex_lock(&polled.mutex);
        polled.slow = TRUE;
        pthread_mutex_unlock(&polled.mutex);
        CHECK(wait_for_polls(1));
        CHECK_INT(twExt_Stop(), TW_OK);
        pthread_mutex_lock(&polled.mutex);
        CHECK_INT(polled.running, 0);
        polled.slow = FALSE;
        pthread_mutex_unlock(&polled.mutex);
        CHECK_INT(twExt_Stop(), TW_OK);
    }
}

static void test_threading_models(void) {
    CHECK_INT(twExt_WaitUntilFirstSynchronization(1), TW_SUBSCRIBED_PROPERTY_SYNCHRONIZATION_TIMEOUT);
    twExt_RegisterPolledTemplateFunction(poll_template, NULL);
    twExt_RegisterPolledTemplateFunction(poll_template, "Derived");
    twExt_RegisterPolledShapeFunction(poll_shape, "Shape");
    CHECK_INT(twApi_BindThing(THING), TW_OK);
    CHECK_INT(twApi_BindThing("Unrelated"), TW_OK);
    CHECK_INT(twExt_Stop(), CANNOT_STOP);
    twExt_Start(10, TW_THREADING_SINGLE, 1);
    CHECK_INT(twExt_Stop(), CANNOT_STOP);
    /* Not before a model was started. */
    twApi_TaskerFunction(twGetSystemTime(TRUE), NULL);
    CHECK_INT(twExt_WaitUntilFirstSynchronization(1), TW_OK);
    twExt_PerformPolledFunctions(0, NULL);
    CHECK_INT(polled.by_template, 0);

    run_model(TW_THREADING_MULTI, 2);
    run_model(TW_THREADING_TASKER, 1);
    /* Its thread goes on, for tasks of the application. */
    twTasker_Stop();
    run_model(TW_THREADING_MULTI, 0);
    CHECK(polled.by_shape > 0);
    CHECK_INT(polled.wrong, 0);
    twExt_RemovePolledFunction(poll_shape);
    twExt_RemovePolledFunction(poll_shape);
    polled.by_shape = 0;
    twExt_Start(10, TW_THREADING_MULTI, 1);
    CHECK(wait_for_polls(2));
    CHECK_INT(twExt_Stop(), TW_OK);
    CHECK_INT(polled.by_shape, 0);
    twExt_RemovePolledFunction(poll_template);
}

static service_cb chosen(const char *service) {
    return twExt_GetCallbackForService("Chosen", (char *)service);
}

static enum msgCodeEnum on_wildcard(const char *entity, const char *name, twInfoTable *params, twInfoTable **content,
                                    void *data) {
    return on_service(entity, name, params, content, data);
}

/* Which callback a request reaches: each registration takes over from those before it. */
static void test_choice(void) {
    char staging[] = "/tmp/twedge_test_ext_XXXXXX";
    char *before = twcfg.file_xfer_staging_dir;
    service_cb built_in;
    twInfoTable *content = NULL;

    CHECK(chosen("BrowseDirectory") == NULL);
    CHECK(mkdtemp(staging) != NULL);
    twcfg.file_xfer_staging_dir = staging;
    CHECK_INT(twFileManager_Create(), TW_OK);
    twcfg.file_xfer_staging_dir = before;
    /* The built-in one, for any entity. */
    built_in = chosen("BrowseDirectory");
    CHECK(built_in != NULL && chosen("Other") == NULL);
    if (built_in) {
        CHECK(built_in("Chosen", "BrowseDirectory", NULL, &content, NULL) >= TWX_SUCCESS);
        twInfoTable_Delete(content);
    }
    CHECK_INT(twedge_serve_bound_things_only(TRUE), TW_OK);
    CHECK(chosen("BrowseDirectory") == NULL);
    CHECK_INT(twedge_serve_bound_things_only(FALSE), TW_OK);
    CHECK_INT(twApi_RegisterServiceCallback(TW_THING, "Chosen", "*", on_wildcard, NULL), TW_OK);
    CHECK(chosen("BrowseDirectory") == on_wildcard && chosen("Other") == on_wildcard && chosen("StartTunnel") == on_wildcard);
    CHECK_INT(twApi_RegisterServiceCallback(TW_THING, "Chosen", "BrowseDirectory", on_service, NULL), TW_OK);
    CHECK(chosen("BrowseDirectory") == on_service && chosen("DeleteFile") == on_wildcard);
    CHECK_INT(twApi_RegisterServiceCallback(TW_THING, "Chosen", "*B", on_wildcard, NULL), TW_OK);
    CHECK(chosen("BrowseDirectory") == on_wildcard && chosen("StartTunnel") == on_wildcard);
    CHECK_INT(twApi_RegisterServiceCallback(TW_THING, "Chosen", "*T", on_service, NULL), TW_OK);
    CHECK(chosen("BrowseDirectory") == on_wildcard && chosen("StartTunnel") == on_service);
    CHECK_INT(twApi_RegisterServiceCallback(TW_THING, "Chosen", "*F", on_service, NULL), TW_OK);
    CHECK(chosen("BrowseDirectory") == on_service && chosen("Other") == on_wildcard);
    CHECK_INT(twApi_UnregisterThing("Chosen"), TW_OK);
    CHECK_INT(twFileManager_Delete(), TW_OK);
    CHECK(chosen("BrowseDirectory") == NULL);
    CHECK_INT(rmdir(staging), 0);
}

static void on_file(char received, struct twFileTransferInfo *info, void *userdata) {
    (void)received;
    (void)info;
    (void)userdata;
}

static void test_file_manager(void) {
    char directory[] = "/tmp/twedge-ext-XXXXXX";
    char staging[64];
    char *path;
    char *before = twcfg.file_xfer_staging_dir;
    twList *list;

    CHECK(mkdtemp(directory) != NULL);
    snprintf(staging, sizeof(staging), "%s/staging", directory);
    CHECK_INT(twFileManager_IsEnabled(), FALSE);
    CHECK_INT(twFileManager_AddVirtualDir(THING, "in", directory), NO_FILE_MANAGER);
    CHECK_INT(twFileManager_RemoveVirtualDir(THING, "in"), NO_FILE_MANAGER);
    CHECK_INT(twFileManager_RegisterFileCallback(on_file, NULL, FALSE, NULL), NO_FILE_MANAGER);
    CHECK_INT(twFileManager_UnregisterFileCallback(on_file, NULL, NULL), NO_FILE_MANAGER);
    CHECK(twFileManager_ListVirtualDirs(NULL) == NULL);
    CHECK(getVirtualDirPath(THING, "in") == NULL);

    twcfg.file_xfer_staging_dir = staging;
    CHECK_INT(twFileManager_Create(), TW_OK);
    CHECK_INT(twFileManager_Create(), TW_OK);
    twcfg.file_xfer_staging_dir = before;
    CHECK_INT(twFileManager_IsEnabled(), TRUE);
    CHECK_INT(access(staging, W_OK), 0);
    CHECK_INT(twFileManager_AddVirtualDir(NULL, "in", directory), TW_INVALID_PARAM);
    CHECK_INT(twFileManager_AddVirtualDir(THING, NULL, directory), TW_INVALID_PARAM);
    CHECK_INT(twFileManager_AddVirtualDir(THING, "in", NULL), TW_INVALID_PARAM);
    CHECK_INT(twFileManager_AddVirtualDir(THING, "in", directory), TW_OK);
    path = getVirtualDirPath(THING, "in");
    CHECK_STR(path, directory);
    free(path);
    CHECK(getVirtualDirPath("Other", "in") == NULL);
    path = twFileManager_GetRealPath(THING, "/in", "file.txt");
    CHECK(path != NULL && strncmp(path, directory, strlen(directory)) == 0 && strstr(path, "/file.txt") != NULL);
    free(path);
    CHECK(twFileManager_GetRealPath(THING, "/none", "file.txt") == NULL);
    list = twFileManager_ListVirtualDirs(THING);
    CHECK(twList_GetCount(list) >= 1);
    twList_Delete(list);
    CHECK_INT(twFileManager_RegisterFileCallback(NULL, NULL, FALSE, NULL), TW_OK);
    CHECK_INT(twFileManager_RegisterFileCallback(on_file, "*.txt", FALSE, NULL), TW_OK);
    CHECK_INT(twFileManager_UnregisterFileCallback(on_file, "*.txt", NULL), TW_OK);
    CHECK_INT(twFileManager_RemoveVirtualDir(THING, "in"), TW_OK);
    CHECK_INT(twFileManager_RemoveVirtualDir(THING, "in"), TW_OK);
    CHECK(getVirtualDirPath(THING, "in") == NULL);
    CHECK_INT(twFileManager_Delete(), TW_OK);
    CHECK_INT(twFileManager_IsEnabled(), FALSE);
    rmdir(staging);
    CHECK_INT(rmdir(directory), 0);
}

/* The file manager goes with the API object. */
static void test_delete(void) {
    char staging[] = "/tmp/twedge_test_ext_XXXXXX";
    char *before = twcfg.file_xfer_staging_dir;
    CHECK(mkdtemp(staging) != NULL);
    twcfg.file_xfer_staging_dir = staging;
    CHECK_INT(twFileManager_Create(), TW_OK);
    twcfg.file_xfer_staging_dir = before;
    CHECK_INT(twApi_Delete(), TW_OK);
    CHECK_INT(twFileManager_IsEnabled(), FALSE);
    CHECK_INT(rmdir(staging), 0);
}

int main(void) {
    twPrimitive *value = twPrimitive_CreateFromNumber(1.0);
    CHECK_INT(twExt_Stop(), CANNOT_STOP);
    CHECK_INT(standard("Speed", NULL), TW_INVALID_PARAM);
    CHECK_INT(twExt_SetPropertyValue(THING, "Speed", value, FALSE, FALSE), TW_INVALID_PARAM);
    CHECK_INT(twExt_GetPropertyValue(THING, "Speed")->type, TW_NOTHING);
    CHECK_INT(twExt_PropertyExists(THING, "Speed"), FALSE);
    twPrimitive_Delete(value);
    CHECK_INT(initialize(), TW_OK);
    test_templates();
    test_namespaces();
    test_standard_properties();
    test_threading_models();
    test_choice();
    test_file_manager();
    CHECK_INT(twApi_Delete(), TW_OK);
    /* Values and names go with the API object, records stay. */
    CHECK_INT(initialize(), TW_OK);
    CHECK_INT(twExt_PropertyExists(THING, "Speed"), FALSE);
    CHECK_INT(standard("Speed", NULL), TW_OK);
    CHECK_INT(twExt_DoesThingImplementShape(THING, "Shape"), TRUE);
    test_delete();
    return check_result();
}
