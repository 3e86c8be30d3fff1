//! A connection to the platform on which recorded bytes go out and whatever comes back is kept until it is asked for.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use twedge::net::upgrade::{ResponseReader, accept_value};
use twedge::net::websocket::frame::FrameHeader;
use twedge::net::websocket::{Decoder, Event, Inflate, Limits, Role};
use twedge::wire::{Assembler, AssemblerLimits, Message};

/// Longest wait for anything.
pub const LIMIT: Duration = Duration::from_secs(20);

pub fn dial(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

pub struct Link {
    stream: TcpStream,
    pub compressed: bool,
    /// What has come and is not a whole frame yet.
    input: Vec<u8>,
    decoder: Decoder,
    assembler: Assembler,
    /// Messages that nobody has asked for yet, with the others.
    pub messages: Vec<Message>,
    pub pings: Vec<Vec<u8>>,
    pub pongs: Vec<Vec<u8>>,
    pub closed: bool,
}

impl Link {
    /// Sends a recorded upgrade request, which must be accepted.
    pub fn upgrade(port: u16, request: &[u8]) -> Self {
        let mut stream = dial(port);
        stream.write_all(request).unwrap();
        let text = String::from_utf8_lossy(request);
        let key = text.lines().find_map(|line| line.strip_prefix("Sec-WebSocket-Key: ")).expect("a key");
        let mut reader = ResponseReader::new(accept_value(key), text.contains("permessage-deflate"));
        let accepted = loop {
            let mut buffer = [0; 1024];
            let length = stream.read(&mut buffer).unwrap();
            assert!(length > 0, "{}", reader.ended());
            if let Some(accepted) = reader.feed(&buffer[..length]).unwrap() {
                break accepted;
            }
        };
        let limits = Limits { max_frame_payload: 65_535, max_message: 1 << 20, max_text: 1 << 20 };
        let compressed = accepted.compression.is_some();
        Self {
            stream,
            compressed,
            input: accepted.leftover,
            decoder: Decoder::new(Role::Client, limits, compressed.then(|| Inflate::new(false))).strict(),
            assembler: Assembler::new(AssemblerLimits::device(1 << 20, LIMIT)),
            messages: Vec::new(),
            pings: Vec::new(),
            pongs: Vec::new(),
            closed: false,
        }
    }

    pub fn send(&mut self, bytes: &[u8]) {
        // Where the platform has ended the connection already, that is what the next wait sees.
        let _ = self.stream.write_all(bytes);
    }

    /// Reads until there is what is looked for; `what` says what that is.
    pub fn wait<T>(&mut self, what: &dyn Fn() -> String, mut take: impl FnMut(&mut Self) -> Option<T>) -> T {
        let end = Instant::now() + LIMIT;
        loop {
            if let Some(found) = take(self) {
                return found;
            }
            let more = self.receive(None);
            let kept = || self.messages.iter().map(|message| format!("\n  {message:?}")).collect::<String>();
            assert!(more, "the platform has ended the connection; waiting for {}; not used:{}", what(), kept());
            assert!(Instant::now() < end, "waited in vain for {}; not used:{}", what(), kept());
        }
    }

    /// Waits for these bytes as they are, between other frames.
    pub fn wait_raw(&mut self, bytes: &[u8]) {
        while !self.input.starts_with(bytes) {
            assert!(self.receive(Some(bytes)), "the end came instead of {bytes:02x?}");
        }
        self.input.drain(..bytes.len());
    }

    /// Waits for the end of the connection.
    pub fn wait_end(&mut self) {
        while self.receive(None) {}
    }

    /// Processes a frame or reads some bytes; false at the end. A beginning of `but` is left as it is.
    fn receive(&mut self, but: Option<&[u8]>) -> bool {
        if !but.is_some_and(|bytes| bytes.starts_with(&self.input)) {
            if let Some(length) = self.frame_length() {
                let frame: Vec<u8> = self.input.drain(..length).collect();
                self.process(&frame);
                return true;
            }
        }
        let mut buffer = [0; 8192];
        match self.stream.read(&mut buffer) {
            Ok(0) => false,
            Ok(length) => {
                self.input.extend_from_slice(&buffer[..length]);
                true
            }
            Err(error) if error.kind() == ErrorKind::ConnectionReset => false,
            Err(error) => panic!("nothing comes: {error}; not used: {:?}", self.messages),
        }
    }

    /// Length of the frame at the start of the input, if all of it is there.
    fn frame_length(&self) -> Option<usize> {
        let (header, start) = FrameHeader::decode(&self.input)?;
        let length = start + usize::try_from(header.payload_len).ok()?;
        (self.input.len() >= length).then_some(length)
    }

    fn process(&mut self, frame: &[u8]) {
        self.decoder.feed(frame);
        while let Some(event) = self.decoder.next_event().expect("frames without a violation") {
            match event {
                Event::Binary(payload) => {
                    let received = self.assembler.receive(&payload, Instant::now()).expect("a well-formed message");
                    if let Some(received) = received {
                        assert_eq!(received.trailing, 0, "bytes behind the body");
                        self.messages.push(received.message);
                    }
                }
                Event::Ping(payload) => self.pings.push(payload),
                Event::Pong(payload) => self.pongs.push(payload),
                Event::Close { .. } => self.closed = true,
                Event::Text(payload) => panic!("a text message: {payload:02x?}"),
            }
        }
    }
}
