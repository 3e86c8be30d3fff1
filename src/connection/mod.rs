//! One connection to the platform: the I/O thread that owns the socket, the requests in flight, the six steps, what keeps the link alive.

mod answer;
mod application;
mod error;
mod flags;
mod settings;
mod status;
mod step;

pub use answer::{Answer, Callback, Outcome};
pub use application::{AppKey, Application, BindEvent, Incoming, Reply};
pub use error::{ConnectError, OpenFailure, RequestError};
pub use flags::{AtomicFlags, Flag, FlagStore};
pub use settings::{ConnectOptions, RequestOptions, Settings};
pub use status::{UNKNOWN, reply_code, result_of};
pub use step::Step;
