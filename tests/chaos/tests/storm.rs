//! A short storm from a fixed seed.

use std::process::Command;

#[test]
fn a_short_storm_costs_nothing_that_was_promised() {
    let run = Command::new(env!("CARGO_BIN_EXE_chaos"))
        .args(["--seed", "1", "--seconds", "8", "--kills", "16", "--steady", "0"])
        .output()
        .unwrap();
    let (out, errors) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "{out}\n{errors}");
    assert!(out.starts_with("CHAOS_SEED=1\n"), "{out}");
    let last = out.lines().last().unwrap_or_default();
    let counts = last.strip_prefix("chaos: seed 1, ").expect(last).split(", ");
    let count = |counts: &str| counts.rsplit_once(' ').and_then(|(_, count)| count.parse::<u64>().ok());
    let counts: Vec<Option<u64>> = counts.map(count).collect();
    let [Some(accepted), Some(delivered), Some(0), Some(_), Some(faults), Some(kills)] = counts[..] else {
        panic!("{last}");
    };
    assert!(accepted > 0 && accepted == delivered && faults > 0 && kills > 0, "{last}");
}
