//! The files that are open, and how long they may be idle (ext-files-tunnels.md 3.7).

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::model::Text;

/// How a file is opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenMode {
    /// To be read.
    pub read: bool,
    /// To be written.
    pub write: bool,
    /// Whatever is written goes to the end.
    pub append: bool,
    /// Emptied.
    pub truncate: bool,
    /// Made when it is missing.
    pub create: bool,
}

impl OpenMode {
    /// To be read, as it is.
    pub const READ: Self = Self { read: true, write: false, append: false, truncate: false, create: false };
    /// To be received: kept as far as it is there.
    pub const RECEIVE: Self = Self { read: true, write: true, append: false, truncate: false, create: true };

    /// The mode of `fopen`: `r`, `w` or `a`, with `+` for both ways; other letters are ignored.
    pub fn from_c(mode: &[u8]) -> Option<Self> {
        let both = mode.contains(&b'+');
        match mode.first()? {
            b'r' => Some(Self { write: both, ..Self::READ }),
            b'w' => Some(Self { read: both, write: true, append: false, truncate: true, create: true }),
            b'a' => Some(Self { read: both, write: true, append: true, truncate: false, create: true }),
            _ => None,
        }
    }

    /// To be written anew.
    pub(super) const REPLACE: Self = Self { read: false, write: true, append: false, truncate: true, create: true };

    /// Opens the regular file at a path whose links are resolved. One that has become a link since is refused.
    pub(super) fn open(self, path: &Path) -> io::Result<File> {
        refuse_special(path)?;
        let mut options = OpenOptions::new();
        options.read(self.read).write(self.write && !self.append).append(self.append);
        options.truncate(self.truncate).create(self.create).custom_flags(libc::O_NOFOLLOW).open(path)
    }
}

/// Opening a pipe would wait for its other end, for ever.
fn refuse_special(path: &Path) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(io::Error::from(io::ErrorKind::IsADirectory)),
        Ok(found) if !found.is_file() => Err(io::Error::other("it is no regular file")),
        _ => Ok(()),
    }
}

/// A file that is open for the platform or for the application.
#[derive(Debug)]
pub struct OpenFile {
    id: u64,
    thing: Text,
    path: Text,
    real: PathBuf,
    key: PathBuf,
    mode: OpenMode,
    tid: Option<Text>,
    pub(super) for_platform: bool,
    size: u64,
    handle: Mutex<Option<Arc<File>>>,
    use_: Mutex<Use>,
    listed: AtomicBool,
}

#[derive(Debug)]
struct Use {
    last: Instant,
    /// Services that work with it now.
    working: u32,
    /// Set by the application.
    held: bool,
}

static NEXT: AtomicU64 = AtomicU64::new(1);

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn closed() -> io::Error {
    io::Error::other("the file has been moved and closed")
}

/// What an open file is, but for the file.
pub(super) struct Description {
    pub thing: Text,
    pub path: Text,
    /// Where it is.
    pub real: PathBuf,
    /// What it is known by.
    pub key: PathBuf,
    pub mode: OpenMode,
    pub tid: Option<Text>,
    /// A service has opened it.
    pub for_platform: bool,
}

impl OpenFile {
    pub(super) fn open(what: Description) -> io::Result<Arc<Self>> {
        let Description { thing, path, real, key, mode, tid, for_platform } = what;
        let handle = mode.open(&real)?;
        let size = handle.metadata()?.len();
        Ok(Arc::new(Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            thing,
            path,
            real,
            key,
            mode,
            tid,
            for_platform,
            size,
            handle: Mutex::new(Some(Arc::new(handle))),
            use_: Mutex::new(Use { last: Instant::now(), working: 0, held: false }),
            listed: AtomicBool::new(true),
        }))
    }

    /// A number that no other open file has.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The thing that it is open for.
    pub fn thing(&self) -> &Text {
        &self.thing
    }

    /// Its virtual path; that of the staging file while it is received.
    pub fn path(&self) -> &Text {
        &self.path
    }

    /// Its real path when it was opened.
    pub fn real(&self) -> &Path {
        &self.real
    }

    /// Its real path as virtual directory and virtual path give it, links not resolved.
    pub fn place(&self) -> &Path {
        &self.key
    }

    /// The file itself, with a position that all copies share.
    ///
    /// # Errors
    /// It is closed, or the system has no more files.
    pub fn try_clone(&self) -> io::Result<File> {
        self.handle()?.try_clone()
    }

    /// How it was opened.
    pub fn mode(&self) -> OpenMode {
        self.mode
    }

    /// The transfer that it was opened for.
    pub fn tid(&self) -> Option<&Text> {
        self.tid.as_ref()
    }

    /// Its size in bytes when it was opened.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Whether it still is among the open files.
    pub fn is_open(&self) -> bool {
        self.listed.load(Ordering::Acquire)
    }

    /// Keeps it open however long it is idle, or not.
    pub fn hold(&self, held: bool) {
        let mut use_ = locked(&self.use_);
        use_.held = held;
        use_.last = Instant::now();
    }

    /// Whether the application keeps it open.
    pub(super) fn is_held(&self) -> bool {
        locked(&self.use_).held
    }

    /// Whether it was last used so long ago.
    fn is_idle(&self, limit: Duration, now: Instant) -> bool {
        let use_ = locked(&self.use_);
        use_.working == 0 && !use_.held && now.saturating_duration_since(use_.last) > limit
    }

    fn idle_from(&self, limit: Duration) -> Option<Instant> {
        let use_ = locked(&self.use_);
        if use_.working == 0 && !use_.held { use_.last.checked_add(limit) } else { None }
    }

    /// Keeps it open until the guard goes.
    pub(super) fn work(self: &Arc<Self>) -> Work {
        let mut use_ = locked(&self.use_);
        use_.working += 1;
        use_.last = Instant::now();
        Work(self.clone())
    }

    /// Whether it is open for that thing at that place.
    pub(super) fn is_at(&self, thing: &Text, key: &Path) -> bool {
        self.thing == *thing && self.key == key
    }

    /// Closes the file itself. The entry stays, so that the end of its transfer finds it.
    pub(super) fn close_handle(&self) {
        *locked(&self.handle) = None;
    }

    /// The file, unless it is closed.
    pub(super) fn handle(&self) -> io::Result<Arc<File>> {
        locked(&self.handle).clone().ok_or_else(closed)
    }

    /// Writes at a place, or behind what is there.
    pub(super) fn write(&self, offset: Option<u64>, data: &[u8]) -> io::Result<()> {
        // Locked while writing: two blocks to be appended must not take the same place.
        let handle = locked(&self.handle);
        let file = handle.as_ref().ok_or_else(closed)?;
        let offset = match offset {
            Some(offset) => offset,
            None => file.metadata()?.len(),
        };
        file.write_all_at(data, offset)
    }

    /// Empties the file and writes something else.
    pub(super) fn replace(&self, data: &[u8]) -> io::Result<()> {
        let handle = locked(&self.handle);
        let file = handle.as_ref().ok_or_else(closed)?;
        file.set_len(0)?;
        file.write_all_at(data, 0)
    }
}

