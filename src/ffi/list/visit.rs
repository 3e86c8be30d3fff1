//! What the handler of a running `twList_Foreach` removes from the list under its feet.
//!
//! The list is locked during the visit, so only the visiting thread itself can remove entries: a record per thread is
//! enough. It keeps addresses, not entries, and is asked before an entry is looked at.

use std::cell::RefCell;
use std::collections::HashSet;

thread_local! {
    static RUNNING: RefCell<Vec<Visit>> = const { RefCell::new(Vec::new()) };
}

struct Visit {
    list: usize,
    removed: HashSet<usize>,
    /// Set when the list was emptied: nothing of what was to be visited is left.
    emptied: bool,
}

/// A visit in progress, the innermost one of this thread; it ends when dropped.
pub struct Running(());

impl Running {
    /// Begins a visit of a list.
    pub fn begin(list: usize) -> Self {
        RUNNING.with_borrow_mut(|all| all.push(Visit { list, removed: HashSet::new(), emptied: false }));
        Self(())
    }

    /// Whether an entry that was in the list at the beginning still is.
    pub fn still_there(&self, entry: usize) -> bool {
        RUNNING.with_borrow(|all| all.last().is_some_and(|visit| !visit.emptied && !visit.removed.contains(&entry)))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.with_borrow_mut(Vec::pop);
    }
}

/// Tells that an entry was taken out of a list.
pub fn removed(list: usize, entry: usize) {
    of_list(list, |visit| {
        visit.removed.insert(entry);
    });
}

/// Tells that a list was emptied.
pub fn emptied(list: usize) {
    of_list(list, |visit| visit.emptied = true);
}

fn of_list(list: usize, note: impl Fn(&mut Visit)) {
    RUNNING.with_borrow_mut(|all| all.iter_mut().filter(|visit| visit.list == list).for_each(&note));
}
