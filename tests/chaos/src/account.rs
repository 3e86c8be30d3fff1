//! What was promised against what arrived.

use std::collections::BTreeSet;
use std::ops::AddAssign;

use crate::promise::Rule;

/// How a channel, or all of them, came through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// How many values were promised.
    pub accepted: u64,
    /// How many of these the platform has.
    pub delivered: u64,
    /// Those that it does not have.
    pub lost: Vec<u64>,
    /// How often it got a value that it had already.
    pub duplicated: u64,
    /// Promised values that came for the first time after a later one, which is the other number.
    pub disordered: Vec<(u64, u64)>,
}

/// A number that came for the first time after a later one.
#[derive(Clone, Copy, Debug)]
pub struct Late {
    /// The number.
    pub number: u64,
    /// The last one before it.
    pub later: u64,
    /// Its place in the history.
    pub place: usize,
}

impl Verdict {
    /// The verdict on one channel. `history` is everything that arrived, in that order, promised or not. Numbers for which `may_be_late`
    /// says so may come after later ones, and so may those that nobody promised: a link can keep them for longer than their device lives.
    pub fn of(rule: Rule, accepted: &BTreeSet<u64>, history: &[u64], may_be_late: impl Fn(Late) -> bool) -> Self {
        let mut verdict = Self { accepted: accepted.len() as u64, ..Self::default() };
        let mut seen = BTreeSet::new();
        for (place, number) in history.iter().enumerate() {
            let latest = seen.last().copied();
            if !seen.insert(*number) {
                verdict.duplicated += 1;
            } else if let Some(later) = latest.filter(|latest| latest > number) {
                let late = Late { number: *number, later, place };
                if rule != Rule::EachInAnyOrder && accepted.contains(number) && !may_be_late(late) {
                    verdict.disordered.push((*number, later));
                }
            }
        }
        verdict.lost = match rule {
            Rule::Each | Rule::EachInAnyOrder => accepted.difference(&seen).copied().collect(),
            Rule::Latest => {
                let latest = seen.last().copied();
                accepted.iter().copied().filter(|number| latest.is_none_or(|latest| latest < *number)).collect()
            }
        };
        verdict.delivered = verdict.accepted - verdict.lost.len() as u64;
        verdict
    }

    /// Whether something was promised, nothing of it is lost, and everything came in its order. Duplicates are allowed: an answer that
    /// is lost has the device send again.
    pub fn is_good(&self) -> bool {
        self.accepted > 0 && self.lost.is_empty() && self.disordered.is_empty()
    }
}

impl AddAssign for Verdict {
    fn add_assign(&mut self, other: Self) {
        self.accepted += other.accepted;
        self.delivered += other.delivered;
        self.duplicated += other.duplicated;
        self.lost.extend(other.lost);
        self.disordered.extend(other.disordered);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict_by(rule: Rule, accepted: &[u64], history: &[u64]) -> Verdict {
        Verdict::of(rule, &accepted.iter().copied().collect(), history, |late| late.number >= 100)
    }

    fn verdict(accepted: &[u64], history: &[u64]) -> Verdict {
        verdict_by(Rule::Each, accepted, history)
    }

    #[test]
    fn values_that_nobody_promised_may_come_or_not() {
        let verdict = verdict(&[1, 3], &[1, 2, 3, 5]);
        assert!(verdict.is_good());
        assert_eq!((verdict.accepted, verdict.delivered, verdict.duplicated), (2, 2, 0));
    }

    #[test]
    fn a_lost_value_is_named() {
        let verdict = verdict(&[1, 2, 3], &[1, 3]);
        assert!(!verdict.is_good());
        assert_eq!((verdict.delivered, verdict.lost), (2, vec![2]));
    }

    #[test]
    fn a_batch_that_comes_again_is_duplicated_and_in_order() {
        let verdict = verdict(&[1, 2, 3], &[1, 2, 1, 2, 3]);
        assert!(verdict.is_good());
        assert_eq!(verdict.duplicated, 2);
    }

    #[test]
    fn a_value_that_is_overtaken_breaks_the_order() {
        let verdict = verdict(&[1, 2, 3], &[1, 3, 2]);
        assert!(!verdict.is_good());
        assert_eq!(verdict.disordered, [(2, 3)]);
    }

    #[test]
    fn a_value_that_nobody_promised_may_come_late() {
        assert!(verdict(&[1, 3], &[1, 3, 2]).is_good());
    }

    #[test]
    fn what_was_pushed_side_by_side_may_be_overtaken() {
        assert!(verdict(&[1, 101, 102], &[1, 102, 101]).is_good());
    }

    #[test]
    fn messages_may_be_overtaken_and_not_be_lost() {
        let verdict = |history| verdict_by(Rule::EachInAnyOrder, &[1, 2, 3], history);
        assert!(verdict(&[3, 1, 2, 1]).is_good());
        assert_eq!(verdict(&[3, 1]).lost, [2]);
    }

    #[test]
    fn a_later_value_stands_for_folded_ones() {
        let verdict = |history| verdict_by(Rule::Latest, &[1, 2, 3], history);
        assert!(verdict(&[2, 3]).is_good());
        assert!(verdict(&[4]).is_good());
        assert_eq!(verdict(&[1, 2]).lost, [3]);
        assert_eq!(verdict(&[]).lost, [1, 2, 3]);
        assert_eq!(verdict(&[3, 2]).disordered, [(2, 3)]);
    }

    #[test]
    fn a_run_that_promises_nothing_is_not_good() {
        assert!(!verdict(&[], &[1]).is_good());
    }
}
