//! What changed, for somebody who shows the values in another form.

use std::sync::Arc;

use super::queue::ThingState;
use super::{Current, Queued};
use crate::model::Text;

/// A change of what waits or of what is remembered. Held values are not shown, folded ones only as `pending`.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A value of this thing is queued, at the place that its id gives it.
    Queued(Text, Queued),
    /// The value with this id is not queued any more.
    Unqueued(Text, u64),
    /// The last value of a property, or whether it is pending, is another one; `None` when it is forgotten.
    Current(Text, Text, Option<Current>),
}

/// Is told that there are changes to take ([`super::SubscribedProperties::take_changes`]).
///
/// Called without a lock of ours, on whatever thread has made the change: it must not wait for anybody.
pub trait Watcher: Send + Sync {
    /// There are changes to take.
    fn changed(&self);
}

/// What a thing notes while it is changed.
#[derive(Debug)]
pub(super) enum Mark {
    Queued(Queued),
    Unqueued(u64),
    Current(Text),
}

/// The changes that nobody has taken yet; keeps none while there is no watcher.
#[derive(Default)]
pub(super) struct Journal {
    changes: Vec<Change>,
    watcher: Option<Arc<dyn Watcher>>,
    /// The watcher knows that there are changes.
    told: bool,
}

impl Journal {
    /// Begins to keep changes for a watcher, or ends it.
    pub fn watch(&mut self, watcher: Option<Arc<dyn Watcher>>) {
        self.changes.clear();
        self.watcher = watcher;
    }

    /// Who is to be told, when there is something new to tell.
    pub fn listener(&mut self) -> Option<Arc<dyn Watcher>> {
        let told = std::mem::replace(&mut self.told, true);
        if told || self.changes.is_empty() { None } else { self.watcher.clone() }
    }

    /// The changes since the last time, oldest first.
    pub fn take(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }

    /// Takes over what a thing has noted.
    pub fn note(&mut self, thing: &Text, state: &mut ThingState) {
        let marks = std::mem::take(&mut state.marks);
        if self.watcher.is_none() || marks.is_empty() {
            return;
        }
        self.told = false;
        self.changes.extend(marks.into_iter().map(|mark| match mark {
            Mark::Queued(queued) => Change::Queued(thing.clone(), queued),
            Mark::Unqueued(id) => Change::Unqueued(thing.clone(), id),
            Mark::Current(name) => {
                let current = state.current_of(&name);
                Change::Current(thing.clone(), name, current)
            }
        }));
    }
}
