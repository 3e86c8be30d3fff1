//! One link as the I/O thread holds it: the stream, the codecs, and its timers.
//!
//! A session does not know the application. It turns bytes into [`Received`] and says when it is over; what that means for requests,
//! queues and flags is decided in `io`.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use mio::event::Source;
use mio::{Interest, Registry, Token};

use super::open::OpenLink;
use super::outbox::Done;
use super::settings::Settings;
use super::shared::deadline;
use crate::net::transport::{ReadState, Transport, TransportError};
use crate::net::websocket::{Decoder, Deflate, EncodeError, Encoder, Event, Inflate, Limits, Role, Violation};
use crate::wire::{Assembler, AssemblerLimits, Header, Message, Rejected};

/// Framed bytes that may wait for the socket before no more messages are framed.
const HIGH_WATER: usize = 256 * 1024;
/// Bytes that may wait for the socket before nothing more is read: a server that does not read its answers is not served.
const BACKLOG_LIMIT: usize = 8 << 20;
/// Bytes read at once, and how often in a row before other work gets its turn.
const READ_SIZE: usize = 64 * 1024;
const READS: usize = 16;
/// The time that a close frame has to get out.
const CLOSE_TIME: Duration = Duration::from_millis(500);
/// Never ping more often, whatever is configured.
const LEAST_PING_RATE: Duration = Duration::from_millis(50);

/// What the server has sent.
pub(super) enum Received {
    Message(Message),
    /// A message that cannot be used.
    Rejected(Rejected),
    /// A message in pieces whose rest has not come.
    Stale(Header),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
}

/// Why a session is over; the payload for the close callback.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Over {
    /// The server has sent a close frame, which is answered: its payload.
    ClosedByServer(Vec<u8>),
    /// TCP or TLS has ended or failed, or the server does not follow the protocol.
    SocketError,
    FrameTimeout,
    PongTimeout,
}

impl Over {
    /// In words, for people.
    pub fn describe(&self) -> String {
        match self {
            Self::ClosedByServer(payload) => match payload.split_first_chunk::<2>() {
                Some((status, text)) => {
                    let status = u16::from_be_bytes(*status);
                    format!("closed by the platform with status {status} {:?}", String::from_utf8_lossy(text))
                }
                None => "closed by the platform".to_owned(),
            },
            Self::SocketError => "the socket has failed or was closed".to_owned(),
            Self::FrameTimeout => "the rest of a frame has not come in time".to_owned(),
            Self::PongTimeout => "no pong has come in time".to_owned(),
        }
    }

    /// What the close callback is given (api-behaviour.md 2.5).
    pub fn payload(self) -> Vec<u8> {
        match self {
            Self::ClosedByServer(payload) => payload,
            Self::SocketError => b"Socket Error".to_vec(),
            Self::FrameTimeout => b"Frame read timeout".to_vec(),
            Self::PongTimeout => super::connect::close_text(1000, PONG_TIMEOUT),
        }
    }
}

const PONG_TIMEOUT: &[u8] = b"Pong timeout";

/// A message that waits to be framed.
struct Pending {
    bytes: Vec<u8>,
    /// Whether it counts in the outbox.
    counted: bool,
}

/// See the module.
pub(super) struct Session {
    pub link: u64,
    pub token: Token,
    transport: Transport,
    decoder: Decoder,
    encoder: Encoder,
    assembler: Assembler,
    pending: VecDeque<Pending>,
    pending_bytes: usize,
    /// The socket may have data that no readiness will be reported for.
    readable: bool,
    next_ping: Option<Instant>,
    pong_due: Option<Instant>,
    /// The incomplete frame, and when it has to be complete.
    frame_due: Option<(u64, Instant)>,
    /// Nothing more is received; what is queued is sent until the moment.
    closing: Option<(Instant, Option<Arc<Done>>)>,
}

