//! `twShapes.h`: Thing templates and shapes, extension libraries, namespaced services and standard property registration.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr;
use std::sync::Mutex;

use super::api::instance;
use super::api::{property_cb, service_cb, twApi_RegisterProperty, twApi_RegisterService};
use super::definitions::{
    BaseType, TW_NOTHING, TW_STRING, TW_THING, TWX_BAD_REQUEST, TWX_NOT_FOUND, TWX_SUCCESS, msgCodeEnum,
};
use super::errors::{
    TW_ERROR_SHAPE_DOES_NOT_EXIST, TW_ERROR_TEMPLATE_DOES_NOT_EXIST, TW_INVALID_PARAM, TW_LIST_ENTRY_NOT_FOUND, TW_OK,
};
use super::guard::guard;
use super::info_table::access::twInfoTable_GetString;
use super::info_table::shape::{twDataShape_AddEntry, twDataShape_Create, twDataShape_Delete, twDataShapeEntry_Create};
use super::info_table::{twDataShape, twInfoTable};
use super::standard_props::twExt_StandardPropertyHandler;
use super::work::locked;
use super::{memory, text};
use crate::model::Text;

pub type shapeHandlerFunction = Option<unsafe extern "C" fn(*const c_char, *const c_char)>;
pub type templateHandlerFunction = Option<unsafe extern "C" fn(*const c_char, *const c_char)>;
pub type InitialConfigurationHandler = Option<unsafe extern "C" fn() -> *mut twInfoTable>;
pub type OnConfigureHandler = Option<unsafe extern "C" fn(*mut twInfoTable, *mut c_char)>;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twThingNameToTemplateRecord {
    pub entityName: *mut c_char,
    pub templateName: *mut c_char,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twThingNameToShapeRecord {
    pub entityName: *mut c_char,
    pub shapeName: *mut c_char,
}

/// Templates that exist from the start.
const EMPTY_TEMPLATE: &str = "EmptyTemplate";
const GENERIC_TEMPLATE: &str = "GenericEdgeThingTemplate";

type Constructor = unsafe extern "C" fn(*const c_char, *const c_char);

/// What a name stands for: a constructor of the application's, or one of ours.
#[derive(Clone, Copy)]
enum Maker {
    Application(Constructor),
    Empty,
    Generic,
}

/// The registries of the extension layer: they live as long as the process (ext-files-tunnels.md 1.1).
struct Registries {
    shapes: BTreeMap<Text, Constructor>,
    templates: BTreeMap<Text, Constructor>,
    /// Thing and template, in order; identical records once (E11).
    thing_templates: Vec<(Text, Text)>,
    thing_shapes: Vec<(Text, Text)>,
}

static REGISTRIES: Mutex<Registries> = Mutex::new(Registries {
    shapes: BTreeMap::new(),
    templates: BTreeMap::new(),
    thing_templates: Vec::new(),
    thing_shapes: Vec::new(),
});

/// Names that are taken, as `thing::name`, for properties and for services. They live as long as the API object.
struct UsedNames {
    properties: BTreeSet<(Text, Text)>,
    services: BTreeSet<(Text, Text)>,
}

static USED_NAMES: Mutex<UsedNames> = Mutex::new(UsedNames { properties: BTreeSet::new(), services: BTreeSet::new() });

/// Forgets the names of all things, when the API object goes.
pub(super) fn forget_all_names() {
    let mut names = locked(&USED_NAMES);
    names.properties.clear();
    names.services.clear();
}

/// Frees the names of a thing that was unregistered (E6): one name of it, or all with `None`.
pub(super) fn forget_names(thing: &Text, name: Option<&Text>) {
    let mut names = locked(&USED_NAMES);
    let keeps = |used: &(Text, Text)| used.0 != *thing || name.is_some_and(|name| used.1 != *name);
    names.properties.retain(keeps);
    names.services.retain(keeps);
}

fn template(name: &Text) -> Option<Maker> {
    if let Some(constructor) = locked(&REGISTRIES).templates.get(name) {
        return Some(Maker::Application(*constructor));
    }
    match name.as_str() {
        Some(EMPTY_TEMPLATE) => Some(Maker::Empty),
        Some(GENERIC_TEMPLATE) => Some(Maker::Generic),
        _ => None,
    }
}

fn note(records: &mut Vec<(Text, Text)>, thing: &Text, name: &Text) {
    if !records.iter().any(|(known, of)| known == thing && of == name) {
        records.push((thing.clone(), name.clone()));
    }
}

fn note_template(thing: &Text, template: &Text) {
    note(&mut locked(&REGISTRIES).thing_templates, thing, template);
}

/// Whether a record says that the thing is made of that template or shape.
pub(super) fn implements(thing: &Text, name: &Text, is_shape: bool) -> bool {
    let registries = locked(&REGISTRIES);
    let records = if is_shape { &registries.thing_shapes } else { &registries.thing_templates };
    records.iter().any(|(known, of)| known == thing && of == name)
}

/// Runs a template's constructor on a thing. No lock is held: it registers things.
fn construct(maker: Maker, thing: *const c_char) {
    match maker {
        // SAFETY: the application's constructor with the arguments of its prototype.
        Maker::Application(constructor) => unsafe { constructor(thing, ptr::null()) },
        Maker::Empty => {}
        Maker::Generic => construct_generic(thing),
    }
}

/// `GenericEdgeThingTemplate`: inherits the empty template and offers two services.
fn construct_generic(thing: *const c_char) {
    // SAFETY: a C string, from the entry points below.
    let Some(name) = (unsafe { text::text(thing) }) else { return };
    note_template(&name, &Text::from(EMPTY_TEMPLATE));
    offer(thing, c"loadShapeLibrary", &[c"libraryName"], Some(load_shape_library));
    offer(thing, c"AddEdgeThingShape", &[c"shapeName", c"namespace"], Some(add_edge_thing_shape));
}

/// Registers a service of the generic template that takes texts and gives nothing.
fn offer(thing: *const c_char, service: &CStr, parameters: &[&CStr], handler: service_cb) {
    let inputs = input_shape(parameters);
    // SAFETY: texts live until the call returns, the shape is given away.
    unsafe {
        twExt_RegisterNamespacedService(
            thing,
            service.as_ptr(),
            ptr::null(),
            ptr::null(),
            inputs,
            TW_NOTHING,
            ptr::null_mut(),
            handler,
            ptr::null_mut(),
        )
    };
}

fn input_shape(parameters: &[&CStr]) -> *mut twDataShape {
    // SAFETY: entries are copied and given to the shape.
    unsafe {
        let shape = twDataShape_Create(ptr::null_mut());
        for name in parameters {
            let entry = twDataShapeEntry_Create(name.as_ptr(), ptr::null(), TW_STRING);
            twDataShape_AddEntry(shape, entry);
        }
        shape
    }
}

/// A text parameter of row 0, `None` when it is missing.
///
/// # Safety
/// `params` is NULL or a table.
unsafe fn parameter(params: *mut twInfoTable, name: &CStr) -> Option<CString> {
    let mut value: *mut c_char = ptr::null_mut();
    // SAFETY: by contract of this function; the copy is freed below.
    unsafe {
        twInfoTable_GetString(params, name.as_ptr().cast_mut(), 0, &mut value);
        let copy = text::bytes(value).and_then(|bytes| CString::new(bytes).ok());
        memory::free(value);
        copy
    }
}

unsafe extern "C" fn load_shape_library(
    _entity: *const c_char,
    _service: *const c_char,
    params: *mut twInfoTable,
    _content: *mut *mut twInfoTable,
    _userdata: *mut c_void,
) -> msgCodeEnum {
    guard(TWX_NOT_FOUND, || {
        // SAFETY: the dispatcher's table.
        let Some(library) = (unsafe { parameter(params, c"libraryName") }) else { return TWX_BAD_REQUEST };
        // SAFETY: a C string.
        let handle = unsafe { twExt_LoadExtensionLibrary(library.as_ptr().cast_mut()) };
        if handle.is_null() { TWX_NOT_FOUND } else { TWX_SUCCESS }
    })
}

unsafe extern "C" fn add_edge_thing_shape(
    entity: *const c_char,
    _service: *const c_char,
    params: *mut twInfoTable,
    _content: *mut *mut twInfoTable,
    _userdata: *mut c_void,
) -> msgCodeEnum {
    guard(TWX_NOT_FOUND, || {
        // SAFETY: the dispatcher's table.
        let (shape, namespace) = unsafe { (parameter(params, c"shapeName"), parameter(params, c"namespace")) };
        let Some(shape) = shape else { return TWX_BAD_REQUEST };
        let namespace = namespace.as_ref().map_or(ptr::null(), |text| text.as_ptr());
        // SAFETY: C strings that live until the call returns.
        match unsafe { twExt_AddEdgeThingShape(entity, shape.as_ptr(), namespace) } {
            TW_OK => TWX_SUCCESS,
            _ => TWX_NOT_FOUND,
        }
    })
}

/// Registers a shape's constructor under a name; a later registration of the name replaces it.
///
/// # Safety
/// `shapeName` is NULL or a C string (copied).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twExt_RegisterShape(shapeName: *const c_char, shapeConstructorFunction: shapeHandlerFunction) {
    guard((), || {
        // SAFETY: by contract of this function.
        match (unsafe { text::text(shapeName) }, shapeConstructorFunction) {
            (Some(name), Some(constructor)) => drop(locked(&REGISTRIES).shapes.insert(name, constructor)),
            _ => log::error!("twExt_RegisterShape needs a name and a constructor"),
        }
    });
}

