//! What C sees of the file manager: lists that follow it. Their locks are the lists' own, and none of ours is held while one is used.

use std::collections::HashMap;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::io::IntoRawFd;
use std::ptr;
use std::sync::{Arc, Mutex};

use super::callbacks::{self, delete_callback};
use super::file::{twFile_Create, twFile_Delete};
use super::{twFile, twFileManager};
use crate::ffi::list::{self, twList_Add, twList_Create, twList_Delete};
use crate::ffi::os_port::mutex::{twMutex_Create, twMutex_Delete};
use crate::ffi::os_port::time::twGetSystemMillisecondCount;
use crate::ffi::recursive::Guard;
use crate::ffi::work::{self, locked};
use crate::ffi::{memory, text};
use crate::files::{Entry, FileManager, OpenFile, TransferInfo, VirtualDirectory, VirtualPath, Watcher};

/// See the module.
pub(super) struct Shown {
    manager: *mut twFileManager,
    files: Mutex<Files>,
}

/// The open files that are in the list.
#[derive(Default)]
struct Files {
    shown: HashMap<u64, *mut twFile>,
    /// The lists are gone.
    is_deleted: bool,
}

// SAFETY: the pointers are to C objects that live until `delete`, which excludes other users by its contract; lists have locks.
unsafe impl Send for Shown {}
// SAFETY: as above.
unsafe impl Sync for Shown {}

impl Shown {
    /// Empty lists; `None` without memory.
    pub fn new() -> Option<Arc<Self>> {
        // SAFETY: delete functions of the right type.
        let manager = unsafe {
            memory::alloc(twFileManager {
                mtx: twMutex_Create(),
                virtualDirs: twList_Create(Some(twFile_Delete)),
                openFiles: twList_Create(Some(twFile_Delete)),
                callbacks: twList_Create(Some(delete_callback)),
                fileTransferMtx: twMutex_Create(),
            })
        };
        (!manager.is_null()).then(|| Arc::new(Self { manager, files: Mutex::default() }))
    }

    /// What `fm` points to.
    pub fn manager(&self) -> *mut twFileManager {
        self.manager
    }

    /// The lists. They live until `delete`.
    pub fn lists(&self) -> twFileManager {
        // SAFETY: see above.
        unsafe { *self.manager }
    }

    /// Frees what C sees.
    ///
    /// # Safety
    /// Nobody uses it any more.
    pub unsafe fn delete(&self) {
        {
            let mut files = locked(&self.files);
            files.is_deleted = true;
            files.shown.clear();
        }
        let lists = self.lists();
        // SAFETY: by contract of this function.
        unsafe {
            twList_Delete(lists.virtualDirs);
            twList_Delete(lists.openFiles);
            twList_Delete(lists.callbacks);
            twMutex_Delete(lists.mtx);
            twMutex_Delete(lists.fileTransferMtx);
            memory::free(self.manager);
        }
    }

    /// Makes the list of virtual directories follow. What stays in it keeps its address.
    pub fn show_directories(&self, files: &FileManager) {
        let list = self.lists().virtualDirs;
        // SAFETY: our list, which takes what is added. Its own lock, which is recursive, keeps two calls apart.
        unsafe {
            let _guard = Guard::lock((*list).mtx);
            let wanted = files.virtual_directories(None);
            while list::remove_first(list, |file| !wanted.iter().any(|directory| shows(file, directory))) {}
            for directory in &wanted {
                let is_there = |file: *mut twFile| file.as_ref().is_some_and(|file| shows(file, directory));
                if !list::values::<twFile>(list).any(is_there) {
                    add_to(list, describe_directory(directory, None));
                }
            }
        }
    }

    /// The file of C for an open file.
    pub fn find(&self, file: &OpenFile) -> *mut twFile {
        locked(&self.files).shown.get(&file.id()).copied().unwrap_or(ptr::null_mut())
    }

    /// The open file behind a file of C.
    pub fn id_of(&self, file: *const twFile) -> Option<u64> {
        locked(&self.files).shown.iter().find(|(_, shown)| ptr::eq(**shown, file)).map(|(&id, _)| id)
    }

    fn show(&self, file: &Arc<OpenFile>) {
        let shown = describe_open(file);
        if shown.is_null() {
            return;
        }
        let list = self.lists().openFiles;
        // In the list before it is known: whoever learns of it finds it there. One that was closed meanwhile is not made known, and so
        // is only ours to remove.
        // SAFETY: our list, which takes what is added.
        unsafe { add_to(list, shown) };
        let is_known = {
            let mut files = locked(&self.files);
            let is_wanted = file.is_open() && !files.is_deleted;
            if is_wanted {
                files.shown.insert(file.id(), shown);
            }
            is_wanted
        };
        if !is_known {
            remove_from(list, shown);
        }
    }

