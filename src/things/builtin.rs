//! The services that a bound thing has of itself: `GetMetadata` and `NotifyPropertyUpdate`.

use std::sync::{Arc, Weak};

use super::{DefaultServices, Registry, ServiceDefinition, ServiceHandler};
use crate::connection::{Incoming, Reply, WeakConnection};
use crate::model::{BaseType, InfoTable, Text, Value};
use crate::wire::{EntityType, MessageCode};

const GET_METADATA: &str = "GetMetadata";
const NOTIFY_PROPERTY_UPDATE: &str = "NotifyPropertyUpdate";

/// Is told when the platform wants a thing synchronized. Called without a lock held, on the thread that serves the
/// request; [`Registry::take_update_requests`] says which things.
pub trait UpdateObserver: Send + Sync {
    /// A bound thing was marked. False when it has been synchronized for this already: the mark is taken off.
    fn update_requested(&self, thing: &Text) -> bool;
}

/// A connection synchronizes the thing at its next tick.
impl UpdateObserver for WeakConnection {
    fn update_requested(&self, thing: &Text) -> bool {
        self.upgrade().is_none_or(|connection| connection.notify_property_update(thing))
    }
}

/// Registers the default services of a thing, except those whose name is taken.
pub(super) fn register(registry: &Registry, own: &Weak<Registry>, thing: &Text, services: DefaultServices) {
    let own = || Service { registry: own.clone() };
    let mut offered: Vec<(&str, BaseType, Arc<dyn ServiceHandler>)> = Vec::new();
    if services == DefaultServices::All {
        offered.push((GET_METADATA, BaseType::JSON, Arc::new(GetMetadata(own()))));
    }
    if services != DefaultServices::None {
        offered.push((NOTIFY_PROPERTY_UPDATE, BaseType::NOTHING, Arc::new(NotifyPropertyUpdate(own()))));
    }
    for (name, output, handler) in offered {
        let registered =
            registry.register_service(EntityType::THING, thing.clone(), name, ServiceDefinition::new(output), handler);
        if registered.is_err() {
            log::debug!("thing {thing} has a service {name} of the application's");
        }
    }
}

/// The registry owns these services, so they must not keep it alive.
struct Service {
    registry: Weak<Registry>,
}

struct GetMetadata(Service);

impl ServiceHandler for GetMetadata {
    fn call(&self, call: &Incoming) -> Reply {
        let Some(registry) = self.0.registry.upgrade() else { return Reply::code(MessageCode::SERVICE_UNAVAILABLE) };
        if call.request.entity.is_empty() {
            return Reply::code(MessageCode::BAD_REQUEST);
        }
        match registry.metadata_json(&call.request.entity) {
            Ok(json) => Reply::content(InfoTable::single("result", Value::Text(BaseType::JSON, json))),
            Err(error) => {
                log::error!("{error}");
                Reply { reason: Some(error.to_string().into()), ..Reply::code(MessageCode::ENTITY_TOO_LARGE) }
            }
        }
    }
}

struct NotifyPropertyUpdate(Service);

impl ServiceHandler for NotifyPropertyUpdate {
    fn call(&self, call: &Incoming) -> Reply {
        let Some(registry) = self.0.registry.upgrade() else { return Reply::code(MessageCode::SERVICE_UNAVAILABLE) };
        if call.request.entity.is_empty() {
            return Reply::code(MessageCode::BAD_REQUEST);
        }
        registry.request_update(&call.request.entity);
        Reply::code(MessageCode::SUCCESS)
    }
}
