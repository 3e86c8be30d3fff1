//! Whether messages in chunks are cut by the rule (protocol.md 4.6).

use crate::finding::FindingKind;
use std::collections::HashMap;
use twedge::wire::{Chunk, HEADER_LEN};

/// Header and chunk information in front of the data.
const OVERHEAD: usize = HEADER_LEN + 6;
/// What stays free when compression is agreed.
const DEFLATE_RESERVE: usize = 4;
/// Most incomplete messages that are followed. Beyond that there is nothing left to be judged.
const MAX_FOLLOWED: usize = 4096;

/// Judges the chunks of one connection, one by one and when they are complete.
#[derive(Default)]
pub(super) struct ChunkCheck {
    /// Bytes of body seen so far, by request id and whether it is an answer.
    bodies: HashMap<(u32, bool), usize>,
}

impl ChunkCheck {
    /// Looks at the next chunk.
    pub fn chunk(&mut self, chunk: &Chunk, deflate: bool, mut found: impl FnMut(FindingKind, String)) {
        let entity = chunk.entity.as_ref().map_or(0, |(_, name)| 1 + twedge::wire::text_len(name));
        let key = (chunk.header.request_id, chunk.header.code.is_response());
        if self.bodies.len() >= MAX_FOLLOWED && !self.bodies.contains_key(&key) {
            self.bodies.clear();
        }
        // The entity is part of the body once, and is repeated by every chunk.
        *self.bodies.entry(key).or_insert(entity) += chunk.data.len();
        let Chunk { id, count, size, .. } = *chunk;
        if chunk.data.is_empty() && id == count && count > 1 {
            return found(FindingKind::EmptyChunk, format!("last chunk {id} of {count} without data"));
        }
        let usable = usize::from(size).saturating_sub(OVERHEAD + entity + if deflate { DEFLATE_RESERVE } else { 0 });
        let due = if id == 1 && usable > entity { usable - entity } else { usable };
        let len = chunk.data.len();
        if len > due || (id < count && len < due) {
            let detail = format!("chunk {id} of {count} has {len} bytes of data; {due} are due with chunk size {size}");
            found(FindingKind::Chunks, detail);
        }
    }

    /// Judges a message that this chunk has completed.
    pub fn complete(&mut self, chunk: &Chunk, mut found: impl FnMut(FindingKind, String)) {
        let key = (chunk.header.request_id, chunk.header.code.is_response());
        let Some(body) = self.bodies.remove(&key) else { return };
        if body + OVERHEAD <= usize::from(chunk.size) {
            found(FindingKind::Chunks, format!("body of {body} bytes in chunks of {}; it fits in one", chunk.size));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use twedge::model::{InfoTable, Text, Value};
    use twedge::wire::{
        Body, Characteristic, Cut, EntityType, Header, Message, MessageCode, Packet, Request, decode, encode,
    };

    fn message(data: usize) -> Message {
        let header = Header { version: 1, code: MessageCode::POST, request_id: 1, endpoint_id: 0, session_id: 1 };
        let params = Some(InfoTable::single("b", Value::blob(vec![1; data])));
        let body = Body::Request(Request {
            entity_type: EntityType::THING,
            entity: Text::from("T1"),
            characteristic: Characteristic::SERVICES,
            name: "S".into(),
            headers: vec![],
            params,
        });
        Message { header, body }
    }

    fn judged(messages: &[Vec<u8>], deflate: bool) -> Vec<FindingKind> {
        let mut check = ChunkCheck::default();
        let mut kinds = Vec::new();
        for bytes in messages {
            let Ok(Packet::Chunk(chunk)) = decode(bytes) else { panic!("no chunk") };
            check.chunk(&chunk, deflate, |kind, _| kinds.push(kind));
            if chunk.id == chunk.count {
                check.complete(&chunk, |kind, _| kinds.push(kind));
            }
        }
        kinds
    }

    #[test]
    fn messages_cut_by_the_rule_pass() {
        for deflate in [false, true] {
            for data in 64..400 {
                let cut = Cut { chunk_size: 64, deflate, ..Cut::default() };
                assert_eq!(judged(&encode(&message(data), &cut).unwrap(), deflate), [], "{data} bytes");
            }
        }
    }

    #[test]
    fn other_messages_do_not() {
        let mut chunks = encode(&message(200), &Cut { chunk_size: 64, ..Cut::default() }).unwrap();
        chunks[1].pop();
        assert_eq!(judged(&chunks, false), [FindingKind::Chunks]);
        let larger = encode(&message(100), &Cut { chunk_size: 64, ..Cut::default() }).unwrap();
        let claims_more = |mut chunk: Vec<u8>| {
            chunk[19..21].copy_from_slice(&500_u16.to_be_bytes());
            chunk
        };
        assert!(judged(&larger.into_iter().map(claims_more).collect::<Vec<_>>(), false).contains(&FindingKind::Chunks));
    }

    #[test]
    fn an_empty_last_chunk_is_tolerated() {
        let mut chunks = encode(&message(200), &Cut { chunk_size: 64, ..Cut::default() }).unwrap();
        let count = chunks.len() as u16 + 1;
        let mut empty = chunks[0][..25].to_vec();
        empty[15..17].copy_from_slice(&count.to_be_bytes());
        chunks.push(empty);
        for chunk in &mut chunks {
            chunk[17..19].copy_from_slice(&count.to_be_bytes());
        }
        let kinds = judged(&chunks, false);
        assert!(kinds.contains(&FindingKind::EmptyChunk), "{kinds:?}");
    }
}
