//! `twWebsocket.h`: WebSocket client: connection, frames, callbacks and per-message deflate state.

mod connect;
mod create;
mod exchange;
mod link;
mod of_api;

pub use connect::*;
pub use create::*;
pub use exchange::*;

use libc::pthread_mutex_t;
use std::ffi::{c_char, c_int, c_schar, c_uchar, c_uint};

use super::base_types::twStream;
use super::passwds::twPasswdCallbackFunction;
use super::tls::twTlsClient;
use super::zlib::z_stream;

pub const FRAME_OPCODE_CONTINUATION: c_int = 0;
pub const FRAME_OPCODE_TEXT: c_int = 1;
pub const FRAME_OPCODE_BINARY: c_int = 2;
pub const FRAME_OPCODE_CONNECTION_CLOSE: c_int = 8;
pub const FRAME_OPCODE_PING: c_int = 9;
pub const FRAME_OPCODE_PONG: c_int = 10;
pub const READ_HEADER: c_int = 0;
pub const READ_CONTROL_FRAME: c_int = 1;
pub const READ_TEXT_FRAME: c_int = 2;
pub const READ_BINARY_FRAME: c_int = 3;
pub const ZLIB_WINDOW_BITS_RAW_DEFLATE: c_int = -15;
pub const ZLIB_DEFAULT_MEM_LEVEL: c_int = 8;

/// Any value of `enum close_status`, also one without a name.
pub type close_status = c_uint;

/// The named values of `enum close_status`, as the C header shows them; in Rust the constants of the same names are used.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum enum_close_status {
    SERVER_CLOSED = 0,
    NORMAL_CLOSE = 1000,
    GOING_TO_SLEEP = 1001,
    PROTOCOL_ERROR = 1002,
    UNSUPPORTED_DATA_TYPE = 1003,
    RESERVED1 = 1004,
    RESERVED2 = 1005,
    RESERVED3 = 1006,
    INVALID_DATA = 1007,
    POLICY_VIOLATION = 1008,
    FRAME_TOO_LARGE = 1009,
    NO_EXTENSION_FOUND = 1010,
    UNEXPECTED_CONDITION = 1011,
}

enum_constants! { close_status = enum_close_status;
    SERVER_CLOSED, NORMAL_CLOSE, GOING_TO_SLEEP, PROTOCOL_ERROR, UNSUPPORTED_DATA_TYPE, RESERVED1, RESERVED2,
    RESERVED3, INVALID_DATA, POLICY_VIOLATION, FRAME_TOO_LARGE, NO_EXTENSION_FOUND, UNEXPECTED_CONDITION,
}

pub type ws_cb = Option<unsafe extern "C" fn(ws: *mut twWs) -> c_int>;
pub type ws_data_cb = Option<unsafe extern "C" fn(ws: *mut twWs, at: *const c_char, length: usize) -> c_int>;
pub type ws_binary_data_cb =
    Option<unsafe extern "C" fn(ws: *mut twWs, at: *const c_char, length: usize, bCompressed: c_char) -> c_int>;

/// A WebSocket. Sizes, texts and callbacks are the state: calls look at what they find there. `frameBuffer` belongs to the
/// library while it is connected.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct twWs {
    pub connection: *mut twTlsClient,
    pub messageChunkSize: u32,
    pub bytesNeeded: i32,
    pub read_state: c_char,
    pub previous_read_state: c_char,
    pub frameSize: u16,
    pub frameBuffer: *mut c_char,
    pub frameBufferPtr: *mut c_char,
    pub ws_header: [c_uchar; 64],
    pub headerPtr: *mut c_uchar,
    pub multiframeRecvStream: *mut twStream,
    pub host: *mut c_char,
    pub port: u16,
    pub api_key_callback: twPasswdCallbackFunction,
    pub gatewayName: *mut c_char,
    pub gatewayType: *mut c_char,
    pub security_key: *mut c_uchar,
    pub sessionId: u32,
    pub resource: *mut c_char,
    pub sendMessageMutex: *mut pthread_mutex_t,
    pub sendFrameMutex: *mut pthread_mutex_t,
    pub recvMutex: *mut pthread_mutex_t,
    pub connect_state: c_schar,
    pub isConnected: c_schar,
    pub on_ws_connected: ws_cb,
    pub on_ws_binaryMessage: ws_binary_data_cb,
    pub on_ws_textMessage: ws_data_cb,
    pub on_ws_ping: ws_data_cb,
    pub on_ws_pong: ws_data_cb,
    pub on_ws_close: ws_data_cb,
    pub defstream: z_stream,
    pub bDeflateInitialized: c_char,
    pub compressionMutex: *mut pthread_mutex_t,
    pub inflstream: z_stream,
    pub bInflateInitialized: c_char,
    pub decompressionMutex: *mut pthread_mutex_t,
    pub bCompressedMsg: c_char,
    pub bSupportsPermessageDeflate: c_char,
    pub bDisableCompression: c_char,
}
