//! Settings of TLS clients. They take effect with the next handshake; on the client of the API object they are the API's own.

use std::ffi::{CStr, OsStr, c_char, c_int};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr;

use rustls::pki_types::CertificateDer;

use super::client::{self, Context, FIELDS};
use super::twTlsClient;
use crate::ffi::api::{instance, security};
use crate::ffi::errors::{
    TW_ERROR_ALLOCATING_MEMORY, TW_INVALID_PARAM, TW_OK, TW_TLS_ERROR_LOADING_FILE, TW_UNKNOWN_ERROR,
};
use crate::ffi::guard::guard;
use crate::ffi::passwds::{self, twPasswdCallbackFunction};
use crate::ffi::work::locked;
use crate::ffi::{memory, text};
use crate::net::tls::{
    KeyFormat, LoadError, load_certificate, load_certificate_directory, load_certificates, load_private_key,
};

/// What a call that names no client or no file, or whose key cannot be used, returns.
const FAILED: c_int = -1;
/// The type of a file that is DER.
pub(in crate::ffi) const TYPE_DER: c_int = 2;

/// The form of a file of that type.
pub(in crate::ffi) fn format_of(r#type: c_int) -> KeyFormat {
    if r#type == TYPE_DER { KeyFormat::Der } else { KeyFormat::Pem }
}

/// The path that C names; `None` for NULL.
///
/// # Safety
/// `name` is NULL or a C string.
unsafe fn path<'a>(name: *const c_char) -> Option<&'a Path> {
    // SAFETY: by contract of this function.
    (!name.is_null()).then(|| Path::new(OsStr::from_bytes(unsafe { CStr::from_ptr(name) }.to_bytes())))
}

/// Accepts a server whose certificate is self-signed or ends in a self-signed one, whatever its name. Cannot be undone. NULL does
/// nothing. On the client of the API object: as twApi_SetSelfSignedOk, but not for tunnels.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twTlsClient_SetSelfSignedOk(t: *mut twTlsClient) {
    guard((), || match instance::of_tls_client(t) {
        Some(facade) => security::accept_self_signed(&facade),
        None if t.is_null() => {}
        // SAFETY: the caller's client.
        None => unsafe { (*t).selfSignedOk = 1 },
    });
}

/// Accepts every certificate. Cannot be undone. NULL does nothing. On the client of the API object: as
/// twApi_DisableCertValidation, but not for tunnels.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twTlsClient_DisableCertValidation(t: *mut twTlsClient) {
    guard((), || match instance::of_tls_client(t) {
        Some(facade) => security::accept_every_certificate(&facade),
        None if t.is_null() => {}
        // SAFETY: the caller's client.
        None => unsafe { (*t).validateCert = 0 },
    });
}

/// Sends everything in clear, and closes a connection with TLS. Cannot be undone. NULL does nothing. On the client of the API
/// object: as twApi_DisableEncryption, but not for tunnels.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twTlsClient_DisableEncryption(t: *mut twTlsClient) {
    guard((), || match instance::of_tls_client(t) {
        Some(facade) => security::send_in_clear(&facade),
        None if t.is_null() => {}
        // SAFETY: the caller's client.
        None => unsafe {
            if client::session(t).is_some_and(|session| session.is_encrypted()) {
                client::close(t);
            }
            (*t).isEncrypted = 0;
            (*t).isEnabled = 0;
        },
    });
}

/// What is done with certificates that were read.
enum Use {
    /// Shown to the peer.
    Show,
    /// Trusted.
    Trust,
}

/// Puts certificates to use, or logs why there are none.
///
/// # Safety
/// `t` is a client.
unsafe fn take(
    t: *mut twTlsClient,
    name: &str,
    loaded: Result<Vec<CertificateDer<'static>>, LoadError>,
    purpose: Use,
) -> c_int {
    let certificates = match loaded {
        Ok(certificates) => certificates,
        Err(error) => {
            log::error!("{name}: {error}");
            return TW_TLS_ERROR_LOADING_FILE;
        }
    };
    if let Some(facade) = instance::of_tls_client(t) {
        match purpose {
            Use::Show => security::present(&facade, certificates),
            Use::Trust => security::trust(&facade, certificates),
        }
        return TW_OK;
    }
    // SAFETY: by contract of this function, and no mirror.
    let context = unsafe { client::context(t) };
    match purpose {
        Use::Show => locked(&context.identity).set_chain(certificates),
        Use::Trust => locked(&context.anchors).load(certificates),
    }
    TW_OK
}

/// Shows the certificate of a file, the first one in it, to servers that ask for one, in place of an earlier one; a server of
/// `twTlsServer_Create` shows it always. Type 2 is DER, everything else PEM. Returns 0, -1 for NULL, 1501 when there is no
/// certificate in the file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twTlsClient_UseCertificateFile(
    t: *mut twTlsClient,
    file: *const c_char,
    r#type: c_int,
) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        // SAFETY: the caller's client and text.
        unsafe {
            let Some(path) = path(file).filter(|_| !t.is_null()) else { return FAILED };
            let loaded = load_certificate(path, format_of(r#type)).map(|certificate| vec![certificate]);
            take(t, "twTlsClient_UseCertificateFile", loaded, Use::Show)
        }
    })
}

/// As `twTlsClient_UseCertificateFile`, with all certificates of a PEM file: the own one, then those of its issuers. The type is not looked
/// at.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twTlsClient_UseCertificateChainFile(
    t: *mut twTlsClient,
    file: *const c_char,
    r#type: c_int,
) -> c_int {
    let _ = r#type;
    guard(TW_UNKNOWN_ERROR, || {
        // SAFETY: the caller's client and text.
        unsafe {
            let Some(path) = path(file).filter(|_| !t.is_null()) else { return FAILED };
            take(t, "twTlsClient_UseCertificateChainFile", load_certificates(path), Use::Show)
        }
    })
}

