//! `src/ffi/layout.rs`: what the tables of struct layouts say, as assertions that every build of the library evaluates.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Size and alignment of a type, or offset and size of a field, in bytes.
type Numbers = (usize, usize);

/// Of a type and a field, or of the type itself.
type Row = ((String, String), Numbers);

/// The field name that stands for the type itself.
const WHOLE: &str = ".";

/// The assertions for the targets of both pointer widths, from `structs.tsv` and `structs_ilp32.tsv` in `tables`.
///
/// `facade` is the folder of the facade, searched for the modules of the types.
pub fn assertions(tables: &Path, facade: &Path) -> Result<String, Box<dyn Error>> {
    let wide = rows(&tables.join("structs.tsv"))?;
    let narrow: BTreeMap<_, _> = rows(&tables.join("structs_ilp32.tsv"))?.into_iter().collect();
    let types: Vec<&str> = wide.iter().filter(|((_, f), _)| f == WHOLE).map(|((t, _), _)| t.as_str()).collect();
    let mut text = String::from(HEAD);
    text.push_str(&imports(&types, facade)?);
    text.push_str(MACRO);
    let mut opened = false;
    for ((name, field), numbers) in &wide {
        let narrow = narrow
            .get(&(name.clone(), field.clone()))
            .ok_or_else(|| format!("structs_ilp32.tsv has no row {name} {field}"))?;
        if field == WHOLE {
            if opened {
                text.push_str("}\n");
            }
            writeln!(text, "layout! {{ {name}, {}, {};", pair(*numbers), pair(*narrow))?;
            opened = true;
        } else {
            let field = if field == "type" { "r#type" } else { field };
            writeln!(text, "    {field}: {}, {};", pair(*numbers), pair(*narrow))?;
        }
    }
    if opened {
        text.push_str("}\n");
    }
    Ok(text)
}

/// A `use` line for each type.
fn imports(types: &[&str], facade: &Path) -> Result<String, Box<dyn Error>> {
    let mut places = BTreeMap::new();
    find_types(facade, "super", &mut places)?;
    let mut lines = Vec::new();
    for name in types {
        let module = places.get(*name).ok_or_else(|| format!("no struct {name} in {}", facade.display()))?;
        lines.push(format!("use {module}::{name};\n"));
    }
    lines.sort();
    Ok(lines.concat())
}

/// Enters the path of the module of each public type of the files in `folder`, whose module is `module`.
fn find_types(folder: &Path, module: &str, places: &mut BTreeMap<String, String>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let stem = path.file_stem().and_then(|s| s.to_str()).unwrap_or_default();
        let inner = format!("{module}::{stem}");
        if path.is_dir() {
            find_types(&path, &inner, places)?;
        } else if path.extension().is_some_and(|e| e == "rs") {
            for line in fs::read_to_string(&path)?.lines() {
                if let Some(rest) = line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub type ")) {
                    let name = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
                    places.insert(name.to_owned(), inner.clone());
                }
            }
        }
    }
    Ok(())
}

fn pair((first, second): Numbers) -> String {
    format!("({first}, {second})")
}

/// The rows of a table in its order: type and field, and for a type (size, alignment), for a field (offset, size).
fn rows(path: &Path) -> Result<Vec<Row>, Box<dyn Error>> {
    let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let mut lines = text.lines();
    let columns: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    let column = |name: &str| {
        columns.iter().position(|c| *c == name).ok_or_else(|| format!("{} has no column {name}", path.display()))
    };
    let (name, field, offset) = (column("type")?, column("field")?, column("offset")?);
    let (size, align) = (column("size")?, column("align")?);
    let mut found = Vec::new();
    for line in lines {
        let cells: Vec<&str> = line.split('\t').collect();
        let cell = |at: usize| cells.get(at).copied().unwrap_or_default();
        let number = |at: usize| cell(at).parse::<usize>().map_err(|e| format!("{line}: {e}"));
        let numbers = match cell(field) {
            WHOLE => (number(size)?, number(align)?),
            _ => (number(offset)?, number(size)?),
        };
        found.push(((cell(name).to_owned(), cell(field).to_owned()), numbers));
    }
    Ok(found)
}

const HEAD: &str = "\
//! Layouts of the structs that C sees, checked in every build. Generated from `tests/abi` by `make headers`: not to be
//! edited.
//!
//! Of each type (size, alignment), of each field (offset, size), in bytes: first for 64-bit targets, then for 32-bit ones.

use std::mem::{MaybeUninit, align_of, offset_of, size_of};

";

const MACRO: &str = "
macro_rules! layout {
    ($type:ident, $wide:expr, $narrow:expr; $($($field:ident).+ : $wide_field:expr, $narrow_field:expr;)*) => {
        const _: () = {
            assert_eq((size_of::<$type>(), align_of::<$type>()), $wide, $narrow);
            let value = MaybeUninit::<$type>::uninit();
            let whole = value.as_ptr();
            $(
                // SAFETY: `whole` points to memory of the type's size; the place is named, not read.
                let field = unsafe { &raw const (*whole).$($field).+ };
                assert_eq((offset_of!($type, $($field).+), size_of_pointee(field)), $wide_field, $narrow_field);
            )*
        };
    };
}

const fn size_of_pointee<T>(_: *const T) -> usize {
    size_of::<T>()
}

const fn assert_eq(found: (usize, usize), wide: (usize, usize), narrow: (usize, usize)) {
    let wanted = if cfg!(target_pointer_width = \"64\") { wide } else { narrow };
    assert!(found.0 == wanted.0 && found.1 == wanted.1);
}

";
