//! What pushing needs of the connection.

use std::time::Duration;

use super::UPDATE_SERVICE;
use crate::connection::{Callback, Connection, RequestError, RequestOptions};
use crate::model::{InfoTable, Text};
use crate::wire::{Characteristic, EntityType, MessageCode, Request};

/// The connection as pushing sees it. Its functions are called without a lock held and may take as long as a request.
pub trait Platform: Send + Sync {
    /// Whether requests can be sent now.
    fn is_online(&self) -> bool;

    /// Connects, for a push that was told to force a connection. The push goes on whatever the outcome.
    fn connect(&self);

    /// Invokes [`super::UPDATE_SERVICE`] on the thing and waits for the answer, at most for the default time-out of
    /// requests. `Ok` when the platform answered 0x40, and when the message was put into a store of offline messages.
    ///
    /// # Errors
    /// Why not; the values stay queued, or are dropped after several refusals ([`super::MAX_REFUSALS`]).
    fn update(&self, thing: &Text, params: InfoTable) -> Result<(), RequestError>;

    /// As [`Platform::update`], but returns the request id as soon as the message is sent; `done` gets the outcome later.
    /// On an error, and when there will be no outcome, `done` is dropped.
    ///
    /// # Errors
    /// Why nothing was sent.
    fn update_async(&self, thing: &Text, params: InfoTable, done: Callback) -> Result<u32, RequestError>;

    /// Waits until the push settings of a bound thing have been asked for and
    /// [`super::SubscribedProperties::apply_subscriptions`] has run, at most `limit` and the time-out of requests. It may
    /// do both itself. Whether it has happened; when not, it has said so in one WARN.
    fn ensure_synchronized(&self, thing: &Text, limit: Duration) -> bool;
}

impl Platform for Connection {
    fn is_online(&self) -> bool {
        self.is_connected()
    }

    fn connect(&self) {
        if let Err(error) = self.force_connect() {
            log::warn!("{error}");
        }
    }

    fn update(&self, thing: &Text, params: InfoTable) -> Result<(), RequestError> {
        let request = update_request(thing, params);
        self.request(MessageCode::POST, request, RequestOptions::default())?.success().map(drop)
    }

    fn update_async(&self, thing: &Text, params: InfoTable, done: Callback) -> Result<u32, RequestError> {
        self.request_async(MessageCode::POST, update_request(thing, params), RequestOptions::default(), done)
    }

    fn ensure_synchronized(&self, thing: &Text, limit: Duration) -> bool {
        self.ensure_synchronized(thing, limit)
    }
}

fn update_request(thing: &Text, params: InfoTable) -> Request {
    Request {
        entity_type: EntityType::THING,
        entity: thing.clone(),
        characteristic: Characteristic::SERVICES,
        name: UPDATE_SERVICE.into(),
        headers: Vec::new(),
        params: Some(params),
    }
}
