//! A TLS server for one connection, and a client for it.

use mio::{Events, Interest, Poll, Token};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WantsServerCert;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{
    ConfigBuilder, DigitallySignedStruct, DistinguishedName, ServerConfig, ServerConnection, SignatureScheme,
};
use rustls::{ProtocolVersion, SupportedProtocolVersion};
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use twedge::net::tls::TlsOptions;
use twedge::net::transport::{ReadState, Transport, TransportError};

/// TLS 1.2 and nothing else.
pub const ONLY_TLS12: &[&SupportedProtocolVersion] = &[&rustls::version::TLS12];

/// TLS 1.3 and nothing else.
pub const ONLY_TLS13: &[&SupportedProtocolVersion] = &[&rustls::version::TLS13];

/// What a server has seen of its client.
#[derive(Debug)]
pub struct Seen {
    pub version: Option<ProtocolVersion>,
    pub server_name: Option<String>,
    pub certificates: Vec<CertificateDer<'static>>,
}

/// A server that makes one handshake, then answers `ping` with `pong`.
pub struct Server {
    pub port: u16,
    thread: JoinHandle<io::Result<Seen>>,
}

/// How a server behaves.
pub struct Setup {
    pub chain: Vec<CertificateDer<'static>>,
    pub key: PrivateKeyDer<'static>,
    pub versions: &'static [&'static SupportedProtocolVersion],
    pub wants_client_certificate: bool,
    pub requires_client_certificate: bool,
}

impl Setup {
    pub fn new(chain: &[&CertificateDer<'static>], key: impl Into<PrivateKeyDer<'static>>) -> Setup {
        Setup {
            chain: chain.iter().map(|der| (*der).clone()).collect(),
            key: key.into(),
            versions: rustls::ALL_VERSIONS,
            wants_client_certificate: false,
            requires_client_certificate: false,
        }
    }

    fn config(self) -> Arc<ServerConfig> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider).with_protocol_versions(self.versions).unwrap();
        let builder: ConfigBuilder<ServerConfig, WantsServerCert> =
            if self.wants_client_certificate || self.requires_client_certificate {
                builder.with_client_cert_verifier(Arc::new(AnyClient { mandatory: self.requires_client_certificate }))
            } else {
                builder.with_no_client_auth()
            };
        let key = rustls::crypto::ring::sign::any_supported_type(&self.key).unwrap();
        // Past the library's own checks: the certificate may be of version 1.
        let resolver = SingleCertAndKey::from(CertifiedKey::new(self.chain, key));
        Arc::new(builder.with_cert_resolver(Arc::new(resolver)))
    }

    pub fn start(self) -> Server {
        let config = self.config();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let thread = thread::spawn(move || {
            let (mut socket, _) = listener.accept()?;
            let mut tls = ServerConnection::new(config).map_err(io::Error::other)?;
            while tls.is_handshaking() {
                tls.complete_io(&mut socket)?;
            }
            let mut stream = rustls::Stream::new(&mut tls, &mut socket);
            let mut ping = [0; 4];
            stream.read_exact(&mut ping)?;
            assert_eq!(&ping, b"ping");
            stream.write_all(b"pong")?;
            tls.send_close_notify();
            tls.complete_io(&mut socket)?;
            Ok(Seen {
                version: tls.protocol_version(),
                server_name: tls.server_name().map(str::to_owned),
                certificates: tls.peer_certificates().unwrap_or_default().to_vec(),
            })
        });
        Server { port, thread }
    }
}

impl Server {
    /// What it has seen, or the error that ended the connection.
    pub fn seen(self) -> io::Result<Seen> {
        self.thread.join().unwrap()
    }
}

/// Connects to `setup` on the loopback interface under the name `host`, and exchanges `ping` and `pong`.
pub fn exchange(setup: Setup, host: &str, options: &TlsOptions) -> Result<Seen, TransportError> {
    let server = setup.start();
    ping(server.port, host, options)?;
    Ok(server.seen().unwrap())
}

/// The client's part of [`exchange`].
pub fn ping(port: u16, host: &str, options: &TlsOptions) -> Result<(), TransportError> {
    let mut client = Client::connect(port, host, options)?;
    client.drive(|transport| transport.handshake())?;
    client.transport.write(b"ping")?;
    let mut received = Vec::new();
    client.drive(|transport| {
        transport.flush()?;
        Ok(transport.read(&mut received, 1000)? == ReadState::End)
    })?;
    assert_eq!(received, b"pong");
    Ok(())
}

/// A stream with a poll of its own.
pub struct Client {
    poll: Poll,
    pub transport: Transport,
}

impl Client {
    pub fn new(transport: Transport) -> Client {
        let poll = Poll::new().unwrap();
        let mut client = Client { poll, transport };
        let interests = Interest::READABLE | Interest::WRITABLE;
        client.poll.registry().register(&mut client.transport, Token(0), interests).unwrap();
        client
    }

    pub fn connect(port: u16, host: &str, options: &TlsOptions) -> Result<Client, TransportError> {
        let config = options.client_config().unwrap();
        Ok(Client::new(Transport::tls(socket(port), config, host)?))
    }

    /// Calls `step` after every readiness until it says that it is done.
    pub fn drive(
        &mut self,
        mut step: impl FnMut(&mut Transport) -> Result<bool, TransportError>,
    ) -> Result<(), TransportError> {
        let deadline = Instant::now() + Duration::from_secs(30);
        let mut events = Events::with_capacity(8);
        while !step(&mut self.transport)? {
            assert!(Instant::now() < deadline, "no readiness that matters in 30 seconds");
            self.poll.poll(&mut events, Some(Duration::from_secs(30))).unwrap();
        }
        Ok(())
    }
}

/// A socket connected to a port of the loopback interface.
pub fn socket(port: u16) -> mio::net::TcpStream {
    let socket = std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    socket.set_nonblocking(true).unwrap();
    mio::net::TcpStream::from_std(socket)
}

/// Asks for a client certificate and takes any.
#[derive(Debug)]
struct AnyClient {
    mandatory: bool,
}

impl ClientCertVerifier for AnyClient {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn client_auth_mandatory(&self) -> bool {
        self.mandatory
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: rustls::pki_types::UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    // The certificates of these tests are of version 1, whose signatures the library does not verify.
    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        rustls::crypto::ring::default_provider().signature_verification_algorithms.supported_schemes()
    }
}
