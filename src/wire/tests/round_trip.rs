use crate::model::{Aspect, BaseType, DataShape, Family, Field, InfoTable, Location, Text, Value};
use crate::wire::*;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use std::time::{Duration, Instant};

fn base_types(family: Family) -> impl Strategy<Value = BaseType> {
    let all: Vec<_> = (0..=u8::MAX).map(BaseType).filter(|base_type| base_type.family() == Some(family)).collect();
    prop::sample::select(all)
}

fn text() -> impl Strategy<Value = Text> {
    prop_oneof![
        4 => vec(any::<u8>(), 0..12),
        1 => vec(any::<u8>(), 120..140),
    ]
    .prop_map(Text::from)
}

/// Doubles that are equal to themselves; the bits of NaN are looked at elsewhere.
fn number() -> impl Strategy<Value = f64> {
    any::<f64>().prop_filter("NaN", |number| !number.is_nan())
}

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Nothing),
        (base_types(Family::Text), text()).prop_map(|(base_type, text)| Value::Text(base_type, text)),
        (base_types(Family::Blob), any::<Vec<u8>>()).prop_map(|(base_type, bytes)| Value::Blob(base_type, bytes)),
        number().prop_map(Value::Number),
        any::<i32>().prop_map(Value::Integer),
        any::<i64>().prop_map(Value::Long),
        any::<bool>().prop_map(Value::Boolean),
        any::<i64>().prop_map(Value::DateTime),
        (number(), number(), number()).prop_map(|(latitude, longitude, elevation)| {
            Value::Location(Location { latitude, longitude, elevation })
        }),
    ]
}

fn table_of(value: impl Strategy<Value = Value> + Clone) -> impl Strategy<Value = InfoTable> {
    let aspect = (text(), value.clone()).prop_map(|(name, value)| Aspect { name, value });
    let field = (text(), text(), any::<u8>(), vec(aspect, 0..2)).prop_map(|(name, description, base_type, aspects)| {
        Field { name, description, base_type: BaseType(base_type), aspects }
    });
    (vec(field, 0..4), vec(vec(value, 0..4), 0..4))
        .prop_map(|(fields, rows)| InfoTable { shape: DataShape::new(fields), rows })
}

fn value() -> impl Strategy<Value = Value> + Clone {
    leaf()
        .prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                inner.clone().prop_map(|value| Value::Variant(Box::new(value))),
                table_of(inner.boxed()).prop_map(|table| Value::InfoTable(Box::new(table))),
            ]
        })
        .boxed()
}

fn pairs() -> impl Strategy<Value = Vec<(Text, Text)>> {
    vec((text(), text()), 0..3)
}

fn body() -> impl Strategy<Value = (MessageCode, Body)> {
    let requests = [MessageCode::GET, MessageCode::PUT, MessageCode::POST, MessageCode::DELETE];
    let request = (any::<u8>(), text(), any::<u8>(), text(), pairs(), option::of(table_of(value()))).prop_map(
        |(entity_type, entity, characteristic, name, headers, params)| {
            Body::Request(Request {
                entity_type: EntityType(entity_type),
                entity,
                characteristic: Characteristic(characteristic),
                name,
                headers,
                params,
            })
        },
    );
    let reason = option::of(text().prop_filter("written as none", |reason| !reason.is_empty()));
    let response = (reason, option::of(table_of(value())))
        .prop_map(|(reason, content)| Body::Response(Response { reason, content }));
    let gateway = (text(), text()).prop_map(|(name, gateway_type)| Gateway { name, gateway_type });
    let bind = (option::of(gateway), vec(text(), 0..20)).prop_map(|(gateway, names)| Body::Bind { gateway, names });
    let auth = pairs().prop_filter("no claim", |claims| !claims.is_empty()).prop_map(|claims| Body::Auth { claims });
    prop_oneof![
        (prop::sample::select(requests.to_vec()), request),
        ((0x40..=u8::MAX).prop_map(MessageCode), response),
        (prop::sample::select(vec![MessageCode::BIND, MessageCode::UNBIND]), bind),
        auth.prop_map(|body| (MessageCode::AUTH, body)),
    ]
}

