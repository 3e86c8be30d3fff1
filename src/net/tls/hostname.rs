//! Whether a certificate is for the host that was addressed.

use super::certificate::{AlternativeName, Certificate};
use super::name::Attribute;
use super::rejected::CertificateRejected;
use rustls::pki_types::{CertificateDer, ServerName};
use webpki::EndEntityCert;

/// Checks the names of a certificate: DNS names with wildcards for one label, IP addresses as IP names. A certificate
/// without such names may have the host name as its common name if its CA is a private one (`allow_common_name`):
/// public CAs issue no such certificates, private ones still do.
pub(super) fn check(
    der: &CertificateDer<'_>,
    certificate: &Certificate<'_>,
    host: &ServerName<'_>,
    allow_common_name: bool,
) -> Result<(), CertificateRejected> {
    let names = certificate.alternative_names().unwrap_or_default();
    let matches = match host {
        ServerName::DnsName(host) if names.is_empty() => {
            allow_common_name && common_name(certificate).is_some_and(|name| dns_matches(&name, host.as_ref()))
        }
        _ => EndEntityCert::try_from(der).is_ok_and(|entity| entity.verify_is_valid_for_subject_name(host).is_ok()),
    };
    if matches {
        return Ok(());
    }
    Err(CertificateRejected::WrongName { expected: host.to_str().into_owned(), presented: list(&names, certificate) })
}

fn common_name(certificate: &Certificate<'_>) -> Option<String> {
    certificate.subject.attribute(Attribute::CommonName).and_then(|name| String::from_utf8(name).ok())
}

/// Compares without regard to case. `*` stands for exactly one label, the first, in front of at least two others.
fn dns_matches(pattern: &str, host: &str) -> bool {
    let (pattern, host) = (pattern.trim_end_matches('.'), host.trim_end_matches('.'));
    match pattern.strip_prefix("*.") {
        None => pattern.eq_ignore_ascii_case(host),
        Some(rest) => {
            let first_label_off = host.split_once('.').filter(|(label, _)| !label.is_empty());
            rest.contains('.') && first_label_off.is_some_and(|(_, after)| rest.eq_ignore_ascii_case(after))
        }
    }
}

fn list(names: &[AlternativeName<'_>], certificate: &Certificate<'_>) -> String {
    if names.is_empty() {
        return format!("no host name at all but the subject {:?}", certificate.subject.to_string());
    }
    let shown = names.iter().map(|name| match name {
        AlternativeName::Dns(name) => format!("{name:?}"),
        AlternativeName::Ip(address) => format!("\"{address}\""),
    });
    shown.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_names() {
        for (pattern, host) in [
            ("plant.example.com", "PLANT.example.com"),
            ("plant", "plant"),
            ("*.example.com", "plant.example.com"),
            ("*.Example.com", "x.example.COM."),
        ] {
            assert!(dns_matches(pattern, host), "{pattern} {host}");
        }
        for (pattern, host) in [
            ("example.com", "plant.example.com"),
            ("*.example.com", "example.com"),
            ("*.example.com", "a.b.example.com"),
            ("*.example.com", ".example.com"),
            ("*.com", "example.com"),
            ("pl*.example.com", "plant.example.com"),
            ("*", "plant"),
            ("", "plant"),
        ] {
            assert!(!dns_matches(pattern, host), "{pattern} {host}");
        }
    }
}
