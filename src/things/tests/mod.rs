//! Tests of the registry: registration, dispatch, answers, metadata.

mod dispatch;
mod metadata;
mod registration;

use std::sync::Arc;

use super::{PropertyHandler, Registry, ServiceHandler};
use crate::connection::{Incoming, Reply};
use crate::model::{InfoTable, Text, Value};
use crate::wire::{Characteristic, EntityType, Header, MessageCode, Request};

/// Answers with its own name, so that a test sees who was called.
struct Named(&'static str);

impl ServiceHandler for Named {
    fn call(&self, _call: &Incoming) -> Reply {
        Reply::content(InfoTable::single("result", Value::string(self.0)))
    }
}

impl PropertyHandler for Named {
    fn read(&self, _call: &Incoming) -> Reply {
        Reply::content(InfoTable::single("result", Value::string(self.0)))
    }

    fn write(&self, _call: &Incoming, params: &InfoTable) -> Reply {
        Reply { content: Some(params.clone()), ..Reply::code(MessageCode::FORBIDDEN) }
    }
}

fn named(name: &'static str) -> Arc<Named> {
    Arc::new(Named(name))
}

fn incoming(code: MessageCode, characteristic: Characteristic, thing: &str, name: &str) -> Incoming {
    let request = Request {
        entity_type: EntityType::THING,
        entity: thing.into(),
        characteristic,
        name: name.into(),
        headers: Vec::new(),
        params: None,
    };
    Incoming { header: Header::new(code, 7, 1), request, link: 1 }
}

/// Calls a service and returns code, reason and the text in `result`.
fn call(registry: &Registry, thing: &str, service: &str) -> (MessageCode, Option<Text>, Option<Text>) {
    let reply = registry.answer(&incoming(MessageCode::POST, Characteristic::SERVICES, thing, service)).unwrap();
    let result = reply.content.as_ref().and_then(|table| table.get(0, b"result")?.as_text().cloned());
    (reply.code, reply.reason, result)
}
