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
#[path = "recorded/proxy.rs"]
mod proxy;
mod recording;
#[path = "recorded/script.rs"]
mod script;
#[path = "recorded/steps.rs"]
mod steps;
mod support;

use std::thread;

use recording::Recording;
use support::Server;

#[test]
fn our_client_sends_what_was_recorded() {
    let vectors = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors");
    recording::play(recording::all(vectors), &[], play);
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
