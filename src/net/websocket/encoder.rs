//! Messages and control frames into bytes for the peer.

use super::frame::{FrameHeader, MAX_CONTROL_PAYLOAD, Opcode};
use super::mask::{self, MaskSource};
use super::{Deflate, Role, close_payload};
use thiserror::Error;

/// Longest text of a ping or pong that an application may send, in bytes (specification, section 2.3).
pub const MAX_CONTROL_TEXT: usize = 110;

/// Why nothing was encoded.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// Text of a ping or pong above the limit. It is not cut.
    #[error("a ping or pong of {len} bytes is too long; shorten it to {limit} bytes")]
    ControlTooLong {
        /// Length of the text.
        len: usize,
        /// Limit in bytes.
        limit: usize,
    },
    /// No mask key: sending with a guessable one is not an alternative (RFC 6455, section 5.3).
    #[error("the operating system gives no random numbers, which WebSocket clients need for every frame: {0}")]
    NoRandomness(getrandom::Error),
    /// The compressor failed. The connection cannot go on compressing; close it.
    #[error("the message cannot be compressed: {0}")]
    Deflate(#[from] flate2::CompressError),
}

/// Encoder of one direction of a connection.
///
/// Every function appends to `out`; on an error `out` may have incomplete output at its end only for a message of
/// several frames. One frame is one contiguous run of bytes: write what was appended with one call.
pub struct Encoder {
    max_frame_payload: usize,
    deflate: Option<Deflate>,
    masks: Option<MaskSource>,
}

impl Encoder {
    /// An encoder at the `role` end of a fresh connection. No frame has more payload than `max_frame_payload` bytes (at
    /// least 1, at most 65 535: the 64-bit form of the length is never sent). With `deflate` every message is compressed.
    pub fn new(role: Role, max_frame_payload: usize, deflate: Option<Deflate>) -> Encoder {
        Encoder {
            max_frame_payload: max_frame_payload.clamp(1, usize::from(u16::MAX)),
            deflate,
            masks: (role == Role::Client).then(MaskSource::new),
        }
    }

    /// Appends a binary message, in as many frames as needed.
    ///
    /// # Errors
    /// [`EncodeError::NoRandomness`], [`EncodeError::Deflate`].
    pub fn binary(&mut self, message: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.message(Opcode::Binary, message, out)
    }

    /// Appends a text message. That it is UTF-8 is not checked.
    ///
    /// # Errors
    /// As [`binary`](Encoder::binary).
    pub fn text(&mut self, message: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.message(Opcode::Text, message, out)
    }

    /// Appends one frame of a message, as it is: never compressed, never cut. That the frames make messages is the caller's care.
    ///
    /// # Errors
    /// [`EncodeError::NoRandomness`]; nothing is appended.
    pub fn data_frame(
        &mut self,
        opcode: Opcode,
        fin: bool,
        payload: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), EncodeError> {
        self.frame(FrameHeader::new(opcode, fin, payload.len()), payload, out)
    }

    /// Appends a ping with a text of at most [`MAX_CONTROL_TEXT`] bytes.
    ///
    /// # Errors
    /// [`EncodeError::ControlTooLong`], [`EncodeError::NoRandomness`]; nothing is appended.
    pub fn ping(&mut self, text: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.control(Opcode::Ping, text, MAX_CONTROL_TEXT, out)
    }

    /// Appends a pong of the application's own, with a text of at most [`MAX_CONTROL_TEXT`] bytes.
    ///
    /// # Errors
    /// As [`ping`](Encoder::ping).
    pub fn pong(&mut self, text: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.control(Opcode::Pong, text, MAX_CONTROL_TEXT, out)
    }

    /// Appends the pong that answers a received ping: its payload, which may have all of the 125 bytes that the standard
    /// allows.
    ///
    /// # Errors
    /// As [`ping`](Encoder::ping).
    pub fn answer_ping(&mut self, payload: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.control(Opcode::Pong, payload, MAX_CONTROL_PAYLOAD, out)
    }

    /// Appends a close frame with the payload of [`close_payload`].
    ///
    /// # Errors
    /// [`EncodeError::NoRandomness`]; nothing is appended.
    pub fn close(&mut self, status: u16, reason: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.control(Opcode::Close, &close_payload(status, reason), MAX_CONTROL_PAYLOAD, out)
    }

    /// Appends the close frame that answers one of the peer's: the same status and no text, or nothing at all if the
    /// peer's was empty.
    ///
    /// # Errors
    /// As [`close`](Encoder::close).
    pub fn answer_close(&mut self, status: Option<u16>, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let bytes = status.map(u16::to_be_bytes);
        self.control(Opcode::Close, bytes.as_ref().map_or(&[], |bytes| bytes), MAX_CONTROL_PAYLOAD, out)
    }

    fn message(&mut self, opcode: Opcode, message: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        match &mut self.deflate {
            Some(deflate) => {
                let payload = deflate.message(message)?;
                self.fragments(opcode, true, &payload, out)
            }
            None => self.fragments(opcode, false, message, out),
        }
    }

    /// Cuts a payload into frames. RSV1 belongs on the first one only (RFC 7692, section 6.1; W15).
    fn fragments(&mut self, opcode: Opcode, rsv1: bool, payload: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        if payload.len() <= self.max_frame_payload {
            return self.frame(FrameHeader { rsv1, ..FrameHeader::new(opcode, true, payload.len()) }, payload, out);
        }
        let count = payload.len().div_ceil(self.max_frame_payload);
        for (index, piece) in payload.chunks(self.max_frame_payload).enumerate() {
            let opcode = if index == 0 { opcode } else { Opcode::Continuation };
            let header = FrameHeader::new(opcode, index + 1 == count, piece.len());
            self.frame(FrameHeader { rsv1: rsv1 && index == 0, ..header }, piece, out)?;
        }
        Ok(())
    }

    fn control(&mut self, opcode: Opcode, text: &[u8], limit: usize, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        if text.len() > limit {
            return Err(EncodeError::ControlTooLong { len: text.len(), limit });
        }
        self.frame(FrameHeader::new(opcode, true, text.len()), text, out)
    }

    /// Appends one frame, masked with a fresh key if this is a client.
    fn frame(&mut self, mut header: FrameHeader, payload: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        if let Some(masks) = &mut self.masks {
            header.mask = Some(masks.next().map_err(EncodeError::NoRandomness)?);
        }
        out.reserve(payload.len() + 14);
        header.encode(out);
        let start = out.len();
        out.extend_from_slice(payload);
        if let Some(key) = header.mask {
            mask::apply(key, 0, &mut out[start..]);
        }
        Ok(())
    }
}
