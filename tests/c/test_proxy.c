/* HTTP proxies: the settings and their traces, what a proxy may answer, NTLM, and the connection to a platform through a proxy. */
#define _POSIX_C_SOURCE 200809L
#include "crypto_wrapper.h"
#include "twApi.h"
#include "twHttpProxy.h"
#include "twNtlm.h"
#include "twTls.h"

#include "check.h"
#include "platform.h"

#include <poll.h>
#include <pthread.h>
#include <time.h>

/* Exported, and declared by no header. */
extern twApi *tw_api;
extern char *supportAuthTypes[3];
char *createDigestCredentials(twSocket *, const char *);
int32_t NTLM_sendType1Msg(twSocket *, const char *request, char *domain, char *user, char *password);
int32_t NTLM_parseType2Msg(twSocket *, const char *request, char *challenge, char *domain, char *user, char *password);
uint8_t oddParity(uint8_t byte);

#define OPENED "HTTP/1.1 200 Connection established\r\n\r\n"
#define ASKS(scheme) "HTTP/1.1 407 X\r\nProxy-Authenticate: " scheme "\r\nContent-Length: 0\r\n\r\n"
#define FIRST "TlRMTVNTUAABAAAABaIAAAAAAAAAAAAAAAAAAAAAAAA="
#define CHALLENGE "TlRMTVNTUAACAAAACAAIACAAAAABggAAASNFZ4mrze9DAE8AUgBQAA=="
#define THIRD "TlRMTVNTUAADAAAAGAAYAHAAAAAYABgAiAAAAAgACABAAAAAEgASAEgAAAAWABYAWgAAAAAAAAAAAAAAAYIAAEMATwBSAFAA"
#define REQUEST "CONNECT 127.0.0.1:9 HTTP/1.1\r\nHost: proxy\r\n\r\n"
/* Answers that are none. */
#define CLOSE ""
#define SILENCE "silence"
#define STEPS 8

/* A proxy that gives one scripted answer after the other, whatever is asked on whatever connection. */
static struct {
    pthread_mutex_t mutex;
    int listener;
    unsigned short port;
    const char *answers[STEPS];
    int next, connections;
    char heads[STEPS][1024];
} proxy = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static void script(const char *a, const char *b, const char *c) {
    pthread_mutex_lock(&proxy.mutex);
    memset(proxy.answers, 0, sizeof(proxy.answers));
    memset(proxy.heads, 0, sizeof(proxy.heads));
    proxy.answers[0] = a;
    proxy.answers[1] = b;
    proxy.answers[2] = c;
    proxy.next = proxy.connections = 0;
    pthread_mutex_unlock(&proxy.mutex);
}

/* The same over and over. */
static void script_pairs(const char *a, const char *b) {
    int i;
    script(NULL, NULL, NULL);
    pthread_mutex_lock(&proxy.mutex);
    for (i = 0; i < STEPS; i++) {
        proxy.answers[i] = i % 2 ? b : a;
    }
    pthread_mutex_unlock(&proxy.mutex);
}

static int heads(void) {
    int count;
    pthread_mutex_lock(&proxy.mutex);
    count = proxy.next;
    pthread_mutex_unlock(&proxy.mutex);
    return count;
}

static int connections(void) {
    int count;
    pthread_mutex_lock(&proxy.mutex);
    count = proxy.connections;
    pthread_mutex_unlock(&proxy.mutex);
    return count;
}

static int head_has(int which, const char *text) {
    int has;
    pthread_mutex_lock(&proxy.mutex);
    has = strstr(proxy.heads[which], text) != NULL;
    if (!has) {
        fprintf(stderr, "no \"%s\" in \"%s\"\n", text, proxy.heads[which]);
    }
    pthread_mutex_unlock(&proxy.mutex);
    return has;
}

static void relay(int client) {
    char buffer[4096];
    int server = open_socket(platform_port()), i;
    struct pollfd fds[2] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
    ssize_t count = 1;
    while (server >= 0 && count > 0 && poll(fds, 2, -1) > 0) {
        for (i = 0; i < 2 && count > 0; i++) {
            if (fds[i].revents) {
                count = recv(fds[i].fd, buffer, sizeof(buffer), 0);
                if (count > 0) {
                    count = send(fds[1 - i].fd, buffer, (size_t)count, MSG_NOSIGNAL);
                }
            }
        }
    }
    if (server >= 0) {
        close(server);
    }
}

