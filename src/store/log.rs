//! One file of records.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::disk::{Disk, make_directory};
use super::frame::{self, Record, Unreadable};
use super::notes::note;
use super::original::{Found, Original};
use super::sync::{Durability, Fates, SyncHandle};
use super::{StoreError, aside};

/// How records are written. Both forms are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// With checksums and numbers.
    #[default]
    Checksummed,
    /// As the original SDK does, for devices that may go back to it. Damage is found only where a record makes no sense, and
    /// removing a record rewrites the file.
    Original,
}

/// Once is enough.
static TOLD_OF_NO_LOCKS: AtomicBool = AtomicBool::new(false);

/// Bytes of removed records that may stay in the file however few others it has.
const LITTLE: u64 = 4096;

/// Where a live record is.
#[derive(Clone, Debug)]
struct Place {
    /// Of what is between the delimiters, or of the payload in the original's form.
    offset: u64,
    length: usize,
    /// Bytes of the payload.
    payload: usize,
}

/// A store: records with numbers that grow, each on disk until it is removed. Of one process at a time, and those that it forks: only one of
/// these may use it.
#[derive(Debug)]
pub struct Log {
    disk: Box<Disk>,
    original: Original,
    /// How it is to be written.
    format: Format,
    /// How the file is written.
    written: Format,
    records: BTreeMap<u64, Place>,
    next: u64,
    /// Bytes of all live payloads.
    payload: u64,
    fates: Fates,
    /// Bytes that are no records, and that could not be put aside yet: nothing that would end them is done to the file.
    bad: Vec<Vec<u8>>,
    /// Changes with the file.
    generation: u64,
}

impl Log {
    /// Opens a store, or makes an empty one; its directory must exist. A torn tail is cut off, bad records and files of later versions
    /// are put aside; each leaves a line in the log.
    ///
    /// # Errors
    /// The file cannot be opened, made or put aside. What is there stays as it is.
    pub fn open(path: impl Into<PathBuf>, original: Original, format: Format) -> Result<Self, StoreError> {
        let path = path.into();
        Self::open_from(&path, original, format, 1)
    }

