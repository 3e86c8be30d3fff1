//! Messages in readable form, for TRACE.
//!
//! Shows what a C message struct holds, complete or not. Secrets (the value of an AUTH claim, PASSWORD values) are
//! masked, long contents cut.

use std::ffi::{CStr, c_char, c_void};
use std::fmt::Write;

use super::{twCharacteristicToString, twCodeToString, twEntityToString};
use crate::ffi::base_types::twPrimitive;
use crate::ffi::definitions::{
    TW_AUTH, TW_BIND, TW_BLOB, TW_BOOLEAN, TW_DATETIME, TW_IMAGE, TW_INFOTABLE, TW_INTEGER, TW_LOCATION,
    TW_MULTIPART_REQ, TW_MULTIPART_RESP, TW_NOTHING, TW_NUMBER, TW_PASSWORD, TW_REQUEST, TW_RESPONSE, TW_STRING,
    TW_VARIANT,
};
use crate::ffi::info_table::{twDataShapeEntry, twInfoTable, twInfoTableRow};
use crate::ffi::list::twList;
use crate::ffi::messages::{twAuthBody, twBindBody, twMessage, twMultipartBody, twRequestBody, twResponseBody};
use crate::ffi::text;

/// How deep tables in tables are shown.
const MAX_DEPTH: usize = 8;
/// Where a description stops growing.
const MAX_LENGTH: usize = 64 * 1024;
const MASK: &str = "****";

/// A message as one line of text, after the caption.
///
/// # Safety
/// Both are NULL or valid; the members of the message are as its type says, or NULL.
pub(super) unsafe fn describe(message: *const twMessage, caption: *const c_char) -> String {
    let mut out = Description(String::new());
    // SAFETY: as the caller says; everything below is reached from the message and valid or NULL like it.
    unsafe {
        out.name("", caption);
        match message.as_ref() {
            None => out.push("no message"),
            Some(message) => out.message(message),
        }
    }
    out.0
}

/// A static name of ours.
fn known(name: *mut c_char) -> std::borrow::Cow<'static, str> {
    // SAFETY: the callers pass what the functions of names return: terminated static strings.
    unsafe { CStr::from_ptr(name) }.to_string_lossy()
}

/// The entries of a list, as many as its count says.
///
/// # Safety
/// `list` is NULL or a list that nobody changes meanwhile.
unsafe fn items<T>(list: *const twList) -> impl Iterator<Item = *const T> {
    // SAFETY: as the caller says.
    let (mut entry, count) = unsafe { list.as_ref() }.map_or((std::ptr::null_mut(), 0), |l| (l.first, l.count));
    (0..count).map_while(move |_| {
        // SAFETY: the list is intact: its entries are valid or NULL.
        let current = unsafe { entry.as_ref() }?;
        entry = current.next;
        Some(current.value.cast::<T>().cast_const())
    })
}

struct Description(String);

/// Each method takes pointers and structs that are as `describe` says.
impl Description {
    fn push(&mut self, text: &str) {
        if self.0.len() < MAX_LENGTH {
            self.0.push_str(text);
        }
    }

    fn show(&mut self, what: std::fmt::Arguments<'_>) {
        if self.0.len() < MAX_LENGTH {
            // Writing to a string does not fail.
            let _ = self.0.write_fmt(what);
        }
    }

    unsafe fn name(&mut self, label: &str, name: *const c_char) {
        // SAFETY: `name` is NULL or terminated.
        if let Some(name) = unsafe { text::bytes(name) } {
            self.show(format_args!("{label}{}", String::from_utf8_lossy(name)));
        }
    }

