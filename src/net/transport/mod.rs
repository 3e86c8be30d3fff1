//! A non-blocking byte stream to the server, plain or over TLS.

mod tls;

use super::tls::CertificateRejected;
use mio::event::Source;
use mio::net::TcpStream;
use mio::{Interest, Registry, Token};
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, ServerConfig};
use std::io::{self, ErrorKind, Read, Write};
use std::net::Shutdown;
use std::sync::Arc;
use thiserror::Error;
use tls::TlsSession;

/// Why a stream cannot be used any more.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TransportError {
    /// TCP has failed.
    #[error("the connection failed: {0}")]
    Io(#[from] io::Error),
    /// The peer does not follow TLS, or has sent an alert.
    #[error("TLS failed: {0}")]
    Tls(rustls::Error),
    /// The server does not accept the certificate of the client, or wants one and got none.
    #[error(
        "the server refuses the client's certificate ({0:?}); check the files given to twApi_LoadClientCert and \
         twApi_SetClientKey"
    )]
    ClientRefused(rustls::AlertDescription),
    /// The server's certificate was rejected.
    #[error(transparent)]
    Certificate(#[from] CertificateRejected),
    /// The name to be sent to the server (SNI) is neither a host name nor an address.
    #[error(
        "{0:?} is neither a host name nor an IP address, so TLS cannot be told whom to expect; correct the host name"
    )]
    ServerName(String),
    /// TCP ended while TLS had not: whatever came last may be missing.
    #[error("the connection ended without the end of TLS (close_notify): the last data may be missing")]
    Truncated,
    /// TCP ended during the handshake.
    #[error("the peer ended the connection during the TLS handshake; check that both ends expect TLS")]
    EndedInHandshake,
}

/// Why [`Transport::read`] returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadState {
    /// Nothing more for now: wait for readiness.
    Blocked,
    /// The limit was reached; there may be more, and readiness may not be reported for it: call again.
    More,
    /// The peer has ended its side in order.
    End,
}

/// What a stream needs of its socket: reads and writes that do not block, and an end of the own side.
pub trait Socket: Read + Write {
    /// Ends the own side of the connection.
    ///
    /// # Errors
    /// What the system says.
    fn end_writing(&self) -> io::Result<()>;
}

impl Socket for TcpStream {
    fn end_writing(&self) -> io::Result<()> {
        self.shutdown(Shutdown::Write)
    }
}

/// A connected stream, over a mio socket unless told otherwise.
///
/// mio reports readiness by edges: it is reported once, then not again until an operation has said "would block". Hence
/// the rules: after readable readiness call [`read`](Transport::read) until it returns [`ReadState::Blocked`], after
/// writable readiness [`flush`](Transport::flush) if [`queued`](Transport::queued) is not 0. Register it for both
/// directions.
pub struct Transport<S = TcpStream> {
    socket: S,
    tls: Option<Box<TlsSession>>,
    outgoing: Outgoing,
}

impl<S: Socket> Transport<S> {
    /// An unencrypted stream.
    pub fn plain(socket: S) -> Transport<S> {
        Transport { socket, tls: None, outgoing: Outgoing::default() }
    }

    /// A TLS stream to `host`; the handshake is yet to be made. The name is sent (SNI) unless it is an address.
    ///
    /// # Errors
    /// [`TransportError::ServerName`], or [`TransportError::Tls`] if the configuration is not usable.
    pub fn tls(socket: S, config: Arc<ClientConfig>, host: &str) -> Result<Transport<S>, TransportError> {
        let session = Box::new(TlsSession::client(config, host)?);
        Ok(Transport { socket, tls: Some(session), outgoing: Outgoing::default() })
    }

    /// The server's end of a TLS stream; the handshake is yet to be made.
    ///
    /// # Errors
    /// [`TransportError::Tls`] if the configuration is not usable.
    pub fn tls_server(socket: S, config: Arc<ServerConfig>) -> Result<Transport<S>, TransportError> {
        let session = Box::new(TlsSession::server(config)?);
        Ok(Transport { socket, tls: Some(session), outgoing: Outgoing::default() })
    }

    /// The certificates that the peer has shown, its own first; none before the handshake and without TLS.
    pub fn peer_certificates(&self) -> &[CertificateDer<'static>] {
        self.tls.as_ref().map_or(&[], |session| session.peer_certificates())
    }

    /// The socket of an unencrypted stream, for another one on top of it; `None` if it is encrypted or bytes are still queued.
    pub fn into_socket(self) -> Option<S> {
        (self.tls.is_none() && self.outgoing.len() == 0).then_some(self.socket)
    }

    /// Goes on with the TLS handshake as far as is possible without waiting; true when it is complete, which it is from
    /// the start without TLS. To be called at the start and after every readiness. Data may have come together with the
    /// end of the handshake: [`read`](Transport::read) once without waiting for readiness.
    ///
    /// # Errors
    /// [`TransportError`]; the alert for the peer has been sent if that was possible without waiting.
    pub fn handshake(&mut self) -> Result<bool, TransportError> {
        match &mut self.tls {
            Some(session) => session.handshake(&mut self.socket, &mut self.outgoing),
            None => Ok(true),
        }
    }

