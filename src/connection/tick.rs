//! One call of the tasker, and when the next one is due (api-behaviour.md 2.4).

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::connect::Origin;
use super::flags::Flag;
use super::settings::{ConnectOptions, Settings};
use super::shared::{Shared, deadline};

/// Bounds the sleep of a thread that waits for the next tick although nothing is due.
const FAR: Duration = Duration::from_secs(3600);
/// Shortest part of a duty cycle period, so that a share of nothing is no endless loop.
const LEAST_WINDOW: Duration = Duration::from_millis(10);

/// The part of a duty cycle period that this share of it is.
fn window(settings: &Settings, share: u8) -> Duration {
    (settings.duty_cycle_period.saturating_mul(u32::from(share)) / 100).max(LEAST_WINDOW)
}

impl Shared {
    /// Everything that is due, in the order of api-behaviour.md 2.4. Pings, the pong watchdog and reading are the I/O thread's.
    pub fn tick(&self) {
        if self.owner.is_foreign() {
            return;
        }
        // Taken before anything is looked at: what happens from here on raises it again.
        self.tasker.take();
        let now = Instant::now();
        self.note_tick(now);
        self.deliver_events();
        self.report_authenticated();
        self.synchronize();
        self.report_overdue(now);
        self.settle_stored();
        self.duty_cycle(now);
        self.reconnect(now);
        self.retry_bind(now);
        self.note_tick(Instant::now());
    }

    /// Tells once per link, and not before the connect loop is over, that the session is authenticated.
    fn report_authenticated(&self) {
        let Some(link) = self.online() else { return };
        if self.driver.is_running() {
            return;
        }
        // What a connect loop of a thread of ours has left to tell comes before.
        self.deliver_events();
        if self.reported_link.swap(link.id, Ordering::SeqCst) != link.id {
            self.application.on_authenticated();
        }
    }

    /// Opens a link again that was lost.
    fn reconnect(&self, now: Instant) {
        if self.next_reconnect(now).is_none_or(|at| at > now) {
            return;
        }
        // A failure has been logged, and is met with a pause.
        let _ = self.connect(self.single_attempt(), Origin::Automatic);
    }

    /// The options of an automatic attempt: those of the last connect call, once.
    pub fn single_attempt(&self) -> ConnectOptions {
        ConnectOptions { retries: self.reconnect_options().retries.signum().abs(), ..self.reconnect_options() }
    }

    /// When an automatic reconnect is due, `now` for at once; `None` when none is wanted. Stored retries of 0 mean that none is (Q-C10).
    pub fn next_reconnect(&self, now: Instant) -> Option<Instant> {
        let wanted = self.settings().auto_reconnect
            && !self.flags.get(Flag::ManuallyDisconnected)
            && self.reconnect_options().retries != 0
            && self.outbox.link().is_none()
            && !self.driver.is_running();
        wanted.then(|| self.schedule().backoff.next().unwrap_or(now))
    }

    /// Goes online or offline by the duty cycle (api-behaviour.md 2.7).
    fn duty_cycle(&self, now: Instant) {
        let settings = self.settings();
        if !self.has_duty_cycle(&settings) {
            self.schedule().duty = None;
            return;
        }
        if self.schedule().duty.is_some_and(|at| at > now) {
            return;
        }
        let online = self.online().is_some();
        if online && settings.duty_cycle_starts_online && self.schedule().duty.is_none() {
            self.schedule().duty = Some(deadline(now, window(&settings, settings.duty_cycle)));
            return;
        }
        let share = if online { 100 - settings.duty_cycle.min(100) } else { settings.duty_cycle };
        self.schedule().duty = Some(deadline(now, window(&settings, share)));
        if online {
            self.disconnect(b"Duty cycle off time");
        } else {
            self.flags.set(Flag::ManuallyDisconnected, false);
            // A failure has been logged; short windows do not make the attempts come faster than after any other failure.
            if self.connect(self.single_attempt(), Origin::Automatic).is_err() {
                let mut schedule = self.schedule();
                schedule.duty = schedule.duty.max(schedule.backoff.next());
            }
        }
    }

    fn has_duty_cycle(&self, settings: &Settings) -> bool {
        settings.duty_cycle < 100
            && !settings.duty_cycle_period.is_zero()
            && self.flags.get(Flag::FirstConnectionComplete)
    }

    /// When the next tick has something to do.
    pub fn next_tick(&self, now: Instant) -> Instant {
        let settings = self.settings();
        let duty = if self.has_duty_cycle(&settings) { Some(self.schedule().duty.unwrap_or(now)) } else { None };
        let bind = self.online().and_then(|link| self.schedule().bind_retry.filter(|retry| retry.link == link.id));
        [
            duty,
            bind.map(|retry| retry.at),
            self.next_reconnect(now),
            self.in_flight.next_deadline(),
            self.next_synchronization(now),
        ]
        .into_iter()
        .flatten()
        .min()
        .unwrap_or(now + FAR)
    }

    /// Sleeps until a tick is due or an item waits for a handler, the moment comes, or `keep_waiting` says no. The thread is counted before
    /// it looks at the queue, and a pusher asks for the count after it has pushed: one of the two sees the other.
    pub fn wait_for_either(&self, until: Instant, keep_waiting: &dyn Fn() -> bool) -> bool {
        let _counted = self.dispatch.sleep_for_both();
        self.dispatch.has_item() || self.wait_for_tick(until, keep_waiting)
    }

    /// Wakes a thread that sleeps for both, after an item was queued.
    pub fn announce_item(&self) {
        if self.dispatch.is_awaited_by_ticker() {
            self.tasker.raise();
        }
    }

    /// Sleeps until a tick is due, the moment comes, or `keep_waiting` says no. True when a tick is due.
    pub fn wait_for_tick(&self, until: Instant, keep_waiting: &dyn Fn() -> bool) -> bool {
        loop {
            let now = Instant::now();
            let due = self.next_tick(now);
            if due <= now || self.tasker.wait(until.min(due), keep_waiting) {
                return true;
            }
            if until <= Instant::now() || !keep_waiting() {
                return false;
            }
        }
    }
}
