//! A device that sets and pushes all the time.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use std::{fs, io};

use fastrand::Rng;
use twedge::client::Client;
use twedge::connection::{AppKey, ConnectOptions, Endpoint, Incoming, Reply, Settings};
use twedge::model::{BaseType, InfoTable, Text, Value};
use twedge::net::tls::{Anchors, TlsOptions, load_certificates};
use twedge::things::{DefaultServices, PropertyDefinition, PropertyHandler, PropertyValue, PushError};
use twedge::wire::{EntityType, MessageCode};

use super::{PROPERTIES, Trial, Way};
use crate::promise::{KEY, THING, time_of};

/// Bytes of values that may wait: more than come up in the longest stall.
const QUEUE: u32 = 1 << 20;

/// A device with threads of its own, which end with it.
pub(super) struct Device {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

struct Shared {
    client: Client,
    setting: AtomicBool,
    living: AtomicBool,
    accepted: Mutex<Accepted>,
}

/// The values that were accepted, by property, in the order of their numbers.
#[derive(Clone, Default)]
pub(super) struct Accepted([Vec<u64>; PROPERTIES.len()]);

/// The latest number of each property; 0 if there is none.
pub(super) type Latest = [u64; PROPERTIES.len()];

impl Accepted {
    /// The latest of each property.
    pub fn latest(&self) -> Latest {
        self.0.each_ref().map(|numbers| numbers.last().copied().unwrap_or(0))
    }

    /// All of each property.
    pub fn numbers(&self) -> impl Iterator<Item = BTreeSet<u64>> {
        self.0.iter().map(|numbers| numbers.iter().copied().collect())
    }
}

impl Device {
    /// A device that is connected.
    pub fn start(trial: Trial, way: Way<'_>, directory: &Path) -> io::Result<Self> {
        let settings = if trial.patient { Settings::default() } else { impatient() };
        let client = client(way, settings, directory)?;
        client.open_value_store(&directory.join("values.bin")).map_err(io::Error::other)?;
        client.set_queue_limit(QUEUE);
        client.store_every_value(trial.every_value);
        client.connect(ConnectOptions { timeout: Duration::ZERO, retries: 1 }).map_err(io::Error::other)?;
        let shared = Arc::new(Shared {
            client,
            setting: AtomicBool::new(true),
            living: AtomicBool::new(true),
            accepted: Mutex::default(),
        });
        let mut threads = vec![shared.spawn(Shared::serve)];
        let (rng, first) = (Rng::with_seed(trial.seed ^ 1), trial.first);
        if trial.every_value {
            threads.push(shared.spawn(move |shared| shared.store_all(rng, first)));
            threads.push(shared.spawn(Shared::push_all));
        } else {
            threads.push(shared.spawn(move |shared| shared.set_and_push(rng, first)));
        }
        Ok(Self { shared, threads })
    }

    /// What was accepted until now.
    pub fn accepted(&self) -> Accepted {
        self.shared.accepted().clone()
    }

    /// The latest value of each property that was accepted until now.
    pub fn latest(&self) -> Latest {
        self.shared.accepted().latest()
    }

    /// From now on it only pushes what it has.
    pub fn stop_setting(&self) {
        self.shared.setting.store(false, Ordering::SeqCst);
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        self.shared.living.store(false, Ordering::SeqCst);
        self.shared.client.wake();
        for thread in self.threads.drain(..) {
            // A panic was reported by its thread.
            let _ = thread.join();
        }
        self.shared.client.disconnect("the end");
    }
}

impl Shared {
    fn spawn(self: &Arc<Self>, life: impl FnOnce(&Self) + Send + 'static) -> JoinHandle<()> {
        let shared = self.clone();
        thread::spawn(move || life(&shared))
    }

    fn accepted(&self) -> MutexGuard<'_, Accepted> {
        self.accepted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn accept(&self, property: usize, number: u64) {
        self.accepted().0[property].push(number);
    }

