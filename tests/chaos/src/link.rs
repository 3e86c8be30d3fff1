//! One link through the proxy: two sockets, and a thread for each direction.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use socket2::SockRef;

use crate::fault::{Direction, Fault, Kind};
use crate::weather::Weather;

/// How soon a thread that waits notices that its link has ended.
const NOTICE: Duration = Duration::from_millis(25);

/// How long a sender is left in the belief that all is well.
const PRETENCE: Duration = Duration::from_millis(1500);

/// What comes before each piece of a throttled link.
const PIECE_PAUSE: Duration = Duration::from_millis(2);

/// Bytes that a duplicate may have to catch up with.
const MAX_REPLAY: usize = 1 << 20;

/// A fault on its way to a link.
pub(crate) struct Shot {
    pub fault: Fault,
    /// Called in the moment it strikes. Dropped uncalled, the link has ended before.
    pub struck: Box<dyn FnOnce() + Send>,
}

/// A link, shared by its two directions. When the last one goes, the sockets close.
pub(crate) struct Link {
    device: TcpStream,
    platform: TcpStream,
    weather: Arc<Weather>,
    /// The next fault; it strikes with the byte after so many of its direction.
    shot: Mutex<Option<(Shot, u64)>>,
    /// Bytes that have passed, up and down.
    passed: [AtomicU64; 2],
    ended: AtomicBool,
    /// `None` when there will be none.
    duplicate: Option<Mutex<Duplicate>>,
}

/// The second connection.
#[derive(Default)]
struct Duplicate {
    sent: Vec<u8>,
    socket: Option<TcpStream>,
}

/// Whether a direction goes on.
enum Next {
    Pass,
    End,
}

impl Link {
    /// A link under this weather. With `may_be_duplicated` it remembers what the device sends.
    pub fn new(
        device: TcpStream,
        platform: TcpStream,
        weather: Arc<Weather>,
        may_be_duplicated: bool,
    ) -> io::Result<Self> {
        for socket in [&device, &platform] {
            prepare(socket)?;
        }
        Ok(Self {
            device,
            platform,
            weather,
            shot: Mutex::default(),
            passed: [AtomicU64::new(0), AtomicU64::new(0)],
            ended: AtomicBool::new(false),
            duplicate: may_be_duplicated.then(Mutex::default),
        })
    }

    /// Has a fault strike after so many more bytes.
    pub fn aim(&self, shot: Shot) {
        let mut aimed = self.shot.lock().unwrap_or_else(PoisonError::into_inner);
        let at = self.passed[shot.fault.direction as usize].load(Ordering::SeqCst).saturating_add(shot.fault.after);
        *aimed = Some((shot, at));
    }

    /// Carries bytes until the link ends, with a thread for each direction.
    pub fn carry(self: &Arc<Self>) {
        for direction in [Direction::Up, Direction::Down] {
            let link = self.clone();
            thread::spawn(move || link.carry_one_way(direction));
        }
    }

    /// Ends the link at once.
    pub fn end(&self) {
        self.ended.store(true, Ordering::SeqCst);
        for socket in [&self.device, &self.platform] {
            // It may be closed already.
            let _ = socket.shutdown(Shutdown::Both);
        }
    }

    /// Ends the link so that both ends are reset when its sockets close.
    fn reset(&self) {
        for socket in [&self.device, &self.platform] {
            let _ = SockRef::from(socket).set_linger(Some(Duration::ZERO));
        }
        self.ended.store(true, Ordering::SeqCst);
    }

    fn has_ended(&self) -> bool {
        self.ended.load(Ordering::SeqCst)
    }

    fn ends(&self, direction: Direction) -> (&TcpStream, &TcpStream) {
        match direction {
            Direction::Up => (&self.device, &self.platform),
            Direction::Down => (&self.platform, &self.device),
        }
    }

    fn carry_one_way(&self, direction: Direction) {
        let (from, to) = self.ends(direction);
        let passed = &self.passed[direction as usize];
        let mut buffer = [0; 4096];
        loop {
            let chunk = match self.read(from, &mut buffer) {
                Ok(0) => {
                    let _ = to.shutdown(Shutdown::Write);
                    return;
                }
                Ok(count) => &buffer[..count],
                Err(_) => return self.end_unless_reset(),
            };
            if let Some((shot, kept)) = self.due(direction, chunk.len() as u64) {
                let kept = usize::try_from(kept).unwrap_or(0).min(chunk.len());
                (shot.struck)();
                if let Next::End = self.strike(shot.fault, from, to, chunk, kept) {
                    return;
                }
            }
            passed.fetch_add(chunk.len() as u64, Ordering::SeqCst);
            if self.pass(direction, to, chunk).is_err() {
                return self.end_unless_reset();
            }
        }
    }

