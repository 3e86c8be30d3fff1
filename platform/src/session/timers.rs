//! What a connection does when time is up.

use super::{Flow, Session};
use crate::device::DeviceError;
use crate::finding::FindingKind;
use std::time::{Duration, Instant};

/// Later than any connection lasts.
const FAR: Duration = Duration::from_secs(365 * 24 * 3600);

/// The time so much later.
pub(super) fn after(start: Instant, wait: Duration) -> Instant {
    start.checked_add(wait.min(FAR)).unwrap_or(start)
}

impl Session {
    /// When there is something to do, whatever comes in until then.
    pub(super) fn next_deadline(&self) -> Instant {
        let timers = &self.core.config().timers;
        let mut next = after(self.heard, timers.idle);
        let mut consider = |time: Option<Instant>| next = next.min(time.unwrap_or(next));
        consider(self.closing);
        consider(self.authenticated.is_none().then(|| after(self.started, timers.auth)));
        consider(timers.ping.map(|wait| after(self.heard.max(self.pinged), wait)));
        consider(self.assembler.next_expiry());
        consider(self.pending.values().map(|pending| pending.deadline).min());
        next
    }

    /// Does what is due.
    pub(super) fn time_is_up(&mut self, now: Instant) -> Flow {
        if self.closing.is_some_and(|end| end <= now) {
            return Flow::End;
        }
        self.expire_chunks(now);
        self.expire_requests(now);
        if self.closing.is_some() {
            return Flow::Go;
        }
        let timers = &self.core.config().timers;
        if self.authenticated.is_none() && after(self.started, timers.auth) <= now {
            self.find(FindingKind::AuthTimeout, format!("no successful AUTH within {:?}", timers.auth));
            return self.close(1008, "not authenticated in time");
        }
        if after(self.heard, timers.idle) <= now {
            self.find(FindingKind::Idle, format!("nothing was heard for {:?}", timers.idle));
            return self.close(1001, "idle");
        }
        if timers.ping.is_some_and(|wait| after(self.heard.max(self.pinged), wait) <= now) {
            self.pinged = now;
            let sent = self.out.ping(b"idle");
            return self.sent(sent);
        }
        Flow::Go
    }

    fn expire_chunks(&mut self, now: Instant) {
        for header in self.assembler.expire(now) {
            let detail = format!("{} {} never became complete", header.code, header.request_id);
            self.find(FindingKind::IncompleteMessage, detail);
            if let Some(pending) = self.pending.remove(&header.request_id).filter(|_| header.code.is_response()) {
                let _ = pending.reply.send(Err(DeviceError::Undecodable));
            }
        }
    }

    fn expire_requests(&mut self, now: Instant) {
        let overdue: Vec<u32> =
            self.pending.iter().filter(|(_, pending)| pending.deadline <= now).map(|(id, _)| *id).collect();
        for id in overdue {
            let Some(pending) = self.pending.remove(&id) else { continue };
            let detail = format!("{} of {}, request {id}, after {:?}", pending.name, pending.entity, pending.timeout);
            self.find(FindingKind::Unanswered, detail);
            let _ = pending.reply.send(Err(DeviceError::TimedOut(pending.timeout)));
        }
    }
}
