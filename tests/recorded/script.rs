//! The server of a recording.

use std::collections::{BTreeSet, HashMap};
use std::io::Write;
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use twedge::model::Row;
use twedge::net::upgrade::accept_value;
use twedge::net::websocket::Event;
use twedge::net::websocket::frame::{FrameHeader, Opcode};
use twedge::wire::{
    Assembler, AssemblerLimits, Body, Header, Message, MessageCode, Packet, Response, decode, decode_header,
    encode_body, encode_header,
};

use super::differences::{self, Tolerance};
use super::progress::{End, Progress};
use super::proxy;
use super::recording::{Frame, Recording};
use super::steps::{self, Step};
use super::support::{PATIENCE, Peer, Server, header, read_head};

/// Position of the request id in a message.
const REQUEST_ID: std::ops::Range<usize> = 2..6;
/// Pause between the pieces of an answer to an upgrade.
const PIECE: Duration = Duration::from_millis(3);

pub fn play(recording: &Recording, server: Server, progress: &Progress) {
    let _end = End(progress);
    let mut script = Script {
        recording,
        steps: differences::steps(recording),
        place: 0,
        server,
        progress,
        peer: None,
        recorded_key: String::new(),
        request: String::new(),
        pending_stream: None,
        led_on: None,
        assembler: Assembler::new(AssemblerLimits::platform()),
        ids: HashMap::new(),
        seen: Vec::new(),
        ended: false,
        asked: Instant::now(),
        began: Instant::now(),
        named: BTreeSet::new(),
        pushed: Vec::new(),
    };
    script.run();
}

/// What a client has sent.
#[derive(Debug)]
enum Seen {
    Message(Message),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Close(Vec<u8>),
}

struct Script<'a> {
    recording: &'a Recording,
    steps: Vec<Step>,
    place: usize,
    server: Server,
    progress: &'a Progress,
    peer: Option<Peer>,
    recorded_key: String,
    /// The upgrade request of the connection.
    request: String,
    /// A connection whose request was not answered.
    pending_stream: Option<TcpStream>,
    /// A connection that a proxy has led on.
    led_on: Option<TcpStream>,
    assembler: Assembler,
    /// Recorded ids of the client's requests, and the real ones.
    ids: HashMap<u32, u32>,
    /// What has come and no step has asked for yet.
    seen: Vec<Seen>,
    /// Whether the client has ended the connection.
    ended: bool,
    /// When the latest request came.
    asked: Instant,
    /// When the step began.
    began: Instant,
    /// What BIND and UNBIND have named.
    named: BTreeSet<(u8, Vec<u8>)>,
    /// Values of all pushes.
    pushed: Vec<Row>,
}

