//! `twLogger.h`: Logger singleton, log functions and names of codes.
//!
//! The struct is the state: level, verbosity and function are read from it for every line, so that a program may write
//! them directly. It is one static object; deleting it restores the defaults.

mod facade;
mod message;
mod sink;

use libc::pthread_mutex_t;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU8, AtomicU32, Ordering};

use super::definitions::{
    LogLevel, TW_EVENTS, TW_PROPERTIES, TW_RESOURCE, TW_SERVICES, TW_SUBSYSTEM, TW_THING, TW_TRACE, TW_WARN,
    characteristicEnum, entityTypeEnum, msgCodeEnum,
};
use super::errors::TW_OK;
use super::guard::guard;
use super::memory;
use super::os_port::LOGGING_FUNCTION;
use super::shared::Shared;
use crate::wire::MessageCode;

pub use facade::install;

/// Called for every line that is logged, with strings that are valid during the call only. Calls are made one after the
/// other; what the function itself logs is dropped.
pub type log_function = Option<unsafe extern "C" fn(level: LogLevel, timestamp: *const c_char, message: *const c_char)>;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twLogger {
    pub level: LogLevel,
    pub f: log_function,
    pub isVerbose: c_char,
    pub buffer: *mut c_char,
    pub mtx: *mut pthread_mutex_t,
}

/// Size of `buffer`, which the original formatted in. A line holds two characters less (api-behaviour.md 11).
const BUFFER_SIZE: usize = 4096;
/// The most characters of a line.
const MAX_TEXT: usize = BUFFER_SIZE - 2;
/// The most bytes of a hex dump: three characters each in a buffer of the above size.
const MAX_HEX_BYTES: usize = 1364;

static BUFFER: Shared<[c_char; BUFFER_SIZE]> = Shared::new([0; BUFFER_SIZE]);
static MUTEX: Shared<pthread_mutex_t> = Shared::new(libc::PTHREAD_MUTEX_INITIALIZER);
static LOGGER: Shared<twLogger> = Shared::new(twLogger {
    level: TW_WARN,
    f: Some(LOGGING_FUNCTION),
    isVerbose: 0,
    buffer: BUFFER.get().cast(),
    mtx: MUTEX.get(),
});

/// The logger in use, NULL before the first use and after `twLogger_Delete`.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub static logger_singleton: AtomicPtr<twLogger> = AtomicPtr::new(ptr::null_mut());

fn instance() -> *mut twLogger {
    facade::install();
    let ours = LOGGER.get();
    match logger_singleton.compare_exchange(ptr::null_mut(), ours, Ordering::AcqRel, Ordering::Acquire) {
        Ok(_) => ours,
        Err(present) => present,
    }
}

fn level_of(logger: *mut twLogger) -> &'static AtomicU32 {
    // SAFETY: `instance` gives a logger that lives as long as the process (or, when a program put its own there, as
    // long as the program says); the field is aligned as its type.
    unsafe { AtomicU32::from_ptr(&raw mut (*logger).level) }
}

fn verbosity_of(logger: *mut twLogger) -> &'static AtomicU8 {
    // SAFETY: as above, and every byte is a valid char.
    unsafe { AtomicU8::from_ptr((&raw mut (*logger).isVerbose).cast()) }
}

fn function_of(logger: *mut twLogger) -> &'static AtomicPtr<c_void> {
    // SAFETY: as above; a nullable function pointer and a data pointer have the same representation.
    unsafe { AtomicPtr::from_ptr((&raw mut (*logger).f).cast()) }
}

/// The function that lines go to now.
fn current_function() -> unsafe extern "C" fn(LogLevel, *const c_char, *const c_char) {
    let function = function_of(instance()).load(Ordering::Relaxed);
    if function.is_null() {
        return LOGGING_FUNCTION;
    }
    // SAFETY: not NULL, and only log functions are stored there.
    unsafe { std::mem::transmute(function) }
}

/// Whether a line of this level would be emitted now.
pub fn enabled(level: LogLevel) -> bool {
    level >= level_of(instance()).load(Ordering::Relaxed)
}

/// Whether messages and bytes are to be shown.
fn shows_messages() -> bool {
    verbosity_of(instance()).load(Ordering::Relaxed) != 0 && enabled(TW_TRACE)
}

