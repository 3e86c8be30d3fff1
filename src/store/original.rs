//! The store files of the original SDK: no checksums, no numbers.

use std::ops::Range;

use crate::model::{BaseType, Row, Value};
use crate::wire::{HEADER_LEN, decode_body, decode_header, decode_row};

/// What a file of the original SDK consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Original {
    /// `subscribed_properties.bin`: rows of six cells, one behind the other (api-behaviour.md 6.4).
    Rows,
    /// `offline_msgs.bin`: messages, each behind a separator and its length (api-behaviour.md 7).
    Messages,
}

/// In front of each message.
const SEPARATOR: &[u8] = b"!twMsg!";
const LENGTH: usize = size_of::<u32>();

/// What was found in a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// Where the payloads are.
    pub payloads: Vec<Range<usize>>,
    /// Bytes that belong to no record.
    pub bad: Vec<Range<usize>>,
    /// Where a last record begins that was not written to its end.
    pub torn: Option<usize>,
}

impl Original {
    /// Whether the bytes begin with a record.
    pub(super) fn starts(self, bytes: &[u8]) -> bool {
        matches!(self.first(bytes), First::Record { .. })
    }

    /// Appends a record.
    pub(super) fn encode(self, payload: &[u8], out: &mut Vec<u8>) {
        if self == Self::Messages {
            out.extend_from_slice(SEPARATOR);
            // Host byte order, as the original has it. A longer message cannot be sent anyway.
            out.extend(u32::try_from(payload.len()).unwrap_or(u32::MAX).to_ne_bytes());
        }
        out.extend_from_slice(payload);
    }

    /// Finds the records. Behind bytes that are none it looks for the next place that is one.
    pub(super) fn scan(self, bytes: &[u8]) -> Found {
        let mut found = Found::default();
        let mut at = 0;
        let mut bad = None;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            match self.first(rest) {
                First::Record { payload, length } => {
                    found.bad.extend(bad.take().map(|start| start..at));
                    found.payloads.push(at + payload.start..at + payload.end);
                    at += length;
                }
                First::CutOff if bad.is_none() && !self.has_record(rest.get(1..).unwrap_or_default()) => {
                    found.torn = Some(at);
                    return found;
                }
                First::CutOff | First::Nothing => {
                    bad.get_or_insert(at);
                    at += 1;
                }
            }
        }
        found.bad.extend(bad.map(|start| start..bytes.len()));
        found
    }

    fn has_record(self, bytes: &[u8]) -> bool {
        (0..bytes.len()).any(|at| bytes.get(at..).is_some_and(|rest| self.starts(rest)))
    }

    fn first(self, bytes: &[u8]) -> First {
        match self {
            Self::Rows => first_row(bytes),
            Self::Messages => first_message(bytes),
        }
    }
}

/// What bytes begin with.
enum First {
    Record {
        payload: Range<usize>,
        length: usize,
    },
    /// The beginning of one.
    CutOff,
    Nothing,
}

/// Marker, count of cells, type of the first.
const ROW_START: [u8; 4] = [1, 0, 6, BaseType::STRING.0];

fn first_row(bytes: &[u8]) -> First {
    if !bytes.starts_with(&ROW_START) {
        return if ROW_START.starts_with(bytes) { First::CutOff } else { First::Nothing };
    }
    match decode_row(bytes) {
        Ok((Some(row), length)) if is_value(&row) => First::Record { payload: 0..length, length },
        Err(error) if error.is_truncated() => First::CutOff,
        _ => First::Nothing,
    }
}

/// Whether a row is that of a property value: thing, name, value, time, quality, fold.
fn is_value(row: &Row) -> bool {
    use Value::{Boolean, DateTime, Text};
    matches!(row.as_slice(), [Text(..), Text(..), _, DateTime(_), Text(..), Boolean(_)])
}

