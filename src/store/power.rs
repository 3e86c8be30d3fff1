//! A disk that loses its power: what was not made durable may be there afterwards, in part, or not at all.
//!
//! [`supply`] begins it for a directory and this thread. All changes go on as usual, so that what reads the files sees them at once; beside
//! that it is kept what would survive. [`cut`] throws away, by chance, what was not durable, and writes the files anew.
//!
//! What the chance decides:
//! * Names: each creation, renaming and removal that came before no synchronization of its directory has happened or not.
//! * Content: each write and cut since the last synchronization of the file has happened or not. Of a write a beginning may be there, or
//!   its length with zeros, or what was there before, in the place of some bytes.
//! * Or everything, or nothing, has happened.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::ops::Range;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::faults::Change;

/// Numbers that a seed decides.
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(2).wrapping_add(1))
    }

    /// A number below `end`; 0 for 0.
    pub fn below(&mut self, end: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        (mixed % (end.max(1) as u64)) as usize
    }

    /// One of so many.
    pub fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }
}

#[derive(Clone, Copy, Debug)]
enum Node {
    Directory,
    File(usize),
}

#[derive(Clone, Debug)]
enum NameChange {
    Made(PathBuf, Node),
    Renamed(PathBuf, PathBuf, Node),
    Removed(PathBuf),
}

impl NameChange {
    fn directory(&self) -> Option<&Path> {
        match self {
            Self::Made(path, _) | Self::Renamed(_, path, _) | Self::Removed(path) => path.parent(),
        }
    }

    fn happen(&self, names: &mut BTreeMap<PathBuf, Node>) {
        match self {
            Self::Made(path, node) => {
                names.insert(path.clone(), *node);
            }
            Self::Renamed(from, to, node) => {
                names.remove(from);
                names.insert(to.clone(), *node);
            }
            Self::Removed(path) => {
                names.remove(path);
            }
        }
    }
}

#[derive(Clone, Debug)]
enum ContentChange {
    Wrote(u64, Vec<u8>),
    Cut(u64),
}

#[derive(Default)]
struct Content {
    durable: Vec<u8>,
    pending: Vec<ContentChange>,
}

impl Content {
    fn synced(&mut self) {
        for change in std::mem::take(&mut self.pending) {
            happen(&change, &mut self.durable);
        }
    }
}

fn happen(change: &ContentChange, content: &mut Vec<u8>) {
    match change {
        ContentChange::Wrote(offset, bytes) => {
            let range = *offset as usize..*offset as usize + bytes.len();
            content.resize(content.len().max(range.end), 0);
            content[range].copy_from_slice(bytes);
        }
        ContentChange::Cut(length) => content.resize(*length as usize, 0),
    }
}

/// What a directory would have without power.
struct Supply {
    root: PathBuf,
    contents: Vec<Content>,
    /// By device and number of the file.
    open: HashMap<(u64, u64), usize>,
    /// As they are now.
    names: BTreeMap<PathBuf, Node>,
    durable: BTreeMap<PathBuf, Node>,
    pending: Vec<NameChange>,
}

impl Supply {
    fn new(root: &Path) -> Self {
        let mut supply = Self {
            root: root.to_owned(),
            contents: Vec::new(),
            open: HashMap::new(),
            names: BTreeMap::new(),
            durable: BTreeMap::new(),
            pending: Vec::new(),
        };
        supply.find(root);
        supply.durable = supply.names.clone();
        supply
    }

    fn find(&mut self, directory: &Path) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let node = if path.is_dir() {
                self.find(&path);
                Node::Directory
            } else {
                let id = self.content(&File::open(&path).unwrap());
                self.contents[id].durable = fs::read(&path).unwrap();
                Node::File(id)
            };
            self.names.insert(path, node);
        }
    }

    fn content(&mut self, file: &File) -> usize {
        let metadata = file.metadata().unwrap();
        *self.open.entry((metadata.dev(), metadata.ino())).or_insert_with(|| {
            self.contents.push(Content::default());
            self.contents.len() - 1
        })
    }

    fn record(&mut self, change: Change<'_>) {
        match change {
            Change::Created(path, file) => {
                let metadata = file.metadata().unwrap();
                // The number may have been that of a file that is gone.
                self.open.remove(&(metadata.dev(), metadata.ino()));
                let id = self.content(file);
                self.name(NameChange::Made(path.to_owned(), Node::File(id)));
            }
            Change::Wrote(file, offset, bytes) => {
                let id = self.content(file);
                self.contents[id].pending.push(ContentChange::Wrote(offset, bytes.to_vec()));
            }
            Change::Cut(file, length) => {
                let id = self.content(file);
                self.contents[id].pending.push(ContentChange::Cut(length));
            }
            Change::Synced(file) => {
                let id = self.content(file);
                self.contents[id].synced();
            }
            Change::Renamed(from, to) => {
                let node = self.names[from];
                self.name(NameChange::Renamed(from.to_owned(), to.to_owned(), node));
            }
            Change::Removed(path) => self.name(NameChange::Removed(path.to_owned())),
            Change::MadeDirectory(path) => self.name(NameChange::Made(path.to_owned(), Node::Directory)),
            Change::SyncedDirectory(path) => {
                let pending = std::mem::take(&mut self.pending);
                let (synced, others) = pending.into_iter().partition(|change| change.directory() == Some(path));
                self.pending = others;
                let synced: Vec<NameChange> = synced;
                synced.iter().for_each(|change| change.happen(&mut self.durable));
            }
        }
    }

    fn name(&mut self, change: NameChange) {
        change.happen(&mut self.names);
        self.pending.push(change);
    }

    /// What is there after the power was off.
    fn survivors(&self, chance: &mut Chance) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
        let luck = Luck::of(chance);
        let mut names = self.durable.clone();
        self.pending.iter().filter(|_| luck.has(chance)).for_each(|change| change.happen(&mut names));
        let contents: Vec<Vec<u8>> = self.contents.iter().map(|content| survivor(content, luck, chance)).collect();
        let reached = |path: &Path| {
            let mut above = path.ancestors().skip(1).take_while(|above| *above != self.root);
            above.all(|above| matches!(names.get(above), Some(Node::Directory)))
        };
        let survivors = names.iter().filter(|(path, _)| reached(path)).map(|(path, node)| {
            let content = match node {
                Node::Directory => None,
                Node::File(id) => Some(contents[*id].clone()),
            };
            (path.clone(), content)
        });
        survivors.collect()
    }
}

