//! `twDefinitions.h`: enumerations of the protocol, log levels, truth values.

use std::ffi::{CStr, c_char, c_int, c_uint};

pub const TRUE: c_int = 1;
pub const FALSE: c_int = 0;
pub const TW_MSG_VERSION: c_int = 1;
pub const TW_VIRTUAL_STAGING_DIR: &CStr = c"__staging__";
pub const LIST_ALL: c_int = 0;
pub const LIST_FILES: c_int = 1;
pub const LIST_DIRS: c_int = 2;

/// Any value of `enum msgType`, also one without a name.
pub type msgType = c_uint;

/// The named values of `enum msgType`, as the C header shows them; in Rust the constants of the same names are used.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum enum_msgType {
    TW_UNKNOWN = 0,
    TW_REQUEST = 1,
    TW_RESPONSE = 2,
    TW_AUTH = 3,
    TW_BIND = 4,
    TW_MULTIPART_REQ = 5,
    TW_MULTIPART_RESP = 6,
}

enum_constants! { msgType = enum_msgType;
    TW_UNKNOWN, TW_REQUEST, TW_RESPONSE, TW_AUTH, TW_BIND, TW_MULTIPART_REQ, TW_MULTIPART_RESP,
}

/// Any value of `enum msgCodeEnum`, also one without a name.
pub type msgCodeEnum = c_uint;

/// The named values of `enum msgCodeEnum`, as the C header shows them; in Rust the constants of the same names are used.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum enum_msgCodeEnum {
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
}

enum_constants! { msgCodeEnum = enum_msgCodeEnum;
    TWX_UNKNOWN, TWX_GET, TWX_PUT, TWX_POST, TWX_DEL, TWX_BIND, TWX_UNBIND, TWX_AUTH, TWX_KEEP_ALIVE,
    TWX_SUCCESS, TWX_BAD_REQUEST, TWX_UNAUTHORIZED, TWX_BAD_OPTION, TWX_FORBIDDEN, TWX_NOT_FOUND,
    TWX_METHOD_NOT_ALLOWED, TWX_NOT_ACCEPTABLE, TWX_PRECONDITION_FAILED, TWX_ENTITY_TOO_LARGE,
    TWX_UNSUPPORTED_CONTENT_FORMAT, TWX_INTERNAL_SERVER_ERROR, TWX_NOT_IMPLEMENTED, TWX_BAD_GATEWAY,
    TWX_SERVICE_UNAVAILABLE, TWX_GATEWAY_TIMEOUT, TWX_WROTE_TO_OFFLINE_MSG_STORE, TWX_OFFLINE_MSG_STORE_FULL,
}

/// Any value of `enum entityTypeEnum`, also one without a name.
pub type entityTypeEnum = c_uint;

/// The named values of `enum entityTypeEnum`, as the C header shows them; in Rust the constants of the same names are used.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum enum_entityTypeEnum {
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
}

enum_constants! { entityTypeEnum = enum_entityTypeEnum;
    TW_UNDEFINED, TW_THING, TW_THINGSHAPES, TW_THINGTEMPLATES, TW_THINGPACKAGES, TW_NETWORKS, TW_DATASHAPES,
    TW_MODELTAGS, TW_DATATAGS, TW_MASHUPS, TW_WIDGETS, TW_STYLEDEFINITIONS, TW_STATEDEFINITIONS, TW_MENUS,
    TW_MEDIAENTITIES, TW_LOCALIZATIONTABLES, TW_DASHBOARDS, TW_LOGS, TW_USERS, TW_GROUPS, TW_ORGANIZATIONS,
    TW_APPLICATIONKEYS, TW_DIRECTORYSERVICES, TW_RESOURCE, TW_SCRIPTFUNCTIONLIBRARIES, TW_EXTENSIONPACKAGES,
    TW_SUBSYSTEM,
}

/// Any value of `enum characteristicEnum`, also one without a name.
pub type characteristicEnum = c_uint;

/// The named values of `enum characteristicEnum`, as the C header shows them; in Rust the constants of the same names are used.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum enum_characteristicEnum {
    TW_PROPERTIES = 1,
    TW_SERVICES = 2,
    TW_EVENTS = 3,
}

