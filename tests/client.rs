//! A device in Rust against a platform that plays its part step by step.

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use support::{Device, PATIENCE, Server, notify_property_update, service_request};
use twedge::client::{BindError, Client};
use twedge::connection::{AppKey, ConnectOptions, Incoming, Reply, RequestError};
use twedge::model::{BaseType, DataShape, Field, InfoTable, Text, Value};
use twedge::things::{
    DefaultServices, PropertyDefinition, PropertyHandler, PropertyValue, PushError, ServiceDefinition, ServiceHandler,
    Taken, update_parameters,
};
use twedge::wire::{Body, EntityType, Message, MessageCode};

struct Add;

impl ServiceHandler for Add {
    fn call(&self, call: &Incoming) -> Reply {
        let number = |name: &str| match call.request.params.as_ref().and_then(|params| params.get(0, name.as_bytes())) {
            Some(Value::Number(number)) => *number,
            _ => f64::NAN,
        };
        Reply::content(InfoTable::single("result", Value::Number(number("a") + number("b"))))
    }
}

struct Temperature;

impl PropertyHandler for Temperature {
    fn read(&self, _: &Incoming) -> Reply {
        Reply::content(InfoTable::single("Temperature", Value::Number(20.0)))
    }

    fn write(&self, _: &Incoming, _: &InfoTable) -> Reply {
        Reply::code(MessageCode::SUCCESS)
    }
}

fn client(server: &Server) -> Client {
    let client = Client::new(server.endpoint(), Device::settings(), || AppKey::new(b"the-key".to_vec()));
    let registry = &client.things().registry;
    let add = ServiceDefinition::new(BaseType::NUMBER);
    registry.register_service(EntityType::THING, "T", "Add", add, Arc::new(Add)).unwrap();
    let temperature = PropertyDefinition::new(BaseType::NUMBER, None, Some("ALWAYS"), 0.0);
    registry.register_property(EntityType::THING, "T", "Temperature", temperature, Arc::new(Temperature)).unwrap();
    client.bind("T", DefaultServices::All).unwrap();
    client
}

fn value(number: f64) -> PropertyValue {
    PropertyValue::new("Temperature", Value::Number(number), 1_700_000_000_000)
}

fn parameters() -> InfoTable {
    let shape = DataShape::new(vec![Field::new("a", BaseType::NUMBER), Field::new("b", BaseType::NUMBER)]);
    let mut table = InfoTable::new(shape);
    table.rows.push(vec![Value::Number(1.5), Value::Number(2.0)]);
    table
}

fn content(message: Message) -> Option<InfoTable> {
    match message.body {
        Body::Response(response) => response.content,
        other => panic!("an answer was expected, not {other:?}"),
    }
}

#[test]
fn a_device_serves_synchronizes_pushes_and_invokes() {
    let server = Server::start();
    let client = client(&server);
    let platform = thread::spawn(move || {
        let mut peer = server.accept();
        peer.authenticate();
        assert_eq!(peer.bind(), ["T"]);
        peer.send(&service_request(7, "T", "Add", Some(parameters())));
        let served = peer.expect(MessageCode::SUCCESS);
        assert_eq!(served.header.request_id, 7);
        assert_eq!(content(served), Some(InfoTable::single("result", Value::Number(3.5))));
        // What was set offline goes out once the platform has told the push types.
        peer.send(&notify_property_update(8, "T"));
        assert_eq!(peer.expect(MessageCode::SUCCESS).header.request_id, 8);
        let (header, _) = peer.expect_service("GetPropertySubscriptions");
        peer.answer(&header, MessageCode::SUCCESS, None);
        let (header, pushed) = peer.expect_service("UpdateSubscribedPropertyValues");
        assert_eq!(pushed.params, Some(update_parameters([&value(21.0), &value(22.0)])));
        peer.answer(&header, MessageCode::SUCCESS, None);
        let (header, invoked) = peer.expect_service("Report");
        assert_eq!((invoked.entity, invoked.params), (Text::from("T"), Some(parameters())));
        peer.answer(&header, MessageCode::SUCCESS, Some(parameters()));
        let (header, _) = peer.expect_service("Unknown");
        peer.answer(&header, MessageCode::NOT_FOUND, None);
        let bind = peer.expect(MessageCode::BIND);
        peer.answer(&bind.header, MessageCode::SUCCESS, None);
        assert_eq!(support::names(bind), ["U"]);
        for name in ["U", "T"] {
            let unbind = peer.expect(MessageCode::UNBIND);
            peer.answer(&unbind.header, MessageCode::SUCCESS, None);
            assert_eq!(support::names(unbind), [name]);
        }
        assert!(peer.receive_close().unwrap().ends_with(b"done"));
    });

    assert_eq!(client.set("T", value(21.0), false), Ok(Taken::Queued));
    assert_eq!(client.set("T", value(22.0), false), Ok(Taken::Queued));
    assert_eq!(client.push(Some(&"T".into())), Err(PushError::Offline { thing: "T".into() }));
    client.connect(ConnectOptions { timeout: PATIENCE, retries: 1 }).unwrap();
    let running = AtomicBool::new(true);
    thread::scope(|scope| {
        let lent = scope.spawn(|| client.run(&|| running.load(Ordering::SeqCst)));
        wait_until(&client, |client| client.things().subscribed.is_synchronized(&"T".into()));
        wait_until(&client, |client| client.things().subscribed.queued(&"T".into()).is_empty());
        assert_eq!(client.invoke("T", "Report", Some(parameters())), Ok(Some(parameters())));
        let refused = client.invoke("T", "Unknown", None).unwrap_err();
        assert!(matches!(refused, RequestError::Refused { code: MessageCode::NOT_FOUND, .. }), "{refused}");
        client.bind("U", DefaultServices::None).unwrap();
        assert!(matches!(client.bind("U", DefaultServices::None), Err(BindError::Registry(_))));
        client.unbind("U").unwrap();
        client.disconnect("done");
        running.store(false, Ordering::SeqCst);
        client.wake();
        lent.join().unwrap();
    });
    platform.join().unwrap();
}

/// The queue has no event to wait for.
fn wait_until(client: &Client, condition: impl Fn(&Client) -> bool) {
    let end = std::time::Instant::now() + PATIENCE;
    while !condition(client) {
        assert!(std::time::Instant::now() < end, "it does not happen");
        thread::sleep(std::time::Duration::from_millis(2));
    }
}

#[test]
fn offline_nothing_is_refused_that_can_wait() {
    let server = Server::start();
    let client = client(&server);
    client.bind("U", DefaultServices::None).unwrap();
    client.unbind("U").unwrap();
    client.unbind("never bound").unwrap();
    assert_eq!(client.things().registry.bound_names(), ["T"]);
    assert_eq!(client.invoke("T", "Report", None), Err(RequestError::NotConnected));
    client.set_queue_limit(1);
    assert!(client.set("T", value(1.0), false).is_err(), "no room");
    assert_eq!(client.set("T", value(1.0), true), Ok(Taken::Folded));
    assert!(!client.serve_next());
    client.tick();
}
