//! `twStream`: a byte buffer, or a file, with a cursor. The public struct is the stream: programs set its members.

use super::{limits, twStream};
use crate::ffi::errors::{
    TW_ERROR_ALLOCATING_MEMORY, TW_ERROR_WRITING_FILE, TW_INVALID_PARAM, TW_OK, TW_UNKNOWN_ERROR,
};
use crate::ffi::guard::guard;
use crate::ffi::memory;
use std::ffi::{c_char, c_int, c_void};
use std::ptr;

/// The cursor, counted from the beginning.
///
/// # Safety
/// `stream` is live.
pub unsafe fn offset(stream: *const twStream) -> usize {
    // SAFETY: the caller's stream is live.
    let stream = unsafe { &*stream };
    if !stream.file.is_null() {
        return stream.ptr as usize;
    }
    if stream.data.is_null() || stream.ptr.is_null() {
        return 0;
    }
    let end = stream.length.max(stream.maxlength) as usize;
    (stream.ptr as usize).checked_sub(stream.data as usize).map_or(0, |offset| offset.min(end))
}

/// Moves the cursor.
///
/// # Safety
/// `stream` is live, `offset` not beyond its end.
pub unsafe fn set_offset(stream: *mut twStream, offset: usize) {
    // SAFETY: the caller's stream is live. The cursor of a file is a number that only looks like a pointer.
    unsafe {
        let start = if (*stream).file.is_null() { (*stream).data } else { ptr::null_mut() };
        (*stream).ptr = start.wrapping_add(offset);
    }
}

/// The number of bytes between the cursor and the end.
///
/// # Safety
/// `stream` is live.
pub unsafe fn remaining(stream: *const twStream) -> usize {
    // SAFETY: see above.
    unsafe { ((*stream).length as usize).saturating_sub(offset(stream)) }
}

/// Copies what is there to the front of `place`, leaves the rest of it unchanged and says how much it was.
///
/// # Safety
/// `stream` is live.
pub unsafe fn read(stream: *mut twStream, place: &mut [u8]) -> usize {
    // SAFETY: the members of a stream are as documented: `length` bytes at `data`, or an open file.
    unsafe {
        let offset = offset(stream);
        let file = (*stream).file;
        let count = if !file.is_null() {
            let Ok(position) = libc::c_long::try_from(offset) else { return 0 };
            if libc::fseek(file, position, libc::SEEK_SET) != 0 {
                return 0;
            }
            libc::fread(place.as_mut_ptr().cast(), 1, place.len(), file)
        } else if (*stream).data.is_null() {
            0
        } else {
            let count = remaining(stream).min(place.len());
            ptr::copy_nonoverlapping((*stream).data.add(offset).cast(), place.as_mut_ptr(), count);
            count
        };
        set_offset(stream, offset + count);
        count
    }
}

/// Writes bytes as `twStream_AddBytes` does.
///
/// # Safety
/// `stream` is live.
pub unsafe fn write(stream: *mut twStream, bytes: &[u8]) -> c_int {
    // SAFETY: see above.
    unsafe { if (*stream).file.is_null() { write_memory(stream, bytes) } else { write_file(stream, bytes) } }
}

unsafe fn write_memory(stream: *mut twStream, bytes: &[u8]) -> c_int {
    // SAFETY: the caller's stream is live; `reserve` makes the room.
    unsafe {
        let offset = offset(stream);
        let length = (*stream).length as usize;
        let needed = length.max(offset).checked_add(bytes.len());
        let Some(needed) = needed.filter(|&needed| u32::try_from(needed).is_ok()) else {
            return TW_ERROR_ALLOCATING_MEMORY;
        };
        if needed > (*stream).maxlength as usize || (*stream).data.is_null() {
            if let Err(code) = reserve(stream, needed) {
                return code;
            }
        }
        // The bytes may lie in the stream itself.
        ptr::copy(bytes.as_ptr(), (*stream).data.add(offset).cast(), bytes.len());
        (*stream).length = u32::try_from(length + bytes.len()).unwrap_or(u32::MAX);
        set_offset(stream, offset + bytes.len());
    }
    TW_OK
}

