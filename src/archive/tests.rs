use super::*;
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use ::zip::ZipWriter;
use ::zip::write::SimpleFileOptions;
use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{EntryType, Header};
use tempfile::TempDir;

/// A folder with `in` to be unpacked into.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("in")).unwrap();
    folder
}

fn zip(folder: &TempDir, entries: &[(&str, &str)]) -> PathBuf {
    let path = folder.path().join("a.zip");
    let mut writer = ZipWriter::new(File::create(&path).unwrap());
    for (name, content) in entries {
        let options = SimpleFileOptions::default().unix_permissions(0o640);
        if name.ends_with('/') {
            writer.add_directory(*name, options).unwrap();
        } else {
            writer.start_file(*name, options).unwrap();
            writer.write_all(content.as_bytes()).unwrap();
        }
    }
    writer.finish().unwrap();
    path
}

/// Names are written as they are, which the builder of the crate would refuse.
fn tgz(folder: &TempDir, entries: &[(&str, EntryType, &str)]) -> PathBuf {
    let path = folder.path().join("a.tgz");
    let mut builder = tar::Builder::new(GzEncoder::new(File::create(&path).unwrap(), Compression::fast()));
    for (name, kind, content) in entries {
        let mut header = Header::new_gnu();
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(*kind);
        header.set_mode(0o4640);
        header.set_mtime(1_000_000_000);
        let is_link = matches!(kind, EntryType::Symlink | EntryType::Link);
        let data = if is_link { "" } else { content };
        if is_link {
            let link = &mut header.as_old_mut().linkname;
            link[..content.len()].copy_from_slice(content.as_bytes());
        }
        header.set_size(data.len() as u64);
        header.set_cksum();
        builder.append(&header, data.as_bytes()).unwrap();
    }
    builder.into_inner().unwrap().finish().unwrap();
    path
}

fn failed(result: Result<(), ArchiveError>) -> Vec<String> {
    match result {
        Err(ArchiveError::Incomplete(failed)) => failed.into_iter().map(|(name, _)| name).collect(),
        other => panic!("{other:?}"),
    }
}

fn read(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).unwrap()
}

#[test]
fn a_zip_is_unpacked_over_what_is_there() {
    let folder = folder();
    let path = zip(&folder, &[("a.txt", "new"), ("d/", ""), ("e/f/g", &"long ".repeat(1000))]);
    fs::write(folder.path().join("in/a.txt"), "old content").unwrap();
    unpack_zip(&path, &folder.path().join("in")).unwrap();
    assert_eq!((read(&folder, "in/a.txt").as_str(), read(&folder, "in/e/f/g").len()), ("new", 5000));
    assert!(folder.path().join("in/d").is_dir());
    let mode = fs::metadata(folder.path().join("in/a.txt")).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o640);
}

#[test]
fn entries_of_a_zip_that_lead_out_are_refused_and_the_rest_is_unpacked() {
    let folder = folder();
    let path = zip(&folder, &[("../out", "x"), ("/tmp/twedge-out", "x"), ("a/../../out", "x"), ("b", "ok")]);
    let refused = failed(unpack_zip(&path, &folder.path().join("in")));
    assert_eq!(refused, ["../out", "/tmp/twedge-out", "a/../../out"]);
    assert_eq!(read(&folder, "in/b"), "ok");
    assert!(!folder.path().join("out").exists() && !Path::new("/tmp/twedge-out").exists());
}

#[test]
fn links_that_are_there_are_not_followed_out() {
    let folder = folder();
    fs::write(folder.path().join("secret"), "s").unwrap();
    symlink(folder.path(), folder.path().join("in/d")).unwrap();
    symlink(folder.path().join("secret"), folder.path().join("in/f")).unwrap();
    let entries = [("d/secret", "x"), ("f", "x")];
    assert_eq!(failed(unpack_zip(&zip(&folder, &entries), &folder.path().join("in"))), ["d/secret"]);
    let entries = entries.map(|(name, content)| (name, EntryType::Regular, content));
    assert_eq!(failed(unpack_tgz(&tgz(&folder, &entries), &folder.path().join("in"))), ["d/secret"]);
    assert_eq!((read(&folder, "secret").as_str(), read(&folder, "in/f").as_str()), ("s", "x"));
}

#[test]
fn what_is_no_zip_or_is_damaged_is_told() {
    let folder = folder();
    let path = zip(&folder, &[("a", "content")]);
    let to = folder.path().join("in");
    assert!(matches!(unpack_zip(&folder.path().join("no"), &to), Err(ArchiveError::Unreadable { .. })));
    fs::write(folder.path().join("no"), "no zip").unwrap();
    assert!(matches!(unpack_zip(&folder.path().join("no"), &to), Err(ArchiveError::Unreadable { .. })));
    let mut bytes = fs::read(&path).unwrap();
    // A byte of the content, which is behind a header of 30 bytes and the name.
    bytes[31 + 2] ^= 0x55;
    fs::write(&path, bytes).unwrap();
    assert_eq!(failed(unpack_zip(&path, &to)), ["a"]);
}

