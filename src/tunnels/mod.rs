//! Application tunnels, device side (ext-files-tunnels.md 4): the platform asks the device to connect a TCP server that the device can
//! reach with a WebSocket of its own, so that an operator can work with that server.
//!
//! [`TunnelManager`] is the handler of the three services for [`crate::things::Registry::set_tunnel_services`]. What it needs of the
//! device stands behind [`TunnelHost`].
//!
//! Each tunnel has a thread of its own, which does all of its I/O: one that is slow to connect does not hold up any other, nor the
//! connection to the platform. These threads block all signals and run no application code. What the application has to supply (its
//! key, the password of a proxy) is asked for on the thread that serves StartTunnel; what it is to be told about the end of a tunnel waits in
//! [`TunnelManager::take_ended`] until it lends a thread.

mod allow;
mod error;
mod file;
mod host;
mod local;
mod manager;
mod service;
mod socket;
mod start;
mod tunnel;
mod worker;

pub use allow::AllowedTarget;
pub use error::TunnelError;
pub(crate) use host::tell;
pub use host::{OverConnection, TunnelHost, TunnelSettings, Way};
pub use manager::TunnelManager;
pub use start::{FileMode, MAX_CHUNK, MAX_TID, MIN_CHUNK, Target, TunnelStart};
pub use tunnel::TunnelReport;

/// The service of the platform's thing that is told what happens at the device's end of a tunnel.
pub const COMMAND_TO_PLATFORM: &str = "TunnelCommandFromEdge";
