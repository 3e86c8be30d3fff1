//! Registering properties, services and events of things (api-behaviour.md 4.4).

use std::ffi::{c_char, c_int, c_void};
use std::ptr;
use std::sync::Arc;

use super::handlers::{self, CProperty, CService, UserData};
use super::instance::{self, Facade};
use super::{callbackInfo, genericRequest_cb, mirror, property_cb, service_cb, twApi};
use crate::ffi::base_types::primitive::twPrimitive_Delete;
use crate::ffi::base_types::twPrimitive;
use crate::ffi::definitions::{
    BaseType, TW_EVENTS, TW_NOTHING, TW_PROPERTIES, TW_SERVICES, TW_THING, TW_UNKNOWN_TYPE, characteristicEnum,
    entityTypeEnum,
};
use crate::ffi::errors::{TW_INVALID_PARAM, TW_NULL_OR_INVALID_API_SINGLETON, TW_OK};
use crate::ffi::guard::guard;
use crate::ffi::info_table::shape::twDataShape_Delete;
use crate::ffi::info_table::twDataShape;
use crate::ffi::properties::{twPropertyDef, twPropertyDef_Create};
use crate::ffi::services::twServiceDef_Create;
use crate::ffi::{convert, shapes, text};
use crate::model::{self, DataShape, Text, json};
use crate::things::{Definition, EventDefinition, PropertyDefinition, Registered, RegistryError, ServiceDefinition};
use crate::wire::{Characteristic, EntityType};

/// Nothing of that name is registered.
const NOT_REGISTERED: c_int = 1104;

/// C's number of a base type as the wire's: -1 is NOTHING.
fn base_type(value: BaseType) -> model::BaseType {
    model::BaseType(value as u8)
}

fn entity_type(value: entityTypeEnum) -> EntityType {
    EntityType(value as u8)
}

fn failed(error: &RegistryError) -> c_int {
    log::warn!("{error}");
    c_int::from(error.result())
}

/// What a registration call names: entity and characteristic.
struct Target {
    facade: Arc<Facade>,
    entity: Text,
    name: Text,
}

impl Target {
    /// The checks that every registration starts with: 600 without an API object, 101 for a missing name.
    ///
    /// # Safety
    /// Both are NULL or C strings.
    unsafe fn new(entity: *const c_char, name: *const c_char) -> Result<Self, c_int> {
        let facade = instance::current().ok_or(TW_NULL_OR_INVALID_API_SINGLETON)?;
        // SAFETY: by contract of this function.
        match unsafe { (text::text(entity), text::text(name)) } {
            (Some(entity), Some(name)) => Ok(Self { facade, entity, name }),
            _ => Err(TW_INVALID_PARAM),
        }
    }

    /// Before a registration: 101 while a program has taken the list of registrations away. What the list does not hold any
    /// more, because the program has put another one there, is not registered any more.
    fn make_room(
        &self,
        kind: entityTypeEnum,
        (characteristic, shown): (Characteristic, characteristicEnum),
    ) -> Result<(), c_int> {
        let (list, found) = self.facade.registering(|api| {
            // SAFETY: `api` is the API object.
            unsafe { ((*api).callbackList, mirror::find_callback(api, kind, &self.entity, shown, &self.name)) }
        });
        if list.is_null() {
            log::warn!("{} of {} is not registered: the API object has no callbackList", self.name, self.entity);
            return Err(TW_INVALID_PARAM);
        }
        if found.is_null() && kind == TW_THING {
            // There is nothing, usually.
            let _ = self.facade.registry().unregister(&self.entity, characteristic, &self.name);
        }
        Ok(())
    }

    /// Shows a registration that the registry has accepted in `callbackList`.
    fn show(
        &self,
        (kind, characteristic): (entityTypeEnum, characteristicEnum),
        (callback, userdata): (*mut c_void, *mut c_void),
        definition: *mut c_void,
    ) {
        let info = mirror::new_info(kind, Some(&self.entity), characteristic, Some(&self.name), callback, userdata);
        if info.is_null() {
            return;
        }
        // SAFETY: fresh memory; the dictionary owns it from here on.
        self.facade.registering(|api| unsafe {
            (*info).characteristicDefinition = definition;
            mirror::add_callback(api, info);
        });
    }

