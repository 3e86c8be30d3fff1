//! Messages as values (protocol.md sections 3 and 4).

use super::{Characteristic, EntityType, MessageCode};
use crate::model::{InfoTable, Text};
use std::fmt;

/// The session id that AUTH carries, before the platform has assigned one.
pub const NO_SESSION: u32 = 0xffff_ffff;

/// The fields of the 15 bytes in front of every message, without the multipart marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Always written as 1, not checked on reading.
    pub version: u8,
    /// What the message is.
    pub code: MessageCode,
    /// Chosen by the sender of a request, repeated by the answer.
    pub request_id: u32,
    /// 0 in our requests, repeated in our answers.
    pub endpoint_id: u32,
    /// Assigned by the platform in its answer to AUTH.
    pub session_id: u32,
}

impl Header {
    /// The header of a message of ours that is not an answer.
    pub fn new(code: MessageCode, request_id: u32, session_id: u32) -> Self {
        Self { version: 1, code, request_id, endpoint_id: 0, session_id }
    }

    /// The header of the answer to a message with this header: request id and endpoint id are repeated, the session id is
    /// that of the connection.
    pub fn answer(&self, code: MessageCode, session_id: u32) -> Self {
        Self { version: 1, code, session_id, ..*self }
    }
}

/// Name and type of a gateway, which accompany every BIND and UNBIND of a gateway device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gateway {
    /// The thing that stands for the gateway itself.
    pub name: Text,
    /// Its template.
    pub gateway_type: Text,
}

/// The body of GET, PUT, POST and DELETE.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Kind of the entity addressed.
    pub entity_type: EntityType,
    /// Its name, exactly as it was bound.
    pub entity: Text,
    /// Property, service or event.
    pub characteristic: Characteristic,
    /// Name of the property, service or event.
    pub name: Text,
    /// Name and value pairs; never written by us.
    pub headers: Vec<(Text, Text)>,
    /// Parameters.
    pub params: Option<InfoTable>,
}

/// The body of an answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Response {
    /// Text for humans.
    pub reason: Option<Text>,
    /// The result.
    pub content: Option<InfoTable>,
}

/// What follows the header. [`fmt::Debug`] does not show the values of claims.
#[derive(Clone, PartialEq)]
pub enum Body {
    /// AUTH: name and value pairs, of which `appKey` is the one in use.
    Auth {
        /// The claims, in order.
        claims: Vec<(Text, Text)>,
    },
    /// BIND or UNBIND, by the header's code.
    Bind {
        /// Set for a gateway device.
        gateway: Option<Gateway>,
        /// Thing names or identifiers.
        names: Vec<Text>,
    },
    /// GET, PUT, POST, DELETE.
    Request(Request),
    /// Any code from 0x40 on.
    Response(Response),
}

impl Body {
    /// What kind of body it is, for logs.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Auth { .. } => "an AUTH",
            Self::Bind { .. } => "a BIND",
            Self::Request(_) => "a request",
            Self::Response(_) => "a response",
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auth { claims } => {
                let names: Vec<_> = claims.iter().map(|(name, _)| name).collect();
                f.debug_struct("Auth").field("claims", &names).finish_non_exhaustive()
            }
            Self::Bind { gateway, names } => {
                f.debug_struct("Bind").field("gateway", gateway).field("names", names).finish()
            }
            Self::Request(request) => request.fmt(f),
            Self::Response(response) => response.fmt(f),
        }
    }
}

/// A whole message.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Its header.
    pub header: Header,
    /// Its body.
    pub body: Body,
}
