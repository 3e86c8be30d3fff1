//! What was signed, recovered from an RSA signature (PKCS#1 version 1.5): the signatures of update packages carry a digest
//! without saying which, and the program compares it itself.

use super::certificate::{Certificate, contents, expect};
use super::load::{LoadError, read_certificates, read_file};
use super::name::Attribute;
use super::pem;
use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};
use der::asn1::{AnyRef, BitStringRef, UintRef};
use der::{Decode, Tag};
use std::path::Path;
use thiserror::Error;

/// Sizes of keys that are worked with, in bytes: those that RSA is used with, and not so large that a signature is a way to
/// keep a device busy.
const KEY_SIZES: std::ops::RangeInclusive<usize> = 64..=2048;
/// Least number of padding bytes (RFC 8017, section 8.2.1).
const MIN_PADDING: usize = 8;

/// Why nothing was recovered.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RecoverError {
    /// The file of the key cannot be used.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// There is no RSA public key in the file.
    #[error(
        "the file has no RSA public key in it (no '-----BEGIN RSA PUBLIC KEY-----', or a certificate with another kind of key)"
    )]
    NoKey,
    /// The key is of no size that is worked with.
    #[error("the RSA key has {0} bits, which is too few, too many, or not a product of odd numbers")]
    KeySize(usize),
    /// The data is no signature made with the private key of this public key.
    #[error("the data was not signed with the private key that belongs to this public key")]
    NotSigned,
}

/// A public key for signatures, and whom it belongs to.
pub struct RecoveryKey {
    modulus: Vec<u8>,
    exponent: Vec<u8>,
    common_name: Option<Vec<u8>>,
}

impl RecoveryKey {
    /// Reads the key out of a certificate (PEM) if the name of the file ends in `.crt`, in any case, else out of a block
    /// `RSA PUBLIC KEY` or `PUBLIC KEY`.
    ///
    /// # Errors
    /// [`RecoverError::Load`], [`RecoverError::NoKey`].
    pub fn load(path: &Path) -> Result<RecoveryKey, RecoverError> {
        let file = read_file(path)?;
        if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("crt")) {
            return RecoveryKey::of_certificate(&file);
        }
        let blocks = pem::blocks(&file).map_err(LoadError::NotBase64)?;
        let key = blocks.iter().find_map(|block| match block.label.as_str() {
            "RSA PUBLIC KEY" => numbers(&block.contents).ok(),
            "PUBLIC KEY" => numbers_with_algorithm(&block.contents).ok(),
            _ => None,
        });
        let (modulus, exponent) = key.ok_or(RecoverError::NoKey)?;
        Ok(RecoveryKey { modulus, exponent, common_name: None })
    }

    fn of_certificate(file: &[u8]) -> Result<RecoveryKey, RecoverError> {
        let certificates = read_certificates(file)?;
        let certificate =
            certificates.first().and_then(|der| Certificate::read(der).ok()).ok_or(RecoverError::NoKey)?;
        let (modulus, exponent) = numbers_with_algorithm(certificate.public_key).map_err(|_| RecoverError::NoKey)?;
        Ok(RecoveryKey { modulus, exponent, common_name: certificate.subject.attribute(Attribute::CommonName) })
    }

    /// The common name of the certificate's subject; `None` for a bare key.
    pub fn common_name(&self) -> Option<&[u8]> {
        self.common_name.as_deref()
    }

    /// What was signed.
    ///
    /// # Errors
    /// [`RecoverError::KeySize`], [`RecoverError::NotSigned`].
    pub fn recover(&self, signature: &[u8]) -> Result<Vec<u8>, RecoverError> {
        let padded = self.raise(signature)?;
        // 00 01 FF .. FF 00, then the message; the numbers come with leading zeros.
        let start = padded.len() - self.modulus.len();
        let block = padded.get(start..).and_then(|block| block.strip_prefix(&[0, 1])).ok_or(RecoverError::NotSigned)?;
        let padding = block.iter().take_while(|byte| **byte == 0xff).count();
        match block.get(padding..) {
            Some([0, message @ ..]) if padding >= MIN_PADDING => Ok(message.to_vec()),
            _ => Err(RecoverError::NotSigned),
        }
    }

    /// The signature to the power of the public exponent, modulo the modulus, as big-endian bytes.
    fn raise(&self, signature: &[u8]) -> Result<Box<[u8]>, RecoverError> {
        let size = self.modulus.len();
        let bad_key = || RecoverError::KeySize(size.saturating_mul(8));
        if !KEY_SIZES.contains(&size) || self.exponent.len() > size {
            return Err(bad_key());
        }
        if signature.len() != size {
            return Err(RecoverError::NotSigned);
        }
        let modulus = number(&self.modulus, size).ok_or_else(bad_key)?;
        let base = number(signature, size).filter(|base| base < &modulus).ok_or(RecoverError::NotSigned)?;
        let exponent = number(&self.exponent, size).ok_or_else(bad_key)?;
        let modulus: Odd<BoxedUint> = Option::from(modulus.to_odd()).ok_or_else(bad_key)?;
        let form = BoxedMontyForm::new(base, BoxedMontyParams::new_vartime(modulus));
        Ok(form.pow_bounded_exp(&exponent, exponent.bits_vartime()).retrieve().to_be_bytes())
    }
}

