//! Services that bring and fetch files block by block.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use md5::{Digest, Md5};

use super::directory::Place;
use super::open::{Lookup, OpenMode, Work};
use super::path::{VirtualPath, staging_path};
use super::service::{Params, Served};
use super::{FileError, FileManager};
use crate::model::{BaseType, DataShape, Field, InfoTable, Text, Value};
use crate::wire::MessageCode;

impl FileManager {
    /// Opens a file to be fetched, or the staging file of one to be brought (3.6).
    pub(super) fn start(&self, thing: &Text, params: &Params<'_>) -> Served {
        let path = params.path("path")?;
        let mode = params.required_text("mode")?;
        let tid = params.text("tid");
        let tid = tid.ok_or_else(|| FileError::Parameter("tid").with_code(MessageCode::INTERNAL_SERVER_ERROR))?;
        let refused = |error: FileError| error.answered(MessageCode::PRECONDITION_FAILED);
        let (path, mode) = match mode.as_bytes() {
            b"read" => (path, OpenMode::READ),
            b"write" => (VirtualPath::parse(&staging_path(thing, path.text()))?, OpenMode::RECEIVE),
            _ => return Err(FileError::Parameter("mode").with_code(MessageCode::PRECONDITION_FAILED)),
        };
        self.open_for(thing, &path, mode, Some(tid)).map_err(refused)?;
        Ok(None)
    }

    /// The open file at a place or of a transfer, opened if it is not.
    fn opened(&self, thing: &Text, path: &VirtualPath, tid: Option<&Text>, mode: OpenMode) -> Result<Work, FileError> {
        let key = self.place(thing, path).map(|place| place.key()).ok();
        match self.lookup(thing, key.as_deref(), tid) {
            Lookup::Found(file) => Ok(file.work()),
            Lookup::TimedOut => Err(FileError::Idle(path.text().clone())),
            Lookup::Missing => Ok(self.open_for(thing, path, mode, tid)?.work()),
        }
    }

    pub(super) fn read_block(&self, thing: &Text, params: &Params<'_>) -> Served {
        let path = params.path("path")?;
        let offset = params.bytes("offset")?.ok_or(FileError::Parameter("offset"))?;
        let count = params.bytes("count")?.ok_or(FileError::Parameter("count"))?;
        let io = |error: io::Error| FileError::Io { what: "reading", path: path.text().clone(), error };
        let file = self.opened(thing, &path, params.text("tid"), OpenMode::READ)?;
        let handle = file.handle().map_err(io)?;
        let size = handle.metadata().map_err(io)?.len();
        let count = count.min(u64::from(self.settings().block_size)).min(size.saturating_sub(offset));
        let mut data = vec![0; usize::try_from(count).unwrap_or(0)];
        let got = read_at(&handle, offset, &mut data).map_err(io)?;
        data.truncate(got);
        let eof = offset.saturating_add(got as u64) >= size;
        Ok(Some(block_table(data, eof)))
    }

    pub(super) fn write_block(&self, thing: &Text, params: &Params<'_>) -> Served {
        let path = params.path("path")?;
        let offset = params.bytes("offset")?;
        let data = params.data("data").ok_or(FileError::Parameter("data"))?;
        let io = |error: io::Error| FileError::Io { what: "writing", path: path.text().clone(), error };
        let file = self.opened(thing, &path, None, OpenMode::RECEIVE)?;
        if data.is_empty() {
            return Err(FileError::NoData(path.text().clone()).into());
        }
        let length = file.handle().and_then(|handle| handle.metadata()).map_err(io)?.len();
        if let Some(offset) = offset.filter(|&offset| offset > length) {
            return Err(FileError::Gap { path: path.text().clone(), offset, length }.into());
        }
        self.check_size(&path, offset.unwrap_or(length).saturating_add(data.len() as u64))?;
        file.write(offset, data).map_err(io)?;
        Ok(None)
    }

