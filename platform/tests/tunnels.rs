//! Application tunnels between a device of ours and the platform, over real sockets.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle, ThreadId};
use std::time::{Duration, Instant};

use serde_json::json;
use tempfile::TempDir;
use twedge::client::Client;
use twedge::connection::{AppKey, ConnectOptions, Endpoint, Settings};
use twedge::files::{DirectoryOptions, FileManager, FileSettings, NoWatcher};
use twedge::model::{InfoTable, Text, Value};
use twedge::net::websocket::frame::Opcode;
use twedge::things::DefaultServices;
use twedge::tunnels::{OverConnection, TunnelHost, TunnelManager, TunnelReport, TunnelSettings, Way};
use twedge::wire::MessageCode;
use twedge_platform::{DeviceTunnel, Platform, ThingDefinition, TunnelRecord, TunnelRequest};

const PATIENCE: Duration = Duration::from_secs(60);

/// What a device of the tests allows, and what happened to it.
struct Host {
    over: OverConnection,
    started: Sender<(TunnelReport, ThreadId)>,
    ended: Sender<()>,
    forbidden: Arc<AtomicBool>,
    files: Arc<Mutex<Option<FileManager>>>,
}

impl TunnelHost for Host {
    fn settings(&self) -> TunnelSettings {
        self.over.settings()
    }

    fn way(&self) -> Result<Way, String> {
        self.over.way()
    }

    fn tell_platform(&self, thing: &Text, tid: &Text, command: &'static str) {
        self.over.tell_platform(thing, tid, command);
    }

    fn started(&self, report: &TunnelReport) {
        // The test may be over.
        let _ = self.started.send((report.clone(), thread::current().id()));
    }

    fn ended(&self) {
        let _ = self.ended.send(());
    }

    fn permits(&self, _: &str, _: u16) -> bool {
        !self.forbidden.load(Ordering::SeqCst)
    }

    fn files(&self) -> Option<FileManager> {
        self.files.lock().unwrap().clone()
    }
}

/// A platform, and a device with the thing `T`.
struct Bench {
    platform: Platform,
    client: Client,
    tunnels: TunnelManager,
    running: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    started: Receiver<(TunnelReport, ThreadId)>,
    ended: Receiver<()>,
    forbidden: Arc<AtomicBool>,
    files: Arc<Mutex<Option<FileManager>>>,
}

impl Bench {
    fn start() -> Self {
        let thing = ThingDefinition::new("T");
        let platform = Platform::builder().app_key("the key", "someone").thing(thing).start_blocking().unwrap();
        let key = || AppKey::new(b"the key".to_vec());
        let client = Client::new(Endpoint::new("127.0.0.1", platform.port()), Settings::default(), key);
        let (started_sender, started) = mpsc::channel();
        let (ended_sender, ended) = mpsc::channel();
        let (forbidden, files) = (Arc::<AtomicBool>::default(), Arc::<Mutex<Option<FileManager>>>::default());
        let tunnels = TunnelManager::new(Arc::new(Host {
            over: OverConnection::new(client.connection().downgrade(), key),
            started: started_sender,
            ended: ended_sender,
            forbidden: forbidden.clone(),
            files: files.clone(),
        }));
        client.things().registry.set_tunnel_services(Some(Arc::new(tunnels.clone())));
        client.bind("T", DefaultServices::All).unwrap();
        client.connect(ConnectOptions { timeout: PATIENCE, retries: 1 }).unwrap();
        let running = Arc::new(AtomicBool::new(true));
        let (flag, device) = (running.clone(), client.clone());
        let thread = Some(thread::spawn(move || device.run(&|| flag.load(Ordering::SeqCst))));
        assert!(platform.wait_bound("T", PATIENCE));
        Self { platform, client, tunnels, running, thread, started, ended, forbidden, files }
    }