/// A number out of big-endian bytes, with room for `size` bytes in whole words.
fn number(bytes: &[u8], size: usize) -> Option<BoxedUint> {
    let room = size.next_multiple_of(8);
    let mut padded = vec![0; room.checked_sub(bytes.len())?];
    padded.extend_from_slice(bytes);
    BoxedUint::from_be_slice(&padded, u32::try_from(room.checked_mul(8)?).ok()?).ok()
}

/// Modulus and exponent of a key as PKCS#1 has it.
fn numbers(der: &[u8]) -> der::Result<(Vec<u8>, Vec<u8>)> {
    let mut fields = contents(AnyRef::from_der(der)?)?;
    let modulus = UintRef::decode(&mut fields)?.as_bytes().to_vec();
    let exponent = UintRef::decode(&mut fields)?.as_bytes().to_vec();
    Ok((modulus, exponent))
}

/// The same of a key with its algorithm in front, as certificates have it.
fn numbers_with_algorithm(der: &[u8]) -> der::Result<(Vec<u8>, Vec<u8>)> {
    let mut fields = contents(AnyRef::from_der(der)?)?;
    expect(&mut fields, Tag::Sequence)?;
    numbers(BitStringRef::decode(&mut fields)?.raw_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(modulus: &[u8], exponent: &[u8]) -> RecoveryKey {
        RecoveryKey { modulus: modulus.to_vec(), exponent: exponent.to_vec(), common_name: None }
    }

    #[test]
    fn an_exponent_of_one_shows_the_block_itself() {
        let mut block = vec![0, 1];
        block.extend([0xff; 30]);
        block.push(0);
        block.extend([0x2a; 31]);
        let identity = key(&[0xff; 64], &[1]);
        assert_eq!(identity.recover(&block).unwrap(), [0x2a; 31]);
        for (at, value) in [(0, 1), (1, 2), (5, 0), (32, 1)] {
            let mut broken = block.clone();
            broken[at] = value;
            assert!(matches!(identity.recover(&broken), Err(RecoverError::NotSigned)), "{at}");
        }
        assert!(matches!(identity.recover(&block[1..]), Err(RecoverError::NotSigned)));
        assert!(matches!(identity.recover(&[0xff; 64]), Err(RecoverError::NotSigned)), "not below the modulus");
        assert!(matches!(key(&[0xfe; 64], &[3]).recover(&block), Err(RecoverError::KeySize(512))), "even");
        assert!(matches!(key(&[0xff; 63], &[3]).recover(&block[1..]), Err(RecoverError::KeySize(504))));
    }

    proptest! {
        #[test]
        fn any_key_and_signature_are_survived(
            modulus in prop::collection::vec(any::<u8>(), 60..80),
            exponent in prop::collection::vec(any::<u8>(), 0..5),
            signature in prop::collection::vec(any::<u8>(), 60..80),
        ) {
            let _ = key(&modulus, &exponent).recover(&signature);
        }
    }
}
