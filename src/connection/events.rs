//! What the application is told when it lends a thread: closes, pings, pongs, and what a connect without its help did.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use super::application::{Application, BindEvent};

/// Pings and pongs that are kept for an application that does not lend a thread; the oldest go first.
const KEPT_PINGS: usize = 64;

/// Something to tell.
#[derive(Debug, PartialEq)]
pub(super) enum Event {
    Opened,
    Closed(Vec<u8>),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Bound(BindEvent),
}

impl Event {
    /// Calls the application's function for it.
    pub fn deliver(self, application: &dyn Application) {
        match self {
            Event::Opened => application.on_connect(),
            Event::Closed(payload) => application.on_close(&payload),
            Event::Ping(payload) => application.on_ping(&payload),
            Event::Pong(payload) => application.on_pong(&payload),
            Event::Bound(event) => application.on_bound(&event),
        }
    }

    fn is_ping(&self) -> bool {
        matches!(self, Event::Ping(_) | Event::Pong(_))
    }
}

/// The queue.
#[derive(Default)]
pub(super) struct Events(Mutex<VecDeque<Event>>);

impl Events {
    /// Adds an event.
    pub fn push(&self, event: Event) {
        let mut queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if event.is_ping() && queue.iter().filter(|event| event.is_ping()).count() >= KEPT_PINGS {
            if let Some(oldest) = queue.iter().position(Event::is_ping) {
                queue.remove(oldest);
            }
        }
        queue.push_back(event);
    }

    /// Takes the oldest. Threads that deliver at the same time take one each and call without a lock, so a callback that waits for
    /// another thread of the application cannot keep that one from going on.
    pub fn pop(&self) -> Option<Event> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pings_are_limited_and_closes_are_kept() {
        let events = Events::default();
        events.push(Event::Closed(b"first".to_vec()));
        for number in 0..1000u32 {
            events.push(Event::Ping(number.to_be_bytes().to_vec()));
        }
        events.push(Event::Closed(b"second".to_vec()));
        assert_eq!(events.pop(), Some(Event::Closed(b"first".to_vec())));
        assert_eq!(events.pop(), Some(Event::Ping((1000 - KEPT_PINGS as u32).to_be_bytes().to_vec())));
        let rest: Vec<_> = std::iter::from_fn(|| events.pop()).collect();
        assert_eq!(rest.len(), KEPT_PINGS);
        assert_eq!(rest.last(), Some(&Event::Closed(b"second".to_vec())));
    }
}
