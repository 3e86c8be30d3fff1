//! One life that comes to every write point, and the loss of power at each of them.

use std::collections::BTreeSet;

use super::super::disk::append_aside;
use super::super::power::{self, Chance};
use super::*;

/// A scene: what it does, and what must be so afterwards, however far it has come.
struct Scene {
    prepare: fn(&Path, &mut Told),
    act: fn(&Path, &mut Told) -> Option<()>,
    check: fn(&Path, &Told),
}

/// What the scene was told.
#[derive(Default)]
struct Told {
    promised: Vec<Vec<u8>>,
    /// What may be gone, or must be when it is `gone`.
    leaving: Vec<Vec<u8>>,
    gone: Vec<Vec<u8>>,
    path: Option<PathBuf>,
    /// What must not be there any more.
    left: Option<PathBuf>,
}

impl Told {
    fn append(&mut self, log: &mut Log, payloads: &[&[u8]]) -> Option<()> {
        log.append(payloads.iter().copied()).ok()?;
        self.promised.extend(payloads.iter().map(|payload| payload.to_vec()));
        Some(())
    }

    fn remove(&mut self, log: &mut Log, payloads: &[&[u8]]) -> Option<()> {
        let mut numbers: Vec<u64> = log.numbers().collect();
        numbers.retain(|number| log.read(*number).unwrap().is_some_and(|payload| payloads.contains(&&*payload)));
        let payloads: Vec<Vec<u8>> = payloads.iter().map(|payload| payload.to_vec()).collect();
        self.promised.retain(|promised| !payloads.contains(promised));
        self.leaving.extend(payloads.iter().cloned());
        log.remove(&numbers).ok()?;
        self.gone.extend(payloads);
        Some(())
    }
}

fn at(root: &Path) -> PathBuf {
    root.join("made/for it/store.bin")
}

/// The promises about records, with a store that is opened once more.
fn check_records(root: &Path, told: &Told) {
    let path = told.path.clone().unwrap_or_else(|| at(root));
    assert!(!told.left.as_ref().is_some_and(|path| path.exists()), "the old store is there again");
    Log::make_directory(path.parent().unwrap()).unwrap();
    let found = payloads(&mut open(&path));
    for promised in told.promised.iter().filter(|promised| !told.gone.contains(promised)) {
        assert!(found.contains(promised), "{:?} is lost", promised.escape_ascii().to_string());
    }
    for gone in &told.gone {
        assert!(!found.contains(gone), "{:?} comes again", gone.escape_ascii().to_string());
    }
}

const SCENES: [Scene; 6] = [
    Scene { prepare: |_, _| {}, act: records, check: check_records },
    Scene { prepare: |_, _| {}, act: move_to, check: check_records },
    Scene { prepare: |root, told| insert(root, told, b"damage"), act: go_on, check: check_bad },
    Scene { prepare: |root, told| insert(root, told, &later()), act: go_on, check: check_newer },
    Scene { prepare: |root, told| tear(root, told), act: go_on, check: check_records },
    Scene { prepare: |_, _| {}, act: aside, check: check_aside },
];

/// What fills the file until it is rewritten.
const BIG: [u8; 5000] = [7; 5000];

fn records(root: &Path, told: &mut Told) -> Option<()> {
    let path = at(root);
    Log::make_directory(path.parent().unwrap()).ok()?;
    let mut log = Log::open(&path, Original::Rows, Format::Checksummed).ok()?;
    told.append(&mut log, &[b"first", b"second"])?;
    told.remove(&mut log, &[b"first"])?;
    told.append(&mut log, &[&BIG, b"third"])?;
    // Rewrites the file.
    told.remove(&mut log, &[&BIG])?;
    told.append(&mut log, &[b"fourth"])?;
    // Cuts it.
    told.remove(&mut log, &[b"second", b"third", b"fourth"])?;
    told.append(&mut log, &[b"fifth"])
}

fn move_to(root: &Path, told: &mut Told) -> Option<()> {
    let path = at(root);
    Log::make_directory(path.parent().unwrap()).ok()?;
    let mut log = Log::open(&path, Original::Rows, Format::Checksummed).ok()?;
    told.append(&mut log, &[b"first", b"second"])?;
    let to = root.join("elsewhere/store.bin");
    Log::make_directory(to.parent().unwrap()).ok()?;
    log.move_to(&to).ok()?;
    told.path = Some(to);
    told.append(&mut log, &[b"third"])?;
    told.left = Some(path);
    Some(())
}

/// A file that was there before with two records, and something between them.
fn insert(root: &Path, told: &mut Told, between: &[u8]) {
    let path = at(root);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let first = fill(&path, &[b"first".to_vec()]);
    let both = fill(&path, &[b"second".to_vec()]);
    fs::write(&path, [&first, &b"\0"[..], between, b"\0", &both[first.len()..]].concat()).unwrap();
    told.promised = vec![b"first".to_vec(), b"second".to_vec()];
}

