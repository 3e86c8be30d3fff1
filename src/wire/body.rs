//! Headers and bodies, both ways (protocol.md sections 3 and 4).

use super::decode::table;
use super::encode::{put_count16, put_table, put_text};
use super::error::{DecodeError, EncodeError, Problem};
use super::reader::Reader;
use super::{Body, Characteristic, EntityType, Gateway, Header, MessageCode, Request, Response};
use crate::model::{BaseType, InfoTable, Text};

/// Bytes in front of every message.
pub const HEADER_LEN: usize = 15;

/// The version that is written.
const VERSION: u8 = 1;

/// Decodes the header at the start of `bytes`. The second part tells whether chunk information follows it.
///
/// # Errors
/// Fewer than [`HEADER_LEN`] bytes.
pub fn decode_header(bytes: &[u8]) -> Result<(Header, bool), DecodeError> {
    header(&mut Reader::new(bytes))
}

pub(super) fn header(reader: &mut Reader) -> Result<(Header, bool), DecodeError> {
    const WHAT: &str = "message header";
    let version = reader.u8(WHAT)?;
    let code = MessageCode(reader.u8(WHAT)?);
    let request_id = reader.u32(WHAT)?;
    let endpoint_id = reader.u32(WHAT)?;
    let session_id = reader.u32(WHAT)?;
    let multipart = reader.u8(WHAT)? != 0;
    Ok((Header { version, code, request_id, endpoint_id, session_id }, multipart))
}

/// Appends a header. Its version is written as 1 whatever it says.
pub fn encode_header(header: &Header, multipart: bool, out: &mut Vec<u8>) {
    out.extend([VERSION, header.code.0]);
    out.extend(header.request_id.to_be_bytes());
    out.extend(header.endpoint_id.to_be_bytes());
    out.extend(header.session_id.to_be_bytes());
    out.push(u8::from(multipart));
}

/// Decodes the body of a message with that code at the start of `bytes`; returns it with the number of bytes that it takes
/// up. Bytes after it are to be ignored.
///
/// # Errors
/// Cut off or otherwise malformed, or a code that no body is known for.
pub fn decode_body(code: MessageCode, bytes: &[u8]) -> Result<(Body, usize), DecodeError> {
    let mut reader = Reader::new(bytes);
    let body = body(code, &mut reader)?;
    Ok((body, reader.consumed()))
}

pub(super) fn body(code: MessageCode, reader: &mut Reader) -> Result<Body, DecodeError> {
    match code {
        MessageCode::AUTH => auth(reader),
        MessageCode::BIND | MessageCode::UNBIND => bind(reader),
        code if code.is_request() => request(reader).map(Body::Request),
        code if code.is_response() => response(reader).map(Body::Response),
        code => Err(reader.error("message code", Problem::UnknownCode(code))),
    }
}

fn auth(reader: &mut Reader) -> Result<Body, DecodeError> {
    let at = reader.consumed();
    let count = reader.u8("number of claims")?;
    if count == 0 {
        return Err(DecodeError { offset: at, what: "AUTH", problem: Problem::NoClaim });
    }
    Ok(Body::Auth { claims: pairs(reader, count, "claim")? })
}

fn pairs(reader: &mut Reader, count: u8, what: &'static str) -> Result<Vec<(Text, Text)>, DecodeError> {
    reader.list(usize::from(count), 2, what, |reader| Ok((reader.text(what)?, reader.text(what)?)))
}

fn bind(reader: &mut Reader) -> Result<Body, DecodeError> {
    let gateway = match reader.u8("marker of a gateway")? {
        0 => None,
        _ => Some(Gateway { name: reader.text("gateway name")?, gateway_type: reader.text("gateway type")? }),
    };
    let count = reader.u16("number of names")?;
    let names = reader.list(usize::from(count), 1, "bound names", |reader| reader.text("bound name"))?;
    Ok(Body::Bind { gateway, names })
}

