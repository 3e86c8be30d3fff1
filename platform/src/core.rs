//! The state of a platform that all its parts share.

use crate::config::Config;
use crate::connection::{ConnectionInfo, Counters};
use crate::fault::{Action, Faults, Point};
use crate::files::Repositories;
use crate::finding::{Finding, FindingKind, Findings, Severity};
use crate::service::Stubs;
use crate::session::SessionHandle;
use crate::thing::Things;
use crate::transcript::Transcript;
use crate::tunnels::Tunnels;
use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime};
use twedge::model::Text;

/// What changes while a platform runs. It stays over a restart.
#[derive(Default)]
pub(crate) struct State {
    pub things: Things,
    pub sessions: BTreeMap<u64, Session>,
    pub faults: Faults,
    pub repositories: Repositories,
    pub tunnels: Tunnels,
    pub findings: Findings,
    pub counters: Counters,
    pub transcript: Transcript,
    /// Number of the latest connection.
    pub connections: u64,
    /// How often the state has been changed.
    pub changes: u64,
    /// How many session ids were counted out.
    pub sessions_assigned: u32,
    /// Set while the platform does not serve, so that connections which are just being accepted end as well.
    pub stopped: bool,
}

/// A connection that has been upgraded.
pub(crate) struct Session {
    pub info: ConnectionInfo,
    pub handle: SessionHandle,
}

pub(crate) struct Core {
    config: RwLock<Arc<Config>>,
    state: Mutex<State>,
    changed: Condvar,
    pub stubs: RwLock<Stubs>,
}

impl Core {
    pub fn new(config: Config) -> Self {
        Self {
            config: RwLock::new(Arc::new(config)),
            state: Mutex::default(),
            changed: Condvar::new(),
            stubs: RwLock::default(),
        }
    }

    pub fn config(&self) -> Arc<Config> {
        self.config.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn configure(&self, change: impl FnOnce(&mut Config)) {
        let mut config = self.config.write().unwrap_or_else(PoisonError::into_inner);
        change(Arc::make_mut(&mut config));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the state. Nothing that waits may be called inside.
    pub fn read<R>(&self, look: impl FnOnce(&State) -> R) -> R {
        look(&self.lock())
    }

    /// Changes the state and wakes everyone who waits for a change.
    pub fn update<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        let mut state = self.lock();
        state.changes = state.changes.wrapping_add(1);
        let result = change(&mut state);
        drop(state);
        self.changed.notify_all();
        result
    }

    /// Waits until there is something to be found in the state; `None` when there was nothing for so long. Blocks the
    /// thread.
    pub fn wait<R>(&self, timeout: Duration, mut look: impl FnMut(&State) -> Option<R>) -> Option<R> {
        let deadline = Instant::now().checked_add(timeout);
        let mut state = self.lock();
        loop {
            if let Some(found) = look(&state) {
                return Some(found);
            }
            let left = deadline.map_or(Duration::MAX, |deadline| deadline.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                return None;
            }
            // A bounded piece at a time: not every system takes the longest durations.
            let piece = left.min(Duration::from_secs(3600));
            state = self.changed.wait_timeout(state, piece).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Enters something that a device does wrong.
    pub fn find(&self, connection: u64, kind: FindingKind, detail: impl Into<String>) {
        let finding = Finding { connection, kind, detail: detail.into(), time: SystemTime::now() };
        match kind.severity() {
            Severity::Violation => log::warn!("protocol violation: {finding}"),
            Severity::Warning => log::info!("protocol warning: {finding}"),
        }
        let limit = self.config().limits.findings;
        self.update(|state| state.findings.add(finding, limit));
    }

    /// What a fault does at one of these points.
    pub fn strike(&self, connection: u64, points: &[Point], names: &[Text]) -> Option<Action> {
        let action = self.update(|state| state.faults.strike(points, names))?;
        log::info!("connection {connection}: fault at {:?}: {action:?}", points.first());
        Some(action)
    }
}
