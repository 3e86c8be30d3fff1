//! The REST interface, over plain sockets.

mod client;

use client::{Device, Dial, LIMIT};
use serde_json::{Value as Json, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use twedge::model::{BaseType, InfoTable, Value};
use twedge::wire::MessageCode;
use twedge_platform::{DEMO_APP_KEY, Platform, PropertyDefinition, PushType, ThingDefinition};

fn platform() -> Platform {
    let platform = Platform::builder().start_blocking().unwrap();
    let number = || PropertyDefinition::new(BaseType::NUMBER);
    platform.define(
        ThingDefinition::new("My Thing")
            .property("Pushed", number().with_value(Value::Number(1.5)))
            .property("Asked", number().pushed(PushType::Never, 0.0))
            .property("Local", number().local()),
    );
    platform
}

fn device(platform: &Platform) -> Device {
    let mut device = Dial::to(platform.port()).connect();
    assert_eq!(device.bind(&["My Thing"]), MessageCode::SUCCESS);
    let (header, _) = device.asked();
    device.answer(&header, MessageCode::SUCCESS, None);
    device
}

fn http(port: u16, key: &str, request: &str, body: &str) -> (u16, Json) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    let length = body.len();
    let text = format!(
        "{request} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nappkey: {key}\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(text.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, if body.is_empty() { Json::Null } else { serde_json::from_str(body).unwrap() })
}

fn ask(platform: &Platform, request: &str, body: &str) -> (u16, Json) {
    http(platform.port(), DEMO_APP_KEY, request, body)
}

#[test]
fn things_and_their_latest_values() {
    let platform = platform();
    let (status, things) = ask(&platform, "GET /Thingworx/Things", "");
    assert_eq!((status, &things["rows"][0]["name"]), (200, &json!("My Thing")));
    assert_eq!(things["rows"][0]["isConnected"], json!(false));
    let (status, properties) = ask(&platform, "GET /Thingworx/Things/My%20Thing/Properties", "");
    assert_eq!((status, &properties["rows"][0]["Pushed"]), (200, &json!(1.5)));
    assert_eq!(properties["dataShape"]["fieldDefinitions"]["Local"]["baseType"], json!("NUMBER"));
    let (status, property) = ask(&platform, "GET /Thingworx/Things/My%20Thing/Properties/Pushed", "");
    assert_eq!((status, &property["rows"]), (200, &json!([{"Pushed": 1.5}])));
    let (status, _) = ask(&platform, "PUT /Thingworx/Things/My%20Thing/Properties/Local", "{\"Local\":\"2.5\"}");
    assert_eq!(status, 200);
    assert_eq!(platform.value("My Thing", "Local"), Some(Value::Number(2.5)));
}

#[test]
fn what_is_refused() {
    let platform = platform();
    assert_eq!(http(platform.port(), "wrong", "GET /Thingworx/Things", "").0, 401);
    for (request, body, status) in [
        ("GET /Thingworx/Things/X/Properties", "", 404),
        ("GET /Thingworx/Things/X/Properties/P", "", 404),
        ("GET /Thingworx/Things/My%20Thing/Properties/P", "", 404),
        ("POST /Thingworx/Things/X/Services/S", "{}", 404),
        ("GET /elsewhere", "", 404),
        ("DELETE /Thingworx/Things", "", 405),
        ("PUT /Thingworx/Things/My%20Thing/Properties/Local", "{\"Local\":\"x\"}", 400),
        ("PUT /Thingworx/Things/My%20Thing/Properties/Local", "{}", 400),
        ("POST /Thingworx/Things/My%20Thing/Services/S", "[]", 400),
        ("POST /Thingworx/Things/My%20Thing/Services/S", "", 503),
        ("GET /Thingworx/Things/My%20Thing/Properties/Asked", "", 503),
        ("PUT /Thingworx/Things/My%20Thing/Properties/Pushed", "{\"Pushed\":1}", 503),
        ("POST /Thingworx/WS", "", 405),
        ("GET /Thingworx/WS", "", 400),
    ] {
        assert_eq!(ask(&platform, request, body).0, status, "{request} {body}");
    }
}

#[test]
fn services_and_properties_of_a_device() {
    let platform = platform();
    let mut device = device(&platform);
    let port = platform.port();
    let ask =
        |request: &'static str, body: &'static str| std::thread::spawn(move || http(port, DEMO_APP_KEY, request, body));
    let call = ask("POST /Thingworx/Things/My%20Thing/Services/Add", "{\"a\": 2, \"s\": \"x\"}");
    let (header, request) = device.asked();
    let params = InfoTable::row_of([("a", Value::Number(2.0)), ("s", Value::string("x"))]);
    assert_eq!((request.name, request.params), ("Add".into(), Some(params)));
    device.answer(&header, MessageCode::SUCCESS, Some(InfoTable::single("result", Value::Number(5.0))));
    let (status, result) = call.join().unwrap();
    assert_eq!((status, &result["rows"]), (200, &json!([{"result": 5.0}])));

    let read = ask("GET /Thingworx/Things/My%20Thing/Properties/Asked", "");
    let (header, _) = device.asked();
    device.answer(&header, MessageCode::SUCCESS, Some(InfoTable::single("Asked", Value::Number(3.0))));
    assert_eq!(read.join().unwrap().1["rows"], json!([{"Asked": 3.0}]));

    let write = ask("PUT /Thingworx/Things/My%20Thing/Properties/Asked", "{\"Asked\": 4}");
    let (header, request) = device.asked();
    assert_eq!((header.code, request.params), (MessageCode::PUT, Some(InfoTable::single("Asked", Value::Number(4.0)))));
    device.answer(&header, MessageCode::FORBIDDEN, None);
    assert_eq!(write.join().unwrap().0, 403);

    platform.configure(|config| config.timers.request = Duration::from_millis(20));
    assert_eq!(ask("POST /Thingworx/Things/My%20Thing/Services/Slow", "{}").join().unwrap().0, 504);
}

#[test]
fn faults_strike_and_end() {
    let platform = platform();
    let (status, fault) = ask(&platform, "POST /twedge/faults", r#"{"at": "bind", "answer": 132, "times": 1}"#);
    assert_eq!(status, 200);
    let mut device = Dial::to(platform.port()).connect();
    assert_eq!(device.bind(&["My Thing"]), MessageCode::NOT_FOUND);
    let path = format!("/twedge/faults/{}", fault["id"]);
    assert_eq!(ask(&platform, &format!("GET {path}"), ""), (200, json!({"struck": 1})));
    let (_, fault) = ask(&platform, "POST /twedge/faults", r#"{"at": "bind", "lose": true}"#);
    assert_eq!(ask(&platform, &format!("DELETE /twedge/faults/{}", fault["id"]), "").0, 200);
    assert_eq!(device.bind(&["My Thing"]), MessageCode::SUCCESS);
    for refused in [r#"{"at": "moon", "lose": true}"#, r#"{"at": "bind"}"#, r#"{"at": "service", "lose": true}"#] {
        assert_eq!(ask(&platform, "POST /twedge/faults", refused).0, 400);
    }
}

#[test]
fn values_that_come_again_are_listed() {
    let platform = platform();
    let mut device = device(&platform);
    for _ in 0..3 {
        device.push("My Thing", &[("Pushed", Value::Number(2.5), 7, "GOOD")]);
    }
    let path = "GET /twedge/things/My%20Thing/properties/Pushed/duplicates";
    let listed = json!([{"value": 2.5, "time": 7, "quality": "GOOD", "again": 2}]);
    assert_eq!(ask(&platform, path, ""), (200, listed));
    assert_eq!(ask(&platform, "GET /twedge/counters", "").1["duplicates"], json!(2));
    assert_eq!(ask(&platform, "GET /twedge/things/My%20Thing/properties/None/duplicates", "").0, 404);
}
