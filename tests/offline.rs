//! A device whose values and messages survive: on disk while there is no platform, sent when there is one.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use support::{Device, PATIENCE, Peer, Server};
use tempfile::TempDir;
use twedge::client::Client;
use twedge::connection::{AppKey, ConnectOptions, Incoming, Reply, RequestError};
use twedge::model::{BaseType, InfoTable, Text, Value};
use twedge::store::MessageStore;
use twedge::things::{
    DefaultServices, MAX_REFUSALS, PropertyDefinition, PropertyHandler, PropertyValue, PushError, update_parameters,
};
use twedge::wire::{EntityType, Header, MessageCode, Request};

struct Temperature;

impl PropertyHandler for Temperature {
    fn read(&self, _: &Incoming) -> Reply {
        Reply::code(MessageCode::SUCCESS)
    }

    fn write(&self, _: &Incoming, _: &InfoTable) -> Reply {
        Reply::code(MessageCode::SUCCESS)
    }
}

struct Files {
    directory: TempDir,
}

impl Files {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn values(&self) -> PathBuf {
        self.path("subscribed_properties.bin")
    }

    fn messages(&self) -> PathBuf {
        self.path("offline_msgs.bin")
    }
}

/// A device with one property that is not bound: nothing waits for a synchronization.
fn client(server: &Server) -> Client {
    let client = Client::new(server.endpoint(), Device::settings(), || AppKey::new(b"the-key".to_vec()));
    let temperature = PropertyDefinition::new(BaseType::NUMBER, None, Some("ALWAYS"), 0.0);
    let registry = &client.things().registry;
    registry.register_property(EntityType::THING, "T", "Temperature", temperature, Arc::new(Temperature)).unwrap();
    client
}

fn value(number: f64) -> PropertyValue {
    PropertyValue::new("Temperature", Value::Number(number), 1_700_000_000_000)
}

fn connect(client: &Client) {
    client.connect(ConnectOptions { timeout: PATIENCE, retries: 1 }).unwrap();
}

fn set(client: &Client, numbers: &[f64]) {
    for number in numbers {
        client.set("T", value(*number), false).unwrap();
    }
}

fn push(client: &Client) -> Result<(), PushError> {
    client.push(Some(&Text::from("T")))
}

fn expect_values(peer: &mut Peer, numbers: &[f64]) -> Header {
    let (header, pushed) = peer.expect_service("UpdateSubscribedPropertyValues");
    let values: Vec<PropertyValue> = numbers.iter().map(|number| value(*number)).collect();
    assert_eq!(pushed.params, Some(update_parameters(&values)));
    header
}

fn length(path: &Path) -> u64 {
    fs::metadata(path).unwrap().len()
}

#[test]
fn values_outlive_the_program_and_are_kept_until_the_platform_takes_them() {
    let (server, files) = (Server::start(), Files::new());
    {
        let client = client(&server);
        client.open_value_store(&files.values()).unwrap();
        set(&client, &[1.0, 2.0]);
        assert_eq!(push(&client), Err(PushError::Offline { thing: "T".into() }));
        assert!(length(&files.values()) > 0, "on disk before the call returns");
        set(&client, &[3.0]);
        // What was not pushed is stored when the device goes.
    }
    let client = client(&server);
    client.open_value_store(&files.values()).unwrap();
    set(&client, &[4.0]);
    let platform = thread::spawn(move || {
        let mut peer = server.accept();
        peer.authenticate();
        let header = expect_values(&mut peer, &[1.0, 2.0, 3.0]);
        peer.answer(&header, MessageCode::SERVICE_UNAVAILABLE, None);
        let header = expect_values(&mut peer, &[1.0, 2.0, 3.0]);
        peer.answer(&header, MessageCode::SUCCESS, None);
        let header = expect_values(&mut peer, &[4.0]);
        peer.answer(&header, MessageCode::SUCCESS, None);
    });
    connect(&client);
    let refused = push(&client).unwrap_err();
    assert_eq!(refused.result(), 1113, "{refused}");
    assert!(length(&files.values()) > 0);
    push(&client).unwrap();
    assert_eq!(length(&files.values()), 0);
    platform.join().unwrap();
}

