/* Digests of files and signatures. The key, its certificate and the signatures were made with OpenSSL:
 * pkeyutl -sign -pkeyopt rsa_padding_mode:pkcs1 over the 32 bytes of the digest of PACKAGE, and over "short". */
#include "twSig.h"
#include "twErrors.h"

#include "check.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PACKAGE "an update package\n"
#define DIGEST "d37858dbbcee81ff4a23256b2f2b73cac9aeafed52efe33995031ca669023b58"

static const char certificate[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIDOTCCAiGgAwIBAgIUJKBzRu5GTC1kEVK12yBrt6XuqlUwDQYJKoZIhvcNAQEL\n"
    "BQAwKzEQMA4GA1UECgwHRXhhbXBsZTEXMBUGA1UEAwwOUGFja2FnZSBzaWduZXIw\n"
    "IBcNMjYxMTI1MjMzODQ0WhgPMjEyNjExMDEyMzM4NDRaMCsxEDAOBgNVBAoMB0V4\n"
    "YW1wbGUxFzAVBgNVBAMMDlBhY2thZ2Ugc2lnbmVyMIIBIjANBgkqhkiG9w0BAQEF\n"
    "AAOCAQ8AMIIBCgKCAQEAsgpImEbSzo5xchXxsNzhtbFY33vAlk0wsX4maqgmh8ue\n"
    "gE/NnDwIzmNRQ2mQmA9dYhHVBS+zodDScEullcizwgtGsor8+xC9UoiqnXa4f1S+\n"
    "iRp2QYZvUP8qj2AhLlllN+WuJ8umLgUBA6zY4I4fBWhJ393QESk29qRKb0CXOP/V\n"
    "EiuzZZuCNZ4v89GDj3ZJf++nyYuNzEX/UHjU0eMtcH0gHY1pSWzXXnwFhH/QpUZC\n"
    "4SlqNuljnpp5ss6kvLjS8PxH+LUzOmP4y0VHxHfpAlEdfTXqS7OiVe/MrmF5RybC\n"
    "/XWdeLnQz2y6Ro429FB/QN80fmjBSf3xgju5jy7T7wIDAQABo1MwUTAdBgNVHQ4E\n"
    "FgQUMRbht7Grh2vHQ2XDtU89bkkEti4wHwYDVR0jBBgwFoAUMRbht7Grh2vHQ2XD\n"
    "tU89bkkEti4wDwYDVR0TAQH/BAUwAwEB/zANBgkqhkiG9w0BAQsFAAOCAQEAPT1p\n"
    "xt0Na6Ojl3xKLE0HEhMXC+/KMGBN8xLAyDPG3eCzVPH24YglfIgXF/pjP/APyDnN\n"
    "YmGz84cKbJD2s4jYyxl/Vzg0yROJZ8+yV5W+8b0JsekWEb4Jh6z8lz3Brhf0cJwU\n"
    "HAtXY0qxutAARatZ/+XdEggArc1giuTU8byrw9cA0Kd06dnYdKvdKAYUyY745mOy\n"
    "42tCAk6SbxlcHZ2Bf1E+bfY0VzauJ4cvVj9SJMAojXSP6H7uF59M+i1n5kS5SVr8\n"
    "0JXjRRwlR1kiTp02t3UQGplFrVo0sNApWIPZI5EGF2Mw7ya1HA6dtQbE3YAehPu0\n"
    "5W4tMwde1XpGifFMXQ==\n"
    "-----END CERTIFICATE-----\n";

static const char rsa_key[] =
    "-----BEGIN RSA PUBLIC KEY-----\n"
    "MIIBCgKCAQEAsgpImEbSzo5xchXxsNzhtbFY33vAlk0wsX4maqgmh8uegE/NnDwI\n"
    "zmNRQ2mQmA9dYhHVBS+zodDScEullcizwgtGsor8+xC9UoiqnXa4f1S+iRp2QYZv\n"
    "UP8qj2AhLlllN+WuJ8umLgUBA6zY4I4fBWhJ393QESk29qRKb0CXOP/VEiuzZZuC\n"
    "NZ4v89GDj3ZJf++nyYuNzEX/UHjU0eMtcH0gHY1pSWzXXnwFhH/QpUZC4SlqNulj\n"
    "npp5ss6kvLjS8PxH+LUzOmP4y0VHxHfpAlEdfTXqS7OiVe/MrmF5RybC/XWdeLnQ\n"
    "z2y6Ro429FB/QN80fmjBSf3xgju5jy7T7wIDAQAB\n"
    "-----END RSA PUBLIC KEY-----\n";

static const char plain_key[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAsgpImEbSzo5xchXxsNzh\n"
    "tbFY33vAlk0wsX4maqgmh8uegE/NnDwIzmNRQ2mQmA9dYhHVBS+zodDScEullciz\n"
    "wgtGsor8+xC9UoiqnXa4f1S+iRp2QYZvUP8qj2AhLlllN+WuJ8umLgUBA6zY4I4f\n"
    "BWhJ393QESk29qRKb0CXOP/VEiuzZZuCNZ4v89GDj3ZJf++nyYuNzEX/UHjU0eMt\n"
    "cH0gHY1pSWzXXnwFhH/QpUZC4SlqNuljnpp5ss6kvLjS8PxH+LUzOmP4y0VHxHfp\n"
    "AlEdfTXqS7OiVe/MrmF5RybC/XWdeLnQz2y6Ro429FB/QN80fmjBSf3xgju5jy7T\n"
    "7wIDAQAB\n"
    "-----END PUBLIC KEY-----\n";

static const unsigned char signature[256] = {
    0xaa, 0xc5, 0x72, 0x42, 0x7d, 0xe1, 0x70, 0x57, 0x43, 0x77, 0x9e, 0x6f, 0x7b, 0x0f, 0x95, 0xd2,
    0xd6, 0x90, 0x69, 0x54, 0x44, 0xf6, 0x7a, 0xb2, 0xde, 0xdb, 0x04, 0xdd, 0x29, 0x15, 0x54, 0xa8,
    0x91, 0xaa, 0xf6, 0x96, 0xac, 0xd3, 0x11, 0x39, 0x5e, 0xd9, 0x7e, 0xd4, 0x40, 0xc7, 0xef, 0x7b,
    0x64, 0xf4, 0x23, 0x9f, 0x23, 0xb9, 0xa3, 0xaa, 0x8e, 0x9c, 0xc1, 0x9d, 0xb9, 0xa0, 0x6c, 0xa8,
    0x39, 0xde, 0xaf, 0xc0, 0xa2, 0x04, 0x82, 0x54, 0x17, 0xca, 0x0c, 0xa8, 0xd5, 0x3c, 0x14, 0xea,
    0x26, 0xc5, 0xa1, 0x51, 0x6b, 0x41, 0x5b, 0xa7, 0x8a, 0x72, 0x65, 0xeb, 0xe4, 0xe7, 0x19, 0x5b,
    0xc8, 0x58, 0xc7, 0xf5, 0xb8, 0xe5, 0xa4, 0x3a, 0xc4, 0xed, 0xe5, 0x26, 0x9f, 0xed, 0x8b, 0xed,
    0xc5, 0xc0, 0x17, 0x2b, 0xe2, 0xb5, 0x2a, 0xe5, 0x18, 0x55, 0xfc, 0xe0, 0x98, 0xda, 0x69, 0xd6,
    0x9a, 0xd4, 0xb0, 0x4b, 0x67, 0xd7, 0x1c, 0x8c, 0xcd, 0xf1, 0x3a, 0xf4, 0x0d, 0x9f, 0x2b, 0xdc,
    0x52, 0x0c, 0xa6, 0x2f, 0x27, 0x1f, 0xc2, 0xb4, 0xb9, 0x44, 0xc8, 0xb2, 0x50, 0xcb, 0xf9, 0x09,
    0xfa, 0x24, 0x7c, 0x9c, 0xd9, 0x7b, 0xc9, 0x62, 0x51, 0xbc, 0x3c, 0x84, 0x06, 0x8a, 0xb2, 0x35,
    0x04, 0x46, 0x91, 0x34, 0xd6, 0x45, 0x5d, 0xb0, 0x65, 0x44, 0x0c, 0x6f, 0x17, 0xe3, 0x9a, 0x8a,
    0x48, 0x32, 0xa7, 0xaf, 0x9e, 0x6f, 0x42, 0x62, 0xe0, 0x8c, 0x61, 0x08, 0x1b, 0x6f, 0x44, 0xa6,
    0x5f, 0x42, 0x85, 0x5f, 0xd2, 0xce, 0x5d, 0x11, 0x8c, 0x19, 0x60, 0x47, 0x55, 0x53, 0x7c, 0x64,
    0x41, 0x66, 0x31, 0x74, 0xd9, 0x9d, 0x98, 0x6f, 0xa4, 0x4b, 0xec, 0xbc, 0x5e, 0x11, 0x52, 0xbd,
    0x30, 0xc4, 0x1b, 0x34, 0x96, 0x97, 0x77, 0xf4, 0x16, 0x84, 0x19, 0x4c, 0x8e, 0xb4, 0x83, 0x03,
};

static const unsigned char short_signature[256] = {
    0x05, 0xf2, 0x19, 0xff, 0x5f, 0x02, 0xc6, 0x4d, 0x70, 0xb0, 0x7c, 0xd7, 0xfd, 0xbc, 0x9f, 0x47,
    0x7f, 0xd2, 0xcf, 0x2c, 0x01, 0x35, 0xa5, 0x17, 0x63, 0xc7, 0xb4, 0x87, 0x69, 0xbd, 0x7a, 0x77,
    0x59, 0x95, 0x68, 0x62, 0x83, 0x22, 0xba, 0xd4, 0x0f, 0x77, 0x5e, 0x0c, 0xb2, 0x7a, 0x63, 0xc8,
    0x7e, 0xbb, 0x3e, 0x19, 0x82, 0x7a, 0x90, 0x66, 0xc1, 0x3a, 0x98, 0x74, 0xda, 0x78, 0xf6, 0x49,
    0xc0, 0x95, 0x50, 0x17, 0x63, 0xd5, 0xbc, 0xf9, 0x87, 0x7e, 0x7b, 0x8d, 0xbc, 0x72, 0x1c, 0xa8,
    0x38, 0x78, 0x4d, 0x1c, 0x9b, 0x5c, 0x63, 0xd8, 0x1f, 0x3b, 0x33, 0x2c, 0x88, 0x04, 0x57, 0xee,
    0x5e, 0x54, 0xe6, 0x73, 0x36, 0x3a, 0x7c, 0xd4, 0xa1, 0x6a, 0xb2, 0x72, 0xb0, 0x8b, 0xf6, 0x6e,
    0xed, 0x6e, 0x5c, 0x64, 0xf1, 0x85, 0x28, 0xa4, 0xc2, 0x87, 0xbb, 0x2b, 0x17, 0x2d, 0xaf, 0xef,
    0x23, 0x37, 0x32, 0x35, 0xd3, 0x9b, 0x84, 0xfe, 0xe5, 0x36, 0x29, 0xfb, 0xb0, 0x3d, 0x4b, 0xec,
    0xea, 0xa0, 0x70, 0xbb, 0x9a, 0x08, 0x0c, 0x1f, 0x79, 0x8b, 0xc4, 0x0f, 0xb4, 0xcd, 0x32, 0x29,
    0x56, 0x00, 0x07, 0x00, 0x6a, 0x5f, 0xf4, 0x7d, 0x49, 0x81, 0x9f, 0xb3, 0x33, 0xfe, 0x7e, 0x3b,
    0x88, 0x43, 0x05, 0x9a, 0xc7, 0x5e, 0xce, 0x88, 0x80, 0xe7, 0x89, 0x6c, 0xde, 0xf4, 0x48, 0x4d,
    0xca, 0x4e, 0x25, 0xab, 0x97, 0x1f, 0x48, 0xa1, 0xa6, 0xc3, 0x1f, 0xff, 0x90, 0x8a, 0x2b, 0x9e,
    0x9b, 0xf1, 0x1e, 0x6a, 0x76, 0x83, 0xaa, 0xce, 0xfe, 0xa3, 0x76, 0xf0, 0x23, 0xed, 0x1d, 0xf3,
    0xb8, 0xc3, 0xc0, 0x7a, 0xa6, 0x0e, 0x09, 0xa2, 0xf4, 0x57, 0x60, 0x21, 0x72, 0x06, 0xae, 0xd9,
    0xce, 0xb9, 0x8d, 0x2b, 0x11, 0x03, 0xc4, 0xb8, 0xf6, 0x05, 0x0b, 0x3b, 0xdf, 0x5e, 0xd9, 0x94,
};

static char root[64];

static char *at(const char *name) {
    static char paths[4][128];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", root, name);
    return path;
}

static char *file(const char *name, const char *contents) {
    char *path = at(name);
    FILE *f = fopen(path, "w");
    fputs(contents, f);
    fclose(f);
    return path;
}

static void test_hex(void) {
    unsigned char binary[32], hex[66];
    int i;
    for (i = 0; i < 32; i++) {
        binary[i] = (unsigned char)(i * 8 + 7);
    }
    memset(hex, 'x', sizeof hex);
    TWSHA256BinToHex(binary, hex);
    CHECK_STR((char *)hex, "070f171f272f373f474f575f676f777f878f979fa7afb7bfc7cfd7dfe7eff7ff");
    CHECK_INT(hex[65], 'x');
    TWSHA256BinToHex(NULL, hex);
    TWSHA256BinToHex(binary, NULL);
    CHECK_STR((char *)hex, "070f171f272f373f474f575f676f777f878f979fa7afb7bfc7cfd7dfe7eff7ff");
}

static void test_file_digest(void) {
    char hex[66] = "untouched";
    CHECK_INT(TWSHA256_sha256_file(at("missing"), hex), TW_ERROR_READING_FILE);
    CHECK_INT(TWSHA256_sha256_file(root, hex), TW_ERROR_READING_FILE);
    CHECK_INT(TWSHA256_sha256_file(NULL, hex), TW_ERROR_READING_FILE);
    CHECK_STR(hex, "untouched");
    CHECK_INT(TWSHA256_sha256_file(file("package", PACKAGE), NULL), TW_ERROR_READING_FILE);
    CHECK_INT(TWSHA256_sha256_file(at("package"), hex), 0);
    CHECK_STR(hex, DIGEST);
    CHECK_INT(TWSHA256_sha256_file(file("empty", ""), hex), 0);
    CHECK_STR(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static int decrypt(const char *key, const unsigned char *data, size_t length, char *hex, char **name) {
    return decryptSignatureRsaFile(key, (char *)data, length, hex, name);
}

static void test_signature(void) {
    const char *crt[] = {"signer.crt", "signer.CRT"};
    char hex[66] = "", *name;
    unsigned char broken[256];
    size_t i;
    for (i = 0; i < 2; i++) {
        name = NULL;
        memset(hex, 'x', sizeof hex);
        CHECK_INT(decrypt(file(crt[i], certificate), signature, 256, hex, &name), 0);
        CHECK_STR(hex, DIGEST);
        CHECK_INT(hex[65], 'x');
        CHECK_STR(name, "Package signer");
        free(name);
    }
    name = (char *)"";
    memset(hex, 0, sizeof hex);
    CHECK_INT(decrypt(file("rsa.pem", rsa_key), signature, 256, hex, &name), 0);
    CHECK_STR(hex, DIGEST);
    CHECK(name == NULL);
    memset(hex, 0, sizeof hex);
    CHECK_INT(decrypt(file("plain.pem", plain_key), signature, 256, hex, NULL), 0);
    CHECK_STR(hex, DIGEST);

    name = (char *)"kept";
    strcpy(hex, "kept");
    memcpy(broken, signature, 256);
    broken[100] ^= 1;
    CHECK_INT(decrypt(at("rsa.pem"), broken, 256, hex, &name), TW_ERROR_READING_FILE);
    CHECK_INT(decrypt(at("rsa.pem"), signature, 255, hex, &name), TW_ERROR_READING_FILE);
    CHECK_INT(decrypt(at("rsa.pem"), signature, 0, hex, &name), TW_ERROR_READING_FILE);
    CHECK_INT(decrypt(at("rsa.pem"), short_signature, 256, hex, &name), TW_ERROR_READING_FILE);
    CHECK_INT(decrypt(at("missing.crt"), signature, 256, hex, &name), TW_ERROR_READING_FILE);
    CHECK_INT(decrypt(at("missing.pem"), signature, 256, hex, &name), TW_ERROR_READING_FILE);
    CHECK_INT(decrypt(file("key.crt", rsa_key), signature, 256, hex, &name), TW_ERROR_READING_FILE);
    CHECK_INT(decrypt(file("crt.pem", certificate), signature, 256, hex, &name), TW_ERROR_READING_FILE);
    CHECK_INT(decrypt(file("text.crt", PACKAGE), signature, 256, hex, &name), TW_ERROR_READING_FILE);
    CHECK_INT(decrypt(NULL, signature, 256, hex, &name), TW_ERROR_READING_FILE);
    CHECK_INT(decrypt(at("rsa.pem"), NULL, 256, hex, &name), TW_ERROR_READING_FILE);
    CHECK_INT(decrypt(at("rsa.pem"), signature, 256, NULL, &name), TW_ERROR_READING_FILE);
    CHECK_STR(hex, "kept");
    CHECK_STR(name, "kept");
}

int main(void) {
    char clean[96];
    strcpy(root, "/tmp/twedge-sig-XXXXXX");
    CHECK(mkdtemp(root) != NULL);
    test_hex();
    test_file_digest();
    test_signature();
    snprintf(clean, sizeof clean, "rm -r %s", root);
    CHECK_INT(system(clean), 0);
    return check_result();
}
