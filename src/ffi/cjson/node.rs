//! Nodes: making, linking and deleting them. Nodes are public structs, so every member may be anything.

use super::{
    cJSON, cJSON_Array, cJSON_False, cJSON_Hooks, cJSON_IsReference, cJSON_NULL, cJSON_Number, cJSON_Object,
    cJSON_String, cJSON_True,
};
use crate::ffi::guard::guard;
use crate::ffi::text;
use std::ffi::{c_char, c_int, c_void};
use std::ptr;
use std::sync::{Mutex, PoisonError};

type Allocate = unsafe extern "C" fn(usize) -> *mut c_void;
type Release = unsafe extern "C" fn(*mut c_void);

/// The allocator of nodes and texts.
static HOOKS: Mutex<(Allocate, Release)> = Mutex::new((libc::malloc, libc::free));

fn hooks() -> (Allocate, Release) {
    *HOOKS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Memory from the allocator in use.
pub fn allocate(size: usize) -> *mut c_void {
    // SAFETY: an allocator takes any size.
    unsafe { hooks().0(size) }
}

unsafe fn release<T>(place: *mut T) {
    if !place.is_null() {
        // SAFETY: from the allocator in use, or from one that it can free.
        unsafe { hooks().1(place.cast()) }
    }
}

/// A copy of the bytes as a C string. NULL when there is no memory.
pub fn string(bytes: &[u8]) -> *mut c_char {
    let place = allocate(bytes.len() + 1).cast::<u8>();
    if !place.is_null() {
        // SAFETY: fresh memory of that size.
        unsafe {
            ptr::copy_nonoverlapping(bytes.as_ptr(), place, bytes.len());
            place.add(bytes.len()).write(0);
        }
    }
    place.cast()
}

/// A node of a kind. NULL when there is no memory.
pub fn new(kind: c_int) -> *mut cJSON {
    let node = allocate(size_of::<cJSON>()).cast::<cJSON>();
    if !node.is_null() {
        let (next, prev, child) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
        let (valuestring, string) = (ptr::null_mut(), ptr::null_mut());
        let blank = cJSON { next, prev, child, r#type: kind, valuestring, valueint: 0, valuedouble: 0.0, string };
        // SAFETY: fresh memory of that size, aligned by the allocator.
        unsafe { node.write(blank) };
    }
    node
}

/// A number.
pub fn number(value: f64) -> *mut cJSON {
    let node = new(cJSON_Number);
    if !node.is_null() {
        // SAFETY: a fresh node. The conversion goes to the nearest int.
        unsafe {
            (*node).valuedouble = value;
            (*node).valueint = value as c_int;
        }
    }
    node
}

/// A string.
pub fn text_node(bytes: &[u8]) -> *mut cJSON {
    let node = new(cJSON_String);
    if !node.is_null() {
        // SAFETY: a fresh node.
        unsafe {
            (*node).valuestring = string(bytes);
            if (*node).valuestring.is_null() {
                delete(node);
                return ptr::null_mut();
            }
        }
    }
    node
}

/// The kind of a node, without its flags.
///
/// # Safety
/// `node` is live.
pub unsafe fn kind(node: *const cJSON) -> c_int {
    // SAFETY: see above.
    unsafe { (*node).r#type & 0xff }
}

/// The children of a node; none for NULL.
///
/// # Safety
/// `node` is NULL or live, and the children stay linked while they are walked.
pub unsafe fn children(node: *const cJSON) -> impl Iterator<Item = *mut cJSON> {
    // SAFETY: see above.
    let first = if node.is_null() { ptr::null_mut() } else { unsafe { (*node).child } };
    let live = |node: *mut cJSON| (!node.is_null()).then_some(node);
    // SAFETY: see above.
    std::iter::successors(live(first), move |&child| live(unsafe { (*child).next }))
}

/// The first member of that name, in any case.
///
/// # Safety
/// As for [`children`].
pub unsafe fn member(object: *const cJSON, name: &[u8]) -> *mut cJSON {
    // SAFETY: see above.
    unsafe {
        children(object)
            .find(|&child| text::bytes((*child).string).is_some_and(|own| own.eq_ignore_ascii_case(name)))
            .unwrap_or(ptr::null_mut())
    }
}

/// Links `item` behind `last`, or as first child when that is NULL.
///
/// # Safety
/// All are live, `last` is the last child of `parent`.
pub unsafe fn append_after(parent: *mut cJSON, last: *mut cJSON, item: *mut cJSON) {
    // SAFETY: see above.
    unsafe {
        if last.is_null() {
            (*parent).child = item;
        } else {
            (*last).next = item;
            (*item).prev = last;
        }
    }
}

/// Appends `item`, which may be NULL, to an array or object.
///
/// # Safety
/// Both are NULL or live.
pub unsafe fn append(parent: *mut cJSON, item: *mut cJSON) {
    if parent.is_null() || item.is_null() {
        return;
    }
    // SAFETY: see above.
    unsafe {
        let last = children(parent).last().unwrap_or(ptr::null_mut());
        append_after(parent, last, item);
    }
}

/// Appends `item` under a name; whether that worked. On failure the item is deleted.
///
/// # Safety
/// Both are NULL or live.
pub unsafe fn append_member(parent: *mut cJSON, name: &[u8], item: *mut cJSON) -> bool {
    // SAFETY: see above.
    unsafe {
        if parent.is_null() || item.is_null() || !rename(item, name) {
            delete(item);
            return false;
        }
        append(parent, item);
        true
    }
}

/// Names a node; whether that worked.
///
/// # Safety
/// `item` is live.
pub unsafe fn rename(item: *mut cJSON, name: &[u8]) -> bool {
    let name = string(name);
    // SAFETY: see above.
    unsafe {
        release((*item).string);
        (*item).string = name;
    }
    !name.is_null()
}

/// Deletes a node, its children and its following siblings. NULL is fine.
///
/// # Safety
/// The caller gives the nodes away.
pub unsafe fn delete(node: *mut cJSON) {
    let mut pending = vec![node];
    while let Some(node) = pending.pop() {
        if node.is_null() {
            continue;
        }
        // SAFETY: see above; a reference borrows children and text.
        unsafe {
            let cJSON { next, child, r#type, valuestring, string, .. } = *node;
            pending.push(next);
            if r#type & cJSON_IsReference == 0 {
                pending.push(child);
                release(valuestring);
            }
            release(string);
            release(node);
        }
    }
}

/// Sets the allocator of nodes and texts. NULL, and a NULL member, mean that of the C library. Set it before the first
/// node is made; the functions of the SDK that build trees use it as well.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cJSON_InitHooks(hooks: *mut cJSON_Hooks) {
    guard((), || {
        // SAFETY: NULL or a struct of the caller's.
        let given = if hooks.is_null() { None } else { Some(unsafe { *hooks }) };
        let allocate = given.and_then(|hooks| hooks.malloc_fn).unwrap_or(libc::malloc);
        let release = given.and_then(|hooks| hooks.free_fn).unwrap_or(libc::free);
        *HOOKS.lock().unwrap_or_else(PoisonError::into_inner) = (allocate, release);
    });
}

/// Deletes a node with all below it, and the siblings that follow it. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cJSON_Delete(item: *mut cJSON) {
    // SAFETY: the caller gives the nodes away.
    guard((), || unsafe { delete(item) });
}

/// Makes a null. As all nodes that are made here it is the caller's, to be deleted with `cJSON_Delete` or given to a
/// parent; NULL when there is no memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cJSON_CreateNull() -> *mut cJSON {
    guard(ptr::null_mut(), || new(cJSON_NULL))
}

