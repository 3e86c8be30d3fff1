/* The flat layer for host languages: data blocks, dispatchers, the thread pool, and the functions that no header declares. */
#define _POSIX_C_SOURCE 200809L
#include "twApiWrapper.h"
#include "twExt.h"
#include "twMacros.h"
#include "twThreads.h"

#include "check.h"
#include "platform.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

extern twList *twWMsgHandlerThreadList;
extern twList *twWApiTaskerThreadList;
int twW_SetApiCallbackFunctions(processPropertyReadRequest_cb read, processPropertyWriteRequest_cb write,
                                processServiceRequest_cb service, fileTransfer_cb file);
int twW_SetOnBindCallbackFunction(bindEvent_cb cb);
int twW_SetLoggerProperties(enum LogLevel level, char is_verbose, log_function function);
const char *twW_DescriptionForErrorCode(int code);
int twWApi_RegisterProperties(enum entityTypeEnum type, const char *entity, twWRegInfoList *infos, void *userdata);
int twWApi_RegisterServices(enum entityTypeEnum type, const char *entity, twWRegInfoList *infos, void *userdata);
int twWApi_BindThingsWithoutDefaultServices(twList *names);
int twWApi_ReadProperty(enum entityTypeEnum type, char *entity, char *property, twWDataBlock **result, int32_t timeout,
                        char force);
int twWApi_WriteProperty(enum entityTypeEnum type, char *entity, char *property, twWDataBlock *value, int32_t timeout,
                         char force);
int twWApi_InvokeService(enum entityTypeEnum type, char *entity, char *service, twWDataBlock *params,
                         twWDataBlock **result, int32_t timeout, char force);
int twWApi_FireEvent(enum entityTypeEnum type, char *entity, char *event, twWDataBlock *params, int32_t timeout,
                     char force);
int twWApi_Delete(void);
int twWFileManager_Create(void);
int twWFileManager_Delete(void);
int twWFileManager_SendFile(const char *source, const char *path, const char *file, const char *target,
                            const char *target_path, const char *target_file, uint32_t timeout, char asynch, char **tid);
int twWFileManager_GetFile(const char *source, const char *path, const char *file, const char *target,
                           const char *target_path, const char *target_file, uint32_t timeout, char asynch, char **tid);

#define THING "WrapperThing"
#define PATIENCE 60

static int here;

static void app_key(char *buffer, unsigned int size) {
    const char *key = getenv("TWEDGE_TEST_KEY");
    snprintf(buffer, size, "%s", key ? key : "unused");
}

