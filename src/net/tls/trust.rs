//! The judgement on a server's certificate (specification: decisions, "Security", and the certificate rules of
//! api-behaviour 4.2).
//!
//! Chains are verified by webpki. What it does not know is added here: certificates that were loaded as pins, self-signed
//! strangers, the validity and path length of loaded CAs, and certificates of private CAs in forms that webpki refuses
//! but the original's TLS library accepts.

use super::anchors::Anchors;
use super::certificate::Certificate;
use super::fields::X509Fields;
use super::hostname;
use super::rejected::CertificateRejected;
use super::signature::{Signed, signed_with};
use der::DateTime;
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use std::cell::RefCell;
use std::sync::Once;
use std::time::Duration;
use webpki::{EndEntityCert, VerifiedPath};

/// More intermediates than this are no chain of a private CA.
const MAX_INTERMEDIATES: usize = 6;

/// What a server's certificate is judged by.
#[derive(Debug)]
pub(super) struct Policy {
    pub anchors: Anchors,
    pub self_signed_ok: bool,
    pub validate: bool,
    pub check_host_name: bool,
    pub fields: X509Fields,
    pub algorithms: WebPkiSupportedAlgorithms,
}

/// Why a certificate is believed.
#[derive(Debug, PartialEq, Eq)]
enum Trust {
    /// It was loaded itself.
    Pinned,
    /// A chain leads to an anchor.
    Chained,
    /// Self-signed, and strangers are allowed.
    Stranger,
}

/// Where the issuers of a certificate lead to.
enum Origin<'a, 'c> {
    /// To a certificate that is trusted.
    Known,
    /// To a self-signed certificate that is not known.
    SelfSigned(&'c Certificate<'a>),
    /// To an issuer that is not known and was not sent: that of this certificate.
    Missing(&'c Certificate<'a>),
}

