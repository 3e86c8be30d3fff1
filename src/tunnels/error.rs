//! Why a tunnel service is refused.

use thiserror::Error;

use super::start::MAX_TID;
use crate::wire::MessageCode;

/// Why a tunnel service is refused. The text goes to the platform as the reason.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TunnelError {
    /// A service that is none of the three.
    #[error("there is no tunnel service {0:?}")]
    UnknownService(String),
    /// A parameter is missing or not of its type.
    #[error("the parameter {0:?} is missing or has a wrong type")]
    Parameter(&'static str),
    /// A parameter of StartTunnel is missing or not of its type.
    #[error("the tunnel cannot be started: the parameter {0:?} is missing or has a wrong type")]
    StartParameter(&'static str),
    /// The connection of StartTunnel is no JSON object.
    #[error("the tunnel cannot be started: its connection is no JSON object ({0})")]
    Json(String),
    /// A field of that object is missing or not of its type.
    #[error("the tunnel cannot be started: {0:?} of its connection is missing or wrong")]
    Field(&'static str),
    /// The id is too long for a URL.
    #[error("the tunnel cannot be started: its id has {0} bytes, the limit is {MAX_TID}")]
    LongId(usize),
    /// UDP and serial ports were never built.
    #[error("tunnels of type {0:?} are not supported; use tcp")]
    Type(String),
    /// The application does not let tunnels go there.
    #[error("the device does not allow tunnels to {host}:{port}")]
    NotAllowed {
        /// The host that was asked for.
        host: String,
        /// Its port.
        port: u16,
    },
    /// File tunnels are off, or there is no file manager.
    #[error("the device does not allow file tunnels")]
    NoFiles,
    /// The file cannot be opened.
    #[error("the file of the tunnel cannot be opened: {0}")]
    File(String),
    /// A tunnel of that id is open.
    #[error("there is a tunnel {0:?} already")]
    Duplicate(String),
    /// The system refuses what a tunnel needs, or all tunnels are being stopped.
    #[error("the tunnel cannot be started: {0}")]
    System(String),
    /// There is no tunnel of that id.
    #[error("there is no tunnel {0:?}")]
    UnknownTunnel(String),
    /// A command that is neither CONNECT nor DISCONNECT.
    #[error("there is no tunnel command {0:?}")]
    UnknownCommand(String),
    /// CONNECT although every connect that was granted is used up; the tunnel ends.
    #[error("the tunnel has no connects left")]
    Exhausted,
    /// CONNECT without success.
    #[error("the local connection was not made: {0}")]
    Connect(String),
    /// DISCONNECT without a local connection.
    #[error("there is no local connection")]
    NotOpen,
}

impl TunnelError {
    /// The code of the answer.
    pub fn code(&self) -> MessageCode {
        match self {
            Self::UnknownService(_)
            | Self::Parameter(_)
            | Self::UnknownTunnel(_)
            | Self::UnknownCommand(_)
            | Self::Exhausted => MessageCode::BAD_REQUEST,
            Self::NotAllowed { .. } => MessageCode::FORBIDDEN,
            _ => MessageCode::INTERNAL_SERVER_ERROR,
        }
    }
}
