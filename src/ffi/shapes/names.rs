//! Names of properties and services that are taken through the extension layer, as `thing::name` (ext-files-tunnels.md
//! 1.4). They live as long as the API object.

use std::collections::BTreeSet;
use std::ffi::{c_char, c_int};
use std::sync::Mutex;

use crate::ffi::api::instance;
use crate::ffi::errors::{TW_INVALID_PARAM, TW_OK};
use crate::ffi::guard::guard;
use crate::ffi::text;
use crate::ffi::work::locked;
use crate::model::Text;

/// Properties and services have names of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Property,
    Service,
}

static USED: Mutex<BTreeSet<(Text, Kind, Text)>> = Mutex::new(BTreeSet::new());

/// A name that a registration has taken. It is free again when this is dropped, unless the registration was made.
pub(super) struct Taken(Option<(Text, Kind, Text)>);

impl Taken {
    /// Takes a name of a thing; `None` when it is taken already.
    pub fn take(thing: &Text, kind: Kind, name: &Text) -> Option<Self> {
        let entry = (thing.clone(), kind, name.clone());
        let was_free = locked(&USED).insert(entry.clone());
        // Not made when it was not free: dropping it would free the name of its owner.
        was_free.then(|| Self(Some(entry)))
    }

    /// The name stays taken.
    pub fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        if let Some(entry) = self.0.take() {
            locked(&USED).remove(&entry);
        }
    }
}

/// Forgets the names of all things, when the API object goes.
pub fn forget_all_names() {
    locked(&USED).clear();
}

/// Frees the names of a thing that was unregistered (E6): one name of it, or all with `None`.
pub fn forget_names(thing: &Text, name: Option<&Text>) {
    locked(&USED).retain(|(of, _, used)| of != thing || name.is_some_and(|name| used != name));
}

/// Takes a name for a property of a thing: 0; 101 when it is taken, for NULL and without an API object. It is free again
/// when the property or the thing is unregistered.
///
/// cbindgen:ignore
///
/// # Safety
/// The texts are NULL or C strings (copied).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twVerifyUniquePropertyName(entityName: *const c_char, propertyName: *const c_char) -> c_int {
    // SAFETY: by contract of this function.
    guard(TW_INVALID_PARAM, || unsafe { verify(entityName, Kind::Property, propertyName) })
}

/// Takes a name for a service of a thing; as twVerifyUniquePropertyName.
///
/// cbindgen:ignore
///
/// # Safety
/// The texts are NULL or C strings (copied).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twVerifyUniqueServiceName(entityName: *const c_char, serviceName: *const c_char) -> c_int {
    // SAFETY: by contract of this function.
    guard(TW_INVALID_PARAM, || unsafe { verify(entityName, Kind::Service, serviceName) })
}

/// # Safety
/// The texts are NULL or C strings.
unsafe fn verify(thing: *const c_char, kind: Kind, name: *const c_char) -> c_int {
    // SAFETY: by contract of this function.
    let names = unsafe { (text::text(thing), text::text(name)) };
    let ((Some(thing), Some(name)), Some(_)) = (names, instance::current()) else { return TW_INVALID_PARAM };
    match Taken::take(&thing, kind, &name) {
        Some(taken) => {
            taken.keep();
            TW_OK
        }
        None => TW_INVALID_PARAM,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_free_again_unless_it_was_kept() {
        let (thing, name) = (Text::from("names test"), Text::from("n"));
        let take = |kind| Taken::take(&thing, kind, &name);
        let first = take(Kind::Property);
        assert!(first.is_some() && take(Kind::Property).is_none());
        assert!(take(Kind::Service).is_some(), "kinds have names of their own");
        drop(first);
        take(Kind::Property).expect("free again").keep();
        assert!(take(Kind::Property).is_none());
        forget_names(&thing, Some(&Text::from("other")));
        assert!(take(Kind::Property).is_none());
        forget_names(&thing, None);
        assert!(take(Kind::Property).is_some());
    }
}
