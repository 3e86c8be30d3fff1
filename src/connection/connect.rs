//! The connect loop: attempts, pauses, and what the flags say afterwards (api-behaviour.md 2.3).
//!
//! It runs on the thread that wants the connection, so that the application's callbacks run there. Other threads end it through
//! [`Driver`](super::driver::Driver).

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::application::{AppKey, Application, BindEvent};
use super::backoff::pause_after;
use super::driver::Waiting;
use super::error::{ConnectError, OpenFailure, RequestError};
use super::events::Event;
use super::flags::Flag;
use super::outbox::{Command, Done, Link};
use super::settings::ConnectOptions;
use super::shared::{BindRetry, Shared, deadline};
use super::{Step, steps};
use crate::net::websocket::close_payload;
use crate::wire::NO_SESSION;

/// How long a close waits until the I/O thread has sent the close frame and ended TCP.
const CLOSE_LIMIT: Duration = Duration::from_secs(1);

/// Who wants the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The application has said so. Its options are kept for automatic reconnects.
    Explicit,
    /// A request that insists. The options are its own (Q-A20).
    Forced,
    /// Nobody: the link was lost, or the duty cycle begins. One attempt; the pauses are somebody else's.
    Automatic,
    /// The same on a thread of ours, because the application does not lend one: nothing is told from here.
    Background,
}

impl Origin {
    /// Whether the loop was not asked for by a call of the application.
    fn is_automatic(self) -> bool {
        matches!(self, Self::Automatic | Self::Background)
    }
}

impl Shared {
    /// Connects for a request that insists on it; the options of automatic reconnects stay (Q-A20).
    pub fn force_connect(&self) -> Result<(), ConnectError> {
        let settings = self.settings();
        let options = ConnectOptions { timeout: settings.connect_timeout, retries: settings.connect_retries };
        self.connect(options, Origin::Forced)
    }

    /// Connects, authenticates and binds, with as many attempts as the options say. Returns at once, without being connected, while
    /// another call is at it (Q-C9).
    pub fn connect(&self, options: ConnectOptions, origin: Origin) -> Result<(), ConnectError> {
        self.connect_as(options, origin, &*self.application)
    }

    /// The same with somebody else to be called.
    pub fn connect_as(
        &self,
        options: ConnectOptions,
        origin: Origin,
        application: &dyn Application,
    ) -> Result<(), ConnectError> {
        if self.owner.is_foreign() {
            return Err(ConnectError::Forked);
        }
        if origin == Origin::Explicit {
            self.set_reconnect_options(options);
        }
        let Some(turn) = self.begin_connecting(origin) else { return Ok(()) };
        if origin.is_automatic() && !self.is_still_due() {
            drop(turn);
            self.wake_for_reconnect();
            return Ok(());
        }
        self.schedule().disconnected = false;
        self.deliver_events_for(origin);
        self.flags.set(Flag::ConnectionInProgress, true);
        self.flags.set(Flag::ManuallyDisconnected, true);
        self.chronicle.changed();
        let outcome = self.attempts(options, origin, application);
        let next = self.conclude(&outcome, origin);
        self.tell_outcome(&outcome, next);
        // Last, and before the turn ends: whoever waits for the end of the loop finds the flags in their final state.
        self.flags.set(Flag::FirstConnectionComplete, true);
        self.flags.set(Flag::ConnectionInProgress, false);
        if !origin.is_automatic() {
            self.note_tick(Instant::now());
        }
        drop(turn);
        self.chronicle.changed();
        self.wake_for_reconnect();
        // The end of a link that the attempts have opened is told here; other events can wait for the tick.
        if outcome.is_err() {
            self.deliver_events_for(origin);
        }
        outcome
    }