    /// Appends to `buffer` what has been received, at most about `limit` bytes (never more than one TLS record above it).
    ///
    /// # Errors
    /// [`TransportError`]; what was received before is in `buffer` all the same.
    pub fn read(&mut self, buffer: &mut Vec<u8>, limit: usize) -> Result<ReadState, TransportError> {
        match &mut self.tls {
            Some(session) => session.read(&mut self.socket, &mut self.outgoing, buffer, limit),
            None => read_plain(&mut self.socket, buffer, limit),
        }
    }

    /// Sends `bytes`, with one write if the socket takes them. What it does not take is queued, in any amount: look at
    /// [`queued`](Transport::queued) before sending more.
    ///
    /// # Errors
    /// [`TransportError`]: the stream cannot be used any more.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), TransportError> {
        match &mut self.tls {
            Some(session) => session.write(bytes, &mut self.outgoing)?,
            None => return Ok(self.outgoing.send(&mut self.socket, bytes)?),
        }
        self.flush()
    }

    /// Goes on sending what is queued.
    ///
    /// # Errors
    /// As [`write`](Transport::write).
    pub fn flush(&mut self) -> Result<(), TransportError> {
        Ok(self.outgoing.flush(&mut self.socket)?)
    }

    /// Bytes that wait to be sent. While this is not 0, writable readiness is of interest.
    pub fn queued(&self) -> usize {
        self.outgoing.len()
    }

    /// True if the stream is encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.tls.is_some()
    }

    /// Ends the own side in order: TLS close_notify, then TCP FIN, as far as is possible without waiting. What is still
    /// queued afterwards is lost when the stream is dropped. Errors are of no interest any more.
    pub fn close(&mut self) {
        if let Some(session) = &mut self.tls {
            session.close(&mut self.outgoing);
        }
        if self.flush().is_ok() && self.queued() == 0 {
            let _ = self.socket.end_writing();
        }
        self.discard_received();
    }

    /// Takes received bytes out of the socket: if it is closed with some left, TCP resets the connection, and the peer may
    /// lose what was sent last.
    fn discard_received(&mut self) {
        let mut chunk = [0; 16 * 1024];
        for _ in 0..MAX_DISCARDED_READS {
            if !matches!(self.socket.read(&mut chunk), Ok(1..)) {
                break;
            }
        }
    }
}

impl Source for Transport {
    fn register(&mut self, registry: &Registry, token: Token, interests: Interest) -> io::Result<()> {
        self.socket.register(registry, token, interests)
    }

    fn reregister(&mut self, registry: &Registry, token: Token, interests: Interest) -> io::Result<()> {
        self.socket.reregister(registry, token, interests)
    }

    fn deregister(&mut self, registry: &Registry) -> io::Result<()> {
        self.socket.deregister(registry)
    }
}

/// A peer that never stops sending does not hold up the end.
const MAX_DISCARDED_READS: usize = 64;

/// Reads until the socket would block, or until the limit.
fn read_plain(socket: &mut impl Read, buffer: &mut Vec<u8>, limit: usize) -> Result<ReadState, TransportError> {
    let mut chunk = [0; 16 * 1024];
    let mut left = limit.max(1);
    while left > 0 {
        let room = left.min(chunk.len());
        match socket.read(&mut chunk[..room]) {
            Ok(0) => return Ok(ReadState::End),
            Ok(count) => {
                buffer.extend_from_slice(chunk.get(..count).unwrap_or_default());
                left = left.saturating_sub(count);
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(ReadState::Blocked),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(ReadState::More)
}

/// Bytes on their way to the socket.
#[derive(Default)]
struct Outgoing {
    bytes: Vec<u8>,
    sent: usize,
}

/// Buffers above this size are given back when they are empty.
const KEPT_CAPACITY: usize = 64 * 1024;

impl Outgoing {
    fn len(&self) -> usize {
        self.bytes.len() - self.sent
    }

    /// Where to append; what has been sent is dropped first.
    fn tail(&mut self) -> &mut Vec<u8> {
        self.bytes.drain(..self.sent);
        self.sent = 0;
        &mut self.bytes
    }

    /// Sends `bytes` behind what is queued: past the queue if that is empty.
    fn send(&mut self, socket: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
        let mut rest = bytes;
        if self.len() == 0 {
            let taken = write_until_blocked(socket, bytes)?;
            rest = bytes.get(taken..).unwrap_or_default();
        }
        self.tail().extend_from_slice(rest);
        Ok(())
    }

    fn flush(&mut self, socket: &mut impl Write) -> io::Result<()> {
        self.sent += write_until_blocked(socket, self.bytes.get(self.sent..).unwrap_or_default())?;
        if self.len() == 0 {
            self.tail();
            self.bytes.shrink_to(KEPT_CAPACITY);
        }
        Ok(())
    }
}

/// Writes as much as the socket takes; returns how much that was.
fn write_until_blocked(socket: &mut impl Write, bytes: &[u8]) -> io::Result<usize> {
    let mut taken = 0;
    while let Some(rest) = bytes.get(taken..).filter(|rest| !rest.is_empty()) {
        match socket.write(rest) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(count) => taken += count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(taken)
}
