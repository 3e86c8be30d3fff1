//! The platform of a site: what it takes, what it has got, and how it misbehaves.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use fastrand::Rng;
use twedge::model::{BaseType, InfoTable, Value};
use twedge::wire::MessageCode;
use twedge_platform::{
    Action, Answer, Builder, Fault, Limits, Platform, Point, PropertyDefinition, StartError, ThingDefinition, TlsSource,
};

use crate::promise::{Channel, KEY, NUMBER, THING, time_of};

/// A platform that keeps everything that it gets.
pub(crate) struct Keeper {
    platform: Arc<Platform>,
    /// The numbers of calls.
    calls: Arc<Mutex<Vec<u64>>>,
}

impl Keeper {
    pub fn start(tls: bool) -> Result<Self, StartError> {
        let builder = Platform::builder().app_key(KEY, "Administrator").thing(thing()).limits(keep_everything);
        let builder: Builder = if tls { builder.tls(TlsSource::local()) } else { builder };
        let platform = Arc::new(builder.start_blocking()?);
        let calls = Arc::new(Mutex::new(Vec::new()));
        let noted = calls.clone();
        platform.stub_thing(THING, Channel::Call.name(), move |call| {
            noted.lock().unwrap_or_else(PoisonError::into_inner).extend(number_in(call.params.as_ref()));
            Answer::ok()
        });
        Ok(Self { platform, calls })
    }

    pub fn platform(&self) -> &Platform {
        &self.platform
    }

    /// Everything that has arrived on a channel, without values that have a wrong time stamp.
    pub fn arrived(&self, channel: Channel) -> Vec<u64> {
        match channel {
            Channel::Call => self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            Channel::Event => {
                let events = self.platform.events(THING);
                events.iter().filter_map(|event| number_in(event.data.as_ref())).collect()
            }
            Channel::Write => self.history(channel).into_iter().map(|(number, _)| number).collect(),
            _ => {
                let history = self.history(channel).into_iter();
                history.filter(|(number, time)| time_of(*number) == *time).map(|(number, _)| number).collect()
            }
        }
    }

    /// How much has arrived of each property that is pushed.
    pub fn lengths(&self) -> [usize; Channel::PUSHED.len()] {
        Channel::PUSHED.map(|channel| self.platform.history_length(THING, channel.name()))
    }

    fn history(&self, channel: Channel) -> Vec<(u64, i64)> {
        let history = self.platform.history(THING, channel.name());
        history.iter().filter_map(|sample| Some((number_of(&sample.value)?, sample.time))).collect()
    }

    /// Restarts the platform and has it misbehave now and then, until it is over; how often. It serves in the end.
    pub fn torment(&self, seed: u64, over: Arc<AtomicBool>) -> JoinHandle<u64> {
        let platform = self.platform.clone();
        thread::spawn(move || {
            let mut rng = Rng::with_seed(seed ^ 1);
            let mut count = 0;
            while pause(Duration::from_millis(rng.u64(300..2500)), &over) {
                count += 1;
                if rng.bool() {
                    platform.inject(misbehaviour(&mut rng));
                    continue;
                }
                if rng.bool() {
                    platform.kill()
                } else {
                    platform.stop()
                }
                pause(Duration::from_millis(rng.u64(..1000)), &over);
                while let Err(error) = platform.restart() {
                    eprintln!("{error}");
                    thread::sleep(Duration::from_millis(100));
                }
            }
            platform.end_faults();
            count
        })
    }
}

/// What the platform wants of the device.
fn thing() -> ThingDefinition {
    let number = || PropertyDefinition::new(BaseType::NUMBER);
    let pushed = Channel::PUSHED.into_iter().fold(ThingDefinition::new(THING), |thing, channel| {
        // Always; the device may have registered it otherwise.
        thing.property(channel.name(), number())
    });
    pushed.property(Channel::Write.name(), number().local())
}

fn keep_everything(limits: &mut Limits) {
    limits.history_values = usize::MAX;
    limits.history_bytes = usize::MAX;
    limits.events = usize::MAX;
    limits.transcript = 100;
}

fn number_in(table: Option<&InfoTable>) -> Option<u64> {
    number_of(table?.get(0, NUMBER.as_bytes())?)
}

fn number_of(value: &Value) -> Option<u64> {
    value.as_number().map(|number| number as u64)
}

/// False once it is over.
fn pause(length: Duration, over: &AtomicBool) -> bool {
    let end = Instant::now() + length;
    while !over.load(Ordering::SeqCst) {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return true;
        }
        thread::sleep(left.min(Duration::from_millis(20)));
    }
    false
}

fn misbehaviour(rng: &mut Rng) -> Fault {
    let point = match rng.u8(..12) {
        0 => Point::Auth,
        1 => Point::Bind,
        2 => Point::Synchronize,
        3 => Point::Service(Channel::Call.name().to_owned()),
        4 => Point::Event(Channel::Event.name().to_owned()),
        5 => Point::Write(Channel::Write.name().to_owned()),
        _ => Point::Push,
    };
    let action = match rng.u8(..6) {
        0 => Action::Answer(MessageCode::SERVICE_UNAVAILABLE, None),
        1 => Action::Delay(Duration::from_millis(rng.u64(..3000))),
        2 => Action::NoAnswer,
        3 => Action::Lose,
        4 => Action::Close(1011, "chaos".to_owned()),
        _ => Action::Drop,
    };
    Fault::once(point, action)
}
