//! A hostile network in a box, and the account of what came through it.
//!
//! A run has sites, each with a platform in this process, a [`Proxy`] that breaks its links, and a device in a process of its own that is
//! killed again and again. The device tells on a pipe which values it was promised; in the end these are compared with what the platform
//! has ([`Verdict`]).
//!
//! # What counts as accepted
//!
//! A value is promised when a push of its thing has returned success, or has returned that the values wait for a connection while a store
//! is open: then they are on disk. A value that was set and not pushed is in RAM only and counts for nothing, whatever becomes of it;
//! except in every second life of a device, which has every value stored: there a set that returns success is a promise.
//!
//! The seed decides what is done to links, platforms and devices, and when; how that meets what the devices do is up to the machine. A kill
//! ends the process, not the system: what was written and not made durable survives it, so a missing fsync is not found here.

mod account;
mod fault;
pub mod herd;
mod http_proxy;
mod life;
mod link;
pub mod links;
mod memory;
mod platform;
pub mod promise;
mod proxy;
mod site;
mod weather;

pub use account::Verdict;
pub use fault::{Direction, Fault, Kind};
pub use memory::Memory;
pub use proxy::{Proxy, Target};
pub use site::{Outcome, Site, SiteError, Storm};
