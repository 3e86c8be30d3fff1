//! The CONNECT request.

use super::ProxyError;
use std::net::Ipv6Addr;
use zeroize::Zeroizing;

/// What a proxy is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectRequest {
    /// Host name or address that the proxy is to connect to.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Host name or address of the proxy itself: what the `Host` header says, without a port.
    pub proxy: String,
}

impl ConnectRequest {
    /// Host and port as the request line has them; an IPv6 address is in brackets.
    pub fn target(&self) -> String {
        format!("{}:{}", bracketed(&self.host), self.port)
    }

    /// The request with these credentials, if any, in a `Proxy-Authorization` header: lines and their order are those of section 1.5
    /// of protocol.md. Wiped when dropped.
    ///
    /// # Errors
    /// [`ProxyError::ControlCharacter`] if a part would break the request up.
    pub fn encode(&self, credentials: Option<&[u8]>) -> Result<Zeroizing<Vec<u8>>, ProxyError> {
        check("host name", self.host.as_bytes())?;
        check("host name of the proxy", self.proxy.as_bytes())?;
        check("proxy credentials", credentials.unwrap_or_default())?;
        let head = format!(
            "CONNECT {} HTTP/1.1\r\nHost: {}\r\nProxy-Connection: keep-alive\r\nConnection: keep-alive\r\n\
             Pragma: no-cache\r\nUser-Agent: ThingWorx C SDK\r\n",
            self.target(),
            bracketed(&self.proxy),
        );
        const HEADER: &[u8] = b"Proxy-Authorization: ";
        let credentials_length = credentials.map_or(0, |credentials| HEADER.len() + credentials.len() + 2);
        // Room for everything at once: growing would leave a copy of the credentials behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(head.len() + credentials_length + 2));
        bytes.extend_from_slice(head.as_bytes());
        if let Some(credentials) = credentials {
            bytes.extend_from_slice(HEADER);
            bytes.extend_from_slice(credentials);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"\r\n");
        Ok(bytes)
    }
}

/// A bare IPv6 address gets the brackets that HTTP asks for.
fn bracketed(host: &str) -> String {
    host.parse::<Ipv6Addr>().map_or_else(|_| host.to_owned(), |address| format!("[{address}]"))
}

/// Refuses what would end a header line early.
fn check(part: &'static str, text: &[u8]) -> Result<(), ProxyError> {
    if text.iter().any(u8::is_ascii_control) { Err(ProxyError::ControlCharacter(part)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> ConnectRequest {
        ConnectRequest { host: "127.0.0.1".into(), port: 8443, proxy: "127.0.0.1".into() }
    }

    #[test]
    fn recorded_requests() {
        // sessions 50 and 51
        let head = "CONNECT 127.0.0.1:8443 HTTP/1.1\r\nHost: 127.0.0.1\r\nProxy-Connection: keep-alive\r\n\
                    Connection: keep-alive\r\nPragma: no-cache\r\nUser-Agent: ThingWorx C SDK\r\n";
        assert_eq!(request().encode(None).unwrap()[..], *format!("{head}\r\n").as_bytes());
        let basic = request().encode(Some(b"Basic cHJveHl1c2VyOnByeC1wYXNz")).unwrap();
        let expected = format!("{head}Proxy-Authorization: Basic cHJveHl1c2VyOnByeC1wYXNz\r\n\r\n");
        assert_eq!(basic[..], *expected.as_bytes());
    }

    #[test]
    fn ipv6_addresses_are_bracketed() {
        let request = ConnectRequest { host: "::1".into(), proxy: "fe80::1".into(), ..request() };
        assert_eq!(request.target(), "[::1]:8443");
        let text = request.encode(None).unwrap();
        assert!(String::from_utf8_lossy(&text).starts_with("CONNECT [::1]:8443 HTTP/1.1\r\nHost: [fe80::1]\r\n"));
    }

    #[test]
    fn line_breaks_do_not_become_headers() {
        let host = ConnectRequest { host: "a\r\nX: y".into(), ..request() };
        assert_eq!(host.encode(None).err(), Some(ProxyError::ControlCharacter("host name")));
        let proxy = ConnectRequest { proxy: "a\n".into(), ..request() };
        assert_eq!(proxy.encode(None).err(), Some(ProxyError::ControlCharacter("host name of the proxy")));
        let credentials = request().encode(Some(b"Basic a\r\nX: y")).err();
        assert_eq!(credentials, Some(ProxyError::ControlCharacter("proxy credentials")));
    }
}
