//! The registry and the values together.

use std::sync::Arc;

use super::{Registry, RegistryError, SubscribedProperties};
use crate::model::Text;
use crate::wire::Characteristic;

/// Everything that a device is, as one: unregistering forgets the values as well.
#[derive(Clone)]
pub struct Things {
    /// What is registered and bound.
    pub registry: Arc<Registry>,
    /// The values that wait to be sent.
    pub subscribed: SubscribedProperties,
}

impl Default for Things {
    fn default() -> Self {
        Self::new()
    }
}

impl Things {
    /// Nothing registered, no values.
    pub fn new() -> Self {
        let registry = Registry::new();
        Self { subscribed: SubscribedProperties::new(registry.clone()), registry }
    }

    /// Unregisters a property and drops its unsent values and its last one.
    ///
    /// # Errors
    /// [`RegistryError::NotRegistered`].
    pub fn unregister_property(&self, thing: &Text, name: &Text) -> Result<(), RegistryError> {
        self.registry.unregister(thing, Characteristic::PROPERTIES, name)?;
        self.subscribed.purge_changes_of_property(thing, name);
        self.subscribed.purge_current_value_of_property(thing, name);
        Ok(())
    }

    /// Unregisters everything of a thing and drops its values. It stays bound.
    pub fn unregister_thing(&self, thing: &Text) {
        self.registry.unregister_thing(thing);
        self.subscribed.purge_changes_of_thing(thing);
        self.subscribed.purge_current_values_of_thing(thing);
    }

    /// Removes a thing: its registrations, its values, its place in the bound list. Whether it was bound.
    pub fn unbind(&self, thing: &Text) -> bool {
        self.unregister_thing(thing);
        let bound = self.registry.unbind(thing);
        self.subscribed.thing_unbound(thing);
        bound
    }
}
