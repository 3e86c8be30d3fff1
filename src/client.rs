//! A device in Rust: things on top of one connection.
//!
//! ```no_run
//! use std::sync::Arc;
//! use std::time::Duration;
//!
//! use twedge::client::Client;
//! use twedge::connection::{AppKey, ConnectOptions, Endpoint, Incoming, Reply, Settings};
//! use twedge::model::{BaseType, InfoTable, Value};
//! use twedge::things::{DefaultServices, ServiceDefinition, ServiceHandler};
//! use twedge::wire::EntityType;
//!
//! struct Uptime;
//!
//! impl ServiceHandler for Uptime {
//!     fn call(&self, _: &Incoming) -> Reply {
//!         Reply::content(InfoTable::single("result", Value::Number(1.0)))
//!     }
//! }
//!
//! let key = || AppKey::new(std::env::var("APP_KEY").unwrap_or_default().into_bytes());
//! let client = Client::new(Endpoint::new("platform.example", 80), Settings::default(), key);
//! let uptime = ServiceDefinition::new(BaseType::NUMBER);
//! client.things().registry.register_service(EntityType::THING, "Pump", "Uptime", uptime, Arc::new(Uptime))?;
//! client.bind("Pump", DefaultServices::All)?;
//! client.connect(ConnectOptions { timeout: Duration::from_secs(10), retries: 3 })?;
//! client.run(&|| true);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::connection::{
    AppKey, Application, AtomicFlags, ConnectError, ConnectOptions, Connection, Endpoint, Incoming, Outcome, Reply,
    RequestError, RequestOptions, Settings, WeakConnection, Work, after,
};
use crate::model::{InfoTable, Text};
use crate::store::{Format, MessageStore, StoreError};
use crate::things::{
    DefaultServices, PropertyValue, PushError, PushOptions, RegistryError, SetError, StoreUse, Taken, Things,
};
use crate::wire::{Characteristic, EntityType, MessageCode, Request};

/// Bytes of property values that may wait to be sent, unless [`Client::set_queue_limit`] says otherwise.
pub const DEFAULT_QUEUE_LIMIT: u32 = 16_384;

/// Bounds the sleep of [`Client::run`] although nothing is due.
const FAR: Duration = Duration::from_secs(3600);

/// A device. Cheap to clone: clones are the same device. When the last one goes, the link is closed.
///
/// No thread of the library runs application code: the program lends threads to [`Client::run`], or calls [`Client::tick`] and
/// [`Client::serve_next`] in loops of its own. Everything may be called from any thread, from handlers as well.
#[derive(Clone)]
pub struct Client {
    connection: Connection,
    things: Things,
    queue_limit: Arc<AtomicU32>,
    _farewell: Arc<Farewell>,
}

/// Why a thing was not bound.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BindError {
    /// It is bound already.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The platform has refused it, or has not answered. The name is recorded, and bound again with every connect.
    #[error("binding {thing:?}: {error}")]
    Request {
        /// The thing.
        thing: Text,
        /// Why.
        error: RequestError,
    },
}

impl Client {
    /// A device that is not connected. No thread is started before the first [`Client::connect`]. `key` is asked at each attempt to
    /// connect, in a thread that the program lends.
    pub fn new(endpoint: Endpoint, settings: Settings, key: impl Fn() -> AppKey + Send + Sync + 'static) -> Self {
        let things = Things::new();
        let queue_limit = Arc::new(AtomicU32::new(DEFAULT_QUEUE_LIMIT));
        let device = Arc::new(Device {
            things: things.clone(),
            key: Box::new(key),
            connection: OnceLock::new(),
            queue_limit: queue_limit.clone(),
        });
        let connection = Connection::new(endpoint, settings, device.clone(), Arc::new(AtomicFlags::default()));
        // The connection owns the device, which so must not keep it alive. This is the only place that sets it.
        let _ = device.connection.set(connection.downgrade());
        things.registry.set_update_observer(Some(Arc::new(connection.downgrade())));
        let farewell =
            Farewell { connection: connection.clone(), things: things.clone(), queue_limit: queue_limit.clone() };
        Self { connection, things, queue_limit, _farewell: Arc::new(farewell) }
    }

    /// What the device is: where properties, services and events are registered, and the values that wait.
    pub fn things(&self) -> &Things {
        &self.things
    }

