//! From bytes to the server and back: dialling, TLS, the HTTP upgrade, WebSocket.
//!
//! Where a part can do without I/O it does: [`websocket`] and [`upgrade`] only turn bytes into something else. Nothing
//! here blocks, except where a function says so, and nothing knows what is in an AlwaysOn message.

pub mod dial;
mod error;
pub mod open;
pub mod proxy;
pub mod tls;
pub mod transport;
pub mod upgrade;
pub mod websocket;

pub use error::{OpenError, Step};
