//! The I/O thread: it owns the sockets and does everything that needs no application.
//!
//! It sleeps in one poll until a socket is ready, the outbox has something, or a timer is due. It waits for nobody: every lock that it
//! takes is held by others for a few instructions only, never across a call of the application or of the system.

use std::collections::VecDeque;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mio::{Events, Poll, Token, Waker};

use super::answer::Answer;
use super::application::{Incoming, Reply};
use super::encode::{MESSAGES, encode};
use super::error::{ConnectError, RequestError};
use super::events::Event;
use super::flags::Flag;
use super::outbox::{Command, Link};
use super::requests::response;
use super::session::{Over, Received, Session};
use super::shared::Shared;
use super::synchronize::is_notification;
use crate::ffi::signals;
use crate::model::Text;
use crate::wire::{self, Body, Header, Message, MessageCode};

const WAKE: Token = Token(0);

impl Shared {
    /// Starts the I/O thread unless it is running. All its signals are blocked.
    pub fn start_io_thread(&self) -> Result<(), ConnectError> {
        let mut threads = self.threads();
        if threads.shut_down {
            return Err(ConnectError::ShutDown);
        }
        if threads.io.as_ref().is_some_and(|thread| !thread.is_finished()) {
            return Ok(());
        }
        let shared = self.own.upgrade().ok_or(ConnectError::ShutDown)?;
        let poll = Poll::new().map_err(ConnectError::Thread)?;
        let waker = Waker::new(poll.registry(), WAKE).map_err(ConnectError::Thread)?;
        self.owner.claim();
        self.outbox.set_waker(Some(Arc::new(waker)));
        let builder = std::thread::Builder::new().name("twedge-io".to_owned());
        let thread = signals::blocked(|| builder.spawn(move || IoThread::new(shared, poll).run()));
        threads.io = Some(thread.map_err(ConnectError::Thread)?);
        Ok(())
    }

    /// Takes a link out of the outbox that is lost, if nobody else has; then it is reported, and what follows from the loss is done.
    fn lose_link(&self, link: Option<u64>, over: Over) {
        // Told with the lock of the outbox held, so that no reconnect is told before.
        let is_pong_timeout = over == Over::PongTimeout;
        let description = over.describe();
        let closed = || {
            self.chronicle.lost(&description);
            self.events.push(Event::Closed(over.payload()));
        };
        let Some(Link { id: link, .. }) = self.outbox.take_link(link, closed) else { return };
        let now = Instant::now();
        let settings = self.settings();
        {
            let mut schedule = self.schedule();
            schedule.backoff.lost(now, &settings);
            // A session that a connect call has left to be bound later is not the caller's decision any more.
            let was_unbound = schedule.bind_retry.take_if(|retry| retry.link == link).is_some();
            if was_unbound || is_pong_timeout {
                self.arm_reconnects(&schedule);
            }
        }
        self.synchronizer.forget(None);
        self.tasker.raise();
        self.end_requests_of(link);
        let next = match self.next_reconnect(now) {
            Some(at) if at <= now => "it is opened again at once".to_owned(),
            Some(at) => format!("it is opened again in {:?}", at.saturating_duration_since(now)),
            None if self.driver.is_running() => "a connect call is under way".to_owned(),
            None => "it is not opened again without being told".to_owned(),
        };
        log::warn!("the link has ended: {description}; {next}");
    }

    /// Something has been received.
    fn received(&self, link: u64, received: Received, reply: &mut dyn FnMut(Message)) {
        match received {
            Received::Ping(payload) => self.tell(Event::Ping(payload)),
            Received::Pong(payload) => self.tell(Event::Pong(payload)),
            Received::Message(message) => self.received_message(link, message, reply),
            Received::Stale(header) => {
                log::error!(
                    "{} {} is incomplete and dropped: its rest has not come in time",
                    header.code,
                    header.request_id
                );
                if header.code.is_response() {
                    self.complete(header.request_id, Err(RequestError::Undecodable("it is incomplete".into())));
                }
            }
            Received::Rejected(rejected) => {
                log::error!("{rejected}");
                if let Some(id) = rejected.ends_call() {
                    self.complete(id, Err(RequestError::Undecodable(rejected.reason.to_string())));
                }
                if let (Some(header), Some(code)) = (rejected.header, rejected.answer()) {
                    self.answer(&header, Reply::code(code), reply);
                }
            }
        }
    }

