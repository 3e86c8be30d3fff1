//! The handle that programs hold.

use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use super::answer::{Callback, Outcome};
use super::application::{Application, Incoming, Reply};
use super::connect::Origin;
use super::error::{ConnectError, RequestError};
use super::flags::{Flag, FlagStore};
use super::open::Endpoint;
use super::outbox::Command;
use super::session::time_of_day;
use super::settings::{ConnectOptions, RequestOptions, Settings};
use super::shared::{Shared, deadline};
use super::state::Report;
use crate::model::Text;
use crate::store::MessageStore;
use crate::wire::{Gateway, Header, Message, MessageCode, Request};

/// What a thread that pumps a connection does, and waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// [`Connection::tick`].
    Tasker,
    /// [`Connection::handle_next`].
    Handler,
    /// Both, in one thread.
    Both,
}

/// One connection to the platform. Cheap to clone: clones are the same connection. When the last one goes, the link is closed and the
/// threads of ours have ended.
#[derive(Clone)]
pub struct Connection(Arc<Handle>);

/// A connection that does not keep itself alive, for an [`Application`] that needs the connection it belongs to.
#[derive(Clone, Default)]
pub struct WeakConnection(Weak<Handle>);

impl WeakConnection {
    /// The connection, unless its last handle has gone.
    pub fn upgrade(&self) -> Option<Connection> {
        self.0.upgrade().map(Connection)
    }
}

struct Handle(Arc<Shared>);

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.shut_down();
    }
}

impl Connection {
    /// A connection that is not connected. Nothing is looked up, no thread is started and no file is opened before the first
    /// [`Connection::connect`]: the program may fork in between.
    pub fn new(
        endpoint: Endpoint,
        settings: Settings,
        application: Arc<dyn Application>,
        flags: Arc<dyn FlagStore>,
    ) -> Self {
        Self(Arc::new(Handle(Shared::new(endpoint, settings, application, flags))))
    }

    /// A handle that does not keep the connection alive.
    pub fn downgrade(&self) -> WeakConnection {
        WeakConnection(Arc::downgrade(&self.0))
    }

    fn shared(&self) -> &Shared {
        &self.0.0
    }

    /// What the connection is doing, since when, what went wrong last and what comes next. Takes no time; from any thread.
    pub fn state(&self) -> Report {
        self.shared().report()
    }

    /// The settings in force.
    pub fn settings(&self) -> Settings {
        self.shared().settings()
    }

    /// Replaces the settings; cheap when nothing has changed. Each is read when it is needed, so a changed ping rate counts from the next
    /// ping on.
    pub fn set_settings(&self, settings: Settings) {
        self.shared().set_settings(settings);
    }

    /// Replaces the endpoint; the next attempt to connect uses it.
    pub fn set_endpoint(&self, endpoint: Endpoint) {
        self.shared().set_endpoint(endpoint);
    }

    /// The endpoint that the next attempt to connect uses.
    pub fn endpoint(&self) -> Endpoint {
        Endpoint::clone(&self.shared().endpoint())
    }

    /// Name and type that accompany every BIND and UNBIND from now on.
    pub fn set_gateway(&self, gateway: Option<Gateway>) {
        self.shared().set_gateway(gateway);
    }

    /// Where requests go that cannot be sent, if their options say so, and messages of [`Connection::send_body`]; `None` gives
    /// them up. What is in it is sent before anything else on each new session, and by the next request otherwise.
    pub fn set_message_store(&self, store: Option<Arc<MessageStore>>) {
        self.shared().set_message_store(store);
    }

    /// That store.
    pub fn message_store(&self) -> Option<Arc<MessageStore>> {
        self.shared().message_store()
    }

    /// Sends what is stored, as far as the link takes it; does not wait for answers. What was tried in vain on this link is tried again.
    ///
    /// # Errors
    /// [`RequestError::NotConnected`] when something is left for that reason, or there is no session.
    pub fn send_stored(&self) -> Result<(), RequestError> {
        self.shared().send_all_stored()
    }

    /// What automatic reconnects do: the options of the last [`Connection::connect`]. Both are zero before, and with no retries there are
    /// no automatic reconnects.
    pub fn reconnect_options(&self) -> ConnectOptions {
        self.shared().reconnect_options()
    }

