//! Bind, authenticated and synchronize callbacks: who is registered, and calling them (api-behaviour.md 4.5).

use std::ffi::{CString, c_char, c_int, c_void};
use std::ptr;

use super::exported;
use super::handlers::{UserData, c_string};
use super::instance::Facade;
use super::mirror::{deleteCallbackInfo, new_info};
use super::{authEvent_cb, bindEvent_cb, callbackInfo, options, synchronizeEvent_cb, twApi};
use crate::connection::BindEvent;
use crate::ffi::definitions::{TW_APPLICATIONKEYS, TW_THING, entityTypeEnum};
use crate::ffi::errors::{TW_INVALID_PARAM, TW_NULL_OR_INVALID_API_SINGLETON, TW_OK};
use crate::ffi::guard::guard;
use crate::ffi::info_table::twInfoTable;
use crate::ffi::list::{self, twList, twList_Add};
use crate::ffi::{convert, text};
use crate::model::{InfoTable, Text};

/// Nothing of that kind is registered.
const NOT_REGISTERED: c_int = 1104;

/// A registration, copied out of its list so that the callback may change the list.
#[derive(Clone)]
struct Listener {
    callback: *mut c_void,
    userdata: UserData,
    entity: Option<Text>,
    entity_type: entityTypeEnum,
}

impl Listener {
    fn is_authentication(&self) -> bool {
        self.entity_type == TW_APPLICATIONKEYS
    }

    fn concerns(&self, thing: &Text) -> bool {
        self.entity.as_ref().is_none_or(|own| own == thing)
    }
}

/// # Safety
/// `list` is NULL or a list of `callbackInfo`.
unsafe fn listeners(list: *mut twList) -> Vec<Listener> {
    // SAFETY: by contract of this function; the list is locked during the walk.
    let infos = unsafe { list::values::<callbackInfo>(list) }.filter_map(|info| unsafe { info.as_ref() });
    infos
        .map(|info| Listener {
            callback: info.cb,
            userdata: UserData(info.userdata),
            // SAFETY: a C string or NULL.
            entity: unsafe { text::text(info.entityName) },
            entity_type: info.entityType,
        })
        .collect()
}

/// # Safety
/// `list` is NULL or a list of `callbackInfo`.
unsafe fn add(
    list: *mut twList,
    entity_type: entityTypeEnum,
    entity: *mut c_char,
    callback: *mut c_void,
    userdata: *mut c_void,
) -> c_int {
    // SAFETY: a C string or NULL by the contract of the entry point.
    let entity = unsafe { text::text(entity) };
    let info = new_info(entity_type, entity.as_ref(), 0, None, callback, userdata);
    // SAFETY: the list takes the entry over, unless there is no list.
    unsafe {
        let code = twList_Add(list, info.cast());
        if code != TW_OK {
            deleteCallbackInfo(info.cast());
        }
        code
    }
}

/// Removes the first entry with the same function, pointer and name.
///
/// # Safety
/// `list` is NULL or a list of `callbackInfo`.
unsafe fn remove(list: *mut twList, entity: *mut c_char, callback: *mut c_void, userdata: *mut c_void) -> c_int {
    // SAFETY: by contract of this function; names are C strings or NULL.
    let removed = unsafe {
        if list.is_null() {
            return NOT_REGISTERED;
        }
        let wanted = text::bytes(entity);
        list::remove_first(list, |info: &callbackInfo| {
            info.cb == callback && info.userdata == userdata && text::bytes(info.entityName) == wanted
        })
    };
    if removed { TW_OK } else { NOT_REGISTERED }
}

/// A list of the object that `tw_api` shows; `None` without one.
fn shown(pick: impl FnOnce(*mut twApi) -> *mut twList) -> Option<*mut twList> {
    let api = exported();
    (!api.is_null()).then(|| pick(api))
}

fn bind_list() -> Option<*mut twList> {
    // SAFETY: an API object of the program's or ours.
    shown(|api| unsafe { (*api).bindEventCallbackList })
}

fn synchronize_list() -> Option<*mut twList> {
    // SAFETY: an API object of the program's or ours.
    shown(|api| unsafe { (*api).synchronizeStateEventCallbackList })
}

fn bind_pointer(callback: bindEvent_cb) -> *mut c_void {
    callback.map_or(ptr::null_mut(), |function| function as *mut c_void)
}

fn auth_pointer(callback: authEvent_cb) -> *mut c_void {
    callback.map_or(ptr::null_mut(), |function| function as *mut c_void)
}

fn synchronize_pointer(callback: synchronizeEvent_cb) -> *mut c_void {
    callback.map_or(ptr::null_mut(), |function| function as *mut c_void)
}

