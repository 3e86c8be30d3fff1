//! A small scripted device. Not every test needs all of it.
#![allow(dead_code)]

use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};
use twedge::model::{InfoTable, Text, Value};
use twedge::net::upgrade::{AppKey, ResponseReader, UpgradeRequest};
use twedge::net::websocket::{Decoder, Deflate, Encoder, Event, Inflate, Limits, Role};
use twedge::wire::{
    Assembler, AssemblerLimits, Body, Characteristic, Cut, EntityType, Gateway, Header, Message, MessageCode,
    NO_SESSION, Request, Response, encode,
};
use twedge_platform::DEMO_APP_KEY;

/// Longest wait of a test for anything.
pub const LIMIT: Duration = Duration::from_secs(20);

/// How a device connects.
pub struct Dial {
    pub port: u16,
    pub key: &'static str,
    pub compression: bool,
    pub frame_size: u16,
}

impl Dial {
    pub fn to(port: u16) -> Self {
        Self { port, key: DEMO_APP_KEY, compression: false, frame_size: 8192 }
    }

    /// Upgrades; the status when it is refused.
    pub fn upgrade(self) -> Result<Device, String> {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        self.upgrade_over(stream)
    }

    /// The same over a stream that is there already, for example an encrypted one.
    pub fn upgrade_over(self, mut stream: impl Read + Write + 'static) -> Result<Device, String> {
        let request = UpgradeRequest {
            host: "127.0.0.1".to_owned(),
            resource: "/Thingworx/WS".to_owned(),
            app_key: AppKey::new(self.key.as_bytes().to_vec()),
            compression: self.compression,
            max_frame_size: self.frame_size.into(),
        };
        let request = request.encode().unwrap();
        stream.write_all(&request.bytes).unwrap();
        let mut reader = ResponseReader::new(request.accept, self.compression);
        let accepted = loop {
            let mut buffer = [0; 1024];
            let length = stream.read(&mut buffer).unwrap();
            if length == 0 {
                return Err(reader.ended().to_string());
            }
            match reader.feed(&buffer[..length]) {
                Ok(Some(accepted)) => break accepted,
                Ok(None) => {}
                Err(error) => return Err(error.to_string()),
            }
        };
        let frame_size = usize::from(self.frame_size);
        let limits = Limits { max_frame_payload: frame_size, max_message: 1 << 20, max_text: 1 << 20 };
        let compression = accepted.compression.is_some();
        let mut decoder = Decoder::new(Role::Client, limits, compression.then(|| Inflate::new(false)));
        decoder.feed(&accepted.leftover);
        Ok(Device {
            stream: Box::new(stream),
            encoder: Encoder::new(Role::Client, frame_size, compression.then(|| Deflate::new(false))),
            decoder,
            assembler: Assembler::new(AssemblerLimits::device(1 << 20, LIMIT)),
            cut: Cut { chunk_size: self.frame_size, max_message_size: 1 << 20, deflate: compression },
            session: NO_SESSION,
            last_id: 0,
            compression,
            events: Vec::new(),
        })
    }

    /// Upgrades over TLS, trusting this authority and expecting this name.
    pub fn upgrade_tls(self, ca_pem: &str, name: &str) -> Result<Device, String> {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(ca_pem.as_bytes()).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from(name.to_owned()).unwrap();
        let connection = rustls::ClientConnection::new(Arc::new(config), name).unwrap();
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        self.upgrade_over(rustls::StreamOwned::new(connection, stream))
    }

    /// Upgrades and authenticates.
    pub fn connect(self) -> Device {
        let mut device = self.upgrade().unwrap();
        device.authenticate();
        device
    }
}

trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

pub struct Device {
    stream: Box<dyn Stream>,
    pub encoder: Encoder,
    decoder: Decoder,
    assembler: Assembler,
    cut: Cut,
    pub session: u32,
    last_id: u32,
    pub compression: bool,
    /// Requests of the platform that came while an answer was awaited.
    events: Vec<Message>,
}

impl Device {
    pub fn raw(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    pub fn send(&mut self, message: &Message) {
        for part in encode(message, &self.cut).unwrap() {
            let mut bytes = Vec::new();
            self.encoder.binary(&part, &mut bytes).unwrap();
            self.raw(&bytes);
        }
    }

    /// The next thing that the platform sends; `None` at the end of the connection.
    pub fn event(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.decoder.next_event().unwrap() {
                return Some(event);
            }
            let mut buffer = [0; 4096];
            match self.stream.read(&mut buffer).unwrap() {
                0 => return None,
                length => self.decoder.feed(&buffer[..length]),
            }
        }
    }

