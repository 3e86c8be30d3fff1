//! Where our client may or must behave otherwise than the recorded one: the general differences, and the sessions' `newClient`.

use std::time::Duration;

use twedge::connection::Settings;
use twedge::model::{BaseType, InfoTable, Row, Text, Value};
use twedge::net::upgrade::switching_protocols;
use twedge::net::websocket::close_payload;
use twedge::things::UPDATE_SERVICE;
use twedge::wire::{Body, Header, Message, MessageCode, NO_SESSION, Request, Response, decode_header};

use super::recording::{Recording, request_for};
use super::steps::{self, Step};

/// Time-out of connect calls that are never answered.
const SHORT: Duration = Duration::from_millis(300);
/// A pong that never comes is waited for so long after pings so often.
const FAST_PINGS: Duration = Duration::from_millis(150);

/// Settings with waits shortened.
pub fn settings(recording: &Recording, settings: Settings) -> Settings {
    // The time of the first ping after a reconnect is free.
    if is_silent(recording) { Settings { ping_rate: FAST_PINGS, ..settings } } else { settings }
}

/// A shorter time-out for connect calls, where none of them succeeds for want of an answer.
pub fn connect_timeout(recording: &Recording) -> Option<Duration> {
    let answered = recording.events.iter().any(|event| !event.from_client && event.is_http());
    (!answered).then_some(SHORT)
}

/// Whether the server does not answer pings.
pub fn is_silent(recording: &Recording) -> bool {
    recording.events.iter().any(|event| event.note.contains("silent on purpose"))
}

/// Whether a run goes on until the answers to asynchronous requests have been reported: not if they come too late.
pub fn waits_for_asynchronous_answers(recording: &Recording) -> bool {
    !recording.events.iter().any(|event| event.note == "late answer")
}

/// Whether results of calls differ: where refused values stay queued, and where an upgrade succeeds that failed.
pub fn has_other_results(recording: &Recording) -> bool {
    matches!(recording.number(), 5 | 26 | 43 | 54)
}

/// The steps of the server, for our client.
pub fn steps(recording: &Recording) -> Vec<Step> {
    let mut steps = steps::of(recording);
    match recording.number() {
        4 => folded_values_of_always_are_sent(&mut steps),
        5 => refused_values_hold_up_folded_ones(&mut steps),
        9 | 16 => reasons_are_in_their_field(&mut steps),
        11 => odd_messages_are_answered(&mut steps),
        13 => {
            join_names(&mut steps, MessageCode::BIND);
            join_names(&mut steps, MessageCode::UNBIND);
        }
        21 => refused_connections_are_closed(&mut steps),
        26 | 43 => upgrade_succeeds(&mut steps),
        29 | 48 => closes_before_end(&mut steps, 1001),
        35 => closes_before_end(&mut steps, 1009),
        36..=38 => closes_before_end(&mut steps, 1002),
        39 => reconnects(&mut steps, Some(1002)),
        42 => reconnects(&mut steps, None),
        44 => glued_request_is_answered(&mut steps),
        54 => goes_on_through_the_proxy(&mut steps),
        _ => {}
    }
    steps
}

fn values(message: &mut Message) -> &mut Vec<Row> {
    let Body::Request(request) = &mut message.body else { panic!("no push") };
    match request.params.as_mut().and_then(|params| params.rows.first_mut()?.first_mut()) {
        Some(Value::InfoTable(values)) => &mut values.rows,
        other => panic!("a push without values: {other:?}"),
    }
}

fn third_push(steps: &mut [Step]) -> &mut Message {
    let mut pushes = messages(steps).filter(|message| request_for(message, UPDATE_SERVICE).is_some());
    pushes.nth(2).expect("a third push")
}

/// Folded values are sent after queued ones, which the platform goes on refusing: the third push does not get to them.
fn refused_values_hold_up_folded_ones(steps: &mut [Step]) {
    values(third_push(steps)).clear();
}

