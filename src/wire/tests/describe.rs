use super::{request, response};
use crate::model::{BaseType, InfoTable, Text, Value};
use crate::wire::*;

fn line(message: &Message) -> String {
    describe(message).to_string()
}

#[test]
fn the_key_is_shown_nowhere() {
    let claims = vec![("appKey".into(), "s3cret".into())];
    let message = Message { header: Header::new(MessageCode::AUTH, 2, NO_SESSION), body: Body::Auth { claims } };
    assert_eq!(line(&message), "AUTH 2 appKey=***");
    assert!(!format!("{message:?} {message:#?} {:#}", describe(&message)).contains("s3cret"));
}

#[test]
fn passwords_are_masked() {
    let password = Value::Text(BaseType::PASSWORD, "s3cret".into());
    let table = InfoTable::row_of([("p", password.clone()), ("v", Value::Variant(Box::new(password)))]);
    let message = request("T", Some(table));
    assert_eq!(line(&message), "POST 7 THING T service S {p=***, v=***}");
    assert!(!format!("{:#}", describe(&message)).contains("s3cret"));
}

#[test]
fn one_line_or_one_line_per_row() {
    let mut table = InfoTable::row_of([("n", Value::Number(2.0)), ("s", Value::string("a"))]);
    let message = response(Some(table.clone()));
    assert_eq!(line(&message), "SUCCESS 7 {n=2.0, s=\"a\"}");
    table.rows.push(vec![Value::Nothing, Value::blob([1, 2])]);
    let message = response(Some(table));
    assert_eq!(line(&message), "SUCCESS 7 2 rows of n s");
    assert_eq!(
        format!("{:#}", describe(&message)),
        "SUCCESS 7 2 rows\n    {n=2.0, s=\"a\"}\n    {n=nothing, s=BLOB of 2 bytes}"
    );
}

#[test]
fn texts_cannot_break_the_line_and_long_ones_are_cut() {
    let table = InfoTable::single("s", Value::string("a\nb\u{1b}[31m"));
    assert_eq!(line(&response(Some(table))), "SUCCESS 7 {s=\"a\\nb\\u{1b}[31m\"}");
    let table = InfoTable::single("s", Value::string("ä".repeat(5000)));
    let shown = line(&response(Some(table)));
    assert!(shown.chars().count() < 200 && shown.contains("ä..."), "{shown}");
}

#[test]
fn binds_and_reasons() {
    let names: Vec<Text> = (0..12).map(|index| format!("T{index}").into()).collect();
    let gateway = Some(Gateway { name: "G".into(), gateway_type: "GT".into() });
    let message = Message { header: Header::new(MessageCode::BIND, 3, 1), body: Body::Bind { gateway, names } };
    assert_eq!(line(&message), "BIND 3 gateway G (GT) 12 names: T0 T1 T2 T3 T4 T5 T6 T7 T8 T9 ...");
    let mut message = response(None);
    message.header.code = MessageCode::NOT_FOUND;
    message.header.endpoint_id = 5;
    message.body = Body::Response(Response { reason: Some("no such thing".into()), content: None });
    assert_eq!(line(&message), "NOT_FOUND 7 endpoint 5 \"no such thing\"");
}
