//! The registry of things: what the application has registered and bound.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, RwLock, RwLockReadGuard, RwLockWriteGuard, Weak};

use serde_json::Value as Json;

use super::bindings::{Bindings, DefaultServices};
use super::builtin::{self, UpdateObserver};
use super::dispatch::Handler;
use super::{
    Aspects, DefaultHandler, EventDefinition, PropertyDefinition, PropertyHandler, RegistryError, ServiceDefinition,
    ServiceHandler,
};
use crate::model::{BaseType, Text};
use crate::wire::{Characteristic, EntityType};

/// The definition of a registration.
#[derive(Clone, Debug, PartialEq)]
pub enum Definition {
    /// Of a property.
    Property(PropertyDefinition),
    /// Of a service.
    Service(ServiceDefinition),
    /// Of an event.
    Event(EventDefinition),
}

impl Definition {
    /// Its aspects.
    pub fn aspects(&self) -> &Aspects {
        match self {
            Self::Property(property) => &property.aspects,
            Self::Service(service) => &service.aspects,
            Self::Event(event) => &event.aspects,
        }
    }

    fn aspects_mut(&mut self) -> &mut Aspects {
        match self {
            Self::Property(property) => &mut property.aspects,
            Self::Service(service) => &mut service.aspects,
            Self::Event(event) => &mut event.aspects,
        }
    }
}

/// One registration, as [`Registry::registrations`] lists it.
#[derive(Clone)]
pub struct Registered {
    /// Kind of the entity.
    pub entity_type: EntityType,
    /// Its name.
    pub entity: Text,
    /// Property, service or event.
    pub characteristic: Characteristic,
    /// Name of the property, service or event, or a wildcard.
    pub name: Text,
    /// What it is; `None` for a handler that was registered alone.
    pub definition: Option<Definition>,
    /// Position in the order of registration.
    pub order: u64,
}

#[derive(Clone)]
pub(super) struct Entry {
    pub order: u64,
    pub definition: Option<Definition>,
    pub handler: Option<Handler>,
}

type Names = HashMap<Text, Entry>;

#[derive(Default)]
struct Entity {
    kinds: HashMap<Characteristic, Names>,
}

#[derive(Default)]
pub(super) struct State {
    next: u64,
    entities: HashMap<EntityType, HashMap<Text, Entity>>,
    pub bindings: Bindings,
    pub default_handler: Option<Arc<dyn DefaultHandler>>,
    pub file_services: Option<Arc<dyn ServiceHandler>>,
    pub tunnel_services: Option<Arc<dyn ServiceHandler>>,
    pub bound_things_only: bool,
    pub observer: Option<Arc<dyn UpdateObserver>>,
}

/// What is registered and bound. Thread-safe; no lock is held while a handler runs.
pub struct Registry {
    state: RwLock<State>,
    /// Longest text that an answer may carry, in bytes. Beside the lock: it is set again and again, as C may change it at any time.
    max_text: AtomicUsize,
    own: Weak<Registry>,
}

/// The limit of texts until [`Registry::set_max_text`] is called: 1 MiB (protocol.md 5.1).
const DEFAULT_MAX_TEXT: usize = 1 << 20;

impl Registry {
    /// An empty registry.
    pub fn new() -> Arc<Self> {
        Arc::new_cyclic(|own| Self {
            state: RwLock::default(),
            max_text: AtomicUsize::new(DEFAULT_MAX_TEXT),
            own: own.clone(),
        })
    }

    pub(super) fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Registers a property.
    ///
    /// # Errors
    /// [`RegistryError::NoEntityType`], [`RegistryError::AlreadyRegistered`].
    pub fn register_property(
        &self,
        entity_type: EntityType,
        entity: impl Into<Text>,
        name: impl Into<Text>,
        definition: PropertyDefinition,
        handler: Arc<dyn PropertyHandler>,
    ) -> Result<(), RegistryError> {
        let entry = (Some(Definition::Property(definition)), Some(Handler::Property(handler)));
        self.insert(entity_type, entity.into(), Characteristic::PROPERTIES, name.into(), entry)
    }

    /// Registers a handler for a property without a definition, which `GetMetadata` does not list. The names `*` (any
    /// property), `*T`, `*F` and `*B` are wildcards (api-behaviour.md 5.2).
    ///
    /// # Errors
    /// As for [`Registry::register_property`].
    pub fn register_property_handler(
        &self,
        entity_type: EntityType,
        entity: impl Into<Text>,
        name: impl Into<Text>,
        handler: Arc<dyn PropertyHandler>,
    ) -> Result<(), RegistryError> {
        let entry = (None, Some(Handler::Property(handler)));
        self.insert(entity_type, entity.into(), Characteristic::PROPERTIES, name.into(), entry)
    }

