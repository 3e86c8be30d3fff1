//! Payload of close frames (specification, section 2.4).

/// Longest payload of a close frame that is sent, status included.
pub const MAX_CLOSE_PAYLOAD: usize = 63;

/// Close status codes that have a fixed text of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub enum CloseStatus {
    /// Everything the SDK does itself.
    Normal = 1000,
    /// The device goes to sleep.
    GoingAway = 1001,
    /// Breach of the framing rules.
    ProtocolError = 1002,
    /// Kind of data that cannot be used.
    UnsupportedData = 1003,
    /// Data that is not what it claims to be.
    InvalidData = 1007,
    /// Breach of a rule of the receiver's own.
    PolicyViolation = 1008,
    /// Frame or message too large.
    TooLarge = 1009,
    /// The server did not agree to an extension.
    MissingExtension = 1010,
    /// Any other failure.
    Unexpected = 1011,
}

/// Fixed text that goes with a status.
fn text_of(status: u16) -> &'static str {
    match status {
        1000 => "Normal Close",
        1001 => "Going to Sleep",
        1002 => "Protocol Error",
        1003 => "Unsupported Data Type",
        1007 => "Invalid Data",
        1008 => "Policy Violation",
        1009 => "Frame too large",
        1010 => "No extension found",
        _ => "Unexpected Condition",
    }
}

/// Builds the payload: status, its fixed text, a space and `reason`, cut at [`MAX_CLOSE_PAYLOAD`] bytes, never inside
/// a UTF-8 character. Without a reason there is no trailing space.
pub fn close_payload(status: u16, reason: &[u8]) -> Vec<u8> {
    let mut payload = status.to_be_bytes().to_vec();
    payload.extend_from_slice(text_of(status).as_bytes());
    if !reason.is_empty() {
        payload.push(b' ');
        payload.extend_from_slice(reason);
    }
    cut_at_character(&mut payload, MAX_CLOSE_PAYLOAD);
    payload
}

/// Shortens `text` to at most `limit` bytes. If the cut falls into a UTF-8 character, that goes as a whole.
fn cut_at_character(text: &mut Vec<u8>, limit: usize) {
    let is_inner = |byte: u8| byte & 0xc0 == 0x80;
    if text.len() <= limit {
        return;
    }
    // A character has at most three bytes after its first: more of them in a row are not UTF-8, and are cut as they are.
    let keep =
        (0..4).map(|back| limit.saturating_sub(back)).find(|&at| text.get(at).is_some_and(|byte| !is_inner(*byte)));
    text.truncate(keep.unwrap_or(limit));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recorded_payloads() {
        assert_eq!(close_payload(1000, b"bye"), b"\x03\xe8Normal Close bye");
        // session 31
        let long = close_payload(1000, b"a reason text that is much longer than the sixty three bytes allowed");
        assert_eq!(long, b"\x03\xe8Normal Close a reason text that is much longer than the sixty");
        assert_eq!(long.len(), 63);
    }

    #[test]
    fn every_status_has_its_text() {
        for (status, text) in [
            (1001, "Going to Sleep"),
            (1002, "Protocol Error"),
            (1003, "Unsupported Data Type"),
            (1007, "Invalid Data"),
            (1008, "Policy Violation"),
            (1009, "Frame too large"),
            (1010, "No extension found"),
            (1011, "Unexpected Condition"),
            (4000, "Unexpected Condition"),
        ] {
            let payload = close_payload(status, b"");
            assert_eq!(&payload[..2], status.to_be_bytes());
            assert_eq!(&payload[2..], text.as_bytes());
        }
    }

    #[test]
    fn a_character_is_not_cut_in_two() {
        // 2 + 12 + 1 bytes come first: the two-byte characters begin at odd offsets, and the last one is cut.
        let even = close_payload(1000, "äääääääääääääääääääääääää".as_bytes());
        assert_eq!(even.len(), 63);
        let odd = close_payload(1000, "xääääääääääääääääääääääääää".as_bytes());
        assert_eq!(odd.len(), 62);
        assert!(std::str::from_utf8(&odd[2..]).is_ok());
        // Not UTF-8 at all: cut like the bytes that it is.
        assert_eq!(close_payload(1000, &[0x80; 100]).len(), 63);
    }
}
