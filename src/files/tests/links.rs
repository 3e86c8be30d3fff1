use super::*;
use std::os::unix::fs::symlink;

/// `logs` has links to a file outside, to a directory outside, to a file inside and to nothing.
fn device() -> Device {
    let device = Device::new();
    fs::create_dir(device.real("outside")).unwrap();
    device.write("outside/secret", "s");
    device.write("logs/a", "1");
    symlink(device.real("outside/secret"), device.real("logs/file")).unwrap();
    symlink("../outside", device.real("logs/out")).unwrap();
    symlink("a", device.real("logs/in")).unwrap();
    symlink(device.real("outside/planted"), device.real("logs/nothing")).unwrap();
    device
}

#[test]
fn links_out_of_a_directory_are_neither_shown_nor_followed() {
    let device = device();
    let found = device.call("BrowseDirectory", &[("path", text("/logs"))]);
    assert_eq!(sorted(column(&found, "name")), ["a", "in"], "a link to nothing does not end the listing");
    assert_eq!(column(&device.call("GetDirectoryStructure", &[]), "path"), ["/logs"]);
    for service in ["BrowseDirectory", "ListFiles", "ListDirectories"] {
        assert_eq!(device.code_at(service, "/logs/out"), FORBIDDEN, "{service}");
    }
    for service in ["GetFileInfo", "GetFileChecksum", "DeleteFile"] {
        assert_eq!(device.code_at(service, "/logs/out/secret"), FORBIDDEN, "{service}");
    }
    assert_eq!(device.code_at("GetFileChecksum", "/logs/file"), FORBIDDEN);
    assert_eq!(device.start("/logs/file", "read", "r"), FORBIDDEN);
    assert_eq!(device.block("/logs/out/secret", 0.0, 8).code, FORBIDDEN);
    assert_eq!(device.put("/logs/file", None, "x"), FORBIDDEN);
    assert_eq!(device.put("/logs/out/new", None, "x"), FORBIDDEN);
    assert_eq!(device.code_at("MakeDirectory", "/logs/out/new"), FORBIDDEN);
    let params = [("path", text("/logs/file")), ("overwrite", Value::Boolean(true))];
    assert_eq!(device.code("CreateBinaryFile", &params), FORBIDDEN);
    for (from, to) in [("/logs/file", "/logs/b"), ("/logs/out/secret", "/logs/b"), ("/logs/a", "/logs/out/b")] {
        let params = [("sourcePath", text(from)), ("targetPath", text(to))];
        assert_eq!(device.code("MoveFile", &params), FORBIDDEN, "{from} {to}");
    }
    assert_eq!(device.read("outside/secret"), "s");
    assert_eq!(fs::read_dir(device.real("outside")).unwrap().count(), 1);
}

#[test]
fn a_link_to_nothing_is_no_way_out() {
    let device = device();
    assert_eq!(device.code_at("CreateBinaryFile", "/logs/nothing"), FORBIDDEN);
    assert_eq!(device.put("/logs/nothing", None, "x"), FORBIDDEN);
    assert_eq!(device.code_at("MakeDirectory", "/logs/nothing"), FORBIDDEN);
    assert!(!device.real("outside/planted").exists());
}

#[test]
fn a_link_itself_can_be_deleted_and_replaced() {
    let device = device();
    assert_eq!(device.code_at("DeleteFile", "/logs/file"), SUCCESS);
    let params = [("sourcePath", text("/logs/a")), ("targetPath", text("/logs/nothing"))];
    assert_eq!(device.code("MoveFile", &params), PRECONDITION_FAILED);
    let overwrite = [params[0].clone(), params[1].clone(), ("overwrite", Value::Boolean(true))];
    assert_eq!(device.code("MoveFile", &overwrite), SUCCESS);
    assert_eq!(device.read("logs/nothing"), "1");
    assert_eq!((device.read("outside/secret").as_str(), device.real("outside/planted").exists()), ("s", false));
}

#[test]
fn links_inside_are_followed() {
    let device = device();
    assert_eq!(device.start("/logs/in", "read", "r"), SUCCESS);
    assert_eq!(device.block("/logs/in", 0.0, 8).code, SUCCESS);
}

#[test]
fn links_out_are_followed_when_the_application_allows_it() {
    let device = device();
    device.files.set_options(b"T", b"logs", DirectoryOptions { follow_links: true, ..Default::default() });
    assert_eq!(device.code_at("GetFileInfo", "/logs/out/secret"), SUCCESS);
    let found = device.call("BrowseDirectory", &[("path", text("/logs"))]);
    assert_eq!(sorted(column(&found, "name")), ["a", "file", "in", "out"]);
    assert_eq!(device.code_at("GetFileInfo", "/logs/../outside/secret"), BAD_REQUEST);
}

#[test]
fn a_virtual_directory_may_itself_be_a_link() {
    let device = device();
    symlink("outside", device.real("linked")).unwrap();
    device.files.add_directory("T", "linked", device.real("linked"), DirectoryOptions::default());
    assert_eq!(device.code_at("GetFileInfo", "/linked/secret"), SUCCESS);
}

#[test]
fn a_loop_of_links_ends() {
    let device = device();
    symlink(".", device.real("logs/loop")).unwrap();
    let found = device.call("GetDirectoryStructure", &[]);
    assert_eq!(column(&found, "path"), ["/logs", "/logs/loop"]);
}