    /// The fault that strikes within the next so many bytes, and how many of them come before it.
    fn due(&self, direction: Direction, coming: u64) -> Option<(Shot, u64)> {
        let passed = self.passed[direction as usize].load(Ordering::SeqCst);
        let mut aimed = self.shot.lock().unwrap_or_else(PoisonError::into_inner);
        let (shot, at) = aimed.take_if(|(shot, at)| shot.fault.direction == direction && passed + coming > *at)?;
        Some((shot, at.saturating_sub(passed)))
    }

    fn end_unless_reset(&self) {
        if !self.has_ended() {
            self.end();
        }
    }

    /// Does a fault; `kept` bytes of the chunk come before it.
    fn strike(&self, fault: Fault, from: &TcpStream, to: &TcpStream, chunk: &[u8], kept: usize) -> Next {
        match fault.kind {
            Kind::Delay => self.weather.delay(fault.length, fault.lasts),
            Kind::Throttle => self.weather.throttle(fault.piece, fault.lasts),
            Kind::Stall => self.weather.stall(fault.length),
            Kind::Duplicate => self.open_duplicate(fault.length),
            Kind::Drop => {
                self.end();
                return Next::End;
            }
            Kind::Reset => {
                self.reset();
                return Next::End;
            }
            Kind::Cut => {
                let _ = self.write(to, &chunk[..kept]);
                self.pause(fault.length / 4);
                self.reset();
                return Next::End;
            }
            Kind::Truncate => {
                let _ = self.write(to, &chunk[..kept]);
                let _ = to.shutdown(Shutdown::Write);
                self.swallow(from);
                self.end_unless_reset();
                return Next::End;
            }
            Kind::HalfClose => {
                let _ = self.write(to, chunk);
                let _ = to.shutdown(Shutdown::Write);
                return Next::End;
            }
        }
        Next::Pass
    }

    fn pass(&self, direction: Direction, to: &TcpStream, chunk: &[u8]) -> io::Result<()> {
        if direction == Direction::Up {
            self.duplicate(chunk);
        }
        self.pause(self.weather.late());
        self.pause(self.weather.stalled());
        let mut rest = chunk;
        while let Some(piece) = self.weather.piece().filter(|piece| *piece < rest.len()) {
            self.pause(PIECE_PAUSE);
            let (piece, more) = rest.split_at(piece);
            self.write(to, piece)?;
            rest = more;
        }
        self.write(to, rest)
    }

    /// Reads what there is; an error when the link has ended.
    fn read(&self, mut from: &TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.has_ended() {
                return Err(ErrorKind::NotConnected.into());
            }
            match from.read(buffer) {
                Err(error) if is_time_out(&error) => {}
                read => return read,
            }
        }
    }

    fn write(&self, mut to: &TcpStream, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            if self.has_ended() {
                return Err(ErrorKind::NotConnected.into());
            }
            match to.write(bytes) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(count) => bytes = &bytes[count..],
                Err(error) if is_time_out(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Waits so long, or until the link ends.
    fn pause(&self, length: Duration) {
        let end = Instant::now() + length;
        while !self.has_ended() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            thread::sleep(left.min(NOTICE));
        }
    }

    /// Takes what a sender sends to nobody.
    fn swallow(&self, from: &TcpStream) {
        let end = Instant::now() + PRETENCE;
        let mut buffer = [0; 4096];
        while Instant::now() < end && matches!(self.read(from, &mut buffer), Ok(1..)) {}
    }

    fn duplicate(&self, chunk: &[u8]) {
        let Some(duplicate) = &self.duplicate else { return };
        let mut duplicate = duplicate.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(socket) = &mut duplicate.socket {
            // The platform may have closed it.
            let _ = socket.write_all(chunk);
        } else if duplicate.sent.len() < MAX_REPLAY {
            duplicate.sent.extend(chunk);
        }
    }

    /// Opens the second connection and lets it catch up. It stays open for a while after the last byte.
    fn open_duplicate(&self, stays: Duration) {
        let Some(duplicate) = &self.duplicate else { return };
        let opened = self.platform.peer_addr().and_then(|address| connect(&address)).and_then(|socket| {
            socket.set_write_timeout(Some(NOTICE))?;
            let answers = socket.try_clone()?;
            thread::spawn(move || ignore_answers(&answers, stays));
            Ok(socket)
        });
        let Ok(mut socket) = opened else { return };
        let mut duplicate = duplicate.lock().unwrap_or_else(PoisonError::into_inner);
        if socket.write_all(&std::mem::take(&mut duplicate.sent)).is_ok() {
            duplicate.socket = Some(socket);
        }
    }
}

/// Reads and forgets until the platform closes, or has nothing to say for ten times `stays`.
fn ignore_answers(mut socket: &TcpStream, stays: Duration) {
    let mut buffer = [0; 4096];
    let _ = socket.set_read_timeout(Some(stays.saturating_mul(10).max(NOTICE)));
    while matches!(socket.read(&mut buffer), Ok(1..)) {}
    let _ = socket.shutdown(Shutdown::Both);
}

