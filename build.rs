//! Compiles the few C functions that Rust cannot define (variadic ones) into the library.

fn main() {
    println!("cargo:rerun-if-changed=src/ffi/variadic.c");
    println!("cargo:rerun-if-changed=include");
    cc::Build::new()
        .file("src/ffi/variadic.c")
        .include("include")
        .flag_if_supported("-std=c11")
        .define("_GNU_SOURCE", None)
        .warnings(true)
        .compile("twedge_variadic");
}
