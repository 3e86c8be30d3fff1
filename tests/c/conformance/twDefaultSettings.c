/* twDefaultSettings.h, twConfig.h, twConstants.h, twErrors.h, twDefinitions.h, twVersion.h: what a program sees without a
 * call (api-behaviour.md 1.1, ext-files-tunnels.md 1.13). The values of all constants are compared by check-abi. */
#include "twExt.h"

#include "check.h"

static void settings(void) {
    CHECK_INT(twcfg.subscribed_props_enabled, TRUE, "subscribed_props_enabled", ORIGINAL_PASSES);
    CHECK_INT(twcfg.offline_msg_store, FALSE, "offline_msg_store", ORIGINAL_PASSES);
    CHECK_STR(twcfg.tw_uri, "/Thingworx/WS", "tw_uri", ORIGINAL_PASSES);
    CHECK_INT(twcfg.max_message_size, 1048576, "max_message_size", ORIGINAL_PASSES);
    CHECK_INT(twcfg.message_chunk_size, 8192, "message_chunk_size", ORIGINAL_PASSES);
    CHECK_INT(twcfg.default_message_timeout, 10000, "default_message_timeout", ORIGINAL_PASSES);
    CHECK_INT(twcfg.ping_rate, 55000, "ping_rate", ORIGINAL_PASSES);
    CHECK_INT(twcfg.pong_timeout, 10000, "pong_timeout", ORIGINAL_PASSES);
    CHECK_INT(twcfg.connect_timeout, 10000, "connect_timeout", ORIGINAL_PASSES);
    CHECK_INT(twcfg.connect_retries, 3, "connect_retries", ORIGINAL_PASSES);
    CHECK_INT(twcfg.duty_cycle, 20, "duty_cycle", ORIGINAL_PASSES);
    CHECK_INT(twcfg.duty_cycle_period, 0, "duty_cycle_period", ORIGINAL_PASSES);
    CHECK_INT(twcfg.offline_msg_queue_size, 16384, "offline_msg_queue_size", ORIGINAL_PASSES);
    CHECK_INT(twcfg.max_messages, 500, "max_messages", ORIGINAL_PASSES);
    CHECK_INT(twcfg.socket_read_timeout, 100, "socket_read_timeout", ORIGINAL_PASSES);
    CHECK_STR(twcfg.offline_msg_store_dir, "/opt/thingworx", "offline_msg_store_dir", ORIGINAL_PASSES);
    CHECK(twcfg.cipher_set == NULL && twcfg.initCallback == NULL, "no cipher set, no init callback", ORIGINAL_PASSES);
    CHECK_INT(twcfg.max_string_prop_length, 1048576, "max_string_prop_length", ORIGINAL_PASSES);
}

static void constants(void) {
    CHECK_STR(TW_QUALITY_GOOD, "GOOD", "a quality", ORIGINAL_PASSES);
    CHECK_STR(TW_ASPECT_ISREADONLY, "isReadOnly", "an aspect", ORIGINAL_PASSES);
    CHECK_STR(TW_PUSH_TYPE_VALUE, "VALUE", "a push type", ORIGINAL_PASSES);
    CHECK_STR(TW_THING_TEMPLATE_GENERIC, "GenericEdgeThingTemplate", "a template", ORIGINAL_PASSES);
    CHECK(TW_NO_DESCRIPTION == NULL && TW_NO_NAMESPACE == NULL, "names for NULL", ORIGINAL_PASSES);
    CHECK_INT(TW_MAX_TASKS_EXCEEDED, 700, "an error", ORIGINAL_PASSES);
    CHECK_INT(TWX_SUCCESS, 0x40, "a code", ORIGINAL_PASSES);
}

CONFORMANCE_MAIN("twDefaultSettings.h", GROUP(settings), GROUP(constants))
