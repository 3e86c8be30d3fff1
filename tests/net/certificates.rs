//! Which certificates of servers are accepted.

use crate::server::{ONLY_TLS12, ONLY_TLS13, Seen, Setup, exchange, ping};
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::ProtocolVersion;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use twedge::net::tls::{Anchors, CertificateRejected, PrivateKey, TlsOptions, X509Fields, read_certificates};
use twedge::net::transport::TransportError;

/// A certificate with its key.
struct Entity {
    params: CertificateParams,
    key: KeyPair,
    certificate: Certificate,
}

impl Entity {
    fn self_signed(params: CertificateParams) -> Entity {
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Entity { params, key, certificate }
    }

    fn issue(&self, params: CertificateParams) -> Entity {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &Issuer::from_params(&self.params, &self.key)).unwrap();
        Entity { params, key, certificate }
    }

    fn der(&self) -> &CertificateDer<'static> {
        self.certificate.der()
    }

    /// A server that shows this certificate and `others`.
    fn serve(&self, others: &[&Entity]) -> Setup {
        let chain: Vec<_> = [self].iter().chain(others).map(|entity| entity.der()).collect();
        Setup::new(&chain, PrivatePkcs8KeyDer::from(self.key.serialize_der()))
    }
}

fn named(names: &[&str], common_name: &str) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common_name);
    params
}

fn ca(common_name: &str, constraints: BasicConstraints) -> CertificateParams {
    let mut params = named(&[], common_name);
    params.is_ca = IsCa::Ca(constraints);
    params
}

fn root() -> Entity {
    Entity::self_signed(ca("Root", BasicConstraints::Unconstrained))
}

fn plant() -> CertificateParams {
    named(&["plant.example"], "Plant")
}

fn expired(mut params: CertificateParams) -> CertificateParams {
    params.not_before = date_time_ymd(2001, 1, 1);
    params.not_after = date_time_ymd(2002, 2, 2);
    params
}

fn trusting(entities: &[&Entity]) -> TlsOptions {
    let mut anchors = Anchors::default();
    anchors.load(entities.iter().map(|entity| entity.der().clone()));
    TlsOptions { anchors, ..TlsOptions::default() }
}

fn strangers_welcome(options: TlsOptions) -> TlsOptions {
    TlsOptions { self_signed_ok: true, ..options }
}

fn accepted(setup: Setup, host: &str, options: &TlsOptions) -> Seen {
    exchange(setup, host, options).unwrap_or_else(|error| panic!("{error}"))
}

fn rejected(setup: Setup, host: &str, options: &TlsOptions) -> CertificateRejected {
    let server = setup.start();
    match ping(server.port, host, options) {
        Err(TransportError::Certificate(rejected)) => {
            assert!(server.seen().is_err(), "the server is told with an alert");
            rejected
        }
        other => panic!("not rejected for its certificate: {other:?}"),
    }
}

#[test]
fn a_chain_to_a_loaded_ca_in_both_versions_of_tls() {
    let root = root();
    let leaf = root.issue(plant());
    for (versions, expected) in [(ONLY_TLS12, ProtocolVersion::TLSv1_2), (ONLY_TLS13, ProtocolVersion::TLSv1_3)] {
        let setup = Setup { versions, ..leaf.serve(&[]) };
        let seen = accepted(setup, "plant.example", &trusting(&[&root]));
        assert_eq!(seen.version, Some(expected));
        assert_eq!(seen.server_name.as_deref(), Some("plant.example"), "SNI is sent");
    }
}

#[test]
fn intermediates_are_used_if_sent_or_loaded() {
    let root = root();
    let middle = root.issue(ca("Middle", BasicConstraints::Unconstrained));
    let leaf = middle.issue(plant());
    accepted(leaf.serve(&[&middle]), "plant.example", &trusting(&[&root]));
    accepted(leaf.serve(&[]), "plant.example", &trusting(&[&root, &middle]));
    accepted(leaf.serve(&[]), "plant.example", &trusting(&[&middle]));
    let error = rejected(leaf.serve(&[]), "plant.example", &trusting(&[&root]));
    assert!(matches!(&error, CertificateRejected::UnknownIssuer { issuer, .. } if issuer == "CN=Middle"), "{error}");
}

