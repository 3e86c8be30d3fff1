//! Bytes to primitives, shapes and tables, as lenient with missing bytes as programs are used to: they read as zero. What
//! cannot be a value at all, because of its type, its size or its depth, is none.

use super::primitive::{self, nothing};
use super::{limits, stream, twLocation, twPrimitive, twStream};
use crate::ffi::definitions::{
    BaseType, TW_BLOB, TW_BOOLEAN, TW_DATETIME, TW_INFOTABLE, TW_INTEGER, TW_LOCATION, TW_NUMBER, TW_STRING, TW_VARIANT,
};
use crate::ffi::guard::guard;
use crate::ffi::info_table::{row, shape, table};
use crate::ffi::info_table::{twDataShape, twDataShapeAspect, twDataShapeEntry, twInfoTable, twInfoTableRow};
use crate::ffi::memory;
use crate::ffi::os_port::DATETIME;
use crate::model;
use std::ffi::c_char;
use std::ptr;

/// Values inside values are followed to this depth (protocol.md 5.2).
const MAX_DEPTH: usize = 64;

/// Reads values from a stream; counts what it consumed.
pub struct Reader {
    stream: *mut twStream,
    /// The encoded length of what was read, missing bytes included.
    pub consumed: u32,
}

/// What could not be read; the function that finds it has freed its parts.
pub struct Unreadable;

/// What reading gives: something new in C memory.
pub type Read<T> = Result<*mut T, Unreadable>;

fn made<T>(place: *mut T) -> Read<T> {
    if place.is_null() { Err(Unreadable) } else { Ok(place) }
}

impl Reader {
    /// A reader from the stream's cursor on.
    ///
    /// # Safety
    /// `stream` is live as long as the reader.
    pub unsafe fn new(stream: *mut twStream) -> Self {
        Self { stream, consumed: 0 }
    }

    fn fill(&mut self, place: &mut [u8]) {
        // SAFETY: the stream lives, see `new`.
        unsafe { stream::read(self.stream, place) };
        self.consumed = self.consumed.saturating_add(u32::try_from(place.len()).unwrap_or(u32::MAX));
    }

    fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// Whether the marker of another field or row comes; the end of the data is an end marker.
    pub fn another(&mut self) -> bool {
        self.array::<1>() != [0]
    }

    /// The type byte of a value; a missing one is NOTHING.
    fn base_type(&mut self) -> BaseType {
        let mut byte = [u8::MAX];
        self.fill(&mut byte);
        signed(byte[0])
    }

    /// `count` bytes with a NUL behind them. Missing ones are zero, unless so many are missing that the length must be
    /// wrong: no memory is spent on those.
    fn bytes(&mut self, count: u32) -> Read<c_char> {
        let count = usize::try_from(i32::try_from(count).map_err(|_| Unreadable)?).map_err(|_| Unreadable)?;
        // SAFETY: the stream lives, see `new`.
        if count.saturating_sub(unsafe { stream::remaining(self.stream) }) > limits::max_string() {
            log::warn!("a length of {count} bytes is announced that the data does not have");
            return Err(Unreadable);
        }
        let data = made(memory::zeroed(count.checked_add(1).ok_or(Unreadable)?))?;
        // SAFETY: fresh memory of that size.
        self.fill(unsafe { std::slice::from_raw_parts_mut(data.cast::<u8>(), count) });
        Ok(data)
    }

    /// The length in front of a text, and how many bytes it took itself.
    fn text_length(&mut self) -> (u32, u32) {
        let [first] = self.array::<1>();
        if first < 128 {
            return (u32::from(first), 1);
        }
        let [second, third, fourth] = self.array::<3>();
        (u32::from_be_bytes([first & 0x7f, second, third, fourth]), 4)
    }

    /// A text as a C string.
    pub fn string(&mut self) -> Read<c_char> {
        let (count, _) = self.text_length();
        self.bytes(count)
    }

    /// A time.
    pub fn datetime(&mut self) -> DATETIME {
        u64::from_be_bytes(self.array())
    }

    /// A typed value.
    pub fn primitive(&mut self, depth: usize) -> Read<twPrimitive> {
        let base_type = self.base_type();
        self.content(base_type, depth)
    }