/// Registers a template's constructor under a name; a later registration of the name replaces it.
///
/// # Safety
/// `templateName` is NULL or a C string (copied).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twExt_RegisterTemplate(templateName: *const c_char, handler: templateHandlerFunction) {
    guard((), || {
        // SAFETY: by contract of this function.
        match (unsafe { text::text(templateName) }, handler) {
            (Some(name), Some(constructor)) => drop(locked(&REGISTRIES).templates.insert(name, constructor)),
            _ => log::error!("twExt_RegisterTemplate needs a name and a constructor"),
        }
    });
}

/// Makes a thing of a template: the first half of `twExt_CreateThingFromTemplate`, whose variable list of shapes only C can walk.
/// Returns 0, 109 for an unknown template, 101 for NULL.
///
/// # Safety
/// The texts are NULL or C strings.
///
/// cbindgen:ignore
#[unsafe(export_name = "twedge_create_thing")]
pub unsafe extern "C" fn twedge_create_thing(thing: *const c_char, template_name: *const c_char) -> c_int {
    guard(TW_INVALID_PARAM, || {
        // SAFETY: by contract of this function.
        let (Some(name), Some(wanted)) = (unsafe { (text::text(thing), text::text(template_name)) }) else {
            return TW_INVALID_PARAM;
        };
        let Some(maker) = template(&wanted) else {
            log::error!(
                "there is no template {wanted} for thing {name}: register it with twExt_RegisterTemplate first"
            );
            return TW_ERROR_TEMPLATE_DOES_NOT_EXIST;
        };
        note_template(&name, &wanted);
        construct(maker, thing);
        TW_OK
    })
}

