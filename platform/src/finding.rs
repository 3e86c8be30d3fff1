//! What devices were seen doing wrong.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::time::SystemTime;

/// How serious a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Tolerated on purpose: defects of devices in the field, and things that only might be wrong.
    Warning,
    /// A breach of the protocol.
    Violation,
}

macro_rules! kinds {
    ($($(#[$meta:meta])* $name:ident = $severity:ident;)*) => {
        /// What kind of thing was found.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum FindingKind { $($(#[$meta])* $name,)* }

        impl FindingKind {
            /// How serious findings of this kind are.
            pub fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)* }
            }
        }
    };
}

kinds! {
    /// No or only part of an HTTP request, or no TLS handshake, in time.
    SilentConnection = Warning;
    /// TLS handshake that failed; often a device that does not trust the certificate.
    TlsFailed = Warning;
    /// Upgrade request that was refused, for another reason than its key.
    UpgradeRefused = Violation;
    /// Wrong or missing application key, in the upgrade or in AUTH.
    WrongKey = Violation;
    /// Something else than AUTH came first.
    NotAuthFirst = Violation;
    /// No successful AUTH in time.
    AuthTimeout = Violation;
    /// AUTH on a connection that is authenticated already (W25).
    RepeatedAuth = Warning;
    /// Breach of the WebSocket rules; the connection was closed.
    Framing = Violation;
    /// RSV1 on continuation frames, compression that was not agreed, lengths longer than needed (W15, W39).
    FrameForm = Warning;
    /// Frame larger than the device's own `Max-Frame-Size`.
    FrameAboveOwnSize = Violation;
    /// Text message on the main connection.
    TextMessage = Violation;
    /// Message version other than 1.
    Version = Violation;
    /// Session id that is not the one of the connection.
    SessionId = Violation;
    /// Endpoint id that is not 0 in a request, or not that of the request in an answer.
    EndpointId = Violation;
    /// Request id 0, or one that is in use.
    RequestId = Violation;
    /// Message that cannot be decoded.
    Undecodable = Violation;
    /// Message above the limit.
    TooLarge = Violation;
    /// Unknown message code.
    UnknownCode = Violation;
    /// KEEP_ALIVE.
    KeepAlive = Warning;
    /// Bytes after a body (W2, W3).
    TrailingBytes = Warning;
    /// Bare header behind a complete message (W5).
    BareHeader = Warning;
    /// Message in chunks that are not cut by the rule.
    Chunks = Violation;
    /// Empty last chunk (W6).
    EmptyChunk = Warning;
    /// Chunks of a message that never became complete.
    IncompleteMessage = Violation;
    /// Answer to a request that is not outstanding.
    UnexpectedAnswer = Warning;
    /// Request that the device did not answer in time.
    Unanswered = Violation;
    /// BIND that was refused.
    BindRefused = Warning;
    /// Pushed value that could not be stored.
    ValueRefused = Warning;
    /// Event that the thing's definition does not have.
    UnknownEvent = Warning;
    /// Nothing was heard of the device for the idle time.
    Idle = Warning;
    /// The device does not read what is sent to it.
    NotReading = Warning;
    /// The connection ended without close frame.
    NoCloseFrame = Warning;
}

/// One thing that was found.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Number of the connection, from 1.
    pub connection: u64,
    /// What kind of thing it is.
    pub kind: FindingKind,
    /// What exactly, for humans.
    pub detail: String,
    /// When.
    pub time: SystemTime,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "connection {}: {:?}: {}", self.connection, self.kind, self.detail)
    }
}

/// What was found so far.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    list: VecDeque<Finding>,
    counts: BTreeMap<FindingKind, u64>,
}

impl Findings {
    pub(crate) fn add(&mut self, finding: Finding, limit: usize) {
        *self.counts.entry(finding.kind).or_default() += 1;
        while self.list.len() >= limit.max(1) {
            self.list.pop_front();
        }
        self.list.push_back(finding);
    }

    /// The latest findings, oldest first. Older ones are only counted.
    pub fn iter(&self) -> impl Iterator<Item = &Finding> {
        self.list.iter()
    }

    /// The breaches of the protocol among them.
    pub fn violations(&self) -> Vec<&Finding> {
        self.list.iter().filter(|finding| finding.kind.severity() == Severity::Violation).collect()
    }

    /// What is tolerated among them.
    pub fn warnings(&self) -> Vec<&Finding> {
        self.list.iter().filter(|finding| finding.kind.severity() == Severity::Warning).collect()
    }

    /// How many of a kind there were since the start.
    pub fn count(&self, kind: FindingKind) -> u64 {
        self.counts.get(&kind).copied().unwrap_or(0)
    }

    /// All counts that are not 0.
    pub fn counts(&self) -> impl Iterator<Item = (FindingKind, u64)> {
        self.counts.iter().map(|(kind, count)| (*kind, *count))
    }

    /// Panics with all violations in the message if there is one: for the end of a test.
    ///
    /// # Panics
    /// As said.
    pub fn assert_no_violation(&self) {
        let violations = self.violations();
        let lines: Vec<String> = violations.iter().map(ToString::to_string).collect();
        assert!(lines.is_empty(), "the device broke the protocol:\n{}", lines.join("\n"));
    }
}
