//! `twShapes.h`: Thing templates and shapes, extension libraries, namespaced services and standard property registration.

mod constructors;
mod generic;
mod names;
mod registries;

pub use constructors::{twGetShapesMap, twGetTemplatesMap};
pub use generic::{
    twAddEdgeThingShapeService, twConstructEmptyEdgeThingTemplate, twConstructGenericEdgeThingTemplate,
    twLoadShapeLibraryService,
};
pub(super) use names::{forget_all_names, forget_names};
pub use names::{twVerifyUniquePropertyName, twVerifyUniqueServiceName};
pub(super) use registries::{clear, has_shape, has_template, things_with};
pub use registries::{
    twGetThingNameToShapeList, twGetThingNameToTemplateList, twSetThingAsUsingShape, twThingNameToShapeList_Delete,
    twThingNameToTemplateList_Delete,
};

use std::ffi::{c_char, c_int, c_void};
use std::ptr;

use super::api::instance;
use super::api::{property_cb, service_cb, twApi_RegisterProperty, twApi_RegisterService};
use super::definitions::{BaseType, TW_THING};
use super::errors::{
    TW_ERROR_SHAPE_DOES_NOT_EXIST, TW_ERROR_TEMPLATE_DOES_NOT_EXIST, TW_INVALID_PARAM, TW_LIST_ENTRY_NOT_FOUND,
    TW_NULL_OR_INVALID_API_SINGLETON, TW_OK,
};
use super::guard::guard;
use super::info_table::shape::twDataShape_Delete;
use super::info_table::{twDataShape, twInfoTable};
use super::standard_props::twExt_StandardPropertyHandler;
use super::text;
use crate::model::Text;
use constructors::{SHAPES, TEMPLATES};
use names::{Kind, Taken};
use registries::{note_shape, note_template};

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

/// Registers a shape's constructor under a name; a later registration of the name replaces it.
///
/// # Safety
/// `shapeName` is NULL or a C string (copied).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twExt_RegisterShape(shapeName: *const c_char, shapeConstructorFunction: shapeHandlerFunction) {
    guard((), || {
        // SAFETY: by contract of this function.
        match (unsafe { text::c_str(shapeName) }, shapeConstructorFunction) {
            (Some(name), Some(constructor)) => SHAPES.add(name, constructor),
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
        match (unsafe { text::c_str(templateName) }, handler) {
            (Some(name), Some(constructor)) => TEMPLATES.add(name, constructor),
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
        let (Some(name), Some(wanted)) = (unsafe { (text::c_str(thing), text::c_str(template_name)) }) else {
            return TW_INVALID_PARAM;
        };
        let Some(constructor) = TEMPLATES.find(wanted) else {
            log::error!(
                "there is no template {} for thing {}: register it with twExt_RegisterTemplate first",
                wanted.to_string_lossy(),
                name.to_string_lossy()
            );
            return TW_ERROR_TEMPLATE_DOES_NOT_EXIST;
        };
        note_template(name.to_bytes(), wanted.to_bytes());
        // SAFETY: a constructor with the arguments of its prototype. No lock is held: it registers things.
        unsafe { constructor(thing, ptr::null()) };
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
    let (Some(name), Some(shape)) = (unsafe { (text::c_str(thing), text::c_str(shape_name)) }) else {
        return TW_INVALID_PARAM;
    };
    let Some(constructor) = SHAPES.find(shape) else {
        log::error!(
            "there is no shape {} for thing {}: register it with twExt_RegisterShape first",
            shape.to_string_lossy(),
            name.to_string_lossy()
        );
        return unknown;
    };
    note_shape(name.to_bytes(), shape.to_bytes());
    // SAFETY: the application's constructor with the arguments of its prototype. No lock is held: it registers things.
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
        match unsafe { (text::bytes(thingName), text::bytes(templateName)) } {
            (Some(thing), Some(template)) => note_template(thing, template),
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
        let (Some(thing), Some(parent)) = (unsafe { (text::bytes(thingName), text::c_str(templateNameToInherit)) })
        else {
            return;
        };
        if let Some(constructor) = TEMPLATES.find(parent) {
            note_template(thing, parent.to_bytes());
            // SAFETY: a constructor with the arguments of its prototype. No lock is held: it registers things.
            unsafe { constructor(thingName, ptr::null()) };
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
        match unsafe { (text::bytes(entityName), text::bytes(shapeName)) } {
            (Some(thing), Some(shape)) => c_char::from(has_shape(thing, shape)),
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
        match unsafe { (text::bytes(entityName), text::bytes(templateName)) } {
            (Some(thing), Some(template)) => c_char::from(has_template(thing, template)),
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

/// A name stays taken only when the core has registered it.
fn keep_if_registered(taken: Taken, code: c_int) -> c_int {
    if code == TW_OK {
        taken.keep();
    }
    code
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
        let Some(taken) = Taken::take(&thing, Kind::Property, &name) else {
            log::error!("property {name} of {thing} is registered already");
            return TW_INVALID_PARAM;
        };
        let c_name = super::api::c_string(&name);
        let handler: property_cb = Some(twExt_StandardPropertyHandler);
        // SAFETY: by contract of this function; texts are copied.
        let code = unsafe {
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
        };
        keep_if_registered(taken, code)
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
        let Some(taken) = Taken::take(&thing, Kind::Service, &name) else {
            log::error!("service {name} of {thing} is registered already");
            return discard(TW_INVALID_PARAM);
        };
        let c_name = super::api::c_string(&name);
        // SAFETY: by contract of this function.
        let code = unsafe {
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
        };
        if matches!(code, TW_INVALID_PARAM | TW_NULL_OR_INVALID_API_SINGLETON) {
            // The codes with which the core leaves the shapes alone.
            discard(code);
        }
        keep_if_registered(taken, code)
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
