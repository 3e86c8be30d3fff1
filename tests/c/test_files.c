/* twFileManager.h and twFileTransferCallbacks.h without a platform: virtual directories, open files, the services as functions,
 * callbacks. */
#define _POSIX_C_SOURCE 200809L
#include "twApi.h"
#include "twFileManager.h"

#include "check.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define THING "T"
#define NO_MANAGER 1300
#define NO_STAGING 1301
#define NOT_CONNECTED 1113
#define NO_API 1107
#define STAGED "__staging__/T.logs.new.txt.part"

extern twFileManager *fm;
twFileManager *twFileManager_GetFileManager(void);
char *getVirtualDirPath(const char *thing, char *virtualDir);
int listDirsInInfoTable(char *entity, char *virtualPath, twInfoTable *rows);
int twFileManager_TransferFile(const char *, const char *, const char *, const char *, const char *, const char *, uint32_t, char,
                               char **);
enum msgCodeEnum fileTransferCallback(const char *entity, const char *service, twInfoTable *params, twInfoTable **content);
enum msgCodeEnum twGetDirectoryStructure(const char *entity, twInfoTable *params, twInfoTable **content);
enum msgCodeEnum twCreateBinaryFile(const char *entity, twInfoTable *params, twInfoTable **content);
enum msgCodeEnum twDeleteFile(const char *entity, twInfoTable *params, twInfoTable **content);
enum msgCodeEnum twMakeDirectory(const char *entity, twInfoTable *params, twInfoTable **content);
void *findCallback(enum entityTypeEnum type, char *entity, enum characteristicEnum kind, char *name, void **userdata);

static char folder[] = "/tmp/twedge-files-XXXXXX";
static char logs[64];
static char staging[64];

static void put(const char *name, const char *content) {
    char path[256];
    FILE *file;
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "w");
    CHECK(file != NULL);
    if (file) {
        fputs(content, file);
        fclose(file);
    }
}

static const char *get(const char *name) {
    static char content[256];
    char path[256];
    size_t length = 0;
    FILE *file;
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "r");
    if (file) {
        length = fread(content, 1, sizeof(content) - 1, file);
        fclose(file);
    }
    content[length] = 0;
    return file ? content : NULL;
}

/* One row of texts: pairs of name and value, NULL behind the last. A value that begins with # is a number, with ! a BOOLEAN. */
static twInfoTable *params(const char **pairs) {
    twDataShape *shape = twDataShape_Create(NULL);
    twInfoTableRow *row = NULL;
    twInfoTable *table;
    for (; pairs[0]; pairs += 2) {
        const char *value = pairs[1];
        enum BaseType type = value[0] == '#' ? TW_NUMBER : value[0] == '!' ? TW_BOOLEAN : TW_STRING;
        twPrimitive *cell = value[0] == '#'   ? twPrimitive_CreateFromNumber(atof(value + 1))
                            : value[0] == '!' ? twPrimitive_CreateFromBoolean(value[1] == '1')
                                              : twPrimitive_CreateFromString(value, TRUE);
        twDataShape_AddEntry(shape, twDataShapeEntry_Create((char *)pairs[0], NULL, type));
        if (row) {
            twInfoTableRow_AddEntry(row, cell);
        } else {
            row = twInfoTableRow_Create(cell);
        }
    }
    table = twInfoTable_Create(shape);
    twInfoTable_AddRow(table, row);
    return table;
}

static twInfoTable *result;

static int call(const char *service, const char **pairs) {
    twInfoTable *table = pairs ? params(pairs) : NULL;
    int code;
    twInfoTable_Delete(result);
    result = NULL;
    code = (int)fileTransferCallback(THING, service, table, &result);
    twInfoTable_Delete(table);
    return code;
}

static int call_at(const char *service, const char *path) {
    const char *pairs[] = {"path", path, NULL};
    return call(service, pairs);
}

static int start(const char *path, const char *mode, const char *tid) {
    const char *pairs[] = {"path", path, "mode", mode, "tid", tid, NULL};
    return call("StartFileTransfer", pairs);
}

