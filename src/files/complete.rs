//! The end of a transfer (ext-files-tunnels.md 3.8).

use super::service::{Params, Served};
use super::{FileError, FileManager, VirtualPath, staging_path};
use crate::model::{InfoTable, Text, Value};

/// A transfer as the platform describes it. What it does not tell is `None` or 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TransferInfo {
    /// Where the file is from: a thing or a repository of the platform.
    pub source_repository: Option<Text>,
    /// Its directory there.
    pub source_path: Option<Text>,
    /// Its name there.
    pub source_file: Option<Text>,
    /// Its checksum there.
    pub source_checksum: Option<Text>,
    /// Where it is brought.
    pub target_repository: Option<Text>,
    /// Its directory there.
    pub target_path: Option<Text>,
    /// Its name there.
    pub target_file: Option<Text>,
    /// Its checksum there.
    pub target_checksum: Option<Text>,
    /// Milliseconds since 1970 UTC.
    pub start_time: i64,
    /// Milliseconds since 1970 UTC.
    pub end_time: i64,
    /// Milliseconds.
    pub duration: i32,
    /// [`super::VALIDATED`] for success.
    pub state: Option<Text>,
    /// Whether it has ended.
    pub is_complete: bool,
    /// Bytes.
    pub size: f64,
    /// What tells transfers apart.
    pub transfer_id: Option<Text>,
    /// Who has asked for it.
    pub user: Option<Text>,
    /// What went wrong.
    pub message: Option<Text>,
}

impl TransferInfo {
    /// Row 0 of a table of jobs; `None` when there is none.
    pub fn from_table(job: &InfoTable) -> Option<Self> {
        job.rows.first()?;
        let cell = |name: &str| job.get(0, name.as_bytes());
        let text = |name: &str| cell(name).and_then(Value::as_text).cloned();
        let number = |name: &str| cell(name).and_then(Value::as_number).unwrap_or_default();
        let time = |name: &str| match cell(name) {
            Some(Value::DateTime(time)) => *time,
            _ => number(name) as i64,
        };
        Some(Self {
            source_repository: text("sourceRepository"),
            source_path: text("sourcePath"),
            source_file: text("sourceFile"),
            source_checksum: text("sourceChecksum"),
            target_repository: text("targetRepository"),
            target_path: text("targetPath"),
            target_file: text("targetFile"),
            target_checksum: text("targetChecksum"),
            start_time: time("startTime"),
            end_time: time("endTime"),
            // A cast of a float ends at the limits of the integer.
            duration: number("duration") as i32,
            state: text("state"),
            is_complete: matches!(cell("isComplete"), Some(Value::Boolean(true))),
            size: number("size"),
            transfer_id: text("transferId"),
            user: text("user"),
            message: text("message"),
        })
    }

    /// The staging files that it may be about: the platform gives the directory alone, or the path of the file.
    fn staging_paths(&self) -> Vec<Text> {
        let (Some(thing), Some(path)) = (&self.target_repository, &self.target_path) else { return Vec::new() };
        let mut paths = vec![staging_path(thing, path)];
        if let Some(file) = &self.target_file {
            let separator: &[u8] = if path.ends_with(b"/") { b"" } else { b"/" };
            paths.push(staging_path(thing, &[path, separator, &**file].concat()));
        }
        paths
    }
}

impl FileManager {
    pub(super) fn end_transfer(&self, params: &Params<'_>) -> Served {
        let info = TransferInfo::from_table(params.table("job")?).ok_or(FileError::Parameter("job"))?;
        let thing = info.target_repository.clone().unwrap_or_default();
        let received = self.end(&thing, info.transfer_id.as_ref(), &info.staging_paths())?;
        self.watcher().finished(received, &info);
        Ok(None)
    }

    /// Closes the open files of a transfer: that of its id, and those at the paths of a thing. Whether one of them was received.
    ///
    /// # Errors
    /// [`FileError::UnknownJob`] when there is none.
    pub fn end(&self, thing: &Text, tid: Option<&Text>, paths: &[Text]) -> Result<bool, FileError> {
        let key = |path: &Text| Some(self.place(thing, &VirtualPath::parse(path).ok()?).ok()?.key());
        let keys: Vec<_> = paths.iter().filter_map(key).collect();
        self.close_idle();
        let ended = self
            .close_where(|file| (tid.is_some() && file.tid() == tid) || keys.iter().any(|key| file.is_at(thing, key)));
        if ended.is_empty() {
            return Err(FileError::UnknownJob(tid.cloned().unwrap_or_default()));
        }
        Ok(ended.iter().any(|file| file.mode().write))
    }
}
