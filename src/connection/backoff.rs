//! When to try again: full-jitter exponential backoff (decisions.md "Nothing is lost", Q-C6, Q-C8).

use std::time::{Duration, Instant};

use super::settings::Settings;

/// A link that lasted this long counts as one that works.
const STABLE: Duration = Duration::from_secs(10);
/// Base of the pause after a link that was opened, but did not last.
const SHORT: Duration = Duration::from_millis(500);
/// Never try more often than this, whatever is configured.
const LEAST: Duration = Duration::from_millis(100);

/// The pauses between automatic reconnects.
///
/// The first retry after a loss comes at once. After a failed attempt the pause is random between
/// [`Settings::connect_retry_interval`] and a ceiling that doubles with every failure, up to [`Settings::max_connect_delay`]. A server that
/// accepts and drops every time is met with random pauses too, from zero up to a ceiling that doubles likewise.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    /// Failed attempts since the last link.
    failures: u32,
    /// Links in a row that did not last.
    short_links: u32,
    linked_at: Option<Instant>,
    next: Option<Instant>,
}

impl Backoff {
    /// A link was opened and bound.
    pub fn linked(&mut self, now: Instant) {
        self.failures = 0;
        self.linked_at = Some(now);
        self.next = None;
    }

    /// The link is lost.
    pub fn lost(&mut self, now: Instant, settings: &Settings) {
        let Some(since) = self.linked_at.take() else { return };
        let lasted = now.saturating_duration_since(since) >= STABLE;
        self.short_links = if lasted { 0 } else { self.short_links.saturating_add(1) };
        let pause = match self.short_links {
            0 | 1 => Duration::ZERO,
            again => random_between(Duration::ZERO, doubled(SHORT, again - 2).min(settings.max_connect_delay)),
        };
        self.next = now.checked_add(pause);
    }

    /// An attempt has failed.
    pub fn failed(&mut self, now: Instant, settings: &Settings) {
        self.linked_at = None;
        self.failures = self.failures.saturating_add(1);
        self.next = now.checked_add(pause_after(self.failures, settings));
    }

    /// The moment of the next attempt; `None` is at once.
    pub fn next(&self) -> Option<Instant> {
        self.next
    }
}

/// The pause after so many failures in a row (at least one).
pub(super) fn pause_after(failures: u32, settings: &Settings) -> Duration {
    let floor = settings.connect_retry_interval.max(LEAST);
    let ceiling = doubled(floor, failures).min(settings.max_connect_delay);
    random_between(floor, ceiling.max(floor))
}

fn doubled(base: Duration, times: u32) -> Duration {
    base.saturating_mul(1 << times.min(20))
}

/// A random duration, both ends included. Without a random source it is the upper end: later is the safe side.
fn random_between(low: Duration, high: Duration) -> Duration {
    let span = u64::try_from(high.saturating_sub(low).as_millis()).unwrap_or(u64::MAX);
    let mut bytes = [0; 8];
    match getrandom::fill(&mut bytes) {
        // The modulus favours small values by less than one part in 2^40 for any span that is configured in practice.
        Ok(()) => low + Duration::from_millis(u64::from_ne_bytes(bytes) % span.saturating_add(1).max(1)),
        Err(_) => high,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(interval: u64, cap: u64) -> Settings {
        Settings {
            connect_retry_interval: Duration::from_millis(interval),
            max_connect_delay: Duration::from_millis(cap),
            ..Settings::default()
        }
    }

    #[test]
    fn the_first_retry_after_a_loss_is_at_once() {
        let now = Instant::now();
        let mut backoff = Backoff::default();
        backoff.linked(now);
        backoff.lost(now + Duration::from_secs(1), &settings(5000, 10_000));
        assert_eq!(backoff.next(), Some(now + Duration::from_secs(1)));
    }

    #[test]
    fn failures_wait_between_floor_and_cap() {
        let settings = settings(1000, 4000);
        let mut longest = Duration::ZERO;
        for _ in 0..300 {
            for failures in [1, 2, 3, 10, 1000] {
                let pause = pause_after(failures, &settings);
                let ceiling = if failures == 1 { 2000 } else { 4000 };
                assert!(
                    pause >= Duration::from_millis(1000) && pause <= Duration::from_millis(ceiling),
                    "{failures}: {pause:?}"
                );
                longest = longest.max(pause);
            }
        }
        assert!(longest > Duration::from_millis(2000), "the ceiling grows");
    }

    #[test]
    fn pauses_are_spread_over_the_whole_range() {
        let settings = settings(1000, 4000);
        for (failures, ceiling) in [(1, 2000), (2, 4000), (9, 4000)] {
            let mut tenths = [0; 10];
            for _ in 0..1000 {
                let beyond = (pause_after(failures, &settings) - settings.connect_retry_interval).as_millis() as usize;
                tenths[(beyond * 10 / (ceiling - 999)).min(9)] += 1;
            }
            // A hundred are expected in each.
            assert!(tenths.iter().all(|count| (20..=300).contains(count)), "{failures}: {tenths:?}");
        }
    }

    #[test]
    fn links_that_do_not_last_have_a_ceiling_that_doubles() {
        let settings = settings(5000, 10_000);
        let start = Instant::now();
        for (links, ceiling) in [(1, 0), (2, 500), (3, 1000), (4, 2000), (7, 10_000), (9, 10_000)] {
            let mut longest = Duration::ZERO;
            for _ in 0..200 {
                let mut backoff = Backoff::default();
                for _ in 0..links {
                    backoff.linked(start);
                    backoff.lost(start, &settings);
                }
                longest = longest.max(backoff.next().map(|next| next - start).unwrap_or_default());
            }
            let ceiling = Duration::from_millis(ceiling);
            assert!(longest <= ceiling && longest >= ceiling / 2, "{links}: {longest:?}");
        }
    }

    #[test]
    fn a_cap_below_the_floor_and_zero_settings_do_not_spin() {
        assert_eq!(pause_after(3, &settings(5000, 10)), Duration::from_millis(5000));
        assert_eq!(pause_after(3, &settings(0, 0)), LEAST);
    }

    #[test]
    fn links_that_do_not_last_are_met_with_pauses() {
        let settings = settings(5000, 10_000);
        let start = Instant::now();
        let mut backoff = Backoff::default();
        let mut paused = false;
        for _ in 0..50 {
            backoff.linked(start);
            backoff.lost(start, &settings);
            let pause = backoff.next().map(|next| next - start).unwrap_or_default();
            assert!(pause <= settings.max_connect_delay);
            paused |= pause > Duration::ZERO;
        }
        assert!(paused);
        backoff.linked(start);
        backoff.lost(start + STABLE, &settings);
        assert_eq!(backoff.next(), Some(start + STABLE), "a stable link starts afresh");
    }
}
