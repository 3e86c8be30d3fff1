//! The same vectors through the C facade: structs, their `length` members, streams, JSON trees.

use super::notation::{check_output, has_odd_boolean, hex, table, text_member, to_hex, unsigned, value};
use super::{Checked, same};
use serde_json::Value as Json;
use std::ffi::CString;
use std::ptr;
use twedge::ffi::base_types::encode::twPrimitive_ToStream;
use twedge::ffi::base_types::json::{twPrimitive_CreateFromJson, twPrimitive_ToJson};
use twedge::ffi::base_types::primitive::twPrimitive_Delete;
use twedge::ffi::base_types::stream::*;
use twedge::ffi::base_types::{decode, twPrimitive, twStream};
use twedge::ffi::cjson::cJSON;
use twedge::ffi::cjson::node::cJSON_Delete;
use twedge::ffi::cjson::parse::cJSON_Parse;
use twedge::ffi::cjson::print::cJSON_PrintUnformatted;
use twedge::ffi::convert::{base_type_to_c, table_from_c, table_to_c, value_from_c, value_to_c};
use twedge::ffi::info_table::json::{twInfoTable_CreateFromJson, twInfoTable_ToJson};
use twedge::ffi::info_table::table::*;
use twedge::ffi::info_table::twInfoTable;
use twedge::ffi::{memory, text};

/// A stream over bytes, deleted when dropped.
struct Stream(*mut twStream);

impl Stream {
    fn new(bytes: &[u8]) -> Self {
        // SAFETY: the bytes are copied.
        unsafe {
            let stream = twStream_Create();
            assert_eq!(twStream_AddBytes(stream, bytes.as_ptr().cast_mut().cast(), bytes.len() as u32), 0);
            twStream_Reset(stream);
            Self(stream)
        }
    }

    fn bytes(&self) -> Vec<u8> {
        // SAFETY: a live stream.
        unsafe { memory::slice(twStream_GetData(self.0), twStream_GetLength(self.0) as usize).to_vec() }
    }

    fn index(&self) -> u64 {
        // SAFETY: a live stream.
        unsafe { twStream_GetIndex(self.0) as u64 }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        // SAFETY: ours.
        unsafe { twStream_Delete(self.0.cast()) };
    }
}

unsafe fn encoded(primitive: *mut twPrimitive) -> Result<Vec<u8>, String> {
    let stream = Stream::new(&[]);
    // SAFETY: live objects.
    same("code of ToStream", unsafe { twPrimitive_ToStream(primitive, stream.0) }, 0)?;
    Ok(stream.bytes())
}

unsafe fn encoded_table(table: *mut twInfoTable) -> Result<Vec<u8>, String> {
    let stream = Stream::new(&[]);
    // SAFETY: live objects.
    same("code of ToStream", unsafe { twInfoTable_ToStream(table, stream.0) }, 0)?;
    Ok(stream.bytes())
}

pub fn check_primitive(vector: &Json) -> Checked {
    // SAFETY: what is made here is deleted here; a failed check may leak.
    unsafe {
        if vector["decodeOnly"] == true {
            let (stream, again) = (text_member(vector, "stream")?, text_member(&vector["decode"], "reencoded")?);
            check_decode(&hex(stream)?, vector, again)?;
            return Ok(true);
        }
        let value = value(&vector["value"])?;
        let primitive = value_to_c(&value);
        if !has_odd_boolean(&vector["value"]) {
            check_output(vector, "stream", &encoded(primitive)?)?;
            same("value back", format!("{:?}", value_from_c(primitive)), format!("{:?}", Ok::<_, ()>(&value)))?;
        }
        same("length", u64::from((*primitive).length), unsigned(vector, "originalLengthField")?)?;
        if let Some(stream) = vector["stream"].as_str() {
            check_decode(&hex(stream)?, vector, stream)?;
        }
        let name = CString::new("v").unwrap();
        let tree = twPrimitive_ToJson(name.as_ptr(), primitive, ptr::null_mut());
        check_text(vector, tree)?;
        cJSON_Delete(tree);
        check_from_json(vector, base_type_to_c(value.base_type()))?;
        twPrimitive_Delete(primitive.cast());
        Ok(true)
    }
}

