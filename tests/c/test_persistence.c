/* Property values that wait on disk: the file, its codes, its two forms, damage, the next run of a program, the platform. */
#define _XOPEN_SOURCE 700
#include "twApi.h"
#include "twOfflineMsgStore.h"
#include "twSubscribedProps.h"

#include "check.h"
#include "platform.h"

#include <dirent.h>
#include <sys/stat.h>

/* Exported, but no header declares them. */
int getSPMSavedValuesCount(const char *thing);
int getSPMPersistedValuesLength(void);

#define PERSISTED TW_SUBSCRIBED_PROPERTY_LIST_PERSISTED
#define NOT_PERSISTED TW_SUBSCRIBED_PROPERTY_LIST_PERSIST_ERROR
#define NO_DIRECTORY TW_SUBSCRIBED_PROPERTY_LIST_UNABLE_TO_PERSIST_ERROR
/* A number of a thing and a property with names of one letter, as the original writes it. */
#define ROW 35

static char directory[64];
static char thing[32] = "T";

static void app_key(char *buffer, unsigned int size) {
    const char *key = getenv("TWEDGE_TEST_KEY");
    snprintf(buffer, size, "%s", key ? key : "no key");
}

static enum msgCodeEnum on_value(const char *entity, const char *name, twInfoTable **value, char is_write, void *data) {
    (void)entity;
    (void)data;
    if (!is_write) {
        *value = twInfoTable_CreateFromNumber((char *)name, 20.0);
    }
    return TWX_SUCCESS;
}

static const char *path_of(const char *name) {
    static char path[128];
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    return path;
}

static const char *store(void) { return path_of("subscribed_properties.bin"); }

static long length_of(const char *path) {
    struct stat found;
    return stat(path, &found) == 0 ? (long)found.st_size : -1;
}

static void start_at(unsigned short port) {
    CHECK_INT(twApi_Initialize("127.0.0.1", port, "/Thingworx/WS", app_key, NULL, MESSAGE_CHUNK_SIZE, MESSAGE_CHUNK_SIZE,
                               FALSE),
              TW_OK);
    twApi_DisableEncryption();
    CHECK_INT(twApi_RegisterProperty(TW_THING, thing, "p", TW_NUMBER, NULL, "ALWAYS", 0.0, on_value, NULL), TW_OK);
    CHECK_INT(twApi_RegisterProperty(TW_THING, thing, "v", TW_NUMBER, NULL, "VALUE", 0.0, on_value, NULL), TW_OK);
}

static void start(void) { start_at(1); }

static int set(const char *name, double number, char fold, char push) {
    return twApi_SetSubscribedProperty(thing, (char *)name, twPrimitive_CreateFromNumber(number), fold, push);
}

static void empty_directory(void) {
    DIR *open = opendir(directory);
    struct dirent *entry;
    while (open && (entry = readdir(open)) != NULL) {
        if (entry->d_name[0] != '.') {
            unlink(path_of(entry->d_name));
        }
    }
    closedir(open);
}

static void test_codes_and_moments(void) {
    start();
    CHECK_INT(length_of(store()), 0);
    CHECK_INT(getSPMPersistedValuesLength(), 0);
    CHECK_INT(set("p", 1.0, FALSE, FALSE), TW_OK);
    CHECK_INT(length_of(store()), 0);
    CHECK_INT(getSPMSavedValuesCount(thing), 1);
    CHECK_INT(twApi_PushSubscribedProperties(thing, FALSE), TW_OK);
    CHECK(length_of(store()) > 0);
    CHECK_INT(getSPMPersistedValuesLength(), length_of(store()));
    CHECK_INT(getSPMSavedValuesCount(thing), -1);
    CHECK_INT(set("p", 2.0, FALSE, TRUE), PERSISTED);
    CHECK_INT(twSubscribedPropsMgr_PushSubscribedProperties(thing, FALSE, TRUE), TW_OK);
    CHECK_INT(set("v", 3.0, TRUE, FALSE), TW_OK);
    CHECK_INT(twSubscribedPropsMgr_PushSubscribedProperties(thing, FALSE, TRUE), PERSISTED);
    CHECK_INT(set("p", 4.0, FALSE, FALSE), TW_OK);
    CHECK_INT(twApi_PushSubscribedProperties(NULL, FALSE), TW_OK);
    CHECK_INT(getSPMSavedValuesCount(thing), -1);

    /* The directory may be unset at any time; then values wait in memory. */
    twcfg.offline_msg_store_dir = NULL;
    CHECK_INT(set("p", 5.0, FALSE, TRUE), NO_DIRECTORY);
    CHECK_INT(twApi_PushSubscribedProperties(thing, FALSE), NO_DIRECTORY);
    CHECK_INT(twApi_PushSubscribedProperties(NULL, FALSE), TW_OK);
    CHECK_INT(getSPMSavedValuesCount(thing), 1);
    twcfg.offline_msg_store_dir = directory;
    CHECK_INT(twApi_Delete(), TW_OK);
}

