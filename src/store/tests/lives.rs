//! Lives of a store, by chance: each does something and ends, often by a kill or with the power, in the middle of what it does. The next
//! one compares what it finds with what was promised.

use std::collections::{BTreeMap, BTreeSet};

use super::super::power::{self, Chance};
use super::*;
use crate::wire::decode_row;

/// What is known of a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// It must be there.
    Promised,
    /// It may be there: nobody was told that it is.
    Maybe,
    /// It may be there still: nobody was told that it is not.
    Leaving,
    /// It must not be there.
    Gone,
}

struct World {
    _directory: TempDir,
    root: PathBuf,
    path: PathBuf,
    format: Format,
    /// Whether the other form is used as well.
    mixed: bool,
    chance: Chance,
    /// In the order in which they were appended, or tried to.
    states: Vec<State>,
    /// What was put aside: it is in the store or in a file beside it.
    aside: BTreeSet<usize>,
    /// Bytes that are in the store or in a file beside it.
    kept: Vec<Vec<u8>>,
    /// Whether the file cannot change any more but by what the next life does.
    certain: bool,
    /// Removals that have failed in this life: they are not tried again in it.
    unremoved: BTreeSet<usize>,
    story: Vec<String>,
}

/// A life: the open store, and what its records are.
struct Life {
    log: Log,
    live: BTreeMap<u64, Option<usize>>,
}

impl Life {
    fn has(&self, id: usize) -> bool {
        self.live.values().any(|live| *live == Some(id))
    }
}

fn name_of(id: usize, length: usize) -> String {
    format!("p{id:06}{}", "x".repeat(length))
}

fn payload(id: usize, length: usize) -> Vec<u8> {
    row(&name_of(id, length), id as f64)
}

fn id_of(payload: &[u8]) -> Option<usize> {
    let (row, length) = decode_row(payload).ok()?;
    let row = row?;
    let [_, Value::Text(_, name), Value::Number(number), ..] = row.as_slice() else { return None };
    let name = name.to_string_lossy();
    let id = name.get(1..7)?.parse::<usize>().ok()?;
    (length == payload.len() && id as f64 == *number && *name == name_of(id, name.len() - 7)).then_some(id)
}

