//! Keeping a link alive, losing it, getting it back (api-behaviour.md 2.4 to 2.6, protocol.md 2.3, 2.4, 6.8).

use std::cell::RefCell;
use std::thread;
use std::time::{Duration, Instant};

use twedge::connection::{
    BindEvent, ConnectError, ConnectOptions, Flag, RequestError, RequestOptions, Settings, State,
};
use twedge::net::websocket::Event;
use twedge::wire::MessageCode;

use crate::support::{Device, PATIENCE, Peer, Server, Told, names, service_of};

fn told_of_reconnect() -> [Told; 6] {
    [
        Told::Key,
        Told::Connect { connected: false },
        Told::Key,
        Told::Session,
        Told::Bound { event: BindEvent::Connected, connected: true },
        Told::Authenticated,
    ]
}

fn without_pongs(device: &Device) -> impl Iterator<Item = Told> + '_ {
    std::iter::repeat_with(|| device.next()).filter(|told| !matches!(told, Told::Pong(_)))
}

#[test]
fn the_end_of_tcp_is_noticed_and_the_link_comes_back() {
    let server = Server::start();
    let mut device = Device::new(server.endpoint(), Device::settings());
    let platform = thread::spawn(move || {
        server.accept_session().hang_up();
        let mut peer = server.accept();
        peer.authenticate();
        assert_eq!(peer.bind(), ["T"]);
        peer
    });
    device.connect().unwrap();
    device.pump(0);
    device.wait_for(&Told::Close("Socket Error".into()));
    // Authenticated may have been told for the first link or not, depending on when it ended.
    let told: Vec<_> = without_pongs(&device).filter(|told| *told != Told::Authenticated).take(5).collect();
    assert_eq!(told, told_of_reconnect()[..5]);
    device.wait_for(&Told::Authenticated);
    assert!(device.connection.is_connected() && !device.flag(Flag::ManuallyDisconnected));
    drop(platform.join().unwrap());
}

#[test]
fn the_state_tells_what_comes_next_and_what_went_wrong() {
    let server = Server::start();
    // The I/O thread alone: nobody ticks, and the thread that would connect instead waits.
    let settings = Settings { silence_limit: PATIENCE, ..Device::settings() };
    let device = Device::new(server.endpoint(), settings);
    assert_eq!(device.connection.state().state, State::Disconnected);
    let platform = thread::spawn(move || {
        let peer = server.accept_session();
        (server, peer)
    });
    device.connect().unwrap();
    let (_server, peer) = platform.join().unwrap();
    let online = device.connection.state();
    assert_eq!(online.state, State::Online);
    assert!(online.since.is_some() && online.last_failure.is_none() && online.next_attempt.is_none());
    peer.hang_up();
    while device.connection.has_link() {
        thread::sleep(Duration::from_millis(1));
    }
    let lost = device.connection.state();
    assert_eq!(lost.state, State::Waiting);
    assert!(lost.since >= online.since && lost.next_attempt.is_some());
    assert_eq!(lost.last_failure.map(|failure| failure.result), Some(0));
    device.connection.disconnect(b"end");
    assert_eq!(device.connection.state().state, State::Disconnected);
}

