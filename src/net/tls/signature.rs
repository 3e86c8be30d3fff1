//! Signatures: of certificates, and of handshakes by keys whose certificate the TLS library would not read.

use super::certificate::Certificate;
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::SubjectPublicKeyInfoDer;
use rustls::{CertificateError, DigitallySignedStruct, Error, PeerMisbehaved};
use webpki::RawPublicKeyEntity;

/// Whether a certificate was signed with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signed {
    Yes,
    No,
    /// The signature is of a kind that cannot be verified here (SHA-1, short RSA keys, uncommon curves).
    Unknown,
}

/// Checks whether `certificate` was signed with the key in `public_key`.
pub(super) fn signed_with(
    certificate: &Certificate<'_>,
    public_key: &[u8],
    algorithms: &WebPkiSupportedAlgorithms,
) -> Signed {
    let spki = SubjectPublicKeyInfoDer::from(public_key);
    let Ok(key) = RawPublicKeyEntity::try_from(&spki) else { return Signed::Unknown };
    let mut result = Signed::Unknown;
    for algorithm in algorithms.all {
        if algorithm.signature_alg_id().as_ref() != certificate.signature_algorithm {
            continue;
        }
        match key.verify_signature(*algorithm, certificate.signed, certificate.signature) {
            Ok(()) => return Signed::Yes,
            Err(webpki::Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_)) => {}
            Err(_) => result = Signed::No,
        }
    }
    result
}

/// Verifies the handshake signature of a TLS 1.2 server with its bare key. Several algorithms can stand behind a
/// scheme: the one that goes with the key decides.
pub(super) fn verify_tls12(
    message: &[u8],
    public_key: &[u8],
    signed: &DigitallySignedStruct,
    algorithms: &WebPkiSupportedAlgorithms,
) -> Result<(), Error> {
    let spki = SubjectPublicKeyInfoDer::from(public_key);
    let key = RawPublicKeyEntity::try_from(&spki).map_err(|_| CertificateError::BadEncoding)?;
    let candidates = algorithms.mapping.iter().find(|(scheme, _)| *scheme == signed.scheme);
    let (_, candidates) = candidates.ok_or(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme)?;
    for algorithm in *candidates {
        match key.verify_signature(*algorithm, message, signed.signature()) {
            Ok(()) => return Ok(()),
            Err(webpki::Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_)) => {}
            Err(_) => break,
        }
    }
    Err(CertificateError::BadSignature.into())
}
