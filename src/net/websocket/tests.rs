//! Decoder and encoder against the specification and against each other.

use super::frame::{FrameHeader, LengthForm, Opcode};
use super::*;
use proptest::prelude::*;

const LIMITS: Limits = Limits { max_frame_payload: 1000, max_message: 5000, max_text: 2000 };

/// A frame, with a fixed mask if it comes from a client.
fn frame(header: FrameHeader, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    header.encode(&mut bytes);
    let start = bytes.len();
    bytes.extend_from_slice(payload);
    if let Some(key) = header.mask {
        mask::apply(key, 0, &mut bytes[start..]);
    }
    bytes
}

fn bare(opcode: Opcode, fin: bool, payload: &[u8]) -> Vec<u8> {
    frame(FrameHeader::new(opcode, fin, payload.len()), payload)
}

fn masked(opcode: Opcode, fin: bool, rsv1: bool, payload: &[u8]) -> Vec<u8> {
    frame(FrameHeader { mask: Some([9, 8, 7, 6]), rsv1, ..FrameHeader::new(opcode, fin, payload.len()) }, payload)
}

/// All events until the decoder starves or fails.
fn drain(decoder: &mut Decoder) -> (Vec<Event>, Option<Violation>) {
    let mut events = Vec::new();
    loop {
        match decoder.next_event() {
            Ok(Some(event)) => events.push(event),
            Ok(None) => return (events, None),
            Err(violation) => return (events, Some(violation)),
        }
    }
}

fn decode(role: Role, inflate: Option<Inflate>, bytes: &[u8]) -> (Vec<Event>, Option<Violation>) {
    let mut decoder = Decoder::new(role, LIMITS, inflate);
    decoder.feed(bytes);
    drain(&mut decoder)
}

fn client(bytes: &[u8]) -> (Vec<Event>, Option<Violation>) {
    decode(Role::Client, None, bytes)
}

/// The violation that `bytes` make at a client, which must not have produced any event.
fn refused(bytes: &[u8]) -> Violation {
    let (events, violation) = client(bytes);
    assert_eq!(events, []);
    violation.expect("a violation")
}

#[test]
fn fragments_with_a_control_frame_in_between() {
    let stream = [
        bare(Opcode::Binary, false, b"ab"),
        bare(Opcode::Ping, true, b""),
        bare(Opcode::Continuation, false, b""),
        bare(Opcode::Continuation, false, b"c"),
        bare(Opcode::Pong, true, b"mid"),
        bare(Opcode::Continuation, true, b""),
        bare(Opcode::Text, true, b"\xff"),
        bare(Opcode::Binary, true, b""),
    ];
    let events = [
        Event::Ping(vec![]),
        Event::Pong(b"mid".to_vec()),
        Event::Binary(b"abc".to_vec()),
        Event::Text(vec![0xff]),
        Event::Binary(vec![]),
    ];
    assert_eq!(client(&stream.concat()), (events.to_vec(), None));
}

#[test]
fn close_frames_of_every_size_end_the_connection() {
    for (payload, status) in
        [(&b""[..], None), (b"\x03", None), (b"\x03\xe9", Some(1001)), (b"\x03\xe9why", Some(1001))]
    {
        let stream = [bare(Opcode::Close, true, payload), bare(Opcode::Binary, true, b"late")].concat();
        let events = vec![Event::Close { status, payload: payload.to_vec() }];
        assert_eq!(client(&stream), (events, None));
    }
}

#[test]
fn breaches_of_the_framing_rules() {
    let header = |opcode, len| FrameHeader::new(opcode, true, len);
    let control = |header| frame(header, b"");
    for opcode in [3, 7, 11, 15] {
        assert_eq!(refused(&bare(Opcode::Reserved(opcode), true, b"")), Violation::ReservedOpcode(opcode));
    }
    assert_eq!(refused(&masked(Opcode::Binary, true, false, b"x")), Violation::Masked);
    assert_eq!(refused(&control(FrameHeader { rsv2: true, ..header(Opcode::Binary, 0) })), Violation::ReservedBit);
    assert_eq!(refused(&control(FrameHeader { rsv3: true, ..header(Opcode::Ping, 0) })), Violation::ReservedBit);
    let rsv1 = |opcode| refused(&control(FrameHeader { rsv1: true, ..header(opcode, 0) }));
    assert_eq!(rsv1(Opcode::Binary), Violation::UnexpectedCompression("message"));
    assert_eq!(rsv1(Opcode::Pong), Violation::UnexpectedCompression("control frame"));
    assert_eq!(refused(&bare(Opcode::Ping, false, b"")), Violation::FragmentedControl);
    assert_eq!(refused(&bare(Opcode::Ping, true, &[0; 126])), Violation::ControlTooLong(126));
    assert_eq!(refused(&bare(Opcode::Continuation, true, b"x")), Violation::StrayContinuation);
    let nested = [bare(Opcode::Binary, false, b"x"), bare(Opcode::Text, true, b"y")].concat();
    assert_eq!(refused(&nested), Violation::InterruptedMessage);
    let wide = FrameHeader { length_form: LengthForm::Wide64, ..header(Opcode::Binary, 3) };
    assert_eq!(refused(&frame(wide, b"abc")), Violation::WideLength(3));
    assert_eq!(decode(Role::Server, None, &bare(Opcode::Binary, true, b"")).1, Some(Violation::NotMasked));
}

