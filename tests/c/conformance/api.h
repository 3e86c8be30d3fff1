/* What the programs about the API object share: the peer's address, an API object, callbacks that do little. */
#ifndef CONFORMANCE_API_H
#define CONFORMANCE_API_H

#include "twApi.h"

#include "check.h"

#define THING "Boiler"

/* Codes that have no name in twErrors.h, or one that says less. */
#define NOT_FOUND 1104
#define NOT_SENT 1107
#define OFFLINE 1113
#define UNANSWERED 1114
#define TWX_BAD_REQUEST_CODE 128

/* Exported, but no header declares them (api-behaviour.md 17). */
extern twApi *tw_api;

static inline void give_key(char *buffer, unsigned int size) {
    const char *key = getenv("TWEDGE_TEST_KEY");
    snprintf(buffer, size, "%s", key ? key : "no key");
}

static inline int initialize_at(uint16_t port) {
    int code;
    twcfg.connect_retry_interval = 10;
    code = twApi_Initialize("127.0.0.1", port, "/Thingworx/WS", give_key, NULL, MESSAGE_CHUNK_SIZE, MESSAGE_CHUNK_SIZE,
                            TRUE);
    twApi_DisableEncryption();
    return code;
}

/* An API object that will not be connected. Unsent values go nowhere. */
static inline int initialize(void) {
    twcfg.offline_msg_store_dir = "/no such folder";
    return initialize_at(1);
}

static inline enum msgCodeEnum on_property(const char *entity, const char *name, twInfoTable **value, char is_write,
                                           void *userdata) {
    (void)entity, (void)name, (void)value, (void)is_write, (void)userdata;
    return TWX_SUCCESS;
}

static inline enum msgCodeEnum on_service(const char *entity, const char *name, twInfoTable *params, twInfoTable **content,
                                          void *userdata) {
    (void)entity, (void)name, (void)params, (void)content, (void)userdata;
    return TWX_SUCCESS;
}

static inline twDataShape *a_shape(void) {
    return twDataShape_Create(twDataShapeEntry_Create("a", NULL, TW_NUMBER));
}

static inline int add_property(const char *name, const char *push_type, double threshold) {
    return twApi_RegisterProperty(TW_THING, THING, name, TW_NUMBER, NULL, push_type, threshold, on_property, NULL);
}

static inline twPrimitive *a_number(double value) { return twPrimitive_CreateFromNumber(value); }

/* Everything that most groups do, once. */
static inline void warm_up_offline(void) {
    initialize();
    add_property("p", "ALWAYS", 0);
    twApi_BindThing(THING);
    twApi_Delete();
}

#endif
