//! What stands between devices and their platform.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::fault::{Counts, Fault, Kind, Script};
use crate::link::{Link, Shot, connect};
use crate::weather::Weather;

/// A TCP proxy that breaks links by a script, until it is healed, or as it is told. Dropped, it ends all links.
pub struct Proxy {
    shared: Arc<Shared>,
    address: SocketAddr,
    thread: Option<JoinHandle<()>>,
}

/// Which link a fault is aimed at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The one there is; if there is none, the next one.
    Present,
    /// The next one from its first byte on. The present one is ended, so that it comes soon.
    Next,
}

struct Shared {
    platform: SocketAddr,
    counts: Arc<Counts>,
    plan: Plan,
    over: AtomicBool,
    links: Mutex<Vec<Weak<Link>>>,
}

/// Who decides what happens to links.
enum Plan {
    /// A script, until the proxy is healed.
    Script { script: Mutex<Script>, healed: AtomicBool },
    /// Whoever aims.
    Aim(Arc<Aim>),
}

/// What is done when somebody aims.
#[derive(Default)]
struct Aim {
    /// For the next link.
    next: Mutex<Option<Shot>>,
    /// Whoever connects before is hung up on.
    closed_until: Mutex<Option<Instant>>,
    /// All links have the same.
    weather: Arc<Weather>,
}

impl Proxy {
    /// A proxy before a platform, on a free port of this machine. The seed decides what happens to each link.
    ///
    /// # Errors
    /// There is no free port.
    pub fn start(platform: SocketAddr, seed: u64) -> io::Result<Self> {
        Self::with_plan(
            platform,
            Plan::Script { script: Mutex::new(Script::new(seed)), healed: AtomicBool::new(false) },
        )
    }

    /// A proxy that leaves links alone, but for what is [aimed](Self::aim) at them.
    ///
    /// # Errors
    /// There is no free port.
    pub fn calm(platform: SocketAddr) -> io::Result<Self> {
        Self::with_plan(platform, Plan::Aim(Arc::default()))
    }

    fn with_plan(platform: SocketAddr, plan: Plan) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            platform,
            counts: Arc::default(),
            plan,
            over: AtomicBool::new(false),
            links: Mutex::default(),
        });
        let accepting = shared.clone();
        let thread = thread::spawn(move || accepting.accept(&listener));
        Ok(Self { shared, address, thread: Some(thread) })
    }

    /// Where devices connect.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How often faults of this kind have struck.
    pub fn struck(&self, kind: Kind) -> u64 {
        self.shared.counts.of(kind)
    }

    /// Ends all links; those that come are left alone.
    pub fn heal(&self) {
        match &self.shared.plan {
            Plan::Script { healed, .. } => healed.store(true, Ordering::SeqCst),
            Plan::Aim(aim) => drop(lock(&aim.next).take()),
        }
        self.shared.end_links();
    }

    /// Has a fault strike, of a [calm](Self::calm) proxy. What lasts is done to all links, those that come included. From the strike on
    /// connections are hung up on for the time of `outage`. The moment of the strike comes through the channel, which closes without it
    /// when the link ends before.
    pub fn aim(&self, fault: Fault, target: Target, outage: Duration) -> Receiver<Instant> {
        let (told, moments) = mpsc::channel();
        if let Plan::Aim(aim) = &self.shared.plan {
            let (counts, at_strike) = (self.shared.counts.clone(), aim.clone());
            let struck = move || {
                let now = Instant::now();
                counts.count(fault.kind);
                *lock(&at_strike.closed_until) = now.checked_add(outage);
                // Whoever has aimed may not wait any more.
                let _ = told.send(now);
            };
            self.shared.shoot(aim, Shot { fault, struck: Box::new(struck) }, target);
        }
        moments
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        // It waits for a connection.
        let woken = TcpStream::connect(self.address).is_ok();
        if let Some(thread) = self.thread.take().filter(|_| woken) {
            let _ = thread.join();
        }
        self.shared.end_links();
    }
}

impl Shared {
    fn accept(&self, listener: &TcpListener) {
        loop {
            let accepted = listener.accept();
            if self.over.load(Ordering::SeqCst) {
                return;
            }
            // Without a platform the device is hung up on, as by a router whose way on is gone.
            let Ok((device, _)) = accepted else { continue };
            if self.is_closed() {
                continue;
            }
            if let Ok(platform) = connect(&self.platform) {
                self.link(device, platform);
            }
        }
    }

    fn is_closed(&self) -> bool {
        match &self.plan {
            Plan::Script { .. } => false,
            Plan::Aim(aim) => lock(&aim.closed_until).is_some_and(|until| Instant::now() < until),
        }
    }

    fn link(&self, device: TcpStream, platform: TcpStream) {
        let shot = self.next_shot();
        let (weather, may_be_duplicated) = match &self.plan {
            Plan::Script { .. } => {
                (Arc::default(), shot.as_ref().is_some_and(|shot| shot.fault.kind == Kind::Duplicate))
            }
            Plan::Aim(aim) => (aim.weather.clone(), true),
        };
        let Ok(link) = Link::new(device, platform, weather, may_be_duplicated) else { return };
        let link = Arc::new(link);
        if let Some(shot) = shot {
            link.aim(shot);
        }
        link.carry();
        let mut links = lock(&self.links);
        links.retain(|link| link.strong_count() > 0);
        links.push(Arc::downgrade(&link));
    }

    fn next_shot(&self) -> Option<Shot> {
        match &self.plan {
            Plan::Script { healed, .. } if healed.load(Ordering::SeqCst) => None,
            Plan::Script { script, .. } => {
                let fault = lock(script).next()?;
                let counts = self.counts.clone();
                Some(Shot { fault, struck: Box::new(move || counts.count(fault.kind)) })
            }
            Plan::Aim(aim) => lock(&aim.next).take(),
        }
    }

    fn shoot(&self, aim: &Aim, shot: Shot, target: Target) {
        let present = lock(&self.links).last().and_then(Weak::upgrade).filter(|_| target == Target::Present);
        match present {
            Some(link) => link.aim(shot),
            None => *lock(&aim.next) = Some(shot),
        }
        if target == Target::Next {
            self.end_links();
        }
    }

    fn end_links(&self) {
        let links = std::mem::take(&mut *lock(&self.links));
        links.iter().filter_map(Weak::upgrade).for_each(|link| link.end());
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
