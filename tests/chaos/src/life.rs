//! One life of a device: how it is lived, and how it ends.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, Command, ExitStatus};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use fastrand::Rng;
use rustix::process::{Pid, Signal, kill_process};

use crate::memory::{Memory, Watch};
use crate::site::SiteError;

/// Write points of the beginning of a life.
const EARLY: u64 = 40;

/// Binary digits of the number of a late write point.
const LATE: u32 = 10;

/// Write points that few lives reach by chance. They are drawn by their names.
const RARE: [&str; 10] = [
    "MakeDirectory",
    "Create",
    "SyncDirectory",
    "SyncCut",
    "WriteNew",
    "SyncNew",
    "Rename",
    "AppendAside",
    "SyncAside",
    "Remove",
];

/// How a device reaches its platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Straight,
    /// Through an HTTP proxy for everybody.
    OpenProxy,
    /// Through one that asks for a user.
    ClosedProxy,
}

/// How a life is lived.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner {
    pub seed: u64,
    pub way: Way,
    /// Each value is on disk when the set returns.
    pub every_value: bool,
    /// Pushes do not wait for their answers.
    pub asynchronous: bool,
    /// How long a period of the duty cycle is.
    pub duty_cycle: Option<Duration>,
    /// Messages wait in RAM; the device ends when they are sent.
    pub messages_in_ram: bool,
    /// Values are stored together, a while after they were set.
    pub window: bool,
    /// The device is the C program.
    pub in_c: bool,
}

/// How long values wait then, in milliseconds.
const WINDOW: u64 = 20;

impl Manner {
    /// The next one; `death` is known already, and perhaps whether it is the C program's.
    pub fn draw(rng: &mut Rng, death: &Death, in_c: Option<bool>) -> Self {
        let drawn = rng.u8(..3) == 0;
        let in_c = in_c.unwrap_or(drawn);
        Self {
            seed: rng.u64(..),
            way: match rng.u8(..8) {
                0 => Way::OpenProxy,
                1 => Way::ClosedProxy,
                _ => Way::Straight,
            },
            every_value: rng.bool(),
            asynchronous: rng.u8(..3) == 0,
            duty_cycle: (rng.u8(..5) == 0).then(|| Duration::from_millis(rng.u64(300..1500))),
            // The C program does not wait for them at its end.
            messages_in_ram: death.gentle && !in_c,
            window: rng.u8(..3) == 0,
            in_c,
        }
    }

    pub fn tell(&self, command: &mut Command) {
        command.arg("--seed").arg(self.seed.to_string());
        if self.every_value {
            command.arg("--every-value");
        }
        if self.asynchronous {
            command.arg("--async");
        }
        if let Some(period) = self.duty_cycle {
            command.arg("--duty-cycle").arg(period.as_millis().to_string());
        }
        if self.messages_in_ram {
            command.arg("--messages-in-ram");
        }
        if self.window {
            command.arg("--window").arg(WINDOW.to_string());
        }
    }

    /// What it is called in a report.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        let names = [
            (self.way == Way::OpenProxy, "HTTP proxy"),
            (self.way == Way::ClosedProxy, "HTTP proxy that asks"),
            (self.every_value, "every value stored"),
            (self.asynchronous, "asynchronous pushes"),
            (self.duty_cycle.is_some(), "duty cycle"),
            (self.messages_in_ram, "messages in RAM"),
            (self.window, "stored within a window"),
            (self.in_c, "C"),
        ];
        names.into_iter().filter(|(is, _)| *is).map(|(_, name)| name)
    }
}

/// What the store does to a life.
#[derive(Clone, Copy, Debug)]
pub(crate) enum StoreFault {
    /// The device kills itself at this write point, or at the so-manieth of that name, when so much of it is done.
    Kill { number: u64, name: Option<&'static str>, percent: u8 },
    /// This write point fails, and all that come after it.
    Full { from: u64 },
}

/// How a device ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Death {
    /// When, if not before.
    pub after: Duration,
    pub fault: Option<StoreFault>,
    /// By SIGTERM.
    pub gentle: bool,
}

impl Death {
    /// The next one, so that `kills` of them fit into the time that is left.
    pub fn draw(rng: &mut Rng, left: Duration, kills: u64) -> Self {
        if kills == 0 {
            return Self { after: left, fault: None, gentle: true };
        }
        let mean = left.div_f64(kills as f64);
        let after = mean.mul_f64(0.3 + 1.4 * rng.f64()).min(left);
        match rng.u8(..20) {
            0..2 => Self { after, fault: None, gentle: true },
            2..4 => Self { after, fault: Some(StoreFault::Full { from: late(rng) }), gentle: false },
            4..9 => Self { after, fault: None, gentle: false },
            // The point may well not be reached in that time.
            _ => {
                let after = after.max(Duration::from_millis(500)).min(left);
                Self { after, fault: Some(StoreFault::draw_kill(rng)), gentle: false }
            }
        }
    }

