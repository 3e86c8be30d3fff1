//! The messages that a client sends (MS-NLMP, sections 2.2.1.1 and 2.2.1.3).

use super::hash::hmac_md5;
use super::{FLAGS, NtlmChallenge, SIGNATURE, nt_hash_v1, nt_hash_v2, response_v1, utf16};
use std::time::{SystemTime, UNIX_EPOCH};
use zeroize::Zeroizing;

/// What every device calls itself.
const WORKSTATION: &[u8] = b"WORKSTATION";
/// Length of the third message before its texts.
const HEADER: usize = 64;
/// Seconds from 1601 to 1970.
const EPOCH: u64 = 11_644_473_600;

/// Who answers a challenge.
#[derive(Clone, Copy)]
pub struct Account<'a> {
    /// Windows domain; may be empty.
    pub domain: &'a [u8],
    /// User name without domain.
    pub user: &'a [u8],
    /// Password.
    pub password: &'a [u8],
}

impl<'a> Account<'a> {
    /// Takes the domain out of `DOMAIN\user`, where some write two backslashes.
    pub fn new(name: &'a [u8], password: &'a [u8]) -> Account<'a> {
        let (domain, user) = match name.iter().position(|byte| *byte == b'\\') {
            Some(at) => {
                let user = name.get(at + 1..).unwrap_or_default();
                (name.get(..at).unwrap_or_default(), user.strip_prefix(b"\\").unwrap_or(user))
            }
            None => (&[][..], name),
        };
        Account { domain, user, password }
    }
}

/// The first message. It says nothing about the user.
pub fn negotiate() -> Vec<u8> {
    let mut message = SIGNATURE.to_vec();
    message.extend_from_slice(&1u32.to_le_bytes());
    message.extend_from_slice(&FLAGS.to_le_bytes());
    // Neither domain nor workstation.
    message.extend_from_slice(&[0; 16]);
    message
}

/// The third message, which answers a challenge.
///
/// # Errors
/// The operating system gives no random numbers.
pub fn authenticate(challenge: &NtlmChallenge, account: Account<'_>) -> Result<Zeroizing<Vec<u8>>, getrandom::Error> {
    let mut nonce = [0; 8];
    getrandom::fill(&mut nonce)?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = (now.as_secs() + EPOCH) * 10_000_000 + u64::from(now.subsec_nanos() / 100);
    Ok(authenticate_with(challenge, account, nonce, now))
}

fn authenticate_with(challenge: &NtlmChallenge, account: Account<'_>, nonce: [u8; 8], now: u64) -> Zeroizing<Vec<u8>> {
    let (lm, nt) = match &challenge.target_info {
        Some(info) => responses_v2(challenge, info, account, nonce, now),
        None => {
            let response = response_v1(&nt_hash_v1(account.password), &challenge.challenge).to_vec();
            (response.clone(), response)
        }
    };
    let texts = [&*utf16(account.domain), &*utf16(account.user), &*utf16(WORKSTATION)].map(Clone::clone);
    let [domain, user, workstation] = &texts;
    // In the order in which they follow the header.
    let parts: [&[u8]; 5] = [domain, user, workstation, &lm, &nt];
    let mut at = HEADER;
    let fields = parts.map(|part| {
        let field = (part.len(), at);
        at += part.len();
        field
    });
    let [domain, user, workstation, lm, nt] = fields;
    let mut message = Zeroizing::new(Vec::with_capacity(at));
    message.extend_from_slice(SIGNATURE);
    message.extend_from_slice(&3u32.to_le_bytes());
    // No session key is exchanged: its field is empty.
    for (length, offset) in [lm, nt, domain, user, workstation, (0, 0)] {
        let length = (length as u16).to_le_bytes();
        message.extend_from_slice(&length);
        message.extend_from_slice(&length);
        message.extend_from_slice(&(offset as u32).to_le_bytes());
    }
    message.extend_from_slice(&(challenge.flags & FLAGS).to_le_bytes());
    parts.iter().for_each(|part| message.extend_from_slice(part));
    message
}

