//! The platform's side of the upgrade.

use super::DeflateParams;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};

/// `Sec-WebSocket-Accept` for the text of a `Sec-WebSocket-Key` (RFC 6455, section 4.2.2).
pub fn accept_value(key: &str) -> String {
    let digest = Sha1::new().chain_update(key).chain_update("258EAFA5-E914-47DA-95CA-C5AB0DC85B11").finalize();
    STANDARD.encode(digest)
}

/// The whole answer to an accepted request: single tokens and no empty header, because originals take nothing else.
pub fn switching_protocols(key: &str, compression: Option<DeflateParams>) -> Vec<u8> {
    let mut answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: {}\r\n",
        accept_value(key)
    );
    if let Some(params) = compression {
        answer.push_str(&format!("Sec-WebSocket-Extensions: {}\r\n", params.header_value()));
    }
    answer.push_str("\r\n");
    answer.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recorded_pair() {
        assert_eq!(accept_value("QmM7MZw2pOYV6CSvd/1Zxg=="), "F1rMQZtZ/4Wcl6FU0ThF0G3nC24=");
    }

    #[test]
    fn recorded_lengths() {
        let key = "QmM7MZw2pOYV6CSvd/1Zxg==";
        assert_eq!(switching_protocols(key, None).len(), 129);
        assert_eq!(switching_protocols(key, Some(DeflateParams::default())).len(), 175);
    }
}
