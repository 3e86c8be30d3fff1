//! `twLogger.h`: Logger singleton, log functions and names of codes.

use libc::pthread_mutex_t;
use std::ffi::c_char;

use super::definitions::LogLevel;

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
