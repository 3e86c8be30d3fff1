/* twedge_connection_state at each stage of a connection: state, since when, the last failure, the next attempt. */
#define _POSIX_C_SOURCE 200809L
#include "device.h"

/* In milliseconds: no attempt of this test waits for it. */
#define PAUSE 1000000

static char thing[64];
static twedge_connection_report during;

static int on_connect(struct twWs *ws, const char *data, size_t length) {
    (void)ws, (void)data, (void)length;
    CHECK_INT(twedge_connection_state(&during), TW_OK);
    return 0;
}

static twedge_connection_report now(void) {
    twedge_connection_report report;
    memset(&report, 0xff, sizeof(report));
    CHECK_INT(twedge_connection_state(&report), TW_OK);
    CHECK(memchr(report.last_error_text, 0, sizeof(report.last_error_text)) != NULL);
    return report;
}

/* What was said to be `time` lies between the two moments. Times are reckoned anew at each call, and rounded. */
static void check_time(DATETIME time, DATETIME from, DATETIME to) {
    CHECK(time + 2 >= from);
    CHECK(time <= to + 2);
}

static void check_next(const twedge_connection_report *report, DATETIME from) {
    check_time(report->next_attempt, from + PAUSE, twGetSystemTime(TRUE) + 2 * PAUSE);
}

static void test_nothing_yet(void) {
    twedge_connection_report report;
    CHECK_INT(twedge_connection_state(&report), TW_NULL_OR_INVALID_API_SINGLETON);
    CHECK_INT(initialize(), TW_OK);
    CHECK_INT(twApi_RegisterConnectCallback(on_connect), TW_OK);
    CHECK_INT(twApi_BindThing(thing), TW_OK);
    CHECK_INT(twedge_connection_state(NULL), TW_INVALID_PARAM);
    report = now();
    CHECK_INT(report.state, TWEDGE_DISCONNECTED);
    CHECK(report.since == 0 && report.next_attempt == 0);
    CHECK(report.last_error == 0 && report.last_error_time == 0 && report.last_error_text[0] == 0);
}

static void test_refused(void) {
    DATETIME before = twGetSystemTime(TRUE);
    twedge_connection_report report;
    misbehave("{\"at\": \"auth\", \"answer\": 129}");
    CHECK_INT(twApi_Connect(10000, 1), 1101);
    behave();
    report = now();
    CHECK_INT(report.state, TWEDGE_DISCONNECTED);
    check_time(report.since, before, twGetSystemTime(TRUE));
    CHECK(report.next_attempt == 0);
    CHECK_INT(report.last_error, 1101);
    check_time(report.last_error_time, before, twGetSystemTime(TRUE));
    CHECK(strstr(report.last_error_text, "step 3/6 authenticate") != NULL);
}

static void test_online(void) {
    DATETIME before = twGetSystemTime(TRUE);
    twedge_connection_report report;
    CHECK_INT(twApi_Connect(10000, 1), TW_OK);
    CHECK_INT(during.state, TWEDGE_CONNECTING);
    check_time(during.since, before, twGetSystemTime(TRUE));
    CHECK(during.next_attempt == 0);
    report = now();
    CHECK_INT(report.state, TWEDGE_ONLINE);
    check_time(report.since, before, twGetSystemTime(TRUE));
    CHECK(report.next_attempt == 0);
    /* What went wrong before. */
    CHECK_INT(report.last_error, 1101);
}

static void test_lost(void) {
    DATETIME before = twGetSystemTime(TRUE);
    twedge_connection_report report;
    twInfoTable *table = NULL;
    pump();
    misbehave("{\"at\": \"service\", \"name\": \"GetCurrentUser\", \"drop\": true, \"times\": 1}");
    CHECK_INT(twApi_InvokeService(TW_RESOURCE, "CurrentSessionInfo", "GetCurrentUser", NULL, &table, -1, FALSE), 1114);
    report = now();
    CHECK_INT(report.state, TWEDGE_WAITING);
    check_time(report.since, before, twGetSystemTime(TRUE));
    /* At once: with the next call of the main loop. */
    check_time(report.next_attempt, before, twGetSystemTime(TRUE));
    CHECK_INT(report.last_error, 0);
    check_time(report.last_error_time, before, twGetSystemTime(TRUE));
    CHECK(strstr(report.last_error_text, "the link has ended") != NULL);

    misbehave("{\"at\": \"upgrade\", \"httpStatus\": 503}");
    before = twGetSystemTime(TRUE);
    pump();
    report = now();
    CHECK_INT(report.state, TWEDGE_WAITING);
    check_next(&report, before);
    CHECK_INT(report.last_error, 201);
    CHECK(strstr(report.last_error_text, "step 2/6 WebSocket upgrade") != NULL);
    behave();
    /* Before its time nothing is tried. */
    pump();
    CHECK_INT(now().state, TWEDGE_WAITING);
    CHECK_INT(twApi_isConnected(), FALSE);

    CHECK_INT(twApi_Disconnect("end"), TW_OK);
    report = now();
    CHECK_INT(report.state, TWEDGE_DISCONNECTED);
    CHECK(report.next_attempt == 0);
}

static void test_not_bound(void) {
    DATETIME before = twGetSystemTime(TRUE);
    twedge_connection_report report;
    misbehave("{\"at\": \"bind\", \"answer\": 132}");
    CHECK_INT(twApi_Connect(10000, 1), 1104);
    behave();
    report = now();
    CHECK_INT(report.state, TWEDGE_NOT_BOUND);
    check_time(report.since, before, twGetSystemTime(TRUE));
    check_next(&report, before);
    CHECK_INT(report.last_error, 1104);
    CHECK(strstr(report.last_error_text, "step 4/6 bind") != NULL);
    CHECK_INT(twApi_Connect(10000, 1), TW_OK);
    CHECK_INT(now().state, TWEDGE_ONLINE);
}

int main(void) {
    if (platform_port() == 0) {
        return 77;
    }
    snprintf(thing, sizeof(thing), "Stated%ld", (long)getpid());
    twcfg.connect_retry_interval = PAUSE;
    twcfg.max_connect_delay = 4 * PAUSE;
    test_nothing_yet();
    test_refused();
    test_online();
    test_lost();
    test_not_bound();
    CHECK_INT(twApi_Delete(), TW_OK);
    return check_result();
}
