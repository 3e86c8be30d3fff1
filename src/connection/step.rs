//! The names of the six steps that lead from nothing to pushed properties.

use std::fmt;

/// A step of the connection process, as it is called in the log and in the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// 1: name look-up, TCP, proxy, TLS.
    HttpConnect,
    /// 2: the HTTP request that turns the connection into a WebSocket.
    WebSocketUpgrade,
    /// 3: AUTH with the application key.
    Authenticate,
    /// 4: BIND of all names.
    Bind,
    /// 5: GetPropertySubscriptions for the things that the platform notifies.
    Synchronize,
    /// 6: values that waited go to the platform.
    Push,
}

impl Step {
    /// Its number, 1 to 6.
    pub fn number(self) -> u8 {
        match self {
            Self::HttpConnect => 1,
            Self::WebSocketUpgrade => 2,
            Self::Authenticate => 3,
            Self::Bind => 4,
            Self::Synchronize => 5,
            Self::Push => 6,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::HttpConnect => "HTTP connect",
            Self::WebSocketUpgrade => "WebSocket upgrade",
            Self::Authenticate => "authenticate",
            Self::Bind => "bind",
            Self::Synchronize => "synchronize",
            Self::Push => "push",
        };
        write!(f, "step {}/6 {name}", self.number())
    }
}
