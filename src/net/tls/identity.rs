//! The client's own certificate.

use super::certificate::Certificate;
use super::key::PrivateKey;
use super::load::LoadError;
use super::options::TlsError;
use rustls::pki_types::CertificateDer;
use rustls::sign::CertifiedKey;
use std::fmt;
use std::sync::Arc;

/// Client certificate and key, each of which may be set alone and in either order. The certificate is shown to a server
/// that asks for one, once both are there.
#[derive(Clone, Default)]
pub struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: Option<PrivateKey>,
}

impl Identity {
    /// Sets the certificate, with the certificates of its issuers behind it, in place of the one before. A key that was
    /// set before and does not belong to it is dropped: the key of the new certificate will follow.
    pub fn set_chain(&mut self, chain: Vec<CertificateDer<'static>>) {
        self.chain = chain;
        if self.key.as_ref().is_some_and(|key| self.rejects(key)) {
            self.key = None;
        }
    }

    /// Sets the key in place of the one before.
    ///
    /// # Errors
    /// [`LoadError::KeyMismatch`] if it is not the key of the certificate that is set; nothing changes.
    pub fn set_key(&mut self, key: PrivateKey) -> Result<(), LoadError> {
        if self.rejects(&key) {
            return Err(LoadError::KeyMismatch);
        }
        self.key = Some(key);
        Ok(())
    }

    /// True if both are there.
    pub fn is_complete(&self) -> bool {
        self.key.is_some() && !self.chain.is_empty()
    }

    /// Whether handshakes can use it, as far as it is there: for a key to be refused when it is set.
    ///
    /// # Errors
    /// [`TlsError::UnusableKey`].
    pub fn check(&self) -> Result<(), TlsError> {
        match &self.key {
            Some(key) => key.signing_key().map(drop).map_err(|error| TlsError::UnusableKey(error.to_string())),
            None => Ok(()),
        }
    }

    /// True if `key` is certainly not the one of the certificate.
    fn rejects(&self, key: &PrivateKey) -> bool {
        let certificate = self.chain.first().and_then(|der| Certificate::read(der).ok());
        certificate.is_some_and(|certificate| key.belongs_to(certificate.public_key) == Some(false))
    }

    /// Both, in the form in which handshakes use them; `None` if one is missing. The library's own way to make one would
    /// refuse certificates of version 1.
    pub(super) fn certified_key(&self) -> Result<Option<CertifiedKey>, TlsError> {
        let Some(key) = self.key.as_ref().filter(|_| self.is_complete()) else { return Ok(None) };
        let signing_key = key.signing_key().map_err(|error| TlsError::UnusableKey(error.to_string()))?;
        Ok(Some(CertifiedKey::new(self.chain.clone(), signing_key)))
    }

    /// As [`certified_key`](Identity::certified_key), shared.
    pub(super) fn resolver(&self) -> Result<Option<Arc<rustls::sign::SingleCertAndKey>>, TlsError> {
        Ok(self.certified_key()?.map(|key| Arc::new(key.into())))
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Identity { chain, key } = self;
        f.debug_struct("Identity").field("certificates", &chain.len()).field("has_key", &key.is_some()).finish()
    }
}
