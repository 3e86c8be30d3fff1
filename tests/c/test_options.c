/* The additions that offer better behaviour than the original's: off by default, on when a program asks. */
#define _POSIX_C_SOURCE 200809L
#include "twApi.h"

#include "check.h"
#include "platform.h"

#include <pthread.h>
#include <time.h>

extern twApi *tw_api;

static char first[64], second[64];
/* What the bind callbacks saw, in order. */
static char seen[1024];

static void app_key(char *buffer, unsigned int size) {
    snprintf(buffer, size, "%s", getenv("TWEDGE_TEST_KEY"));
}

static void sleep_ms(long ms) {
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

static void on_bind(char *entity, char is_bound, void *userdata) {
    size_t length = strlen(seen);
    snprintf(seen + length, sizeof(seen) - length, "%s:%s:%d;", (char *)userdata, entity ? entity : "(all)", is_bound);
}

static void start(void) {
    CHECK_INT(twApi_Initialize("127.0.0.1", platform_port(), TW_URI, app_key, NULL, MESSAGE_CHUNK_SIZE, MESSAGE_CHUNK_SIZE,
                               TRUE),
              TW_OK);
    twApi_DisableEncryption();
}

static const char *expected(const char *format) {
    static char text[512];
    snprintf(text, sizeof(text), format, first, second);
    return text;
}

static void test_bind_events(void) {
    start();
    twApi_RegisterProperty(TW_THING, first, "P", TW_NUMBER, NULL, "ALWAYS", 0, NULL, NULL);
    twApi_BindThing(first);
    twApi_BindThing(second);
    twApi_RegisterBindEventCallback(NULL, on_bind, "w");
    twApi_RegisterBindEventCallback(second, on_bind, "s");
    CHECK_INT(twApi_Connect(10000, 1), TW_OK);
    CHECK_STR(seen, expected("w:(all):1;s:%2$s:1;"));
    seen[0] = 0;
    CHECK_INT(twApi_Disconnect("end"), TW_OK);
    CHECK_STR(seen, expected("w:(all):1;s:%2$s:1;"));

    twedge_exact_bind_events(TRUE);
    seen[0] = 0;
    CHECK_INT(twApi_Connect(10000, 1), TW_OK);
    CHECK_STR(seen, expected("w:%1$s:1;w:%2$s:1;s:%2$s:1;"));
    seen[0] = 0;
    CHECK_INT(twApi_UnbindThing(first), TW_OK);
    CHECK_STR(seen, expected("w:%1$s:0;"));
    seen[0] = 0;
    CHECK_INT(twApi_Disconnect("end"), TW_OK);
    CHECK_STR(seen, expected("w:%2$s:0;s:%2$s:0;"));
    twedge_exact_bind_events(FALSE);
    CHECK_INT(twApi_Delete(), TW_OK);
}

static void test_last_error(void) {
    twPrimitive *value = NULL;
    char text[128], cut[6];
    start();
    CHECK_INT(twApi_Connect(10000, 1), TW_OK);
    CHECK_INT(twApi_ReadProperty(TW_THING, "NoSuchThing", "P", &value, -1, FALSE), 1104);
    CHECK(twedge_last_error(text, sizeof(text)) == (int)strlen(text));
    CHECK(strstr(text, "NoSuchThing") != NULL);
    CHECK_INT(twedge_last_error(cut, sizeof(cut)), strlen(text));
    CHECK(strlen(cut) == sizeof(cut) - 1 && strncmp(cut, text, sizeof(cut) - 1) == 0);
    CHECK_INT(twedge_last_error(NULL, 10), strlen(text));
    CHECK_INT(twedge_last_error(text, 0), strlen(text));
    twInfoTable *table = NULL;
    CHECK_INT(twApi_InvokeService(TW_RESOURCE, "CurrentSessionInfo", "GetCurrentUser", NULL, &table, -1, FALSE), TW_OK);
    twInfoTable_Delete(table);
    CHECK_INT(twedge_last_error(text, sizeof(text)), 0);
    CHECK_STR(text, "");
    CHECK_INT(twApi_Delete(), TW_OK);
}

static void test_first_synchronization(void) {
    start();
    CHECK_INT(twApi_Connect(10000, 1), TW_OK);
    twApi_TaskerFunction(0, NULL);
    CHECK(tw_api->firstSynchronizationComplete);
    CHECK_INT(twApi_Delete(), TW_OK);

    /* Nothing is bound, so that nothing is synchronized: the limit decides. */
    twedge_first_synchronization_wait(300);
    start();
    twApi_TaskerFunction(0, NULL);
    CHECK_INT(tw_api->firstSynchronizationComplete, FALSE);
    CHECK_INT(twApi_Connect(10000, 1), TW_OK);
    twApi_TaskerFunction(0, NULL);
    CHECK_INT(tw_api->firstSynchronizationComplete, FALSE);
    sleep_ms(400);
    twApi_TaskerFunction(0, NULL);
    CHECK_INT(tw_api->firstSynchronizationComplete, TRUE);
    CHECK_INT(twApi_Delete(), TW_OK);

    /* A thing is synchronized long before the limit. */
    twedge_first_synchronization_wait(3600000);
    start();
    twApi_RegisterProperty(TW_THING, first, "P", TW_NUMBER, NULL, "ALWAYS", 0, NULL, NULL);
    twApi_BindThing(first);
    CHECK_INT(twApi_Connect(10000, 1), TW_OK);
    for (int turn = 0; turn < 600 && !tw_api->firstSynchronizationComplete; turn++) {
        twApi_TaskerFunction(0, NULL);
        twMessageHandler_msgHandlerTask(0, NULL);
        sleep_ms(50);
    }
    CHECK_INT(tw_api->firstSynchronizationComplete, TRUE);
    twedge_first_synchronization_wait(0);
    CHECK_INT(twApi_Delete(), TW_OK);
}

static void test_duty_cycle(void) {
    start();
    twApi_SetDutyCycle(50, 7200000);
    CHECK_INT(twApi_Connect(10000, 1), TW_OK);
    twApi_TaskerFunction(0, NULL);
    CHECK_INT(twApi_isConnected(), FALSE);
    CHECK_INT(twApi_Delete(), TW_OK);

    twedge_duty_cycle_starts_online(TRUE);
    start();
    twApi_SetDutyCycle(50, 7200000);
    CHECK_INT(twApi_Connect(10000, 1), TW_OK);
    twApi_TaskerFunction(0, NULL);
    CHECK_INT(twApi_isConnected(), TRUE);
    twApi_SetDutyCycle(50, 0);
    twApi_TaskerFunction(0, NULL);
    twApi_SetDutyCycle(50, 400);
    twApi_TaskerFunction(0, NULL);
    CHECK_INT(twApi_isConnected(), TRUE);
    sleep_ms(300);
    twApi_TaskerFunction(0, NULL);
    CHECK_INT(twApi_isConnected(), FALSE);
    twedge_duty_cycle_starts_online(FALSE);
    CHECK_INT(twApi_Delete(), TW_OK);
    twcfg.duty_cycle_period = 0;
}

static int on_pong(struct twWs *ws, const char *data, size_t length) {
    (void)ws, (void)data, (void)length;
    return 0;
}

static void test_pong_watchdog(void) {
    start();
    CHECK(tw_api->handle_pongs);
    twedge_pong_watchdog_stays(TRUE);
    CHECK_INT(twApi_RegisterPongCallback(on_pong), TW_OK);
    CHECK(tw_api->mh->on_pong == on_pong);
    CHECK(tw_api->handle_pongs);
    twedge_pong_watchdog_stays(FALSE);
    CHECK_INT(twApi_RegisterPongCallback(on_pong), TW_OK);
    CHECK_INT(tw_api->handle_pongs, FALSE);
    CHECK_INT(twApi_Delete(), TW_OK);
}

/* Keeps the connect loop in its callback until the other thread has called. */
static struct {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int inside, go_on;
} gate = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0};

