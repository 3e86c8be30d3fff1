//! Opening a WebSocket as one machine that never waits: look the name up, connect, ask a proxy, TLS handshake, HTTP upgrade.

use super::dial::{Dial, Route, Wake};
use super::proxy::{self, Proxy, ProxyError};
use super::transport::{ReadState, Transport, TransportError};
use super::upgrade::{Accepted, DeflateParams, ResponseReader, UpgradeRequest};
use super::{OpenError, Step};
use mio::net::TcpStream;
use mio::{Registry, Token};
use rustls::ClientConfig;
use std::net::SocketAddr;
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
    /// Between two connections to a proxy: what has been said on the first one.
    handshake: Option<proxy::Handshake>,
    stage: Stage,
}

/// An exchange with a proxy under way.
struct Exchange {
    proxy: Arc<Proxy>,
    /// The machine that is asked, if the name stands for several: it is the one that knows its challenge.
    address: SocketAddr,
    handshake: proxy::Handshake,
}

enum Stage {
    Dialling(Dial),
    Proxy(Transport, Exchange),
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
        let handshake = match &options.route {
            Route::Direct => None,
            Route::Proxy(proxy) => Some(proxy::Handshake::new(proxy, &options.host, options.port)),
        };
        let (host, port) = dialled(&options);
        let dial = Dial::start(host, port, deadline, wake).map_err(|error| unreached(&options.route, error))?;
        let stage = Stage::Dialling(dial);
        Ok(Opening { options, deadline, handshake, stage })
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
                Stage::Proxy(transport, exchange) => self.ask(transport, exchange)?,
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
            Stage::Proxy(..) => Step::Proxy,
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
        let connected = dial.advance(registry, token, now).map_err(|error| unreached(&self.options.route, error))?;
        let Some(socket) = connected else {
            return Ok((Stage::Dialling(dial), Progress::Waiting));
        };
        let stage = match (&self.options.route, self.handshake.take()) {
            (Route::Proxy(proxy), Some(mut handshake)) => {
                let fail = |error| refused(proxy, error);
                let address = socket.peer_addr().map_err(|error| fail(ProxyError::Read(error.to_string())))?;
                let request = handshake.request().map_err(fail)?;
                let mut transport = Transport::plain(socket);
                transport.write(&request).map_err(|error| fail(unwritten(&error)))?;
                Stage::Proxy(transport, Exchange { proxy: Arc::clone(proxy), address, handshake })
            }
            _ => self.connected(socket)?,
        };
        Ok((stage, Progress::Made))
    }

    /// The socket leads to the server.
    fn connected(&self, socket: TcpStream) -> Result<Stage, OpenError> {
        let transport = match &self.options.tls {
            Some(config) => Transport::tls(socket, Arc::clone(config), &self.options.host),
            None => Ok(Transport::plain(socket)),
        };
        transport.map(Stage::Handshake).map_err(|error| self.tls_failure(error))
    }

    /// Goes on with CONNECT. The password callback of the application may run in here.
    fn ask(&mut self, mut transport: Transport, mut exchange: Exchange) -> Result<(Stage, Progress), OpenError> {
        match exchange.advance(&mut transport).map_err(|error| refused(&exchange.proxy, error))? {
            proxy::Progress::Reconnect => {
                transport.close();
                let dial = Dial::again(&exchange.proxy.host, exchange.address, self.deadline);
                self.handshake = Some(exchange.handshake);
                Ok((Stage::Dialling(dial), Progress::Made))
            }
            proxy::Progress::Open => {
                let unsent = || ProxyError::Write("a part of the request was not taken".to_owned());
                let socket = transport.into_socket().ok_or_else(|| refused(&exchange.proxy, unsent()))?;
                Ok((self.connected(socket)?, Progress::Made))
            }
            _ => Ok((Stage::Proxy(transport, exchange), Progress::Waiting)),
        }
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
        let reason = "no answer in time".to_owned();
        let step = self.step();
        self.stage = Stage::Over;
        let (host, port) = dialled(&self.options);
        let (dialled, host) = (host.to_owned(), self.options.host.clone());
        match (step, &self.options.route) {
            (Step::Resolve, route) => unreached(route, OpenError::Resolve { host: dialled, reason }),
            (Step::Proxy, Route::Proxy(proxy)) => refused(proxy, ProxyError::Timeout),
            (Step::Connect | Step::Proxy, route) => {
                unreached(route, OpenError::Connect { host: dialled, port, reason })
            }
            (Step::TlsHandshake, _) => OpenError::TlsHandshake { host, reason },
            (Step::Upgrade, _) => OpenError::UpgradeTimeout { host },
        }
    }
}

/// Host and port that TCP goes to.
fn dialled(options: &OpenOptions) -> (&str, u16) {
    match &options.route {
        Route::Direct => (&options.host, options.port),
        Route::Proxy(proxy) => (&proxy.host, proxy.port),
    }
}

/// Says that it is the proxy which cannot be reached.
fn unreached(route: &Route, error: OpenError) -> OpenError {
    match route {
        Route::Direct => error,
        Route::Proxy(_) => OpenError::ProxyUnreachable(Box::new(error)),
    }
}

fn refused(proxy: &Proxy, error: ProxyError) -> OpenError {
    OpenError::Proxy { host: proxy.host.clone(), port: proxy.port, error }
}

fn unwritten(error: &TransportError) -> ProxyError {
    ProxyError::Write(error.to_string())
}

impl Exchange {
    /// Reads and writes as far as is possible without waiting, until there is something to be done about the connection.
    fn advance(&mut self, transport: &mut Transport) -> Result<proxy::Progress, ProxyError> {
        transport.flush().map_err(|error| unwritten(&error))?;
        loop {
            let mut bytes = Vec::new();
            let read = transport.read(&mut bytes, READ_SIZE);
            // What came before an error or the end is looked at first: it may be all that is needed.
            let mut progress = self.handshake.feed(&bytes)?;
            if matches!(progress, proxy::Progress::Waiting) {
                match read.map_err(|error| ProxyError::Read(error.to_string()))? {
                    ReadState::Blocked => return Ok(progress),
                    ReadState::More => {}
                    ReadState::End => progress = self.handshake.ended()?,
                }
            }
            match progress {
                proxy::Progress::Waiting => {}
                proxy::Progress::Send(request) => transport.write(&request).map_err(|error| unwritten(&error))?,
                other => return Ok(other),
            }
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
