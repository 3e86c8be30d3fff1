//! JSON to values, shapes and tables.

use crate::model::{Aspect, BaseType, DataShape, Family, Field, InfoTable, Location, Row, Text, Value};
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value as Json};
use thiserror::Error;

/// Tables and VARIANTs that may enclose a value; the limit of the wire format (protocol.md 5.2).
const MAX_DEPTH: usize = 64;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Why JSON is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum JsonError {
    /// A value that cannot be one of the wanted type.
    #[error("{found} cannot be read as a {wanted}")]
    WrongType {
        /// The base type wanted.
        wanted: BaseType,
        /// What is there: kind and, when it is short, the JSON itself.
        found: String,
    },
    /// A type for which there are no values.
    #[error("no value can have the type {0}")]
    UnsupportedType(BaseType),
    /// A name that is no base type.
    #[error("\"{0}\" is not the name of a base type")]
    UnknownType(String),
    /// A table, shape or field that lacks one of its parts.
    #[error("a {what} needs a member \"{member}\" that is {form}")]
    Missing {
        /// What it should be.
        what: &'static str,
        /// The part.
        member: &'static str,
        /// What the part should be.
        form: &'static str,
    },
    /// Tables in tables without end.
    #[error("nested more than {MAX_DEPTH} levels deep")]
    TooDeep,
    /// The cell or aspect at which the problem is.
    #[error("{member}: {problem}")]
    In {
        /// Name of the column or aspect.
        member: String,
        /// The problem.
        #[source]
        problem: Box<JsonError>,
    },
}

impl JsonError {
    fn at(self, member: &str) -> Self {
        Self::In { member: member.to_owned(), problem: Box::new(self) }
    }

    fn wrong(wanted: BaseType, json: &Json) -> Self {
        let kind = match json {
            Json::Null => "null",
            Json::Bool(_) => "the truth value",
            Json::Number(_) => "the number",
            Json::String(_) => "the text",
            Json::Array(_) => return Self::WrongType { wanted, found: "an array".into() },
            Json::Object(_) => return Self::WrongType { wanted, found: "an object".into() },
        };
        let found: String = json.to_string().chars().take(80).collect();
        // What was meant as a secret stays one.
        let found = if wanted == BaseType::PASSWORD { kind.to_owned() } else { format!("{kind} {found}") };
        Self::WrongType { wanted, found }
    }
}

/// Reads a table: `{"rows":[...],"datashape":{"fieldDefinitions":{...}}}`. Names of these three members are taken in any
/// case; without `rows` the table has none. A cell that is missing is NOTHING.
///
/// # Errors
/// Not of that form, or a cell that its column's type does not allow.
pub fn table_from_json(json: &Json) -> Result<InfoTable, JsonError> {
    table(json, 0)
}

/// Reads a shape: `{"fieldDefinitions":{name:{"name","description","baseType","aspects"}}}`, with a `name` if it has one.
///
/// # Errors
/// Not of that form, or a base type that does not exist.
pub fn shape_from_json(json: &Json) -> Result<DataShape, JsonError> {
    shape(json, 0)
}

/// Reads a value of that type. Null is NOTHING for every type.
///
/// Numbers, truth values and times are also taken from texts that spell them; times before 1970 also as 2^64 − n, which the
/// original writes. The type inside a VARIANT is that of `{"baseType":type,"value":...}`, else it follows from the JSON: text,
/// number, truth value, table, else JSON.
///
/// # Errors
/// Something else than the type allows.
pub fn value_from_json(json: &Json, base_type: BaseType) -> Result<Value, JsonError> {
    value(json, base_type, 0)
}

/// A member by its name in any case.
fn member<'a>(object: &'a Map<String, Json>, name: &str) -> Option<&'a Json> {
    object.get(name).or_else(|| object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

fn object<'a>(json: &'a Json, name: &str) -> Option<&'a Map<String, Json>> {
    member(json.as_object()?, name)?.as_object()
}

fn is_table(json: &Json) -> bool {
    object(json, "datashape").is_some_and(|shape| member(shape, "fieldDefinitions").is_some())
}

