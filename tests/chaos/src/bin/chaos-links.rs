//! `chaos-links`: breaks links fast and often.

use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;
use twedge_chaos::links::{Findings, Range, Recovery, Summary, Trial};
use twedge_chaos::{Kind, SiteError, promise};

/// Breaks the links of some devices in each of nine ways, and measures how long it takes until all is well again.
///
/// Every second device has TLS; half of them have each value on disk when it is set, and the others push as they go. No device is
/// killed. A recovery is the time from the moment in which the link is restored (the outage, stall, delay or throttle ends) until the
/// platform has everything that had been accepted by then, and something new.
///
/// The exit status is 0 when something was accepted, nothing of it is lost, each property arrived in its order, and no recovery took
/// longer than a minute.
#[derive(Parser)]
#[command(version)]
struct Options {
    /// Decides what is done; a random one if not given.
    #[arg(long, env = "CHAOS_SEED")]
    seed: Option<u64>,
    /// How many faults of each kind, all devices together.
    #[arg(long, env = "CHAOS_FAULTS", default_value_t = 1000)]
    faults_per_kind: u64,
    /// How many devices.
    #[arg(long, env = "CHAOS_DEVICES", default_value_t = 8)]
    devices: u64,
    /// Devices have the settings that the library has by itself, instead of those of an impatient one.
    #[arg(long, env = "CHAOS_PATIENT")]
    patient: bool,
}

/// Lost and disordered values, and recoveries, that are named.
const NAMED: usize = 10;

fn main() -> ExitCode {
    let options = Options::parse();
    let seed = options.seed.unwrap_or_else(|| fastrand::u64(..));
    println!("CHAOS_SEED={seed}");
    let began = Instant::now();
    match run(&options, seed) {
        Ok(findings) => {
            report(&options, seed, &findings, began.elapsed());
            if findings.verdict.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("chaos-links: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options, seed: u64) -> Result<Findings, SiteError> {
    let devices = options.devices.max(1);
    let trials = (0..devices).map(|index| Trial {
        seed: seed.wrapping_mul(devices).wrapping_add(index),
        // The first ones get what does not divide.
        faults: (options.faults_per_kind + devices - 1 - index) / devices,
        // A number that is named tells the device.
        first: index * promise::NUMBERS_PER_LIFE,
        patient: options.patient,
        tls: index % 2 == 1,
        every_value: index / 2 % 2 == 1,
    });
    let results: Vec<Result<Findings, SiteError>> = thread::scope(|scope| {
        let runs: Vec<_> = trials.map(|trial| scope.spawn(move || Range::start(trial)?.run())).collect();
        runs.into_iter().map(|run| run.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    let mut sum = Findings::default();
    for result in results {
        let findings = result?;
        sum.verdict += findings.verdict;
        sum.recoveries.extend(findings.recoveries);
    }
    Ok(sum)
}

fn report(options: &Options, seed: u64, findings: &Findings, took: Duration) {
    println!("Recovery in milliseconds, {} s, {} devices:", took.as_secs(), options.devices.max(1));
    println!("{:<12}{:>8}{:>16}{:>8}{:>8}{:>8}", "fault", "times", "values waited", "median", "99 %", "longest");
    for kind in Kind::ALL {
        row(&format!("{kind:?}"), findings.recoveries.summary(Some(kind)));
    }
    let all = findings.recoveries.summary(None);
    row("all", all);
    findings.recoveries.longest(NAMED).iter().for_each(name);
    let verdict = &findings.verdict;
    for number in verdict.lost.iter().take(NAMED) {
        println!("lost: {number}");
    }
    for (number, later) in verdict.disordered.iter().take(NAMED) {
        println!("out of order: {number} came first after {later}");
    }
    println!(
        "chaos-links: seed {seed}, accepted {}, delivered {}, lost {}, duplicated {}, link faults {}, longest recovery {} ms",
        verdict.accepted,
        verdict.delivered,
        verdict.lost.len(),
        verdict.duplicated,
        all.count,
        all.longest.as_millis(),
    );
}

fn row(name: &str, summary: Summary) {
    let Summary { count, waiting, median, most, longest } = summary;
    let (median, most, longest) = (median.as_millis(), most.as_millis(), longest.as_millis());
    println!("{name:<12}{count:>8}{waiting:>16}{median:>8}{most:>8}{longest:>8}");
}

fn name(slow: &Recovery) {
    let Recovery { kind, direction, after, .. } = slow;
    println!(
        "took {} ms: {kind:?} of bytes {direction:?}, after {after} of {}, {}, {} ms until restored{}",
        slow.took.as_millis(),
        if slow.in_handshake { "a new link" } else { "a link" },
        if slow.tls { "TLS" } else { "in clear" },
        slow.outage.as_millis(),
        if slow.waiting { "" } else { ", nothing waited" },
    );
}