    /// The right to run the connect loop; `None` when another thread has it, or has just opened a connection.
    fn begin_connecting(&self, origin: Origin) -> Option<super::driver::Turn<'_>> {
        let waits = origin == Origin::Explicit && self.settings().connect_waits;
        loop {
            if let Some(turn) = self.driver.begin() {
                return Some(turn);
            }
            log::debug!("connect: another thread is at it");
            if !waits || !self.driver.wait_for_other() || self.online().is_some() {
                return None;
            }
        }
    }

    /// The turn is free again. Whoever times the next reconnect has seen no need for one as long as it was taken.
    fn wake_for_reconnect(&self) {
        self.tasker.raise();
        if self.outbox.link().is_none() {
            // If the application does not tick, it is the I/O thread's to time.
            self.outbox.wake();
        }
    }

    /// Whether the attempt that nobody has asked for is still to be made. A thread that ticks and one of ours may both have found it due;
    /// the one that comes second must not make another one, without the pause that belongs between them.
    fn is_still_due(&self) -> bool {
        !self.flags.get(Flag::ManuallyDisconnected)
            && self.online().is_none()
            && self.schedule().backoff.next().is_none_or(|at| at <= Instant::now())
    }

    fn deliver_events_for(&self, origin: Origin) {
        if origin != Origin::Background {
            self.deliver_events();
        }
    }

    fn attempts(
        &self,
        options: ConnectOptions,
        origin: Origin,
        application: &dyn Application,
    ) -> Result<(), ConnectError> {
        let mut left = options.retries;
        let mut outcome = Ok(());
        while left != 0 && self.may_go_on() {
            outcome = self.attempt(options, origin, application);
            match &outcome {
                Ok(()) | Err(ConnectError::ShutDown) => break,
                Err(error) => self.chronicle.failed(error),
            }
            if left > 0 {
                left -= 1;
            }
            if left == 0 || !self.pause(&outcome) {
                break;
            }
        }
        outcome
    }

    /// Sleeps between two attempts of one call. False when the call was asked to end.
    fn pause(&self, outcome: &Result<(), ConnectError>) -> bool {
        let pause = self.settings().connect_retry_interval;
        if !self.driver.is_stopped() {
            self.tell_outcome(outcome, Some(pause));
        }
        self.driver.sleep(pause)
    }

    /// Neither another thread nor a cleared flag wants the loop to end.
    fn may_go_on(&self) -> bool {
        self.flags.get(Flag::ConnectionInProgress) && !self.driver.is_stopped()
    }

    /// One attempt: the steps 1 to 4. On a link that is there already only AUTH and BIND are sent (Q-A21).
    fn attempt(
        &self,
        options: ConnectOptions,
        origin: Origin,
        application: &dyn Application,
    ) -> Result<(), ConnectError> {
        let link = match self.outbox.link() {
            Some(link) => link,
            None => self.open_link(options, &application.app_key(), application)?,
        };
        // Asked again: applications see it, and the key may have changed since the upgrade (api-behaviour.md 4.5).
        let key = application.app_key();
        self.remember_key(key.clone());
        let outcome = self.authenticate_and_bind(&link, &key, application);
        // Requests that came meanwhile may be handled now, also on a session that goes on without being bound.
        self.dispatch.release(link.id);
        self.announce_item();
        if let Err(ConnectError::Authenticate(error)) = &outcome {
            self.after_failed_authentication(&link, error, origin);
        }
        outcome
    }

    fn open_link(
        &self,
        options: ConnectOptions,
        key: &AppKey,
        application: &dyn Application,
    ) -> Result<Link, ConnectError> {
        let timeout = if options.timeout.is_zero() { self.settings().connect_timeout } else { options.timeout };
        self.remember_key(key.clone());
        self.start_io_thread()?;
        let opened = steps::open(self, key, deadline(Instant::now(), timeout)).map_err(ConnectError::Open)?;
        let link = Link {
            id: self.outbox.next_link_id(),
            session_id: NO_SESSION,
            compression: opened.opened.compression.is_some(),
            max_frame_size: opened.max_frame_size,
        };
        self.dispatch.hold(link.id);
        self.synchronizer.restart(link.id);
        application.on_connect();
        self.outbox.adopt(link, opened);
        if !self.may_go_on() {
            self.close_link(Some(link.id), 1000, b"");
            return Err(ConnectError::Open(OpenFailure::interrupted(Step::WebSocketUpgrade)));
        }
        Ok(link)
    }

    fn authenticate_and_bind(
        &self,
        link: &Link,
        key: &AppKey,
        application: &dyn Application,
    ) -> Result<(), ConnectError> {
        let link = steps::authenticate(self, link, key).map_err(ConnectError::Authenticate)?;
        application.on_session();
        self.send_stored(&link);
        steps::bind(self, &link).map_err(ConnectError::Bind)?;
        application.on_bound(&BindEvent::Connected);
        Ok(())
    }

    /// Step 3 alone, on the link there is. While a connect call is at it there is nothing to do.
    pub fn authenticate_again(&self) -> Result<(), RequestError> {
        if self.owner.is_foreign() {
            return Err(RequestError::Forked);
        }
        let link = self.outbox.link().ok_or(RequestError::NotConnected)?;
        let Some(_turn) = self.driver.begin() else { return Ok(()) };
        let key = self.application.app_key();
        self.remember_key(key.clone());
        steps::authenticate(self, &link, &key).map(|_| ())
    }

    /// A refused AUTH closes the link, so that the next attempt uses a new one (Q-C32). When no answer came the link stays, as the C
    /// interface promises, unless the attempt was nobody's wish.
    fn after_failed_authentication(&self, link: &Link, error: &RequestError, origin: Origin) {
        let unanswered = matches!(error, RequestError::TimedOut(_) | RequestError::Interrupted);
        if !unanswered || origin.is_automatic() {
            self.close_link(Some(link.id), 1000, b"Not authenticated");
            self.deliver_events_for(origin);
        }
    }

    /// Writes to the log what has become of an attempt, and how soon the next one comes.
    fn tell_outcome(&self, outcome: &Result<(), ConnectError>, next: Option<Duration>) {
        match (outcome, next) {
            (Ok(()), _) if self.online().is_some() => log::info!("connected: authenticated and bound"),
            // No attempt was asked for, or the link is lost again, which is told where it is noticed.
            (Ok(()) | Err(ConnectError::ShutDown), _) => {}
            (Err(error), Some(pause)) => log::warn!("connect: {error}; again in {pause:?}"),
            (Err(error), None) => log::warn!("connect: {error}"),
        }
    }

    /// Sets what the outcome means for automatic reconnects. After a failure: how soon the next attempt comes, if one does without being
    /// told.
    fn conclude(&self, outcome: &Result<(), ConnectError>, origin: Origin) -> Option<Duration> {
        let now = Instant::now();
        let settings = self.settings();
        let stopped = self.driver.is_stopped();
        // Locked before the link is looked at: the I/O thread takes a lost link out first, and enters the loss here afterwards.
        let mut schedule = self.schedule();
        let link = self.outbox.link().map(|link| link.id);
        schedule.bind_retry = None;
        match (outcome, link) {
            _ if stopped => {}
            (Ok(()), link) => {
                schedule.backoff.linked(now);
                if link.is_none() {
                    // Lost already, before the schedule knew of it: a link that did not last.
                    schedule.backoff.lost(now, &settings);
                }
                self.arm_reconnects(&schedule);
            }
            // The session goes on, and the names are bound by a later tick.
            (Err(ConnectError::Bind(_)), Some(link)) => {
                schedule.backoff.linked(now);
                let at = deadline(now, pause_after(1, &settings));
                schedule.bind_retry = Some(BindRetry { link, failures: 1, at });
            }
            (Err(_), _) => schedule.backoff.failed(now, &settings),
        }
        // An explicit call that fails leaves the flag set (Q-C8): what comes next is the caller's decision.
        if !stopped && origin.is_automatic() {
            self.arm_reconnects(&schedule);
        }
        let rebind = schedule.bind_retry.map(|retry| retry.at);
        let reconnect = schedule.backoff.next().filter(|_| origin.is_automatic() && settings.auto_reconnect);
        let next = rebind.or(reconnect).filter(|_| !stopped && !schedule.disconnected);
        next.map(|at| at.saturating_duration_since(now))
    }

    /// Ends a connect loop that runs in some thread: at once if it sleeps or waits, else after what it is doing.
    pub fn stop_connecting(&self) {
        match self.driver.stop() {
            Some(Waiting::Opening(interrupt)) => interrupt.set(),
            Some(Waiting::Answer(id)) => {
                self.in_flight.complete(id, Err(RequestError::Interrupted));
            }
            None => {}
        }
    }

    /// Closes the link with a close frame and tells the application. False when there is none (or another one).
    pub fn close_link(&self, link: Option<u64>, status: u16, reason: &[u8]) -> bool {
        let Some(link) = self.outbox.take_link(link, || {}) else { return false };
        let done = Arc::new(Done::default());
        self.outbox.command(Command::Close { link: link.id, status, reason: reason.to_vec(), done: Arc::clone(&done) });
        done.wait_until(deadline(Instant::now(), CLOSE_LIMIT));
        self.end_requests_of(link.id);
        self.synchronizer.forget(None);
        self.chronicle.changed();
        self.tell(Event::Closed(close_text(status, reason)));
        true
    }
}

