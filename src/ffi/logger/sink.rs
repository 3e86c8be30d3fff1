//! The way of a line to the log function.
//!
//! The original called the function under a mutex, so programs have functions that bear one call at a time. We keep that
//! without a lock: the thread that calls the function has the turn, others wait for it. The function may wait for one of
//! them in its turn (a function that sends its lines to the platform waits for the I/O thread), so waiting is bounded:
//! after that the line is left with the thread that has the turn, which delivers it when the function returns.

use std::cell::Cell;
use std::collections::VecDeque;
use std::ffi::{CStr, CString, c_char};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{LOGGING_FUNCTION, current_function};
use crate::ffi::definitions::LogLevel;
use crate::ffi::os_port::time;
use crate::ffi::work::locked;

/// How long a line waits for the turn before it is left to another thread.
const PATIENCE: Duration = Duration::from_millis(500);
/// How many lines may be left; further ones are dropped and counted.
const MAX_LEFT: usize = 256;

const DATE: &CStr = c"%Y-%m-%d %H:%M:%S";
type Timestamp = [c_char; 40];

struct Line {
    level: LogLevel,
    timestamp: Timestamp,
    text: CString,
}

struct Turn {
    /// The process, one of whose threads has the turn. After a fork the turn is free for the child.
    taken_in: Option<u32>,
    left: VecDeque<Line>,
    dropped: usize,
}

static TURN: Mutex<Turn> = Mutex::new(Turn { taken_in: None, left: VecDeque::new(), dropped: 0 });
static TURN_FREE: Condvar = Condvar::new();

thread_local! {
    static IN_LOG_FUNCTION: Cell<bool> = const { Cell::new(false) };
}

/// `text` as one C string of at most `max` bytes: control characters, which would let foreign text forge lines or steer
/// a terminal, become spaces; cut at a character boundary.
pub(super) fn line(text: &str, max: usize) -> CString {
    let cut = (0..=max.min(text.len())).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    let clean: String = text[..cut].chars().map(|c| if c.is_control() && c != '\t' { ' ' } else { c }).collect();
    CString::new(clean).unwrap_or_default()
}

/// Sends a line to the log function, with the time of now. The level has been checked.
pub(super) fn emit(level: LogLevel, text: &CStr) {
    let mut timestamp: Timestamp = [0; 40];
    // SAFETY: the buffer is as large as said and the format terminated.
    unsafe { time::format(time::now(), timestamp.as_mut_ptr(), timestamp.len(), DATE.as_ptr(), true, true) };
    if current_function() as *const () == LOGGING_FUNCTION as *const () {
        // SAFETY: both strings are terminated. This function bears any number of callers.
        return unsafe { LOGGING_FUNCTION(level, timestamp.as_ptr(), text.as_ptr()) };
    }
    if IN_LOG_FUNCTION.get() {
        // The function logs, or something that it calls: passing this on would never end.
        return;
    }
    if !take_turn() && !leave(|| Line { level, timestamp, text: text.to_owned() }) {
        return;
    }
    call(level, &timestamp, text);
    pass_turn_on();
}

/// Waits for the turn, but not for long; false when it did not come.
fn take_turn() -> bool {
    let process = std::process::id();
    let deadline = Instant::now() + PATIENCE;
    let mut turn = locked(&TURN);
    while turn.taken_in == Some(process) {
        let time_left = deadline.saturating_duration_since(Instant::now());
        if time_left.is_zero() || !turn.left.is_empty() {
            return false;
        }
        turn = TURN_FREE.wait_timeout(turn, time_left).unwrap_or_else(PoisonError::into_inner).0;
    }
    turn.taken_in = Some(process);
    true
}

/// Leaves a line for the thread that has the turn. If that one has just finished, takes the turn and returns true.
fn leave(line: impl FnOnce() -> Line) -> bool {
    let process = std::process::id();
    let mut turn = locked(&TURN);
    if turn.taken_in != Some(process) {
        turn.taken_in = Some(process);
        return true;
    }
    if turn.left.len() < MAX_LEFT {
        turn.left.push_back(line());
    } else {
        turn.dropped += 1;
    }
    false
}

/// Delivers what others left, then ends this thread's turn.
fn pass_turn_on() {
    loop {
        let mut turn = locked(&TURN);
        let Some(line) = turn.left.pop_front() else {
            turn.taken_in = None;
            drop(turn);
            return TURN_FREE.notify_one();
        };
        let dropped = if turn.left.is_empty() { std::mem::take(&mut turn.dropped) } else { 0 };
        drop(turn);
        call(line.level, &line.timestamp, &line.text);
        if dropped > 0 {
            let text = self::line(&format!("{dropped} log lines lost: the log function did not return"), usize::MAX);
            call(line.level, &line.timestamp, &text);
        }
    }
}

fn call(level: LogLevel, timestamp: &Timestamp, text: &CStr) {
    struct Leave;
    impl Drop for Leave {
        fn drop(&mut self) {
            IN_LOG_FUNCTION.set(false);
        }
    }
    IN_LOG_FUNCTION.set(true);
    let _leave = Leave;
    // SAFETY: both strings are terminated and outlive the call.
    unsafe { current_function()(level, timestamp.as_ptr(), text.as_ptr()) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_at_a_character_and_has_no_control_characters() {
        assert_eq!(line("abc", 3).as_c_str(), c"abc");
        assert_eq!(line("abc", 2).as_c_str(), c"ab");
        assert_eq!(line("ab\u{e4}", 3).as_c_str(), c"ab");
        assert_eq!(line("a\nb\0c\td\u{1b}[1m", 99).as_c_str(), c"a b c\td [1m");
    }
}
