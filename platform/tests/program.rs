//! The program `twedge-platform`.

mod client;

use client::Dial;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use twedge::wire::MessageCode;

#[test]
fn says_where_it_listens_and_ends_in_order() {
    let directory = tempfile::tempdir().unwrap();
    let ca = directory.path().join("ca.pem");
    let mut program = Command::new(env!("CARGO_BIN_EXE_twedge-platform"))
        .args(["--port", "0", "--tls", "--write-ca"])
        .arg(&ca)
        .env_remove("TWEDGE_APP_KEY")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(program.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let port = line.trim().strip_prefix("listening on 127.0.0.1:").unwrap().parse().unwrap();
    let pem = std::fs::read_to_string(&ca).unwrap();
    let mut device = Dial::to(port).upgrade_tls(&pem, "localhost").unwrap();
    device.authenticate();
    assert_eq!(device.bind(&["T"]), MessageCode::SUCCESS);
    rustix::process::kill_process(rustix::process::Pid::from_child(&program), rustix::process::Signal::TERM).unwrap();
    assert_eq!(device.closed(), Some(1001));
    drop(device);
    assert!(program.wait().unwrap().success());
}
