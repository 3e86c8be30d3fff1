/* twExt.h: everything that an application sees of the SDK.
 *
 * Generated from src/ffi by `make headers`; changes made here are lost.
 *
 * Included by its own name, it shows the extension layer and what this builds on. Every other header name (twApi.h,
 * twList.h, ...) forwards here and shows its own part and the parts that this one needs, so that a program meets the
 * names that it asked for and no others. twMacros.h holds the declaration macros and is included separately.
 *
 * Memory that crosses this interface is from malloc(): TW_MALLOC, TW_FREE and the C library's functions may be mixed.
 */

/* Before the first system header: realpath(), putenv() and the thread types are hidden by strict language modes. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stddef.h>
#include <stdint.h>

#ifdef TWEDGE_FORWARDED
#undef TWEDGE_FORWARDED
#else
#define TWEDGE_PART_twExt
#endif

#ifndef TW_BEGIN_DECLARATIONS
#ifdef __cplusplus
#define TW_BEGIN_DECLARATIONS extern "C" {
#define TW_END_DECLARATIONS }
#else
#define TW_BEGIN_DECLARATIONS
#define TW_END_DECLARATIONS
#endif
#endif

/* Existing programs pass arguments to some functions that take none; before C23 an empty list lets them. */
#ifndef TW_NO_PROTOTYPE
#if defined(__cplusplus) || (defined(__STDC_VERSION__) && __STDC_VERSION__ > 201710L)
#define TW_NO_PROTOTYPE void
#else
#define TW_NO_PROTOTYPE
#endif
#endif

/* What a part needs. */

#ifdef TWEDGE_PART_twDefinitions
#define TWEDGE_PART_twErrors
#endif

#ifdef TWEDGE_PART_twOSPort
#define TWEDGE_PART_twErrors
#define TWEDGE_PART_twDefinitions
#define TWEDGE_PART_twPasswds
#define TWEDGE_PART_twDefaultSettings
#endif

#ifdef TWEDGE_PART_twList
#define TWEDGE_PART_twErrors
#define TWEDGE_PART_twDefinitions
#define TWEDGE_PART_twPasswds
#define TWEDGE_PART_twDefaultSettings
#define TWEDGE_PART_twOSPort
#endif

#ifdef TWEDGE_PART_twLogger
#define TWEDGE_PART_twErrors
#define TWEDGE_PART_twDefinitions
#define TWEDGE_PART_twPasswds
#define TWEDGE_PART_twDefaultSettings
#define TWEDGE_PART_twOSPort
#endif

#ifdef TWEDGE_PART_twTasker
#define TWEDGE_PART_twDefaultSettings
#endif

#ifdef TWEDGE_PART_twThreads
#define TWEDGE_PART_twErrors
#define TWEDGE_PART_twDefinitions
#define TWEDGE_PART_twPasswds
#define TWEDGE_PART_twDefaultSettings
#define TWEDGE_PART_twOSPort
#define TWEDGE_PART_twTasker
#endif

#ifdef TWEDGE_PART_twConnectionInfo
#define TWEDGE_PART_twErrors
#define TWEDGE_PART_twDefinitions
#define TWEDGE_PART_twPasswds
#define TWEDGE_PART_twDefaultSettings
#define TWEDGE_PART_twOSPort
#endif

#ifdef TWEDGE_PART_twBaseTypes
#define TWEDGE_PART_twErrors
#define TWEDGE_PART_twDefinitions
#define TWEDGE_PART_twPasswds
#define TWEDGE_PART_twDefaultSettings
#define TWEDGE_PART_twOSPort
#endif

#ifdef TWEDGE_PART_twInfoTable
#define TWEDGE_PART_twErrors
#define TWEDGE_PART_twDefinitions
#define TWEDGE_PART_twPasswds
#define TWEDGE_PART_twDefaultSettings
#define TWEDGE_PART_twOSPort
#define TWEDGE_PART_twList
#define TWEDGE_PART_twBaseTypes
#endif

#ifdef TWEDGE_PART_twWebsocket
#define TWEDGE_PART_twErrors
#define TWEDGE_PART_twDefinitions
#define TWEDGE_PART_twPasswds
#define TWEDGE_PART_twDefaultSettings
#define TWEDGE_PART_twOSPort
#define TWEDGE_PART_twBaseTypes
#define TWEDGE_PART_zlib
#endif

#ifdef TWEDGE_PART_twMessages
#define TWEDGE_PART_twErrors
#define TWEDGE_PART_twDefinitions
#define TWEDGE_PART_twPasswds
#define TWEDGE_PART_twDefaultSettings
#define TWEDGE_PART_twOSPort
#define TWEDGE_PART_twList
#define TWEDGE_PART_twBaseTypes
#define TWEDGE_PART_twInfoTable
#define TWEDGE_PART_zlib
#define TWEDGE_PART_twWebsocket
#endif

#ifdef TWEDGE_PART_twMessaging
#define TWEDGE_PART_twErrors
#define TWEDGE_PART_twDefinitions
#define TWEDGE_PART_twPasswds
#define TWEDGE_PART_twDefaultSettings
#define TWEDGE_PART_twOSPort
#define TWEDGE_PART_twList
#define TWEDGE_PART_twBaseTypes
#define TWEDGE_PART_twInfoTable
#define TWEDGE_PART_zlib
#define TWEDGE_PART_twWebsocket
#define TWEDGE_PART_twMessages
#endif

#ifdef TWEDGE_PART_twOfflineMsgStore
#define TWEDGE_PART_twErrors
#define TWEDGE_PART_twDefinitions
#define TWEDGE_PART_twPasswds
#define TWEDGE_PART_twDefaultSettings
#define TWEDGE_PART_twOSPort
#define TWEDGE_PART_stringUtils
#define TWEDGE_PART_twList
#define TWEDGE_PART_twMap
#define TWEDGE_PART_twDict
#define TWEDGE_PART_twLogger
#define TWEDGE_PART_twTasker
#define TWEDGE_PART_twConnectionInfo
#define TWEDGE_PART_twBaseTypes
#define TWEDGE_PART_twInfoTable
#define TWEDGE_PART_zlib
#define TWEDGE_PART_twWebsocket
#define TWEDGE_PART_twMessages
#define TWEDGE_PART_twMessaging
#define TWEDGE_PART_twApi
#endif

#ifdef TWEDGE_PART_twApi
#define TWEDGE_PART_twErrors
#define TWEDGE_PART_twDefinitions
#define TWEDGE_PART_twPasswds
#define TWEDGE_PART_twDefaultSettings
#define TWEDGE_PART_twOSPort
#define TWEDGE_PART_stringUtils
#define TWEDGE_PART_twList
#define TWEDGE_PART_twMap
#define TWEDGE_PART_twDict
#define TWEDGE_PART_twLogger
#define TWEDGE_PART_twTasker
#define TWEDGE_PART_twConnectionInfo
#define TWEDGE_PART_twBaseTypes
#define TWEDGE_PART_twInfoTable
#define TWEDGE_PART_zlib
#define TWEDGE_PART_twWebsocket
#define TWEDGE_PART_twMessages
#define TWEDGE_PART_twMessaging
#define TWEDGE_PART_twOfflineMsgStore
#endif

#ifdef TWEDGE_PART_twProperties
#define TWEDGE_PART_twErrors
#define TWEDGE_PART_twDefinitions
#define TWEDGE_PART_twPasswds
#define TWEDGE_PART_twDefaultSettings
#define TWEDGE_PART_twOSPort
#define TWEDGE_PART_twList
#define TWEDGE_PART_twLogger
#define TWEDGE_PART_twBaseTypes
#define TWEDGE_PART_twInfoTable
#define TWEDGE_PART_cJSON
#endif

#ifdef TWEDGE_PART_twServices
#define TWEDGE_PART_twErrors
#define TWEDGE_PART_twDefinitions
#define TWEDGE_PART_twPasswds
#define TWEDGE_PART_twDefaultSettings
#define TWEDGE_PART_twOSPort
#define TWEDGE_PART_twList
#define TWEDGE_PART_twLogger
#define TWEDGE_PART_twBaseTypes
#define TWEDGE_PART_twInfoTable
#define TWEDGE_PART_cJSON
#endif

#ifdef TWEDGE_PART_twStandardProps
#define TWEDGE_PART_twErrors
#define TWEDGE_PART_twDefinitions
#define TWEDGE_PART_twPasswds
#define TWEDGE_PART_twDefaultSettings
#define TWEDGE_PART_twOSPort
#define TWEDGE_PART_stringUtils
#define TWEDGE_PART_twList
#define TWEDGE_PART_twMap
#define TWEDGE_PART_twDict
#define TWEDGE_PART_twLogger
#define TWEDGE_PART_twTasker
#define TWEDGE_PART_twConnectionInfo
#define TWEDGE_PART_twBaseTypes
#define TWEDGE_PART_twInfoTable
#define TWEDGE_PART_zlib
#define TWEDGE_PART_twWebsocket
#define TWEDGE_PART_twMessages
#define TWEDGE_PART_twMessaging
#define TWEDGE_PART_twOfflineMsgStore
#define TWEDGE_PART_twApi
#define TWEDGE_PART_cJSON
#define TWEDGE_PART_twProperties
#endif

#ifdef TWEDGE_PART_twShapes
#define TWEDGE_PART_twErrors
#define TWEDGE_PART_twDefinitions
#define TWEDGE_PART_twPasswds
#define TWEDGE_PART_twDefaultSettings
#define TWEDGE_PART_twOSPort
#define TWEDGE_PART_stringUtils
#define TWEDGE_PART_twList
#define TWEDGE_PART_twMap
#define TWEDGE_PART_twDict
#define TWEDGE_PART_twLogger
#define TWEDGE_PART_twTasker
#define TWEDGE_PART_twConnectionInfo
#define TWEDGE_PART_twBaseTypes
#define TWEDGE_PART_twInfoTable
#define TWEDGE_PART_zlib
#define TWEDGE_PART_twWebsocket
#define TWEDGE_PART_twMessages
#define TWEDGE_PART_twMessaging
#define TWEDGE_PART_twOfflineMsgStore
#define TWEDGE_PART_twApi
#define TWEDGE_PART_cJSON
#define TWEDGE_PART_twProperties
#define TWEDGE_PART_twStandardProps
#endif

#ifdef TWEDGE_PART_twThreadUtils
#define TWEDGE_PART_twErrors
#define TWEDGE_PART_twDefinitions
#define TWEDGE_PART_twPasswds
#define TWEDGE_PART_twDefaultSettings
#define TWEDGE_PART_twOSPort
#define TWEDGE_PART_twMap
#endif

#ifdef TWEDGE_PART_twPrimitiveUtils
#define TWEDGE_PART_twErrors
#define TWEDGE_PART_twDefinitions
#define TWEDGE_PART_twPasswds
#define TWEDGE_PART_twDefaultSettings
#define TWEDGE_PART_twOSPort
#define TWEDGE_PART_twList
#define TWEDGE_PART_twBaseTypes
#define TWEDGE_PART_twInfoTable
#endif

#ifdef TWEDGE_PART_twFileManager
#define TWEDGE_PART_twErrors
#define TWEDGE_PART_twDefinitions
#define TWEDGE_PART_twPasswds
#define TWEDGE_PART_twDefaultSettings
#define TWEDGE_PART_twOSPort
#define TWEDGE_PART_twList
#define TWEDGE_PART_twBaseTypes
#define TWEDGE_PART_twInfoTable
#endif

#ifdef TWEDGE_PART_twFileTransferCallbacks
#define TWEDGE_PART_twErrors
#define TWEDGE_PART_twDefinitions
#define TWEDGE_PART_twPasswds
#define TWEDGE_PART_twDefaultSettings
#define TWEDGE_PART_twOSPort
#define TWEDGE_PART_twList
#define TWEDGE_PART_twBaseTypes
#define TWEDGE_PART_twInfoTable
#endif

#ifdef TWEDGE_PART_twTunnelManager
#define TWEDGE_PART_twErrors
#define TWEDGE_PART_twDefinitions
#define TWEDGE_PART_twPasswds
#define TWEDGE_PART_twDefaultSettings
#define TWEDGE_PART_twOSPort
#define TWEDGE_PART_twList
#define TWEDGE_PART_twBaseTypes
#define TWEDGE_PART_twInfoTable
#endif

#ifdef TWEDGE_PART_twSubscribedProps
#define TWEDGE_PART_twErrors
#define TWEDGE_PART_twDefinitions
#define TWEDGE_PART_twPasswds
#define TWEDGE_PART_twDefaultSettings
#define TWEDGE_PART_twOSPort
#define TWEDGE_PART_stringUtils
#define TWEDGE_PART_twList
#define TWEDGE_PART_twMap
#define TWEDGE_PART_twDict
#define TWEDGE_PART_twLogger
#define TWEDGE_PART_twTasker
#define TWEDGE_PART_twConnectionInfo
#define TWEDGE_PART_twBaseTypes
#define TWEDGE_PART_twInfoTable
#define TWEDGE_PART_zlib
#define TWEDGE_PART_twWebsocket
#define TWEDGE_PART_twMessages
#define TWEDGE_PART_twMessaging
#define TWEDGE_PART_twOfflineMsgStore
#define TWEDGE_PART_twApi
#define TWEDGE_PART_cJSON
#define TWEDGE_PART_twProperties
#endif

#ifdef TWEDGE_PART_twHttpProxy
#define TWEDGE_PART_twErrors
#define TWEDGE_PART_twDefinitions
#define TWEDGE_PART_twPasswds
#define TWEDGE_PART_twDefaultSettings
#define TWEDGE_PART_twOSPort
#endif

#ifdef TWEDGE_PART_twNtlm
#define TWEDGE_PART_twErrors
#define TWEDGE_PART_twDefinitions
#define TWEDGE_PART_twPasswds
#define TWEDGE_PART_twDefaultSettings
#define TWEDGE_PART_twOSPort
#endif

#ifdef TWEDGE_PART_twTls
#define TWEDGE_PART_twErrors
#define TWEDGE_PART_twDefinitions
#define TWEDGE_PART_twPasswds
#define TWEDGE_PART_twDefaultSettings
#define TWEDGE_PART_twOSPort
#define TWEDGE_PART_stringUtils
#define TWEDGE_PART_twLogger
#define TWEDGE_PART_tomcrypt
#endif

#ifdef TWEDGE_PART_twApiWrapper
#define TWEDGE_PART_twErrors
#define TWEDGE_PART_twDefinitions
#define TWEDGE_PART_twPasswds
#define TWEDGE_PART_twDefaultSettings
#define TWEDGE_PART_twOSPort
#define TWEDGE_PART_stringUtils
#define TWEDGE_PART_twList
#define TWEDGE_PART_twMap
#define TWEDGE_PART_twDict
#define TWEDGE_PART_twLogger
#define TWEDGE_PART_twTasker
#define TWEDGE_PART_twConnectionInfo
#define TWEDGE_PART_twBaseTypes
#define TWEDGE_PART_twInfoTable
#define TWEDGE_PART_zlib
#define TWEDGE_PART_twWebsocket
#define TWEDGE_PART_twMessages
#define TWEDGE_PART_twMessaging
#define TWEDGE_PART_twOfflineMsgStore
#define TWEDGE_PART_twApi
#define TWEDGE_PART_twFileManager
#endif

#ifdef TWEDGE_PART_twExt
#define TWEDGE_PART_twErrors
#define TWEDGE_PART_twDefinitions
#define TWEDGE_PART_twPasswds
#define TWEDGE_PART_twDefaultSettings
#define TWEDGE_PART_twOSPort
#define TWEDGE_PART_stringUtils
#define TWEDGE_PART_twList
#define TWEDGE_PART_twMap
#define TWEDGE_PART_twDict
#define TWEDGE_PART_twLogger
#define TWEDGE_PART_twTasker
#define TWEDGE_PART_twConnectionInfo
#define TWEDGE_PART_twBaseTypes
#define TWEDGE_PART_twInfoTable
#define TWEDGE_PART_zlib
#define TWEDGE_PART_twWebsocket
#define TWEDGE_PART_twMessages
#define TWEDGE_PART_twMessaging
#define TWEDGE_PART_twOfflineMsgStore
#define TWEDGE_PART_twApi
#define TWEDGE_PART_cJSON
#define TWEDGE_PART_twProperties
#define TWEDGE_PART_twStandardProps
#define TWEDGE_PART_twShapes
#define TWEDGE_PART_twThreadUtils
#define TWEDGE_PART_twPrimitiveUtils
#define TWEDGE_PART_twConstants
#define TWEDGE_PART_twFileManager
#define TWEDGE_PART_twZipTar
#endif

/* twErrors.h: codes that functions return */
#if defined(TWEDGE_PART_twErrors) && !defined(TW_ERRORS_H)
#define TW_ERRORS_H

TW_BEGIN_DECLARATIONS

#define TW_OK 0

#define TW_UNKNOWN_ERROR 100

#define TW_INVALID_PARAM 101

#define TW_ERROR_ALLOCATING_MEMORY 102

#define TW_ERROR_CREATING_MTX 103

#define TW_ERROR_WRITING_FILE 104

#define TW_ERROR_READING_FILE 105

#define TW_ERROR_ITEM_EXISTS 106

#define TW_ERROR_ITEM_DOES_NOT_EXIST 107

#define TW_ERROR_SHAPE_DOES_NOT_EXIST 108

#define TW_ERROR_TEMPLATE_DOES_NOT_EXIST 109

#define TW_UNKNOWN_WEBSOCKET_ERROR 200

#define TW_ERROR_INITIALIZING_WEBSOCKET 201

#define TW_TIMEOUT_INITIALIZING_WEBSOCKET 202

#define TW_WEBSOCKET_NOT_CONNECTED 203

#define TW_ERROR_PARSING_WEBSOCKET_DATA 204

#define TW_ERROR_READING_FROM_WEBSOCKET 205

#define TW_WEBSOCKET_FRAME_TOO_LARGE 206

#define TW_INVALID_WEBSOCKET_FRAME_TYPE 207

#define TW_WEBSOCKET_MSG_TOO_LARGE 208

#define TW_ERROR_WRITING_TO_WEBSOCKET 209

#define TW_INVALID_ACCEPT_KEY 210

#define TW_NULL_OR_INVALID_MSG_HANDLER 300

#define TW_INVALID_CALLBACK_STRUCT 301

#define TW_ERROR_CALLBACK_NOT_FOUND 302

#define TW_INVALID_MSG_CODE 303

#define TW_INVALID_MSG_TYPE 304

#define TW_ERROR_SENDING_MSG 305

#define TW_ERROR_WRITING_OFFLINE_MSG_STORE 306

#define TW_ERROR_MESSAGE_TOO_LARGE 307

#define TW_WROTE_TO_OFFLINE_MSG_STORE 308

#define TW_INVALID_MSG_STORE_DIR 309

#define TW_MSG_STORE_FILE_NOT_EMPTY 310

#define TW_NULL_MSG_BODY 311

#define TW_BIND_MESSAGE_FULL 312

#define TW_NULL_OR_INVALID_OFFLINE_MSG_STORE_SINGLETON 313

#define TW_ERROR_OFFLINE_MSG_STORE_FULL 314

#define TW_ERROR_INFLATING_RECEIVED_MSG 315

#define TW_ERROR_ADDING_DATASHAPE_ENTRY 400

#define TW_INDEX_NOT_FOUND 401

#define TW_ERROR_GETTING_PRIMITIVE 402

#define TW_INVALID_BASE_TYPE 403

#define TW_LIST_ENTRY_NOT_FOUND 500

#define TW_NULL_OR_INVALID_API_SINGLETON 600

#define TW_ERROR_SENDING_RESP 601

#define TW_INVALID_MSG_BODY 602

#define TW_INVALID_MSG_PARAMS 603

#define TW_INVALID_RESP_MSG 604

#define TW_NULL_API_SINGLETON 605

#define TW_ERROR_CREATING_MSG 606

#define TW_ERROR_INITIALIZING_API 607

#define TW_MAX_TASKS_EXCEEDED 700

#define TW_TASK_NOT_FOUND 701

#define TW_THREADING_MODEL_FAILED_SHUTDOWN 702

#define TW_NULL_OR_INVALID_LOGGER_SINGLETON 800

#define TW_BASE64_ENCODE_OVERRUN 900

#define TW_BASE64_DECODE_OVERRUN 901

#define TW_ERROR_INITIALIZING_OFFLINE_MSG_STORE 910

#define TW_ERROR_FEATURE_NOT_SUPPORTED 911

#define TW_ERROR_WRITING_TO_SOCKET 1000

#define TW_SOCKET_INIT_ERROR 1001

#define TW_INVALID_SSL_CERT 1002

#define TW_SOCKET_NOT_FOUND 1003

#define TW_HOST_NOT_FOUND 1004

#define TW_ERROR_CREATING_SSL_CTX 1005

#define TW_ERROR_CONNECTING_TO_PROXY 1006

#define TW_TIMEOUT_READING_FROM_SOCKET 1007

#define TW_ERROR_READING_RESPONSE 1008

#define TW_INVALID_PROXY_CREDENTIALS 1009

#define TW_UNSUPPORTED_PROXY_AUTH_TYPE 1010

#define TW_ENABLE_FIPS_MODE_FAILED 1011

#define TW_FIPS_MODE_NOT_SUPPORTED 1012

#define TW_DISABLE_FIPS_MODE_FAILED 1013

#define TW_BAD_REQUEST 1100

#define TW_UNAUTHORIZED 1101

#define TW_ERROR_BAD_OPTION 1102

#define TW_FORBIDDEN 1103

#define TW_NOT_FOUND 1104

#define TW_METHOD_NOT_ALLOWED 1105

#define TW_NOT_ACCEPTABLE 1106

#define TW_PRECONDITION_FAILED 1107

#define TW_ENTITY_TOO_LARGE 1108

#define TW_UNSUPPORTED_CONTENT_FORMAT 1109

#define TW_INTERNAL_SERVER_ERROR 1110

#define TW_NOT_IMPLEMENTED 1111

#define TW_BAD_GATEWAY 1112

#define TW_SERVICE_UNAVAILABLE 1113

#define TW_GATEWAY_TIMEOUT 1114

#define TW_SUBSCRIBEDPROP_MGR_NOT_INTIALIZED 1200

#define TW_SUBSCRIBED_PROPERTY_NOT_FOUND 1201

#define TW_PROPERTY_CHANGE_BUFFER_FULL 1202

#define TW_SUBSCRIBED_PROPERTY_LIST_PERSISTED 1203

#define TW_SUBSCRIBED_PROPERTY_LIST_PERSIST_ERROR 1204

#define TW_SUBSCRIBED_PROPERTY_LIST_UNABLE_TO_PERSIST_ERROR 1205

#define TW_SUBSCRIBED_PROPERTY_SYNCHRONIZATION_TIMEOUT 1206

#define TW_FILE_XFER_MANAGER_NOT_INITIALIZED 1300

#define TW_ERROR_CREATING_STAGING_DIR 1301

#define TW_FILE_NOT_FOUND 1302

#define FILE_TRANSFER_FAILED 1303

#define TW_TUNNEL_MANAGER_NOT_INITIALIZED 1400

#define TW_TUNNEL_CREATION_FAILED 1401

#define TW_TLS_ERROR_LOADING_FILE 1501

TW_END_DECLARATIONS

#endif /* TW_ERRORS_H */

/* twDefinitions.h: enumerations of the protocol, log levels, truth values */
#if defined(TWEDGE_PART_twDefinitions) && !defined(TW_DEFINITIONS_H)
#define TW_DEFINITIONS_H

TW_BEGIN_DECLARATIONS

#define TW_VIRTUAL_STAGING_DIR "__staging__"

/**
 * The named values of `enum msgType`, as the C header shows them; in Rust the constants of the same names are used.
 */
enum msgType {
    TW_UNKNOWN = 0,
    TW_REQUEST = 1,
    TW_RESPONSE = 2,
    TW_AUTH = 3,
    TW_BIND = 4,
    TW_MULTIPART_REQ = 5,
    TW_MULTIPART_RESP = 6,
};

/**
 * The named values of `enum msgCodeEnum`, as the C header shows them; in Rust the constants of the same names are used.
 */
enum msgCodeEnum {
    TWX_UNKNOWN = 0,
    TWX_GET = 1,
    TWX_PUT = 2,
    TWX_POST = 3,
    TWX_DEL = 4,
    TWX_BIND = 10,
    TWX_UNBIND = 11,
    TWX_AUTH = 20,
    TWX_KEEP_ALIVE = 31,
    TWX_SUCCESS = 64,
    TWX_BAD_REQUEST = 128,
    TWX_UNAUTHORIZED = 129,
    TWX_BAD_OPTION = 130,
    TWX_FORBIDDEN = 131,
    TWX_NOT_FOUND = 132,
    TWX_METHOD_NOT_ALLOWED = 133,
    TWX_NOT_ACCEPTABLE = 134,
    TWX_PRECONDITION_FAILED = 140,
    TWX_ENTITY_TOO_LARGE = 141,
    TWX_UNSUPPORTED_CONTENT_FORMAT = 143,
    TWX_INTERNAL_SERVER_ERROR = 160,
    TWX_NOT_IMPLEMENTED = 161,
    TWX_BAD_GATEWAY = 162,
    TWX_SERVICE_UNAVAILABLE = 163,
    TWX_GATEWAY_TIMEOUT = 164,
    TWX_WROTE_TO_OFFLINE_MSG_STORE = 165,
    TWX_OFFLINE_MSG_STORE_FULL = 166,
};

/**
 * The named values of `enum entityTypeEnum`, as the C header shows them; in Rust the constants of the same names are used.
 */
enum entityTypeEnum {
    TW_UNDEFINED = 0,
    TW_THING = 10,
    TW_THINGSHAPES = 11,
    TW_THINGTEMPLATES = 12,
    TW_THINGPACKAGES = 13,
    TW_NETWORKS = 14,
    TW_DATASHAPES = 15,
    TW_MODELTAGS = 20,
    TW_DATATAGS = 21,
    TW_MASHUPS = 30,
    TW_WIDGETS = 31,
    TW_STYLEDEFINITIONS = 32,
    TW_STATEDEFINITIONS = 33,
    TW_MENUS = 34,
    TW_MEDIAENTITIES = 35,
    TW_LOCALIZATIONTABLES = 36,
    TW_DASHBOARDS = 39,
    TW_LOGS = 40,
    TW_USERS = 50,
    TW_GROUPS = 51,
    TW_ORGANIZATIONS = 52,
    TW_APPLICATIONKEYS = 53,
    TW_DIRECTORYSERVICES = 54,
    TW_RESOURCE = 60,
    TW_SCRIPTFUNCTIONLIBRARIES = 61,
    TW_EXTENSIONPACKAGES = 70,
    TW_SUBSYSTEM = 80,
};

/**
 * The named values of `enum characteristicEnum`, as the C header shows them; in Rust the constants of the same names are used.
 */
enum characteristicEnum {
    TW_PROPERTIES = 1,
    TW_SERVICES = 2,
    TW_EVENTS = 3,
};

/**
 * The named values of `enum BaseType`, as the C header shows them; in Rust the constants of the same names are used.
 */
enum BaseType {
    TW_NOTHING = -1,
    TW_STRING = 0,
    TW_NUMBER = 1,
    TW_BOOLEAN = 2,
    TW_DATETIME = 3,
    TW_TIMESPAN = 4,
    TW_INFOTABLE = 5,
    TW_LOCATION = 6,
    TW_XML = 7,
    TW_JSON = 8,
    TW_QUERY = 9,
    TW_IMAGE = 10,
    TW_HYPERLINK = 11,
    TW_IMAGELINK = 12,
    TW_PASSWORD = 13,
    TW_HTML = 14,
    TW_TEXT = 15,
    TW_TAGS = 16,
    TW_SCHEDULE = 17,
    TW_VARIANT = 18,
    TW_GUID = 20,
    TW_BLOB = 21,
    TW_INTEGER = 22,
    TW_PROPERTYNAME = 50,
    TW_SERVICENAME = 51,
    TW_EVENTNAME = 52,
    TW_THINGNAME = 100,
    TW_THINGSHAPENAME = 101,
    TW_THINGTEMPLATENAME = 102,
    TW_DATASHAPENAME = 104,
    TW_MASHUPNAME = 105,
    TW_MENUNAME = 106,
    TW_BASETYPENAME = 107,
    TW_USERNAME = 108,
    TW_GROUPNAME = 109,
    TW_CATEGORYNAME = 110,
    TW_STATEDEFINITIONNAME = 111,
    TW_STYLEDEFINITIONNAME = 112,
    TW_MODELTAGVOCABULARYNAME = 113,
    TW_DATATAGVOCABULARYNAME = 114,
    TW_NETWORKNAME = 115,
    TW_MEDIAENTITYNAME = 116,
    TW_APPLICATIONKEYNAME = 117,
    TW_LOCALIZATIONTABLENAME = 118,
    TW_ORGANIZATIONNAME = 119,
    TW_DASHBOARDNAME = 120,
    TW_UNKNOWN_TYPE = 121,
};

/**
 * The named values of `enum LogLevel`, as the C header shows them; in Rust the constants of the same names are used.
 */
enum LogLevel {
    TW_TRACE = 0,
    TW_DEBUG = 1,
    TW_INFO = 2,
    TW_WARN = 3,
    TW_ERROR = 4,
    TW_FORCE = 5,
    TW_AUDIT = 6,
};


#define TRUE 1

#define FALSE 0

#define TW_MSG_VERSION 1

#define LIST_ALL 0

#define LIST_FILES 1

#define LIST_DIRS 2

/**
 * Names of the services of file transfer; the last element is the text `SENTINEL`.
 */
extern char *fileXferServices[18];

/**
 * Names of the services of tunnels; the last element is the text `SENTINEL`.
 */
extern char *tunnelServices[4];

TW_END_DECLARATIONS

#endif /* TW_DEFINITIONS_H */

/* twPasswds.h: how a secret is handed to the SDK */
#if defined(TWEDGE_PART_twPasswds) && !defined(TW_C_SDK_TWPASSWDS_H)
#define TW_C_SDK_TWPASSWDS_H

TW_BEGIN_DECLARATIONS

#define TW_MAX_PASSWORD_LENGTH 256

typedef void (*twPasswdCallbackFunction)(char *passwdBuffer, unsigned int maxPasswdSize);

/**
 * Makes a buffer of 256 zero bytes and lets `callback` fill it with a secret of at most 255. The caller gives it to
 * `twFreePasswd`. Empty for NULL, and for a key text in place of a function, which leaves a line in the log. NULL when
 * there is no memory.
 */
char *twConvertCallbackToPasswd(twPasswdCallbackFunction callback);

/**
 * Overwrites and frees what `twConvertCallbackToPasswd` gave. NULL is fine.
 */
void twFreePasswd(char *twPasswd);

TW_END_DECLARATIONS

#endif /* TW_C_SDK_TWPASSWDS_H */

/* twDefaultSettings.h: the run-time configuration and its default values */
#if defined(TWEDGE_PART_twDefaultSettings) && !defined(TW_DEFAULT_SETTINGS_H)
#define TW_DEFAULT_SETTINGS_H

#include "twConfig.h"

TW_BEGIN_DECLARATIONS

#define TW_URI "/Thingworx/WS"

#define FILE_XFER_STAGING_DIR "/opt/thingworx/tw_staging"

#define OFFLINE_MSG_STORE_DIR "/opt/thingworx"

struct init_cb;

#define MAX_MESSAGE_SIZE 1048576

#define MESSAGE_CHUNK_SIZE 8192

#define MAX_WS_TUNNEL_MESSAGE_SIZE 32768

#define DEFAULT_MESSAGE_TIMEOUT 10000

#define PING_RATE 55000

#define DEFAULT_PONG_TIMEOUT 10000

#define STALE_MSG_CLEANUP_RATE 50000

#define CONNECT_TIMEOUT 10000