    /// The connection, for what this type has no function for.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Connects, authenticates and binds in this thread. A link that is lost later is opened again without being told.
    ///
    /// # Errors
    /// As for [`Connection::connect`].
    pub fn connect(&self, options: ConnectOptions) -> Result<(), ConnectError> {
        self.connection.connect(options)
    }

    /// Unbinds everything at the platform, closes the link and stays disconnected until the next [`Client::connect`].
    pub fn disconnect(&self, reason: &str) {
        self.connection.disconnect(reason.as_bytes());
    }

    /// Records a thing as one of the device's, with the services that it gets of itself, and binds it: now if online, and with every
    /// connect.
    ///
    /// # Errors
    /// [`BindError::Registry`], when nothing has changed; [`BindError::Request`], when the thing is recorded.
    pub fn bind(&self, thing: impl Into<Text>, services: DefaultServices) -> Result<(), BindError> {
        let thing = thing.into();
        self.things.registry.bind(&thing, services)?;
        let bound = self.connection.bind(std::slice::from_ref(&thing));
        bound.map_err(|error| BindError::Request { thing, error })
    }

    /// Forgets a thing, with its registrations and values, and unbinds it if online.
    ///
    /// # Errors
    /// Why the platform has not taken note; the thing is forgotten all the same.
    pub fn unbind(&self, thing: impl Into<Text>) -> Result<(), RequestError> {
        let thing = thing.into();
        if !self.things.unbind(&thing) {
            return Ok(());
        }
        match self.connection.unbind(&thing) {
            // There is nobody to tell.
            Err(RequestError::NotConnected) => Ok(()),
            outcome => outcome,
        }
    }

    /// Does what is due; see [`Connection::tick`].
    pub fn tick(&self) {
        self.connection.tick();
    }

    /// Serves one request of the platform, or reports one answer to its callback. False when there is none.
    pub fn serve_next(&self) -> bool {
        self.connection.handle_next(false)
    }

    /// Lends this thread: ticks and serves whenever there is something to do, for as long as `keep_running` says so. It is asked again
    /// after each piece of work and after [`Client::wake`], and must not block.
    pub fn run(&self, keep_running: &dyn Fn() -> bool) {
        while keep_running() {
            if self.connection.wait_for_work(Work::Both, after(FAR), keep_running) {
                self.tick();
                while keep_running() && self.serve_next() {}
            }
        }
    }

    /// Makes every [`Client::run`] ask whether to keep running.
    pub fn wake(&self) {
        self.connection.wake_pumps();
    }

    /// Sends a request and waits for the answer, which may be an error of the platform.
    ///
    /// # Errors
    /// Why there is no answer.
    pub fn request(&self, method: MessageCode, request: Request) -> Outcome {
        self.connection.request(method, request, RequestOptions { store_unsent: true, ..RequestOptions::default() })
    }

    /// Invokes a service of a thing on the platform. Gives its result, if it has one.
    ///
    /// # Errors
    /// [`RequestError::Refused`] for any answer but success; otherwise why there is none.
    pub fn invoke(
        &self,
        thing: impl Into<Text>,
        service: impl Into<Text>,
        params: Option<InfoTable>,
    ) -> Result<Option<InfoTable>, RequestError> {
        let request = service_request(thing.into(), service.into(), params);
        Ok(self.request(MessageCode::POST, request)?.success()?.content)
    }

    /// Sets a registered property: what its push type accepts waits for [`Client::push`]. With `fold` only the latest value is kept.
    ///
    /// # Errors
    /// Why the value was not taken.
    pub fn set(&self, thing: impl Into<Text>, value: PropertyValue, fold: bool) -> Result<Taken, SetError> {
        self.things.subscribed.set(&thing.into(), value, fold, self.queue_limit.load(Ordering::Relaxed))
    }

    /// Sends what waits of a thing, or of all things with `None`. Values wait until the platform has confirmed them.
    ///
    /// # Errors
    /// Why something of that thing was not sent; none for all things.
    pub fn push(&self, thing: Option<&Text>) -> Result<(), PushError> {
        self.things.subscribed.push(thing, self.push_options(), &self.connection)
    }