#[test]
fn without_anchors_only_the_public_roots_count() {
    let root = root();
    let error = rejected(root.issue(plant()).serve(&[]), "plant.example", &TlsOptions::default());
    assert!(matches!(error, CertificateRejected::UnknownIssuer { .. }));
    let stranger = Entity::self_signed(plant());
    let error = rejected(stranger.serve(&[]), "plant.example", &TlsOptions::default());
    assert!(matches!(&error, CertificateRejected::SelfSigned { subject } if subject == "CN=Plant"), "{error}");
}

#[test]
fn another_loaded_ca_does_not_help() {
    let (root, other) = (root(), Entity::self_signed(ca("Other", BasicConstraints::Unconstrained)));
    let error = rejected(root.issue(plant()).serve(&[]), "plant.example", &trusting(&[&other]));
    assert!(matches!(error, CertificateRejected::UnknownIssuer { .. }));
    // The same name, another key.
    let impostor = self::root();
    let error = rejected(impostor.issue(plant()).serve(&[]), "plant.example", &trusting(&[&root]));
    assert!(matches!(error, CertificateRejected::UnknownIssuer { .. } | CertificateRejected::BadSignature { .. }));
}

#[test]
fn expired_certificates_of_servers_and_cas() {
    let root = root();
    let error = rejected(root.issue(expired(plant())).serve(&[]), "plant.example", &trusting(&[&root]));
    let CertificateRejected::Expired { subject, not_after } = error else { panic!("{error}") };
    assert_eq!((subject.as_str(), not_after.as_str()), ("CN=Plant", "2002-02-02T00:00:00Z"));

    let old_root = Entity::self_signed(expired(ca("Old root", BasicConstraints::Unconstrained)));
    let error = rejected(old_root.issue(plant()).serve(&[]), "plant.example", &trusting(&[&old_root]));
    assert!(matches!(&error, CertificateRejected::Expired { subject, .. } if subject == "CN=Old root"), "{error}");

    let mut early = plant();
    early.not_before = date_time_ymd(3000, 1, 1);
    let error = rejected(root.issue(early).serve(&[]), "plant.example", &trusting(&[&root]));
    assert!(matches!(error, CertificateRejected::NotYetValid { .. }));
}

#[test]
fn names_are_checked() {
    let root = root();
    let trusting = trusting(&[&root]);
    let leaf = root.issue(named(&["plant.example", "*.cloud.example", "192.0.2.7", "2001:db8::7"], "ignored.example"));
    for host in ["plant.example", "PLANT.example", "a.cloud.example", "192.0.2.7", "2001:db8::7", "[2001:db8::7]"] {
        accepted(leaf.serve(&[]), host, &trusting);
    }
    for host in ["other.example", "a.b.cloud.example", "cloud.example", "ignored.example", "192.0.2.8", "2001:db8::8"] {
        let error = rejected(leaf.serve(&[]), host, &trusting);
        assert!(matches!(&error, CertificateRejected::WrongName { expected, .. } if expected == host), "{error}");
    }
}

#[test]
fn the_error_of_a_wrong_name_helps() {
    let root = root();
    let leaf = root.issue(named(&["plant.example", "192.0.2.7"], "Plant"));
    let text = rejected(leaf.serve(&[]), "other.example", &trusting(&[&root])).to_string();
    for part in ["\"other.example\"", "\"plant.example\"", "\"192.0.2.7\"", "twcfg.enable_tls_hostname_validation"] {
        assert!(text.contains(part), "{part} is missing in: {text}");
    }
}

#[test]
fn the_switch_turns_the_name_check_off() {
    let root = root();
    let options = TlsOptions { check_host_name: false, ..trusting(&[&root]) };
    accepted(root.issue(plant()).serve(&[]), "other.example", &options);
    // Nothing else, though.
    let error = rejected(root.issue(expired(plant())).serve(&[]), "other.example", &options);
    assert!(matches!(error, CertificateRejected::Expired { .. }));
}

#[test]
fn a_common_name_counts_for_private_cas_if_there_is_no_other_name() {
    let root = root();
    let leaf = root.issue(named(&[], "plant.example"));
    accepted(leaf.serve(&[]), "plant.example", &trusting(&[&root]));
    let error = rejected(leaf.serve(&[]), "other.example", &trusting(&[&root]));
    assert!(error.to_string().contains("CN=plant.example"), "{error}");
    let address = root.issue(named(&[], "192.0.2.7"));
    let error = rejected(address.serve(&[]), "192.0.2.7", &trusting(&[&root]));
    assert!(matches!(error, CertificateRejected::WrongName { .. }), "addresses only as IP names");
}

