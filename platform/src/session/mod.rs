//! One connection to a device, from the upgrade to its end (protocol.md sections 2 to 6, 8).

mod bind;
mod chunks;
mod deal;
mod incoming;
mod introduce;
mod outgoing;
mod properties;
mod requests;
mod timers;
mod watch;

pub(crate) use introduce::{browse, introduce_all, notify};
pub(crate) use properties::property_table;

use crate::core::Core;
use crate::device::DeviceError;
use crate::finding::FindingKind;
use crate::service::Answer;
use crate::transcript::{Direction, Entry};
use chunks::ChunkCheck;
use deal::Deal;
use outgoing::{Outgoing, SendError};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::sync::{Semaphore, mpsc, oneshot};
use twedge::model::Text;
use twedge::net::upgrade::DeflateParams;
use twedge::net::websocket::{Decoder, Deflate, Encoder, Event, Inflate, Limits, Role};
use twedge::wire::{Assembler, AssemblerLimits, Body, Header, Message, Request, describe};
use watch::FrameWatch;

/// Largest frame that a device may send: what its 16-bit frame size allows (protocol.md 8.1).
const MAX_FRAME: usize = 65_535;
/// Introductions of bound things that are under way on one connection at a time. Originals drop what is beyond 500.
const MAX_INTRODUCTIONS: usize = 64;

/// What others ask of a connection.
pub(crate) enum Command {
    /// Send a request and hand over its answer.
    Request { request: Request, timeout: Duration, reply: oneshot::Sender<Result<Answer, DeviceError>> },
    /// Answer a request of the device.
    Answer { header: Header, answer: Answer },
    /// Send bytes as they are.
    Bytes(Vec<u8>),
    /// Send a message as it is, apart from the ids that a connection assigns.
    Message(Box<Message>),
    /// Send a ping.
    Ping(Vec<u8>),
    /// Send a close frame, then end.
    Close(u16, String),
    /// End TCP without a close frame.
    Drop,
}

/// The way to a connection.
#[derive(Clone)]
pub(crate) struct SessionHandle {
    pub id: u64,
    commands: mpsc::UnboundedSender<Command>,
    /// Limits how many things are being introduced at a time.
    introductions: Arc<Semaphore>,
}

impl SessionHandle {
    /// A handle and the other end of it.
    pub fn new(id: u64) -> (Self, mpsc::UnboundedReceiver<Command>) {
        let (commands, receiver) = mpsc::unbounded_channel();
        (Self { id, commands, introductions: Arc::new(Semaphore::new(MAX_INTRODUCTIONS)) }, receiver)
    }

    /// Gives the connection something to do; `false` when it has ended.
    pub fn send(&self, command: Command) -> bool {
        self.commands.send(command).is_ok()
    }

    /// Sends a request to the device and waits for its answer.
    pub async fn request(&self, request: Request, timeout: Duration) -> Result<Answer, DeviceError> {
        let (reply, answer) = oneshot::channel();
        self.send(Command::Request { request, timeout, reply });
        answer.await.unwrap_or(Err(DeviceError::ConnectionLost))
    }
}

/// What the upgrade has agreed.
pub(crate) struct Opened {
    /// `Max-Frame-Size` of the device.
    pub max_frame_size: usize,
    pub compression: Option<DeflateParams>,
}

/// A request to the device that waits for its answer.
struct Pending {
    deadline: Instant,
    timeout: Duration,
    /// The thing, as it was addressed, and what was asked of it.
    entity: Text,
    name: Text,
    reply: oneshot::Sender<Result<Answer, DeviceError>>,
}

/// Who the device has shown to be.
struct Authenticated {
    session_id: u32,
    user: String,
}

/// How a connection goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Go,
    /// What is queued goes out, then TCP ends.
    End,
    /// TCP ends at once.
    Drop,
}

/// The state of a connection.
struct Session {
    core: Arc<Core>,
    handle: SessionHandle,
    opened: Opened,
    decoder: Decoder,
    watch: FrameWatch,
    assembler: Assembler,
    chunks: ChunkCheck,
    out: Outgoing,
    authenticated: Option<Authenticated>,
    pending: BTreeMap<u32, Pending>,
    last_request_id: u32,
    /// Requests of the device that have not been answered yet.
    serving: HashSet<u32>,
    /// Header of the last message that was complete without chunks.
    last_whole: Option<Header>,
    started: Instant,
    heard: Instant,
    pinged: Instant,
    /// Our close frame is out: when to end without the device's.
    closing: Option<Instant>,
    /// The device has sent a close frame.
    close_received: bool,
}