#define CONNECT_RETRIES 3

#define DUTY_CYCLE 20

#define DUTY_CYCLE_PERIOD 0

#define STREAM_BLOCK_SIZE 256

#define TW_MAX_TASKS 5

#define FILE_XFER_BLOCK_SIZE 128000

#define FILE_XFER_MAX_FILE_SIZE 8000000000

#define FILE_XFER_MD5_BLOCK_SIZE 6400

#define FILE_XFER_TIMEOUT 30000

#define OFFLINE_MSG_QUEUE_SIZE 16384

#define MAX_CONNECT_DELAY 10000

#define CONNECT_RETRY_INTERVAL 5000

#define MAX_MESSAGES 500

#define DEFAULT_SOCKET_READ_TIMEOUT 100

#define DEFAULT_SSL_READ_TIMEOUT 500

#define FRAME_READ_TIMEOUT 10000

#define MAX_STRING_PROP_LENGTH 1048576

typedef struct twConfig {
    char tasker_enabled;
    char file_xfer_enabled;
    char tunneling_enabled;
    char offline_msg_store;
    char subscribed_props_enabled;
    /**
     * Whether the name in the server's certificate is checked. In the padding of the 2.2.1 layout, so that size and
     * every other offset are those of that release.
     */
    char enable_tls_hostname_validation;
    const char *tw_uri;
    uint32_t max_message_size;
    uint16_t message_chunk_size;
    uint32_t max_ws_tunnel_message_size;
    uint32_t default_message_timeout;
    uint32_t ping_rate;
    uint32_t pong_timeout;
    uint32_t stale_msg_cleanup_rate;
    uint32_t connect_timeout;
    int16_t connect_retries;
    uint8_t duty_cycle;
    uint32_t duty_cycle_period;
    uint16_t stream_block_size;
    uint32_t file_xfer_block_size;
    uint64_t file_xfer_max_file_size;
    uint16_t file_xfer_md5_block_size;
    uint32_t file_xfer_timeout;
    char *file_xfer_staging_dir;
    uint32_t offline_msg_queue_size;
    uint32_t subscribed_props_queue_size;
    uint32_t max_connect_delay;
    uint32_t connect_retry_interval;
    uint32_t max_messages;
    uint32_t socket_read_timeout;
    uint32_t ssl_read_timeout;
    const char *offline_msg_store_dir;
    const char *subscribed_props_dir;
    uint32_t frame_read_timeout;
    char initialize_encryption_library;
    const char *cipher_set;
    struct init_cb *initCallback;
    size_t max_string_prop_length;
} twConfig;

/**
 * The run-time configuration. Shared with C, which writes it at any time; binaries of 2.2.1 copy it into themselves,
 * so its size is part of the interface.
 */
extern struct twConfig twcfg;

TW_END_DECLARATIONS

#endif /* TW_DEFAULT_SETTINGS_H */

/* twOSPort.h: operating system services */
#if defined(TWEDGE_PART_twOSPort) && !defined(TW_OS_PORT_H)
#define TW_OS_PORT_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* The port header. One that the application names may itself include headers of the SDK: those inner inclusions show
 * the parts up to here only, the later ones would lack the port's types. */
#define TWEDGE_INSIDE_PORT
#ifdef TW_OS_INCLUDE
#include TW_OS_INCLUDE
#else
#include "twLinux-openssl.h"
#endif
#undef TWEDGE_INSIDE_PORT
#include <pthread.h>
#include <unistd.h>

/* A program that included a system header first, under a strict language mode, has no struct addrinfo. */
#ifndef AI_PASSIVE
struct addrinfo {
    int ai_flags;
    int ai_family;
    int ai_socktype;
    int ai_protocol;
    socklen_t ai_addrlen;
    struct sockaddr *ai_addr;
    char *ai_canonname;
    struct addrinfo *ai_next;
};
#endif

/** States of a socket. */
#define CLOSED ((char)0)
#define OPEN ((char)1)

TW_BEGIN_DECLARATIONS

#define TW_AXTLS_MAX_CERT_SIZE 16384

typedef struct twSocket {
    int sock;
    struct addrinfo addr;
    struct addrinfo *addrInfo;
    char state;
    char *host;
    uint16_t port;
    char *proxyHost;
    uint16_t proxyPort;
    char *proxyUser;
    twPasswdCallbackFunction proxyPassCallback;
} twSocket;

/**
 * TRUE if there is a file or directory of this name; links are followed. FALSE for NULL.
 */
char twDirectory_FileExists(char *name);

/**
 * Creates an empty file; empties one that exists. 0, 101 for NULL, or errno.
 */
int twDirectory_CreateFile(char *name);

/**
 * Deletes a file. 0, 101 for NULL, or errno.
 */
int twDirectory_DeleteFile(char *name);

/**
 * Copies a file, replacing the contents of one that exists. 0, 101 for NULL, or errno.
 */
int twDirectory_CopyFile(char *fromName, char *toName);

/**
 * Moves a file, replacing one that exists; across file systems by copying and deleting. 0, 101 for NULL, or errno, and
 * then the file is still where it was.
 */
int twDirectory_MoveFile(char *fromName, char *toName);

/**
 * Creates a directory and its parents with mode 0777 less the umask. 0, also if it exists; 101 for NULL, an empty or
 * too long name; errno.
 */
int twDirectory_CreateDirectory(char *name);

/**
 * Deletes a directory and everything in it, without following links. 0, 101 for NULL, or errno.
 */
int twDirectory_DeleteDirectory(char *name);

/**
 * Size in bytes, time of the last change in milliseconds since 1970 UTC (whole seconds), whether it is a directory and
 * whether its owner may not write. 0, 101 if anything is NULL, or errno; then nothing is stored.
 */
int twDirectory_GetFileInfo(char *filename,
                            uint64_t *size,
                            DATETIME *lastModified,
                            char *isDirectory,
                            char *isReadOnly);

/**
 * The next entry of a directory, `.` and `..` included, in no particular order.
 *
 * The first call passes NULL for `dir`; each call returns the handle for the next one and stores a name, to be freed by
 * the caller, and what `twDirectory_GetFileInfo` tells; places may be NULL. At the end the directory is closed, NULL
 * returned, and `twDirectory_GetLastError` tells 0. NULL with an error number if the directory cannot be opened or
 * read. Entries that vanish meanwhile and links to nothing are left out.
 */
DIR *twDirectory_IterateEntries(char *dirName,
                                DIR *dir,
                                char **name,
                                uint64_t *size,
                                DATETIME *lastModified,
                                char *isDirectory,
                                char *isReadOnly);

/**
 * The error number that the last of these functions left on this thread (errno).
 */
int twDirectory_GetLastError(TW_NO_PROTOTYPE);

/**
 * The default log function: writes `[LEVEL] timestamp: message` and a newline to the C library's standard output,
 * without flushing. Strings borrowed, NULL is shown as empty. From any thread.
 */
void LOGGING_FUNCTION(enum LogLevel level, const char *timestamp, const char *message);

/**
 * The name of a level: TRACE, DEBUG, INFO, WARN, ERROR, FORCE, AUDIT, else UNKNOWN. Internal: not to be changed or
 * freed.
 */
char *levelString(enum LogLevel level);

/**
 * A new mutex, not recursive, to be given to `twMutex_Delete`. NULL when there is no memory for it.
 */
pthread_mutex_t *twMutex_Create(TW_NO_PROTOTYPE);

/**
 * Destroys and frees a mutex that nobody holds. NULL does nothing.
 */
void twMutex_Delete(pthread_mutex_t *m);

/**
 * Waits for the mutex and takes it. Taking it again in the same thread blocks for ever. NULL does nothing.
 */
void twMutex_Lock(pthread_mutex_t *m);

/**
 * Releases a mutex that the calling thread holds. NULL does nothing.
 */
void twMutex_Unlock(pthread_mutex_t *m);

/**
 * Makes a socket connect through an HTTP proxy from its next connect on, in place of an earlier one, and closes it. Host and user
 * are copied. User and callback may be NULL if the proxy asks for nothing; the callback is asked for the password with each connect
 * for which the proxy wants one, on the thread that connects. For the API's own socket this is `twApi_SetProxyInfo`.
 * Returns 0, 1001 for a NULL socket, 101 for a NULL host, port 0 and a host whose name is not known now: then nothing has changed.
 */
int twSocket_SetProxyInfo(struct twSocket *s,
                          char *proxyHost,
                          uint16_t proxyPort,
                          char *proxyUser,
                          twPasswdCallbackFunction passwdCallbackFunction);

/**
 * Makes a socket connect to its host directly from its next connect on, and closes it. For the API's own socket this is
 * `twApi_ClearProxyInfo`. Returns 0, also when no proxy was set, 1001 for a NULL socket, 101 when the name of the socket's host is
 * not known now: then nothing has changed.
 */
int twSocket_ClearProxyInfo(struct twSocket *s);

/**
 * Makes a socket for a host and port, whose name is looked up now; it is not connected. An empty host is not looked up.
 * The host is copied, `options` has no effect. To be given to `twSocket_Delete`. NULL if the host is NULL or unknown or
 * there is no memory.
 */
struct twSocket *twSocket_Create(const char *host, int16_t port, uint32_t options);

/**
 * Connects a socket, trying the addresses of its host one after the other, for at most `twcfg.connect_timeout` altogether. With a
 * proxy set it connects to the proxy and has that connect to the host, as `connectToProxy` does. 0, errno of the last attempt, -1
 * for NULL and a socket without address, 1000 and 1006 to 1010 for what the proxy does, after which the socket is closed. An open
 * socket: 0.
 */
int twSocket_Connect(struct twSocket *s);

/**
 * Closes the socket if it is open, looks its host (with a proxy set: the proxy) up again and connects. Results of `twSocket_Connect`; if the name is
 * not known now, the old addresses are tried.
 */
int twSocket_Reconnect(struct twSocket *s);

/**
 * Closes the connection. 0; -1 for NULL and a socket that is not open.
 */
int twSocket_Close(struct twSocket *s);

/**
 * Waits up to `timeout` milliseconds for data. 1 when there are some or the connection has ended, 0 when not, -1 on an
 * error and when the socket is not open.
 */
int twSocket_WaitFor(struct twSocket *s, int timeout);

/**
 * Reads up to `len` bytes into `buf`, waiting up to `timeout` milliseconds for the first. Their number; 0 when the time
 * is up or the connection has ended; -1 on an error, for NULL and when the socket is not open.
 */
int twSocket_Read(struct twSocket *s, char *buf, int len, int timeout);

/**
 * Writes `len` bytes, waiting as long as it takes (`timeout` has no effect). Their number, or -1 on an error, for NULL
 * and when the socket is not open. No SIGPIPE is raised.
 */
int twSocket_Write(struct twSocket *s, char *buf, int len, int timeout);

/**
 * Closes and frees a socket. 0; -1 for NULL.
 */
int twSocket_Delete(struct twSocket *s);

/**
 * The error number that the last of these functions left on this thread (errno).
 */
int twSocket_GetLastError(TW_NO_PROTOTYPE);

/**
 * Starts the thread that runs the tasks of twTasker_CreateTask(), unless it is running. From any thread.
 */
void twTasker_Start(TW_NO_PROTOTYPE);

/**
 * Ends the thread that runs the tasks and waits until it has ended, a task in progress included; from a task, does not
 * wait. The tasks stay in their slots. Without a thread nothing happens. From any thread.
 */
void twTasker_Stop(TW_NO_PROTOTYPE);

/**
 * Waits for one character of standard input, without echo and without waiting for the end of the line if that is a
 * terminal, whose settings are restored. -1 (as a char) at the end of the input.
 */
char getch(TW_NO_PROTOTYPE);

/**
 * The wall clock in milliseconds since 1970-01-01 00:00 UTC. `utc` has no effect.
 */
DATETIME twGetSystemTime(char utc);

/**
 * The wall clock in milliseconds since 1970-01-01 00:00 UTC. It jumps when the clock is set: not for measuring.
 */
uint64_t twGetSystemMillisecondCount(TW_NO_PROTOTYPE);

/**
 * TRUE if `t1` is later than `t2`.
 */
char twTimeGreaterThan(DATETIME t1, DATETIME t2);

/**
 * TRUE if `t1` is earlier than `t2`.
 */
char twTimeLessThan(DATETIME t1, DATETIME t2);

/**
 * `t1` moved by `msec` milliseconds, which may be negative. Wraps around at the ends of the type.
 */
DATETIME twAddMilliseconds(DATETIME t1, int32_t msec);

/**
 * Writes a time as text into the caller's buffer `s` of `length` bytes, as `format` (of strftime) says.
 *
 * `utc` is inverted, as programs know it: TRUE gives local time, FALSE gives UTC. `msec` TRUE appends a comma and the
 * milliseconds, not padded, if at least nine bytes remain. A text that does not fit gives the empty text. NULL or a
 * length below 1: nothing is written.
 */
void twGetTimeString(DATETIME time, char *s, const char *format, int length, char msec, char utc);

/**
 * The same as `twGetTimeString` with the present time.
 */
void twGetSystemTimeString(char *s, const char *format, int length, char msec, char utc);

/**
 * Suspends the calling thread for so many milliseconds; 0 and less return at once. A signal that is handled on this
 * thread ends the sleep early, so that a program's main loop sees the flag that its handler has set.
 */
void twSleepMsec(int milliseconds);

TW_END_DECLARATIONS

#endif /* TW_OS_PORT_H */

#ifndef TWEDGE_INSIDE_PORT

/* stringUtils.h: copies, concatenation and case of C strings */
#if defined(TWEDGE_PART_stringUtils) && !defined(TW_STRING_UTILS_H)
#define TW_STRING_UTILS_H

#include <string.h>

TW_BEGIN_DECLARATIONS

/**
 * Turns the ASCII letters of a string into small ones, in place. Returns `input`.
 */
char *lowercase(char *input);

/**
 * Turns the ASCII letters of a string into capitals, in place. Returns `input`.
 */
char *uppercase(char *input);

/**
 * Copies a string, cut at 65536 bytes. The caller frees the copy. NULL for NULL and when there is no memory.
 */
char *duplicateString(const char *input);

/**
 * Copies a string, cut at `maxlen` bytes. The caller frees the copy. NULL for NULL and when there is no memory.
 */
char *duplicateStringN(const char *input, size_t maxlen);

/**
 * Appends a string to another from `malloc`, which is replaced: `*dest` may be NULL. The result is cut at 65536 bytes.
 * 0; 101 for NULL; 102 when there is no memory, `*dest` is then as before.
 */
int concatenateStrings(char **dest, const char *src);

/**
 * As `concatenateStrings`; the result is cut at `maxlen` bytes.
 */
int concatenateStringsN(char **dest, const char *src, size_t maxlen);

/**
 * Whether a string ends with another: 1 or 0. Every string ends with the empty one. 0 for NULL.
 */
char stringEndsWithSuffix(const char *str, const char *suf);

TW_END_DECLARATIONS

#endif /* TW_STRING_UTILS_H */

/* twList.h: doubly linked list */
#if defined(TWEDGE_PART_twList) && !defined(TW_LIST_H)
#define TW_LIST_H

/** What a function that visits elements returns. */
#ifndef TW_FOREACH_CONTINUE
#define TW_FOREACH_CONTINUE 0
#endif
#ifndef TW_FOREACH_EXIT
#define TW_FOREACH_EXIT 1
#endif

TW_BEGIN_DECLARATIONS

typedef struct ListEntry {
    struct ListEntry *next;
    struct ListEntry *prev;
    void *value;
} ListEntry;

typedef void (*del_func)(void *item);

typedef const char *(*parse_func)(void *item);

typedef struct twList {
    int count;
    struct ListEntry *first;
    struct ListEntry *last;
    pthread_mutex_t *mtx;
    del_func delete_function;
    parse_func parse_function;
} twList;

typedef int (*twForEachHander)(void *key, size_t key_size, void *data, size_t data_size, void *userData);

/**
 * Makes an empty list.
 *
 * `delete_function` is called for each value that the list deletes; NULL means `free()`. The caller owns the list and
 * deletes it with `twList_Delete`. NULL when there is no memory or no mutex. Any thread.
 */
struct twList *twList_Create(del_func delete_function);

/**
 * Makes an empty list whose entries can be found by key.
 *
 * As `twList_Create`; `parse_function` gives the key of a value as a string from `malloc`, which the list frees.
 */
struct twList *twList_CreateSearchable(del_func delete_function, parse_func parse_function);

/**
 * Deletes a list, its entries and their values. 0; 101 for NULL. The list must not be in use by another thread.
 */
int twList_Delete(struct twList *list);

/**
 * Removes all entries and deletes their values. 0; 101 for NULL.
 */
int twList_Clear(struct twList *list);

/**
 * Removes all entries and leaves their values alone: they are the caller's again. 0; 101 for NULL.
 */
int twList_ClearEntries(struct twList *list);

/**
 * Appends a value, which the list owns from then on; it may be NULL. 0; 101 for a NULL list; 102 when there is no
 * memory, the value then stays the caller's.
 */
int twList_Add(struct twList *list, void *value);

/**
 * Takes an entry out of the list and, if `deleteValue` is not 0, deletes its value. The value is deleted after the
 * entry has left the list. 0; 101 for NULL; 500 for an entry of another list, which is left alone.
 */
int twList_Remove(struct twList *list, struct ListEntry *entry, char deleteValue);

/**
 * The entry after `entry`, or the first one for NULL. NULL at the end, for a NULL list and for an entry that is not in
 * the list. The entry belongs to the list.
 */
struct ListEntry *twList_Next(struct twList *list, struct ListEntry *entry);

/**
 * The entry at a place, counted from 0. NULL for a NULL list and out of range. The entry belongs to the list.
 */
struct ListEntry *twList_GetByIndex(struct twList *list, int index);

/**
 * The number of entries; 0 for NULL.
 */
int twList_GetCount(struct twList *list);

/**
 * Puts another value into an entry and, if `dispose` is not 0, deletes the old one. 0, the value is then the list's;
 * 101 for NULL and for an empty list; 500 for an entry of another list.
 */
int twList_ReplaceValue(struct twList *list, struct ListEntry *entry, void *new_value, char dispose);

/**
 * Calls `listHandler(entry, size, value, size, userData)` for the entries that are in the list now, in order, until one
 * call returns something else than `TW_FOREACH_CONTINUE`.
 *
 * Other threads wait meanwhile; the handler may use the list, also remove entries: those are then not visited. Returns
 * the number of calls; 0 for a NULL or empty list.
 */
int twList_Foreach(struct twList *list, twForEachHander listHandler, void *userData);

/**
 * Finds the first entry whose value has the same key as `query`, which the key function must understand.
 *
 * 0, `*result` is then the **entry**; -3 when there is none or the list has no key function; 101 for NULL. `*result` is
 * left alone unless 0 is returned.
 */
int twList_Find(struct twList *list, void *query, void **result);

/**
 * Nothing is kept for all lists together: 0.
 */
int twList_Cleanup(TW_NO_PROTOTYPE);

TW_END_DECLARATIONS

#endif /* TW_LIST_H */

/* twMap.h: map with text keys */
#if defined(TWEDGE_PART_twMap) && !defined(TW_C_SDK_TWMAP_H)
#define TW_C_SDK_TWMAP_H

#include <stdio.h>

/** What a function that visits elements returns. */
#ifndef TW_FOREACH_CONTINUE
#define TW_FOREACH_CONTINUE 0
#endif
#ifndef TW_FOREACH_EXIT
#define TW_FOREACH_EXIT 1
#endif

TW_BEGIN_DECLARATIONS

#define TW_MAP_MISSING -3

#define TW_MAP_FULL -2

#define TW_MAP_OMEM -1

#define TW_MAP_OK 0

typedef void twMap;

typedef void (*map_del_func)(void *item);

typedef const char *(*map_key_parse_func)(void *item);

typedef int (*twMap_foreach_fn)(void *key, size_t key_size, void *data, size_t data_size, void *arg);

/**
 * Makes a map whose entries are keyed by what `parse_func` says of them.
 *
 * `parse_func` gives the key of a value as a string from `malloc`, which the map frees. `delete_function` deletes a
 * value; NULL: values are left alone. The caller owns the map and deletes it with `twMap_Delete`. NULL when there is no
 * memory. Any thread.
 */
twMap *twMap_Create(map_del_func delete_function, map_key_parse_func parse_func);

/**
 * Deletes a map and, if it has a delete function, its values. 0; 101 for NULL and for a pointer that is no live map.
 */
int twMap_Delete(twMap *in);

/**
 * Removes all entries and, if the map has a delete function, deletes their values. 0; 101 for NULL and for a pointer
 * that is no live map.
 */
int twMap_Clear(twMap *in);

/**
 * Adds a value under the key that the map's key function gives for it.
 *
 * 0, the value is then the map's. 106 when the key is there already: the new value is then **deleted**, if the map has
 * a delete function. 101 for NULL, for a map without key function, for a value without key and for a pointer that is no
 * live map; 102 when there is no memory: the value stays the caller's.
 */
int twMap_Add(twMap *in, void *value);

/**
 * Finds the value with the same key as `query`, which the key function must understand.
 *
 * 0, `*results` is then the **value**, which stays the map's; -3 when there is none; 101 for NULL, for a map without key
 * function, for a query without key and for a pointer that is no live map. `*results` is left alone unless 0 is returned.
 */
int twMap_Find(twMap *in,
               void *query,
               void **results);

/**
 * Removes the entry with the same key as `item` and, if `deleteValue` is not 0, deletes **`item`**, not the value that
 * was stored: so pass what `twMap_Find` gave. 0; -3 when there is none; 101 as for `twMap_Find`.
 */
int twMap_Remove(twMap *in, void *item, char deleteValue);

/**
 * Replaces the entry with the same key as `value` by `new_value`, which may have another key. If `dispose` is not 0,
 * `value` is deleted, as by `twMap_Remove`.
 *
 * 0, `new_value` is then the map's; -3 when there is no such entry; 101 for NULL, and when `new_value` cannot be added,
 * after the old entry has gone: as in `twMap_Add`, one whose key is there already is deleted.
 */
int twMap_ReplaceValue(twMap *in, void *value, void *new_value, char dispose);

/**
 * Calls `listHandler(key, key_size, value, value_size, userData)` for the entries that are in the map now, in no
 * particular order, until one call returns something else than `TW_FOREACH_CONTINUE`.
 *
 * `key` is a string, valid during the call. Other threads wait meanwhile; the handler may use the map, also remove
 * entries: those are then not visited. Returns the number of calls; 0 for NULL and for a pointer that is no live map.
 */
size_t twMap_Foreach(twMap *in, twMap_foreach_fn listHandler, void *userData);

/**
 * The number of entries; 0 for NULL and for a pointer that is no live map.
 */
int twMap_GetCount(twMap *in);

/**
 * 100 when any map or dictionary that was made with functions is still alive, otherwise 0. `twApi_Delete` returns it.
 * The next call does not count those again; they stay usable, and deletable.
 */
int twMap_Cleanup(TW_NO_PROTOTYPE);

/**
 * Makes a map from strings to pointers that it does not own. Delete it with `twMap_free`. NULL when there is no memory.
 */
twMap *twMap_new(TW_NO_PROTOTYPE);

/**
 * Deletes a map; NULL and a pointer that is no live map are left alone.
 */
void twMap_free(twMap *in);

/**
 * Enters a value under a copy of `key`, in place of one that is there. The value stays the caller's. 0; 101 for NULL and
 * for a pointer that is no live map.
 */
int twMap_put(twMap *in,
              const char *key,
              void *value);

/**
 * Gets the value under `key`. 0 with the value in `*arg`, -3 with NULL in it; 101 for NULL and for a pointer that is no
 * live map.
 */
int twMap_get(twMap *in, const char *key, void **arg);

/**
 * Removes the entry under `key` and leaves its value alone. 0; -3 when there is none; 101 for NULL and for a pointer that
 * is no live map.
 */
int twMap_remove(twMap *in,
                 const char *key);

/**
 * The number of entries; 0 for NULL.
 */
int twMap_length(twMap *in);

TW_END_DECLARATIONS

#endif /* TW_C_SDK_TWMAP_H */

/* twDict.h: dictionary: a list or a map, chosen at run time */
#if defined(TWEDGE_PART_twDict) && !defined(TW_C_SDK_TWDICT_H)
#define TW_C_SDK_TWDICT_H

#include <stdio.h>

/** What a function that visits elements returns. */
#ifndef TW_FOREACH_CONTINUE
#define TW_FOREACH_CONTINUE 0
#endif
#ifndef TW_FOREACH_EXIT
#define TW_FOREACH_EXIT 1
#endif

TW_BEGIN_DECLARATIONS

#define TW_DICT_MISSING -3

#define TW_DICT_FULL -2

#define TW_DICT_OMEM -1

#define TW_DICT_OK 0

#define TW_DICTIONARY_LIST 1

#define TW_DICTIONARY_MAP 2

typedef void twDict;

typedef void (*dict_del_func)(void *item);

typedef const char *(*dict_key_parse_func)(void *item);

typedef int (*twDict_foreach_fn)(void *key, size_t key_size, void *data, size_t data_size, void *arg);

typedef int twDictionaryMode;

/**
 * As `twMap_Cleanup`.
 */
int twDict_Cleanup(TW_NO_PROTOTYPE);

/**
 * Makes a dictionary, by default with `twMap_Create`. Delete it with `twDict_Delete`.
 *
 * In list mode a NULL `delete_function` leaves values alone as well, and without `parse_func` values can be added but
 * not found.
 */
twDict *twDict_Create(dict_del_func delete_function, dict_key_parse_func parse_func);

/**
 * As `twMap_Delete` or `twList_Delete`: 0; 101 for NULL.
 */
int twDict_Delete(twDict *in);

/**
 * As `twMap_Clear` or `twList_Clear`: 0; 101 for NULL.
 */
int twDict_Clear(twDict *in);

/**
 * As `twMap_Add`. In list mode as `twList_Add`: keys may repeat, values may be NULL.
 */
int twDict_Add(twDict *in, void *value);

/**
 * As `twMap_Remove`. In list mode the first entry with the key of `item` goes, and what is deleted is its value.
 */
int twDict_Remove(twDict *in, void *item, char deleteValue);

/**
 * As `twMap_Foreach`. In list mode as `twList_Foreach`: the first argument of the handler is then the list entry.
 */
size_t twDict_Foreach(twDict *in, twDict_foreach_fn listHandler, void *userData);

/**
 * As `twMap_Find`. In list mode as `twList_Find`: what is found is the list entry.
 */
int twDict_Find(twDict *in, void *query, void **results);

/**
 * The number of entries; 0 for NULL.
 */
int twDict_GetCount(twDict *in);

/**
 * As `twMap_ReplaceValue`. In list mode the first entry with the key of `value` gets `new_value`, and what is deleted is
 * what it held.
 */
int twDict_ReplaceValue(twDict *in,
                        void *value,
                        void *new_value,
                        char dispose);

TW_END_DECLARATIONS

#endif /* TW_C_SDK_TWDICT_H */

/* twLogger.h: the logger */
#if defined(TWEDGE_PART_twLogger) && !defined(twLogger_H)
#define twLogger_H

TW_BEGIN_DECLARATIONS

/**
 * Called for every line that is logged, with strings that are valid during the call only. Calls are made one after the
 * other; what the function itself logs is dropped.
 */
typedef void (*log_function)(enum LogLevel level, const char *timestamp, const char *message);

typedef struct twLogger {
    enum LogLevel level;
    log_function f;
    char isVerbose;
    char *buffer;
    pthread_mutex_t *mtx;
} twLogger;

/**
 * The logger, created with the defaults (level WARN, not verbose, to standard output) on first use. Never NULL,
 * internal: not to be freed. Its fields may be written directly. From any thread.
 */
struct twLogger *twLogger_Instance(TW_NO_PROTOTYPE);

/**
 * Forgets what was set; the next use starts with the defaults. Always 0. From any thread.
 */
int twLogger_Delete(TW_NO_PROTOTYPE);

/**
 * Emits lines of this level and above from now on. Always 0. From any thread.
 */
int twLogger_SetLevel(enum LogLevel level);

/**
 * Sends lines to `f` from now on, NULL: to standard output again. Always 0. `f` is called by whichever thread logs,
 * threads of the library included, one call at a time and with no lock of the library held.
 */
int twLogger_SetFunction(log_function f);

/**
 * At level TRACE and with `val` TRUE messages and byte dumps are logged as well. Always 0. From any thread.
 */
int twLogger_SetIsVerbose(char val);

/**
 * The name of a message code, as GET or NOT_FOUND; UNKNOWN for a number without one. Internal: not to be changed or
 * freed.
 */
char *twCodeToString(enum msgCodeEnum m);

/**
 * THING, RESOURCE or SUBSYSTEM, else UNKNOWN. Internal: not to be changed or freed.
 */
char *twEntityToString(enum entityTypeEnum m);

/**
 * PROPERTIES, SERVICES or EVENTS, else UNKNOWN. Internal: not to be changed or freed.
 */
char *twCharacteristicToString(enum characteristicEnum m);

/**
 * Logs bytes in hexadecimal after a caption, at most 1364 of them, if the level is TRACE and the logger verbose.
 * Arguments borrowed; NULL and a length of 0 are fine. From any thread.
 */
void twLogHexString(const char *msg, char *preamble, size_t length);

/**
 * Logs a message (a `twMessage`) in readable form after a caption, if the level is TRACE and the logger verbose.
 * App keys and passwords are masked. Arguments borrowed; NULL and incomplete messages are fine. From any thread.
 */
void twLogMessage(void *m, char *preamble);

TW_END_DECLARATIONS

TW_BEGIN_DECLARATIONS

/** Writes a line to the log, formatted as by printf().
 *
 * `format` and what it asks for are only read during the call. Lines below the level of twLogger_SetLevel() cost next to
 * nothing. Any thread. */
#ifdef __GNUC__
__attribute__((format(printf, 2, 3)))
#endif
void twLog(enum LogLevel level, const char *format, ...);

TW_END_DECLARATIONS

#endif /* twLogger_H */

/* twTasker.h: table of tasks that run in turn */
#if defined(TWEDGE_PART_twTasker) && !defined(TASKER_H)
#define TASKER_H

TW_BEGIN_DECLARATIONS

/**
 * What tasks and threads run: called with the wall clock in milliseconds and, in threads, the argument given for it.
 */
typedef void (*twTaskFunction)(uint64_t sys_msecs, void *params);

typedef struct twTask {
    uint32_t runTimeIntervalMsec;
    uint64_t nextRunTick;
    twTaskFunction func;
} twTask;

/**
 * The slot with index `i` (0 to 4) of the table, free or not. Internal: not to be freed. NULL for another index.
 */
struct twTask *twTaskerGetTask(int i);

/**
 * Removes all tasks and starts the tasker's thread. From any thread.
 */
void twTasker_Initialize(TW_NO_PROTOTYPE);

/**
 * Adds a task to be run at once and then every `runTimeIntervalMsec` milliseconds from the start of one round to the
 * next, while the tasker's thread runs; `twApi_TaskerFunction`, `twMessageHandler_msgHandlerTask` and
 * `twTunnelManager_TaskerFunction` run when they have work instead. The slot (0 to 4), or 700 when all are taken; NULL
 * takes none: the answer is the slot that the next task would get. From any thread, tasks included.
 */
int twTasker_CreateTask(uint32_t runTimeIntervalMsec, twTaskFunction func);

/**
 * Removes the task in slot `id`; if it is being run, that call goes on. Always 701, whether there was a task or not.
 * From any thread, tasks included.
 */
int twTasker_RemoveTask(int id);

/**
 * Removes all tasks; one that is being run goes on. From any thread, tasks included.
 */
void twTaskerRemoveAllTasks(TW_NO_PROTOTYPE);

TW_END_DECLARATIONS

#endif /* TASKER_H */

