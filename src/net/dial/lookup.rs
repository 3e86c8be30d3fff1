//! Host names into addresses, on a thread of its own: the system's resolver blocks, for minutes if the network is
//! silent, and cannot be told to stop.

use super::{OpenError, Wake};
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, TryRecvError};
use std::thread;
use std::time::Instant;

type Answer = Result<Vec<SocketAddr>, OpenError>;

/// A lookup under way. Dropping it gives up waiting; the thread ends when the resolver has answered.
pub struct Lookup {
    host: String,
    answer: Receiver<Answer>,
}

impl Lookup {
    /// Starts to look up `host`, a name or an address (an IPv6 address may be in brackets). `wake` is called when
    /// [`poll`](Lookup::poll) has the answer, possibly from another thread.
    ///
    /// # Errors
    /// [`OpenError::Resolve`] if no thread can be started.
    pub fn start(host: &str, port: u16, wake: Wake) -> Result<Lookup, OpenError> {
        Lookup::with(host, port, wake, |host, port| (host, port).to_socket_addrs().map(Iterator::collect))
    }

    /// As [`start`](Lookup::start), with the resolver to be called.
    pub(super) fn with(
        host: &str,
        port: u16,
        wake: Wake,
        resolver: impl FnOnce(&str, u16) -> std::io::Result<Vec<SocketAddr>> + Send + 'static,
    ) -> Result<Lookup, OpenError> {
        let (sender, answer) = mpsc::channel();
        let lookup = Lookup { host: host.to_owned(), answer };
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        if let Ok(address) = bare.parse::<IpAddr>() {
            let _ = sender.send(Ok(vec![SocketAddr::new(address, port)]));
            wake();
            return Ok(lookup);
        }
        let name = host.to_owned();
        let run = move || {
            let answer = match resolver(&name, port) {
                Ok(addresses) if addresses.is_empty() => Err(failure(&name, "it has no address")),
                Ok(addresses) => Ok(addresses),
                Err(error) => Err(failure(&name, &error.to_string())),
            };
            // Nobody may be waiting any more.
            let _ = sender.send(answer);
            wake();
        };
        match thread::Builder::new().name("twedge-resolve".to_owned()).spawn(run) {
            Ok(_) => Ok(lookup),
            Err(error) => Err(failure(host, &format!("no thread can be started: {error}"))),
        }
    }

    /// The answer, once, when it is there. At least one address, or [`OpenError::Resolve`].
    pub fn poll(&self) -> Option<Answer> {
        match self.answer.try_recv() {
            Ok(answer) => Some(answer),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Err(self.vanished())),
        }
    }

    /// Waits for the answer.
    fn wait(&self, deadline: Instant) -> Answer {
        match self.answer.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(answer) => answer,
            Err(RecvTimeoutError::Timeout) => Err(failure(&self.host, "no answer in time")),
            Err(RecvTimeoutError::Disconnected) => Err(self.vanished()),
        }
    }

    fn vanished(&self) -> OpenError {
        failure(&self.host, "the resolver gave no answer")
    }
}

/// Looks `host` up and waits for the answer, at most until `deadline`, even if the system's resolver hangs.
///
/// # Errors
/// [`OpenError::Resolve`].
pub fn resolve(host: &str, port: u16, deadline: Instant) -> Result<Vec<SocketAddr>, OpenError> {
    Lookup::start(host, port, Arc::new(|| {}))?.wait(deadline)
}

fn failure(host: &str, reason: &str) -> OpenError {
    OpenError::Resolve { host: host.to_owned(), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(20)
    }

    #[test]
    fn addresses_need_no_resolver() {
        for (host, expected) in [("127.0.0.1", "127.0.0.1:8"), ("::1", "[::1]:8"), ("[::1]", "[::1]:8")] {
            let lookup = Lookup::with(host, 8, Arc::new(|| {}), |_, _| panic!("not a name")).unwrap();
            assert_eq!(lookup.wait(soon()).unwrap(), [expected.parse().unwrap()]);
        }
    }

    #[test]
    fn a_resolver_that_hangs_does_not_hold_up_the_deadline() {
        let (release, hang) = mpsc::channel::<()>();
        let lookup = Lookup::with("host", 1, Arc::new(|| {}), move |_, _| {
            let _ = hang.recv();
            Ok(vec![])
        });
        let lookup = lookup.unwrap();
        assert!(lookup.poll().is_none());
        let error = lookup.wait(Instant::now() + Duration::from_millis(1)).unwrap_err();
        assert!(matches!(&error, OpenError::Resolve { host, reason } if host == "host" && reason.contains("in time")));
        drop(release);
    }

    #[test]
    fn the_waker_is_called_when_the_answer_is_there() {
        let (wake, woken) = mpsc::channel();
        let lookup = Lookup::with("host", 1, Arc::new(move || wake.send(()).unwrap()), |_, port| {
            Ok(vec![SocketAddr::from(([127, 0, 0, 1], port))])
        });
        woken.recv().unwrap();
        assert_eq!(lookup.unwrap().poll().unwrap().unwrap(), [SocketAddr::from(([127, 0, 0, 1], 1))]);
    }

    #[test]
    fn no_address_is_an_error() {
        let none = Lookup::with("host", 1, Arc::new(|| {}), |_, _| Ok(vec![])).unwrap();
        assert!(none.wait(soon()).is_err());
        let refused = Lookup::with("host", 1, Arc::new(|| {}), |_, _| Err(std::io::Error::other("nonsense"))).unwrap();
        assert!(refused.wait(soon()).unwrap_err().to_string().contains("nonsense"));
        let died =
            Lookup::with("host", 1, Arc::new(|| {}), |_, _| panic!("resolver panics: part of the test")).unwrap();
        assert!(died.wait(soon()).is_err());
    }
}