impl World {
    fn new(seed: u64, format: Format, mixed: bool) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("disk");
        fs::create_dir(&root).unwrap();
        power::supply(&root);
        Self {
            path: root.join("a.bin"),
            root,
            _directory: directory,
            format,
            mixed,
            chance: Chance::new(seed),
            states: Vec::new(),
            aside: BTreeSet::new(),
            kept: Vec::new(),
            certain: true,
            unremoved: BTreeSet::new(),
            story: Vec::new(),
        }
    }

    fn tell(&mut self, what: impl std::fmt::Display) {
        self.story.push(what.to_string());
    }

    /// A life and its end. The last one goes on undisturbed.
    fn live(&mut self, last: bool) {
        let chance = &mut self.chance;
        let mut plan = Plan::default();
        if !last && !chance.one_in(4) {
            plan.kill_at = Some(1 + chance.below(70) as u64);
            plan.part = [0, 40, 100][chance.below(3)];
        }
        if !last && chance.one_in(2) {
            plan.fail_once = Some(1 + chance.below(50) as u64);
        }
        self.tell(format!("life: kill {:?} part {} fail {:?}", plan.kill_at, plan.part, plan.fail_once));
        self.unremoved.clear();
        faults::set(plan.clone());
        match Log::open(&self.path, Original::Rows, self.format) {
            Ok(log) => {
                let mut life = Life { log, live: BTreeMap::new() };
                self.compare(&mut life);
                self.certain = false;
                for _ in 0..self.chance.below(25) {
                    if faults::is_dead() {
                        break;
                    }
                    self.act(&mut life);
                    self.compare_in_life(&mut life);
                }
            }
            Err(error) => {
                assert!(plan.kill_at.is_some() || plan.fail_once.is_some(), "{error}");
                self.tell(format!("not opened: {error}"));
            }
        }
        faults::set(Plan::default());
        if self.chance.one_in(4) {
            self.tell("goes on from what is in memory");
        } else {
            self.tell("the power is off");
            power::cut(&mut self.chance);
            self.certain = true;
            if !self.mixed && self.format == Format::Checksummed {
                self.damage();
            }
        }
    }

    /// Something comes into the file between two lives.
    fn damage(&mut self) {
        let frame = match self.chance.below(6) {
            0 => {
                self.tell("a record of a later version");
                let count = self.kept.len() as u8 + 1;
                let mut later = vec![frame::VERSION + 1, 9, count, 9];
                later.extend(crc32fast::hash(&later).to_be_bytes());
                if later.contains(&0) {
                    return;
                }
                later.insert(0, later.len() as u8 + 1);
                later
            }
            1 => {
                self.tell("a bad record");
                format!("bad{}", self.kept.len()).into_bytes()
            }
            _ => return,
        };
        let Ok(content) = fs::read(&self.path) else { return };
        let inserted = [b"\0", frame.as_slice(), b"\0"].concat();
        // In front, so that no torn tail is in its way.
        fs::write(&self.path, [inserted, content].concat()).unwrap();
        self.kept.push(frame);
        power::supply(&self.root);
    }

    /// What a new life finds.
    fn compare(&mut self, life: &mut Life) {
        let numbers: Vec<u64> = life.log.numbers().collect();
        for number in numbers {
            let found = life.log.read(number).unwrap().unwrap();
            let id = id_of(&found).filter(|id| *id < self.states.len());
            if id.is_none() && self.format == Format::Checksummed && !self.mixed {
                self.fail(&format!("nobody has appended {found:?}"));
            }
            life.live.insert(number, id);
        }
        let found: Vec<usize> = life.live.values().flatten().copied().collect();
        if !found.windows(2).all(|pair| pair[0] < pair[1]) {
            self.fail(&format!("order: {found:?}"));
        }
        self.tell(format!("found {found:?}"));
        for (id, state) in self.states.clone().into_iter().enumerate() {
            match (state, life.has(id)) {
                (State::Promised, false) => self.fail(&format!("{id} is lost")),
                (State::Gone, true) => self.fail(&format!("{id} comes again")),
                _ => {}
            }
        }
        if self.certain {
            self.settle(life);
        }
        self.look_aside(life);
    }

    fn look_aside(&self, life: &Life) {
        let mut beside = Vec::new();
        for entry in fs::read_dir(&self.root).unwrap() {
            beside.push(fs::read(entry.unwrap().path()).unwrap());
        }
        let is_kept = |bytes: &[u8]| {
            let ends: Vec<&Vec<u8>> = beside.iter().filter(|content| content.len() >= bytes.len()).collect();
            ends.iter().any(|content| {
                (0..=content.len() - bytes.len()).any(|at| content[at] == bytes[0] && content[at..].starts_with(bytes))
            })
        };
        for id in &self.aside {
            if !life.has(*id) && !is_kept(format!("p{id:06}").as_bytes()) {
                self.fail(&format!("{id} is neither in the store nor beside it"));
            }
        }
        for bytes in &self.kept {
            if !is_kept(bytes) {
                self.fail(&format!("{bytes:?} is not kept"));
            }
        }
    }

    fn compare_in_life(&self, life: &mut Life) {
        if life.log.numbers().collect::<Vec<_>>() != life.live.keys().copied().collect::<Vec<_>>() {
            self.fail("other records than told");
        }
        for (number, id) in &life.live {
            let found = life.log.read(*number).unwrap().unwrap();
            if id.is_some() && id_of(&found) != *id {
                self.fail(&format!("{id:?} is not {number}"));
            }
        }
    }

    /// What is there is durable, and what is not there cannot come again.
    fn settle(&mut self, life: &Life) {
        for (id, state) in self.states.iter_mut().enumerate() {
            *state = match (*state, life.has(id)) {
                (State::Leaving, false) if self.unremoved.contains(&id) => State::Leaving,
                (State::Maybe | State::Leaving, false) => State::Gone,
                (State::Maybe | State::Leaving, true) => State::Promised,
                (state, _) => state,
            };
        }
    }

    fn fail(&self, why: &str) -> ! {
        panic!("{why}\n{}\nstates {:?}", self.story.join("\n"), self.states.iter().enumerate().collect::<Vec<_>>());
    }

    fn act(&mut self, life: &mut Life) {
        match self.chance.below(14) {
            0..=3 => self.append(life, true),
            4..=5 => self.append(life, false),
            6 => self.sync(life),
            7 => self.sync_beside(life),
            8..=10 => self.remove(life),
            11 => self.put_aside(life),
            12 => self.move_away(life),
            _ if self.mixed => {
                let format = [Format::Checksummed, Format::Original][self.chance.below(2)];
                self.tell(format!("{format:?}"));
                life.log.set_format(format);
            }
            _ => self.append(life, true),
        }
    }

    fn append(&mut self, life: &mut Life, durably: bool) {
        let first = self.states.len();
        let lengths: Vec<usize> =
            (0..1 + self.chance.below(3)).map(|_| [0, 10, 900, 3000][self.chance.below(4)]).collect();
        self.states.extend(lengths.iter().map(|_| State::Maybe));
        let payloads: Vec<Vec<u8>> = (first..).zip(lengths).map(|(id, length)| payload(id, length)).collect();
        let slices = payloads.iter().map(Vec::as_slice);
        let added = if durably { life.log.append(slices) } else { life.log.append_unsynced(slices) };
        self.tell(format!(
            "append {first}..{} durably {durably}: {:?}",
            self.states.len(),
            added.as_ref().map_err(told)
        ));
        match added {
            Ok(numbers) => {
                life.live.extend(numbers.zip((first..).map(Some)));
                if durably {
                    self.settle(life);
                }
            }
            Err(_) => self.take_back(life),
        }
    }

    /// After an error: what was not durable may have been taken out.
    fn take_back(&mut self, life: &mut Life) {
        let there: BTreeSet<u64> = life.log.numbers().collect();
        let mut lost = Vec::new();
        life.live.retain(|number, id| {
            let stays = there.contains(number);
            if let (false, Some(id)) = (stays, *id) {
                lost.push(id);
            }
            stays
        });
        for id in lost {
            if self.states[id] == State::Promised {
                self.fail(&format!("{id} was taken back"));
            }
        }
    }

    fn sync(&mut self, life: &mut Life) {
        let waits = life.log.sync_handle().is_ok_and(|handle| handle.is_some());
        let synced = life.log.sync();
        self.tell(format!("sync: {:?}", synced.as_ref().map_err(told)));
        match synced {
            Ok(()) if waits => self.settle(life),
            Ok(()) => {}
            Err(_) => self.take_back(life),
        }
    }

    fn sync_beside(&mut self, life: &mut Life) {
        let before: Vec<usize> = life.live.values().flatten().copied().collect();
        let Ok(Some(handle)) = life.log.sync_handle() else { return };
        let outcome = handle.sync();
        for _ in 0..self.chance.below(3) {
            match self.chance.below(3) {
                0 => self.remove(life),
                _ => self.append(life, false),
            }
        }
        let synced = life.log.synced(&handle, outcome);
        self.tell(format!("synced beside: {:?}", synced.as_ref().map_err(told)));
        match synced {
            Ok(()) => {
                for id in before {
                    if life.has(id) {
                        self.states[id] = State::Promised;
                    }
                }
            }
            Err(_) => self.take_back(life),
        }
    }

    fn remove(&mut self, life: &mut Life) {
        let every = self.chance.one_in(4);
        let numbers: Vec<u64> = life.live.keys().copied().filter(|_| every || self.chance.one_in(2)).collect();
        if numbers.is_empty() {
            return;
        }
        let ids: Vec<usize> = numbers.iter().filter_map(|number| life.live[number]).collect();
        // It is not the putting aside any more that takes them out.
        self.aside.retain(|id| !ids.contains(id));
        let removed = life.log.remove(&numbers);
        self.tell(format!("remove {ids:?}: {:?}", removed.as_ref().map_err(told)));
        life.live.retain(|number, _| !numbers.contains(number));
        self.left(life, &ids, removed.is_ok());
    }

    fn left(&mut self, life: &mut Life, ids: &[usize], durably: bool) {
        for id in ids {
            self.states[*id] = if durably { State::Gone } else { State::Leaving };
        }
        if durably {
            self.settle(life);
        } else {
            self.unremoved.extend(ids);
            self.take_back(life);
        }
    }

    fn put_aside(&mut self, life: &mut Life) {
        let Some((number, id)) = life.live.first_key_value().map(|(number, id)| (*number, *id)) else { return };
        self.aside.extend(id.filter(|id| self.states[*id] == State::Promised));
        let kept = life.log.put_aside(number);
        self.aside.extend(id.filter(|_| kept.is_ok()));
        self.tell(format!("aside {id:?}: {:?}", kept.as_ref().map_err(told)));
        if life.log.size_of(number).is_none() {
            life.live.remove(&number);
            self.left(life, id.as_slice(), kept.is_ok());
        }
    }

    fn move_away(&mut self, life: &mut Life) {
        let names = ["a.bin", "b.bin"].map(|name| self.root.join(name));
        let Some(to) = names.into_iter().find(|path| *path != self.path) else { return };
        if to.exists() {
            return;
        }
        let ids: Vec<Option<usize>> = life.live.values().copied().collect();
        let moved = life.log.move_to(&to);
        self.tell(format!("move to {}: {:?}", to.display(), moved.as_ref().map_err(told)));
        match moved {
            Ok(()) => {
                self.path = to;
                life.live = life.log.numbers().zip(ids).collect();
                // The old file is not looked at again.
                self.unremoved.clear();
                self.settle(life);
            }
            Err(_) => self.take_back(life),
        }
    }
}

fn told(error: &StoreError) -> String {
    error.to_string()
}

fn lives(format: Format, mixed: bool, seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let mut world = World::new(seed, format, mixed);
        world.tell(format!("seed {seed}"));
        for number in 0..6 {
            world.live(number == 5);
        }
    }
    power::end();
}

#[test]
fn whatever_a_store_does_no_loss_of_power_breaks_a_promise() {
    lives(Format::Checksummed, false, 0..400);
}

#[test]
fn nor_in_the_form_of_the_original() {
    lives(Format::Original, false, 0..200);
}

#[test]
fn nor_while_the_form_changes() {
    lives(Format::Checksummed, true, 0..200);
}
