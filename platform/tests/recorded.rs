//! Plays what devices with the original library sent, byte for byte, to a platform in process and checks that its answers
//! mean what those of the recordings mean (`tests/vectors/README.md`, "Emulator test").
//!
//! Only the ids in answers of the device are changed, where the platform has chosen another id for its request.

#[path = "recorded/link.rs"]
mod link;
#[path = "recorded/player.rs"]
mod player;
#[path = "../../tests/recording/mod.rs"]
mod recording;
#[path = "recorded/setup.rs"]
mod setup;

/// What cannot be played here.
const LEFT_OUT: &[(u32, &str)] = &[
    (23, "the answer to the upgrade is the fault: refused"),
    (24, "the answer to the upgrade is the fault: wrong accept value"),
    (26, "the answer to the upgrade is the fault: the original does not take its Connection header"),
    (28, "the answer to the upgrade is the fault: there is none"),
    (43, "the answer to the upgrade is the fault: the original does not take its empty header"),
    (50, "the other end is a proxy"),
    (51, "the other end is a proxy"),
    (52, "the other end is a proxy"),
    (53, "the other end is a proxy"),
    (54, "the other end is a proxy"),
    (55, "the other end is a proxy"),
    (56, "the other end is a proxy"),
];

#[test]
fn recorded_devices_get_the_recorded_answers() {
    let vectors = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors");
    recording::play(recording::all(vectors), LEFT_OUT, player::play);
}
