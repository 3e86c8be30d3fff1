//! A proxy's answer to a CONNECT request.

use super::ProxyError;
use super::challenge::{self, Challenge};
use httparse::{EMPTY_HEADER, Header, ParserConfig, Response, Status};

/// Longest head of an answer that is read, in bytes, the empty line included.
pub const MAX_ANSWER_HEAD: usize = 16 * 1024;

/// More header lines than this are no answer of a proxy.
const MAX_HEADERS: usize = 128;

/// A complete answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Its status code.
    pub status: u16,
    /// What its `Proxy-Authenticate` headers offer, in their order.
    pub challenges: Vec<Challenge>,
    /// Whether another request can follow on this connection.
    pub keeps_connection: bool,
    /// Bytes behind it.
    pub leftover: Vec<u8>,
}

/// Incremental reader of one answer. The body of a 407 is read over.
#[derive(Default)]
pub struct ResponseReader {
    received: Vec<u8>,
    /// The head of a 407, while its body is awaited.
    head: Option<(Answer, Body)>,
    taken: usize,
}

/// Where a body ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Body {
    Length(u64),
    /// Bytes left of the chunk under way, its line end included.
    Chunked(u64),
}

impl ResponseReader {
    /// Takes the next bytes of the connection; `None` until the answer is complete. Not to be called again after that.
    ///
    /// # Errors
    /// [`ProxyError::NotHttp`], [`ProxyError::TooLong`].
    pub fn feed(&mut self, bytes: &[u8]) -> Result<Option<Answer>, ProxyError> {
        self.taken += bytes.len();
        self.received.extend_from_slice(bytes);
        if self.head.is_none() {
            let Some((answer, head, body)) = read_head(&self.received)? else { return Ok(None) };
            self.received.drain(..head);
            self.head = Some((answer, body));
        }
        let Some((answer, body)) = &mut self.head else { return Ok(None) };
        let complete = match body {
            Body::Length(left) => skip(&mut self.received, left),
            Body::Chunked(left) => skip_chunks(&mut self.received, left)?,
        };
        if !complete {
            return Ok(None);
        }
        let mut answer = answer.clone();
        answer.leftover = std::mem::take(&mut self.received);
        Ok(Some(answer))
    }

    /// The connection has ended. An answer whose head was complete counts; its body is of no interest.
    ///
    /// # Errors
    /// [`ProxyError::Ended`].
    pub fn ended(&mut self) -> Result<Answer, ProxyError> {
        let (answer, _) = self.head.take().ok_or(ProxyError::Ended { received: self.taken })?;
        Ok(Answer { keeps_connection: false, ..answer })
    }
}

/// The head, its length, and where the body ends.
fn read_head(received: &[u8]) -> Result<Option<(Answer, usize, Body)>, ProxyError> {
    let mut headers = [EMPTY_HEADER; MAX_HEADERS];
    let mut response = Response::new(&mut headers);
    let parsed = ParserConfig::default()
        .allow_spaces_after_header_name_in_responses(true)
        .allow_obsolete_multiline_headers_in_responses(true)
        .ignore_invalid_headers_in_responses(true)
        .parse_response(&mut response, received)
        .map_err(|error| ProxyError::NotHttp(error.to_string()))?;
    let head = match parsed {
        Status::Complete(head) => head,
        Status::Partial => received.len().saturating_add(1),
    };
    if head > MAX_ANSWER_HEAD {
        return Err(ProxyError::TooLong { limit: MAX_ANSWER_HEAD });
    }
    let (Status::Complete(_), Some(status)) = (parsed, response.code) else { return Ok(None) };
    let headers = &*response.headers;
    let challenges = values(headers, "Proxy-Authenticate").flat_map(|value| challenge::parse(&value)).collect();
    let says = |name, token: &str| {
        values(headers, name).any(|value| value.split(',').any(|item| item.trim().eq_ignore_ascii_case(token)))
    };
    let closes = says("Connection", "close") || says("Proxy-Connection", "close");
    let kept_by_default = response.version == Some(1);
    let keeps = kept_by_default || says("Connection", "keep-alive") || says("Proxy-Connection", "keep-alive");
    // Bodies of refusals are not waited for, and there is none behind a 200 to CONNECT (RFC 9110, section 9.3.6). Recorded proxies
    // send a 407 without body and without saying so.
    let body = match values(headers, "Content-Length").next() {
        _ if status != 407 => Body::Length(0),
        _ if says("Transfer-Encoding", "chunked") => Body::Chunked(0),
        Some(length) => Body::Length(
            length.trim().parse().map_err(|_| ProxyError::NotHttp(format!("its Content-Length is {length:?}")))?,
        ),
        None => Body::Length(0),
    };
    let answer = Answer { status, challenges, keeps_connection: keeps && !closes, leftover: Vec::new() };
    Ok(Some((answer, head, body)))
}

