//! The numbers: setting, pushing, sending, telling.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use fastrand::Rng;
use twedge::client::Client;
use twedge::connection::RequestError;
use twedge::model::{InfoTable, Text, Value};
use twedge::things::{PropertyValue, SetError, Taken};
use twedge::wire::{Characteristic, EntityType, MessageCode, Request};
use twedge_chaos::promise::{self, Channel, NUMBER, THING};

use crate::options::Options;
use crate::pushes::{Number, Pushes};

/// Sets, pushes, sends, goes offline and comes back, as the seed decides.
pub struct Producer<'a> {
    client: &'a Client,
    options: &'a Options,
    online: &'a AtomicBool,
    rng: Rng,
    told: File,
    last: u64,
    queue_limit: u32,
    pushes: Pushes,
}

impl<'a> Producer<'a> {
    pub fn new(client: &'a Client, options: &'a Options, online: &'a AtomicBool) -> io::Result<Self> {
        let mut rng = Rng::with_seed(options.seed);
        let queue_limit = if rng.u8(..4) == 0 { 4096 } else { 1 << 20 };
        client.set_queue_limit(queue_limit);
        let told = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        let (last, pushes) = (options.first, Pushes::new());
        Ok(Self { client, options, online, rng, told, last, queue_limit, pushes })
    }

    pub fn run(&mut self, stop: &AtomicBool) -> io::Result<()> {
        while !stop.load(Ordering::SeqCst) {
            for _ in 0..self.rng.u8(1..8) {
                self.set()?;
            }
            // Sometimes values wait in RAM for longer than one round.
            if self.rng.u8(..4) > 0 {
                let promised = match self.options.asynchronous {
                    true => self.pushes.push_async(self.client, self.queue_limit),
                    false => self.pushes.push(self.client),
                };
                promised.into_iter().try_for_each(|number| self.tell(number))?;
            }
            if self.rng.u8(..4) == 0 {
                self.send()?;
            }
            self.go_on_or_off();
            thread::sleep(Duration::from_millis(self.rng.u64(..25)));
        }
        Ok(())
    }

    fn number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// Each line is one write: a kill leaves none of it or all.
    fn tell(&mut self, (channel, number): Number) -> io::Result<()> {
        self.told.write_all(promise::line(channel, number).as_bytes())
    }

    fn set(&mut self) -> io::Result<()> {
        let channel = Channel::PUSHED[self.rng.usize(..Channel::PUSHED.len())];
        let number = self.number();
        let value = PropertyValue::new(channel.name(), Value::Number(number as f64), promise::time_of(number));
        match self.client.set(THING, value, channel == Channel::Folded) {
            Ok(Taken::Queued | Taken::Folded | Taken::Held) if self.options.every_value => {
                self.tell((channel, number))?
            }
            Ok(Taken::Held) => self.pushes.hold((channel, number)),
            // Perhaps held and not stored: the code of a push says nothing about it then.
            Err(SetError::Push(_)) if channel == Channel::Held => self.pushes.hold((channel, number)),
            // Taken; or taken, and there was no room on the disk.
            Ok(Taken::Queued | Taken::Folded) | Err(SetError::Push(_)) => self.pushes.add((channel, number)),
            Ok(Taken::Rejected) | Err(_) => {}
        }
        Ok(())
    }

    /// A message is promised when it is answered with success, or stored.
    fn send(&mut self) -> io::Result<()> {
        let channel = Channel::MESSAGES[self.rng.usize(..Channel::MESSAGES.len())];
        let number = self.number();
        let (method, request) = request(channel, number);
        let promised = match self.client.request(method, request) {
            Ok(answer) => answer.code() == MessageCode::SUCCESS,
            Err(error) => error == RequestError::Stored,
        };
        if promised { self.tell((channel, number)) } else { Ok(()) }
    }

    fn go_on_or_off(&mut self) {
        match self.rng.u8(..100) {
            0..2 => {
                self.online.store(false, Ordering::SeqCst);
                self.client.disconnect("a pause");
            }
            2..6 => self.online.store(true, Ordering::SeqCst),
            _ => {}
        }
    }
}

fn request(channel: Channel, number: u64) -> (MessageCode, Request) {
    let (method, characteristic, parameter) = match channel {
        Channel::Call => (MessageCode::POST, Characteristic::SERVICES, NUMBER),
        Channel::Event => (MessageCode::POST, Characteristic::EVENTS, NUMBER),
        _ => (MessageCode::PUT, Characteristic::PROPERTIES, channel.name()),
    };
    let request = Request {
        entity_type: EntityType::THING,
        entity: Text::from(THING),
        characteristic,
        name: Text::from(channel.name()),
        headers: Vec::new(),
        params: Some(InfoTable::single(parameter, Value::Number(number as f64))),
    };
    (method, request)
}
