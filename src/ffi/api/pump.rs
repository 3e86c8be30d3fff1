//! Threads of ours that run SDK functions sleep until these have work; and the message handler's function.

use std::ffi::{c_char, c_void};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use super::instance::{self, Facade};
use super::lifecycle::twApi_TaskerFunction;
use crate::connection::Work;
use crate::ffi::file_manager;
use crate::ffi::guard::guard;
use crate::ffi::messaging;
use crate::ffi::os_port::DATETIME;
use crate::ffi::tunnel_manager::{self, twTunnelManager_TaskerFunction};
use crate::ffi::work::{self, Functions, Waiter};

/// The longest sleep when nobody says until when: a bound on damage, not a period that anything relies on.
const FOREVER: Duration = Duration::from_secs(24 * 3600);

/// How often a thread looks for answers that handles nothing else. Programs rarely have one: callers wait for their own answers.
const RESPONSE_PERIOD: Duration = Duration::from_millis(5);

/// Waits for the connection of the API object.
struct ConnectionWaiter(Weak<Facade>);

impl Waiter for ConnectionWaiter {
    fn wait(&self, functions: Functions, until: Option<Instant>, stop: &dyn Fn() -> bool) -> bool {
        let until = until.unwrap_or_else(|| Instant::now() + FOREVER);
        let Some(facade) = self.0.upgrade() else { return true };
        let is_handler = functions.contains(Functions::HANDLER);
        let is_for_tunnels = functions.contains(Functions::TUNNELS);
        // Messages that a program feeds in by itself wait elsewhere, and so do tunnels that have ended.
        let has_waiting = || (is_handler && messaging::has_waiting()) || (is_for_tunnels && tunnel_manager::has_work());
        let keep_waiting = || !stop() && !has_waiting();
        if functions == Functions::RESPONSES {
            // Requests that wait are not for this thread, and nothing tells it about answers alone: it looks as often as the original.
            std::thread::sleep(RESPONSE_PERIOD.min(until.saturating_duration_since(Instant::now())));
            return true;
        }
        if functions == Functions::TUNNELS {
            return tunnel_manager::wait(until, &|| !stop());
        }
        let work = match (functions.contains(Functions::TASKER), is_handler) {
            (true, true) => Work::Both,
            (true, false) => Work::Tasker,
            _ => Work::Handler,
        };
        let has_work = if functions.contains(Functions::TASKER) {
            wait_for_tasker(&facade, work, until, &keep_waiting)
        } else {
            facade.connection().wait_for_work(work, until, &keep_waiting)
        };
        has_work || has_waiting()
    }

    fn wake(&self) {
        if let Some(facade) = self.0.upgrade() {
            facade.connection().wake_pumps();
        }
        tunnel_manager::ring();
    }
}

/// A tick also ends file transfers that stall. One that would stall earlier than expected ends the sleep.
fn wait_for_tasker(facade: &Facade, work: Work, until: Instant, keep_waiting: &dyn Fn() -> bool) -> bool {
    let stall = file_manager::next_stall();
    let is_sooner = || file_manager::next_stall().is_some_and(|next| stall.is_none_or(|stall| next < stall));
    let end = stall.map_or(until, |stall| stall.min(until));
    let has_work = facade.connection().wait_for_work(work, end, &|| keep_waiting() && !is_sooner());
    has_work || (keep_waiting() && (end < until || is_sooner()))
}

/// Tells the threads of ours how to wait for this API object.
pub(super) fn install(facade: &Arc<Facade>) {
    let functions: [(work::TaskFunction, Functions); 3] = [
        (twApi_TaskerFunction, Functions::TASKER),
        (twMessageHandler_msgHandlerTask, Functions::HANDLER),
        (twTunnelManager_TaskerFunction, Functions::TUNNELS),
    ];
    work::install(&functions, Arc::new(ConnectionWaiter(Arc::downgrade(facade))));
}

/// The API object goes.
pub(super) fn uninstall() {
    work::uninstall();
}

/// Handles one message that waits: runs the property, service or response callback it is for. `params` is NULL, or points to a
/// byte that is not 0 when only responses are to be handled. Returns at once when nothing waits. Any number of threads may call it.
///
/// # Safety
/// `params` is NULL or readable; callbacks run in this call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMessageHandler_msgHandlerTask(_now: DATETIME, params: *mut c_void) {
    guard((), || {
        // SAFETY: by contract of this function.
        let responses_only = unsafe { params.cast::<c_char>().as_ref() }.is_some_and(|&flag| flag != 0);
        let handled = instance::current().is_some_and(|facade| facade.connection().handle_next(responses_only));
        if !handled {
            messaging::handle_one(responses_only);
        }
    });
}
