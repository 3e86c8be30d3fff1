//! Synchronizing subscribed properties: NotifyPropertyUpdate marks a thing, `tick` asks for its push types, values are pushed
//! (api-behaviour.md 2.8, Q-A6).

use std::time::{Duration, Instant};

use super::backoff::pause_after;
use super::error::RequestError;
use super::flags::Flag;
use super::settings::RequestOptions;
use super::shared::{Shared, deadline};
use super::steps;
use super::synchronizer::Hold;
use crate::model::{BaseType, InfoTable, Text, Value};
use crate::wire::{Characteristic, EntityType, MessageCode, Request};

/// The service by which the platform says that the push types of a thing have changed.
pub const NOTIFY_PROPERTY_UPDATE: &str = "NotifyPropertyUpdate";
/// The service that tells them.
const GET_PROPERTY_SUBSCRIPTIONS: &str = "GetPropertySubscriptions";
/// Announces that we know the push type DEADBAND (W33: exactly this text).
const OPTIONS: &str = r#"{"hasDeadband":true}"#;
/// The longest that a push waits for the synchronization of its thing, unless the time for answers is shorter.
const HOLD_LIMIT: Duration = Duration::from_secs(5);

/// Whether a request is that service.
pub(super) fn is_notification(request: &Request) -> bool {
    request.entity_type == EntityType::THING
        && request.characteristic == Characteristic::SERVICES
        && request.name == *NOTIFY_PROPERTY_UPDATE
}

impl Shared {
    /// One pass of the synchronization task. The flag that the first pass is over does not depend on there being anything to
    /// synchronize (Q-A7).
    pub fn synchronize(&self) {
        self.synchronize_marked();
        let now = Instant::now();
        if self.first_synchronization_ends(now).is_some_and(|end| end <= now) {
            self.flags.set(Flag::FirstSynchronizationComplete, true);
        }
    }

    /// Steps 5 and 6 for everything that is due, if online.
    pub fn synchronize_marked(&self) {
        if self.online().is_some() {
            while let Some(thing) = self.synchronizer.claim(Instant::now()) {
                self.synchronize_thing(&thing, None);
            }
        }
    }

    /// When the flag that the first synchronization is over is to be set; `None` when it is, or when nothing can be said yet.
    fn first_synchronization_ends(&self, now: Instant) -> Option<Instant> {
        if self.flags.get(Flag::FirstSynchronizationComplete) {
            return None;
        }
        let wait = self.settings().first_synchronization_wait;
        if wait.is_zero() || self.synchronizer.is_any_synchronized() {
            return Some(now);
        }
        self.online()?;
        let began = *self.schedule().first_synchronization.get_or_insert(now);
        Some(deadline(began, wait))
    }

    /// Steps 5 and 6 for a thing that this thread has claimed. True when its push types are known now.
    fn synchronize_thing(&self, thing: &Text, until: Option<Instant>) -> bool {
        let subscriptions = match steps::synchronize(self, thing, until) {
            Ok(subscriptions) => subscriptions,
            Err(error) => {
                let settings = self.settings();
                let mut pause = Duration::ZERO;
                self.synchronizer.failed(thing, |failures| {
                    pause = pause_after(failures, &settings);
                    deadline(Instant::now(), pause)
                });
                log::warn!("{GET_PROPERTY_SUBSCRIPTIONS} of {thing}: {error}; again in {pause:?}");
                self.tasker.raise();
                return false;
            }
        };
        self.application.update_push_types(thing, &subscriptions);
        self.synchronizer.succeeded(thing);
        // It may have been notified again meanwhile.
        self.tasker.raise();
        self.application.on_synchronized(thing, &subscriptions);
        steps::push(self, thing);
        true
    }

    /// Before values of a thing are pushed: see [`super::Connection::ensure_synchronized`].
    pub fn ensure_synchronized(&self, thing: &Text, limit: Duration) -> bool {
        if self.owner.is_foreign() || !self.application.is_bound(thing) {
            return false;
        }
        let Some(link) = self.online() else { return false };
        let limit = limit.min(self.settings().message_timeout).min(HOLD_LIMIT);
        let until = deadline(Instant::now(), limit);
        loop {
            match self.synchronizer.hold(thing, link.id, until) {
                Hold::Go => return self.synchronizer.is_synchronized(thing),
                Hold::Run => {
                    self.synchronize_thing(thing, Some(until));
                }
                Hold::GiveUp => {
                    log::warn!(
                        "the platform has not synchronized {thing}: values are pushed as their registered push types say"
                    );
                    return false;
                }
            }
        }
    }

    /// When the synchronization task has something to do, `now` for at once.
    pub fn next_synchronization(&self, now: Instant) -> Option<Instant> {
        let retry = self.online().and_then(|_| self.synchronizer.next_retry());
        self.first_synchronization_ends(now).into_iter().chain(retry).min()
    }
}

/// Asks for the push types of a thing, until the moment given or for the usual time. No table, and a table without rows, is an answer as
/// well.
pub(super) fn get_property_subscriptions(
    shared: &Shared,
    thing: &Text,
    until: Option<Instant>,
) -> Result<InfoTable, RequestError> {
    let options = Value::Text(BaseType::JSON, OPTIONS.into());
    let request = Request {
        entity_type: EntityType::THING,
        entity: thing.clone(),
        characteristic: Characteristic::SERVICES,
        name: GET_PROPERTY_SUBSCRIPTIONS.into(),
        headers: Vec::new(),
        params: Some(InfoTable::single("options", options)),
    };
    let timeout = until.map(|until| until.saturating_duration_since(Instant::now()).max(Duration::from_millis(1)));
    let answer = shared.request(MessageCode::POST, request, RequestOptions { timeout, ..RequestOptions::default() })?;
    Ok(answer.success()?.content.unwrap_or_default())
}
