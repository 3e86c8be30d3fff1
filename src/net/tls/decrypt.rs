//! Encrypted private keys: PKCS#8 (RFC 5958 with the schemes of PKCS#5 and PKCS#12) and the traditional PEM form.
//! Old ciphers and digests are what old key files are encrypted with; nothing new is made with them.

use super::certificate::{contents, expect};
use aes::{Aes128, Aes192, Aes256};
use cbc::Decryptor;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockCipher, BlockDecryptMut, KeyInit, KeyIvInit};
use der::asn1::{AnyRef, ObjectIdentifier};
use der::{Decode, Reader, Tag};
use des::{Des, TdesEde3};
use md5::{Digest, Md5};
use pkcs5::EncryptionScheme;
use sha1::Sha1;
use zeroize::Zeroizing;

const PBES2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.13");
const MD5_DES: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.3");
const SHA1_DES: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.10");
const PKCS12_SHA1_3DES: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.3");

/// More rounds than any key file has; a broken one must not hold the device up for hours.
const MAX_ROUNDS: u32 = 10_000_000;

/// Why a key was not decrypted.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum DecryptError {
    WrongPassphrase,
    /// Cipher or scheme that is not known.
    Unsupported(String),
    Malformed,
}

impl From<der::Error> for DecryptError {
    fn from(_: der::Error) -> DecryptError {
        DecryptError::Malformed
    }
}

type Decrypted = Result<Zeroizing<Vec<u8>>, DecryptError>;

/// Decrypts a traditional block; `dek_info` is cipher and initialization vector in hex. The key is derived with one
/// round of MD5, as the SSLeay of old did.
pub(super) fn traditional(dek_info: &str, encrypted: &[u8], passphrase: &[u8]) -> Decrypted {
    let (cipher, iv) = dek_info.split_once(',').ok_or(DecryptError::Malformed)?;
    let iv = unhex(iv.trim()).ok_or(DecryptError::Malformed)?;
    let salt = iv.get(..8).ok_or(DecryptError::Malformed)?;
    let key = |length: usize| {
        let mut key = Zeroizing::new(Vec::new());
        let mut block = Zeroizing::new(Vec::new());
        while key.len() < length {
            let digest = Md5::new().chain_update(&*block).chain_update(passphrase).chain_update(salt).finalize();
            block = Zeroizing::new(digest.to_vec());
            key.extend_from_slice(&block);
        }
        key.truncate(length);
        key
    };
    match cipher.trim().to_ascii_uppercase().as_str() {
        "DES-CBC" => cbc::<Des>(&key(8), &iv, encrypted),
        "DES-EDE3-CBC" => cbc::<TdesEde3>(&key(24), &iv, encrypted),
        "AES-128-CBC" => cbc::<Aes128>(&key(16), &iv, encrypted),
        "AES-192-CBC" => cbc::<Aes192>(&key(24), &iv, encrypted),
        "AES-256-CBC" => cbc::<Aes256>(&key(32), &iv, encrypted),
        other => Err(DecryptError::Unsupported(other.to_owned())),
    }
}

/// Decrypts an `EncryptedPrivateKeyInfo`.
pub(super) fn pkcs8(der: &[u8], passphrase: &[u8]) -> Decrypted {
    let mut fields = contents(AnyRef::from_der(der)?)?;
    let algorithm = fields.tlv_bytes()?;
    let encrypted = expect(&mut fields, Tag::OctetString)?.value();
    let mut parts = contents(AnyRef::from_der(algorithm)?)?;
    let scheme = parts.decode::<ObjectIdentifier>()?;
    if scheme == PBES2 {
        return pbes2(algorithm, encrypted, passphrase);
    }
    let mut parameters = contents(expect(&mut parts, Tag::Sequence)?)?;
    let salt = expect(&mut parameters, Tag::OctetString)?.value();
    let rounds = parameters.decode::<u32>()?;
    if rounds > MAX_ROUNDS {
        return Err(DecryptError::Malformed);
    }
    match scheme {
        MD5_DES => pbes1::<Md5>(passphrase, salt, rounds, encrypted),
        SHA1_DES => pbes1::<Sha1>(passphrase, salt, rounds, encrypted),
        PKCS12_SHA1_3DES => {
            let password = pkcs12_password(passphrase);
            let key = pkcs12_derive(1, &password, salt, rounds, 24);
            let iv = pkcs12_derive(2, &password, salt, rounds, 8);
            cbc::<TdesEde3>(&key, &iv, encrypted)
        }
        other => Err(DecryptError::Unsupported(other.to_string())),
    }
}

/// PKCS#5 version 2, with PBKDF2 or scrypt.
fn pbes2(algorithm: &[u8], encrypted: &[u8], passphrase: &[u8]) -> Decrypted {
    let unsupported = || DecryptError::Unsupported("a PBES2 scheme with uncommon parts".to_owned());
    let scheme = EncryptionScheme::from_der(algorithm).map_err(|_| unsupported())?;
    let rounds = scheme.pbes2().and_then(|parameters| parameters.kdf.pbkdf2()).map(|kdf| kdf.iteration_count);
    if rounds.is_some_and(|rounds| rounds > MAX_ROUNDS) {
        return Err(DecryptError::Malformed);
    }
    match scheme.decrypt(passphrase, encrypted) {
        Ok(key) => Ok(Zeroizing::new(key)),
        Err(pkcs5::Error::DecryptFailed | pkcs5::Error::EncryptFailed) => Err(DecryptError::WrongPassphrase),
        Err(_) => Err(unsupported()),
    }
}