    fn tunnel(&self, request: &TunnelRequest) -> DeviceTunnel<'_> {
        self.platform.tunnel("T", request).unwrap()
    }

    fn refused(&self, request: &TunnelRequest) -> MessageCode {
        self.platform.try_tunnel("T", request).map(|(_, answer)| answer.code).unwrap()
    }

    /// The report of the next tunnel that ends.
    fn ending(&self) -> TunnelReport {
        self.ended.recv_timeout(PATIENCE).unwrap();
        let mut ended = self.tunnels.take_ended();
        assert_eq!(ended.len(), 1);
        ended.remove(0)
    }

    fn call(&self, service: &str, params: &[(&str, &str)]) -> MessageCode {
        let cells: Vec<_> = params.iter().map(|(name, value)| (*name, Value::string(*value))).collect();
        self.platform.call_service("T", service, Some(InfoTable::row_of(cells))).unwrap().code
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.running.store(false, Ordering::SeqCst);
        self.tunnels.stop_all();
        self.client.wake();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        if !thread::panicking() {
            self.platform.findings().assert_no_violation();
        }
    }
}

fn listen() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

/// A server that gives back what it gets, to any number of clients. Its threads end with the test program.
fn echo() -> u16 {
    let (listener, port) = listen();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            thread::spawn(move || {
                let mut copy = stream.try_clone().unwrap();
                let _ = std::io::copy(&mut stream, &mut copy);
                let _ = copy.shutdown(Shutdown::Write);
            });
        }
    });
    port
}

/// A port where nobody listens.
fn nobody() -> u16 {
    listen().1
}

fn to(port: u16) -> TunnelRequest {
    TunnelRequest::tcp("t1", "127.0.0.1", port)
}

fn connects(port: u16, count: i32) -> TunnelRequest {
    to(port).with(json!({"host": "127.0.0.1", "port": port, "num_connects": count, "message": "hi"}))
}

fn opened(tunnel: &DeviceTunnel<'_>) -> TunnelRecord {
    tunnel.wait(PATIENCE, |record| record.open).unwrap()
}

fn received(tunnel: &DeviceTunnel<'_>, length: usize) -> TunnelRecord {
    tunnel.wait(PATIENCE, |record| record.received.len() >= length).unwrap()
}

fn closed(tunnel: &DeviceTunnel<'_>) -> TunnelRecord {
    tunnel.wait(PATIENCE, |record| !record.open && record.commands.iter().any(|command| command == "CANCEL")).unwrap()
}

fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|index| (index * 31 % 251) as u8).collect()
}

#[test]
fn bytes_come_back_and_completing_ends_it() {
    let bench = Bench::start();
    let port = echo();
    let tunnel = bench.tunnel(&to(port));
    let (report, thread) = bench.started.recv_timeout(PATIENCE).unwrap();
    assert_eq!(
        (report.tid.to_string(), report.thing.to_string(), report.host.to_string()),
        ("t1".into(), "T".into(), "127.0.0.1".into())
    );
    assert_eq!((report.port, report.end, report.peer, report.sent), (port, 0, None, 0));
    assert_eq!(thread, bench.thread.as_ref().unwrap().thread().id(), "on the thread that the application lends");
    let record = opened(&tunnel);
    assert_eq!((record.upgrades, record.max_frame_size, record.extensions), (1, 10_922, false));
    assert!(tunnel.send(b"hello"));
    let record = received(&tunnel, 5);
    assert_eq!((record.received.as_slice(), record.messages, record.longest), (&b"hello"[..], 1, 8));
    let more = pattern(3000);
    assert!(tunnel.send(&more));
    assert_eq!(received(&tunnel, 3005).received[5..], more);
    let active = bench.tunnels.active();
    assert_eq!((active.len(), active[0].sent, active[0].received), (1, 3005, 3005));
    assert_eq!(tunnel.complete("user", "all done").unwrap().code, MessageCode::SUCCESS);
    let record = closed(&tunnel);
    assert_eq!(record.commands, ["CANCEL"]);
    assert_eq!(record.closes, [(1000, "Normal Close all done".to_owned())]);
    assert_eq!((record.bad_messages, record.upgrades), (0, 1));
    let report = bench.ending();
    assert_eq!((report.sent, report.received), (3005, 3005));
    assert_eq!((report.peer, report.message), (Some("user".into()), Some("all done".into())));
    assert!(report.end >= report.start && report.start > 0);
    assert!(bench.tunnels.active().is_empty());
}

#[test]
fn a_mebibyte_goes_both_ways() {
    let bench = Bench::start();
    let tunnel = bench.tunnel(&to(echo()));
    opened(&tunnel);
    let data = pattern(1 << 20);
    assert!(tunnel.send(&data));
    let record = received(&tunnel, data.len());
    assert!(record.received == data);
    assert!(record.longest <= 10_922 && record.bad_messages == 0);
}

