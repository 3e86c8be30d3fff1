//! Certificates and keys from files.

use super::certificate::Certificate;
use super::key::{KeyFormat, PrivateKey};
use super::pem;
use rustls::pki_types::CertificateDer;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use thiserror::Error;
use zeroize::Zeroizing;

/// Larger files are not PEM files of anybody's; a device node would be read for ever.
const MAX_FILE: u64 = 16 << 20;

/// Why nothing was loaded.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The file cannot be read.
    #[error("cannot read the file {path:?}: {source}")]
    File {
        /// Path as given.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A PEM block is broken.
    #[error("the block '{0}' of the file is not Base64; was it cut or edited?")]
    NotBase64(String),
    /// There is no certificate.
    #[error("the file has no certificate in it (no '-----BEGIN CERTIFICATE-----')")]
    NoCertificate,
    /// A block is not a certificate although it is called one.
    #[error("certificate {index} of the file cannot be read: {reason}")]
    UnreadableCertificate {
        /// Which one, counted from 1.
        index: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// There is no private key.
    #[error("the file has no private key in it (no '-----BEGIN ... PRIVATE KEY-----')")]
    NoKey,
    /// The private key is broken.
    #[error("the private key in the file cannot be read; is the type (PEM or DER) right?")]
    UnreadableKey,
    /// The passphrase does not decrypt the key.
    #[error("the passphrase does not fit the private key")]
    WrongPassphrase,
    /// The key is encrypted in a way that is not known.
    #[error("the private key is encrypted with {0}, which is not supported; encrypt it anew with AES-256-CBC")]
    UnsupportedEncryption(String),
    /// Key and certificate do not belong together.
    #[error("the private key is not the one of the client certificate that was loaded before")]
    KeyMismatch,
}

/// Reads the certificates of a PEM file, in their order. They are not judged: expired ones are read as well.
///
/// # Errors
/// [`LoadError`]; a directory, a missing file and a file without a certificate are errors.
pub fn load_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, LoadError> {
    read_certificates(&read_file(path)?)
}

/// Reads the certificate of a DER file, or the first one of a PEM file.
///
/// # Errors
/// [`LoadError`].
pub fn load_certificate(path: &Path, format: KeyFormat) -> Result<CertificateDer<'static>, LoadError> {
    match format {
        KeyFormat::Pem => load_certificates(path)?.into_iter().next().ok_or(LoadError::NoCertificate),
        KeyFormat::Der => {
            let file = read_file(path)?;
            let unreadable =
                |error: der::Error| LoadError::UnreadableCertificate { index: 1, reason: error.to_string() };
            let der = first_value(&file).map_err(unreadable)?;
            Certificate::read(der).map_err(unreadable)?;
            Ok(CertificateDer::from(der.to_vec()))
        }
    }
}

/// Reads the certificates of a directory, as OpenSSL keeps them: in files named by the hash of the subject, 8 hexadecimal digits
/// and a number (`c_rehash` makes such names). Other files are not looked at.
///
/// # Errors
/// [`LoadError`]: the directory or one of these files cannot be read, or there is none.
pub fn load_certificate_directory(path: &Path) -> Result<Vec<CertificateDer<'static>>, LoadError> {
    let failed = |source| LoadError::File { path: path.to_owned(), source };
    let mut certificates = Vec::new();
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.file_name().to_str().is_some_and(is_hash_name) {
            certificates.extend(load_certificates(&entry.path())?);
        }
    }
    if certificates.is_empty() { Err(LoadError::NoCertificate) } else { Ok(certificates) }
}

fn is_hash_name(name: &str) -> bool {
    name.split_once('.').is_some_and(|(hash, number)| {
        hash.len() == 8
            && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
            && !number.is_empty()
            && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// As [`load_certificates`], out of the contents of a file.
///
/// # Errors
/// As [`load_certificates`].
pub fn read_certificates(file: &[u8]) -> Result<Vec<CertificateDer<'static>>, LoadError> {
    let labels = ["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"];
    let blocks = pem::blocks(file).map_err(LoadError::NotBase64)?;
    let mut certificates = Vec::new();
    for block in blocks.iter().filter(|block| labels.contains(&block.label.as_str())) {
        let index = certificates.len() + 1;
        let unreadable = |error: der::Error| LoadError::UnreadableCertificate { index, reason: error.to_string() };
        // The trusted form has more behind the certificate, which is of no interest.
        let der = first_value(&block.contents).map_err(unreadable)?;
        Certificate::read(der).map_err(unreadable)?;
        certificates.push(CertificateDer::from(der.to_vec()));
    }
    if certificates.is_empty() { Err(LoadError::NoCertificate) } else { Ok(certificates) }
}

/// Reads the private key of a file; see [`PrivateKey::read`].
///
/// # Errors
/// [`LoadError`].
pub fn load_private_key(path: &Path, format: KeyFormat, passphrase: &[u8]) -> Result<PrivateKey, LoadError> {
    PrivateKey::read(&read_file(path)?, format, passphrase)
}

fn first_value(bytes: &[u8]) -> der::Result<&[u8]> {
    use der::Reader;
    der::SliceReader::new(bytes)?.tlv_bytes()
}

pub(super) fn read_file(path: &Path) -> Result<Zeroizing<Vec<u8>>, LoadError> {
    let failed = |source| LoadError::File { path: path.to_owned(), source };
    let mut contents = Zeroizing::new(Vec::new());
    File::open(path).map_err(failed)?.take(MAX_FILE + 1).read_to_end(&mut contents).map_err(failed)?;
    if contents.len() as u64 > MAX_FILE {
        return Err(failed(io::Error::new(io::ErrorKind::FileTooLarge, "larger than 16 MiB")));
    }
    Ok(contents)
}
