//! `twTunnelManager.h`: Application tunnels: registration of callbacks, TLS settings and list of open tunnels.
//!
//! The state is that of [`crate::tunnels::TunnelManager`], whose threads do the work. The tick only calls the application's callbacks.

mod callbacks;
mod host;
mod listing;
mod options;
mod serving;
mod settings;

pub use callbacks::*;
pub use listing::*;
pub use options::*;
pub use serving::*;
pub use settings::*;

use std::ffi::{c_char, c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::api::{current_config, instance};
use super::errors::{TW_ERROR_ALLOCATING_MEMORY, TW_INVALID_PARAM, TW_OK, TW_TUNNEL_MANAGER_NOT_INITIALIZED};
use super::guard::guard;
use super::list::twList;
use super::memory;
use super::os_port::DATETIME;
use super::text;
use super::work::{self, TaskFunction, locked};
use crate::connection::{Incoming, Reply};
use crate::things::ServiceHandler;
use crate::tunnels::TunnelManager;
use crate::wire::MessageCode;
use callbacks::Callbacks;
use host::Host;
use settings::Own;

/// Called when a tunnel starts (`started` TRUE, in the thread that handles StartTunnel, before anything is connected) and when it has ended
/// (FALSE, in the thread of twTunnelManager_TaskerFunction). `peerName` is NULL unless the platform has completed the tunnel. Times in
/// milliseconds since 1970 UTC, `endTime` 0 at the start. `bytesSent` went to the platform. A port above 32767 is negative: cast it to
/// uint16_t. Texts are the SDK's, for the time of the call.
pub type tunnel_cb = Option<
    unsafe extern "C" fn(
        started: c_char,
        tid: *const c_char,
        thingName: *const c_char,
        peerName: *const c_char,
        host: *const c_char,
        port: i16,
        startTime: DATETIME,
        endTime: DATETIME,
        bytesSent: u64,
        bytesRcvd: u64,
        r#type: *const c_char,
        msg: *const c_char,
        userdata: *mut c_void,
    ),
>;
pub type twActiveTunnelList = twList;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twActiveTunnel {
    pub thingName: *mut c_char,
    pub tid: *mut c_char,
    pub peerName: *mut c_char,
    pub host: *mut c_char,
    pub port: u16,
    pub startTime: DATETIME,
    pub endTime: DATETIME,
    pub r#type: *mut c_char,
}

/// What the threading models of `twThreadUtils.h` run for the tunnels beside the tasker and the message handler.
///
/// cbindgen:ignore
pub(super) const TICK: Option<TaskFunction> = Some(twTunnelManager_TaskerFunction);

/// How long the function for threads sleeps when nothing has happened.
const PAUSE: Duration = Duration::from_millis(10);

/// The manager, for programs that look whether there is one. Points to nothing of use. A program may set it to NULL.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub static tm: AtomicPtr<c_void> = AtomicPtr::new(ptr::null_mut());

/// The manager and what belongs to its C side.
pub(super) struct Manager {
    tunnels: TunnelManager,
    callbacks: Mutex<Callbacks>,
    own: Arc<Mutex<Own>>,
}

static MANAGER: Mutex<Option<Arc<Manager>>> = Mutex::new(None);

/// The manager; `None` before it is created, and when a program has set `tm` to NULL.
pub(super) fn current() -> Option<Arc<Manager>> {
    if tm.load(Ordering::Acquire).is_null() { None } else { locked(&MANAGER).clone() }
}

/// Makes the tunnel manager. twApi_Initialize does it when `twcfg.tunneling_enabled` is not 0. A second call changes nothing. Returns 0,
/// 102 without an API object or memory.
#[unsafe(no_mangle)]
pub extern "C" fn twTunnelManager_Create() -> c_int {
    guard(TW_ERROR_ALLOCATING_MEMORY, create)
}

fn create() -> c_int {
    {
        let mut manager = locked(&MANAGER);
        if !tm.load(Ordering::Acquire).is_null() {
            return TW_OK;
        }
        if !host::has_connection_info() {
            return TW_ERROR_ALLOCATING_MEMORY;
        }
        let shown = memory::zeroed(size_of::<*mut c_void>());
        if shown.is_null() {
            return TW_ERROR_ALLOCATING_MEMORY;
        }
        let own = Arc::<Mutex<Own>>::default();
        *manager = Some(Arc::new_cyclic(|weak| Manager {
            tunnels: TunnelManager::new(Arc::new(Host::new(weak.clone(), own.clone()))),
            callbacks: Mutex::default(),
            own,
        }));
        tm.store(shown.cast(), Ordering::Release);
    }
    attach();
    TW_OK
}

/// Makes the manager if the configuration wants one.
pub(super) fn create_if_enabled() {
    if current_config().tunneling_enabled != 0 && twTunnelManager_Create() != TW_OK {
        log::error!("there is no memory for the tunnel manager: there will be no tunnels");
    }
}

/// Lets the API object, if there is one, serve the platform with the manager, if there is one.
fn attach() {
    let Some(facade) = instance::current() else { return };
    let services = current().map(|_| Arc::new(Services) as Arc<dyn ServiceHandler>);
    facade.registry().set_tunnel_services(services);
}

/// The services of whatever manager there is when one is called.
struct Services;

impl ServiceHandler for Services {
    fn call(&self, call: &Incoming) -> Reply {
        current().map_or(Reply::code(MessageCode::NOT_FOUND), |manager| manager.tunnels.call(call))
    }
}

/// Ends all tunnels, calls the callbacks for them, and forgets callbacks and settings. twApi_Delete does it. Returns 0, also
/// when there is no manager.
#[unsafe(no_mangle)]
pub extern "C" fn twTunnelManager_Delete() -> c_int {
    guard(TW_OK, || {
        let old = locked(&MANAGER).take();
        let shown = tm.swap(ptr::null_mut(), Ordering::AcqRel);
        attach();
        if let Some(old) = old {
            old.tunnels.stop_all();
            old.tell_ended();
        }
        // SAFETY: made by twTunnelManager_Create, unless a program has put NULL there.
        unsafe { memory::free(shown) };
        ring();
        TW_OK
    })
}

/// The same, under a name that no header declares.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn twTunnelManager_DeleteInstance() -> c_int {
    twTunnelManager_Delete()
}