    /// Registers a service.
    ///
    /// # Errors
    /// As for [`Registry::register_property`].
    pub fn register_service(
        &self,
        entity_type: EntityType,
        entity: impl Into<Text>,
        name: impl Into<Text>,
        definition: ServiceDefinition,
        handler: Arc<dyn ServiceHandler>,
    ) -> Result<(), RegistryError> {
        let entry = (Some(Definition::Service(definition)), Some(Handler::Service(handler)));
        self.insert(entity_type, entity.into(), Characteristic::SERVICES, name.into(), entry)
    }

    /// Registers a handler for a service without a definition; names as in [`Registry::register_property_handler`].
    ///
    /// # Errors
    /// As for [`Registry::register_property`].
    pub fn register_service_handler(
        &self,
        entity_type: EntityType,
        entity: impl Into<Text>,
        name: impl Into<Text>,
        handler: Arc<dyn ServiceHandler>,
    ) -> Result<(), RegistryError> {
        let entry = (None, Some(Handler::Service(handler)));
        self.insert(entity_type, entity.into(), Characteristic::SERVICES, name.into(), entry)
    }

    /// Registers an event. It is only told by `GetMetadata`; requests about it are not dispatched to anything.
    ///
    /// # Errors
    /// As for [`Registry::register_property`].
    pub fn register_event(
        &self,
        entity_type: EntityType,
        entity: impl Into<Text>,
        name: impl Into<Text>,
        definition: EventDefinition,
    ) -> Result<(), RegistryError> {
        let entry = (Some(Definition::Event(definition)), None);
        self.insert(entity_type, entity.into(), Characteristic::EVENTS, name.into(), entry)
    }

    fn insert(
        &self,
        entity_type: EntityType,
        entity: Text,
        characteristic: Characteristic,
        name: Text,
        (definition, handler): (Option<Definition>, Option<Handler>),
    ) -> Result<(), RegistryError> {
        if entity_type == EntityType::UNDEFINED {
            return Err(RegistryError::NoEntityType { entity, characteristic, name });
        }
        let mut state = self.write();
        if state.entry(entity_type, &entity, characteristic, &name).is_some() {
            return Err(RegistryError::AlreadyRegistered { entity, characteristic, name });
        }
        let order = state.next;
        state.next += 1;
        let names = state.entities.entry(entity_type).or_default().entry(entity).or_default();
        names.kinds.entry(characteristic).or_default().insert(name, Entry { order, definition, handler });
        Ok(())
    }

    /// Removes what a thing has registered under that name, definition and handler.
    ///
    /// # Errors
    /// [`RegistryError::NotRegistered`].
    pub fn unregister(&self, thing: &Text, characteristic: Characteristic, name: &Text) -> Result<(), RegistryError> {
        let mut state = self.write();
        let entities = state.entities.entry(EntityType::THING).or_default();
        let Some(entity) = entities.get_mut(thing.as_bytes()) else {
            return Err(RegistryError::not_registered(thing, characteristic, name));
        };
        let removed = entity.kinds.get_mut(&characteristic).and_then(|names| names.remove(name.as_bytes()));
        if entity.kinds.values().all(HashMap::is_empty) {
            entities.remove(thing.as_bytes());
        }
        // The handler is dropped after the lock: dropping may run application code.
        drop(state);
        removed.map(drop).ok_or_else(|| RegistryError::not_registered(thing, characteristic, name))
    }

    /// Removes every property, service and event of a thing. It stays bound. Whether there was anything.
    pub fn unregister_thing(&self, thing: &Text) -> bool {
        let removed = self.write().entities.get_mut(&EntityType::THING).and_then(|all| all.remove(thing.as_bytes()));
        removed.is_some()
    }

    /// Sets what takes the requests that nobody else takes; `None` removes it.
    pub fn set_default_handler(&self, handler: Option<Arc<dyn DefaultHandler>>) {
        let old = std::mem::replace(&mut self.write().default_handler, handler);
        drop(old);
    }

    /// Sets what serves [`super::FILE_SERVICES`] when no registration does.
    pub fn set_file_services(&self, handler: Option<Arc<dyn ServiceHandler>>) {
        let old = std::mem::replace(&mut self.write().file_services, handler);
        drop(old);
    }

