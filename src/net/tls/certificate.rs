//! What has to be known of an X.509 certificate (RFC 5280), read without judging: version 1 certificates and odd
//! combinations of extensions are read like any other, because trust in them may have been given by hand.

use der::asn1::{AnyRef, BitStringRef, GeneralizedTime, ObjectIdentifier, UtcTime};
use der::{Decode, Reader, SliceReader, Tag, Tagged};
use std::net::IpAddr;
use std::time::Duration;

use super::name::Name;

const BASIC_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");
const KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.15");
const EXTENDED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37");
const ALTERNATIVE_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.17");
const NAME_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.30");
const SERVER_AUTH: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.1");
const ANY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37.0");

/// Bit of the key usage extension for signing certificates (RFC 5280, section 4.2.1.3), in its first byte.
const KEY_CERT_SIGN: u8 = 0x04;

/// A certificate, by reference into its encoding.
pub(super) struct Certificate<'a> {
    /// What the signature covers.
    pub signed: &'a [u8],
    /// Contents of the algorithm identifier of the signature.
    pub signature_algorithm: &'a [u8],
    pub signature: &'a [u8],
    pub issuer: Name<'a>,
    pub subject: Name<'a>,
    /// Begin of the validity, since 1970.
    pub not_before: Duration,
    /// End of the validity, since 1970.
    pub not_after: Duration,
    /// The subject's public key with its algorithm, header included.
    pub public_key: &'a [u8],
    is_version_1: bool,
    extensions: Extensions<'a>,
}

#[derive(Default)]
struct Extensions<'a> {
    basic_constraints: Option<BasicConstraints>,
    /// First byte of the bits.
    key_usage: Option<u8>,
    /// True if it allows TLS servers.
    server_usage: Option<bool>,
    alternative_names: Option<AnyRef<'a>>,
    /// Name constraints, or a critical extension other than the above.
    other_critical: bool,
}

#[derive(Clone, Copy)]
struct BasicConstraints {
    is_ca: bool,
    path_length: Option<u8>,
}

/// A name for which a certificate was issued.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum AlternativeName<'a> {
    Dns(&'a str),
    Ip(IpAddr),
}

impl<'a> Certificate<'a> {
    /// Reads `der`.
    pub fn read(der: &'a [u8]) -> der::Result<Certificate<'a>> {
        let mut outer = contents(AnyRef::from_der(der)?)?;
        let signed = outer.tlv_bytes()?;
        let algorithm = expect(&mut outer, Tag::Sequence)?;
        let signature = outer.decode::<BitStringRef<'a>>()?;

        let mut fields = contents(AnyRef::from_der(signed)?)?;
        // The version is left out in version 1, and no other field has its tag.
        let has_version = matches!(fields.peek_tag()?, Tag::ContextSpecific { .. });
        if has_version {
            AnyRef::decode(&mut fields)?;
        }
        expect(&mut fields, Tag::Integer)?;
        expect(&mut fields, Tag::Sequence)?;
        let issuer = Name::new(fields.tlv_bytes()?);
        let mut validity = contents(expect(&mut fields, Tag::Sequence)?)?;
        let (not_before, not_after) = (time(&mut validity)?, time(&mut validity)?);
        let subject = Name::new(fields.tlv_bytes()?);
        let public_key = fields.tlv_bytes()?;

        let mut extensions = Extensions::default();
        while !fields.is_finished() {
            let field = AnyRef::decode(&mut fields)?;
            if is_context(field.tag(), 3) {
                extensions.read(AnyRef::from_der(field.value())?)?;
            }
        }
        Ok(Certificate {
            signed,
            signature_algorithm: algorithm.value(),
            signature: signature.as_bytes().unwrap_or_default(),
            issuer,
            subject,
            not_before,
            not_after,
            public_key,
            is_version_1: !has_version,
            extensions,
        })
    }

    /// True if subject and issuer are the same.
    pub fn is_self_issued(&self) -> bool {
        self.subject == self.issuer
    }

    /// True if certificates issued by this one are to be believed, given that it is trusted itself: a CA by its basic
    /// constraints; or, as the original's TLS library has it, a version 1 root, or one whose key usage says so.
    pub fn may_issue(&self) -> bool {
        let signs = self.extensions.key_usage.map(|bits| bits & KEY_CERT_SIGN != 0);
        match self.extensions.basic_constraints {
            _ if signs == Some(false) => false,
            Some(constraints) => constraints.is_ca,
            None => signs == Some(true) || (self.is_version_1 && self.is_self_issued()),
        }
    }

    /// How many CAs may stand between this one and the last certificate of a chain; `None`: any number.
    pub fn path_length(&self) -> Option<u8> {
        self.extensions.basic_constraints.and_then(|constraints| constraints.path_length)
    }

    /// False if the extended key usage leaves TLS servers out.
    pub fn allows_servers(&self) -> bool {
        self.extensions.server_usage.unwrap_or(true)
    }

    /// True if there is something that limits the use of the certificate but is not understood here: name constraints,
    /// or an unknown critical extension.
    pub fn has_other_critical_extension(&self) -> bool {
        self.extensions.other_critical
    }

    /// The DNS and IP names, or `None` without the extension for them.
    pub fn alternative_names(&self) -> Option<Vec<AlternativeName<'a>>> {
        let mut names = Vec::new();
        let mut reader = contents(self.extensions.alternative_names?).ok()?;
        while !reader.is_finished() {
            let Ok(name) = AnyRef::decode(&mut reader) else { break };
            if is_context(name.tag(), 2) {
                names.extend(std::str::from_utf8(name.value()).ok().map(AlternativeName::Dns));
            } else if is_context(name.tag(), 7) {
                names.extend(ip_address(name.value()).map(AlternativeName::Ip));
            }
        }
        Some(names)
    }
}

