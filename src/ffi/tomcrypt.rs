//! `tomcrypt.h`: the digest context that `twTls.h` shows, and base64.

use super::guard::guard;
use super::memory;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use base64::{Engine, alphabet};
use std::ffi::{c_int, c_uchar, c_ulong};

/// cbindgen:ignore
/// Context of a running SHA-1 or MD5. C programs put it on the stack; only its size and alignment are public.
#[repr(C)]
#[derive(Clone, Copy)]
pub union hash_state {
    pub alignment: u64,
    pub opaque: [u8; 272],
}

/// Output has no room for the result.
const CRYPT_BUFFER_OVERFLOW: c_int = 6;
/// Input is not what it should be.
const CRYPT_INVALID_PACKET: c_int = 7;
/// An argument is NULL.
const CRYPT_INVALID_ARG: c_int = 16;

/// Decodes base64 and passes over what belongs to no group: bytes outside the alphabet. Says whether the groups were
/// complete and correctly padded; if not, gives what the complete ones hold.
pub(crate) fn decode_leniently(text: &[u8]) -> (Vec<u8>, bool) {
    let known = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let text: Vec<u8> = text.iter().filter(known).copied().collect();
    match LENIENT.decode(&text) {
        Ok(bytes) if text.len() % 4 == 0 => (bytes, true),
        _ => {
            let data = text.iter().take_while(|&&byte| byte != b'=').count();
            (LENIENT.decode(&text[..data / 4 * 4]).unwrap_or_default(), false)
        }
    }
}

/// Bits behind the last whole byte are not looked at.
const LENIENT: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

/// Copies `result` to `out` if it has room for it and `extra` bytes more; tells the size in any case.
unsafe fn give(result: &[u8], extra: usize, out: *mut c_uchar, outlen: *mut c_ulong) -> c_int {
    let needed = result.len() + extra;
    // SAFETY: the caller's buffer of `*outlen` bytes.
    unsafe {
        let room = usize::try_from(outlen.read()).unwrap_or(usize::MAX);
        if room < needed {
            outlen.write(c_ulong::try_from(needed).unwrap_or(c_ulong::MAX));
            return CRYPT_BUFFER_OVERFLOW;
        }
        std::ptr::copy_nonoverlapping(result.as_ptr(), out, result.len());
        outlen.write(c_ulong::try_from(result.len()).unwrap_or(c_ulong::MAX));
    }
    0
}

/// Writes `inlen` bytes as base64 with a NUL behind it to `out`, which has `*outlen` bytes.
///
/// 0 with the length of the text, without the NUL, in `*outlen`; 6 with the size needed in `*outlen` when `out` is too
/// small; 16 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn base64_encode(
    r#in: *const c_uchar,
    inlen: c_ulong,
    out: *mut c_uchar,
    outlen: *mut c_ulong,
) -> c_int {
    guard(CRYPT_INVALID_ARG, || {
        if r#in.is_null() || out.is_null() || outlen.is_null() {
            return CRYPT_INVALID_ARG;
        }
        let Ok(length) = usize::try_from(inlen) else { return CRYPT_INVALID_ARG };
        // SAFETY: the caller's bytes and buffer.
        unsafe {
            let encoded = LENIENT.encode(memory::slice(r#in.cast(), length));
            let code = give(encoded.as_bytes(), 1, out, outlen);
            if code == 0 {
                out.add(encoded.len()).write(0);
            }
            code
        }
    })
}

/// Decodes `inlen` characters of base64 to `out`, which has `*outlen` bytes. Characters that are not of the alphabet, such
/// as line ends, are passed over.
///
/// 0 with the number of bytes in `*outlen`; 6 with the size needed in `*outlen` when `out` is too small; 7 for an
/// incomplete or wrongly padded text; 16 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn base64_decode(
    r#in: *const c_uchar,
    inlen: c_ulong,
    out: *mut c_uchar,
    outlen: *mut c_ulong,
) -> c_int {
    guard(CRYPT_INVALID_ARG, || {
        if r#in.is_null() || out.is_null() || outlen.is_null() {
            return CRYPT_INVALID_ARG;
        }
        let Ok(length) = usize::try_from(inlen) else { return CRYPT_INVALID_ARG };
        // SAFETY: the caller's text and buffer.
        unsafe {
            match decode_leniently(memory::slice(r#in.cast(), length)) {
                (bytes, true) => give(&bytes, 0, out, outlen),
                (_, false) => CRYPT_INVALID_PACKET,
            }
        }
    })
}