    fn find(&self, api: *mut twApi, characteristic: characteristicEnum) -> *mut callbackInfo {
        // SAFETY: `api` is the API object of `facade`.
        unsafe { mirror::find_callback(api, TW_THING, &self.entity, characteristic, &self.name) }
    }
}

/// Turns the `Result` of a body into the code that C sees.
fn code(result: Result<(), c_int>) -> c_int {
    result.err().unwrap_or(TW_OK)
}

/// Registers a property with its description and push settings. `cb` serves reads and writes of the platform. Everything
/// is copied. A property without a push type cannot be used with twApi_SetSubscribedProperty.
/// Returns 0, 600 without an API object, 101 for a missing argument or entity type 0, 106 when the name is taken.
///
/// # Safety
/// The texts are NULL or C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_RegisterProperty(
    entityType: entityTypeEnum,
    entityName: *const c_char,
    propertyName: *const c_char,
    propertyType: BaseType,
    propertyDescription: *const c_char,
    propertyPushType: *const c_char,
    propertyPushThreshold: f64,
    cb: property_cb,
    userdata: *mut c_void,
) -> c_int {
    guard(TW_INVALID_PARAM, || {
        code((|| {
            // SAFETY: by contract of this function.
            let (target, description, push) = unsafe {
                (Target::new(entityName, propertyName)?, text::text(propertyDescription), text::text(propertyPushType))
            };
            let handler =
                cb.map(|_| CProperty { callback: cb, userdata: UserData(userdata) }).ok_or(TW_INVALID_PARAM)?;
            target.make_room(entityType, (Characteristic::PROPERTIES, TW_PROPERTIES))?;
            let definition = PropertyDefinition::new(base_type(propertyType), description, push, propertyPushThreshold);
            target
                .facade
                .registry()
                .register_property(
                    entity_type(entityType),
                    target.entity.clone(),
                    target.name.clone(),
                    definition,
                    Arc::new(handler),
                )
                .map_err(|error| failed(&error))?;
            // SAFETY: by contract of this function; the definition copies its texts.
            let shown = unsafe {
                twPropertyDef_Create(
                    propertyName.cast_mut(),
                    propertyType,
                    propertyDescription.cast_mut(),
                    propertyPushType.cast_mut(),
                    propertyPushThreshold,
                )
            };
            target.show((entityType, TW_PROPERTIES), (handlers::property_pointer(cb), userdata), shown.cast());
            Ok(())
        })())
    })
}

/// Registers a callback for a property without a description; twApi metadata does not list it. The name may be `*` (any
/// property of the entity). Returns 0, 600, 101 for a missing argument or entity type 0, 106.
///
/// # Safety
/// The texts are NULL or C strings (copied).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_RegisterPropertyCallback(
    entityType: entityTypeEnum,
    entityName: *mut c_char,
    propertyName: *mut c_char,
    cb: property_cb,
    userdata: *mut c_void,
) -> c_int {
    guard(TW_INVALID_PARAM, || {
        code((|| {
            // SAFETY: by contract of this function.
            let target = unsafe { Target::new(entityName, propertyName)? };
            let handler =
                cb.map(|_| CProperty { callback: cb, userdata: UserData(userdata) }).ok_or(TW_INVALID_PARAM)?;
            target.make_room(entityType, (Characteristic::PROPERTIES, TW_PROPERTIES))?;
            target
                .facade
                .registry()
                .register_property_handler(
                    entity_type(entityType),
                    target.entity.clone(),
                    target.name.clone(),
                    Arc::new(handler),
                )
                .map_err(|error| failed(&error))?;
            let pointer = (handlers::property_pointer(cb), userdata);
            target.show((entityType, TW_PROPERTIES), pointer, ptr::null_mut());
            Ok(())
        })())
    })
}

