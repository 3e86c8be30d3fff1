//! The API object: the core behind it and the struct that C sees.

use std::ffi::c_char;
use std::ptr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use super::application::CApplication;
use super::default_handler::CDefaultHandler;
use super::flags::CFlags;
use super::objects::Objects;
use super::security::Security;
use super::{config, exported, twApi};
use crate::connection::{ConnectOptions, Connection, Endpoint, Flag, FlagStore};
use crate::ffi::connection_info::twConnectionInfo;
use crate::ffi::messaging;
use crate::ffi::tls::twTlsClient;
use crate::ffi::websocket::twWs;
use crate::model::Text;
use crate::net::dial::Route;
use crate::net::tls::TlsError;
use crate::things::{Registry, Things};
use crate::wire::Gateway;

static INSTANCE: RwLock<Option<Arc<Facade>>> = RwLock::new(None);

/// The core and what belongs to its C side. One per process, from Initialize to Delete.
pub(in crate::ffi) struct Facade {
    connection: Connection,
    things: Things,
    flags: Arc<CFlags>,
    objects: Objects,
    /// Held while the visible containers change; never while application code runs.
    registration: Mutex<()>,
    security: Mutex<Security>,
    endpoint: EndpointArguments,
}

/// What Initialize was told about the platform.
pub(in crate::ffi) struct EndpointArguments {
    pub host: String,
    pub port: u16,
    pub resource: String,
    pub chunk_size: u32,
    pub frame_size: u16,
}

/// The API object; `None` before Initialize, after Delete, and while a program has set `tw_api` to NULL.
///
/// What C may have written since the last call (`twcfg`, fields of the object) takes effect here.
pub(in crate::ffi) fn current() -> Option<Arc<Facade>> {
    if exported().is_null() {
        return None;
    }
    let facade = INSTANCE.read().unwrap_or_else(PoisonError::into_inner).clone()?;
    facade.refresh();
    Some(facade)
}

/// The API object whose TLS client this is, whatever `tw_api` says.
pub(in crate::ffi) fn of_tls_client(client: *const twTlsClient) -> Option<Arc<Facade>> {
    let facade = INSTANCE.read().unwrap_or_else(PoisonError::into_inner).clone();
    facade.filter(|facade| ptr::eq(facade.objects.tls, client))
}

/// The API object whose WebSocket this is, whatever `tw_api` says.
pub(in crate::ffi) fn of_websocket(ws: *const twWs) -> Option<Arc<Facade>> {
    let facade = INSTANCE.read().unwrap_or_else(PoisonError::into_inner).clone();
    facade.filter(|facade| ptr::eq(facade.objects.ws, ws))
}

/// Puts a new object in place, visible to C through `tw_api`.
/// Not if another thread was faster: then the object there stays, and this one is not used.
pub(super) fn install(facade: &Arc<Facade>) -> bool {
    let mut instance = INSTANCE.write().unwrap_or_else(PoisonError::into_inner);
    if instance.is_some() {
        return false;
    }
    super::export(facade.objects.api);
    messaging::publish(facade.objects.handler);
    *instance = Some(facade.clone());
    true
}

/// Takes the object out of its place, also while `tw_api` is NULL.
pub(super) fn uninstall() -> Option<Arc<Facade>> {
    INSTANCE.write().unwrap_or_else(PoisonError::into_inner).take()
}

