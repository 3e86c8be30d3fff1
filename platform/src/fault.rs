//! Faults on purpose: what a platform or the network in between may do to a device.

use std::time::Duration;
use twedge::model::Text;
use twedge::wire::MessageCode;

/// Where a fault strikes. The six steps of the connection process are [`Connect`](Point::Connect),
/// [`Upgrade`](Point::Upgrade), [`Auth`](Point::Auth), [`Bind`](Point::Bind), [`Synchronize`](Point::Synchronize) and
/// [`Push`](Point::Push).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Point {
    /// A TCP connection was accepted; nothing has been read.
    Connect,
    /// An upgrade request is there.
    Upgrade,
    /// AUTH is there.
    Auth,
    /// BIND is there.
    Bind,
    /// UNBIND is there.
    Unbind,
    /// GetPropertySubscriptions is there.
    Synchronize,
    /// UpdateSubscribedPropertyValues is there.
    Push,
    /// The device calls this service.
    Service(String),
    /// The device reads this property of the platform.
    Read(String),
    /// The device writes this property of the platform.
    Write(String),
    /// The device fires this event.
    Event(String),
    /// Any request of the device (GET, PUT, POST, DELETE).
    Request,
    /// A ping is there.
    Ping,
}

/// What happens there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// The request has no effect and is answered with this code and reason. For pings: as [`Lose`](Action::Lose).
    Answer(MessageCode, Option<String>),
    /// The request has its effect, its answer comes so much later. Other traffic goes on.
    Delay(Duration),
    /// The request has its effect, but no answer.
    NoAnswer,
    /// The request has no effect and no answer, as if it had never come.
    Lose,
    /// The WebSocket is closed with this status and text; the request has no effect.
    Close(u16, String),
    /// TCP ends without a close frame; the request has no effect.
    Drop,
    /// From here on the connection stays open and nothing more is sent on it, pongs included.
    Silence,
    /// Instead of the answer these bytes go out as they are, as frames or whatever they are.
    Bytes(Vec<u8>),
    /// Answer to the upgrade with this HTTP status.
    HttpStatus(u16),
    /// The upgrade is answered with a wrong `Sec-WebSocket-Accept`.
    WrongAccept,
}

/// A fault that waits for its turn.
#[derive(Clone, Debug)]
pub struct Fault {
    pub(crate) point: Point,
    pub(crate) action: Action,
    /// Only for requests that name this thing.
    pub(crate) thing: Option<Text>,
    /// Occasions that are let pass first.
    pub(crate) skip: u32,
    /// Occasions at which it strikes; `None`: from then on always.
    pub(crate) times: Option<u32>,
}

impl Fault {
    /// A fault that strikes at every occasion.
    pub fn always(point: Point, action: Action) -> Self {
        Self { point, action, thing: None, skip: 0, times: None }
    }

    /// A fault that strikes at the next `times` occasions.
    pub fn times(times: u32, point: Point, action: Action) -> Self {
        Self { times: Some(times), ..Self::always(point, action) }
    }

    /// A fault that strikes at the next occasion.
    pub fn once(point: Point, action: Action) -> Self {
        Self::times(1, point, action)
    }

    /// Lets so many occasions pass first.
    pub fn after(mut self, occasions: u32) -> Self {
        self.skip = occasions;
        self
    }

    /// Only for requests that name this thing (BIND and UNBIND: among others).
    pub fn of_thing(mut self, name: &str) -> Self {
        self.thing = Some(name.into());
        self
    }
}

/// The number of a fault, to ask how often it has struck.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FaultId(pub(crate) u64);

/// The faults in force.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    next: u64,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    id: FaultId,
    fault: Fault,
    struck: u32,
}

impl Faults {
    pub fn add(&mut self, fault: Fault) -> FaultId {
        self.next += 1;
        let id = FaultId(self.next);
        self.entries.push(Entry { id, fault, struck: 0 });
        id
    }

    /// Takes a fault, or all of them, out of force. How often they have struck stays known.
    pub fn end(&mut self, id: Option<FaultId>) {
        for entry in self.entries.iter_mut().filter(|entry| id.is_none_or(|id| entry.id == id)) {
            entry.fault.times = Some(0);
        }
    }

    pub fn struck(&self, id: FaultId) -> u32 {
        self.entries.iter().find(|entry| entry.id == id).map_or(0, |entry| entry.struck)
    }

    /// What is to happen at one of these points, which describe the same occasion, the most specific first. The first
    /// fault that was added wins.
    pub fn strike(&mut self, points: &[Point], names: &[Text]) -> Option<Action> {
        let entry = self.entries.iter_mut().find(|entry| {
            let named = entry.fault.thing.as_ref().is_none_or(|thing| names.contains(thing));
            named && entry.fault.times != Some(0) && points.contains(&entry.fault.point)
        })?;
        if entry.fault.skip > 0 {
            entry.fault.skip -= 1;
            return None;
        }
        if let Some(times) = &mut entry.fault.times {
            *times -= 1;
        }
        entry.struck += 1;
        Some(entry.fault.action.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strikes_as_often_as_told() {
        let mut faults = Faults::default();
        let id = faults.add(Fault::times(2, Point::Auth, Action::Drop).after(1));
        let mut strike = || faults.strike(&[Point::Auth], &[]);
        assert_eq!([strike(), strike(), strike(), strike()], [None, Some(Action::Drop), Some(Action::Drop), None]);
        assert_eq!(faults.struck(id), 2);
        assert_eq!(faults.strike(&[Point::Bind], &[]), None);
    }

    #[test]
    fn only_for_the_thing_that_it_names() {
        let mut faults = Faults::default();
        let id = faults.add(Fault::always(Point::Bind, Action::Lose).of_thing("T1"));
        assert_eq!(faults.strike(&[Point::Bind], &["T2".into()]), None);
        assert_eq!(faults.strike(&[Point::Bind], &["T2".into(), "T1".into()]), Some(Action::Lose));
        faults.end(Some(id));
        assert_eq!(faults.strike(&[Point::Bind], &["T1".into()]), None);
        assert_eq!(faults.struck(id), 1);
    }
}
