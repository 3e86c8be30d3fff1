//! Polled functions: what is called at the data collection rate for each bound thing of a template or with a shape
//! (ext-files-tunnels.md 1.8).

use std::ffi::{c_char, c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{is_started, twOnPolled, twPolledFunctionRecord};
use crate::connection::Flag;
use crate::ffi::api::{bindListEntry, instance};
use crate::ffi::guard::guard;
use crate::ffi::lasting::LastingList;
use crate::ffi::list::{self, TW_FOREACH_CONTINUE, twList, twList_Add, twList_Clear};
use crate::ffi::os_port::DATETIME;
use crate::ffi::recursive::Guard;
use crate::ffi::shapes::{has_shape, has_template, things_with};
use crate::ffi::{memory, text};

type PolledFunction = unsafe extern "C" fn(*mut c_char);

/// The records, in order. They live as long as the process (ext-files-tunnels.md 1.1).
static POLLED: LastingList = LastingList::new(twPolledFunctionsList_Delete);

/// Whether a registration that is there already is left out.
static ONCE: AtomicBool = AtomicBool::new(false);

/// A record without its C strings.
struct Polled {
    function: PolledFunction,
    implemented: Vec<u8>,
    is_shape: bool,
}

fn register(function: twOnPolled, name: *const c_char, is_shape: bool) {
    guard((), || {
        // SAFETY: NULL or a C string by contract of the entry points.
        let (Some(_), Some(name)) = (function, unsafe { text::bytes(name) }) else {
            log::error!("a polled function needs the name of a template or shape, and a function");
            return;
        };
        let list = POLLED.get();
        if list.is_null() {
            return;
        }
        // SAFETY: our list of such records, locked between the look and the addition; it takes the record.
        unsafe {
            let _guard = Guard::lock((*list).mtx);
            if ONCE.load(Ordering::Relaxed) && is_registered(function, name, is_shape) {
                return;
            }
            let (name, none) = (memory::copy_bytes(name), ptr::null_mut());
            let (shape, template) = if is_shape { (name, none) } else { (none, name) };
            let record =
                twPolledFunctionRecord { onPolledFunction: function, shapeName: shape, templateName: template };
            twList_Add(list, memory::alloc(record).cast());
        }
    });
}

fn is_registered(function: twOnPolled, name: &[u8], is_shape: bool) -> bool {
    snapshot()
        .iter()
        .any(|known| is_same(Some(known.function), function) && known.is_shape == is_shape && known.implemented == name)
}

fn is_same(one: twOnPolled, other: twOnPolled) -> bool {
    one.map(|function| function as usize) == other.map(|function| function as usize)
}

/// The records as they are now; one that names a shape and a template is two.
fn snapshot() -> Vec<Polled> {
    let mut all = Vec::new();
    // SAFETY: our list of such records, locked during the walk; their names are C strings or NULL.
    unsafe {
        for record in list::values::<twPolledFunctionRecord>(POLLED.get()).filter_map(|record| record.as_ref()) {
            let Some(function) = record.onPolledFunction else { continue };
            for (name, is_shape) in [(record.templateName, false), (record.shapeName, true)] {
                let implemented = text::bytes(name).map(<[u8]>::to_vec);
                all.extend(implemented.map(|implemented| Polled { function, implemented, is_shape }));
            }
        }
    }
    all
}

/// Forgets all records.
pub(super) fn clear() {
    // SAFETY: our list.
    unsafe { twList_Clear(POLLED.get()) };
}

/// Calls a function at the data collection rate, once for each bound thing made of a template. A NULL name is logged and
/// ignored. The name that the function gets is the SDK's. A registration made twice counts twice: see twedge_poll_once.
///
/// # Safety
/// `templateName` is NULL or a C string (copied).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twExt_RegisterPolledTemplateFunction(polledFunction: twOnPolled, templateName: *mut c_char) {
    register(polledFunction, templateName, false);
}

/// Calls a function at the data collection rate, once for each bound thing with a shape; as
/// twExt_RegisterPolledTemplateFunction.
///
/// # Safety
/// `shapeName` is NULL or a C string (copied).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twExt_RegisterPolledShapeFunction(polledFunction: twOnPolled, shapeName: *mut c_char) {
    register(polledFunction, shapeName, true);
}

/// Whether registering a polled function again, for the same template or shape, is ignored from now on (TRUE) or makes it
/// run twice in each period (FALSE, the default): what a constructor registers, it registers for each thing. An addition
/// to the interface. From any thread.
#[unsafe(no_mangle)]
pub extern "C" fn twedge_poll_once(once: c_char) {
    ONCE.store(once != 0, Ordering::Relaxed);
}

