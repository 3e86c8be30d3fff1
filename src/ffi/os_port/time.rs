//! Wall clock, time texts and sleeping (api-behaviour.md 12.1).

use std::ffi::{c_char, c_int};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{mem, ptr};

use super::DATETIME;
use crate::ffi::guard::guard;

/// What `,` and the milliseconds need at most, with some room, as in the original.
const ROOM_FOR_MILLISECONDS: usize = 9;

/// Milliseconds since 1970-01-01 00:00 UTC by the wall clock, negative before.
pub(crate) fn now() -> i64 {
    let milliseconds = |duration: std::time::Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => milliseconds(since),
        Err(before) => -milliseconds(before.duration()),
    }
}

/// Writes `time` (milliseconds since 1970 UTC) to `place` as strftime's `format` says, with a terminator: what does not
/// fit in `room` bytes gives an empty text. `milliseconds` appends `,` and the milliseconds without leading zeros if at
/// least nine bytes remain. Touches no byte that it does not need: a program may have told more room than it has.
///
/// # Safety
/// `place` is writable for `room` bytes, or for the text if that is shorter; `format` is NUL-terminated.
pub(crate) unsafe fn format(
    time: i64,
    place: *mut c_char,
    room: usize,
    format: *const c_char,
    milliseconds: bool,
    local: bool,
) {
    if room == 0 {
        return;
    }
    // SAFETY: there is room for one byte.
    unsafe { place.write(0) };
    let seconds = time.div_euclid(1000) as libc::time_t;
    if seconds as i64 != time.div_euclid(1000) {
        return;
    }
    // SAFETY: a zeroed `tm` is a valid value: integers and a pointer.
    let mut broken_down: libc::tm = unsafe { mem::zeroed() };
    // SAFETY: both arguments are valid for the call; the reentrant functions keep neither.
    let known = unsafe {
        if local { libc::localtime_r(&seconds, &mut broken_down) } else { libc::gmtime_r(&seconds, &mut broken_down) }
    };
    if known.is_null() {
        return;
    }
    // SAFETY: as the caller says; `broken_down` was just filled.
    let length = unsafe { libc::strftime(place, room, format, &broken_down) };
    if length == 0 {
        // SAFETY: there is room for one byte; what is in it is unspecified now.
        unsafe { place.write(0) };
    }
    if milliseconds && room - length >= ROOM_FOR_MILLISECONDS {
        let text = format!(",{}\0", time.rem_euclid(1000));
        // SAFETY: at most five bytes where nine remain.
        unsafe { ptr::copy_nonoverlapping(text.as_ptr(), place.add(length).cast(), text.len()) };
    }
}

/// The wall clock in milliseconds since 1970-01-01 00:00 UTC. `utc` has no effect.
#[unsafe(no_mangle)]
pub extern "C" fn twGetSystemTime(utc: c_char) -> DATETIME {
    let _ = utc;
    now() as DATETIME
}

/// The wall clock in milliseconds since 1970-01-01 00:00 UTC. It jumps when the clock is set: not for measuring.
#[unsafe(no_mangle)]
pub extern "C" fn twGetSystemMillisecondCount() -> u64 {
    now() as u64
}

/// TRUE if `t1` is later than `t2`.
#[unsafe(no_mangle)]
pub extern "C" fn twTimeGreaterThan(t1: DATETIME, t2: DATETIME) -> c_char {
    (t1 > t2) as c_char
}

/// TRUE if `t1` is earlier than `t2`.
#[unsafe(no_mangle)]
pub extern "C" fn twTimeLessThan(t1: DATETIME, t2: DATETIME) -> c_char {
    (t1 < t2) as c_char
}

/// `t1` moved by `msec` milliseconds, which may be negative. Wraps around at the ends of the type.
#[unsafe(no_mangle)]
pub extern "C" fn twAddMilliseconds(t1: DATETIME, msec: i32) -> DATETIME {
    t1.wrapping_add(i64::from(msec) as u64)
}

/// Writes a time as text into the caller's buffer `s` of `length` bytes, as `format` (of strftime) says.
///
/// `utc` is inverted, as programs know it: TRUE gives local time, FALSE gives UTC. `msec` TRUE appends a comma and the
/// milliseconds, not padded, if at least nine bytes remain. A text that does not fit gives the empty text. NULL or a
/// length below 1: nothing is written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twGetTimeString(
    time: DATETIME,
    s: *mut c_char,
    format: *const c_char,
    length: c_int,
    msec: c_char,
    utc: c_char,
) {
    let Ok(length) = usize::try_from(length) else { return };
    if s.is_null() || format.is_null() || length == 0 {
        return;
    }
    guard((), || {
        // SAFETY: the caller's buffer has `length` bytes and the format is terminated.
        unsafe { self::format(time as i64, s, length, format, msec != 0, utc != 0) }
    });
}

