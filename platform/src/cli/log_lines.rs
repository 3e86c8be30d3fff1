//! Log lines on standard error.

use crate::thing::now;
use chrono::DateTime;
use log::{LevelFilter, Log, Metadata, Record};
use std::io::Write;

struct Lines;

/// Prints log lines from that level on.
pub(super) fn start(level: LevelFilter) {
    // Someone else may have set a logger up; then that one is used.
    if log::set_logger(&Lines).is_ok() {
        log::set_max_level(level);
    }
}

impl Log for Lines {
    fn enabled(&self, metadata: &Metadata) -> bool {
        metadata.target().starts_with("twedge")
    }

    fn log(&self, record: &Record) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let time = DateTime::from_timestamp_millis(now()).unwrap_or_default();
        let time = time.format("%Y-%m-%dT%H:%M:%S%.3fZ");
        // There is nowhere to complain about standard error.
        let _ = writeln!(std::io::stderr().lock(), "{time} {:5} {}", record.level(), record.args());
    }

    fn flush(&self) {}
}
