//! What may be done to a link, and the script that says when.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use fastrand::Rng;

/// What is done to a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Both ends are closed; what was under way is gone.
    Drop,
    /// From here on everything is late.
    Delay,
    /// For a while nothing passes, in neither direction.
    Stall,
    /// The receiver gets a part and then the end; the sender goes on and notices nothing for a while.
    Truncate,
    /// A second connection gets everything that the device has sent and sends; it outlives the first.
    Duplicate,
    /// Both ends are reset (RST).
    Reset,
    /// The receiver gets the end of this direction; the other one goes on.
    HalfClose,
    /// From here on few bytes pass at a time, so that writes and records arrive in pieces.
    Throttle,
    /// A write is cut in its middle, a TLS record with it, and then both ends are reset.
    Cut,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 9] = [
        Self::Drop,
        Self::Delay,
        Self::Stall,
        Self::Truncate,
        Self::Duplicate,
        Self::Reset,
        Self::HalfClose,
        Self::Throttle,
        Self::Cut,
    ];
}

/// Which way bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To the platform.
    Up,
    /// To the device.
    Down,
}

/// What is to happen to one link.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    /// What.
    pub kind: Kind,
    /// Where its trigger is, and what [`Kind::Truncate`], [`Kind::HalfClose`] and [`Kind::Cut`] are done to.
    pub direction: Direction,
    /// It strikes with the byte after so many.
    pub after: u64,
    /// How long; for [`Kind::Delay`], how late.
    pub length: Duration,
    /// How long [`Kind::Delay`] and [`Kind::Throttle`] go on.
    pub lasts: Duration,
    /// Bytes that pass at a time when throttled.
    pub piece: usize,
}

/// How often each kind has struck.
#[derive(Debug, Default)]
pub(crate) struct Counts([AtomicU64; Kind::ALL.len()]);

impl Counts {
    pub fn count(&self, kind: Kind) {
        self.0[kind as usize].fetch_add(1, Ordering::Relaxed);
    }

    pub fn of(&self, kind: Kind) -> u64 {
        self.0[kind as usize].load(Ordering::Relaxed)
    }
}

/// The faults of links, one after the other.
pub(crate) struct Script {
    rng: Rng,
    /// Kinds that are still to come before all of them come again.
    deck: Vec<Kind>,
}

impl Script {
    pub fn new(seed: u64) -> Self {
        Self { rng: Rng::with_seed(seed), deck: Vec::new() }
    }

    /// What happens to the next link; one in eight is left alone.
    pub fn next(&mut self) -> Option<Fault> {
        if self.rng.u8(..8) == 0 {
            return None;
        }
        if self.deck.is_empty() {
            self.deck.extend(Kind::ALL);
            self.rng.shuffle(&mut self.deck);
        }
        let kind = self.deck.pop()?;
        let direction = match kind {
            Kind::Duplicate => Direction::Up,
            _ if self.rng.bool() => Direction::Up,
            _ => Direction::Down,
        };
        // As often in the handshakes as later.
        let scale = self.rng.u32(6..15);
        let after = self.rng.u64(..1 << scale);
        let length = Duration::from_millis(self.rng.u64(5..if kind == Kind::Stall { 4000 } else { 200 }));
        Some(Fault { kind, direction, after, length, lasts: Duration::MAX, piece: self.rng.usize(1..200) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_comes_and_the_seed_decides() {
        let kinds = |seed| {
            let mut script = Script::new(seed);
            (0..100).filter_map(|_| script.next()).map(|fault| fault.kind).collect::<Vec<_>>()
        };
        assert!(Kind::ALL.iter().all(|kind| kinds(1)[..9].contains(kind)));
        assert_eq!(kinds(7), kinds(7));
        assert_ne!(kinds(7), kinds(8));
    }

    #[test]
    fn kinds_are_counted_apart() {
        let counts = Counts::default();
        Kind::ALL.into_iter().for_each(|kind| counts.count(kind));
        counts.count(Kind::Cut);
        assert_eq!(Kind::ALL.map(|kind| counts.of(kind)), [1, 1, 1, 1, 1, 1, 1, 1, 2]);
    }
}
