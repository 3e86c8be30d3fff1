//! Properties with the values that they have had.

use super::duplicates::{Duplicate, Duplicates};
use super::{PushType, Thing};
use crate::config::Limits;
use std::collections::VecDeque;
use twedge::model::{BaseType, InfoTable, Text, Value};

/// A value with its time and quality.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The value, of the base type of its property.
    pub value: Value,
    /// When it was so: milliseconds since 1970-01-01 UTC.
    pub time: i64,
    /// `GOOD`, `BAD`, `UNKNOWN` or any text.
    pub quality: Text,
}

impl Sample {
    /// Memory that it takes, roughly.
    fn weight(&self) -> usize {
        size_of::<Self>() + self.quality.len() + weight(&self.value)
    }
}

/// A property of a thing.
#[derive(Clone, Debug)]
pub struct Property {
    /// Type of its values.
    pub base_type: BaseType,
    /// Text for humans.
    pub description: String,
    /// Whether it is bound to a property of the device.
    pub remote: bool,
    /// When the device pushes it.
    pub push_type: PushType,
    /// The change that makes a push due, for [`PushType::Value`] and [`PushType::Deadband`].
    pub push_threshold: f64,
    /// Its values in the order in which they came, the latest one last.
    history: VecDeque<Sample>,
    /// Memory behind them, roughly.
    weight: usize,
    duplicates: Duplicates,
}

impl Property {
    pub(crate) fn new(base_type: BaseType) -> Self {
        Self {
            base_type,
            description: String::new(),
            remote: true,
            push_type: PushType::Always,
            push_threshold: 0.0,
            history: VecDeque::new(),
            weight: 0,
            duplicates: Duplicates::default(),
        }
    }

    /// Its latest value; `None` until there has been one.
    pub fn current(&self) -> Option<&Sample> {
        self.history.back()
    }

    /// Its values in the order in which they came, as far as they are kept, the latest one last.
    pub fn history(&self) -> impl ExactSizeIterator<Item = &Sample> {
        self.history.iter()
    }

    /// The values that came again, as far as they are kept, the one that began to do so last at the end.
    pub fn duplicates(&self) -> impl ExactSizeIterator<Item = &Duplicate> {
        self.duplicates.list()
    }

    /// Adds the latest value. Whether it is there already, with the same time and quality.
    pub(crate) fn push(&mut self, sample: Sample) -> bool {
        let again = self.duplicates.kept(&sample) && self.history.contains(&sample);
        self.weight = self.weight.saturating_add(sample.weight());
        self.history.push_back(sample);
        again
    }

    /// Lists the latest value as one that came again; no more than so many are listed.
    pub(crate) fn note_duplicate(&mut self, limit: usize) {
        if let Some(sample) = self.history.back() {
            self.duplicates.note(sample.clone(), limit);
        }
    }

    /// Drops the oldest values until there are no more than so many, no heavier than this; the latest one stays.
    fn trim(&mut self, values: usize, weight: usize) {
        while self.history.len() > 1 && (self.history.len() > values || self.weight > weight) {
            let oldest = self.history.pop_front();
            if let Some(oldest) = oldest {
                self.weight = self.weight.saturating_sub(oldest.weight());
                self.duplicates.forgotten(&oldest);
            }
        }
    }
}

impl Thing {
    /// Stores a value of a property that exists. Whether it was there already, with the same time and quality.
    pub(crate) fn store(&mut self, name: &Text, sample: Sample, limits: &Limits) -> bool {
        // The share of a property is what keeps the thing as a whole within its limit.
        let share = limits.history_bytes / self.properties.len().max(1);
        let Some(property) = self.properties.get_mut(name) else { return false };
        let again = property.push(sample);
        property.trim(limits.history_values, share);
        again
    }
}

/// Memory behind a value, roughly.
pub(crate) fn weight(value: &Value) -> usize {
    match value {
        Value::Text(_, text) => text.len(),
        Value::Blob(_, bytes) => bytes.len(),
        Value::Variant(inner) => size_of::<Value>() + weight(inner),
        Value::InfoTable(table) => table_weight(table),
        _ => 0,
    }
}

/// Memory behind a table, roughly.
pub(crate) fn table_weight(table: &InfoTable) -> usize {
    let cells = |row: &Vec<Value>| row.iter().map(|cell| size_of::<Value>() + weight(cell)).sum::<usize>();
    64 * table.shape.fields.len() + table.rows.iter().map(cells).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thing_with(limits: &Limits, values: impl IntoIterator<Item = Value>) -> Thing {
        let mut thing = Thing::new("T".into());
        thing.properties.insert("P".into(), Property::new(BaseType::STRING));
        for (time, value) in (0..).zip(values) {
            thing.store(&"P".into(), Sample { value, time, quality: "GOOD".into() }, limits);
        }
        thing
    }

    #[test]
    fn values_stay_in_order_and_the_oldest_go() {
        let limits = Limits { history_values: 3, ..Limits::default() };
        let thing = thing_with(&limits, (0..5).map(|n| Value::Number(f64::from(n))));
        let times: Vec<i64> = thing.properties[&Text::from("P")].history().map(|sample| sample.time).collect();
        assert_eq!(times, [2, 3, 4]);
    }

    #[test]
    fn large_values_do_not_pile_up() {
        let limits = Limits { history_bytes: 100_000, ..Limits::default() };
        let large = || Value::string("x".repeat(40_000));
        assert_eq!(thing_with(&limits, (0..9).map(|_| large())).properties[&Text::from("P")].history().len(), 2);
        let huge = Value::string("x".repeat(400_000));
        assert_eq!(thing_with(&limits, [large(), huge]).properties[&Text::from("P")].history().len(), 1);
    }
}