    fn received_message(&self, link: u64, message: Message, reply: &mut dyn FnMut(Message)) {
        log::trace!(target: MESSAGES, "received {}", wire::describe(&message));
        let Message { header, body } = message;
        match body {
            Body::Response(response) => {
                let answer = Answer { header, reason: response.reason, content: response.content };
                if header.code == MessageCode::INTERNAL_SERVER_ERROR {
                    let reason = answer.reason.as_ref().map(Text::to_string_lossy).unwrap_or_default();
                    log::error!("the platform answers request {} with {}: {reason}", header.request_id, header.code);
                }
                self.complete(header.request_id, Ok(answer));
            }
            Body::Request(request) => {
                if is_notification(&request) {
                    self.synchronizer.arrived(&request.entity, link);
                }
                let incoming = Incoming { header, request, link };
                if !self.dispatch.push_request(incoming, self.settings().max_messages) {
                    log::error!("too many requests wait for a handler: request {} is refused", header.request_id);
                    self.answer(&header, Reply::code(MessageCode::SERVICE_UNAVAILABLE), reply);
                }
                self.announce_item();
            }
            Body::Auth { .. } | Body::Bind { .. } => {
                let reason = Some("Message Type not supported".into());
                self.answer(&header, Reply { reason, ..Reply::code(MessageCode::BAD_REQUEST) }, reply);
            }
        }
    }

    fn complete(&self, id: u32, outcome: super::Outcome) {
        if let Some(completed) = self.in_flight.complete(id, outcome) {
            self.dispatch.push_response(completed);
            self.announce_item();
        }
    }

    fn answer(&self, to: &Header, answer: Reply, reply: &mut dyn FnMut(Message)) {
        if let Some(link) = self.outbox.link() {
            reply(response(&link, to, answer));
        }
    }
}

/// The thread's own state.
struct IoThread {
    shared: Arc<Shared>,
    poll: Poll,
    /// The link, and earlier ones whose last bytes are on their way.
    sessions: Vec<Session>,
    tokens: usize,
}

impl IoThread {
    fn new(shared: Arc<Shared>, poll: Poll) -> Self {
        Self { shared, poll, sessions: Vec::new(), tokens: WAKE.0 }
    }

    fn run(mut self) {
        let mut events = Events::with_capacity(16);
        loop {
            let commands = self.shared.outbox.drain();
            if self.execute(commands) {
                return;
            }
            self.serve();
            let timeout = self.timeout();
            match self.poll.poll(&mut events, timeout) {
                Err(error) if error.kind() != ErrorKind::Interrupted => {
                    log::error!("the I/O thread cannot wait for its sockets and ends: {error}");
                    return;
                }
                _ => {}
            }
            for event in &events {
                if let Some(session) = self.sessions.iter_mut().find(|session| session.token == event.token()) {
                    session.ready();
                }
            }
        }
    }

    /// Executes what the outbox had. True when the thread has to end.
    fn execute(&mut self, commands: VecDeque<Command>) -> bool {
        let now = Instant::now();
        let mut commands = commands.into_iter();
        while let Some(command) = commands.next() {
            match command {
                Command::Adopt { link, opened } => self.adopt(link, *opened),
                Command::Send { link, messages } => match self.session(link) {
                    Some(session) if !session.is_closing() => {
                        messages.into_iter().for_each(|message| session.send(message, true))
                    }
                    _ => self.shared.outbox.release(messages.iter().map(Vec::len).sum()),
                },
                Command::Ping { link, text } => self.on(link, |session| session.ping(&text)),
                Command::Pong { link, text } => self.on(link, |session| session.pong(&text)),
                Command::KeepAlive { link } => {
                    self.on(link, |session| {
                        session.keep_alive(now);
                        Ok(())
                    });
                }
                Command::Close { link, status, reason, done } => self.close(link, status, &reason, done),
                Command::ShutDown => {
                    commands.for_each(drop);
                    return true;
                }
            }
        }
        false
    }

