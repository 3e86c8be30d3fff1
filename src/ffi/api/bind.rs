//! Binding things (api-behaviour.md 4.3).

use std::cell::Cell;
use std::ffi::{c_char, c_int, c_void};
use std::sync::Arc;

use super::instance::{self, Facade};
use super::mirror::bindListEntry_Create;
use super::{bindListEntry, events, register, twApi};
use crate::connection::{RequestError, result_of};
use crate::ffi::dict::{find_value, twDict_Add, twDict_Remove};
use crate::ffi::errors::{TW_INVALID_PARAM, TW_NULL_OR_INVALID_API_SINGLETON, TW_OK, TW_UNKNOWN_ERROR};
use crate::ffi::guard::guard;
use crate::ffi::list::{self, TW_FOREACH_CONTINUE, twList};
use crate::ffi::text;
use crate::model::Text;
use crate::things::DefaultServices;

/// The name is in the bound list already.
const ITEM_EXISTS: c_int = 106;

thread_local! {
    /// Whether this thread is binding for a call that tells the callbacks itself.
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Whether the bind callbacks of the call in progress are told by the call itself.
pub(super) fn is_quiet() -> bool {
    QUIET.get()
}

fn quietly<T>(bind: impl FnOnce() -> T) -> T {
    struct Loud;
    impl Drop for Loud {
        fn drop(&mut self) {
            QUIET.set(false);
        }
    }
    QUIET.set(true);
    let _loud = Loud;
    bind()
}

/// Records a name in the registry and in what C sees. Whether it is new.
fn record(facade: &Arc<Facade>, thing: &Text, services: DefaultServices) -> bool {
    if facade.registry().bind(thing, services).is_err() {
        return false;
    }
    let name = super::handlers::c_string(thing);
    // SAFETY: the dictionary takes the entry.
    facade.registering(|api| unsafe {
        let entry = bindListEntry_Create(name.as_ptr().cast_mut());
        if !entry.is_null() {
            twDict_Add((*api).boundList, entry.cast());
        }
    });
    register::show_default_services(facade, thing);
    true
}

/// Takes a name out of the bound list.
fn forget(facade: &Arc<Facade>, thing: &Text) {
    facade.registry().unbind(thing);
    // SAFETY: what was found is the stored value, as Remove wants it.
    facade.registering(|api| unsafe {
        let found = find_entry(api, thing);
        if !found.is_null() {
            twDict_Remove((*api).boundList, found.cast(), 1);
        }
    });
}

/// The entry of a thing in the list that C sees, NULL when there is none.
///
/// # Safety
/// `api` is an API object.
unsafe fn find_entry(api: *mut twApi, thing: &Text) -> *mut bindListEntry {
    let name = super::handlers::c_string(thing);
    let query = bindListEntry { name: name.as_ptr().cast_mut(), needsPropertyUpdate: 0 };
    // SAFETY: by contract of this function; the query lives during the look-up and is not changed.
    unsafe { find_value((*api).boundList, (&raw const query).cast_mut().cast()).cast() }
}

fn refused(what: &str, error: &RequestError) -> c_int {
    log::warn!("{what}: {error}");
    c_int::from(result_of(error.message_code()))
}

/// Binds things at the platform when online; offline there is nothing to do, the next connect binds them.
fn bind_now(facade: &Arc<Facade>, names: &[Text]) -> c_int {
    if names.is_empty() || !facade.connection().is_connected() {
        return TW_OK;
    }
    match facade.connection().bind(names) {
        Ok(()) => TW_OK,
        Err(error) => {
            refused("binding", &error);
            // Whatever the platform says (Q-A1); the names stay recorded.
            TW_UNKNOWN_ERROR
        }
    }
}

/// Binds a thing: records its name, registers the services GetMetadata and NotifyPropertyUpdate on it unless they are, and tells
/// the platform when online. The name stays recorded whatever the answer and is bound again at every connect.
/// Returns 0, 600, 101 for NULL, 106 when it is recorded already, 100 when the platform refuses or does not answer.
///
/// # Safety
/// The name is NULL or a C string (copied).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_BindThing(entityName: *mut c_char) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        let Some(facade) = instance::current() else { return TW_NULL_OR_INVALID_API_SINGLETON };
        // SAFETY: by contract of this function.
        let Some(thing) = (unsafe { text::text(entityName) }) else { return TW_INVALID_PARAM };
        if !record(&facade, &thing, DefaultServices::All) {
            return ITEM_EXISTS;
        }
        bind_now(&facade, &[thing])
    })
}

/// Binds the things of a list of names, in as few messages as fit. The list stays the caller's. As twApi_BindThing; a name that
/// is recorded already ends it with 106, after those before it were bound.
///
/// # Safety
/// The list is NULL or one of C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_BindThings(entityNames: *mut twList) -> c_int {
    // SAFETY: by contract of this function.
    guard(TW_UNKNOWN_ERROR, || unsafe { bind_list(entityNames, DefaultServices::All) })
}

/// As twApi_BindThings; with `omitMetadataCallback` the service GetMetadata is not registered on the things.
///
/// # Safety
/// The list is NULL or one of C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_BindThings_Metadata_Option(
    entityNames: *mut twList,
    omitMetadataCallback: c_char,
) -> c_int {
    let services = if omitMetadataCallback != 0 { DefaultServices::WithoutMetadata } else { DefaultServices::All };
    // SAFETY: by contract of this function.
    guard(TW_UNKNOWN_ERROR, || unsafe { bind_list(entityNames, services) })
}

