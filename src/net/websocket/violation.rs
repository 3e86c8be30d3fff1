//! What a peer can do wrong, and the close status that it is told.

use thiserror::Error;

/// A breach of the framing rules. The connection cannot go on: send a close frame with [`close_status`](Violation::close_status),
/// then end TCP (specification, section 2.2).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Violation {
    /// Opcode that the standard does not define.
    #[error("the peer sent a WebSocket frame with the reserved opcode {0:#x}")]
    ReservedOpcode(u8),
    /// Masked frame from a server.
    #[error("the server sent a masked WebSocket frame; only clients mask")]
    Masked,
    /// Bare frame from a client.
    #[error("the client sent a WebSocket frame without a mask; clients must mask")]
    NotMasked,
    /// Second or third reserved bit set.
    #[error("the peer set a reserved bit (RSV2 or RSV3) of a WebSocket frame that no extension has been agreed for")]
    ReservedBit,
    /// First reserved bit set where it has no meaning.
    #[error("the peer marked a {0} as compressed (RSV1), which was not agreed or is not allowed there")]
    UnexpectedCompression(&'static str),
    /// Control frame in fragments.
    #[error("the peer sent a control frame in fragments")]
    FragmentedControl,
    /// Control frame with a payload above 125 bytes.
    #[error("the peer sent a control frame of {0} bytes; 125 are allowed")]
    ControlTooLong(u64),
    /// Continuation while no message is under way.
    #[error("the peer sent a continuation frame, but no fragmented message had been started")]
    StrayContinuation,
    /// New message while another one is incomplete.
    #[error("the peer started a new message before the fragmented one was complete")]
    InterruptedMessage,
    /// 64-bit length where a shorter form is due.
    #[error("the peer wrote the length {0} of a frame in 64 bits; the 16-bit form is the longest that is accepted")]
    WideLength(u64),
    /// Payload above the announced frame size.
    #[error("the peer sent a frame of {len} bytes; the limit announced to it (Max-Frame-Size) is {limit}")]
    FrameTooLarge {
        /// Payload length in the header.
        len: u64,
        /// Limit in bytes.
        limit: usize,
    },
    /// Message above the total limit, before or after inflating.
    #[error("the peer sent a message of more than {limit} bytes; raise max_message_size if such messages are expected")]
    MessageTooLarge {
        /// Limit in bytes.
        limit: usize,
    },
    /// Compressed message that is not deflate data.
    #[error("the peer sent a compressed message that cannot be inflated")]
    BadDeflate,
}

impl Violation {
    /// Status for the close frame: 1002, 1007 or 1009.
    pub fn close_status(&self) -> u16 {
        match self {
            Violation::FrameTooLarge { .. } | Violation::MessageTooLarge { .. } => 1009,
            Violation::BadDeflate => 1007,
            _ => 1002,
        }
    }
}
