/* twZipTar.h: archives are unpacked into the working directory, and never out of it. */
#define _POSIX_C_SOURCE 200809L
#include "twZipTar.h"

#include "check.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FAILED 1

static char folder[] = "/tmp/twedge-archives-XXXXXX";

/* A zip archive with stored (not compressed) entries. */
static FILE *zip;
static unsigned char directory[1024];
static size_t directory_length;
static int entries;

static void put16(unsigned char *place, unsigned value) {
    place[0] = (unsigned char)value;
    place[1] = (unsigned char)(value >> 8);
}

static void put32(unsigned char *place, unsigned long value) {
    put16(place, (unsigned)(value & 0xffff));
    put16(place + 2, (unsigned)(value >> 16));
}

static unsigned long crc32_of(const char *data) {
    unsigned long crc = 0xffffffffUL;
    int bit;
    for (; *data; data++) {
        crc ^= (unsigned char)*data;
        for (bit = 0; bit < 8; bit++) {
            crc = crc & 1 ? (crc >> 1) ^ 0xedb88320UL : crc >> 1;
        }
    }
    return crc ^ 0xffffffffUL;
}

static void begin_zip(void) {
    zip = fopen("test.zip", "wb");
    directory_length = 0;
    entries = 0;
}

static void add_to_zip(const char *name, const char *content) {
    unsigned char local[30] = {'P', 'K', 3, 4, 20};
    unsigned char *central = directory + directory_length;
    long offset = ftell(zip);
    memset(central, 0, 46);
    put32(local + 14, crc32_of(content));
    put32(local + 18, strlen(content));
    put32(local + 22, strlen(content));
    put16(local + 26, (unsigned)strlen(name));
    memcpy(central, "PK\1\2", 4);
    put16(central + 4, 20);
    memcpy(central + 6, local + 4, 26);
    put32(central + 42, (unsigned long)offset);
    memcpy(central + 46, name, strlen(name));
    directory_length += 46 + strlen(name);
    entries++;
    fwrite(local, 1, sizeof(local), zip);
    fputs(name, zip);
    fputs(content, zip);
}

static void end_zip(void) {
    unsigned char end[22] = {'P', 'K', 5, 6};
    put16(end + 8, (unsigned)entries);
    put16(end + 10, (unsigned)entries);
    put32(end + 12, directory_length);
    put32(end + 16, (unsigned long)ftell(zip));
    fwrite(directory, 1, directory_length, zip);
    fwrite(end, 1, sizeof(end), zip);
    fclose(zip);
}

static void put(const char *name, const char *content) {
    FILE *file = fopen(name, "w");
    CHECK(file != NULL);
    if (file) {
        fputs(content, file);
        fclose(file);
    }
}

static const char *get(const char *name) {
    static char content[64];
    FILE *file = fopen(name, "r");
    size_t length = file ? fread(content, 1, sizeof(content) - 1, file) : 0;
    content[length] = 0;
    if (file) {
        fclose(file);
    }
    return file ? content : NULL;
}

static void test_zip(void) {
    CHECK_INT(twApi_ZipExtractFile(NULL), FAILED);
    CHECK_INT(twApi_ZipExtractFile("none.zip"), FAILED);
    put("none.zip", "no archive");
    CHECK_INT(twApi_ZipExtractFile("none.zip"), FAILED);
    begin_zip();
    add_to_zip("dir/", "");
    add_to_zip("dir/a.txt", "hello");
    end_zip();
    put("old", "");
    CHECK_INT(twApi_ZipExtractFile("test.zip"), 0);
    CHECK_STR(get("dir/a.txt"), "hello");
    begin_zip();
    add_to_zip("../outside", "x");
    add_to_zip("dir/../../outside", "x");
    add_to_zip("dir/a.txt", "new");
    end_zip();
    CHECK_INT(twApi_ZipExtractFile("test.zip"), FAILED);
    CHECK_STR(get("../outside"), NULL);
    CHECK_STR(get("dir/a.txt"), "new");
}

static void test_tgz(void) {
    CHECK_INT(twApi_TgzExtractFile(NULL), FAILED);
    CHECK_INT(twApi_TgzExtractFile("none.tgz"), FAILED);
    put("none.tgz", "no archive");
    CHECK_INT(twApi_TgzExtractFile("none.tgz"), FAILED);
    put("t.txt", "from tar");
    CHECK_INT(system("tar czf test.tgz t.txt dir && rm -r t.txt dir"), 0);
    CHECK_INT(twApi_TgzExtractFile("test.tgz"), 0);
    CHECK_STR(get("t.txt"), "from tar");
    CHECK_STR(get("dir/a.txt"), "new");
    CHECK_INT(system("tar czPf test.tgz --transform 's,^t,../outside,' t.txt && rm t.txt"), 0);
    CHECK_INT(twApi_TgzExtractFile("test.tgz"), FAILED);
    CHECK_STR(get("../outside.txt"), NULL);
    CHECK_INT(truncate("test.tgz", 40), 0);
    CHECK_INT(twApi_TgzExtractFile("test.tgz"), FAILED);
}

int main(void) {
    char command[96];
    CHECK(mkdtemp(folder) != NULL);
    CHECK_INT(chdir(folder), 0);
    CHECK_INT(mkdir("here", 0777), 0);
    CHECK_INT(chdir("here"), 0);
    test_zip();
    test_tgz();
    snprintf(command, sizeof(command), "rm -r %s", folder);
    CHECK_INT(system(command), 0);
    return check_result();
}
