//! `chaos-device`: a device that goes on for as long as it is let, and tells what it was promised.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use clap::Parser;
use fastrand::Rng;
use signal_hook::consts::SIGTERM;
use twedge::client::Client;
use twedge::connection::{AppKey, ConnectOptions, Endpoint, Incoming, Reply, Settings};
use twedge::model::{BaseType, InfoTable, Text, Value};
use twedge::net::tls::{Anchors, TlsOptions, load_certificates};
use twedge::things::{DefaultServices, PropertyDefinition, PropertyHandler, PropertyValue, PushError, SetError};
use twedge::wire::{EntityType, MessageCode};
use twedge_chaos::promise::{self, KEY, PROPERTIES, THING};

/// How long a device that delivers waits between two looks.
const LOOK: Duration = Duration::from_millis(20);

type Error = Box<dyn std::error::Error>;

/// A device that sets and pushes numbers, online and offline, until SIGTERM.
///
/// Standard output has a line `accepted PROPERTY NUMBER` for each value whose acceptance the API has promised durably: a push has returned
/// success, or that the values wait for a connection, on disk. Values that were set and not pushed are in RAM only and are not told, except
/// with --every-value.
#[derive(Parser)]
#[command(version)]
struct Options {
    /// Port of this machine to connect to.
    #[arg(long)]
    port: u16,
    /// Directory of the store.
    #[arg(long)]
    directory: PathBuf,
    /// Certificates to trust; without them the link is in clear.
    #[arg(long)]
    ca: Option<PathBuf>,
    /// The first number.
    #[arg(long, default_value_t = 0)]
    first: u64,
    /// Decides what it does when.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Stores every value before the set returns: then it is promised.
    #[arg(long)]
    every_value: bool,
    /// Sets nothing; ends when the store is empty.
    #[arg(long)]
    deliver: bool,
}

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
    let stop = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register(SIGTERM, stop.clone())?;
    let client = client(options)?;
    client.open_value_store(&options.directory.join("values.bin"))?;
    let online = AtomicBool::new(true);
    let result = thread::scope(|scope| {
        scope.spawn(|| serve(&client, &online, &stop));
        let result = match options.deliver {
            true => deliver(&client, &stop),
            false => produce(&client, options, &online, &stop),
        };
        stop.store(true, Ordering::SeqCst);
        client.wake();
        result
    });
    client.disconnect("the end");
    Ok(result?)
}

fn client(options: &Options) -> Result<Client, Error> {
    let mut endpoint = Endpoint::new("127.0.0.1", options.port);
    if let Some(ca) = &options.ca {
        let mut anchors = Anchors::default();
        anchors.load(load_certificates(ca)?);
        endpoint.tls = Some(TlsOptions { anchors, ..TlsOptions::default() }.client_config()?);
    }
    let client = Client::new(endpoint, settings(options.seed), || AppKey::new(KEY.as_bytes().to_vec()));
    for name in PROPERTIES {
        let property = PropertyDefinition::new(BaseType::NUMBER, None, Some("ALWAYS"), 0.0);
        client.things().registry.register_property(EntityType::THING, THING, name, property, Arc::new(Unread))?;
    }
    client.bind(THING, DefaultServices::All)?;
    Ok(client)
}

/// A device on a bad network is impatient. With small messages a full store is sent in many of them, and rewritten meanwhile.
fn settings(seed: u64) -> Settings {
    Settings {
        max_message_size: if seed % 2 == 0 { 1200 } else { 1 << 20 },
        message_timeout: Duration::from_secs(2),
        ping_rate: Duration::from_secs(1),
        pong_timeout: Duration::from_secs(1),
        connect_timeout: Duration::from_secs(3),
        frame_read_timeout: Duration::from_secs(2),
        connect_retry_interval: Duration::from_millis(20),
        max_connect_delay: Duration::from_millis(300),
        ..Settings::default()
    }
}

/// Nobody reads or writes these properties.
struct Unread;

impl PropertyHandler for Unread {
    fn read(&self, _: &Incoming) -> Reply {
        Reply::code(MessageCode::NOT_IMPLEMENTED)
    }

    fn write(&self, _: &Incoming, _: &InfoTable) -> Reply {
        Reply::code(MessageCode::NOT_IMPLEMENTED)
    }
}

/// Keeps the device connected while it wants to be, and serves the platform.
fn serve(client: &Client, online: &AtomicBool, stop: &AtomicBool) {
    let wanted = || online.load(Ordering::SeqCst) && !stop.load(Ordering::SeqCst);
    while !stop.load(Ordering::SeqCst) {
        let options = ConnectOptions { timeout: Duration::ZERO, retries: 1 };
        if wanted() && client.connect(options).is_ok() {
            client.run(&wanted);
        } else {
            thread::sleep(LOOK);
        }
    }
}

fn deliver(client: &Client, stop: &AtomicBool) -> io::Result<()> {
    while !stop.load(Ordering::SeqCst) && client.things().subscribed.stored_count() > 0 {
        if client.connection().is_connected() {
            // What it could not send it keeps.
            let _ = client.push(None);
        }
        thread::sleep(LOOK);
    }
    Ok(())
}

fn produce(client: &Client, options: &Options, online: &AtomicBool, stop: &AtomicBool) -> io::Result<()> {
    let mut rng = Rng::with_seed(options.seed);
    // Each line is one write: a kill leaves none of it or all.
    let mut told = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    client.set_queue_limit(if rng.u8(..4) == 0 { 4096 } else { 1 << 20 });
    client.store_every_value(options.every_value);
    let mut tell = |property, number| told.write_all(promise::line(property, number).as_bytes());
    let mut next = options.first;
    let mut waiting: Vec<(usize, u64)> = Vec::new();
    while !stop.load(Ordering::SeqCst) {
        for _ in 0..rng.u8(1..8) {
            let property = rng.usize(..PROPERTIES.len());
            next += 1;
            match client.set(THING, value(property, next), false) {
                Ok(_) if options.every_value => tell(property, next)?,
                // Taken, but there was no room on the disk.
                Ok(_) | Err(SetError::Push(_)) => waiting.push((property, next)),
                Err(_) => {}
            }
        }
        // Sometimes values wait in RAM for longer than one round.
        if rng.u8(..4) > 0 && is_promised(&client.push(Some(&Text::from(THING)))) {
            waiting.drain(..).try_for_each(|(property, number)| tell(property, number))?;
        }
        match rng.u8(..100) {
            0..2 => {
                online.store(false, Ordering::SeqCst);
                client.disconnect("a pause");
            }
            2..6 => online.store(true, Ordering::SeqCst),
            _ => {}
        }
        thread::sleep(Duration::from_millis(rng.u64(..25)));
    }
    Ok(())
}

fn value(property: usize, number: u64) -> PropertyValue {
    PropertyValue::new(PROPERTIES[property], Value::Number(number as f64), promise::time_of(number))
}

/// Whether everything that was set is at the platform or on disk.
fn is_promised(pushed: &Result<(), PushError>) -> bool {
    matches!(pushed, Ok(()) | Err(PushError::Offline { .. }))
}