/// The values of all headers of that name, folded lines joined.
fn values<'a>(headers: &'a [Header<'a>], name: &'static str) -> impl Iterator<Item = String> + 'a {
    let named = headers.iter().filter(move |header| header.name.eq_ignore_ascii_case(name));
    named.map(|header| String::from_utf8_lossy(header.value).replace(['\r', '\n'], " "))
}

/// Takes what has come of `left` bytes out of `received`; true when none are left.
fn skip(received: &mut Vec<u8>, left: &mut u64) -> bool {
    let now = usize::try_from(*left).unwrap_or(usize::MAX).min(received.len());
    received.drain(..now);
    *left -= now as u64;
    *left == 0
}

/// Takes chunks out of `received`; true when the last one has been taken, with the trailers. What is kept is less than a head may be.
fn skip_chunks(received: &mut Vec<u8>, left: &mut u64) -> Result<bool, ProxyError> {
    while skip(received, left) {
        let parsed = httparse::parse_chunk_size(received)
            .map_err(|_| ProxyError::NotHttp("a chunk of its body has no size".to_owned()))?;
        if let Status::Complete((line, 0)) = parsed {
            // Trailers end with an empty line, as headers do.
            let trailers = received.get(line..).unwrap_or_default();
            let end = if trailers.starts_with(b"\r\n") { Some(2) } else { end_of_lines(trailers) };
            if let Some(end) = end {
                received.drain(..line + end);
                return Ok(true);
            }
        } else if let Status::Complete((line, size)) = parsed {
            received.drain(..line);
            *left = size.saturating_add(2);
            continue;
        }
        if received.len() > MAX_ANSWER_HEAD {
            return Err(ProxyError::TooLong { limit: MAX_ANSWER_HEAD });
        }
        return Ok(false);
    }
    Ok(false)
}

fn end_of_lines(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4)
}

#[cfg(test)]
mod tests {
    use super::super::Scheme;
    use super::*;

    fn read(text: &str) -> Result<Option<Answer>, ProxyError> {
        ResponseReader::default().feed(text.as_bytes())
    }

    fn answer(text: &str) -> Answer {
        read(text).unwrap().unwrap()
    }

    #[test]
    fn opened() {
        let opened = answer("HTTP/1.1 200 Connection established\r\n\r\n");
        assert_eq!((opened.status, opened.leftover.len()), (200, 0));
        // A body is not announced by any header of a 200.
        let odd = answer("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nabc");
        assert_eq!((odd.status, &odd.leftover[..]), (200, &b"abc"[..]));
    }

    #[test]
    fn schemes_are_found() {
        let text = "HTTP/1.1 407 Proxy Authentication Required\r\nPROXY-AUTHENTICATE: basic realm=\"corp\"\r\n\
                    Proxy-Authenticate: Digest realm=\"corp\",\r\n nonce=\"abc\"\r\nContent-Length: 0\r\n\r\n";
        let schemes: Vec<_> = answer(text).challenges.into_iter().map(|challenge| challenge.scheme).collect();
        assert_eq!(schemes, ["basic", "Digest"]);
        let folded = answer(text).challenges.pop().unwrap();
        assert_eq!(folded.parameter("nonce").as_deref(), Some("abc"));
        assert_eq!(folded.known(), Some(Scheme::Digest));
    }

    #[test]
    fn in_pieces_of_one_byte() {
        let text = "HTTP/1.1 407 X\r\nContent-Length: 4\r\n\r\nbody";
        let mut reader = ResponseReader::default();
        for (at, byte) in text.bytes().enumerate() {
            assert_eq!(reader.feed(&[byte]).unwrap().is_some(), at + 1 == text.len());
        }
    }