static void test_limit(void) {
    int stored = 0, i;
    empty_directory();
    start();
    twcfg.offline_msg_queue_size = 1000;
    for (i = 0; i < 100 && set("p", i, FALSE, TRUE) == PERSISTED; i++) {
        stored++;
    }
    /* As many as in the original: until the file has reached the limit. */
    CHECK_INT(stored, (1000 + ROW - 1) / ROW);
    CHECK_INT(set("p", 100.0, FALSE, TRUE), NOT_PERSISTED);
    CHECK_INT(twApi_PushSubscribedProperties(thing, FALSE), NOT_PERSISTED);
    CHECK_INT(getSPMSavedValuesCount(thing), 2);
    twcfg.offline_msg_queue_size = OFFLINE_MSG_QUEUE_SIZE;
    CHECK_INT(twApi_PushSubscribedProperties(thing, FALSE), TW_OK);
    CHECK_INT(getSPMSavedValuesCount(thing), -1);
    CHECK_INT(twApi_Delete(), TW_OK);
}

static void test_without_a_file(void) {
    char other[] = "/tmp/twedge-nowhere/and/deeper";
    twcfg.offline_msg_store_dir = other;
    start();
    CHECK_INT(getSPMPersistedValuesLength(), -1);
    CHECK_INT(set("p", 1.0, FALSE, TRUE), NOT_PERSISTED);
    CHECK_INT(twApi_PushSubscribedProperties(thing, FALSE), NOT_PERSISTED);
    CHECK_INT(getSPMSavedValuesCount(thing), 1);
    CHECK_INT(twApi_Delete(), TW_OK);
    CHECK_INT(length_of(other), -1);

    /* Something else of that name. */
    empty_directory();
    twcfg.offline_msg_store_dir = directory;
    CHECK_INT(mkdir(store(), 0700), 0);
    start();
    CHECK_INT(set("p", 1.0, FALSE, TRUE), NOT_PERSISTED);
    CHECK_INT(twApi_Delete(), TW_OK);
    CHECK_INT(rmdir(store()), 0);

    twcfg.subscribed_props_enabled = FALSE;
    start();
    CHECK_INT(length_of(store()), -1);
    CHECK_INT(set("p", 1.0, FALSE, TRUE), NOT_PERSISTED);
    CHECK_INT(twApi_Delete(), TW_OK);
    twcfg.subscribed_props_enabled = TRUE;
}

/* Reads the file into memory; its length. */
static long content(char *bytes, size_t size) {
    FILE *file = fopen(store(), "rb");
    size_t length = file ? fread(bytes, 1, size, file) : 0;
    if (file) {
        fclose(file);
    }
    return (long)length;
}

static void write_file(const char *bytes, size_t length) {
    FILE *file = fopen(store(), "wb");
    CHECK(file != NULL && fwrite(bytes, 1, length, file) == length);
    fclose(file);
}