    /// Makes a directory for a store, with its parents.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn make_directory(path: &Path) -> Result<(), StoreError> {
        make_directory(path).map_err(|error| StoreError::Directory { path: path.to_owned(), error })
    }

    fn open_from(path: &Path, original: Original, format: Format, next: u64) -> Result<Self, StoreError> {
        if path.exists() && !path.is_file() {
            return Err(StoreError::NoFile { path: path.to_owned() });
        }
        let (disk, content) = Disk::open(path).map_err(|error| StoreError::opening(path, error))?;
        if !disk.is_locked() && !TOLD_OF_NO_LOCKS.swap(true, Ordering::Relaxed) {
            note!(
                Warn,
                "the file system of {} has no locks: see that no second process uses the store",
                path.display()
            );
        }
        disk.remove_leftover();
        let read = read(&content, original, next);
        let mut log = Self {
            disk: Box::new(disk),
            original,
            format,
            written: read.format,
            records: read.records,
            next: read.next,
            payload: 0,
            fates: Fates::new(read.next),
            bad: Vec::new(),
            generation: 0,
        };
        log.payload = log.records.values().map(|place| place.payload as u64).sum();
        if let Some(version) = read.newer {
            log.put_newer_aside(version, &content)?;
        } else {
            log.repair(&content, &read.bad, read.torn);
        }
        Ok(log)
    }

    /// The records that could be read go into a new file.
    fn put_newer_aside(&mut self, version: u8, content: &[u8]) -> Result<(), StoreError> {
        let path = self.disk.path().to_owned();
        let kept = self.image().map_err(|error| StoreError::Read { path: path.clone(), error })?;
        let to = aside::keep_newer(&path, content).map_err(|error| StoreError::Newer {
            path: path.clone(),
            version,
            error,
        })?;
        note!(
            Error,
            "the store {} is of version {version}, which this library does not know: it is kept as {}, and a new one is begun",
            path.display(),
            to.display()
        );
        self.put(kept)
    }

    /// Takes bad bytes out of the file. If that fails, they stay, and are skipped again by the next open.
    fn repair(&mut self, content: &[u8], bad: &[Range<usize>], torn: Option<usize>) {
        let path = self.disk.path().to_owned();
        if !bad.is_empty() {
            self.bad = bad.iter().filter_map(|range| content.get(range.clone()).map(<[u8]>::to_vec)).collect();
            if let Err(error) = self.rewrite() {
                note!(Error, "bad records of the store {} cannot be put aside: {error}", path.display());
            }
        } else if let Some(end) = torn {
            let torn = content.get(end..).unwrap_or_default();
            let (length, path) = (torn.len(), path.display());
            match aside::keep_bad(self.disk.path(), [torn]) {
                Ok(to) => note!(
                    Warn,
                    "the last record of the store {path} was not written to its end: its {length} bytes are kept in {}",
                    to.display()
                ),
                Err(error) => note!(
                    Error,
                    "the last record of the store {path} was not written to its end: its {length} bytes are cut off, and \
                     cannot be kept: {error}"
                ),
            }
            self.cut(end as u64);
        } else if self.records.is_empty() && self.disk.length() > 0 {
            self.cut(0);
        }
    }

    /// What cannot be cut off is skipped again by the next open.
    fn cut(&mut self, end: u64) {
        let end = if self.records.is_empty() { 0 } else { end };
        if let Err(error) = self.disk.cut(end) {
            note!(Error, "the store {} cannot be cut: {error}", self.disk.path().display());
        }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        self.disk.path()
    }

    /// Bytes in the file; 0 when there are no records.
    pub fn length(&self) -> u64 {
        self.disk.length()
    }

    /// Bytes of all payloads.
    pub fn payload_length(&self) -> u64 {
        self.payload
    }

    /// How many records there are.
    pub fn count(&self) -> usize {
        self.records.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The numbers of the records, oldest first.
    pub fn numbers(&self) -> impl DoubleEndedIterator<Item = u64> + '_ {
        self.records.keys().copied()
    }

    /// The bytes that a record's payload has, if there is that record.
    pub fn size_of(&self, number: u64) -> Option<usize> {
        self.records.get(&number).map(|place| place.payload)
    }

    /// The form in which records are written.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The form in which records are written from now on.
    pub fn set_format(&mut self, format: Format) {
        self.format = format;
    }

    /// Appends records, all or none, and makes them durable, with everything that waits for it. Their numbers, in order.
    ///
    /// # Errors
    /// As [`Log::append_unsynced`] and [`Log::sync`].
    pub fn append<'a>(&mut self, payloads: impl IntoIterator<Item = &'a [u8]>) -> Result<Range<u64>, StoreError> {
        let added = self.append_unsynced(payloads)?;
        self.sync()?;
        Ok(added)
    }

    /// Appends records, all or none. They are in the store, but a power cut may still take them: until [`Log::sync`],
    /// [`Log::synced`] or any other call that changes the file has returned success. Their numbers, in order, which no other record gets.
    ///
    /// # Errors
    /// [`StoreError::Write`]; the file is as before then.
    pub fn append_unsynced<'a>(
        &mut self,
        payloads: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<Range<u64>, StoreError> {
        self.follow_changes()?;
        if self.written != self.format {
            self.rewrite()?;
        }
        let first = self.next;
        let mut bytes = Vec::new();
        let mut added = Vec::new();
        for (number, payload) in (first..).zip(payloads) {
            let place = self.put_record(number, payload, &mut bytes, self.disk.length());
            added.push((number, place));
        }
        if added.is_empty() {
            return Ok(first..first);
        }
        self.disk.write(&bytes).map_err(|error| self.write_error(error))?;
        self.next = first + added.len() as u64;
        self.payload += added.iter().map(|(_, place)| place.payload as u64).sum::<u64>();
        self.records.extend(added);
        Ok(first..self.next)
    }

    /// Makes durable what was appended.
    ///
    /// # Errors
    /// [`StoreError::Write`]; none of what was not durable is in the store any more, as if it had never been appended.
    pub fn sync(&mut self) -> Result<(), StoreError> {
        if self.fates.undecided(self.next).is_empty() {
            return Ok(());
        }
        self.flush().map_err(|error| self.write_error(error))
    }

    fn flush(&mut self) -> io::Result<()> {
        let synced = self.disk.settle().and_then(|()| self.disk.sync());
        match synced {
            Ok(()) => self.fates.durable(self.next),
            Err(_) => self.take_back(),
        }
        synced
    }

    /// Takes out what is not durable.
    fn take_back(&mut self) {
        self.disk.take_back();
        let lost = self.fates.undecided(self.next);
        self.fates.lost(self.next);
        for place in self.records.split_off(&lost.start).into_values() {
            self.payload -= place.payload as u64;
        }
    }

    /// What makes everything that was appended up to now durable, to be used while other threads use the store; its outcome is to be told
    /// by [`Log::synced`]. `None` when nothing waits for it. Several may be in use at once.
    ///
    /// # Errors
    /// The file cannot be opened once more; [`Log::sync`] does without that.
    pub fn sync_handle(&mut self) -> Result<Option<SyncHandle>, StoreError> {
        let numbers = self.fates.undecided(self.next);
        if numbers.is_empty() {
            return Ok(None);
        }
        self.disk.settle().map_err(|error| self.write_error(error))?;
        let file = self.disk.open_again().map_err(|error| StoreError::Open { path: self.path().to_owned(), error })?;
        Ok(Some(SyncHandle::new(file, self.generation, numbers, self.disk.length())))
    }

    /// Tells the outcome of [`SyncHandle::sync`]. Success: everything that was appended before the handle was made is durable, or was
    /// removed meanwhile.
    ///
    /// # Errors
    /// [`StoreError::Write`]: as [`Log::sync`], also what was appended since the handle was made is taken out, if it is not durable yet. Or
    /// another synchronization has failed meanwhile, and some of what this one was for was taken out. [`Log::durability`] knows of single
    /// records.
    pub fn synced(&mut self, handle: &SyncHandle, outcome: io::Result<()>) -> Result<(), StoreError> {
        match self.fates.of(&handle.numbers) {
            // Whoever has decided that has synchronized the file by itself, and was told of its errors by itself.
            Durability::Durable => return Ok(()),
            Durability::Lost => return Err(self.write_error(io::Error::other("another attempt has failed"))),
            Durability::Undecided => {}
        }
        if handle.generation != self.generation {
            return self.sync();
        }
        match outcome {
            Ok(()) => {
                self.disk.synced_to(handle.length);
                self.fates.durable(handle.numbers.end);
                Ok(())
            }
            Err(error) => {
                self.take_back();
                Err(self.write_error(error))
            }
        }
    }

    /// What is known of records that [`Log::append_unsynced`] has given these numbers.
    pub fn durability(&self, numbers: &Range<u64>) -> Durability {
        self.fates.of(numbers)
    }

    /// Encodes a record behind `bytes`, which begin at an offset of the file.
    fn put_record(&self, number: u64, payload: &[u8], bytes: &mut Vec<u8>, offset: u64) -> Place {
        let start = bytes.len();
        let content = match self.format {
            Format::Checksummed => {
                frame::encode(&Record::Data(number, payload.to_vec()), bytes);
                start + 1..bytes.len() - 1
            }
            Format::Original => {
                self.original.encode(payload, bytes);
                bytes.len() - payload.len()..bytes.len()
            }
        };
        Place { offset: offset + content.start as u64, length: content.len(), payload: payload.len() }
    }

    /// The payload of a record; `None` if there is none of that number.
    ///
    /// # Errors
    /// It cannot be read. If it is damaged it is put aside and there is no such record any more.
    pub fn read(&mut self, number: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(place) = self.records.get(&number).cloned() else { return Ok(None) };
        let path = self.disk.path().to_owned();
        let bytes = self
            .disk
            .read(place.offset, place.length)
            .map_err(|error| StoreError::Read { path: path.clone(), error })?;
        if self.written == Format::Original {
            return Ok(Some(bytes));
        }
        match frame::decode(&bytes) {
            Ok(Record::Data(found, payload)) if found == number => Ok(Some(payload)),
            _ => {
                self.set_aside(number, bytes)?;
                Err(StoreError::Damaged { path })
            }
        }
    }

    /// Puts the bytes of a record, which is intact but means nothing to its user, aside and removes it.
    ///
    /// # Errors
    /// [`StoreError::Write`]: there is no such record here any more, and it may be there again after a restart.
    pub fn put_aside(&mut self, number: u64) -> Result<(), StoreError> {
        let payload = self.read(number)?.unwrap_or_default();
        self.set_aside(number, payload)
    }

    fn set_aside(&mut self, number: u64, bytes: Vec<u8>) -> Result<(), StoreError> {
        self.bad.push(bytes);
        match self.keep_bad() {
            Ok(()) => self.remove(&[number]),
            Err(error) => {
                if let Some(place) = self.records.remove(&number) {
                    self.payload -= place.payload as u64;
                }
                Err(self.write_error(error))
            }
        }
    }

    /// Puts aside what is no record.
    fn keep_bad(&mut self) -> io::Result<()> {
        if self.bad.is_empty() {
            return Ok(());
        }
        let to = aside::keep_bad(self.disk.path(), self.bad.iter().map(Vec::as_slice))?;
        let bytes: usize = self.bad.iter().map(Vec::len).sum();
        let path = self.disk.path().display();
        note!(Warn, "{bytes} bytes of the store {path} are no records: they are kept in {}", to.display());
        self.bad.clear();
        Ok(())
    }

    /// Removes records, durably. Numbers without one are passed over.
    ///
    /// # Errors
    /// [`StoreError::Write`]: the records are gone here, and may be there again after a restart.
    pub fn remove(&mut self, numbers: &[u64]) -> Result<(), StoreError> {
        let mut removed: Vec<u64> = Vec::new();
        for number in numbers {
            if let Some(place) = self.records.remove(number) {
                self.payload -= place.payload as u64;
                removed.push(*number);
            }
        }
        if removed.is_empty() {
            return Ok(());
        }
        if self.records.is_empty() && self.keep_bad().is_ok() {
            // All that was appended is removed: nobody waits for it to be durable.
            self.fates.durable(self.next);
            return self.disk.cut(0).map_err(|error| self.write_error(error));
        }
        let live: u64 = self.records.values().map(|place| place.length as u64 + 2).sum();
        let garbage = self.disk.length().saturating_sub(live);
        if self.written == Format::Original {
            return self.rewrite();
        }
        if garbage > live.max(LITTLE) {
            match self.rewrite() {
                Ok(()) => return Ok(()),
                // A full disk may have room for the removal.
                Err(error) => note!(Debug, "{error}"),
            }
        }
        // What was appended may be there in place of what goes: it is not to be lost together with that.
        self.sync()?;
        let mut bytes = Vec::new();
        frame::encode(&Record::Removed(ranges(removed)), &mut bytes);
        let written = self.disk.write(&bytes).and_then(|()| self.flush());
        written.map_err(|error| self.write_error(error))
    }

    /// Removes everything.
    ///
    /// # Errors
    /// See [`Log::remove`].
    pub fn clear(&mut self) -> Result<(), StoreError> {
        let numbers: Vec<u64> = self.numbers().collect();
        self.remove(&numbers)
    }

    /// Moves the records to a file elsewhere, behind those that are in it, and removes this one. They get new numbers.
    ///
    /// # Errors
    /// The other file cannot be opened, made or written; this one is as before.
    pub fn move_to(&mut self, path: &Path) -> Result<(), StoreError> {
        self.sync()?;
        self.keep_bad().map_err(|error| self.write_error(error))?;
        let mut moved = Self::open_from(path, self.original, self.format, self.next)?;
        let numbers: Vec<u64> = self.numbers().collect();
        let mut payloads = Vec::new();
        for number in numbers {
            payloads.extend(self.read(number)?);
        }
        moved.append(payloads.iter().map(Vec::as_slice))?;
        let old = std::mem::replace(self, moved);
        self.continue_from(&old);
        if let Err(error) = old.disk.remove() {
            note!(Warn, "the old store {} cannot be removed: {error}", old.path().display());
        }
        Ok(())
    }

    /// Somebody may have removed the file, replaced it or changed it since.
    fn follow_changes(&mut self) -> Result<(), StoreError> {
        if self.disk.is_current() {
            return Ok(());
        }
        let path = self.disk.path().to_owned();
        if self.disk.is_missing() {
            note!(Warn, "the store {} has been removed: it is made again", path.display());
            return self.rewrite();
        }
        note!(Warn, "the store {} has been changed by somebody else: it is read again", path.display());
        self.disk.unlock();
        let read = Self::open_from(&path, self.original, self.format, self.next)?;
        let old = std::mem::replace(self, read);
        self.continue_from(&old);
        Ok(())
    }

    /// This is the same store as before, in another file.
    fn continue_from(&mut self, old: &Self) {
        self.generation = old.generation + 1;
        self.fates = old.fates.clone();
        let undecided = old.fates.undecided(old.next);
        let found = undecided.clone().take_while(|number| self.records.contains_key(number)).count() as u64;
        self.fates.durable(undecided.start + found);
        self.fates.lost(undecided.end);
        self.fates.durable(self.next);
    }

    fn rewrite(&mut self) -> Result<(), StoreError> {
        let image = self.image().map_err(|error| self.write_error(error))?;
        self.put(image)
    }

    /// The file as it would be without what is removed, and where its records are.
    fn image(&mut self) -> io::Result<(Vec<u8>, BTreeMap<u64, Place>)> {
        let mut bytes = Vec::new();
        let mut records = BTreeMap::new();
        for (number, place) in &self.records {
            let found = self.disk.read(place.offset, place.length)?;
            let payload = match self.written {
                Format::Original => found,
                Format::Checksummed => match frame::decode(&found) {
                    Ok(Record::Data(_, payload)) => payload,
                    _ => {
                        self.bad.push(found);
                        continue;
                    }
                },
            };
            records.insert(*number, self.put_record(*number, &payload, &mut bytes, 0));
        }
        self.keep_bad()?;
        Ok((bytes, records))
    }

    fn put(&mut self, (bytes, records): (Vec<u8>, BTreeMap<u64, Place>)) -> Result<(), StoreError> {
        self.disk.replace(&bytes).map_err(|error| self.write_error(error))?;
        self.payload = records.values().map(|place| place.payload as u64).sum();
        self.next = self.next.max(records.keys().next_back().map_or(0, |last| last + 1));
        self.records = records;
        self.written = self.format;
        self.generation += 1;
        self.disk.settle().map_err(|error| self.write_error(error))?;
        self.fates.durable(self.next);
        Ok(())
    }

    #[cfg(test)]
    pub(super) fn disk_for_tests(&self) -> &Disk {
        &self.disk
    }

    fn write_error(&self, error: io::Error) -> StoreError {
        StoreError::writing(self.disk.path(), error)
    }
}

