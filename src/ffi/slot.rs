//! Rust values behind pointer fields of C structs.
//!
//! The field holds one share of the value. Whoever works with it takes a share of its own, so that another thread may replace
//! it meanwhile, as a close does while a read waits.

use std::sync::{Arc, Mutex, PoisonError};

/// Held while the pointer in a field is followed or replaced. Never while anything else happens.
static GATE: Mutex<()> = Mutex::new(());

/// The value behind a field; `None` for NULL.
///
/// # Safety
/// `field` is readable; what it holds is NULL or came from [`replace`] with the same `T`.
pub unsafe fn get<T, P>(field: *const *mut P) -> Option<Arc<T>> {
    let _gate = GATE.lock().unwrap_or_else(PoisonError::into_inner);
    // SAFETY: by contract of this function; the gate keeps the field's share alive until ours is counted.
    unsafe {
        let pointer = field.read().cast::<T>().cast_const();
        if pointer.is_null() {
            return None;
        }
        Arc::increment_strong_count(pointer);
        Some(Arc::from_raw(pointer))
    }
}

/// Puts a value, or NULL, behind a field, and gives what was there.
///
/// # Safety
/// As for [`get`]; `field` is writable.
pub unsafe fn replace<T, P>(field: *mut *mut P, value: Option<Arc<T>>) -> Option<Arc<T>> {
    let pointer = value.map_or(std::ptr::null(), Arc::into_raw).cast_mut().cast::<P>();
    let _gate = GATE.lock().unwrap_or_else(PoisonError::into_inner);
    // SAFETY: by contract of this function.
    unsafe {
        let old = field.replace(pointer).cast::<T>().cast_const();
        if old.is_null() { None } else { Some(Arc::from_raw(old)) }
    }
}

/// Puts NULL behind a field if it holds `value`; whether it did.
///
/// # Safety
/// As for [`replace`].
pub unsafe fn clear_if<T, P>(field: *mut *mut P, value: &Arc<T>) -> bool {
    let taken = {
        let _gate = GATE.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: by contract of this function.
        unsafe {
            let holds = std::ptr::eq(field.read().cast::<T>().cast_const(), Arc::as_ptr(value));
            holds.then(|| Arc::from_raw(field.replace(std::ptr::null_mut()).cast::<T>().cast_const()))
        }
    };
    taken.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::c_void;
    use std::ptr;

    #[test]
    fn a_value_lives_until_the_last_share_goes() {
        let mut field: *mut c_void = ptr::null_mut();
        let place = ptr::addr_of_mut!(field);
        // SAFETY: one field that holds texts only.
        unsafe {
            assert!(get::<String, _>(place).is_none());
            assert!(replace(place, Some(Arc::new("one".to_owned()))).is_none());
            let share = get::<String, _>(place).unwrap();
            let replaced = replace(place, Some(Arc::new("two".to_owned()))).unwrap();
            assert_eq!((share.as_str(), Arc::strong_count(&replaced)), ("one", 2));
            assert!(!clear_if(place, &share));
            let share = get::<String, _>(place).unwrap();
            assert!(clear_if(place, &share) && !clear_if(place, &share));
            assert_eq!((share.as_str(), Arc::strong_count(&share)), ("two", 1));
            assert!(field.is_null());
        }
    }
}