    fn lives(&self) -> bool {
        self.living.load(Ordering::SeqCst)
    }

    fn serve(&self) {
        self.client.run(&|| self.lives());
    }

    /// Sets values that are accepted when they are set, however long a push takes.
    fn store_all(&self, mut rng: Rng, mut next: u64) {
        while self.lives() {
            for (property, number) in self.set_some(&mut rng, &mut next) {
                self.accept(property, number);
            }
            thread::sleep(Duration::from_millis(rng.u64(5..40)));
        }
    }

    fn push_all(&self) {
        while self.lives() {
            // What it could not send it keeps.
            let _ = self.push();
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Sets values that are accepted when a push has returned.
    fn set_and_push(&self, mut rng: Rng, mut next: u64) {
        let mut waiting = Vec::new();
        while self.lives() {
            waiting.extend(self.set_some(&mut rng, &mut next));
            if let Ok(()) | Err(PushError::Offline { .. }) = self.push() {
                waiting.drain(..).for_each(|(property, number)| self.accept(property, number));
            }
            thread::sleep(Duration::from_millis(rng.u64(5..20)));
        }
    }

    fn push(&self) -> Result<(), PushError> {
        self.client.push(Some(&Text::from(THING)))
    }

    /// The values that were taken, with their properties.
    fn set_some(&self, rng: &mut Rng, next: &mut u64) -> Vec<(usize, u64)> {
        let count = if self.setting.load(Ordering::SeqCst) { rng.u8(1..4) } else { 0 };
        let set = |_| {
            *next += 1;
            let property = rng.usize(..PROPERTIES.len());
            let value = PropertyValue::new(PROPERTIES[property], Value::Number(*next as f64), time_of(*next));
            self.client.set(THING, value, false).is_ok().then_some((property, *next))
        };
        (0..count).filter_map(set).collect()
    }
}

fn client((address, ca): Way<'_>, settings: Settings, directory: &Path) -> io::Result<Client> {
    let mut endpoint = Endpoint::new(address.ip().to_string(), address.port());
    if let Some(pem) = ca {
        let file = directory.join("ca.pem");
        fs::write(&file, pem)?;
        let mut anchors = Anchors::default();
        anchors.load(load_certificates(&file).map_err(io::Error::other)?);
        let tls = TlsOptions { anchors, ..TlsOptions::default() };
        endpoint.tls = Some(tls.client_config().map_err(io::Error::other)?);
    }
    let client = Client::new(endpoint, settings, || AppKey::new(KEY.as_bytes().to_vec()));
    for name in PROPERTIES {
        let property = PropertyDefinition::new(BaseType::NUMBER, None, Some("ALWAYS"), 0.0);
        let registry = &client.things().registry;
        registry
            .register_property(EntityType::THING, THING, name, property, Arc::new(Unread))
            .map_err(io::Error::other)?;
    }
    client.bind(THING, DefaultServices::All).map_err(io::Error::other)?;
    Ok(client)
}

/// A device on a bad network is impatient.
fn impatient() -> Settings {
    Settings {
        message_timeout: Duration::from_secs(2),
        ping_rate: Duration::from_secs(1),
        pong_timeout: Duration::from_secs(1),
        connect_timeout: Duration::from_secs(3),
        frame_read_timeout: Duration::from_secs(2),
        connect_retry_interval: Duration::from_millis(20),
        max_connect_delay: Duration::from_millis(300),
        ..Settings::default()
    }
}

/// Nobody reads or writes these properties.
struct Unread;

impl PropertyHandler for Unread {
    fn read(&self, _: &Incoming) -> Reply {
        Reply::code(MessageCode::NOT_IMPLEMENTED)
    }

    fn write(&self, _: &Incoming, _: &InfoTable) -> Reply {
        Reply::code(MessageCode::NOT_IMPLEMENTED)
    }
}
