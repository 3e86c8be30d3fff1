use super::*;
use mio::{Events, Poll};
use std::net::TcpListener;

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

/// A port on which nobody listens.
fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Drives `advance` with a poll of its own until it has a result.
fn drive<T>(mut advance: impl FnMut(&Registry) -> Option<T>) -> T {
    let mut poll = Poll::new().unwrap();
    let mut events = Events::with_capacity(4);
    loop {
        if let Some(done) = advance(poll.registry()) {
            return done;
        }
        poll.poll(&mut events, Some(Duration::from_millis(200))).unwrap();
    }
}

fn dial(host: &str, port: u16) -> Result<TcpStream, OpenError> {
    let deadline = Instant::now() + Duration::from_secs(20);
    let mut dial = Dial::start(host, port, deadline, Arc::new(|| {})).unwrap();
    drive(|registry| dial.advance(registry, Token(1), Instant::now()).transpose())
}

#[test]
fn families_take_turns() {
    let list = ["[::1]:1", "[::2]:1", "[::3]:1", "1.0.0.1:1", "1.0.0.2:1"].map(address);
    let ordered = ["[::1]:1", "1.0.0.1:1", "[::2]:1", "1.0.0.2:1", "[::3]:1"].map(address);
    assert_eq!(alternate(list.to_vec()), ordered);
    let list = ["1.0.0.1:1", "[::1]:1", "[::2]:1"].map(address);
    assert_eq!(alternate(list.to_vec()), list);
    assert!(alternate(Vec::new()).is_empty());
}

#[test]
fn all_attempts_fit_in_the_time() {
    assert_eq!(share(Duration::from_secs(9), 3), Duration::from_secs(3));
    assert_eq!(share(Duration::from_secs(6), 2), Duration::from_secs(3));
    assert_eq!(share(Duration::from_secs(9), 0), Duration::from_secs(9));
    assert_eq!(share(Duration::ZERO, 3), Duration::ZERO);
}

#[test]
fn connects_without_nagle() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let socket = dial("127.0.0.1", port).unwrap();
    assert!(socket.nodelay().unwrap());
    let (_, peer) = listener.accept().unwrap();
    assert_eq!(peer, socket.local_addr().unwrap());
}

#[test]
fn names_are_resolved() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    assert!(dial("localhost", listener.local_addr().unwrap().port()).is_ok());
    let error = dial("no-such-host.invalid", 1).unwrap_err();
    assert!(matches!(&error, OpenError::Resolve { host, .. } if host == "no-such-host.invalid"), "{error}");
}

#[test]
fn refusal_names_the_address() {
    let port = closed_port();
    let error = dial("127.0.0.1", port).unwrap_err();
    assert!(matches!(&error, OpenError::Connect { port: p, .. } if *p == port));
    assert!(error.to_string().contains(&format!("127.0.0.1:{port}: ")), "{error}");
}

#[test]
fn the_next_address_is_tried() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = SocketAddr::from(([127, 0, 0, 1], closed_port()));
    let mut attempts = Attempts::new(vec![closed, listener.local_addr().unwrap()]);
    let deadline = Instant::now() + Duration::from_secs(20);
    let socket = drive(|registry| attempts.advance(registry, Token(1), Instant::now(), deadline).transpose()).unwrap();
    assert_eq!(socket.peer_addr().unwrap(), listener.local_addr().unwrap());
    assert_eq!(attempts.failures.len(), 1);
}

#[test]
fn the_deadline_ends_a_lookup() {
    let lookup = Lookup::with("slow", 1, Arc::new(|| {}), |_, _| {
        std::thread::park_timeout(Duration::from_secs(5));
        Ok(vec![])
    });
    let now = Instant::now();
    let mut dial = Dial { host: "slow".into(), port: 1, deadline: now, stage: Stage::Resolving(lookup.unwrap()) };
    assert!(dial.is_resolving());
    assert_eq!(dial.timer(), now);
    let poll = Poll::new().unwrap();
    let error = dial.advance(poll.registry(), Token(1), now).unwrap_err();
    assert!(matches!(error, OpenError::Resolve { .. }));
}
