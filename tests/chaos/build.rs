//! Compiles the device that uses the C interface.

fn main() {
    println!("cargo:rerun-if-changed=c");
    println!("cargo:rerun-if-changed=../../include");
    cc::Build::new()
        .file("c/device.c")
        .include("../../include")
        .std("c99")
        .warnings(true)
        .extra_warnings(true)
        .warnings_into_errors(true)
        .compile("chaos_device_c");
}
