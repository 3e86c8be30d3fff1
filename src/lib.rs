//! Edge device side of the AlwaysOn protocol, for C programs (through the headers in `include/`) and for Rust programs.
//!
//! An independent implementation, interface-compatible with release 2.2.1 of the C SDK that device firmware links.
//! The modules depend on each other in one direction only: `ffi` on `files` and `archive`; `ffi`, `files` and `client` on `things`, that
//! on `connection`, that on `net`, that on `wire`, that on `model`; `store`, which `things` and `connection` use, on `wire`. `ffi` also has
//! what C programs need of the operating system, and its lowest part, the blocking of signals, serves the threads of `connection`.

#![deny(unsafe_code)]

pub mod archive;
pub mod client;
pub mod connection;
#[allow(unsafe_code)]
pub mod ffi;
pub mod files;
pub mod model;
pub mod net;
pub mod store;
pub mod things;
pub mod tunnels;
pub mod wire;
