//! Locks that keep a second process away from a file.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;

/// What an attempt to lock a file has led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Locked {
    /// It is locked, also for processes that this one forks.
    Yes,
    /// It is not: somebody who has opened it elsewhere has locked it.
    Held,
    /// The file system has no locks.
    Unsupported,
}

/// Locks a file until [`unlock`], or until nobody has this opening of it any more: neither this process nor one that it has forked. Without
/// effect when this opening has locked it already. Does not wait.
///
/// # Errors
/// Anything that does not only mean that there are no locks.
pub fn lock(file: &File) -> io::Result<Locked> {
    loop {
        // SAFETY: the descriptor is open as long as the file lives.
        if unsafe { libc::flock(file.as_raw_fd(), libc::LOCK_EX | libc::LOCK_NB) } == 0 {
            return Ok(Locked::Yes);
        }
        let error = io::Error::last_os_error();
        match error.raw_os_error() {
            Some(libc::EINTR) => {}
            Some(libc::EWOULDBLOCK) => return Ok(Locked::Held),
            Some(libc::ENOLCK | libc::ENOTSUP | libc::ENOSYS | libc::EINVAL) => return Ok(Locked::Unsupported),
            _ => return Err(error),
        }
    }
}

/// Gives up the lock of this opening, whoever else has it: a forked process, or a duplicate of the descriptor.
pub fn unlock(file: &File) {
    // SAFETY: the descriptor is open as long as the file lives. It cannot fail for what was locked, and nothing follows otherwise.
    unsafe {
        libc::flock(file.as_raw_fd(), libc::LOCK_UN);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_opening_cannot_lock_until_the_first_gives_up() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        let first = File::create(&path).unwrap();
        let second = File::open(&path).unwrap();
        assert_eq!(lock(&first).unwrap(), Locked::Yes);
        assert_eq!(lock(&first).unwrap(), Locked::Yes);
        assert_eq!(lock(&second).unwrap(), Locked::Held);
        let duplicate = first.try_clone().unwrap();
        unlock(&first);
        assert_eq!(lock(&second).unwrap(), Locked::Yes);
        assert_eq!(lock(&duplicate).unwrap(), Locked::Held);
    }
}
