//! The WebSocket of a tunnel: base64 in text messages (ext-files-tunnels.md 4.3).

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Instant;

use base64::Engine;
use base64::alphabet;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use mio::{Registry, Token};
use zeroize::Zeroizing;

use super::Way;
use super::start::TunnelStart;
use crate::net::dial::{Route, Wake};
use crate::net::open::{OpenOptions, Opened, Opening};
use crate::net::proxy::{Proxy, ProxyUser};
use crate::net::transport::{ReadState, Transport};
use crate::net::upgrade::UpgradeRequest;
use crate::net::websocket::{CloseStatus, Decoder, Encoder, Event, Limits, Role};

/// What platforms send may lack the padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

const READ_SIZE: usize = 16 * 1024;

/// The WebSocket in its stages.
pub(super) enum Socket {
    Opening(Box<Opening>, Box<Codec>),
    Open(Box<Link>),
    /// Closed by us or by the platform, or never opened.
    Over,
}

pub(super) struct Link {
    transport: Transport,
    codec: Codec,
    at_end: bool,
}

pub(super) struct Codec {
    decoder: Decoder,
    encoder: Encoder,
}

/// What has come.
pub(super) enum Received {
    Data(Vec<u8>),
    /// Nothing for now.
    Nothing,
    /// The WebSocket has ended, and why.
    End(String),
}

/// The way without the application: its password is asked for here and now, because the thread of the tunnel may not.
pub(super) fn without_questions(way: Way) -> Way {
    let Route::Proxy(proxy) = &way.route else { return way };
    let Some(user) = &proxy.user else { return way };
    let password: Zeroizing<Vec<u8>> = (user.password)();
    let user = ProxyUser { name: user.name.clone(), password: Arc::new(move || password.clone()) };
    let route = Route::Proxy(Arc::new(Proxy { host: proxy.host.clone(), port: proxy.port, user: Some(user) }));
    Way { route, ..way }
}

/// The path of a tunnel. Its id is whatever text the platform has sent.
fn resource(tid: &[u8]) -> String {
    let mut path = "/Thingworx/WSTunnelServer/".to_owned();
    for &byte in tid {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            path.push(char::from(byte));
        } else {
            // A String takes everything.
            let _ = write!(path, "%{byte:02X}");
        }
    }
    path
}

impl Socket {
    /// Starts to open it.
    ///
    /// # Errors
    /// Why that cannot even be tried.
    pub fn open(
        way: Way,
        start: &TunnelStart,
        max_message: usize,
        deadline: Instant,
        wake: Wake,
    ) -> Result<Self, String> {
        let announced = start.chunk * 4 / 3;
        let options = OpenOptions {
            host: way.host.clone(),
            port: way.port,
            route: way.route,
            tls: way.tls,
            request: UpgradeRequest {
                host: way.host,
                resource: resource(&start.tid),
                app_key: way.key,
                compression: false,
                max_frame_size: u32::try_from(announced).unwrap_or(u32::MAX),
            },
        };
        // A whole block is a little longer in base64 than what is announced.
        let limits = Limits {
            max_frame_payload: start.chunk.div_ceil(3) * 4,
            max_message: max_message.max(start.chunk * 2),
            max_text: max_message,
        };
        let codec = Codec {
            decoder: Decoder::new(Role::Client, limits, None),
            encoder: Encoder::new(Role::Client, announced, None),
        };
        let opening = Opening::start(options, deadline, wake).map_err(|error| error.to_string())?;
        Ok(Self::Opening(Box::new(opening), Box::new(codec)))
    }

    /// Goes on opening; true when it is open now and was not before.
    ///
    /// # Errors
    /// It will not open.
    pub fn advance(&mut self, registry: &Registry, token: Token, now: Instant) -> Result<bool, String> {
        let Self::Opening(opening, _) = self else { return Ok(false) };
        match opening.advance(registry, token, now) {
            Ok(None) => Ok(false),
            Ok(Some(opened)) => {
                if let Self::Opening(_, codec) = std::mem::replace(self, Self::Over) {
                    *self = Self::Open(Box::new(Link::new(opened, *codec)));
                }
                Ok(true)
            }
            Err(error) => {
                *self = Self::Over;
                Err(error.to_string())
            }
        }
    }

    pub fn is_open(&self) -> bool {
        matches!(self, Self::Open(_))
    }

    /// When it has to be looked at although nothing is ready.
    pub fn timer(&self) -> Option<Instant> {
        match self {
            Self::Opening(opening, _) => Some(opening.timer()),
            _ => None,
        }
    }

    /// Bytes that wait to be sent.
    pub fn queued(&self) -> usize {
        match self {
            Self::Open(link) => link.transport.queued(),
            _ => 0,
        }
    }

    /// Sends a block.
    pub fn send(&mut self, data: &[u8]) -> Result<(), String> {
        let Self::Open(link) = self else { return Ok(()) };
        let mut frame = Vec::new();
        let text = STANDARD.encode(data);
        link.codec.encoder.text(text.as_bytes(), &mut frame).map_err(|error| error.to_string())?;
        link.transport.write(&frame).map_err(|error| error.to_string())
    }

