//! What the manager shows of the values: real containers that follow the core (api-behaviour.md 6).
//!
//! Nobody waits for anybody here. A program may hold the lock of a container while it calls us, on one thread, while another
//! thread has changes to show: what cannot be shown at once is shown with the next call or change.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::ffi::{CString, c_void};
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError, TryLockError};

use super::property::{from_value, property_of, twSubscribedProperty_Delete};
use super::{entity, twEntityCurrentValues, twEntitySavedProperties, twSubscribedProperty, twSubscribedPropsMgr};
use crate::ffi::errors::{TW_ERROR_ITEM_EXISTS, TW_OK};
use crate::ffi::list::{self, ListEntry, twList, twList_Remove};
use crate::ffi::map::{self, TryHold, twMap, twMap_Add, twMap_Find, twMap_GetCount, twMap_Remove};
use crate::ffi::properties::{twProperty, twProperty_Delete};
use crate::ffi::recursive::Guard;
use crate::model::Text;
use crate::things::{Change, Current, Queued, SubscribedProperties, Watcher};

/// Follows the core.
pub(super) struct Mirror {
    values: SubscribedProperties,
    shown: Mutex<Shown>,
    /// Something could not be shown yet.
    behind: AtomicBool,
}

/// What is shown, and what is still to be.
struct Shown {
    /// NULL once the struct is gone.
    object: *mut twSubscribedPropsMgr,
    backlog: VecDeque<Change>,
    things: HashMap<Text, BTreeMap<u64, Entry>>,
}

/// A value in its list.
struct Entry {
    place: *mut ListEntry,
    size: u64,
}

// SAFETY: the pointers are to containers of the manager, used under the lock around this and their own locks.
unsafe impl Send for Shown {}

/// A container is in use by another thread.
struct Busy;

impl Watcher for Mirror {
    fn changed(&self) {
        self.catch_up();
    }
}

impl Mirror {
    pub fn new(values: SubscribedProperties, object: *mut twSubscribedPropsMgr) -> Self {
        let shown = Shown { object, backlog: VecDeque::new(), things: HashMap::new() };
        Self { values, shown: Mutex::new(shown), behind: AtomicBool::new(false) }
    }

    /// Shows what has changed, as far as no other thread is at it or holds a container. Whoever is at it shows also what changes
    /// meanwhile.
    pub fn catch_up(&self) {
        loop {
            self.behind.store(true, Ordering::SeqCst);
            let mut shown = match self.shown.try_lock() {
                Ok(shown) => shown,
                Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
                Err(TryLockError::WouldBlock) => return,
            };
            self.behind.store(false, Ordering::SeqCst);
            shown.backlog.extend(self.values.take_changes());
            if shown.show_all().is_err() {
                return;
            }
            drop(shown);
            if !self.behind.load(Ordering::SeqCst) {
                return;
            }
        }
    }

    /// Shows nothing from now on: the struct goes.
    pub fn detach(&self) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        *shown = Shown { object: ptr::null_mut(), backlog: VecDeque::new(), things: HashMap::new() };
    }
}

impl Shown {
    fn show_all(&mut self) -> Result<(), Busy> {
        while let Some(change) = self.backlog.pop_front() {
            if self.object.is_null() {
                continue;
            }
            // SAFETY: the struct lives until the mirror is detached.
            let shown = unsafe {
                match &change {
                    Change::Queued(thing, queued) => self.queued(thing, queued),
                    Change::Unqueued(thing, id) => self.unqueued(thing, *id),
                    Change::Current(thing, name, current) => self.current(thing, name, current.as_ref()),
                }
            };
            if shown.is_err() {
                self.backlog.push_front(change);
                return Err(Busy);
            }
        }
        Ok(())
    }

    /// # Safety
    /// The struct lives.
    unsafe fn queued(&mut self, thing: &Text, queued: &Queued) -> Result<(), Busy> {
        // SAFETY: by contract of this function; a container that the program has replaced or deleted is missing.
        unsafe {
            let saved = (*self.object).savedValues;
            let Some(_held) = hold(saved)? else { return Ok(()) };
            let list = saved_list(saved, thing, true);
            if list.is_null() {
                return Ok(());
            }
            let _guard = Guard::try_lock((*list).mtx).ok_or(Busy)?;
            let entries = self.things.entry(thing.clone()).or_default();
            let next = entries.range(queued.id..).next().map_or(ptr::null_mut(), |(_, entry)| entry.place);
            let value = from_value(thing, &queued.value, queued.fold);
            if value.is_null() {
                return Ok(());
            }
            let place = list::insert_before(list, next, value.cast());
            if place.is_null() {
                twSubscribedProperty_Delete(value.cast());
                return Ok(());
            }
            entries.insert(queued.id, Entry { place, size: queued.size });
            self.count(queued.size, true);
        }
        Ok(())
    }

