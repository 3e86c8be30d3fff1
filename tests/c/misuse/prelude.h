/* What the generated calls need: values of each type, and the three times at which all calls are made. */
#define _GNU_SOURCE
#include "twExt.h"
#include "twMacros.h"
#include "twServices.h"
#include "twThreads.h"
#include "twTunnelManager.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int calls, wrong, has_api;
static const char *phase, *current;

static void begin(const char *name) {
    current = name;
    calls++;
}

/* A call may have changed what the next ones count on. */
static void end(void) {
    if (!has_api && twApi_GetApi()) {
        twApi_Delete();
    }
    twLogger_SetLevel(TW_AUDIT);
}

static void crashed(int number) {
    char text[256];
    int length = snprintf(text, sizeof(text), "%s, %s: signal %d\n", phase, current, number);
    if (write(STDERR_FILENO, text, (size_t)length) != length) {
        _exit(2);
    }
    _exit(1);
}

static void expect(long long found, long long expected, const char *function, const char *null) {
    if (found != expected) {
        wrong++;
        fprintf(stderr, "%s: %s with %s NULL gives %lld, should be %lld\n", phase, function, null, found, expected);
    }
}

/* A place that is text and buffer. */
static char *a_text(void) {
    static char texts[16][512];
    static int next;
    char *text = texts[next++ % 16];
    strcpy(text, "/tmp/no-such-folder-misuse/text");
    return text;
}

static void *a_pointer(void) {
    static char place[64] = "place";
    return place;
}

static twStream *a_stream(void) {
    static const char bytes[64] = {0};
    return twStream_CreateFromCharArray(bytes, sizeof(bytes));
}

static twList *a_list(void) {
    twList *list = twList_Create(NULL);
    twList_Add(list, duplicateString("value"));
    return list;
}

static ListEntry *an_entry(void) {
    static ListEntry entry;
    return &entry;
}

static twLocation *a_place(void) {
    static twLocation place = {1, 2, 3};
    return &place;
}

static const char *key_of(void *value) {
    (void)value;
    return duplicateString("key");
}

static void a_password(char *buffer, unsigned int size) { snprintf(buffer, size, "secret"); }
static int an_event(twWs *ws, const char *data, size_t length) { return (void)ws, (void)data, (void)length, 0; }
static void a_bind(char *entity, char bound, void *data) { (void)entity, (void)bound, (void)data; }
static void an_authentication(char *type, char *value, void *data) { (void)type, (void)value, (void)data; }
static void a_synchronization(char *entity, twInfoTable *table, void *data) { (void)entity, (void)table, (void)data; }
static void an_init(void *data) { (void)data; }
static twMessage *a_request(twMessage *message) { return (void)message, NULL; }
static enum msgCodeEnum a_property(const char *entity, const char *name, twInfoTable **value, char write, void *data) {
    return (void)entity, (void)name, (void)value, (void)write, (void)data, TWX_SUCCESS;
}
static enum msgCodeEnum a_service(const char *entity, const char *name, twInfoTable *params, twInfoTable **content,
                                  void *data) {
    return (void)entity, (void)name, (void)params, (void)content, (void)data, TWX_SUCCESS;
}
static int a_response(uint32_t id, enum msgCodeEnum code, char *reason, twInfoTable *content) {
    twInfoTable_Delete(content);
    return (void)id, (void)code, (void)reason, 0;
}
static void a_task(uint64_t now, void *params) { (void)now, (void)params; }
static void a_poll(char *entity) { (void)entity; }
static void a_tunnel(char started, const char *tid, const char *thing, const char *peer, const char *host, int16_t port,
                     DATETIME start, DATETIME end, uint64_t sent, uint64_t received, const char *type, const char *message,
                     void *data) {
    (void)started, (void)tid, (void)thing, (void)peer, (void)host, (void)port, (void)start, (void)end, (void)sent;
    (void)received, (void)type, (void)message, (void)data;
}
static void a_file(char received, struct twFileTransferInfo *info, void *data) { (void)received, (void)info, (void)data; }
static void a_delete(void *value) { (void)value; }
static int a_visit(void *key, size_t key_size, void *value, size_t value_size, void *data) {
    return (void)key, (void)key_size, (void)value, (void)value_size, (void)data, 0;
}
static void a_log(enum LogLevel level, const char *time, const char *text) { (void)level, (void)time, (void)text; }
static void a_change(const char *entity, const char *name, twPrimitive *value) { (void)entity, (void)name, (void)value; }
static void a_shape(const char *thing, const char *thing_namespace) { (void)thing, (void)thing_namespace; }

static inline void close_file(FILE *file) {
    if (file) {
        fclose(file);
    }
}

static inline void close_directory(DIR *directory) {
    if (directory) {
        closedir(directory);
    }
}

static void in_phase(const char *name, int api, void (*run_all)(void)) {
    phase = name;
    has_api = api;
    twLogger_SetLevel(TW_AUDIT);
    run_all();
}

static int run_phases(void (*run_all)(void)) {
    signal(SIGSEGV, crashed);
    signal(SIGABRT, crashed);
    signal(SIGBUS, crashed);
    signal(SIGFPE, crashed);
    twcfg.connect_retries = 0;
    twcfg.connect_retry_interval = 1;
    twcfg.offline_msg_store_dir = "/tmp/no-such-folder-misuse";
    in_phase("before twApi_Initialize", 0, run_all);
    twApi_RegisterInitCallback(NULL, NULL);
    if (twApi_Initialize("127.0.0.1", 1, "/Thingworx/WS", a_password, NULL, 8192, 8192, TRUE) != TW_OK) {
        fprintf(stderr, "twApi_Initialize fails\n");
        return 1;
    }
    in_phase("after twApi_Initialize", 1, run_all);
    twApi_Delete();
    in_phase("after twApi_Delete", 0, run_all);
    twTaskerRemoveAllTasks();
    twApi_Delete();
    twLogger_Delete();
    printf("misuse: %d calls, %d wrong codes\n", calls, wrong);
    return wrong != 0;
}
