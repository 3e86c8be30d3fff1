/* twFileTransferCallbacks.h (ext-files-tunnels.md 3.4): the services as the dispatcher calls them. */
#include "api.h"

#include "twFileManager.h"

#include "twFileTransferCallbacks.h"

static twInfoTable *path_of(const char *path) {
    return twInfoTable_CreateFromString("path", (char *)path, TRUE);
}

static int call(const char *service, twInfoTable *params, twInfoTable **content) {
    int code = (int)fileTransferCallback(THING, service, params, content);
    twInfoTable_Delete(params);
    return code;
}

static void without_manager(void) {
    twInfoTable *content = NULL;
    CHECK_INT(call("BrowseDirectory", path_of("/"), &content), TWX_INTERNAL_SERVER_ERROR, "no manager", ORIGINAL_PASSES);
    CHECK(content == NULL, "no result", ORIGINAL_PASSES);
}

static void refused(void) {
    twInfoTable *content = NULL, *params = path_of("/");
    initialize();
    CHECK_INT(twFileManager_Create(), TW_OK, "a manager", ORIGINAL_PASSES);
    CHECK_INT(fileTransferCallback(NULL, "BrowseDirectory", params, &content), TWX_BAD_REQUEST, "no entity", ORIGINAL_PASSES);
    CHECK_INT(fileTransferCallback(THING, NULL, params, &content), TWX_BAD_REQUEST, "no service", ORIGINAL_PASSES);
    CHECK_INT(fileTransferCallback(THING, "BrowseDirectory", params, NULL), TWX_INTERNAL_SERVER_ERROR, "no place", ORIGINAL_PASSES);
    CHECK_INT(fileTransferCallback(THING, "NoService", params, &content), TWX_BAD_REQUEST, "unknown", ORIGINAL_PASSES);
    twInfoTable_Delete(params);
    CHECK_INT(call("BrowseDirectory", NULL, &content), TWX_BAD_REQUEST, "no parameters", ORIGINAL_PASSES);
    twApi_Delete();
}

static void browsing(void) {
    twInfoTable *content = NULL;
    char folder[512];
    initialize();
    CHECK_INT(twFileManager_Create(), TW_OK, "a manager", ORIGINAL_PASSES);
    snprintf(folder, sizeof(folder), "%s", scratch("browsed"));
    twDirectory_CreateDirectory(folder);
    CHECK_INT(twFileManager_AddVirtualDir(THING, "logs", folder), TW_OK, "a directory", ORIGINAL_PASSES);
    CHECK_INT(call("BrowseDirectory", path_of("/"), &content), TWX_SUCCESS, "the root", ORIGINAL_PASSES);
    CHECK(content != NULL && twList_GetCount(content->rows) == 1, "its directory", ORIGINAL_PASSES);
    twInfoTable_Delete(content);
    content = NULL;
    CHECK_INT(call("BrowseDirectory", path_of("/none"), &content), TWX_SUCCESS, "no such directory", ORIGINAL_PASSES);
    CHECK(content != NULL && twList_GetCount(content->rows) == 0, "nothing in it", ORIGINAL_PASSES);
    twInfoTable_Delete(content);
    content = NULL;
    CHECK_INT(call("GetDirectoryStructure", NULL, &content), TWX_SUCCESS, "without parameters", ORIGINAL_PASSES);
    twInfoTable_Delete(content);
    rmdir(folder);
    twApi_Delete();
}

CONFORMANCE_MAIN("twFileTransferCallbacks.h", GROUP(without_manager), GROUP(refused), GROUP(browsing))
