//! How tunnels reach the platform, where that differs from the API (ext-files-tunnels.md 4.6).
//!
//! The first call of one of these functions takes a copy of the settings of the API; later changes there do not concern tunnels any
//! more. The proxy alone stays that of the API until tunnels are given their own. No file is opened and no callback is called before a tunnel
//! starts.

use std::ffi::{OsStr, c_char, c_int};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

use super::current;
use crate::connection::AppKey;
use crate::ffi::api::instance::{self, Facade};
use crate::ffi::api::{current_config, tls_options};
use crate::ffi::errors::{TW_INVALID_PARAM, TW_OK, TW_TUNNEL_MANAGER_NOT_INITIALIZED};
use crate::ffi::guard::guard;
use crate::ffi::passwds::{secret_of, twPasswdCallbackFunction};
use crate::ffi::text;
use crate::ffi::tls::settings::format_of;
use crate::ffi::work::locked;
use crate::net::dial::Route;
use crate::net::proxy::{Proxy, ProxyUser};
use crate::net::tls::{Anchors, Identity, TlsOptions, X509Fields, load_certificates, load_private_key};
use crate::tunnels::Way;

/// What tunnels have of their own.
#[derive(Clone, Default)]
pub(super) struct Own {
    copy: Option<Copied>,
    proxy: Option<Route>,
}

/// A copy of the settings of the API, with what was set afterwards.
#[derive(Clone)]
struct Copied {
    host: String,
    port: u16,
    /// `None`: that of the API.
    key: twPasswdCallbackFunction,
    options: TlsOptions,
    encrypted: bool,
    /// Set: instead of what is in `options`; the inner `None` is nothing.
    ca_file: Option<Option<Vec<u8>>>,
    certificate_file: Option<Option<Vec<u8>>>,
    key_file: Option<KeyFile>,
}

#[derive(Clone)]
struct KeyFile {
    path: Option<Vec<u8>>,
    passphrase: twPasswdCallbackFunction,
    kind: c_int,
}

impl Copied {
    fn of(facade: &Facade) -> Self {
        let endpoint = facade.connection().endpoint();
        let (options, encrypted) = tls_options(facade);
        Self {
            host: endpoint.host,
            port: endpoint.port,
            key: None,
            options,
            encrypted,
            ca_file: None,
            certificate_file: None,
            key_file: None,
        }
    }

    /// The TLS settings with what is in the files. The passphrase callback runs in here.
    fn load(&self) -> Result<TlsOptions, String> {
        let mut options = self.options.clone();
        options.check_host_name = current_config().enable_tls_hostname_validation != 0;
        if let Some(file) = &self.ca_file {
            options.anchors = Anchors::default();
            if let Some(file) = file {
                options.anchors.load(load_certificates(path(file)).map_err(|error| error.to_string())?);
            }
        }
        if self.certificate_file.is_some() || self.key_file.is_some() {
            options.identity = self.identity(options.identity)?;
        }
        Ok(options)
    }

    fn identity(&self, inherited: Identity) -> Result<Identity, String> {
        let mut identity = inherited;
        match &self.certificate_file {
            Some(Some(file)) => {
                // A key that goes with the inherited chain does not go with this one.
                identity = Identity::default();
                identity.set_chain(load_certificates(path(file)).map_err(|error| error.to_string())?);
            }
            Some(None) => return Ok(Identity::default()),
            None => {}
        }
        if let Some(KeyFile { path: Some(file), passphrase, kind }) = &self.key_file {
            let passphrase = secret_of(*passphrase);
            let key = load_private_key(path(file), format_of(*kind), &passphrase).map_err(|error| error.to_string())?;
            identity.set_key(key).map_err(|error| error.to_string())?;
        }
        identity.check().map_err(|error| error.to_string())?;
        Ok(identity)
    }
}

fn path(file: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(file))
}

