//! Messages from a device: are they what they should be, and whose business are they (protocol.md sections 3, 4, 8.3).

use super::{Deal, Flow, Session};
use crate::config::{SessionIds, WrongSession};
use crate::connection::Stage;
use crate::device::DeviceError;
use crate::fault::Point;
use crate::finding::FindingKind;
use crate::service::Answer;
use crate::transcript::Direction;
use std::time::Instant;
use twedge::model::Text;
use twedge::wire::{
    Body, Chunk, HEADER_LEN, Header, Message, MessageCode, NO_SESSION, Packet, RejectReason, Rejected, Response,
    decode_header,
};

impl Session {
    /// One WebSocket message.
    pub(super) fn payload(&mut self, payload: &[u8]) -> Flow {
        let chunk = match decode_header(payload) {
            Ok((_, true)) => match twedge::wire::decode(payload) {
                Ok(Packet::Chunk(chunk)) => Some(chunk),
                _ => None,
            },
            Ok((header, false)) if payload.len() == HEADER_LEN && self.is_bare_repetition(&header) => {
                self.find(FindingKind::BareHeader, format!("bare header behind {}", header.request_id));
                return Flow::Go;
            }
            _ => None,
        };
        if let Some(flow) = chunk.as_ref().and_then(|chunk| self.chunk(chunk)) {
            return flow;
        }
        match self.assembler.receive(payload, Instant::now()) {
            Err(rejected) => self.rejected(&rejected),
            Ok(None) => Flow::Go,
            Ok(Some(received)) => {
                let (core, id) = (&self.core, self.handle.id);
                if let Some(chunk) = &chunk {
                    self.chunks.complete(chunk, |kind, detail| core.find(id, kind, detail));
                }
                let header = received.message.header;
                if received.trailing > 0 {
                    let detail = format!("{} bytes behind {} {}", received.trailing, header.code, header.request_id);
                    self.find(FindingKind::TrailingBytes, detail);
                }
                self.last_whole = chunk.is_none().then_some(header);
                let parts = chunk.map_or(1, |chunk| usize::from(chunk.count));
                self.received(received.message, parts)
            }
        }
    }

    fn is_bare_repetition(&self, header: &Header) -> bool {
        self.last_whole.is_some_and(|last| {
            (last.code, last.request_id, last.session_id) == (header.code, header.request_id, header.session_id)
        })
    }

    /// Judges a chunk. The flow if it is not to be taken.
    fn chunk(&mut self, chunk: &Chunk) -> Option<Flow> {
        let (core, id) = (&self.core, self.handle.id);
        self.chunks.chunk(chunk, self.opened.compression.is_some(), |kind, detail| core.find(id, kind, detail));
        let is_bind = matches!(chunk.header.code, MessageCode::BIND | MessageCode::UNBIND);
        if is_bind && !self.core.config().switches.multipart_bind {
            let answer = Answer::error(MessageCode::BAD_REQUEST, "BIND in chunks is not accepted");
            // One answer for the whole: the last chunk stands for it.
            return Some(if chunk.id == chunk.count { self.answer(&chunk.header, answer) } else { Flow::Go });
        }
        None
    }

    /// A message that cannot be used.
    fn rejected(&mut self, rejected: &Rejected) -> Flow {
        let kind = match &rejected.reason {
            RejectReason::TooLarge { .. } | RejectReason::TooMuchPending { .. } => FindingKind::TooLarge,
            RejectReason::ChunkId { .. } => FindingKind::Chunks,
            _ => FindingKind::Undecodable,
        };
        if let Some(header) = rejected.header.filter(|header| !header.code.is_response() && !known(header.code)) {
            return self.unknown(&header);
        }
        self.find(kind, rejected.to_string());
        if let Some(pending) = rejected.ends_call().and_then(|id| self.pending.remove(&id)) {
            let _ = pending.reply.send(Err(DeviceError::Undecodable));
        }
        let is_auth = rejected.header.is_some_and(|header| header.code == MessageCode::AUTH);
        if self.authenticated.is_none() && !is_auth {
            return self.not_authenticated("something that is no message");
        }
        match (rejected.answer(), rejected.header) {
            (Some(code), Some(header)) => self.answer(&header, Answer::error(code, rejected.to_string())),
            _ => Flow::Go,
        }
    }

    /// A message of a code that has no meaning here.
    fn unknown(&mut self, header: &Header) -> Flow {
        if header.code != MessageCode::KEEP_ALIVE {
            self.find(FindingKind::UnknownCode, format!("code {}", header.code));
        } else {
            self.find(FindingKind::KeepAlive, "KEEP_ALIVE");
        }
        if self.authenticated.is_none() {
            return self.not_authenticated("a message of an unknown code");
        }
        if header.code == MessageCode::KEEP_ALIVE && self.core.config().switches.answer_keep_alive {
            return self.answer(header, Answer::ok());
        }
        Flow::Go
    }

    /// A whole message.
    fn received(&mut self, message: Message, parts: usize) -> Flow {
        let header = message.header;
        self.record(Direction::FromDevice, message.clone(), parts);
        if let Some(flow) = self.judge_header(&header) {
            return flow;
        }
        match message.body {
            Body::Auth { claims } => self.auth(header, &claims),
            _ if self.authenticated.is_none() => self.not_authenticated(&header.code.to_string()),
            Body::Bind { gateway, names } => self.bind_or_unbind(header, gateway, names),
            Body::Request(request) => self.serve(header, request),
            Body::Response(response) => self.response(header, response),
        }
    }

