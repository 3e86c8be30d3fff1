//! How long recoveries take.

use std::time::Duration;

use crate::fault::{Direction, Kind};

/// What came of one fault.
#[derive(Clone, Copy, Debug)]
pub struct Recovery {
    /// What the fault was.
    pub kind: Kind,
    /// Which way the bytes went that it struck.
    pub direction: Direction,
    /// It struck with the byte after so many, of the link if it struck in the handshake, else after it was aimed.
    pub after: u64,
    /// Whether it was aimed at a link from its first byte on.
    pub in_handshake: bool,
    /// Whether the link was encrypted.
    pub tls: bool,
    /// From the fault until the link was restored.
    pub outage: Duration,
    /// Whether accepted values waited when the link was restored.
    pub waiting: bool,
    /// From then until all was well.
    pub took: Duration,
}

/// Any number of them.
#[derive(Clone, Debug, Default)]
pub struct Recoveries(Vec<Recovery>);

/// Those of one kind of fault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many there are.
    pub count: usize,
    /// In how many of them accepted values waited.
    pub waiting: usize,
    /// The one in the middle.
    pub median: Duration,
    /// 99 of 100 take no longer.
    pub most: Duration,
    /// The longest.
    pub longest: Duration,
}

impl Recoveries {
    pub(super) fn add(&mut self, recovery: Recovery) {
        self.0.push(recovery);
    }

    /// Those of all faults, if no kind is given.
    pub fn summary(&self, kind: Option<Kind>) -> Summary {
        let of_kind = |recovery: &&Recovery| kind.is_none_or(|kind| recovery.kind == kind);
        let mut times: Vec<Duration> = self.0.iter().filter(of_kind).map(|recovery| recovery.took).collect();
        times.sort_unstable();
        let part = |percent: usize| times.get((times.len() * percent / 100).min(times.len().saturating_sub(1)));
        Summary {
            count: times.len(),
            waiting: self.0.iter().filter(of_kind).filter(|recovery| recovery.waiting).count(),
            median: part(50).copied().unwrap_or_default(),
            most: part(99).copied().unwrap_or_default(),
            longest: part(100).copied().unwrap_or_default(),
        }
    }

    /// The longest ones, the longest of all first.
    pub fn longest(&self, count: usize) -> Vec<Recovery> {
        let mut all = self.0.clone();
        all.sort_unstable_by_key(|recovery| std::cmp::Reverse(recovery.took));
        all.truncate(count);
        all
    }
}

impl Extend<Recovery> for Recoveries {
    fn extend<T: IntoIterator<Item = Recovery>>(&mut self, recoveries: T) {
        self.0.extend(recoveries);
    }
}

impl IntoIterator for Recoveries {
    type Item = Recovery;
    type IntoIter = std::vec::IntoIter<Recovery>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recovery(kind: Kind, millis: u64) -> Recovery {
        Recovery {
            kind,
            direction: Direction::Up,
            after: 0,
            in_handshake: false,
            tls: false,
            outage: Duration::ZERO,
            waiting: millis % 2 == 0,
            took: Duration::from_millis(millis),
        }
    }

    #[test]
    fn kinds_are_summed_up_apart() {
        let mut all = Recoveries::default();
        all.extend((1..=100).rev().map(|millis| recovery(Kind::Drop, millis)));
        all.add(recovery(Kind::Cut, 1000));
        let millis = Duration::from_millis;
        let drops = Summary { count: 100, waiting: 50, median: millis(51), most: millis(100), longest: millis(100) };
        assert_eq!(all.summary(Some(Kind::Drop)), drops);
        assert_eq!(all.summary(Some(Kind::Stall)), Summary::default());
        assert_eq!(all.summary(None).longest, millis(1000));
        let longest: Vec<Duration> = all.longest(2).iter().map(|recovery| recovery.took).collect();
        assert_eq!(longest, [millis(1000), millis(100)]);
    }
}