static void test_blocks(void) {
    twPrimitive *number = TW_MAKE_NUMBER(2.5);
    twPrimitive *copy;
    twInfoTable *table = twInfoTable_CreateFromString("a", "text", TRUE);
    twInfoTable *other;
    twDataShape *shape = TW_MAKE_DATASHAPE("Shape", TW_DS_ENTRY("a", "first", TW_STRING), TW_DS_ENTRY("b", NULL, TW_NUMBER));
    twDataShape *decoded;
    twStream *stream = twStream_Create();
    twWDataBlock *block = NULL;
    twWDataBlock empty = {TRUE, 0, NULL};
    char *text = NULL;

    CHECK_INT(twWDataBlock_FromPrimitive(number, &block), TW_OK);
    CHECK(block && block->isPrimitive == TRUE && block->length == 9 && block->bytesPtr[0] == TW_NUMBER);
    copy = twWDataBlock_ToPrimitive(block);
    CHECK(copy && copy->type == TW_NUMBER && copy->val.number == 2.5);
    twPrimitive_Delete(copy);
    CHECK(twWDataBlock_ToInfoTable(block) == NULL);
    twWDataBlock_Free(block);
    CHECK_INT(twWDataBlock_FromStruct(number, TRUE, &block), TW_OK);
    CHECK_INT(block->length, 9);
    twWDataBlock_Free(block);

    CHECK_INT(twWDataBlock_FromInfoTable(table, &block), TW_OK);
    CHECK_INT(block->isPrimitive, FALSE);
    other = twWDataBlock_ToInfoTable(block);
    CHECK_INT(twInfoTable_GetString(other, "a", 0, &text), TW_OK);
    CHECK_STR(text, "text");
    free(text);
    twInfoTable_Delete(other);
    CHECK(twWDataBlock_ToPrimitive(block) == NULL);
    twWDataBlock_Free(block);

    block = &empty;
    CHECK_INT(twWDataBlock_FromPrimitive(NULL, &block), TW_INVALID_PARAM);
    CHECK_INT(twWDataBlock_FromInfoTable(table, NULL), TW_INVALID_PARAM);
    CHECK_INT(twWDataBlock_FromStruct(NULL, FALSE, &block), TW_INVALID_PARAM);
    CHECK(block == &empty);
    CHECK(twWDataBlock_ToPrimitive(&empty) == NULL && twWDataBlock_ToPrimitive(NULL) == NULL);
    CHECK(twWDataBlock_ToInfoTable(NULL) == NULL);
    twWDataBlock_Free(NULL);

    CHECK_INT(twDataShape_ToStream(shape, stream), TW_OK);
    decoded = twW_BytesToDataShape((unsigned char *)twStream_GetData(stream), twStream_GetLength(stream));
    CHECK(decoded && twList_GetCount(decoded->entries) == 2);
    CHECK(twW_BytesToDataShape(NULL, 5) == NULL);
    CHECK(twW_BytesToDataShape((unsigned char *)"x", 0) == NULL);
    CHECK(twW_BytesToDataShape((unsigned char *)"x", -1) == NULL);
    twDataShape_Delete(decoded);
    twDataShape_Delete(shape);
    twStream_Delete(stream);
    twPrimitive_Delete(number);
    twInfoTable_Delete(table);
}

static struct {
    int files;
    double written;
    int tables;
    int binds;
} seen;

static int on_read(const char *entity, const char *property, twWDataBlock **block, void *userdata) {
    twPrimitive *value = TW_MAKE_NUMBER(7.5);
    int code;
    CHECK(userdata == &here);
    CHECK_STR(entity, THING);
    if (strcmp(property, "Speed") != 0) {
        twPrimitive_Delete(value);
        return TWX_NOT_FOUND;
    }
    code = twWDataBlock_FromPrimitive(value, block);
    twPrimitive_Delete(value);
    return code == TW_OK ? TWX_SUCCESS : TWX_INTERNAL_SERVER_ERROR;
}

static int on_write(const char *entity, const char *property, twWDataBlock *block, void *userdata) {
    twPrimitive *value;
    (void)entity;
    (void)property;
    (void)userdata;
    if (!block->isPrimitive) {
        seen.tables++;
        return TWX_FORBIDDEN;
    }
    value = twWDataBlock_ToPrimitive(block);
    seen.written = value->val.number;
    twPrimitive_Delete(value);
    return TWX_SUCCESS;
}

/* Doubles the number x; without parameters a table. */
static int on_service(const char *entity, const char *service, twWDataBlock *params, twWDataBlock **content,
                      void *userdata) {
    twInfoTable *table;
    twPrimitive *value;
    double x = 0.0;
    (void)entity;
    CHECK(userdata == &here);
    if (strcmp(service, "Nothing") == 0) {
        CHECK(params == NULL);
        table = twInfoTable_CreateFromString("why", "none", TRUE);
        CHECK_INT(twWDataBlock_FromInfoTable(table, content), TW_OK);
        twInfoTable_Delete(table);
        return TWX_SUCCESS;
    }
    table = twWDataBlock_ToInfoTable(params);
    twInfoTable_GetNumber(table, "x", 0, &x);
    twInfoTable_Delete(table);
    value = twPrimitive_CreateFromNumber(2.0 * x);
    CHECK_INT(twWDataBlock_FromPrimitive(value, content), TW_OK);
    twPrimitive_Delete(value);
    return TWX_SUCCESS;
}

