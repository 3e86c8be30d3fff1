//! What waits, what is given up, and what is told of it.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use log::Level;
use tempfile::TempDir;
use twedge::client::Client;
use twedge::connection::{AppKey, ConnectOptions, Incoming, Reply, RequestError};
use twedge::model::{BaseType, InfoTable, Text, Value};
use twedge::store::MAX_TRIES;
use twedge::things::{
    DefaultServices, MAX_REFUSALS, PropertyDefinition, PropertyHandler, PropertyValue, Taken, update_parameters,
};
use twedge::wire::{Body, EntityType, Header, Message, MessageCode, Response};

use crate::lines;
use crate::support::{Device, PATIENCE, Peer, SESSION, Server, notify_property_update};

struct Pressure;

impl PropertyHandler for Pressure {
    fn read(&self, _: &Incoming) -> Reply {
        Reply::code(MessageCode::SUCCESS)
    }

    fn write(&self, _: &Incoming, _: &InfoTable) -> Reply {
        Reply::code(MessageCode::SUCCESS)
    }
}

/// A device with a property `Pressure` of a thing that is not bound, so that nothing waits for a synchronization.
fn client(server: &Server, thing: &str) -> Client {
    let client = Client::new(server.endpoint(), Device::settings(), || AppKey::new(b"the-key".to_vec()));
    let pressure = PropertyDefinition::new(BaseType::NUMBER, None, Some("ALWAYS"), 0.0);
    client
        .things()
        .registry
        .register_property(EntityType::THING, thing, "Pressure", pressure, Arc::new(Pressure))
        .unwrap();
    client
}

fn directory() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("store.bin");
    (directory, file)
}

fn connect(client: &Client) {
    client.connect(ConnectOptions { timeout: PATIENCE, retries: 1 }).unwrap();
}

fn set(client: &Client, thing: &str, number: f64) {
    let value = PropertyValue::new("Pressure", Value::Number(number), 1_700_000_000_000);
    client.set(thing, value, false).unwrap();
}

/// A refusal with the platform's own words.
fn refuse(peer: &mut Peer, to: &Header, reason: &str) {
    let header = Header { code: MessageCode::NOT_FOUND, session_id: SESSION, ..*to };
    let response = Response { reason: Some(Text::from(reason)), content: None };
    peer.send(&Message { header, body: Body::Response(response) });
}

#[test]
fn a_value_that_is_given_up_is_named_with_the_reason() {
    lines::record();
    for stored in [true, false] {
        let thing = if stored { "Stored tank" } else { "Tank in RAM" };
        let (_directory, file) = directory();
        let server = Server::start();
        let client = client(&server, thing);
        if stored {
            client.open_value_store(&file).unwrap();
        }
        set(&client, thing, 1.0);
        let pushed = client.push(Some(&thing.into()));
        assert_eq!(pushed.unwrap_err().result(), 1203);
        let platform = thread::spawn(move || {
            let mut peer = server.accept();
            peer.authenticate();
            for _ in 0..MAX_REFUSALS {
                let (header, _) = peer.expect_service("UpdateSubscribedPropertyValues");
                refuse(&mut peer, &header, "no tank of that name");
            }
            peer
        });
        connect(&client);
        for refusal in 1..=MAX_REFUSALS {
            assert!(lines::with(&[thing, "Pressure", "no tank of that name", "give"]).is_empty(), "{refusal}");
            // A value of the store is safe, one in RAM is the caller's matter.
            assert_eq!(client.push(Some(&thing.into())).is_ok(), stored);
        }
        let last = if stored { "is given up and kept in" } else { "is dropped" };
        let told = lines::with(&[thing, "Pressure", "NOT_FOUND", "no tank of that name", last]);
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0].0, Level::Warn);
        let rejected = file.with_file_name("store.bin.rejected");
        assert_eq!(rejected.exists(), stored);
        if stored {
            assert!(told[0].1.contains(rejected.to_str().unwrap()), "{told:?}");
            let kept = fs::read_to_string(rejected).unwrap();
            for text in [thing, "Pressure", "no tank of that name"] {
                assert!(kept.contains(text), "{kept}");
            }
        }
        assert_eq!(client.push(Some(&thing.into())), Ok(()), "nothing is left");
        drop(platform.join().unwrap());
    }
}

#[test]
fn a_request_that_is_given_up_is_named_with_the_reason() {
    lines::record();
    let (_directory, file) = directory();
    let server = Server::start();
    let client = client(&server, "Pump");
    client.open_message_store(&file).unwrap();
    assert_eq!(client.invoke("Pump", "StartOnce", None), Err(RequestError::Stored));
    let platform = thread::spawn(move || {
        let mut peer = server.accept();
        peer.authenticate();
        let mut refusals = 0;
        loop {
            let message = peer.expect(MessageCode::POST);
            let Body::Request(request) = message.body else { panic!("a request was expected") };
            match request.name.as_str() {
                Some("StartOnce") => {
                    refusals += 1;
                    refuse(&mut peer, &message.header, "no such pump");
                }
                name => {
                    peer.answer(&message.header, MessageCode::SUCCESS, None);
                    if name == Some("Last") {
                        return refusals;
                    }
                }
            }
        }
    });
    connect(&client);
    let store = client.connection().message_store().unwrap();
    // Each request takes the stored one with it, and comes back after its answer.
    for _ in 0..MAX_TRIES {
        assert_eq!(client.invoke("Pump", "Next", None), Ok(None));
    }
    assert!(store.is_empty());
    assert_eq!(client.invoke("Pump", "Last", None), Ok(None));
    assert_eq!(platform.join().unwrap(), MAX_TRIES);
    let told = lines::with(&["StartOnce of Pump", "is given up and kept in", "no such pump"]);
    assert_eq!(told.iter().map(|(level, _)| *level).collect::<Vec<_>>(), [Level::Warn], "{told:?}");
    let kept = fs::read_to_string(file.with_file_name("store.bin.rejected")).unwrap();
    assert!(kept.contains("\"thing\":\"Pump\"") && kept.contains("\"name\":\"StartOnce\""), "{kept}");
    assert_eq!(fs::metadata(&file).unwrap().len(), 0);
}