/// Adds a shape to a thing: the second half of `twExt_CreateThingFromTemplate`. Returns 0, 108 for an unknown shape, 101 for NULL.
///
/// # Safety
/// The texts are NULL or C strings.
///
/// cbindgen:ignore
#[unsafe(export_name = "twedge_add_shape")]
pub unsafe extern "C" fn twedge_add_shape(thing: *const c_char, shape_name: *const c_char) -> c_int {
    // SAFETY: by contract of this function.
    guard(TW_INVALID_PARAM, || unsafe { add_shape(thing, shape_name, ptr::null(), TW_ERROR_SHAPE_DOES_NOT_EXIST) })
}

/// # Safety
/// The texts are NULL or C strings.
unsafe fn add_shape(
    thing: *const c_char,
    shape_name: *const c_char,
    namespace: *const c_char,
    unknown: c_int,
) -> c_int {
    // SAFETY: by contract of this function.
    let (Some(name), Some(shape)) = (unsafe { (text::text(thing), text::text(shape_name)) }) else {
        return TW_INVALID_PARAM;
    };
    let constructor = {
        let mut registries = locked(&REGISTRIES);
        let Some(constructor) = registries.shapes.get(&shape).copied() else {
            log::error!("there is no shape {shape} for thing {name}: register it with twExt_RegisterShape first");
            return unknown;
        };
        note(&mut registries.thing_shapes, &name, &shape);
        constructor
    };
    // SAFETY: the application's constructor with the arguments of its prototype.
    unsafe { constructor(thing, namespace) };
    TW_OK
}

