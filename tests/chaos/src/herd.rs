//! Many devices that lose the same platform in the same moment, and how they come back.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use twedge::client::Client;
use twedge::connection::{AppKey, ConnectOptions, Endpoint, Settings, State, Step};
use twedge::net::tls::{Anchors, TlsOptions, load_certificates};
use twedge::things::DefaultServices;
use twedge_platform::{Platform, ThingDefinition, TlsSource};

use crate::promise::KEY;
use crate::site::SiteError;

/// A link that has lasted so long counts as stable; shorter ones are met with other pauses.
pub const STABLE: Duration = Duration::from_secs(10);

/// How long all devices may take to be there.
const PATIENCE: Duration = Duration::from_secs(120);

/// The moments in which any device of this process has begun an attempt to connect.
static ATTEMPTS: Attempts = Attempts(Mutex::new(Vec::new()));

/// Counts attempts by the line that each begins with.
struct Attempts(Mutex<Vec<Instant>>);

/// Devices and their platform.
pub struct Herd {
    platform: Platform,
    settings: Settings,
    devices: Vec<Device>,
    shared: Arc<Shared>,
}

/// A device, and the thread that it is lent.
struct Device {
    client: Client,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    over: AtomicBool,
    /// When a device came online, in the order in which they came.
    arrivals: Mutex<Vec<Instant>>,
    arrived: Condvar,
}

/// How a herd came back.
#[derive(Clone, Debug)]
pub struct Return {
    /// When attempts to connect began, after the loss.
    pub attempts: Vec<Duration>,
    /// When devices were connected and bound, after the loss.
    pub arrivals: Vec<Duration>,
}

impl Herd {
    /// So many devices, each with a thing of its own, connected and bound. One herd at a time in a process.
    ///
    /// # Errors
    /// Something does not start, or not all devices connect.
    pub fn gather(size: usize, tls: bool, settings: Settings) -> Result<Self, SiteError> {
        // A second herd finds its own logger.
        let _ = log::set_logger(&ATTEMPTS);
        log::set_max_level(log::LevelFilter::Info);
        let platform = platform(size, tls)?;
        let endpoint = endpoint(&platform).map_err(|e| SiteError::System("the certificate", e))?;
        let shared = Arc::new(Shared::default());
        let devices = (0..size).map(|number| Device::start(number, endpoint.clone(), settings, &shared));
        let devices = devices.collect::<Result<Vec<_>, _>>()?;
        let herd = Self { platform, settings, devices, shared };
        herd.wait_for(size).map(|_| herd)
    }

    /// Takes the platform away for so long, without a word, and watches the devices come back. With no time at all the links end and the
    /// port stays open, as behind a balancer whose other side restarts. Before that it waits, so that links last for this time; from
    /// [`STABLE`] on they count as stable.
    ///
    /// # Errors
    /// The platform does not start again, or not all devices come back.
    pub fn lose_platform(&self, outage: Duration, wait: Duration) -> Result<Return, SiteError> {
        thread::sleep(wait);
        ATTEMPTS.take();
        self.shared.arrivals().clear();
        let lost = Instant::now();
        if outage.is_zero() {
            for link in self.platform.connections() {
                // It may have ended by itself.
                let _ = self.platform.drop_connection(link.id);
            }
        } else {
            self.platform.kill();
            thread::sleep(outage.saturating_sub(lost.elapsed()));
            self.platform.restart()?;
        }
        let arrivals = self.wait_for(self.devices.len())?;
        let after = |moments: Vec<Instant>| moments.into_iter().map(|at| at.saturating_duration_since(lost)).collect();
        Ok(Return { attempts: after(ATTEMPTS.take()), arrivals: after(arrivals) })
    }

    /// Between which limits the pause after the first failed attempt is, and after the later ones.
    pub fn windows(&self) -> [(Duration, Duration); 2] {
        let floor = self.settings.connect_retry_interval;
        let ceiling = |doubled: Duration| doubled.min(self.settings.max_connect_delay).max(floor);
        [(floor, ceiling(floor * 2)), (floor, ceiling(Duration::MAX))]
    }

    fn wait_for(&self, count: usize) -> Result<Vec<Instant>, SiteError> {
        let arrivals = self.shared.arrivals();
        let waited = self.shared.arrived.wait_timeout_while(arrivals, PATIENCE, |arrivals| arrivals.len() < count);
        let (arrivals, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            Err(SiteError::NotBack(count - arrivals.len(), PATIENCE))
        } else {
            Ok(arrivals.clone())
        }
    }
}

impl Drop for Herd {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        for device in &mut self.devices {
            device.client.connection().stop_connection_attempt();
            device.client.wake();
        }
        for device in &mut self.devices {
            if let Some(thread) = device.thread.take() {
                // A panic was reported by its thread.
                let _ = thread.join();
            }
        }
    }
}

impl Device {
    fn start(number: usize, endpoint: Endpoint, settings: Settings, shared: &Arc<Shared>) -> Result<Self, SiteError> {
        let client = Client::new(endpoint, settings, || AppKey::new(KEY.as_bytes().to_vec()));
        let refused = |error: twedge::client::BindError| SiteError::System("binding", std::io::Error::other(error));
        client.bind(name(number), DefaultServices::All).map_err(refused)?;
        let (lent, shared) = (client.clone(), shared.clone());
        // Hundreds of them need little.
        let thread = thread::Builder::new().stack_size(256 << 10).spawn(move || shared.live(&lent));
        Ok(Self { client, thread: Some(thread.map_err(|e| SiteError::System("a thread for a device", e))?) })
    }
}

