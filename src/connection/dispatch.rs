//! What waits for a message handler: requests of the platform and answers with a callback.
//!
//! One lock, one condition variable. A pusher notifies one waiting thread per item, and every waiting thread looks at the queue
//! under the lock before it sleeps: no item can be left behind with all threads asleep, and no item wakes more than one.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::application::Incoming;
use super::in_flight::Completed;

/// One thing to do for a message handler.
pub(super) enum Item {
    Request(Incoming),
    Response(Completed),
}

#[derive(Default)]
struct Queue {
    /// Arrival number of the next item: both lists together are one FIFO.
    next: u64,
    requests: VecDeque<(u64, Incoming)>,
    responses: VecDeque<(u64, Completed)>,
    /// The link whose requests are held until its connect steps are over (protocol.md 6.1), and these requests.
    holding: Option<u64>,
    held: VecDeque<Incoming>,
}

impl Queue {
    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn pop(&mut self, responses_only: bool) -> Option<Item> {
        let request = self.requests.front().map(|(number, _)| *number).filter(|_| !responses_only);
        let response = self.responses.front().map(|(number, _)| *number);
        match (request, response) {
            (Some(request), Some(response)) if request < response => self.pop_request(),
            (Some(_), None) => self.pop_request(),
            _ => self.responses.pop_front().map(|(_, completed)| Item::Response(completed)),
        }
    }

    fn pop_request(&mut self) -> Option<Item> {
        self.requests.pop_front().map(|(_, incoming)| Item::Request(incoming))
    }

    fn is_empty(&self) -> bool {
        self.requests.is_empty() && self.responses.is_empty()
    }
}

/// See [`Dispatch::sleep_for_both`].
pub(super) struct SleepingForBoth<'a>(&'a Dispatch);

impl Drop for SleepingForBoth<'_> {
    fn drop(&mut self) {
        self.0.sleeping_for_both.fetch_sub(1, Ordering::SeqCst);
    }
}

/// The queue.
#[derive(Default)]
pub(super) struct Dispatch {
    queue: Mutex<Queue>,
    work: Condvar,
    /// Threads that sleep for items and for ticks at once.
    sleeping_for_both: AtomicUsize,
}

impl Dispatch {
    /// Queues a request. False, and the request is dropped, when as many as allowed are waiting.
    pub fn push_request(&self, incoming: Incoming, limit: usize) -> bool {
        let mut queue = self.lock();
        if queue.requests.len() + queue.held.len() >= limit {
            return false;
        }
        if queue.holding == Some(incoming.link) {
            queue.held.push_back(incoming);
            return true;
        }
        let number = queue.number();
        queue.requests.push_back((number, incoming));
        self.work.notify_one();
        true
    }

    /// Queues an answer with a callback. There is no limit: each belongs to a request that the application has made.
    pub fn push_response(&self, completed: Completed) {
        let mut queue = self.lock();
        let number = queue.number();
        queue.responses.push_back((number, completed));
        self.work.notify_one();
    }

    /// From now on requests that come on this link are held. What an earlier link had held is dropped: its steps never ended.
    pub fn hold(&self, link: u64) {
        let mut queue = self.lock();
        queue.held.clear();
        queue.holding = Some(link);
    }

    /// The connect steps of this link are over: its requests may be handled.
    pub fn release(&self, link: u64) {
        let mut queue = self.lock();
        if queue.holding != Some(link) {
            return;
        }
        queue.holding = None;
        while let Some(incoming) = queue.held.pop_front() {
            let number = queue.number();
            queue.requests.push_back((number, incoming));
            self.work.notify_one();
        }
    }

    /// The oldest item, or the oldest response.
    pub fn pop(&self, responses_only: bool) -> Option<Item> {
        self.lock().pop(responses_only)
    }

    /// Requests that wait, held ones included.
    pub fn waiting_requests(&self) -> usize {
        let queue = self.lock();
        queue.requests.len() + queue.held.len()
    }

