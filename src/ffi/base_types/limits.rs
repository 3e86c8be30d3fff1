//! The two settings that value types obey. Programs change them at any time.

use crate::ffi::default_settings::twcfg;

/// The longest text that is copied or encoded; what is longer is cut.
pub fn max_string() -> usize {
    // SAFETY: a word of the program's configuration; a torn read would only choose another limit for one call.
    unsafe { (&raw const twcfg.max_string_prop_length).read_volatile() }
}

/// The least number of bytes that a stream allocates.
pub fn stream_block() -> usize {
    // SAFETY: as above.
    usize::from(unsafe { (&raw const twcfg.stream_block_size).read_volatile() }).max(1)
}
