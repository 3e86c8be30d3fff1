//! All things, and which names are bound on which connection (protocol.md 4.2).

use super::{Bound, Thing, ThingDefinition, now};
use crate::config::{BindConflict, IdentifierStar, Limits, Switches, UnknownThings};
use std::collections::{BTreeMap, BTreeSet};
use twedge::model::Text;
use twedge::wire::{Gateway, MessageCode};

/// Why a BIND was refused as a whole.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub code: MessageCode,
    pub reason: String,
}

/// What a BIND has led to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Binding {
    /// Things that the names stand for; their devices are to be told.
    pub things: Vec<Text>,
    /// Names that other connections have lost.
    pub taken: Vec<(u64, Text)>,
}

/// The things, and the names that are bound, whether or not a thing has them.
#[derive(Debug, Default)]
pub(crate) struct Things {
    map: BTreeMap<Text, Thing>,
    /// Names of things by identifier.
    identifiers: BTreeMap<Text, Text>,
    /// Connections by bound name.
    bound: BTreeMap<Text, u64>,
    /// How many names each connection has bound.
    counts: BTreeMap<u64, usize>,
    /// How many things BIND has created.
    discovered: usize,
}

/// What a name in a BIND stands for.
enum Target {
    Thing(Text),
    /// The name of a thing that must be bound by its identifier.
    Identified,
    Nobody,
}

impl Things {
    pub fn get(&self, name: &Text) -> Option<&Thing> {
        self.map.get(name)
    }