/// Serves a connection whose upgrade is complete until it ends.
pub(crate) async fn run(
    core: Arc<Core>,
    handle: SessionHandle,
    mut commands: mpsc::UnboundedReceiver<Command>,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    opened: Opened,
) {
    let (mut reader, writer) = tokio::io::split(stream);
    let (mut session, queue) = Session::new(core, handle, opened);
    let mut writing = tokio::spawn(outgoing::write_queued(writer, queue));
    let mut buffer = vec![0; 16 << 10];
    let flow = loop {
        let deadline = tokio::time::Instant::from_std(session.next_deadline());
        let flow = tokio::select! {
            read = reader.read(&mut buffer) => match read {
                Ok(length) if length > 0 => session.bytes(buffer.get(..length).unwrap_or_default()),
                _ => Flow::Drop,
            },
            command = commands.recv() => match command {
                Some(command) => session.command(command),
                None => Flow::End,
            },
            () = tokio::time::sleep_until(deadline) => session.time_is_up(Instant::now()),
        };
        if flow != Flow::Go {
            break flow;
        }
    };
    session.end();
    let close_wait = session.core.config().timers.close;
    drop(session);
    if flow == Flow::Drop || tokio::time::timeout(close_wait, &mut writing).await.is_err() {
        writing.abort();
    }
}

impl Session {
    fn new(core: Arc<Core>, handle: SessionHandle, opened: Opened) -> (Self, outgoing::Queue) {
        let config = core.config();
        let max_message = config.limits.message;
        let limits = Limits { max_frame_payload: MAX_FRAME, max_message, max_text: max_message };
        let compression = opened.compression;
        let inflate = compression.map(|params| Inflate::new(params.client_no_context_takeover));
        let deflate = compression.map(|params| Deflate::new(params.server_no_context_takeover));
        let encoder = Encoder::new(Role::Server, opened.max_frame_size, deflate);
        let unsent = config.limits.unsent_bytes;
        let (out, queue) = Outgoing::new(encoder, opened.max_frame_size, compression.is_some(), unsent);
        let now = Instant::now();
        let assembler = Assembler::new(AssemblerLimits {
            max_message_size: max_message,
            judge_announced: false,
            max_pending: max_message.saturating_mul(8),
            stale_after: config.timers.stale_chunks,
        });
        let session = Self {
            decoder: Decoder::new(Role::Server, limits, inflate),
            watch: FrameWatch::new(opened.max_frame_size, compression.is_some()),
            assembler,
            chunks: ChunkCheck::default(),
            out,
            authenticated: None,
            pending: BTreeMap::new(),
            last_request_id: config.switches.first_request_id.wrapping_sub(1),
            serving: HashSet::new(),
            last_whole: None,
            started: now,
            heard: now,
            pinged: now,
            closing: None,
            close_received: false,
            core,
            handle,
            opened,
        };
        (session, queue)
    }

    fn find(&self, kind: FindingKind, detail: impl Into<String>) {
        self.core.find(self.handle.id, kind, detail);
    }

    /// Takes bytes that were received.
    fn bytes(&mut self, bytes: &[u8]) -> Flow {
        self.heard = Instant::now();
        let (core, id) = (&self.core, self.handle.id);
        self.watch.look(bytes, |kind, detail| core.find(id, kind, detail));
        self.decoder.feed(bytes);
        loop {
            let flow = match self.decoder.next_event() {
                Ok(Some(event)) => self.event(event),
                Ok(None) => return Flow::Go,
                Err(violation) => {
                    self.find(FindingKind::Framing, violation.to_string());
                    return self.close(violation.close_status(), &violation.to_string());
                }
            };
            if flow != Flow::Go {
                return flow;
            }
        }
    }

    fn event(&mut self, event: Event) -> Flow {
        match event {
            Event::Binary(payload) if self.closing.is_none() => self.payload(&payload),
            Event::Text(_) => {
                self.find(FindingKind::TextMessage, "text message on the main connection");
                Flow::Go
            }
            Event::Ping(payload) => self.ping(&payload),
            Event::Close { status, .. } => {
                self.close_received = true;
                if self.closing.is_none() {
                    // An original is gone by now; that the answer does not arrive is of no matter.
                    let _ = self.out.answer_close(status);
                }
                Flow::End
            }
            Event::Binary(_) | Event::Pong(_) => Flow::Go,
        }
    }

    fn command(&mut self, command: Command) -> Flow {
        match command {
            Command::Request { request, timeout, reply } => self.request(request, timeout, reply),
            Command::Answer { header, answer } => self.answer(&header, answer),
            Command::Bytes(bytes) => {
                let sent = self.out.bytes(bytes);
                self.sent(sent)
            }
            Command::Message(message) => self.message(*message),
            Command::Ping(payload) => {
                let sent = self.out.ping(&payload);
                self.sent(sent)
            }
            Command::Close(status, reason) => self.close(status, &reason),
            Command::Drop => Flow::Drop,
        }
    }

    /// Sends a close frame. The connection ends with that of the device, or soon.
    fn close(&mut self, status: u16, reason: &str) -> Flow {
        if self.closing.is_some() {
            return Flow::Go;
        }
        log::info!("connection {}: closing with {status}: {reason}", self.handle.id);
        self.closing = Instant::now().checked_add(self.core.config().timers.close);
        let sent = self.out.close(status, reason);
        self.sent(sent)
    }

