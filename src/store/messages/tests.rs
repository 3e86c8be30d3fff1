use std::fs;

use tempfile::TempDir;

use super::*;
use crate::wire::{Characteristic, EntityType};

const LIMIT: u64 = 16_384;

struct Files {
    _directory: TempDir,
    path: PathBuf,
}

fn files() -> Files {
    let directory = tempfile::tempdir().unwrap();
    Files { path: directory.path().join("new/offline_msgs.bin"), _directory: directory }
}

fn header(id: u32) -> Header {
    Header { version: 1, code: MessageCode::POST, request_id: id, endpoint_id: 0, session_id: 7 }
}

fn body(service: &str) -> Vec<u8> {
    let request = Request {
        entity_type: EntityType::THING,
        entity: "T".into(),
        characteristic: Characteristic::SERVICES,
        name: service.into(),
        headers: Vec::new(),
        params: None,
    };
    encode_body(MessageCode::POST, &Body::Request(request)).unwrap()
}

fn put(store: &MessageStore, id: u32, service: &str) -> Result<(), NotStored> {
    store.store(&header(id), &body(service), LIMIT, &Cut::default())
}

fn open(files: &Files) -> MessageStore {
    MessageStore::on_disk(&files.path, Format::Checksummed).unwrap()
}

/// The service that a stored message asks for.
fn service(stored: &Stored) -> String {
    addressee(stored.header.code, &stored.body).1.to_string()
}

fn failed(for_good: bool) -> Fate {
    Fate::Failed { for_good, reason: "NOT_FOUND".into() }
}

/// Sends everything on a link; what was sent.
fn send(store: &MessageStore, link: u64, fate: &Fate) -> Vec<String> {
    let mut sent = Vec::new();
    while let Some(stored) = store.next(link) {
        sent.push(service(&stored));
        store.note(stored.number, fate.clone());
        assert!(sent.len() < 100, "without end");
    }
    sent
}

#[test]
fn messages_leave_in_order_and_stay_until_they_are_answered() {
    let files = files();
    for store in [MessageStore::in_ram(), open(&files)] {
        put(&store, 1, "A").unwrap();
        put(&store, 2, "B").unwrap();
        let size = (HEADER_LEN + body("A").len()) as u64;
        assert_eq!((store.waiting(), store.waiting_bytes()), (2, 2 * size));
        let first = store.next(1).unwrap();
        assert_eq!((service(&first), first.header), ("A".into(), header(1)));
        assert_eq!((store.waiting(), store.is_empty()), (1, false));
        store.note(first.number, Fate::Returned);
        assert_eq!((store.waiting(), store.waiting_bytes()), (2, 2 * size));
        assert_eq!(send(&store, 2, &Fate::Delivered), ["A", "B"]);
        assert!(store.is_empty());
        assert_eq!(store.waiting_bytes(), 0);
    }
    assert_eq!(fs::read(&files.path).unwrap(), b"");
}

#[test]
fn a_store_on_disk_outlives_the_program_and_counts_what_was_there() {
    let files = files();
    put(&open(&files), 1, "A").unwrap();
    let store = open(&files);
    let size = (HEADER_LEN + body("A").len()) as u64;
    assert_eq!(store.waiting_bytes(), size);
    let full = store.store(&header(2), &body("B"), 2 * size, &Cut::default()).unwrap_err();
    assert!(matches!(full, NotStored::Full { .. }), "{full}");
    put(&store, 2, "B").unwrap();
    assert_eq!(send(&store, 1, &Fate::Delivered), ["A", "B"]);
}

#[test]
fn the_limit_is_not_reached_and_nothing_of_a_message_is_left() {
    let store = MessageStore::in_ram();
    let size = (HEADER_LEN + body("A").len()) as u64;
    assert!(store.store(&header(1), &body("A"), size, &Cut::default()).is_err());
    assert!(store.store(&header(1), &body("A"), 0, &Cut::default()).is_err());
    assert!(store.is_empty());
    store.store(&header(1), &body("A"), size + 1, &Cut::default()).unwrap();
}

#[test]
fn what_is_refused_for_good_is_kept_beside_after_some_tries() {
    let files = files();
    let store = open(&files);
    put(&store, 1, "Gone").unwrap();
    put(&store, 2, "B").unwrap();
    for _ in 0..MAX_TRIES {
        let first = store.next(1).unwrap();
        assert_eq!(service(&first), "Gone");
        store.note(first.number, failed(true));
    }
    assert_eq!(send(&store, 1, &Fate::Delivered), ["B"]);
    let lines = fs::read_to_string(files.path.with_file_name("offline_msgs.bin.rejected")).unwrap();
    assert!(lines.contains("\"name\":\"Gone\"") && lines.contains("NOT_FOUND"), "{lines}");
    drop(store);
    assert!(open(&files).is_empty());
}

