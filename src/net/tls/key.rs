//! Private keys.

use super::certificate::{contents, expect};
use super::decrypt::{self, DecryptError};
use super::load::LoadError;
use super::pem;
use der::asn1::{AnyRef, BitStringRef, ObjectIdentifier};
use der::{Decode, Reader, Tag, Tagged};
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs1KeyDer, PrivatePkcs8KeyDer, PrivateSec1KeyDer};
use rustls::sign::SigningKey;
use std::sync::Arc;
use zeroize::Zeroizing;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

/// How a key file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyFormat {
    /// Text with `-----BEGIN`.
    Pem,
    /// Plain DER.
    Der,
}

/// A private key. Wiped from memory when dropped; it has no `Debug`.
#[derive(Clone)]
pub struct PrivateKey {
    form: Form,
    der: Zeroizing<Vec<u8>>,
}

/// The structure that a key is in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Pkcs1,
    Sec1,
    Pkcs8,
    EncryptedPkcs8,
}

impl PrivateKey {
    /// Reads a key out of the contents of a file. `passphrase` is only used if the key is encrypted: PKCS#8, or the
    /// traditional form with a `DEK-Info` header. Size and kind of the key are not judged.
    ///
    /// # Errors
    /// [`LoadError`]: no key, one that cannot be read, or a wrong passphrase.
    pub fn read(file: &[u8], format: KeyFormat, passphrase: &[u8]) -> Result<PrivateKey, LoadError> {
        match format {
            KeyFormat::Der => PrivateKey::from_der(file, passphrase),
            KeyFormat::Pem => PrivateKey::from_pem(file, passphrase),
        }
    }

    fn from_pem(file: &[u8], passphrase: &[u8]) -> Result<PrivateKey, LoadError> {
        let blocks = pem::blocks(file).map_err(LoadError::NotBase64)?;
        let block = blocks.into_iter().find(|block| block.label.ends_with("PRIVATE KEY")).ok_or(LoadError::NoKey)?;
        match &block.dek_info {
            Some(dek_info) => {
                let key = decrypt::traditional(dek_info, &block.contents, passphrase)?;
                // The padding of a wrong passphrase is right now and then: what is no key was not decrypted.
                PrivateKey::from_der(&key, passphrase).map_err(|_| LoadError::WrongPassphrase)
            }
            None => PrivateKey::from_der(&block.contents, passphrase),
        }
    }

    fn from_der(der: &[u8], passphrase: &[u8]) -> Result<PrivateKey, LoadError> {
        match form(der).map_err(|_| LoadError::UnreadableKey)? {
            Form::EncryptedPkcs8 => {
                let key = decrypt::pkcs8(der, passphrase)?;
                let form = form(&key).ok().filter(|form| *form != Form::EncryptedPkcs8);
                Ok(PrivateKey { form: form.ok_or(LoadError::WrongPassphrase)?, der: key })
            }
            form => Ok(PrivateKey { form, der: Zeroizing::new(der.to_vec()) }),
        }
    }

    /// Whether this is the key of a certificate with `public_key` (with header); `None` if that cannot be told.
    pub(super) fn belongs_to(&self, public_key: &[u8]) -> Option<bool> {
        if let Ok(Some(modulus_and_exponent)) = self.rsa_public() {
            return Some(rsa_public_key(public_key).is_ok_and(|key| key == modulus_and_exponent));
        }
        Some(self.signing_key().ok()?.public_key()?.as_ref() == public_key)
    }

    /// The key in the form in which handshakes are signed.
    ///
    /// # Errors
    /// The TLS library does not support it: RSA below 2048 bits, curves other than P-256, P-384 and Ed25519.
    pub(super) fn signing_key(&self) -> Result<Arc<dyn SigningKey>, rustls::Error> {
        let der: &[u8] = &self.der;
        any_supported_type(&match self.form {
            Form::Pkcs1 => PrivateKeyDer::Pkcs1(PrivatePkcs1KeyDer::from(der)),
            Form::Sec1 => PrivateKeyDer::Sec1(PrivateSec1KeyDer::from(der)),
            Form::Pkcs8 | Form::EncryptedPkcs8 => PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(der)),
        })
    }

    /// Modulus and public exponent, encoded, if this is an RSA key.
    fn rsa_public(&self) -> der::Result<Option<Vec<u8>>> {
        let mut fields = contents(AnyRef::from_der(&self.der)?)?;
        expect(&mut fields, Tag::Integer)?;
        if self.form == Form::Pkcs8 {
            if contents(expect(&mut fields, Tag::Sequence)?)?.decode::<ObjectIdentifier>()? != RSA {
                return Ok(None);
            }
            fields = contents(AnyRef::from_der(expect(&mut fields, Tag::OctetString)?.value())?)?;
            expect(&mut fields, Tag::Integer)?;
        } else if self.form != Form::Pkcs1 {
            return Ok(None);
        }
        Ok(Some([fields.tlv_bytes()?, fields.tlv_bytes()?].concat()))
    }
}

/// The same two numbers out of a public key.
fn rsa_public_key(public_key: &[u8]) -> der::Result<Vec<u8>> {
    let mut fields = contents(AnyRef::from_der(public_key)?)?;
    expect(&mut fields, Tag::Sequence)?;
    let bits = fields.decode::<BitStringRef<'_>>()?;
    Ok(AnyRef::from_der(bits.raw_bytes())?.value().to_vec())
}

/// Tells the forms apart by the types of their first two fields.
fn form(der: &[u8]) -> der::Result<Form> {
    let mut fields = contents(AnyRef::from_der(der)?)?;
    let (first, second) = (AnyRef::decode(&mut fields)?.tag(), AnyRef::decode(&mut fields)?.tag());
    match (first, second) {
        (Tag::Integer, Tag::Integer) => Ok(Form::Pkcs1),
        (Tag::Integer, Tag::OctetString) => Ok(Form::Sec1),
        (Tag::Integer, Tag::Sequence) => Ok(Form::Pkcs8),
        (Tag::Sequence, Tag::OctetString) => Ok(Form::EncryptedPkcs8),
        _ => Err(second.value_error()),
    }
}

impl From<DecryptError> for LoadError {
    fn from(error: DecryptError) -> LoadError {
        match error {
            DecryptError::WrongPassphrase => LoadError::WrongPassphrase,
            DecryptError::Unsupported(what) => LoadError::UnsupportedEncryption(what),
            DecryptError::Malformed => LoadError::UnreadableKey,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_file_is_survived(file: Vec<u8>, passphrase: Vec<u8>) {
            let _ = PrivateKey::read(&file, KeyFormat::Der, &passphrase);
            let _ = PrivateKey::read(&file, KeyFormat::Pem, &passphrase);
            let block = [b"-----BEGIN RSA PRIVATE KEY-----\n", &file[..], b"\n-----END RSA PRIVATE KEY-----"].concat();
            let _ = PrivateKey::read(&block, KeyFormat::Pem, &passphrase);
        }

        #[test]
        fn a_key_of_the_right_shape_is_survived(first in 2u8..5, second in 2u8..5, rest: Vec<u8>) {
            let tag = |number| [0x02, 0x04, 0x30][usize::from(number) - 2];
            let mut der = vec![0x30, 0];
            der.extend([tag(first), 1, 0, tag(second), 0]);
            der.extend(rest.iter().take(100));
            der[1] = (der.len() - 2) as u8;
            if let Ok(key) = PrivateKey::read(&der, KeyFormat::Der, b"") {
                key.belongs_to(&rest);
                let _ = key.signing_key();
            }
        }
    }
}