#[test]
fn a_lost_connection_costs_no_value() {
    let (server, files) = (Server::start(), Files::new());
    let client = client(&server);
    client.open_value_store(&files.values()).unwrap();
    set(&client, &[1.0]);
    push(&client).unwrap_err();
    let platform = thread::spawn(move || {
        let mut peer = server.accept();
        peer.authenticate();
        expect_values(&mut peer, &[1.0]);
        peer.hang_up();
        let mut peer = server.accept();
        peer.authenticate();
        let header = expect_values(&mut peer, &[1.0]);
        peer.answer(&header, MessageCode::SUCCESS, None);
    });
    connect(&client);
    assert_eq!(push(&client), Ok(()), "the value is safe");
    assert!(length(&files.values()) > 0);
    connect(&client);
    push(&client).unwrap();
    assert_eq!(length(&files.values()), 0);
    platform.join().unwrap();
}

#[test]
fn a_value_that_is_refused_for_good_ends_in_the_file_beside() {
    let (server, files) = (Server::start(), Files::new());
    let client = client(&server);
    client.open_value_store(&files.values()).unwrap();
    set(&client, &[1.0]);
    push(&client).unwrap_err();
    let platform = thread::spawn(move || {
        let mut peer = server.accept();
        peer.authenticate();
        for _ in 0..MAX_REFUSALS {
            let header = expect_values(&mut peer, &[1.0]);
            peer.answer(&header, MessageCode::NOT_FOUND, None);
        }
        let header = expect_values(&mut peer, &[2.0]);
        peer.answer(&header, MessageCode::SUCCESS, None);
    });
    connect(&client);
    for _ in 0..MAX_REFUSALS {
        push(&client).unwrap();
    }
    assert_eq!(length(&files.values()), 0);
    let rejected = fs::read_to_string(files.path("subscribed_properties.bin.rejected")).unwrap();
    assert!(rejected.contains("Temperature") && rejected.contains("NOT_FOUND"), "{rejected}");
    set(&client, &[2.0]);
    push(&client).unwrap();
    platform.join().unwrap();
}

/// A request for a service, as it was stored.
fn expect(peer: &mut Peer, name: &str) -> Header {
    let (header, request) = peer.expect_service(name);
    assert_eq!(request.entity, *"T");
    assert_eq!(header.session_id, support::SESSION);
    header
}

#[test]
fn requests_wait_on_disk_and_are_sent_before_anything_else() {
    let (server, files) = (Server::start(), Files::new());
    {
        let client = client(&server);
        client.open_message_store(&files.messages()).unwrap();
        assert_eq!(client.invoke("T", "First", None), Err(RequestError::Stored));
        assert!(length(&files.messages()) > 0, "on disk before the call returns");
        let large = InfoTable::single("text", Value::string("x".repeat(2 << 20)));
        let error = client.invoke("T", "Large", Some(large)).unwrap_err();
        assert!(matches!(error, RequestError::TooLarge(_)) && error.result() == 1107, "{error}");
    }
    let client = client(&server);
    client.open_message_store(&files.messages()).unwrap();
    assert_eq!(client.invoke("T", "Second", None).unwrap_err().result(), 308);
    client.bind("T", DefaultServices::None).unwrap();
    let platform = thread::spawn(move || {
        let mut peer = server.accept();
        peer.authenticate();
        let first = expect(&mut peer, "First");
        let second = expect(&mut peer, "Second");
        assert_eq!(peer.bind(), ["T"]);
        peer.answer(&first, MessageCode::SUCCESS, None);
        // The second one has no answer on this link.
        assert_ne!(first.request_id, second.request_id);
        peer.hang_up();
        let mut peer = server.accept();
        peer.authenticate();
        let again = expect(&mut peer, "Second");
        assert_ne!(again.request_id, second.request_id);
        peer.answer(&again, MessageCode::SUCCESS, None);
        peer.bind();
        let third = expect(&mut peer, "Third");
        peer.answer(&third, MessageCode::SUCCESS, None);
    });
    connect(&client);
    let store = client.connection().message_store().unwrap();
    while client.connection().is_connected() {
        client.connection().wait_for_work(
            twedge::connection::Work::Tasker,
            std::time::Instant::now() + PATIENCE,
            &|| client.connection().is_connected(),
        );
        if store.waiting() == 1 {
            break;
        }
    }
    connect(&client);
    assert_eq!(client.invoke("T", "Third", None), Ok(None));
    client.tick();
    assert!(store.is_empty());
    assert_eq!(length(&files.messages()), 0);
    platform.join().unwrap();
}

