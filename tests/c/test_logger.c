/* The logger: line format, limits, live struct, log functions. */
#include "twLogger.h"
#include "twMessages.h"
#include "twOSPort.h"

#include "check.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static char last_text[8192];
static char last_time[64];
static enum LogLevel last_level;
static int calls;

static void record(enum LogLevel level, const char *timestamp, const char *message) {
    calls++;
    last_level = level;
    snprintf(last_time, sizeof last_time, "%s", timestamp);
    snprintf(last_text, sizeof last_text, "%s", message);
}

static void reset(void) {
    calls = 0;
    last_text[0] = '\0';
}

/* What is written to standard output between capture_begin() and capture_end(). */
static FILE *captured;
static int real_stdout;

static void capture_begin(void) {
    fflush(stdout);
    captured = tmpfile();
    real_stdout = dup(STDOUT_FILENO);
    dup2(fileno(captured), STDOUT_FILENO);
}

static void capture_end(char *text, size_t size) {
    size_t length;
    fflush(stdout);
    dup2(real_stdout, STDOUT_FILENO);
    close(real_stdout);
    rewind(captured);
    length = fread(text, 1, size - 1, captured);
    text[length] = '\0';
    fclose(captured);
}

static void test_default_function(void) {
    char line[256], seconds[32], expected[300];
    long before = (long)time(NULL), after, moment;
    int milliseconds = -1, found = 0;

    capture_begin();
    twLog(TW_WARN, "hello %d", 5);
    twLog(TW_INFO, "below the default level");
    capture_end(line, sizeof line);
    after = (long)time(NULL);

    CHECK_INT(sscanf(line, "[WARN ] %*19c,%d: hello", &milliseconds), 1);
    CHECK(milliseconds >= 0 && milliseconds <= 999);
    /* time() may be a few milliseconds behind. */
    for (moment = before; moment <= after + 1; moment++) {
        time_t t = (time_t)moment;
        strftime(seconds, sizeof seconds, "%Y-%m-%d %H:%M:%S", localtime(&t));
        snprintf(expected, sizeof expected, "[WARN ] %s,%d: hello 5\n", seconds, milliseconds);
        found |= strcmp(line, expected) == 0;
    }
    CHECK(found);

    capture_begin();
    LOGGING_FUNCTION(TW_ERROR, "then", "text");
    LOGGING_FUNCTION((enum LogLevel)9, NULL, NULL);
    capture_end(line, sizeof line);
    CHECK_STR(line, "[ERROR] then: text\n[UNKNOWN] : \n");
}

static void test_levels_and_live_struct(void) {
    twLogger *logger = twLogger_Instance();
    CHECK(logger != NULL && logger == twLogger_Instance());
    CHECK_INT(logger->level, TW_WARN);
    CHECK_INT(logger->isVerbose, FALSE);

    CHECK_INT(twLogger_SetFunction(record), 0);
    CHECK(logger->f == record);
    reset();
    twLog(TW_INFO, "no");
    CHECK_INT(calls, 0);
    CHECK_INT(twLogger_SetLevel(TW_TRACE), 0);
    CHECK_INT(logger->level, TW_TRACE);
    twLog(TW_TRACE, "%s", "yes");
    CHECK_INT(calls, 1);
    CHECK_INT(last_level, TW_TRACE);
    CHECK_STR(last_text, "yes");

    logger->level = TW_AUDIT;
    twLog(TW_FORCE, "no");
    CHECK_INT(calls, 1);
    twLog(TW_AUDIT, "audit");
    CHECK_STR(last_text, "audit");
    CHECK_INT(twLogger_SetIsVerbose(TRUE), 0);
    CHECK_INT(logger->isVerbose, TRUE);

    CHECK_INT(twLogger_Delete(), 0);
    logger = twLogger_Instance();
    CHECK_INT(logger->level, TW_WARN);
    CHECK_INT(logger->isVerbose, FALSE);
    CHECK(logger->f != record && logger->f != NULL);
    CHECK_INT(twLogger_Delete(), 0);
    CHECK_INT(twLogger_Delete(), 0);
}

static void test_null_function_is_the_default(void) {
    char line[128];
    twLogger_SetFunction(record);
    CHECK_INT(twLogger_SetFunction(NULL), 0);
    reset();
    capture_begin();
    twLog(TW_ERROR, "one");
    twLogger_Instance()->f = NULL;
    twLog(TW_ERROR, "two");
    capture_end(line, sizeof line);
    CHECK_INT(calls, 0);
    CHECK(strncmp(line, "[ERROR] ", 8) == 0);
    CHECK(strstr(line, ": one\n[ERROR] ") != NULL && strstr(line, ": two\n") != NULL);
}

static void test_length(void) {
    char text[5001];
    memset(text, 'x', 5000);
    text[5000] = '\0';
    twLogger_SetFunction(record);
    twLog(TW_ERROR, "%s", text);
    CHECK_INT(strlen(last_text), 4094);
    text[4094] = '\0';
    twLog(TW_ERROR, "%s", text);
    CHECK_INT(strlen(last_text), 4094);
    text[4093] = '\0';
    twLog(TW_ERROR, "%s", text);
    CHECK_INT(strlen(last_text), 4093);
    reset();
    {
        const char *volatile no_format = NULL;
        twLog(TW_ERROR, no_format, 0);
    }
    CHECK_INT(calls, 0);
    twLogger_Delete();
}

