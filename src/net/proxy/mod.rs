//! HTTP proxies: the CONNECT exchange that comes before TLS and the upgrade, without I/O (protocol.md 1.5, ext-files-tunnels.md 5).
//!
//! [`Handshake`] is the machine; [`open`](super::open) drives it on a socket. What a proxy is told about the user is made by
//! [`basic`], [`digest`] and [`ntlm`].

mod basic;
mod challenge;
mod digest;
mod error;
mod handshake;
pub mod ntlm;
mod request;
mod response;
mod settings;

pub use challenge::{Challenge, PREFERENCE, Scheme, parse as parse_challenges};
pub use digest::DigestChallenge;
pub use error::ProxyError;
pub use handshake::{Handshake, Progress};
pub use request::ConnectRequest;
pub use response::{Answer, MAX_ANSWER_HEAD, ResponseReader};
pub use settings::{Credentials, Proxy, ProxyUser};
