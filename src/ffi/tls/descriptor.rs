//! A socket of a C program as the TLS stream needs it: reads and writes that do not block, although the descriptor does.

use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use libc::c_int;

use crate::net::transport::Socket;

/// A duplicate of a descriptor: the program may close its own at any time, and the number may be taken again.
pub(super) struct Descriptor(OwnedFd);

impl Descriptor {
    pub fn duplicate(of: c_int) -> io::Result<Descriptor> {
        // SAFETY: any number may be asked for.
        let copy = unsafe { libc::fcntl(of, libc::F_DUPFD_CLOEXEC, 0) };
        if copy < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: a new descriptor that nobody else knows.
        Ok(Descriptor(unsafe { OwnedFd::from_raw_fd(copy) }))
    }

    /// The number, valid as long as this lives.
    pub fn number(&self) -> c_int {
        self.0.as_raw_fd()
    }
}

/// The count that a system call has returned, or its error.
fn counted(result: isize) -> io::Result<usize> {
    usize::try_from(result).map_err(|_| io::Error::last_os_error())
}

impl Read for Descriptor {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let (place, room) = (buffer.as_mut_ptr().cast(), buffer.len());
        // SAFETY: a descriptor of ours and a buffer of that size.
        counted(unsafe { libc::recv(self.number(), place, room, libc::MSG_DONTWAIT) })
    }
}

impl Write for Descriptor {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let flags = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
        // SAFETY: a descriptor of ours and bytes of that length.
        counted(unsafe { libc::send(self.number(), bytes.as_ptr().cast(), bytes.len(), flags) })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Socket for Descriptor {
    fn end_writing(&self) -> io::Result<()> {
        // SAFETY: a descriptor of ours.
        counted(unsafe { libc::shutdown(self.number(), libc::SHUT_WR) } as isize).map(drop)
    }
}
