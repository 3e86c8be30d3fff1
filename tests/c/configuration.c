/* The data that C shares with the library: it is there, has its initial values, and is one object for both sides. */
#include "twExt.h"

#include <stdio.h>
#include <string.h>

static int failures;

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                                            \
            failures++;                                                                                                \
        }                                                                                                              \
    } while (0)

int main(void) {
    int i = 0;

    CHECK(twcfg.file_xfer_enabled == TRUE);
    CHECK(twcfg.subscribed_props_enabled == TRUE);
    CHECK(twcfg.enable_tls_hostname_validation == TRUE);
    CHECK(strcmp(twcfg.tw_uri, TW_URI) == 0);
    CHECK(twcfg.message_chunk_size == MESSAGE_CHUNK_SIZE);
    CHECK(twcfg.file_xfer_max_file_size == FILE_XFER_MAX_FILE_SIZE);
    CHECK(twcfg.connect_retries == CONNECT_RETRIES);
    CHECK(twcfg.initCallback == NULL);
    CHECK(twcfg.max_string_prop_length == MAX_STRING_PROP_LENGTH);

    while (strcmp(fileXferServices[i], "SENTINEL") != 0) {
        i++;
    }
    CHECK(i == 17);
    CHECK(strcmp(tunnelServices[3], "SENTINEL") == 0);
    return failures != 0;
}
