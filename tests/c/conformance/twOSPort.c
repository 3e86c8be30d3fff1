/* twOSPort.h (api-behaviour.md 12.1, 12.2, 12.5). */
#include "twOSPort.h"

#include "twErrors.h"

#include "check.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <sys/stat.h>
#include <time.h>

static void times(void) {
    DATETIME now = twGetSystemTime(TRUE);
    CHECK(now / 1000 >= (DATETIME)time(NULL) - 2 && now / 1000 <= (DATETIME)time(NULL), "milliseconds since 1970",
          ORIGINAL_PASSES);
    CHECK(twGetSystemTime(FALSE) - now < 1000, "the argument is ignored", ORIGINAL_PASSES);
    CHECK(twGetSystemMillisecondCount() - now < 1000, "the count is the same clock", ORIGINAL_PASSES);
    CHECK_INT(twAddMilliseconds(1000, 500), 1500, "later", ORIGINAL_PASSES);
    CHECK_INT(twAddMilliseconds(1000, -500), 500, "earlier", ORIGINAL_PASSES);
    CHECK_INT(twTimeGreaterThan(2, 1), TRUE, "greater", ORIGINAL_PASSES);
    CHECK_INT(twTimeGreaterThan(1, 1), FALSE, "not greater than itself", ORIGINAL_PASSES);
    CHECK_INT(twTimeLessThan(1, 2), TRUE, "less", ORIGINAL_PASSES);
    CHECK_INT(twTimeLessThan(1, 1), FALSE, "not less than itself", ORIGINAL_PASSES);
    twSleepMsec(30);
    CHECK(twGetSystemTime(TRUE) - now >= 30, "sleeps", ORIGINAL_PASSES);
}

static void time_texts(void) {
    char text[64] = "";
    setenv("TZ", "XXX-3", 1);
    tzset();
    twGetTimeString(1000005, text, "%H:%M:%S", sizeof(text), TRUE, FALSE);
    CHECK_STR(text, "00:16:40,5", "FALSE is UTC, milliseconds unpadded (Q-T14)", ORIGINAL_PASSES);
    twGetTimeString(1000005, text, "%H:%M:%S", sizeof(text), FALSE, TRUE);
    CHECK_STR(text, "03:16:40", "TRUE is local time (Q-T14)", ORIGINAL_PASSES);
    text[0] = 0;
    twGetSystemTimeString(text, "%Y", sizeof(text), FALSE, FALSE);
    CHECK(atoi(text) >= 2024, "now", ORIGINAL_PASSES);
}

static TW_MUTEX mutex;
static int shared;

static void *add(void *unused) {
    int i;
    (void)unused;
    for (i = 0; i < 10000; i++) {
        twMutex_Lock(mutex);
        shared++;
        twMutex_Unlock(mutex);
    }
    return NULL;
}

static void mutexes(void) {
    pthread_t threads[3];
    int i;
    mutex = twMutex_Create();
    CHECK(mutex != NULL, "create", ORIGINAL_PASSES);
    for (i = 0; i < 3; i++) {
        pthread_create(&threads[i], NULL, add, NULL);
    }
    for (i = 0; i < 3; i++) {
        pthread_join(threads[i], NULL);
    }
    CHECK_INT(shared, 30000, "excludes", ORIGINAL_PASSES);
    CHECK_INT(pthread_mutex_trylock(mutex), 0, "it is a pthread mutex", ORIGINAL_PASSES);
    CHECK(pthread_mutex_trylock(mutex) != 0, "not a recursive one", ORIGINAL_PASSES);
    pthread_mutex_unlock(mutex);
    twMutex_Delete(mutex);
    twMutex_Lock(NULL);
    twMutex_Unlock(NULL);
    twMutex_Delete(NULL);
}

static char *path(const char *name) {
    static char paths[4][512];
    static int next;
    char *made = paths[next++ % 4];
    snprintf(made, sizeof(paths[0]), "%s", scratch(name));
    return made;
}