#[test]
fn a_close_frame_is_answered_and_its_payload_is_told() {
    for (status, payload) in [(Some(1001), "\u{3}\u{e9}bye"), (None, "")] {
        let server = Server::start();
        let device = Device::new(server.endpoint(), Settings { auto_reconnect: false, ..Device::settings() });
        let platform = thread::spawn(move || {
            let mut peer = server.accept_session();
            match status {
                // A text of the server's own: the encoder would put its fixed texts.
                Some(_) => std::io::Write::write_all(&mut peer.stream, b"\x88\x05\x03\xe9bye").unwrap(),
                None => peer.write(|encoder, out| encoder.answer_close(None, out).unwrap()),
            }
            let close = peer.receive_close().expect("an answer to the close frame");
            assert_eq!(close, status.map(|status: u16| status.to_be_bytes().to_vec()).unwrap_or_default());
            peer.expect_end();
        });
        device.connect().unwrap();
        device.tick_until(|| !device.connection.has_link());
        platform.join().unwrap();
        device.connection.tick();
        let closes: Vec<_> = device
            .so_far()
            .into_iter()
            .filter_map(|told| match told {
                Told::Close(text) => Some(text.into_bytes()),
                Told::CloseBytes(bytes) => Some(bytes),
                _ => None,
            })
            .collect();
        let expected: Vec<u8> = if payload.is_empty() { Vec::new() } else { b"\x03\xe9bye".to_vec() };
        assert_eq!(closes, [expected], "once, with the status bytes");
        assert!(!device.flag(Flag::Connected) && !device.flag(Flag::Authenticated));
    }
}

#[test]
fn violations_are_answered_with_a_close_frame() {
    let server = Server::start();
    let device = Device::new(server.endpoint(), Settings { auto_reconnect: false, ..Device::settings() });
    let platform = thread::spawn(move || {
        let mut peer = server.accept_session();
        std::io::Write::write_all(&mut peer.stream, b"\x83\x00").unwrap();
        assert_eq!(peer.receive_close().unwrap()[..2], 1002u16.to_be_bytes());
    });
    device.connect().unwrap();
    device.tick_until(|| !device.connection.has_link());
    platform.join().unwrap();
    device.connection.tick();
    assert!(device.so_far().contains(&Told::Close("Socket Error".into())));
}

#[test]
fn a_frame_must_be_complete_in_time() {
    let server = Server::start();
    let settings =
        Settings { auto_reconnect: false, frame_read_timeout: Duration::from_millis(50), ..Device::settings() };
    let device = Device::new(server.endpoint(), settings);
    let platform = thread::spawn(move || {
        let mut peer = server.accept_session();
        std::io::Write::write_all(&mut peer.stream, b"\x82\x10half").unwrap();
        assert_eq!(peer.receive_close(), None, "TCP is just closed");
    });
    device.connect().unwrap();
    device.tick_until(|| !device.connection.has_link());
    platform.join().unwrap();
    device.connection.tick();
    assert!(device.so_far().contains(&Told::Close("Frame read timeout".into())));
}

#[test]
fn a_ping_of_the_server_is_answered_with_its_payload() {
    let server = Server::start();
    let mut device = Device::new(server.endpoint(), Device::settings());
    let platform = thread::spawn(move || {
        let mut peer = server.accept_session();
        for payload in [&b"are you there"[..], b""] {
            peer.write(|encoder, out| encoder.ping(payload, out).unwrap());
            loop {
                match peer.event() {
                    Some(Event::Pong(echo)) => {
                        assert_eq!(echo, payload);
                        break;
                    }
                    Some(Event::Ping(_)) => {}
                    other => panic!("{other:?}"),
                }
            }
        }
        peer
    });
    device.connect().unwrap();
    device.pump(0);
    device.wait_for(&Told::Ping(b"are you there".to_vec()));
    device.wait_for(&Told::Ping(Vec::new()));
    drop(platform.join().unwrap());
}

#[test]
fn pings_keep_coming_and_a_missing_pong_drops_the_link() {
    let server = Server::start();
    let settings = Settings {
        ping_rate: Duration::from_millis(60),
        // Longer than the interval: later pings must not put the check off for ever.
        pong_timeout: Duration::from_millis(200),
        ..Device::settings()
    };
    let mut device = Device::new(server.endpoint(), settings);
    let platform = thread::spawn(move || {
        let mut peer = server.accept_session();
        for _ in 0..3 {
            let text = peer.receive_ping();
            assert!(text.len() == 8 && text[2] == b':' && text[5] == b':', "the time of day");
        }
        peer.answer_pings = false;
        assert_eq!(peer.receive_close().unwrap()[2..], *b"Normal Close Pong timeout");
        server.accept_session()
    });
    device.connect().unwrap();
    device.pump(0);
    device.wait_for(&Told::Close("Normal Close Pong timeout".into()));
    device.wait_for(&Told::Bound { event: BindEvent::Connected, connected: true });
    drop(platform.join().unwrap());
}

