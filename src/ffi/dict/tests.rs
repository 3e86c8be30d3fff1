use super::*;
use crate::ffi::memory;

unsafe extern "C" fn whole_text(value: *mut c_void) -> *const c_char {
    // SAFETY: the test's values are C strings.
    unsafe { libc::strdup(value.cast()) }
}

fn text(text: &str) -> *mut c_void {
    memory::copy_bytes(text.as_bytes()).cast()
}

unsafe extern "C" fn free(value: *mut c_void) {
    // SAFETY: the test's values are from malloc.
    unsafe { memory::free(value) };
}

/// The mode is one for the process, so both modes are tested in one test, and no other test makes dictionaries.
#[test]
fn both_modes() {
    let mut found = ptr::null_mut();
    // SAFETY: live dictionaries of C strings.
    unsafe {
        let map = twDict_Create(Some(free), Some(whole_text));
        let query = text("one");
        assert_eq!(twDict_Add(map, text("one")), 0);
        assert_eq!(twDict_Add(map, text("one")), 106);
        assert_eq!(twDict_Find(map, query, &mut found), 0);
        assert_eq!(libc::strcmp(found.cast(), query.cast()), 0);

        assert_eq!(twDict_setDictionaryMode(3), 101);
        assert_eq!(twDict_setDictionaryMode(TW_DICTIONARY_LIST), 0);
        let list = twDict_Create(Some(free), Some(whole_text));
        assert_eq!(twDict_Add(list, text("one")), 0);
        assert_eq!(twDict_Add(list, text("one")), 0);
        assert_eq!(twDict_Add(list, ptr::null_mut()), 0);
        assert_eq!(twDict_GetCount(list), 3);
        assert_eq!(twDict_Find(list, query, &mut found), 0);
        assert_eq!(found, (*list.cast::<twList>()).first.cast());
        assert_eq!(twDict_ReplaceValue(list, query, text("two"), 1), 0);
        assert_eq!(twDict_Remove(list, query, 1), 0);
        assert_eq!(twDict_Remove(list, query, 1), -3);
        assert_eq!(twDict_ReplaceValue(list, query, query, 1), -3);
        assert_eq!(twDict_GetCount(list), 2);
        // A dictionary without functions takes values and leaves them alone.
        let bare = twDict_Create(None, None);
        assert_eq!(twDict_Add(bare, query), 0);
        assert_eq!(twDict_Find(bare, query, &mut found), -3);
        assert_eq!(twDict_Delete(bare), 0);
        // The map of before still works.
        assert_eq!(twDict_GetCount(map), 1);
        assert_eq!(twDict_Clear(list), 0);
        assert_eq!(twDict_GetCount(list), 0);
        assert_eq!(twDict_Delete(list), 0);
        assert_eq!(twDict_Delete(ptr::null_mut()), 101);

        assert_eq!(twDict_setDictionaryMode(TW_DICTIONARY_MAP), 0);
        assert_eq!(twDict_Remove(map, query, 0), 0);
        assert_eq!(twDict_Delete(map), 0);
        assert_eq!(twDict_Add(ptr::null_mut(), query), 101);
        assert_eq!(twDict_Cleanup(), twDict_Cleanup());
        free(query);
    }
}
