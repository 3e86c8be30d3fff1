//! A stream over a program's own socket, with TLS or without, that blocks as C expects.
//!
//! Waiting is done without the lock: one thread may wait for data while another sends.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use libc::{POLLIN, POLLOUT, c_int, c_short};
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, ServerConfig};

use super::descriptor::Descriptor;
use crate::ffi::os_port::socket;
use crate::ffi::work::locked;
use crate::net::transport::{ReadState, Transport, TransportError};

/// Which end of the connection a session is, and what it needs for that.
pub(in crate::ffi) enum Role<'a> {
    /// No TLS.
    Plain,
    /// The client of the server of that name.
    Client(Arc<ClientConfig>, &'a str),
    /// The server.
    Server(Arc<ServerConfig>),
}

pub(in crate::ffi) struct Session {
    stream: Mutex<Stream>,
    /// The descriptor of the stream's socket, to be waited for.
    number: c_int,
}

struct Stream {
    transport: Transport<Descriptor>,
    /// What was received and not asked for yet.
    received: VecDeque<u8>,
    /// Nothing more comes.
    ended: bool,
}

/// Longer than any wait.
const FOR_EVER: Duration = Duration::from_secs(10 * 365 * 86_400);
/// Bytes taken from the socket at once.
const READ_SIZE: usize = 16 * 1024;

impl Session {
    /// A session over a connected socket; the handshake is yet to be made.
    pub fn new(descriptor: c_int, role: Role<'_>) -> Result<Session, TransportError> {
        let socket = Descriptor::duplicate(descriptor)?;
        let number = socket.number();
        let transport = match role {
            Role::Plain => Transport::plain(socket),
            Role::Client(config, host) => Transport::tls(socket, config, host)?,
            Role::Server(config) => Transport::tls_server(socket, config)?,
        };
        Ok(Session { stream: Mutex::new(Stream { transport, received: VecDeque::new(), ended: false }), number })
    }

    fn stream(&self) -> MutexGuard<'_, Stream> {
        locked(&self.stream)
    }

    /// Waits until the socket is ready; false when the time is up.
    fn wait(&self, events: c_short, deadline: Instant) -> io::Result<bool> {
        socket::wait(self.number, events, deadline).map_err(io::Error::from_raw_os_error)
    }

    /// Makes the handshake.
    pub fn handshake(&self, deadline: Instant) -> Result<(), TransportError> {
        loop {
            let events = {
                let mut stream = self.stream();
                if stream.transport.handshake()? {
                    return Ok(());
                }
                if stream.transport.queued() > 0 { POLLIN | POLLOUT } else { POLLIN }
            };
            if !self.wait(events, deadline)? {
                let reason = "the peer did not go on with the TLS handshake in time";
                return Err(io::Error::new(ErrorKind::TimedOut, reason).into());
            }
        }
    }

    /// Reads into `buffer`, waiting for the first byte until the deadline. Their number, 0 when the time is up.
    pub fn read(&self, buffer: &mut [u8], deadline: Instant) -> Result<usize, TransportError> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if let Some(count) = self.stream().take(buffer)? {
                return Ok(count);
            }
            if !self.wait(POLLIN, deadline)? {
                return Ok(0);
            }
        }
    }

    /// Sends `bytes` as far as the socket takes them, and queues the rest. What one call sends stays together.
    pub fn submit(&self, bytes: &[u8]) -> Result<(), TransportError> {
        self.stream().transport.write(bytes)
    }

    /// Waits until everything queued is sent, however long that takes.
    pub fn drain(&self) -> Result<(), TransportError> {
        let deadline = Instant::now() + FOR_EVER;
        loop {
            {
                let mut stream = self.stream();
                stream.transport.flush()?;
                if stream.transport.queued() == 0 {
                    return Ok(());
                }
            }
            self.wait(POLLOUT, deadline)?;
        }
    }

    /// The certificates that the peer has shown, its own first.
    pub fn peer_certificates(&self) -> Vec<CertificateDer<'static>> {
        self.stream().transport.peer_certificates().to_vec()
    }

    /// Whether it has TLS.
    pub fn is_encrypted(&self) -> bool {
        self.stream().transport.is_encrypted()
    }

    /// Ends the own side in order, as far as is possible without waiting.
    pub fn close(&self) {
        let mut stream = self.stream();
        stream.ended = true;
        stream.transport.close();
    }
}

impl Stream {
    /// Takes what there is without waiting; `None` for nothing.
    fn take(&mut self, buffer: &mut [u8]) -> Result<Option<usize>, TransportError> {
        let mut failed = None;
        if self.received.is_empty() && !self.ended {
            let mut bytes = Vec::new();
            match self.transport.read(&mut bytes, READ_SIZE) {
                Ok(ReadState::End) => self.ended = true,
                Ok(ReadState::Blocked | ReadState::More) => {}
                Err(error) => {
                    self.ended = true;
                    failed = Some(error);
                }
            }
            self.received.extend(bytes);
        }
        let count = buffer.len().min(self.received.len());
        for (place, byte) in buffer.iter_mut().zip(self.received.drain(..count)) {
            *place = byte;
        }
        match (count, failed) {
            (0, Some(error)) => Err(error),
            (0, None) if self.ended => Err(io::Error::from(ErrorKind::UnexpectedEof).into()),
            (0, None) => Ok(None),
            (count, _) => Ok(Some(count)),
        }
    }
}