/// Emits a line of the facade's own, at levels that the `log` crate does not have too.
pub fn log_line(level: LogLevel, text: std::fmt::Arguments<'_>) {
    if enabled(level) {
        sink::emit(level, &sink::line(&text.to_string(), MAX_TEXT));
    }
}

/// The logger, created with the defaults (level WARN, not verbose, to standard output) on first use. Never NULL,
/// internal: not to be freed. Its fields may be written directly. From any thread.
#[unsafe(no_mangle)]
pub extern "C" fn twLogger_Instance() -> *mut twLogger {
    instance()
}

/// Forgets what was set; the next use starts with the defaults. Always 0. From any thread.
#[unsafe(no_mangle)]
pub extern "C" fn twLogger_Delete() -> c_int {
    logger_singleton.store(ptr::null_mut(), Ordering::Release);
    let logger = LOGGER.get();
    level_of(logger).store(TW_WARN, Ordering::Relaxed);
    verbosity_of(logger).store(0, Ordering::Relaxed);
    function_of(logger).store(LOGGING_FUNCTION as *mut c_void, Ordering::Relaxed);
    TW_OK
}

/// Emits lines of this level and above from now on. Always 0. From any thread.
#[unsafe(no_mangle)]
pub extern "C" fn twLogger_SetLevel(level: LogLevel) -> c_int {
    level_of(instance()).store(level, Ordering::Relaxed);
    TW_OK
}

/// Sends lines to `f` from now on, NULL: to standard output again. Always 0. `f` is called by whichever thread logs,
/// threads of the library included, one call at a time and with no lock of the library held.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twLogger_SetFunction(f: log_function) -> c_int {
    let function = f.map_or(LOGGING_FUNCTION as *mut c_void, |f| f as *mut c_void);
    function_of(instance()).store(function, Ordering::Relaxed);
    TW_OK
}

/// At level TRACE and with `val` TRUE messages and byte dumps are logged as well. Always 0. From any thread.
#[unsafe(no_mangle)]
pub extern "C" fn twLogger_SetIsVerbose(val: c_char) -> c_int {
    verbosity_of(instance()).store(u8::from(val != 0), Ordering::Relaxed);
    TW_OK
}

/// Whether `twLog` should format a line of this level. For variadic.c only: not among the library's exports.
///
/// cbindgen:ignore
#[unsafe(export_name = "twedge_log_enabled")]
pub extern "C" fn twedge_log_enabled(level: LogLevel) -> c_char {
    guard(0, || enabled(level) as c_char)
}

/// Emits a formatted line. For variadic.c only: not among the library's exports.
///
/// cbindgen:ignore
#[unsafe(export_name = "twedge_log_text")]
pub unsafe extern "C" fn twedge_log_text(level: LogLevel, text: *const c_char) {
    // SAFETY: variadic.c passes its own terminated buffer.
    guard((), || sink::emit(level, unsafe { CStr::from_ptr(text) }));
}

fn to_static(text: &'static CStr) -> *mut c_char {
    text.as_ptr().cast_mut()
}

/// The name of a message code, as GET or NOT_FOUND; UNKNOWN for a number without one. Internal: not to be changed or
/// freed.
#[unsafe(no_mangle)]
pub extern "C" fn twCodeToString(m: msgCodeEnum) -> *mut c_char {
    const NAMES: [(MessageCode, &CStr); 24] = [
        (MessageCode::GET, c"GET"),
        (MessageCode::PUT, c"PUT"),
        (MessageCode::POST, c"POST"),
        (MessageCode::DELETE, c"DEL"),
        (MessageCode::BIND, c"BIND"),
        (MessageCode::UNBIND, c"UNBIND"),
        (MessageCode::AUTH, c"AUTH"),
        (MessageCode::KEEP_ALIVE, c"KEEP_ALIVE"),
        (MessageCode::SUCCESS, c"SUCCESS"),
        (MessageCode::BAD_REQUEST, c"BAD_REQUEST"),
        (MessageCode::UNAUTHORIZED, c"UNAUTHORIZED"),
        (MessageCode::BAD_OPTION, c"BAD_OPTION"),
        (MessageCode::FORBIDDEN, c"FORBIDDEN"),
        (MessageCode::NOT_FOUND, c"NOT_FOUND"),
        (MessageCode::METHOD_NOT_ALLOWED, c"METHOD_NOT_ALLOWED"),
        (MessageCode::NOT_ACCEPTABLE, c"NOT_ACCEPTABLE"),
        (MessageCode::PRECONDITION_FAILED, c"PRECONDITION_FAILED"),
        (MessageCode::ENTITY_TOO_LARGE, c"ENTITY_TOO_LARGE"),
        (MessageCode::UNSUPPORTED_CONTENT_FORMAT, c"UNSUPPORTED_CONTENT_FORMAT"),
        (MessageCode::INTERNAL_SERVER_ERROR, c"INTERNAL_SERVER_ERROR"),
        (MessageCode::NOT_IMPLEMENTED, c"NOT_IMPLEMENTED"),
        (MessageCode::BAD_GATEWAY, c"BAD_GATEWAY"),
        (MessageCode::SERVICE_UNAVAILABLE, c"SERVICE_UNAVAILABLE"),
        (MessageCode::GATEWAY_TIMEOUT, c"GATEWAY_TIMEOUT"),
    ];
    let name = NAMES.iter().find(|(code, _)| msgCodeEnum::from(code.0) == m);
    to_static(name.map_or(c"UNKNOWN", |(_, name)| name))
}