/// What a file has.
struct Read {
    format: Format,
    records: BTreeMap<u64, Place>,
    next: u64,
    bad: Vec<Range<usize>>,
    torn: Option<usize>,
    newer: Option<u8>,
}

fn read(content: &[u8], original: Original, next: u64) -> Read {
    // A first byte that is none of ours is one of the original's, or damaged: then there are records of ours behind it.
    if content.first().is_none_or(|first| *first == 0) || !original.starts(content) {
        let read = read_frames(content, next);
        if !read.records.is_empty() || read.newer.is_some() || content.first().is_none_or(|first| *first == 0) {
            return read;
        }
    }
    let Found { payloads, bad, torn } = original.scan(content);
    let count = payloads.len() as u64;
    let place = |range: Range<usize>| Place { offset: range.start as u64, length: range.len(), payload: range.len() };
    Read {
        format: Format::Original,
        records: (next..).zip(payloads.into_iter().map(place)).collect(),
        next: next + count,
        bad,
        torn,
        newer: None,
    }
}

fn read_frames(content: &[u8], next: u64) -> Read {
    let mut read =
        Read { format: Format::Checksummed, records: BTreeMap::new(), next, bad: Vec::new(), torn: None, newer: None };
    let mut start = 0;
    while let Some(rest) = content.get(start..).filter(|rest| !rest.is_empty()) {
        let Some(length) = rest.iter().position(|byte| *byte == 0) else {
            read.torn = Some(start);
            break;
        };
        let range = start..start + length;
        start = range.end + 1;
        if length == 0 {
            continue;
        }
        match frame::decode(content.get(range.clone()).unwrap_or_default()) {
            Ok(Record::Data(number, payload)) => {
                let place = Place { offset: range.start as u64, length, payload: payload.len() };
                read.next = read.next.max(number.saturating_add(1));
                read.records.insert(number, place);
            }
            Ok(Record::Removed(ranges)) => {
                // Their numbers are not used again, even if the records themselves are damaged.
                read.next = ranges.iter().map(|range| range.end).fold(read.next, u64::max);
                read.records.retain(|number, _| !ranges.iter().any(|range| range.contains(number)));
            }
            Err(Unreadable::Newer(version)) => read.newer = Some(version),
            Err(Unreadable::Damaged) => read.bad.push(range),
        }
    }
    read
}

/// The ranges that numbers make up.
fn ranges(mut numbers: Vec<u64>) -> Vec<Range<u64>> {
    numbers.sort_unstable();
    let mut ranges: Vec<Range<u64>> = Vec::new();
    for number in numbers {
        match ranges.last_mut() {
            Some(last) if last.end == number => last.end += 1,
            _ => ranges.push(number..number + 1),
        }
    }
    ranges
}
