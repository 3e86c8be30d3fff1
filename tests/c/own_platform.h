/* A local platform of the test's own, for what the common one of the test run does not do. Run in the project's folder. */
#ifndef OWN_PLATFORM_H
#define OWN_PLATFORM_H

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct own_platform {
    pid_t process;
    unsigned short port; /* 0: there is none */
};

/* Starts the program with these arguments behind its name, up to a NULL, and waits until it listens. */
static inline struct own_platform own_platform_start(const char *const *arguments) {
    struct own_platform platform = {0, 0};
    const char *folder = getenv("CARGO_TARGET_DIR");
    char program[512], line[128] = "", *colon;
    char *argv[16] = {program, (char *)"--port", (char *)"0", (char *)"--quiet", NULL};
    int pipes[2], i;
    size_t length = 0;
    snprintf(program, sizeof program, "%s/debug/twedge-platform", folder ? folder : "target");
    for (i = 0; arguments[i] && i < 10; i++) {
        argv[4 + i] = (char *)arguments[i];
    }
    if (access(program, X_OK) != 0 || pipe(pipes) != 0) {
        return platform;
    }
    platform.process = fork();
    if (platform.process == 0) {
        dup2(pipes[1], STDOUT_FILENO);
        close(pipes[0]);
        close(pipes[1]);
        execv(program, argv);
        _exit(127);
    }
    close(pipes[1]);
    while (length < sizeof line - 1 && read(pipes[0], line + length, 1) == 1 && line[length] != '\n') {
        length++;
    }
    close(pipes[0]);
    colon = strrchr(line, ':');
    platform.port = colon ? (unsigned short)atoi(colon + 1) : 0;
    return platform;
}

static inline void own_platform_stop(struct own_platform *platform) {
    if (platform->process > 0) {
        kill(platform->process, SIGTERM);
        waitpid(platform->process, NULL, 0);
        platform->process = 0;
    }
}

#endif
