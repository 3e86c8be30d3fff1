//! The services of file transfer that devices offer, each as a function.

use super::job::Job;
use crate::device::{DeviceError, success};
use crate::service::Answer;
use twedge::model::{InfoTable, Value};

/// Calls a service of a thing.
type Call<'a> = Box<dyn Fn(&str, Option<InfoTable>) -> Result<Answer, DeviceError> + Send + Sync + 'a>;

/// The files of a thing. Each function is one call of a service; it fails when there is no answer, when the answer is an error
/// ([`DeviceError::Refused`]), and when it has no result where one is due ([`DeviceError::Undecodable`]).
pub struct DeviceFiles<'a> {
    call: Call<'a>,
}

/// Which way a file goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransferMode {
    /// From the device.
    Read,
    /// To the device.
    Write,
}

/// What a device says about its transfers.
#[derive(Clone, Debug, PartialEq)]
pub struct TransferSettings {
    /// Largest block in bytes.
    pub block_size: u64,
    /// Largest file in bytes.
    pub max_file_size: u64,
    /// The virtual directory of files that are being received.
    pub staging_directory: String,
}

/// What a device says about a file or directory.
#[derive(Clone, Debug, PartialEq)]
pub struct FileInfo {
    /// Its name.
    pub name: String,
    /// The path that was asked for; of a virtual directory its own.
    pub path: String,
    /// In bytes.
    pub size: u64,
    /// `F` or `D`, with `+RO` when it is not to be written.
    pub file_type: String,
    /// Milliseconds since 1970 UTC.
    pub modified: i64,
}

/// What a device says about a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    /// Its name.
    pub name: String,
    /// Its path.
    pub path: String,
    /// The path of the one that it is in.
    pub parent: String,
}

/// A block of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Its bytes.
    pub data: Vec<u8>,
    /// Whether it is the last one.
    pub eof: bool,
}

type Done<T = ()> = Result<T, DeviceError>;

impl<'a> DeviceFiles<'a> {
    pub(crate) fn new(
        call: impl Fn(&str, Option<InfoTable>) -> Result<Answer, DeviceError> + Send + Sync + 'a,
    ) -> Self {
        Self { call: Box::new(call) }
    }

    fn ask<const N: usize>(&self, service: &str, params: [(&str, Value); N]) -> Done<Option<InfoTable>> {
        let params = (N > 0).then(|| InfoTable::row_of(params));
        Ok(success((self.call)(service, params)?)?.content)
    }

    fn table<const N: usize>(&self, service: &str, params: [(&str, Value); N]) -> Done<InfoTable> {
        self.ask(service, params)?.ok_or(DeviceError::Undecodable)
    }

    /// `StartFileTransfer`
    pub fn start(&self, path: &str, mode: TransferMode, tid: &str) -> Done {
        let mode = match mode {
            TransferMode::Read => "read",
            TransferMode::Write => "write",
        };
        self.ask("StartFileTransfer", [("path", text(path)), ("mode", text(mode)), ("tid", text(tid))]).map(drop)
    }

    /// `GetTransferInfo`
    pub fn settings(&self) -> Done<TransferSettings> {
        let table = self.table("GetTransferInfo", [])?;
        Ok(TransferSettings {
            block_size: number(&table, 0, "blockSize")?,
            max_file_size: number(&table, 0, "maxFileSize")?,
            staging_directory: string(&table, 0, "stagingDir")?,
        })
    }

    /// `GetFileInfo`
    pub fn info(&self, path: &str) -> Done<FileInfo> {
        let table = self.table("GetFileInfo", [("path", text(path))])?;
        file_info(&table, 0)
    }

    /// `GetFileChecksum`
    pub fn checksum(&self, path: &str) -> Done<String> {
        string(&self.table("GetFileChecksum", [("path", text(path))])?, 0, "result")
    }

    /// `ReadFromBinaryFile`
    pub fn read(&self, path: &str, offset: u64, count: u64, tid: &str) -> Done<Block> {
        let count = i32::try_from(count).unwrap_or(i32::MAX);
        let params = [
            ("path", text(path)),
            ("offset", Value::Number(offset as f64)),
            ("count", Value::Integer(count)),
            ("tid", text(tid)),
        ];
        let table = self.table("ReadFromBinaryFile", params)?;
        let (Some(Value::Blob(_, data)), Some(Value::Boolean(eof))) = (table.get(0, b"data"), table.get(0, b"eof"))
        else {
            return Err(DeviceError::Undecodable);
        };
        // The type of the count is not the one that its field says; either will do.
        if number(&table, 0, "count")? != data.len() as u64 {
            return Err(DeviceError::Undecodable);
        }
        Ok(Block { data: data.clone(), eof: *eof })
    }

