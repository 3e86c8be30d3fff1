//! A platform, a proxy before it, and a device that lives and dies behind that.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use fastrand::Rng;
use rustix::process::Signal;
use tempfile::TempDir;
use twedge_platform::StartError;

use crate::account::{Late, Verdict};
use crate::fault::Kind;
use crate::http_proxy::HttpProxy;
use crate::life::{Death, Manner, Process, Way};
use crate::memory::Memory;
use crate::platform::Keeper;
use crate::promise::{Channel, MESSAGE_STORE, NUMBERS_PER_LIFE, Rule, VALUE_STORE, parse};
use crate::proxy::Proxy;

/// How long a device may take to end when it is asked to, and to deliver what it has once the network is well.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a store has to find out to be no record.
const GARBAGE: &[u8] = b"\0no record\0";

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
    /// The platform is there again, and some devices are not.
    #[error("{0} devices have not come back within {1:?}")]
    NotBack(usize, Duration),
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
    /// The number of its first life.
    pub first_life: u64,
    /// Whether the device is the C program; in some of its lives if not said.
    pub in_c: Option<bool>,
}

/// How a site came through.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// What became of what was promised on each channel.
    pub verdicts: BTreeMap<Channel, Verdict>,
    /// How often each kind of fault has struck a link, in the order of [`Kind::ALL`].
    pub faults: [u64; Kind::ALL.len()],
    /// How often the device was killed.
    pub kills: u64,
    /// How many of these were at a write point of its store, by the name of that.
    pub kills_at: BTreeMap<String, u64>,
    /// How many lives were lived in which manner.
    pub lives: BTreeMap<&'static str, u64>,
    /// What each life was like, by its number.
    pub stories: BTreeMap<u64, String>,
    /// What long lives had in RAM, by their numbers.
    pub memory: BTreeMap<u64, Memory>,
    /// How often the platform was restarted or has misbehaved.
    pub restarts: u64,
}

impl Outcome {
    /// All channels together.
    pub fn verdict(&self) -> Verdict {
        let mut sum = Verdict::default();
        self.verdicts.values().cloned().for_each(|verdict| sum += verdict);
        sum
    }
}

/// A platform, the ways to it, and a directory for the device.
pub struct Site {
    keeper: Keeper,
    /// Before the platform itself.
    proxy: Proxy,
    /// Before HTTP proxies, and these.
    detours: [(Proxy, HttpProxy); 2],
    directory: TempDir,
    ca: Option<PathBuf>,
    device: PathBuf,
    storm: Storm,
}

impl Site {
    /// A site, encrypted or in clear, whose device is this program, or the one in C beside it.
    ///
    /// # Errors
    /// The platform, the proxies or the directory cannot be made.
    pub fn start(storm: Storm, tls: bool, device: PathBuf) -> Result<Self, SiteError> {
        let keeper = Keeper::start(tls)?;
        let proxy = proxy_before(keeper.platform().address(), storm.seed)?;
        let detours = [detour(false, storm.seed ^ 2)?, detour(true, storm.seed ^ 3)?];
        let directory = tempfile::tempdir().map_err(|e| SiteError::System("a directory for the device", e))?;
        let ca = keeper.platform().ca_certificate().map(|pem| {
            let path = directory.path().join("ca.pem");
            fs::write(&path, pem).map(|()| path).map_err(|e| SiteError::System("the certificate", e))
        });
        let ca = ca.transpose()?;
        Ok(Self { keeper, proxy, detours, directory, ca, device, storm })
    }

    /// Lets the storm pass, heals the network, waits until everything is delivered and compares.
    ///
    /// # Errors
    /// A device ends by itself, or there is one that does not deliver.
    pub fn run(&self) -> Result<Outcome, SiteError> {
        let over = Arc::new(AtomicBool::new(false));
        let tormented = self.keeper.torment(self.storm.seed, over.clone());
        let lived = self.live();
        over.store(true, Ordering::SeqCst);
        let restarts = tormented.join().unwrap_or_default();
        self.proxies().for_each(Proxy::heal);
        let (promised, mut outcome) = lived?;
        self.deliver()?;
        outcome.restarts = restarts;
        outcome.faults = Kind::ALL.map(|kind| self.proxies().map(|proxy| proxy.struck(kind)).sum());
        outcome.verdicts = Channel::ALL.into_iter().map(|channel| (channel, self.judge(channel, &promised))).collect();
        Ok(outcome)
    }

