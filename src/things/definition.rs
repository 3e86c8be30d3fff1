//! What a property, service or event is, as `GetMetadata` tells it.

use serde_json::Value as Json;

use crate::model::{BaseType, DataShape, Text};

const PUSH_TYPE: &str = "pushType";
const PUSH_THRESHOLD: &str = "pushThreshold";

/// Named properties of a definition, in the order in which they were added. A name may occur twice: both are kept, the
/// first one counts (api-behaviour.md 4.4).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Aspects(Vec<(Text, Json)>);

impl Aspects {
    /// Adds one at the end, whether or not there is one of that name.
    pub fn add(&mut self, name: impl Into<Text>, value: Json) {
        self.0.push((name.into(), value));
    }

    /// The first of that name, in any letter case.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.position(name).map(|index| &self.0[index].1)
    }

    /// All of them in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Text, &Json)> {
        self.0.iter().map(|(name, value)| (name, value))
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|(own, _)| own.eq_ignore_ascii_case(name.as_bytes()))
    }

    fn remove(&mut self, name: &str) -> Option<usize> {
        let first = self.position(name);
        self.0.retain(|(own, _)| !own.eq_ignore_ascii_case(name.as_bytes()));
        first
    }

    /// Replaces the first of that name, or inserts it at `place`.
    fn set(&mut self, place: usize, name: &str, value: Json) {
        match self.position(name) {
            Some(index) => self.0[index].1 = value,
            None => self.0.insert(place.min(self.0.len()), (name.into(), value)),
        }
    }
}

/// A property.
#[derive(Clone, Debug, PartialEq)]
pub struct PropertyDefinition {
    /// Its declared type; values of other types are not refused.
    pub base_type: BaseType,
    /// Text for humans.
    pub description: Option<Text>,
    /// Among them `pushType` and `pushThreshold`, which decide what of it is sent.
    pub aspects: Aspects,
}

impl PropertyDefinition {
    /// A property with its push settings. Without a push type its values cannot be queued.
    pub fn new(
        base_type: BaseType,
        description: Option<Text>,
        push_type: Option<impl Into<Text>>,
        threshold: f64,
    ) -> Self {
        let mut definition = Self { base_type, description, aspects: Aspects::default() };
        definition.set_push(push_type.map(Into::into), threshold);
        definition
    }

    /// The push type, `None` when there is none. Any text is legal; the six known ones are upper case.
    pub fn push_type(&self) -> Option<&str> {
        self.aspects.get(PUSH_TYPE)?.as_str()
    }

    /// The threshold of VALUE and DEADBAND, 0 when there is none.
    pub fn push_threshold(&self) -> f64 {
        self.aspects.get(PUSH_THRESHOLD).and_then(Json::as_f64).unwrap_or(0.0)
    }

    /// Replaces push type and threshold and leaves every other aspect. `None` removes the push type.
    pub fn set_push(&mut self, push_type: Option<Text>, threshold: f64) {
        match push_type {
            Some(text) => self.aspects.set(0, PUSH_TYPE, Json::String(text.to_string_lossy().into_owned())),
            None => drop(self.aspects.remove(PUSH_TYPE)),
        }
        self.aspects.set(1, PUSH_THRESHOLD, number(threshold));
    }
}

/// A service.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceDefinition {
    /// Text for humans.
    pub description: Option<Text>,
    /// Its parameters, if it has any.
    pub inputs: Option<DataShape>,
    /// Type of its result.
    pub output_type: BaseType,
    /// The columns of a result of type INFOTABLE.
    pub output_shape: Option<DataShape>,
    /// Further properties.
    pub aspects: Aspects,
}

impl ServiceDefinition {
    /// A service without description, parameters and aspects.
    pub fn new(output_type: BaseType) -> Self {
        Self { description: None, inputs: None, output_type, output_shape: None, aspects: Aspects::default() }
    }
}

/// An event.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EventDefinition {
    /// Text for humans.
    pub description: Option<Text>,
    /// Its data.
    pub shape: Option<DataShape>,
    /// Further properties.
    pub aspects: Aspects,
}

/// A JSON number: without a fraction when it has none, null when JSON cannot say it.
fn number(value: f64) -> Json {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() <= EXACT { Json::from(value as i64) } else { Json::from(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(definition: &PropertyDefinition) -> Vec<String> {
        definition.aspects.iter().map(|(name, _)| name.to_string()).collect()
    }

    #[test]
    fn push_settings_change_in_place_and_leave_the_rest() {
        let mut property = PropertyDefinition::new(BaseType::NUMBER, None, Some("ALWAYS"), 1.5);
        property.aspects.add("isLogged", Json::Bool(true));
        property.set_push(Some("VALUE".into()), 2.0);
        assert_eq!((property.push_type(), property.push_threshold()), (Some("VALUE"), 2.0));
        assert_eq!(names(&property), ["pushType", "pushThreshold", "isLogged"]);
        property.set_push(None, 0.0);
        assert_eq!(property.push_type(), None);
        assert_eq!(names(&property), ["pushThreshold", "isLogged"]);
        property.set_push(Some("ON".into()), 0.0);
        assert_eq!(names(&property), ["pushType", "pushThreshold", "isLogged"]);
    }

    #[test]
    fn the_first_aspect_of_a_name_counts() {
        let mut property = PropertyDefinition::new(BaseType::NUMBER, None, Some("ALWAYS"), 0.0);
        property.aspects.add("pushType", Json::from("NEVER"));
        assert_eq!(property.push_type(), Some("ALWAYS"));
        assert_eq!(property.aspects.len(), 3);
    }

    #[test]
    fn numbers_are_written_as_short_as_possible() {
        assert_eq!(number(0.0).to_string(), "0");
        assert_eq!(number(-3.0).to_string(), "-3");
        assert_eq!(number(1.5).to_string(), "1.5");
        assert_eq!(number(f64::NAN), Json::Null);
        assert_eq!(number(1e300).as_f64(), Some(1e300));
    }
}
