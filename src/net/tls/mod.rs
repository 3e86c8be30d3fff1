//! TLS: whom to trust, who we are.
//!
//! [`TlsOptions`] holds what an application can set; [`TlsOptions::client_config`] makes of it what handshakes use.

mod anchors;
mod certificate;
mod ciphers;
mod decrypt;
mod fields;
mod hostname;
mod identity;
mod key;
mod load;
mod name;
mod options;
mod pem;
mod recover;
mod rejected;
mod signature;
mod trust;
mod verifier;

pub use anchors::Anchors;
pub use ciphers::cipher_text_selects_nothing;
pub use fields::X509Fields;
pub use identity::Identity;
pub use key::{KeyFormat, PrivateKey};
pub use load::{
    LoadError, load_certificate, load_certificate_directory, load_certificates, load_private_key, read_certificates,
};
pub use options::{TlsError, TlsOptions};
pub use recover::{RecoverError, RecoveryKey};
pub use rejected::CertificateRejected;
