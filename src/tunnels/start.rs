//! What StartTunnel asks for.

use std::time::Duration;

use serde_json::{Map, Value as Json};

use super::TunnelError;
use crate::model::{InfoTable, Text, Value};

/// Smallest block in bytes; what is asked for is raised to it (T1).
pub const MIN_CHUNK: usize = 64;
/// Largest block in bytes: in base64 it still fits the header `Max-Frame-Size`, which has 16 bits.
pub const MAX_CHUNK: usize = 49_149;
/// Longest id in bytes.
pub const MAX_TID: usize = 512;
const DEFAULT_CHUNK: usize = 8192;
const DEFAULT_IDLE: Duration = Duration::from_secs(30);

/// What is at the device's end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A TCP server.
    Tcp {
        /// Host name or address.
        host: String,
        /// Its port.
        port: u16,
        /// How often the local connection may be made; `None`: without limit.
        connects: Option<u16>,
    },
    /// A file.
    File {
        /// Its virtual path.
        path: Text,
        /// Which way it goes.
        mode: FileMode,
        /// Where reading or writing begins, in bytes.
        offset: u64,
    },
}

/// Which way a file goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileMode {
    /// To the platform.
    Read,
    /// From the platform.
    Write {
        /// Whether there may be a file already.
        overwrite: bool,
    },
}

/// The parameters of StartTunnel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TunnelStart {
    /// The id of the tunnel.
    pub tid: Text,
    /// Its type in lower case, as it was given.
    pub kind: Text,
    /// Largest block in bytes, within the limits.
    pub chunk: usize,
    /// How long no data may flow.
    pub idle: Duration,
    /// What is at this end.
    pub target: Target,
    /// A text for the application.
    pub message: Option<Text>,
}

/// Row 0 of the parameters. What a cell holds counts, whatever type the column has.
pub(super) struct Params<'a>(pub Option<&'a InfoTable>);

impl<'a> Params<'a> {
    fn get(&self, name: &str) -> Option<&'a Value> {
        let mut value = self.0?.get(0, name.as_bytes())?;
        while let Value::Variant(inner) = value {
            value = inner;
        }
        (*value != Value::Nothing).then_some(value)
    }

    pub fn text(&self, name: &str) -> Option<&'a Text> {
        self.get(name)?.as_text().filter(|text| !text.is_empty())
    }

    fn number(&self, name: &str) -> Option<f64> {
        self.get(name)?.as_number()
    }

    /// The JSON object in a text or JSON cell.
    pub fn object(&self, name: &'static str) -> Result<Option<Map<String, Json>>, TunnelError> {
        let Some(text) = self.text(name) else { return Ok(None) };
        match serde_json::from_slice(text) {
            Ok(Json::Object(object)) => Ok(Some(object)),
            Ok(_) => Err(TunnelError::Json("it is something else".to_owned())),
            Err(error) => Err(TunnelError::Json(error.to_string())),
        }
    }
}

/// A text of a JSON object.
pub(super) fn text_of(object: &Map<String, Json>, name: &str) -> Option<Text> {
    object.get(name)?.as_str().map(Text::from)
}

impl TunnelStart {
    /// Reads the parameters.
    ///
    /// # Errors
    /// What is missing or wrong.
    pub(super) fn read(params: &Params<'_>) -> Result<Self, TunnelError> {
        let required = |name| params.text(name).cloned().ok_or(TunnelError::StartParameter(name));
        let (tid, kind) = (required("tid")?, Text::from(required("type")?.to_ascii_lowercase()));
        if tid.len() > MAX_TID {
            return Err(TunnelError::LongId(tid.len()));
        }
        let connection = params.object("connection")?.ok_or(TunnelError::StartParameter("connection"))?;
        let target = match kind.as_bytes() {
            b"file" => file(&connection)?,
            b"udp" | b"serial" => return Err(TunnelError::Type(kind.to_string())),
            _ => tcp(&connection)?,
        };
        Ok(Self {
            tid,
            kind,
            // A cast of a float ends at the limits of the integer.
            chunk: params.number("chunksize").map_or(DEFAULT_CHUNK, |n| (n as usize).clamp(MIN_CHUNK, MAX_CHUNK)),
            idle: params
                .number("idle_timeout")
                .filter(|milliseconds| *milliseconds > 0.0)
                .map_or(DEFAULT_IDLE, |milliseconds| Duration::from_millis(milliseconds.min(i32::MAX.into()) as u64)),
            target,
            message: text_of(&connection, "message"),
        })
    }
}

