//! Faults through the REST interface, for tests that run outside the platform's process.

use super::{Answered, RestError, Shared, body_json, json};
use crate::fault::{Action, Fault, FaultId, Point};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value as Json, json};
use std::time::Duration;
use twedge::wire::MessageCode;

/// Puts a fault into force. The body: `at` (`upgrade`, `auth`, `bind`, `unbind`, `synchronize`, `push`, `request`, `ping`,
/// `connect`, or `service`, `read`, `write`, `event` with a `name`), one action (`answer` with a code and perhaps a `reason`,
/// `delay` in milliseconds, `noAnswer`, `lose`, `drop`, `silence`, `close` with a status and perhaps a `reason`,
/// `httpStatus`, `wrongAccept`), and perhaps `thing`, `skip`, `times`. The answer has its `id`.
pub(super) async fn add(State(core): State<Shared>, body: Bytes) -> Answered {
    let body = body_json(&body)?;
    let text = |name: &str| body.get(name).and_then(Json::as_str);
    let count = |name: &str| body.get(name).and_then(Json::as_u64).and_then(|number| u32::try_from(number).ok());
    let fault = Fault {
        point: point(text("at").unwrap_or_default(), text("name"))?,
        action: action(&body)?,
        thing: text("thing").map(Into::into),
        skip: count("skip").unwrap_or(0),
        times: count("times"),
    };
    let FaultId(id) = core.update(|state| state.faults.add(fault));
    Ok(json(&json!({"id": id})))
}

/// How often a fault has struck.
pub(super) async fn struck(State(core): State<Shared>, Path(id): Path<u64>) -> Response {
    json(&json!({"struck": core.read(|state| state.faults.struck(FaultId(id)))}))
}

/// Takes a fault out of force.
pub(super) async fn end(State(core): State<Shared>, Path(id): Path<u64>) -> Response {
    core.update(|state| state.faults.end(Some(FaultId(id))));
    StatusCode::OK.into_response()
}

fn point(at: &str, name: Option<&str>) -> Result<Point, RestError> {
    let named = || name.map(str::to_owned).ok_or_else(|| RestError::bad(format!("{at} needs a name")));
    Ok(match at {
        "connect" => Point::Connect,
        "upgrade" => Point::Upgrade,
        "auth" => Point::Auth,
        "bind" => Point::Bind,
        "unbind" => Point::Unbind,
        "synchronize" => Point::Synchronize,
        "push" => Point::Push,
        "service" => Point::Service(named()?),
        "read" => Point::Read(named()?),
        "write" => Point::Write(named()?),
        "event" => Point::Event(named()?),
        "request" => Point::Request,
        "ping" => Point::Ping,
        _ => return Err(RestError::bad(format!("no fault can be at {at:?}"))),
    })
}

fn action(body: &Json) -> Result<Action, RestError> {
    let reason = || body.get("reason").and_then(Json::as_str).map(str::to_owned);
    let small = |value: &Json| value.as_u64().and_then(|number| u16::try_from(number).ok());
    let set = |name: &str| body.get(name).and_then(Json::as_bool) == Some(true);
    if let Some(code) = body.get("answer") {
        let code = code.as_u64().and_then(|code| u8::try_from(code).ok());
        let code = code.ok_or_else(|| RestError::bad("answer is the number of a code, 0 to 255"))?;
        return Ok(Action::Answer(MessageCode(code), reason()));
    }
    if let Some(delay) = body.get("delay").and_then(Json::as_u64) {
        return Ok(Action::Delay(Duration::from_millis(delay)));
    }
    if let Some(status) = body.get("close").and_then(small) {
        return Ok(Action::Close(status, reason().unwrap_or_default()));
    }
    if let Some(status) = body.get("httpStatus").and_then(small) {
        return Ok(Action::HttpStatus(status));
    }
    let simple = [
        ("noAnswer", Action::NoAnswer),
        ("lose", Action::Lose),
        ("drop", Action::Drop),
        ("silence", Action::Silence),
        ("wrongAccept", Action::WrongAccept),
    ];
    let found = simple.into_iter().find(|(name, _)| set(name));
    found.map(|(_, action)| action).ok_or_else(|| RestError::bad("the fault has no action"))
}
