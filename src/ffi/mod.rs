//! The C facade: one file per C header, thin. The only place where `unsafe` is allowed.
//!
//! Every type has the name, the layout and the fields that C sees. A C enum is an integer alias of the enum's name, so
//! that any value that C passes is a value; its constants have the names of the enumerators.

#![allow(non_camel_case_types, non_snake_case, non_upper_case_globals)]
// The contract of an entry point is that of C: pointers are NULL or valid for their type, texts end in a zero byte.
#![allow(clippy::missing_safety_doc)]
#![allow(missing_docs)]

/// Defines the enumerators of a C enum as constants of its integer alias.
macro_rules! enum_constants {
    ($alias:ident = $names:ident; $($constant:ident),* $(,)?) => {
        $(pub const $constant: $alias = $names::$constant as $alias;)*
    };
}

pub mod convert;
pub mod guard;
mod key;
mod lasting;
pub mod memory;
mod native_thread;
mod recursive;
mod shared;
pub mod signals;
mod slot;
pub mod text;
pub mod work;

pub mod api;
pub mod api_wrapper;
pub mod base_types;
pub mod cjson;
pub mod connection_info;
pub mod constants;
pub mod crypto_wrapper;
pub mod default_settings;
pub mod definitions;
pub mod dict;
pub mod errors;
pub mod ext;
mod extension;
pub mod file_lock;
pub mod file_manager;
pub mod file_transfer_callbacks;
pub mod http_proxy;
pub mod info_table;
#[rustfmt::skip]
mod layout;
pub mod list;
pub mod logger;
pub mod map;
pub mod messages;
pub mod messaging;
pub mod ntlm;
pub mod offline_msg_store;
pub mod os_port;
pub mod passwds;
pub mod path;
pub mod primitive_utils;
pub mod properties;
pub mod services;
pub mod shapes;
pub mod sig;
pub mod standard_props;
pub mod string_utils;
pub mod subscribed_props;
pub mod tasker;
pub mod thread_utils;
pub mod threads;
pub mod tls;
pub mod tomcrypt;
pub mod tunnel_manager;
mod undeclared;
pub mod websocket;
pub mod zip_tar;
pub mod zlib;
