//! Writes what C sees of the facade: `include/twExt.h`, the forwarding headers, `src/ffi/layout.rs` and
//! `src/ffi/exports`.
//!
//! The declarations come from cbindgen, which reads `src/ffi` as `cbindgen.toml` tells it. What Rust cannot say
//! (macros, conditions, prototypes of variadic functions) is C text in `sections/`, one file per C header.
//!
//! Why `twExt.h` has parts: a program that includes `twApi.h` alone may have a `cJSON` of its own, one that includes
//! `twList.h` alone may have an `OPEN` of its own, as with the headers that it was written for. So everything is in one
//! generated header, and each other header name forwards to its part of it and the parts that this needs.

mod documented;
mod exports;
mod layout;
mod section;
mod source;
mod text;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "usage: twedge-headers write|check, in the root of the repository";

fn main() -> ExitCode {
    let argument = std::env::args().nth(1);
    let check = match argument.as_deref() {
        Some("write") => false,
        Some("check") => true,
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(check) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("twedge-headers: {error}");
            ExitCode::from(2)
        }
    }
}

/// Writes the files, or with `check` only compares them. False when a file is not as it should be.
fn run(check: bool) -> Result<bool, Box<dyn Error>> {
    let root = Path::new("");
    let sections = section::load_all(&root.join("tools/headers/sections"))?;
    let sources = source::load_all(&root.join("src/ffi"))?;
    let config = cbindgen::Config::from_file(root.join("cbindgen.toml"))?;

    let include = root.join("include");
    fs::create_dir_all(&include)?;
    let mut files: Vec<(PathBuf, String)> = Vec::new();
    let all = text::ext_header(&sections, &sources, &config)?;
    let undocumented = documented::missing(&all);
    if !undocumented.is_empty() {
        return Err(format!("functions without a documentation comment: {}", undocumented.join(", ")).into());
    }
    files.push((include.join("twExt.h"), all));
    for section in sections.iter().filter(|s| s.forwarded) {
        files.push((include.join(&section.header), text::forwarding_header(section)));
    }
    files.push((root.join("src/ffi/layout.rs"), layout::assertions(&root.join("tests/abi"), &root.join("src/ffi"))?));
    files.push((root.join("src/ffi/exports"), exports::list(&sources, &root.join("src/ffi/variadic.c"))?));

    let mut current = true;
    for (path, wanted) in &files {
        if fs::read_to_string(path).is_ok_and(|there| there == *wanted) {
            continue;
        }
        let name = path.display();
        if check {
            current = false;
            eprintln!("{name} is not what the facade says: run `make headers` and commit");
        } else {
            fs::write(path, wanted)?;
            println!("wrote {name}");
        }
    }
    Ok(current)
}
