//! The platform's side of application tunnels (ext-files-tunnels.md 4, 8.6): the WebSockets that devices open for them, what comes and goes
//! there, and the services as functions.

mod device;
mod serve;
mod state;

pub use device::{DeviceTunnel, TunnelRequest};
pub use state::TunnelRecord;

pub(crate) use serve::serve;
pub(crate) use state::{ToDevice, Tunnels};

/// The service with which devices tell what happens at their end.
pub(crate) const COMMAND: &str = "TunnelCommandFromEdge";