    /// `CreateBinaryFile`
    pub fn create(&self, path: &str, overwrite: bool) -> Done {
        self.ask("CreateBinaryFile", [("path", text(path)), ("overwrite", Value::Boolean(overwrite))]).map(drop)
    }

    /// `WriteToBinaryFile`
    pub fn write(&self, path: &str, offset: u64, data: &[u8], tid: &str) -> Done {
        let params = [
            ("path", text(path)),
            ("offset", Value::Number(offset as f64)),
            ("data", Value::blob(data)),
            ("tid", text(tid)),
        ];
        self.ask("WriteToBinaryFile", params).map(drop)
    }

    /// `MoveFile`
    pub fn move_file(&self, source: &str, target: &str, overwrite: bool) -> Done {
        let params =
            [("sourcePath", text(source)), ("targetPath", text(target)), ("overwrite", Value::Boolean(overwrite))];
        self.ask("MoveFile", params).map(drop)
    }

    /// `DeleteFile`
    pub fn delete(&self, path: &str) -> Done {
        self.ask("DeleteFile", [("path", text(path))]).map(drop)
    }

    /// `MakeDirectory`
    pub fn make_directory(&self, path: &str) -> Done {
        self.ask("MakeDirectory", [("path", text(path))]).map(drop)
    }

    /// `CompleteFileTransfer`
    pub fn complete(&self, job: &Job) -> Done {
        success((self.call)("CompleteFileTransfer", Some(job.parameters()))?).map(drop)
    }

    /// `CancelFileTransfer`
    pub fn cancel(&self, job: &Job) -> Done {
        success((self.call)("CancelFileTransfer", Some(job.parameters()))?).map(drop)
    }

    /// `BrowseDirectory`
    pub fn browse(&self, path: &str) -> Done<Vec<FileInfo>> {
        file_infos(&self.table("BrowseDirectory", [("path", text(path))])?)
    }

    /// `ListFiles`
    pub fn list_files(&self, path: &str, mask: &str) -> Done<Vec<FileInfo>> {
        file_infos(&self.table("ListFiles", [("path", text(path)), ("nameMask", text(mask))])?)
    }

    /// `ListDirectories`
    pub fn list_directories(&self, path: &str) -> Done<Vec<Directory>> {
        directories(&self.table("ListDirectories", [("path", text(path))])?)
    }

    /// `GetDirectoryStructure`
    pub fn structure(&self) -> Done<Vec<Directory>> {
        directories(&self.table("GetDirectoryStructure", [])?)
    }
}

fn text(text: &str) -> Value {
    Value::string(text)
}

fn string(table: &InfoTable, row: usize, column: &str) -> Done<String> {
    let cell = table.get(row, column.as_bytes()).and_then(Value::as_text);
    cell.map(|text| text.to_string_lossy().into_owned()).ok_or(DeviceError::Undecodable)
}

fn number(table: &InfoTable, row: usize, column: &str) -> Done<u64> {
    let cell = table.get(row, column.as_bytes()).and_then(Value::as_number);
    cell.map(|number| number as u64).ok_or(DeviceError::Undecodable)
}

fn file_info(table: &InfoTable, row: usize) -> Done<FileInfo> {
    let Some(Value::DateTime(modified)) = table.get(row, b"lastModifiedDate") else {
        return Err(DeviceError::Undecodable);
    };
    Ok(FileInfo {
        name: string(table, row, "name")?,
        path: string(table, row, "path")?,
        size: number(table, row, "size")?,
        file_type: string(table, row, "fileType")?,
        modified: *modified,
    })
}

fn file_infos(table: &InfoTable) -> Done<Vec<FileInfo>> {
    (0..table.rows.len()).map(|row| file_info(table, row)).collect()
}

fn directories(table: &InfoTable) -> Done<Vec<Directory>> {
    let directory = |row| {
        Ok(Directory {
            name: string(table, row, "name")?,
            path: string(table, row, "path")?,
            parent: string(table, row, "parentPath")?,
        })
    };
    (0..table.rows.len()).map(directory).collect()
}