static void files(void) {
    char *one = path("one"), *two = path("two");
    uint64_t size = 1;
    DATETIME modified = 0;
    char is_directory = 1, is_read_only = 1;
    FILE *file;
    CHECK_INT(twDirectory_FileExists(one), FALSE, "nothing there", ORIGINAL_PASSES);
    CHECK_INT(twDirectory_CreateFile(one), 0, "create", ORIGINAL_PASSES);
    CHECK_INT(twDirectory_FileExists(one), TRUE, "there", ORIGINAL_PASSES);
    file = fopen(one, "w");
    fputs("12345", file);
    fclose(file);
    CHECK_INT(twDirectory_GetFileInfo(one, &size, &modified, &is_directory, &is_read_only), 0, "info", ORIGINAL_PASSES);
    CHECK_INT(size, 5, "size", ORIGINAL_PASSES);
    CHECK_INT(is_directory, FALSE, "no directory", ORIGINAL_PASSES);
    CHECK_INT(is_read_only, FALSE, "not read-only", ORIGINAL_PASSES);
    CHECK(modified > (DATETIME)(time(NULL) - 60) * 1000, "the time in milliseconds", ORIGINAL_PASSES);
    CHECK_INT(twDirectory_CopyFile(one, two), 0, "copy", ORIGINAL_PASSES);
    CHECK_INT(twDirectory_CopyFile(one, two), 0, "copy overwrites", ORIGINAL_PASSES);
    CHECK_INT(twDirectory_MoveFile(one, two), 0, "move overwrites", ORIGINAL_PASSES);
    CHECK_INT(twDirectory_FileExists(one), FALSE, "moved away", ORIGINAL_PASSES);
    CHECK_INT(twDirectory_DeleteFile(two), 0, "delete", ORIGINAL_PASSES);
    CHECK_INT(twDirectory_DeleteFile(two), ENOENT, "delete again", ORIGINAL_PASSES);
    CHECK_INT(twDirectory_MoveFile(one, two), ENOENT, "move nothing", ORIGINAL_PASSES);
}

static void directories(void) {
    char *deep = path("a/b/c"), *top = path("a"), *inside = path("a/b/file");
    char *name = NULL, is_directory = 0, is_read_only = 0, names[256] = "";
    uint64_t size = 0;
    DATETIME modified = 0;
    TW_DIR directory = NULL;
    int entries = 0;
    CHECK_INT(twDirectory_CreateDirectory(deep), 0, "with parents", ORIGINAL_PASSES);
    CHECK_INT(twDirectory_CreateDirectory(deep), 0, "again", ORIGINAL_PASSES);
    twDirectory_CreateFile(inside);
    deep[strlen(deep) - 2] = 0;
    while ((directory = twDirectory_IterateEntries(deep, directory, &name, &size, &modified, &is_directory,
                                                   &is_read_only)) != NULL) {
        entries++;
        strcat(names, name);
        CHECK_INT(is_directory, strcmp(name, "file") != 0, "which of them are directories", ORIGINAL_PASSES);
        free(name);
        name = NULL;
    }
    CHECK_INT(entries, 4, "the two dots are among them", ORIGINAL_PASSES);
    CHECK(strstr(names, "file") != NULL, "the file is", ORIGINAL_PASSES);
    CHECK_INT(twDirectory_DeleteDirectory(top), 0, "delete with everything inside", ORIGINAL_PASSES);
    CHECK_INT(twDirectory_FileExists(top), FALSE, "it is gone", ORIGINAL_PASSES);
    CHECK(twDirectory_DeleteDirectory(top) != 0, "delete again", ORIGINAL_PASSES);
}

static void dangling_links(void) {
    char *folder = path("links"), *link_path = path("links/a"), *name = NULL, is_directory, is_read_only;
    uint64_t size;
    DATETIME modified;
    TW_DIR directory = NULL;
    int files_seen = 0;
    twDirectory_CreateDirectory(folder);
    CHECK_INT(symlink("/no such file", link_path), 0, "a link", ORIGINAL_PASSES);
    twDirectory_CreateFile(path("links/b"));
    twDirectory_CreateFile(path("links/c"));
    while ((directory = twDirectory_IterateEntries(folder, directory, &name, &size, &modified, &is_directory,
                                                   &is_read_only)) != NULL) {
        files_seen += strcmp(name, "b") == 0 || strcmp(name, "c") == 0;
        free(name);
        name = NULL;
    }
    CHECK_INT(files_seen, 2, "do not end a listing", QUIRK("12.5"));
    twDirectory_DeleteDirectory(folder);
}