fn request(reader: &mut Reader) -> Result<Request, DecodeError> {
    let (entity_type, entity) = entity(reader)?;
    let characteristic = Characteristic(reader.u8("characteristic")?);
    let name = reader.text("name of the characteristic")?;
    let count = reader.u8("number of headers")?;
    let headers = pairs(reader, count, "request header")?;
    let params = content(reader, "parameters")?;
    Ok(Request { entity_type, entity, characteristic, name, headers, params })
}

pub(super) fn entity(reader: &mut Reader) -> Result<(EntityType, Text), DecodeError> {
    Ok((EntityType(reader.u8("entity type")?), reader.text("entity name")?))
}

fn response(reader: &mut Reader) -> Result<Response, DecodeError> {
    let reason = match reader.u8("marker of the reason")? {
        0 => None,
        _ => Some(reader.text("reason")?),
    };
    Ok(Response { reason, content: content(reader, "content")? })
}

/// A type byte, and a table if it says so. What other types would announce is not looked at (protocol.md 4.3, 4.4).
fn content(reader: &mut Reader, what: &'static str) -> Result<Option<InfoTable>, DecodeError> {
    match BaseType(reader.u8(what)?) {
        BaseType::INFOTABLE => table(reader).map(Some),
        _ => Ok(None),
    }
}

/// Encodes the body of a message with that code.
///
/// # Errors
/// The body is none for that code, or something in it cannot be encoded.
pub fn encode_body(code: MessageCode, body: &Body) -> Result<Vec<u8>, EncodeError> {
    let mut out = Vec::new();
    put_body(code, body, &mut out)?;
    Ok(out)
}

pub(super) fn put_body(code: MessageCode, body: &Body, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    match body {
        Body::Auth { claims } if code == MessageCode::AUTH => put_pairs(claims, "claim", out),
        Body::Bind { gateway, names } if matches!(code, MessageCode::BIND | MessageCode::UNBIND) => {
            put_bind(gateway.as_ref(), names, out)
        }
        Body::Request(request) if code.is_request() => put_request(request, out),
        Body::Response(response) if code.is_response() => put_response(response, out),
        body => Err(EncodeError::WrongBody { code, body: body.kind() }),
    }
}

fn put_pairs(pairs: &[(Text, Text)], what: &'static str, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    let count = pairs.len();
    out.push(u8::try_from(count).map_err(|_| EncodeError::TooMany { what, count, max: usize::from(u8::MAX) })?);
    for (name, value) in pairs {
        put_text(name, what, out)?;
        put_text(value, what, out)?;
    }
    Ok(())
}

fn put_bind(gateway: Option<&Gateway>, names: &[Text], out: &mut Vec<u8>) -> Result<(), EncodeError> {
    out.push(u8::from(gateway.is_some()));
    if let Some(gateway) = gateway {
        put_text(&gateway.name, "gateway name", out)?;
        put_text(&gateway.gateway_type, "gateway type", out)?;
    }
    put_count16(names.len(), "names in one message", out)?;
    names.iter().try_for_each(|name| put_text(name, "bound name", out))
}

fn put_request(request: &Request, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    out.push(request.entity_type.0);
    put_text(&request.entity, "entity name", out)?;
    out.push(request.characteristic.0);
    put_text(&request.name, "name of the characteristic", out)?;
    put_pairs(&request.headers, "request headers", out)?;
    put_content(request.params.as_ref(), out)
}

fn put_response(response: &Response, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    match &response.reason {
        // A sender without a text writes no marker (protocol.md 4.4).
        Some(reason) if !reason.is_empty() => {
            out.push(1);
            put_text(reason, "reason", out)?;
        }
        _ => out.push(0),
    }
    put_content(response.content.as_ref(), out)
}

fn put_content(content: Option<&InfoTable>, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    match content {
        Some(table) => {
            out.push(BaseType::INFOTABLE.0);
            put_table(table, 0, out)
        }
        None => {
            out.push(BaseType::NOTHING.0);
            Ok(())
        }
    }
}
