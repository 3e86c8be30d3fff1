//! What a device delivers over lost answers, its own end and the platform's, and what comes twice then.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use twedge::client::Client;
use twedge::connection::{AppKey, ConnectOptions, Endpoint, Incoming, Reply, Settings};
use twedge::model::{BaseType, InfoTable, Value};
use twedge::things::{PropertyDefinition, PropertyHandler, PropertyValue};
use twedge::wire::{EntityType, MessageCode};
use twedge_platform::{Action, DEMO_APP_KEY, Duplicate, Fault, Platform, Point, ThingDefinition};

/// Longer than anything that a test waits for.
const PATIENCE: Duration = Duration::from_secs(30);
/// Time for an answer that does not come.
const NO_ANSWER: Duration = Duration::from_millis(200);

struct Level;

impl PropertyHandler for Level {
    fn read(&self, _: &Incoming) -> Reply {
        Reply::code(MessageCode::SUCCESS)
    }

    fn write(&self, _: &Incoming, _: &InfoTable) -> Reply {
        Reply::code(MessageCode::SUCCESS)
    }
}

fn platform() -> Platform {
    let platform = Platform::builder().start_blocking().unwrap();
    platform.define(
        ThingDefinition::new("T").property("Level", twedge_platform::PropertyDefinition::new(BaseType::NUMBER)),
    );
    platform
}

/// A device whose thing is not bound, so that nothing waits for a synchronization, with a store.
fn device(platform: &Platform, store: &Path) -> Client {
    let endpoint = Endpoint::new("localhost", platform.port());
    let settings = Settings { auto_reconnect: false, message_timeout: PATIENCE, ..Settings::default() };
    let client = Client::new(endpoint, settings, || AppKey::new(DEMO_APP_KEY.as_bytes().to_vec()));
    let level = PropertyDefinition::new(BaseType::NUMBER, None, Some("ALWAYS"), 0.0);
    client.things().registry.register_property(EntityType::THING, "T", "Level", level, Arc::new(Level)).unwrap();
    client.open_value_store(store).unwrap();
    client
}

fn connect(client: &Client) {
    client.connect(ConnectOptions { timeout: PATIENCE, retries: 1 }).unwrap();
}

/// Sets numbers, each at the time of its own number of milliseconds.
fn set(client: &Client, numbers: impl IntoIterator<Item = i32>) {
    for number in numbers {
        let value = PropertyValue::new("Level", Value::Number(f64::from(number)), i64::from(number));
        client.set("T", value, false).unwrap();
    }
}

fn push(client: &Client) -> Option<u16> {
    client.push(Some(&"T".into())).err().map(|error| error.result())
}

/// The times of everything that has arrived.
fn arrived(platform: &Platform) -> Vec<i64> {
    platform.history("T", "Level").iter().map(|sample| sample.time).collect()
}

fn times(duplicates: &[Duplicate]) -> Vec<(i64, u64)> {
    duplicates.iter().map(|duplicate| (duplicate.sample.time, duplicate.again)).collect()
}

fn store() -> (TempDir, std::path::PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("values.bin");
    (directory, file)
}

#[test]
fn a_lost_answer_sends_values_twice_with_their_own_times() {
    let (platform, (_directory, file)) = (platform(), store());
    let client = device(&platform, &file);
    connect(&client);
    platform.inject(Fault::once(Point::Push, Action::NoAnswer));
    client.connection().set_settings(Settings { message_timeout: NO_ANSWER, ..client.connection().settings() });
    set(&client, [1, 2]);
    assert_eq!(push(&client), Some(1114));
    client.connection().set_settings(Settings { message_timeout: PATIENCE, ..client.connection().settings() });
    set(&client, [3]);
    assert_eq!(push(&client), None);
    assert_eq!(arrived(&platform), [1, 2, 1, 2, 3]);
    assert_eq!(times(&platform.duplicates("T", "Level")), [(1, 1), (2, 1)]);
}

#[test]
fn what_is_refused_or_lost_on_its_way_comes_once() {
    let (platform, (_directory, file)) = (platform(), store());
    let client = device(&platform, &file);
    connect(&client);
    set(&client, [1]);
    platform.inject(Fault::once(Point::Push, Action::Answer(MessageCode::INTERNAL_SERVER_ERROR, None)));
    assert_eq!(push(&client), Some(1110));
    platform.inject(Fault::once(Point::Push, Action::Drop));
    set(&client, [2]);
    assert_eq!(push(&client), Some(1114));
    assert!(arrived(&platform).is_empty());
    connect(&client);
    platform.inject(Fault::once(Point::Push, Action::Delay(NO_ANSWER)));
    assert_eq!(push(&client), None);
    assert_eq!(arrived(&platform), [1, 2]);
    assert!(platform.duplicates("T", "Level").is_empty());
}

#[test]
fn a_program_that_ends_before_the_answer_delivers_in_its_next_run() {
    let (platform, (_directory, file)) = (platform(), store());
    {
        let client = device(&platform, &file);
        set(&client, [1, 2]);
        assert_eq!(push(&client), Some(1203), "on disk");
        connect(&client);
        platform.inject(Fault::once(Point::Push, Action::NoAnswer));
        client.connection().set_settings(Settings { message_timeout: NO_ANSWER, ..client.connection().settings() });
        assert_eq!(push(&client), None, "they are safe");
        assert_eq!(arrived(&platform), [1, 2]);
    }
    let client = device(&platform, &file);
    set(&client, [3]);
    connect(&client);
    assert_eq!(push(&client), None);
    assert_eq!(arrived(&platform), [1, 2, 1, 2, 3]);
    assert_eq!(times(&platform.duplicates("T", "Level")), [(1, 1), (2, 1)]);
    assert_eq!(std::fs::metadata(&file).unwrap().len(), 0);
}

#[test]
fn an_outage_of_the_platform_costs_nothing_and_doubles_nothing() {
    let (platform, (_directory, file)) = (platform(), store());
    let client = device(&platform, &file);
    connect(&client);
    set(&client, [1]);
    assert_eq!(push(&client), None);
    platform.kill();
    while client.connection().has_link() {
        std::thread::sleep(Duration::from_millis(1));
    }
    for number in 2..100 {
        set(&client, [number]);
        assert_eq!(push(&client), Some(1203));
    }
    platform.restart().unwrap();
    connect(&client);
    set(&client, [100]);
    assert_eq!(push(&client), None);
    assert_eq!(arrived(&platform), (1..=100).collect::<Vec<i64>>(), "in the order in which they were set");
    assert!(platform.duplicates("T", "Level").is_empty());
}