fn message() -> impl Strategy<Value = Message> {
    (body(), any::<[u32; 3]>()).prop_map(|((code, body), [request_id, endpoint_id, session_id])| Message {
        header: Header { version: 1, code, request_id, endpoint_id, session_id },
        body,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn values_survive(value in value(), behind: Vec<u8>) {
        let mut bytes = Vec::new();
        encode_value(&value, &mut bytes).unwrap();
        let len = bytes.len();
        prop_assert_eq!(value_len(&value), len);
        bytes.extend(behind);
        prop_assert_eq!(decode_value(&bytes).unwrap(), (value, len));
        for cut in 0..len {
            prop_assert!(decode_value(&bytes[..cut]).is_err(), "cut after {} of {} bytes", cut, len);
        }
    }

    #[test]
    fn doubles_keep_their_bits(bits: u64) {
        let bytes = [&[1][..], &bits.to_be_bytes()].concat();
        let (value, _) = decode_value(&bytes).unwrap();
        let mut again = Vec::new();
        encode_value(&value, &mut again).unwrap();
        prop_assert_eq!(again, bytes);
    }

    #[test]
    fn tables_survive(table in table_of(value())) {
        let mut bytes = Vec::new();
        encode_table(&table, &mut bytes).unwrap();
        prop_assert_eq!(table_len(&table), bytes.len());
        prop_assert_eq!(decode_table(&bytes).unwrap(), (table, bytes.len()));
    }

    #[test]
    fn messages_survive_whole_and_in_chunks_in_any_order(
        (message, seeds) in (message(), vec(any::<usize>(), 200)),
        chunk_size in 200u16..2000,
        deflate: bool,
    ) {
        let limits = AssemblerLimits::platform();
        for chunk_size in [chunk_size, u16::MAX] {
            let cut = Cut { chunk_size, deflate, ..Cut::default() };
            let mut sent = encode(&message, &cut).unwrap();
            let body = encode_body(message.header.code, &message.body).unwrap();
            prop_assert_eq!(&encode_with_body(&message.header, &body, &cut).unwrap(), &sent);
            prop_assert_eq!(sent.len() == 1, body.len() + 21 <= usize::from(chunk_size));
            prop_assert!(sent.iter().all(|bytes| bytes.len() <= usize::from(chunk_size)));
            for (index, seed) in seeds.iter().enumerate() {
                let len = sent.len();
                sent.swap(index % len, seed % len);
            }
            let mut assembler = Assembler::new(limits);
            let now = Instant::now();
            let mut delivered: Vec<_> = sent.iter().map(|bytes| assembler.receive(bytes, now).unwrap()).collect();
            let last = delivered.pop().unwrap().expect("complete with the last chunk");
            prop_assert!(delivered.iter().all(Option::is_none));
            prop_assert_eq!(last.trailing, 0);
            prop_assert_eq!(&last.message, &message);
        }
    }

    #[test]
    fn any_bytes_are_taken_or_refused(bytes: Vec<u8>, start in prop::sample::select(vec![
        &b"\x01\x03\0\0\0\x01\0\0\0\0\0\0\0\x01\0\x0a\x01T\x02\x01S\0\x05"[..],
        &b"\x01\x40\0\0\0\x01\0\0\0\0\0\0\0\x01\0\0\x05\x01\x01a\0\0\0\0\0"[..],
        &b"\x01\x40\0\0\0\x01\0\0\0\0\0\0\0\x01\x01\0"[..],
        &b""[..],
    ])) {
        let mut assembler = Assembler::new(AssemblerLimits::device(1 << 20, Duration::from_secs(50)));
        let input = [start, bytes.as_slice()].concat();
        if let Ok(Some(received)) = assembler.receive(&input, Instant::now()) {
            // What has been understood can be written, and then means the same.
            let Message { header, body } = &received.message;
            let again = encode_body(header.code, body).unwrap();
            let (decoded, used) = decode_body(header.code, &again).unwrap();
            prop_assert_eq!(used, again.len());
            prop_assert_eq!(encode_body(header.code, &decoded).unwrap(), again);
        }
    }
}