unsafe fn check_decode(bytes: &[u8], vector: &Json, again: &str) -> Result<(), String> {
    let stream = Stream::new(bytes);
    // SAFETY: live objects.
    unsafe {
        let primitive = decode::twPrimitive_CreateFromStream(stream.0);
        if primitive.is_null() {
            return Err("not decoded".into());
        }
        same("consumed", stream.index(), unsigned(&vector["decode"], "consumed")?)?;
        same("encoded again", to_hex(&encoded(primitive)?).as_str(), again)?;
        if vector["originalLengthField"].is_u64() {
            same("length", u64::from((*primitive).length), unsigned(vector, "originalLengthField")?)?;
        }
        twPrimitive_Delete(primitive.cast());
    }
    Ok(())
}

/// Compares the printed tree with the text of the vector, number by number.
unsafe fn check_text(vector: &Json, tree: *mut cJSON) -> Result<(), String> {
    // SAFETY: a live tree.
    let printed = unsafe {
        let printed = cJSON_PrintUnformatted(tree);
        let bytes = text::bytes(printed).ok_or("not printed")?.to_vec();
        memory::free(printed);
        bytes
    };
    if let Some(bytes) = vector["jsonHex"].as_str() {
        return same("JSON bytes", to_hex(&printed).as_str(), bytes);
    }
    let Some(wanted) = vector["json"].as_str() else { return Ok(()) };
    let ours: Json = serde_json::from_slice(&printed).map_err(|error| format!("our JSON is none: {error}"))?;
    let wanted = if vector["jsonInvalid"] == true {
        wanted.replace("-nan", "null").replace("nan", "null").replace("-inf", "null").replace("inf", "null")
    } else {
        wanted.to_owned()
    };
    let wanted: Json = serde_json::from_str(&wanted).map_err(|error| error.to_string())?;
    if vector["jsonLossy"] == true || alike(&ours, &wanted) { Ok(()) } else { same("JSON", ours, wanted) }
}

/// Equal trees; numbers to the last bit that six decimals keep, times modulo 2^64.
fn alike(ours: &Json, wanted: &Json) -> bool {
    match (ours, wanted) {
        (Json::Number(a), Json::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap_or(f64::NAN), b.as_f64().unwrap_or(f64::NAN));
            a == b || (a - b).abs() == 18446744073709551616.0
        }
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| alike(a, b)),
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| alike(a, b)))
        }
        (a, b) => a == b,
    }
}

/// What the original made of its JSON, where that was right: numbers and VARIANTs, which it changes, are left out.
unsafe fn check_from_json(vector: &Json, base_type: twedge::ffi::definitions::BaseType) -> Result<(), String> {
    let (Some(json), Some(wanted)) = (vector["json"].as_str(), vector["fromJson"]["stream"].as_str()) else {
        return Ok(());
    };
    let named = vector["baseType"].as_str().unwrap_or_default();
    if matches!(named, "VARIANT" | "NUMBER" | "LOCATION") || vector["jsonLossy"] == true || named == "DATETIME" {
        return Ok(());
    }
    let (json, name) = (CString::new(json).unwrap(), CString::new("v").unwrap());
    // SAFETY: live objects.
    unsafe {
        let tree = cJSON_Parse(json.as_ptr());
        let primitive = twPrimitive_CreateFromJson(tree, name.as_ptr().cast_mut(), base_type);
        if primitive.is_null() {
            return Err("not made of JSON".into());
        }
        same("made of JSON", to_hex(&encoded(primitive)?).as_str(), wanted)?;
        twPrimitive_Delete(primitive.cast());
        cJSON_Delete(tree);
    }
    Ok(())
}