static void *serve(void *argument) {
    int client = *(int *)argument;
    char head[1024];
    size_t length = 0;
    const char *answer;
    free(argument);
    while (length < sizeof(head) - 1 && recv(client, head + length, 1, 0) == 1) {
        head[++length] = 0;
        if (length < 4 || strcmp(head + length - 4, "\r\n\r\n") != 0) {
            continue;
        }
        length = 0;
        pthread_mutex_lock(&proxy.mutex);
        answer = proxy.next < STEPS ? proxy.answers[proxy.next] : NULL;
        if (proxy.next < STEPS) {
            strcpy(proxy.heads[proxy.next++], head);
        }
        pthread_mutex_unlock(&proxy.mutex);
        if (!answer || !*answer) {
            break;
        }
        if (strcmp(answer, SILENCE) != 0) {
            send(client, answer, strlen(answer), MSG_NOSIGNAL);
            if (strstr(answer, " 200 ") || !strstr(answer, "\r\n\r\n")) {
                if (strstr(answer, "\r\n\r\n")) {
                    relay(client);
                }
                break;
            }
        }
    }
    close(client);
    return NULL;
}

static void *listen_on(void *unused) {
    (void)unused;
    for (;;) {
        pthread_t thread;
        int *client = malloc(sizeof(int));
        *client = accept(proxy.listener, NULL, NULL);
        if (*client < 0) {
            free(client);
            return NULL;
        }
        pthread_mutex_lock(&proxy.mutex);
        proxy.connections++;
        pthread_mutex_unlock(&proxy.mutex);
        pthread_create(&thread, NULL, serve, client);
        pthread_detach(thread);
    }
}

static pthread_t start_proxy(void) {
    pthread_t thread;
    struct sockaddr_in address;
    socklen_t length = sizeof(address);
    memset(&address, 0, sizeof(address));
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    proxy.listener = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_INT(bind(proxy.listener, (struct sockaddr *)&address, sizeof(address)), 0);
    CHECK_INT(listen(proxy.listener, 8), 0);
    CHECK_INT(getsockname(proxy.listener, (struct sockaddr *)&address, &length), 0);
    proxy.port = ntohs(address.sin_port);
    pthread_create(&thread, NULL, listen_on, NULL);
    return thread;
}

static int asked;

static void password(char *buffer, unsigned int size) {
    asked++;
    snprintf(buffer, size, "prx-pass");
}

static void other_password(char *buffer, unsigned int size) { snprintf(buffer, size, "other"); }

static void app_key(char *buffer, unsigned int size) {
    const char *key = getenv("TWEDGE_TEST_KEY");
    snprintf(buffer, size, "%s", key ? key : "key");
}

/* The log of the test, to be searched for secrets. */
static pthread_mutex_t log_mutex = PTHREAD_MUTEX_INITIALIZER;
static int leaks, reasons;

static void watch(enum LogLevel level, const char *time, const char *text) {
    (void)level;
    (void)time;
    pthread_mutex_lock(&log_mutex);
    leaks += strstr(text, "prx-pass") || strstr(text, "cHJveHl1c2VyOnByeC1wYXNz") || strstr(text, THIRD);
    reasons += strstr(text, "does not let the connection through") != NULL;
    pthread_mutex_unlock(&log_mutex);
}

