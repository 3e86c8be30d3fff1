//! TCP connections: from a host name to a connected socket.

mod lookup;

pub use lookup::{Lookup, resolve};

use super::OpenError;
use super::proxy::Proxy;
use mio::net::TcpStream;
use mio::{Interest, Registry, Token};
use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Wakes the thread that drives a [`Dial`] when it has to be looked at although none of its sockets is ready. That thread
/// has to keep the `mio::Waker` alive as well: the wake-up of one that has been dropped since may be lost.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// How a server is reached.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub enum Route {
    /// TCP to the server itself.
    #[default]
    Direct,
    /// TCP to this HTTP proxy, which is asked to connect to the server. The server's name is the proxy's to look up.
    Proxy(Arc<Proxy>),
}

/// What a log line says behind the server's name: nothing, or the proxy.
impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Route::Direct => Ok(()),
            Route::Proxy(proxy) => write!(f, " through the HTTP proxy {proxy}"),
        }
    }
}

impl Route {
    /// Whether a connection may have to ask the application for a password.
    pub fn may_ask(&self) -> bool {
        matches!(self, Route::Proxy(proxy) if proxy.user.is_some())
    }
}

/// A TCP connection under way: looks the name up, then tries one address after the other, each with its share of the
/// time, so that all of them are tried before the deadline.
pub struct Dial {
    host: String,
    port: u16,
    deadline: Instant,
    stage: Stage,
}

enum Stage {
    Resolving(Lookup),
    Connecting(Attempts),
}

/// The addresses of a host, one of them being tried.
struct Attempts {
    current: Option<Attempt>,
    rest: VecDeque<SocketAddr>,
    /// What the addresses that failed have said.
    failures: Vec<String>,
}

struct Attempt {
    socket: TcpStream,
    address: SocketAddr,
    until: Instant,
}

impl Dial {
    /// Starts to look up `host`. `wake` is called from another thread when the answer is there; it must not block.
    ///
    /// # Errors
    /// [`OpenError::Resolve`] if no lookup can be started.
    pub fn start(host: &str, port: u16, deadline: Instant, wake: Wake) -> Result<Dial, OpenError> {
        let stage = Stage::Resolving(Lookup::start(host, port, wake)?);
        Ok(Dial { host: host.to_owned(), port, deadline, stage })
    }

    /// Connects once more to an address that `host` was found to have.
    pub fn again(host: &str, address: SocketAddr, deadline: Instant) -> Dial {
        let stage = Stage::Connecting(Attempts::new(vec![address]));
        Dial { host: host.to_owned(), port: address.port(), deadline, stage }
    }

    /// Goes on as far as is possible without waiting. To be called after the start, after each wake, each readiness of
    /// `token`, and when [`timer`](Dial::timer) is due. The returned socket is registered for both directions, has
    /// `TCP_NODELAY`, and never raises SIGPIPE (`std` sends with `MSG_NOSIGNAL`, or sets `SO_NOSIGPIPE`).
    ///
    /// # Errors
    /// [`OpenError::Resolve`], [`OpenError::Connect`]: no name, no connection, or not in time.
    pub fn advance(&mut self, registry: &Registry, token: Token, now: Instant) -> Result<Option<TcpStream>, OpenError> {
        if let Stage::Resolving(lookup) = &self.stage {
            match lookup.poll() {
                Some(addresses) => self.stage = Stage::Connecting(Attempts::new(addresses?)),
                None if now >= self.deadline => return Err(self.resolve_timeout()),
                None => return Ok(None),
            }
        }
        let Stage::Connecting(attempts) = &mut self.stage else { return Ok(None) };
        match attempts.advance(registry, token, now, self.deadline) {
            Ok(socket) => Ok(socket),
            Err(reason) => Err(OpenError::Connect { host: self.host.clone(), port: self.port, reason }),
        }
    }

    /// When [`advance`](Dial::advance) has to be called at the latest.
    pub fn timer(&self) -> Instant {
        match &self.stage {
            Stage::Connecting(Attempts { current: Some(attempt), .. }) => attempt.until,
            _ => self.deadline,
        }
    }

    /// True while the name is being looked up.
    pub fn is_resolving(&self) -> bool {
        matches!(self.stage, Stage::Resolving(_))
    }

    fn resolve_timeout(&self) -> OpenError {
        OpenError::Resolve { host: self.host.clone(), reason: "no answer in time".to_owned() }
    }
}

impl Attempts {
    fn new(addresses: Vec<SocketAddr>) -> Attempts {
        Attempts { current: None, rest: alternate(addresses), failures: Vec::new() }
    }

    /// Looks at the current attempt and starts the next ones; the error tells what all of them said.
    fn advance(
        &mut self,
        registry: &Registry,
        token: Token,
        now: Instant,
        deadline: Instant,
    ) -> Result<Option<TcpStream>, String> {
        loop {
            if let Some(attempt) = self.current.take() {
                match attempt.state(now) {
                    Ok(true) => return Ok(Some(attempt.socket)),
                    Ok(false) => {
                        self.current = Some(attempt);
                        return Ok(None);
                    }
                    Err(error) => self.failed(attempt.address, &error),
                }
            }
            let until = now + share(deadline.saturating_duration_since(now), self.rest.len());
            let Some(address) = self.rest.pop_front() else {
                return Err(self.failures.join("; "));
            };
            match connect(address, registry, token) {
                Ok(socket) => self.current = Some(Attempt { socket, address, until }),
                Err(error) => self.failed(address, &error),
            }
        }
    }

    fn failed(&mut self, address: SocketAddr, error: &io::Error) {
        log::debug!("connecting to {address} failed: {error}");
        self.failures.push(format!("{address}: {error}"));
    }
}

impl Attempt {
    /// True if connected, false if that takes longer.
    fn state(&self, now: Instant) -> io::Result<bool> {
        if let Some(error) = self.socket.take_error()? {
            return Err(error);
        }
        match self.socket.peer_addr() {
            Ok(_) => return Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotConnected => {}
            Err(error) if error.raw_os_error() == Some(libc::EINPROGRESS) => {}
            // Some systems have no peer address for a socket that is not connected yet.
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => {}
            Err(error) => return Err(error),
        }
        if now >= self.until {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "no answer in time"));
        }
        Ok(false)
    }
}

/// What one of `attempts` that are still to be made may take of the time that is left.
fn share(left: Duration, attempts: usize) -> Duration {
    left / u32::try_from(attempts).unwrap_or(u32::MAX).max(1)
}

/// Begins to connect.
fn connect(address: SocketAddr, registry: &Registry, token: Token) -> io::Result<TcpStream> {
    let mut socket = TcpStream::connect(address)?;
    // Messages are small and go out in one write each: waiting for more to send only adds delay (Q-C16).
    socket.set_nodelay(true)?;
    registry.register(&mut socket, token, Interest::READABLE | Interest::WRITABLE)?;
    Ok(socket)
}

/// Orders addresses so that the two families take turns, the family of the first one first (RFC 8305, section 4): a
/// family that does not work then costs one attempt, not all of its addresses.
fn alternate(addresses: Vec<SocketAddr>) -> VecDeque<SocketAddr> {
    let first_is_ipv6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (mut preferred, mut other): (VecDeque<_>, VecDeque<_>) =
        addresses.into_iter().partition(|address| address.is_ipv6() == first_is_ipv6);
    let mut ordered = VecDeque::new();
    while let Some(address) = preferred.pop_front() {
        ordered.push_back(address);
        ordered.extend(other.pop_front());
    }
    ordered.append(&mut other);
    ordered
}

#[cfg(test)]
mod tests;