static int stand_in_gate(struct twWs *ws, const char *data, size_t length) {
    (void)ws, (void)data, (void)length;
    pthread_mutex_lock(&gate.mutex);
    gate.inside = 1;
    pthread_cond_broadcast(&gate.changed);
    while (!gate.go_on) {
        pthread_cond_wait(&gate.changed, &gate.mutex);
    }
    pthread_mutex_unlock(&gate.mutex);
    return 0;
}

static void *connecting(void *unused) {
    (void)unused;
    CHECK_INT(twApi_Connect(10000, 1), TW_OK);
    return NULL;
}

static void *opening_gate(void *unused) {
    (void)unused;
    sleep_ms(200);
    pthread_mutex_lock(&gate.mutex);
    gate.go_on = 1;
    pthread_cond_broadcast(&gate.changed);
    pthread_mutex_unlock(&gate.mutex);
    return NULL;
}

static void test_connect_waits(int waits) {
    pthread_t connector, opener;
    gate.inside = gate.go_on = 0;
    twedge_connect_waits((char)waits);
    start();
    twApi_RegisterConnectCallback(stand_in_gate);
    pthread_create(&connector, NULL, connecting, NULL);
    pthread_mutex_lock(&gate.mutex);
    while (!gate.inside) {
        pthread_cond_wait(&gate.changed, &gate.mutex);
    }
    pthread_mutex_unlock(&gate.mutex);
    pthread_create(&opener, NULL, opening_gate, NULL);
    CHECK_INT(twApi_Connect(10000, 1), TW_OK);
    CHECK_INT(twApi_isConnected(), waits);
    pthread_join(opener, NULL);
    pthread_join(connector, NULL);
    CHECK_INT(twApi_isConnected(), TRUE);
    twedge_connect_waits(FALSE);
    CHECK_INT(twApi_Delete(), TW_OK);
}

