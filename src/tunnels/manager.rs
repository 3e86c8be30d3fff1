//! The tunnels of a device.

use std::collections::VecDeque;
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use mio::{Poll, Waker};

use super::file::FileEnd;
use super::start::{Target, TunnelStart};
use super::tunnel::{self, Answer, Command, Tunnel};
use super::worker::{WAKE, Worker};
use super::{TunnelError, TunnelHost, TunnelReport};
use crate::ffi::signals;
use crate::model::Text;

/// How many ended tunnels are kept for an application that does not ask for them.
const MAX_ENDED: usize = 1024;
/// What a command may take beyond the time for a connection.
const PATIENCE: Duration = Duration::from_secs(2);
/// The threads of tunnels need little.
const STACK: usize = 512 * 1024;

/// The tunnels of a device. Cheap to clone: clones are the same manager. Call [`TunnelManager::stop_all`] before the last one goes.
#[derive(Clone)]
pub struct TunnelManager(Arc<Inner>);

pub(super) struct Inner {
    pub host: Arc<dyn TunnelHost>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    open: Vec<Entry>,
    /// Threads that have reported the end of their tunnel.
    ending: Vec<JoinHandle<()>>,
    ended: VecDeque<TunnelReport>,
}

struct Entry {
    tunnel: Arc<Tunnel>,
    /// `None` until it is started.
    thread: Option<JoinHandle<()>>,
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A tunnel has ended.
    pub fn record(&self, tunnel: &Tunnel, peer: Option<Text>, message: Text) {
        let report = TunnelReport { peer, end: tunnel::now(), message: Some(message), ..tunnel.report() };
        let forgotten = {
            let mut state = self.state();
            if let Some(index) = state.open.iter().position(|entry| std::ptr::eq(&*entry.tunnel, tunnel)) {
                let entry = state.open.swap_remove(index);
                state.ending.extend(entry.thread);
            }
            state.ended.push_back(report);
            if state.ended.len() > MAX_ENDED { state.ended.pop_front() } else { None }
        };
        if let Some(report) = forgotten {
            log::warn!("the end of tunnel {} is told to nobody: nobody has asked for {MAX_ENDED} tunnels", report.tid);
        }
        self.host.ended();
    }
}

fn refused(error: &io::Error) -> TunnelError {
    TunnelError::System(error.to_string())
}

impl TunnelManager {
    /// No tunnels.
    pub fn new(host: Arc<dyn TunnelHost>) -> Self {
        Self(Arc::new(Inner { host, state: Mutex::default() }))
    }

    /// Starts a tunnel. Nothing is connected yet when this returns.
    ///
    /// # Errors
    /// The tunnel is not allowed, its file cannot be opened, there is one of that id, the system refuses.
    pub fn start(&self, thing: &Text, start: TunnelStart) -> Result<(), TunnelError> {
        let Inner { host, .. } = &*self.0;
        let file = self.prepare(thing, &start)?;
        let poll = Poll::new().map_err(|error| refused(&error))?;
        let waker = Waker::new(poll.registry(), WAKE).map_err(|error| refused(&error))?;
        let tunnel = Arc::new(Tunnel::new(thing.clone(), start, waker));
        self.enter(&tunnel)?;
        host.started(&tunnel.report());
        let (settings, way) = (host.settings(), host.way());
        let worker = Worker::new(tunnel.clone(), self.0.clone(), poll, way, settings, file);
        let builder = thread::Builder::new().name("twedge-tunnel".to_owned()).stack_size(STACK);
        let mut state = self.0.state();
        // Under the lock: the thread finds its entry complete when it reports its end.
        let run = run(worker, tunnel.clone(), self.0.clone());
        match signals::blocked(|| builder.spawn(run)) {
            Ok(thread) => {
                match state.open.iter_mut().find(|entry| Arc::ptr_eq(&entry.tunnel, &tunnel)) {
                    Some(entry) => entry.thread = Some(thread),
                    None => state.ending.push(thread),
                }
                Ok(())
            }
            Err(error) => {
                drop(state);
                self.0.record(&tunnel, None, error.to_string().into());
                Err(refused(&error))
            }
        }
    }

    /// Looks whether the application allows the tunnel, and opens its file.
    fn prepare(&self, thing: &Text, start: &TunnelStart) -> Result<Option<FileEnd>, TunnelError> {
        match &start.target {
            Target::Tcp { host, port, .. } if !self.0.host.permits(host, *port) => {
                Err(TunnelError::NotAllowed { host: host.clone(), port: *port })
            }
            Target::Tcp { .. } => Ok(None),
            Target::File { path, mode, offset } => {
                let files = self.0.host.files().ok_or(TunnelError::NoFiles)?;
                FileEnd::open(files, thing, path, *mode, *offset).map(Some)
            }
        }
    }

