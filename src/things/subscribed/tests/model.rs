//! Random sets, pushes, synchronizations and lost connections, against a reference that keeps whole histories.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::pushing::message_size;
use super::*;

const NAMES: [&str; 3] = ["a", "b", "c"];
/// Bytes that a number with one-letter names counts.
const SIZE: u64 = if cfg!(target_pointer_width = "64") { 113 } else { 97 };
const ROOM: usize = 8;
const ROWS_PER_CALL: usize = 3;

#[derive(Clone, Debug)]
enum Step {
    Set { name: usize, number: i8, fold: bool },
    Push(Vec<End>),
    Synchronize(Vec<(usize, Type)>),
    Connect,
    ClearLast,
}

/// How a call ends.
#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    Confirmed,
    Refused,
    /// The platform has the values, its answer is lost.
    AnswerLost,
    LinkLost,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Type {
    Never,
    Always,
    Value(u8),
    Deadband(u8),
}

impl Type {
    fn row(self) -> (&'static str, f64) {
        match self {
            Self::Never => ("NEVER", 0.0),
            Self::Always => ("ALWAYS", 0.0),
            Self::Value(threshold) => ("VALUE", f64::from(threshold)),
            Self::Deadband(threshold) => ("DEADBAND", f64::from(threshold)),
        }
    }

    fn accepts(self, number: i8, fold: bool, last_set: Option<i8>, last_accepted: Option<i8>) -> bool {
        let beyond = |last: Option<i8>, threshold: u8| last.is_none_or(|last| number.abs_diff(last) > threshold);
        match self {
            Self::Never => false,
            Self::Always => true,
            Self::Value(threshold) => fold || beyond(last_set, threshold),
            Self::Deadband(threshold) => beyond(last_accepted, threshold),
        }
    }
}

/// One set of a property.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Item {
    id: usize,
    name: usize,
    number: i8,
    fold: bool,
}

/// One set of a property while values are held.
#[derive(Clone, Copy, Debug)]
struct Noted {
    item: Item,
    accepted: bool,
    held: bool,
}

#[derive(Debug)]
struct Reference {
    types: [Type; 3],
    last: [Option<i8>; 3],
    queue: Vec<Item>,
    folded: BTreeMap<usize, Item>,
    /// All sets since the hold began, and the last value of each property from before.
    history: Vec<Noted>,
    before: [Option<i8>; 3],
    synchronized: bool,
    sets: usize,
    received: Vec<Item>,
}

impl Reference {
    fn new(types: [Type; 3]) -> Self {
        Self {
            types,
            last: [None; 3],
            queue: Vec::new(),
            folded: BTreeMap::new(),
            history: Vec::new(),
            before: [None; 3],
            synchronized: false,
            sets: 0,
            received: Vec::new(),
        }
    }

    fn set(&mut self, name: usize, number: i8, fold: bool) -> Option<Taken> {
        let kind = self.types[name];
        let accepted = kind.accepts(number, fold, self.last[name], self.last[name]);
        let folds = fold && kind != Type::Never;
        let held = self.history.iter().filter(|noted| noted.held);
        let replaced = |noted: &Noted| fold && noted.item.fold && noted.item.name == name;
        let held = held.filter(|noted| !replaced(noted)).count();
        let taken = match (accepted, self.synchronized) {
            (true, _) if folds => Taken::Folded,
            (true, _) if self.queue.len() + 1 > ROOM => return None,
            (true, _) => Taken::Queued,
            (false, false) if held < ROOM => Taken::Held,
            (false, _) => Taken::Rejected,
        };
        self.sets += 1;
        let item = Item { id: self.sets, name, number, fold };
        match taken {
            Taken::Queued => self.enqueue(item),
            Taken::Folded => drop(self.folded.insert(name, item)),
            Taken::Held => self.history.iter_mut().filter(|noted| replaced(noted)).for_each(|noted| noted.held = false),
            Taken::Rejected => {}
        }
        if !self.synchronized {
            self.history.push(Noted { item, accepted, held: taken == Taken::Held });
        }
        let remembered = match kind {
            Type::Never => false,
            Type::Always => fold,
            Type::Value(_) => true,
            Type::Deadband(_) => accepted,
        };
        if remembered {
            self.last[name] = Some(number);
        }
        Some(taken)
    }

    fn enqueue(&mut self, item: Item) {
        if self.folded.get(&item.name).is_some_and(|folded| folded.id < item.id) {
            self.folded.remove(&item.name);
        }
        self.queue.push(item);
        self.queue.sort_by_key(|item| item.id);
    }

