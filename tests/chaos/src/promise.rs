//! What a device tells of the values that it was promised: one line each, written at once.

/// The thing of every device.
pub const THING: &str = "Chaos";

/// The application key of every device.
pub const KEY: &str = "chaos-key";

/// The properties of the thing, all numbers that are pushed always.
pub const PROPERTIES: [&str; 3] = ["A", "B", "C"];

/// Numbers of one life of a device; the next life goes on with the next multiple.
pub const NUMBERS_PER_LIFE: u64 = 1_000_000;

/// Time stamp of the value 0.
const EPOCH: i64 = 1_700_000_000_000;

/// The time stamp that belongs to a value.
pub fn time_of(number: u64) -> i64 {
    EPOCH.saturating_add(i64::try_from(number).unwrap_or(i64::MAX))
}

/// A promised value as a line.
pub fn line(property: usize, number: u64) -> String {
    format!("accepted {property} {number}\n")
}

/// The property and the number of such a line.
pub fn parse(line: &str) -> Option<(usize, u64)> {
    let (property, number) = line.strip_prefix("accepted ")?.split_once(' ')?;
    let property = property.parse().ok().filter(|index| *index < PROPERTIES.len())?;
    Some((property, number.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_was_written() {
        let line = line(2, 17_000_001);
        assert_eq!(line.strip_suffix('\n').and_then(parse), Some((2, 17_000_001)));
        assert_eq!(parse("accepted 3 1"), None);
        assert_eq!(parse("accepted 1 "), None);
    }
}
