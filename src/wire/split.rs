//! Messages to WebSocket messages: one, or several chunks when it is large (protocol.md 4.6), and BIND lists to messages
//! that never need chunks (4.2).

use super::body::{HEADER_LEN, encode_header, entity, put_body};
use super::encode::text_len;
use super::error::EncodeError;
use super::reader::Reader;
use super::{Gateway, Header, Message};
use crate::model::Text;

/// Chunk id, count and size, which follow the header of a chunk.
const CHUNK_INFO_LEN: usize = 6;
const OVERHEAD: usize = HEADER_LEN + CHUNK_INFO_LEN;
/// Kept free in every chunk when compression is agreed.
const DEFLATE_RESERVE: usize = 4;

/// How large messages may be and how they are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// message_chunk_size: largest WebSocket message before compression, in bytes.
    pub chunk_size: u16,
    /// max_message_size: largest body, in bytes, 21 for headers counted with it.
    pub max_message_size: usize,
    /// Whether permessage-deflate has been agreed on the connection.
    pub deflate: bool,
}

impl Default for Cut {
    fn default() -> Self {
        Self { chunk_size: 8192, max_message_size: 1 << 20, deflate: false }
    }
}

/// Encodes a message into the WebSocket messages to be sent, in order.
///
/// # Errors
/// It cannot be encoded, or is too large ([`EncodeError::is_too_large`]); then nothing of it may be sent.
pub fn encode(message: &Message, cut: &Cut) -> Result<Vec<Vec<u8>>, EncodeError> {
    let mut whole = Vec::new();
    encode_header(&message.header, false, &mut whole);
    put_body(message.header.code, &message.body, &mut whole)?;
    let body_len = whole.len() - HEADER_LEN;
    if cut.fits(body_len)? {
        return Ok(vec![whole]);
    }
    chunks(&message.header, whole.get(HEADER_LEN..).unwrap_or_default(), cut)
}

/// Like [`encode`], for a body that is encoded already, such as one that has been kept on disk.
///
/// # Errors
/// It is too large, or the body of a request does not start with an entity.
pub fn encode_with_body(header: &Header, body: &[u8], cut: &Cut) -> Result<Vec<Vec<u8>>, EncodeError> {
    if !cut.fits(body.len())? {
        return chunks(header, body, cut);
    }
    let mut whole = Vec::with_capacity(HEADER_LEN + body.len());
    encode_header(header, false, &mut whole);
    whole.extend_from_slice(body);
    Ok(vec![whole])
}

impl Cut {
    /// Whether a body goes as one message.
    fn fits(&self, body_len: usize) -> Result<bool, EncodeError> {
        let size = body_len.saturating_add(OVERHEAD);
        if size > self.max_message_size {
            return Err(EncodeError::MessageTooLarge { size, limit: self.max_message_size });
        }
        Ok(size <= usize::from(self.chunk_size))
    }
}

fn chunks(header: &Header, body: &[u8], cut: &Cut) -> Result<Vec<Vec<u8>>, EncodeError> {
    let chunk_size = usize::from(cut.chunk_size);
    let addressed = if header.code.is_request() { entity_len(body) } else { 0 };
    // Every chunk of a request begins with the entity that the body begins with.
    let (prefix, data) = body.split_at_checked(addressed).unwrap_or((body, &[]));
    let reserve = if cut.deflate { DEFLATE_RESERVE } else { 0 };
    let usable = chunk_size.saturating_sub(OVERHEAD + reserve + addressed);
    if usable == 0 {
        return Err(EncodeError::ChunkTooSmall { entity: addressed, chunk_size });
    }
    // The body is cut every `usable` bytes with the entity counted as part of the first piece. An entity that would
    // not fit in that piece goes on top of a full one.
    let first = if addressed > usable { usable } else { usable - addressed };
    let (head, tail) = data.split_at_checked(first).unwrap_or((data, &[]));
    let pieces = std::iter::once(head).chain(tail.chunks(usable));
    let count = 1 + tail.len().div_ceil(usable);
    let told = u16::try_from(count).map_err(|_| EncodeError::TooManyChunks { count })?;
    Ok((1..=told)
        .zip(pieces)
        .map(|(id, piece)| {
            let mut chunk = Vec::with_capacity(OVERHEAD + prefix.len() + piece.len());
            encode_header(header, true, &mut chunk);
            for number in [id, told, cut.chunk_size] {
                chunk.extend(number.to_be_bytes());
            }
            chunk.extend_from_slice(prefix);
            chunk.extend_from_slice(piece);
            chunk
        })
        .collect())
}

/// Length of the entity type and name that the body of a request starts with.
fn entity_len(body: &[u8]) -> usize {
    let mut reader = Reader::new(body);
    entity(&mut reader).map_or(body.len(), |_| reader.consumed())
}

/// Cuts a list of names so that each part fits in a BIND or UNBIND message of its own that needs no chunks.
///
/// # Errors
/// [`EncodeError::NameTooLong`] for a name that does not fit even alone.
pub fn bind_parts<'a>(gateway: Option<&Gateway>, names: &'a [Text], cut: &Cut) -> Result<Vec<&'a [Text]>, EncodeError> {
    let gateway_len = gateway.map_or(0, |gateway| text_len(&gateway.name) + text_len(&gateway.gateway_type));
    // Marker and count besides the gateway.
    let fixed = OVERHEAD + 3 + gateway_len;
    let chunk_size = usize::from(cut.chunk_size).min(cut.max_message_size);
    let mut parts = Vec::new();
    let (mut start, mut size) = (0, fixed);
    for (index, name) in names.iter().enumerate() {
        let len = text_len(name);
        if fixed + len > chunk_size {
            return Err(EncodeError::NameTooLong { name: name.len(), chunk_size });
        }
        if size + len > chunk_size || index - start == usize::from(u16::MAX) {
            parts.extend(names.get(start..index));
            (start, size) = (index, fixed);
        }
        size += len;
    }
    parts.extend(names.get(start..).filter(|rest| !rest.is_empty()));
    Ok(parts)
}
