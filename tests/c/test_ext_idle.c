/* twExt_Idle in each threading model, in processes of their own: the single threaded one does not return. */
#define _POSIX_C_SOURCE 200809L
#include "twExt.h"
#include "twMacros.h"
#include "twTasker.h"

#include "check.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define RATE 10
#define CANNOT_STOP 702

static int polls;
/* What the process tells when the third poll comes; -1: it goes on. */
static int end_with;
/* Gets a byte at each poll. */
static int poll_pipe[2];

/* Where a process tells its result. */
static int result_pipe[2];

/* Ends the process in the middle of what it does, so that it is none of valgrind's business what is left. */
static void finish(int result) {
    unsigned char byte = (unsigned char)result;
    if (write(result_pipe[1], &byte, 1) == 1) raise(SIGKILL);
    abort();
}

static void app_key(char *buffer, unsigned int size) {
    snprintf(buffer, size, "%s", "unused");
}

static void silent(enum LogLevel level, const char *time, const char *message) {
    (void)level;
    (void)time;
    (void)message;
}

static void poll_single(char *thing) {
    if (strcmp(thing, "T") != 0) finish(20);
    if (++polls < 3) return;
    /* A loop of the application's own thread cannot be stopped. */
    finish(twExt_Stop() == CANNOT_STOP ? end_with : 21);
}

static void poll_threads(char *thing) {
    (void)thing;
    if (write(poll_pipe[1], "p", 1) != 1) finish(22);
    if (++polls >= 3 && end_with >= 0) finish(end_with);
}

static void set_up(twOnPolled poll) {
    twLogger_SetFunction(silent);
    if (twApi_Initialize("127.0.0.1", 65000, TW_URI, app_key, NULL, MESSAGE_CHUNK_SIZE, MESSAGE_CHUNK_SIZE, TRUE) != TW_OK) {
        finish(23);
    }
    twExt_RegisterPolledTemplateFunction(poll, "EmptyTemplate");
    {
        TW_MAKE_THING("T", TW_THING_TEMPLATE_EMPTY);
        TW_BIND();
    }
}

/* Runs `body` in a process whose standard input is `input` and whose output is read to the end. The number
 * of bytes that it has printed. The result that it tells, -1 when it tells none. */
static int run(void (*body)(void), const char *input, size_t *printed) {
    int in[2], out[2];
    unsigned char result;
    int told;
    char text[256];
    ssize_t got;
    pid_t child;
    if (pipe(in) != 0 || pipe(out) != 0 || pipe(result_pipe) != 0) {
        return -1;
    }
    if (write(in[1], input, strlen(input)) != (ssize_t)strlen(input)) {
        return -1;
    }
    fflush(stdout);
    child = fork();
    if (child == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        close(in[0]);
        close(in[1]);
        close(out[0]);
        close(out[1]);
        close(result_pipe[0]);
        body();
        finish(0);
    }
    /* Both ends of the input: it ends after what is in it. */
    close(in[0]);
    close(in[1]);
    close(out[1]);
    close(result_pipe[1]);
    *printed = 0;
    while ((got = read(out[0], text, sizeof(text))) > 0) {
        *printed += (size_t)got;
    }
    close(out[0]);
    waitpid(child, NULL, 0);
    told = read(result_pipe[0], &result, 1) == 1 ? result : -1;
    close(result_pipe[0]);
    return told;
}

static void idle_single(void) {
    end_with = 7;
    set_up(poll_single);
    twExt_Idle(RATE, TW_THREADING_SINGLE, 0);
}

/* Goes on at the end of the input, and prints nothing (E14). */
static void idle_at_end_of_input(void) {
    end_with = 8;
    if (pipe(poll_pipe) != 0) finish(24);
    set_up(poll_threads);
    twExt_Idle(RATE, TW_THREADING_MULTI, 1);
    finish(25);
}

static void wait_for_poll(void) {
    char byte;
    if (read(poll_pipe[0], &byte, 1) != 1) finish(26);
}

/* Returns at q, with the threads running (E15). */
static void idle_until_q(enum twThreadingModel model) {
    int i;
    end_with = -1;
    if (pipe(poll_pipe) != 0) finish(27);
    set_up(poll_threads);
    twExt_Idle(RATE, model, 1);
    for (i = 0; i < 10; i++) {
        wait_for_poll();
    }
    if (twExt_Stop() != TW_OK) finish(28);
    twTasker_Stop();
    twExt_Delete();
    if (twApi_Delete() != TW_OK) finish(29);
    finish(9);
}

static void idle_multi(void) {
    idle_until_q(TW_THREADING_MULTI);
}

static void idle_tasker(void) {
    idle_until_q(TW_THREADING_TASKER);
}

int main(void) {
    size_t printed = 0;
    CHECK_INT(run(idle_single, "", &printed), 7);
    CHECK_INT(printed, 0);
    CHECK_INT(run(idle_at_end_of_input, "", &printed), 8);
    CHECK_INT(printed, 0);
    CHECK_INT(run(idle_at_end_of_input, "abc\n", &printed), 8);
    CHECK_INT(printed, 0);
    CHECK_INT(run(idle_multi, "abc\nq", &printed), 9);
    CHECK_INT(printed, 0);
    CHECK_INT(run(idle_tasker, "q", &printed), 9);
    CHECK_INT(printed, 0);
    return check_result();
}