static void on_file(char fileRcvd, char *sourceRepository, char *sourcePath, char *sourceFile, char *sourceChecksum,
                    char *targetRepository, char *targetPath, char *targetFile, char *targetChecksum, DATETIME startTime,
                    DATETIME endTime, int32_t duration, char *state, char isComplete, double size, char *transferId,
                    char *user, char *message, void *userdata) {
    seen.files++;
    CHECK_INT(fileRcvd, TRUE);
    CHECK_STR(sourceRepository, "sr");
    CHECK_STR(sourcePath, "sp");
    CHECK_STR(sourceFile, "sf");
    CHECK_STR(sourceChecksum, "sc");
    CHECK_STR(targetRepository, "tr");
    CHECK_STR(targetPath, "tp");
    CHECK_STR(targetFile, "tf");
    CHECK_STR(targetChecksum, "tc");
    CHECK(startTime == 1 && endTime == 2 && duration == 3);
    CHECK_STR(state, "VALIDATED");
    CHECK(isComplete == TRUE && size == 4.0);
    CHECK_STR(transferId, "id");
    CHECK_STR(user, "u");
    CHECK_STR(message, "m");
    CHECK(userdata == &here);
}

static void test_dispatchers(void) {
    twInfoTable *table = NULL;
    double number = 0.0;
    char *text = NULL;
    twFileTransferInfo info = {"sr", "sp", "sf", "sc", "tr", "tp", "tf", "tc", 1, 2, 3, "VALIDATED", TRUE, 4.0, "id", "u", "m"};

    CHECK_INT(twW_PropertyCallbackDispatcher(THING, "Speed", &table, FALSE, &here), TWX_NOT_IMPLEMENTED);
    CHECK_INT(twW_ServiceCallbackDispatcher(THING, "Double", NULL, &table, &here), TWX_NOT_IMPLEMENTED);
    twW_FileTransferCallbackDispatcher(TRUE, &info, &here);
    CHECK_INT(twW_SetApiCallbackFunctions(on_read, on_write, on_service, on_file), TW_OK);

    CHECK_INT(twW_PropertyCallbackDispatcher(THING, "Speed", NULL, FALSE, &here), TWX_BAD_REQUEST);
    CHECK_INT(twW_PropertyCallbackDispatcher(NULL, "Speed", &table, FALSE, &here), TWX_BAD_REQUEST);
    CHECK_INT(twW_PropertyCallbackDispatcher(THING, "Other", &table, FALSE, &here), TWX_NOT_FOUND);
    CHECK(table == NULL);
    CHECK_INT(twW_PropertyCallbackDispatcher(THING, "Speed", &table, FALSE, &here), TWX_SUCCESS);
    CHECK_INT(twInfoTable_GetNumber(table, "Speed", 0, &number), TW_OK);
    CHECK(number == 7.5);
    twInfoTable_Delete(table);
    table = twInfoTable_CreateFromNumber("Speed", 8.5);
    CHECK_INT(twW_PropertyCallbackDispatcher(THING, "Speed", &table, TRUE, &here), TWX_SUCCESS);
    CHECK(seen.written == 8.5);
    /* No such column: the table as it is. */
    CHECK_INT(twW_PropertyCallbackDispatcher(THING, "*", &table, TRUE, &here), TWX_FORBIDDEN);
    CHECK_INT(seen.tables, 1);
    twInfoTable_Delete(table);
    table = NULL;
    CHECK_INT(twW_PropertyCallbackDispatcher(THING, "Speed", &table, TRUE, &here), TWX_BAD_REQUEST);

    table = twInfoTable_CreateFromNumber("x", 4.0);
    {
        twInfoTable *content = NULL;
        CHECK_INT(twW_ServiceCallbackDispatcher(THING, "Double", table, &content, &here), TWX_SUCCESS);
        CHECK_INT(twInfoTable_GetNumber(content, "result", 0, &number), TW_OK);
        CHECK(number == 8.0);
        twInfoTable_Delete(content);
        content = NULL;
        CHECK_INT(twW_ServiceCallbackDispatcher(THING, "Nothing", NULL, &content, &here), TWX_SUCCESS);
        CHECK_INT(twInfoTable_GetString(content, "why", 0, &text), TW_OK);
        CHECK_STR(text, "none");
        free(text);
        twInfoTable_Delete(content);
        CHECK_INT(twW_ServiceCallbackDispatcher(THING, "Double", table, NULL, &here), TWX_BAD_REQUEST);
    }
    twInfoTable_Delete(table);
    twW_FileTransferCallbackDispatcher(TRUE, &info, &here);
    twW_FileTransferCallbackDispatcher(TRUE, NULL, &here);
    CHECK_INT(seen.files, 1);
}

