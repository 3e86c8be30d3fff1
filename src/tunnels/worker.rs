//! The thread of a tunnel (ext-files-tunnels.md 4.2).

use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use mio::{Events, Poll, Token};

use super::file::FileEnd;
use super::local::{Local, Read, tell};
use super::manager::Inner;
use super::socket::{Received, Socket, without_questions};
use super::start::Target;
use super::tunnel::{Answer, Command, Tunnel};
use super::{TunnelError, TunnelSettings, Way};
use crate::model::Text;
use crate::net::dial::Wake;

pub(super) const WAKE: Token = Token(0);
const SOCKET: Token = Token(1);
const LOCAL: Token = Token(2);

/// Bytes that may wait to be sent in one direction before no more are read for it.
const QUEUE_LIMIT: usize = 256 * 1024;
/// Blocks that are moved in one direction before the other has its turn.
const ROUND: usize = 16;
/// Platforms give blocks that are shorter than the size that was agreed by so much, and so do we.
const BLOCK_MARGIN: usize = 16;
/// How long the end waits for what is under way, and for the close frame of the platform.
const FAREWELL: Duration = Duration::from_secs(1);
/// The longest sleep.
const FAR: Duration = Duration::from_secs(3600);

pub(super) struct Worker {
    tunnel: Arc<Tunnel>,
    manager: Arc<Inner>,
    poll: Poll,
    settings: TunnelSettings,
    way: Option<Result<Way, String>>,
    socket: Socket,
    end: End,
    /// When data flowed last, in either direction.
    last_data: Instant,
    /// The local end has closed, and the platform is to be told when it has been sent everything.
    owes_disconnect: bool,
    /// Everything of a file has been read.
    at_end_of_file: bool,
}

enum End {
    Tcp(Local),
    File(FileEnd),
}

/// Why a tunnel ends.
struct Ending {
    message: Text,
    peer: Option<Text>,
    at_once: bool,
}

impl Ending {
    fn new(message: impl Into<Text>) -> Self {
        Self { message: message.into(), peer: None, at_once: false }
    }
}

impl Worker {
    pub fn new(
        tunnel: Arc<Tunnel>,
        manager: Arc<Inner>,
        poll: Poll,
        way: Result<Way, String>,
        settings: TunnelSettings,
        file: Option<FileEnd>,
    ) -> Self {
        let end = match (file, &tunnel.start.target) {
            (Some(file), _) => End::File(file),
            (None, Target::Tcp { host, port, connects }) => End::Tcp(Local::new(host.clone(), *port, *connects)),
            // Not made: the manager opens the file first.
            (None, Target::File { .. }) => End::Tcp(Local::new(String::new(), 0, Some(0))),
        };
        Self {
            tunnel,
            manager,
            poll,
            settings,
            way: Some(way.map(without_questions)),
            socket: Socket::Over,
            end,
            last_data: Instant::now(),
            owes_disconnect: false,
            at_end_of_file: false,
        }
    }

    /// Runs the tunnel to its end.
    pub fn run(mut self) {
        let ending = match self.open() {
            Ok(()) => self.serve(),
            Err(ending) => ending,
        };
        log::info!("tunnel {} ends: {}", self.tunnel.start.tid, ending.message);
        self.tunnel.tell(&*self.manager.host, "CANCEL");
        self.socket.say_goodbye(&ending.message);
        if !ending.at_once {
            self.let_finish();
        }
        self.socket.close();
        if let End::Tcp(local) = &mut self.end {
            local.close();
        }
        let Self { tunnel, manager, end, .. } = self;
        // The file is closed before the application is told.
        drop(end);
        manager.record(&tunnel, ending.peer, ending.message);
    }

    fn wake(&self) -> Wake {
        let tunnel = Arc::clone(&self.tunnel);
        Arc::new(move || tunnel.wake())
    }

    fn open(&mut self) -> Result<(), Ending> {
        let failed = |reason: String| Ending::new(format!("the WebSocket of the tunnel cannot be opened: {reason}"));
        let way = self.way.take().unwrap_or_else(|| Err("there is no way".to_owned())).map_err(failed)?;
        let deadline = Instant::now() + self.settings.connect_timeout;
        let opened = Socket::open(way, &self.tunnel.start, self.settings.max_message, deadline, self.wake());
        self.socket = opened.map_err(failed)?;
        Ok(())
    }

