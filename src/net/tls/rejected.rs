//! Why a server's certificate was rejected.

use thiserror::Error;

/// The check of a server's certificate that failed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CertificateRejected {
    /// A certificate cannot be read, or has something in it that must be understood but is not.
    #[error(
        "the certificate of the server, or one that it sent along, cannot be used ({0}); the server needs another one"
    )]
    Unusable(String),
    /// Validity period over.
    #[error(
        "the certificate {subject:?} expired at {not_after}; renew it, or set the clock of the device if that is wrong"
    )]
    Expired {
        /// Subject of the certificate.
        subject: String,
        /// End of its validity.
        not_after: String,
    },
    /// Validity period not begun.
    #[error(
        "the certificate {subject:?} is not valid before {not_before}; set the clock of the device if that is wrong"
    )]
    NotYetValid {
        /// Subject of the certificate.
        subject: String,
        /// Begin of its validity.
        not_before: String,
    },
    /// Nobody has vouched for a self-signed certificate.
    #[error(
        "the server's certificate {subject:?} is self-signed and has not been loaded; load it with twApi_LoadCACert, or allow \
         any such certificate with twApi_SetSelfSignedOk"
    )]
    SelfSigned {
        /// Subject of the self-signed certificate: the server's own or the last one of the chain that it sent.
        subject: String,
    },
    /// The issuer is not among the certificates that are trusted.
    #[error(
        "the server's certificate {subject:?} was issued by {issuer:?}, and no chain leads from there to a certificate that is \
         trusted; load the CA's certificate with twApi_LoadCACert"
    )]
    UnknownIssuer {
        /// Subject of the certificate.
        subject: String,
        /// Its issuer.
        issuer: String,
    },
    /// A signature of the chain is wrong.
    #[error("the signature of the certificate {subject:?}, or of one that it depends on, is not that of its issuer")]
    BadSignature {
        /// Subject of the server's certificate.
        subject: String,
    },
    /// A certificate was issued by one that may not issue any.
    #[error(
        "the certificate {subject:?} was used to issue another one, but is not that of a CA, or not for that many levels"
    )]
    NotACa {
        /// Subject of the issuing certificate.
        subject: String,
    },
    /// Its extended key usage leaves servers out.
    #[error("the certificate {subject:?} is not meant for TLS servers (extended key usage)")]
    WrongPurpose {
        /// Subject of the server's certificate.
        subject: String,
    },
    /// It belongs to another host.
    #[error(
        "the server's certificate is for {presented}, not for {expected:?}; use a name of the certificate, or switch the check \
         off with twcfg.enable_tls_hostname_validation"
    )]
    WrongName {
        /// Host as configured.
        expected: String,
        /// Names in the certificate.
        presented: String,
    },
    /// A field that the application has prescribed is different.
    #[error("the certificate's {field} is {}, but {expected:?} was prescribed with twApi_SetX509Fields", shown(.found))]
    Field {
        /// Which field.
        field: &'static str,
        /// Prescribed value.
        expected: String,
        /// Value in the certificate.
        found: Option<String>,
    },
}

/// A field of a certificate, which may be absent.
fn shown(found: &Option<String>) -> String {
    found.as_ref().map_or_else(|| "absent".to_owned(), |value| format!("{value:?}"))
}
