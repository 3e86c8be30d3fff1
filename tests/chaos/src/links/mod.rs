//! Links that break fast and often, one kind of fault at a time, and how long it takes until all is well again.
//!
//! # What is measured
//!
//! Each fault has a moment in which the link is restored: from then on the proxy lets bytes pass again. For what ends a link (drop,
//! truncate, reset, half-close, cut) it is the end of the outage, up to which the proxy hangs up on whoever connects; an outage may be
//! zero, and then it is the fault itself. For a stall, a delay and a throttle it is the end of these; they are done to every link of the
//! proxy, so that a device gains nothing by connecting again meanwhile. For a duplicate, which breaks nothing, it is the moment in which
//! the second connection opens.
//!
//! A recovery is the time from there until the platform has everything that had been accepted by then, and until it has got something new
//! since then, so that a fault that finds nothing waiting is not well at once. It contains whatever the device needs to find out that its
//! link is dead. The next fault comes after that.

mod arrivals;
mod device;
mod recovery;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use fastrand::Rng;
use tempfile::TempDir;
use twedge::model::BaseType;
use twedge_platform::{Limits, Platform, PropertyDefinition, ThingDefinition, TlsSource};

pub use recovery::{Recoveries, Recovery, Summary};

use crate::account::Verdict;
use crate::fault::{Direction, Fault, Kind};
use crate::promise::{KEY, Rule, THING};
use crate::proxy::{Proxy, Target};
use crate::site::SiteError;
use arrivals::Arrivals;
use device::Device;

/// The properties of each device.
const PROPERTIES: [&str; 3] = ["A", "B", "C"];

/// How long a recovery may take before the run is given up.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a fault may wait for the bytes that trigger it.
const TRIGGERED: Duration = Duration::from_secs(5);

/// What a device does, and what is done to its links.
#[derive(Clone, Copy, Debug)]
pub struct Trial {
    /// Decides what is done.
    pub seed: u64,
    /// How many faults of each kind.
    pub faults: u64,
    /// Whether the link is encrypted.
    pub tls: bool,
    /// The numbers of its values are greater than this.
    pub first: u64,
    /// Whether the device has the settings that the library has by itself. They wait for seconds where others here wait for a part of one.
    pub patient: bool,
    /// Whether each value is on disk when the set returns, and so accepted.
    pub every_value: bool,
}

/// How a device came through.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// All properties together.
    pub verdict: Verdict,
    /// One for each fault.
    pub recoveries: Recoveries,
}

/// A device, its platform and the proxy between them.
pub struct Range {
    trial: Trial,
    platform: Platform,
    proxy: Proxy,
    device: Device,
    _directory: TempDir,
}

/// A fault with its circumstances.
struct Draw {
    fault: Fault,
    target: Target,
    outage: Duration,
}

impl Range {
    /// Sets everything up; the device connects.
    ///
    /// # Errors
    /// Something does not start.
    pub fn start(trial: Trial) -> Result<Self, SiteError> {
        let platform = platform(trial.tls)?;
        let proxy = Proxy::calm(platform.address()).map_err(|e| SiteError::System("the proxy", e))?;
        let directory = tempfile::tempdir().map_err(|e| SiteError::System("a directory for the device", e))?;
        let to = (proxy.address(), platform.ca_certificate());
        let device = Device::start(trial, to, directory.path()).map_err(|e| SiteError::System("the device", e))?;
        Ok(Self { trial, platform, proxy, device, _directory: directory })
    }

    /// Lets all faults strike, one after the other, and compares.
    ///
    /// # Errors
    /// The device does not deliver.
    pub fn run(self) -> Result<Findings, SiteError> {
        let mut rng = Rng::with_seed(self.trial.seed);
        let mut arrivals = Arrivals::default();
        let mut findings = Findings::default();
        for _ in 0..self.trial.faults {
            let mut kinds = Kind::ALL;
            rng.shuffle(&mut kinds);
            for kind in kinds {
                let recovery = self.suffer(&Draw::of(kind, self.trial.tls, &mut rng), &mut arrivals)?;
                findings.recoveries.add(recovery);
            }
        }
        self.proxy.heal();
        self.device.stop_setting();
        let accepted = self.device.accepted();
        if !self.platform.wait(PATIENCE, |platform| arrivals.update(platform).have(&accepted.latest())) {
            return Err(SiteError::NotDelivered(PATIENCE));
        }
        for (accepted, history) in accepted.numbers().zip(arrivals.histories()) {
            findings.verdict += Verdict::of(Rule::Each, &accepted, history, |_| false);
        }
        Ok(findings)
    }

