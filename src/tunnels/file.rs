//! The local end of a file tunnel: a file of a virtual directory (ext-files-tunnels.md 4.4, T3).

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use super::TunnelError;
use super::start::FileMode;
use crate::files::{FileManager, OpenFile, OpenMode, VirtualPath};
use crate::model::Text;

/// An open file. It is closed when this goes.
pub(super) struct FileEnd {
    files: FileManager,
    open: Arc<OpenFile>,
    file: File,
    mode: FileMode,
    offset: u64,
    /// Whether the platform has said CONNECT.
    running: bool,
}

impl FileEnd {
    /// Opens the file that a thing has at a virtual path.
    pub fn open(
        files: FileManager,
        thing: &Text,
        path: &Text,
        mode: FileMode,
        offset: u64,
    ) -> Result<Self, TunnelError> {
        let failed = |error: String| TunnelError::File(error);
        let path = VirtualPath::parse(path).map_err(|error| failed(error.to_string()))?;
        let how = match mode {
            FileMode::Read => OpenMode::READ,
            FileMode::Write { overwrite } => {
                if !overwrite && files.exists(thing, &path.trimmed()) {
                    return Err(failed("it exists".to_owned()));
                }
                OpenMode { truncate: offset == 0, ..OpenMode::RECEIVE }
            }
        };
        let open = files.open(thing, &path, how).map_err(|error| failed(error.to_string()))?;
        // A transfer that is idle for too long closes its file; here the tunnel watches that itself.
        open.hold(true);
        match open.try_clone() {
            Ok(file) => Ok(Self { files, open, file, mode, offset, running: false }),
            Err(error) => {
                files.close(&open);
                Err(failed(error.to_string()))
            }
        }
    }

    pub fn set_running(&mut self, running: bool) {
        self.running = running;
    }

    /// The next bytes for the platform, none at the end of the file; `None` while there is nothing to be sent.
    pub fn read(&mut self, limit: usize) -> Option<Result<Vec<u8>, String>> {
        if !self.running || self.mode != FileMode::Read {
            return None;
        }
        let mut block = vec![0; limit];
        Some(match self.file.read_at(&mut block, self.offset) {
            Ok(count) => {
                block.truncate(count);
                self.offset += count as u64;
                Ok(block)
            }
            Err(error) => Err(format!("the file cannot be read: {error}")),
        })
    }

    /// Takes bytes from the platform. A file that is being read takes none.
    pub fn write(&mut self, data: &[u8]) -> Result<(), String> {
        if self.mode == FileMode::Read {
            return Ok(());
        }
        self.file.write_all_at(data, self.offset).map_err(|error| format!("the file cannot be written: {error}"))?;
        self.offset += data.len() as u64;
        Ok(())
    }
}

impl Drop for FileEnd {
    fn drop(&mut self) {
        self.files.close(&self.open);
    }
}
