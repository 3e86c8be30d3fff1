//! How a platform is set up: addresses, keys, time limits, and one switch for each open question of the protocol.

use crate::tls::TlsSource;
use clap::ValueEnum;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;
use twedge::net::upgrade::AppKey;
use twedge::wire::MessageCode;

/// The application key that is valid when no other is given. It is printed in manuals: no secret.
pub const DEMO_APP_KEY: &str = "twedge-demo-key";

/// The user that keys belong to unless another one is named.
pub const DEFAULT_USER: &str = "Administrator";

/// An application key with the user that it stands for.
#[derive(Clone)]
pub struct Credential {
    pub(crate) key: AppKey,
    pub(crate) user: String,
}

impl Credential {
    /// The key of a user.
    pub fn new(key: &str, user: &str) -> Self {
        Self { key: AppKey::new(key.as_bytes().to_vec()), user: user.to_owned() }
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential").field("user", &self.user).finish_non_exhaustive()
    }
}

/// Everything that a platform is started with.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where it listens. Port 0: any free port, and the same one again after a restart.
    pub listen: SocketAddr,
    /// Its certificate; `None` for plain connections.
    pub tls: Option<TlsSource>,
    /// The valid application keys, of devices and of REST clients.
    pub credentials: Vec<Credential>,
    /// Whether permessage-deflate is agreed to when a device offers it.
    pub compression: bool,
    /// Time limits.
    pub timers: Timers,
    /// Other limits.
    pub limits: Limits,
    /// Answers to the open questions of the protocol.
    pub switches: Switches,
    /// Whether each message is logged in words, at level info.
    pub log_messages: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            tls: None,
            credentials: vec![Credential::new(DEMO_APP_KEY, DEFAULT_USER)],
            compression: true,
            timers: Timers::default(),
            limits: Limits::default(),
            switches: Switches::default(),
            log_messages: false,
        }
    }
}

impl Config {
    /// Whose key it is. The comparison takes the same time wherever keys differ.
    pub(crate) fn credential(&self, key: &[u8]) -> Option<&Credential> {
        self.credentials.iter().find(|credential| same(credential.key.as_bytes(), key))
    }
}

fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}

/// Time limits (protocol.md 7.2 and 8.1; those of the real platform where they are known).
#[derive(Clone, Debug)]
pub struct Timers {
    /// For the HTTP request of a new connection, its TLS handshake included.
    pub upgrade: Duration,
    /// From the upgrade to a successful AUTH.
    pub auth: Duration,
    /// For an answer of the device to a request.
    pub request: Duration,
    /// A connection on which nothing has come for so long is closed.
    pub idle: Duration,
    /// A ping goes out when nothing has come for so long; `None`: never. Missing pongs are not held against a device.
    pub ping: Option<Duration>,
    /// How long the end of a connection waits for the device's close frame.
    pub close: Duration,
    /// How long NotifyPropertyUpdate waits for the answer to GetMetadata.
    pub metadata: Duration,
    /// A message in chunks is dropped when no further chunk has come for so long.
    pub stale_chunks: Duration,
}

impl Default for Timers {
    fn default() -> Self {
        Self {
            upgrade: Duration::from_secs(10),
            auth: Duration::from_secs(15),
            request: Duration::from_secs(30),
            idle: Duration::from_secs(60),
            ping: Some(Duration::from_secs(45)),
            close: Duration::from_secs(1),
            metadata: Duration::from_secs(3),
            stale_chunks: Duration::from_secs(50),
        }
    }
}

/// Limits of what a device may send and of what is kept of it.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Largest message of a device in bytes, joined and inflated.
    pub message: usize,
    /// Names that one connection may have bound at a time.
    pub bound_names: usize,
    /// Things that BIND may create.
    pub discovered_things: usize,
    /// Properties of one thing.
    pub properties: usize,
    /// Values kept per property, the latest one included.
    pub history_values: usize,
    /// Bytes of past values kept per thing.
    pub history_bytes: usize,
    /// Events kept per thing.
    pub events: usize,
    /// Findings kept; they are counted beyond that.
    pub findings: usize,
    /// Messages kept in the transcript, and their bytes.
    pub transcript: usize,
    /// Bytes that may wait for a device that does not read.
    pub unsent_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message: 3 << 19,
            bound_names: 200_000,
            discovered_things: 200_000,
            properties: 10_000,
            history_values: 10_000,
            history_bytes: 16 << 20,
            events: 1000,
            findings: 1000,
            transcript: 10_000,
            unsent_bytes: 32 << 20,
        }
    }
}

