//! What the bodies of messages have in common: measuring, tables, reading from a stream.

use std::ffi::c_int;
use std::ptr;

use crate::ffi::base_types::{encode, stream, twStream};
use crate::ffi::definitions::{TW_INFOTABLE, TW_NOTHING};
use crate::ffi::info_table::twInfoTable;
use crate::wire::{self, Body, MessageCode};

/// The number of bytes that `encode` appends; 0 for what cannot be encoded.
pub fn measure(encode: impl FnOnce(&mut Vec<u8>) -> Result<(), c_int>) -> u32 {
    let mut out = Vec::new();
    match encode(&mut out) {
        Ok(()) => u32::try_from(out.len()).unwrap_or(u32::MAX),
        Err(_) => 0,
    }
}

/// Appends a type byte, and a table if there is one.
///
/// # Safety
/// `table` is NULL or live.
pub unsafe fn encode_content(out: &mut Vec<u8>, table: *const twInfoTable) -> Result<(), c_int> {
    if table.is_null() {
        out.push(TW_NOTHING as u8);
        return Ok(());
    }
    out.push(TW_INFOTABLE as u8);
    // SAFETY: see above.
    unsafe { encode::table(out, table, 0) }
}

/// Makes something of the bytes behind the cursor and moves the cursor behind those that it took. When `read` makes
/// nothing the cursor stays. NULL then, and for a NULL stream.
///
/// # Safety
/// `s` is NULL or live.
pub unsafe fn from_stream<T>(s: *mut twStream, read: impl FnOnce(&[u8]) -> Option<(*mut T, usize)>) -> *mut T {
    if s.is_null() {
        return ptr::null_mut();
    }
    // SAFETY: see above; what is read does not reach beyond the end.
    unsafe {
        let start = stream::offset(s);
        let remaining = stream::remaining(s);
        let mut bytes = Vec::new();
        if bytes.try_reserve_exact(remaining).is_err() {
            return ptr::null_mut();
        }
        bytes.resize(remaining, 0);
        let count = stream::read(s, &mut bytes);
        bytes.truncate(count);
        let made = read(&bytes).filter(|(made, _)| !made.is_null());
        let (made, used) = made.unwrap_or((ptr::null_mut(), 0));
        stream::set_offset(s, start + used);
        made
    }
}

/// Reads the body of a message of that code, and says in the log what is wrong with one that cannot be read.
pub fn decode(code: MessageCode, bytes: &[u8]) -> Option<(Body, usize)> {
    wire::decode_body(code, bytes).inspect_err(|error| log::warn!("a message cannot be read: {error}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ffi::base_types::stream::{twStream_CreateFromCharArray, twStream_Delete};
    use crate::ffi::errors::TW_INVALID_PARAM;

    #[test]
    fn the_cursor_moves_behind_what_was_taken_and_stays_otherwise() {
        // SAFETY: the stream is live until it is deleted; the pointer that is made is not followed.
        unsafe {
            let s = twStream_CreateFromCharArray(c"abcdef".as_ptr(), 6);
            stream::set_offset(s, 1);
            let mut place = 7u8;
            let place = &raw mut place;
            let made = from_stream(s, |bytes| (bytes == b"bcdef").then_some((place, 2)));
            assert!(ptr::eq(made, place));
            assert_eq!(stream::offset(s), 3);
            assert!(from_stream::<u8>(s, |_| None).is_null());
            assert!(from_stream::<u8>(s, |_| Some((ptr::null_mut(), 2))).is_null());
            assert_eq!(stream::offset(s), 3);
            twStream_Delete(s.cast());
        }
    }

    #[test]
    fn what_cannot_be_encoded_measures_nothing() {
        let three = |out: &mut Vec<u8>| {
            out.extend_from_slice(b"abc");
            Ok(())
        };
        assert_eq!(measure(three), 3);
        let broken = |out: &mut Vec<u8>| {
            out.push(1);
            Err(TW_INVALID_PARAM)
        };
        assert_eq!(measure(broken), 0);
    }
}
