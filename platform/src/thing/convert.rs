//! Values from one base type to another, and between values and JSON as REST clients write it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::DateTime;
use serde_json::{Map, Value as Json, json};
use thiserror::Error;
use twedge::model::{Aspect, BaseType, DataShape, Family, Field, InfoTable, Location, Text, Value};

/// Deepest nesting of tables and JSON that is read.
const MAX_DEPTH: usize = 32;

/// A value that does not fit the type that is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{found} cannot be taken as {wanted}")]
pub struct ConvertError {
    found: String,
    wanted: BaseType,
}

fn refuse(found: impl Into<String>, wanted: BaseType) -> ConvertError {
    let mut found: String = found.into();
    if found.chars().count() > 60 {
        found = found.chars().take(60).chain("...".chars()).collect();
    }
    ConvertError { found, wanted }
}

/// Makes a value of that base type. NOTHING stays NOTHING, whatever type is wanted.
///
/// # Errors
/// The value has no meaning as one of that type, or it is out of range.
pub fn convert(value: Value, wanted: BaseType) -> Result<Value, ConvertError> {
    let value = match value {
        Value::Variant(inner) if wanted != BaseType::VARIANT => return convert(*inner, wanted),
        value => value,
    };
    if value == Value::Nothing || value.base_type() == wanted {
        return Ok(value);
    }
    let unfit = || refuse(format!("{} {}", value.base_type(), to_json(&value, false)), wanted);
    match wanted.family().ok_or_else(unfit)? {
        Family::Variant => Ok(Value::Variant(Box::new(value))),
        Family::Nothing => Ok(Value::Nothing),
        Family::Text => to_text(&value).map(|text| Value::Text(wanted, text)).ok_or_else(unfit),
        Family::Blob => to_bytes(&value).map(|bytes| Value::Blob(wanted, bytes)).ok_or_else(unfit),
        Family::Number => to_number(&value).map(Value::Number).ok_or_else(unfit),
        Family::Integer => {
            to_long(&value).and_then(|long| i32::try_from(long).ok()).map(Value::Integer).ok_or_else(unfit)
        }
        Family::Long => to_long(&value).map(Value::Long).ok_or_else(unfit),
        Family::DateTime => to_long(&value).map(Value::DateTime).ok_or_else(unfit),
        Family::Boolean => to_boolean(&value).map(Value::Boolean).ok_or_else(unfit),
        Family::Location | Family::InfoTable => match &value {
            Value::Text(_, text) => text_to(text, wanted).ok_or_else(unfit),
            _ => Err(unfit()),
        },
    }
}

fn to_text(value: &Value) -> Option<Text> {
    Some(match value {
        Value::Text(_, text) => text.clone(),
        Value::Number(number) => number.to_string().into(),
        Value::Integer(integer) => integer.to_string().into(),
        Value::Long(long) => long.to_string().into(),
        Value::Boolean(boolean) => boolean.to_string().into(),
        Value::DateTime(time) => match DateTime::from_timestamp_millis(*time) {
            Some(time) => time.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string().into(),
            None => time.to_string().into(),
        },
        Value::Location(place) => format!("{},{},{}", place.latitude, place.longitude, place.elevation).into(),
        Value::Blob(_, bytes) => STANDARD.encode(bytes).into(),
        Value::InfoTable(_) => to_json(value, false).to_string().into(),
        Value::Nothing | Value::Variant(_) => return None,
    })
}

fn to_bytes(value: &Value) -> Option<Vec<u8>> {
    match value {
        Value::Blob(_, bytes) => Some(bytes.clone()),
        Value::Text(_, text) => STANDARD.decode(text.as_bytes()).ok(),
        _ => None,
    }
}

fn to_number(value: &Value) -> Option<f64> {
    match value {
        Value::Boolean(boolean) => Some(f64::from(u8::from(*boolean))),
        Value::DateTime(time) => Some(*time as f64),
        Value::Text(_, text) => text.as_str()?.trim().parse().ok(),
        _ => value.as_number(),
    }
}

fn to_long(value: &Value) -> Option<i64> {
    match value {
        Value::Integer(integer) => Some(i64::from(*integer)),
        Value::Long(long) | Value::DateTime(long) => Some(*long),
        Value::Boolean(boolean) => Some(i64::from(*boolean)),
        Value::Text(_, text) => text_to_long(text.as_str()?.trim()),
        _ => number_to_long(value.as_number()?),
    }
}