    pub fn fills_the_disk(&self) -> bool {
        matches!(self.fault, Some(StoreFault::Full { .. }))
    }

    pub fn tell(&self, command: &mut Command) {
        match self.fault {
            None => return,
            Some(StoreFault::Kill { number, name, percent }) => {
                command.env("TWEDGE_STORE_KILL_AT", number.to_string());
                command.env("TWEDGE_STORE_KILL_PART", percent.to_string());
                command.envs(name.map(|name| ("TWEDGE_STORE_KILL_ON", name)));
            }
            Some(StoreFault::Full { from }) => {
                command.env("TWEDGE_STORE_FAIL_AT", from.to_string());
            }
        }
        command.env("TWEDGE_STORE_TRACE", "1");
    }
}

impl StoreFault {
    fn draw_kill(rng: &mut Rng) -> Self {
        let percent = *rng.choice(&[0, 1, 50, 99, 100]).unwrap_or(&0);
        match rng.u8(..4) {
            0 | 1 => Self::Kill { number: rng.u64(1..=EARLY), name: None, percent },
            2 => Self::Kill { number: late(rng), name: None, percent },
            _ => Self::Kill { number: rng.u64(1..=2), name: rng.choice(&RARE).copied(), percent },
        }
    }
}

/// A write point of a whole life: as often among the first ten as among the next hundred.
fn late(rng: &mut Rng) -> u64 {
    let digits = rng.u32(1..=LATE);
    rng.u64(1..1 << digits)
}

/// A process; killed when it is dropped.
pub(crate) struct Process {
    child: Child,
    told: Option<JoinHandle<io::Result<String>>>,
    traced: Option<JoinHandle<Option<String>>>,
    /// `None` once it was told to end.
    watch: Option<Watch>,
    memory: Option<Memory>,
}

impl Process {
    pub fn start(mut command: Command) -> Result<Self, SiteError> {
        let mut child = command.spawn().map_err(|e| SiteError::System("a device beside this program", e))?;
        let told = child.stdout.take().map(|mut told| {
            thread::spawn(move || {
                let mut text = String::new();
                told.read_to_string(&mut text).map(|_| text)
            })
        });
        let traced = child.stderr.take().map(|errors| thread::spawn(move || last_point(BufReader::new(errors))));
        Ok(Self { child, told, traced, watch: Some(Watch::new()), memory: None })
    }

    /// Waits for the end, at most so long.
    pub fn wait(&mut self, limit: Duration) -> Result<Option<ExitStatus>, SiteError> {
        let end = Instant::now() + limit;
        loop {
            let status = self.child.try_wait().map_err(|e| SiteError::System("waiting for a device", e))?;
            let left = end.saturating_duration_since(Instant::now());
            if status.is_some() || left.is_zero() {
                return Ok(status);
            }
            if let Some(watch) = &mut self.watch {
                watch.look(self.child.id());
                self.memory = watch.memory();
            }
            thread::sleep(left.min(Duration::from_millis(5)));
        }
    }

    pub fn signal(&mut self, signal: Signal) {
        self.watch = None;
        // It may have ended in this moment.
        let _ = kill_process(Pid::from_child(&self.child), signal);
    }

    /// What it had in RAM before it was told to end, if it lived for long.
    pub fn memory(&self) -> Option<Memory> {
        self.memory
    }

    /// What it has told, and the write point that it has reached last; once it has ended.
    pub fn output(&mut self) -> Result<(String, Option<String>), SiteError> {
        let told = self.told.take().and_then(|told| told.join().ok()).unwrap_or(Ok(String::new()));
        let traced = self.traced.take().and_then(|traced| traced.join().ok()).flatten();
        Ok((told.map_err(|e| SiteError::System("the pipe of a device", e))?, traced))
    }
}

impl Drop for Process {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seed_decides_over_lives_and_deaths() {
        let lives = |seed| {
            let mut rng = Rng::with_seed(seed);
            let life = |_| {
                let death = Death::draw(&mut rng, Duration::from_secs(100), 100);
                format!("{death:?} {:?}", Manner::draw(&mut rng, &death, None))
            };
            (0..1000).map(life).collect::<Vec<_>>()
        };
        assert_eq!(lives(1), lives(1));
        assert_ne!(lives(1), lives(2));
        let all = lives(3).join("\n");
        for expected in
            RARE.iter().chain(&["OpenProxy", "ClosedProxy", "Full", "gentle: true", "asynchronous: true", "in_c: true"])
        {
            assert!(all.contains(expected), "{expected}: {all}");
        }
    }

    #[test]
    fn the_point_that_kills_is_the_last_of_the_trace() {
        let trace = "store point 1 Create\nstore point 2 Append\n";
        assert_eq!(last_point(trace.as_bytes()), Some("Append".to_owned()));
        assert_eq!(last_point("".as_bytes()), None);
    }
}
