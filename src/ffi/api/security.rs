//! TLS settings of the main connection (api-behaviour.md 4.2). They take effect with the next handshake.

use std::ffi::{OsStr, c_char, c_int};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;

use super::instance::{self, Facade};
use crate::ffi::connection_info::twConnectionInfo;
use crate::ffi::errors::{
    TW_FIPS_MODE_NOT_SUPPORTED, TW_INVALID_PARAM, TW_NULL_OR_INVALID_API_SINGLETON, TW_NULL_OR_INVALID_MSG_HANDLER,
    TW_OK, TW_TLS_ERROR_LOADING_FILE, TW_UNKNOWN_ERROR,
};
use crate::ffi::guard::guard;
use crate::ffi::passwds::{secret_of, twPasswdCallbackFunction};
use crate::ffi::text;
use crate::ffi::tls::settings::format_of;
use crate::net::tls::{PrivateKey, TlsError, TlsOptions, X509Fields, load_certificates, load_private_key};

/// The key cannot be read, or does not belong to the certificate.
const BAD_KEY: c_int = -1;

/// What the application has set, and whether the connection knows it.
pub(super) struct Security {
    options: TlsOptions,
    encrypted: bool,
    pub compression: bool,
    is_new: bool,
}

impl Default for Security {
    fn default() -> Self {
        Self { options: TlsOptions::default(), encrypted: true, compression: true, is_new: true }
    }
}

impl Security {
    /// What the next handshake works with, when it has changed since the last call; the inner `None` is a connection in clear. After an
    /// error the settings before the change stay in force, and the error is told once.
    pub fn changed(&mut self, check_host_name: bool) -> Option<Result<Option<Arc<ClientConfig>>, TlsError>> {
        if !self.is_new && self.options.check_host_name == check_host_name {
            return None;
        }
        self.options.check_host_name = check_host_name;
        self.is_new = false;
        if !self.encrypted {
            return Some(Ok(None));
        }
        Some(self.options.client_config().map(Some))
    }
}

/// Changes the settings and shows the change in the visible structs.
fn change(facade: &Facade, settings: impl FnOnce(&mut Security), show: impl FnOnce()) {
    {
        let mut security = facade.security();
        settings(&mut security);
        security.is_new = true;
    }
    facade.registering(|_| show());
    instance::current();
}

/// The same without anything to be shown.
fn change_silently(facade: &Facade, settings: impl FnOnce(&mut Security)) {
    change(facade, settings, || {});
}

/// See `twApi_SetSelfSignedOk`.
pub(in crate::ffi) fn accept_self_signed(facade: &Facade) {
    // SAFETY: the structs live as long as the facade.
    change(
        facade,
        |security| security.options.self_signed_ok = true,
        || unsafe {
            (*facade.objects().tls).selfSignedOk = 1;
        },
    );
}

/// See `twApi_DisableCertValidation`.
pub(in crate::ffi) fn accept_every_certificate(facade: &Facade) {
    // SAFETY: the structs live as long as the facade.
    change(
        facade,
        |security| security.options.validate = false,
        || unsafe {
            (*facade.objects().tls).validateCert = 0;
        },
    );
}

/// See `twApi_DisableEncryption`.
pub(in crate::ffi) fn send_in_clear(facade: &Facade) {
    if facade.security().encrypted {
        facade.connection().close(1000, b"Encryption disabled");
    }
    // SAFETY: the structs live as long as the facade.
    change(
        facade,
        |security| security.encrypted = false,
        || unsafe {
            (*facade.objects().tls).isEncrypted = 0;
            (*facade.objects().tls).isEnabled = 0;
        },
    );
}

/// Trusts certificates beside those of earlier calls.
pub(in crate::ffi) fn trust(facade: &Facade, certificates: Vec<CertificateDer<'static>>) {
    change_silently(facade, |security| security.options.anchors.load(certificates));
}

/// Presents a certificate chain to servers that ask for one.
pub(in crate::ffi) fn present(facade: &Facade, chain: Vec<CertificateDer<'static>>) {
    change_silently(facade, |security| security.options.identity.set_chain(chain));
}

/// Sets the key of the client certificate. Tried here, so that a key which cannot be used is refused now and not at the next
/// handshake; the error says why.
pub(in crate::ffi) fn set_key(facade: &Facade, key: PrivateKey) -> Result<(), String> {
    let mut identity = facade.security().options.identity.clone();
    identity.set_key(key).map_err(|error| error.to_string())?;
    identity.check().map_err(|error| error.to_string())?;
    change_silently(facade, |security| security.options.identity = identity);
    Ok(())
}