/* twThreads.h: threads that run a task function periodically */
#if defined(TWEDGE_PART_twThreads) && !defined(TW_THREADS_H)
#define TW_THREADS_H

#include <time.h>

TW_BEGIN_DECLARATIONS

typedef struct twThread {
    pthread_t id;
    twTaskFunction func;
    uint32_t rate;
    char isRunning;
    char isPaused;
    char shutdownRequested;
    char hasStopped;
    void *opaquePtr;
} twThread;

/**
 * Creates a thread that calls `func` with the present time and `opaquePtr`, at once and then `rate` milliseconds after
 * each return; a rate of 0 means once. With `autoStart` FALSE it sleeps until `twThread_Start`.
 *
 * A thread whose function is `twApi_TaskerFunction`, `twMessageHandler_msgHandlerTask` or
 * `twTunnelManager_TaskerFunction` sleeps until there is work for it instead, whatever its rate (other than 0).
 *
 * The result is to be given to `twThread_Delete`. NULL if `func` is NULL or the thread cannot be made. `opaquePtr` is
 * borrowed until the thread has ended.
 */
struct twThread *twThread_Create(twTaskFunction func, uint32_t rate, void *opaquePtr, char autoStart);

/**
 * Stops a thread, waiting up to ten seconds for its function to return, and frees it. If the function does not return,
 * the thread is left to itself and frees what it needs when it ends; it is never cancelled. From the thread's own
 * function: does not wait. NULL and what was deleted before do nothing.
 */
void twThread_Delete(void *t);

/**
 * Lets a thread run that was created without `autoStart`. A thread that has ended does not run again. 0; 101 for NULL.
 */
int twThread_Start(struct twThread *t);

/**
 * Ends a thread: its function is not called again, a sleeping thread is woken. Waits up to `waitTime` milliseconds for a
 * call in progress; `twThread_IsStopped` tells whether that has returned. From the thread's own function: does not wait.
 * 0; 101 for NULL.
 */
int twThread_Stop(struct twThread *t,
                  int32_t waitTime);

/**
 * Keeps the thread from calling its function until `twThread_Resume`; a call in progress goes on. 0; 101 for NULL.
 */
int twThread_Pause(struct twThread *t);

/**
 * Ends a pause. 0; 101 for NULL.
 */
int twThread_Resume(struct twThread *t);

/**
 * TRUE from the start of the thread to its end, pauses included. FALSE for NULL.
 */
char twThread_IsRunning(struct twThread *t);

/**
 * TRUE while the thread is paused. FALSE for NULL.
 */
char twThread_IsPaused(struct twThread *t);

/**
 * TRUE when the thread has called its function for the last time and that has returned. FALSE for NULL.
 */
char twThread_IsStopped(struct twThread *t);

/**
 * The system's id of the thread, 0 for NULL. It must not be joined, detached or cancelled.
 */
pthread_t twThread_GetThreadId(struct twThread *t);

TW_END_DECLARATIONS

#endif /* TW_THREADS_H */

/* twConnectionInfo.h: settings of the connection */
#if defined(TWEDGE_PART_twConnectionInfo) && !defined(TW_CONNECTION_INFO_H)
#define TW_CONNECTION_INFO_H

TW_BEGIN_DECLARATIONS

typedef struct twConnectionInfo {
    char *ws_host;
    uint16_t ws_port;
    twPasswdCallbackFunction appkeyFunction;
    char *proxy_host;
    uint16_t proxy_port;
    char *proxy_user;
    twPasswdCallbackFunction proxy_pwd;
    char *subject_cn;
    char *subject_o;
    char *subject_ou;
    char *issuer_cn;
    char *issuer_o;
    char *issuer_ou;
    char *ca_cert_file;
    char *client_cert_file;
    char *client_key_file;
    twPasswdCallbackFunction client_key_passphrase;
    char selfsignedOk;
    char doNotValidateCert;
    char disableEncryption;
} twConnectionInfo;

/**
 * Makes connection settings: empty ones for NULL, otherwise a copy of all fields, texts included. The caller owns them
 * and deletes them with `twConnectionInfo_Delete`. NULL when there is no memory.
 *
 * Requires: `copy` is NULL or settings whose texts are NULL or C strings.
 */
struct twConnectionInfo *twConnectionInfo_Create(struct twConnectionInfo *copy);

/**
 * Deletes connection settings with their texts. NULL is fine.
 *
 * Requires: `info` is NULL or settings of `twConnectionInfo_Create`, whose texts are NULL or from `malloc`; not used afterwards.
 */
void twConnectionInfo_Delete(void *info);

TW_END_DECLARATIONS

#endif /* TW_CONNECTION_INFO_H */

/* twBaseTypes.h: byte streams, locations and typed values */
#if defined(TWEDGE_PART_twBaseTypes) && !defined(BASETYPES_H)
#define BASETYPES_H

TW_BEGIN_DECLARATIONS

struct twInfoTable;
struct cJSON;
struct twPrimitive;

typedef struct twLocation {
    double latitude;
    double longitude;
    double elevation;
} twLocation;

/**
 * The bytes of a text, BLOB or image.
 */
typedef struct twPrimitive_bytes {
    char *data;
    int32_t len;
} twPrimitive_bytes;

/**
 * The payload of a primitive; `typeFamily` says which member is valid.
 */
typedef union twPrimitive_val {
    int32_t integer;
    double number;
    DATETIME datetime;
    struct twLocation location;
    char boolean;
    struct twPrimitive_bytes bytes;
    struct twInfoTable *infotable;
    struct twPrimitive *variant;
} twPrimitive_val;

typedef struct twPrimitive {
    enum BaseType type;
    enum BaseType typeFamily;
    uint32_t length;
    union twPrimitive_val val;
} twPrimitive;

typedef struct twStream {
    char *data;
    char *ptr;
    uint32_t length;
    uint32_t maxlength;
    char ownsData;
    FILE *file;
} twStream;

/**
 * Makes a deep copy that keeps the exact type. The caller deletes it.
 *
 * NULL for NULL, for a VARIANT, for TIMESPAN and unknown families, and for a text, blob or table without data.
 */
struct twPrimitive *twPrimitive_FullCopy(struct twPrimitive *p);

/**
 * Compares two primitives by the family of the first.
 *
 * 0: equal, always for a primitive and itself. -1: one is NULL, or what they hold cannot be compared. 1: their exact
 * types, the lengths of their texts or blobs, or their values differ; texts and blobs of one length give the sign of
 * their byte order. Tables: as `twInfoTable_Compare`.
 */
int twPrimitive_Compare(struct twPrimitive *p1, struct twPrimitive *p2);

/**
 * Whether a value counts as true: a number, time or coordinate that is not 0, a text or blob that is not empty (so
 * "false" is true), a table with rows, a VARIANT around such a value. 0 for NULL, NOTHING and TIMESPAN.
 */
char twPrimitive_IsTrue(struct twPrimitive *p1);

/**
 * Reads type byte and content from a stream and moves its cursor behind them. Missing bytes read as zero. The caller
 * deletes the primitive. NULL for NULL, and for a type without values.
 */
struct twPrimitive *twPrimitive_CreateFromStream(struct twStream *s);

/**
 * Reads the content of a value of the given type from a stream: as `twPrimitive_CreateFromStream`, without type byte.
 */
struct twPrimitive *twPrimitive_CreateFromStreamTyped(struct twStream *s, enum BaseType type);

/**
 * Reads a string from a stream. The caller frees it. NULL for NULL, when there is no memory, and when a length is
 * announced that the stream does not have by far.
 */
char *streamToString(struct twStream *s);

/**
 * Writes type byte and content of a primitive to a stream.
 *
 * 0; 101 for NULL; 403 when the family is unknown, after the type byte; the codes of `twStream_AddBytes`. TIMESPAN, and
 * VARIANT and INFOTABLE with NULL inside, are written as the type byte alone.
 */
int twPrimitive_ToStream(struct twPrimitive *p, struct twStream *s);

/**
 * Writes a string with its length to a stream; NULL is written as an empty one, what is longer than
 * `twcfg.max_string_prop_length` is cut. 0; 101 for a NULL stream; the codes of `twStream_AddBytes`.
 */
int stringToStream(char *string, struct twStream *s);

/**
 * Adds a member with the value of a primitive to an object.
 *
 * BLOB and IMAGE as base64, JSON and QUERY texts as the tree that they are (left out when they are none), DATETIME as
 * milliseconds, LOCATION and INFOTABLE as objects. A VARIANT ignores `name`: it adds `baseType`, "VARIANT", and `value`.
 * Returns `parent`, or for NULL a new object that the caller deletes. NULL, with nothing added, for NULL, TIMESPAN and
 * other unknown families, and a blob or JSON text without data.
 */
struct cJSON *twPrimitive_ToJson(const char *name,
                                 struct twPrimitive *p,
                                 struct cJSON *parent);

/**
 * Makes a primitive of a type from a JSON node, or from its member `name` if that is not NULL. The caller deletes it.
 *
 * What kind the node is of is not looked at, only the value that belongs to the type: its text for texts (always of type
 * STRING) and blobs (always IMAGE), its numbers, or a numeric text, for NUMBER, INTEGER and DATETIME; any node but false
 * is a true BOOLEAN, whose byte is the node's kind. JSON and QUERY take the node itself, as JSON. A VARIANT takes the
 * type that the node suggests, from the member `value` where one of the name is missing. NULL for NULL, TIMESPAN, types
 * without values, and a text type without a text. NOTHING for a missing member.
 */
struct twPrimitive *twPrimitive_CreateFromJson(struct cJSON *j,
                                               char *name,
                                               enum BaseType type);

/**
 * The name of a base type; "UNKNOWN" for a number without one. The text is constant.
 */
const char *baseTypeToString(enum BaseType b);

/**
 * The base type of exactly that name; `TW_NOTHING` for any other text and for NULL.
 */
enum BaseType baseTypeFromString(const char *s);

/**
 * Turns two bytes between the order of this machine and that of the network, in place.
 */
void swap2bytes(char *bytes);

/**
 * Turns four bytes between the order of this machine and that of the network, in place.
 */
void swap4bytes(char *bytes);

/**
 * Turns eight bytes between the order of this machine and that of the network, in place.
 */
void swap8bytes(char *bytes);

/**
 * Makes a primitive without value, type `TW_NOTHING`. The caller deletes it, as all primitives of the functions here,
 * with `twPrimitive_Delete`. NULL when there is no memory.
 */
struct twPrimitive *twPrimitive_Create(TW_NO_PROTOTYPE);

/**
 * Makes a primitive from a pointer to a value of the given type.
 *
 * Texts: a NUL-terminated string; with `duplicateCharArray` not 0 copied and cut at `twcfg.max_string_prop_length`,
 * otherwise the heap pointer is taken. BLOB and IMAGE: the same with `blobLength` bytes. INFOTABLE: the table is emptied,
 * its shell stays the caller's. VARIANT: the inner primitive is taken. The others are read. NULL for a NULL pointer, for
 * TIMESPAN, for a type without values and when there is no memory: nothing is taken then.
 */
struct twPrimitive *twPrimitive_CreateFromVariable(const void *value,
                                                   enum BaseType type,
                                                   char duplicateCharArray,
                                                   uint32_t blobLength);

/**
 * Makes a STRING. With `duplicate` not 0 the string is copied and cut at `twcfg.max_string_prop_length`, otherwise the
 * heap pointer is taken. NULL for NULL.
 */
struct twPrimitive *twPrimitive_CreateFromString(const char *value, char duplicate);

/**
 * Makes a BLOB, or an IMAGE if `isImage` is not 0, of `length` bytes. With `duplicate` not 0 they are copied, otherwise
 * the heap pointer is taken. NULL for NULL and for a negative length.
 */
struct twPrimitive *twPrimitive_CreateFromBlob(const char *value, int32_t length, char isImage, char duplicate);

/**
 * Makes a NUMBER.
 */
struct twPrimitive *twPrimitive_CreateFromNumber(double value);

/**
 * Makes an INTEGER.
 */
struct twPrimitive *twPrimitive_CreateFromInteger(int32_t value);

/**
 * Makes a BOOLEAN of exactly that byte: 0 is false, anything else true.
 */
struct twPrimitive *twPrimitive_CreateFromBoolean(char value);

/**
 * Makes a DATETIME of milliseconds since 1970 UTC; times before that in two's complement.
 */
struct twPrimitive *twPrimitive_CreateFromDatetime(DATETIME value);

/**
 * Makes a DATETIME of now.
 */
struct twPrimitive *twPrimitive_CreateFromCurrentTime(TW_NO_PROTOTYPE);

/**
 * Makes a LOCATION with a copy of `value`. NULL for NULL.
 */
struct twPrimitive *twPrimitive_CreateFromLocation(const struct twLocation *value);

/**
 * Makes a LOCATION with a copy of `value`, which came from `malloc`, and frees `value`. NULL for NULL.
 */
struct twPrimitive *twPrimitive_CreateFromLocationAndDelete(const struct twLocation *value);

/**
 * Makes an INFOTABLE. The table is emptied: its shell stays the caller's, who still deletes it. NULL for NULL.
 */
struct twPrimitive *twPrimitive_CreateFromInfoTable(struct twInfoTable *it);

/**
 * Makes a VARIANT around `input`, which is taken. NULL for NULL.
 */
struct twPrimitive *twPrimitive_CreateVariant(struct twPrimitive *input);

/**
 * Deletes a primitive and what it holds. NULL is fine.
 */
void twPrimitive_Delete(void *p);

/**
 * Makes a primitive with the content of `p`, without copying: `p` then is `TW_NOTHING`, and still the caller's. NULL for
 * NULL.
 */
struct twPrimitive *twPrimitive_ZeroCopy(struct twPrimitive *p);

/**
 * Gives the string of a text primitive, to be freed by the caller, and deletes the primitive. For any other primitive
 * NULL: it is then not deleted.
 */
char *twPrimitive_DecoupleStringAndDelete(struct twPrimitive *p);

/**
 * Makes an empty stream in memory. The caller deletes it with `twStream_Delete`. NULL when there is no memory. A stream
 * is not thread-safe.
 */
struct twStream *twStream_Create(TW_NO_PROTOTYPE);

/**
 * Makes a stream of a copy of `length` bytes, with the cursor at the beginning. NULL for NULL and when there is no
 * memory.
 */
struct twStream *twStream_CreateFromCharArray(const char *data, uint32_t length);

/**
 * Makes a stream over `length` bytes that stay the caller's and must live until the stream is deleted or has grown:
 * growing moves it to memory of its own. NULL for NULL and when there is no memory.
 */
struct twStream *twStream_CreateFromCharArrayZeroCopy(const char *data, uint32_t length);

/**
 * Opens a file as a stream, creating it if it is missing: bytes are added at its end and read from its beginning. NULL
 * when it cannot be opened.
 */
struct twStream *twStream_CreateFromFile(const char *fname);

/**
 * Deletes a stream, the memory it owns and closes its file. NULL is fine.
 */
void twStream_Delete(void *s);

/**
 * The bytes of a stream in memory, from the beginning; they belong to the stream and move when it grows. NULL for NULL
 * and for a file.
 */
char *twStream_GetData(struct twStream *s);

/**
 * The cursor, counted from the beginning. 0 for NULL.
 */
int32_t twStream_GetIndex(struct twStream *s);

/**
 * The number of bytes in the stream. -1 for NULL.
 */
int32_t twStream_GetLength(struct twStream *s);

/**
 * Copies `count` bytes from `b` into the stream and moves the cursor behind them.
 *
 * Memory is written at the cursor and the length grows by `count`: so append only. A file is written at its end and its
 * cursor stays. 0; 101 for NULL; 102 when there is no memory; 104 when the file cannot be written, also for `count` 0.
 */
int twStream_AddBytes(struct twStream *s, void *b, uint32_t count);

/**
 * Copies `count` bytes from the cursor to `b` and moves the cursor behind them.
 *
 * Beyond the end it copies what is left and leaves the rest of `b` unchanged. 0, also then; 101 for NULL.
 */
int twStream_GetBytes(struct twStream *s, void *b, uint32_t count);

/**
 * Moves the cursor to the beginning. 0; 101 for NULL.
 */
int twStream_Reset(struct twStream *s);

TW_END_DECLARATIONS

#endif /* BASETYPES_H */

/* twInfoTable.h: data shapes, rows and info tables */
#if defined(TWEDGE_PART_twInfoTable) && !defined(TW_INFOTABLE_H)
#define TW_INFOTABLE_H

TW_BEGIN_DECLARATIONS

struct cJSON;

typedef struct twDataShape {
    int numEntries;
    twList *entries;
    char *name;
} twDataShape;

typedef struct twInfoTable {
    struct twDataShape *ds;
    twList *rows;
    uint32_t length;
    pthread_mutex_t *mtx;
} twInfoTable;

typedef struct twInfoTableRow {
    uint16_t numFields;
    twList *fieldEntries;
} twInfoTableRow;

typedef struct twDataShapeAspect {
    char *name;
    twPrimitive *value;
} twDataShapeAspect;

typedef struct twDataShapeEntry {
    char *name;
    char *description;
    enum BaseType type;
    twList *aspects;
} twDataShapeEntry;

/**
 * Copies the text, or the bytes, of a cell into a new string, which the caller frees. An empty cell gives NULL.
 *
 * 0; 101 for NULL, an unknown column, a row out of range, an empty shell and a cell that holds no text: `*value` is left
 * alone then; 102 when there is no memory.
 */
int twInfoTable_GetString(struct twInfoTable *it,
                          const char *name,
                          int32_t row,
                          char **value);

/**
 * Reads a cell as a NUMBER, **whatever it holds**: ask only for what the column is known to have. 0; 101 as for
 * `twInfoTable_GetString`.
 */
int twInfoTable_GetNumber(struct twInfoTable *it, const char *name, int32_t row, double *value);

/**
 * Reads a cell as an INTEGER, **whatever it holds**, as `twInfoTable_GetNumber`.
 */
int twInfoTable_GetInteger(struct twInfoTable *it, const char *name, int32_t row, int32_t *value);

/**
 * Reads a cell as a LOCATION, **whatever it holds**, as `twInfoTable_GetNumber`.
 */
int twInfoTable_GetLocation(struct twInfoTable *it, const char *name, int32_t row, twLocation *value);

/**
 * Gives the bytes of a BLOB, IMAGE or text cell, which **belong to the table**, and their number. An empty cell gives
 * NULL and 0. 0; 101 as for `twInfoTable_GetString`.
 */
int twInfoTable_GetBlob(struct twInfoTable *it, const char *name, int32_t row, char **value, int32_t *length);

/**
 * Reads a cell as a DATETIME, **whatever it holds**, as `twInfoTable_GetNumber`.
 */
int twInfoTable_GetDatetime(struct twInfoTable *it, const char *name, int32_t row, DATETIME *value);

/**
 * Reads a cell as a BOOLEAN, **whatever it holds**, as `twInfoTable_GetNumber`.
 */
int twInfoTable_GetBoolean(struct twInfoTable *it, const char *name, int32_t row, char *value);

/**
 * Gives a cell itself, which **belongs to the table**. 0; 402 with NULL in `*value` when there is no such cell; 101 when
 * `value` is NULL.
 */
int twInfoTable_GetPrimitive(struct twInfoTable *it,
                             const char *name,
                             int32_t row,
                             twPrimitive **value);

/**
 * Makes a table with one column and one row. `value` is taken. The caller owns the table. NULL for NULL and when there is
 * no memory: the value then stays the caller's.
 */
struct twInfoTable *twInfoTable_CreateFromPrimitive(const char *name,
                                                    twPrimitive *value);

/**
 * Makes a table of one STRING cell, as `twInfoTable_CreateFromPrimitive` of `twPrimitive_CreateFromString`.
 */
struct twInfoTable *twInfoTable_CreateFromString(const char *name, char *value, char duplicate);

/**
 * Makes a table of one NUMBER cell. The caller owns it. NULL for a NULL name.
 */
struct twInfoTable *twInfoTable_CreateFromNumber(const char *name, double value);

/**
 * Makes a table of one INTEGER cell. The caller owns it. NULL for a NULL name.
 */
struct twInfoTable *twInfoTable_CreateFromInteger(const char *name, int32_t value);

/**
 * Makes a table of one LOCATION cell with a copy of `value`. The caller owns it. NULL for NULL.
 */
struct twInfoTable *twInfoTable_CreateFromLocation(const char *name, twLocation *value);

/**
 * Makes a table of one BLOB or IMAGE cell, as `twInfoTable_CreateFromPrimitive` of `twPrimitive_CreateFromBlob`.
 */
struct twInfoTable *twInfoTable_CreateFromBlob(const char *name,
                                               char *value,
                                               int32_t length,
                                               char isImage,
                                               char duplicate);

/**
 * Makes a table of one DATETIME cell. The caller owns it. NULL for a NULL name.
 */
struct twInfoTable *twInfoTable_CreateFromDatetime(const char *name, DATETIME value);

/**
 * Makes a table of one BOOLEAN cell. The caller owns it. NULL for a NULL name.
 */
struct twInfoTable *twInfoTable_CreateFromBoolean(const char *name, char value);

/**
 * Adds the member `fieldDefinitions` with the fields of a shape to an object, and the member `name` if the shape has one.
 *
 * Returns `parent`, or for NULL a new object that the caller deletes. NULL for a NULL shape.
 */
struct cJSON *twDataShape_ToJson(struct twDataShape *ds,
                                 struct cJSON *parent);

/**
 * Makes an object of a table: `rows`, an array of objects with a member per column, and `datashape`, as of
 * `twDataShape_ToJson`. A row with more or fewer cells than there are columns is left out. The caller deletes the object
 * with `cJSON_Delete`. NULL for NULL and for an empty shell.
 */
struct cJSON *twInfoTable_ToJson(struct twInfoTable *it);

/**
 * Makes a table of a JSON tree, which stays the caller's; so does the table.
 *
 * An object with `dataShape`, in any case, that has `fieldDefinitions`, and the array `rows` is read as a table; a
 * missing or null member makes an empty cell. Any other node makes a table of one cell of type JSON in a column
 * `singleEntryName`, or `_content_` for NULL. NULL for NULL, and for a shape without fields.
 */
struct twInfoTable *twInfoTable_CreateFromJson(struct cJSON *json, char *singleEntryName);

/**
 * Makes a row. Its first cell is taken. The caller owns the row. NULL for NULL and when there is no memory: the cell then
 * stays the caller's.
 */
struct twInfoTableRow *twInfoTableRow_Create(twPrimitive *firstEntry);

/**
 * Deletes a row with its cells. NULL is fine.
 */
void twInfoTableRow_Delete(void *row);

/**
 * The number of cells; 0 for NULL.
 */
int twInfoTableRow_GetCount(struct twInfoTableRow *row);

/**
 * The length of a row by the count of the `length` members, with its marker. 0 for NULL.
 */
uint32_t twInfoTableRow_GetLength(struct twInfoTableRow *row);

/**
 * Appends a cell, which is taken; it is not checked against any shape. Add all cells before the row is added to a table:
 * the table's `length` counts the row as it is then.
 *
 * 0; 101 for NULL and for more cells than 65535, 102 when there is no memory: the cell then stays the caller's.
 */
int twInfoTableRow_AddEntry(struct twInfoTableRow *row,
                            twPrimitive *entry);

/**
 * The cell at a place, counted from 0; it belongs to the row. NULL for NULL and out of range.
 */
twPrimitive *twInfoTableRow_GetEntry(struct twInfoTableRow *row, int index);

/**
 * Writes a row with its marker to a stream. 0; 101 for NULL; the codes of `twPrimitive_ToStream`.
 */
int twInfoTableRow_ToStream(struct twInfoTableRow *row, twStream *s);

/**
 * Reads a row with its marker from a stream. The caller deletes it. NULL at the end marker, for NULL and on failure.
 */
struct twInfoTableRow *twInfoTableRow_CreateFromStream(twStream *s);

/**
 * Makes an aspect with a copy of the name. The value is taken. The caller owns the aspect. NULL when either is NULL or
 * there is no memory: the value then stays the caller's.
 */
struct twDataShapeAspect *twDataShapeAspect_Create(const char *name, twPrimitive *value);

/**
 * Deletes an aspect with its value. NULL is fine.
 */
void twDataShapeAspect_Delete(void *aspect);

/**
 * Makes a field with copies of name and description; the description may be NULL. The caller owns it. NULL when the name
 * is NULL or there is no memory.
 */
struct twDataShapeEntry *twDataShapeEntry_Create(const char *name,
                                                 const char *description,
                                                 enum BaseType type);

/**
 * Deletes a field with its aspects. NULL is fine.
 */
void twDataShapeEntry_Delete(void *entry);

/**
 * Adds an aspect to a field. The name is copied, the value is taken. 0; 101 for NULL, 102 when there is no memory: the
 * value then stays the caller's.
 */
int twDataShapeEntry_AddAspect(struct twDataShapeEntry *entry, const char *name, twPrimitive *value);

/**
 * The length of a field by the count of the `length` members: with its marker. Aspect names count one length byte
 * whatever their length, NOTHING counts a byte of content. 0 for NULL.
 */
uint32_t twDataShapeEntry_GetLength(struct twDataShapeEntry *entry);

/**
 * Writes a field with its marker to a stream. 0; 101 for NULL; the codes of `twPrimitive_ToStream`.
 */
int twDataShapeEntry_ToStream(struct twDataShapeEntry *entry, twStream *s);

/**
 * Makes a data shape. Its first field is taken; NULL makes a shape without fields. The caller owns the shape. NULL when
 * there is no memory: the field then stays the caller's.
 */
struct twDataShape *twDataShape_Create(struct twDataShapeEntry *firstEntry);

/**
 * Deletes a shape with its fields. NULL leaves a line in the log.
 */
void twDataShape_Delete(void *ds);

/**
 * Appends a field, which is taken. 0; 101 for NULL, 400 when it cannot be added: the field then stays the caller's.
 */
int twDataShape_AddEntry(struct twDataShape *ds, struct twDataShapeEntry *entry);

/**
 * Names a shape with a copy of `name`. 0; 101 for NULL; 102 when there is no memory.
 */
int twDataShape_SetName(struct twDataShape *ds, char *name);

/**
 * Finds the place of the field of exactly that name. 0; 401 with -1 in `*index` when there is none; 101 for NULL, with
 * -1 in `*index` if that is not NULL.
 */
int twDataShape_GetEntryIndex(struct twDataShape *ds, const char *name, int *index);

/**
 * The length of a shape by the count of the `length` members: its fields and the end marker. 0 for NULL.
 */
uint32_t twDataShape_GetLength(struct twDataShape *ds);

/**
 * Writes the fields of a shape and the end marker to a stream. 0; 101 for NULL; the codes of `twPrimitive_ToStream`.
 */
int twDataShape_ToStream(struct twDataShape *ds, twStream *s);

/**
 * Reads an aspect, name and value, from a stream. The caller deletes it. NULL for NULL and on failure.
 */
struct twDataShapeAspect *twDataShapeAspect_CreateFromStream(twStream *s);

/**
 * Reads a field with its marker from a stream. The caller deletes it. NULL at the end marker, for NULL and on failure.
 */
struct twDataShapeEntry *twDataShapeEntry_CreateFromStream(twStream *s);

/**
 * Reads a shape, up to and with its end marker, from a stream. The caller deletes it. NULL for NULL and on failure.
 */
struct twDataShape *twDataShape_CreateFromStream(twStream *s);

/**
 * Makes a table without rows. The shape is taken. The caller owns the table. NULL for NULL and when there is no memory:
 * the shape then stays the caller's.
 */
struct twInfoTable *twInfoTable_Create(struct twDataShape *shape);

/**
 * Deletes a table, or the shell of an emptied one. NULL is fine.
 */
void twInfoTable_Delete(void *it);

/**
 * Makes a table with the content of `it`, without copying: `it` is an empty shell then, which its owner still deletes.
 * NULL for NULL and when there is no memory.
 */
struct twInfoTable *twInfoTable_ZeroCopy(struct twInfoTable *it);

/**
 * Makes a deep copy, with names, aspects and cells. The caller owns it. NULL for NULL, for an empty shell, for a table
 * with a value that cannot be copied and when there is no memory.
 */
struct twInfoTable *twInfoTable_FullCopy(struct twInfoTable *it);

/**
 * Compares two tables: names and types of their columns, the number of rows, every cell, and their encoded lengths.
 *
 * 0: equal, always for a table and itself. 1: they differ. -1: one is NULL or an empty shell.
 */
int twInfoTable_Compare(struct twInfoTable *p1, struct twInfoTable *p2);

/**
 * Appends a row, which is taken. 0; 101 for NULL and for an empty shell, 102 when there is no memory: the row then stays
 * the caller's.
 *
 * The table's `length` grows by that of the row as it is now; encoding counts the cells that are there then.
 */
int twInfoTable_AddRow(struct twInfoTable *it,
                       struct twInfoTableRow *row);

/**
 * The row at a place, counted from 0; it belongs to the table. NULL for NULL and out of range.
 */
struct twInfoTableRow *twInfoTable_GetEntry(struct twInfoTable *it, int index);

/**
 * Writes a table to a stream: all of it or nothing. 0; 101 for NULL and for an empty shell; the codes of
 * `twPrimitive_ToStream`.
 */
int twInfoTable_ToStream(struct twInfoTable *it, twStream *s);

/**
 * Reads a table from a stream. The caller deletes it. NULL for NULL and on failure: a value of a type without values,
 * more than 64 values inside each other. Missing bytes read as zero.
 */
struct twInfoTable *twInfoTable_CreateFromStream(twStream *s);

TW_END_DECLARATIONS

#endif /* TW_INFOTABLE_H */

/* zlib.h: the stream type of zlib that struct twWs holds by value */
#if defined(TWEDGE_PART_zlib) && !defined(TWEDGE_ZLIB_H)
#define TWEDGE_ZLIB_H

TW_BEGIN_DECLARATIONS

/**
 * Layout of zlib's stream, of which `twWs` holds two by value.
 */
typedef struct twZStream {
    unsigned char *next_in;
    unsigned int avail_in;
    unsigned long total_in;
    unsigned char *next_out;
    unsigned int avail_out;
    unsigned long total_out;
    char *msg;
    struct internal_state *state;
    void *(*zalloc)(void*, unsigned int, unsigned int);
    void (*zfree)(void*, void*);
    void *opaque;
    int data_type;
    unsigned long adler;
    unsigned long reserved;
} twZStream;

TW_END_DECLARATIONS

#endif /* TWEDGE_ZLIB_H */

/* twWebsocket.h: WebSocket client */
#if defined(TWEDGE_PART_twWebsocket) && !defined(TW_WEBSOCKET_H)
#define TW_WEBSOCKET_H

#include <limits.h>
#include <stdarg.h>
#include <stddef.h>

/** The TLS client of a WebSocket. */
#define WS_TLS_CONN(a) ((struct twTlsClient *)(a)->connection)

TW_BEGIN_DECLARATIONS

/**
 * The named values of `enum close_status`, as the C header shows them; in Rust the constants of the same names are used.
 */
enum close_status {
    SERVER_CLOSED = 0,
    NORMAL_CLOSE = 1000,
    GOING_TO_SLEEP = 1001,
    PROTOCOL_ERROR = 1002,
    UNSUPPORTED_DATA_TYPE = 1003,
    RESERVED1 = 1004,
    RESERVED2 = 1005,
    RESERVED3 = 1006,
    INVALID_DATA = 1007,
    POLICY_VIOLATION = 1008,
    FRAME_TOO_LARGE = 1009,
    NO_EXTENSION_FOUND = 1010,
    UNEXPECTED_CONDITION = 1011,
};

struct twTlsClient;
struct twWs;

#define FRAME_OPCODE_CONTINUATION 0

#define FRAME_OPCODE_TEXT 1

#define FRAME_OPCODE_BINARY 2

#define FRAME_OPCODE_CONNECTION_CLOSE 8