    /// # Safety
    /// The struct lives.
    unsafe fn unqueued(&mut self, thing: &Text, id: u64) -> Result<(), Busy> {
        // SAFETY: as above; an entry that the program has removed itself is refused by the list.
        unsafe {
            let saved = (*self.object).savedValues;
            let Some(entries) = self.things.get_mut(thing) else { return Ok(()) };
            if let Some(_held) = hold(saved)? {
                let list = saved_list(saved, thing, false);
                if !list.is_null() {
                    let guard = Guard::try_lock((*list).mtx).ok_or(Busy)?;
                    if let Some(entry) = entries.get(&id) {
                        twList_Remove(list, entry.place, 1);
                    }
                    let empty = (*list).first.is_null();
                    drop(guard);
                    if empty {
                        remove(saved, find_saved(saved, thing).cast());
                    }
                }
            }
            let removed = entries.remove(&id);
            if entries.is_empty() {
                self.things.remove(thing);
            }
            if let Some(entry) = removed {
                self.count(entry.size, false);
            }
        }
        Ok(())
    }

    /// # Safety
    /// The struct lives.
    unsafe fn count(&mut self, size: u64, more: bool) {
        let size = u32::try_from(size).unwrap_or(u32::MAX);
        // SAFETY: by contract of this function; one field, read by programs as it is.
        unsafe {
            let total = &raw mut (*self.object).queueSize;
            let before = total.read_volatile();
            total.write_volatile(if more { before.saturating_add(size) } else { before.saturating_sub(size) });
        }
    }

    /// # Safety
    /// The struct lives.
    unsafe fn current(&mut self, thing: &Text, name: &Text, current: Option<&Current>) -> Result<(), Busy> {
        // SAFETY: as above.
        unsafe {
            let currents = (*self.object).currentValues;
            let Some(_held) = hold(currents)? else { return Ok(()) };
            let props = current_props(currents, thing, current.is_some());
            let Some(held) = hold(props)? else { return Ok(()) };
            let found = find_property(props, name);
            match current {
                Some(current) if found.is_null() => {
                    let value = from_value(thing, &current.value, current.pending);
                    if !value.is_null() {
                        (*value).foldedPropertyNeedsUpdate = current.pending.into();
                        add(props, value.cast(), twSubscribedProperty_Delete);
                    }
                }
                Some(current) => replace(found, current),
                None => {
                    remove(props, found.cast());
                    let empty = twMap_GetCount(props) == 0;
                    drop(held);
                    if empty {
                        remove(currents, find_current(currents, thing).cast());
                    }
                }
            }
        }
        Ok(())
    }
}

/// Locks a dictionary of the manager; `None` when it is none any more.
fn hold(dict: *mut twMap) -> Result<Option<map::Held>, Busy> {
    match map::try_hold(dict) {
        TryHold::Held(held) => Ok(Some(held)),
        TryHold::Missing => Ok(None),
        TryHold::Busy => Err(Busy),
    }
}

/// Puts another value into a place that programs may know.
///
/// # Safety
/// `place` is a value of a dictionary of ours.
unsafe fn replace(place: *mut twSubscribedProperty, current: &Current) {
    let fresh = property_of(&current.value);
    if fresh.is_null() {
        return;
    }
    // SAFETY: by contract of this function.
    unsafe {
        let old = ptr::replace(&raw mut (*place).prop, fresh);
        twProperty_Delete(old.cast());
        (*place).fold = current.pending.into();
        (*place).foldedPropertyNeedsUpdate = current.pending.into();
        (*place).size = super::property::twSubscribedProperty_GetSize(place);
    }
}

/// # Safety
/// The dictionary is a live map of values with a delete function, `item` NULL or one of them.
unsafe fn remove(dict: *mut twMap, item: *mut c_void) {
    if !item.is_null() {
        // SAFETY: by contract of this function.
        unsafe { twMap_Remove(dict, item, 1) };
    }
}

