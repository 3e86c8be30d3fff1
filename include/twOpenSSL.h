/* twOpenSSL.h: names of the OpenSSL backend, for programs that test or expand them. TLS is done inside the library;
 * whoever expands a macro that calls OpenSSL includes and links OpenSSL. Included by twTls.h. */
#ifndef TW_OPENSSL_H
#define TW_OPENSSL_H

#ifndef USING_OPENSSL
#define USING_OPENSSL
#endif

#define TW_SSL_CTX SSL_CTX
#define TW_SSL SSL
#define TW_SSL_DEFAULT_CIPHER_STRING \
    "ALL:!aNULL:!eNULL:!LOW:!3DES:!MD5:!EXP:!PSK:!DSS:!RC4:!SEED:!ADH:!IDEA:!3DES:!SRP"
#define TW_SSL_SESSION_ID_SIZE sizeof(void *)
#define TW_FIPS_CAPABLE 0

#define openssl_version OpenSSL_version(0)
#define TW_NEW_SSL_CTX SSL_CTX_new(TLS_client_method())
#define TW_SSL_SESSION_ID(a) SSL_get1_session(a)
#define TW_HANDSHAKE_SUCCEEDED(a) (SSL_get_state(a) == TLS_ST_OK)
#define TW_SSL_FREE(a) SSL_free(a)
#define TW_SSL_CTX_FREE(a) SSL_CTX_free(a)
#define DATA_AVAILABLE(a, b, c) (twSocket_WaitFor((a), (c)) > 0 || SSL_pending(b) > 0)
/* Left over from another backend; they refer to names that no header declares. */
#define TW_GET_CERT_SIZE ssl_get_config(SSL_MAX_CERT_CFG_OFFSET)
#define TW_GET_CA_CERT_SIZE ssl_get_config(SSL_MAX_CA_CERT_CFG_OFFSET)

#endif /* TW_OPENSSL_H */
