//! Dropping the oldest values for new ones, for programs that prefer that to a refusal (api-behaviour.md 14, Q-S5).

use std::collections::BTreeMap;

use log::Level;

use super::queue::{Queued, State, ThingState};
use super::{Shared, SubscribedProperties};
use crate::model::Text;

/// How many things a line names; the others are counted.
const NAMED_THINGS: usize = 8;

/// What was dropped, and what is to be said of it.
#[derive(Default)]
pub(super) struct Drops {
    on: bool,
    total: u64,
    /// What was dropped since values last left the queue in another way, by thing.
    episode: BTreeMap<Text, u64>,
    notices: Vec<(Level, String)>,
}

impl Drops {
    fn add(&mut self, thing: &Text) {
        if self.episode.is_empty() {
            let text = "the queue of property values is full: the oldest are dropped for new ones";
            self.notice(Level::Info, text.to_owned());
        }
        self.total += 1;
        *self.episode.entry(thing.clone()).or_default() += 1;
    }

    /// Values have left the queue: what was dropped before that is told.
    pub fn end_episode(&mut self) {
        if self.episode.is_empty() {
            return;
        }
        let episode = std::mem::take(&mut self.episode);
        let mut parts: Vec<String> =
            episode.iter().take(NAMED_THINGS).map(|(thing, count)| format!("{count} of {thing}")).collect();
        if let Some(others) = episode.len().checked_sub(NAMED_THINGS).filter(|others| *others > 0) {
            let count: u64 = episode.values().skip(NAMED_THINGS).sum();
            parts.push(format!("{count} of {others} other things"));
        }
        let parts = parts.join(", ");
        let advice = "push more often or raise offline_msg_queue_size";
        self.notice(Level::Warn, format!("property values were dropped for newer ones: {parts}; {advice}"));
    }

    /// Notes a line for the log, which is written when no lock is held.
    pub fn notice(&mut self, level: Level, text: String) {
        self.notices.push((level, text));
    }
}

impl Shared {
    /// Writes what was noted to the log. No lock may be held.
    pub(super) fn tell(&self) {
        let notices = std::mem::take(&mut self.lock_silently().drops.notices);
        for (level, text) in notices {
            log::log!(level, "{text}");
        }
    }
}

impl SubscribedProperties {
    /// Whether a value that finds no room takes the place of the oldest queued ones, of whatever thing; off, it is refused. A value that is
    /// on its way to the platform or in the store is never dropped: when no other makes room, the new one is refused all the same.
    pub fn drop_oldest(&self, on: bool) {
        self.shared.lock().drops.on = on;
    }

    /// How many values were dropped for newer ones.
    pub fn dropped_count(&self) -> u64 {
        self.shared.lock().drops.total
    }
}

impl State {
    /// Drops the oldest values, if that is wanted, so that one of `size` bytes has room. False when it cannot have it; then nothing is dropped.
    pub fn make_room(&mut self, size: u64, limit: u64) -> bool {
        let missing = (self.size() + size + 1).saturating_sub(limit);
        if !self.drops.on || !self.can_spare(missing) {
            return false;
        }
        let mut freed = 0;
        while freed < missing {
            let Some(dropped) = self.drop_one() else { return false };
            freed += dropped;
        }
        true
    }

    fn can_spare(&self, missing: u64) -> bool {
        let mut spare = 0;
        let droppable = self.things().flat_map(|(_, state)| state.queued()).filter(|queued| queued.is_droppable());
        missing == 0
            || droppable.into_iter().any(|queued| {
                spare += queued.size;
                spare >= missing
            })
    }

    /// Drops the oldest value of all; the bytes that it counted.
    fn drop_one(&mut self) -> Option<u64> {
        let oldest = |state: &ThingState| state.queued().find(|queued| queued.is_droppable()).map(|queued| queued.id);
        let firsts = self.things().filter_map(|(thing, state)| Some((oldest(state)?, thing)));
        let (id, thing) = firsts.min_by_key(|(id, _)| *id)?;
        let thing = thing.clone();
        let freed = self.take_out(&thing, |state| state.drop_queued(id));
        self.drops.add(&thing);
        Some(freed)
    }
}

impl ThingState {
    /// Drops a queued value; the bytes that it counted. If it is the last one that was set of its property, it is not what later values are
    /// compared with either: the platform has never seen it.
    fn drop_queued(&mut self, id: u64) -> u64 {
        let name = self.queued().find(|queued| queued.id == id).map(|queued| queued.value.name.clone());
        if let Some(name) = name.filter(|name| !self.has_newer(name, id)) {
            self.hold.forget_references(Some(&name));
            self.forget_current(Some(&name));
        }
        self.remove_queued(|queued| queued.id == id)
    }

    fn has_newer(&self, name: &Text, id: u64) -> bool {
        let newest_first = self.queued().rev().take_while(|queued| queued.id > id);
        let mut newer = newest_first.chain(self.folded_of(name).filter(|folded| folded.id > id));
        newer.any(|queued| queued.value.name == *name)
    }
}

impl Queued {
    fn is_droppable(&self) -> bool {
        !self.in_flight && self.record.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_episode_is_told_once_with_its_numbers() {
        let mut drops = Drops::default();
        drops.end_episode();
        for thing in ["Tank", "Pump", "Tank"] {
            drops.add(&thing.into());
        }
        drops.end_episode();
        drops.end_episode();
        let [begin, end] = drops.notices.as_slice() else { panic!("{:?}", drops.notices) };
        assert_eq!(begin.0, Level::Info);
        assert_eq!(end.0, Level::Warn);
        assert!(end.1.contains(": 1 of Pump, 2 of Tank; "), "{}", end.1);
        assert_eq!(drops.total, 3);
        drops.add(&"Tank".into());
        drops.end_episode();
        assert_eq!(drops.notices.len(), 4, "a new episode is told anew");
    }

    #[test]
    fn many_things_make_a_short_line() {
        let mut drops = Drops::default();
        (0..20).for_each(|number| drops.add(&format!("t{number:02}").into()));
        drops.end_episode();
        let text = &drops.notices[1].1;
        assert!(text.contains("1 of t07, 12 of 12 other things; ") && !text.contains("t08"), "{text}");
    }
}
