//! The second message: the challenge (MS-NLMP, section 2.2.1.2).

use super::SIGNATURE;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use thiserror::Error;

/// The message says who its sender is.
const TARGET_INFO: u32 = 0x0080_0000;
/// Its time stamp in the list of what it says.
const AV_TIMESTAMP: u16 = 7;
/// The end of that list.
const AV_END: u16 = 0;

/// What there is to be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NtlmChallenge {
    /// Flags of the sender.
    pub flags: u32,
    /// The random bytes.
    pub challenge: [u8; 8],
    /// What it says about itself, the list as sent; `None` if it does not.
    pub target_info: Option<Vec<u8>>,
    /// Its time from that list, in 100 ns since 1601.
    pub timestamp: Option<u64>,
}

/// Why a text is no challenge.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ChallengeError {
    /// There is none.
    #[error("no NTLM message is in it")]
    Missing,
    /// It is not base64.
    #[error("its NTLM message is not base64")]
    NotBase64,
    /// It does not begin as a challenge does, or ends early.
    #[error("its NTLM message is not a challenge, but {0} bytes of something else")]
    NotAChallenge(usize),
}

impl NtlmChallenge {
    /// Reads it from base64.
    ///
    /// # Errors
    /// [`ChallengeError`].
    pub fn from_base64(text: &str) -> Result<NtlmChallenge, ChallengeError> {
        let message = STANDARD.decode(text.trim()).map_err(|_| ChallengeError::NotBase64)?;
        NtlmChallenge::decode(&message).ok_or(ChallengeError::NotAChallenge(message.len()))
    }

    fn decode(message: &[u8]) -> Option<NtlmChallenge> {
        if !message.starts_with(SIGNATURE) || number(message, 8)? != 2 {
            return None;
        }
        let flags = number(message, 20)?;
        let challenge = message.get(24..32)?.try_into().ok()?;
        let described = (flags & TARGET_INFO != 0).then(|| buffer(message, 40)).flatten();
        // An end without anything before it says nothing.
        let target_info = described.filter(|list| list.len() > 4).map(<[u8]>::to_vec);
        let timestamp = target_info.as_deref().and_then(timestamp);
        Some(NtlmChallenge { flags, challenge, target_info, timestamp })
    }
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..)?.get(..2)?.try_into().ok()?))
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..)?.get(..4)?.try_into().ok()?))
}

/// What a length and an offset at `at` point to.
fn buffer(message: &[u8], at: usize) -> Option<&[u8]> {
    let length = usize::from(short(message, at)?);
    let offset = usize::try_from(number(message, at + 4)?).ok()?;
    message.get(offset..)?.get(..length)
}

fn timestamp(mut list: &[u8]) -> Option<u64> {
    loop {
        let (id, length) = (short(list, 0)?, usize::from(short(list, 2)?));
        let value = list.get(4..)?.get(..length)?;
        match id {
            AV_END => return None,
            AV_TIMESTAMP => return Some(u64::from_le_bytes(value.try_into().ok()?)),
            _ => list = list.get(4 + length..)?,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recorded_challenge() {
        // session 54
        let text = "TlRMTVNTUAACAAAACAAIACAAAAABggAAASNFZ4mrze9DAE8AUgBQAA==";
        let challenge = NtlmChallenge::from_base64(text).unwrap();
        assert_eq!(challenge.challenge, [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef]);
        assert_eq!((challenge.flags, challenge.target_info), (0x8201, None));
    }

    #[test]
    fn published_challenge() {
        // MS-NLMP, section 4.2.4.3.
        let bytes: Vec<u8> = [
            &b"NTLMSSP\0"[..],
            &[2, 0, 0, 0, 0x0c, 0, 0x0c, 0, 0x38, 0, 0, 0, 0x33, 0x82, 0x8a, 0xe2],
            &[0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0, 0, 0, 0, 0, 0, 0, 0],
            &[0x24, 0, 0x24, 0, 0x44, 0, 0, 0, 6, 0, 0x70, 0x17, 0, 0, 0, 0x0f],
            b"S\0e\0r\0v\0e\0r\0",
            b"\x02\0\x0c\0D\0o\0m\0a\0i\0n\0\x01\0\x0c\0S\0e\0r\0v\0e\0r\0\0\0\0\0",
        ]
        .concat();
        let challenge = NtlmChallenge::decode(&bytes).unwrap();
        assert_eq!(challenge.flags, 0xe28a_8233);
        assert_eq!(challenge.target_info.as_deref(), Some(&bytes[0x44..]));
        assert_eq!(challenge.timestamp, None);
        for end in 0..32 {
            assert_eq!(NtlmChallenge::decode(&bytes[..end]), None, "{end}");
        }
        // What points out of the message is taken as not said.
        assert_eq!(NtlmChallenge::decode(&bytes[..0x60]).unwrap().target_info, None);
    }

    #[test]
    fn a_time_in_the_list() {
        let list = b"\x02\0\x02\0D\0\x07\0\x08\0\x01\x02\0\0\0\0\0\0\0\0\0\0";
        assert_eq!(timestamp(list), Some(0x0201));
        assert_eq!(timestamp(b"\0\0\0\0\x07\0\x08\0\x01\x02\0\0\0\0\0\0"), None);
        assert_eq!(timestamp(b"\x07\0\x08\0\x01"), None);
        assert_eq!(timestamp(b"\x07\0\x02\0\x01\0"), None);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_behind_the_start(bytes in proptest::collection::vec(0u8..=255, 0..100)) {
            let message = [&b"NTLMSSP\0\x02\0\0\0"[..], &bytes].concat();
            let challenge = NtlmChallenge::decode(&message);
            proptest::prop_assert_eq!(challenge.is_some(), bytes.len() >= 20);
        }
    }

    #[test]
    fn what_is_none() {
        assert_eq!(NtlmChallenge::from_base64("!"), Err(ChallengeError::NotBase64));
        let first = STANDARD.encode(b"NTLMSSP\0\x01\0\0\0........................");
        assert_eq!(NtlmChallenge::from_base64(&first), Err(ChallengeError::NotAChallenge(36)));
    }
}