static void test_descriptions(void) {
    CHECK_STR(twW_DescriptionForErrorCode(TW_OK), "no error");
    CHECK(strlen(twW_DescriptionForErrorCode(TW_TUNNEL_CREATION_FAILED)) > 0);
    CHECK_STR(twW_DescriptionForErrorCode(-12345), twW_DescriptionForErrorCode(99999));
    CHECK(strcmp(twW_DescriptionForErrorCode(TW_GATEWAY_TIMEOUT), twW_DescriptionForErrorCode(99999)) != 0);
}

static void on_bind(char *entity, char is_bound, void *userdata) {
    (void)userdata;
    CHECK(entity == NULL && is_bound);
    seen.binds++;
}

static void register_things(void) {
    twStream *stream = twStream_Create();
    twDataShape *inputs = TW_MAKE_DATASHAPE(NULL, TW_DS_ENTRY("x", NULL, TW_NUMBER));
    twWPropertyRegInfo properties[] = {{"Speed", TW_NUMBER, "of the belt", "ALWAYS", 0.0}, {"Title", TW_STRING, NULL, NULL, 0.0}};
    twWServiceRegInfo services[] = {{"Double", "two times x", NULL, 0, TW_NUMBER, NULL, 0},
                                    {"Nothing", NULL, NULL, 0, TW_NOTHING, NULL, 0}};
    twWRegInfoList list = {2, properties};
    CHECK_INT(twDataShape_ToStream(inputs, stream), TW_OK);
    services[0].inputDataShapeBytesPtr = (unsigned char *)twStream_GetData(stream);
    services[0].inputDataShapeLength = twStream_GetLength(stream);
    CHECK_INT(twWApi_RegisterProperties(TW_THING, THING, &list, &here), TW_OK);
    CHECK_INT(twWApi_RegisterProperties(TW_THING, THING, &list, &here), TW_ERROR_ITEM_EXISTS);
    list.listPtr = services;
    CHECK_INT(twWApi_RegisterServices(TW_THING, THING, &list, &here), TW_OK);
    CHECK_INT(twWApi_RegisterServices(TW_THING, THING, &list, &here), TW_ERROR_ITEM_EXISTS);
    CHECK_INT(twWApi_RegisterServices(TW_THING, NULL, &list, &here), TW_INVALID_PARAM);
    CHECK_INT(twWApi_RegisterServices(TW_THING, THING, NULL, &here), TW_OK);
    twDataShape_Delete(inputs);
    twStream_Delete(stream);
}

static void bind_thing(void) {
    twList *names = twList_Create(NULL);
    CHECK_INT(twWApi_BindThingsWithoutDefaultServices(NULL), TW_INVALID_PARAM);
    twList_Add(names, duplicateString(THING));
    CHECK_INT(twWApi_BindThingsWithoutDefaultServices(names), TW_OK);
    twList_Delete(names);
    CHECK_INT(twApi_IsEntityBound(THING), TRUE);
}