/// Makes room for `needed` bytes, at least doubling, so that many small additions take linear time.
unsafe fn reserve(stream: *mut twStream, needed: usize) -> Result<(), c_int> {
    // SAFETY: the caller's stream is live; what it owns came from the C allocator, what it borrows is copied.
    unsafe {
        let offset = offset(stream);
        let length = (*stream).length as usize;
        let size = needed.max(((*stream).maxlength as usize).saturating_mul(2)).max(limits::stream_block());
        let size = size.min(u32::MAX as usize);
        let data: *mut c_char = if (*stream).ownsData != 0 {
            libc::realloc((*stream).data.cast(), size).cast()
        } else {
            let copy = memory::zeroed(size);
            if !copy.is_null() && !(*stream).data.is_null() {
                ptr::copy_nonoverlapping((*stream).data, copy, length);
            }
            copy
        };
        if data.is_null() {
            return Err(TW_ERROR_ALLOCATING_MEMORY);
        }
        let used = if (*stream).data.is_null() { 0 } else { length };
        ptr::write_bytes(data.add(used), 0, size - used);
        (*stream).data = data;
        (*stream).ownsData = 1;
        (*stream).maxlength = u32::try_from(size).unwrap_or(u32::MAX);
        set_offset(stream, offset);
    }
    Ok(())
}

unsafe fn write_file(stream: *mut twStream, bytes: &[u8]) -> c_int {
    // SAFETY: the caller's stream is live and its file is open.
    unsafe {
        let file = (*stream).file;
        if bytes.is_empty() || libc::fseek(file, 0, libc::SEEK_END) != 0 {
            return TW_ERROR_WRITING_FILE;
        }
        let written = libc::fwrite(bytes.as_ptr().cast(), 1, bytes.len(), file);
        if written != bytes.len() || libc::fflush(file) != 0 {
            return TW_ERROR_WRITING_FILE;
        }
        (*stream).length = (*stream).length.saturating_add(u32::try_from(written).unwrap_or(u32::MAX));
    }
    TW_OK
}

fn new(data: *mut c_char, length: u32, maxlength: u32, owns: bool) -> *mut twStream {
    let file = ptr::null_mut();
    memory::alloc(twStream { data, ptr: data, length, maxlength, ownsData: c_char::from(owns), file })
}

/// Makes an empty stream in memory. The caller deletes it with `twStream_Delete`. NULL when there is no memory. A stream
/// is not thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twStream_Create() -> *mut twStream {
    guard(ptr::null_mut(), || {
        let size = limits::stream_block();
        let data = memory::zeroed(size);
        if data.is_null() {
            return ptr::null_mut();
        }
        let stream = new(data, 0, u32::try_from(size).unwrap_or(u32::MAX), true);
        if stream.is_null() {
            // SAFETY: nobody else knows the buffer.
            unsafe { memory::free(data) };
        }
        stream
    })
}

/// Makes a stream of a copy of `length` bytes, with the cursor at the beginning. NULL for NULL and when there is no
/// memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twStream_CreateFromCharArray(data: *const c_char, length: u32) -> *mut twStream {
    guard(ptr::null_mut(), || {
        if data.is_null() {
            return ptr::null_mut();
        }
        // SAFETY: the caller's bytes.
        let copy = memory::copy_bytes(unsafe { memory::slice(data, length as usize) });
        if copy.is_null() {
            return ptr::null_mut();
        }
        let stream = new(copy, length, length, true);
        if stream.is_null() {
            // SAFETY: nobody else knows the buffer.
            unsafe { memory::free(copy) };
        }
        stream
    })
}

/// Makes a stream over `length` bytes that stay the caller's and must live until the stream is deleted or has grown:
/// growing moves it to memory of its own. NULL for NULL and when there is no memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twStream_CreateFromCharArrayZeroCopy(data: *const c_char, length: u32) -> *mut twStream {
    guard(
        ptr::null_mut(),
        || {
            if data.is_null() { ptr::null_mut() } else { new(data.cast_mut(), length, length, false) }
        },
    )
}