/// Registers a function that is called after binding and unbinding, in the thread of the call that bound or of the tasker.
/// It gets the name it was registered with; a NULL name means all things. May be registered any number of times.
/// Returns 0, or 600 without an API object or without a function.
///
/// # Safety
/// `entityName` is NULL or a C string (copied).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_RegisterBindEventCallback(
    entityName: *mut c_char,
    cb: bindEvent_cb,
    userdata: *mut c_void,
) -> c_int {
    guard(TW_NULL_OR_INVALID_API_SINGLETON, || match (bind_list(), cb) {
        // SAFETY: the list belongs to the API object.
        (Some(list), Some(_)) => unsafe { add(list, TW_THING, entityName, bind_pointer(cb), userdata) },
        _ => TW_NULL_OR_INVALID_API_SINGLETON,
    })
}

/// Removes the first bind callback with the same function, pointer and name. Returns 0, 1104 when there is none, 600.
///
/// # Safety
/// `entityName` is NULL or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_UnregisterBindEventCallback(
    entityName: *mut c_char,
    cb: bindEvent_cb,
    userdata: *mut c_void,
) -> c_int {
    guard(TW_NULL_OR_INVALID_API_SINGLETON, || {
        let Some(list) = bind_list() else { return TW_NULL_OR_INVALID_API_SINGLETON };
        // SAFETY: the list belongs to the API object.
        unsafe { remove(list, entityName, bind_pointer(cb), userdata) }
    })
}

/// Registers a function that is called by the tasker once per connection, after authentication, with the kind of credential
/// ("appKey"), the credential in clear and `userdata`. Returns 0, or 600 without an API object or without a function.
///
/// # Safety
/// `cb` has the three parameters of its type.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_RegisterOnAuthenticatedCallback(cb: authEvent_cb, userdata: *mut c_void) -> c_int {
    guard(TW_NULL_OR_INVALID_API_SINGLETON, || match (bind_list(), cb) {
        // SAFETY: the list belongs to the API object.
        (Some(list), Some(_)) => unsafe { add(list, TW_APPLICATIONKEYS, ptr::null_mut(), auth_pointer(cb), userdata) },
        _ => TW_NULL_OR_INVALID_API_SINGLETON,
    })
}

/// Removes the first authenticated callback with the same function and pointer. Returns 0, 1104 when there is none, 600.
///
/// # Safety
/// `cb` is compared only.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_UnregisterOnAuthenticatedCallback(cb: authEvent_cb, userdata: *mut c_void) -> c_int {
    guard(TW_NULL_OR_INVALID_API_SINGLETON, || {
        let Some(list) = bind_list() else { return TW_NULL_OR_INVALID_API_SINGLETON };
        // SAFETY: the list belongs to the API object.
        unsafe { remove(list, ptr::null_mut(), auth_pointer(cb), userdata) }
    })
}

/// Registers a function that is called by the tasker when the platform has told which properties of a thing it wants. A NULL
/// name means all things. The table is the SDK's. Returns 0, or 600 without an API object or without a function.
///
/// # Safety
/// `entityName` is NULL or a C string (copied).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_RegisterSynchronizeStateEventCallback(
    entityName: *mut c_char,
    cb: synchronizeEvent_cb,
    userdata: *mut c_void,
) -> c_int {
    guard(TW_NULL_OR_INVALID_API_SINGLETON, || match (synchronize_list(), cb) {
        // SAFETY: the list belongs to the API object.
        (Some(list), Some(_)) => unsafe { add(list, TW_THING, entityName, synchronize_pointer(cb), userdata) },
        _ => TW_NULL_OR_INVALID_API_SINGLETON,
    })
}

/// Removes the first synchronize callback with the same function, pointer and name. Returns 0, 1104 when there is none, 600.
///
/// # Safety
/// `entityName` is NULL or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_UnregisterSynchronizeStateEventCallback(
    entityName: *mut c_char,
    cb: synchronizeEvent_cb,
    userdata: *mut c_void,
) -> c_int {
    guard(TW_NULL_OR_INVALID_API_SINGLETON, || {
        let Some(list) = synchronize_list() else { return TW_NULL_OR_INVALID_API_SINGLETON };
        // SAFETY: the list belongs to the API object.
        unsafe { remove(list, entityName, synchronize_pointer(cb), userdata) }
    })
}

/// Calls the bind callbacks that an event concerns (api-behaviour.md 4.5: a connect or disconnect call tells everybody, with
/// TRUE; a single name tells its own and the wildcard ones).
///
/// With exact events each name is told, to its own callbacks and the wildcard ones.
pub(super) fn call_bind(facade: &Facade, event: &BindEvent) {
    if options::exact_bind_events() {
        let (names, is_bound) = match event {
            BindEvent::Connected => (facade.bound_names(), true),
            BindEvent::Disconnecting => (facade.bound_names(), false),
            BindEvent::Bound(names) => (names.clone(), true),
            BindEvent::Unbound(name) => (vec![name.clone()], false),
        };
        names.iter().for_each(|name| notify_bind(Some(name), is_bound));
        return;
    }
    match event {
        BindEvent::Connected | BindEvent::Disconnecting | BindEvent::Bound(_) => notify_bind(None, true),
        BindEvent::Unbound(name) => notify_bind(Some(name), false),
    }
}

