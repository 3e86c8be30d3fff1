//! Names of subjects and issuers.

use super::certificate::{contents, expect};
use der::asn1::{AnyRef, ObjectIdentifier};
use der::{Decode, Reader, Tag, Tagged};
use std::fmt;

/// An attribute of a name that is of interest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attribute {
    CommonName,
    Organization,
    OrganizationalUnit,
}

impl Attribute {
    const ALL: [Attribute; 3] = [Attribute::CommonName, Attribute::Organization, Attribute::OrganizationalUnit];

    fn id(self) -> ObjectIdentifier {
        ObjectIdentifier::new_unwrap(match self {
            Attribute::CommonName => "2.5.4.3",
            Attribute::Organization => "2.5.4.10",
            Attribute::OrganizationalUnit => "2.5.4.11",
        })
    }

    fn short(self) -> &'static str {
        match self {
            Attribute::CommonName => "CN",
            Attribute::Organization => "O",
            Attribute::OrganizationalUnit => "OU",
        }
    }
}

/// A distinguished name in its encoding. Names are the same if their encodings are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Name<'a>(&'a [u8]);

impl<'a> Name<'a> {
    pub fn new(der: &'a [u8]) -> Name<'a> {
        Name(der)
    }

    /// The encoding without its header.
    pub fn value(&self) -> &'a [u8] {
        AnyRef::from_der(self.0).map(AnyRef::value).unwrap_or_default()
    }

    /// The first attribute of this kind: its text as it is encoded, but UTF-16 (BMPString) turned into UTF-8.
    pub fn attribute(&self, attribute: Attribute) -> Option<Vec<u8>> {
        self.find(attribute).ok().flatten()
    }

    fn find(&self, attribute: Attribute) -> der::Result<Option<Vec<u8>>> {
        let mut sets = contents(AnyRef::from_der(self.0)?)?;
        while !sets.is_finished() {
            let mut set = contents(expect(&mut sets, Tag::Set)?)?;
            while !set.is_finished() {
                let mut pair = contents(expect(&mut set, Tag::Sequence)?)?;
                if pair.decode::<ObjectIdentifier>()? == attribute.id() {
                    return Ok(Some(text(AnyRef::decode(&mut pair)?)));
                }
            }
        }
        Ok(None)
    }
}

fn text(value: AnyRef<'_>) -> Vec<u8> {
    if value.tag() != Tag::BmpString {
        return value.value().to_vec();
    }
    let units = value.value().chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
    char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect::<String>().into_bytes()
}

/// As `CN=name, O=organization`, for messages.
impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for attribute in Attribute::ALL {
            if let Some(value) = self.attribute(attribute) {
                write!(f, "{separator}{}={}", attribute.short(), String::from_utf8_lossy(&value))?;
                separator = ", ";
            }
        }
        if separator.is_empty() { f.write_str("(no common name)") } else { Ok(()) }
    }
}