    /// Changes them.
    pub fn set_reconnect_options(&self, options: ConnectOptions) {
        self.shared().set_reconnect_options(options);
        self.shared().tasker.raise();
        self.shared().outbox.wake();
    }

    /// Connects, authenticates and binds (steps 1 to 4) in this thread, in which the application's callbacks run. While another connect call
    /// is running it returns at once, without being connected. On a connection that is online it authenticates and binds again.
    ///
    /// # Errors
    /// Of the last attempt. After [`ConnectError::Bind`] the session goes on, and `tick` binds again with growing pauses; after an
    /// unanswered [`ConnectError::Authenticate`] the link stays open without a session.
    pub fn connect(&self, options: ConnectOptions) -> Result<(), ConnectError> {
        self.shared().connect(options, Origin::Explicit)
    }

    /// Connects for a request that insists on it, with [`Settings::connect_timeout`] and [`Settings::connect_retries`]; those of automatic
    /// reconnects stay (Q-A20).
    ///
    /// # Errors
    /// As for [`Connection::connect`].
    pub fn force_connect(&self) -> Result<(), ConnectError> {
        self.shared().force_connect()
    }

    /// Ends a connect call that runs in another thread: at once if it pauses or waits, else after what it is doing. It returns the error of
    /// its last step.
    pub fn stop_connection_attempt(&self) {
        if !self.shared().owner.is_foreign() {
            self.shared().stop_connecting();
        }
    }

    /// Unbinds everything (2 s at most), closes the link and stays disconnected until the next connect call. Ends a connect call of another
    /// thread first. Close callbacks are due from this call, without a link as well.
    pub fn disconnect(&self, reason: &[u8]) {
        self.shared().disconnect(reason);
    }

    /// Closes the link with a status of RFC 6455 and a reason, without unbinding. False when there is none.
    pub fn close(&self, status: u16, reason: &[u8]) -> bool {
        let shared = self.shared();
        if shared.owner.is_foreign() {
            return false;
        }
        let closed = shared.close_link(None, status, reason);
        shared.deliver_events();
        closed
    }

    /// Ends everything: connect calls, link, threads of ours. Afterwards nothing can be sent and no connect call succeeds. The last handle
    /// does this when it goes.
    pub fn shut_down(&self) {
        self.shared().shut_down();
    }

    /// Whether there is a link and AUTH was answered with success on it. Names may not be bound yet, or be refused.
    pub fn is_connected(&self) -> bool {
        self.shared().online().is_some()
    }

    /// Whether there is a link, authenticated or not.
    pub fn has_link(&self) -> bool {
        self.shared().outbox.link().is_some()
    }

    /// The id that the platform has given to the session, if there is one.
    pub fn session_id(&self) -> Option<u32> {
        self.shared().online().map(|link| link.session_id)
    }

    /// The flags that applications read and write.
    pub fn flags(&self) -> &dyn FlagStore {
        &*self.shared().flags
    }

    /// Binds names, which [`Application::bound_names`] contains already. Offline nothing happens: the next connect binds them.
    ///
    /// # Errors
    /// The first refusal, after all messages were sent, or why no answer came.
    pub fn bind(&self, names: &[Text]) -> Result<(), RequestError> {
        self.shared().bind(names)
    }

    /// Unbinds a name, which [`Application::bound_names`] does not contain any more.
    ///
    /// # Errors
    /// [`RequestError::NotConnected`] offline, the refusal, or why no answer came.
    pub fn unbind(&self, name: &Text) -> Result<(), RequestError> {
        self.shared().unbind(name)
    }

    /// A request and its answer, which may be an error of the platform.
    ///
    /// # Errors
    /// Why there is no answer.
    pub fn request(&self, code: MessageCode, request: Request, options: RequestOptions) -> Outcome {
        self.shared().request(code, request, options)
    }

    /// A request whose outcome goes to a callback: an answer from [`Connection::handle_next`], the end of the link likewise, a time-out
    /// from [`Connection::tick`]. Gives its id.
    ///
    /// # Errors
    /// Why it could not be sent; the callback is dropped without being called then.
    pub fn request_async(
        &self,
        code: MessageCode,
        request: Request,
        options: RequestOptions,
        callback: Callback,
    ) -> Result<u32, RequestError> {
        self.shared().request_async(code, request, options, callback)
    }