static int write_block(const char *path, const char *offset, const char *data) {
    const char *pairs[] = {"path", path, "offset", offset, "data", data, NULL};
    return call("WriteToBinaryFile", pairs);
}

/* Complete and cancel are the same. */
static int end(const char *service, const char *tid, const char *target_file, const char *state) {
    const char *pairs[] = {"transferId", tid, "targetFile", target_file, "state", state, NULL};
    twInfoTable *job = params(pairs);
    twDataShape *shape = twDataShape_Create(twDataShapeEntry_Create("job", NULL, TW_INFOTABLE));
    twInfoTable *table = twInfoTable_Create(shape);
    int code;
    twInfoTable_AddRow(table, twInfoTableRow_Create(twPrimitive_CreateFromInfoTable(job)));
    twInfoTable_Delete(job);
    twInfoTable_Delete(result);
    result = NULL;
    code = (int)fileTransferCallback(THING, service, table, &result);
    twInfoTable_Delete(table);
    return code;
}

static void check_column(const char *column, int row, const char *expected) {
    char *text = NULL;
    CHECK_INT(twInfoTable_GetString(result, column, row, &text), TW_OK);
    CHECK_STR(text, expected);
    free(text);
}

static void test_without_manager(void) {
    twInfoTable *content = NULL;
    const char *pairs[] = {"path", "/logs/x", NULL};
    twInfoTable *table = params(pairs);
    char *tid = NULL;
    CHECK(fm == NULL && twFileManager_GetFileManager() == NULL);
    CHECK_INT(twFileManager_IsEnabled(), FALSE);
    CHECK_INT(twFileManager_Delete(), TW_INVALID_PARAM);
    CHECK_INT(twFileManager_AddVirtualDir(THING, "logs", logs), NO_MANAGER);
    CHECK_INT(twFileManager_RemoveVirtualDir(THING, "logs"), NO_MANAGER);
    CHECK(twFileManager_ListVirtualDirs(NULL) == NULL);
    CHECK(twFileManager_ListEntities(THING, "/", NULL, LIST_ALL) == NULL);
    CHECK(twFileManager_GetRealPath(THING, "/logs", NULL) == NULL);
    CHECK(twFileManager_OpenFile(THING, "/logs/x", NULL, "r") == NULL);
    CHECK(twFileManager_GetOpenFile(THING, "/logs/x", NULL, "1", NULL) == NULL);
    twFileManager_CloseFile(NULL);
    twFileManager_CheckStalledTransfers();
    twFileManager_MakeFileCallback(TRUE, NULL);
    CHECK_INT(twFileManager_SendFile(THING, "/logs", "x", "R", "/", "x", 0, FALSE, &tid), TW_FILE_NOT_FOUND);
    CHECK_INT(twGetDirectoryStructure(THING, NULL, &content), TWX_INTERNAL_SERVER_ERROR);
    CHECK_INT(twDeleteFile(THING, NULL, NULL), TWX_BAD_REQUEST);
    CHECK_INT(twDeleteFile(THING, table, &content), TWX_INTERNAL_SERVER_ERROR);
    CHECK_INT(twFileManager_FinishFileTransfer(THING, NULL, "/logs/x", NULL), TWX_INTERNAL_SERVER_ERROR);
    twInfoTable_Delete(table);
}

static void test_create(void) {
    char *before = twcfg.file_xfer_staging_dir;
    char file[96];
    struct stat found;
    snprintf(file, sizeof(file), "%s/precious", folder);
    put("precious", "p");
    twcfg.file_xfer_staging_dir = file;
    CHECK_INT(twFileManager_Create(), NO_STAGING);
    CHECK_INT(twFileManager_IsEnabled(), FALSE);
    CHECK_STR(get("precious"), "p");
    unlink(file);
    twcfg.file_xfer_staging_dir = staging;
    CHECK_INT(twFileManager_Create(), TW_OK);
    CHECK_INT(twFileManager_AddVirtualDir(THING, "logs", folder), TW_OK);
    CHECK_INT(twFileManager_AddVirtualDir(THING, "logs", logs), TW_OK);
    CHECK_INT(twFileManager_Create(), TW_OK);
    twcfg.file_xfer_staging_dir = before;
    CHECK_INT(twList_GetCount(fm->virtualDirs), 2);
    CHECK_INT(stat(staging, &found), 0);
    CHECK(fm == twFileManager_GetFileManager());
}

