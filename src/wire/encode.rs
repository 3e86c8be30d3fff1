//! Values, rows, fields and tables to bytes (protocol.md section 5), and how many bytes that takes.

use super::error::{EncodeError, MAX_DEPTH};
use crate::model::{BaseType, Family, Field, InfoTable, Location, Value};

/// Texts from here on take the four-byte length form.
const LONG_FORM: usize = 0x80;
const MAX_TEXT: usize = 0x7fff_ffff;

/// Appends a typed value.
///
/// # Errors
/// Something in it does not fit its length or count field, is nested too deeply or mislabelled; `out` is as before.
pub fn encode_value(value: &Value, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    all_or_nothing(out, |out| put_value(value, 0, out))
}

/// Appends a row: marker, count and cells.
///
/// # Errors
/// See [`encode_value`].
pub fn encode_row(row: &[Value], out: &mut Vec<u8>) -> Result<(), EncodeError> {
    all_or_nothing(out, |out| put_row(row, 1, out))
}

/// Appends a field description, marker included.
///
/// # Errors
/// See [`encode_value`].
pub fn encode_field(field: &Field, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    all_or_nothing(out, |out| put_field(field, 1, out))
}

/// Appends an info table.
///
/// # Errors
/// See [`encode_value`].
pub fn encode_table(table: &InfoTable, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    all_or_nothing(out, |out| put_table(table, 0, out))
}

fn all_or_nothing(
    out: &mut Vec<u8>,
    put: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
) -> Result<(), EncodeError> {
    let start = out.len();
    put(out).inspect_err(|_| out.truncate(start))
}

/// `depth` counts the tables and VARIANTs around the value.
fn put_value(value: &Value, depth: usize, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    if depth > MAX_DEPTH {
        return Err(EncodeError::TooDeep);
    }
    out.push(value.base_type().0);
    match value {
        Value::Nothing => {}
        Value::Text(base_type, text) => {
            check_type(*base_type, Family::Text, "text")?;
            put_text(text, "text value", out)?;
        }
        Value::Number(number) => out.extend(number.to_be_bytes()),
        Value::Integer(integer) => out.extend(integer.to_be_bytes()),
        Value::Long(long) => out.extend(long.to_be_bytes()),
        Value::Boolean(boolean) => out.push(u8::from(*boolean)),
        Value::DateTime(milliseconds) => out.extend(milliseconds.to_be_bytes()),
        Value::Location(location) => put_location(location, out),
        Value::Blob(base_type, bytes) => {
            check_type(*base_type, Family::Blob, "blob")?;
            let len = u32::try_from(bytes.len()).map_err(|_| EncodeError::TooLong {
                what: "blob",
                len: bytes.len(),
                max: usize::try_from(u32::MAX).unwrap_or(usize::MAX),
            })?;
            out.extend(len.to_be_bytes());
            out.extend_from_slice(bytes);
        }
        Value::InfoTable(table) => put_table(table, depth, out)?,
        Value::Variant(inner) => put_value(inner, depth + 1, out)?,
    }
    Ok(())
}

fn check_type(base_type: BaseType, family: Family, form: &'static str) -> Result<(), EncodeError> {
    if base_type.family() == Some(family) { Ok(()) } else { Err(EncodeError::WrongType { form, base_type }) }
}

fn put_location(location: &Location, out: &mut Vec<u8>) {
    for coordinate in [location.longitude, location.latitude, location.elevation] {
        out.extend(coordinate.to_be_bytes());
    }
}

/// A length-prefixed text (protocol.md 5.1), in the shortest form.
pub(super) fn put_text(text: &[u8], what: &'static str, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    match u8::try_from(text.len()) {
        Ok(len) if text.len() < LONG_FORM => out.push(len),
        _ => {
            let len = u32::try_from(text.len()).ok().filter(|len| *len <= 0x7fff_ffff).ok_or(EncodeError::TooLong {
                what,
                len: text.len(),
                max: MAX_TEXT,
            })?;
            out.extend((len | 0x8000_0000).to_be_bytes());
        }
    }
    out.extend_from_slice(text);
    Ok(())
}

pub(super) fn put_count16(count: usize, what: &'static str, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    let max = usize::from(u16::MAX);
    let written = u16::try_from(count).map_err(|_| EncodeError::TooMany { what, count, max })?;
    out.extend(written.to_be_bytes());
    Ok(())
}

/// `depth` counts the tables and VARIANTs around the table.
pub(super) fn put_table(table: &InfoTable, depth: usize, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    for field in &table.shape.fields {
        put_field(field, depth + 1, out)?;
    }
    out.push(0);
    for row in &table.rows {
        put_row(row, depth + 1, out)?;
    }
    out.push(0);
    Ok(())
}

fn put_field(field: &Field, depth: usize, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    out.push(1);
    put_text(&field.name, "name of a field", out)?;
    put_text(&field.description, "description of a field", out)?;
    out.push(field.base_type.0);
    put_count16(field.aspects.len(), "aspects of a field", out)?;
    for aspect in &field.aspects {
        put_text(&aspect.name, "name of an aspect", out)?;
        put_value(&aspect.value, depth, out)?;
    }
    Ok(())
}

fn put_row(row: &[Value], depth: usize, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    out.push(1);
    put_count16(row.len(), "cells of a row", out)?;
    row.iter().try_for_each(|cell| put_value(cell, depth, out))
}

/// Bytes that a text takes up, its length included.
pub fn text_len(text: &[u8]) -> usize {
    text.len() + if text.len() < LONG_FORM { 1 } else { 4 }
}

/// Bytes that a typed value takes up, its type included.
///
/// Exact for every value that can be encoded; what is nested too deeply to be encoded is not counted.
pub fn value_len(value: &Value) -> usize {
    len_of_value(value, 0)
}

/// Bytes that a row takes up, marker included. See [`value_len`].
pub fn row_len(row: &[Value]) -> usize {
    len_of_row(row, 1)
}

/// Bytes that a field description takes up, marker included. See [`value_len`].
pub fn field_len(field: &Field) -> usize {
    len_of_field(field, 1)
}

/// Bytes that an info table takes up. See [`value_len`].
pub fn table_len(table: &InfoTable) -> usize {
    len_of_table(table, 0)
}

fn len_of_value(value: &Value, depth: usize) -> usize {
    if depth > MAX_DEPTH {
        return 0;
    }
    1 + match value {
        Value::Nothing => 0,
        Value::Text(_, text) => text_len(text),
        Value::Number(_) | Value::Long(_) | Value::DateTime(_) => 8,
        Value::Integer(_) => 4,
        Value::Boolean(_) => 1,
        Value::Location(_) => 24,
        Value::Blob(_, bytes) => 4 + bytes.len(),
        Value::InfoTable(table) => len_of_table(table, depth),
        Value::Variant(inner) => len_of_value(inner, depth + 1),
    }
}

fn len_of_table(table: &InfoTable, depth: usize) -> usize {
    let fields: usize = table.shape.fields.iter().map(|field| len_of_field(field, depth + 1)).sum();
    let rows: usize = table.rows.iter().map(|row| len_of_row(row, depth + 1)).sum();
    fields + rows + 2
}

fn len_of_field(field: &Field, depth: usize) -> usize {
    let aspects = field.aspects.iter().map(|aspect| text_len(&aspect.name) + len_of_value(&aspect.value, depth));
    4 + text_len(&field.name) + text_len(&field.description) + aspects.sum::<usize>()
}

fn len_of_row(row: &[Value], depth: usize) -> usize {
    3 + row.iter().map(|cell| len_of_value(cell, depth)).sum::<usize>()
}
