/* twZipTar.h (ext-files-tunnels.md 3.11). */
#include "twOSPort.h"

#include "twZipTar.h"

#include "check.h"

static void broken_archives(void) {
    char path[512];
    FILE *file;
    snprintf(path, sizeof(path), "%s", scratch("broken"));
    file = fopen(path, "w");
    fputs("no archive", file);
    fclose(file);
    CHECK_INT(twApi_ZipExtractFile("/no such file"), 1, "no zip file", ORIGINAL_PASSES);
    CHECK_INT(twApi_TgzExtractFile("/no such file"), 1, "no tar file", ORIGINAL_PASSES);
    CHECK_INT(twApi_ZipExtractFile(path), 1, "no zip", ORIGINAL_PASSES);
    unlink(path);
}

static void broken_tar(void) {
    char path[512];
    FILE *file;
    snprintf(path, sizeof(path), "%s", scratch("broken"));
    file = fopen(path, "w");
    fputs("no archive", file);
    fclose(file);
    CHECK_INT(twApi_TgzExtractFile(path), 1, "no tar", QUIRK("Z1"));
    unlink(path);
}

CONFORMANCE_MAIN("twZipTar.h", GROUP(broken_archives), GROUP_CRASHES(broken_tar, "Z1"))
