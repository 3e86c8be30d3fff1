//! The services of tunnels that devices offer, and the platform's end of their WebSockets, as functions.

use super::{ToDevice, TunnelRecord};
use crate::device::{DeviceError, success};
use crate::platform::Platform;
use crate::service::Answer;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::time::Duration;
use twedge::model::{InfoTable, Value};
use twedge::net::websocket::frame::Opcode;

/// What StartTunnel is called with.
#[derive(Clone, Debug, PartialEq)]
pub struct TunnelRequest {
    /// The id of the tunnel.
    pub tid: String,
    /// `tcp`, `file` ...
    pub kind: String,
    /// Largest block in bytes.
    pub chunk_size: i32,
    /// Milliseconds.
    pub idle_timeout: i32,
    /// JSON.
    pub connection: String,
    /// The upgrade is refused with this status.
    pub refusal: Option<u16>,
}

impl TunnelRequest {
    /// A tunnel to a TCP server beside the device that may be connected once.
    pub fn tcp(tid: &str, host: &str, port: u16) -> Self {
        Self {
            tid: tid.to_owned(),
            kind: "tcp".to_owned(),
            chunk_size: 8192,
            idle_timeout: 30_000,
            connection: serde_json::json!({"host": host, "port": port, "num_connects": 1}).to_string(),
            refusal: None,
        }
    }

    /// The same with another connection, in JSON.
    pub fn with(self, connection: serde_json::Value) -> Self {
        Self { connection: connection.to_string(), ..self }
    }

    fn params(&self) -> InfoTable {
        InfoTable::row_of([
            ("tid", Value::string(self.tid.as_str())),
            ("type", Value::string(self.kind.as_str())),
            ("chunksize", Value::Integer(self.chunk_size)),
            ("idle_timeout", Value::Integer(self.idle_timeout)),
            ("read_timeout", Value::Integer(10)),
            ("connection", Value::string(self.connection.as_str())),
        ])
    }
}

/// A tunnel to a device, at the platform's end.
pub struct DeviceTunnel<'a> {
    platform: &'a Platform,
    thing: String,
    tid: String,
    chunk_size: usize,
}

impl<'a> DeviceTunnel<'a> {
    /// Makes the id known and calls StartTunnel; the answer may be of any code.
    pub(crate) fn start(
        platform: &'a Platform,
        thing: &str,
        request: &TunnelRequest,
    ) -> Result<(Self, Answer), DeviceError> {
        platform.core().update(|state| state.tunnels.expect(&request.tid, request.refusal));
        let answer = platform.call_service(thing, "StartTunnel", Some(request.params()))?;
        let chunk_size = usize::try_from(request.chunk_size).unwrap_or(0).clamp(64, 49_149);
        Ok((Self { platform, thing: thing.to_owned(), tid: request.tid.clone(), chunk_size }, answer))
    }

    /// The same, which has to succeed.
    pub(crate) fn started(platform: &'a Platform, thing: &str, request: &TunnelRequest) -> Result<Self, DeviceError> {
        let (tunnel, answer) = Self::start(platform, thing, request)?;
        success(answer)?;
        Ok(tunnel)
    }

    /// What has come so far.
    pub fn record(&self) -> TunnelRecord {
        self.platform.core().read(|state| state.tunnels.record(&self.tid).cloned()).unwrap_or_default()
    }

    /// Waits until what has come is as wanted, and gives it.
    ///
    /// # Errors
    /// It has not become so in time: what has come until then.
    pub fn wait(
        &self,
        timeout: Duration,
        wanted: impl Fn(&TunnelRecord) -> bool,
    ) -> Result<TunnelRecord, Box<TunnelRecord>> {
        let found = self
            .platform
            .core()
            .wait(timeout, |state| state.tunnels.record(&self.tid).filter(|record| wanted(record)).cloned());
        found.ok_or_else(|| Box::new(self.record()))
    }

    fn give(&self, what: ToDevice) -> bool {
        self.platform.core().read(|state| state.tunnels.send(&self.tid, what))
    }

    /// Sends data in blocks of the size that was agreed; false when the WebSocket is not open.
    pub fn send(&self, data: &[u8]) -> bool {
        data.chunks(self.chunk_size - 16).all(|block| self.send_text(STANDARD.encode(block).as_bytes()))
    }

    /// Sends a text message as it is.
    pub fn send_text(&self, text: &[u8]) -> bool {
        self.give(ToDevice::Frame(Opcode::Text, true, text.to_vec()))
    }

    /// Sends one frame of data.
    pub fn send_frame(&self, opcode: Opcode, fin: bool, payload: &[u8]) -> bool {
        self.give(ToDevice::Frame(opcode, fin, payload.to_vec()))
    }

    /// Sends bytes that need not be a frame.
    pub fn send_bytes(&self, bytes: &[u8]) -> bool {
        self.give(ToDevice::Bytes(bytes.to_vec()))
    }

    /// Sends a ping.
    pub fn ping(&self, payload: &[u8]) -> bool {
        self.give(ToDevice::Ping(payload.to_vec()))
    }

    /// Sends a close frame and waits for the answer.
    pub fn close(&self, status: u16, reason: &str) -> bool {
        self.give(ToDevice::Close(status, reason.to_owned()))
    }

    /// Ends TCP.
    pub fn drop_connection(&self) -> bool {
        self.give(ToDevice::Drop)
    }

    /// `TunnelCommandToEdge`
    ///
    /// # Errors
    /// There is no answer.
    pub fn command(&self, command: &str) -> Result<Answer, DeviceError> {
        let params =
            InfoTable::row_of([("tid", Value::string(self.tid.as_str())), ("command", Value::string(command))]);
        self.platform.call_service(&self.thing, "TunnelCommandToEdge", Some(params))
    }

    /// `CompleteTunnel`
    ///
    /// # Errors
    /// There is no answer.
    pub fn complete(&self, peer: &str, reason: &str) -> Result<Answer, DeviceError> {
        let params = InfoTable::row_of([
            ("tid", Value::string(self.tid.as_str())),
            ("peer_name", Value::string(peer)),
            ("connection", Value::string(serde_json::json!({"reason": reason}).to_string())),
        ]);
        self.platform.call_service(&self.thing, "CompleteTunnel", Some(params))
    }
}