fn table(json: &Json, depth: usize) -> Result<InfoTable, JsonError> {
    let shape_json = json.as_object().and_then(|object| member(object, "datashape")).ok_or(JsonError::Missing {
        what: "table",
        member: "datashape",
        form: "an object",
    })?;
    let mut table = InfoTable::new(shape(shape_json, depth)?);
    let rows = json.as_object().and_then(|object| member(object, "rows"));
    let rows_needed = JsonError::Missing { what: "table", member: "rows", form: "an array of objects" };
    match rows {
        None | Some(Json::Null) => {}
        Some(Json::Array(rows)) => {
            for row_json in rows {
                let cells = row_json.as_object().ok_or_else(|| rows_needed.clone())?;
                table.rows.push(row(cells, &table.shape, depth + 1)?);
            }
        }
        Some(_) => return Err(rows_needed),
    }
    Ok(table)
}

fn row(cells: &Map<String, Json>, shape: &DataShape, depth: usize) -> Result<Row, JsonError> {
    shape.fields.iter().map(|field| cell(cells, field, depth)).collect()
}

fn cell(cells: &Map<String, Json>, field: &Field, depth: usize) -> Result<Value, JsonError> {
    let name = field.name.to_string_lossy();
    let json = cells.get(name.as_ref()).or_else(|| {
        // The original puts two members in place of the one of a VARIANT.
        let variant =
            field.base_type == BaseType::VARIANT && cells.get("baseType").and_then(Json::as_str) == Some("VARIANT");
        cells.get("value").filter(|_| variant)
    });
    json.map_or(Ok(Value::Nothing), |json| value(json, field.base_type, depth).map_err(|error| error.at(&name)))
}

fn shape(json: &Json, depth: usize) -> Result<DataShape, JsonError> {
    let definitions = object(json, "fieldDefinitions").ok_or(JsonError::Missing {
        what: "shape",
        member: "fieldDefinitions",
        form: "an object",
    })?;
    let fields = definitions.iter().map(|(name, field_json)| field(name, field_json, depth + 1));
    let name = json.get("name").and_then(Json::as_str).map(Text::from);
    Ok(DataShape { name, fields: fields.collect::<Result<_, _>>()? })
}

fn field(name: &str, json: &Json, depth: usize) -> Result<Field, JsonError> {
    let needed = JsonError::Missing { what: "field", member: "baseType", form: "the name of a base type" };
    let type_name = json.get("baseType").and_then(Json::as_str).ok_or_else(|| needed.at(name))?;
    let base_type =
        BaseType::from_name(type_name).ok_or_else(|| JsonError::UnknownType(type_name.to_owned()).at(name))?;
    let mut field = Field::new(name, base_type);
    if let Some(description) = json.get("description").and_then(Json::as_str) {
        field.description = description.into();
    }
    for (aspect, json) in json.get("aspects").and_then(Json::as_object).into_iter().flatten() {
        let value = untyped(json, depth).map_err(|error| error.at(aspect).at(name))?;
        field.aspects.push(Aspect { name: aspect.as_str().into(), value });
    }
    Ok(field)
}

