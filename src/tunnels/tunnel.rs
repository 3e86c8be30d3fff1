//! One tunnel, as the manager and its thread share it.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use mio::Waker;

use super::start::{FileMode, Target, TunnelStart};
use super::{TunnelError, TunnelHost};
use crate::model::Text;

/// What is told about a tunnel, at its start, at its end and in between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TunnelReport {
    /// Its id.
    pub tid: Text,
    /// The thing that it was started on.
    pub thing: Text,
    /// Who used it, once the platform has completed it.
    pub peer: Option<Text>,
    /// The host; of a file tunnel its virtual path.
    pub host: Text,
    /// The port; of a file tunnel 1 when the file is read and 0 when it is written.
    pub port: u16,
    /// Milliseconds since 1970 UTC.
    pub start: u64,
    /// The same; 0 while the tunnel is open.
    pub end: u64,
    /// Bytes from this end to the platform.
    pub sent: u64,
    /// Bytes from the platform to this end.
    pub received: u64,
    /// The type as the platform has named it, in lower case.
    pub kind: Text,
    /// The platform's text or, at the end, the reason.
    pub message: Option<Text>,
}

/// The outcome of a command.
pub(super) type Answer = SyncSender<Result<(), TunnelError>>;

/// What the thread of a tunnel is to do.
pub(super) enum Command {
    /// Make the local connection, again if there is one.
    Connect(Answer),
    /// End the local connection.
    Disconnect(Answer),
    /// End the tunnel.
    Close {
        /// Who used it.
        peer: Option<Text>,
        /// Why.
        message: Option<Text>,
        /// Not to wait for anybody.
        at_once: bool,
    },
}

pub(super) struct Tunnel {
    pub thing: Text,
    pub start: TunnelStart,
    started: u64,
    pub sent: AtomicU64,
    pub received: AtomicU64,
    commands: Mutex<VecDeque<Command>>,
    waker: Waker,
}

/// Milliseconds since 1970 UTC.
pub(super) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

impl Tunnel {
    pub fn new(thing: Text, start: TunnelStart, waker: Waker) -> Self {
        let counter = AtomicU64::default;
        Self { thing, start, started: now(), sent: counter(), received: counter(), commands: Mutex::default(), waker }
    }

    fn commands(&self) -> MutexGuard<'_, VecDeque<Command>> {
        self.commands.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn command(&self, command: Command) {
        self.commands().push_back(command);
        self.wake();
    }

    pub fn next_command(&self) -> Option<Command> {
        self.commands().pop_front()
    }

    pub fn wake(&self) {
        if let Err(error) = self.waker.wake() {
            log::error!("tunnel {}: its thread could not be woken: {error}", self.start.tid);
        }
    }

    pub fn tell(&self, host: &dyn TunnelHost, command: &'static str) {
        log::debug!("tunnel {}: {command}", self.start.tid);
        host.tell_platform(&self.thing, &self.start.tid, command);
    }

    /// The tunnel as it is now.
    pub fn report(&self) -> TunnelReport {
        let (host, port) = match &self.start.target {
            Target::Tcp { host, port, .. } => (Text::from(host.as_str()), *port),
            Target::File { path, mode, .. } => (path.clone(), u16::from(*mode == FileMode::Read)),
        };
        TunnelReport {
            tid: self.start.tid.clone(),
            thing: self.thing.clone(),
            peer: None,
            host,
            port,
            start: self.started,
            end: 0,
            sent: self.sent.load(Ordering::Relaxed),
            received: self.received.load(Ordering::Relaxed),
            kind: self.start.kind.clone(),
            message: self.start.message.clone(),
        }
    }
}
