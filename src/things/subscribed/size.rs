//! How many bytes a value counts in the queue and takes in a message.

use super::{PropertyValue, UPDATE_SERVICE, update_parameters};
use crate::model::{Text, Value};
use crate::wire::{HEADER_LEN, table_len, text_len, value_len};

/// What the queue counts for the three structs of a value in a C program: that is where the limit of
/// `offline_msg_queue_size` is known from (api-behaviour.md 6.1).
const STRUCTS: usize = if cfg!(target_pointer_width = "64") { 24 + 32 + 40 } else { 16 + 24 + 40 };

/// The header of a message and the chunk information of a multipart one.
const AROUND_BODY: usize = HEADER_LEN + 6;

/// Bytes of the queue that a value takes.
pub(super) fn queue_size(thing: &Text, value: &PropertyValue) -> u64 {
    let texts = thing.len() + 1 + value.name.len() + 1 + value.quality.len() + 1;
    (STRUCTS + texts + counted_length(&value.value)) as u64
}

/// The encoded length without the type byte; a value of type NOTHING counts one byte.
fn counted_length(value: &Value) -> usize {
    match value {
        Value::Nothing => 1,
        value => value_len(value) - 1,
    }
}

/// Bytes of a message that the row of a value takes: marker, cell count, and the four cells.
pub(super) fn row_size(value: &PropertyValue) -> usize {
    1 + 2
        + string_cell(&value.name)
        + (1 + value_len(&value.value))
        + value_len(&Value::DateTime(0))
        + string_cell(&value.quality)
}

fn string_cell(text: &Text) -> usize {
    1 + text_len(text)
}

/// How much of the largest message a growing call of [`UPDATE_SERVICE`] takes.
pub(super) struct CallSize {
    used: usize,
    limit: usize,
}

impl CallSize {
    /// A call without rows.
    pub fn new(thing: &Text, limit: usize) -> Self {
        // Entity type, characteristic, header count and type of the parameters take a byte each.
        let body = 4 + text_len(thing) + text_len(UPDATE_SERVICE.as_bytes()) + table_len(&update_parameters([]));
        Self { used: AROUND_BODY + body, limit }
    }

    /// Whether a row of that many bytes can be added.
    pub fn fits(&self, row: usize) -> bool {
        self.used + row <= self.limit
    }

    /// The bytes of a message with that value, when they are more than a message may have.
    pub fn too_large(&self, value: &PropertyValue) -> Option<usize> {
        let row = row_size(value);
        (!self.fits(row)).then_some(self.used + row)
    }

    /// Adds a row.
    pub fn add(&mut self, row: usize) {
        self.used += row;
    }
}
