//! The handle of a running platform.

use crate::builder::{Builder, StartError};
use crate::config::Config;
use crate::connection::{ConnectionInfo, Counters};
use crate::core::{Core, State};
use crate::device::DeviceError;
use crate::fault::{Fault, FaultId};
use crate::files::{DeviceFiles, Job};
use crate::finding::Findings;
use crate::server::{self, Stop};
use crate::service::{Answer, ServiceCall};
use crate::session::{Command, browse};
use crate::thing::{Duplicate, EventRecord, PushType, Sample, Thing, ThingDefinition};
use crate::tls::Identity;
use crate::transcript::Entry;
use crate::tunnels::{DeviceTunnel, TunnelRequest};
use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;
use tokio::runtime::{self, Runtime};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use twedge::model::{InfoTable, Text, Value};
use twedge::wire::{EntityType, Message};

/// A platform. It serves from [`Builder::start_blocking`] until [`stop`](Platform::stop) or until it is dropped.
///
/// Its functions may be called from any thread. Those that wait block the calling thread; none of them needs an async
/// runtime, and none disturbs one.
pub struct Platform {
    core: Arc<Core>,
    runtime: Option<Runtime>,
    identity: Option<Identity>,
    address: SocketAddr,
    server: Mutex<Option<Server>>,
}

/// What serves between a start and a stop.
struct Server {
    stop: watch::Sender<Stop>,
    task: JoinHandle<()>,
}