static void test_directories(void) {
    twList *list;
    twFile *file;
    char *path;
    char slash[80];
    path = twFileManager_GetRealPath(THING, "/logs/../x", NULL);
    CHECK(path && strncmp(path, logs, strlen(logs)) == 0);
    CHECK_STR(path ? path + strlen(logs) : NULL, "/../x");
    free(path);
    path = twFileManager_GetRealPath(THING, "\\logs\\sub/", "b.log");
    CHECK_STR(path ? path + strlen(logs) : NULL, "/sub/b.log");
    free(path);
    CHECK(twFileManager_GetRealPath(THING, "", "logs") == NULL);
    CHECK(twFileManager_GetRealPath(THING, "/none/x", NULL) == NULL);
    CHECK(twFileManager_GetRealPath("*", "/logs/x", NULL) == NULL);
    path = twFileManager_GetRealPath("Any", "/__staging__", "x");
    CHECK_STR(path ? path + strlen(staging) : NULL, "/x");
    free(path);
    snprintf(slash, sizeof(slash), "%s/", logs);
    CHECK_INT(twFileManager_AddVirtualDir(THING, "slash", slash), TW_OK);
    path = twFileManager_GetRealPath(THING, "/slash/sub", "b.log");
    CHECK_STR(path ? path + strlen(logs) : NULL, "/sub/b.log");
    free(path);
    CHECK_INT(twFileManager_AddVirtualDir(THING, "rel", "rel/dir"), TW_OK);
    path = getVirtualDirPath(THING, "rel");
    CHECK_STR(path, "/rel/dir");
    free(path);
    CHECK_INT(twList_GetCount(fm->virtualDirs), 4);
    /* What does not exist is not listed, nor what all things have. */
    list = twFileManager_ListVirtualDirs(THING);
    CHECK_INT(twList_GetCount(list), 2);
    file = list && list->first ? (twFile *)list->first->value : NULL;
    CHECK(file != NULL);
    if (file) {
        CHECK_STR(file->name, "logs");
        CHECK_STR(file->virtualPath, "logs");
        CHECK_STR(file->realPath, logs);
        CHECK_INT(file->isDir, TRUE);
    }
    twList_Delete(list);
    list = twFileManager_ListVirtualDirs("Other");
    CHECK(list != NULL);
    CHECK_INT(twList_GetCount(list), 0);
    twList_Delete(list);
    CHECK_INT(twFileManager_RemoveVirtualDir("Any", "__staging__"), TW_OK);
    CHECK_INT(twFileManager_RemoveVirtualDir(THING, "*"), TW_OK);
    CHECK_INT(twList_GetCount(fm->virtualDirs), 1);
    CHECK_INT(twFileManager_AddVirtualDir(THING, "logs", logs), TW_OK);
}

static int listed(const char *path, const char *mask, char kind) {
    twList *list = twFileManager_ListEntities(THING, path, mask, kind);
    int count = list ? twList_GetCount(list) : -1;
    twList_Delete(list);
    return count;
}

static void test_entities(void) {
    put("logs/a.txt", "hello12345");
    put("logs/b.log", "");
    CHECK_INT(call_at("MakeDirectory", "/logs/sub/deep"), TWX_SUCCESS);
    CHECK_INT(listed("/", NULL, LIST_ALL), 1);
    CHECK_INT(listed("/", NULL, LIST_DIRS), 1);
    CHECK_INT(listed("/", NULL, LIST_FILES), 0);
    CHECK_INT(listed("/logs", NULL, LIST_ALL), 3);
    CHECK_INT(listed("/logs", "*.txt", LIST_FILES), 1);
    CHECK_INT(listed("/logs", NULL, LIST_DIRS), 1);
    CHECK_INT(listed("/none", NULL, LIST_ALL), -1);
    CHECK_INT(listed("/logs/none", NULL, LIST_ALL), -1);
    CHECK_INT(listed("/logs/..", NULL, LIST_ALL), -1);
    CHECK_INT(listed(NULL, NULL, LIST_ALL), -1);
}

