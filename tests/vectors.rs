//! Runs the AlwaysOn test vectors (`tests/vectors/README.md`) through the codec.
//!
//! `TWEDGE_VECTORS` names another folder with files of the same schema. Every list file in it is run; a kind of file, of
//! message or of decoder that is not known here fails the test.

mod vector_runner;

use vector_runner::{Kind, run};

#[test]
fn every_file_is_of_a_known_kind() {
    vector_runner::check_kinds();
}

#[test]
fn primitives() {
    run(Kind::Primitives, vector_runner::primitives::check);
}

#[test]
fn infotables() {
    run(Kind::InfoTables, vector_runner::infotables::check);
}

#[test]
fn messages() {
    run(Kind::Messages, vector_runner::messages::check);
}

#[test]
fn malformed() {
    run(Kind::Malformed, vector_runner::malformed::check);
}

/// The vectors of malformed.json whose decoder is `inflate`: the part of it that belongs to the WebSocket layer.
#[test]
fn malformed_compressed_payloads() {
    run(Kind::Malformed, vector_runner::malformed::check_inflate);
}

/// The public structs of the C facade and its stream and JSON functions.
#[test]
fn primitives_in_c() {
    run(Kind::Primitives, vector_runner::c_values::check_primitive);
}

#[test]
fn infotables_in_c() {
    run(Kind::InfoTables, vector_runner::c_values::check_infotable);
}

#[test]
fn malformed_in_c() {
    run(Kind::Malformed, vector_runner::c_values::check_malformed);
}
