//! The command line.

use std::path::PathBuf;

use clap::Parser;

/// A device that sets and pushes numbers, and sends messages with numbers, online and offline, until SIGTERM.
///
/// Standard output has a line `accepted CHANNEL NUMBER` for each number whose acceptance the API has promised durably: a push has returned
/// success, or that the values wait for a connection, on disk; a message was answered with success, or stored. Values that were set and not
/// pushed are in RAM only and are not told, except with --every-value.
#[derive(Parser)]
#[command(version)]
pub struct Options {
    /// Port of this machine to connect to.
    #[arg(long)]
    pub port: u16,
    /// Port of this machine with an HTTP proxy that leads there.
    #[arg(long)]
    pub http_proxy: Option<u16>,
    /// The HTTP proxy asks for a user.
    #[arg(long)]
    pub proxy_user: bool,
    /// Directory of the stores.
    #[arg(long)]
    pub directory: PathBuf,
    /// Certificates to trust; without them the link is in clear.
    #[arg(long)]
    pub ca: Option<PathBuf>,
    /// The first number.
    #[arg(long, default_value_t = 0)]
    pub first: u64,
    /// Decides what it does when.
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Stores every value before the set returns: then it is promised.
    #[arg(long)]
    pub every_value: bool,
    /// Does not wait for the answers to pushes.
    #[arg(long = "async")]
    pub asynchronous: bool,
    /// Is online for half of each period of so many milliseconds.
    #[arg(long)]
    pub duty_cycle: Option<u64>,
    /// Messages wait in RAM; ends when they are sent.
    #[arg(long)]
    pub messages_in_ram: bool,
    /// Stores values together, at most so many milliseconds after they were set.
    #[arg(long)]
    pub window: Option<u64>,
    /// Sets nothing; ends when the stores are empty.
    #[arg(long)]
    pub deliver: bool,
}
