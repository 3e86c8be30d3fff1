//! Opening a link on the thread that wants it.
//!
//! The name look-up, TCP, TLS and the upgrade are one machine of `net` that never waits; here it is driven with a poll of the calling
//! thread, so that callbacks which it may need (credentials of a proxy) run on a lent thread and the I/O thread is never held up. The
//! I/O thread takes the socket over when it is open.

use std::fmt;
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use mio::event::Source;
use mio::{Events, Poll, Token, Waker};
use rustls::ClientConfig;

use super::Step;
use super::application::AppKey;
use super::error::OpenFailure;
use crate::ffi::signals;
use crate::net::dial::Route;
use crate::net::open::{OpenOptions, Opened, Opening};
use crate::net::upgrade::UpgradeRequest;
use crate::net::{self, OpenError};

const SOCKET: Token = Token(0);
const WAKE: Token = Token(1);

/// Where the platform is and how it is reached. Read at each attempt.
#[derive(Clone)]
pub struct Endpoint {
    /// Host name or address; also the `Host` of the upgrade request.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Path of the WebSocket, e.g. `/Thingworx/WS`.
    pub resource: String,
    /// TLS settings; `None` sends everything in clear.
    pub tls: Option<Arc<ClientConfig>>,
    /// Directly or through a proxy.
    pub route: Route,
    /// Whether permessage-deflate is offered.
    pub compression: bool,
    /// Largest WebSocket frame payload in either direction, 1 to 65 535 bytes.
    pub max_frame_size: u16,
}

impl Endpoint {
    /// A server that is reached directly, without TLS, with the usual resource, compression and frame size.
    pub fn new(host: impl Into<String>, port: u16) -> Self {
        Self {
            host: host.into(),
            port,
            resource: "/Thingworx/WS".into(),
            tls: None,
            route: Route::Direct,
            compression: true,
            max_frame_size: 8192,
        }
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("resource", &self.resource)
            .field("encrypted", &self.tls.is_some())
            .finish_non_exhaustive()
    }
}

/// Ends an attempt from another thread.
pub(super) struct Interrupt {
    waker: Waker,
    state: AtomicBool,
}

impl Interrupt {
    pub fn set(&self) {
        self.state.store(true, Ordering::SeqCst);
        self.wake();
    }

    fn wake(&self) {
        if let Err(error) = self.waker.wake() {
            log::error!("an attempt to connect could not be woken: {error}");
        }
    }

    fn is_set(&self) -> bool {
        self.state.load(Ordering::SeqCst)
    }
}

/// One attempt.
pub(super) struct Attempt {
    poll: Poll,
    interrupt: Arc<Interrupt>,
    opening: Opening,
    max_frame_size: u16,
}

/// A WebSocket that is open, for the I/O thread to take over.
pub(super) struct OpenLink {
    pub opened: Opened,
    pub max_frame_size: u16,
}

impl Attempt {
    /// Starts to open a link; everything has to be done by the deadline.
    pub fn start(endpoint: &Endpoint, key: &AppKey, deadline: Instant) -> Result<Self, OpenFailure> {
        let poll = Poll::new().map_err(local)?;
        let waker = Waker::new(poll.registry(), WAKE).map_err(local)?;
        let interrupt = Arc::new(Interrupt { waker, state: AtomicBool::new(false) });
        let wake = Arc::clone(&interrupt);
        let options = OpenOptions {
            host: endpoint.host.clone(),
            port: endpoint.port,
            route: endpoint.route.clone(),
            tls: endpoint.tls.clone(),
            request: UpgradeRequest {
                host: endpoint.host.clone(),
                resource: endpoint.resource.clone(),
                app_key: key.clone(),
                compression: endpoint.compression,
                max_frame_size: u32::from(endpoint.max_frame_size),
            },
        };
        // The look-up has a thread, which must not take the application's signals.
        let opening = signals::blocked(|| Opening::start(options, deadline, Arc::new(move || wake.wake())));
        Ok(Self { poll, interrupt, opening: opening.map_err(failure)?, max_frame_size: endpoint.max_frame_size })
    }

    /// The handle that ends it.
    pub fn interrupt(&self) -> Arc<Interrupt> {
        Arc::clone(&self.interrupt)
    }

    /// Goes on until the link is open. `reached` is told each step when it begins.
    pub fn run(mut self, reached: impl Fn(Step)) -> Result<OpenLink, OpenFailure> {
        let mut events = Events::with_capacity(4);
        // The first step may be over before the first look at it.
        let mut current = Step::HttpConnect;
        reached(current);
        loop {
            let opened = self.opening.advance(self.poll.registry(), SOCKET, Instant::now());
            let step = step_of(self.opening.step());
            if std::mem::replace(&mut current, step) != step {
                reached(step);
            }
            if let Some(mut opened) = opened.map_err(failure)? {
                opened.transport.deregister(self.poll.registry()).map_err(local)?;
                return Ok(OpenLink { opened, max_frame_size: self.max_frame_size });
            }
            if self.interrupt.is_set() {
                return Err(OpenFailure::interrupted(step));
            }
            let timeout = self.opening.timer().saturating_duration_since(Instant::now());
            match self.poll.poll(&mut events, Some(timeout)) {
                Err(error) if error.kind() != ErrorKind::Interrupted => return Err(local(error)),
                _ => {}
            }
        }
    }
}

fn step_of(step: net::Step) -> Step {
    match step {
        net::Step::Upgrade => Step::WebSocketUpgrade,
        _ => Step::HttpConnect,
    }
}

/// The results of api-behaviour.md 2.3.
fn failure(error: OpenError) -> OpenFailure {
    let result = match &error {
        OpenError::UpgradeWrite(_) => 1000,
        OpenError::UpgradeRead(_) | OpenError::UpgradeRefused(_) => 201,
        OpenError::UpgradeTimeout { .. } => 202,
        _ => 1001,
    };
    OpenFailure { step: step_of(error.step()), result, reason: error.to_string() }
}

fn local(error: io::Error) -> OpenFailure {
    let reason = format!("the system refuses what polling a socket needs: {error}");
    OpenFailure { step: Step::HttpConnect, result: 1001, reason }
}
