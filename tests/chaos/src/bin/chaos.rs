//! `chaos`: a hostile network in a box.

use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use clap::Parser;
use twedge_chaos::promise::NUMBERS_PER_LIFE;
use twedge_chaos::{Kind, Memory, Outcome, Site, SiteError, Storm};

/// Kills devices and breaks their links, and compares what they were promised with what arrived.
///
/// There are some platforms, every second one with TLS, each with a device behind a proxy. A value counts as accepted when a push has
/// returned success, or that it waits on disk; a message when it was answered, or waits. Values that were set and not pushed are in RAM
/// only: they are not counted, except in lives of a device that store every value as it is set.
///
/// The exit status is 0 when something was accepted, nothing of it is lost and each property arrived in its order. Duplicates are
/// allowed: when an answer is lost, the device sends again.
#[derive(Parser)]
#[command(version)]
struct Options {
    /// Decides what is done and when; a random one if not given.
    #[arg(long, env = "CHAOS_SEED")]
    seed: Option<u64>,
    /// How long the storm lasts.
    #[arg(long, env = "CHAOS_SECONDS", default_value_t = 180)]
    seconds: u64,
    /// How many devices are killed in that time.
    #[arg(long, env = "CHAOS_KILLS", default_value_t = 300)]
    kills: u64,
    /// How many devices more, which are not killed: their memory is looked at when they live for longer than a minute.
    #[arg(long, env = "CHAOS_STEADY", default_value_t = 2)]
    steady: u64,
}

/// Sites whose device is killed; every second one has TLS.
const SITES: u64 = 2;

/// Lives of all sites have numbers of their own, so that the numbers that they set tell where these come from.
const LIVES_PER_SITE: u64 = 100_000;

/// Lost and disordered values that are named.
const NAMED: usize = 20;

fn main() -> ExitCode {
    let options = Options::parse();
    let seed = options.seed.unwrap_or_else(|| fastrand::u64(..));
    println!("CHAOS_SEED={seed}");
    match run(&options, seed) {
        Ok(good) if good => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("chaos: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options, seed: u64) -> Result<bool, SiteError> {
    let length = Duration::from_secs(options.seconds);
    let device = device().map_err(|error| SiteError::System("this program's place", error))?;
    let mut sites = Vec::new();
    for index in 0..SITES + options.steady {
        // The first one gets what does not divide.
        let kills = if index < SITES { (options.kills + SITES - 1 - index) / SITES } else { 0 };
        let first_life = index * LIVES_PER_SITE;
        // Of those that are never killed every second one is in C.
        let in_c = (kills == 0).then_some(index % 2 == 0);
        let storm = Storm { seed: site_seed(seed, index), length, kills, first_life, in_c };
        sites.push(Site::start(storm, index % 2 == 1, device.clone())?);
    }
    let results: Vec<Result<Outcome, SiteError>> = thread::scope(|scope| {
        let runs: Vec<_> = sites.iter().map(|site| scope.spawn(|| site.run())).collect();
        runs.into_iter().map(|run| run.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    let mut sum = Outcome::default();
    for result in results {
        add(&mut sum, result?);
    }
    report(seed, &sum);
    Ok(sum.verdict().is_good())
}

/// Runs do not share the sites whose devices are killed; steady ones have seeds far away from these.
fn site_seed(seed: u64, index: u64) -> u64 {
    seed.wrapping_mul(SITES).wrapping_add(index % SITES) ^ (index / SITES).rotate_right(8)
}

fn device() -> std::io::Result<PathBuf> {
    Ok(std::env::current_exe()?.with_file_name("chaos-device"))
}

fn add(sum: &mut Outcome, outcome: Outcome) {
    for (channel, verdict) in outcome.verdicts {
        *sum.verdicts.entry(channel).or_default() += verdict;
    }
    sum.kills += outcome.kills;
    sum.restarts += outcome.restarts;
    for (all, new) in sum.faults.iter_mut().zip(outcome.faults) {
        *all += new;
    }
    for (point, count) in outcome.kills_at {
        *sum.kills_at.entry(point).or_default() += count;
    }
    sum.stories.extend(outcome.stories);
    sum.memory.extend(outcome.memory);
    for (manner, count) in outcome.lives {
        *sum.lives.entry(manner).or_default() += count;
    }
}

fn report(seed: u64, sum: &Outcome) {
    let faults: Vec<String> =
        Kind::ALL.iter().zip(sum.faults).map(|(kind, count)| format!("{kind:?} {count}")).collect();
    println!("link faults: {}", faults.join(", "));
    let points: Vec<String> = sum.kills_at.iter().map(|(point, count)| format!("{point} {count}")).collect();
    println!("kills at write points: {}", points.join(", "));
    println!("platform: restarted or misbehaving {} times", sum.restarts);
    let lives: Vec<String> = sum.lives.iter().map(|(manner, count)| format!("{manner} {count}")).collect();
    println!("lives: {}", lives.join(", "));
    for (channel, verdict) in &sum.verdicts {
        let (lost, name) = (verdict.lost.len(), channel.name());
        println!("{name}: accepted {}, lost {lost}, duplicated {}", verdict.accepted, verdict.duplicated);
    }
    for (life, Memory { warm, last, most, age }) in &sum.memory {
        let story = sum.stories.get(life).map_or("", String::as_str);
        println!(
            "memory of a device: {warm} KiB after a minute, {last} KiB after {} s, {most} KiB at most; {story}",
            age.as_secs()
        );
    }
    blame(sum);
    let verdict = sum.verdict();
    println!(
        "chaos: seed {seed}, accepted {}, delivered {}, lost {}, duplicated {}, link faults {}, kills {}",
        verdict.accepted,
        verdict.delivered,
        verdict.lost.len(),
        verdict.duplicated,
        sum.faults.iter().sum::<u64>(),
        sum.kills,
    );
}

/// Names numbers that are lost or out of order, and what the lives were like that they come from.
fn blame(sum: &Outcome) {
    let life = |number: u64| sum.stories.get(&(number / NUMBERS_PER_LIFE)).map_or("", String::as_str);
    for (channel, verdict) in &sum.verdicts {
        let name = channel.name();
        for number in verdict.lost.iter().take(NAMED) {
            println!("lost: {name} {number}, {}", life(*number));
        }
        for (number, later) in verdict.disordered.iter().take(NAMED) {
            println!("out of order: {name} {number}, {}, came first after {later}, {}", life(*number), life(*later));
        }
    }
}
