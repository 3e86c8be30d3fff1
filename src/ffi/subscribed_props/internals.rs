//! Functions of the manager that no header declares, where their name says what they do.

use std::ffi::{c_char, c_int, c_void};
use std::ptr;

use super::property::to_value;
use super::twSubscribedProperty;
use crate::ffi::api::instance;
use crate::ffi::errors::{TW_INVALID_PARAM, TW_NULL_OR_INVALID_API_SINGLETON, TW_OK, TW_UNKNOWN_ERROR};
use crate::ffi::guard::guard;
use crate::ffi::info_table::twInfoTable;
use crate::ffi::list::{self, twList};
use crate::ffi::{convert, text};
use crate::model::{InfoTable, Value};
use crate::things::{Platform, update_table};

/// Leaves a value alone: the delete function of a dictionary that owns nothing.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn twSubscribedPropsMgr_DoNothingDeletionHandler(_item: *mut c_void) {}

/// A table as it is pushed, with a row for each `twSubscribedProperty` of a list. The list and its values stay the caller's, the
/// table is given to the caller. NULL for NULL and when a value cannot be sent.
///
/// cbindgen:ignore
///
/// # Safety
/// The list is NULL or one of such values.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twConvertChangeListToInfoTable(changes: *mut twList) -> *mut twInfoTable {
    guard(ptr::null_mut(), || {
        if changes.is_null() {
            return ptr::null_mut();
        }
        let values: Result<Vec<_>, _> =
            // SAFETY: by contract of this function.
            unsafe { list::values::<twSubscribedProperty>(changes).map(|value| Ok(to_value(value)?.1)).collect() };
        match values {
            Ok(values) => convert::table_to_c(&update_table(&values)),
            Err(error) => {
                let error: convert::ConvertError = error;
                log::warn!("the values cannot be put into a table: {error}");
                ptr::null_mut()
            }
        }
    })
}

/// Invokes `UpdateSubscribedPropertyValues` on a thing with a table as twConvertChangeListToInfoTable makes it, and waits for the
/// answer. The table is emptied, its shell stays the caller's. Returns 0, 600, 101 for NULL, otherwise as twApi_InvokeService.
///
/// cbindgen:ignore
///
/// # Safety
/// The name is NULL or a C string, the table NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twInvokeUpdateSubscribedPropertyValues(
    entityName: *mut c_char,
    values: *mut twInfoTable,
    forceConnect: c_char,
) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        let Some(facade) = instance::current() else { return TW_NULL_OR_INVALID_API_SINGLETON };
        // SAFETY: by contract of this function.
        let (thing, table) = unsafe { (text::text(entityName), convert::take_table(values)) };
        let (Some(thing), Ok(table)) = (thing, table) else { return TW_INVALID_PARAM };
        let connection = facade.connection();
        if forceConnect != 0 && !connection.is_online() {
            Platform::connect(connection);
        }
        match connection.update(&thing, InfoTable::single("values", Value::InfoTable(Box::new(table)))) {
            Ok(()) => TW_OK,
            Err(error) => c_int::from(error.result()),
        }
    })
}