/// Changes description and push settings of a registered property of a thing; the callback stays. TW_UNKNOWN_TYPE and a NULL
/// description keep the old ones, a NULL push type removes the push type, all other aspects are dropped.
/// Returns 0, 600, 101 when it is not registered or a name is NULL.
///
/// # Safety
/// The texts are NULL or C strings (copied).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_UpdatePropertyMetaData(
    _entityType: entityTypeEnum,
    entityName: *mut c_char,
    propertyName: *mut c_char,
    propertyType: BaseType,
    propertyDescription: *mut c_char,
    propertyPushType: *mut c_char,
    propertyPushThreshold: f64,
) -> c_int {
    guard(TW_INVALID_PARAM, || {
        code((|| {
            // SAFETY: by contract of this function.
            let (target, description, push) = unsafe {
                (Target::new(entityName, propertyName)?, text::text(propertyDescription), text::text(propertyPushType))
            };
            let kind = (propertyType != TW_UNKNOWN_TYPE).then(|| base_type(propertyType));
            target
                .facade
                .registry()
                .update_metadata(&target.entity, &target.name, kind, description, push, propertyPushThreshold)
                .map_err(|error| failed(&error))?;
            target.facade.registering(|api| show_property(&target, api));
            Ok(())
        })())
    })
}

/// Makes the visible definitions of properties follow the registry.
pub(super) fn show_push_settings(facade: &Arc<Facade>, thing: &Text, names: &[Text]) {
    for name in names {
        let target = Target { facade: facade.clone(), entity: thing.clone(), name: name.clone() };
        facade.registering(|api| show_property(&target, api));
    }
}

/// Makes the visible definition of a property follow the registry.
fn show_property(target: &Target, api: *mut twApi) {
    let info = target.find(api, TW_PROPERTIES);
    let Some(property) = target.facade.registry().property(&target.entity, &target.name) else { return };
    if info.is_null() {
        return;
    }
    let name = handlers::c_string(&target.name);
    let description = property.description.as_ref().map(handlers::c_string);
    let push = property.push_type().map(|push| handlers::c_string(&Text::from(push)));
    let pointer = |text: &Option<std::ffi::CString>| text.as_ref().map_or(ptr::null_mut(), |t| t.as_ptr().cast_mut());
    // SAFETY: the texts live until the call returns; the old definition is replaced in its place, whose address programs may hold.
    unsafe {
        let fresh = twPropertyDef_Create(
            name.as_ptr().cast_mut(),
            convert::base_type_to_c(property.base_type),
            pointer(&description),
            pointer(&push),
            property.push_threshold(),
        );
        let place = (*info).characteristicDefinition.cast::<twPropertyDef>();
        if fresh.is_null() || place.is_null() {
            return;
        }
        ptr::swap(place, fresh);
        crate::ffi::properties::twPropertyDef_Delete(fresh.cast());
    }
}

/// Registers a service with its description, parameters and result. `cb` runs in the threads that handle messages.
/// The shapes are taken over, except when 600 or 101 is returned. Returns 0, 600, 101 for a missing argument or entity type 0,
/// 106 when the name is taken.
///
/// # Safety
/// The texts are NULL or C strings (copied), the shapes NULL or from twDataShape_Create.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_RegisterService(
    entityType: entityTypeEnum,
    entityName: *const c_char,
    serviceName: *mut c_char,
    serviceDescription: *mut c_char,
    inputs: *mut twDataShape,
    outputType: BaseType,
    outputDataShape: *mut twDataShape,
    cb: service_cb,
    userdata: *mut c_void,
) -> c_int {
    guard(TW_INVALID_PARAM, || {
        code((|| {
            // SAFETY: by contract of this function.
            let (target, description) =
                unsafe { (Target::new(entityName, serviceName)?, text::text(serviceDescription)) };
            let handler =
                cb.map(|_| CService { callback: cb, userdata: UserData(userdata) }).ok_or(TW_INVALID_PARAM)?;
            if entityType == 0 {
                return Err(TW_INVALID_PARAM);
            }
            target.make_room(entityType, (Characteristic::SERVICES, TW_SERVICES))?;
            let mut definition = ServiceDefinition::new(base_type(outputType));
            definition.description = description;
            // SAFETY: by contract of this function.
            (definition.inputs, definition.output_shape) = unsafe { (shape(inputs), shape(outputDataShape)) };
            let registered = target.facade.registry().register_service(
                entity_type(entityType),
                target.entity.clone(),
                target.name.clone(),
                definition,
                Arc::new(handler),
            );
            if let Err(error) = registered {
                // SAFETY: the shapes are ours on this path.
                unsafe {
                    twDataShape_Delete(inputs.cast());
                    twDataShape_Delete(outputDataShape.cast());
                }
                return Err(failed(&error));
            }
            // SAFETY: by contract of this function; the definition takes the shapes.
            let shown =
                unsafe { twServiceDef_Create(serviceName, serviceDescription, inputs, outputType, outputDataShape) };
            target.show((entityType, TW_SERVICES), (handlers::service_pointer(cb), userdata), shown.cast());
            Ok(())
        })())
    })
}

