/* Steps of the wall clock, as when a device gets its time: nothing that waits, or watches, takes notice. */
#define _GNU_SOURCE
#include "device.h"

#include <sys/syscall.h>

#define DAY 86400

static char thing[64];
/* Seconds by which the wall clock is off. */
static volatile long wrong_by;

/* The program's own stands before that of the C library. */
int clock_gettime(clockid_t clock, struct timespec *time) {
    int result = (int)syscall(SYS_clock_gettime, clock, time);
    if (result == 0 && clock == CLOCK_REALTIME) {
        time->tv_sec += wrong_by;
    }
    return result;
}

static void step_clock(long seconds) {
    DATETIME before = twGetSystemTime(TRUE), after;
    wrong_by += seconds;
    after = twGetSystemTime(TRUE);
    CHECK((seconds > 0) == (after > before));
}

static int on_response(uint32_t id, enum msgCodeEnum code, char *reason, twInfoTable *content) {
    char text[64];
    (void)id, (void)reason;
    twInfoTable_Delete(content);
    snprintf(text, sizeof(text), "response %x", (unsigned)code);
    happened(text);
    return 0;
}

static int pings(void) {
    char answer[ANSWER];
    char *found;
    CHECK_INT(rest("GET", "/twedge/counters", NULL, answer, sizeof(answer)), 200);
    found = strstr(answer, "\"pings\":");
    return found ? atoi(found + strlen("\"pings\":")) : -1;
}

static void pump_for_pings(int count) {
    time_t end = time(NULL) + PATIENCE;
    int wanted = pings() + count;
    while (pings() < wanted && time(NULL) < end) {
        pump();
    }
    CHECK(pings() >= wanted);
}

static void ask(void) {
    uint32_t id = 0;
    CHECK_INT(twApi_InvokeServiceAsync(TW_RESOURCE, "CurrentSessionInfo", "GetCurrentUser", NULL, FALSE, on_response, &id),
              TW_OK);
}

static void test_a_live_link_stays(void) {
    static const long steps[] = {DAY, -2 * DAY};
    size_t i;
    forget_events();
    for (i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
        step_clock(steps[i]);
        pump_for_pings(5);
        CHECK_INT(twApi_isConnected(), TRUE);
        CHECK(!has_happened("close"));
    }
}

static void test_requests_have_their_time(void) {
    misbehave("{\"at\": \"service\", \"name\": \"GetCurrentUser\", \"delay\": 500, \"times\": 1}");
    forget_events();
    ask();
    step_clock(DAY);
    CHECK(pump_until("response "));
    CHECK(has_happened("response 40;"));

    twcfg.default_message_timeout = 500;
    misbehave("{\"at\": \"service\", \"name\": \"GetCurrentUser\", \"lose\": true, \"times\": 1}");
    forget_events();
    ask();
    step_clock(-2 * DAY);
    CHECK(pump_until("response "));
    CHECK(has_happened("response a4;"));
    twcfg.default_message_timeout = 10000;
}

static void test_a_dead_link_is_found_and_opened_again(void) {
    misbehave("{\"at\": \"ping\", \"lose\": true}");
    twcfg.pong_timeout = 300;
    forget_events();
    step_clock(-DAY);
    CHECK(pump_until("close Normal Close Pong timeout;"));
    behave();
    /* Pauses between attempts are no matter of the wall clock either. */
    misbehave("{\"at\": \"upgrade\", \"httpStatus\": 503, \"times\": 2}");
    step_clock(-DAY);
    twcfg.pong_timeout = 20000;
    CHECK(pump_until_connected(TRUE));
}

static void test_the_duty_cycle_goes_on(void) {
    forget_events();
    CHECK_INT(twApi_SetDutyCycle(50, 1000), TW_OK);
    CHECK(pump_until("close Normal Close Duty cycle off time;"));
    step_clock(-DAY);
    CHECK(pump_until_connected(TRUE));
    CHECK_INT(twApi_SetDutyCycle(100, 0), TW_OK);
}

int main(void) {
    if (platform_port() == 0) {
        return 77;
    }
    snprintf(thing, sizeof(thing), "Clock%ld", (long)getpid());
    twcfg.connect_retry_interval = 20;
    twcfg.ping_rate = 50;
    twcfg.pong_timeout = 20000;
    CHECK_INT(initialize(), TW_OK);
    CHECK_INT(twApi_BindThing(thing), TW_OK);
    CHECK_INT(twApi_Connect(10000, 1), TW_OK);
    test_a_live_link_stays();
    test_requests_have_their_time();
    test_a_dead_link_is_found_and_opened_again();
    test_the_duty_cycle_goes_on();
    CHECK_INT(twApi_Delete(), TW_OK);
    return check_result();
}