#define FRAME_OPCODE_PING 9

#define FRAME_OPCODE_PONG 10

#define READ_HEADER 0

#define READ_CONTROL_FRAME 1

#define READ_TEXT_FRAME 2

#define READ_BINARY_FRAME 3

#define ZLIB_WINDOW_BITS_RAW_DEFLATE -15

#define ZLIB_DEFAULT_MEM_LEVEL 8

typedef int (*ws_cb)(struct twWs *ws);

typedef int (*ws_binary_data_cb)(struct twWs *ws, const char *at, size_t length, char bCompressed);

typedef int (*ws_data_cb)(struct twWs *ws, const char *at, size_t length);

/**
 * A WebSocket. Sizes, texts and callbacks are the state: calls look at what they find there. `frameBuffer` belongs to the
 * library while it is connected.
 */
typedef struct twWs {
    struct twTlsClient *connection;
    uint32_t messageChunkSize;
    int32_t bytesNeeded;
    char read_state;
    char previous_read_state;
    uint16_t frameSize;
    char *frameBuffer;
    char *frameBufferPtr;
    unsigned char ws_header[64];
    unsigned char *headerPtr;
    twStream *multiframeRecvStream;
    char *host;
    uint16_t port;
    twPasswdCallbackFunction api_key_callback;
    char *gatewayName;
    char *gatewayType;
    unsigned char *security_key;
    uint32_t sessionId;
    char *resource;
    pthread_mutex_t *sendMessageMutex;
    pthread_mutex_t *sendFrameMutex;
    pthread_mutex_t *recvMutex;
    signed char connect_state;
    signed char isConnected;
    ws_cb on_ws_connected;
    ws_binary_data_cb on_ws_binaryMessage;
    ws_data_cb on_ws_textMessage;
    ws_data_cb on_ws_ping;
    ws_data_cb on_ws_pong;
    ws_data_cb on_ws_close;
    twZStream defstream;
    char bDeflateInitialized;
    pthread_mutex_t *compressionMutex;
    twZStream inflstream;
    char bInflateInitialized;
    pthread_mutex_t *decompressionMutex;
    char bCompressedMsg;
    char bSupportsPermessageDeflate;
    char bDisableCompression;
} twWs;

/**
 * Connects: looks the host up, TCP (with a proxy set on the socket: through that), TLS, upgrade, all within `timeout` milliseconds but for
 * the look-up. `on_ws_connected` is called before it returns. After a failure everything is closed. Blocks. On the
 * WebSocket of the API object: one attempt to connect the API, with authentication and binding.
 * Returns 0, also when it is connected, 101 for NULL, 1001 name, TCP, proxy, TLS or certificate, 1000 request not written, 201 bad
 * answer to the upgrade, 202 no answer.
 */
int twWs_Connect(struct twWs *ws,
                 uint32_t timeout);

/**
 * Whether the WebSocket is connected: for the WebSocket of the API object, whether there is a link, authenticated or not. FALSE for
 * NULL.
 */
char twWs_IsConnected(struct twWs *ws);

/**
 * Ends the connection: sends a close frame with `code` and a text made of the code's own and `reason` (NULL: none), unless the code is
 * SERVER_CLOSED, and closes TCP at once. The close callback gets that text, also when there was no connection. On the WebSocket of the API object the link is closed; twApi_Disconnect
 * unbinds first, and keeps it closed. Returns 0, 101 for NULL.
 */
int twWs_Disconnect(struct twWs *ws,
                    enum close_status code,
                    char *reason);

/**
 * Has `cb` called when the WebSocket is connected, in the thread that connects, in place of an earlier function; NULL: none. On the
 * WebSocket of the API object it takes the place of the message handler's. Returns 0, 101 for a NULL WebSocket.
 */
int twWs_RegisterConnectCallback(struct twWs *ws,
                                 ws_cb cb);

/**
 * Has `cb` called when the connection has ended, once for each: with the payload of the peer's close frame (status and text), the text of
 * `twWs_Disconnect`, "Socket Error" or "Frame read timeout". Behind the data there is a NUL. In the thread that noticed. It may delete the
 * WebSocket. Otherwise as `twWs_RegisterConnectCallback`.
 */
int twWs_RegisterCloseCallback(struct twWs *ws,
                               ws_data_cb cb);

/**
 * Has `cb` called with each binary message, whole and decompressed (`bCompressed` is FALSE), in `twWs_Receive`. On the WebSocket of the API
 * object it is not called: the library handles the messages of the platform. Returns 0, 101 for a NULL WebSocket.
 */
int twWs_RegisterBinaryMessageCallback(struct twWs *ws,
                                       ws_binary_data_cb cb);

/**
 * The same with each text message. Behind the text there is a NUL.
 */
int twWs_RegisterTextMessageCallback(struct twWs *ws, ws_data_cb cb);

/**
 * Has `cb` called with each ping, which has been answered by then. Otherwise as `twWs_RegisterConnectCallback`.
 */
int twWs_RegisterPingCallback(struct twWs *ws, ws_data_cb cb);

/**
 * Has `cb` called with each pong. Otherwise as `twWs_RegisterConnectCallback`.
 */
int twWs_RegisterPongCallback(struct twWs *ws, ws_data_cb cb);

/**
 * Makes a WebSocket for a host and port, whose name is looked up now; it is not connected. The texts are copied; `gatewayName`
 * may be NULL. `app_key_function` is asked for the application key with each connect. `frameSize`: largest payload of a frame in both
 * directions, in bytes; `messageChunkSize`: largest message that is sent. The WebSocket is given to the caller through `entity`, for
 * `twWs_Delete`. Settings of TLS are those of its client, `WS_TLS_CONN(ws)`. Blocks for the look-up.
 * Returns 0, 101 for a missing argument or a chunk size above the frame size, 1004 when the name is not known, 1005 when
 * `twcfg.cipher_set` selects nothing, 102; then `*entity` is left alone.
 */
int twWs_Create(char *host,
                uint16_t port,
                char *resource,
                twPasswdCallbackFunction app_key_function,
                char *gatewayName,
                uint32_t messageChunkSize,
                uint16_t frameSize,
                struct twWs **entity);

/**
 * Closes the connection, without a close frame and without its callback, and frees the WebSocket with its TLS client. Not while
 * another thread uses it. The WebSocket of the API object is left to twApi_Delete. Returns 0, 101 for NULL.
 */
int twWs_Delete(struct twWs *ws);

/**
 * Takes in what the peer sends, waiting up to `timeout` milliseconds, and calls the callback for at most one message, ping, pong or
 * close, on this thread. Pings and closes are answered. Not from a callback of it. On the WebSocket of the API object, for which the library receives by itself, it waits
 * until a message waits for the message handler.
 * Returns 0 after one of these, after a part and after nothing; 101 for NULL; 203 not connected; 205 when the connection has failed or
 * the peer does not keep to the protocol; -333 when a frame was not complete within `twcfg.frame_read_timeout`. After the
 * last two it is closed and the close callback has been called.
 */
int twWs_Receive(struct twWs *ws,
                 uint32_t timeout);

/**
 * Sends a message of `length` bytes, in as many frames as the frame size asks for, compressed if that was agreed. Waits until the
 * socket has taken it. Any thread. On the WebSocket of the API object: a binary message as the platform understands it (see twMessage_Send); text is
 * refused with 209.
 * Returns 0, 101 for NULL, 203 not connected, -1 without bytes, 206 above the chunk size given to `twWs_Create`, 209 when it cannot be written: then
 * the connection is closed.
 */
int twWs_SendMessage(struct twWs *ws,
                     char *buf,
                     uint32_t length,
                     char isText);

/**
 * Sends one frame, never compressed: the first one of a message (text or binary) or, with `isContinuation`, a further one; `isFinal` ends the
 * message. On the WebSocket of the API object only whole messages, as `twWs_SendMessage`. Returns 0, 101 for NULL, 203 not connected, -1 without bytes, 208 above the frame size, 209.
 */
int twWs_SendDataFrame(struct twWs *ws,
                       char *msg,
                       uint16_t length,
                       char isContinuation,
                       char isFinal,
                       char isText);

/**
 * Sends a ping with a text of at most 110 bytes; NULL: the time of day. Any thread. Returns 0, 101 for a NULL WebSocket, 203 not
 * connected, 208 for a longer text, 209.
 */
int twWs_SendPing(struct twWs *ws,
                  char *msg);

/**
 * Sends a pong with a text of at most 110 bytes; NULL: "Pong". Pings are answered without it. Otherwise as `twWs_SendPing`.
 */
int twWs_SendPong(struct twWs *ws,
                  char *msg);

TW_END_DECLARATIONS

#endif /* TW_WEBSOCKET_H */

/* twMessages.h: messages of the protocol */
#if defined(TWEDGE_PART_twMessages) && !defined(TW_MESSAGES_H)
#define TW_MESSAGES_H

TW_BEGIN_DECLARATIONS

#define MSG_HEADER_SIZE 15

#define MULTIPART_MSG_HEADER_SIZE 6

#define DEFLATE_SYNC_TRAILER_SIZE 4

typedef struct twAuthBody {
    char *name;
    char *value;
    uint32_t length;
} twAuthBody;

typedef struct twBindBody {
    char *gatewayName;
    char *gatewayType;
    uint16_t count;
    twList *names;
    uint32_t length;
} twBindBody;

typedef struct twMessage {
    enum msgType type;
    unsigned char version;
    enum msgCodeEnum code;
    uint32_t requestId;
    uint32_t endpointId;
    uint32_t sessionId;
    char multipartMarker;
    uint32_t length;
    void *body;
} twMessage;

typedef struct twMultipartBody {
    uint16_t chunkId;
    uint16_t chunkCount;
    uint16_t chunkSize;
    enum entityTypeEnum entityType;
    char *entityName;
    char *data;
    uint16_t length;
} twMultipartBody;

typedef struct mulitpartMessageStoreEntry {
    uint64_t expirationTime;
    uint32_t id;
    uint16_t chunksExpected;
    uint16_t chunksReceived;
    struct twMessage **msgs;
} mulitpartMessageStoreEntry;

typedef struct twMultipartMessageStore {
    twList *multipartMessageList;
    pthread_mutex_t *mtx;
} twMultipartMessageStore;

typedef struct twRequestBody {
    enum entityTypeEnum entityType;
    char *entityName;
    enum characteristicEnum characteristicType;
    char *characteristicName;
    char numHeaders;
    twList *headers;
    twInfoTable *params;
    uint32_t length;
} twRequestBody;

typedef struct twResponseBody {
    char reasonMarker;
    char *reason;
    enum BaseType contentType;
    twInfoTable *content;
    uint32_t length;
} twResponseBody;

typedef struct twHeader {
    char *name;
    char *value;
} twHeader;

/**
 * Makes an AUTH body without a claim. The caller deletes it with `twAuthBody_Delete`, or gives it to a message. NULL when
 * there is no memory. A body is not thread-safe.
 */
struct twAuthBody *twAuthBody_Create(TW_NO_PROTOTYPE);

/**
 * Reads an AUTH body from the cursor of a stream on, which stays the caller's; of several claims the first. The caller
 * deletes the body. NULL for NULL, without a claim, and for what is cut off.
 */
struct twAuthBody *twAuthBody_CreateFromStream(twStream *s);

/**
 * Deletes a body; the value is wiped. 0; 101 for NULL.
 */
int twAuthBody_Delete(struct twAuthBody *body);

/**
 * Sets the claim, of which there is one, usually `appKey`; both texts are copied. 0; 101 for NULL and when there is a
 * claim already; 102.
 */
int twAuthBody_SetClaim(struct twAuthBody *body, char *name, char *value);

/**
 * Writes a body to a stream: all of it or nothing. 0; 101 for NULL and without a claim; the codes of
 * `twStream_AddBytes`.
 */
int twAuthBody_ToStream(struct twAuthBody *body, twStream *s);

/**
 * Makes a BIND or UNBIND body with a name, which is copied, or with none for NULL. The caller deletes it with
 * `twBindBody_Delete`, or gives it to a message. NULL when there is no memory, and for a name too long for a message. A
 * body is not thread-safe.
 */
struct twBindBody *twBindBody_Create(char *name);

/**
 * Reads a BIND or UNBIND body from the cursor of a stream on, which stays the caller's. The caller deletes the body. NULL
 * for NULL and for what is cut off.
 */
struct twBindBody *twBindBody_CreateFromStream(twStream *s);

/**
 * Deletes a body with its names. 0, also for NULL.
 */
int twBindBody_Delete(struct twBindBody *body);

/**
 * Adds a name, which is copied. 0; 101 for NULL; 312 when the message would reach `twcfg.max_message_size` or have more
 * than 65535 names; 102.
 */
int twBindBody_AddName(struct twBindBody *body, char *name);

/**
 * Writes a body to a stream, all of it or nothing: with the given gateway if name and type are given, else with the one
 * that it was read with. 0; 101 for a NULL body or stream; the codes of `twStream_AddBytes`.
 */
int twBindBody_ToStream(struct twBindBody *body, twStream *s, char *gatewayName, char *gatewayType);

/**
 * Compresses bytes with the sending context of a WebSocket object and appends them to a stream, without the four bytes
 * that end the flush. No connection is needed. Returns 0, 1107 for NULL, 305 when the compressor fails, the codes of
 * `twStream_AddBytes`.
 *
 * Requires: `buf` is NULL or has `length` bytes; stream and object are NULL or live.
 */
int twCompressBytes(char *buf, uint32_t length, twStream *s, twWs *ws);

/**
 * The next request id: one counter for the process, starting at 1, never 0. Any thread.
 */
uint32_t twMessage_GetRequestId(TW_NO_PROTOTYPE);

/**
 * Makes a message without body; for `reqId` 0 it gets the next request id. The caller deletes it with
 * `twMessage_Delete`. NULL when there is no memory. A message is not thread-safe.
 */
struct twMessage *twMessage_Create(enum msgCodeEnum code, uint32_t reqId);

/**
 * Makes a message of code GET, PUT, POST or DEL with an empty request body and the next request id; NULL for any other
 * code. See `twMessage_Create`.
 */
struct twMessage *twMessage_CreateRequestMsg(enum msgCodeEnum code);

/**
 * Makes a response with an empty body, the answer to a request when the ids are those of the request; NULL for a code
 * below 0x40. See `twMessage_Create`.
 */
struct twMessage *twMessage_CreateResponseMsg(enum msgCodeEnum code,
                                              uint32_t id,
                                              uint32_t sessionId,
                                              uint32_t endpointId);

/**
 * Makes a BIND, or an UNBIND if `isUnbind` is not 0, of a name, which is copied, or of none for NULL. See
 * `twMessage_Create`.
 */
struct twMessage *twMessage_CreateBindMsg(char *name, char isUnbind);

/**
 * Makes an AUTH with a claim; both texts are copied. NULL for NULL. See `twMessage_Create`.
 */
struct twMessage *twMessage_CreateAuthMsg(char *claimName, char *claimValue);

/**
 * Reads a message from a stream, from its beginning whatever the cursor is; the stream stays the caller's. The caller
 * deletes the message. A piece of a large message has the type TW_MULTIPART_REQ or TW_MULTIPART_RESP and a
 * `twMultipartBody`. NULL for NULL, for an unknown code and for what is cut off or malformed.
 */
struct twMessage *twMessage_CreateFromStream(twStream *s);

/**
 * Moves a message out of a variable: returns the pointer and sets the variable to NULL. NULL for NULL.
 */
struct twMessage *twMessage_ZeroCopy(struct twMessage **msg);

/**
 * Deletes a message with its body. NULL is only logged.
 */
void twMessage_Delete(void *input);

/**
 * Gives a message its body, of the kind that its code asks for; the body is taken and the one before deleted. `length`
 * becomes that of header and body as the body is now. 0; -1 for NULL and 303 for a code without a kind of body: the body
 * then stays the caller's.
 */
int twMessage_SetBody(struct twMessage *msg,
                      void *body);

/**
 * Reads a piece of a message from the cursor of a stream to its end; with `isRequest` also the entity that every piece of
 * a request repeats. The stream stays the caller's, who deletes the body with `twMultipartBody_Delete`. NULL for NULL and
 * for what is cut off.
 */
struct twMultipartBody *twMultipartBody_CreateFromStream(twStream *s,
                                                         char isRequest);

/**
 * Deletes the body of a piece. NULL is fine.
 */
void twMultipartBody_Delete(void *body);

/**
 * Makes the set of a message in pieces with its first piece, which is taken. The caller deletes it with
 * `mulitpartMessageStoreEntry_Delete`. NULL for a message that is no piece, with a number out of range or of a set above
 * `twcfg.max_message_size`: the message then stays the caller's.
 */
struct mulitpartMessageStoreEntry *mulitpartMessageStoreEntry_Create(struct twMessage *msg);

/**
 * Deletes a set with its pieces. NULL is fine.
 */
void mulitpartMessageStoreEntry_Delete(void *entry);

/**
 * The store in which pieces are joined, made at the first call. It is the SDK's until `twMultipartMessageStore_Delete`.
 * NULL when there is no memory. Any thread.
 */
struct twMultipartMessageStore *twMultipartMessageStore_Instance(TW_NO_PROTOTYPE);

/**
 * Deletes a store with all incomplete messages. NULL is fine. No other thread may use it.
 */
void twMultipartMessageStore_Delete(void *store);

/**
 * Takes a piece of a message. When it completes its set the whole message is returned, which the caller deletes with
 * `twMessage_Delete`; otherwise NULL. A repeated piece replaces the earlier one; a piece with a number out of range, of
 * a set above `twcfg.max_message_size`, or of one set more than `twcfg.max_messages`, is deleted. A message that is no piece is given back as it is. Any thread.
 */
struct twMessage *twMultipartMessageStore_AddMessage(struct twMessage *msg);

/**
 * Deletes the incomplete messages of which no piece has come for `twcfg.stale_msg_cleanup_rate`. Any thread.
 */
void twMultipartMessageStore_RemoveStaleMessages(TW_NO_PROTOTYPE);

/**
 * Makes an empty request body. The caller deletes it with `twRequestBody_Delete`, or gives it to a message. NULL when
 * there is no memory. A body is not thread-safe.
 */
struct twRequestBody *twRequestBody_Create(TW_NO_PROTOTYPE);

/**
 * Reads a request body from the cursor of a stream on, which stays the caller's. The caller deletes the body. NULL for
 * NULL and for what is cut off or malformed.
 */
struct twRequestBody *twRequestBody_CreateFromStream(twStream *s);

/**
 * Deletes a body with its names, headers and parameters. 0; 101 for NULL.
 */
int twRequestBody_Delete(struct twRequestBody *body);

/**
 * Sets the parameters; the table is taken, NULL means none. 0; 101 for a NULL body and when there are parameters
 * already: the table then stays the caller's.
 */
int twRequestBody_SetParams(struct twRequestBody *body, twInfoTable *params);

/**
 * Sets what the request is addressed to; the name is copied. 0; 101 for NULL and when there is a name already; 102.
 */
int twRequestBody_SetEntity(struct twRequestBody *body, enum entityTypeEnum entityType, char *entityName);

/**
 * Sets which property, service or event the request is about; the name is copied. 0; 101 for NULL and when there is a
 * name already; 102.
 */
int twRequestBody_SetCharacteristic(struct twRequestBody *body,
                                    enum characteristicEnum characteristicType,
                                    char *characteristicName);

/**
 * Adds a header, of which a request holds up to 255; both texts are copied. 0; 101 for NULL and for one too many; 102.
 */
int twRequestBody_AddHeader(struct twRequestBody *body, char *name, char *value);

/**
 * Writes a body to a stream: all of it or nothing. 0; 101 for NULL and for parameters that are an empty shell; the codes
 * of `twInfoTable_ToStream`.
 */
int twRequestBody_ToStream(struct twRequestBody *body,
                           twStream *s);

/**
 * Makes an empty response body. The caller deletes it with `twResponseBody_Delete`, or gives it to a message. NULL when
 * there is no memory. A body is not thread-safe.
 */
struct twResponseBody *twResponseBody_Create(TW_NO_PROTOTYPE);

/**
 * Reads a response body from the cursor of a stream on, which stays the caller's. The caller deletes the body. NULL for
 * NULL and for what is cut off or malformed.
 */
struct twResponseBody *twResponseBody_CreateFromStream(twStream *s);

/**
 * Deletes a body with its reason and content. 0; 101 for NULL.
 */
int twResponseBody_Delete(struct twResponseBody *body);

/**
 * Sets the result; the table is taken, NULL means none. 0; 101 for a NULL body and when there is a result already: the
 * table then stays the caller's.
 */
int twResponseBody_SetContent(struct twResponseBody *body, twInfoTable *t);

/**
 * Sets the text for humans, instead of the one before; it is copied. NULL takes it away. 0; 101 for a NULL body; 102.
 */
int twResponseBody_SetReason(struct twResponseBody *body, char *reason);

/**
 * Writes a body to a stream: all of it or nothing. 0; 101 for NULL and for a content that is an empty shell; the codes
 * of `twInfoTable_ToStream`.
 */
int twResponseBody_ToStream(struct twResponseBody *body, twStream *s);

/**
 * Sends a message, in pieces when it is large, and does not wait for an answer: see twMessageHandler_RegisterResponseCallback.
 * The session id is the connection's; on a WebSocket object that the program has made it is that in `sessionId`, and
 * whether messages may be sent is what the API object says. The message stays the caller's. Returns 0, -1 for NULL, 304 for a type that cannot be
 * sent, 602 without a body, 307 above `twcfg.max_message_size`, 203 while not authenticated (AUTH needs a connection only),
 * 209 when it cannot be written. With a store of offline messages a request that would give 203 or 209 gives 308 instead: it is
 * stored, the message is taken and `*msg` is NULL; 314 when the store is full, 306 when it cannot be written. Any thread.
 *
 * Requires: `msg` is NULL or points to NULL or a live message whose body is of its type; `ws` is NULL or live.
 */
int twMessage_Send(struct twMessage **msg,
                   twWs *ws);

TW_END_DECLARATIONS

#endif /* TW_MESSAGES_H */

/* twMessaging.h: message handler: who gets which message */
#if defined(TWEDGE_PART_twMessaging) && !defined(TW_MESSAGING_H)
#define TW_MESSAGING_H

TW_BEGIN_DECLARATIONS

typedef int (*message_cb)(twWs *ws, twMessage *msg);

typedef int (*dumpLog_cb)(TW_NO_PROTOTYPE);

typedef int (*eventcb)(twWs *ws, const char *data, size_t length);

typedef struct twMessageHandler {
    twWs *ws;
    twList *responseCallbackList;
    twList *incomingRequestCallbacks;
    twList *multipartMessageList;
    message_cb defaultRequestCallback;
    dumpLog_cb dumpIncomingMsgList;
    eventcb on_ws_connected;
    eventcb on_ws_close;
    eventcb on_ping;
    eventcb on_pong;
    pthread_mutex_t *mtx;
} twMessageHandler;

typedef int (*response_cb)(uint32_t id, enum msgCodeEnum code, char *reason, twInfoTable *content);

typedef struct twResponseCallbackStruct {
    char received;
    response_cb cb;
    uint32_t requestId;
    uint32_t sessionId;
    uint64_t expirationTime;
    enum msgCodeEnum code;
    twInfoTable *content;
} twResponseCallbackStruct;

typedef struct twRequestCallbackStruct {
    message_cb cb;
    enum entityTypeEnum entityType;
    char *entityName;
    enum characteristicEnum characteristicType;
    char *characteristicName;
} twRequestCallbackStruct;

/**
 * The message handler of the process, made with the first WebSocket object that is given; a later one replaces the one
 * before. It is the SDK's until twMessageHandler_Delete. NULL for NULL as long as there is none. twApi_Initialize makes one
 * with a WebSocket object of its own the handler of the process.
 *
 * Requires: `ws` is NULL or lives until another one takes its place.
 */
struct twMessageHandler *twMessageHandler_Instance(twWs *ws);

/**
 * Closes the connection, takes the callbacks away and deletes the handler with its WebSocket object. The one of the API
 * object goes out of use at once and is freed by twApi_Delete. NULL stands for the handler of the process. Returns 0, 300
 * when there is none.
 *
 * Requires: `handler` is NULL or from twMessageHandler_Instance, and not used afterwards.
 */
int twMessageHandler_Delete(struct twMessageHandler *handler);

/**
 * Sets the function that is called when the connection is open; NULL clears it. Returns 0, also without a handler.
 *
 * Requires: `handler` is NULL, for the one of the process, or live.
 */
int twMessageHandler_RegisterConnectCallback(struct twMessageHandler *handler, eventcb cb);

/**
 * Sets the function that is called when the connection has ended, with the reason; NULL clears it. Returns 0, 300 without
 * a handler.
 *
 * Requires: `handler` is NULL, for the one of the process, or live.
 */
int twMessageHandler_RegisterCloseCallback(struct twMessageHandler *handler,
                                           eventcb cb);

/**
 * Sets the function that is called for each ping of the platform; NULL clears it. Returns 0, 300 without a handler.
 *
 * Requires: `handler` is NULL, for the one of the process, or live.
 */
int twMessageHandler_RegisterPingCallback(struct twMessageHandler *handler, eventcb cb);

/**
 * Sets the function that is called for each pong; NULL clears it. The SDK goes on looking after missing pongs, other than
 * with twApi_RegisterPongCallback. Returns 0, 300 without a handler.
 *
 * Requires: `handler` is NULL, for the one of the process, or live.
 */
int twMessageHandler_RegisterPongCallback(struct twMessageHandler *handler,
                                          eventcb cb);

/**
 * Sets the function that gets the requests of the platform for which no other function is registered with
 * twMessageHandler_RegisterRequestCallback. It answers by itself, with twMessage_Send; the message stays the SDK's. The API
 * object has put its own there, which serves everything that is registered with twApi functions: another one bypasses
 * those. Returns 0, 1 for a NULL function, 300 without a handler.
 *
 * Requires: `handler` is NULL, for the one of the process, or live.
 */
int twMessageHandler_RegisterDefaultRequestCallback(struct twMessageHandler *handler,
                                                    message_cb cb);

/**
 * Sets the function that shows which messages wait, called once when there are too many of them. Returns 0, 1 for a NULL
 * function, 300 without a handler.
 *
 * Requires: `handler` is NULL, for the one of the process, or live.
 */
int twMessageHandler_RegisterDumpIncomingMsgListCallback(struct twMessageHandler *handler,
                                                         dumpLog_cb cb);

/**
 * Registers a function for the requests about one property, service or event, before everything that is registered with
 * twApi functions. The function answers by itself, with twMessage_Send; the message stays the SDK's. The names are copied.
 * Returns 0, 101 for a NULL function, 301 for a NULL name and without a handler or memory.
 *
 * Requires: `handler` is NULL, for the one of the process, or live; the names are NULL or C strings.
 */
int twMessageHandler_RegisterRequestCallback(struct twMessageHandler *handler,
                                             message_cb cb,
                                             enum entityTypeEnum entityType,
                                             char *entityName,
                                             enum characteristicEnum characteristicType,
                                             char *characteristicName);

/**
 * Removes the function that was registered with the same arguments. Returns 0, 101 for a NULL name, 103 without a handler,
 * 302 when there is none.
 *
 * Requires: `handler` is NULL, for the one of the process, or live; the names are NULL or C strings.
 */
int twMessageHandler_UnegisterRequestCallback(struct twMessageHandler *handler,
                                              enum entityTypeEnum entityType,
                                              char *entityName,
                                              enum characteristicEnum characteristicType,
                                              char *characteristicName);

/**
 * Registers for the answer to the message of that id, before it is sent with twMessage_Send. `cb` gets id, code, reason
 * (the SDK's) and content (`cb`'s to delete) in a thread that handles messages, or code 0xA4 when no answer has come at
 * `expirationTime`. Without `cb` the answer is picked up with twMessageHandler_GetCompletedResponseStruct until then.
 * Returns 0, 301 without a handler or memory. Any thread.
 *
 * Requires: `handler` is NULL, for the one of the process, or live.
 */
int twMessageHandler_RegisterResponseCallback(struct twMessageHandler *handler,
                                              response_cb cb,
                                              uint32_t requestId,
                                              DATETIME expirationTime);

/**
 * Takes the registration for an answer away; a table that was not picked up is not deleted. Returns 101 for id 0 and
 * without a handler, 302 otherwise, whether there was one or not.
 *
 * Requires: `handler` is NULL, for the one of the process, or live.
 */
int twMessageHandler_UnegisterResponseCallback(struct twMessageHandler *handler, uint32_t requestId);

/**
 * The answer to the message of that id, once it has come; NULL before. It is the handler's until
 * twMessageHandler_UnegisterResponseCallback; its `content` is for the caller to take and to delete.
 *
 * Requires: `handler` is NULL, for the one of the process, or live.
 */
struct twResponseCallbackStruct *twMessageHandler_GetCompletedResponseStruct(struct twMessageHandler *handler,
                                                                             uint32_t id);

/**
 * Takes all entries whose `expirationTime` is over out of `responseCallbackList`, and tells those that have a function that
 * there is no answer; of the handler only this list is needed. For the handler of the process also the messages in pieces
 * whose rest does not come. Returns 0, 300 without a handler. Callbacks run in this call.
 *
 * Requires: `handler` is NULL, for the one of the process, or live.
 */
int twMessageHandler_CleanupOldMessages(struct twMessageHandler *handler);

TW_END_DECLARATIONS

#endif /* TW_MESSAGING_H */

/* twOfflineMsgStore.h: store of messages made while off line */
#if defined(TWEDGE_PART_twOfflineMsgStore) && !defined(TW_OFFLINE_MSG_STORE_H)
#define TW_OFFLINE_MSG_STORE_H

TW_BEGIN_DECLARATIONS

#define PERSISTED_MSG_SEPARATOR "!twMsg!"

/**
 * The named values of `enum OfflineRequest`, as the C header shows them; in Rust the constants of the same names are used.
 */
enum OfflineRequest {
    OFFLINE_MSG_STORE_FLUSH = 0,
    OFFLINE_MSG_STORE_WRITE = 1,
};


/**
 * What the store of offline messages shows: read it, changes have no effect.
 */
typedef struct twOfflineMsgStore {
    pthread_mutex_t *mtx;
    /**
     * Whether requests that cannot be sent are stored.
     */
    char offlineMsgEnabled;
    /**
     * Whether they are stored in a file.
     */
    char onDisk;
    /**
     * Bytes of the messages that wait to be sent.
     */
    uint64_t offlineMsgSize;
    /**
     * The messages that wait to be sent, as bytes on the heap; NULL when they are in a file.
     */
    twList *offlineMsgList;
    /**
     * The path of the file; NULL when there is none.
     */
    char *offlineMsgFile;
} twOfflineMsgStore;

/**
 * Makes the store of messages that cannot be sent, for the API object that there is or comes: in the file `offline_msgs.bin` of the
 * directory `filePath`, which is made if it is missing, or in memory. With `enabled` requests that cannot be sent are stored from now
 * on: the functions that send them return 308, and they are sent before anything else on the next connection, in order. What was in
 * the file before is sent as well. A message that the platform refuses five times is moved to `offline_msgs.bin.rejected`. All
 * together have less than `twcfg.offline_msg_queue_size` bytes; `size` is not looked at. Without effect when there is a store.
 * Returns 0, 101 for a file without a directory, 309 when the directory cannot be made, 104 when the file cannot, or when another process
 * has it open, 910. Any thread.
 *
 * Requires: `filePath` is NULL or a C string (copied).
 */
int twOfflineMsgStore_Initialize(char enabled,
                                 const char *filePath,
                                 uint64_t _size,
                                 char onDisk);

/**
 * Moves the store of offline messages to another directory, which is made if it is missing. Returns 0, 313 without a store on disk, 101
 * for NULL, 310 while something is stored, 309 when the directory cannot be made, 104 when the file cannot: then the old file is used on.
 * In the directory where the store is nothing happens. Any thread.
 *
 * Requires: `dir` is NULL or a C string (copied).
 */
