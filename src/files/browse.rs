//! Services that tell what is there.

use std::io;

use super::entry::{self, Branch, Entry, Kind, join};
use super::service::{Params, Served};
use super::{FileError, FileManager, STAGING_DIRECTORY, VirtualPath};
use crate::model::{Aspect, BaseType, DataShape, Field, InfoTable, Row, Text, Value};
use crate::wire::MessageCode;

/// What the virtual directories are in.
const ROOT: &str = "/";

impl FileManager {
    pub(super) fn browse_directory(&self, thing: &Text, params: &Params<'_>) -> Served {
        let path = params.path("path")?;
        if path.is_root() {
            let rows = self.list_directories(Some(thing)).into_iter();
            let rows = rows.map(|(_, entry)| file_row(&entry, &join(b"", &entry.name))).collect();
            return Ok(Some(InfoTable { shape: file_shape(), rows }));
        }
        self.files(thing, &path, b"*", Kind::All)
    }

    pub(super) fn list_files(&self, thing: &Text, params: &Params<'_>) -> Served {
        let path = params.path("path")?;
        let pattern: &[u8] = params.text("nameMask").map_or(b"*", |mask| mask);
        if path.is_root() {
            return Ok(Some(InfoTable::new(file_shape())));
        }
        self.files(thing, &path, pattern, Kind::Files)
    }

    fn files(&self, thing: &Text, path: &VirtualPath, pattern: &[u8], kind: Kind) -> Served {
        let entries = or_nothing(self.list(thing, path.text(), pattern, kind))?;
        let rows = entries.iter().map(|entry| file_row(entry, path.text())).collect();
        Ok(Some(InfoTable { shape: file_shape(), rows }))
    }

    pub(super) fn list_subdirectories(&self, thing: &Text, params: &Params<'_>) -> Served {
        let path = params.path("path")?;
        if path.is_root() {
            return Ok(Some(branch_table(self.first_branches(thing))));
        }
        let parent = path.trimmed();
        let entries = or_nothing(self.list(thing, path.text(), b"*", Kind::Directories))?;
        let branches = entries.into_iter().map(|entry| Branch {
            path: join(&parent, &entry.name),
            name: entry.name,
            parent: parent.clone(),
        });
        Ok(Some(branch_table(branches)))
    }

    fn first_branches(&self, thing: &Text) -> Vec<Branch> {
        let directories = self.list_directories(Some(thing)).into_iter();
        let branch =
            |(_, entry): (_, Entry)| Branch { path: join(b"", &entry.name), name: entry.name, parent: ROOT.into() };
        directories.map(branch).collect()
    }

    pub(super) fn directory_structure(&self, thing: &Text) -> InfoTable {
        let mut branches = self.first_branches(thing);
        for first in branches.clone() {
            match self.branches_below(thing, &first.path) {
                Ok(below) => branches.extend(below),
                Err(error) => log::warn!("the structure of {} of {thing} is not told: {error}", first.path),
            }
        }
        branch_table(branches)
    }

    /// The directories below a path of a thing, each before those in it.
    ///
    /// # Errors
    /// The path leads to no directory.
    pub fn branches_below(&self, thing: &Text, path: &[u8]) -> Result<Vec<Branch>, FileError> {
        let path = VirtualPath::parse(path)?;
        entry::tree(&self.place(thing, &path)?, &path.trimmed())
    }

    pub(super) fn file_info(&self, thing: &Text, params: &Params<'_>) -> Served {
        let path = params.path("path")?;
        let found = self.entry_at(thing, &path).map_err(|error| error.absence_as(MessageCode::NOT_FOUND))?;
        if !path.has_separator() {
            return Err(FileError::NoSeparator(path.text().clone()).into());
        }
        let rows = vec![file_row(&found, path.text())];
        Ok(Some(InfoTable { shape: file_shape(), rows }))
    }

    /// Whether there is something at a path of a thing.
    pub fn exists(&self, thing: &Text, path: &[u8]) -> bool {
        VirtualPath::parse(path).is_ok_and(|path| self.entry_at(thing, &path).is_ok())
    }

    /// What is at a path of a thing.
    fn entry_at(&self, thing: &Text, path: &VirtualPath) -> Result<Entry, FileError> {
        let io = |error: io::Error| FileError::io("looking at", path.text(), error);
        let name = path.name().cloned().unwrap_or_default();
        Entry::at(name, &self.place(thing, path)?.existing()?).map_err(io)
    }

    pub(super) fn transfer_info(&self) -> InfoTable {
        let settings = self.settings();
        InfoTable::row_of([
            ("blockSize", Value::Integer(i32::try_from(settings.block_size).unwrap_or(i32::MAX))),
            ("maxFileSize", Value::Number(settings.max_file_size as f64)),
            ("stagingDir", Value::string(STAGING_DIRECTORY)),
        ])
    }
}

/// A directory that is not there has nothing in it.
fn or_nothing(listed: Result<Vec<Entry>, FileError>) -> Result<Vec<Entry>, FileError> {
    match listed {
        Err(error) if error.is_absence() => Ok(Vec::new()),
        listed => listed,
    }
}

fn file_shape() -> DataShape {
    let key = Aspect { name: "isPrimaryKey".into(), value: Value::Boolean(true) };
    DataShape::new(vec![
        Field { aspects: vec![key], ..Field::new("name", BaseType::STRING) },
        Field::new("path", BaseType::STRING),
        Field::new("size", BaseType::NUMBER),
        Field::new("fileType", BaseType::STRING),
        Field::new("lastModifiedDate", BaseType::DATETIME),
    ])
}

fn file_row(entry: &Entry, path: &Text) -> Row {
    vec![
        Value::string(entry.name.clone()),
        Value::string(path.clone()),
        Value::Number(entry.size as f64),
        Value::string(entry.file_type()),
        Value::DateTime(entry.modified),
    ]
}

fn branch_table(branches: impl IntoIterator<Item = Branch>) -> InfoTable {
    let fields = ["name", "path", "parentPath"].map(|name| Field::new(name, BaseType::STRING));
    let mut table = InfoTable::new(DataShape::new(fields.to_vec()));
    table.rows.extend(branches.into_iter().map(|branch| branch.row()));
    table
}
