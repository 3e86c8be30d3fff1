//! A device whose application writes down what it is told.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use twedge::connection::{
    AppKey, Application, AtomicFlags, BindEvent, ConnectOptions, Connection, Endpoint, Flag, Incoming,
    NOTIFY_PROPERTY_UPDATE, Reply, RequestOptions, Settings, WeakConnection, Work,
};
use twedge::model::{InfoTable, Text};
use twedge::wire::{Characteristic, EntityType, MessageCode, Request};

use super::PATIENCE;

/// One thing that the application was told.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    Key,
    Connect { connected: bool },
    Close(String),
    CloseBytes(Vec<u8>),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Session,
    Bound { event: BindEvent, connected: bool },
    Authenticated,
    Request(u32),
    PushTypes(Text),
    Synchronized(Text, usize),
    Push(Text),
}

type Handler = dyn Fn(&Incoming) -> Option<Reply> + Send + Sync;

struct Recorder {
    told: Sender<Told>,
    names: Mutex<Vec<Text>>,
    handler: Box<Handler>,
    connection: Mutex<WeakConnection>,
}

impl Recorder {
    fn tell(&self, told: Told) {
        let thread = std::thread::current().name().unwrap_or_default().to_owned();
        assert!(!thread.starts_with("twedge-"), "{told:?} on a thread of the library");
        // The test may be over.
        let _ = self.told.send(told);
    }

    fn connection(&self) -> Option<Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner).upgrade()
    }

    fn connected(&self) -> bool {
        self.connection().is_some_and(|connection| connection.is_connected())
    }
}

impl Application for Recorder {
    fn app_key(&self) -> AppKey {
        self.tell(Told::Key);
        AppKey::new(b"the-key".to_vec())
    }

    fn bound_names(&self) -> Vec<Text> {
        self.names.lock().unwrap().clone()
    }

    fn on_connect(&self) {
        self.tell(Told::Connect { connected: self.connected() });
    }

    fn on_close(&self, payload: &[u8]) {
        self.tell(match std::str::from_utf8(payload) {
            Ok(text) => Told::Close(text.to_owned()),
            Err(_) => Told::CloseBytes(payload.to_vec()),
        });
    }

    fn on_ping(&self, payload: &[u8]) {
        self.tell(Told::Ping(payload.to_vec()));
    }

    fn on_pong(&self, payload: &[u8]) {
        self.tell(Told::Pong(payload.to_vec()));
    }

    fn on_session(&self) {
        let _ = self.told.send(Told::Session);
    }

    fn on_bound(&self, event: &BindEvent) {
        self.tell(Told::Bound { event: event.clone(), connected: self.connected() });
    }

    fn on_authenticated(&self) {
        self.tell(Told::Authenticated);
    }

    fn handle_request(&self, incoming: &Incoming) -> Option<Reply> {
        if incoming.request.name == *NOTIFY_PROPERTY_UPDATE {
            if let Some(connection) = self.connection() {
                connection.notify_property_update(&incoming.request.entity);
            }
            return Some(Reply::code(MessageCode::SUCCESS));
        }
        self.tell(Told::Request(incoming.header.request_id));
        (self.handler)(incoming)
    }

    fn update_push_types(&self, thing: &Text, _: &InfoTable) {
        self.tell(Told::PushTypes(thing.clone()));
    }

    fn on_synchronized(&self, thing: &Text, subscriptions: &InfoTable) {
        self.tell(Told::Synchronized(thing.clone(), subscriptions.rows.len()));
    }

    fn push(&self, thing: &Text) {
        self.tell(Told::Push(thing.clone()));
    }
}

/// A connection with its recorder. Threads that pump it end with it.
pub struct Device {
    pub connection: Connection,
    told: Receiver<Told>,
    recorder: Arc<Recorder>,
    stop: Arc<AtomicBool>,
    pumps: Vec<JoinHandle<()>>,
}

impl Device {
    /// A device with one bound thing, `T`.
    pub fn new(endpoint: Endpoint, settings: Settings) -> Self {
        Self::serving(endpoint, settings, |_| Some(Reply::code(MessageCode::NOT_FOUND)))
    }

