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
    let mut lines = Vec::new();
    for outage in &options.outages {
        let back = herd.lose_platform(Duration::try_from_secs_f64(*outage).unwrap_or_default(), SETTLED)?;
        println!("\nThe platform is away for {outage} s. Seconds after the loss, attempts, devices that are back:");
        let (attempts, arrivals) = (back.attempts_per_second(), back.arrivals_per_second());
        for second in 0..attempts.len().max(arrivals.len()) {
            let at = |counts: &[usize]| counts.get(second).copied().unwrap_or(0);
            println!("{second:>4}{:>8}{:>8}", at(&attempts), at(&arrivals));
        }
        lines.push(line(*outage, &back));
    }
    println!();
    lines.iter().for_each(|line| println!("{line}"));
    println!("chaos-herd: devices {}, outages {}, all back each time", options.devices, options.outages.len());
    Ok(())
}

fn line(outage: f64, back: &Return) -> String {
    let percent = |length| back.busiest(length) * 100.0;
    let last = back.complete().as_secs_f64();
    format!(
        "outage {outage} s: {} attempts; {:.1} % came back in the busiest second, {:.1} % in the busiest 100 ms; all were back {last:.2} s \
         after the loss, {:.2} s after the platform",
        back.attempts.len(),
        percent(Duration::from_secs(1)),
        percent(Duration::from_millis(100)),
        last - outage,
    )
}
