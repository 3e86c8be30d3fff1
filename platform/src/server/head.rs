//! The head of the first HTTP request of a connection.

use httparse::{EMPTY_HEADER, Request, Status};
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncReadExt};

/// Longest head that is read, in bytes. Host, resource and key of a device may be long.
const MAX_HEAD: usize = 64 << 10;
const MAX_HEADERS: usize = 100;

/// A request without its body.
#[derive(Debug)]
pub(super) struct Head {
    pub method: String,
    /// Path and query.
    pub target: String,
    pub headers: Vec<(String, Vec<u8>)>,
    /// Bytes of the head.
    pub length: usize,
}

/// Why there is no head.
#[derive(Debug, Error)]
pub(super) enum HeadError {
    #[error("the connection ended within an HTTP request")]
    Ended,
    #[error("the connection failed within an HTTP request: {0}")]
    Failed(std::io::Error),
    #[error("this is no HTTP request: {0}")]
    NotHttp(httparse::Error),
    #[error("the head of the HTTP request is longer than {MAX_HEAD} bytes")]
    TooLong,
}

impl Head {
    /// The value of a header that is there once or more often, the first one.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_slice())
    }

    /// A header as text, without the blanks around it; empty when it is missing.
    pub fn text(&self, name: &str) -> &str {
        std::str::from_utf8(self.header(name).unwrap_or_default()).unwrap_or_default().trim()
    }

    /// Whether a header has that item in its list.
    pub fn lists(&self, name: &str, item: &str) -> bool {
        let values = self.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        values
            .filter_map(|(_, value)| std::str::from_utf8(value).ok())
            .flat_map(|value| value.split(','))
            .any(|found| found.split(';').next().is_some_and(|found| found.trim().eq_ignore_ascii_case(item)))
    }

    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// Whether it is for the WebSocket rather than for REST clients.
    pub fn wants_websocket(&self) -> bool {
        self.header("Upgrade").is_some()
            || self.path() == super::upgrade::PATH
            || self.path().starts_with(super::upgrade::TUNNELS)
    }
}

/// Reads until the head is complete. What was read stays in `received`, the bytes behind the head included.
pub(super) async fn read(stream: &mut (impl AsyncRead + Unpin), received: &mut Vec<u8>) -> Result<Head, HeadError> {
    loop {
        if let Some(head) = parse(received)? {
            return Ok(head);
        }
        if received.len() >= MAX_HEAD {
            return Err(HeadError::TooLong);
        }
        if stream.read_buf(received).await.map_err(HeadError::Failed)? == 0 {
            return Err(HeadError::Ended);
        }
    }
}

fn parse(bytes: &[u8]) -> Result<Option<Head>, HeadError> {
    let mut headers = [EMPTY_HEADER; MAX_HEADERS];
    let mut request = Request::new(&mut headers);
    let Status::Complete(length) = request.parse(bytes).map_err(HeadError::NotHttp)? else { return Ok(None) };
    Ok(Some(Head {
        method: request.method.unwrap_or_default().to_owned(),
        target: request.path.unwrap_or_default().to_owned(),
        headers: request.headers.iter().map(|header| (header.name.to_owned(), header.value.to_vec())).collect(),
        length,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read_whole() {
        let text = b"GET /Thingworx/WS?x HTTP/1.1\r\nUPGRADE: websocket\r\nConnection: keep-alive, Upgrade\r\n\r\nrest";
        for cut in 0..text.len() - 4 {
            assert!(parse(&text[..cut]).unwrap().is_none());
        }
        let head = parse(text).unwrap().unwrap();
        assert_eq!((head.path(), head.length), ("/Thingworx/WS", text.len() - 4));
        assert!(head.lists("connection", "upgrade") && head.wants_websocket());
        assert_eq!(head.text("Upgrade"), "websocket");
    }

    #[test]
    fn other_protocols_are_refused() {
        assert!(matches!(parse(b"\x16\x03\x01\x02\x00"), Err(HeadError::NotHttp(_))));
        assert!(matches!(parse(b"GET / HTTP/1.1\r\n bad\0: x\r\n\r\n"), Err(HeadError::NotHttp(_))));
    }
}
