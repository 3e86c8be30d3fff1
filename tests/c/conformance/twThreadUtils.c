/* twThreadUtils.h (ext-files-tunnels.md 1.8, 1.9). */
#include "twExt.h"
#include "twShapes.h"
#include "twThreadUtils.h"

#include "api.h"

#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int polls;
static char polled[64];

static void poll_thing(char *name) {
    pthread_mutex_lock(&mutex);
    polls++;
    snprintf(polled, sizeof(polled), "%s", name);
    pthread_mutex_unlock(&mutex);
}

static int polls_now(void) {
    int now;
    pthread_mutex_lock(&mutex);
    now = polls;
    pthread_mutex_unlock(&mutex);
    return now;
}

static void wait_for_polls(int number) {
    int i;
    for (i = 0; i < 20000 && polls_now() < number; i++) {
        twSleepMsec(1);
    }
}

static void nothing(const char *name, const char *space) { (void)name, (void)space; }

static void make_thing(void) {
    initialize();
    twExt_RegisterTemplate("Polled", nothing);
    twExt_CreateThingFromTemplate(THING, "Polled", NULL);
    twExt_RegisterPolledTemplateFunction(poll_thing, "Polled");
    twApi_BindThing(THING);
}

static void start_and_stop(enum twThreadingModel model) {
    make_thing();
    twExt_Start(20, model, 1);
    wait_for_polls(3);
    CHECK(polls_now() >= 3, "polled, offline too (E13)", ORIGINAL_PASSES);
    CHECK_STR(polled, THING, "with the name of the bound thing", ORIGINAL_PASSES);
    CHECK_INT(twExt_WaitUntilFirstSynchronization(2000), TW_OK, "the first synchronization", ORIGINAL_PASSES);
    CHECK_INT(twExt_Stop(), 0, "stop", ORIGINAL_PASSES);
    twSleepMsec(50);
    polls = 0;
    twSleepMsec(100);
    CHECK_INT(polls_now(), 0, "nothing is polled after it", ORIGINAL_PASSES);
    twExt_Start(20, model, 1);
    wait_for_polls(1);
    CHECK(polls_now() >= 1, "start again", ORIGINAL_PASSES);
    twExt_RemovePolledFunction(poll_thing);
    twSleepMsec(50);
    polls = 0;
    twSleepMsec(100);
    CHECK_INT(polls_now(), 0, "removed", ORIGINAL_PASSES);
    CHECK_INT(twExt_Stop(), 0, "stop again", ORIGINAL_PASSES);
    twApi_Delete();
}

static void threads(void) { start_and_stop(TW_THREADING_MULTI); }
static void tasker(void) {
    start_and_stop(TW_THREADING_TASKER);
    twTasker_Stop();
}

static void stop_twice(void) {
    make_thing();
    twExt_Start(20, TW_THREADING_MULTI, 1);
    CHECK_INT(twExt_Stop(), 0, "once", ORIGINAL_PASSES);
    CHECK_INT(twExt_Stop(), 0, "twice", QUIRK("E16"));
    twExt_RemovePolledFunction(poll_thing);
    twApi_Delete();
}

static void single(void) {
    CHECK_INT(twExt_Stop(), TW_THREADING_MODEL_FAILED_SHUTDOWN, "stop without API", ORIGINAL_PASSES);
    make_thing();
    CHECK_INT(twExt_Stop(), TW_THREADING_MODEL_FAILED_SHUTDOWN, "stop before any start", ORIGINAL_PASSES);
    twExt_PerformPolledFunctions(twGetSystemTime(TRUE), NULL);
    CHECK_INT(polls, 0, "nothing is polled before a start", ORIGINAL_PASSES);
    twExt_Start(20, TW_THREADING_SINGLE, 1);
    twApi_TaskerFunction(twGetSystemTime(TRUE), NULL);
    twExt_PerformPolledFunctions(twGetSystemTime(TRUE), NULL);
    CHECK_INT(polls, 0, "SINGLE starts nothing (E18)", ORIGINAL_PASSES);
    CHECK_INT(twExt_Stop(), TW_THREADING_MODEL_FAILED_SHUTDOWN, "stop (E18)", ORIGINAL_PASSES);
    twExt_RemovePolledFunction(poll_thing);
    twApi_Delete();
}

static void unbinding_poll(char *name) {
    twApi_UnbindThing(name);
    poll_thing(name);
}

static void polled_functions_may_unbind(void) {
    initialize();
    twExt_RegisterTemplate("Polled", nothing);
    twExt_CreateThingFromTemplate(THING, "Polled", NULL);
    twExt_RegisterPolledTemplateFunction(unbinding_poll, "Polled");
    twApi_BindThing(THING);
    twExt_Start(20, TW_THREADING_MULTI, 1);
    wait_for_polls(1);
    CHECK_INT(twApi_IsEntityBound(THING), FALSE, "no lock is held", QUIRK("E12"));
    CHECK_INT(twExt_Stop(), 0, "stop", QUIRK("E12"));
    twExt_RemovePolledFunction(unbinding_poll);
    twApi_Delete();
}

static void waiting_in_vain(void) {
    initialize();
    CHECK_INT(twExt_WaitUntilFirstSynchronization(200), TW_SUBSCRIBED_PROPERTY_SYNCHRONIZATION_TIMEOUT, "nobody pumps",
              ORIGINAL_PASSES);
    twApi_Delete();
}

CONFORMANCE_MAIN("twThreadUtils.h", GROUP(threads), GROUP(tasker), GROUP_CRASHES(stop_twice, "E16"), GROUP(single),
                 GROUP_CRASHES(polled_functions_may_unbind, "E12"), GROUP(waiting_in_vain))