#[test]
fn masks_are_random() {
    let bench = Bench::start();
    let tunnel = bench.tunnel(&to(echo()));
    opened(&tunnel);
    for count in 1..=4 {
        assert!(tunnel.send(b"x"));
        received(&tunnel, count);
    }
    let masks = tunnel.wait(PATIENCE, |record| record.masks.len() >= 4).unwrap().masks;
    assert!(masks.iter().any(|mask| *mask != [0; 4]) && masks[0] != masks[1]);
}

#[test]
fn small_and_huge_blocks_are_clamped() {
    let bench = Bench::start();
    let port = echo();
    for (asked, frame) in [(256, 341), (1, 85), (0, 85), (i32::MAX, 65_532), (-5, 85)] {
        let tunnel = bench.tunnel(&TunnelRequest { chunk_size: asked, ..to(port) });
        assert_eq!(opened(&tunnel).max_frame_size, frame);
        let data = pattern(70_000);
        assert!(tunnel.send(&data));
        let record = received(&tunnel, data.len());
        assert!(record.received == data && record.longest <= frame, "{asked}");
        tunnel.complete("user", "").unwrap();
        bench.ending();
    }
}

#[test]
fn a_server_that_speaks_first_is_heard_without_connect() {
    let bench = Bench::start();
    let (listener, port) = listen();
    let tunnel = bench.tunnel(&to(port));
    let (mut stream, _) = listener.accept().unwrap();
    stream.write_all(b"SSH-2.0-x\r\n").unwrap();
    assert_eq!(received(&tunnel, 11).received, b"SSH-2.0-x\r\n");
}

#[test]
fn the_end_of_the_server_is_one_disconnect_after_its_data() {
    let bench = Bench::start();
    let (listener, port) = listen();
    let tunnel = bench.tunnel(&to(port));
    let (mut stream, _) = listener.accept().unwrap();
    stream.write_all(b"bye").unwrap();
    drop(stream);
    let record = tunnel.wait(PATIENCE, |record| record.commands == ["DISCONNECT"]).unwrap();
    assert!(record.open);
    assert_eq!(received(&tunnel, 3).received, b"bye");
    // The WebSocket works on, and nothing is repeated.
    assert!(tunnel.ping(b"still there"));
    let record = tunnel.wait(PATIENCE, |record| record.pongs == [b"still there"]).unwrap();
    assert_eq!((record.commands.len(), record.open), (1, true));
    tunnel.complete("user", "").unwrap();
    assert_eq!(closed(&tunnel).commands, ["DISCONNECT", "CANCEL"]);
}

#[test]
fn a_refused_connection_without_connects_left_ends_it() {
    let bench = Bench::start();
    let tunnel = bench.tunnel(&to(nobody()));
    let record = closed(&tunnel);
    assert_eq!((record.commands, record.closes.len()), (vec!["CANCEL".to_owned()], 1));
    let report = bench.ending();
    assert!(report.message.unwrap().to_string().contains("no connects"));
}

#[test]
fn a_refused_connection_with_connects_left_is_one_disconnect() {
    let bench = Bench::start();
    let tunnel = bench.tunnel(&connects(nobody(), -1));
    tunnel.wait(PATIENCE, |record| record.commands == ["DISCONNECT"]).unwrap();
    assert_eq!(tunnel.command("CONNECT").unwrap().code, MessageCode::INTERNAL_SERVER_ERROR);
    let record = tunnel.wait(PATIENCE, |record| record.commands.len() == 2).unwrap();
    assert_eq!((record.commands, record.open), (vec!["DISCONNECT".to_owned(); 2], true));
    assert_eq!(tunnel.command("DISCONNECT").unwrap().code, MessageCode::INTERNAL_SERVER_ERROR);
}

#[test]
fn idle_tunnels_are_cancelled_once_and_closed() {
    let bench = Bench::start();
    let tunnel = bench.tunnel(&TunnelRequest { idle_timeout: 300, ..to(echo()) });
    let record = closed(&tunnel);
    assert_eq!((record.commands, record.closes.len()), (vec!["CANCEL".to_owned()], 1));
    assert!(bench.ending().message.unwrap().to_string().contains("idle"));
}