/// THING, RESOURCE or SUBSYSTEM, else UNKNOWN. Internal: not to be changed or freed.
#[unsafe(no_mangle)]
pub extern "C" fn twEntityToString(m: entityTypeEnum) -> *mut c_char {
    to_static(match m {
        TW_THING => c"THING",
        TW_RESOURCE => c"RESOURCE",
        TW_SUBSYSTEM => c"SUBSYSTEM",
        _ => c"UNKNOWN",
    })
}

/// PROPERTIES, SERVICES or EVENTS, else UNKNOWN. Internal: not to be changed or freed.
#[unsafe(no_mangle)]
pub extern "C" fn twCharacteristicToString(m: characteristicEnum) -> *mut c_char {
    to_static(match m {
        TW_PROPERTIES => c"PROPERTIES",
        TW_SERVICES => c"SERVICES",
        TW_EVENTS => c"EVENTS",
        _ => c"UNKNOWN",
    })
}

/// Logs bytes in hexadecimal after a caption, at most 1364 of them, if the level is TRACE and the logger verbose.
/// Arguments borrowed; NULL and a length of 0 are fine. From any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twLogHexString(msg: *const c_char, preamble: *mut c_char, length: usize) {
    if !shows_messages() {
        return;
    }
    guard((), || {
        // SAFETY: the caller's bytes are readable for `length`, of which no more are read than shown.
        let (bytes, caption) = unsafe {
            (memory::slice(msg, length.min(MAX_HEX_BYTES)), super::text::bytes(preamble).unwrap_or_default())
        };
        let mut text = String::from_utf8_lossy(caption).into_owned();
        text.extend(bytes.iter().map(|byte| format!("{byte:02x} ")));
        sink::emit(TW_TRACE, &sink::line(&text, usize::MAX));
    });
}

/// Logs a message (a `twMessage`) in readable form after a caption, if the level is TRACE and the logger verbose.
/// App keys and passwords are masked. Arguments borrowed; NULL and incomplete messages are fine. From any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twLogMessage(m: *mut c_void, preamble: *mut c_char) {
    if !shows_messages() {
        return;
    }
    guard((), || {
        // SAFETY: the caller's message and caption are valid or NULL.
        let text = unsafe { message::describe(m.cast(), preamble) };
        sink::emit(TW_TRACE, &sink::line(&text, usize::MAX));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: *mut c_char) -> &'static str {
        // SAFETY: all callers pass names of ours.
        unsafe { CStr::from_ptr(text) }.to_str().unwrap()
    }

    #[test]
    fn the_names_of_codes_are_those_of_the_core() {
        for code in 0..=255 {
            let expected = MessageCode(code).name().unwrap_or("UNKNOWN");
            assert_eq!(text(twCodeToString(msgCodeEnum::from(code))), expected);
        }
        assert_eq!(text(twCodeToString(256 + 1)), "UNKNOWN");
    }

    #[test]
    fn names_of_entities_and_characteristics() {
        assert_eq!(
            [TW_THING, TW_RESOURCE, TW_SUBSYSTEM, 0].map(|m| twEntityToString(m)).map(text),
            ["THING", "RESOURCE", "SUBSYSTEM", "UNKNOWN"]
        );
        assert_eq!(
            [1, 2, 3, 4].map(|m| twCharacteristicToString(m)).map(text),
            ["PROPERTIES", "SERVICES", "EVENTS", "UNKNOWN"]
        );
    }
}
