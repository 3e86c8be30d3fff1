//! Bytes to values, rows, fields and tables (protocol.md section 5).

use super::error::{DecodeError, Problem};
use super::reader::Reader;
use crate::model::{Aspect, BaseType, DataShape, Family, Field, InfoTable, Location, Row, Value};

/// Decodes the typed value at the start of `bytes`; returns it with the number of bytes that it takes up.
///
/// # Errors
/// Cut off, of an unsupported type, or nested too deeply. Nothing is read as zero or skipped.
pub fn decode_value(bytes: &[u8]) -> Result<(Value, usize), DecodeError> {
    whole(bytes, value)
}

/// Decodes the row at the start of `bytes`, marker included; `None` stands for the end marker.
///
/// # Errors
/// See [`decode_value`].
pub fn decode_row(bytes: &[u8]) -> Result<(Option<Row>, usize), DecodeError> {
    whole(bytes, |reader| reader.nested(row))
}

/// Decodes the field description at the start of `bytes`, marker included; `None` stands for the end marker.
///
/// # Errors
/// See [`decode_value`].
pub fn decode_field(bytes: &[u8]) -> Result<(Option<Field>, usize), DecodeError> {
    whole(bytes, |reader| reader.nested(field))
}

/// Decodes the info table at the start of `bytes`.
///
/// # Errors
/// See [`decode_value`].
pub fn decode_table(bytes: &[u8]) -> Result<(InfoTable, usize), DecodeError> {
    whole(bytes, table)
}

fn whole<'a, T>(
    bytes: &'a [u8],
    read: impl FnOnce(&mut Reader<'a>) -> Result<T, DecodeError>,
) -> Result<(T, usize), DecodeError> {
    let mut reader = Reader::new(bytes);
    let decoded = read(&mut reader)?;
    Ok((decoded, reader.consumed()))
}

fn value(reader: &mut Reader) -> Result<Value, DecodeError> {
    reader.check_depth()?;
    let at = reader.consumed();
    let base_type = BaseType(reader.u8("type of a value")?);
    Ok(match base_type.family() {
        Some(Family::Nothing) => Value::Nothing,
        Some(Family::Text) => Value::Text(base_type, reader.text("text value")?),
        Some(Family::Number) => Value::Number(reader.f64("NUMBER value")?),
        Some(Family::Integer) => Value::Integer(reader.i32("INTEGER value")?),
        Some(Family::Long) => Value::Long(reader.i64("LONG value")?),
        Some(Family::Boolean) => Value::Boolean(reader.u8("BOOLEAN value")? != 0),
        Some(Family::DateTime) => Value::DateTime(reader.i64("DATETIME value")?),
        Some(Family::Location) => Value::Location(location(reader)?),
        Some(Family::Blob) => Value::Blob(base_type, reader.blob("BLOB value")?),
        Some(Family::InfoTable) => Value::InfoTable(Box::new(table(reader)?)),
        Some(Family::Variant) => Value::Variant(Box::new(reader.nested(value)?)),
        None => {
            return Err(DecodeError {
                offset: at,
                what: "type of a value",
                problem: Problem::UnsupportedType(base_type),
            });
        }
    })
}

fn location(reader: &mut Reader) -> Result<Location, DecodeError> {
    let longitude = reader.f64("LOCATION value")?;
    let latitude = reader.f64("LOCATION value")?;
    Ok(Location { latitude, longitude, elevation: reader.f64("LOCATION value")? })
}

pub(super) fn table(reader: &mut Reader) -> Result<InfoTable, DecodeError> {
    reader.nested(|reader| {
        let mut table = InfoTable::new(DataShape::default());
        while let Some(field) = field(reader)? {
            table.shape.fields.push(field);
        }
        while let Some(row) = row(reader)? {
            table.rows.push(row);
        }
        Ok(table)
    })
}

fn field(reader: &mut Reader) -> Result<Option<Field>, DecodeError> {
    if reader.u8("marker of a field")? == 0 {
        return Ok(None);
    }
    let name = reader.text("name of a field")?;
    let description = reader.text("description of a field")?;
    let base_type = BaseType(reader.u8("type of a field")?);
    let count = reader.u16("number of aspects")?;
    // Name and value of an aspect take one byte each at least.
    let aspects = reader.list(usize::from(count), 2, "aspects of a field", |reader| {
        Ok(Aspect { name: reader.text("name of an aspect")?, value: value(reader)? })
    })?;
    Ok(Some(Field { name, description, base_type, aspects }))
}

fn row(reader: &mut Reader) -> Result<Option<Row>, DecodeError> {
    if reader.u8("marker of a row")? == 0 {
        return Ok(None);
    }
    let count = reader.u16("number of cells")?;
    reader.list(usize::from(count), 1, "cells of a row", value).map(Some)
}