    /// Answers a request that [`Application::handle_request`] has left unanswered.
    ///
    /// # Errors
    /// [`RequestError::NotConnected`] when the link it came on is gone; otherwise why it could not be sent.
    pub fn respond(&self, incoming: &Incoming, reply: Reply) -> Result<(), RequestError> {
        self.shared().respond(incoming, reply)
    }

    /// Sends a message as it is, but for its session id, and does not wait for an answer.
    ///
    /// # Errors
    /// Why it could not be sent.
    pub fn send(&self, message: Message) -> Result<(), RequestError> {
        self.shared().send_prepared(message)
    }

    /// Sends a message whose body is encoded already, with the session id of the link (AUTH without one), and does not wait for an answer.
    ///
    /// # Errors
    /// Why it could not be sent.
    pub fn send_body(&self, header: Header, body: &[u8]) -> Result<(), RequestError> {
        self.shared().send_body(header, body)
    }

    /// The same, and waits for the answer, by default for [`Settings::message_timeout`].
    ///
    /// # Errors
    /// Why there is no answer.
    pub fn exchange_body(&self, header: Header, body: &[u8], timeout: Option<Duration>) -> Outcome {
        self.shared().exchange_body(header, body, timeout)
    }

    /// Calls `callback` with the answer to the message of that id, which the caller sends by itself, or with
    /// [`RequestError::TimedOut`] when none has come until then. It is called as for [`Connection::request_async`].
    pub fn expect(&self, id: u32, until: Instant, callback: Callback) {
        self.shared().expect(id, until, callback);
    }

    /// Undoes [`Connection::expect`]: the callback is dropped, unless it is being called already.
    pub fn expect_no_more(&self, id: u32) {
        self.shared().in_flight.withdraw(id);
    }

    /// Authenticates again on the link there is: what [`Connection::connect`] does after opening one.
    ///
    /// # Errors
    /// [`RequestError::NotConnected`] without a link, the refusal, or why no answer came.
    pub fn authenticate(&self) -> Result<(), RequestError> {
        self.shared().authenticate_again()
    }

    /// Binds all names that are recorded, or unbinds them, on the link there is.
    ///
    /// # Errors
    /// [`RequestError::NotConnected`] without a session, the first refusal, or why no answer came.
    pub fn bind_all(&self, unbind: bool) -> Result<(), RequestError> {
        self.shared().bind_all(unbind)
    }

    /// Sends WebSocket messages that are encoded already (with the session id of [`Connection::session_id`]).
    ///
    /// # Errors
    /// Why they could not be sent.
    pub fn send_encoded(&self, messages: Vec<Vec<u8>>) -> Result<(), RequestError> {
        self.shared().send_raw(messages)
    }

    /// Sends a ping, with the time of day as its text if none is given. It does not touch the watchdog. At most
    /// [`crate::net::websocket::MAX_CONTROL_TEXT`] bytes, which the caller checks.
    ///
    /// # Errors
    /// [`RequestError::NotConnected`].
    pub fn ping(&self, text: Option<&[u8]>) -> Result<(), RequestError> {
        let text = text.map_or_else(|| time_of_day().into_bytes(), <[u8]>::to_vec);
        self.shared().control(|link| Command::Ping { link, text })
    }

    /// Sends a pong of the application's own; pings of the server are answered without it. Limits as for [`Connection::ping`].
    ///
    /// # Errors
    /// [`RequestError::NotConnected`].
    pub fn pong(&self, text: &[u8]) -> Result<(), RequestError> {
        self.shared().control(|link| Command::Pong { link, text: text.to_vec() })
    }

    /// One call of the tasker: delivers events, synchronizes, reports time-outs, follows the duty cycle, reconnects. Blocks only for the
    /// requests and the one attempt to connect that are due.
    pub fn tick(&self) {
        self.shared().tick();
    }