impl Platform {
    /// A platform to be set up.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) fn start(core: Arc<Core>, identity: Option<Identity>) -> Result<Self, StartError> {
        let runtime = runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("twedge-platform")
            .enable_all()
            .build()
            .map_err(StartError::Threads)?;
        let address = core.config().listen;
        let mut platform = Self { core, runtime: Some(runtime), identity, address, server: Mutex::default() };
        platform.address = platform.serve()?;
        Ok(platform)
    }

    /// Starts serving on the address; returns the one with the port that it has got.
    fn serve(&self) -> Result<SocketAddr, StartError> {
        let refuse = |error| StartError::Listen { address: self.address, error };
        let listener = TcpListener::bind(self.address).map_err(refuse)?;
        listener.set_nonblocking(true).map_err(refuse)?;
        let address = listener.local_addr().map_err(refuse)?;
        let Some(runtime) = &self.runtime else { return Ok(address) };
        let entered = runtime.enter();
        let listener = tokio::net::TcpListener::from_std(listener).map_err(refuse)?;
        drop(entered);
        let acceptor = self.identity.as_ref().map(|identity| TlsAcceptor::from(identity.config.clone()));
        let (stop, stopped) = watch::channel(Stop::No);
        self.core.update(|state| state.stopped = false);
        let task = runtime.spawn(server::serve(self.core.clone(), listener, acceptor, stopped));
        *self.server.lock().unwrap_or_else(PoisonError::into_inner) = Some(Server { stop, task });
        Ok(address)
    }

    /// Runs something on the platform's threads and waits for it.
    fn block<T: Send + 'static>(&self, future: impl Future<Output = T> + Send + 'static) -> Option<T> {
        let (done, result) = mpsc::sync_channel(1);
        self.runtime.as_ref()?.spawn(async move {
            // Nobody waits any more when the caller has panicked.
            let _ = done.send(future.await);
        });
        result.recv().ok()
    }

    fn request<T: Send + 'static>(
        &self,
        future: impl Future<Output = Result<T, DeviceError>> + Send + 'static,
    ) -> Result<T, DeviceError> {
        self.block(future).unwrap_or(Err(DeviceError::ConnectionLost))
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What devices have to trust, as PEM text: for `twApi_LoadCACert`. `None` without TLS.
    pub fn ca_certificate(&self) -> Option<&str> {
        self.identity.as_ref().map(|identity| identity.anchor.as_str())
    }

    /// Whether the certificate is its own authority, so that `twApi_SetSelfSignedOk` is another way to trust it.
    pub fn is_self_signed(&self) -> bool {
        self.identity.as_ref().is_some_and(|identity| identity.self_signed)
    }

    /// Stops serving: connections get a close frame (1001), and the port is given up. Things, values, findings, faults
    /// and stubs stay.
    pub fn stop(&self) {
        self.end(Stop::Close);
    }

    /// Stops serving as in a crash: connections end without a close frame.
    pub fn kill(&self) {
        self.end(Stop::Drop);
    }

    fn end(&self, how: Stop) {
        let server = self.server.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(server) = server else { return };
        self.core.update(|state| state.stopped = true);
        let _ = server.stop.send(how);
        self.block(async move {
            let _ = server.task.await;
        });
    }

    /// Serves again after [`stop`](Self::stop) or [`kill`](Self::kill), on the same port; before that it stops.
    ///
    /// # Errors
    /// Another program has taken the port.
    pub fn restart(&self) -> Result<(), StartError> {
        self.stop();
        self.serve().map(drop)
    }

    /// Changes the configuration. What concerns connections from their start on is used for new ones.
    pub fn configure(&self, change: impl FnOnce(&mut Config)) {
        self.core.configure(change);
    }

    /// All things, as they are now.
    pub fn things(&self) -> Vec<Thing> {
        self.core.read(|state| state.things.iter().cloned().collect())
    }

    /// A thing, as it is now.
    pub fn thing(&self, name: &str) -> Option<Thing> {
        self.core.read(|state| state.things.get(&name.into()).cloned())
    }

    /// Creates a thing or gives it a new definition. When a device has bound its name, it is connected at once.
    pub fn define(&self, thing: ThingDefinition) {
        let core = self.core.clone();
        self.block(async move { core.define(thing) });
    }

    /// Removes a thing. Its name stays bound.
    pub fn remove(&self, name: &str) {
        self.core.update(|state| state.things.remove(&name.into()));
    }

    /// Whether a thing is bound.
    pub fn is_connected(&self, thing: &str) -> bool {
        self.core.read(|state| state.things.get(&thing.into()).is_some_and(Thing::is_connected))
    }

    /// The latest value of a property.
    pub fn value(&self, thing: &str, property: &str) -> Option<Value> {
        self.core.read(|state| value(state, thing, property))
    }

    /// The values of a property in the order in which they came, as far as they are kept.
    pub fn history(&self, thing: &str, property: &str) -> Vec<Sample> {
        self.history_from(thing, property, 0)
    }

    /// How many of them there are.
    pub fn history_length(&self, thing: &str, property: &str) -> usize {
        self.core.read(|state| {
            let property =
                state.things.get(&thing.into()).and_then(|thing| thing.properties.get(&Text::from(property)));
            property.map_or(0, |property| property.history().len())
        })
    }

    /// The same without the first so many of those that are kept.
    pub fn history_from(&self, thing: &str, property: &str, first: usize) -> Vec<Sample> {
        self.core.read(|state| {
            let property =
                state.things.get(&thing.into()).and_then(|thing| thing.properties.get(&Text::from(property)));
            property.map(|property| property.history().skip(first).cloned().collect()).unwrap_or_default()
        })
    }

    /// The values of a property that its device has pushed more than once, with the same time and quality, as far as they are kept. A
    /// device does so when it does not know whether the first one has arrived.
    pub fn duplicates(&self, thing: &str, property: &str) -> Vec<Duplicate> {
        self.core.read(|state| {
            let property =
                state.things.get(&thing.into()).and_then(|thing| thing.properties.get(&Text::from(property)));
            property.map(|property| property.duplicates().cloned().collect()).unwrap_or_default()
        })
    }

    /// Sets a property of the platform without telling the device.
    pub fn set_value(&self, thing: &str, property: &str, value: Value) {
        self.core.store(&thing.into(), &property.into(), value);
    }

    /// The latest events of a thing, oldest first.
    pub fn events(&self, thing: &str) -> Vec<EventRecord> {
        let events = |thing: &Thing| thing.events.iter().cloned().collect();
        self.core.read(|state| state.things.get(&thing.into()).map(events).unwrap_or_default())
    }

    /// Changes when a device pushes a property; the device is told.
    ///
    /// # Errors
    /// No such thing or property.
    pub fn set_push(
        &self,
        thing: &str,
        property: &str,
        push_type: PushType,
        threshold: f64,
    ) -> Result<(), DeviceError> {
        let (core, thing, property) = (self.core.clone(), Text::from(thing), Text::from(property));
        self.request(async move { core.set_push(&thing, &property, push_type, threshold) })
    }

    /// Calls a service of a device, for as long as the request time-out; the answer may be of any code.
    ///
    /// # Errors
    /// There is no answer.
    pub fn call_service(&self, thing: &str, service: &str, params: Option<InfoTable>) -> Result<Answer, DeviceError> {
        let (core, thing, service) = (self.core.clone(), Text::from(thing), service.to_owned());
        let timeout = core.config().timers.request;
        self.request(async move { core.call_device(&thing, &service, params, timeout).await })
    }

    /// Reads a property of a device.
    ///
    /// # Errors
    /// There is no answer, or it is an error.
    pub fn read_property(&self, thing: &str, property: &str) -> Result<Value, DeviceError> {
        let (core, thing, property) = (self.core.clone(), Text::from(thing), Text::from(property));
        let timeout = core.config().timers.request;
        self.request(async move { core.read_device(&thing, &property, timeout).await })
    }

    /// Writes a property of a device.
    ///
    /// # Errors
    /// There is no answer, or it is an error.
    pub fn write_property(&self, thing: &str, property: &str, value: Value) -> Result<(), DeviceError> {
        let (core, thing, property) = (self.core.clone(), Text::from(thing), Text::from(property));
        let timeout = core.config().timers.request;
        self.request(async move { core.write_device(&thing, &property, value, timeout).await })
    }

    /// The files of a thing.
    pub fn files<'a>(&'a self, thing: &'a str) -> DeviceFiles<'a> {
        DeviceFiles::new(move |service, params| self.call_service(thing, service, params))
    }

    pub(crate) fn core(&self) -> &Core {
        &self.core
    }

    /// Starts a tunnel of a thing. Its WebSocket opens some time later.
    ///
    /// # Errors
    /// There is no answer, or it is an error.
    pub fn tunnel(&self, thing: &str, request: &TunnelRequest) -> Result<DeviceTunnel<'_>, DeviceError> {
        DeviceTunnel::started(self, thing, request)
    }

    /// The same, whatever the answer is.
    ///
    /// # Errors
    /// There is no answer.
    pub fn try_tunnel(&self, thing: &str, request: &TunnelRequest) -> Result<(DeviceTunnel<'_>, Answer), DeviceError> {
        DeviceTunnel::start(self, thing, request)
    }

    /// Puts a file into a repository of the platform, which is made if there is none of that name. `SystemRepository` is always there.
    pub fn put_file(&self, repository: &str, path: &str, content: impl Into<Vec<u8>>) {
        self.core.update(|state| state.repositories.put(repository, path, content.into()));
    }

    /// The content of a file in a repository.
    pub fn file(&self, repository: &str, path: &str) -> Option<Vec<u8>> {
        self.core.read(|state| state.repositories.get(repository, path))
    }

    /// A transfer that a device has asked for with `Copy`.
    pub fn job(&self, id: &str) -> Option<Job> {
        self.core.read(|state| state.repositories.job(id).cloned())
    }

    /// Asks a device with GetMetadata what a thing has, and learns it.
    ///
    /// # Errors
    /// There is no answer, or it is an error or no metadata.
    pub fn browse(&self, thing: &str) -> Result<serde_json::Value, DeviceError> {
        let (core, thing) = (self.core.clone(), Text::from(thing));
        let timeout = core.config().timers.request;
        self.request(async move { browse(&core, &thing, timeout).await })
    }

    /// Answers a service of the platform with a function; a built-in service of that name is covered up. The entity `*`
    /// stands for all. The function runs on a thread of its own and may block.
    pub fn stub(
        &self,
        entity_type: EntityType,
        entity: &str,
        service: &str,
        answer: impl Fn(&ServiceCall) -> Answer + Send + Sync + 'static,
    ) {
        let mut stubs = self.core.stubs.write().unwrap_or_else(PoisonError::into_inner);
        stubs.set(entity_type, entity, service, Some(Arc::new(answer)));
    }

    /// [`stub`](Self::stub) for a service of a thing.
    pub fn stub_thing(
        &self,
        thing: &str,
        service: &str,
        answer: impl Fn(&ServiceCall) -> Answer + Send + Sync + 'static,
    ) {
        self.stub(EntityType::THING, thing, service, answer);
    }

    /// Takes a function away again.
    pub fn remove_stub(&self, entity_type: EntityType, entity: &str, service: &str) {
        let mut stubs = self.core.stubs.write().unwrap_or_else(PoisonError::into_inner);
        stubs.set(entity_type, entity, service, None);
    }

    /// Puts a fault in force.
    pub fn inject(&self, fault: Fault) -> FaultId {
        self.core.update(|state| state.faults.add(fault))
    }

    /// How often a fault has struck.
    pub fn struck(&self, fault: FaultId) -> u32 {
        self.core.read(|state| state.faults.struck(fault))
    }

    /// Waits until a fault has struck so often; `false` when it has not within the time.
    pub fn wait_struck(&self, fault: FaultId, times: u32, timeout: Duration) -> bool {
        self.core.wait(timeout, |state| (state.faults.struck(fault) >= times).then_some(())).is_some()
    }

    /// Takes a fault out of force.
    pub fn end_fault(&self, fault: FaultId) {
        self.core.update(|state| state.faults.end(Some(fault)));
    }

    /// Takes all faults out of force.
    pub fn end_faults(&self) {
        self.core.update(|state| state.faults.end(None));
    }

    /// The connections that are open.
    pub fn connections(&self) -> Vec<ConnectionInfo> {
        self.core.read(|state| state.sessions.values().map(|session| session.info.clone()).collect())
    }

    /// The connection that a thing is bound on.
    pub fn connection_of(&self, thing: &str) -> Option<u64> {
        self.core.read(|state| state.things.get(&thing.into())?.bound.as_ref().map(|bound| bound.connection))
    }

    /// Sends bytes on a connection as they are: broken frames and the like. `false`: it is not open.
    pub fn send_bytes(&self, connection: u64, bytes: &[u8]) -> bool {
        self.command(connection, Command::Bytes(bytes.to_vec()))
    }

    /// Sends a message on a connection as it is, with the ids that it has. `false`: it is not open.
    pub fn send_message(&self, connection: u64, message: Message) -> bool {
        self.command(connection, Command::Message(Box::new(message)))
    }

    /// Sends a ping on a connection. `false`: it is not open.
    pub fn ping(&self, connection: u64, payload: &[u8]) -> bool {
        self.command(connection, Command::Ping(payload.to_vec()))
    }

    /// Closes a connection with a status and a text. `false`: it is not open.
    pub fn close_connection(&self, connection: u64, status: u16, reason: &str) -> bool {
        self.command(connection, Command::Close(status, reason.to_owned()))
    }

    /// Ends the TCP connection without a close frame. `false`: it is not open.
    pub fn drop_connection(&self, connection: u64) -> bool {
        self.command(connection, Command::Drop)
    }

    fn command(&self, connection: u64, command: Command) -> bool {
        let handle = self.core.read(|state| state.sessions.get(&connection).map(|session| session.handle.clone()));
        handle.is_some_and(|handle| handle.send(command))
    }

    /// What devices were seen doing wrong.
    pub fn findings(&self) -> Findings {
        self.core.read(|state| state.findings.clone())
    }

    /// Counts since the start.
    pub fn counters(&self) -> Counters {
        self.core.read(|state| state.counters)
    }

    /// The latest messages of all connections, oldest first.
    pub fn transcript(&self) -> Vec<Entry> {
        self.core.read(|state| state.transcript.iter().cloned().collect())
    }

    /// Waits until something is true of the platform; `false` when it is not within the time. The condition is looked at
    /// again whenever something has changed, and a moment after something outside may have.
    pub fn wait(&self, timeout: Duration, mut condition: impl FnMut(&Self) -> bool) -> bool {
        let deadline = std::time::Instant::now().checked_add(timeout);
        loop {
            let seen = self.core.read(|state| state.changes);
            if condition(self) {
                return true;
            }
            let left = deadline.map(|deadline| deadline.saturating_duration_since(std::time::Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                return false;
            }
            let piece = left.unwrap_or(Duration::MAX).min(Duration::from_millis(50));
            self.core.wait(piece, |state| (state.changes != seen).then_some(()));
        }
    }

    /// Waits until a thing is bound.
    pub fn wait_bound(&self, thing: &str, timeout: Duration) -> bool {
        let name = Text::from(thing);
        self.core.wait(timeout, |state| state.things.get(&name)?.bound.as_ref().map(drop)).is_some()
    }

    /// Waits until a thing is not bound.
    pub fn wait_unbound(&self, thing: &str, timeout: Duration) -> bool {
        let name = Text::from(thing);
        let bound = |state: &State| state.things.get(&name).is_some_and(Thing::is_connected);
        self.core.wait(timeout, |state| (!bound(state)).then_some(())).is_some()
    }

    /// Waits until a property has this value.
    pub fn wait_value(&self, thing: &str, property: &str, wanted: &Value, timeout: Duration) -> bool {
        let is_it = |state: &State| value(state, thing, property).as_ref() == Some(wanted);
        self.core.wait(timeout, |state| is_it(state).then_some(())).is_some()
    }

    /// Waits until a property has had so many values; returns them all.
    pub fn wait_history(&self, thing: &str, property: &str, count: usize, timeout: Duration) -> Option<Vec<Sample>> {
        let (thing, property) = (Text::from(thing), Text::from(property));
        self.core.wait(timeout, |state| {
            let property = state.things.get(&thing)?.properties.get(&property)?;
            (property.history().len() >= count).then(|| property.history().cloned().collect())
        })
    }

    /// Waits for an event of that name, the latest one if there have been several.
    pub fn wait_event(&self, thing: &str, event: &str, timeout: Duration) -> Option<EventRecord> {
        let thing = Text::from(thing);
        self.core.wait(timeout, |state| {
            state.things.get(&thing)?.events.iter().rev().find(|record| record.name == event).cloned()
        })
    }

    /// Waits for a message that is wanted, past ones included.
    pub fn wait_message(&self, timeout: Duration, mut wanted: impl FnMut(&Entry) -> bool) -> Option<Entry> {
        self.core.wait(timeout, |state| state.transcript.iter().find(|entry| wanted(entry)).cloned())
    }

    /// Waits until the counts since the start are as wanted; returns them.
    pub fn wait_counters(&self, timeout: Duration, wanted: impl Fn(&Counters) -> bool) -> Option<Counters> {
        self.core.wait(timeout, |state| wanted(&state.counters).then_some(state.counters))
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        // Connections end with the tasks. Waiting for them could block a thread of someone else's runtime.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn value(state: &State, thing: &str, property: &str) -> Option<Value> {
    let property = state.things.get(&thing.into())?.properties.get(&Text::from(property))?;
    property.current().map(|sample| sample.value.clone())
}
