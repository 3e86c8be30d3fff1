/* The built-in tasker: slots, rounds, start and stop. */
#include "twOSPort.h"
#include "twErrors.h"
#include "twTasker.h"

#include "check.h"

#include <pthread.h>
#include <stdlib.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define AN_HOUR 3600000

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int runs[3];
static int inside;

static void run(int task) {
    pthread_mutex_lock(&mutex);
    if (inside++ != 0) {
        checks_failed++;
    }
    runs[task]++;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&mutex);
    twSleepMsec(1);
    pthread_mutex_lock(&mutex);
    inside--;
    pthread_mutex_unlock(&mutex);
}

static void zero(uint64_t now, void *params) {
    if (now < 1000000000000 || params != NULL) {
        checks_failed++;
    }
    run(0);
}
static void one(uint64_t now, void *params) {
    (void)now, (void)params;
    run(1);
}
static void two(uint64_t now, void *params) {
    (void)now, (void)params;
    run(2);
    twTasker_RemoveTask(1);
}

static void wait_for(int task, int number) {
    pthread_mutex_lock(&mutex);
    while (runs[task] < number) {
        pthread_cond_wait(&changed, &mutex);
    }
    pthread_mutex_unlock(&mutex);
}

static void test_slots(void) {
    int i;
    twTaskerRemoveAllTasks();
    for (i = 0; i < TW_MAX_TASKS; i++) {
        CHECK_INT(twTasker_CreateTask(AN_HOUR, zero), i);
    }
    CHECK_INT(twTasker_CreateTask(AN_HOUR, zero), TW_MAX_TASKS_EXCEEDED);
    CHECK_INT(twTasker_RemoveTask(3), TW_TASK_NOT_FOUND);
    CHECK_INT(twTasker_RemoveTask(3), TW_TASK_NOT_FOUND);
    CHECK_INT(twTasker_RemoveTask(99), TW_TASK_NOT_FOUND);
    CHECK_INT(twTasker_RemoveTask(-1), TW_TASK_NOT_FOUND);
    CHECK(twTaskerGetTask(3)->func == NULL);
    CHECK_INT(twTasker_CreateTask(5, one), 3);
    CHECK(twTaskerGetTask(3)->func == one);
    CHECK_INT(twTaskerGetTask(3)->runTimeIntervalMsec, 5);
    twTaskerRemoveAllTasks();
    CHECK(twTaskerGetTask(0)->func == NULL);
    CHECK(twTaskerGetTask(5) == NULL);
    CHECK_INT(twTasker_CreateTask(5, NULL), 0);
    CHECK(twTaskerGetTask(0)->func == NULL);
}

static void test_running(void) {
    /* Without a thread, and twice. */
    twTasker_Stop();
    twTasker_Initialize();
    twTasker_Start();
    CHECK_INT(twTasker_CreateTask(AN_HOUR, zero), 0);
    CHECK_INT(twTasker_CreateTask(1, one), 1);
    wait_for(0, 1);
    wait_for(1, 5);
    CHECK_INT(twTasker_CreateTask(AN_HOUR, two), 2);
    wait_for(2, 1);
    twTasker_Stop();
    CHECK_INT(runs[0], 1);
    CHECK_INT(runs[2], 1);
    CHECK(twTaskerGetTask(1)->func == NULL);
    /* Tasks outlive the thread; another one goes on. */
    CHECK(twTaskerGetTask(0)->func == zero);
    CHECK_INT(twTasker_CreateTask(1, one), 1);
    twTasker_Start();
    wait_for(1, 10);
    twTasker_Stop();
    twTasker_Stop();
    CHECK_INT(runs[0], 1);
}

static int from_task[2], from_child[2];
static char answer;

static void tell(uint64_t now, void *params) {
    (void)now, (void)params;
    if (write(from_task[1], "t", 1) != 1) {
        _exit(1);
    }
}

/* Forks on the tasker's thread, when no other thread holds a lock. */
static void fork_here(uint64_t now, void *params) {
    pid_t child = fork();
    (void)now, (void)params;
    if (child == 0) {
        /* Threads are not copied: the child starts its own. */
        char byte;
        twTaskerRemoveAllTasks();
        twTasker_CreateTask(1, tell);
        twTasker_Start();
        if (read(from_task[0], &byte, 1) == 1 && read(from_task[0], &byte, 1) == 1) {
            twTasker_Stop();
            if (write(from_child[1], "k", 1) == 1) {
                /* No leak check of a process that has only some of its threads. */
                raise(SIGKILL);
            }
        }
        _exit(1);
    }
    close(from_child[1]);
    if (read(from_child[0], &answer, 1) != 1) {
        answer = '?';
    }
    waitpid(child, NULL, 0);
    pthread_mutex_lock(&mutex);
    runs[2]++;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&mutex);
}

static void test_fork(void) {
    twTaskerRemoveAllTasks();
    runs[2] = 0;
    CHECK(pipe(from_task) == 0 && pipe(from_child) == 0);
    CHECK_INT(twTasker_CreateTask(AN_HOUR, fork_here), 0);
    twTasker_Start();
    wait_for(2, 1);
    twTasker_Stop();
    CHECK_INT(answer, 'k');
}

static void stop_and_start(uint64_t now, void *params) {
    (void)now, (void)params;
    twTasker_Stop();
    twTasker_Start();
    twTasker_RemoveTask(0);
    run(2);
}

static void test_stop_from_a_task(void) {
    twTaskerRemoveAllTasks();
    runs[1] = runs[2] = 0;
    CHECK_INT(twTasker_CreateTask(1, stop_and_start), 0);
    CHECK_INT(twTasker_CreateTask(1, one), 1);
    twTasker_Start();
    wait_for(2, 1);
    wait_for(1, 3);
    twTasker_Stop();
    CHECK_INT(runs[2], 1);
}

int main(void) {
    test_slots();
    test_running();
    /* valgrind runs one thread at a time and cannot start threads in the child of a process with several. */
    if (!getenv("UNDER_VALGRIND")) {
        test_fork();
    }
    test_stop_from_a_task();
    return check_result();
}
