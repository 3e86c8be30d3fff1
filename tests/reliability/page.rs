//! The page itself: each promise has tests, which exist, and its figures are those of the code.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::time::Duration;

use twedge::connection::Settings;
use twedge::ffi::default_settings as c;
use twedge::store::MAX_TRIES;
use twedge::things::{MAX_REFUSALS, SYNCHRONIZATION_LIMIT};

/// Sections that promise nothing, or say what others have to promise.
const NO_PROMISES: [&str; 3] = ["How to read this page", "What is taken for granted", "What is left open"];
const TESTS: &str = "Tests";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn page() -> String {
    fs::read_to_string(root().join("docs/reliability.md")).unwrap()
}

/// The text of each section by its heading; what is before the first one introduces the page.
fn sections(page: &str) -> Vec<(String, Vec<&str>)> {
    let mut sections: Vec<(String, Vec<&str>)> = Vec::new();
    for line in page.lines() {
        match line.strip_prefix("## ") {
            Some(heading) => sections.push((heading.to_owned(), Vec::new())),
            None => {
                if let Some((_, lines)) = sections.last_mut() {
                    lines.push(line);
                }
            }
        }
    }
    sections
}

/// What has to have a mark: rows of tables one by one, and sentences of paragraphs and list items.
fn claims(lines: &[&str]) -> Vec<String> {
    let mut claims = Vec::new();
    let mut text = String::new();
    let mut rows = 0;
    for line in lines.iter().chain(&[""]) {
        let is_row = line.starts_with('|');
        rows = if is_row { rows + 1 } else { 0 };
        if is_row || line.is_empty() || line.starts_with('#') || line.starts_with("* ") {
            claims.extend(sentences(&std::mem::take(&mut text)));
        }
        // A head and the line below it.
        if is_row && rows > 2 {
            claims.push((*line).to_owned());
        } else if !is_row && !line.starts_with('#') {
            text.push_str(line.trim_start_matches("* "));
            text.push(' ');
        }
    }
    claims
}

/// The sentences of a text, each with the marks behind its end. A last one that ends with a colon leads to what follows it.
fn sentences(text: &str) -> Vec<String> {
    let mut sentences = Vec::new();
    let mut rest = text.trim();
    let mut from = 0;
    while let Some(at) = rest[from..].find('.').map(|at| at + from) {
        let mut end = at + 1;
        while rest[end..].starts_with("[^") {
            end += rest[end..].find(']').expect("a mark has an end") + 1;
        }
        if rest[end..].is_empty() || rest[end..].starts_with(' ') {
            sentences.push(rest[..end].to_owned());
            rest = rest[end..].trim_start();
            from = 0;
        } else {
            from = end;
        }
    }
    if !rest.is_empty() && !rest.ends_with(':') {
        sentences.push(rest.to_owned());
    }
    sentences
}

/// The marks in a text.
fn marks(text: &str) -> Vec<&str> {
    text.split("[^").skip(1).filter_map(|rest| rest.split_once(']')).map(|(mark, _)| mark).collect()
}

/// The tests of each mark.
fn definitions(page: &str) -> BTreeMap<&str, Vec<&str>> {
    let mut definitions = BTreeMap::new();
    for line in page.lines().filter(|line| line.starts_with("[^")) {
        let (mark, tests) = line[2..].split_once("]: ").unwrap_or_else(|| panic!("no mark: {line}"));
        let tests: Vec<&str> = tests.split(", ").map(|test| test.trim_matches('`')).collect();
        assert!(definitions.insert(mark, tests).is_none(), "{mark} is there twice");
    }
    definitions
}

/// Whether a file has a test of that name; without one, whether it is a test program.
fn is_test(file: &str, name: Option<&str>) -> bool {
    let Ok(source) = fs::read_to_string(root().join(file)) else { return false };
    match (file.ends_with(".c"), name) {
        (true, None) => source.contains("int main("),
        // Defined, and called.
        (true, Some(name)) => {
            let call = format!("{name}(");
            source.contains(&format!("static void {call}")) && source.matches(&call).count() > 1
        }
        (false, None) => false,
        (false, Some(name)) => {
            let head = format!("fn {name}(");
            let lines: Vec<&str> = source.lines().map(str::trim).collect();
            let at = lines.iter().position(|line| line.starts_with(&head));
            at.is_some_and(|at| {
                let mut before = lines[..at].iter().rev().take_while(|line| line.starts_with("#["));
                before.any(|line| *line == "#[test]")
            })
        }
    }
}

#[test]
fn every_promise_has_a_mark() {
    let page = page();
    let promising =
        sections(&page).into_iter().filter(|(heading, _)| heading != TESTS && !NO_PROMISES.contains(&heading.as_str()));
    let claims: Vec<String> = promising.flat_map(|(_, lines)| claims(&lines)).collect();
    assert!(claims.len() > 100, "{} promises", claims.len());
    let unmarked: Vec<&String> = claims.iter().filter(|claim| marks(claim).is_empty()).collect();
    assert!(unmarked.is_empty(), "without a test: {unmarked:#?}");
}

