//! The six steps, and each of them failing (api-behaviour.md 2.3, protocol.md 6.1, 6.2).

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use twedge::connection::{BindEvent, ConnectError, ConnectOptions, Endpoint, Flag, RequestError, Settings, Step, Work};
use twedge::model::{BaseType, DataShape, Field, InfoTable, Value};
use twedge::wire::{Body, MessageCode};

use crate::support::{Device, PATIENCE, SESSION, Server, Told, notify_property_update, service_request};

fn subscriptions() -> InfoTable {
    let mut table = InfoTable::new(DataShape::new(vec![Field::new("edgeName", BaseType::STRING)]));
    table.rows.push(vec![Value::string("Temperature")]);
    table
}

#[test]
fn from_nothing_to_pushed_properties() {
    let server = Server::start();
    let mut device = Device::new(server.endpoint(), Device::settings());
    let platform = thread::spawn(move || {
        let mut peer = server.accept();
        assert!(peer.request.contains("\r\nappKey: the-key\r\n"));
        let auth = peer.expect(MessageCode::AUTH);
        assert_eq!(auth.header.session_id, 0xffff_ffff);
        assert_eq!(auth.body, Body::Auth { claims: vec![("appKey".into(), "the-key".into())] });
        peer.answer(&auth.header, MessageCode::SUCCESS, None);
        let bind = peer.expect(MessageCode::BIND);
        assert_eq!((bind.header.session_id, bind.header.endpoint_id), (SESSION, 0));
        assert_eq!(bind.body, Body::Bind { gateway: None, names: vec!["T".into()] });
        // The request comes before the answer (session 02), and is served after it.
        peer.send(&notify_property_update(1001, "T"));
        peer.answer(&bind.header, MessageCode::SUCCESS, None);
        let served = peer.expect(MessageCode::SUCCESS);
        assert_eq!((served.header.request_id, served.header.session_id), (1001, SESSION));
        let (header, request) = peer.expect_service("GetPropertySubscriptions");
        let options = Value::Text(BaseType::JSON, r#"{"hasDeadband":true}"#.into());
        assert_eq!(request.params, Some(InfoTable::single("options", options)));
        peer.answer(&header, MessageCode::SUCCESS, Some(subscriptions()));
        assert_eq!(peer.pings.len(), 1, "a ping right after the authentication");
        peer
    });
    device.connect().unwrap();
    assert_eq!(
        device.so_far(),
        [
            Told::Key,
            Told::Connect { connected: false },
            Told::Key,
            Told::Session,
            Told::Bound { event: BindEvent::Connected, connected: true },
        ]
    );
    assert!(device.flag(Flag::FirstConnectionComplete) && !device.flag(Flag::ManuallyDisconnected));
    assert!(!device.flag(Flag::FirstSynchronizationComplete));
    device.pump(1);
    let told: Vec<_> =
        std::iter::from_fn(|| Some(device.next())).filter(|told| !matches!(told, Told::Pong(_))).take(4).collect();
    let synchronized = [Told::PushTypes("T".into()), Told::Synchronized("T".into(), 1), Told::Push("T".into())];
    assert_eq!(told, [&[Told::Authenticated][..], &synchronized].concat());
    // The flag is set when the pass is over, of which the push is the last part that is told.
    device.tick_until(|| device.flag(Flag::FirstSynchronizationComplete));
    assert!(device.connection.is_synchronized(&"T".into()));
    drop(platform.join().unwrap());
}

fn open_failure(device: &Device, timeout: Duration) -> (Step, u16) {
    let started = Instant::now();
    let error = device.connection.connect(ConnectOptions { timeout, retries: 1 }).unwrap_err();
    assert!(started.elapsed() < timeout + Duration::from_secs(10), "the attempt is bounded: {:?}", started.elapsed());
    assert!(device.flag(Flag::ManuallyDisconnected) && device.flag(Flag::FirstConnectionComplete));
    assert!(!device.flag(Flag::ConnectionInProgress) && !device.connection.has_link());
    match error {
        ConnectError::Open(failure) => (failure.step, failure.result),
        other => panic!("{other}"),
    }
}

#[test]
fn step_1_nobody_listens() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let device = Device::new(Endpoint::new("127.0.0.1", port), Device::settings());
    assert_eq!(open_failure(&device, PATIENCE), (Step::HttpConnect, 1001));
    assert_eq!(device.connection.state().last_failure.map(|failure| failure.result), Some(1001));
    assert_eq!(device.so_far(), [Told::Key], "no link, no callbacks");
}

