use std::time::SystemTime;

use super::*;
use crate::files::{OpenMode, VirtualPath};

const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);

fn age(device: &Device, path: &str, age: Duration) {
    let file = fs::File::options().write(true).open(device.real(path)).unwrap();
    file.set_modified(SystemTime::now() - age).unwrap();
}

#[test]
fn transfers_of_the_platform_end_with_the_connection() {
    let device = Device::new();
    device.write("logs/a", "aaa");
    device.write("logs/own", "own");
    device.write("logs/held", "held");
    let open =
        |path: &[u8]| device.files.open(&"T".into(), &VirtualPath::parse(path).unwrap(), OpenMode::READ).unwrap();
    let own = open(b"/logs/own");
    assert_eq!(device.start("/logs/a", "read", "r"), SUCCESS);
    assert_eq!(device.start("/logs/new.txt", "write", "w"), SUCCESS);
    assert_eq!(device.start("/logs/held", "read", "h"), SUCCESS);
    assert_eq!(device.put("/__staging__/T.other.part", None, "x"), SUCCESS);
    let held = device.files.all_open().into_iter().find(|file| *file.path() == "/logs/held").unwrap();
    held.hold(true);
    device.told.take();
    assert_eq!(device.files.end_transfers(), 3);
    assert_eq!(
        sorted(device.told.take()),
        ["closed /__staging__/T.other.part", "closed /logs/a", "closed __staging__/T.logs.new.txt.part"]
    );
    assert!(own.is_open() && held.is_open());
    assert!(device.real("staging/T.logs.new.txt.part").exists(), "what was received may be resumed");
    assert_eq!(device.start("/logs/a", "read", "again"), SUCCESS);
}

#[test]
fn parts_that_nobody_resumes_are_removed() {
    let device = Device::new();
    for name in ["old.part", "new.part", "open.part", "old.txt"] {
        device.write(&format!("staging/{name}"), "x");
    }
    fs::create_dir(device.real("staging/directory.part")).unwrap();
    device.write("logs/target", "x");
    std::os::unix::fs::symlink(device.real("logs/target"), device.real("staging/link.part")).unwrap();
    assert_eq!(device.put("/__staging__/open.part", Some(1.0), "y"), SUCCESS);
    for name in ["staging/old.part", "staging/open.part", "staging/old.txt", "logs/target"] {
        age(&device, name, WEEK + Duration::from_secs(60));
    }
    assert_eq!(device.files.remove_stale_parts(WEEK), 1);
    let left =
        fs::read_dir(device.real("staging")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(sorted(left.collect()), ["directory.part", "link.part", "new.part", "old.txt", "open.part"]);
    assert!(device.real("logs/target").exists());
}

/// F14: the sum of a file without an end takes as long as the test wants.
#[test]
fn a_checksum_holds_up_nobody() {
    let device = Device::new();
    device.set(|settings| settings.checksum_block_size = 1 << 16);
    device.write("logs/b", "bbb");
    let file = fs::File::create(device.real("logs/large")).unwrap();
    file.set_len(1 << 40).unwrap();
    let (files, path) = (device.files.clone(), VirtualPath::parse(b"/logs/large").unwrap());
    assert_eq!(device.start("/logs/large", "read", "l"), SUCCESS);
    let sum = std::thread::spawn(move || files.checksum(&"T".into(), &path));
    // What is worked with is not idle, however short the limit.
    while device.files.next_idle().is_some() {
        std::thread::yield_now();
    }
    device.set(|settings| settings.idle_limit = Duration::ZERO);
    assert!(device.files.close_idle().is_empty());
    device.set(|settings| settings.idle_limit = Duration::from_secs(30));
    assert_eq!(device.start("/logs/b", "read", "b"), SUCCESS);
    assert_eq!(device.block("/logs/b", 0.0, 3).code, SUCCESS);
    assert_eq!(device.block("/logs/large", 0.0, 3).code, SUCCESS);
    assert_eq!(device.code_at("BrowseDirectory", "/logs"), SUCCESS);
    assert_eq!(device.start("/logs/new.txt", "write", "w"), SUCCESS);
    device.files.add_directory("T", "more", device.real("logs"), DirectoryOptions::default());
    assert!(!sum.is_finished());
    file.set_len(0).unwrap();
    sum.join().unwrap().unwrap();
}