/// # Safety
/// The list is NULL or one of C strings.
unsafe fn bind_list(list: *mut twList, services: DefaultServices) -> c_int {
    let Some(facade) = instance::current() else { return TW_NULL_OR_INVALID_API_SINGLETON };
    if list.is_null() {
        return TW_INVALID_PARAM;
    }
    // Copied first: the list is locked while it is walked, and recording a name may log.
    // SAFETY: by contract of this function.
    let listed: Vec<_> = unsafe { list::values::<c_char>(list).map(|name| text::text(name)).collect() };
    let mut names = Vec::new();
    let mut refusal = TW_OK;
    for name in listed {
        let Some(name) = name else {
            refusal = TW_INVALID_PARAM;
            break;
        };
        if !record(&facade, &name, services) {
            refusal = ITEM_EXISTS;
            break;
        }
        names.push(name);
    }
    let code = bind_now(&facade, &names);
    if refusal == TW_OK { code } else { refusal }
}

/// Binds a thing without registering services on it. Returns 0, 101 without an API object or for NULL, otherwise as the
/// platform says; only the callbacks of that name and those for all names are called.
///
/// # Safety
/// The name is NULL or a C string (copied).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_BindThingWithoutDefaultServices(entityName: *mut c_char) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        // SAFETY: by contract of this function.
        let (Some(facade), Some(thing)) = (instance::current(), unsafe { text::text(entityName) }) else {
            return TW_INVALID_PARAM;
        };
        record(&facade, &thing, DefaultServices::None);
        if !facade.connection().is_connected() {
            return TW_OK;
        }
        match quietly(|| facade.connection().bind(std::slice::from_ref(&thing))) {
            Ok(()) => {
                events::notify_bind(Some(&thing), true);
                TW_OK
            }
            Err(error) => refused("binding", &error),
        }
    })
}

/// Unbinds a thing: removes its properties, services, events and unsent values, takes it out of the bound list and tells the
/// platform. Returns 0, 600, 101 for NULL, 1113 offline (everything else is done), otherwise as the platform says.
///
/// # Safety
/// The name is NULL or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_UnbindThing(entityName: *mut c_char) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        let Some(facade) = instance::current() else { return TW_NULL_OR_INVALID_API_SINGLETON };
        // SAFETY: by contract of this function.
        let Some(thing) = (unsafe { text::text(entityName) }) else { return TW_INVALID_PARAM };
        register::forget_thing(&facade, &thing);
        forget(&facade, &thing);
        match facade.connection().unbind(&thing) {
            Ok(()) => TW_OK,
            Err(error) => refused("unbinding", &error),
        }
    })
}

/// Whether a thing is in the bound list, which does not mean that the platform knows. FALSE for NULL and without an API object.
///
/// # Safety
/// The name is NULL or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_IsEntityBound(entityName: *mut c_char) -> c_char {
    guard(0, || {
        // SAFETY: by contract of this function.
        let (false, Some(name)) = (super::exported().is_null(), unsafe { text::text(entityName) }) else { return 0 };
        let is_recorded = instance::current().is_some_and(|facade| facade.registry().is_bound(&name));
        // SAFETY: an API object of the program's or ours.
        c_char::from(is_recorded || !unsafe { find_entry(super::exported(), &name) }.is_null())
    })
}

/// Sends AUTH on the connection there is, with the key of the application, and waits for the answer. twApi_Connect does this
/// by itself. Returns 0, 101 without an API object, 1113 without a connection, 1114 no answer, otherwise as the platform says.
///
/// # Safety
/// The key callback runs in this call.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_Authenticate() -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        let Some(facade) = instance::current() else { return TW_INVALID_PARAM };
        match facade.connection().authenticate() {
            Ok(()) => TW_OK,
            Err(error) => refused("authenticating", &error),
        }
    })
}

/// Binds everything in the bound list, or unbinds it, and calls all bind callbacks. twApi_Connect and twApi_Disconnect do
/// this by themselves. Returns 0, 101 without an API object, 1113 offline unless nothing is bound, otherwise as the platform
/// says.
///
/// # Safety
/// Bind callbacks run in this call.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_BindAll(unbind: c_char) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        let Some(facade) = instance::current() else { return TW_INVALID_PARAM };
        match facade.connection().bind_all(unbind != 0) {
            Ok(()) => TW_OK,
            Err(error) => refused("binding", &error),
        }
    })
}

/// Synchronizes the thing of an entry of `boundList` if its `needsPropertyUpdate` is set, which is cleared: asks the platform
/// for its subscriptions, calls the synchronize callbacks and pushes. Without an API object or a connection nothing is sent.
/// Returns 0, which lets twDict_Foreach go on.
///
/// # Safety
/// The entry is NULL or a `bindListEntry`; callbacks run in this call.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn subscribedPropertyUpdateTaskForEachHandler(
    _key: *mut c_void,
    _key_size: usize,
    entry: *mut c_void,
    _entry_size: usize,
    _userdata: *mut c_void,
) -> c_int {
    guard(TW_FOREACH_CONTINUE, || {
        let entry = entry.cast::<bindListEntry>();
        // SAFETY: by contract of this function.
        let thing = unsafe {
            if entry.is_null() || std::mem::replace(&mut (*entry).needsPropertyUpdate, 0) == 0 {
                return TW_FOREACH_CONTINUE;
            }
            text::text((*entry).name)
        };
        if let (Some(thing), Some(facade)) = (thing, instance::current()) {
            facade.connection().synchronize_now(&thing);
        }
        TW_FOREACH_CONTINUE
    })
}

/// Shows in the list that C sees whether a thing is to be synchronized.
pub(super) fn show_update(facade: &Facade, thing: &Text, is_wanted: bool) {
    // SAFETY: the entry of a live list, changed while the containers do not change.
    facade.registering(|api| unsafe {
        let entry = find_entry(api, thing);
        if !entry.is_null() {
            (*entry).needsPropertyUpdate = c_char::from(is_wanted);
        }
    });
}
