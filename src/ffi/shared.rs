//! Static objects that C may read and write.

use std::cell::UnsafeCell;

/// A static that is only ever reached through a raw pointer, because C may have the same pointer.
#[repr(transparent)]
pub(super) struct Shared<T>(UnsafeCell<T>);

// SAFETY: nothing here reads or writes the value; who uses the pointer sees to it that accesses do not collide.
unsafe impl<T> Sync for Shared<T> {}

impl<T> Shared<T> {
    pub(super) const fn new(value: T) -> Self {
        Self(UnsafeCell::new(value))
    }

    pub(super) const fn get(&self) -> *mut T {
        self.0.get()
    }
}
