//! Messages that could not be sent (api-behaviour.md 7).

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::notes::{Deferred, note};
use super::{Format, Log, Original, Rejected, StoreError};
use crate::model::Text;
use crate::wire::{
    self, Assembler, AssemblerLimits, Body, Cut, HEADER_LEN, Header, MessageCode, Request, decode_body, decode_header,
    encode_body, encode_header, encode_with_body,
};

/// A message that the platform has answered this often without success is given up.
pub const MAX_TRIES: u8 = 5;

/// Messages that wait for a connection, in RAM or on disk, oldest first. Each stays until the platform has answered it.
///
/// Thread-safe. No function calls back.
#[derive(Debug)]
pub struct MessageStore {
    state: Mutex<State>,
    /// What has become of messages, and was not looked at yet: files are not written, and not waited for, where answers are received.
    fates: Mutex<Vec<(u64, Fate)>>,
    accepting: AtomicBool,
    /// Held by the thread that sends what is stored, so that the order is kept.
    pub(crate) sending: Mutex<()>,
}

/// A message to be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// Its number in the store.
    pub number: u64,
    /// Its header. The session id is to be replaced; so is the request id, if the store is on disk: an earlier run has made it.
    pub header: Header,
    /// Its encoded body.
    pub body: Vec<u8>,
}

/// Why a message was not stored.
#[derive(Debug, thiserror::Error)]
pub enum NotStored {
    /// There is no room.
    #[error(
        "no room in the store of offline messages: it has {stored} bytes and {size} more would reach the limit of {limit} \
         (offline_msg_queue_size)"
    )]
    Full {
        /// Bytes in the store.
        stored: u64,
        /// Bytes of the message.
        size: u64,
        /// The limit.
        limit: u64,
    },
    /// It cannot be written.
    #[error(transparent)]
    Failed(#[from] StoreError),
}

/// What the sending of a stored message has led to.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    /// The platform has answered with success, or will not answer.
    Delivered,
    /// The link was lost before the answer: it is sent again.
    Returned,
    /// The platform has answered otherwise, or not in time.
    Failed {
        /// Sending it again cannot help soon.
        for_good: bool,
        /// What was said.
        reason: String,
    },
    /// It cannot be sent at all.
    Unsendable(String),
}

#[derive(Debug)]
enum Place {
    Ram(BTreeMap<u64, Vec<u8>>),
    Disk(Log),
}

/// A message in the store. In the original's form it may have several records.
#[derive(Debug)]
struct Entry {
    records: Vec<u64>,
    bytes: u64,
    in_flight: bool,
    tries: u8,
    /// The link on which it was tried last without an answer that helps.
    tried_on: Option<u64>,
}

#[derive(Debug)]
struct State {
    place: Place,
    /// By the number of the first record.
    entries: BTreeMap<u64, Entry>,
    /// Changes with everything that waits.
    version: u64,
}

/// The state, locked. Fields are dropped in this order: lines for the log are written without the lock.
struct Locked<'a> {
    guard: MutexGuard<'a, State>,
    _deferred: Deferred,
}

impl Deref for Locked<'_> {
    type Target = State;

    fn deref(&self) -> &State {
        &self.guard
    }
}

impl DerefMut for Locked<'_> {
    fn deref_mut(&mut self) -> &mut State {
        &mut self.guard
    }
}

impl MessageStore {
    /// A store that ends with the program.
    pub fn in_ram() -> Self {
        Self::new(Place::Ram(BTreeMap::new()), BTreeMap::new())
    }

    /// A store on disk. What is in the file is sent with the next connection. The directory is made if it is missing.
    ///
    /// # Errors
    /// The file cannot be opened or made.
    pub fn on_disk(path: &Path, format: Format) -> Result<Self, StoreError> {
        if let Some(directory) = path.parent() {
            Log::make_directory(directory)?;
        }
        let mut log = Log::open(path, Original::Messages, format)?;
        let entries = group(&mut log);
        if !entries.is_empty() {
            note!(Info, "{} messages of an earlier run wait in {}", entries.len(), path.display());
        }
        Ok(Self::new(Place::Disk(log), entries))
    }

    fn new(place: Place, entries: BTreeMap<u64, Entry>) -> Self {
        Self {
            state: Mutex::new(State { place, entries, version: 0 }),
            fates: Mutex::default(),
            accepting: AtomicBool::new(true),
            sending: Mutex::default(),
        }
    }

