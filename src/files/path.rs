//! Virtual paths: what the platform calls a file, `/directory/below/file` (ext-files-tunnels.md 3.2, 3.3).

use super::FileError;
use crate::model::Text;

/// The virtual directory of files that are being received.
pub const STAGING_DIRECTORY: &str = "__staging__";

/// What the name of a file ends in while it is being received.
pub(super) const PART: &[u8] = b".part";

/// Whether a byte stands between the components of a path.
fn is_separator(byte: u8) -> bool {
    byte == b'/' || byte == b'\\'
}

/// The components of a path, without empty ones and those that name the directory they are in.
pub(super) fn components(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.split(|&byte| is_separator(byte)).filter(|part| !part.is_empty() && *part != b".")
}

/// A path that climbs nowhere: it has no component `..` and no zero byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VirtualPath {
    text: Text,
    parts: Vec<Text>,
}

impl VirtualPath {
    /// Checks a path.
    ///
    /// # Errors
    /// [`FileError::BadPath`].
    pub fn parse(text: &[u8]) -> Result<Self, FileError> {
        let parts: Vec<Text> = components(text).map(Text::from).collect();
        if text.contains(&0) || parts.iter().any(|part| *part == "..") {
            return Err(FileError::BadPath(text.into()));
        }
        Ok(Self { text: text.into(), parts })
    }

    /// The path as it was sent.
    pub fn text(&self) -> &Text {
        &self.text
    }

    /// Whether it means the virtual directories themselves: separators and nothing else.
    pub fn is_root(&self) -> bool {
        !self.text.is_empty() && self.parts.is_empty()
    }

    /// The virtual directory that it begins with.
    pub fn directory(&self) -> Option<&Text> {
        self.parts.first()
    }

    /// The components below the virtual directory.
    pub fn below(&self) -> &[Text] {
        self.parts.get(1..).unwrap_or_default()
    }

    /// The last component.
    pub fn name(&self) -> Option<&Text> {
        self.parts.last()
    }

    /// Whether it has a separator anywhere.
    pub fn has_separator(&self) -> bool {
        self.text.iter().any(|&byte| is_separator(byte))
    }

    /// The path without separators at its end.
    pub fn trimmed(&self) -> Text {
        let end = self.text.iter().rposition(|&byte| !is_separator(byte)).map_or(0, |last| last + 1);
        self.text[..end].into()
    }
}

/// Where a file for `path` of a thing is received. The platform computes the same name, byte for byte.
pub fn staging_path(thing: &[u8], path: &[u8]) -> Text {
    let mut name = format!("{STAGING_DIRECTORY}/").into_bytes();
    name.extend_from_slice(thing.strip_prefix(b"*").unwrap_or(thing));
    name.extend(path.iter().map(|&byte| if is_separator(byte) { b'.' } else { byte }));
    name.extend_from_slice(PART);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_components_climb() {
        for bad in ["..", "/logs/../x", "logs\\..", "/a/b/..", "/a\0b"] {
            assert!(VirtualPath::parse(bad.as_bytes()).is_err(), "{bad:?}");
        }
        for good in ["/logs/a..b", "/logs/...", "/logs/..b/c", "", "/", "/./logs/."] {
            assert!(VirtualPath::parse(good.as_bytes()).is_ok(), "{good:?}");
        }
    }

    #[test]
    fn parts_are_found_between_both_separators() {
        let path = VirtualPath::parse(b"\\logs//a\\./b.txt/").unwrap();
        assert_eq!(path.directory().unwrap(), &"logs");
        assert_eq!(path.below(), [Text::from("a"), Text::from("b.txt")]);
        assert_eq!(path.name().unwrap(), &"b.txt");
        assert_eq!(path.trimmed(), "\\logs//a\\./b.txt");
        assert!(!path.is_root());
        assert!(VirtualPath::parse(b"\\").unwrap().is_root());
        assert!(!VirtualPath::parse(b"").unwrap().is_root());
    }

    #[test]
    fn staging_names_are_those_that_the_platform_computes() {
        for (thing, path, expected) in [
            ("T1", "/logs/new.txt", "__staging__/T1.logs.new.txt.part"),
            ("T1", "logs/q.txt", "__staging__/T1logs.q.txt.part"),
            ("*T1", "\\logs\\a.part", "__staging__/T1.logs.a.part.part"),
        ] {
            assert_eq!(staging_path(thing.as_bytes(), path.as_bytes()), expected);
        }
    }
}
