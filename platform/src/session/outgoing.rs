//! What goes out on a connection: messages to frames, frames to the task that writes them.

use crate::config::{LargeMessages, Switches};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;
use twedge::model::{InfoTable, Value};
use twedge::net::websocket::frame::FrameHeader;
use twedge::net::websocket::{self, Encoder};
use twedge::wire::{self, Body, Cut, Message};

/// Why something was not sent.
#[derive(Debug, thiserror::Error)]
pub(super) enum SendError {
    /// It cannot be put into messages.
    #[error(transparent)]
    Message(#[from] wire::EncodeError),
    /// It cannot be put into frames.
    #[error(transparent)]
    Frame(#[from] websocket::EncodeError),
    /// The device does not read, or the connection has ended.
    #[error("{0} bytes are waiting for the device already")]
    Stuck(usize),
}

/// The sending half of a connection.
pub(super) struct Outgoing {
    encoder: Encoder,
    queue: mpsc::UnboundedSender<Vec<u8>>,
    queued: Arc<AtomicUsize>,
    /// Most bytes that may be queued.
    limit: usize,
    /// Largest frame payload that the device takes.
    max_frame: usize,
    deflate: bool,
    /// A fault: nothing goes out any more.
    pub silent: bool,
}

impl Outgoing {
    /// The sending half, and what [`write_queued`] needs to write it out.
    pub fn new(encoder: Encoder, max_frame: usize, deflate: bool, limit: usize) -> (Self, Queue) {
        let (queue, receiver) = mpsc::unbounded_channel();
        let queued = Arc::new(AtomicUsize::new(0));
        let out = Self { encoder, queue, queued: queued.clone(), limit, max_frame, deflate, silent: false };
        (out, Queue { receiver, queued })
    }

    /// Sends a message; returns in how many WebSocket messages.
    pub fn message(&mut self, message: &Message, switches: &Switches, max_message: usize) -> Result<usize, SendError> {
        let chunk_size = usize::from(switches.chunk_size).min(self.max_frame);
        let cut = Cut {
            chunk_size: u16::try_from(chunk_size).unwrap_or(u16::MAX),
            max_message_size: max_message,
            deflate: self.deflate,
        };
        let parts = match switches.large_messages {
            LargeMessages::Multipart => wire::encode(message, &cut)?,
            LargeMessages::Fragments => vec![whole(message)?],
        };
        for part in &parts {
            let mut bytes = Vec::new();
            self.encoder.binary(part, &mut bytes)?;
            if switches.empty_last_frame {
                end_with_empty_frame(&mut bytes);
            }
            self.bytes(bytes)?;
        }
        Ok(parts.len())
    }

    /// Sends the pong that answers a ping.
    pub fn pong(&mut self, payload: &[u8]) -> Result<(), SendError> {
        let mut bytes = Vec::new();
        self.encoder.answer_ping(payload, &mut bytes)?;
        self.bytes(bytes)
    }

    /// Sends a ping.
    pub fn ping(&mut self, payload: &[u8]) -> Result<(), SendError> {
        let mut bytes = Vec::new();
        self.encoder.ping(payload, &mut bytes)?;
        self.bytes(bytes)
    }

    /// Sends a close frame.
    pub fn close(&mut self, status: u16, reason: &str) -> Result<(), SendError> {
        let mut bytes = Vec::new();
        self.encoder.close(status, reason.as_bytes(), &mut bytes)?;
        self.bytes(bytes)
    }

    /// Sends the close frame that answers one of the device.
    pub fn answer_close(&mut self, status: Option<u16>) -> Result<(), SendError> {
        let mut bytes = Vec::new();
        self.encoder.answer_close(status, &mut bytes)?;
        self.bytes(bytes)
    }

    /// Sends bytes as they are.
    pub fn bytes(&mut self, bytes: Vec<u8>) -> Result<(), SendError> {
        if self.silent {
            return Ok(());
        }
        let queued = self.queued.fetch_add(bytes.len(), Ordering::Relaxed);
        // Bytes that are taken here are written before the limit is judged again, however many they are.
        if queued > self.limit || self.queue.send(bytes).is_err() {
            return Err(SendError::Stuck(queued));
        }
        Ok(())
    }
}

/// The whole message without chunks.
fn whole(message: &Message) -> Result<Vec<u8>, wire::EncodeError> {
    let mut bytes = Vec::new();
    wire::encode_header(&message.header, false, &mut bytes);
    bytes.extend(wire::encode_body(message.header.code, &message.body)?);
    Ok(bytes)
}

/// Takes the end off the last of these frames and puts it on an empty one after it.
fn end_with_empty_frame(frames: &mut Vec<u8>) {
    let mut last = 0;
    let mut at = 0;
    while let Some((header, length)) = frames.get(at..).and_then(FrameHeader::decode) {
        last = at;
        at += length + usize::try_from(header.payload_len).unwrap_or(0);
    }
    if let Some(first) = frames.get_mut(last) {
        *first &= 0x7f;
        frames.extend([0x80, 0x00]);
    }
}

/// Replaces LONG values of a message by NUMBER.
pub(super) fn without_long(message: &mut Message) {
    let table = match &mut message.body {
        Body::Request(request) => request.params.as_mut(),
        Body::Response(response) => response.content.as_mut(),
        _ => None,
    };
    if let Some(table) = table {
        table_without_long(table);
    }
}

fn table_without_long(table: &mut InfoTable) {
    use twedge::model::BaseType;
    for field in &mut table.shape.fields {
        if field.base_type == BaseType::LONG {
            field.base_type = BaseType::NUMBER;
        }
        field.aspects.iter_mut().for_each(|aspect| value_without_long(&mut aspect.value));
    }
    table.rows.iter_mut().flatten().for_each(value_without_long);
}

fn value_without_long(value: &mut Value) {
    match value {
        Value::Long(long) => *value = Value::Number(*long as f64),
        Value::Variant(inner) => value_without_long(inner),
        Value::InfoTable(table) => table_without_long(table),
        _ => {}
    }
}

/// Bytes on their way to [`write_queued`].
pub(super) struct Queue {
    receiver: mpsc::UnboundedReceiver<Vec<u8>>,
    queued: Arc<AtomicUsize>,
}

/// Writes what is queued until the sending half is gone, then ends the sending direction.
pub(super) async fn write_queued(mut writer: impl AsyncWrite + Unpin, mut queue: Queue) {
    while let Some(bytes) = queue.receiver.recv().await {
        if writer.write_all(&bytes).await.is_err() || writer.flush().await.is_err() {
            return;
        }
        queue.queued.fetch_sub(bytes.len(), Ordering::Relaxed);
    }
    // The device may have gone already.
    let _ = writer.shutdown().await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use twedge::net::websocket::Role;

    #[test]
    fn an_empty_frame_at_the_end() {
        for (limit, frames) in [(100, 2), (10, 11)] {
            let mut bytes = Vec::new();
            Encoder::new(Role::Server, limit, None).binary(&[7; 100], &mut bytes).unwrap();
            end_with_empty_frame(&mut bytes);
            let (mut at, mut seen, mut last) = (0, 0, None);
            while let Some((header, length)) = FrameHeader::decode(&bytes[at..]) {
                at += length + header.payload_len as usize;
                seen += 1;
                last = Some(header);
            }
            let last = last.unwrap();
            assert_eq!((seen, last.fin, last.payload_len, at), (frames, true, 0, bytes.len()));
        }
    }

    #[test]
    fn long_becomes_number_at_any_depth() {
        let inner = InfoTable::single("l", Value::Variant(Box::new(Value::Long(5))));
        let mut table = InfoTable::single("t", Value::InfoTable(Box::new(inner)));
        table_without_long(&mut table);
        let Some(Value::InfoTable(inner)) = table.get(0, b"t") else { panic!() };
        assert_eq!(inner.get(0, b"l"), Some(&Value::Variant(Box::new(Value::Number(5.0)))));
    }
}
