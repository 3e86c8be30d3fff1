//! `/Thingworx/Things/{thing}/Services`.

use super::{Answered, Options, RestError, Shared, body_json};
use crate::device;
use crate::thing::convert;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::{Map, Value as Json};
use twedge::model::{BaseType, DataShape, Field, InfoTable, Text, Value};

/// The services of a thing, as far as they are known.
pub(super) async fn list(State(core): State<Shared>, Path(name): Path<String>) -> Answered {
    let fields = [("name", BaseType::STRING), ("description", BaseType::STRING), ("output", BaseType::BASETYPENAME)];
    let fields = fields.map(|(name, base_type)| Field::new(name, base_type)).to_vec();
    let rows = core.read(|state| {
        let thing = state.things.get(&Text::from(name.as_str()))?;
        let row = |(name, service): (&Text, &crate::thing::ServiceDefinition)| {
            let output = service.output.map_or_else(String::new, |output| output.to_string());
            vec![
                Value::string(name.clone()),
                Value::string(service.description.as_str()),
                Value::Text(BaseType::BASETYPENAME, output.into()),
            ]
        };
        Some(thing.services.iter().map(row).collect())
    });
    let rows = rows.ok_or_else(|| RestError::no_thing(&name))?;
    Ok(core.table_answer(&InfoTable { shape: DataShape::new(fields), rows }))
}

/// Calls a service of the device. The body is a JSON object of the parameters; the answer is the device's table, or
/// empty when it gives none.
pub(super) async fn call(
    State(core): State<Shared>,
    Path((thing, service)): Path<(String, String)>,
    options: Options,
    body: Bytes,
) -> Answered {
    let params = match body_json(&body)? {
        Json::Null => None,
        Json::Object(object) => Some(object),
        _ => return Err(RestError::bad("the body is no JSON object {parameter: value}")),
    };
    let thing_name = Text::from(thing.as_str());
    let inputs = core
        .read(|state| {
            let services = &state.things.get(&thing_name)?.services;
            Some(services.get(&Text::from(service.as_str())).map(|service| service.inputs.clone()))
        })
        .ok_or_else(|| RestError::no_thing(&thing))?;
    let params = params.map(|params| parameters(&params, inputs.as_deref().unwrap_or_default())).transpose()?;
    let timeout = core.rest_timeout(&options);
    let answer = core.call_device(&thing_name, &service, params.flatten(), timeout).await?;
    let answer = device::success(answer)?;
    Ok(match &answer.content {
        Some(table) => core.table_answer(table),
        None => StatusCode::OK.into_response(),
    })
}

/// The parameters as a table: first those that the service is known to have, in their order and of their types, then
/// others as they look. Nothing when there are none.
fn parameters(params: &Map<String, Json>, inputs: &[Field]) -> Result<Option<InfoTable>, RestError> {
    let mut cells = Vec::new();
    for field in inputs {
        let Some(json) = params.get(field.name.to_string_lossy().as_ref()) else { continue };
        let value = convert::from_json(json, field.base_type)
            .map_err(|error| RestError::bad(format!("parameter {}: {error}", field.name)))?;
        cells.push((field.name.clone(), value));
    }
    for (name, json) in params {
        let name = Text::from(name.as_str());
        if inputs.iter().all(|field| field.name != name) {
            cells.push((name, convert::guess(json)));
        }
    }
    Ok((!cells.is_empty()).then(|| InfoTable::row_of(cells)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn known_parameters_have_their_types_and_order() {
        let inputs = [Field::new("b", BaseType::INTEGER), Field::new("a", BaseType::STRING)];
        let read = |json: Json| parameters(json.as_object().unwrap(), &inputs);
        let table = read(json!({"a": 5, "x": true, "b": 7})).unwrap().unwrap();
        assert_eq!(
            table,
            InfoTable::row_of([("b", Value::Integer(7)), ("a", Value::string("5")), ("x", Value::Boolean(true))])
        );
        assert!(read(json!({"b": "many"})).is_err());
        assert!(read(json!({})).unwrap().is_none());
    }
}