    /// Sets what serves [`super::TUNNEL_SERVICES`] when no registration does.
    pub fn set_tunnel_services(&self, handler: Option<Arc<dyn ServiceHandler>>) {
        let old = std::mem::replace(&mut self.write().tunnel_services, handler);
        drop(old);
    }

    /// Sets whether the built-in file and tunnel services serve bound things only, instead of any entity that the
    /// platform names.
    pub fn set_bound_things_only(&self, only: bool) {
        self.write().bound_things_only = only;
    }

    /// Sets who is told when the platform wants a thing synchronized.
    pub fn set_update_observer(&self, observer: Option<Arc<dyn UpdateObserver>>) {
        let old = std::mem::replace(&mut self.write().observer, observer);
        drop(old);
    }

    /// Sets the longest text that an answer may carry, in bytes (`max_string_prop_length`).
    pub fn set_max_text(&self, bytes: usize) {
        self.max_text.store(bytes, Ordering::Relaxed);
    }

    /// That limit.
    pub(super) fn max_text(&self) -> usize {
        self.max_text.load(Ordering::Relaxed)
    }

    /// The definition of a registered property of a thing; `None` when it is not registered or has no definition.
    pub fn property(&self, thing: &[u8], name: &[u8]) -> Option<PropertyDefinition> {
        self.with_property(thing, name, PropertyDefinition::clone)
    }

    /// Looks at the definition of a property without copying it. `look` runs under the lock.
    pub(super) fn with_property<T>(
        &self,
        thing: &[u8],
        name: &[u8],
        look: impl FnOnce(&PropertyDefinition) -> T,
    ) -> Option<T> {
        let state = self.read();
        match &state.entry(EntityType::THING, thing, Characteristic::PROPERTIES, name)?.definition {
            Some(Definition::Property(property)) => Some(look(property)),
            _ => None,
        }
    }

    /// Whether something is registered under exactly that name.
    pub fn is_registered(
        &self,
        entity_type: EntityType,
        entity: &[u8],
        characteristic: Characteristic,
        name: &[u8],
    ) -> bool {
        self.read().entry(entity_type, entity, characteristic, name).is_some()
    }

    /// What the API call for updating metadata does: new push settings, and type and description where given. All other
    /// aspects are dropped; the handler stays. `push_type` `None` removes the push type.
    ///
    /// # Errors
    /// [`RegistryError::NotRegistered`], [`RegistryError::NoDefinition`].
    pub fn update_metadata(
        &self,
        thing: &Text,
        name: &Text,
        base_type: Option<BaseType>,
        description: Option<Text>,
        push_type: Option<Text>,
        threshold: f64,
    ) -> Result<(), RegistryError> {
        self.change_property(thing, name, |property| {
            let base_type = base_type.unwrap_or(property.base_type);
            let description = description.or_else(|| property.description.take());
            *property = PropertyDefinition::new(base_type, description, push_type, threshold);
        })
    }

    /// What synchronizing does: new push settings, everything else stays (api-behaviour.md 14, Q-A5).
    ///
    /// # Errors
    /// [`RegistryError::NotRegistered`], [`RegistryError::NoDefinition`].
    pub fn update_push(
        &self,
        thing: &Text,
        name: &Text,
        push_type: Option<Text>,
        threshold: f64,
    ) -> Result<(), RegistryError> {
        self.change_property(thing, name, |property| property.set_push(push_type, threshold))
    }

    fn change_property(
        &self,
        thing: &Text,
        name: &Text,
        change: impl FnOnce(&mut PropertyDefinition),
    ) -> Result<(), RegistryError> {
        self.change(thing, Characteristic::PROPERTIES, name, |definition| {
            if let Definition::Property(property) = definition {
                change(property);
            }
        })
    }

    /// Adds an aspect to a property, service or event of a thing. The same name twice gives two aspects.
    ///
    /// # Errors
    /// [`RegistryError::NotRegistered`], [`RegistryError::NoDefinition`].
    pub fn add_aspect(
        &self,
        thing: &Text,
        characteristic: Characteristic,
        name: &Text,
        aspect: impl Into<Text>,
        value: Json,
    ) -> Result<(), RegistryError> {
        self.change(thing, characteristic, name, |definition| definition.aspects_mut().add(aspect, value))
    }

