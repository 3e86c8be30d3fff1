//! Services that the platform offers to devices: the answers that tests and operators put in place of the built-in
//! ones.

use std::collections::HashMap;
use std::sync::Arc;
use twedge::model::{InfoTable, Text, Value};
use twedge::wire::{EntityType, MessageCode};

/// A call of a service by a device.
#[derive(Clone, Debug)]
pub struct ServiceCall {
    /// Number of the connection.
    pub connection: u64,
    /// The user of the device's application key.
    pub user: String,
    /// Kind of the entity that is called.
    pub entity_type: EntityType,
    /// Its name.
    pub entity: Text,
    /// Name of the service.
    pub service: Text,
    /// The parameters.
    pub params: Option<InfoTable>,
}

impl ServiceCall {
    /// The parameter of that name.
    pub fn param(&self, name: &str) -> Option<&Value> {
        self.params.as_ref()?.get(0, name.as_bytes())
    }
}

/// An answer, of the platform to a device or of a device to the platform.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Its code; SUCCESS or one from 0x80 on.
    pub code: MessageCode,
    /// Text for humans.
    pub reason: Option<Text>,
    /// The result.
    pub content: Option<InfoTable>,
}

impl Answer {
    /// Success without a result.
    pub fn ok() -> Self {
        Self { code: MessageCode::SUCCESS, reason: None, content: None }
    }

    /// Success with this table as the result.
    pub fn table(table: InfoTable) -> Self {
        Self { content: Some(table), ..Self::ok() }
    }

    /// Success with this value in a field `result`.
    pub fn result(value: Value) -> Self {
        Self::table(InfoTable::single("result", value))
    }

    /// A refusal.
    pub fn error(code: MessageCode, reason: impl Into<Text>) -> Self {
        Self { code, reason: Some(reason.into()), content: None }
    }

    /// Whether the code is SUCCESS.
    pub fn is_success(&self) -> bool {
        self.code == MessageCode::SUCCESS
    }

    /// The value in row 0 of the field `result`.
    pub fn result_value(&self) -> Option<&Value> {
        self.content.as_ref()?.get(0, b"result")
    }
}

/// A function that answers a service. It runs on a thread of its own and may block.
pub(crate) type Stub = Arc<dyn Fn(&ServiceCall) -> Answer + Send + Sync>;

/// The services that are answered by functions.
#[derive(Default)]
pub(crate) struct Stubs {
    /// By kind and name of the entity, `*` for every name, and name of the service.
    map: HashMap<(EntityType, Text, Text), Stub>,
}

impl Stubs {
    pub fn set(&mut self, entity_type: EntityType, entity: &str, service: &str, stub: Option<Stub>) {
        let key = (entity_type, entity.into(), service.into());
        match stub {
            Some(stub) => self.map.insert(key, stub),
            None => self.map.remove(&key),
        };
    }

    /// The function for a service; one for exactly this entity comes before one for all.
    pub fn find(&self, entity_type: EntityType, entity: &Text, service: &Text) -> Option<Stub> {
        let exact = self.map.get(&(entity_type, entity.clone(), service.clone()));
        exact.or_else(|| self.map.get(&(entity_type, "*".into(), service.clone()))).cloned()
    }
}
