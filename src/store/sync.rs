//! What is durable already, and making it so while others use the store.

use std::fs::File;
use std::io;
use std::ops::Range;

use super::change::{self, Point};

/// Makes what was appended to a store durable, without the store: see [`super::Log::sync_handle`].
///
/// A rewriting that comes meanwhile puts another file in place, with everything, and makes that durable before it returns; a cut takes
/// away only what is removed, or was taken back after a failure. So the outcome for the old file does not count then, and the store
/// knows by itself.
#[derive(Debug)]
pub struct SyncHandle {
    file: File,
    pub(super) generation: u64,
    /// What was not durable when it was made.
    pub(super) numbers: Range<u64>,
    /// Bytes of the file that it is for.
    pub(super) length: u64,
}

impl SyncHandle {
    pub(super) fn new(file: File, generation: u64, numbers: Range<u64>, length: u64) -> Self {
        Self { file, generation, numbers, length }
    }

    /// Waits until it is durable. Not under the lock of the store; the outcome is for [`super::Log::synced`].
    ///
    /// # Errors
    /// It cannot be written.
    pub fn sync(&self) -> io::Result<()> {
        change::sync(Point::SyncAppended, &self.file)
    }
}

/// Whether records that were appended survive a power cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Yes, as long as they are not removed.
    Durable,
    /// Not yet known.
    Undecided,
    /// They were taken out because they, or some of them, could not be made durable.
    Lost,
}

/// Failures that are remembered: more than threads can have waited for.
const REMEMBERED: usize = 1024;

/// What has become of records.
#[derive(Clone, Debug)]
pub(super) struct Fates {
    /// All below are durable, removed or lost.
    decided: u64,
    /// What could not be made durable, oldest first.
    lost: Vec<Range<u64>>,
}

impl Fates {
    /// Of a store whose next record has this number.
    pub fn new(next: u64) -> Self {
        Self { decided: next, lost: Vec::new() }
    }

    /// The numbers up to an end that are not durable yet.
    pub fn undecided(&self, end: u64) -> Range<u64> {
        self.decided.min(end)..end
    }

    /// Everything undecided up to there is durable.
    pub fn durable(&mut self, end: u64) {
        self.decided = self.decided.max(end);
    }

    /// Everything undecided up to there is lost.
    pub fn lost(&mut self, end: u64) {
        let lost = self.undecided(end);
        if lost.is_empty() {
            return;
        }
        self.decided = end;
        match self.lost.last_mut() {
            Some(last) if last.end == lost.start => last.end = lost.end,
            _ => self.lost.push(lost),
        }
        if self.lost.len() > REMEMBERED {
            self.lost.remove(0);
        }
    }

    pub fn of(&self, numbers: &Range<u64>) -> Durability {
        let overlaps = |lost: &Range<u64>| lost.start < numbers.end && numbers.start < lost.end;
        if self.lost.iter().any(overlaps) {
            Durability::Lost
        } else if numbers.end <= self.decided {
            Durability::Durable
        } else {
            Durability::Undecided
        }
    }
}