/// Registers a callback for a service without a description. The name may be `*` (any service of the entity), `*T` (tunnel
/// services), `*F` (file services), `*B` (both). Returns 0, 600, 101 for a missing argument or entity type 0, 106.
///
/// # Safety
/// The texts are NULL or C strings (copied).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_RegisterServiceCallback(
    entityType: entityTypeEnum,
    entityName: *mut c_char,
    serviceName: *mut c_char,
    cb: service_cb,
    userdata: *mut c_void,
) -> c_int {
    guard(TW_INVALID_PARAM, || {
        code((|| {
            // SAFETY: by contract of this function.
            let target = unsafe { Target::new(entityName, serviceName)? };
            let handler =
                cb.map(|_| CService { callback: cb, userdata: UserData(userdata) }).ok_or(TW_INVALID_PARAM)?;
            target.make_room(entityType, (Characteristic::SERVICES, TW_SERVICES))?;
            target
                .facade
                .registry()
                .register_service_handler(
                    entity_type(entityType),
                    target.entity.clone(),
                    target.name.clone(),
                    Arc::new(handler),
                )
                .map_err(|error| failed(&error))?;
            target.show((entityType, TW_SERVICES), (handlers::service_pointer(cb), userdata), ptr::null_mut());
            Ok(())
        })())
    })
}

/// Registers an event that a thing may fire. The shape is taken over, except when 600 or 101 is returned.
/// Returns 0, 600, 101 for a missing argument or entity type 0, 106 when the name is taken.
///
/// # Safety
/// The texts are NULL or C strings (copied), the shape NULL or from twDataShape_Create.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_RegisterEvent(
    entityType: entityTypeEnum,
    entityName: *mut c_char,
    eventName: *mut c_char,
    eventDescription: *mut c_char,
    parameters: *mut twDataShape,
) -> c_int {
    guard(TW_INVALID_PARAM, || {
        code((|| {
            // SAFETY: by contract of this function.
            let (target, description) = unsafe { (Target::new(entityName, eventName)?, text::text(eventDescription)) };
            if entityType == 0 {
                return Err(TW_INVALID_PARAM);
            }
            target.make_room(entityType, (Characteristic::EVENTS, TW_EVENTS))?;
            // SAFETY: by contract of this function.
            let definition =
                EventDefinition { description, shape: unsafe { shape(parameters) }, ..EventDefinition::default() };
            let registered = target.facade.registry().register_event(
                entity_type(entityType),
                target.entity.clone(),
                target.name.clone(),
                definition,
            );
            if let Err(error) = registered {
                // SAFETY: the shape is ours on this path.
                unsafe { twDataShape_Delete(parameters.cast()) };
                return Err(failed(&error));
            }
            // SAFETY: by contract of this function; the definition takes the shape.
            let shown =
                unsafe { twServiceDef_Create(eventName, eventDescription, parameters, TW_NOTHING, ptr::null_mut()) };
            target.show((entityType, TW_EVENTS), (ptr::null_mut(), ptr::null_mut()), shown.cast());
            Ok(())
        })())
    })
}

/// # Safety
/// NULL or a shape.
unsafe fn shape(shape: *mut twDataShape) -> Option<DataShape> {
    if shape.is_null() {
        return None;
    }
    // SAFETY: by contract of this function.
    unsafe { convert::shape_from_c(shape) }.ok()
}

/// Adds an aspect to a registered property of a thing. The value is deleted, except when 600 is returned or an argument is NULL.
/// Returns 0, 600, 101 for a missing argument or when it is not registered with a description.
///
/// # Safety
/// The texts are NULL or C strings (copied), the value NULL or a primitive on the heap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_AddAspectToProperty(
    entityName: *const c_char,
    propertyName: *const c_char,
    aspectName: *const c_char,
    aspectValue: *mut twPrimitive,
) -> c_int {
    let what = (Characteristic::PROPERTIES, TW_PROPERTIES);
    // SAFETY: by contract of this function.
    guard(TW_INVALID_PARAM, || unsafe { add_aspect(what, entityName, propertyName, aspectName, aspectValue) })
}