impl Session {
    /// Takes a link over and registers its socket.
    pub fn new(link: u64, open: OpenLink, token: Token, registry: &Registry, settings: &Settings) -> io::Result<Self> {
        let OpenLink { opened, max_frame_size } = open;
        let mut transport = opened.transport;
        transport.register(registry, token, Interest::READABLE | Interest::WRITABLE)?;
        let (deflate, inflate) = match &opened.compression {
            Some(agreed) => (
                Some(Deflate::new(agreed.client_no_context_takeover)),
                Some(Inflate::new(agreed.server_no_context_takeover)),
            ),
            None => (None, None),
        };
        let frame = usize::from(max_frame_size);
        let limits = Limits {
            max_frame_payload: frame,
            // protocol.md 7.1
            max_message: settings.max_message_size.saturating_add(settings.max_message_size / 2),
            // Text messages mean nothing here; the limit is that of tunnels.
            max_text: 32_768,
        };
        let mut decoder = Decoder::new(Role::Client, limits, inflate);
        decoder.feed(&opened.leftover);
        Ok(Self {
            link,
            token,
            transport,
            decoder,
            encoder: Encoder::new(Role::Client, frame, deflate),
            assembler: Assembler::new(assembler_limits(settings)),
            pending: VecDeque::new(),
            pending_bytes: 0,
            readable: true,
            next_ping: None,
            pong_due: None,
            frame_due: None,
            closing: None,
        })
    }

    /// The socket is ready for something.
    pub fn ready(&mut self) {
        self.readable = true;
    }

    /// Whether there is work that no readiness and no timer will announce.
    pub fn has_work(&self) -> bool {
        self.readable && self.backlog() <= BACKLOG_LIMIT && self.closing.is_none()
    }

    fn backlog(&self) -> usize {
        self.transport.queued() + self.pending_bytes
    }

    /// Queues a message.
    pub fn send(&mut self, bytes: Vec<u8>, counted: bool) {
        self.pending_bytes += bytes.len();
        self.pending.push_back(Pending { bytes, counted });
    }

    /// Begins to ping, with the first ping at once, unless it does already.
    pub fn keep_alive(&mut self, now: Instant) {
        self.next_ping.get_or_insert(now);
    }

    /// Reads what is there. Messages that were received before an end or an error are given to `received` before it is reported.
    pub fn read(&mut self, now: Instant, settings: &Settings, received: &mut dyn FnMut(Received)) -> Result<(), Over> {
        let mut buffer = Vec::new();
        for _ in 0..READS {
            // Also at the first turn: bytes may have come with the upgrade.
            self.decode(now, received)?;
            self.watch_frame(now, settings);
            if !self.has_work() {
                return Ok(());
            }
            buffer.clear();
            let state = self.transport.read(&mut buffer, READ_SIZE);
            self.decoder.feed(&buffer);
            match state {
                Ok(ReadState::More) => {}
                Ok(ReadState::Blocked) => self.readable = false,
                Ok(ReadState::End) => {
                    self.decode(now, received)?;
                    log::info!("the server has ended the connection");
                    return Err(Over::SocketError);
                }
                Err(error) => {
                    self.decode(now, received)?;
                    return Err(broken(&error));
                }
            }
        }
        Ok(())
    }

    /// Gives up messages in pieces whose rest does not come.
    pub fn expire(&mut self, now: Instant, settings: &Settings, received: &mut dyn FnMut(Received)) {
        self.assembler.set_limits(assembler_limits(settings));
        self.assembler.expire(now).into_iter().for_each(|header| received(Received::Stale(header)));
    }

