//! Refusals of the REST interface.

use crate::device::DeviceError;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use twedge::wire::MessageCode;

/// A status with a text for humans, sent as `{"status": …, "message": …}`.
#[derive(Debug)]
pub(crate) struct RestError {
    status: StatusCode,
    message: String,
}

impl RestError {
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    pub fn no_thing(name: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("there is no thing {name}"))
    }

    pub fn no_property(thing: &str, name: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("thing {thing} has no property {name}"))
    }

    pub fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }
}

impl IntoResponse for RestError {
    fn into_response(self) -> Response {
        let body = json!({"status": self.status.as_u16(), "message": self.message}).to_string();
        (self.status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
    }
}

impl From<DeviceError> for RestError {
    fn from(error: DeviceError) -> Self {
        let status = match &error {
            DeviceError::UnknownThing(_) | DeviceError::UnknownProperty { .. } => StatusCode::NOT_FOUND,
            DeviceError::NotConnected => StatusCode::SERVICE_UNAVAILABLE,
            DeviceError::TimedOut(_) => StatusCode::GATEWAY_TIMEOUT,
            DeviceError::ConnectionLost | DeviceError::Undecodable => StatusCode::BAD_GATEWAY,
            DeviceError::CannotSend(error) if error.is_too_large() => StatusCode::PAYLOAD_TOO_LARGE,
            DeviceError::CannotSend(_) | DeviceError::Value(_) => StatusCode::BAD_REQUEST,
            DeviceError::Refused { code, .. } => status_of(*code),
        };
        Self::new(status, error.to_string())
    }
}

/// The HTTP status for the code that a device has answered with.
fn status_of(code: MessageCode) -> StatusCode {
    match code {
        MessageCode::BAD_REQUEST | MessageCode::BAD_OPTION => StatusCode::BAD_REQUEST,
        // The device's view of it; the REST client itself is authorized.
        MessageCode::UNAUTHORIZED | MessageCode::FORBIDDEN => StatusCode::FORBIDDEN,
        MessageCode::NOT_FOUND => StatusCode::NOT_FOUND,
        MessageCode::METHOD_NOT_ALLOWED => StatusCode::METHOD_NOT_ALLOWED,
        MessageCode::NOT_ACCEPTABLE => StatusCode::NOT_ACCEPTABLE,
        MessageCode::PRECONDITION_FAILED => StatusCode::PRECONDITION_FAILED,
        MessageCode::ENTITY_TOO_LARGE => StatusCode::PAYLOAD_TOO_LARGE,
        MessageCode::UNSUPPORTED_CONTENT_FORMAT => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        MessageCode::NOT_IMPLEMENTED => StatusCode::NOT_IMPLEMENTED,
        MessageCode::BAD_GATEWAY => StatusCode::BAD_GATEWAY,
        MessageCode::SERVICE_UNAVAILABLE => StatusCode::SERVICE_UNAVAILABLE,
        MessageCode::GATEWAY_TIMEOUT => StatusCode::GATEWAY_TIMEOUT,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