static void test_crypto(void) {
    const uint8_t seven[7] = {0x12, 0x69, 0x5b, 0xc9, 0xb7, 0xb7, 0xf8};
    const uint8_t expected[8] = {0x13, 0x34, 0x57, 0x79, 0x9b, 0xbc, 0xdf, 0xf1};
    const unsigned char plain[8] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef};
    const unsigned char sealed[8] = {0x85, 0xe8, 0x13, 0x54, 0x0f, 0x0a, 0xb4, 0x05};
    uint8_t key[8];
    unsigned char place[16];
    createDESKey(seven, key);
    CHECK(memcmp(key, expected, 8) == 0);
    CHECK_INT(EncryptDES(key, place, plain), 0);
    CHECK(memcmp(place, sealed, 8) == 0);
    CHECK_INT(DecryptDES(key, sealed, place), 0);
    CHECK(memcmp(place, plain, 8) == 0);
    /* In place. */
    CHECK_INT(EncryptDES(key, place, place), 0);
    CHECK(memcmp(place, sealed, 8) == 0);
    CHECK_INT(MD4Hash((const unsigned char *)"", 0, place), 0);
    CHECK(memcmp(place, "\x31\xd6\xcf\xe0\xd1\x6a\xe9\x31\xb7\x3c\x59\xd7\xe0\xc0\x89\xc0", 16) == 0);
    CHECK_INT(oddParity(0x02), 0x02);
    CHECK_INT(oddParity(0x06), 0x07);
}

static void test_nothing(void) {
    CHECK_INT(twApi_SetProxyInfo("127.0.0.1", 3128, NULL, NULL), TW_SOCKET_INIT_ERROR);
    CHECK_INT(twApi_ClearProxyInfo(), TW_SOCKET_INIT_ERROR);
    CHECK_INT(twSocket_SetProxyInfo(NULL, "127.0.0.1", 3128, NULL, NULL), TW_SOCKET_INIT_ERROR);
    CHECK_INT(twSocket_ClearProxyInfo(NULL), TW_SOCKET_INIT_ERROR);
    CHECK_INT(connectToProxy(NULL, NULL), TW_INVALID_PARAM);
    CHECK(createDigestCredentials(NULL, "Digest nonce=x") == NULL);
    CHECK_STR(supportAuthTypes[0], "NTLM");
    CHECK_STR(supportAuthTypes[1], "Digest");
    CHECK_STR(supportAuthTypes[2], "Basic");
}

static twSocket *socket_with_proxy(char *user, twPasswdCallbackFunction callback) {
    twSocket *s = twSocket_Create("127.0.0.1", 9, 0);
    CHECK_INT(twSocket_SetProxyInfo(s, "127.0.0.1", proxy.port, user, callback), TW_OK);
    return s;
}

static void test_settings_of_a_socket(void) {
    twSocket *s = socket_with_proxy("one", password);
    CHECK_STR(s->proxyHost, "127.0.0.1");
    CHECK_INT(s->proxyPort, proxy.port);
    CHECK_STR(s->proxyUser, "one");
    CHECK(s->proxyPassCallback == password);
    CHECK_INT(twSocket_SetProxyInfo(s, NULL, 1, "x", other_password), TW_INVALID_PARAM);
    CHECK_INT(twSocket_SetProxyInfo(s, "127.0.0.2", 0, "x", other_password), TW_INVALID_PARAM);
    CHECK_INT(twSocket_SetProxyInfo(s, "no such host.invalid", 1, "x", other_password), TW_INVALID_PARAM);
    CHECK_STR(s->proxyHost, "127.0.0.1");
    CHECK_STR(s->proxyUser, "one");
    /* Its own texts. */
    CHECK_INT(twSocket_SetProxyInfo(s, s->proxyHost, 81, s->proxyUser, other_password), TW_OK);
    CHECK_STR(s->proxyHost, "127.0.0.1");
    CHECK_STR(s->proxyUser, "one");
    CHECK_INT(s->proxyPort, 81);
    CHECK_INT(twSocket_ClearProxyInfo(s), TW_OK);
    CHECK_INT(twSocket_ClearProxyInfo(s), TW_OK);
    CHECK_STR(s->proxyHost, NULL);
    CHECK_STR(s->proxyUser, NULL);
    CHECK_INT(s->proxyPort, 0);
    CHECK(s->proxyPassCallback == NULL);
    CHECK_INT(twSocket_Delete(s), 0);
}

