use super::node::*;
use super::parse::*;
use super::print::*;
use super::tree::*;
use super::*;
use crate::ffi::{memory, text};
use std::ptr;

/// Both texts of a tree that is parsed from `json`.
fn round(json: &str) -> Option<(String, String)> {
    let json = std::ffi::CString::new(json).unwrap();
    // SAFETY: a C string; the tree is deleted.
    unsafe {
        let tree = cJSON_Parse(json.as_ptr());
        if tree.is_null() {
            return None;
        }
        let texts = (taken(cJSON_PrintUnformatted(tree)), taken(cJSON_Print(tree)));
        cJSON_Delete(tree);
        Some(texts)
    }
}

unsafe fn taken(string: *mut c_char) -> String {
    // SAFETY: a C string that is ours.
    unsafe {
        let copy = String::from_utf8_lossy(text::bytes(string).unwrap()).into_owned();
        memory::free(string);
        copy
    }
}

fn unformatted(json: &str) -> String {
    round(json).unwrap().0
}

#[test]
fn the_printed_form_is_the_one_that_programs_compare() {
    let (_, text) = round(r#"{"a":1,"b":{"c":[1,{"d":2},{}],"e":{}},"f":[]}"#).unwrap();
    let expected = "{\n\t\"a\":\t1,\n\t\"b\":\t{\n\t\t\"c\":\t[1, {\n\t\t\t\t\"d\":\t2\n\t\t\t}, {\n\t\t}],\n\t\t\"e\":\t{\n\t}\n\t},\n\t\"f\":\t[]\n}";
    assert_eq!(text, expected);
    assert_eq!(round("{}").unwrap().1, "{\n}");
    assert_eq!(unformatted("{ \"a\" : [ ] , \"b\" : { } }"), r#"{"a":[],"b":{}}"#);
}

#[test]
fn numbers_read_back_to_the_same_number() {
    for (number, expected) in [
        (0.0, "0"),
        (-0.0, "-0"),
        (1.5, "1.5"),
        (0.1, "0.1"),
        (10.123456789, "10.123456789"),
        (1234567890.5, "1234567890.5"),
        (9007199254740992.0, "9007199254740992"),
        (1e-7, "1e-7"),
        (1e22, "10000000000000000000000"),
        (1e100, "1e100"),
        (f64::MAX, "1.7976931348623157e308"),
        (5e-324, "5e-324"),
        (f64::NAN, "null"),
        (f64::NEG_INFINITY, "null"),
    ] {
        // SAFETY: the node is deleted.
        unsafe {
            let node = cJSON_CreateNumber(number);
            assert_eq!(taken(cJSON_Print(node)), expected);
            cJSON_Delete(node);
            if number.is_finite() {
                let text = std::ffi::CString::new(expected).unwrap();
                let node = cJSON_Parse(text.as_ptr());
                assert_eq!((*node).valuedouble.to_bits(), number.to_bits());
                cJSON_Delete(node);
            }
        }
    }
}

#[test]
fn only_the_value_of_its_kind_is_printed() {
    // SAFETY: the node is deleted.
    unsafe {
        let node = cJSON_CreateNumber(1.0);
        (*node).valueint = 7;
        (*node).valuedouble = 2.5;
        assert_eq!(taken(cJSON_Print(node)), "2.5");
        (*node).r#type = cJSON_String;
        assert_eq!(taken(cJSON_Print(node)), "\"\"");
        (*node).r#type = 99;
        assert!(cJSON_Print(node).is_null());
        cJSON_Delete(node);
        assert!(cJSON_Print(ptr::null_mut()).is_null());
    }
}

#[test]
fn strings_escape_and_unescape() {
    let json = r#""a\"\\\/\b\f\n\r\t\u0001\u00e9\u6f22\ud83d\ude00""#;
    assert_eq!(unformatted(json), "\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0001é漢😀\"");
    // What no C string can hold is left out.
    assert_eq!(unformatted(r#""x\u0000\ud83dy\udc00z""#), "\"xyz\"");
}

#[test]
fn bytes_that_are_not_utf8_pass() {
    // SAFETY: C strings; the tree is deleted.
    unsafe {
        let tree = cJSON_Parse(c"[\"\xff\x80\"]".as_ptr());
        assert_eq!(text::bytes((*(*tree).child).valuestring), Some(&b"\xff\x80"[..]));
        let printed = cJSON_PrintUnformatted(tree);
        assert_eq!(text::bytes(printed), Some(&b"[\"\xff\x80\"]"[..]));
        memory::free(printed);
        cJSON_Delete(tree);
    }
}

#[test]
fn what_is_not_json_is_refused_with_its_place() {
    for bad in ["", "  ", "{not json", "[1,]", "{\"a\":}", "{\"a\" 1}", "[1", "\"open", "nul", "\"\\u12g4\"", "\"\\u12"]
    {
        assert!(round(bad).is_none(), "{bad}");
    }
    // SAFETY: C strings; the tree is deleted.
    unsafe {
        let bad = c"[1, x]";
        assert!(cJSON_Parse(bad.as_ptr()).is_null());
        assert_eq!(cJSON_GetErrorPtr(), bad.as_ptr().add(4));
        assert!(cJSON_Parse(ptr::null()).is_null());
        let (tail, mut end) = (c" 7 x", ptr::null());
        assert!(cJSON_ParseWithOpts(tail.as_ptr(), &mut end, 1).is_null());
        let seven = cJSON_ParseWithOpts(tail.as_ptr(), &mut end, 0);
        assert_eq!((*seven).valueint, 7);
        assert_eq!(end, tail.as_ptr().add(2));
        cJSON_Delete(seven);
    }
}

#[test]
fn numbers_are_read_leniently() {
    assert_eq!(unformatted("[-, 007, 1., 1e, 2e+, 3.5E2, -0.25]"), "[0,7,1,1,2,350,-0.25]");
}

#[test]
fn nesting_ends_somewhere() {
    assert!(round(&("[".repeat(900) + &"]".repeat(900))).is_some());
    assert!(round(&"[".repeat(100_000)).is_none());
}

#[test]
fn members_are_found_in_any_case() {
    // SAFETY: C strings; the tree is deleted.
    unsafe {
        let tree = cJSON_Parse(c"{\"dataShape\":1,\"rows\":[1,2,3]}".as_ptr());
        assert_eq!((*cJSON_GetObjectItem(tree, c"DATASHAPE".as_ptr())).valueint, 1);
        assert!(cJSON_GetObjectItem(tree, c"none".as_ptr()).is_null());
        assert!(cJSON_GetObjectItem(tree, ptr::null()).is_null());
        assert!(cJSON_GetObjectItem(ptr::null_mut(), c"a".as_ptr()).is_null());
        let rows = cJSON_GetObjectItem(tree, c"rows".as_ptr());
        assert_eq!(cJSON_GetArraySize(rows), 3);
        assert_eq!((*cJSON_GetArrayItem(rows, 2)).valueint, 3);
        assert!(cJSON_GetArrayItem(rows, 3).is_null());
        assert_eq!(cJSON_GetArraySize(ptr::null_mut()), 0);
        cJSON_Delete(tree);
    }
}

#[test]
fn trees_are_edited() {
    // SAFETY: C strings; all nodes end in one of the trees, which are deleted.
    unsafe {
        let tree = cJSON_CreateObject();
        let mut numbers = [1, 2];
        cJSON_AddItemToObject(tree, c"n".as_ptr(), cJSON_CreateIntArray(numbers.as_mut_ptr(), 2));
        cJSON_AddItemToObject(tree, c"t".as_ptr(), cJSON_CreateBool(5));
        cJSON_AddItemToObject(tree, c"f".as_ptr(), cJSON_CreateBool(0));
        cJSON_AddItemToObject(tree, c"s".as_ptr(), cJSON_CreateString(c"x".as_ptr()));
        cJSON_AddItemToObject(tree, c"z".as_ptr(), cJSON_CreateNull());
        cJSON_AddItemToObject(tree, c"q".as_ptr(), ptr::null_mut());
        cJSON_AddItemToObject(ptr::null_mut(), c"q".as_ptr(), ptr::null_mut());
        cJSON_AddItemReferenceToObject(tree, c"r".as_ptr(), cJSON_GetObjectItem(tree, c"s".as_ptr()));
        let array = cJSON_GetObjectItem(tree, c"n".as_ptr());
        cJSON_AddItemToArray(array, cJSON_CreateNumber(3.0));
        assert_eq!(taken(cJSON_PrintUnformatted(tree)), r#"{"n":[1,2,3],"t":true,"f":false,"s":"x","z":null,"r":"x"}"#);
        let copy = cJSON_Duplicate(tree, 1);
        cJSON_DeleteItemFromArray(array, 1);
        cJSON_ReplaceItemInArray(array, 0, cJSON_CreateTrue());
        cJSON_ReplaceItemInObject(tree, c"T".as_ptr(), cJSON_CreateFalse());
        cJSON_DeleteItemFromObject(tree, c"f".as_ptr());
        let taken_out = cJSON_DetachItemFromObject(tree, c"z".as_ptr());
        assert!((*taken_out).next.is_null());
        cJSON_Delete(taken_out);
        assert_eq!(taken(cJSON_PrintUnformatted(tree)), r#"{"n":[true,3],"T":false,"s":"x","r":"x"}"#);
        assert_eq!(taken(cJSON_PrintUnformatted(copy)), r#"{"n":[1,2,3],"t":true,"f":false,"s":"x","z":null,"r":"x"}"#);
        let shallow = cJSON_Duplicate(tree, 0);
        assert_eq!(taken(cJSON_PrintUnformatted(shallow)), "{}");
        for each in [tree, copy, shallow] {
            cJSON_Delete(each);
        }
    }
}