/// The value that JSON stands for by itself. A whole number is an INTEGER when it can be one.
fn untyped(json: &Json, depth: usize) -> Result<Value, JsonError> {
    if depth > MAX_DEPTH {
        return Err(JsonError::TooDeep);
    }
    Ok(match json {
        Json::Null => Value::Nothing,
        Json::Bool(boolean) => Value::Boolean(*boolean),
        Json::Number(number) => match number.as_i64().map(i32::try_from) {
            Some(Ok(integer)) => Value::Integer(integer),
            _ => Value::Number(number.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(text) => Value::string(text.as_str()),
        json if is_table(json) => Value::InfoTable(Box::new(table(json, depth)?)),
        json => Value::Text(BaseType::JSON, json.to_string().into()),
    })
}

/// `depth` counts the tables and VARIANTs around the value.
fn value(json: &Json, base_type: BaseType, depth: usize) -> Result<Value, JsonError> {
    if depth > MAX_DEPTH {
        return Err(JsonError::TooDeep);
    }
    let family = base_type.family();
    if json.is_null() && family != Some(Family::Variant) {
        return Ok(Value::Nothing);
    }
    let read = match family {
        None => return Err(JsonError::UnsupportedType(base_type)),
        Some(Family::Nothing) => Some(Value::Nothing),
        Some(Family::Text) => text(json, base_type).map(|text| Value::Text(base_type, text)),
        Some(Family::Number) => number(json).map(Value::Number),
        Some(Family::Integer) => whole(json).and_then(|long| i32::try_from(long).ok()).map(Value::Integer),
        Some(Family::Long) => whole(json).map(Value::Long),
        Some(Family::Boolean) => boolean(json).map(Value::Boolean),
        Some(Family::DateTime) => whole(json).map(Value::DateTime),
        Some(Family::Location) => location(json).map(Value::Location),
        Some(Family::Blob) => {
            json.as_str().and_then(|text| BASE64.decode(text).ok()).map(|bytes| Value::Blob(base_type, bytes))
        }
        Some(Family::InfoTable) => return table(json, depth).map(|table| Value::InfoTable(Box::new(table))),
        Some(Family::Variant) => return variant(json, depth + 1).map(|inner| Value::Variant(Box::new(inner))),
    };
    read.ok_or_else(|| JsonError::wrong(base_type, json))
}

fn variant(json: &Json, depth: usize) -> Result<Value, JsonError> {
    let typed = json.as_object().and_then(|object| Some((object.get("baseType")?.as_str()?, object.get("value")?)));
    match typed {
        Some(("VARIANT", json)) => variant(json, depth),
        Some((name, json)) => {
            let base_type = BaseType::from_name(name).ok_or_else(|| JsonError::UnknownType(name.to_owned()))?;
            value(json, base_type, depth)
        }
        None => match untyped(json, depth)? {
            // A number that happens to be whole is still a NUMBER.
            Value::Integer(integer) => Ok(Value::Number(integer.into())),
            value => Ok(value),
        },
    }
}

fn text(json: &Json, base_type: BaseType) -> Option<Text> {
    match json {
        json if matches!(base_type, BaseType::JSON | BaseType::QUERY) => Some(json.to_string().into()),
        Json::String(text) => Some(text.as_str().into()),
        Json::Number(_) | Json::Bool(_) => Some(json.to_string().into()),
        _ => None,
    }
}

fn number(json: &Json) -> Option<f64> {
    match json {
        Json::Number(number) => number.as_f64(),
        Json::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A whole number in the range of LONG. Larger ones below 2^64 are negative ones in two's complement.
fn whole(json: &Json) -> Option<i64> {
    let number = match json {
        Json::Number(number) => number.clone(),
        Json::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    if let Some(long) = number.as_i64() {
        return Some(long);
    }
    if let Some(unsigned) = number.as_u64() {
        return Some(unsigned as i64);
    }
    let double = number.as_f64().filter(|double| double.fract() == 0.0)?;
    // The casts from doubles are exact in these ranges.
    if (-TWO_63..TWO_63).contains(&double) {
        Some(double as i64)
    } else if (TWO_63..TWO_64).contains(&double) {
        Some(double as u64 as i64)
    } else {
        None
    }
}

const TWO_63: f64 = 9_223_372_036_854_775_808.0;
const TWO_64: f64 = 2.0 * TWO_63;

fn boolean(json: &Json) -> Option<bool> {
    match json {
        Json::Bool(boolean) => Some(*boolean),
        Json::Number(number) => number.as_f64().map(|number| number != 0.0),
        Json::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Json::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// Missing coordinates are 0.
fn location(json: &Json) -> Option<Location> {
    let members = json.as_object()?;
    let coordinate =
        |name| members.get(name).map_or(Some(0.0), |json| if json.is_null() { Some(f64::NAN) } else { number(json) });
    Some(Location {
        latitude: coordinate("latitude")?,
        longitude: coordinate("longitude")?,
        elevation: coordinate("elevation")?,
    })
}
