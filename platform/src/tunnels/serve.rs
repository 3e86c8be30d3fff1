//! The WebSocket of one tunnel.

use super::{ToDevice, TunnelRecord};
use crate::core::Core;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc::UnboundedReceiver;
use twedge::net::websocket::frame::FrameHeader;
use twedge::net::websocket::{Decoder, Encoder, Event, Limits, Role};

/// The masks of so many frames are kept.
const MASKS: usize = 8;
const CLOSE_WAIT: Duration = Duration::from_secs(5);

struct Tunnel<W> {
    core: Arc<Core>,
    tid: String,
    writer: W,
    encoder: Encoder,
    /// A close frame was sent.
    closing: bool,
}

/// Serves the WebSocket until it ends.
pub(crate) async fn serve(
    core: Arc<Core>,
    tid: String,
    mut commands: UnboundedReceiver<ToDevice>,
    stream: impl AsyncRead + AsyncWrite,
    max_frame_size: usize,
) {
    let (mut reader, writer) = tokio::io::split(stream);
    let limits = Limits { max_frame_payload: max_frame_size, max_message: 1 << 20, max_text: 1 << 20 };
    let mut decoder = Decoder::new(Role::Server, limits, None).strict();
    let encoder = Encoder::new(Role::Server, usize::from(u16::MAX), None);
    let mut tunnel = Tunnel { core, tid, writer, encoder, closing: false };
    let mut buffer = vec![0; 16 * 1024];
    let mut masks = Masks::default();
    loop {
        let wait = if tunnel.closing { CLOSE_WAIT } else { Duration::from_secs(3600) };
        let goes_on = tokio::select! {
            read = reader.read(&mut buffer) => match read {
                Ok(length) if length > 0 => {
                    let bytes = buffer.get(..length).unwrap_or_default();
                    let new = masks.feed(bytes);
                    tunnel.change(|record| record.masks.extend(new));
                    decoder.feed(bytes);
                    tunnel.take(&mut decoder).await
                }
                _ => false,
            },
            command = commands.recv() => match command {
                Some(command) => tunnel.obey(command).await,
                None => false,
            },
            () = tokio::time::sleep(wait) => !tunnel.closing,
        };
        if !goes_on {
            break;
        }
    }
    // The device may have ended it.
    let _ = tunnel.writer.shutdown().await;
    tunnel.change(|record| record.open = false);
}

impl<W: AsyncWrite + Unpin> Tunnel<W> {
    fn change(&self, change: impl FnOnce(&mut TunnelRecord)) {
        self.core.update(|state| state.tunnels.change(&self.tid, change));
    }

    async fn write(&mut self, bytes: &[u8]) -> bool {
        self.writer.write_all(bytes).await.is_ok() && self.writer.flush().await.is_ok()
    }

    async fn obey(&mut self, command: ToDevice) -> bool {
        let mut bytes = Vec::new();
        // Servers need no random numbers, so nothing can fail.
        let encoded = match command {
            ToDevice::Frame(opcode, fin, payload) => self.encoder.data_frame(opcode, fin, &payload, &mut bytes),
            ToDevice::Ping(payload) => self.encoder.ping(&payload, &mut bytes),
            ToDevice::Bytes(raw) => {
                bytes = raw;
                Ok(())
            }
            ToDevice::Close(status, text) => {
                self.closing = true;
                self.encoder.close(status, text.as_bytes(), &mut bytes)
            }
            ToDevice::Drop => return false,
        };
        encoded.is_ok() && self.write(&bytes).await
    }

    async fn take(&mut self, decoder: &mut Decoder) -> bool {
        loop {
            match decoder.next_event() {
                Ok(None) => return true,
                Ok(Some(event)) => {
                    if !self.event(event).await {
                        return false;
                    }
                }
                Err(violation) => {
                    log::warn!("tunnel {}: {violation}", self.tid);
                    self.change(|record| record.bad_messages += 1);
                    return false;
                }
            }
        }
    }

    async fn event(&mut self, event: Event) -> bool {
        match event {
            Event::Text(text) => self.change(|record| {
                record.messages += 1;
                record.longest = record.longest.max(text.len());
                match STANDARD.decode(&text) {
                    Ok(data) => record.received.extend(data),
                    Err(_) => record.bad_messages += 1,
                }
            }),
            Event::Binary(_) => self.change(|record| record.bad_messages += 1),
            Event::Ping(payload) => {
                let mut pong = Vec::new();
                return self.encoder.answer_ping(&payload, &mut pong).is_ok() && self.write(&pong).await;
            }
            Event::Pong(payload) => self.change(|record| record.pongs.push(payload)),
            Event::Close { status, payload } => {
                let text = String::from_utf8_lossy(payload.get(2..).unwrap_or_default()).into_owned();
                self.change(|record| record.closes.push((status.unwrap_or(1005), text)));
                let mut answer = Vec::new();
                if !self.closing && self.encoder.answer_close(status, &mut answer).is_ok() {
                    self.write(&answer).await;
                }
                return false;
            }
        }
        true
    }
}

/// Finds the masks of the first frames in a stream of bytes.
#[derive(Default)]
struct Masks {
    found: usize,
    bytes: Vec<u8>,
}

impl Masks {
    fn feed(&mut self, bytes: &[u8]) -> Vec<[u8; 4]> {
        let mut new = Vec::new();
        if self.found < MASKS {
            self.bytes.extend_from_slice(bytes);
        }
        while let Some((header, length)) = FrameHeader::decode(&self.bytes).filter(|_| self.found < MASKS) {
            let whole = usize::try_from(header.payload_len).unwrap_or(usize::MAX).saturating_add(length);
            if self.bytes.len() < whole {
                break;
            }
            self.bytes.drain(..whole);
            self.found += 1;
            new.extend(header.mask);
        }
        new
    }
}
