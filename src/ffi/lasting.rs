//! Lists of C that are made when they are first needed and live as long as the process: what the extension layer
//! keeps beyond `twApi_Delete`. Programs may walk them; each has a lock of its own.

use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

use super::list::{twList, twList_Create, twList_Delete};

/// One list, whose values are deleted with `delete`.
pub(super) struct LastingList {
    place: AtomicPtr<twList>,
    delete: unsafe extern "C" fn(*mut c_void),
}

impl LastingList {
    /// A list that is not there yet.
    pub const fn new(delete: unsafe extern "C" fn(*mut c_void)) -> Self {
        Self { place: AtomicPtr::new(ptr::null_mut()), delete }
    }

    /// The list, made when missing. NULL when there is no memory for it.
    pub fn get(&self) -> *mut twList {
        let present = self.place.load(Ordering::Acquire);
        if !present.is_null() {
            return present;
        }
        // SAFETY: a delete function for the values that the list's owner adds.
        let fresh = unsafe { twList_Create(Some(self.delete)) };
        match self.place.compare_exchange(ptr::null_mut(), fresh, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => fresh,
            Err(faster) => {
                // SAFETY: made above, or NULL; nobody else knows it.
                unsafe { twList_Delete(fresh) };
                faster
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ffi::list::twList_Add;

    #[test]
    fn all_threads_get_the_same_container() {
        static LIST: LastingList = LastingList::new(libc::free);
        let addresses: Vec<usize> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| LIST.get() as usize)).collect();
            threads.into_iter().map(|thread| thread.join().expect("a thread that only looks")).collect()
        });
        assert!(addresses[0] != 0 && addresses.iter().all(|address| *address == addresses[0]));
        // SAFETY: a live list, a value from the C allocator.
        assert_eq!(unsafe { twList_Add(LIST.get(), crate::ffi::memory::zeroed(1).cast()) }, 0);
    }
}