    /// Sends a request to the device.
    fn request(
        &mut self,
        request: Request,
        timeout: Duration,
        reply: oneshot::Sender<Result<Answer, DeviceError>>,
    ) -> Flow {
        let Some(session_id) = self.authenticated.as_ref().map(|authenticated| authenticated.session_id) else {
            let _ = reply.send(Err(DeviceError::NotConnected));
            return Flow::Go;
        };
        let id = self.next_request_id();
        let header = Header {
            version: 1,
            code: request_code(&request),
            request_id: id,
            endpoint_id: self.core.config().switches.endpoint_id,
            session_id,
        };
        let (entity, name) = (request.entity.clone(), request.name.clone());
        match self.transmit(Message { header, body: Body::Request(request) }) {
            Err(SendError::Message(error)) => {
                let _ = reply.send(Err(DeviceError::CannotSend(error)));
                Flow::Go
            }
            Err(error) => self.sent(Err(error)),
            Ok(()) => {
                let deadline = timers::after(Instant::now(), timeout);
                self.pending.insert(id, Pending { deadline, timeout, entity, name, reply });
                Flow::Go
            }
        }
    }

    fn next_request_id(&mut self) -> u32 {
        loop {
            self.last_request_id = self.last_request_id.wrapping_add(1);
            if self.last_request_id != 0 && !self.pending.contains_key(&self.last_request_id) {
                return self.last_request_id;
            }
        }
    }

    /// Answers a request of the device.
    fn answer(&mut self, to: &Header, answer: Answer) -> Flow {
        self.serving.remove(&to.request_id);
        let session_id = self.authenticated.as_ref().map_or(to.session_id, |it| it.session_id);
        let header = Header { version: 1, code: answer.code, session_id, ..*to };
        let response = twedge::wire::Response { reason: answer.reason, content: answer.content };
        self.message(Message { header, body: Body::Response(response) })
    }

    fn message(&mut self, message: Message) -> Flow {
        let sent = self.transmit(message);
        self.sent(sent)
    }

    fn transmit(&mut self, mut message: Message) -> Result<(), SendError> {
        let config = self.core.config();
        if !config.switches.send_long {
            outgoing::without_long(&mut message);
        }
        let parts = self.out.message(&message, &config.switches, config.limits.message)?;
        if !self.out.silent {
            self.record(Direction::ToDevice, message, parts);
        }
        Ok(())
    }

    /// What becomes of the connection after something was sent.
    fn sent(&self, sent: Result<(), SendError>) -> Flow {
        match sent {
            Ok(()) => Flow::Go,
            Err(error @ SendError::Stuck(_)) => {
                self.find(FindingKind::NotReading, error.to_string());
                Flow::Drop
            }
            Err(error) => {
                log::error!("connection {}: nothing was sent: {error}", self.handle.id);
                Flow::Go
            }
        }
    }

    /// Enters a message in the log and in the transcript.
    fn record(&self, direction: Direction, message: Message, parts: usize) {
        let config = self.core.config();
        if config.log_messages {
            let arrow = if direction == Direction::FromDevice { "<-" } else { "->" };
            let chunks = if parts > 1 { format!(" ({parts} chunks)") } else { String::new() };
            log::info!("connection {} {arrow} {}{chunks}", self.handle.id, describe(&message));
        }
        let (connection, time, message) = (self.handle.id, SystemTime::now(), Arc::new(message));
        self.core.update(|state| {
            match direction {
                Direction::FromDevice => state.counters.messages_in += 1,
                Direction::ToDevice => state.counters.messages_out += 1,
            }
            let entry = Entry { connection, direction, time, parts, message };
            state.transcript.add(entry, config.limits.transcript);
        });
    }

    /// The connection has ended: nothing is bound on it any more.
    fn end(&mut self) {
        let id = self.handle.id;
        if !self.close_received && self.closing.is_none() {
            self.find(FindingKind::NoCloseFrame, "the connection ended without close frame");
        }
        self.core.update(|state| {
            state.sessions.remove(&id);
            state.things.disconnect(id);
        });
        log::info!("connection {id}: ended");
        for (_, pending) in std::mem::take(&mut self.pending) {
            let _ = pending.reply.send(Err(DeviceError::ConnectionLost));
        }
    }
}

/// The code that a request to a device goes with.
fn request_code(request: &Request) -> twedge::wire::MessageCode {
    use twedge::wire::{Characteristic, MessageCode};
    match (request.characteristic, &request.params) {
        (Characteristic::PROPERTIES, None) => MessageCode::GET,
        (Characteristic::PROPERTIES, Some(_)) => MessageCode::PUT,
        _ => MessageCode::POST,
    }
}
