//! The API object, as tunnels see it.

use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use super::settings::Own;
use super::{Manager, announce, options};
use crate::ffi::api::instance::Facade;
use crate::ffi::api::{current_config, instance};
use crate::ffi::file_manager;
use crate::ffi::work::locked;
use crate::files::FileManager;
use crate::model::Text;
use crate::tunnels::{TunnelHost, TunnelReport, TunnelSettings, Way, tell};

/// See the module. The manager owns it.
pub(super) struct Host {
    manager: Weak<Manager>,
    own: Arc<Mutex<Own>>,
}

impl Host {
    pub fn new(manager: Weak<Manager>, own: Arc<Mutex<Own>>) -> Self {
        Self { manager, own }
    }
}

/// Whether there are a host, a port and a callback for the key.
pub(super) fn has_connection_info() -> bool {
    instance::current().is_some_and(|facade| {
        // SAFETY: live settings, or NULL.
        unsafe { facade.info().as_ref() }
            .is_some_and(|info| !info.ws_host.is_null() && info.ws_port != 0 && info.appkeyFunction.is_some())
    })
}

impl TunnelHost for Host {
    fn settings(&self) -> TunnelSettings {
        let config = current_config();
        TunnelSettings {
            connect_timeout: Duration::from_millis(u64::from(config.connect_timeout)),
            max_message: config.max_ws_tunnel_message_size as usize,
        }
    }

    fn way(&self) -> Result<Way, String> {
        let facade: Arc<Facade> = instance::current().ok_or("there is no API object")?;
        let own = locked(&self.own).clone();
        own.way(&facade)
    }

    fn tell_platform(&self, thing: &Text, tid: &Text, command: &'static str) {
        // Without taking over what C has written: this is no thread of the application's.
        if let Some(facade) = instance::any() {
            tell(&facade.connection().downgrade(), thing, tid, command);
        }
    }

    fn started(&self, report: &TunnelReport) {
        if let Some(manager) = self.manager.upgrade() {
            manager.tell(true, report);
        }
    }

    fn ended(&self) {
        announce();
    }

    fn permits(&self, host: &str, port: u16) -> bool {
        options::permits(host, port)
    }

    fn files(&self) -> Option<FileManager> {
        if !options::file_tunnels() {
            return None;
        }
        file_manager::current().map(|manager| manager.files.clone())
    }
}
