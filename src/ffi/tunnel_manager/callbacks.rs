//! Functions of the application that are called when a tunnel starts and when it has ended (ext-files-tunnels.md 4.5).

use std::ffi::{CString, c_char, c_int, c_void};
use std::ptr;

use super::{Manager, current, tunnel_cb};
use crate::ffi::errors::{TW_INVALID_PARAM, TW_OK, TW_TUNNEL_MANAGER_NOT_INITIALIZED};
use crate::ffi::guard::guard;
use crate::ffi::text;
use crate::ffi::work::locked;
use crate::model::Text;
use crate::tunnels::TunnelReport;

/// The id that stands for all tunnels.
const ALL: &[u8] = b"*";

/// The registrations, in order.
#[derive(Default)]
pub(super) struct Callbacks(Vec<Registration>);

#[derive(Clone)]
struct Registration {
    function: unsafe extern "C" fn(
        c_char,
        *const c_char,
        *const c_char,
        *const c_char,
        *const c_char,
        i16,
        u64,
        u64,
        u64,
        u64,
        *const c_char,
        *const c_char,
        *mut c_void,
    ),
    tid: Text,
    userdata: *mut c_void,
}

// SAFETY: the pointer is the application's, for its own function only.
unsafe impl Send for Registration {}

impl Registration {
    /// All of a pointer counts (T13).
    fn is(&self, function: usize, tid: &[u8], userdata: *mut c_void) -> bool {
        self.function as usize == function && self.tid.as_bytes() == tid && self.userdata == userdata
    }
}

/// Registers a function that is called when a tunnel starts and when it has ended: that of an id, or all with NULL or `*`. Returns 0, 1400
/// without a manager, 101 for a NULL function.
///
/// # Safety
/// `id` is NULL or a C string (copied); `userdata` is handed to the function.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twTunnelManager_RegisterTunnelCallback(
    cb: tunnel_cb,
    id: *mut c_char,
    userdata: *mut c_void,
) -> c_int {
    guard(TW_INVALID_PARAM, || {
        let Some(manager) = current() else { return TW_TUNNEL_MANAGER_NOT_INITIALIZED };
        let Some(function) = cb else { return TW_INVALID_PARAM };
        // SAFETY: by contract of this function.
        let tid = unsafe { text::text(id) }.unwrap_or_else(|| ALL.into());
        locked(&manager.callbacks).0.push(Registration { function, tid, userdata });
        TW_OK
    })
}

/// Removes all registrations of a function with that id (`*` for those of all tunnels) and that pointer. Returns 0, also when there is
/// none, 1400 without a manager, 101 for a NULL function or id. A NULL `userdata` gives 101 as well, as in the original, but what was
/// registered with NULL is removed.
///
/// # Safety
/// `id` is NULL or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twTunnelManager_UnregisterTunnelCallback(
    cb: tunnel_cb,
    id: *mut c_char,
    userdata: *mut c_void,
) -> c_int {
    guard(TW_INVALID_PARAM, || {
        let Some(manager) = current() else { return TW_TUNNEL_MANAGER_NOT_INITIALIZED };
        // SAFETY: by contract of this function.
        let (Some(function), Some(tid)) = (cb, unsafe { text::bytes(id) }) else { return TW_INVALID_PARAM };
        locked(&manager.callbacks).0.retain(|registration| !registration.is(function as usize, tid, userdata));
        if userdata.is_null() { TW_INVALID_PARAM } else { TW_OK }
    })
}

impl Manager {
    /// Tells the application about a tunnel.
    pub(super) fn tell(&self, started: bool, report: &TunnelReport) {
        let wanted: Vec<Registration> = {
            let callbacks = locked(&self.callbacks);
            let wanted =
                |registration: &&Registration| registration.tid.as_bytes() == ALL || registration.tid == report.tid;
            callbacks.0.iter().filter(wanted).cloned().collect()
        };
        if wanted.is_empty() {
            return;
        }
        let texts = Texts::new(report);
        for registration in wanted {
            let is_registered = locked(&self.callbacks)
                .0
                .iter()
                .any(|other| other.is(registration.function as usize, &registration.tid, registration.userdata));
            // An earlier callback may have unregistered it.
            if is_registered {
                // SAFETY: the application's function; the texts live until it returns. No lock is held that it could need.
                unsafe { texts.give(started, report, &registration) };
            }
        }
    }

    /// Tells the application about the tunnels that have ended. From a callback: what is under way goes on afterwards.
    pub(super) fn tell_ended(&self) {
        for report in self.tunnels.take_ended() {
            self.tell(false, &report);
        }
    }
}

/// A report in C.
struct Texts {
    tid: CString,
    thing: CString,
    peer: Option<CString>,
    host: CString,
    kind: CString,
    message: Option<CString>,
}

/// A text up to its first NUL.
fn c_string(text: &Text) -> CString {
    let length = text.iter().position(|&byte| byte == 0).unwrap_or(text.len());
    CString::new(text.get(..length).unwrap_or_default()).unwrap_or_default()
}

fn pointer(text: Option<&CString>) -> *const c_char {
    text.map_or(ptr::null(), |text| text.as_ptr())
}

impl Texts {
    fn new(report: &TunnelReport) -> Self {
        Self {
            tid: c_string(&report.tid),
            thing: c_string(&report.thing),
            peer: report.peer.as_ref().map(c_string),
            host: c_string(&report.host),
            kind: c_string(&report.kind),
            message: report.message.as_ref().map(c_string),
        }
    }

    /// # Safety
    /// The registration is one of the application's.
    unsafe fn give(&self, started: bool, report: &TunnelReport, registration: &Registration) {
        let Registration { function, userdata, .. } = registration;
        // SAFETY: by contract of this function.
        unsafe {
            function(
                c_char::from(started),
                self.tid.as_ptr(),
                self.thing.as_ptr(),
                pointer(self.peer.as_ref()),
                self.host.as_ptr(),
                report.port as i16,
                report.start,
                report.end,
                report.sent,
                report.received,
                self.kind.as_ptr(),
                pointer(self.message.as_ref()),
                *userdata,
            );
        }
    }
}
