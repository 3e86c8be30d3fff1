//! What is known about long lists beside their public structs: which entries are in them, and at which place.
//!
//! `twList` and `ListEntry` have no room for it, and programs link and unlink entries by hand. So this is a cache, kept
//! by the address of the list and believed only while number, first and last entry are those it was made for.

use std::collections::{HashMap, HashSet};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

/// Lists up to this length are walked: cheaper than keeping an index.
pub const SHORT: usize = 32;

/// What must be unchanged for an index to be believed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stamp {
    /// The public count.
    pub count: i32,
    /// Address of the first entry.
    pub first: usize,
    /// Address of the last entry.
    pub last: usize,
}

/// The entries of one list.
struct Index {
    stamp: Stamp,
    members: HashSet<usize>,
    /// All entries in order; missing after a removal from the middle, until a place is asked for again.
    order: Option<Vec<usize>>,
}

type Shard = HashMap<usize, Index>;

/// Several maps, so that threads with lists of their own rarely meet.
static SHARDS: LazyLock<[Mutex<Shard>; 16]> = LazyLock::new(Default::default);

fn shard(list: usize) -> MutexGuard<'static, Shard> {
    // Allocations are 16 bytes apart at least: the bits below carry nothing.
    SHARDS[(list >> 4) % SHARDS.len()].lock().unwrap_or_else(PoisonError::into_inner)
}

fn index_of<'a>(shard: &'a mut Shard, list: usize, stamp: Stamp, walk: &dyn Fn() -> Vec<usize>) -> &'a mut Index {
    let fresh = || {
        let order = walk();
        Index { stamp, members: order.iter().copied().collect(), order: Some(order) }
    };
    let index = shard.entry(list).or_insert_with(fresh);
    if index.stamp != stamp {
        *index = fresh();
    }
    index
}

/// Whether `entry` is in the list. `walk` gives all its entries in order, if they are not known yet.
pub fn contains(list: usize, stamp: Stamp, entry: usize, walk: &dyn Fn() -> Vec<usize>) -> bool {
    index_of(&mut shard(list), list, stamp, walk).members.contains(&entry)
}

/// The entry at a place.
pub fn at(list: usize, stamp: Stamp, place: usize, walk: &dyn Fn() -> Vec<usize>) -> Option<usize> {
    let mut shard = shard(list);
    let index = index_of(&mut shard, list, stamp, walk);
    index.order.get_or_insert_with(walk).get(place).copied()
}

/// Tells that `entry` was appended to a list that looked like `before` and now looks like `after`.
pub fn appended(list: usize, before: Stamp, after: Stamp, entry: usize) {
    update(list, before, after, |index| {
        index.members.insert(entry);
        if let Some(order) = &mut index.order {
            order.push(entry);
        }
    });
}

/// Tells that `entry` was taken out.
pub fn removed(list: usize, before: Stamp, after: Stamp, entry: usize) {
    update(list, before, after, |index| {
        index.members.remove(&entry);
        if let Some(order) = &mut index.order {
            if order.last() == Some(&entry) {
                order.pop();
            } else {
                index.order = None;
            }
        }
    });
}

/// Forgets a list: it was emptied, deleted, or its address is being used for a new one.
pub fn forget(list: usize) {
    drop_index(&mut shard(list), list);
}

/// With the last index goes the memory of the map, which leak checkers would report: it is known by an address in its middle
/// only.
fn drop_index(shard: &mut Shard, list: usize) {
    shard.remove(&list);
    if shard.is_empty() {
        shard.shrink_to_fit();
    }
}

fn update(list: usize, before: Stamp, after: Stamp, change: impl FnOnce(&mut Index)) {
    let mut shard = shard(list);
    if let Some(index) = shard.get_mut(&list) {
        if index.stamp == before {
            change(index);
            index.stamp = after;
        } else {
            drop_index(&mut shard, list);
        }
    }
}
