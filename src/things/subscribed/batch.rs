//! Which values go into one call, and what its outcome means for them.

use std::collections::HashSet;
use std::sync::Arc;

use super::queue::{Lane, Queued, State, ThingState};
use super::size::{CallSize, row_size};
use super::{PropertyValue, PushError};
use crate::connection::RequestError;
use crate::model::Text;
use crate::wire::{EncodeError, MessageCode};

/// A value that the platform has refused this often with a code of the class 0x80..=0x8f is dropped.
pub const MAX_REFUSALS: u8 = 5;

/// After this many refusals a value is sent alone, so that it does not take others with it.
const REFUSALS_TOGETHER: u8 = 2;

/// The values of one call.
pub(super) struct Batch {
    pub ids: Vec<u64>,
    pub values: Vec<Arc<PropertyValue>>,
    pub lane: Lane,
    /// Whether the store has one of them.
    pub recorded: bool,
}

/// The next thing to do for a push.
pub(super) enum Next {
    /// Nothing is left to send.
    Done,
    /// Send this.
    Send(Batch),
    /// A value cannot be sent at all and was dropped.
    Dropped { error: PushError, lane: Lane, queued: Box<Queued> },
}

/// What the end of a call means for the store.
#[derive(Default)]
pub(super) struct Settled {
    /// The records of the values that were confirmed.
    pub confirmed: Vec<u64>,
    /// The values that are given up.
    pub dropped: Vec<Queued>,
}

impl State {
    /// Takes the next values of a thing in the order of the lanes, marks them as in flight and returns them. With `stored_only` those of
    /// the store alone.
    pub fn next_batch(&mut self, thing: &Text, max_message_size: usize, stored_only: bool) -> Next {
        let Some(state) = self.thing(thing) else { return Next::Done };
        let (lane, due) = state.next_due(stored_only);
        let Some(first) = due.first() else { return Next::Done };
        let mut size = CallSize::new(thing, max_message_size);
        if let Some(length) = size.too_large(&first.value) {
            let dropped = Queued::clone(first);
            self.give_away(thing, lane, &[dropped.id]);
            let name = dropped.value.name.clone();
            let error = PushError::TooLarge { thing: thing.clone(), name, length, limit: max_message_size };
            return Next::Dropped { error, lane, queued: Box::new(dropped) };
        }
        let alone = first.must_be_alone();
        let mut batch = Batch { ids: Vec::new(), values: Vec::new(), lane, recorded: false };
        for queued in due {
            let last = alone || queued.must_be_alone();
            if !batch.ids.is_empty() && (last || !size.fits(row_size(&queued.value))) {
                break;
            }
            size.add(row_size(&queued.value));
            batch.ids.push(queued.id);
            batch.values.push(queued.value.clone());
            batch.recorded |= queued.record.is_some();
        }
        self.change(thing, |state, _| state.each(lane, &batch.ids, |queued| queued.in_flight = true));
        Next::Send(batch)
    }

    /// Removes values that need not be sent any more.
    pub fn remove(&mut self, thing: &Text, lane: Lane, ids: &[u64]) {
        self.change(thing, |state, sizes| match lane {
            Lane::Stored => state.stored.retain(|queued| !is_one_of(ids, queued.id)),
            Lane::Queued => sizes.queued -= state.remove_queued(|queued| is_one_of(ids, queued.id)),
            Lane::Folded => state.remove_folded(|queued| is_one_of(ids, queued.id)),
        });
    }

    /// Removes values whose records are somebody else's matter from here on.
    pub fn give_away(&mut self, thing: &Text, lane: Lane, ids: &[u64]) {
        self.change(thing, |state, _| state.each(lane, ids, |queued| queued.record = None));
        self.remove(thing, lane, ids);
    }