#[test]
fn what_is_not_answered_is_tried_once_per_link() {
    let store = MessageStore::in_ram();
    put(&store, 1, "A").unwrap();
    assert_eq!(send(&store, 1, &failed(false)), ["A"]);
    assert_eq!(send(&store, 1, &failed(false)), [""; 0]);
    store.try_again();
    assert_eq!(send(&store, 1, &failed(false)), ["A"]);
    for link in 2..4 {
        assert_eq!(send(&store, link, &failed(false)), ["A"]);
    }
    assert_eq!(store.waiting(), 1);
    assert_eq!(send(&store, 9, &failed(false)), ["A"]);
    assert!(store.is_empty(), "given up");
}

#[test]
fn a_message_that_cannot_be_sent_is_given_up() {
    let files = files();
    let store = open(&files);
    put(&store, 1, "A").unwrap();
    let stored = store.next(1).unwrap();
    store.note(stored.number, Fate::Unsendable("too large".into()));
    assert!(store.is_empty());
    assert!(files.path.with_file_name("offline_msgs.bin.rejected").exists());
}

/// A file as the original writes it: one message, one in three pieces, one message.
fn original() -> Vec<u8> {
    let cut = Cut { chunk_size: 60, ..Cut::default() };
    let mut file = Vec::new();
    for (id, service) in [(1, "A"), (2, &*"x".repeat(90)), (3, "C")] {
        for part in encode_with_body(&header(id), &body(service), &cut).unwrap() {
            Original::Messages.encode(&part, &mut file);
        }
    }
    file
}

#[test]
fn a_file_of_the_original_is_sent_with_its_pieces_joined() {
    let files = files();
    fs::create_dir_all(files.path.parent().unwrap()).unwrap();
    fs::write(&files.path, original()).unwrap();
    let store = open(&files);
    assert_eq!(store.waiting(), 3);
    assert_eq!(send(&store, 1, &Fate::Delivered), ["A".to_owned(), "x".repeat(90), "C".to_owned()]);
    assert_eq!(fs::read(&files.path).unwrap(), b"");
}

#[test]
fn an_incomplete_message_of_the_original_is_kept_beside() {
    let files = files();
    fs::create_dir_all(files.path.parent().unwrap()).unwrap();
    let mut file = original();
    // The second separator belongs to the first piece.
    let at = file.windows(7).enumerate().filter(|(_, window)| *window == b"!twMsg!").nth(1).unwrap().0;
    file[at] = b'?';
    fs::write(&files.path, file).unwrap();
    assert_eq!(send(&open(&files), 1, &Fate::Delivered), ["A", "C"]);
    assert!(files.path.with_file_name("offline_msgs.bin.bad").exists());
}

#[test]
fn the_form_of_the_original_is_written_in_pieces() {
    let files = files();
    let cut = Cut { chunk_size: 60, ..Cut::default() };
    let store = MessageStore::on_disk(&files.path, Format::Original).unwrap();
    for (id, service) in [(1, "A"), (2, &*"x".repeat(90)), (3, "C")] {
        store.store(&header(id), &body(service), LIMIT, &cut).unwrap();
    }
    assert_eq!(fs::read(&files.path).unwrap(), original());
    assert_eq!(send(&store, 1, &Fate::Delivered).len(), 3);
    assert_eq!(fs::read(&files.path).unwrap(), b"");
}

#[test]
fn a_store_moves_to_another_directory_and_not_to_its_own() {
    let files = files();
    let store = open(&files);
    store.move_to(&files.path).unwrap();
    assert!(files.path.exists());
    let other = files.path.parent().unwrap().parent().unwrap().join("other/offline_msgs.bin");
    store.move_to(&other).unwrap();
    assert!(!files.path.exists());
    put(&store, 1, "A").unwrap();
    let blocked = other.join("below/offline_msgs.bin");
    store.move_to(&blocked).unwrap_err();
    assert_eq!(store.path(), Some(other.clone()));
    store.close();
    assert_eq!(MessageStore::on_disk(&other, Format::Checksummed).unwrap().waiting(), 1);
}

#[test]
fn pieces_behind_the_first_continue_a_message() {
    let parts =
        encode_with_body(&header(1), &body(&"x".repeat(90)), &Cut { chunk_size: 60, ..Cut::default() }).unwrap();
    let continued: Vec<bool> = parts.iter().map(|part| continues(part)).collect();
    assert!(!continued[0]);
    assert!(continued.len() > 1 && continued[1..].iter().all(|continued| *continued));
    assert!(!continues(&[1, 3]));
}
