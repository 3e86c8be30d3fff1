//! messages.json: whole messages, cut in chunks where they have to be, in both directions.

use super::notation::{check_digest, hex, optional_table, text, text_member, to_hex, unsigned, unsigned32};
use super::{Checked, same};
use serde_json::Value as Json;
use std::time::{Duration, Instant};
use twedge::model::Text;
use twedge::wire::{
    Assembler, AssemblerLimits, Body, Characteristic, Cut, EntityType, Gateway, Header, Message, MessageCode,
    NO_SESSION, Received, Request, Response, bind_parts, encode, encode_body, encode_with_body,
};

pub fn check(vector: &Json) -> Checked {
    match (text_member(vector, "direction")?, text_member(vector, "kind")?) {
        ("client-to-server", kind) => check_sent(vector, kind)?,
        ("server-to-client", "decode") => check_received(vector)?,
        (direction, kind) => return Err(format!("unknown kind {kind} {direction}")),
    }
    Ok(true)
}

fn check_sent(vector: &Json, kind: &str) -> Result<(), String> {
    let message = message(vector, kind)?;
    let cut = Cut {
        chunk_size: u16::try_from(unsigned(vector, "chunkSize")?).map_err(|_| "chunk size above 16 bits")?,
        deflate: vector["permessageDeflate"] == true,
        ..Cut::default()
    };
    let sent = encode(&message, &cut).map_err(|error| error.to_string())?;
    compare(vector, &sent)?;
    let body = encode_body(message.header.code, &message.body).map_err(|error| error.to_string())?;
    let again = encode_with_body(&message.header, &body, &cut).map_err(|error| error.to_string())?;
    same("messages made of the encoded body", &again, &sent)?;

    // What was sent can be read by our own other end, and so can the recorded bytes, which are the same.
    let (received, last) = receive(&sent)?;
    same("message that completes the set", last, sent.len() - 1)?;
    same("message received", &received.message, &message)?;
    same("trailing bytes", received.trailing, 0)?;
    if let Body::Bind { gateway, names } = &message.body {
        check_parts(&message.header, gateway.as_ref(), names, &cut, sent.len())?;
    }
    Ok(())
}

/// A client sends several small BINDs where the original sent chunks.
fn check_parts(
    header: &Header,
    gateway: Option<&Gateway>,
    names: &[Text],
    cut: &Cut,
    recorded: usize,
) -> Result<(), String> {
    let parts = bind_parts(gateway, names, cut).map_err(|error| error.to_string())?;
    same("names in all parts", parts.concat(), names.to_vec())?;
    for part in &parts {
        let body = Body::Bind { gateway: gateway.cloned(), names: part.to_vec() };
        let sent = encode(&Message { header: *header, body }, cut).map_err(|error| error.to_string())?;
        same("messages for a part", sent.len(), 1)?;
        // A body counts with 21 bytes: the header and the chunk information that it would have (protocol.md 4.6).
        let size = sent.first().map_or(0, Vec::len) + 6;
        if size > usize::from(cut.chunk_size) {
            return Err(format!("a part counts {size} bytes"));
        }
    }
    if recorded == 1 { same("parts", parts.len(), 1) } else { Ok(()) }
}

fn message(vector: &Json, kind: &str) -> Result<Message, String> {
    let inputs = &vector["inputs"];
    let (code, body) = match kind {
        "auth" => (MessageCode::AUTH, Body::Auth { claims: pairs(&inputs["claims"])? }),
        "bind" | "multipart-bind" => (MessageCode::BIND, bind(vector)?),
        "unbind" | "multipart-unbind" => (MessageCode::UNBIND, bind(vector)?),
        "request-property-read"
        | "request-property-write"
        | "request-service"
        | "request-event"
        | "request-other"
        | "multipart-request" => (code(text_member(inputs, "method")?)?, request(inputs)?),
        "response" | "multipart-response" => (code(text_member(inputs, "code")?)?, response(inputs)?),
        kind => return Err(format!("unknown kind {kind}")),
    };
    let session_id = if code == MessageCode::AUTH { NO_SESSION } else { unsigned32(vector, "sessionId")? };
    let (request_id, endpoint_id) = (unsigned32(vector, "requestId")?, unsigned32(vector, "endpointId")?);
    let header = if code.is_response() {
        let asked = Header {
            endpoint_id: unsigned32(inputs, "answersEndpointId")?,
            ..Header::new(MessageCode::POST, unsigned32(inputs, "answersRequestId")?, NO_SESSION)
        };
        asked.answer(code, session_id)
    } else {
        Header::new(code, request_id, session_id)
    };
    same("request id", header.request_id, request_id)?;
    same("endpoint id", header.endpoint_id, endpoint_id)?;
    Ok(Message { header, body })
}

fn pairs(json: &Json) -> Result<Vec<(Text, Text)>, String> {
    let pairs = json.as_array().map_or(&[][..], Vec::as_slice);
    pairs.iter().map(|pair| Ok((text(&pair[0])?, text(&pair[1])?))).collect()
}

fn names(json: &Json) -> Result<Vec<Text>, String> {
    json.as_array().ok_or("no list of names")?.iter().map(text).collect()
}

fn gateway(json: &Json) -> Result<Option<Gateway>, String> {
    if json.is_null() {
        return Ok(None);
    }
    Ok(Some(Gateway { name: text(&json["name"])?, gateway_type: text(&json["type"])? }))
}

fn bind(vector: &Json) -> Result<Body, String> {
    Ok(Body::Bind { gateway: gateway(&vector["gateway"])?, names: names(&vector["inputs"]["names"])? })
}