    /// Sleeps until there is an item, the time is up, or `keep_waiting` says no. True when there is an item.
    pub fn wait(&self, until: Instant, keep_waiting: &dyn Fn() -> bool) -> bool {
        let mut queue = self.lock();
        loop {
            if !queue.is_empty() {
                return true;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || !keep_waiting() {
                return false;
            }
            queue = self.work.wait_timeout(queue, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Whether there is an item.
    pub fn has_item(&self) -> bool {
        !self.lock().is_empty()
    }

    /// Counts a thread that is about to sleep for items and for ticks at once, until the answer is dropped.
    pub fn sleep_for_both(&self) -> SleepingForBoth<'_> {
        self.sleeping_for_both.fetch_add(1, Ordering::SeqCst);
        SleepingForBoth(self)
    }

    /// Whether there is such a thread. Asked after an item was queued.
    pub fn is_awaited_by_ticker(&self) -> bool {
        self.sleeping_for_both.load(Ordering::SeqCst) > 0
    }

    /// Makes every waiting thread ask its `keep_waiting` again. The lock orders this after a thread's last question, so a change made
    /// before this call is not missed.
    pub fn wake_all(&self) {
        drop(self.lock());
        self.work.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use std::sync::{Arc, mpsc};
    use std::time::Duration;

    use super::*;
    use crate::connection::error::RequestError;
    use crate::wire::{Characteristic, EntityType, Header, MessageCode, Request};

    fn incoming(id: u32, link: u64) -> Incoming {
        Incoming {
            header: Header { version: 1, code: MessageCode::POST, request_id: id, endpoint_id: 0, session_id: 1 },
            request: Request {
                entity_type: EntityType::THING,
                entity: "T".into(),
                characteristic: Characteristic::SERVICES,
                name: "S".into(),
                headers: Vec::new(),
                params: None,
            },
            link,
        }
    }

    fn completed(id: u32) -> Completed {
        Completed { id, callback: Box::new(|_, _| ()), outcome: Err(RequestError::ConnectionLost) }
    }

    fn id(item: Option<Item>) -> Option<u32> {
        item.map(|item| match item {
            Item::Request(incoming) => incoming.header.request_id,
            Item::Response(completed) => completed.id,
        })
    }

    #[test]
    fn one_fifo_of_requests_and_responses() {
        let dispatch = Dispatch::default();
        assert!(dispatch.push_request(incoming(1, 1), 10));
        dispatch.push_response(completed(2));
        assert!(dispatch.push_request(incoming(3, 1), 10));
        dispatch.push_response(completed(4));
        assert_eq!(id(dispatch.pop(true)), Some(2), "a caller that wants responses only passes over requests");
        assert_eq!(id(dispatch.pop(false)), Some(1));
        assert_eq!(id(dispatch.pop(false)), Some(3));
        assert_eq!(id(dispatch.pop(false)), Some(4));
        assert_eq!(id(dispatch.pop(false)), None);
    }

    #[test]
    fn requests_are_limited_and_responses_are_not() {
        let dispatch = Dispatch::default();
        for number in 0..2 {
            assert!(dispatch.push_request(incoming(number, 1), 2));
        }
        assert!(!dispatch.push_request(incoming(9, 1), 2));
        for number in 10..20 {
            dispatch.push_response(completed(number));
        }
        assert_eq!(dispatch.waiting_requests(), 2);
    }

    #[test]
    fn requests_are_held_until_the_steps_are_over() {
        let dispatch = Dispatch::default();
        dispatch.hold(7);
        assert!(dispatch.push_request(incoming(1, 7), 2));
        assert!(dispatch.push_request(incoming(2, 7), 2));
        assert!(!dispatch.push_request(incoming(3, 7), 2), "held requests count");
        assert!(dispatch.pop(false).is_none());
        dispatch.release(6);
        assert!(dispatch.pop(false).is_none(), "another link's steps");
        dispatch.release(7);
        assert_eq!(id(dispatch.pop(false)), Some(1));
        assert_eq!(id(dispatch.pop(false)), Some(2));
    }

    #[test]
    fn each_item_is_taken_once_by_the_threads_that_wait() {
        let dispatch = Arc::new(Dispatch::default());
        let stop = Arc::new(AtomicBool::new(false));
        let taken = Arc::new(AtomicUsize::new(0));
        let (done, all) = mpsc::channel();
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let (dispatch, stop, taken, done) = (dispatch.clone(), stop.clone(), taken.clone(), done.clone());
                std::thread::spawn(move || {
                    let far = Instant::now() + Duration::from_secs(60);
                    while !stop.load(Ordering::SeqCst) {
                        dispatch.wait(far, &|| !stop.load(Ordering::SeqCst));
                        while dispatch.pop(false).is_some() {
                            if taken.fetch_add(1, Ordering::SeqCst) + 1 == 1000 {
                                let _ = done.send(());
                            }
                        }
                    }
                })
            })
            .collect();
        for number in 0..1000 {
            assert!(dispatch.push_request(incoming(number, 1), usize::MAX));
        }
        all.recv_timeout(Duration::from_secs(60)).unwrap();
        stop.store(true, Ordering::SeqCst);
        dispatch.wake_all();
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!(taken.load(Ordering::SeqCst), 1000);
    }
}