/// Data in one direction only keeps a tunnel open for longer than the idle time.
fn lives_on_data(name: &str, step: impl Fn(&DeviceTunnel<'_>, &mut TcpStream)) {
    let bench = Bench::start();
    let (listener, port) = listen();
    let tunnel = bench.tunnel(&TunnelRequest { idle_timeout: 1500, ..to(port) });
    let (mut stream, _) = listener.accept().unwrap();
    opened(&tunnel);
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_millis(4000) {
        step(&tunnel, &mut stream);
        thread::sleep(Duration::from_millis(50));
    }
    let record = tunnel.record();
    assert!(record.open && record.commands.is_empty(), "{name}: {record:?}");
    assert_eq!(closed(&tunnel).commands, ["CANCEL"], "{name}: idle in the end");
}

#[test]
fn data_in_either_direction_is_no_idleness() {
    lives_on_data("to the device", |tunnel, _| assert!(tunnel.send(b"x")));
    lives_on_data("from the device", |_, stream| stream.write_all(b"x").unwrap());
}

#[test]
fn connect_leaves_the_only_connection_alone() {
    let bench = Bench::start();
    let tunnel = bench.tunnel(&to(echo()));
    opened(&tunnel);
    assert!(tunnel.send(b"a"));
    received(&tunnel, 1);
    assert_eq!(tunnel.command("CONNECT").unwrap().code, MessageCode::SUCCESS);
    assert!(tunnel.send(b"b"));
    assert_eq!(received(&tunnel, 2).received, b"ab");
    assert!(tunnel.record().commands.is_empty());
}

#[test]
fn connect_replaces_the_connection_of_an_unlimited_tunnel() {
    let bench = Bench::start();
    let (listener, port) = listen();
    let tunnel = bench.tunnel(&connects(port, -1));
    let (mut first, _) = listener.accept().unwrap();
    assert_eq!(tunnel.command("CONNECT").unwrap().code, MessageCode::SUCCESS);
    let (mut second, _) = listener.accept().unwrap();
    assert_eq!(first.read(&mut [0; 1]).unwrap(), 0);
    second.write_all(b"2").unwrap();
    assert_eq!(received(&tunnel, 1).received, b"2");
    // And so does the platform's DISCONNECT.
    assert_eq!(tunnel.command("DISCONNECT").unwrap().code, MessageCode::SUCCESS);
    let (mut third, _) = listener.accept().unwrap();
    assert!(tunnel.send(b"3"));
    let mut byte = [0];
    third.read_exact(&mut byte).unwrap();
    assert_eq!((byte, tunnel.record().commands), ([b'3'], vec![]));
}

#[test]
fn data_connect_on_demand_while_connects_remain() {
    let bench = Bench::start();
    let (listener, port) = listen();
    let tunnel = bench.tunnel(&connects(port, 2));
    drop(listener.accept().unwrap());
    tunnel.wait(PATIENCE, |record| record.commands == ["DISCONNECT"]).unwrap();
    assert!(tunnel.send(b"again"));
    let (mut second, _) = listener.accept().unwrap();
    let mut text = [0; 5];
    second.read_exact(&mut text).unwrap();
    assert_eq!(&text, b"again");
    drop(second);
    tunnel.wait(PATIENCE, |record| record.commands.len() == 2).unwrap();
    assert_eq!(tunnel.command("CONNECT").unwrap().code, MessageCode::BAD_REQUEST);
    assert_eq!(closed(&tunnel).commands, ["DISCONNECT", "DISCONNECT", "CANCEL"]);
}

#[test]
fn disconnect_of_the_only_connection_ends_it() {
    let bench = Bench::start();
    let (listener, port) = listen();
    let tunnel = bench.tunnel(&to(port));
    let _stream = listener.accept().unwrap();
    opened(&tunnel);
    assert_eq!(tunnel.command("DISCONNECT").unwrap().code, MessageCode::SUCCESS);
    assert_eq!(closed(&tunnel).commands, ["CANCEL"]);
}

#[test]
fn the_platforms_close_is_echoed() {
    let bench = Bench::start();
    let tunnel = bench.tunnel(&to(echo()));
    opened(&tunnel);
    assert!(tunnel.close(1000, "enough"));
    let record = closed(&tunnel);
    assert_eq!(record.closes, [(1000, String::new())]);
    assert_eq!(record.commands, ["CANCEL"]);
    assert!(bench.ending().message.unwrap().to_string().starts_with("closed by server"));
}

#[test]
fn pings_are_answered_and_binary_messages_ignored() {
    let bench = Bench::start();
    let tunnel = bench.tunnel(&to(echo()));
    opened(&tunnel);
    assert!(tunnel.send_frame(Opcode::Binary, true, b"aGk=") && tunnel.ping(b"p"));
    tunnel.wait(PATIENCE, |record| record.pongs == [b"p"]).unwrap();
    // Base64 of "fragments" without padding, in pieces.
    assert!(
        tunnel.send_frame(Opcode::Text, false, b"ZnJhZ21l") && tunnel.send_frame(Opcode::Continuation, true, b"bnRzIQ")
    );
    assert_eq!(received(&tunnel, 10).received, b"fragments!");
}

#[test]
fn nonsense_of_the_platform_ends_the_tunnel_only() {
    let bench = Bench::start();
    let port = echo();
    type Act = fn(&DeviceTunnel<'_>) -> bool;
    let nonsense: [(&str, Act); 4] = [
        ("no base64", |tunnel| tunnel.send_text(b"!!!!")),
        ("a frame above the limit", |tunnel| tunnel.send_text(&[b'A'; 12_000])),
        ("no frame", |tunnel| tunnel.send_bytes(&[0xff; 40])),
        ("half a frame", |tunnel| tunnel.send_bytes(&[0x81, 0x20, b'A']) && tunnel.drop_connection()),
    ];
    for (name, act) in nonsense {
        let tunnel = bench.tunnel(&to(port));
        opened(&tunnel);
        assert!(act(&tunnel), "{name}");
        assert_eq!(closed(&tunnel).commands, ["CANCEL"], "{name}");
        bench.ending();
    }
    let tunnel = bench.tunnel(&to(port));
    opened(&tunnel);
    assert!(tunnel.send(b"x"));
    received(&tunnel, 1);
}

#[test]
fn a_refused_websocket_ends_it() {
    let bench = Bench::start();
    for status in [403, 404, 503] {
        let tunnel = bench.tunnel(&TunnelRequest { refusal: Some(status), ..to(echo()) });
        tunnel.wait(PATIENCE, |record| record.commands == ["CANCEL"]).unwrap();
        assert!(bench.ending().message.unwrap().to_string().contains(&status.to_string()));
        assert_eq!(tunnel.record().upgrades, 1);
    }
}

#[test]
fn many_at_once_and_a_slow_one_holds_up_nobody() {
    let bench = Bench::start();
    let port = echo();
    // Nobody answers there (RFC 5737): this one connects until its time is over.
    let slow = TunnelRequest::tcp("slow", "192.0.2.1", 9);
    let _slow = bench.tunnel(&slow);
    let tunnels: Vec<_> = (0..30)
        .map(|number| {
            let mut request = to(port);
            request.tid = format!("t{number}");
            bench.tunnel(&request)
        })
        .collect();
    for tunnel in &tunnels {
        opened(tunnel);
        assert!(tunnel.send(&pattern(5000)));
    }
    for tunnel in &tunnels {
        assert!(received(tunnel, 5000).received == pattern(5000));
    }
    let again = [("tid", "t3"), ("type", "tcp"), ("connection", r#"{"host":"127.0.0.1","port":1}"#)];
    assert_eq!(bench.call("StartTunnel", &again), MessageCode::INTERNAL_SERVER_ERROR);
    bench.tunnels.stop_all();
    assert!(bench.tunnels.active().is_empty());
    assert!(bench.tunnels.take_ended().len() >= 30);
}

#[test]
fn a_tunnel_outlives_the_connection_to_the_platform() {
    let bench = Bench::start();
    let tunnel = bench.tunnel(&to(echo()));
    opened(&tunnel);
    let lost = bench.platform.connection_of("T").unwrap();
    assert!(bench.platform.drop_connection(lost));
    assert!(tunnel.send(b"without"));
    assert_eq!(received(&tunnel, 7).received, b"without");
    // Bound on another connection: the platform may not have noticed the end of the first one yet.
    let is_back = |platform: &Platform| platform.connection_of("T").is_some_and(|connection| connection != lost);
    assert!(bench.platform.wait(PATIENCE, is_back));
    assert_eq!(tunnel.complete("user", "").unwrap().code, MessageCode::SUCCESS);
    closed(&tunnel);
}

#[test]
fn what_is_not_allowed_or_wrong_is_refused() {
    let bench = Bench::start();
    let port = echo();
    bench.forbidden.store(true, Ordering::SeqCst);
    assert_eq!(bench.refused(&to(port)), MessageCode::FORBIDDEN);
    bench.forbidden.store(false, Ordering::SeqCst);
    let internal = MessageCode::INTERNAL_SERVER_ERROR;
    for kind in ["udp", "SERIAL", "file"] {
        let request =
            TunnelRequest { kind: kind.into(), ..to(port) }.with(json!({"filename": "/etc/passwd", "mode": "read"}));
        assert_eq!(bench.refused(&request), internal, "{kind}");
    }
    assert_eq!(bench.refused(&TunnelRequest { connection: "{".into(), ..to(port) }), internal);
    assert_eq!(bench.refused(&to(port).with(json!({"host": "127.0.0.1"}))), internal);
    assert_eq!(bench.call("StartTunnel", &[("type", "tcp")]), internal);
    let bad = MessageCode::BAD_REQUEST;
    assert_eq!(bench.call("CompleteTunnel", &[("tid", "unknown"), ("peer_name", "u")]), bad);
    assert_eq!(bench.call("CompleteTunnel", &[("tid", "unknown")]), bad);
    assert_eq!(bench.call("TunnelCommandToEdge", &[("tid", "unknown"), ("command", "CONNECT")]), bad);
    assert!(bench.started.try_recv().is_err() && bench.tunnels.active().is_empty());
    let tunnel = bench.tunnel(&to(port));
    assert_eq!(tunnel.command("JUMP").unwrap().code, bad);
    // Without `connection`, which made the original crash.
    assert_eq!(bench.call("CompleteTunnel", &[("tid", "t1"), ("peer_name", "u")]), MessageCode::SUCCESS);
    assert_eq!(bench.ending().peer, Some("u".into()));
}

fn folder_of(bench: &Bench) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let manager = FileManager::new(&folder.path().join("staging"), FileSettings::default, NoWatcher).unwrap();
    std::fs::create_dir(folder.path().join("logs")).unwrap();
    manager.add_directory("T", "logs", folder.path().join("logs"), DirectoryOptions::default());
    *bench.files.lock().unwrap() = Some(manager);
    folder
}

fn file(connection: serde_json::Value) -> TunnelRequest {
    TunnelRequest { kind: "file".into(), ..to(1) }.with(connection)
}

#[test]
fn files_go_through_virtual_directories_when_that_is_allowed() {
    let bench = Bench::start();
    let folder = folder_of(&bench);
    let content = pattern(50_000);
    std::fs::write(folder.path().join("logs/a"), &content).unwrap();
    std::fs::write(folder.path().join("secret"), "s").unwrap();
    for path in ["/etc/passwd", "/logs/../secret", "/logs/none"] {
        let request = file(json!({"filename": path, "mode": "read"}));
        assert_eq!(bench.refused(&request), MessageCode::INTERNAL_SERVER_ERROR, "{path}");
    }
    let tunnel = bench.tunnel(&file(json!({"filename": "/logs/a", "mode": "read", "offset": 10})));
    opened(&tunnel);
    assert!(tunnel.record().received.is_empty());
    assert_eq!(tunnel.command("CONNECT").unwrap().code, MessageCode::SUCCESS);
    let record = closed(&tunnel);
    assert!(record.received == content[10..]);
    assert_eq!((record.commands, record.closes.len()), (vec!["CANCEL".to_owned()], 1));
    let report = bench.ending();
    assert_eq!((report.host.to_string(), report.port, report.sent), ("/logs/a".into(), 1, 49_990));

    let write = |extra: serde_json::Value| file(extra);
    let refused = write(json!({"filename": "/logs/a", "mode": "write", "overwrite": "false"}));
    assert_eq!(bench.refused(&refused), MessageCode::INTERNAL_SERVER_ERROR);
    let tunnel = bench.tunnel(&write(json!({"filename": "/logs/b", "mode": "write"})));
    opened(&tunnel);
    assert!(tunnel.send(&content));
    tunnel.complete("user", "").unwrap();
    let report = bench.ending();
    assert_eq!((report.port, report.received), (0, 50_000));
    assert!(std::fs::read(folder.path().join("logs/b")).unwrap() == content);
}