fn request(inputs: &Json) -> Result<Body, String> {
    Ok(Body::Request(Request {
        entity_type: entity_type(text_member(inputs, "entityType")?)?,
        entity: text(&inputs["entityName"])?,
        characteristic: characteristic(text_member(inputs, "characteristic")?)?,
        name: text(&inputs["characteristicName"])?,
        headers: pairs(&inputs["headers"])?,
        params: optional_table(&inputs["params"])?,
    }))
}

fn optional_text(json: &Json) -> Result<Option<Text>, String> {
    if json.is_null() { Ok(None) } else { text(json).map(Some) }
}

fn response(inputs: &Json) -> Result<Body, String> {
    let content = optional_table(&inputs["content"])?;
    Ok(Body::Response(Response { reason: optional_text(&inputs["reason"])?, content }))
}

fn code(name: &str) -> Result<MessageCode, String> {
    let code = (0..=u8::MAX).map(MessageCode).find(|code| code.name() == Some(name));
    code.ok_or_else(|| format!("unknown code {name}"))
}

fn entity_type(name: &str) -> Result<EntityType, String> {
    let entity_type = (0..=u8::MAX).map(EntityType).find(|entity_type| entity_type.name() == Some(name));
    entity_type.ok_or_else(|| format!("unknown entity type {name}"))
}

fn characteristic(name: &str) -> Result<Characteristic, String> {
    let found = (0..=u8::MAX).map(Characteristic).find(|characteristic| characteristic.name() == Some(name));
    found.ok_or_else(|| format!("unknown characteristic {name}"))
}

fn compare(vector: &Json, sent: &[Vec<u8>]) -> Result<(), String> {
    if let Some(messages) = vector["messages"].as_array() {
        let wanted: Vec<&str> = messages.iter().filter_map(Json::as_str).collect();
        same("number of messages", sent.len(), wanted.len())?;
        let mut pairs = sent.iter().zip(wanted).enumerate();
        return pairs
            .try_for_each(|(index, (got, wanted))| same(&format!("message {index}"), to_hex(got), wanted.to_owned()));
    }
    let digests = vector["messagesDigest"].as_array().ok_or("no messages to compare with")?;
    same("number of messages", sent.len(), digests.len())?;
    let mut pairs = sent.iter().zip(digests).enumerate();
    pairs.try_for_each(|(index, (got, wanted))| {
        check_digest(&format!("message {index}"), got, &wanted["len"], &wanted["sha256"], &wanted["head"])
    })
}

pub fn assembler() -> Assembler {
    Assembler::new(AssemblerLimits::device(1 << 20, Duration::from_secs(50)))
}

/// Feeds messages that make up one; returns it with the index of the message that completed it.
fn receive(messages: &[Vec<u8>]) -> Result<(Received, usize), String> {
    let mut assembler = assembler();
    let mut whole = None;
    for (index, bytes) in messages.iter().enumerate() {
        let received = assembler.receive(bytes, Instant::now()).map_err(|error| error.to_string())?;
        if let Some(received) = received {
            if whole.replace((received, index)).is_some() {
                return Err("more than one message".into());
            }
        }
    }
    whole.ok_or_else(|| "no complete message".into())
}

fn check_received(vector: &Json) -> Result<(), String> {
    let list = vector["messages"].as_array().ok_or("no messages")?;
    let fed: Vec<Vec<u8>> = list.iter().map(|bytes| hex(bytes.as_str().ok_or("no hex")?)).collect::<Result<_, _>>()?;
    let (received, _) = receive(&fed)?;
    let meaning = &vector["meaning"];
    check_header(&received.message.header, meaning)?;
    let trailing = meaning["trailing"].as_str().map_or(0, |bytes| bytes.len() / 2);
    same("trailing bytes", received.trailing, trailing)?;
    check_body(&received.message.body, meaning)
}

fn check_header(header: &Header, meaning: &Json) -> Result<(), String> {
    same("version", Some(u64::from(header.version)), meaning["version"].as_u64())?;
    same("code", Some(u64::from(header.code.0)), meaning["codeByte"].as_u64())?;
    if let (Some(name), Some(wanted)) = (header.code.name(), meaning["code"].as_str()) {
        same("name of the code", name, wanted)?;
    }
    same("request id", header.request_id, unsigned32(meaning, "requestId")?)?;
    same("endpoint id", header.endpoint_id, unsigned32(meaning, "endpointId")?)?;
    same("session id", header.session_id, unsigned32(meaning, "sessionId")?)
}

fn check_body(body: &Body, meaning: &Json) -> Result<(), String> {
    let wanted = match body {
        Body::Auth { .. } => Body::Auth { claims: pairs(&meaning["claims"])? },
        Body::Bind { .. } => Body::Bind { gateway: gateway(&meaning["gateway"])?, names: names(&meaning["names"])? },
        Body::Request(_) => {
            check_table_type(&meaning["paramsType"], &meaning["params"])?;
            request(meaning)?
        }
        Body::Response(_) => {
            check_table_type(&meaning["contentType"], &meaning["content"])?;
            response(meaning)?
        }
    };
    // Through bytes, so that doubles are compared by bits. The code only has to suit the body.
    let bytes = |body: &Body| {
        let code = match body {
            Body::Auth { .. } => MessageCode::AUTH,
            Body::Bind { .. } => MessageCode::BIND,
            Body::Request(_) => MessageCode::POST,
            Body::Response(_) => MessageCode::SUCCESS,
        };
        encode_body(code, body).map_err(|error| error.to_string())
    };
    same("body", to_hex(&bytes(body)?), to_hex(&bytes(&wanted)?))
}

/// Only the type INFOTABLE has a table behind it.
fn check_table_type(type_name: &Json, table: &Json) -> Result<(), String> {
    match type_name.as_str() {
        Some(name) => same("a table in the meaning", !table.is_null(), name == "INFOTABLE"),
        None => Ok(()),
    }
}