    /// The same with a handler for requests.
    pub fn serving(
        endpoint: Endpoint,
        settings: Settings,
        handler: impl Fn(&Incoming) -> Option<Reply> + Send + Sync + 'static,
    ) -> Self {
        let (sender, told) = mpsc::channel();
        let recorder = Arc::new(Recorder {
            told: sender,
            names: Mutex::new(vec!["T".into()]),
            handler: Box::new(handler),
            connection: Mutex::default(),
        });
        let flags = Arc::new(AtomicFlags::default());
        let connection = Connection::new(endpoint, settings, recorder.clone(), flags);
        *recorder.connection.lock().unwrap() = connection.downgrade();
        Self { connection, told, recorder, stop: Arc::default(), pumps: Vec::new() }
    }

    /// Settings with short times.
    pub fn settings() -> Settings {
        Settings {
            connect_retry_interval: Duration::from_millis(20),
            max_connect_delay: Duration::from_millis(50),
            ..Settings::default()
        }
    }

    pub fn set_names(&self, names: &[&str]) {
        *self.recorder.names.lock().unwrap() = names.iter().map(|name| Text::from(*name)).collect();
    }

    /// One attempt.
    pub fn connect(&self) -> Result<(), twedge::connection::ConnectError> {
        self.connection.connect(ConnectOptions { timeout: PATIENCE, retries: 1 })
    }

    pub fn flag(&self, flag: Flag) -> bool {
        self.connection.flags().get(flag)
    }

    /// A thread that ticks, and threads that handle messages, as long as the device lives.
    pub fn pump(&mut self, handlers: usize) {
        for work in std::iter::once(Work::Tasker).chain(std::iter::repeat_n(Work::Handler, handlers)) {
            let (connection, stop) = (self.connection.clone(), Arc::clone(&self.stop));
            self.pumps.push(std::thread::spawn(move || {
                let keep_waiting = || !stop.load(Ordering::SeqCst);
                while keep_waiting() {
                    if connection.wait_for_work(work, Instant::now() + PATIENCE, &keep_waiting) {
                        match work {
                            Work::Tasker => connection.tick(),
                            Work::Handler => drop(connection.handle_next(false)),
                            Work::Both => {
                                connection.tick();
                                connection.handle_next(false);
                            }
                        }
                    }
                }
            }));
        }
    }

    /// The next thing that the application is told.
    pub fn next(&self) -> Told {
        self.told.recv_timeout(PATIENCE).expect("the application is told nothing")
    }

    /// What it has been told until now.
    pub fn so_far(&self) -> Vec<Told> {
        self.told.try_iter().collect()
    }

    /// Waits for one thing to be told, whatever comes before.
    pub fn wait_for(&self, wanted: &Told) {
        while self.next() != *wanted {}
    }

    /// Ticks until a condition holds.
    pub fn tick_until(&self, condition: impl Fn() -> bool) {
        let end = Instant::now() + PATIENCE;
        while !condition() {
            assert!(Instant::now() < end, "it does not happen");
            self.connection.tick();
            self.connection.wait_for_work(Work::Tasker, Instant::now() + Duration::from_millis(20), &|| true);
        }
    }

    /// A request for a service of the platform, and its answer's code.
    pub fn invoke(&self, service: &str, timeout: Duration) -> Result<MessageCode, twedge::connection::RequestError> {
        let options = RequestOptions { timeout: Some(timeout), ..RequestOptions::default() };
        self.connection.request(MessageCode::POST, service_of(service), options).map(|answer| answer.code())
    }
}

/// A request for a service of the thing `T`.
pub fn service_of(service: &str) -> Request {
    Request {
        entity_type: EntityType::THING,
        entity: "T".into(),
        characteristic: Characteristic::SERVICES,
        name: service.into(),
        headers: Vec::new(),
        params: None,
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        self.connection.shut_down();
        self.connection.wake_pumps();
        for pump in self.pumps.drain(..) {
            if pump.join().is_err() && !std::thread::panicking() {
                panic!("a pumping thread has panicked");
            }
        }
    }
}
