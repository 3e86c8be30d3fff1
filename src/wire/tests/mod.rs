mod assemble;
mod describe;
mod round_trip;
mod split;
mod values;

use super::{Body, Characteristic, EntityType, Header, Message, MessageCode, Request, Response};
use crate::model::{InfoTable, Text, Value};

fn request(entity: impl Into<Text>, params: Option<InfoTable>) -> Message {
    let body = Body::Request(Request {
        entity_type: EntityType::THING,
        entity: entity.into(),
        characteristic: Characteristic::SERVICES,
        name: "S".into(),
        headers: Vec::new(),
        params,
    });
    Message { header: Header::new(MessageCode::POST, 7, 0x1122_3344), body }
}

fn response(content: Option<InfoTable>) -> Message {
    let header = Header::new(MessageCode::POST, 7, 0).answer(MessageCode::SUCCESS, 0x1122_3344);
    Message { header, body: Body::Response(Response { reason: None, content }) }
}

/// A table of one BLOB of that size.
fn blob(len: usize) -> Option<InfoTable> {
    Some(InfoTable::single("d", Value::blob((0..len).map(|index| index as u8).collect::<Vec<_>>())))
}
