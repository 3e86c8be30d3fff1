//! What the platform has refused for good.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::disk::{append_aside, beside};
use crate::model::Text;

/// Bytes that the file may have; then it is moved to `.old`.
const LIMIT: u64 = 1 << 20;

/// A record that the platform has refused for good.
#[derive(Clone, Copy, Debug)]
pub struct Rejected<'a> {
    /// The thing that it belongs to.
    pub thing: &'a Text,
    /// The property, or the service, event or property that was asked for.
    pub name: &'a Text,
    /// What the platform has said.
    pub reason: &'a str,
    /// What was in the record.
    pub payload: &'a [u8],
}

impl Rejected<'_> {
    /// Appends it, as a line of JSON, to the file beside a store; where that is. `record` in it is the payload in base64.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn keep(&self, store: &Path) -> io::Result<PathBuf> {
        let to = beside(store, "rejected");
        let time = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_millis() as u64);
        let line = json!({
            "time": time,
            "thing": self.thing.to_string_lossy(),
            "name": self.name.to_string_lossy(),
            "reason": self.reason,
            "record": STANDARD.encode(self.payload),
        });
        // A power cut may have left a line without its end.
        let before = if ends_within_a_line(&to) { "\n" } else { "" };
        append_aside(&to, format!("{before}{line}\n").as_bytes(), LIMIT)?;
        Ok(to)
    }
}

fn ends_within_a_line(path: &Path) -> bool {
    let mut last = [b'\n'];
    // A file that cannot be read, or has nothing, ends nowhere.
    let read = File::open(path).and_then(|file| {
        let end = file.metadata()?.len().saturating_sub(1);
        file.read_exact_at(&mut last, end)
    });
    read.is_ok() && last != [b'\n']
}