static void test_services(void) {
    twInfoTable *table = params((const char *[]){"path", "/logs/a.txt", NULL});
    twInfoTable *content = NULL;
    double number = 0;
    CHECK_INT(fileTransferCallback(NULL, "GetFileInfo", table, &content), TWX_BAD_REQUEST);
    CHECK_INT(fileTransferCallback(THING, NULL, table, &content), TWX_BAD_REQUEST);
    CHECK_INT(fileTransferCallback(THING, "GetFileInfo", NULL, &content), TWX_BAD_REQUEST);
    CHECK_INT(fileTransferCallback(THING, "GetFileInfo", table, NULL), TWX_INTERNAL_SERVER_ERROR);
    CHECK_INT(fileTransferCallback(THING, "Unknown", table, &content), TWX_BAD_REQUEST);
    CHECK(content == NULL);
    twInfoTable_Delete(table);

    CHECK_INT(call("GetTransferInfo", NULL), TWX_SUCCESS);
    check_column("stagingDir", 0, "__staging__");
    CHECK_INT(call("GetDirectoryStructure", NULL), TWX_SUCCESS);
    CHECK_INT(twList_GetCount(result->rows), 3);
    check_column("path", 2, "/logs/sub/deep");
    CHECK_INT(listDirsInInfoTable(THING, "/logs", result), TW_OK);
    CHECK_INT(twList_GetCount(result->rows), 5);
    check_column("parentPath", 3, "/logs");
    CHECK_INT(listDirsInInfoTable(THING, "/none", result), TW_INVALID_PARAM);
    CHECK_INT(listDirsInInfoTable(NULL, "/logs", result), TW_INVALID_PARAM);
    CHECK_INT(call_at("GetFileInfo", "/logs/a.txt"), TWX_SUCCESS);
    CHECK_INT(twInfoTable_GetNumber(result, "size", 0, &number), TW_OK);
    CHECK_INT(number, 10);
    CHECK_INT(call_at("GetFileChecksum", "/logs/a.txt"), TWX_SUCCESS);
    check_column("result", 0, "dc4b56ff4967374b261a29cd4a90580d");
    CHECK_INT(call_at("GetFileInfo", "/logs/none"), TWX_NOT_FOUND);
    CHECK_INT(call_at("BrowseDirectory", "/logs/../x"), TWX_BAD_REQUEST);
    CHECK_INT(call_at("GetFileListing", "/logs"), TWX_BAD_REQUEST);
    CHECK_INT(call_at("DeleteFile", "/logs/sub"), TWX_INTERNAL_SERVER_ERROR);
}

static void test_options(void) {
    CHECK_INT(twedge_set_virtual_dir_options(THING, "none", TWEDGE_DIR_READ_ONLY), TW_ERROR_ITEM_DOES_NOT_EXIST);
    CHECK_INT(twedge_set_virtual_dir_options(THING, NULL, 0), TW_INVALID_PARAM);
    CHECK_INT(twedge_set_virtual_dir_options(THING, "logs", TWEDGE_DIR_READ_ONLY), TW_OK);
    CHECK_INT(call_at("DeleteFile", "/logs/b.log"), TWX_FORBIDDEN);
    CHECK_INT(twedge_set_virtual_dir_options(THING, "logs", TWEDGE_DIR_FOLLOW_LINKS), TW_OK);
    CHECK_INT(symlink(staging, "link"), 0);
    CHECK_INT(call_at("BrowseDirectory", "/logs/link"), TWX_SUCCESS);
    CHECK_INT(twedge_set_virtual_dir_options(THING, "logs", 0), TW_OK);
    CHECK_INT(call_at("BrowseDirectory", "/logs/link"), TWX_FORBIDDEN);
    CHECK_INT(call_at("DeleteFile", "/logs/link"), TWX_SUCCESS);
    CHECK_INT(twedge_enforce_max_file_size(TRUE), TW_OK);
    twcfg.file_xfer_max_file_size = 3;
    CHECK_INT(write_block("/logs/large", "#0", "1234"), TWX_ENTITY_TOO_LARGE);
    CHECK_INT(twedge_enforce_max_file_size(FALSE), TW_OK);
    CHECK_INT(write_block("/logs/large", "#0", "1234"), TWX_SUCCESS);
    twcfg.file_xfer_max_file_size = FILE_XFER_MAX_FILE_SIZE;
    twcfg.file_xfer_timeout = 0;
    usleep(2000);
    twFileManager_CheckStalledTransfers();
    twcfg.file_xfer_timeout = 30000;
    CHECK_INT(call_at("DeleteFile", "/logs/large"), TWX_SUCCESS);
}