fn first_message(bytes: &[u8]) -> First {
    let Some(rest) = bytes.strip_prefix(SEPARATOR) else {
        return if SEPARATOR.starts_with(bytes) { First::CutOff } else { First::Nothing };
    };
    let Some((length, rest)) = rest.split_first_chunk::<LENGTH>() else { return First::CutOff };
    let Ok(length) = usize::try_from(u32::from_ne_bytes(*length)) else { return First::Nothing };
    let Some((message, behind)) = rest.split_at_checked(length) else { return First::CutOff };
    let start = SEPARATOR.len() + LENGTH;
    // A length that was damaged leads to a place where no message begins; but the damage may as well be behind the message.
    let follows = behind.is_empty() || behind.starts_with(SEPARATOR) || SEPARATOR.starts_with(behind);
    if length < HEADER_LEN || !(follows || is_whole(message)) {
        return First::Nothing;
    }
    First::Record { payload: start..start + length, length: start + length }
}

/// Whether a message ends where its bytes do.
fn is_whole(message: &[u8]) -> bool {
    let Ok((header, false)) = decode_header(message) else { return false };
    let body = message.get(HEADER_LEN..).unwrap_or_default();
    decode_body(header.code, body).is_ok_and(|(_, length)| length == body.len())
}

#[cfg(test)]
#[allow(clippy::single_range_in_vec_init)]
mod tests {
    use super::*;
    use crate::wire::encode_row;

    fn row(name: &str) -> Vec<u8> {
        let cells = [
            Value::string("T"),
            Value::string(name),
            Value::Number(1.5),
            Value::DateTime(1_700_000_000_000),
            Value::string("GOOD"),
            Value::Boolean(false),
        ];
        let mut bytes = Vec::new();
        encode_row(&cells, &mut bytes).unwrap();
        bytes
    }

    fn message(body: &[u8]) -> Vec<u8> {
        let mut raw = vec![1, 3];
        raw.extend([0; 13]);
        raw.extend(body);
        raw
    }

    #[test]
    fn a_row_is_as_long_as_the_specification_says() {
        assert_eq!(row("a").len(), 35);
    }

    #[test]
    fn rows_around_a_bad_one_are_found() {
        let mut file = row("a");
        let mut broken = row("b");
        broken[3] = 0x7f;
        file.extend(&broken);
        file.extend(row("c"));
        let found = Original::Rows.scan(&file);
        assert_eq!(found, Found { payloads: vec![0..35, 70..105], bad: vec![35..70], torn: None });
    }

    #[test]
    fn a_row_that_is_cut_off_is_torn_and_no_other_is_lost() {
        let file = [row("a"), row("b")].concat();
        for length in 36..70 {
            let found = Original::Rows.scan(&file[..length]);
            assert_eq!(found, Found { payloads: vec![0..35], bad: vec![], torn: Some(35) }, "{length}");
        }
    }

    #[test]
    fn a_length_that_is_too_large_does_not_swallow_the_next_row() {
        let mut file = [row("a"), row("b")].concat();
        file[4] = 200;
        assert_eq!(Original::Rows.scan(&file).payloads, [35..70]);
    }

    #[test]
    fn messages_are_found_behind_a_damaged_length() {
        let mut file = Vec::new();
        for body in [&b"first"[..], b"!twMsg! inside", b"last"] {
            Original::Messages.encode(&message(body), &mut file);
        }
        let found = Original::Messages.scan(&file);
        let payloads: Vec<_> = found.payloads.iter().map(|range| &file[range.clone()][15..]).collect();
        assert_eq!(payloads, [&b"first"[..], b"!twMsg! inside", b"last"]);
        file[7] ^= 1;
        let found = Original::Messages.scan(&file);
        let payloads: Vec<_> = found.payloads.iter().map(|range| &file[range.clone()][15..]).collect();
        assert_eq!(payloads, [&b"!twMsg! inside"[..], b"last"]);
        assert_eq!(found.bad, vec![0..31]);
    }
}
