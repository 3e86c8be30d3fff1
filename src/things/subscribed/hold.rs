//! Values that the registered push types reject while the platform's are not known (decisions.md, "Nothing is lost").

use std::collections::HashMap;
use std::sync::Arc;

use super::PropertyValue;
use super::queue::{Queued, ThingState};
use super::rule::{Rule, Verdict};
use crate::model::Text;

/// A value that push types compare with.
type Reference = Option<Arc<PropertyValue>>;

/// The held values of one thing, oldest first, and what they have to be compared with.
#[derive(Default)]
pub(super) struct Hold {
    values: Vec<Held>,
    traces: HashMap<Text, Trace>,
}

struct Held {
    queued: Queued,
    /// What had been set and accepted when this value was set.
    before: Trace,
}

/// The latest sets of a property while values are held.
#[derive(Clone, Default)]
struct Trace {
    set: Reference,
    /// Accepted when it was set.
    accepted: Reference,
    /// The id of that one, 0 when none was accepted since the hold began.
    accepted_id: u64,
    /// Accepted when the hold ended.
    admitted: Option<(u64, Arc<PropertyValue>)>,
}

/// What became of held values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Judged {
    pub accepted: usize,
    pub rejected: usize,
    /// Bytes that were held.
    pub freed: u64,
    /// Bytes that the accepted ones count in the queue.
    pub queued: u64,
}

impl Hold {
    /// Whether no value is held.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Whether there is nothing to keep.
    pub fn is_idle(&self) -> bool {
        self.is_empty() && self.traces.is_empty()
    }

    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Notes a value that was accepted: later held ones are compared with it.
    pub fn trace_accepted(&mut self, id: u64, value: &Arc<PropertyValue>) {
        let reference = Some(value.clone());
        let trace = Trace { set: reference.clone(), accepted: reference, accepted_id: id, admitted: None };
        self.traces.insert(value.name.clone(), trace);
    }

    /// Notes a value that was neither accepted nor held. `reference` as for [`Hold::add`].
    pub fn trace_rejected(&mut self, value: &Arc<PropertyValue>, reference: Reference) {
        self.trace(&value.name, reference).set = Some(value.clone());
    }

    fn trace(&mut self, name: &Text, reference: Reference) -> &mut Trace {
        let first = || Trace { set: reference.clone(), accepted: reference, ..Trace::default() };
        self.traces.entry(name.clone()).or_insert_with(first)
    }

    /// Bytes of the held folded value that a new one of that property takes the place of.
    pub fn folded_size(&self, name: &Text) -> u64 {
        self.values.iter().filter(|held| held.is_folded(name)).map(|held| held.queued.size).sum()
    }

    /// The held values, oldest first.
    pub fn queued(&self) -> impl Iterator<Item = &Queued> {
        self.values.iter().map(|held| &held.queued)
    }

    /// The held values, to be marked.
    pub fn queued_mut(&mut self) -> impl Iterator<Item = &mut Queued> {
        self.values.iter_mut().map(|held| &mut held.queued)
    }

    /// A held value, to be marked.
    pub fn find(&mut self, id: u64) -> Option<&mut Queued> {
        let at = self.values.binary_search_by_key(&id, |held| held.queued.id).ok()?;
        self.values.get_mut(at).map(|held| &mut held.queued)
    }

    /// Holds a value. `reference` is the last value of its property as the registered push type knows it. The record of the folded one whose
    /// place it takes.
    pub fn add(&mut self, queued: Queued, reference: Option<Arc<PropertyValue>>) -> Option<u64> {
        let name = queued.value.name.clone();
        let mut replaced = None;
        if queued.fold {
            self.values.retain(|held| {
                let goes = held.is_folded(&name);
                if goes {
                    replaced = held.queued.record;
                }
                !goes
            });
        }
        let trace = self.trace(&name, reference);
        let before = trace.clone();
        trace.set = Some(queued.value.clone());
        self.values.push(Held { queued, before });
        replaced
    }

    /// Forgets what later values have to be compared with, of one property or of all.
    pub fn forget_references(&mut self, name: Option<&Text>) {
        for (_, trace) in self.traces.iter_mut().filter(|(own, _)| name.is_none_or(|name| name == *own)) {
            (trace.set, trace.accepted) = (None, None);
        }
    }

    /// Takes all held values out.
    pub fn take_all(&mut self) -> Vec<Queued> {
        self.traces.clear();
        self.values.drain(..).map(|held| held.queued).collect()
    }