/// Removes the first registration of that polled function.
///
/// # Safety
/// The function is compared only.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twExt_RemovePolledFunction(polledFunction: twOnPolled) {
    guard((), || {
        let wanted = |record: &twPolledFunctionRecord| is_same(record.onPolledFunction, polledFunction);
        if polledFunction.is_some() {
            // SAFETY: our list of such records.
            unsafe { list::remove_first(POLLED.get(), wanted) };
        }
    });
}

/// Calls the polled functions now, one after the other, if there is an API object, its first synchronization pass is over and a
/// threading model was started; ends early when that is stopped. No lock is held. The arguments are not looked at.
///
/// # Safety
/// Runs application code.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twExt_PerformPolledFunctions(_now: DATETIME, _params: *mut c_void) {
    guard((), || {
        let Some(facade) = instance::current() else { return };
        if !facade.flag(Flag::FirstSynchronizationComplete) {
            return;
        }
        for polled in snapshot() {
            let things = things_with(&polled.implemented, polled.is_shape);
            for thing in facade.bound_names().iter().filter(|thing| things.contains(thing.as_bytes())) {
                if !is_started() {
                    return;
                }
                call(polled.function, thing.as_bytes());
            }
        }
    });
}

fn call(function: PolledFunction, thing: &[u8]) {
    let name = memory::copy_bytes(thing);
    if !name.is_null() {
        // SAFETY: the application's function; the name is freed when it has returned.
        unsafe {
            function(name);
            memory::free(name);
        }
    }
}

/// The list of polled functions (values `twPolledFunctionRecord`). The SDK's.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn twGetPolledFunctionsList() -> *mut twList {
    guard(ptr::null_mut(), || POLLED.get())
}

/// Deletes a value of the list of twGetPolledFunctionsList. NULL-safe.
///
/// cbindgen:ignore
///
/// # Safety
/// `item` is NULL or such a record on the heap that is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twPolledFunctionsList_Delete(item: *mut c_void) {
    guard((), || {
        let record = item.cast::<twPolledFunctionRecord>();
        if !record.is_null() {
            // SAFETY: by contract of this function.
            unsafe {
                memory::free((*record).shapeName);
                memory::free((*record).templateName);
                memory::free(record);
            }
        }
    });
}

/// For twDict_Foreach over the bound things, with a `twPolledFunctionRecord` as user data: calls its function if the thing
/// has its shape. Always asks for the next one.
///
/// cbindgen:ignore
///
/// # Safety
/// `data` is NULL or a `bindListEntry`, `userData` NULL or such a record.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twPerformPolledFunctionsShapeForEachHandler(
    _key: *mut c_void,
    _key_size: usize,
    data: *mut c_void,
    _data_size: usize,
    userData: *mut c_void,
) -> c_int {
    // SAFETY: by contract of this function.
    guard(TW_FOREACH_CONTINUE, || unsafe { call_for(data, userData, |record| record.shapeName, has_shape) })
}

/// As twPerformPolledFunctionsShapeForEachHandler, for a thing made of the record's template.
///
/// cbindgen:ignore
///
/// # Safety
/// `data` is NULL or a `bindListEntry`, `userData` NULL or such a record.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twPerformPolledFunctionsTemplateForEachHandler(
    _key: *mut c_void,
    _key_size: usize,
    data: *mut c_void,
    _data_size: usize,
    userData: *mut c_void,
) -> c_int {
    // SAFETY: by contract of this function.
    guard(TW_FOREACH_CONTINUE, || unsafe { call_for(data, userData, |record| record.templateName, has_template) })
}

/// # Safety
/// As for the two functions above.
unsafe fn call_for(
    bound: *mut c_void,
    record: *mut c_void,
    name: fn(&twPolledFunctionRecord) -> *mut c_char,
    has: fn(&[u8], &[u8]) -> bool,
) -> c_int {
    // SAFETY: by contract of this function.
    unsafe {
        let bound = bound.cast::<bindListEntry>().as_ref();
        let record = record.cast::<twPolledFunctionRecord>().as_ref();
        if let (Some(bound), Some(record)) = (bound, record) {
            let names = (text::bytes(bound.name), text::bytes(name(record)), record.onPolledFunction);
            if let (Some(thing), Some(implemented), Some(function)) = names {
                if has(thing, implemented) {
                    call(function, thing);
                }
            }
        }
    }
    TW_FOREACH_CONTINUE
}