/// The text of a close frame of ours, which is what the close callback gets (api-behaviour.md 2.6): its payload without the status.
pub(super) fn close_text(status: u16, reason: &[u8]) -> Vec<u8> {
    close_payload(status, reason).split_off(2)
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::connection::{AppKey, AtomicFlags, Endpoint, Incoming, Reply, Settings};
    use crate::model::Text;

    /// Counts attempts by the keys that they ask for.
    #[derive(Default)]
    struct Counting(AtomicUsize);

    impl Application for Counting {
        fn app_key(&self) -> AppKey {
            self.0.fetch_add(1, Ordering::Relaxed);
            AppKey::new(b"key".to_vec())
        }

        fn bound_names(&self) -> Vec<Text> {
            Vec::new()
        }

        fn handle_request(&self, _: &Incoming) -> Option<Reply> {
            None
        }
    }

    #[test]
    fn a_second_thread_that_found_a_reconnect_due_does_not_repeat_it() {
        let closed = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
        let settings = Settings { connect_retry_interval: Duration::from_secs(3600), ..Settings::default() };
        let application = Arc::new(Counting::default());
        let endpoint = Endpoint::new("127.0.0.1", closed.port());
        let shared = Shared::new(endpoint, settings, application.clone(), Arc::new(AtomicFlags::default()));
        shared.flags.set(Flag::ManuallyDisconnected, false);
        let once = ConnectOptions { timeout: Duration::from_secs(5), retries: 1 };
        shared.connect(once, Origin::Automatic).unwrap_err();
        // As if this one had looked at the schedule before that one was at it.
        for origin in [Origin::Automatic, Origin::Background] {
            shared.tasker.take();
            assert_eq!(shared.connect(once, origin).map_err(|error| error.to_string()), Ok(()));
            assert!(shared.tasker.take(), "whoever has looked meanwhile has seen a connect loop, and sleeps");
        }
        assert_eq!(application.0.load(Ordering::Relaxed), 1);
        shared.connect(once, Origin::Explicit).unwrap_err();
        assert_eq!(application.0.load(Ordering::Relaxed), 2);
    }
}
