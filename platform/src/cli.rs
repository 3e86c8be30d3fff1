//! The command line.

mod args;
mod log_lines;

use crate::builder::StartError;
use crate::config::DEMO_APP_KEY;
use crate::platform::Platform;
use crate::thing::DefinitionError;
use args::{Args, KeyError};
use clap::Parser;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use thiserror::Error;

/// Why the program ended with an error.
#[derive(Debug, Error)]
enum Failure {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Things(#[from] DefinitionError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error("{path} cannot be written: {error}")]
    Write { path: PathBuf, error: std::io::Error },
    #[error("signals cannot be waited for: {0}")]
    Signals(std::io::Error),
}

/// Runs the program until it gets SIGINT or SIGTERM.
pub fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("twedge-platform: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<(), Failure> {
    log_lines::start(args.verbosity());
    let platform = args.builder()?.start_blocking()?;
    if let Some(path) = &args.write_ca {
        write_ca(&platform, path)?;
    }
    announce(&platform, args);
    wait_for_signal().map_err(Failure::Signals)?;
    log::info!("stopping");
    platform.stop();
    Ok(())
}

fn write_ca(platform: &Platform, path: &Path) -> Result<(), Failure> {
    let certificate = platform.ca_certificate().unwrap_or_default();
    std::fs::write(path, certificate).map_err(|error| Failure::Write { path: path.to_owned(), error })
}

/// Tells where the platform is and how to get in. The first line is for scripts.
fn announce(platform: &Platform, args: &Args) {
    let mut lines = vec![format!("listening on {}", platform.address())];
    if platform.ca_certificate().is_some() {
        match &args.write_ca {
            Some(path) => lines.push(format!("to trust it: twApi_LoadCACert(\"{}\", 0)", path.display())),
            None => lines.push("to trust it: give --write-ca FILE and call twApi_LoadCACert(\"FILE\", 0)".to_owned()),
        }
        if platform.is_self_signed() {
            lines.push("or, for a certificate that is its own authority: twApi_SetSelfSignedOk()".to_owned());
        }
    } else {
        lines.push("not encrypted: devices call twApi_DisableEncryption()".to_owned());
    }
    if args.uses_demo_key() {
        lines.push(format!("application key: {DEMO_APP_KEY} (the default; --app-key sets another)"));
    }
    let mut out = std::io::stdout().lock();
    for line in lines {
        // Whoever does not read the output may still use the platform.
        let _ = writeln!(out, "{line}");
    }
    let _ = out.flush();
}

fn wait_for_signal() -> std::io::Result<()> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            Ok(())
        }
        #[cfg(not(unix))]
        tokio::signal::ctrl_c().await
    })
}