static void test_open_files(void) {
    char timed_out = 7;
    char text[16] = "";
    twFile *found;
    twFile *file = twFileManager_OpenFile(THING, "/logs", "a.txt", "r");
    CHECK(file != NULL);
    if (!file) {
        return;
    }
    CHECK_INT(twList_GetCount(fm->openFiles), 1);
    CHECK_STR(file->name, "a.txt");
    CHECK_STR(file->virtualPath, "/logs/a.txt");
    CHECK_STR(file->repository, THING);
    CHECK_INT(file->size, 10);
    CHECK_INT(file->openForRead, TRUE);
    CHECK(file->handle && fgets(text, sizeof(text), file->handle));
    CHECK_STR(text, "hello12345");
    CHECK(twFileManager_OpenFile(THING, "/logs/a.txt", NULL, "r") == NULL);
    CHECK_INT(start("/logs/a.txt", "read", "1"), TWX_PRECONDITION_FAILED);
    found = twFileManager_GetOpenFile(THING, "/logs", "a.txt", NULL, &timed_out);
    CHECK(found == file);
    CHECK_INT(timed_out, FALSE);
    CHECK_INT(file->isInUse, TRUE);
    /* In use, it does not time out. */
    twcfg.file_xfer_timeout = 0;
    usleep(2000);
    twFileManager_CheckStalledTransfers();
    CHECK_INT(twList_GetCount(fm->openFiles), 1);
    twFile_SetIsInUse(file, FALSE);
    CHECK_INT(file->isInUse, FALSE);
    usleep(2000);
    CHECK(twFileManager_GetOpenFile(THING, "/logs/a.txt", NULL, NULL, &timed_out) == NULL);
    CHECK_INT(timed_out, TRUE);
    CHECK_INT(twList_GetCount(fm->openFiles), 0);
    twcfg.file_xfer_timeout = 30000;

    file = twFileManager_OpenFile(THING, "/logs/c", NULL, "a+");
    CHECK(file && file->handle && fputs("one", file->handle) >= 0);
    twFileManager_CloseFile(file);
    file = twFileManager_OpenFile(THING, "/logs/c", NULL, "a");
    CHECK(file && file->handle && fputs("two", file->handle) >= 0);
    twFileManager_CloseFile(file);
    CHECK_STR(get("logs/c"), "onetwo");
    CHECK_INT(twList_GetCount(fm->openFiles), 0);
    CHECK(twFileManager_OpenFile(THING, "/logs/../c", NULL, "w") == NULL);
    CHECK(twFileManager_OpenFile(THING, "/logs/none", NULL, "r") == NULL);
    CHECK(twFileManager_OpenFile(THING, "/logs/c", NULL, "?") == NULL);
    CHECK(twFileManager_OpenFile(THING, NULL, "c", "r") == NULL);
    twFileManager_CloseFile(twFile_Create());
    twFile_SetIsInUse(NULL, TRUE);
    CHECK(twFile_FOpen(NULL, "r") == NULL);
}

