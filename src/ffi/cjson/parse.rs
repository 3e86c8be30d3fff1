//! Text to tree. The grammar is that of JSON, with what programs are used to: white space is any byte up to the blank,
//! numbers may begin with zeros, bytes that are not UTF-8 are kept.

use super::node::{self, append_after, delete, new};
use super::{MAX_DEPTH, cJSON, cJSON_Array, cJSON_False, cJSON_NULL, cJSON_Object, cJSON_True};
use crate::ffi::guard::guard;
use crate::ffi::text;
use std::ffi::{c_char, c_int};
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

/// Where the last parsing failed.
static ERROR: AtomicPtr<c_char> = AtomicPtr::new(ptr::null_mut());

struct Parser<'a> {
    text: &'a [u8],
    place: usize,
}

/// The text is not JSON from `place` on.
struct Failed;

/// A node that is being built, deleted when it is not given on.
struct Owned(*mut cJSON);

impl Owned {
    fn new(node: *mut cJSON) -> Result<Self, Failed> {
        if node.is_null() { Err(Failed) } else { Ok(Self(node)) }
    }

    fn give(self) -> *mut cJSON {
        let node = self.0;
        std::mem::forget(self);
        node
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        // SAFETY: ours.
        unsafe { delete(self.0) };
    }
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.place).copied()
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(|byte| byte <= b' ') {
            self.place += 1;
        }
    }

    /// Steps over `wanted`, if that is what comes.
    fn take(&mut self, wanted: &[u8]) -> bool {
        let here = self.text.get(self.place..).is_some_and(|rest| rest.starts_with(wanted));
        if here {
            self.place += wanted.len();
        }
        here
    }

    fn value(&mut self, depth: usize) -> Result<Owned, Failed> {
        self.skip_space();
        match self.peek().ok_or(Failed)? {
            b'n' if self.take(b"null") => Owned::new(new(cJSON_NULL)),
            b'f' if self.take(b"false") => Owned::new(new(cJSON_False)),
            b't' if self.take(b"true") => {
                let node = Owned::new(new(cJSON_True))?;
                // SAFETY: a fresh node.
                unsafe { (*node.0).valueint = 1 };
                Ok(node)
            }
            b'"' => Owned::new(node::text_node(&self.string()?)),
            b'-' | b'0'..=b'9' => Owned::new(node::number(self.number())),
            b'[' if depth < MAX_DEPTH => self.array(depth + 1),
            b'{' if depth < MAX_DEPTH => self.object(depth + 1),
            _ => Err(Failed),
        }
    }

    fn array(&mut self, depth: usize) -> Result<Owned, Failed> {
        let array = Owned::new(new(cJSON_Array))?;
        self.list(b']', &array, |parser| parser.value(depth))?;
        Ok(array)
    }

    fn object(&mut self, depth: usize) -> Result<Owned, Failed> {
        let object = Owned::new(new(cJSON_Object))?;
        self.list(b'}', &object, |parser| {
            parser.skip_space();
            let name = parser.string()?;
            parser.skip_space();
            if !parser.take(b":") {
                return Err(Failed);
            }
            let value = parser.value(depth)?;
            // SAFETY: a fresh node.
            if unsafe { node::rename(value.0, &name) } { Ok(value) } else { Err(Failed) }
        })?;
        Ok(object)
    }

    /// Elements or members between the opening bracket, which comes now, and the closing one.
    fn list(
        &mut self,
        close: u8,
        parent: &Owned,
        element: impl Fn(&mut Self) -> Result<Owned, Failed>,
    ) -> Result<(), Failed> {
        self.place += 1;
        self.skip_space();
        if self.take(&[close]) {
            return Ok(());
        }
        let mut last = ptr::null_mut();
        loop {
            let node = element(self)?.give();
            // SAFETY: fresh nodes.
            unsafe { append_after(parent.0, last, node) };
            last = node;
            self.skip_space();
            if self.take(&[close]) {
                return Ok(());
            }
            if !self.take(b",") {
                return Err(Failed);
            }
        }
    }

    fn digits(&mut self) -> usize {
        let from = self.place;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.place += 1;
        }
        self.place - from
    }

    /// A number; an exponent or a fraction without digits counts for nothing.
    fn number(&mut self) -> f64 {
        let from = self.place;
        self.take(b"-");
        self.digits();
        let mut end = self.place;
        if self.take(b".") && self.digits() > 0 {
            end = self.place;
        }
        if (self.take(b"e") || self.take(b"E")) && {
            let _ = self.take(b"+") || self.take(b"-");
            self.digits() > 0
        } {
            end = self.place;
        }
        let number = self.text.get(from..end).and_then(|text| std::str::from_utf8(text).ok());
        number.and_then(|text| text.parse().ok()).unwrap_or(0.0)
    }

    fn string(&mut self) -> Result<Vec<u8>, Failed> {
        if !self.take(b"\"") {
            return Err(Failed);
        }
        let mut out = Vec::new();
        loop {
            let byte = self.peek().ok_or(Failed)?;
            self.place += 1;
            match byte {
                b'"' => return Ok(out),
                b'\\' => self.escape(&mut out)?,
                _ => out.push(byte),
            }
        }
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Result<(), Failed> {
        let byte = self.peek().ok_or(Failed)?;
        self.place += 1;
        match byte {
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'u' => self.unicode(out)?,
            _ => out.push(byte),
        }
        Ok(())
    }

    /// Four hexadecimal digits, or twice four for a pair. What no C string can hold, a NUL or half a pair, is left out.
    fn unicode(&mut self, out: &mut Vec<u8>) -> Result<(), Failed> {
        let first = self.hex()?;
        let code = match first {
            0xd800..=0xdbff => {
                let before = self.place;
                if !self.take(b"\\u") {
                    return Ok(());
                }
                let second = self.hex()?;
                if !(0xdc00..=0xdfff).contains(&second) {
                    self.place = before;
                    return Ok(());
                }
                0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00)
            }
            _ => first,
        };
        if let Some(character) = char::from_u32(code).filter(|&character| character != '\0') {
            out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
        Ok(())
    }

    fn hex(&mut self) -> Result<u32, Failed> {
        let digits = self.text.get(self.place..self.place + 4).ok_or(Failed)?;
        if !digits.iter().all(u8::is_ascii_hexdigit) {
            return Err(Failed);
        }
        self.place += 4;
        let digits = std::str::from_utf8(digits).map_err(|_| Failed)?;
        u32::from_str_radix(digits, 16).map_err(|_| Failed)
    }
}

