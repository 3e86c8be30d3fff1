//! Looks at the frames of a device for what the decoder tolerates without a word.

use crate::finding::FindingKind;
use twedge::net::websocket::frame::{FrameHeader, LengthForm, Opcode};

/// Longest frame header.
const MAX_HEADER: usize = 14;

/// Follows the frames in a stream of bytes. It only looks: what is forbidden is for the decoder to refuse.
pub(super) struct FrameWatch {
    /// `Max-Frame-Size` as the device announced it.
    own_size: usize,
    compression: bool,
    header: Vec<u8>,
    /// Payload bytes to pass over.
    payload: u64,
    told_about_compression: bool,
}

impl FrameWatch {
    pub fn new(own_size: usize, compression: bool) -> Self {
        Self { own_size, compression, header: Vec::new(), payload: 0, told_about_compression: false }
    }

    /// Looks at the next bytes.
    pub fn look(&mut self, mut bytes: &[u8], mut found: impl FnMut(FindingKind, String)) {
        while !bytes.is_empty() {
            if self.payload > 0 {
                let skip = usize::try_from(self.payload).unwrap_or(usize::MAX).min(bytes.len());
                self.payload -= skip as u64;
                bytes = bytes.get(skip..).unwrap_or_default();
                continue;
            }
            let known = self.header.len();
            self.header.extend(bytes.iter().take(MAX_HEADER - known));
            match FrameHeader::decode(&self.header) {
                Some((header, length)) => {
                    self.header.clear();
                    bytes = bytes.get(length.saturating_sub(known)..).unwrap_or_default();
                    self.payload = header.payload_len;
                    self.judge(&header, &mut found);
                }
                None => return,
            }
        }
    }

    fn judge(&mut self, header: &FrameHeader, found: &mut impl FnMut(FindingKind, String)) {
        let len = header.payload_len;
        if !header.opcode.is_control() && len > self.own_size as u64 {
            let own = self.own_size;
            found(FindingKind::FrameAboveOwnSize, format!("frame of {len} bytes; the device announced {own}"));
        }
        let needs_wide = len > 125;
        if header.length_form == LengthForm::Wide16 && !needs_wide {
            found(FindingKind::FrameForm, format!("16-bit length for {len} bytes"));
        }
        if header.rsv1 && header.opcode == Opcode::Continuation {
            found(FindingKind::FrameForm, "RSV1 on a continuation frame".into());
        } else if header.rsv1 && !self.compression && !self.told_about_compression {
            self.told_about_compression = true;
            found(FindingKind::FrameForm, "compressed messages although compression was not agreed".into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(watch: &mut FrameWatch, bytes: &[u8], piece: usize) -> Vec<FindingKind> {
        let mut kinds = Vec::new();
        for piece in bytes.chunks(piece) {
            watch.look(piece, |kind, _| kinds.push(kind));
        }
        kinds
    }

    fn frame(opcode: Opcode, fin: bool, len: usize, change: impl FnOnce(&mut FrameHeader)) -> Vec<u8> {
        let mut header = FrameHeader { mask: Some([0; 4]), ..FrameHeader::new(opcode, fin, len) };
        change(&mut header);
        let mut bytes = Vec::new();
        header.encode(&mut bytes);
        bytes.resize(bytes.len() + len, 0x82);
        bytes
    }

    #[test]
    fn tolerated_forms_are_seen_however_the_bytes_are_cut() {
        let stream = [
            frame(Opcode::Binary, true, 300, |_| ()),
            frame(Opcode::Binary, false, 20, |header| header.rsv1 = true),
            frame(Opcode::Ping, true, 8, |_| ()),
            frame(Opcode::Continuation, true, 20, |header| header.rsv1 = true),
            frame(Opcode::Binary, true, 20, |header| header.length_form = LengthForm::Wide16),
            frame(Opcode::Binary, true, 1025, |_| ()),
        ]
        .concat();
        for piece in [1, 3, 7, 5000] {
            assert_eq!(
                look(&mut FrameWatch::new(1024, true), &stream, piece),
                [FindingKind::FrameForm, FindingKind::FrameForm, FindingKind::FrameAboveOwnSize]
            );
        }
        assert_eq!(look(&mut FrameWatch::new(8192, false), &stream, 9).len(), 3);
    }
}
