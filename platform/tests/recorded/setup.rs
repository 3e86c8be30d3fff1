//! A platform that is to answer as the recorded one did.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use twedge::model::{BaseType, InfoTable, Text, Value};
use twedge::net::websocket::frame::Opcode;
use twedge::wire::{Body, Characteristic, EntityType, Message, MessageCode, Packet, Request, Response, decode};
use twedge_platform::{
    Action, Answer, AskMetadata, Fault, Notify, Platform, Point, PropertyDefinition, PushType, ThingDefinition,
};

use crate::recording::{Event, Kind, Recording, request_for};

/// Time for the request of a connection, for recordings in which it never comes.
const UPGRADE_LIMIT: Duration = Duration::from_millis(500);
/// An answer that the device does not wait for comes so much later.
const LATE: Duration = Duration::from_millis(50);

/// Connections on which no request comes, or not all of it.
pub fn is_silent(event: &Event) -> bool {
    matches!(event.kind, Kind::Tcp) && event.from_client && event.note.contains("nothing")
}

pub fn platform(recording: &Recording) -> Platform {
    let silent = recording.events.iter().any(is_silent);
    let notified_first = position(recording, |message| request_for(message, "NotifyPropertyUpdate").is_some());
    let bind_answered = recording
        .events
        .iter()
        .find(|event| event.message().is_some_and(|message| message.header.code == MessageCode::BIND))
        .and_then(|bind| recording.answer_to(bind))
        .and_then(|answer| position(recording, |message| message == answer));
    let mut builder = Platform::builder()
        .app_key(&app_key(recording), "Administrator")
        .timers(|timers| {
            timers.upgrade = if silent { UPGRADE_LIMIT } else { timers.upgrade };
            timers.ping = None;
        })
        .switches(|switches| {
            switches.metadata = AskMetadata::OnCommand;
            if notified_first < bind_answered {
                switches.notify = Notify::BeforeBindAnswer;
            }
            let synchronize = |message| request_for(message, "SynchronizeModelState").is_some();
            switches.synchronize_model_state = recording.messages(false).any(synchronize);
            switches.chunk_size = chunk_size(recording).unwrap_or(switches.chunk_size);
        });
    for thing in things(recording) {
        builder = builder.thing(thing);
    }
    let platform = builder.start_blocking().unwrap();
    set_answers(&platform, recording);
    if recording.events.iter().any(|event| event.note.contains("silent on purpose")) {
        platform.inject(Fault::always(Point::Ping, Action::Lose));
    }
    platform
}

fn position(recording: &Recording, wanted: impl Fn(&Message) -> bool) -> Option<usize> {
    recording.events.iter().position(|event| event.message().is_some_and(&wanted))
}

fn app_key(recording: &Recording) -> String {
    let claimed = recording.messages(true).find_map(|message| match &message.body {
        Body::Auth { claims } => Some(claims.first()?.1.to_string()),
        _ => None,
    });
    claimed.or_else(|| recording.settings["appKey"].as_str().map(str::to_owned)).expect("an application key")
}

/// The size field of the chunks that the recorded platform sent.
fn chunk_size(recording: &Recording) -> Option<u16> {
    let packets = recording.events.iter().filter(|event| !event.from_client).filter_map(|event| event.frame());
    packets.filter_map(|frame| frame.packet.as_ref()).find_map(|packet| match decode(packet) {
        Ok(Packet::Chunk(chunk)) => Some(chunk.size),
        _ => None,
    })
}

/// The things that are bound, with the properties that their subscription tables name.
fn things(recording: &Recording) -> Vec<ThingDefinition> {
    let mut tables: HashMap<Text, Option<&InfoTable>> = HashMap::new();
    for event in &recording.events {
        match event.message().map(|message| &message.body) {
            Some(Body::Bind { names, .. }) if event.from_client => {
                for name in names {
                    tables.entry(name.clone()).or_default();
                }
            }
            Some(Body::Request(request)) if request.name == "GetPropertySubscriptions" => {
                let answer = recording.answer_to(event).and_then(content);
                tables.insert(request.entity.clone(), answer);
            }
            _ => {}
        }
    }
    tables.into_iter().map(|(name, table)| thing(recording, &name, table)).collect()
}

