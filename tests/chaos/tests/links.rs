//! A few faults of each kind from a fixed seed.

use std::process::Command;

#[test]
fn links_recover_from_each_kind_of_fault() {
    let run = Command::new(env!("CARGO_BIN_EXE_chaos-links"))
        .args(["--seed", "1", "--faults-per-kind", "4", "--devices", "4"])
        .output()
        .unwrap();
    let (out, errors) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "{out}\n{errors}");
    assert!(out.starts_with("CHAOS_SEED=1\n"), "{out}");
    let row =
        |name: &str| out.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next()?.parse().ok());
    for kind in ["Drop", "Delay", "Stall", "Truncate", "Duplicate", "Reset", "HalfClose", "Throttle", "Cut"] {
        assert_eq!(row(kind), Some(4), "{kind} in {out}");
    }
    let last = out.lines().last().unwrap_or_default();
    let counts = last.strip_prefix("chaos-links: seed 1, ").expect(last).strip_suffix(" ms").expect(last).split(", ");
    let count = |counts: &str| counts.rsplit_once(' ').and_then(|(_, count)| count.parse::<u64>().ok());
    let counts: Vec<Option<u64>> = counts.map(count).collect();
    let [Some(accepted), Some(delivered), Some(0), Some(_), Some(36), Some(_)] = counts[..] else { panic!("{last}") };
    assert!(accepted > 0 && accepted == delivered, "{last}");
}
