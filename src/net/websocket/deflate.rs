//! permessage-deflate (RFC 7692): one direction of a connection each.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use thiserror::Error;

/// End of a sync flush: left out on the wire, appended again by the receiver (RFC 7692, section 7.2.1).
const SYNC_TAIL: [u8; 4] = [0x00, 0x00, 0xff, 0xff];

/// Compressor of the outgoing direction.
pub struct Deflate {
    stream: Compress,
    no_context_takeover: bool,
}

impl Deflate {
    /// A fresh context with a 32 KiB window. With `no_context_takeover` every message starts afresh.
    pub fn new(no_context_takeover: bool) -> Deflate {
        Deflate { stream: Compress::new(Compression::default(), false), no_context_takeover }
    }

    /// Compresses one message into the payload that stands for it.
    ///
    /// # Errors
    /// The compressor failed, which its documentation gives no cause for; the context cannot be used any more.
    pub fn message(&mut self, message: &[u8]) -> Result<Vec<u8>, flate2::CompressError> {
        if self.no_context_takeover {
            self.stream.reset();
        }
        let start = self.stream.total_in();
        let mut payload = Vec::with_capacity(message.len() / 2 + 64);
        loop {
            let taken = usize::try_from(self.stream.total_in() - start).unwrap_or(usize::MAX);
            let rest = message.get(taken..).unwrap_or_default();
            self.stream.compress_vec(rest, &mut payload, FlushCompress::Sync)?;
            // Room left over means that the flush is complete. Output that exactly filled the room is asked for once
            // more, which at worst adds another empty block.
            if payload.len() < payload.capacity() {
                break;
            }
            payload.reserve(payload.len().max(64));
        }
        if payload.ends_with(&SYNC_TAIL) {
            payload.truncate(payload.len() - SYNC_TAIL.len());
        }
        if payload.is_empty() {
            // An empty message is one empty block (RFC 7692, section 7.2.3.6).
            payload.push(0);
        }
        Ok(payload)
    }
}

/// Decompressor of the incoming direction.
pub struct Inflate {
    stream: Decompress,
    no_context_takeover: bool,
}

/// Why a compressed message was refused. The context is out of step afterwards and must not be used any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InflateError {
    /// Not deflate data.
    #[error("the data cannot be inflated")]
    Invalid,
    /// More output than allowed.
    #[error("the data inflates to more than {limit} bytes")]
    TooLarge {
        /// Limit in bytes.
        limit: usize,
    },
}

impl Inflate {
    /// A fresh context with a 32 KiB window, which serves every window a sender may choose. With `no_context_takeover`
    /// every message starts afresh.
    pub fn new(no_context_takeover: bool) -> Inflate {
        Inflate { stream: Decompress::new(false), no_context_takeover }
    }

    /// Inflates the payload of one message. An empty payload is an empty message.
    ///
    /// # Errors
    /// [`InflateError`]: not deflate data, or more than `limit` bytes of output; no more than that is ever allocated.
    pub fn message(&mut self, payload: &[u8], limit: usize) -> Result<Vec<u8>, InflateError> {
        if self.no_context_takeover {
            self.stream.reset(false);
        }
        let mut message = Vec::new();
        if !payload.is_empty() {
            self.piece(payload, &mut message, limit)?;
            self.piece(&SYNC_TAIL, &mut message, limit)?;
        }
        Ok(message)
    }

