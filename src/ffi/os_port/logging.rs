//! What `twOSPort.h` declares for the logger.

use std::ffi::{CStr, c_char};

use crate::ffi::definitions::{LogLevel, TW_AUDIT, TW_DEBUG, TW_ERROR, TW_FORCE, TW_INFO, TW_TRACE, TW_WARN};

/// The default log function: writes `[LEVEL] timestamp: message` and a newline to the C library's standard output,
/// without flushing. Strings borrowed, NULL is shown as empty. From any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn LOGGING_FUNCTION(level: LogLevel, timestamp: *const c_char, message: *const c_char) {
    let text = |text: *const c_char| if text.is_null() { c"".as_ptr() } else { text };
    // SAFETY: the format takes three terminated strings, and one call writes the whole line under stdio's own lock.
    unsafe { libc::printf(c"[%-5s] %s: %s\n".as_ptr(), levelString(level), text(timestamp), text(message)) };
}

/// The name of a level: TRACE, DEBUG, INFO, WARN, ERROR, FORCE, AUDIT, else UNKNOWN. Internal: not to be changed or
/// freed.
#[unsafe(no_mangle)]
pub extern "C" fn levelString(level: LogLevel) -> *mut c_char {
    let name: &CStr = match level {
        TW_TRACE => c"TRACE",
        TW_DEBUG => c"DEBUG",
        TW_INFO => c"INFO",
        TW_WARN => c"WARN",
        TW_ERROR => c"ERROR",
        TW_FORCE => c"FORCE",
        TW_AUDIT => c"AUDIT",
        _ => c"UNKNOWN",
    };
    name.as_ptr().cast_mut()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_has_its_name() {
        // SAFETY: `levelString` gives terminated strings for any value.
        let name = |level| unsafe { CStr::from_ptr(levelString(level)) }.to_str().unwrap_or_default();
        let names: Vec<_> = (0..8).map(name).collect();
        assert_eq!(names, ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FORCE", "AUDIT", "UNKNOWN"]);
    }
}