impl<'a> Extensions<'a> {
    fn read(&mut self, list: AnyRef<'a>) -> der::Result<()> {
        let mut list = contents(list)?;
        while !list.is_finished() {
            let mut extension = contents(expect(&mut list, Tag::Sequence)?)?;
            let id = extension.decode::<ObjectIdentifier>()?;
            let mut critical = false;
            if extension.peek_tag()? == Tag::Boolean {
                critical = extension.decode::<AnyRef<'a>>()?.value() != [0];
            }
            let value = AnyRef::from_der(expect(&mut extension, Tag::OctetString)?.value());
            match id {
                BASIC_CONSTRAINTS => self.basic_constraints = Some(basic_constraints(value?)?),
                KEY_USAGE => self.key_usage = Some(key_usage(value?)?),
                EXTENDED_KEY_USAGE => self.server_usage = Some(server_usage(value?)?),
                ALTERNATIVE_NAME => self.alternative_names = Some(value?),
                NAME_CONSTRAINTS => self.other_critical = true,
                _ => self.other_critical |= critical,
            }
        }
        Ok(())
    }
}

fn basic_constraints(value: AnyRef<'_>) -> der::Result<BasicConstraints> {
    let mut reader = contents(value)?;
    let mut constraints = BasicConstraints { is_ca: false, path_length: None };
    if !reader.is_finished() && reader.peek_tag()? == Tag::Boolean {
        constraints.is_ca = reader.decode::<AnyRef<'_>>()?.value() != [0];
    }
    if !reader.is_finished() {
        constraints.path_length = Some(reader.decode::<u8>()?);
    }
    Ok(constraints)
}

fn key_usage(value: AnyRef<'_>) -> der::Result<u8> {
    Ok(value.decode_as::<BitStringRef<'_>>()?.raw_bytes().first().copied().unwrap_or(0))
}

fn server_usage(value: AnyRef<'_>) -> der::Result<bool> {
    let mut reader = contents(value)?;
    let mut allowed = false;
    while !reader.is_finished() {
        allowed |= [SERVER_AUTH, ANY_USAGE].contains(&reader.decode::<ObjectIdentifier>()?);
    }
    Ok(allowed)
}

fn ip_address(bytes: &[u8]) -> Option<IpAddr> {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        return Some(four.into());
    }
    <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from)
}

fn time(reader: &mut SliceReader<'_>) -> der::Result<Duration> {
    let value = AnyRef::decode(reader)?;
    match value.tag() {
        Tag::UtcTime => Ok(value.decode_as::<UtcTime>()?.to_unix_duration()),
        _ => Ok(value.decode_as::<GeneralizedTime>()?.to_unix_duration()),
    }
}

/// Reader of what is inside of `value`.
pub(super) fn contents<'a>(value: AnyRef<'a>) -> der::Result<SliceReader<'a>> {
    SliceReader::new(value.value())
}

/// The next value, which must have this tag.
pub(super) fn expect<'a>(reader: &mut SliceReader<'a>, tag: Tag) -> der::Result<AnyRef<'a>> {
    let value = AnyRef::decode(reader)?;
    value.tag().assert_eq(tag)?;
    Ok(value)
}

