//! What a connection is doing, for whoever asks: in which state it is, since when, what went wrong last and what comes next.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::error::ConnectError;
use super::flags::Flag;
use super::shared::Shared;

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// There is no link, and none will be opened unless a connect call, or the duty cycle, does so.
    Disconnected,
    /// There is no link; it will be opened without being told.
    Waiting,
    /// An attempt to connect is under way.
    Connecting,
    /// The link is authenticated; binding is still to be done again, because the platform has refused it or has not answered.
    NotBound,
    /// The link is authenticated, and what is to be bound is bound.
    Online,
}

/// Why a link or an attempt has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The code of the C interface, 0 for a link that was closed in order.
    pub result: u16,
    /// In words, without secrets.
    pub text: String,
    /// When.
    pub at: Instant,
}

/// An answer to [`super::Connection::state`].
#[derive(Clone, Debug)]
pub struct Report {
    /// What it is doing.
    pub state: State,
    /// Since when; `None` when nothing has been done yet.
    pub since: Option<Instant>,
    /// What went wrong last. Success does not clear it.
    pub last_failure: Option<Failure>,
    /// When the next attempt to connect, or to bind, is due; the past is at once.
    pub next_attempt: Option<Instant>,
}

/// What cannot be seen from the present.
#[derive(Default)]
pub(super) struct Chronicle(Mutex<Entries>);

#[derive(Default)]
struct Entries {
    changed: Option<Instant>,
    failure: Option<Failure>,
}

impl Chronicle {
    /// A connect loop begins or ends, or a link ends.
    pub fn changed(&self) {
        self.lock().changed = Some(Instant::now());
    }

    /// An attempt has failed.
    pub fn failed(&self, error: &ConnectError) {
        self.note(error.result(), error.to_string());
    }

    /// A link has ended.
    pub fn lost(&self, description: &str) {
        self.changed();
        self.note(0, format!("the link has ended: {description}"));
    }

    fn note(&self, result: u16, text: String) {
        self.lock().failure = Some(Failure { result, text, at: Instant::now() });
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    /// See [`super::Connection::state`].
    pub fn report(&self) -> Report {
        let now = Instant::now();
        let link = self.outbox.link().filter(|_| self.flags.get(Flag::Authenticated));
        let rebind = self.schedule().bind_retry.filter(|retry| link.as_ref().is_some_and(|link| link.id == retry.link));
        let reconnect = self.next_reconnect(now);
        let (state, next_attempt) = match (self.driver.is_running(), link, rebind, reconnect) {
            (true, ..) => (State::Connecting, None),
            (_, Some(_), Some(retry), _) => (State::NotBound, Some(retry.at)),
            (_, Some(_), None, _) => (State::Online, None),
            (_, None, _, Some(at)) => (State::Waiting, Some(at)),
            (_, None, _, None) => (State::Disconnected, None),
        };
        let entries = self.chronicle.lock();
        Report { state, since: entries.changed, last_failure: entries.failure.clone(), next_attempt }
    }
}
