//! Our JSON against that of the original.
//!
//! The original prints numbers with few digits, times before 1970 as unsigned, and two members in place of a VARIANT. So our
//! JSON is brought into the original's form, by the value that it stands for, before trees or texts are compared; and it is
//! read back and compared with the value, which the original's JSON often does not carry.

use super::notation::{hex, sha256_hex};
use super::same;
use serde_json::Value as Json;
use twedge::model::{InfoTable, Value, json};
use twedge::wire::encode_value;

/// A JSON tree that keeps members of the same name.
#[derive(Clone, Debug, PartialEq)]
enum Tree {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    Array(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

/// Checks our text for a value (a table, or an object with the member `v`) in every respect that the vector tells.
pub fn check_json(vector: &Json, value: &Value, ours: &[u8]) -> Result<(), String> {
    if let Some(wanted) = vector["jsonHex"].as_str() {
        if std::str::from_utf8(ours).is_err() {
            return same("JSON bytes", ours.to_vec(), hex(wanted)?);
        }
    }
    let parsed: Json = serde_json::from_slice(ours).map_err(|error| format!("our JSON is none: {error}"))?;
    // A bare table is its own JSON; another value is the member of an object.
    let bare = vector["table"].is_object();
    let own = if bare { Some(&parsed) } else { parsed.get("v") };
    if let Some(own) = own {
        reads_back(value, own)?;
    }
    if vector["jsonLossy"] == true {
        return Ok(());
    }
    let tree = if bare { original_value(value, &parsed) } else { Tree::Object(original_members("v", value, &parsed)) };
    if let Some(wanted) = vector["jsonSha256"].as_str() {
        let printed = print(&tree);
        same("length of JSON", Some(printed.len() as u64), vector["jsonLen"].as_u64())?;
        return same("hash of JSON", sha256_hex(printed.as_bytes()).as_str(), wanted);
    }
    let wanted = match (vector["json"].as_str(), vector["jsonHex"].as_str()) {
        (Some(text), _) => text.to_owned(),
        (None, Some(bytes)) => String::from_utf8(hex(bytes)?).map_err(|error| error.to_string())?,
        (None, None) => return Ok(()),
    };
    let wanted = if vector["jsonInvalid"] == true { nulls_for_no_numbers(&wanted) } else { wanted };
    let wanted: Json = serde_json::from_str(&wanted).map_err(|error| format!("json of the vector: {error}"))?;
    same("JSON", merged(tree), merged(plain(&wanted)))
}

/// Reads our JSON as a value of the type of `value` and compares.
fn reads_back(value: &Value, ours: &Json) -> Result<(), String> {
    match value {
        Value::Variant(inner) => reads_back(inner, ours),
        Value::InfoTable(table) => reads_back_table(table, ours),
        // JSON texts are compared as trees; doubles that JSON does not have are null.
        Value::Text(..) if matches!(value.base_type().name(), Some("JSON" | "QUERY")) => Ok(()),
        Value::Number(number) if !number.is_finite() => same("JSON of no number", ours, &Json::Null),
        Value::Text(_, text) if text.as_str().is_none() => Ok(()),
        Value::Location(place) => {
            for (name, number) in
                [("latitude", place.latitude), ("longitude", place.longitude), ("elevation", place.elevation)]
            {
                reads_back(&Value::Number(number), &ours[name])?;
            }
            Ok(())
        }
        value => {
            let read = json::value_from_json(ours, value.base_type()).map_err(|error| error.to_string())?;
            same("value read back from JSON", encoded(&read), encoded(value))
        }
    }
}

fn encoded(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode_value(value, &mut bytes).expect("a value that can be encoded");
    bytes
}

fn reads_back_table(table: &InfoTable, ours: &Json) -> Result<(), String> {
    if complete_rows(table).all(|row| suits(table, row)) {
        let read = json::table_from_json(ours).map_err(|error| error.to_string())?;
        same("rows read back from JSON", read.rows.len(), complete_rows(table).count())?;
        same("fields read back from JSON", read.shape.fields.len(), table.shape.fields.len())?;
    }
    let mut rows = ours["rows"].as_array().ok_or("no rows in JSON")?.iter();
    for row in complete_rows(table) {
        let members = rows.next().ok_or("a row is missing in JSON")?;
        for (field, cell) in table.shape.fields.iter().zip(row) {
            if let Some(member) = members.get(field.name.to_string_lossy().as_ref()) {
                reads_back(cell, member)?;
            }
        }
    }
    same("rows left over in JSON", rows.count(), 0)
}

/// Whether every cell has the type of its column, by which a reader of JSON has to take it.
fn suits(table: &InfoTable, row: &[Value]) -> bool {
    let mut pairs = table.shape.fields.iter().zip(row);
    pairs.all(|(field, cell)| *cell == Value::Nothing || cell.base_type() == field.base_type)
}

fn complete_rows(table: &InfoTable) -> impl Iterator<Item = &Vec<Value>> {
    table.rows.iter().filter(|row| row.len() == table.shape.fields.len())
}

/// The members that the original prints for a value of that name, made of our object.
fn original_members(name: &str, value: &Value, ours: &Json) -> Vec<(String, Tree)> {
    let Some(member) = ours.get(name) else {
        return if matches!(value, Value::Variant(_)) { vec![variant_mark()] } else { Vec::new() };
    };
    named(name, value, member)
}

fn named(name: &str, value: &Value, member: &Json) -> Vec<(String, Tree)> {
    match value {
        Value::Variant(inner) => {
            let mut members = vec![variant_mark()];
            members.extend(named("value", inner, member));
            members
        }
        value => vec![(name.to_owned(), original_value(value, member))],
    }
}

fn variant_mark() -> (String, Tree) {
    ("baseType".into(), Tree::Text("VARIANT".into()))
}

fn original_value(value: &Value, ours: &Json) -> Tree {
    match value {
        Value::DateTime(_) => ours.as_i64().map_or(Tree::Null, |ms| Tree::Number(ms as u64 as f64)),
        Value::InfoTable(table) => original_table(table, ours),
        _ => plain(ours),
    }
}

fn original_table(table: &InfoTable, ours: &Json) -> Tree {
    let Json::Object(members) = ours else { return plain(ours) };
    let convert = |(name, member): (&String, &Json)| {
        let tree = match (name.as_str(), member) {
            ("rows", Json::Array(rows)) => {
                let pairs = complete_rows(table).zip(rows);
                Tree::Array(pairs.map(|(row, ours)| original_row(table, row, ours)).collect())
            }
            _ => plain(member),
        };
        (name.clone(), tree)
    };
    Tree::Object(members.iter().map(convert).collect())
}

fn original_row(table: &InfoTable, row: &[Value], ours: &Json) -> Tree {
    let cells = table.shape.fields.iter().zip(row);
    Tree::Object(cells.flat_map(|(field, cell)| original_members(&field.name.to_string_lossy(), cell, ours)).collect())
}

fn plain(json: &Json) -> Tree {
    match json {
        Json::Null => Tree::Null,
        Json::Bool(boolean) => Tree::Bool(*boolean),
        Json::Number(number) => Tree::Number(number.as_f64().unwrap_or(f64::NAN)),
        Json::String(text) => Tree::Text(text.clone()),
        Json::Array(elements) => Tree::Array(elements.iter().map(plain).collect()),
        Json::Object(members) => {
            Tree::Object(members.iter().map(|(name, member)| (name.clone(), plain(member))).collect())
        }
    }
}

/// The tree as a parser sees it: of members of the same name the last counts, and their order does not.
fn merged(tree: Tree) -> Tree {
    match tree {
        Tree::Array(elements) => Tree::Array(elements.into_iter().map(merged).collect()),
        Tree::Object(members) => {
            let members: std::collections::BTreeMap<_, _> =
                members.into_iter().map(|(name, member)| (name, merged(member))).collect();
            Tree::Object(members.into_iter().collect())
        }
        tree => tree,
    }
}

/// Replaces nan and inf, which the original prints outside of texts, by null.
fn nulls_for_no_numbers(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    let mut quoted = false;
    while let Some(c) = rest.chars().next() {
        let word = ["-nan", "nan", "-inf", "inf"].into_iter().find(|word| !quoted && rest.starts_with(word));
        let len = match word {
            Some(word) => {
                out.push_str("null");
                word.len()
            }
            None => {
                let len = if quoted && c == '\\' { 2 } else { c.len_utf8() };
                quoted ^= c == '"';
                out.push_str(&rest[..len]);
                len
            }
        };
        rest = &rest[len..];
    }
    out
}

/// Prints without white space, numbers as the original does.
fn print(tree: &Tree) -> String {
    match tree {
        Tree::Null => "null".into(),
        Tree::Bool(boolean) => boolean.to_string(),
        Tree::Number(number) => print_number(*number),
        Tree::Text(text) => print_text(text),
        Tree::Array(elements) => format!("[{}]", elements.iter().map(print).collect::<Vec<_>>().join(",")),
        Tree::Object(members) => {
            let members = members.iter().map(|(name, member)| format!("{}:{}", print_text(name), print(member)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
    }
}

fn print_text(text: &str) -> String {
    serde_json::to_string(text).expect("a text")
}

fn print_number(number: f64) -> String {
    let size = number.abs();
    if (number - number.floor()).abs() <= f64::EPSILON && size < 1e60 {
        format!("{number:.0}")
    } else if !(1e-6..=1e9).contains(&size) {
        scientific(number)
    } else {
        format!("{number:.6}")
    }
}

/// `%e` of C.
fn scientific(number: f64) -> String {
    let printed = format!("{number:.6e}");
    let (mantissa, exponent) = printed.split_once('e').expect("an exponent");
    let exponent: i32 = exponent.parse().expect("a number");
    format!("{mantissa}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

#[test]
fn numbers_are_printed_like_the_original() {
    for (number, text) in [
        (3.0, "3"),
        (0.1, "0.100000"),
        (1e-7, "1.000000e-07"),
        (1e100, "1.000000e+100"),
        (1234567890.5, "1.234568e+09"),
        (18446744073709551616.0, "18446744073709551616"),
    ] {
        assert_eq!(print_number(number), text);
    }
    assert_eq!(nulls_for_no_numbers(r#"{"nan\"inf":-nan,"b":[inf]}"#), r#"{"nan\"inf":null,"b":[null]}"#);
}