/* One connect of a socket, with what the proxy answers. */
static void outcome(char *user, twPasswdCallbackFunction callback, const char *a, const char *b, int code) {
    twSocket *s = socket_with_proxy(user, callback);
    script(a, b, NULL);
    CHECK_INT(twSocket_Connect(s), code);
    CHECK_INT(s->state, code == TW_OK ? OPEN : CLOSED);
    CHECK_INT(twSocket_Delete(s), 0);
}

static void test_answers(void) {
    uint32_t patience = twcfg.connect_timeout;
    int before;
    outcome(NULL, NULL, OPENED, NULL, TW_OK);
    CHECK(head_has(0, "CONNECT 127.0.0.1:9 HTTP/1.1\r\nHost: 127.0.0.1\r\nProxy-Connection: keep-alive\r\n"));
    asked = 0;
    outcome("proxyuser", password, ASKS("Basic realm=r"), OPENED, TW_OK);
    CHECK(head_has(1, "\r\nProxy-Authorization: Basic cHJveHl1c2VyOnByeC1wYXNz\r\n\r\n"));
    CHECK_INT(asked, 1);
    CHECK_INT(connections(), 2);
    outcome("proxyuser", password, ASKS("Digest realm=\"r\", nonce=\"n\", qop=\"auth\""), OPENED, TW_OK);
    CHECK(head_has(1, "\r\nProxy-Authorization: Digest username=\"proxyuser\",realm=\"r\",nonce=\"n\",uri=\"127.0.0.1:9\",qop=auth,"));
    before = reasons;
    outcome("proxyuser", password, ASKS("Basic realm=r"), ASKS("Basic realm=r"), TW_ERROR_CONNECTING_TO_PROXY);
    CHECK_INT(heads(), 2);
    CHECK_INT(reasons, before + 1);
    outcome(NULL, NULL, "HTTP/1.1 403 Forbidden\r\n\r\n", NULL, TW_ERROR_CONNECTING_TO_PROXY);
    outcome(NULL, NULL, "this is not HTTP at all\r\n\r\n", NULL, TW_ERROR_CONNECTING_TO_PROXY);
    outcome(NULL, NULL, CLOSE, NULL, TW_TIMEOUT_READING_FROM_SOCKET);
    outcome(NULL, NULL, "HTTP/1.1 20", NULL, TW_ERROR_READING_RESPONSE);
    outcome(NULL, password, ASKS("Basic realm=r"), NULL, TW_INVALID_PROXY_CREDENTIALS);
    outcome("u", NULL, ASKS("Basic realm=r"), NULL, TW_INVALID_PROXY_CREDENTIALS);
    outcome("u", password, ASKS("Negotiate"), NULL, TW_UNSUPPORTED_PROXY_AUTH_TYPE);
    twcfg.connect_timeout = 200;
    outcome(NULL, NULL, SILENCE, NULL, TW_TIMEOUT_READING_FROM_SOCKET);
    twcfg.connect_timeout = patience;
}

static void test_connect_to_proxy(void) {
    twSocket *s = socket_with_proxy(NULL, NULL);
    char *digest;
    CHECK_INT(connectToProxy(s, NULL), TW_ERROR_WRITING_TO_SOCKET);
    CHECK_INT(twSocket_Delete(s), 0);
    /* Credentials of the caller: as text or as line, sent at once and once. */
    s = twSocket_Create("127.0.0.1", (int16_t)proxy.port, 0);
    script(OPENED, ASKS("Basic realm=r"), NULL);
    CHECK_INT(twSocket_Connect(s), TW_OK);
    CHECK_INT(connectToProxy(s, "Basic Zm9v"), TW_OK);
    CHECK(head_has(0, "\r\nProxy-Authorization: Basic Zm9v\r\n\r\n"));
    CHECK_INT(twSocket_Reconnect(s), TW_OK);
    CHECK_INT(connectToProxy(s, "Proxy-Authorization: Basic Zm9v\r\n"), TW_ERROR_CONNECTING_TO_PROXY);
    CHECK(head_has(1, "\r\nProxy-Authorization: Basic Zm9v\r\n\r\n"));
    CHECK_INT(twSocket_Delete(s), 0);

    s = socket_with_proxy("u", password);
    digest = createDigestCredentials(s, "Digest realm=\"r\", nonce=\"n\"");
    CHECK(digest && strncmp(digest, "Digest username=\"u\",realm=\"r\",nonce=\"n\",uri=\"127.0.0.1:9\",response=\"", 68) == 0);
    free(digest);
    CHECK(createDigestCredentials(s, NULL) == NULL);
    CHECK(createDigestCredentials(s, "Basic realm=r") == NULL);
    CHECK_INT(twSocket_Delete(s), 0);
}