int twOfflineMsgStore_SetDir(const char *dir);

/**
 * As twOfflineMsgStore_SetDir.
 *
 * Requires: `dir` is NULL or a C string (copied).
 */
int twApi_SetOfflineMsgStoreDir(const char *dir);

/**
 * Ends the store of offline messages. What is in memory is lost, a file is kept for the next store. twApi_Delete does it. Returns 0, 313
 * without a store.
 */
int twOfflineMsgStore_Delete(TW_NO_PROTOTYPE);

/**
 * Stores a message (WRITE) or sends what is stored (FLUSH). WRITE needs no connection, stores a message of any type, and takes it,
 * whatever the outcome: `*msg` is NULL afterwards. It returns 0, 314 when there is no room, 307 above `twcfg.max_message_size`, 306
 * when the file cannot be written. FLUSH leaves the message alone and does not wait for answers. It returns 0, 203 when not
 * authenticated or when the connection is lost before everything is sent. Both return 101 for a NULL argument or another request
 * number, when the message stays the caller's, and 313 without a store.
 *
 * Requires: `msg` is NULL or points to NULL or a live message whose body is of its type; `ws` is NULL or live.
 */
int twOfflineMsgStore_HandleRequest(twMessage **msg,
                                    twWs *ws,
                                    enum OfflineRequest request_type);

/**
 * Whether the files of property values and of offline messages are written as the original SDK does, for devices that may go back to
 * it; off, they are records with checksums, which the original cannot read. Both forms are read. Counts for files that are opened
 * afterwards: call it before twApi_Initialize. An addition to the interface. Any thread.
 */
void twedge_original_store_format(char on);

/**
 * Whether the store of offline messages also takes requests that were sent and not answered, which so may be executed twice, as in
 * the original; off, it takes what was never sent. AUTH and BIND are never taken. An addition to the interface. Any thread.
 */
void twedge_store_unanswered_messages(char on);

/**
 * Whether every property value that twApi_SetSubscribedProperty accepts is on disk when it returns 0; off, values wait in memory until an
 * offline push or twApi_Delete writes them, as in the original. It costs a wait for the disk for each value, which threads that set at once share; a set returns 1204 when
 * its value waits in memory only. Call it before twApi_Initialize. An addition to the interface. Any thread.
 */
void twedge_store_every_value(char on);

/**
 * Within how many milliseconds a property value that twApi_SetSubscribedProperty accepts is on disk, in case the power is cut; 0, the
 * default: only an offline push or twApi_Delete writes, as in the original. The values of that time are written together, by a thread of the
 * library, at the cost of one write to the disk; what the platform has confirmed by then is not written. The return code of a set
 * says then that its value is queued, not that it is stored; twedge_store_every_value() is stronger. Call it before twApi_Initialize.
 * An addition to the interface. Any thread.
 */
void twedge_store_values_within(uint32_t milliseconds);

TW_END_DECLARATIONS

#endif /* TW_OFFLINE_MSG_STORE_H */

/* twApi.h: the application interface */
#if defined(TWEDGE_PART_twApi) && !defined(TW_API_H)
#define TW_API_H

#ifndef OFFLINE_MSG_STORE
#define OFFLINE_MSG_STORE 0
#endif
/** A list of property values. */
#define propertyList twList
TW_BEGIN_DECLARATIONS
/** Writes `inlen` bytes as base64 with a NUL behind it to `out`, which has `*outlen` bytes. 0 with the length of the text,
 * without the NUL, in `*outlen`; 6 with the size needed in `*outlen` when `out` is too small; 16 for NULL. */
int base64_encode(const unsigned char *in, unsigned long inlen, unsigned char *out, unsigned long *outlen);
TW_END_DECLARATIONS

TW_BEGIN_DECLARATIONS

/**
 * For twedge_connection_state(): there is no link, and none will be opened until twApi_Connect.
 */
#define TWEDGE_DISCONNECTED 0

/**
 * There is no link; it will be opened without being told, at `next_attempt`.
 */
#define TWEDGE_WAITING 1

/**
 * An attempt to connect is under way.
 */
#define TWEDGE_CONNECTING 2

/**
 * Authenticated; the platform has refused a BIND or has not answered it, which is tried again at `next_attempt`.
 */
#define TWEDGE_NOT_BOUND 3

/**
 * Authenticated, and everything is bound.
 */
#define TWEDGE_ONLINE 4

/**
 * Bytes of the text of an error with the NUL at its end.
 */
#define TWEDGE_ERROR_TEXT 256

typedef void (*bindEvent_cb)(char *entityName, char isBound, void *userdata);

typedef void (*authEvent_cb)(char *credentialType, char *credentialValue, void *userdata);

typedef void (*synchronizeEvent_cb)(char *entityName, twInfoTable *subscriptionInfo, void *userdata);

typedef void (*init_cb_t)(void *userdata);

typedef twMessage *(*genericRequest_cb)(twMessage *msg);

typedef struct twApi {
    twMessageHandler *mh;
    twDict *callbackList;
    twDict *boundList;
    twList *bindEventCallbackList;
    twList *synchronizeStateEventCallbackList;
    genericRequest_cb defaultRequestHandler;
    char autoreconnect;
    int8_t manuallyDisconnected;
    char isAuthenticated;
    uint8_t duty_cycle;
    uint32_t duty_cycle_period;
    pthread_mutex_t *mtx;
    char offlineMsgEnabled;
    twList *offlineMsgList;
    uint32_t offlineMsgSize;
    char *offlineMsgFile;
    char *subscribedPropsFile;
    uint32_t subscribedPropsSize;
    uint32_t ping_rate;
    char handle_pongs;
    uint32_t connect_timeout;
    int16_t connect_retries;
    char connectionInProgress;
    char firstConnectionComplete;
    twConnectionInfo *connectionInfo;
    char firstSynchronizationComplete;
    twDict *tw_property_dict;
    twDict *tw_used_property_names;
    twDict *tw_used_service_names;
} twApi;

typedef struct bindListEntry {
    char *name;
    char needsPropertyUpdate;
} bindListEntry;

typedef enum msgCodeEnum (*property_cb)(const char *entityName,
                                        const char *propertyName,
                                        twInfoTable **value,
                                        char isWrite,
                                        void *userdata);

typedef enum msgCodeEnum (*service_cb)(const char *entityName,
                                       const char *serviceName,
                                       twInfoTable *params,
                                       twInfoTable **content,
                                       void *userdata);

/**
 * What twedge_connection_state() tells. Times are milliseconds since 1970-01-01 UTC by the clock of now.
 */
typedef struct twedge_connection_report {
    /**
     * TWEDGE_DISCONNECTED, TWEDGE_WAITING, TWEDGE_CONNECTING, TWEDGE_NOT_BOUND or TWEDGE_ONLINE.
     */
    int state;
    /**
     * Since when; 0 when there was no connect call yet.
     */
    DATETIME since;
    /**
     * When the next attempt is due, 0 when none is.
     */
    DATETIME next_attempt;
    /**
     * The code of the last failure, 0 when there was none, or when a link that worked has ended.
     */
    int last_error;
    /**
     * When it was, 0 when there was none.
     */
    DATETIME last_error_time;
    /**
     * It in words, cut if need be; empty when there was none.
     */
    char last_error_text[TWEDGE_ERROR_TEXT];
} twedge_connection_report;

typedef struct callbackInfo {
    enum entityTypeEnum entityType;
    char *entityName;
    enum characteristicEnum characteristicType;
    char *characteristicName;
    void *characteristicDefinition;
    void *cb;
    void *userdata;
} callbackInfo;

typedef struct init_cb {
    init_cb_t cb;
    void *userdata;
} init_cb;

/**
 * Binds a thing: records its name, registers the services GetMetadata and NotifyPropertyUpdate on it unless they are, and tells
 * the platform when online. The name stays recorded whatever the answer and is bound again at every connect.
 * Returns 0, 600, 101 for NULL, 106 when it is recorded already, 100 when the platform refuses or does not answer.
 *
 * Requires: The name is NULL or a C string (copied).
 */
int twApi_BindThing(char *entityName);

/**
 * Binds the things of a list of names, in as few messages as fit. The list stays the caller's. As twApi_BindThing; a name that
 * is recorded already ends it with 106, after those before it were bound.
 *
 * Requires: The list is NULL or one of C strings.
 */
int twApi_BindThings(twList *entityNames);

/**
 * As twApi_BindThings; with `omitMetadataCallback` the service GetMetadata is not registered on the things.
 *
 * Requires: The list is NULL or one of C strings.
 */
int twApi_BindThings_Metadata_Option(twList *entityNames, char omitMetadataCallback);

/**
 * Binds a thing without registering services on it. Returns 0, 101 without an API object or for NULL, otherwise as the
 * platform says; only the callbacks of that name and those for all names are called.
 *
 * Requires: The name is NULL or a C string (copied).
 */
int twApi_BindThingWithoutDefaultServices(char *entityName);

/**
 * Unbinds a thing: removes its properties, services, events and unsent values, takes it out of the bound list and tells the
 * platform. Returns 0, 600, 101 for NULL, 1113 offline (everything else is done), otherwise as the platform says.
 *
 * Requires: The name is NULL or a C string.
 */
int twApi_UnbindThing(char *entityName);

/**
 * Whether a thing is in the bound list, which does not mean that the platform knows. FALSE for NULL and without an API object.
 *
 * Requires: The name is NULL or a C string.
 */
char twApi_IsEntityBound(char *entityName);

/**
 * The callback and its pointer that a request would reach: tunnel and file wildcards, the exact name, `*`, the built-in file and
 * tunnel services. Both NULL when there is none or an argument is NULL.
 *
 * Requires: The texts are NULL or C strings, `userdata` NULL or a place for a pointer.
 */
void *findCallback(enum entityTypeEnum entity_type,
                   char *entity,
                   enum characteristicEnum kind,
                   char *name,
                   void **userdata);

/**
 * Registers a function that is called after binding and unbinding, in the thread of the call that bound or of the tasker.
 * It gets the name it was registered with; a NULL name means all things. May be registered any number of times.
 * Returns 0, or 600 without an API object or without a function.
 *
 * Requires: `entityName` is NULL or a C string (copied).
 */
int twApi_RegisterBindEventCallback(char *entityName,
                                    bindEvent_cb cb,
                                    void *userdata);

/**
 * Removes the first bind callback with the same function, pointer and name. Returns 0, 1104 when there is none, 600.
 *
 * Requires: `entityName` is NULL or a C string.
 */
int twApi_UnregisterBindEventCallback(char *entityName, bindEvent_cb cb, void *userdata);

/**
 * Registers a function that is called by the tasker once per connection, after authentication, with the kind of credential
 * ("appKey"), the credential in clear and `userdata`. Returns 0, or 600 without an API object or without a function.
 *
 * Requires: `cb` has the three parameters of its type.
 */
int twApi_RegisterOnAuthenticatedCallback(authEvent_cb cb,
                                          void *userdata);

/**
 * Removes the first authenticated callback with the same function and pointer. Returns 0, 1104 when there is none, 600.
 *
 * Requires: `cb` is compared only.
 */
int twApi_UnregisterOnAuthenticatedCallback(authEvent_cb cb, void *userdata);

/**
 * Registers a function that is called by the tasker when the platform has told which properties of a thing it wants. A NULL
 * name means all things. The table is the SDK's. Returns 0, or 600 without an API object or without a function.
 *
 * Requires: `entityName` is NULL or a C string (copied).
 */
int twApi_RegisterSynchronizeStateEventCallback(char *entityName,
                                                synchronizeEvent_cb cb,
                                                void *userdata);

/**
 * Removes the first synchronize callback with the same function, pointer and name. Returns 0, 1104 when there is none, 600.
 *
 * Requires: `entityName` is NULL or a C string.
 */
int twApi_UnregisterSynchronizeStateEventCallback(char *entityName,
                                                  synchronizeEvent_cb cb,
                                                  void *userdata);

/**
 * Calls authenticated (kind 0: `entity` is the kind of credential, `value` the credential) or bind callbacks (1 bound,
 * 2 unbound) now. Returns 0, 101 for a missing argument or without an API object.
 *
 * Requires: The texts are NULL or C strings.
 */
int makeAuthOrBindCallbacks(char *entity, enum entityTypeEnum _entity_type, char kind, char *value);

/**
 * Calls the synchronize callbacks of a thing now. Returns 0, 101 for a NULL name or without an API object.
 *
 * Requires: `entity` is NULL or a C string, `rows` NULL or a table, which stays the caller's.
 */
int makeSynchronizedStateCallbacks(char *entity, enum entityTypeEnum _entity_type, twInfoTable *rows);

/**
 * The version of the C interface, "2.2.1". The SDK's.
 */
char *twApi_GetVersion(TW_NO_PROTOTYPE);

/**
 * The version of this library. The SDK's. An addition to the interface.
 */
const char *twedge_version(TW_NO_PROTOTYPE);

/**
 * Registers a function that every twApi_Initialize calls first. NULL removes it. Survives twApi_Delete. Returns 0.
 *
 * Requires: `twcfg.initCallback` is NULL or what an earlier call of this function has put there.
 */
int twApi_RegisterInitCallback(init_cb_t cb, void *userdata);

/**
 * Makes the API object. Must come before everything else; opens no connection and starts no thread. Texts are copied. A second
 * call does nothing. `app_key_function` is asked for the application key at each connect, with a buffer and its size.
 * `messageChunkSize` and `frameSize` in bytes (8192 is usual), `autoreconnect` keeps a connection that was made once.
 * Returns 0, 101 for a missing argument or a chunk size above the frame size, 1004 when the host name cannot be resolved (after the
 * retries of `twcfg`), 1005 when `twcfg.cipher_set` selects nothing, 102.
 *
 * Requires: The texts are NULL or C strings.
 */
int twApi_Initialize(char *host,
                     uint16_t port,
                     char *resource,
                     twPasswdCallbackFunction app_key_function,
                     char *gatewayName,
                     uint32_t messageChunkSize,
                     uint16_t frameSize,
                     char autoreconnect);

/**
 * Disconnects, moves property values that were not sent to disk, frees the API object, the file and tunnel managers and everything registered, and resets the logger. No other thread may be inside the SDK.
 * Returns 0, also without an API object, or 100 when a dictionary or map of the application is still alive.
 *
 * Requires: Pointers into the API object are not used afterwards.
 */
int twApi_Delete(TW_NO_PROTOTYPE);

/**
 * Connects: opens the connection, authenticates and binds, with up to `retries` attempts (-1 without end, 0 none at all) of
 * `timeout` milliseconds each to open it. Both are kept for automatic reconnects. Returns at once with 0 while another thread connects.
 * Returns 0, 600, 1001 name, TCP, TLS or proxy, 1000 request not written, 201 bad answer to the upgrade, 202 no answer, 1101 key refused,
 * 1114 no answer to AUTH or BIND, otherwise as the platform says.
 *
 * Requires: Callbacks run in this call.
 */
int twApi_Connect(uint32_t timeout,
                  int16_t retries);

/**
 * Unbinds everything, closes the connection and keeps it closed until the next twApi_Connect. A NULL reason is an empty one.
 * Returns 0, 600.
 *
 * Requires: The reason is NULL or a C string.
 */
int twApi_Disconnect(char *reason);

/**
 * Whether the connection is open and authenticated. FALSE without an API object, message handler or WebSocket.
 */
char twApi_isConnected(TW_NO_PROTOTYPE);

/**
 * Whether a connect call is at work. FALSE without an API object.
 */
char twApi_ConnectionInProgress(TW_NO_PROTOTYPE);

/**
 * Ends a connect call of another thread after its current step. Returns 0.
 */
int twApi_StopConnectionAttempt(TW_NO_PROTOTYPE);

/**
 * The API object, NULL when there is none. The SDK's.
 */
struct twApi *twApi_GetApi(void);

/**
 * The connection settings, NULL without an API object. The SDK's.
 */
twConnectionInfo *twApi_GetConnectionInfo(TW_NO_PROTOTYPE);

/**
 * Whether the platform has accepted the key on this connection. FALSE without an API object.
 */
char twApi_GetIsAuthenticated(TW_NO_PROTOTYPE);

/**
 * Sets that flag; FALSE stops sending. Returns 0, 4 without an API object.
 */
int twApi_SetIsAuthenticated(char value);

/**
 * Sets which share of each period is spent online: `duty_cycle` in percent (100 and more: always), `period` in milliseconds (0: no
 * duty cycle). Returns 0, 600.
 */
int twApi_SetDutyCycle(uint8_t duty_cycle,
                       uint32_t period);

/**
 * Sets the interval of pings in milliseconds. Returns 0, 600.
 */
int twApi_SetPingRate(uint32_t rate);

/**
 * Sets the time of one attempt of automatic reconnects, in milliseconds, until the next twApi_Connect. Returns 0, 600.
 */
int twApi_SetConnectTimeout(uint32_t timeout);

/**
 * Sets the number of attempts that is kept until the next twApi_Connect. Returns 0, 600.
 */
int twApi_SetConnectRetries(int8_t retries);

/**
 * Sets the name of the gateway that this device is, sent with every BIND once name and type are set. Copied.
 * Returns 0, 600, 101 for NULL.
 *
 * Requires: The name is NULL or a C string.
 */
int twApi_SetGatewayName(const char *input_name);

/**
 * Sets the type of the gateway that this device is; see twApi_SetGatewayName. Returns 0, 600, 101 for NULL.
 *
 * Requires: The type is NULL or a C string.
 */
int twApi_SetGatewayType(const char *input_type);

/**
 * Does what is due: delivers events, authenticates and synchronizes, reconnects, keeps the duty cycle. Call it every few
 * milliseconds from one thread, or let twExt_Start, a twThread or the tasker do so. The arguments are not looked at.
 *
 * Requires: Callbacks run in this call.
 */
void twApi_TaskerFunction(DATETIME _now,
                          void *_params);

/**
 * Runs a function every `runTimeIntervalMsec` milliseconds in the thread of the tasker. Returns the slot, 0 to 4, or 700.
 *
 * Requires: The function may be called from another thread.
 */
int twApi_CreateTask(uint32_t runTimeIntervalMsec,
                     twTaskFunction func);

/**
 * Reports asynchronous requests whose time is up, now. Returns 0, 600.
 */
int twApi_CleanupOldMessages(TW_NO_PROTOTYPE);

/**
 * Sends a ping with a text of up to 110 bytes, NULL for the time of day. Copied. Returns 0, 600, 203 offline, 208 too long.
 *
 * Requires: The text is NULL or a C string.
 */
int twApi_SendPing(char *content);

/**
 * Sets the function that is called when a connection is open, before it is authenticated; NULL clears it. Returns 0, 600.
 */
int twApi_RegisterConnectCallback(eventcb cb);

/**
 * Sets the function that is called when a connection has ended, with the reason; NULL clears it. Returns 0, 600.
 */
int twApi_RegisterCloseCallback(eventcb cb);

/**
 * Sets the function that is called for each ping of the platform, which the SDK has answered; NULL clears it. Returns 0, 600.
 */
int twApi_RegisterPingCallback(eventcb cb);

/**
 * Sets the function that is called for each pong; NULL clears it. Either way the SDK stops looking after missing pongs, for
 * good. Returns 0, 600.
 */
int twApi_RegisterPongCallback(eventcb cb);

/**
 * Does nothing: stubs belong to debug builds of the original. Returns 0.
 */
int twApi_CreateStubs(TW_NO_PROTOTYPE);

/**
 * Does nothing: stubs belong to debug builds of the original. Returns 0.
 */
int twApi_DeleteStubs(TW_NO_PROTOTYPE);

/**
 * The key of a registration, which the dictionary frees. NULL for NULL. Key function of `callbackList`.
 *
 * Requires: `item` is NULL or a `callbackInfo` whose names are C strings or NULL.
 */
const char *twCallbackInfoParser(void *item);

/**
 * Deletes a registration with its names and its definition. NULL-safe. Delete function of `callbackList` and of the lists of
 * event callbacks.
 *
 * Requires: `item` is NULL or a `callbackInfo` on the heap that is not used afterwards.
 */
void deleteCallbackInfo(void *item);

/**
 * A new entry for `boundList`; the name is copied. Given to the caller. NULL for NULL.
 *
 * Requires: `name` is NULL or a C string.
 */
struct bindListEntry *bindListEntry_Create(char *name);

/**
 * The key of an entry of `boundList`, which the dictionary frees. NULL for NULL.
 *
 * Requires: `item` is NULL or a `bindListEntry`.
 */
const char *bindListEntry_Parser(void *item);

/**
 * Deletes an entry of `boundList`. NULL-safe.
 *
 * Requires: `item` is NULL or a `bindListEntry` on the heap that is not used afterwards.
 */
void bindListEntry_Delete(void *item);

/**
 * Whether twApi_Connect, called while another thread connects, waits until that has ended, and tries itself if it has failed; off,
 * it returns 0 at once, as in the original. Any thread.
 */
void twedge_connect_waits(char on);

/**
 * Whether a duty cycle begins with its online part after the first connect; off, the device goes offline at once, as in the original.
 * Any thread.
 */
void twedge_duty_cycle_starts_online(char on);

/**
 * For how many milliseconds of being online the field `firstSynchronizationComplete`, and with it
 * twExt_WaitUntilFirstSynchronization() and the polled functions, waits for the platform to synchronize a thing; 0, it becomes TRUE
 * at the first call of twApi_TaskerFunction(), as in the original. Any thread.
 */
void twedge_first_synchronization_wait(uint32_t milliseconds);

/**
 * Whether bind callbacks are called for each thing that a call has bound or unbound, with its name, and with FALSE when a disconnect call
 * unbinds it; off, twApi_Connect() and twApi_Disconnect() call each function once, with the name that it was registered with and
 * TRUE, as in the original. Any thread.
 */
void twedge_exact_bind_events(char on);

/**
 * Whether the SDK goes on looking after missing pongs when the program has registered a pong callback; off,
 * twApi_RegisterPongCallback() ends that, as in the original. Any thread, before that call.
 */
void twedge_pong_watchdog_stays(char on);

/**
 * Why the last request of this thread (twApi_ReadProperty(), twApi_InvokeService() and the like) has failed, in words: the
 * platform's reason, if it gave one. Writes at most `size` bytes with the NUL at the end into `buffer`, which may be NULL. Returns the
 * length of the whole text, 0 when the last request has succeeded or there was none.
 *
 * Requires: `buffer` is NULL or has room for `size` bytes.
 */
int twedge_last_error(char *buffer,
                      size_t size);

/**
 * Makes the API connect through an HTTP proxy from its next connect on, in place of an earlier one, and closes the connection. Host
 * and user are copied. User (for NTLM `DOMAIN\user`) and callback may be NULL if the proxy asks for nothing; the callback is asked
 * for the password with each connect for which the proxy wants one, on the thread that connects. Tunnels use the proxy too, unless
 * they were given their own. Returns 0, 1001 without an API object or while a program has taken its socket away, 101 for a NULL
 * host, port 0 and a host whose name is not known now: then nothing has changed.
 *
 * Requires: The texts are NULL or C strings (copied).
 */
int twApi_SetProxyInfo(char *proxyHost,
                       uint16_t proxyPort,
                       char *proxyUser,
                       twPasswdCallbackFunction proxyPassCallback);

/**
 * Makes the API connect to the platform directly from its next connect on, and closes the connection. Returns 0, also when no proxy
 * was set, 1001 without an API object or while a program has taken its socket away, 101 when the name of the platform's host is not
 * known now: then nothing has changed.
 */
int twApi_ClearProxyInfo(TW_NO_PROTOTYPE);

/**
 * Handles one message that waits: runs the property, service or response callback it is for. `params` is NULL, or points to a
 * byte that is not 0 when only responses are to be handled. Returns at once when nothing waits. Any number of threads may call it.
 *
 * Requires: `params` is NULL or readable; callbacks run in this call.
 */
void twMessageHandler_msgHandlerTask(DATETIME _now,
                                     void *params);

/**
 * Registers a property with its description and push settings. `cb` serves reads and writes of the platform. Everything
 * is copied. A property without a push type cannot be used with twApi_SetSubscribedProperty.
 * Returns 0, 600 without an API object, 101 for a missing argument or entity type 0, 106 when the name is taken.
 *
 * Requires: The texts are NULL or C strings.
 */
int twApi_RegisterProperty(enum entityTypeEnum entityType,
                           const char *entityName,
                           const char *propertyName,
                           enum BaseType propertyType,
                           const char *propertyDescription,
                           const char *propertyPushType,
                           double propertyPushThreshold,
                           property_cb cb,
                           void *userdata);

/**
 * Registers a callback for a property without a description; twApi metadata does not list it. The name may be `*` (any
 * property of the entity). Returns 0, 600, 101 for a missing argument or entity type 0, 106.
 *
 * Requires: The texts are NULL or C strings (copied).
 */
int twApi_RegisterPropertyCallback(enum entityTypeEnum entityType,
                                   char *entityName,
                                   char *propertyName,
                                   property_cb cb,
                                   void *userdata);

/**
 * Changes description and push settings of a registered property of a thing; the callback stays. TW_UNKNOWN_TYPE and a NULL
 * description keep the old ones, a NULL push type removes the push type, all other aspects are dropped.
 * Returns 0, 600, 101 when it is not registered or a name is NULL.
 *
 * Requires: The texts are NULL or C strings (copied).
 */
int twApi_UpdatePropertyMetaData(enum entityTypeEnum _entityType,
                                 char *entityName,
                                 char *propertyName,
                                 enum BaseType propertyType,
                                 char *propertyDescription,
                                 char *propertyPushType,
                                 double propertyPushThreshold);

/**
 * Registers a service with its description, parameters and result. `cb` runs in the threads that handle messages.
 * The shapes are taken over, except when 600 or 101 is returned. Returns 0, 600, 101 for a missing argument or entity type 0,
 * 106 when the name is taken.
 *
 * Requires: The texts are NULL or C strings (copied), the shapes NULL or from twDataShape_Create.
 */
int twApi_RegisterService(enum entityTypeEnum entityType,
                          const char *entityName,
                          char *serviceName,
                          char *serviceDescription,
                          twDataShape *inputs,
                          enum BaseType outputType,
                          twDataShape *outputDataShape,
                          service_cb cb,
                          void *userdata);

/**
 * Registers a callback for a service without a description. The name may be `*` (any service of the entity), `*T` (tunnel
 * services), `*F` (file services), `*B` (both). Returns 0, 600, 101 for a missing argument or entity type 0, 106.
 *
 * Requires: The texts are NULL or C strings (copied).
 */
int twApi_RegisterServiceCallback(enum entityTypeEnum entityType,
                                  char *entityName,
                                  char *serviceName,
                                  service_cb cb,
                                  void *userdata);

/**
 * Registers an event that a thing may fire. The shape is taken over, except when 600 or 101 is returned.
 * Returns 0, 600, 101 for a missing argument or entity type 0, 106 when the name is taken.
 *
 * Requires: The texts are NULL or C strings (copied), the shape NULL or from twDataShape_Create.
 */
int twApi_RegisterEvent(enum entityTypeEnum entityType,
                        char *entityName,
                        char *eventName,
                        char *eventDescription,
                        twDataShape *parameters);

/**
 * Adds an aspect to a registered property of a thing. The value is deleted, except when 600 is returned or an argument is NULL.
 * Returns 0, 600, 101 for a missing argument or when it is not registered with a description.
 *
 * Requires: The texts are NULL or C strings (copied), the value NULL or a primitive on the heap.
 */
int twApi_AddAspectToProperty(const char *entityName,
                              const char *propertyName,
                              const char *aspectName,
                              twPrimitive *aspectValue);

/**
 * Adds an aspect to a registered service of a thing; as twApi_AddAspectToProperty.
 *
 * Requires: The texts are NULL or C strings (copied), the value NULL or a primitive on the heap.
 */
int twApi_AddAspectToService(char *entityName, char *serviceName, char *aspectName, twPrimitive *aspectValue);

/**
 * Adds an aspect to a registered event of a thing; as twApi_AddAspectToProperty.
 *
 * Requires: The texts are NULL or C strings (copied), the value NULL or a primitive on the heap.
 */
int twApi_AddAspectToEvent(char *entityName, char *eventName, char *aspectName, twPrimitive *aspectValue);

/**
 * Removes a registered property of a thing, its description and its values that wait to be sent. The third argument is not
 * looked at. Returns 0, 600, 101 for a missing name, 1104 when it is not registered.
 *
 * Requires: The texts are NULL or C strings.
 */
int twApi_UnregisterPropertyCallback(char *entityName,
                                     char *propertyName,
                                     void *_userdata);

/**
 * Removes a registered service of a thing. The third argument is not looked at. Returns 0, 600, 101 for a missing name, 1104
 * when it is not registered.
 *
 * Requires: The texts are NULL or C strings.
 */
int twApi_UnregisterServiceCallback(char *entityName,
                                    char *serviceName,
                                    void *_userdata);

/**
 * Removes every property, service and event of a thing and the values that wait to be sent. The thing stays bound.
 * Returns 0, also when nothing is registered, 600, 101 for NULL.
 *
 * Requires: `entityName` is NULL or a C string.
 */
int twApi_UnregisterThing(char *entityName);

/**
 * Registers a function that gets the requests of the platform for which nothing else is registered. NULL removes it.
 * Returns 0, or 600 without an API object.
 *
 * Requires: `cb` returns NULL or a message on the heap.
 */
int twApi_RegisterDefaultRequestHandler(genericRequest_cb cb);

/**
 * Whether the built-in file and tunnel services serve bound things only (TRUE) or any entity that the platform names
 * (FALSE, the default). What the application has registered is served in either case. Until twApi_Delete. An addition to
 * the interface. Returns 0, or 600 without an API object.
 */
int twedge_serve_bound_things_only(char only);

/**
 * Reads a property of an entity on the platform. `*result` is a new primitive, the caller's; NULL when the answer has no such
 * column. An empty name reads all properties, as an INFOTABLE. `timeout` in milliseconds, negative for the default.
 * Returns 0, 1107 for a missing argument or without an API object, 1113 offline, 1114 no answer, 1100.. as the platform says;
 * with a store of offline messages 308 offline when it is stored, to be sent later, and 314 when there is no room.
 *
 * Requires: The names are NULL or C strings, `result` NULL or a place for a pointer.
 */
int twApi_ReadProperty(enum entityTypeEnum entityType,
                       char *entityName,
                       char *propertyName,
                       twPrimitive **result,
                       int32_t timeout,
                       char forceConnect);

/**
 * Writes a property of an entity on the platform. The value is emptied; its shell stays the caller's. An INFOTABLE for the name
 * `*` writes several properties, one per column. Returns as twApi_ReadProperty.
 *
 * Requires: The names are NULL or C strings, the value NULL or a primitive.
 */
int twApi_WriteProperty(enum entityTypeEnum entityType,
                        char *entityName,
                        char *propertyName,
                        twPrimitive *value,
                        int32_t timeout,
                        char forceConnect);

/**
 * Invokes a service of an entity on the platform. The parameters, which may be NULL, are emptied; their shell stays the
 * caller's. `*result` is a new table, the caller's, or NULL. Returns as twApi_ReadProperty; 0 milliseconds send without waiting (1114).
 *
 * Requires: The names are NULL or C strings, `params` NULL or a table, `result` NULL or a place for a pointer.
 */
int twApi_InvokeService(enum entityTypeEnum entityType,
                        char *entityName,
                        char *serviceName,
                        twInfoTable *params,
                        twInfoTable **result,
                        int32_t timeout,
                        char forceConnect);

/**
 * Fires an event of an entity on the platform. The data, which may be NULL, are emptied; their shell stays the caller's.
 * Returns as twApi_ReadProperty.
 *
 * Requires: The names are NULL or C strings, `params` NULL or a table.
 */
