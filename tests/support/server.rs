//! A platform that does what a test says.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use twedge::connection::Endpoint;
use twedge::model::{InfoTable, Text};
use twedge::net::upgrade::{DeflateParams, switching_protocols};
use twedge::net::websocket::{Decoder, Deflate, Encoder, Event, Inflate, Limits, Role};
use twedge::wire::{
    Assembler, AssemblerLimits, Body, Characteristic, Cut, EntityType, Header, Message, MessageCode, Request, Response,
    encode,
};

use super::{PATIENCE, SESSION};

/// A listener on a free port.
pub struct Server(TcpListener);

impl Server {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    pub fn port(&self) -> u16 {
        self.0.local_addr().unwrap().port()
    }

    /// Where it is, without compression.
    pub fn endpoint(&self) -> Endpoint {
        Endpoint { compression: false, ..Endpoint::new("127.0.0.1", self.port()) }
    }

    /// The next TCP connection.
    pub fn accept_tcp(&self) -> TcpStream {
        let stream = self.accept_within(PATIENCE).expect("the device does not connect");
        stream.set_nonblocking(false).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        stream
    }

    /// `std` has no accept with a time-out: mio's poll has.
    fn accept_within(&self, time: Duration) -> Option<TcpStream> {
        let mut poll = mio::Poll::new().unwrap();
        let mut listener = mio::net::TcpListener::from_std(self.0.try_clone().unwrap());
        poll.registry().register(&mut listener, mio::Token(0), mio::Interest::READABLE).unwrap();
        let end = Instant::now() + time;
        loop {
            match self.0.accept() {
                Ok((stream, _)) => return Some(stream),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(error) => panic!("accept: {error}"),
            }
            let left = end.checked_duration_since(Instant::now())?;
            poll.poll(&mut mio::Events::with_capacity(1), Some(left)).unwrap();
        }
    }

    /// How many connections have come that nobody has accepted.
    pub fn waiting(&self) -> usize {
        std::iter::from_fn(|| self.0.accept().ok()).count()
    }

    /// The next connection, with its upgrade accepted.
    pub fn accept(&self) -> Peer {
        Peer::upgrade(self.accept_tcp())
    }

    /// The next connection, authenticated and with its names bound.
    pub fn accept_session(&self) -> Peer {
        let mut peer = self.accept();
        peer.authenticate();
        peer.bind();
        peer
    }
}

/// One open WebSocket.
pub struct Peer {
    pub stream: TcpStream,
    /// The upgrade request.
    pub request: String,
    decoder: Decoder,
    encoder: Encoder,
    assembler: Assembler,
    cut: Cut,
    /// Texts of the pings that have come.
    pub pings: Vec<Vec<u8>>,
    /// Whether they are answered.
    pub answer_pings: bool,
}

impl Peer {
    /// Reads the upgrade request and accepts it, with compression if that was offered.
    pub fn upgrade(mut stream: TcpStream) -> Self {
        let request = read_head(&mut stream);
        let key = header(&request, "Sec-WebSocket-Key").expect("a key in the upgrade request");
        let deflate = header(&request, "Sec-WebSocket-Extensions").map(|_| DeflateParams::default());
        stream.write_all(&switching_protocols(key, deflate)).unwrap();
        Self::upgraded(stream, request, deflate.is_some())
    }

    /// A connection whose upgrade request was answered.
    pub fn upgraded(stream: TcpStream, request: String, compression: bool) -> Self {
        let limits = Limits { max_frame_payload: 65_535, max_message: 3 << 19, max_text: 32_768 };
        let frame = header(&request, "Max-Frame-Size").unwrap().parse().unwrap();
        Self {
            stream,
            request,
            decoder: Decoder::new(Role::Server, limits, compression.then(|| Inflate::new(false))).strict(),
            encoder: Encoder::new(Role::Server, frame, compression.then(|| Deflate::new(false))),
            assembler: Assembler::new(AssemblerLimits::platform()),
            cut: Cut { chunk_size: 8192, max_message_size: 1 << 20, deflate: compression },
            pings: Vec::new(),
            answer_pings: true,
        }
    }

    /// The next thing that the device sends; `None` at the end of TCP.
    pub fn event(&mut self) -> Option<Event> {
        let mut buffer = [0; 65_536];
        loop {
            if let Some(event) = self.decoder.next_event().expect("frames without a violation") {
                return Some(event);
            }
            match self.stream.read(&mut buffer) {
                Ok(0) => return None,
                Ok(count) => self.decoder.feed(&buffer[..count]),
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => return None,
                Err(error) => panic!("the device sends nothing: {error}"),
            }
        }
    }

