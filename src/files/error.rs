//! Why a service of file transfer fails.

use std::io;

use thiserror::Error;

use crate::model::Text;
use crate::wire::MessageCode;

/// Why a service fails. Texts name virtual paths only: they go to the platform.
#[derive(Debug, Error)]
pub enum FileError {
    /// A parameter is missing or of a type that cannot be used.
    #[error("the parameter {0} is missing or not of its type")]
    Parameter(&'static str),
    /// A path that climbs.
    #[error("the path {0:?} is refused: it has a component `..` or a zero byte")]
    BadPath(Text),
    /// There is no such service.
    #[error("the service {0} is not offered")]
    UnknownService(Text),
    /// The thing does not offer that virtual directory.
    #[error("{thing} has no virtual directory for {path:?}")]
    NoDirectory {
        /// The thing.
        thing: Text,
        /// The path.
        path: Text,
    },
    /// A symbolic link leads elsewhere.
    #[error("{0:?} is refused: a symbolic link leads out of the virtual directory")]
    Escapes(Text),
    /// The virtual directory itself is meant, which is not the platform's to change.
    #[error("{0:?} is a virtual directory: it cannot be moved or deleted")]
    IsVirtualDirectory(Text),
    /// The application lets the platform only read.
    #[error("{0:?} is in a virtual directory that is only to be read")]
    ReadOnly(Text),
    /// There is no such file.
    #[error("there is no {0:?}")]
    NotFound(Text),
    /// There is one already.
    #[error("{0:?} exists already, and overwriting was not asked for")]
    Exists(Text),
    /// It is part of a transfer.
    #[error("{0:?} is in use by a file transfer")]
    Busy(Text),
    /// The transfer was idle for too long.
    #[error("the transfer of {0:?} was idle for too long and has ended")]
    Idle(Text),
    /// A block that does not follow what was received.
    #[error("a block for offset {offset} of {path:?} leaves a gap: {length} bytes are there")]
    Gap {
        /// The file.
        path: Text,
        /// Where the block belongs.
        offset: u64,
        /// How long the file is.
        length: u64,
    },
    /// There is nothing to be written.
    #[error("there is no data to be written to {0:?}")]
    NoData(Text),
    /// The file would be larger than the application allows.
    #[error("{path:?} would be larger than {limit} bytes")]
    TooLarge {
        /// The file.
        path: Text,
        /// The limit.
        limit: u64,
    },
    /// No open file belongs to a job.
    #[error("no open file belongs to transfer {0:?}")]
    UnknownJob(Text),
    /// The path names no file that can be told about.
    #[error("{0:?} cannot be told about: write it with a leading separator")]
    NoSeparator(Text),
    /// The system refuses.
    #[error("{what} {path:?}: {error}")]
    Io {
        /// What was tried.
        what: &'static str,
        /// The file.
        path: Text,
        /// Why not.
        error: io::Error,
    },
}

impl FileError {
    /// The error of the system for a file: absence is told apart.
    pub(super) fn io(what: &'static str, path: &Text, error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::NotFound(path.clone()),
            _ => Self::Io { what, path: path.clone(), error },
        }
    }

    /// Whether it says that something is not there.
    pub(super) fn is_absence(&self) -> bool {
        matches!(self, Self::NotFound(_) | Self::NoDirectory { .. })
    }

    /// The code that the platform gets, unless the service tells absence in another way.
    pub fn code(&self) -> MessageCode {
        match self {
            Self::Parameter(_) | Self::BadPath(_) | Self::UnknownService(_) => MessageCode::BAD_REQUEST,
            Self::Escapes(_) | Self::ReadOnly(_) => MessageCode::FORBIDDEN,
            Self::Exists(_) | Self::Busy(_) => MessageCode::PRECONDITION_FAILED,
            Self::TooLarge { .. } => MessageCode::ENTITY_TOO_LARGE,
            _ => MessageCode::INTERNAL_SERVER_ERROR,
        }
    }
}
