/* A disk that is full, read-only, missing, somebody else's, damaged or in use: what the two stores return, what they log, what they keep, and
 * that the device goes on. Each trouble has a process of its own. */
#define _GNU_SOURCE
#include "twApi.h"
#include "twLogger.h"
#include "twMessages.h"
#include "twOfflineMsgStore.h"
#include "twSubscribedProps.h"
#include "twWebsocket.h"

#include "check.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Exported, but no header declares them. */
int getSPMSavedValuesCount(const char *thing);
int getSPMPersistedValuesLength(void);
extern twOfflineMsgStore *tw_offline_msg_store;

#define PERSISTED TW_SUBSCRIBED_PROPERTY_LIST_PERSISTED
#define NOT_PERSISTED TW_SUBSCRIBED_PROPERTY_LIST_PERSIST_ERROR
#define STORED TW_WROTE_TO_OFFLINE_MSG_STORE
#define VALUES "subscribed_properties.bin"
#define MESSAGES "offline_msgs.bin"
#define NOBODY 65534

static char directory[64];
static char thing[] = "T";

/* What was logged about stores: warnings and errors. */
static int warnings, errors;
static char last_line[2048];

static void on_line(enum LogLevel level, const char *timestamp, const char *message) {
    (void)timestamp;
    /* Lines of requests that are not sent, and the like, are not about a store. */
    if ((level == TW_WARN || level == TW_ERROR) && (strstr(message, "the store ") || strstr(message, "for a store"))) {
        *(level == TW_WARN ? &warnings : &errors) += 1;
        snprintf(last_line, sizeof(last_line), "%s", message);
        if (getenv("SHOW_LINES")) {
            fprintf(stderr, "%d %s\n", level, message);
        }
    }
}

/* Since the last call there were so many warnings and errors, and the last of them has this text. */
#define CHECK_LOGGED(expected_warnings, expected_errors, text)                                                         \
    do {                                                                                                               \
        CHECK_INT(warnings, expected_warnings);                                                                        \
        CHECK_INT(errors, expected_errors);                                                                            \
        CHECK(strstr(last_line, text) != NULL);                                                                        \
        if (strstr(last_line, text) == NULL) {                                                                         \
            fprintf(stderr, "    the last line is: %s\n", last_line);                                                  \
        }                                                                                                              \
        forget_lines();                                                                                                \
    } while (0)

static void forget_lines(void) {
    warnings = errors = 0;
    last_line[0] = '\0';
}

static void app_key(char *buffer, unsigned int size) { snprintf(buffer, size, "no key"); }

static enum msgCodeEnum on_value(const char *entity, const char *name, twInfoTable **value, char is_write, void *data) {
    (void)entity;
    (void)name;
    (void)value;
    (void)is_write;
    (void)data;
    return TWX_SUCCESS;
}

static const char *path_of(const char *name) {
    static char paths[4][160];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof(paths[0]), "%s/%s", directory, name);
    return path;
}

static void log_here(void) {
    twLogger_SetLevel(TW_WARN);
    twLogger_SetFunction(on_line);
}

static void start(void) {
    log_here();
    CHECK_INT(twApi_Initialize("127.0.0.1", 1, "/Thingworx/WS", app_key, NULL, MESSAGE_CHUNK_SIZE, MESSAGE_CHUNK_SIZE, FALSE),
              TW_OK);
    log_here();
    CHECK_INT(twApi_RegisterProperty(TW_THING, thing, "p", TW_NUMBER, NULL, "ALWAYS", 0.0, on_value, NULL), TW_OK);
}

static void end(void) { CHECK_INT(twApi_Delete(), TW_OK); }

static int set_and_push(double number) {
    return twApi_SetSubscribedProperty(thing, "p", twPrimitive_CreateFromNumber(number), FALSE, TRUE);
}

static int store_messages(void) {
    log_here();
    return twOfflineMsgStore_Initialize(TRUE, directory, 0, TRUE);
}

