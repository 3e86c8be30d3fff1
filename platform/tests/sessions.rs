//! Sessions of a scripted device with a platform in process.

mod client;

use client::{Device, Dial, LIMIT};
use std::sync::Arc;
use std::time::Duration;
use twedge::model::{InfoTable, Value};
use twedge::net::websocket::Event;
use twedge::wire::{Body, Characteristic, EntityType, Gateway, Message, MessageCode};
use twedge_platform::{
    Action, Answer, BindConflict, DEMO_APP_KEY, DeviceError, Fault, FindingKind, Platform, Point, PropertyDefinition,
    PushType, ThingDefinition, TlsSource,
};

const METADATA: &str = r#"{"name":"T","propertyDefinitions":{
    "Temperature":{"name":"Temperature","baseType":"NUMBER","aspects":{"pushType":"VALUE","pushThreshold":1.5}},
    "Count":{"name":"Count","baseType":"INTEGER","aspects":{"pushType":"NEVER"}}},
    "serviceDefinitions":{"AddNumbers":{"name":"AddNumbers","Inputs":{"fieldDefinitions":{
    "a":{"name":"a","baseType":"NUMBER"}}},"Outputs":{"baseType":"NUMBER"}}},"eventDefinitions":{}}"#;

fn platform() -> Platform {
    Platform::builder().start_blocking().unwrap()
}

/// A device that has bound T and told what it has.
fn device(platform: &Platform) -> Device {
    let mut device = Dial::to(platform.port()).connect();
    assert_eq!(device.bind(&["T"]), MessageCode::SUCCESS);
    device.introduce(METADATA);
    device
}

fn subscribe(device: &mut Device) -> InfoTable {
    let options = Value::Text(twedge::model::BaseType::JSON, "{\"hasDeadband\":true}".into());
    let (header, response) = device.call("T", "GetPropertySubscriptions", Some(InfoTable::single("options", options)));
    assert_eq!(header.code, MessageCode::SUCCESS);
    response.content.unwrap()
}

#[test]
fn all_six_steps() {
    let platform = platform();
    let mut device = device(&platform);
    assert!(platform.wait_bound("T", LIMIT));
    let table = subscribe(&mut device);
    let row = |name: &str| table.rows.iter().find(|row| row[0] == Value::string(name)).unwrap().clone();
    assert_eq!(row("Temperature")[1..], [Value::string("VALUE"), Value::Number(1.5)]);
    assert_eq!(row("Count")[1], Value::string("NEVER"));
    assert_eq!(platform.counters().pushes, 0);

    let values = [
        ("Temperature", Value::Number(21.5), 1000, "GOOD"),
        ("Temperature", Value::Number(22.0), 2000, "BAD"),
        ("Count", Value::Number(7.0), 3000, "GOOD"),
    ];
    assert_eq!(device.push("T", &values), MessageCode::SUCCESS);
    assert!(platform.wait_value("T", "Temperature", &Value::Number(22.0), LIMIT));
    let history = platform.wait_history("T", "Temperature", 2, LIMIT).unwrap();
    assert_eq!(history[1].quality, "BAD");
    let times: Vec<i64> = history.iter().map(|sample| sample.time).collect();
    assert_eq!(times, [1000, 2000]);
    // Converted to the type that the device has told.
    assert_eq!(platform.value("T", "Count"), Some(Value::Integer(7)));

    let counters = platform.counters();
    let steps =
        (counters.upgrades, counters.authentications, counters.binds, counters.synchronizations, counters.pushes);
    assert_eq!(steps, (1, 1, 1, 1, 1));

    assert_eq!(device.unbind(&["T"]), MessageCode::SUCCESS);
    assert!(platform.wait_unbound("T", LIMIT));
    let mut close = Vec::new();
    device.encoder.close(1000, b"Normal Close bye", &mut close).unwrap();
    device.raw(&close);
    assert_eq!(device.closed(), Some(1000));
    assert!(platform.findings().iter().next().is_none(), "{:?}", platform.findings());
}

#[test]
fn over_tls_with_compression() {
    let platform = Platform::builder().tls(TlsSource::local()).start_blocking().unwrap();
    for name in ["localhost", "127.0.0.1"] {
        let dial = Dial { compression: true, ..Dial::to(platform.port()) };
        let mut device = dial.upgrade_tls(platform.ca_certificate().unwrap(), name).unwrap();
        assert!(device.compression);
        device.authenticate();
    }
}

#[test]
fn compression_is_a_switch() {
    let platform = Platform::builder().compression(false).start_blocking().unwrap();
    let device = Dial { compression: true, ..Dial::to(platform.port()) }.connect();
    assert!(!device.compression);
}