/// One switch for each open question of protocol.md section 10, with the default documented there.
#[derive(Clone, Debug)]
pub struct Switches {
    /// Question 1: where session ids come from.
    pub session_ids: SessionIds,
    /// Question 1: what happens to a message with a wrong session id.
    pub wrong_session: WrongSession,
    /// Question 2: how messages are sent that are too large for one.
    pub large_messages: LargeMessages,
    /// Question 2: largest message that is sent without being cut; `Max-Frame-Size` of the device limits it further.
    pub chunk_size: u16,
    /// Question 2: whether a fragmented message ends with an empty frame. Originals never deliver such a message.
    pub empty_last_frame: bool,
    /// Question 3: endpoint id in requests to devices.
    pub endpoint_id: u32,
    /// Id of the first request to the device on each connection; the next ones count up. 0 counts as 1.
    pub first_request_id: u32,
    /// Question 3: headers in requests to devices. Originals misread headers from 128 bytes on.
    pub request_headers: Vec<(String, String)>,
    /// Question 4: whether BIND and UNBIND may come in chunks; refused with BAD_REQUEST otherwise.
    pub multipart_bind: bool,
    /// Question 5: answer to a wrong application key.
    pub wrong_key: MessageCode,
    /// Question 5: who keeps a name that is bound on two connections.
    pub bind_conflict: BindConflict,
    /// Question 5: answer to the BIND of a name that another connection has bound, and of a thing by its name that has
    /// an identifier.
    pub bind_refused: MessageCode,
    /// Question 5: what the BIND of a name leads to that no thing has.
    pub unknown_things: UnknownThings,
    /// Question 5: answer to the call of a service that does not exist.
    pub unknown_service: MessageCode,
    /// Question 6: whether the star in front of an identifier is part of it.
    pub identifier_star: IdentifierStar,
    /// Question 6: which name requests to a thing are addressed to.
    pub address_by: AddressBy,
    /// Question 7: whether the device is asked with GetMetadata what a bound thing has.
    pub metadata: AskMetadata,
    /// Question 7: whether SynchronizeModelState is tried before NotifyPropertyUpdate.
    pub synchronize_model_state: bool,
    /// Question 7: when NotifyPropertyUpdate goes out.
    pub notify: Notify,
    /// Question 8: whether LONG values are sent as such to devices; as NUMBER otherwise. LONG is always understood.
    pub send_long: bool,
    /// Question 9: whether KEEP_ALIVE is answered with SUCCESS; ignored otherwise.
    pub answer_keep_alive: bool,
    /// Question 10: whether DATETIME is unsigned, so that times before 1970 are shown as very late ones.
    pub unsigned_datetime: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            session_ids: SessionIds::Random,
            wrong_session: WrongSession::Serve,
            large_messages: LargeMessages::Multipart,
            chunk_size: 8192,
            empty_last_frame: false,
            endpoint_id: 0,
            first_request_id: 1,
            request_headers: Vec::new(),
            multipart_bind: true,
            wrong_key: MessageCode::UNAUTHORIZED,
            bind_conflict: BindConflict::FirstWins,
            bind_refused: MessageCode::FORBIDDEN,
            unknown_things: UnknownThings::Create,
            unknown_service: MessageCode::NOT_FOUND,
            identifier_star: IdentifierStar::Either,
            address_by: AddressBy::BoundName,
            metadata: AskMetadata::Unknown,
            synchronize_model_state: false,
            notify: Notify::AfterBind,
            send_long: false,
            answer_keep_alive: false,
            unsigned_datetime: false,
        }
    }
}

/// Where session ids come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionIds {
    /// Random, never 0, one per connection.
    Random,
    /// Counted up from here, one per connection.
    From(u32),
}

/// What happens to a message with a wrong session id. It is a finding in both cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum WrongSession {
    /// It is served.
    Serve,
    /// It is answered with UNAUTHORIZED.
    Refuse,
}

/// How messages are sent that do not fit in one frame of the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LargeMessages {
    /// In chunks, each a message of its own.
    Multipart,
    /// As one WebSocket message in several frames.
    Fragments,
}

/// Who keeps a name that is bound on two connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum BindConflict {
    /// The first connection; the second BIND is refused.
    FirstWins,
    /// The second connection takes the name over.
    LastWins,
}

/// What the BIND of a name leads to that no thing has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum UnknownThings {
    /// A thing of that name is created.
    Create,
    /// The name is remembered; the thing is connected as soon as it is created.
    Remember,
    /// BIND is refused with NOT_FOUND.
    Refuse,
}

/// Whether the star in front of an identifier is part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum IdentifierStar {
    /// An identifier binds with and without it.
    Either,
    /// An identifier binds only as `*identifier`.
    Required,
    /// An identifier binds exactly as it is defined, a star included.
    Literal,
}

/// Which name requests to a thing are addressed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AddressBy {
    /// The name or identifier as the device has bound it.
    BoundName,
    /// The name of the thing.
    ThingName,
}

/// Whether the device is asked with GetMetadata what a bound thing has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AskMetadata {
    /// When nothing is known about the thing, before NotifyPropertyUpdate.
    Unknown,
    /// After every BIND, before NotifyPropertyUpdate.
    Always,
    /// Only when an operator asks for it.
    OnCommand,
}

/// When NotifyPropertyUpdate goes out for a thing that needs no asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Notify {
    /// After the answer to BIND.
    AfterBind,
    /// Before it.
    BeforeBindAnswer,
    /// Not at all.
    Never,
}
