/* Declarations as old C programs have them: functions without prototypes, K&R definitions, implicit tables. */
#include "twOSPort.h"
#include "twLogger.h"
#include "twApi.h"
#include "twList.h"
#include "twTasker.h"
#include "twServices.h"

extern twApi *tw_api;
int configure();
static int started = 0;

enum msgCodeEnum reset(entityName, serviceName, params, content, userdata)
    const char *entityName;
    const char *serviceName;
    twInfoTable *params;
    twInfoTable **content;
    void *userdata;
{
    (void)entityName, (void)serviceName, (void)params, (void)content, (void)userdata;
    return TWX_SUCCESS;
}

int configure(host, port)
    char *host;
    int port;
{
    int result;
    twcfg.connect_retries = 1;
    result = twApi_Initialize(host, (uint16_t)port, TW_URI, NULL, NULL, MESSAGE_CHUNK_SIZE, MESSAGE_CHUNK_SIZE, TRUE);
    if (result != TW_OK) {
        TW_LOG(TW_ERROR, "cannot start: %d", result);
        return result;
    }
    started = 1;
    twApi_RegisterService(TW_THING, "thing", "reset", NULL, NULL, TW_NOTHING, NULL, reset, NULL);
    return tw_api && tw_api->mh ? TW_OK : TW_ERROR;
}

int is_started() {
    return started;
}