    /// The next message.
    pub fn message(&mut self) -> Message {
        loop {
            match self.event() {
                Some(Event::Binary(payload)) => {
                    if let Some(received) = self.assembler.receive(&payload, Instant::now()).unwrap() {
                        return received.message;
                    }
                }
                Some(Event::Ping(_) | Event::Pong(_)) => {}
                other => panic!("a message was expected, not {other:?}"),
            }
        }
    }

    /// Waits for the end; the status of the close frame.
    pub fn closed(&mut self) -> Option<u16> {
        loop {
            match self.event() {
                Some(Event::Close { status, .. }) => return status,
                Some(_) => {}
                None => return None,
            }
        }
    }

    /// Sends something that is answered; requests of the platform are kept for [`asked`](Self::asked).
    pub fn ask(&mut self, code: MessageCode, body: Body) -> (Header, Response) {
        self.last_id += 1;
        let header = Header::new(code, self.last_id, self.session);
        self.send(&Message { header, body });
        loop {
            let message = self.message();
            match message.body {
                Body::Response(response) if message.header.request_id == self.last_id => {
                    return (message.header, response);
                }
                Body::Request(_) => self.events.push(message),
                other => panic!("unexpected {other:?}"),
            }
        }
    }

    pub fn auth(&mut self, key: &str) -> (Header, Response) {
        self.ask(MessageCode::AUTH, Body::Auth { claims: vec![("appKey".into(), key.into())] })
    }

    /// AUTH with the right key.
    pub fn authenticate(&mut self) {
        let (header, _) = self.auth(DEMO_APP_KEY);
        assert_eq!(header.code, MessageCode::SUCCESS);
        assert!(header.session_id != 0 && header.session_id != NO_SESSION);
        self.session = header.session_id;
    }

    pub fn bind(&mut self, names: &[&str]) -> MessageCode {
        self.bind_as(None, names)
    }

    pub fn bind_as(&mut self, gateway: Option<Gateway>, names: &[&str]) -> MessageCode {
        let names = names.iter().map(|name| Text::from(*name)).collect();
        self.ask(MessageCode::BIND, Body::Bind { gateway, names }).0.code
    }

    pub fn unbind(&mut self, names: &[&str]) -> MessageCode {
        let names = names.iter().map(|name| Text::from(*name)).collect();
        self.ask(MessageCode::UNBIND, Body::Bind { gateway: None, names }).0.code
    }

    pub fn request(
        &mut self,
        code: MessageCode,
        characteristic: Characteristic,
        thing: &str,
        name: &str,
        params: Option<InfoTable>,
    ) -> (Header, Response) {
        let (entity_type, headers) = (EntityType::THING, vec![]);
        let request = Request { entity_type, entity: thing.into(), characteristic, name: name.into(), headers, params };
        self.ask(code, Body::Request(request))
    }

    pub fn call(&mut self, thing: &str, service: &str, params: Option<InfoTable>) -> (Header, Response) {
        self.request(MessageCode::POST, Characteristic::SERVICES, thing, service, params)
    }

    /// Pushes values.
    pub fn push(&mut self, thing: &str, values: &[(&str, Value, i64, &str)]) -> MessageCode {
        let row = |(name, value, time, quality): &(&str, Value, i64, &str)| {
            InfoTable::row_of([
                ("name", Value::string(*name)),
                ("value", Value::Variant(Box::new(value.clone()))),
                ("time", Value::DateTime(*time)),
                ("quality", Value::string(*quality)),
            ])
        };
        let mut rows = values.iter().map(row);
        let mut table = rows.next().unwrap();
        table.rows.extend(rows.flat_map(|table| table.rows));
        let params = InfoTable::single("values", Value::InfoTable(Box::new(table)));
        self.call(thing, "UpdateSubscribedPropertyValues", Some(params)).0.code
    }

    /// The next request of the platform.
    pub fn asked(&mut self) -> (Header, Request) {
        let message = if self.events.is_empty() { self.message() } else { self.events.remove(0) };
        match message.body {
            Body::Request(request) => (message.header, request),
            other => panic!("a request was expected, not {other:?}"),
        }
    }

    pub fn answer(&mut self, to: &Header, code: MessageCode, content: Option<InfoTable>) {
        let header = to.answer(code, self.session);
        self.send(&Message { header, body: Body::Response(Response { reason: None, content }) });
    }

    /// Answers GetMetadata with this text and NotifyPropertyUpdate, which follow a BIND.
    pub fn introduce(&mut self, metadata: &str) {
        let (header, request) = self.asked();
        assert_eq!(request.name, "GetMetadata");
        let content = Value::Text(twedge::model::BaseType::JSON, metadata.into());
        self.answer(&header, MessageCode::SUCCESS, Some(InfoTable::single("result", content)));
        let (header, request) = self.asked();
        assert_eq!(request.name, "NotifyPropertyUpdate");
        self.answer(&header, MessageCode::SUCCESS, None);
    }
}
