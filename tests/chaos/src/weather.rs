//! What bytes meet on their way, on one link or on all links of a proxy.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Fair until something is done to it. Times are kept in microseconds after the beginning.
pub(crate) struct Weather {
    began: Instant,
    /// Until then nothing passes.
    stalled_until: AtomicU64,
    /// Until then the two that follow are in force.
    slow_until: AtomicU64,
    delay: AtomicU64,
    /// Bytes at a time; 0 is no limit.
    piece: AtomicUsize,
}

impl Default for Weather {
    fn default() -> Self {
        Self {
            began: Instant::now(),
            stalled_until: AtomicU64::new(0),
            slow_until: AtomicU64::new(0),
            delay: AtomicU64::new(0),
            piece: AtomicUsize::new(0),
        }
    }
}

impl Weather {
    /// From now on nothing passes for so long.
    pub fn stall(&self, length: Duration) {
        self.stalled_until.store(self.after(length), Ordering::SeqCst);
    }

    /// From now on everything is late, for so long.
    pub fn delay(&self, delay: Duration, lasts: Duration) {
        self.delay.store(micros(delay), Ordering::SeqCst);
        self.piece.store(0, Ordering::SeqCst);
        self.slow_until.store(self.after(lasts), Ordering::SeqCst);
    }

    /// From now on so many bytes pass at a time, for so long.
    pub fn throttle(&self, piece: usize, lasts: Duration) {
        self.delay.store(0, Ordering::SeqCst);
        self.piece.store(piece, Ordering::SeqCst);
        self.slow_until.store(self.after(lasts), Ordering::SeqCst);
    }

    /// How much longer nothing passes.
    pub fn stalled(&self) -> Duration {
        self.left(&self.stalled_until)
    }

    /// By how much bytes that come now are late; no longer than it lasts.
    pub fn late(&self) -> Duration {
        Duration::from_micros(self.delay.load(Ordering::SeqCst)).min(self.left(&self.slow_until))
    }

    /// How many bytes pass at a time, if there is a limit.
    pub fn piece(&self) -> Option<usize> {
        let slow = !self.left(&self.slow_until).is_zero();
        Some(self.piece.load(Ordering::SeqCst)).filter(|piece| slow && *piece > 0)
    }

    fn after(&self, time: Duration) -> u64 {
        micros(self.began.elapsed().saturating_add(time))
    }

    fn left(&self, until: &AtomicU64) -> Duration {
        Duration::from_micros(until.load(Ordering::SeqCst)).saturating_sub(self.began.elapsed())
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(3600);

    #[test]
    fn it_is_fair_at_first_and_when_it_has_passed() {
        let weather = Weather::default();
        let is_fair =
            |weather: &Weather| weather.stalled().is_zero() && weather.late().is_zero() && weather.piece().is_none();
        assert!(is_fair(&weather));
        weather.stall(Duration::ZERO);
        weather.delay(LONG, Duration::ZERO);
        assert!(is_fair(&weather));
        weather.throttle(7, Duration::ZERO);
        assert!(is_fair(&weather));
    }

    #[test]
    fn it_lasts() {
        let weather = Weather::default();
        weather.stall(LONG);
        assert!(weather.stalled() > LONG / 2);
        weather.delay(Duration::from_millis(3), Duration::MAX);
        assert_eq!((weather.late(), weather.piece()), (Duration::from_millis(3), None));
        weather.throttle(7, LONG);
        assert_eq!((weather.late(), weather.piece()), (Duration::ZERO, Some(7)));
    }
}