#[test]
fn limits_are_judged_before_the_payload_comes() {
    let large = FrameHeader::new(Opcode::Binary, true, 1001);
    assert_eq!(refused(&frame(large, b"")), Violation::FrameTooLarge { len: 1001, limit: 1000 });
    let huge = FrameHeader { payload_len: u64::MAX, ..FrameHeader::new(Opcode::Binary, true, 70_000) };
    assert_eq!(refused(&frame(huge, b"")), Violation::FrameTooLarge { len: u64::MAX, limit: 1000 });

    let mut stream = bare(Opcode::Binary, false, &[0; 1000]);
    for _ in 0..4 {
        stream.extend(bare(Opcode::Continuation, false, &[0; 1000]));
    }
    let full = [stream.clone(), bare(Opcode::Continuation, true, b"")].concat();
    assert_eq!(client(&full), (vec![Event::Binary(vec![0; 5000])], None));
    stream.extend(frame(FrameHeader::new(Opcode::Continuation, false, 1), b""));
    assert_eq!(refused(&stream), Violation::MessageTooLarge { limit: 5000 });

    let text = [bare(Opcode::Text, false, &[0; 1000]), bare(Opcode::Continuation, false, &[0; 1000])].concat();
    let text = [text, frame(FrameHeader::new(Opcode::Continuation, true, 1), b"")].concat();
    assert_eq!(refused(&text), Violation::MessageTooLarge { limit: 2000 });
}

#[test]
fn a_message_in_one_frame_is_bounded_by_the_frame_size_alone() {
    let limits = Limits { max_frame_payload: 1000, max_message: 10, max_text: 10 };
    let mut decoder = Decoder::new(Role::Client, limits, None);
    decoder.feed(&bare(Opcode::Binary, true, &[1; 1000]));
    assert_eq!(decoder.next_event(), Ok(Some(Event::Binary(vec![1; 1000]))));
}

#[test]
fn status_of_each_violation() {
    assert_eq!(Violation::BadDeflate.close_status(), 1007);
    assert_eq!(Violation::FrameTooLarge { len: 2, limit: 1 }.close_status(), 1009);
    assert_eq!(Violation::MessageTooLarge { limit: 1 }.close_status(), 1009);
    for violation in [Violation::Masked, Violation::StrayContinuation, Violation::WideLength(1), Violation::ReservedBit]
    {
        assert_eq!(violation.close_status(), 1002);
    }
}

#[test]
fn a_failed_decoder_stays_failed() {
    let mut decoder = Decoder::new(Role::Client, LIMITS, None);
    decoder.feed(&bare(Opcode::Continuation, true, b"x"));
    decoder.feed(&bare(Opcode::Binary, true, b"fine"));
    for _ in 0..3 {
        assert_eq!(decoder.next_event(), Err(Violation::StrayContinuation));
        decoder.feed(&bare(Opcode::Binary, true, b"fine"));
    }
    assert_eq!(decoder.pending_frame(), None);
}

#[test]
fn a_length_in_16_bits_may_be_small() {
    let header = FrameHeader { length_form: LengthForm::Wide16, ..FrameHeader::new(Opcode::Binary, true, 2) };
    assert_eq!(client(&frame(header, b"ok")), (vec![Event::Binary(b"ok".to_vec())], None));
}

fn deflated(messages: &[&[u8]]) -> Vec<Vec<u8>> {
    let mut deflate = Deflate::new(false);
    messages.iter().map(|message| deflate.message(message).unwrap()).collect()
}

