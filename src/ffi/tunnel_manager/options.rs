//! What tunnels may do (T2, T3). Additions to the interface, for the process: they survive twApi_Delete.

use std::ffi::{c_char, c_int};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::ffi::errors::{TW_INVALID_PARAM, TW_OK};
use crate::ffi::guard::guard;
use crate::ffi::text;
use crate::ffi::work::locked;
use crate::tunnels::AllowedTarget;

/// `None`: tunnels may go anywhere.
static ALLOWED: Mutex<Option<Vec<AllowedTarget>>> = Mutex::new(None);
static FILES: AtomicBool = AtomicBool::new(false);

/// Lets tunnels go to a host and port. As long as this was never called, the platform may have tunnels to every host that the device
/// can reach, as in the original; from the first call on, only to what was allowed: StartTunnel answers 0x83 for anything else. A NULL host
/// is every host, port 0 every port. Hosts are compared with what the platform asks for, as texts; names are not looked up. Any thread;
/// tunnels that are open stay. Returns 0, 101 for an empty host.
///
/// # Safety
/// `host` is NULL or a C string (copied).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twedge_allow_tunnel(host: *const c_char, port: u16) -> c_int {
    guard(TW_INVALID_PARAM, || {
        // SAFETY: by contract of this function.
        let host = unsafe { text::bytes(host) }.map(|host| String::from_utf8_lossy(host).into_owned());
        if host.as_ref().is_some_and(String::is_empty) {
            return TW_INVALID_PARAM;
        }
        let target = AllowedTarget { host, port: (port != 0).then_some(port) };
        locked(&ALLOWED).get_or_insert_default().push(target);
        TW_OK
    })
}

/// Forgets what twedge_allow_tunnel() has allowed: tunnels may go nowhere (`anywhere` FALSE), or to every host and port, as in the
/// original (TRUE). Any thread; tunnels that are open stay.
#[unsafe(no_mangle)]
pub extern "C" fn twedge_allow_tunnels(anywhere: c_char) {
    *locked(&ALLOWED) = if anywhere != 0 { None } else { Some(Vec::new()) };
}

/// Whether the platform may read and write files through tunnels of type `file`: those of the virtual directories of the thing that
/// the tunnel is started on. Off by default; then StartTunnel answers 0xA0. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn twedge_allow_file_tunnels(on: c_char) {
    FILES.store(on != 0, Ordering::Relaxed);
}

pub(super) fn permits(host: &str, port: u16) -> bool {
    locked(&ALLOWED).as_ref().is_none_or(|targets| targets.iter().any(|target| target.permits(host, port)))
}

pub(super) fn file_tunnels() -> bool {
    FILES.load(Ordering::Relaxed)
}