#[test]
fn every_mark_has_tests_and_these_exist() {
    let page = page();
    let definitions = definitions(&page);
    let prose = page.lines().filter(|line| !line.starts_with("[^"));
    let used: BTreeSet<&str> = prose.flat_map(marks).collect();
    let defined: BTreeSet<&str> = definitions.keys().copied().collect();
    assert_eq!(used, defined);
    for (mark, tests) in definitions {
        for test in tests {
            let (file, name) = test.split_once("::").map_or((test, None), |(file, name)| (file, Some(name)));
            assert!(is_test(file, name), "{mark}: there is no test {test}");
        }
    }
}

#[test]
fn what_is_no_test_is_seen() {
    let this = "tests/reliability/page.rs";
    assert!(is_test(this, Some("what_is_no_test_is_seen")) && !is_test(this, Some("is_test")) && !is_test(this, None));
    assert!(is_test("tests/c/test_clock.c", None) && !is_test("tests/c/check.h", None));
    assert!(!is_test("tests/c/test_clock.c", Some("step_clock_back")) && !is_test("tests/no.rs", Some("a")));
    let texts = ["One.[^a] Two 0.5 s.[^b][^c] Three.", "A table:", "No end"];
    let found: Vec<String> = texts.iter().flat_map(|text| sentences(text)).collect();
    assert_eq!(found, ["One.[^a]", "Two 0.5 s.[^b][^c]", "Three.", "No end"]);
    let lines = ["A", "b.[^a]", "* c", "  d", "* e", "", "|h|", "|-|", "|r|", "### x", "f"];
    assert_eq!(claims(&lines), ["A b.[^a]", "c   d", "e", "|r|", "f"]);
}

fn milliseconds(time: Duration) -> u64 {
    time.as_millis().try_into().unwrap()
}

/// What a setting is in Rust and in C.
fn in_code(name: &str) -> (u64, u64) {
    let rust = Settings::default();
    let (rust, c) = match name {
        "connect_timeout" => (milliseconds(rust.connect_timeout), c::CONNECT_TIMEOUT),
        "connect_retry_interval" => (milliseconds(rust.connect_retry_interval), c::CONNECT_RETRY_INTERVAL),
        "max_connect_delay" => (milliseconds(rust.max_connect_delay), c::MAX_CONNECT_DELAY),
        "default_message_timeout" => (milliseconds(rust.message_timeout), c::DEFAULT_MESSAGE_TIMEOUT),
        "ping_rate" => (milliseconds(rust.ping_rate), c::PING_RATE),
        "pong_timeout" => (milliseconds(rust.pong_timeout), c::DEFAULT_PONG_TIMEOUT),
        "frame_read_timeout" => (milliseconds(rust.frame_read_timeout), c::FRAME_READ_TIMEOUT),
        "stale_msg_cleanup_rate" => (milliseconds(rust.stale_message_age), c::STALE_MSG_CLEANUP_RATE),
        "offline_msg_queue_size" => (rust.message_store_limit, c::OFFLINE_MSG_QUEUE_SIZE),
        "max_message_size" => (rust.max_message_size as u64, c::MAX_MESSAGE_SIZE),
        "max_messages" => (rust.max_messages as u64, c::MAX_MESSAGES),
        "duty_cycle" => (rust.duty_cycle.into(), c::DUTY_CYCLE),
        "duty_cycle_period" => (milliseconds(rust.duty_cycle_period), c::DUTY_CYCLE_PERIOD),
        other => panic!("the test does not know {other}"),
    };
    (rust, c.try_into().unwrap())
}

#[test]
fn the_settings_have_the_figures_of_the_code() {
    let page = page();
    let sections = sections(&page);
    let (_, lines) = sections.iter().find(|(heading, _)| heading == "Settings").unwrap();
    let mut found = 0;
    for row in lines.iter().filter(|line| line.starts_with("| `")) {
        let mut cells = row.split('|').skip(1).map(str::trim);
        let name = cells.next().unwrap().trim_matches('`');
        let figure = cells.next().unwrap().split(' ').next().unwrap().parse::<u64>().unwrap();
        assert_eq!(in_code(name), (figure, figure), "{name}");
        found += 1;
    }
    assert_eq!(found, 13);
}

#[test]
fn figures_that_are_reckoned_are_right() {
    let flat = page().replace('\n', " ");
    let settings = Settings::default();
    let (interval, ceiling) = (settings.connect_retry_interval.as_secs(), settings.max_connect_delay.as_secs());
    assert!(interval * 2 == ceiling, "the ceiling is reached with the first failure");
    // A number of a thing and a property with names of one letter, as it counts in the value store.
    let stored = settings.message_store_limit.div_ceil(35);
    assert_eq!((MAX_REFUSALS, MAX_TRIES), (5, 5));
    for figure in [
        format!(
            "| {} s | close callback `Normal Close Pong timeout`",
            (settings.ping_rate + settings.pong_timeout).as_secs()
        ),
        format!("With the defaults that is {interval} to {ceiling} s after each."),
        format!("if there has been none for {} s", settings.silence_limit.as_secs()),
        format!("at most {} s for all things together", SYNCHRONIZATION_LIMIT.as_secs()),
        format!("less than {} bytes: {stored} such numbers", settings.message_store_limit),
    ] {
        assert!(flat.contains(&figure), "{figure}");
    }
}
