//! AlwaysOn messages to bytes and back. No I/O, no clock, no threads.
//!
//! [`encode`] makes the WebSocket messages that stand for a [`Message`], an [`Assembler`] makes messages of the WebSocket
//! messages that come in. Everything that is read is checked against the bytes that are there: no input can make a decoder
//! read beyond them, recurse without bound, or allocate out of proportion.

mod assemble;
mod body;
mod code;
mod decode;
mod describe;
mod encode;
mod error;
mod message;
mod reader;
mod split;
#[cfg(test)]
mod tests;

pub use assemble::{Assembler, AssemblerLimits, Chunk, Packet, Received, decode};
pub use body::{HEADER_LEN, decode_body, decode_header, encode_body, encode_header};
pub use code::{Characteristic, EntityType, MessageCode};
pub use decode::{decode_field, decode_row, decode_table, decode_value};
pub use describe::{Description, MASK, describe};
pub use encode::{
    encode_field, encode_row, encode_table, encode_value, field_len, row_len, table_len, text_len, value_len,
};
pub use error::{DecodeError, EncodeError, MAX_DEPTH, Problem, RejectReason, Rejected};
pub use message::{Body, Gateway, Header, Message, NO_SESSION, Request, Response};
pub use split::{Cut, bind_parts, encode, encode_with_body};
