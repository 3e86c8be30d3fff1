/* Plain TCP sockets of the port. */
#include "twOSPort.h"

#include "check.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static int listener;
static int16_t port;

static void listen_somewhere(void) {
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listener = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_INT(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    CHECK_INT(listen(listener, 5), 0);
    CHECK_INT(getsockname(listener, (struct sockaddr *)&address, &length), 0);
    port = (int16_t)ntohs(address.sin_port);
}

static void test_exchange(void) {
    char buffer[16] = "";
    int peer;
    twSocket *s = twSocket_Create("127.0.0.1", port, 0);
    CHECK(s != NULL);
    CHECK_STR(s->host, "127.0.0.1");
    CHECK_INT(s->port, (uint16_t)port);
    CHECK_INT(s->state, CLOSED);
    CHECK_INT(twSocket_Write(s, buffer, 1, 10), -1);
    CHECK_INT(twSocket_Read(s, buffer, 1, 10), -1);
    CHECK_INT(twSocket_Close(s), -1);

    CHECK_INT(twSocket_Connect(s), 0);
    CHECK_INT(s->state, OPEN);
    peer = accept(listener, NULL, NULL);
    CHECK_INT(twSocket_WaitFor(s, 10), 0);
    CHECK_INT(twSocket_Read(s, buffer, sizeof buffer, 10), 0);
    CHECK_INT(write(peer, "hello", 5), 5);
    CHECK_INT(twSocket_WaitFor(s, 60000), 1);
    CHECK_INT(twSocket_Read(s, buffer, sizeof buffer, 60000), 5);
    CHECK(memcmp(buffer, "hello", 5) == 0);
    CHECK_INT(twSocket_Write(s, "there", 5, 10), 5);
    CHECK_INT(read(peer, buffer, sizeof buffer), 5);
    CHECK(memcmp(buffer, "there", 5) == 0);
    close(peer);
    CHECK_INT(twSocket_WaitFor(s, 60000), 1);
    CHECK_INT(twSocket_Read(s, buffer, sizeof buffer, 60000), 0);

    CHECK_INT(twSocket_Reconnect(s), 0);
    peer = accept(listener, NULL, NULL);
    CHECK_INT(twSocket_Write(s, "again", 5, 10), 5);
    CHECK_INT(read(peer, buffer, sizeof buffer), 5);
    CHECK_INT(twSocket_Close(s), 0);
    CHECK_INT(twSocket_Close(s), -1);
    CHECK_INT(read(peer, buffer, sizeof buffer), 0);
    close(peer);
    CHECK_INT(twSocket_Delete(s), 0);
}

/* More than an array of select() holds. */
static void test_high_descriptor(void) {
    struct rlimit limit;
    twSocket *s = twSocket_Create("127.0.0.1", port, 0);
    int peer, high;
    char byte;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    CHECK_INT(twSocket_Connect(s), 0);
    peer = accept(listener, NULL, NULL);
    high = fcntl(s->sock, F_DUPFD, 1500);
    if (high >= 0) {
        close(s->sock);
        s->sock = high;
        CHECK_INT(twSocket_WaitFor(s, 10), 0);
        CHECK_INT(write(peer, "x", 1), 1);
        CHECK_INT(twSocket_Read(s, &byte, 1, 60000), 1);
    }
    close(peer);
    CHECK_INT(twSocket_Delete(s), 0);
}

/* The peer is gone: an error and no signal. */
static void test_broken_pipe(void) {
    twSocket *s = twSocket_Create("127.0.0.1", port, 0);
    int peer, i, result = 0;
    struct linger reset = {1, 0};
    char byte;
    CHECK_INT(twSocket_Connect(s), 0);
    peer = accept(listener, NULL, NULL);
    setsockopt(peer, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(peer);
    CHECK_INT(twSocket_WaitFor(s, 60000), 1);
    (void)twSocket_Read(s, &byte, 1, 0);
    for (i = 0; i < 3 && result >= 0; i++) {
        result = twSocket_Write(s, "x", 1, 10);
    }
    CHECK_INT(result, -1);
    CHECK_INT(twSocket_GetLastError(), EPIPE);
    CHECK_INT(twSocket_Delete(s), 0);
}

static void test_failures(void) {
    twSocket *s = twSocket_Create("127.0.0.1", port, 0);
    close(listener);
    CHECK_INT(twSocket_Connect(s), ECONNREFUSED);
    CHECK_INT(s->state, CLOSED);
    CHECK_INT(twSocket_Delete(s), 0);
    s = twSocket_Create("", 80, 0);
    CHECK(s != NULL);
    CHECK_INT(twSocket_Connect(s), -1);
    CHECK_INT(twSocket_Reconnect(s), -1);
    CHECK_INT(twSocket_Delete(s), 0);
    CHECK(twSocket_Create(NULL, 80, 0) == NULL);
    CHECK(twSocket_Create("no such host.invalid", 80, 0) == NULL);
    CHECK_INT(twSocket_Connect(NULL), -1);
    CHECK_INT(twSocket_Reconnect(NULL), -1);
    CHECK_INT(twSocket_Close(NULL), -1);
    CHECK_INT(twSocket_WaitFor(NULL, 5), -1);
    CHECK_INT(twSocket_Read(NULL, NULL, 5, 5), -1);
    CHECK_INT(twSocket_Write(NULL, NULL, 5, 5), -1);
    CHECK_INT(twSocket_Delete(NULL), -1);
}

int main(void) {
    listen_somewhere();
    test_exchange();
    test_high_descriptor();
    test_broken_pipe();
    test_failures();
    return check_result();
}
