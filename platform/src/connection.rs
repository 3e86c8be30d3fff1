//! What is told about connections.

use std::net::SocketAddr;
use twedge::wire::Gateway;

/// How far a connection has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The WebSocket is open.
    Upgraded,
    /// AUTH has succeeded.
    Authenticated,
    /// At least one BIND has succeeded.
    Bound,
}

/// A connection that is open.
#[derive(Clone, Debug)]
pub struct ConnectionInfo {
    /// Its number, from 1, counted over the life of the platform.
    pub id: u64,
    /// The device's end.
    pub peer: SocketAddr,
    /// How far it has come.
    pub stage: Stage,
    /// The session id that was assigned by AUTH; 0 before that.
    pub session_id: u32,
    /// The user of its application key.
    pub user: String,
    /// The `Max-Frame-Size` that the device announced.
    pub max_frame_size: usize,
    /// Whether permessage-deflate was agreed.
    pub compression: bool,
    /// Name and type from the latest BIND of a gateway.
    pub gateway: Option<Gateway>,
    /// Whether it is encrypted.
    pub tls: bool,
}

/// Counts since the start of the platform, restarts included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// TCP connections accepted.
    pub connections: u64,
    /// WebSockets opened.
    pub upgrades: u64,
    /// Successful AUTHs.
    pub authentications: u64,
    /// Successful BINDs.
    pub binds: u64,
    /// UNBINDs.
    pub unbinds: u64,
    /// GetPropertySubscriptions calls that were answered.
    pub synchronizations: u64,
    /// UpdateSubscribedPropertyValues calls that were taken.
    pub pushes: u64,
    /// Property values that were stored.
    pub values: u64,
    /// Those of them that had been pushed before, with the same time and quality, and are still known.
    pub duplicates: u64,
    /// Events that were taken.
    pub events: u64,
    /// Pings of devices.
    pub pings: u64,
    /// Messages from devices, joined.
    pub messages_in: u64,
    /// Messages to devices, before they are cut.
    pub messages_out: u64,
    /// HTTP requests to the REST interface.
    pub rest_requests: u64,
}
