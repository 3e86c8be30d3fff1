//! Log lines of stores, written when their locks are given up: the log function may be the application's and call us.

use std::cell::{Cell, RefCell};

use log::Level;

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    static LINES: RefCell<Vec<(Level, String)>> = const { RefCell::new(Vec::new()) };
}

/// While one lives, this thread keeps its lines. To be dropped after the lock that it is for.
#[derive(Debug)]
pub(crate) struct Deferred(());

impl Deferred {
    pub fn new() -> Self {
        // A thread that ends has nothing to say any more.
        let _ = DEPTH.try_with(|depth| depth.set(depth.get() + 1));
        Self(())
    }
}

impl Drop for Deferred {
    fn drop(&mut self) {
        let left = DEPTH.try_with(|depth| {
            depth.set(depth.get().saturating_sub(1));
            depth.get()
        });
        if left != Ok(0) {
            return;
        }
        let lines = LINES.try_with(|lines| std::mem::take(&mut *lines.borrow_mut())).unwrap_or_default();
        for (level, line) in lines {
            log::log!(level, "{line}");
        }
    }
}

/// Writes a line: now, or when the last [`Deferred`] of this thread goes.
pub(crate) fn write(level: Level, line: String) {
    let kept = DEPTH.try_with(Cell::get).is_ok_and(|depth| depth > 0);
    if kept {
        let _ = LINES.try_with(|lines| lines.borrow_mut().push((level, line)));
    } else {
        log::log!(level, "{line}");
    }
}

/// [`write`] with a format.
macro_rules! note {
    ($level:ident, $($text:tt)+) => {
        $crate::store::notes::write(log::Level::$level, format!($($text)+))
    };
}
pub(crate) use note;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_wait_for_the_last_guard_of_their_thread() {
        let outer = Deferred::new();
        let inner = Deferred::new();
        write(Level::Debug, "a line".into());
        drop(inner);
        assert_eq!(LINES.with_borrow(Vec::len), 1);
        drop(outer);
        assert_eq!((LINES.with_borrow(Vec::len), DEPTH.get()), (0, 0));
        note!(Debug, "another {}", "one");
        assert_eq!(LINES.with_borrow(Vec::len), 0);
    }
}