    /// Opens a store on disk for values that wait for a connection: from now on an offline push returns when they are there, and they
    /// outlive the program, however it ends. The file is made if it is missing, its directory is not. It takes values up to
    /// [`Client::set_queue_limit`]. When the last handle of the device goes, what is unsent is moved there.
    ///
    /// # Errors
    /// It cannot be opened; values wait in RAM then, and offline pushes say so.
    pub fn open_value_store(&self, file: &Path) -> Result<(), StoreError> {
        self.things.subscribed.open_store(file, Format::Checksummed)
    }

    /// Whether every value that [`Client::set`] accepts is in that store when it returns, and not only after an offline push: it survives
    /// a power cut whenever that comes, at the price of a write to the disk for each value.
    pub fn store_every_value(&self, on: bool) {
        self.things.subscribed.store_every_value(on);
    }

    /// Has values that are accepted put on disk at most so long after they were set: see [`SubscribedProperties::store_values_within`].
    ///
    /// [`SubscribedProperties::store_values_within`]: crate::things::SubscribedProperties::store_values_within
    pub fn store_values_within(&self, length: Duration) {
        self.things.subscribed.store_values_within(length);
    }

    /// Opens a store on disk for requests that cannot be sent: from now on they end with [`RequestError::Stored`] when they are there, and
    /// are sent with the next session. The file and its directory are made if they are missing. For a store in RAM and for its limit see
    /// [`Connection::set_message_store`].
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn open_message_store(&self, file: &Path) -> Result<(), StoreError> {
        // The same file cannot be open twice.
        if let Some(old) = self.connection.message_store().filter(|old| old.path().as_deref() == Some(file)) {
            old.close();
        }
        let store = MessageStore::on_disk(file, Format::Checksummed)?;
        self.connection.set_message_store(Some(Arc::new(store)));
        Ok(())
    }

    fn push_options(&self) -> PushOptions {
        push_options(&self.connection, &self.queue_limit)
    }

    /// How many bytes of property values may wait to be sent, [`DEFAULT_QUEUE_LIMIT`] at first. Folded values do not count.
    pub fn set_queue_limit(&self, bytes: u32) {
        self.queue_limit.store(bytes, Ordering::Relaxed);
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("connection", &self.connection).finish_non_exhaustive()
    }
}

fn push_options(connection: &Connection, limit: &AtomicU32) -> PushOptions {
    PushOptions {
        force: false,
        max_message_size: connection.settings().max_message_size,
        store: StoreUse::up_to(limit.load(Ordering::Relaxed).into()),
    }
}

/// What the last handle of a device does when it goes.
struct Farewell {
    connection: Connection,
    things: Things,
    queue_limit: Arc<AtomicU32>,
}

impl Drop for Farewell {
    fn drop(&mut self) {
        match self.things.subscribed.store_unsent(push_options(&self.connection, &self.queue_limit)) {
            // Without a store there is nothing to do.
            Ok(()) | Err(PushError::Offline { .. }) => {}
            Err(error) => log::error!("{error}"),
        }
    }
}

fn service_request(entity: Text, name: Text, params: Option<InfoTable>) -> Request {
    let (entity_type, characteristic) = (EntityType::THING, Characteristic::SERVICES);
    Request { entity_type, entity, characteristic, name, headers: Vec::new(), params }
}

/// The things as the connection sees them.
struct Device {
    things: Things,
    key: Box<dyn Fn() -> AppKey + Send + Sync>,
    connection: OnceLock<WeakConnection>,
    queue_limit: Arc<AtomicU32>,
}

impl Application for Device {
    fn app_key(&self) -> AppKey {
        (self.key)()
    }

    fn bound_names(&self) -> Vec<Text> {
        self.things.registry.bound_names()
    }

    fn is_bound(&self, thing: &Text) -> bool {
        self.things.registry.is_bound(thing)
    }

    fn on_session(&self) {
        self.things.subscribed.connection_started();
    }

    fn handle_request(&self, incoming: &Incoming) -> Option<Reply> {
        self.things.registry.answer(incoming)
    }

    fn update_push_types(&self, thing: &Text, subscriptions: &InfoTable) {
        self.things.subscribed.apply_subscriptions(thing, subscriptions);
    }

    fn push(&self, thing: &Text) {
        let Some(connection) = self.connection.get().and_then(WeakConnection::upgrade) else { return };
        let pushed =
            self.things.subscribed.push(Some(thing), push_options(&connection, &self.queue_limit), &connection);
        if let Err(error) = pushed {
            log::warn!("{error}");
        }
    }
}
