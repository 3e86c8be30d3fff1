//! The program of a recording, run on our client.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value as Json, json};
use twedge::client::{BindError, Client};
use twedge::connection::{AppKey, ConnectOptions, Endpoint, Outcome, RequestError, RequestOptions, Settings};
use twedge::model::{InfoTable, Text};
use twedge::things::{DefaultServices, PropertyValue, PushError, UPDATE_SERVICE, update_parameters};
use twedge::wire::{Characteristic, EntityType, Gateway, MessageCode, Request};

use super::progress::Progress;
use super::recording::Recording;
use super::support::Server;
use super::{differences, fixture, notation, proxy};

/// The key of all recordings but those that name another one.
pub const APP_KEY: &str = "0f8fad5b-d9cb-469f-a165-70867728950e";

/// Functions of the C interface that were called, with their results.
pub type Results = Vec<(&'static str, u16)>;

fn milliseconds(json: &Json) -> Option<Duration> {
    json.as_u64().map(Duration::from_millis)
}

pub fn client(recording: &Recording, server: &Server) -> Client {
    let given = &recording.settings;
    let recorded = Settings {
        message_timeout: Duration::from_secs(3),
        connect_retry_interval: Duration::from_millis(100),
        max_connect_delay: Duration::from_millis(100),
        auto_reconnect: false,
        ..Settings::default()
    };
    let size = |name: &str| given[name].as_u64().and_then(|size| usize::try_from(size).ok());
    let settings = Settings {
        max_message_size: size("maxMessageSize").unwrap_or(recorded.max_message_size),
        message_chunk_size: size("messageChunkSize").unwrap_or(recorded.message_chunk_size),
        ping_rate: milliseconds(&given["pingRateMs"]).unwrap_or(recorded.ping_rate),
        pong_timeout: milliseconds(&given["pongTimeoutMs"]).unwrap_or(recorded.pong_timeout),
        auto_reconnect: given["autoReconnect"] == true,
        ..recorded
    };
    let direct = Endpoint::new("127.0.0.1", server.port());
    let endpoint = Endpoint {
        compression: given["webSocketCompression"] == true,
        max_frame_size: u16::try_from(settings.message_chunk_size).unwrap(),
        ..proxy::endpoint(recording, server.port()).unwrap_or(direct)
    };
    let key = given["appKey"].as_str().unwrap_or(APP_KEY).to_owned();
    Client::new(endpoint, differences::settings(recording, settings), move || AppKey::new(key.clone().into_bytes()))
}

/// Runs the program to its end.
pub fn run(recording: &Recording, client: Client, progress: &Progress) -> Results {
    let program = Program {
        recording,
        client: &client,
        progress,
        waited_for: Arc::default(),
        timeout: Cell::new(None),
        results: Vec::new(),
    };
    program.run()
}

struct Program<'a> {
    recording: &'a Recording,
    client: &'a Client,
    progress: &'a Progress,
    /// Asynchronous requests whose outcome has not come.
    waited_for: Arc<AtomicUsize>,
    /// Time-out of requests that do not bring their own.
    timeout: Cell<Option<Duration>>,
    results: Results,
}