impl Policy {
    /// Judges the certificate of a server that was addressed as `host` and has `sent` these others along.
    pub fn judge(
        &self,
        leaf: &CertificateDer<'_>,
        sent: &[CertificateDer<'_>],
        host: &ServerName<'_>,
        now: UnixTime,
    ) -> Result<(), CertificateRejected> {
        if !self.validate {
            warn_of_no_validation();
            return Ok(());
        }
        let certificate = Certificate::read(leaf).map_err(|error| CertificateRejected::Unusable(error.to_string()))?;
        let trust = self.trust(leaf, &certificate, sent, now)?;
        match trust {
            Trust::Chained if self.check_host_name => {
                hostname::check(leaf, &certificate, host, self.anchors.is_loaded())?;
            }
            Trust::Stranger => warn_of_stranger(),
            Trust::Chained | Trust::Pinned => {}
        }
        self.fields.check(&certificate)
    }

    fn trust(
        &self,
        leaf: &CertificateDer<'_>,
        certificate: &Certificate<'_>,
        sent: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<Trust, CertificateRejected> {
        if self.anchors.has(leaf) {
            check_validity(certificate, now)?;
            return Ok(Trust::Pinned);
        }
        let Err(rejected) = self.chain(leaf, certificate, sent, now) else {
            return Ok(Trust::Chained);
        };
        let others: Vec<Certificate<'_>> = sent.iter().filter_map(|der| Certificate::read(der).ok()).collect();
        match self.origin(certificate, &others) {
            Origin::SelfSigned(_) if self.self_signed_ok => Ok(Trust::Stranger),
            Origin::SelfSigned(last) => Err(CertificateRejected::SelfSigned { subject: last.subject.to_string() }),
            Origin::Missing(last) => Err(CertificateRejected::UnknownIssuer {
                subject: certificate.subject.to_string(),
                issuer: last.issuer.to_string(),
            }),
            Origin::Known => Err(rejected),
        }
    }

    /// Verifies the chain from `leaf` to an anchor.
    fn chain(
        &self,
        leaf: &CertificateDer<'_>,
        certificate: &Certificate<'_>,
        sent: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), CertificateRejected> {
        let anchors = self.anchors.trust_anchors();
        let refused = RefCell::new(None);
        let check_anchor = |path: &VerifiedPath<'_>| match self.check_anchor(path, now) {
            Ok(()) => Ok(()),
            Err(rejected) => {
                refused.replace(Some(rejected));
                Err(webpki::Error::UnknownIssuer)
            }
        };
        let usage = webpki::KeyUsage::server_auth();
        let verified = EndEntityCert::try_from(leaf).and_then(|entity| {
            let algorithms = self.algorithms.all;
            entity.verify_for_usage(algorithms, &anchors, sent, now, usage, None, Some(&check_anchor)).map(|_| ())
        });
        match verified {
            Ok(()) => Ok(()),
            Err(webpki::Error::UnsupportedCertVersion | webpki::Error::CaUsedAsEndEntity)
                if self.anchors.is_loaded() =>
            {
                self.plain_chain(certificate, sent, now)
            }
            Err(error) => Err(refused.take().unwrap_or_else(|| self.describe(error, certificate, sent))),
        }
    }

    /// What webpki does not look at in an anchor: a loaded CA that has expired, or that may only issue the certificates
    /// of servers, was not accepted by the original either.
    fn check_anchor(&self, path: &VerifiedPath<'_>, now: UnixTime) -> Result<(), CertificateRejected> {
        let (subject, key) = (path.anchor().subject.as_ref(), webpki::spki_for_anchor(path.anchor()));
        let intermediates = path.intermediate_certificates().count();
        let same = |anchor: &Certificate<'_>| anchor.subject.value() == subject && anchor.public_key == key.as_ref();
        let mut result = Ok(());
        // The same CA may have been loaded twice, before and after a renewal: one of them has to do.
        for (_, anchor) in self.anchors.issuers().filter(|(_, anchor)| same(anchor)) {
            result = check_validity(&anchor, now).and_then(|()| check_path_length(&anchor, intermediates));
            if result.is_ok() {
                break;
            }
        }
        result
    }

    /// Verifies a chain for certificates that webpki does not accept as those of a server, but the original's library
    /// does: version 1, and those that are marked as a CA. Only for loaded CAs, and without name constraints.
    fn plain_chain(
        &self,
        leaf: &Certificate<'_>,
        sent: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), CertificateRejected> {
        check_plain(leaf, now)?;
        let others: Vec<Certificate<'_>> = sent.iter().filter_map(|der| Certificate::read(der).ok()).collect();
        let mut current = leaf;
        for intermediates in 0..=MAX_INTERMEDIATES {
            let mut issuers = self.anchors.issuers().map(|(_, issuer)| issuer);
            if let Some(anchor) = issuers.find(|issuer| self.issued(issuer, current) == Some(Signed::Yes)) {
                check_plain(&anchor, now)?;
                return check_path_length(&anchor, intermediates);
            }
            let mut issuers = others.iter().filter(|issuer| issuer.may_issue());
            let Some(issuer) = issuers.find(|issuer| self.issued(issuer, current) == Some(Signed::Yes)) else { break };
            check_plain(issuer, now)?;
            check_path_length(issuer, intermediates)?;
            current = issuer;
        }
        Err(CertificateRejected::UnknownIssuer {
            subject: leaf.subject.to_string(),
            issuer: current.issuer.to_string(),
        })
    }

    /// Follows the issuers of `leaf` until one is trusted or there is none.
    fn origin<'a, 'c>(&self, leaf: &'c Certificate<'a>, sent: &'c [Certificate<'a>]) -> Origin<'a, 'c> {
        let mut current = leaf;
        for _ in 0..=sent.len() {
            if self.knows_issuer_of(current) {
                return Origin::Known;
            }
            if current.is_self_issued() && self.issued(current, current) != Some(Signed::No) {
                return Origin::SelfSigned(current);
            }
            let issued_current =
                |other: &&Certificate<'_>| matches!(self.issued(other, current), Some(Signed::Yes | Signed::Unknown));
            match sent.iter().find(issued_current) {
                Some(issuer) => current = issuer,
                None => break,
            }
        }
        Origin::Missing(current)
    }

    /// True if an anchor, or any certificate that was loaded, has issued `certificate`.
    fn knows_issuer_of(&self, certificate: &Certificate<'_>) -> bool {
        let Anchors::Loaded(loaded) = &self.anchors else {
            let issuer = certificate.issuer.value();
            let mut named = webpki_roots::TLS_SERVER_ROOTS.iter().filter(|root| root.subject.as_ref() == issuer);
            return named
                .any(|root| signed_with(certificate, &webpki::spki_for_anchor(root), &self.algorithms) != Signed::No);
        };
        let mut readable = loaded.iter().filter_map(|der| Certificate::read(der).ok());
        readable.any(|issuer| matches!(self.issued(&issuer, certificate), Some(Signed::Yes | Signed::Unknown)))
    }

    /// Whether `issuer` has signed `certificate`; `None` if it does not even have the name of the issuer.
    fn issued(&self, issuer: &Certificate<'_>, certificate: &Certificate<'_>) -> Option<Signed> {
        let named = issuer.subject == certificate.issuer;
        named.then(|| signed_with(certificate, issuer.public_key, &self.algorithms))
    }

