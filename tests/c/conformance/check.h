/* Checks of the conformance programs. One program per public header; it uses public headers only, so that it can be built
 * against any implementation of the interface.
 *
 * Checks stand in groups, which are functions. Each group runs in a process of its own, so that a crash or an endless wait
 * costs one group only. Each check says what the original library does with it: ORIGINAL_PASSES, or QUIRK("id") when a
 * known weakness of the original makes it fail. CONFORMANCE_OTHER in the environment says that another library is tested:
 * then failures with a quirk are counted as expected; otherwise no quirk excuses anything. */
#ifndef CONFORMANCE_CHECK_H
#define CONFORMANCE_CHECK_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define ORIGINAL_PASSES NULL
#define QUIRK(id) (id)

/* A group: its function, and the quirk that makes the original crash or hang in it, if any. */
typedef struct {
    const char *name;
    void (*run)(void);
    const char *quirk;
    /* Only with a platform. */
    int online;
} Group;

#define GROUP(function) {#function, function, NULL, 0}
#define GROUP_CRASHES(function, quirk) {#function, function, quirk, 0}
#define GROUP_ONLINE(function) {#function, function, NULL, 1}
#define GROUP_ONLINE_CRASHES(function, quirk) {#function, function, quirk, 1}

/* What a group has found, as text lines "+", "-" or "=" (expected) to the process that counts. */
static int conformance_pipe = -1;
static const char *conformance_group = "";

static inline int conformance_tests_other(void) { return getenv("CONFORMANCE_OTHER") != NULL; }

static inline void conformance_record(char sign) {
    ssize_t written;
    do {
        written = write(conformance_pipe, &sign, 1);
    } while (written < 0);
}

static inline int conformance_check(int holds, const char *name, const char *quirk, const char *file, int line) {
    if (holds) {
        conformance_record('+');
    } else if (quirk && conformance_tests_other()) {
        conformance_record('=');
        fprintf(stderr, "%s:%d: %s: %s: fails as expected (%s)\n", file, line, conformance_group, name, quirk);
    } else {
        conformance_record('-');
        fprintf(stderr, "%s:%d: %s: %s\n", file, line, conformance_group, name);
    }
    return holds;
}

static inline int conformance_int(long long found, long long expected, const char *name, const char *quirk,
                                  const char *file, int line) {
    if (!conformance_check(found == expected, name, quirk, file, line)) {
        fprintf(stderr, "    is %lld, should be %lld\n", found, expected);
    }
    return found == expected;
}

static inline int conformance_str(const char *found, const char *expected, const char *name, const char *quirk,
                                  const char *file, int line) {
    int same = found == expected || (found && expected && strcmp(found, expected) == 0);
    if (!conformance_check(same, name, quirk, file, line)) {
        fprintf(stderr, "    is \"%s\", should be \"%s\"\n", found ? found : "(NULL)", expected ? expected : "(NULL)");
    }
    return same;
}

/* A condition; the name of the check; what the original does. */
#define CHECK(condition, name, original) conformance_check((condition) ? 1 : 0, name, original, __FILE__, __LINE__)
/* An integer: what was found, what should be, the name, what the original does. */
#define CHECK_INT(found, expected, name, original)                                                                     \
    conformance_int((long long)(found), (long long)(expected), name, original, __FILE__, __LINE__)
/* A string, or NULL, likewise. */
#define CHECK_STR(found, expected, name, original) conformance_str(found, expected, name, original, __FILE__, __LINE__)

/* How long a group may take in seconds. */
static inline unsigned conformance_limit(void) { return getenv("UNDER_VALGRIND") ? 150 : 40; }

typedef struct {
    int checks, passed, failed, expected;
} ConformanceCount;

