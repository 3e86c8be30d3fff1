//! Goes through the events of a recording: those of the device are sent, those of the platform are waited for.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::thread::JoinHandle;

use twedge::model::{InfoTable, Text, Value};
use twedge::net::websocket::frame::{FrameHeader, Opcode};
use twedge::wire::{Body, Characteristic, Header, Message, MessageCode, Request, Response, decode_header};
use twedge_platform::{Answer, DeviceError, Platform, SessionIds};

use crate::link::{LIMIT, Link, dial};
use crate::recording::{Event, Kind, Recording, request_for, same_rows};
use crate::setup;

/// Position of the request id in a message.
const REQUEST_ID: std::ops::Range<usize> = 2..6;

pub fn play(recording: &Recording) {
    let mut player = Player {
        recording,
        platform: Arc::new(setup::platform(recording)),
        link: None,
        connection: 0,
        session: 0,
        ids: HashMap::new(),
        operators: HashMap::new(),
        silent: Vec::new(),
        pings: Vec::new(),
        sent: 0,
    };
    for (place, event) in recording.events.iter().enumerate() {
        let context = Context { recording, place };
        if event.from_client {
            player.send(event);
        } else {
            player.expect(event);
        }
        std::mem::forget(context);
    }
    player.finish();
}

/// Says how far a failing test has come.
struct Context<'a> {
    recording: &'a Recording,
    place: usize,
}

impl Drop for Context<'_> {
    fn drop(&mut self) {
        let event = &self.recording.events[self.place];
        eprintln!("{}: failed at event {}, t {:?}: {:?}", self.recording.name, self.place, event.time, event.kind);
    }
}

/// What an operator does, and what came of it.
type Operation = JoinHandle<Result<Option<Answer>, DeviceError>>;

struct Player<'a> {
    recording: &'a Recording,
    platform: Arc<Platform>,
    link: Option<Link>,
    /// Number of the open connection at the platform.
    connection: u64,
    /// Id of its session.
    session: u32,
    /// Recorded ids of the platform's requests on this connection, and the real ones.
    ids: HashMap<u32, u32>,
    /// Commands under way, by the recorded id of their request.
    operators: HashMap<u32, Operation>,
    /// Connections without a whole request.
    silent: Vec<TcpStream>,
    /// Payloads of pings that were sent.
    pings: Vec<Vec<u8>>,
    /// How many messages were sent.
    sent: u64,
}

