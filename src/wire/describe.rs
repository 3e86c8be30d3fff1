//! Messages in words, for logs.

use super::{Body, Characteristic, Gateway, Message, Request, Response};
use crate::model::{BaseType, InfoTable, Text, Value};
use std::fmt;

/// Longest text, in characters, and most rows and names that are shown.
const MAX_CHARS: usize = 120;
const MAX_ROWS: usize = 20;
const MAX_NAMES: usize = 10;

/// What stands in for a secret.
pub const MASK: &str = "***";

/// Describes a message: `{}` in one line, `{:#}` with the rows of its table on lines of their own.
///
/// The values of claims and of PASSWORD cells are not shown, long texts and tables are cut.
pub fn describe(message: &Message) -> Description<'_> {
    Description(message)
}

/// See [`describe`].
pub struct Description<'a>(&'a Message);

impl fmt::Display for Description<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Message { header, body } = self.0;
        write!(f, "{} {}", header.code, header.request_id)?;
        if header.endpoint_id != 0 {
            write!(f, " endpoint {}", header.endpoint_id)?;
        }
        match body {
            Body::Auth { claims } => {
                for (name, _) in claims {
                    write!(f, " {}={MASK}", Short(name))?;
                }
                Ok(())
            }
            Body::Bind { gateway, names } => bind(f, gateway.as_ref(), names),
            Body::Request(request) => describe_request(f, request),
            Body::Response(response) => describe_response(f, response),
        }
    }
}

fn bind(f: &mut fmt::Formatter<'_>, gateway: Option<&Gateway>, names: &[Text]) -> fmt::Result {
    if let Some(gateway) = gateway {
        write!(f, " gateway {} ({})", Short(&gateway.name), Short(&gateway.gateway_type))?;
    }
    write!(f, " {} names:", names.len())?;
    for name in names.iter().take(MAX_NAMES) {
        write!(f, " {}", Short(name))?;
    }
    if names.len() > MAX_NAMES { f.write_str(" ...") } else { Ok(()) }
}

fn describe_request(f: &mut fmt::Formatter<'_>, request: &Request) -> fmt::Result {
    let kind = match request.characteristic {
        Characteristic::PROPERTIES => "property",
        Characteristic::SERVICES => "service",
        Characteristic::EVENTS => "event",
        _ => "unknown characteristic",
    };
    write!(f, " {} {} {kind} {}", request.entity_type, Short(&request.entity), Short(&request.name))?;
    request.params.as_ref().map_or(Ok(()), |params| table(f, params))
}

fn describe_response(f: &mut fmt::Formatter<'_>, response: &Response) -> fmt::Result {
    if let Some(reason) = &response.reason {
        write!(f, " \"{}\"", Short(reason))?;
    }
    response.content.as_ref().map_or(Ok(()), |content| table(f, content))
}

fn table(f: &mut fmt::Formatter<'_>, table: &InfoTable) -> fmt::Result {
    if f.alternate() {
        write!(f, " {} rows", table.rows.len())?;
        for row in table.rows.iter().take(MAX_ROWS) {
            write!(f, "\n    {}", RowOf(table, row))?;
        }
        return if table.rows.len() > MAX_ROWS { f.write_str("\n    ...") } else { Ok(()) };
    }
    match table.rows.as_slice() {
        [row] => write!(f, " {}", RowOf(table, row)),
        rows => {
            write!(f, " {} rows of", rows.len())?;
            table.shape.fields.iter().try_for_each(|field| write!(f, " {}", Short(&field.name)))
        }
    }
}

/// The cells of a row with the names of their columns.
struct RowOf<'a>(&'a InfoTable, &'a [Value]);

impl fmt::Display for RowOf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (index, cell) in self.1.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            match self.0.shape.fields.get(index) {
                Some(field) => write!(f, "{}={}", Short(&field.name), Cell(cell))?,
                None => write!(f, "{}", Cell(cell))?,
            }
        }
        f.write_str("}")
    }
}

struct Cell<'a>(&'a Value);

impl fmt::Display for Cell<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Nothing => f.write_str("nothing"),
            Value::Text(BaseType::PASSWORD, _) => f.write_str(MASK),
            Value::Text(_, text) => write!(f, "\"{}\"", Short(text)),
            Value::Number(number) => write!(f, "{number:?}"),
            Value::Integer(integer) => write!(f, "{integer}"),
            Value::Long(long) => write!(f, "{long}"),
            Value::Boolean(boolean) => write!(f, "{boolean}"),
            Value::DateTime(milliseconds) => write!(f, "{milliseconds} ms"),
            Value::Location(place) => write!(f, "({:?}, {:?}, {:?})", place.latitude, place.longitude, place.elevation),
            Value::Blob(base_type, bytes) => write!(f, "{base_type} of {} bytes", bytes.len()),
            Value::InfoTable(table) => {
                write!(f, "table of {} rows", table.rows.len())?;
                table.rows.first().map_or(Ok(()), |row| write!(f, " {}", RowOf(table, row)))?;
                if table.rows.len() > 1 { f.write_str(" ...") } else { Ok(()) }
            }
            Value::Variant(inner) => Cell(inner).fmt(f),
        }
    }
}

/// The beginning of a text, without control characters: it must not break the line of a log.
struct Short<'a>(&'a Text);

impl fmt::Display for Short<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A character has four bytes at most, so that no more has to be looked at.
        let start = self.0.get(..MAX_CHARS * 4).unwrap_or(self.0);
        let text = String::from_utf8_lossy(start);
        for c in text.chars().take(MAX_CHARS) {
            if c.is_control() { write!(f, "{}", c.escape_default())? } else { write!(f, "{c}")? }
        }
        if start.len() < self.0.len() || text.chars().nth(MAX_CHARS).is_some() { f.write_str("...") } else { Ok(()) }
    }
}
