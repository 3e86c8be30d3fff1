//! WebSocket messages to messages, chunks joined (protocol.md 4.6).

use super::body::{body, entity, header};
use super::encode::put_text;
use super::error::{DecodeError, RejectReason, Rejected};
use super::reader::Reader;
use super::{EntityType, Header, Message};
use crate::model::Text;
use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

/// What one WebSocket message holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Packet {
    /// A whole message.
    Whole(Received),
    /// A piece of one.
    Chunk(Chunk),
}

/// A message that was received completely.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    /// The message. The header of a joined one is that of the chunk that completed it.
    pub message: Message,
    /// Bytes after its body, which mean nothing.
    pub trailing: usize,
}

/// A piece of a large message.
#[derive(Clone, Debug, PartialEq)]
pub struct Chunk {
    /// Header of the message.
    pub header: Header,
    /// Its place, from 1.
    pub id: u16,
    /// How many there are.
    pub count: u16,
    /// The chunk size that the sender is configured with.
    pub size: u16,
    /// The entity addressed, which every chunk of a request repeats.
    pub entity: Option<(EntityType, Text)>,
    /// Its piece of the body; of a request, of the body behind the entity.
    pub data: Vec<u8>,
}

/// Decodes one WebSocket message.
///
/// # Errors
/// Malformed, or of a code that is not understood.
pub fn decode(payload: &[u8]) -> Result<Packet, Rejected> {
    let mut reader = Reader::new(payload);
    let (header, multipart) = header(&mut reader).map_err(|error| Rejected::malformed(None, error))?;
    let packet = if multipart {
        chunk(header, &mut reader).map(Packet::Chunk)
    } else {
        whole(header, &mut reader, payload.len())
    };
    packet.map_err(|error| Rejected::malformed(Some(header), error))
}

fn whole(header: Header, reader: &mut Reader, len: usize) -> Result<Packet, DecodeError> {
    let body = body(header.code, reader)?;
    Ok(Packet::Whole(Received { message: Message { header, body }, trailing: len - reader.consumed() }))
}

impl Chunk {
    /// Reads what follows the header of a chunk, to the end of the bytes.
    ///
    /// # Errors
    /// It is cut off.
    pub fn decode(header: Header, bytes: &[u8]) -> Result<Self, DecodeError> {
        chunk(header, &mut Reader::new(bytes))
    }
}

fn chunk(header: Header, reader: &mut Reader) -> Result<Chunk, DecodeError> {
    const WHAT: &str = "chunk information";
    let (id, count, size) = (reader.u16(WHAT)?, reader.u16(WHAT)?, reader.u16(WHAT)?);
    let entity = if header.code.is_request() { Some(entity(reader)?) } else { None };
    Ok(Chunk { header, id, count, size, entity, data: reader.rest().to_vec() })
}

/// Limits of an [`Assembler`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AssemblerLimits {
    /// Most bytes that the chunks of one message may hold: max_message_size, or 1.5 times that at a platform.
    pub max_message_size: usize,
    /// Whether count × size as announced is held against that limit too. A platform judges by the collected bytes
    /// alone: what the largest messages of clients announce is above their limit.
    pub judge_announced: bool,
    /// Most bytes that all incomplete messages together may hold, what keeping them costs counted with it.
    pub max_pending: usize,
    /// An incomplete message is dropped when no chunk of it has come for so long: stale_msg_cleanup_rate.
    pub stale_after: Duration,
}

impl AssemblerLimits {
    /// The limits of a device.
    pub fn device(max_message_size: usize, stale_after: Duration) -> Self {
        let max_pending = max_message_size.saturating_mul(8);
        Self { max_message_size, judge_announced: true, max_pending, stale_after }
    }

    /// The limits of a platform whose devices have the default settings.
    pub fn platform() -> Self {
        let max_message_size = 3 << 19;
        Self { judge_announced: false, ..Self::device(max_message_size, Duration::from_secs(50)) }
    }
}

/// Bookkeeping of a set and of a chunk, in bytes, as it is counted for [`AssemblerLimits::max_pending`].
const SET_COST: usize = 256;
const CHUNK_COST: usize = 64;

/// Joins the chunks of one direction of a connection. A new connection needs a new one.
///
/// Chunks are collected by request id, those of answers apart from all others, in any order. A repeated chunk replaces
/// the earlier one. The count of the first chunk that arrives rules.
#[derive(Debug)]
pub struct Assembler {
    limits: AssemblerLimits,
    sets: HashMap<Key, Set>,
    /// Bytes held by all sets.
    pending: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    response: bool,
    request_id: u32,
}

#[derive(Debug)]
struct Set {
    header: Header,
    count: u16,
    entity: Option<(EntityType, Text)>,
    chunks: BTreeMap<u16, Vec<u8>>,
    /// Bytes of data in the chunks.
    len: usize,
    last_arrival: Instant,
    /// Too large, which its sender has been told: nothing of it is kept, further chunks are swallowed.
    refused: bool,
}

impl Set {
    fn cost(&self) -> usize {
        let entity = self.entity.as_ref().map_or(0, |(_, name)| name.len());
        SET_COST + entity + self.len + self.chunks.len() * CHUNK_COST
    }
}

