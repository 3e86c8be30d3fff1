/* What the end of a process costs: killed with every value stored, within a window, or by pushes alone, and deleted in order. */
#define _XOPEN_SOURCE 700
#include "device.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define PERSISTED TW_SUBSCRIBED_PROPERTY_LIST_PERSISTED
#define NOT_PERSISTED TW_SUBSCRIBED_PROPERTY_LIST_PERSIST_ERROR

static char directory[64], file[128], thing[64], warning[512];

static void on_log(enum LogLevel level, const char *timestamp, const char *message) {
    (void)timestamp;
    if (level == TW_WARN && strstr(message, "neither pushed nor written")) {
        snprintf(warning, sizeof(warning), "%s", message);
    }
}

static long file_length(void) {
    struct stat found;
    return stat(file, &found) == 0 ? (long)found.st_size : -1;
}

static enum msgCodeEnum on_property(const char *entity, const char *name, twInfoTable **value, char is_write, void *data) {
    (void)entity, (void)data;
    if (!is_write) {
        *value = twInfoTable_CreateFromNumber((char *)name, 0);
    }
    return TWX_SUCCESS;
}

static void start(void) {
    CHECK_INT(initialize(), TW_OK);
    CHECK_INT(twApi_RegisterProperty(TW_THING, thing, "p", TW_NUMBER, NULL, "ALWAYS", 0, on_property, NULL), TW_OK);
}

static int set(double number, DATETIME time, char push) {
    return twApi_SetSubscribedPropertyVTQ(thing, "p", twPrimitive_CreateFromNumber(number), time, NULL, FALSE, push);
}

enum storing { BY_PUSH, EVERY_VALUE, WITHIN_A_WINDOW };

#define THREADS 4
#define SETS_EACH 5

/* Waits until the file has three values, of about the same length. */
static void wait_for_three(long length_of_one) {
    time_t end = time(NULL) + PATIENCE;
    while (2 * file_length() < 5 * length_of_one && time(NULL) < end) {
        twSleepMsec(2);
    }
    CHECK(2 * file_length() >= 5 * length_of_one);
}

static void *set_some(void *argument) {
    int first = *(int *)argument, i;
    for (i = first; i < first + SETS_EACH; i++) {
        CHECK_INT(set(i, 1000 + (DATETIME)i, FALSE), TW_OK);
    }
    return NULL;
}

