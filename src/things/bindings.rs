//! Which things are bound, in the order of binding, and which of them the platform wants to synchronize.

use std::collections::{BTreeMap, HashMap};

use crate::model::Text;

/// Which services a thing gets when it is bound, unless the application has registered its own of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefaultServices {
    /// `GetMetadata` and `NotifyPropertyUpdate`.
    All,
    /// `NotifyPropertyUpdate` alone.
    WithoutMetadata,
    /// None.
    None,
}

/// The bound names. Gateways bind thousands, so that look-up, adding and removing are not linear.
#[derive(Debug, Default)]
pub(super) struct Bindings {
    next: u64,
    order: BTreeMap<u64, Text>,
    entries: HashMap<Text, Entry>,
}

#[derive(Debug)]
struct Entry {
    place: u64,
    needs_update: bool,
}

impl Bindings {
    /// Adds a name; `false` when it is there already.
    pub fn add(&mut self, name: &Text) -> bool {
        if self.contains(name) {
            return false;
        }
        self.entries.insert(name.clone(), Entry { place: self.next, needs_update: false });
        self.order.insert(self.next, name.clone());
        self.next += 1;
        true
    }

    /// Removes a name; `false` when it is not there.
    pub fn remove(&mut self, name: &[u8]) -> bool {
        match self.entries.remove(name) {
            Some(entry) => self.order.remove(&entry.place).is_some(),
            None => false,
        }
    }

    pub fn contains(&self, name: &[u8]) -> bool {
        self.entries.contains_key(name)
    }

    pub fn names(&self) -> Vec<Text> {
        self.order.values().cloned().collect()
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Marks a name; `false` when it is not bound.
    pub fn mark(&mut self, name: &[u8]) -> bool {
        self.entries.get_mut(name).is_some_and(|entry| {
            entry.needs_update = true;
            true
        })
    }

    pub fn is_marked(&self, name: &[u8]) -> bool {
        self.entries.get(name).is_some_and(|entry| entry.needs_update)
    }

    /// Clears one mark; whether it was set.
    pub fn take_mark(&mut self, name: &[u8]) -> bool {
        self.entries.get_mut(name).is_some_and(|entry| std::mem::take(&mut entry.needs_update))
    }

    /// The marked names in the order of binding; clears the marks.
    pub fn take_marked(&mut self) -> Vec<Text> {
        let entries = &mut self.entries;
        let marked =
            |name: &&Text| entries.get_mut(name.as_bytes()).is_some_and(|e| std::mem::take(&mut e.needs_update));
        self.order.values().filter(marked).cloned().collect()
    }
}