static void test_ntlm(void) {
    char user[] = "CORP\\proxyuser", secret[] = "prx-pass", challenge[] = CHALLENGE, junk[] = "junk", domain[] = "CORP";
    const char *offer = ASKS("NTLM");
    twSocket *s = twSocket_Create("127.0.0.1", (int16_t)proxy.port, 0);
    CHECK_INT(NTLM_connectToProxy(NULL, REQUEST, offer, user, secret), -1);
    CHECK_INT(NTLM_connectToProxy(s, REQUEST, offer, user, secret), -1);
    CHECK_INT(NTLM_sendType1Msg(s, REQUEST, NULL, user, secret), -1);
    CHECK_INT(NTLM_sendType1Msg(NULL, REQUEST, NULL, user, secret), -1);
    CHECK_INT(NTLM_parseType2Msg(NULL, REQUEST, challenge, NULL, user, secret), -1);

    script(ASKS("NTLM " CHALLENGE), OPENED, NULL);
    CHECK_INT(twSocket_Connect(s), 0);
    CHECK_INT(NTLM_connectToProxy(s, NULL, offer, user, secret), -1);
    CHECK_INT(NTLM_connectToProxy(s, REQUEST, NULL, user, secret), -1);
    CHECK_INT(NTLM_connectToProxy(s, REQUEST, offer, NULL, secret), -1);
    CHECK_INT(NTLM_connectToProxy(s, REQUEST, offer, user, NULL), -1);
    CHECK_INT(NTLM_connectToProxy(s, REQUEST, "HTTP/1.1 407 X\r\n\r\n", user, secret), -1);
    CHECK_INT(heads(), 0);
    CHECK_INT(NTLM_connectToProxy(s, REQUEST, offer, user, secret), 0);
    CHECK(head_has(0, "CONNECT 127.0.0.1:9 HTTP/1.1\r\nHost: proxy\r\nProxy-Authorization: NTLM " FIRST "\r\n\r\n"));
    CHECK(head_has(1, "\r\nProxy-Authorization: NTLM " THIRD));

    /* No challenge; a refusal. */
    script(ASKS("NTLM"), ASKS("NTLM " CHALLENGE), ASKS("NTLM"));
    CHECK_INT(twSocket_Reconnect(s), 0);
    CHECK_INT(NTLM_connectToProxy(s, REQUEST, offer, user, secret), -1);
    CHECK_INT(NTLM_connectToProxy(s, REQUEST, offer, user, secret), -1);
    CHECK_INT(heads(), 3);

    /* The halves. */
    script(SILENCE, SILENCE, NULL);
    CHECK_INT(twSocket_Reconnect(s), 0);
    CHECK_INT(NTLM_sendType1Msg(s, NULL, NULL, user, secret), -1);
    CHECK_INT(NTLM_sendType1Msg(s, REQUEST, NULL, NULL, secret), -1);
    CHECK_INT(NTLM_sendType1Msg(s, REQUEST, NULL, user, NULL), -1);
    CHECK_INT(NTLM_parseType2Msg(s, REQUEST, NULL, domain, user, secret), -1);
    CHECK_INT(NTLM_parseType2Msg(s, REQUEST, junk, domain, user, secret), -1);
    CHECK_INT(NTLM_parseType2Msg(s, NULL, challenge, domain, user, secret), -1);
    CHECK_INT(NTLM_sendType1Msg(s, REQUEST, NULL, user, secret), 0);
    CHECK_INT(NTLM_parseType2Msg(s, REQUEST, challenge, domain, user + 5, secret), 0);
    CHECK_INT(twSocket_Delete(s), 0);
    while (heads() < 2) {
        struct timespec pause = {0, 1000000};
        nanosleep(&pause, NULL);
    }
    CHECK(head_has(0, FIRST));
    CHECK(head_has(1, THIRD));
}

