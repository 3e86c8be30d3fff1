use super::*;
use crate::things::{MAX_REFUSALS, UPDATE_SERVICE, update_parameters};
use crate::wire::{Body, Characteristic, Header, Message, Request};

fn message(thing: &str, params: InfoTable, request_id: u32) -> Message {
    let request = Request {
        entity_type: EntityType::THING,
        entity: thing.into(),
        characteristic: Characteristic::SERVICES,
        name: UPDATE_SERVICE.into(),
        headers: Vec::new(),
        params: Some(params),
    };
    let header = Header::new(MessageCode::POST, request_id, 0x1122_3344);
    Message { header, body: Body::Request(request) }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// protocol.md 11.5, session 04.
#[test]
fn the_recorded_values_make_the_recorded_message() {
    let device = Device { thing: "SteamSensor1".into(), ..Device::new() };
    device.register("SteamSensor1", "Temperature", Some("ALWAYS"), 0.0);
    device.register("SteamSensor1", "Limit", Some("NEVER"), 0.0);
    device.register("SteamSensor1", "Name", Some("VALUE"), 0.0);
    let set = |name: &str, value, time, quality: &str| {
        let value = PropertyValue { quality: quality.into(), ..PropertyValue::new(name, value, time) };
        device.values.set(&device.thing, value, false, LIMIT).unwrap();
    };
    set("Temperature", Value::Number(21.5), 1_700_000_000_000, "GOOD");
    set("Temperature", Value::Number(22.0), 1_700_000_001_000, "GOOD");
    set("Limit", Value::Number(5.0), 1_700_000_001_000, "GOOD");
    set("Name", Value::string("Kessel Ä"), 1_700_000_002_000, "BAD");
    let platform = Scripted::online();
    device.push(&platform).unwrap();
    let params = platform.params.lock().unwrap().pop().unwrap();
    let sent = crate::wire::encode(&message("SteamSensor1", params, 6), &crate::wire::Cut::default()).unwrap();
    let recorded = "0103000000060000000011223344000a0c537465616d53656e736f7231021e5570646174655375627363726962656450726f\
         706572747956616c7565730005010676616c75657300050000000100010501046e616d6500000000010576616c756500120000010474696d\
         650003000001077175616c6974790000000000010004000b54656d706572617475726512014035800000000000030000018bcfe568000004\
         474f4f44010004000b54656d706572617475726512014036000000000000030000018bcfe56be80004474f4f4401000400044e616d651200\
         094b657373656c20c384030000018bcfe56fd000034241440000";
    assert_eq!(sent.iter().map(|part| hex(part)).collect::<Vec<_>>(), [recorded]);
}

/// Session 06: 40 texts of 39 characters in messages of at most 1400 bytes.
#[test]
fn calls_are_filled_as_recorded() {
    let device = Device { thing: "SteamSensor1".into(), ..Device::new() };
    device.register("SteamSensor1", "Name", Some("ALWAYS"), 0.0);
    for number in 0..40 {
        let value = Value::string(format!("value {number:02} .............................."));
        device.set_value("Name", value, false).unwrap();
    }
    let platform = Scripted::online();
    let options = PushOptions { max_message_size: 1400, ..NOW };
    device.values.push(Some(&device.thing), options, &platform).unwrap();
    assert_eq!(platform.take().iter().map(Vec::len).collect::<Vec<_>>(), [19, 19, 2]);
    for params in platform.params.lock().unwrap().drain(..) {
        let bytes: usize =
            crate::wire::encode_body(MessageCode::POST, &message("SteamSensor1", params, 1).body).unwrap().len();
        assert!(bytes + 21 <= 1400, "{bytes}");
    }
}

/// The size of the message with exactly these numbers, as pushing counts it.
pub(super) fn message_size(thing: &str, name: &str, numbers: usize) -> usize {
    let values: Vec<_> = (0..numbers).map(|_| PropertyValue::new(name, Value::Number(1.0), 1)).collect();
    let body = message(thing, update_parameters(&values), 1).body;
    crate::wire::encode_body(MessageCode::POST, &body).unwrap().len() + 21
}

#[test]
fn a_call_is_filled_to_the_last_byte() {
    for (spare, expected) in [(0, [3, 1].as_slice()), (-1, &[2, 2]), (1, &[3, 1])] {
        let device = Device::new().with("p", "ALWAYS", 0.0);
        for _ in 0..4 {
            device.set("p", 1.0).unwrap();
        }
        let max_message_size = message_size("t", "p", 3).checked_add_signed(spare).unwrap();
        let platform = Scripted::online();
        device.values.push(Some(&device.thing), PushOptions { max_message_size, ..NOW }, &platform).unwrap();
        assert_eq!(platform.take().iter().map(Vec::len).collect::<Vec<_>>(), expected);
    }
}

#[test]
fn a_value_that_fits_in_no_message_is_dropped_alone() {
    let device = Device::new().with("p", "ALWAYS", 0.0);
    device.set("p", 1.0).unwrap();
    device.set_value("p", Value::string("x".repeat(500)), false).unwrap();
    device.set("p", 3.0).unwrap();
    device.set_value("p", Value::string("x".repeat(500)), true).unwrap();
    let platform = Scripted::online();
    let options = PushOptions { max_message_size: 400, ..NOW };
    let error = device.values.push(Some(&device.thing), options, &platform).unwrap_err();
    assert_eq!(error.result(), 307);
    assert!(matches!(error, PushError::TooLarge { length, limit: 400, .. } if length > 500));
    assert_eq!(platform.numbers(), [1.0, 3.0]);
    assert!(device.queued().is_empty() && device.values.folded(&device.thing).is_empty());
}

#[test]
fn what_the_connection_cannot_encode_is_sent_alone_and_dropped() {
    let device = Device::new().with("p", "ALWAYS", 0.0);
    for number in [1.0, 2.0, 3.0] {
        device.set("p", number).unwrap();
    }
    let platform = Scripted::online();
    let too_deep = || Err(RequestError::NotEncoded(crate::wire::EncodeError::TooDeep));
    platform.answer([too_deep(), Ok(()), too_deep()]);
    assert_eq!(device.push(&platform).unwrap_err().result(), 1107);
    assert_eq!(device.queued(), [1.0, 2.0, 3.0]);
    assert!(device.push(&platform).is_err());
    assert_eq!(device.queued(), [3.0]);
    device.push(&platform).unwrap();
    assert_eq!(platform.take().last().unwrap()[0].1, 3.0);
}

#[test]
fn queued_values_go_first_and_folded_ones_in_a_call_of_their_own() {
    let device = Device::new().with("p", "ALWAYS", 0.0).with("q", "ALWAYS", 0.0).with("r", "ALWAYS", 0.0);
    device.fold("q", 1.0).unwrap();
    device.set("p", 2.0).unwrap();
    device.fold("r", 3.0).unwrap();
    device.fold("q", 4.0).unwrap();
    device.set("p", 5.0).unwrap();
    let platform = Scripted::online();
    device.push(&platform).unwrap();
    let row = |name: &str, number| (name.to_owned(), number);
    assert_eq!(platform.take(), [vec![row("p", 2.0), row("p", 5.0)], vec![row("r", 3.0), row("q", 4.0)]]);
    assert_eq!(device.values.size(), 0);
}

#[test]
fn values_stay_until_the_platform_has_confirmed_them() {
    for answer in [
        refused(0xa0),
        refused(0xa3),
        refused(0xa4),
        Err(RequestError::ConnectionLost),
        Err(RequestError::NotConnected),
    ] {
        let device = Device::new().with("p", "ALWAYS", 0.0).with("q", "ALWAYS", 0.0);
        let platform = Scripted::online();
        device.set("p", 1.0).unwrap();
        device.fold("q", 2.0).unwrap();
        for _ in 0..20 {
            platform.answer([answer.clone()]);
            let error = device.push(&platform).unwrap_err();
            assert_eq!(error.result(), answer.as_ref().unwrap_err().result());
            assert_eq!(platform.numbers(), [1.0], "nothing is sent past a failure");
        }
        device.set("p", 3.0).unwrap();
        device.push(&platform).unwrap();
        assert_eq!(platform.numbers(), [1.0, 3.0, 2.0], "{answer:?}");
    }
}

#[test]
fn a_failed_call_loses_neither_its_values_nor_the_order() {
    let device = Device::new().with("p", "ALWAYS", 0.0);
    for number in 0..6 {
        device.set("p", f64::from(number)).unwrap();
    }
    let platform = Scripted::online();
    let options = PushOptions { max_message_size: message_size("t", "p", 2), ..NOW };
    platform.answer([Ok(()), refused(0xa0)]);
    assert_eq!(device.values.push(Some(&device.thing), options, &platform).unwrap_err().result(), 1110);
    assert_eq!(device.queued(), [2.0, 3.0, 4.0, 5.0]);
    assert_eq!(platform.numbers(), [0.0, 1.0, 2.0, 3.0]);
    device.push(&platform).unwrap();
    assert_eq!(platform.numbers(), [2.0, 3.0, 4.0, 5.0]);
}

#[test]
fn what_is_refused_for_good_is_dropped_after_some_tries_and_takes_nothing_with_it() {
    let device = Device::new().with("p", "ALWAYS", 0.0);
    for number in [1.0, 2.0, 3.0] {
        device.set("p", number).unwrap();
    }
    // Refuses every call with the 2 in it.
    let platform = Scripted::online();
    let mut tries = 0;
    while !device.queued().is_empty() {
        let has_bad = || device.queued().contains(&2.0);
        let batch = platform.calls.lock().unwrap().len();
        let before = device.queued();
        platform.answers.lock().unwrap().clear();
        match tries {
            0 | 1 => platform.answer([refused(0x80)]),
            2 => platform.answer([Ok(()), refused(0x80)]),
            _ if has_bad() => platform.answer([refused(0x80)]),
            _ => {}
        }
        let _ = device.push(&platform);
        assert!(platform.calls.lock().unwrap().len() > batch || before.is_empty());
        tries += 1;
        assert!(tries < 20, "{:?}", device.queued());
    }
    let calls = platform.take();
    let tries_of = |number| calls.iter().filter(|call| call.iter().any(|(_, sent)| *sent == number)).count();
    assert_eq!(tries_of(2.0), usize::from(MAX_REFUSALS));
    assert_eq!((tries_of(1.0), tries_of(3.0)), (3, 3), "accepted when they came alone");
}

#[test]
fn other_failures_do_not_count_as_refusals() {
    let device = Device::new().with("p", "ALWAYS", 0.0);
    device.set("p", 1.0).unwrap();
    let platform = Scripted::online();
    for _ in 1..MAX_REFUSALS {
        platform.answer([refused(0x84), refused(0xa0)]);
        assert_eq!(device.push(&platform).unwrap_err().result(), 1104);
        assert_eq!(device.push(&platform).unwrap_err().result(), 1110);
    }
    assert_eq!(device.queued(), [1.0]);
    platform.answer([refused(0x84)]);
    assert_eq!(device.push(&platform).unwrap_err().result(), 1104);
    assert!(device.queued().is_empty());
}

#[test]
fn offline_values_wait() {
    let device = Device::new().with("p", "ALWAYS", 0.0).with("q", "VALUE", 0.0);
    let platform = Scripted::offline();
    let set_and_push = |name: &str, number, fold| {
        let value = PropertyValue::new(name, Value::Number(number), 1);
        device.values.set_and_push(&device.thing, value, fold, LIMIT, NOW, &platform)
    };
    assert_eq!(device.push(&platform), Ok(()), "nothing waits");
    assert_eq!(set_and_push("q", 1.0, true), Ok(Taken::Folded), "a folded set does not push");
    assert_eq!(set_and_push("p", 2.0, false).unwrap_err().result(), 1203);
    assert_eq!(device.push(&platform).unwrap_err().result(), 1203);
    assert_eq!(device.values.push(None, NOW, &platform), Ok(()));
    assert_eq!(device.values.push(Some(&"unknown".into()), NOW, &platform), Ok(()));
    assert!(platform.take().is_empty());
    assert_eq!(device.queued(), [2.0]);
    platform.offline.store(false, Ordering::Relaxed);
    device.push(&platform).unwrap();
    assert_eq!(platform.numbers(), [2.0, 1.0]);
}

#[test]
fn a_push_can_force_a_connection() {
    let device = Device::new().with("p", "ALWAYS", 0.0);
    let platform = Scripted::offline();
    let force = PushOptions { force: true, ..NOW };
    device.values.push(Some(&device.thing), force, &platform).unwrap();
    assert_eq!(platform.connects.load(Ordering::Relaxed), 0, "nothing to send");
    device.set("p", 1.0).unwrap();
    device.values.push(Some(&device.thing), force, &platform).unwrap();
    assert_eq!((platform.connects.load(Ordering::Relaxed), platform.numbers()), (1, vec![1.0]));
}

#[test]
fn pushing_everything_tries_each_thing_and_reports_nothing() {
    let device = Device::new();
    for thing in ["t", "u", "v"] {
        device.register(thing, "p", Some("ALWAYS"), 0.0);
        let value = PropertyValue::new("p", Value::Number(1.0), 1);
        device.values.set(&thing.into(), value, false, LIMIT).unwrap();
    }
    let platform = Scripted::online();
    platform.answer([refused(0xa0)]);
    assert_eq!(device.values.push(None, NOW, &platform), Ok(()));
    assert_eq!(platform.take().len(), 3);
    assert_eq!(device.values.queued_things().len(), 1);
    device.values.push(None, NOW, &platform).unwrap();
    assert_eq!(device.values.queued_things().len(), 0);
}

#[test]
fn values_set_while_a_call_is_under_way_stay_for_the_next_push() {
    let device = Device::new().with("p", "ALWAYS", 0.0).with("q", "ALWAYS", 0.0);
    device.set("p", 1.0).unwrap();
    device.fold("q", 1.0).unwrap();
    let platform = Scripted::online();
    let (values, thing) = (device.values.clone(), device.thing.clone());
    platform.set_during(move || {
        values.set(&thing, PropertyValue::new("p", Value::Number(2.0), 1), false, LIMIT).unwrap();
        values.set(&thing, PropertyValue::new("q", Value::Number(3.0), 1), true, LIMIT).unwrap();
    });
    device.push(&platform).unwrap();
    *platform.during.lock().unwrap() = None;
    assert_eq!(platform.numbers(), [1.0], "the folded value was replaced by one that is set later");
    device.push(&platform).unwrap();
    assert_eq!(platform.numbers(), [2.0, 3.0]);
}

#[test]
fn what_is_purged_while_it_is_sent_stays_gone() {
    let device = Device::new().with("p", "ALWAYS", 0.0);
    device.set("p", 1.0).unwrap();
    let platform = Scripted::online();
    let (values, thing) = (device.values.clone(), device.thing.clone());
    platform.set_during(move || assert!(values.purge_changes_of_thing(&thing)));
    platform.answer([refused(0xa0)]);
    assert_eq!(device.push(&platform).unwrap_err().result(), 1110);
    assert!(device.queued().is_empty());
}