#[test]
fn wrong_keys() {
    let platform = platform();
    let refused = Dial { key: "wrong", ..Dial::to(platform.port()) }.upgrade().err().unwrap();
    assert!(refused.contains("401"), "{refused}");
    let mut device = Dial::to(platform.port()).upgrade().unwrap();
    let (header, response) = device.auth("wrong");
    assert_eq!(header.code, MessageCode::UNAUTHORIZED);
    assert!(response.reason.is_some());
    // The connection stays open for another try.
    assert_eq!(device.auth(DEMO_APP_KEY).0.code, MessageCode::SUCCESS);
    assert_eq!(platform.findings().count(FindingKind::WrongKey), 2);
}

#[test]
fn auth_must_come_first_and_in_time() {
    let platform = platform();
    let mut device = Dial::to(platform.port()).upgrade().unwrap();
    let header = twedge::wire::Header::new(MessageCode::BIND, 1, 7);
    device.send(&Message { header, body: Body::Bind { gateway: None, names: vec!["T".into()] } });
    assert_eq!(device.closed(), Some(1008));
    assert_eq!(platform.findings().count(FindingKind::NotAuthFirst), 1);
    assert!(platform.thing("T").is_none());

    platform.configure(|config| config.timers.auth = Duration::from_millis(50));
    let mut silent = Dial::to(platform.port()).upgrade().unwrap();
    assert_eq!(silent.closed(), Some(1008));
    assert_eq!(platform.findings().count(FindingKind::AuthTimeout), 1);
}

#[test]
fn bad_frames_and_oversize_end_the_connection() {
    let platform = platform();
    // Not masked.
    let mut unmasked = device(&platform);
    unmasked.raw(&[0x82, 0x01, 0x00]);
    assert_eq!(unmasked.closed(), Some(1002));
    assert!(platform.wait_unbound("T", LIMIT));
    // A frame that announces more than 65535 bytes.
    let mut large = Dial::to(platform.port()).connect();
    large.raw(&[0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4]);
    assert_eq!(large.closed(), Some(1009));
    assert_eq!(platform.findings().count(FindingKind::Framing), 2);
}

#[test]
fn pings_come_back() {
    let platform = platform();
    let mut device = device(&platform);
    let mut ping = Vec::new();
    device.encoder.ping(b"12:34:56", &mut ping).unwrap();
    device.raw(&ping);
    assert_eq!(device.event(), Some(Event::Pong(b"12:34:56".to_vec())));
    assert!(platform.ping(platform.connection_of("T").unwrap(), b"hello"));
    assert_eq!(device.event(), Some(Event::Ping(b"hello".to_vec())));
}

#[test]
fn requests_of_the_platform() {
    let platform = Arc::new(platform());
    let mut device = device(&platform);
    let call = |work: fn(&Platform) -> Result<Answer, DeviceError>| {
        let platform = platform.clone();
        std::thread::spawn(move || work(&platform))
    };
    let adding = call(|platform| {
        let params = InfoTable::row_of([("a", Value::Number(2.0)), ("b", Value::Number(3.5))]);
        platform.call_service("T", "AddNumbers", Some(params))
    });
    let (header, request) = device.asked();
    assert_eq!((header.code, request.name), (MessageCode::POST, "AddNumbers".into()));
    assert_eq!(request.params.unwrap().get(0, b"b"), Some(&Value::Number(3.5)));
    device.answer(&header, MessageCode::SUCCESS, Some(InfoTable::single("result", Value::Number(5.5))));
    assert_eq!(adding.join().unwrap().unwrap().result_value(), Some(&Value::Number(5.5)));

    let reading = std::thread::spawn({
        let platform = platform.clone();
        move || platform.read_property("T", "Count")
    });
    let (header, request) = device.asked();
    assert_eq!((header.code, request.characteristic), (MessageCode::GET, Characteristic::PROPERTIES));
    device.answer(&header, MessageCode::NOT_FOUND, None);
    assert!(reading.join().unwrap().is_err());

    let writing = std::thread::spawn({
        let platform = platform.clone();
        move || platform.write_property("T", "Count", Value::Integer(9))
    });
    let (header, request) = device.asked();
    assert_eq!((header.code, request.name), (MessageCode::PUT, "Count".into()));
    device.answer(&header, MessageCode::SUCCESS, None);
    assert!(writing.join().unwrap().is_ok());

    platform.configure(|config| config.timers.request = Duration::from_millis(20));
    let late = platform.call_service("T", "Slow", None);
    assert!(matches!(late, Err(DeviceError::TimedOut(_))));
    platform.configure(|config| config.timers.request = LIMIT);
    let lost = call(|platform| platform.call_service("T", "Slow", None));
    device.asked();
    device.asked();
    drop(device);
    assert!(matches!(lost.join().unwrap(), Err(DeviceError::ConnectionLost)));
    assert!(platform.wait_unbound("T", LIMIT));
    assert!(matches!(platform.call_service("T", "S", None), Err(DeviceError::NotConnected)));
    assert!(matches!(platform.call_service("U", "S", None), Err(DeviceError::UnknownThing(_))));
}

