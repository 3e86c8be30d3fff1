//! Taking over the push settings that the platform has told (api-behaviour.md 2.8, protocol.md 6.1).

use super::SubscribedProperties;
use super::rule::Rule;
use crate::model::{InfoTable, Text, Value};

/// What the answer to `GetPropertySubscriptions` changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppliedSubscriptions {
    /// The properties whose push settings are others than before.
    pub changed: Vec<Text>,
    /// How many held values were accepted.
    pub accepted: usize,
    /// How many held values were rejected, and dropped.
    pub rejected: usize,
}

/// One row of the answer.
struct Subscription {
    name: Text,
    push_type: Option<Text>,
    threshold: f64,
}

impl Subscription {
    /// `None` for a row that names no property.
    fn from_row(table: &InfoTable, row: usize) -> Option<Self> {
        Some(Self {
            name: table.get(row, b"edgeName")?.as_text()?.clone(),
            push_type: table.get(row, b"pushType").and_then(Value::as_text).cloned(),
            threshold: table.get(row, b"pushThreshold").and_then(Value::as_number).unwrap_or(0.0),
        })
    }
}

impl SubscribedProperties {
    /// Takes over the answer to `GetPropertySubscriptions`: sets push type and threshold of each registered property that
    /// has a row, last row first, then judges the held values of the thing by them. A row without a push type removes it,
    /// a missing threshold is 0, a property without a row keeps what it has. The thing counts as synchronized from then on.
    pub fn apply_subscriptions(&self, thing: &Text, table: &InfoTable) -> AppliedSubscriptions {
        let mut applied = AppliedSubscriptions::default();
        let mut skipped = Vec::new();
        {
            // Under the lock, so that every value is judged either before all of this or after.
            let mut state = self.shared.lock();
            for row in (0..table.rows.len()).rev() {
                match self.apply(thing, Subscription::from_row(table, row)) {
                    Ok(changed) => applied.changed.extend(changed),
                    Err(reason) => skipped.push((row, reason)),
                }
            }
            state.set_synchronized(thing);
            let registry = &self.shared.registry;
            registry.take_update_request(thing);
            let rule_of = |name: &Text| registry.with_property(thing, name, Rule::of)?;
            let (stored, judged) = state.change(thing, |state, sizes| {
                let stored = state.judge_stored(rule_of);
                let judged = state.judge_held(rule_of);
                sizes.held -= judged.freed;
                sizes.queued += judged.queued;
                (stored, judged)
            });
            applied.accepted = stored.accepted + judged.accepted;
            applied.rejected = stored.rejected + judged.rejected;
        }
        self.remove_orphans();
        for (row, reason) in skipped {
            log::debug!("row {row} of the push settings of {thing} is skipped: {reason}");
        }
        applied
    }

    /// The property's name if its settings are others now; why not, when the row cannot be applied.
    fn apply(&self, thing: &Text, subscription: Option<Subscription>) -> Result<Option<Text>, String> {
        let Some(Subscription { name, push_type, threshold }) = subscription else {
            return Err("it has no text in edgeName".into());
        };
        let registry = &self.shared.registry;
        let before = registry.property(thing, &name);
        registry.update_push(thing, &name, push_type, threshold).map_err(|error| error.to_string())?;
        let changed = registry.property(thing, &name) != before;
        Ok(changed.then_some(name))
    }
}