    /// Puts an error of webpki in our words.
    fn describe(
        &self,
        error: webpki::Error,
        leaf: &Certificate<'_>,
        sent: &[CertificateDer<'_>],
    ) -> CertificateRejected {
        let subject = leaf.subject.to_string();
        // The error does not say which certificate of the chain it is about, but the times do.
        let subject_with = |has_time: &dyn Fn(&Certificate<'_>) -> bool| {
            let mut others = sent.iter().filter_map(|der| Certificate::read(der).ok());
            let found = if has_time(leaf) { None } else { others.find(|other| has_time(other)) };
            found.map_or_else(|| subject.clone(), |other| other.subject.to_string())
        };
        match error {
            webpki::Error::CertExpired { not_after, .. } => CertificateRejected::Expired {
                subject: subject_with(&|other| other.not_after.as_secs() == not_after.as_secs()),
                not_after: date(Duration::from_secs(not_after.as_secs())),
            },
            webpki::Error::CertNotValidYet { not_before, .. } => CertificateRejected::NotYetValid {
                subject: subject_with(&|other| other.not_before.as_secs() == not_before.as_secs()),
                not_before: date(Duration::from_secs(not_before.as_secs())),
            },
            webpki::Error::RequiredEkuNotFoundContext(_) => CertificateRejected::WrongPurpose { subject },
            webpki::Error::InvalidSignatureForPublicKey => CertificateRejected::BadSignature { subject },
            webpki::Error::EndEntityUsedAsCa | webpki::Error::PathLenConstraintViolated => {
                CertificateRejected::NotACa { subject: leaf.issuer.to_string() }
            }
            // The issuer is known, or this would not be asked: it may not be one.
            webpki::Error::UnknownIssuer if self.is_loaded_without_being_issuer(leaf) => {
                CertificateRejected::NotACa { subject: leaf.issuer.to_string() }
            }
            webpki::Error::UnknownIssuer => {
                CertificateRejected::UnknownIssuer { subject, issuer: leaf.issuer.to_string() }
            }
            other => CertificateRejected::Unusable(format!("{subject}: {other}")),
        }
    }

    /// True if the issuer of `leaf` was loaded but is not a CA.
    fn is_loaded_without_being_issuer(&self, leaf: &Certificate<'_>) -> bool {
        self.knows_issuer_of(leaf) && !self.anchors.issuers().any(|(_, issuer)| issuer.subject == leaf.issuer)
    }
}

/// Checks of [`Policy::plain_chain`] on each certificate.
fn check_plain(certificate: &Certificate<'_>, now: UnixTime) -> Result<(), CertificateRejected> {
    check_validity(certificate, now)?;
    let subject = certificate.subject.to_string();
    if !certificate.allows_servers() {
        return Err(CertificateRejected::WrongPurpose { subject });
    }
    if certificate.has_other_critical_extension() {
        return Err(CertificateRejected::Unusable(format!("{subject}: unknown critical extension")));
    }
    Ok(())
}

fn check_path_length(issuer: &Certificate<'_>, intermediates: usize) -> Result<(), CertificateRejected> {
    match issuer.path_length() {
        Some(limit) if intermediates > usize::from(limit) => {
            Err(CertificateRejected::NotACa { subject: issuer.subject.to_string() })
        }
        _ => Ok(()),
    }
}

fn check_validity(certificate: &Certificate<'_>, now: UnixTime) -> Result<(), CertificateRejected> {
    let now = now.as_secs();
    let subject = || certificate.subject.to_string();
    if now < certificate.not_before.as_secs() {
        return Err(CertificateRejected::NotYetValid { subject: subject(), not_before: date(certificate.not_before) });
    }
    if now > certificate.not_after.as_secs() {
        return Err(CertificateRejected::Expired { subject: subject(), not_after: date(certificate.not_after) });
    }
    Ok(())
}

/// A time since 1970 as a text.
fn date(time: Duration) -> String {
    DateTime::from_unix_duration(time).map_or_else(|_| "a time out of range".to_owned(), |time| time.to_string())
}

fn warn_of_no_validation() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::warn!(
            "the certificates of servers are not validated (twApi_DisableCertValidation): anybody can pose as the platform"
        );
    });
}

fn warn_of_stranger() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::warn!(
            "a self-signed certificate of an unknown server was accepted (twApi_SetSelfSignedOk): anybody can make one; \
             load the certificate with twApi_LoadCACert instead"
        );
    });
}