    /// Does one thing that waits for a message handler: a request of the platform, or the callback of an answer. False when there is
    /// nothing to do. Any number of threads may call it.
    pub fn handle_next(&self, responses_only: bool) -> bool {
        !self.shared().owner.is_foreign() && self.shared().handle_next(responses_only)
    }

    /// How many requests of the platform wait for a handler.
    pub fn waiting_requests(&self) -> usize {
        self.shared().dispatch.waiting_requests()
    }

    /// Tells the callbacks of requests whose time is up; `tick` does the same.
    pub fn report_overdue(&self) {
        if !self.shared().owner.is_foreign() {
            self.shared().report_overdue(Instant::now());
        }
    }

    /// Parks a thread that pumps until there is work of that kind, the moment comes, or `keep_waiting` says no. True when there is work.
    /// One message wakes one thread. `keep_waiting` is asked again after each [`Connection::wake_pumps`]; it must not block.
    pub fn wait_for_work(&self, work: Work, until: Instant, keep_waiting: &dyn Fn() -> bool) -> bool {
        let shared = self.shared();
        if shared.owner.is_foreign() {
            std::thread::sleep(until.saturating_duration_since(Instant::now()));
            return false;
        }
        match work {
            Work::Tasker => shared.wait_for_tick(until, keep_waiting),
            Work::Handler => shared.dispatch.wait(until, keep_waiting),
            Work::Both => shared.wait_for_either(until, keep_waiting),
        }
    }

    /// Makes every parked thread ask its `keep_waiting` again. A change made before this call is not missed.
    pub fn wake_pumps(&self) {
        self.shared().tasker.wake_all();
        self.shared().dispatch.wake_all();
    }

    /// Marks a thing to be synchronized by the next `tick`: what the service NotifyPropertyUpdate does. False when a push that waited
    /// for it has synchronized the thing for this request already.
    pub fn notify_property_update(&self, thing: &Text) -> bool {
        let marked = self.shared().synchronizer.mark(thing);
        if marked {
            self.shared().tasker.raise();
        }
        marked
    }

    /// Synchronizes a thing now, in this thread, if online; other things that are due as well.
    pub fn synchronize_now(&self, thing: &Text) {
        let shared = self.shared();
        if !shared.owner.is_foreign() && shared.online().is_some() {
            shared.synchronizer.mark(thing);
            shared.synchronize_marked();
        }
    }

    /// Before values of a bound thing are pushed: waits until the platform's push types are known, at most `limit` and 5 s, and once per
    /// thing and link. When the platform has asked for the synchronization and no other thread is at it, this thread does it. Whether
    /// they are known; when not, one WARN says so.
    pub fn ensure_synchronized(&self, thing: &Text, limit: Duration) -> bool {
        self.shared().ensure_synchronized(thing, limit)
    }

    /// Whether the push types of a thing have been told on this link.
    pub fn is_synchronized(&self, thing: &Text) -> bool {
        self.shared().online().is_some() && self.shared().synchronizer.is_synchronized(thing)
    }
}

/// How long shutting down waits for a connect call of another thread.
const CONNECT_LIMIT: Duration = Duration::from_secs(2);

impl Shared {
    fn shut_down(&self) {
        if self.owner.is_foreign() {
            // The threads are the parent's. Their handles must not be touched here, locks may be held for ever.
            return;
        }
        {
            let mut threads = self.threads();
            if std::mem::replace(&mut threads.shut_down, true) {
                return;
            }
        }
        self.flags.set(Flag::ManuallyDisconnected, true);
        self.stop_connecting();
        self.driver.wait_for_end(CONNECT_LIMIT);
        self.close_link(None, 1000, b"Shutting down");
        self.outbox.command(Command::ShutDown);
        let (io, background) = {
            let mut threads = self.threads();
            (threads.io.take(), threads.background.take())
        };
        for thread in [io, background].into_iter().flatten() {
            if thread.join().is_err() {
                log::error!("a thread of the connection has panicked");
            }
        }
        self.tasker.raise();
        self.dispatch.wake_all();
    }
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").field("endpoint", &self.shared().endpoint()).finish_non_exhaustive()
    }
}

/// A deadline that far from now; for callers that have a duration where a moment is asked for.
pub fn after(time: Duration) -> Instant {
    deadline(Instant::now(), time)
}
