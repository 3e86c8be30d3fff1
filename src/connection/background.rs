//! Reconnecting for an application that does not tick.
//!
//! Such an application still wants its link back: its blocking requests, and everything the platform asks for later, depend on it. After
//! some silence the I/O thread starts a thread that runs one attempt with the key that the application has given last. What the
//! application is to be told about it waits until it lends a thread.

use std::time::Instant;

use super::application::{AppKey, Application, BindEvent, Incoming, Reply};
use super::connect::Origin;
use super::events::Event;
use super::shared::Shared;
use crate::model::Text;

impl Shared {
    /// When the I/O thread has to reconnect by itself, `now` for at once, unless the application ticks before.
    pub fn next_background_reconnect(&self, now: Instant) -> Option<Instant> {
        // Credentials of a proxy come from the application, which no thread of ours may call.
        if self.endpoint().route.may_ask() {
            return None;
        }
        let at = self.next_reconnect(now)?;
        if self.background_is_running() {
            return None;
        }
        Some(self.silent_at().map_or(at, |silent| at.max(silent)))
    }

    fn background_is_running(&self) -> bool {
        self.threads().background.as_ref().is_some_and(|thread| !thread.is_finished())
    }

    /// Starts an attempt if one is due. For the I/O thread, whose blocked signals the new thread inherits.
    pub fn reconnect_in_background(&self, now: Instant) {
        if self.next_background_reconnect(now).is_none_or(|at| at > now) {
            return;
        }
        let (Some(key), Some(shared)) = (self.last_key(), self.own.upgrade()) else { return };
        let mut threads = self.threads();
        if threads.shut_down {
            return;
        }
        let attempt = move || {
            let application = Deferred { shared: &shared, key };
            // A failure has been logged, and is met with a pause.
            let _ = shared.connect_as(shared.single_attempt(), Origin::Background, &application);
        };
        match std::thread::Builder::new().name("twedge-reconnect".to_owned()).spawn(attempt) {
            Ok(thread) => threads.background = Some(thread),
            Err(error) => {
                drop(threads);
                log::error!("no thread for reconnecting: {error}");
                let settings = self.settings();
                self.schedule().backoff.failed(now, &settings);
            }
        }
    }
}

/// The application as a thread of ours may use it: everything that would call its code is put off.
struct Deferred<'a> {
    shared: &'a Shared,
    key: AppKey,
}

impl Application for Deferred<'_> {
    fn app_key(&self) -> AppKey {
        self.key.clone()
    }

    fn bound_names(&self) -> Vec<Text> {
        self.shared.application.bound_names()
    }

    fn on_connect(&self) {
        self.shared.tell(Event::Opened);
    }

    fn on_session(&self) {
        self.shared.application.on_session();
    }

    fn on_bound(&self, event: &BindEvent) {
        self.shared.tell(Event::Bound(event.clone()));
    }

    fn handle_request(&self, _: &Incoming) -> Option<Reply> {
        None
    }
}
