//! Fields of the certificate that the application prescribes.

use super::certificate::Certificate;
use super::name::Attribute;
use super::rejected::CertificateRejected;

/// Texts that fields of the server's certificate must equal, byte for byte. `None` is not checked; a field that is
/// absent from the certificate differs from any text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct X509Fields {
    /// Common name of the subject.
    pub subject_cn: Option<Vec<u8>>,
    /// Organization of the subject.
    pub subject_o: Option<Vec<u8>>,
    /// Organizational unit of the subject.
    pub subject_ou: Option<Vec<u8>>,
    /// Common name of the issuer.
    pub issuer_cn: Option<Vec<u8>>,
    /// Organization of the issuer.
    pub issuer_o: Option<Vec<u8>>,
    /// Organizational unit of the issuer.
    pub issuer_ou: Option<Vec<u8>>,
}

impl X509Fields {
    pub(super) fn check(&self, certificate: &Certificate<'_>) -> Result<(), CertificateRejected> {
        let (subject, issuer) = (&certificate.subject, &certificate.issuer);
        let rows = [
            ("subject common name (CN)", &self.subject_cn, subject, Attribute::CommonName),
            ("subject organization (O)", &self.subject_o, subject, Attribute::Organization),
            ("subject organizational unit (OU)", &self.subject_ou, subject, Attribute::OrganizationalUnit),
            ("issuer common name (CN)", &self.issuer_cn, issuer, Attribute::CommonName),
            ("issuer organization (O)", &self.issuer_o, issuer, Attribute::Organization),
            ("issuer organizational unit (OU)", &self.issuer_ou, issuer, Attribute::OrganizationalUnit),
        ];
        for (field, expected, name, attribute) in rows {
            let Some(expected) = expected else { continue };
            let found = name.attribute(attribute);
            if found.as_ref() != Some(expected) {
                return Err(CertificateRejected::Field {
                    field,
                    expected: String::from_utf8_lossy(expected).into_owned(),
                    found: found.map(|text| String::from_utf8_lossy(&text).into_owned()),
                });
            }
        }
        Ok(())
    }
}