pub fn check_infotable(vector: &Json) -> Checked {
    let table = table(&vector["table"])?;
    // SAFETY: what is made here is deleted here; a failed check may leak.
    unsafe {
        let made = table_to_c(&table);
        let bytes = encoded_table(made)?;
        check_output(vector, "stream", &bytes)?;
        same("length", u64::from((*made).length), unsigned(vector, "originalLengthField")?)?;
        same("table back", format!("{:?}", table_from_c(made)), format!("{:?}", Ok::<_, ()>(&table)))?;

        let copy = twInfoTable_FullCopy(made);
        same("compared with a copy", twInfoTable_Compare(made, copy), 0)?;
        same("copy", to_hex(&encoded_table(copy)?), to_hex(&bytes))?;

        let stream = Stream::new(&bytes);
        let read = twInfoTable_CreateFromStream(stream.0);
        same("decoded", read.is_null(), false)?;
        same("consumed", stream.index(), unsigned(&vector["decode"], "consumed")?)?;
        same("encoded again", to_hex(&encoded_table(read)?), to_hex(&bytes))?;
        same("compared with what was read", twInfoTable_Compare(made, read), 0)?;
        if vector["decode"]["lengthFieldAfterDecode"].is_u64() {
            let length = unsigned(&vector["decode"], "lengthFieldAfterDecode")?;
            same("length after decoding", u64::from((*read).length), length)?;
        }

        let tree = twInfoTable_ToJson(made);
        check_text(vector, tree)?;
        if vector["fromJson"]["sameAsInput"] == true {
            let again = twInfoTable_CreateFromJson(tree, ptr::null_mut());
            same("made of JSON", to_hex(&encoded_table(again)?), to_hex(&bytes))?;
            twInfoTable_Delete(again.cast());
        }
        if vector["fromJson"]["originalResult"] == "NULL" {
            same("made of JSON", twInfoTable_CreateFromJson(tree, ptr::null_mut()), ptr::null_mut())?;
        }
        cJSON_Delete(tree);
        for each in [made, copy, read] {
            twInfoTable_Delete(each.cast());
        }
    }
    Ok(true)
}

/// The public decoders are lenient with missing bytes: no crash, and where the original reads what is missing as zero,
/// the same table.
pub fn check_malformed(vector: &Json) -> Checked {
    let Some(input) = vector["input"].as_str() else { return Ok(false) };
    let stream = Stream::new(&hex(input)?);
    // SAFETY: live objects.
    unsafe {
        match vector["decoder"].as_str() {
            Some("primitive") => {
                let primitive = decode::twPrimitive_CreateFromStream(stream.0);
                if vector["require"] == "value" {
                    same("decoded", primitive.is_null(), false)?;
                }
                if vector["original"]["plainOutput"].as_str().is_some_and(|output| output.starts_with("null")) {
                    // But LONG is known by now.
                    same("decoded", primitive.is_null(), !input.starts_with("17"))?;
                }
                if !primitive.is_null() {
                    encoded(primitive)?;
                    twPrimitive_Delete(primitive.cast());
                }
            }
            Some("infotable") => {
                let table = twInfoTable_CreateFromStream(stream.0);
                let id = vector["id"].as_str().unwrap_or_default();
                let output = vector["original"]["plainOutput"].as_str().unwrap_or_default();
                let wanted = output.split_once("reencode=").map(|(_, hex)| hex);
                let comparable = id.starts_with("it-cut") || vector["require"] == "value";
                if let (Some(wanted), true) = (wanted, comparable) {
                    same("decoded", table.is_null(), false)?;
                    same("encoded again", to_hex(&encoded_table(table)?).as_str(), wanted)?;
                }
                twInfoTable_Delete(table.cast());
            }
            _ => return Ok(false),
        }
    }
    Ok(true)
}
