//! Values between their set and their promise.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};

use twedge::client::Client;
use twedge::connection::Outcome;
use twedge::model::Text;
use twedge::things::{PushError, PushOptions, StoreUse};
use twedge::wire::MessageCode;
use twedge_chaos::promise::{Channel, THING};

/// A number on its way.
pub type Number = (Channel, u64);

/// Pushes, and what they promise.
pub struct Pushes {
    /// Set, and not promised.
    waiting: Vec<Number>,
    /// Set while the platform's push types were not known, and not seen to be gone yet.
    held: Vec<Number>,
    /// Asynchronous pushes that are not answered.
    open: HashMap<u64, Open>,
    next: u64,
    sender: Sender<(u64, bool)>,
    answers: Receiver<(u64, bool)>,
}

/// An asynchronous push that goes on.
struct Open {
    values: Vec<Number>,
    /// Answers that are to come.
    left: usize,
    good: bool,
}

impl Pushes {
    pub fn new() -> Self {
        let (sender, answers) = mpsc::channel();
        Self { waiting: Vec::new(), held: Vec::new(), open: HashMap::new(), next: 0, sender, answers }
    }

    /// A value was set, and is not promised.
    pub fn add(&mut self, number: Number) {
        self.waiting.push(number);
    }

    /// A value was set, and is held until the platform's push types are known.
    pub fn hold(&mut self, number: Number) {
        self.held.push(number);
    }

    /// Pushes and waits for the answers; what is promised now.
    pub fn push(&mut self, client: &Client) -> Vec<Number> {
        let mut promised = self.settle();
        // Values of an open push are not this one's, whatever it says.
        if is_promised(&client.push(Some(&Text::from(THING)))) {
            promised.append(&mut self.waiting);
        }
        promised.extend(self.seen_through(client));
        promised
    }

    /// Pushes; what is promised now. The answers come later, by [`Pushes::settle`].
    pub fn push_async(&mut self, client: &Client, queue_limit: u32) -> Vec<Number> {
        let mut promised = self.settle();
        self.next += 1;
        let (push, sender) = (self.next, self.sender.clone());
        let done = move |_: u32, outcome: Outcome| {
            let good = outcome.is_ok_and(|answer| answer.code() == MessageCode::SUCCESS);
            // Nobody asks any more at the end.
            let _ = sender.send((push, good));
        };
        let options = PushOptions {
            force: false,
            max_message_size: client.connection().settings().max_message_size,
            store: StoreUse::up_to(queue_limit.into()),
        };
        let subscribed = &client.things().subscribed;
        let (ids, result) =
            subscribed.push_async(Some(&Text::from(THING)), options, client.connection(), &(Arc::new(done) as _));
        let values = std::mem::take(&mut self.waiting);
        if matches!(result, Err(PushError::Offline { .. })) {
            promised.extend(values);
        } else {
            let left = ids.iter().filter(|id| **id != 0).count();
            self.open.insert(push, Open { values, left, good: result.is_ok() });
        }
        promised.extend(self.settle());
        promised.extend(self.seen_through(client));
        promised
    }

    /// Takes over what asynchronous pushes were answered; what is promised now.
    pub fn settle(&mut self) -> Vec<Number> {
        while let Ok((push, good)) = self.answers.try_recv() {
            if let Some(open) = self.open.get_mut(&push) {
                open.left -= 1;
                open.good &= good;
            }
        }
        let mut promised = Vec::new();
        for over in self.open.values_mut().filter(|open| open.left == 0) {
            if over.good { &mut promised } else { &mut self.waiting }.append(&mut over.values);
        }
        self.open.retain(|_, open| open.left > 0);
        promised
    }

    /// Held values are at the platform, or on disk, when nothing is held and nothing is queued any more: what is judged is queued, and
    /// leaves the queue when it is answered for.
    fn seen_through(&mut self, client: &Client) -> Vec<Number> {
        let (thing, subscribed) = (Text::from(THING), &client.things().subscribed);
        let gone = subscribed.held_count(&thing) == 0 && subscribed.queued(&thing).is_empty();
        if gone { std::mem::take(&mut self.held) } else { Vec::new() }
    }
}

/// Whether everything that was set is at the platform or on disk.
fn is_promised(pushed: &Result<(), PushError>) -> bool {
    matches!(pushed, Ok(()) | Err(PushError::Offline { .. }))
}