/// A file whose last record was not written to its end, and what a rewriting has left.
fn tear(root: &Path, told: &mut Told) {
    let path = at(root);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut content = fill(&path, &[b"first".to_vec()]);
    content.extend(b"\0torn");
    fs::write(&path, content).unwrap();
    fs::write(beside(&path, "tmp"), b"left").unwrap();
    told.promised = vec![b"first".to_vec()];
}

fn go_on(root: &Path, told: &mut Told) -> Option<()> {
    let mut log = Log::open(at(root), Original::Rows, Format::Checksummed).ok()?;
    told.append(&mut log, &[b"third"])
}

/// A record of a later version, between its delimiters.
fn later() -> Vec<u8> {
    let mut plain = vec![frame::VERSION + 1, 9, 9, 9, 9];
    plain.extend(crc32fast::hash(&plain).to_be_bytes());
    assert!(!plain.contains(&0));
    plain.insert(0, plain.len() as u8 + 1);
    plain
}

fn check_bad(root: &Path, told: &Told) {
    check_kept(root, told, "bad", b"damage");
}

fn check_newer(root: &Path, told: &Told) {
    check_kept(root, told, "newer", &later());
}

fn check_kept(root: &Path, told: &Told, name: &str, bytes: &[u8]) {
    let path = at(root);
    let is_in =
        |path: &Path| fs::read(path).is_ok_and(|content| content.windows(bytes.len()).any(|window| window == bytes));
    assert!(is_in(&path) || is_in(&beside(&path, name)), "what is no record is not kept");
    check_records(root, told);
    assert!(is_in(&beside(&path, name)), "what is no record is not kept by the next open");
}

const ASIDE: &str = "store.bin.rejected";

/// Lines for a file beside a store, of which two have room.
fn aside(root: &Path, told: &mut Told) -> Option<()> {
    let path = root.join(ASIDE);
    for line in [&b"first\n"[..], b"second\n", b"third\n"] {
        append_aside(&path, line, 14).ok()?;
        told.promised.push(line.to_vec());
    }
    Some(())
}

fn check_aside(root: &Path, told: &Told) {
    let path = root.join(ASIDE);
    let read = |path: &Path| fs::read(path).unwrap_or_default();
    let all = [read(&beside(&path, "old")), read(&path)].concat();
    for line in &told.promised {
        assert!(all.windows(line.len()).any(|window| window == line), "{:?} is lost", line.escape_ascii().to_string());
    }
}

/// The points, each with the one behind it.
fn behind(point: Option<Point>) -> Option<Point> {
    match point {
        None => Some(Point::MakeDirectory),
        Some(Point::MakeDirectory) => Some(Point::Create),
        Some(Point::Create) => Some(Point::SyncDirectory),
        Some(Point::SyncDirectory) => Some(Point::Append),
        Some(Point::Append) => Some(Point::SyncAppended),
        Some(Point::SyncAppended) => Some(Point::Cut),
        Some(Point::Cut) => Some(Point::SyncCut),
        Some(Point::SyncCut) => Some(Point::WriteNew),
        Some(Point::WriteNew) => Some(Point::SyncNew),
        Some(Point::SyncNew) => Some(Point::Rename),
        Some(Point::Rename) => Some(Point::AppendAside),
        Some(Point::AppendAside) => Some(Point::SyncAside),
        Some(Point::SyncAside) => Some(Point::MoveAside),
        Some(Point::MoveAside) => Some(Point::Remove),
        Some(Point::Remove) => None,
    }
}

/// What comes between the end of a scene and the loss of power.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Then {
    Nothing,
    /// Only the process has ended: the next one appends a record.
    Append,
    /// The next one removes all records.
    Clear,
}

const THEN: [Then; 5] = [Then::Nothing, Then::Nothing, Then::Nothing, Then::Append, Then::Clear];

impl Then {
    fn act(self, root: &Path, told: &mut Told) {
        let path = told.path.clone().unwrap_or_else(|| at(root));
        if self == Self::Nothing {
            return;
        }
        Log::make_directory(path.parent().unwrap()).unwrap();
        let mut log = open(&path);
        match self {
            Self::Nothing => {}
            Self::Append => told.append(&mut log, &[b"of the next one"]).unwrap(),
            Self::Clear => {
                let all = payloads(&mut log);
                let all: Vec<&[u8]> = all.iter().map(Vec::as_slice).collect();
                told.remove(&mut log, &all).unwrap();
            }
        }
    }
}

/// Plays a scene; at which point it has ended, or at which it has come last.
fn play(scene: &Scene, plan: Plan, then: Then, chance: &mut Chance) -> (u64, Point) {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    let mut told = Told::default();
    (scene.prepare)(root, &mut told);
    power::supply(root);
    faults::reached();
    faults::set(plan.clone());
    let done = (scene.act)(root, &mut told);
    assert_eq!(done.is_none(), faults::is_dead() && plan.kill_at.is_some(), "{plan:?}");
    let count = faults::set(Plan::default());
    let last = faults::reached().pop().unwrap();
    then.act(root, &mut told);
    power::cut(chance);
    (scene.check)(root, &told);
    // What was found, and repaired, is found again.
    power::cut(chance);
    (scene.check)(root, &told);
    power::end();
    (count, last)
}

