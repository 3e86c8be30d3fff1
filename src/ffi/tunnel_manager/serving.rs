//! The services of tunnels as functions, which may be called without the platform (ext-files-tunnels.md 4.1).

use std::ffi::c_char;
use std::ptr;

use super::current;
use crate::ffi::convert;
use crate::ffi::definitions::{TWX_BAD_REQUEST, TWX_INTERNAL_SERVER_ERROR, msgCodeEnum};
use crate::ffi::guard::guard;
use crate::ffi::info_table::twInfoTable;
use crate::ffi::text;
use crate::things::TUNNEL_SERVICES;

/// Serves a tunnel service of an entity: what the library does with a request of the platform that no registration takes. Callbacks run in this
/// call. `*content` becomes NULL. Returns a message code: 64 for success, 128 for an unknown service or missing arguments, 160 without a
/// manager or a place for the result, otherwise as the service.
///
/// # Safety
/// The texts are NULL or C strings, `params` is NULL or a table, `content` NULL or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tunnelServiceCallback(
    entityName: *const c_char,
    serviceName: *const c_char,
    params: *mut twInfoTable,
    content: *mut *mut twInfoTable,
) -> msgCodeEnum {
    guard(TWX_INTERNAL_SERVER_ERROR, || {
        // SAFETY: by contract of this function.
        let Some(service) = (unsafe { text::bytes(serviceName) }) else { return TWX_BAD_REQUEST };
        let Some(known) = TUNNEL_SERVICES.into_iter().find(|known| known.as_bytes() == service) else {
            return TWX_BAD_REQUEST;
        };
        // SAFETY: by contract of this function.
        unsafe { serve(known, entityName, params, content) }
    })
}

/// # Safety
/// As for [`tunnelServiceCallback`].
unsafe fn serve(
    service: &str,
    entity: *const c_char,
    params: *mut twInfoTable,
    content: *mut *mut twInfoTable,
) -> msgCodeEnum {
    guard(TWX_INTERNAL_SERVER_ERROR, || {
        if params.is_null() {
            return TWX_BAD_REQUEST;
        }
        // SAFETY: by contract of this function.
        let (entity, table) = unsafe { (text::text(entity), convert::table_from_c(params)) };
        let (Some(entity), Ok(table)) = (entity, table) else { return TWX_BAD_REQUEST };
        let (Some(manager), false) = (current(), content.is_null()) else { return TWX_INTERNAL_SERVER_ERROR };
        // SAFETY: a place for a pointer by contract.
        unsafe { *content = ptr::null_mut() };
        msgCodeEnum::from(manager.tunnels.serve(&entity, service.as_bytes(), Some(&table)).code.0)
    })
}

/// The service StartTunnel: as tunnelServiceCallback. Returns 64 when the tunnel has been accepted; it is connected afterwards.
///
/// cbindgen:ignore
///
/// # Safety
/// As for tunnelServiceCallback.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn StartTunnel(
    entityName: *const c_char,
    params: *mut twInfoTable,
    content: *mut *mut twInfoTable,
) -> msgCodeEnum {
    // SAFETY: by contract of this function.
    unsafe { serve("StartTunnel", entityName, params, content) }
}

/// The service CompleteTunnel: as tunnelServiceCallback.
///
/// cbindgen:ignore
///
/// # Safety
/// As for tunnelServiceCallback.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn CompleteTunnel(
    entityName: *const c_char,
    params: *mut twInfoTable,
    content: *mut *mut twInfoTable,
) -> msgCodeEnum {
    // SAFETY: by contract of this function.
    unsafe { serve("CompleteTunnel", entityName, params, content) }
}

/// The service TunnelCommandToEdge: as tunnelServiceCallback.
///
/// cbindgen:ignore
///
/// # Safety
/// As for tunnelServiceCallback.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn TunnelCommandToEdge(
    entityName: *const c_char,
    params: *mut twInfoTable,
    content: *mut *mut twInfoTable,
) -> msgCodeEnum {
    // SAFETY: by contract of this function.
    unsafe { serve("TunnelCommandToEdge", entityName, params, content) }
}
