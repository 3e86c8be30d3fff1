/* twSig.h (ext-files-tunnels.md 6.3). */
#include "twOSPort.h"

#include "twErrors.h"
#include "twSig.h"

#include "check.h"

static void hashes(void) {
    unsigned char binary[32], hex[65];
    char text[65] = "", path[512];
    FILE *file;
    int i;
    for (i = 0; i < 32; i++) {
        binary[i] = (unsigned char)(i * 8);
    }
    TWSHA256BinToHex(binary, hex);
    CHECK_STR((char *)hex, "0008101820283038404850586068707880889098a0a8b0b8c0c8d0d8e0e8f0f8", "hexadecimal",
              ORIGINAL_PASSES);
    snprintf(path, sizeof(path), "%s", scratch("hashed"));
    file = fopen(path, "w");
    fputs("abc", file);
    fclose(file);
    CHECK_INT(TWSHA256_sha256_file(path, text), 0, "of a file", ORIGINAL_PASSES);
    CHECK_STR(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "abc", ORIGINAL_PASSES);
    CHECK_INT(TWSHA256_sha256_file("/no such file", text), TW_ERROR_READING_FILE, "of no file", ORIGINAL_PASSES);
    unlink(path);
}

static void missing_key(void) {
    char hex[65], *name = NULL, data[256] = "";
    CHECK_INT(decryptSignatureRsaFile("/no such key.pem", data, 256, hex, &name), TW_ERROR_READING_FILE, "no key file",
              QUIRK("6.3"));
}

CONFORMANCE_MAIN("twSig.h", GROUP(hashes), GROUP_CRASHES(missing_key, "6.3"))