static void log_again(enum LogLevel level, const char *timestamp, const char *message) {
    record(level, timestamp, message);
    twLog(TW_ERROR, "from the log function");
    twLogger_Instance();
    twLogger_SetLevel(TW_DEBUG);
}

static void test_function_that_logs(void) {
    twLogger_SetFunction(log_again);
    reset();
    twLog(TW_ERROR, "one");
    CHECK_INT(calls, 1);
    CHECK_STR(last_text, "one");
    CHECK_INT(twLogger_Instance()->level, TW_DEBUG);
    twLog(TW_ERROR, "two");
    CHECK_INT(calls, 2);
    twLogger_Delete();
}

/* Not made for two callers at a time, as many functions in the field. */
static void not_reentrant(enum LogLevel level, const char *timestamp, const char *message) {
    static volatile int inside;
    int i;
    (void)level, (void)timestamp, (void)message;
    if (inside++ != 0) {
        checks_failed++;
    }
    for (i = 0; i < 1000; i++) {
        inside += 0;
    }
    inside--;
    calls++;
}

static void *log_often(void *unused) {
    int i;
    for (i = 0; i < 200; i++) {
        twLog(TW_ERROR, "line %d", i);
    }
    return unused;
}

static void test_calls_are_one_at_a_time(void) {
    pthread_t threads[4];
    int i;
    reset();
    twLogger_SetFunction(not_reentrant);
    for (i = 0; i < 4; i++) {
        pthread_create(&threads[i], NULL, log_often, NULL);
    }
    for (i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
    }
    CHECK_INT(calls, 800);
    twLogger_Delete();
}

static void *log_once(void *unused) {
    twLog(TW_ERROR, "from the thread that is waited for");
    return unused;
}

static void wait_for_other_thread(enum LogLevel level, const char *timestamp, const char *message) {
    static int first = 1;
    record(level, timestamp, message);
    if (first) {
        pthread_t thread;
        first = 0;
        pthread_create(&thread, NULL, log_once, NULL);
        pthread_join(thread, NULL);
    }
}

static void test_function_that_waits_for_a_thread_that_logs(void) {
    reset();
    twLogger_SetFunction(wait_for_other_thread);
    twLog(TW_ERROR, "one");
    CHECK_INT(calls, 2);
    CHECK_STR(last_text, "from the thread that is waited for");
    twLogger_Delete();
}

static void test_hex_and_messages(void) {
    char bytes[2000] = {'A', 'B', 0, (char)0xff};
    twAuthBody auth = {"appKey", "a-secret-app-key", 0};
    twMessage message;
    int code;

    twLogger_SetFunction(record);
    twLogger_SetLevel(TW_TRACE);
    reset();
    twLogHexString(bytes, "bytes: ", 4);
    memset(&message, 0, sizeof message);
    twLogMessage(&message, "message: ");
    CHECK_INT(calls, 0);

    twLogger_SetIsVerbose(TRUE);
    twLogHexString(bytes, "bytes: ", 4);
    CHECK_STR(last_text, "bytes: 41 42 00 ff ");
    twLogHexString(bytes, "", sizeof bytes);
    CHECK_INT(strlen(last_text), 3 * 1364);
    twLogHexString(NULL, NULL, 0);
    twLogHexString(NULL, "x", 5);
    twLogMessage(NULL, NULL);
    CHECK_INT(calls, 5);

    for (code = 0; code < 256; code++) {
        int type;
        for (type = 0; type < 9; type++) {
            message.type = (enum msgType)type;
            message.code = (enum msgCodeEnum)code;
            twLogMessage(&message, "incomplete: ");
        }
    }
    message.type = TW_AUTH;
    message.code = TWX_AUTH;
    message.body = &auth;
    twLogMessage(&message, "out: ");
    CHECK(strncmp(last_text, "out: AUTH", 9) == 0);
    CHECK(strstr(last_text, "appKey") != NULL);
    CHECK(strstr(last_text, "secret") == NULL);

    twLogger_SetLevel(TW_DEBUG);
    reset();
    twLogMessage(&message, "out: ");
    twLogHexString(bytes, "", 4);
    CHECK_INT(calls, 0);
    twLogger_Delete();
}

static void test_names(void) {
    CHECK_STR(levelString(TW_AUDIT), "AUDIT");
    CHECK_STR(levelString((enum LogLevel)7), "UNKNOWN");
    CHECK_STR(twCodeToString(TWX_DEL), "DEL");
    CHECK_STR(twCodeToString(TWX_GATEWAY_TIMEOUT), "GATEWAY_TIMEOUT");
    CHECK_STR(twCodeToString((enum msgCodeEnum)0), "UNKNOWN");
    CHECK_STR(twEntityToString(TW_SUBSYSTEM), "SUBSYSTEM");
    CHECK_STR(twEntityToString((enum entityTypeEnum)1), "UNKNOWN");
    CHECK_STR(twCharacteristicToString(TW_EVENTS), "EVENTS");
    CHECK_STR(twCharacteristicToString((enum characteristicEnum)9), "UNKNOWN");
}

int main(void) {
    setenv("TZ", "XYZ-5:30", 1);
    tzset();
    test_default_function();
    test_levels_and_live_struct();
    test_null_function_is_the_default();
    test_length();
    test_function_that_logs();
    test_calls_are_one_at_a_time();
    test_function_that_waits_for_a_thread_that_logs();
    test_hex_and_messages();
    test_names();
    return check_result();
}
