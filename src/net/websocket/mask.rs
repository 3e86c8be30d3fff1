//! Masking of client frames (RFC 6455, section 5.3).

/// Applies `key` to `payload`, of which `offset` bytes came before. The same call masks and unmasks.
pub(super) fn apply(key: [u8; 4], offset: usize, payload: &mut [u8]) {
    let mut turned = key;
    turned.rotate_left(offset % 4);
    let wide =
        u64::from_ne_bytes([turned[0], turned[1], turned[2], turned[3], turned[0], turned[1], turned[2], turned[3]]);
    let mut words = payload.chunks_exact_mut(8);
    for word in &mut words {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(word);
        word.copy_from_slice(&(u64::from_ne_bytes(bytes) ^ wide).to_ne_bytes());
    }
    for (byte, key) in words.into_remainder().iter_mut().zip(turned.iter().cycle()) {
        *byte ^= key;
    }
}

/// Source of unpredictable mask keys. The operating system is asked for many keys at a time: one call for each frame
/// would cost more than the masking.
pub(super) struct MaskSource {
    pool: [u8; 256],
    used: usize,
}

impl MaskSource {
    pub(super) fn new() -> MaskSource {
        MaskSource { pool: [0; 256], used: 256 }
    }

    /// The next key.
    ///
    /// # Errors
    /// The operating system has no randomness to give.
    pub(super) fn next(&mut self) -> Result<[u8; 4], getrandom::Error> {
        if self.used >= self.pool.len() {
            getrandom::fill(&mut self.pool)?;
            self.used = 0;
        }
        let mut key = [0; 4];
        key.copy_from_slice(&self.pool[self.used..self.used + 4]);
        self.used += 4;
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn example_of_the_standard() {
        let mut text = *b"Hello";
        apply([0x37, 0xfa, 0x21, 0x3d], 0, &mut text);
        assert_eq!(text, [0x7f, 0x9f, 0x4d, 0x51, 0x58]);
    }

    #[test]
    fn keys_differ() {
        let mut source = MaskSource::new();
        let keys: std::collections::HashSet<[u8; 4]> = (0..1000).map(|_| source.next().unwrap()).collect();
        assert!(keys.len() > 990);
    }

    proptest! {
        #[test]
        fn pieces_are_masked_like_the_whole(key in any::<[u8; 4]>(), data in any::<Vec<u8>>(), at in any::<prop::sample::Index>()) {
            let plain: Vec<u8> = data.iter().enumerate().map(|(i, byte)| byte ^ key[i % 4]).collect();
            let cut = at.index(data.len() + 1);
            let mut pieces = data;
            let (head, tail) = pieces.split_at_mut(cut);
            apply(key, 0, head);
            apply(key, cut, tail);
            prop_assert_eq!(pieces, plain);
        }
    }
}
