/* twThreads.h (api-behaviour.md 12.3). */
#include "twOSPort.h"

#include "twErrors.h"
#include "twThreads.h"

#include "check.h"

#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int runs;
static void *seen_opaque;
static pthread_t seen_thread;

static void run(DATETIME now, void *opaque) {
    pthread_mutex_lock(&mutex);
    runs += now > 1000000000000;
    seen_opaque = opaque;
    seen_thread = pthread_self();
    pthread_mutex_unlock(&mutex);
}

static int runs_now(void) {
    int now;
    pthread_mutex_lock(&mutex);
    now = runs;
    pthread_mutex_unlock(&mutex);
    return now;
}

static void wait_for_runs(int number) {
    while (runs_now() < number) {
        twSleepMsec(1);
    }
}

static void life(void) {
    int own, before;
    twThread *thread = twThread_Create(run, 1, &own, TRUE);
    CHECK(thread != NULL, "create", ORIGINAL_PASSES);
    wait_for_runs(3);
    CHECK(seen_opaque == &own, "the pointer given", ORIGINAL_PASSES);
    CHECK(pthread_equal(seen_thread, twThread_GetThreadId(thread)), "its id", ORIGINAL_PASSES);
    CHECK(!pthread_equal(seen_thread, pthread_self()), "a thread of its own", ORIGINAL_PASSES);
    CHECK_INT(twThread_IsRunning(thread), TRUE, "it runs", ORIGINAL_PASSES);
    CHECK_INT(twThread_Pause(thread), 0, "pause", ORIGINAL_PASSES);
    CHECK_INT(twThread_IsPaused(thread), TRUE, "it is paused", ORIGINAL_PASSES);
    twSleepMsec(50);
    before = runs_now();
    twSleepMsec(50);
    CHECK(runs_now() <= before + 1, "nothing runs while it is paused", ORIGINAL_PASSES);
    CHECK_INT(twThread_Resume(thread), 0, "resume", ORIGINAL_PASSES);
    wait_for_runs(before + 3);
    CHECK_INT(twThread_Stop(thread, 5000), 0, "stop", ORIGINAL_PASSES);
    CHECK_INT(twThread_IsStopped(thread), TRUE, "it is stopped", ORIGINAL_PASSES);
    twThread_Delete(thread);
}

static void started_later(void) {
    twThread *thread = twThread_Create(run, 1, NULL, FALSE);
    twSleepMsec(30);
    CHECK_INT(runs_now(), 0, "not before Start", ORIGINAL_PASSES);
    CHECK_INT(twThread_IsRunning(thread), FALSE, "it does not run", ORIGINAL_PASSES);
    CHECK_INT(twThread_Start(thread), 0, "start", ORIGINAL_PASSES);
    wait_for_runs(1);
    CHECK_INT(twThread_IsRunning(thread), TRUE, "it runs", ORIGINAL_PASSES);
    twThread_Delete(thread);
}

static void once(void) {
    twThread *thread = twThread_Create(run, 0, NULL, TRUE);
    int i;
    for (i = 0; i < 2000 && runs_now() == 0; i++) {
        twSleepMsec(1);
    }
    twSleepMsec(30);
    CHECK_INT(runs_now(), 1, "rate 0 runs once", QUIRK("Q-T17"));
    twThread_Delete(thread);
}

static void null_arguments(void) {
    CHECK(twThread_Create(NULL, 1, NULL, TRUE) == NULL, "no function", ORIGINAL_PASSES);
    CHECK_INT(twThread_Start(NULL), TW_INVALID_PARAM, "start", ORIGINAL_PASSES);
    CHECK_INT(twThread_Stop(NULL, 0), TW_INVALID_PARAM, "stop", ORIGINAL_PASSES);
    CHECK_INT(twThread_Pause(NULL), TW_INVALID_PARAM, "pause", ORIGINAL_PASSES);
    CHECK_INT(twThread_Resume(NULL), TW_INVALID_PARAM, "resume", ORIGINAL_PASSES);
    CHECK_INT(twThread_IsRunning(NULL), FALSE, "running", ORIGINAL_PASSES);
    CHECK_INT(twThread_IsPaused(NULL), FALSE, "paused", ORIGINAL_PASSES);
    CHECK_INT(twThread_IsStopped(NULL), FALSE, "stopped", ORIGINAL_PASSES);
    CHECK_INT(twThread_GetThreadId(NULL), 0, "id", ORIGINAL_PASSES);
    twThread_Delete(NULL);
}

static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;

static void slow(DATETIME now, void *opaque) {
    (void)now;
    (void)opaque;
    pthread_mutex_lock(&held);
    run(1000000000001, NULL);
    twSleepMsec(300);
    pthread_mutex_unlock(&held);
}

/* A thread that does not end in time is not cancelled, which would leave its locks held. */
static void stop_never_cancels(void) {
    twThread *thread = twThread_Create(slow, 1, NULL, TRUE);
    wait_for_runs(1);
    twThread_Stop(thread, 1);
    pthread_mutex_lock(&held);
    CHECK(1, "the lock of the thread comes free", QUIRK("Q-T17"));
    pthread_mutex_unlock(&held);
    twSleepMsec(50);
    twThread_Delete(thread);
}

CONFORMANCE_MAIN("twThreads.h", GROUP(life), GROUP(started_later), GROUP(once), GROUP(null_arguments),
                 GROUP_CRASHES(stop_never_cancels, "Q-T17"))
