//! Runs the programs of the recordings on our client, against a server that plays what the recorded platform sent, and
//! checks that the client's messages have the recorded content (`tests/vectors/README.md`, "Client test").

#[path = "recorded/differences.rs"]
mod differences;
#[path = "recorded/fixture.rs"]
mod fixture;
#[path = "vector_runner/notation.rs"]
#[allow(dead_code)]
mod notation;
#[path = "recorded/program.rs"]
mod program;
#[path = "recorded/progress.rs"]
mod progress;
mod recording;
#[path = "recorded/script.rs"]
mod script;
#[path = "recorded/steps.rs"]
mod steps;
mod support;

use std::thread;

use recording::Recording;
use support::Server;

/// What is not played.
const LEFT_OUT: &[(u32, &str)] = &[
    (50, "through a proxy: not in these tests yet"),
    (51, "through a proxy: not in these tests yet"),
    (52, "through a proxy: not in these tests yet"),
    (53, "through a proxy: not in these tests yet"),
    (54, "through a proxy: not in these tests yet"),
    (55, "through a proxy: not in these tests yet"),
    (56, "through a proxy: not in these tests yet"),
];

#[test]
fn our_client_sends_what_was_recorded() {
    let vectors = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors");
    recording::play(recording::all(vectors), LEFT_OUT, play);
}

fn play(recording: &Recording) {
    let server = Server::start();
    let client = program::client(recording, &server);
    let progress = progress::Progress::new(client.connection().clone());
    thread::scope(|scope| {
        let script = scope.spawn(|| script::play(recording, server, &progress));
        let results = program::run(recording, client, &progress);
        script.join().unwrap_or_else(|_| panic!("{}: the script has failed", recording.name));
        program::check_results(recording, &results);
    });
}

/// `Err` with both sides unless they are equal: what the notation of the vectors needs.
fn same<T: PartialEq + std::fmt::Debug>(what: &str, got: T, wanted: T) -> Result<(), String> {
    if got == wanted { Ok(()) } else { Err(format!("{what}: got {got:?}, wanted {wanted:?}")) }
}