    fn lock(&self) -> Locked<'_> {
        let deferred = Deferred::new();
        Locked { guard: self.state.lock().unwrap_or_else(PoisonError::into_inner), _deferred: deferred }
    }

    /// The state, with everything that was noted taken over.
    fn settled(&self) -> Locked<'_> {
        let mut state = self.lock();
        let fates = std::mem::take(&mut *self.fates.lock().unwrap_or_else(PoisonError::into_inner));
        for (number, fate) in fates {
            state.settle(number, fate);
        }
        state
    }

    /// Whether requests that cannot be sent are to be put here; they are at first.
    pub fn is_accepting(&self) -> bool {
        self.accepting.load(Ordering::Relaxed)
    }

    /// Changes that. What is stored is sent all the same.
    pub fn set_accepting(&self, accepting: bool) {
        self.accepting.store(accepting, Ordering::Relaxed);
    }

    /// Another number when what waits has changed.
    pub fn version(&self) -> u64 {
        self.settled().version
    }

    /// Stores a message, on disk durably. All messages together stay below `limit` bytes. In the original's form it is cut as `cut` says.
    ///
    /// # Errors
    /// [`NotStored`]; nothing of it is stored then.
    pub fn store(&self, header: &Header, body: &[u8], limit: u64, cut: &Cut) -> Result<(), NotStored> {
        let mut state = self.settled();
        let mut whole = Vec::with_capacity(HEADER_LEN + body.len());
        encode_header(header, false, &mut whole);
        whole.extend_from_slice(body);
        let (stored, size) = (state.bytes(), whole.len() as u64);
        if stored.saturating_add(size) >= limit {
            return Err(NotStored::Full { stored, size, limit });
        }
        let records = match &mut state.place {
            Place::Ram(messages) => {
                let number = messages.last_key_value().map_or(1, |(last, _)| last + 1);
                messages.insert(number, whole);
                vec![number]
            }
            Place::Disk(log) if log.format() == Format::Original => {
                let parts = encode_with_body(header, body, cut).unwrap_or_else(|_| vec![whole]);
                log.append(parts.iter().map(Vec::as_slice))?.collect()
            }
            Place::Disk(log) => log.append([whole.as_slice()])?.collect(),
        };
        if let Some(first) = records.first() {
            let entry = Entry { records: records.clone(), bytes: size, in_flight: false, tries: 0, tried_on: None };
            state.entries.insert(*first, entry);
            state.version += 1;
        }
        Ok(())
    }

    /// Whether a message waits that was not tried in vain on this link.
    pub fn has_waiting(&self, link: u64) -> bool {
        self.settled().entries.values().any(|entry| entry.waits(link))
    }

    /// Takes the oldest message that waits and was not tried in vain on this link; what becomes of it is to be told by
    /// [`MessageStore::note`].
    pub fn next(&self, link: u64) -> Option<Stored> {
        let mut state = self.settled();
        loop {
            let (number, records) = state
                .entries
                .iter()
                .find(|(_, entry)| entry.waits(link))
                .map(|(number, entry)| (*number, entry.records.clone()))?;
            match state.read(&records) {
                Some((header, body)) => {
                    state.version += 1;
                    if let Some(entry) = state.entries.get_mut(&number) {
                        entry.in_flight = true;
                        entry.tried_on = Some(link);
                    }
                    return Some(Stored { number, header, body });
                }
                // What cannot be read was put aside, and the next one is looked at.
                None => state.remove(number),
            }
        }
    }

    /// Tells what has become of a message. Does not touch the disk.
    pub fn note(&self, number: u64, fate: Fate) {
        self.fates.lock().unwrap_or_else(PoisonError::into_inner).push((number, fate));
    }

    /// Removes from the file what was noted as delivered, and so on; every other function does so, too.
    pub fn settle(&self) {
        drop(self.settled());
    }

    /// The messages that are tried in vain on a link are tried again on it.
    pub fn try_again(&self) {
        self.lock().entries.values_mut().filter(|entry| !entry.in_flight).for_each(|entry| entry.tried_on = None);
    }

    /// How many messages wait to be sent.
    pub fn waiting(&self) -> usize {
        self.settled().entries.values().filter(|entry| !entry.in_flight).count()
    }

    /// Bytes of the messages that wait to be sent.
    pub fn waiting_bytes(&self) -> u64 {
        self.settled().entries.values().filter(|entry| !entry.in_flight).map(|entry| entry.bytes).sum()
    }

    /// The messages that wait to be sent, oldest first, as they are stored.
    pub fn waiting_messages(&self) -> Vec<Vec<u8>> {
        let state = self.settled();
        let Place::Ram(messages) = &state.place else { return Vec::new() };
        let waiting = state.entries.values().filter(|entry| !entry.in_flight);
        waiting.flat_map(|entry| &entry.records).filter_map(|number| messages.get(number).cloned()).collect()
    }

    /// Whether nothing is stored, also nothing that was sent and not answered.
    pub fn is_empty(&self) -> bool {
        self.settled().entries.is_empty()
    }

    /// The file; `None` in RAM.
    pub fn path(&self) -> Option<PathBuf> {
        match &self.lock().place {
            Place::Ram(_) => None,
            Place::Disk(log) => Some(log.path().to_owned()),
        }
    }

    /// Bytes in the file; `None` in RAM.
    pub fn length(&self) -> Option<u64> {
        match &self.settled().place {
            Place::Ram(_) => None,
            Place::Disk(log) => Some(log.length()),
        }
    }

    /// Gives the file up, for another store to open it: nothing is stored any more, and what is stored stays in the file. In RAM it is lost.
    pub fn close(&self) {
        let mut state = self.settled();
        self.set_accepting(false);
        state.place = Place::Ram(BTreeMap::new());
        state.entries.clear();
        state.version += 1;
    }

    /// Begins a new, empty file elsewhere and removes the old one, which must be empty; in the same place nothing happens.
    ///
    /// # Errors
    /// The new file cannot be made; the old one is used on.
    pub fn move_to(&self, path: &Path) -> Result<(), StoreError> {
        let mut state = self.settled();
        let Place::Disk(log) = &mut state.place else { return Ok(()) };
        if let Some(directory) = path.parent() {
            Log::make_directory(directory)?;
        }
        if same_file(log.path(), path) {
            return Ok(());
        }
        log.move_to(path)?;
        state.entries = match &mut state.place {
            Place::Disk(log) => group(log),
            Place::Ram(_) => BTreeMap::new(),
        };
        Ok(())
    }
}

