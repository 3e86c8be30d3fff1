//@ guard TW_TLS_H
//@ source tls
//@ needs stringUtils.h twDefaultSettings.h tomcrypt.h twErrors.h twLogger.h twOSPort.h
//@ about TLS client
#include <limits.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

/* OpenSSL's types, which are only pointed to; its own headers may be included before or after. */
#if !defined(HEADER_OSSL_TYP_H) && !defined(OPENSSL_TYPES_H)
typedef struct ssl_ctx_st SSL_CTX;
typedef struct ssl_st SSL;
#endif

/* The backend header only says which types stand for a context and a connection. */
#ifdef TW_TLS_INCLUDE
#include TW_TLS_INCLUDE
#else
#include "twOpenSSL.h"
#endif
#ifndef TW_SHA1_CTX
#define TW_SHA1_CTX hash_state
#endif
#ifndef TW_MD5_CTX
#define TW_MD5_CTX hash_state
#endif
//@ declarations
#define TW_SHA1_INIT(a) twSHA1_Init(a)
#define TW_SHA1_UPDATE(a, b, c) twSHA1_Update((a), (b), (c))
#define TW_SHA1_FINAL(a, b) twSHA1_Final((a), (b))
#define TW_MD5_INIT(a) twMD5_Init(a)
#define TW_MD5_UPDATE(a, b, c) twMD5_Update((a), (b), (c))
#define TW_MD5_FINAL(a, b) twMD5_Final((a), (b))
