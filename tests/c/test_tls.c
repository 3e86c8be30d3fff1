/* TLS clients and servers that a program makes for itself, and the API's own client. */
#include "twApi.h"
#include "twTls.h"

#include "check.h"
#include "own_platform.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

extern twApi *tw_api;

/* A self-signed certificate for localhost, CN=plant, O=Plant, OU=Press, valid until 2120, and its key, encrypted with
 * "secret" in few iterations. */
static const char certificate[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBmjCCAT+gAwIBAgIBATAKBggqhkjOPQQDAjAwMQ4wDAYDVQQDDAVwbGFudDEO\n"
    "MAwGA1UECgwFUGxhbnQxDjAMBgNVBAsMBVByZXNzMCAXDTIwMDEwMTAwMDAwMFoY\n"
    "DzIxMjAwMTAxMDAwMDAwWjAwMQ4wDAYDVQQDDAVwbGFudDEOMAwGA1UECgwFUGxh\n"
    "bnQxDjAMBgNVBAsMBVByZXNzMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEmd86\n"
    "YaX2Iek1BpEqoHNOa+0xX8nUnWWnfjTrvL2XVP0LgMzaIumqD0jysKAAZ5G9udHU\n"
    "Y0U4bJ4yHw2vA2IxUKNIMEYwGgYDVR0RBBMwEYIJbG9jYWxob3N0hwR/AAABMAkG\n"
    "A1UdEwQCMAAwHQYDVR0OBBYEFA4KPBb2JQiGOzqRIuFwzNRD4r52MAoGCCqGSM49\n"
    "BAMCA0kAMEYCIQCLCzm4oBx9yhvYnRwMXoV2XsA2Rjq9fXjsmZgnhiUY9QIhAJ7i\n"
    "4fJlnFBuvl6mA9VpLPPlG5yG8yj8KG4btdqYfNH5\n"
    "-----END CERTIFICATE-----\n";

static const char key[] =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIHrMFYGCSqGSIb3DQEFDTBJMCgGCSqGSIb3DQEFDDAbBAjDDK9u51g5ZgIBAjAM\n"
    "BggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBKgQQXCQGPvHsDUsVwoR/EEDynwSBkM8r\n"
    "YobzQEU7I+ITgzmbUVhzAQJDtHmtU+Rcj1hLxwzH3nh+cpuMeL+a1JSWDJDbmX/W\n"
    "ybFlUYYw9v6NRxlfzhe9gRYTw4voFMuUNvCxl2Lkl4Jq9l9VC70GwRhRcwzWCpkf\n"
    "tRePJESxceJFx389HzAx7TFft5ZxF7brecyDeTR80XYVg1GMPNA3iMEGKYpEHQ==\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";

/* What a server does with a connection. */
enum manner { ECHO_TLS, ECHO_PLAIN, HANG_UP, SAY_AND_END };

static char root[64];
static int listener;
static int16_t port;
static enum manner manner;
static pthread_t server;

static char *at(const char *name) {
    static char paths[4][128];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", root, name);
    return path;
}

static void write_file(const char *name, const char *contents) {
    FILE *f = fopen(at(name), "w");
    fputs(contents, f);
    fclose(f);
}

static void passphrase(char *buffer, unsigned int size) {
    snprintf(buffer, size, "secret");
}

static void wrong_passphrase(char *buffer, unsigned int size) {
    snprintf(buffer, size, "other");
}

static void app_key(char *buffer, unsigned int size) {
    snprintf(buffer, size, "twedge-demo-key");
}

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

/* The server's end of one connection, in the library's own terms. */
static twTlsClient *server_end(int descriptor) {
    twTlsClient *t = NULL;
    CHECK_INT(twTlsClient_Create("127.0.0.1", port, 0, &t), 0);
    t->connection->sock = descriptor;
    t->connection->state = OPEN;
    if (manner == ECHO_PLAIN) {
        twTlsClient_DisableEncryption(t);
        CHECK_INT(twTlsClient_Connect(t), 0);
        return t;
    }
    CHECK_INT(twTlsServer_Accept(t), TW_SOCKET_INIT_ERROR);
    CHECK_INT(twTlsServer_Create(t), TW_SOCKET_INIT_ERROR);
    CHECK_INT(twTlsClient_UseCertificateFile(t, at("certificate.pem"), 1), 0);
    CHECK_INT(twTlsServer_Create(t), TW_SOCKET_INIT_ERROR);
    twTlsClient_SetDefaultPasswdCb(t, passphrase);
    CHECK_INT(twTlsClient_UsePrivateKeyFile(t, at("key.pem"), 1), 0);
    CHECK_INT(twTlsServer_Create(t), 0);
    return t;
}

static void *serve(void *unused) {
    char buffer[1000];
    int descriptor = accept(listener, NULL, NULL), count;
    twTlsClient *t;
    if (manner == HANG_UP) {
        close(descriptor);
        return unused;
    }
    t = server_end(descriptor);
    if (manner == ECHO_PLAIN || twTlsServer_Accept(t) == 0) {
        if (manner == SAY_AND_END) {
            CHECK_INT(twTlsClient_Write(t, (char *)"hello", 5, 0), 5);
        } else {
            while ((count = twTlsClient_Read(t, buffer, sizeof buffer, 60000)) > 0) {
                CHECK_INT(twTlsClient_Write(t, buffer, count, 0), count);
            }
            CHECK_INT(count, -1);
        }
    }
    CHECK_INT(twTlsClient_Delete(t), 0);
    return unused;
}

/* One connection is served from now on; to be ended with `served`. */
static void serve_one(enum manner how) {
    manner = how;
    CHECK_INT(pthread_create(&server, NULL, serve, NULL), 0);
}

static void served(void) {
    CHECK_INT(pthread_join(server, NULL), 0);
}

static twTlsClient *client(void) {
    twTlsClient *t = NULL;
    CHECK_INT(twTlsClient_Create("127.0.0.1", port, 7, &t), 0);
    return t;
}

static void exchange(twTlsClient *t) {
    char buffer[16] = "";
    CHECK_INT(twTlsClient_Read(t, buffer, sizeof buffer, 10), 0);
    CHECK_INT(twTlsClient_Write(t, (char *)"hello", 5, 0), 5);
    CHECK_INT(twTlsClient_Read(t, buffer, 2, 60000), 2);
    CHECK_INT(twTlsClient_Read(t, buffer + 2, sizeof buffer - 2, 60000), 3);
    CHECK(memcmp(buffer, "hello", 5) == 0);
}

static void test_fields(void) {
    twTlsClient *t = client();
    CHECK(t->connection != NULL && t->ctx != NULL && t->ssl == NULL && t->mtx != NULL);
    CHECK_INT(t->options, 7);
    CHECK_INT(t->selfSignedOk, FALSE);
    CHECK_INT(t->validateCert, TRUE);
    CHECK_INT(twTlsClient_IsEncrypted(t), TRUE);
    CHECK(twTlsClient_GetSessionId(t) == NULL);
    twTlsClient_SetSelfSignedOk(t);
    twTlsClient_DisableCertValidation(t);
    twTlsClient_DisableEncryption(t);
    CHECK_INT(t->selfSignedOk, TRUE);
    CHECK_INT(t->validateCert, FALSE);
    CHECK_INT(twTlsClient_IsEncrypted(t), FALSE);
    CHECK_INT(twTlsClient_SetX509Fields(t, (char *)"a", NULL, (char *)"c", (char *)"d", NULL, (char *)"f"), 0);
    CHECK_INT(twTlsClient_SetX509Fields(t, (char *)"A", NULL, NULL, (char *)"D", NULL, (char *)"F"), 0);
    CHECK_STR(t->x509_data[TW_SUBJECT_CN], "A");
    CHECK_STR(t->x509_data[TW_SUBJECT_OU], NULL);
    CHECK_STR(t->x509_data[TW_ISSUER_CN], "D");
    CHECK_STR(t->x509_data[TW_ISSUER_OU], "F");
    CHECK_INT(twTlsClient_Close(t), 0);
    CHECK_INT(twTlsClient_Delete(t), 0);
}

static void test_null(void) {
    twTlsClient *t = (twTlsClient *)&port;
    CHECK_INT(twTlsClient_Create(NULL, 80, 0, &t), TW_INVALID_PARAM);
    CHECK_INT(twTlsClient_Create("localhost", 80, 0, NULL), TW_INVALID_PARAM);
    CHECK_INT(twTlsClient_Create("no such host.invalid", 80, 0, &t), TW_HOST_NOT_FOUND);
    twcfg.cipher_set = "nothing";
    CHECK_INT(twTlsClient_Create("localhost", 80, 0, &t), TW_ERROR_CREATING_SSL_CTX);
    twcfg.cipher_set = NULL;
    CHECK(t == (twTlsClient *)&port);
    CHECK_INT(twTlsClient_Connect(NULL), -1);
    CHECK_INT(twTlsClient_ConnectSession(NULL, NULL, 0), -1);
    CHECK_INT(twTlsClient_Reconnect(NULL, "localhost", 80), TW_INVALID_PARAM);
    CHECK_INT(twTlsClient_Close(NULL), TW_INVALID_PARAM);
    CHECK_INT(twTlsClient_Delete(NULL), TW_INVALID_PARAM);
    CHECK_INT(twTlsClient_Read(NULL, root, 1, 1), -1);
    CHECK_INT(twTlsClient_Write(NULL, root, 1, 1), -1);
    CHECK_INT(twTlsClient_IsEncrypted(NULL), TW_INVALID_PARAM);
    CHECK_INT(twTlsClient_ValidateCert(NULL), 0);
    CHECK(twTlsClient_GetSessionId(NULL) == NULL);
    CHECK_INT(twTlsClient_UseCertificateFile(NULL, "x", 1), -1);
    CHECK_INT(twTlsClient_UseCertificateChainFile(NULL, "x", 1), -1);
    CHECK_INT(twTlsClient_UsePrivateKeyFile(NULL, "x", 1), -1);
    CHECK_INT(twTlsClient_SetClientCaList(NULL, (char *)"x", NULL), -1);
    CHECK_INT(twTlsClient_SetX509Fields(NULL, NULL, NULL, NULL, NULL, NULL, NULL), TW_INVALID_PARAM);
    CHECK_INT(twTlsServer_Create(NULL), -1);
    CHECK_INT(twTlsServer_Accept(NULL), -1);
    twTlsClient_SetSelfSignedOk(NULL);
    twTlsClient_DisableCertValidation(NULL);
    twTlsClient_DisableEncryption(NULL);
    twTlsClient_SetDefaultPasswdCb(NULL, passphrase);
}

static void test_files(void) {
    twTlsClient *t = client();
    CHECK_INT(twTlsClient_UseCertificateFile(t, NULL, 1), -1);
    CHECK_INT(twTlsClient_UseCertificateFile(t, at("missing"), 1), TW_TLS_ERROR_LOADING_FILE);
    CHECK_INT(twTlsClient_UseCertificateFile(t, at("key.pem"), 1), TW_TLS_ERROR_LOADING_FILE);
    CHECK_INT(twTlsClient_UseCertificateFile(t, at("certificate.pem"), 2), TW_TLS_ERROR_LOADING_FILE);
    CHECK_INT(twTlsClient_UseCertificateChainFile(t, NULL, 1), -1);
    CHECK_INT(twTlsClient_UseCertificateChainFile(t, at("key.pem"), 1), TW_TLS_ERROR_LOADING_FILE);
    CHECK_INT(twTlsClient_UseCertificateChainFile(t, at("certificate.pem"), 1), 0);
    CHECK_INT(twTlsClient_UsePrivateKeyFile(t, NULL, 1), -1);
    CHECK_INT(twTlsClient_UsePrivateKeyFile(t, at("key.pem"), 1), -1);
    twTlsClient_SetDefaultPasswdCb(t, wrong_passphrase);
    CHECK_INT(twTlsClient_UsePrivateKeyFile(t, at("key.pem"), 1), -1);
    twTlsClient_SetDefaultPasswdCb(t, passphrase);
    CHECK_INT(twTlsClient_UsePrivateKeyFile(t, at("certificate.pem"), 1), -1);
    CHECK_INT(twTlsClient_UsePrivateKeyFile(t, at("key.pem"), 2), -1);
    CHECK_INT(twTlsClient_UsePrivateKeyFile(t, at("key.pem"), 1), 0);
    CHECK_INT(twTlsClient_SetClientCaList(t, NULL, NULL), -1);
    CHECK_INT(twTlsClient_SetClientCaList(t, root, NULL), TW_TLS_ERROR_LOADING_FILE);
    CHECK_INT(twTlsClient_SetClientCaList(t, NULL, root), TW_TLS_ERROR_LOADING_FILE);
    CHECK_INT(twTlsClient_SetClientCaList(t, NULL, at("missing")), TW_TLS_ERROR_LOADING_FILE);
    CHECK_INT(twTlsClient_Delete(t), 0);
}

/* Nobody has vouched for the server. */
static void test_stranger(void) {
    twTlsClient *t = client();
    CHECK_INT(twTlsClient_ValidateCert(t), TW_INVALID_SSL_CERT);
    serve_one(ECHO_TLS);
    CHECK_INT(twTlsClient_Connect(t), TW_INVALID_SSL_CERT);
    served();
    CHECK_INT(t->connection->state, CLOSED);
    CHECK_INT(twTlsClient_ValidateCert(t), TW_INVALID_SSL_CERT);
    CHECK_INT(twTlsClient_Read(t, root, 1, 10), -1);
    CHECK_INT(twTlsClient_Write(t, root, 1, 10), -1);

    t->selfSignedOk = TRUE; /* the struct is the state */
    serve_one(ECHO_TLS);
    CHECK_INT(twTlsClient_ConnectSession(t, NULL, 0), 0);
    CHECK_INT(twTlsClient_Connect(t), 0);
    exchange(t);
    CHECK_INT(twTlsClient_ValidateCert(t), 0);
    t->selfSignedOk = FALSE;
    CHECK_INT(twTlsClient_ValidateCert(t), TW_INVALID_SSL_CERT);
    twTlsClient_DisableCertValidation(t);
    CHECK_INT(twTlsClient_ValidateCert(t), 0);
    CHECK_INT(twTlsClient_Close(t), 0);
    served();
    CHECK_INT(twTlsClient_Read(t, root, 1, 10), -1);

    serve_one(ECHO_TLS);
    CHECK_INT(twTlsClient_Connect(t), 0);
    exchange(t);
    CHECK_INT(twTlsClient_Delete(t), 0);
    served();
}

static void test_trusted(void) {
    twTlsClient *t = client();
    CHECK_INT(twTlsClient_SetClientCaList(t, at("certificate.pem"), NULL), 0);
    serve_one(ECHO_TLS);
    CHECK_INT(twTlsClient_Connect(t), 0);
    exchange(t);
    CHECK_INT(twTlsClient_SetX509Fields(t, (char *)"plant", (char *)"Plant", (char *)"Press", (char *)"plant", NULL, NULL), 0);
    CHECK_INT(twTlsClient_ValidateCert(t), 0);
    CHECK_INT(twTlsClient_SetX509Fields(t, NULL, (char *)"plant", NULL, NULL, NULL, NULL), 0);
    CHECK_INT(twTlsClient_ValidateCert(t), TW_INVALID_SSL_CERT);
    CHECK_INT(twTlsClient_Close(t), 0);
    served();

    serve_one(ECHO_TLS);
    CHECK_INT(twTlsClient_Reconnect(t, "localhost", port), TW_INVALID_SSL_CERT);
    served();
    CHECK_INT(twTlsClient_SetX509Fields(t, NULL, NULL, NULL, NULL, NULL, NULL), 0);
    serve_one(ECHO_TLS);
    CHECK_INT(twTlsClient_Reconnect(t, "localhost", port), 0);
    CHECK_STR(t->connection->host, "localhost");
    exchange(t);
    /* An open client is closed first, and keeps its host when the new one is not known. */
    CHECK_INT(twTlsClient_Reconnect(t, "no such host.invalid", 1), TW_SOCKET_NOT_FOUND);
    served();
    CHECK_STR(t->connection->host, "localhost");
    CHECK_INT(t->connection->port, (uint16_t)port);
    CHECK_INT(twTlsClient_Reconnect(t, NULL, 1), TW_INVALID_PARAM);
    serve_one(ECHO_TLS);
    CHECK_INT(twTlsClient_Connect(t), 0);
    exchange(t);
    CHECK_INT(twTlsClient_Delete(t), 0);
    served();

    t = client();
    CHECK_INT(mkdir(at("trusted"), 0700), 0);
    write_file("trusted/8795ef3f.0", certificate);
    write_file("trusted/README.txt", "not a certificate");
    CHECK_INT(twTlsClient_SetClientCaList(t, NULL, at("trusted")), 0);
    serve_one(ECHO_TLS);
    CHECK_INT(twTlsClient_Connect(t), 0);
    exchange(t);
    CHECK_INT(twTlsClient_Delete(t), 0);
    served();
}

static void test_plain(void) {
    twTlsClient *t = client();
    twTlsClient_DisableEncryption(t);
    serve_one(ECHO_PLAIN);
    CHECK_INT(twTlsClient_Connect(t), 0);
    CHECK_INT(twTlsClient_ValidateCert(t), 0);
    exchange(t);
    CHECK_INT(twTlsClient_Close(t), 0);
    served();
    serve_one(HANG_UP);
    CHECK_INT(twTlsClient_Connect(t), 0);
    served();
    CHECK_INT(twTlsClient_Read(t, root, 1, 60000), -1);
    CHECK_INT(twTlsClient_Delete(t), 0);
}

/* A live connection with TLS does not outlast DisableEncryption. */
static void test_disable_encryption(void) {
    twTlsClient *t = client();
    twTlsClient_SetSelfSignedOk(t);
    serve_one(ECHO_TLS);
    CHECK_INT(twTlsClient_Connect(t), 0);
    exchange(t);
    twTlsClient_DisableEncryption(t);
    served();
    CHECK_INT(t->connection->state, CLOSED);
    CHECK_INT(twTlsClient_Read(t, root, 1, 10), -1);
    CHECK_INT(twTlsClient_Delete(t), 0);
}

static void test_end_of_stream(void) {
    char buffer[16];
    twTlsClient *t = client();
    twTlsClient_SetSelfSignedOk(t);
    serve_one(SAY_AND_END);
    CHECK_INT(twTlsClient_Connect(t), 0);
    served();
    CHECK_INT(twTlsClient_Read(t, buffer, sizeof buffer, 60000), 5);
    CHECK_INT(twTlsClient_Read(t, buffer, sizeof buffer, 60000), -1);
    CHECK_INT(twTlsClient_Read(t, buffer, sizeof buffer, 60000), -1);
    CHECK_INT(twTlsClient_Read(t, NULL, 5, 1), -1);
    CHECK_INT(twTlsClient_Read(t, buffer, -5, 1), -1);
    CHECK_INT(twTlsClient_Write(t, NULL, 5, 1), -1);
    CHECK_INT(twTlsClient_Delete(t), 0);
    t = client();
    serve_one(HANG_UP);
    CHECK_INT(twTlsClient_Connect(t), TW_SOCKET_INIT_ERROR);
    served();
    CHECK_INT(twTlsClient_Delete(t), 0);
}

#define LARGE 1000000

static void *send_much(void *argument) {
    char *bytes = malloc(LARGE);
    int i;
    for (i = 0; i < LARGE; i++) {
        bytes[i] = (char)(i * 7);
    }
    CHECK_INT(twTlsClient_Write(argument, bytes, LARGE, 0), LARGE);
    free(bytes);
    return NULL;
}

/* One thread writes while another reads: what fills the buffers of both ends does not stop them. */
static void test_both_ways(void) {
    char buffer[5000];
    int total = 0, count, i, wrong = 0;
    pthread_t sender;
    twTlsClient *t = client();
    twTlsClient_SetSelfSignedOk(t);
    serve_one(ECHO_TLS);
    CHECK_INT(twTlsClient_Connect(t), 0);
    CHECK_INT(pthread_create(&sender, NULL, send_much, t), 0);
    while (total < LARGE && (count = twTlsClient_Read(t, buffer, sizeof buffer, 60000)) > 0) {
        for (i = 0; i < count; i++) {
            wrong += buffer[i] != (char)((total + i) * 7);
        }
        total += count;
    }
    CHECK_INT(total, LARGE);
    CHECK_INT(wrong, 0);
    pthread_join(sender, NULL);
    CHECK_INT(twTlsClient_Delete(t), 0);
    served();
}

static void *wait_for_data(void *argument) {
    char byte;
    CHECK_INT(twTlsClient_Read(argument, &byte, 1, 60000), -1);
    return NULL;
}

/* A close of another thread ends a read. */
static void test_close_wakes_reader(void) {
    pthread_t reader;
    twTlsClient *t = client();
    twTlsClient_SetSelfSignedOk(t);
    serve_one(ECHO_TLS);
    CHECK_INT(twTlsClient_Connect(t), 0);
    CHECK_INT(pthread_create(&reader, NULL, wait_for_data, t), 0);
    twSleepMsec(20);
    CHECK_INT(twTlsClient_Close(t), 0);
    pthread_join(reader, NULL);
    served();
    CHECK_INT(twTlsClient_Delete(t), 0);
}

static void test_refused(void) {
    twTlsClient *t = client();
    close(listener);
    CHECK_INT(twTlsClient_Connect(t), TW_SOCKET_INIT_ERROR);
    CHECK_INT(twTlsClient_Connect(t), TW_SOCKET_INIT_ERROR);
    twSocket_Delete(t->connection);
    t->connection = NULL;
    CHECK_INT(twTlsClient_Connect(t), TW_SOCKET_INIT_ERROR);
    CHECK_INT(twTlsServer_Create(t), TW_SOCKET_INIT_ERROR);
    CHECK_INT(twTlsClient_Reconnect(t, "localhost", 1), TW_SOCKET_NOT_FOUND);
    CHECK_INT(twTlsClient_Close(t), 0);
    CHECK_INT(twTlsClient_Delete(t), 0);
}

/* An HTTP request over a client of the program's own. */
static void test_platform(unsigned short at_port, char *authority) {
    const char *request = "GET /Thingworx/Things HTTP/1.0\r\nappKey: twedge-demo-key\r\n\r\n";
    char answer[64] = "";
    twTlsClient *t = NULL;
    CHECK_INT(twTlsClient_Create("localhost", (int16_t)at_port, 0, &t), 0);
    CHECK_INT(twTlsClient_SetClientCaList(t, authority, NULL), 0);
    CHECK_INT(twTlsClient_Connect(t), 0);
    CHECK_INT(twTlsClient_Write(t, (char *)request, (int)strlen(request), 0), strlen(request));
    CHECK_INT(twTlsClient_Read(t, answer, 12, 60000), 12);
    CHECK_STR(answer, "HTTP/1.0 200");
    CHECK_INT(twTlsClient_Delete(t), 0);
}

/* The API's client shows the API's settings, and calls for it set them. */
static void test_client_of_api(unsigned short at_port, char *authority) {
    twTlsClient *t;
    CHECK_INT(twApi_Initialize((char *)"localhost", at_port, (char *)TW_URI, app_key, NULL, 8192, 8192, FALSE), 0);
    t = tw_api->mh->ws->connection;
    CHECK_INT(twApi_Connect(10000, 1), TW_SOCKET_INIT_ERROR);
    CHECK_INT(twTlsClient_ValidateCert(t), TW_INVALID_SSL_CERT);
    CHECK_INT(twTlsClient_Connect(t), TW_SOCKET_INIT_ERROR);
    CHECK_INT(twTlsClient_SetClientCaList(t, at("missing"), NULL), TW_TLS_ERROR_LOADING_FILE);
    CHECK_INT(twTlsClient_SetClientCaList(t, authority, NULL), 0);
    CHECK_INT(twTlsClient_SetX509Fields(t, NULL, (char *)"nobody", NULL, NULL, NULL, NULL), 0);
    CHECK_INT(twApi_Connect(10000, 1), TW_SOCKET_INIT_ERROR);
    CHECK_INT(twTlsClient_SetX509Fields(t, NULL, NULL, NULL, NULL, NULL, NULL), 0);
    CHECK_INT(twApi_Connect(10000, 1), 0);
    CHECK_INT(twTlsClient_Connect(t), 0);
    CHECK_INT(twTlsClient_ValidateCert(t), 0);
    CHECK_INT(twTlsClient_IsEncrypted(t), TRUE);
    CHECK_INT(twTlsClient_Read(t, root, 1, 1), -1);
    CHECK_INT(twTlsClient_Write(t, root, 1, 1), -1);
    CHECK_INT(twTlsClient_Reconnect(t, "localhost", 1), TW_SOCKET_INIT_ERROR);
    CHECK_INT(twTlsServer_Create(t), TW_SOCKET_INIT_ERROR);
    CHECK_INT(twTlsClient_Close(t), 0);
    CHECK_INT(twApi_isConnected(), FALSE);
    CHECK_INT(twTlsClient_UseCertificateChainFile(t, at("certificate.pem"), 1), 0);
    twTlsClient_SetDefaultPasswdCb(t, wrong_passphrase);
    CHECK_INT(twTlsClient_UsePrivateKeyFile(t, at("key.pem"), 1), -1);
    twTlsClient_SetDefaultPasswdCb(t, passphrase);
    CHECK_INT(twTlsClient_UsePrivateKeyFile(t, at("key.pem"), 1), 0);
    twTlsClient_SetSelfSignedOk(t);
    CHECK_INT(t->selfSignedOk, TRUE);
    CHECK_INT(tw_api->connectionInfo->selfsignedOk, FALSE);
    twTlsClient_DisableCertValidation(t);
    CHECK_INT(t->validateCert, FALSE);
    CHECK_INT(twApi_Connect(10000, 1), 0);
    twTlsClient_DisableEncryption(t);
    CHECK_INT(twTlsClient_IsEncrypted(t), FALSE);
    CHECK_INT(twApi_isConnected(), FALSE);
    CHECK_INT(twTlsClient_Delete(t), 0);
    CHECK(tw_api->mh->ws->connection == t);
    CHECK_INT(twApi_Delete(), 0);
}

static void test_self_signed_platform(unsigned short at_port) {
    CHECK_INT(twApi_Initialize((char *)"localhost", at_port, (char *)TW_URI, app_key, NULL, 8192, 8192, FALSE), 0);
    CHECK_INT(twApi_Connect(10000, 1), TW_SOCKET_INIT_ERROR);
    twTlsClient_SetSelfSignedOk(tw_api->mh->ws->connection);
    CHECK_INT(twApi_Connect(10000, 1), 0);
    CHECK_INT(twApi_Delete(), 0);
}

static void test_platforms(void) {
    const char *signed_by_ca[] = {"--tls", "--write-ca", at("ca.pem"), NULL};
    const char *self_signed[] = {"--tls", "--self-signed", NULL};
    struct own_platform platform = own_platform_start(signed_by_ca);
    if (platform.port == 0) {
        fputs("no local platform: not tested\n", stderr);
        return;
    }
    test_platform(platform.port, at("ca.pem"));
    test_client_of_api(platform.port, at("ca.pem"));
    own_platform_stop(&platform);
    platform = own_platform_start(self_signed);
    CHECK(platform.port != 0);
    test_self_signed_platform(platform.port);
    own_platform_stop(&platform);
}

static void check_digest(const uint8_t *digest, int length, const char *expected) {
    char hex[64] = "";
    int i;
    for (i = 0; i < length; i++) {
        sprintf(hex + 2 * i, "%02x", digest[i]);
    }
    CHECK_STR(hex, expected);
}

static void test_digests(void) {
    TW_SHA1_CTX sha1;
    TW_MD5_CTX md5;
    uint8_t digest[20];
    twSHA1_Init(&sha1);
    twSHA1_Update(&sha1, (const uint8_t *)"abc", 3);
    twSHA1_Final(digest, &sha1);
    check_digest(digest, 20, "a9993e364706816aba3e25717850c26c9cd0d89d");
    TW_MD5_INIT(&md5);
    TW_MD5_UPDATE(&md5, (const uint8_t *)"abc", 3);
    TW_MD5_FINAL(digest, &md5);
    check_digest(digest, 16, "900150983cd24fb0d6963f7d28e17f72");
}

/* The backend header without OpenSSL. */
static void test_backend(void) {
    CHECK_STR(openssl_version, TW_SSL_VERSION());
    CHECK_INT(TW_IS_FIPS_COMPATIBLE(), twApi_IsFIPSCompatible());
    CHECK_INT(TW_ENABLE_FIPS_MODE(), twApi_EnableFipsMode());
    CHECK_INT(TW_DISABLE_FIPS_MODE(), twApi_DisableFipsMode());
    CHECK_INT(TW_IS_FIPS_MODE_ENABLED(), twApi_IsFipsModeEnabled());
}

int main(void) {
    char clean[96];
    strcpy(root, "/tmp/twedge-tls-XXXXXX");
    CHECK(mkdtemp(root) != NULL);
    write_file("certificate.pem", certificate);
    write_file("key.pem", key);
    twLogger_SetLevel(TW_FORCE);
    twcfg.connect_timeout = 120000; /* slow under valgrind */
    listen_somewhere();
    test_digests();
    test_backend();
    test_null();
    test_fields();
    test_files();
    test_stranger();
    test_trusted();
    test_plain();
    test_disable_encryption();
    test_end_of_stream();
    test_both_ways();
    test_close_wakes_reader();
    test_refused();
    test_platforms();
    snprintf(clean, sizeof clean, "rm -r %s", root);
    CHECK_INT(system(clean), 0);
    return check_result();
}
