use super::*;
use crate::model::{Aspect, BaseType, DataShape, Field, InfoTable, Location, Text, Value};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

fn text_of(value: &Value) -> String {
    String::from_utf8(value_to_text(value).unwrap()).unwrap()
}

#[test]
fn numbers_read_back_to_the_same_double() {
    for (number, text) in [
        (21.5, "21.5"),
        (1.0, "1"),
        (-0.0, "-0.0"),
        (0.0, "0"),
        (10.123456789, "10.123456789"),
        (1234567890.5, "1234567890.5"),
        (9_007_199_254_740_991.0, "9007199254740991"),
    ] {
        assert_eq!(text_of(&Value::Number(number)), text);
        let json: Json = serde_json::from_str(text).unwrap();
        assert_eq!(value_from_json(&json, BaseType::NUMBER), Ok(Value::Number(number)));
    }
    for number in [1e100, 5e-324, f64::MAX, f64::MIN_POSITIVE, 9_007_199_254_740_994.0, -1.80402290818052e-9] {
        let json: Json = serde_json::from_str(&text_of(&Value::Number(number))).unwrap();
        assert_eq!(value_from_json(&json, BaseType::NUMBER), Ok(Value::Number(number)));
    }
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(text_of(&Value::Number(number)), "null");
        assert_eq!(value_to_json(&Value::Number(number)), Some(Json::Null));
    }
}

#[test]
fn bytes_that_are_not_utf8_stay_in_text() {
    let value = Value::string(&b"a\xff\"\\\n\x01b"[..]);
    assert_eq!(value_to_text(&value).unwrap(), b"\"a\xff\\\"\\\\\\n\\u0001b\"");
    assert_eq!(value_to_json(&value).unwrap(), json!("a\u{fffd}\"\\\n\u{1}b"));
}

#[test]
fn json_texts_become_trees_and_what_is_none_is_left_out() {
    let good = Value::Text(BaseType::JSON, " {\"n\":12345678901234567890123,\"x\":[1,2]} ".into());
    let bad = Value::Text(BaseType::QUERY, "{not".into());
    assert_eq!(text_of(&good), "{\"n\":12345678901234567890123,\"x\":[1,2]}");
    assert_eq!(value_to_text(&bad), None);
    assert_eq!(value_to_json(&bad), None);
    let table = InfoTable::row_of([
        ("first", Value::Integer(1)),
        ("bad", bad.clone()),
        ("variant", Value::Variant(Box::new(bad))),
        ("last", Value::Integer(2)),
    ]);
    assert_eq!(table_to_json(&table)["rows"], json!([{"first": 1, "last": 2}]));
    let text = table_to_text(&table);
    assert_eq!(serde_json::from_slice::<Json>(&text).unwrap(), table_to_json(&table));
}

#[test]
fn the_form_of_a_table() {
    let mut table = InfoTable::row_of([
        ("z", Value::Location(Location { latitude: 1.5, longitude: -2.0, elevation: f64::NAN })),
        ("a", Value::Variant(Box::new(Value::Boolean(true)))),
    ]);
    table.shape.fields[0].aspects.push(Aspect { name: "ordinal".into(), value: Value::Integer(3) });
    table.rows.push(vec![Value::Nothing]);
    assert_eq!(
        String::from_utf8(table_to_text(&table)).unwrap(),
        "{\"rows\":[{\"z\":{\"elevation\":null,\"latitude\":1.5,\"longitude\":-2},\"a\":true}],\
         \"datashape\":{\"fieldDefinitions\":{\
         \"z\":{\"name\":\"z\",\"description\":\"\",\"baseType\":\"LOCATION\",\"aspects\":{\"ordinal\":3}},\
         \"a\":{\"name\":\"a\",\"description\":\"\",\"baseType\":\"VARIANT\",\"aspects\":{}}}}}"
    );
}

#[test]
fn a_named_shape_says_so() {
    let shape = DataShape { name: Some("NamedVTQ".into()), fields: vec![Field::new("v", BaseType::NUMBER)] };
    let json = shape_to_json(&shape);
    assert_eq!(json["name"], json!("NamedVTQ"));
    assert_eq!(shape_from_json(&json), Ok(shape));
}

#[test]
fn tables_are_read_with_the_shape_key_in_any_case() {
    for key in ["datashape", "dataShape", "DATASHAPE"] {
        let json = json!({"rows": [{"n": 1.5}, {}], key: {"fieldDefinitions": {"n": {"baseType": "NUMBER"}}}});
        let table = table_from_json(&json).unwrap();
        assert_eq!(table.rows, [[Value::Number(1.5)], [Value::Nothing]]);
    }
}

