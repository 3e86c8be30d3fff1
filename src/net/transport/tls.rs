//! The TLS side of a stream.

use super::{Outgoing, ReadState, TransportError};
use crate::net::tls::CertificateRejected;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CertificateError, ClientConfig, ClientConnection, Connection, ServerConfig, ServerConnection};
use std::io::{ErrorKind, Read, Write};
use std::sync::Arc;

/// One end of TLS on a socket that does not block.
pub(super) struct TlsSession {
    connection: Connection,
}

impl TlsSession {
    pub(super) fn client(config: Arc<ClientConfig>, host: &str) -> Result<TlsSession, TransportError> {
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        let name = ServerName::try_from(bare.to_owned()).map_err(|_| TransportError::ServerName(host.to_owned()))?;
        Ok(TlsSession::over(ClientConnection::new(config, name).map_err(TransportError::Tls)?.into()))
    }

    pub(super) fn server(config: Arc<ServerConfig>) -> Result<TlsSession, TransportError> {
        Ok(TlsSession::over(ServerConnection::new(config).map_err(TransportError::Tls)?.into()))
    }

    fn over(mut connection: Connection) -> TlsSession {
        // What is written is taken over into the queue at once; a limit in between would only cut messages short.
        connection.set_buffer_limit(None);
        TlsSession { connection }
    }

    /// See [`Transport::peer_certificates`](super::Transport::peer_certificates).
    pub(super) fn peer_certificates(&self) -> &[CertificateDer<'static>] {
        self.connection.peer_certificates().unwrap_or_default()
    }

    /// See [`Transport::handshake`](super::Transport::handshake).
    pub(super) fn handshake(
        &mut self,
        socket: &mut (impl Read + Write),
        outgoing: &mut Outgoing,
    ) -> Result<bool, TransportError> {
        loop {
            self.encrypted_to(outgoing)?;
            outgoing.flush(socket)?;
            if !self.connection.is_handshaking() {
                return Ok(true);
            }
            match self.receive(socket, outgoing)? {
                Received::Data => {}
                Received::Nothing => return Ok(false),
                Received::End => return Err(TransportError::EndedInHandshake),
            }
        }
    }

    /// See [`Transport::read`](super::Transport::read).
    pub(super) fn read(
        &mut self,
        socket: &mut (impl Read + Write),
        outgoing: &mut Outgoing,
        buffer: &mut Vec<u8>,
        limit: usize,
    ) -> Result<ReadState, TransportError> {
        let start = buffer.len();
        loop {
            if self.decrypted_to(buffer)? == Decrypted::End {
                return Ok(ReadState::End);
            }
            if buffer.len() - start >= limit {
                return Ok(ReadState::More);
            }
            match self.receive(socket, outgoing)? {
                // After an end of TCP the reader tells whether TLS had ended before.
                Received::Data | Received::End => {}
                Received::Nothing => return Ok(ReadState::Blocked),
            }
        }
    }

    /// Encrypts `bytes` into the queue.
    pub(super) fn write(&mut self, bytes: &[u8], outgoing: &mut Outgoing) -> Result<(), TransportError> {
        self.connection.writer().write_all(bytes)?;
        self.encrypted_to(outgoing)
    }

    pub(super) fn close(&mut self, outgoing: &mut Outgoing) {
        self.connection.send_close_notify();
        // Writing to memory does not fail, and there is nothing to be done at this point if it does.
        let _ = self.encrypted_to(outgoing);
    }

    /// Reads from the socket once and processes what came.
    fn receive(
        &mut self,
        socket: &mut (impl Read + Write),
        outgoing: &mut Outgoing,
    ) -> Result<Received, TransportError> {
        let received = match self.connection.read_tls(socket) {
            Ok(0) => Received::End,
            Ok(_) => Received::Data,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(Received::Nothing),
            Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(Received::Data),
            Err(error) => return Err(error.into()),
        };
        let processed = self.connection.process_new_packets();
        // Also after an error: the peer is to get the alert that goes with it.
        self.encrypted_to(outgoing)?;
        let flushed = outgoing.flush(socket);
        processed.map_err(typed)?;
        flushed?;
        Ok(received)
    }

    /// Moves decrypted data into `buffer`.
    fn decrypted_to(&mut self, buffer: &mut Vec<u8>) -> Result<Decrypted, TransportError> {
        match self.connection.reader().read_to_end(buffer) {
            Ok(_) => Ok(Decrypted::End),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(Decrypted::Open),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Err(TransportError::Truncated),
            Err(error) => Err(error.into()),
        }
    }

    /// Moves encrypted data into the queue. They are collected there to be written at once: `write_tls` on a socket
    /// would use `writev`, which raises SIGPIPE when the peer has gone.
    fn encrypted_to(&mut self, outgoing: &mut Outgoing) -> Result<(), TransportError> {
        let tail = outgoing.tail();
        while self.connection.wants_write() {
            self.connection.write_tls(tail)?;
        }
        Ok(())
    }
}

/// What one read from the socket has brought.
#[derive(PartialEq)]
enum Received {
    Data,
    Nothing,
    End,
}

/// Whether more decrypted data can come.
#[derive(PartialEq)]
enum Decrypted {
    Open,
    End,
}

/// Tells apart what is to be reported differently.
fn typed(error: rustls::Error) -> TransportError {
    use rustls::AlertDescription as Alert;
    if let rustls::Error::AlertReceived(
        alert @ (Alert::CertificateRequired
        | Alert::UnknownCA
        | Alert::AccessDenied
        | Alert::NoCertificate
        | Alert::BadCertificate
        | Alert::UnsupportedCertificate
        | Alert::CertificateRevoked
        | Alert::CertificateExpired
        | Alert::CertificateUnknown),
    ) = error
    {
        return TransportError::ClientRefused(alert);
    }
    if let rustls::Error::InvalidCertificate(CertificateError::Other(other)) = &error {
        if let Some(rejected) = other.0.downcast_ref::<CertificateRejected>() {
            return rejected.clone().into();
        }
    }
    TransportError::Tls(error)
}
