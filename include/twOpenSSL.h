/* twOpenSSL.h: names of the OpenSSL backend, for programs that test or expand them. TLS is done inside the library, by rustls;
 * whoever expands a macro that calls OpenSSL includes and links OpenSSL. What works on an OpenSSL context or connection of the
 * library is not there, as there is none: use the functions of twTls.h. Included by twTls.h. */
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

/** What does TLS. */
static inline const char *TW_SSL_VERSION(TW_NO_PROTOTYPE) {
    return "rustls with ring";
}
/** Whether there is a FIPS mode: there is none, as twApi_IsFIPSCompatible() says. */
static inline int TW_IS_FIPS_COMPATIBLE(TW_NO_PROTOTYPE) {
    return TW_FIPS_MODE_NOT_SUPPORTED;
}
/** Whether it is on: no. */
static inline int TW_IS_FIPS_MODE_ENABLED(TW_NO_PROTOTYPE) {
    return 0;
}
/** Switches it on: there is none. */
static inline int TW_ENABLE_FIPS_MODE(TW_NO_PROTOTYPE) {
    return TW_FIPS_MODE_NOT_SUPPORTED;
}
/** Switches it off, which it is. */
static inline int TW_DISABLE_FIPS_MODE(TW_NO_PROTOTYPE) {
    return 0;
}

#define openssl_version TW_SSL_VERSION()
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
