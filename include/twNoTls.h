/* twNoTls.h: names of the backend without TLS, for programs that test or expand them: the socket is the connection. */
#ifndef NO_TLS_H
#define NO_TLS_H

#define TWEDGE_FORWARDED
#define TWEDGE_PART_tomcrypt
#define TWEDGE_PART_twOSPort
#include "twExt.h"

#include <string.h>
#include <time.h>

TW_BEGIN_DECLARATIONS
/** Returns its argument. */
int16_t returnValue(int16_t v);
/** One zero byte, to be freed by the caller; NULL when there is no memory. */
void *mallocByte(TW_NO_PROTOTYPE);
/** A field of the peer's certificate: NULL, there is none without TLS. */
static inline char *TW_GET_X509_FIELD(twSocket *ssl, char field) {
    (void)ssl;
    (void)field;
    return NULL;
}
TW_END_DECLARATIONS

#define TW_SSL_CTX void
#define TW_SSL twSocket
#define TW_SSL_DEFAULT_CIPHER_STRING NULL
#define TW_SSL_SESSION_ID_SIZE 0
#define TW_GET_CERT_SIZE 0
#define TW_GET_CA_CERT_SIZE 0
#define TW_SSL_VERSION ""

#define TW_NEW_SSL_CTX malloc(1)
#define TW_NEW_SSL_CLIENT(a, b, c, d) (b)
#define TW_NEW_SERVER(a, b, c) NULL
#define TW_HANDSHAKE_SUCCEEDED(a) 1
#define TW_SSL_SESSION_ID(a) NULL
#define TW_SSL_FREE(a) 0
#define TW_SSL_CTX_FREE(a) 0
#define TW_SSL_ACCEPT(a) 0
#define TW_SSL_READ(a, b, c, d) twSocket_Read((a), (b), (c), (d))
#define TW_SSL_WRITE(a, b, c) twSocket_Write((a), (b), (c), 0)
#define TW_USE_CERT_FILE(a, b, c) 0
#define TW_USE_KEY_FILE(a, b, c, d) 0
#define TW_USE_CERT_CHAIN_FILE(a, b, c) 0
#define TW_SET_CLIENT_CA_LIST(a, b, c) 0
#define TW_VALIDATE_CERT(a, b) 0
#define TW_IS_FIPS_COMPATIBLE() TW_FIPS_MODE_NOT_SUPPORTED
#define TW_ENABLE_FIPS_MODE() TW_FIPS_MODE_NOT_SUPPORTED
#define TW_DISABLE_FIPS_MODE() TW_FIPS_MODE_NOT_SUPPORTED
#define TW_IS_FIPS_MODE_ENABLED() 0

#define TW_SHA1_CTX hash_state
#define TW_MD5_CTX hash_state
#define TW_SHA1_INIT(a) twSHA1_Init(a)
#define TW_SHA1_UPDATE(a, b, c) twSHA1_Update((a), (b), (c))
#define TW_SHA1_FINAL(a, b) twSHA1_Final((a), (b))
#define TW_MD5_INIT(a) twMD5_Init(a)
#define TW_MD5_UPDATE(a, b, c) twMD5_Update((a), (b), (c))
#define TW_MD5_FINAL(a, b) twMD5_Final((a), (b))

#endif /* NO_TLS_H */
