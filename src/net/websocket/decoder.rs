//! Bytes from the peer into messages and control frames.

use super::frame::{FrameHeader, LengthForm, MAX_CONTROL_PAYLOAD, Opcode};
use super::{Inflate, InflateError, Role, Violation, mask};

/// What the peer may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest frame payload in bytes: what the client announces as `Max-Frame-Size`.
    pub max_frame_payload: usize,
    /// Largest binary message in bytes when it comes in fragments, and when it is inflated: 1.5 times
    /// `max_message_size`.
    pub max_message: usize,
    /// The same for text messages: `max_ws_tunnel_message_size`.
    pub max_text: usize,
}

/// What the peer has sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A whole binary message, joined and inflated.
    Binary(Vec<u8>),
    /// A whole text message. That it is UTF-8 is not checked: tunnels carry what the application sends.
    Text(Vec<u8>),
    /// A ping; it is to be answered with its payload.
    Ping(Vec<u8>),
    /// A pong, asked for or not.
    Pong(Vec<u8>),
    /// The last event of a connection: what comes after a close frame is not looked at.
    Close {
        /// Status, unless the payload is shorter than two bytes.
        status: Option<u16>,
        /// The payload as it came, status included.
        payload: Vec<u8>,
    },
}

/// Incremental decoder of one direction of a connection.
///
/// [`feed`](Decoder::feed) it what was read, then take [`next_event`](Decoder::next_event) until there is none. How the
/// bytes are cut into pieces makes no difference. Limits are judged by the header of each frame, before its payload is
/// stored. After a violation it stays failed.
pub struct Decoder {
    role: Role,
    limits: Limits,
    compression: Compression,
    /// Refuses what section 8.1 of the specification only tolerates.
    strict: bool,
    input: Vec<u8>,
    /// Bytes of `input` that have been dealt with.
    used: usize,
    frame: Option<Frame>,
    message: Option<Message>,
    state: State,
    /// Frames that have been received completely.
    frames: u64,
}

/// Compression of the incoming direction.
enum Compression {
    Agreed(Box<Inflate>),
    /// Not agreed, and not seen yet either.
    Absent,
    /// Not agreed, but a client used it all the same (W39).
    Tolerated(Box<Inflate>),
}

#[derive(Clone)]
enum State {
    Open,
    Closed,
    Failed(Violation),
}

/// The frame whose payload is being received.
struct Frame {
    header: FrameHeader,
    /// Payload bytes still to come.
    missing: u64,
    /// Payload bytes received, for the mask.
    received: usize,
    /// Payload of a control frame. That of a data frame goes into the message.
    control: Vec<u8>,
}

/// The message that is being put together.
struct Message {
    text: bool,
    compressed: bool,
    payload: Vec<u8>,
}

impl Decoder {
    /// A decoder at the `role` end of a connection on which nothing has been received yet. `inflate` is there if
    /// compression was agreed in the upgrade.
    pub fn new(role: Role, limits: Limits, inflate: Option<Inflate>) -> Decoder {
        Decoder {
            role,
            limits,
            compression: inflate.map_or(Compression::Absent, |inflate| Compression::Agreed(Box::new(inflate))),
            strict: false,
            input: Vec::new(),
            used: 0,
            frame: None,
            message: None,
            state: State::Open,
            frames: 0,
        }
    }

    /// Refuses what is tolerated otherwise: RSV1 on continuation frames, and, in the server role, compressed messages
    /// although compression was not agreed.
    pub fn strict(mut self) -> Decoder {
        self.strict = true;
        self
    }

    /// Takes bytes that were received.
    pub fn feed(&mut self, bytes: &[u8]) {
        if matches!(self.state, State::Open) {
            self.input.drain(..self.used);
            self.used = 0;
            self.input.extend_from_slice(bytes);
        }
    }