/* A request of a device that is not connected. */
static int invoke(const char *service) {
    twInfoTable *result = NULL;
    int code = twApi_InvokeService(TW_THING, thing, (char *)service, NULL, &result, 1000, FALSE);
    CHECK(result == NULL);
    return code;
}

/* The same by hand. */
static int write_message(void) {
    static twWs some_ws;
    twMessage *message = twMessage_CreateRequestMsg(TWX_POST);
    twRequestBody_SetEntity(message->body, TW_THING, thing);
    twRequestBody_SetCharacteristic(message->body, TW_SERVICES, "A service with a long name to fill what is left of the disk");
    return twOfflineMsgStore_HandleRequest(&message, &some_ws, OFFLINE_MSG_STORE_WRITE);
}

static long content(const char *path, char *bytes, size_t size) {
    FILE *file = fopen(path, "rb");
    size_t length = file ? fread(bytes, 1, size, file) : 0;
    if (file) {
        fclose(file);
    }
    return file ? (long)length : -1;
}

static void write_file(const char *path, const char *bytes, size_t length) {
    FILE *file = fopen(path, "wb");
    CHECK(file != NULL && fwrite(bytes, 1, length, file) == length);
    if (file) {
        fclose(file);
    }
}

static long length_of(const char *path) {
    struct stat found;
    return stat(path, &found) == 0 ? (long)found.st_size : -1;
}

/* Whether a file has these bytes somewhere. */
static int has(const char *path, const char *bytes, size_t length) {
    static char found[65536];
    long size = content(path, found, sizeof(found)), at;
    for (at = 0; at + (long)length <= size; at++) {
        if (memcmp(found + at, bytes, length) == 0) {
            return 1;
        }
    }
    return 0;
}

/* The store of values cannot be opened: one line, with this text; values wait in memory, and the codes say so. */
static void values_wait_in_memory(const char *text) {
    start();
    CHECK_LOGGED(0, 1, text);
    CHECK_INT(getSPMPersistedValuesLength(), -1);
    CHECK_INT(set_and_push(1.0), NOT_PERSISTED);
    CHECK_INT(set_and_push(2.0), NOT_PERSISTED);
    CHECK_INT(twApi_PushSubscribedProperties(thing, FALSE), NOT_PERSISTED);
    CHECK_INT(getSPMSavedValuesCount(thing), 2);
    CHECK_INT(twApi_SetSubscribedProperty(thing, "p", twPrimitive_CreateFromNumber(3.0), FALSE, FALSE), TW_OK);
    CHECK_INT(getSPMSavedValuesCount(thing), 3);
}

/* The store of messages cannot be opened: this code, one line with this text; requests fail as without a store. */
static void messages_are_not_stored(int code, const char *text) {
    forget_lines();
    CHECK_INT(store_messages(), code);
    CHECK_LOGGED(0, 1, text);
    CHECK(tw_offline_msg_store == NULL);
    CHECK(invoke("S") != STORED);
}

/* The store can be opened, or what was wrong with it is over. */
static void both_stores_work(void) {
    long before = getSPMPersistedValuesLength();
    CHECK_INT(set_and_push(7.0), PERSISTED);
    CHECK(getSPMPersistedValuesLength() > before);
    CHECK_INT(getSPMSavedValuesCount(thing), -1);
    CHECK_INT(store_messages(), TW_OK);
    CHECK_INT(invoke("S"), STORED);
    CHECK(length_of(path_of(MESSAGES)) > 0);
}

static void missing_directory(void) {
    char missing[] = "/proc/no such directory/below";
    twcfg.offline_msg_store_dir = missing;
    values_wait_in_memory("cannot be opened");
    snprintf(directory, sizeof(directory), "%s", missing);
    messages_are_not_stored(TW_INVALID_MSG_STORE_DIR, "cannot be made");
    end();
}

static void directory_of_that_name(void) {
    CHECK(mkdir(path_of(VALUES), 0755) == 0 && mkdir(path_of(MESSAGES), 0755) == 0);
    values_wait_in_memory("no regular file");
    messages_are_not_stored(TW_ERROR_WRITING_FILE, "no regular file");
    end();
}