#[test]
fn both_forms_of_a_variant_are_read() {
    let shape = json!({"fieldDefinitions": {"x": {"baseType": "VARIANT"}, "n": {"baseType": "STRING"}}});
    let variant = |value| Value::Variant(Box::new(value));
    for (row, inner) in [
        (json!({"baseType": "VARIANT", "value": 7, "n": "s"}), Value::Number(7.0)),
        (json!({"x": 7, "n": "s"}), Value::Number(7.0)),
        (json!({"x": {"baseType": "INTEGER", "value": 7}, "n": "s"}), Value::Integer(7)),
        (json!({"x": {"other": 1}, "n": "s"}), Value::Text(BaseType::JSON, "{\"other\":1}".into())),
        (json!({"x": null, "n": "s"}), Value::Nothing),
    ] {
        let table = table_from_json(&json!({"rows": [row], "datashape": shape})).unwrap();
        assert_eq!(table.rows, [[variant(inner), Value::string("s")]]);
    }
}

#[test]
fn times_before_1970_are_read_in_either_spelling() {
    for json in ["-86400000", "18446744073623151616", "\"-86400000\""] {
        let json: Json = serde_json::from_str(json).unwrap();
        assert_eq!(value_from_json(&json, BaseType::DATETIME), Ok(Value::DateTime(-86_400_000)));
    }
}

#[test]
fn what_does_not_fit_the_type_is_an_error_that_names_the_place() {
    for (json, base_type) in [
        (json!(1.5), BaseType::INTEGER),
        (json!(2147483648i64), BaseType::INTEGER),
        (json!("x"), BaseType::NUMBER),
        (json!(1e30), BaseType::LONG),
        (json!("maybe"), BaseType::BOOLEAN),
        (json!([1]), BaseType::STRING),
        (json!("not base64!"), BaseType::BLOB),
        (json!("text"), BaseType::LOCATION),
        (json!({}), BaseType::INFOTABLE),
        (json!(1), BaseType::TIMESPAN),
    ] {
        assert!(value_from_json(&json, base_type).is_err(), "{json} as {base_type}");
    }
    let table = json!({"rows": [{"n": "x"}], "datashape": {"fieldDefinitions": {"n": {"baseType": "NUMBER"}}}});
    let message = table_from_json(&table).unwrap_err().to_string();
    assert_eq!(message, "n: the text \"x\" cannot be read as a NUMBER");
    let secret = value_from_json(&json!(["secret"]), BaseType::PASSWORD).unwrap_err().to_string();
    assert!(!secret.contains("secret"));
}

#[test]
fn nesting_has_an_end() {
    let mut json = json!(1);
    for _ in 0..100 {
        json = json!({"rows": [{"t": json}], "datashape": {"fieldDefinitions": {"t": {"baseType": "INFOTABLE"}}}});
    }
    let error = table_from_json(&json).unwrap_err();
    assert!(error.to_string().ends_with("nested more than 64 levels deep"), "{error}");
}

fn leaf() -> impl Strategy<Value = Value> {
    let text = any::<String>().prop_map(Text::from);
    prop_oneof![
        text.prop_map(Value::string),
        any::<f64>().prop_filter("JSON has no other numbers", |number| number.is_finite()).prop_map(Value::Number),
        any::<i32>().prop_map(Value::Integer),
        any::<i64>().prop_map(Value::Long),
        any::<bool>().prop_map(Value::Boolean),
        any::<i64>().prop_map(Value::DateTime),
        any::<Vec<u8>>().prop_map(|bytes| Value::Blob(BaseType::IMAGE, bytes)),
        Just(Value::Text(BaseType::JSON, "{\"a\":[1,null]}".into())),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn tables_survive(cells in prop::collection::vec(leaf(), 0..6), nested: bool) {
        let mut table = InfoTable::row_of(cells.into_iter().enumerate().map(|(index, cell)| (index.to_string(), cell)));
        if nested {
            table = InfoTable::single("table", Value::InfoTable(Box::new(table)));
        }
        let json = table_to_json(&table);
        prop_assert_eq!(serde_json::from_slice::<Json>(&table_to_text(&table)).unwrap(), json.clone());
        prop_assert_eq!(table_from_json(&json).unwrap(), table);
    }
}