impl Program<'_> {
    fn run(mut self) -> Results {
        for step in &self.recording.program {
            if let Some((function, result)) = self.step(step) {
                self.results.push((function, result));
            }
        }
        self.results
    }

    fn step(&self, step: &Json) -> Option<(&'static str, u16)> {
        let text = |name: &str| step[name].as_str().unwrap_or_else(|| panic!("no {name} in {step}"));
        let connection = self.client.connection();
        Some(match text("do") {
            "register" => {
                fixture::register(self.client, text("thing"));
                return None;
            }
            "gateway" => {
                connection.set_gateway(Some(Gateway { name: text("name").into(), gateway_type: text("type").into() }));
                return None;
            }
            "bind" => ("twApi_BindThing", of_bind(self.client.bind(text("thing"), DefaultServices::All))),
            "unbind" => ("twApi_UnbindThing", of_request(self.client.unbind(text("thing")))),
            "connect" => ("twApi_Connect", self.connect(step)),
            "disconnect" => {
                self.client.disconnect(text("reason"));
                ("twApi_Disconnect", 0)
            }
            "delete" => {
                connection.shut_down();
                return None;
            }
            "run" => {
                self.lend();
                return None;
            }
            "set" => {
                self.set(step);
                return None;
            }
            "push" => ("twApi_PushSubscribedProperties", of_push(self.client.push(Some(&text("thing").into())))),
            "pushList" => ("twApi_PushProperties", self.push_list(step)),
            "read" => {
                let request = request(step, Characteristic::PROPERTIES, text("property"), None);
                ("twApi_ReadProperty", self.request(step, MessageCode::GET, request))
            }
            "write" => {
                let value = notation::value(&step["value"]).unwrap();
                let params = InfoTable::single(text("property"), value);
                let request = request(step, Characteristic::PROPERTIES, text("property"), Some(params));
                ("twApi_WriteProperty", self.request(step, MessageCode::PUT, request))
            }
            "invoke" => {
                let request = request(step, Characteristic::SERVICES, text("service"), params(step));
                ("twApi_InvokeService", self.request(step, MessageCode::POST, request))
            }
            "invokeAsync" => ("twApi_InvokeServiceAsync", self.invoke_async(step)),
            "event" => {
                let request = request(step, Characteristic::EVENTS, text("event"), params(step));
                ("twApi_FireEvent", self.request(step, MessageCode::POST, request))
            }
            "ping" => ("twApi_SendPing", of_request(connection.ping(step["text"].as_str().map(str::as_bytes)))),
            "dutyCycle" => {
                let percent = step["percent"].as_u64().and_then(|percent| u8::try_from(percent).ok());
                connection.set_settings(Settings {
                    duty_cycle: percent.expect("percent"),
                    duty_cycle_period: milliseconds(&step["periodMs"]).expect("periodMs"),
                    ..connection.settings()
                });
                return None;
            }
            "requestTimeout" => {
                self.timeout.set(milliseconds(&step["ms"]));
                return None;
            }
            other => panic!("unknown step {other}"),
        })
    }

    fn connect(&self, step: &Json) -> u16 {
        let retries = step["retries"].as_i64().and_then(|retries| i32::try_from(retries).ok()).expect("retries");
        let timeout = milliseconds(&step["timeoutMs"]).expect("timeoutMs");
        let timeout = differences::connect_timeout(self.recording).unwrap_or(timeout);
        self.client.connect(ConnectOptions { timeout, retries }).map_or_else(|error| error.result(), |()| 0)
    }

    /// Serves and ticks until the script waits for what comes next in the program.
    fn lend(&self) {
        let answered = differences::waits_for_asynchronous_answers(self.recording);
        let pending = || answered && self.waited_for.load(Ordering::SeqCst) > 0;
        self.client.run(&|| pending() || !self.progress.is_due());
    }

    fn set(&self, step: &Json) {
        let thing = step["thing"].as_str().expect("thing");
        let taken = self.client.set(thing, property_value(step), step["fold"] == true);
        if taken.is_ok() && step["push"] == true {
            // Where the platform refuses the values the script sees it.
            let _ = self.client.push(Some(&thing.into()));
        }
    }

    fn push_list(&self, step: &Json) -> u16 {
        let values: Vec<PropertyValue> =
            step["values"].as_array().expect("values").iter().map(property_value).collect();
        let step = json!({"entityType": "THING", "entity": step["thing"]});
        let request = request(&step, Characteristic::SERVICES, UPDATE_SERVICE, Some(update_parameters(&values)));
        self.request(&step, MessageCode::POST, request)
    }

    fn options(&self, step: &Json) -> RequestOptions {
        let timeout = milliseconds(&step["timeoutMs"]).or(self.timeout.get());
        RequestOptions { timeout, force_connect: step["forceConnect"] == true, ..RequestOptions::default() }
    }

    fn request(&self, step: &Json, method: MessageCode, request: Request) -> u16 {
        of_outcome(self.client.connection().request(method, request, self.options(step)))
    }

    /// Returns when the server has the request.
    fn invoke_async(&self, step: &Json) -> u16 {
        let request = request(step, Characteristic::SERVICES, step["service"].as_str().expect("service"), params(step));
        let place = self.progress.wait_due();
        let waited_for = Arc::clone(&self.waited_for);
        waited_for.fetch_add(1, Ordering::SeqCst);
        let connection = self.client.connection().clone().downgrade();
        let done = Box::new(move |_, _: Outcome| {
            waited_for.fetch_sub(1, Ordering::SeqCst);
            connection.upgrade().iter().for_each(|connection| connection.wake_pumps());
        });
        let sent = self.client.connection().request_async(MessageCode::POST, request, self.options(step), done);
        self.progress.wait_past(place);
        of_request(sent.map(drop))
    }
}

