use super::*;

struct Item {
    key: &'static str,
    deleted: usize,
}

unsafe extern "C" fn key_of(value: *mut c_void) -> *const c_char {
    // SAFETY: the tests' items.
    let key = unsafe { &*value.cast::<Item>() }.key;
    if key.is_empty() { ptr::null() } else { memory::copy_bytes(key.as_bytes()) }
}

unsafe extern "C" fn mark(value: *mut c_void) {
    // SAFETY: the tests' items.
    unsafe { (*value.cast::<Item>()).deleted += 1 };
}

fn item(key: &'static str) -> Item {
    Item { key, deleted: 0 }
}

fn p(item: &mut Item) -> *mut c_void {
    (item as *mut Item).cast()
}

#[test]
fn values_are_added_found_and_removed_by_key() {
    let (mut a, mut b, mut again, mut keyless, mut look_alike) = (item("a"), item("b"), item("a"), item(""), item("a"));
    let mut found = ptr::null_mut();
    // SAFETY: a live map and items that outlive it.
    unsafe {
        let map = twMap_Create(Some(mark), Some(key_of));
        assert_eq!(twMap_Add(map, p(&mut a)), 0);
        assert_eq!(twMap_Add(map, p(&mut b)), 0);
        assert_eq!(twMap_Add(map, ptr::null_mut()), 101);
        assert_eq!(twMap_Add(map, p(&mut keyless)), 101);
        assert_eq!(twMap_Add(map, p(&mut again)), 106);
        assert_eq!((again.deleted, a.deleted, keyless.deleted), (1, 0, 0));
        assert_eq!(twMap_GetCount(map), 2);
        assert_eq!(twMap_Find(map, p(&mut look_alike), &mut found), 0);
        assert_eq!(found, p(&mut a));
        assert_eq!(twMap_Find(map, p(&mut keyless), &mut found), 101);
        assert_eq!(twMap_Find(map, p(&mut a), ptr::null_mut()), 101);
        assert_eq!(twMap_Remove(map, p(&mut look_alike), 1), 0);
        assert_eq!((look_alike.deleted, a.deleted), (1, 0));
        found = address(5);
        assert_eq!(twMap_Find(map, p(&mut a), &mut found), -3);
        assert_eq!(found as usize, 5);
        assert_eq!(twMap_Remove(map, p(&mut a), 1), -3);
        assert_eq!(twMap_Delete(map), 0);
        assert_eq!(b.deleted, 1);
    }
}

#[test]
fn without_delete_function_values_are_left_alone() {
    let (mut a, mut again) = (item("a"), item("a"));
    // SAFETY: a live map and items that outlive it.
    unsafe {
        let map = twMap_Create(None, Some(key_of));
        twMap_Add(map, p(&mut a));
        assert_eq!(twMap_Add(map, p(&mut again)), 106);
        assert_eq!(twMap_Clear(map), 0);
        assert_eq!(twMap_GetCount(map), 0);
        twMap_Delete(map);
        assert_eq!((a.deleted, again.deleted), (0, 0));
    }
}

#[test]
fn replacing_may_change_the_key() {
    let (mut a, mut b, mut c, mut again, mut keyless) = (item("a"), item("b"), item("c"), item("c"), item(""));
    let mut found = ptr::null_mut();
    // SAFETY: a live map and items that outlive it.
    unsafe {
        let map = twMap_Create(Some(mark), Some(key_of));
        twMap_Add(map, p(&mut a));
        twMap_Add(map, p(&mut c));
        assert_eq!(twMap_ReplaceValue(map, p(&mut a), p(&mut b), 1), 0);
        assert_eq!(a.deleted, 1);
        assert_eq!(twMap_Find(map, p(&mut b), &mut found), 0);
        assert_eq!(twMap_ReplaceValue(map, p(&mut a), p(&mut b), 1), -3);
        assert_eq!(twMap_ReplaceValue(map, ptr::null_mut(), p(&mut b), 1), 101);
        assert_eq!(twMap_ReplaceValue(map, p(&mut b), p(&mut again), 0), 101);
        assert_eq!((b.deleted, again.deleted), (0, 1));
        assert_eq!(twMap_ReplaceValue(map, p(&mut c), p(&mut keyless), 0), 101);
        assert_eq!(twMap_GetCount(map), 0);
        twMap_Delete(map);
    }
}