    pub fn get_mut(&mut self, name: &Text) -> Option<&mut Thing> {
        self.map.get_mut(name)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Thing> {
        self.map.values()
    }

    /// The names that a connection has bound.
    pub fn bound_names(&self, connection: u64) -> Vec<Text> {
        let names = self.bound.iter().filter(|(_, owner)| **owner == connection);
        names.map(|(name, _)| name.clone()).collect()
    }

    /// Which connection has bound exactly that name.
    pub fn owner(&self, name: &Text) -> Option<u64> {
        self.bound.get(name).copied()
    }

    /// Creates a thing or gives it a new definition. `true`: it is bound, so its device is to be told.
    pub fn define(&mut self, mut definition: ThingDefinition, star: IdentifierStar) -> bool {
        let name = definition.name.clone();
        definition.identifier = definition.identifier.map(|identifier| stripped(&identifier, star));
        self.identifiers.retain(|_, thing| *thing != name);
        if let Some(identifier) = &definition.identifier {
            self.identifiers.insert(identifier.clone(), name.clone());
        }
        let thing = self.map.entry(name.clone()).or_insert_with(|| Thing::new(name.clone()));
        definition.apply(thing);
        if thing.bound.is_none() {
            self.connect_waiting(&name, star);
        }
        self.get(&name).is_some_and(Thing::is_connected)
    }

    /// Removes a thing. Its name stays bound, so that it is connected again when it is created again.
    pub fn remove(&mut self, name: &Text) -> Option<Thing> {
        self.identifiers.retain(|_, thing| thing != name);
        self.map.remove(name)
    }

    /// Connects a thing whose name was bound before it existed.
    fn connect_waiting(&mut self, name: &Text, star: IdentifierStar) {
        let identifier = self.map.get(name).and_then(|thing| thing.identifier.clone());
        let mut spellings = vec![name.clone()];
        if let Some(identifier) = identifier {
            spellings.push(starred(&identifier));
            spellings.push(identifier);
        }
        let waiting = spellings.into_iter().find_map(|spelling| {
            let connection = self.owner(&spelling)?;
            matches!(self.target(&spelling, star), Target::Thing(found) if found == *name)
                .then_some((connection, spelling))
        });
        if let (Some((connection, spelling)), Some(thing)) = (waiting, self.map.get_mut(name)) {
            connect(thing, connection, spelling);
        }
    }

    fn target(&self, name: &Text, star: IdentifierStar) -> Target {
        let identifier = match star {
            IdentifierStar::Required if !name.starts_with(b"*") => None,
            star => self.identifiers.get(&stripped(name, star)),
        };
        match (identifier, self.map.get(name)) {
            (Some(thing), _) => Target::Thing(thing.clone()),
            (None, Some(thing)) if thing.identifier.is_some() => Target::Identified,
            (None, Some(thing)) => Target::Thing(thing.name.clone()),
            (None, None) => Target::Nobody,
        }
    }

    /// The thing that a request names: by name, or as it may be bound.
    pub fn resolve(&self, name: &Text, star: IdentifierStar) -> Option<&Thing> {
        match self.target(name, star) {
            Target::Thing(thing) => self.map.get(&thing),
            Target::Identified => self.map.get(name),
            Target::Nobody => None,
        }
    }

    /// Binds all of these names, or none.
    pub fn bind(
        &mut self,
        connection: u64,
        names: &[Text],
        gateway: Option<&Gateway>,
        switches: &Switches,
        limits: &Limits,
    ) -> Result<Binding, Refusal> {
        self.judge(connection, names, switches, limits)?;
        let mut binding = Binding::default();
        let mut seen = BTreeSet::new();
        for name in names.iter().filter(|name| seen.insert(*name)) {
            self.bind_one(connection, name, switches, limits, &mut binding);
        }
        if let Some(gateway) = gateway {
            self.bind_gateway(connection, gateway);
        }
        Ok(binding)
    }

    /// Whether the names may be bound there.
    fn judge(&self, connection: u64, names: &[Text], switches: &Switches, limits: &Limits) -> Result<(), Refusal> {
        let refuse = |code, reason| Err(Refusal { code, reason });
        let new = names.iter().filter(|name| self.owner(name) != Some(connection)).count();
        if self.counts.get(&connection).unwrap_or(&0) + new > limits.bound_names {
            let reason = format!("more than {} names bound on one connection", limits.bound_names);
            return refuse(MessageCode::ENTITY_TOO_LARGE, reason);
        }
        for name in names {
            let target = self.target(name, switches.identifier_star);
            let owner = match &target {
                Target::Thing(thing) => self.map.get(thing).and_then(|thing| Some(thing.bound.as_ref()?.connection)),
                _ => None,
            };
            let owner = owner.or_else(|| self.owner(name)).filter(|owner| *owner != connection);
            match (&target, owner) {
                (_, Some(owner)) if switches.bind_conflict == BindConflict::FirstWins => {
                    return refuse(switches.bind_refused, format!("{name} is bound on connection {owner} already"));
                }
                (Target::Identified, _) => {
                    return refuse(switches.bind_refused, format!("{name} has an identifier and is bound by it only"));
                }
                (Target::Nobody, _) if switches.unknown_things == UnknownThings::Refuse => {
                    return refuse(MessageCode::NOT_FOUND, format!("thing {name} not found"));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn bind_one(&mut self, connection: u64, name: &Text, switches: &Switches, limits: &Limits, binding: &mut Binding) {
        let star = switches.identifier_star;
        if let Some(owner) = self.own(name, Some(connection)).filter(|owner| *owner != connection) {
            binding.taken.push((owner, name.clone()));
        }
        if matches!(self.target(name, star), Target::Nobody) && switches.unknown_things == UnknownThings::Create {
            self.discover(name, star, limits);
        }
        let Target::Thing(thing_name) = self.target(name, star) else { return };
        let Some(thing) = self.map.get_mut(&thing_name) else { return };
        // Under another spelling it may have been bound elsewhere.
        let elsewhere = thing.bound.take().filter(|bound| bound.name != *name);
        connect(thing, connection, name.clone());
        if let Some(bound) = elsewhere {
            self.own(&bound.name, None);
            if bound.connection != connection {
                binding.taken.push((bound.connection, bound.name));
            }
        }
        binding.things.push(thing_name);
    }

    /// Sets the owner of a bound name; returns the one before.
    fn own(&mut self, name: &Text, connection: Option<u64>) -> Option<u64> {
        let before = match connection {
            Some(connection) => self.bound.insert(name.clone(), connection),
            None => self.bound.remove(name),
        };
        if let Some(connection) = connection {
            *self.counts.entry(connection).or_default() += 1;
        }
        if let Some((owner, count)) = before.and_then(|owner| Some((owner, self.counts.get_mut(&owner)?))) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.counts.remove(&owner);
            }
        }
        before
    }

    /// Creates a thing of that name, or with that identifier if it is written as one.
    fn discover(&mut self, name: &Text, star: IdentifierStar, limits: &Limits) {
        if self.discovered >= limits.discovered_things {
            return;
        }
        self.discovered += 1;
        let plain = stripped(name, star);
        let mut thing = Thing::new(name.clone());
        if name.starts_with(b"*") && plain != *name && !self.map.contains_key(&plain) {
            thing.name = plain.clone();
            thing.identifier = Some(plain.clone());
            self.identifiers.insert(plain, thing.name.clone());
        }
        self.map.insert(thing.name.clone(), thing);
    }

    /// Connects the thing of a gateway; creates it if there is none.
    fn bind_gateway(&mut self, connection: u64, gateway: &Gateway) {
        let thing = self.map.entry(gateway.name.clone()).or_insert_with(|| {
            let mut thing = Thing::new(gateway.name.clone());
            thing.template = gateway.gateway_type.to_string_lossy().into_owned();
            thing.temporary = true;
            thing.defined = true;
            thing
        });
        if thing.bound.is_none() {
            connect(thing, connection, gateway.name.clone());
        }
    }

    /// Takes names off a connection. Names that it has not bound are passed over.
    pub fn unbind(&mut self, connection: u64, names: &[Text], star: IdentifierStar) {
        for name in names.iter().filter(|name| self.bound.get(*name) == Some(&connection)).cloned().collect::<Vec<_>>()
        {
            self.own(&name, None);
            let thing = self.resolve(&name, star).map(|thing| thing.name.clone());
            if let Some(thing) = thing.and_then(|thing| self.map.get_mut(&thing)) {
                thing.bound.take_if(|bound| bound.connection == connection && bound.name == name);
            }
        }
        if !self.counts.contains_key(&connection) {
            self.release(connection);
        }
    }

    /// Takes all names off a connection that has ended.
    pub fn disconnect(&mut self, connection: u64) {
        self.bound.retain(|_, owner| *owner != connection);
        self.counts.remove(&connection);
        self.release(connection);
    }

    /// Disconnects whatever is still on a connection, and removes temporary things.
    fn release(&mut self, connection: u64) {
        self.map.retain(|_, thing| {
            let here = thing.bound.take_if(|bound| bound.connection == connection).is_some();
            !(here && thing.temporary)
        });
    }
}

fn connect(thing: &mut Thing, connection: u64, name: Text) {
    thing.bound = Some(Bound { connection, name, reporting: false });
    thing.last_connection = Some(now());
}

/// An identifier as it is kept: without the star, unless that is part of it.
fn stripped(name: &Text, star: IdentifierStar) -> Text {
    match name.strip_prefix(b"*") {
        Some(rest) if star != IdentifierStar::Literal => rest.into(),
        _ => name.clone(),
    }
}

fn starred(identifier: &Text) -> Text {
    [b"*", identifier.as_bytes()].concat().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixture(Things, Switches, Limits);

    fn fixture(change: impl FnOnce(&mut Switches)) -> Fixture {
        let mut switches = Switches::default();
        change(&mut switches);
        let mut things = Things::default();
        things.define(ThingDefinition::new("T"), switches.identifier_star);
        things.define(ThingDefinition::new("I").identifier("*id"), switches.identifier_star);
        Fixture(things, switches, Limits::default())
    }

    impl Fixture {
        fn bind(&mut self, connection: u64, names: &[&str]) -> Result<Binding, MessageCode> {
            let names: Vec<Text> = names.iter().map(|name| (*name).into()).collect();
            self.0.bind(connection, &names, None, &self.1, &self.2).map_err(|refusal| refusal.code)
        }

        fn connection_of(&self, thing: &str) -> Option<u64> {
            self.0.get(&thing.into()).and_then(|thing| Some(thing.bound.as_ref()?.connection))
        }
    }

    fn things(binding: Result<Binding, MessageCode>) -> Vec<String> {
        binding.unwrap().things.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn both_spellings_of_an_identifier_and_not_the_name() {
        let mut either = fixture(|_| ());
        assert_eq!(things(either.bind(1, &["*id", "T"])), ["I", "T"]);
        assert_eq!(things(either.bind(1, &["id"])), ["I"]);
        assert_eq!(either.0.bound_names(1), [Text::from("T"), Text::from("id")]);
        assert_eq!(either.bind(1, &["I"]), Err(MessageCode::FORBIDDEN));

        let mut required = fixture(|switches| switches.identifier_star = IdentifierStar::Required);
        assert_eq!(things(required.bind(1, &["*id"])), ["I"]);
        assert_eq!(things(required.bind(1, &["id"])), ["id"]);

        let mut literal = fixture(|switches| switches.identifier_star = IdentifierStar::Literal);
        assert_eq!(things(literal.bind(1, &["*id"])), ["I"]);
        assert_eq!(things(literal.bind(1, &["id"])), ["id"]);
    }

    #[test]
    fn first_or_last_wins() {
        let mut first = fixture(|_| ());
        first.bind(1, &["T"]).unwrap();
        assert_eq!(first.bind(2, &["other", "T"]), Err(MessageCode::FORBIDDEN));
        assert_eq!((first.connection_of("T"), first.connection_of("other")), (Some(1), None));
        assert_eq!(things(first.bind(1, &["T"])), ["T"]);

        let mut last = fixture(|switches| switches.bind_conflict = BindConflict::LastWins);
        last.bind(1, &["T", "*id"]).unwrap();
        assert_eq!(last.bind(2, &["T"]).unwrap().taken, [(1, "T".into())]);
        assert_eq!(last.bind(2, &["id"]).unwrap().taken, [(1, "*id".into())]);
        assert_eq!(last.connection_of("T"), Some(2));
        last.0.unbind(1, &["T".into()], IdentifierStar::Either);
        assert_eq!(last.connection_of("T"), Some(2), "the loser cannot unbind it");
        last.0.disconnect(1);
        assert_eq!(last.connection_of("I"), Some(2));
    }

    #[test]
    fn names_wait_for_their_things() {
        let mut remember = fixture(|switches| switches.unknown_things = UnknownThings::Remember);
        assert_eq!(things(remember.bind(1, &["late", "*late-id"])), [""; 0]);
        assert!(remember.0.get(&"late".into()).is_none());
        assert!(remember.0.define(ThingDefinition::new("late"), IdentifierStar::Either));
        assert!(remember.0.define(ThingDefinition::new("L").identifier("late-id"), IdentifierStar::Either));
        assert!(!remember.0.define(ThingDefinition::new("never"), IdentifierStar::Either));
        assert_eq!((remember.connection_of("late"), remember.connection_of("L")), (Some(1), Some(1)));
        // A restart of the thing.
        remember.0.remove(&"late".into());
        assert!(remember.0.define(ThingDefinition::new("late"), IdentifierStar::Either));
        remember.0.disconnect(1);
        assert_eq!(remember.connection_of("late"), None);
        assert_eq!(remember.0.owner(&"late".into()), None);
    }

    #[test]
    fn unknown_things_are_refused_or_created() {
        let mut refuse = fixture(|switches| switches.unknown_things = UnknownThings::Refuse);
        assert_eq!(refuse.bind(1, &["T", "x"]), Err(MessageCode::NOT_FOUND));
        assert_eq!(refuse.connection_of("T"), None);

        let mut create = fixture(|_| ());
        assert_eq!(things(create.bind(1, &["*new"])), ["new"]);
        let thing = create.0.get(&"new".into()).unwrap();
        assert_eq!((thing.identifier.as_ref(), thing.defined), (Some(&"new".into()), false));
    }

    #[test]
    fn limits_hold() {
        let mut few = fixture(|_| ());
        few.2.bound_names = 2;
        few.2.discovered_things = 1;
        assert_eq!(few.bind(1, &["a", "b", "c"]), Err(MessageCode::ENTITY_TOO_LARGE));
        assert_eq!(things(few.bind(1, &["a", "b"])), ["a"]);
        assert_eq!(few.bind(1, &["c"]), Err(MessageCode::ENTITY_TOO_LARGE));
        few.0.unbind(1, &["a".into(), "b".into()], IdentifierStar::Either);
        assert!(few.bind(1, &["c"]).is_ok());
    }

    #[test]
    fn gateways_come_and_go() {
        let gateway = Gateway { name: "G".into(), gateway_type: "EdgeGateway".into() };
        let mut things = fixture(|_| ());
        things.0.bind(1, &["T".into(), "U".into()], Some(&gateway), &things.1, &things.2).unwrap();
        let thing = things.0.get(&"G".into()).unwrap();
        assert!(thing.is_connected() && thing.template == "EdgeGateway");
        things.0.unbind(1, &["T".into()], IdentifierStar::Either);
        assert!(things.0.get(&"G".into()).is_some());
        things.0.unbind(1, &["U".into()], IdentifierStar::Either);
        assert!(things.0.get(&"G".into()).is_none());
    }
}
