//! Tunnels through the REST interface, for tests that run outside the platform's process. The services themselves are called as any other.

use super::{Answered, RestError, Shared, body_json, json};
use crate::tunnels::ToDevice;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};
use twedge::net::websocket::frame::Opcode;

/// Makes an id known, so that a device may open the WebSocket of its tunnel. The body may have the `httpStatus` with which it is refused.
pub(super) async fn expect(State(core): State<Shared>, Path(tid): Path<String>, body: Bytes) -> Answered {
    let status =
        body_json(&body)?.get("httpStatus").and_then(Json::as_u64).and_then(|status| u16::try_from(status).ok());
    core.update(|state| state.tunnels.expect(&tid, status));
    Ok(StatusCode::OK.into_response())
}

/// What is known of a tunnel.
pub(super) async fn show(State(core): State<Shared>, Path(tid): Path<String>) -> Answered {
    let record = core.read(|state| state.tunnels.record(&tid).cloned()).ok_or_else(|| unknown(&tid))?;
    Ok(json(&json!({
        "open": record.open,
        "upgrades": record.upgrades,
        "maxFrameSize": record.max_frame_size,
        "received": String::from_utf8_lossy(&record.received),
        "messages": record.messages,
        "commands": record.commands,
        "closes": record.closes.iter().map(|(status, _)| *status).collect::<Vec<_>>(),
    })))
}

/// Sends the body as one block.
pub(super) async fn send(State(core): State<Shared>, Path(tid): Path<String>, body: Bytes) -> Answered {
    give(&core, &tid, ToDevice::Frame(Opcode::Text, true, STANDARD.encode(&body).into_bytes()))
}

/// Closes the WebSocket.
pub(super) async fn close(State(core): State<Shared>, Path(tid): Path<String>) -> Answered {
    give(&core, &tid, ToDevice::Close(1000, "by the operator".to_owned()))
}

fn give(core: &Shared, tid: &str, what: ToDevice) -> Answered {
    let is_given = core.read(|state| state.tunnels.send(tid, what));
    if is_given { Ok(StatusCode::OK.into_response()) } else { Err(unknown(tid)) }
}

fn unknown(tid: &str) -> RestError {
    RestError::new(StatusCode::NOT_FOUND, format!("there is no open tunnel {tid}"))
}
