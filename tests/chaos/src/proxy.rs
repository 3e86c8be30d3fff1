//! What stands between devices and their platform.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::{self, JoinHandle};

use crate::fault::{Counts, Fault, Kind, Script};
use crate::link::{Link, connect};

/// A TCP proxy that breaks links by a script, until it is healed. Dropped, it ends all links.
pub struct Proxy {
    shared: Arc<Shared>,
    address: SocketAddr,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    platform: SocketAddr,
    script: Mutex<Script>,
    counts: Arc<Counts>,
    healed: AtomicBool,
    over: AtomicBool,
    links: Mutex<Vec<Weak<Link>>>,
}

impl Proxy {
    /// A proxy before a platform, on a free port of this machine. The seed decides what happens to each link.
    ///
    /// # Errors
    /// There is no free port.
    pub fn start(platform: SocketAddr, seed: u64) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            platform,
            script: Mutex::new(Script::new(seed)),
            counts: Arc::default(),
            healed: AtomicBool::new(false),
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
        self.shared.healed.store(true, Ordering::SeqCst);
        self.shared.end_links();
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
            if let Ok(platform) = connect(&self.platform) {
                self.link(device, platform);
            }
        }
    }

    fn link(&self, device: TcpStream, platform: TcpStream) {
        let Ok(link) = Link::new(device, platform, self.next_fault(), self.counts.clone()) else { return };
        let link = Arc::new(link);
        link.carry();
        let mut links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        links.retain(|link| link.strong_count() > 0);
        links.push(Arc::downgrade(&link));
    }

    fn next_fault(&self) -> Option<Fault> {
        match self.healed.load(Ordering::SeqCst) {
            true => None,
            false => self.script.lock().unwrap_or_else(PoisonError::into_inner).next(),
        }
    }

    fn end_links(&self) {
        let links = std::mem::take(&mut *self.links.lock().unwrap_or_else(PoisonError::into_inner));
        links.iter().filter_map(Weak::upgrade).for_each(|link| link.end());
    }
}
