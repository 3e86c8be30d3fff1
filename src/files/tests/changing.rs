use super::*;

fn move_(device: &Device, from: &str, to: &str, overwrite: bool) -> MessageCode {
    let params = [("sourcePath", text(from)), ("targetPath", text(to)), ("overwrite", Value::Boolean(overwrite))];
    device.code("MoveFile", &params)
}

#[test]
fn a_file_is_moved_and_replaces_only_when_asked() {
    let device = Device::new();
    device.write("logs/a", "new");
    device.write("logs/b", "old");
    assert_eq!(move_(&device, "/logs/a", "/logs/b", false), PRECONDITION_FAILED);
    assert_eq!(device.read("logs/b"), "old");
    assert_eq!(move_(&device, "/logs/a", "/logs/b", true), SUCCESS);
    assert_eq!((device.read("logs/b").as_str(), device.real("logs/a").exists()), ("new", false));
    let params = [("sourcePath", text("/logs/b")), ("targetPath", text("/logs/c"))];
    assert_eq!(device.code("RenameFile", &params), SUCCESS);
    assert_eq!(device.read("logs/c"), "new");
}

#[test]
fn what_cannot_be_moved_stays() {
    let device = Device::new();
    device.write("logs/a", "1");
    for (from, to) in [("/logs/no", "/logs/b"), ("/logs/a", "/no/b"), ("/logs/a", "/logs/no/b"), ("/logs", "/logs/b")] {
        assert_eq!(move_(&device, from, to, true), INTERNAL, "{from} {to}");
    }
    assert_eq!(move_(&device, "/logs/a", "/logs", true), INTERNAL);
    assert_eq!(move_(&device, "/logs/a", "/logs", false), PRECONDITION_FAILED);
    assert_eq!(device.read("logs/a"), "1");
}

#[test]
fn moving_does_not_climb_out() {
    let device = Device::new();
    device.write("secret", "s");
    device.write("logs/a", "1");
    for (from, to) in [("/logs/../secret", "/logs/stolen"), ("/logs/a", "/logs/../planted")] {
        assert_eq!(move_(&device, from, to, true), BAD_REQUEST);
    }
    assert_eq!((device.read("secret").as_str(), device.read("logs/a").as_str()), ("s", "1"));
    assert!(!device.real("planted").exists());
}

#[test]
fn deleting() {
    let device = Device::new();
    device.write("logs/a", "1");
    fs::create_dir_all(device.real("logs/full/empty")).unwrap();
    for (path, code) in [
        ("/logs/a", SUCCESS),
        ("/logs/a", SUCCESS),
        ("/no/a", SUCCESS),
        ("/logs/full", INTERNAL),
        ("/logs/full/empty", SUCCESS),
        ("/logs/full", SUCCESS),
        ("/logs", INTERNAL),
        ("/logs/../logs", BAD_REQUEST),
    ] {
        assert_eq!(device.code_at("DeleteFile", path), code, "{path}");
    }
    assert!(device.real("logs").is_dir() && !device.real("logs/full").exists());
}

#[test]
fn a_file_in_a_transfer_is_not_deleted() {
    let device = Device::new();
    device.write("logs/a", "1");
    assert_eq!(device.start("/logs/a", "read", "r"), SUCCESS);
    assert_eq!(device.code_at("DeleteFile", "/logs/a"), PRECONDITION_FAILED);
    assert_eq!(device.end("CancelFileTransfer", &[("transferId", text("r"))]), SUCCESS);
    assert_eq!(device.code_at("DeleteFile", "/logs/a"), SUCCESS);
    assert!(!device.real("logs/a").exists());
}

#[test]
fn directories_are_made_with_those_above_them() {
    let device = Device::new();
    device.write("logs/file", "1");
    for (path, code) in [
        ("/logs/x/y", SUCCESS),
        ("/logs/x/y", SUCCESS),
        ("/logs", SUCCESS),
        ("/no/x", INTERNAL),
        ("/logs/../z", BAD_REQUEST),
    ] {
        assert_eq!(device.code_at("MakeDirectory", path), code, "{path}");
    }
    assert!(device.real("logs/x/y").is_dir());
    assert_ne!(device.code_at("MakeDirectory", "/logs/file"), SUCCESS);
    assert_ne!(device.code_at("MakeDirectory", "/logs/file/x"), SUCCESS);
}

#[test]
fn a_directory_may_be_only_for_reading() {
    let device = Device::new();
    device.write("logs/a", "1");
    assert!(device.files.set_options(b"T", b"logs", DirectoryOptions { read_only: true, ..Default::default() }));
    for service in ["DeleteFile", "CreateBinaryFile"] {
        assert_eq!(device.code_at(service, "/logs/a"), FORBIDDEN, "{service}");
    }
    assert_eq!(device.code_at("MakeDirectory", "/logs/x"), FORBIDDEN);
    assert_eq!(move_(&device, "/logs/a", "/logs/b", true), FORBIDDEN);
    assert_eq!(device.put("/logs/a", None, "2"), FORBIDDEN);
    assert_eq!(device.start("/logs/a", "read", "r"), SUCCESS);
    assert_eq!(device.read("logs/a"), "1");
}

#[test]
fn removing_all_directories_of_a_thing_leaves_staging_and_others() {
    let device = Device::new();
    device.files.add_directory("U", "logs", device.real("logs"), DirectoryOptions::default());
    device.files.remove_directory(b"*", b"*");
    device.files.remove_directory(b"*", b"__staging__");
    device.files.remove_directory(b"T", b"*");
    let left: Vec<String> =
        device.files.virtual_directories(None).iter().map(|d| format!("{}:{}", d.thing, d.name)).collect();
    assert_eq!(left, ["*:__staging__", "U:logs"]);
}

#[test]
fn a_file_at_the_place_of_the_staging_directory_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let staging = folder.path().join("staging");
    fs::write(&staging, "precious").unwrap();
    assert!(FileManager::new(&staging, FileSettings::default, super::super::NoWatcher).is_err());
    assert_eq!(fs::read(&staging).unwrap(), b"precious");
}
