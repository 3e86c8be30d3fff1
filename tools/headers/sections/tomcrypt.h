//@ guard TWEDGE_TOMCRYPT_H
//@ about context of SHA-1 and MD5: opaque, on the caller's stack
//@ not-forwarded
#ifndef TOMCRYPT_H_
typedef union Hash_state {
    uint64_t alignment;
    unsigned char opaque[272];
} hash_state;
TW_BEGIN_DECLARATIONS
/** Decodes `inlen` characters of base64 to `out`, which has `*outlen` bytes; characters outside the alphabet are passed over.
 * 0 with the number of bytes in `*outlen`; 6 with the size needed in `*outlen` when `out` is too small; 7 for an incomplete
 * or wrongly padded text; 16 for NULL. */
int base64_decode(const unsigned char *in, unsigned long inlen, unsigned char *out, unsigned long *outlen);
TW_END_DECLARATIONS
#endif
//@ declarations
