//! BIND and UNBIND: which names go into which message, and who is told.

use std::time::{Duration, Instant};

use super::application::BindEvent;
use super::encode::{cut, unsendable};
use super::error::RequestError;
use super::flags::Flag;
use super::outbox::Link;
use super::shared::{BindRetry, Shared, deadline};
use super::{backoff, steps};
use crate::model::Text;
use crate::wire::{Body, MessageCode, bind_parts};

/// The time for the UNBINDs of a disconnect, all together (Q-C39).
const UNBIND_LIMIT: Duration = Duration::from_secs(2);

impl Shared {
    /// Sends names in as many BINDs or UNBINDs as needed. A refusal does not keep the others from being sent; the first one is
    /// reported. Without an answer there is no use in sending more.
    pub fn send_names(
        &self,
        link: &Link,
        code: MessageCode,
        names: &[Text],
        until: Option<Instant>,
        mut waiting: impl FnMut(u32) -> bool,
    ) -> Result<(), RequestError> {
        let gateway = self.gateway();
        let settings = self.settings();
        let mut result = Ok(());
        for names in bind_parts(gateway.as_ref(), names, &cut(link, &settings)).map_err(unsendable)? {
            let timeout = match until {
                Some(until) => until.saturating_duration_since(Instant::now()).min(settings.message_timeout),
                None => settings.message_timeout,
            };
            let body = Body::Bind { gateway: gateway.clone(), names: names.to_vec() };
            match self.exchange(link, code, body, timeout, &mut waiting).and_then(super::Answer::success) {
                Ok(_) => {}
                Err(error @ RequestError::Refused { .. }) => {
                    log::warn!("{code}: {error}");
                    result = result.and(Err(error));
                }
                Err(error) => return result.and(Err(error)),
            }
        }
        result
    }

    /// Binds names, if online. The application has recorded them, and is told when all were accepted.
    pub fn bind(&self, names: &[Text]) -> Result<(), RequestError> {
        if self.owner.is_foreign() {
            return Err(RequestError::Forked);
        }
        let Some(link) = self.online() else { return Ok(()) };
        if names.is_empty() {
            return Ok(());
        }
        self.send_names(&link, MessageCode::BIND, names, None, |_| true)?;
        self.application.on_bound(&BindEvent::Bound(names.to_vec()));
        Ok(())
    }

    /// Binds or unbinds all names that are recorded, and tells the application when all were accepted.
    pub fn bind_all(&self, unbind: bool) -> Result<(), RequestError> {
        if self.owner.is_foreign() {
            return Err(RequestError::Forked);
        }
        let names = self.application.bound_names();
        if !names.is_empty() {
            let link = self.online().ok_or(RequestError::NotConnected)?;
            let code = if unbind { MessageCode::UNBIND } else { MessageCode::BIND };
            self.send_names(&link, code, &names, None, |_| true)?;
        }
        self.application.on_bound(if unbind { &BindEvent::Disconnecting } else { &BindEvent::Connected });
        Ok(())
    }

    /// Unbinds a name that the application has forgotten; offline that is an error.
    pub fn unbind(&self, name: &Text) -> Result<(), RequestError> {
        if self.owner.is_foreign() {
            return Err(RequestError::Forked);
        }
        self.synchronizer.forget(Some(name));
        let link = self.online().ok_or(RequestError::NotConnected)?;
        self.send_names(&link, MessageCode::UNBIND, std::slice::from_ref(name), None, |_| true)?;
        self.application.on_bound(&BindEvent::Unbound(name.clone()));
        Ok(())
    }

    /// Binds again the names that were refused when the link was opened (Q-C31).
    pub fn retry_bind(&self, now: Instant) {
        let due = self.schedule().bind_retry.filter(|retry| retry.at <= now);
        let Some(retry) = due else { return };
        let Some(link) = self.online().filter(|link| link.id == retry.link) else { return };
        // A connect call binds as well.
        if self.driver.is_running() {
            return;
        }
        match steps::bind(self, &link) {
            Ok(()) => {
                {
                    let mut schedule = self.schedule();
                    schedule.bind_retry = None;
                    self.arm_reconnects(&schedule);
                }
                self.application.on_bound(&BindEvent::Connected);
            }
            Err(error) => {
                let failures = retry.failures.saturating_add(1);
                let pause = backoff::pause_after(failures, &self.settings());
                log::warn!("bind: {error}; again in {pause:?}");
                let mut schedule = self.schedule();
                if schedule.bind_retry.is_some_and(|current| current.link == retry.link) {
                    schedule.bind_retry = Some(BindRetry { failures, at: deadline(Instant::now(), pause), ..retry });
                }
            }
        }
    }

    /// Unbinds everything, closes the link and tells the application, which it does without a link as well (Q-C34). Ends a connect loop
    /// first.
    pub fn disconnect(&self, reason: &[u8]) {
        if self.owner.is_foreign() {
            return;
        }
        // Set before the stop: a connect loop that begins after it looks at the flag and gives up.
        {
            let mut schedule = self.schedule();
            schedule.disconnected = true;
            self.flags.set(Flag::ManuallyDisconnected, true);
        }
        self.stop_connecting();
        self.driver.wait_for_end(UNBIND_LIMIT);
        self.deliver_events();
        let names = self.application.bound_names();
        let unbound = match self.online() {
            _ if names.is_empty() => true,
            None => false,
            Some(link) => {
                let until = deadline(Instant::now(), UNBIND_LIMIT);
                let unbound = self.send_names(&link, MessageCode::UNBIND, &names, Some(until), |_| true);
                if let Err(error) = &unbound {
                    log::warn!("unbind: {error}");
                }
                unbound.is_ok()
            }
        };
        if unbound {
            self.application.on_bound(&BindEvent::Disconnecting);
        }
        self.schedule().bind_retry = None;
        if !self.close_link(None, 1000, reason) {
            self.flags.set(Flag::Authenticated, false);
            self.tell(super::events::Event::Closed(super::connect::close_text(1000, reason)));
        }
        self.deliver_events();
    }
}