#[test]
fn without_the_watchdog_a_missing_pong_is_nothing() {
    let server = Server::start();
    let settings = Settings {
        ping_rate: Duration::from_millis(60),
        pong_timeout: Duration::from_millis(10),
        ..Device::settings()
    };
    let device = Device::new(server.endpoint(), settings);
    device.connection.flags().set(Flag::HandlePongs, false);
    let platform = thread::spawn(move || {
        let mut peer = server.accept_session();
        peer.answer_pings = false;
        for _ in 0..4 {
            peer.receive_ping();
        }
        peer
    });
    device.connect().unwrap();
    let peer = platform.join().unwrap();
    assert!(device.connection.is_connected());
    drop(peer);
}

#[test]
fn an_outage_of_any_length_ends_with_a_connection() {
    let server = Server::start();
    let mut device = Device::new(server.endpoint(), Device::settings());
    let platform = thread::spawn(move || {
        server.accept_session().hang_up();
        // More failures than any number of retries that was asked for.
        for _ in 0..5 {
            drop(server.accept_tcp());
        }
        server.accept_session()
    });
    device.connect().unwrap();
    device.pump(0);
    let peer = platform.join().unwrap();
    device.tick_until(|| device.connection.is_connected() && !device.flag(Flag::ManuallyDisconnected));
    drop(peer);
}

#[test]
fn nobody_pumps_and_the_link_comes_back() {
    let server = Server::start();
    let settings = Settings { silence_limit: Duration::ZERO, ..Device::settings() };
    let device = Device::new(server.endpoint(), settings);
    let platform = thread::spawn(move || {
        server.accept_session().hang_up();
        let mut peer = server.accept();
        peer.authenticate();
        // BIND and the request, which another thread sends, in any order.
        for _ in 0..2 {
            let message = peer.receive();
            peer.answer(&message.header, MessageCode::SUCCESS, None);
        }
        peer
    });
    device.connect().unwrap();
    let end = Instant::now() + PATIENCE;
    let answered = loop {
        match device.invoke("S", PATIENCE) {
            Err(RequestError::NotConnected | RequestError::ConnectionLost) => {
                assert!(Instant::now() < end);
                thread::sleep(Duration::from_millis(2));
            }
            outcome => break outcome,
        }
    };
    assert_eq!(answered, Ok(MessageCode::SUCCESS));
    let peer = platform.join().unwrap();
    // The thread of ours that has bound the names may still be at it.
    let told = RefCell::new(Vec::new());
    device.tick_until(|| {
        told.borrow_mut().extend(device.so_far());
        told.borrow().contains(&Told::Bound { event: BindEvent::Connected, connected: true })
            && told.borrow().last() == Some(&Told::Authenticated)
    });
    drop(peer);
    let told = told.into_inner();
    let closed = told.iter().position(|told| *told == Told::Close("Socket Error".into())).unwrap();
    // The session step of a thread of ours is not the application's; everything else has waited for a lent thread.
    let rest: Vec<_> = told[closed + 1..]
        .iter()
        .filter(|told| !matches!(told, Told::Pong(_) | Told::Key | Told::Session))
        .map(|told| match told {
            // The thread that it has waited for may have come before AUTH was answered, or after.
            Told::Connect { .. } => Told::Connect { connected: true },
            other => other.clone(),
        })
        .collect();
    let bound = Told::Bound { event: BindEvent::Connected, connected: true };
    assert_eq!(rest, [Told::Connect { connected: true }, bound, Told::Authenticated]);
}