impl Shared {
    fn arrivals(&self) -> MutexGuard<'_, Vec<Instant>> {
        self.arrivals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn live(&self, client: &Client) {
        let lives = || !self.over.load(Ordering::SeqCst);
        while lives() && client.connect(ConnectOptions { timeout: Duration::ZERO, retries: 1 }).is_err() {}
        // Each session has an id of its own.
        let session = Mutex::new(None);
        client.run(&|| {
            let connection = client.connection();
            if connection.state().state == State::Online {
                let mut session = session.lock().unwrap_or_else(PoisonError::into_inner);
                let present = connection.session_id();
                if std::mem::replace(&mut *session, present) != present {
                    self.arrivals().push(Instant::now());
                    self.arrived.notify_all();
                }
            }
            lives()
        });
    }
}

impl Return {
    /// The largest part of the devices that came back within any time of this length, 0 to 1.
    pub fn busiest(&self, length: Duration) -> f64 {
        let mut arrivals = self.arrivals.clone();
        arrivals.sort_unstable();
        let within = |(index, begin): (usize, &Duration)| {
            arrivals[index..].partition_point(|arrival| arrival.saturating_sub(*begin) < length)
        };
        arrivals.iter().enumerate().map(within).max().unwrap_or(0) as f64 / arrivals.len().max(1) as f64
    }

    /// How many attempts began in each second, the first one first.
    pub fn attempts_per_second(&self) -> Vec<usize> {
        per_second(&self.attempts)
    }

    /// How many devices came back in each second.
    pub fn arrivals_per_second(&self) -> Vec<usize> {
        per_second(&self.arrivals)
    }

    /// When the last one was back, after the loss.
    pub fn complete(&self) -> Duration {
        self.arrivals.iter().copied().max().unwrap_or_default()
    }
}

fn per_second(moments: &[Duration]) -> Vec<usize> {
    let second = |moment: &Duration| usize::try_from(moment.as_secs()).unwrap_or(usize::MAX);
    let mut counts = vec![0; moments.iter().map(second).max().map_or(0, |last| last + 1)];
    moments.iter().for_each(|moment| counts[second(moment)] += 1);
    counts
}

impl Attempts {
    fn take(&self) -> Vec<Instant> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl log::Log for Attempts {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        metadata.target().starts_with("twedge::connection")
    }

    fn log(&self, record: &log::Record<'_>) {
        if self.enabled(record.metadata()) && record.args().to_string().starts_with(&Step::HttpConnect.to_string()) {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Instant::now());
        }
    }

    fn flush(&self) {}
}

fn name(number: usize) -> String {
    format!("Herd{number}")
}

fn platform(size: usize, tls: bool) -> Result<Platform, SiteError> {
    let builder = Platform::builder().app_key(KEY, "Administrator");
    let builder = (0..size).fold(builder, |builder, number| builder.thing(ThingDefinition::new(name(number))));
    let builder = if tls { builder.tls(TlsSource::local()) } else { builder };
    Ok(builder.start_blocking()?)
}

fn endpoint(platform: &Platform) -> std::io::Result<Endpoint> {
    let mut endpoint = Endpoint::new("127.0.0.1", platform.port());
    if let Some(pem) = platform.ca_certificate() {
        let directory = tempfile::tempdir()?;
        let file = directory.path().join("ca.pem");
        std::fs::write(&file, pem)?;
        let mut anchors = Anchors::default();
        anchors.load(load_certificates(&file).map_err(std::io::Error::other)?);
        let tls = TlsOptions { anchors, ..TlsOptions::default() };
        endpoint.tls = Some(tls.client_config().map_err(std::io::Error::other)?);
    }
    Ok(endpoint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_herd_comes_back() {
        let settings = Settings {
            connect_retry_interval: Duration::from_millis(100),
            max_connect_delay: Duration::from_millis(300),
            ..Settings::default()
        };
        let herd = Herd::gather(6, true, settings).unwrap();
        assert_eq!(herd.windows().map(|(_, ceiling)| ceiling.as_millis()), [200, 300]);
        let outage = Duration::from_millis(500);
        let back = herd.lose_platform(outage, Duration::ZERO).unwrap();
        assert_eq!(back.arrivals.len(), 6);
        assert!(back.arrivals.iter().all(|arrival| *arrival >= outage), "{back:?}");
        // One is refused at once, and at least one is not.
        assert!(back.attempts.len() >= 12, "{back:?}");
        assert_eq!(herd.lose_platform(Duration::ZERO, Duration::ZERO).unwrap().arrivals.len(), 6);
    }

    #[test]
    fn the_busiest_time_is_found_wherever_it_begins() {
        let arrivals = [900, 100, 1100, 1850, 5000].map(Duration::from_millis).to_vec();
        let back = Return { attempts: Vec::new(), arrivals };
        let part = |millis| (back.busiest(Duration::from_millis(millis)) * 5.0).round() as u32;
        assert_eq!([part(1), part(201), part(1000), part(60_000)], [1, 2, 3, 5]);
        assert_eq!(back.arrivals_per_second(), [2, 2, 0, 0, 0, 1]);
        assert_eq!(back.complete(), Duration::from_secs(5));
    }
}
