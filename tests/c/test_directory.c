/* Files and directories. */
#include "twOSPort.h"
#include "twPath.h"

#include "check.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char root[64];

/* A path below the test's directory, valid until the fourth call from then. */
static char *at(const char *name) {
    static char paths[4][128];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", root, name);
    return path;
}

static void write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    fputs(text, file);
    fclose(file);
}

static char *contents(const char *path) {
    static char text[64];
    FILE *file = fopen(path, "r");
    text[0] = '\0';
    if (file != NULL) {
        text[fread(text, 1, sizeof text - 1, file)] = '\0';
        fclose(file);
    }
    return text;
}

static void test_files(void) {
    CHECK_INT(twDirectory_FileExists(at("a")), FALSE);
    CHECK_INT(twDirectory_CreateFile(at("a")), 0);
    CHECK_INT(twDirectory_FileExists(at("a")), TRUE);
    write_file(at("a"), "one");
    CHECK_INT(twDirectory_CopyFile(at("a"), at("b")), 0);
    CHECK_STR(contents(at("b")), "one");
    write_file(at("a"), "two");
    CHECK_INT(twDirectory_CopyFile(at("a"), at("b")), 0);
    CHECK_STR(contents(at("b")), "two");
    CHECK_INT(twDirectory_CopyFile(at("a"), at("a")), 0);
    CHECK_STR(contents(at("a")), "two");
    write_file(at("a"), "three");
    CHECK_INT(twDirectory_MoveFile(at("a"), at("b")), 0);
    CHECK_STR(contents(at("b")), "three");
    CHECK_INT(twDirectory_FileExists(at("a")), FALSE);
    CHECK_INT(twDirectory_MoveFile(at("a"), at("b")), ENOENT);
    CHECK_INT(twDirectory_CreateFile(at("b")), 0);
    CHECK_STR(contents(at("b")), "");
    CHECK_INT(twDirectory_DeleteFile(at("b")), 0);
    CHECK_INT(twDirectory_DeleteFile(at("b")), ENOENT);
    CHECK_INT(twDirectory_GetLastError(), ENOENT);
}

static void test_directories(void) {
    CHECK_INT(twDirectory_CreateDirectory(at("x/y/z")), 0);
    CHECK_INT(twDirectory_CreateDirectory(at("x/y/z")), 0);
    CHECK_INT(twDirectory_FileExists(at("x/y/z")), TRUE);
    write_file(at("x/y/file"), "text");
    CHECK_INT(twDirectory_CreateDirectory(at("x/y/file")), EEXIST);
    CHECK_INT(twDirectory_CreateDirectory(""), TW_INVALID_PARAM);
    CHECK_INT(twDirectory_DeleteDirectory(at("x")), 0);
    CHECK_INT(twDirectory_FileExists(at("x")), FALSE);
    CHECK_INT(twDirectory_DeleteDirectory(at("x")), ENOENT);
}

static void test_info(void) {
    uint64_t size = 0;
    DATETIME modified = 0, now = twGetSystemTime(TRUE);
    char is_directory = 9, is_read_only = 9;
    write_file(at("a"), "four");
    CHECK_INT(twDirectory_GetFileInfo(at("a"), &size, &modified, &is_directory, &is_read_only), 0);
    CHECK_INT(size, 4);
    CHECK(modified + 5000 > now && modified < now + 5000);
    CHECK_INT(is_directory, FALSE);
    CHECK_INT(is_read_only, FALSE);
    chmod(at("a"), 0444);
    CHECK_INT(twDirectory_GetFileInfo(at("a"), &size, &modified, &is_directory, &is_read_only), 0);
    CHECK_INT(is_read_only, TRUE);
    CHECK_INT(twDirectory_GetFileInfo(root, &size, &modified, &is_directory, &is_read_only), 0);
    CHECK_INT(is_directory, TRUE);
    CHECK_INT(twDirectory_GetFileInfo(at("none"), &size, &modified, &is_directory, &is_read_only), ENOENT);
}

static void test_listing(void) {
    TW_DIR dir = NULL;
    char *name = NULL;
    uint64_t size = 0;
    DATETIME modified = 0;
    char is_directory = 0, is_read_only = 0;
    int dots = 0, files = 0, others = 0;

    CHECK_INT(symlink("nowhere", at("dangling")), 0);
    write_file(at("b"), "seven b");
    while ((dir = twDirectory_IterateEntries(root, dir, &name, &size, &modified, &is_directory, &is_read_only)) !=
           NULL) {
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
            CHECK_INT(is_directory, TRUE);
            dots++;
        } else if (strcmp(name, "a") == 0 || strcmp(name, "b") == 0) {
            CHECK_INT(is_directory, FALSE);
            CHECK_INT(size, name[0] == 'a' ? 4 : 7);
            files++;
        } else {
            others++;
        }
        free(name);
    }
    CHECK_INT(twDirectory_GetLastError(), ERROR_NO_MORE_FILES);
    CHECK_INT(dots, 2);
    CHECK_INT(files, 2);
    CHECK_INT(others, 0);
    CHECK(twDirectory_IterateEntries(at("none"), NULL, &name, &size, &modified, &is_directory, &is_read_only) == NULL);
    CHECK_INT(twDirectory_GetLastError(), ENOENT);
}

static void test_null(void) {
    uint64_t size;
    DATETIME modified;
    char flag;
    CHECK_INT(twDirectory_FileExists(NULL), FALSE);
    CHECK_INT(twDirectory_CreateFile(NULL), TW_INVALID_PARAM);
    CHECK_INT(twDirectory_DeleteFile(NULL), TW_INVALID_PARAM);
    CHECK_INT(twDirectory_CopyFile(NULL, root), TW_INVALID_PARAM);
    CHECK_INT(twDirectory_CopyFile(root, NULL), TW_INVALID_PARAM);
    CHECK_INT(twDirectory_MoveFile(NULL, root), TW_INVALID_PARAM);
    CHECK_INT(twDirectory_MoveFile(root, NULL), TW_INVALID_PARAM);
    CHECK_INT(twDirectory_CreateDirectory(NULL), TW_INVALID_PARAM);
    CHECK_INT(twDirectory_DeleteDirectory(NULL), TW_INVALID_PARAM);
    CHECK_INT(twDirectory_GetFileInfo(NULL, &size, &modified, &flag, &flag), TW_INVALID_PARAM);
    CHECK_INT(twDirectory_GetFileInfo(root, NULL, &modified, &flag, &flag), TW_INVALID_PARAM);
    CHECK(twDirectory_IterateEntries(NULL, NULL, NULL, NULL, NULL, NULL, NULL) == NULL);
}

static void test_path(void) {
    char *path = twPath_GetFullPath(at("./a")), *expected = realpath(at("a"), NULL);
    CHECK_STR(path, expected);
    free(path);
    free(expected);
    CHECK(twPath_GetFullPath(at("none")) == NULL);
    CHECK(twPath_GetFullPath(NULL) == NULL);
}

int main(void) {
    const char *temporary = getenv("TMPDIR");
    snprintf(root, sizeof root, "%s/twedge-XXXXXX", temporary != NULL && strlen(temporary) < 40 ? temporary : "/tmp");
    CHECK(mkdtemp(root) != NULL);
    test_files();
    test_directories();
    test_info();
    test_listing();
    test_path();
    test_null();
    CHECK_INT(twDirectory_DeleteDirectory(root), 0);
    return check_result();
}
