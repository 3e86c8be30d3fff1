//! The answer to an upgrade request.

use super::{DeflateParams, UpgradeError};
use httparse::{EMPTY_HEADER, Header, ParserConfig, Response, Status};

/// Longest head of an answer that is read, in bytes, the empty line included. A limit of its own: that of the original
/// was the frame size.
pub const MAX_RESPONSE_HEAD: usize = 8192;

/// More header lines than this are no answer to an upgrade.
const MAX_HEADERS: usize = 128;

/// An answer that opens the WebSocket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// permessage-deflate, if it was agreed to.
    pub compression: Option<DeflateParams>,
    /// Bytes that came behind the head: the first frames.
    pub leftover: Vec<u8>,
}

/// Incremental reader of the answer.
pub struct ResponseReader {
    accept: String,
    offered_compression: bool,
    received: Vec<u8>,
}

impl ResponseReader {
    /// A reader for the answer to one request: `accept` as [`encode`](super::UpgradeRequest::encode) returned it, and
    /// whether that request offered compression.
    pub fn new(accept: String, offered_compression: bool) -> ResponseReader {
        ResponseReader { accept, offered_compression, received: Vec::new() }
    }

    /// Takes the next bytes of the connection; `None` until the head is complete. Not to be called again after that.
    ///
    /// # Errors
    /// [`UpgradeError`]: the answer does not open a WebSocket. A status other than 101 is reported as soon as its line
    /// is there.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<Option<Accepted>, UpgradeError> {
        self.received.extend_from_slice(bytes);
        let mut headers = [EMPTY_HEADER; MAX_HEADERS];
        let mut response = Response::new(&mut headers);
        let parsed = ParserConfig::default()
            .allow_spaces_after_header_name_in_responses(true)
            .allow_obsolete_multiline_headers_in_responses(true)
            .ignore_invalid_headers_in_responses(true)
            .parse_response(&mut response, &self.received);
        if let Some(status) = response.code.filter(|code| *code != 101) {
            return Err(UpgradeError::Status { status });
        }
        let complete = parsed.map_err(|error| UpgradeError::NotHttp(error.to_string()))?;
        let head = match complete {
            Status::Complete(head) => head,
            Status::Partial => self.received.len().saturating_add(1),
        };
        if head > MAX_RESPONSE_HEAD {
            return Err(UpgradeError::TooLong { limit: MAX_RESPONSE_HEAD });
        }
        if complete.is_partial() {
            return Ok(None);
        }
        let compression = self.judge(response.headers)?;
        let leftover = self.received.get(head..).unwrap_or_default().to_vec();
        Ok(Some(Accepted { compression, leftover }))
    }

    /// The error if the connection has ended now.
    pub fn ended(&self) -> UpgradeError {
        UpgradeError::Ended { received: self.received.len() }
    }

    /// The rules of section 1.3 of the specification.
    fn judge(&self, headers: &[Header<'_>]) -> Result<Option<DeflateParams>, UpgradeError> {
        let values = |name: &'static str| {
            let named = headers.iter().filter(move |header| header.name.eq_ignore_ascii_case(name));
            named.map(|header| std::str::from_utf8(header.value).unwrap_or_default().trim())
        };
        let has_token = |name, token: &str| {
            values(name).flat_map(|value| value.split(',')).any(|item| item.trim().eq_ignore_ascii_case(token))
        };
        if !has_token("Upgrade", "websocket") {
            return Err(UpgradeError::NoUpgradeHeader);
        }
        if !has_token("Connection", "upgrade") {
            return Err(UpgradeError::NoConnectionHeader);
        }
        let found = values("Sec-WebSocket-Accept").next().unwrap_or_default();
        if found != self.accept {
            return Err(UpgradeError::WrongAccept { expected: self.accept.clone(), found: found.to_owned() });
        }
        let compression = DeflateParams::from_answer(values("Sec-WebSocket-Extensions"))?;
        if compression.is_some() && !self.offered_compression {
            return Err(UpgradeError::Extension("permessage-deflate".to_owned()));
        }
        Ok(compression)
    }
}

#[cfg(test)]
mod tests {
    use super::super::switching_protocols;
    use super::*;

    const KEY: &str = "QmM7MZw2pOYV6CSvd/1Zxg==";
    const ACCEPT: &str = "F1rMQZtZ/4Wcl6FU0ThF0G3nC24=";

    fn reader() -> ResponseReader {
        ResponseReader::new(ACCEPT.to_owned(), true)
    }

    fn read(text: &str) -> Result<Option<Accepted>, UpgradeError> {
        reader().feed(text.as_bytes())
    }

    fn plain() -> Accepted {
        Accepted { compression: None, leftover: vec![] }
    }