    fn synchronize(&mut self, rows: &[(usize, Type)]) {
        for (name, kind) in rows.iter().rev() {
            self.types[*name] = *kind;
        }
        let mut history = std::mem::take(&mut self.history);
        for index in 0..history.len() {
            let Noted { item, held, .. } = history[index];
            let earlier: Vec<_> = history[..index].iter().filter(|noted| noted.item.name == item.name).collect();
            let number = |noted: &&Noted| noted.item.number;
            let before = self.before[item.name];
            let last_set = earlier.last().map(number).or(before);
            let last_accepted = earlier.iter().rfind(|noted| noted.accepted).map(number).or(before);
            let kind = self.types[item.name];
            if !held || !kind.accepts(item.number, item.fold, last_set, last_accepted) {
                continue;
            }
            let newer = history[index..].iter().any(|noted| noted.item.name == item.name && noted.accepted);
            history[index].accepted = true;
            match item.fold {
                true if newer => {}
                true => drop(self.folded.insert(item.name, item)),
                false => self.enqueue(item),
            }
        }
        for name in 0..3 {
            let own: Vec<_> = history.iter().filter(|noted| noted.item.name == name).collect();
            let Some(last) = own.last() else { continue };
            let accepted = own.iter().rfind(|noted| noted.accepted).map(|noted| noted.item.number);
            match self.types[name] {
                Type::Value(_) => self.last[name] = Some(last.item.number),
                Type::Deadband(_) => self.last[name] = accepted.or(self.before[name]).or(self.last[name]),
                _ => {}
            }
        }
        self.synchronized = true;
    }

    fn connect(&mut self) {
        if self.synchronized {
            self.before = self.last;
        }
        self.synchronized = false;
    }

    /// Ends as the script says and confirmed after that; whether all is sent.
    fn push(&mut self, ends: &[End]) -> bool {
        let mut ends = ends.iter();
        loop {
            let folded = self.queue.is_empty();
            let mut call: Vec<Item> = if folded { self.folded.values().copied().collect() } else { self.queue.clone() };
            call.sort_by_key(|item| item.id);
            call.truncate(ROWS_PER_CALL);
            if call.is_empty() {
                return true;
            }
            let end = ends.next().copied().unwrap_or(End::Confirmed);
            if matches!(end, End::Confirmed | End::AnswerLost) {
                self.received.extend(&call);
            }
            if end != End::Confirmed {
                return false;
            }
            self.queue.retain(|item| !call.contains(item));
            self.folded.retain(|_, item| !call.contains(item));
        }
    }
}

fn kinds() -> impl Strategy<Value = Type> {
    prop_oneof![
        2 => Just(Type::Never),
        1 => Just(Type::Always),
        2 => (0..4u8).prop_map(Type::Value),
        2 => (0..4u8).prop_map(Type::Deadband),
    ]
}

fn ends() -> impl Strategy<Value = End> {
    prop_oneof![
        3 => Just(End::Confirmed),
        1 => Just(End::Refused),
        1 => Just(End::AnswerLost),
        1 => Just(End::LinkLost),
    ]
}

fn steps() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => (0..3usize, 0..10i8, any::<bool>()).prop_map(|(name, number, fold)| Step::Set { name, number, fold }),
        3 => prop::collection::vec(ends(), 0..4).prop_map(Step::Push),
        1 => prop::collection::vec((0..3usize, kinds()), 0..4).prop_map(Step::Synchronize),
        1 => Just(Step::Connect),
    ]
}

fn answers(ends: &[End]) -> Vec<Result<(), RequestError>> {
    let answer = |end: &End| match end {
        End::Confirmed => Ok(()),
        End::Refused => refused(0xa0),
        End::AnswerLost => Err(RequestError::TimedOut(Duration::from_secs(10))),
        End::LinkLost => Err(RequestError::ConnectionLost),
    };
    ends.iter().map(answer).collect()
}

