//! malformed.json: what must be refused, without a crash and without memory out of proportion.

use super::allocation::peak_of;
use super::messages::assembler;
use super::notation::{hex, text_member};
use super::{Checked, same};
use serde_json::Value as Json;
use std::time::Instant;
use twedge::net::websocket::Inflate;
use twedge::wire::{MessageCode, Rejected, decode_header, decode_table, decode_value};

/// Bytes of memory that a byte of input may cost at most. The dearest input is a list of one-byte parts: a value or a text
/// takes 32 bytes at most, twice that while a list grows.
const PER_BYTE: usize = 96;
const FIXED: usize = 4096;

/// What a decoder made of its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Value,
    Error,
}

pub fn check(vector: &Json) -> Checked {
    let input = &vector["input"];
    let outcome = match text_member(vector, "decoder")? {
        "primitive" => single(&bytes(vector)?, |input| decode_value(input).is_ok())?,
        "infotable" => single(&bytes(vector)?, |input| decode_table(input).is_ok())?,
        "message" => message(&bytes(vector)?)?,
        "multipart" => return multipart(input, text_member(vector, "require")?),
        "inflate" => return Ok(false),
        decoder => return Err(format!("unknown decoder {decoder}")),
    };
    judge(outcome, text_member(vector, "require")?)
}

/// The compressed payloads, which the WebSocket layer decodes.
pub fn check_inflate(vector: &Json) -> Checked {
    if text_member(vector, "decoder")? != "inflate" {
        return Ok(false);
    }
    let mut inflate = Inflate::new(false);
    let outcome = single(&bytes(vector)?, |input| inflate.message(input, 3 << 19).is_ok())?;
    judge(outcome, text_member(vector, "require")?)
}

fn judge(outcome: Outcome, require: &str) -> Checked {
    match (require, outcome) {
        ("error", Outcome::Error) | ("value", Outcome::Value) | ("value-or-error", _) => Ok(true),
        ("error" | "value", outcome) => Err(format!("{outcome:?} where {require} is required")),
        (require, _) => Err(format!("unknown requirement {require}")),
    }
}

fn single(input: &[u8], decodes: impl FnOnce(&[u8]) -> bool) -> Result<Outcome, String> {
    let (decoded, peak) = peak_of(|| decodes(input));
    check_peak(peak, input.len())?;
    Ok(if decoded { Outcome::Value } else { Outcome::Error })
}

fn check_peak(peak: usize, input: usize) -> Result<(), String> {
    if peak > input * PER_BYTE + FIXED {
        return Err(format!("{peak} bytes of memory for {input} bytes of input"));
    }
    Ok(())
}

fn message(input: &[u8]) -> Result<Outcome, String> {
    let mut assembler = assembler();
    let (result, peak) = peak_of(|| assembler.receive(input, Instant::now()));
    check_peak(peak, input.len())?;
    match result {
        Ok(Some(_)) => Ok(Outcome::Value),
        Ok(None) => Err("taken for a chunk".into()),
        Err(rejected) => check_reaction(input, &rejected).map(|()| Outcome::Error),
    }
}

/// A request whose header could be read is answered, a response ends the call that waits for it.
fn check_reaction(input: &[u8], rejected: &Rejected) -> Result<(), String> {
    let header = decode_header(input).ok().map(|(header, _)| header);
    let answer = header.filter(|header| header.code.expects_answer()).map(|_| MessageCode::BAD_REQUEST);
    same("answer", rejected.answer(), answer)?;
    let ended = header.filter(|header| header.code.is_response()).map(|header| header.request_id);
    same("call ended", rejected.ends_call(), ended)
}

fn multipart(input: &Json, require: &str) -> Checked {
    let list = input.as_array().ok_or("the input is no list")?;
    let inputs: Vec<Vec<u8>> =
        list.iter().map(|bytes| hex(bytes.as_str().ok_or("no hex")?)).collect::<Result<_, _>>()?;
    let mut assembler = assembler();
    let (delivered, peak) = peak_of(|| {
        let results = inputs.iter().map(|input| assembler.receive(input, Instant::now()));
        results.filter(|result| matches!(result, Ok(Some(_)))).count()
    });
    check_peak(peak, inputs.iter().map(Vec::len).sum())?;
    match (require, delivered) {
        ("discard" | "error", 0) | ("deliver" | "value", 1) | ("deliver-or-discard" | "value-or-error", 0 | 1) => {
            Ok(true)
        }
        ("discard" | "error" | "deliver" | "value" | "deliver-or-discard" | "value-or-error", count) => {
            Err(format!("{count} messages delivered where {require} is required"))
        }
        (require, _) => Err(format!("unknown requirement {require}")),
    }
}

/// The input itself, or built as `inputConstruction` says.
fn bytes(vector: &Json) -> Result<Vec<u8>, String> {
    match vector["input"].as_str() {
        Some(input) => hex(input),
        None => construct(text_member(vector, "inputConstruction")?),
    }
}

/// Parts joined by `followed by` or `then`; a part is hex, `n bytes hex` or `n times hex`.
fn construct(description: &str) -> Result<Vec<u8>, String> {
    let description = description.replace(" followed by ", ", ").replace("then ", "");
    let mut bytes = Vec::new();
    for part in description.split(", ") {
        let words: Vec<&str> = part.split_whitespace().collect();
        let (count, unit) = match words.as_slice() {
            [count, "bytes" | "times", unit @ ..] => {
                (count.parse().map_err(|_| format!("{count:?} is no number"))?, unit)
            }
            unit => (1, unit),
        };
        bytes.extend(hex(&unit.concat())?.repeat(count));
    }
    Ok(bytes)
}

#[test]
fn constructions() {
    assert_eq!(construct("3 bytes 12 followed by 1601").unwrap(), [0x12, 0x12, 0x12, 0x16, 0x01]);
    assert_eq!(
        construct("2 times 0100 05, then 0000, then 2 times 00").unwrap(),
        hex("0100050100050000 0000".replace(' ', "").as_str()).unwrap()
    );
    assert!(construct("something else").is_err());
}
