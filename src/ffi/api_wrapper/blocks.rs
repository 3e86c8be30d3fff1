//! Data blocks: serialised primitives and tables, for languages that have their own types of values.

use std::ffi::{c_char, c_int, c_uchar, c_void};
use std::ptr;

use super::twWDataBlock;
use crate::ffi::base_types::decode::twPrimitive_CreateFromStream;
use crate::ffi::base_types::encode::twPrimitive_ToStream;
use crate::ffi::base_types::stream::{
    twStream_Create, twStream_CreateFromCharArray, twStream_Delete, twStream_GetData, twStream_GetLength,
};
use crate::ffi::base_types::{twPrimitive, twStream};
use crate::ffi::errors::{TW_ERROR_ALLOCATING_MEMORY, TW_INVALID_PARAM, TW_OK};
use crate::ffi::guard::guard;
use crate::ffi::info_table::shape::twDataShape_CreateFromStream;
use crate::ffi::info_table::table::{twInfoTable_CreateFromStream, twInfoTable_ToStream};
use crate::ffi::info_table::{twDataShape, twInfoTable};
use crate::ffi::memory;

/// Decodes bytes with one of the stream decoders. NULL for no bytes.
///
/// # Safety
/// `bytes` is NULL or has `length` bytes.
unsafe fn decode<T>(bytes: *const c_uchar, length: i32, decoder: unsafe fn(*mut twStream) -> *mut T) -> *mut T {
    let Some(length) = u32::try_from(length).ok().filter(|&length| length > 0 && !bytes.is_null()) else {
        return ptr::null_mut();
    };
    // SAFETY: by contract of this function; the stream copies the bytes and is deleted after use.
    unsafe {
        let stream = twStream_CreateFromCharArray(bytes.cast(), length);
        if stream.is_null() {
            return ptr::null_mut();
        }
        let decoded = decoder(stream);
        twStream_Delete(stream.cast());
        decoded
    }
}

/// Decodes a block, if it holds what is wanted.
///
/// # Safety
/// `block` is NULL or a block.
unsafe fn decode_block<T>(
    block: *mut twWDataBlock,
    is_primitive: bool,
    decoder: unsafe fn(*mut twStream) -> *mut T,
) -> *mut T {
    // SAFETY: by contract of this function.
    let Some(block) = (unsafe { block.as_ref() }) else { return ptr::null_mut() };
    if (block.isPrimitive != 0) != is_primitive {
        log::error!("a data block holds a primitive where a table is wanted, or the reverse: look at isPrimitive");
        return ptr::null_mut();
    }
    // SAFETY: by contract of this function.
    unsafe { decode(block.bytesPtr, block.length, decoder) }
}

/// The primitive that a block holds, given to the caller. The block stays the caller's. NULL for NULL, for an empty block and
/// for one that holds a table.
///
/// # Safety
/// `block` is NULL or a block whose bytes are as long as it says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twWDataBlock_ToPrimitive(block: *mut twWDataBlock) -> *mut twPrimitive {
    // SAFETY: by contract of this function.
    guard(ptr::null_mut(), || unsafe { decode_block(block, true, |stream| twPrimitive_CreateFromStream(stream)) })
}

/// The table that a block holds, given to the caller. The block stays the caller's. NULL for NULL, for an empty block and
/// for one that holds a primitive.
///
/// # Safety
/// `block` is NULL or a block whose bytes are as long as it says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twWDataBlock_ToInfoTable(block: *mut twWDataBlock) -> *mut twInfoTable {
    // SAFETY: by contract of this function.
    guard(ptr::null_mut(), || unsafe { decode_block(block, false, |stream| twInfoTable_CreateFromStream(stream)) })
}

/// Puts a serialised primitive into a new block, given to the caller, who frees it with twWDataBlock_Free. The primitive
/// stays the caller's. Returns 0, 101 for NULL, 102, or the code of twPrimitive_ToStream; the place is left alone then.
///
/// # Safety
/// `p` is NULL or a primitive, `outBlock` NULL or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twWDataBlock_FromPrimitive(p: *mut twPrimitive, outBlock: *mut *mut twWDataBlock) -> c_int {
    // SAFETY: by contract of this function.
    unsafe { twWDataBlock_FromStruct(p.cast(), 1, outBlock) }
}

/// Puts a serialised table into a new block, as twWDataBlock_FromPrimitive.
///
/// # Safety
/// `it` is NULL or a table, `outBlock` NULL or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twWDataBlock_FromInfoTable(it: *mut twInfoTable, outBlock: *mut *mut twWDataBlock) -> c_int {
    // SAFETY: by contract of this function.
    unsafe { twWDataBlock_FromStruct(it.cast(), 0, outBlock) }
}

/// Puts a serialised primitive (`isPrimitive` TRUE) or table into a new block, as twWDataBlock_FromPrimitive.
///
/// # Safety
/// `structPtr` is NULL or what `isPrimitive` says, `outBlock` NULL or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twWDataBlock_FromStruct(
    structPtr: *mut c_void,
    isPrimitive: c_char,
    outBlock: *mut *mut twWDataBlock,
) -> c_int {
    guard(TW_ERROR_ALLOCATING_MEMORY, || {
        if structPtr.is_null() || outBlock.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: by contract of this function; the stream is deleted after use.
        unsafe {
            let stream = twStream_Create();
            if stream.is_null() {
                return TW_ERROR_ALLOCATING_MEMORY;
            }
            let mut code = if isPrimitive != 0 {
                twPrimitive_ToStream(structPtr.cast(), stream)
            } else {
                twInfoTable_ToStream(structPtr.cast(), stream)
            };
            if code == TW_OK {
                let block = new_block(stream, isPrimitive);
                if block.is_null() {
                    code = TW_ERROR_ALLOCATING_MEMORY;
                } else {
                    *outBlock = block;
                }
            }
            twStream_Delete(stream.cast());
            code
        }
    })
}

/// A block with a copy of what a stream holds. NULL when there is no memory.
///
/// # Safety
/// `stream` is live.
unsafe fn new_block(stream: *mut twStream, is_primitive: c_char) -> *mut twWDataBlock {
    // SAFETY: by contract of this function.
    let (data, length) = unsafe { (twStream_GetData(stream), twStream_GetLength(stream)) };
    // SAFETY: a stream has as many bytes as it says.
    let bytes = memory::copy_bytes(unsafe { memory::slice(data, usize::try_from(length).unwrap_or(0)) });
    if bytes.is_null() {
        return ptr::null_mut();
    }
    let block = memory::alloc(twWDataBlock { isPrimitive: is_primitive, length, bytesPtr: bytes.cast() });
    if block.is_null() {
        // SAFETY: made above.
        unsafe { memory::free(bytes) };
    }
    block
}

/// Frees a block that the library has made, and its bytes. NULL-safe.
///
/// # Safety
/// `block` is NULL or from this library, and is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twWDataBlock_Free(block: *mut twWDataBlock) {
    guard((), || {
        if !block.is_null() {
            // SAFETY: by contract of this function.
            unsafe {
                memory::free((*block).bytesPtr);
                memory::free(block);
            }
        }
    });
}

/// The data shape in `length` bytes, given to the caller. The bytes stay the caller's. NULL for NULL and for no bytes.
///
/// # Safety
/// `bytesPtr` is NULL or has `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twW_BytesToDataShape(bytesPtr: *mut c_uchar, length: i32) -> *mut twDataShape {
    // SAFETY: by contract of this function.
    guard(ptr::null_mut(), || unsafe { decode(bytesPtr, length, |stream| twDataShape_CreateFromStream(stream)) })
}
