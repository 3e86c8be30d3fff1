//@ guard TW_OS_PORT_H
//@ source os_port
//@ needs twDefaultSettings.h twDefinitions.h twPasswds.h
//@ about operating system services
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* The port header. One that the application names may itself include headers of the SDK: those inner inclusions show
 * the parts up to here only, the later ones would lack the port's types. */
#define TWEDGE_INSIDE_PORT
#ifdef TW_OS_INCLUDE
#include TW_OS_INCLUDE
#else
#include "twLinux-openssl.h"
#endif
#undef TWEDGE_INSIDE_PORT
#include <pthread.h>
#include <unistd.h>

/* A program that included a system header first, under a strict language mode, has no struct addrinfo. */
#ifndef AI_PASSIVE
struct addrinfo {
    int ai_flags;
    int ai_family;
    int ai_socktype;
    int ai_protocol;
    socklen_t ai_addrlen;
    struct sockaddr *ai_addr;
    char *ai_canonname;
    struct addrinfo *ai_next;
};
#endif

/** States of a socket. */
#define CLOSED ((char)0)
#define OPEN ((char)1)
//@ declarations