    fn change(
        &self,
        thing: &Text,
        characteristic: Characteristic,
        name: &Text,
        change: impl FnOnce(&mut Definition),
    ) -> Result<(), RegistryError> {
        let mut state = self.write();
        let Some(entry) = state.entry_mut(EntityType::THING, thing, characteristic, name) else {
            return Err(RegistryError::not_registered(thing, characteristic, name));
        };
        match &mut entry.definition {
            Some(definition) => {
                change(definition);
                Ok(())
            }
            None => {
                let (entity, name) = (thing.clone(), name.clone());
                Err(RegistryError::NoDefinition { entity, characteristic, name })
            }
        }
    }

    /// All registrations in the order in which they were made.
    pub fn registrations(&self) -> Vec<Registered> {
        let state = self.read();
        let mut all: Vec<_> = state.entities.iter().flat_map(|(kind, all)| registered(*kind, all)).collect();
        all.sort_by_key(|registered| registered.order);
        all
    }

    /// The definitions of an entity in the order of registration, by name, whatever the type of the entity.
    pub(super) fn definitions(&self, entity: &[u8]) -> Vec<(Text, Definition)> {
        let state = self.read();
        let mut all: Vec<_> = (state.entities.values())
            .filter_map(|entities| entities.get(entity))
            .flat_map(|entity| entity.kinds.values().flatten())
            .filter_map(|(name, entry)| Some((entry.order, name, entry.definition.as_ref()?)))
            .collect();
        all.sort_by_key(|(order, ..)| *order);
        all.into_iter().map(|(_, name, definition)| (name.clone(), definition.clone())).collect()
    }

    /// Records a thing as bound and gives it the default services that the application has not registered itself.
    ///
    /// # Errors
    /// [`RegistryError::AlreadyBound`]; nothing changes then.
    pub fn bind(&self, thing: &Text, services: DefaultServices) -> Result<(), RegistryError> {
        if !self.write().bindings.add(thing) {
            return Err(RegistryError::AlreadyBound(thing.clone()));
        }
        builtin::register(self, &self.own, thing, services);
        Ok(())
    }

    /// Removes a thing from the bound list; its registrations stay. Whether it was bound.
    pub fn unbind(&self, thing: &Text) -> bool {
        self.write().bindings.remove(thing)
    }

    /// Whether a thing is recorded as bound, online or not.
    pub fn is_bound(&self, thing: &[u8]) -> bool {
        self.read().bindings.contains(thing)
    }

    /// The bound things in the order of binding.
    pub fn bound_names(&self) -> Vec<Text> {
        self.read().bindings.names()
    }

    /// How many things are bound.
    pub fn bound_count(&self) -> usize {
        self.read().bindings.len()
    }

    /// Marks a bound thing as one whose push settings have to be asked for, and tells the observer. Whether it is bound.
    pub fn request_update(&self, thing: &Text) -> bool {
        let (bound, observer) = {
            let mut state = self.write();
            (state.bindings.mark(thing), state.observer.clone())
        };
        if let (true, Some(observer)) = (bound, observer)
            && !observer.update_requested(thing)
        {
            self.take_update_request(thing);
        }
        bound
    }

    /// Whether a thing is marked.
    pub fn needs_update(&self, thing: &[u8]) -> bool {
        self.read().bindings.is_marked(thing)
    }

    /// Clears the mark of one thing; whether it was marked.
    pub fn take_update_request(&self, thing: &[u8]) -> bool {
        self.write().bindings.take_mark(thing)
    }

    /// The marked things in the order of binding; clears their marks.
    pub fn take_update_requests(&self) -> Vec<Text> {
        self.write().bindings.take_marked()
    }
}

impl State {
    pub fn entry(&self, kind: EntityType, entity: &[u8], what: Characteristic, name: &[u8]) -> Option<&Entry> {
        self.entities.get(&kind)?.get(entity)?.kinds.get(&what)?.get(name)
    }

    fn entry_mut(&mut self, kind: EntityType, entity: &[u8], what: Characteristic, name: &[u8]) -> Option<&mut Entry> {
        self.entities.get_mut(&kind)?.get_mut(entity)?.kinds.get_mut(&what)?.get_mut(name)
    }
}

fn registered(kind: EntityType, entities: &HashMap<Text, Entity>) -> Vec<Registered> {
    let mut all = Vec::new();
    for (entity, kinds) in entities {
        for (characteristic, names) in &kinds.kinds {
            all.extend(names.iter().map(|(name, entry)| Registered {
                entity_type: kind,
                entity: entity.clone(),
                characteristic: *characteristic,
                name: name.clone(),
                definition: entry.definition.clone(),
                order: entry.order,
            }));
        }
    }
    all
}