    /// Lets a fault strike and waits until all is well.
    fn suffer(&self, draw: &Draw, arrivals: &mut Arrivals) -> Result<Recovery, SiteError> {
        let restored = self.strike(draw)? + draw.lasts();
        std::thread::sleep(restored.saturating_duration_since(Instant::now()));
        let due = self.device.latest();
        let waiting = !arrivals.update(&self.platform).have(&due);
        let known = arrivals.different();
        let is_well = |platform: &Platform| arrivals.update(platform).have(&due) && arrivals.different() > known;
        if !self.platform.wait(PATIENCE, is_well) {
            return Err(SiteError::NotDelivered(PATIENCE));
        }
        Ok(Recovery {
            kind: draw.fault.kind,
            direction: draw.fault.direction,
            after: draw.fault.after,
            in_handshake: draw.target == Target::Next,
            tls: self.trial.tls,
            outage: draw.lasts(),
            waiting,
            took: restored.elapsed(),
        })
    }

    /// The moment of the strike.
    fn strike(&self, draw: &Draw) -> Result<Instant, SiteError> {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            // A link may end by itself before it comes to that; then the next one is aimed at.
            let moment = self.proxy.aim(draw.fault, draw.target, draw.outage);
            if let Ok(moment) = moment.recv_timeout(TRIGGERED) {
                return Ok(moment);
            }
        }
        Err(SiteError::NotDelivered(PATIENCE))
    }
}

impl Draw {
    fn of(kind: Kind, tls: bool, rng: &mut Rng) -> Self {
        let target = if rng.u8(..4) == 0 { Target::Next } else { Target::Present };
        let scale = match target {
            Target::Present => rng.u32(..10),
            // A handshake, or a part of it, with what it brings in both directions.
            Target::Next => rng.u32(..if tls { 12 } else { 10 }),
        };
        let direction = if kind == Kind::Duplicate || rng.bool() { Direction::Up } else { Direction::Down };
        let stall = 10 + (rng.f64().powi(2) * 2500.0) as u64;
        let fault = Fault {
            kind,
            direction,
            after: rng.u64(..1 << scale),
            length: Duration::from_millis(match kind {
                Kind::Stall => stall,
                // It keeps the name bound that the device binds anew; the next fault must not suffer from that for long.
                Kind::Duplicate => rng.u64(1..20),
                _ => rng.u64(5..200),
            }),
            lasts: Duration::from_millis(rng.u64(100..1000)),
            piece: rng.usize(1..200),
        };
        let outage = if rng.u8(..3) == 0 { 0 } else { rng.u64(10..500) };
        Self { fault, target, outage: Duration::from_millis(if ends_link(kind) { outage } else { 0 }) }
    }

    /// From the strike until the link is restored.
    fn lasts(&self) -> Duration {
        match self.fault.kind {
            Kind::Stall => self.fault.length,
            Kind::Delay | Kind::Throttle => self.fault.lasts,
            _ => self.outage,
        }
    }
}

fn ends_link(kind: Kind) -> bool {
    !matches!(kind, Kind::Stall | Kind::Delay | Kind::Throttle | Kind::Duplicate)
}

fn platform(tls: bool) -> Result<Platform, SiteError> {
    let thing = PROPERTIES.iter().fold(ThingDefinition::new(THING), |thing, property| {
        thing.property(*property, PropertyDefinition::new(BaseType::NUMBER))
    });
    let builder = Platform::builder().app_key(KEY, "Administrator").thing(thing).limits(keep_all_values);
    let builder = if tls { builder.tls(TlsSource::local()) } else { builder };
    Ok(builder.start_blocking()?)
}

fn keep_all_values(limits: &mut Limits) {
    limits.history_values = usize::MAX;
    limits.history_bytes = usize::MAX;
    limits.transcript = 100;
}

/// Where a device connects, and what it has to trust.
type Way<'a> = (SocketAddr, Option<&'a str>);
