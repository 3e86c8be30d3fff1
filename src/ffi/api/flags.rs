//! The connection's flags, kept right in the struct that C programs read and write (api-behaviour.md 1.2).

use std::ffi::c_char;
use std::ptr;
use std::sync::atomic::{AtomicI8, AtomicPtr, Ordering};

use super::twApi;
use crate::connection::{AtomicFlags, Flag, FlagStore};
use crate::ffi::websocket::twWs;

/// Reads and writes the fields of the API object and of its WebSocket. Which object that is, is looked up at each
/// access: a program may put another one, or NULL, into `tw_api`. What such an object cannot hold is kept aside.
pub(super) struct CFlags {
    ws: AtomicPtr<twWs>,
    aside: AtomicFlags,
}

impl CFlags {
    /// Flags over the WebSocket mirror `ws`, which lives until [`CFlags::detach`].
    pub fn new(ws: *mut twWs) -> Self {
        Self { ws: AtomicPtr::new(ws), aside: AtomicFlags::default() }
    }

    /// The WebSocket mirror goes: its flag is kept aside from now on, for threads that are about to leave.
    pub fn detach(&self) {
        self.ws.store(ptr::null_mut(), Ordering::Release);
    }

    fn cell(&self, flag: Flag) -> Option<&AtomicI8> {
        let field: *mut c_char = if flag == Flag::Connected {
            let ws = self.ws.load(Ordering::Acquire);
            if ws.is_null() {
                return None;
            }
            // SAFETY: not detached, so it is live.
            unsafe { ptr::addr_of_mut!((*ws).isConnected) }.cast()
        } else {
            let api = super::exported();
            if api.is_null() {
                return None;
            }
            // SAFETY: `tw_api` points to an API object, ours or the program's.
            unsafe { field_of(api, flag) }
        };
        // SAFETY: one aligned byte that lives as long as its object; C reads and writes it as a plain char, which on
        // every target that we build for is a single access.
        Some(unsafe { AtomicI8::from_ptr(field.cast()) })
    }
}

/// # Safety
/// `api` points to an API object.
unsafe fn field_of(api: *mut twApi, flag: Flag) -> *mut c_char {
    // SAFETY: by contract of this function; only addresses are taken.
    unsafe {
        match flag {
            Flag::Authenticated => ptr::addr_of_mut!((*api).isAuthenticated),
            Flag::ConnectionInProgress => ptr::addr_of_mut!((*api).connectionInProgress),
            Flag::ManuallyDisconnected => ptr::addr_of_mut!((*api).manuallyDisconnected).cast(),
            Flag::FirstConnectionComplete => ptr::addr_of_mut!((*api).firstConnectionComplete),
            Flag::FirstSynchronizationComplete => ptr::addr_of_mut!((*api).firstSynchronizationComplete),
            Flag::HandlePongs | Flag::Connected => ptr::addr_of_mut!((*api).handle_pongs),
        }
    }
}

impl FlagStore for CFlags {
    fn get(&self, flag: Flag) -> bool {
        match self.cell(flag) {
            Some(cell) => cell.load(Ordering::SeqCst) != 0,
            None => self.aside.get(flag),
        }
    }

    fn set(&self, flag: Flag, value: bool) {
        self.aside.set(flag, value);
        if let Some(cell) = self.cell(flag) {
            cell.store(i8::from(value), Ordering::SeqCst);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_outlives_the_struct_that_shows_it() {
        let ws = crate::ffi::memory::zeroed(size_of::<twWs>()).cast::<twWs>();
        let flags = CFlags::new(ws);
        flags.set(Flag::Connected, true);
        // SAFETY: made above, and freed once.
        unsafe {
            assert_eq!((*ws).isConnected, 1);
            flags.detach();
            crate::ffi::memory::free(ws);
        }
        assert!(flags.get(Flag::Connected));
        flags.set(Flag::Connected, false);
        assert!(!flags.get(Flag::Connected));
    }
}
