use super::{blob, request, response};
use crate::wire::*;
use std::time::{Duration, Instant};

const STALE: Duration = Duration::from_secs(50);

fn assembler() -> Assembler {
    Assembler::new(AssemblerLimits::device(1 << 20, STALE))
}

fn chunks(message: &Message, chunk_size: u16) -> Vec<Vec<u8>> {
    let chunks = encode(message, &Cut { chunk_size, ..Cut::default() }).unwrap();
    assert!(chunks.len() > 2);
    chunks
}

/// A chunk of a response: id, count, size field and data.
fn chunk(request_id: u32, [id, count, size]: [u16; 3], data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode_header(
        &Header { code: MessageCode::SUCCESS, ..Header::new(MessageCode::GET, request_id, 0) },
        true,
        &mut bytes,
    );
    bytes.extend([id, count, size].into_iter().flat_map(u16::to_be_bytes));
    bytes.extend_from_slice(data);
    bytes
}

#[test]
fn a_request_and_an_answer_of_the_same_id_do_not_mix() {
    let (asked, answered) = (request("T", blob(500)), response(blob(500)));
    let mut assembler = assembler();
    let now = Instant::now();
    let mut delivered = Vec::new();
    let (asked_chunks, answered_chunks) = (chunks(&asked, 256), chunks(&answered, 256));
    for (first, second) in asked_chunks.iter().zip(&answered_chunks) {
        for chunk in [first, second] {
            delivered.extend(assembler.receive(chunk, now).unwrap().map(|received| received.message));
        }
    }
    assert_eq!(delivered, [asked, answered]);
    assert_eq!(assembler.next_expiry(), None);
}

#[test]
fn a_whole_message_does_not_touch_a_set_of_its_id() {
    let large = response(blob(500));
    let small = response(None);
    let mut assembler = assembler();
    let now = Instant::now();
    let pieces = chunks(&large, 256);
    assert_eq!(assembler.receive(&pieces[0], now), Ok(None));
    let whole = encode(&small, &Cut::default()).unwrap();
    assert_eq!(assembler.receive(&whole[0], now).unwrap().unwrap().message, small);
    let last = pieces[1..].iter().map(|piece| assembler.receive(piece, now).unwrap()).last().unwrap();
    assert_eq!(last.unwrap().message, large);
}

#[test]
fn a_repeated_chunk_replaces_the_earlier_one() {
    let now = Instant::now();
    let mut assembler = assembler();
    assert_eq!(assembler.receive(&chunk(1, [1, 2, 64], b"\x01\x03bad"), now), Ok(None));
    assert_eq!(assembler.receive(&chunk(1, [1, 2, 64], b"\x01\x04good"), now), Ok(None));
    let received = assembler.receive(&chunk(1, [2, 2, 64], b"\xff"), now).unwrap().unwrap();
    assert_eq!(received.message.body, Body::Response(Response { reason: Some("good".into()), content: None }));
}

#[test]
fn a_set_of_one_chunk_is_delivered_at_once() {
    let received = assembler().receive(&chunk(1, [1, 1, 64], b"\x00\xff\x07"), Instant::now()).unwrap().unwrap();
    assert_eq!(received.message.body, Body::Response(Response::default()));
    assert_eq!(received.trailing, 1);
}

#[test]
fn chunk_ids_that_cannot_be_are_dropped_and_leave_the_set_alone() {
    let now = Instant::now();
    let mut assembler = assembler();
    for ids in [[0, 2, 64], [9, 2, 64], [1, 0, 64]] {
        let rejected = assembler.receive(&chunk(1, ids, b"x"), now).unwrap_err();
        assert!(matches!(rejected.reason, RejectReason::ChunkId { .. }));
        assert_eq!((rejected.answer(), rejected.ends_call()), (None, None));
    }
    assert_eq!(assembler.next_expiry(), None, "nothing is kept of them");
    assert_eq!(assembler.receive(&chunk(1, [1, 2, 64], b"\x00"), now), Ok(None));
    assert!(assembler.receive(&chunk(1, [3, 2, 64], b"x"), now).is_err());
    assert!(assembler.receive(&chunk(1, [2, 2, 64], b"\xff"), now).unwrap().is_some());
}

#[test]
fn sizes_are_judged_as_announced_and_as_collected() {
    let now = Instant::now();
    let limits = AssemblerLimits::device(100, STALE);
    let mut device = Assembler::new(limits);
    let rejected = device.receive(&chunk(1, [1, 2, 51], b"x"), now).unwrap_err();
    assert_eq!(rejected.reason, RejectReason::TooLarge { size: 102, limit: 100 });
    assert_eq!(rejected.ends_call(), Some(1));
    assert_eq!(device.receive(&chunk(1, [2, 2, 51], b"x"), now), Ok(None), "told once only");
    // The size field may be false.
    assert_eq!(device.receive(&chunk(2, [1, 2, 1], &[0; 60]), now), Ok(None));
    let rejected = device.receive(&chunk(2, [2, 2, 1], &[0; 60]), now).unwrap_err();
    assert_eq!(rejected.reason, RejectReason::TooLarge { size: 120, limit: 100 });

    let mut platform = Assembler::new(AssemblerLimits { judge_announced: false, ..limits });
    assert_eq!(platform.receive(&chunk(1, [1, 2, 51], b"\x00"), now), Ok(None));
    assert!(platform.receive(&chunk(1, [2, 2, 51], b"\xff"), now).unwrap().is_some());
}

