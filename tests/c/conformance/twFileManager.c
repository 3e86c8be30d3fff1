/* twFileManager.h and twFileTransferCallbacks.h (ext-files-tunnels.md 3). */
#include "twFileManager.h"

#include "stringUtils.h"

#include "api.h"

extern twFileManager *fm;

#define NO_MANAGER 1300
#define NO_FILE 1302

static void on_file(char received, struct twFileTransferInfo *info, void *data) {
    (void)received, (void)info, (void)data;
}

static void without_manager(void) {
    char *tid = NULL;
    CHECK_INT(twFileManager_AddVirtualDir(THING, "in", "/tmp"), NO_MANAGER, "add", ORIGINAL_PASSES);
    CHECK(twFileManager_ListVirtualDirs(THING) == NULL, "list", ORIGINAL_PASSES);
    CHECK(twFileManager_GetRealPath(THING, "/in/x", NULL) == NULL, "real path", ORIGINAL_PASSES);
    CHECK_INT(twFileManager_RegisterFileCallback(NULL, NULL, FALSE, NULL), 0, "no callback", ORIGINAL_PASSES);
    CHECK_INT(twFileManager_RegisterFileCallback(on_file, NULL, FALSE, NULL), NO_MANAGER, "callback", ORIGINAL_PASSES);
    CHECK_INT(twFileManager_UnregisterFileCallback(on_file, NULL, NULL), NO_MANAGER, "unregister", ORIGINAL_PASSES);
    CHECK_INT(twFileManager_SendFile("a", "b", "c", "d", "e", "f", 10, FALSE, &tid), NO_FILE, "send", ORIGINAL_PASSES);
    CHECK(tid == NULL, "the id is left alone", ORIGINAL_PASSES);
}

/* Files below a new folder; the staging folder too. */
static char folder[512];

static void make_manager(void) {
    char path[600];
    FILE *file;
    snprintf(folder, sizeof(folder), "%s", scratch("shared"));
    twDirectory_CreateDirectory(folder);
    twcfg.file_xfer_staging_dir = strdup(scratch("staging"));
    initialize();
    twFileManager_Create();
    snprintf(path, sizeof(path), "%s/file.txt", folder);
    file = fopen(path, "w");
    fputs("12345", file);
    fclose(file);
    twFileManager_AddVirtualDir(THING, "in", folder);
}

static void end_manager(void) {
    char *staging = twcfg.file_xfer_staging_dir;
    twApi_Delete();
    twDirectory_DeleteDirectory(folder);
    free(staging);
}

static void virtual_directories(void) {
    char *real, expected[600];
    twList *list;
    make_manager();
    CHECK(fm != NULL, "the exported pointer", ORIGINAL_PASSES);
    real = twFileManager_GetRealPath(THING, "/in/sub", "x.txt");
    snprintf(expected, sizeof(expected), "%s/sub/x.txt", folder);
    CHECK_STR(real, expected, "a real path", ORIGINAL_PASSES);
    free(real);
    real = twFileManager_GetRealPath(THING, "in\\file.txt", NULL);
    snprintf(expected, sizeof(expected), "%s/file.txt", folder);
    CHECK_STR(real, expected, "other separators", ORIGINAL_PASSES);
    free(real);
    CHECK(twFileManager_GetRealPath(THING, "/none/x", NULL) == NULL, "no such directory", ORIGINAL_PASSES);
    CHECK(twFileManager_GetRealPath("Other", "/in/x", NULL) == NULL, "of another thing", ORIGINAL_PASSES);
    CHECK(twFileManager_GetRealPath(THING, "", NULL) == NULL, "an empty path", ORIGINAL_PASSES);
    list = twFileManager_ListVirtualDirs(THING);
    CHECK_INT(twList_GetCount(list), 1, "listed", ORIGINAL_PASSES);
    CHECK_STR(((twFile *)list->first->value)->name, "in", "its name", ORIGINAL_PASSES);
    twList_Delete(list);
    list = twFileManager_ListVirtualDirs("Other");
    CHECK_INT(list ? twList_GetCount(list) : -1, 0, "an empty list", ORIGINAL_PASSES);
    twList_Delete(list);
    CHECK_INT(twFileManager_RemoveVirtualDir(THING, "none"), 0, "remove nothing", ORIGINAL_PASSES);
    CHECK_INT(twFileManager_RemoveVirtualDir(THING, "in"), 0, "remove", ORIGINAL_PASSES);
    CHECK(twFileManager_GetRealPath(THING, "/in/x", NULL) == NULL, "it is gone", ORIGINAL_PASSES);
    end_manager();
}

static void fixed_weaknesses(void) {
    twList *list;
    make_manager();
    CHECK(twFileManager_GetRealPath("*", "/in/x", NULL) == NULL, "the thing * sees no directory of others", QUIRK("F4"));
    twFileManager_Create();
    list = twFileManager_ListVirtualDirs(THING);
    CHECK_INT(list ? twList_GetCount(list) : -1, 1, "a second Create forgets nothing", QUIRK("F7"));
    twList_Delete(list);
    twFileManager_RemoveVirtualDir(THING, "*");
    list = twFileManager_ListVirtualDirs(THING);
    CHECK_INT(list ? twList_GetCount(list) : -1, 0, "* removes all", QUIRK("F6"));
    twList_Delete(list);
    end_manager();
}

static void open_files(void) {
    twFile *file;
    char timed_out = 0;
    make_manager();
    file = twFileManager_OpenFile(THING, "/in", "file.txt", "r");
    CHECK(file && file->handle, "open", ORIGINAL_PASSES);
    CHECK(twFileManager_OpenFile(THING, "/in", "file.txt", "r") == NULL, "open again", ORIGINAL_PASSES);
    CHECK(twFileManager_GetOpenFile(THING, "/in", "file.txt", NULL, &timed_out) == file, "find", ORIGINAL_PASSES);
    twFile_SetIsInUse(file, FALSE);
    twFileManager_CloseFile(file);
    CHECK(twFileManager_GetOpenFile(THING, "/in", "file.txt", NULL, &timed_out) == NULL, "closed", ORIGINAL_PASSES);
    CHECK(twFileManager_OpenFile(THING, "/none", "file.txt", "r") == NULL, "no such directory", ORIGINAL_PASSES);
    twFileManager_CheckStalledTransfers();
    end_manager();
}

static void sending(void) {
    char *tid = NULL;
    make_manager();
    CHECK_INT(twFileManager_SendFile(NULL, "b", "c", "d", "e", "f", 10, FALSE, &tid), TW_INVALID_PARAM, "NULL",
              ORIGINAL_PASSES);
    CHECK_INT(twFileManager_SendFile(THING, "/in", "none.txt", "d", "e", "f", 10, FALSE, &tid), NO_FILE, "no file",
              ORIGINAL_PASSES);
    CHECK_INT(twFileManager_SendFile(THING, "/in", "file.txt", "d", "e", "f", 10, FALSE, &tid), OFFLINE, "offline",
              ORIGINAL_PASSES);
    CHECK_INT(twFileManager_GetFile("a", "b", "c", THING, "/in", "f", 10, FALSE, &tid), OFFLINE, "get offline",
              ORIGINAL_PASSES);
    CHECK(tid == NULL, "the id is left alone", ORIGINAL_PASSES);
    end_manager();
}

CONFORMANCE_MAIN_WARM("twFileManager.h", warm_up_offline(), GROUP(without_manager), GROUP(virtual_directories),
                      GROUP_CRASHES(fixed_weaknesses, "F4"), GROUP(open_files), GROUP(sending))
