//! NTLM (MS-NLMP): three messages on one connection.
//!
//! The answer to a challenge is of version 2 if the challenge names its sender, as every server of this century does, and else of
//! version 1, which is what can be answered to it at all. No message is signed or sealed afterwards.

mod challenge;
mod hash;
mod message;

pub use challenge::{ChallengeError, NtlmChallenge};
pub use hash::{des_key, md4, nt_hash_v1, nt_hash_v2, odd_parity, response_v1};
pub use message::{Account, authenticate, negotiate};

/// What all messages begin with.
const SIGNATURE: &[u8; 8] = b"NTLMSSP\0";

/// The flags of our first message: Unicode, target wanted, NTLM, workstation, always sign.
const FLAGS: u32 = 0x0000_a205;

/// UTF-16, low byte first. What is not UTF-8 is taken byte by byte.
fn utf16(text: &[u8]) -> zeroize::Zeroizing<Vec<u8>> {
    let units = match std::str::from_utf8(text) {
        Ok(text) => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Err(_) => text.iter().flat_map(|byte| [*byte, 0]).collect(),
    };
    zeroize::Zeroizing::new(units)
}

/// The same in capitals.
fn utf16_upper(text: &[u8]) -> zeroize::Zeroizing<Vec<u8>> {
    match std::str::from_utf8(text) {
        Ok(text) => utf16(text.to_uppercase().as_bytes()),
        Err(_) => utf16(&text.to_ascii_uppercase()),
    }
}