/// The tree of a text and where it ended, or where it fails.
pub fn parse(text: &[u8]) -> (*mut cJSON, usize) {
    let mut parser = Parser { text, place: 0 };
    let tree = parser.value(0).map_or(ptr::null_mut(), Owned::give);
    (tree, parser.place.min(text.len()))
}

/// Makes a tree of a JSON text; what follows the first value is ignored. The caller deletes it with `cJSON_Delete`. NULL
/// for NULL and for a text that is not JSON: `cJSON_GetErrorPtr` then tells where.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cJSON_Parse(text: *const c_char) -> *mut cJSON {
    // SAFETY: the same argument.
    unsafe { cJSON_ParseWithOpts(text, ptr::null_mut(), 0) }
}

/// As `cJSON_Parse`. `*end`, if not NULL, becomes the place behind the value; with `require_end` not 0 nothing but white
/// space may follow.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cJSON_ParseWithOpts(
    text: *const c_char,
    end: *mut *const c_char,
    require_end: c_int,
) -> *mut cJSON {
    guard(ptr::null_mut(), || {
        ERROR.store(ptr::null_mut(), Ordering::Relaxed);
        // SAFETY: the caller's C string and place for a pointer.
        unsafe {
            let Some(bytes) = text::bytes(text) else { return ptr::null_mut() };
            let (mut tree, mut place) = parse(bytes);
            if !tree.is_null() && require_end != 0 {
                place += bytes[place..].iter().take_while(|&&byte| byte <= b' ').count();
                if place < bytes.len() {
                    delete(tree);
                    tree = ptr::null_mut();
                }
            }
            if tree.is_null() {
                ERROR.store(text.add(place).cast_mut(), Ordering::Relaxed);
            } else if !end.is_null() {
                end.write(text.add(place));
            }
            tree
        }
    })
}

/// Where in its text the last parsing of any thread failed; NULL when it did not. Valid as long as that text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cJSON_GetErrorPtr() -> *const c_char {
    ERROR.load(Ordering::Relaxed)
}