#[test]
fn a_loaded_certificate_of_a_server_is_a_pin() {
    let mut marked_as_ca = named(&[], "Box");
    marked_as_ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    marked_as_ca.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let mut no_ca = named(&[], "Box");
    no_ca.is_ca = IsCa::ExplicitNoCa;
    for params in [named(&[], "Box"), marked_as_ca, no_ca] {
        let pin = Entity::self_signed(params);
        accepted(pin.serve(&[]), "any.example", &trusting(&[&pin]));
        let twin = Entity::self_signed(pin.params.clone());
        let error = rejected(twin.serve(&[]), "any.example", &trusting(&[&pin]));
        assert!(!matches!(error, CertificateRejected::WrongName { .. }), "{error}");
    }
    // Issued by a CA that is not loaded.
    let pin = root().issue(plant());
    accepted(pin.serve(&[]), "any.example", &trusting(&[&pin]));
}

#[test]
fn a_pin_is_not_a_ca() {
    for is_ca in [IsCa::NoCa, IsCa::ExplicitNoCa] {
        let mut params = named(&[], "Box");
        params.is_ca = is_ca;
        let pin = Entity::self_signed(params);
        let forged = pin.issue(plant());
        for options in [trusting(&[&pin]), strangers_welcome(trusting(&[&pin]))] {
            for others in [&[][..], &[&pin]] {
                let error = rejected(forged.serve(others), "plant.example", &options);
                assert!(matches!(&error, CertificateRejected::NotACa { subject } if subject == "CN=Box"), "{error}");
            }
        }
    }
}