/// The same as `twGetTimeString` with the present time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twGetSystemTimeString(
    s: *mut c_char,
    format: *const c_char,
    length: c_int,
    msec: c_char,
    utc: c_char,
) {
    // SAFETY: the same contract.
    unsafe { twGetTimeString(twGetSystemTime(utc), s, format, length, msec, utc) }
}

/// Suspends the calling thread for so many milliseconds; 0 and less return at once. A signal that is handled on this
/// thread ends the sleep early, so that a program's main loop sees the flag that its handler has set.
#[unsafe(no_mangle)]
pub extern "C" fn twSleepMsec(milliseconds: c_int) {
    let Ok(milliseconds) = u32::try_from(milliseconds) else { return };
    let request = libc::timespec {
        tv_sec: (milliseconds / 1000) as libc::time_t,
        tv_nsec: (milliseconds % 1000 * 1_000_000) as _,
    };
    // SAFETY: `request` is valid for the call, NULL says that the remaining time is not wanted.
    unsafe { libc::nanosleep(&request, ptr::null_mut()) };
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::CStr;

    /// `twGetTimeString` into a buffer of `length` bytes.
    fn text(time: u64, format: &CStr, length: usize, msec: c_char, utc: c_char) -> String {
        let mut buffer = vec![b'x'; 64];
        // SAFETY: the buffer is longer than `length`.
        unsafe {
            twGetTimeString(time, buffer.as_mut_ptr().cast(), format.as_ptr(), length as c_int, msec, utc);
        }
        assert_eq!(buffer[length], b'x', "wrote past the buffer");
        CStr::from_bytes_until_nul(&buffer).unwrap().to_str().unwrap().to_owned()
    }

    const DATE: &CStr = c"%Y-%m-%d %H:%M:%S";

    #[test]
    fn false_means_utc_and_milliseconds_are_not_padded() {
        assert_eq!(text(1_000_000_000_005, DATE, 60, 1, 0), "2001-09-09 01:46:40,5");
        assert_eq!(text(1_000_000_000_775, DATE, 60, 1, 0), "2001-09-09 01:46:40,775");
        assert_eq!(text(1_000_000_000_775, DATE, 60, 0, 0), "2001-09-09 01:46:40");
    }

    #[test]
    fn milliseconds_need_nine_bytes() {
        assert_eq!(text(1_000_000_000_775, DATE, 19 + 9, 1, 0), "2001-09-09 01:46:40,775");
        assert_eq!(text(1_000_000_000_775, DATE, 19 + 8, 1, 0), "2001-09-09 01:46:40");
    }

    #[test]
    fn what_does_not_fit_is_empty() {
        assert_eq!(text(0, DATE, 19, 0, 0), "");
        assert_eq!(text(0, DATE, 1, 1, 0), "");
    }

    #[test]
    fn a_time_before_1970_is_twos_complement() {
        assert_eq!(text(-5_i64 as u64, DATE, 60, 1, 0), "1969-12-31 23:59:59,995");
    }

    #[test]
    fn arithmetic_is_unsigned_and_comparison_strict() {
        assert_eq!(twAddMilliseconds(1000, -1), 999);
        assert_eq!(twAddMilliseconds(0, -1), u64::MAX);
        assert_eq!((twTimeGreaterThan(2, 1), twTimeGreaterThan(1, 1), twTimeLessThan(1, 2)), (1, 0, 1));
    }

    #[test]
    fn null_and_empty_buffers_are_left_alone() {
        let mut byte = b'x';
        let place = (&raw mut byte).cast::<c_char>();
        // SAFETY: nothing is written in any of these cases.
        unsafe {
            twGetTimeString(0, ptr::null_mut(), DATE.as_ptr(), 10, 0, 0);
            twGetTimeString(0, place, ptr::null(), 1, 0, 0);
            twGetTimeString(0, place, DATE.as_ptr(), 0, 0, 0);
            twGetTimeString(0, place, DATE.as_ptr(), -1, 0, 0);
        }
        assert_eq!(byte, b'x');
    }
}