    fn check_size(&self, path: &VirtualPath, size: u64) -> Result<(), FileError> {
        let settings = self.settings();
        if settings.enforce_max_file_size && size > settings.max_file_size {
            return Err(FileError::TooLarge { path: path.text().clone(), limit: settings.max_file_size });
        }
        Ok(())
    }

    /// Makes or empties a file, and writes what there is to be written. A file that exists and is not to be overwritten is left
    /// alone: so a transfer is resumed.
    pub(super) fn create_file(&self, thing: &Text, params: &Params<'_>) -> Served {
        let path = params.path("path")?;
        let io = |error: io::Error| FileError::Io { what: "creating", path: path.text().clone(), error };
        let data = params.data("data").unwrap_or_default();
        let place = self.place(thing, &path)?;
        let target = place.writable().and_then(Place::target)?;
        if target.exists() && !params.flag("overwrite") {
            return Ok(None);
        }
        self.check_size(&path, data.len() as u64)?;
        // Written through the open file of a transfer, if there is one: the file may have been replaced at its place.
        let open = match self.lookup(thing, Some(&place.key()), None) {
            Lookup::Found(file) => Some(file.work()).filter(|file| file.handle().is_ok()),
            Lookup::TimedOut | Lookup::Missing => None,
        };
        match open {
            Some(file) => file.replace(data),
            None => OpenMode::REPLACE.open(&target).and_then(|file| file.write_all_at(data, 0)),
        }
        .map_err(io)?;
        Ok(None)
    }

    pub(super) fn file_checksum(&self, thing: &Text, params: &Params<'_>) -> Served {
        let path = params.path("path")?;
        let digest = self.checksum(thing, &path).map_err(|error| error.absence_as(MessageCode::NOT_FOUND))?;
        Ok(Some(InfoTable::single("result", Value::string(digest))))
    }

    /// The MD5 of a file of a thing in lower-case hexadecimal digits: of the open file, if it is part of a transfer.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn checksum(&self, thing: &Text, path: &VirtualPath) -> Result<String, FileError> {
        let place = self.place(thing, path)?;
        let io = |error: io::Error| FileError::io("reading", path.text(), error);
        if let Lookup::Found(file) = self.lookup(thing, Some(&place.key()), None) {
            let working = file.work();
            if let Ok(handle) = working.handle() {
                if working.mode().read {
                    return self.digest(&handle).map_err(io);
                }
            }
        }
        self.checksum_at(&place.existing()?, path.text())
    }

    /// The MD5 of the file at a real path.
    ///
    /// # Errors
    /// It cannot be read; `name` is what it is called then.
    pub fn checksum_at(&self, real: &Path, name: &Text) -> Result<String, FileError> {
        let io = |error: io::Error| FileError::io("reading", name, error);
        // A link that an application names itself is followed.
        let real = fs::canonicalize(real).map_err(io)?;
        self.digest(&OpenMode::READ.open(&real).map_err(io)?).map_err(io)
    }

    fn digest(&self, file: &File) -> io::Result<String> {
        let mut buffer = vec![0; self.settings().checksum_block_size.max(1)];
        let (mut digest, mut offset) = (Md5::new(), 0);
        loop {
            let got = read_at(file, offset, &mut buffer)?;
            digest.update(&buffer[..got]);
            offset += got as u64;
            if got < buffer.len() {
                return Ok(digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect());
            }
        }
    }
}

/// Fills the buffer as far as the file goes.
fn read_at(file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    let mut got = 0;
    while got < buffer.len() {
        match file.read_at(&mut buffer[got..], offset + got as u64) {
            Ok(0) => break,
            Ok(more) => got += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(got)
}

/// The number of bytes is an INTEGER by its shape and a NUMBER by its value, as platforms know it.
fn block_table(data: Vec<u8>, eof: bool) -> InfoTable {
    let shape = DataShape::new(vec![
        Field::new("count", BaseType::INTEGER),
        Field::new("data", BaseType::BLOB),
        Field::new("eof", BaseType::BOOLEAN),
    ]);
    let row = vec![Value::Number(data.len() as f64), Value::blob(data), Value::Boolean(eof)];
    InfoTable { shape, rows: vec![row] }
}