    /// The next message. Pings in front of it are noted, and answered if that is on.
    pub fn receive(&mut self) -> Message {
        loop {
            match self.event() {
                Some(Event::Binary(bytes)) => {
                    let received = self.assembler.receive(&bytes, Instant::now()).expect("a well-formed message");
                    if let Some(received) = received {
                        assert_eq!(received.trailing, 0, "bytes behind the body");
                        return received.message;
                    }
                }
                Some(Event::Ping(payload)) => self.ping_came(payload),
                other => panic!("a message was expected, not {other:?}"),
            }
        }
    }

    /// The next ping.
    pub fn receive_ping(&mut self) -> Vec<u8> {
        match self.event() {
            Some(Event::Ping(payload)) => {
                self.ping_came(payload.clone());
                payload
            }
            other => panic!("a ping was expected, not {other:?}"),
        }
    }

    fn ping_came(&mut self, payload: Vec<u8>) {
        if self.answer_pings {
            self.write(|encoder, out| encoder.answer_ping(&payload, out).unwrap());
        }
        self.pings.push(payload);
    }

    /// The payload of the close frame that comes next, pings aside; `None` if TCP ends without one.
    pub fn receive_close(&mut self) -> Option<Vec<u8>> {
        loop {
            match self.event() {
                Some(Event::Close { payload, .. }) => return Some(payload),
                Some(Event::Ping(_) | Event::Pong(_)) => {}
                Some(other) => panic!("a close was expected, not {other:?}"),
                None => return None,
            }
        }
    }

    /// The next message, which has this code.
    pub fn expect(&mut self, code: MessageCode) -> Message {
        let message = self.receive();
        assert_eq!(message.header.code, code);
        message
    }

    /// The next message, which invokes this service.
    pub fn expect_service(&mut self, name: &str) -> (Header, Request) {
        let message = self.expect(MessageCode::POST);
        match message.body {
            Body::Request(request) if request.name == *name => (message.header, request),
            other => panic!("{name} was expected, not {other:?}"),
        }
    }

    pub fn authenticate(&mut self) {
        let auth = self.expect(MessageCode::AUTH);
        assert_eq!(auth.header.session_id, 0xffff_ffff);
        self.answer(&auth.header, MessageCode::SUCCESS, None);
    }

    pub fn bind(&mut self) -> Vec<Text> {
        let bind = self.expect(MessageCode::BIND);
        self.answer(&bind.header, MessageCode::SUCCESS, None);
        names(bind)
    }

    pub fn send(&mut self, message: &Message) {
        for bytes in encode(message, &self.cut).unwrap() {
            self.write(|encoder, out| encoder.binary(&bytes, out).unwrap());
        }
    }

    /// Sends bytes as one binary message.
    pub fn send_bytes(&mut self, bytes: &[u8]) {
        self.write(|encoder, out| encoder.binary(bytes, out).unwrap());
    }

    pub fn answer(&mut self, to: &Header, code: MessageCode, content: Option<InfoTable>) {
        self.send(&answer(to, code, content));
    }

    /// Writes frames.
    pub fn write(&mut self, frame: impl FnOnce(&mut Encoder, &mut Vec<u8>)) {
        let mut out = Vec::new();
        frame(&mut self.encoder, &mut out);
        // The device may be gone.
        let _ = self.stream.write_all(&out);
    }

    /// Ends TCP.
    pub fn hang_up(self) {
        let _ = self.stream.shutdown(Shutdown::Both);
    }

    /// Asserts that nothing more comes but the end.
    pub fn expect_end(&mut self) {
        assert_eq!(self.event(), None);
    }
}

/// The names of a BIND or UNBIND.
pub fn names(message: Message) -> Vec<Text> {
    match message.body {
        Body::Bind { names, .. } => names,
        other => panic!("names were expected, not {other:?}"),
    }
}

/// An answer with the session id of the scripted platform.
pub fn answer(to: &Header, code: MessageCode, content: Option<InfoTable>) -> Message {
    Message {
        header: Header { code, session_id: SESSION, ..*to },
        body: Body::Response(Response { reason: None, content }),
    }
}

/// A service request of the platform.
pub fn service_request(id: u32, thing: &str, service: &str, params: Option<InfoTable>) -> Message {
    Message {
        header: Header { version: 1, code: MessageCode::POST, request_id: id, endpoint_id: 0, session_id: SESSION },
        body: Body::Request(Request {
            entity_type: EntityType::THING,
            entity: thing.into(),
            characteristic: Characteristic::SERVICES,
            name: service.into(),
            headers: Vec::new(),
            params,
        }),
    }
}

pub fn notify_property_update(id: u32, thing: &str) -> Message {
    service_request(id, thing, "NotifyPropertyUpdate", None)
}

/// The value of a header of an HTTP request.
pub fn header<'a>(request: &'a str, name: &str) -> Option<&'a str> {
    request.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

/// An HTTP request without a body.
pub fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            other => panic!("the upgrade request ends early: {other:?}"),
        }
    }
    String::from_utf8(head).unwrap()
}