    fn hide(&self, file: &OpenFile) {
        let shown = locked(&self.files).shown.remove(&file.id());
        if let Some(shown) = shown {
            remove_from(self.lists().openFiles, shown);
        }
    }
}

/// Whether a file of the list is that virtual directory.
fn shows(file: &twFile, directory: &VirtualDirectory) -> bool {
    let real = directory.real.as_os_str().as_bytes();
    // SAFETY: C strings of ours, or NULL.
    unsafe {
        text::bytes(file.repository) == Some(&directory.thing)
            && text::bytes(file.name) == Some(&directory.name)
            && text::bytes(file.realPath) == Some(real)
    }
}

fn remove_from(list: *mut crate::ffi::list::twList, file: *const twFile) {
    // SAFETY: a list of files; the file is not used afterwards.
    unsafe { list::remove_first(list, |other: &twFile| ptr::eq(other, file)) };
}

/// Gives a file to a list of files; NULL is not added.
///
/// # Safety
/// A live list that deletes files, and a file that nobody else owns.
pub(super) unsafe fn add_to(list: *mut crate::ffi::list::twList, file: *mut twFile) {
    // SAFETY: by contract of this function.
    unsafe {
        if !file.is_null() && twList_Add(list, file.cast()) != 0 {
            twFile_Delete(file.cast());
        }
    }
}

/// A new file with what is known of an entry.
pub(super) fn describe(entry: &Entry, thing: &[u8], virtual_path: &[u8]) -> *mut twFile {
    let made = twFile_Create();
    // SAFETY: fresh, or NULL.
    if let Some(file) = unsafe { made.as_mut() } {
        file.name = text::to_c(&entry.name);
        file.realPath = text::to_c(entry.real.as_os_str().as_bytes());
        file.virtualPath = text::to_c(virtual_path);
        file.repository = text::to_c(thing);
        file.lastModified = u64::try_from(entry.modified).unwrap_or(0);
        file.readOnly = entry.is_read_only.into();
        file.size = entry.size;
        file.isDir = entry.is_directory.into();
    }
    made
}

/// A new file for a virtual directory, with what is known of the real one.
pub(super) fn describe_directory(directory: &VirtualDirectory, entry: Option<&Entry>) -> *mut twFile {
    let unknown = Entry {
        name: directory.name.clone(),
        real: directory.real.clone(),
        size: 0,
        modified: 0,
        is_directory: true,
        is_read_only: false,
    };
    describe(entry.unwrap_or(&unknown), &directory.thing, &directory.name)
}

fn describe_open(open: &OpenFile) -> *mut twFile {
    let name = VirtualPath::parse(open.path()).ok().and_then(|path| path.name().cloned());
    let made = twFile_Create();
    // SAFETY: fresh, or NULL.
    if let Some(file) = unsafe { made.as_mut() } {
        file.name = text::option_to_c(name.as_ref());
        file.realPath = text::to_c(open.place().as_os_str().as_bytes());
        file.virtualPath = text::to_c(open.path());
        file.repository = text::to_c(open.thing());
        file.tid = text::option_to_c(open.tid());
        file.size = open.size();
        file.openForRead = (!open.mode().write).into();
        file.lastFileXferActivity = twGetSystemMillisecondCount();
    }
    made
}

/// Gives a file of C a stream on the open file, of which it has none yet: the file is the library's own otherwise.
///
/// # Safety
/// A file of C of this open file.
pub(super) unsafe fn give_handle(file: *mut twFile, open: &OpenFile) {
    let mode = open.mode();
    let mode = match (mode.read, mode.write, mode.append) {
        (_, false, _) => c"r",
        (false, true, false) => c"w",
        (true, true, false) => c"r+",
        (false, true, true) => c"a",
        (true, true, true) => c"a+",
    };
    // SAFETY: by contract of this function; the descriptor is the stream's, or closed.
    unsafe {
        if !(*file).handle.is_null() {
            return;
        }
        let Ok(copy) = open.try_clone() else { return };
        let descriptor = copy.into_raw_fd();
        (*file).handle = libc::fdopen(descriptor, mode.as_ptr());
        if (*file).handle.is_null() {
            libc::close(descriptor);
        }
    }
}

/// Tells C what happens to files.
pub(super) struct Watched(pub Arc<Shown>);

impl Watcher for Watched {
    fn opened(&self, file: &Arc<OpenFile>) {
        self.0.show(file);
        // A tasker that sleeps must know when the file will have been idle for too long.
        work::wake();
    }

    fn closed(&self, file: &OpenFile) {
        self.0.hide(file);
    }

    fn finished(&self, received: bool, info: &TransferInfo) {
        callbacks::report(received, info);
    }
}