#[test]
fn a_store_in_ram_keeps_to_its_limit() {
    let server = Server::start();
    let client = client(&server);
    assert_eq!(client.invoke("T", "First", None), Err(RequestError::NotConnected));
    client.connection().set_message_store(Some(Arc::new(MessageStore::in_ram())));
    let mut stored = 0;
    let full = loop {
        match client.invoke("T", "First", None) {
            Err(RequestError::Stored) => stored += 1,
            Err(error) => break error,
            Ok(_) => panic!("there is no platform"),
        }
    };
    assert_eq!(full.result(), 314, "{full}");
    let store = client.connection().message_store().unwrap();
    assert_eq!(store.waiting(), stored);
    assert!(store.waiting_bytes() < 16_384);
    let platform = thread::spawn(move || {
        let mut peer = server.accept();
        peer.authenticate();
        for _ in 0..stored {
            let header = expect(&mut peer, "First");
            peer.answer(&header, MessageCode::SUCCESS, None);
        }
        let header = expect(&mut peer, "Last");
        peer.answer(&header, MessageCode::SUCCESS, None);
    });
    connect(&client);
    assert_eq!(client.invoke("T", "Last", None), Ok(None));
    assert!(store.is_empty());
    platform.join().unwrap();
}

#[test]
fn what_was_sent_is_stored_only_if_that_is_wanted() {
    let server = Server::start();
    let client = client(&server);
    let store = Arc::new(MessageStore::in_ram());
    client.connection().set_message_store(Some(store.clone()));
    let platform = thread::spawn(move || {
        for _ in 0..2 {
            let mut peer = server.accept();
            peer.authenticate();
            expect(&mut peer, "Lost");
            peer.hang_up();
        }
    });
    for wanted in [false, true] {
        let settings = twedge::connection::Settings { store_unanswered: wanted, ..client.connection().settings() };
        client.connection().set_settings(settings);
        connect(&client);
        assert_eq!(client.invoke("T", "Lost", None), Err(RequestError::ConnectionLost));
        assert_eq!(store.waiting(), usize::from(wanted));
    }
    platform.join().unwrap();
}

#[test]
fn property_values_and_inner_requests_do_not_go_to_the_store_of_messages() {
    let server = Server::start();
    let client = client(&server);
    let store = Arc::new(MessageStore::in_ram());
    client.connection().set_message_store(Some(store.clone()));
    set(&client, &[1.0]);
    push(&client).unwrap_err();
    assert!(store.is_empty());
    let request = Request {
        entity_type: EntityType::THING,
        entity: "T".into(),
        characteristic: twedge::wire::Characteristic::SERVICES,
        name: "S".into(),
        headers: Vec::new(),
        params: None,
    };
    let inner = client.connection().request(MessageCode::POST, request, twedge::connection::RequestOptions::default());
    assert_eq!(inner, Err(RequestError::NotConnected));
    assert!(store.is_empty());
}
