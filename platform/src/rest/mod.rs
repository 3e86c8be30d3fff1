//! The REST interface: the addresses and forms of the real platform, and under `/twedge` what serves operators and tests.

mod error;
mod faults;
mod operator;
mod properties;
mod services;
mod things;
mod tunnels;

pub(crate) use error::RestError;

use crate::core::Core;
use crate::thing::convert;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Query, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use serde_json::Value as Json;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use twedge::model::InfoTable;

/// Largest body of a request in bytes. JSON takes more room than the message that is made of it.
const MAX_BODY: usize = 8 << 20;

pub(crate) type Shared = Arc<Core>;
pub(crate) type Answered = Result<Response, RestError>;
/// The part of a query that is understood.
pub(crate) type Options = Query<HashMap<String, String>>;

/// All addresses.
pub(crate) fn router(core: Shared) -> Router {
    let platform = Router::new()
        .route("/Things", get(things::list))
        .route("/Things/{thing}", get(things::one))
        .route("/Things/{thing}/Properties", get(properties::all))
        .route("/Things/{thing}/Properties/{name}", get(properties::read).put(properties::write))
        .route("/Things/{thing}/Services", get(services::list))
        .route("/Things/{thing}/Services/{service}", post(services::call));
    let operator = Router::new()
        .route("/things/{thing}", get(operator::thing).put(operator::define).delete(operator::remove))
        .route("/things/{thing}/properties/{name}/history", get(operator::history))
        .route("/things/{thing}/properties/{name}/duplicates", get(operator::duplicates))
        .route("/things/{thing}/properties/{name}/push", put(operator::push_settings))
        .route("/things/{thing}/events", get(operator::events))
        .route("/things/{thing}/metadata", post(operator::metadata))
        .route("/connections", get(operator::connections))
        .route("/connections/{id}", axum::routing::delete(operator::disconnect))
        .route("/faults", post(faults::add))
        .route("/faults/{id}", get(faults::struck).delete(faults::end))
        .route("/tunnels/{tid}", get(tunnels::show).put(tunnels::expect).delete(tunnels::close))
        .route("/tunnels/{tid}/data", post(tunnels::send))
        .route("/findings", get(operator::findings))
        .route("/counters", get(operator::counters));
    Router::new()
        .nest("/Thingworx", platform)
        .nest("/twedge", operator)
        .fallback(|| async { RestError::new(StatusCode::NOT_FOUND, "no such address") })
        .method_not_allowed_fallback(|| async {
            RestError::new(StatusCode::METHOD_NOT_ALLOWED, "not with this method")
        })
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(middleware::from_fn_with_state(core.clone(), authorize))
        .with_state(core)
}

/// Lets only requests with a valid application key pass, in the header `appKey` or in the query.
async fn authorize(State(core): State<Shared>, request: Request, next: Next) -> Response {
    core.update(|state| state.counters.rest_requests += 1);
    let config = core.config();
    let header = request.headers().get("appKey").map(|value| value.as_bytes().trim_ascii());
    let query = Options::try_from_uri(request.uri()).ok();
    let key = header.or_else(|| query.as_ref()?.get("appKey").map(String::as_bytes));
    if key.and_then(|key| config.credential(key)).is_none() {
        let reason = if key.is_some() { "wrong application key" } else { "no application key (header appKey)" };
        return RestError::new(StatusCode::UNAUTHORIZED, reason).into_response();
    }
    if core.config().log_messages {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let response = next.run(request).await;
        log::info!("REST {method} {path}: {}", response.status().as_u16());
        return response;
    }
    next.run(request).await
}

/// The JSON in a body; null when there is none.
pub(crate) fn body_json(body: &Bytes) -> Result<Json, RestError> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Json::Null);
    }
    serde_json::from_slice(body)
        .map_err(|error| RestError::new(StatusCode::BAD_REQUEST, format!("the body is not JSON: {error}")))
}

pub(crate) fn json(json: &Json) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], json.to_string()).into_response()
}

impl Core {
    /// A table as the answer to a request.
    pub(crate) fn table_answer(&self, table: &InfoTable) -> Response {
        json(&convert::table_to_json(table, self.config().switches.unsigned_datetime))
    }

    /// How long a REST request waits for a device: `timeout` in seconds in the query, or the request time-out.
    pub(crate) fn rest_timeout(&self, options: &Options) -> Duration {
        let wished = options.get("timeout").and_then(|text| text.parse::<f64>().ok());
        let wished = wished.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        wished.unwrap_or(self.config().timers.request)
    }
}
