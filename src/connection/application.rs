//! What a connection needs from the application above it.

use crate::model::{InfoTable, Text};
pub use crate::net::upgrade::AppKey;
use crate::wire::{Header, MessageCode, Request};

/// A request of the platform, waiting for or given to [`Application::handle_request`].
#[derive(Clone, Debug, PartialEq)]
pub struct Incoming {
    /// Its header; the answer repeats request id and endpoint id.
    pub header: Header,
    /// What is asked for.
    pub request: Request,
    /// The link it came on. An answer is only sent on the same one.
    pub(crate) link: u64,
}

impl Incoming {
    /// A request that the application makes to a handler of its own. It cannot be answered over a connection.
    pub fn local(code: MessageCode, request: Request) -> Self {
        let header = Header { version: 1, code, request_id: 0, endpoint_id: 0, session_id: 0 };
        Self { header, request, link: 0 }
    }
}

/// The answer to a request of the platform.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// 0x40 and up; a lower one reaches the platform as INTERNAL_SERVER_ERROR.
    pub code: MessageCode,
    /// Text for humans.
    pub reason: Option<Text>,
    /// The result.
    pub content: Option<InfoTable>,
}

impl Reply {
    /// An answer without text and result.
    pub fn code(code: MessageCode) -> Self {
        Self { code, reason: None, content: None }
    }

    /// A success with a result.
    pub fn content(content: InfoTable) -> Self {
        Self { code: MessageCode::SUCCESS, reason: None, content: Some(content) }
    }
}

/// Why bind callbacks are due (api-behaviour.md 4.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BindEvent {
    /// A connect call has bound all names that are recorded, of which there may be none.
    Connected,
    /// These names were bound.
    Bound(Vec<Text>),
    /// This name was unbound.
    Unbound(Text),
    /// A disconnect call has unbound all names, or there were none.
    Disconnecting,
}

/// The application's side of a connection. Every function is called on a thread that the application lends (in a call of
/// `tick`, `handle_next`, `connect` and so on), with no lock held: it may block, and may call anything of the connection. The
/// exceptions are [`Application::bound_names`], [`Application::is_bound`] and [`Application::on_session`], which a reconnect on a
/// thread of ours needs as well: they must not run code of the application proper.
pub trait Application: Send + Sync {
    /// The key for the next attempt to connect or authenticate. Asked anew each time, so that keys may rotate.
    fn app_key(&self) -> AppKey;

    /// The names to be bound at each connect: those that the application has asked to bind, whatever the platform has answered, and not
    /// to unbind since. May be called on a thread of ours.
    fn bound_names(&self) -> Vec<Text>;

    /// Whether it is one of them.
    fn is_bound(&self, thing: &Text) -> bool {
        self.bound_names().contains(thing)
    }

    /// A link is open. [`super::Connection::is_connected`] is still false.
    fn on_connect(&self) {}

    /// A link is gone, exactly once for each that was opened, and once for each disconnect call without one. The payload is what
    /// api-behaviour.md 2.5 and 2.6 say: the server's close payload with its two status bytes, or a text.
    fn on_close(&self, payload: &[u8]) {
        let _ = payload;
    }

    /// The server has sent a ping (it has been answered).
    fn on_ping(&self, payload: &[u8]) {
        let _ = payload;
    }

    /// The server has sent a pong (it counts for the watchdog).
    fn on_pong(&self, payload: &[u8]) {
        let _ = payload;
    }

    /// The session is authenticated and nothing else has been sent on it: the moment for messages that were stored offline. May be
    /// called on a thread of ours.
    fn on_session(&self) {}

    /// Bind callbacks are due.
    fn on_bound(&self, event: &BindEvent) {
        let _ = event;
    }

    /// Authenticated callbacks are due: once per link, from `tick`.
    fn on_authenticated(&self) {}

    /// A request of the platform. `None` leaves it unanswered: somebody calls [`super::Connection::respond`] later.
    fn handle_request(&self, incoming: &Incoming) -> Option<Reply>;

    /// The platform has told the push types of a thing: the rows of its answer to GetPropertySubscriptions, none when it had none.
    /// Takes them over, and judges what was held for them. Other threads wait to push meanwhile: no callback is due here.
    fn update_push_types(&self, thing: &Text, subscriptions: &InfoTable) {
        let _ = (thing, subscriptions);
    }

    /// Synchronize callbacks are due, if the table has rows. Follows [`Application::update_push_types`].
    fn on_synchronized(&self, thing: &Text, subscriptions: &InfoTable) {
        let _ = (thing, subscriptions);
    }

    /// The moment to push what waits for this thing: right after its synchronization.
    fn push(&self, thing: &Text) {
        let _ = thing;
    }
}
