/* twPasswds.h (api-behaviour.md 13). */
#include "twOSPort.h"

#include "twPasswds.h"

#include "check.h"

static unsigned int seen_size;
static int was_zeroed;

static void secret(char *buffer, unsigned int size) {
    unsigned int i;
    seen_size = size;
    was_zeroed = 1;
    for (i = 0; i < size; i++) {
        was_zeroed &= buffer[i] == 0;
    }
    snprintf(buffer, size, "secret");
}

static void passwords(void) {
    char *given = twConvertCallbackToPasswd(secret);
    CHECK_STR(given, "secret", "what the callback wrote", ORIGINAL_PASSES);
    CHECK_INT(seen_size, 256, "a buffer of 256 bytes", ORIGINAL_PASSES);
    CHECK(was_zeroed, "zeroed", ORIGINAL_PASSES);
    twFreePasswd(given);
    given = twConvertCallbackToPasswd(NULL);
    CHECK_STR(given, "", "no callback", ORIGINAL_PASSES);
    twFreePasswd(given);
    twFreePasswd(NULL);
}

/* Programs from before 2.1.3 give the key itself in place of the function. */
static void a_key_in_place_of_a_callback(void) {
    static char key[] = "01234567-89ab-cdef-0123-456789abcdef";
    twPasswdCallbackFunction function;
    char *text = key, *given;
    memcpy(&function, &text, sizeof(function));
    given = twConvertCallbackToPasswd(function);
    CHECK_STR(given, "", "is not called", ORIGINAL_PASSES);
    twFreePasswd(given);
}

CONFORMANCE_MAIN("twPasswds.h", GROUP(passwords), GROUP(a_key_in_place_of_a_callback))