    #[test]
    fn a_chunked_body_is_read_over() {
        let text =
            "HTTP/1.1 407 X\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3;x=y\r\nabc\r\n0\r\nT: v\r\n\r\nrest";
        assert_eq!(answer(text).leftover, b"rest");
        let mut reader = ResponseReader::default();
        let end = text.len() - "rest".len();
        for (at, byte) in text[..end].bytes().enumerate() {
            assert_eq!(reader.feed(&[byte]).unwrap().is_some(), at + 1 == end, "{at}");
        }
    }

    #[test]
    fn nothing_of_a_body_is_kept() {
        let mut reader = ResponseReader::default();
        reader.feed(b"HTTP/1.1 407 X\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n").unwrap();
        for _ in 0..100 {
            assert_eq!(reader.feed(&[b'x'; 1000]), Ok(None));
            assert!(reader.received.is_empty());
        }
        let mut trailers = ResponseReader::default();
        trailers.feed(b"HTTP/1.1 407 X\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n").unwrap();
        assert!((0..20).any(|_| trailers.feed(&[b'x'; 1000]) == Err(ProxyError::TooLong { limit: MAX_ANSWER_HEAD })));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_in_any_pieces(bytes in proptest::collection::vec(0u8..=255, 0..400), piece in 1usize..50) {
            for head in ["", "HTTP/1.1 407 X\r\n", "HTTP/1.1 407 X\r\nTransfer-Encoding: chunked\r\n\r\n",
                         "HTTP/1.1 407 X\r\nProxy-Authenticate: "] {
                let mut reader = ResponseReader::default();
                let all = [head.as_bytes(), &bytes].concat();
                let over = all.chunks(piece).any(|piece| !matches!(reader.feed(piece), Ok(None)));
                if !over {
                    let _ = reader.ended();
                }
            }
        }
    }

    #[test]
    fn connections_that_go_on() {
        let keeps = |head: &str| answer(&format!("{head}\r\n\r\n")).keeps_connection;
        assert!(keeps("HTTP/1.1 407 X"));
        assert!(!keeps("HTTP/1.1 407 X\r\nConnection: close"));
        assert!(!keeps("HTTP/1.1 407 X\r\nProxy-Connection: Close"));
        assert!(!keeps("HTTP/1.0 407 X"));
        assert!(keeps("HTTP/1.0 407 X\r\nProxy-Connection: Keep-Alive"));
    }

    #[test]
    fn a_refusal_needs_no_body() {
        assert_eq!(answer("HTTP/1.1 403 Forbidden\r\nContent-Length: 100\r\n\r\n").status, 403);
    }

    #[test]
    fn the_end() {
        let mut reader = ResponseReader::default();
        assert_eq!(reader.ended(), Err(ProxyError::Ended { received: 0 }));
        assert_eq!(reader.feed(b"HTTP/1.1 4"), Ok(None));
        assert_eq!(reader.ended(), Err(ProxyError::Ended { received: 10 }));
        let mut cut = ResponseReader::default();
        assert_eq!(cut.feed(b"HTTP/1.1 407 X\r\nContent-Length: 100\r\n\r\nabc"), Ok(None));
        let answer = cut.ended().unwrap();
        assert_eq!((answer.status, answer.keeps_connection), (407, false));
    }

    #[test]
    fn what_is_no_answer() {
        assert!(matches!(read("SSH-2.0-OpenSSH_9.9\r\n"), Err(ProxyError::NotHttp(_))));
        assert!(matches!(read("HTTP/1.1 407 X\r\nContent-Length: x\r\n\r\n"), Err(ProxyError::NotHttp(_))));
        let chunks = "HTTP/1.1 407 X\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n";
        assert!(matches!(read(chunks), Err(ProxyError::NotHttp(_))));
        let long = format!("HTTP/1.1 407 X\r\nA: {}", "a".repeat(MAX_ANSWER_HEAD));
        assert_eq!(read(&long), Err(ProxyError::TooLong { limit: MAX_ANSWER_HEAD }));
        let limit = format!("HTTP/1.1 403 X\r\nA: {}\r\n\r\n", "a".repeat(MAX_ANSWER_HEAD - 23));
        assert_eq!((limit.len(), answer(&limit).status), (MAX_ANSWER_HEAD, 403));
    }
}
