/* A log function that calls the library, from lines that the library writes while it changes its own state. */
#include "twOSPort.h"
#include "twErrors.h"
#include "twDefinitions.h"
#include "twDefaultSettings.h"
#include "twLogger.h"
#include "twMessages.h"
#include "twOfflineMsgStore.h"
#include "twFileManager.h"
#include "twThreadUtils.h"

#include "check.h"

#include <stdlib.h>
#include <unistd.h>

char twOfflineMsgStore_IsEnabled(void);

static int lines;
static char missing[] = "/proc/no such directory";

/* Would wait for ever for a lock that the thread holds itself. */
static void log_and_call(enum LogLevel level, const char *timestamp, const char *message) {
    (void)level;
    (void)timestamp;
    CHECK(message[0] != '\0');
    lines++;
    twOfflineMsgStore_IsEnabled();
    twFileManager_Create();
    twFileManager_RemoveVirtualDir("no thing", missing);
    twMultipartMessageStore_RemoveStaleMessages();
    twExt_Stop();
}

int main(void) {
    twLogger_SetLevel(TW_TRACE);
    twLogger_SetFunction(log_and_call);
    alarm(60);
    twcfg.file_xfer_staging_dir = missing;

    lines = 0;
    CHECK(twOfflineMsgStore_Initialize(TRUE, missing, 1000, TRUE) != TW_OK);
    CHECK(lines > 0);

    lines = 0;
    CHECK_INT(twFileManager_Create(), TW_ERROR_CREATING_STAGING_DIR);
    CHECK(lines > 0);

    lines = 0;
    twExt_Start(100, TW_THREADING_SINGLE, 0);
    CHECK(lines > 0);
    return check_result();
}