fn text_to_long(text: &str) -> Option<i64> {
    let date = || DateTime::parse_from_rfc3339(text).ok().map(|date| date.timestamp_millis());
    text.parse().ok().or_else(date).or_else(|| number_to_long(text.parse().ok()?))
}

/// The whole part, unless it is out of range.
fn number_to_long(number: f64) -> Option<i64> {
    // The bounds are exact as doubles; the upper one is the first value that does not fit.
    let fits = number >= i64::MIN as f64 && number < i64::MAX as f64;
    fits.then_some(number as i64)
}

fn to_boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Text(_, text) => match text.as_str()?.trim().to_ascii_lowercase().as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        },
        _ => value.as_number().map(|number| number != 0.0),
    }
}

/// A text that stands for a place or a table.
fn text_to(text: &Text, wanted: BaseType) -> Option<Value> {
    let text = text.as_str()?;
    if wanted == BaseType::INFOTABLE {
        return from_json(&serde_json::from_str(text).ok()?, wanted).ok();
    }
    let numbers = text.split(',').map(|part| part.trim().parse().ok()).collect::<Option<Vec<f64>>>()?;
    let (latitude, longitude, elevation) = match numbers.as_slice() {
        [latitude, longitude] => (*latitude, *longitude, 0.0),
        [latitude, longitude, elevation] => (*latitude, *longitude, *elevation),
        _ => return None,
    };
    Some(Value::Location(Location { latitude, longitude, elevation }))
}

/// The value as JSON (protocol.md 5.6, with the key `dataShape` of REST answers). `unsigned_time` shows times before
/// 1970 as numbers above 2^63.
pub fn to_json(value: &Value, unsigned_time: bool) -> Json {
    match value {
        Value::Nothing => Json::Null,
        Value::Text(base_type, text) => {
            let plain = || Json::String(text.to_string_lossy().into_owned());
            match *base_type {
                BaseType::JSON | BaseType::QUERY => serde_json::from_slice(text).unwrap_or_else(|_| plain()),
                _ => plain(),
            }
        }
        Value::Number(number) => json!(number),
        Value::Integer(integer) => json!(integer),
        Value::Long(long) => json!(long),
        Value::Boolean(boolean) => json!(boolean),
        Value::DateTime(time) if unsigned_time => json!(*time as u64),
        Value::DateTime(time) => json!(time),
        Value::Location(place) => {
            json!({"latitude": place.latitude, "longitude": place.longitude, "elevation": place.elevation})
        }
        Value::Blob(_, bytes) => Json::String(STANDARD.encode(bytes)),
        Value::InfoTable(table) => table_to_json(table, unsigned_time),
        Value::Variant(inner) => to_json(inner, unsigned_time),
    }
}

/// The table as REST answers have it.
pub fn table_to_json(table: &InfoTable, unsigned_time: bool) -> Json {
    let name = |field: &Field| field.name.to_string_lossy().into_owned();
    let mut definitions = Map::new();
    for (ordinal, field) in table.shape.fields.iter().enumerate() {
        let aspects: Map<String, Json> = field
            .aspects
            .iter()
            .map(|aspect| (aspect.name.to_string_lossy().into_owned(), to_json(&aspect.value, unsigned_time)))
            .collect();
        definitions.insert(
            name(field),
            json!({
                "name": name(field),
                "description": field.description.to_string_lossy(),
                "baseType": field.base_type.to_string(),
                "ordinal": ordinal,
                "aspects": aspects,
            }),
        );
    }
    let row = |row: &Vec<Value>| -> Json {
        let cells = table.shape.fields.iter().zip(row).filter(|(_, cell)| **cell != Value::Nothing);
        cells.map(|(field, cell)| (name(field), to_json(cell, unsigned_time))).collect::<Map<_, _>>().into()
    };
    let rows: Vec<Json> = table.rows.iter().map(row).collect();
    json!({"dataShape": {"fieldDefinitions": definitions}, "rows": rows})
}

/// Reads a value of that base type. null is NOTHING.
///
/// # Errors
/// The JSON does not stand for a value of that type.
pub fn from_json(json: &Json, wanted: BaseType) -> Result<Value, ConvertError> {
    from_json_at(json, wanted, 0)
}

