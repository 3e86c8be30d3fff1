//! Why an upgrade failed.

use thiserror::Error;

/// The request cannot be sent, or its answer does not open a WebSocket.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum UpgradeError {
    /// A part of the request has a line break or another control character in it, which would make other headers of it.
    #[error(
        "the {0} has a control character in it and cannot be sent; check how it is read (a line end at its end, perhaps)"
    )]
    ControlCharacter(&'static str),
    /// No key can be made: a guessable one is not an alternative.
    #[error("the operating system gives no random numbers for the WebSocket key: {0}")]
    NoRandomness(String),
    /// Status other than 101.
    #[error("the server answered HTTP status {status} instead of 101: {}", advice(*.status))]
    Status {
        /// Status code of the answer.
        status: u16,
    },
    /// The answer is not HTTP.
    #[error("the server's answer is not HTTP ({0}); check host, port, and whether the port expects TLS")]
    NotHttp(String),
    /// `Upgrade: websocket` is missing.
    #[error("the server's 101 answer has no header 'Upgrade: websocket'; is there an HTTP proxy in between?")]
    NoUpgradeHeader,
    /// `Connection: Upgrade` is missing.
    #[error("the server's 101 answer has no header 'Connection: Upgrade'; is there an HTTP proxy in between?")]
    NoConnectionHeader,
    /// Missing or wrong proof that the server has read this very request.
    #[error(
        "Sec-WebSocket-Accept of the server's answer is {found:?}, not {expected:?}; it answers another request (a cache in between?)"
    )]
    WrongAccept {
        /// Value computed from the key that was sent.
        expected: String,
        /// Value in the answer; empty if there is none.
        found: String,
    },
    /// An extension or a parameter of one that was not offered or cannot be served.
    #[error(
        "the server agreed to the extension {0:?}, which was not offered like that; switch compression off here or there"
    )]
    Extension(String),
    /// The head of the answer is longer than [`MAX_RESPONSE_HEAD`](super::MAX_RESPONSE_HEAD).
    #[error("the head of the server's answer is longer than {limit} bytes")]
    TooLong {
        /// Limit in bytes.
        limit: usize,
    },
    /// The connection ended before the answer was complete.
    #[error("the server ended the connection after {received} bytes of its answer to the upgrade request")]
    Ended {
        /// Bytes received until then.
        received: usize,
    },
}

/// What to do about a status.
fn advice(status: u16) -> &'static str {
    match status {
        401 | 403 => "check the application key and what its user may do",
        404 => "check the resource, normally /Thingworx/WS",
        301..=308 => "redirects are not followed; configure the address it points to, and whether it wants TLS",
        426 => "the server wants another WebSocket version or TLS",
        500..=599 => "the platform or a gateway in front of it is not ready; it is tried again",
        _ => "check host, port and resource",
    }
}