    fn serve(&mut self) -> Ending {
        let mut events = Events::with_capacity(8);
        loop {
            let now = Instant::now();
            let timeout = match self.step(now) {
                Ok(true) => Duration::ZERO,
                Ok(false) => self.timer(now).saturating_duration_since(now).min(FAR),
                Err(ending) => return ending,
            };
            match self.poll.poll(&mut events, Some(timeout)) {
                Err(error) if error.kind() != ErrorKind::Interrupted => {
                    return Ending::new(format!("the system refuses to poll: {error}"));
                }
                _ => {}
            }
        }
    }

    /// When something is to be done although nothing is ready. In between there may be idle time that does not count.
    fn timer(&self, now: Instant) -> Instant {
        let local = match &self.end {
            End::Tcp(local) => local.timer(),
            End::File(_) => None,
        };
        let idle = self.socket.is_open().then(|| self.last_data + self.tunnel.start.idle);
        [self.socket.timer(), local, idle].into_iter().flatten().min().unwrap_or(now + FAR)
    }

    /// Does what is possible without waiting; true when there is more to do.
    fn step(&mut self, now: Instant) -> Result<bool, Ending> {
        let opened = self.socket.advance(self.poll.registry(), SOCKET, now);
        if opened.map_err(|reason| Ending::new(format!("the WebSocket of the tunnel cannot be opened: {reason}")))? {
            self.last_data = now;
            // Servers that speak first are not kept waiting for the platform's CONNECT (T5).
            if let End::Tcp(local) = &self.end {
                if local.is_closed() && local.has_connects() {
                    self.connect(None)?;
                }
            }
        }
        self.socket.flush().map_err(Ending::new)?;
        let up = self.move_up(now)?;
        let down = self.move_down(now)?;
        // After the data: what the platform has sent before a command comes first.
        self.obey()?;
        self.settle()?;
        if self.socket.is_open() && now.saturating_duration_since(self.last_data) >= self.tunnel.start.idle {
            return Err(Ending::new("idle for too long"));
        }
        Ok(up || down)
    }

    /// Makes the local connection.
    fn connect(&mut self, answer: Option<Answer>) -> Result<(), Ending> {
        let (timeout, wake) = (self.settings.connect_timeout, self.wake());
        self.owes_disconnect = false;
        let End::Tcp(local) = &mut self.end else { return Ok(()) };
        match local.connect(timeout, wake, answer) {
            Ok(()) => Ok(()),
            Err(reason) => self.not_connected(&reason),
        }
    }

    /// The local connection was not made.
    fn not_connected(&mut self, reason: &str) -> Result<(), Ending> {
        log::warn!("tunnel {}: {reason}", self.tunnel.start.tid);
        match &self.end {
            End::Tcp(local) if !local.has_connects() => Err(Ending::new(format!("no connects are left: {reason}"))),
            _ => {
                self.owes_disconnect = true;
                Ok(())
            }
        }
    }

    /// The local connection is gone. The tunnel stays: there may be data under way, and connects left.
    fn lost(&mut self, reason: &str) {
        log::debug!("tunnel {}: {reason}", self.tunnel.start.tid);
        self.owes_disconnect = true;
    }

    /// Moves data to the platform; true when there is more.
    fn move_up(&mut self, now: Instant) -> Result<bool, Ending> {
        if let End::Tcp(local) = &mut self.end {
            if let Err(reason) = local.advance(self.poll.registry(), LOCAL, now) {
                self.not_connected(&reason)?;
            } else if let Err(reason) = local.flush() {
                self.lost(&reason);
            }
        }
        for _ in 0..ROUND {
            if !self.socket.is_open() || self.socket.queued() >= QUEUE_LIMIT || self.at_end_of_file {
                return Ok(false);
            }
            let block = self.tunnel.start.chunk - BLOCK_MARGIN;
            let data = match &mut self.end {
                End::Tcp(local) => match local.read(block) {
                    Read::Data(data) => data,
                    Read::Nothing => return Ok(false),
                    Read::End(data, reason) => {
                        self.lost(&reason);
                        data
                    }
                },
                End::File(file) => match file.read(block) {
                    None => return Ok(false),
                    Some(data) => data.map_err(Ending::new)?,
                },
            };
            self.at_end_of_file = data.is_empty() && matches!(self.end, End::File(_));
            if !data.is_empty() {
                self.last_data = now;
                self.tunnel.sent.fetch_add(data.len() as u64, Ordering::Relaxed);
                self.socket.send(&data).map_err(Ending::new)?;
            }
        }
        Ok(true)
    }

