//! File transfers between a device of ours and the platform, over real sockets.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use tempfile::TempDir;
use twedge::client::Client;
use twedge::connection::{AppKey, ConnectOptions, Endpoint, Settings};
use twedge::files::{
    self, CopyError, CopyRequest, DirectoryOptions, FileManager, FileSettings, TransferInfo, VALIDATED, Watcher,
};
use twedge::things::DefaultServices;
use twedge::wire::MessageCode;
use twedge_platform::{
    DeviceError, DeviceFiles, Job, JobState, Place, Platform, ThingDefinition, TransferError, TransferMode,
};

const PATIENCE: Duration = Duration::from_secs(60);
const BLOCK: u32 = 1000;

struct Finished(Sender<(bool, TransferInfo)>);

impl Watcher for Finished {
    fn finished(&self, received: bool, info: &TransferInfo) {
        // The test may be over.
        let _ = self.0.send((received, info.clone()));
    }
}

/// A platform, and a device that offers the virtual directory `logs` of the thing `T`.
struct Bench {
    platform: Platform,
    client: Client,
    running: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    folder: TempDir,
    idle_limit: Arc<Mutex<Duration>>,
    finished: Receiver<(bool, TransferInfo)>,
}

impl Bench {
    fn start() -> Self {
        let thing = ThingDefinition::new("T");
        let platform = Platform::builder().app_key("the key", "someone").thing(thing).start_blocking().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let idle_limit = Arc::new(Mutex::new(PATIENCE));
        let (sender, finished) = mpsc::channel();
        let limit = idle_limit.clone();
        let settings =
            move || FileSettings { block_size: BLOCK, idle_limit: *limit.lock().unwrap(), ..FileSettings::default() };
        let manager = FileManager::new(&folder.path().join("staging"), settings, Finished(sender)).unwrap();
        fs::create_dir(folder.path().join("logs")).unwrap();
        manager.add_directory("T", "logs", folder.path().join("logs"), DirectoryOptions::default());
        let key = || AppKey::new(b"the key".to_vec());
        let settings = Settings { auto_reconnect: true, ..Settings::default() };
        let client = Client::new(Endpoint::new("127.0.0.1", platform.port()), settings, key);
        client.things().registry.set_file_services(Some(Arc::new(manager)));
        client.bind("T", DefaultServices::All).unwrap();
        client.connect(ConnectOptions { timeout: PATIENCE, retries: 3 }).unwrap();
        let running = Arc::new(AtomicBool::new(true));
        let (lent, keep) = (client.clone(), running.clone());
        let thread = Some(std::thread::spawn(move || lent.run(&|| keep.load(Ordering::Relaxed))));
        assert!(platform.wait_bound("T", PATIENCE));
        Self { platform, client, running, thread, folder, idle_limit, finished }
    }

    fn real(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn files(&self) -> DeviceFiles<'_> {
        self.platform.files("T")
    }

    fn finished(&self) -> (bool, TransferInfo) {
        self.finished.recv_timeout(PATIENCE).unwrap()
    }

