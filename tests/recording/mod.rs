//! The recorded sessions (`tests/vectors/README.md`), read from their files. Shared by the tests of both ends.
#![allow(dead_code)] // each test binary uses a part

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use twedge::model::InfoTable;
use twedge::net::websocket::frame::{FrameHeader, Opcode};
use twedge::wire::{Assembler, AssemblerLimits, Body, Message, Request};

/// One recording.
pub struct Recording {
    /// Name of its file without the ending.
    pub name: String,
    pub settings: Json,
    pub program: Vec<Json>,
    /// What the program of the recording saw.
    pub log: Vec<String>,
    pub events: Vec<Event>,
}

/// One event of a recording.
#[derive(Clone, Debug)]
pub struct Event {
    pub connection: u64,
    pub time: Duration,
    pub from_client: bool,
    pub note: String,
    /// As on the wire.
    pub bytes: Vec<u8>,
    pub kind: Kind,
}

#[derive(Clone, Debug)]
pub enum Kind {
    /// A request or answer in HTTP, or a piece of it, and how many of the bytes are text.
    Http(usize),
    Frame(Box<Frame>),
    /// Bytes of a frame that is broken or comes in pieces.
    Bytes,
    /// A TCP connection begins or ends.
    Tcp,
    /// A remark.
    Note,
}

#[derive(Clone, Debug)]
pub struct Frame {
    pub opcode: Opcode,
    pub compressed: bool,
    /// Unmasked, as it is on the wire.
    pub payload: Vec<u8>,
    /// The AlwaysOn message or chunk that ends with this frame.
    pub packet: Option<Vec<u8>>,
    /// The message that is complete with this frame, its chunks joined.
    pub message: Option<Message>,
}

impl Event {
    pub fn message(&self) -> Option<&Message> {
        match &self.kind {
            Kind::Frame(frame) => frame.message.as_ref(),
            _ => None,
        }
    }

    pub fn frame(&self) -> Option<&Frame> {
        match &self.kind {
            Kind::Frame(frame) => Some(frame),
            _ => None,
        }
    }

    pub fn is_frame(&self, opcode: Opcode) -> bool {
        self.frame().is_some_and(|frame| frame.opcode == opcode)
    }

    pub fn is_http(&self) -> bool {
        matches!(self.kind, Kind::Http(_))
    }

