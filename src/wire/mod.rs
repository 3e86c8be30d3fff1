//! AlwaysOn messages to bytes and back. No I/O, no clock, no threads.

mod code;
mod message;

pub use code::{Characteristic, EntityType, MessageCode};
pub use message::{Body, Gateway, Header, Message, Request, Response};
