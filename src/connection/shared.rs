//! What the handle, the I/O thread and the background reconnect share.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::application::{AppKey, Application};
use super::backoff::Backoff;
use super::dispatch::Dispatch;
use super::driver::Driver;
use super::events::{Event, Events};
use super::flags::{Flag, FlagStore};
use super::in_flight::InFlight;
use super::open::Endpoint;
use super::outbox::{Link, Outbox};
use super::process::Owner;
use super::settings::{ConnectOptions, Settings};
use super::signal::Signal;
use super::state::Chronicle;
use super::synchronizer::Synchronizer;
use crate::store::MessageStore;
use crate::wire::Gateway;

/// When the tasks of `tick` are due.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    /// Automatic reconnects.
    pub backoff: Backoff,
    /// Binding again on a link whose BIND was refused: the link, the failures, the moment.
    pub bind_retry: Option<BindRetry>,
    /// The next change of the duty cycle; `None` is at once.
    pub duty: Option<Instant>,
    /// When the synchronization task first ran online.
    pub first_synchronization: Option<Instant>,
    /// A disconnect call has come since the last connect loop began: what ended because of it, or at the same time, must not arm
    /// automatic reconnects.
    pub disconnected: bool,
}

/// See [`Schedule::bind_retry`].
#[derive(Clone, Copy, Debug)]
pub(super) struct BindRetry {
    pub link: u64,
    pub failures: u32,
    pub at: Instant,
}

/// No function holds one of these locks while it calls the application or writes to the log, which may be the application's too (but for
/// a waker that fails). Those of the schedule, of the threads and of the outbox may be held while one further on in this list is taken:
/// threads, schedule, outbox, events; all others are leaves.
pub(super) struct Shared {
    pub application: Arc<dyn Application>,
    pub flags: Arc<dyn FlagStore>,
    pub outbox: Outbox,
    pub in_flight: InFlight,
    pub dispatch: Dispatch,
    pub events: Events,
    pub tasker: Signal,
    pub driver: Driver,
    pub synchronizer: Synchronizer,
    pub owner: Owner,
    pub chronicle: Chronicle,
    settings: Mutex<Settings>,
    endpoint: Mutex<Arc<Endpoint>>,
    gateway: Mutex<Option<Gateway>>,
    message_store: Mutex<Option<Arc<MessageStore>>>,
    schedule: Mutex<Schedule>,
    /// What the last connect call asked for; automatic reconnects do the same.
    reconnect: Mutex<ConnectOptions>,
    last_key: Mutex<Option<AppKey>>,
    last_tick: Mutex<Option<Instant>>,
    /// The link for which the authenticated callbacks were called last.
    pub reported_link: AtomicU64,
    threads: Mutex<Threads>,
    /// For threads of ours, which keep the state alive until they end.
    pub own: Weak<Shared>,
}

/// The threads of ours.
#[derive(Debug, Default)]
pub(super) struct Threads {
    pub io: Option<JoinHandle<()>>,
    pub background: Option<JoinHandle<()>>,
    pub shut_down: bool,
}

impl Shared {
    pub fn new(
        endpoint: Endpoint,
        settings: Settings,
        application: Arc<dyn Application>,
        flags: Arc<dyn FlagStore>,
    ) -> Arc<Self> {
        Arc::new_cyclic(|own| Self {
            own: own.clone(),
            application,
            outbox: Outbox::new(Arc::clone(&flags)),
            flags,
            in_flight: InFlight::default(),
            dispatch: Dispatch::default(),
            events: Events::default(),
            tasker: Signal::default(),
            driver: Driver::default(),
            synchronizer: Synchronizer::default(),
            owner: Owner::default(),
            chronicle: Chronicle::default(),
            settings: Mutex::new(settings),
            endpoint: Mutex::new(Arc::new(endpoint)),
            gateway: Mutex::default(),
            message_store: Mutex::default(),
            schedule: Mutex::default(),
            reconnect: Mutex::new(ConnectOptions { timeout: Duration::ZERO, retries: 0 }),
            last_key: Mutex::default(),
            last_tick: Mutex::default(),
            reported_link: AtomicU64::new(0),
            threads: Mutex::default(),
        })
    }