/// The object, whatever `tw_api` says, and without taking over what C has written.
pub(in crate::ffi) fn any() -> Option<Arc<Facade>> {
    INSTANCE.read().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Whether there is an object, whatever `tw_api` says.
pub(super) fn exists() -> bool {
    INSTANCE.read().unwrap_or_else(PoisonError::into_inner).is_some()
}

impl Facade {
    /// A core that is not connected yet, around the C objects.
    pub fn new(objects: Objects, endpoint: EndpointArguments) -> Arc<Self> {
        Arc::new_cyclic(|own| {
            let flags = Arc::new(CFlags::new(objects.ws));
            let application = Arc::new(CApplication::new(own.clone()));
            // SAFETY: the objects were just made and live as long as the facade.
            let settings = unsafe { config::settings(objects.api, endpoint.chunk_size) };
            let things = Things::new();
            things.registry.set_update_observer(Some(application.clone()));
            things.registry.set_default_handler(Some(Arc::new(CDefaultHandler { facade: own.clone() })));
            let connection = Connection::new(Self::bare_endpoint(&endpoint), settings, application, flags.clone());
            Self {
                connection,
                things,
                flags,
                objects,
                registration: Mutex::new(()),
                security: Mutex::new(Security::default()),
                endpoint,
            }
        })
    }

    fn bare_endpoint(arguments: &EndpointArguments) -> Endpoint {
        Endpoint {
            resource: arguments.resource.clone(),
            max_frame_size: arguments.frame_size,
            ..Endpoint::new(arguments.host.clone(), arguments.port)
        }
    }

    /// The struct that C sees: what `tw_api` points to now, which may be one of the program's own, whose members may be
    /// NULL. While it is NULL, the one that Initialize has made.
    pub fn api(&self) -> *mut twApi {
        let shown = exported();
        if shown.is_null() { self.objects.api } else { shown }
    }

    /// The connection settings that C sees, NULL while a program has taken them away.
    pub fn info(&self) -> *mut twConnectionInfo {
        // SAFETY: an API object.
        unsafe { (*self.api()).connectionInfo }
    }

    /// Replaces a text of the connection settings that C sees by a copy.
    ///
    /// # Safety
    /// `value` is NULL or a C string.
    pub(super) unsafe fn show_text(
        &self,
        place: impl FnOnce(*mut twConnectionInfo) -> *mut *mut c_char,
        value: *const c_char,
    ) {
        let info = self.info();
        if !info.is_null() {
            // SAFETY: a text field of live settings; by contract of this function.
            unsafe { Self::replace_text(place(info), value) };
        }
    }

    /// The other structs that C sees.
    pub fn objects(&self) -> &Objects {
        &self.objects
    }

    /// Frees the structs that C sees.
    ///
    /// # Safety
    /// The connection has been shut down, and neither the program nor any thread of ours uses the structs.
    pub unsafe fn delete_objects(&self) {
        self.flags.detach();
        // SAFETY: by contract of this function.
        unsafe { self.objects.delete() };
    }

    /// The connection.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Registry and values.
    pub fn things(&self) -> &Things {
        &self.things
    }

    /// What is registered.
    pub fn registry(&self) -> &Arc<Registry> {
        &self.things.registry
    }

    /// The bound things.
    pub fn bound_names(&self) -> Vec<Text> {
        self.registry().bound_names()
    }

    /// A flag as C sees it.
    pub fn flag(&self, flag: Flag) -> bool {
        self.flags.get(flag)
    }

    /// Changes the visible containers.
    pub fn registering<T>(&self, change: impl FnOnce(*mut twApi) -> T) -> T {
        let _guard = self.registration.lock().unwrap_or_else(PoisonError::into_inner);
        change(self.api())
    }

    /// The TLS settings.
    pub(super) fn security(&self) -> MutexGuard<'_, Security> {
        self.security.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes over what C may have written.
    fn refresh(&self) {
        let api = self.api();
        // SAFETY: an API object, of which C may write single fields meanwhile.
        let (settings, timeout, retries) = unsafe {
            (
                config::settings(api, self.endpoint.chunk_size),
                ptr::addr_of!((*api).connect_timeout).read_volatile(),
                ptr::addr_of!((*api).connect_retries).read_volatile(),
            )
        };
        if settings != self.connection.settings() {
            self.connection.set_settings(settings);
        }
        let reconnect =
            ConnectOptions { timeout: Duration::from_millis(u64::from(timeout)), retries: i32::from(retries) };
        if reconnect != self.connection.reconnect_options() {
            self.connection.set_reconnect_options(reconnect);
        }
        self.registry().set_max_text(config::current().max_string_prop_length);
        if let Some(error) = self.refresh_security() {
            log::error!("TLS: {error}");
        }
    }

    /// Its error is logged by the caller, without the lock: the log function may be the application's and call us.
    fn refresh_security(&self) -> Option<TlsError> {
        let mut security = self.security();
        match security.changed(config::current().enable_tls_hostname_validation != 0)? {
            Ok(tls) => {
                let compression = security.compression;
                self.connection.set_endpoint(Endpoint { tls, compression, ..self.connection.endpoint() });
                None
            }
            Err(error) => Some(error),
        }
    }

    /// Changes how the platform is reached, for the next connect. Tunnels go the way of the connection's endpoint.
    pub(super) fn set_route(&self, route: Route) {
        // Whoever changes the endpoint holds this lock.
        let _security = self.security();
        self.connection.set_endpoint(Endpoint { route, ..self.connection.endpoint() });
    }

    /// Gateway name and type go into every BIND once both are set.
    pub(super) fn refresh_gateway(&self) {
        let ws = self.objects.ws;
        // SAFETY: C strings of ours, or NULL.
        let (name, kind) =
            unsafe { (crate::ffi::text::text((*ws).gatewayName), crate::ffi::text::text((*ws).gatewayType)) };
        self.connection.set_gateway(match (name, kind) {
            (Some(name), Some(gateway_type)) => Some(Gateway { name, gateway_type }),
            _ => None,
        });
    }

    /// Replaces a C string of ours by a copy.
    ///
    /// # Safety
    /// `place` is a field of one of our objects, `value` NULL or a C string.
    pub(super) unsafe fn replace_text(place: *mut *mut c_char, value: *const c_char) {
        // SAFETY: by contract of this function.
        unsafe {
            let copy = crate::ffi::text::duplicate(value, usize::MAX);
            crate::ffi::memory::free(ptr::replace(place, copy));
        }
    }
}

// SAFETY: the raw pointers are to C objects of ours that are made before and freed after everything else; their fields are
// accessed as documented where it happens.
unsafe impl Send for Facade {}
// SAFETY: as above.
unsafe impl Sync for Facade {}