/// Adds a value, which is deleted when it cannot be added. Whether it was.
///
/// # Safety
/// `item` is NULL or a value of the kind that the map holds, deleted by `delete`.
unsafe fn add(dict: *mut twMap, item: *mut c_void, delete: unsafe extern "C" fn(*mut c_void)) -> bool {
    // SAFETY: by contract of this function; the map has deleted an item whose key is there already.
    unsafe {
        match twMap_Add(dict, item) {
            TW_OK => true,
            TW_ERROR_ITEM_EXISTS => false,
            _ => {
                delete(item);
                false
            }
        }
    }
}

/// A name as C sees it: it ends at its first NUL.
fn c_name(name: &Text) -> CString {
    let end = name.iter().position(|&byte| byte == 0).unwrap_or(name.len());
    CString::new(&name[..end]).unwrap_or_default()
}

/// # Safety
/// The dictionary is a live map of such entries.
pub(super) unsafe fn find_saved(saved: *mut twMap, thing: &Text) -> *mut twEntitySavedProperties {
    let name = c_name(thing);
    let mut query = twEntitySavedProperties { name: name.as_ptr().cast_mut(), props: ptr::null_mut() };
    // SAFETY: by contract of this function; the query outlives the call.
    unsafe { find(saved, (&raw mut query).cast()).cast() }
}

/// # Safety
/// The dictionary is a live map of such entries.
unsafe fn find_current(currents: *mut twMap, thing: &Text) -> *mut twEntityCurrentValues {
    let name = c_name(thing);
    let mut query = twEntityCurrentValues { name: name.as_ptr().cast_mut(), props: ptr::null_mut() };
    // SAFETY: by contract of this function; the query outlives the call.
    unsafe { find(currents, (&raw mut query).cast()).cast() }
}

/// The last value of a property that is shown, NULL when there is none.
///
/// # Safety
/// The dictionary is NULL or the manager's `currentValues`.
pub(super) unsafe fn shown_current(currents: *mut twMap, thing: &Text, name: &Text) -> *mut twSubscribedProperty {
    // SAFETY: by contract of this function; a missing dictionary has nothing in it.
    unsafe {
        let entry = find_current(currents, thing);
        if entry.is_null() { ptr::null_mut() } else { find_property((*entry).props, name) }
    }
}

/// # Safety
/// The dictionary is a live map of such values.
unsafe fn find_property(props: *mut twMap, name: &Text) -> *mut twSubscribedProperty {
    let name = c_name(name);
    let property =
        twProperty { name: name.as_ptr().cast_mut(), value: ptr::null_mut(), timestamp: 0, quality: ptr::null_mut() };
    let mut query = twSubscribedProperty {
        entity: ptr::null(),
        prop: (&raw const property).cast_mut(),
        fold: 0,
        foldedPropertyNeedsUpdate: 0,
        size: 0,
    };
    // SAFETY: by contract of this function; the query outlives the call.
    unsafe { find(props, (&raw mut query).cast()).cast() }
}

/// # Safety
/// `query` is what the key function of the map understands.
unsafe fn find(dict: *mut twMap, query: *mut c_void) -> *mut c_void {
    let mut found = ptr::null_mut();
    // SAFETY: by contract of this function.
    unsafe { twMap_Find(dict, query, &mut found) };
    found
}

/// The list of a thing, NULL when there is none and none is to be made.
///
/// # Safety
/// The dictionary is a live map of such entries.
pub(super) unsafe fn saved_list(saved: *mut twMap, thing: &Text, make: bool) -> *mut twList {
    // SAFETY: by contract of this function; a new entry is ours until the dictionary has it.
    unsafe {
        let mut entry = find_saved(saved, thing);
        if entry.is_null() && make {
            entry = entity::new_saved(c_name(thing).as_bytes());
            if !add(saved, entry.cast(), entity::twEntitySavedProperties_Delete) {
                entry = ptr::null_mut();
            }
        }
        entry.as_ref().map_or(ptr::null_mut(), |entry| entry.props)
    }
}

/// The values of a thing, NULL when there are none and no place for them is to be made.
///
/// # Safety
/// The dictionary is a live map of such entries.
unsafe fn current_props(currents: *mut twMap, thing: &Text, make: bool) -> *mut twMap {
    // SAFETY: as above.
    unsafe {
        let mut entry = find_current(currents, thing);
        if entry.is_null() && make {
            entry = entity::new_current(c_name(thing).as_bytes());
            if !add(currents, entry.cast(), entity::twEntityCurrentValues_Delete) {
                entry = ptr::null_mut();
            }
        }
        entry.as_ref().map_or(ptr::null_mut(), |entry| entry.props)
    }
}
