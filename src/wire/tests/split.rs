use super::{blob, request, response};
use crate::model::{Text, Value};
use crate::wire::*;

fn cut(chunk_size: u16) -> Cut {
    Cut { chunk_size, ..Cut::default() }
}

fn lengths(message: &Message, cut: &Cut) -> Vec<usize> {
    encode(message, cut).unwrap().iter().map(Vec::len).collect()
}

/// Length of the body of a message.
fn body_len(message: &Message) -> usize {
    encode_body(message.header.code, &message.body).unwrap().len()
}

#[test]
fn a_message_is_cut_only_above_the_limit() {
    let message = response(blob(200));
    let limit = u16::try_from(body_len(&message) + 21).unwrap();
    assert_eq!(lengths(&message, &cut(limit)), [usize::from(limit) - 6]);
    let deflate = Cut { deflate: true, ..cut(limit) };
    assert_eq!(lengths(&message, &deflate), [usize::from(limit) - 6], "room for compression is kept in chunks only");
    assert_eq!(lengths(&message, &cut(limit - 1)).len(), 2);
}

#[test]
fn an_exact_multiple_makes_no_empty_chunk() {
    let chunk_size = 100;
    let usable = usize::from(chunk_size) - 21;
    let message = (0..).map(|len| response(blob(len))).find(|message| body_len(message) == 4 * usable).unwrap();
    assert_eq!(lengths(&message, &cut(chunk_size)), [100; 4]);
}

#[test]
fn every_chunk_of_a_request_names_the_entity_within_the_limit() {
    for name_len in [1, 5, 126, 127, 128, 129, 400] {
        for deflate in [false, true] {
            let message = request("n".repeat(name_len), blob(3000));
            let cut = Cut { deflate, ..cut(512) };
            let chunks = encode(&message, &cut).unwrap();
            let entity = 1 + text_len(&vec![0; name_len]);
            let usable = 512 - 21 - if deflate { 4 } else { 0 } - entity;
            // An entity longer than a piece goes on top of a full first piece.
            let counted = body_len(&message) - if entity > usable { entity } else { 0 };
            assert_eq!(chunks.len(), counted.div_ceil(usable));
            for chunk in &chunks {
                assert!(chunk.len() <= 512 - if deflate { 4 } else { 0 });
                let Ok(Packet::Chunk(chunk)) = decode(chunk) else { panic!("no chunk") };
                assert_eq!(chunk.entity, Some((EntityType::THING, "n".repeat(name_len).into())));
                assert!(!chunk.data.is_empty());
            }
        }
    }
}

#[test]
fn a_message_that_cannot_be_sent_is_an_error_that_says_why() {
    let large = Cut { max_message_size: 1000, ..Cut::default() };
    let error = encode(&response(blob(1000)), &large).unwrap_err();
    assert!(error.is_too_large() && matches!(error, EncodeError::MessageTooLarge { limit: 1000, .. }));
    let exact = response(blob(100));
    let limit = body_len(&exact) + 21;
    assert!(encode(&exact, &Cut { max_message_size: limit, ..Cut::default() }).is_ok());
    assert!(encode(&exact, &Cut { max_message_size: limit - 1, ..Cut::default() }).is_err());

    let error = encode(&request("n".repeat(60), blob(100)), &cut(64)).unwrap_err();
    assert!(error.is_too_large() && matches!(error, EncodeError::ChunkTooSmall { entity: 62, chunk_size: 64 }));
    let error = encode(&response(blob(70_000)), &cut(22)).unwrap_err();
    assert!(error.is_too_large() && matches!(error, EncodeError::TooManyChunks { .. }));
    let error = encode(&response(blob(100)), &cut(21)).unwrap_err();
    assert!(matches!(error, EncodeError::ChunkTooSmall { entity: 0, .. }));
}