static twSocket *api_socket(void) { return tw_api->mh->ws->connection->connection; }

static void test_settings_of_the_api(void) {
    twSocket *s;
    struct twMessageHandler *handler;
    CHECK_INT(twApi_Initialize("127.0.0.1", 9, "/Thingworx/WS", app_key, NULL, 8192, 8192, FALSE), TW_OK);
    s = api_socket();
    CHECK(s->proxyHost == NULL && s->proxyUser == NULL && s->proxyPassCallback == NULL && s->proxyPort == 0);
    CHECK_INT(twApi_ClearProxyInfo(), TW_OK);
    CHECK_INT(twApi_SetProxyInfo(NULL, 3128, NULL, NULL), TW_INVALID_PARAM);
    CHECK_INT(twApi_SetProxyInfo("127.0.0.1", 0, NULL, NULL), TW_INVALID_PARAM);
    CHECK_INT(twApi_SetProxyInfo("no such host.invalid", 3128, NULL, NULL), TW_INVALID_PARAM);
    CHECK_STR(s->proxyHost, NULL);
    CHECK_INT(twApi_SetProxyInfo("127.0.0.1", 3128, "one", password), TW_OK);
    CHECK_INT(twApi_SetProxyInfo("localhost", 3129, "two", other_password), TW_OK);
    CHECK_INT(twApi_SetProxyInfo("no such host.invalid", 1, "x", password), TW_INVALID_PARAM);
    CHECK_STR(s->proxyHost, "localhost");
    CHECK_INT(s->proxyPort, 3129);
    CHECK_STR(s->proxyUser, "two");
    CHECK(s->proxyPassCallback == other_password);
    CHECK_STR(tw_api->connectionInfo->proxy_host, "localhost");
    CHECK_INT(tw_api->connectionInfo->proxy_port, 3129);
    CHECK_STR(tw_api->connectionInfo->proxy_user, "two");
    CHECK_INT(twApi_SetProxyInfo("127.0.0.1", 3130, NULL, NULL), TW_OK);
    CHECK_STR(s->proxyUser, NULL);
    CHECK(s->proxyPassCallback == NULL);
    CHECK_INT(twApi_ClearProxyInfo(), TW_OK);
    CHECK_INT(twApi_ClearProxyInfo(), TW_OK);
    CHECK(s->proxyHost == NULL && s->proxyUser == NULL && s->proxyPassCallback == NULL && s->proxyPort == 0);
    CHECK_STR(tw_api->connectionInfo->proxy_host, NULL);
    /* Through the socket it is the same. */
    CHECK_INT(twSocket_SetProxyInfo(s, "127.0.0.1", 3128, "one", password), TW_OK);
    CHECK_STR(tw_api->connectionInfo->proxy_user, "one");
    CHECK_INT(twSocket_ClearProxyInfo(s), TW_OK);
    CHECK_STR(tw_api->connectionInfo->proxy_user, NULL);
    handler = tw_api->mh;
    tw_api->mh = NULL;
    CHECK_INT(twApi_SetProxyInfo("127.0.0.1", 3128, NULL, NULL), TW_SOCKET_INIT_ERROR);
    CHECK_INT(twApi_ClearProxyInfo(), TW_SOCKET_INIT_ERROR);
    tw_api->mh = handler;
    CHECK_INT(twApi_Delete(), TW_OK);
}

static void test_refusals_of_connect(void) {
    CHECK_INT(twApi_Initialize("127.0.0.1", 9, "/Thingworx/WS", app_key, NULL, 8192, 8192, FALSE), TW_OK);
    twApi_DisableEncryption();
    CHECK_INT(twApi_SetProxyInfo("127.0.0.1", proxy.port, "proxyuser", password), TW_OK);
    script("HTTP/1.1 403 Forbidden\r\n\r\n", NULL, NULL);
    CHECK_INT(twApi_Connect(5000, 1), TW_SOCKET_INIT_ERROR);
    asked = 0;
    script(ASKS("Basic realm=r"), ASKS("Basic realm=r"), NULL);
    CHECK_INT(twApi_Connect(5000, 1), TW_SOCKET_INIT_ERROR);
    CHECK_INT(asked, 1);
    script(SILENCE, NULL, NULL);
    CHECK_INT(twApi_Connect(200, 1), TW_SOCKET_INIT_ERROR);
    CHECK_INT(twApi_Delete(), TW_OK);
}