/// Whether two paths lead to one file.
fn same_file(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}

impl Entry {
    fn waits(&self, link: u64) -> bool {
        !self.in_flight && self.tried_on != Some(link)
    }
}

impl State {
    /// Bytes of everything that is stored.
    fn bytes(&self) -> u64 {
        self.entries.values().map(|entry| entry.bytes).sum()
    }

    fn read(&mut self, records: &[u64]) -> Option<(Header, Vec<u8>)> {
        let parts = match &mut self.place {
            Place::Ram(messages) => records.iter().filter_map(|number| messages.get(number).cloned()).collect(),
            Place::Disk(log) => read_records(log, records),
        };
        let message = join(&parts);
        if message.is_none() {
            if let Place::Disk(log) = &mut self.place {
                put_aside(log, records);
            }
        }
        message
    }

    fn remove(&mut self, number: u64) {
        let Some(entry) = self.entries.remove(&number) else { return };
        match &mut self.place {
            Place::Ram(messages) => messages.retain(|number, _| !entry.records.contains(number)),
            Place::Disk(log) => {
                if let Err(error) = log.remove(&entry.records) {
                    note!(Warn, "a message that the platform has answered may be sent again after a restart: {error}");
                }
            }
        }
    }

    fn settle(&mut self, number: u64, fate: Fate) {
        self.version += 1;
        match fate {
            Fate::Delivered => self.remove(number),
            Fate::Unsendable(reason) => self.give_up(number, &reason),
            Fate::Returned => {
                if let Some(entry) = self.entries.get_mut(&number) {
                    entry.in_flight = false;
                }
            }
            Fate::Failed { for_good, reason } => {
                let Some(entry) = self.entries.get_mut(&number) else { return };
                entry.in_flight = false;
                entry.tries = entry.tries.saturating_add(1);
                if for_good {
                    entry.tried_on = None;
                }
                if entry.tries >= MAX_TRIES {
                    self.give_up(number, &reason);
                } else {
                    note!(Info, "a stored message will be sent again: {reason}");
                }
            }
        }
    }