#[test]
fn a_header_and_body_that_do_not_belong_together_are_refused() {
    let mut message = response(None);
    message.header.code = MessageCode::POST;
    assert!(matches!(encode(&message, &Cut::default()), Err(EncodeError::WrongBody { .. })));
    message.header.code = MessageCode(0x05);
    assert!(!encode(&message, &Cut::default()).unwrap_err().is_too_large());
}

#[test]
fn a_reason_is_written_with_its_marker_and_none_without_a_text() {
    let mut message = response(None);
    let Body::Response(answer) = &mut message.body else { unreachable!() };
    answer.reason = Some("no".into());
    assert_eq!(encode(&message, &Cut::default()).unwrap()[0][15..], *b"\x01\x02no\xff");
    let Body::Response(answer) = &mut message.body else { unreachable!() };
    answer.reason = Some(Text::new());
    assert_eq!(encode(&message, &Cut::default()).unwrap()[0][15..], *b"\x00\xff");
}

fn bind_sizes(parts: &[&[Text]], gateway: Option<&Gateway>) -> Vec<usize> {
    parts
        .iter()
        .map(|names| {
            let body = Body::Bind { gateway: gateway.cloned(), names: names.to_vec() };
            encode_body(MessageCode::BIND, &body).unwrap().len() + 21
        })
        .collect()
}

#[test]
fn bind_lists_fill_messages_to_the_limit_and_not_beyond() {
    let gateway = Gateway { name: "G".into(), gateway_type: "T".repeat(130).into() };
    let names: Vec<Text> = (0..100).map(|index| format!("Thing_{index:03}").into()).collect();
    for gateway in [None, Some(&gateway)] {
        for chunk_size in 170..200 {
            let parts = bind_parts(gateway, &names, &cut(chunk_size)).unwrap();
            assert_eq!(parts.concat(), names);
            let sizes = bind_sizes(&parts, gateway);
            let (last, full) = sizes.split_last().unwrap();
            // A name takes 10 bytes.
            assert!(full.iter().all(|size| (usize::from(chunk_size) - 9..=usize::from(chunk_size)).contains(size)));
            assert!(*last <= usize::from(chunk_size));
        }
    }
    assert!(bind_parts(None, &[], &cut(100)).unwrap().is_empty());
}

#[test]
fn a_name_that_fits_in_no_message_is_an_error() {
    let names = ["a".into(), Text::from("n".repeat(76))];
    let error = bind_parts(None, &names, &cut(100)).unwrap_err();
    assert!(error.is_too_large() && matches!(error, EncodeError::NameTooLong { name: 76, chunk_size: 100 }));
    assert_eq!(bind_parts(None, &names, &cut(101)).unwrap().len(), 2);
}

#[test]
fn a_bind_never_has_more_names_than_its_count_can_tell() {
    let names = vec![Text::new(); 65_536];
    let parts = bind_parts(None, &names, &cut(u16::MAX)).unwrap();
    assert_eq!(parts.iter().map(|part| part.len()).sum::<usize>(), names.len());
    assert!(parts.iter().all(|part| part.len() <= 65_535));
    let body = Body::Bind { gateway: None, names };
    assert!(matches!(encode_body(MessageCode::BIND, &body), Err(EncodeError::TooMany { .. })));
}

#[test]
fn bodies_of_all_kinds_can_be_chunked() {
    // Only a request has an entity in its chunks: a BIND is cut like an answer.
    let names: Vec<Text> = (0..30).map(|index| format!("Thing_{index:03}").into()).collect();
    let message = Message { header: Header::new(MessageCode::BIND, 1, 2), body: Body::Bind { gateway: None, names } };
    assert_eq!(lengths(&message, &cut(160)), [160, 160, 46]);
    let claims = vec![("appKey".into(), Value::string("k".repeat(200)).as_text().unwrap().clone())];
    let message = Message { header: Header::new(MessageCode::AUTH, 1, NO_SESSION), body: Body::Auth { claims } };
    assert_eq!(lengths(&message, &cut(128)).len(), 2);
}