    fn copy(&self, source: Place, target: Place, asynchronous: bool) -> Result<files::CopyJob, CopyError> {
        let request = CopyRequest {
            source_repository: source.repository.into(),
            source_path: source.path.into(),
            source_file: source.file.into(),
            target_repository: target.repository.into(),
            target_path: target.path.into(),
            target_file: target.file.into(),
            timeout: 60_000,
            asynchronous,
        };
        files::copy(self.client.connection(), &request)
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.running.store(false, Ordering::Relaxed);
        self.client.wake();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Different bytes everywhere.
fn content(length: usize) -> Vec<u8> {
    (0..length).map(|index| (index.wrapping_mul(31) >> 3) as u8).collect()
}

fn on_device(path: &str, file: &str) -> Place {
    Place::new("T", path, file)
}

fn on_platform(file: &str) -> Place {
    Place::new("SystemRepository", "/", file)
}

fn refused<T: std::fmt::Debug>(result: Result<T, DeviceError>) -> MessageCode {
    match result {
        Err(DeviceError::Refused { code, .. }) => code,
        other => panic!("{other:?}"),
    }
}

#[test]
fn files_of_every_size_are_fetched() {
    let bench = Bench::start();
    for (index, length) in [0, 1, 999, 1000, 1001, 3000, 4567].into_iter().enumerate() {
        fs::write(bench.real("logs/a file.txt"), content(length)).unwrap();
        let mut job = Job::new(&index.to_string(), on_device("/logs", "a file.txt"), on_platform("x"));
        let fetched = bench.files().upload(&mut job).unwrap();
        assert!(fetched == content(length), "{length} bytes");
        let (received, info) = bench.finished();
        assert!(!received && info.state.unwrap() == VALIDATED && info.size == length as f64);
    }
    bench.platform.findings().assert_no_violation();
}

#[test]
fn files_of_every_size_are_brought() {
    let bench = Bench::start();
    fs::create_dir_all(bench.real("logs/sub/süb")).unwrap();
    for (index, length) in [0, 1, 1000, 2000, 2345].into_iter().enumerate() {
        let mut job = Job::new(&index.to_string(), on_platform("x"), on_device("/logs/sub/süb/", "n ü.bin"));
        bench.files().download(&mut job, &content(length), false).unwrap();
        assert!(fs::read(bench.real("logs/sub/süb/n ü.bin")).unwrap() == content(length), "{length} bytes");
        let (received, info) = bench.finished();
        assert!(received && info.target_file.unwrap() == "n ü.bin");
    }
    assert_eq!(fs::read_dir(bench.real("staging")).unwrap().count(), 0, "nothing stays behind");
    bench.platform.findings().assert_no_violation();
}

#[test]
fn a_transfer_that_the_link_has_ended_goes_on_where_it_was() {
    let bench = Bench::start();
    let files = bench.files();
    let sent = content(5000);
    let mut job = Job::new("first", on_platform("x"), on_device("/logs", "big"));
    files.start("/logs/big", TransferMode::Write, "first").unwrap();
    files.create(&job.staging_path(), true).unwrap();
    files.write(&job.staging_path(), 0, &sent[..1000], "first").unwrap();
    files.write(&job.staging_path(), 1000, &sent[1000..2000], "first").unwrap();
    let connection = bench.platform.connection_of("T").unwrap();
    assert!(bench.platform.drop_connection(connection));
    assert!(
        bench.platform.wait(PATIENCE, |platform| { platform.connection_of("T").is_some_and(|now| now != connection) })
    );
    // The device has not noticed the end of the transfer, and has to be told.
    let busy = refused(files.start("/logs/big", TransferMode::Write, "second"));
    assert_eq!(busy, MessageCode::PRECONDITION_FAILED);
    job.state = JobState::Cancelled;
    files.cancel(&job).unwrap();
    assert_eq!(bench.finished().1.state.unwrap(), "CANCELLED");
    let mut job = Job::new("second", on_platform("x"), on_device("/logs", "big"));
    files.download(&mut job, &sent, true).unwrap();
    assert_eq!((job.start_position, job.bytes_transferred), (2000, 3000));
    assert!(fs::read(bench.real("logs/big")).unwrap() == sent);
}

#[test]
fn a_block_that_comes_twice_does_no_harm() {
    let bench = Bench::start();
    let files = bench.files();
    let job = Job::new("t", on_platform("x"), on_device("/logs", "a"));
    files.start("/logs/a", TransferMode::Write, "t").unwrap();
    for (offset, data) in [(0, b"abc"), (0, b"abc"), (3, b"def"), (3, b"def")] {
        files.write(&job.staging_path(), offset, data, "t").unwrap();
    }
    assert_eq!(files.checksum(&job.staging_path()).unwrap(), "e80b5017098950fc58aad83c8c14978e");
    assert_eq!(refused(files.write(&job.staging_path(), 7, b"x", "t")), MessageCode::INTERNAL_SERVER_ERROR);
}

#[test]
fn a_transfer_is_cancelled_once() {
    let bench = Bench::start();
    fs::write(bench.real("logs/a"), "abc").unwrap();
    let mut job = Job::new("t", on_device("/logs", "a"), on_platform("x"));
    bench.files().start("/logs/a", TransferMode::Read, "t").unwrap();
    job.state = JobState::Cancelled;
    bench.files().cancel(&job).unwrap();
    assert_eq!(refused(bench.files().cancel(&job)), MessageCode::INTERNAL_SERVER_ERROR);
    let (received, info) = bench.finished();
    assert!(!received && info.state.unwrap() == "CANCELLED");
    assert!(bench.finished.try_recv().is_err(), "told once");
}

#[test]
fn an_idle_transfer_ends_and_frees_its_path() {
    let bench = Bench::start();
    let files = bench.files();
    let staged = Job::new("t", on_platform("x"), on_device("/logs", "a")).staging_path();
    files.start("/logs/a", TransferMode::Write, "t").unwrap();
    *bench.idle_limit.lock().unwrap() = Duration::ZERO;
    assert_eq!(refused(files.write(&staged, 0, b"abc", "t")), MessageCode::INTERNAL_SERVER_ERROR);
    *bench.idle_limit.lock().unwrap() = PATIENCE;
    files.start("/logs/a", TransferMode::Write, "t").unwrap();
    files.write(&staged, 0, b"abc", "t").unwrap();
}

#[test]
fn a_target_that_cannot_be_reached_fails_at_the_end() {
    let bench = Bench::start();
    let mut job = Job::new("t", on_platform("x"), on_device("/nowhere", "a"));
    let failed = bench.files().download(&mut job, b"abc", false);
    assert!(matches!(failed, Err(TransferError::Device(DeviceError::Refused { .. }))), "{failed:?}");
    assert_eq!(bench.finished().1.state.unwrap(), "ERROR");
}

#[test]
fn the_platform_browses() {
    let bench = Bench::start();
    let files = bench.files();
    files.make_directory("/logs/x/y").unwrap();
    fs::write(bench.real("logs/x/a.log"), "12345").unwrap();
    let names = |found: Vec<twedge_platform::FileInfo>| found.into_iter().map(|file| file.name).collect::<Vec<_>>();
    assert_eq!(names(files.browse("/").unwrap()), ["logs"]);
    assert_eq!(names(files.list_files("/logs/x", "*.log").unwrap()), ["a.log"]);
    assert_eq!(files.info("/logs/x/a.log").unwrap().size, 5);
    assert_eq!(files.list_directories("/logs").unwrap()[0].path, "/logs/x");
    let paths: Vec<_> = files.structure().unwrap().into_iter().map(|directory| directory.path).collect();
    assert_eq!(paths, ["/logs", "/logs/x", "/logs/x/y"]);
    files.move_file("/logs/x/a.log", "/logs/b.log", false).unwrap();
    files.delete("/logs/x/y").unwrap();
    files.delete("/logs/b.log").unwrap();
    assert_eq!(names(files.browse("/logs").unwrap()), ["x"]);
    assert_eq!(refused(files.move_file("/logs/../staging", "/logs/s", true)), MessageCode::BAD_REQUEST);
    assert_eq!(refused(files.browse("/logs/../..")), MessageCode::BAD_REQUEST);
}

#[test]
fn the_device_sends_and_gets_a_file() {
    let bench = Bench::start();
    fs::write(bench.real("logs/a"), content(2500)).unwrap();
    let sent = bench.copy(on_device("/logs", "a"), on_platform("b"), false).unwrap();
    assert!(sent.is_validated() && sent.transfer_id.is_some(), "{sent:?}");
    assert!(bench.platform.file("SystemRepository", "/b").unwrap() == content(2500));
    let got = bench.copy(on_platform("b"), on_device("/logs", "c"), false).unwrap();
    assert!(got.is_validated(), "{got:?}");
    assert!(fs::read(bench.real("logs/c")).unwrap() == content(2500));
    assert_eq!([bench.finished().0, bench.finished().0], [false, true]);
}

#[test]
fn the_device_does_not_wait_for_a_file() {
    let bench = Bench::start();
    bench.platform.put_file("Other", "/b", "hello");
    let place = Place::new("Other", "/", "b");
    let asked = bench.copy(place, on_device("/logs", ""), true).unwrap();
    assert_eq!(asked.state.as_ref().unwrap(), &"PENDING");
    let id = asked.transfer_id.unwrap().to_string();
    let (received, info) = bench.finished();
    assert!(received && info.transfer_id.unwrap() == id.as_str());
    assert_eq!(fs::read(bench.real("logs/b")).unwrap(), b"hello");
    assert!(
        bench
            .platform
            .wait(PATIENCE, |platform| { platform.job(&id).is_some_and(|job| job.state == JobState::Validated) })
    );
}

#[test]
fn a_file_that_cannot_be_copied_is_told() {
    let bench = Bench::start();
    let missing = bench.copy(on_platform("missing"), on_device("/logs", "a"), false).unwrap();
    assert!(!missing.is_validated() && missing.state.unwrap() == "ERROR");
    match bench.copy(Place::new("Unknown", "/", "a"), on_device("/logs", "a"), false) {
        Err(CopyError::Request(error)) => assert_eq!(error.result(), 1104),
        other => panic!("{other:?}"),
    }
}
