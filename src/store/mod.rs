//! What must survive a power cut, on disk: property values that wait for a connection, and messages that could not be sent.
//!
//! A store is one file, a [`Log`]: a sequence of records with checksums, appended and made durable before the call that adds them
//! returns, removed when the platform has answered for them. What is in a record is its user's matter. Files that the original
//! SDK has written are read, and written if a program asks for it ([`Format::Original`]).
//!
//! # The file
//!
//! A record is `0, COBS(version, kind, number, payload, CRC-32), 0`: the byte 0 stands nowhere but between records. So a damaged byte
//! spoils the record that it is in and no other, whatever it is turned into, and a tail of zeros, which file systems leave after a
//! power cut, is nothing. A removed record is named by a later one. A file without live records has no bytes.
//!
//! # Write points
//!
//! Everything that changes the file system goes through `change`. Its operations are the points at which a power cut can leave a
//! state that differs from others; [`Point`] names them. A build with the feature `store-faults` ends itself at one of them (module
//! `faults`).
//!
//! # Beside the file
//!
//! `NAME.bad` has the bytes of records that could not be read, `NAME.newer` a file of a later version as it was found, `NAME.rejected` what
//! the platform has refused for good, one line of JSON each. `NAME.tmp` exists while a file is rewritten.

mod aside;
mod change;
mod disk;
mod error;
mod faults;
mod frame;
mod log;
mod messages;
pub(crate) mod notes;
mod original;
mod rejected;
mod sync;

pub use self::log::{Format, Log};
pub use change::Point;
pub use error::StoreError;
#[cfg(test)]
pub(crate) use faults::reached as points_reached;
pub(crate) use messages::continues;
pub use messages::{Fate, MAX_TRIES, MessageStore, NotStored, Stored};
pub use original::Original;
pub use rejected::Rejected;
pub use sync::{Durability, SyncHandle};

#[cfg(test)]
mod power;
#[cfg(test)]
mod tests;
