//! `twedge-demo`: a platform and a device in one terminal.

use clap::Parser;
use rustix::process::{Pid, Signal, kill_process};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::{Child, Command, ExitCode, ExitStatus};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};
use tokio::signal::unix::{SignalKind, signal};
use twedge::model::{InfoTable, Text, Value};
use twedge_platform::{Counters, DEMO_APP_KEY, Limits, Platform, Sample, TlsSource, convert};

/// The thing that the device stands for.
const THING: &str = "SteamSensor1";
/// How often the device and the clock are looked at while nothing happens.
const TICK: Duration = Duration::from_millis(100);
/// How long the device may take to end.
const GRACE: Duration = Duration::from_secs(10);
/// Values and events that are kept until they are shown.
const KEPT: usize = 200;

/// Runs a device against a local platform and prints what the platform sees.
///
/// The command gets the arguments `-H localhost -p PORT -t SteamSensor1 -c CAFILE -r 1000` and the application key in
/// TW_APP_KEY. The exit status is 0 when all six steps of the connection process and the result of the service AddNumbers
/// were seen and the device has ended with 0.
#[derive(Parser)]
#[command(version)]
struct Options {
    /// Seconds after which the demo ends; without it Ctrl-C ends it.
    #[arg(long, env = "DEMO_SECONDS")]
    seconds: Option<u64>,
    /// The command that starts the device, with its own arguments, after `--`.
    #[arg(last = true, required = true)]
    command: Vec<String>,
}

type Error = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("twedge-demo: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<bool, Error> {
    let interrupted = interruptions()?;
    let platform = Arc::new(Platform::builder().tls(TlsSource::local()).limits(keep_little).start_blocking()?);
    let mut ca = tempfile::Builder::new().prefix("twedge-demo-ca-").suffix(".pem").tempfile()?;
    ca.write_all(platform.ca_certificate().unwrap_or_default().as_bytes())?;
    ca.flush()?;
    say(&format!("listening on {}", platform.port()));

    let (program, arguments) = options.command.split_first().ok_or("the command of the device is missing")?;
    let child = Command::new(program)
        .args(arguments)
        .args(["-H", "localhost", "-p", &platform.port().to_string(), "-t", THING])
        .arg("-c")
        .arg(ca.path())
        .args(["-r", "1000"])
        .env("TW_APP_KEY", DEMO_APP_KEY)
        .spawn()
        .map_err(|error| format!("{program} cannot be started: {error}"))?;
    let mut device = Device { child };
    let end = options.seconds.and_then(|seconds| Instant::now().checked_add(Duration::from_secs(seconds)));
    let mut show = Show::new(platform);
    let status = loop {
        show.next();
        if let Some(status) = device.child.try_wait()? {
            break status;
        }
        if interrupted.try_recv().is_ok() || end.is_some_and(|end| end <= Instant::now()) {
            break device.end(&mut show)?;
        }
    };
    show.next();
    Ok(show.verdict(status))
}

/// A channel that gets something at each SIGINT and SIGTERM.
fn interruptions() -> Result<Receiver<()>, Error> {
    let (sender, receiver) = mpsc::channel();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (mut interrupt, mut terminate) = runtime.block_on(async {
        std::io::Result::Ok((signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?))
    })?;
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        runtime.block_on(async {
            loop {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
                if sender.send(()).is_err() {
                    return;
                }
            }
        });
    })?;
    Ok(receiver)
}

fn say(line: &str) {
    println!("platform: {line}");
}

/// The process of the device. It does not outlive the demo.
struct Device {
    child: Child,
}

