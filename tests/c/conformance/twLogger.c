/* twLogger.h (api-behaviour.md 11). */
#include "twOSPort.h"

#include "twApi.h"
#include "twLogger.h"
#include "twMessages.h"

#include "check.h"

#include <time.h>

static char last_text[8192], last_time[64];
static int last_level, calls;

static void record(enum LogLevel level, const char *timestamp, const char *message) {
    calls++;
    last_level = level;
    snprintf(last_time, sizeof(last_time), "%s", timestamp);
    snprintf(last_text, sizeof(last_text), "%s", message);
}

static void instance(void) {
    twLogger *logger = twLogger_Instance();
    CHECK(logger != NULL, "never NULL", ORIGINAL_PASSES);
    CHECK_INT(logger->level, TW_WARN, "WARN by default", ORIGINAL_PASSES);
    CHECK_INT(logger->isVerbose, FALSE, "not verbose by default", ORIGINAL_PASSES);
    CHECK(twLogger_Instance() == logger, "one", ORIGINAL_PASSES);
    CHECK_INT(twLogger_SetLevel(TW_INFO), 0, "SetLevel", ORIGINAL_PASSES);
    CHECK_INT(logger->level, TW_INFO, "it is a field", ORIGINAL_PASSES);
    CHECK_INT(twLogger_SetIsVerbose(TRUE), 0, "SetIsVerbose", ORIGINAL_PASSES);
    CHECK_INT(logger->isVerbose, TRUE, "it is a field too", ORIGINAL_PASSES);
    CHECK_INT(twLogger_SetFunction(record), 0, "SetFunction", ORIGINAL_PASSES);
    CHECK(logger->f == record, "and so is the function", ORIGINAL_PASSES);
    logger->level = TW_ERROR;
    twLog(TW_WARN, "below");
    CHECK_INT(calls, 0, "a level written by hand counts", ORIGINAL_PASSES);
    CHECK_INT(twLogger_Delete(), 0, "delete", ORIGINAL_PASSES);
    CHECK_INT(twLogger_Delete(), 0, "delete again", ORIGINAL_PASSES);
    CHECK_INT(twLogger_Instance()->level, TW_WARN, "fresh after delete", ORIGINAL_PASSES);
    twLogger_Delete();
}

static void levels(void) {
    twLogger_SetFunction(record);
    twLog(TW_INFO, "below");
    CHECK_INT(calls, 0, "below the level", ORIGINAL_PASSES);
    twLog(TW_WARN, "number %d, text %s", 5, "x");
    CHECK_INT(calls, 1, "at the level", ORIGINAL_PASSES);
    CHECK_STR(last_text, "number 5, text x", "the text", ORIGINAL_PASSES);
    CHECK_INT(last_level, TW_WARN, "the level", ORIGINAL_PASSES);
    twLogger_SetLevel(TW_FORCE);
    twLog(TW_ERROR, "below");
    twLog(TW_FORCE, "force");
    twLog(TW_AUDIT, "audit");
    CHECK_INT(calls, 3, "FORCE and AUDIT are above", ORIGINAL_PASSES);
    TW_LOG(TW_AUDIT, "macro %d", 1);
    CHECK_STR(last_text, "macro 1", "the macro", ORIGINAL_PASSES);
    twLogger_Delete();
}

static void limit(void) {
    char text[6000];
    memset(text, 'x', sizeof(text));
    text[5999] = 0;
    twLogger_SetFunction(record);
    twLog(TW_ERROR, "%s", text);
    CHECK_INT(strlen(last_text), 4094, "longer texts are cut", ORIGINAL_PASSES);
    text[4094] = 0;
    twLog(TW_ERROR, "%s", text);
    CHECK_INT(strlen(last_text), 4094, "4094 are whole", ORIGINAL_PASSES);
    twLogger_Delete();
}

static void timestamps(void) {
    char expected[64];
    time_t before = time(NULL) - 1, moment;
    int found = 0;
    twLogger_SetFunction(record);
    twLog(TW_ERROR, "x");
    for (moment = before; moment <= time(NULL); moment++) {
        strftime(expected, sizeof(expected), "%Y-%m-%d %H:%M:%S,", localtime(&moment));
        found |= strncmp(last_time, expected, strlen(expected)) == 0;
    }
    CHECK(found, "local time, a comma, milliseconds", ORIGINAL_PASSES);
    CHECK(strlen(last_time) <= 23, "at most three digits of milliseconds", ORIGINAL_PASSES);
    twLogger_Delete();
}

static void default_line(void) {
    char line[256] = "", *rest;
    FILE *file = tmpfile();
    int out = dup(STDOUT_FILENO);
    fflush(stdout);
    dup2(fileno(file), STDOUT_FILENO);
    LOGGING_FUNCTION(TW_WARN, "2026-11-22 06:01:09,5", "hello");
    twLog(TW_ERROR, "second");
    fflush(stdout);
    dup2(out, STDOUT_FILENO);
    close(out);
    rewind(file);
    CHECK_STR(fgets(line, sizeof(line), file), "[WARN ] 2026-11-22 06:01:09,5: hello\n", "the line byte for byte",
              ORIGINAL_PASSES);
    CHECK(fgets(line, sizeof(line), file) != NULL, "twLog writes to standard output", ORIGINAL_PASSES);
    rest = strstr(line, ": ");
    CHECK(strncmp(line, "[ERROR] ", 8) == 0, "the level in five places", ORIGINAL_PASSES);
    CHECK_STR(rest, ": second\n", "the message", ORIGINAL_PASSES);
    fclose(file);
    twLogger_Delete();
}

