//! Looking things up in a tree and changing it.

use super::node::{append, children, delete, member, new, rename, string};
use super::{cJSON, cJSON_IsReference};
use crate::ffi::guard::guard;
use crate::ffi::text;
use std::ffi::{c_char, c_int};
use std::ptr;

unsafe fn element(array: *const cJSON, index: c_int) -> *mut cJSON {
    // An index below 0 counts as 0.
    let place = usize::try_from(index).unwrap_or(0);
    // SAFETY: the caller's node.
    unsafe { children(array) }.nth(place).unwrap_or(ptr::null_mut())
}

unsafe fn member_named(object: *const cJSON, name: *const c_char) -> *mut cJSON {
    // SAFETY: the caller's node and C string.
    unsafe { text::bytes(name).map_or(ptr::null_mut(), |name| member(object, name)) }
}

/// The number of elements of an array, or of members of an object; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cJSON_GetArraySize(array: *mut cJSON) -> c_int {
    // SAFETY: the caller's node.
    guard(0, || c_int::try_from(unsafe { children(array) }.count()).unwrap_or(c_int::MAX))
}

/// The element at a place, counted from 0; it stays part of the tree. NULL when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cJSON_GetArrayItem(array: *mut cJSON, index: c_int) -> *mut cJSON {
    // SAFETY: the caller's node.
    guard(ptr::null_mut(), || unsafe { element(array, index) })
}

/// The first member of that name, **in any case**; it stays part of the tree. NULL when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cJSON_GetObjectItem(object: *mut cJSON, name: *const c_char) -> *mut cJSON {
    // SAFETY: the caller's node and C string.
    guard(ptr::null_mut(), || unsafe { member_named(object, name) })
}

/// Appends an item, which then belongs to the array. NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cJSON_AddItemToArray(array: *mut cJSON, item: *mut cJSON) {
    // SAFETY: the caller's nodes.
    guard((), || unsafe { append(array, item) });
}

/// Appends an item under a copy of `name`; it then belongs to the object. NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cJSON_AddItemToObject(object: *mut cJSON, name: *const c_char, item: *mut cJSON) {
    guard((), || {
        // SAFETY: the caller's nodes and C string.
        unsafe {
            let Some(name) = text::bytes(name) else { return };
            if !object.is_null() && !item.is_null() && rename(item, name) {
                append(object, item);
            }
        }
    });
}

/// A node that shows the content of another without owning it.
unsafe fn reference(item: *const cJSON) -> *mut cJSON {
    if item.is_null() {
        return ptr::null_mut();
    }
    let made = new(0);
    if !made.is_null() {
        // SAFETY: the caller's node, and a fresh one.
        unsafe {
            *made = *item;
            (*made).string = ptr::null_mut();
            (*made).next = ptr::null_mut();
            (*made).prev = ptr::null_mut();
            (*made).r#type |= cJSON_IsReference;
        }
    }
    made
}

/// Appends a reference to an item, which stays the caller's and must live as long as the array.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cJSON_AddItemReferenceToArray(array: *mut cJSON, item: *mut cJSON) {
    guard((), || {
        if !array.is_null() {
            // SAFETY: the caller's nodes.
            unsafe { append(array, reference(item)) };
        }
    });
}

/// Appends a reference to an item under a copy of `name`; the item stays the caller's and must live as long as the object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cJSON_AddItemReferenceToObject(object: *mut cJSON, name: *const c_char, item: *mut cJSON) {
    if object.is_null() || name.is_null() {
        return;
    }
    // SAFETY: the caller's nodes and C string.
    guard((), || unsafe { cJSON_AddItemToObject(object, name, reference(item)) });
}

unsafe fn detach(parent: *mut cJSON, item: *mut cJSON) -> *mut cJSON {
    if !item.is_null() {
        // SAFETY: `item` is a child of `parent`.
        unsafe {
            let cJSON { next, prev, .. } = *item;
            if ptr::eq((*parent).child, item) {
                (*parent).child = next;
            } else if !prev.is_null() {
                (*prev).next = next;
            }
            if !next.is_null() {
                (*next).prev = prev;
            }
            (*item).next = ptr::null_mut();
            (*item).prev = ptr::null_mut();
        }
    }
    item
}