#[test]
fn step_2_the_server_is_silent() {
    let server = Server::start();
    let device = Device::new(server.endpoint(), Device::settings());
    assert_eq!(open_failure(&device, Duration::from_millis(100)), (Step::WebSocketUpgrade, 202));
}

#[test]
fn step_2_the_server_refuses_or_closes() {
    for answer in ["HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", ""] {
        let server = Server::start();
        let device = Device::new(server.endpoint(), Device::settings());
        let platform = thread::spawn(move || {
            let mut stream = server.accept_tcp();
            let mut head = [0; 4096];
            assert!(stream.read(&mut head).unwrap() > 0);
            stream.write_all(answer.as_bytes()).unwrap();
        });
        assert_eq!(open_failure(&device, PATIENCE), (Step::WebSocketUpgrade, 201));
        platform.join().unwrap();
    }
}

#[test]
fn step_3_the_key_is_refused() {
    let server = Server::start();
    let device = Device::new(server.endpoint(), Device::settings());
    let platform = thread::spawn(move || {
        // Every further attempt uses a new connection (Q-C32).
        for _ in 0..2 {
            let mut peer = server.accept();
            let auth = peer.expect(MessageCode::AUTH);
            peer.answer(&auth.header, MessageCode::UNAUTHORIZED, None);
            assert_eq!(peer.receive_close().unwrap()[..2], 1000u16.to_be_bytes());
        }
    });
    let error = device.connection.connect(ConnectOptions { timeout: PATIENCE, retries: 2 }).unwrap_err();
    assert_eq!(error.result(), 1101);
    assert!(matches!(error, ConnectError::Authenticate(RequestError::Refused { code: MessageCode::UNAUTHORIZED, .. })));
    assert!(!device.connection.has_link() && device.flag(Flag::ManuallyDisconnected));
    let closed = Told::Close("Normal Close Not authenticated".into());
    let attempt = [Told::Key, Told::Connect { connected: false }, Told::Key, closed];
    assert_eq!(device.so_far(), [attempt.clone(), attempt].concat(), "one close callback per link");
    platform.join().unwrap();
}

#[test]
fn step_3_no_answer() {
    let server = Server::start();
    let device =
        Device::new(server.endpoint(), Settings { message_timeout: Duration::from_millis(50), ..Device::settings() });
    let platform = thread::spawn(move || {
        let mut peer = server.accept();
        // Tried again on the same WebSocket (protocol.md 6.2).
        peer.expect(MessageCode::AUTH);
        peer.expect(MessageCode::AUTH);
        peer
    });
    let error = device.connection.connect(ConnectOptions { timeout: PATIENCE, retries: 2 }).unwrap_err();
    assert_eq!(error.result(), 1114);
    let peer = platform.join().unwrap();
    assert!(device.connection.has_link() && !device.connection.is_connected());
    drop(peer);
}

#[test]
fn steps_3_and_4_the_server_closes() {
    for step in [Step::Authenticate, Step::Bind] {
        let server = Server::start();
        let device = Device::new(server.endpoint(), Device::settings());
        let platform = thread::spawn(move || {
            let mut peer = server.accept();
            if step == Step::Bind {
                peer.authenticate();
            }
            peer.receive();
            peer.hang_up();
        });
        // The answer would take message_timeout, 10 s: the end of TCP ends the waiting at once.
        let started = Instant::now();
        assert_eq!(device.connect().unwrap_err().result(), 1114);
        assert!(started.elapsed() < Duration::from_secs(8));
        assert_eq!(device.so_far().last(), Some(&Told::Close("Socket Error".into())));
        platform.join().unwrap();
    }
}

