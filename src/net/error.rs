//! Why no WebSocket could be opened.

use super::proxy::ProxyError;
use super::tls::CertificateRejected;
use super::upgrade::UpgradeError;
use thiserror::Error;

/// The steps of opening a WebSocket, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Host name into addresses.
    Resolve,
    /// TCP connection to one of them.
    Connect,
    /// CONNECT through an HTTP proxy, if there is one.
    Proxy,
    /// TLS handshake, the server's certificate included.
    TlsHandshake,
    /// HTTP upgrade.
    Upgrade,
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Step::Resolve => "resolving the host name",
            Step::Connect => "connecting",
            Step::Proxy => "asking the proxy",
            Step::TlsHandshake => "the TLS handshake",
            Step::Upgrade => "the WebSocket upgrade",
        })
    }
}

/// An attempt to open a WebSocket has failed. The variants tell apart what is reported with different codes.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The host name has no address.
    #[error("cannot resolve the host name {host:?} ({reason}); check the name and the DNS settings of the device")]
    Resolve {
        /// Name that was looked up.
        host: String,
        /// What the resolver said.
        reason: String,
    },
    /// No address accepted a TCP connection.
    #[error(
        "cannot connect to {host:?} port {port} ({reason}); check address, port, firewall, and that the server runs"
    )]
    Connect {
        /// Host as configured.
        host: String,
        /// Port as configured.
        port: u16,
        /// Each address with what it said.
        reason: String,
    },
    /// The proxy itself cannot be reached.
    #[error("the HTTP proxy cannot be reached: {0}")]
    ProxyUnreachable(Box<OpenError>),
    /// The proxy does not let the connection through.
    #[error("the HTTP proxy {host:?} port {port} does not let the connection through: {error}")]
    Proxy {
        /// Host of the proxy as configured.
        host: String,
        /// Port of the proxy as configured.
        port: u16,
        /// What it was.
        error: ProxyError,
    },
    /// The TLS handshake failed for a reason that is not the server's certificate.
    #[error("the TLS handshake with {host:?} failed ({reason}); check that the port expects TLS 1.2 or 1.3")]
    TlsHandshake {
        /// Host as configured.
        host: String,
        /// What went wrong.
        reason: String,
    },
    /// The server's certificate was rejected.
    #[error(transparent)]
    Certificate(#[from] CertificateRejected),
    /// The upgrade request could not be sent.
    #[error("the upgrade request cannot be sent: {0}")]
    UpgradeWrite(String),
    /// The connection failed before the answer to the upgrade request was complete.
    #[error("no answer to the upgrade request: {0}")]
    UpgradeRead(String),
    /// The answer to the upgrade request does not open a WebSocket.
    #[error(transparent)]
    UpgradeRefused(UpgradeError),
    /// No complete answer to the upgrade request in time.
    #[error(
        "{host:?} did not answer the upgrade request in time; check host, port and resource, or allow a longer connect timeout"
    )]
    UpgradeTimeout {
        /// Host as configured.
        host: String,
    },
}

impl OpenError {
    /// The step that failed.
    pub fn step(&self) -> Step {
        match self {
            OpenError::Resolve { .. } => Step::Resolve,
            OpenError::Connect { .. } => Step::Connect,
            OpenError::ProxyUnreachable(error) => error.step(),
            OpenError::Proxy { .. } => Step::Proxy,
            OpenError::TlsHandshake { .. } | OpenError::Certificate(_) => Step::TlsHandshake,
            _ => Step::Upgrade,
        }
    }
}