#[test]
fn a_tgz_is_unpacked_with_its_links_rights_and_times() {
    let folder = folder();
    let path = tgz(
        &folder,
        &[
            ("d/", EntryType::Directory, ""),
            ("d/a", EntryType::Regular, "hello"),
            ("d/link", EntryType::Symlink, "../d/a"),
            ("hard", EntryType::Link, "d/a"),
        ],
    );
    for _ in 0..2 {
        unpack_tgz(&path, &folder.path().join("in")).unwrap();
    }
    assert_eq!(["in/d/a", "in/d/link", "in/hard"].map(|name| read(&folder, name)), ["hello"; 3]);
    let found = fs::metadata(folder.path().join("in/d/a")).unwrap();
    assert_eq!(found.permissions().mode() & 0o7777, 0o640);
    assert_eq!(found.modified().unwrap().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs(), 1_000_000_000);
}

#[test]
fn entries_of_a_tgz_that_lead_out_are_refused_and_the_rest_is_unpacked() {
    let folder = folder();
    fs::write(folder.path().join("secret"), "s").unwrap();
    let path = tgz(
        &folder,
        &[
            ("../out", EntryType::Regular, "x"),
            ("/tmp/twedge-out", EntryType::Regular, "x"),
            ("up", EntryType::Symlink, ".."),
            ("up/out", EntryType::Regular, "inside"),
            ("root", EntryType::Symlink, "/"),
            ("hard", EntryType::Link, "../secret"),
            ("device", EntryType::Char, ""),
            ("good", EntryType::Regular, "ok"),
        ],
    );
    let refused = failed(unpack_tgz(&path, &folder.path().join("in")));
    assert_eq!(refused, ["../out", "/tmp/twedge-out", "up", "root", "hard", "device"]);
    assert_eq!((read(&folder, "in/good").as_str(), read(&folder, "in/up/out").as_str()), ("ok", "inside"));
    assert!(!folder.path().join("out").exists());
}

#[test]
fn links_of_a_tgz_do_not_add_up_to_a_way_out() {
    let folder = folder();
    // `z` stays inside by its text, but is made in another directory than its name says.
    let path = tgz(
        &folder,
        &[
            ("x/y/", EntryType::Directory, ""),
            ("x/y/up", EntryType::Symlink, "../.."),
            ("x/y/up/z", EntryType::Symlink, "x/y/up/.."),
            ("x/y/up/z/out", EntryType::Regular, "x"),
        ],
    );
    let to = folder.path().join("in");
    assert_eq!(failed(unpack_tgz(&path, &to)), ["x/y/up/z"]);
    assert!(!folder.path().join("out").exists(), "and then is a directory of its own");
    assert!(fs::symlink_metadata(to.join("z")).unwrap().is_dir());
}

#[test]
fn a_link_that_leads_out_once_all_is_there_is_removed() {
    let folder = folder();
    let links =
        [("a", EntryType::Symlink, "d/e/../.."), ("d/e", EntryType::Symlink, "."), ("b", EntryType::Symlink, "d/c")];
    let inside = folder.path().join("in");
    assert_eq!(failed(unpack_tgz(&tgz(&folder, &links), &inside)), ["a"]);
    assert!(fs::symlink_metadata(inside.join("a")).is_err());
    assert!(fs::symlink_metadata(inside.join("b")).is_ok(), "one to nothing stays");
    let damaged = tgz(&folder, &links);
    let whole = fs::read(&damaged).unwrap();
    fs::write(&damaged, &whole[..whole.len() - 20]).unwrap();
    assert!(unpack_tgz(&damaged, &inside).is_err());
    assert!(fs::symlink_metadata(inside.join("a")).is_err());
}

#[test]
fn what_is_no_tgz_or_is_damaged_is_told() {
    let folder = folder();
    let to = folder.path().join("in");
    let path = tgz(&folder, &[("a", EntryType::Regular, "content"), ("b", EntryType::Regular, "more")]);
    assert!(matches!(unpack_tgz(&folder.path().join("no"), &to), Err(ArchiveError::Unreadable { .. })));
    fs::write(folder.path().join("no"), "no archive").unwrap();
    assert!(matches!(unpack_tgz(&folder.path().join("no"), &to), Err(ArchiveError::Unreadable { .. })));
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    assert!(unpack_tgz(&path, &to).is_err());
}