/* This process is nobody's from here on, if it was root's. */
static void drop_rights(void) {
    if (geteuid() == 0) {
        CHECK_INT(setresgid(NOBODY, NOBODY, NOBODY), 0);
        CHECK_INT(setresuid(NOBODY, NOBODY, NOBODY), 0);
    }
}

static void read_only_directory(void) {
    CHECK_INT(chmod(directory, 0555), 0);
    drop_rights();
    values_wait_in_memory("cannot be opened");
    messages_are_not_stored(TW_ERROR_WRITING_FILE, "cannot be opened");
    end();
    CHECK_INT(length_of(path_of(VALUES)), -1);
}

static void files_of_somebody_else(void) {
    write_file(path_of(VALUES), "theirs", 6);
    write_file(path_of(MESSAGES), "theirs", 6);
    CHECK(chmod(directory, 0777) == 0 && chmod(path_of(VALUES), 0) == 0 && chmod(path_of(MESSAGES), 0) == 0);
    drop_rights();
    values_wait_in_memory("cannot be opened");
    messages_are_not_stored(TW_ERROR_WRITING_FILE, "cannot be opened");
    end();
    CHECK_INT(length_of(path_of(VALUES)), 6);
    CHECK_INT(length_of(path_of(MESSAGES)), 6);
}

static void corrupt_files(void) {
    char bytes[3000];
    memset(bytes, 'x', sizeof(bytes));
    write_file(path_of(VALUES), bytes, sizeof(bytes));
    write_file(path_of(MESSAGES), bytes, sizeof(bytes));
    start();
    CHECK_LOGGED(1, 0, VALUES ".bad");
    CHECK(has(path_of(VALUES ".bad"), bytes, 1000));
    CHECK_INT(length_of(path_of(VALUES ".bad")), 3000);
    CHECK_INT(length_of(path_of(VALUES)), 0);
    CHECK_INT(store_messages(), TW_OK);
    CHECK_LOGGED(1, 0, MESSAGES ".bad");
    CHECK_INT(length_of(path_of(MESSAGES ".bad")), 3000);
    both_stores_work();
    CHECK_INT(warnings + errors, 0);
    end();
}

/* A record between others is damaged: it alone is lost, and kept. */
static void corrupt_records(void) {
    char bytes[2048];
    long length, messages_length;
    start();
    CHECK_INT(set_and_push(1.0), PERSISTED);
    length = length_of(path_of(VALUES));
    CHECK_INT(set_and_push(2.0), PERSISTED);
    CHECK_INT(set_and_push(3.0), PERSISTED);
    CHECK_INT(store_messages(), TW_OK);
    CHECK_INT(invoke("First"), STORED);
    messages_length = length_of(path_of(MESSAGES));
    CHECK_INT(invoke("Second"), STORED);
    end();
    CHECK_INT(content(path_of(VALUES), bytes, sizeof(bytes)), 3 * length);
    bytes[length + 10] ^= 1;
    write_file(path_of(VALUES), bytes, (size_t)(3 * length));
    forget_lines();
    start();
    CHECK_LOGGED(1, 0, VALUES ".bad");
    CHECK_INT(getSPMPersistedValuesLength(), 2 * length);
    CHECK(has(path_of(VALUES ".bad"), bytes + length + 1, (size_t)(length - 2)));
    content(path_of(MESSAGES), bytes, sizeof(bytes));
    length = length_of(path_of(MESSAGES));
    bytes[messages_length / 2] ^= 1;
    write_file(path_of(MESSAGES), bytes, (size_t)length);
    CHECK_INT(store_messages(), TW_OK);
    CHECK_LOGGED(1, 0, MESSAGES ".bad");
    CHECK_INT(length_of(path_of(MESSAGES)), length - messages_length);
    CHECK(has(path_of(MESSAGES ".bad"), bytes + 1, (size_t)(messages_length - 2)));
    both_stores_work();
    end();
}

