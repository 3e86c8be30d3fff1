//! The two targets of the JSON writer: text and tree.

use serde_core::de::IgnoredAny;
use serde_json::{Map, Number, Value as Json};

/// Where the writer puts what it writes. Calls come in the order of the text.
pub(super) trait Emit {
    fn null(&mut self);
    fn boolean(&mut self, value: bool);
    fn number(&mut self, number: Number);
    fn text(&mut self, bytes: &[u8]);
    /// A text that should be JSON, as a value. False, and nothing is written, when it is not JSON.
    fn document(&mut self, bytes: &[u8]) -> bool;
    fn begin_object(&mut self);
    /// The name of the next member.
    fn key(&mut self, name: &[u8]);
    /// Takes the last name back: its value is left out.
    fn drop_key(&mut self);
    fn end_object(&mut self);
    fn begin_array(&mut self);
    fn end_array(&mut self);
}

/// Writes text, bytes unchanged.
#[derive(Default)]
pub(super) struct TextTarget {
    pub out: Vec<u8>,
    /// Where the last name, and the comma before it, begin.
    key_at: usize,
    /// The value that follows belongs to a name, so it needs no comma.
    after_key: bool,
}

impl TextTarget {
    fn separate(&mut self) {
        let first = matches!(self.out.last(), None | Some(b'{' | b'['));
        if !std::mem::take(&mut self.after_key) && !first {
            self.out.push(b',');
        }
    }

    fn quoted(&mut self, bytes: &[u8]) {
        self.out.push(b'"');
        for &byte in bytes {
            match byte {
                b'"' | b'\\' => self.out.extend([b'\\', byte]),
                b'\n' => self.out.extend(b"\\n"),
                b'\r' => self.out.extend(b"\\r"),
                b'\t' => self.out.extend(b"\\t"),
                0..=0x1f => self.out.extend(format!("\\u{byte:04x}").bytes()),
                _ => self.out.push(byte),
            }
        }
        self.out.push(b'"');
    }
}

impl Emit for TextTarget {
    fn null(&mut self) {
        self.separate();
        self.out.extend(b"null");
    }

    fn boolean(&mut self, value: bool) {
        self.separate();
        self.out.extend(value.to_string().bytes());
    }

    fn number(&mut self, number: Number) {
        self.separate();
        self.out.extend(number.to_string().bytes());
    }

    fn text(&mut self, bytes: &[u8]) {
        self.separate();
        self.quoted(bytes);
    }

    fn document(&mut self, bytes: &[u8]) -> bool {
        // Taken over as it is, when it is JSON: parsing and printing it again could change numbers and bytes.
        if serde_json::from_slice::<IgnoredAny>(bytes).is_err() {
            return false;
        }
        self.separate();
        self.out.extend(bytes.trim_ascii());
        true
    }

    fn begin_object(&mut self) {
        self.separate();
        self.out.push(b'{');
    }

    fn key(&mut self, name: &[u8]) {
        self.key_at = self.out.len();
        self.separate();
        self.quoted(name);
        self.out.push(b':');
        self.after_key = true;
    }

    fn drop_key(&mut self) {
        self.out.truncate(self.key_at);
        self.after_key = false;
    }

    fn end_object(&mut self) {
        self.out.push(b'}');
    }

    fn begin_array(&mut self) {
        self.separate();
        self.out.push(b'[');
    }

    fn end_array(&mut self) {
        self.out.push(b']');
    }
}

/// Builds a tree.
#[derive(Default)]
pub(super) struct TreeTarget {
    /// Containers that are not complete, outermost first.
    open: Vec<Container>,
    /// The outermost value.
    pub root: Option<Json>,
}

enum Container {
    Array(Vec<Json>),
    Object(Map<String, Json>, String),
}

impl TreeTarget {
    fn put(&mut self, value: Json) {
        match self.open.last_mut() {
            Some(Container::Array(elements)) => elements.push(value),
            Some(Container::Object(members, key)) => {
                members.insert(std::mem::take(key), value);
            }
            None => self.root = Some(value),
        }
    }

    fn end(&mut self) {
        match self.open.pop() {
            Some(Container::Array(elements)) => self.put(Json::Array(elements)),
            Some(Container::Object(members, _)) => self.put(Json::Object(members)),
            None => {}
        }
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl Emit for TreeTarget {
    fn null(&mut self) {
        self.put(Json::Null);
    }

    fn boolean(&mut self, value: bool) {
        self.put(Json::Bool(value));
    }

    fn number(&mut self, number: Number) {
        self.put(Json::Number(number));
    }

    fn text(&mut self, bytes: &[u8]) {
        self.put(Json::String(lossy(bytes)));
    }

    fn document(&mut self, bytes: &[u8]) -> bool {
        match serde_json::from_str(&String::from_utf8_lossy(bytes)) {
            Ok(document) => {
                self.put(document);
                true
            }
            Err(_) => false,
        }
    }

    fn begin_object(&mut self) {
        self.open.push(Container::Object(Map::new(), String::new()));
    }

    fn key(&mut self, name: &[u8]) {
        if let Some(Container::Object(_, key)) = self.open.last_mut() {
            *key = lossy(name);
        }
    }

    fn drop_key(&mut self) {}

    fn end_object(&mut self) {
        self.end();
    }

    fn begin_array(&mut self) {
        self.open.push(Container::Array(Vec::new()));
    }

    fn end_array(&mut self) {
        self.end();
    }
}
