//! Values, shapes and tables between C structs and the data model. Everything is copied.
//!
//! The C interface has no type for LONG: it becomes NUMBER, exact up to 2^53. A DATETIME is the same 64 bits on both
//! sides. A BOOLEAN becomes 0 or 1.

use super::base_types::primitive::{self, twPrimitive_Delete};
use super::base_types::{names, twLocation, twPrimitive};
use super::definitions::{
    BaseType, TW_BLOB, TW_BOOLEAN, TW_DATETIME, TW_INFOTABLE, TW_INTEGER, TW_LOCATION, TW_NOTHING, TW_NUMBER,
    TW_STRING, TW_VARIANT,
};
use super::info_table::{row, shape, table};
use super::info_table::{twDataShape, twDataShapeAspect, twDataShapeEntry, twInfoTable, twInfoTableRow};
use super::recursive::Guard;
use super::{list, text};
use crate::model::{self, Aspect, DataShape, Family, Field, InfoTable, Location, Row, Text, Value};
use std::ptr;

/// Why a C value has no counterpart in the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ConvertError {
    /// There is no value, shape or table.
    #[error("a value, shape or table is NULL: pass one")]
    Null,
    /// The table has been emptied before, for instance by an earlier call.
    #[error("the info table is an empty shell, its content was moved out before: make a new one")]
    EmptyShell,
    /// The type family of a primitive is not one that can be sent.
    #[error("a value of type family {0} cannot be sent: use a supported base type")]
    Family(BaseType),
    /// Values inside values, deeper than any reader follows.
    #[error("values are nested more than {MAX_DEPTH} deep")]
    TooDeep,
}

/// How deep values may be nested: what every reader of the protocol accepts.
const MAX_DEPTH: usize = 64;

/// The type of the model for a C type. LONG is what a C program calls by its number, should it know it.
pub fn base_type_from_c(base_type: BaseType) -> model::BaseType {
    // The low byte: NOTHING, -1, is ff.
    model::BaseType(base_type as u8)
}

/// The C type for a type of the model: LONG is NUMBER.
pub fn base_type_to_c(base_type: model::BaseType) -> BaseType {
    match base_type {
        model::BaseType::LONG => TW_NUMBER,
        model::BaseType(code) => BaseType::from(code as i8),
    }
}

/// The type of a text or blob: its own if it is of the family, otherwise the family's first.
fn type_within(base_type: BaseType, family: Family, otherwise: model::BaseType) -> model::BaseType {
    names::known(base_type).filter(|known| known.family() == Some(family)).unwrap_or(otherwise)
}

/// Copies a primitive. Content is judged by `typeFamily`; a VARIANT around NULL holds nothing, an INFOTABLE of NULL is an
/// empty one.
///
/// # Safety
/// `primitive` is NULL or live.
pub unsafe fn value_from_c(primitive: *const twPrimitive) -> Result<Value, ConvertError> {
    // SAFETY: see above.
    unsafe { value_at(primitive, 0) }
}

