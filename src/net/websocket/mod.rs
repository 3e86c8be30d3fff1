//! WebSocket framing (RFC 6455) with permessage-deflate (RFC 7692), without I/O: bytes go in, events come out, and back.
//!
//! The same code serves both ends. A [`Decoder`] is told whose end it is at, and is as tolerant as that end has to be
//! (specification, sections 2.2 and 8.1). Nothing here knows what a message means.

mod close;
mod decoder;
mod deflate;
mod encoder;
pub mod frame;
mod mask;
#[cfg(test)]
mod tests;
mod violation;

pub use close::{CloseStatus, MAX_CLOSE_PAYLOAD, close_payload};
pub use decoder::{Decoder, Event, Limits};
pub use deflate::{Deflate, Inflate, InflateError};
pub use encoder::{EncodeError, Encoder, MAX_CONTROL_TEXT};
pub use violation::Violation;

/// Which end of the connection a codec is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The device: sends masked frames and receives bare ones.
    Client,
    /// The platform: sends bare frames and receives masked ones.
    Server,
}
