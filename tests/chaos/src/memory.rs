//! Resident memory of a device that lives for long.

use std::fs;
use std::time::{Duration, Instant};

/// A younger device has not met everything that takes memory once.
const WARM: Duration = Duration::from_secs(60);

/// Between two looks.
const PAUSE: Duration = Duration::from_secs(1);

/// What the system kept in RAM for a process: its code, its stacks, its heap, in KiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// When the process was a minute old.
    pub warm: u64,
    /// At the last look, before it was told to end.
    pub last: u64,
    /// The most that was seen at all.
    pub most: u64,
    /// Its age at the last look.
    pub age: Duration,
}

/// Looks at a process now and then.
pub(crate) struct Watch {
    born: Instant,
    looked: Option<Instant>,
    most: u64,
    memory: Option<Memory>,
}

impl Watch {
    pub fn new() -> Self {
        Self { born: Instant::now(), looked: None, most: 0, memory: None }
    }

    /// Looks, unless the last look is too fresh.
    pub fn look(&mut self, process: u32) {
        let now = Instant::now();
        if self.looked.is_some_and(|looked| now.saturating_duration_since(looked) < PAUSE) {
            return;
        }
        self.looked = Some(now);
        if let Some(resident) = resident(process) {
            self.note(resident, now.saturating_duration_since(self.born));
        }
    }

    fn note(&mut self, resident: u64, age: Duration) {
        self.most = self.most.max(resident);
        if age >= WARM {
            let warm = self.memory.map_or(resident, |memory| memory.warm);
            self.memory = Some(Memory { warm, last: resident, most: self.most, age });
        }
    }

    /// What was seen, if the process was old enough for that.
    pub fn memory(&self) -> Option<Memory> {
        self.memory
    }
}

/// `None` once the process has ended, and where the system does not tell.
fn resident(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_old_process_is_reported() {
        let mut watch = Watch::new();
        watch.note(900, Duration::from_secs(1));
        watch.note(300, WARM - PAUSE);
        assert_eq!(watch.memory(), None);
        watch.note(400, WARM);
        watch.note(800, WARM * 2);
        watch.note(500, WARM * 3);
        assert_eq!(watch.memory(), Some(Memory { warm: 400, last: 500, most: 900, age: WARM * 3 }));
    }

    #[test]
    fn the_memory_of_this_process_is_seen() {
        let mut watch = Watch::new();
        watch.look(std::process::id());
        assert!(watch.most > 100, "{}", watch.most);
        assert_eq!(resident(u32::MAX), None);
    }
}