fn is_context(tag: Tag, number: u8) -> bool {
    matches!(tag, Tag::ContextSpecific { number: found, .. } if found.value() == number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::tls::name::Attribute;
    use proptest::prelude::*;
    use rcgen::string::BmpString;
    use rcgen::{
        BasicConstraints as Constraints, CertificateParams, CidrSubnet, DnType, DnValue, ExtendedKeyUsagePurpose,
        GeneralSubtree, IsCa, KeyPair, KeyUsagePurpose, NameConstraints, date_time_ymd,
    };

    fn self_signed(params: &CertificateParams) -> Vec<u8> {
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
    }

    fn params() -> CertificateParams {
        CertificateParams::new(vec!["a.example".to_owned(), "192.0.2.1".to_owned(), "2001:db8::1".to_owned()]).unwrap()
    }

    #[test]
    fn names_and_times() {
        let mut params = params();
        params.not_before = date_time_ymd(2020, 1, 1);
        // Beyond 2049 the time has another form.
        params.not_after = date_time_ymd(2060, 1, 1);
        let der = self_signed(&params);
        let certificate = Certificate::read(&der).unwrap();
        assert_eq!(certificate.not_before, Duration::from_secs(1_577_836_800));
        assert_eq!(certificate.not_after, Duration::from_secs(2_840_140_800));
        let names = [
            AlternativeName::Dns("a.example"),
            AlternativeName::Ip("192.0.2.1".parse().unwrap()),
            AlternativeName::Ip("2001:db8::1".parse().unwrap()),
        ];
        assert_eq!(certificate.alternative_names().unwrap(), names);
        assert!(certificate.is_self_issued() && certificate.allows_servers());
        assert!(!certificate.may_issue() && !certificate.has_other_critical_extension());
    }

    #[test]
    fn attributes_of_a_name() {
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CountryName, "DE");
        let wide = BmpString::try_from("Wörks 漢").unwrap();
        params.distinguished_name.push(DnType::OrganizationName, DnValue::BmpString(wide));
        let der = self_signed(&params);
        let subject = Certificate::read(&der).unwrap().subject;
        assert_eq!(subject.attribute(Attribute::Organization).unwrap(), "Wörks 漢".as_bytes());
        assert_eq!(subject.attribute(Attribute::CommonName), None);
        assert_eq!(subject.to_string(), "O=Wörks 漢");
        assert!(Certificate::read(&der).unwrap().alternative_names().is_none());
    }

    #[test]
    fn who_may_issue() {
        let judged = |is_ca: IsCa, usages: &[KeyUsagePurpose]| {
            let mut params = params();
            (params.is_ca, params.key_usages) = (is_ca, usages.to_vec());
            let der = self_signed(&params);
            let certificate = Certificate::read(&der).unwrap();
            (certificate.may_issue(), certificate.path_length())
        };
        let signs = [KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let serves = [KeyUsagePurpose::DigitalSignature];
        assert_eq!(judged(IsCa::Ca(Constraints::Unconstrained), &[]), (true, None));
        assert_eq!(judged(IsCa::Ca(Constraints::Constrained(3)), &signs), (true, Some(3)));
        assert_eq!(judged(IsCa::Ca(Constraints::Unconstrained), &serves), (false, None));
        assert_eq!(judged(IsCa::NoCa, &signs), (true, None));
        assert_eq!(judged(IsCa::NoCa, &serves), (false, None));
        assert_eq!(judged(IsCa::NoCa, &[]), (false, None));
        assert_eq!(judged(IsCa::ExplicitNoCa, &signs), (false, None));
    }

    #[test]
    fn usages_and_limits() {
        let mut params = params();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        assert!(!Certificate::read(&self_signed(&params)).unwrap().allows_servers());
        params.extended_key_usages.push(ExtendedKeyUsagePurpose::ServerAuth);
        assert!(Certificate::read(&self_signed(&params)).unwrap().allows_servers());
        params.name_constraints = Some(NameConstraints {
            permitted_subtrees: vec![GeneralSubtree::IpAddress(CidrSubnet::from_v4_prefix([192, 0, 2, 0], 24))],
            excluded_subtrees: vec![],
        });
        assert!(Certificate::read(&self_signed(&params)).unwrap().has_other_critical_extension());
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes: Vec<u8>) {
            let _ = Certificate::read(&bytes);
        }

        #[test]
        fn a_damaged_certificate_is_survived(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
            thread_local! {
                static INTACT: Vec<u8> = self_signed(&params());
            }
            let mut der = INTACT.with(Clone::clone);
            for (at, byte) in changes {
                let at = at.index(der.len());
                der[at] = byte;
            }
            if let Ok(certificate) = Certificate::read(&der) {
                certificate.alternative_names();
                let _ = certificate.subject.to_string() + &certificate.issuer.to_string();
            }
        }
    }
}
