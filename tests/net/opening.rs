//! Opening a WebSocket from the host name to the 101 answer.

use mio::{Events, Poll, Token, Waker};
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use twedge::net::dial::{self, Route};
use twedge::net::open::{OpenOptions, Opened, Opening};
use twedge::net::tls::{CertificateRejected, TlsOptions};
use twedge::net::transport::ReadState;
use twedge::net::upgrade::{AppKey, DeflateParams, UpgradeError, UpgradeRequest, switching_protocols};
use twedge::net::{OpenError, Step};

fn options(host: &str, port: u16) -> OpenOptions {
    OpenOptions {
        host: host.to_owned(),
        port,
        route: Route::Direct,
        tls: None,
        request: UpgradeRequest {
            host: host.to_owned(),
            resource: "/Thingworx/WS".to_owned(),
            app_key: AppKey::new(b"the-key".to_vec()),
            compression: true,
            max_frame_size: 8192,
        },
    }
}

/// Drives an attempt to its end. Also tells the steps that it was seen in.
fn open_in(options: OpenOptions, time: Duration) -> (Result<Opened, OpenError>, Vec<Step>) {
    let mut poll = Poll::new().unwrap();
    // Kept here as well: an event of a waker that has been dropped may be lost.
    let waker = Arc::new(Waker::new(poll.registry(), Token(0)).unwrap());
    let deadline = Instant::now() + time;
    let own = Arc::clone(&waker);
    let wake = Arc::new(move || own.wake().unwrap());
    let mut opening = Opening::start(options, deadline, wake).unwrap();
    let mut steps = vec![opening.step()];
    let mut events = Events::with_capacity(8);
    loop {
        match opening.advance(poll.registry(), Token(1), Instant::now()) {
            Ok(Some(opened)) => return (Ok(opened), steps),
            Ok(None) => steps.push(opening.step()),
            Err(error) => return (Err(error), steps),
        }
        assert!(opening.timer() <= deadline);
        // Rounded up: mio may wake a little early otherwise.
        let wait = opening.timer().saturating_duration_since(Instant::now()) + Duration::from_millis(1);
        poll.poll(&mut events, Some(wait)).unwrap();
    }
}

fn open(options: OpenOptions) -> Result<Opened, OpenError> {
    open_in(options, Duration::from_secs(30)).0
}

fn failure(options: OpenOptions) -> OpenError {
    open(options).err().expect("it must not open")
}

fn listen() -> (u16, TcpListener) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    (listener.local_addr().unwrap().port(), listener)
}

/// Reads a request to its empty line.
fn request(stream: &mut impl Read) -> String {
    let mut text = Vec::new();
    let mut byte = [0];
    while !text.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).unwrap();
        text.push(byte[0]);
    }
    String::from_utf8(text).unwrap()
}

fn key_of(request: &str) -> &str {
    let line = request.lines().find(|line| line.starts_with("Sec-WebSocket-Key: ")).unwrap();
    &line["Sec-WebSocket-Key: ".len()..]
}

/// Answers one request with what `answer` makes of it, and keeps the connection until the client ends it.
fn server(answer: impl FnOnce(&str) -> Vec<Vec<u8>> + Send + 'static) -> (u16, JoinHandle<String>) {
    let (port, listener) = listen();
    let thread = thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        socket.set_nodelay(true).unwrap();
        let request = request(&mut socket);
        for piece in answer(&request) {
            socket.write_all(&piece).unwrap();
        }
        let _ = socket.read_to_end(&mut Vec::new());
        request
    });
    (port, thread)
}

#[test]
fn opens_and_keeps_what_comes_behind_the_answer() {
    let (port, thread) = server(|request| {
        let mut answer = switching_protocols(key_of(request), Some(DeflateParams::default()));
        answer.extend_from_slice(b"\x89\x01x");
        vec![answer]
    });
    let opened = open(options("localhost", port)).unwrap();
    assert_eq!(opened.compression, Some(DeflateParams::default()));
    assert_eq!(opened.leftover, b"\x89\x01x");
    drop(opened);
    let request = thread.join().unwrap();
    assert!(request.starts_with("GET /Thingworx/WS HTTP/1.1\r\nUser-Agent: ThingWorx C SDK\r\n"));
    assert!(request.contains("\r\nHost: localhost\r\n") && request.ends_with("\r\nappKey: the-key\r\n\r\n"));
}

#[test]
fn an_answer_in_pieces() {
    let (port, thread) =
        server(|request| switching_protocols(key_of(request), None).chunks(3).map(<[u8]>::to_vec).collect());
    let opened = open(options("127.0.0.1", port)).unwrap();
    assert_eq!((opened.compression, opened.leftover.len()), (None, 0));
    drop(opened.transport);
    thread.join().unwrap();
}

#[test]
fn refusals_keep_their_status() {
    let (port, thread) = server(|_| vec![b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n".to_vec()]);
    let error = failure(options("127.0.0.1", port));
    assert!(matches!(error, OpenError::UpgradeRefused(UpgradeError::Status { status: 401 })), "{error}");
    assert_eq!(error.step(), Step::Upgrade);
    thread.join().unwrap();
    let (port, thread) = server(|_| vec![switching_protocols("another key", None)]);
    let error = failure(options("127.0.0.1", port));
    assert!(matches!(error, OpenError::UpgradeRefused(UpgradeError::WrongAccept { .. })), "{error}");
    thread.join().unwrap();
}

#[test]
fn a_server_that_goes_away() {
    let (port, listener) = listen();
    let thread = thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        request(&mut socket);
        socket.write_all(b"HTTP/1.1 101 Swit").unwrap();
    });
    let error = failure(options("127.0.0.1", port));
    assert!(matches!(error, OpenError::UpgradeRefused(UpgradeError::Ended { received: 17 })), "{error}");
    thread.join().unwrap();
}

