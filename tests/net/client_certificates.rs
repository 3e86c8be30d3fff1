//! Certificates and keys of the client, in all forms in which they are kept.

use crate::server::{Client, ONLY_TLS12, ONLY_TLS13, Seen, Setup, exchange};
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use std::io::Write;
use std::path::Path;
use twedge::net::tls::{
    Identity, KeyFormat, LoadError, PrivateKey, TlsError, TlsOptions, load_certificates, load_private_key,
    read_certificates,
};
use twedge::net::transport::{ReadState, Transport, TransportError};

const PASSPHRASE: &[u8] = b"secret";

fn data(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/net/data").join(name)).unwrap()
}

fn pem_key(name: &str, passphrase: &[u8]) -> Result<PrivateKey, LoadError> {
    PrivateKey::read(&data(name), KeyFormat::Pem, passphrase)
}

fn server() -> Setup {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["plant.example".to_owned()]).unwrap().self_signed(&key).unwrap();
    Setup::new(&[certificate.der()], PrivatePkcs8KeyDer::from(key.serialize_der()))
}

/// What a server sees that asks for a certificate.
fn shown(identity: Identity, versions: &'static [&'static rustls::SupportedProtocolVersion]) -> Seen {
    let setup = Setup { wants_client_certificate: true, versions, ..server() };
    let options = TlsOptions { identity, self_signed_ok: true, ..TlsOptions::default() };
    exchange(setup, "plant.example", &options).unwrap()
}

const ENCRYPTED: &[&str] = &[
    "rsa-traditional-des-cbc.pem",
    "rsa-traditional-des-ede3-cbc.pem",
    "rsa-traditional-aes-128-cbc.pem",
    "rsa-traditional-aes-192-cbc.pem",
    "rsa-traditional-aes-256-cbc.pem",
    "rsa-pkcs8-pbes2-aes256.pem",
    "rsa-pkcs8-pbes2-aes128-sha1.pem",
    "rsa-pkcs8-pbes2-des3.pem",
    "rsa-pkcs8-scrypt.pem",
    "rsa-pkcs8-md5-des.pem",
    "rsa-pkcs8-sha1-des.pem",
    "rsa-pkcs8-sha1-3des.pem",
    "ec-traditional-aes256.pem",
];

#[test]
fn every_encryption_with_right_and_wrong_passphrase() {
    let rsa = read_certificates(&data("rsa-certificate.pem")).unwrap();
    let ec = read_certificates(&data("v1-self-signed.pem")).unwrap();
    for name in ENCRYPTED {
        let key = pem_key(name, PASSPHRASE).unwrap_or_else(|error| panic!("{name}: {error}"));
        // Decrypted to the right key: it fits the certificate.
        let mut identity = Identity::default();
        identity.set_chain(if name.starts_with("ec") { ec.clone() } else { rsa.clone() });
        identity.set_key(key).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(matches!(pem_key(name, b"wrong"), Err(LoadError::WrongPassphrase)), "{name}");
        assert!(matches!(pem_key(name, b""), Err(LoadError::WrongPassphrase)), "{name}");
    }
}

#[test]
fn plain_keys_need_no_passphrase() {
    for name in ["rsa-pkcs1.pem", "rsa-pkcs8.pem", "ec-sec1.pem", "v1-key.pem"] {
        assert!(pem_key(name, b"").is_ok() && pem_key(name, b"anything").is_ok(), "{name}");
    }
}

#[test]
fn der_files() {
    let chain = read_certificates(&data("v1-self-signed.pem")).unwrap();
    let pkcs8 = KeyPair::from_pem(std::str::from_utf8(&data("v1-key.pem")).unwrap()).unwrap().serialize_der();
    let key = PrivateKey::read(&pkcs8, KeyFormat::Der, b"").unwrap();
    let mut identity = Identity::default();
    identity.set_chain(chain);
    identity.set_key(key).unwrap();
    assert!(matches!(PrivateKey::read(&data("v1-key.pem"), KeyFormat::Der, b""), Err(LoadError::UnreadableKey)));
    assert!(matches!(PrivateKey::read(&pkcs8, KeyFormat::Pem, b""), Err(LoadError::NoKey)));
    assert!(matches!(PrivateKey::read(&pkcs8[..40], KeyFormat::Der, b""), Err(LoadError::UnreadableKey)));
}

#[test]
fn certificate_and_key_in_either_order() {
    let chain = || read_certificates(&data("rsa-certificate.pem")).unwrap();
    let key = || pem_key("rsa-pkcs1.pem", b"").unwrap();
    let mut certificate_first = Identity::default();
    certificate_first.set_chain(chain());
    assert!(!certificate_first.is_complete());
    certificate_first.set_key(key()).unwrap();
    let mut key_first = Identity::default();
    key_first.set_key(key()).unwrap();
    assert!(!key_first.is_complete());
    key_first.set_chain(chain());
    for identity in [certificate_first, key_first] {
        assert!(identity.is_complete());
        for versions in [ONLY_TLS12, ONLY_TLS13] {
            assert_eq!(shown(identity.clone(), versions).certificates, chain());
        }
    }
}