/// The two proofs of version 2 (MS-NLMP, section 3.3.2). With a time of the server the older one of them is not given.
fn responses_v2(
    challenge: &NtlmChallenge,
    info: &[u8],
    account: Account<'_>,
    nonce: [u8; 8],
    now: u64,
) -> (Vec<u8>, Vec<u8>) {
    let hash = nt_hash_v2(account.user, account.domain, account.password);
    let time = challenge.timestamp.unwrap_or(now);
    let temp = [&[1, 1, 0, 0, 0, 0, 0, 0], &time.to_le_bytes()[..], &nonce, &[0; 4], info, &[0; 4]].concat();
    let proof = hmac_md5(&*hash, &[&challenge.challenge, &temp]);
    let nt = [&proof[..], &temp].concat();
    let lm = match challenge.timestamp {
        Some(_) => vec![0; 24],
        None => [&hmac_md5(&*hash, &[&challenge.challenge, &nonce])[..], &nonce].concat(),
    };
    (lm, nt)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn recorded_messages() {
        // session 54
        assert_eq!(STANDARD.encode(negotiate()), "TlRMTVNTUAABAAAABaIAAAAAAAAAAAAAAAAAAAAAAAA=");
        let challenge = "TlRMTVNTUAACAAAACAAIACAAAAABggAAASNFZ4mrze9DAE8AUgBQAA==";
        let challenge = NtlmChallenge::from_base64(challenge).unwrap();
        let expected = "TlRMTVNTUAADAAAAGAAYAHAAAAAYABgAiAAAAAgACABAAAAAEgASAEgAAAAWABYAWgAAAAAAAAAAAAAAAYIAAEMATwBSAFAAcAByAG8\
                        AeAB5AHUAcwBlAHIAVwBPAFIASwBTAFQAQQBUAEkATwBOAPh8i9Gbzia9zjGVsEnoA+0S44ilEIt9d/h8i9Gbzia9zjGVsEnoA+0S44ilEIt9dw==";
        for name in [&b"CORP\\proxyuser"[..], b"CORP\\\\proxyuser"] {
            let message = authenticate(&challenge, Account::new(name, b"prx-pass")).unwrap();
            assert_eq!(STANDARD.encode(&*message), expected);
        }
    }

    /// The challenge of MS-NLMP, section 4.2.4.
    fn published() -> NtlmChallenge {
        let info = b"\x02\0\x0c\0D\0o\0m\0a\0i\0n\0\x01\0\x0c\0S\0e\0r\0v\0e\0r\0\0\0\0\0";
        NtlmChallenge {
            flags: 0xe28a_8233,
            challenge: [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef],
            target_info: Some(info.to_vec()),
            timestamp: None,
        }
    }

    const ACCOUNT: Account<'_> = Account { domain: b"Domain", user: b"User", password: b"Password" };

    #[test]
    fn published_version_2() {
        // MS-NLMP, sections 4.2.4.2.1 and 4.2.4.2.2.
        let challenge = published();
        let info = challenge.target_info.clone().unwrap();
        let (lm, nt) = responses_v2(&challenge, &info, ACCOUNT, [0xaa; 8], 0);
        assert_eq!(hex(&lm), "86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa");
        assert_eq!(hex(&nt[..16]), "68cd0ab851e51c96aabc927bebef6a1c");
        assert_eq!(nt.len(), 16 + 28 + info.len() + 4);
    }

    #[test]
    fn the_time_of_the_server_is_taken() {
        let challenge = NtlmChallenge { timestamp: Some(0x0102_0304), ..published() };
        let (lm, nt) = responses_v2(&challenge, &[9; 8], ACCOUNT, [0xaa; 8], 77);
        assert_eq!(lm, [0; 24]);
        assert_eq!(&nt[16..32], [1, 1, 0, 0, 0, 0, 0, 0, 4, 3, 2, 1, 0, 0, 0, 0]);
    }

    #[test]
    fn fields_point_to_their_texts() {
        let message = authenticate_with(&published(), ACCOUNT, [0xaa; 8], 0);
        let field = |at: usize| {
            let length = usize::from(u16::from_le_bytes([message[at], message[at + 1]]));
            let offset = u32::from_le_bytes(message[at + 4..at + 8].try_into().unwrap()) as usize;
            &message[offset..][..length]
        };
        assert_eq!(field(28), b"D\0o\0m\0a\0i\0n\0");
        assert_eq!(field(36), b"U\0s\0e\0r\0");
        assert_eq!(field(44), b"W\0O\0R\0K\0S\0T\0A\0T\0I\0O\0N\0");
        assert_eq!((field(12).len(), field(52).len()), (24, 0));
        assert_eq!(hex(&field(20)[..16]), "68cd0ab851e51c96aabc927bebef6a1c");
    }

    #[test]
    fn names() {
        let of = |name: &'static str| {
            let account = Account::new(name.as_bytes(), b"");
            (account.domain, account.user)
        };
        assert_eq!(of("user"), (&b""[..], &b"user"[..]));
        assert_eq!(of("D\\user"), (&b"D"[..], &b"user"[..]));
        assert_eq!(of("D\\\\user"), (&b"D"[..], &b"user"[..]));
        assert_eq!(of("user@corp"), (&b""[..], &b"user@corp"[..]));
    }
}
