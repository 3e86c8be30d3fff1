//! Tests of the values on their way, against a platform whose answers are scripted.

mod asynchronous;
mod drops;
mod durable;
mod held_stored;
mod hold;
mod journal;
mod model;
mod pushing;
mod setting;
mod stored;
mod threads;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::{Platform, PropertyValue, PushError, PushOptions, SetError, StoreUse, SubscribedProperties, Taken};
use crate::connection::{Callback, Incoming, Reply, RequestError};
use crate::model::{BaseType, InfoTable, Text, Value};
use crate::things::{DefaultServices, PropertyDefinition, PropertyHandler, Things};
use crate::wire::{EntityType, MessageCode};

const LIMIT: u32 = 16_384;
const NOW: PushOptions = PushOptions { force: false, max_message_size: 1 << 20, store: StoreUse::up_to(LIMIT as u64) };

/// What a call of the update service carried: the thing, and name and value of each row.
type Call = (Text, Vec<(Text, Value)>);

/// A platform that answers as told and success otherwise.
#[derive(Default)]
struct Scripted {
    offline: AtomicBool,
    answers: Mutex<VecDeque<Result<(), RequestError>>>,
    calls: Mutex<Vec<Call>>,
    params: Mutex<Vec<InfoTable>>,
    connects: AtomicUsize,
    waits: Mutex<Vec<Text>>,
    callbacks: Mutex<Vec<(u32, Callback)>>,
    /// Runs inside of each call, before it is answered.
    during: Mutex<Option<Hook>>,
    /// Runs while a push waits for a synchronization; says whether there was one.
    synchronize: Mutex<Option<Synchronization>>,
}

type Synchronization = Box<dyn Fn(&Text) -> bool + Send>;
type Hook = Arc<dyn Fn() + Send + Sync>;

impl Scripted {
    fn online() -> Self {
        Self::default()
    }

    fn offline() -> Self {
        Self { offline: AtomicBool::new(true), ..Self::default() }
    }

    fn answer(&self, answers: impl IntoIterator<Item = Result<(), RequestError>>) {
        self.answers.lock().unwrap().extend(answers);
    }

    fn set_during(&self, hook: impl Fn() + Send + Sync + 'static) {
        *self.during.lock().unwrap() = Some(Arc::new(hook));
    }

    fn set_synchronize(&self, run: impl Fn(&Text) -> bool + Send + 'static) {
        *self.synchronize.lock().unwrap() = Some(Box::new(run));
    }

    /// The calls since the last time, as property and number.
    fn take(&self) -> Vec<Vec<(String, f64)>> {
        let calls = std::mem::take(&mut *self.calls.lock().unwrap());
        calls.into_iter().map(|(_, rows)| rows.iter().map(named_number).collect()).collect()
    }

    /// The numbers in the calls since the last time.
    fn numbers(&self) -> Vec<f64> {
        self.take().into_iter().flatten().map(|(_, number)| number).collect()
    }

    fn record(&self, thing: &Text, params: InfoTable) {
        let Some(Value::InfoTable(table)) = params.get(0, b"values") else { panic!("no values: {params:?}") };
        let rows = (0..table.rows.len()).map(|row| {
            let name = table.get(row, b"name").and_then(Value::as_text).cloned().unwrap();
            let Some(Value::Variant(value)) = table.get(row, b"value") else { panic!("no VARIANT in row {row}") };
            (name, Value::clone(value))
        });
        self.calls.lock().unwrap().push((thing.clone(), rows.collect()));
        self.params.lock().unwrap().push(params);
    }
}

fn named_number((name, value): &(Text, Value)) -> (String, f64) {
    (name.to_string(), value.as_number().unwrap_or(f64::NAN))
}

impl Platform for Scripted {
    fn is_online(&self) -> bool {
        !self.offline.load(Ordering::Relaxed)
    }

    fn connect(&self) {
        self.connects.fetch_add(1, Ordering::Relaxed);
        self.offline.store(false, Ordering::Relaxed);
    }

    fn update(&self, thing: &Text, params: InfoTable) -> Result<(), RequestError> {
        self.record(thing, params);
        let during = self.during.lock().unwrap().clone();
        if let Some(during) = during {
            during();
        }
        self.answers.lock().unwrap().pop_front().unwrap_or(Ok(()))
    }