#[test]
fn half_an_identity_is_not_shown() {
    let mut certificate_only = Identity::default();
    certificate_only.set_chain(read_certificates(&data("rsa-certificate.pem")).unwrap());
    let mut key_only = Identity::default();
    key_only.set_key(pem_key("rsa-pkcs8.pem", b"").unwrap()).unwrap();
    for identity in [certificate_only, key_only] {
        assert!(shown(identity, rustls::ALL_VERSIONS).certificates.is_empty());
    }
}

#[test]
fn a_server_that_insists_on_a_certificate() {
    for versions in [ONLY_TLS12, ONLY_TLS13] {
        let server = Setup { requires_client_certificate: true, versions, ..server() }.start();
        let options = TlsOptions { self_signed_ok: true, ..TlsOptions::default() };
        let mut client = Client::connect(server.port, "plant.example", &options).unwrap();
        // In TLS 1.3 the handshake is over for the client before the server has seen its certificate.
        let handshake = client.drive(Transport::handshake);
        let result = handshake
            .and_then(|()| client.drive(|transport| Ok(transport.read(&mut Vec::new(), 1)? == ReadState::End)));
        assert!(matches!(result, Err(TransportError::ClientRefused(_))), "{result:?}");
        assert!(server.seen().is_err());
    }
}

#[test]
fn keys_of_another_certificate_are_refused() {
    let other_rsa = PrivateKey::read(&data("rsa-1024.pem"), KeyFormat::Pem, b"").unwrap();
    let ec = pem_key("ec-sec1.pem", b"").unwrap();
    let mut identity = Identity::default();
    identity.set_chain(read_certificates(&data("rsa-certificate.pem")).unwrap());
    for key in [other_rsa, ec.clone()] {
        assert!(matches!(identity.set_key(key), Err(LoadError::KeyMismatch)));
    }
    identity.set_chain(read_certificates(&data("v1-self-signed.pem")).unwrap());
    assert!(matches!(identity.set_key(pem_key("rsa-pkcs8.pem", b"").unwrap()), Err(LoadError::KeyMismatch)));
    identity.set_key(ec).unwrap();
    // Another pair replaces this one.
    identity.set_chain(read_certificates(&data("rsa-certificate.pem")).unwrap());
    assert!(!identity.is_complete());
    identity.set_key(pem_key("rsa-pkcs8.pem", b"").unwrap()).unwrap();
    assert!(identity.is_complete());
}

#[test]
fn a_short_key_loads_but_cannot_be_used() {
    let key = KeyPair::from_pem(std::str::from_utf8(&data("v1-key.pem")).unwrap()).unwrap();
    let certificate = CertificateParams::new(vec![]).unwrap().self_signed(&key).unwrap();
    let mut identity = Identity::default();
    identity.set_key(pem_key("rsa-1024.pem", b"").unwrap()).unwrap();
    let options = TlsOptions { identity: identity.clone(), ..TlsOptions::default() };
    assert!(options.client_config().is_ok(), "not in use without a certificate");
    identity.set_chain(vec![certificate.der().clone()]);
    assert!(!identity.is_complete(), "not the key of this certificate");
}

#[test]
fn a_broken_key_says_so_when_it_is_to_be_used() {
    // A PKCS#8 shell around nothing.
    let shell = [&[0x30, 0x0b, 0x02, 1, 0, 0x30, 2, 0x06, 0, 0x04, 2, 0x30, 0][..]].concat();
    let key = PrivateKey::read(&shell, KeyFormat::Der, b"").unwrap();
    let mut identity = Identity::default();
    identity.set_key(key).unwrap();
    identity.set_chain(read_certificates(&data("v1-self-signed.pem")).unwrap());
    let options = TlsOptions { identity, ..TlsOptions::default() };
    assert!(matches!(options.client_config(), Err(TlsError::UnusableKey(_))));
}

#[test]
fn files_with_text_and_several_blocks() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"Bag Attributes\n    localKeyID: 01\n").unwrap();
    file.write_all(&data("rsa-traditional-des-ede3-cbc.pem")).unwrap();
    file.write_all(b"subject=CN = Device 7\n").unwrap();
    file.write_all(&data("rsa-certificate.pem")).unwrap();
    file.write_all(b"issuer\r\n").unwrap();
    file.write_all(&data("ca.pem")).unwrap();
    let chain = load_certificates(file.path()).unwrap();
    assert_eq!(chain.len(), 2);
    let mut identity = Identity::default();
    identity.set_chain(chain);
    identity.set_key(load_private_key(file.path(), KeyFormat::Pem, PASSPHRASE).unwrap()).unwrap();
    assert!(identity.is_complete());
}

#[test]
fn files_that_cannot_be_loaded() {
    let directory = tempfile::tempdir().unwrap();
    assert!(matches!(load_certificates(directory.path()), Err(LoadError::File { .. })));
    assert!(matches!(load_certificates(&directory.path().join("none.pem")), Err(LoadError::File { .. })));
    assert!(matches!(read_certificates(&data("rsa-pkcs8.pem")), Err(LoadError::NoCertificate)));
    assert!(matches!(read_certificates(b""), Err(LoadError::NoCertificate)));
    let broken = b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
    assert!(matches!(read_certificates(broken), Err(LoadError::UnreadableCertificate { index: 1, .. })));
    let cut = b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n";
    assert!(matches!(read_certificates(cut), Err(LoadError::NotBase64(_))));
    assert!(matches!(pem_key("ca.pem", b""), Err(LoadError::NoKey)));
}
