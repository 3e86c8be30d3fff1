//! The digest context that `twTls.h` shows.

/// cbindgen:ignore
/// Context of a running SHA-1 or MD5. C programs put it on the stack; only its size and alignment are public.
#[repr(C)]
#[derive(Clone, Copy)]
pub union hash_state {
    pub alignment: u64,
    pub opaque: [u8; 272],
}
