//! Setting a platform up and starting it.

use crate::config::{Config, Credential, Limits, Switches, Timers};
use crate::core::Core;
use crate::platform::Platform;
use crate::thing::ThingDefinition;
use crate::tls::{Identity, TlsError, TlsSource};
use std::net::SocketAddr;
use std::sync::Arc;
use thiserror::Error;

/// Why a platform did not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The address cannot be used.
    #[error("the platform cannot listen on {address}: {error}; is another program using it?")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        error: std::io::Error,
    },
    /// No threads.
    #[error("the platform cannot start its threads: {0}")]
    Threads(std::io::Error),
    /// No certificate.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// A platform that has not been started yet. Without any setting: plain, on a free port of this machine, with the
/// [demo key](crate::DEMO_APP_KEY), no things, and the documented defaults of everything else.
#[derive(Clone, Debug, Default)]
pub struct Builder {
    config: Config,
    keys_given: bool,
    things: Vec<ThingDefinition>,
}

impl Builder {
    /// Listens on this address.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.config.listen = address;
        self
    }

    /// Listens on this port; 0 is any free one.
    pub fn port(mut self, port: u16) -> Self {
        self.config.listen.set_port(port);
        self
    }

    /// Encrypts, with a certificate of this source.
    pub fn tls(mut self, source: TlsSource) -> Self {
        self.config.tls = Some(source);
        self
    }

    /// Takes this application key, of that user, instead of the demo key. May be used several times.
    pub fn app_key(mut self, key: &str, user: &str) -> Self {
        if !self.keys_given {
            self.config.credentials.clear();
            self.keys_given = true;
        }
        self.config.credentials.push(Credential::new(key, user));
        self
    }

    /// Whether permessage-deflate is agreed to when a device offers it. It is by default.
    pub fn compression(mut self, agree: bool) -> Self {
        self.config.compression = agree;
        self
    }

    /// Changes time limits.
    pub fn timers(mut self, change: impl FnOnce(&mut Timers)) -> Self {
        change(&mut self.config.timers);
        self
    }

    /// Changes other limits.
    pub fn limits(mut self, change: impl FnOnce(&mut Limits)) -> Self {
        change(&mut self.config.limits);
        self
    }

    /// Changes switches.
    pub fn switches(mut self, change: impl FnOnce(&mut Switches)) -> Self {
        change(&mut self.config.switches);
        self
    }

    /// Logs each message in words, at level info of the `log` crate.
    pub fn log_messages(mut self, log: bool) -> Self {
        self.config.log_messages = log;
        self
    }

    /// Has this thing from the start.
    pub fn thing(mut self, thing: ThingDefinition) -> Self {
        self.things.push(thing);
        self
    }

    /// Starts the platform. It has threads of its own, so that this may be called with and without an async runtime.
    ///
    /// # Errors
    /// The address is taken, or there is no usable certificate.
    pub async fn start(self) -> Result<Platform, StartError> {
        self.start_blocking()
    }

    /// Starts the platform. It serves when this returns.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub fn start_blocking(self) -> Result<Platform, StartError> {
        let identity = self.config.tls.as_ref().map(Identity::new).transpose()?;
        let core = Arc::new(Core::new(self.config));
        let star = core.config().switches.identifier_star;
        core.update(|state| {
            for thing in self.things {
                state.things.define(thing, star);
            }
        });
        Platform::start(core, identity)
    }
}
