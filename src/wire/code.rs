//! The numbers of the protocol: message codes, entity types, characteristics (protocol.md 3.1, 4.3).

use std::fmt;

macro_rules! wire_numbers {
    ($(#[$meta:meta])* $type:ident { $($constant:ident = $code:literal, $name:literal;)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $type(pub u8);

        impl $type {
            $(#[doc = concat!("`", $name, "`")] pub const $constant: $type = $type($code);)*

            /// The name as it is logged, `None` for a number without one.
            pub fn name(self) -> Option<&'static str> {
                match self.0 { $($code => Some($name),)* _ => None }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self.name() { Some(name) => f.write_str(name), None => write!(f, "0x{:02x}", self.0) }
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { fmt::Display::fmt(self, f) }
        }
    };
}

wire_numbers! {
    /// A message code: requests below 0x40, responses from there on.
    MessageCode {
        GET = 0x01, "GET";
        PUT = 0x02, "PUT";
        POST = 0x03, "POST";
        DELETE = 0x04, "DEL";
        BIND = 0x0a, "BIND";
        UNBIND = 0x0b, "UNBIND";
        AUTH = 0x14, "AUTH";
        KEEP_ALIVE = 0x1f, "KEEP_ALIVE";
        SUCCESS = 0x40, "SUCCESS";
        BAD_REQUEST = 0x80, "BAD_REQUEST";
        UNAUTHORIZED = 0x81, "UNAUTHORIZED";
        BAD_OPTION = 0x82, "BAD_OPTION";
        FORBIDDEN = 0x83, "FORBIDDEN";
        NOT_FOUND = 0x84, "NOT_FOUND";
        METHOD_NOT_ALLOWED = 0x85, "METHOD_NOT_ALLOWED";
        NOT_ACCEPTABLE = 0x86, "NOT_ACCEPTABLE";
        PRECONDITION_FAILED = 0x8c, "PRECONDITION_FAILED";
        ENTITY_TOO_LARGE = 0x8d, "ENTITY_TOO_LARGE";
        UNSUPPORTED_CONTENT_FORMAT = 0x8f, "UNSUPPORTED_CONTENT_FORMAT";
        INTERNAL_SERVER_ERROR = 0xa0, "INTERNAL_SERVER_ERROR";
        NOT_IMPLEMENTED = 0xa1, "NOT_IMPLEMENTED";
        BAD_GATEWAY = 0xa2, "BAD_GATEWAY";
        SERVICE_UNAVAILABLE = 0xa3, "SERVICE_UNAVAILABLE";
        GATEWAY_TIMEOUT = 0xa4, "GATEWAY_TIMEOUT";
    }
}

impl MessageCode {
    /// Whether a message of this code answers another one.
    pub fn is_response(self) -> bool {
        self.0 >= 0x40
    }

    /// Whether a peer expects an answer to a message of this code: requests, BIND, UNBIND and AUTH.
    pub fn expects_answer(self) -> bool {
        self.is_request() || matches!(self, Self::BIND | Self::UNBIND | Self::AUTH)
    }

    /// Whether it is GET, PUT, POST or DELETE.
    pub fn is_request(self) -> bool {
        matches!(self, Self::GET | Self::PUT | Self::POST | Self::DELETE)
    }
}

wire_numbers! {
    /// The kind of entity that a request is addressed to.
    EntityType {
        UNDEFINED = 0x00, "UNDEFINED";
        THING = 0x0a, "THING";
        THING_SHAPES = 0x0b, "THINGSHAPES";
        THING_TEMPLATES = 0x0c, "THINGTEMPLATES";
        THING_PACKAGES = 0x0d, "THINGPACKAGES";
        NETWORKS = 0x0e, "NETWORKS";
        DATA_SHAPES = 0x0f, "DATASHAPES";
        MODEL_TAGS = 0x14, "MODELTAGS";
        DATA_TAGS = 0x15, "DATATAGS";
        MASHUPS = 0x1e, "MASHUPS";
        WIDGETS = 0x1f, "WIDGETS";
        STYLE_DEFINITIONS = 0x20, "STYLEDEFINITIONS";
        STATE_DEFINITIONS = 0x21, "STATEDEFINITIONS";
        MENUS = 0x22, "MENUS";
        MEDIA_ENTITIES = 0x23, "MEDIAENTITIES";
        LOCALIZATION_TABLES = 0x24, "LOCALIZATIONTABLES";
        DASHBOARDS = 0x27, "DASHBOARDS";
        LOGS = 0x28, "LOGS";
        USERS = 0x32, "USERS";
        GROUPS = 0x33, "GROUPS";
        ORGANIZATIONS = 0x34, "ORGANIZATIONS";
        APPLICATION_KEYS = 0x35, "APPLICATIONKEYS";
        DIRECTORY_SERVICES = 0x36, "DIRECTORYSERVICES";
        RESOURCE = 0x3c, "RESOURCE";
        SCRIPT_FUNCTION_LIBRARIES = 0x3d, "SCRIPTFUNCTIONLIBRARIES";
        EXTENSION_PACKAGES = 0x46, "EXTENSIONPACKAGES";
        SUBSYSTEM = 0x50, "SUBSYSTEM";
    }
}

wire_numbers! {
    /// What of an entity a request is about.
    Characteristic {
        PROPERTIES = 0x01, "PROPERTIES";
        SERVICES = 0x02, "SERVICES";
        EVENTS = 0x03, "EVENTS";
    }
}
