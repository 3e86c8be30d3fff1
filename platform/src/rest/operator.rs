//! `/twedge`: what operators and tests want to know and do beyond the real platform's addresses.

use super::{Answered, Options, RestError, Shared, body_json, json};
use crate::finding::Severity;
use crate::session::Command;
use crate::session::browse;
use crate::thing::{Property, PushType, Sample, Thing, ThingDefinition, convert};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value as Json, json};
use std::time::UNIX_EPOCH;
use twedge::model::Text;

fn text(text: &Text) -> String {
    text.to_string_lossy().into_owned()
}

/// Everything about a thing but its history and events.
pub(super) async fn thing(State(core): State<Shared>, Path(name): Path<String>) -> Answered {
    let unsigned = core.config().switches.unsigned_datetime;
    let found = core.read(|state| state.things.get(&name.as_str().into()).map(|thing| thing_json(thing, unsigned)));
    found.map(|found| json(&found)).ok_or_else(|| RestError::no_thing(&name))
}

fn thing_json(thing: &Thing, unsigned: bool) -> Json {
    let properties: Map<String, Json> =
        thing.properties.iter().map(|(name, property)| (text(name), property_json(property, unsigned))).collect();
    json!({
        "name": text(&thing.name),
        "identifier": thing.identifier.as_ref().map(text),
        "template": thing.template,
        "description": thing.description,
        "isConnected": thing.is_connected(),
        "isReporting": thing.is_reporting(),
        "lastConnection": thing.last_connection,
        "boundAs": thing.bound.as_ref().map(|bound| text(&bound.name)),
        "connection": thing.bound.as_ref().map(|bound| bound.connection),
        "properties": properties,
        "services": thing.services.keys().map(text).collect::<Vec<_>>(),
        "events": thing.event_names.iter().map(text).collect::<Vec<_>>(),
    })
}

fn property_json(property: &Property, unsigned: bool) -> Json {
    let current = property.current();
    json!({
        "baseType": property.base_type.to_string(),
        "description": property.description,
        "remote": property.remote,
        "pushType": property.push_type.name(),
        "pushThreshold": property.push_threshold,
        "value": current.map(|sample| convert::to_json(&sample.value, unsigned)),
        "time": current.map(|sample| sample.time),
        "quality": current.map(|sample| text(&sample.quality)),
    })
}

/// Creates a thing or gives it a new definition; the body has the form of the definitions file, its name aside.
pub(super) async fn define(State(core): State<Shared>, Path(name): Path<String>, body: Bytes) -> Answered {
    let mut definition = match body_json(&body)? {
        Json::Null => Map::new(),
        Json::Object(definition) => definition,
        _ => return Err(RestError::bad("the body is no JSON object")),
    };
    definition.insert("name".to_owned(), name.into());
    let definition =
        ThingDefinition::from_json(definition.into()).map_err(|error| RestError::bad(error.to_string()))?;
    core.define(definition);
    Ok(StatusCode::OK.into_response())
}

/// Removes a thing.
pub(super) async fn remove(State(core): State<Shared>, Path(name): Path<String>) -> Answered {
    let removed = core.update(|state| state.things.remove(&name.as_str().into()));
    removed.map(|_| StatusCode::OK.into_response()).ok_or_else(|| RestError::no_thing(&name))
}

/// The values that a property has had, oldest first.
pub(super) async fn history(State(core): State<Shared>, Path((thing, name)): Path<(String, String)>) -> Answered {
    let unsigned = core.config().switches.unsigned_datetime;
    let values = of_property(&core, &thing, &name, |property| {
        property.history().map(|sample| sample_json(sample, unsigned)).collect::<Vec<_>>()
    })?;
    Ok(json(&values.into()))
}

/// The values of a property that its device has pushed more than once.
pub(super) async fn duplicates(State(core): State<Shared>, Path((thing, name)): Path<(String, String)>) -> Answered {
    let unsigned = core.config().switches.unsigned_datetime;
    let values = of_property(&core, &thing, &name, |property| {
        let value = |duplicate: &crate::thing::Duplicate| {
            let mut value = sample_json(&duplicate.sample, unsigned);
            value["again"] = duplicate.again.into();
            value
        };
        property.duplicates().map(value).collect::<Vec<_>>()
    })?;
    Ok(json(&values.into()))
}

fn sample_json(sample: &Sample, unsigned: bool) -> Json {
    json!({"value": convert::to_json(&sample.value, unsigned), "time": sample.time, "quality": text(&sample.quality)})
}