#[test]
fn a_disconnect_unbinds_closes_and_stays() {
    let server = Server::start();
    let device = Device::new(server.endpoint(), Device::settings());
    let platform = thread::spawn(move || {
        let mut peer = server.accept_session();
        let unbind = peer.expect(MessageCode::UNBIND);
        peer.answer(&unbind.header, MessageCode::SUCCESS, None);
        assert_eq!(names(unbind), ["T"]);
        let close = peer.receive_close().unwrap();
        assert_eq!(close.len(), 63);
        assert!(close.starts_with(b"\x03\xe8Normal Close it is time to go"));
        peer.expect_end();
        server
    });
    device.connect().unwrap();
    device.so_far();
    device.connection.disconnect(b"it is time to go and this is a text that is much too long for a close frame");
    let server = platform.join().unwrap();
    let text = "Normal Close it is time to go and this is a text that is much";
    assert_eq!(text.len(), 61);
    let told: Vec<_> = device.so_far().into_iter().filter(|told| !matches!(told, Told::Pong(_))).collect();
    assert_eq!(told, [Told::Bound { event: BindEvent::Disconnecting, connected: true }, Told::Close(text.into())]);
    assert!(device.flag(Flag::ManuallyDisconnected) && !device.flag(Flag::Authenticated));
    // Without a link: the callback comes all the same, and with nothing bound the bind callbacks as well.
    device.connection.disconnect(b"");
    assert_eq!(device.so_far(), [Told::Close("Normal Close".into())]);
    device.set_names(&[]);
    device.connection.disconnect(b"x");
    let disconnecting = Told::Bound { event: BindEvent::Disconnecting, connected: false };
    assert_eq!(device.so_far(), [disconnecting, Told::Close("Normal Close x".into())]);
    // It stays disconnected until the flag is cleared from outside.
    device.connection.tick();
    assert_eq!(device.so_far(), []);
    device.set_names(&["T"]);
    device.connection.flags().set(Flag::ManuallyDisconnected, false);
    let platform = thread::spawn(move || server.accept_session());
    device.connection.tick();
    assert!(device.connection.is_connected());
    drop(platform.join().unwrap());
}

#[test]
fn a_link_that_is_lost_during_a_disconnect_does_not_come_back() {
    let server = Server::start();
    let settings = Settings {
        ping_rate: Duration::from_millis(60),
        pong_timeout: Duration::from_millis(60),
        ..Device::settings()
    };
    let device = Device::new(server.endpoint(), settings);
    let platform = thread::spawn(move || {
        let mut peer = server.accept_session();
        peer.expect(MessageCode::UNBIND);
        peer.answer_pings = false;
        // A missing pong arms automatic reconnects, but not against a disconnect call.
        assert_eq!(peer.receive_close().unwrap()[2..], *b"Normal Close Pong timeout");
    });
    device.connect().unwrap();
    device.connection.disconnect(b"bye");
    platform.join().unwrap();
    assert!(device.flag(Flag::ManuallyDisconnected));
}

#[test]
fn a_disconnect_does_not_wait_long_for_the_unbind_answer() {
    let server = Server::start();
    let device = Device::new(server.endpoint(), Device::settings());
    let platform = thread::spawn(move || {
        let mut peer = server.accept_session();
        peer.expect(MessageCode::UNBIND);
        assert!(peer.receive_close().is_some());
    });
    device.connect().unwrap();
    let started = Instant::now();
    device.connection.disconnect(b"bye");
    assert!(started.elapsed() < Duration::from_secs(8), "message_timeout is 10 s");
    platform.join().unwrap();
}