    /// Goes on sending what waits.
    pub fn flush(&mut self) -> Result<(), String> {
        match self {
            Self::Open(link) if link.transport.queued() > 0 => {
                link.transport.flush().map_err(|error| error.to_string())
            }
            _ => Ok(()),
        }
    }

    /// The next block that has come.
    pub fn receive(&mut self) -> Received {
        let Self::Open(link) = self else { return Received::Nothing };
        match link.receive() {
            Ok(Some(data)) => Received::Data(data),
            Ok(None) => Received::Nothing,
            Err(reason) => {
                link.transport.close();
                *self = Self::Over;
                Received::End(reason)
            }
        }
    }

    /// Sends the close frame. Afterwards the end of the platform's side can be waited for with [`Socket::is_closed_by_peer`].
    pub fn say_goodbye(&mut self, reason: &[u8]) {
        if let Self::Open(link) = self {
            link.say(CloseStatus::Normal, reason);
        }
    }

    /// After the close frame: whether the platform has answered it, or will not.
    pub fn is_closed_by_peer(&mut self) -> bool {
        match self {
            Self::Open(link) => loop {
                match link.receive() {
                    Ok(Some(_)) => {}
                    Ok(None) => break false,
                    Err(_) => break true,
                }
            },
            _ => true,
        }
    }

    /// Ends TCP.
    pub fn close(&mut self) {
        if let Self::Open(link) = self {
            link.transport.close();
        }
        *self = Self::Over;
    }
}

impl Link {
    fn new(opened: Opened, mut codec: Codec) -> Self {
        codec.decoder.feed(&opened.leftover);
        Self { transport: opened.transport, codec, at_end: false }
    }

    fn say(&mut self, status: CloseStatus, reason: &[u8]) {
        let mut frame = Vec::new();
        let encoded = self.codec.encoder.close(status as u16, reason, &mut frame);
        if let Err(error) = encoded.map_err(|error| error.to_string()).and_then(|()| self.write(&frame)) {
            log::debug!("a tunnel is closed without a close frame: {error}");
        }
    }

    fn write(&mut self, frame: &[u8]) -> Result<(), String> {
        self.transport.write(frame).map_err(|error| error.to_string())
    }

    /// Reads until there is a block, or nothing more for now.
    fn receive(&mut self) -> Result<Option<Vec<u8>>, String> {
        loop {
            match self.codec.decoder.next_event() {
                Ok(Some(event)) => {
                    if let Some(data) = self.take(event)? {
                        return Ok(Some(data));
                    }
                    continue;
                }
                Ok(None) if self.at_end => return Err("the platform has ended the connection".to_owned()),
                Ok(None) => {}
                Err(violation) => {
                    let status = match violation {
                        crate::net::websocket::Violation::MessageTooLarge { .. } => CloseStatus::TooLarge,
                        _ => CloseStatus::ProtocolError,
                    };
                    self.say(status, violation.to_string().as_bytes());
                    return Err(violation.to_string());
                }
            }
            let mut bytes = Vec::new();
            let state = self.transport.read(&mut bytes, READ_SIZE);
            self.codec.decoder.feed(&bytes);
            match state.map_err(|error| error.to_string())? {
                ReadState::Blocked if bytes.is_empty() => return Ok(None),
                ReadState::Blocked | ReadState::More => {}
                ReadState::End => self.at_end = true,
            }
        }
    }

    /// The block in an event. Binary messages and pongs mean nothing; a ping is answered.
    fn take(&mut self, event: Event) -> Result<Option<Vec<u8>>, String> {
        let mut frame = Vec::new();
        match event {
            Event::Text(text) => match LENIENT.decode(&text) {
                Ok(data) => return Ok(Some(data)),
                Err(error) => {
                    self.say(CloseStatus::InvalidData, b"not base64");
                    return Err(format!("a message of the platform is not base64: {error}"));
                }
            },
            Event::Ping(payload) => {
                let encoder = &mut self.codec.encoder;
                encoder.answer_ping(&payload, &mut frame).map_err(|error| error.to_string())?;
                self.write(&frame)?;
            }
            Event::Close { status, payload } => {
                let encoder = &mut self.codec.encoder;
                if encoder.answer_close(status, &mut frame).is_ok() {
                    // It has said its last word; whether ours arrives is of no interest.
                    let _ = self.transport.write(&frame);
                }
                let text = String::from_utf8_lossy(payload.get(2..).unwrap_or_default()).into_owned();
                return Err(if text.is_empty() {
                    "closed by server".to_owned()
                } else {
                    format!("closed by server: {text}")
                });
            }
            Event::Binary(_) | Event::Pong(_) => {}
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_cannot_change_the_request() {
        assert_eq!(resource(b"0f8f-A._~"), "/Thingworx/WSTunnelServer/0f8f-A._~");
        assert_eq!(resource(b"a b/../?\r\n\xff"), "/Thingworx/WSTunnelServer/a%20b%2F..%2F%3F%0D%0A%FF");
    }
}