#[test]
fn a_full_store_is_told_once() {
    lines::record();
    let (_directory, file) = directory();
    let server = Server::start();
    let client = client(&server, "Silo");
    client.open_value_store(&file).unwrap();
    client.set_queue_limit(400);
    let full = (0..100).find_map(|number| {
        set(&client, "Silo", f64::from(number));
        client.push(Some(&"Silo".into())).err().filter(|error| error.result() != 1203)
    });
    assert_eq!(full.map(|error| error.result()), Some(1204));
    for _ in 0..3 {
        assert_eq!(client.push(Some(&"Silo".into())).unwrap_err().result(), 1204);
    }
    let told = lines::with(&["values of Silo wait in RAM, not on disk", "its limit of 400 bytes"]);
    assert_eq!(told.iter().map(|(level, _)| *level).collect::<Vec<_>>(), [Level::Warn], "{told:?}");
}

#[test]
fn a_request_that_cannot_be_stored_says_so() {
    let (_directory, file) = directory();
    let server = Server::start();
    let client = client(&server, "Valve");
    client.open_message_store(&file).unwrap();
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    let error = client.invoke("Valve", "Close", None).unwrap_err();
    assert!(matches!(error, RequestError::StoreFailed(_)) && error.result() == 1107, "{error}");
}

#[test]
fn a_value_that_cannot_be_kept_beside_stays_for_the_next_start() {
    lines::record();
    let thing = "Parked tank";
    let (_directory, file) = directory();
    // To that nothing can be appended.
    fs::create_dir(file.with_file_name("store.bin.rejected")).unwrap();
    let server = Server::start();
    for run in 0..2 {
        let client = client(&server, thing);
        client.open_value_store(&file).unwrap();
        if run == 0 {
            set(&client, thing, 1.0);
            assert_eq!(client.push(Some(&thing.into())).unwrap_err().result(), 1203);
        }
        thread::scope(|scope| {
            let platform = scope.spawn(|| {
                let mut peer = server.accept();
                peer.authenticate();
                for _ in 0..MAX_REFUSALS {
                    let (header, _) = peer.expect_service("UpdateSubscribedPropertyValues");
                    refuse(&mut peer, &header, "not here");
                }
                let (header, _) = peer.expect_service("Next");
                peer.answer(&header, MessageCode::SUCCESS, None);
            });
            connect(&client);
            for _ in 0..MAX_REFUSALS + 1 {
                assert_eq!(client.push(Some(&thing.into())), Ok(()));
            }
            assert_eq!(client.invoke(thing, "Next", None), Ok(None));
            platform.join().unwrap();
        });
        assert!(fs::metadata(&file).unwrap().len() > 0);
        let told = lines::with(&[thing, "Pressure", "is given up and cannot be kept", "not here"]);
        assert_eq!(told.len(), run + 1, "{told:?}");
        assert_eq!(told[run].0, Level::Error);
    }
}

/// A device whose property `Held` the registered push type does not want.
fn holding_client(server: &Server, file: &std::path::Path) -> Client {
    let client = client(server, "Boiler");
    let registry = &client.things().registry;
    let never = PropertyDefinition::new(BaseType::NUMBER, None, Some("NEVER"), 0.0);
    registry.register_property(EntityType::THING, "Boiler", "Held", never, Arc::new(Pressure)).unwrap();
    client.bind("Boiler", DefaultServices::None).unwrap();
    client.open_value_store(file).unwrap();
    client.store_every_value(true);
    client
}

#[test]
fn held_values_survive_the_program_and_are_judged_by_the_platform() {
    let (directory, file) = directory();
    let server = Server::start();
    let values = [1.0, 2.0].map(|number| PropertyValue {
        quality: Text::from("UNKNOWN"),
        ..PropertyValue::new("Held", Value::Number(number), 1_700_000_000_000 + number as i64)
    });
    // What is on disk when the power goes.
    let left = directory.path().join("left.bin");
    {
        let client = holding_client(&server, &file);
        for value in &values {
            assert_eq!(client.set("Boiler", value.clone(), false), Ok(Taken::Held));
        }
        fs::copy(&file, &left).unwrap();
    }
    let expected = update_parameters(values.iter());
    let client = holding_client(&server, &left);
    let platform = thread::spawn(move || {
        let mut peer = server.accept_session();
        peer.send(&notify_property_update(1, "Boiler"));
        let (header, _) = peer.expect_service("GetPropertySubscriptions");
        let wanted = [("edgeName", "Held"), ("pushType", "ALWAYS")].map(|(name, text)| (name, Value::string(text)));
        peer.answer(&header, MessageCode::SUCCESS, Some(InfoTable::row_of(wanted)));
        let (header, pushed) = peer.expect_service("UpdateSubscribedPropertyValues");
        assert_eq!(pushed.params, Some(expected));
        peer.answer(&header, MessageCode::SUCCESS, None);
        peer
    });
    connect(&client);
    client.push(Some(&"Boiler".into())).unwrap();
    let _peer = platform.join().unwrap();
    assert_eq!(fs::metadata(&left).unwrap().len(), 0);
}
