//! `tomcrypt.h`: the digest context that `twTls.h` shows.

/// Context of a running SHA-1 or MD5. C programs put it on the stack; only its size and alignment are public.
#[repr(C, align(8))]
#[derive(Clone, Copy)]
pub struct hash_state {
    pub opaque: [u8; 272],
}
