//! Reading a key without waiting for the line to end.

use std::ffi::{c_char, c_int};
use std::mem;
use std::sync::Mutex;

use crate::ffi::guard::guard;
use crate::ffi::work::locked;

/// Waits for one character of standard input, without echo and without waiting for the end of the line if that is a
/// terminal, whose settings are restored. -1 (as a char) at the end of the input.
#[unsafe(no_mangle)]
pub extern "C" fn getch() -> c_char {
    // SAFETY: a zeroed termios is a valid value of its integers, and is only used when tcgetattr has filled it.
    let mut before: libc::termios = unsafe { mem::zeroed() };
    // SAFETY: `before` is writable.
    let is_terminal = unsafe { libc::tcgetattr(libc::STDIN_FILENO, &mut before) } == 0;
    if is_terminal {
        let mut raw = before;
        raw.c_lflag &= !(libc::ICANON | libc::ECHO);
        // SAFETY: `raw` is a valid setting.
        unsafe { libc::tcsetattr(libc::STDIN_FILENO, libc::TCSANOW, &raw) };
    }
    // SAFETY: plain C library call.
    let character = unsafe { libc::getchar() };
    if is_terminal {
        // SAFETY: `before` is what the terminal had.
        unsafe { libc::tcsetattr(libc::STDIN_FILENO, libc::TCSANOW, &before) };
    }
    character as c_char
}

/// The settings of the terminal before the first `initTermios`.
static BEFORE: Mutex<Option<libc::termios>> = Mutex::new(None);

/// Has standard input, if it is a terminal, give each character at once, with echo if `echo` is not 0. `resetTermios` undoes it.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn initTermios(echo: c_int) {
    guard((), || {
        // SAFETY: a zeroed termios is a valid value of its integers, and is only used when tcgetattr has filled it.
        let mut settings: libc::termios = unsafe { mem::zeroed() };
        // SAFETY: `settings` is writable.
        if unsafe { libc::tcgetattr(libc::STDIN_FILENO, &mut settings) } != 0 {
            return;
        }
        locked(&BEFORE).get_or_insert(settings);
        settings.c_lflag &= !libc::ICANON;
        if echo != 0 {
            settings.c_lflag |= libc::ECHO;
        } else {
            settings.c_lflag &= !libc::ECHO;
        }
        // SAFETY: a valid setting.
        unsafe { libc::tcsetattr(libc::STDIN_FILENO, libc::TCSANOW, &settings) };
    });
}

/// Gives the terminal the settings that it had before `initTermios`. Without that call nothing happens.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn resetTermios() {
    guard((), || {
        if let Some(settings) = locked(&BEFORE).take() {
            // SAFETY: what the terminal had.
            unsafe { libc::tcsetattr(libc::STDIN_FILENO, libc::TCSANOW, &settings) };
        }
    });
}