/// Opens a file as a stream, creating it if it is missing: bytes are added at its end and read from its beginning. NULL
/// when it cannot be opened.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twStream_CreateFromFile(fname: *const c_char) -> *mut twStream {
    guard(ptr::null_mut(), || {
        if fname.is_null() {
            return ptr::null_mut();
        }
        // SAFETY: a C string; the file is closed by `twStream_Delete` or here.
        unsafe {
            let file = libc::fopen(fname, c"a+b".as_ptr());
            if file.is_null() {
                return ptr::null_mut();
            }
            libc::fseek(file, 0, libc::SEEK_END);
            let length = u32::try_from(libc::ftell(file).max(0)).unwrap_or(u32::MAX);
            let (data, ptr) = (ptr::null_mut(), ptr::null_mut());
            let stream = memory::alloc(twStream { data, ptr, length, maxlength: 0, ownsData: 1, file });
            if stream.is_null() {
                libc::fclose(file);
            }
            stream
        }
    })
}

/// Deletes a stream, the memory it owns and closes its file. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twStream_Delete(s: *mut c_void) {
    guard((), || {
        let stream = s.cast::<twStream>();
        if stream.is_null() {
            return;
        }
        // SAFETY: the caller gives the stream away.
        unsafe {
            if (*stream).ownsData != 0 {
                memory::free((*stream).data);
            }
            if !(*stream).file.is_null() {
                libc::fclose((*stream).file);
            }
            memory::free(stream);
        }
    });
}

/// The bytes of a stream in memory, from the beginning; they belong to the stream and move when it grows. NULL for NULL
/// and for a file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twStream_GetData(s: *mut twStream) -> *mut c_char {
    if s.is_null() {
        return ptr::null_mut();
    }
    // SAFETY: a live stream.
    unsafe { (*s).data }
}

/// The cursor, counted from the beginning. 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twStream_GetIndex(s: *mut twStream) -> i32 {
    if s.is_null() {
        return 0;
    }
    // SAFETY: a live stream.
    i32::try_from(unsafe { offset(s) }).unwrap_or(i32::MAX)
}

/// The number of bytes in the stream. -1 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twStream_GetLength(s: *mut twStream) -> i32 {
    if s.is_null() {
        return -1;
    }
    // SAFETY: a live stream.
    i32::try_from(unsafe { (*s).length }).unwrap_or(i32::MAX)
}

/// Copies `count` bytes from `b` into the stream and moves the cursor behind them.
///
/// Memory is written at the cursor and the length grows by `count`: so append only. A file is written at its end and its
/// cursor stays. 0; 101 for NULL; 102 when there is no memory; 104 when the file cannot be written, also for `count` 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twStream_AddBytes(s: *mut twStream, b: *mut c_void, count: u32) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if s.is_null() || b.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: a live stream and the caller's bytes.
        unsafe { write(s, memory::slice(b.cast(), count as usize)) }
    })
}

/// Copies `count` bytes from the cursor to `b` and moves the cursor behind them.
///
/// Beyond the end it copies what is left and leaves the rest of `b` unchanged. 0, also then; 101 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twStream_GetBytes(s: *mut twStream, b: *mut c_void, count: u32) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if s.is_null() || b.is_null() {
            return TW_INVALID_PARAM;
        }
        let wanted = count as usize;
        if wanted == 0 {
            return TW_OK;
        }
        // SAFETY: a live stream and the caller's place for `count` bytes, of which `read` writes only what it has.
        let copied = unsafe { read(s, std::slice::from_raw_parts_mut(b.cast(), wanted)) };
        if copied < wanted {
            log::warn!("twStream_GetBytes: {wanted} bytes asked for, {copied} left");
        }
        TW_OK
    })
}

/// Moves the cursor to the beginning. 0; 101 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twStream_Reset(s: *mut twStream) -> c_int {
    if s.is_null() {
        return TW_INVALID_PARAM;
    }
    // SAFETY: a live stream. A file's cursor counts from 0, whatever `data` is.
    unsafe { (*s).ptr = if (*s).file.is_null() { (*s).data } else { ptr::null_mut() } };
    TW_OK
}
