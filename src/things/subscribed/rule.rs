//! Push types: what is sent of the values that are set (api-behaviour.md 6.1).

use super::PropertyValue;
use crate::model::Value;
use crate::things::PropertyDefinition;

/// The push settings of a property.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rule {
    kind: Kind,
    threshold: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Never,
    /// ALWAYS, ON and every text that is not one of the others.
    Always,
    Off,
    Value,
    Deadband,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Accept,
    Reject,
}

impl Rule {
    /// `None` for a property without a push type.
    pub fn of(property: &PropertyDefinition) -> Option<Self> {
        let kind = match property.push_type()? {
            "NEVER" => Kind::Never,
            "OFF" => Kind::Off,
            "VALUE" => Kind::Value,
            "DEADBAND" => Kind::Deadband,
            _ => Kind::Always,
        };
        Some(Self { kind, threshold: property.push_threshold() })
    }

    /// Whether a folded set is folded; for NEVER and OFF it is as one that is not.
    pub fn folds(self) -> bool {
        !matches!(self.kind, Kind::Never | Kind::Off)
    }

    /// Whether a value is sent. `reference` is the last set value for VALUE and the last accepted one for DEADBAND.
    pub fn judge(self, new: &PropertyValue, fold: bool, reference: Option<&PropertyValue>) -> Verdict {
        let accepted = match self.kind {
            Kind::Never => false,
            Kind::Always => true,
            Kind::Off => !is_true(&new.value),
            Kind::Value if fold => true,
            Kind::Value | Kind::Deadband => reference.is_none_or(|old| self.differs(new, old)),
        };
        if accepted { Verdict::Accept } else { Verdict::Reject }
    }

    /// Whether a set leaves its value as the reference of later ones.
    pub fn remembers(self, fold: bool, verdict: Verdict) -> bool {
        match self.kind {
            Kind::Never | Kind::Off => false,
            Kind::Always => fold,
            Kind::Value => true,
            Kind::Deadband => verdict == Verdict::Accept,
        }
    }

    /// Whether the reference is the last set value rather than the last accepted one; `None` when there is no reference.
    pub fn compares_with_last_set(self) -> Option<bool> {
        match self.kind {
            Kind::Value => Some(true),
            Kind::Deadband => Some(false),
            _ => None,
        }
    }

    fn differs(self, new: &PropertyValue, old: &PropertyValue) -> bool {
        new.quality != old.quality || differs_by_more(&new.value, &old.value, self.threshold)
    }
}

/// Numbers differ when they are further apart than the threshold, whatever their types. Everything else differs when it
/// is not the same, types included.
fn differs_by_more(new: &Value, old: &Value, threshold: f64) -> bool {
    if let (Value::Integer(new), Value::Integer(old)) = (new, old) {
        return (i64::from(*new) - i64::from(*old)).abs() as f64 > threshold;
    }
    if let (Value::Long(new), Value::Long(old)) = (new, old) {
        return new.abs_diff(*old) as f64 > threshold;
    }
    match (new.as_number(), old.as_number()) {
        // A distance from NaN is none: going to NaN or away from it is a change, staying there is not.
        (Some(new), Some(old)) if new.is_nan() || old.is_nan() => new.is_nan() != old.is_nan(),
        (Some(new), Some(old)) => (new - old).abs() > threshold,
        _ => new != old,
    }
}

/// Whether a value counts as true: not zero, not empty.
fn is_true(value: &Value) -> bool {
    match value {
        Value::Nothing => false,
        Value::Text(_, text) => !text.is_empty(),
        Value::Number(number) => *number != 0.0,
        Value::Integer(integer) => *integer != 0,
        Value::Long(long) | Value::DateTime(long) => *long != 0,
        Value::Boolean(flag) => *flag,
        Value::Location(place) => place.latitude != 0.0 || place.longitude != 0.0 || place.elevation != 0.0,
        Value::Blob(_, bytes) => !bytes.is_empty(),
        Value::InfoTable(table) => !table.rows.is_empty(),
        Value::Variant(inner) => is_true(inner),
    }
}