static void test_checksum(void) {
    twInfoTable *content = NULL;
    char path[96];
    char *text = NULL;
    snprintf(path, sizeof(path), "%s/a.txt", logs);
    CHECK_INT(twFileManager_GetFileChecksum(THING, &content, path, "/logs/a.txt"), TWX_SUCCESS);
    CHECK_INT(twInfoTable_GetString(content, "result", 0, &text), TW_OK);
    CHECK_STR(text, "dc4b56ff4967374b261a29cd4a90580d");
    free(text);
    twInfoTable_Delete(content);
    content = NULL;
    CHECK_INT(twFileManager_GetFileChecksum(THING, &content, "/tmp/twedge-none", NULL), TWX_NOT_FOUND);
    CHECK_INT(twFileManager_GetFileChecksum(THING, &content, NULL, NULL), TWX_BAD_REQUEST);
    CHECK_INT(twFileManager_GetFileChecksum(THING, NULL, path, NULL), TWX_INTERNAL_SERVER_ERROR);
    CHECK(content == NULL);
}

static char calls[256];

static void note(const char *name, char received, twFileTransferInfo *info) {
    size_t length = strlen(calls);
    snprintf(calls + length, sizeof(calls) - length, "%s %s %s %s;", name, received ? "received" : "sent", info->targetFile,
             info->state);
}

static void on_file(char received, twFileTransferInfo *info, void *userdata) { note(userdata, received, info); }

/* As a help page tells. */
static void on_file_deletes(char received, twFileTransferInfo *info, void *userdata) {
    note(userdata, received, info);
    twFileTransferInfo_Delete(info);
}

static void on_file_withdraws(char received, twFileTransferInfo *info, void *userdata) {
    note(userdata, received, info);
    twFileManager_UnregisterFileCallback(on_file_withdraws, NULL, userdata);
    twFileManager_UnregisterFileCallback(on_file, NULL, "later");
}

/* Uses the manager, whose locks must not be held. */
static void on_file_uses(char received, twFileTransferInfo *info, void *userdata) {
    twFile *file = twFileManager_OpenFile(THING, "/logs/a.txt", NULL, "r");
    note(file ? userdata : "failed", received, info);
    twFileManager_CloseFile(file);
}

static void test_callbacks(void) {
    CHECK_INT(twFileManager_RegisterFileCallback(NULL, NULL, FALSE, NULL), TW_OK);
    CHECK_INT(twFileManager_RegisterFileCallback(on_file_withdraws, NULL, FALSE, "once"), TW_OK);
    CHECK_INT(twFileManager_RegisterFileCallback(on_file, "*.txt", FALSE, "text"), TW_OK);
    CHECK_INT(twFileManager_RegisterFileCallback(on_file, "*.TXT", FALSE, "TEXT"), TW_OK);
    CHECK_INT(twFileManager_RegisterFileCallback(on_file_deletes, "a.?xt", TRUE, "first"), TW_OK);
    CHECK_INT(twFileManager_RegisterFileCallback(on_file_uses, NULL, FALSE, "uses"), TW_OK);
    CHECK_INT(twFileManager_RegisterFileCallback(on_file, NULL, FALSE, "later"), TW_OK);
    CHECK_INT(twList_GetCount(fm->callbacks), 6);
    CHECK_INT(start("/logs/a.txt", "read", "r"), TWX_SUCCESS);
    CHECK_INT(end("CompleteFileTransfer", "other", "a.txt", "VALIDATED"), TWX_INTERNAL_SERVER_ERROR);
    CHECK_STR(calls, "");
    CHECK_INT(end("CompleteFileTransfer", "r", "a.txt", "VALIDATED"), TWX_SUCCESS);
    CHECK_STR(calls, "once sent a.txt VALIDATED;text sent a.txt VALIDATED;first sent a.txt VALIDATED;uses sent a.txt VALIDATED;");
    CHECK_INT(twList_GetCount(fm->callbacks), 3);
    calls[0] = 0;
    CHECK_INT(start("/logs/new.txt", "write", "w"), TWX_SUCCESS);
    CHECK_INT(end("CancelFileTransfer", "w", "new.bin", "CANCELLED"), TWX_SUCCESS);
    CHECK_STR(calls, "uses received new.bin CANCELLED;");
    CHECK_INT(twFileManager_UnregisterFileCallback(on_file_uses, "*", "uses"), TW_OK);
    CHECK_INT(twFileManager_UnregisterFileCallback(NULL, NULL, NULL), TW_OK);
    CHECK_INT(twList_GetCount(fm->callbacks), 3);
    CHECK_INT(twFileManager_UnregisterFileCallback(on_file_uses, NULL, "uses"), TW_OK);
    CHECK_INT(twFileManager_UnregisterFileCallback(on_file, "*.TXT", "TEXT"), TW_OK);
    CHECK_INT(twList_GetCount(fm->callbacks), 1);
    calls[0] = 0;
}

