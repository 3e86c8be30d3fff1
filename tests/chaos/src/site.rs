//! A platform, a proxy before it, and a device that lives and dies behind that.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use fastrand::Rng;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use twedge::model::{BaseType, Value};
use twedge::wire::MessageCode;
use twedge_platform::{
    Action, Fault, Limits, Platform, Point, PropertyDefinition, StartError, ThingDefinition, TlsSource,
};

use crate::account::Verdict;
use crate::fault::Kind;
use crate::promise::{KEY, NUMBERS_PER_LIFE, PROPERTIES, THING, parse, time_of};
use crate::proxy::Proxy;

/// How long a device may take to end when it is asked to, and to deliver what it has once the network is well.
const PATIENCE: Duration = Duration::from_secs(60);

/// Write points that a life may have before the one that kills it.
const MAX_POINT: u64 = 40;

/// Why a run cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// The platform does not start.
    #[error(transparent)]
    Platform(#[from] StartError),
    /// A socket, a file or a process.
    #[error("{0}: {1}")]
    System(&'static str, io::Error),
    /// A device has ended by itself.
    #[error("a device ended with {0}; it says why above")]
    Device(ExitStatus),
    /// A device has told what it must not.
    #[error("a device told {0:?}")]
    Told(String),
    /// The network is well and the device does not come to an end.
    #[error("a device has not delivered what its store has within {0:?}")]
    NotDelivered(Duration),
}

/// What a site is put through.
#[derive(Clone, Copy, Debug)]
pub struct Storm {
    /// Decides what happens.
    pub seed: u64,
    /// How long.
    pub length: Duration,
    /// How often the device is killed in that time.
    pub kills: u64,
}

/// How a site came through.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// All properties together.
    pub verdict: Verdict,
    /// How often each kind of fault has struck a link, in the order of [`Kind::ALL`].
    pub faults: [u64; Kind::ALL.len()],
    /// How often the device was killed.
    pub kills: u64,
    /// How many of these were at a write point of its store, by the name of that.
    pub kills_at: BTreeMap<String, u64>,
    /// How often the platform was restarted or has misbehaved.
    pub restarts: u64,
}

/// A platform, a proxy and a directory for the device.
pub struct Site {
    platform: Arc<Platform>,
    proxy: Proxy,
    directory: TempDir,
    ca: Option<PathBuf>,
    device: PathBuf,
    storm: Storm,
}

impl Site {
    /// A site, encrypted or in clear, whose device is this program.
    ///
    /// # Errors
    /// The platform, the proxy or the directory cannot be made.
    pub fn start(storm: Storm, tls: bool, device: PathBuf) -> Result<Self, SiteError> {
        let thing = PROPERTIES.iter().fold(ThingDefinition::new(THING), |thing, property| {
            thing.property(*property, PropertyDefinition::new(BaseType::NUMBER))
        });
        let builder = Platform::builder().app_key(KEY, "Administrator").thing(thing).limits(keep_all_values);
        let builder = if tls { builder.tls(TlsSource::local()) } else { builder };
        let platform = Arc::new(builder.start_blocking()?);
        let proxy = Proxy::start(platform.address(), storm.seed).map_err(|e| SiteError::System("the proxy", e))?;
        let directory = tempfile::tempdir().map_err(|e| SiteError::System("a directory for the device", e))?;
        let ca = platform.ca_certificate().map(|pem| {
            let path = directory.path().join("ca.pem");
            std::fs::write(&path, pem).map(|()| path).map_err(|e| SiteError::System("the certificate", e))
        });
        let ca = ca.transpose()?;
        Ok(Self { platform, proxy, directory, ca, device, storm })
    }

    /// Lets the storm pass, heals the network, waits until everything is delivered and compares.
    ///
    /// # Errors
    /// A device ends by itself, or there is one that does not deliver.
    pub fn run(&self) -> Result<Outcome, SiteError> {
        let over = Arc::new(AtomicBool::new(false));
        let tormented = torment(self.platform.clone(), self.storm.seed, over.clone());
        let lived = self.live();
        over.store(true, Ordering::SeqCst);
        let restarts = tormented.join().unwrap_or_default();
        self.proxy.heal();
        let (accepted, mut outcome) = lived?;
        self.deliver()?;
        outcome.restarts = restarts;
        outcome.faults = Kind::ALL.map(|kind| self.proxy.struck(kind));
        for (property, accepted) in PROPERTIES.iter().zip(&accepted) {
            outcome.verdict += Verdict::of(accepted, &self.arrived(property));
        }
        Ok(outcome)
    }

