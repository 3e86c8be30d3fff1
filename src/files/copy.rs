//! Asking the platform to run a transfer (ext-files-tunnels.md 3.9).

use std::time::Duration;

use thiserror::Error;

use crate::connection::{Connection, RequestError, RequestOptions};
use crate::model::{InfoTable, Text, Value};
use crate::wire::{Characteristic, EntityType, MessageCode, Request};

/// What runs transfers on the platform.
pub const SUBSYSTEM: &str = "FileTransferSubsystem";

/// The state of a transfer that has succeeded.
pub const VALIDATED: &str = "VALIDATED";

/// A transfer that is wanted. A repository is a thing of this device or one of the platform: that decides the direction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CopyRequest {
    /// Where the file is.
    pub source_repository: Text,
    /// Its directory there.
    pub source_path: Text,
    /// Its name there.
    pub source_file: Text,
    /// Where it is wanted.
    pub target_repository: Text,
    /// Its directory there.
    pub target_path: Text,
    /// Its name there.
    pub target_file: Text,
    /// How long it may take, in milliseconds; 0 for the default time of a request. At most `i32::MAX`.
    pub timeout: u32,
    /// Not to wait for its end.
    pub asynchronous: bool,
}

/// What the platform says of a transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyJob {
    /// Its id.
    pub transfer_id: Option<Text>,
    /// Its state: of one that was waited for, [`VALIDATED`] or that of a failure.
    pub state: Option<Text>,
    /// What went wrong.
    pub message: Option<Text>,
}

impl CopyJob {
    /// Whether it has succeeded.
    pub fn is_validated(&self) -> bool {
        self.state.as_ref().is_some_and(|state| *state == VALIDATED)
    }
}

/// Why there is no transfer.
#[derive(Debug, Error)]
pub enum CopyError {
    /// It is more than the protocol can tell.
    #[error("a time of {0} milliseconds is too long: at most {max}", max = i32::MAX)]
    Timeout(u32),
    /// The platform was not reached, or refuses.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The platform says yes and nothing more.
    #[error("the platform has answered without a transfer job")]
    NoJob,
}

/// Asks the platform for a transfer. When its end is waited for, another thread has to serve the requests of the platform meanwhile:
/// these bring or fetch the file.
///
/// # Errors
/// There is no transfer.
pub fn copy(connection: &Connection, wanted: &CopyRequest) -> Result<CopyJob, CopyError> {
    let milliseconds = i32::try_from(wanted.timeout).map_err(|_| CopyError::Timeout(wanted.timeout))?;
    let timeout = (wanted.timeout != 0).then(|| Duration::from_millis(u64::from(wanted.timeout)));
    let request = Request {
        entity_type: EntityType::SUBSYSTEM,
        entity: SUBSYSTEM.into(),
        characteristic: Characteristic::SERVICES,
        name: "Copy".into(),
        headers: Vec::new(),
        params: Some(parameters(wanted, milliseconds)),
    };
    let options = RequestOptions { timeout, ..RequestOptions::default() };
    let answer = connection.request(MessageCode::POST, request, options)?.success()?;
    let job = answer.content.filter(|job| !job.rows.is_empty()).ok_or(CopyError::NoJob)?;
    let text = |name: &str| job.get(0, name.as_bytes()).and_then(Value::as_text).cloned();
    Ok(CopyJob { transfer_id: text("transferId"), state: text("state"), message: text("message") })
}

fn parameters(wanted: &CopyRequest, milliseconds: i32) -> InfoTable {
    let text = |text: &Text| Value::string(text.clone());
    InfoTable::row_of([
        ("sourceRepo", text(&wanted.source_repository)),
        ("sourcePath", text(&wanted.source_path)),
        ("sourceFile", text(&wanted.source_file)),
        ("targetRepo", text(&wanted.target_repository)),
        ("targetPath", text(&wanted.target_path)),
        ("targetFile", text(&wanted.target_file)),
        ("async", Value::Boolean(wanted.asynchronous)),
        ("timeout", Value::Integer(milliseconds)),
    ])
}
