//! What a record of the store has: a value as a row (api-behaviour.md 6.4), and whether it was held.

use super::PropertyValue;
use super::queue::Queued;
use crate::model::{Text, Value};
use crate::store::notes::note;
use crate::wire::{decode_row, encode_row};

/// What follows the row of a held value: who does not know it takes the record for a damaged one, and keeps it aside.
const HELD: u8 = b'H';

/// A value as a row of the file (api-behaviour.md 6.4). `None` for one that cannot be encoded, and so not sent either.
pub(super) fn encode(thing: &Text, queued: &Queued, is_held: bool) -> Option<Vec<u8>> {
    let value = &queued.value;
    let cells = [
        Value::string(thing.clone()),
        Value::string(value.name.clone()),
        value.value.clone(),
        Value::DateTime(value.time),
        Value::string(value.quality.clone()),
        Value::Boolean(queued.fold),
    ];
    let mut bytes = Vec::new();
    match encode_row(&cells, &mut bytes) {
        Ok(()) => {
            bytes.extend(is_held.then_some(HELD));
            Some(bytes)
        }
        Err(error) => {
            note!(Error, "a value of {thing}, property {}, cannot be stored: {error}", value.name);
            None
        }
    }
}

/// What a record has.
pub(super) struct StoredValue {
    pub thing: Text,
    pub value: PropertyValue,
    pub fold: bool,
    /// The platform's push types are to judge it.
    pub is_held: bool,
}

pub(super) fn decode(payload: &[u8]) -> Option<StoredValue> {
    let (row, length) = decode_row(payload).ok()?;
    let cells: [Value; 6] = row?.try_into().ok()?;
    let [Value::Text(_, thing), Value::Text(_, name), value, Value::DateTime(time), quality, Value::Boolean(fold)] =
        cells
    else {
        return None;
    };
    let quality = quality.as_text()?.clone();
    let is_held = match payload.get(length..)? {
        [] => false,
        [HELD] => true,
        _ => return None,
    };
    Some(StoredValue { thing, value: PropertyValue { name, value, time, quality }, fold, is_held })
}