static void paths_that_are_refused(void) {
    char *long_path = malloc(5000), is_directory;
    uint64_t size;
    DATETIME modified;
    memset(long_path, 'x', 4999);
    memcpy(long_path, "/tmp/", 5);
    long_path[4999] = 0;
    CHECK_INT(twDirectory_CreateDirectory(NULL), TW_INVALID_PARAM, "NULL", ORIGINAL_PASSES);
    CHECK_INT(twDirectory_CreateDirectory(""), TW_INVALID_PARAM, "empty", ORIGINAL_PASSES);
    CHECK_INT(twDirectory_CreateDirectory(long_path), TW_INVALID_PARAM, "too long", ORIGINAL_PASSES);
    CHECK_INT(twDirectory_FileExists(NULL), FALSE, "exists", ORIGINAL_PASSES);
    CHECK_INT(twDirectory_CreateFile(NULL), TW_INVALID_PARAM, "create file", ORIGINAL_PASSES);
    CHECK_INT(twDirectory_DeleteFile(NULL), TW_INVALID_PARAM, "delete file", ORIGINAL_PASSES);
    CHECK_INT(twDirectory_CopyFile(NULL, "/tmp/x"), TW_INVALID_PARAM, "copy", ORIGINAL_PASSES);
    CHECK_INT(twDirectory_MoveFile("/tmp/x", NULL), TW_INVALID_PARAM, "move", ORIGINAL_PASSES);
    CHECK_INT(twDirectory_DeleteDirectory(NULL), TW_INVALID_PARAM, "delete directory", ORIGINAL_PASSES);
    CHECK_INT(twDirectory_GetFileInfo("/", &size, &modified, &is_directory, NULL), TW_INVALID_PARAM, "info",
              ORIGINAL_PASSES);
    CHECK_INT(twDirectory_GetFileInfo("/no such", &size, &modified, &is_directory, &is_directory), ENOENT, "info of nothing",
              ORIGINAL_PASSES);
    free(long_path);
}

static int listening(uint16_t *port) {
    struct sockaddr_in address;
    socklen_t length = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    memset(&address, 0, sizeof(address));
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 5) ||
        getsockname(fd, (struct sockaddr *)&address, &length)) {
        perror("listen");
    }
    *port = ntohs(address.sin_port);
    return fd;
}

static void sockets(void) {
    uint16_t port;
    int server = listening(&port), peer;
    char bytes[8] = "";
    twSocket *client = twSocket_Create("127.0.0.1", (int16_t)port, 0);
    CHECK(client != NULL, "create", ORIGINAL_PASSES);
    CHECK_INT(twSocket_Close(client), -1, "close what is not open", ORIGINAL_PASSES);
    CHECK_INT(twSocket_Connect(client), 0, "connect", ORIGINAL_PASSES);
    peer = accept(server, NULL, NULL);
    CHECK_INT(twSocket_Write(client, "abc", 3, 1000), 3, "write", ORIGINAL_PASSES);
    CHECK_INT(read(peer, bytes, sizeof(bytes)), 3, "it arrives", ORIGINAL_PASSES);
    CHECK_INT(twSocket_WaitFor(client, 10), 0, "wait for nothing", ORIGINAL_PASSES);
    CHECK_INT(twSocket_Read(client, bytes, sizeof(bytes), 10), 0, "read nothing", ORIGINAL_PASSES);
    CHECK_INT(write(peer, "xyz", 3), 3, "an answer", ORIGINAL_PASSES);
    CHECK_INT(twSocket_WaitFor(client, 5000), 1, "wait for something", ORIGINAL_PASSES);
    CHECK_INT(twSocket_Read(client, bytes, sizeof(bytes), 5000), 3, "read", ORIGINAL_PASSES);
    close(peer);
    CHECK_INT(twSocket_Read(client, bytes, sizeof(bytes), 5000), 0, "the end looks like nothing", ORIGINAL_PASSES);
    CHECK_INT(twSocket_Close(client), 0, "close", ORIGINAL_PASSES);
    CHECK_INT(twSocket_Reconnect(client), 0, "reconnect", ORIGINAL_PASSES);
    CHECK_INT(twSocket_Delete(client), 0, "delete", ORIGINAL_PASSES);
    CHECK_INT(twSocket_Delete(NULL), -1, "delete nothing", ORIGINAL_PASSES);
    CHECK(twSocket_Create("no such host.invalid", 1, 0) == NULL, "a name that is not known", ORIGINAL_PASSES);
    close(server);
}

static void levels(void) {
    CHECK_STR(levelString(TW_DEBUG), "DEBUG", "DEBUG", ORIGINAL_PASSES);
    CHECK_STR(levelString(TW_INFO), "INFO", "INFO", ORIGINAL_PASSES);
}

CONFORMANCE_MAIN("twOSPort.h", GROUP(times), GROUP(time_texts), GROUP(mutexes), GROUP(files), GROUP(directories),
                 GROUP(dangling_links), GROUP(paths_that_are_refused), GROUP(sockets), GROUP(levels))
