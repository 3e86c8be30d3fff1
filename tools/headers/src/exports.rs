//! The list of exported symbols, from which the linker's version script is made.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::Path;

use crate::source::Source;

/// One symbol per line, sorted: the exported items of the facade and the functions of its C file.
pub fn list(sources: &BTreeMap<String, Source>, c_file: &Path) -> Result<String, Box<dyn Error>> {
    let mut names: BTreeSet<String> = sources.values().flat_map(|s| s.exports.iter().cloned()).collect();
    names.extend(functions_of_c(&fs::read_to_string(c_file)?));
    Ok(names.into_iter().map(|n| n + "\n").collect())
}

/// Names of the functions that a C file defines with external linkage. The file is ours and formatted: a definition
/// begins in the first column and is no declaration.
fn functions_of_c(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    for (number, line) in lines.iter().enumerate() {
        let begins = line.starts_with(|c: char| c.is_ascii_alphabetic());
        if !begins || ["static ", "typedef ", "extern "].iter().any(|w| line.starts_with(w)) {
            continue;
        }
        let Some((head, _)) = line.split_once('(') else { continue };
        let end = lines.iter().skip(number).find(|l| l.contains('{') || l.trim_end().ends_with(';'));
        if end.is_some_and(|l| l.contains('{')) {
            let name = head.rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default();
            names.push(name.to_owned());
        }
    }
    names
}