static void test_transfer_info(void) {
    twInfoTable *table = params((const char *[]){"transferId", "5", "targetFile", "x.txt", "size", "#12", "isComplete", "!1",
                                                 "duration", "#3", "state", "VALIDATED", NULL});
    twFileTransferInfo *info = twFileTransferInfo_Create(table);
    CHECK(info != NULL);
    if (info) {
        CHECK_STR(info->transferId, "5");
        CHECK_STR(info->sourceFile, NULL);
        CHECK_INT(info->size, 12);
        CHECK_INT(info->duration, 3);
        CHECK_INT(info->isComplete, TRUE);
        /* Given by the program, it stays the program's. */
        twFileManager_MakeFileCallback(TRUE, info);
        CHECK_STR(calls, "text received x.txt VALIDATED;");
        CHECK_INT(twFileManager_FinishFileTransfer(THING, info, NULL, NULL), TWX_INTERNAL_SERVER_ERROR);
        CHECK_INT(start("/logs/new.txt", "write", "5"), TWX_SUCCESS);
        CHECK_INT(twFileManager_FinishFileTransfer(THING, info, "/logs/new.txt", STAGED), TWX_SUCCESS);
        CHECK_STR(calls, "text received x.txt VALIDATED;text received x.txt VALIDATED;");
        CHECK_INT(twList_GetCount(fm->openFiles), 0);
    }
    twFileTransferInfo_Delete(info);
    twInfoTable_Delete(table);
    twFileTransferInfo_Delete(NULL);
    CHECK(twFileTransferInfo_Create(NULL) == NULL);
}

static void test_receiving(void) {
    twFile *file;
    CHECK_INT(start("/logs/new.txt", "write", "w"), TWX_SUCCESS);
    CHECK_INT(call("CreateBinaryFile", (const char *[]){"path", STAGED, "overwrite", "!1", NULL}), TWX_SUCCESS);
    CHECK_INT(write_block(STAGED, "#0", "hello"), TWX_SUCCESS);
    CHECK_INT(write_block(STAGED, "#5", "12345"), TWX_SUCCESS);
    CHECK_INT(write_block(STAGED, "#5", "12345"), TWX_SUCCESS);
    file = twFileManager_GetOpenFile(NULL, NULL, NULL, "w", NULL);
    CHECK(file != NULL);
    if (file) {
        CHECK_STR(file->virtualPath, STAGED);
        CHECK_STR(file->tid, "w");
        CHECK_INT(file->openForRead, FALSE);
        CHECK(file->handle != NULL);
        twFile_SetIsInUse(file, FALSE);
    }
    CHECK_INT(call_at("GetFileChecksum", STAGED), TWX_SUCCESS);
    check_column("result", 0, "dc4b56ff4967374b261a29cd4a90580d");
    CHECK_INT(call("MoveFile", (const char *[]){"sourcePath", STAGED, "targetPath", "/logs/new.txt", NULL}), TWX_SUCCESS);
    CHECK_INT(twList_GetCount(fm->openFiles), 1);
    CHECK_INT(end("CompleteFileTransfer", "w", "new.txt", "VALIDATED"), TWX_SUCCESS);
    CHECK_INT(twList_GetCount(fm->openFiles), 0);
    CHECK_STR(get("logs/new.txt"), "hello12345");
}

static void app_key(char *buffer, unsigned int size) { snprintf(buffer, size, "key"); }