/// Adds a registered shape to a thing under a namespace, which may be NULL. Returns 0, 500 for an unknown shape.
///
/// # Safety
/// The texts are NULL or C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twExt_AddEdgeThingShape(
    entityName: *const c_char,
    shapeName: *const c_char,
    thing_namespace: *const c_char,
) -> c_int {
    guard(TW_LIST_ENTRY_NOT_FOUND, || {
        // SAFETY: by contract of this function.
        unsafe { add_shape(entityName, shapeName, thing_namespace, TW_LIST_ENTRY_NOT_FOUND) }
    })
}

/// Records that a thing is based on a template, without running its constructor. NULL is logged and ignored.
///
/// # Safety
/// The texts are NULL or C strings (copied).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twExt_SetThingAsBasedOnTemplateOf(thingName: *const c_char, templateName: *const c_char) {
    guard((), || {
        // SAFETY: by contract of this function.
        match unsafe { (text::text(thingName), text::text(templateName)) } {
            (Some(thing), Some(template)) => note_template(&thing, &template),
            _ => log::error!("twExt_SetThingAsBasedOnTemplateOf needs the names of a thing and of a template"),
        }
    });
}

/// Runs the constructor of a parent template on a thing and records it; for use inside a template's constructor. An unknown
/// parent is ignored.
///
/// # Safety
/// The texts are NULL or C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twExt_InheritFromTemplate(thingName: *const c_char, templateNameToInherit: *const c_char) {
    guard((), || {
        // SAFETY: by contract of this function.
        let (Some(thing), Some(parent)) = (unsafe { (text::text(thingName), text::text(templateNameToInherit)) })
        else {
            return;
        };
        if let Some(maker) = template(&parent) {
            note_template(&thing, &parent);
            construct(maker, thingName);
        }
    });
}

/// Whether a thing was made with that shape. FALSE for NULL.
///
/// # Safety
/// The texts are NULL or C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twExt_DoesThingImplementShape(entityName: *mut c_char, shapeName: *mut c_char) -> c_char {
    guard(0, || {
        // SAFETY: by contract of this function.
        match unsafe { (text::text(entityName), text::text(shapeName)) } {
            (Some(thing), Some(shape)) => c_char::from(implements(&thing, &shape, true)),
            _ => 0,
        }
    })
}

/// Whether a thing was made of that template or of one that inherits it. FALSE for NULL.
///
/// # Safety
/// The texts are NULL or C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twExt_DoesThingImplementTemplate(
    entityName: *mut c_char,
    templateName: *mut c_char,
) -> c_char {
    guard(0, || {
        // SAFETY: by contract of this function.
        match unsafe { (text::text(entityName), text::text(templateName)) } {
            (Some(thing), Some(template)) => c_char::from(implements(&thing, &template, false)),
            _ => 0,
        }
    })
}

/// The callback that a request of the platform for that service would reach, wildcards and built-in services included.
/// NULL when there is none.
///
/// # Safety
/// The texts are NULL or C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twExt_GetCallbackForService(entityName: *mut c_char, serviceName: *mut c_char) -> service_cb {
    guard(None, || {
        let mut userdata = ptr::null_mut();
        // SAFETY: by contract of this function.
        let found = unsafe {
            super::api::findCallback(TW_THING, entityName, super::definitions::TW_SERVICES, serviceName, &mut userdata)
        };
        // SAFETY: what is registered for a service is a function of this type.
        unsafe { std::mem::transmute::<*mut c_void, service_cb>(found) }
    })
}

/// `namespace_name`, or `name` without a namespace.
///
/// # Safety
/// The texts are NULL or C strings.
unsafe fn full_name(namespace: *const c_char, name: *const c_char) -> Option<Text> {
    // SAFETY: by contract of this function.
    let (namespace, name) = unsafe { (text::bytes(namespace), text::bytes(name)?) };
    let mut full = namespace.map(|namespace| [namespace, b"_"].concat()).unwrap_or_default();
    full.extend_from_slice(name);
    Some(Text::from(full))
}

