//! The one gate between Rust and C: no panic passes it.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};

/// Runs the body of an entry point. If it panics, the caller gets `on_panic`, the code that the specification names for
/// the entry point's failure, and the log gets a line at error level.
pub fn guard<T>(on_panic: T, body: impl FnOnce() -> T) -> T {
    // Everything the body can reach is either guarded by locks that tolerate poisoning or owned by C, which knows no
    // unwinding; so a broken invariant cannot be seen by code that would not have seen it without the panic.
    match panic::catch_unwind(AssertUnwindSafe(body)) {
        Ok(answer) => answer,
        Err(payload) => {
            // The line goes through the application's own log function, and the payload has a destructor: both may
            // panic in their turn.
            let reported = panic::catch_unwind(AssertUnwindSafe(|| {
                super::logger::install();
                log::error!("internal error, the call failed: {}", message_of(payload.as_ref()));
                drop(payload);
            }));
            if let Err(second) = reported {
                std::mem::forget(second);
            }
            on_panic
        }
    }
}

fn message_of(payload: &(dyn Any + Send)) -> &str {
    if let Some(text) = payload.downcast_ref::<&str>() {
        text
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text
    } else {
        "no message"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_passes_unchanged() {
        assert_eq!(guard(-1, || 7), 7);
    }

    #[test]
    fn a_panic_becomes_the_given_code() {
        assert_eq!(guard(100, || panic!("row {} is out of range", 3)), 100);
    }

    #[test]
    fn a_payload_that_panics_when_dropped_stays_inside() {
        struct Hostile;
        impl Drop for Hostile {
            fn drop(&mut self) {
                panic!("dropped");
            }
        }
        assert_eq!(guard(100, || panic::panic_any(Hostile)), 100);
    }

    #[test]
    fn the_message_of_both_kinds_of_panic_is_found() {
        assert_eq!(message_of(&"literal"), "literal");
        assert_eq!(message_of(&String::from("formatted")), "formatted");
        assert_eq!(message_of(&17), "no message");
    }
}
