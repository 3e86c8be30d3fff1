//! `twPasswds.h`: Password callback type and conversion to a text buffer.

use std::ffi::{c_char, c_int, c_uint};

pub const TW_MAX_PASSWORD_LENGTH: c_int = 256;
pub type twPasswdCallbackFunction = Option<unsafe extern "C" fn(passwdBuffer: *mut c_char, maxPasswdSize: c_uint)>;
