//! What a registered thing of the recordings has (`tests/vectors/README.md`, "program").

use std::sync::{Arc, Mutex};

use twedge::client::Client;
use twedge::connection::{Incoming, Reply};
use twedge::model::{BaseType, DataShape, Field, InfoTable, Text, Value};
use twedge::things::{PropertyDefinition, PropertyHandler, ServiceDefinition, ServiceHandler};
use twedge::wire::{EntityType, MessageCode};

pub fn register(client: &Client, thing: &str) {
    let registry = &client.things().registry;
    let properties = [
        ("Temperature", BaseType::NUMBER, Some("Current temperature"), "ALWAYS", Value::Number(21.5)),
        ("Limit", BaseType::NUMBER, None, "NEVER", Value::Number(300.0)),
        ("Name", BaseType::STRING, None, "VALUE", Value::string("Sensor Ä")),
    ];
    for (name, base_type, description, push_type, value) in properties {
        let definition = PropertyDefinition::new(base_type, description.map(Text::from), Some(push_type), 0.0);
        let handler = Arc::new(Property { value: Mutex::new(value), writable: name == "Limit" });
        registry.register_property(EntityType::THING, thing, name, definition, handler).unwrap();
    }
    let add = ServiceDefinition {
        description: Some("Adds two numbers".into()),
        inputs: Some(DataShape::new(vec![Field::new("a", BaseType::NUMBER), Field::new("b", BaseType::NUMBER)])),
        ..ServiceDefinition::new(BaseType::NUMBER)
    };
    registry.register_service(EntityType::THING, thing, "AddNumbers", add, Arc::new(Service(add_numbers))).unwrap();
    let services: [(&str, Function); 4] = [
        ("DoNothing", |_| Reply::code(MessageCode::SUCCESS)),
        ("GetBig", |_| Reply::content(InfoTable::single("result", Value::string("b".repeat(20_000).as_str())))),
        ("SetBig", set_big),
        ("Fail", |_| Reply {
            content: Some(InfoTable::single("reason", Value::string("sensor offline"))),
            ..Reply::code(MessageCode::INTERNAL_SERVER_ERROR)
        }),
    ];
    for (name, service) in services {
        registry.register_service_handler(EntityType::THING, thing, name, Arc::new(Service(service))).unwrap();
    }
}

struct Property {
    value: Mutex<Value>,
    writable: bool,
}

impl PropertyHandler for Property {
    fn read(&self, call: &Incoming) -> Reply {
        Reply::content(InfoTable::single(call.request.name.clone(), self.value.lock().unwrap().clone()))
    }

    fn write(&self, call: &Incoming, params: &InfoTable) -> Reply {
        if !self.writable {
            return Reply::code(MessageCode::FORBIDDEN);
        }
        match params.get(0, call.request.name.as_bytes()) {
            Some(value) => *self.value.lock().unwrap() = value.clone(),
            None => return Reply::code(MessageCode::BAD_REQUEST),
        }
        Reply::code(MessageCode::SUCCESS)
    }
}

type Function = fn(&Incoming) -> Reply;

struct Service(Function);

impl ServiceHandler for Service {
    fn call(&self, call: &Incoming) -> Reply {
        (self.0)(call)
    }
}

fn param<'a>(call: &'a Incoming, name: &str) -> Option<&'a Value> {
    call.request.params.as_ref()?.get(0, name.as_bytes())
}

fn add_numbers(call: &Incoming) -> Reply {
    let number = |name| param(call, name).and_then(Value::as_number).unwrap_or(f64::NAN);
    Reply::content(InfoTable::single("result", Value::Number(number("a") + number("b"))))
}

fn set_big(call: &Incoming) -> Reply {
    match param(call, "data") {
        Some(Value::Blob(_, data)) => {
            Reply::content(InfoTable::single("result", Value::Integer(i32::try_from(data.len()).unwrap())))
        }
        _ => Reply::code(MessageCode::BAD_REQUEST),
    }
}
