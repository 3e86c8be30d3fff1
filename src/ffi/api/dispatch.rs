//! The built-in services as C calls them, and the look-up of handlers (api-behaviour.md 5.2).

use std::ffi::{c_char, c_void};
use std::ptr;

use super::instance;
use super::{handlers, mirror};
use crate::connection::Incoming;
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

/// A service of the SDK's own (GetMetadata, NotifyPropertyUpdate, files, tunnels) as C calls it: what programs find as
/// callback of it.
///
/// # Safety
/// As for every service callback.
pub(super) unsafe extern "C" fn built_in_service(
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
        let (Some(facade), Some(entity), Some(name)) = (instance::current(), entity, name) else {
            return ptr::null_mut();
        };
        for candidate in candidates(kind, &name) {
            let found = facade.registering(|api| {
                // SAFETY: the API object; the registration is copied while the lock is held.
                unsafe { mirror::find_callback(api, entity_type, &entity, kind, &candidate).as_ref().copied() }
            });
            if let Some(info) = found.filter(|info| !info.cb.is_null()) {
                if !userdata.is_null() {
                    // SAFETY: a place for a pointer by contract.
                    unsafe { *userdata = info.userdata };
                }
                return info.cb;
            }
        }
        let is_served = || facade.registry().has_built_in(entity.as_bytes(), name.as_bytes());
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