    unsafe fn message(&mut self, message: &twMessage) {
        self.show(format_args!(
            "{} id={} endpoint={} session={}",
            known(twCodeToString(message.code)),
            message.requestId,
            message.endpointId,
            message.sessionId,
        ));
        let body: *const c_void = message.body;
        if body.is_null() {
            return self.push(" without body");
        }
        // SAFETY: the type says what the body is.
        unsafe {
            match message.r#type {
                TW_REQUEST => self.request(&*body.cast()),
                TW_RESPONSE => self.response(&*body.cast()),
                TW_AUTH => {
                    self.name(" ", (*body.cast::<twAuthBody>()).name);
                    self.show(format_args!("={MASK}"));
                }
                TW_BIND => self.bind(&*body.cast()),
                TW_MULTIPART_REQ | TW_MULTIPART_RESP => {
                    let part = &*body.cast::<twMultipartBody>();
                    self.show(format_args!(" part {} of {}, {} bytes", part.chunkId, part.chunkCount, part.length));
                }
                other => self.show(format_args!(" of unknown type {other}")),
            }
        }
    }

    unsafe fn request(&mut self, body: &twRequestBody) {
        // SAFETY: see `describe`.
        unsafe {
            self.show(format_args!(" {}", known(twEntityToString(body.entityType))));
            self.name(" ", body.entityName);
            self.show(format_args!(" {}", known(twCharacteristicToString(body.characteristicType))));
            self.name(" ", body.characteristicName);
            self.table(body.params, 0);
        }
    }

    unsafe fn response(&mut self, body: &twResponseBody) {
        // SAFETY: see `describe`.
        unsafe {
            self.name(" reason: ", body.reason);
            self.table(body.content, 0);
        }
    }

    unsafe fn bind(&mut self, body: &twBindBody) {
        // SAFETY: see `describe`.
        unsafe {
            self.name(" gateway ", body.gatewayName);
            self.name(" of type ", body.gatewayType);
            for name in items::<c_char>(body.names) {
                self.name(" ", name);
            }
        }
    }

    unsafe fn table(&mut self, table: *const twInfoTable, depth: usize) {
        // SAFETY: see `describe`.
        let Some(table) = (unsafe { table.as_ref() }) else { return };
        if depth == MAX_DEPTH {
            return self.push(" [...]");
        }
        // SAFETY: see `describe`.
        unsafe {
            let columns: Vec<_> =
                table.ds.as_ref().map_or(Vec::new(), |ds| items::<twDataShapeEntry>(ds.entries).collect());
            self.push(" [");
            for row in items::<twInfoTableRow>(table.rows) {
                self.push("{");
                let cells = row.as_ref().map_or(std::ptr::null_mut(), |row| row.fieldEntries);
                for (index, cell) in items::<twPrimitive>(cells).enumerate() {
                    self.push(if index == 0 { "" } else { ", " });
                    if let Some(column) = columns.get(index).and_then(|column| column.as_ref()) {
                        self.name("", column.name);
                    }
                    self.push("=");
                    self.value(cell, depth);
                }
                self.push("}");
                if self.0.len() >= MAX_LENGTH {
                    break;
                }
            }
        }
        self.push("]");
    }

    unsafe fn value(&mut self, value: *const twPrimitive, depth: usize) {
        // SAFETY: see `describe`; the family says which member of the union is valid.
        unsafe {
            let Some(value) = value.as_ref() else { return self.push("null") };
            match value.typeFamily {
                _ if value.r#type == TW_PASSWORD => self.push(MASK),
                TW_NOTHING => self.push("null"),
                TW_NUMBER => self.show(format_args!("{}", value.val.number)),
                TW_INTEGER => self.show(format_args!("{}", value.val.integer)),
                TW_BOOLEAN => self.show(format_args!("{}", value.val.boolean != 0)),
                TW_DATETIME => self.show(format_args!("{}", value.val.datetime as i64)),
                TW_LOCATION => {
                    let location = value.val.location;
                    self.show(format_args!("{}:{}:{}", location.latitude, location.longitude, location.elevation));
                }
                TW_INFOTABLE => self.table(value.val.infotable, depth + 1),
                TW_VARIANT if depth < MAX_DEPTH => self.value(value.val.variant, depth + 1),
                TW_BLOB | TW_IMAGE => self.show(format_args!("<{} bytes>", value.val.bytes.len)),
                TW_VARIANT => self.push("..."),
                TW_STRING => {
                    let length = usize::try_from(value.val.bytes.len).unwrap_or(0).min(MAX_LENGTH);
                    let bytes = crate::ffi::memory::slice(value.val.bytes.data, length);
                    self.show(format_args!("{:?}", String::from_utf8_lossy(bytes)));
                }
                other => self.show(format_args!("<type {other}>")),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ffi::base_types::{twPrimitive, twPrimitive_bytes, twPrimitive_val};
    use crate::ffi::definitions::{BaseType, TW_PROPERTIES, TW_THING, TWX_PUT, TWX_SUCCESS};
    use crate::ffi::info_table::twDataShape;
    use crate::ffi::list::ListEntry;
    use std::ptr::{null, null_mut};

    /// Structs of C that refer to each other, alive as long as this.
    #[derive(Default)]
    struct Made(Vec<Box<dyn std::any::Any>>);

    impl Made {
        fn keep<T: 'static>(&mut self, value: T) -> *mut T {
            let mut boxed = Box::new(value);
            let place: *mut T = &mut *boxed;
            self.0.push(boxed);
            place
        }

        fn list<T: 'static>(&mut self, items: &[*mut T]) -> *mut twList {
            let mut next = null_mut();
            for item in items.iter().rev() {
                next = self.keep(ListEntry { next, prev: null_mut(), value: item.cast() });
            }
            let count = items.len() as i32;
            let (last, mtx) = (null_mut(), null_mut());
            self.keep(twList { count, first: next, last, mtx, delete_function: None, parse_function: None })
        }

        fn text(&mut self, base_type: BaseType, text: &'static CStr) -> *mut twPrimitive {
            let len = text.to_bytes().len() as i32;
            let val = twPrimitive_val { bytes: twPrimitive_bytes { data: text.as_ptr().cast_mut(), len } };
            self.keep(twPrimitive { r#type: base_type, typeFamily: TW_STRING, length: 0, val })
        }

        fn number(&mut self, number: f64) -> *mut twPrimitive {
            let val = twPrimitive_val { number };
            self.keep(twPrimitive { r#type: TW_NUMBER, typeFamily: TW_NUMBER, length: 0, val })
        }

        /// One row.
        fn table(&mut self, columns: &[&'static CStr], cells: &[*mut twPrimitive]) -> *mut twInfoTable {
            let entries: Vec<_> = columns
                .iter()
                .map(|name| twDataShapeEntry {
                    name: name.as_ptr().cast_mut(),
                    description: null_mut(),
                    r#type: TW_STRING,
                    aspects: null_mut(),
                })
                .map(|entry| self.keep(entry))
                .collect();
            let entries = self.list(&entries);
            let ds = self.keep(twDataShape { numEntries: columns.len() as i32, entries, name: null_mut() });
            let fieldEntries = self.list(cells);
            let row = self.keep(twInfoTableRow { numFields: cells.len() as u16, fieldEntries });
            let rows = self.list(&[row]);
            self.keep(twInfoTable { ds, rows, length: 0, mtx: null_mut() })
        }
    }

    fn message(kind: u32, code: u32, body: *mut c_void) -> twMessage {
        twMessage {
            r#type: kind,
            version: 1,
            code,
            requestId: 7,
            endpointId: 0,
            sessionId: 9,
            multipartMarker: 0,
            length: 0,
            body,
        }
    }

    #[test]
    fn a_request_shows_its_address_and_values_but_no_password() {
        let mut made = Made::default();
        let cells = [made.text(TW_STRING, c"hot"), made.text(TW_PASSWORD, c"hunter2"), made.number(1.5), null_mut()];
        let params = made.table(&[c"state", c"key", c"value"], &cells);
        let body = made.keep(twRequestBody {
            entityType: TW_THING,
            entityName: c"Pump".as_ptr().cast_mut(),
            characteristicType: TW_PROPERTIES,
            characteristicName: c"Status".as_ptr().cast_mut(),
            numHeaders: 0,
            headers: null_mut(),
            params,
            length: 0,
        });
        let message = message(TW_REQUEST, TWX_PUT, body.cast());
        // SAFETY: everything is kept by `made`.
        let text = unsafe { describe(&message, c"sent: ".as_ptr()) };
        let values = "[{state=\"hot\", key=****, value=1.5, =null}]";
        assert_eq!(text, format!("sent: PUT id=7 endpoint=0 session=9 THING Pump PROPERTIES Status {values}"));
    }

    #[test]
    fn tables_in_tables_end_somewhere() {
        let mut made = Made::default();
        let mut table = made.table(&[c"x"], &[null_mut()]);
        for _ in 0..100 {
            let val = twPrimitive_val { infotable: table };
            let cell = made.keep(twPrimitive { r#type: TW_INFOTABLE, typeFamily: TW_INFOTABLE, length: 0, val });
            table = made.table(&[c"x"], &[cell]);
        }
        let body = made.keep(twResponseBody {
            reasonMarker: 0,
            reason: null_mut(),
            contentType: 0,
            content: table,
            length: 0,
        });
        let message = message(TW_RESPONSE, TWX_SUCCESS, body.cast());
        // SAFETY: everything is kept by `made`.
        let text = unsafe { describe(&message, null()) };
        assert_eq!(text.matches('[').count(), MAX_DEPTH + 1);
    }
}
