//! The demo with a scripted device, which is this test program once more.

mod client;

use client::Dial;
use std::process::{Command, Output};
use twedge::model::{InfoTable, Value};
use twedge::wire::{Characteristic, MessageCode};

const METADATA: &str = r#"{"propertyDefinitions":{"Temperature":{"name":"Temperature","baseType":"NUMBER"}}}"#;
/// Environment of the scripted device: port and authority file.
const PORT: &str = "TEST_DEVICE_PORT";
const CA: &str = "TEST_DEVICE_CA";

fn demo(command: &[&str]) -> (Output, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_twedge-demo")).arg("--").args(command).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (output, text)
}

/// Does nothing unless it is started by the demo.
#[test]
fn scripted_device() {
    let (Ok(port), Ok(ca)) = (std::env::var(PORT), std::env::var(CA)) else { return };
    let pem = std::fs::read_to_string(ca).unwrap();
    let mut device = Dial::to(port.parse().unwrap()).upgrade_tls(&pem, "localhost").unwrap();
    device.authenticate();
    assert_eq!(device.bind(&["SteamSensor1"]), MessageCode::SUCCESS);
    let (mut notified, mut added) = (false, false);
    while !(notified && added) {
        let (header, request) = device.asked();
        let content = match request.name.as_str() {
            Some("GetMetadata") => Some(Value::Text(twedge::model::BaseType::JSON, METADATA.into())),
            Some("AddNumbers") => Some(Value::Number(5.5)),
            _ => None,
        };
        notified |= request.name == "NotifyPropertyUpdate";
        added |= request.name == "AddNumbers";
        device.answer(&header, MessageCode::SUCCESS, content.map(|value| InfoTable::single("result", value)));
    }
    assert_eq!(device.call("SteamSensor1", "GetPropertySubscriptions", None).0.code, MessageCode::SUCCESS);
    let values =
        [("Temperature", Value::Number(21.5), 1000, "GOOD"), ("Temperature", Value::Number(22.25), 2000, "BAD")];
    assert_eq!(device.push("SteamSensor1", &values), MessageCode::SUCCESS);
    let data = InfoTable::single("message", Value::string("overflow"));
    let event = device.request(MessageCode::POST, Characteristic::EVENTS, "SteamSensor1", "Fault", Some(data));
    assert_eq!(event.0.code, MessageCode::SUCCESS);
}

#[test]
fn shows_what_the_device_does() {
    let exe = std::env::current_exe().unwrap();
    // $0 is the program, then -H localhost -p PORT -t THING -c CAFILE -r 1000.
    let script =
        format!("test \"$1 $3 $5 $7 $9\" = '-H -p -t -c -r' && {PORT}=$4 {CA}=$8 exec \"$0\" --exact scripted_device");
    let (output, text) = demo(&["sh", "-c", &script, exe.to_str().unwrap()]);
    for line in [
        "step 1/6 http",
        "step 2/6 upgrade",
        "step 3/6 authenticate",
        "step 4/6 bind",
        "step 5/6 synchronize",
        "step 6/6 push",
        "AddNumbers(2, 3.5) = 5.5",
        "SteamSensor1.Temperature = 21.5 (GOOD)",
        "SteamSensor1.Temperature = 22.25 (BAD)",
        "event SteamSensor1.Fault {\"message\":\"overflow\"}",
    ] {
        assert_eq!(text.matches(&format!("platform: {line}\n")).count(), 1, "{line} in\n{text}");
    }
    assert!(output.status.success(), "{text}");
}

#[test]
fn a_device_that_does_nothing_is_a_failure() {
    let (output, text) = demo(&["sh", "-c", "exit 0"]);
    assert!(!output.status.success());
    assert!(text.contains("steps that were not seen: http"), "{text}");
}

#[test]
fn the_device_is_ended_in_order() {
    let script = "trap 'echo ended in order; exit 0' TERM; while :; do sleep 0.05; done";
    let output = Command::new(env!("CARGO_BIN_EXE_twedge-demo"))
        .args(["--seconds", "1", "--", "sh", "-c", script])
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("ended in order"));
}
