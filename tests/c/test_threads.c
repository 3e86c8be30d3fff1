/* twThread: run once, at a rate, paused, stopped, deleted, also from within. */
#include "twThreads.h"

#include "check.h"

#include <pthread.h>
#include <time.h>

/* Counts calls and can be waited for. */
typedef struct {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int calls;
    int held;
    twThread *thread;
} Calls;

#define CALLS {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0, NULL}
#define AN_HOUR 3600000

static void count(uint64_t now, void *params) {
    Calls *calls = params;
    pthread_mutex_lock(&calls->mutex);
    calls->calls++;
    pthread_cond_broadcast(&calls->changed);
    while (calls->held) {
        pthread_cond_wait(&calls->changed, &calls->mutex);
    }
    pthread_mutex_unlock(&calls->mutex);
    if (now < 1000000000000) {
        checks_failed++;
    }
}

static void wait_for(Calls *calls, int number) {
    pthread_mutex_lock(&calls->mutex);
    while (calls->calls < number) {
        pthread_cond_wait(&calls->changed, &calls->mutex);
    }
    pthread_mutex_unlock(&calls->mutex);
}

static int number_of(Calls *calls) {
    int number;
    pthread_mutex_lock(&calls->mutex);
    number = calls->calls;
    pthread_mutex_unlock(&calls->mutex);
    return number;
}

static void hold(Calls *calls, int held) {
    pthread_mutex_lock(&calls->mutex);
    calls->held = held;
    pthread_cond_broadcast(&calls->changed);
    pthread_mutex_unlock(&calls->mutex);
}

static time_t seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

static void test_once(void) {
    int i;
    for (i = 0; i < 50; i++) {
        Calls calls = CALLS;
        twThread *thread = twThread_Create(count, 0, &calls, TRUE);
        wait_for(&calls, 1);
        twThread_Delete(thread);
        CHECK_INT(calls.calls, 1);
    }
}

static void test_start_pause_resume_stop(void) {
    Calls calls = CALLS;
    twThread *thread = twThread_Create(count, 1, &calls, FALSE);
    CHECK(thread != NULL && thread->func == count && thread->rate == 1 && thread->opaquePtr == &calls);
    CHECK_INT(twThread_IsRunning(thread), FALSE);
    CHECK(twThread_GetThreadId(thread) != 0);
    CHECK_INT(twThread_Start(thread), 0);
    wait_for(&calls, 3);
    CHECK_INT(twThread_IsRunning(thread), TRUE);
    CHECK_INT(twThread_Pause(thread), 0);
    CHECK_INT(twThread_IsPaused(thread), TRUE);
    CHECK_INT(twThread_Resume(thread), 0);
    CHECK_INT(twThread_IsPaused(thread), FALSE);
    wait_for(&calls, number_of(&calls) + 2);
    CHECK_INT(twThread_Stop(thread, 10000), 0);
    CHECK_INT(twThread_IsStopped(thread), TRUE);
    CHECK_INT(twThread_IsRunning(thread), FALSE);
    CHECK_INT(twThread_Stop(thread, 10000), 0);
    twThread_Delete(thread);
}

static void test_stop_does_not_wait_for_the_rate(void) {
    Calls calls = CALLS;
    time_t begin = seconds();
    twThread *thread = twThread_Create(count, AN_HOUR, &calls, TRUE);
    wait_for(&calls, 1);
    twThread_Delete(thread);
    thread = twThread_Create(count, AN_HOUR, &calls, FALSE);
    twThread_Delete(thread);
    CHECK(seconds() - begin < 8);
}

static void test_stop_waits_for_a_call_but_not_longer_than_told(void) {
    Calls calls = CALLS;
    twThread *thread;
    calls.held = TRUE;
    thread = twThread_Create(count, AN_HOUR, &calls, TRUE);
    wait_for(&calls, 1);
    CHECK_INT(twThread_Stop(thread, 20), 0);
    CHECK_INT(twThread_IsStopped(thread), FALSE);
    hold(&calls, FALSE);
    CHECK_INT(twThread_Stop(thread, 10000), 0);
    CHECK_INT(twThread_IsStopped(thread), TRUE);
    twThread_Delete(thread);
}

static void stop_itself(uint64_t now, void *params) {
    Calls *calls = params;
    pthread_mutex_lock(&calls->mutex);
    twThread_Stop(calls->thread, 60000);
    pthread_mutex_unlock(&calls->mutex);
    count(now, params);
}

static void test_stop_from_within(void) {
    Calls calls = CALLS;
    time_t begin = seconds();
    pthread_mutex_lock(&calls.mutex);
    calls.thread = twThread_Create(stop_itself, 1, &calls, TRUE);
    pthread_mutex_unlock(&calls.mutex);
    wait_for(&calls, 1);
    twThread_Delete(calls.thread);
    CHECK_INT(calls.calls, 1);
    CHECK(seconds() - begin < 8);
}

static void test_null(void) {
    CHECK(twThread_Create(NULL, 5, NULL, TRUE) == NULL);
    CHECK_INT(twThread_Start(NULL), TW_INVALID_PARAM);
    CHECK_INT(twThread_Stop(NULL, 5), TW_INVALID_PARAM);
    CHECK_INT(twThread_Pause(NULL), TW_INVALID_PARAM);
    CHECK_INT(twThread_Resume(NULL), TW_INVALID_PARAM);
    CHECK_INT(twThread_IsRunning(NULL), FALSE);
    CHECK_INT(twThread_IsPaused(NULL), FALSE);
    CHECK_INT(twThread_IsStopped(NULL), FALSE);
    CHECK_INT(twThread_GetThreadId(NULL), 0);
    twThread_Delete(NULL);
}

int main(void) {
    test_once();
    test_start_pause_resume_stop();
    test_stop_does_not_wait_for_the_rate();
    test_stop_waits_for_a_call_but_not_longer_than_told();
    test_stop_from_within();
    test_null();
    return check_result();
}