/// Prescribes fields of the server's certificate, in the order of `twApi_SetX509Fields`.
///
/// # Safety
/// The texts are NULL or C strings.
pub(in crate::ffi) unsafe fn prescribe(facade: &Facade, texts: [*mut c_char; 6]) {
    // SAFETY: by contract of this function.
    let copies = texts.map(|value| unsafe { text::bytes(value) }.map(<[u8]>::to_vec));
    let [subject_cn, subject_o, subject_ou, issuer_cn, issuer_o, issuer_ou] = copies;
    let fields = X509Fields { subject_cn, subject_o, subject_ou, issuer_cn, issuer_o, issuer_ou };
    change_silently(facade, |security| security.options.fields = fields);
}

/// The settings as they are now, and whether there is encryption at all: what tunnels begin with.
pub(in crate::ffi) fn tls_options(facade: &Facade) -> (TlsOptions, bool) {
    let security = facade.security();
    (security.options.clone(), security.encrypted)
}

/// Shows a setting in the connection info, from which tunnels take it.
fn inform(facade: &Facade, change: impl FnOnce(*mut twConnectionInfo)) {
    facade.registering(|_| show(facade, change));
}

/// Shows a change in the connection settings that C sees, if they are there.
fn show(facade: &Facade, change: impl FnOnce(*mut twConnectionInfo)) {
    let info = facade.info();
    if !info.is_null() {
        change(info);
    }
}

/// Accepts a server whose certificate is self-signed or ends in a self-signed one, whatever its name. Until twApi_Delete. Nothing
/// happens without an API object.
#[unsafe(no_mangle)]
pub extern "C" fn twApi_SetSelfSignedOk() {
    guard((), || {
        let Some(facade) = instance::current() else { return };
        // SAFETY: the struct lives as long as the facade.
        inform(&facade, |info| unsafe { (*info).selfsignedOk = 1 });
        accept_self_signed(&facade);
    });
}

/// Accepts every certificate. Until twApi_Delete. Nothing happens without an API object.
#[unsafe(no_mangle)]
pub extern "C" fn twApi_DisableCertValidation() {
    guard((), || {
        let Some(facade) = instance::current() else { return };
        // SAFETY: the struct lives as long as the facade.
        inform(&facade, |info| unsafe { (*info).doNotValidateCert = 1 });
        accept_every_certificate(&facade);
    });
}

/// Sends everything in clear, the application key included. A connection with TLS is closed. Until twApi_Delete. Nothing happens
/// without an API object.
#[unsafe(no_mangle)]
pub extern "C" fn twApi_DisableEncryption() {
    guard((), || {
        let Some(facade) = instance::current() else { return };
        // SAFETY: the struct lives as long as the facade.
        inform(&facade, |info| unsafe { (*info).disableEncryption = 1 });
        send_in_clear(&facade);
    });
}

/// Does not offer compression with the next connect. Until twApi_Delete. Nothing happens without an API object.
#[unsafe(no_mangle)]
pub extern "C" fn twApi_DisableWebSocketCompression() {
    guard((), || {
        let Some(facade) = instance::current() else { return };
        // SAFETY: the struct lives as long as the facade.
        change(
            &facade,
            |security| security.compression = false,
            || unsafe {
                (*facade.objects().ws).bDisableCompression = 1;
            },
        );
    });
}

/// The API object for a call that loads a file: 600 without it, 300 while a program has taken its message handler or WebSocket away.
fn facade_for_files() -> Result<Arc<Facade>, c_int> {
    let facade = instance::current().ok_or(TW_NULL_OR_INVALID_API_SINGLETON)?;
    if !super::exported_websocket().is_null() { Ok(facade) } else { Err(TW_NULL_OR_INVALID_MSG_HANDLER) }
}

/// The path of a file that C names.
fn path(name: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(name))
}

/// Trusts the certificates of a PEM file, beside those of earlier calls and instead of the public roots: CA certificates, or a
/// server's own. The type is not looked at. Returns 0, 600, 300 without a WebSocket object, 101 for NULL, 1501 when there is no certificate in it.
///
/// # Safety
/// The path is NULL or a C string (copied).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_LoadCACert(file: *const c_char, _type: c_int) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        let facade = match facade_for_files() {
            Ok(facade) => facade,
            Err(code) => return code,
        };
        // SAFETY: by contract of this function.
        let Some(name) = (unsafe { text::bytes(file) }) else { return TW_INVALID_PARAM };
        // SAFETY: a text field of one of our structs; remembered even when loading fails.
        facade.registering(|_| unsafe { facade.show_text(|info| &raw mut (*info).ca_cert_file, file) });
        match load_certificates(path(name)) {
            Ok(certificates) => {
                trust(&facade, certificates);
                TW_OK
            }
            Err(error) => {
                log::error!("twApi_LoadCACert: {error}");
                TW_TLS_ERROR_LOADING_FILE
            }
        }
    })
}