fn from_json_at(json: &Json, wanted: BaseType, depth: usize) -> Result<Value, ConvertError> {
    let unfit = || refuse(json.to_string(), wanted);
    if depth > MAX_DEPTH {
        return Err(unfit());
    }
    match (json, wanted.family().ok_or_else(unfit)?) {
        (Json::Null, _) => Ok(Value::Nothing),
        (_, Family::Variant) => Ok(Value::Variant(Box::new(guess_at(json, depth + 1)))),
        (Json::Object(object), Family::Location) => location(object).ok_or_else(unfit),
        (Json::Object(_), Family::InfoTable) => {
            table_at(json, depth + 1)?.map(|table| Value::InfoTable(Box::new(table))).ok_or_else(unfit)
        }
        (Json::Number(number), Family::Long | Family::DateTime) if number.is_i64() => {
            convert(Value::Long(number.as_i64().unwrap_or_default()), wanted)
        }
        (_, Family::Text) if matches!(wanted, BaseType::JSON | BaseType::QUERY) => {
            Ok(Value::Text(wanted, json.to_string().into()))
        }
        (Json::Object(_) | Json::Array(_), Family::Text) => Ok(Value::Text(wanted, json.to_string().into())),
        (Json::Object(_) | Json::Array(_), _) => Err(unfit()),
        _ => convert(guess_at(json, depth), wanted).map_err(|_| unfit()),
    }
}

fn location(object: &Map<String, Json>) -> Option<Value> {
    let number = |name| object.get(name).map_or(Some(0.0), Json::as_f64);
    Some(Value::Location(Location {
        latitude: number("latitude")?,
        longitude: number("longitude")?,
        elevation: number("elevation")?,
    }))
}

/// Reads a value without knowing its type: texts as STRING, numbers as NUMBER, tables as INFOTABLE, other objects and
/// arrays as JSON.
pub fn guess(json: &Json) -> Value {
    guess_at(json, 0)
}

fn guess_at(json: &Json, depth: usize) -> Value {
    match json {
        Json::Null => Value::Nothing,
        Json::Bool(boolean) => Value::Boolean(*boolean),
        Json::Number(number) => Value::Number(number.as_f64().unwrap_or(f64::NAN)),
        Json::String(text) => Value::string(text.as_str()),
        Json::Array(_) | Json::Object(_) => match table_at(json, depth + 1) {
            Ok(Some(table)) => Value::InfoTable(Box::new(table)),
            _ => Value::Text(BaseType::JSON, json.to_string().into()),
        },
    }
}

/// Reads a table; `None` when the JSON is no object with a data shape.
///
/// # Errors
/// A cell does not fit its field.
pub fn table_from_json(json: &Json) -> Result<Option<InfoTable>, ConvertError> {
    table_at(json, 0)
}

fn table_at(json: &Json, depth: usize) -> Result<Option<InfoTable>, ConvertError> {
    let Some(object) = json.as_object().filter(|_| depth <= MAX_DEPTH) else { return Ok(None) };
    let member = |object: &'_ Map<String, Json>, name: &str| -> Option<Json> {
        object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
    };
    let Some(Json::Object(definitions)) =
        member(object, "dataShape").and_then(|shape| member(shape.as_object()?, "fieldDefinitions"))
    else {
        return Ok(None);
    };
    let mut fields: Vec<(i64, Field)> = definitions.iter().map(|(name, json)| field(name, json)).collect();
    // Members without ordinal stay in the order in which they are written.
    fields.sort_by_key(|(ordinal, _)| *ordinal);
    let fields: Vec<Field> = fields.into_iter().map(|(_, field)| field).collect();
    let mut table = InfoTable::new(DataShape::new(fields));
    for row in member(object, "rows").as_ref().and_then(Json::as_array).unwrap_or(&Vec::new()) {
        let cell = |field: &Field| match row.get(field.name.to_string_lossy().as_ref()) {
            Some(json) => from_json_at(json, field.base_type, depth + 1),
            None => Ok(Value::Nothing),
        };
        let cells = table.shape.fields.iter().map(cell).collect::<Result<_, _>>()?;
        table.rows.push(cells);
    }
    Ok(Some(table))
}