    #[test]
    fn what_a_server_of_ours_answers() {
        for compression in [None, Some(DeflateParams::default())] {
            let answer = switching_protocols(KEY, compression);
            assert_eq!(reader().feed(&answer), Ok(Some(Accepted { compression, leftover: vec![] })));
        }
    }

    #[test]
    fn any_case_lists_and_empty_values() {
        // sessions 25, 26, 43
        let answer = format!(
            "HTTP/1.1 101 whatever\r\nuPGRADE: WebSocket\r\nX-Empty:\r\nCONNECTION: keep-alive, Upgrade\r\n\
             sec-websocket-accept:  {ACCEPT} \r\n\r\n"
        );
        assert_eq!(read(&answer), Ok(Some(plain())));
    }

    #[test]
    fn bytes_behind_the_head_are_kept() {
        // session 44
        let mut answer = switching_protocols(KEY, None);
        answer.extend_from_slice(b"\x89\x01x\r\n\r\n");
        assert_eq!(reader().feed(&answer).unwrap().unwrap().leftover, b"\x89\x01x\r\n\r\n");
    }

    #[test]
    fn in_pieces_of_one_byte() {
        // session 27
        let answer = switching_protocols(KEY, None);
        let mut reader = reader();
        for (at, byte) in answer.iter().enumerate() {
            let read = reader.feed(&[*byte]).unwrap();
            assert_eq!(read.is_some(), at + 1 == answer.len());
        }
    }

    #[test]
    fn statuses_are_refused_with_their_number() {
        for status in [200, 301, 401, 404, 500] {
            let answer = format!("HTTP/1.1 {status} X\r\nContent-Len");
            assert_eq!(read(&answer), Err(UpgradeError::Status { status }));
        }
        assert_eq!(read("HTTP/1.1 40"), Ok(None));
    }

    #[test]
    fn what_is_missing_is_named() {
        let answer = |upgrade: &str, connection: &str, accept: &str| {
            read(&format!("HTTP/1.1 101 X\r\n{upgrade}\r\n{connection}\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"))
        };
        let (upgrade, connection) = ("Upgrade: websocket", "Connection: upgrade");
        assert_eq!(answer(upgrade, connection, ACCEPT), Ok(Some(plain())));
        assert_eq!(answer("X: y", connection, ACCEPT), Err(UpgradeError::NoUpgradeHeader));
        assert_eq!(answer("Upgrade: websocket2", connection, ACCEPT), Err(UpgradeError::NoUpgradeHeader));
        assert_eq!(answer(upgrade, "Connection: close", ACCEPT), Err(UpgradeError::NoConnectionHeader));
        let wrong = ACCEPT.to_lowercase();
        let expected = UpgradeError::WrongAccept { expected: ACCEPT.to_owned(), found: wrong.clone() };
        assert_eq!(answer(upgrade, connection, &wrong), Err(expected));
    }

    #[test]
    fn compression_that_was_not_offered_is_refused() {
        let answer = switching_protocols(KEY, Some(DeflateParams::default()));
        let mut reader = ResponseReader::new(ACCEPT.to_owned(), false);
        assert!(matches!(reader.feed(&answer), Err(UpgradeError::Extension(_))));
    }

    #[test]
    fn the_limit_is_for_the_head_alone() {
        let base = String::from_utf8(switching_protocols(KEY, None)).unwrap();
        let padded = |total: usize| {
            let pad = "p".repeat(total - base.len() - "X-Pad: \r\n".len());
            base.replace("Upgrade:", &format!("X-Pad: {pad}\r\nUpgrade:"))
        };
        assert_eq!(padded(8192).len(), 8192);
        assert_eq!(read(&(padded(8192) + &"f".repeat(10_000))).unwrap().unwrap().leftover.len(), 10_000);
        assert_eq!(read(&padded(8193)), Err(UpgradeError::TooLong { limit: 8192 }));
        assert_eq!(read(&padded(9000)[..8191]), Ok(None));
        assert_eq!(read(&padded(9000)[..8192]), Err(UpgradeError::TooLong { limit: 8192 }));
    }

    #[test]
    fn other_protocols_are_told_apart() {
        assert!(matches!(read("SSH-2.0-OpenSSH_9.9\r\n"), Err(UpgradeError::NotHttp(_))));
        assert!(matches!(read("\x15\x03\x03\x00\x02\x02\x28"), Err(UpgradeError::NotHttp(_))));
        let mut cut = reader();
        assert_eq!(cut.feed(b"HTTP/1.1 1"), Ok(None));
        assert_eq!(cut.ended(), UpgradeError::Ended { received: 10 });
    }

    #[test]
    fn too_many_headers_are_no_answer() {
        let answer = format!("HTTP/1.1 101 X\r\n{}\r\n", "a: b\r\n".repeat(200));
        assert!(matches!(read(&answer), Err(UpgradeError::NotHttp(_))));
    }
}
