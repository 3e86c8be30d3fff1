//! Records to bytes and back; see the module above for the form.

use std::ops::Range;

/// The version that is written.
pub(super) const VERSION: u8 = 1;

const HEAD: usize = 1 + 1 + 8;
const CHECKSUM: usize = 4;

/// What a record says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Record {
    /// A payload with its number.
    Data(u64, Vec<u8>),
    /// These numbers are removed.
    Removed(Vec<Range<u64>>),
}

/// Why bytes are no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    Damaged,
    /// Intact, but of a later version.
    Newer(u8),
}

const DATA: u8 = 1;
const REMOVED: u8 = 2;

/// Appends a record with its delimiters.
pub(super) fn encode(record: &Record, out: &mut Vec<u8>) {
    let (kind, number) = match record {
        Record::Data(number, _) => (DATA, *number),
        Record::Removed(_) => (REMOVED, 0),
    };
    let mut plain = vec![VERSION, kind];
    plain.extend(number.to_be_bytes());
    match record {
        Record::Data(_, payload) => plain.extend_from_slice(payload),
        Record::Removed(ranges) => {
            plain.extend(ranges.iter().flat_map(|range| [range.start, range.end]).flat_map(u64::to_be_bytes));
        }
    }
    let checksum = crc32fast::hash(&plain);
    plain.extend(checksum.to_be_bytes());
    out.push(0);
    stuff(&plain, out);
    out.push(0);
}

/// Reads what is between two delimiters.
pub(super) fn decode(stuffed: &[u8]) -> Result<Record, Unreadable> {
    let plain = unstuff(stuffed).ok_or(Unreadable::Damaged)?;
    let (content, checksum) = plain.split_last_chunk::<CHECKSUM>().ok_or(Unreadable::Damaged)?;
    if crc32fast::hash(content) != u32::from_be_bytes(*checksum) {
        return Err(Unreadable::Damaged);
    }
    match content {
        [VERSION, DATA, rest @ ..] => {
            let (number, payload) = rest.split_first_chunk::<8>().ok_or(Unreadable::Damaged)?;
            Ok(Record::Data(u64::from_be_bytes(*number), payload.to_vec()))
        }
        [VERSION, REMOVED, ..] => {
            let numbers = content.get(HEAD..).ok_or(Unreadable::Damaged)?;
            let pairs = numbers.chunks_exact(16).map(|pair| {
                let (start, end) = pair.split_at(8);
                number(start)..number(end)
            });
            Ok(Record::Removed(pairs.collect()))
        }
        [version, ..] => Err(Unreadable::Newer(*version)),
        [] => Err(Unreadable::Damaged),
    }
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// Consistent overhead byte stuffing: no byte of the result is 0. Each block begins with its length; one shorter than the longest
/// stands for its bytes and a 0 behind them.
fn stuff(plain: &[u8], out: &mut Vec<u8>) {
    const LONGEST: usize = 254;
    let mut rest = plain;
    loop {
        let length = rest.iter().take(LONGEST).position(|byte| *byte == 0).unwrap_or(rest.len().min(LONGEST));
        let (block, behind) = rest.split_at(length);
        // At most 255.
        out.push(u8::try_from(length + 1).unwrap_or(u8::MAX));
        out.extend_from_slice(block);
        match behind.split_first() {
            None => return,
            Some((0, next)) if length < LONGEST => rest = next,
            Some(_) => rest = behind,
        }
    }
}

fn unstuff(stuffed: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::with_capacity(stuffed.len());
    let mut rest = stuffed;
    while let Some((code, behind)) = rest.split_first() {
        let length = usize::from(*code).checked_sub(1)?;
        let (block, next) = behind.split_at_checked(length)?;
        plain.extend_from_slice(block);
        if *code < u8::MAX && !next.is_empty() {
            plain.push(0);
        }
        rest = next;
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stuffed(plain: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        stuff(plain, &mut out);
        out
    }

    #[test]
    fn blocks_are_as_in_the_description_of_the_algorithm() {
        assert_eq!(stuffed(&[]), [1]);
        assert_eq!(stuffed(&[0]), [1, 1]);
        assert_eq!(stuffed(&[0x11, 0x22, 0, 0x33]), [3, 0x11, 0x22, 2, 0x33]);
        let long: Vec<u8> = (1..=254).collect();
        assert_eq!(stuffed(&long)[0], 255);
        assert_eq!(stuffed(&long).len(), 255);
    }

    proptest! {
        #[test]
        fn stuffing_leaves_no_zero_and_is_undone(plain in prop::collection::vec(prop_oneof![Just(0), any::<u8>()], 0..1000)) {
            let stuffed = stuffed(&plain);
            prop_assert!(!stuffed.contains(&0));
            prop_assert_eq!(unstuff(&stuffed), Some(plain));
        }

        #[test]
        fn records_come_back(number in any::<u64>(), payload in prop::collection::vec(any::<u8>(), 0..600)) {
            let record = Record::Data(number, payload);
            let mut bytes = Vec::new();
            encode(&record, &mut bytes);
            prop_assert_eq!(decode(&bytes[1..bytes.len() - 1]), Ok(record));
        }

        #[test]
        fn any_bytes_are_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            prop_assert!(decode(&bytes).is_err());
        }
    }

    #[test]
    fn removals_come_back() {
        let record = Record::Removed(vec![3..5, 9..10]);
        let mut bytes = Vec::new();
        encode(&record, &mut bytes);
        assert_eq!(decode(&bytes[1..bytes.len() - 1]), Ok(record));
    }
}
