//! The lines of the log, of all tests of this program; each test looks for what only it can have caused.

use std::sync::{Condvar, Mutex, Once, PoisonError};
use std::time::Instant;

use log::{Level, Log, Metadata, Record};

use crate::support::PATIENCE;

static LINES: Mutex<Vec<(Level, String)>> = Mutex::new(Vec::new());
static ADDED: Condvar = Condvar::new();

struct Recorder;

impl Log for Recorder {
    fn enabled(&self, _: &Metadata) -> bool {
        true
    }

    fn log(&self, record: &Record) {
        LINES.lock().unwrap_or_else(PoisonError::into_inner).push((record.level(), record.args().to_string()));
        ADDED.notify_all();
    }

    fn flush(&self) {}
}

/// Begins to record, if nobody has.
pub fn record() {
    static BEGIN: Once = Once::new();
    BEGIN.call_once(|| {
        log::set_logger(&Recorder).unwrap();
        log::set_max_level(log::LevelFilter::Info);
    });
}

/// The lines that have all of these texts in them.
pub fn with(texts: &[&str]) -> Vec<(Level, String)> {
    let lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
    lines.iter().filter(|(_, line)| texts.iter().all(|text| line.contains(text))).cloned().collect()
}

/// The first line with all of these texts, once it is there.
pub fn await_one(texts: &[&str]) -> (Level, String) {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(line) = with(texts).into_iter().next() {
            return line;
        }
        let left = end.checked_duration_since(Instant::now()).unwrap_or_else(|| panic!("no line with {texts:?}"));
        let lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
        // Bounded, because a line may have come between the look and the wait.
        drop(ADDED.wait_timeout(lines, left.min(std::time::Duration::from_millis(20))));
    }
}
