//! Things: what the platform knows about devices.

pub mod convert;
mod definition;
mod duplicates;
mod history;
pub(crate) mod metadata;
mod registry;
mod subscriptions;
mod update;

pub use definition::{DefinitionError, PropertyDefinition, PushType, ServiceDefinition, ThingDefinition};
pub use duplicates::Duplicate;
pub(crate) use history::table_weight;
pub use history::{Property, Sample};
pub(crate) use registry::{Refusal as BindRefusal, Things};
pub(crate) use subscriptions::knows_deadband;
pub(crate) use update::{Pushed, named_values, pushed_values};

use std::collections::{BTreeMap, VecDeque};
use std::time::{SystemTime, UNIX_EPOCH};
use twedge::model::{InfoTable, Text};

/// An event that a device has fired.
#[derive(Clone, Debug, PartialEq)]
pub struct EventRecord {
    /// Its name.
    pub name: Text,
    /// Its data, if it came with any.
    pub data: Option<InfoTable>,
    /// When it arrived: milliseconds since 1970-01-01 UTC.
    pub time: i64,
}

/// The connection that a thing is bound on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// Number of the connection.
    pub connection: u64,
    /// The name or identifier as the device has sent it.
    pub name: Text,
    /// Whether the device has been heard of about this thing since.
    pub reporting: bool,
}

/// A thing.
#[derive(Clone, Debug)]
pub struct Thing {
    /// Its name.
    pub name: Text,
    /// The identifier that it is bound by, without star unless the switch says that it is part of it.
    pub identifier: Option<Text>,
    /// Its template.
    pub template: String,
    /// Text for humans.
    pub description: String,
    /// Its properties by name.
    pub properties: BTreeMap<Text, Property>,
    /// Its services by name, as far as they are known.
    pub services: BTreeMap<Text, ServiceDefinition>,
    /// The names of its events, as far as they are known.
    pub event_names: Vec<Text>,
    /// The latest events, oldest first.
    pub events: VecDeque<EventRecord>,
    /// Where it is bound.
    pub bound: Option<Bound>,
    /// When it was bound last: milliseconds since 1970-01-01 UTC.
    pub last_connection: Option<i64>,
    /// Whether its properties are known: it was defined, or its device has told.
    pub defined: bool,
    /// Whether it was defined by an operator. Otherwise properties that its device pushes are added as they come.
    pub by_operator: bool,
    /// Created by the BIND of a gateway, and removed when that ends.
    pub temporary: bool,
}

impl Thing {
    pub(crate) fn new(name: Text) -> Self {
        Self {
            name,
            identifier: None,
            template: "RemoteThing".to_owned(),
            description: String::new(),
            properties: BTreeMap::new(),
            services: BTreeMap::new(),
            event_names: Vec::new(),
            events: VecDeque::new(),
            bound: None,
            last_connection: None,
            defined: false,
            by_operator: false,
            temporary: false,
        }
    }

    /// Whether it is bound on a live connection.
    pub fn is_connected(&self) -> bool {
        self.bound.is_some()
    }

    /// Whether it is bound and its device has been heard of about it since.
    pub fn is_reporting(&self) -> bool {
        self.bound.as_ref().is_some_and(|bound| bound.reporting)
    }

    pub(crate) fn add_event(&mut self, event: EventRecord, limit: usize) {
        while self.events.len() >= limit.max(1) {
            self.events.pop_front();
        }
        self.events.push_back(event);
    }
}

/// Now, as DATETIME values count.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
