/* String helpers, passwords from callbacks, and base64. */
#include "twOSPort.h"
#include "twErrors.h"
#include "stringUtils.h"
#include "twPasswds.h"
#include "twPrimitiveUtils.h"
/* Declares base64_encode. */
#include "twApi.h"

#include "check.h"

#include <stdlib.h>

/* Exported, but no header declares it. */
extern int base64_decode(const unsigned char *in, unsigned long length, unsigned char *out, unsigned long *out_length);

static void test_case(void) {
    char text[] = "aZ\xC3\x84 9";
    CHECK(uppercase(text) == text);
    CHECK_STR(text, "AZ\xC3\x84 9");
    CHECK(lowercase(text) == text);
    CHECK_STR(text, "az\xC3\x84 9");
    CHECK(lowercase(NULL) == NULL);
    CHECK(uppercase(NULL) == NULL);
}

static void test_duplicates(void) {
    char *copy = duplicateString("abc"), *cut = duplicateStringN("abcdef", 3);
    CHECK_STR(copy, "abc");
    CHECK_STR(cut, "abc");
    free(copy);
    free(cut);
    CHECK(duplicateString(NULL) == NULL);
    CHECK(duplicateStringN(NULL, 3) == NULL);
}

static void test_concatenation(void) {
    char *text = duplicateString("ab");
    CHECK_INT(concatenateStrings(&text, "cd"), 0);
    CHECK_STR(text, "abcd");
    CHECK_INT(concatenateStringsN(&text, "efgh", 6), 0);
    CHECK_STR(text, "abcdef");
    CHECK_INT(concatenateStrings(&text, NULL), TW_INVALID_PARAM);
    CHECK_STR(text, "abcdef");
    CHECK_INT(concatenateStrings(NULL, "x"), TW_INVALID_PARAM);
    free(text);
}

static void test_suffixes(void) {
    CHECK(stringEndsWithSuffix("file.txt", ".txt"));
    CHECK_INT(stringEndsWithSuffix("file.txt", ".TXT"), 0);
    CHECK_INT(stringEndsWithSuffix("t", ".txt"), 0);
    CHECK(stringEndsWithSuffix("file", ""));
}

static unsigned int room;

static void give_password(char *buffer, unsigned int length) {
    room = length;
    strcpy(buffer, "secret");
}

static void test_passwords(void) {
    char *password = twConvertCallbackToPasswd(give_password), *none = twConvertCallbackToPasswd(NULL);
    int i, rest = 0;
    CHECK_STR(password, "secret");
    CHECK_INT(room, 256);
    for (i = 6; i < 256; i++) {
        rest |= password[i];
    }
    CHECK_INT(rest, 0);
    CHECK_STR(none, "");
    twFreePasswd(password);
    twFreePasswd(none);
    twFreePasswd(NULL);
}

static void test_base64(void) {
    unsigned char text[16], bytes[8];
    unsigned long length = 4;
    CHECK_INT(base64_encode((const unsigned char *)"abcd", 4, text, &length), 6);
    CHECK(length >= 9);
    length = sizeof text;
    CHECK_INT(base64_encode((const unsigned char *)"abcd", 4, text, &length), 0);
    CHECK_INT(length, 8);
    CHECK_STR((char *)text, "YWJjZA==");
    length = 2;
    CHECK_INT(base64_decode(text, 8, bytes, &length), 6);
    length = sizeof bytes;
    CHECK_INT(base64_decode(text, 8, bytes, &length), 0);
    CHECK_INT(length, 4);
    CHECK(memcmp(bytes, "abcd", 4) == 0);
    length = sizeof bytes;
    CHECK_INT(base64_decode((const unsigned char *)"YWJ", 3, bytes, &length), 7);
    CHECK(base64_encode(NULL, 4, text, &length) != 0);
    CHECK(base64_decode(NULL, 4, bytes, &length) != 0);
}

static void test_location(void) {
    twLocation *place = twCreateLocationFrom(1, 2, 3);
    CHECK(place != NULL && place->latitude == 1 && place->longitude == 2 && place->elevation == 3);
    free(place);
}

int main(void) {
    test_case();
    test_duplicates();
    test_concatenation();
    test_suffixes();
    test_passwords();
    test_base64();
    test_location();
    return check_result();
}
