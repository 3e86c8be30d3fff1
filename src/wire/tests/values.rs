use crate::model::{Aspect, BaseType, DataShape, Field, InfoTable, Value};
use crate::wire::*;
use std::time::{Duration, Instant};

fn encoded(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode_value(value, &mut bytes).unwrap();
    bytes
}

fn nested(levels: usize, wrap: fn(Value) -> Value) -> Value {
    (0..levels).fold(Value::Integer(1), |value, _| wrap(value))
}

fn in_variant(value: Value) -> Value {
    Value::Variant(Box::new(value))
}

fn in_table(value: Value) -> Value {
    Value::InfoTable(Box::new(InfoTable::single("t", value)))
}

#[test]
fn long_is_signed_and_has_64_bits() {
    assert_eq!(encoded(&Value::Long(-2)), [0x17, 255, 255, 255, 255, 255, 255, 255, 254]);
    assert_eq!(decode_value(&encoded(&Value::Long(i64::MIN))), Ok((Value::Long(i64::MIN), 9)));
}

#[test]
fn dates_before_1970_are_negative() {
    assert_eq!(decode_value(&[3, 255, 255, 255, 255, 255, 255, 255, 255]), Ok((Value::DateTime(-1), 9)));
}

#[test]
fn texts_change_to_the_long_form_at_128_bytes() {
    assert_eq!(encoded(&Value::string("x".repeat(127)))[..3], [0, 127, b'x']);
    assert_eq!(encoded(&Value::string("x".repeat(128)))[..6], [0, 0x80, 0, 0, 128, b'x']);
    assert_eq!((text_len(&[0; 127]), text_len(&[0; 128])), (128, 132));
}

#[test]
fn sixty_four_levels_are_accepted_and_one_more_is_not() {
    for wrap in [in_variant, in_table] {
        let deepest = nested(MAX_DEPTH, wrap);
        let bytes = encoded(&deepest);
        assert_eq!(value_len(&deepest), bytes.len());
        assert_eq!(decode_value(&bytes), Ok((deepest, bytes.len())));

        let too_deep = nested(MAX_DEPTH + 1, wrap);
        let mut out = vec![1, 2];
        assert_eq!(encode_value(&too_deep, &mut out), Err(EncodeError::TooDeep));
        assert_eq!(out, [1, 2], "nothing is left of a failed encoding");
    }
    let mut bytes = vec![0x12; MAX_DEPTH + 1];
    bytes.extend([0x16, 0, 0, 0, 1]);
    let error = decode_value(&bytes).unwrap_err();
    assert_eq!((error.offset, error.problem), (MAX_DEPTH + 1, Problem::TooDeep));
}

#[test]
fn an_error_says_where_and_what() {
    // A row of two cells, the second one of an unsupported type.
    let bytes = [1, 1, b'a', 0, 0, 0, 0, 0, 1, 0, 2, 2, 1, 0x13, 0, 0];
    let error = decode_table(&bytes).unwrap_err();
    assert_eq!(error.to_string(), "type of a value at byte 13: base type 0x13 is not supported as the type of a value");
    let error = decode_value(&[0, 5, b'a', b'b']).unwrap_err();
    assert_eq!(
        error.to_string(),
        "text value at byte 2: 5 bytes needed, 2 left; the data is cut off or a length in it is false"
    );
}

#[test]
fn nested_counts_cannot_claim_the_same_bytes() {
    // Each row of the tower announces as many cells as bytes follow it, which only the innermost could have.
    let mut bytes = Vec::new();
    for _ in 0..40 {
        bytes.extend([5, 0, 1, 0xff, 0xff]);
    }
    bytes.extend([0xff; 70_000]);
    let error = decode_value(&bytes).unwrap_err();
    assert_eq!(error.offset, 10, "the second row is refused: {error}");
}

#[test]
fn what_does_not_fit_its_count_or_type_is_not_encoded() {
    let mut out = Vec::new();
    let row = vec![Value::Nothing; 65_536];
    assert!(matches!(encode_row(&row, &mut out), Err(EncodeError::TooMany { count: 65_536, max: 65_535, .. })));
    assert!(encode_row(&row[1..], &mut out).is_ok());
    out.clear();
    let mut field = Field::new("f", BaseType::STRING);
    field.aspects = vec![Aspect { name: "a".into(), value: Value::Nothing }; 65_536];
    assert!(matches!(encode_field(&field, &mut out), Err(EncodeError::TooMany { .. })));
    for value in [
        Value::Text(BaseType::NUMBER, "1".into()),
        Value::Text(BaseType(0x13), "1".into()),
        Value::Blob(BaseType::STRING, vec![1]),
    ] {
        assert!(matches!(encode_value(&value, &mut out), Err(EncodeError::WrongType { .. })));
    }
    assert!(out.is_empty());
}

#[test]
fn lone_rows_and_fields_end_at_their_marker() {
    let row = vec![Value::Integer(1), Value::Nothing];
    let mut bytes = Vec::new();
    encode_row(&row, &mut bytes).unwrap();
    assert_eq!((bytes.len(), row_len(&row)), (9, 9));
    bytes.extend([0, 7]);
    assert_eq!(decode_row(&bytes), Ok((Some(row), 9)));
    assert_eq!(decode_row(&bytes[9..]), Ok((None, 1)));

    let field = Field::new("name", BaseType(0x13));
    bytes.clear();
    encode_field(&field, &mut bytes).unwrap();
    assert_eq!(decode_field(&bytes), Ok((Some(field.clone()), field_len(&field))));
    assert_eq!(decode_field(&[0]), Ok((None, 1)));
}

#[test]
fn large_tables_take_linear_time() {
    let shape = DataShape::new(vec![Field::new("n", BaseType::NUMBER), Field::new("s", BaseType::STRING)]);
    let table = |rows: u32| InfoTable {
        shape: shape.clone(),
        rows: (0..rows).map(|row| vec![Value::Number(row.into()), Value::string(format!("row {row}"))]).collect(),
    };
    let time = |rows| {
        let table = table(rows);
        let start = Instant::now();
        let mut bytes = Vec::new();
        encode_table(&table, &mut bytes).unwrap();
        assert_eq!(table_len(&table), bytes.len());
        assert_eq!(decode_table(&bytes), Ok((table, bytes.len())));
        start.elapsed()
    };
    // Quadratic work would take a hundred times as long; the bound leaves room for a machine that is busy.
    let small = time(10_000).max(Duration::from_millis(5));
    let large = time(100_000);
    assert!(large < small * 50, "10 times the rows: {small:?} became {large:?}");
}
