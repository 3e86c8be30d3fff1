//! What the device is: its things with their properties, services and events, and the property values that wait to be
//! sent (api-behaviour.md sections 4.3, 4.4, 5 and 6).
//!
//! * [`Registry`] knows what is registered and bound, finds the handler of a request and answers it.
//! * [`SubscribedProperties`] keeps values until the platform has confirmed them, in RAM and on disk.
//! * [`Things`] is the two together: what changes one when the other changes.
//!
//! No I/O happens here but that of the store: requests to the platform go through the [`Platform`] trait. No lock is held while a handler or
//! a [`Platform`] function runs.

mod bindings;
mod builtin;
mod call;
mod definition;
mod device;
mod dispatch;
mod error;
mod metadata;
mod registry;
mod subscribed;

pub use bindings::DefaultServices;
pub use builtin::UpdateObserver;
pub use call::{DefaultHandler, PropertyHandler, ServiceHandler, reply_from_callback};
pub use definition::{Aspects, EventDefinition, PropertyDefinition, ServiceDefinition};
pub use device::Things;
pub use dispatch::{FILE_SERVICES, Handler, TUNNEL_SERVICES};
pub use error::RegistryError;
pub use metadata::MetadataTooLong;
pub use registry::{Definition, Registered, Registry};
pub use subscribed::{
    AppliedSubscriptions, Change, Current, MAX_REFUSALS, Platform, PropertyValue, PushCallback, PushError, PushOptions,
    Queued, SYNCHRONIZATION_LIMIT, SetError, StoreUse, SubscribedProperties, Taken, UPDATE_SERVICE, Watcher,
    update_parameters, update_table,
};

#[cfg(test)]
mod tests;