    /// Moves data from the platform; true when there is more.
    fn move_down(&mut self, now: Instant) -> Result<bool, Ending> {
        for _ in 0..ROUND {
            if matches!(&self.end, End::Tcp(local) if local.queued() >= QUEUE_LIMIT) {
                return Ok(false);
            }
            let data = match self.socket.receive() {
                Received::Data(data) => data,
                Received::Nothing => return Ok(false),
                Received::End(reason) => return Err(Ending::new(reason)),
            };
            self.last_data = now;
            self.tunnel.received.fetch_add(data.len() as u64, Ordering::Relaxed);
            self.deliver(&data)?;
        }
        Ok(true)
    }

    fn deliver(&mut self, data: &[u8]) -> Result<(), Ending> {
        // Connected on demand.
        if matches!(&self.end, End::Tcp(local) if local.is_closed() && local.has_connects()) {
            self.connect(None)?;
        }
        match &mut self.end {
            End::File(file) => file.write(data).map_err(Ending::new),
            End::Tcp(local) if local.is_closed() => {
                log::debug!("tunnel {}: {} bytes for nobody", self.tunnel.start.tid, data.len());
                Ok(())
            }
            End::Tcp(local) => {
                if let Err(reason) = local.write(data) {
                    self.lost(&reason);
                }
                Ok(())
            }
        }
    }

    /// Does what the platform and the application want.
    fn obey(&mut self) -> Result<(), Ending> {
        while let Some(command) = self.tunnel.next_command() {
            match command {
                Command::Close { peer, message, at_once } => {
                    let message = message.unwrap_or_else(|| "stopped".into());
                    return Err(Ending { message, peer, at_once });
                }
                Command::Connect(answer) => self.obey_connect(answer)?,
                Command::Disconnect(answer) => self.obey_disconnect(answer)?,
            }
        }
        Ok(())
    }

    fn obey_connect(&mut self, answer: Answer) -> Result<(), Ending> {
        match &mut self.end {
            End::File(file) => {
                file.set_running(true);
                // It is looked at again at once.
                self.tunnel.wake();
            }
            End::Tcp(local) if local.has_connects() => return self.connect(Some(answer)),
            // What there is stays (T6).
            End::Tcp(local) if !local.is_closed() => {}
            End::Tcp(_) => {
                tell(Some(answer), Err(TunnelError::Exhausted));
                return Err(Ending::new("no connects are left"));
            }
        }
        tell(Some(answer), Ok(()));
        Ok(())
    }

    fn obey_disconnect(&mut self, answer: Answer) -> Result<(), Ending> {
        match &mut self.end {
            End::File(file) => file.set_running(false),
            End::Tcp(local) if local.is_closed() => {
                tell(Some(answer), Err(TunnelError::NotOpen));
                return Ok(());
            }
            End::Tcp(local) => {
                local.close();
                let goes_on = local.has_connects();
                tell(Some(answer), Ok(()));
                return if goes_on { self.connect(None) } else { Err(Ending::new("no connects are left")) };
            }
        }
        tell(Some(answer), Ok(()));
        Ok(())
    }

    /// What is to be said once everything has been sent.
    fn settle(&mut self) -> Result<(), Ending> {
        if self.socket.queued() > 0 {
            return Ok(());
        }
        if self.at_end_of_file {
            return Err(Ending::new("the whole file has been sent"));
        }
        if std::mem::take(&mut self.owes_disconnect) {
            self.tunnel.tell(&*self.manager.host, "DISCONNECT");
        }
        Ok(())
    }

    /// Sends what waits in both directions, and waits for the platform's close frame, for a while.
    fn let_finish(&mut self) {
        let until = Instant::now() + FAREWELL;
        let mut events = Events::with_capacity(8);
        loop {
            let is_sent = match &mut self.end {
                End::Tcp(local) => local.flush().is_err() || local.is_closed() || local.queued() == 0,
                End::File(_) => true,
            };
            let is_said = self.socket.flush().is_err() || self.socket.is_closed_by_peer();
            let left = until.saturating_duration_since(Instant::now());
            if (is_sent && is_said) || left.is_zero() {
                return;
            }
            if matches!(self.tunnel.next_command(), Some(Command::Close { at_once: true, .. })) {
                return;
            }
            let polled = self.poll.poll(&mut events, Some(left));
            if polled.is_err_and(|error| error.kind() != ErrorKind::Interrupted) {
                return;
            }
        }
    }
}
