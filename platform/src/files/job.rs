//! What is known of a transfer.

use twedge::files::staging_path;
use twedge::model::{BaseType, DataShape, Field, InfoTable, Text, Value};

/// How a transfer goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum JobState {
    /// It has not begun.
    #[default]
    Pending,
    /// It is running.
    Active,
    /// It has succeeded: the checksums agree.
    Validated,
    /// It was given up.
    Cancelled,
    /// It has failed.
    Error,
}

impl JobState {
    /// As it is told.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Active => "ACTIVE",
            Self::Validated => "VALIDATED",
            Self::Cancelled => "CANCELLED",
            Self::Error => "ERROR",
        }
    }
}

/// A file of a thing or a repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Name of the thing or repository.
    pub repository: String,
    /// Its directory.
    pub path: String,
    /// Its name.
    pub file: String,
}

impl Place {
    /// A place.
    pub fn new(repository: &str, path: &str, file: &str) -> Self {
        Self { repository: repository.to_owned(), path: path.to_owned(), file: file.to_owned() }
    }

    /// Path and name together.
    pub fn full_path(&self) -> String {
        format!("{}/{}", self.path.trim_end_matches('/'), self.file)
    }
}

/// A transfer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Job {
    /// Its id.
    pub transfer_id: String,
    /// How it goes.
    pub state: JobState,
    /// What went wrong.
    pub message: String,
    /// Who has asked for it.
    pub user: String,
    /// Whether nobody waits for its end.
    pub is_async: bool,
    /// Where the file is from.
    pub source: Place,
    /// Its checksum there.
    pub source_checksum: String,
    /// Where it is to be.
    pub target: Place,
    /// Its checksum there.
    pub target_checksum: String,
    /// Bytes of the file.
    pub size: u64,
    /// Bytes that were transferred.
    pub bytes_transferred: u64,
    /// Where the transfer has begun, when another is continued.
    pub start_position: u64,
    /// Milliseconds since 1970 UTC.
    pub start_time: i64,
    /// Milliseconds since 1970 UTC.
    pub end_time: i64,
}

impl Job {
    /// A transfer that has not begun.
    pub fn new(transfer_id: &str, source: Place, target: Place) -> Self {
        Self { transfer_id: transfer_id.to_owned(), source, target, ..Self::default() }
    }

    /// Whether it has ended.
    pub fn is_complete(&self) -> bool {
        !matches!(self.state, JobState::Pending | JobState::Active)
    }

    /// Where the device receives the file.
    pub fn staging_path(&self) -> String {
        let path = staging_path(self.target.repository.as_bytes(), self.target.full_path().as_bytes());
        path.to_string_lossy().into_owned()
    }

    /// The row of data shape FileTransferJob.
    pub fn table(&self) -> InfoTable {
        let text = |text: &str| Value::string(text);
        let number = |number: u64| Value::Number(number as f64);
        let duration = self.end_time.saturating_sub(self.start_time).max(0);
        let cells = [
            ("transferId", text(&self.transfer_id)),
            ("state", text(self.state.name())),
            ("code", Value::Integer(0)),
            ("message", text(&self.message)),
            ("isComplete", Value::Boolean(self.is_complete())),
            ("isAsync", Value::Boolean(self.is_async)),
            ("isRestartEnabled", Value::Boolean(true)),
            ("user", text(&self.user)),
            ("sourceRepository", text(&self.source.repository)),
            ("sourcePath", text(&self.source.path)),
            ("sourceFile", text(&self.source.file)),
            ("sourceChecksum", text(&self.source_checksum)),
            ("targetRepository", text(&self.target.repository)),
            ("targetPath", text(&self.target.path)),
            ("targetFile", text(&self.target.file)),
            ("targetChecksum", text(&self.target_checksum)),
            ("size", number(self.size)),
            ("bytesTransferred", number(self.bytes_transferred)),
            ("startPosition", number(self.start_position)),
            ("startTime", Value::DateTime(self.start_time)),
            ("endTime", Value::DateTime(self.end_time)),
            ("duration", Value::Number(duration as f64)),
        ];
        InfoTable::row_of(cells)
    }

    /// The parameters that tell a device of it.
    pub(super) fn parameters(&self) -> InfoTable {
        let shape = DataShape::new(vec![Field::new(Text::from("job"), BaseType::INFOTABLE)]);
        InfoTable { shape, rows: vec![vec![Value::InfoTable(Box::new(self.table()))]] }
    }
}