    /// Ends a call: removes what was accepted, counts what was refused, leaves the rest for the next push.
    pub fn settle(&mut self, thing: &Text, lane: Lane, ids: &[u64], error: Option<&RequestError>) -> Settled {
        let mut settled = Settled::default();
        let Some(error) = error else {
            self.change(thing, |state, _| {
                state.each(lane, ids, |queued| settled.confirmed.extend(queued.record));
            });
            self.give_away(thing, lane, ids);
            return settled;
        };
        let blame = Blame::of(error, ids.len());
        self.change(thing, |state, _| {
            state.each(lane, ids, |queued| {
                queued.in_flight = false;
                queued.refusals = blame.apply(queued.refusals);
                if queued.refusals >= MAX_REFUSALS {
                    settled.dropped.push(queued.clone());
                }
            });
        });
        settled.dropped.sort_by_key(|queued| queued.id);
        let ids: Vec<u64> = settled.dropped.iter().map(|queued| queued.id).collect();
        self.give_away(thing, lane, &ids);
        settled
    }
}

/// What an error says about the values of a call.
enum Blame {
    /// Nothing: the same call may succeed later.
    None,
    /// The platform will say the same again.
    Refused,
    /// One of them makes a message that cannot be sent.
    Together,
    /// This one makes a message that cannot be sent.
    Alone,
}

impl Blame {
    fn of(error: &RequestError, values: usize) -> Self {
        match error {
            RequestError::Refused { code: MessageCode(0x80..=0x8f), .. } => Self::Refused,
            // The name of the thing is too long for the chunks, whatever the values.
            RequestError::TooLarge(EncodeError::ChunkTooSmall { .. }) => Self::None,
            RequestError::TooLarge(_) | RequestError::NotEncoded(_) if values > 1 => Self::Together,
            RequestError::TooLarge(_) | RequestError::NotEncoded(_) => Self::Alone,
            _ => Self::None,
        }
    }

    fn apply(&self, refusals: u8) -> u8 {
        match self {
            Self::None => refusals,
            Self::Refused => refusals + 1,
            Self::Together => refusals.max(REFUSALS_TOGETHER),
            Self::Alone => MAX_REFUSALS,
        }
    }
}

impl ThingState {
    /// The lane to send of next, with what is due in it, oldest first.
    fn next_due(&self, stored_only: bool) -> (Lane, Vec<&Queued>) {
        let until = self.push_until;
        let due = |queued: &&Queued| queued.is_due(until);
        let stored = self.stored_due(due);
        if stored_only || !stored.is_empty() {
            return (Lane::Stored, stored);
        }
        let queued: Vec<&Queued> = self.queued().filter(due).collect();
        if !queued.is_empty() {
            return (Lane::Queued, queued);
        }
        let mut folded = self.folded_by_age();
        folded.retain(due);
        (Lane::Folded, folded)
    }

    /// What was read from the store and is due. What is still to be judged holds back what is younger of its property.
    fn stored_due(&self, due: impl Fn(&&Queued) -> bool) -> Vec<&Queued> {
        let mut held_back = HashSet::new();
        let mut stored = Vec::new();
        for queued in &self.stored {
            if queued.marked {
                held_back.insert(&queued.value.name);
            } else if due(&queued) && !held_back.contains(&queued.value.name) {
                stored.push(queued);
            }
        }
        stored
    }

    pub(super) fn each(&mut self, lane: Lane, ids: &[u64], mut change: impl FnMut(&mut Queued)) {
        match lane {
            Lane::Stored => self.stored.iter_mut().filter(|queued| is_one_of(ids, queued.id)).for_each(change),
            Lane::Queued => {
                for id in ids {
                    self.queued_of(*id).map(&mut change);
                }
            }
            Lane::Folded => self.folded_mut().filter(|queued| is_one_of(ids, queued.id)).for_each(change),
        }
    }
}

impl Queued {
    fn is_due(&self, until: u64) -> bool {
        self.id <= until && !self.in_flight
    }

    fn must_be_alone(&self) -> bool {
        self.refusals >= REFUSALS_TOGETHER
    }
}

/// `ids` are sorted.
fn is_one_of(ids: &[u64], id: u64) -> bool {
    ids.binary_search(&id).is_ok()
}
