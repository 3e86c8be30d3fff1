//! `/Thingworx/Things/{thing}/Properties`.

use super::{Answered, Options, RestError, Shared, body_json, things};
use crate::session::property_table;
use crate::thing::{PushType, convert};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use twedge::model::{DataShape, Field, InfoTable, Text, Value};

/// All properties as they are known, with those that every thing has.
pub(super) async fn all(State(core): State<Shared>, Path(name): Path<String>) -> Answered {
    let table = core.read(|state| {
        let thing = state.things.get(&Text::from(name.as_str()))?;
        let mut table = InfoTable::new(DataShape::new(things::columns()));
        let mut row = things::row(thing);
        if let Some(own) = property_table(thing, None) {
            table.shape.fields.extend(own.shape.fields);
            row.extend(own.rows.into_iter().flatten());
        }
        table.rows.push(row);
        Some(table)
    });
    Ok(core.table_answer(&table.ok_or_else(|| RestError::no_thing(&name))?))
}

/// Where the value of a property is taken from.
#[derive(PartialEq)]
enum Source {
    Platform,
    Device,
}

/// One property. `?source=device` asks the device, `?source=platform` does not; otherwise the device is asked for a
/// remote property that it never pushes or of which nothing is known.
pub(super) async fn read(
    State(core): State<Shared>,
    Path((thing, name)): Path<(String, String)>,
    options: Options,
) -> Answered {
    let (thing_name, property) = (Text::from(thing.as_str()), Text::from(name.as_str()));
    if let Some(value) = built_in(&core, &thing_name, &name)? {
        return Ok(core.table_answer(&InfoTable::single(name, value)));
    }
    let (field, source) = core
        .read(|state| {
            let record = state.things.get(&thing_name)?.properties.get(&property)?;
            let unknown = record.current().is_none() || record.push_type == PushType::Never;
            let source = if record.remote && unknown { Source::Device } else { Source::Platform };
            Some((Field::new(property.clone(), record.base_type), source))
        })
        .ok_or_else(|| RestError::no_property(&thing, &name))?;
    let source = match options.get("source").map(String::as_str) {
        None => source,
        Some("device") => Source::Device,
        Some("platform") => Source::Platform,
        Some(other) => return Err(RestError::bad(format!("source={other}; it is device or platform"))),
    };
    let table = if source == Source::Device {
        let value = core.read_device(&thing_name, &property, core.rest_timeout(&options)).await?;
        InfoTable { shape: DataShape::new(vec![field]), rows: vec![vec![value]] }
    } else {
        core.read(|state| property_table(state.things.get(&thing_name)?, Some(&property)))
            .ok_or_else(|| RestError::no_property(&thing, &name))?
    };
    Ok(core.table_answer(&table))
}

/// The value of one of the properties that every thing has.
fn built_in(core: &Shared, thing: &Text, name: &str) -> Result<Option<Value>, RestError> {
    core.read(|state| {
        let record = state.things.get(thing).ok_or_else(|| RestError::no_thing(&thing.to_string_lossy()))?;
        let position = things::columns().iter().position(|field| field.name == *name);
        let own = record.properties.contains_key(&Text::from(name));
        Ok(position.filter(|_| !own).and_then(|position| things::row(record).get(position).cloned()))
    })
}

/// Writes one property, `{"name": value}`, or with the name `*` several. Remote properties are written to the device.
pub(super) async fn write(
    State(core): State<Shared>,
    Path((thing, name)): Path<(String, String)>,
    options: Options,
    body: Bytes,
) -> Answered {
    let body = body_json(&body)?;
    let object = body.as_object().ok_or_else(|| RestError::bad("the body is no JSON object {property: value}"))?;
    let thing_name = Text::from(thing.as_str());
    let mut writes = Vec::new();
    for (property, json) in object.iter().filter(|(property, _)| name == "*" || **property == name) {
        let property = Text::from(property.as_str());
        let (base_type, remote) = core
            .read(|state| {
                let record = state.things.get(&thing_name).ok_or_else(|| RestError::no_thing(&thing))?;
                let record = record.properties.get(&property);
                Ok::<_, RestError>(record.map(|record| (record.base_type, record.remote)))
            })?
            .ok_or_else(|| RestError::no_property(&thing, &property.to_string_lossy()))?;
        let value = convert::from_json(json, base_type).map_err(|error| RestError::bad(error.to_string()))?;
        writes.push((property, value, remote));
    }
    if writes.is_empty() {
        core.read(|state| state.things.get(&thing_name).map(drop)).ok_or_else(|| RestError::no_thing(&thing))?;
        return Err(RestError::bad(format!("the body has no value of {name}")));
    }
    for (property, value, remote) in writes {
        if remote {
            core.write_device(&thing_name, &property, value, core.rest_timeout(&options)).await?;
        } else {
            core.store(&thing_name, &property, value);
        }
    }
    Ok(StatusCode::OK.into_response())
}
