//! The two templates that exist from the start, and the services of the generic one (ext-files-tunnels.md 1.3).

use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};

use super::constructors::EMPTY_TEMPLATE;
use super::registries::note_template;
use super::{twExt_AddEdgeThingShape, twExt_LoadExtensionLibrary, twExt_RegisterNamespacedService};
use crate::ffi::api::service_cb;
use crate::ffi::definitions::{TW_NOTHING, TW_STRING, TWX_BAD_REQUEST, TWX_NOT_FOUND, TWX_SUCCESS, msgCodeEnum};
use crate::ffi::errors::TW_OK;
use crate::ffi::guard::guard;
use crate::ffi::info_table::access::twInfoTable_GetString;
use crate::ffi::info_table::shape::{twDataShape_AddEntry, twDataShape_Create, twDataShapeEntry_Create};
use crate::ffi::info_table::{twDataShape, twInfoTable};
use crate::ffi::{memory, text};

/// The constructor of the template `EmptyTemplate`: does nothing.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twConstructEmptyEdgeThingTemplate(_thing: *const c_char, _namespace: *const c_char) {}

/// The constructor of the template `GenericEdgeThingTemplate`: inherits the empty one and offers the services
/// `loadShapeLibrary` and `AddEdgeThingShape`. The namespace is not looked at. NULL does nothing.
///
/// cbindgen:ignore
///
/// # Safety
/// `thing` is NULL or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twConstructGenericEdgeThingTemplate(thing: *const c_char, _namespace: *const c_char) {
    guard((), || {
        // SAFETY: by contract of this function.
        let Some(name) = (unsafe { text::bytes(thing) }) else { return };
        note_template(name, EMPTY_TEMPLATE.to_bytes());
        offer(thing, c"loadShapeLibrary", &[c"libraryName"], Some(twLoadShapeLibraryService));
        offer(thing, c"AddEdgeThingShape", &[c"shapeName", c"namespace"], Some(twAddEdgeThingShapeService));
    });
}

/// Registers a service of the generic template that takes texts and gives nothing.
fn offer(thing: *const c_char, service: &CStr, parameters: &[&CStr], handler: service_cb) {
    let inputs = input_shape(parameters);
    // SAFETY: texts live until the call returns, the shape is given away.
    unsafe {
        twExt_RegisterNamespacedService(
            thing,
            service.as_ptr(),
            ptr::null(),
            ptr::null(),
            inputs,
            TW_NOTHING,
            ptr::null_mut(),
            handler,
            ptr::null_mut(),
        )
    };
}

fn input_shape(parameters: &[&CStr]) -> *mut twDataShape {
    // SAFETY: entries are copied and given to the shape.
    unsafe {
        let shape = twDataShape_Create(ptr::null_mut());
        for name in parameters {
            let entry = twDataShapeEntry_Create(name.as_ptr(), ptr::null(), TW_STRING);
            twDataShape_AddEntry(shape, entry);
        }
        shape
    }
}

/// A text parameter of row 0, `None` when it is missing.
///
/// # Safety
/// `params` is NULL or a table.
unsafe fn parameter(params: *mut twInfoTable, name: &CStr) -> Option<CString> {
    let mut value: *mut c_char = ptr::null_mut();
    // SAFETY: by contract of this function; the copy is freed below.
    unsafe {
        twInfoTable_GetString(params, name.as_ptr().cast_mut(), 0, &mut value);
        let copy = text::bytes(value).and_then(|bytes| CString::new(bytes).ok());
        memory::free(value);
        copy
    }
}

/// Whether the platform may have extension libraries loaded.
static PLATFORM_LOADS: AtomicBool = AtomicBool::new(true);

/// Whether the service `loadShapeLibrary`, which things of the generic template offer to the platform, may load libraries
/// (TRUE, the default) or answers NOT_FOUND (FALSE). Whatever is set, libraries come only from the directory that the
/// environment variable TWXLIB names, and twExt_LoadExtensionLibrary stays the application's. An addition to the interface.
/// From any thread.
#[unsafe(no_mangle)]
pub extern "C" fn twedge_platform_may_load_libraries(allowed: c_char) {
    PLATFORM_LOADS.store(allowed != 0, Ordering::Relaxed);
}

/// The service `loadShapeLibrary`: loads the extension library `libraryName`. SUCCESS, NOT_FOUND, or BAD_REQUEST without that
/// parameter. No result.
///
/// cbindgen:ignore
///
/// # Safety
/// `params` is NULL or a table.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twLoadShapeLibraryService(
    _entity: *const c_char,
    _service: *const c_char,
    params: *mut twInfoTable,
    _content: *mut *mut twInfoTable,
    _userdata: *mut c_void,
) -> msgCodeEnum {
    guard(TWX_NOT_FOUND, || {
        // SAFETY: the dispatcher's table.
        let Some(library) = (unsafe { parameter(params, c"libraryName") }) else { return TWX_BAD_REQUEST };
        if !PLATFORM_LOADS.load(Ordering::Relaxed) {
            log::warn!("the platform wants the library {library:?} loaded, which the application does not allow");
            return TWX_NOT_FOUND;
        }
        // SAFETY: a C string.
        let handle = unsafe { twExt_LoadExtensionLibrary(library.as_ptr().cast_mut()) };
        if handle.is_null() { TWX_NOT_FOUND } else { TWX_SUCCESS }
    })
}

/// The service `AddEdgeThingShape`: adds the shape `shapeName` to the entity, under `namespace` if there is one. SUCCESS,
/// NOT_FOUND, or BAD_REQUEST without `shapeName`. No result.
///
/// cbindgen:ignore
///
/// # Safety
/// `entity` is NULL or a C string, `params` NULL or a table.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twAddEdgeThingShapeService(
    entity: *const c_char,
    _service: *const c_char,
    params: *mut twInfoTable,
    _content: *mut *mut twInfoTable,
    _userdata: *mut c_void,
) -> msgCodeEnum {
    guard(TWX_NOT_FOUND, || {
        // SAFETY: the dispatcher's table.
        let (shape, namespace) = unsafe { (parameter(params, c"shapeName"), parameter(params, c"namespace")) };
        let Some(shape) = shape else { return TWX_BAD_REQUEST };
        let namespace = namespace.as_ref().map_or(ptr::null(), |text| text.as_ptr());
        // SAFETY: C strings that live until the call returns.
        match unsafe { twExt_AddEdgeThingShape(entity, shape.as_ptr(), namespace) } {
            TW_OK => TWX_SUCCESS,
            _ => TWX_NOT_FOUND,
        }
    })
}
