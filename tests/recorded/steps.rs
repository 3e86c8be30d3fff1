//! What the server does in a recording, step by step.

use std::time::Duration;

use twedge::model::Text;
use twedge::net::websocket::frame::Opcode;
use twedge::wire::{Body, Message, MessageCode, encode_body, encode_header};

use super::recording::{Event, Frame, Kind, Recording, request_for};

#[derive(Clone, Debug)]
pub enum Step {
    /// A connection comes, with this request, of which the recording may have a part only.
    Accept(String),
    /// A CONNECT request, on a connection of its own or on the one that is there.
    Ask { request: String, new_connection: bool },
    /// The answer of the proxy. After a 200 the upgrade request comes on the same connection.
    AnswerProxy(Vec<u8>),
    /// The answer to its upgrade request, in these pieces.
    Upgrade(Vec<Vec<u8>>),
    /// A message of the client.
    Receive(Message),
    /// A ping of the client's program.
    ReceivePing(Vec<u8>),
    /// A pong of the client.
    ReceivePong(Vec<u8>),
    /// A close frame of the client. Nothing comes after it.
    ReceiveClose(Vec<u8>),
    /// A close frame of the client with this status, whatever its text.
    ReceiveStatus(Option<u16>),
    /// The client ends the TCP connection.
    ReceiveEnd,
    /// A frame with this message or chunk.
    Send(Frame),
    /// Bytes as they are.
    SendBytes(Vec<u8>),
    /// The server ends the TCP connection.
    HangUp,
    /// Time passes.
    Wait(Duration),
}

impl Step {
    /// A message of the server, uncompressed.
    pub fn send(message: &Message) -> Self {
        let mut packet = Vec::new();
        encode_header(&message.header, false, &mut packet);
        packet.extend(encode_body(message.header.code, &message.body).unwrap());
        Self::Send(Frame {
            opcode: Opcode::Binary,
            compressed: false,
            payload: packet.clone(),
            packet: Some(packet),
            message: Some(message.clone()),
        })
    }
}

pub fn of(recording: &Recording) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut closed = 0;
    let mut asked = Asked::default();
    for (place, event) in recording.events.iter().enumerate() {
        // A late answer may come when the client has gone.
        if event.connection == closed && !event.from_client {
            continue;
        }
        if event.from_client && event.is_frame(Opcode::Close) {
            closed = event.connection;
        }
        if event.note == "late answer" {
            steps.push(Step::Wait(distance(recording, place)));
        }
        match asked.step(event).or_else(|| step(recording, event)) {
            Some(Step::Upgrade(piece)) => match steps.last_mut() {
                Some(Step::Upgrade(pieces)) => pieces.extend(piece),
                _ => steps.push(Step::Upgrade(piece)),
            },
            step => steps.extend(step),
        }
    }
    steps
}

/// Whether a proxy is being asked, and on which connection.
#[derive(Default)]
struct Asked {
    connection: u64,
    now: bool,
}

impl Asked {
    fn step(&mut self, event: &Event) -> Option<Step> {
        if !event.is_http() {
            return None;
        }
        if event.from_client {
            self.now = is_for_proxy(event);
            let before = std::mem::replace(&mut self.connection, event.connection);
            let step = || Step::Ask { request: event.text(), new_connection: before != event.connection };
            return self.now.then(step);
        }
        self.now.then(|| Step::AnswerProxy(event.bytes.clone()))
    }
}

/// Whether a client asks a proxy for a connection.
pub fn is_for_proxy(event: &Event) -> bool {
    event.from_client && event.is_http() && event.bytes.starts_with(b"CONNECT ")
}

/// Time since the request that an answer belongs to.
fn distance(recording: &Recording, place: usize) -> Duration {
    let answer = &recording.events[place];
    let id = answer.message().map(|message| message.header.request_id);
    let request = recording.events[..place]
        .iter()
        .rev()
        .find(|event| event.from_client && event.message().map(|message| message.header.request_id) == id);
    answer.time - request.expect("a request").time
}

fn step(recording: &Recording, event: &Event) -> Option<Step> {
    if event.from_client { client_step(recording, event) } else { server_step(event) }
}

fn client_step(recording: &Recording, event: &Event) -> Option<Step> {
    match &event.kind {
        Kind::Http(_) => Some(Step::Accept(event.text())),
        // A connection that stays idle is not repeated, one whose request was cut off is.
        Kind::Tcp if event.note.contains("nothing") => (!event.bytes.is_empty()).then(|| Step::Accept(event.text())),
        Kind::Tcp => Some(Step::ReceiveEnd),
        Kind::Frame(frame) => match (&frame.message, frame.opcode) {
            (Some(message), _) => Some(Step::Receive(message.clone())),
            (None, Opcode::Close) => Some(Step::ReceiveClose(frame.payload.clone())),
            (None, Opcode::Ping) => {
                let text = |step: &serde_json::Value| {
                    step["text"].as_str().is_some_and(|text| frame.payload == text.as_bytes())
                };
                let asked = recording.program.iter().any(|step| step["do"] == "ping" && text(step));
                asked.then(|| Step::ReceivePing(frame.payload.clone()))
            }
            (None, _) => None,
        },
        Kind::Bytes | Kind::Note => None,
    }
}

fn server_step(event: &Event) -> Option<Step> {
    match &event.kind {
        Kind::Http(_) => Some(Step::Upgrade(vec![event.bytes.clone()])),
        Kind::Bytes => Some(Step::SendBytes(event.bytes.clone())),
        Kind::Tcp => Some(Step::HangUp),
        Kind::Frame(_) if event.is_echo() => None,
        Kind::Frame(frame) if frame.packet.is_some() => Some(Step::Send(Frame::clone(frame))),
        Kind::Frame(_) => Some(Step::SendBytes(event.bytes.clone())),
        Kind::Note => None,
    }
}

/// Whether a step waits for something that only the program does, not the client of itself.
pub fn waits_for_program(recording: &Recording, steps: &[Step]) -> bool {
    let reason = || recording.program.iter().find(|step| step["do"] == "disconnect")?["reason"].as_str();
    // The reason in a close frame may be cut off.
    let by_program = |payload: &[u8]| {
        let text = payload.get(2..).unwrap_or_default();
        text.strip_prefix(b"Normal Close ")
            .is_some_and(|text| reason().is_some_and(|reason| reason.as_bytes().starts_with(text)))
    };
    match &steps[0] {
        Step::Receive(message) if message.header.code == MessageCode::UNBIND => {
            let close = steps.iter().find_map(|step| match step {
                Step::ReceiveClose(payload) => Some(payload),
                _ => None,
            });
            close.is_none_or(|payload| by_program(payload))
        }
        Step::Receive(message) => {
            matches!(message.body, Body::Request(_)) && request_for(message, "GetPropertySubscriptions").is_none()
        }
        Step::ReceiveClose(payload) => by_program(payload),
        Step::ReceivePing(_) => true,
        _ => false,
    }
}

/// The thing that a message asks the subscriptions of.
pub fn asks_for_subscriptions(message: &Message) -> Option<&Text> {
    request_for(message, "GetPropertySubscriptions").map(|request| &request.entity)
}
