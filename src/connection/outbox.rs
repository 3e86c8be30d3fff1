//! The way from every thread to the I/O thread: which link there is, and what the I/O thread has to do for it.
//!
//! The lock of the outbox decides about the life of a link. Whoever takes the link out ([`Outbox::take_link`]) is the one who tells
//! the application that it is gone: the I/O thread when it was lost, a disconnect call when it was closed. The flags `Connected` and
//! `Authenticated` change under this lock, so that they cannot be set for a link that has just been lost.
//!
//! A request is entered in the table of requests in flight *before* its bytes are queued here. If the link is lost in between,
//! queueing fails and the sender takes the entry back; if it is lost afterwards, the I/O thread finds the entry when it ends those of
//! the link. So no request is left in the table with nobody to end it.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::flags::{Flag, FlagStore};
use super::open::OpenLink;

/// Message bytes that may wait for the I/O thread; a sender waits for room beyond. A message larger than this goes alone.
const QUEUE_LIMIT: usize = 4 << 20;

/// A link as senders see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Link {
    /// Its number. Numbers are never used again.
    pub id: u64,
    /// The platform's id for the session; [`crate::wire::NO_SESSION`] until AUTH is answered.
    pub session_id: u32,
    /// Whether messages are compressed.
    pub compression: bool,
    /// Largest frame payload, in bytes.
    pub max_frame_size: u16,
}

/// Something for the I/O thread to do, in the order of the queue.
pub(super) enum Command {
    /// Take over a link that was opened.
    Adopt { link: u64, opened: Box<OpenLink> },
    /// Send messages, each already encoded.
    Send { link: u64, messages: Vec<Vec<u8>> },
    /// Send a ping that the application asked for.
    Ping { link: u64, text: Vec<u8> },
    /// Send a pong that the application asked for.
    Pong { link: u64, text: Vec<u8> },
    /// The session is authenticated: begin to send pings.
    KeepAlive { link: u64 },
    /// Send what is queued and a close frame, then end TCP.
    Close { link: u64, status: u16, reason: Vec<u8>, done: Arc<Done> },
    /// End the thread.
    ShutDown,
}

/// Why something cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The link is gone.
    NoLink,
    /// No room until the deadline.
    Full,
}

/// Told when the I/O thread has done something.
#[derive(Default)]
pub(super) struct Done {
    done: Mutex<bool>,
    changed: Condvar,
}

impl Done {
    pub fn set(&self) {
        *self.done.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_all();
    }

    /// Waits for it. False when the deadline passes first.
    pub fn wait_until(&self, deadline: Instant) -> bool {
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        while !*done {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            done = self.changed.wait_timeout(done, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }
}

#[derive(Default)]
struct State {
    link: Option<Link>,
    last_link: u64,
    commands: VecDeque<Command>,
    /// Message bytes in `commands` and in the I/O thread's hands that are not yet framed.
    queued: usize,
    waker: Option<Arc<mio::Waker>>,
    /// The waker was used and the I/O thread has not looked since.
    woken: bool,
}

impl State {
    fn push(&mut self, command: Command) {
        self.commands.push_back(command);
        self.wake();
    }

    fn wake(&mut self) {
        if std::mem::replace(&mut self.woken, true) {
            return;
        }
        if let Some(waker) = &self.waker {
            if let Err(error) = waker.wake() {
                // Without a wake-up the command waits for the next timer or readiness.
                log::error!("the I/O thread could not be woken: {error}");
            }
        }
    }

    fn is_link(&self, link: u64) -> bool {
        self.link.is_some_and(|current| current.id == link)
    }
}

/// See the module.
pub(super) struct Outbox {
    state: Mutex<State>,
    room: Condvar,
    flags: Arc<dyn FlagStore>,
}

impl Outbox {
    pub fn new(flags: Arc<dyn FlagStore>) -> Self {
        Self { state: Mutex::default(), room: Condvar::new(), flags }
    }

    /// The waker of an I/O thread that has started, or nothing once it has ended.
    pub fn set_waker(&self, waker: Option<Arc<mio::Waker>>) {
        let mut state = self.lock();
        state.waker = waker;
        state.woken = false;
    }

    /// The link there is.
    pub fn link(&self) -> Option<Link> {
        self.lock().link
    }

    /// Makes a number for the next link.
    pub fn next_link_id(&self) -> u64 {
        let mut state = self.lock();
        state.last_link += 1;
        state.last_link
    }

    /// Gives a link that was opened to the I/O thread.
    pub fn adopt(&self, link: Link, opened: OpenLink) {
        let mut state = self.lock();
        state.link = Some(link);
        self.flags.set(Flag::Connected, true);
        state.push(Command::Adopt { link: link.id, opened: Box::new(opened) });
    }

    /// AUTH was answered with success: from now on messages carry this session id, and pings are sent. False when the link is gone.
    pub fn authenticated(&self, link: u64, session_id: u32) -> bool {
        let mut state = self.lock();
        match &mut state.link {
            Some(current) if current.id == link => current.session_id = session_id,
            _ => return false,
        }
        self.flags.set(Flag::Authenticated, true);
        state.push(Command::KeepAlive { link });
        true
    }

    /// Takes the link out, if it is this one or if any will do. See the module about who reports it. `on_taken` is called with the lock
    /// held: whoever finds that there is no link finds what it has queued.
    pub fn take_link(&self, link: Option<u64>, on_taken: impl FnOnce()) -> Option<Link> {
        let mut state = self.lock();
        if link.is_some_and(|link| !state.is_link(link)) {
            return None;
        }
        let taken = state.link.take();
        if taken.is_some() {
            self.flags.set(Flag::Connected, false);
            self.flags.set(Flag::Authenticated, false);
            self.room.notify_all();
            on_taken();
        }
        taken
    }

    /// Queues messages of a link, waiting for room until the deadline.
    pub fn send(&self, link: u64, messages: Vec<Vec<u8>>, deadline: Instant) -> Result<(), Refusal> {
        let bytes: usize = messages.iter().map(Vec::len).sum();
        let mut state = self.lock();
        loop {
            if !state.is_link(link) {
                return Err(Refusal::NoLink);
            }
            if state.queued == 0 || state.queued + bytes <= QUEUE_LIMIT {
                break;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Refusal::Full);
            }
            state = self.room.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        state.queued += bytes;
        state.push(Command::Send { link, messages });
        Ok(())
    }

    /// Queues a ping or pong, if its link is there.
    pub fn control(&self, link: u64, command: Command) -> Result<(), Refusal> {
        let mut state = self.lock();
        if !state.is_link(link) {
            return Err(Refusal::NoLink);
        }
        state.push(command);
        Ok(())
    }

    /// Queues a command whatever links there are.
    pub fn command(&self, command: Command) {
        self.lock().push(command);
    }

    /// Makes the I/O thread compute its timers again.
    pub fn wake(&self) {
        self.lock().wake();
    }

    /// The I/O thread takes everything.
    pub fn drain(&self) -> VecDeque<Command> {
        let mut state = self.lock();
        state.woken = false;
        std::mem::take(&mut state.commands)
    }

    /// The I/O thread has framed, or dropped, this many message bytes.
    pub fn release(&self, bytes: usize) {
        if bytes == 0 {
            return;
        }
        let mut state = self.lock();
        state.queued = state.queued.saturating_sub(bytes);
        self.room.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