/// Ends all tunnels and calls the callbacks for them with `started` FALSE. Waits until they have ended. Returns 0, 1400
/// without a manager.
#[unsafe(no_mangle)]
pub extern "C" fn twTunnelManager_StopAllTunnels() -> c_int {
    guard(TW_OK, || {
        let Some(manager) = current() else { return TW_TUNNEL_MANAGER_NOT_INITIALIZED };
        manager.tunnels.stop_all();
        manager.tell_ended();
        TW_OK
    })
}

/// Ends a tunnel; the callbacks are called by the next tick after that. Returns 0, 1400 without a manager, 101 when there is none of that
/// id and for NULL.
///
/// cbindgen:ignore
///
/// # Safety
/// `tid` is NULL or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twTunnelManager_StopTunnel(tid: *const c_char) -> c_int {
    guard(TW_INVALID_PARAM, || {
        let Some(manager) = current() else { return TW_TUNNEL_MANAGER_NOT_INITIALIZED };
        // SAFETY: by contract of this function.
        let stopped = unsafe { text::text(tid) }.is_some_and(|tid| manager.tunnels.stop(&tid));
        if stopped { TW_OK } else { TW_INVALID_PARAM }
    })
}

/// Calls the callbacks for the tunnels that have ended since the last call. Tunnels themselves need no tick. The arguments are not
/// looked at. Returns at once when nothing has happened. Callbacks run in this call.
///
/// # Safety
/// Both arguments may be anything.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twTunnelManager_TaskerFunction(_now: DATETIME, _params: *mut c_void) {
    guard((), || {
        if let Some(manager) = current() {
            manager.tell_ended();
        }
    });
}

/// Calls twTunnelManager_TaskerFunction again and again until there is no manager any more: for a thread of the program's. Callbacks run
/// in this call.
///
/// # Safety
/// As for twTunnelManager_TaskerFunction.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twTunnelManager_ThreadFunction(now: DATETIME, params: *mut c_void) {
    guard((), || {
        while current().is_some() {
            // SAFETY: by contract of this function.
            unsafe { twTunnelManager_TaskerFunction(now, params) };
            // A program may set `tm` to NULL, which nothing announces.
            wait(Instant::now() + PAUSE, &|| current().is_some());
        }
    });
}

/// Counts what the waiting threads are woken for.
static BELL: Mutex<()> = Mutex::new(());
static RUNG: Condvar = Condvar::new();

/// Wakes the threads that wait for tunnels.
pub(super) fn ring() {
    drop(locked(&BELL));
    RUNG.notify_all();
}

/// Whether the tick has something to do.
pub(super) fn has_work() -> bool {
    current().is_some_and(|manager| manager.tunnels.has_ended())
}

/// Parks the calling thread until the tick has something to do (then true), or `keep_waiting()` does not hold any more, or until then.
pub(super) fn wait(until: Instant, keep_waiting: &dyn Fn() -> bool) -> bool {
    let mut bell = locked(&BELL);
    loop {
        // What ends is entered before the bell is rung.
        if has_work() {
            return true;
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() || !keep_waiting() {
            return false;
        }
        bell = RUNG.wait_timeout(bell, left).unwrap_or_else(PoisonError::into_inner).0;
    }
}

/// A tunnel has ended: every thread that might tick looks again.
fn announce() {
    ring();
    work::wake();
}
