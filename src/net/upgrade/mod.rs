//! The HTTP/1.1 request that turns a connection into a WebSocket, and its answer, without I/O (specification, sections
//! 1.2 and 1.3).

mod error;
mod extension;
mod request;
mod response;
mod server;

pub use error::UpgradeError;
pub use extension::DeflateParams;
pub use request::{AppKey, EncodedRequest, UpgradeRequest};
pub use response::{Accepted, MAX_RESPONSE_HEAD, ResponseReader};
pub use server::{accept_value, switching_protocols};
