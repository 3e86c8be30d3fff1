//! A cursor over received bytes that never reads, and never lets anyone allocate, beyond them.

use super::error::{DecodeError, MAX_DEPTH, Problem};
use crate::model::Text;

/// Cursor over a byte slice.
///
/// `reserved` counts bytes behind the cursor that parts announced already need at least, so that nested counts cannot
/// each claim the same bytes: whatever is allocated for announced parts stays in proportion to the input.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    reserved: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, reserved: 0, depth: 0 }
    }

    /// Bytes read so far.
    pub fn consumed(&self) -> usize {
        self.at
    }

    /// Bytes that are not spoken for.
    fn available(&self) -> usize {
        (self.bytes.len() - self.at).saturating_sub(self.reserved)
    }

    pub fn error(&self, what: &'static str, problem: Problem) -> DecodeError {
        DecodeError { offset: self.at, what, problem }
    }

    pub fn take(&mut self, len: usize, what: &'static str) -> Result<&'a [u8], DecodeError> {
        let available = self.available();
        match self.bytes.get(self.at..).and_then(|rest| rest.get(..len)) {
            Some(bytes) if len <= available => {
                self.at += len;
                Ok(bytes)
            }
            _ => Err(self.error(what, Problem::Truncated { needed: len, available })),
        }
    }

    /// Everything that is left.
    pub fn rest(&mut self) -> &'a [u8] {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.at = self.bytes.len();
        rest
    }

    fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], DecodeError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N, what)?);
        Ok(array)
    }

    pub fn u8(&mut self, what: &'static str) -> Result<u8, DecodeError> {
        self.array::<1>(what).map(|[byte]| byte)
    }

    pub fn u16(&mut self, what: &'static str) -> Result<u16, DecodeError> {
        self.array(what).map(u16::from_be_bytes)
    }

    pub fn u32(&mut self, what: &'static str) -> Result<u32, DecodeError> {
        self.array(what).map(u32::from_be_bytes)
    }

    pub fn i32(&mut self, what: &'static str) -> Result<i32, DecodeError> {
        self.array(what).map(i32::from_be_bytes)
    }

    pub fn i64(&mut self, what: &'static str) -> Result<i64, DecodeError> {
        self.array(what).map(i64::from_be_bytes)
    }

    pub fn f64(&mut self, what: &'static str) -> Result<f64, DecodeError> {
        self.array(what).map(f64::from_be_bytes)
    }

    /// A length-prefixed text (protocol.md 5.1), in the short or the long form.
    pub fn text(&mut self, what: &'static str) -> Result<Text, DecodeError> {
        let first = self.u8(what)?;
        let len = if first < 0x80 {
            u32::from(first)
        } else {
            let [second, third, fourth] = self.array(what)?;
            u32::from_be_bytes([first & 0x7f, second, third, fourth])
        };
        self.counted(len, what).map(Text::from)
    }

    /// A blob: a plain 32-bit length and the bytes.
    pub fn blob(&mut self, what: &'static str) -> Result<Vec<u8>, DecodeError> {
        let len = self.u32(what)?;
        self.counted(len, what).map(<[u8]>::to_vec)
    }

    fn counted(&mut self, len: u32, what: &'static str) -> Result<&'a [u8], DecodeError> {
        self.take(usize::try_from(len).unwrap_or(usize::MAX), what)
    }

    /// Reads `count` parts of at least `least` bytes each. They are allocated for at once, which is safe because the
    /// bytes for them must be there.
    pub fn list<T>(
        &mut self,
        count: usize,
        least: usize,
        what: &'static str,
        mut part: impl FnMut(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        let needed = count.saturating_mul(least);
        let available = self.available();
        if needed > available {
            return Err(self.error(what, Problem::Truncated { needed, available }));
        }
        let mut parts = Vec::with_capacity(count);
        self.reserved += needed;
        for _ in 0..count {
            self.reserved -= least;
            parts.push(part(self)?);
        }
        Ok(parts)
    }

    /// Runs `inner` one level deeper.
    pub fn nested<T>(&mut self, inner: impl FnOnce(&mut Self) -> Result<T, DecodeError>) -> Result<T, DecodeError> {
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    /// Refuses a value that too many tables and VARIANTs enclose.
    pub fn check_depth(&self) -> Result<(), DecodeError> {
        if self.depth > MAX_DEPTH { Err(self.error("value", Problem::TooDeep)) } else { Ok(()) }
    }
}
