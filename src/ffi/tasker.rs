//! `twTasker.h`: Round-robin task table.

use std::ffi::c_void;

pub type twTaskFunction = Option<unsafe extern "C" fn(sys_msecs: u64, params: *mut c_void)>;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twTask {
    pub runTimeIntervalMsec: u32,
    pub nextRunTick: u64,
    pub func: twTaskFunction,
}