/// Takes an element out of an array; it is the caller's then. NULL when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cJSON_DetachItemFromArray(array: *mut cJSON, index: c_int) -> *mut cJSON {
    // SAFETY: the caller's node.
    guard(ptr::null_mut(), || unsafe { detach(array, element(array, index)) })
}

/// Deletes an element of an array.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cJSON_DeleteItemFromArray(array: *mut cJSON, index: c_int) {
    // SAFETY: the caller's node.
    guard((), || unsafe { delete(detach(array, element(array, index))) });
}

/// Takes a member out of an object; it is the caller's then. NULL when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cJSON_DetachItemFromObject(object: *mut cJSON, name: *const c_char) -> *mut cJSON {
    // SAFETY: the caller's node and C string.
    guard(ptr::null_mut(), || unsafe { detach(object, member_named(object, name)) })
}

/// Deletes a member of an object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cJSON_DeleteItemFromObject(object: *mut cJSON, name: *const c_char) {
    // SAFETY: the caller's node and C string.
    guard((), || unsafe { delete(detach(object, member_named(object, name))) });
}

/// Puts `item` in the place of `old`, a child of `parent`, and deletes `old`.
unsafe fn replace(parent: *mut cJSON, old: *mut cJSON, item: *mut cJSON) {
    // SAFETY: as said.
    unsafe {
        let cJSON { next, prev, .. } = *old;
        (*item).next = next;
        (*item).prev = prev;
        if ptr::eq((*parent).child, old) {
            (*parent).child = item;
        } else if !prev.is_null() {
            (*prev).next = item;
        }
        if !next.is_null() {
            (*next).prev = item;
        }
        (*old).next = ptr::null_mut();
        (*old).prev = ptr::null_mut();
        delete(old);
    }
}

/// Replaces an element of an array by `item`, which then belongs to the array. Does nothing when there is no such element.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cJSON_ReplaceItemInArray(array: *mut cJSON, index: c_int, item: *mut cJSON) {
    guard((), || {
        // SAFETY: the caller's nodes.
        unsafe {
            let old = element(array, index);
            if !old.is_null() && !item.is_null() {
                replace(array, old, item);
            }
        }
    });
}

/// Replaces a member of an object by `item`, which then belongs to the object. Does nothing when there is no such member.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cJSON_ReplaceItemInObject(object: *mut cJSON, name: *const c_char, item: *mut cJSON) {
    guard((), || {
        // SAFETY: the caller's nodes and C string.
        unsafe {
            let old = member_named(object, name);
            if !old.is_null() && !item.is_null() && rename(item, text::bytes(name).unwrap_or_default()) {
                replace(object, old, item);
            }
        }
    });
}

/// Copies a node, with `recurse` not 0 also all below it. The copy is the caller's. NULL for NULL and when there is no
/// memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cJSON_Duplicate(item: *mut cJSON, recurse: c_int) -> *mut cJSON {
    // SAFETY: the caller's node.
    guard(ptr::null_mut(), || unsafe { duplicate(item, recurse != 0, 0) })
}

unsafe fn duplicate(item: *const cJSON, recurse: bool, depth: usize) -> *mut cJSON {
    if item.is_null() || depth > super::MAX_DEPTH {
        return ptr::null_mut();
    }
    // SAFETY: the caller's node; the copy is fresh and deleted as a whole on failure.
    unsafe {
        let made = new((*item).r#type & !cJSON_IsReference);
        if made.is_null() {
            return made;
        }
        (*made).valueint = (*item).valueint;
        (*made).valuedouble = (*item).valuedouble;
        let copy = |source: *const c_char| text::bytes(source).map_or(ptr::null_mut(), string);
        (*made).valuestring = copy((*item).valuestring);
        (*made).string = copy((*item).string);
        let mut complete = (*made).valuestring.is_null() == (*item).valuestring.is_null()
            && (*made).string.is_null() == (*item).string.is_null();
        if recurse && complete {
            let mut last = ptr::null_mut();
            for child in children(item) {
                let child = duplicate(child, true, depth + 1);
                if child.is_null() {
                    complete = false;
                    break;
                }
                super::node::append_after(made, last, child);
                last = child;
            }
        }
        if complete {
            return made;
        }
        delete(made);
        ptr::null_mut()
    }
}
