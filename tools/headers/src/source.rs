//! What the tool has to know of a file of the facade that cbindgen does not tell.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use syn::{Attribute, Expr, ExprLit, Item, Lit, Meta, Visibility};

/// Macros of the facade that export a function for each name that they are given.
const EXPORTING_MACROS: [&str; 2] = ["not_supported", "not_supported_objects"];

/// One module of the facade.
#[derive(Default)]
pub struct Source {
    /// Its files: `list.rs` and those in the folder `list`.
    pub paths: Vec<PathBuf>,
    /// C enums: the name of the integer alias. The Rust enum of the enumerators is called `enum_` and this name.
    pub enums: Vec<String>,
    /// Structs and unions that C sees.
    pub structs: Vec<String>,
    /// Other type aliases that C sees.
    pub aliases: Vec<String>,
    /// Constant texts, which cbindgen leaves out: name, value, documentation.
    pub texts: Vec<(String, String, Vec<String>)>,
    /// Functions and callback types without parameters.
    pub without_parameters: Vec<String>,
    /// Exported symbols.
    pub exports: Vec<String>,
    /// Constants that are none of C's: private ones, and those of the files in the folder.
    pub hidden: Vec<String>,
}

/// Reads all modules of the folder; the key is the module's name.
pub fn load_all(folder: &Path) -> Result<BTreeMap<String, Source>, Box<dyn Error>> {
    let mut sources = BTreeMap::new();
    for path in rust_files(folder)? {
        let Some(stem) = path.file_stem().and_then(|s| s.to_str()).map(str::to_owned) else { continue };
        let mut source = Source { paths: vec![path], ..Source::default() };
        let inner = folder.join(&stem);
        if inner.is_dir() {
            source.paths.extend(rust_files(&inner)?);
        }
        for (index, path) in source.paths.clone().iter().enumerate() {
            let file = syn::parse_file(&fs::read_to_string(path)?).map_err(|e| format!("{}: {e}", path.display()))?;
            for item in &file.items {
                source.add_symbol(item);
                if index == 0 {
                    source.add_type(item);
                }
                source.hide(item, index > 0);
            }
        }
        let enums = source.enums.clone();
        source.aliases.retain(|alias| !enums.contains(alias));
        sources.insert(stem, source);
    }
    Ok(sources)
}

fn rust_files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "rs") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

impl Source {
    /// Types and constants: only those of the module's own file are C's.
    fn add_type(&mut self, item: &Item) {
        match item {
            Item::Enum(e) if seen_by_c(&e.vis, &e.attrs) => {
                if let Some(alias) = e.ident.to_string().strip_prefix("enum_") {
                    self.enums.push(alias.to_owned());
                }
            }
            Item::Struct(s) if seen_by_c(&s.vis, &s.attrs) && is_repr_c(&s.attrs) => {
                self.structs.push(s.ident.to_string());
            }
            Item::Union(u) if seen_by_c(&u.vis, &u.attrs) => self.structs.push(u.ident.to_string()),
            Item::Type(t) if seen_by_c(&t.vis, &t.attrs) => {
                self.aliases.push(t.ident.to_string());
                if is_callback_without_parameters(&t.ty) {
                    self.without_parameters.push(t.ident.to_string());
                }
            }
            Item::Const(c) if seen_by_c(&c.vis, &c.attrs) => {
                if let Expr::Lit(ExprLit { lit: Lit::CStr(text), .. }) = &*c.expr {
                    let value = text.value().to_string_lossy().into_owned();
                    self.texts.push((c.ident.to_string(), value, documentation(&c.attrs)));
                }
            }
            _ => {}
        }
    }

    fn add_symbol(&mut self, item: &Item) {
        match item {
            Item::Fn(f) if is_exported(&f.attrs) => {
                self.exports.push(f.sig.ident.to_string());
                if f.sig.inputs.is_empty() {
                    self.without_parameters.push(f.sig.ident.to_string());
                }
            }
            Item::Static(s) if is_exported(&s.attrs) => self.exports.push(s.ident.to_string()),
            Item::Macro(m) if EXPORTING_MACROS.iter().any(|name| m.mac.path.is_ident(name)) => {
                self.exports.extend(m.mac.tokens.clone().into_iter().map(|token| token.to_string()));
            }
            _ => {}
        }
    }

    fn hide(&mut self, item: &Item, inner: bool) {
        match item {
            Item::Const(c) if inner || !seen_by_c(&c.vis, &c.attrs) => self.hidden.push(c.ident.to_string()),
            _ => {}
        }
    }
}

fn seen_by_c(visibility: &Visibility, attributes: &[Attribute]) -> bool {
    matches!(visibility, Visibility::Public(_))
        && !documentation(attributes).iter().any(|line| line.trim() == "cbindgen:ignore")
}

fn is_repr_c(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|a| a.path().is_ident("repr"))
}

/// `#[unsafe(no_mangle)]`.
fn is_exported(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|a| match &a.meta {
        Meta::List(list) => list.path.is_ident("unsafe") && list.tokens.to_string() == "no_mangle",
        _ => false,
    })
}

/// `Option<unsafe extern "C" fn() -> ...>`.
fn is_callback_without_parameters(ty: &syn::Type) -> bool {
    let syn::Type::Path(path) = ty else { return false };
    let Some(segment) = path.path.segments.last() else { return false };
    let syn::PathArguments::AngleBracketed(arguments) = &segment.arguments else { return false };
    arguments
        .args
        .iter()
        .any(|argument| matches!(argument, syn::GenericArgument::Type(syn::Type::BareFn(f)) if f.inputs.is_empty()))
}

fn documentation(attributes: &[Attribute]) -> Vec<String> {
    attributes
        .iter()
        .filter_map(|a| match &a.meta {
            Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
                Expr::Lit(ExprLit { lit: Lit::Str(line), .. }) => Some(line.value()),
                _ => None,
            },
            _ => None,
        })
        .collect()
}
