//! `twDefaultSettings.h`: Default settings and the run-time configuration structure twcfg.

use std::ffi::CStr;
use std::ffi::{c_char, c_int};
use std::ptr;

use super::api::init_cb;

pub const TW_URI: &CStr = c"/Thingworx/WS";
pub const MAX_MESSAGE_SIZE: c_int = 1048576;
pub const MESSAGE_CHUNK_SIZE: c_int = 8192;
pub const MAX_WS_TUNNEL_MESSAGE_SIZE: c_int = 32768;
pub const DEFAULT_MESSAGE_TIMEOUT: c_int = 10000;
pub const PING_RATE: c_int = 55000;
pub const DEFAULT_PONG_TIMEOUT: c_int = 10000;
pub const STALE_MSG_CLEANUP_RATE: c_int = 50000;
pub const CONNECT_TIMEOUT: c_int = 10000;
pub const CONNECT_RETRIES: c_int = 3;
pub const DUTY_CYCLE: c_int = 20;
pub const DUTY_CYCLE_PERIOD: c_int = 0;
pub const STREAM_BLOCK_SIZE: c_int = 256;
pub const TW_MAX_TASKS: c_int = 5;
pub const FILE_XFER_BLOCK_SIZE: c_int = 128000;
pub const FILE_XFER_MAX_FILE_SIZE: u64 = 8000000000;
pub const FILE_XFER_MD5_BLOCK_SIZE: c_int = 6400;
pub const FILE_XFER_TIMEOUT: c_int = 30000;
pub const FILE_XFER_STAGING_DIR: &CStr = c"/opt/thingworx/tw_staging";
pub const OFFLINE_MSG_QUEUE_SIZE: c_int = 16384;
pub const OFFLINE_MSG_STORE_DIR: &CStr = c"/opt/thingworx";
pub const MAX_CONNECT_DELAY: c_int = 10000;
pub const CONNECT_RETRY_INTERVAL: c_int = 5000;
pub const MAX_MESSAGES: c_int = 500;
pub const DEFAULT_SOCKET_READ_TIMEOUT: c_int = 100;
pub const DEFAULT_SSL_READ_TIMEOUT: c_int = 500;
pub const FRAME_READ_TIMEOUT: c_int = 10000;
pub const MAX_STRING_PROP_LENGTH: c_int = 1048576;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twConfig {
    pub tasker_enabled: c_char,
    pub file_xfer_enabled: c_char,
    pub tunneling_enabled: c_char,
    pub offline_msg_store: c_char,
    pub subscribed_props_enabled: c_char,
    /// Whether the name in the server's certificate is checked. In the padding of the 2.2.1 layout, so that size and
    /// every other offset are those of that release.
    pub enable_tls_hostname_validation: c_char,
    pub tw_uri: *const c_char,
    pub max_message_size: u32,
    pub message_chunk_size: u16,
    pub max_ws_tunnel_message_size: u32,
    pub default_message_timeout: u32,
    pub ping_rate: u32,
    pub pong_timeout: u32,
    pub stale_msg_cleanup_rate: u32,
    pub connect_timeout: u32,
    pub connect_retries: i16,
    pub duty_cycle: u8,
    pub duty_cycle_period: u32,
    pub stream_block_size: u16,
    pub file_xfer_block_size: u32,
    pub file_xfer_max_file_size: u64,
    pub file_xfer_md5_block_size: u16,
    pub file_xfer_timeout: u32,
    pub file_xfer_staging_dir: *mut c_char,
    pub offline_msg_queue_size: u32,
    pub subscribed_props_queue_size: u32,
    pub max_connect_delay: u32,
    pub connect_retry_interval: u32,
    pub max_messages: u32,
    pub socket_read_timeout: u32,
    pub ssl_read_timeout: u32,
    pub offline_msg_store_dir: *const c_char,
    pub subscribed_props_dir: *const c_char,
    pub frame_read_timeout: u32,
    pub initialize_encryption_library: c_char,
    pub cipher_set: *const c_char,
    pub initCallback: *mut init_cb,
    pub max_string_prop_length: usize,
}

/// The run-time configuration. Shared with C, which writes it at any time; binaries of 2.2.1 copy it into themselves,
/// so its size is part of the interface.
#[unsafe(no_mangle)]
pub static mut twcfg: twConfig = twConfig {
    tasker_enabled: 0,
    file_xfer_enabled: 1,
    tunneling_enabled: 1,
    offline_msg_store: 0,
    subscribed_props_enabled: 1,
    enable_tls_hostname_validation: 1,
    tw_uri: TW_URI.as_ptr(),
    max_message_size: 1048576,
    message_chunk_size: 8192,
    max_ws_tunnel_message_size: 32768,
    default_message_timeout: 10000,
    ping_rate: 55000,
    pong_timeout: 10000,
    stale_msg_cleanup_rate: 50000,
    connect_timeout: 10000,
    connect_retries: 3,
    duty_cycle: 20,
    duty_cycle_period: 0,
    stream_block_size: 256,
    file_xfer_block_size: 128000,
    file_xfer_max_file_size: 8000000000,
    file_xfer_md5_block_size: 6400,
    file_xfer_timeout: 30000,
    file_xfer_staging_dir: FILE_XFER_STAGING_DIR.as_ptr().cast_mut(),
    offline_msg_queue_size: 16384,
    subscribed_props_queue_size: 16384,
    max_connect_delay: 10000,
    connect_retry_interval: 5000,
    max_messages: 500,
    socket_read_timeout: 100,
    ssl_read_timeout: 500,
    offline_msg_store_dir: OFFLINE_MSG_STORE_DIR.as_ptr(),
    subscribed_props_dir: OFFLINE_MSG_STORE_DIR.as_ptr(),
    frame_read_timeout: 10000,
    initialize_encryption_library: 1,
    cipher_set: ptr::null(),
    initCallback: ptr::null_mut(),
    max_string_prop_length: 1048576,
};
