//! What becomes of interrupted transfers, where a program may choose (F24).

use std::ffi::c_char;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::{Manager, current};
use crate::ffi::guard::guard;

/// How long a file of a transfer has not been changed when nobody is expected to resume it.
const STALE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

static CLEANS_UP: AtomicBool = AtomicBool::new(false);

/// Whether interrupted transfers are cleaned up: files that the platform has opened are closed when the connection ends, so that their paths
/// are free at once, and `.part` files in the staging directory that are not open and were not changed for 7 days are removed, now, by
/// twFileManager_Create() and whenever a connection ends. Off, such files stay open until they have been idle for `twcfg.file_xfer_timeout`
/// milliseconds, and nothing is removed, as in the original. An addition to the interface. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn twedge_clean_up_transfers(on: c_char) {
    guard((), || {
        CLEANS_UP.store(on != 0, Ordering::Relaxed);
        manager_created();
    });
}

/// The manager, if it is to clean up.
fn cleaning() -> Option<std::sync::Arc<Manager>> {
    if CLEANS_UP.load(Ordering::Relaxed) { current() } else { None }
}

fn remove_stale(manager: &Manager) {
    let removed = manager.files.remove_stale_parts(STALE);
    if removed > 0 {
        log::info!(
            "{removed} files of transfers that were not resumed for {} days are removed",
            STALE.as_secs() / 86_400
        );
    }
}

/// There is a manager now, or it begins to clean up.
pub(super) fn manager_created() {
    if let Some(manager) = cleaning() {
        remove_stale(&manager);
    }
}

/// A connection has ended.
pub(in crate::ffi) fn link_ended() {
    let Some(manager) = cleaning() else { return };
    let ended = manager.files.end_transfers();
    if ended > 0 {
        log::info!("{ended} file transfers have ended with the connection");
    }
    remove_stale(&manager);
}