    fn proxies(&self) -> impl Iterator<Item = &Proxy> {
        std::iter::once(&self.proxy).chain(self.detours.iter().map(|(proxy, _)| proxy))
    }

    fn judge(&self, channel: Channel, promised: &Promised) -> Verdict {
        let none = BTreeSet::new();
        let accepted = promised.numbers.get(&channel).unwrap_or(&none);
        let may_be_late = |late: Late| {
            let is_folded = channel.rule() == Rule::Latest;
            promised.may_be_overtaken(channel, late) || is_folded && promised.full.contains(&life_of(late.number))
        };
        Verdict::of(channel.rule(), accepted, &self.keeper.arrived(channel), may_be_late)
    }

    /// The lives of the device, one after the other.
    fn live(&self) -> Result<(Promised, Outcome), SiteError> {
        let mut rng = Rng::with_seed(self.storm.seed);
        let (mut promised, mut outcome) = (Promised::default(), Outcome::default());
        let end = Instant::now() + self.storm.length;
        for number in self.storm.first_life.. {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let kills = self.storm.kills.saturating_sub(outcome.kills);
            let death = Death::draw(&mut rng, left, kills);
            let manner = Manner::draw(&mut rng, &death, self.storm.in_c);
            if manner.asynchronous {
                promised.side_by_side.insert(number);
            }
            if death.fills_the_disk() {
                promised.full.insert(number);
            }
            let life = self.life(number, manner, death)?;
            life.promised.into_iter().for_each(|(channel, number)| promised.add(channel, number));
            promised.arrived.push((number, self.keeper.lengths()));
            outcome.memory.extend(life.memory.map(|memory| (number, memory)));
            outcome.stories.insert(number, format!("{manner:?}, {death:?}"));
            outcome.count(&manner, &death, life.killed, life.killed_at);
            self.scribble(&mut rng).map_err(|e| SiteError::System("scribbling in a store", e))?;
        }
        Ok((promised, outcome))
    }

