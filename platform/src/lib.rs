//! A local AlwaysOn platform: what edge devices connect to in demos, in tests and in continuous integration.
//!
//! In a process of its own it is the program `twedge-platform`. Tests run it within theirs:
//!
//! ```
//! use std::time::Duration;
//! use twedge_platform::{Platform, PropertyDefinition, ThingDefinition};
//! use twedge::model::BaseType;
//!
//! let platform = Platform::builder()
//!     .app_key("the key", "Administrator")
//!     .thing(ThingDefinition::new("Pump").property("Speed", PropertyDefinition::new(BaseType::NUMBER)))
//!     .start_blocking()?;
//! // A device connects to platform.port() with "the key" and binds Pump ...
//! assert!(!platform.wait_bound("Pump", Duration::from_millis(1)));
//! platform.findings().assert_no_violation();
//! # Ok::<(), twedge_platform::StartError>(())
//! ```
//!
//! It is strict: what a real platform would refuse it refuses, and what devices do wrong it lists as [`Findings`].
//! Each question that the protocol leaves open is one of the [`Switches`]. [`Fault`]s make it misbehave on purpose.

mod builder;
pub mod cli;
mod config;
mod connection;
mod control;
mod core;
mod device;
mod fault;
mod files;
mod finding;
mod platform;
mod rest;
mod server;
mod service;
mod session;
mod thing;
mod tls;
mod transcript;
mod tunnels;

pub use builder::{Builder, StartError};
pub use config::{
    AddressBy, AskMetadata, BindConflict, Config, Credential, DEFAULT_USER, DEMO_APP_KEY, IdentifierStar,
    LargeMessages, Limits, Notify, SessionIds, Switches, Timers, UnknownThings, WrongSession,
};
pub use connection::{ConnectionInfo, Counters, Stage};
pub use device::DeviceError;
pub use fault::{Action, Fault, FaultId, Point};
pub use files::{
    Block, DeviceFiles, Directory, FileInfo, Job, JobState, Place, TransferError, TransferMode, TransferSettings,
};
pub use finding::{Finding, FindingKind, Findings, Severity};
pub use platform::Platform;
pub use service::{Answer, ServiceCall};
pub use thing::{
    Bound, DefinitionError, Duplicate, EventRecord, Property, PropertyDefinition, PushType, Sample, ServiceDefinition,
    Thing, ThingDefinition, convert,
};
pub use tls::{TlsError, TlsSource};
pub use transcript::{Direction, Entry};
pub use tunnels::{DeviceTunnel, TunnelRecord, TunnelRequest};
