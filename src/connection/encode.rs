//! Messages to bytes under the limits of a link.

use super::error::RequestError;
use super::outbox::Link;
use super::settings::Settings;
use crate::wire::{self, Cut, EncodeError, Message};

/// Log target of the messages themselves, at trace level. They hold application data, so a sink may want to be asked for them.
pub const MESSAGES: &str = "twedge::messages";

/// The limits: the chunk size must not be above what one frame may carry (Q-C24).
pub(super) fn cut(link: &Link, settings: &Settings) -> Cut {
    let chunk_size = settings.message_chunk_size.min(usize::from(link.max_frame_size));
    Cut {
        chunk_size: u16::try_from(chunk_size).unwrap_or(u16::MAX),
        max_message_size: settings.max_message_size,
        deflate: link.compression,
    }
}

/// The WebSocket messages of a message, in order.
pub(super) fn encode(message: &Message, link: &Link, settings: &Settings) -> Result<Vec<Vec<u8>>, RequestError> {
    log::trace!(target: MESSAGES, "sending {}", wire::describe(message));
    wire::encode(message, &cut(link, settings)).map_err(unsendable)
}

/// Why a message cannot be sent.
pub(super) fn unsendable(error: EncodeError) -> RequestError {
    if error.is_too_large() { RequestError::TooLarge(error) } else { RequestError::NotEncoded(error) }
}
