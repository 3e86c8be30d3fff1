//! The services as the platform calls them: finding the function, its parameters, its answer (ext-files-tunnels.md 3.4).

use super::{FileError, FileManager, VirtualPath};
use crate::connection::{Incoming, Reply};
use crate::model::{InfoTable, Text, Value};
use crate::things::ServiceHandler;
use crate::wire::MessageCode;

/// Why a service has failed, and with which code.
#[derive(Debug)]
pub(super) struct Failure {
    pub code: MessageCode,
    pub error: FileError,
}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Self {
        Self { code: error.code(), error }
    }
}

impl FileError {
    /// The failure with that code.
    pub(super) fn with_code(self, code: MessageCode) -> Failure {
        Failure { code, error: self }
    }

    /// The failure with that code when something is not there, else with the error's own.
    pub(super) fn absence_as(self, code: MessageCode) -> Failure {
        if self.is_absence() { self.with_code(code) } else { self.into() }
    }

    /// The failure with that code where the error's own would only say that the service has failed.
    pub(super) fn answered(self, code: MessageCode) -> Failure {
        if self.code() == MessageCode::INTERNAL_SERVER_ERROR { self.with_code(code) } else { self.into() }
    }
}

/// What a service gives.
pub(super) type Served = Result<Option<InfoTable>, Failure>;

/// The parameters of a call: row 0 of the table. What a cell holds counts, whatever type the column has.
pub(super) struct Params<'a>(pub Option<&'a InfoTable>);

impl<'a> Params<'a> {
    fn get(&self, name: &str) -> Option<&'a Value> {
        let mut value = self.0?.get(0, name.as_bytes())?;
        while let Value::Variant(inner) = value {
            value = inner;
        }
        (*value != Value::Nothing).then_some(value)
    }

    pub fn text(&self, name: &'static str) -> Option<&'a Text> {
        self.get(name)?.as_text()
    }

    pub fn required_text(&self, name: &'static str) -> Result<&'a Text, FileError> {
        self.text(name).ok_or(FileError::Parameter(name))
    }

    pub fn path(&self, name: &'static str) -> Result<VirtualPath, FileError> {
        VirtualPath::parse(self.required_text(name)?)
    }

    pub fn flag(&self, name: &str) -> bool {
        match self.get(name) {
            Some(Value::Boolean(flag)) => *flag,
            Some(value) => value.as_number().is_some_and(|number| number != 0.0),
            None => false,
        }
    }

    /// A number of bytes; `None` when it is not given.
    pub fn bytes(&self, name: &'static str) -> Result<Option<u64>, FileError> {
        let Some(value) = self.get(name) else { return Ok(None) };
        match value.as_number() {
            // A cast of a float ends at the limits of the integer.
            Some(number) if number >= 0.0 => Ok(Some(number as u64)),
            _ => Err(FileError::Parameter(name)),
        }
    }

    /// Bytes; those of a text as well.
    pub fn data(&self, name: &str) -> Option<&'a [u8]> {
        match self.get(name)? {
            Value::Blob(_, bytes) => Some(bytes),
            Value::Text(_, text) => Some(text),
            _ => None,
        }
    }

    pub fn table(&self, name: &'static str) -> Result<&'a InfoTable, FileError> {
        match self.get(name) {
            Some(Value::InfoTable(table)) => Ok(table),
            _ => Err(FileError::Parameter(name)),
        }
    }
}

impl FileManager {
    /// Runs a service for a thing.
    pub fn serve(&self, thing: &Text, service: &[u8], params: Option<&InfoTable>) -> Reply {
        match self.run(thing, service, &Params(params)) {
            Ok(content) => Reply { code: MessageCode::SUCCESS, reason: None, content },
            Err(Failure { code, error }) => {
                log::warn!("{} of {thing} is answered with {code}: {error}", String::from_utf8_lossy(service));
                Reply { code, reason: Some(error.to_string().into()), content: None }
            }
        }
    }

    fn run(&self, thing: &Text, service: &[u8], params: &Params<'_>) -> Served {
        match service {
            b"BrowseDirectory" => self.browse_directory(thing, params),
            b"ListFiles" => self.list_files(thing, params),
            b"ListDirectories" => self.list_subdirectories(thing, params),
            b"GetDirectoryStructure" => Ok(Some(self.directory_structure(thing))),
            b"GetFileInfo" => self.file_info(thing, params),
            b"GetTransferInfo" => Ok(Some(self.transfer_info())),
            b"GetFileChecksum" => self.file_checksum(thing, params),
            b"StartFileTransfer" => self.start(thing, params),
            b"CreateBinaryFile" => self.create_file(thing, params),
            b"ReadFromBinaryFile" => self.read_block(thing, params),
            b"WriteToBinaryFile" => self.write_block(thing, params),
            b"MoveFile" | b"RenameFile" => self.move_file(thing, params),
            b"DeleteFile" => self.delete_file(thing, params),
            b"MakeDirectory" => self.make_directory(thing, params),
            b"CompleteFileTransfer" | b"CancelFileTransfer" => self.end_transfer(params),
            _ => Err(FileError::UnknownService(service.into()).into()),
        }
    }
}

impl ServiceHandler for FileManager {
    fn call(&self, call: &Incoming) -> Reply {
        let request = &call.request;
        self.serve(&request.entity, &request.name, request.params.as_ref())
    }
}
