//! What is trusted.

use super::certificate::Certificate;
use rustls::pki_types::{CertificateDer, TrustAnchor};

/// Trusted certificates.
#[derive(Debug, Clone, Default)]
pub enum Anchors {
    /// Nothing was loaded: the public roots of webpki-roots.
    #[default]
    PublicRoots,
    /// Exactly these. Those that may issue certificates are CAs; each of them is also trusted as the certificate of a
    /// server itself (a pin).
    Loaded(Vec<CertificateDer<'static>>),
}

impl Anchors {
    /// Adds to what is loaded; the public roots are not trusted any more.
    pub fn load(&mut self, certificates: impl IntoIterator<Item = CertificateDer<'static>>) {
        match self {
            Anchors::PublicRoots => *self = Anchors::Loaded(certificates.into_iter().collect()),
            Anchors::Loaded(loaded) => loaded.extend(certificates),
        }
    }

    pub(super) fn is_loaded(&self) -> bool {
        matches!(self, Anchors::Loaded(_))
    }

    /// True if this very certificate has been loaded.
    pub(super) fn has(&self, certificate: &CertificateDer<'_>) -> bool {
        matches!(self, Anchors::Loaded(loaded) if loaded.contains(certificate))
    }

    /// Loaded certificates that can be read and may issue others.
    pub(super) fn issuers(&self) -> impl Iterator<Item = (&CertificateDer<'static>, Certificate<'_>)> {
        let loaded: &[CertificateDer<'static>] = match self {
            Anchors::PublicRoots => &[],
            Anchors::Loaded(loaded) => loaded,
        };
        loaded.iter().filter_map(|der| Some((der, Certificate::read(der).ok().filter(Certificate::may_issue)?)))
    }

    /// All issuers in the form in which chains are verified.
    pub(super) fn trust_anchors(&self) -> Vec<TrustAnchor<'_>> {
        match self {
            Anchors::PublicRoots => webpki_roots::TLS_SERVER_ROOTS.to_vec(),
            Anchors::Loaded(_) => {
                self.issuers().filter_map(|(der, _)| webpki::anchor_from_trusted_cert(der).ok()).collect()
            }
        }
    }
}