    /// Everything that the platform has got, without what has a wrong time stamp.
    fn arrived(&self, property: &str) -> Vec<u64> {
        let history = self.platform.history(THING, property);
        let numbers = history.iter().filter_map(|sample| match sample.value {
            Value::Number(number) => Some(number as u64).filter(|number| time_of(*number) == sample.time),
            _ => None,
        });
        numbers.collect()
    }

    /// The lives of the device, one after the other.
    fn live(&self) -> Result<(Accepted, Outcome), SiteError> {
        let mut rng = Rng::with_seed(self.storm.seed);
        let (mut accepted, mut outcome) = (Accepted::default(), Outcome::default());
        let end = Instant::now() + self.storm.length;
        for number in 0.. {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let kills = self.storm.kills.saturating_sub(outcome.kills);
            let death = Death::draw(&mut rng, left, kills);
            let life = self.life(number, rng.u64(..), death)?;
            for (property, value) in life.accepted {
                accepted[property].insert(value);
            }
            outcome.kills += u64::from(life.killed);
            if let Some(point) = life.killed_at {
                *outcome.kills_at.entry(point).or_default() += 1;
            }
        }
        Ok((accepted, outcome))
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.device);
        command.arg("--port").arg(self.proxy.address().port().to_string());
        command.arg("--directory").arg(self.directory.path());
        if let Some(ca) = &self.ca {
            command.arg("--ca").arg(ca);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn life(&self, number: u64, seed: u64, death: Death) -> Result<Life, SiteError> {
        let mut command = self.command();
        if number % 2 == 1 {
            command.arg("--every-value");
        }
        command.arg("--seed").arg(seed.to_string());
        command.arg("--first").arg((number * NUMBERS_PER_LIFE).to_string());
        if let Some((point, part)) = death.point {
            command.env("TWEDGE_STORE_TRACE", "1");
            command.env("TWEDGE_STORE_KILL_AT", point.to_string());
            command.env("TWEDGE_STORE_KILL_PART", part.to_string());
        }
        let mut device = Device::start(command)?;
        let ended = device.wait(death.after)?;
        if ended.is_none() {
            device.signal(if death.gentle { Signal::TERM } else { Signal::KILL });
        }
        let status = match ended {
            Some(status) => status,
            None => device.wait(PATIENCE)?.ok_or(SiteError::NotDelivered(PATIENCE))?,
        };
        let killed = status.signal() == Some(Signal::KILL.as_raw());
        let (told, traced) = device.output()?;
        let as_told = death.gentle && status.success();
        if !killed && !as_told {
            return Err(SiteError::Device(status));
        }
        let accepted = told.lines().map(|line| parse(line).ok_or_else(|| SiteError::Told(line.to_owned())));
        let killed_at = traced.filter(|_| killed && ended.is_some());
        Ok(Life { accepted: accepted.collect::<Result<_, _>>()?, killed, killed_at })
    }

    /// The last life: the device brings what is on its disk.
    fn deliver(&self) -> Result<(), SiteError> {
        let mut command = self.command();
        command.arg("--deliver");
        let mut device = Device::start(command)?;
        match device.wait(PATIENCE)? {
            Some(status) if status.success() => Ok(()),
            Some(status) => Err(SiteError::Device(status)),
            None => Err(SiteError::NotDelivered(PATIENCE)),
        }
    }
}

/// What was promised, by property.
type Accepted = [BTreeSet<u64>; PROPERTIES.len()];

fn keep_all_values(limits: &mut Limits) {
    limits.history_values = usize::MAX;
    limits.history_bytes = usize::MAX;
    limits.transcript = 100;
}

/// How a device ends.
#[derive(Clone, Copy)]
struct Death {
    /// When, if not before.
    after: Duration,
    /// The write point that ends it before, and how much of that is done.
    point: Option<(u64, u8)>,
    /// By SIGTERM.
    gentle: bool,
}

impl Death {
    /// The next one, so that `kills` of them fit into the time that is left.
    fn draw(rng: &mut Rng, left: Duration, kills: u64) -> Self {
        if kills == 0 {
            return Self { after: left, point: None, gentle: true };
        }
        let mean = left.div_f64(kills as f64);
        let after = mean.mul_f64(0.3 + 1.4 * rng.f64()).min(left);
        let point = (rng.u64(1..=MAX_POINT), *rng.choice(&[0, 1, 50, 99, 100]).unwrap_or(&0));
        match rng.u8(..10) {
            0 => Self { after, point: None, gentle: true },
            1..5 => Self { after, point: None, gentle: false },
            // The point may well not be reached in that time.
            _ => Self { after: after.max(Duration::from_millis(500)).min(left), point: Some(point), gentle: false },
        }
    }
}

/// What a life has left behind.
struct Life {
    accepted: Vec<(usize, u64)>,
    killed: bool,
    killed_at: Option<String>,
}

/// A process; killed when it is dropped.
struct Device {
    child: Child,
    told: Option<JoinHandle<io::Result<String>>>,
    traced: Option<JoinHandle<Option<String>>>,
}

impl Device {
    fn start(mut command: Command) -> Result<Self, SiteError> {
        let mut child = command.spawn().map_err(|e| SiteError::System("chaos-device beside this program", e))?;
        let told = child.stdout.take().map(|mut told| {
            thread::spawn(move || {
                let mut text = String::new();
                told.read_to_string(&mut text).map(|_| text)
            })
        });
        let traced = child.stderr.take().map(|errors| thread::spawn(move || last_point(BufReader::new(errors))));
        Ok(Self { child, told, traced })
    }

