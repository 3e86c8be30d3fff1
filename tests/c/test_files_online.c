/* File transfer with a platform: files that the device sends and gets, the services over the link, transfers that stall. */
#define _POSIX_C_SOURCE 200809L
#include "twApi.h"
#include "twFileManager.h"
#include "twThreads.h"

#include "check.h"
#include "platform.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define REPOSITORY "SystemRepository"
#define NOT_FOUND 1104
#define TIME 60000
#define LENGTH 300000

extern twFileManager *fm;

static char folder[] = "/tmp/twedge-files-online-XXXXXX";
static char thing[64];
static char content[LENGTH];
static char fetched[LENGTH + 1];
static twThread *threads[3];

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int received, sent;
static char last[64];

static void on_file(char is_received, twFileTransferInfo *info, void *userdata) {
    pthread_mutex_lock(&mutex);
    *(is_received ? &received : &sent) += 1;
    snprintf(last, sizeof(last), "%s %s %s", (char *)userdata, info->targetFile, info->state);
    pthread_mutex_unlock(&mutex);
}

static int count_of(const int *number) {
    int value;
    pthread_mutex_lock(&mutex);
    value = *number;
    pthread_mutex_unlock(&mutex);
    return value;
}

/* Waits for what another thread does. */
static int reaches(const int *number, int wanted) {
    int i;
    for (i = 0; i < TIME && count_of(number) < wanted; i++) {
        twSleepMsec(1);
    }
    return count_of(number) >= wanted;
}

static void app_key(char *buffer, unsigned int size) { snprintf(buffer, size, "%s", getenv("TWEDGE_TEST_KEY")); }

