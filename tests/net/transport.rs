//! The non-blocking stream: amounts, ends, and failures.

use crate::server::{Client, socket};
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use twedge::net::tls::TlsOptions;
use twedge::net::transport::{ReadState, Transport, TransportError};

/// Runs `serve` on the one connection that it gets.
fn peer<T: Send + 'static>(serve: impl FnOnce(TcpStream) -> T + Send + 'static) -> (u16, JoinHandle<T>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    (port, thread::spawn(move || serve(listener.accept().unwrap().0)))
}

/// As [`peer`], after a TLS handshake.
fn tls_peer<T: Send + 'static>(
    serve: impl FnOnce(StreamOwned<ServerConnection, TcpStream>) -> T + Send + 'static,
) -> (u16, JoinHandle<T>) {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["plant.example".to_owned()]).unwrap().self_signed(&key).unwrap();
    let chain: Vec<CertificateDer<'static>> = vec![certificate.der().clone()];
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = Arc::new(builder.with_no_client_auth().with_single_cert(chain, key).unwrap());
    peer(move |mut socket| {
        let mut tls = ServerConnection::new(config).unwrap();
        while tls.is_handshaking() {
            tls.complete_io(&mut socket).unwrap();
        }
        serve(StreamOwned::new(tls, socket))
    })
}

fn trusting() -> TlsOptions {
    TlsOptions { self_signed_ok: true, ..TlsOptions::default() }
}

fn tls_client(port: u16) -> Client {
    let mut client = Client::connect(port, "plant.example", &trusting()).unwrap();
    client.drive(Transport::handshake).unwrap();
    client
}

fn plain_client(port: u16) -> Client {
    Client::new(Transport::plain(socket(port)))
}

fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at % 251) as u8).collect()
}

/// More than all buffers of the system hold.
const MUCH: usize = 20_000_000;

/// Sends much to a peer that starts to read only when something had to be queued.
fn send_much(mut client: Client, go: std::sync::mpsc::Sender<()>) {
    client.transport.write(&pattern(MUCH)).unwrap();
    assert!(client.transport.queued() > 0);
    client.transport.write(b"tail").unwrap();
    go.send(()).unwrap();
    client
        .drive(|transport| {
            transport.flush()?;
            Ok(transport.queued() == 0)
        })
        .unwrap();
    client.transport.close();
}

fn receive_much(mut stream: impl Read, go: std::sync::mpsc::Receiver<()>) {
    go.recv().unwrap();
    let mut received = Vec::new();
    stream.read_to_end(&mut received).unwrap();
    assert_eq!(received.len(), MUCH + 4);
    assert!(received[..MUCH] == pattern(MUCH)[..] && received.ends_with(b"tail"));
}

#[test]
fn what_the_socket_does_not_take_is_queued() {
    let (go, wait) = std::sync::mpsc::channel();
    let (port, server) = peer(move |socket| receive_much(socket, wait));
    send_much(plain_client(port), go);
    server.join().unwrap();
}

#[test]
fn the_same_over_tls_with_an_end_in_order() {
    let (go, wait) = std::sync::mpsc::channel();
    // Reading to the end fails without close_notify.
    let (port, server) = tls_peer(move |stream| receive_much(stream, wait));
    send_much(tls_client(port), go);
    server.join().unwrap();
}

/// Reads everything with a limit for each call.
fn read_all(client: &mut Client, limit: usize, most: usize) -> Vec<u8> {
    let mut received = Vec::new();
    client
        .drive(|transport| {
            loop {
                let mut piece = Vec::new();
                let state = transport.read(&mut piece, limit)?;
                assert!(piece.len() <= most, "{} bytes at once", piece.len());
                received.extend(piece);
                match state {
                    ReadState::Blocked => return Ok(false),
                    ReadState::More => {}
                    ReadState::End => return Ok(true),
                }
            }
        })
        .unwrap();
    received
}

#[test]
fn reading_keeps_to_the_limit_and_sees_the_end() {
    let (port, server) = peer(|mut socket| socket.write_all(&pattern(1_000_000)).unwrap());
    let received = read_all(&mut plain_client(port), 1000, 1000);
    assert!(received == pattern(1_000_000));
    server.join().unwrap();

    let (port, server) = tls_peer(|mut stream| {
        stream.write_all(&pattern(1_000_000)).unwrap();
        stream.conn.send_close_notify();
        stream.flush().unwrap();
    });
    // One read of the socket may hold several records.
    let received = read_all(&mut tls_client(port), 1000, 64 * 1024);
    assert!(received == pattern(1_000_000));
    server.join().unwrap();
}

#[test]
fn an_end_of_tcp_is_not_an_end_of_tls() {
    let (port, server) = tls_peer(|mut stream| stream.write_all(b"half").unwrap());
    let mut client = tls_client(port);
    let mut received = Vec::new();
    let error = client.drive(|transport| Ok(transport.read(&mut received, 1000)? == ReadState::End)).unwrap_err();
    assert!(matches!(error, TransportError::Truncated), "{error}");
    assert_eq!(received, b"half");
    server.join().unwrap();
}

#[test]
fn handshakes_with_something_else() {
    let (port, server) = peer(|mut socket| {
        let _ = socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        let _ = socket.read(&mut [0; 1000]);
    });
    let error = Client::connect(port, "plant.example", &trusting()).unwrap().drive(Transport::handshake).unwrap_err();
    assert!(matches!(error, TransportError::Tls(_)), "{error}");
    server.join().unwrap();

    let (port, server) = peer(|mut socket| {
        let mut hello = [0; 5];
        socket.read_exact(&mut hello).unwrap();
        socket.shutdown(std::net::Shutdown::Write).unwrap();
        let _ = socket.read_to_end(&mut Vec::new());
    });
    let error = Client::connect(port, "plant.example", &trusting()).unwrap().drive(Transport::handshake).unwrap_err();
    assert!(matches!(error, TransportError::EndedInHandshake), "{error}");
    server.join().unwrap();
}

#[test]
fn a_handshake_in_small_pieces() {
    let (relay_port, relay) = {
        let (port, server) = tls_peer(|mut stream| {
            stream.write_all(b"pong").unwrap();
            stream.conn.send_close_notify();
            stream.flush().unwrap();
        });
        let (relay_port, relay) = peer(move |client| {
            let upstream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
            let (mut from_client, mut to_server) = (client.try_clone().unwrap(), upstream.try_clone().unwrap());
            let up = thread::spawn(move || std::io::copy(&mut from_client, &mut to_server));
            let (mut upstream, mut client) = (upstream, client);
            client.set_nodelay(true).unwrap();
            let mut piece = [0; 7];
            while let Ok(count @ 1..) = upstream.read(&mut piece) {
                client.write_all(&piece[..count]).unwrap();
            }
            client.shutdown(std::net::Shutdown::Both).unwrap();
            let _ = up.join();
            server.join().unwrap();
        });
        (relay_port, relay)
    };
    assert_eq!(read_all(&mut tls_client(relay_port), 1000, 1000), b"pong");
    relay.join().unwrap();
}

#[test]
fn names_that_tls_cannot_use() {
    let (port, server) = peer(drop);
    let error = Client::connect(port, "no host", &trusting()).err().unwrap();
    assert!(matches!(&error, TransportError::ServerName(name) if name == "no host"));
    server.join().unwrap();
}