    /// A pong that answers a ping of the client.
    pub fn is_echo(&self) -> bool {
        self.is_frame(Opcode::Pong) && self.note.starts_with("pong echoes")
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

impl Recording {
    /// The number at the start of the name, by which tables of exceptions go.
    pub fn number(&self) -> u32 {
        let digits = self.name.trim_start_matches("h-").split('-').next().unwrap_or_default();
        digits.parse().unwrap_or_else(|_| panic!("{}: no number in the name", self.name))
    }

    /// The messages of one side.
    pub fn messages(&self, from_client: bool) -> impl Iterator<Item = &Message> {
        self.events.iter().filter(move |event| event.from_client == from_client).filter_map(Event::message)
    }

    /// The answer to a message of the other side on the same connection.
    pub fn answer_to(&self, event: &Event) -> Option<&Message> {
        let id = event.message()?.header.request_id;
        let answers = self
            .events
            .iter()
            .filter(|answer| (answer.connection, answer.from_client) == (event.connection, !event.from_client));
        answers
            .filter_map(Event::message)
            .find(|answer| answer.header.code.is_response() && answer.header.request_id == id)
    }

    fn read(path: &PathBuf) -> Self {
        let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let json: Json = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(json["schema"], "alwayson-session/1", "{}", path.display());
        let list = |name: &str| json[name].as_array().cloned().unwrap_or_default();
        let mut events: Vec<Event> = list("events").iter().map(Event::read).collect();
        join_chunks(&mut events);
        Self {
            name: path.file_stem().expect("a name").to_string_lossy().into_owned(),
            settings: json["clientSettings"].clone(),
            program: list("program"),
            log: list("clientLog").iter().filter_map(|line| line.as_str().map(str::to_owned)).collect(),
            events,
        }
    }
}

impl Event {
    fn read(json: &Json) -> Self {
        let bytes = json["hex"].as_str().map(hex).unwrap_or_default();
        let kind = match json["type"].as_str().expect("a type") {
            "http" => Kind::Http(json["text"].as_str().expect("text").len()),
            "frame" => Kind::Frame(Box::new(Frame::read(&bytes, json))),
            "bytes" => Kind::Bytes,
            "tcp" => Kind::Tcp,
            "note" => Kind::Note,
            other => panic!("unknown type of event {other:?}"),
        };
        Self {
            connection: json["conn"].as_u64().unwrap_or_default(),
            time: Duration::from_millis(json["t"].as_u64().unwrap_or_default()),
            from_client: json["dir"] == "c2s",
            note: json["note"].as_str().unwrap_or_default().to_owned(),
            bytes,
            kind,
        }
    }
}

impl Frame {
    fn read(bytes: &[u8], json: &Json) -> Self {
        let (header, start) = FrameHeader::decode(bytes).expect("a whole frame header");
        let mask = header.mask.unwrap_or_default();
        let payload: Vec<u8> = bytes[start..].iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask).collect();
        let inflated = || json["inflated"].as_str().map_or_else(|| payload.clone(), hex);
        let packet = (!json["message"].is_null()).then(inflated);
        Self { opcode: header.opcode, compressed: header.rsv1, payload, packet, message: None }
    }
}

/// Decodes the messages. Recorded ones that are malformed have none.
fn join_chunks(events: &mut [Event]) {
    let mut assemblers = HashMap::new();
    for event in events {
        let direction = (event.connection, event.from_client);
        let Kind::Frame(frame) = &mut event.kind else { continue };
        let Some(packet) = &frame.packet else { continue };
        let assembler = assemblers.entry(direction).or_insert_with(|| Assembler::new(AssemblerLimits::platform()));
        frame.message = assembler.receive(packet, Instant::now()).ok().flatten().map(|received| received.message);
    }
}

pub fn hex(text: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).unwrap_or_else(|_| panic!("{text:?} is not hex"));
    (0..text.len()).step_by(2).map(digit).collect()
}

/// Every recording, in the order of the names. `TWEDGE_VECTORS` names another folder of vectors.
pub fn all(vectors: &str) -> Vec<Recording> {
    let folder = std::env::var_os("TWEDGE_VECTORS").map_or_else(|| PathBuf::from(vectors), PathBuf::from);
    let folder = folder.join("sessions");
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    assert!(!paths.is_empty(), "no sessions in {}", folder.display());
    paths.iter().map(Recording::read).collect()
}

/// How many recordings are played at a time. They wait more than they compute.
const PLAYERS: usize = 8;

/// Plays recordings on several threads and fails with everything that went wrong. `TWEDGE_SESSION` picks those with a
/// name that contains it.
pub fn play(recordings: Vec<Recording>, left_out: &[(u32, &str)], play: impl Fn(&Recording) + Sync) {
    let picked = std::env::var("TWEDGE_SESSION").unwrap_or_default();
    let wanted = |recording: &Recording| {
        recording.name.contains(&picked) && !left_out.iter().any(|(number, _)| *number == recording.number())
    };
    let waiting = Mutex::new(recordings.into_iter().filter(wanted));
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..PLAYERS {
            scope.spawn(|| {
                let next = || waiting.lock().unwrap().next();
                while let Some(recording) = next() {
                    if catch_unwind(AssertUnwindSafe(|| play(&recording))).is_err() {
                        failures.lock().unwrap().push(recording.name);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "these sessions failed, for the reasons printed above: {failures:?}");
}

/// Whether two tables are the same but for the order of their rows.
pub fn same_rows(one: Option<&InfoTable>, other: Option<&InfoTable>) -> bool {
    let (Some(one), Some(other)) = (one, other) else { return one.is_none() == other.is_none() };
    let sorted = |table: &InfoTable| {
        let mut rows: Vec<String> = table.rows.iter().map(|row| format!("{row:?}")).collect();
        rows.sort();
        rows
    };
    one.shape == other.shape && sorted(one) == sorted(other)
}

/// Whether a message is a request for this name.
pub fn request_for<'a>(message: &'a Message, name: &str) -> Option<&'a Request> {
    match &message.body {
        Body::Request(request) if request.name == *name => Some(request),
        _ => None,
    }
}