fn thing(recording: &Recording, name: &Text, table: Option<&InfoTable>) -> ThingDefinition {
    let mut thing = match name.to_string_lossy().strip_prefix('*') {
        Some(identifier) => ThingDefinition::new(format!("Thing of {identifier}")).identifier(identifier),
        None => ThingDefinition::new(name.clone()),
    };
    for row in table.iter().flat_map(|table| &table.rows) {
        let [property, push_type, threshold] = row.as_slice() else { panic!("a subscription has three columns") };
        let property = property.as_text().expect("a name");
        let push_type = push_type.as_text().and_then(Text::as_str).and_then(PushType::from_name).expect("a push type");
        let base_type = if *property == "Name" { BaseType::STRING } else { BaseType::NUMBER };
        let mut definition =
            PropertyDefinition::new(base_type).pushed(push_type, threshold.as_number().expect("a threshold"));
        definition.value = value_read(recording, name, property);
        thing = thing.property(property.clone(), definition);
    }
    thing
}

/// The value that the device is told when it reads a property.
fn value_read(recording: &Recording, thing: &Text, property: &Text) -> Option<Value> {
    let read = recording.events.iter().find(|event| {
        event.from_client
            && event.message().is_some_and(|message| match &message.body {
                Body::Request(request) => {
                    message.header.code == MessageCode::GET && (&request.entity, &request.name) == (thing, property)
                }
                _ => false,
            })
    })?;
    content(recording.answer_to(read)?)?.get(0, property.as_bytes()).cloned()
}

fn content(message: &Message) -> Option<&InfoTable> {
    match &message.body {
        Body::Response(response) => response.content.as_ref(),
        _ => None,
    }
}

/// Stubs for the services with a result, faults for what is refused.
fn set_answers(platform: &Platform, recording: &Recording) {
    let mut results: HashMap<(Text, Text), Vec<Answer>> = HashMap::new();
    for event in recording.events.iter().filter(|event| event.from_client) {
        let Some(message) = event.message().filter(|message| !message.header.code.is_response()) else { continue };
        let Some(answer) = recording.answer_to(event) else { continue };
        let Body::Response(Response { reason, content }) = &answer.body else { continue };
        let code = answer.header.code;
        // What the platform does not know it refuses without being told to.
        let unknown = code == MessageCode::NOT_FOUND && message.header.code != MessageCode::BIND;
        match (point(message), &message.body) {
            (Some(point), _) if code != MessageCode::SUCCESS && !unknown => {
                let reason = reason.as_ref().map(Text::to_string);
                platform.inject(Fault::once(point, Action::Answer(code, reason)));
            }
            (Some(Point::Service(service)), Body::Request(request))
                if !unknown && request.entity_type == EntityType::THING =>
            {
                if is_late(recording, answer) {
                    platform.inject(Fault::once(Point::Service(service), Action::Delay(LATE)));
                }
                let answer = Answer { code, reason: reason.clone(), content: content.clone() };
                results.entry((request.entity.clone(), request.name.clone())).or_default().push(answer);
            }
            _ => {}
        }
    }
    for ((entity, service), answers) in results {
        let answers = Mutex::new(answers.into_iter());
        let next = move |_: &twedge_platform::ServiceCall| answers.lock().unwrap().next().expect("one call more");
        platform.stub_thing(&entity.to_string_lossy(), &service.to_string_lossy(), next);
    }
}

fn is_late(recording: &Recording, answer: &Message) -> bool {
    recording.events.iter().any(|event| event.note == "late answer" && event.message() == Some(answer))
}

/// Where a message of the device can be refused; `None` for what the platform answers of itself.
fn point(message: &Message) -> Option<Point> {
    let Request { characteristic, name, .. } = match &message.body {
        Body::Auth { .. } => return Some(Point::Auth),
        Body::Bind { .. } if message.header.code == MessageCode::BIND => return Some(Point::Bind),
        Body::Bind { .. } => return Some(Point::Unbind),
        Body::Request(request) => request,
        Body::Response(_) => return None,
    };
    let text = name.to_string_lossy().into_owned();
    match *characteristic {
        Characteristic::PROPERTIES if message.header.code == MessageCode::PUT => Some(Point::Write(text)),
        Characteristic::PROPERTIES => Some(Point::Read(text)),
        Characteristic::EVENTS => Some(Point::Event(text)),
        _ if *name == "GetPropertySubscriptions" => None,
        _ if *name == "UpdateSubscribedPropertyValues" => Some(Point::Push),
        _ => Some(Point::Service(text)),
    }
}

/// Whether a recorded connection is compressed.
pub fn is_compressed(recording: &Recording, connection: u64) -> bool {
    let mut answers = recording.events.iter().filter(|event| event.connection == connection && !event.from_client);
    answers.any(|event| matches!(event.kind, Kind::Http(_)) && event.text().contains("permessage-deflate"))
}

/// Whether a recorded frame of the device is a close.
pub fn is_close(event: &Event) -> bool {
    event.from_client && event.is_frame(Opcode::Close)
}
