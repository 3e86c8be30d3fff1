//! Why a proxy does not let a connection through.

use super::Scheme;
use thiserror::Error;

/// The CONNECT exchange has failed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ProxyError {
    /// A part of the request has a line break or another control character in it, which would make other headers of it.
    #[error("the {0} has a control character in it and cannot be sent; check how it is read")]
    ControlCharacter(&'static str),
    /// The request could not be sent.
    #[error("the CONNECT request cannot be sent: {0}")]
    Write(String),
    /// The connection failed before the answer was complete.
    #[error("no answer to the CONNECT request: {0}")]
    Read(String),
    /// Status other than 200 and 407.
    #[error("it answered HTTP status {status} to CONNECT {target}: {}", advice(*.status))]
    Refused {
        /// Status code of the answer.
        status: u16,
        /// Host and port that the proxy was asked for.
        target: String,
    },
    /// Status 407 although credentials were sent. They are not tried again.
    #[error("it refuses user name or password ({0}); check both, and for NTLM the domain in DOMAIN\\user")]
    CredentialsRefused(Scheme),
    /// It asks for credentials, and there are none.
    #[error(
        "it asks for {offered}, but no user name or no password callback was set; give both with the proxy's address"
    )]
    NoCredentials {
        /// The schemes that it offers.
        offered: String,
    },
    /// It asks for credentials in a way that is not known here.
    #[error("it offers {offered:?} only; known are NTLM, Digest (MD5, SHA-256, with qop auth or none) and Basic")]
    UnsupportedScheme {
        /// The schemes that it offers.
        offered: String,
    },
    /// Its challenge cannot be answered.
    #[error("its {scheme} challenge cannot be answered: {reason}")]
    BadChallenge {
        /// The scheme chosen.
        scheme: Scheme,
        /// What is wrong with the challenge.
        reason: String,
    },
    /// The answer is not HTTP.
    #[error("its answer is not HTTP ({0}); check host and port of the proxy, and that it is an HTTP proxy without TLS")]
    NotHttp(String),
    /// The head of the answer is longer than [`MAX_ANSWER_HEAD`](super::MAX_ANSWER_HEAD).
    #[error("the head of its answer is longer than {limit} bytes")]
    TooLong {
        /// Limit in bytes.
        limit: usize,
    },
    /// It ended the connection before its answer was complete.
    #[error("it ended the connection after {received} bytes of its answer to CONNECT")]
    Ended {
        /// Bytes received until then.
        received: usize,
    },
    /// Bytes follow its 200 answer, although neither TLS nor WebSocket servers speak first.
    #[error("{0} bytes came behind its 200 answer, which nobody has asked for")]
    Unasked(usize),
    /// No complete answer in time.
    #[error("it did not answer CONNECT in time; check host and port of the proxy, or allow a longer connect timeout")]
    Timeout,
    /// A guessable nonce is not an alternative.
    #[error("the operating system gives no random numbers for the answer to its challenge: {0}")]
    NoRandomness(String),
}

impl ProxyError {
    /// The result that the C interface has for it (api-behaviour.md 8.5). A connect call reports 1001 whatever it is.
    pub fn result(&self) -> u16 {
        match self {
            Self::Write(_) => 1000,
            Self::Read(_) | Self::Timeout | Self::Ended { received: 0 } => 1007,
            Self::Ended { .. } | Self::TooLong { .. } => 1008,
            Self::NoCredentials { .. } => 1009,
            Self::UnsupportedScheme { .. } => 1010,
            _ => 1006,
        }
    }
}

/// What to do about a status.
fn advice(status: u16) -> &'static str {
    match status {
        403 => "its rules do not allow this host or port; have them changed",
        405 | 501 => "it does not serve CONNECT; check that this is an HTTP proxy",
        502..=504 => "it cannot reach the platform; check host and port of the platform",
        _ => "check host and port of proxy and platform",
    }
}
