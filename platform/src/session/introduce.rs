//! What happens after a thing was bound: what has it got, and which of its properties is it to push (protocol.md 6.1).

use super::SessionHandle;
use crate::config::{AddressBy, AskMetadata, Notify};
use crate::core::Core;
use crate::device::DeviceError;
use crate::service::Answer;
use crate::thing::{metadata, named_values};
use std::sync::Arc;
use std::time::Duration;
use twedge::model::{BaseType, DataShape, Field, InfoTable, Text, Value};
use twedge::wire::{Characteristic, EntityType, MessageCode, Request};

/// Introduces things that a connection has bound. Only so many at a time: devices have a limited queue.
pub(crate) async fn introduce_all(core: Arc<Core>, handle: SessionHandle, things: Vec<Text>) {
    for thing in things {
        let Ok(permit) = handle.introductions.clone().acquire_owned().await else { return };
        let (core, handle) = (core.clone(), handle.clone());
        tokio::spawn(async move {
            introduce(&core, &handle, &thing).await;
            drop(permit);
        });
    }
}

/// Introduces one thing.
async fn introduce(core: &Arc<Core>, handle: &SessionHandle, thing: &Text) {
    if asks_for_metadata(core, thing) {
        ask_metadata(core, handle, thing).await;
    }
    let switches = &core.config().switches;
    if switches.synchronize_model_state && synchronize_model_state(core, handle, thing).await {
        return;
    }
    if switches.notify != Notify::Never {
        notify(core, handle, thing).await;
    }
}

/// Whether NotifyPropertyUpdate is all that is due for a thing.
pub(super) fn needs_only_notice(core: &Core, thing: &Text) -> bool {
    !asks_for_metadata(core, thing) && !core.config().switches.synchronize_model_state
}

fn asks_for_metadata(core: &Core, thing: &Text) -> bool {
    match core.config().switches.metadata {
        AskMetadata::Always => true,
        AskMetadata::OnCommand => false,
        AskMetadata::Unknown => core.read(|state| state.things.get(thing).is_some_and(|thing| !thing.defined)),
    }
}

/// The request NotifyPropertyUpdate for a thing; `None` when the connection has not bound it any more.
pub(super) fn notice(core: &Core, connection: u64, thing: &Text) -> Option<Request> {
    service(core, connection, thing, "NotifyPropertyUpdate", None)
}

fn service(core: &Core, connection: u64, thing: &Text, name: &str, params: Option<InfoTable>) -> Option<Request> {
    let entity = core.read(|state| {
        let bound = state.things.get(thing)?.bound.as_ref().filter(|bound| bound.connection == connection)?;
        Some(bound.name.clone())
    })?;
    Some(core.request_to(thing, entity, Characteristic::SERVICES, name.into(), params))
}

impl Core {
    /// A request to a bound thing with what the switches say about requests.
    pub(crate) fn request_to(
        &self,
        thing: &Text,
        bound_name: Text,
        characteristic: Characteristic,
        name: Text,
        params: Option<InfoTable>,
    ) -> Request {
        let switches = &self.config().switches;
        let entity = match switches.address_by {
            AddressBy::BoundName => bound_name,
            AddressBy::ThingName => thing.clone(),
        };
        let headers = &switches.request_headers;
        let headers = headers.iter().map(|(name, value)| (name.as_str().into(), value.as_str().into())).collect();
        Request { entity_type: EntityType::THING, entity, characteristic, name, headers, params }
    }
}

async fn call(
    core: &Arc<Core>,
    handle: &SessionHandle,
    thing: &Text,
    name: &str,
    params: Option<InfoTable>,
) -> Result<Answer, DeviceError> {
    let request = service(core, handle.id, thing, name, params).ok_or(DeviceError::NotConnected)?;
    handle.request(request, core.config().timers.request).await
}

