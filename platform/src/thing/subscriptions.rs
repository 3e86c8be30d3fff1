//! The answer to GetPropertySubscriptions (protocol.md 6.1).

use super::{PushType, Thing};
use twedge::model::{BaseType, DataShape, Field, InfoTable, Value};

impl Thing {
    /// What the device is to push, one row per property that is bound to one of the device. A device that does not know
    /// DEADBAND is told VALUE.
    pub(crate) fn subscriptions(&self, knows_deadband: bool) -> InfoTable {
        let mut table = InfoTable::new(DataShape::new(vec![
            Field::new("edgeName", BaseType::STRING),
            Field::new("pushType", BaseType::STRING),
            Field::new("pushThreshold", BaseType::NUMBER),
        ]));
        for (name, property) in self.properties.iter().filter(|(_, property)| property.remote) {
            let push_type = match property.push_type {
                PushType::Deadband if !knows_deadband => PushType::Value,
                push_type => push_type,
            };
            table.rows.push(vec![
                Value::string(name.clone()),
                Value::string(push_type.name()),
                Value::Number(property.push_threshold),
            ]);
        }
        table
    }
}

/// Whether the parameters of the call say that the device knows DEADBAND.
pub(crate) fn knows_deadband(params: Option<&InfoTable>) -> bool {
    let options = params.and_then(|params| params.get(0, b"options")?.as_text());
    let options = options.and_then(|text| serde_json::from_slice::<serde_json::Value>(text).ok());
    options.is_some_and(|options| options.get("hasDeadband") == Some(&true.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::thing::{PropertyDefinition, ThingDefinition};

    #[test]
    fn only_remote_properties_and_deadband_only_to_those_who_know_it() {
        let mut thing = Thing::new("T".into());
        let number = || PropertyDefinition::new(BaseType::NUMBER);
        ThingDefinition::new("T")
            .property("D", number().pushed(PushType::Deadband, 3.0))
            .property("L", number().local())
            .apply(&mut thing);
        let push_type = |table: InfoTable| table.rows.iter().map(|row| row[1].clone()).collect::<Vec<_>>();
        assert_eq!(push_type(thing.subscriptions(true)), [Value::string("DEADBAND")]);
        assert_eq!(push_type(thing.subscriptions(false)), [Value::string("VALUE")]);
    }

    #[test]
    fn the_option_is_read() {
        let options = |json: &str| InfoTable::single("options", Value::Text(BaseType::JSON, json.into()));
        assert!(knows_deadband(Some(&options("{\"hasDeadband\":true}"))));
        assert!(!knows_deadband(Some(&options("{}"))));
        assert!(!knows_deadband(Some(&options("nonsense"))));
        assert!(!knows_deadband(None));
    }
}
