/* crypto_wrapper.h (api-behaviour.md 13), and base64_encode. */
#include "twOSPort.h"

#include "crypto_wrapper.h"
#include "twApi.h"

#include "check.h"

int base64_decode(const unsigned char *in, unsigned long inlen, unsigned char *out, unsigned long *outlen);

static void hashes(void) {
    static const unsigned char abc[16] = {0xa4, 0x48, 0x01, 0x7a, 0xaf, 0x21, 0xd8, 0x52,
                                          0x5f, 0xc1, 0x0a, 0xe8, 0x7a, 0xa6, 0x72, 0x9d};
    unsigned char hash[16];
    CHECK_INT(MD4Hash((const unsigned char *)"abc", 3, hash), 0, "MD4", ORIGINAL_PASSES);
    CHECK(memcmp(hash, abc, 16) == 0, "the vector of RFC 1320", ORIGINAL_PASSES);
}

static void des(void) {
    static const unsigned char key[8] = {0x13, 0x34, 0x57, 0x79, 0x9b, 0xbc, 0xdf, 0xf1};
    static const unsigned char plain[8] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef};
    static const unsigned char cipher[8] = {0x85, 0xe8, 0x13, 0x54, 0x0f, 0x0a, 0xb4, 0x05};
    static const uint8_t zero[7] = {0};
    unsigned char out[8], back[8];
    uint8_t made[8];
    CHECK_INT(EncryptDES(key, out, plain), 0, "encrypt", ORIGINAL_PASSES);
    CHECK(memcmp(out, cipher, 8) == 0, "a known vector", ORIGINAL_PASSES);
    CHECK_INT(DecryptDES(key, out, back), 0, "decrypt", ORIGINAL_PASSES);
    CHECK(memcmp(back, plain, 8) == 0, "back again", ORIGINAL_PASSES);
    createDESKey(zero, made);
    CHECK((made[0] & 0xfe) == 0 && (made[7] & 0xfe) == 0, "seven bytes become eight", ORIGINAL_PASSES);
}

static void base64(void) {
    unsigned char out[16];
    unsigned long length = sizeof(out);
    CHECK_INT(base64_encode((const unsigned char *)"abcd", 4, out, &length), 0, "encode", ORIGINAL_PASSES);
    CHECK_STR((char *)out, "YWJjZA==", "the text", ORIGINAL_PASSES);
    CHECK_INT(length, 8, "its length without the end", ORIGINAL_PASSES);
    length = 8;
    CHECK_INT(base64_encode((const unsigned char *)"abcd", 4, out, &length), 6, "no room for the end", ORIGINAL_PASSES);
    CHECK_INT(length, 9, "the room that is needed", ORIGINAL_PASSES);
    length = sizeof(out);
    CHECK_INT(base64_decode((const unsigned char *)"YW Jj!ZA==", 10, out, &length), 0, "decode skips other characters",
              ORIGINAL_PASSES);
    CHECK(length == 4 && memcmp(out, "abcd", 4) == 0, "the bytes", ORIGINAL_PASSES);
    length = sizeof(out);
    CHECK_INT(base64_decode((const unsigned char *)"YWJ", 3, out, &length), 7, "an incomplete group", ORIGINAL_PASSES);
    length = 2;
    CHECK_INT(base64_decode((const unsigned char *)"YWJj", 4, out, &length), 6, "no room", ORIGINAL_PASSES);
    length = sizeof(out);
    CHECK_INT(base64_decode((const unsigned char *)"", 0, out, &length), 0, "nothing", ORIGINAL_PASSES);
}

static void base64_of_null(void) {
    unsigned char out[16];
    unsigned long length = sizeof(out);
    CHECK(base64_encode(NULL, 1, out, &length) != 0, "encode", QUIRK("13"));
    CHECK(base64_decode(NULL, 1, out, &length) != 0, "decode", QUIRK("13"));
}

CONFORMANCE_MAIN("crypto_wrapper.h", GROUP(hashes), GROUP(des), GROUP(base64), GROUP_CRASHES(base64_of_null, "13"))