/// Runs the steps on both and compares everything that can be seen after each.
fn check(types: [Type; 3], steps: &[Step]) {
    let device = Device::new().bound();
    for (name, kind) in NAMES.iter().zip(types) {
        device.register("t", name, Some(kind.row().0), kind.row().1);
    }
    let limit = u32::try_from(SIZE * (ROOM as u64 + 1)).unwrap();
    let mut reference = Reference::new(types);
    for step in steps {
        match step {
            Step::Set { name, number, fold } => {
                let value = PropertyValue::new(NAMES[*name], Value::Number(f64::from(*number)), 1);
                let taken = device.values.set(&device.thing, value, *fold, limit).ok();
                assert_eq!(taken, reference.set(*name, *number, *fold), "{step:?}");
            }
            Step::Push(ends) => {
                let platform = Scripted::online();
                platform.answer(answers(ends));
                let options = PushOptions { max_message_size: message_size("t", "a", ROWS_PER_CALL), ..NOW };
                let before = reference.received.len();
                let all_sent = reference.push(ends);
                assert_eq!(device.values.push(Some(&device.thing), options, &platform).is_ok(), all_sent);
                check_received(&platform, ends, &reference.received[before..]);
            }
            Step::Synchronize(rows) => {
                reference.synchronize(rows);
                let rows: Vec<_> =
                    rows.iter().map(|(name, kind)| (NAMES[*name], Some(kind.row().0), kind.row().1)).collect();
                device.synchronize(&rows);
            }
            Step::Connect => {
                reference.connect();
                device.values.connection_started();
            }
            Step::ClearLast => {
                reference.last = [None; 3];
                device.values.clear_current_values();
            }
        }
        check_state(&device, &reference);
    }
}

fn check_received(platform: &Scripted, ends: &[End], expected: &[Item]) {
    let calls = platform.take();
    let ends = ends.iter().copied().chain(std::iter::repeat(End::Confirmed));
    let received = calls.into_iter().zip(ends).filter(|(_, end)| matches!(end, End::Confirmed | End::AnswerLost));
    let received: Vec<_> = received.flat_map(|(call, _)| call).collect();
    let expected: Vec<_> = expected.iter().map(|item| (NAMES[item.name].to_owned(), f64::from(item.number))).collect();
    assert_eq!(received, expected);
}

fn check_state(device: &Device, reference: &Reference) {
    let numbers = |items: &[Item]| items.iter().map(|item| f64::from(item.number)).collect::<Vec<_>>();
    assert_eq!(device.queued(), numbers(&reference.queue));
    assert_eq!(device.values.size(), SIZE * reference.queue.len() as u64);
    let held = reference.history.iter().filter(|noted| noted.held).count();
    assert_eq!(device.values.held_count(&device.thing), held);
    assert_eq!(device.values.held_size(), SIZE * held as u64);
    for (index, name) in NAMES.iter().enumerate() {
        let current = device.values.current_value(&device.thing, &(*name).into());
        let number = current.as_ref().and_then(|current| current.value.value.as_number());
        assert_eq!(number, reference.last[index].map(f64::from), "last value of {name}");
        let pending = device.values.folded(&device.thing).iter().any(|queued| queued.value.name == *name);
        assert_eq!(pending, reference.folded.contains_key(&index), "folded value of {name}");
    }
}

/// Every set that was taken as queued has reached the platform, each property's in the order of the sets, leaving out
/// what came again because an answer was lost.
fn check_end(types: [Type; 3], steps: &[Step]) {
    let mut reference = Reference::new(types);
    let mut queued = Vec::new();
    for step in steps {
        match step {
            Step::Set { name, number, fold } => {
                if reference.set(*name, *number, *fold) == Some(Taken::Queued) {
                    queued.push(reference.sets);
                }
            }
            Step::Push(ends) => drop(reference.push(ends)),
            Step::Synchronize(rows) => reference.synchronize(rows),
            Step::Connect => reference.connect(),
            Step::ClearLast => reference.last = [None; 3],
        }
    }
    reference.push(&[]);
    let received: Vec<usize> = reference.received.iter().map(|item| item.id).collect();
    assert!(queued.iter().all(|id| received.contains(id)), "{queued:?} in {received:?}");
}

proptest! {
    #[test]
    fn the_reference_agrees(
        types in prop::array::uniform3(kinds()),
        steps in prop::collection::vec(steps(), 1..60),
    ) {
        check(types, &steps);
        check_end(types, &steps);
    }

    #[test]
    fn the_reference_agrees_when_nothing_is_held(
        types in prop::array::uniform3(kinds()),
        steps in prop::collection::vec(prop_oneof![9 => steps(), 1 => Just(Step::ClearLast)], 1..60),
    ) {
        let mut synchronized = vec![Step::Synchronize(Vec::new())];
        synchronized.extend(steps.into_iter().filter(|step| !matches!(step, Step::Connect)));
        check(types, &synchronized);
    }
}