/// Trusts the certificates of a PEM file, of a directory in which OpenSSL finds them (files named by the hash of the subject), or of both,
/// beside those of earlier calls and instead of the public roots. One of the two may be NULL. Returns 0, -1 for a NULL client and
/// without file and directory, 1501 when there is no certificate in one of them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twTlsClient_SetClientCaList(
    t: *mut twTlsClient,
    caFile: *mut c_char,
    caPath: *mut c_char,
) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        // SAFETY: the caller's client and texts.
        unsafe {
            let (file, directory) = (path(caFile), path(caPath));
            if t.is_null() || (file.is_none() && directory.is_none()) {
                return FAILED;
            }
            let of_file = file.map_or(Ok(Vec::new()), load_certificates);
            let loaded = of_file.and_then(|mut certificates| {
                certificates.extend(directory.map_or(Ok(Vec::new()), load_certificate_directory)?);
                Ok(certificates)
            });
            take(t, "twTlsClient_SetClientCaList", loaded, Use::Trust)
        }
    })
}

/// Sets the callback that supplies the passphrase for keys that are loaded afterwards. NULL: no passphrase. A NULL client does
/// nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twTlsClient_SetDefaultPasswdCb(t: *mut twTlsClient, u: twPasswdCallbackFunction) {
    if !t.is_null() {
        // SAFETY: the caller's client.
        unsafe { (*t).keypasswdCallback = u };
    }
}

/// Sets the key of the own certificate: type 2 is DER, everything else PEM. The callback of `twTlsClient_SetDefaultPasswdCb` is asked for
/// the passphrase at once. Load the certificate first. Returns 0, -1 for NULL and when the key cannot be read or used, or does not
/// belong to the certificate.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twTlsClient_UsePrivateKeyFile(
    t: *mut twTlsClient,
    file: *const c_char,
    r#type: c_int,
) -> c_int {
    guard(FAILED, || {
        // SAFETY: the caller's client and text.
        let (path, callback) = match unsafe { path(file) } {
            // SAFETY: as above.
            Some(path) if !t.is_null() => unsafe { (path, (*t).keypasswdCallback) },
            _ => return FAILED,
        };
        let passphrase = passwds::secret_of(callback);
        let loaded = load_private_key(path, format_of(r#type), &passphrase).map_err(|error| error.to_string());
        let set = loaded.and_then(|key| match instance::of_tls_client(t) {
            Some(facade) => security::set_key(&facade, key),
            None => {
                // SAFETY: the caller's client, and no mirror.
                let context: std::sync::Arc<Context> = unsafe { client::context(t) };
                let mut identity = locked(&context.identity).clone();
                identity.set_key(key).map_err(|error| error.to_string())?;
                identity.check().map_err(|error| error.to_string())?;
                *locked(&context.identity) = identity;
                Ok(())
            }
        });
        match set {
            Ok(()) => TW_OK,
            Err(error) => {
                log::error!("twTlsClient_UsePrivateKeyFile: {error}");
                FAILED
            }
        }
    })
}

/// Compares fields of the server's certificate from the next handshake on: common name, organization and unit of subject and
/// issuer. NULL is not compared; each call replaces all six. The texts are copied. On the client of the API object: as
/// twApi_SetX509Fields, but not for tunnels. Returns 0, 101 for a NULL client, 102.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twTlsClient_SetX509Fields(
    t: *mut twTlsClient,
    subject_cn: *mut c_char,
    subject_o: *mut c_char,
    subject_ou: *mut c_char,
    issuer_cn: *mut c_char,
    issuer_o: *mut c_char,
    issuer_ou: *mut c_char,
) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if t.is_null() {
            return TW_INVALID_PARAM;
        }
        let texts = [subject_cn, subject_o, subject_ou, issuer_cn, issuer_o, issuer_ou];
        // SAFETY: the caller's client and texts.
        unsafe {
            if let Some(facade) = instance::of_tls_client(t) {
                security::prescribe(&facade, texts);
                return TW_OK;
            }
            set_fields(t, texts)
        }
    })
}

/// Replaces the texts of a client by copies.
///
/// # Safety
/// `t` is a client that is no mirror, the texts are NULL or C strings.
unsafe fn set_fields(t: *mut twTlsClient, texts: [*mut c_char; FIELDS]) -> c_int {
    let array = memory::zeroed(FIELDS * size_of::<*mut c_char>()).cast::<*mut c_char>();
    if array.is_null() {
        return TW_ERROR_ALLOCATING_MEMORY;
    }
    // SAFETY: by contract of this function; the array has room for all.
    unsafe {
        for (index, text) in texts.into_iter().enumerate() {
            array.add(index).write(text::duplicate(text, usize::MAX));
        }
        free_fields(t);
        (*t).x509_data = array;
    }
    TW_OK
}

/// Frees the texts of a client.
///
/// # Safety
/// `t` is a client that is no mirror.
pub(super) unsafe fn free_fields(t: *mut twTlsClient) {
    // SAFETY: by contract of this function; the array and its texts are from the C allocator.
    unsafe {
        let array = ptr::replace(ptr::addr_of_mut!((*t).x509_data), ptr::null_mut());
        if !array.is_null() {
            (0..FIELDS).for_each(|index| memory::free(array.add(index).read()));
            memory::free(array);
        }
    }
}
