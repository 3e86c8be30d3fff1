//! Files of vectors: finding them, running them, reporting.

mod allocation;
pub mod c_values;
pub mod infotables;
mod json;
pub mod malformed;
pub mod messages;
mod notation;
pub mod primitives;

use serde_json::Value as Json;
use std::path::{Path, PathBuf};

/// The result of one vector: `Ok(false)` when it is not of the kind that was asked for.
pub type Checked = Result<bool, String>;

/// What a list file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Primitives,
    InfoTables,
    Messages,
    Malformed,
}

impl Kind {
    fn of(name: &str) -> Option<Self> {
        match name {
            "primitives" => Some(Self::Primitives),
            "infotables" => Some(Self::InfoTables),
            "messages" => Some(Self::Messages),
            "malformed" => Some(Self::Malformed),
            _ => None,
        }
    }
}

struct File {
    path: PathBuf,
    kind: String,
    vectors: Vec<Json>,
}

fn folder() -> PathBuf {
    std::env::var_os("TWEDGE_VECTORS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors"), PathBuf::from)
}

fn files() -> Vec<File> {
    let folder = folder();
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "no vectors in {}", folder.display());
    paths.into_iter().map(load).collect()
}

fn load(path: PathBuf) -> File {
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let json: Json = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert_eq!(json["schema"], "alwayson-vectors/1", "{}", path.display());
    let vectors = json["vectors"].as_array().expect("a list of vectors").clone();
    assert_eq!(json["count"].as_u64(), Some(vectors.len() as u64), "count in {}", path.display());
    File { kind: json["kind"].as_str().expect("kind").to_owned(), path, vectors }
}

/// Fails for a file whose kind has no runner.
pub fn check_kinds() {
    for file in files() {
        assert!(Kind::of(&file.kind).is_some(), "{}: unknown kind {:?}", file.path.display(), file.kind);
    }
}

/// Runs all vectors of a kind and reports all failures together.
pub fn run(kind: Kind, check: fn(&Json) -> Checked) {
    let mut failures = Vec::new();
    for file in files().into_iter().filter(|file| Kind::of(&file.kind) == Some(kind)) {
        let (mut passed, mut failed) = (0, 0);
        for vector in &file.vectors {
            let id = vector["id"].as_str().expect("id");
            match check(vector) {
                Ok(true) => passed += 1,
                Ok(false) => {}
                Err(problem) => {
                    failed += 1;
                    failures.push(format!("{id}: {problem}"));
                }
            }
        }
        println!(
            "{}: {} vectors, {passed} run and passed here, {failed} failed",
            file.path.display(),
            file.vectors.len()
        );
    }
    assert!(failures.is_empty(), "{} vectors failed:\n{}", failures.len(), failures.join("\n"));
}

/// `Err` with both sides, cut to a readable length, unless they are equal.
pub fn same<T: PartialEq + std::fmt::Debug>(what: &str, got: T, wanted: T) -> Result<(), String> {
    if got == wanted {
        return Ok(());
    }
    let cut = |side: T| format!("{side:?}").chars().take(400).collect::<String>();
    Err(format!("{what}: got {}, wanted {}", cut(got), cut(wanted)))
}

/// Places to cut an encoding of that length: all of a short one, some of a long one.
pub fn prefixes(len: usize) -> impl Iterator<Item = usize> {
    (0..len).step_by(len / 500 + 1)
}
