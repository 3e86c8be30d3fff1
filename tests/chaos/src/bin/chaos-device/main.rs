//! `chaos-device`: a device that goes on for as long as it is let, and tells what it was promised.

mod options;
mod produce;
mod pushes;
mod setup;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;
use signal_hook::consts::SIGTERM;
use twedge::client::Client;
use twedge::connection::ConnectOptions;

use options::Options;
use produce::Producer;

/// How long a device that delivers waits between two looks.
const LOOK: Duration = Duration::from_millis(20);

/// How often it sends again what was not answered.
const AGAIN: Duration = Duration::from_secs(2);

/// When it says what is left.
const LATE: Duration = Duration::from_secs(40);

type Error = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("chaos-device: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Error> {
    let term = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register(SIGTERM, term.clone())?;
    let client = setup::client(options)?;
    setup::stores(&client, options);
    let (online, over) = (AtomicBool::new(true), AtomicBool::new(false));
    let result = thread::scope(|scope| {
        scope.spawn(|| serve(&client, &online, &over));
        let mut result = Ok(());
        if !options.deliver {
            result = Producer::new(&client, options, &online).and_then(|mut producer| producer.run(&term));
        }
        if options.deliver || options.messages_in_ram {
            online.store(true, Ordering::SeqCst);
            deliver(&client, options.deliver);
        }
        over.store(true, Ordering::SeqCst);
        client.wake();
        result
    });
    client.disconnect("the end");
    Ok(result?)
}

/// Keeps the device connected while it wants to be, and serves the platform.
fn serve(client: &Client, online: &AtomicBool, over: &AtomicBool) {
    let wanted = || online.load(Ordering::SeqCst) && !over.load(Ordering::SeqCst);
    while !over.load(Ordering::SeqCst) {
        let options = ConnectOptions { timeout: Duration::ZERO, retries: 1 };
        if wanted() && client.connect(options).is_ok() {
            client.run(&wanted);
        } else {
            thread::sleep(LOOK);
        }
    }
}

/// Sends what waits, until no messages are left, and, if it is to bring them too, no values.
fn deliver(client: &Client, values: bool) {
    let values_left = || if values { client.things().subscribed.stored_count() } else { 0 };
    let (began, mut sent, mut said) = (Instant::now(), Instant::now(), false);
    while values_left() > 0 || client.connection().message_store().is_some_and(|store| !store.is_empty()) {
        if began.elapsed() >= LATE && !std::mem::replace(&mut said, true) {
            let waiting = client.connection().message_store().map_or(0, |store| store.waiting());
            eprintln!(
                "chaos-device: {} values are left, and messages, {waiting} of them not in flight: {:?}",
                values_left(),
                client.connection().state()
            );
        }
        if client.connection().is_connected() && values {
            // What it could not send it keeps.
            let _ = client.push(None);
        }
        if sent.elapsed() >= AGAIN {
            sent = Instant::now();
            let _ = client.connection().send_stored();
        }
        thread::sleep(LOOK);
    }
}