/// A connection to the platform.
pub(crate) fn connect(address: &SocketAddr) -> io::Result<TcpStream> {
    TcpStream::connect_timeout(address, Duration::from_secs(2))
}

fn prepare(socket: &TcpStream) -> io::Result<()> {
    socket.set_nodelay(true)?;
    socket.set_read_timeout(Some(NOTICE))?;
    socket.set_write_timeout(Some(NOTICE))
}

fn is_time_out(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};

    use super::*;
    use crate::fault::Counts;

    const SENT: [u8; 100] = [7; 100];

    /// A link with a fault after ten bytes to the platform.
    struct Bench {
        device: TcpStream,
        platform: TcpStream,
        listener: TcpListener,
        counts: Arc<Counts>,
    }

    fn bench(kind: Kind) -> Bench {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let accept = || {
            let outside = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            (outside, listener.accept().unwrap().0)
        };
        let ((device, inner), (outer, platform)) = (accept(), accept());
        let length = Duration::from_millis(100);
        let fault = Fault { kind, direction: Direction::Up, after: 10, length, lasts: Duration::MAX, piece: 3 };
        let counts = Arc::new(Counts::default());
        let counting = counts.clone();
        let link = Arc::new(Link::new(inner, outer, Arc::default(), true).unwrap());
        link.aim(Shot { fault, struck: Box::new(move || counting.count(kind)) });
        link.carry();
        let bench = Bench { device, platform, listener, counts };
        (&bench.device).write_all(&SENT).unwrap();
        bench
    }

    /// What arrives at an end of the link, and whether it is reset then.
    fn arrives(mut at: &TcpStream) -> (usize, bool) {
        let mut bytes = Vec::new();
        let read = at.read_to_end(&mut bytes);
        (bytes.len(), read.is_err_and(|error| error.kind() == ErrorKind::ConnectionReset))
    }

    #[test]
    fn what_ends_a_link_ends_it_in_its_own_way() {
        for (kind, arriving) in [
            (Kind::Drop, (0, false)),
            (Kind::Reset, (0, true)),
            (Kind::Cut, (10, true)),
            (Kind::Truncate, (10, false)),
            (Kind::HalfClose, (100, false)),
        ] {
            let bench = bench(kind);
            assert_eq!(arrives(&bench.platform), arriving, "{kind:?}");
            assert_eq!(bench.counts.of(kind), 1);
        }
    }

    #[test]
    fn after_a_half_close_the_other_direction_goes_on() {
        let bench = bench(Kind::HalfClose);
        assert_eq!(arrives(&bench.platform), (100, false));
        (&bench.platform).write_all(b"answer").unwrap();
        let mut answer = [0; 6];
        (&bench.device).read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"answer");
    }

    #[test]
    fn what_only_slows_a_link_costs_no_byte() {
        for kind in [Kind::Delay, Kind::Stall, Kind::Throttle] {
            let began = Instant::now();
            let bench = bench(kind);
            bench.device.shutdown(Shutdown::Write).unwrap();
            assert_eq!(arrives(&bench.platform), (100, false), "{kind:?}");
            // 33 pieces with 2 ms before each, and the rest.
            assert!(began.elapsed() >= Duration::from_millis(60), "{kind:?}");
            assert_eq!(bench.counts.of(kind), 1);
        }
    }

    #[test]
    fn a_link_that_ends_drops_what_was_aimed_at_it() {
        let bench = bench(Kind::Drop);
        assert_eq!(arrives(&bench.platform), (0, false));
        let (device, _) = (bench.device, bench.platform);
        let listener = bench.listener;
        let platform = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (struck, strikes) = std::sync::mpsc::channel();
        let fault = Fault {
            kind: Kind::Drop,
            direction: Direction::Down,
            after: 0,
            length: Duration::ZERO,
            lasts: Duration::ZERO,
            piece: 1,
        };
        let link = Arc::new(Link::new(device, platform, Arc::default(), false).unwrap());
        link.aim(Shot { fault, struck: Box::new(move || struck.send(()).unwrap()) });
        link.carry();
        link.end();
        drop(link);
        assert_eq!(strikes.recv(), Err(std::sync::mpsc::RecvError));
    }

    #[test]
    fn a_duplicate_gets_everything_from_the_beginning() {
        let bench = bench(Kind::Duplicate);
        let (duplicate, _) = bench.listener.accept().unwrap();
        (&bench.device).write_all(&SENT).unwrap();
        bench.device.shutdown(Shutdown::Write).unwrap();
        assert_eq!(arrives(&bench.platform), (200, false));
        bench.platform.shutdown(Shutdown::Write).unwrap();
        let mut all = [0; 200];
        (&duplicate).read_exact(&mut all).unwrap();
        assert_eq!(bench.counts.of(Kind::Duplicate), 1);
    }
}