#[test]
fn a_key_usage_without_basic_constraints_makes_a_ca() {
    let mut params = named(&["root.example"], "Root");
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let root = Entity::self_signed(params);
    accepted(root.issue(plant()).serve(&[]), "plant.example", &trusting(&[&root]));
    let mut params = ca("Root", BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let root = Entity::self_signed(params);
    let error = rejected(root.issue(plant()).serve(&[]), "plant.example", &trusting(&[&root]));
    assert!(matches!(error, CertificateRejected::NotACa { .. }), "{error}");
}

#[test]
fn the_path_length_of_a_loaded_ca_is_kept() {
    let root = Entity::self_signed(ca("Root", BasicConstraints::Constrained(0)));
    accepted(root.issue(plant()).serve(&[]), "plant.example", &trusting(&[&root]));
    let middle = root.issue(ca("Middle", BasicConstraints::Unconstrained));
    let error = rejected(middle.issue(plant()).serve(&[&middle]), "plant.example", &trusting(&[&root]));
    assert!(matches!(&error, CertificateRejected::NotACa { subject } if subject == "CN=Root"), "{error}");
}

#[test]
fn a_renewed_ca_may_be_loaded_beside_the_old_one() {
    let key = KeyPair::generate().unwrap();
    let fresh_params = ca("Root", BasicConstraints::Unconstrained);
    let old = expired(fresh_params.clone()).self_signed(&key).unwrap();
    let fresh = fresh_params.self_signed(&key).unwrap();
    let root = Entity { params: fresh_params, key, certificate: fresh };
    let mut options = TlsOptions::default();
    options.anchors.load([old.der().clone(), root.der().clone()]);
    accepted(root.issue(plant()).serve(&[]), "plant.example", &options);
}

#[test]
fn a_certificate_for_other_purposes_is_rejected() {
    let root = root();
    let mut params = plant();
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let error = rejected(root.issue(params).serve(&[]), "plant.example", &trusting(&[&root]));
    assert!(matches!(error, CertificateRejected::WrongPurpose { .. }));
}

#[test]
fn a_leaf_that_is_marked_as_a_ca() {
    let root = root();
    let mut params = plant();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let leaf = root.issue(params.clone());
    accepted(leaf.serve(&[]), "plant.example", &trusting(&[&root]));
    let error = rejected(leaf.serve(&[]), "other.example", &trusting(&[&root]));
    assert!(matches!(error, CertificateRejected::WrongName { .. }));
    let error = rejected(root.issue(expired(params.clone())).serve(&[]), "plant.example", &trusting(&[&root]));
    assert!(matches!(error, CertificateRejected::Expired { .. }));
    let middle = root.issue(ca("Middle", BasicConstraints::Constrained(0)));
    accepted(middle.issue(params.clone()).serve(&[&middle]), "plant.example", &trusting(&[&root]));
    let fake = root.issue(named(&[], "No CA"));
    let error = rejected(fake.issue(params).serve(&[&fake]), "plant.example", &trusting(&[&root]));
    assert!(matches!(error, CertificateRejected::NotACa { .. } | CertificateRejected::UnknownIssuer { .. }), "{error}");
}

#[test]
fn strangers_only_with_the_switch() {
    let alone = Entity::self_signed(named(&[], "Stranger"));
    let root = root();
    let issued = root.issue(plant());
    let middle = root.issue(ca("Middle", BasicConstraints::Unconstrained));
    let deep = middle.issue(plant());
    let other = Entity::self_signed(ca("Other", BasicConstraints::Unconstrained));
    for options in [TlsOptions::default(), trusting(&[&other])] {
        for (server, others) in [(&alone, &[][..]), (&issued, &[&root]), (&deep, &[&middle, &root])] {
            let error = rejected(server.serve(others), "any.example", &options);
            assert!(matches!(error, CertificateRejected::SelfSigned { .. }), "{error}");
            accepted(server.serve(others), "any.example", &strangers_welcome(options.clone()));
        }
    }
}

#[test]
fn the_switch_tolerates_nothing_else() {
    let root = root();
    let options = strangers_welcome(trusting(&[&root]));
    let error = rejected(root.issue(plant()).serve(&[]), "any.example", &strangers_welcome(TlsOptions::default()));
    assert!(matches!(error, CertificateRejected::UnknownIssuer { .. }), "issuer neither known nor sent: {error}");
    let error = rejected(root.issue(plant()).serve(&[&root]), "other.example", &options);
    assert!(matches!(error, CertificateRejected::WrongName { .. }), "{error}");
    let error = rejected(root.issue(expired(plant())).serve(&[&root]), "plant.example", &options);
    assert!(matches!(error, CertificateRejected::Expired { .. }), "{error}");
    // A sent root of the name that the leaf tells, which did not issue it.
    let impostor = self::root();
    let error =
        rejected(root.issue(plant()).serve(&[&impostor]), "any.example", &strangers_welcome(TlsOptions::default()));
    assert!(matches!(error, CertificateRejected::UnknownIssuer { .. }), "{error}");
}

#[test]
fn an_expired_stranger_is_accepted_unless_it_was_loaded() {
    let stranger = Entity::self_signed(expired(named(&[], "Stranger")));
    accepted(stranger.serve(&[]), "any.example", &strangers_welcome(TlsOptions::default()));
    for options in [trusting(&[&stranger]), strangers_welcome(trusting(&[&stranger]))] {
        let error = rejected(stranger.serve(&[]), "any.example", &options);
        assert!(matches!(error, CertificateRejected::Expired { .. }), "{error}");
    }
}

#[test]
fn without_validation_anything_goes() {
    let options = TlsOptions {
        validate: false,
        fields: X509Fields { subject_cn: Some(b"somebody else".to_vec()), ..X509Fields::default() },
        ..trusting(&[&root()])
    };
    accepted(root().issue(expired(plant())).serve(&[]), "any.example", &options);
}

#[test]
fn prescribed_fields() {
    let mut root_params = ca("Root", BasicConstraints::Unconstrained);
    root_params.distinguished_name.push(DnType::OrganizationName, "Makers");
    root_params.distinguished_name.push(DnType::OrganizationalUnitName, "Trust");
    let root = Entity::self_signed(root_params);
    let mut params = plant();
    params.distinguished_name.push(DnType::OrganizationName, "Pümps");
    params.distinguished_name.push(DnType::OrganizationalUnitName, "East");
    let leaf = root.issue(params);
    let text = |text: &str| Some(text.as_bytes().to_vec());
    let right = X509Fields {
        subject_cn: text("Plant"),
        subject_o: text("Pümps"),
        subject_ou: text("East"),
        issuer_cn: text("Root"),
        issuer_o: text("Makers"),
        issuer_ou: text("Trust"),
    };
    let with = |fields: X509Fields| TlsOptions { fields, ..trusting(&[&root]) };
    accepted(leaf.serve(&[]), "plant.example", &with(right.clone()));
    for (wrong, name) in [
        (X509Fields { subject_cn: text("plant"), ..right.clone() }, "subject common name (CN)"),
        (X509Fields { subject_o: text("Pümps "), ..right.clone() }, "subject organization (O)"),
        (X509Fields { subject_ou: text(""), ..right.clone() }, "subject organizational unit (OU)"),
        (X509Fields { issuer_cn: text("Roo"), ..right.clone() }, "issuer common name (CN)"),
        (X509Fields { issuer_o: text("makers"), ..right.clone() }, "issuer organization (O)"),
        (X509Fields { issuer_ou: text("East"), ..right.clone() }, "issuer organizational unit (OU)"),
    ] {
        let error = rejected(leaf.serve(&[]), "plant.example", &with(wrong));
        assert!(matches!(&error, CertificateRejected::Field { field, .. } if *field == name), "{error}");
    }
    let absent = self::root();
    let options = TlsOptions {
        fields: X509Fields { subject_o: text("Pümps"), ..X509Fields::default() },
        ..strangers_welcome(trusting(&[&absent]))
    };
    let error = rejected(absent.issue(plant()).serve(&[]), "plant.example", &options);
    assert!(matches!(error, CertificateRejected::Field { found: None, .. }));
    // Also for those that are trusted without a chain.
    let error = rejected(Entity::self_signed(plant()).serve(&[]), "plant.example", &options);
    assert!(matches!(error, CertificateRejected::Field { found: None, .. }));
}

/// A certificate of version 1 out of the fixtures.
fn version_1(pem: &[u8]) -> (CertificateDer<'static>, Setup) {
    let certificate = read_certificates(pem).unwrap().remove(0);
    let key = include_str!("data/v1-key.pem");
    let key = KeyPair::from_pem(key).unwrap().serialize_der();
    let setup = Setup::new(&[&certificate], PrivatePkcs8KeyDer::from(key));
    (certificate, setup)
}

fn loaded(pem: &[u8]) -> TlsOptions {
    let mut options = TlsOptions::default();
    options.anchors.load(read_certificates(pem).unwrap());
    options
}

#[test]
fn version_1_as_a_pin_and_as_a_stranger() {
    let pem = include_bytes!("data/v1-self-signed.pem");
    let setup = || version_1(pem).1;
    for versions in [ONLY_TLS12, ONLY_TLS13] {
        accepted(Setup { versions, ..setup() }, "any.example", &loaded(pem));
    }
    accepted(setup(), "any.example", &strangers_welcome(TlsOptions::default()));
    let error = rejected(setup(), "any.example", &TlsOptions::default());
    assert!(matches!(error, CertificateRejected::SelfSigned { .. }), "{error}");
    accepted(setup(), "any.example", &TlsOptions { validate: false, ..TlsOptions::default() });
}

#[test]
fn version_1_issued_by_a_loaded_ca() {
    for (leaf, ca) in [
        (&include_bytes!("data/v1-leaf.pem")[..], &include_bytes!("data/ca.pem")[..]),
        (include_bytes!("data/v1-leaf-of-v1-root.pem"), include_bytes!("data/v1-root.pem")),
    ] {
        accepted(version_1(leaf).1, "plant.example", &loaded(ca));
        let error = rejected(version_1(leaf).1, "other.example", &loaded(ca));
        assert!(matches!(error, CertificateRejected::WrongName { .. }), "{error}");
        let error = rejected(version_1(leaf).1, "plant.example", &TlsOptions::default());
        assert!(matches!(error, CertificateRejected::UnknownIssuer { .. }), "{error}");
    }
    let other = &include_bytes!("data/v1-root.pem")[..];
    let error = rejected(version_1(include_bytes!("data/v1-leaf.pem")).1, "plant.example", &loaded(other));
    assert!(matches!(error, CertificateRejected::UnknownIssuer { .. }), "{error}");
}

#[test]
fn a_pin_needs_its_key() {
    // The certificate of the box, shown by somebody with another key.
    let (certificate, _) = version_1(include_bytes!("data/v1-self-signed.pem"));
    let thief = KeyPair::generate().unwrap();
    for versions in [ONLY_TLS12, ONLY_TLS13] {
        for options in [
            loaded(include_bytes!("data/v1-self-signed.pem")),
            strangers_welcome(TlsOptions::default()),
            TlsOptions { validate: false, ..TlsOptions::default() },
        ] {
            let setup = Setup::new(&[&certificate], PrivatePkcs8KeyDer::from(thief.serialize_der()));
            let server = Setup { versions, ..setup }.start();
            let result = ping(server.port, "any.example", &options);
            assert!(matches!(result, Err(TransportError::Tls(_))), "{result:?}");
        }
    }
}

#[test]
fn keys_have_no_debug() {
    // Compiles only if it does not: one of the two methods must be the only one.
    trait Silent<A> {
        fn check() {}
    }
    impl<T> Silent<()> for T {}
    struct Loud;
    impl<T: std::fmt::Debug> Silent<Loud> for T {}
    <PrivateKey as Silent<_>>::check();
}