#[test]
fn requests_of_the_device() {
    let platform = platform();
    platform.stub(EntityType::THING, "T", "Double", |call| match call.param("x") {
        Some(Value::Number(x)) => Answer::result(Value::Number(2.0 * x)),
        _ => Answer::error(MessageCode::BAD_REQUEST, "x is missing"),
    });
    platform.stub(EntityType::SUBSYSTEM, "*", "Fails", |_| panic!("on purpose"));
    let mut device = device(&platform);
    let (_, answer) = device.call("T", "Double", Some(InfoTable::single("x", Value::Number(4.0))));
    assert_eq!(answer.content.unwrap().get(0, b"result"), Some(&Value::Number(8.0)));
    let (header, answer) = device.call("T", "NoSuch", None);
    assert_eq!(header.code, MessageCode::NOT_FOUND);
    assert!(answer.reason.unwrap().to_string_lossy().contains("NoSuch"));
    assert_eq!(device.call("NoThing", "Other", None).0.code, MessageCode::NOT_FOUND);

    let message = InfoTable::single("message", Value::string("overflow"));
    let fired = device.request(MessageCode::POST, Characteristic::EVENTS, "T", "Fault", Some(message.clone()));
    assert_eq!(fired.0.code, MessageCode::SUCCESS);
    assert_eq!(platform.wait_event("T", "Fault", LIMIT).unwrap().data, Some(message));

    let count = InfoTable::single("Count", Value::Number(3.0));
    let written = device.request(MessageCode::PUT, Characteristic::PROPERTIES, "T", "Count", Some(count));
    assert_eq!(written.0.code, MessageCode::SUCCESS);
    let (_, read) = device.request(MessageCode::GET, Characteristic::PROPERTIES, "T", "Count", None);
    assert_eq!(read.content.unwrap().get(0, b"Count"), Some(&Value::Integer(3)));
    let (header, read) = device.request(MessageCode::GET, Characteristic::PROPERTIES, "T", "X", None);
    assert_eq!(header.code, MessageCode::NOT_FOUND);
    assert_eq!(read.reason, Some("Property [X] not found".into()));
}

#[test]
fn large_messages_both_ways() {
    let platform = Arc::new(platform());
    platform.stub(EntityType::THING, "T", "Echo", |call| Answer { content: call.params.clone(), ..Answer::ok() });
    let mut device = Dial { frame_size: 1024, ..Dial::to(platform.port()) }.connect();
    device.bind(&["T"]);
    device.introduce(METADATA);
    let large = InfoTable::single("b", Value::blob((0..50_000).map(|n| n as u8).collect::<Vec<_>>()));
    assert_eq!(device.call("T", "Echo", Some(large.clone())).1.content, Some(large));
    assert!(platform.transcript().iter().any(|entry| entry.parts > 40));
    platform.findings().assert_no_violation();
}

#[test]
fn gateways_and_conflicts() {
    let platform = platform();
    let mut first = Dial::to(platform.port()).connect();
    let gateway = Gateway { name: "G".into(), gateway_type: "EdgeGateway".into() };
    assert_eq!(first.bind_as(Some(gateway), &["A", "B"]), MessageCode::SUCCESS);
    assert_eq!(platform.thing("G").unwrap().template, "EdgeGateway");
    let mut second = Dial::to(platform.port()).connect();
    assert_eq!(second.bind(&["A"]), MessageCode::FORBIDDEN);
    platform.configure(|config| config.switches.bind_conflict = BindConflict::LastWins);
    assert_eq!(second.bind(&["A"]), MessageCode::SUCCESS);
    assert_eq!(platform.thing("A").unwrap().bound.unwrap().connection, 2);
    drop(first);
    assert!(platform.wait_unbound("B", LIMIT));
    assert!(platform.thing("G").is_none());
}

#[test]
fn new_push_settings_are_announced() {
    let platform = platform();
    let number = || PropertyDefinition::new(twedge::model::BaseType::NUMBER);
    platform.define(ThingDefinition::new("T").property("P", number()));
    let mut device = Dial::to(platform.port()).connect();
    device.bind(&["T"]);
    // A thing that an operator has defined is not asked for its metadata.
    let (header, request) = device.asked();
    assert_eq!(request.name, "NotifyPropertyUpdate");
    device.answer(&header, MessageCode::SUCCESS, None);
    platform.set_push("T", "P", PushType::Deadband, 4.0).unwrap();
    assert_eq!(device.asked().1.name, "NotifyPropertyUpdate");
    assert_eq!(subscribe(&mut device).rows[0][1..], [Value::string("DEADBAND"), Value::Number(4.0)]);
}

