//! `twSig.h`: digests of files and what RSA signatures hold, for programs that check update packages.

use std::ffi::{OsStr, c_char, c_int, c_uchar};
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr;

use sha2::Sha256;
use sha2::digest::Digest;

use super::errors::{TW_ERROR_READING_FILE, TW_OK};
use super::guard::guard;
use super::{memory, text};
use crate::net::tls::RecoveryKey;

/// Bytes of a SHA-256.
const DIGEST: usize = 32;
/// Characters of it in hexadecimal, with the NUL.
const HEX: usize = 2 * DIGEST + 1;

/// Writes the digest as 64 lower-case hexadecimal digits with a NUL behind them.
///
/// # Safety
/// `out` has room for 65 bytes.
unsafe fn write_hex(digest: &[u8; DIGEST], out: *mut u8) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut hex = [0u8; HEX];
    for (byte, pair) in digest.iter().zip(hex.chunks_exact_mut(2)) {
        pair.copy_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
    // SAFETY: by contract of this function.
    unsafe { ptr::copy_nonoverlapping(hex.as_ptr(), out, HEX) };
}

/// The path that C names.
fn path(name: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(name))
}

fn digest_of(path: &Path) -> io::Result<[u8; DIGEST]> {
    let mut file = File::open(path)?;
    let mut digest = Sha256::new();
    let mut block = vec![0; 64 * 1024];
    loop {
        match file.read(&mut block) {
            Ok(0) => return Ok(digest.finalize().into()),
            Ok(count) => digest.update(block.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Writes the 32 bytes of `binary` as 64 lower-case hexadecimal digits with a NUL behind them to `hex`. NULL does nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn TWSHA256BinToHex(binary: *mut c_uchar, hex: *mut c_uchar) {
    guard((), || {
        if binary.is_null() || hex.is_null() {
            return;
        }
        // SAFETY: the caller's arrays of 32 and 65 bytes.
        unsafe { write_hex(&binary.cast::<[u8; DIGEST]>().read(), hex) };
    });
}

/// Writes the SHA-256 of a file's contents as 64 lower-case hexadecimal digits with a NUL behind them to `outputBuffer`.
/// Blocks while the file is read. 0; 105 when it cannot be read, and for NULL: then nothing is written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn TWSHA256_sha256_file(path: *mut c_char, outputBuffer: *mut c_char) -> c_int {
    guard(TW_ERROR_READING_FILE, || {
        // SAFETY: NULL or a C string.
        let name = match unsafe { text::bytes(path) } {
            Some(name) if !outputBuffer.is_null() => name,
            _ => return TW_ERROR_READING_FILE,
        };
        match digest_of(self::path(name)) {
            Ok(digest) => {
                // SAFETY: the caller's buffer of 65 bytes.
                unsafe { write_hex(&digest, outputBuffer.cast()) };
                TW_OK
            }
            Err(error) => {
                log::error!("TWSHA256_sha256_file: cannot read {:?}: {error}", String::from_utf8_lossy(name));
                TW_ERROR_READING_FILE
            }
        }
    })
}

/// Recovers what was signed from an RSA signature (PKCS#1 version 1.5) of `encryptedDataLength` bytes, and writes the first
/// 32 bytes of it as 64 lower-case hexadecimal digits with a NUL behind them to `decryptedHex`. Whoever compares them with
/// the SHA-256 of a file knows that the file is what the owner of the key has signed.
///
/// The key comes from a PEM file: a certificate when its name ends in .crt or .CRT, else a public key ("RSA PUBLIC KEY").
/// `commonName` gets a copy of the common name of the certificate's subject, to be freed by the caller, or NULL when there
/// is none; it may be NULL itself. The certificate is not judged: who trusts it, checks it.
///
/// 0; 105 for a key that cannot be read, for data that was not signed with it, for less than 32 bytes in it, and for NULL:
/// then nothing is written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn decryptSignatureRsaFile(
    publicKeyFilePath: *const c_char,
    encryptedData: *mut c_char,
    encryptedDataLength: usize,
    decryptedHex: *mut c_char,
    commonName: *mut *mut c_char,
) -> c_int {
    guard(TW_ERROR_READING_FILE, || {
        // SAFETY: NULL or a C string.
        let name = match unsafe { text::bytes(publicKeyFilePath) } {
            Some(name) if !encryptedData.is_null() && !decryptedHex.is_null() => name,
            _ => return TW_ERROR_READING_FILE,
        };
        // SAFETY: the caller's data.
        let signature = unsafe { memory::slice(encryptedData, encryptedDataLength) };
        let recovered = RecoveryKey::load(path(name)).and_then(|key| Ok((key.recover(signature)?, key)));
        let (signed, key) = match recovered {
            Ok(recovered) => recovered,
            Err(error) => {
                log::error!("decryptSignatureRsaFile: {:?}: {error}", String::from_utf8_lossy(name));
                return TW_ERROR_READING_FILE;
            }
        };
        let Some(digest) = signed.first_chunk::<DIGEST>() else {
            log::error!("decryptSignatureRsaFile: {} bytes were signed, a SHA-256 has {DIGEST}", signed.len());
            return TW_ERROR_READING_FILE;
        };
        // SAFETY: the caller's buffer of 65 bytes, and NULL or a place for a pointer.
        unsafe {
            write_hex(digest, decryptedHex.cast());
            if !commonName.is_null() {
                commonName.write(key.common_name().map_or(ptr::null_mut(), memory::copy_bytes));
            }
        }
        TW_OK
    })
}