    /// Checks what every message has in common. The flow if the message is not to be served.
    fn judge_header(&mut self, header: &Header) -> Option<Flow> {
        let what = format!("{} {}", header.code, header.request_id);
        if header.version != 1 {
            self.find(FindingKind::Version, format!("{what} has version {}", header.version));
        }
        let expected = match &self.authenticated {
            _ if header.code == MessageCode::AUTH => NO_SESSION,
            Some(authenticated) => authenticated.session_id,
            None => return None,
        };
        if !header.code.is_response() {
            if header.request_id == 0 || self.serving.contains(&header.request_id) {
                self.find(FindingKind::RequestId, format!("{what}: the id is 0 or in use"));
            }
            if header.endpoint_id != 0 {
                self.find(FindingKind::EndpointId, format!("{what} has endpoint id {}", header.endpoint_id));
            }
        }
        if header.session_id != expected {
            let detail = format!("{what} has session id {:08x}; {expected:08x} is due", header.session_id);
            self.find(FindingKind::SessionId, detail);
            let refuse = self.core.config().switches.wrong_session == WrongSession::Refuse;
            if refuse && header.code != MessageCode::AUTH && !header.code.is_response() {
                let answer = Answer::error(MessageCode::UNAUTHORIZED, "wrong session id");
                return Some(self.answer(header, answer));
            }
        }
        None
    }

    /// Something came before AUTH.
    fn not_authenticated(&mut self, what: &str) -> Flow {
        self.find(FindingKind::NotAuthFirst, format!("{what} came before a successful AUTH"));
        self.close(1008, "AUTH must come first")
    }

    fn auth(&mut self, header: Header, claims: &[(Text, Text)]) -> Flow {
        if self.authenticated.is_some() {
            self.find(FindingKind::RepeatedAuth, "AUTH on an authenticated connection");
        }
        let delivery = match self.deal(&[Point::Auth], &[], Some(&header)) {
            Deal::Done(flow) => return flow,
            Deal::Serve(delivery) => delivery,
        };
        let config = self.core.config();
        let key = claims.iter().find(|(name, _)| *name == "appKey").map(|(_, value)| value.as_bytes());
        let Some(credential) = key.and_then(|key| config.credential(key)) else {
            self.find(FindingKind::WrongKey, "AUTH with a wrong application key");
            let answer = Answer::error(config.switches.wrong_key, "Invalid application key");
            return self.deliver(header, answer, delivery);
        };
        let session_id = match &self.authenticated {
            Some(authenticated) => authenticated.session_id,
            None => self.new_session_id(),
        };
        let user = credential.user.clone();
        let id = self.handle.id;
        self.core.update(|state| {
            state.counters.authentications += 1;
            if let Some(session) = state.sessions.get_mut(&id) {
                session.info.stage = session.info.stage.max(Stage::Authenticated);
                session.info.session_id = session_id;
                session.info.user.clone_from(&user);
            }
        });
        self.authenticated = Some(super::Authenticated { session_id, user });
        self.deliver(header, Answer::ok(), delivery)
    }

    fn new_session_id(&self) -> u32 {
        let number = match self.core.config().switches.session_ids {
            SessionIds::From(start) => {
                return start.wrapping_add(self.core.update(|state| {
                    state.sessions_assigned += 1;
                    state.sessions_assigned - 1
                }));
            }
            SessionIds::Random => getrandom::u32().unwrap_or(self.handle.id as u32),
        };
        // 0 and the value that stands for "none" are no session ids.
        number.clamp(1, NO_SESSION - 1)
    }

    /// An answer of the device.
    fn response(&mut self, header: Header, response: Response) -> Flow {
        let Some(pending) = self.pending.remove(&header.request_id) else {
            let detail = format!("{} to request {}, which is not outstanding", header.code, header.request_id);
            self.find(FindingKind::UnexpectedAnswer, detail);
            return Flow::Go;
        };
        let endpoint = self.core.config().switches.endpoint_id;
        if header.endpoint_id != endpoint {
            let detail = format!("answer {} has endpoint id {}", header.request_id, header.endpoint_id);
            self.find(FindingKind::EndpointId, detail);
        }
        self.heard_of(&pending.entity);
        let Response { reason, content } = response;
        let _ = pending.reply.send(Ok(Answer { code: header.code, reason, content }));
        Flow::Go
    }

    /// The device has shown that it is there for that thing.
    pub(super) fn heard_of(&self, name: &Text) {
        let star = self.core.config().switches.identifier_star;
        let id = self.handle.id;
        self.core.update(|state| {
            let Some(thing) = state.things.resolve(name, star).map(|thing| thing.name.clone()) else { return };
            if let Some(bound) = state.things.get_mut(&thing).and_then(|thing| thing.bound.as_mut()) {
                bound.reporting |= bound.connection == id;
            }
        });
    }
}

/// Whether a code below 0x40 has a meaning.
fn known(code: MessageCode) -> bool {
    code.is_request() || matches!(code, MessageCode::AUTH | MessageCode::BIND | MessageCode::UNBIND)
}