/// The third push carries the folded value of an ALWAYS property as well.
fn folded_values_of_always_are_sent(steps: &mut [Step]) {
    let number = Value::Variant(Box::new(Value::Number(1.0)));
    let time = Value::DateTime(1_700_000_005_000);
    values(third_push(steps)).insert(0, vec![Value::string("Temperature"), number, time, Value::string("GOOD")]);
}

fn reasons_are_in_their_field(steps: &mut [Step]) {
    for message in messages(steps) {
        if let Body::Response(Response { reason, content: Some(content) }) = &mut message.body {
            if message.header.code == MessageCode::INTERNAL_SERVER_ERROR {
                *reason = content.get(0, b"reason").and_then(Value::as_text).cloned();
            }
        }
    }
}

/// A write without a value is answered, and so are the pings of the server.
fn odd_messages_are_answered(steps: &mut Vec<Step>) {
    for message in messages(steps).filter(|message| message.header.code == MessageCode::BAD_REQUEST) {
        message.body = Body::Response(Response { reason: Some(ANY.into()), content: None });
    }
    let answered =
        |message: &Message, request: &Request| message.header.code != MessageCode::PUT || request.params.is_some();
    let answers = |step: &Step| match step {
        Step::Send(frame) => {
            let message = frame.message.as_ref()?;
            let Body::Request(request) = &message.body else { return None };
            let header = message.header.answer(MessageCode::BAD_REQUEST, message.header.session_id);
            let answer = Message { header, body: Body::Response(Response::default()) };
            (!answered(message, request)).then_some(Step::Receive(answer))
        }
        Step::SendBytes(bytes) if bytes[0] == PING => Some(Step::ReceivePong(bytes[2..].to_vec())),
        _ => None,
    };
    *steps = steps
        .drain(..)
        .flat_map(|step| {
            let answer = answers(&step);
            std::iter::once(step).chain(answer)
        })
        .collect();
}

/// First byte of a ping.
const PING: u8 = 0x89;
/// Stands for any reason.
const ANY: &str = "(any)";

/// Names are spread over messages in another way: each of ours is compared with all of the recorded ones.
fn join_names(steps: &mut [Step], code: MessageCode) {
    let of_code = |message: &&mut Message| message.header.code == code;
    let all: Vec<Text> = messages(steps).filter(of_code).flat_map(|message| names(message).to_vec()).collect();
    for message in messages(steps).filter(of_code) {
        if let Body::Bind { names, .. } = &mut message.body {
            names.clone_from(&all);
        }
    }
}

/// After the refusal the connection is closed, and the next try opens a new one.
fn refused_connections_are_closed(steps: &mut Vec<Step>) {
    let opening = steps[..2].to_vec();
    let second = steps.iter().rposition(|step| matches!(step, Step::Receive(_))).expect("a second AUTH");
    let closed = [Step::ReceiveStatus(Some(1000)), Step::ReceiveEnd];
    let rest = steps.split_off(second);
    steps.extend(closed.clone());
    steps.extend(opening);
    steps.extend(rest.into_iter().filter(|step| !matches!(step, Step::ReceiveClose(_))));
    steps.extend(closed);
}

/// AUTH follows where the original gave up.
fn upgrade_succeeds(steps: &mut Vec<Step>) {
    let claims = vec![("appKey".into(), super::program::APP_KEY.into())];
    let auth = Header::new(MessageCode::AUTH, 1, NO_SESSION);
    steps.push(Step::Receive(Message { header: auth, body: Body::Auth { claims } }));
    steps.push(Step::send(&Message {
        header: auth.answer(MessageCode::SUCCESS, super::support::SESSION),
        body: Body::Response(Response::default()),
    }));
    steps.push(Step::ReceiveClose(close_payload(1000, b"bye")));
}

/// The client goes on with the upgrade where the original gave up.
fn goes_on_through_the_proxy(steps: &mut Vec<Step>) {
    steps.retain(|step| !matches!(step, Step::ReceiveEnd));
    // A request that was not recorded is not compared with anything.
    steps.push(Step::Accept(String::new()));
    steps.push(Step::Upgrade(vec![switching_protocols("", None)]));
    upgrade_succeeds(steps);
}

