//! `twTunnelManager.h`: Application tunnels: registration of callbacks, TLS settings and list of open tunnels.

use std::ffi::{c_char, c_void};

use super::list::twList;
use super::os_port::DATETIME;
use super::work::TaskFunction;

pub type tunnel_cb = Option<
    unsafe extern "C" fn(
        started: c_char,
        tid: *const c_char,
        thingName: *const c_char,
        peerName: *const c_char,
        host: *const c_char,
        port: i16,
        startTime: DATETIME,
        endTime: DATETIME,
        bytesSent: u64,
        bytesRcvd: u64,
        r#type: *const c_char,
        msg: *const c_char,
        userdata: *mut c_void,
    ),
>;
pub type twActiveTunnelList = twList;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twActiveTunnel {
    pub thingName: *mut c_char,
    pub tid: *mut c_char,
    pub peerName: *mut c_char,
    pub host: *mut c_char,
    pub port: u16,
    pub startTime: DATETIME,
    pub endTime: DATETIME,
    pub r#type: *mut c_char,
}

/// What the threading models of `twThreadUtils.h` run for the tunnels beside the tasker and the message handler.
/// `None` as long as there is no tunnel manager.
///
/// cbindgen:ignore
pub(super) const TICK: Option<TaskFunction> = None;