    fn update_async(&self, thing: &Text, params: InfoTable, done: Callback) -> Result<u32, RequestError> {
        if let Some(Err(error)) = self.answers.lock().unwrap().pop_front() {
            return Err(error);
        }
        self.record(thing, params);
        let mut callbacks = self.callbacks.lock().unwrap();
        let id = 100 + callbacks.len() as u32;
        callbacks.push((id, done));
        Ok(id)
    }

    fn ensure_synchronized(&self, thing: &Text, limit: Duration) -> bool {
        assert!(limit <= super::SYNCHRONIZATION_LIMIT);
        self.waits.lock().unwrap().push(thing.clone());
        let synchronize = self.synchronize.lock().unwrap().take();
        let happened = synchronize.as_ref().is_some_and(|run| run(thing));
        *self.synchronize.lock().unwrap() = synchronize;
        happened
    }
}

fn refused(code: u8) -> Result<(), RequestError> {
    Err(RequestError::Refused { code: MessageCode(code), reason: None })
}

struct Nothing;

impl PropertyHandler for Nothing {
    fn read(&self, _call: &Incoming) -> Reply {
        Reply::code(MessageCode::SUCCESS)
    }

    fn write(&self, _call: &Incoming, _params: &InfoTable) -> Reply {
        Reply::code(MessageCode::SUCCESS)
    }
}

/// A device with one thing `t`.
struct Device {
    things: Things,
    values: SubscribedProperties,
    thing: Text,
}

impl Device {
    fn new() -> Self {
        let things = Things::new();
        Self { values: things.subscribed.clone(), thing: "t".into(), things }
    }

    /// Registers `name` with a push type.
    fn with(self, name: &str, push_type: &str, threshold: f64) -> Self {
        self.register("t", name, Some(push_type), threshold);
        self
    }

    fn register(&self, thing: &str, name: &str, push_type: Option<&str>, threshold: f64) {
        let definition = PropertyDefinition::new(BaseType::NUMBER, None, push_type, threshold);
        self.things.registry.register_property(EntityType::THING, thing, name, definition, Arc::new(Nothing)).unwrap();
    }

    fn bound(self) -> Self {
        self.things.registry.bind(&self.thing, DefaultServices::All).unwrap();
        self
    }

    fn set_value(&self, name: &str, value: Value, fold: bool) -> Result<Taken, SetError> {
        self.values.set(&self.thing, PropertyValue::new(name, value, 1), fold, LIMIT)
    }

    fn set(&self, name: &str, number: f64) -> Result<Taken, SetError> {
        self.set_value(name, Value::Number(number), false)
    }

    fn fold(&self, name: &str, number: f64) -> Result<Taken, SetError> {
        self.set_value(name, Value::Number(number), true)
    }

    fn push(&self, platform: &Scripted) -> Result<(), PushError> {
        self.values.push(Some(&self.thing), NOW, platform)
    }

    /// What is queued, as numbers.
    fn queued(&self) -> Vec<f64> {
        let queued = self.values.queued(&self.thing);
        let size: u64 = queued.iter().map(|queued| queued.size).sum();
        assert_eq!(self.values.size(), size);
        queued.iter().filter_map(|queued| queued.value.value.as_number()).collect()
    }

    /// Applies the platform's answer to GetPropertySubscriptions.
    fn synchronize(&self, rows: &[(&str, Option<&str>, f64)]) -> super::AppliedSubscriptions {
        self.values.apply_subscriptions(&self.thing, &subscriptions(rows))
    }
}

fn subscriptions(rows: &[(&str, Option<&str>, f64)]) -> InfoTable {
    let columns = [("edgeName", BaseType::STRING), ("pushType", BaseType::STRING), ("pushThreshold", BaseType::NUMBER)];
    let fields = columns.map(|(name, base_type)| crate::model::Field::new(name, base_type));
    let mut table = InfoTable::new(crate::model::DataShape::new(fields.to_vec()));
    table.rows.extend(rows.iter().map(|(name, push_type, threshold)| {
        let push_type = push_type.map_or(Value::Nothing, Value::string);
        vec![Value::string(*name), push_type, Value::Number(*threshold)]
    }));
    table
}