    /// The content of a value of a known type.
    pub fn content(&mut self, base_type: BaseType, depth: usize) -> Read<twPrimitive> {
        if depth > MAX_DEPTH {
            log::warn!("a value inside more than {MAX_DEPTH} others is not read");
            return Err(Unreadable);
        }
        if base_type == BaseType::from(model::BaseType::LONG.0) {
            // C has no type for it: exact up to 2^53.
            return made(primitive::number(i64::from_be_bytes(self.array()) as f64));
        }
        let Some(family) = primitive::family(base_type) else {
            log::warn!("values of type {base_type} cannot be read");
            return Err(Unreadable);
        };
        match family {
            TW_STRING => {
                let (count, prefix) = self.text_length();
                self.owned(base_type, family, count, prefix)
            }
            TW_BLOB => {
                let count = u32::from_be_bytes(self.array());
                self.owned(base_type, family, count, 4)
            }
            TW_NUMBER => made(primitive::number(f64::from_be_bytes(self.array()))),
            TW_INTEGER => made(primitive::integer(i32::from_be_bytes(self.array()))),
            TW_BOOLEAN => made(primitive::boolean(self.array::<1>()[0] as c_char)),
            TW_DATETIME => made(primitive::datetime(self.datetime())),
            TW_LOCATION => {
                let [longitude, latitude, elevation] = [(); 3].map(|()| f64::from_be_bytes(self.array()));
                made(primitive::location(twLocation { latitude, longitude, elevation }))
            }
            TW_INFOTABLE => {
                let inner = self.table(depth + 1)?;
                // SAFETY: fresh; freed again when there is no memory for the value around it.
                unsafe { made(primitive::infotable(inner)).inspect_err(|_| table::twInfoTable_Delete(inner.cast())) }
            }
            TW_VARIANT => {
                // Unlike that of a cell, a missing type byte is zero here.
                let inner_type = signed(self.array::<1>()[0]);
                let inner = self.content(inner_type, depth + 1)?;
                // SAFETY: as above.
                unsafe { made(primitive::variant(inner)).inspect_err(|_| primitive::twPrimitive_Delete(inner.cast())) }
            }
            _ => made(nothing()),
        }
    }

    fn owned(&mut self, base_type: BaseType, family: BaseType, count: u32, prefix: u32) -> Read<twPrimitive> {
        let data = self.bytes(count)?;
        let length = count.saturating_add(prefix);
        // SAFETY: fresh memory that nobody else knows.
        made(primitive::owning(base_type, family, data, count as usize, length))
            .inspect_err(|_| unsafe { memory::free(data) })
    }

    /// An aspect.
    pub fn aspect(&mut self) -> Read<twDataShapeAspect> {
        let name = self.string()?;
        // SAFETY: fresh memory that nobody else knows.
        let value = self.primitive(0).inspect_err(|_| unsafe { memory::free(name) })?;
        made(memory::alloc(twDataShapeAspect { name, value })).inspect_err(|_| {
            // SAFETY: as above.
            unsafe {
                memory::free(name);
                primitive::twPrimitive_Delete(value.cast());
            }
        })
    }

    /// A field, without its marker.
    pub fn entry(&mut self) -> Read<twDataShapeEntry> {
        let name = self.string()?;
        // SAFETY: fresh memory that nobody else knows.
        let description = self.string().inspect_err(|_| unsafe { memory::free(name) })?;
        let base_type = self.base_type();
        let field_type = if base_type == BaseType::from(model::BaseType::LONG.0) { TW_NUMBER } else { base_type };
        // SAFETY: fresh memory that nobody else knows.
        let entry = unsafe { shape::adopt_entry(name, description, field_type) };
        let entry = made(entry)?;
        for _ in 0..u16::from_be_bytes(self.array()) {
            // SAFETY: the entry is fresh and freed as a whole on failure.
            unsafe {
                match self.aspect() {
                    Ok(aspect) if shape::add_aspect(entry, aspect) => {}
                    Ok(aspect) => {
                        shape::twDataShapeAspect_Delete(aspect.cast());
                        shape::twDataShapeEntry_Delete(entry.cast());
                        return Err(Unreadable);
                    }
                    Err(unreadable) => {
                        shape::twDataShapeEntry_Delete(entry.cast());
                        return Err(unreadable);
                    }
                }
            }
        }
        Ok(entry)
    }