#[test]
fn dead_maps_are_known_by_their_address() {
    let mut a = item("a");
    let mut found = ptr::null_mut();
    let mut no_map = 0_u64;
    // SAFETY: pointers to things that are no maps are the subject.
    unsafe {
        let plain = twMap_new();
        let keyless = twMap_Create(Some(mark), None);
        let freed = twMap_Create(None, Some(key_of));
        twMap_Delete(freed);
        for map in [freed, (&raw mut no_map).cast(), ptr::null_mut(), address(3), plain, keyless] {
            assert_eq!(twMap_Add(map, p(&mut a)), 101);
            assert_eq!(twMap_Find(map, p(&mut a), &mut found), 101);
            assert_eq!(twMap_Remove(map, p(&mut a), 1), 101);
            assert_eq!(twMap_ReplaceValue(map, p(&mut a), p(&mut a), 0), 101);
            assert_eq!(twMap_GetCount(map), 0);
            assert_eq!(twMap_Foreach(map, None, ptr::null_mut()), 0);
        }
        assert_eq!(twMap_Delete(freed), 101);
        assert_eq!(twMap_Clear(freed), 101);
        assert_eq!(a.deleted, 0);
        twMap_free(freed);
        twMap_free(plain);
        twMap_Delete(keyless);
    }
}

#[test]
fn the_raw_functions_work_on_every_map() {
    let mut a = item("a");
    let mut found = address(5);
    // SAFETY: live maps.
    unsafe {
        for map in [twMap_new(), twMap_Create(None, Some(key_of))] {
            assert_eq!(twMap_put(map, c"x".as_ptr(), address(1)), 0);
            assert_eq!(twMap_put(map, c"x".as_ptr(), address(2)), 0);
            assert_eq!(twMap_put(map, ptr::null(), address(2)), 101);
            assert_eq!(twMap_length(map), 1);
            assert_eq!(twMap_get(map, c"x".as_ptr(), &mut found), 0);
            assert_eq!(found as usize, 2);
            assert_eq!(twMap_get(map, c"y".as_ptr(), &mut found), -3);
            assert!(found.is_null());
            assert_eq!(twMap_put(map, c"a".as_ptr(), p(&mut a)), 0);
            assert_eq!(twMap_remove(map, c"x".as_ptr()), 0);
            assert_eq!(twMap_remove(map, c"x".as_ptr()), -3);
            assert_eq!(twMap_length(map), 1);
            twMap_free(map);
        }
        assert_eq!(twMap_length(ptr::null_mut()), 0);
    }
}

unsafe extern "C" fn visit(
    key: *mut c_void,
    key_size: usize,
    value: *mut c_void,
    _: usize,
    user: *mut c_void,
) -> c_int {
    // SAFETY: the test's map; the key is a string.
    unsafe {
        let (map, seen) = *user.cast::<(*mut twMap, *mut Vec<String>)>();
        let key = text::bytes(key.cast()).unwrap();
        assert_eq!(key_size, key.len() + 1);
        (*seen).push(String::from_utf8_lossy(key).into_owned());
        assert_eq!(twMap_Remove(map, value, 0), 0);
        if key == b"b" {
            assert_eq!(twMap_remove(map, c"c".as_ptr()), 0);
        }
        c_int::from(key == b"d")
    }
}

#[test]
fn foreach_allows_edits_and_counts_the_stopping_call() {
    let mut items: Vec<_> = ["a", "b", "c", "d", "e"].into_iter().map(item).collect();
    let mut seen: Vec<String> = Vec::new();
    // SAFETY: a live map and items that outlive it.
    unsafe {
        let map = twMap_Create(None, Some(key_of));
        for each in &mut items {
            twMap_Add(map, p(each));
        }
        let mut user = (map, &raw mut seen);
        assert_eq!(twMap_Foreach(map, Some(visit), (&raw mut user).cast()), 3);
        assert_eq!(seen, ["a", "b", "d"]);
        assert_eq!(twMap_GetCount(map), 1);
        twMap_Delete(map);
    }
}

#[test]
fn cleanup_tells_of_live_maps() {
    // SAFETY: a live map. Other tests may have maps of their own, so only the one direction is certain.
    unsafe {
        let map = twMap_Create(None, Some(key_of));
        assert_eq!(twMap_Cleanup(), 100);
        assert_eq!(twMap_Delete(map), 0);
    }
}

/// A pointer that is never followed.
fn address(number: usize) -> *mut c_void {
    ptr::without_provenance_mut(number)
}
