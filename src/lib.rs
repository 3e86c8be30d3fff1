//! Edge device side of the AlwaysOn protocol, for C programs (through the headers in `include/`) and for Rust programs.
//!
//! An independent implementation, interface-compatible with release 2.2.1 of the C SDK that device firmware links.
//! The modules depend on each other in one direction only: `ffi` on `client`, `things`, `files`, `tunnels` and `store`,
//! these on `connection`, that on `net`, that on `wire`, that on `model`.

#![deny(unsafe_code)]

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