    /// Takes the held values of one property out.
    pub fn take_property(&mut self, name: &Text) -> Vec<Queued> {
        self.traces.remove(name);
        let (taken, kept) = self.values.drain(..).partition(|held: &Held| held.queued.value.name == *name);
        self.values = kept;
        let taken: Vec<Held> = taken;
        taken.into_iter().map(|held| held.queued).collect()
    }
}

impl Held {
    fn is_folded(&self, name: &Text) -> bool {
        self.queued.fold && self.queued.value.name == *name
    }
}

impl ThingState {
    /// Ends the hold: judges every held value by the rule that its property has now, as if it had had it when the value
    /// was set. What is accepted takes the place in the queue that its age gives it.
    pub fn judge_held(&mut self, rule_of: impl Fn(&Text) -> Option<Rule>) -> Judged {
        let Hold { values, mut traces } = std::mem::take(&mut self.hold);
        let mut judged = Judged::default();
        for Held { queued, before } in values {
            judged.freed += queued.size;
            let Some(trace) = traces.get_mut(&queued.value.name) else {
                self.orphan(&queued);
                continue;
            };
            let verdict = rule_of(&queued.value.name).map_or(Verdict::Reject, |rule| {
                let reference = match rule.compares_with_last_set() {
                    Some(true) => before.set.as_ref(),
                    _ => newest(&before, &trace.admitted),
                };
                rule.judge(&queued.value, queued.fold && rule.folds(), reference.map(|value| &**value))
            });
            match verdict {
                Verdict::Reject => {
                    self.orphan(&queued);
                    judged.rejected += 1;
                }
                Verdict::Accept => {
                    judged.accepted += 1;
                    trace.admitted = Some((queued.id, queued.value.clone()));
                    judged.queued += self.accept_held(queued, trace, &rule_of);
                }
            }
        }
        for (name, trace) in traces {
            self.set_reference(name, trace, &rule_of);
        }
        judged
    }

    /// Judges what an earlier run has held and stored. What it was to be compared with is not known any more: each property's first one
    /// counts as the first value of all.
    pub fn judge_stored(&mut self, rule_of: impl Fn(&Text) -> Option<Rule>) -> Judged {
        let mut judged = Judged::default();
        let mut last: HashMap<Text, Arc<PropertyValue>> = HashMap::new();
        let mut orphans = Vec::new();
        self.stored.retain_mut(|queued| {
            if !queued.marked {
                return true;
            }
            let name = &queued.value.name;
            let reference = last.get(name).map(|value| &**value);
            let verdict = rule_of(name)
                .map_or(Verdict::Reject, |rule| rule.judge(&queued.value, queued.fold && rule.folds(), reference));
            match verdict {
                Verdict::Accept => {
                    last.insert(name.clone(), queued.value.clone());
                    queued.marked = false;
                    judged.accepted += 1;
                    true
                }
                Verdict::Reject => {
                    orphans.push(queued.clone());
                    judged.rejected += 1;
                    false
                }
            }
        });
        orphans.iter().for_each(|queued| self.orphan(queued));
        judged
    }

    /// Queues or folds an accepted value; the bytes that it counts in the queue.
    fn accept_held(&mut self, mut queued: Queued, trace: &Trace, rule_of: &impl Fn(&Text) -> Option<Rule>) -> u64 {
        let name = queued.value.name.clone();
        if queued.fold && rule_of(&name).is_some_and(Rule::folds) {
            // Folded means that only the latest value counts: a later accepted one has taken its place.
            if trace.accepted_id < queued.id {
                self.set_folded(queued);
            } else {
                self.orphan(&queued);
            }
            return 0;
        }
        self.supersede_folded(&name, queued.id);
        queued.fold = false;
        let size = queued.size;
        self.insert_queued(queued);
        size
    }

    fn set_reference(&mut self, name: Text, trace: Trace, rule_of: &impl Fn(&Text) -> Option<Rule>) {
        let reference = match rule_of(&name).and_then(Rule::compares_with_last_set) {
            Some(true) => trace.set,
            Some(false) => newest(&trace, &trace.admitted).cloned(),
            None => None,
        };
        if let Some(value) = reference {
            self.set_current(value);
        }
    }
}

/// The last accepted value: as known when `trace` was taken, or admitted after that.
fn newest<'a>(trace: &'a Trace, admitted: &'a Option<(u64, Arc<PropertyValue>)>) -> Option<&'a Arc<PropertyValue>> {
    match admitted {
        Some((id, value)) if *id > trace.accepted_id => Some(value),
        _ => trace.accepted.as_ref(),
    }
}