static const char *path_of(const char *name) {
    static char path[256];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static const char *service(const char *name) {
    static char path[256];
    snprintf(path, sizeof(path), "/Thingworx/Things/%s/Services/%s", thing, name);
    return path;
}

static void put(const char *name) {
    FILE *file = fopen(path_of(name), "wb");
    CHECK(file && fwrite(content, 1, LENGTH, file) == LENGTH);
    if (file) {
        fclose(file);
    }
}

static int is_whole(const char *name) {
    FILE *file = fopen(path_of(name), "rb");
    size_t length = file ? fread(fetched, 1, sizeof(fetched), file) : 0;
    if (file) {
        fclose(file);
    }
    return length == LENGTH && memcmp(fetched, content, LENGTH) == 0;
}

static void begin(void) {
    char staging[96];
    int i;
    CHECK(mkdtemp(folder) != NULL);
    snprintf(thing, sizeof(thing), "Files-%d", (int)getpid());
    snprintf(staging, sizeof(staging), "%s/staging", folder);
    CHECK_INT(mkdir(path_of("logs"), 0777), 0);
    for (i = 0; i < LENGTH; i++) {
        content[i] = (char)(i * 31 >> 3);
    }
    CHECK_INT(twApi_Initialize("127.0.0.1", platform_port(), "/Thingworx/WS", app_key, NULL, 8192, 8192, TRUE), TW_OK);
    twcfg.file_xfer_staging_dir = staging;
    CHECK_INT(twFileManager_Create(), TW_OK);
    twcfg.file_xfer_staging_dir = NULL;
    CHECK_INT(twFileManager_AddVirtualDir(thing, "logs", (char *)path_of("logs")), TW_OK);
    CHECK_INT(twFileManager_RegisterFileCallback(on_file, "*.bin", FALSE, "user"), TW_OK);
    twApi_DisableEncryption();
    CHECK_INT(twApi_BindThing(thing), TW_OK);
    CHECK_INT(twApi_Connect(TIME, 3), TW_OK);
    threads[0] = twThread_Create(twApi_TaskerFunction, 5, NULL, TRUE);
    threads[1] = twThread_Create(twMessageHandler_msgHandlerTask, 5, NULL, TRUE);
    threads[2] = twThread_Create(twMessageHandler_msgHandlerTask, 5, NULL, TRUE);
}

static void test_sending_and_getting(void) {
    char *tid = NULL;
    put("logs/a.bin");
    CHECK_INT(twFileManager_SendFile(thing, "/logs", "a.bin", REPOSITORY, "/c", thing, TIME, FALSE, &tid), TW_OK);
    CHECK(tid != NULL && tid[0] != 0);
    free(tid);
    tid = NULL;
    CHECK_INT(twFileManager_GetFile(REPOSITORY, "/c", thing, thing, "/logs", "b.bin", TIME, FALSE, &tid), TW_OK);
    CHECK(tid != NULL);
    free(tid);
    CHECK(is_whole("logs/b.bin"));
    CHECK(reaches(&received, 1));
    /* The name of what was sent is that on the platform, which the filter does not fit. */
    CHECK_INT(count_of(&sent), 0);
    CHECK_STR(last, "user b.bin VALIDATED");
    tid = NULL;
    CHECK_INT(twFileManager_GetFile(REPOSITORY, "/c", thing, thing, "/logs", "c.bin", TIME, TRUE, &tid), TW_OK);
    CHECK(tid != NULL);
    free(tid);
    CHECK(reaches(&received, 2));
    CHECK(is_whole("logs/c.bin"));
    CHECK_INT(twList_GetCount(fm->openFiles), 0);
}

static void test_failing(void) {
    char *tid = NULL;
    CHECK_INT(twFileManager_SendFile(thing, "/logs", "none", REPOSITORY, "/", "x", TIME, FALSE, &tid), TW_FILE_NOT_FOUND);
    CHECK_INT(twFileManager_GetFile("Unknown", "/", "x", thing, "/logs", "x", TIME, FALSE, &tid), NOT_FOUND);
    CHECK(tid == NULL);
    CHECK_INT(twFileManager_GetFile(REPOSITORY, "/", "none", thing, "/logs", "x", TIME, FALSE, &tid), FILE_TRANSFER_FAILED);
    CHECK(tid != NULL);
    free(tid);
}

static void test_services(void) {
    char answer[2048];
    CHECK_INT(rest("POST", service("ListFiles"), "{\"path\":\"/logs\",\"nameMask\":\"a*\"}", answer, sizeof(answer)), 200);
    CHECK(strstr(answer, "\"a.bin\"") != NULL && strstr(answer, "\"b.bin\"") == NULL);
    CHECK_INT(rest("POST", service("BrowseDirectory"), "{\"path\":\"/logs/../staging\"}", answer, sizeof(answer)), 400);
    CHECK_INT(rest("POST", service("RenameFile"), "{\"sourcePath\":\"/logs/a.bin\",\"targetPath\":\"/logs/r\"}", answer,
                   sizeof(answer)),
              200);
    CHECK(is_whole("logs/r"));
}

/* A tasker that sleeps wakes up to end a transfer that stalls. */
static void test_stalling(void) {
    char answer[2048];
    int i;
    CHECK_INT(rest("POST", service("StartFileTransfer"), "{\"path\":\"/logs/s\",\"mode\":\"write\",\"tid\":\"stalls\"}", answer,
                   sizeof(answer)),
              200);
    CHECK_INT(twList_GetCount(fm->openFiles), 1);
    twcfg.file_xfer_timeout = 50;
    CHECK_INT(rest("POST", service("StartFileTransfer"), "{\"path\":\"/logs/t\",\"mode\":\"write\",\"tid\":\"too\"}", answer,
                   sizeof(answer)),
              200);
    for (i = 0; i < TIME && twList_GetCount(fm->openFiles) > 0; i++) {
        twSleepMsec(1);
    }
    CHECK_INT(twList_GetCount(fm->openFiles), 0);
    twcfg.file_xfer_timeout = 30000;
}

static void set_age(const char *name, time_t age) {
    struct timespec times[2] = {{0, 0}, {0, 0}};
    times[0].tv_sec = times[1].tv_sec = time(NULL) - age;
    CHECK_INT(utimensat(AT_FDCWD, path_of(name), times, 0), 0);
}

/* Waits until a file is not there any more. */
static int is_gone(const char *name) {
    time_t end = time(NULL) + 60;
    while (is_whole(name) && time(NULL) < end) {
        twSleepMsec(5);
    }
    return !is_whole(name);
}

/* F24: what interrupted transfers leave stays, unless a program asks for its removal. */
static void test_cleaning_up(void) {
    char answer[2048];
    put("staging/old.part");
    put("staging/new.part");
    set_age("staging/old.part", 8 * 24 * 3600);
    CHECK_INT(rest("POST", service("StartFileTransfer"), "{\"path\":\"/logs/u\",\"mode\":\"write\",\"tid\":\"cut\"}", answer,
                   sizeof(answer)),
              200);
    CHECK_INT(twApi_Disconnect("once"), TW_OK);
    CHECK_INT(twList_GetCount(fm->openFiles), 1);
    CHECK(is_whole("staging/old.part"));
    CHECK_INT(twApi_Connect(TIME, 3), TW_OK);

    twedge_clean_up_transfers(TRUE);
    CHECK(!is_whole("staging/old.part"));
    CHECK(is_whole("staging/new.part"));
    CHECK_INT(twList_GetCount(fm->openFiles), 1);
    put("staging/old.part");
    set_age("staging/old.part", 8 * 24 * 3600);
    CHECK_INT(twApi_Disconnect("twice"), TW_OK);
    /* Whoever notices first that the link is gone cleans up. */
    CHECK(is_gone("staging/old.part"));
    CHECK_INT(twList_GetCount(fm->openFiles), 0);
    CHECK_INT(twApi_Connect(TIME, 3), TW_OK);
    twedge_clean_up_transfers(FALSE);
}

static void test_without_manager(void) {
    char answer[2048];
    twFileManager_Delete();
    CHECK_INT(rest("POST", service("GetTransferInfo"), "{}", answer, sizeof(answer)), 404);
}

int main(void) {
    int i;
    if (!platform_port()) {
        return 77;
    }
    begin();
    test_sending_and_getting();
    test_failing();
    test_services();
    test_stalling();
    test_cleaning_up();
    test_without_manager();
    for (i = 0; i < 3; i++) {
        twThread_Delete(threads[i]);
    }
    CHECK_INT(twApi_Delete(), TW_OK);
    CHECK_INT(twDirectory_DeleteDirectory(folder), TW_OK);
    return check_result();
}