/// A service works with a file.
pub(super) struct Work(Arc<OpenFile>);

impl std::ops::Deref for Work {
    type Target = OpenFile;

    fn deref(&self) -> &OpenFile {
        &self.0
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        let mut use_ = locked(&self.0.use_);
        use_.working -= 1;
        use_.last = Instant::now();
    }
}

/// What a search has found.
pub(super) enum Lookup {
    Found(Arc<OpenFile>),
    /// It was idle too long and is not open any more.
    TimedOut,
    Missing,
}

/// All open files. Its lock is held for looking, never while a file is read or written.
#[derive(Debug, Default)]
pub(super) struct OpenFiles(Mutex<Vec<Arc<OpenFile>>>);

impl OpenFiles {
    /// Takes out what has been idle for longer than `limit`.
    pub fn expire(&self, limit: Duration, now: Instant) -> Vec<Arc<OpenFile>> {
        self.remove(|file| file.is_idle(limit, now))
    }

    /// The first that is wanted.
    pub fn find(&self, wanted: impl Fn(&OpenFile) -> bool) -> Option<Arc<OpenFile>> {
        locked(&self.0).iter().find(|file| wanted(file)).cloned()
    }

    /// All, in the order of opening.
    pub fn all(&self) -> Vec<Arc<OpenFile>> {
        locked(&self.0).clone()
    }

    /// Adds one unless another is wanted in its place.
    pub fn add(&self, file: &Arc<OpenFile>, collides: impl Fn(&OpenFile) -> bool) -> bool {
        let mut files = locked(&self.0);
        let free = !files.iter().any(|other| collides(other));
        if free {
            files.push(file.clone());
        }
        free
    }

    /// Takes out all that are wanted and closes them.
    pub fn remove(&self, wanted: impl Fn(&OpenFile) -> bool) -> Vec<Arc<OpenFile>> {
        let mut removed = Vec::new();
        locked(&self.0).retain(|file| {
            let goes = wanted(file);
            if goes {
                file.listed.store(false, Ordering::Release);
                removed.push(file.clone());
            }
            !goes
        });
        removed.iter().for_each(|file| file.close_handle());
        removed
    }

    /// When the next one will have been idle for `limit`.
    pub fn next_expiry(&self, limit: Duration) -> Option<Instant> {
        locked(&self.0).iter().filter_map(|file| file.idle_from(limit)).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_of_c() {
        assert_eq!(OpenMode::from_c(b"rb"), Some(OpenMode::READ));
        let update = OpenMode::from_c(b"r+").unwrap();
        assert!(update.read && update.write && !update.create && !update.truncate);
        let write = OpenMode::from_c(b"w").unwrap();
        assert!(!write.read && write.write && write.create && write.truncate);
        let append = OpenMode::from_c(b"ab+").unwrap();
        assert!(append.read && append.append && append.create && !append.truncate);
        assert_eq!(OpenMode::from_c(b"x"), None);
        assert_eq!(OpenMode::from_c(b""), None);
    }

    #[test]
    fn what_is_worked_with_or_held_is_not_idle() {
        let directory = tempfile::tempdir().unwrap();
        let real = directory.path().join("a");
        let mode = OpenMode::RECEIVE;
        let (thing, path, key) = ("T".into(), "/d/a".into(), real.clone());
        let what = Description { thing, path, key, real, mode, tid: None, for_platform: true };
        let file = OpenFile::open(what).unwrap();
        let files = OpenFiles::default();
        assert!(files.add(&file, |_| false));
        let later = Instant::now() + Duration::from_secs(31);
        let limit = Duration::from_secs(30);
        let work = file.work();
        assert!(files.expire(limit, later).is_empty());
        drop(work);
        file.hold(true);
        assert!(files.expire(limit, later).is_empty() && files.next_expiry(limit).is_none());
        file.hold(false);
        let due = files.next_expiry(limit).unwrap();
        assert!(files.expire(limit, due).is_empty(), "not before the limit");
        assert_eq!(files.expire(limit, due + Duration::from_millis(1)).len(), 1);
        assert!(!file.is_open() && file.handle().is_err());
    }
}
