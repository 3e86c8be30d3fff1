//! `twThreads.h`: Simple worker threads that run a task function periodically.

use libc::pthread_t;
use std::ffi::{c_char, c_void};

use super::tasker::twTaskFunction;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twThread {
    pub id: pthread_t,
    pub func: twTaskFunction,
    pub rate: u32,
    pub isRunning: c_char,
    pub isPaused: c_char,
    pub shutdownRequested: c_char,
    pub hasStopped: c_char,
    pub opaquePtr: *mut c_void,
}