impl Player<'_> {
    fn send(&mut self, event: &Event) {
        match &event.kind {
            Kind::Http(_) => self.upgrade(event),
            Kind::Tcp if setup::is_silent(event) => {
                let mut stream = dial(self.platform.port());
                stream.write_all(&event.bytes).unwrap();
                self.silent.push(stream);
            }
            Kind::Tcp => self.link = None,
            Kind::Note => {}
            Kind::Bytes => self.link().send(&event.bytes),
            Kind::Frame(frame) => {
                let ids = &self.ids;
                let bytes = with_id(event, |id| ids.get(&id).copied());
                self.link().send(&bytes);
                if frame.opcode == Opcode::Ping {
                    self.pings.push(frame.payload.clone());
                }
                if let Some(answer) = &frame.message {
                    self.sent += 1;
                    self.check_operator(answer);
                }
                if setup::is_close(event) {
                    self.link().wait_end();
                    self.link = None;
                }
            }
        }
    }

    fn link(&mut self) -> &mut Link {
        self.link.as_mut().expect("an open connection")
    }

    fn upgrade(&mut self, event: &Event) {
        // A name that is still bound on the last connection cannot be bound again.
        assert!(self.platform.wait(LIMIT, |platform| platform.connections().is_empty()), "the last one is still open");
        let compressed = setup::is_compressed(self.recording, event.connection);
        let of_platform = || {
            let events = self.recording.events.iter();
            events.filter(|other| other.connection == event.connection && !other.from_client)
        };
        let first_request = of_platform().filter_map(Event::message).find(|message| message.header.code.is_request());
        let session = of_platform().filter_map(Event::message).find(|message| message.header.code.is_response());
        let assigned = self.platform.counters().authentications as u32;
        self.platform.configure(|config| {
            config.compression = compressed;
            if let Some(request) = first_request {
                config.switches.first_request_id = request.header.request_id;
            }
            if let Some(answer) = &session {
                config.switches.session_ids = SessionIds::From(answer.header.session_id.wrapping_sub(assigned));
            }
        });
        let link = Link::upgrade(self.platform.port(), &event.bytes);
        assert_eq!(link.compressed, compressed, "compression");
        self.link = Some(link);
        self.session = session.map_or(0, |answer| answer.header.session_id);
        self.ids.clear();
        let newest = |platform: &Platform| platform.connections().iter().map(|connection| connection.id).max();
        let last = self.connection;
        assert!(self.platform.wait(LIMIT, |platform| newest(platform) > Some(last)), "the connection is not listed");
        self.connection = newest(&self.platform).expect("a connection");
    }

    fn expect(&mut self, event: &Event) {
        if self.link.is_none() {
            assert!(event.note == "late answer" || matches!(event.kind, Kind::Note), "the connection is closed");
            return;
        }
        match &event.kind {
            Kind::Http(text) => {
                let glued = &event.bytes[*text..];
                self.send_raw(glued);
            }
            Kind::Bytes => self.send_raw(&event.bytes),
            Kind::Tcp => {
                assert!(self.platform.drop_connection(self.connection));
                self.link().wait_end();
                assert!(!self.link().closed, "a close frame");
                self.link = None;
            }
            Kind::Note => {}
            Kind::Frame(frame) => match (&frame.message, frame.opcode) {
                (Some(message), _) if message.header.code.is_response() && self.is_asked(message) => {
                    self.expect_answer(message);
                }
                (Some(message), _) => self.expect_request(event, message),
                // A chunk of a message that is complete with a later one.
                (None, _) if frame.packet.is_some() => {}
                (None, Opcode::Pong) if event.is_echo() => {
                    let wanted = self.pings.remove(0);
                    assert_eq!(frame.payload, wanted);
                    self.link().wait(&|| "a pong".to_owned(), |link| take(&mut link.pongs, |pong| *pong == wanted));
                }
                (None, Opcode::Ping) => {
                    assert!(self.platform.ping(self.connection, &frame.payload));
                    self.link()
                        .wait(&|| "a ping".to_owned(), |link| take(&mut link.pings, |ping| *ping == frame.payload));
                }
                (None, Opcode::Close) if frame.payload.len() > 2 => {
                    let status = u16::from_be_bytes([frame.payload[0], frame.payload[1]]);
                    let reason = String::from_utf8_lossy(&frame.payload[2..]);
                    assert!(self.platform.close_connection(self.connection, status, &reason));
                    self.link().wait(&|| "a close frame".to_owned(), |link| link.closed.then_some(()));
                }
                (None, _) => self.send_raw(&event.bytes),
            },
        }
    }

    /// Lets the platform send bytes that it does not send of itself.
    fn send_raw(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            assert!(self.platform.send_bytes(self.connection, bytes));
            self.link().wait_raw(bytes);
        }
    }

    /// Whether the device has sent the request that this answers.
    fn is_asked(&self, answer: &Message) -> bool {
        let id = answer.header.request_id;
        self.recording
            .messages(true)
            .any(|message| !message.header.code.is_response() && message.header.request_id == id)
    }

    fn expect_answer(&mut self, wanted: &Message) {
        let wanted_content = &response(wanted).content;
        let header = wanted.header;
        // A device without a session has none to look at either.
        let same_session = |got: &Header| got.session_id == header.session_id || header.code != MessageCode::SUCCESS;
        self.link().wait(&|| format!("the answer {wanted:?}"), |link| {
            take(&mut link.messages, |got| match &got.body {
                Body::Response(got_response) => {
                    (got.header.request_id, got.header.code) == (header.request_id, header.code)
                        && got.header.endpoint_id == header.endpoint_id
                        && same_session(&got.header)
                        && same_rows(got_response.content.as_ref(), wanted_content.as_ref())
                }
                _ => false,
            })
        });
    }

    /// A request of the platform: one that it makes of itself, or an operator's.
    fn expect_request(&mut self, event: &Event, wanted: &Message) {
        let own = request_for(wanted, "NotifyPropertyUpdate").is_some();
        let with_own_parameters = request_for(wanted, "SynchronizeModelState").is_some();
        let whole = !own && !with_own_parameters && !self.operate(event, wanted);
        let got = self.link().wait(&|| format!("the request {wanted:?}"), |link| {
            take(&mut link.messages, |got| match (&got.body, &wanted.body) {
                _ if whole => got == wanted,
                (Body::Request(got_request), Body::Request(wanted_request)) => {
                    let mut got_request = got_request.clone();
                    if with_own_parameters {
                        got_request.params.clone_from(&wanted_request.params);
                    }
                    let got_header = Header { request_id: wanted.header.request_id, ..got.header };
                    got_header == wanted.header && got_request == *wanted_request
                }
                _ => false,
            })
        });
        self.ids.insert(wanted.header.request_id, got.header.request_id);
    }

    /// Gives the command that leads to a request. False if there is none: the message is then sent as it is.
    fn operate(&mut self, event: &Event, wanted: &Message) -> bool {
        let id = wanted.header.request_id;
        // The ids of messages that are sent as they are may be those of later requests: one at a time.
        let sent = self.sent;
        assert!(self.platform.wait(LIMIT, |platform| platform.counters().messages_in >= sent), "a message is lost");
        // The stream of a compressing device cannot be changed: its answers must fit as they are.
        let plain = !self.link().compressed && wanted.header.session_id == self.session;
        let operation = match &wanted.body {
            Body::Request(request) if plain && self.recording.answer_to(event).is_some() => {
                self.platform.configure(|config| {
                    config.switches.endpoint_id = wanted.header.endpoint_id;
                    let headers = request.headers.iter();
                    config.switches.request_headers =
                        headers.map(|(name, value)| (name.to_string(), value.to_string())).collect();
                });
                self.operation(wanted.header.code, request)
            }
            _ => None,
        };
        match operation {
            Some(operation) => {
                self.operators.insert(id, operation);
                true
            }
            None => {
                assert!(self.platform.send_message(self.connection, wanted.clone()));
                false
            }
        }
    }

    fn operation(&self, code: MessageCode, request: &Request) -> Option<Operation> {
        let platform = self.platform.clone();
        let (thing, name) = (request.entity.to_string(), request.name.to_string());
        if !platform.is_connected(&thing) {
            return None;
        }
        let params = request.params.clone();
        let operation: Box<dyn FnOnce() -> Result<Option<Answer>, DeviceError> + Send> =
            match (code, request.characteristic) {
                (MessageCode::POST, Characteristic::SERVICES) => {
                    Box::new(move || platform.call_service(&thing, &name, params).map(Some))
                }
                (MessageCode::GET, Characteristic::PROPERTIES) => Box::new(move || {
                    let value = platform.read_property(&thing, &name)?;
                    let table = InfoTable::single(name, value);
                    Ok(Some(Answer::table(table)))
                }),
                (MessageCode::PUT, Characteristic::PROPERTIES) => {
                    let value = value_of(params.as_ref()?, &request.name)?;
                    Box::new(move || platform.write_property(&thing, &name, value).map(|()| None))
                }
                _ => return None,
            };
        Some(std::thread::spawn(operation))
    }

    /// Checks that an operator is told what the device has answered.
    fn check_operator(&mut self, answer: &Message) {
        let Some(operation) = self.operators.remove(&answer.header.request_id) else { return };
        let wanted = response(answer);
        let wanted =
            Answer { code: answer.header.code, reason: wanted.reason.clone(), content: wanted.content.clone() };
        match operation.join().expect("the operator's thread") {
            Ok(Some(got)) => assert_eq!(got, wanted),
            Ok(None) => assert_eq!((wanted.code, &wanted.content), (MessageCode::SUCCESS, &None)),
            Err(DeviceError::Refused { code, .. }) => assert_eq!(code, wanted.code),
            Err(error) => panic!("the operator was told {error}; the device answered {wanted:?}"),
        }
    }

    fn finish(mut self) {
        for stream in &mut self.silent {
            let mut rest = Vec::new();
            stream.read_to_end(&mut rest).expect("the end of a silent connection");
        }
        assert!(self.operators.is_empty(), "commands without an answer");
        assert!(self.pings.is_empty() || self.recording.number() == 15, "pings without a pong");
        self.platform.findings().assert_no_violation();
    }
}