    /// Keeps a message beside the file, if there is one, and removes it.
    fn give_up(&mut self, number: u64, reason: &str) {
        let Some(entry) = self.entries.get(&number) else { return };
        let records = entry.records.clone();
        let Some((header, body)) = self.read(&records) else { return self.remove(number) };
        let (thing, name) = addressee(header.code, &body);
        let Place::Disk(log) = &self.place else {
            note!(Warn, "a stored message to {name} of {thing} is given up: {reason}");
            return self.remove(number);
        };
        let mut payload = Vec::new();
        encode_header(&header, false, &mut payload);
        payload.extend_from_slice(&body);
        match (Rejected { thing: &thing, name: &name, reason, payload: &payload }).keep(log.path()) {
            Ok(to) => {
                note!(Warn, "a stored message to {name} of {thing} is given up and kept in {}: {reason}", to.display());
                self.remove(number);
            }
            Err(error) => {
                // It stays in the file, and is not sent again before the next start.
                note!(
                    Error,
                    "a stored message to {name} of {thing} is given up and cannot be kept ({error}): {reason}"
                );
                self.entries.remove(&number);
            }
        }
    }
}

fn read_records(log: &mut Log, records: &[u64]) -> Vec<Vec<u8>> {
    let read = records.iter().filter_map(|number| {
        log.read(*number).unwrap_or_else(|error| {
            note!(Error, "{error}");
            None
        })
    });
    read.collect()
}

fn put_aside(log: &mut Log, records: &[u64]) {
    for number in records {
        if let Err(error) = log.put_aside(*number) {
            note!(Error, "{error}");
        }
    }
}

/// The messages of a file: the pieces of one follow each other and have its request id.
fn group(log: &mut Log) -> BTreeMap<u64, Entry> {
    let mut entries: BTreeMap<u64, Entry> = BTreeMap::new();
    let mut collecting: Option<(Header, u16, u16)> = None;
    let numbers: Vec<u64> = log.numbers().collect();
    for number in numbers {
        let Some(raw) = read_records(log, &[number]).pop() else { continue };
        let bytes = raw.len() as u64;
        let Ok((header, multipart)) = decode_header(&raw) else {
            put_aside(log, &[number]);
            continue;
        };
        let piece = if multipart { chunk_of(&raw) } else { None };
        let follows = match (&collecting, piece) {
            (Some((first, next, count)), Some((id, of))) => {
                (first.request_id, first.code) == (header.request_id, header.code) && (*next, *count) == (id, of)
            }
            _ => false,
        };
        if follows {
            if let Some((_, entry)) = entries.iter_mut().next_back() {
                entry.records.push(number);
                entry.bytes += bytes;
            }
        } else {
            let entry = Entry { records: vec![number], bytes, in_flight: false, tries: 0, tried_on: None };
            entries.insert(number, entry);
        }
        collecting = piece.map(|(id, count)| (header, id.saturating_add(1), count));
    }
    entries
}

/// Number and count of a piece.
fn chunk_of(raw: &[u8]) -> Option<(u16, u16)> {
    match raw.get(HEADER_LEN..)? {
        [a, b, c, d, ..] => Some((u16::from_be_bytes([*a, *b]), u16::from_be_bytes([*c, *d]))),
        _ => None,
    }
}

/// Header and body of a message, from all its pieces.
fn join(parts: &[Vec<u8>]) -> Option<(Header, Vec<u8>)> {
    let first = parts.first()?;
    let (header, multipart) = decode_header(first).ok()?;
    if !multipart {
        return Some((header, first.get(HEADER_LEN..)?.to_vec()));
    }
    let mut assembler = Assembler::new(AssemblerLimits::device(usize::MAX / 16, Duration::MAX));
    let now = Instant::now();
    let joined = parts.iter().find_map(|part| assembler.receive(part, now).ok().flatten())?;
    let body = encode_body(header.code, &joined.message.body).ok()?;
    Some((header, body))
}

/// Whom a message is for, as far as it can be told.
fn addressee(code: MessageCode, body: &[u8]) -> (Text, Text) {
    match decode_body(code, body) {
        Ok((Body::Request(Request { entity, name, .. }), _)) => (entity, name),
        _ => (Text::from("the platform"), Text::from(code.to_string())),
    }
}

/// Whether a raw message is a piece that follows another one, with the same request id.
pub(crate) fn continues(raw: &[u8]) -> bool {
    match wire::decode_header(raw) {
        Ok((_, true)) => chunk_of(raw).is_some_and(|(id, _)| id > 1),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
