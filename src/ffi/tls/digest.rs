//! SHA-1 and MD5 in contexts that C programs put on their stack.
//!
//! The state of a digest is plain data without pointers, so it lies in the context itself: a program may copy one, or give
//! one up half way, and nothing leaks.

use std::ffi::c_int;
use std::mem;

use md5::Md5;
use md5::digest::Digest;
use sha1::Sha1;
use zeroize::Zeroize;

use crate::ffi::guard::guard;
use crate::ffi::memory;
use crate::ffi::tomcrypt::hash_state;

/// What a context holds while a digest runs.
#[repr(C)]
struct Running<D> {
    /// Says that the context was initialized, and for which digest: what lies on a stack by chance is not taken for one.
    mark: u64,
    digest: D,
}

/// A digest that fits into a context.
trait InContext: Digest {
    const NAME: &'static str;
    const MARK: u64;
}

impl InContext for Sha1 {
    const NAME: &'static str = "SHA-1";
    const MARK: u64 = 0x5348_4131_7477_6564;
}

impl InContext for Md5 {
    const NAME: &'static str = "MD5";
    const MARK: u64 = 0x4d44_3520_7477_6564;
}

const fn fits<D>() -> bool {
    mem::size_of::<Running<D>>() <= mem::size_of::<hash_state>()
        && mem::align_of::<Running<D>>() <= mem::align_of::<hash_state>()
        && !mem::needs_drop::<D>()
}

const _: () = assert!(fits::<Sha1>() && fits::<Md5>());

/// Starts a digest.
///
/// # Safety
/// The context is NULL or writable.
unsafe fn init<D: InContext>(context: *mut hash_state) {
    if !context.is_null() {
        // SAFETY: by contract of this function; size and alignment are asserted above.
        unsafe { context.cast::<Running<D>>().write(Running { mark: D::MARK, digest: D::new() }) };
    }
}

/// The running digest in a context; `None` for NULL and for one that was not initialized for it, which is logged.
///
/// # Safety
/// The context is NULL, or readable and used by nobody else.
unsafe fn running<'a, D: InContext>(context: *mut hash_state) -> Option<&'a mut D> {
    // SAFETY: by contract of this function; the mark is a number, whatever lies there.
    let mark = unsafe { context.cast::<u64>().as_ref() }?;
    if *mark != D::MARK {
        log::error!("the context was not initialized for {}, or is finished: call its Init function first", D::NAME);
        return None;
    }
    // SAFETY: the mark says that `init` has written this type.
    Some(unsafe { &mut (*context.cast::<Running<D>>()).digest })
}

/// # Safety
/// As for [`running`]; `message` has `length` bytes.
unsafe fn update<D: InContext>(context: *mut hash_state, message: *const u8, length: c_int) {
    // SAFETY: by contract of this function.
    unsafe {
        let Some(digest) = running::<D>(context) else { return };
        digest.update(memory::slice(message.cast(), usize::try_from(length).unwrap_or(0)));
    }
}

/// # Safety
/// As for [`running`]; `result` is NULL or has room for the digest.
unsafe fn finish<D: InContext>(result: *mut u8, context: *mut hash_state) {
    // SAFETY: by contract of this function; nothing refers to the digest when the context is wiped.
    unsafe {
        let Some(digest) = running::<D>(context) else { return };
        let bytes = mem::replace(digest, D::new()).finalize();
        if !result.is_null() {
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), result, bytes.len());
        }
        (*context).opaque.zeroize();
    }
}

/// Starts a SHA-1 in a context of the caller's, usually on its stack. Nothing has to be freed, whether the digest is
/// finished or not. NULL does nothing. One context belongs to one thread at a time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twSHA1_Init(ctx: *mut hash_state) {
    // SAFETY: the caller's context.
    guard((), || unsafe { init::<Sha1>(ctx) });
}

/// Adds `len` bytes. NULL, no bytes, and a context that was not initialized do nothing; the last is logged.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twSHA1_Update(ctx: *mut hash_state, msg: *const u8, len: c_int) {
    // SAFETY: the caller's context and bytes.
    guard((), || unsafe { update::<Sha1>(ctx, msg, len) });
}

/// Writes the 20 bytes of the digest to `digest` and wipes the context. With a context that was not initialized nothing
/// is written, which is logged.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twSHA1_Final(digest: *mut u8, ctx: *mut hash_state) {
    // SAFETY: the caller's context and buffer.
    guard((), || unsafe { finish::<Sha1>(digest, ctx) });
}

/// Starts an MD5 in a context of the caller's, as `twSHA1_Init` does a SHA-1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMD5_Init(ctx: *mut hash_state) {
    // SAFETY: the caller's context.
    guard((), || unsafe { init::<Md5>(ctx) });
}

/// Adds `len` bytes, as `twSHA1_Update` does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMD5_Update(ctx: *mut hash_state, msg: *const u8, len: c_int) {
    // SAFETY: the caller's context and bytes.
    guard((), || unsafe { update::<Md5>(ctx, msg, len) });
}

/// Writes the 16 bytes of the digest to `digest` and wipes the context, as `twSHA1_Final` does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMD5_Final(digest: *mut u8, ctx: *mut hash_state) {
    // SAFETY: the caller's context and buffer.
    guard((), || unsafe { finish::<Md5>(digest, ctx) });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn garbage() -> hash_state {
        hash_state { opaque: [0xa5; 272] }
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn digests_in_pieces() {
        let mut context = garbage();
        let (mut sha1, mut md5) = ([0; 20], [0; 16]);
        // SAFETY: a context and buffers of the right size.
        unsafe {
            twSHA1_Init(&mut context);
            twSHA1_Update(&mut context, b"ab".as_ptr(), 2);
            twSHA1_Update(&mut context, std::ptr::null(), 5);
            twSHA1_Update(&mut context, b"x".as_ptr(), -1);
            let mut copy = context;
            twSHA1_Update(&mut context, b"c".as_ptr(), 1);
            twSHA1_Final(sha1.as_mut_ptr(), &mut context);
            assert_eq!(hex(&sha1), "a9993e364706816aba3e25717850c26c9cd0d89d");
            twSHA1_Final(sha1.as_mut_ptr(), &mut copy);
            assert_eq!(hex(&sha1), "da23614e02469a0d7c7bd1bdab5c9c474b1904dc", "a copy goes its own way");
            twMD5_Init(&mut context);
            twMD5_Update(&mut context, b"abc".as_ptr(), 3);
            twMD5_Final(md5.as_mut_ptr(), &mut context);
            assert_eq!(hex(&md5), "900150983cd24fb0d6963f7d28e17f72");
        }
    }

    #[test]
    fn what_was_not_initialized_is_left_alone() {
        let mut context = garbage();
        let mut digest = [7; 20];
        // SAFETY: a context and a buffer of the right size; NULL is allowed.
        unsafe {
            twSHA1_Update(&mut context, b"abc".as_ptr(), 3);
            twSHA1_Final(digest.as_mut_ptr(), &mut context);
            twMD5_Init(&mut context);
            twSHA1_Final(digest.as_mut_ptr(), &mut context);
            assert_eq!(digest, [7; 20]);
            twMD5_Final(std::ptr::null_mut(), &mut context);
            twMD5_Final(digest.as_mut_ptr(), &mut context);
            assert_eq!(digest, [7; 20], "finished contexts are wiped");
            twSHA1_Init(std::ptr::null_mut());
            twMD5_Update(std::ptr::null_mut(), std::ptr::null(), 1);
            twMD5_Final(std::ptr::null_mut(), std::ptr::null_mut());
        }
    }
}