#[test]
fn one_deadline_for_everything() {
    let (port, listener) = listen();
    let silent = thread::spawn(move || (0..2).map(|_| listener.accept().unwrap().0).collect::<Vec<TcpStream>>());
    let (result, steps) = open_in(options("127.0.0.1", port), Duration::from_millis(300));
    let error = result.err().unwrap();
    assert!(matches!(&error, OpenError::UpgradeTimeout { host } if host == "127.0.0.1"), "{error}");
    assert!(steps.is_sorted() && steps.last() == Some(&Step::Upgrade), "{steps:?}");

    let tls = Some(TlsOptions::default().client_config().unwrap());
    let (result, steps) = open_in(OpenOptions { tls, ..options("127.0.0.1", port) }, Duration::from_millis(300));
    let error = result.err().unwrap();
    assert!(matches!(&error, OpenError::TlsHandshake { .. }), "{error}");
    assert_eq!((error.step(), steps.last()), (Step::TlsHandshake, Some(&Step::TlsHandshake)));
    drop(silent.join().unwrap());
}

#[test]
fn no_name_no_server() {
    let error = failure(options("no-such-host.invalid", 1));
    assert_eq!(error.step(), Step::Resolve, "{error}");
    let (port, listener) = listen();
    drop(listener);
    let error = failure(options("localhost", port));
    assert!(matches!(&error, OpenError::Connect { port: p, .. } if *p == port), "{error}");
    assert_eq!(error.step(), Step::Connect);
}

#[test]
fn a_request_that_cannot_be_sent() {
    let (port, listener) = listen();
    let mut broken = options("127.0.0.1", port);
    broken.request.app_key = AppKey::new(b"the-key\n".to_vec());
    let error = failure(broken);
    assert!(matches!(error, OpenError::UpgradeWrite(_)));
    assert!(!error.to_string().contains("the-key"), "{error}");
    drop(listener);
}

/// A TLS server that upgrades one connection, and sends a first frame in the same record.
fn tls_server(name: &str) -> (u16, JoinHandle<()>) {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec![name.to_owned()]).unwrap().self_signed(&key).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = builder.with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key).unwrap();
    let (port, listener) = listen();
    let thread = thread::spawn(move || {
        let (socket, _) = listener.accept().unwrap();
        let mut stream = StreamOwned::new(ServerConnection::new(Arc::new(config)).unwrap(), socket);
        let mut byte = [0];
        let mut text = Vec::new();
        while !text.ends_with(b"\r\n\r\n") {
            // A client that does not like the certificate goes away.
            let Ok(1) = stream.read(&mut byte) else { return };
            text.push(byte[0]);
        }
        let text = String::from_utf8(text).unwrap();
        stream.write_all(&[&switching_protocols(key_of(&text), None)[..], b"\x81\x02hi"].concat()).unwrap();
        stream.conn.send_close_notify();
        stream.flush().unwrap();
    });
    (port, thread)
}

#[test]
fn over_tls() {
    let (port, thread) = tls_server("localhost");
    let tls = TlsOptions { self_signed_ok: true, ..TlsOptions::default() };
    let tls = Some(tls.client_config().unwrap());
    let mut opened = open(OpenOptions { tls, ..options("localhost", port) }).unwrap();
    assert_eq!(opened.leftover, b"\x81\x02hi");
    thread.join().unwrap();
    let mut rest = Vec::new();
    while opened.transport.read(&mut rest, 100).unwrap() != ReadState::End {
        thread::yield_now();
    }
    assert!(rest.is_empty());
}

#[test]
fn a_rejected_certificate_is_an_error_of_its_own() {
    let (port, thread) = tls_server("localhost");
    let tls = Some(TlsOptions::default().client_config().unwrap());
    let error = failure(OpenOptions { tls, ..options("localhost", port) });
    assert!(matches!(error, OpenError::Certificate(CertificateRejected::SelfSigned { .. })), "{error}");
    assert_eq!(error.step(), Step::TlsHandshake);
    thread.join().unwrap();
}

#[test]
fn plain_text_where_tls_is_expected() {
    let (port, listener) = listen();
    let thread = thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        let _ = socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        let _ = socket.read_to_end(&mut Vec::new());
    });
    let tls = Some(TlsOptions::default().client_config().unwrap());
    let error = failure(OpenOptions { tls, ..options("127.0.0.1", port) });
    assert!(matches!(error, OpenError::TlsHandshake { .. }) && error.to_string().contains("expects TLS"), "{error}");
    thread.join().unwrap();
}

#[test]
fn lookups_that_wait() {
    let deadline = Instant::now() + Duration::from_secs(30);
    let addresses = dial::resolve("localhost", 7, deadline).unwrap();
    assert!(!addresses.is_empty() && addresses.iter().all(|address| address.ip().is_loopback() && address.port() == 7));
    assert!(matches!(dial::resolve("no-such-host.invalid", 7, deadline), Err(OpenError::Resolve { .. })));
}