/* Runs the main loop until the connection is there or not. */
static int pump_until(int connected) {
    time_t end = time(NULL) + 60;
    while (twApi_isConnected() != connected && time(NULL) < end) {
        struct timespec pause = {0, 5000000};
        twApi_TaskerFunction(twGetSystemTime(TRUE), NULL);
        twMessageHandler_msgHandlerTask(twGetSystemTime(TRUE), NULL);
        nanosleep(&pause, NULL);
    }
    return twApi_isConnected() == connected;
}

static int get_user(char forceConnect) {
    twInfoTable *table = NULL;
    int code = twApi_InvokeService(TW_RESOURCE, "CurrentSessionInfo", "GetCurrentUser", NULL, &table, -1, forceConnect);
    twInfoTable_Delete(table);
    return code;
}

static void test_platform_behind_a_proxy(void) {
    twcfg.connect_retry_interval = 20;
    twcfg.max_connect_delay = 50;
    CHECK_INT(twApi_Initialize("127.0.0.1", platform_port(), "/Thingworx/WS", app_key, NULL, 8192, 8192, TRUE), TW_OK);
    twApi_DisableEncryption();
    CHECK_INT(twApi_SetProxyInfo("127.0.0.1", proxy.port, "proxyuser", password), TW_OK);
    asked = 0;
    script_pairs(ASKS("Basic realm=r"), OPENED);
    CHECK_INT(twApi_Connect(5000, 1), TW_OK);
    CHECK_INT(get_user(FALSE), TW_OK);
    CHECK_INT(asked, 1);
    CHECK_INT(heads(), 2);
    CHECK(head_has(1, "Basic cHJveHl1c2VyOnByeC1wYXNz"));

    /* Setting it again closes the connection; the reconnect goes the new way, and asks for the password again. */
    CHECK_INT(twApi_SetProxyInfo("localhost", proxy.port, "proxyuser", password), TW_OK);
    CHECK_INT(twApi_isConnected(), FALSE);
    CHECK(pump_until(TRUE));
    CHECK_INT(asked, 2);
    CHECK(head_has(2, "\r\nHost: localhost\r\n"));
    CHECK_INT(get_user(FALSE), TW_OK);

    /* A request that insists. */
    CHECK_INT(twApi_Disconnect("pause"), TW_OK);
    CHECK_INT(get_user(TRUE), TW_OK);
    CHECK_INT(asked, 3);
    CHECK_INT(heads(), 6);

    CHECK_INT(twApi_ClearProxyInfo(), TW_OK);
    CHECK_INT(twApi_isConnected(), FALSE);
    CHECK(pump_until(TRUE));
    CHECK_INT(get_user(FALSE), TW_OK);
    CHECK_INT(heads(), 6);
    CHECK_INT(twApi_Delete(), TW_OK);
}

int main(void) {
    pthread_t thread = start_proxy();
    twLogger_SetLevel(TW_TRACE);
    twLogger_SetIsVerbose(1);
    twLogger_SetFunction(watch);
    test_crypto();
    test_nothing();
    test_settings_of_a_socket();
    test_answers();
    test_connect_to_proxy();
    test_ntlm();
    test_settings_of_the_api();
    twLogger_SetLevel(TW_TRACE);
    twLogger_SetFunction(watch);
    test_refusals_of_connect();
    CHECK(reasons > 3);
    twLogger_SetLevel(TW_TRACE);
    twLogger_SetFunction(watch);
    if (platform_port()) {
        test_platform_behind_a_proxy();
    }
    CHECK_INT(leaks, 0);
    shutdown(proxy.listener, SHUT_RDWR);
    close(proxy.listener);
    pthread_join(thread, NULL);
    return check_result();
}