fn of_property<T>(core: &Shared, thing: &str, name: &str, look: impl FnOnce(&Property) -> T) -> Result<T, RestError> {
    core.read(|state| {
        let record = state.things.get(&thing.into()).ok_or_else(|| RestError::no_thing(thing))?;
        let property = record.properties.get(&Text::from(name));
        property.map(look).ok_or_else(|| RestError::no_property(thing, name))
    })
}

/// Sets `pushType` and `pushThreshold` of a property; its device is told.
pub(super) async fn push_settings(
    State(core): State<Shared>,
    Path((thing, name)): Path<(String, String)>,
    body: Bytes,
) -> Answered {
    let body = body_json(&body)?;
    let push_type = body.get("pushType").and_then(Json::as_str).and_then(PushType::from_name);
    let push_type = push_type.ok_or_else(|| RestError::bad("pushType is NEVER, ALWAYS, VALUE, DEADBAND, ON or OFF"))?;
    let threshold = body.get("pushThreshold").and_then(Json::as_f64).unwrap_or(0.0);
    core.set_push(&thing.as_str().into(), &name.as_str().into(), push_type, threshold)?;
    Ok(StatusCode::OK.into_response())
}

/// The latest events of a thing, oldest first.
pub(super) async fn events(State(core): State<Shared>, Path(name): Path<String>) -> Answered {
    let unsigned = core.config().switches.unsigned_datetime;
    let events = core.read(|state| {
        let thing = state.things.get(&name.as_str().into())?;
        let event = |event: &crate::thing::EventRecord| {
            let data = event.data.as_ref().map(|data| convert::table_to_json(data, unsigned));
            json!({"name": text(&event.name), "time": event.time, "data": data})
        };
        Some(thing.events.iter().map(event).collect::<Vec<_>>())
    });
    Ok(json(&events.ok_or_else(|| RestError::no_thing(&name))?.into()))
}

/// Asks the device what the thing has, and learns it.
pub(super) async fn metadata(State(core): State<Shared>, Path(name): Path<String>, options: Options) -> Answered {
    Ok(json(&browse(&core, &name.as_str().into(), core.rest_timeout(&options)).await?))
}

/// The connections that are open.
pub(super) async fn connections(State(core): State<Shared>) -> Response {
    let list: Vec<Json> = core.read(|state| {
        let connection = |(id, session): (&u64, &crate::core::Session)| {
            let info = &session.info;
            json!({
                "id": id,
                "peer": info.peer.to_string(),
                "stage": format!("{:?}", info.stage),
                "user": info.user,
                "maxFrameSize": info.max_frame_size,
                "compression": info.compression,
                "tls": info.tls,
                "gateway": info.gateway.as_ref().map(|gateway| text(&gateway.name)),
                "bound": state.things.bound_names(*id).iter().map(text).collect::<Vec<_>>(),
            })
        };
        state.sessions.iter().map(connection).collect()
    });
    json(&list.into())
}

/// Closes a connection.
pub(super) async fn disconnect(State(core): State<Shared>, Path(id): Path<u64>) -> Answered {
    let told = core.read(|state| {
        let session = state.sessions.get(&id)?;
        Some(session.handle.send(Command::Close(1000, "by the operator".to_owned())))
    });
    told.map(|_| StatusCode::OK.into_response())
        .ok_or_else(|| RestError::new(StatusCode::NOT_FOUND, format!("there is no connection {id}")))
}

/// What devices were seen doing wrong.
pub(super) async fn findings(State(core): State<Shared>) -> Response {
    let list: Vec<Json> = core.read(|state| {
        let finding = |finding: &crate::finding::Finding| {
            let time = finding.time.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
            json!({
                "connection": finding.connection,
                "kind": format!("{:?}", finding.kind),
                "violation": finding.kind.severity() == Severity::Violation,
                "detail": finding.detail,
                "time": u64::try_from(time).unwrap_or(u64::MAX),
            })
        };
        state.findings.iter().map(finding).collect()
    });
    json(&list.into())
}

/// Counts since the start.
pub(super) async fn counters(State(core): State<Shared>) -> Response {
    let counters = core.read(|state| state.counters);
    json(&json!({
        "connections": counters.connections,
        "upgrades": counters.upgrades,
        "authentications": counters.authentications,
        "binds": counters.binds,
        "unbinds": counters.unbinds,
        "synchronizations": counters.synchronizations,
        "pushes": counters.pushes,
        "values": counters.values,
        "duplicates": counters.duplicates,
        "events": counters.events,
        "pings": counters.pings,
        "messagesIn": counters.messages_in,
        "messagesOut": counters.messages_out,
        "restRequests": counters.rest_requests,
    }))
}