/// Makes a true.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cJSON_CreateTrue() -> *mut cJSON {
    guard(ptr::null_mut(), || new(cJSON_True))
}

/// Makes a false.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cJSON_CreateFalse() -> *mut cJSON {
    guard(ptr::null_mut(), || new(cJSON_False))
}

/// Makes a false for 0, otherwise a true.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cJSON_CreateBool(b: c_int) -> *mut cJSON {
    guard(ptr::null_mut(), || new(if b != 0 { cJSON_True } else { cJSON_False }))
}

/// Makes a number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cJSON_CreateNumber(number: f64) -> *mut cJSON {
    guard(ptr::null_mut(), || self::number(number))
}

/// Makes a string with a copy of `text`. NULL for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cJSON_CreateString(text: *const c_char) -> *mut cJSON {
    // SAFETY: a C string of the caller's.
    guard(ptr::null_mut(), || unsafe { text::bytes(text) }.map_or(ptr::null_mut(), text_node))
}

/// Makes an array without elements.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cJSON_CreateArray() -> *mut cJSON {
    guard(ptr::null_mut(), || new(cJSON_Array))
}

/// Makes an object without members.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cJSON_CreateObject() -> *mut cJSON {
    guard(ptr::null_mut(), || new(cJSON_Object))
}

/// An array of `count` nodes made of what is at `items`; NULL when one cannot be made.
unsafe fn array_of<T: Copy>(items: *const T, count: c_int, make: impl Fn(T) -> *mut cJSON) -> *mut cJSON {
    guard(ptr::null_mut(), || {
        let array = new(cJSON_Array);
        let mut last = ptr::null_mut();
        let count = if items.is_null() { 0 } else { usize::try_from(count).unwrap_or(0) };
        for place in 0..count {
            // SAFETY: the caller's items; a fresh array.
            unsafe {
                let item = if array.is_null() { ptr::null_mut() } else { make(items.add(place).read()) };
                if item.is_null() {
                    delete(array);
                    return ptr::null_mut();
                }
                append_after(array, last, item);
                last = item;
            }
        }
        array
    })
}

/// Makes an array of `count` numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cJSON_CreateIntArray(numbers: *mut c_int, count: c_int) -> *mut cJSON {
    // SAFETY: the same arguments.
    unsafe { array_of(numbers, count, |value| number(f64::from(value))) }
}

/// Makes an array of `count` numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cJSON_CreateFloatArray(numbers: *mut f32, count: c_int) -> *mut cJSON {
    // SAFETY: the same arguments.
    unsafe { array_of(numbers, count, |value| number(f64::from(value))) }
}

/// Makes an array of `count` numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cJSON_CreateDoubleArray(numbers: *mut f64, count: c_int) -> *mut cJSON {
    // SAFETY: the same arguments.
    unsafe { array_of(numbers, count, number) }
}

/// Makes an array of copies of `count` strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cJSON_CreateStringArray(texts: *mut *const c_char, count: c_int) -> *mut cJSON {
    // SAFETY: the same arguments.
    unsafe { array_of(texts, count, |text| cJSON_CreateString(text)) }
}
