/* The local platform of a test run, and its REST interface as an operator uses it. */
#ifndef PLATFORM_H
#define PLATFORM_H

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The port, 0 when there is no platform: the test cannot be run then. */
static inline unsigned short platform_port(void) {
    const char *text = getenv("TWEDGE_TEST_PORT");
    return text && getenv("TWEDGE_TEST_KEY") ? (unsigned short)atoi(text) : 0;
}

static inline int open_socket(unsigned short port) {
    struct sockaddr_in address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    memset(&address, 0, sizeof(address));
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* One REST request, which blocks until it is answered. The status, -1 when there was no answer; the body goes to `answer`. */
static inline int rest(const char *method, const char *path, const char *body, char *answer, size_t size) {
    char text[8192];
    size_t length = 0;
    ssize_t got = 1;
    int status = -1;
    char *start;
    int fd = open_socket(platform_port());
    if (fd < 0) {
        return -1;
    }
    snprintf(text, sizeof(text),
             "%s %s HTTP/1.0\r\nappKey: %s\r\nContent-Type: application/json\r\nContent-Length: %u\r\n\r\n%s", method, path,
             getenv("TWEDGE_TEST_KEY"), (unsigned)(body ? strlen(body) : 0), body ? body : "");
    if (send(fd, text, strlen(text), 0) == (ssize_t)strlen(text)) {
        while (got > 0 && length < sizeof(text) - 1) {
            got = recv(fd, text + length, sizeof(text) - 1 - length, 0);
            length += got > 0 ? (size_t)got : 0;
        }
        text[length] = 0;
        start = strstr(text, "\r\n\r\n");
        if (start && sscanf(text, "HTTP/%*s %d", &status) == 1) {
            snprintf(answer, size, "%s", start + 4);
        }
    }
    close(fd);
    return status;
}

#endif