    fn decode(&mut self, now: Instant, received: &mut dyn FnMut(Received)) -> Result<(), Over> {
        loop {
            match self.decoder.next_event() {
                Ok(None) => return Ok(()),
                Ok(Some(Event::Binary(bytes))) => match self.assembler.receive(&bytes, now) {
                    Ok(Some(whole)) => received(Received::Message(whole.message)),
                    Ok(None) => {}
                    Err(rejected) => received(Received::Rejected(rejected)),
                },
                // protocol.md 2.2: accepted and ignored on this kind of connection.
                Ok(Some(Event::Text(_))) => {}
                Ok(Some(Event::Ping(payload))) => {
                    self.control(|encoder, out| encoder.answer_ping(&payload, out))?;
                    received(Received::Ping(payload));
                }
                Ok(Some(Event::Pong(payload))) => {
                    self.pong_due = None;
                    received(Received::Pong(payload));
                }
                Ok(Some(Event::Close { status, payload })) => {
                    log::info!("the server has closed the connection, status {status:?}");
                    self.control(|encoder, out| encoder.answer_close(status, out))?;
                    return Err(Over::ClosedByServer(payload));
                }
                Err(violation) => return Err(self.refuse(&violation)),
            }
        }
    }

    fn refuse(&mut self, violation: &Violation) -> Over {
        log::error!("{violation}");
        match self.control(|encoder, out| encoder.close(violation.close_status(), b"", out)) {
            Ok(()) => Over::SocketError,
            Err(over) => over,
        }
    }

    /// Arms the timer of a frame that has begun.
    fn watch_frame(&mut self, now: Instant, settings: &Settings) {
        let pending = self.decoder.pending_frame();
        if self.frame_due.map(|(frame, _)| frame) != pending {
            self.frame_due = pending.map(|frame| (frame, deadline(now, settings.frame_read_timeout)));
        }
    }

    /// Sends what waits, as far as the socket takes it. Gives back how many counted bytes were framed.
    pub fn write(&mut self) -> Result<usize, Over> {
        self.transport.flush().map_err(|error| broken(&error))?;
        let mut framed = 0;
        while self.transport.queued() < HIGH_WATER && !self.pending.is_empty() {
            // Small messages that wait together leave in one write.
            let mut out = Vec::new();
            while out.len() < READ_SIZE {
                let Some(message) = self.pending.pop_front() else { break };
                self.pending_bytes -= message.bytes.len();
                framed += if message.counted { message.bytes.len() } else { 0 };
                self.encoder.binary(&message.bytes, &mut out).map_err(|error| unframed(&error))?;
            }
            self.transport.write(&out).map_err(|error| broken(&error))?;
        }
        Ok(framed)
    }