impl Own {
    /// How a tunnel reaches the platform. Callbacks of the application run in here.
    pub fn way(&self, facade: &Facade) -> Result<Way, String> {
        let endpoint = facade.connection().endpoint();
        let route = self.proxy.clone().unwrap_or(endpoint.route);
        let Some(copy) = &self.copy else {
            let key = crate::ffi::api::ask_key(facade);
            return Ok(Way { host: endpoint.host, port: endpoint.port, tls: endpoint.tls, route, key });
        };
        let tls = match copy.encrypted {
            true => Some(copy.load()?.client_config().map_err(|error| error.to_string())?),
            false => None,
        };
        let key = match copy.key {
            Some(_) => AppKey::new(secret_of(copy.key).to_vec()),
            None => crate::ffi::api::ask_key(facade),
        };
        Ok(Way { host: copy.host.clone(), port: copy.port, tls, route, key })
    }
}

/// Changes what tunnels have of their own, for the tunnels that start from now on. Nothing happens without a manager or an API object.
fn change(what: &str, change: impl FnOnce(&mut Copied)) {
    guard((), || {
        let (Some(manager), Some(facade)) = (current(), instance::current()) else {
            log::warn!("{what} has no effect: there is no tunnel manager");
            return;
        };
        let mut own = locked(&manager.own);
        change(own.copy.get_or_insert_with(|| Copied::of(&facade)));
    });
}

/// Makes tunnels that start from now on go to another server than the API. The third argument is the function that supplies the
/// application key (twPasswdCallbackFunction), cast to `char *`: not a key. Returns 0, 1400 without a manager, 101 for NULL or port 0.
///
/// # Safety
/// `host` is NULL or a C string (copied); `appkey` NULL or such a function.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twTunnelManager_UpdateTunnelServerInfo(
    host: *mut c_char,
    port: u16,
    appkey: *mut c_char,
) -> c_int {
    guard(TW_INVALID_PARAM, || {
        // SAFETY: by contract of this function.
        let Some(host) = (unsafe { text::text(host) }).filter(|_| port != 0 && !appkey.is_null()) else {
            return TW_INVALID_PARAM;
        };
        if current().is_none() {
            return TW_TUNNEL_MANAGER_NOT_INITIALIZED;
        }
        // SAFETY: a function by contract, and not NULL. A key text in its place is found out by whoever calls it.
        let key = unsafe { std::mem::transmute::<*mut c_char, twPasswdCallbackFunction>(appkey) };
        change("twTunnelManager_UpdateTunnelServerInfo", |copy| {
            copy.host = host.to_string_lossy().into_owned();
            copy.port = port;
            copy.key = key;
        });
        TW_OK
    })
}

/// Makes tunnels that start from now on use an HTTP proxy of their own. User and callback may be NULL if the proxy asks for nothing; the
/// callback is asked for the password when a tunnel starts, in the thread that handles StartTunnel. A NULL host or port 0: no proxy,
/// whatever the API uses. Nothing happens without a manager.
///
/// # Safety
/// The texts are NULL or C strings (copied).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twTunnelManager_SetProxyInfo(
    proxyHost: *mut c_char,
    proxyPort: u16,
    proxyUser: *mut c_char,
    proxyPassCallback: twPasswdCallbackFunction,
) {
    guard((), || {
        let Some(manager) = current() else { return };
        // SAFETY: by contract of this function.
        let (host, user) = unsafe { (text::text(proxyHost), text::text(proxyUser)) };
        let user = user.filter(|_| proxyPassCallback.is_some()).map(|name| ProxyUser {
            name: name.as_bytes().to_vec(),
            password: Arc::new(move || secret_of(proxyPassCallback)),
        });
        let route = match host.filter(|_| proxyPort != 0) {
            Some(host) => {
                let host = host.to_string_lossy().into_owned();
                Route::Proxy(Arc::new(Proxy { host, port: proxyPort, user }))
            }
            None => Route::Direct,
        };
        locked(&manager.own).proxy = Some(route);
    });
}