    /// The next thing that the peer has sent, or `None` if more bytes are needed.
    ///
    /// # Errors
    /// The first violation of the peer, and the same one at every call after that.
    pub fn next_event(&mut self) -> Result<Option<Event>, Violation> {
        loop {
            match &self.state {
                State::Open => {}
                State::Closed => return Ok(None),
                State::Failed(violation) => return Err(violation.clone()),
            }
            match self.advance() {
                Ok(Progress::Event(event)) => {
                    if matches!(event, Event::Close { .. }) {
                        self.stop(State::Closed);
                    }
                    return Ok(Some(event));
                }
                Ok(Progress::Frame) => {}
                Ok(Progress::Starved) => return Ok(None),
                Err(violation) => self.stop(State::Failed(violation)),
            }
        }
    }

    /// Number of the frame that has begun but is incomplete; `None` between frames. A frame that does not become
    /// complete in time ends the connection: arm the timer when this number changes.
    pub fn pending_frame(&self) -> Option<u64> {
        let begun = self.frame.is_some() || self.used < self.input.len();
        (begun && matches!(self.state, State::Open)).then_some(self.frames)
    }

    /// Ends decoding for good and lets go of all buffers.
    fn stop(&mut self, state: State) {
        self.state = state;
        self.input = Vec::new();
        self.used = 0;
        self.frame = None;
        self.message = None;
    }

    /// Takes the next header or as much payload as there is.
    fn advance(&mut self) -> Result<Progress, Violation> {
        if self.frame.is_none() && !self.begin_frame()? {
            return Ok(Progress::Starved);
        }
        self.take_payload();
        match self.frame.take_if(|frame| frame.missing == 0) {
            Some(frame) => self.end_frame(frame),
            None => Ok(Progress::Starved),
        }
    }

    /// Reads a header; false if it is incomplete.
    fn begin_frame(&mut self) -> Result<bool, Violation> {
        let bytes = self.input.get(self.used..).unwrap_or_default();
        let Some((header, length)) = FrameHeader::decode(bytes) else {
            return Ok(false);
        };
        self.check_form(&header)?;
        if header.opcode.is_control() {
            check_control(&header)?;
        } else {
            self.check_data(&header)?;
        }
        self.used += length;
        self.frame = Some(Frame { header, missing: header.payload_len, received: 0, control: Vec::new() });
        Ok(true)
    }

    /// Rules for all frames.
    fn check_form(&self, header: &FrameHeader) -> Result<(), Violation> {
        if let Opcode::Reserved(bits) = header.opcode {
            return Err(Violation::ReservedOpcode(bits));
        }
        match (self.role, header.mask) {
            (Role::Client, Some(_)) => return Err(Violation::Masked),
            (Role::Server, None) => return Err(Violation::NotMasked),
            _ => {}
        }
        if header.rsv2 || header.rsv3 {
            return Err(Violation::ReservedBit);
        }
        Ok(())
    }

    /// Rules for data frames. Opens a message if the frame starts one.
    fn check_data(&mut self, header: &FrameHeader) -> Result<(), Violation> {
        let len = header.payload_len;
        if len > self.limits.max_frame_payload as u64 {
            return Err(Violation::FrameTooLarge { len, limit: self.limits.max_frame_payload });
        }
        if header.length_form == LengthForm::Wide64 {
            return Err(Violation::WideLength(len));
        }
        let continues = header.opcode == Opcode::Continuation;
        if continues && header.rsv1 && self.strict {
            return Err(Violation::UnexpectedCompression("continuation frame"));
        }
        match (&self.message, continues) {
            (None, true) => return Err(Violation::StrayContinuation),
            (Some(_), false) => return Err(Violation::InterruptedMessage),
            (Some(_), true) => {}
            (None, false) => {
                if header.rsv1 {
                    self.allow_compression()?;
                }
                let text = header.opcode == Opcode::Text;
                self.message = Some(Message { text, compressed: header.rsv1, payload: Vec::new() });
            }
        }
        self.check_total(len, header.fin && !continues)
    }

