//! Base types: the numbers that name the kind of a value on the wire (protocol.md 5.2).

use std::fmt;

/// A base type by its wire number. Numbers without a name are legal in field descriptions, so every `u8` is one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BaseType(pub u8);

/// How the payload of a base type is represented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// No payload.
    Nothing,
    /// A length-prefixed text; every name type, JSON, XML and the like belong here.
    Text,
    /// An IEEE 754 double.
    Number,
    /// A signed 32-bit integer.
    Integer,
    /// A signed 64-bit integer.
    Long,
    /// One byte.
    Boolean,
    /// Milliseconds since 1970-01-01 UTC.
    DateTime,
    /// Three doubles.
    Location,
    /// Bytes with a 32-bit length: BLOB and IMAGE.
    Blob,
    /// A nested info table.
    InfoTable,
    /// A nested typed value.
    Variant,
}

macro_rules! base_types {
    ($($constant:ident = $code:literal, $name:literal, $family:expr;)*) => {
        impl BaseType {
            $(#[doc = concat!("`", $name, "`")] pub const $constant: BaseType = BaseType($code);)*

            /// The name as in JSON and in `baseTypeToString`, `None` for a number without one.
            pub fn name(self) -> Option<&'static str> {
                match self.0 { $($code => Some($name),)* _ => None }
            }

            /// The type of that exact name.
            pub fn from_name(name: &str) -> Option<BaseType> {
                match name { $($name => Some(BaseType($code)),)* _ => None }
            }

            /// The representation of its payload; `None` for a type that no reader of ours supports
            /// (TIMESPAN, SCHEDULE and unassigned numbers).
            pub fn family(self) -> Option<Family> {
                match self.0 { $($code => $family,)* _ => None }
            }
        }
    };
}

base_types! {
    STRING = 0x00, "STRING", Some(Family::Text);
    NUMBER = 0x01, "NUMBER", Some(Family::Number);
    BOOLEAN = 0x02, "BOOLEAN", Some(Family::Boolean);
    DATETIME = 0x03, "DATETIME", Some(Family::DateTime);
    TIMESPAN = 0x04, "TIMESPAN", None;
    INFOTABLE = 0x05, "INFOTABLE", Some(Family::InfoTable);
    LOCATION = 0x06, "LOCATION", Some(Family::Location);
    XML = 0x07, "XML", Some(Family::Text);
    JSON = 0x08, "JSON", Some(Family::Text);
    QUERY = 0x09, "QUERY", Some(Family::Text);
    IMAGE = 0x0a, "IMAGE", Some(Family::Blob);
    HYPERLINK = 0x0b, "HYPERLINK", Some(Family::Text);
    IMAGELINK = 0x0c, "IMAGELINK", Some(Family::Text);
    PASSWORD = 0x0d, "PASSWORD", Some(Family::Text);
    HTML = 0x0e, "HTML", Some(Family::Text);
    TEXT = 0x0f, "TEXT", Some(Family::Text);
    TAGS = 0x10, "TAGS", Some(Family::Text);
    SCHEDULE = 0x11, "SCHEDULE", None;
    VARIANT = 0x12, "VARIANT", Some(Family::Variant);
    GUID = 0x14, "GUID", Some(Family::Text);
    BLOB = 0x15, "BLOB", Some(Family::Blob);
    INTEGER = 0x16, "INTEGER", Some(Family::Integer);
    LONG = 0x17, "LONG", Some(Family::Long);
    PROPERTYNAME = 0x32, "PROPERTYNAME", Some(Family::Text);
    SERVICENAME = 0x33, "SERVICENAME", Some(Family::Text);
    EVENTNAME = 0x34, "EVENTNAME", Some(Family::Text);
    THINGNAME = 0x64, "THINGNAME", Some(Family::Text);
    THINGSHAPENAME = 0x65, "THINGSHAPENAME", Some(Family::Text);
    THINGTEMPLATENAME = 0x66, "THINGTEMPLATENAME", Some(Family::Text);
    DATASHAPENAME = 0x68, "DATASHAPENAME", Some(Family::Text);
    MASHUPNAME = 0x69, "MASHUPNAME", Some(Family::Text);
    MENUNAME = 0x6a, "MENUNAME", Some(Family::Text);
    BASETYPENAME = 0x6b, "BASETYPENAME", Some(Family::Text);
    USERNAME = 0x6c, "USERNAME", Some(Family::Text);
    GROUPNAME = 0x6d, "GROUPNAME", Some(Family::Text);
    CATEGORYNAME = 0x6e, "CATEGORYNAME", Some(Family::Text);
    STATEDEFINITIONNAME = 0x6f, "STATEDEFINITIONNAME", Some(Family::Text);
    STYLEDEFINITIONNAME = 0x70, "STYLEDEFINITIONNAME", Some(Family::Text);
    MODELTAGVOCABULARYNAME = 0x71, "MODELTAGVOCABULARYNAME", Some(Family::Text);
    DATATAGVOCABULARYNAME = 0x72, "DATATAGVOCABULARYNAME", Some(Family::Text);
    NETWORKNAME = 0x73, "NETWORKNAME", Some(Family::Text);
    MEDIAENTITYNAME = 0x74, "MEDIAENTITYNAME", Some(Family::Text);
    APPLICATIONKEYNAME = 0x75, "APPLICATIONKEYNAME", Some(Family::Text);
    LOCALIZATIONTABLENAME = 0x76, "LOCALIZATIONTABLENAME", Some(Family::Text);
    ORGANIZATIONNAME = 0x77, "ORGANIZATIONNAME", Some(Family::Text);
    DASHBOARDNAME = 0x78, "DASHBOARDNAME", Some(Family::Text);
    NOTHING = 0xff, "NOTHING", Some(Family::Nothing);
}

impl fmt::Display for BaseType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "base type 0x{:02x}", self.0),
        }
    }
}

impl fmt::Debug for BaseType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
