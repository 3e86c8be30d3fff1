//! Values: what a property, a parameter or a cell holds.

use super::{BaseType, InfoTable, Text};

/// A place on earth, as WGS 84 degrees and metres. On the wire the longitude comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Location {
    /// Degrees, north positive.
    pub latitude: f64,
    /// Degrees, east positive.
    pub longitude: f64,
    /// Metres.
    pub elevation: f64,
}

/// A typed value. Doubles keep their bit pattern, texts and blobs their bytes.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// No value: a missing cell.
    #[default]
    Nothing,
    /// A text of a base type of the text family.
    Text(BaseType, Text),
    /// NUMBER.
    Number(f64),
    /// INTEGER.
    Integer(i32),
    /// LONG (decisions.md: 0x17).
    Long(i64),
    /// BOOLEAN.
    Boolean(bool),
    /// DATETIME: milliseconds since 1970-01-01 UTC, signed.
    DateTime(i64),
    /// LOCATION.
    Location(Location),
    /// BLOB or IMAGE, told apart by the base type.
    Blob(BaseType, Vec<u8>),
    /// INFOTABLE.
    InfoTable(Box<InfoTable>),
    /// VARIANT: a value whose type the receiver learns from the value.
    Variant(Box<Value>),
}

impl Value {
    /// A STRING.
    pub fn string(text: impl Into<Text>) -> Self {
        Self::Text(BaseType::STRING, text.into())
    }

    /// A BLOB.
    pub fn blob(bytes: impl Into<Vec<u8>>) -> Self {
        Self::Blob(BaseType::BLOB, bytes.into())
    }

    /// The base type of the value itself (VARIANT for a variant).
    pub fn base_type(&self) -> BaseType {
        match self {
            Self::Nothing => BaseType::NOTHING,
            Self::Text(base_type, _) | Self::Blob(base_type, _) => *base_type,
            Self::Number(_) => BaseType::NUMBER,
            Self::Integer(_) => BaseType::INTEGER,
            Self::Long(_) => BaseType::LONG,
            Self::Boolean(_) => BaseType::BOOLEAN,
            Self::DateTime(_) => BaseType::DATETIME,
            Self::Location(_) => BaseType::LOCATION,
            Self::InfoTable(_) => BaseType::INFOTABLE,
            Self::Variant(_) => BaseType::VARIANT,
        }
    }

    /// The text of a text value, of any text type.
    pub fn as_text(&self) -> Option<&Text> {
        match self {
            Self::Text(_, text) => Some(text),
            _ => None,
        }
    }

    /// The number of a NUMBER, INTEGER or LONG.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Integer(integer) => Some(f64::from(*integer)),
            Self::Long(long) => Some(*long as f64),
            _ => None,
        }
    }
}