    /// Waits for the end, at most so long.
    fn wait(&mut self, limit: Duration) -> Result<Option<ExitStatus>, SiteError> {
        let end = Instant::now() + limit;
        loop {
            let status = self.child.try_wait().map_err(|e| SiteError::System("waiting for a device", e))?;
            let left = end.saturating_duration_since(Instant::now());
            if status.is_some() || left.is_zero() {
                return Ok(status);
            }
            thread::sleep(left.min(Duration::from_millis(5)));
        }
    }

    fn signal(&self, signal: Signal) {
        // It may have ended in this moment.
        let _ = kill_process(Pid::from_child(&self.child), signal);
    }

    /// What it has told, and the write point that it has reached last; once it has ended.
    fn output(&mut self) -> Result<(String, Option<String>), SiteError> {
        let told = self.told.take().and_then(|told| told.join().ok()).unwrap_or(Ok(String::new()));
        let traced = self.traced.take().and_then(|traced| traced.join().ok()).flatten();
        Ok((told.map_err(|e| SiteError::System("the pipe of a device", e))?, traced))
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The name of the last write point of a trace; what is no trace is passed on.
fn last_point(errors: impl BufRead) -> Option<String> {
    let mut last = None;
    for line in errors.lines().map_while(Result::ok) {
        match line.strip_prefix("store point ").and_then(|point| point.split_once(' ')) {
            Some((_, name)) => last = Some(name.to_owned()),
            None => drop(writeln!(io::stderr(), "{line}")),
        }
    }
    last
}

/// Restarts the platform and has it misbehave now and then, until it is over; how often. It serves in the end.
fn torment(platform: Arc<Platform>, seed: u64, over: Arc<AtomicBool>) -> JoinHandle<u64> {
    thread::spawn(move || {
        let mut rng = Rng::with_seed(seed ^ 1);
        let mut count = 0;
        while pause(Duration::from_millis(rng.u64(300..2500)), &over) {
            count += 1;
            if rng.bool() {
                platform.inject(misbehaviour(&mut rng));
                continue;
            }
            if rng.bool() {
                platform.kill()
            } else {
                platform.stop()
            }
            pause(Duration::from_millis(rng.u64(..1000)), &over);
            while let Err(error) = platform.restart() {
                eprintln!("{error}");
                thread::sleep(Duration::from_millis(100));
            }
        }
        platform.end_faults();
        count
    })
}

/// False once it is over.
fn pause(length: Duration, over: &AtomicBool) -> bool {
    let end = Instant::now() + length;
    while !over.load(Ordering::SeqCst) {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return true;
        }
        thread::sleep(left.min(Duration::from_millis(20)));
    }
    false
}

fn misbehaviour(rng: &mut Rng) -> Fault {
    let point = match rng.u8(..8) {
        0 => Point::Auth,
        1 => Point::Bind,
        2 => Point::Synchronize,
        _ => Point::Push,
    };
    let action = match rng.u8(..6) {
        0 => Action::Answer(MessageCode::SERVICE_UNAVAILABLE, None),
        1 => Action::Delay(Duration::from_millis(rng.u64(..3000))),
        2 => Action::NoAnswer,
        3 => Action::Lose,
        4 => Action::Close(1011, "chaos".to_owned()),
        _ => Action::Drop,
    };
    Fault::once(point, action)
}