    /// Sends a control frame before the messages that wait.
    fn control(
        &mut self,
        frame: impl FnOnce(&mut Encoder, &mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<(), Over> {
        let mut out = Vec::new();
        frame(&mut self.encoder, &mut out).map_err(|error| unframed(&error))?;
        self.transport.write(&out).map_err(|error| broken(&error))
    }

    /// Sends a ping of the application's own; it does not arm the watchdog.
    pub fn ping(&mut self, text: &[u8]) -> Result<(), Over> {
        self.control(|encoder, out| encoder.ping(text, out))
    }

    /// Sends a pong of the application's own.
    pub fn pong(&mut self, text: &[u8]) -> Result<(), Over> {
        self.control(|encoder, out| encoder.pong(text, out))
    }

    /// Does what timers are due for.
    pub fn run_timers(&mut self, now: Instant, settings: &Settings, handle_pongs: bool) -> Result<(), Over> {
        if self.closing.is_some() {
            return Ok(());
        }
        if self.frame_due.is_some_and(|(_, due)| due <= now) {
            log::error!("a frame was not complete within {:?}", settings.frame_read_timeout);
            return Err(Over::FrameTimeout);
        }
        if !handle_pongs {
            self.pong_due = None;
        }
        if self.pong_due.is_some_and(|due| due <= now) {
            log::error!("no pong within {:?}", settings.pong_timeout);
            self.control(|encoder, out| encoder.close(1000, PONG_TIMEOUT, out))?;
            return Err(Over::PongTimeout);
        }
        if self.next_ping.is_some_and(|next| next <= now) {
            self.next_ping = Some(deadline(now, settings.ping_rate.max(LEAST_PING_RATE)));
            // An earlier ping that is still unanswered keeps its deadline: frequent pings must not put the check off for ever.
            self.pong_due.get_or_insert(deadline(now, settings.pong_timeout));
            let text = time_of_day();
            log::trace!("ping {text}");
            self.control(|encoder, out| encoder.ping(text.as_bytes(), out))?;
        }
        Ok(())
    }

    /// When a timer is due next.
    pub fn next_timer(&self) -> Option<Instant> {
        if let Some((until, _)) = &self.closing {
            return Some(*until);
        }
        let frame = self.frame_due.map(|(_, due)| due);
        let stale = self.assembler.next_expiry();
        [self.next_ping, self.pong_due, frame, stale].into_iter().flatten().min()
    }

    /// Ends the session: what is queued is sent for a short while. With a status a close frame follows it.
    pub fn close(&mut self, now: Instant, frame: Option<(u16, &[u8])>, done: Option<Arc<Done>>) {
        let mut sent = self.flush_pending();
        if let Some((status, reason)) = frame {
            sent = sent.and_then(|()| self.control(|encoder, out| encoder.close(status, reason, out)));
        }
        // After an error there is nothing left to send.
        let until = if sent.is_ok() { deadline(now, CLOSE_TIME) } else { now };
        self.closing = Some((until, done));
    }

    /// Frames everything, however much waits for the socket already: there will not be more.
    fn flush_pending(&mut self) -> Result<(), Over> {
        let mut out = Vec::new();
        for message in std::mem::take(&mut self.pending) {
            self.encoder.binary(&message.bytes, &mut out).map_err(|error| unframed(&error))?;
        }
        self.pending_bytes = 0;
        self.transport.write(&out).map_err(|error| broken(&error))
    }

    /// Bytes that wait to be framed and count in the outbox.
    pub fn counted_pending(&self) -> usize {
        self.pending.iter().filter(|message| message.counted).map(|message| message.bytes.len()).sum()
    }

    /// Whether it only waits for its last bytes to be sent.
    pub fn is_closing(&self) -> bool {
        self.closing.is_some()
    }

    /// Ends it without waiting for the socket.
    pub fn finish_now(&mut self) {
        if let Some((until, _)) = &mut self.closing {
            let now = Instant::now();
            *until = now;
            self.is_finished(now);
        }
    }

    /// Drops what is not framed yet. Gives back how many counted bytes that were.
    pub fn drop_pending(&mut self) -> usize {
        let counted = self.counted_pending();
        self.pending.clear();
        self.pending_bytes = 0;
        counted
    }

    /// Whether it is over and can be dropped: closing, and everything is sent, or the time is up. Ends TCP then.
    pub fn is_finished(&mut self, now: Instant) -> bool {
        let Some((until, done)) = &self.closing else { return false };
        let flushed = self.transport.flush();
        if flushed.is_ok() && self.transport.queued() > 0 && *until > now {
            return false;
        }
        // Unread data would make TCP reset the connection, which can destroy the close frame on its way.
        let mut buffer = Vec::new();
        for _ in 0..READS {
            buffer.clear();
            if !matches!(self.transport.read(&mut buffer, READ_SIZE), Ok(ReadState::More)) {
                break;
            }
        }
        self.transport.close();
        if let Some(done) = done {
            done.set();
        }
        true
    }
}

fn assembler_limits(settings: &Settings) -> AssemblerLimits {
    AssemblerLimits::device(settings.max_message_size, settings.stale_message_age)
}

fn broken(error: &TransportError) -> Over {
    log::error!("{error}");
    Over::SocketError
}

fn unframed(error: &EncodeError) -> Over {
    log::error!("a frame cannot be written: {error}");
    Over::SocketError
}

/// The text of a ping: UTC, `HH:MM:SS` (protocol.md 2.3).
pub(crate) fn time_of_day() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs() % 86_400);
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}
