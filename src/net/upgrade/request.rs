//! The upgrade request.

use super::{UpgradeError, accept_value};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::net::Ipv6Addr;
use zeroize::Zeroizing;

/// An application key. Wiped from memory when dropped; it has no `Debug`, so that no log line can show it.
#[derive(Clone, PartialEq, Eq)]
pub struct AppKey(Zeroizing<Vec<u8>>);

impl AppKey {
    /// Takes the key over.
    pub fn new(key: Vec<u8>) -> AppKey {
        AppKey(Zeroizing::new(key))
    }

    /// The key itself. Do not copy it into anything that is not wiped.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// What the upgrade request says.
#[derive(Clone)]
pub struct UpgradeRequest {
    /// Host name as configured; sent without the port. An IPv6 address gets the brackets that HTTP asks for.
    pub host: String,
    /// Path, normally `/Thingworx/WS`.
    pub resource: String,
    /// Application key, sent in clear text.
    pub app_key: AppKey,
    /// Offers permessage-deflate. Never on tunnels.
    pub compression: bool,
    /// Largest frame payload that is accepted, in bytes: `Max-Frame-Size`.
    pub max_frame_size: u32,
}

/// A request in the form in which it is sent.
pub struct EncodedRequest {
    /// All bytes of it, the application key included: wiped when dropped.
    pub bytes: Zeroizing<Vec<u8>>,
    /// `Sec-WebSocket-Accept` that the answer must have.
    pub accept: String,
}

impl UpgradeRequest {
    /// Writes the request with a new random key: the lines and their order are those of section 1.2 of the
    /// specification. No length is too long.
    ///
    /// # Errors
    /// [`UpgradeError::ControlCharacter`] if a part would break the request up, [`UpgradeError::NoRandomness`].
    pub fn encode(&self) -> Result<EncodedRequest, UpgradeError> {
        let mut nonce = [0; 16];
        getrandom::fill(&mut nonce).map_err(|error| UpgradeError::NoRandomness(error.to_string()))?;
        self.encode_with(&STANDARD.encode(nonce))
    }

    fn encode_with(&self, key: &str) -> Result<EncodedRequest, UpgradeError> {
        check("host name", self.host.as_bytes())?;
        check("resource", self.resource.as_bytes())?;
        check("application key", self.app_key.as_bytes())?;
        let bracketed = self.host.parse::<Ipv6Addr>().map(|address| format!("[{address}]"));
        let host = bracketed.as_deref().unwrap_or(&self.host);
        let extensions = if self.compression { "Sec-WebSocket-Extensions: permessage-deflate\r\n" } else { "" };
        let head = format!(
            "GET {} HTTP/1.1\r\nUser-Agent: ThingWorx C SDK\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nHost: {host}\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n{extensions}Max-Frame-Size: {}\r\nappKey: ",
            self.resource, self.max_frame_size,
        );
        // Room for everything at once: growing would leave a copy of the key behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(head.len() + self.app_key.as_bytes().len() + 4));
        bytes.extend_from_slice(head.as_bytes());
        bytes.extend_from_slice(self.app_key.as_bytes());
        bytes.extend_from_slice(b"\r\n\r\n");
        Ok(EncodedRequest { bytes, accept: accept_value(key) })
    }
}

/// Refuses what would end a header line early.
fn check(part: &'static str, text: &[u8]) -> Result<(), UpgradeError> {
    if text.iter().any(u8::is_ascii_control) { Err(UpgradeError::ControlCharacter(part)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> UpgradeRequest {
        UpgradeRequest {
            host: "127.0.0.1".into(),
            resource: "/Thingworx/WS".into(),
            app_key: AppKey::new(b"0f8fad5b-d9cb-469f-a165-70867728950e".to_vec()),
            compression: true,
            max_frame_size: 8192,
        }
    }

    #[test]
    fn recorded_request() {
        let encoded = request().encode_with("QmM7MZw2pOYV6CSvd/1Zxg==").unwrap();
        let expected = "GET /Thingworx/WS HTTP/1.1\r\nUser-Agent: ThingWorx C SDK\r\nUpgrade: websocket\r\n\
             Connection: Upgrade\r\nHost: 127.0.0.1\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: QmM7MZw2pOYV6CSvd/1Zxg==\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\
             Max-Frame-Size: 8192\r\nappKey: 0f8fad5b-d9cb-469f-a165-70867728950e\r\n\r\n";
        assert_eq!(String::from_utf8_lossy(&encoded.bytes), expected);
        assert_eq!(encoded.accept, "F1rMQZtZ/4Wcl6FU0ThF0G3nC24=");
    }

    #[test]
    fn without_compression_nothing_is_offered() {
        let encoded = UpgradeRequest { compression: false, ..request() }.encode().unwrap();
        assert!(!String::from_utf8_lossy(&encoded.bytes).contains("Extensions"));
    }

    #[test]
    fn every_connection_has_a_key_of_its_own() {
        assert_ne!(request().encode().unwrap().accept, request().encode().unwrap().accept);
    }

    #[test]
    fn nothing_is_cut() {
        let long = UpgradeRequest { resource: "/r".repeat(1000), app_key: AppKey::new(vec![b'k'; 5000]), ..request() };
        let encoded = long.encode().unwrap();
        let text = String::from_utf8_lossy(&encoded.bytes);
        assert!(text.starts_with(&format!("GET {} HTTP/1.1\r\n", "/r".repeat(1000))));
        assert!(text.ends_with(&format!("appKey: {}\r\n\r\n", "k".repeat(5000))));
    }

    #[test]
    fn an_ipv6_address_is_bracketed() {
        let encoded = UpgradeRequest { host: "::1".into(), ..request() }.encode().unwrap();
        assert!(String::from_utf8_lossy(&encoded.bytes).contains("\r\nHost: [::1]\r\n"));
    }

    #[test]
    fn line_breaks_do_not_become_headers() {
        let broken = |request: UpgradeRequest| request.encode().err();
        let key = AppKey::new(b"key\n".to_vec());
        assert_eq!(
            broken(UpgradeRequest { app_key: key, ..request() }),
            Some(UpgradeError::ControlCharacter("application key"))
        );
        let host = UpgradeRequest { host: "a\r\nX: y".into(), ..request() };
        assert_eq!(broken(host), Some(UpgradeError::ControlCharacter("host name")));
        let resource = UpgradeRequest { resource: "/\0".into(), ..request() };
        assert_eq!(broken(resource), Some(UpgradeError::ControlCharacter("resource")));
    }
}
