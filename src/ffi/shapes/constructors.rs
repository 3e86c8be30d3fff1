//! The constructors of templates and shapes by name. They live as long as the process (ext-files-tunnels.md 1.1).

use std::collections::BTreeMap;
use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr;
use std::sync::Mutex;

use super::generic::{twConstructEmptyEdgeThingTemplate, twConstructGenericEdgeThingTemplate};
use crate::ffi::guard::guard;
use crate::ffi::map::{twMap, twMap_free, twMap_new, twMap_put};
use crate::ffi::work::locked;

/// What makes a thing: gets its name and a namespace, which may be NULL.
pub(super) type Constructor = unsafe extern "C" fn(*const c_char, *const c_char);

pub(super) const EMPTY_TEMPLATE: &CStr = c"EmptyTemplate";
const GENERIC_TEMPLATE: &CStr = c"GenericEdgeThingTemplate";

/// What is registered of one kind.
pub(super) struct Constructors(Mutex<Known>);

struct Known {
    by_name: BTreeMap<CString, Constructor>,
    /// What C sees of it, once it has asked.
    shown: *mut twMap,
    built_in: fn(&CStr) -> Option<Constructor>,
}

// SAFETY: the map of C has a lock of its own.
unsafe impl Send for Known {}

pub(super) static SHAPES: Constructors = Constructors::new(|_| None);
pub(super) static TEMPLATES: Constructors = Constructors::new(built_in_template);

fn built_in_template(name: &CStr) -> Option<Constructor> {
    if name == EMPTY_TEMPLATE {
        Some(twConstructEmptyEdgeThingTemplate)
    } else if name == GENERIC_TEMPLATE {
        Some(twConstructGenericEdgeThingTemplate)
    } else {
        None
    }
}

impl Constructors {
    const fn new(built_in: fn(&CStr) -> Option<Constructor>) -> Self {
        Self(Mutex::new(Known { by_name: BTreeMap::new(), shown: ptr::null_mut(), built_in }))
    }

    /// Registers a constructor, in place of one with that name.
    pub fn add(&self, name: &CStr, constructor: Constructor) {
        let mut known = locked(&self.0);
        known.by_name.insert(name.to_owned(), constructor);
        show(known.shown, name, constructor);
    }

    /// The constructor with that name.
    pub fn find(&self, name: &CStr) -> Option<Constructor> {
        let known = locked(&self.0);
        known.by_name.get(name).copied().or_else(|| (known.built_in)(name))
    }

    /// The map that C sees, which follows from now on.
    fn shown(&self) -> *mut twMap {
        let mut known = locked(&self.0);
        if known.shown.is_null() {
            // SAFETY: no arguments.
            known.shown = unsafe { twMap_new() };
            for name in [EMPTY_TEMPLATE, GENERIC_TEMPLATE] {
                (known.built_in)(name).into_iter().for_each(|constructor| show(known.shown, name, constructor));
            }
            known.by_name.iter().for_each(|(name, constructor)| show(known.shown, name, *constructor));
        }
        known.shown
    }

    fn clear(&self) {
        let mut known = locked(&self.0);
        known.by_name.clear();
        // SAFETY: a map of ours or NULL, which C does not use afterwards.
        unsafe { twMap_free(std::mem::replace(&mut known.shown, ptr::null_mut())) };
    }
}

fn show(map: *mut twMap, name: &CStr, constructor: Constructor) {
    if !map.is_null() {
        // SAFETY: a live map and a C string, which is copied.
        unsafe { twMap_put(map, name.as_ptr(), constructor as *mut c_void) };
    }
}

/// Forgets all but the two built-in templates.
pub(super) fn clear() {
    SHAPES.clear();
    TEMPLATES.clear();
}

/// The map of shapes by name; the values are their constructors. What is put into it has no effect. The SDK's, until
/// twExt_Delete.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn twGetShapesMap() -> *mut twMap {
    guard(ptr::null_mut(), || SHAPES.shown())
}

/// The map of templates by name; as twGetShapesMap.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn twGetTemplatesMap() -> *mut twMap {
    guard(ptr::null_mut(), || TEMPLATES.shown())
}