/* What the platform would be asked for, without one. */
static void test_asking(void) {
    char *tid = "untouched";
    CHECK_INT(twFileManager_GetFile("R", "/", "x", THING, "/logs", "x", 0, FALSE, &tid), NO_API);
    CHECK_INT(twApi_Initialize("127.0.0.1", 1, "/Thingworx/WS", app_key, NULL, 8192, 8192, FALSE), TW_OK);
    CHECK_INT(twFileManager_SendFile(THING, "/logs", "none", "R", "/", "x", 0, FALSE, &tid), TW_FILE_NOT_FOUND);
    CHECK_INT(twFileManager_SendFile(THING, "/logs", "a.txt", "R", "/", "x", 0, FALSE, &tid), NOT_CONNECTED);
    CHECK_INT(twFileManager_SendFile(THING, "/logs", "a.txt", "R", "/", "x", 2147483648U, FALSE, &tid), TW_INVALID_PARAM);
    CHECK_INT(twFileManager_SendFile(THING, NULL, "a.txt", "R", "/", "x", 0, FALSE, &tid), TW_INVALID_PARAM);
    CHECK_INT(twFileManager_GetFile("R", "/", "x", THING, "/logs", "x", 0, TRUE, &tid), NOT_CONNECTED);
    CHECK_INT(twFileManager_GetFile("R", "/", "x", THING, "/logs", "x", 0, TRUE, NULL), TW_INVALID_PARAM);
    CHECK_INT(twFileManager_TransferFile("R", "/", "x", THING, "/logs", NULL, 0, TRUE, &tid), TW_INVALID_PARAM);
    CHECK_STR(tid, "untouched");
}

static enum msgCodeEnum own(const char *entity, const char *service, twInfoTable *table, twInfoTable **content, void *userdata) {
    (void)entity, (void)service, (void)table, (void)content, (void)userdata;
    return TWX_SUCCESS;
}

/* Registrations come before the library's own services, and these are only there with a manager. */
static void test_choice(void) {
    twFileManager *kept = fm;
    void *userdata = &kept;
    void *built_in = findCallback(TW_THING, THING, TW_SERVICES, "DeleteFile", &userdata);
    CHECK(built_in != NULL && userdata == NULL);
    CHECK(findCallback(TW_THING, THING, TW_PROPERTIES, "DeleteFile", &userdata) == NULL);
    fm = NULL;
    CHECK_INT(twFileManager_IsEnabled(), FALSE);
    CHECK(findCallback(TW_THING, THING, TW_SERVICES, "DeleteFile", &userdata) == NULL);
    CHECK_INT(call_at("GetFileInfo", "/logs"), TWX_INTERNAL_SERVER_ERROR);
    fm = kept;
    CHECK(findCallback(TW_THING, THING, TW_SERVICES, "DeleteFile", &userdata) == built_in);
    CHECK_INT(twApi_RegisterService(TW_THING, THING, "DeleteFile", NULL, NULL, TW_NOTHING, NULL, own, calls), TW_OK);
    CHECK(findCallback(TW_THING, THING, TW_SERVICES, "DeleteFile", &userdata) == (void *)own && userdata == calls);
}

int main(void) {
    CHECK(mkdtemp(folder) != NULL);
    snprintf(logs, sizeof(logs), "%s/logs", folder);
    snprintf(staging, sizeof(staging), "%s/deep/staging", folder);
    CHECK_INT(mkdir(logs, 0777), 0);
    CHECK_INT(chdir(logs), 0);
    test_without_manager();
    test_create();
    test_directories();
    test_entities();
    test_services();
    test_options();
    test_open_files();
    test_checksum();
    test_callbacks();
    test_transfer_info();
    test_receiving();
    test_asking();
    test_choice();
    twInfoTable_Delete(result);
    /* With a file open. */
    CHECK(twFileManager_OpenFile(THING, "/logs/a.txt", NULL, "r") != NULL);
    CHECK_INT(twApi_Delete(), TW_OK);
    CHECK(fm == NULL);
    CHECK_INT(twDirectory_DeleteDirectory(folder), TW_OK);
    return check_result();
}
