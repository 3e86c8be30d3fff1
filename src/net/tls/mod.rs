//! TLS: whom to trust, who we are.

mod rejected;

pub use rejected::CertificateRejected;
