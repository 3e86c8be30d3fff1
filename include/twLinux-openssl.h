/* twLinux-openssl.h: the port header of Linux. Macros only, so that an application may bring another one (TW_OS_INCLUDE). */
#ifndef TW_LINUX_H
#define TW_LINUX_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dirent.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/types.h>

#ifndef TW_TLS_INCLUDE
#define TW_TLS_INCLUDE "twOpenSSL.h"
#endif

/* Both are always built in; programs test for them. */
#ifndef ENABLE_HTTP_PROXY_SUPPORT
#define ENABLE_HTTP_PROXY_SUPPORT
#endif
#ifndef USE_NTLM_PROXY
#define USE_NTLM_PROXY
#endif

/* Logging. Expressions of type void; with TW_LEAN_AND_MEAN the arguments are not evaluated. */
#define TW_LOGGER_BUF_SIZE 4096
#ifdef TW_LEAN_AND_MEAN
#define TW_LOG(...) ((void)0)
#define TW_LOG_HEX(msg, preamble, length) ((void)0)
#define TW_LOG_MSG(msg, preamble) ((void)0)
#else
#define TW_LOG(...) twLog(__VA_ARGS__)
#define TW_LOG_HEX(msg, preamble, length) twLogHexString((msg), (char *)(preamble), (length))
#define TW_LOG_MSG(msg, preamble) twLogMessage((msg), (char *)(preamble))
#endif

/* Time: milliseconds since 1970-01-01 UTC. */
typedef uint64_t DATETIME;
#define TICKS_PER_MSEC 1

/* Locks, threads. */
#define TW_MUTEX pthread_mutex_t *
#define TW_THREAD_ID pthread_t

/* Sockets. */
#define IPV4 AF_INET
#define IPV6 AF_INET6
#define TW_SOCKET_TYPE int
#define TW_ADDR_INFO struct addrinfo
#ifndef TW_HINTS
#define TW_HINTS 0
#endif

/* Memory: what the library hands over is freed with TW_FREE or free(). */
#define TW_MALLOC(a) malloc(a)
#define TW_CALLOC(a, b) calloc((a), (b))
#define TW_REALLOC(a, b) realloc((a), (b))
#define TW_FREE(a) free(a)

/* Files. */
#define TW_FILE_HANDLE FILE *
#define TW_FOPEN(a, b) fopen((a), (b))
#define TW_FCLOSE(a) fclose(a)
#define TW_FREAD(a, b, c, d) fread((a), (b), (c), (d))
#define TW_FWRITE(a, b, c, d) fwrite((a), (b), (c), (d))
#define TW_FSEEK(a, b, c) fseeko((a), (b), (c))
#define TW_FERROR(a) ferror(a)
#define TW_FTELL(a) ftell(a)
#define TW_FILE_DELIM '/'
#define TW_FILE_DELIM_STR "/"
#define TW_FILE_CASE_SENSITVE 1
#define TW_DIR DIR *
#define ERROR_NO_MORE_FILES 0

#define INLINE

#endif /* TW_LINUX_H */