static void truncated_files(void) {
    char bytes[2048];
    long length, one;
    start();
    CHECK_INT(set_and_push(1.0), PERSISTED);
    one = length_of(path_of(VALUES));
    CHECK_INT(set_and_push(2.0), PERSISTED);
    CHECK_INT(store_messages(), TW_OK);
    CHECK_INT(invoke("S"), STORED);
    end();
    content(path_of(VALUES), bytes, sizeof(bytes));
    CHECK_INT(truncate(path_of(VALUES), 2 * one - 3), 0);
    forget_lines();
    start();
    CHECK_LOGGED(1, 0, "was not written to its end");
    /* A 0 in front of the torn one may stay. */
    CHECK(getSPMPersistedValuesLength() - one <= 1);
    CHECK(has(path_of(VALUES ".bad"), bytes + one + 1, (size_t)(one - 4)));
    length = content(path_of(MESSAGES), bytes, sizeof(bytes));
    CHECK_INT(truncate(path_of(MESSAGES), length - 3), 0);
    CHECK_INT(store_messages(), TW_OK);
    CHECK_LOGGED(1, 0, "was not written to its end");
    CHECK_INT(length_of(path_of(MESSAGES)), 0);
    CHECK(has(path_of(MESSAGES ".bad"), bytes + 1, (size_t)(length - 4)));
    both_stores_work();
    end();
}

static uint32_t crc_of(const unsigned char *bytes, size_t length) {
    uint32_t crc = 0xffffffff;
    size_t at;
    int bit;
    for (at = 0; at < length; at++) {
        crc ^= bytes[at];
        for (bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
        }
    }
    return ~crc;
}

/* A record of version 200 with its delimiters; its length. None of its bytes is 0, so that it only has its length in front. */
static size_t later_record(char *record) {
    unsigned char plain[8] = {200, 9, 9, 1};
    uint32_t crc;
    int at;
    do {
        plain[3]++;
        crc = crc_of(plain, 4);
        for (at = 0; at < 4; at++) {
            plain[4 + at] = (unsigned char)(crc >> (24 - 8 * at));
        }
    } while (memchr(plain, 0, sizeof(plain)) != NULL);
    record[0] = record[10] = 0;
    record[1] = 9;
    memcpy(record + 2, plain, sizeof(plain));
    return 11;
}

static void files_of_a_newer_version(void) {
    char record[11], bytes[2048];
    size_t length = later_record(record), one;
    start();
    CHECK_INT(set_and_push(1.0), PERSISTED);
    end();
    one = (size_t)content(path_of(VALUES), bytes, sizeof(bytes));
    memcpy(bytes + one, record, length);
    write_file(path_of(VALUES), bytes, one + length);
    write_file(path_of(MESSAGES), record, length);
    forget_lines();
    start();
    CHECK_LOGGED(0, 1, VALUES ".newer");
    CHECK_INT(length_of(path_of(VALUES ".newer")), one + length);
    CHECK(has(path_of(VALUES ".newer"), bytes, one + length));
    /* What is understood is used. */
    CHECK_INT(getSPMPersistedValuesLength(), one);
    CHECK_INT(store_messages(), TW_OK);
    CHECK_LOGGED(0, 1, MESSAGES ".newer");
    CHECK(has(path_of(MESSAGES ".newer"), record, length));
    CHECK_INT(length_of(path_of(MESSAGES)), 0);
    both_stores_work();
    end();
}

