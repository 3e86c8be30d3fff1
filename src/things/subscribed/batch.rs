//! Which values go into one call, and what its outcome means for them.

use std::sync::Arc;

use super::queue::{Queued, State, ThingState};
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
    pub folded: bool,
}

/// The next thing to do for a push.
pub(super) enum Next {
    /// Nothing is left to send.
    Done,
    /// Send this.
    Send(Batch),
    /// A value cannot be sent at all and was dropped.
    Dropped(PushError),
}

impl State {
    /// Takes the next values of a thing, queued ones first, marks them as in flight and returns them.
    pub fn next_batch(&mut self, thing: &Text, max_message_size: usize) -> Next {
        let Some(state) = self.thing(thing) else { return Next::Done };
        let until = state.push_until;
        let folded = !state.queued().any(|queued| queued.is_due(until));
        let mut due = if folded { state.folded_by_age() } else { state.queued().collect() };
        due.retain(|queued| queued.is_due(until));
        let Some(first) = due.first() else { return Next::Done };
        let mut size = CallSize::new(thing, max_message_size);
        if let Some(length) = size.too_large(&first.value) {
            let (id, name) = (first.id, first.value.name.clone());
            self.remove(thing, folded, &[id]);
            return Next::Dropped(PushError::TooLarge { thing: thing.clone(), name, length, limit: max_message_size });
        }
        let alone = first.must_be_alone();
        let mut batch = Batch { ids: Vec::new(), values: Vec::new(), folded };
        for queued in due {
            let last = alone || queued.must_be_alone();
            if !batch.ids.is_empty() && (last || !size.fits(row_size(&queued.value))) {
                break;
            }
            size.add(row_size(&queued.value));
            batch.ids.push(queued.id);
            batch.values.push(queued.value.clone());
        }
        self.change(thing, |state, _| state.each(folded, &batch.ids, |queued| queued.in_flight = true));
        Next::Send(batch)
    }

    /// Removes values that the platform has answered for.
    pub fn remove(&mut self, thing: &Text, folded: bool, ids: &[u64]) {
        self.change(thing, |state, sizes| {
            if folded {
                state.remove_folded(|queued| is_one_of(ids, queued.id));
            } else {
                sizes.queued -= state.remove_queued(|queued| is_one_of(ids, queued.id));
            }
        });
    }

    /// Ends a call: removes what was accepted, counts what was refused, leaves the rest for the next push. Returns the
    /// names of the properties of which a value is dropped because of this outcome.
    pub fn settle(&mut self, thing: &Text, folded: bool, ids: &[u64], error: Option<&RequestError>) -> Vec<Text> {
        let Some(error) = error else {
            self.remove(thing, folded, ids);
            return Vec::new();
        };
        let blame = Blame::of(error, ids.len());
        let mut dropped = (Vec::new(), Vec::new());
        self.change(thing, |state, _| {
            state.each(folded, ids, |queued| {
                queued.in_flight = false;
                queued.refusals = blame.apply(queued.refusals);
                if queued.refusals >= MAX_REFUSALS {
                    dropped.0.push(queued.id);
                    dropped.1.push(queued.value.name.clone());
                }
            });
        });
        dropped.0.sort_unstable();
        self.remove(thing, folded, &dropped.0);
        dropped.1
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
    fn each(&mut self, folded: bool, ids: &[u64], mut change: impl FnMut(&mut Queued)) {
        let change = |queued: &mut Queued| {
            if is_one_of(ids, queued.id) {
                change(queued);
            }
        };
        if folded { self.folded_mut().for_each(change) } else { self.queued_mut().for_each(change) }
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