impl Script<'_> {
    fn run(&mut self) {
        while self.place < self.steps.len() {
            let due = steps::waits_for_program(self.recording, &self.steps[self.place..]);
            self.progress.reached(self.place, due);
            let step = self.steps[self.place].clone();
            self.place += 1;
            self.began = Instant::now();
            self.step(step);
        }
        self.progress.reached(self.place, true);
        self.began = Instant::now();
        self.finish_connection();
        if differences::cuts_names_otherwise(self.recording) {
            let recorded = self.recording.messages(true).flat_map(named);
            let recorded: BTreeSet<_> = recorded.collect();
            assert_eq!(self.named, recorded, "{}: all names of BIND and UNBIND", self.recording.name);
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Accept(recorded) => self.accept(&recorded),
            Step::Ask { request, new_connection } => self.ask(&request, new_connection),
            Step::AnswerProxy(answer) => self.answer_for_proxy(&answer),
            Step::Upgrade(pieces) => self.upgrade(&pieces),
            Step::Receive(wanted) => self.receive(&wanted),
            Step::ReceivePing(payload) => {
                self.wait(&format!("a ping {payload:?}"), |seen| matches!(seen, Seen::Ping(got) if *got == payload));
            }
            Step::ReceivePong(payload) => {
                self.wait(&format!("a pong {payload:?}"), |seen| matches!(seen, Seen::Pong(got) if *got == payload));
            }
            Step::ReceiveClose(payload) => {
                let what = format!("the close frame {:?}", String::from_utf8_lossy(&payload));
                self.wait(&what, |seen| matches!(seen, Seen::Close(got) if *got == payload));
            }
            Step::ReceiveStatus(status) => {
                let wanted = status.map(|status| status.to_be_bytes().to_vec()).unwrap_or_default();
                self.wait(&format!("a close frame with {status:?}"), |seen| match seen {
                    Seen::Close(got) => got.get(..2).unwrap_or_default() == wanted,
                    _ => false,
                });
            }
            Step::ReceiveEnd => self.finish_connection(),
            Step::Send(frame) => self.send(&frame),
            Step::SendBytes(bytes) => drop(self.peer().stream.write_all(&bytes)),
            Step::HangUp => {
                self.peer.take().expect("a connection").hang_up();
                self.progress.connection_ended();
            }
            Step::Wait(distance) => thread::sleep(distance.saturating_sub(self.asked.elapsed())),
        }
    }

    fn peer(&mut self) -> &mut Peer {
        self.peer.as_mut().expect("an open connection")
    }

    fn accept_tcp(&mut self) -> TcpStream {
        self.finish_connection();
        self.server.accept_tcp()
    }

    fn ask(&mut self, recorded: &str, new_connection: bool) {
        let stream = if new_connection { None } else { self.pending_stream.take() };
        let mut stream = stream.unwrap_or_else(|| self.accept_tcp());
        proxy::compare(&read_head(&mut stream), recorded, &self.recording.settings);
        self.pending_stream = Some(stream);
    }

    fn answer_for_proxy(&mut self, answer: &[u8]) {
        let mut stream = self.pending_stream.take().expect("a CONNECT request");
        stream.write_all(answer).unwrap();
        let place = if answer.starts_with(b"HTTP/1.1 200") { &mut self.led_on } else { &mut self.pending_stream };
        *place = Some(stream);
    }

    fn accept(&mut self, recorded: &str) {
        let mut stream = match self.led_on.take() {
            Some(stream) => stream,
            None => self.accept_tcp(),
        };
        self.request = read_head(&mut stream);
        let whole = recorded.ends_with("\r\n\r\n");
        if whole {
            assert_eq!(comparable(&self.request), comparable(recorded), "the upgrade request");
            header(recorded, "Sec-WebSocket-Key").expect("a key").clone_into(&mut self.recorded_key);
        }
        self.pending_stream = Some(stream);
        self.ids.clear();
        self.ended = false;
    }

    /// Answers with the recorded bytes and the accept value that is right now, if the recorded one was right.
    fn upgrade(&mut self, pieces: &[Vec<u8>]) {
        let mut stream = self.pending_stream.take().expect("an upgrade request");
        let key = header(&self.request, "Sec-WebSocket-Key").expect("a key");
        let mut answer = pieces.concat();
        let recorded = accept_value(&self.recorded_key);
        if let Some(start) = answer.windows(recorded.len()).position(|bytes| bytes == recorded.as_bytes()) {
            answer[start..][..recorded.len()].copy_from_slice(accept_value(key).as_bytes());
        }
        let compressed = String::from_utf8_lossy(&answer).contains("permessage-deflate");
        let mut rest = answer.as_slice();
        for piece in pieces {
            let (now, later) = rest.split_at(piece.len());
            stream.write_all(now).unwrap();
            rest = later;
            if !rest.is_empty() {
                thread::sleep(PIECE);
            }
        }
        let mut peer = Peer::upgraded(stream, self.request.clone(), compressed);
        peer.answer_pings = !differences::is_silent(self.recording);
        self.peer = Some(peer);
        self.assembler = Assembler::new(AssemblerLimits::platform());
    }

    fn send(&mut self, frame: &Frame) {
        let mut packet = frame.packet.clone().expect("a message");
        let (header, _) = decode_header(&packet).expect("a header");
        if header.code.is_response() {
            if let Some(id) = self.ids.get(&header.request_id) {
                packet[REQUEST_ID].copy_from_slice(&id.to_be_bytes());
            }
        }
        let compressed = frame.compressed;
        self.peer().write(|encoder, out| {
            if compressed {
                encoder.binary(&packet, out).unwrap();
            } else {
                FrameHeader::new(Opcode::Binary, true, packet.len()).encode(out);
                out.extend_from_slice(&packet);
            }
        });
        let answers = self.recording.messages(true).find(|message| {
            message.header.request_id == header.request_id && steps::asks_for_subscriptions(message).is_some()
        });
        if let (true, Some(thing)) = (header.code.is_response(), answers.and_then(steps::asks_for_subscriptions)) {
            self.progress.synchronized(thing);
        }
    }

    fn receive(&mut self, wanted: &Message) {
        let recording = self.recording;
        let pushed = self.pushed.clone();
        let got = self.wait(&format!("{wanted:?}"), |seen| match seen {
            Seen::Message(got) => differences::matches(recording, wanted, got, &pushed),
            _ => false,
        });
        let Seen::Message(got) = got else { unreachable!("only messages match") };
        if !got.header.code.is_response() {
            self.asked = Instant::now();
            self.ids.insert(wanted.header.request_id, got.header.request_id);
        }
        self.pushed.extend(differences::pushed(&got));
    }

    /// Waits for something that the client sends. What comes before it is kept.
    fn wait(&mut self, what: &str, wanted: impl Fn(&Seen) -> bool) -> Seen {
        loop {
            if let Some(place) = self.seen.iter().position(&wanted) {
                return self.seen.remove(place);
            }
            self.deal_with_extras(&wanted);
            assert!(!self.ended, "{}: the end came instead of {what}; unused: {:?}", self.recording.name, self.seen);
            self.read(what);
        }
    }

    /// Reads the next thing, until the end of the time that one step may take: a client may go on sending in vain.
    fn read(&mut self, what: &str) {
        assert!(self.began.elapsed() < PATIENCE, "{}: {what} does not come", self.recording.name);
        let unused = format!("{}: waiting for {what}; unused: {:?}", self.recording.name, self.seen);
        let context = Context(unused);
        let event = self.peer.as_mut().unwrap_or_else(|| panic!("no connection")).event();
        std::mem::forget(context);
        match event {
            None => self.ended = true,
            Some(Event::Binary(payload)) => {
                self.check_size(&payload);
                let received = self.assembler.receive(&payload, Instant::now()).expect("a well-formed message");
                if let Some(received) = received {
                    assert_eq!(received.trailing, 0, "bytes behind the body");
                    self.named.extend(named(&received.message));
                    if received.message.header.code == MessageCode::UNBIND {
                        self.progress.unbound(differences::names(&received.message));
                    }
                    self.seen.push(Seen::Message(received.message));
                }
            }
            Some(Event::Ping(payload)) => {
                let peer = self.peer();
                if peer.answer_pings {
                    peer.write(|encoder, out| encoder.answer_ping(&payload, out).unwrap());
                }
                self.seen.push(Seen::Ping(payload));
            }
            Some(Event::Pong(payload)) => self.seen.push(Seen::Pong(payload)),
            Some(Event::Close { payload, .. }) => self.seen.push(Seen::Close(payload)),
            Some(Event::Text(payload)) => panic!("a text message: {payload:02x?}"),
        }
    }

    /// No message is larger than a chunk, and names are not sent in chunks.
    fn check_size(&self, payload: &[u8]) {
        let chunk_size = self.recording.settings["messageChunkSize"].as_u64().unwrap_or(8192);
        assert!(payload.len() as u64 <= chunk_size, "a message of {} bytes", payload.len());
        if let Ok(Packet::Chunk(chunk)) = decode(payload) {
            assert!(!matches!(chunk.header.code, MessageCode::BIND | MessageCode::UNBIND), "names in chunks");
        }
    }

    /// Serves what a client may do beyond the recording.
    fn deal_with_extras(&mut self, wanted: &impl Fn(&Seen) -> bool) {
        let recording = self.recording;
        let (mut kept, mut extras) = (Vec::new(), Vec::new());
        for seen in self.seen.drain(..) {
            let Seen::Message(message) = &seen else {
                kept.push(seen);
                continue;
            };
            let later = self.steps[self.place..].iter().any(|step| match step {
                Step::Receive(wanted) => differences::matches(recording, wanted, message, &self.pushed),
                _ => false,
            });
            match differences::tolerance(recording, message) {
                _ if later || wanted(&seen) => kept.push(seen),
                Tolerance::None => kept.push(seen),
                tolerance => extras.push((tolerance, message.clone())),
            }
        }
        self.seen = kept;
        for (tolerance, message) in extras {
            self.pushed.extend(differences::pushed(&message));
            if let Tolerance::Answer(code, content) = tolerance {
                let response = Response { reason: None, content };
                self.answer(&message.header, code, &response);
                if let Some(thing) = steps::asks_for_subscriptions(&message) {
                    self.progress.synchronized(thing);
                }
            }
        }
    }

    fn answer(&mut self, to: &Header, code: MessageCode, response: &Response) {
        let header = to.answer(code, to.session_id);
        let mut bytes = Vec::new();
        encode_header(&header, false, &mut bytes);
        bytes.extend(encode_body(code, &Body::Response(response.clone())).unwrap());
        self.peer().send_bytes(&bytes);
    }

    /// Waits for the client to end its connection, which sends nothing more that matters.
    fn finish_connection(&mut self) {
        if let Some(stream) = self.pending_stream.take() {
            // The client gives up waiting for an answer.
            let mut rest = Vec::new();
            let _ = std::io::Read::read_to_end(&mut &stream, &mut rest);
            assert!(rest.is_empty(), "more than the upgrade request: {rest:02x?}");
        }
        if self.peer.is_some() {
            while !self.ended {
                self.deal_with_extras(&|_| false);
                self.read("the end");
            }
            self.deal_with_extras(&|_| false);
        }
        self.peer = None;
        self.progress.connection_ended();
        let unused: Vec<Seen> = std::mem::take(&mut self.seen);
        let unused = unused.into_iter().filter(|seen| !matches!(seen, Seen::Ping(_)));
        let unused: Vec<Seen> = unused.collect();
        assert!(unused.is_empty(), "{}: the client sent what was not recorded: {unused:?}", self.recording.name);
    }
}

/// What a BIND or UNBIND names, with its code.
fn named(message: &Message) -> Vec<(u8, Vec<u8>)> {
    let names = differences::names(message).iter();
    names.map(|name| (message.header.code.0, name.as_bytes().to_vec())).collect()
}

/// Says what a failing read was for.
struct Context(String);

impl Drop for Context {
    fn drop(&mut self) {
        eprintln!("{}", self.0);
    }
}

/// The header lines of an upgrade request that do not change from run to run, in one order.
fn comparable(request: &str) -> Vec<String> {
    let mut lines: Vec<String> = request.lines().map(str::to_owned).collect();
    lines.retain(|line| !line.starts_with("Sec-WebSocket-Key: ") && !line.starts_with("Host: "));
    lines.sort();
    lines
}
