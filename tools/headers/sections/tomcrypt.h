//@ guard TWEDGE_TOMCRYPT_H
//@ about context of SHA-1 and MD5: opaque, on the caller's stack
//@ not-forwarded
#ifndef TOMCRYPT_H_
typedef union Hash_state {
    uint64_t alignment;
    unsigned char opaque[272];
} hash_state;
#endif
//@ declarations
