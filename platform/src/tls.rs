//! The certificate of the platform, given or made at the start.

use rcgen::{BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::path::PathBuf;
use std::sync::Arc;
use thiserror::Error;

/// Where the certificate comes from.
#[derive(Clone, Debug)]
pub enum TlsSource {
    /// An authority and a certificate of it for these names and addresses are made at the start.
    Generated {
        /// Host names and IP addresses.
        names: Vec<String>,
    },
    /// A self-signed certificate for these names and addresses is made at the start.
    SelfSigned {
        /// Host names and IP addresses.
        names: Vec<String>,
    },
    /// PEM files.
    Files {
        /// The certificate, followed by those that lead to its authority.
        certificates: PathBuf,
        /// Its key, not encrypted.
        key: PathBuf,
    },
}

impl TlsSource {
    /// Made at the start, for this machine.
    pub fn local() -> Self {
        Self::Generated { names: ["localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec() }
    }
}

/// Why the platform has no certificate.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A file cannot be read as what it should be.
    #[error("{path} cannot be used; it must have certificates, or a key without password, in PEM form: {reason}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Making the certificate failed.
    #[error("no certificate can be made for these names: {0}")]
    Generate(#[from] rcgen::Error),
    /// The certificate and the key do not go together.
    #[error("the certificate and the key cannot be used: {0}")]
    Unusable(#[from] rustls::Error),
}

/// The certificate in use.
#[derive(Clone)]
pub(crate) struct Identity {
    pub config: Arc<ServerConfig>,
    /// What devices have to trust, as PEM text: the authority if it was made here, else all that was given.
    pub anchor: String,
    /// Whether the certificate is its own authority.
    pub self_signed: bool,
}

impl Identity {
    pub fn new(source: &TlsSource) -> Result<Self, TlsError> {
        let (chain, key, anchor, self_signed) = match source {
            TlsSource::Generated { names } => {
                let (chain, key, anchor) = signed(names)?;
                (chain, key, anchor, false)
            }
            TlsSource::SelfSigned { names } => {
                let key = KeyPair::generate()?;
                let certificate = parameters(names)?.self_signed(&key)?;
                let anchor = certificate.pem();
                (vec![certificate.der().clone()], private(&key), anchor, true)
            }
            TlsSource::Files { certificates, key } => {
                let unreadable = |path: &PathBuf| {
                    let path = path.clone();
                    move |error: rustls::pki_types::pem::Error| TlsError::File { path, reason: error.to_string() }
                };
                let chain = CertificateDer::pem_file_iter(certificates)
                    .and_then(Iterator::collect::<Result<Vec<_>, _>>)
                    .map_err(unreadable(certificates))?;
                let private = PrivateKeyDer::from_pem_file(key).map_err(unreadable(key))?;
                let anchor = std::fs::read_to_string(certificates)
                    .map_err(|error| TlsError::File { path: certificates.clone(), reason: error.to_string() })?;
                let self_signed = chain.len() == 1;
                (chain, private, anchor, self_signed)
            }
        };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        Ok(Self { config: Arc::new(config), anchor, self_signed })
    }
}

type Chain = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>, String);

/// An authority and a certificate that it has signed.
fn signed(names: &[String]) -> Result<Chain, TlsError> {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.distinguished_name = named("twedge local platform authority");
    let authority_key = KeyPair::generate()?;
    let anchor = authority.self_signed(&authority_key)?;
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate()?;
    let certificate = parameters(names)?.signed_by(&key, &issuer)?;
    Ok((vec![certificate.der().clone(), anchor.der().clone()], private(&key), anchor.pem()))
}

fn parameters(names: &[String]) -> Result<CertificateParams, rcgen::Error> {
    let mut parameters = CertificateParams::new(names.to_vec())?;
    parameters.distinguished_name = named(names.first().map_or("twedge local platform", String::as_str));
    Ok(parameters)
}

fn named(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    name.push(DnType::OrganizationName, "twedge");
    name
}

fn private(key: &KeyPair) -> PrivateKeyDer<'static> {
    PrivateKeyDer::Pkcs8(key.serialize_der().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_source_makes_a_usable_certificate() {
        let made = Identity::new(&TlsSource::local()).unwrap();
        assert!(!made.self_signed && made.anchor.contains("BEGIN CERTIFICATE"));
        let own = Identity::new(&TlsSource::SelfSigned { names: vec!["localhost".into()] }).unwrap();
        assert!(own.self_signed);
    }

    #[test]
    fn files_are_read_and_bad_ones_named() {
        let folder = tempfile::tempdir().unwrap();
        let (certificates, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
        let source = TlsSource::Files { certificates: certificates.clone(), key: key.clone() };
        let error = |source| Identity::new(source).err().unwrap().to_string();
        assert!(error(&source).contains("cert.pem"));
        let pair = KeyPair::generate().unwrap();
        let certificate = parameters(&["localhost".into()]).unwrap().self_signed(&pair).unwrap();
        std::fs::write(&certificates, certificate.pem()).unwrap();
        std::fs::write(&key, "no key").unwrap();
        assert!(error(&source).contains("key.pem"));
        std::fs::write(&key, pair.serialize_pem()).unwrap();
        assert!(Identity::new(&source).is_ok());
        std::fs::write(&key, KeyPair::generate().unwrap().serialize_pem()).unwrap();
        assert!(matches!(Identity::new(&source), Err(TlsError::Unusable(_))));
    }
}
