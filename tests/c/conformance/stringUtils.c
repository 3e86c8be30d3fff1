/* stringUtils.h (api-behaviour.md 13, ext-files-tunnels.md 6.2). */
#include "stringUtils.h"
#include "twErrors.h"
#include "twOSPort.h"

#include "check.h"

static char *long_text(size_t length) {
    char *text = malloc(length + 1);
    memset(text, 'x', length);
    text[length] = 0;
    return text;
}

static void duplicating(void) {
    char *copy = duplicateString("text");
    char *text = long_text(70000);
    CHECK_STR(copy, "text", "a copy", ORIGINAL_PASSES);
    free(copy);
    CHECK(duplicateString(NULL) == NULL, "of nothing", ORIGINAL_PASSES);
    copy = duplicateString("");
    CHECK_STR(copy, "", "of an empty text", ORIGINAL_PASSES);
    free(copy);
    copy = duplicateString(text);
    CHECK_INT(strlen(copy), 65536, "cut at 65 536", ORIGINAL_PASSES);
    free(copy);
    copy = duplicateStringN(text, 10);
    CHECK_INT(strlen(copy), 10, "cut where told", ORIGINAL_PASSES);
    free(copy);
    copy = duplicateStringN("text", 10);
    CHECK_STR(copy, "text", "shorter than the limit", ORIGINAL_PASSES);
    free(copy);
    free(text);
}

static void concatenating(void) {
    char *text = duplicateString("ab");
    char *more = long_text(70000);
    CHECK_INT(concatenateStrings(&text, "cd"), 0, "append", ORIGINAL_PASSES);
    CHECK_STR(text, "abcd", "the result", ORIGINAL_PASSES);
    CHECK_INT(concatenateStrings(&text, ""), 0, "append nothing", ORIGINAL_PASSES);
    CHECK_INT(concatenateStringsN(&text, "efgh", 6), 0, "append up to a limit", ORIGINAL_PASSES);
    CHECK_STR(text, "abcdef", "the limit is that of the result", ORIGINAL_PASSES);
    CHECK_INT(concatenateStrings(&text, NULL), TW_INVALID_PARAM, "append NULL", ORIGINAL_PASSES);
    CHECK_STR(text, "abcdef", "leaves the text alone", ORIGINAL_PASSES);
    CHECK_INT(concatenateStrings(NULL, "x"), TW_INVALID_PARAM, "no target", ORIGINAL_PASSES);
    concatenateStrings(&text, more);
    CHECK_INT(strlen(text), 65536, "cut at 65 536", ORIGINAL_PASSES);
    free(text);
    free(more);
}

static void cases(void) {
    char text[] = "aBc 1\xc3\x84z";
    CHECK(lowercase(text) == text, "lowercase returns its argument", ORIGINAL_PASSES);
    CHECK_STR(text, "abc 1\xc3\x84z", "lowercase", ORIGINAL_PASSES);
    CHECK(uppercase(text) == text, "uppercase returns its argument", ORIGINAL_PASSES);
    CHECK_STR(text, "ABC 1\xc3\x84Z", "uppercase", ORIGINAL_PASSES);
    CHECK(lowercase(NULL) == NULL && uppercase(NULL) == NULL, "NULL", ORIGINAL_PASSES);
}

static void suffixes(void) {
    CHECK_INT(stringEndsWithSuffix("file.txt", ".txt"), 1, "a suffix", ORIGINAL_PASSES);
    CHECK_INT(stringEndsWithSuffix("file.txt", ".tx"), 0, "no suffix", ORIGINAL_PASSES);
    CHECK_INT(stringEndsWithSuffix("t", ".txt"), 0, "longer than the text", ORIGINAL_PASSES);
    CHECK_INT(stringEndsWithSuffix("text", "text"), 1, "all of the text", ORIGINAL_PASSES);
}

static void suffixes_of_nothing(void) {
    CHECK_INT(stringEndsWithSuffix("text", ""), 1, "an empty suffix", QUIRK("13"));
    CHECK_INT(stringEndsWithSuffix(NULL, "x"), 0, "NULL text", QUIRK("Q-A8"));
    CHECK_INT(stringEndsWithSuffix("x", NULL), 0, "NULL suffix", QUIRK("Q-A8"));
}

CONFORMANCE_MAIN("stringUtils.h", GROUP(duplicating), GROUP(concatenating), GROUP(cases), GROUP(suffixes),
                 GROUP_CRASHES(suffixes_of_nothing, "Q-A8"))
