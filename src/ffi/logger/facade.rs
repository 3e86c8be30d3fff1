//! The logger as a sink of the `log` crate, through which the Rust core logs.

use std::sync::Once;

use log::{Level, LevelFilter, Log, Metadata, Record};

use super::{MAX_TEXT, enabled, shows_messages, sink};
use crate::connection::MESSAGES;
use crate::ffi::definitions::{LogLevel, TW_DEBUG, TW_ERROR, TW_INFO, TW_TRACE, TW_WARN};

struct CLogger;

fn level_of(level: Level) -> LogLevel {
    match level {
        Level::Error => TW_ERROR,
        Level::Warn => TW_WARN,
        Level::Info => TW_INFO,
        Level::Debug => TW_DEBUG,
        Level::Trace => TW_TRACE,
    }
}

/// Whether the record is the core's. Those of libraries below are not for a firmware's log.
fn is_ours(target: &str) -> bool {
    target.strip_prefix(env!("CARGO_PKG_NAME")).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

impl Log for CLogger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        match metadata.target() {
            MESSAGES => shows_messages(),
            target => is_ours(target) && enabled(level_of(metadata.level())),
        }
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            sink::emit(level_of(record.level()), &sink::line(&record.args().to_string(), MAX_TEXT));
        }
    }

    fn flush(&self) {}
}

/// Makes the C logger the sink of the `log` crate, once. If the program has set a sink of its own, it keeps that.
pub fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        if log::set_logger(&CLogger).is_ok() {
            // Programs change the level by writing to the C struct, which nobody tells us: `enabled` looks each time.
            log::set_max_level(LevelFilter::Trace);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_records_of_this_crate_pass() {
        assert!(is_ours("twedge") && is_ours("twedge::net::tls"));
        assert!(!is_ours("mio::poll") && !is_ours("twedge_platform"));
    }
}
