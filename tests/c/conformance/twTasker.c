/* twTasker.h (api-behaviour.md 12.4). */
#include "twOSPort.h"

#include "twErrors.h"
#include "twTasker.h"

#include "check.h"

#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int runs[2];
static pthread_t thread;

static void note(int which) {
    pthread_mutex_lock(&mutex);
    runs[which]++;
    thread = pthread_self();
    pthread_mutex_unlock(&mutex);
}

static void first(DATETIME now, void *params) {
    (void)params;
    note(now > 1000000000000 ? 0 : 1);
}

static void second(DATETIME now, void *params) {
    (void)now;
    (void)params;
    note(1);
}

static int runs_of(int which) {
    int now;
    pthread_mutex_lock(&mutex);
    now = runs[which];
    pthread_mutex_unlock(&mutex);
    return now;
}

static void slots(void) {
    int i;
    for (i = 0; i < TW_MAX_TASKS; i++) {
        CHECK_INT(twTasker_CreateTask(1000, first), i, "the slots in order", ORIGINAL_PASSES);
    }
    CHECK_INT(TW_MAX_TASKS, 5, "five of them", ORIGINAL_PASSES);
    CHECK_INT(twTasker_CreateTask(1000, first), TW_MAX_TASKS_EXCEEDED, "no more", ORIGINAL_PASSES);
    CHECK(twTaskerGetTask(2) && twTaskerGetTask(2)->func == first, "a task", ORIGINAL_PASSES);
    CHECK_INT(twTaskerGetTask(2)->runTimeIntervalMsec, 1000, "its interval", ORIGINAL_PASSES);
    CHECK_INT(twTasker_RemoveTask(2), TW_TASK_NOT_FOUND, "remove says 701 (Q-T15)", ORIGINAL_PASSES);
    CHECK_INT(twTasker_CreateTask(5, second), 2, "the slot is free again", ORIGINAL_PASSES);
    twTaskerRemoveAllTasks();
    CHECK_INT(twTasker_CreateTask(5, second), 0, "all are", ORIGINAL_PASSES);
    twTaskerRemoveAllTasks();
}

static void running(void) {
    twTasker_CreateTask(1, first);
    twTasker_CreateTask(3600000, second);
    twTasker_Start();
    while (runs_of(0) < 5 || runs_of(1) < 1) {
        twSleepMsec(1);
    }
    CHECK(!pthread_equal(thread, pthread_self()), "in a thread of their own", ORIGINAL_PASSES);
    CHECK_INT(runs_of(1), 1, "the first run is at once, the next when due", ORIGINAL_PASSES);
    twTasker_Stop();
    runs[0] = 0;
    twSleepMsec(30);
    CHECK_INT(runs_of(0), 0, "nothing runs after Stop", ORIGINAL_PASSES);
    twTaskerRemoveAllTasks();
}

static void stop_without_start(void) {
    twTasker_Stop();
    twTasker_Stop();
    CHECK(1, "does nothing", QUIRK("12.4"));
}

CONFORMANCE_MAIN("twTasker.h", GROUP(slots), GROUP(running), GROUP_CRASHES(stop_without_start, "12.4"))
