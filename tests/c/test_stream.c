/* Streams in memory and in files, and texts in them. */
#include "twOSPort.h"
#include "twErrors.h"
#include "twBaseTypes.h"

#include "check.h"

#include <stdlib.h>
#include <unistd.h>

static void test_memory(void) {
    twStream *stream = twStream_Create();
    char out[8] = "........";
    CHECK_INT(twStream_GetLength(stream), 0);
    CHECK_INT(twStream_AddBytes(stream, "abc", 3), 0);
    CHECK_INT(twStream_AddBytes(stream, "de", 2), 0);
    CHECK_INT(twStream_AddBytes(stream, "x", 0), 0);
    CHECK_INT(twStream_GetLength(stream), 5);
    CHECK_INT(twStream_GetIndex(stream), 5);
    CHECK(memcmp(twStream_GetData(stream), "abcde", 5) == 0);
    CHECK_INT(twStream_Reset(stream), 0);
    CHECK_INT(twStream_GetBytes(stream, out, 2), 0);
    CHECK(memcmp(out, "ab......", 8) == 0);
    CHECK_INT(twStream_GetIndex(stream), 2);
    /* Beyond the end: what is left, the rest of the destination stays. */
    CHECK_INT(twStream_GetBytes(stream, out, 8), 0);
    CHECK(memcmp(out, "cde.....", 8) == 0);
    CHECK_INT(twStream_GetBytes(stream, out, 1), 0);
    CHECK_INT(out[0], 'c');
    twStream_Delete(stream);
}

static void test_growth(void) {
    twStream *stream = twStream_Create();
    uint32_t i, wrong = 0;
    for (i = 0; i < 20000; i++) {
        unsigned char bytes[3];
        bytes[0] = (unsigned char)i, bytes[1] = (unsigned char)(i >> 8), bytes[2] = 0x5A;
        if (twStream_AddBytes(stream, bytes, 3) != 0) {
            wrong++;
        }
    }
    CHECK_INT(twStream_GetLength(stream), 60000);
    CHECK(stream->maxlength >= stream->length);
    for (i = 0; i < 20000; i++) {
        const unsigned char *bytes = (const unsigned char *)twStream_GetData(stream) + 3 * i;
        wrong += bytes[0] != (unsigned char)i || bytes[1] != (unsigned char)(i >> 8) || bytes[2] != 0x5A;
    }
    CHECK_INT(wrong, 0);
    twStream_Delete(stream);
}

static void test_given_bytes(void) {
    char bytes[] = "abc";
    twStream *copy = twStream_CreateFromCharArray(bytes, 3);
    twStream *borrowed = twStream_CreateFromCharArrayZeroCopy(bytes, 3);
    CHECK(copy->data != bytes && copy->ownsData);
    CHECK(borrowed->data == bytes && !borrowed->ownsData);
    CHECK_INT(twStream_GetLength(borrowed), 3);
    bytes[0] = 'X';
    CHECK_INT(twStream_GetData(copy)[0], 'a');
    /* Growing leaves the caller's bytes alone. */
    borrowed->ptr = borrowed->data + 3;
    CHECK_INT(twStream_AddBytes(borrowed, "def", 3), 0);
    CHECK(borrowed->data != bytes && borrowed->ownsData);
    CHECK(memcmp(twStream_GetData(borrowed), "Xbcdef", 6) == 0);
    CHECK_STR(bytes, "Xbc");
    twStream_Delete(copy);
    twStream_Delete(borrowed);
}

static void test_texts(void) {
    twStream *stream = twStream_Create();
    char longer[200], *text;
    memset(longer, 'x', 199);
    longer[199] = 0;
    CHECK_INT(stringToStream("abc", stream), 0);
    CHECK_INT(stringToStream(NULL, stream), 0);
    CHECK_INT(twStream_GetLength(stream), 5);
    CHECK(memcmp(twStream_GetData(stream), "\3abc\0", 5) == 0);
    /* More than 127 bytes: four bytes of length, the first bit set. */
    CHECK_INT(stringToStream(longer, stream), 0);
    CHECK_INT(twStream_GetLength(stream), 5 + 4 + 199);
    CHECK(memcmp(twStream_GetData(stream) + 5, "\x80\0\0\xC7x", 5) == 0);
    twStream_Reset(stream);
    text = streamToString(stream);
    CHECK_STR(text, "abc");
    free(text);
    text = streamToString(stream);
    CHECK_STR(text, "");
    free(text);
    text = streamToString(stream);
    CHECK_STR(text, longer);
    free(text);
    CHECK_INT(stringToStream("abc", NULL), TW_INVALID_PARAM);
    CHECK(streamToString(NULL) == NULL);
    twStream_Delete(stream);
}

static void test_file(void) {
    char path[] = "/tmp/twedge_stream_XXXXXX", out[8] = "........";
    int descriptor = mkstemp(path);
    twStream *stream;
    CHECK(descriptor >= 0 && close(descriptor) == 0);
    stream = twStream_CreateFromFile(path);
    CHECK(stream != NULL && stream->file != NULL);
    CHECK_INT(twStream_AddBytes(stream, "abcd", 4), 0);
    CHECK_INT(twStream_GetLength(stream), 4);
    CHECK_INT(twStream_GetBytes(stream, out, 2), 0);
    CHECK_INT(twStream_AddBytes(stream, "ef", 2), 0);
    /* Appending does not move the place where reading goes on. */
    CHECK_INT(twStream_GetBytes(stream, out + 2, 2), 0);
    CHECK(memcmp(out, "abcd....", 8) == 0);
    twStream_Delete(stream);
    stream = twStream_CreateFromFile(path);
    CHECK_INT(twStream_GetLength(stream), 6);
    CHECK_INT(twStream_GetBytes(stream, out, 6), 0);
    CHECK(memcmp(out, "abcdef..", 8) == 0);
    twStream_Delete(stream);
    unlink(path);
    CHECK(twStream_CreateFromFile("/tmp/twedge_no_such_directory/file") == NULL);
}

static void test_null(void) {
    twStream *stream = twStream_Create();
    char out[1];
    CHECK(twStream_CreateFromCharArray(NULL, 3) == NULL);
    CHECK_INT(twStream_AddBytes(NULL, "a", 1), TW_INVALID_PARAM);
    CHECK_INT(twStream_AddBytes(stream, NULL, 1), TW_INVALID_PARAM);
    CHECK_INT(twStream_GetBytes(NULL, out, 1), TW_INVALID_PARAM);
    CHECK_INT(twStream_GetBytes(stream, NULL, 1), TW_INVALID_PARAM);
    CHECK_INT(twStream_Reset(NULL), TW_INVALID_PARAM);
    CHECK(twStream_GetData(NULL) == NULL);
    CHECK_INT(twStream_GetIndex(NULL), 0);
    CHECK_INT(twStream_GetLength(NULL), -1);
    twStream_Delete(NULL);
    twStream_Delete(stream);
}

int main(void) {
    test_memory();
    test_growth();
    test_given_bytes();
    test_texts();
    test_file();
    test_null();
    return check_result();
}
