//! `chaos-device-c`: the device of `c/device.c`, which has the `main`. Linked with a library that has write points.
#![no_main]

use {twedge as _, twedge_chaos as _};