#[test]
fn connect_while_online_authenticates_and_binds_again() {
    let server = Server::start();
    let device = Device::new(server.endpoint(), Device::settings());
    let platform = thread::spawn(move || {
        let mut peer = server.accept_session();
        peer.authenticate();
        peer.bind();
        peer
    });
    device.connect().unwrap();
    device.so_far();
    device.connect().unwrap();
    let told: Vec<_> = device.so_far().into_iter().filter(|told| !matches!(told, Told::Pong(_))).collect();
    assert_eq!(told, [Told::Key, Told::Session, Told::Bound { event: BindEvent::Connected, connected: true }]);
    drop(platform.join().unwrap());
}

#[test]
fn a_forced_connect_does_not_change_what_reconnects_do() {
    let server = Server::start();
    let settings = Settings { connect_retries: 1, connect_timeout: PATIENCE, ..Device::settings() };
    let device = Device::new(server.endpoint(), settings);
    let platform = thread::spawn(move || {
        let mut peer = server.accept_session();
        let invoked = peer.expect(MessageCode::POST);
        peer.answer(&invoked.header, MessageCode::SUCCESS, None);
        peer
    });
    let before = device.connection.reconnect_options();
    let options = RequestOptions { timeout: Some(PATIENCE), force_connect: true, ..RequestOptions::default() };
    let answer = device.connection.request(MessageCode::POST, service_of("S"), options).unwrap();
    assert_eq!(answer.code(), MessageCode::SUCCESS);
    assert_eq!(device.connection.reconnect_options(), before);
    drop(platform.join().unwrap());
}

#[test]
fn the_duty_cycle_goes_off_at_once_and_comes_back() {
    let server = Server::start();
    let settings = Settings { duty_cycle: 50, duty_cycle_period: Duration::from_millis(100), ..Device::settings() };
    let mut device = Device::new(server.endpoint(), settings);
    device.set_names(&[]);
    let platform = thread::spawn(move || {
        for _ in 0..3 {
            let mut peer = server.accept();
            peer.authenticate();
            assert_eq!(peer.receive_close().unwrap()[2..], *b"Normal Close Duty cycle off time");
        }
    });
    device.connect().unwrap();
    device.pump(0);
    platform.join().unwrap();
}

#[test]
fn stops_end_a_connect_call_wherever_it_is() {
    #[derive(Clone, Copy, Debug, PartialEq)]
    enum At {
        Upgrade,
        Auth,
        Pause,
    }
    for at in [At::Upgrade, At::Auth, At::Pause] {
        for way in 0..3 {
            let server = Server::start();
            let settings = Settings { connect_retry_interval: Duration::from_secs(3600), ..Device::settings() };
            let device = Device::new(server.endpoint(), settings);
            let connection = &device.connection;
            let options = ConnectOptions { timeout: PATIENCE, retries: -1 };
            thread::scope(|scope| {
                let connecting = scope.spawn(move || connection.connect(options));
                let stream = server.accept_tcp();
                // Held until the call has ended: at the pause there is nothing to hold.
                let mut open = None;
                match at {
                    At::Upgrade => open = Some(Err(stream)),
                    At::Auth => {
                        let mut peer = Peer::upgrade(stream);
                        peer.expect(MessageCode::AUTH);
                        open = Some(Ok(peer));
                    }
                    At::Pause => drop(stream),
                }
                match way {
                    0 => device.connection.stop_connection_attempt(),
                    1 => device.connection.disconnect(b"stop"),
                    _ => device.connection.shut_down(),
                }
                assert!(connecting.join().unwrap().is_err(), "{at:?}");
                drop(open);
            });
            assert!(!device.flag(Flag::ConnectionInProgress) && device.flag(Flag::ManuallyDisconnected));
        }
    }
}

#[test]
fn after_shutting_down_no_connect_call_goes_on_for_ever() {
    let server = Server::start();
    let device = Device::new(server.endpoint(), Device::settings());
    device.connection.shut_down();
    let options = ConnectOptions { timeout: PATIENCE, retries: -1 };
    assert!(matches!(device.connection.connect(options), Err(ConnectError::ShutDown)));
}
