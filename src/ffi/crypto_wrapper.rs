//! `crypto_wrapper.h`: DES and MD4 helpers for NTLM.

use std::ffi::{c_int, c_uchar};

use des::Des;
use des::cipher::generic_array::GenericArray;
use des::cipher::{BlockDecrypt, BlockEncrypt, KeyInit};

use super::errors::{TW_INVALID_PARAM, TW_OK};
use super::guard::guard;
use super::memory;
use crate::net::proxy::ntlm;

/// Bytes of a DES block and of a DES key.
const BLOCK: usize = 8;

type Block = [u8; BLOCK];

/// Applies a cipher to one block; source and destination may be the same.
unsafe fn one_block(
    key: *const c_uchar,
    from: *const c_uchar,
    to: *mut c_uchar,
    apply: fn(&Des, &mut GenericArray<u8, des::cipher::consts::U8>),
) -> c_int {
    guard(TW_INVALID_PARAM, || {
        if key.is_null() || from.is_null() || to.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: by contract 8 bytes each; a copy is worked on.
        let (key, block) = unsafe { (key.cast::<Block>().read_unaligned(), from.cast::<Block>().read_unaligned()) };
        let mut block = GenericArray::from(block);
        apply(&Des::new(&GenericArray::from(key)), &mut block);
        // SAFETY: by contract 8 bytes.
        unsafe { to.cast::<Block>().write_unaligned(block.into()) };
        TW_OK
    })
}

/// Encrypts one block of 8 bytes at `pt` to `ct` with DES and the 8 bytes of `key`, whose lowest bits (parity) are not looked at. An
/// old cipher, for NTLM alone. Returns 0, 101 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn EncryptDES(key: *const c_uchar, ct: *mut c_uchar, pt: *const c_uchar) -> c_int {
    // SAFETY: the caller's key and blocks.
    unsafe { one_block(key, pt, ct, |cipher, block| cipher.encrypt_block(block)) }
}

/// Decrypts one block of 8 bytes at `ct` to `pt`, the reverse of `EncryptDES`. Returns 0, 101 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn DecryptDES(key: *const c_uchar, ct: *const c_uchar, pt: *mut c_uchar) -> c_int {
    // SAFETY: the caller's key and blocks.
    unsafe { one_block(key, ct, pt, |cipher, block| cipher.decrypt_block(block)) }
}

/// Makes a DES key of 8 bytes at `key` from the 7 bytes at `bytes`: seven bits in each, and the lowest bit such that the number of
/// ones is odd. Nothing happens for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn createDESKey(bytes: *const u8, key: *mut u8) {
    guard((), || {
        if !bytes.is_null() && !key.is_null() {
            // SAFETY: the caller's 7 and 8 bytes.
            unsafe { key.cast::<Block>().write_unaligned(ntlm::des_key(bytes.cast::<[u8; 7]>().read_unaligned())) };
        }
    });
}

/// The byte with its lowest bit such that the number of ones is odd.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn oddParity(byte: u8) -> u8 {
    ntlm::odd_parity(byte)
}

/// Writes the MD4 digest of `length` bytes to `hash`, which has room for 16. Returns 0, 101 for NULL and a negative length.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn MD4Hash(buf: *const c_uchar, length: c_int, hash: *mut c_uchar) -> c_int {
    guard(TW_INVALID_PARAM, || {
        let Ok(length) = usize::try_from(length) else { return TW_INVALID_PARAM };
        if buf.is_null() || hash.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: the caller's bytes and buffer.
        unsafe { hash.cast::<[u8; 16]>().write_unaligned(ntlm::md4(memory::slice(buf.cast(), length))) };
        TW_OK
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ptr;

    #[test]
    fn known_answers() {
        let (mut sealed, mut opened, mut key, mut hash) = ([0u8; 8], [0u8; 8], [0u8; 8], [0u8; 16]);
        // The worked example that every text on DES has, and the seven bytes that its key comes from.
        let plain = [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef];
        let seven = [0x12, 0x69, 0x5b, 0xc9, 0xb7, 0xb7, 0xf8];
        // SAFETY: arrays of the sizes asked for.
        unsafe {
            createDESKey(seven.as_ptr(), key.as_mut_ptr());
            assert_eq!(key, [0x13, 0x34, 0x57, 0x79, 0x9b, 0xbc, 0xdf, 0xf1]);
            assert_eq!(EncryptDES(key.as_ptr(), sealed.as_mut_ptr(), plain.as_ptr()), 0);
            assert_eq!(sealed, [0x85, 0xe8, 0x13, 0x54, 0x0f, 0x0a, 0xb4, 0x05]);
            assert_eq!(DecryptDES(key.as_ptr(), sealed.as_ptr(), opened.as_mut_ptr()), 0);
            assert_eq!(opened, plain);
            assert_eq!(MD4Hash(b"abc".as_ptr(), 3, hash.as_mut_ptr()), 0);
        }
        // RFC 1320, A.5.
        assert_eq!(hash[..4], [0xa4, 0x48, 0x01, 0x7a]);
    }

    #[test]
    fn missing_arguments() {
        let mut place = [0u8; 16];
        // SAFETY: NULL is what is tried, the other arguments are large enough.
        unsafe {
            let (given, taken) = (place.as_ptr(), place.as_mut_ptr());
            assert_eq!(EncryptDES(ptr::null(), taken, given), 101);
            assert_eq!(EncryptDES(given, ptr::null_mut(), given), 101);
            assert_eq!(DecryptDES(given, ptr::null(), taken), 101);
            assert_eq!(MD4Hash(ptr::null(), 3, taken), 101);
            assert_eq!(MD4Hash(given, -1, taken), 101);
            createDESKey(ptr::null(), taken);
            createDESKey(given, ptr::null_mut());
        }
        assert_eq!(place, [0; 16]);
    }

    #[test]
    fn parity() {
        assert_eq!((oddParity(0), oddParity(1), oddParity(0xff), oddParity(0xfe)), (1, 1, 0xfe, 0xfe));
    }
}
