//! Puts the text of the headers together.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write;

use cbindgen::{Builder, Config, ItemType, Style};

use crate::section::{Section, closure, part_of};
use crate::source::Source;

/// The part that includes the port header. What comes after it waits while that header is being read.
const PORT: &str = "twOSPort.h";

/// `twExt.h`: the head of `cbindgen.toml`, the parts, its trailer.
pub fn ext_header(
    sections: &[Section],
    sources: &BTreeMap<String, Source>,
    config: &Config,
) -> Result<String, Box<dyn Error>> {
    let mut out = config.header.clone().unwrap_or_default();
    out.push('\n');
    out.push_str(&requests(sections));
    for (index, section) in sections.iter().enumerate() {
        let generated = match sources.get(&section.source) {
            Some(source) => declarations(sections, index, sources, source, config)?,
            None if section.source.is_empty() => String::new(),
            None => return Err(format!("{}: no src/ffi/{}.rs", section.header, section.source).into()),
        };
        let condition = format!("defined({}) && !defined({})", section.part(), section.guard);
        write!(out, "\n/* {}: {} */\n#if {condition}\n#define {}\n", section.header, section.about, section.guard)?;
        out.push_str(&spaced(&section.before));
        if !generated.trim().is_empty() {
            write!(out, "\nTW_BEGIN_DECLARATIONS\n\n{}\n\nTW_END_DECLARATIONS\n", generated.trim())?;
        }
        out.push_str(&spaced(&section.after));
        writeln!(out, "\n#endif /* {} */", section.guard)?;
        if section.header == PORT {
            out.push_str("\n#ifndef TWEDGE_INSIDE_PORT\n");
        }
    }
    out.push_str("\n#endif /* TWEDGE_INSIDE_PORT */\n");
    out.push_str(config.trailer.as_deref().unwrap_or_default());
    Ok(requirements(&out))
}

/// What Rust's documentation puts under the heading "Safety" is for C programmers what a call requires.
fn requirements(header: &str) -> String {
    header.replace(" * # Safety\n * ", " * Requires: ")
}

/// A header that forwards to its part.
pub fn forwarding_header(section: &Section) -> String {
    format!(
        "/* {}: {} */\n#define TWEDGE_FORWARDED\n#define {}\n#include \"twExt.h\"\n",
        section.header,
        section.about,
        section.part()
    )
}

/// The part that a header asks for asks for those that it needs.
fn requests(sections: &[Section]) -> String {
    let mut out = String::new();
    for section in sections {
        let needed: Vec<&Section> =
            closure(sections, section).into_iter().filter(|s| s.header != section.header).collect();
        if needed.is_empty() {
            continue;
        }
        out.push_str(&format!("\n#ifdef {}\n", section.part()));
        for other in needed {
            out.push_str(&format!("#define {}\n", part_of(&other.header)));
        }
        out.push_str("#endif\n");
    }
    out
}

fn spaced(text: &str) -> String {
    if text.trim().is_empty() { String::new() } else { format!("\n{}\n", text.trim()) }
}

/// The declarations of one part: constant texts, enums, then all other items, these two from cbindgen.
fn declarations(
    sections: &[Section],
    index: usize,
    sources: &BTreeMap<String, Source>,
    source: &Source,
    config: &Config,
) -> Result<String, Box<dyn Error>> {
    let mut out = String::new();
    for (name, value, documentation) in &source.texts {
        push_documentation(&mut out, documentation);
        writeln!(out, "#define {name} \"{}\"\n", value.escape_default())?;
    }
    if !source.enums.is_empty() {
        let mut enums = config.clone();
        enums.style = Style::Tag;
        enums.export.item_types = vec![ItemType::Enums];
        for name in &source.enums {
            enums.export.include.push(format!("enum_{name}"));
            enums.export.rename.insert(format!("enum_{name}"), name.clone());
        }
        out.push_str(&run(source, enums)?);
        out.push('\n');
    }

    let mut rest = config.clone();
    rest.export.item_types = vec![
        ItemType::Constants,
        ItemType::Globals,
        ItemType::Structs,
        ItemType::Unions,
        ItemType::Typedefs,
        ItemType::OpaqueItems,
        ItemType::Functions,
    ];
    rest.export.include.extend(source.structs.iter().chain(&source.aliases).cloned());
    rest.export.exclude.extend(source.enums.iter().chain(&source.hidden).cloned());
    for name in sources.values().flat_map(|s| &s.enums) {
        rest.export.rename.insert(name.clone(), format!("enum {name}"));
    }
    let mut tags = Vec::new();
    for later in sections.iter().skip(index + 1).filter_map(|s| sources.get(&s.source)) {
        for name in &later.structs {
            rest.export.rename.insert(name.clone(), format!("struct {name}"));
            tags.push(name);
        }
    }
    let mut text = run(source, rest)?;
    let section = &sections[index];
    for name in &source.without_parameters {
        if !section.prototyped.iter().any(|p| p == "*" || p == name) {
            text = text.replace(&format!("{name}(void)"), &format!("{name}(TW_NO_PROTOTYPE)"));
            text = text.replace(&format!("(*{name})(void)"), &format!("(*{name})(TW_NO_PROTOTYPE)"));
        }
    }
    // A tag that is first seen among a function's parameters would be a type of that function only.
    for name in tags.into_iter().chain(&source.structs) {
        let first = text.find(&format!("struct {name} "));
        if first.is_some() && first != text.find(&format!("struct {name} {{")) {
            writeln!(out, "struct {name};")?;
        }
    }
    out.push('\n');
    out.push_str(&text);
    Ok(out)
}

fn push_documentation(out: &mut String, lines: &[String]) {
    match lines {
        [] => {}
        [line] => out.push_str(&format!("/**{line} */\n")),
        lines => {
            out.push_str("/**\n");
            for line in lines {
                out.push_str(&format!(" *{line}\n"));
            }
            out.push_str(" */\n");
        }
    }
}

fn run(source: &Source, mut config: Config) -> Result<String, Box<dyn Error>> {
    config.header = None;
    config.trailer = None;
    let files = source.paths.iter().fold(Builder::new(), |builder, path| builder.with_src(path));
    let bindings = files.with_config(config).generate()?;
    let mut bytes = Vec::new();
    bindings.write(&mut bytes);
    Ok(String::from_utf8(bytes)?)
}