    fn command(&self, way: Way, in_c: bool) -> Command {
        let mut command = match in_c {
            true => Command::new(self.device.with_file_name("chaos-device-c")),
            false => Command::new(&self.device),
        };
        let port = |proxy: &Proxy| proxy.address().port().to_string();
        let platform = match way {
            Way::Straight => port(&self.proxy),
            Way::OpenProxy | Way::ClosedProxy => self.keeper.platform().port().to_string(),
        };
        command.arg("--port").arg(platform);
        match way {
            Way::Straight => {}
            Way::OpenProxy => drop(command.arg("--http-proxy").arg(port(&self.detours[0].0))),
            Way::ClosedProxy => {
                command.arg("--http-proxy").arg(port(&self.detours[1].0)).arg("--proxy-user");
            }
        }
        command.arg("--directory").arg(self.directory.path());
        if let Some(ca) = &self.ca {
            command.arg("--ca").arg(ca);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn life(&self, number: u64, manner: Manner, death: Death) -> Result<Life, SiteError> {
        let mut command = self.command(manner.way, manner.in_c);
        command.arg("--first").arg((number * NUMBERS_PER_LIFE).to_string());
        manner.tell(&mut command);
        death.tell(&mut command);
        let mut device = Process::start(command)?;
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
        let promised = told.lines().map(|line| parse(line).ok_or_else(|| SiteError::Told(line.to_owned())));
        let killed_at = traced.filter(|_| killed && ended.is_some());
        Ok(Life { promised: promised.collect::<Result<_, _>>()?, killed, killed_at, memory: device.memory() })
    }

    /// Now and then somebody writes into a file of the dead device what is no record, or removes an empty one.
    fn scribble(&self, rng: &mut Rng) -> io::Result<()> {
        for name in [VALUE_STORE, MESSAGE_STORE] {
            let path = self.directory.path().join(name);
            match rng.u8(..8) {
                0 if path.exists() => OpenOptions::new().append(true).open(&path)?.write_all(GARBAGE)?,
                1 if is_empty(&path) => fs::remove_file(&path)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// The last life: the device brings what is on its disk.
    fn deliver(&self) -> Result<(), SiteError> {
        let mut command = self.command(Way::Straight, false);
        command.arg("--deliver");
        let mut device = Process::start(command)?;
        match device.wait(PATIENCE)? {
            Some(status) if status.success() => Ok(()),
            Some(status) => Err(SiteError::Device(status)),
            None => Err(SiteError::NotDelivered(PATIENCE)),
        }
    }
}

fn proxy_before(server: SocketAddr, seed: u64) -> Result<Proxy, SiteError> {
    Proxy::start(server, seed).map_err(|e| SiteError::System("the proxy", e))
}

fn detour(asks: bool, seed: u64) -> Result<(Proxy, HttpProxy), SiteError> {
    let http = HttpProxy::start(asks).map_err(|e| SiteError::System("the HTTP proxy", e))?;
    Ok((proxy_before(http.address(), seed)?, http))
}

fn is_empty(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.len() == 0)
}

fn life_of(number: u64) -> u64 {
    number / NUMBERS_PER_LIFE
}

/// What was promised in all lives.
#[derive(Default)]
struct Promised {
    numbers: BTreeMap<Channel, BTreeSet<u64>>,
    /// Lives whose pushes did not wait for one another.
    side_by_side: BTreeSet<u64>,
    /// How much of each property had arrived at the end of each life.
    arrived: Vec<(u64, [usize; Channel::PUSHED.len()])>,
    /// Lives that ended with a full disk. What a later folded value has taken the place of cannot be removed then, and is sent after all.
    full: BTreeSet<u64>,
}

impl Promised {
    /// Whether a number may have come late because a life that did not wait for answers has sent it, or what overtook it: one between the
    /// life of that and the one in which the number came.
    fn may_be_overtaken(&self, channel: Channel, late: Late) -> bool {
        let property = Channel::PUSHED.iter().position(|pushed| *pushed == channel);
        let before = |(_, lengths): &(u64, [usize; Channel::PUSHED.len()])| {
            property.is_some_and(|property| lengths[property] <= late.place)
        };
        let came = self.arrived.get(self.arrived.partition_point(before)).map_or(u64::MAX, |(life, _)| *life);
        let overtook = life_of(late.later);
        self.side_by_side.range(overtook..=came.max(overtook)).next().is_some()
    }

    fn add(&mut self, channel: Channel, number: u64) {
        self.numbers.entry(channel).or_default().insert(number);
    }
}

/// What a life has left behind.
struct Life {
    promised: Vec<(Channel, u64)>,
    killed: bool,
    killed_at: Option<String>,
    memory: Option<Memory>,
}

impl Outcome {
    fn count(&mut self, manner: &Manner, death: &Death, killed: bool, killed_at: Option<String>) {
        self.kills += u64::from(killed);
        if let Some(point) = killed_at {
            *self.kills_at.entry(point).or_default() += 1;
        }
        let full = death.fills_the_disk().then_some("full disk");
        for name in manner.names().chain(full).chain(["all"]) {
            *self.lives.entry(name).or_default() += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_life_that_does_not_wait_for_answers_excuses_late_numbers() {
        let mut promised = Promised::default();
        promised.side_by_side.extend([3, 6]);
        promised.arrived.extend((1..=6).map(|life| (life, [10 * life as usize; Channel::PUSHED.len()])));
        let may_be = |number: u64, later: u64, place| {
            let numbers = (number * NUMBERS_PER_LIFE, later * NUMBERS_PER_LIFE);
            promised.may_be_overtaken(Channel::B, Late { number: numbers.0, later: numbers.1, place })
        };
        assert!(!may_be(1, 1, 9), "sent and overtaken in life 1");
        assert!(!may_be(1, 2, 19), "until life 2");
        assert!(may_be(1, 2, 20), "it came in life 3");
        assert!(may_be(1, 3, 49));
        assert!(!may_be(3, 4, 49), "what overtook it comes from a life after that");
        assert!(may_be(4, 5, 100), "it came after the last life, which was one");
    }
}
