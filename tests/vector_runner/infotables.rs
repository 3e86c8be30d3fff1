//! infotables.json: a bare table to bytes and back, and its JSON text.

use super::json::check_json;
use super::notation::{check_output, has_odd_boolean, hex, table, text_member};
use super::{Checked, same};
use serde_json::Value as Json;
use twedge::model::{InfoTable, Value, json};
use twedge::wire::{decode_table, encode_table, field_len, row_len, table_len};

pub fn check(vector: &Json) -> Checked {
    let notation = &vector["table"];
    let table = table(notation)?;
    let encoded = encode(&table)?;
    if let Some(len) = vector["streamLength"].as_u64() {
        same("streamLength", encoded.len() as u64, len)?;
    }
    if has_odd_boolean(notation) {
        let stream = hex(text_member(vector, "stream")?)?;
        same("length of stream", encoded.len(), stream.len())?;
        check_decode(&stream, &table, &vector["decode"])?;
    } else {
        check_output(vector, "stream", &encoded)?;
        check_decode(&encoded, &table, &vector["decode"])?;
    }
    let text = json::table_to_text(&table);
    let tree: Json = serde_json::from_slice(&text).map_err(|error| format!("JSON that is none: {error}"))?;
    same("text and tree", json::table_to_json(&table), tree)?;
    check_json(vector, &Value::InfoTable(Box::new(table)), &text)?;
    Ok(true)
}

fn encode(table: &InfoTable) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    encode_table(table, &mut bytes).map_err(|error| error.to_string())?;
    same("table_len", table_len(table), bytes.len())?;
    let parts = table.shape.fields.iter().map(field_len).chain(table.rows.iter().map(|row| row_len(row)));
    same("sum of field_len and row_len", parts.sum::<usize>() + 2, bytes.len())?;
    Ok(bytes)
}

fn check_decode(stream: &[u8], wanted: &InfoTable, decode: &Json) -> Result<(), String> {
    let consumed = decode["consumed"].as_u64().ok_or("no consumed")? as usize;
    let needed = stream.get(..consumed).ok_or("consumed is more than the stream has")?;
    for input in [stream.to_vec(), [needed, &[0xee; 9]].concat()] {
        let (got, used) = decode_table(&input).map_err(|error| error.to_string())?;
        same("bytes used", used, consumed)?;
        same("decoded table", encode(&got)?, encode(wanted)?)?;
    }
    for len in super::prefixes(consumed) {
        if decode_table(&needed[..len]).is_ok() {
            return Err(format!("decoded although cut off after {len} bytes"));
        }
    }
    Ok(())
}
