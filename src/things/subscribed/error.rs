//! What setting and pushing can fail with.

use crate::connection::RequestError;
use crate::model::{BaseType, Text};

/// Why a push did not send everything. What was not sent is still queued, except after [`PushError::TooLarge`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PushError {
    /// There is no connection and none was to be forced: the values wait for the next push, on disk if a store was opened.
    #[error("values of {thing:?} wait for a connection")]
    Offline {
        /// The thing.
        thing: Text,
    },
    /// The same, and a store was asked for, but not all of them are in it: the others wait in RAM.
    #[error("values of {thing:?} wait for a connection in RAM, not on disk: {reason}")]
    NotStored {
        /// The thing.
        thing: Text,
        /// Why.
        reason: String,
    },
    /// The same, because no directory is configured at this moment.
    #[error("values of {thing:?} wait for a connection in RAM: offline_msg_store_dir is not set")]
    NoStoreDirectory {
        /// The thing.
        thing: Text,
    },
    /// A call failed.
    #[error("values of {thing:?} are not confirmed: {error}")]
    Update {
        /// The thing.
        thing: Text,
        /// Why.
        error: RequestError,
    },
    /// A value does not fit into a message of its own and was dropped.
    #[error(
        "a value of {thing:?}, property {name:?}, needs a message of {length} bytes and one may have {limit}: \
         it was dropped, raise max_message_size or set smaller values"
    )]
    TooLarge {
        /// The thing.
        thing: Text,
        /// The property.
        name: Text,
        /// Bytes of the message.
        length: usize,
        /// Bytes that a message may have.
        limit: usize,
    },
}

impl PushError {
    /// The result of the API call. Offline is 1203 from a set that pushes; a push call itself says 0 instead.
    pub fn result(&self) -> u16 {
        match self {
            Self::Offline { .. } => 1203,
            Self::NotStored { .. } => 1204,
            Self::NoStoreDirectory { .. } => 1205,
            Self::Update { error, .. } => error.result(),
            Self::TooLarge { .. } => 307,
        }
    }
}

/// Why a value was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetError {
    /// The property is not registered.
    #[error("property {name:?} of {thing:?} is not registered")]
    NotRegistered {
        /// The thing.
        thing: Text,
        /// The property.
        name: Text,
    },
    /// The property has no push type.
    #[error("property {name:?} of {thing:?} has no push type: register it with one")]
    NoPushType {
        /// The thing.
        thing: Text,
        /// The property.
        name: Text,
    },
    /// Values of this type cannot be sent.
    #[error("property {name:?} of {thing:?} cannot have a value of type {base_type}: set the value that it holds")]
    UnsupportedType {
        /// The thing.
        thing: Text,
        /// The property.
        name: Text,
        /// The type of the value.
        base_type: BaseType,
    },
    /// There is no room; the value was dropped.
    #[error(
        "no room for a value of {thing:?}, property {name:?}: {queued} bytes wait and {size} more would reach the limit \
         of {limit}; push more often or raise offline_msg_queue_size"
    )]
    QueueFull {
        /// The thing.
        thing: Text,
        /// The property.
        name: Text,
        /// Bytes in the queue.
        queued: u64,
        /// Bytes of the value.
        size: u64,
        /// The limit in bytes.
        limit: u32,
    },
    /// The value was taken; pushing it at once failed.
    #[error(transparent)]
    Push(#[from] PushError),
}

impl SetError {
    /// The result of the API call.
    pub fn result(&self) -> u16 {
        match self {
            Self::NotRegistered { .. } => 1201,
            Self::NoPushType { .. } | Self::UnsupportedType { .. } => 101,
            Self::QueueFull { .. } => 1202,
            Self::Push(error) => error.result(),
        }
    }
}
