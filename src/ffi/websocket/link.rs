//! The link of a WebSocket that a program made itself: frames over the session of its TLS client, on the caller's thread.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::ffi::api::current_config;
use crate::ffi::tls::session::Session;
use crate::ffi::work::locked;
use crate::net::upgrade::DeflateParams;
use crate::net::websocket::{
    Decoder, Deflate, EncodeError, Encoder, Event, Inflate, Limits, Role, Violation, close_payload,
};

/// Bytes read at once.
const READ_SIZE: usize = 16 * 1024;

pub(super) struct Link {
    session: Arc<Session>,
    outgoing: Mutex<Encoder>,
    incoming: Mutex<Incoming>,
}

struct Incoming {
    decoder: Decoder,
    /// The frame that is incomplete, and since when.
    pending: Option<(u64, Instant)>,
}

/// Why nothing more is received.
pub(super) enum Over {
    /// The connection has ended.
    Lost,
    /// The peer does not keep to the protocol.
    Violation(Violation),
    /// A frame was not complete within `twcfg.frame_read_timeout`.
    FrameTimeout,
}

/// Nothing was sent, or only a part.
pub(super) enum SendError {
    /// The frame cannot be made; the link is as it was.
    Encode(EncodeError),
    /// The connection has ended.
    Lost,
}

impl Link {
    /// A link on which `leftover` has been received.
    pub fn new(session: Arc<Session>, frame_size: u16, compression: Option<DeflateParams>, leftover: &[u8]) -> Link {
        let config = current_config();
        let message = config.max_message_size as usize;
        let limits = Limits {
            max_frame_payload: usize::from(frame_size),
            max_message: message.saturating_add(message / 2),
            max_text: config.max_ws_tunnel_message_size as usize,
        };
        let deflate = compression.map(|agreed| Deflate::new(agreed.client_no_context_takeover));
        let inflate = compression.map(|agreed| Inflate::new(agreed.server_no_context_takeover));
        let mut decoder = Decoder::new(Role::Client, limits, inflate);
        decoder.feed(leftover);
        Link {
            session,
            outgoing: Mutex::new(Encoder::new(Role::Client, usize::from(frame_size), deflate)),
            incoming: Mutex::new(Incoming { decoder, pending: None }),
        }
    }

    /// The next thing that the peer has sent, waiting for it until the deadline; `None` when the time is up.
    pub fn next_event(&self, deadline: Instant) -> Result<Option<Event>, Over> {
        let mut incoming = locked(&self.incoming);
        let mut buffer = vec![0; READ_SIZE];
        loop {
            if let Some(event) = incoming.decoder.next_event().map_err(Over::Violation)? {
                return Ok(Some(event));
            }
            let until = incoming.frame_deadline().map_or(deadline, |frame| frame.min(deadline));
            let count = self.session.read(&mut buffer, until).map_err(|error| {
                log::debug!("the WebSocket connection has ended: {error}");
                Over::Lost
            })?;
            incoming.decoder.feed(buffer.get(..count).unwrap_or_default());
            if count == 0 {
                let now = Instant::now();
                if incoming.frame_deadline().is_some_and(|frame| frame <= now) {
                    return Err(Over::FrameTimeout);
                }
                if deadline <= now {
                    return Ok(None);
                }
            }
        }
    }

    /// Sends what `encode` appends, all of it before anything of another thread.
    pub fn send(
        &self,
        encode: impl FnOnce(&mut Encoder, &mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<(), SendError> {
        self.submit(encode)?;
        self.session.drain().map_err(lost)
    }

    /// The same without waiting: what the socket does not take goes out with what is sent next.
    pub fn submit(
        &self,
        encode: impl FnOnce(&mut Encoder, &mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<(), SendError> {
        // Held until the bytes are queued: compressed messages have to go out in the order in which they were compressed.
        let mut encoder = locked(&self.outgoing);
        let mut bytes = Vec::new();
        encode(&mut encoder, &mut bytes).map_err(SendError::Encode)?;
        self.session.submit(&bytes).map_err(lost)
    }
}

fn lost(error: crate::net::transport::TransportError) -> SendError {
    log::debug!("the WebSocket connection has ended: {error}");
    SendError::Lost
}

impl Incoming {
    /// When the frame that has begun has to be complete.
    fn frame_deadline(&mut self) -> Option<Instant> {
        let frame = self.decoder.pending_frame()?;
        let since = match self.pending {
            Some((pending, since)) if pending == frame => since,
            _ => Instant::now(),
        };
        self.pending = Some((frame, since));
        Some(since + Duration::from_millis(u64::from(current_config().frame_read_timeout)))
    }
}

/// What the close callback is told about a close of the own side: the text of the close frame.
pub(super) fn close_text(status: u16, reason: &[u8]) -> Vec<u8> {
    close_payload(status, reason).split_off(2)
}