    /// The total limit, judged at every fragment. A message in one frame is bounded by the frame size alone.
    fn check_total(&self, len: u64, whole: bool) -> Result<(), Violation> {
        let Some(message) = &self.message else { return Ok(()) };
        let limit = self.total_limit(message.text);
        if !whole && (message.payload.len() as u64).saturating_add(len) > limit as u64 {
            return Err(Violation::MessageTooLarge { limit });
        }
        Ok(())
    }

    fn total_limit(&self, text: bool) -> usize {
        if text { self.limits.max_text } else { self.limits.max_message }
    }

    /// A message claims to be compressed. Clients of the original go on compressing after a reconnect without
    /// agreement, with contexts that are fresh for the connection (W39): a server has to cope.
    fn allow_compression(&mut self) -> Result<(), Violation> {
        if matches!(self.compression, Compression::Absent) {
            if self.role == Role::Client || self.strict {
                return Err(Violation::UnexpectedCompression("message"));
            }
            self.compression = Compression::Tolerated(Box::new(Inflate::new(false)));
        }
        Ok(())
    }

    /// Moves payload of the current frame out of the input.
    fn take_payload(&mut self) {
        let Some(frame) = &mut self.frame else { return };
        let bytes = self.input.get(self.used..).unwrap_or_default();
        let take = usize::try_from(frame.missing).map_or(bytes.len(), |missing| missing.min(bytes.len()));
        let target = match &mut self.message {
            Some(message) if !frame.header.opcode.is_control() => &mut message.payload,
            _ => &mut frame.control,
        };
        let start = target.len();
        target.extend_from_slice(bytes.get(..take).unwrap_or_default());
        if let Some(key) = frame.header.mask {
            mask::apply(key, frame.received, &mut target[start..]);
        }
        frame.received += take;
        frame.missing -= take as u64;
        self.used += take;
    }

    /// The payload of `frame` is complete.
    fn end_frame(&mut self, frame: Frame) -> Result<Progress, Violation> {
        self.frames += 1;
        let payload = frame.control;
        let event = match frame.header.opcode {
            Opcode::Ping => Event::Ping(payload),
            Opcode::Pong => Event::Pong(payload),
            Opcode::Close => {
                let status = payload.first_chunk().map(|bytes| u16::from_be_bytes(*bytes));
                Event::Close { status, payload }
            }
            _ if !frame.header.fin => return Ok(Progress::Frame),
            _ => match self.message.take() {
                Some(message) => self.end_message(message)?,
                None => return Ok(Progress::Frame),
            },
        };
        Ok(Progress::Event(event))
    }

    /// The last fragment of `message` is there.
    fn end_message(&mut self, message: Message) -> Result<Event, Violation> {
        let limit = self.total_limit(message.text);
        let payload = match &mut self.compression {
            Compression::Agreed(inflate) | Compression::Tolerated(inflate) if message.compressed => {
                inflate.message(&message.payload, limit).map_err(|error| match error {
                    InflateError::Invalid => Violation::BadDeflate,
                    InflateError::TooLarge { limit } => Violation::MessageTooLarge { limit },
                })?
            }
            _ => message.payload,
        };
        Ok(if message.text { Event::Text(payload) } else { Event::Binary(payload) })
    }
}

/// What one step of the decoder has found.
enum Progress {
    Event(Event),
    /// A frame that is no event by itself.
    Frame,
    /// More bytes are needed.
    Starved,
}

/// Rules for control frames.
fn check_control(header: &FrameHeader) -> Result<(), Violation> {
    if header.rsv1 {
        return Err(Violation::UnexpectedCompression("control frame"));
    }
    if !header.fin {
        return Err(Violation::FragmentedControl);
    }
    if header.payload_len > MAX_CONTROL_PAYLOAD as u64 {
        return Err(Violation::ControlTooLong(header.payload_len));
    }
    if header.length_form == LengthForm::Wide64 {
        return Err(Violation::WideLength(header.payload_len));
    }
    Ok(())
}
