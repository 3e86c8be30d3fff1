//! Reading a key without waiting for the line to end.

use std::ffi::c_char;
use std::mem;

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