static void set_in_threads(void) {
    pthread_t threads[THREADS];
    int firsts[THREADS], i;
    for (i = 0; i < THREADS; i++) {
        firsts[i] = i * 100;
        CHECK_INT(pthread_create(&threads[i], NULL, set_some, &firsts[i]), 0);
    }
    for (i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
}

static void set_three(enum storing storing) {
    long length;
    CHECK_INT(set(1, 1001, TRUE), PERSISTED);
    length = file_length();
    CHECK_INT(set(2, 1002, FALSE), TW_OK);
    CHECK_INT(set(3, 1003, FALSE), TW_OK);
    if (storing == WITHIN_A_WINDOW) {
        wait_for_three(length);
    }
}

/* A process that is killed when it has set three values and pushed the first one, or when threads have set theirs. */
static void live_and_die(enum storing storing, char in_threads) {
    int told[2], status = 0;
    char byte = 0;
    pid_t child;
    CHECK_INT(pipe(told), 0);
    child = fork();
    if (child == 0) {
        checks_failed = 0;
        twedge_store_every_value(storing == EVERY_VALUE);
        twedge_store_values_within(storing == WITHIN_A_WINDOW ? 20 : 0);
        start();
        if (in_threads) {
            set_in_threads();
        } else {
            set_three(storing);
        }
        byte = (char)('0' + checks_failed);
        if (write(told[1], &byte, 1) == 1) {
            pause();
        }
        _exit(1);
    }
    CHECK_INT(read(told[0], &byte, 1), 1);
    CHECK_INT(byte, '0');
    kill(child, SIGKILL);
    CHECK_INT(waitpid(child, &status, 0), child);
    CHECK(WIFSIGNALED(status));
    close(told[0]);
    close(told[1]);
}

/* The times of what the platform has of the property, in order. */
static const char *arrived(void) {
    static char times[256];
    char answer[ANSWER], path[192];
    const char *at = answer;
    times[0] = 0;
    snprintf(path, sizeof(path), "/twedge/things/%s/properties/p/history", thing);
    CHECK_INT(rest("GET", path, NULL, answer, sizeof(answer)), 200);
    while ((at = strstr(at, "\"time\":")) != NULL) {
        size_t length = strlen(times);
        at += strlen("\"time\":");
        snprintf(times + length, sizeof(times) - length, "%lld ", atoll(at));
    }
    return times;
}

static void test_killed(enum storing storing) {
    char all = storing != BY_PUSH;
    DATETIME before, after, now;
    const char *times;
    snprintf(thing, sizeof(thing), "Killed%ld%c", (long)getpid(), (char)('a' + storing));
    live_and_die(storing, FALSE);
    CHECK(file_length() > 0);
    start();
    CHECK_INT(twApi_BindThing(thing), TW_OK);
    CHECK_INT(twApi_Connect(10000, 1), TW_OK);
    /* Without a time of its own a value has that of its set. */
    before = twGetSystemTime(TRUE);
    CHECK_INT(set(4, 0, FALSE), TW_OK);
    after = twGetSystemTime(TRUE);
    CHECK_INT(twApi_PushSubscribedProperties(thing, FALSE), TW_OK);
    times = arrived();
    now = (DATETIME)atoll(times + strlen(all ? "1001 1002 1003 " : "1001 "));
    CHECK(now >= before && now <= after);
    CHECK(strncmp(times, all ? "1001 1002 1003 " : "1001 ", all ? 15 : 5) == 0);
    CHECK_INT(file_length(), 0);
    CHECK_INT(twApi_Delete(), TW_OK);
}

/* Threads that set at once share waits for the disk; each has its own promise. */
static void test_killed_with_threads(void) {
    char expected[16];
    const char *times;
    int thread, i;
    snprintf(thing, sizeof(thing), "KilledThreads%ld", (long)getpid());
    live_and_die(EVERY_VALUE, TRUE);
    start();
    CHECK_INT(twApi_BindThing(thing), TW_OK);
    CHECK_INT(twApi_Connect(10000, 1), TW_OK);
    CHECK_INT(twApi_PushSubscribedProperties(thing, FALSE), TW_OK);
    CHECK_INT(set(0, 2000, TRUE), TW_OK);
    times = arrived();
    CHECK_INT(strlen(times), 5 * (THREADS * SETS_EACH + 1));
    for (thread = 0; thread < THREADS; thread++) {
        const char *at = times;
        for (i = 0; i < SETS_EACH && at; i++) {
            snprintf(expected, sizeof(expected), "%d ", 1000 + thread * 100 + i);
            at = strstr(at, expected);
        }
        CHECK(at != NULL);
    }
    CHECK_INT(twApi_Delete(), TW_OK);
}

static void test_a_full_store(void) {
    int code = TW_OK, i;
    twedge_store_every_value(TRUE);
    snprintf(thing, sizeof(thing), "FullStore%ld", (long)getpid());
    start();
    twcfg.offline_msg_queue_size = 400;
    for (i = 0; i < 100 && code == TW_OK; i++) {
        code = set(i, 0, FALSE);
        twApi_PushSubscribedProperties(thing, FALSE);
    }
    CHECK_INT(code, NOT_PERSISTED);
    twcfg.offline_msg_queue_size = OFFLINE_MSG_QUEUE_SIZE;
    twedge_store_every_value(FALSE);
    CHECK_INT(twApi_Delete(), TW_OK);
    CHECK_INT(unlink(file), 0);
}

static void test_deleted(void) {
    snprintf(thing, sizeof(thing), "Deleted%ld", (long)getpid());
    twLogger_SetFunction(on_log);
    start();
    CHECK_INT(set(1, 0, FALSE), TW_OK);
    CHECK_INT(twApi_Delete(), TW_OK);
    CHECK(file_length() > 0);
    CHECK_STR(warning, "");
    CHECK_INT(unlink(file), 0);
    /* Nowhere to go. */
    twLogger_SetFunction(on_log);
    twcfg.offline_msg_store_dir = "/proc/no/such/directory";
    start();
    CHECK_INT(set(1, 0, FALSE), TW_OK);
    CHECK_INT(set(2, 0, FALSE), TW_OK);
    CHECK_INT(twApi_Delete(), TW_OK);
    CHECK(strncmp(warning, "2 property values", strlen("2 property values")) == 0);
    twcfg.offline_msg_store_dir = directory;
}

int main(void) {
    if (platform_port() == 0) {
        return 77;
    }
    snprintf(directory, sizeof(directory), "/tmp/twedge-process-XXXXXX");
    CHECK(mkdtemp(directory) != NULL);
    snprintf(file, sizeof(file), "%s/subscribed_properties.bin", directory);
    twcfg.offline_msg_store_dir = directory;
    test_killed(EVERY_VALUE);
    test_killed(WITHIN_A_WINDOW);
    test_killed(BY_PUSH);
    test_killed_with_threads();
    test_a_full_store();
    test_deleted();
    unlink(file);
    CHECK_INT(rmdir(directory), 0);
    return check_result();
}