/* Requests of the platform, served by the threads of the pool. */
static void test_served(void) {
    char answer[4096];
    CHECK_INT(rest("POST", "/Thingworx/Things/" THING "/Services/Double", "{\"x\": 21}", answer, sizeof(answer)), 200);
    CHECK(strstr(answer, "42") != NULL);
    CHECK_INT(rest("PUT", "/Thingworx/Things/" THING "/Properties/Speed", "{\"Speed\": 11.5}", answer, sizeof(answer)), 200);
    CHECK(seen.written == 11.5);
    CHECK_INT(rest("GET", "/Thingworx/Things/" THING "/Properties/Speed?source=device", NULL, answer, sizeof(answer)), 200);
    CHECK(strstr(answer, "7.5") != NULL);
}

/* Requests to the platform. */
static void test_requests(void) {
    twWDataBlock *block = NULL;
    twWDataBlock *result = NULL;
    twPrimitive *value = TW_MAKE_NUMBER(3.25);
    twInfoTable *table = twInfoTable_CreateFromNumber("x", 1.0);

    CHECK_INT(twWDataBlock_FromPrimitive(value, &block), TW_OK);
    CHECK_INT(twWApi_WriteProperty(TW_THING, THING, "Speed", block, -1, FALSE), TW_OK);
    CHECK_INT(twWApi_WriteProperty(TW_THING, THING, "Speed", NULL, -1, FALSE), TW_INVALID_PARAM);
    CHECK_INT(twWApi_InvokeService(TW_THING, THING, "Double", block, &result, -1, FALSE), TW_INVALID_PARAM);
    CHECK_INT(twWApi_FireEvent(TW_THING, THING, "Alarm", block, -1, FALSE), TW_INVALID_PARAM);
    twWDataBlock_Free(block);
    twPrimitive_Delete(value);
    CHECK_INT(twWApi_ReadProperty(TW_THING, THING, "Speed", &result, -1, FALSE), TW_OK);
    value = twWDataBlock_ToPrimitive(result);
    CHECK(value && value->val.number == 3.25);
    twPrimitive_Delete(value);
    twWDataBlock_Free(result);
    CHECK_INT(twWApi_ReadProperty(TW_THING, THING, "Speed", NULL, -1, FALSE), TW_INVALID_PARAM);

    CHECK_INT(twWDataBlock_FromInfoTable(table, &block), TW_OK);
    CHECK_INT(twWApi_InvokeService(TW_THING, THING, "NoSuchService", block, &result, -1, FALSE), TW_NOT_FOUND);
    CHECK(result == NULL);
    CHECK_INT(twWApi_InvokeService(TW_THING, THING, "GetPropertySubscriptions", NULL, &result, -1, FALSE), TW_OK);
    CHECK(result != NULL && result->isPrimitive == FALSE);
    twWDataBlock_Free(result);
    CHECK_INT(twWApi_InvokeService(TW_THING, THING, "GetPropertySubscriptions", NULL, NULL, -1, FALSE), TW_INVALID_PARAM);
    CHECK_INT(twWApi_FireEvent(TW_THING, THING, "Alarm", block, -1, FALSE), TW_OK);
    twWDataBlock_Free(block);
    twInfoTable_Delete(table);
}

static void test_pool(void) {
    CHECK(twWMsgHandlerThreadList == NULL && twWApiTaskerThreadList == NULL);
    twW_DestroyThreadPool();
    CHECK_INT(twW_InitializeThreadPool(3, 1), TW_OK);
    CHECK_INT(twList_GetCount(twWMsgHandlerThreadList), 3);
    CHECK_INT(twList_GetCount(twWApiTaskerThreadList), 1);
    CHECK(twThread_IsRunning(twWApiTaskerThreadList->first->value));
    CHECK_INT(twW_InitializeThreadPool(1, 1), TW_OK);
    CHECK_INT(twList_GetCount(twWMsgHandlerThreadList), 3);
    twW_DestroyThreadPool();
    CHECK(twWMsgHandlerThreadList == NULL && twWApiTaskerThreadList == NULL);
}

