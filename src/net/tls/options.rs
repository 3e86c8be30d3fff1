//! What an application can set about TLS, and the configuration that follows from it.

use super::anchors::Anchors;
use super::fields::X509Fields;
use super::identity::Identity;
use super::rejected::CertificateRejected;
use super::trust::Policy;
use super::verifier::Verifier;
use rustls::client::Resumption;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ServerConfig};
use std::sync::Arc;
use thiserror::Error;

/// Settings for TLS connections. A change takes effect with the next handshake that uses a new
/// [`client_config`](TlsOptions::client_config).
#[derive(Debug, Clone)]
pub struct TlsOptions {
    /// What is trusted.
    pub anchors: Anchors,
    /// Accepts an unknown server whose certificate, or the last one of the chain that it sends, is self-signed, whatever
    /// its name and validity are. Leaves one WARN per process.
    pub self_signed_ok: bool,
    /// False: accepts any certificate. Leaves one WARN per process.
    pub validate: bool,
    /// Compares the host name with those of the certificate. Not for pins and self-signed strangers.
    pub check_host_name: bool,
    /// Fields that the certificate must have.
    pub fields: X509Fields,
    /// The client's own certificate.
    pub identity: Identity,
}

/// Nothing is loaded, everything is checked.
impl Default for TlsOptions {
    fn default() -> TlsOptions {
        TlsOptions {
            anchors: Anchors::default(),
            self_signed_ok: false,
            validate: true,
            check_host_name: true,
            fields: X509Fields::default(),
            identity: Identity::default(),
        }
    }
}

/// Why there is no configuration.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The client's key can be read but not used.
    #[error(
        "the client key cannot be used ({0}); supported are RSA from 2048 bits, ECDSA P-256 and P-384, and Ed25519"
    )]
    UnusableKey(String),
    /// The TLS library refuses its own defaults, which it gives no cause for.
    #[error("TLS cannot be set up: {0}")]
    Library(String),
}

impl TlsOptions {
    /// The configuration for handshakes: TLS 1.2 and 1.3, SNI, no session resumption, so that every connection checks
    /// the certificate anew.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn client_config(&self) -> Result<Arc<ClientConfig>, TlsError> {
        let provider = Arc::new(default_provider());
        let policy = self.policy();
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| TlsError::Library(error.to_string()))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Verifier(policy)));
        let mut config = match self.identity.resolver()? {
            Some(resolver) => builder.with_client_cert_resolver(resolver),
            None => builder.with_no_client_auth(),
        };
        config.resumption = Resumption::disabled();
        Ok(Arc::new(config))
    }

    /// The configuration for the server's end of a connection, which shows the own certificate and asks for none; `None`
    /// without certificate or key.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn server_config(&self) -> Result<Option<Arc<ServerConfig>>, TlsError> {
        let Some(resolver) = self.identity.resolver()? else { return Ok(None) };
        let builder = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| TlsError::Library(error.to_string()))?;
        Ok(Some(Arc::new(builder.with_no_client_auth().with_cert_resolver(resolver))))
    }

    /// Judges certificates that a server called `host` has shown, its own first, by these settings, as a handshake does.
    ///
    /// # Errors
    /// [`CertificateRejected`], also if there is no certificate.
    pub fn judge(&self, shown: &[CertificateDer<'_>], host: &str) -> Result<(), CertificateRejected> {
        let unusable = |reason: &str| CertificateRejected::Unusable(reason.to_owned());
        let (leaf, others) = shown.split_first().ok_or_else(|| unusable("there is none"))?;
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        let host = ServerName::try_from(bare).map_err(|_| unusable("the host has no name that it could be for"))?;
        self.policy().judge(leaf, others, &host, UnixTime::now())
    }

    fn policy(&self) -> Policy {
        Policy {
            anchors: self.anchors.clone(),
            self_signed_ok: self.self_signed_ok,
            validate: self.validate,
            check_host_name: self.check_host_name,
            fields: self.fields.clone(),
            algorithms: default_provider().signature_verification_algorithms,
        }
    }
}
