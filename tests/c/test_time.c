/* Wall clock, time texts, sleeping. */
#include "twOSPort.h"

#include "check.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static double monotonic(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void test_clock(void) {
    uint64_t before = (uint64_t)time(NULL) * 1000;
    uint64_t now = twGetSystemTime(TRUE), other = twGetSystemTime(FALSE), count = twGetSystemMillisecondCount();
    uint64_t after = ((uint64_t)time(NULL) + 1) * 1000;
    CHECK(before <= now && now <= other && other <= count && count <= after);
    CHECK_INT(twAddMilliseconds(1000, -1), 999);
    CHECK_INT(twAddMilliseconds(1000, 25), 1025);
    CHECK_INT(twTimeGreaterThan(2, 1), TRUE);
    CHECK_INT(twTimeGreaterThan(1, 1), FALSE);
    CHECK_INT(twTimeLessThan(1, 2), TRUE);
    CHECK_INT(twTimeLessThan(1, 1), FALSE);
}

static void test_texts(void) {
    const DATETIME time = 1000000000005;
    char text[64], other[64];
    /* The flag is inverted, and programs live with it. */
    twGetTimeString(time, text, "%Y-%m-%d %H:%M:%S", sizeof text, TRUE, FALSE);
    CHECK_STR(text, "2001-09-09 01:46:40,5");
    twGetTimeString(time, text, "%Y-%m-%d %H:%M:%S", sizeof text, FALSE, TRUE);
    CHECK_STR(text, "2001-09-09 07:16:40");
    /* Nine bytes have to remain for the milliseconds. */
    twGetTimeString(time, text, "%H:%M:%S", 8 + 9, TRUE, FALSE);
    CHECK_STR(text, "01:46:40,5");
    twGetTimeString(time, text, "%H:%M:%S", 8 + 8, TRUE, FALSE);
    CHECK_STR(text, "01:46:40");
    memset(text, 'x', sizeof text);
    twGetTimeString(time, text, "%H:%M:%S", 8, TRUE, FALSE);
    CHECK_STR(text, "");
    CHECK_INT(text[8], 'x');
    twGetTimeString(time, NULL, "%H", 5, TRUE, FALSE);
    twGetTimeString(time, text, NULL, 5, TRUE, FALSE);
    do {
        time_t now = (time_t)(twGetSystemTime(TRUE) / 1000);
        twGetSystemTimeString(text, "%Y %H:%M:%S", sizeof text, FALSE, FALSE);
        strftime(other, sizeof other, "%Y %H:%M:%S", gmtime(&now));
    } while (strcmp(text, other) < 0);
    CHECK(strcmp(text, other) >= 0);
}

static volatile sig_atomic_t alarms;
static void on_alarm(int signal) {
    (void)signal;
    alarms++;
}

static void test_sleep(void) {
    struct itimerval soon = {{0, 0}, {0, 20000}};
    struct sigaction action;
    double begin = monotonic();
    twSleepMsec(30);
    CHECK(monotonic() - begin >= 0.030);
    begin = monotonic();
    twSleepMsec(0);
    twSleepMsec(-5);
    CHECK(monotonic() - begin < 10);
    /* A signal that is handled ends the sleep. */
    memset(&action, 0, sizeof action);
    action.sa_handler = on_alarm;
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &soon, NULL);
    begin = monotonic();
    twSleepMsec(60000);
    CHECK(monotonic() - begin < 30);
    CHECK_INT(alarms, 1);
}

int main(void) {
    setenv("TZ", "XYZ-5:30", 1);
    tzset();
    test_clock();
    test_texts();
    test_sleep();
    return check_result();
}
