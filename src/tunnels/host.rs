//! What tunnels need of the device.

use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;

use super::{COMMAND_TO_PLATFORM, TunnelReport};
use crate::connection::{AppKey, RequestOptions, WeakConnection};
use crate::files::FileManager;
use crate::model::{InfoTable, Text, Value};
use crate::net::dial::Route;
use crate::wire::{Characteristic, EntityType, MessageCode, Request};

/// How the platform is reached by a tunnel.
pub struct Way {
    /// Host name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// TLS settings; `None` sends everything in clear.
    pub tls: Option<Arc<ClientConfig>>,
    /// Directly or through a proxy.
    pub route: Route,
    /// The application key.
    pub key: AppKey,
}

/// Limits of tunnels, asked for when one starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TunnelSettings {
    /// For opening the WebSocket, and for each local connection.
    pub connect_timeout: Duration,
    /// Largest text message in bytes when it comes in fragments.
    pub max_message: usize,
}

impl Default for TunnelSettings {
    fn default() -> Self {
        Self { connect_timeout: Duration::from_secs(10), max_message: 32_768 }
    }
}

/// The device, as tunnels see it.
pub trait TunnelHost: Send + Sync {
    /// The limits as they are now.
    fn settings(&self) -> TunnelSettings {
        TunnelSettings::default()
    }

    /// How the platform is reached. Called on the thread that serves StartTunnel, so that the application can be asked. The error is what the
    /// application is told when the tunnel has ended, which is at once.
    ///
    /// # Errors
    /// Why the settings cannot be used.
    fn way(&self) -> Result<Way, String>;

    /// Tells the platform what has happened at this end of a tunnel, without waiting for an answer. Called on the thread of the tunnel:
    /// it must not run application code.
    fn tell_platform(&self, thing: &Text, tid: &Text, command: &'static str);

    /// A tunnel starts; nothing is connected yet. Called on the thread that serves StartTunnel.
    fn started(&self, report: &TunnelReport) {
        let _ = report;
    }

    /// [`super::TunnelManager::take_ended`] has something. Called on the thread of the tunnel: it must not run application code.
    fn ended(&self) {}

    /// Whether a tunnel may go to that host and port (T2).
    fn permits(&self, host: &str, port: u16) -> bool {
        let _ = (host, port);
        true
    }

    /// What file tunnels open files with; `None` allows no file tunnels (T3).
    fn files(&self) -> Option<FileManager> {
        None
    }
}

/// Gives the application key.
type Key = Box<dyn Fn() -> AppKey + Send + Sync>;

/// Tunnels that go the way of a connection.
pub struct OverConnection {
    connection: WeakConnection,
    key: Key,
}

impl OverConnection {
    /// Tunnels beside `connection`. `key` is asked for the application key with each tunnel.
    pub fn new(connection: WeakConnection, key: impl Fn() -> AppKey + Send + Sync + 'static) -> Self {
        Self { connection, key: Box::new(key) }
    }
}

impl TunnelHost for OverConnection {
    fn settings(&self) -> TunnelSettings {
        let own = TunnelSettings::default();
        match self.connection.upgrade() {
            Some(connection) => TunnelSettings { connect_timeout: connection.settings().connect_timeout, ..own },
            None => own,
        }
    }

    fn way(&self) -> Result<Way, String> {
        let connection = self.connection.upgrade().ok_or("the device has ended")?;
        let endpoint = connection.endpoint();
        let key = (self.key)();
        Ok(Way { host: endpoint.host, port: endpoint.port, tls: endpoint.tls, route: endpoint.route, key })
    }

    fn tell_platform(&self, thing: &Text, tid: &Text, command: &'static str) {
        tell(&self.connection, thing, tid, command);
    }
}

/// Sends the command. Nobody waits for the answer.
pub(crate) fn tell(connection: &WeakConnection, thing: &Text, tid: &Text, command: &'static str) {
    let Some(connection) = connection.upgrade() else { return };
    let request = Request {
        entity_type: EntityType::THING,
        entity: thing.clone(),
        characteristic: Characteristic::SERVICES,
        name: COMMAND_TO_PLATFORM.into(),
        headers: Vec::new(),
        params: Some(InfoTable::row_of([("tid", Value::string(tid.clone())), ("command", Value::string(command))])),
    };
    let sent = connection.request_async(MessageCode::POST, request, RequestOptions::default(), Box::new(|_, _| {}));
    if let Err(error) = sent {
        log::info!("tunnel {tid}: the platform is not told {command}: {error}");
    }
}