static void test_connection_state(void) {
    twedge_connection_report report;
    CHECK_INT(twedge_connection_state(&report), 600);
    start();
    CHECK_INT(twedge_connection_state(NULL), 101);
    CHECK_INT(twedge_connection_state(&report), TW_OK);
    CHECK_INT(report.state, TWEDGE_DISCONNECTED);
    CHECK(report.since == 0 && report.next_attempt == 0 && report.last_error == 0 && !report.last_error_text[0]);
    CHECK_INT(twApi_Connect(10000, 1), TW_OK);
    CHECK_INT(twedge_connection_state(&report), TW_OK);
    CHECK_INT(report.state, TWEDGE_ONLINE);
    CHECK(report.since > 0 && report.since <= twGetSystemTime(TRUE) + 1000);
    CHECK_INT(twApi_Disconnect("end"), TW_OK);
    CHECK_INT(twedge_connection_state(&report), TW_OK);
    CHECK_INT(report.state, TWEDGE_DISCONNECTED);
    CHECK_INT(twApi_Delete(), TW_OK);

    /* A platform that is not there. */
    CHECK_INT(twApi_Initialize("127.0.0.1", 1, TW_URI, app_key, NULL, MESSAGE_CHUNK_SIZE, MESSAGE_CHUNK_SIZE, TRUE), TW_OK);
    CHECK_INT(twApi_Connect(1000, 1), 1001);
    CHECK_INT(twedge_connection_state(&report), TW_OK);
    CHECK_INT(report.state, TWEDGE_DISCONNECTED);
    CHECK_INT(report.last_error, 1001);
    CHECK(report.last_error_time > 0);
    CHECK(report.last_error_text[0]);
    CHECK_INT(twApi_Delete(), TW_OK);
}

int main(void) {
    if (platform_port() == 0) {
        return 77;
    }
    snprintf(first, sizeof(first), "FirstOption%ld", (long)getpid());
    snprintf(second, sizeof(second), "SecondOption%ld", (long)getpid());
    test_bind_events();
    test_last_error();
    test_first_synchronization();
    test_duty_cycle();
    test_pong_watchdog();
    test_connection_state();
    test_connect_waits(FALSE);
    test_connect_waits(TRUE);
    return check_result();
}
