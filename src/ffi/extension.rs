//! Extension libraries: which file a name stands for, and loading it (ext-files-tunnels.md 1.10).

use std::ffi::{CStr, CString, OsStr, c_int, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::model::Text;

/// The directory that extension libraries come from.
const DIRECTORY_VARIABLE: &str = "TWXLIB";

/// Why a library was not loaded.
#[derive(Debug, Error)]
pub(super) enum LoadError {
    #[error(
        "the environment variable {DIRECTORY_VARIABLE} does not name a directory: set it to the directory of the libraries"
    )]
    NoDirectory,
    #[error("there is no such file in the directory that {DIRECTORY_VARIABLE} names")]
    NotFound,
    #[error("{} lies outside the directory that {DIRECTORY_VARIABLE} names", .0.display())]
    Outside(PathBuf),
    #[error("{0}")]
    Linker(String),
    #[error("its function {0} returned {1}, expected 0")]
    Refused(String, c_int),
}

/// Loads the library of that name and runs its entry function.
pub(super) fn load(name: &Text) -> Result<*mut c_void, LoadError> {
    let directory = std::env::var_os(DIRECTORY_VARIABLE).filter(|value| !value.is_empty());
    let directory = directory.ok_or(LoadError::NoDirectory)?;
    let file = locate(Path::new(&directory), name)?;
    open(&file, name)
}

/// The file of a library: `NAME.so`, else `NAME.dylib`, which must lie inside the directory once links are followed.
fn locate(directory: &Path, name: &Text) -> Result<PathBuf, LoadError> {
    let directory = directory.canonicalize().map_err(|_| LoadError::NoDirectory)?;
    let candidate = |suffix: &[u8]| {
        let relative = [name.as_bytes(), suffix].concat();
        let trimmed: &[u8] = relative.iter().position(|&byte| byte != b'/').map_or(&[], |start| &relative[start..]);
        directory.join(OsStr::from_bytes(trimmed)).canonicalize().ok()
    };
    let file = candidate(b".so").or_else(|| candidate(b".dylib")).ok_or(LoadError::NotFound)?;
    if file.starts_with(&directory) { Ok(file) } else { Err(LoadError::Outside(file)) }
}

fn open(file: &Path, name: &Text) -> Result<*mut c_void, LoadError> {
    let path = CString::new(file.as_os_str().as_bytes()).map_err(|_| LoadError::NotFound)?;
    // SAFETY: loads native code, which is what the application has asked for by setting the variable.
    let handle = unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_NOW) };
    if handle.is_null() {
        return Err(LoadError::Linker(last_error()));
    }
    enter(handle, name).inspect_err(|_| {
        // SAFETY: opened above, and its functions are not used any more.
        unsafe { libc::dlclose(handle) };
    })?;
    Ok(handle)
}

/// Runs `init_` + the last component of the name.
fn enter(handle: *mut c_void, name: &Text) -> Result<(), LoadError> {
    let base = name.rsplit(|&byte| byte == b'/').next().unwrap_or(name);
    let symbol = CString::new([b"init_", base].concat()).map_err(|_| LoadError::NotFound)?;
    // SAFETY: the handle is open.
    let entry = unsafe { libc::dlsym(handle, symbol.as_ptr()) };
    if entry.is_null() {
        return Err(LoadError::Linker(last_error()));
    }
    // SAFETY: the prototype of an extension's entry function.
    let entry: unsafe extern "C" fn() -> c_int = unsafe { std::mem::transmute(entry) };
    // SAFETY: code of the library, run once per loading.
    match unsafe { entry() } {
        0 => Ok(()),
        code => Err(LoadError::Refused(symbol.to_string_lossy().into_owned(), code)),
    }
}

fn last_error() -> String {
    // SAFETY: returns NULL or a C string that lives until the next call in this thread.
    let message = unsafe { libc::dlerror() };
    if message.is_null() {
        return "the dynamic linker gives no reason".into();
    }
    // SAFETY: as above.
    unsafe { CStr::from_ptr(message) }.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touch(path: &Path) {
        std::fs::write(path, b"").expect("a file in a fresh directory");
    }

    #[test]
    fn the_directory_is_compared_by_whole_components() {
        let root = tempfile::tempdir().expect("a temporary directory");
        let (inside, beside) = (root.path().join("ext"), root.path().join("ext2"));
        for directory in [&inside, &beside] {
            std::fs::create_dir(directory).expect("a directory");
            touch(&directory.join("libfoo.so"));
        }
        assert!(locate(&inside, &"libfoo".into()).is_ok());
        assert!(locate(&inside, &"../ext/libfoo".into()).is_ok());
        assert!(matches!(locate(&inside, &"../ext2/libfoo".into()), Err(LoadError::Outside(_))));
        assert!(matches!(locate(&inside, &"libbar".into()), Err(LoadError::NotFound)));
        assert!(matches!(locate(&root.path().join("none"), &"libfoo".into()), Err(LoadError::NoDirectory)));
    }

    #[test]
    fn the_other_suffix_is_found_too() {
        let root = tempfile::tempdir().expect("a temporary directory");
        touch(&root.path().join("libmac.dylib"));
        assert!(locate(root.path(), &"libmac".into()).is_ok());
        assert!(locate(root.path(), &"/libmac".into()).is_ok());
    }
}
