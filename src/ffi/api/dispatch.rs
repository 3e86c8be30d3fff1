//! The built-in services as C calls them, and the look-up of handlers (api-behaviour.md 5.2).

use std::ffi::{c_char, c_void};
use std::ptr;

use super::{handlers, instance, mirror, service_cb};
use crate::connection::{Incoming, NOTIFY_PROPERTY_UPDATE};
use crate::ffi::definitions::{
    TW_SERVICES, TWX_BAD_REQUEST, TWX_INTERNAL_SERVER_ERROR, TWX_NOT_FOUND, characteristicEnum, entityTypeEnum,
    msgCodeEnum,
};
use crate::ffi::file_manager;
use crate::ffi::guard::guard;
use crate::ffi::info_table::twInfoTable;
use crate::ffi::{convert, text};
use crate::model::Text;
use crate::things::{FILE_SERVICES, Handler, TUNNEL_SERVICES};
use crate::wire::{Characteristic, EntityType, MessageCode, Request};

/// A service of the SDK's own (GetMetadata, NotifyPropertyUpdate, files, tunnels) as C calls it.
///
/// # Safety
/// As for every service callback.
unsafe extern "C" fn built_in_service(
    entityName: *const c_char,
    serviceName: *const c_char,
    params: *mut twInfoTable,
    content: *mut *mut twInfoTable,
    _userdata: *mut c_void,
) -> msgCodeEnum {
    guard(TWX_INTERNAL_SERVER_ERROR, || {
        // SAFETY: by contract of a service callback.
        let (entity, name) = unsafe { (text::text(entityName), text::text(serviceName)) };
        let (Some(facade), Some(entity), Some(name), false) = (instance::current(), entity, name, content.is_null())
        else {
            return TWX_BAD_REQUEST;
        };
        let (entity_type, characteristic) = (EntityType::THING, Characteristic::SERVICES);
        let Some(Handler::Service(handler)) = facade.registry().find(entity_type, &entity, characteristic, &name)
        else {
            return TWX_NOT_FOUND;
        };
        // SAFETY: NULL or a table by contract.
        let params = if params.is_null() { None } else { unsafe { convert::table_from_c(params) }.ok() };
        let request = Request { entity_type, entity, characteristic, name, headers: Vec::new(), params };
        let reply = handler.call(&Incoming::local(MessageCode::POST, request));
        // SAFETY: a place for a table by contract.
        unsafe { *content = reply.content.as_ref().map_or(ptr::null_mut(), convert::table_to_c) };
        msgCodeEnum::from(reply.code.0)
    })
}

/// The service GetMetadata of every bound thing: its `content` is one row with a JSON text `result`. The callback that
/// `callbackList` shows for it. Returns 0x40, 0x80 for missing arguments and without an API object, 0x84 when the thing has no such service.
///
/// # Safety
/// As for every service callback.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn getMetadataService(
    entityName: *const c_char,
    serviceName: *const c_char,
    params: *mut twInfoTable,
    content: *mut *mut twInfoTable,
    userdata: *mut c_void,
) -> msgCodeEnum {
    // SAFETY: the same arguments.
    unsafe { built_in_service(entityName, serviceName, params, content, userdata) }
}

/// The service NotifyPropertyUpdate of every bound thing: the next tick synchronizes the thing. The callback that
/// `callbackList` shows for it. Returns as getMetadataService.
///
/// # Safety
/// As for every service callback.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn notifyPropertyUpdateHandler(
    entityName: *const c_char,
    serviceName: *const c_char,
    params: *mut twInfoTable,
    content: *mut *mut twInfoTable,
    userdata: *mut c_void,
) -> msgCodeEnum {
    // SAFETY: the same arguments.
    unsafe { built_in_service(entityName, serviceName, params, content, userdata) }
}

/// The callback of a built-in service.
pub(super) fn built_in(name: &Text) -> service_cb {
    if *name == NOTIFY_PROPERTY_UPDATE { Some(notifyPropertyUpdateHandler) } else { Some(getMetadataService) }
}

