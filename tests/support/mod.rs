//! The other end of a connection, played step by step, and an application that writes down what it is told.
//!
//! Blocking sockets on 127.0.0.1 and time-outs that only a failing test reaches.

#![allow(dead_code, unused_imports)] // each test binary uses a part

mod application;
mod server;

pub use application::{Device, Told, service_of};
pub use server::{Peer, Server, answer, header, names, notify_property_update, read_head, service_request};

use std::time::Duration;

/// Longer than anything that a test waits for.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The session id that the scripted platform assigns.
pub const SESSION: u32 = 0x1122_3344;