static void no_function_restores_the_default(void) {
    FILE *file = tmpfile();
    int out = dup(STDOUT_FILENO);
    char line[128] = "";
    twLogger_SetFunction(NULL);
    fflush(stdout);
    dup2(fileno(file), STDOUT_FILENO);
    twLog(TW_ERROR, "text");
    fflush(stdout);
    dup2(out, STDOUT_FILENO);
    rewind(file);
    CHECK(fgets(line, sizeof(line), file) && strstr(line, "text"), "a line of the default function", QUIRK("Q-A8"));
    fclose(file);
    twLogger_Delete();
}

static int depth;

static void recursive_log(enum LogLevel level, const char *timestamp, const char *message) {
    record(level, timestamp, message);
    if (depth++ < 3) {
        twLog(TW_ERROR, "inner");
    }
}

static void logging_from_the_log_function(void) {
    twLogger_SetFunction(recursive_log);
    twLog(TW_ERROR, "outer");
    CHECK(calls >= 1, "does not hang", QUIRK("3.3"));
    twLogger_Delete();
}

static void names(void) {
    CHECK_STR(levelString(TW_TRACE), "TRACE", "TRACE", ORIGINAL_PASSES);
    CHECK_STR(levelString(TW_FORCE), "FORCE", "FORCE", ORIGINAL_PASSES);
    CHECK_STR(levelString(TW_AUDIT), "AUDIT", "AUDIT", ORIGINAL_PASSES);
    CHECK_STR(levelString((enum LogLevel)42), "UNKNOWN", "no level", ORIGINAL_PASSES);
    CHECK_STR(twCodeToString(TWX_DEL), "DEL", "DEL", ORIGINAL_PASSES);
    CHECK_STR(twCodeToString(TWX_SUCCESS), "SUCCESS", "SUCCESS", ORIGINAL_PASSES);
    CHECK_STR(twCodeToString(TWX_GATEWAY_TIMEOUT), "GATEWAY_TIMEOUT", "GATEWAY_TIMEOUT", ORIGINAL_PASSES);
    CHECK_STR(twCodeToString((enum msgCodeEnum)0x77), "UNKNOWN", "no code", ORIGINAL_PASSES);
    CHECK_STR(twEntityToString(TW_THING), "THING", "THING", ORIGINAL_PASSES);
    CHECK_STR(twEntityToString(TW_RESOURCE), "RESOURCE", "RESOURCE", ORIGINAL_PASSES);
    CHECK_STR(twEntityToString(TW_SUBSYSTEM), "SUBSYSTEM", "SUBSYSTEM", ORIGINAL_PASSES);
    CHECK_STR(twEntityToString((enum entityTypeEnum)3), "UNKNOWN", "no entity", ORIGINAL_PASSES);
    CHECK_STR(twCharacteristicToString(TW_PROPERTIES), "PROPERTIES", "PROPERTIES", ORIGINAL_PASSES);
    CHECK_STR(twCharacteristicToString(TW_EVENTS), "EVENTS", "EVENTS", ORIGINAL_PASSES);
    CHECK_STR(twCharacteristicToString((enum characteristicEnum)77), "UNKNOWN", "no characteristic", ORIGINAL_PASSES);
}

static void messages_and_dumps(void) {
    twMessage *message = twMessage_CreateRequestMsg(TWX_GET);
    twLogger_SetFunction(record);
    twLogger_SetLevel(TW_TRACE);
    twLogMessage(message, "quiet");
    CHECK_INT(calls, 0, "only when verbose", ORIGINAL_PASSES);
    twLogger_SetIsVerbose(TRUE);
    twLogMessage(message, "now");
    CHECK(calls > 0, "verbose and TRACE", ORIGINAL_PASSES);
    twLogMessage(NULL, "nothing");
    twLogHexString("ab", "dump", 2);
    twLogHexString("", "dump", 0);
    twMessage_Delete(message);
    twLogger_Delete();
}

static void key(char *buffer, unsigned int size) { snprintf(buffer, size, "key"); }

static void reset_by_delete(void) {
    twLogger_SetFunction(record);
    twLogger_SetLevel(TW_ERROR);
    twApi_Initialize("127.0.0.1", 1, "/x", key, NULL, 8192, 8192, FALSE);
    twLogger_SetIsVerbose(TRUE);
    twApi_Delete();
    CHECK_INT(twLogger_Instance()->level, TW_WARN, "the level after twApi_Delete", ORIGINAL_PASSES);
    CHECK_INT(twLogger_Instance()->isVerbose, FALSE, "verbose after twApi_Delete", ORIGINAL_PASSES);
    CHECK(twLogger_Instance()->f != record, "the function after twApi_Delete", ORIGINAL_PASSES);
    twLogger_Delete();
}

CONFORMANCE_MAIN("twLogger.h", GROUP(instance), GROUP(levels), GROUP(limit), GROUP(timestamps), GROUP(default_line),
                 GROUP_CRASHES(no_function_restores_the_default, "Q-A8"),
                 GROUP_CRASHES(logging_from_the_log_function, "3.3"), GROUP(names), GROUP(messages_and_dumps),
                 GROUP(reset_by_delete))