/// Registers a property whose values the library keeps, served by twExt_StandardPropertyHandler, under the name
/// `namespace_name` (`name` with a NULL namespace). Texts are copied.
/// Returns 0, 101 when the name is taken or an argument is missing, otherwise the code of twApi_RegisterProperty.
///
/// # Safety
/// The texts are NULL or C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twExt_RegisterStandardProperty(
    entityName: *const c_char,
    propertyName: *const c_char,
    thing_namespace: *const c_char,
    propertyType: BaseType,
    propertyDescription: *const c_char,
    propertyPushType: *mut c_char,
    propertyPushThreshold: f64,
) -> c_int {
    guard(TW_INVALID_PARAM, || {
        // SAFETY: by contract of this function.
        let (thing, name) = unsafe { (text::text(entityName), full_name(thing_namespace, propertyName)) };
        let (Some(thing), Some(name)) = (thing, name) else { return TW_INVALID_PARAM };
        if instance::current().is_none() {
            return TW_INVALID_PARAM;
        }
        if !locked(&USED_NAMES).properties.insert((thing.clone(), name.clone())) {
            log::error!("property {name} of {thing} is registered already");
            return TW_INVALID_PARAM;
        }
        let c_name = super::api::c_string(&name);
        let handler: property_cb = Some(twExt_StandardPropertyHandler);
        // SAFETY: by contract of this function; texts are copied.
        unsafe {
            twApi_RegisterProperty(
                TW_THING,
                entityName,
                c_name.as_ptr(),
                propertyType,
                propertyDescription,
                propertyPushType,
                propertyPushThreshold,
                handler,
                ptr::null_mut(),
            )
        }
    })
}

/// Registers a service under the name `namespace_name` (`name` with a NULL namespace). The shapes are taken over whatever is
/// returned. Returns 0, 101 when the name is taken or an argument is missing, otherwise the code of twApi_RegisterService.
///
/// # Safety
/// The texts are NULL or C strings (copied), the shapes NULL or from twDataShape_Create.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twExt_RegisterNamespacedService(
    entityName: *const c_char,
    serviceName: *const c_char,
    thing_namespace: *const c_char,
    serviceDescription: *const c_char,
    inputs: *mut twDataShape,
    outputType: BaseType,
    outputDataShape: *mut twDataShape,
    cb: service_cb,
    userdata: *mut c_void,
) -> c_int {
    let discard = |code| {
        // SAFETY: the shapes are ours by contract, and given to nobody on this path.
        unsafe {
            if !inputs.is_null() {
                twDataShape_Delete(inputs.cast());
            }
            if !outputDataShape.is_null() {
                twDataShape_Delete(outputDataShape.cast());
            }
        }
        code
    };
    guard(TW_INVALID_PARAM, || {
        // SAFETY: by contract of this function.
        let (thing, name) = unsafe { (text::text(entityName), full_name(thing_namespace, serviceName)) };
        let (Some(thing), Some(name)) = (thing, name) else { return discard(TW_INVALID_PARAM) };
        if cb.is_none() || instance::current().is_none() {
            return discard(TW_INVALID_PARAM);
        }
        if !locked(&USED_NAMES).services.insert((thing.clone(), name.clone())) {
            log::error!("service {name} of {thing} is registered already");
            return discard(TW_INVALID_PARAM);
        }
        let c_name = super::api::c_string(&name);
        // SAFETY: by contract of this function. Everything that could be refused without taking the shapes was checked above.
        unsafe {
            twApi_RegisterService(
                TW_THING,
                entityName,
                c_name.as_ptr().cast_mut(),
                serviceDescription.cast_mut(),
                inputs,
                outputType,
                outputDataShape,
                cb,
                userdata,
            )
        }
    })
}

/// Loads an extension library from the directory that the environment variable TWXLIB names, and calls its `init_NAME`.
/// Returns the handle of the library, or NULL: variable not set, no such file inside the directory, entry missing or failing.
///
/// # Safety
/// `shapeLibraryName` is NULL or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twExt_LoadExtensionLibrary(shapeLibraryName: *mut c_char) -> *mut c_void {
    guard(ptr::null_mut(), || {
        // SAFETY: by contract of this function.
        let Some(name) = (unsafe { text::text(shapeLibraryName) }) else { return ptr::null_mut() };
        super::extension::load(&name).unwrap_or_else(|error| {
            log::error!("extension library {name} is not loaded: {error}");
            ptr::null_mut()
        })
    })
}