static inline void conformance_count(int fd, ConformanceCount *count) {
    char signs[256];
    ssize_t got, i;
    while ((got = read(fd, signs, sizeof(signs))) > 0) {
        for (i = 0; i < got; i++) {
            count->checks++;
            count->passed += signs[i] == '+';
            count->failed += signs[i] == '-';
            count->expected += signs[i] == '=';
        }
    }
}

/* How a group's process ended. A crash, an endless wait and an error that valgrind reports are checks that failed. */
static inline void conformance_judge(const Group *group, int status, ConformanceCount *count) {
    const char *how = "a memory error or leak (valgrind)";
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        return;
    }
    if (WIFSIGNALED(status)) {
        how = WTERMSIG(status) == SIGALRM ? "it does not end" : strsignal(WTERMSIG(status));
    } else if (WEXITSTATUS(status) != 99) {
        how = "it ends the process";
    }
    count->checks++;
    if (group->quirk && conformance_tests_other()) {
        count->expected++;
        fprintf(stderr, "%s: %s, as expected (%s)\n", group->name, how, group->quirk);
    } else {
        count->failed++;
        fprintf(stderr, "%s: %s\n", group->name, how);
    }
}

static inline void conformance_run(const Group *group, ConformanceCount *count) {
    int ends[2], status = 0;
    pid_t child;
    fflush(NULL);
    if (pipe(ends) != 0 || (child = fork()) < 0) {
        perror(group->name);
        count->checks++;
        count->failed++;
        return;
    }
    if (child == 0) {
        close(ends[0]);
        conformance_pipe = ends[1];
        conformance_group = group->name;
        signal(SIGALRM, SIG_DFL);
        alarm(conformance_limit());
        group->run();
        exit(0);
    }
    close(ends[1]);
    conformance_count(ends[0], count);
    close(ends[0]);
    while (waitpid(child, &status, 0) < 0) {
    }
    conformance_judge(group, status, count);
}

/* Runs all groups and writes the row of the table: header, checks, passed, failed, failed as expected. For main to return:
 * 0, or 1 when a check failed, or 99 when valgrind found something in this process itself. */
static inline int run_groups(const char *header, const Group *groups, size_t number, int argc, char **argv) {
    ConformanceCount count = {0, 0, 0, 0};
    size_t i;
    for (i = 0; i < number; i++) {
        if (argc > 1 && strcmp(argv[1], groups[i].name) != 0) {
            continue;
        }
        if (groups[i].online && !getenv("TWEDGE_TEST_PORT")) {
            fprintf(stderr, "%s: no platform, not run\n", groups[i].name);
            continue;
        }
        conformance_run(&groups[i], &count);
    }
    printf("\nROW\t%s\t%d\t%d\t%d\t%d\n", header, count.checks, count.passed, count.failed, count.expected);
    return count.failed != 0;
}

#define CONFORMANCE_MAIN(header, ...) CONFORMANCE_MAIN_WARM(header, (void)0, __VA_ARGS__)

/* As CONFORMANCE_MAIN; under valgrind a statement first runs in the process that all groups are forked from: what valgrind
 * has translated there it need not translate in each of them. */
#define CONFORMANCE_MAIN_WARM(header, warm_up, ...)                                                                    \
    int main(int argc, char **argv) {                                                                                  \
        static const Group groups[] = {__VA_ARGS__};                                                                   \
        if (getenv("UNDER_VALGRIND")) {                                                                                \
            warm_up;                                                                                                   \
        }                                                                                                              \
        return run_groups(header, groups, sizeof(groups) / sizeof(groups[0]), argc, argv);                             \
    }

/* A file or folder that the tests of this process may use: a path below a new temporary folder. */
static inline const char *scratch(const char *name) {
    static char folder[256], path[512];
    if (!folder[0]) {
        const char *temporary = getenv("TMPDIR");
        snprintf(folder, sizeof(folder), "%s/conformance.XXXXXX", temporary ? temporary : "/tmp");
        if (!mkdtemp(folder)) {
            perror(folder);
            exit(1);
        }
    }
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

#endif
