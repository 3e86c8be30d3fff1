//! The notation of the vectors: bytes, typed values, tables, big outputs.

use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use twedge::model::{Aspect, BaseType, DataShape, Family, Field, InfoTable, Location, Text, Value};

pub fn hex(text: &str) -> Result<Vec<u8>, String> {
    if text.len() % 2 != 0 || !text.is_ascii() {
        return Err(format!("{text:?} is not hex"));
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).map_err(|_| format!("{text:?} is not hex")))
        .collect()
}

pub fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn text_member<'a>(json: &'a Json, name: &str) -> Result<&'a str, String> {
    json[name].as_str().ok_or_else(|| format!("{name} is no text in {}", short(json)))
}

fn short(json: &Json) -> String {
    json.to_string().chars().take(200).collect()
}

/// An unsigned number, as such or as a decimal text.
pub fn unsigned(json: &Json, name: &str) -> Result<u64, String> {
    let member = &json[name];
    member
        .as_u64()
        .or_else(|| member.as_str()?.parse().ok())
        .ok_or_else(|| format!("{name} is no number in {}", short(json)))
}

pub fn unsigned32(json: &Json, name: &str) -> Result<u32, String> {
    u32::try_from(unsigned(json, name)?).map_err(|_| format!("{name} has more than 32 bits"))
}

/// Bytes given as `s`, `hex` or `repeat`.
fn bytes(json: &Json) -> Result<Vec<u8>, String> {
    if let Some(text) = json["s"].as_str() {
        return Ok(text.as_bytes().to_vec());
    }
    if let Some(text) = json["hex"].as_str() {
        return hex(text);
    }
    let repeat = &json["repeat"];
    let unit = hex(text_member(repeat, "hex")?)?;
    Ok(unit.repeat(unsigned(repeat, "count")? as usize))
}

/// A plain text, or one in the notation of typed values.
pub fn text(json: &Json) -> Result<Text, String> {
    match json {
        Json::String(text) => Ok(text.as_str().into()),
        json => bytes(json).map(Text::from),
    }
}

fn double(json: &Json, name: &str) -> Result<f64, String> {
    let bytes = hex(text_member(json, name)?)?;
    let bytes = bytes.try_into().map_err(|_| format!("{name} is not 8 bytes"))?;
    Ok(f64::from_be_bytes(bytes))
}

pub fn base_type(name: &str) -> Result<BaseType, String> {
    BaseType::from_name(name).ok_or_else(|| format!("unknown base type {name}"))
}

/// A typed value.
pub fn value(json: &Json) -> Result<Value, String> {
    let base_type = base_type(text_member(json, "t")?)?;
    Ok(match base_type.family().ok_or_else(|| format!("{base_type} has no values"))? {
        Family::Nothing => Value::Nothing,
        Family::Text => Value::Text(base_type, bytes(json)?.into()),
        Family::Number => Value::Number(double(json, "f64")?),
        Family::Integer => {
            let integer = json["i"].as_i64().and_then(|integer| i32::try_from(integer).ok());
            Value::Integer(integer.ok_or_else(|| format!("no integer in {}", short(json)))?)
        }
        Family::Long => Value::Long(text_member(json, "l")?.parse().map_err(|_| "l is no 64-bit number")?),
        Family::Boolean => Value::Boolean(unsigned(json, "b")? != 0),
        Family::DateTime => Value::DateTime(unsigned(json, "ms")? as i64),
        Family::Location => Value::Location(Location {
            latitude: double(json, "lat")?,
            longitude: double(json, "lon")?,
            elevation: double(json, "elev")?,
        }),
        Family::Blob => Value::Blob(base_type, bytes(json)?),
        Family::InfoTable => Value::InfoTable(Box::new(table(&json["table"])?)),
        Family::Variant => Value::Variant(Box::new(value(&json["v"])?)),
    })
}

/// Whether a BOOLEAN somewhere in the notation is written with another byte than 00 or 01. Our values do not keep such bytes.
pub fn has_odd_boolean(json: &Json) -> bool {
    match json {
        Json::Object(members) => {
            let odd = members.get("t").is_some_and(|name| name == "BOOLEAN")
                && members.get("b").and_then(Json::as_u64).is_some_and(|byte| byte > 1);
            odd || members.values().any(has_odd_boolean)
        }
        Json::Array(elements) => elements.iter().any(has_odd_boolean),
        _ => false,
    }
}

fn list(json: &Json) -> &[Json] {
    json.as_array().map_or(&[], Vec::as_slice)
}

/// A table.
pub fn table(json: &Json) -> Result<InfoTable, String> {
    let fields = list(&json["fields"]).iter().map(field).collect::<Result<_, _>>()?;
    let rows = list(&json["rows"]).iter().map(|row| list(row).iter().map(value).collect());
    Ok(InfoTable { shape: DataShape::new(fields), rows: rows.collect::<Result<_, String>>()? })
}

fn field(json: &Json) -> Result<Field, String> {
    let mut field = Field::new(text(&json["name"])?, base_type(text_member(json, "type")?)?);
    if !json["description"].is_null() {
        field.description = text(&json["description"])?;
    }
    for aspect in list(&json["aspects"]) {
        field.aspects.push(Aspect { name: text(&aspect["name"])?, value: value(&aspect["value"])? });
    }
    Ok(field)
}

/// An optional table: null is none.
pub fn optional_table(json: &Json) -> Result<Option<InfoTable>, String> {
    if json.is_null() { Ok(None) } else { table(json).map(Some) }
}

/// Compares bytes with `NAME`, or with `NAMELen`, `NAMESha256` and `NAMEHead`.
pub fn check_output(json: &Json, name: &str, got: &[u8]) -> Result<(), String> {
    if let Some(wanted) = json[name].as_str() {
        return super::same(name, to_hex(got), wanted.to_owned());
    }
    let member = |suffix: &str| &json[format!("{name}{suffix}")];
    check_digest(name, got, member("Len"), member("Sha256"), member("Head"))
}

/// Compares bytes with their length, hash and beginning.
pub fn check_digest(what: &str, got: &[u8], len: &Json, sha256: &Json, head: &Json) -> Result<(), String> {
    if len.is_null() && sha256.is_null() {
        return Err(format!("nothing to compare {what} with"));
    }
    super::same(&format!("length of {what}"), Some(got.len() as u64), len.as_u64())?;
    if let Some(head) = head.as_str() {
        super::same(&format!("head of {what}"), to_hex(got).get(..head.len()), Some(head))?;
    }
    super::same(&format!("hash of {what}"), Some(sha256_hex(got).as_str()), sha256.as_str())
}

pub fn sha256_hex(bytes: &[u8]) -> String {
    to_hex(&Sha256::digest(bytes))
}