/// How much of what was not durable has happened.
#[derive(Clone, Copy)]
enum Luck {
    Everything,
    Nothing,
    Some,
}

impl Luck {
    fn of(chance: &mut Chance) -> Self {
        match chance.below(5) {
            0 => Self::Everything,
            1 => Self::Nothing,
            _ => Self::Some,
        }
    }

    fn has(self, chance: &mut Chance) -> bool {
        match self {
            Self::Everything => true,
            Self::Nothing => false,
            Self::Some => chance.one_in(2),
        }
    }
}

fn survivor(content: &Content, luck: Luck, chance: &mut Chance) -> Vec<u8> {
    let mut survivor = content.durable.clone();
    for change in &content.pending {
        if !luck.has(chance) {
            continue;
        }
        match change {
            ContentChange::Wrote(offset, bytes) if matches!(luck, Luck::Some) => {
                write_badly(*offset as usize, bytes, &mut survivor, chance);
            }
            change => happen(change, &mut survivor),
        }
    }
    survivor
}

fn write_badly(offset: usize, bytes: &[u8], content: &mut Vec<u8>, chance: &mut Chance) {
    let before = content.clone();
    let written = match chance.below(3) {
        0 => chance.below(bytes.len() + 1),
        _ => bytes.len(),
    };
    happen(&ContentChange::Wrote(offset as u64, bytes[..written].to_vec()), content);
    if chance.one_in(2) {
        let missing = range_in(offset..offset + written, chance);
        for at in missing {
            content[at] = before.get(at).copied().unwrap_or(0);
        }
    }
}

fn range_in(range: Range<usize>, chance: &mut Chance) -> Range<usize> {
    let start = range.start + chance.below(range.len());
    start..start + chance.below(range.end - start + 1)
}

thread_local! {
    static SUPPLY: RefCell<Option<Supply>> = const { RefCell::new(None) };
}

/// From now on what is below a directory is on a disk of this kind; all that is there is durable.
pub fn supply(root: &Path) {
    SUPPLY.set(Some(Supply::new(root)));
}

/// The disk is an ordinary one again.
pub fn end() {
    SUPPLY.set(None);
}

/// The power is off, and on again. Nobody may have a file open.
pub fn cut(chance: &mut Chance) {
    let supply = SUPPLY.take().expect("there is no such disk");
    let survivors = supply.survivors(chance);
    for entry in fs::read_dir(&supply.root).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.unwrap();
    }
    for (path, content) in &survivors {
        match content {
            None => fs::create_dir(path).unwrap(),
            Some(content) => fs::write(path, content).unwrap(),
        }
    }
    self::supply(&supply.root);
}

pub(super) fn record(change: Change<'_>) -> bool {
    SUPPLY.with_borrow_mut(|supply| supply.as_mut().map(|supply| supply.record(change)).is_some())
}

#[test]
fn what_is_durable_stays_and_of_the_rest_anything_may() {
    use super::change::{self, Point};
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("file");
    fs::write(&path, b"old").unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for seed in 0..500 {
        let _ = fs::remove_file(root.path().join("new"));
        fs::write(&path, b"old").unwrap();
        supply(root.path());
        let file = File::options().write(true).open(&path).unwrap();
        change::write(&file, 3, b"AB").unwrap();
        change::sync(Point::SyncAppended, &file).unwrap();
        change::write(&file, 5, b"CD").unwrap();
        change::create(&root.path().join("new"), File::options().write(true)).unwrap();
        cut(&mut Chance::new(seed));
        seen.insert((fs::read(&path).unwrap(), root.path().join("new").exists()));
    }
    end();
    assert!(seen.iter().all(|(content, _)| content.starts_with(b"oldAB")), "{seen:?}");
    for tail in [&b""[..], b"C", b"CD", b"\0D", b"C\0"] {
        for made in [false, true] {
            assert!(seen.contains(&([b"oldAB", tail].concat(), made)), "{tail:?} {made}: {seen:?}");
        }
    }
}