#[test]
fn step_4_the_bind_is_refused_and_retried() {
    let server = Server::start();
    let mut device = Device::serving(server.endpoint(), Device::settings(), |_| {
        Some(twedge::connection::Reply::code(MessageCode::SUCCESS))
    });
    let platform = thread::spawn(move || {
        let mut peer = server.accept();
        peer.authenticate();
        let bind = peer.expect(MessageCode::BIND);
        peer.answer(&bind.header, MessageCode::NOT_FOUND, None);
        // The session is served meanwhile.
        peer.send(&service_request(7, "T", "S", None));
        let mut served = false;
        for refusals in [true, true, false] {
            loop {
                let message = peer.receive();
                if message.header.code == MessageCode::SUCCESS {
                    assert_eq!(message.header.request_id, 7);
                    served = true;
                    continue;
                }
                assert_eq!(message.header.code, MessageCode::BIND);
                let code = if refusals { MessageCode::NOT_FOUND } else { MessageCode::SUCCESS };
                peer.answer(&message.header, code, None);
                break;
            }
        }
        if !served {
            peer.expect(MessageCode::SUCCESS);
        }
        peer
    });
    assert_eq!(device.connect().unwrap_err().result(), 1104);
    assert!(device.connection.is_connected(), "the session goes on");
    assert!(device.flag(Flag::ManuallyDisconnected));
    device.pump(1);
    device.wait_for(&Told::Bound { event: BindEvent::Connected, connected: true });
    assert!(!device.flag(Flag::ManuallyDisconnected));
    drop(platform.join().unwrap());
}

#[test]
fn step_4_no_answer() {
    let server = Server::start();
    let device =
        Device::new(server.endpoint(), Settings { message_timeout: Duration::from_millis(200), ..Device::settings() });
    let platform = thread::spawn(move || {
        let mut peer = server.accept();
        peer.authenticate();
        peer.expect(MessageCode::BIND);
        peer
    });
    assert_eq!(device.connect().unwrap_err().result(), 1114);
    assert!(device.connection.is_connected());
    drop(platform.join().unwrap());
}

#[test]
fn step_4_names_are_cut_to_messages_and_all_are_sent() {
    let server = Server::start();
    let settings = Settings { message_chunk_size: 100, ..Device::settings() };
    let device = Device::new(server.endpoint(), settings);
    let all: Vec<String> = (0..30).map(|number| format!("Thing{number}")).collect();
    device.set_names(&all.iter().map(String::as_str).collect::<Vec<_>>());
    let platform = thread::spawn(move || {
        let mut peer = server.accept();
        peer.authenticate();
        let mut names = Vec::new();
        while names.len() < 30 {
            let bind = peer.expect(MessageCode::BIND);
            let code = if names.is_empty() { MessageCode::FORBIDDEN } else { MessageCode::SUCCESS };
            peer.answer(&bind.header, code, None);
            names.extend(crate::support::names(bind));
        }
        (peer, names)
    });
    // The refusal of the first message is reported, and does not keep the others from being sent (W43).
    assert_eq!(device.connect().unwrap_err().result(), 1103);
    let (_peer, names) = platform.join().unwrap();
    assert_eq!(names, all.iter().map(|name| name.as_str().into()).collect::<Vec<twedge::model::Text>>());
}

