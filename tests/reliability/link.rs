//! Losing a link: how often and when it is opened again, and what is told of it.

use std::io::Write;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use log::Level;
use twedge::connection::{ConnectOptions, Flag, Outcome, Reply, RequestError, RequestOptions, Settings, State};
use twedge::model::{InfoTable, Value};
use twedge::store::MessageStore;
use twedge::wire::{Cut, MessageCode, encode};

use crate::lines;
use crate::support::{
    Device, PATIENCE, Peer, Server, Told, answer, notify_property_update, service_of, service_request,
};

/// Pauses that no test waits for, and nobody who connects but the thread that ticks.
fn patient() -> Settings {
    Settings {
        connect_retry_interval: Duration::from_secs(1000),
        max_connect_delay: Duration::from_secs(4000),
        silence_limit: PATIENCE * 10,
        ..Settings::default()
    }
}

/// Whether the next attempt comes within these bounds from a moment that was before the failure to now.
fn comes_within(device: &Device, failed_after: Instant, least: u64, most: u64) -> bool {
    let at = device.connection.state().next_attempt.expect("a next attempt");
    at >= failed_after + Duration::from_secs(least) && at <= Instant::now() + Duration::from_secs(most)
}

fn wait_for_loss(device: &Device) {
    let end = Instant::now() + PATIENCE;
    while device.connection.has_link() {
        assert!(Instant::now() < end, "the link is not lost");
        thread::sleep(Duration::from_millis(1));
    }
}

/// A way to lose a link.
type Loss = fn(Peer);

fn reset(mut peer: Peer) {
    // Closed with data that was not read, TCP is reset.
    peer.write(|encoder, out| encoder.ping(b"", out).unwrap());
    peer.stream.peek(&mut [0]).unwrap();
}

fn close(mut peer: Peer) {
    peer.stream.write_all(b"\x88\x02\x03\xe9").unwrap();
    peer.receive_close();
}

fn violate(mut peer: Peer) {
    peer.stream.write_all(b"\x83\x00").unwrap();
    peer.receive_close();
}

fn cut_a_frame(mut peer: Peer) {
    peer.stream.write_all(b"\x82\x10half").unwrap();
    peer.hang_up();
}

#[test]
fn a_loss_costs_one_connection() {
    let ways: [(&str, Loss); 5] = [
        ("end of TCP", Peer::hang_up),
        ("reset", reset),
        ("close frame", close),
        ("violation", violate),
        ("half a frame", cut_a_frame),
    ];
    for (name, lose) in ways {
        let server = Server::start();
        let mut device = Device::new(server.endpoint(), Device::settings());
        let peer = thread::scope(|scope| {
            let platform = scope.spawn(|| {
                lose(server.accept_session());
                server.accept_session()
            });
            device.connect().unwrap();
            device.pump(0);
            platform.join().unwrap()
        });
        device.tick_until(|| device.connection.is_connected());
        drop(device);
        // Everything that the device has begun is in the queue of the listener by now: nothing, if two connections were all.
        let more = server.waiting();
        assert_eq!(more, 0, "{name}: connections beside the lost one and the new one");
        drop(peer);
    }
}

#[test]
fn the_first_retry_comes_at_once_and_pauses_grow_from_the_interval() {
    let server = Server::start();
    let device = Device::new(server.endpoint(), patient());
    let platform = thread::spawn(move || server.accept_session().hang_up());
    device.connect().unwrap();
    platform.join().unwrap();
    wait_for_loss(&device);
    let lost = device.connection.state();
    assert_eq!(lost.state, State::Waiting);
    assert!(lost.next_attempt.is_some_and(|at| at <= Instant::now()), "at once");
    // Nobody listens any more: the attempt of this call fails.
    let before = Instant::now();
    device.connection.tick();
    let failed = device.connection.state();
    assert_eq!((failed.state, failed.last_failure.map(|failure| failure.result)), (State::Waiting, Some(1001)));
    assert!(comes_within(&device, before, 1000, 2000), "after the first failure");
    device.connection.tick();
    assert_eq!(device.connection.state().next_attempt, failed.next_attempt, "a call before its time does nothing");
    assert!(!device.flag(Flag::ManuallyDisconnected), "it goes on");
}

#[test]
fn a_bind_is_tried_again_with_the_same_pauses() {
    for code in [Some(MessageCode::NOT_FOUND), None] {
        let server = Server::start();
        // Without an answer this is what the call waits for.
        let settings = Settings { message_timeout: Duration::from_millis(300), ..patient() };
        let device = Device::new(server.endpoint(), settings);
        let platform = thread::spawn(move || {
            let mut peer = server.accept();
            peer.authenticate();
            let bind = peer.expect(MessageCode::BIND);
            if let Some(code) = code {
                peer.answer(&bind.header, code, None);
            }
            peer
        });
        let before = Instant::now();
        assert!(device.connect().is_err());
        assert_eq!(device.connection.state().state, State::NotBound);
        assert!(comes_within(&device, before, 1000, 2000), "{code:?}");
        drop(platform.join().unwrap());
    }
}