#[test]
fn servers_cope_with_compression_that_was_not_agreed() {
    let payloads = deflated(&[b"one one one", b"one one one"]);
    let mut stream = masked(Opcode::Binary, false, true, &payloads[0][..2]);
    stream.extend(masked(Opcode::Continuation, true, true, &payloads[0][2..]));
    stream.extend(masked(Opcode::Binary, true, false, b"plain"));
    stream.extend(masked(Opcode::Binary, true, true, &payloads[1]));
    let one = Event::Binary(b"one one one".to_vec());
    let expected = vec![one.clone(), Event::Binary(b"plain".to_vec()), one];
    assert_eq!(decode(Role::Server, None, &stream), (expected, None));

    let mut strict = Decoder::new(Role::Server, LIMITS, None).strict();
    strict.feed(&stream);
    assert_eq!(strict.next_event(), Err(Violation::UnexpectedCompression("message")));
    let mut strict = Decoder::new(Role::Server, LIMITS, Some(Inflate::new(false))).strict();
    strict.feed(&stream);
    assert_eq!(strict.next_event(), Err(Violation::UnexpectedCompression("continuation frame")));
}

#[test]
fn clients_ignore_the_mark_on_continuations() {
    let payload = &deflated(&[b"two two two"])[0];
    let rsv1 = |opcode, fin, bytes: &[u8]| {
        frame(FrameHeader { rsv1: true, ..FrameHeader::new(opcode, fin, bytes.len()) }, bytes)
    };
    let stream = [rsv1(Opcode::Binary, false, &payload[..3]), rsv1(Opcode::Continuation, true, &payload[3..])].concat();
    let expected = (vec![Event::Binary(b"two two two".to_vec())], None);
    assert_eq!(decode(Role::Client, Some(Inflate::new(false)), &stream), expected);
}

#[test]
fn inflating_is_limited_and_checked() {
    let compressed = |payload: &[u8]| {
        frame(FrameHeader { rsv1: true, ..FrameHeader::new(Opcode::Binary, true, payload.len()) }, payload)
    };
    let bomb = compressed(&deflated(&[&[0; 5001]])[0]);
    let agreed = || Some(Inflate::new(false));
    assert_eq!(decode(Role::Client, agreed(), &bomb).1, Some(Violation::MessageTooLarge { limit: 5000 }));
    assert_eq!(decode(Role::Client, agreed(), &compressed(&[0xff; 8])).1, Some(Violation::BadDeflate));
    let fits = compressed(&deflated(&[&[0; 5000]])[0]);
    assert_eq!(decode(Role::Client, agreed(), &fits).0, [Event::Binary(vec![0; 5000])]);
}

#[test]
fn an_incomplete_frame_is_told_by_its_number() {
    let mut decoder = Decoder::new(Role::Client, LIMITS, None);
    assert_eq!(decoder.pending_frame(), None);
    let stream = [bare(Opcode::Ping, true, b"1"), bare(Opcode::Binary, true, b"22")].concat();
    decoder.feed(&stream[..1]);
    assert_eq!((drain(&mut decoder).0.len(), decoder.pending_frame()), (0, Some(0)));
    decoder.feed(&stream[1..6]);
    assert_eq!((drain(&mut decoder).0.len(), decoder.pending_frame()), (1, Some(1)));
    decoder.feed(&stream[6..]);
    assert_eq!((drain(&mut decoder).0.len(), decoder.pending_frame()), (1, None));
}

#[test]
fn frames_of_a_client() {
    let mut encoder = Encoder::new(Role::Client, 8192, None);
    let mut out = Vec::new();
    encoder.ping(b"hello", &mut out).unwrap();
    assert_eq!(&out[..2], [0x89, 0x85]);
    let mut payload = out[6..].to_vec();
    assert_ne!(payload, b"hello", "masked with a key that is not zero, but for one case in 2^32");
    mask::apply([out[2], out[3], out[4], out[5]], 0, &mut payload);
    assert_eq!(payload, b"hello");
    let mut again = Vec::new();
    encoder.ping(b"hello", &mut again).unwrap();
    assert_ne!(out, again, "a new key for every frame");
}

#[test]
fn frames_of_a_server() {
    let mut encoder = Encoder::new(Role::Server, 3, None);
    let mut out = Vec::new();
    encoder.binary(b"abcdefg", &mut out).unwrap();
    assert_eq!(out, b"\x02\x03abc\x00\x03def\x80\x01g");
    out.clear();
    encoder.text(b"abc", &mut out).unwrap();
    encoder.binary(b"", &mut out).unwrap();
    encoder.close(1000, b"bye", &mut out).unwrap();
    encoder.answer_close(Some(1001), &mut out).unwrap();
    encoder.answer_close(None, &mut out).unwrap();
    assert_eq!(out, b"\x81\x03abc\x82\x00\x88\x12\x03\xe8Normal Close bye\x88\x02\x03\xe9\x88\x00");
}