/// One member of `fieldDefinitions`, with its ordinal.
pub(super) fn field(name: &str, json: &Json) -> (i64, Field) {
    let text = |key| json.get(key).and_then(Json::as_str);
    let base_type = text("baseType").and_then(BaseType::from_name).unwrap_or(BaseType::STRING);
    let mut field = Field::new(text("name").unwrap_or(name), base_type);
    field.description = text("description").unwrap_or_default().into();
    if let Some(aspects) = json.get("aspects").and_then(Json::as_object) {
        let aspect = |(name, json): (&String, &Json)| Aspect { name: name.as_str().into(), value: guess(json) };
        field.aspects = aspects.iter().map(aspect).collect();
    }
    (json.get("ordinal").and_then(Json::as_i64).unwrap_or(0), field)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn string(text: &str) -> Value {
        Value::string(text)
    }

    #[test]
    fn numbers_to_whole_numbers() {
        let number = |number| convert(Value::Number(number), BaseType::INTEGER);
        assert_eq!(number(7.9), Ok(Value::Integer(7)));
        assert_eq!(number(-7.9), Ok(Value::Integer(-7)));
        assert!(number(3e9).is_err());
        assert!(number(f64::NAN).is_err());
        assert_eq!(convert(Value::Number(3e9), BaseType::LONG), Ok(Value::Long(3_000_000_000)));
        assert!(convert(Value::Number(9.3e18), BaseType::LONG).is_err());
    }

    #[test]
    fn texts_to_other_types() {
        for (text, wanted, value) in [
            ("12.5", BaseType::NUMBER, Value::Number(12.5)),
            (" 12 ", BaseType::INTEGER, Value::Integer(12)),
            ("TRUE", BaseType::BOOLEAN, Value::Boolean(true)),
            ("1970-01-01T00:00:01Z", BaseType::DATETIME, Value::DateTime(1000)),
            ("1700000000000", BaseType::DATETIME, Value::DateTime(1_700_000_000_000)),
            ("AAE=", BaseType::BLOB, Value::blob([0, 1])),
            ("x", BaseType::HTML, Value::Text(BaseType::HTML, "x".into())),
        ] {
            assert_eq!(convert(string(text), wanted), Ok(value), "{text}");
        }
        for (text, wanted) in [("x", BaseType::NUMBER), ("maybe", BaseType::BOOLEAN), ("1", BaseType::LOCATION)] {
            assert!(convert(string(text), wanted).is_err(), "{text}");
        }
    }

    #[test]
    fn variants_are_opened_and_nothing_stays() {
        let variant = Value::Variant(Box::new(Value::Integer(3)));
        assert_eq!(convert(variant.clone(), BaseType::NUMBER), Ok(Value::Number(3.0)));
        assert_eq!(convert(variant.clone(), BaseType::VARIANT), Ok(variant));
        assert_eq!(convert(Value::Nothing, BaseType::NUMBER), Ok(Value::Nothing));
    }

    #[test]
    fn every_value_survives_json() {
        let place = Value::Location(Location { latitude: 1.5, longitude: -2.5, elevation: 3.0 });
        for value in [
            Value::Number(0.1),
            Value::Integer(-5),
            Value::Long(i64::MAX),
            Value::Boolean(false),
            Value::DateTime(-1),
            place.clone(),
            Value::blob([1, 2, 255]),
            string("ä"),
            Value::Text(BaseType::JSON, "{\"a\":[1]}".into()),
            Value::InfoTable(Box::new(InfoTable::row_of([("b", Value::Integer(1)), ("a", place)]))),
        ] {
            assert_eq!(from_json(&to_json(&value, false), value.base_type()), Ok(value.clone()));
        }
    }

    #[test]
    fn times_before_1970() {
        assert_eq!(to_json(&Value::DateTime(-1), false), json!(-1));
        assert_eq!(to_json(&Value::DateTime(-1), true), json!(u64::MAX));
    }

    #[test]
    fn guesses() {
        assert_eq!(guess(&json!("x")), string("x"));
        assert_eq!(guess(&json!(1)), Value::Number(1.0));
        assert_eq!(guess(&json!({"a": 1})), Value::Text(BaseType::JSON, "{\"a\":1}".into()));
        let table = InfoTable::single("n", Value::Number(2.0));
        assert_eq!(guess(&table_to_json(&table, false)), Value::InfoTable(Box::new(table)));
    }

    #[test]
    fn deep_json_is_refused() {
        let mut json = json!({"dataShape": {"fieldDefinitions": {}}, "rows": []});
        for _ in 0..60 {
            json = json!({"dataShape": {"fieldDefinitions": {"t": {"baseType": "INFOTABLE"}}}, "rows": [{"t": json}]});
        }
        assert!(from_json(&json, BaseType::INFOTABLE).is_err());
    }
}
