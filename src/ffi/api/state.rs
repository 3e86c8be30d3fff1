//! What the connection is doing, for a program that wants to know. An addition to the interface.

use std::ffi::{c_char, c_int};
use std::ptr;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use super::instance;
use super::{
    TWEDGE_CONNECTING, TWEDGE_DISCONNECTED, TWEDGE_ERROR_TEXT, TWEDGE_NOT_BOUND, TWEDGE_ONLINE, TWEDGE_WAITING,
};
use crate::connection::{Report, State};
use crate::ffi::errors::{TW_INVALID_PARAM, TW_NULL_OR_INVALID_API_SINGLETON, TW_OK};
use crate::ffi::guard::guard;
use crate::ffi::os_port::DATETIME;

/// What twedge_connection_state() tells. Times are milliseconds since 1970-01-01 UTC by the clock of now.
#[repr(C)]
pub struct twedge_connection_report {
    /// TWEDGE_DISCONNECTED, TWEDGE_WAITING, TWEDGE_CONNECTING, TWEDGE_NOT_BOUND or TWEDGE_ONLINE.
    pub state: c_int,
    /// Since when; 0 when there was no connect call yet.
    pub since: DATETIME,
    /// When the next attempt is due, 0 when none is.
    pub next_attempt: DATETIME,
    /// The code of the last failure, 0 when there was none, or when a link that worked has ended.
    pub last_error: c_int,
    /// When it was, 0 when there was none.
    pub last_error_time: DATETIME,
    /// It in words, cut if need be; empty when there was none.
    pub last_error_text: [c_char; TWEDGE_ERROR_TEXT],
}

/// Tells what the connection is doing, since when, what went wrong last and when the next attempt comes. Never waits; any thread,
/// callbacks included. Returns 0, 101 for NULL, 600 without an API object.
///
/// # Safety
/// `report` is NULL or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twedge_connection_state(report: *mut twedge_connection_report) -> c_int {
    guard(TW_INVALID_PARAM, || {
        if report.is_null() {
            return TW_INVALID_PARAM;
        }
        let Some(facade) = instance::current() else { return TW_NULL_OR_INVALID_API_SINGLETON };
        let found = to_c(&facade.connection().state());
        // SAFETY: by contract of this function.
        unsafe { ptr::write(report, found) };
        TW_OK
    })
}

fn to_c(report: &Report) -> twedge_connection_report {
    let failure = report.last_failure.as_ref();
    twedge_connection_report {
        state: match report.state {
            State::Disconnected => TWEDGE_DISCONNECTED,
            State::Waiting => TWEDGE_WAITING,
            State::Connecting => TWEDGE_CONNECTING,
            State::NotBound => TWEDGE_NOT_BOUND,
            State::Online => TWEDGE_ONLINE,
        },
        since: report.since.map_or(0, wall_clock),
        next_attempt: report.next_attempt.map_or(0, wall_clock),
        last_error: failure.map_or(0, |failure| c_int::from(failure.result)),
        last_error_time: failure.map_or(0, |failure| wall_clock(failure.at)),
        last_error_text: failure.map_or([0; TWEDGE_ERROR_TEXT], |failure| fixed(&failure.text)),
    }
}

/// A moment of the monotonic clock as the wall clock, as it stands now, calls it.
fn wall_clock(moment: Instant) -> DATETIME {
    let now = Instant::now();
    let wall = SystemTime::now();
    let then = match moment.checked_duration_since(now) {
        Some(ahead) => wall.checked_add(ahead),
        None => wall.checked_sub(now.saturating_duration_since(moment)),
    };
    let since_epoch = then.and_then(|then| then.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    DATETIME::try_from(since_epoch.as_millis()).unwrap_or(DATETIME::MAX)
}

fn fixed(text: &str) -> [c_char; TWEDGE_ERROR_TEXT] {
    let mut bytes = [0; TWEDGE_ERROR_TEXT];
    let room = (0..TWEDGE_ERROR_TEXT).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    for (to, from) in bytes.iter_mut().zip(text.bytes().take(room)) {
        *to = c_char::from_ne_bytes([from]);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn text(bytes: &[c_char]) -> String {
        let bytes: Vec<u8> = bytes.iter().take_while(|b| **b != 0).map(|b| b.to_ne_bytes()[0]).collect();
        String::from_utf8(bytes).unwrap_or_default()
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(text(&fixed("short")), "short");
        let long = "\u{e4}".repeat(200);
        assert_eq!(text(&fixed(&long)), "\u{e4}".repeat(127));
    }

    #[test]
    fn moments_of_past_and_future_have_their_distance() {
        let now = Instant::now();
        let (Some(past), later) = (now.checked_sub(Duration::from_secs(1)), now + Duration::from_secs(60)) else {
            return;
        };
        let apart = wall_clock(later) - wall_clock(past);
        assert!((60_900..=61_100).contains(&apart), "{apart}");
    }
}