/// The client sends a close frame before it ends a connection.
fn closes_before_end(steps: &mut Vec<Step>, status: u16) {
    let end = steps.iter().position(|step| matches!(step, Step::ReceiveEnd)).expect("an end");
    steps.insert(end, Step::ReceiveStatus(Some(status)));
}

/// The client closes the connection over what the server sends last before the program goes on, and opens another one, which goes
/// like the first one.
fn reconnects(steps: &mut Vec<Step>, status: Option<u16>) {
    let fault = steps.iter().position(|step| match step {
        Step::SendBytes(bytes) => bytes[0] != PING,
        _ => false,
    });
    let fault = fault.expect("what the client closes the connection over");
    let opening = steps[..fault].to_vec();
    let rest = steps.split_off(fault + 1);
    steps.extend([Step::ReceiveStatus(status), Step::ReceiveEnd]);
    steps.extend(opening);
    steps.extend(rest);
}

/// A request in the same segment as the answer to the upgrade is not lost.
fn glued_request_is_answered(steps: &mut Vec<Step>) {
    let glued = steps.iter().find_map(|step| match step {
        Step::Upgrade(pieces) => {
            let bytes = pieces.concat();
            let end = bytes.windows(4).position(|bytes| bytes == b"\r\n\r\n")? + 4;
            Some(bytes[end..].to_vec())
        }
        _ => None,
    });
    let glued = glued.expect("an upgrade");
    let (header, _) = decode_header(&glued[2..]).expect("a request");
    let authenticated = steps.iter().position(|step| matches!(step, Step::Send(_))).expect("the answer to AUTH");
    let header = header.answer(MessageCode::NOT_FOUND, super::support::SESSION);
    steps.insert(authenticated + 1, Step::Receive(Message { header, body: Body::Response(Response::default()) }));
}

fn messages(steps: &mut [Step]) -> impl Iterator<Item = &mut Message> {
    steps.iter_mut().filter_map(|step| match step {
        Step::Receive(message) => Some(message),
        _ => None,
    })
}

/// The names of a BIND or UNBIND.
pub fn names(message: &Message) -> &[Text] {
    match &message.body {
        Body::Bind { names, .. } => names,
        _ => &[],
    }
}

/// Whether a message of our client has the content of a recorded one. `pushed` are the values that it has pushed already.
pub fn matches(recording: &Recording, wanted: &Message, got: &Message, pushed: &[Row]) -> bool {
    let (wanted_header, got_header) = (&wanted.header, &got.header);
    let same_id = !wanted_header.code.is_response() || wanted_header.request_id == got_header.request_id;
    let same_header = same_id
        && (wanted_header.version, wanted_header.code, wanted_header.endpoint_id, wanted_header.session_id)
            == (got_header.version, got_header.code, got_header.endpoint_id, got_header.session_id);
    same_header
        && match (&wanted.body, &got.body) {
            (Body::Bind { gateway: wanted_gateway, .. }, Body::Bind { gateway: got_gateway, .. }) => {
                wanted_gateway == got_gateway && same_names(recording, names(wanted), names(got))
            }
            (Body::Request(_), Body::Request(_)) if keeps_refused_values(recording, wanted) => {
                request_for(got, UPDATE_SERVICE).is_some() && repeats(&self::pushed(wanted), &self::pushed(got), pushed)
            }
            (Body::Response(wanted), Body::Response(got)) => {
                let any = wanted.reason.as_ref().is_some_and(|reason| *reason == ANY);
                (wanted.reason == got.reason || any && got.reason.is_some())
                    && same_content(wanted.content.as_ref(), got.content.as_ref())
            }
            (wanted, got) => wanted == got,
        }
}

/// Whether names are spread over messages in another way.
pub fn cuts_names_otherwise(recording: &Recording) -> bool {
    recording.number() == 13
}