#[test]
fn the_loss_of_power_is_survived_at_every_point() {
    let mut survived = BTreeSet::new();
    for (number, scene) in SCENES.iter().enumerate() {
        let (count, _) = play(scene, Plan::default(), Then::Nothing, &mut Chance::new(0));
        // Also behind the last one.
        for kill_at in 1..=count + 1 {
            for seed in 0..15 {
                let part = [0, 50, 100][seed % 3];
                let plan = Plan { kill_at: Some(kill_at), part, ..Plan::default() };
                let then = if number + 1 == SCENES.len() { [Then::Nothing; 5] } else { THEN }[seed % 5];
                eprintln!("scene {number}, point {kill_at}, {part} %, {then:?}, seed {seed}");
                let (_, point) = play(scene, plan, then, &mut Chance::new(seed as u64));
                if kill_at <= count {
                    survived.insert(point);
                }
            }
        }
    }
    let all: Vec<Point> = std::iter::successors(behind(None), |point| behind(Some(*point))).collect();
    assert_eq!(survived.into_iter().collect::<Vec<_>>(), all);
}

#[test]
fn a_name_that_is_not_durable_yet_is_made_so_with_the_records_behind_it() {
    for (fail_once, beside, seed) in (1..8).flat_map(|at| (0..20).map(move |seed| (at, seed % 2 == 0, seed))) {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        power::supply(root);
        let path = root.join("store.bin");
        let mut log = Log::open(&path, Original::Rows, Format::Original).unwrap();
        log.append([row("a", 1.0).as_slice(), &row("b", 2.0)]).unwrap();
        let added = log.append_unsynced([row("c", 3.0).as_slice()]).unwrap();
        faults::set(Plan { fail_once: Some(fail_once), ..Plan::default() });
        // Rewrites the file, and may not come to an end with it.
        let _ = log.remove(&[1]);
        faults::set(Plan::default());
        let synced = match log.sync_handle().unwrap().filter(|_| beside) {
            None => log.sync(),
            Some(handle) => log.synced(&handle, handle.sync()),
        };
        let promised = synced.is_ok() && log.durability(&added) == Durability::Durable;
        drop(log);
        power::cut(&mut Chance::new(seed));
        let found = payloads(&mut Log::open(&path, Original::Rows, Format::Original).unwrap());
        power::end();
        assert!(!promised || found.contains(&row("c", 3.0)), "{fail_once} {beside} {seed}");
        assert!(found.contains(&row("b", 2.0)), "{fail_once} {beside} {seed}");
    }
}

#[test]
fn what_is_lost_is_not_in_a_file_that_was_put_in_place_meanwhile() {
    let mut lost = Vec::new();
    for fail_once in 1..8 {
        let place = place();
        let mut log = Log::open(&place.path, Original::Rows, Format::Original).unwrap();
        log.append([row("a", 1.0).as_slice(), &row("b", 2.0)]).unwrap();
        let added = log.append_unsynced([row("c", 3.0).as_slice()]).unwrap();
        let handle = log.sync_handle().unwrap().unwrap();
        faults::set(Plan { fail_once: Some(fail_once), ..Plan::default() });
        let _ = log.remove(&[1]);
        faults::set(Plan::default());
        let synced = log.synced(&handle, Err(std::io::Error::other("broken")));
        let durability = log.durability(&added);
        assert_eq!(synced.is_ok(), durability == Durability::Durable, "{fail_once}");
        lost.push(durability == Durability::Lost);
        drop(log);
        let found = payloads(&mut Log::open(&place.path, Original::Rows, Format::Original).unwrap());
        assert_eq!(found.contains(&row("c", 3.0)), synced.is_ok(), "{fail_once}");
    }
    assert!(lost.contains(&true) && lost.contains(&false), "{lost:?}");
}

#[test]
fn what_was_cut_off_but_not_durably_is_not_behind_what_is_written_next() {
    for (kill_at, seed) in (1..5).flat_map(|at| (0..100).map(move |seed| (at, seed))) {
        let directory = tempfile::tempdir().unwrap();
        power::supply(directory.path());
        let path = directory.path().join("store.bin");
        let mut log = open(&path);
        log.append([&b"the first of the old ones"[..], b"the second of the old ones"]).unwrap();
        // Either the process is killed, or it goes on.
        let plan = match seed % 2 {
            0 => Plan { kill_at: Some(kill_at), ..Plan::default() },
            _ => Plan { fail_once: Some(kill_at), ..Plan::default() },
        };
        faults::set(plan);
        let _ = log.clear();
        let is_dead = faults::is_dead();
        faults::set(Plan::default());
        if is_dead {
            drop(log);
            log = open(&path);
        }
        log.append_unsynced([&b"new"[..]]).unwrap();
        let cleared = log.count() == 1;
        drop(log);
        power::cut(&mut Chance::new(seed));
        let found = payloads(&mut open(&path));
        power::end();
        assert!(!cleared || found.is_empty() || found == [b"new"], "{kill_at} {seed}: {found:?}");
    }
}