fn params(step: &Json) -> Option<InfoTable> {
    let mut params = step["params"].clone();
    fill_patterns(&mut params);
    notation::optional_table(&params).unwrap()
}

/// Replaces the patterns of BLOB values by their bytes.
fn fill_patterns(json: &mut Json) {
    if let (Some(pattern), Some(count)) = (json["pattern"].as_str(), json["count"].as_u64()) {
        let bytes: Vec<u8> = match pattern {
            "mod251" => (0..count).map(|index| (index % 251) as u8).collect(),
            "xorshift" => xorshift().take(count as usize).collect(),
            other => panic!("unknown pattern {other}"),
        };
        *json = json!({"t": json["t"], "hex": notation::to_hex(&bytes)});
        return;
    }
    match json {
        Json::Array(elements) => elements.iter_mut().for_each(fill_patterns),
        Json::Object(members) => members.values_mut().for_each(fill_patterns),
        _ => {}
    }
}

fn xorshift() -> impl Iterator<Item = u8> {
    let mut x = 2_463_534_242_u32;
    std::iter::repeat_with(move || {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        x as u8
    })
}

fn property_value(json: &Json) -> PropertyValue {
    let text = |name: &str| json[name].as_str().map(Text::from);
    let time = notation::unsigned(json, "ms").unwrap() as i64;
    let value = PropertyValue::new(text("property").expect("property"), notation::value(&json["value"]).unwrap(), time);
    PropertyValue { quality: text("quality").unwrap_or(PropertyValue::GOOD.into()), ..value }
}

fn request(step: &Json, characteristic: Characteristic, name: &str, params: Option<InfoTable>) -> Request {
    let entity_type = match step["entityType"].as_str() {
        Some("THING") => EntityType::THING,
        Some("RESOURCE") => EntityType::RESOURCE,
        other => panic!("unknown entity type {other:?}"),
    };
    let entity = step["entity"].as_str().expect("entity").into();
    Request { entity_type, entity, characteristic, name: name.into(), headers: Vec::new(), params }
}

fn of_request(outcome: Result<(), RequestError>) -> u16 {
    outcome.map_or_else(|error| error.result(), |()| 0)
}

fn of_outcome(outcome: Outcome) -> u16 {
    of_request(outcome.and_then(|answer| answer.success()).map(drop))
}

fn of_bind(outcome: Result<(), BindError>) -> u16 {
    match outcome {
        Ok(()) => 0,
        Err(BindError::Request { error, .. }) => error.result(),
        Err(error) => panic!("{error}"),
    }
}

fn of_push(outcome: Result<(), PushError>) -> u16 {
    match outcome {
        Ok(()) => 0,
        Err(PushError::Update { error, .. }) => error.result(),
        Err(error) => panic!("{error}"),
    }
}

/// Compares with the results in the log of the recording, for the functions of which it has all.
pub fn check_results(recording: &Recording, results: &Results) {
    for function in [
        "BindThing",
        "UnbindThing",
        "Connect",
        "ReadProperty",
        "WriteProperty",
        "InvokeService",
        "FireEvent",
        "PushSubscribedProperties",
        "PushProperties",
        "InvokeServiceAsync",
        "SendPing",
    ] {
        let name = format!("twApi_{function}");
        let line = format!("{name} -> ");
        let logged: Vec<u16> = recording.log.iter().filter_map(|text| text.strip_prefix(&line)?.parse().ok()).collect();
        let got: Vec<u16> = results.iter().filter(|(called, _)| *called == name).map(|(_, result)| *result).collect();
        if logged.len() == got.len() && !differences::has_other_results(recording) {
            assert_eq!(got, logged, "{}: results of {name}", recording.name);
        }
    }
}