fn tcp(connection: &Map<String, Json>) -> Result<Target, TunnelError> {
    let host = connection.get("host").and_then(Json::as_str).filter(|host| !host.is_empty());
    let port = connection.get("port").and_then(Json::as_f64).filter(|port| (1.0..65536.0).contains(port));
    let connects = match connection.get("num_connects").and_then(Json::as_f64).unwrap_or(0.0) as i16 {
        0 => Some(1),
        // Negative: without limit.
        count => u16::try_from(count).ok(),
    };
    Ok(Target::Tcp {
        host: host.ok_or(TunnelError::Field("host"))?.to_owned(),
        port: port.ok_or(TunnelError::Field("port"))? as u16,
        connects,
    })
}

fn file(connection: &Map<String, Json>) -> Result<Target, TunnelError> {
    let path = text_of(connection, "filename").ok_or(TunnelError::Field("filename"))?;
    let overwrite = text_of(connection, "overwrite").is_none_or(|text| text.as_bytes() == b"true");
    let mode = match text_of(connection, "mode") {
        Some(mode) if mode.as_bytes() == b"read" => FileMode::Read,
        _ => FileMode::Write { overwrite },
    };
    let offset = connection.get("offset").and_then(Json::as_f64).unwrap_or(0.0) as u64;
    Ok(Target::File { path, mode, offset })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: &str, chunk: i32, connection: &str) -> Result<TunnelStart, TunnelError> {
        let table = InfoTable::row_of([
            ("tid", Value::string("t")),
            ("type", Value::string(kind)),
            ("chunksize", Value::Integer(chunk)),
            ("connection", Value::string(connection)),
        ]);
        TunnelStart::read(&Params(Some(&table)))
    }

    #[test]
    fn the_block_size_is_kept_within_its_limits() {
        let chunk = |asked| read("tcp", asked, r#"{"host":"h","port":1}"#).unwrap().chunk;
        assert_eq!(
            [-1, 0, 63, 64, 256, 8192, 49_149, 49_150, i32::MAX].map(chunk),
            [64, 64, 64, 64, 256, 8192, 49_149, 49_149, 49_149]
        );
    }

    #[test]
    fn connects() {
        let connects = |json: &str| match read("TCP", 1, json).unwrap().target {
            Target::Tcp { connects, .. } => connects,
            Target::File { .. } => panic!("a file"),
        };
        assert_eq!(connects(r#"{"host":"h","port":1}"#), Some(1));
        assert_eq!(connects(r#"{"host":"h","port":1,"num_connects":0}"#), Some(1));
        assert_eq!(connects(r#"{"host":"h","port":1,"num_connects":3}"#), Some(3));
        assert_eq!(connects(r#"{"host":"h","port":1,"num_connects":-1}"#), None);
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert!(matches!(read("tcp", 1, "{"), Err(TunnelError::Json(_))));
        assert!(matches!(read("tcp", 1, "[]"), Err(TunnelError::Json(_))));
        assert_eq!(read("tcp", 1, r#"{"port":1}"#), Err(TunnelError::Field("host")));
        for port in ["0", "65536", "-1", "\"22\""] {
            assert_eq!(read("x", 1, &format!(r#"{{"host":"h","port":{port}}}"#)), Err(TunnelError::Field("port")));
        }
        for kind in ["udp", "SERIAL"] {
            assert_eq!(read(kind, 1, "{}"), Err(TunnelError::Type(kind.to_ascii_lowercase())));
        }
        assert_eq!(TunnelStart::read(&Params(None)), Err(TunnelError::StartParameter("tid")));
    }

    #[test]
    fn a_file_has_a_mode() {
        let target = |json: &str| read("File", 1, json).unwrap().target;
        let path = Text::from("/d/x");
        let read = Target::File { path: path.clone(), mode: FileMode::Read, offset: 5 };
        assert_eq!(target(r#"{"filename":"/d/x","mode":"read","offset":5}"#), read);
        let mode = FileMode::Write { overwrite: false };
        assert_eq!(target(r#"{"filename":"/d/x","overwrite":"no"}"#), Target::File { path, mode, offset: 0 });
    }
}
