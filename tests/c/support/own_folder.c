/* Linked into every test program: what it stores by default goes to a folder of its own, not to that of the machine's devices, where the
 * next test, or a device, would find it. */
#define _XOPEN_SOURCE 700
#include "twApi.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/twedge-test-XXXXXX";
static char staging[sizeof(folder) + sizeof("/tw_staging")];
static pid_t owner;

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *place) {
    (void)status;
    (void)type;
    (void)place;
    return remove(path);
}

/* Children that a test forks share the folder. */
static void remove_folder(void) {
    if (getpid() == owner) {
        nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    }
}

__attribute__((constructor)) static void make_folder(void) {
    if (mkdtemp(folder) == NULL) {
        perror(folder);
        exit(1);
    }
    owner = getpid();
    snprintf(staging, sizeof(staging), "%s/tw_staging", folder);
    twcfg.offline_msg_store_dir = folder;
    twcfg.file_xfer_staging_dir = staging;
    atexit(remove_folder);
}
