//! The hashes of NTLM (MS-NLMP, sections 3.3 and 6).

use super::{utf16, utf16_upper};
use des::Des;
use des::cipher::generic_array::GenericArray;
use des::cipher::{BlockEncrypt, KeyInit};
use hmac::{Hmac, Mac};
use md4::{Digest, Md4};
use md5::Md5;
use zeroize::Zeroizing;

/// MD4.
pub fn md4(bytes: &[u8]) -> [u8; 16] {
    Md4::digest(bytes).into()
}

/// The byte with its lowest bit such that the number of ones is odd.
pub fn odd_parity(byte: u8) -> u8 {
    let seven = byte & 0xfe;
    seven | u8::from(seven.count_ones() % 2 == 0)
}

/// A DES key of 56 bits: seven in each byte, the lowest bit is the parity.
pub fn des_key(bytes: [u8; 7]) -> [u8; 8] {
    let bits = bytes.iter().fold(0u64, |bits, byte| bits << 8 | u64::from(*byte));
    std::array::from_fn(|place| odd_parity((bits << 8 >> (56 - 7 * place)) as u8))
}

/// What the password is for version 1: NTOWFv1.
pub fn nt_hash_v1(password: &[u8]) -> Zeroizing<[u8; 16]> {
    Zeroizing::new(md4(&utf16(password)))
}

/// What user, domain and password are for version 2: NTOWFv2.
pub fn nt_hash_v2(user: &[u8], domain: &[u8], password: &[u8]) -> Zeroizing<[u8; 16]> {
    let key = nt_hash_v1(password);
    Zeroizing::new(hmac_md5(&*key, &[&utf16_upper(user), &utf16(domain)]))
}

/// The proof of version 1: the challenge encrypted with the three thirds of the hash.
pub fn response_v1(hash: &[u8; 16], challenge: &[u8; 8]) -> [u8; 24] {
    let mut keys = Zeroizing::new([0; 21]);
    keys[..16].copy_from_slice(hash);
    let mut response = [0; 24];
    for (key, block) in keys.chunks_exact(7).zip(response.chunks_exact_mut(8)) {
        let mut seven = [0; 7];
        seven.copy_from_slice(key);
        let cipher = Des::new(&GenericArray::from(des_key(seven)));
        let mut bytes = GenericArray::from(*challenge);
        cipher.encrypt_block(&mut bytes);
        block.copy_from_slice(&bytes);
    }
    response
}

/// HMAC-MD5 of the parts one after the other.
pub(super) fn hmac_md5(key: &[u8], parts: &[&[u8]]) -> [u8; 16] {
    // HMAC takes keys of any length: there is no error to tell.
    let Ok(mut mac) = <Hmac<Md5> as Mac>::new_from_slice(key) else { return [0; 16] };
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn rfc_1320() {
        assert_eq!(hex(&md4(b"")), "31d6cfe0d16ae931b73c59d7e0c089c0");
        assert_eq!(hex(&md4(b"message digest")), "d9130a8164549fe818874806e1c7014b");
    }

    #[test]
    fn keys_have_odd_parity() {
        assert_eq!(des_key([0; 7]), [1; 8]);
        assert_eq!(des_key([0xff; 7]), [0xfe; 8]);
        let key = des_key([0xa4, 0xf4, 0x9c, 0x40, 0x65, 0x10, 0xbd]);
        assert_eq!(hex(&key), "a47a26890729437a");
        assert!(key.iter().all(|byte| byte.count_ones() % 2 == 1));
    }

    #[test]
    fn published_version_1() {
        // MS-NLMP, sections 4.2.2.1.2 and 4.2.2.2.1.
        let hash = nt_hash_v1(b"Password");
        assert_eq!(hex(&*hash), "a4f49c406510bdcab6824ee7c30fd852");
        let response = response_v1(&hash, &[0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef]);
        assert_eq!(hex(&response), "67c43011f30298a2ad35ece64f16331c44bdbed927841f94");
    }

    #[test]
    fn published_version_2() {
        // MS-NLMP, section 4.2.4.1.1.
        assert_eq!(hex(&*nt_hash_v2(b"User", b"Domain", b"Password")), "0c868a403bfd7a93a3001ef22ef02e3f");
    }

    #[test]
    fn other_letters() {
        // "\u{e9}" is one unit, whatever its bytes are; what is no UTF-8 is widened.
        assert_eq!(nt_hash_v1("\u{e9}".as_bytes()), Zeroizing::new(md4(&[0xe9, 0])));
        assert_eq!(nt_hash_v1(b"\xe9"), Zeroizing::new(md4(&[0xe9, 0])));
        assert_eq!(nt_hash_v2("\u{e9}".as_bytes(), b"", b"p"), nt_hash_v2("\u{c9}".as_bytes(), b"", b"p"));
    }
}