    pub fn threads(&self) -> MutexGuard<'_, Threads> {
        lock(&self.threads)
    }

    pub fn settings(&self) -> Settings {
        *lock(&self.settings)
    }

    pub fn set_settings(&self, settings: Settings) {
        let old = std::mem::replace(&mut *lock(&self.settings), settings);
        if old != settings {
            self.tasker.raise();
        }
    }

    pub fn endpoint(&self) -> Arc<Endpoint> {
        Arc::clone(&lock(&self.endpoint))
    }

    pub fn set_endpoint(&self, endpoint: Endpoint) {
        *lock(&self.endpoint) = Arc::new(endpoint);
    }

    pub fn gateway(&self) -> Option<Gateway> {
        lock(&self.gateway).clone()
    }

    pub fn set_gateway(&self, gateway: Option<Gateway>) {
        *lock(&self.gateway) = gateway;
    }

    pub fn message_store(&self) -> Option<Arc<MessageStore>> {
        lock(&self.message_store).clone()
    }

    pub fn set_message_store(&self, store: Option<Arc<MessageStore>>) {
        *lock(&self.message_store) = store;
    }

    pub fn schedule(&self) -> MutexGuard<'_, Schedule> {
        lock(&self.schedule)
    }

    /// Arms automatic reconnects, unless a disconnect call has come. Decided under the lock of the schedule, where the call leaves its mark.
    pub fn arm_reconnects(&self, schedule: &Schedule) {
        if !schedule.disconnected {
            self.flags.set(Flag::ManuallyDisconnected, false);
        }
    }

    pub fn reconnect_options(&self) -> ConnectOptions {
        *lock(&self.reconnect)
    }

    pub fn set_reconnect_options(&self, options: ConnectOptions) {
        *lock(&self.reconnect) = options;
    }

    pub fn last_key(&self) -> Option<AppKey> {
        lock(&self.last_key).clone()
    }

    pub fn remember_key(&self, key: AppKey) {
        *lock(&self.last_key) = Some(key);
    }

    /// The link, if messages may be sent on it.
    pub fn online(&self) -> Option<Link> {
        self.outbox.link().filter(|_| self.flags.get(Flag::Connected) && self.flags.get(Flag::Authenticated))
    }

    /// The application has lent a thread to `tick`, or to a connect call that it will tick after.
    pub fn note_tick(&self, now: Instant) {
        *lock(&self.last_tick) = Some(now);
    }

    /// When the application counts as one that does not tick, unless it does. `None` before it has lent any thread.
    pub fn silent_at(&self) -> Option<Instant> {
        let limit = self.settings().silence_limit;
        lock(&self.last_tick).map(|tick| deadline(tick, limit))
    }

    /// Whether the application does not tick, so that what it has to be told must use the calls that it makes.
    pub fn is_silent(&self) -> bool {
        self.silent_at().is_none_or(|at| at <= Instant::now())
    }

    /// Tells the application what has happened. For threads that it lends.
    pub fn deliver_events(&self) {
        while let Some(event) = self.events.pop() {
            event.deliver(&*self.application);
        }
    }

    /// The same in a call that is there for something else: only if the application does not tick.
    pub fn deliver_events_if_silent(&self) {
        if self.is_silent() {
            self.deliver_events();
        }
    }

    /// Queues something to tell, and wakes the thread that ticks.
    pub fn tell(&self, event: Event) {
        self.events.push(event);
        self.tasker.raise();
    }

    /// Ends what was waiting for answers on a link that is gone.
    pub fn end_requests_of(&self, link: u64) {
        for completed in self.in_flight.fail_link(link) {
            self.dispatch.push_response(completed);
        }
        self.announce_item();
    }
}

/// The next request id: one counter for the process, never 0 (protocol.md 3.2). It starts at 1 and advances with every message
/// that is made.
pub fn next_request_id() -> u32 {
    static COUNTER: AtomicU32 = AtomicU32::new(1);
    loop {
        let id = COUNTER.fetch_add(1, Ordering::Relaxed);
        if id != 0 {
            return id;
        }
    }
}

/// A deadline, at most some years away so that no setting can overflow the clock.
pub(super) fn deadline(now: Instant, time: Duration) -> Instant {
    now + time.min(Duration::from_secs(u64::from(u32::MAX)))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