#[test]
fn a_connect_call_that_has_failed_is_not_repeated() {
    let server = Server::start();
    let device = Device::new(server.endpoint(), patient());
    drop(server);
    device.connect().unwrap_err();
    let state = device.connection.state();
    assert_eq!((state.state, state.next_attempt), (State::Disconnected, None));
    device.connection.tick();
    assert_eq!(device.connection.state().since, state.since, "nothing has been tried");
}

#[test]
fn a_connect_call_pauses_between_its_attempts_and_not_after_the_last() {
    let server = Server::start();
    let interval = Duration::from_secs(2);
    let device = Device::new(server.endpoint(), Settings { connect_retry_interval: interval, ..Settings::default() });
    drop(server);
    let started = Instant::now();
    device.connection.connect(ConnectOptions { timeout: PATIENCE, retries: 2 }).unwrap_err();
    let took = started.elapsed();
    assert!(took >= interval && took < interval * 2, "{took:?}");
}

#[test]
fn the_first_ping_comes_with_the_session() {
    let server = Server::start();
    // Sooner than the interval between pings.
    assert!(PATIENCE < Settings::default().ping_rate);
    let device = Device::new(server.endpoint(), Settings::default());
    let platform = thread::spawn(move || {
        let mut peer = server.accept_session();
        if peer.pings.is_empty() {
            peer.receive_ping();
        }
        peer
    });
    device.connect().unwrap();
    drop(platform.join().unwrap());
}

#[test]
fn the_log_tells_the_end_of_a_link_and_the_next_attempt() {
    lines::record();
    let server = Server::start();
    let device = Device::new(server.endpoint(), patient());
    let port = server.port().to_string();
    let platform = thread::spawn(move || server.accept_session());
    device.connect().unwrap();
    let mut peer = platform.join().unwrap();
    peer.stream.write_all(b"\x88\x1c\x03\xe9end of the test of the log").unwrap();
    wait_for_loss(&device);
    let (level, line) = lines::await_one(&["the link has ended", "end of the test of the log"]);
    assert_eq!(level, Level::Warn);
    assert!(line.ends_with("it is opened again at once"), "{line}");
    device.connection.tick();
    let (level, line) = lines::await_one(&["connect: step 1/6 HTTP connect", &port]);
    assert_eq!(level, Level::Warn);
    assert!((1000.0..=2000.0).contains(&pause_in(&line)), "{line}");
}

#[test]
fn a_link_that_takes_nothing_refuses_requests_in_time() {
    let server = Server::start();
    let settings = Settings { message_store_limit: 1 << 20, ..Settings::default() };
    let device = Device::new(server.endpoint(), settings);
    // It never reads again.
    let platform = thread::spawn(move || server.accept_session());
    device.connect().unwrap();
    let peer = platform.join().unwrap();
    let mut large = service_of("S");
    large.params = Some(InfoTable::single("text", Value::string("x".repeat(900_000))));
    let options = RequestOptions { timeout: Some(Duration::from_millis(200)), ..RequestOptions::default() };
    // What the system and the library buffer is used up some time.
    let refused = (0..200).find_map(|_| match device.connection.request(MessageCode::POST, large.clone(), options) {
        Err(RequestError::TimedOut(_)) => None,
        other => Some(other),
    });
    let error = refused.expect("it takes everything").unwrap_err();
    assert!(matches!(error, RequestError::NotSent(_)) && error.result() == 1107, "{error}");
    device.connection.set_message_store(Some(Arc::new(MessageStore::in_ram())));
    let options = RequestOptions { store_unsent: true, ..options };
    assert_eq!(device.connection.request(MessageCode::POST, large, options), Err(RequestError::Stored));
    drop(peer);
}

#[test]
fn requests_beyond_the_limit_are_refused_and_answers_are_not() {
    let server = Server::start();
    let settings = Settings { max_messages: 2, ..Settings::default() };
    let device = Device::new(server.endpoint(), settings);
    let platform = thread::spawn(move || {
        let mut peer = server.accept_session();
        for id in 1..=3 {
            peer.send(&service_request(id, "T", "S", None));
        }
        let refused = peer.expect(MessageCode::SERVICE_UNAVAILABLE);
        assert_eq!(refused.header.request_id, 3);
        peer
    });
    device.connect().unwrap();
    let mut peer = platform.join().unwrap();
    let platform = thread::spawn(move || {
        let (header, _) = peer.expect_service("Mine");
        peer.answer(&header, MessageCode::SUCCESS, None);
        peer
    });
    // Nobody handles requests: the queue stays full.
    assert_eq!(device.invoke("Mine", PATIENCE), Ok(MessageCode::SUCCESS));
    drop(platform.join().unwrap());
}