impl Device {
    /// Asks the device to end and waits for it. What it does meanwhile is still shown.
    fn end(&mut self, show: &mut Show) -> Result<ExitStatus, Error> {
        kill_process(Pid::from_child(&self.child), Signal::TERM)?;
        let started = Instant::now();
        while started.elapsed() < GRACE {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            show.next();
        }
        say("the device did not end when it was asked to; killing it");
        self.child.kill()?;
        Ok(self.child.wait()?)
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            // There is nobody left who could be told that this failed.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// The steps of the connection process, in their order.
const STEPS: [&str; 6] = ["http", "upgrade", "authenticate", "bind", "synchronize", "push"];

/// How many of each step there were. A WebSocket that is open stands for its HTTP request as well.
fn steps_of(counters: &Counters) -> [u64; 6] {
    [
        counters.upgrades,
        counters.upgrades,
        counters.authentications,
        counters.binds,
        counters.synchronizations,
        counters.pushes,
    ]
}

/// What has been seen so far.
struct Show {
    platform: Arc<Platform>,
    steps: BTreeSet<usize>,
    /// The latest value of each property that was shown.
    values: BTreeMap<(Text, Text), Sample>,
    /// How many events were shown.
    events: u64,
    results: Receiver<String>,
    result_sender: mpsc::Sender<String>,
    called: bool,
    result_seen: bool,
}

impl Show {
    fn new(platform: Arc<Platform>) -> Self {
        let (result_sender, results) = mpsc::channel();
        let (steps, values) = (BTreeSet::new(), BTreeMap::new());
        Self { platform, steps, values, events: 0, results, result_sender, called: false, result_seen: false }
    }

    /// Waits a moment, then shows what has happened.
    fn next(&mut self) {
        if let Ok(result) = self.results.recv_timeout(TICK) {
            say(&format!("AddNumbers(2, 3.5) = {result}"));
            self.result_seen = true;
        }
        self.show_steps();
        if !self.called && self.platform.is_connected(THING) {
            self.called = true;
            self.call_service();
        }
        self.show_values();
        self.show_events();
    }

    fn show_steps(&mut self) {
        let counts = steps_of(&self.platform.counters());
        for (index, (name, count)) in STEPS.iter().zip(counts).enumerate() {
            if count > 0 && self.steps.insert(index) {
                say(&format!("step {}/6 {name}", index + 1));
            }
        }
    }

    fn show_values(&mut self) {
        for thing in self.platform.things() {
            for (name, property) in &thing.properties {
                let samples: Vec<&Sample> = property.history().collect();
                let Some(latest) = samples.last() else { continue };
                let key = (thing.name.clone(), name.clone());
                let shown = self.values.get(&key);
                let known = samples.iter().rposition(|sample| Some(*sample) == shown).map_or(0, |index| index + 1);
                for sample in samples.iter().skip(known) {
                    let value = convert::to_json(&sample.value, false);
                    say(&format!("{}.{name} = {value} ({})", thing.name, sample.quality));
                }
                self.values.insert(key, (*latest).clone());
            }
        }
    }

    fn show_events(&mut self) {
        let count = self.platform.counters().events;
        let new = usize::try_from(count.saturating_sub(self.events)).unwrap_or(KEPT);
        self.events = count;
        if new == 0 {
            return;
        }
        let mut events: Vec<_> = self
            .platform
            .things()
            .into_iter()
            .flat_map(|thing| {
                let name = thing.name;
                thing.events.into_iter().map(move |event| (name.clone(), event))
            })
            .collect();
        events.sort_by_key(|(_, event)| event.time);
        for (thing, event) in events.iter().skip(events.len().saturating_sub(new)) {
            let data = event.data.as_ref().map_or_else(String::new, |data| {
                let table = convert::table_to_json(data, false);
                format!(" {}", table.pointer("/rows/0").cloned().unwrap_or_default())
            });
            say(&format!("event {thing}.{}{data}", event.name));
        }
    }

    /// Calls the service on a thread of its own: the device may take its time.
    fn call_service(&self) {
        let (platform, results) = (self.platform.clone(), self.result_sender.clone());
        let call = move || {
            let params = InfoTable::row_of([("a", Value::Number(2.0)), ("b", Value::Number(3.5))]);
            match platform.call_service(THING, "AddNumbers", Some(params)) {
                Ok(answer) => match answer.result_value() {
                    Some(value) if answer.is_success() => {
                        // The demo may have ended meanwhile.
                        let _ = results.send(convert::to_json(value, false).to_string());
                    }
                    _ => say(&format!("AddNumbers was answered with {} and no result", answer.code)),
                },
                Err(error) => say(&format!("AddNumbers failed: {error}")),
            }
        };
        if let Err(error) = std::thread::Builder::new().name("service".to_owned()).spawn(call) {
            say(&format!("AddNumbers was not called: {error}"));
        }
    }

    /// Whether everything was seen; says what was not.
    fn verdict(&self, status: ExitStatus) -> bool {
        let missing: Vec<&str> =
            STEPS.iter().enumerate().filter(|(index, _)| !self.steps.contains(index)).map(|(_, name)| *name).collect();
        if !missing.is_empty() {
            say(&format!("steps that were not seen: {}", missing.join(", ")));
        }
        if !self.result_seen {
            say("no result of AddNumbers was seen");
        }
        if !status.success() {
            say(&format!("the device has ended with {status}"));
        }
        missing.is_empty() && self.result_seen && status.success()
    }
}

/// No more history than is shown.
fn keep_little(limits: &mut Limits) {
    limits.history_values = KEPT;
    limits.events = KEPT;
}