int twApi_FireEvent(enum entityTypeEnum entityType,
                    char *entityName,
                    char *eventName,
                    twInfoTable *params,
                    int32_t timeout,
                    char forceConnect);

/**
 * Invokes a service without waiting. `cb` gets the id, the code, a reason (the SDK's) and the result, which is `cb`'s to
 * delete, in a thread that handles messages; without an answer it gets code 0xA4. `*messageId` is 0 when nothing was sent, and then
 * `cb` is not called. Returns 0, 1107 for a missing argument or without an API object, otherwise as twApi_ReadProperty.
 *
 * Requires: The names are NULL or C strings, `params` NULL or a table, `messageId` NULL or a place for a number.
 */
int twApi_InvokeServiceAsync(enum entityTypeEnum entityType,
                             char *entityName,
                             char *serviceName,
                             twInfoTable *params,
                             char forceConnect,
                             response_cb cb,
                             uint32_t *messageId);

/**
 * A new list of properties for twApi_PushProperties with one element. The value is taken, also on failure; time 0 is now.
 * Given to the caller: delete with twApi_DeletePropertyList. NULL for a missing name or value.
 *
 * Requires: The name is NULL or a C string (copied), the value NULL or a primitive on the heap.
 */
twList *twApi_CreatePropertyList(char *name,
                                 twPrimitive *value,
                                 DATETIME timestamp);

/**
 * Adds a property to such a list. The value is taken, also on failure; time 0 is now.
 * Returns 0, 101 for a missing argument, in which case a value given to a NULL list stays the caller's.
 *
 * Requires: The list is NULL or from twApi_CreatePropertyList, the rest as there.
 */
int twApi_AddPropertyToList(twList *proplist, char *name, twPrimitive *value, DATETIME timestamp);

/**
 * Deletes a list of properties with its values. Returns 0, 101 for NULL.
 *
 * Requires: The list is NULL or from twApi_CreatePropertyList, and not used afterwards.
 */
int twApi_DeletePropertyList(twList *list);

/**
 * Sends a list of properties in one message, whatever their push types say. The list stays the caller's, its values are
 * emptied. Returns 0, 600 without an API object, 128 for a missing argument, otherwise as twApi_ReadProperty.
 *
 * Requires: The name is NULL or a C string, the list NULL or from twApi_CreatePropertyList.
 */
int twApi_PushProperties(enum entityTypeEnum entityType,
                         char *entityName,
                         twList *properties,
                         int32_t timeout,
                         char forceConnect);

/**
 * Accepts a server whose certificate is self-signed or ends in a self-signed one, whatever its name. Until twApi_Delete. Nothing
 * happens without an API object.
 */
void twApi_SetSelfSignedOk(TW_NO_PROTOTYPE);

/**
 * Accepts every certificate. Until twApi_Delete. Nothing happens without an API object.
 */
void twApi_DisableCertValidation(TW_NO_PROTOTYPE);

/**
 * Sends everything in clear, the application key included. A connection with TLS is closed. Until twApi_Delete. Nothing happens
 * without an API object.
 */
void twApi_DisableEncryption(TW_NO_PROTOTYPE);

/**
 * Does not offer compression with the next connect. Until twApi_Delete. Nothing happens without an API object.
 */
void twApi_DisableWebSocketCompression(TW_NO_PROTOTYPE);

/**
 * Trusts the certificates of a PEM file, beside those of earlier calls and instead of the public roots: CA certificates, or a
 * server's own. The type is not looked at. Returns 0, 600, 300 without a WebSocket object, 101 for NULL, 1501 when there is no certificate in it.
 *
 * Requires: The path is NULL or a C string (copied).
 */
int twApi_LoadCACert(const char *file,
                     int _type);

/**
 * Presents the certificate chain of a PEM file to servers that ask for one, in place of an earlier one. Returns 0, 600, 101 for
 * NULL, 300 without a WebSocket object, 1501 when there is no certificate in it.
 *
 * Requires: The path is NULL or a C string (copied).
 */
int twApi_LoadClientCert(char *file);

/**
 * Sets the key of the client certificate: type 2 is DER, everything else PEM. The callback is asked for the passphrase at
 * once, also for a key that has none. Returns 0, 600, 300 without a WebSocket object, 101 for a missing argument, -1 when the
 * key cannot be read or does not belong to the certificate.
 *
 * Requires: The path is NULL or a C string (copied).
 */
int twApi_SetClientKey(const char *file,
                       twPasswdCallbackFunction passphraseCallback,
                       int type);

/**
 * Compares fields of the server's certificate from the next handshake on: common name, organization and unit of subject and
 * issuer. NULL is not compared; each call replaces all six. Returns 0, 600.
 *
 * Requires: The texts are NULL or C strings (copied).
 */
int twApi_SetX509Fields(char *subject_cn,
                        char *subject_o,
                        char *subject_ou,
                        char *issuer_cn,
                        char *issuer_o,
                        char *issuer_ou);

/**
 * Whether the TLS library has a FIPS mode: 1012, it has none.
 */
int twApi_IsFIPSCompatible(TW_NO_PROTOTYPE);

/**
 * Switches FIPS mode on: 1012, there is none.
 */
int twApi_EnableFipsMode(TW_NO_PROTOTYPE);

/**
 * Switches FIPS mode off, which it is. Returns 0.
 */
int twApi_DisableFipsMode(TW_NO_PROTOTYPE);

/**
 * Whether FIPS mode is on: FALSE.
 */
int twApi_IsFipsModeEnabled(TW_NO_PROTOTYPE);

/**
 * Tells what the connection is doing, since when, what went wrong last and when the next attempt comes. Never waits; any thread,
 * callbacks included. Returns 0, 101 for NULL, 600 without an API object.
 *
 * Requires: `report` is NULL or can be written.
 */
int twedge_connection_state(struct twedge_connection_report *report);

/**
 * Sets a property with the time of now and good quality; see twApi_SetSubscribedPropertyVTQ.
 *
 * Requires: The names are NULL or C strings, the value NULL or a primitive on the heap.
 */
int twApi_SetSubscribedProperty(char *entityName, char *propertyName, twPrimitive *value, char fold, char pushUpdate);

/**
 * Sets a property of a registered thing: what its push type accepts is queued for the platform. The value is always taken.
 * Time 0 is now, a NULL quality "GOOD". With `fold` only the latest value is kept; with `pushUpdate` the thing is pushed at once.
 * Returns 0, 600, 101 for a missing argument, no push type or a VARIANT, 1201 not registered, 1202 queue full, with
 * `pushUpdate` also the result of pushing: 1203 offline when the value is on disk, 1204 and 1205 as of
 * twApi_PushSubscribedProperties when it waits in memory.
 *
 * Requires: The texts are NULL or C strings, the value NULL or a primitive on the heap.
 */
int twApi_SetSubscribedPropertyVTQ(char *entityName,
                                   char *propertyName,
                                   twPrimitive *value,
                                   DATETIME timestamp,
                                   char *quality,
                                   char fold,
                                   char pushUpdate);

/**
 * Sends the queued values of a thing, or of all things with NULL. Values stay queued until the platform has confirmed them.
 * Offline without `forceConnect` they are moved to the file `subscribed_properties.bin` in `twcfg.offline_msg_store_dir`, which is no
 * failure: they are on disk when this returns 0, and a later push sends them, also after a restart. What the file has of other
 * things is sent as well. Returns 0 (always for NULL), 600, 1204 when offline and the file is full (`twcfg.offline_msg_queue_size`), not
 * open or not writable, 1205 when no directory is set (the values go on waiting in memory then), otherwise the platform's
 * answer as for twApi_InvokeService, 307 for a value that fits into no message.
 *
 * Requires: The name is NULL or a C string.
 */
int twApi_PushSubscribedProperties(char *entityName,
                                   char forceConnect);

/**
 * As twApi_PushSubscribedProperties, without waiting: `cb` gets the outcome of each message in a thread that handles messages.
 * `*messageListRef` is a new list of the message ids (`uint32_t` on the heap), the caller's: delete with twList_Delete.
 * Returns 0, 600, 1200, 1107 without a function or a place for the list, otherwise why something could not be sent.
 *
 * Requires: The name is NULL or a C string, the place NULL or one for a pointer.
 */
int twApi_PushSubscribedPropertiesAsync(char *entityName,
                                        char forceConnect,
                                        response_cb cb,
                                        twList **messageListRef);

/**
 * Forgets the last values that push types compare with: the next set of each property counts as its first. What waits to be
 * pushed stays. Returns 0, 1200 without a manager.
 */
int twApi_ClearSubscribedPropertyCurrentValues(TW_NO_PROTOTYPE);

TW_END_DECLARATIONS

#ifndef __cplusplus
/* Existing programs pass handlers with two parameters, which compilers of today refuse. The cast is only in the call:
 * the address of a function, and C++, see the function itself. Inner macros, so that arguments may come from a macro. */
#define TW_AUTH_HANDLER_(cb) ((authEvent_cb)(void (*)(void))(cb))
#define TW_REGISTER_AUTH_(cb, userdata) (twApi_RegisterOnAuthenticatedCallback)(TW_AUTH_HANDLER_(cb), userdata)
#define TW_UNREGISTER_AUTH_(cb, userdata) (twApi_UnregisterOnAuthenticatedCallback)(TW_AUTH_HANDLER_(cb), userdata)
#define twApi_RegisterOnAuthenticatedCallback(...) TW_REGISTER_AUTH_(__VA_ARGS__)
#define twApi_UnregisterOnAuthenticatedCallback(...) TW_UNREGISTER_AUTH_(__VA_ARGS__)
#endif

#endif /* TW_API_H */

/* cJSON.h: JSON tree, layout of the cJSON library; gives way to the real header, whose guard it shares */
#if defined(TWEDGE_PART_cJSON) && !defined(cJSON__h)
#define cJSON__h

TW_BEGIN_DECLARATIONS

#define cJSON_False 0

#define cJSON_True 1

#define cJSON_NULL 2

#define cJSON_Number 3

#define cJSON_String 4

#define cJSON_Array 5

#define cJSON_Object 6

#define cJSON_IsReference 256

/**
 * The allocator pair of `cJSON_InitHooks`.
 */
typedef struct cJSON_Hooks {
    void *(*malloc_fn)(size_t);
    void (*free_fn)(void*);
} cJSON_Hooks;

/**
 * A node of a JSON tree.
 */
typedef struct cJSON {
    struct cJSON *next;
    struct cJSON *prev;
    struct cJSON *child;
    int type;
    char *valuestring;
    int valueint;
    double valuedouble;
    char *string;
} cJSON;

/**
 * Sets the allocator of nodes and texts. NULL, and a NULL member, mean that of the C library. Set it before the first
 * node is made; the functions of the SDK that build trees use it as well.
 */
void cJSON_InitHooks(struct cJSON_Hooks *hooks);

/**
 * Deletes a node with all below it, and the siblings that follow it. NULL is fine.
 */
void cJSON_Delete(struct cJSON *item);

/**
 * Makes a null. As all nodes that are made here it is the caller's, to be deleted with `cJSON_Delete` or given to a
 * parent; NULL when there is no memory.
 */
struct cJSON *cJSON_CreateNull(void);

/**
 * Makes a true.
 */
struct cJSON *cJSON_CreateTrue(void);

/**
 * Makes a false.
 */
struct cJSON *cJSON_CreateFalse(void);

/**
 * Makes a false for 0, otherwise a true.
 */
struct cJSON *cJSON_CreateBool(int b);

/**
 * Makes a number.
 */
struct cJSON *cJSON_CreateNumber(double number);

/**
 * Makes a string with a copy of `text`. NULL for NULL.
 */
struct cJSON *cJSON_CreateString(const char *text);

/**
 * Makes an array without elements.
 */
struct cJSON *cJSON_CreateArray(void);

/**
 * Makes an object without members.
 */
struct cJSON *cJSON_CreateObject(void);

/**
 * Makes an array of `count` numbers.
 */
struct cJSON *cJSON_CreateIntArray(int *numbers, int count);

/**
 * Makes an array of `count` numbers.
 */
struct cJSON *cJSON_CreateFloatArray(float *numbers, int count);

/**
 * Makes an array of `count` numbers.
 */
struct cJSON *cJSON_CreateDoubleArray(double *numbers, int count);

/**
 * Makes an array of copies of `count` strings.
 */
struct cJSON *cJSON_CreateStringArray(const char **texts, int count);

/**
 * Makes a tree of a JSON text; what follows the first value is ignored. The caller deletes it with `cJSON_Delete`. NULL
 * for NULL and for a text that is not JSON: `cJSON_GetErrorPtr` then tells where.
 */
struct cJSON *cJSON_Parse(const char *text);

/**
 * As `cJSON_Parse`. `*end`, if not NULL, becomes the place behind the value; with `require_end` not 0 nothing but white
 * space may follow.
 */
struct cJSON *cJSON_ParseWithOpts(const char *text, const char **end, int require_end);

/**
 * Where in its text the last parsing of any thread failed; NULL when it did not. Valid as long as that text.
 */
const char *cJSON_GetErrorPtr(void);

/**
 * The text of a tree, with a line per member of an object. The caller frees it. NULL for NULL, for a node of no known
 * kind and when there is no memory. Numbers read back to the same number; NaN and infinities print as null.
 */
char *cJSON_Print(struct cJSON *item);

/**
 * The text of a tree without white space, otherwise as `cJSON_Print`.
 */
char *cJSON_PrintUnformatted(struct cJSON *item);

/**
 * The number of elements of an array, or of members of an object; 0 for NULL.
 */
int cJSON_GetArraySize(struct cJSON *array);

/**
 * The element at a place, counted from 0; it stays part of the tree. NULL when there is none.
 */
struct cJSON *cJSON_GetArrayItem(struct cJSON *array, int index);

/**
 * The first member of that name, **in any case**; it stays part of the tree. NULL when there is none.
 */
struct cJSON *cJSON_GetObjectItem(struct cJSON *object, const char *name);

/**
 * Appends an item, which then belongs to the array. NULL is ignored.
 */
void cJSON_AddItemToArray(struct cJSON *array, struct cJSON *item);

/**
 * Appends an item under a copy of `name`; it then belongs to the object. NULL is ignored.
 */
void cJSON_AddItemToObject(struct cJSON *object, const char *name, struct cJSON *item);

/**
 * Appends a reference to an item, which stays the caller's and must live as long as the array.
 */
void cJSON_AddItemReferenceToArray(struct cJSON *array, struct cJSON *item);

/**
 * Appends a reference to an item under a copy of `name`; the item stays the caller's and must live as long as the object.
 */
void cJSON_AddItemReferenceToObject(struct cJSON *object,
                                    const char *name,
                                    struct cJSON *item);

/**
 * Takes an element out of an array; it is the caller's then. NULL when there is none.
 */
struct cJSON *cJSON_DetachItemFromArray(struct cJSON *array, int index);

/**
 * Deletes an element of an array.
 */
void cJSON_DeleteItemFromArray(struct cJSON *array, int index);

/**
 * Takes a member out of an object; it is the caller's then. NULL when there is none.
 */
struct cJSON *cJSON_DetachItemFromObject(struct cJSON *object, const char *name);

/**
 * Deletes a member of an object.
 */
void cJSON_DeleteItemFromObject(struct cJSON *object, const char *name);

/**
 * Replaces an element of an array by `item`, which then belongs to the array. Does nothing when there is no such element.
 */
void cJSON_ReplaceItemInArray(struct cJSON *array,
                              int index,
                              struct cJSON *item);

/**
 * Replaces a member of an object by `item`, which then belongs to the object. Does nothing when there is no such member.
 */
void cJSON_ReplaceItemInObject(struct cJSON *object,
                               const char *name,
                               struct cJSON *item);

/**
 * Copies a node, with `recurse` not 0 also all below it. The copy is the caller's. NULL for NULL and when there is no
 * memory.
 */
struct cJSON *cJSON_Duplicate(struct cJSON *item, int recurse);

TW_END_DECLARATIONS

#define cJSON_AddNullToObject(object, name) cJSON_AddItemToObject(object, name, cJSON_CreateNull())
#define cJSON_AddTrueToObject(object, name) cJSON_AddItemToObject(object, name, cJSON_CreateTrue())
#define cJSON_AddFalseToObject(object, name) cJSON_AddItemToObject(object, name, cJSON_CreateFalse())
#define cJSON_AddBoolToObject(object, name, b) cJSON_AddItemToObject(object, name, cJSON_CreateBool(b))
#define cJSON_AddNumberToObject(object, name, n) cJSON_AddItemToObject(object, name, cJSON_CreateNumber(n))
#define cJSON_AddStringToObject(object, name, s) cJSON_AddItemToObject(object, name, cJSON_CreateString(s))
/** Sets both forms of a number; yields the value. */
#define cJSON_SetIntValue(object, val) ((object) ? ((object)->valueint = (int)((object)->valuedouble = (val))) : (int)(val))

#endif /* cJSON__h */

/* twProperties.h: property definitions and values */
#if defined(TWEDGE_PART_twProperties) && !defined(PROPERTIES_H)
#define PROPERTIES_H

TW_BEGIN_DECLARATIONS

typedef struct twPropertyDef {
    char *name;
    char *description;
    enum BaseType type;
    cJSON *aspects;
} twPropertyDef;

typedef struct twProperty {
    char *name;
    twPrimitive *value;
    DATETIME timestamp;
    char *quality;
} twProperty;

/**
 * Makes the definition of a property with copies of the texts. `description` may be NULL; `pushType` NULL makes a
 * property without push type. `aspects` is an object with `pushType`, if any, and `pushThreshold`. The caller deletes the
 * definition. NULL when the name is NULL or there is no memory.
 */
struct twPropertyDef *twPropertyDef_Create(char *name,
                                           enum BaseType type,
                                           char *description,
                                           char *pushType,
                                           double pushThreshold);

/**
 * Deletes the definition of a property. NULL is fine.
 */
void twPropertyDef_Delete(void *input);

/**
 * Makes a property value of quality "GOOD", as `twPropertyVTQ_Create`.
 */
struct twProperty *twProperty_Create(char *name, twPrimitive *value, DATETIME timestamp);

/**
 * Makes a property value: name, value, time and quality. The value is taken, the texts are copied; time 0 is now, quality
 * NULL is "GOOD". The caller deletes it with `twProperty_Delete`. NULL when name or value is NULL or there is no memory:
 * the value then stays the caller's.
 */
struct twProperty *twPropertyVTQ_Create(char *name,
                                        twPrimitive *value,
                                        DATETIME timestamp,
                                        char *quality);

/**
 * Reads a property value from a stream: name, typed value, time and quality. The caller deletes it. NULL for NULL and on
 * failure. Missing bytes read as zero.
 */
struct twProperty *twProperty_CreateFromStream(twStream *s);

/**
 * Deletes a property value. NULL is fine.
 */
void twProperty_Delete(void *input);

TW_END_DECLARATIONS

#endif /* PROPERTIES_H */

/* twServices.h: service definitions */
#if defined(TWEDGE_PART_twServices) && !defined(SERVICES_H)
#define SERVICES_H

TW_BEGIN_DECLARATIONS

typedef struct twServiceDef {
    char *name;
    char *description;
    twDataShape *inputs;
    enum BaseType outputType;
    twDataShape *outputDataShape;
    cJSON *aspects;
} twServiceDef;

/**
 * Makes the definition of a service with copies of the texts; `description` may be NULL. The shapes are taken and may be
 * NULL. `aspects` is an empty object. The caller deletes the definition. NULL when the name is NULL or there is no memory:
 * the shapes then stay the caller's.
 */
struct twServiceDef *twServiceDef_Create(char *name,
                                         char *description,
                                         twDataShape *inputs,
                                         enum BaseType outputType,
                                         twDataShape *outputDataShape);

/**
 * Deletes the definition of a service with its shapes. NULL is fine.
 */
void twServiceDef_Delete(void *input);

TW_END_DECLARATIONS

#endif /* SERVICES_H */

/* twStandardProps.h: values and listeners of standard properties */
#if defined(TWEDGE_PART_twStandardProps) && !defined(TW_C_SDK_TWSTANDARDPROPS_H)
#define TW_C_SDK_TWSTANDARDPROPS_H

#include <time.h>

TW_BEGIN_DECLARATIONS

typedef void (*PropertyChangeListenerFunction)(const char*, const char*, twPrimitive*);

typedef struct twPropertyChangeRecord {
    PropertyChangeListenerFunction listenerFunction;
    char *entityName;
    char *propertyName;
} twPropertyChangeRecord;

/**
 * Keeps a copy of the value, queues another one for the platform and tells the change listeners. The property need not be
 * registered. The value stays the caller's.
 * Returns 0, 101 for a missing argument, a value that cannot be copied or without an API object, otherwise the code of
 * twApi_SetSubscribedProperty; the value is kept even then.
 *
 * Requires: The names are NULL or C strings, the value NULL or a primitive.
 */
int twExt_SetPropertyValue(const char *thingname,
                           const char *propertyName,
                           twPrimitive *value,
                           char fold,
                           char push);

/**
 * As twExt_SetPropertyValue, and deletes the value, whatever is returned: for values that are made in the call. An
 * addition to the interface, used by TW_SET_PROPERTY_AND_DELETE.
 *
 * Requires: The names are NULL or C strings, the value NULL or a primitive on the heap that is not used afterwards.
 */
int twedge_set_property_and_delete(const char *thingname,
                                   const char *propertyName,
                                   twPrimitive *value,
                                   char fold,
                                   char push);

/**
 * Whether a value is kept for that property. FALSE for NULL.
 *
 * Requires: The names are NULL or C strings.
 */
char twExt_PropertyExists(const char *thingname, char *propertyName);

/**
 * The kept value itself, not a copy: valid until the next but one set of the property, and editable in place. For a property
 * without a value an empty primitive (TW_NOTHING, zero) that is valid until the next call in the same thread. Never NULL.
 *
 * Requires: The names are NULL or C strings.
 */
twPrimitive *twExt_GetPropertyValue(const char *thingname,
                                    char *propertyName);

/**
 * Serves reads and writes of standard properties. A write is kept, and echoed as a subscribed property; answers SUCCESS, or
 * NOT_FOUND when the table has no such column. A read gives a new table, or NOT_FOUND. BAD_REQUEST for a NULL pointer.
 *
 * Requires: The names are C strings; `value` is NULL or points to NULL or, for a write, to a table.
 */
enum msgCodeEnum twExt_StandardPropertyHandler(const char *entityName,
                                               const char *propertyName,
                                               twInfoTable **value,
                                               char isWrite,
                                               void *_userdata);

/**
 * Calls a function after each successful set of a property of an entity; NULL means all its properties. It gets a copy of the
 * value that is the SDK's. May be added several times. A NULL entity is logged and ignored.
 *
 * Requires: The names are NULL or C strings (copied).
 */
void twExt_AddPropertyChangeListener(char *entityName,
                                     char *propertyName,
                                     PropertyChangeListenerFunction propertyChangeListenerFunction);

/**
 * Removes the first listener with that function.
 *
 * Requires: The function is compared only.
 */
void twExt_RemovePropertyChangeListener(PropertyChangeListenerFunction propertyChangeListenerFunction);

TW_END_DECLARATIONS

#endif /* TW_C_SDK_TWSTANDARDPROPS_H */

/* twShapes.h: templates, shapes, extension libraries */
#if defined(TWEDGE_PART_twShapes) && !defined(TW_C_SDK_TWSHAPES_H)
#define TW_C_SDK_TWSHAPES_H

#if !defined(__cplusplus) && !defined(true)
#define true 1
#endif

TW_BEGIN_DECLARATIONS

typedef void (*shapeHandlerFunction)(const char*, const char*);

typedef void (*templateHandlerFunction)(const char*, const char*);

typedef struct twThingNameToTemplateRecord {
    char *entityName;
    char *templateName;
} twThingNameToTemplateRecord;

typedef struct twThingNameToShapeRecord {
    char *entityName;
    char *shapeName;
} twThingNameToShapeRecord;

typedef twInfoTable *(*InitialConfigurationHandler)(TW_NO_PROTOTYPE);

typedef void (*OnConfigureHandler)(twInfoTable*, char*);

/**
 * Registers a shape's constructor under a name; a later registration of the name replaces it.
 *
 * Requires: `shapeName` is NULL or a C string (copied).
 */
void twExt_RegisterShape(const char *shapeName, shapeHandlerFunction shapeConstructorFunction);

/**
 * Registers a template's constructor under a name; a later registration of the name replaces it.
 *
 * Requires: `templateName` is NULL or a C string (copied).
 */
void twExt_RegisterTemplate(const char *templateName, templateHandlerFunction handler);

/**
 * Adds a registered shape to a thing under a namespace, which may be NULL. Returns 0, 500 for an unknown shape.
 *
 * Requires: The texts are NULL or C strings.
 */
int twExt_AddEdgeThingShape(const char *entityName, const char *shapeName, const char *thing_namespace);

/**
 * Records that a thing is based on a template, without running its constructor. NULL is logged and ignored.
 *
 * Requires: The texts are NULL or C strings (copied).
 */
void twExt_SetThingAsBasedOnTemplateOf(const char *thingName, const char *templateName);

/**
 * Runs the constructor of a parent template on a thing and records it; for use inside a template's constructor. An unknown
 * parent is ignored.
 *
 * Requires: The texts are NULL or C strings.
 */
void twExt_InheritFromTemplate(const char *thingName,
                               const char *templateNameToInherit);

/**
 * Whether a thing was made with that shape. FALSE for NULL.
 *
 * Requires: The texts are NULL or C strings.
 */
char twExt_DoesThingImplementShape(char *entityName, char *shapeName);

/**
 * Whether a thing was made of that template or of one that inherits it. FALSE for NULL.
 *
 * Requires: The texts are NULL or C strings.
 */
char twExt_DoesThingImplementTemplate(char *entityName, char *templateName);

/**
 * The callback that a request of the platform for that service would reach, wildcards and built-in services included.
 * NULL when there is none.
 *
 * Requires: The texts are NULL or C strings.
 */
service_cb twExt_GetCallbackForService(char *entityName, char *serviceName);

/**
 * Registers a property whose values the library keeps, served by twExt_StandardPropertyHandler, under the name
 * `namespace_name` (`name` with a NULL namespace). Texts are copied.
 * Returns 0, 101 when the name is taken or an argument is missing, otherwise the code of twApi_RegisterProperty.
 *
 * Requires: The texts are NULL or C strings.
 */
int twExt_RegisterStandardProperty(const char *entityName,
                                   const char *propertyName,
                                   const char *thing_namespace,
                                   enum BaseType propertyType,
                                   const char *propertyDescription,
                                   char *propertyPushType,
                                   double propertyPushThreshold);

/**
 * Registers a service under the name `namespace_name` (`name` with a NULL namespace). The shapes are taken over whatever is
 * returned. Returns 0, 101 when the name is taken or an argument is missing, otherwise the code of twApi_RegisterService.
 *
 * Requires: The texts are NULL or C strings (copied), the shapes NULL or from twDataShape_Create.
 */
int twExt_RegisterNamespacedService(const char *entityName,
                                    const char *serviceName,
                                    const char *thing_namespace,
                                    const char *serviceDescription,
                                    twDataShape *inputs,
                                    enum BaseType outputType,
                                    twDataShape *outputDataShape,
                                    service_cb cb,
                                    void *userdata);

/**
 * Loads an extension library from the directory that the environment variable TWXLIB names, and calls its `init_NAME`.
 * Returns the handle of the library, or NULL: variable not set, no such file inside the directory, entry missing or failing.
 *
 * Requires: `shapeLibraryName` is NULL or a C string.
 */
void *twExt_LoadExtensionLibrary(char *shapeLibraryName);

/**
 * Whether the service `loadShapeLibrary`, which things of the generic template offer to the platform, may load libraries
 * (TRUE, the default) or answers NOT_FOUND (FALSE). Whatever is set, libraries come only from the directory that the
 * environment variable TWXLIB names, and twExt_LoadExtensionLibrary stays the application's. An addition to the interface.
 * From any thread.
 */
void twedge_platform_may_load_libraries(char allowed);

TW_END_DECLARATIONS

TW_BEGIN_DECLARATIONS

/** Makes a thing of a template and of the shapes that are named after it; the names end with NULL. Returns an error code. */
int twExt_CreateThingFromTemplate(const char *thingName, const char *templateName, ...);

TW_END_DECLARATIONS

#endif /* TW_C_SDK_TWSHAPES_H */

/* twThreadUtils.h: polled functions and ready-made main loops */
#if defined(TWEDGE_PART_twThreadUtils) && !defined(TW_C_SDK_TWTHREADUTILS_H)
#define TW_C_SDK_TWTHREADUTILS_H

TW_BEGIN_DECLARATIONS

/**
 * The named values of `enum twThreadingModel`, as the C header shows them; in Rust the constants of the same names are used.
 */
enum twThreadingModel {
    TW_THREADING_SINGLE = 0,
    TW_THREADING_TASKER = 1,
    TW_THREADING_MULTI = 2,
};


typedef void (*twOnPolled)(char *entityName);

typedef struct twPolledFunctionRecord {
    twOnPolled onPolledFunction;
    char *shapeName;
    char *templateName;
} twPolledFunctionRecord;

typedef struct twPolledFunctionRecord twPolledFunctionListRecord;

/**
 * Starts the threads that run the SDK: `TW_THREADING_MULTI` one for the connection, one for polled functions at
 * `dataCollectionRate` milliseconds and `messageHandlerThreadCount` for callbacks; `TW_THREADING_TASKER` the built-in tasker
 * for all of it. `TW_THREADING_SINGLE` starts nothing: use twExt_Idle. Nothing happens when a model runs already.
 *
 * Requires: Callbacks run in the threads started here from now on.
 */
void twExt_Start(uint32_t dataCollectionRate,
                 enum twThreadingModel threadingModel,
                 uint32_t messageHandlerThreadCount);

/**
 * Ends what twExt_Start has started and waits for it. Returns 0, also when called again; 702 without an API object or in the
 * single threaded model, which cannot be stopped.
 *
 * Requires: Must not be called from a callback that runs in one of the threads.
 */
int twExt_Stop(TW_NO_PROTOTYPE);

/**
 * Runs the SDK and does not return, except when `q` is read from the standard input in the threaded models (the threads go
 * on then). In the single threaded model everything happens in this call.
 *
 * Requires: Callbacks run in this call or in threads started here.
 */
void twExt_Idle(uint32_t intervalMsec,
                enum twThreadingModel threadingModel,
                uint32_t messageHandlerThreadCount);

/**
 * Waits until the first synchronization pass of this API object is over, which happens in the first call of the tasker, also
 * offline. Returns 0, or 1206 after `timeoutMills` milliseconds.
 *
 * Requires: Something else must pump the SDK meanwhile.
 */
int twExt_WaitUntilFirstSynchronization(uint32_t timeoutMills);

/**
 * Calls a function at the data collection rate, once for each bound thing made of a template. A NULL name is logged and
 * ignored. The name that the function gets is the SDK's. A registration made twice counts twice: see twedge_poll_once.
 *
 * Requires: `templateName` is NULL or a C string (copied).
 */
void twExt_RegisterPolledTemplateFunction(twOnPolled polledFunction, char *templateName);

/**
 * Calls a function at the data collection rate, once for each bound thing with a shape; as
 * twExt_RegisterPolledTemplateFunction.
 *
 * Requires: `shapeName` is NULL or a C string (copied).
 */
void twExt_RegisterPolledShapeFunction(twOnPolled polledFunction, char *shapeName);

/**
 * Whether registering a polled function again, for the same template or shape, is ignored from now on (TRUE) or makes it
 * run twice in each period (FALSE, the default): what a constructor registers, it registers for each thing. An addition
 * to the interface. From any thread.
 */
void twedge_poll_once(char once);

/**
 * Removes the first registration of that polled function.
 *
 * Requires: The function is compared only.
 */
