//! The parts of `twExt.h`: one file of C text per C header, with a few `//@` lines that say how it is put together.

use std::error::Error;
use std::fs;
use std::path::Path;

/// One part.
#[derive(Default)]
pub struct Section {
    /// The header's name, `twList.h`.
    pub header: String,
    /// Its guard macro, that of the original where it had one.
    pub guard: String,
    /// The module of `src/ffi` whose items it declares; empty for a part that only gathers others.
    pub source: String,
    /// The headers that it makes visible.
    pub needs: Vec<String>,
    /// One line for the reader.
    pub about: String,
    /// Functions without parameters that are declared with a prototype all the same; `*` stands for all.
    pub prototyped: Vec<String>,
    /// Whether a forwarding header of this name is written.
    pub forwarded: bool,
    /// C text before the declarations.
    pub before: String,
    /// C text after them.
    pub after: String,
}

impl Section {
    /// The macro that asks for this part.
    pub fn part(&self) -> String {
        part_of(&self.header)
    }
}

/// The macro that asks for the part of a header.
pub fn part_of(header: &str) -> String {
    format!("TWEDGE_PART_{}", header.trim_end_matches(".h"))
}

/// Reads the parts in the order that the file `order` gives.
pub fn load_all(folder: &Path) -> Result<Vec<Section>, Box<dyn Error>> {
    let order = fs::read_to_string(folder.join("order"))?;
    let mut sections: Vec<Section> = Vec::new();
    for name in order.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let path = folder.join(name);
        let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        sections.push(parse(name, &text)?);
    }
    for section in &sections {
        for needed in &section.needs {
            if !sections.iter().any(|s| s.header == *needed) {
                return Err(format!("{}: needs {needed}, which is no part", section.header).into());
            }
        }
    }
    Ok(sections)
}

fn parse(name: &str, text: &str) -> Result<Section, Box<dyn Error>> {
    let mut section = Section { header: name.to_owned(), forwarded: true, ..Section::default() };
    let mut after = false;
    for line in text.lines() {
        let Some(directive) = line.strip_prefix("//@ ") else {
            let body = if after { &mut section.after } else { &mut section.before };
            body.push_str(line);
            body.push('\n');
            continue;
        };
        let (key, value) = directive.split_once(' ').unwrap_or((directive, ""));
        match key {
            "guard" => section.guard = value.to_owned(),
            "source" => section.source = value.to_owned(),
            "needs" => section.needs.extend(value.split_whitespace().map(str::to_owned)),
            "about" => section.about = value.to_owned(),
            "prototyped" => section.prototyped.extend(value.split_whitespace().map(str::to_owned)),
            "not-forwarded" => section.forwarded = false,
            "declarations" => after = true,
            _ => return Err(format!("sections/{name}: unknown directive {key:?}").into()),
        }
    }
    if section.guard.is_empty() || section.about.is_empty() {
        return Err(format!("sections/{name}: guard and about are missing").into());
    }
    Ok(section)
}

/// All headers that a part makes visible, itself included, in the order of the parts.
pub fn closure<'a>(sections: &'a [Section], of: &'a Section) -> Vec<&'a Section> {
    let mut wanted = vec![of.header.as_str()];
    let mut next = 0;
    while let Some(header) = wanted.get(next).copied() {
        next += 1;
        for section in sections.iter().filter(|s| s.header == header) {
            for needed in &section.needs {
                if !wanted.contains(&needed.as_str()) {
                    wanted.push(needed);
                }
            }
        }
    }
    sections.iter().filter(|s| wanted.contains(&s.header.as_str())).collect()
}
