//! One connection to the platform: the I/O thread that owns the socket, the requests in flight, the six steps, and what keeps the link
//! alive.
//!
//! # Threads
//!
//! The *I/O thread* (module `io`) is created at the first connect. It reads, writes, pings, answers pings and closes, completes requests,
//! and puts what the application has to do into two queues: *dispatch* (requests of the platform, answers with callbacks) and *events*
//! (closes, pings, pongs). It never runs application code.
//!
//! *Lent threads* are those in which the application calls [`Connection`]. `tick` empties the events and does what is due, `handle_next`
//! takes one item from dispatch, `connect` runs the connect loop. A thread that waits for an answer sleeps on a condition variable of
//! its own, which the I/O thread signals.
//!
//! A *reconnect thread* (module `background`) exists only while the link is lost and the application has not ticked for some seconds.
//!
//! # Locks
//!
//! Each lock protects one structure and is held for a few instructions, never while the application, the system or another thread is
//! waited for. Structures do not call each other, with one exception: starting the I/O thread takes the lock of the threads and, in it,
//! that of the outbox. So there is no order to get wrong.

mod answer;
mod application;
mod background;
mod backoff;
mod bind;
mod connect;
mod dispatch;
mod driver;
mod encode;
mod error;
mod events;
mod flags;
mod handle;
mod in_flight;
mod io;
mod open;
mod outbox;
mod process;
mod requests;
mod session;
mod settings;
mod shared;
mod signal;
mod state;
mod status;
mod step;
mod steps;
mod stored;
mod synchronize;
mod synchronizer;
mod tick;

pub use answer::{Answer, Callback, Outcome};
pub use application::{AppKey, Application, BindEvent, Incoming, Reply};
pub use encode::MESSAGES;
pub use error::{ConnectError, OpenFailure, RequestError};
pub use flags::{AtomicFlags, Flag, FlagStore};
pub use handle::{Connection, WeakConnection, Work, after};
pub use open::Endpoint;
pub(crate) use session::time_of_day;
pub use settings::{ConnectOptions, RequestOptions, Settings};
pub use shared::next_request_id;
pub use state::{Failure, Report, State};
pub use status::{UNKNOWN, reply_code, result_of};
pub use step::Step;
pub use synchronize::NOTIFY_PROPERTY_UPDATE;