void twExt_RemovePolledFunction(twOnPolled polledFunction);

/**
 * Calls the polled functions now, one after the other, if there is an API object, its first synchronization pass is over and a
 * threading model was started; ends early when that is stopped. No lock is held. The arguments are not looked at.
 *
 * Requires: Runs application code.
 */
void twExt_PerformPolledFunctions(DATETIME _now,
                                  void *_params);

TW_END_DECLARATIONS

#ifndef __cplusplus
/* As for the authentication handlers of twApi.h: polled functions that return int or take a const char * are common. */
#define TW_POLLED_(f) ((twOnPolled)(void (*)(void))(f))
#define TW_REGISTER_POLLED_TEMPLATE_(f, name) (twExt_RegisterPolledTemplateFunction)(TW_POLLED_(f), name)
#define TW_REGISTER_POLLED_SHAPE_(f, name) (twExt_RegisterPolledShapeFunction)(TW_POLLED_(f), name)
#define twExt_RegisterPolledTemplateFunction(...) TW_REGISTER_POLLED_TEMPLATE_(__VA_ARGS__)
#define twExt_RegisterPolledShapeFunction(...) TW_REGISTER_POLLED_SHAPE_(__VA_ARGS__)
#define twExt_RemovePolledFunction(f) (twExt_RemovePolledFunction)(TW_POLLED_(f))
#endif

#endif /* TW_C_SDK_TWTHREADUTILS_H */

/* twPrimitiveUtils.h: builders of data shapes, rows and info tables */
#if defined(TWEDGE_PART_twPrimitiveUtils) && !defined(TW_C_SDK_TWPRIMITIVEUTILS_H)
#define TW_C_SDK_TWPRIMITIVEUTILS_H

TW_BEGIN_DECLARATIONS

/**
 * Makes a location on the heap, for `twPrimitive_CreateFromLocationAndDelete`; otherwise the caller frees it. NULL when
 * there is no memory.
 */
twLocation *twCreateLocationFrom(double latitude, double longitude, double elevation);

TW_END_DECLARATIONS

TW_BEGIN_DECLARATIONS

/** Makes a data shape of the given entries, which end with NULL, and takes ownership of them. `shapeName` may be NULL and
 * is copied. NULL when the first entry is NULL or memory ran out; the other entries are freed then. */
twDataShape *twDataShape_CreateFromEntries(char *shapeName, twDataShapeEntry *firstEntry, ...);

/** Makes a row of the given values, which end with NULL, and takes ownership of them. */
twInfoTableRow *twInfoTable_CreateRowFromEntries(twPrimitive *firstEntry, ...);

/** Makes a table of the given rows, which end with NULL and may be none, and takes ownership of shape and rows. Values
 * are not compared with the types of the shape. */
twInfoTable *twInfoTable_CreateInfoTableFromRows(twDataShape *dataShape, ...);

TW_END_DECLARATIONS

#endif /* TW_C_SDK_TWPRIMITIVEUTILS_H */

/* twConstants.h: names for optional arguments, qualities, aspects, push types and templates */
#if defined(TWEDGE_PART_twConstants) && !defined(TW_C_SDK_TWCONSTANTS_H)
#define TW_C_SDK_TWCONSTANTS_H

#define TW_NO_DESCRIPTION ((char *)NULL)
#define TW_NO_DATA_SHAPE NULL
#define TW_NO_USER_DATA NULL
#define TW_NO_TIMESTAMP NULL
#define TW_NO_NAMESPACE NULL
#define TW_NO_SHAPE_NAME NULL
#define TW_SHAPE_NAME_NONE NULL
#define TW_NO_RETURN_DATASHAPE NULL
#define TW_NO_PARAMETERS NULL
#define TW_OBSERVE_ALL_PROPERTIES NULL
#define TW_PUSH_ALL_THINGS NULL

TW_BEGIN_DECLARATIONS

#define TW_QUALITY_GOOD "GOOD"

#define TW_QUALITY_UNKNOWN "UNKNOWN"

#define TW_QUALITY_BAD "BAD"

#define TW_QUALITY_OUT_OF_RANGE "OUT_OF_RANGE"

#define TW_QUALITY_UNVERIFIED_SOURCE "UNVERIFIED_SOURCE"

#define TW_ASPECT_ISPERSISTENT "isPersistent"

#define TW_ASPECT_ISBUILTIN "isBuiltIn"

#define TW_ASPECT_ISREADONLY "isReadOnly"

#define TW_ASPECT_DATASHAPE "dataShape"

#define TW_ASPECT_ISLOGGED "isLogged"

#define TW_ASPECT_PUSHTYPE "pushType"

#define TW_ASPECT_DATACHANGETYPE "dataChangeType"

#define TW_ASPECT_DATACHANGETHRESHOLD "dataChangeThreshold"

#define TW_ASPECT_ISFOLDED "isFolded"

#define TW_ASPECT_DEFAULT_VALUE "defaultValue"

#define TW_PUSH_TYPE_ALWAYS "ALWAYS"

#define TW_PUSH_TYPE_VALUE "VALUE"

#define TW_PUSH_TYPE_NEVER "NEVER"

#define TW_THING_TEMPLATE_GENERIC "GenericEdgeThingTemplate"

#define TW_THING_TEMPLATE_EMPTY "EmptyTemplate"


#define TW_THREAD_AUTOSTART 1

#define TW_PUSH_CONNECT_FORCE 1

#define TW_PUSH_CONNECT_LATER 0

#define TW_PUSH_LATER 0

#define TW_PUSH_NOW 1

#define TW_PUSH_THRESHOLD_NONE 0

#define TW_FOLD_TYPE_NO 0

#define TW_FOLD_TYPE_YES 1

#define REPORT_ALL_CHANGES 0

TW_END_DECLARATIONS

#endif /* TW_C_SDK_TWCONSTANTS_H */

/* twFileManager.h: file transfer */
#if defined(TWEDGE_PART_twFileManager) && !defined(FILEMANAGER_H)
#define FILEMANAGER_H

TW_BEGIN_DECLARATIONS

#define TW_FAKE_TID "XXXXXX"

#define TW_FAKE_THINGNAME "XXXXX"


#define TW_FAKE_TID_LEN 6

#define TW_FAKE_THINGNAME_LEN 5

/**
 * For twedge_set_virtual_dir_options: symbolic links may lead out of the directory.
 */
#define TWEDGE_DIR_FOLLOW_LINKS 1

/**
 * For twedge_set_virtual_dir_options: the platform may read but not change anything.
 */
#define TWEDGE_DIR_READ_ONLY 2

typedef struct twFileManager {
    pthread_mutex_t *mtx;
    twList *virtualDirs;
    twList *openFiles;
    twList *callbacks;
    pthread_mutex_t *fileTransferMtx;
} twFileManager;

typedef struct twFileTransferInfo {
    char *sourceRepository;
    char *sourcePath;
    char *sourceFile;
    char *sourceChecksum;
    char *targetRepository;
    char *targetPath;
    char *targetFile;
    char *targetChecksum;
    DATETIME startTime;
    DATETIME endTime;
    int32_t duration;
    char *state;
    char isComplete;
    double size;
    char *transferId;
    char *user;
    char *message;
} twFileTransferInfo;

typedef void (*file_cb)(char fileRcvd, struct twFileTransferInfo *info, void *userdata);

typedef struct twFile {
    char *name;
    char *realPath;
    char *virtualPath;
    char *repository;
    DATETIME lastModified;
    char readOnly;
    uint64_t size;
    FILE *handle;
    char isDir;
    uint64_t lastFileXferActivity;
    char *tid;
    char openForRead;
    char isInUse;
    pthread_mutex_t *inUseMutex;
} twFile;

/**
 * Sets whether the platform may write files above `twcfg.file_xfer_max_file_size` bytes: with 1 the library refuses what would be larger
 * (code 0x8D), with 0, as at first, the platform is only told the size. An addition to the interface. Returns 0.
 */
int twedge_enforce_max_file_size(char enforce);

/**
 * Makes the file manager, with the staging directory of `twcfg.file_xfer_staging_dir`, which is created if missing. Works without
 * an API object. A second call changes nothing. Returns 0, 1301 when the directory cannot be made, 102.
 *
 * Requires: `twcfg.file_xfer_staging_dir` is NULL or a C string.
 */
int twFileManager_Create(TW_NO_PROTOTYPE);

/**
 * Closes all files and forgets all virtual directories and callbacks. No other thread may be in a file function. Returns 0, 101 when
 * there is no manager.
 *
 * Requires: Pointers into the manager are not used afterwards.
 */
int twFileManager_Delete(TW_NO_PROTOTYPE);

/**
 * Whether there is a file manager.
 */
char twFileManager_IsEnabled(TW_NO_PROTOTYPE);

/**
 * The file manager, NULL when there is none. The SDK's.
 */
struct twFileManager *twFileManager_GetFileManager(TW_NO_PROTOTYPE);

/**
 * Closes the files of transfers that have been idle for longer than `twcfg.file_xfer_timeout` milliseconds. twApi_TaskerFunction does it
 * as well. Nothing happens without a manager.
 */
void twFileManager_CheckStalledTransfers(TW_NO_PROTOTYPE);

/**
 * Registers a function that is called after each file transfer whose target file fits the filter (`*`, `?`; NULL for all), after its first
 * call no more if `onceOnly` is not 0. It runs in the thread that serves the platform, and gets whether the file was received, the
 * transfer, which is the SDK's, and `userdata`. Success is told by `info->state` "VALIDATED".
 * Returns 0, also for a NULL function, which is not registered; 1300 without a manager, 102.
 *
 * Requires: The filter is NULL or a C string (copied).
 */
int twFileManager_RegisterFileCallback(file_cb cb,
                                       char *filter,
                                       char onceOnly,
                                       void *userdata);

/**
 * Removes the first registration of a function with that pointer, and with that filter unless NULL. May be called by a callback, also for
 * itself. Returns 0, also when there is none, 1300 without a manager.
 *
 * Requires: The filter is NULL or a C string.
 */
int twFileManager_UnregisterFileCallback(file_cb cb,
                                         char *filter,
                                         void *userdata);

/**
 * Calls the registered functions whose filter the target file of a transfer fits, in the order of registration. The transfer stays the
 * caller's. Nothing happens for NULL and without a target file.
 *
 * Requires: `fti` is NULL or a transfer whose texts are C strings or NULL.
 */
void twFileManager_MakeFileCallback(char rcvd,
                                    struct twFileTransferInfo *fti);

/**
 * Whether interrupted transfers are cleaned up: files that the platform has opened are closed when the connection ends, so that their paths
 * are free at once, and `.part` files in the staging directory that are not open and were not changed for 7 days are removed, now, by
 * twFileManager_Create() and whenever a connection ends. Off, such files stay open until they have been idle for `twcfg.file_xfer_timeout`
 * milliseconds, and nothing is removed, as in the original. An addition to the interface. Any thread.
 */
void twedge_clean_up_transfers(char on);

/**
 * Offers a directory to the platform as a virtual directory of a thing, replacing the one of that name. The path is not looked
 * at; a relative one gets a leading `/`. Returns 0, 1300 without a manager, 101 for NULL.
 *
 * Requires: The texts are NULL or C strings (copied).
 */
int twFileManager_AddVirtualDir(const char *thingName,
                                char *dirName,
                                char *path);

/**
 * Withdraws a virtual directory of a thing; the name `*` withdraws all of them. The staging directory stays. Returns 0, also when
 * there is nothing to withdraw, 1300 without a manager, 101 for NULL.
 *
 * Requires: The texts are NULL or C strings.
 */
int twFileManager_RemoveVirtualDir(const char *thingName,
                                   char *dirName);

/**
 * Sets what is allowed in a virtual directory: TWEDGE_DIR_FOLLOW_LINKS, TWEDGE_DIR_READ_ONLY or both (`|`). An
 * addition to the interface; without it 0 holds. Returns 0, 1300 without a manager, 101 for NULL, 107 when the thing has no such
 * directory.
 *
 * Requires: The texts are NULL or C strings.
 */
int twedge_set_virtual_dir_options(const char *thingName,
                                   const char *dirName,
                                   int options);

/**
 * The virtual directories of a thing, or of all with NULL, as a new list of `twFile`: the caller's, delete with twList_Delete.
 * Directories that do not exist are left out. NULL without a manager.
 *
 * Requires: The name is NULL or a C string.
 */
twList *twFileManager_ListVirtualDirs(const char *entityName);

/**
 * What is in a virtual path of a thing, as a new list of `twFile`: the caller's, delete with twList_Delete. `namemask` filters names with
 * `*` and `?`, NULL is all; `returnType` is LIST_ALL, LIST_FILES or LIST_DIRS. The path `/` has the virtual directories.
 * NULL without a manager, for NULL, and for a path that leads to no directory.
 *
 * Requires: The texts are NULL or C strings.
 */
twList *twFileManager_ListEntities(const char *entityName,
                                   const char *path,
                                   const char *namemask,
                                   char returnType);

/**
 * The real path behind a virtual path of a thing, with a file name appended if there is one: malloc'ed, the caller's. It is put together
 * as a text: whatever `..` the arguments have is in it, so do not open it for somebody else. NULL for an unknown virtual directory, an empty
 * path, a result above 4096 bytes, without a manager.
 *
 * Requires: The texts are NULL or C strings.
 */
char *twFileManager_GetRealPath(const char *thingName,
                                const char *path,
                                const char *filename);

/**
 * A new, empty file object: the caller's, delete with twFile_Delete.
 */
struct twFile *twFile_Create(TW_NO_PROTOTYPE);

/**
 * Deletes a file object and closes its handle. NULL-safe. A file of twFileManager_OpenFile is closed with twFileManager_CloseFile.
 *
 * Requires: `f` is NULL or a file object that is not used afterwards.
 */
void twFile_Delete(void *f);

/**
 * Says whether a file is in use: one that is does not end for being idle. Nothing happens for NULL.
 *
 * Requires: `file` is NULL or a file object.
 */
void twFile_SetIsInUse(struct twFile *file, char isInUse);

/**
 * Opens a file by its real path, as fopen does; also above 2 GiB. The stream is the caller's, close it with fclose. NULL for NULL and on
 * failure, with errno set.
 *
 * Requires: The texts are NULL or C strings.
 */
FILE *twFile_FOpen(const char *name,
                   const char *mode);

/**
 * The transfer that row 0 of a table of jobs describes; what it does not tell is NULL or 0. The caller's, delete with
 * twFileTransferInfo_Delete. NULL for NULL and a table without rows.
 *
 * Requires: `it` is NULL or a table.
 */
struct twFileTransferInfo *twFileTransferInfo_Create(twInfoTable *it);

/**
 * Deletes a transfer. NULL-safe. One that a callback is given is the SDK's, and is not deleted while the callback runs.
 *
 * Requires: `transferInfo` is NULL or a transfer that is not used afterwards.
 */
void twFileTransferInfo_Delete(void *transferInfo);

/**
 * Opens a file in a virtual directory, with the mode of fopen and a file name below the path if there is one. It is one of the open files
 * from then on, which the platform cannot open as well: close it with twFileManager_CloseFile. It ends when it has been idle for too long,
 * unless twFile_SetIsInUse says that it is in use. NULL for NULL, without a manager, when it is open, and when it cannot be opened.
 *
 * Requires: The texts are NULL or C strings.
 */
struct twFile *twFileManager_OpenFile(const char *thingName,
                                      const char *path,
                                      const char *filename,
                                      char *mode);

/**
 * Closes an open file and deletes the object. NULL-safe.
 *
 * Requires: `file` is NULL or a file object that is not used afterwards.
 */
void twFileManager_CloseFile(void *file);

/**
 * The open file of a transfer id, or at a path of a thing with a file name below it; any of them may be NULL. It is marked as in use: give
 * it back with twFile_SetIsInUse(file, FALSE). The SDK's. NULL when there is none; `*isTimedOut`, unless NULL, then tells whether it has
 * just been closed for being idle.
 *
 * Requires: The texts are NULL or C strings, `isTimedOut` is NULL or a place for a char.
 */
struct twFile *twFileManager_GetOpenFile(const char *thingName,
                                         const char *path,
                                         const char *filename,
                                         const char *tid,
                                         char *isTimedOut);

/**
 * The MD5 of a file as the service GetFileChecksum gives it: of the open file at a virtual path of an entity (`adjustedPath`), else of the file
 * at a real path. `*content` is a new table, the caller's. Returns a message code: 64 success, 128 for NULL, 132 when it is missing, 160.
 *
 * Requires: The texts are NULL or C strings, `content` is NULL or a place for a pointer.
 */
enum msgCodeEnum twFileManager_GetFileChecksum(const char *entityName,
                                               twInfoTable **content,
                                               const char *realPath,
                                               const char *adjustedPath);

/**
 * Brings a file of this device to the platform: asks it to copy `sourceFile` in the virtual path `sourcePath` of the thing
 * `sourceRepo` to a repository. `timeout` in milliseconds, 0 for the default of requests. With `asynch` it returns when the platform has
 * accepted, else when the transfer has ended; then other threads must be handling messages meanwhile. `*tid` is the id of the transfer:
 * malloc'ed, the caller's. Returns 0, 101 for NULL or a time above 2147483647, 1302 when there is no such file, 1113 offline (`*tid` is left
 * alone), 1114 no answer, 1303 when the transfer has failed, 1107 without an API object, 1100.. as the platform says.
 *
 * Requires: The texts are NULL or C strings, `tid` is NULL or a place for a pointer.
 */
int twFileManager_SendFile(const char *sourceRepo,
                           const char *sourcePath,
                           const char *sourceFile,
                           const char *targetRepo,
                           const char *targetPath,
                           const char *targetFile,
                           uint32_t timeout,
                           char asynch,
                           char **tid);

/**
 * Fetches a file of the platform: as twFileManager_SendFile, with a thing of this device as `targetRepo`.
 *
 * Requires: As for twFileManager_SendFile.
 */
int twFileManager_GetFile(const char *sourceRepo,
                          const char *sourcePath,
                          const char *sourceFile,
                          const char *targetRepo,
                          const char *targetPath,
                          const char *targetFile,
                          uint32_t timeout,
                          char asynch,
                          char **tid);

/**
 * Ends a transfer: closes the open files of `ft->transferId` and at two virtual paths of an entity, any of which may be NULL, and calls the
 * callbacks once. The transfer stays the caller's. Returns a message code: 64 success, 160 when no file is open.
 *
 * Requires: The texts are NULL or C strings, `ft` is NULL or a transfer whose texts are C strings or NULL.
 */
enum msgCodeEnum twFileManager_FinishFileTransfer(const char *entityName,
                                                  struct twFileTransferInfo *ft,
                                                  const char *path,
                                                  const char *adjustedPath);

TW_END_DECLARATIONS

#endif /* FILEMANAGER_H */

/* twFileTransferCallbacks.h: the services of file transfer */
#if defined(TWEDGE_PART_twFileTransferCallbacks) && !defined(TWEDGE_FILE_TRANSFER_CALLBACKS_H)
#define TWEDGE_FILE_TRANSFER_CALLBACKS_H

TW_BEGIN_DECLARATIONS

/**
 * Serves a file transfer service of an entity: what the library does with a request of the platform that no registration takes.
 * `*content` is a new table, the caller's, or NULL. Returns a message code: 64 for success, 128 for an unknown service or missing arguments,
 * 160 without a file manager or a place for the result, otherwise as the service.
 *
 * Requires: The texts are NULL or C strings, `params` is NULL or a table, `content` NULL or a place for a pointer.
 */
enum msgCodeEnum fileTransferCallback(const char *entityName,
                                      const char *serviceName,
                                      twInfoTable *params,
                                      twInfoTable **content);

TW_END_DECLARATIONS

#endif /* TWEDGE_FILE_TRANSFER_CALLBACKS_H */

/* twTunnelManager.h: application tunnels */
#if defined(TWEDGE_PART_twTunnelManager) && !defined(TUNNELMANAGER_H)
#define TUNNELMANAGER_H

TW_BEGIN_DECLARATIONS

/**
 * Called when a tunnel starts (`started` TRUE, in the thread that handles StartTunnel, before anything is connected) and when it has ended
 * (FALSE, in the thread of twTunnelManager_TaskerFunction). `peerName` is NULL unless the platform has completed the tunnel. Times in
 * milliseconds since 1970 UTC, `endTime` 0 at the start. `bytesSent` went to the platform. A port above 32767 is negative: cast it to
 * uint16_t. Texts are the SDK's, for the time of the call.
 */
typedef void (*tunnel_cb)(char started,
                          const char *tid,
                          const char *thingName,
                          const char *peerName,
                          const char *host,
                          int16_t port,
                          DATETIME startTime,
                          DATETIME endTime,
                          uint64_t bytesSent,
                          uint64_t bytesRcvd,
                          const char *type,
                          const char *msg,
                          void *userdata);

typedef twList twActiveTunnelList;

typedef struct twActiveTunnel {
    char *thingName;
    char *tid;
    char *peerName;
    char *host;
    uint16_t port;
    DATETIME startTime;
    DATETIME endTime;
    char *type;
} twActiveTunnel;

/**
 * Makes the tunnel manager. twApi_Initialize does it when `twcfg.tunneling_enabled` is not 0. A second call changes nothing. Returns 0,
 * 102 without an API object or memory.
 */
int twTunnelManager_Create(TW_NO_PROTOTYPE);

/**
 * Ends all tunnels, calls the callbacks for them, and forgets callbacks and settings. twApi_Delete does it. Returns 0, also
 * when there is no manager.
 */
int twTunnelManager_Delete(TW_NO_PROTOTYPE);

/**
 * Ends all tunnels and calls the callbacks for them with `started` FALSE. Waits until they have ended. Returns 0, 1400
 * without a manager.
 */
int twTunnelManager_StopAllTunnels(TW_NO_PROTOTYPE);

/**
 * Calls the callbacks for the tunnels that have ended since the last call. Tunnels themselves need no tick. The arguments are not
 * looked at. Returns at once when nothing has happened. Callbacks run in this call.
 *
 * Requires: Both arguments may be anything.
 */
void twTunnelManager_TaskerFunction(DATETIME _now,
                                    void *_params);

/**
 * Calls twTunnelManager_TaskerFunction again and again until there is no manager any more: for a thread of the program's. Callbacks run
 * in this call.
 *
 * Requires: As for twTunnelManager_TaskerFunction.
 */
void twTunnelManager_ThreadFunction(DATETIME now,
                                    void *params);

/**
 * Registers a function that is called when a tunnel starts and when it has ended: that of an id, or all with NULL or `*`. Returns 0, 1400
 * without a manager, 101 for a NULL function.
 *
 * Requires: `id` is NULL or a C string (copied); `userdata` is handed to the function.
 */
int twTunnelManager_RegisterTunnelCallback(tunnel_cb cb,
                                           char *id,
                                           void *userdata);

/**
 * Removes all registrations of a function with that id (`*` for those of all tunnels) and that pointer. Returns 0, also when there is
 * none, 1400 without a manager, 101 for a NULL function or id. A NULL `userdata` gives 101 as well, as in the original, but what was
 * registered with NULL is removed.
 *
 * Requires: `id` is NULL or a C string.
 */
int twTunnelManager_UnregisterTunnelCallback(tunnel_cb cb,
                                             char *id,
                                             void *userdata);

/**
 * The open tunnels, as a new list of `twActiveTunnel`: the caller's, delete with twList_Delete. NULL without a manager.
 */
twActiveTunnelList *twTunnelManager_ListActiveTunnels(TW_NO_PROTOTYPE);

/**
 * Lets tunnels go to a host and port. As long as this was never called, the platform may have tunnels to every host that the device
 * can reach, as in the original; from the first call on, only to what was allowed: StartTunnel answers 0x83 for anything else. A NULL host
 * is every host, port 0 every port. Hosts are compared with what the platform asks for, as texts; names are not looked up. Any thread;
 * tunnels that are open stay. Returns 0, 101 for an empty host.
 *
 * Requires: `host` is NULL or a C string (copied).
 */
int twedge_allow_tunnel(const char *host,
                        uint16_t port);

/**
 * Forgets what twedge_allow_tunnel() has allowed: tunnels may go nowhere (`anywhere` FALSE), or to every host and port, as in the
 * original (TRUE). Any thread; tunnels that are open stay.
 */
void twedge_allow_tunnels(char anywhere);

/**
 * Whether the platform may read and write files through tunnels of type `file`: those of the virtual directories of the thing that
 * the tunnel is started on. Off by default; then StartTunnel answers 0xA0. Any thread.
 */
void twedge_allow_file_tunnels(char on);

/**
 * Serves a tunnel service of an entity: what the library does with a request of the platform that no registration takes. Callbacks run in this
 * call. `*content` becomes NULL. Returns a message code: 64 for success, 128 for an unknown service or missing arguments, 160 without a
 * manager or a place for the result, otherwise as the service.
 *
 * Requires: The texts are NULL or C strings, `params` is NULL or a table, `content` NULL or a place for a pointer.
 */
enum msgCodeEnum tunnelServiceCallback(const char *entityName,
                                       const char *serviceName,
                                       twInfoTable *params,
                                       twInfoTable **content);

/**
 * Makes tunnels that start from now on go to another server than the API. The third argument is the function that supplies the
 * application key (twPasswdCallbackFunction), cast to `char *`: not a key. Returns 0, 1400 without a manager, 101 for NULL or port 0.
 *
 * Requires: `host` is NULL or a C string (copied); `appkey` NULL or such a function.
 */
int twTunnelManager_UpdateTunnelServerInfo(char *host,
                                           uint16_t port,
                                           char *appkey);

/**
 * Makes tunnels that start from now on use an HTTP proxy of their own. User and callback may be NULL if the proxy asks for nothing; the
 * callback is asked for the password when a tunnel starts, in the thread that handles StartTunnel. A NULL host or port 0: no proxy,
 * whatever the API uses. Nothing happens without a manager.
 *
 * Requires: The texts are NULL or C strings (copied).
 */
void twTunnelManager_SetProxyInfo(char *proxyHost,
                                  uint16_t proxyPort,
                                  char *proxyUser,
                                  twPasswdCallbackFunction proxyPassCallback);

/**
 * Whether tunnels accept a server whose certificate is self-signed. See twApi_SetSelfSignedOk.
 */
void twTunnelManager_SetSelfSignedOk(char state);

/**
 * Whether tunnels accept every certificate. See twApi_DisableCertValidation.
 */
void twTunnelManager_DisableCertValidation(char state);

/**
 * Whether tunnels send everything in clear, the application key included.
 */
void twTunnelManager_DisableEncryption(char state);

/**
 * Compares fields of the server's certificate when a tunnel connects: common name, organization and unit of subject and issuer. NULL
 * is not compared; each call replaces all six.
 *
 * Requires: The texts are NULL or C strings (copied).
 */
void twTunnelManager_SetX509Fields(char *subject_cn,
                                   char *subject_o,
                                   char *subject_ou,
                                   char *issuer_cn,
                                   char *issuer_o,
                                   char *issuer_ou);

/**
 * Makes tunnels trust the certificates of this PEM file only; with NULL the public roots. The type is not looked at. The file is opened
 * when a tunnel starts: one that cannot be read ends the tunnel.
 *
 * Requires: The path is NULL or a C string (copied).
 */
void twTunnelManager_LoadCACert(const char *file,
                                int _type);

/**
 * Makes tunnels present the certificate chain of this PEM file, with the key of twTunnelManager_SetClientKey; with NULL none. The
 * file is opened when a tunnel starts: one that cannot be read ends the tunnel.
 *
 * Requires: The path is NULL or a C string (copied).
 */
void twTunnelManager_LoadClientCert(char *file);

/**
 * Sets the key of the client certificate of tunnels: type 2 is DER, everything else PEM. File and passphrase are asked for when a
 * tunnel starts, in the thread that handles StartTunnel: a key that cannot be used ends the tunnel. NULL for a path is no key.
 *
 * Requires: The path is NULL or a C string (copied).
 */
void twTunnelManager_SetClientKey(const char *file,
                                  twPasswdCallbackFunction passphraseCallback,
                                  int type);

TW_END_DECLARATIONS

#endif /* TUNNELMANAGER_H */

/* twSubscribedProps.h: property values that wait to be pushed */
#if defined(TWEDGE_PART_twSubscribedProps) && !defined(TW_SUBSCRIBED_PROPS_H)
#define TW_SUBSCRIBED_PROPS_H

TW_BEGIN_DECLARATIONS

/**
 * A value of a property of a thing, waiting to be pushed or remembered as the last one.
 */
typedef struct twSubscribedProperty {
    /**
     * The thing's name.
     */
    const char *entity;
    /**
     * Name, value, time and quality.
     */
    twProperty *prop;
    /**
     * Whether it was set folded.
     */
    char fold;
    /**
     * Whether it is a folded value that is still to be pushed.
     */
    char foldedPropertyNeedsUpdate;
    /**
     * Bytes that it counts in the queue.
     */
    uint32_t size;
} twSubscribedProperty;

/**
 * What the manager of subscribed properties shows: read it, changes have no effect.
 */
typedef struct twSubscribedPropsMgr {
    pthread_mutex_t *mtx;
    /**
     * A `twEntityCurrentValues` for each thing that has a last value, by its name.
     */
    twDict *currentValues;
    /**
     * A `twEntitySavedProperties` for each thing with values that wait, by its name.
     */
    twDict *savedValues;
    /**
     * The file of values that wait, as a stream; NULL while there is none.
     */
    twStream *persistedValues;
    /**
     * What twSubscribedPropsMgr_SetFolding has set.
     */
    char fold;
    /**
     * A table as values are pushed in, without rows.
     */
    twInfoTable *itTemplate;
    /**
     * Bytes that the waiting values count.
     */
    uint32_t queueSize;
    /**
     * The path of that file, NULL while there is none.
     */
    char *subscribedPropsFile;
} twSubscribedPropsMgr;

/**
 * The values of one thing that wait to be pushed.
 */
typedef struct twEntitySavedProperties {
    /**
     * The thing's name.
     */
    char *name;
    /**
     * Its `twSubscribedProperty`, oldest first.
     */
    twList *props;
} twEntitySavedProperties;

/**
 * The last values of one thing.
 */
typedef struct twEntityCurrentValues {
    /**
     * The thing's name.
     */
    char *name;
    /**
     * A `twSubscribedProperty` for each property, by its name.
     */
    twDict *props;
} twEntityCurrentValues;

/**
 * Sets a property: see twApi_SetSubscribedPropertyVTQ, which is the same.
 *
 * Requires: The texts are NULL or C strings, the value NULL or a primitive on the heap.
 */
int twSubscribedPropsMgr_SetPropertyVTQ(char *entityName,
                                        char *propertyName,
                                        twPrimitive *value,
                                        DATETIME timestamp,
                                        char *quality,
                                        char fold,
                                        char pushUpdate);

/**
 * Pushes the values of a thing, or of all things with NULL: as twApi_PushSubscribedProperties, but says 1203 when the values wait
 * for a connection, and works without an API object. `requiresLock` is not looked at: nothing is locked while the platform is asked.
 * Returns 0, 1200 without a manager, 1203 offline, 307, otherwise the platform's answer.
 *
 * Requires: The name is NULL or a C string. Callbacks may run in this call.
 */
int twSubscribedPropsMgr_PushSubscribedProperties(char *entityName,
                                                  char forceConnect,
                                                  char _requiresLock);

/**
 * As twSubscribedPropsMgr_PushSubscribedProperties, without waiting: see twApi_PushSubscribedPropertiesAsync. Returns also 1107
 * without a function or a place for the list.
 *
 * Requires: The name is NULL or a C string, the place NULL or one for a pointer.
 */
int twSubscribedPropsMgr_PushSubscribedPropertiesAsync(char *entityName,
                                                       char forceConnect,
                                                       response_cb cb,
                                                       twList **messageListRef);