/// Whether tunnels accept a server whose certificate is self-signed. See twApi_SetSelfSignedOk.
#[unsafe(no_mangle)]
pub extern "C" fn twTunnelManager_SetSelfSignedOk(state: c_char) {
    change("twTunnelManager_SetSelfSignedOk", |copy| copy.options.self_signed_ok = state != 0);
}

/// Whether tunnels accept every certificate. See twApi_DisableCertValidation.
#[unsafe(no_mangle)]
pub extern "C" fn twTunnelManager_DisableCertValidation(state: c_char) {
    change("twTunnelManager_DisableCertValidation", |copy| copy.options.validate = state == 0);
}

/// Whether tunnels send everything in clear, the application key included.
#[unsafe(no_mangle)]
pub extern "C" fn twTunnelManager_DisableEncryption(state: c_char) {
    change("twTunnelManager_DisableEncryption", |copy| copy.encrypted = state == 0);
}

/// Compares fields of the server's certificate when a tunnel connects: common name, organization and unit of subject and issuer. NULL
/// is not compared; each call replaces all six.
///
/// # Safety
/// The texts are NULL or C strings (copied).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twTunnelManager_SetX509Fields(
    subject_cn: *mut c_char,
    subject_o: *mut c_char,
    subject_ou: *mut c_char,
    issuer_cn: *mut c_char,
    issuer_o: *mut c_char,
    issuer_ou: *mut c_char,
) {
    // SAFETY: by contract of this function.
    let copy_of = |value: *mut c_char| unsafe { text::bytes(value) }.map(<[u8]>::to_vec);
    change("twTunnelManager_SetX509Fields", |copy| {
        copy.options.fields = X509Fields {
            subject_cn: copy_of(subject_cn),
            subject_o: copy_of(subject_o),
            subject_ou: copy_of(subject_ou),
            issuer_cn: copy_of(issuer_cn),
            issuer_o: copy_of(issuer_o),
            issuer_ou: copy_of(issuer_ou),
        };
    });
}

/// Makes tunnels trust the certificates of this PEM file only; with NULL the public roots. The type is not looked at. The file is opened
/// when a tunnel starts: one that cannot be read ends the tunnel.
///
/// # Safety
/// The path is NULL or a C string (copied).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twTunnelManager_LoadCACert(file: *const c_char, _type: c_int) {
    // SAFETY: by contract of this function.
    let file = unsafe { text::bytes(file) }.map(<[u8]>::to_vec);
    change("twTunnelManager_LoadCACert", |copy| copy.ca_file = Some(file));
}

/// Makes tunnels present the certificate chain of this PEM file, with the key of twTunnelManager_SetClientKey; with NULL none. The
/// file is opened when a tunnel starts: one that cannot be read ends the tunnel.
///
/// # Safety
/// The path is NULL or a C string (copied).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twTunnelManager_LoadClientCert(file: *mut c_char) {
    // SAFETY: by contract of this function.
    let file = unsafe { text::bytes(file) }.map(<[u8]>::to_vec);
    change("twTunnelManager_LoadClientCert", |copy| copy.certificate_file = Some(file));
}

/// Sets the key of the client certificate of tunnels: type 2 is DER, everything else PEM. File and passphrase are asked for when a
/// tunnel starts, in the thread that handles StartTunnel: a key that cannot be used ends the tunnel. NULL for a path is no key.
///
/// # Safety
/// The path is NULL or a C string (copied).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twTunnelManager_SetClientKey(
    file: *const c_char,
    passphraseCallback: twPasswdCallbackFunction,
    r#type: c_int,
) {
    // SAFETY: by contract of this function.
    let path = unsafe { text::bytes(file) }.map(<[u8]>::to_vec);
    let key = KeyFile { path, passphrase: passphraseCallback, kind: r#type };
    change("twTunnelManager_SetClientKey", |copy| copy.key_file = Some(key));
}