/// Whether a service is one of those that transfer files. FALSE for NULL.
///
/// # Safety
/// The name is NULL or a C string.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn isFileTransferService(name: *const c_char) -> c_char {
    // SAFETY: by contract of this function.
    guard(0, || c_char::from(unsafe { is_one_of(name, &FILE_SERVICES) }))
}

/// Whether a service is one of those of application tunnels. FALSE for NULL.
///
/// # Safety
/// The name is NULL or a C string.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn isTunnelService(name: *const c_char) -> c_char {
    // SAFETY: by contract of this function.
    guard(0, || c_char::from(unsafe { is_one_of(name, &TUNNEL_SERVICES) }))
}

/// # Safety
/// The name is NULL or a C string.
unsafe fn is_one_of(name: *const c_char, services: &[&str]) -> bool {
    // SAFETY: by contract of this function.
    let name = unsafe { text::bytes(name) };
    name.is_some_and(|name| services.iter().any(|known| known.as_bytes() == name))
}

/// The callback and its pointer that a request would reach: tunnel and file wildcards, the exact name, `*`, the built-in file and
/// tunnel services. Both NULL when there is none or an argument is NULL.
///
/// # Safety
/// The texts are NULL or C strings, `userdata` NULL or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn findCallback(
    entity_type: entityTypeEnum,
    entity: *mut c_char,
    kind: characteristicEnum,
    name: *mut c_char,
    userdata: *mut *mut c_void,
) -> *mut c_void {
    guard(ptr::null_mut(), || {
        if !userdata.is_null() {
            // SAFETY: a place for a pointer by contract.
            unsafe { *userdata = ptr::null_mut() };
        }
        // SAFETY: by contract of this function.
        let (entity, name) = unsafe { (text::text(entity), text::text(name)) };
        let api = super::exported();
        let (false, Some(entity), Some(name)) = (api.is_null(), entity, name) else { return ptr::null_mut() };
        let facade = instance::current();
        for candidate in candidates(kind, &name) {
            // SAFETY: an API object of the program's or ours.
            let find =
                |api| unsafe { mirror::find_callback(api, entity_type, &entity, kind, &candidate).as_ref().copied() };
            // The registration is copied while the lock is held.
            let found = match &facade {
                Some(facade) => facade.registering(find),
                None => find(api),
            };
            if let Some(info) = found.filter(|info| !info.cb.is_null()) {
                if !userdata.is_null() {
                    // SAFETY: a place for a pointer by contract.
                    unsafe { *userdata = info.userdata };
                }
                return info.cb;
            }
        }
        let is_served =
            || facade.as_ref().is_some_and(|facade| facade.registry().has_built_in(entity.as_bytes(), name.as_bytes()));
        // A program may have set the file manager to NULL, which the registry does not know.
        let has_manager = || file_manager::current().is_some() || !FILE_SERVICES.iter().any(|known| name == *known);
        if kind == TW_SERVICES && is_served() && has_manager() {
            return handlers::service_pointer(Some(built_in_service));
        }
        ptr::null_mut()
    })
}

/// The names to look under, in the order of api-behaviour.md 5.2.
fn candidates(kind: characteristicEnum, name: &Text) -> Vec<Text> {
    let is_one_of = |list: &[&str]| kind == TW_SERVICES && list.iter().any(|known| name == *known);
    let mut all: Vec<Text> = Vec::new();
    if is_one_of(&TUNNEL_SERVICES) {
        all.extend(["*T".into(), "*B".into()]);
    } else if is_one_of(&FILE_SERVICES) {
        all.extend(["*F".into(), "*B".into()]);
    }
    all.extend([name.clone(), "*".into()]);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_and_tunnel_services_have_their_own_wildcards() {
        let names = |name: &str| candidates(TW_SERVICES, &name.into()).iter().map(Text::to_string).collect::<Vec<_>>();
        assert_eq!(names("StartTunnel"), ["*T", "*B", "StartTunnel", "*"]);
        assert_eq!(names("DeleteFile"), ["*F", "*B", "DeleteFile", "*"]);
        assert_eq!(names("AddNumbers"), ["AddNumbers", "*"]);
        let properties = candidates(crate::ffi::definitions::TW_PROPERTIES, &"DeleteFile".into());
        assert_eq!(properties.len(), 2);
    }
}