#[test]
fn a_request_that_is_too_large_is_answered_with_8d() {
    let mut assembler = Assembler::new(AssemblerLimits::device(100, STALE));
    let now = Instant::now();
    let answers: Vec<_> = chunks(&request("T", blob(500)), 256)
        .iter()
        .map(|chunk| assembler.receive(chunk, now).err().and_then(|rejected| rejected.answer()))
        .collect();
    assert_eq!(answers[0], Some(MessageCode::ENTITY_TOO_LARGE));
    assert!(answers[1..].iter().all(Option::is_none));
}

#[test]
fn all_incomplete_messages_together_have_a_limit() {
    let limits = AssemblerLimits { max_pending: 10_000, ..AssemblerLimits::device(1 << 20, STALE) };
    let mut assembler = Assembler::new(limits);
    let now = Instant::now();
    // Chunks without data cost something too.
    let refused = (0..1000).position(|id| assembler.receive(&chunk(id, [1, 2, 64], b""), now).is_err()).unwrap();
    assert!((20..40).contains(&refused));
    let rejected = assembler.receive(&chunk(5000, [1, 2, 64], b""), now).unwrap_err();
    assert!(matches!(rejected.reason, RejectReason::TooMuchPending { limit: 10_000, .. }));
    // A set that is complete makes room.
    assert!(assembler.receive(&chunk(0, [2, 2, 64], b"\x00\xff"), now).unwrap().is_some());
    assert_eq!(assembler.receive(&chunk(5000, [1, 2, 64], b""), now), Ok(None));
    assert_eq!(assembler.expire(now + STALE).len(), refused);
    assert!(
        (0..refused as u32).all(|id| assembler.receive(&chunk(id, [1, 2, 64], b""), now).is_ok()),
        "all room is back"
    );
}

#[test]
fn incomplete_messages_go_stale() {
    let start = Instant::now();
    let mut assembler = assembler();
    assert_eq!(assembler.receive(&chunk(1, [1, 3, 64], b"\x00"), start), Ok(None));
    let later = start + STALE / 2;
    assert_eq!(assembler.receive(&chunk(2, [1, 2, 64], b"\x00"), later), Ok(None));
    assert_eq!(assembler.next_expiry(), Some(start + STALE));
    assert_eq!(assembler.expire(start + STALE - Duration::from_millis(1)), []);
    let dropped: Vec<u32> = assembler.expire(start + STALE).iter().map(|header| header.request_id).collect();
    assert_eq!(dropped, [1]);
    assert_eq!(assembler.next_expiry(), Some(later + STALE));
    assert!(assembler.receive(&chunk(2, [2, 2, 64], b"\xff"), later).unwrap().is_some());
}

#[test]
fn a_malformed_body_is_told_to_the_one_concerned() {
    let now = Instant::now();
    let mut assembler = assembler();
    assert_eq!(assembler.receive(&chunk(3, [1, 2, 64], b"\x01"), now), Ok(None));
    let rejected = assembler.receive(&chunk(3, [2, 2, 64], b"\x05ab"), now).unwrap_err();
    assert_eq!((rejected.answer(), rejected.ends_call()), (None, Some(3)));

    let mut cut_off = encode(&request("T", None), &Cut::default()).unwrap().remove(0);
    cut_off.pop();
    let rejected = assembler.receive(&cut_off, now).unwrap_err();
    assert_eq!((rejected.answer(), rejected.ends_call()), (Some(MessageCode::BAD_REQUEST), None));
    assert_eq!(rejected.header.map(|header| header.request_id), Some(7));

    let rejected = assembler.receive(&cut_off[..14], now).unwrap_err();
    assert_eq!((rejected.header, rejected.answer()), (None, None));
}

#[test]
fn codes_without_a_meaning_are_dropped_silently() {
    for code in [0x00, 0x05, 0x1f, 0x3f] {
        let mut bytes = Vec::new();
        encode_header(&Header::new(MessageCode(code), 1, 0), false, &mut bytes);
        let rejected = assembler().receive(&bytes, Instant::now()).unwrap_err();
        assert!(
            matches!(&rejected.reason, RejectReason::Malformed(error) if error.problem == Problem::UnknownCode(MessageCode(code)))
        );
        assert_eq!((rejected.answer(), rejected.ends_call()), (None, None));
    }
}
