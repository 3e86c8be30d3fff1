//! One frame header on the wire (RFC 6455, section 5.2).

/// Largest payload of a control frame (RFC 6455, section 5.5).
pub const MAX_CONTROL_PAYLOAD: usize = 125;

/// What a frame carries: the four opcode bits, known and unknown ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opcode {
    /// A further fragment of the message that is under way.
    Continuation,
    /// A text message or its first fragment.
    Text,
    /// A binary message or its first fragment.
    Binary,
    /// End of the connection.
    Close,
    /// Asks for a pong.
    Ping,
    /// Answer to a ping, or unsolicited.
    Pong,
    /// Reserved by the standard; a violation when received.
    Reserved(u8),
}

impl Opcode {
    /// Reads the low four bits of `bits`.
    pub fn from_bits(bits: u8) -> Opcode {
        match bits & 0x0f {
            0x0 => Opcode::Continuation,
            0x1 => Opcode::Text,
            0x2 => Opcode::Binary,
            0x8 => Opcode::Close,
            0x9 => Opcode::Ping,
            0xa => Opcode::Pong,
            other => Opcode::Reserved(other),
        }
    }

    /// The four bits on the wire.
    pub fn bits(self) -> u8 {
        match self {
            Opcode::Continuation => 0x0,
            Opcode::Text => 0x1,
            Opcode::Binary => 0x2,
            Opcode::Close => 0x8,
            Opcode::Ping => 0x9,
            Opcode::Pong => 0xa,
            Opcode::Reserved(bits) => bits & 0x0f,
        }
    }

    /// True for close, ping, pong and the reserved control opcodes.
    pub fn is_control(self) -> bool {
        self.bits() & 0x8 != 0
    }
}

/// How the length of a frame was, or is to be, written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LengthForm {
    /// In the second byte of the header; up to 125.
    Short,
    /// In 16 bits more.
    Wide16,
    /// In 64 bits more. Never sent: peers in the field refuse it (specification, section 2.2).
    Wide64,
}

/// A frame header. Its [`encode`](FrameHeader::encode) writes whatever it is given, faults included, so that tests and
/// the local platform can build frames that a correct encoder would not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameHeader {
    /// Last frame of its message.
    pub fin: bool,
    /// First reserved bit: the message is compressed.
    pub rsv1: bool,
    /// Second reserved bit: always a violation here.
    pub rsv2: bool,
    /// Third reserved bit: always a violation here.
    pub rsv3: bool,
    /// Kind of frame.
    pub opcode: Opcode,
    /// Key that masks the payload, if it is masked.
    pub mask: Option<[u8; 4]>,
    /// Bytes of payload that follow.
    pub payload_len: u64,
    /// Form of the length field.
    pub length_form: LengthForm,
}

impl FrameHeader {
    /// A header without mask and reserved bits, its length in the shortest form.
    pub fn new(opcode: Opcode, fin: bool, payload_len: usize) -> FrameHeader {
        let length_form = match payload_len {
            0..=125 => LengthForm::Short,
            126..=0xffff => LengthForm::Wide16,
            _ => LengthForm::Wide64,
        };
        FrameHeader {
            fin,
            rsv1: false,
            rsv2: false,
            rsv3: false,
            opcode,
            mask: None,
            payload_len: payload_len as u64,
            length_form,
        }
    }

    /// Reads a header from the start of `bytes`; `None` while it is incomplete, else the header and its length in bytes.
    pub fn decode(bytes: &[u8]) -> Option<(FrameHeader, usize)> {
        let mut rest = bytes;
        let [first, second] = take(&mut rest)?;
        let (payload_len, length_form) = match second & 0x7f {
            126 => (u64::from(u16::from_be_bytes(take(&mut rest)?)), LengthForm::Wide16),
            127 => (u64::from_be_bytes(take(&mut rest)?), LengthForm::Wide64),
            short => (u64::from(short), LengthForm::Short),
        };
        let mask = if second & 0x80 != 0 { Some(take(&mut rest)?) } else { None };
        let header = FrameHeader {
            fin: first & 0x80 != 0,
            rsv1: first & 0x40 != 0,
            rsv2: first & 0x20 != 0,
            rsv3: first & 0x10 != 0,
            opcode: Opcode::from_bits(first),
            mask,
            payload_len,
            length_form,
        };
        Some((header, bytes.len() - rest.len()))
    }

    /// Appends the header to `out`. A length that does not fit its form is cut to it.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let bit = |set: bool, value: u8| if set { value } else { 0 };
        out.push(
            bit(self.fin, 0x80)
                | bit(self.rsv1, 0x40)
                | bit(self.rsv2, 0x20)
                | bit(self.rsv3, 0x10)
                | self.opcode.bits(),
        );
        let masked = bit(self.mask.is_some(), 0x80);
        match self.length_form {
            LengthForm::Short => out.push(masked | (self.payload_len & 0x7f) as u8),
            LengthForm::Wide16 => {
                out.push(masked | 126);
                out.extend_from_slice(&(self.payload_len as u16).to_be_bytes());
            }
            LengthForm::Wide64 => {
                out.push(masked | 127);
                out.extend_from_slice(&self.payload_len.to_be_bytes());
            }
        }
        if let Some(key) = self.mask {
            out.extend_from_slice(&key);
        }
    }
}

/// Takes the first `N` bytes off the front of `bytes`.
fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (head, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*head)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_form_of_the_length() {
        for (len, bytes) in [
            (5usize, &[0x82, 5][..]),
            (125, &[0x82, 125]),
            (126, &[0x82, 126, 0, 126]),
            (65_535, &[0x82, 126, 0xff, 0xff]),
            (65_536, &[0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] {
            let mut out = Vec::new();
            FrameHeader::new(Opcode::Binary, true, len).encode(&mut out);
            assert_eq!(out, bytes);
        }
    }

    #[test]
    fn an_incomplete_header_is_not_read() {
        let mut header = FrameHeader::new(Opcode::Ping, true, 70_000);
        header.mask = Some([1, 2, 3, 4]);
        let mut bytes = Vec::new();
        header.encode(&mut bytes);
        for cut in 0..bytes.len() {
            assert_eq!(FrameHeader::decode(&bytes[..cut]), None, "{cut} bytes");
        }
        assert_eq!(FrameHeader::decode(&bytes), Some((header, bytes.len())));
    }

    proptest! {
        #[test]
        fn a_header_survives_the_wire(
            bits in any::<[bool; 4]>(), opcode in 0u8..16, mask in any::<Option<[u8; 4]>>(), len in any::<u32>(),
        ) {
            let header = FrameHeader {
                fin: bits[0],
                rsv1: bits[1],
                rsv2: bits[2],
                rsv3: bits[3],
                mask,
                ..FrameHeader::new(Opcode::from_bits(opcode), true, len as usize)
            };
            let mut bytes = Vec::new();
            header.encode(&mut bytes);
            prop_assert_eq!(FrameHeader::decode(&bytes), Some((header, bytes.len())));
        }
    }
}
