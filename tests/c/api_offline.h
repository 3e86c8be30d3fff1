/* What the tests of twApi.h without a platform share: an API object that never connects, callbacks that note their calls. */
#ifndef API_OFFLINE_H
#define API_OFFLINE_H

/* mkdtemp */
#define _XOPEN_SOURCE 700
#include "twApi.h"
#include "cJSON.h"
#include "twProperties.h"
#include "twServices.h"
#include "twTls.h"

#include "check.h"

#include <stdlib.h>
#include <unistd.h>

#define THING "Boiler"
/* Returns of the library that have no name in twErrors.h, or one that says less. */
#define ITEM_EXISTS 106
#define NOT_REGISTERED 1104
#define OFFLINE 1113
#define REFUSED_LOCALLY 1107
#define BAD_REQUEST_CODE 128
#define LOG_LEVEL_ERROR 4
#define MAPS_ALIVE 100

/* Exported, but no header declares it (api-behaviour.md 17). */
extern twApi *tw_api;

static int key_calls;

/* Where the library keeps values while offline. */
static char store[] = "/tmp/twedge-offline-XXXXXX";

static inline void make_store(void) {
    CHECK(mkdtemp(store) != NULL);
    twcfg.offline_msg_store_dir = store;
}

static inline void remove_store(void) {
    char file[64];
    snprintf(file, sizeof(file), "%s/subscribed_properties.bin", store);
    unlink(file);
    CHECK_INT(rmdir(store), 0);
}

static inline void app_key(char *buffer, unsigned int size) {
    key_calls++;
    snprintf(buffer, size, "%s", "offline-key");
}

static inline int initialize(void) {
    return twApi_Initialize("127.0.0.1", 65000, "/Thingworx/WS", app_key, NULL, MESSAGE_CHUNK_SIZE, MESSAGE_CHUNK_SIZE,
                            TRUE);
}

static inline enum msgCodeEnum on_property(const char *entity, const char *name, twInfoTable **value, char is_write,
                                           void *data) {
    (void)entity;
    (void)name;
    (void)value;
    (void)is_write;
    (void)data;
    return TWX_SUCCESS;
}

static inline enum msgCodeEnum on_service(const char *entity, const char *name, twInfoTable *params, twInfoTable **content,
                                   void *data) {
    (void)entity;
    (void)name;
    (void)params;
    (void)content;
    (void)data;
    return TWX_SUCCESS;
}

static inline twMessage *on_default(twMessage *message) {
    (void)message;
    return NULL;
}

static inline int on_event(struct twWs *ws, const char *data, size_t length) {
    (void)ws;
    (void)data;
    (void)length;
    return 0;
}

static inline int on_response(uint32_t id, enum msgCodeEnum code, char *reason, twInfoTable *content) {
    (void)id;
    (void)code;
    (void)reason;
    twInfoTable_Delete(content);
    return 0;
}

/* Everything that event callbacks report. */
static struct {
    int bind, authenticated, synchronized, init;
    char name[32];
    char value[32];
    char is_bound;
    void *userdata;
    twInfoTable *table;
} seen;

static inline void on_bind(char *entity, char is_bound, void *userdata) {
    seen.bind++;
    snprintf(seen.name, sizeof(seen.name), "%s", entity ? entity : "(NULL)");
    seen.is_bound = is_bound;
    seen.userdata = userdata;
}

static inline void on_authenticated(char *type, char *value, void *userdata) {
    seen.authenticated++;
    snprintf(seen.name, sizeof(seen.name), "%s", type);
    snprintf(seen.value, sizeof(seen.value), "%s", value);
    seen.userdata = userdata;
}

static inline void on_synchronized(char *entity, twInfoTable *table, void *userdata) {
    seen.synchronized++;
    snprintf(seen.name, sizeof(seen.name), "%s", entity);
    seen.table = table;
    seen.userdata = userdata;
}

static inline twDataShape *a_shape(void) {
    return twDataShape_Create(twDataShapeEntry_Create("a", NULL, TW_NUMBER));
}

static inline int register_number(char *thing, char *name, char *push_type, double threshold) {
    return twApi_RegisterProperty(TW_THING, thing, name, TW_NUMBER, "a number", push_type, threshold, on_property, NULL);
}

#endif