/* The stores fill the disk: `fill` does, or `free_space` gives back. */
static void full_disk(void (*fill)(void), void (*free_space)(void)) {
    long length, messages_length;
    int stored = 0, code;
    start();
    CHECK_INT(set_and_push(1.0), PERSISTED);
    CHECK_INT(store_messages(), TW_OK);
    CHECK_INT(invoke("First"), STORED);
    fill();
    forget_lines();
    while ((code = set_and_push(2.0)) == PERSISTED && stored < 1000) {
        stored++;
    }
    CHECK_INT(code, NOT_PERSISTED);
    CHECK_LOGGED(1, 0, "cannot be written");
    length = length_of(path_of(VALUES));
    CHECK_INT(set_and_push(3.0), NOT_PERSISTED);
    CHECK_INT(twApi_PushSubscribedProperties(thing, FALSE), NOT_PERSISTED);
    /* Said once. */
    CHECK_INT(warnings + errors, 0);
    CHECK_INT(getSPMSavedValuesCount(thing), 2);
    CHECK_INT(length_of(path_of(VALUES)), length);
    CHECK_INT(getSPMPersistedValuesLength(), length);
    for (stored = 0; (code = invoke("A service with a long name to fill what is left of the disk")) == STORED && stored < 1000;) {
        stored++;
    }
    /* Neither sent nor stored. */
    CHECK_INT(code, TW_PRECONDITION_FAILED);
    CHECK(warnings + errors > 0 && strstr(last_line, "cannot be written") != NULL);
    messages_length = length_of(path_of(MESSAGES));
    CHECK_INT(write_message(), TW_ERROR_WRITING_OFFLINE_MSG_STORE);
    CHECK_INT(length_of(path_of(MESSAGES)), messages_length);

    free_space();
    CHECK_INT(twApi_PushSubscribedProperties(thing, FALSE), TW_OK);
    CHECK_INT(getSPMSavedValuesCount(thing), -1);
    CHECK(length_of(path_of(VALUES)) > length);
    CHECK_INT(invoke("Last"), STORED);
    end();
    /* Nothing is damaged. */
    forget_lines();
    start();
    CHECK_INT(store_messages(), TW_OK);
    CHECK_INT(warnings + errors, 0);
    end();
}

