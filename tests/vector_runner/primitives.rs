//! primitives.json: one typed value to bytes and back, and its JSON text.

use super::json::check_json;
use super::notation::{base_type, check_output, has_odd_boolean, hex, text_member, value};
use super::{Checked, same};
use serde_json::Value as Json;
use twedge::model::{Value, json};
use twedge::wire::{decode_value, encode_value, value_len};

pub fn check(vector: &Json) -> Checked {
    if vector["decodeOnly"] == true {
        check_decode_only(vector)?
    } else {
        check_both_ways(vector)?
    }
    Ok(true)
}

fn encode(value: &Value) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    encode_value(value, &mut bytes).map_err(|error| error.to_string())?;
    same("value_len", value_len(value), bytes.len())?;
    Ok(bytes)
}

fn check_both_ways(vector: &Json) -> Result<(), String> {
    let notation = &vector["value"];
    let value = value(notation)?;
    let named = base_type(text_member(vector, "baseType")?)?;
    same("base type", value.base_type(), named)?;
    same("code", Some(u64::from(named.0)), vector["code"].as_u64().or(vector["code"].as_i64().map(|_| 0xff)))?;
    let encoded = encode(&value)?;
    if has_odd_boolean(notation) {
        let stream = hex(text_member(vector, "stream")?)?;
        same("length of stream", encoded.len(), stream.len())?;
        check_decode(&stream, &value, &vector["decode"])?;
    } else {
        check_output(vector, "stream", &encoded)?;
        check_decode(&encoded, &value, &vector["decode"])?;
    }
    check_json(vector, &value, &member_text(&value))
}

fn check_decode_only(vector: &Json) -> Result<(), String> {
    let decode = &vector["decode"];
    let value = value(&decode["value"])?;
    check_decode(&hex(text_member(vector, "stream")?)?, &value, decode)?;
    let encoded = encode(&value)?;
    if has_odd_boolean(&decode["value"]) { Ok(()) } else { check_output(decode, "reencoded", &encoded) }
}

/// Decodes, with other bytes behind it, and with bytes missing.
fn check_decode(stream: &[u8], wanted: &Value, decode: &Json) -> Result<(), String> {
    let consumed = decode["consumed"].as_u64().ok_or("no consumed")? as usize;
    let needed = stream.get(..consumed).ok_or("consumed is more than the stream has")?;
    for (input, behind) in [(stream.to_vec(), "nothing more"), ([needed, &[0xee; 9]].concat(), "nine bytes")] {
        let (got, used) = decode_value(&input).map_err(|error| error.to_string())?;
        same(&format!("bytes used with {behind} behind"), used, consumed)?;
        // Bytes tell doubles apart that compare equal, or never do.
        same("decoded value", encode(&got)?, encode(wanted)?)?;
    }
    for len in super::prefixes(consumed) {
        if decode_value(&needed[..len]).is_ok() {
            return Err(format!("decoded although cut off after {len} bytes"));
        }
    }
    Ok(())
}

/// The JSON text of an object whose member `v` is the value.
fn member_text(value: &Value) -> Vec<u8> {
    json::value_to_text(value).map_or_else(|| b"{}".to_vec(), |text| [b"{\"v\":", text.as_slice(), b"}"].concat())
}