enum_constants! { characteristicEnum = enum_characteristicEnum;
    TW_PROPERTIES, TW_SERVICES, TW_EVENTS,
}

/// Any value of `enum BaseType`, also one without a name.
pub type BaseType = c_int;

/// The named values of `enum BaseType`, as the C header shows them; in Rust the constants of the same names are used.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum enum_BaseType {
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
}

enum_constants! { BaseType = enum_BaseType;
    TW_NOTHING, TW_STRING, TW_NUMBER, TW_BOOLEAN, TW_DATETIME, TW_TIMESPAN, TW_INFOTABLE, TW_LOCATION, TW_XML,
    TW_JSON, TW_QUERY, TW_IMAGE, TW_HYPERLINK, TW_IMAGELINK, TW_PASSWORD, TW_HTML, TW_TEXT, TW_TAGS,
    TW_SCHEDULE, TW_VARIANT, TW_GUID, TW_BLOB, TW_INTEGER, TW_PROPERTYNAME, TW_SERVICENAME, TW_EVENTNAME,
    TW_THINGNAME, TW_THINGSHAPENAME, TW_THINGTEMPLATENAME, TW_DATASHAPENAME, TW_MASHUPNAME, TW_MENUNAME,
    TW_BASETYPENAME, TW_USERNAME, TW_GROUPNAME, TW_CATEGORYNAME, TW_STATEDEFINITIONNAME,
    TW_STYLEDEFINITIONNAME, TW_MODELTAGVOCABULARYNAME, TW_DATATAGVOCABULARYNAME, TW_NETWORKNAME,
    TW_MEDIAENTITYNAME, TW_APPLICATIONKEYNAME, TW_LOCALIZATIONTABLENAME, TW_ORGANIZATIONNAME, TW_DASHBOARDNAME,
    TW_UNKNOWN_TYPE,
}

/// Any value of `enum LogLevel`, also one without a name.
pub type LogLevel = c_uint;

/// The named values of `enum LogLevel`, as the C header shows them; in Rust the constants of the same names are used.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum enum_LogLevel {
    TW_TRACE = 0,
    TW_DEBUG = 1,
    TW_INFO = 2,
    TW_WARN = 3,
    TW_ERROR = 4,
    TW_FORCE = 5,
    TW_AUDIT = 6,
}

enum_constants! { LogLevel = enum_LogLevel;
    TW_TRACE, TW_DEBUG, TW_INFO, TW_WARN, TW_ERROR, TW_FORCE, TW_AUDIT,
}

/// Names of the services of file transfer; the last element is the text `SENTINEL`.
#[unsafe(no_mangle)]
pub static mut fileXferServices: [*mut c_char; 18] = [
    c"BrowseDirectory".as_ptr().cast_mut(),
    c"CancelFileTransfer".as_ptr().cast_mut(),
    c"CompleteFileTransfer".as_ptr().cast_mut(),
    c"CreateBinaryFile".as_ptr().cast_mut(),
    c"DeleteFile".as_ptr().cast_mut(),
    c"GetDirectoryStructure".as_ptr().cast_mut(),
    c"GetFileChecksum".as_ptr().cast_mut(),
    c"GetFileInfo".as_ptr().cast_mut(),
    c"GetFileListing".as_ptr().cast_mut(),
    c"GetTransferInfo".as_ptr().cast_mut(),
    c"ListDirectories".as_ptr().cast_mut(),
    c"ListFiles".as_ptr().cast_mut(),
    c"MakeDirectory".as_ptr().cast_mut(),
    c"MoveFile".as_ptr().cast_mut(),
    c"ReadFromBinaryFile".as_ptr().cast_mut(),
    c"StartFileTransfer".as_ptr().cast_mut(),
    c"WriteToBinaryFile".as_ptr().cast_mut(),
    c"SENTINEL".as_ptr().cast_mut(),
];

/// Names of the services of tunnels; the last element is the text `SENTINEL`.
#[unsafe(no_mangle)]
pub static mut tunnelServices: [*mut c_char; 4] = [
    c"StartTunnel".as_ptr().cast_mut(),
    c"CompleteTunnel".as_ptr().cast_mut(),
    c"TunnelCommandToEdge".as_ptr().cast_mut(),
    c"SENTINEL".as_ptr().cast_mut(),
];