    fn enter(&self, tunnel: &Arc<Tunnel>) -> Result<(), TunnelError> {
        let mut state = self.0.state();
        let tid = &tunnel.start.tid;
        if state.open.iter().any(|entry| entry.tunnel.start.tid == *tid) {
            return Err(TunnelError::Duplicate(tid.to_string()));
        }
        state.open.push(Entry { tunnel: tunnel.clone(), thread: None });
        Ok(())
    }

    fn find(&self, tid: &Text) -> Result<Arc<Tunnel>, TunnelError> {
        let state = self.0.state();
        let found = state.open.iter().find(|entry| entry.tunnel.start.tid == *tid);
        found.map(|entry| entry.tunnel.clone()).ok_or_else(|| TunnelError::UnknownTunnel(tid.to_string()))
    }

    /// Ends a tunnel that `peer` has used.
    ///
    /// # Errors
    /// [`TunnelError::UnknownTunnel`].
    pub fn complete(&self, tid: &Text, peer: &Text, reason: Option<Text>) -> Result<(), TunnelError> {
        let command = Command::Close { peer: Some(peer.clone()), message: reason, at_once: false };
        self.find(tid).map(|tunnel| tunnel.command(command))
    }

    /// Makes the local connection, in place of the one that is there if connects remain, and waits for it.
    ///
    /// # Errors
    /// [`TunnelError::Exhausted`] ends the tunnel; there is no such tunnel, or no connection.
    pub fn connect(&self, tid: &Text) -> Result<(), TunnelError> {
        self.ask(tid, Command::Connect)
    }

    /// Ends the local connection. It is made again if connects remain, else the tunnel ends.
    ///
    /// # Errors
    /// There is no such tunnel, or no connection.
    pub fn disconnect(&self, tid: &Text) -> Result<(), TunnelError> {
        self.ask(tid, Command::Disconnect)
    }

    fn ask(&self, tid: &Text, command: impl FnOnce(Answer) -> Command) -> Result<(), TunnelError> {
        let tunnel = self.find(tid)?;
        let (answer, outcome) = sync_channel(1);
        tunnel.command(command(answer));
        drop(tunnel);
        let patience = self.0.host.settings().connect_timeout.saturating_add(PATIENCE);
        outcome.recv_timeout(patience).unwrap_or_else(|_| Err(TunnelError::UnknownTunnel(tid.to_string())))
    }

    /// Ends a tunnel. False when there is none of that id.
    pub fn stop(&self, tid: &Text) -> bool {
        let command = Command::Close { peer: None, message: None, at_once: false };
        self.find(tid).map(|tunnel| tunnel.command(command)).is_ok()
    }

    /// Ends all tunnels and waits until their threads have ended. What is to be told about them waits in
    /// [`TunnelManager::take_ended`].
    pub fn stop_all(&self) {
        let threads: Vec<_> = {
            let mut state = self.0.state();
            let mut threads: Vec<_> = state.open.iter_mut().filter_map(|entry| entry.thread.take()).collect();
            for entry in &state.open {
                entry.tunnel.command(Command::Close { peer: None, message: None, at_once: true });
            }
            threads.append(&mut state.ending);
            threads
        };
        threads.into_iter().for_each(join);
        let left = std::mem::take(&mut self.0.state().ending);
        left.into_iter().for_each(join);
    }

    /// The open tunnels, in the order in which they were started.
    pub fn active(&self) -> Vec<TunnelReport> {
        let mut reports: Vec<_> = self.0.state().open.iter().map(|entry| entry.tunnel.report()).collect();
        reports.sort_by_key(|report| report.start);
        reports
    }

    /// The tunnels that have ended since the last call, in that order.
    pub fn take_ended(&self) -> Vec<TunnelReport> {
        let mut state = self.0.state();
        let finished = take_finished(&mut state.ending);
        let ended = state.ended.drain(..).collect();
        drop(state);
        finished.into_iter().for_each(join);
        ended
    }

    /// Whether [`TunnelManager::take_ended`] has something.
    pub fn has_ended(&self) -> bool {
        !self.0.state().ended.is_empty()
    }
}

/// What the thread of a tunnel does. A defect of ours ends the tunnel, and the application is told.
fn run(worker: Worker, tunnel: Arc<Tunnel>, manager: Arc<Inner>) -> impl FnOnce() + Send + 'static {
    move || {
        if panic::catch_unwind(AssertUnwindSafe(|| worker.run())).is_err() {
            log::error!("tunnel {}: internal error, it has ended", tunnel.start.tid);
            manager.record(&tunnel, None, "internal error".into());
        }
    }
}

/// A panic of the thread has been logged by the hook of panics.
fn join(thread: JoinHandle<()>) {
    let _ = thread.join();
}

/// Takes the threads that have ended.
fn take_finished(threads: &mut Vec<JoinHandle<()>>) -> Vec<JoinHandle<()>> {
    let (finished, running) = std::mem::take(threads).into_iter().partition(JoinHandle::is_finished);
    *threads = running;
    finished
}