pub(crate) async fn notify(core: &Arc<Core>, handle: &SessionHandle, thing: &Text) {
    match call(core, handle, thing, "NotifyPropertyUpdate", None).await {
        Ok(answer) if answer.is_success() => {}
        Ok(answer) => log::info!("{thing}: NotifyPropertyUpdate was answered with {}", answer.code),
        Err(error) => log::info!("{thing}: NotifyPropertyUpdate: {error}"),
    }
}

/// Asks a device what a thing has. An answer that is late is still used: the device is then told once more.
async fn ask_metadata(core: &Arc<Core>, handle: &SessionHandle, thing: &Text) {
    let wait = core.config().timers.metadata;
    let (answered, mut answer) = tokio::sync::oneshot::channel();
    let task = (core.clone(), handle.clone(), thing.clone());
    tokio::spawn(async move {
        let (core, handle, thing) = task;
        let answer = call(&core, &handle, &thing, "GetMetadata", None).await;
        learn(&core, &thing, answer);
        if answered.send(()).is_err() {
            notify(&core, &handle, &thing).await;
        }
    });
    if tokio::time::timeout(wait, &mut answer).await.is_err() {
        log::info!("{thing}: no answer to GetMetadata within {wait:?}, going on without");
    }
}

fn learn(core: &Core, thing: &Text, answer: Result<Answer, DeviceError>) {
    let metadata = match answer {
        Ok(answer) if answer.is_success() => metadata::parse(answer.content.as_ref()),
        Ok(answer) => return log::info!("{thing}: GetMetadata was answered with {}", answer.code),
        Err(error) => return log::info!("{thing}: GetMetadata: {error}"),
    };
    match metadata {
        Err(error) => log::warn!("{thing}: {error}"),
        Ok(metadata) => {
            let limit = core.config().limits.properties;
            core.update(|state| {
                if let Some(thing) = state.things.get_mut(thing) {
                    let overrule = !thing.by_operator;
                    thing.learn(&metadata, overrule, limit);
                }
            });
        }
    }
}

/// Tries SynchronizeModelState. `true`: the device knows it, and its values are taken.
async fn synchronize_model_state(core: &Arc<Core>, handle: &SessionHandle, thing: &Text) -> bool {
    let params = core.read(|state| state.things.get(thing).map(model_state));
    let answer = call(core, handle, thing, "SynchronizeModelState", params).await;
    let Ok(answer) = answer else { return false };
    if !answer.is_success() {
        return false;
    }
    let values = answer.content.as_ref().map(named_values).unwrap_or_default();
    core.store_values(handle.id, thing, values);
    true
}

/// The parameters of SynchronizeModelState. Their shapes are not known; these are made up from their names.
fn model_state(thing: &crate::thing::Thing) -> InfoTable {
    let properties = thing.subscriptions(true);
    let mut events = InfoTable::new(DataShape::new(vec![Field::new("edgeName", BaseType::STRING)]));
    events.rows = thing.event_names.iter().map(|name| vec![Value::string(name.clone())]).collect();
    InfoTable::row_of([
        ("propertyInfo", Value::InfoTable(Box::new(properties))),
        ("eventInfo", Value::InfoTable(Box::new(events))),
    ])
}

/// Asks a device again, on an operator's command.
pub(crate) async fn browse(
    core: &Arc<Core>,
    thing: &Text,
    timeout: Duration,
) -> Result<serde_json::Value, DeviceError> {
    let answer = core.call_device(thing, "GetMetadata", None, timeout).await?;
    if !answer.is_success() {
        let reason = answer.reason.map(|reason| reason.to_string()).unwrap_or_default();
        return Err(DeviceError::Refused { code: answer.code, reason });
    }
    let metadata = metadata::parse(answer.content.as_ref())
        .map_err(|error| DeviceError::Refused { code: MessageCode::NOT_ACCEPTABLE, reason: error.to_string() })?;
    learn(core, thing, Ok(answer));
    Ok(metadata)
}
