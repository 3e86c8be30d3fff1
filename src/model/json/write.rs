//! Values, shapes and tables to JSON.

use super::emit::{Emit, TextTarget, TreeTarget};
use crate::model::{BaseType, DataShape, Field, InfoTable, Value};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Number, Value as Json};

/// Doubles of this size and above are not all integers' own (2^53).
const EXACT_INTEGERS: f64 = 9_007_199_254_740_992.0;

/// A table as JSON text.
pub fn table_to_text(table: &InfoTable) -> Vec<u8> {
    let mut target = TextTarget::default();
    put_table(table, &mut target);
    target.out
}

/// A table as a JSON tree.
pub fn table_to_json(table: &InfoTable) -> Json {
    let mut target = TreeTarget::default();
    put_table(table, &mut target);
    target.root.unwrap_or_default()
}

/// A shape as JSON text: `{"fieldDefinitions":{...}}`, with its name if it has one.
pub fn shape_to_text(shape: &DataShape) -> Vec<u8> {
    let mut target = TextTarget::default();
    put_shape(shape, &mut target);
    target.out
}

/// A shape as a JSON tree. See [`shape_to_text`].
pub fn shape_to_json(shape: &DataShape) -> Json {
    let mut target = TreeTarget::default();
    put_shape(shape, &mut target);
    target.root.unwrap_or_default()
}

/// A value as JSON text; `None` for a JSON or QUERY text that is not JSON.
pub fn value_to_text(value: &Value) -> Option<Vec<u8>> {
    let mut target = TextTarget::default();
    put_value(value, &mut target).then_some(target.out)
}

/// A value as a JSON tree; `None` for a JSON or QUERY text that is not JSON.
pub fn value_to_json(value: &Value) -> Option<Json> {
    let mut target = TreeTarget::default();
    put_value(value, &mut target);
    target.root
}

fn put_table(table: &InfoTable, target: &mut impl Emit) {
    target.begin_object();
    target.key(b"rows");
    target.begin_array();
    let fields = &table.shape.fields;
    for row in table.rows.iter().filter(|row| row.len() == fields.len()) {
        target.begin_object();
        for (field, cell) in fields.iter().zip(row) {
            put_member(&field.name, cell, target);
        }
        target.end_object();
    }
    target.end_array();
    target.key(b"datashape");
    put_shape(&table.shape, target);
    target.end_object();
}

fn put_shape(shape: &DataShape, target: &mut impl Emit) {
    target.begin_object();
    target.key(b"fieldDefinitions");
    target.begin_object();
    for field in &shape.fields {
        target.key(&field.name);
        put_field(field, target);
    }
    target.end_object();
    if let Some(name) = &shape.name {
        target.key(b"name");
        target.text(name);
    }
    target.end_object();
}

fn put_field(field: &Field, target: &mut impl Emit) {
    target.begin_object();
    target.key(b"name");
    target.text(&field.name);
    target.key(b"description");
    target.text(&field.description);
    target.key(b"baseType");
    target.text(field.base_type.to_string().as_bytes());
    target.key(b"aspects");
    target.begin_object();
    for aspect in &field.aspects {
        put_member(&aspect.name, &aspect.value, target);
    }
    target.end_object();
    target.end_object();
}

fn put_member(name: &[u8], value: &Value, target: &mut impl Emit) {
    target.key(name);
    if !put_value(value, target) {
        target.drop_key();
    }
}

/// False, and nothing is written, when there is no JSON for the value.
fn put_value(value: &Value, target: &mut impl Emit) -> bool {
    match value {
        Value::Nothing => target.null(),
        Value::Text(BaseType::JSON | BaseType::QUERY, text) => return target.document(text),
        Value::Text(_, text) => target.text(text),
        Value::Number(number) => put_number(*number, target),
        Value::Integer(integer) => target.number((*integer).into()),
        Value::Long(long) => target.number((*long).into()),
        Value::Boolean(boolean) => target.boolean(*boolean),
        Value::DateTime(milliseconds) => target.number((*milliseconds).into()),
        Value::Location(place) => {
            target.begin_object();
            for (name, coordinate) in
                [("elevation", place.elevation), ("latitude", place.latitude), ("longitude", place.longitude)]
            {
                target.key(name.as_bytes());
                put_number(coordinate, target);
            }
            target.end_object();
        }
        Value::Blob(_, bytes) => target.text(STANDARD.encode(bytes).as_bytes()),
        Value::InfoTable(table) => put_table(table, target),
        Value::Variant(inner) => return put_value(inner, target),
    }
    true
}

fn put_number(number: f64, target: &mut impl Emit) {
    // A whole number is written without a fraction, as people expect it; a negative zero has to keep its sign.
    let whole = number.fract() == 0.0 && number.abs() < EXACT_INTEGERS && !(number == 0.0 && number.is_sign_negative());
    // The cast is exact below 2^53.
    let json = if whole { Some(Number::from(number as i64)) } else { Number::from_f64(number) };
    match json {
        Some(json) => target.number(json),
        None => target.null(),
    }
}