/// Presents the certificate chain of a PEM file to servers that ask for one, in place of an earlier one. Returns 0, 600, 101 for
/// NULL, 300 without a WebSocket object, 1501 when there is no certificate in it.
///
/// # Safety
/// The path is NULL or a C string (copied).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_LoadClientCert(file: *mut c_char) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        let facade = match facade_for_files() {
            Ok(facade) => facade,
            Err(code) => return code,
        };
        // SAFETY: by contract of this function.
        let Some(name) = (unsafe { text::bytes(file) }) else { return TW_INVALID_PARAM };
        // SAFETY: a text field of one of our structs.
        facade.registering(|_| unsafe { facade.show_text(|info| &raw mut (*info).client_cert_file, file) });
        match load_certificates(path(name)) {
            Ok(chain) => {
                present(&facade, chain);
                TW_OK
            }
            Err(error) => {
                log::error!("twApi_LoadClientCert: {error}");
                TW_TLS_ERROR_LOADING_FILE
            }
        }
    })
}

/// Sets the key of the client certificate: type 2 is DER, everything else PEM. The callback is asked for the passphrase at
/// once, also for a key that has none. Returns 0, 600, 300 without a WebSocket object, 101 for a missing argument, -1 when the
/// key cannot be read or does not belong to the certificate.
///
/// # Safety
/// The path is NULL or a C string (copied).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_SetClientKey(
    file: *const c_char,
    passphraseCallback: twPasswdCallbackFunction,
    r#type: c_int,
) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        let facade = match facade_for_files() {
            Ok(facade) => facade,
            Err(code) => return code,
        };
        // SAFETY: by contract of this function.
        let name = match unsafe { text::bytes(file) } {
            Some(name) if passphraseCallback.is_some() => name,
            _ => return TW_INVALID_PARAM,
        };
        // SAFETY: fields of live structs.
        facade.registering(|_| unsafe {
            facade.show_text(|info| &raw mut (*info).client_key_file, file);
            show(&facade, |info| (*info).client_key_passphrase = passphraseCallback);
            (*facade.objects().tls).keypasswdCallback = passphraseCallback;
        });
        let passphrase = secret_of(passphraseCallback);
        let loaded = load_private_key(path(name), format_of(r#type), &passphrase).map_err(|error| error.to_string());
        match loaded.and_then(|key| set_key(&facade, key)) {
            Ok(()) => TW_OK,
            Err(error) => {
                log::error!("twApi_SetClientKey: {error}");
                BAD_KEY
            }
        }
    })
}

/// Compares fields of the server's certificate from the next handshake on: common name, organization and unit of subject and
/// issuer. NULL is not compared; each call replaces all six. Returns 0, 600.
///
/// # Safety
/// The texts are NULL or C strings (copied).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_SetX509Fields(
    subject_cn: *mut c_char,
    subject_o: *mut c_char,
    subject_ou: *mut c_char,
    issuer_cn: *mut c_char,
    issuer_o: *mut c_char,
    issuer_ou: *mut c_char,
) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        let Some(facade) = instance::current() else { return TW_NULL_OR_INVALID_API_SINGLETON };
        // SAFETY: the caller's texts, and text fields of one of our structs.
        unsafe {
            prescribe(&facade, [subject_cn, subject_o, subject_ou, issuer_cn, issuer_o, issuer_ou]);
            facade.registering(|_| {
                facade.show_text(|info| &raw mut (*info).subject_cn, subject_cn);
                facade.show_text(|info| &raw mut (*info).subject_o, subject_o);
                facade.show_text(|info| &raw mut (*info).subject_ou, subject_ou);
                facade.show_text(|info| &raw mut (*info).issuer_cn, issuer_cn);
                facade.show_text(|info| &raw mut (*info).issuer_o, issuer_o);
                facade.show_text(|info| &raw mut (*info).issuer_ou, issuer_ou);
            });
        }
        TW_OK
    })
}

/// Whether the TLS library has a FIPS mode: 1012, it has none.
#[unsafe(no_mangle)]
pub extern "C" fn twApi_IsFIPSCompatible() -> c_int {
    TW_FIPS_MODE_NOT_SUPPORTED
}

/// Switches FIPS mode on: 1012, there is none.
#[unsafe(no_mangle)]
pub extern "C" fn twApi_EnableFipsMode() -> c_int {
    TW_FIPS_MODE_NOT_SUPPORTED
}

/// Switches FIPS mode off, which it is. Returns 0.
#[unsafe(no_mangle)]
pub extern "C" fn twApi_DisableFipsMode() -> c_int {
    TW_OK
}

/// Whether FIPS mode is on: FALSE.
#[unsafe(no_mangle)]
pub extern "C" fn twApi_IsFipsModeEnabled() -> c_int {
    0
}