    /// The fields of a shape and the end marker.
    pub fn shape(&mut self) -> Read<twDataShape> {
        // SAFETY: the shape is fresh and freed as a whole on failure.
        unsafe {
            let made_shape = made(shape::twDataShape_Create(ptr::null_mut()))?;
            while self.another() {
                let added = self.entry().is_ok_and(|entry| {
                    let code = shape::twDataShape_AddEntry(made_shape, entry);
                    if code != 0 {
                        shape::twDataShapeEntry_Delete(entry.cast());
                    }
                    code == 0
                });
                if !added {
                    shape::twDataShape_Delete(made_shape.cast());
                    return Err(Unreadable);
                }
            }
            Ok(made_shape)
        }
    }

    /// A row, without its marker.
    pub fn row(&mut self, depth: usize) -> Read<twInfoTableRow> {
        let count = u16::from_be_bytes(self.array());
        // SAFETY: the row is fresh and freed as a whole on failure.
        unsafe {
            let made_row = made(row::empty())?;
            for _ in 0..count {
                let added = self.primitive(depth).is_ok_and(|cell| {
                    let code = row::twInfoTableRow_AddEntry(made_row, cell);
                    if code != 0 {
                        primitive::twPrimitive_Delete(cell.cast());
                    }
                    code == 0
                });
                if !added {
                    row::twInfoTableRow_Delete(made_row.cast());
                    return Err(Unreadable);
                }
            }
            Ok(made_row)
        }
    }

    /// A table.
    pub fn table(&mut self, depth: usize) -> Read<twInfoTable> {
        if depth > MAX_DEPTH {
            log::warn!("a table inside more than {MAX_DEPTH} others is not read");
            return Err(Unreadable);
        }
        let before = self.consumed;
        // SAFETY: the parts are fresh and freed as a whole on failure.
        unsafe {
            let fields = self.shape()?;
            let made_table = made(table::twInfoTable_Create(fields)).inspect_err(|_| {
                shape::twDataShape_Delete(fields.cast());
            })?;
            while self.another() {
                let added = self.row(depth).is_ok_and(|each| {
                    let code = table::twInfoTable_AddRow(made_table, each);
                    if code != 0 {
                        row::twInfoTableRow_Delete(each.cast());
                    }
                    code == 0
                });
                if !added {
                    table::twInfoTable_Delete(made_table.cast());
                    return Err(Unreadable);
                }
            }
            (*made_table).length = self.consumed - before;
            Ok(made_table)
        }
    }
}

/// A type byte as C sees it: NOTHING is -1.
fn signed(byte: u8) -> BaseType {
    BaseType::from(byte as i8)
}

/// Reads with `body` from a stream; NULL for a NULL stream and for what cannot be read.
///
/// # Safety
/// `s` is NULL or live.
pub unsafe fn from_stream<T>(s: *mut twStream, body: impl FnOnce(&mut Reader) -> Read<T>) -> *mut T {
    guard(ptr::null_mut(), || {
        if s.is_null() {
            return ptr::null_mut();
        }
        // SAFETY: see above.
        body(&mut unsafe { Reader::new(s) }).unwrap_or(ptr::null_mut())
    })
}

/// Reads type byte and content from a stream and moves its cursor behind them. Missing bytes read as zero. The caller
/// deletes the primitive. NULL for NULL, and for a type without values.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twPrimitive_CreateFromStream(s: *mut twStream) -> *mut twPrimitive {
    // SAFETY: a live stream.
    unsafe { from_stream(s, |reader| reader.primitive(0)) }
}

/// Reads the content of a value of the given type from a stream: as `twPrimitive_CreateFromStream`, without type byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twPrimitive_CreateFromStreamTyped(s: *mut twStream, r#type: BaseType) -> *mut twPrimitive {
    // SAFETY: a live stream.
    unsafe { from_stream(s, |reader| reader.content(r#type, 0)) }
}

/// Reads a string from a stream. The caller frees it. NULL for NULL, when there is no memory, and when a length is
/// announced that the stream does not have by far.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn streamToString(s: *mut twStream) -> *mut c_char {
    // SAFETY: a live stream.
    unsafe { from_stream(s, Reader::string) }
}
