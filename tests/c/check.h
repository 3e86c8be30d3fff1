/* Checks for the C tests: each test is a program that includes this, calls functions of its own that check, and ends
 * with `return check_result();`. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <string.h>

static int checks_made;
static int checks_failed;

static void check_that(int holds, const char *file, int line, const char *what) {
    checks_made++;
    if (!holds) {
        checks_failed++;
        fprintf(stderr, "%s:%d: %s\n", file, line, what);
    }
}

static inline void check_int(long long found, long long expected, const char *file, int line, const char *what) {
    check_that(found == expected, file, line, what);
    if (found != expected) {
        fprintf(stderr, "    is %lld, should be %lld\n", found, expected);
    }
}

static inline void check_str(const char *found, const char *expected, const char *file, int line, const char *what) {
    int same = found == expected || (found != NULL && expected != NULL && strcmp(found, expected) == 0);
    check_that(same, file, line, what);
    if (!same) {
        fprintf(stderr, "    is \"%s\", should be \"%s\"\n", found ? found : "(NULL)", expected ? expected : "(NULL)");
    }
}

/* The condition holds. */
#define CHECK(condition) check_that((condition) != 0, __FILE__, __LINE__, #condition)
/* Two integers are equal: what was found, what should be. */
#define CHECK_INT(found, expected) check_int((long long)(found), (long long)(expected), __FILE__, __LINE__, #found)
/* Two strings are equal, or both NULL: what was found, what should be. */
#define CHECK_STR(found, expected) check_str((found), (expected), __FILE__, __LINE__, #found)

/* Says how it went; the number of failures, for main to return. */
static inline int check_result(void) {
    printf("%d checks, %d failed\n", checks_made, checks_failed);
    return checks_failed < 77 ? checks_failed : 76;
}

#endif
