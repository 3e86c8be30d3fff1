/* twTls.h (api-behaviour.md 8.4). */
#include "twTls.h"

#include "api.h"

static void making(void) {
    twTlsClient *client = NULL;
    CHECK_INT(twTlsClient_Create(NULL, 1, 0, &client), TW_INVALID_PARAM, "no host", ORIGINAL_PASSES);
    CHECK_INT(twTlsClient_Create("127.0.0.1", 1, 0, NULL), TW_INVALID_PARAM, "nowhere to put it", ORIGINAL_PASSES);
    CHECK_INT(twTlsClient_Create("host.invalid", 1, 0, &client), TW_HOST_NOT_FOUND, "no such host", ORIGINAL_PASSES);
    CHECK_INT(twTlsClient_Create("127.0.0.1", 1, 0, &client), TW_OK, "create", ORIGINAL_PASSES);
    CHECK_INT(client->selfSignedOk, FALSE, "selfSignedOk", ORIGINAL_PASSES);
    CHECK_INT(client->validateCert, TRUE, "validateCert", ORIGINAL_PASSES);
    CHECK_INT(twTlsClient_IsEncrypted(client) != 0, TRUE, "encrypted", ORIGINAL_PASSES);
    twTlsClient_SetSelfSignedOk(client);
    twTlsClient_DisableCertValidation(client);
    CHECK_INT(client->selfSignedOk, TRUE, "SetSelfSignedOk", ORIGINAL_PASSES);
    CHECK_INT(client->validateCert, FALSE, "DisableCertValidation", ORIGINAL_PASSES);
    CHECK_INT(twTlsClient_UseCertificateFile(client, "/nowhere", 1), TW_TLS_ERROR_LOADING_FILE, "a certificate",
              ORIGINAL_PASSES);
    CHECK_INT(twTlsClient_SetX509Fields(client, "cn", NULL, NULL, NULL, NULL, NULL), TW_OK, "X.509 fields",
              ORIGINAL_PASSES);
    CHECK_INT(twTlsClient_Connect(client), TW_SOCKET_INIT_ERROR, "refused", ORIGINAL_PASSES);
    CHECK_INT(twTlsClient_Close(client), TW_OK, "close", ORIGINAL_PASSES);
    CHECK_INT(twTlsClient_Delete(client), TW_OK, "delete", ORIGINAL_PASSES);
}

static void null_arguments(void) {
    char bytes[4];
    CHECK_INT(twTlsClient_Connect(NULL), -1, "connect", ORIGINAL_PASSES);
    CHECK_INT(twTlsClient_Reconnect(NULL, "x", 1), TW_INVALID_PARAM, "reconnect", ORIGINAL_PASSES);
    CHECK_INT(twTlsClient_Close(NULL), TW_INVALID_PARAM, "close", ORIGINAL_PASSES);
    CHECK_INT(twTlsClient_Delete(NULL), TW_INVALID_PARAM, "delete", ORIGINAL_PASSES);
    CHECK(twTlsClient_Read(NULL, bytes, 4, 1) <= 0, "read", ORIGINAL_PASSES);
    CHECK_INT(twTlsClient_IsEncrypted(NULL), TW_INVALID_PARAM, "is encrypted", ORIGINAL_PASSES);
    CHECK_INT(twTlsClient_ValidateCert(NULL), TW_OK, "validate", ORIGINAL_PASSES);
    CHECK(twTlsClient_GetSessionId(NULL) == NULL, "session", ORIGINAL_PASSES);
    CHECK_INT(twTlsClient_UseCertificateFile(NULL, "x", 1), -1, "certificate", ORIGINAL_PASSES);
    CHECK_INT(twTlsClient_SetClientCaList(NULL, "x", NULL), -1, "authorities", ORIGINAL_PASSES);
    CHECK_INT(twTlsClient_UsePrivateKeyFile(NULL, "x", 1), -1, "key", ORIGINAL_PASSES);
    CHECK_INT(twTlsClient_SetX509Fields(NULL, NULL, NULL, NULL, NULL, NULL, NULL), TW_INVALID_PARAM, "X.509 fields",
              ORIGINAL_PASSES);
    twTlsClient_SetSelfSignedOk(NULL);
    twTlsClient_DisableCertValidation(NULL);
    twTlsClient_DisableEncryption(NULL);
}

static void digests(void) {
    static const uint8_t sha1[20] = {0xa9, 0x99, 0x3e, 0x36, 0x47, 0x06, 0x81, 0x6a, 0xba, 0x3e,
                                     0x25, 0x71, 0x78, 0x50, 0xc2, 0x6c, 0x9c, 0xd0, 0xd8, 0x9d};
    static const uint8_t md5[16] = {0x90, 0x01, 0x50, 0x98, 0x3c, 0xd2, 0x4f, 0xb0,
                                    0xd6, 0x96, 0x3f, 0x7d, 0x28, 0xe1, 0x7f, 0x72};
    hash_state state;
    uint8_t digest[20];
    twSHA1_Init(&state);
    twSHA1_Update(&state, (const uint8_t *)"a", 1);
    twSHA1_Update(&state, (const uint8_t *)"bc", 2);
    twSHA1_Final(digest, &state);
    CHECK(memcmp(digest, sha1, 20) == 0, "SHA-1 of abc", ORIGINAL_PASSES);
    twMD5_Init(&state);
    twMD5_Update(&state, (const uint8_t *)"abc", 3);
    twMD5_Final(digest, &state);
    CHECK(memcmp(digest, md5, 16) == 0, "MD5 of abc", ORIGINAL_PASSES);
}

CONFORMANCE_MAIN("twTls.h", GROUP(making), GROUP(null_arguments), GROUP(digests))