/// Adds an aspect to a registered service of a thing; as twApi_AddAspectToProperty.
///
/// # Safety
/// The texts are NULL or C strings (copied), the value NULL or a primitive on the heap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_AddAspectToService(
    entityName: *mut c_char,
    serviceName: *mut c_char,
    aspectName: *mut c_char,
    aspectValue: *mut twPrimitive,
) -> c_int {
    let what = (Characteristic::SERVICES, TW_SERVICES);
    // SAFETY: by contract of this function.
    guard(TW_INVALID_PARAM, || unsafe { add_aspect(what, entityName, serviceName, aspectName, aspectValue) })
}

/// Adds an aspect to a registered event of a thing; as twApi_AddAspectToProperty.
///
/// # Safety
/// The texts are NULL or C strings (copied), the value NULL or a primitive on the heap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_AddAspectToEvent(
    entityName: *mut c_char,
    eventName: *mut c_char,
    aspectName: *mut c_char,
    aspectValue: *mut twPrimitive,
) -> c_int {
    let what = (Characteristic::EVENTS, TW_EVENTS);
    // SAFETY: by contract of this function.
    guard(TW_INVALID_PARAM, || unsafe { add_aspect(what, entityName, eventName, aspectName, aspectValue) })
}

/// # Safety
/// As for the three functions above.
unsafe fn add_aspect(
    (characteristic, shown): (Characteristic, characteristicEnum),
    entity: *const c_char,
    name: *const c_char,
    aspect: *const c_char,
    value: *mut twPrimitive,
) -> c_int {
    code((|| {
        // SAFETY: by contract of this function.
        let (target, aspect_name) = unsafe { (Target::new(entity, name)?, text::text(aspect)) };
        let (Some(aspect_name), false) = (aspect_name, value.is_null()) else { return Err(TW_INVALID_PARAM) };
        // SAFETY: a primitive by contract.
        let converted = unsafe { convert::value_from_c(value) };
        let as_json = converted.ok().and_then(|value| json::value_to_json(&value)).unwrap_or(serde_json::Value::Null);
        let added =
            target.facade.registry().add_aspect(&target.entity, characteristic, &target.name, aspect_name, as_json);
        if added.is_ok() {
            // SAFETY: the definition's object takes a new member made from the value.
            target.facade.registering(|api| unsafe {
                let object = mirror::aspects_of(target.find(api, shown));
                if !object.is_null() {
                    crate::ffi::base_types::json::twPrimitive_ToJson(aspect.cast_mut(), value, object);
                }
            });
        }
        // SAFETY: ours on these paths.
        unsafe { twPrimitive_Delete(value.cast()) };
        added.map_err(|error| failed(&error))
    })())
}

/// Removes a registered property of a thing, its description and its values that wait to be sent. The third argument is not
/// looked at. Returns 0, 600, 101 for a missing name, 1104 when it is not registered.
///
/// # Safety
/// The texts are NULL or C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_UnregisterPropertyCallback(
    entityName: *mut c_char,
    propertyName: *mut c_char,
    _userdata: *mut c_void,
) -> c_int {
    guard(TW_INVALID_PARAM, || {
        // SAFETY: by contract of this function.
        code(unsafe { unregister(entityName, propertyName, Characteristic::PROPERTIES, TW_PROPERTIES) })
    })
}

/// Removes a registered service of a thing. The third argument is not looked at. Returns 0, 600, 101 for a missing name, 1104
/// when it is not registered.
///
/// # Safety
/// The texts are NULL or C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_UnregisterServiceCallback(
    entityName: *mut c_char,
    serviceName: *mut c_char,
    _userdata: *mut c_void,
) -> c_int {
    guard(TW_INVALID_PARAM, || {
        // SAFETY: by contract of this function.
        code(unsafe { unregister(entityName, serviceName, Characteristic::SERVICES, TW_SERVICES) })
    })
}

