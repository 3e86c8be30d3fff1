//! Open tunnels as C sees them.

use std::ffi::{c_char, c_void};
use std::ptr;

use super::{current, twActiveTunnel, twActiveTunnelList};
use crate::ffi::errors::TW_OK;
use crate::ffi::guard::guard;
use crate::ffi::list::{twList_Add, twList_Create, twList_Delete};
use crate::ffi::{memory, text};
use crate::tunnels::TunnelReport;

/// The open tunnels, as a new list of `twActiveTunnel`: the caller's, delete with twList_Delete. NULL without a manager.
#[unsafe(no_mangle)]
pub extern "C" fn twTunnelManager_ListActiveTunnels() -> *mut twActiveTunnelList {
    guard(ptr::null_mut(), || {
        let Some(manager) = current() else { return ptr::null_mut() };
        // SAFETY: a delete function of the right type; the list takes what is made for it.
        unsafe {
            let list = twList_Create(Some(twActiveTunnel_Delete));
            for report in manager.tunnels.active() {
                let shown = show(&report);
                if list.is_null() || shown.is_null() || twList_Add(list, shown.cast()) != TW_OK {
                    twActiveTunnel_Delete(shown.cast());
                    twList_Delete(list);
                    return ptr::null_mut();
                }
            }
            list
        }
    })
}

fn show(report: &TunnelReport) -> *mut twActiveTunnel {
    memory::alloc(twActiveTunnel {
        thingName: text::to_c(&report.thing),
        tid: text::to_c(&report.tid),
        peerName: text::option_to_c(report.peer.as_ref()),
        host: text::to_c(&report.host),
        port: report.port,
        startTime: report.start,
        endTime: report.end,
        r#type: text::to_c(&report.kind),
    })
}

/// The open tunnel of an id, as a copy: the caller's, delete with twActiveTunnel_Delete. NULL when there is none, for NULL and without a
/// manager.
///
/// cbindgen:ignore
///
/// # Safety
/// `tid` is NULL or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn getTunnelFromId(tid: *const c_char) -> *mut twActiveTunnel {
    guard(ptr::null_mut(), || {
        // SAFETY: by contract of this function.
        let (Some(manager), Some(tid)) = (current(), unsafe { text::text(tid) }) else { return ptr::null_mut() };
        let active = manager.tunnels.active();
        active.iter().find(|report| report.tid == tid).map_or(ptr::null_mut(), show)
    })
}

/// An empty entry of the list of open tunnels: the caller's, delete with twActiveTunnel_Delete.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn twActiveTunnel_Create() -> *mut twActiveTunnel {
    memory::zeroed(size_of::<twActiveTunnel>()).cast()
}

/// Deletes an entry of the list of open tunnels with its texts. NULL is fine.
///
/// cbindgen:ignore
///
/// # Safety
/// `tunnel` is NULL or such an entry, whose texts are NULL or from `malloc`; not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twActiveTunnel_Delete(tunnel: *mut c_void) {
    guard((), || {
        let entry = tunnel.cast::<twActiveTunnel>();
        if entry.is_null() {
            return;
        }
        // SAFETY: by contract of this function.
        unsafe {
            let twActiveTunnel { thingName, tid, peerName, host, r#type, .. } = entry.read();
            let texts: [*mut c_char; 5] = [thingName, tid, peerName, host, r#type];
            texts.into_iter().for_each(|text| memory::free(text));
            memory::free(entry);
        }
    });
}
