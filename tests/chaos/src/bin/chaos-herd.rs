//! `chaos-herd`: many devices lose the same platform.

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use rustix::process::{Resource, getrlimit, setrlimit};
use twedge::connection::Settings;
use twedge_chaos::SiteError;
use twedge_chaos::herd::{Herd, Return, STABLE};

/// Takes the platform away from many devices at once, for some seconds, and counts when they come back.
///
/// All devices and the platform are in this process; the devices have the settings that the library has by itself. The platform ends
/// without a close frame, as in a crash, and its port refuses connections until it is back.
///
/// The exit status is 0 when all devices have come back each time.
#[derive(Parser)]
#[command(version)]
struct Options {
    /// How many devices.
    #[arg(long, env = "CHAOS_HERD", default_value_t = 200)]
    devices: usize,
    /// How long the platform is away, in seconds; several numbers are several rounds. With 0 the links end and the port stays open.
    #[arg(long, env = "CHAOS_OUTAGES", value_delimiter = ',', default_value = "0,5,30")]
    outages: Vec<f64>,
    /// With TLS.
    #[arg(long, env = "CHAOS_TLS")]
    tls: bool,
}

/// How long links last before the platform goes.
const SETTLED: Duration = STABLE.saturating_add(Duration::from_secs(1));

const SECOND: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let options = Options::parse();
    raise_file_limit();
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("chaos-herd: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Each device needs some, and the platform one for each.
fn raise_file_limit() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        eprintln!("chaos-herd: the limit of open files stays as it is: {error}");
    }
}

fn run(options: &Options) -> Result<(), SiteError> {
    let herd = Herd::gather(options.devices, options.tls, Settings::default())?;
    let [(floor, first), (_, later)] = herd.windows();
    println!(
        "{} devices{}; the first attempt is made at once, the next ones {floor:?} to {first:?} after the first failure and {floor:?} to \
         {later:?} after later ones",
        options.devices,
        if options.tls { " with TLS" } else { "" },
    );
    println!("an even spread over {:?} has {:.1} % in each second", later - floor, even_share(later - floor) * 100.0);
    let (mut lines, mut busiest) = (Vec::new(), Vec::new());
    for outage in &options.outages {
        let back = herd.lose_platform(Duration::try_from_secs_f64(*outage).unwrap_or_default(), SETTLED)?;
        println!("\nThe platform is away for {outage} s. Seconds after the loss, attempts, devices that are back:");
        let (attempts, arrivals) = (back.attempts_per_second(), back.arrivals_per_second());
        for second in 0..attempts.len().max(arrivals.len()) {
            let at = |counts: &[usize]| counts.get(second).copied().unwrap_or(0);
            println!("{second:>4}{:>8}{:>8}", at(&attempts), at(&arrivals));
        }
        lines.push(line(*outage, &back));
        busiest.push(format!("{:.1} % after {outage} s", back.busiest(SECOND) * 100.0));
    }
    println!();
    lines.iter().for_each(|line| println!("{line}"));
    println!(
        "chaos-herd: devices {}, jitter {floor:?} to {later:?}, back in the busiest second {}",
        options.devices,
        busiest.join(", ")
    );
    Ok(())
}

/// What part of something that is spread evenly over this time is in a second of it.
fn even_share(over: Duration) -> f64 {
    (1.0 / over.as_secs_f64()).min(1.0)
}

fn line(outage: f64, back: &Return) -> String {
    let percent = |length| back.busiest(length) * 100.0;
    let last = back.complete().as_secs_f64();
    format!(
        "outage {outage} s: {} attempts; {:.1} % came back in the busiest second, {:.1} % in the busiest 100 ms; all were back {last:.2} s \
         after the loss, {:.2} s after the platform",
        back.attempts.len(),
        percent(SECOND),
        percent(Duration::from_millis(100)),
        last - outage,
    )
}
