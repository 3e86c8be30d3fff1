//! What the platform has got.

use std::collections::BTreeSet;

use twedge::model::Value;
use twedge_platform::Platform;

use super::PROPERTIES;
use super::device::Latest;
use crate::promise::{THING, time_of};

/// Everything that has arrived, by property.
#[derive(Default)]
pub(super) struct Arrivals([Arrived; PROPERTIES.len()]);

#[derive(Default)]
struct Arrived {
    /// How many values of the platform's history were looked at.
    read: usize,
    /// Those with the right time stamp, in their order.
    history: Vec<u64>,
    seen: BTreeSet<u64>,
}

impl Arrivals {
    /// Takes what has come since the last time.
    pub fn update(&mut self, platform: &Platform) -> &Self {
        for (property, arrived) in PROPERTIES.iter().zip(&mut self.0) {
            for sample in platform.history_from(THING, property, arrived.read) {
                arrived.read += 1;
                let Value::Number(number) = sample.value else { continue };
                let number = number as u64;
                if time_of(number) == sample.time {
                    arrived.history.push(number);
                    arrived.seen.insert(number);
                }
            }
        }
        self
    }

    /// Whether these, or later ones, have come. Whether all before them have is seen in the end.
    pub fn have(&self, latest: &Latest) -> bool {
        let of_property = |arrived: &Arrived| arrived.seen.last().copied().unwrap_or(0);
        self.0.iter().zip(latest).all(|(arrived, latest)| of_property(arrived) >= *latest)
    }

    /// How many different values have come.
    pub fn different(&self) -> usize {
        self.0.iter().map(|arrived| arrived.seen.len()).sum()
    }

    /// What has come, in its order.
    pub fn histories(&self) -> impl Iterator<Item = &[u64]> {
        self.0.iter().map(|arrived| arrived.history.as_slice())
    }
}