#[test]
fn only_the_first_frame_is_marked_as_compressed() {
    let noise: Vec<u8> = (0..100u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let mut out = Vec::new();
    Encoder::new(Role::Server, 60, Some(Deflate::new(false))).binary(&noise, &mut out).unwrap();
    assert_eq!((out[0], out[62]), (0x42, 0x80));
}

#[test]
fn a_long_ping_is_refused_not_cut() {
    let mut encoder = Encoder::new(Role::Client, 8192, None);
    let mut out = Vec::new();
    assert!(matches!(encoder.ping(&[b'p'; 111], &mut out), Err(EncodeError::ControlTooLong { len: 111, limit: 110 })));
    assert!(matches!(encoder.pong(&[b'p'; 111], &mut out), Err(EncodeError::ControlTooLong { .. })));
    assert!(out.is_empty());
    encoder.ping(&[b'p'; 110], &mut out).unwrap();
    encoder.answer_ping(&[b'p'; 125], &mut out).unwrap();
    assert!(matches!(encoder.answer_ping(&[0; 126], &mut out), Err(EncodeError::ControlTooLong { .. })));
}

/// What one end sends.
#[derive(Debug, Clone)]
enum Sent {
    Binary(Vec<u8>),
    Text(Vec<u8>),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
}

/// Messages stay below the limit even if compressing makes them larger.
fn sent() -> impl Strategy<Value = Sent> {
    let bytes = |max| prop_oneof![prop::collection::vec(any::<u8>(), 0..max), prop::collection::vec(0u8..3, 0..max)];
    prop_oneof![
        bytes(1900).prop_map(Sent::Binary),
        bytes(1900).prop_map(Sent::Text),
        bytes(110).prop_map(Sent::Ping),
        bytes(110).prop_map(Sent::Pong),
    ]
}

proptest! {
    #[test]
    fn one_role_decodes_what_the_other_encodes(
        script in prop::collection::vec(sent(), 0..20), from_client: bool, frame_size in 1usize..1000,
        compress: bool, fresh: bool,
    ) {
        let (sender, receiver) =
            if from_client { (Role::Client, Role::Server) } else { (Role::Server, Role::Client) };
        let mut encoder = Encoder::new(sender, frame_size, compress.then(|| Deflate::new(fresh)));
        let mut decoder = Decoder::new(receiver, LIMITS, compress.then(|| Inflate::new(fresh))).strict();
        for item in script {
            let mut out = Vec::new();
            let expected = match item {
                Sent::Binary(bytes) => { encoder.binary(&bytes, &mut out).unwrap(); Event::Binary(bytes) }
                Sent::Text(bytes) => { encoder.text(&bytes, &mut out).unwrap(); Event::Text(bytes) }
                Sent::Ping(bytes) => { encoder.ping(&bytes, &mut out).unwrap(); Event::Ping(bytes) }
                Sent::Pong(bytes) => { encoder.pong(&bytes, &mut out).unwrap(); Event::Pong(bytes) }
            };
            decoder.feed(&out);
            prop_assert_eq!(drain(&mut decoder), (vec![expected], None));
        }
    }

    #[test]
    fn pieces_make_no_difference(
        script in prop::collection::vec(sent(), 0..10), tail in prop::collection::vec(any::<u8>(), 0..40),
        cuts in prop::collection::vec(1usize..300, 1..30), frame_size in 1usize..1000, compress: bool,
    ) {
        let mut stream = Vec::new();
        let mut encoder = Encoder::new(Role::Client, frame_size, compress.then(|| Deflate::new(false)));
        for item in script {
            match item {
                Sent::Binary(bytes) => encoder.binary(&bytes, &mut stream).unwrap(),
                Sent::Text(bytes) => encoder.text(&bytes, &mut stream).unwrap(),
                Sent::Ping(bytes) => encoder.ping(&bytes, &mut stream).unwrap(),
                Sent::Pong(bytes) => encoder.pong(&bytes, &mut stream).unwrap(),
            }
        }
        stream.extend(tail);
        let whole = decode(Role::Server, None, &stream);

        let mut decoder = Decoder::new(Role::Server, LIMITS, None);
        let mut events = Vec::new();
        let mut violation = None;
        let mut rest = &stream[..];
        for cut in cuts.iter().cycle() {
            if rest.is_empty() || violation.is_some() {
                break;
            }
            let (piece, after) = rest.split_at((*cut).min(rest.len()));
            rest = after;
            decoder.feed(piece);
            let (more, failed) = drain(&mut decoder);
            events.extend(more);
            violation = failed;
        }
        prop_assert_eq!((events, violation), whole);
    }

    #[test]
    fn any_bytes_are_survived(bytes: Vec<u8>, server: bool, strict: bool, compress: bool) {
        let role = if server { Role::Server } else { Role::Client };
        let mut decoder = Decoder::new(role, LIMITS, compress.then(|| Inflate::new(false)));
        if strict {
            decoder = decoder.strict();
        }
        decoder.feed(&bytes);
        drain(&mut decoder);
    }
}