/// # Safety
/// The texts are NULL or C strings.
unsafe fn unregister(
    entity: *const c_char,
    name: *const c_char,
    characteristic: Characteristic,
    shown: characteristicEnum,
) -> Result<(), c_int> {
    // SAFETY: by contract of this function.
    let target = unsafe { Target::new(entity, name)? };
    let (things, entity, name) = (target.facade.things(), &target.entity, &target.name);
    match characteristic {
        Characteristic::PROPERTIES => things.unregister_property(entity, name),
        other => things.registry.unregister(entity, other, name),
    }
    .map_err(|_| NOT_REGISTERED)?;
    // SAFETY: `api` is the API object of the facade.
    target.facade.registering(|api| unsafe { mirror::remove_callback(api, &target.entity, shown, &target.name) });
    shapes::forget_names(&target.entity, Some(&target.name));
    Ok(())
}

/// Removes every property, service and event of a thing and the values that wait to be sent. The thing stays bound.
/// Returns 0, also when nothing is registered, 600, 101 for NULL.
///
/// # Safety
/// `entityName` is NULL or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_UnregisterThing(entityName: *mut c_char) -> c_int {
    guard(TW_INVALID_PARAM, || {
        let Some(facade) = instance::current() else { return TW_NULL_OR_INVALID_API_SINGLETON };
        // SAFETY: by contract of this function.
        let Some(thing) = (unsafe { text::text(entityName) }) else { return TW_INVALID_PARAM };
        forget_thing(&facade, &thing);
        TW_OK
    })
}

/// Removes what a thing has registered, from the registry and from what C sees.
pub(super) fn forget_thing(facade: &Facade, thing: &Text) {
    facade.things().unregister_thing(thing);
    shapes::forget_names(thing, None);
    facade.registering(|api| {
        // SAFETY: `api` is the API object of the facade; entries are copied out before any is removed.
        for (characteristic, name) in unsafe { mirror::names_of(api, thing) } {
            // SAFETY: as above.
            unsafe { mirror::remove_callback(api, thing, characteristic, &name) };
        }
    });
}

/// Registers a function that gets the requests of the platform for which nothing else is registered. NULL removes it.
/// Returns 0, or 600 without an API object.
///
/// # Safety
/// `cb` returns NULL or a message on the heap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_RegisterDefaultRequestHandler(cb: genericRequest_cb) -> c_int {
    guard(TW_INVALID_PARAM, || {
        let Some(facade) = instance::current() else { return TW_NULL_OR_INVALID_API_SINGLETON };
        // SAFETY: one field of the API object, read again when a request comes.
        facade.registering(|api| unsafe { (*api).defaultRequestHandler = cb });
        TW_OK
    })
}

/// Whether the built-in file and tunnel services serve bound things only (TRUE) or any entity that the platform names
/// (FALSE, the default). What the application has registered is served in either case. Until twApi_Delete. An addition to
/// the interface. Returns 0, or 600 without an API object.
#[unsafe(no_mangle)]
pub extern "C" fn twedge_serve_bound_things_only(only: c_char) -> c_int {
    guard(TW_INVALID_PARAM, || {
        let Some(facade) = instance::current() else { return TW_NULL_OR_INVALID_API_SINGLETON };
        facade.registry().set_bound_things_only(only != 0);
        TW_OK
    })
}

fn output_type(registered: &Registered) -> model::BaseType {
    match &registered.definition {
        Some(Definition::Service(service)) => service.output_type,
        _ => model::BaseType::NOTHING,
    }
}

/// Shows the services that a thing has of itself once it is bound.
pub(super) fn show_default_services(facade: &Arc<Facade>, thing: &Text) {
    for registered in facade.registry().registrations() {
        if registered.entity != *thing || registered.characteristic != Characteristic::SERVICES {
            continue;
        }
        let target = Target { facade: facade.clone(), entity: thing.clone(), name: registered.name.clone() };
        let known = facade.registering(|api| !target.find(api, TW_SERVICES).is_null());
        if known {
            continue;
        }
        let (name, kind) = (handlers::c_string(&registered.name), output_type(&registered));
        // SAFETY: the text lives until the call returns.
        let shown = unsafe {
            twServiceDef_Create(
                name.as_ptr().cast_mut(),
                ptr::null_mut(),
                ptr::null_mut(),
                convert::base_type_to_c(kind),
                ptr::null_mut(),
            )
        };
        let callback = super::dispatch::built_in(&registered.name);
        target.show((TW_THING, TW_SERVICES), (handlers::service_pointer(callback), ptr::null_mut()), shown.cast());
    }
}
