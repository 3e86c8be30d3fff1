//! Transfers that the device asks for: what the platform's answer means.

use std::thread;

use twedge::files::{CopyError, CopyRequest, SUBSYSTEM, VALIDATED, copy};
use twedge::model::{InfoTable, Value};
use twedge::wire::{EntityType, MessageCode};

use crate::support::{Device, Server};

/// Asks for a transfer; the platform says yes with that content.
fn answered(content: Option<InfoTable>) -> Result<bool, CopyError> {
    let server = Server::start();
    let mut device = Device::new(server.endpoint(), Device::settings());
    device.pump(1);
    let platform = thread::spawn(move || {
        let mut peer = server.accept_session();
        let (header, request) = peer.expect_service("Copy");
        assert_eq!((request.entity_type, request.entity.to_string().as_str()), (EntityType::SUBSYSTEM, SUBSYSTEM));
        peer.answer(&header, MessageCode::SUCCESS, content);
        peer
    });
    device.connect().unwrap();
    let wanted = CopyRequest { source_repository: "T".into(), source_file: "a".into(), ..CopyRequest::default() };
    let outcome = copy(&device.connection, &wanted);
    drop(platform.join().unwrap());
    outcome.map(|job| job.is_validated())
}

/// F25: 1303 for C.
#[test]
fn success_without_a_job_is_no_transfer() {
    assert!(matches!(answered(None), Err(CopyError::NoJob)));
    let no_row = InfoTable { rows: Vec::new(), ..InfoTable::single("transferId", Value::string("1")) };
    assert!(matches!(answered(Some(no_row)), Err(CopyError::NoJob)));
}

#[test]
fn a_job_without_the_state_of_success_is_not_validated() {
    let job = |state| InfoTable::row_of([("transferId", Value::string("1")), ("state", state)]);
    assert!(answered(Some(job(Value::string(VALIDATED)))).unwrap());
    assert!(!answered(Some(job(Value::string("ERROR")))).unwrap());
    assert!(!answered(Some(InfoTable::single("transferId", Value::string("1")))).unwrap());
}
