//! `twConnectionInfo.h`: Connection settings kept for tunnels and reconnects.

use std::ffi::c_char;

use super::passwds::twPasswdCallbackFunction;

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