#[test]
fn an_answer_that_stops_between_its_pieces_ends_the_request() {
    let server = Server::start();
    let settings = Settings { stale_message_age: Duration::from_millis(100), ..Settings::default() };
    let device = Device::new(server.endpoint(), settings);
    let platform = thread::spawn(move || {
        let mut peer = server.accept_session();
        let (header, _) = peer.expect_service("S");
        let content = InfoTable::single("result", Value::string("x".repeat(20_000)));
        let answer = answer(&header, MessageCode::SUCCESS, Some(content));
        let cut = Cut { chunk_size: 8192, max_message_size: 1 << 20, deflate: false };
        peer.send_bytes(&encode(&answer, &cut).unwrap()[0]);
        peer
    });
    device.connect().unwrap();
    let error = device.invoke("S", PATIENCE).unwrap_err();
    assert!(matches!(error, RequestError::Undecodable(_)) && error.result() == 100, "{error}");
    assert!(device.connection.is_connected(), "the link stays");
    drop(platform.join().unwrap());
}

#[test]
fn a_lost_link_ends_its_requests_at_once() {
    let server = Server::start();
    let device = Device::new(server.endpoint(), patient());
    let platform = thread::spawn(move || {
        let mut peer = server.accept_session();
        peer.expect_service("Asynchronous");
        peer.expect_service("Blocking");
        peer.hang_up();
    });
    device.connect().unwrap();
    // Longer than a patient test waits.
    let options = RequestOptions { timeout: Some(PATIENCE * 10), ..RequestOptions::default() };
    let (sender, told) = mpsc::channel();
    let callback = Box::new(move |_: u32, outcome: Outcome| sender.send(outcome).unwrap());
    device.connection.request_async(MessageCode::POST, service_of("Asynchronous"), options, callback).unwrap();
    assert_eq!(device.invoke("Blocking", PATIENCE * 10), Err(RequestError::ConnectionLost));
    platform.join().unwrap();
    while !device.connection.handle_next(true) {}
    assert_eq!(told.try_recv(), Ok(Err(RequestError::ConnectionLost)));
    assert_eq!(RequestError::ConnectionLost.result(), 1114);
}

#[test]
fn what_came_on_a_lost_link_is_handled_and_not_answered_on_the_next() {
    let server = Server::start();
    let device = Device::serving(server.endpoint(), Device::settings(), |_| Some(Reply::code(MessageCode::SUCCESS)));
    let platform = thread::spawn(move || {
        let mut peer = server.accept_session();
        peer.send(&service_request(7, "T", "S", None));
        // Another request shows that the first one has arrived.
        let (header, _) = peer.expect_service("Mine");
        peer.answer(&header, MessageCode::SUCCESS, None);
        peer.hang_up();
        let mut peer = server.accept_session();
        peer.expect_service("Next");
        peer
    });
    device.connect().unwrap();
    assert_eq!(device.invoke("Mine", PATIENCE), Ok(MessageCode::SUCCESS));
    wait_for_loss(&device);
    device.tick_until(|| device.connection.is_connected());
    while !device.so_far().contains(&Told::Request(7)) {
        device.connection.handle_next(false);
    }
    // The answer would come first.
    assert!(matches!(device.invoke("Next", Duration::from_millis(1)), Err(RequestError::TimedOut(_))));
    drop(platform.join().unwrap());
}

#[test]
fn a_failed_synchronization_is_repeated_with_the_same_pauses() {
    lines::record();
    let server = Server::start();
    let device = Device::new(server.endpoint(), patient());
    device.set_names(&["Unsynchronized"]);
    let platform = thread::spawn(move || {
        let mut peer = server.accept_session();
        peer.send(&notify_property_update(1, "Unsynchronized"));
        peer.expect(MessageCode::SUCCESS);
        let (header, _) = peer.expect_service("GetPropertySubscriptions");
        peer.answer(&header, MessageCode::INTERNAL_SERVER_ERROR, None);
        peer
    });
    device.connect().unwrap();
    while !device.connection.handle_next(false) {}
    let told = ["GetPropertySubscriptions of Unsynchronized"];
    device.tick_until(|| !lines::with(&told).is_empty());
    let (level, line) = lines::await_one(&told);
    assert_eq!(level, Level::Warn);
    assert!((1000.0..=2000.0).contains(&pause_in(&line)), "{line}");
    drop(platform.join().unwrap());
}

/// The seconds that a line says until the next attempt.
fn pause_in(line: &str) -> f64 {
    let (_, pause) = line.rsplit_once("; again in ").unwrap_or_else(|| panic!("{line}"));
    pause.trim_end_matches('s').parse().unwrap()
}