    fn session(&mut self, link: u64) -> Option<&mut Session> {
        self.sessions.iter_mut().find(|session| session.link == link)
    }

    fn on(&mut self, link: u64, action: impl FnOnce(&mut Session) -> Result<(), Over>) {
        let open = |session: &&mut Session| session.link == link && !session.is_closing();
        let Some(session) = self.sessions.iter_mut().find(open) else { return };
        if let Err(over) = action(session) {
            lose(&self.shared, session, over);
        }
    }

    fn adopt(&mut self, link: u64, open: super::open::OpenLink) {
        self.tokens = self.tokens.wrapping_add(1).max(1);
        let settings = self.shared.settings();
        match Session::new(link, open, Token(self.tokens), self.poll.registry(), &settings) {
            Ok(session) => self.sessions.push(session),
            Err(error) => {
                log::error!("the socket cannot be polled: {error}");
                self.shared.lose_link(Some(link), Over::SocketError);
            }
        }
    }

    fn close(&mut self, link: u64, status: u16, reason: &[u8], done: Arc<super::outbox::Done>) {
        let shared = Arc::clone(&self.shared);
        match self.session(link) {
            Some(session) => {
                let counted = session.counted_pending();
                session.close(Instant::now(), Some((status, reason)), Some(done));
                shared.outbox.release(counted);
            }
            // It was lost before the command came.
            None => done.set(),
        }
    }

    /// Reads, writes and runs timers of all sessions, and drops those that are over.
    fn serve(&mut self) {
        let shared = &self.shared;
        let settings = shared.settings();
        let now = Instant::now();
        for session in &mut self.sessions {
            if let Err(over) = serve_session(shared, session, now, &settings) {
                lose(shared, session, over);
            }
        }
        self.sessions.retain_mut(|session| !session.is_finished(now));
        shared.reconnect_in_background(now);
    }

    /// How long the poll may sleep.
    fn timeout(&self) -> Option<Duration> {
        if self.sessions.iter().any(Session::has_work) {
            return Some(Duration::ZERO);
        }
        let now = Instant::now();
        let timers = self.sessions.iter().filter_map(Session::next_timer);
        let next = timers.chain(self.shared.next_background_reconnect(now)).min()?;
        Some(next.saturating_duration_since(now))
    }
}

/// One round of a session. Data is read before timers are looked at: what has arrived in time counts as in time.
fn serve_session(shared: &Shared, session: &mut Session, now: Instant, settings: &super::Settings) -> Result<(), Over> {
    if session.is_closing() {
        return Ok(());
    }
    let link = session.link;
    let mut replies = Vec::new();
    let mut received = |received| shared.received(link, received, &mut |message| replies.push(message));
    let outcome = session.read(now, settings, &mut received);
    session.expire(now, settings, &mut received);
    for message in replies {
        let Some(link) = shared.outbox.link() else { break };
        match encode(&message, &link, settings) {
            Ok(messages) => messages.into_iter().for_each(|message| session.send(message, false)),
            Err(error) => log::error!("an answer is not sent: {error}"),
        }
    }
    outcome?;
    session.run_timers(now, settings, shared.flags.get(Flag::HandlePongs))?;
    shared.outbox.release(session.write()?);
    Ok(())
}

/// The session is over. Whoever takes the link out reports it; a session that is being closed by a call has been taken out there.
fn lose(shared: &Shared, session: &mut Session, over: Over) {
    shared.outbox.release(session.drop_pending());
    session.close(Instant::now(), None, None);
    shared.lose_link(Some(session.link), over);
}

impl Drop for IoThread {
    /// However the thread ends, nobody is left waiting for it.
    fn drop(&mut self) {
        self.shared.outbox.set_waker(None);
        let now = Instant::now();
        for session in &mut self.sessions {
            if !session.is_closing() {
                session.close(now, Some((1000, b"")), None);
            }
            session.finish_now();
        }
        self.shared.lose_link(None, Over::SocketError);
        // Commands that came too late: those who wait for them are told.
        for command in self.shared.outbox.drain() {
            if let Command::Close { done, .. } = command {
                done.set();
            }
        }
    }
}
