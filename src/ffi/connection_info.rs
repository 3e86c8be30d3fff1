//! `twConnectionInfo.h`: Connection settings kept for tunnels and reconnects.

use std::ffi::{c_char, c_void};
use std::ptr;

use super::guard::guard;
use super::passwds::twPasswdCallbackFunction;
use super::{memory, text};

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twConnectionInfo {
    pub ws_host: *mut c_char,
    pub ws_port: u16,
    pub appkeyFunction: twPasswdCallbackFunction,
    pub proxy_host: *mut c_char,
    pub proxy_port: u16,
    pub proxy_user: *mut c_char,
    pub proxy_pwd: twPasswdCallbackFunction,
    pub subject_cn: *mut c_char,
    pub subject_o: *mut c_char,
    pub subject_ou: *mut c_char,
    pub issuer_cn: *mut c_char,
    pub issuer_o: *mut c_char,
    pub issuer_ou: *mut c_char,
    pub ca_cert_file: *mut c_char,
    pub client_cert_file: *mut c_char,
    pub client_key_file: *mut c_char,
    pub client_key_passphrase: twPasswdCallbackFunction,
    pub selfsignedOk: c_char,
    pub doNotValidateCert: c_char,
    pub disableEncryption: c_char,
}

/// Where the texts of connection settings are.
fn texts(info: *mut twConnectionInfo) -> [*mut *mut c_char; 12] {
    macro_rules! places {
        ($($field:ident),*) => { [$(ptr::addr_of_mut!((*info).$field)),*] };
    }
    // SAFETY: only addresses are taken, of settings that the caller knows to be live.
    unsafe {
        places![
            ws_host,
            proxy_host,
            proxy_user,
            subject_cn,
            subject_o,
            subject_ou,
            issuer_cn,
            issuer_o,
            issuer_ou,
            ca_cert_file,
            client_cert_file,
            client_key_file
        ]
    }
}

/// Makes connection settings: empty ones for NULL, otherwise a copy of all fields, texts included. The caller owns them
/// and deletes them with `twConnectionInfo_Delete`. NULL when there is no memory.
///
/// # Safety
/// `copy` is NULL or settings whose texts are NULL or C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twConnectionInfo_Create(copy: *mut twConnectionInfo) -> *mut twConnectionInfo {
    guard(ptr::null_mut(), || {
        let made = memory::zeroed(size_of::<twConnectionInfo>()).cast::<twConnectionInfo>();
        if made.is_null() || copy.is_null() {
            return made;
        }
        // SAFETY: by contract of this function; what is made is fresh, and deleted as a whole on failure. The texts are
        // taken out of the bitwise copy before anything can fail.
        unsafe {
            ptr::copy_nonoverlapping(copy, made, 1);
            texts(made).into_iter().for_each(|place| place.write(ptr::null_mut()));
            for (from, to) in texts(copy).into_iter().zip(texts(made)) {
                to.write(text::duplicate(*from, usize::MAX));
                if (*to).is_null() && !(*from).is_null() {
                    twConnectionInfo_Delete(made.cast());
                    return ptr::null_mut();
                }
            }
        }
        made
    })
}

/// Deletes connection settings with their texts. NULL is fine.
///
/// # Safety
/// `info` is NULL or settings of `twConnectionInfo_Create`, whose texts are NULL or from `malloc`; not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twConnectionInfo_Delete(info: *mut c_void) {
    guard((), || {
        if info.is_null() {
            return;
        }
        // SAFETY: by contract of this function.
        unsafe {
            texts(info.cast()).into_iter().for_each(|place| memory::free(*place));
            memory::free(info);
        }
    });
}