static void limit_files(rlim_t bytes) {
    struct rlimit limit;
    CHECK_INT(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes == 0 ? limit.rlim_max : bytes;
    CHECK_INT(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void limit_to_little(void) { limit_files(700); }

static void limit_no_more(void) { limit_files(0); }

static void files_that_cannot_grow(void) {
    signal(SIGXFSZ, SIG_IGN);
    full_disk(limit_to_little, limit_no_more);
}

static void fill_disk(void) {
    static const char bytes[4096];
    int file = open(path_of("filler"), O_CREAT | O_WRONLY, 0600);
    while (write(file, bytes, sizeof(bytes)) > 0) {
    }
    close(file);
}

static void empty_disk(void) { unlink(path_of("filler")); }

/* A small file system of its own, if this process may have one. */
static void full_file_system(void) {
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("twedge", directory, "tmpfs", 0, "size=64k,mode=0755") != 0) {
        fprintf(stderr, "no small file system here\n");
        return;
    }
    full_disk(fill_disk, empty_disk);
}

/* Says something to another process, or waits for it. */
static void say(int to) { CHECK_INT(write(to, "x", 1), 1); }

static void hear(int from) {
    char byte;
    CHECK_INT(read(from, &byte, 1), 1);
}

static void in_use_elsewhere(void) {
    int ready[2], finish[2], status;
    pid_t other;
    CHECK(pipe(ready) == 0 && pipe(finish) == 0);
    other = fork();
    if (other == 0) {
        start();
        CHECK_INT(store_messages(), TW_OK);
        CHECK_INT(set_and_push(1.0), PERSISTED);
        say(ready[1]);
        hear(finish[0]);
        CHECK_INT(set_and_push(2.0), PERSISTED);
        end();
        exit(check_result());
    }
    hear(ready[0]);
    values_wait_in_memory("in use");
    messages_are_not_stored(TW_ERROR_WRITING_FILE, "in use");
    say(finish[1]);
    CHECK(waitpid(other, &status, 0) == other && status == 0);
    end();
    /* The three values that waited were written nowhere, but the next run has the store. */
    start();
    CHECK(getSPMPersistedValuesLength() > 0);
    both_stores_work();
    end();
    for (status = 0; status < 2; status++) {
        close(ready[status]);
        close(finish[status]);
    }
}

/* The process that initializes forks the one that is the device, and stays. */
static void forked_device(void) {
    int status;
    pid_t device;
    start();
    CHECK_INT(store_messages(), TW_OK);
    device = fork();
    if (device == 0) {
        CHECK_INT(set_and_push(1.0), PERSISTED);
        CHECK_INT(invoke("S"), STORED);
        end();
        start();
        both_stores_work();
        end();
        CHECK_INT(warnings + errors, 0);
        exit(check_result());
    }
    CHECK(waitpid(device, &status, 0) == device && status == 0);
    end();
}

/* A forked process that is no device, and lives on, keeps nobody out of a store that its parent has given up. */
static void forked_bystander(void) {
    int status;
    pid_t bystander;
    start();
    CHECK_INT(store_messages(), TW_OK);
    bystander = fork();
    if (bystander == 0) {
        for (;;) {
            pause();
        }
    }
    CHECK_INT(set_and_push(1.0), PERSISTED);
    end();
    start();
    both_stores_work();
    end();
    CHECK_INT(warnings + errors, 0);
    CHECK_INT(kill(bystander, SIGKILL), 0);
    CHECK(waitpid(bystander, &status, 0) == bystander && WIFSIGNALED(status));
}

/* The device is killed, and what it has forked lives on: the store is in use until that has ended, too. */
static void killed_device(void) {
    int ready[2], status, tries;
    pid_t device, bystander;
    CHECK_INT(pipe(ready), 0);
    device = fork();
    if (device == 0) {
        start();
        CHECK_INT(set_and_push(1.0), PERSISTED);
        bystander = fork();
        if (bystander != 0) {
            CHECK_INT(write(ready[1], &bystander, sizeof(bystander)), sizeof(bystander));
        }
        for (;;) {
            pause();
        }
    }
    CHECK_INT(read(ready[0], &bystander, sizeof(bystander)), sizeof(bystander));
    CHECK_INT(kill(device, SIGKILL), 0);
    CHECK(waitpid(device, &status, 0) == device && WIFSIGNALED(status));
    values_wait_in_memory("in use");
    end();
    CHECK_INT(kill(bystander, SIGKILL), 0);
    for (tries = 0; tries < 200; tries++) {
        start();
        if (getSPMPersistedValuesLength() > 0) {
            break;
        }
        end();
        twSleepMsec(50);
    }
    both_stores_work();
    end();
    close(ready[0]);
    close(ready[1]);
}

static void remove_directory(const char *path) {
    char command[128];
    snprintf(command, sizeof(command), "rm -rf '%s'", path);
    CHECK_INT(system(command), 0);
}

static pid_t child;

/* Begins a process with a directory of its own; whether this is it. */
static int is_in_a_process(void) {
    snprintf(directory, sizeof(directory), "/tmp/twedge-trouble-XXXXXX");
    CHECK(mkdtemp(directory) != NULL && chmod(directory, 0755) == 0);
    fflush(NULL);
    child = fork();
    if (child == 0) {
        checks_made = checks_failed = 0;
        twcfg.offline_msg_store_dir = directory;
    }
    return child == 0;
}

static void wait_for_process(const char *name) {
    int status = -1;
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    CHECK_INT(status, 0);
    if (status != 0) {
        fprintf(stderr, "    in %s\n", name);
    }
    CHECK_INT(chmod(directory, 0755), 0);
    remove_directory(directory);
}

#define IN_A_PROCESS(call)                                                                                             \
    do {                                                                                                               \
        if (is_in_a_process()) {                                                                                       \
            call;                                                                                                      \
            exit(check_result());                                                                                      \
        }                                                                                                              \
        wait_for_process(#call);                                                                                       \
    } while (0)

int main(void) {
    IN_A_PROCESS(missing_directory());
    IN_A_PROCESS(directory_of_that_name());
    IN_A_PROCESS(read_only_directory());
    IN_A_PROCESS(files_of_somebody_else());
    IN_A_PROCESS(corrupt_files());
    IN_A_PROCESS(corrupt_records());
    IN_A_PROCESS(truncated_files());
    IN_A_PROCESS(files_of_a_newer_version());
    IN_A_PROCESS(files_that_cannot_grow());
    IN_A_PROCESS(full_file_system());
    IN_A_PROCESS(in_use_elsewhere());
    IN_A_PROCESS(forked_device());
    IN_A_PROCESS(forked_bystander());
    IN_A_PROCESS(killed_device());
    return check_result();
}