unsafe fn value_at(p: *const twPrimitive, depth: usize) -> Result<Value, ConvertError> {
    if p.is_null() {
        return Err(ConvertError::Null);
    }
    if depth > MAX_DEPTH {
        return Err(ConvertError::TooDeep);
    }
    // SAFETY: the caller's primitive is live; each member is read for its own family only.
    unsafe {
        let twPrimitive { r#type, typeFamily, val, .. } = *p;
        if r#type == TW_NOTHING {
            return Ok(Value::Nothing);
        }
        let bytes = || primitive::content(p).unwrap_or_default();
        Ok(match typeFamily {
            TW_NOTHING => Value::Nothing,
            TW_STRING => Value::Text(type_within(r#type, Family::Text, model::BaseType::STRING), bytes().into()),
            TW_BLOB => Value::Blob(type_within(r#type, Family::Blob, model::BaseType::BLOB), bytes().to_vec()),
            TW_NUMBER => Value::Number(val.number),
            TW_INTEGER => Value::Integer(val.integer),
            TW_BOOLEAN => Value::Boolean(val.boolean != 0),
            TW_DATETIME => Value::DateTime(val.datetime as i64),
            TW_LOCATION => {
                let twLocation { latitude, longitude, elevation } = val.location;
                Value::Location(Location { latitude, longitude, elevation })
            }
            TW_VARIANT if val.variant.is_null() => Value::Variant(Box::default()),
            TW_VARIANT => Value::Variant(Box::new(value_at(val.variant, depth + 1)?)),
            TW_INFOTABLE if val.infotable.is_null() => Value::InfoTable(Box::default()),
            TW_INFOTABLE => Value::InfoTable(Box::new(table_at(val.infotable, depth + 1)?)),
            family => return Err(ConvertError::Family(family)),
        })
    }
}

/// Copies a shape, with its name.
///
/// # Safety
/// `shape` is NULL or live.
pub unsafe fn shape_from_c(shape: *const twDataShape) -> Result<DataShape, ConvertError> {
    if shape.is_null() {
        return Err(ConvertError::Null);
    }
    // SAFETY: see above.
    unsafe {
        let mut fields = Vec::new();
        for field in list::values::<twDataShapeEntry>((*shape).entries) {
            if !field.is_null() {
                fields.push(field_from_c(field)?);
            }
        }
        Ok(DataShape { name: text::text((*shape).name), fields })
    }
}

unsafe fn field_from_c(field: *const twDataShapeEntry) -> Result<Field, ConvertError> {
    // SAFETY: the caller's field is live.
    unsafe {
        let mut aspects = Vec::new();
        for aspect in list::values::<twDataShapeAspect>((*field).aspects) {
            if !aspect.is_null() && !(*aspect).value.is_null() {
                let name = text::text((*aspect).name).unwrap_or_default();
                aspects.push(Aspect { name, value: value_at((*aspect).value, 0)? });
            }
        }
        Ok(Field {
            name: text::text((*field).name).unwrap_or_default(),
            description: text::text((*field).description).unwrap_or_default(),
            base_type: base_type_from_c((*field).r#type),
            aspects,
        })
    }
}

/// Copies a table.
///
/// # Safety
/// `table` is NULL or live.
pub unsafe fn table_from_c(table: *const twInfoTable) -> Result<InfoTable, ConvertError> {
    // SAFETY: see above.
    unsafe { table_at(table, 0) }
}

unsafe fn table_at(table: *const twInfoTable, depth: usize) -> Result<InfoTable, ConvertError> {
    if table.is_null() {
        return Err(ConvertError::Null);
    }
    if depth > MAX_DEPTH {
        return Err(ConvertError::TooDeep);
    }
    // SAFETY: the caller's table is live.
    unsafe {
        let _guard = Guard::lock((*table).mtx);
        if (*table).ds.is_null() || (*table).rows.is_null() {
            return Err(ConvertError::EmptyShell);
        }
        let mut made = InfoTable::new(shape_from_c((*table).ds)?);
        for each in list::values::<twInfoTableRow>((*table).rows) {
            if each.is_null() {
                continue;
            }
            let cells = list::values::<twPrimitive>((*each).fieldEntries);
            let cells = cells.map(|cell| if cell.is_null() { Ok(Value::Nothing) } else { value_at(cell, depth) });
            made.rows.push(cells.collect::<Result<Row, _>>()?);
        }
        Ok(made)
    }
}

/// Copies a table and empties it: the shell stays with its owner, who still deletes it. It is emptied also when it cannot
/// be converted, as its owner expects.
///
/// # Safety
/// `table` is NULL or live and in use by nobody else.
pub unsafe fn take_table(table: *mut twInfoTable) -> Result<InfoTable, ConvertError> {
    // SAFETY: see above.
    unsafe {
        let copied = table_from_c(table);
        if !table.is_null() {
            table::empty(table);
        }
        copied
    }
}

/// A primitive with a copy of the value, to be deleted with `twPrimitive_Delete`. NULL when there is no memory.
pub fn value_to_c(value: &Value) -> *mut twPrimitive {
    match value {
        Value::Nothing => primitive::nothing(),
        Value::Text(base_type, text) => primitive::copying(base_type_to_c(*base_type), TW_STRING, text),
        Value::Blob(base_type, bytes) => primitive::copying(base_type_to_c(*base_type), TW_BLOB, bytes),
        Value::Number(number) => primitive::number(*number),
        Value::Long(long) => primitive::number(*long as f64),
        Value::Integer(integer) => primitive::integer(*integer),
        Value::Boolean(boolean) => primitive::boolean((*boolean).into()),
        Value::DateTime(milliseconds) => primitive::datetime(*milliseconds as u64),
        Value::Location(place) => {
            let Location { latitude, longitude, elevation } = *place;
            primitive::location(twLocation { latitude, longitude, elevation })
        }
        Value::InfoTable(inner) => {
            let inner = table_to_c(inner);
            if inner.is_null() {
                return ptr::null_mut();
            }
            // SAFETY: fresh, and deleted again when there is no memory for the value around it.
            unsafe {
                let made = primitive::infotable(inner);
                if made.is_null() {
                    table::twInfoTable_Delete(inner.cast());
                }
                made
            }
        }
        Value::Variant(inner) => {
            let inner = value_to_c(inner);
            if inner.is_null() {
                return ptr::null_mut();
            }
            // SAFETY: as above.
            unsafe {
                let made = primitive::variant(inner);
                if made.is_null() {
                    twPrimitive_Delete(inner.cast());
                }
                made
            }
        }
    }
}

/// A C shape with a copy of the fields and the name, to be deleted with `twDataShape_Delete`. NULL when there is no
/// memory.
pub fn shape_to_c(source: &DataShape) -> *mut twDataShape {
    // SAFETY: the parts are fresh and freed as a whole on failure.
    unsafe {
        let made = shape::twDataShape_Create(ptr::null_mut());
        if made.is_null() {
            return made;
        }
        (*made).name = text::option_to_c(source.name.as_ref());
        let complete = !(source.name.is_some() && (*made).name.is_null())
            && source.fields.iter().all(|field| {
                let field = field_to_c(field);
                let added = shape::twDataShape_AddEntry(made, field) == 0;
                if !added {
                    shape::twDataShapeEntry_Delete(field.cast());
                }
                added
            });
        if complete {
            return made;
        }
        shape::twDataShape_Delete(made.cast());
        ptr::null_mut()
    }
}

fn field_to_c(field: &Field) -> *mut twDataShapeEntry {
    // SAFETY: the parts are fresh and freed as a whole on failure.
    unsafe {
        let name = text::to_c(&field.name);
        if name.is_null() {
            return ptr::null_mut();
        }
        let made = shape::adopt_entry(name, text::to_c(&field.description), base_type_to_c(field.base_type));
        if made.is_null() {
            return made;
        }
        for aspect in &field.aspects {
            let (name, value) = (text::to_c(&aspect.name), value_to_c(&aspect.value));
            let added = shape::twDataShapeEntry_AddAspect(made, name, value) == 0;
            super::memory::free(name);
            if !added {
                twPrimitive_Delete(value.cast());
                shape::twDataShapeEntry_Delete(made.cast());
                return ptr::null_mut();
            }
        }
        made
    }
}

/// A C table with a copy of shape and rows, to be deleted with `twInfoTable_Delete`. NULL when there is no memory.
pub fn table_to_c(source: &InfoTable) -> *mut twInfoTable {
    // SAFETY: the parts are fresh and freed as a whole on failure.
    unsafe {
        let fields = shape_to_c(&source.shape);
        let made = table::twInfoTable_Create(fields);
        if made.is_null() {
            if !fields.is_null() {
                shape::twDataShape_Delete(fields.cast());
            }
            return made;
        }
        for cells in &source.rows {
            let line = row_to_c(cells);
            if table::twInfoTable_AddRow(made, line) != 0 {
                row::twInfoTableRow_Delete(line.cast());
                table::twInfoTable_Delete(made.cast());
                return ptr::null_mut();
            }
        }
        made
    }
}

/// A C row with copies of the cells, to be deleted with `twInfoTableRow_Delete`. NULL when there is no memory.
pub fn row_to_c(cells: &Row) -> *mut twInfoTableRow {
    let made = row::empty();
    if made.is_null() {
        return made;
    }
    for cell in cells {
        let cell = value_to_c(cell);
        // SAFETY: the row and the cell are fresh.
        unsafe {
            if row::twInfoTableRow_AddEntry(made, cell) != 0 {
                twPrimitive_Delete(cell.cast());
                row::twInfoTableRow_Delete(made.cast());
                return ptr::null_mut();
            }
        }
    }
    made
}

/// The text of a C string, for arguments that must not be NULL.
///
/// # Safety
/// `string` is NULL or NUL-terminated.
pub unsafe fn text_from_c(string: *const std::ffi::c_char) -> Result<Text, ConvertError> {
    // SAFETY: see above.
    unsafe { text::text(string) }.ok_or(ConvertError::Null)
}