#[test]
fn step_5_is_retried_after_a_failure() {
    let server = Server::start();
    let mut device = Device::new(server.endpoint(), Device::settings());
    let platform = thread::spawn(move || {
        let mut peer = server.accept_session();
        peer.send(&notify_property_update(1, "T"));
        peer.expect(MessageCode::SUCCESS);
        for code in [MessageCode::INTERNAL_SERVER_ERROR, MessageCode::NOT_FOUND, MessageCode::SUCCESS] {
            let (header, _) = peer.expect_service("GetPropertySubscriptions");
            peer.answer(&header, code, None);
        }
        peer
    });
    device.connect().unwrap();
    device.pump(1);
    // No table is an answer as well: there is nothing to change, and the push follows.
    device.wait_for(&Told::Synchronized("T".into(), 0));
    drop(platform.join().unwrap());
}

#[test]
fn step_6_a_push_waits_for_the_synchronization_and_does_it_itself() {
    let server = Server::start();
    let device = Device::new(server.endpoint(), Device::settings());
    let platform = thread::spawn(move || {
        let mut peer = server.accept_session();
        peer.send(&notify_property_update(1, "T"));
        let (header, _) = peer.expect_service("GetPropertySubscriptions");
        peer.answer(&header, MessageCode::SUCCESS, Some(subscriptions()));
        // Nobody has handled the notification yet.
        peer.expect(MessageCode::SUCCESS);
        peer
    });
    device.connect().unwrap();
    // Nobody pumps: the notification waits in the queue, and this call acts on it.
    assert!(device.connection.ensure_synchronized(&"T".into(), PATIENCE));
    assert!(device.so_far().contains(&Told::PushTypes("T".into())));
    assert!(device.connection.handle_next(false));
    device.connection.tick();
    assert!(!device.so_far().contains(&Told::PushTypes("T".into())), "it has been answered already");
    drop(platform.join().unwrap());
}

#[test]
fn step_6_a_push_gives_up_once() {
    let server = Server::start();
    let device = Device::new(server.endpoint(), Device::settings());
    let platform = thread::spawn(move || server.accept_session());
    device.connect().unwrap();
    assert!(!device.connection.ensure_synchronized(&"T".into(), Duration::from_millis(1)));
    // With the time of a patient test: the second call does not wait at all.
    let started = Instant::now();
    assert!(!device.connection.ensure_synchronized(&"T".into(), PATIENCE));
    assert!(started.elapsed() < Duration::from_secs(4));
    assert!(!device.connection.ensure_synchronized(&"Unbound".into(), PATIENCE));
    drop(platform.join().unwrap());
}

#[test]
fn no_retries_are_no_attempt_and_no_spinning() {
    let device = Device::new(Endpoint::new("127.0.0.1", 9), Device::settings());
    device.connection.connect(ConnectOptions { timeout: PATIENCE, retries: 0 }).unwrap();
    assert!(!device.flag(Flag::ManuallyDisconnected) && device.flag(Flag::FirstConnectionComplete));
    device.connection.tick();
    assert_eq!(device.so_far(), []);
    let until = Instant::now() + Duration::from_millis(1);
    device.connection.wait_for_work(Work::Tasker, until, &|| true);
    assert!(!device.connection.wait_for_work(Work::Tasker, Instant::now() + Duration::from_millis(1), &|| true));
}

#[test]
fn what_is_due_at_once_wakes_the_pump_at_once() {
    let device = Device::new(Endpoint::new("127.0.0.1", 9), Device::settings());
    // The first pass of the synchronization task has no moment of its own: it is due whenever one looks.
    assert!(device.connection.wait_for_work(Work::Tasker, Instant::now() + PATIENCE, &|| true));
    device.connection.tick();
    // A reconnect that nothing puts off is likewise.
    device.connection.flags().set(Flag::ManuallyDisconnected, false);
    device.connection.set_reconnect_options(ConnectOptions { timeout: PATIENCE, retries: 1 });
    for _ in 0..2 {
        assert!(device.connection.wait_for_work(Work::Tasker, Instant::now() + PATIENCE, &|| true));
    }
}
