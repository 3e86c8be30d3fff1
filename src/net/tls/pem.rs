//! PEM files (RFC 7468, and the older RFC 1421 headers of encrypted keys).

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// One block of a PEM file. Its contents may be a key: they are wiped when dropped.
pub(super) struct Block {
    /// What stands behind `BEGIN`.
    pub label: String,
    /// Cipher and initialization vector of an encrypted block: the value of its `DEK-Info` header.
    pub dek_info: Option<String>,
    pub contents: Zeroizing<Vec<u8>>,
}

/// Reads the blocks of a file. Text around them is skipped, and so is a block that never ends.
///
/// # Errors
/// The label of a block that is not Base64.
pub(super) fn blocks(text: &[u8]) -> Result<Vec<Block>, String> {
    let mut found = Vec::new();
    let mut lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    while let Some(line) = lines.next() {
        let Some(label) = label_of(line, "BEGIN") else { continue };
        let mut rest = lines.clone();
        if let Some(block) = block(&label, &mut rest)? {
            found.push(block);
            lines = rest;
        }
    }
    Ok(found)
}

/// Reads the lines behind `BEGIN`; `None` without an end.
fn block<'a>(label: &str, lines: &mut impl Iterator<Item = &'a [u8]>) -> Result<Option<Block>, String> {
    let mut encoded = Zeroizing::new(Vec::new());
    let mut dek_info = None;
    for line in lines {
        if label_of(line, "END").is_some_and(|end| end == label) {
            let contents = BASE64.decode(&*encoded).map_err(|_| label.to_owned())?;
            return Ok(Some(Block { label: label.to_owned(), dek_info, contents: Zeroizing::new(contents) }));
        }
        match header(line) {
            Some((name, value)) if name.eq_ignore_ascii_case("DEK-Info") => dek_info = Some(value.to_owned()),
            Some(_) => {}
            None if line.starts_with(b"-----") => return Ok(None),
            None => encoded.extend_from_slice(line),
        }
    }
    Ok(None)
}

/// `name: value`, which Base64 cannot be mistaken for.
fn header(line: &[u8]) -> Option<(&str, &str)> {
    let (name, value) = std::str::from_utf8(line).ok()?.split_once(':')?;
    Some((name.trim(), value.trim()))
}

/// The label of a `-----BEGIN label-----` or `-----END label-----` line.
fn label_of(line: &[u8], keyword: &str) -> Option<String> {
    let line = std::str::from_utf8(line).ok()?;
    let label = line.strip_prefix("-----")?.strip_prefix(keyword)?.strip_suffix("-----")?;
    label.strip_prefix(' ').map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Shown = (String, Option<String>, Vec<u8>);

    fn read(text: &str) -> Result<Vec<Shown>, String> {
        let blocks = blocks(text.as_bytes())?;
        Ok(blocks.into_iter().map(|block| (block.label, block.dek_info, block.contents.to_vec())).collect())
    }

    fn plain(label: &str, contents: &[u8]) -> Shown {
        (label.to_owned(), None, contents.to_vec())
    }

    #[test]
    fn text_around_blocks_is_skipped() {
        let text = "Bag Attributes\r\n  friendlyName: x\r\n-----BEGIN A-----\r\naGVs\r\nbG8=\r\n-----END A-----\r\n\
            between: them\n----- no label\n-----BEGIN A-----\nYQ\n-----END A-----\nbehind";
        assert_eq!(read(text), Ok(vec![plain("A", b"hello"), plain("A", b"a")]));
        assert_eq!(read(""), Ok(vec![]));
        assert_eq!(read("\u{0}\u{1} no PEM"), Ok(vec![]));
    }

    #[test]
    fn headers_of_encrypted_keys() {
        let text = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00FF\n\nYQ==\n\
            -----END RSA PRIVATE KEY-----";
        let expected = ("RSA PRIVATE KEY".to_owned(), Some("AES-128-CBC,00FF".to_owned()), b"a".to_vec());
        assert_eq!(read(text), Ok(vec![expected]));
    }

    #[test]
    fn a_block_without_end_does_not_hide_the_next_one() {
        let text = "-----BEGIN A-----\nYQ==\n-----BEGIN B-----\nYg==\n-----END B-----\n-----BEGIN C-----\nYw==";
        assert_eq!(read(text), Ok(vec![plain("B", b"b")]));
    }

    #[test]
    fn a_broken_block_is_named() {
        assert_eq!(read("-----BEGIN A-----\n***\n-----END A-----"), Err("A".to_owned()));
    }
}