/**
 * Forgets the last value of a property, which push types compare with. Returns 0, 1200, 101 for NULL, 107 when there is none.
 *
 * Requires: The names are NULL or C strings.
 */
int twSubscribedPropsMgr_PurgeCurrentValueForProperty(char *entityName,
                                                      char *propertyName);

/**
 * Forgets the last values of a thing. Returns 0, 1200, 101 for NULL, -3 when there is none.
 *
 * Requires: The name is NULL or a C string.
 */
int twSubscribedPropsMgr_PurgeCurrentValuesForThing(char *entityName);

/**
 * Drops the values of a property that wait to be pushed. Returns 0, 1200, 101 for NULL.
 *
 * Requires: The names are NULL or C strings.
 */
int twSubscribedPropsMgr_PurgeChangesForProperty(char *entityName, char *propertyName);

/**
 * Drops the values of a thing that wait to be pushed. Returns 0, 1200, 101 for NULL, -3 when none was queued.
 *
 * Requires: The name is NULL or a C string.
 */
int twSubscribedPropsMgr_PurgeChangesForThing(char *entityName);

/**
 * Queues a value without looking at push types and limits. Into the manager when the dictionary is its `savedValues`, otherwise
 * into a dictionary of `twEntitySavedProperties` of the program's own. With `fold` in the value it takes the place of what is
 * queued of that property. The value is taken when 0 is returned, otherwise it stays the caller's. `src` is a word for the log, or
 * NULL. Returns 0, 101 for NULL or something incomplete, 102.
 *
 * Requires: `propertyToQueue` is NULL or a value on the heap, the dictionary NULL or one of such entries.
 */
int twSubscribedPropsMgr_QueueValueForSending(struct twSubscribedProperty *propertyToQueue,
                                              twDict *propertyListByEntity,
                                              char *src);

/**
 * The last value of a property, which push types compare with. The SDK's, until the next value of the property is set. NULL when
 * there is none.
 *
 * Requires: The names are NULL or C strings.
 */
struct twSubscribedProperty *twSubscribedPropsMgr_getPropertyCurrentValue(char *entityName,
                                                                          char *propertyName);

/**
 * Makes the manager of subscribed properties; twApi_Initialize does it. Works without an API object. When there is one already, it
 * is deleted first, as twSubscribedPropsMgr_Delete does. Returns 0, 102.
 */
int twSubscribedPropsMgr_Initialize(TW_NO_PROTOTYPE);

/**
 * Deletes the manager of subscribed properties: pushes what waits when online, otherwise writes it to the file of waiting values.
 * Until the next twSubscribedPropsMgr_Initialize the functions of the manager return 1200. twApi_Delete does it.
 */
void twSubscribedPropsMgr_Delete(TW_NO_PROTOTYPE);

/**
 * The manager, NULL when there is none. The SDK's.
 */
struct twSubscribedPropsMgr *twSubscribedPropsMgr_Get(TW_NO_PROTOTYPE);

/**
 * Sets a flag of the manager that nothing reads: each set says whether it is folded.
 */
void twSubscribedPropsMgr_SetFolding(char fold);

/**
 * Whether a property value that finds no room (`twcfg.offline_msg_queue_size`) takes the place of the oldest values that wait in memory, of
 * whatever thing; off, it is refused with 1202, as in the original. What is on its way to the platform or on disk is never dropped: if
 * nothing else makes room, the new value is refused all the same. A warning says how many values of which things were dropped, when the
 * queue has room again. An addition to the interface. Any thread, any time.
 */
void twedge_queue_drops_oldest(char on);

/**
 * How many property values twedge_queue_drops_oldest() has let drop since the manager of subscribed properties was made; 0 without one.
 * An addition to the interface. Any thread.
 */
uint64_t twedge_queue_dropped(TW_NO_PROTOTYPE);

/**
 * Deletes a value of a property of a thing. NULL is fine.
 *
 * Requires: `prop` is NULL or a value of twSubscribedProperty_Create that is not used afterwards.
 */
void twSubscribedProperty_Delete(void *prop);

/**
 * Writes a value to a stream as one row of six cells: thing, name, value, time, quality, fold. All of it or nothing.
 * Returns 0, 101 for NULL or something incomplete, 102, 4 when the value or the stream cannot be written.
 *
 * Requires: `p` is NULL or a live value, `s` NULL or a live stream.
 */
int twSubscribedProperty_ToStream(struct twSubscribedProperty *p, twStream *s);

TW_END_DECLARATIONS

#endif /* TW_SUBSCRIBED_PROPS_H */

/* twZipTar.h: unpacking of archives */
#if defined(TWEDGE_PART_twZipTar) && !defined(TW_ZIPTAR_H)
#define TW_ZIPTAR_H

TW_BEGIN_DECLARATIONS

/**
 * Unpacks every entry of a zip archive below the current working directory, replacing files that are there. Entries whose names are
 * absolute or climb with `..` are refused. Returns 0, 1 when the archive cannot be read or any entry was not unpacked; the others then are.
 *
 * Requires: The name is NULL or a C string.
 */
int twApi_ZipExtractFile(const char *zipFileName);

/**
 * Unpacks a tar archive that is compressed with gzip: as twApi_ZipExtractFile. Links that lead out of the directory are refused as well.
 *
 * Requires: The name is NULL or a C string.
 */
int twApi_TgzExtractFile(const char *tgzFileName);

TW_END_DECLARATIONS

#endif /* TW_ZIPTAR_H */

/* twPath.h: absolute paths */
#if defined(TWEDGE_PART_twPath) && !defined(TWPATH_H)
#define TWPATH_H

TW_BEGIN_DECLARATIONS

/**
 * The absolute path without links and dots, to be freed by the caller. NULL if `relativePath` is NULL or names nothing
 * that exists, with errno saying why.
 */
char *twPath_GetFullPath(const char *relativePath);

TW_END_DECLARATIONS

#endif /* TWPATH_H */

/* twSig.h: digests of files and signatures */
#if defined(TWEDGE_PART_twSig) && !defined(TW_C_SDK_TWSIG_H)
#define TW_C_SDK_TWSIG_H

#include <stdio.h>

TW_BEGIN_DECLARATIONS

/**
 * Writes the 32 bytes of `binary` as 64 lower-case hexadecimal digits with a NUL behind them to `hex`. NULL does nothing.
 */
void TWSHA256BinToHex(unsigned char *binary,
                      unsigned char *hex);

/**
 * Writes the SHA-256 of a file's contents as 64 lower-case hexadecimal digits with a NUL behind them to `outputBuffer`.
 * Blocks while the file is read. 0; 105 when it cannot be read, and for NULL: then nothing is written.
 */
int TWSHA256_sha256_file(char *path, char *outputBuffer);

/**
 * Recovers what was signed from an RSA signature (PKCS#1 version 1.5) of `encryptedDataLength` bytes, and writes the first
 * 32 bytes of it as 64 lower-case hexadecimal digits with a NUL behind them to `decryptedHex`. Whoever compares them with
 * the SHA-256 of a file knows that the file is what the owner of the key has signed.
 *
 * The key comes from a PEM file: a certificate when its name ends in .crt or .CRT, else a public key ("RSA PUBLIC KEY").
 * `commonName` gets a copy of the common name of the certificate's subject, to be freed by the caller, or NULL when there
 * is none; it may be NULL itself. The certificate is not judged: who trusts it, checks it.
 *
 * 0; 105 for a key that cannot be read, for data that was not signed with it, for less than 32 bytes in it, and for NULL:
 * then nothing is written.
 */
int decryptSignatureRsaFile(const char *publicKeyFilePath,
                            char *encryptedData,
                            size_t encryptedDataLength,
                            char *decryptedHex,
                            char **commonName);

TW_END_DECLARATIONS

#endif /* TW_C_SDK_TWSIG_H */

/* crypto_wrapper.h: DES and MD4, for the proxies that still ask for them */
#if defined(TWEDGE_PART_crypto_wrapper) && !defined(__CRYPTO_WRAPPER_H)
#define __CRYPTO_WRAPPER_H

TW_BEGIN_DECLARATIONS

/**
 * Encrypts one block of 8 bytes at `pt` to `ct` with DES and the 8 bytes of `key`, whose lowest bits (parity) are not looked at. An
 * old cipher, for NTLM alone. Returns 0, 101 for NULL.
 */
int EncryptDES(const unsigned char *key,
               unsigned char *ct,
               const unsigned char *pt);

/**
 * Decrypts one block of 8 bytes at `ct` to `pt`, the reverse of `EncryptDES`. Returns 0, 101 for NULL.
 */
int DecryptDES(const unsigned char *key, const unsigned char *ct, unsigned char *pt);

/**
 * Makes a DES key of 8 bytes at `key` from the 7 bytes at `bytes`: seven bits in each, and the lowest bit such that the number of
 * ones is odd. Nothing happens for NULL.
 */
void createDESKey(const uint8_t *bytes,
                  uint8_t *key);

/**
 * Writes the MD4 digest of `length` bytes to `hash`, which has room for 16. Returns 0, 101 for NULL and a negative length.
 */
int MD4Hash(const unsigned char *buf,
            int length,
            unsigned char *hash);

TW_END_DECLARATIONS

#endif /* __CRYPTO_WRAPPER_H */

/* twHttpProxy.h: connection through an HTTP proxy */
#if defined(TWEDGE_PART_twHttpProxy) && !defined(HTTP_PROXY_H)
#define HTTP_PROXY_H

TW_BEGIN_DECLARATIONS

/**
 * Has the proxy, to which the socket is connected, connect it to the socket's `host` and `port`: one CONNECT request and its answer,
 * for at most `twcfg.connect_timeout`. If the proxy asks for credentials, the socket is connected to it again, and the request
 * repeated once with NTLM, Digest or Basic credentials of `proxyUser` and `proxyPassCallback`. `authCredentials` is NULL, or the
 * text (or the whole line) of a `Proxy-Authorization` header to be sent at once, in which case the proxy is not asked twice.
 *
 * Returns 0; 101 for a NULL socket; 1000 when the request cannot be written (the socket is not open); 1006 when the proxy refuses, or
 * refuses the credentials; 1007 without an answer; 1008 when the answer ends early; 1009 when credentials are wanted and user or
 * callback are missing; 1010 when no scheme of the proxy is known; errno when it cannot be connected again. The socket stays as it is
 * then: to be closed.
 */
int connectToProxy(twSocket *s,
                   char *authCredentials);

TW_END_DECLARATIONS

#endif /* HTTP_PROXY_H */

/* twNtlm.h: NTLM authentication at a proxy */
#if defined(TWEDGE_PART_twNtlm) && !defined(TW_NTLM_H)
#define TW_NTLM_H

TW_BEGIN_DECLARATIONS

/**
 * Gets through a proxy, to which the socket is connected, with NTLM on this connection: both messages inside `req` (a CONNECT
 * request), and the proxy's answers, for at most `twcfg.connect_timeout`. `resp` is the answer of the proxy that asks for NTLM.
 * `user` may have a domain in front (`DOMAIN\user`). Nothing is kept. Returns 0 after a 200; -1 for a NULL argument, a socket that is
 * not open, an answer that does not ask for NTLM or is no challenge, and any other failure, with a line in the log.
 */
int NTLM_connectToProxy(twSocket *sock,
                        const char *req,
                        const char *resp,
                        char *user,
                        char *password);

TW_END_DECLARATIONS

#endif /* TW_NTLM_H */

/* tomcrypt.h: context of SHA-1 and MD5: opaque, on the caller's stack */
#if defined(TWEDGE_PART_tomcrypt) && !defined(TWEDGE_TOMCRYPT_H)
#define TWEDGE_TOMCRYPT_H

#ifndef TOMCRYPT_H_
typedef union Hash_state {
    uint64_t alignment;
    unsigned char opaque[272];
} hash_state;
TW_BEGIN_DECLARATIONS
/** Decodes `inlen` characters of base64 to `out`, which has `*outlen` bytes; characters outside the alphabet are passed over.
 * 0 with the number of bytes in `*outlen`; 6 with the size needed in `*outlen` when `out` is too small; 7 for an incomplete
 * or wrongly padded text; 16 for NULL. */
int base64_decode(const unsigned char *in, unsigned long inlen, unsigned char *out, unsigned long *outlen);
TW_END_DECLARATIONS
#endif

#endif /* TWEDGE_TOMCRYPT_H */

/* twTls.h: TLS client */
#if defined(TWEDGE_PART_twTls) && !defined(TW_TLS_H)
#define TW_TLS_H

#include <limits.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

/* OpenSSL's types, which are only pointed to; its own headers may be included before or after. */
#if !defined(HEADER_OSSL_TYP_H) && !defined(OPENSSL_TYPES_H)
typedef struct ssl_ctx_st SSL_CTX;
typedef struct ssl_st SSL;
#endif

/* The backend header only says which types stand for a context and a connection. */
#ifdef TW_TLS_INCLUDE
#include TW_TLS_INCLUDE
#else
#include "twOpenSSL.h"
#endif
#ifndef TW_SHA1_CTX
#define TW_SHA1_CTX hash_state
#endif
#ifndef TW_MD5_CTX
#define TW_MD5_CTX hash_state
#endif

TW_BEGIN_DECLARATIONS

#define TW_SUBJECT_CN 0

#define TW_SUBJECT_O 1

#define TW_SUBJECT_OU 2

#define TW_ISSUER_CN 3

#define TW_ISSUER_O 4

#define TW_ISSUER_OU 5

#define TW_READ_TIMEOUT -333

/**
 * A TLS client. The flags, the prescribed fields and the callback are the state: a handshake looks at what it finds there.
 * `ctx` and `ssl` belong to the library.
 */
typedef struct twTlsClient {
    twSocket *connection;
    TW_SSL_CTX *ctx;
    TW_SSL *ssl;
    uint32_t options;
    char **x509_data;
    twPasswdCallbackFunction keypasswdCallback;
    char *read_buf;
    char selfSignedOk;
    char validateCert;
    char isEncrypted;
    char isEnabled;
    pthread_mutex_t *mtx;
} twTlsClient;

/**
 * Makes a client for a host and port, whose name is looked up now; it is not connected, and nothing is loaded into it. The
 * host is copied, `options` is only kept. The client is given to the caller through `client`, for `twTlsClient_Delete`.
 * Blocks for the look-up. Returns 0, 101 for a NULL host or client, 1004 when the name is not known, 1005 when
 * `twcfg.cipher_set` selects nothing, 102; then `*client` is left alone.
 */
int twTlsClient_Create(const char *host,
                       int16_t port,
                       uint32_t options,
                       struct twTlsClient **client);

/**
 * Connects and makes the TLS handshake, unless the client is connected: with a proxy set, through that. The socket, and then
 * the handshake, have `twcfg.connect_timeout`. After a failure the socket is closed. For the client of the API object see
 * twApi_Connect: here it is only said whether it is connected.
 * Blocks. Returns 0, -1 for NULL, 1001 name, socket, proxy or handshake, 1002 certificate or a field of it.
 */
int twTlsClient_Connect(struct twTlsClient *t);

/**
 * As `twTlsClient_Connect`: there is no resumption of sessions, every connection checks the certificate anew. The session is
 * not looked at.
 */
int twTlsClient_ConnectSession(struct twTlsClient *t,
                               void *sessionId,
                               int sessionLength);

/**
 * Closes the client, looks the host up, which may be another one and is copied, and connects. A proxy that is set stays set.
 * Blocks. Returns 0, 101 for NULL, 1003 when the name is not known: then the client is closed and can connect to its old host;
 * otherwise as `twTlsClient_Connect`.
 */
int twTlsClient_Reconnect(struct twTlsClient *t,
                          const char *host,
                          int16_t port);

/**
 * Ends TLS in order and closes the connection; a thread that reads or writes returns with -1. The client can connect again. On the client of
 * the API object the link to the platform is closed. Returns 0, also when it is not connected, 101 for NULL.
 */
int twTlsClient_Close(struct twTlsClient *t);

/**
 * Closes and frees a client with its socket. The client of the API object is left to twApi_Delete. Returns 0, 101 for NULL.
 */
int twTlsClient_Delete(struct twTlsClient *t);

/**
 * Reads up to `len` bytes, decrypted, into `buf`, waiting up to `timeout` milliseconds for the first. Their number; 0 when
 * the time is up; -1 for NULL, on an error, and when the peer has ended the connection or there is none. One thread may read
 * while another one writes. The client of the API object cannot be read: -1.
 */
int twTlsClient_Read(struct twTlsClient *t,
                     char *buf,
                     int len,
                     int timeout);

/**
 * Encrypts and sends `len` bytes, waiting as long as it takes (`timeout` has no effect). Their number, or -1 for NULL, on an
 * error, and when there is no connection. The client of the API object cannot be written: -1.
 */
int twTlsClient_Write(struct twTlsClient *t,
                      char *buf,
                      int len,
                      int timeout);

/**
 * Judges the certificate that the server has shown by the settings of the client as they are now. Returns 0 when it passes, for
 * NULL, and when nothing is to be validated (no encryption, validation switched off); 1002 when it does not pass, or there is none because
 * the client is not connected. On the client of the API object: the certificate of the link, which was judged when it was
 * opened.
 */
int twTlsClient_ValidateCert(struct twTlsClient *t);

/**
 * Whether the client encrypts: 1 from the start, 0 after `twTlsClient_DisableEncryption`; 101 for NULL.
 */
int twTlsClient_IsEncrypted(struct twTlsClient *t);

/**
 * The session to be given to `twTlsClient_ConnectSession`: NULL, there is no resumption of sessions.
 */
void *twTlsClient_GetSessionId(struct twTlsClient *t);

/**
 * Starts a SHA-1 in a context of the caller's, usually on its stack. Nothing has to be freed, whether the digest is
 * finished or not. NULL does nothing. One context belongs to one thread at a time.
 */
void twSHA1_Init(hash_state *ctx);

/**
 * Adds `len` bytes. NULL, no bytes, and a context that was not initialized do nothing; the last is logged.
 */
void twSHA1_Update(hash_state *ctx, const uint8_t *msg, int len);

/**
 * Writes the 20 bytes of the digest to `digest` and wipes the context. With a context that was not initialized nothing
 * is written, which is logged.
 */
void twSHA1_Final(uint8_t *digest, hash_state *ctx);

/**
 * Starts an MD5 in a context of the caller's, as `twSHA1_Init` does a SHA-1.
 */
void twMD5_Init(hash_state *ctx);

/**
 * Adds `len` bytes, as `twSHA1_Update` does.
 */
void twMD5_Update(hash_state *ctx, const uint8_t *msg, int len);

/**
 * Writes the 16 bytes of the digest to `digest` and wipes the context, as `twSHA1_Final` does.
 */
void twMD5_Final(uint8_t *digest, hash_state *ctx);

/**
 * Makes a client the server's end of the connection that its socket holds: `t->connection` with the descriptor of an accepted
 * connection in `sock`, and `state` OPEN. Certificate and key must have been loaded. `twTlsServer_Accept` makes the handshake.
 * Returns 0, -1 for NULL, 1001 without connection, certificate or key, and for the client of the API object.
 */
int twTlsServer_Create(struct twTlsClient *t);

/**
 * Makes the handshake of a server, within `twcfg.connect_timeout`. Afterwards the client reads and writes. Blocks. Returns 0, -1
 * for NULL, 1001 without `twTlsServer_Create`, 4 when the handshake fails.
 */
int twTlsServer_Accept(struct twTlsClient *t);

/**
 * Accepts a server whose certificate is self-signed or ends in a self-signed one, whatever its name. Cannot be undone. NULL does
 * nothing. On the client of the API object: as twApi_SetSelfSignedOk, but not for tunnels.
 */
void twTlsClient_SetSelfSignedOk(struct twTlsClient *t);

/**
 * Accepts every certificate. Cannot be undone. NULL does nothing. On the client of the API object: as
 * twApi_DisableCertValidation, but not for tunnels.
 */
void twTlsClient_DisableCertValidation(struct twTlsClient *t);

/**
 * Sends everything in clear, and closes a connection with TLS. Cannot be undone. NULL does nothing. On the client of the API
 * object: as twApi_DisableEncryption, but not for tunnels.
 */
void twTlsClient_DisableEncryption(struct twTlsClient *t);

/**
 * Shows the certificate of a file, the first one in it, to servers that ask for one, in place of an earlier one; a server of
 * `twTlsServer_Create` shows it always. Type 2 is DER, everything else PEM. Returns 0, -1 for NULL, 1501 when there is no
 * certificate in the file.
 */
int twTlsClient_UseCertificateFile(struct twTlsClient *t,
                                   const char *file,
                                   int type);

/**
 * As `twTlsClient_UseCertificateFile`, with all certificates of a PEM file: the own one, then those of its issuers. The type is not looked
 * at.
 */
int twTlsClient_UseCertificateChainFile(struct twTlsClient *t,
                                        const char *file,
                                        int type);

/**
 * Trusts the certificates of a PEM file, of a directory in which OpenSSL finds them (files named by the hash of the subject), or of both,
 * beside those of earlier calls and instead of the public roots. One of the two may be NULL. Returns 0, -1 for a NULL client and
 * without file and directory, 1501 when there is no certificate in one of them.
 */
int twTlsClient_SetClientCaList(struct twTlsClient *t,
                                char *caFile,
                                char *caPath);

/**
 * Sets the callback that supplies the passphrase for keys that are loaded afterwards. NULL: no passphrase. A NULL client does
 * nothing.
 */
void twTlsClient_SetDefaultPasswdCb(struct twTlsClient *t,
                                    twPasswdCallbackFunction u);

/**
 * Sets the key of the own certificate: type 2 is DER, everything else PEM. The callback of `twTlsClient_SetDefaultPasswdCb` is asked for
 * the passphrase at once. Load the certificate first. Returns 0, -1 for NULL and when the key cannot be read or used, or does not
 * belong to the certificate.
 */
int twTlsClient_UsePrivateKeyFile(struct twTlsClient *t,
                                  const char *file,
                                  int type);

/**
 * Compares fields of the server's certificate from the next handshake on: common name, organization and unit of subject and
 * issuer. NULL is not compared; each call replaces all six. The texts are copied. On the client of the API object: as
 * twApi_SetX509Fields, but not for tunnels. Returns 0, 101 for a NULL client, 102.
 */
int twTlsClient_SetX509Fields(struct twTlsClient *t,
                              char *subject_cn,
                              char *subject_o,
                              char *subject_ou,
                              char *issuer_cn,
                              char *issuer_o,
                              char *issuer_ou);

TW_END_DECLARATIONS

#define TW_SHA1_INIT(a) twSHA1_Init(a)
#define TW_SHA1_UPDATE(a, b, c) twSHA1_Update((a), (b), (c))
#define TW_SHA1_FINAL(a, b) twSHA1_Final((a), (b))
#define TW_MD5_INIT(a) twMD5_Init(a)
#define TW_MD5_UPDATE(a, b, c) twMD5_Update((a), (b), (c))
#define TW_MD5_FINAL(a, b) twMD5_Final((a), (b))

#endif /* TW_TLS_H */

/* twApiWrapper.h: flat data blocks for language bindings */
#if defined(TWEDGE_PART_twApiWrapper) && !defined(TW_WRAPPER_EXPORTS_H)
#define TW_WRAPPER_EXPORTS_H

TW_BEGIN_DECLARATIONS

typedef struct twWDataBlock {
    char isPrimitive;
    int32_t length;
    unsigned char *bytesPtr;
} twWDataBlock;

typedef struct twWPropertyRegInfo {
    char *propertyName;
    enum BaseType propertyType;
    char *propertyDescription;
    char *propertyPushType;
    double propertyPushThreshold;
} twWPropertyRegInfo;

typedef struct twWServiceRegInfo {
    char *serviceName;
    char *serviceDescription;
    unsigned char *inputDataShapeBytesPtr;
    int32_t inputDataShapeLength;
    enum BaseType outputType;
    unsigned char *outputDataShapeBytesPtr;
    int32_t outputDataShapeLength;
} twWServiceRegInfo;

typedef struct twWRegInfoList {
    int length;
    void *listPtr;
} twWRegInfoList;

typedef int (*processPropertyReadRequest_cb)(const char *entityName,
                                             const char *propertyName,
                                             struct twWDataBlock **dataBlock,
                                             void *userdata);

typedef int (*processPropertyWriteRequest_cb)(const char *entityName,
                                              const char *propertyName,
                                              struct twWDataBlock *dataBlock,
                                              void *userdata);

typedef int (*processServiceRequest_cb)(const char *entityName,
                                        const char *serviceName,
                                        struct twWDataBlock *paramsBlock,
                                        struct twWDataBlock **contentBlock,
                                        void *userdata);

typedef void (*fileTransfer_cb)(char fileRcvd,
                                char *sourceRepository,
                                char *sourcePath,
                                char *sourceFile,
                                char *sourceChecksum,
                                char *targetRepository,
                                char *targetPath,
                                char *targetFile,
                                char *targetChecksum,
                                DATETIME startTime,
                                DATETIME endTime,
                                int32_t duration,
                                char *state,
                                char isComplete,
                                double size,
                                char *transferId,
                                char *user,
                                char *message,
                                void *userdata);

/**
 * The primitive that a block holds, given to the caller. The block stays the caller's. NULL for NULL, for an empty block and
 * for one that holds a table.
 *
 * Requires: `block` is NULL or a block whose bytes are as long as it says.
 */
twPrimitive *twWDataBlock_ToPrimitive(struct twWDataBlock *block);

/**
 * The table that a block holds, given to the caller. The block stays the caller's. NULL for NULL, for an empty block and
 * for one that holds a primitive.
 *
 * Requires: `block` is NULL or a block whose bytes are as long as it says.
 */
twInfoTable *twWDataBlock_ToInfoTable(struct twWDataBlock *block);

/**
 * Puts a serialised primitive into a new block, given to the caller, who frees it with twWDataBlock_Free. The primitive
 * stays the caller's. Returns 0, 101 for NULL, 102, or the code of twPrimitive_ToStream; the place is left alone then.
 *
 * Requires: `p` is NULL or a primitive, `outBlock` NULL or a place for a pointer.
 */
int twWDataBlock_FromPrimitive(twPrimitive *p, struct twWDataBlock **outBlock);

/**
 * Puts a serialised table into a new block, as twWDataBlock_FromPrimitive.
 *
 * Requires: `it` is NULL or a table, `outBlock` NULL or a place for a pointer.
 */
int twWDataBlock_FromInfoTable(twInfoTable *it, struct twWDataBlock **outBlock);

/**
 * Puts a serialised primitive (`isPrimitive` TRUE) or table into a new block, as twWDataBlock_FromPrimitive.
 *
 * Requires: `structPtr` is NULL or what `isPrimitive` says, `outBlock` NULL or a place for a pointer.
 */
int twWDataBlock_FromStruct(void *structPtr, char isPrimitive, struct twWDataBlock **outBlock);

/**
 * Frees a block that the library has made, and its bytes. NULL-safe.
 *
 * Requires: `block` is NULL or from this library, and is not used afterwards.
 */
void twWDataBlock_Free(struct twWDataBlock *block);

/**
 * The data shape in `length` bytes, given to the caller. The bytes stay the caller's. NULL for NULL and for no bytes.
 *
 * Requires: `bytesPtr` is NULL or has `length` bytes.
 */
twDataShape *twW_BytesToDataShape(unsigned char *bytesPtr, int32_t length);

/**
 * The callback of properties that are registered through the wrapper: hands reads and writes to the functions set with
 * twW_SetApiCallbackFunctions, and answers with their code; NOT_IMPLEMENTED (0xA1) without one, BAD_REQUEST for NULL. A write
 * brings the primitive of that name, or else the whole table. What a read gives is freed here with twWDataBlock_Free.
 *
 * Requires: As for every property callback.
 */
enum msgCodeEnum twW_PropertyCallbackDispatcher(const char *entityName,
                                                const char *propertyName,
                                                twInfoTable **value,
                                                char isWrite,
                                                void *userdata);

/**
 * The callback of services that are registered through the wrapper: hands the call to the function set with
 * twW_SetApiCallbackFunctions, and answers with its code; NOT_IMPLEMENTED (0xA1) without one, BAD_REQUEST for NULL. The block
 * of parameters is NULL when there are none. A primitive as result goes into a column `result`. What the function gives is
 * freed here with twWDataBlock_Free.
 *
 * Requires: As for every service callback.
 */
enum msgCodeEnum twW_ServiceCallbackDispatcher(const char *entityName,
                                               const char *serviceName,
                                               twInfoTable *params,
                                               twInfoTable **content,
                                               void *userdata);

/**
 * The callback of file transfers: hands the fields of `info` to the function set with twW_SetApiCallbackFunctions, for whose
 * call they are valid. Without one, or for NULL, nothing happens.
 *
 * Requires: `info` is NULL or a description of a transfer.
 */
void twW_FileTransferCallbackDispatcher(char fileRcvd,
                                        twFileTransferInfo *info,
                                        void *userdata);

/**
 * Ends the threads of the pool and waits for them, ten seconds for each at most. Without a pool nothing happens. From a
 * callback in one of the threads: that one ends afterwards.
 */
void twW_DestroyThreadPool(TW_NO_PROTOTYPE);

TW_END_DECLARATIONS

TW_BEGIN_DECLARATIONS

#ifndef TW_POOL_COUNTS_
#if !defined(__cplusplus) && defined(__STDC_VERSION__) && __STDC_VERSION__ > 201710L
#define TW_POOL_COUNTS_ uint32_t msgHandlerThreadCount, uint32_t apiTaskerThreadCount
#else
#define TW_POOL_COUNTS_
#endif
#endif
/** Starts threads for a host language: so many (uint32_t) that handle messages, and so many (uint32_t) that run
 * twApi_TaskerFunction, of which one is enough. They sleep until there is work. Returns 0, also when there is a pool
 * already, which stays as it is; 102 when not all could be started: then none runs. */
int twW_InitializeThreadPool(TW_POOL_COUNTS_);

TW_END_DECLARATIONS

#endif /* TW_WRAPPER_EXPORTS_H */

/* twExt.h: the extension layer with everything below it */
#if defined(TWEDGE_PART_twExt) && !defined(TW_C_SDK_TWEXT_H)
#define TW_C_SDK_TWEXT_H

TW_BEGIN_DECLARATIONS

/**
 * Ends the extension layer: stops what twExt_Start has started, and forgets registered templates and shapes, what things
 * are made of, polled functions and property change listeners. The two built-in templates stay, and so do the values and
 * names of things, which go with twApi_Delete. May be called again, with and without an API object, before or after
 * twApi_Delete; everything can be registered anew afterwards.
 * Returns 0.
 *
 * Requires: Pointers into what is forgotten are not used afterwards.
 */
int twExt_Delete(TW_NO_PROTOTYPE);

TW_END_DECLARATIONS

/* Names of later releases and of the public help. */
#define twExt_Api_InvokeService twApi_InvokeService
#define twExt_LoadShapeLibrary twExt_LoadExtensionLibrary
#define twLoadShapeLibrary twExt_LoadExtensionLibrary
#define twCreateThingFromTemplate twExt_CreateThingFromTemplate
#define twExt_DataShape twDataShape
#define twExt_InfoTable twInfoTable
#define twExt_InfoTableRow twInfoTableRow
#define twExt_InfoTable_CreateRowFromEntries twInfoTable_CreateRowFromEntries
#define twExt_InfoTable_CreateInfoTableFromRows twInfoTable_CreateInfoTableFromRows
#define NO_SHAPE_NAME TW_NO_SHAPE_NAME
#define PUSH_TYPE_ALWAYS TW_PUSH_TYPE_ALWAYS
#define PUSH_TYPE_VALUE TW_PUSH_TYPE_VALUE
#define PUSH_THRESHOLD_NONE TW_PUSH_THRESHOLD_NONE

#endif /* TW_C_SDK_TWEXT_H */

#endif /* TWEDGE_INSIDE_PORT */