fn same_names(recording: &Recording, wanted: &[Text], got: &[Text]) -> bool {
    if cuts_names_otherwise(recording) {
        return got.iter().all(|name| wanted.contains(name));
    }
    let sorted = |names: &[Text]| {
        let mut names: Vec<Vec<u8>> = names.iter().map(|name| name.as_bytes().to_vec()).collect();
        names.sort();
        names
    };
    sorted(wanted) == sorted(got)
}

/// JSON in JSON values may be written in other ways.
fn same_content(wanted: Option<&InfoTable>, got: Option<&InfoTable>) -> bool {
    let parsed = |table: &InfoTable| {
        let mut table = table.clone();
        for value in table.rows.iter_mut().flatten() {
            if let Value::Text(BaseType::JSON, text) = value {
                if let Ok(json) = serde_json::from_slice::<serde_json::Value>(text.as_bytes()) {
                    *text = sorted(json).to_string().into();
                }
            }
        }
        table
    };
    wanted.map(parsed) == got.map(parsed)
}

/// With the members of objects in one order.
fn sorted(json: serde_json::Value) -> serde_json::Value {
    match json {
        serde_json::Value::Object(members) => {
            let mut members: Vec<_> = members.into_iter().map(|(name, value)| (name, sorted(value))).collect();
            members.sort_by(|one, other| one.0.cmp(&other.0));
            members.into_iter().collect()
        }
        serde_json::Value::Array(elements) => elements.into_iter().map(sorted).collect(),
        serde_json::Value::Number(number) => number.as_f64().into(),
        other => other,
    }
}

/// Whether a push may have more values than the recorded one: those that were refused before stay queued.
fn keeps_refused_values(recording: &Recording, wanted: &Message) -> bool {
    recording.number() == 5 && request_for(wanted, UPDATE_SERVICE).is_some()
}

/// Whether the values end with the wanted ones, and only values that were pushed before are in front of them.
fn repeats(wanted: &[Row], got: &[Row], pushed: &[Row]) -> bool {
    got.strip_suffix(wanted).is_some_and(|repeated| repeated.iter().all(|row| pushed.contains(row)))
}

/// The values of a push.
pub fn pushed(message: &Message) -> Vec<Row> {
    let params = request_for(message, UPDATE_SERVICE).and_then(|request| request.params.as_ref());
    match params.and_then(|params| params.get(0, b"values")) {
        Some(Value::InfoTable(values)) => values.rows.clone(),
        _ => Vec::new(),
    }
}

/// What is done about a message that was not recorded.
pub enum Tolerance {
    /// It is a fault.
    None,
    /// It is an answer that may come.
    Ignore,
    /// It is answered with this.
    Answer(MessageCode, Option<InfoTable>),
}

/// How far synchronizations come before the program goes on is a matter of speed in some sessions; refused values are pushed again in
/// another one, and a refused BIND is repeated.
pub fn tolerance(recording: &Recording, message: &Message) -> Tolerance {
    let synchronizes = matches!(recording.number(), 13 | 33 | 34);
    match message.header.code {
        MessageCode::SUCCESS if synchronizes => Tolerance::Ignore,
        _ if synchronizes && steps::asks_for_subscriptions(message).is_some() => {
            Tolerance::Answer(MessageCode::SUCCESS, Some(subscriptions(recording)))
        }
        MessageCode::BIND | MessageCode::UNBIND if cuts_names_otherwise(recording) => {
            Tolerance::Answer(MessageCode::SUCCESS, None)
        }
        _ if recording.number() == 5 && request_for(message, UPDATE_SERVICE).is_some() => {
            Tolerance::Answer(MessageCode::INTERNAL_SERVER_ERROR, None)
        }
        MessageCode::BIND if recording.number() == 22 => Tolerance::Answer(MessageCode::NOT_FOUND, None),
        _ => Tolerance::None,
    }
}

/// A subscription table of the recording.
fn subscriptions(recording: &Recording) -> InfoTable {
    let tables = recording.messages(false).filter_map(|message| match &message.body {
        Body::Response(Response { content: Some(content), .. }) => Some(content),
        _ => None,
    });
    let mut tables = tables.filter(|table| table.shape.position(b"pushType").is_some());
    tables.next().cloned().unwrap_or_default()
}