/// PKCS#5 version 1 (RFC 8018, section 6.1): 8 bytes of the digest are the DES key, the next 8 the vector.
fn pbes1<D: Digest>(passphrase: &[u8], salt: &[u8], rounds: u32, encrypted: &[u8]) -> Decrypted {
    let mut block = Zeroizing::new(D::new().chain_update(passphrase).chain_update(salt).finalize().to_vec());
    for _ in 1..rounds {
        block = Zeroizing::new(D::digest(&*block).to_vec());
    }
    let (key, rest) = block.split_at_checked(8).ok_or(DecryptError::Malformed)?;
    let iv = rest.get(..8).ok_or(DecryptError::Malformed)?;
    cbc::<Des>(key, iv, encrypted)
}

/// A passphrase as PKCS#12 digests it: UTF-16, big-endian, with a terminator (RFC 7292, appendix B.1).
fn pkcs12_password(passphrase: &[u8]) -> Zeroizing<Vec<u8>> {
    let text = Zeroizing::new(String::from_utf8_lossy(passphrase).into_owned());
    let units = text.encode_utf16().chain([0]);
    Zeroizing::new(units.flat_map(u16::to_be_bytes).collect())
}

/// The key derivation of PKCS#12 with SHA-1 (RFC 7292, appendix B.2).
fn pkcs12_derive(id: u8, password: &[u8], salt: &[u8], rounds: u32, length: usize) -> Zeroizing<Vec<u8>> {
    const BLOCK: usize = 64;
    let fill = |bytes: &[u8]| -> Vec<u8> {
        let length = bytes.len().div_ceil(BLOCK) * BLOCK;
        bytes.iter().copied().cycle().take(length).collect()
    };
    let mut input = Zeroizing::new(fill(salt));
    input.extend_from_slice(&Zeroizing::new(fill(password)));
    let mut derived = Zeroizing::new(Vec::new());
    loop {
        let mut digest = Sha1::new().chain_update([id; BLOCK]).chain_update(&*input).finalize();
        for _ in 1..rounds {
            digest = Sha1::digest(digest);
        }
        derived.extend_from_slice(&digest);
        if derived.len() >= length {
            derived.truncate(length);
            return derived;
        }
        let addend: Vec<u8> = digest.iter().copied().cycle().take(BLOCK).collect();
        for block in input.chunks_mut(BLOCK) {
            // block + addend + 1, modulo 2^512
            let mut carry = 1u16;
            for (byte, add) in block.iter_mut().zip(&addend).rev() {
                carry += u16::from(*byte) + u16::from(*add);
                *byte = carry as u8;
                carry >>= 8;
            }
        }
    }
}

/// Decrypts and takes the padding off. Wrong padding means a wrong passphrase.
fn cbc<C: BlockCipher + BlockDecryptMut + KeyInit>(key: &[u8], iv: &[u8], encrypted: &[u8]) -> Decrypted
where
    Decryptor<C>: KeyIvInit + BlockDecryptMut,
{
    let decryptor = Decryptor::<C>::new_from_slices(key, iv).map_err(|_| DecryptError::Malformed)?;
    let mut buffer = Zeroizing::new(encrypted.to_vec());
    let length = decryptor.decrypt_padded_mut::<Pkcs7>(&mut buffer).map_err(|_| DecryptError::WrongPassphrase)?.len();
    buffer.truncate(length);
    Ok(buffer)
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|digit| digit.to_digit(16).map(|digit| digit as u8)).collect();
    let digits = digits?;
    (digits.len() % 2 == 0).then(|| digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal() {
        assert_eq!(unhex("00fF1"), None);
        assert_eq!(unhex("00fF"), Some(vec![0, 255]));
        assert_eq!(unhex("xy"), None);
    }

    #[test]
    fn derivation_of_pkcs12() {
        // Published test vector: password "smeg", one round of SHA-1.
        let password = pkcs12_password(b"smeg");
        let salt = [0x0a, 0x58, 0xcf, 0x64, 0x53, 0x0d, 0x82, 0x3f];
        let key = pkcs12_derive(1, &password, &salt, 1, 24);
        assert_eq!(*key, unhex("8aaae6297b6cb04642ab5b077851284eb7128f1a2a7fbca3").unwrap());
    }

    #[test]
    fn malformed_input_is_no_wrong_passphrase() {
        assert_eq!(traditional("AES-128-CBC", b"", b"x").unwrap_err(), DecryptError::Malformed);
        assert_eq!(traditional("AES-128-CBC,00", b"", b"x").unwrap_err(), DecryptError::Malformed);
        let iv = "00".repeat(16);
        assert_eq!(
            traditional(&format!("ROT13,{iv}"), b"", b"x").unwrap_err(),
            DecryptError::Unsupported("ROT13".to_owned())
        );
        assert_eq!(pkcs8(b"\x30\x00", b"x").unwrap_err(), DecryptError::Malformed);
    }
}