fn value_of(params: &InfoTable, name: &Text) -> Option<Value> {
    params.get(0, name.as_bytes()).cloned()
}

fn response(message: &Message) -> &Response {
    match &message.body {
        Body::Response(response) => response,
        other => panic!("no answer: {other:?}"),
    }
}

fn take<T>(list: &mut Vec<T>, wanted: impl FnMut(&T) -> bool) -> Option<T> {
    list.iter().position(wanted).map(|place| list.remove(place))
}

/// The bytes of a frame, with another request id if it is an answer and there is one. Recorded masks are zero.
fn with_id(event: &Event, id: impl Fn(u32) -> Option<u32>) -> Vec<u8> {
    let mut bytes = event.bytes.clone();
    let Some(packet) = event.frame().and_then(|frame| frame.packet.as_ref()) else { return bytes };
    let (header, _) = decode_header(packet).expect("a header");
    let Some(id) = Some(header.code).filter(|code| code.is_response()).and_then(|_| id(header.request_id)) else {
        return bytes;
    };
    if id != header.request_id {
        let (frame, start) = FrameHeader::decode(&bytes).expect("a frame");
        assert!(!frame.rsv1 && frame.mask == Some([0; 4]), "the id cannot be changed in this frame");
        bytes[start..][REQUEST_ID].copy_from_slice(&id.to_be_bytes());
    }
    bytes
}
