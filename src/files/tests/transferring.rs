use super::*;

const STAGED: &str = "__staging__/T.logs.new.txt.part";

fn block(device: &Device, path: &str, offset: f64, count: i32) -> (f64, String, bool) {
    let reply = device.block(path, offset, count);
    assert_eq!(reply.code, SUCCESS, "{:?}", reply.reason);
    let content = reply.content.unwrap();
    match content.rows[0].as_slice() {
        [Value::Number(count), Value::Blob(_, data), Value::Boolean(eof)] => {
            (*count, String::from_utf8(data.clone()).unwrap(), *eof)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_file_is_fetched_block_by_block() {
    let device = Device::new();
    device.write("logs/a.txt", "0123456789");
    assert_eq!(device.start("/logs/a.txt", "read", "r"), SUCCESS);
    assert_eq!(block(&device, "/logs/a.txt", 0.0, 5), (5.0, "01234".into(), false));
    assert_eq!(
        block(&device, "/logs/a.txt", 5.0, 5),
        (5.0, "56789".into(), true),
        "the end is told with the last byte"
    );
    assert_eq!(block(&device, "/logs/a.txt", 10.0, 5), (0.0, "".into(), true));
    assert_eq!(block(&device, "/logs/a.txt", 1e300, 5), (0.0, "".into(), true));
    assert_eq!(block(&device, "/logs/a.txt", 0.0, i32::MAX), (8.0, "01234567".into(), false), "at most a block");
    let job = [("transferId", text("r")), ("targetFile", text("a.txt")), ("state", text("VALIDATED"))];
    assert_eq!(device.end("CompleteFileTransfer", &job), SUCCESS);
    assert_eq!(device.end("CompleteFileTransfer", &job), INTERNAL, "the transfer has ended");
    assert_eq!(device.told.take(), ["opened /logs/a.txt", "closed /logs/a.txt", "finished false a.txt VALIDATED"]);
}

#[test]
fn bad_numbers_are_refused() {
    let device = Device::new();
    device.write("logs/a.txt", "0");
    for (offset, count) in [(-1.0, 1), (f64::NAN, 1), (0.0, -1)] {
        assert_eq!(device.block("/logs/a.txt", offset, count).code, BAD_REQUEST);
    }
    assert_eq!(device.code_at("ReadFromBinaryFile", "/logs/a.txt"), BAD_REQUEST);
}

#[test]
fn an_empty_file_can_be_read() {
    let device = Device::new();
    device.write("logs/a.txt", "");
    assert_eq!(block(&device, "/logs/a.txt", 0.0, 5), (0.0, "".into(), true), "not started: opened for the call");
    assert_eq!(Device::new().block("/logs/no", 0.0, 5).code, INTERNAL);
}

#[test]
fn a_file_is_brought_and_moved_to_its_place() {
    let device = Device::new();
    assert_eq!(device.start("/logs/new.txt", "write", "w"), SUCCESS);
    let create = [("path", text(STAGED)), ("overwrite", Value::Boolean(true))];
    assert_eq!(device.code("CreateBinaryFile", &create), SUCCESS);
    assert_eq!(device.put(STAGED, Some(0.0), "hello"), SUCCESS);
    assert_eq!(device.put(STAGED, Some(5.0), "12345"), SUCCESS);
    let sum = device.call("GetFileChecksum", &[("path", text(STAGED))]);
    assert_eq!(column(&sum, "result"), ["dc4b56ff4967374b261a29cd4a90580d"]);
    let params = [("sourcePath", text(STAGED)), ("targetPath", text("/logs/new.txt")), ("overwrite", text(""))];
    assert_eq!(device.code("MoveFile", &params), SUCCESS);
    assert_eq!(device.read("logs/new.txt"), "hello12345");
    assert_eq!(device.put(STAGED, None, "x"), INTERNAL, "its file is closed");
    let job = [("transferId", text("w")), ("targetFile", text("new.txt"))];
    assert_eq!(device.end("CompleteFileTransfer", &job), SUCCESS);
    assert!(device.told.take().contains(&"finished true new.txt -".to_owned()));
}

#[test]
fn a_block_that_comes_twice_changes_nothing_and_a_gap_is_refused() {
    let device = Device::new();
    assert_eq!(device.start("/logs/new.txt", "write", "w"), SUCCESS);
    for (offset, data, code) in [
        (Some(0.0), "abc", SUCCESS),
        (Some(0.0), "abc", SUCCESS),
        (Some(3.0), "def", SUCCESS),
        (Some(3.0), "def", SUCCESS),
        (Some(7.0), "x", INTERNAL),
        (None, "gh", SUCCESS),
        (Some(-1.0), "x", BAD_REQUEST),
        (None, "", INTERNAL),
    ] {
        assert_eq!(device.put(STAGED, offset, data), code, "{offset:?} {data}");
    }
    assert_eq!(device.staged("new.txt"), "abcdefgh");
    assert_eq!(device.code_at("WriteToBinaryFile", STAGED), BAD_REQUEST, "no data");
}

#[test]
fn a_transfer_is_resumed_or_begun_anew() {
    let device = Device::new();
    device.write("staging/T.logs.new.txt.part", "abc");
    assert_eq!(device.start("/logs/new.txt", "write", "w"), SUCCESS);
    assert_eq!(device.staged("new.txt"), "abc", "what was received stays");
    let create = |overwrite| [("path", text(STAGED)), ("overwrite", Value::Boolean(overwrite))];
    assert_eq!(device.code("CreateBinaryFile", &create(false)), SUCCESS);
    assert_eq!(device.put(STAGED, Some(3.0), "def"), SUCCESS);
    assert_eq!(device.staged("new.txt"), "abcdef");
    assert_eq!(device.code("CreateBinaryFile", &create(true)), SUCCESS);
    assert_eq!(device.put(STAGED, None, "x"), SUCCESS);
    assert_eq!(device.staged("new.txt"), "x");
}

#[test]
fn a_file_is_created_with_data() {
    let device = Device::new();
    let create = |path: &str, overwrite: bool, data: Value| {
        device
            .code("CreateBinaryFile", &[("path", text(path)), ("overwrite", Value::Boolean(overwrite)), ("data", data)])
    };
    assert_eq!(create("/logs/a", false, Value::blob(*b"one")), SUCCESS);
    assert_eq!(create("/logs/a", false, Value::blob(*b"two")), SUCCESS);
    assert_eq!(device.read("logs/a"), "one");
    assert_eq!(create("/logs/a", true, text("2")), SUCCESS, "a text is data as well");
    assert_eq!(device.read("logs/a"), "2", "not appended");
    assert_eq!(create("/logs/no/a", false, text("x")), INTERNAL);
    assert_eq!(create("/no/a", false, text("x")), INTERNAL);
    assert_eq!(create("/logs", true, text("x")), INTERNAL);
}

#[test]
fn starting_is_refused_with_the_tabled_codes() {
    let device = Device::new();
    device.write("logs/a", "1");
    assert_eq!(device.start("/logs/a", "READ", "1"), PRECONDITION_FAILED);
    assert_eq!(device.start("/logs/no", "read", "1"), PRECONDITION_FAILED);
    assert_eq!(device.start("/no/a", "read", "1"), PRECONDITION_FAILED);
    assert_eq!(device.start("/logs", "read", "1"), PRECONDITION_FAILED);
    assert_eq!(device.start("/logs/../a", "write", "1"), BAD_REQUEST);
    assert_eq!(device.code("StartFileTransfer", &[("path", text("/logs/a")), ("tid", text("1"))]), BAD_REQUEST);
    let params = [("path", text("/logs/a")), ("mode", text("read"))];
    assert_eq!(device.code("StartFileTransfer", &params), INTERNAL);
    assert_eq!(device.start("/logs/a", "read", "1"), SUCCESS);
    assert_eq!(device.start("/logs/a", "read", "2"), PRECONDITION_FAILED, "the file is open");
    assert_eq!(device.start("/logs/b", "write", "1"), PRECONDITION_FAILED, "the transfer is running");
    assert_eq!(device.start("/nosuchdir/q.txt", "write", "3"), SUCCESS, "only moving it will fail");
    assert_eq!(device.start("/logs/x.part", "write", "4"), SUCCESS);
    assert!(device.real("staging/T.logs.x.part.part").exists());
    assert_eq!(device.code_at("GetFileInfo", "/logs/a"), SUCCESS, "no legacy mode");
}

#[test]
fn a_thing_cannot_name_a_staging_file_elsewhere() {
    let device = Device::new();
    for thing in ["../T", "a/../../T"] {
        let params = [("path", text("/logs/a")), ("mode", text("write")), ("tid", text("1"))];
        assert_eq!(device.call_for(thing, "StartFileTransfer", &params).code, BAD_REQUEST);
    }
    assert_eq!(fs::read_dir(device.real("staging")).unwrap().count(), 0);
}

#[test]
fn an_idle_transfer_is_closed_and_the_one_beside_it_is_not_mistaken_for_it() {
    let device = Device::new();
    device.write("logs/a", "aaa");
    device.write("logs/b", "bbb");
    assert_eq!(device.start("/logs/a", "read", "r"), SUCCESS);
    assert_eq!(device.start("/logs/b", "read", "other"), SUCCESS);
    for file in device.files.all_open().iter().filter(|file| *file.path() == "/logs/b") {
        file.hold(true);
    }
    device.told.take();
    device.let_idle();
    assert_eq!(device.block("/logs/a", 0.0, 3).code, INTERNAL);
    assert_eq!(device.told.take(), ["closed /logs/a"]);
    assert_eq!(device.end("CompleteFileTransfer", &[("transferId", text("r"))]), INTERNAL);
    device.set(|settings| settings.idle_limit = Duration::from_secs(30));
    assert_eq!(block(&device, "/logs/b", 0.0, 3).1, "bbb");
    assert_eq!(device.start("/logs/a", "read", "r2"), SUCCESS, "the path is free again");
}

#[test]
fn an_idle_file_is_closed_without_a_service() {
    let device = Device::new();
    assert!(device.files.next_idle().is_none());
    assert_eq!(device.start("/logs/new.txt", "write", "w"), SUCCESS);
    assert!(device.files.next_idle().is_some());
    device.told.take();
    device.let_idle();
    device.files.close_idle();
    assert_eq!(device.told.take(), [format!("closed {STAGED}")]);
    assert!(device.real("staging/T.logs.new.txt.part").exists(), "what was received stays");
    assert!(device.files.next_idle().is_none());
}

#[test]
fn a_job_is_found_by_its_paths_as_well() {
    let device = Device::new();
    for (tid, path, file) in [("1", "/logs/new.txt", "x"), ("2", "/logs", "new.txt"), ("3", "/logs/", "new.txt")] {
        assert_eq!(device.start("/logs/new.txt", "write", tid), SUCCESS);
        let job = [("targetRepository", text("T")), ("targetPath", text(path)), ("targetFile", text(file))];
        assert_eq!(device.end("CancelFileTransfer", &job), SUCCESS, "{path}");
        assert!(device.files.all_open().is_empty());
    }
    assert_eq!(device.start("/logs/new.txt", "write", "4"), SUCCESS);
    let climbing = [("targetRepository", text("T")), ("targetPath", text("/logs/../logs/new.txt"))];
    assert_eq!(device.end("CancelFileTransfer", &climbing), INTERNAL);
}

#[test]
fn a_job_that_is_none_is_refused() {
    let device = Device::new();
    assert_eq!(device.code("CompleteFileTransfer", &[]), BAD_REQUEST);
    assert_eq!(device.code("CompleteFileTransfer", &[("job", text("x"))]), BAD_REQUEST);
    let empty = Value::InfoTable(Box::default());
    assert_eq!(device.code("CompleteFileTransfer", &[("job", empty)]), BAD_REQUEST);
    assert_eq!(device.end("CompleteFileTransfer", &[("transferId", text("?"))]), INTERNAL);
    assert!(device.told.take().is_empty(), "nobody is told");
}

#[test]
fn the_largest_size_is_told_and_enforced_on_request() {
    let device = Device::new();
    device.set(|settings| settings.max_file_size = 4);
    assert_eq!(device.put("/logs/a", None, "12345"), SUCCESS);
    device.set(|settings| settings.enforce_max_file_size = true);
    assert_eq!(device.put("/logs/a", Some(3.0), "X"), SUCCESS);
    assert_eq!(device.put("/logs/a", None, "6"), MessageCode::ENTITY_TOO_LARGE);
    assert_eq!(device.put("/logs/a", Some(4.0), "Y"), MessageCode::ENTITY_TOO_LARGE);
    assert_eq!(device.read("logs/a"), "123X5");
}

#[test]
fn a_job_is_read_whatever_is_missing() {
    let job = InfoTable::row_of([
        ("transferId", text("1")),
        ("startTime", Value::DateTime(5)),
        ("duration", Value::Number(7.0)),
        ("size", Value::Integer(9)),
        ("isComplete", Value::Boolean(true)),
    ]);
    let info = TransferInfo::from_table(&job).unwrap();
    let expected = TransferInfo {
        transfer_id: Some("1".into()),
        start_time: 5,
        duration: 7,
        size: 9.0,
        is_complete: true,
        ..Default::default()
    };
    assert_eq!(info, expected);
    assert_eq!(TransferInfo::from_table(&InfoTable::default()), None);
}

#[test]
fn what_is_no_regular_file_is_not_waited_for() {
    let device = Device::new();
    let made = std::process::Command::new("mkfifo").arg(device.real("logs/pipe")).status().unwrap();
    assert!(made.success());
    assert_eq!(device.start("/logs/pipe", "read", "1"), PRECONDITION_FAILED);
    assert_eq!(device.put("/logs/pipe", None, "x"), INTERNAL);
    assert_eq!(device.code_at("GetFileChecksum", "/logs/pipe"), INTERNAL);
    let create = [("path", text("/logs/pipe")), ("overwrite", Value::Boolean(true))];
    assert_eq!(device.code("CreateBinaryFile", &create), INTERNAL);
    assert_eq!(device.code_at("DeleteFile", "/logs/pipe"), SUCCESS);
}