/// The same for one name, or for all with `None`.
pub(super) fn notify_bind(thing: Option<&Text>, is_bound: bool) {
    // SAFETY: NULL, or the list of the API object.
    for listener in unsafe { listeners(bind_list().unwrap_or(ptr::null_mut())) } {
        if listener.is_authentication() || thing.is_some_and(|thing| !listener.concerns(thing)) {
            continue;
        }
        let shown =
            if options::exact_bind_events() { thing.or(listener.entity.as_ref()) } else { listener.entity.as_ref() };
        let name: Option<CString> = shown.map(c_string);
        // SAFETY: only bind callbacks are in the list under this entity type; the types differ in nothing but the prototype.
        let callback: bindEvent_cb = unsafe { std::mem::transmute(listener.callback) };
        if let Some(callback) = callback {
            let name = name.as_ref().map_or(ptr::null_mut(), |name| name.as_ptr().cast_mut());
            // SAFETY: the application's function; the name lives until it returns.
            unsafe { callback(name, c_char::from(is_bound), listener.userdata.0) };
        }
    }
}

/// Calls the authenticated callbacks.
pub(super) fn call_authenticated(kind: &Text, value: &[u8]) {
    let kind = c_string(kind);
    let mut value = zeroize::Zeroizing::new(value.to_vec());
    value.push(0);
    // SAFETY: NULL, or the list of the API object.
    for listener in unsafe { listeners(bind_list().unwrap_or(ptr::null_mut())) } {
        if !listener.is_authentication() {
            continue;
        }
        // SAFETY: only authenticated callbacks are in the list under this entity type.
        let callback: authEvent_cb = unsafe { std::mem::transmute(listener.callback) };
        if let Some(callback) = callback {
            // SAFETY: the application's function; both texts end in NUL and live until it returns.
            unsafe { callback(kind.as_ptr().cast_mut(), value.as_mut_ptr().cast(), listener.userdata.0) };
        }
    }
}

/// Calls the synchronize callbacks of a thing.
pub(super) fn call_synchronized(thing: &Text, subscriptions: &InfoTable) {
    let table = convert::table_to_c(subscriptions);
    call_synchronized_with(thing, table);
    // SAFETY: made above; callbacks only look at it.
    unsafe { crate::ffi::info_table::table::twInfoTable_Delete(table.cast()) };
}

fn call_synchronized_with(thing: &Text, table: *mut twInfoTable) {
    let name = c_string(thing);
    // SAFETY: NULL, or the list of the API object.
    for listener in unsafe { listeners(synchronize_list().unwrap_or(ptr::null_mut())) } {
        if !listener.concerns(thing) {
            continue;
        }
        // SAFETY: only synchronize callbacks are in this list.
        let callback: synchronizeEvent_cb = unsafe { std::mem::transmute(listener.callback) };
        if let Some(callback) = callback {
            // SAFETY: the application's function; name and table live until it returns.
            unsafe { callback(name.as_ptr().cast_mut(), table, listener.userdata.0) };
        }
    }
}

/// Calls authenticated (kind 0: `entity` is the kind of credential, `value` the credential) or bind callbacks (1 bound,
/// 2 unbound) now. Returns 0, 101 for a missing argument or without an API object.
///
/// # Safety
/// The texts are NULL or C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn makeAuthOrBindCallbacks(
    entity: *mut c_char,
    _entity_type: entityTypeEnum,
    kind: c_char,
    value: *mut c_char,
) -> c_int {
    guard(TW_INVALID_PARAM, || {
        if exported().is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: by contract of this function.
        let (entity, value) = unsafe { (text::text(entity), text::bytes(value)) };
        match (kind, entity, value) {
            (0, Some(kind), Some(value)) => call_authenticated(&kind, value),
            (0, ..) => return TW_INVALID_PARAM,
            (_, entity, _) => notify_bind(entity.as_ref(), kind == 1),
        }
        TW_OK
    })
}

/// Calls the synchronize callbacks of a thing now. Returns 0, 101 for a NULL name or without an API object.
///
/// # Safety
/// `entity` is NULL or a C string, `rows` NULL or a table, which stays the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn makeSynchronizedStateCallbacks(
    entity: *mut c_char,
    _entity_type: entityTypeEnum,
    rows: *mut twInfoTable,
) -> c_int {
    guard(TW_INVALID_PARAM, || {
        // SAFETY: by contract of this function.
        let (false, Some(thing)) = (exported().is_null(), unsafe { text::text(entity) }) else {
            return TW_INVALID_PARAM;
        };
        call_synchronized_with(&thing, rows);
        TW_OK
    })
}
