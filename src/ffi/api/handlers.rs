//! Application callbacks as handlers of the registry, and the default services as functions that C can call.

use std::ffi::{CString, c_char, c_void};
use std::ptr;

use super::{property_cb, service_cb};
use crate::connection::{Incoming, Reply};
use crate::ffi::convert;
use crate::ffi::definitions::msgCodeEnum;
use crate::ffi::info_table::table::twInfoTable_Delete;
use crate::ffi::info_table::twInfoTable;
use crate::model::{InfoTable, Text};
use crate::things::{PropertyHandler, ServiceHandler, reply_from_callback};
use crate::wire::MessageCode;

/// The application's pointer, handed back to it untouched.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::ffi) struct UserData(pub *mut c_void);

// SAFETY: never followed by us; the application has asked for it to be given to callbacks in whatever thread runs them.
unsafe impl Send for UserData {}
// SAFETY: as above.
unsafe impl Sync for UserData {}

/// A text as a C string for the time of a callback. C sees it end at its first NUL.
pub(in crate::ffi) fn c_string(text: &Text) -> CString {
    let end = text.iter().position(|&byte| byte == 0).unwrap_or(text.len());
    CString::new(&text[..end]).unwrap_or_default()
}

/// A callback for reads and writes of a property.
pub(super) struct CProperty {
    pub callback: property_cb,
    pub userdata: UserData,
}

/// A callback for a service.
pub(super) struct CService {
    pub callback: service_cb,
    pub userdata: UserData,
}

impl CProperty {
    fn call(&self, call: &Incoming, value: &mut *mut twInfoTable, is_write: bool) -> msgCodeEnum {
        let Some(callback) = self.callback else { return u32::from(MessageCode::NOT_FOUND.0) };
        let (entity, name) = (c_string(&call.request.entity), c_string(&call.request.name));
        // SAFETY: the application's function with the arguments of its prototype; the strings live until it returns.
        unsafe { callback(entity.as_ptr(), name.as_ptr(), value, c_char::from(is_write), self.userdata.0) }
    }
}

impl PropertyHandler for CProperty {
    fn read(&self, call: &Incoming) -> Reply {
        let mut value = ptr::null_mut();
        let code = self.call(call, &mut value, false);
        reply(code, value)
    }

    fn write(&self, call: &Incoming, params: &InfoTable) -> Reply {
        let mut value = convert::table_to_c(params);
        if value.is_null() {
            return failure("out of memory");
        }
        let code = self.call(call, &mut value, true);
        // SAFETY: the table is still ours, or a callback that replaced it has deleted the first one.
        unsafe { twInfoTable_Delete(value.cast()) };
        reply_from_callback(i64::from(code), None)
    }
}

impl ServiceHandler for CService {
    fn call(&self, call: &Incoming) -> Reply {
        let Some(callback) = self.callback else { return Reply::code(MessageCode::NOT_FOUND) };
        let (entity, name) = (c_string(&call.request.entity), c_string(&call.request.name));
        let params = &call.request.params;
        let table = match params {
            Some(params) => convert::table_to_c(params),
            None => ptr::null_mut(),
        };
        if params.is_some() && table.is_null() {
            return failure("out of memory");
        }
        let mut content = ptr::null_mut();
        // SAFETY: the application's function with the arguments of its prototype; everything lives until it returns.
        let code = unsafe { callback(entity.as_ptr(), name.as_ptr(), table, &mut content, self.userdata.0) };
        // SAFETY: the parameters stay the SDK's.
        unsafe { twInfoTable_Delete(table.cast()) };
        reply(code, content)
    }
}

/// An answer of ours that tells what went wrong.
pub(super) fn failure(reason: &str) -> Reply {
    Reply { code: MessageCode::INTERNAL_SERVER_ERROR, reason: Some(Text::from(reason)), content: None }
}

/// The answer for what a callback returned; takes the table.
fn reply(code: msgCodeEnum, content: *mut twInfoTable) -> Reply {
    if content.is_null() {
        return reply_from_callback(i64::from(code), None);
    }
    // SAFETY: the callback has given us the table.
    let table = unsafe { convert::table_from_c(content) };
    // SAFETY: as above; it is not used afterwards.
    unsafe { twInfoTable_Delete(content.cast()) };
    match table {
        Ok(table) => reply_from_callback(i64::from(code), Some(table)),
        Err(error) => {
            log::error!("the table that a callback returned cannot be sent: {error}");
            failure("the result cannot be encoded")
        }
    }
}

/// The two kinds of function pointer that a registration keeps, as the untyped one that C sees.
pub(super) fn property_pointer(callback: property_cb) -> *mut c_void {
    callback.map_or(ptr::null_mut(), |function| function as *mut c_void)
}

/// See [`property_pointer`].
pub(super) fn service_pointer(callback: service_cb) -> *mut c_void {
    callback.map_or(ptr::null_mut(), |function| function as *mut c_void)
}