    /// Inflates all of `input` behind what is in `message` already.
    fn piece(&mut self, mut input: &[u8], message: &mut Vec<u8>, limit: usize) -> Result<(), InflateError> {
        loop {
            // One byte above the limit is room enough to see that it is exceeded.
            let room = input.len().saturating_mul(3).clamp(256, 1 << 16);
            message.reserve_exact(room.min(limit.saturating_add(1).saturating_sub(message.len())));
            let before = self.stream.total_in();
            let length = message.len();
            let status =
                self.stream.decompress_vec(input, message, FlushDecompress::Sync).map_err(|_| InflateError::Invalid)?;
            if message.len() > limit {
                return Err(InflateError::TooLarge { limit });
            }
            let taken = usize::try_from(self.stream.total_in() - before).unwrap_or(usize::MAX);
            input = input.get(taken..).unwrap_or_default();
            if status == Status::StreamEnd {
                // A final block is allowed (RFC 7692, section 7.2.3.4); what follows it starts a new stream.
                self.stream.reset(false);
            }
            let full = message.len() == message.capacity();
            if input.is_empty() && !full {
                return Ok(());
            }
            if taken == 0 && message.len() == length && !full {
                return Err(InflateError::Invalid);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LIMIT: usize = 1 << 20;

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    }

    #[test]
    fn recorded_messages() {
        // session 16: AUTH and its answer
        let auth = hex(
            "621461606060026286ff40c0c0c8965850e09d5aa9629066919698629aa49b62999ca46b626699a69b686866aa6b6e6061666e6e6461696a900a00",
        );
        let mut client = Inflate::new(false);
        let message = client.message(&auth, LIMIT).unwrap();
        assert_eq!(&message[..15], hex("01140000000200000000ffffffff00"));
        assert!(message.ends_with(b"0f8fad5b-d9cb-469f-a165-70867728950e"));
        let answer = Inflate::new(false).message(&hex("627460606060026206412563170686ff0000"), LIMIT);
        assert_eq!(answer.unwrap(), hex("01400000000200000000112233440000ff"));
    }

    #[test]
    fn context_is_kept_or_dropped_as_agreed() {
        let text = b"the same text again and again, the same text again and again";
        let mut kept = Deflate::new(false);
        let first = kept.message(text).unwrap();
        let second = kept.message(text).unwrap();
        assert!(second.len() < first.len(), "the second message refers to the first");
        let mut fresh = Deflate::new(true);
        assert_eq!(fresh.message(text).unwrap(), first);
        assert_eq!(fresh.message(text).unwrap(), first);

        let mut inflate = Inflate::new(false);
        assert_eq!(inflate.message(&first, LIMIT).unwrap(), text);
        assert_eq!(inflate.message(&second, LIMIT).unwrap(), text);
        let mut forgetful = Inflate::new(true);
        assert_eq!(forgetful.message(&first, LIMIT).unwrap(), text);
        assert_ne!(forgetful.message(&second, LIMIT), Ok(text.to_vec()));
    }

    #[test]
    fn bad_data_is_refused() {
        assert_eq!(Inflate::new(false).message(&[0xff; 8], LIMIT), Err(InflateError::Invalid));
    }

    #[test]
    fn an_empty_message() {
        assert_eq!(Deflate::new(false).message(b"").unwrap(), [0]);
        assert_eq!(Inflate::new(false).message(&[0], LIMIT).unwrap(), b"");
        assert_eq!(Inflate::new(false).message(&[], LIMIT).unwrap(), b"");
    }

    #[test]
    fn a_final_block_ends_the_stream_but_not_the_connection() {
        // RFC 7692, section 7.2.3.4
        let mut inflate = Inflate::new(false);
        for _ in 0..2 {
            assert_eq!(inflate.message(&hex("f348cdc9c9070000"), LIMIT).unwrap(), b"Hello");
        }
    }

    #[test]
    fn the_limit_is_exact_and_bounds_memory() {
        let bomb = Deflate::new(false).message(&vec![0; 10_000_000]).unwrap();
        assert!(bomb.len() < 20_000);
        assert_eq!(Inflate::new(false).message(&bomb, 1000), Err(InflateError::TooLarge { limit: 1000 }));
        let thousand = Deflate::new(false).message(&[7; 1000]).unwrap();
        assert_eq!(Inflate::new(false).message(&thousand, 1000).unwrap(), [7; 1000]);
        assert_eq!(Inflate::new(false).message(&thousand, 999), Err(InflateError::TooLarge { limit: 999 }));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn messages_survive(messages in prop::collection::vec(prop::collection::vec(0u8..9, 0..3000), 1..20), noisy in any::<Vec<u8>>(), fresh: bool) {
            let mut deflate = Deflate::new(fresh);
            let mut inflate = Inflate::new(fresh);
            for message in messages.iter().chain([&noisy, &vec![1; 100_000]]) {
                let payload = deflate.message(message).unwrap();
                prop_assert_eq!(&inflate.message(&payload, LIMIT).unwrap(), message);
            }
        }

        #[test]
        fn any_data_is_taken_or_refused(data: Vec<u8>) {
            if let Ok(message) = Inflate::new(false).message(&data, 10_000) {
                prop_assert!(message.len() <= 10_000);
            }
        }
    }
}