static void test_files(void) {
    char directory[] = "/tmp/twedge-wrapper-XXXXXX";
    char *tid = NULL;
    char *before = twcfg.file_xfer_staging_dir;
    CHECK(mkdtemp(directory) != NULL);
    twcfg.file_xfer_staging_dir = directory;
    CHECK_INT(twWFileManager_Create(), TW_OK);
    CHECK_INT(twWFileManager_Create(), TW_OK);
    twcfg.file_xfer_staging_dir = before;
    /* No such file; nothing to look for here, and no API object to ask with. */
    CHECK_INT(twWFileManager_SendFile(THING, "/in", "f", "SystemRepository", "/", "f", 100, FALSE, &tid), TW_FILE_NOT_FOUND);
    CHECK_INT(twWFileManager_GetFile("SystemRepository", "/", "f", THING, "/in", "f", 100, FALSE, &tid),
              TW_PRECONDITION_FAILED);
    CHECK_INT(twWFileManager_GetFile(NULL, "/", "f", THING, "/in", "f", 100, FALSE, &tid), TW_INVALID_PARAM);
    CHECK_INT(twFileManager_UnregisterFileCallback(twW_FileTransferCallbackDispatcher, NULL, NULL), TW_OK);
    CHECK_INT(twWFileManager_Delete(), TW_OK);
    CHECK_INT(twFileManager_IsEnabled(), FALSE);
    CHECK_INT(rmdir(directory), 0);
}

static void test_with_platform(void) {
    char answer[4096];
    CHECK_INT(twApi_Initialize("127.0.0.1", platform_port(), TW_URI, app_key, NULL, MESSAGE_CHUNK_SIZE, MESSAGE_CHUNK_SIZE,
                               TRUE), TW_OK);
    twApi_DisableEncryption();
    register_things();
    CHECK_INT(twW_SetOnBindCallbackFunction(on_bind), TW_OK);
    CHECK_INT(twW_SetOnBindCallbackFunction(on_bind), TW_OK);
    CHECK_INT(twList_GetCount(twApi_GetApi()->bindEventCallbackList), 1);
    CHECK_INT(twApi_Connect(PATIENCE * 1000, 1), TW_OK);
    bind_thing();
    /* Once for the connect, once for the thing. */
    CHECK_INT(seen.binds, 2);
    /* Without GetMetadata the platform does not know what the thing has. */
    CHECK_INT(rest("PUT", "/twedge/things/" THING, "{\"properties\": {\"Speed\": {\"baseType\": \"NUMBER\"}}}", answer,
                   sizeof(answer)) / 100, 2);
    CHECK_INT(twW_InitializeThreadPool(2, 1), TW_OK);
    test_served();
    test_requests();
    CHECK_INT(twW_SetOnBindCallbackFunction(NULL), TW_OK);
    CHECK_INT(twList_GetCount(twApi_GetApi()->bindEventCallbackList), 0);
    CHECK_INT(twWApi_Delete(), TW_OK);
    CHECK(twWMsgHandlerThreadList == NULL);
}

int main(void) {
    CHECK_INT(twW_SetLoggerProperties(TW_WARN, FALSE, NULL), TW_OK);
    CHECK_INT(twLogger_Instance()->level, TW_WARN);
    test_blocks();
    test_dispatchers();
    test_descriptions();
    CHECK_INT(twW_SetOnBindCallbackFunction(on_bind), TW_NULL_OR_INVALID_API_SINGLETON);
    test_files();
    test_pool();
    if (platform_port() != 0) {
        test_with_platform();
    }
    return check_result();
}
