use super::*;
use crate::model::BaseType;
use std::os::unix::fs::PermissionsExt;

/// A file, a directory with another in it.
fn device() -> Device {
    let device = Device::new();
    device.write("logs/a.txt", "hello12345");
    fs::create_dir_all(device.real("logs/sub/deep")).unwrap();
    device.write("logs/sub/b.log", "");
    device
}

#[test]
fn the_root_has_the_virtual_directories_of_the_thing_that_exist() {
    let device = device();
    device.files.add_directory("T", "gone", device.real("gone"), DirectoryOptions::default());
    device.files.add_directory("U", "other", device.real("logs"), DirectoryOptions::default());
    for root in ["/", "\\"] {
        let found = device.call("BrowseDirectory", &[("path", text(root))]);
        assert_eq!((column(&found, "name"), column(&found, "path")), (vec!["logs".into()], vec!["/logs".into()]));
        assert_eq!(column(&found, "fileType"), ["D"]);
        assert!(column(&device.call("ListFiles", &[("path", text(root))]), "name").is_empty());
        let found = device.call("ListDirectories", &[("path", text(root))]);
        assert_eq!((column(&found, "path"), column(&found, "parentPath")), (vec!["/logs".into()], vec!["/".into()]));
    }
}

#[test]
fn a_directory_is_told_with_the_path_as_it_was_sent() {
    let device = device();
    let found = device.call("BrowseDirectory", &[("path", text("/logs/"))]);
    assert_eq!(sorted(column(&found, "name")), ["a.txt", "sub"]);
    assert_eq!(column(&found, "path"), ["/logs/", "/logs/"]);
    let shape = &found.content.as_ref().unwrap().shape;
    assert_eq!(shape.fields[0].aspects[0].name, "isPrimaryKey");
    let found = device.call("ListFiles", &[("path", text("logs"))]);
    assert_eq!((column(&found, "name"), column(&found, "size")), (vec!["a.txt".into()], vec!["10".into()]));
    let found = device.call("ListFiles", &[("path", text("/logs")), ("nameMask", text("*.log"))]);
    assert!(column(&found, "name").is_empty());
    let found = device.call("ListDirectories", &[("path", text("/logs/"))]);
    assert_eq!(
        (column(&found, "path"), column(&found, "parentPath")),
        (vec!["/logs/sub".into()], vec!["/logs".into()])
    );
}

#[test]
fn what_is_not_there_has_nothing_in_it() {
    let device = device();
    for path in ["/unknown", "/logs/missing", "", "/logs/a.txt"] {
        let found = device.call("BrowseDirectory", &[("path", text(path))]);
        assert_eq!((found.code, column(&found, "name")), (SUCCESS, Vec::new()), "{path:?}");
    }
    for path in ["/logs/../x", ".."] {
        for service in ["BrowseDirectory", "ListFiles", "ListDirectories", "GetFileInfo", "GetFileChecksum"] {
            assert_eq!(device.code_at(service, path), BAD_REQUEST, "{service} {path:?}");
        }
    }
    assert_eq!(device.code("BrowseDirectory", &[]), BAD_REQUEST);
    assert_eq!(device.code("BrowseDirectory", &[("path", Value::Integer(1))]), BAD_REQUEST);
    assert_eq!(device.code_at("BrowseDirectory", "/logs/a..b"), SUCCESS, "two dots in a name do not climb");
}

#[test]
fn the_structure_has_all_directories_parents_first() {
    let device = device();
    let found = device.call("GetDirectoryStructure", &[]);
    assert_eq!(column(&found, "path"), ["/logs", "/logs/sub", "/logs/sub/deep"]);
    assert_eq!(column(&found, "parentPath"), ["/", "/logs", "/logs/sub"]);
}

#[test]
fn one_file_is_told_about() {
    let device = device();
    fs::set_permissions(device.real("logs/a.txt"), fs::Permissions::from_mode(0o444)).unwrap();
    let found = device.call("GetFileInfo", &[("path", text("\\logs\\a.txt"))]);
    assert_eq!((column(&found, "name"), column(&found, "path")), (vec!["a.txt".into()], vec!["\\logs\\a.txt".into()]));
    assert_eq!((column(&found, "size"), column(&found, "fileType")), (vec!["10".into()], vec!["F+RO".into()]));
    let modified = fs::metadata(device.real("logs/a.txt")).unwrap().modified().unwrap();
    let seconds = modified.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    assert_eq!(column(&found, "lastModifiedDate"), [format!("DateTime({})", seconds * 1000)]);
    assert_eq!(column(&device.call("GetFileInfo", &[("path", text("/logs"))]), "fileType"), ["D"]);
    for (path, code) in [("/logs/no", NOT_FOUND), ("/no/a", NOT_FOUND), ("/", NOT_FOUND), ("logs", INTERNAL)] {
        assert_eq!(device.code_at("GetFileInfo", path), code, "{path}");
    }
}

#[test]
fn checksums() {
    let device = device();
    let checksum = |path: &str| column(&device.call("GetFileChecksum", &[("path", text(path))]), "result");
    assert_eq!(checksum("/logs/a.txt"), ["dc4b56ff4967374b261a29cd4a90580d"]);
    assert_eq!(checksum("/logs/sub/b.log"), ["d41d8cd98f00b204e9800998ecf8427e"]);
    device.set(|settings| settings.checksum_block_size = 0);
    assert_eq!(checksum("/logs/a.txt"), ["dc4b56ff4967374b261a29cd4a90580d"]);
    assert_eq!(device.code_at("GetFileChecksum", "/logs/no"), NOT_FOUND);
}

#[test]
fn the_settings_of_transfers_are_told() {
    let found = device().call("GetTransferInfo", &[]).content.unwrap();
    assert_eq!(found.get(0, b"blockSize"), Some(&Value::Integer(8)));
    assert_eq!(found.get(0, b"maxFileSize"), Some(&Value::Number(8e9)));
    assert_eq!(found.get(0, b"stagingDir"), Some(&text("__staging__")));
    assert_eq!(found.column_type(b"blockSize"), Some(BaseType::INTEGER));
}

#[test]
fn the_entity_for_all_things_reaches_no_directory_of_one() {
    let device = device();
    assert_eq!(column(&device.call_for("*", "BrowseDirectory", &[("path", text("/logs"))]), "name"), [""; 0]);
    assert_eq!(column(&device.call_for("U", "BrowseDirectory", &[("path", text("/logs"))]), "name"), [""; 0]);
    device.files.add_directory("*", "all", device.real("logs"), DirectoryOptions::default());
    assert_eq!(column(&device.call_for("U", "ListFiles", &[("path", text("/all"))]), "name"), ["a.txt"]);
}

#[test]
fn services_without_a_contract_are_refused() {
    for service in ["GetFileListing", "Unknown"] {
        assert_eq!(device().code_at(service, "/logs"), BAD_REQUEST);
    }
}