#[test]
fn faults_at_every_step() {
    let platform = platform();
    let dial = || Dial::to(platform.port());
    platform.inject(Fault::once(Point::Upgrade, Action::HttpStatus(503)));
    assert!(dial().upgrade().err().unwrap().contains("503"));

    platform.inject(Fault::once(Point::Auth, Action::Answer(MessageCode::FORBIDDEN, Some("no".into()))));
    assert_eq!(dial().upgrade().unwrap().auth("any").0.code, MessageCode::FORBIDDEN);

    platform.inject(Fault::once(Point::Bind, Action::Answer(MessageCode::SERVICE_UNAVAILABLE, None)));
    let mut refused = dial().connect();
    assert_eq!(refused.bind(&["T"]), MessageCode::SERVICE_UNAVAILABLE);
    assert!(platform.thing("T").is_none());

    platform.inject(Fault::once(Point::Synchronize, Action::Close(1001, "bye".into())));
    let mut closed = device(&platform);
    let header = twedge::wire::Header::new(MessageCode::POST, 9, closed.session);
    let request = twedge::wire::Request {
        entity_type: EntityType::THING,
        entity: "T".into(),
        characteristic: Characteristic::SERVICES,
        name: "GetPropertySubscriptions".into(),
        headers: vec![],
        params: None,
    };
    closed.send(&Message { header, body: Body::Request(request) });
    assert_eq!(closed.closed(), Some(1001));
    assert_eq!(platform.counters().synchronizations, 0);
}

#[test]
fn silence_after_a_step() {
    let platform = platform();
    let fault = platform.inject(Fault::once(Point::Push, Action::Silence));
    let mut device = device(&platform);
    let header = twedge::wire::Header::new(MessageCode::POST, 9, device.session);
    let row = InfoTable::row_of([("name", Value::string("Temperature")), ("value", Value::Number(1.0))]);
    let request = twedge::wire::Request {
        entity_type: EntityType::THING,
        entity: "T".into(),
        characteristic: Characteristic::SERVICES,
        name: "UpdateSubscribedPropertyValues".into(),
        headers: vec![],
        params: Some(InfoTable::single("values", Value::InfoTable(Box::new(row)))),
    };
    device.send(&Message { header, body: Body::Request(request) });
    assert!(platform.wait_value("T", "Temperature", &Value::Number(1.0), LIMIT));
    assert_eq!(platform.struck(fault), 1);
    // Nothing comes any more, not even the close frame.
    let mut ping = Vec::new();
    device.encoder.ping(b"there?", &mut ping).unwrap();
    device.raw(&ping);
    assert!(platform.wait_counters(LIMIT, |counters| counters.pings == 1).is_some());
    platform.stop();
    assert_eq!(device.event(), None);
}

#[test]
fn values_that_come_again_are_reported_and_the_record_outlives_a_restart() {
    let platform = platform();
    let mut pushing = device(&platform);
    let number = |number: f64, time: i64| ("Temperature", Value::Number(number), time, "GOOD");
    assert_eq!(pushing.push("T", &[number(1.0, 5), number(2.0, 6)]), MessageCode::SUCCESS);
    // Another time, another value, another quality: none of them is the same.
    let others = [number(1.0, 7), number(2.0, 5), ("Temperature", Value::Number(1.0), 5, "BAD")];
    assert_eq!(pushing.push("T", &others), MessageCode::SUCCESS);
    assert!(platform.duplicates("T", "Temperature").is_empty());
    drop(pushing);
    platform.restart().unwrap();
    let mut pushing = Dial::to(platform.port()).connect();
    assert_eq!(pushing.bind(&["T"]), MessageCode::SUCCESS);
    let (header, notification) = pushing.asked();
    assert_eq!(notification.name, "NotifyPropertyUpdate", "what it has is known already");
    pushing.answer(&header, MessageCode::SUCCESS, None);
    for _ in 0..2 {
        assert_eq!(pushing.push("T", &[number(2.0, 6), number(3.0, 8)]), MessageCode::SUCCESS);
    }
    let duplicates = platform.duplicates("T", "Temperature");
    let again: Vec<_> =
        duplicates.iter().map(|one| (one.sample.value.as_number(), one.sample.time, one.again)).collect();
    assert_eq!(again, [(Some(2.0), 6, 2), (Some(3.0), 8, 1)]);
    let counters = platform.counters();
    assert_eq!((counters.values, counters.duplicates), (9, 3));
    assert_eq!(platform.history("T", "Temperature").len(), 9, "each is kept as it came");
}

#[test]
fn the_end_of_the_platform_closes_connections() {
    let platform = platform();
    let mut device = device(&platform);
    let ending = std::thread::spawn(move || platform.stop());
    assert_eq!(device.closed(), Some(1001));
    drop(device);
    ending.join().unwrap();
}
