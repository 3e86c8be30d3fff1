//! `/Thingworx/Things`.

use super::{Answered, RestError, Shared};
use crate::thing::Thing;
use axum::extract::{Path, State};
use axum::response::Response;
use twedge::model::{BaseType, DataShape, Field, InfoTable, Row, Text, Value};

/// The columns in front of a thing's own properties.
pub(super) fn columns() -> Vec<Field> {
    [
        ("name", BaseType::STRING),
        ("description", BaseType::STRING),
        ("thingTemplate", BaseType::THINGTEMPLATENAME),
        ("isConnected", BaseType::BOOLEAN),
        ("isReporting", BaseType::BOOLEAN),
        ("lastConnection", BaseType::DATETIME),
    ]
    .map(|(name, base_type)| Field::new(name, base_type))
    .to_vec()
}

pub(super) fn row(thing: &Thing) -> Row {
    vec![
        Value::string(thing.name.clone()),
        Value::string(thing.description.as_str()),
        Value::Text(BaseType::THINGTEMPLATENAME, thing.template.as_str().into()),
        Value::Boolean(thing.is_connected()),
        Value::Boolean(thing.is_reporting()),
        thing.last_connection.map_or(Value::Nothing, Value::DateTime),
    ]
}

/// All things.
pub(super) async fn list(State(core): State<Shared>) -> Response {
    let mut table = InfoTable::new(DataShape::new(columns()));
    table.rows = core.read(|state| state.things.iter().map(row).collect());
    core.table_answer(&table)
}

/// One thing.
pub(super) async fn one(State(core): State<Shared>, Path(name): Path<String>) -> Answered {
    let mut table = InfoTable::new(DataShape::new(columns()));
    let row = core.read(|state| state.things.get(&Text::from(name.as_str())).map(row));
    table.rows.push(row.ok_or_else(|| RestError::no_thing(&name))?);
    Ok(core.table_answer(&table))
}
