//! What can be wrong with bytes that came in, and with a message that is to go out.

use super::{Header, MessageCode};
use crate::model::BaseType;
use thiserror::Error;

/// Most tables and VARIANTs that may enclose a value (protocol.md 5.2).
pub const MAX_DEPTH: usize = 64;

/// Why bytes could not be decoded.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{what} at byte {offset}: {problem}")]
pub struct DecodeError {
    /// Where in the bytes that were given to the decoder. For a message joined from chunks it counts from the start of
    /// the joined body.
    pub offset: usize,
    /// What was being read there.
    pub what: &'static str,
    /// What was wrong with it.
    pub problem: Problem,
}

impl DecodeError {
    /// Whether the bytes end too early, or say that more have to follow than there are.
    pub fn is_truncated(&self) -> bool {
        matches!(self.problem, Problem::Truncated { .. })
    }
}

/// What was wrong with a piece of the input.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Problem {
    /// Fewer bytes than announced or than the form requires.
    #[error("{needed} bytes needed, {available} left; the data is cut off or a length in it is false")]
    Truncated {
        /// The least number of bytes that have to follow.
        needed: usize,
        /// How many do, those excluded that later parts need.
        available: usize,
    },
    /// A base type whose length no reader knows.
    #[error("{0} is not supported as the type of a value")]
    UnsupportedType(BaseType),
    /// More than [`MAX_DEPTH`] tables and VARIANTs around a value.
    #[error("nested more than {MAX_DEPTH} levels deep")]
    TooDeep,
    /// AUTH without a claim.
    #[error("no claim in it")]
    NoClaim,
    /// A code below 0x40 that is not assigned, or KEEP_ALIVE.
    #[error("{0} is no message code that can be understood")]
    UnknownCode(MessageCode),
}

/// Why a received WebSocket message was dropped, and what is known about it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("message dropped: {reason}")]
pub struct Rejected {
    /// Its header, when the 15 bytes were there.
    pub header: Option<Header>,
    /// What was wrong.
    #[source]
    pub reason: RejectReason,
}

/// Why a received WebSocket message was dropped.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RejectReason {
    /// Its bytes make no sense.
    #[error(transparent)]
    Malformed(#[from] DecodeError),
    /// A chunk with an id of 0 or above the count of its set.
    #[error("chunk {id} of a message of {count} chunks")]
    ChunkId {
        /// Its id.
        id: u16,
        /// The count that rules its set.
        count: u16,
    },
    /// A message in chunks that is, or says it will be, larger than allowed.
    #[error("message in chunks of {size} bytes; the limit is {limit} (max_message_size)")]
    TooLarge {
        /// Announced or collected bytes.
        size: u64,
        /// The limit in bytes.
        limit: usize,
    },
    /// The incomplete messages together are larger than allowed.
    #[error("{size} bytes of incomplete messages in chunks; the limit is {limit}")]
    TooMuchPending {
        /// Bytes that were collected, with this chunk.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },
}

impl Rejected {
    pub(super) fn malformed(header: Option<Header>, error: DecodeError) -> Self {
        Self { header, reason: RejectReason::Malformed(error) }
    }

    /// The code to answer with: only a request, BIND, UNBIND or AUTH whose header could be read is answered
    /// (protocol.md 4.5, 4.6).
    pub fn answer(&self) -> Option<MessageCode> {
        let header = self.header.filter(|header| header.code.expects_answer())?;
        match self.reason {
            RejectReason::Malformed(DecodeError { problem: Problem::UnknownCode(_), .. }) => None,
            RejectReason::Malformed(_) => Some(MessageCode::BAD_REQUEST),
            RejectReason::TooLarge { .. } | RejectReason::TooMuchPending { .. } if header.code.is_request() => {
                Some(MessageCode::ENTITY_TOO_LARGE)
            }
            _ => None,
        }
    }

    /// The id of the call that waits for this message and will get no other one: it ends at once (protocol.md 4.5).
    pub fn ends_call(&self) -> Option<u32> {
        let header = self.header.filter(|header| header.code.is_response())?;
        // A chunk that is dropped for its id leaves its set as it was.
        (!matches!(self.reason, RejectReason::ChunkId { .. })).then_some(header.request_id)
    }
}

/// Why a message cannot be sent as it is.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// A text or blob whose length does not fit its length field.
    #[error("{what} of {len} bytes; at most {max} can be sent")]
    TooLong {
        /// What it is.
        what: &'static str,
        /// Its length.
        len: usize,
        /// The largest length that can be written.
        max: usize,
    },
    /// More parts than their count field can tell.
    #[error("{count} {what}; at most {max} can be sent in one place")]
    TooMany {
        /// What they are.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// The largest count that can be written.
        max: usize,
    },
    /// More than [`MAX_DEPTH`] tables and VARIANTs around a value.
    #[error("value nested more than {MAX_DEPTH} levels deep; receivers would refuse it")]
    TooDeep,
    /// A text or blob value labelled with a base type of another family.
    #[error("{form} value with the base type {base_type}, which has another form")]
    WrongType {
        /// How the value is represented.
        form: &'static str,
        /// The label.
        base_type: BaseType,
    },
    /// A header whose code belongs to another kind of body.
    #[error("a message with the code {code} cannot have {body} as its body")]
    WrongBody {
        /// The code in the header.
        code: MessageCode,
        /// The kind of body.
        body: &'static str,
    },
    /// Above max_message_size (result code 307).
    #[error("message of {size} bytes; the limit is {limit} (max_message_size)")]
    MessageTooLarge {
        /// Body and header, in bytes.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// No room for data in a chunk (result code 307).
    #[error(
        "{entity} bytes of entity type and name leave no room in chunks of {chunk_size} bytes; raise message_chunk_size"
    )]
    ChunkTooSmall {
        /// Length of what every chunk of a request repeats, 0 for other messages.
        entity: usize,
        /// The configured chunk size.
        chunk_size: usize,
    },
    /// More chunks than their count field can tell (result code 307).
    #[error("message in {count} chunks; at most 65535 are possible, raise message_chunk_size")]
    TooManyChunks {
        /// How many chunks it would take.
        count: usize,
    },
    /// A name for BIND that does not fit in a chunk on its own (result code 307).
    #[error("name of {name} bytes in a BIND; a message may have {chunk_size} bytes (message_chunk_size)")]
    NameTooLong {
        /// Length of the name.
        name: usize,
        /// The configured chunk size.
        chunk_size: usize,
    },
}

impl EncodeError {
    /// Whether the message is too large for the limits in force, which the API reports as 307.
    pub fn is_too_large(&self) -> bool {
        matches!(
            self,
            Self::MessageTooLarge { .. }
                | Self::ChunkTooSmall { .. }
                | Self::TooManyChunks { .. }
                | Self::NameTooLong { .. }
        )
    }
}
