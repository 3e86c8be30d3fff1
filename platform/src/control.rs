//! What operators change about things while their devices are connected.

use crate::core::Core;
use crate::device::DeviceError;
use crate::session::{SessionHandle, introduce_all, notify};
use crate::thing::{PushType, ThingDefinition};
use std::sync::Arc;
use twedge::model::Text;

impl Core {
    /// The connection that a thing is bound on.
    pub(crate) fn handle_of(&self, thing: &Text) -> Option<SessionHandle> {
        self.read(|state| {
            let bound = state.things.get(thing)?.bound.as_ref()?;
            Some(state.sessions.get(&bound.connection)?.handle.clone())
        })
    }

    /// Creates a thing or gives it a new definition. A device that has bound it is told. Must run within the runtime.
    pub(crate) fn define(self: &Arc<Self>, definition: ThingDefinition) {
        let name = definition.name.clone();
        let star = self.config().switches.identifier_star;
        let bound = self.update(|state| state.things.define(definition, star));
        if let (true, Some(handle)) = (bound, self.handle_of(&name)) {
            tokio::spawn(introduce_all(self.clone(), handle, vec![name]));
        }
    }

    /// Changes when a device pushes a property, and tells the device if it is connected. Must run within the runtime.
    pub(crate) fn set_push(
        self: &Arc<Self>,
        thing: &Text,
        property: &Text,
        push_type: PushType,
        threshold: f64,
    ) -> Result<(), DeviceError> {
        self.update(|state| {
            let record = state.things.get_mut(thing).ok_or_else(|| DeviceError::UnknownThing(thing.to_string()))?;
            let record = record.properties.get_mut(property).ok_or_else(|| DeviceError::UnknownProperty {
                thing: thing.to_string(),
                property: property.to_string(),
            })?;
            (record.push_type, record.push_threshold) = (push_type, threshold);
            Ok::<_, DeviceError>(())
        })?;
        if let Some(handle) = self.handle_of(thing) {
            let (core, thing) = (self.clone(), thing.clone());
            tokio::spawn(async move { notify(&core, &handle, &thing).await });
        }
        Ok(())
    }
}