static void test_form_of_the_original(void) {
    char bytes[4096];
    long length;
    empty_directory();
    twedge_original_store_format(TRUE);
    start();
    CHECK_INT(set("p", 1.0, FALSE, FALSE), TW_OK);
    CHECK_INT(set("p", 2.0, FALSE, TRUE), PERSISTED);
    length = content(bytes, sizeof(bytes));
    CHECK_INT(length, 2 * ROW);
    /* Marker, six cells, type and text of the thing. */
    CHECK(memcmp(bytes, "\1\0\6\0\1T", 6) == 0);
    {
        twStream *stream = twStream_CreateFromCharArray(bytes, (uint32_t)length);
        twInfoTableRow *row = twInfoTableRow_CreateFromStream(stream);
        CHECK(row != NULL && twInfoTableRow_GetCount(row) == 6);
        twInfoTableRow_Delete(row);
        twStream_Delete(stream);
    }
    CHECK_INT(twApi_Delete(), TW_OK);
    /* Read, and written on in our form. */
    twedge_original_store_format(FALSE);
    start();
    CHECK_INT(getSPMPersistedValuesLength(), 2 * ROW);
    CHECK_INT(set("p", 3.0, FALSE, TRUE), PERSISTED);
    CHECK(content(bytes, sizeof(bytes)) > 3 * ROW);
    CHECK_INT(bytes[0], 0);
    CHECK_INT(twApi_Delete(), TW_OK);
}

static void test_damage(void) {
    char bytes[4096];
    long length;
    empty_directory();
    start();
    CHECK_INT(set("p", 1.0, FALSE, TRUE), PERSISTED);
    CHECK_INT(set("p", 2.0, FALSE, TRUE), PERSISTED);
    length = content(bytes, sizeof(bytes));
    CHECK_INT(twApi_Delete(), TW_OK);
    /* A torn tail is cut off, a bad record kept beside. */
    write_file(bytes, (size_t)length - 3);
    start();
    CHECK(getSPMPersistedValuesLength() > 0 && getSPMPersistedValuesLength() < length - 3);
    CHECK_INT(twApi_Delete(), TW_OK);
    bytes[10] ^= 1;
    write_file(bytes, (size_t)length);
    start();
    CHECK_INT(getSPMPersistedValuesLength(), length / 2);
    CHECK(length_of(path_of("subscribed_properties.bin.bad")) > 0);
    CHECK_INT(twApi_Delete(), TW_OK);
    memset(bytes, 'x', sizeof(bytes));
    write_file(bytes, sizeof(bytes));
    start();
    CHECK_INT(set("p", 1.0, FALSE, TRUE), PERSISTED);
    CHECK_INT(twApi_Delete(), TW_OK);
}

static void test_values_of_the_last_run_reach_the_platform(void) {
    char path[128], answer[2048];
    if (platform_port() == 0) {
        return;
    }
    empty_directory();
    snprintf(thing, sizeof(thing), "Persistent%ld", (long)getpid());
    start_at(platform_port());
    CHECK_INT(set("p", 1.5, FALSE, TRUE), PERSISTED);
    CHECK_INT(set("v", 2.5, TRUE, FALSE), TW_OK);
    /* Deleting writes what was not pushed, folded values as well. */
    CHECK_INT(twApi_Delete(), TW_OK);
    CHECK(length_of(store()) > 0);

    start_at(platform_port());
    CHECK_INT(twApi_BindThing(thing), TW_OK);
    CHECK_INT(twApi_Connect(10000, 1), TW_OK);
    CHECK_INT(twApi_PushSubscribedProperties(thing, FALSE), TW_OK);
    CHECK_INT(length_of(store()), 0);
    CHECK_INT(getSPMPersistedValuesLength(), 0);
    snprintf(path, sizeof(path), "/Thingworx/Things/%s/Properties/p", thing);
    CHECK_INT(rest("GET", path, NULL, answer, sizeof(answer)), 200);
    CHECK(strstr(answer, "1.5") != NULL);
    snprintf(path, sizeof(path), "/Thingworx/Things/%s/Properties/v", thing);
    CHECK_INT(rest("GET", path, NULL, answer, sizeof(answer)), 200);
    CHECK(strstr(answer, "2.5") != NULL);
    CHECK_INT(twApi_Delete(), TW_OK);
}

int main(void) {
    snprintf(directory, sizeof(directory), "/tmp/twedge-persistence-XXXXXX");
    CHECK(mkdtemp(directory) != NULL);
    twcfg.offline_msg_store_dir = directory;
    test_codes_and_moments();
    test_limit();
    test_without_a_file();
    test_form_of_the_original();
    test_damage();
    test_values_of_the_last_run_reach_the_platform();
    empty_directory();
    CHECK_INT(rmdir(directory), 0);
    return check_result();
}