impl Assembler {
    /// An assembler without any chunks.
    pub fn new(limits: AssemblerLimits) -> Self {
        Self { limits, sets: HashMap::new(), pending: 0 }
    }

    /// Takes the limits into use, for messages to come.
    pub fn set_limits(&mut self, limits: AssemblerLimits) {
        self.limits = limits;
    }

    /// Takes one WebSocket message. `None`: it was a chunk, and others are missing still.
    ///
    /// # Errors
    /// The payload, or the message that it completed, is malformed or too large and has been dropped. What the sender
    /// or a waiting call is due then, [`Rejected`] tells.
    pub fn receive(&mut self, payload: &[u8], now: Instant) -> Result<Option<Received>, Rejected> {
        match decode(payload)? {
            Packet::Whole(received) => Ok(Some(received)),
            Packet::Chunk(chunk) => self.collect(chunk, now),
        }
    }

    /// Drops messages that no chunk has come of for too long; returns their headers. One of a response ends the call that
    /// waits for it.
    pub fn expire(&mut self, now: Instant) -> Vec<Header> {
        let stale_after = self.limits.stale_after;
        let mut dropped = Vec::new();
        let pending = &mut self.pending;
        self.sets.retain(|_, set| {
            let keep = now.saturating_duration_since(set.last_arrival) < stale_after;
            if !keep {
                *pending = pending.saturating_sub(set.cost());
                if !set.refused {
                    dropped.push(set.header);
                }
            }
            keep
        });
        dropped
    }

    /// When [`expire`](Self::expire) has something to do next; `None` while nothing is incomplete.
    pub fn next_expiry(&self) -> Option<Instant> {
        self.sets.values().filter_map(|set| set.last_arrival.checked_add(self.limits.stale_after)).min()
    }

    fn collect(&mut self, chunk: Chunk, now: Instant) -> Result<Option<Received>, Rejected> {
        let header = chunk.header;
        let key = Key { response: header.code.is_response(), request_id: header.request_id };
        // The set is taken out, and put back unless it is complete or refused.
        let mut set = match self.sets.remove(&key) {
            Some(set) => {
                self.pending = self.pending.saturating_sub(set.cost());
                set
            }
            None => Set {
                header,
                count: chunk.count,
                entity: None,
                chunks: BTreeMap::new(),
                len: 0,
                last_arrival: now,
                refused: false,
            },
        };
        if chunk.id == 0 || chunk.id > set.count {
            let reason = RejectReason::ChunkId { id: chunk.id, count: set.count };
            if !set.chunks.is_empty() || set.refused {
                self.keep(key, set);
            }
            return Err(Rejected { header: Some(header), reason });
        }
        set.last_arrival = now;
        if set.refused {
            self.keep(key, set);
            return Ok(None);
        }
        let announced = u64::from(set.count) * u64::from(chunk.size);
        set.add(chunk);
        if let Some(reason) = self.excess(&set, announced) {
            set.refuse();
            // Even what is left of it is kept only as long as there is room.
            if self.pending.saturating_add(set.cost()) <= self.limits.max_pending {
                self.keep(key, set);
            }
            return Err(Rejected { header: Some(header), reason });
        }
        if set.chunks.len() < usize::from(set.count) {
            self.keep(key, set);
            return Ok(None);
        }
        set.join(header).map(Some).map_err(|error| Rejected::malformed(Some(header), error))
    }

    fn keep(&mut self, key: Key, set: Set) {
        self.pending += set.cost();
        self.sets.insert(key, set);
    }

    /// What forbids to collect the set further.
    fn excess(&self, set: &Set, announced: u64) -> Option<RejectReason> {
        let limit = self.limits.max_message_size;
        let announced = if self.limits.judge_announced { announced } else { 0 };
        let size = announced.max(u64::try_from(set.len).unwrap_or(u64::MAX));
        if size > u64::try_from(limit).unwrap_or(u64::MAX) {
            return Some(RejectReason::TooLarge { size, limit });
        }
        let (size, limit) = (self.pending.saturating_add(set.cost()), self.limits.max_pending);
        (size > limit).then_some(RejectReason::TooMuchPending { size, limit })
    }
}

impl Set {
    fn add(&mut self, chunk: Chunk) {
        if self.entity.is_none() {
            self.entity = chunk.entity;
        }
        self.len += chunk.data.len();
        if let Some(earlier) = self.chunks.insert(chunk.id, chunk.data) {
            self.len -= earlier.len();
        }
    }

    fn refuse(&mut self) {
        self.refused = true;
        self.entity = None;
        self.chunks = BTreeMap::new();
        self.len = 0;
    }

    fn join(self, header: Header) -> Result<Received, DecodeError> {
        let mut joined = Vec::with_capacity(self.len);
        if let Some((entity_type, name)) = &self.entity {
            joined.push(entity_type.0);
            // A name that came in has a length that can be written.
            put_text(name, "entity name", &mut joined).ok();
        }
        for data in self.chunks.values() {
            joined.extend_from_slice(data);
        }
        let mut reader = Reader::new(&joined);
        let body = body(header.code, &mut reader)?;
        Ok(Received { message: Message { header, body }, trailing: joined.len() - reader.consumed() })
    }
}
