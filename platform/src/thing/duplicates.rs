//! Values that a device has pushed more than once: an answer was lost, and the device has sent again.

use super::Sample;
use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use twedge::wire::encode_value;

/// A value that came again.
#[derive(Clone, Debug, PartialEq)]
pub struct Duplicate {
    /// The value, with the time and the quality that it has had each time.
    pub sample: Sample,
    /// How often it came after the first time.
    pub again: u64,
}

/// What came again of one property, and what is needed to see it.
#[derive(Clone, Debug, Default)]
pub(super) struct Duplicates {
    /// How many of the samples that are kept have this fingerprint.
    known: HashMap<u64, u32>,
    list: VecDeque<Duplicate>,
}

impl Duplicates {
    /// A sample is kept from now on. Whether one like it may have been before: equal ones have the same fingerprint.
    pub fn kept(&mut self, sample: &Sample) -> bool {
        let count = self.known.entry(fingerprint(sample)).or_default();
        *count += 1;
        *count > 1
    }

    /// A sample is not kept any more.
    pub fn forgotten(&mut self, sample: &Sample) {
        let fingerprint = fingerprint(sample);
        if let Some(count) = self.known.get_mut(&fingerprint) {
            *count -= 1;
            if *count == 0 {
                self.known.remove(&fingerprint);
            }
        }
    }

    /// A sample came again. No more than so many different ones are listed, the latest.
    pub fn note(&mut self, sample: Sample, limit: usize) {
        if let Some(known) = self.list.iter_mut().rev().find(|duplicate| duplicate.sample == sample) {
            known.again += 1;
            return;
        }
        if self.list.len() >= limit.max(1) {
            self.list.pop_front();
        }
        self.list.push_back(Duplicate { sample, again: 1 });
    }

    pub fn list(&self) -> impl ExactSizeIterator<Item = &Duplicate> {
        self.list.iter()
    }
}

fn fingerprint(sample: &Sample) -> u64 {
    let mut bytes = Vec::new();
    // A value that cannot be encoded leaves what was encoded of it: enough to find those that may be equal.
    let _ = encode_value(&sample.value, &mut bytes);
    let mut hasher = DefaultHasher::new();
    (bytes, sample.time, sample.quality.as_bytes()).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use twedge::model::Value;

    fn sample(number: f64, time: i64) -> Sample {
        Sample { value: Value::Number(number), time, quality: "GOOD".into() }
    }

    #[test]
    fn what_is_kept_is_known_until_it_is_forgotten() {
        let mut duplicates = Duplicates::default();
        assert!(!duplicates.kept(&sample(1.0, 5)));
        assert!(!duplicates.kept(&sample(1.0, 6)) && !duplicates.kept(&sample(2.0, 5)));
        assert!(duplicates.kept(&sample(1.0, 5)));
        duplicates.forgotten(&sample(1.0, 5));
        duplicates.forgotten(&sample(1.0, 5));
        assert!(!duplicates.kept(&sample(1.0, 5)));
    }

    #[test]
    fn each_is_listed_once_with_its_number_and_the_oldest_go() {
        let mut duplicates = Duplicates::default();
        for number in [1.0, 1.0, 2.0, 3.0] {
            duplicates.note(sample(number, 5), 2);
        }
        let listed: Vec<_> = duplicates.list().map(|one| (one.sample.value.as_number(), one.again)).collect();
        assert_eq!(listed, [(Some(2.0), 1), (Some(3.0), 1)]);
        duplicates.note(sample(2.0, 5), 2);
        assert_eq!(duplicates.list().next().map(|one| one.again), Some(2));
    }
}
