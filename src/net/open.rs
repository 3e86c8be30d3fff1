//! Opening a WebSocket as one machine that never waits: look the name up, connect, TLS handshake, HTTP upgrade.

use super::dial::{Dial, Route, Wake};
use super::transport::{ReadState, Transport, TransportError};
use super::upgrade::{Accepted, DeflateParams, ResponseReader, UpgradeRequest};
use super::{OpenError, Step};
use mio::{Registry, Token};
use rustls::ClientConfig;
use std::sync::Arc;
use std::time::Instant;

/// What is to be opened.
pub struct OpenOptions {
    /// Host name or address of the server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How it is reached.
    pub route: Route,
    /// TLS settings; `None`: no encryption.
    pub tls: Option<Arc<ClientConfig>>,
    /// The upgrade request. Its host may differ from the one connected to.
    pub request: UpgradeRequest,
}

/// An open WebSocket on which no frame has been read yet.
pub struct Opened {
    /// The stream. It is registered for both directions; read from it once without waiting for readiness.
    pub transport: Transport,
    /// permessage-deflate, if it was agreed to.
    pub compression: Option<DeflateParams>,
    /// Bytes that came behind the upgrade answer: feed them to the decoder first.
    pub leftover: Vec<u8>,
}

/// An attempt to open a WebSocket, bounded by one deadline for everything. Dropping it ends the attempt.
pub struct Opening {
    options: OpenOptions,
    deadline: Instant,
    stage: Stage,
}

enum Stage {
    Dialling(Dial),
    Handshake(Transport),
    Upgrade(Transport, ResponseReader),
    /// Opened or failed.
    Over,
}

impl Opening {
    /// Starts. `wake` is called from another thread when the host name has been looked up; it has to make the thread
    /// that owns this call [`advance`](Opening::advance), and must not block.
    ///
    /// # Errors
    /// [`OpenError::Resolve`] if no lookup can be started.
    pub fn start(options: OpenOptions, deadline: Instant, wake: Wake) -> Result<Opening, OpenError> {
        let dial = match options.route {
            Route::Direct => Dial::start(&options.host, options.port, deadline, wake)?,
        };
        Ok(Opening { options, deadline, stage: Stage::Dialling(dial) })
    }

    /// Goes on as far as is possible without waiting. To be called after the start, after each wake, each readiness of
    /// `token`, and when [`timer`](Opening::timer) is due. Sockets are registered with `token` on the way.
    ///
    /// # Errors
    /// [`OpenError`]: the attempt is over.
    pub fn advance(&mut self, registry: &Registry, token: Token, now: Instant) -> Result<Option<Opened>, OpenError> {
        loop {
            let (stage, progress) = match std::mem::replace(&mut self.stage, Stage::Over) {
                Stage::Dialling(dial) => self.dial(dial, registry, token, now)?,
                Stage::Handshake(transport) => self.handshake(transport)?,
                Stage::Upgrade(transport, reader) => match self.upgrade(transport, reader)? {
                    Upgrade::Open(opened) => return Ok(Some(opened)),
                    Upgrade::Waiting(transport, reader) => (Stage::Upgrade(transport, reader), Progress::Waiting),
                },
                Stage::Over => return Ok(None),
            };
            self.stage = stage;
            if progress == Progress::Waiting {
                return if now >= self.deadline { Err(self.timeout()) } else { Ok(None) };
            }
        }
    }

    /// When [`advance`](Opening::advance) has to be called at the latest.
    pub fn timer(&self) -> Instant {
        match &self.stage {
            Stage::Dialling(dial) => dial.timer().min(self.deadline),
            _ => self.deadline,
        }
    }

    /// The step that is under way.
    pub fn step(&self) -> Step {
        match &self.stage {
            Stage::Dialling(dial) if dial.is_resolving() => Step::Resolve,
            Stage::Dialling(_) => Step::Connect,
            Stage::Handshake(_) => Step::TlsHandshake,
            Stage::Upgrade(..) | Stage::Over => Step::Upgrade,
        }
    }

    fn dial(
        &mut self,
        mut dial: Dial,
        registry: &Registry,
        token: Token,
        now: Instant,
    ) -> Result<(Stage, Progress), OpenError> {
        let Some(socket) = dial.advance(registry, token, now)? else {
            return Ok((Stage::Dialling(dial), Progress::Waiting));
        };
        let transport = match &self.options.tls {
            Some(config) => Transport::tls(socket, Arc::clone(config), &self.options.host),
            None => Ok(Transport::plain(socket)),
        };
        let transport = transport.map_err(|error| self.tls_failure(error))?;
        Ok((Stage::Handshake(transport), Progress::Made))
    }

    fn handshake(&mut self, mut transport: Transport) -> Result<(Stage, Progress), OpenError> {
        if !transport.handshake().map_err(|error| self.tls_failure(error))? {
            return Ok((Stage::Handshake(transport), Progress::Waiting));
        }
        let unsendable = |reason: String| OpenError::UpgradeWrite(reason);
        let request = self.options.request.encode().map_err(|error| unsendable(error.to_string()))?;
        transport.write(&request.bytes).map_err(|error| unsendable(error.to_string()))?;
        let reader = ResponseReader::new(request.accept, self.options.request.compression);
        Ok((Stage::Upgrade(transport, reader), Progress::Made))
    }

    fn upgrade(&mut self, mut transport: Transport, mut reader: ResponseReader) -> Result<Upgrade, OpenError> {
        transport.flush().map_err(|error| OpenError::UpgradeWrite(error.to_string()))?;
        loop {
            let mut bytes = Vec::new();
            let read = transport.read(&mut bytes, READ_SIZE);
            // What came before an error or the end is looked at first: it may explain it.
            if let Some(Accepted { compression, leftover }) = reader.feed(&bytes).map_err(OpenError::UpgradeRefused)? {
                return Ok(Upgrade::Open(Opened { transport, compression, leftover }));
            }
            match read.map_err(|error| OpenError::UpgradeRead(error.to_string()))? {
                ReadState::Blocked => return Ok(Upgrade::Waiting(transport, reader)),
                ReadState::More => {}
                ReadState::End => return Err(OpenError::UpgradeRefused(reader.ended())),
            }
        }
    }

    fn tls_failure(&self, error: TransportError) -> OpenError {
        match error {
            TransportError::Certificate(rejected) => OpenError::Certificate(rejected),
            other => OpenError::TlsHandshake { host: self.options.host.clone(), reason: other.to_string() },
        }
    }

    /// The deadline has passed.
    fn timeout(&mut self) -> OpenError {
        let OpenOptions { host, port, .. } = &self.options;
        let (host, port, reason) = (host.clone(), *port, "no answer in time".to_owned());
        let step = self.step();
        self.stage = Stage::Over;
        match step {
            Step::Resolve => OpenError::Resolve { host, reason },
            Step::Connect => OpenError::Connect { host, port, reason },
            Step::TlsHandshake => OpenError::TlsHandshake { host, reason },
            Step::Upgrade => OpenError::UpgradeTimeout { host },
        }
    }
}

/// Bytes read at once while the answer is awaited.
const READ_SIZE: usize = 16 * 1024;

#[derive(PartialEq)]
enum Progress {
    Made,
    Waiting,
}

enum Upgrade {
    Open(Opened),
    Waiting(Transport, ResponseReader),
}
