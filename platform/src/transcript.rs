//! The messages that went to and fro, for tests and operators.

use crate::thing::table_weight;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::SystemTime;
use twedge::wire::{Body, MASK, Message, MessageCode};

/// Most bytes that the entries of a transcript hold together.
const MAX_WEIGHT: usize = 32 << 20;

/// Which way a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the device.
    FromDevice,
    /// To the device.
    ToDevice,
}

/// A message that went over a connection. The values of claims are replaced by stars.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Number of the connection.
    pub connection: u64,
    /// Which way.
    pub direction: Direction,
    /// When it was complete, or handed to the network.
    pub time: SystemTime,
    /// In how many WebSocket messages it came or went; more than 1 if it was in chunks.
    pub parts: usize,
    /// The message.
    pub message: Arc<Message>,
}

impl Entry {
    /// Whether it is a message from a device of this code and, for requests, with this property, service or event name.
    pub fn is_request_of_device(&self, code: MessageCode, name: &str) -> bool {
        let named = matches!(&self.message.body, Body::Request(request) if request.name == name);
        self.direction == Direction::FromDevice && self.message.header.code == code && named
    }
}

/// The latest messages of all connections.
#[derive(Debug, Default)]
pub(crate) struct Transcript {
    entries: VecDeque<(Entry, usize)>,
    weight: usize,
}

impl Transcript {
    pub fn add(&mut self, mut entry: Entry, limit: usize) {
        if let Body::Auth { .. } = entry.message.body {
            mask_claims(Arc::make_mut(&mut entry.message));
        }
        let weight = weight(&entry.message);
        self.weight += weight;
        self.entries.push_back((entry, weight));
        while self.entries.len() > limit || self.weight > MAX_WEIGHT {
            let Some((_, weight)) = self.entries.pop_front() else { break };
            self.weight -= weight;
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().map(|(entry, _)| entry)
    }
}

fn mask_claims(message: &mut Message) {
    if let Body::Auth { claims } = &mut message.body {
        for (_, value) in claims {
            *value = MASK.into();
        }
    }
}

/// Memory behind a message, roughly.
fn weight(message: &Message) -> usize {
    let table = |table: &Option<_>| table.as_ref().map_or(0, table_weight);
    256 + match &message.body {
        Body::Auth { claims } => 64 * claims.len(),
        Body::Bind { names, .. } => names.iter().map(|name| 32 + name.len()).sum(),
        Body::Request(request) => table(&request.params),
        Body::Response(response) => table(&response.content),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use twedge::model::{InfoTable, Value};
    use twedge::wire::{Header, Response};

    fn entry(body: Body) -> Entry {
        let header = Header { version: 1, code: MessageCode::SUCCESS, request_id: 1, endpoint_id: 0, session_id: 1 };
        let message = Arc::new(Message { header, body });
        Entry { connection: 1, direction: Direction::FromDevice, time: SystemTime::now(), parts: 1, message }
    }

    #[test]
    fn large_messages_push_out_older_ones() {
        let mut transcript = Transcript::default();
        for _ in 0..10 {
            let content = Some(InfoTable::single("b", Value::blob(vec![0; 10 << 20])));
            transcript.add(entry(Body::Response(Response { reason: None, content })), 100);
        }
        assert_eq!(transcript.iter().count(), 3);
        for _ in 0..200 {
            transcript.add(entry(Body::Response(Response::default())), 100);
        }
        assert_eq!(transcript.iter().count(), 100);
    }

    #[test]
    fn keys_are_masked() {
        let mut transcript = Transcript::default();
        transcript.add(entry(Body::Auth { claims: vec![("appKey".into(), "secret".into())] }), 100);
        let Body::Auth { claims } = &transcript.iter().next().unwrap().message.body else { panic!() };
        assert_eq!(claims[0].1, MASK);
    }
}
