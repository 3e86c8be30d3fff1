//! What pushing needs of the connection.

use std::time::Duration;

use crate::connection::{Callback, RequestError};
use crate::model::{InfoTable, Text};

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
