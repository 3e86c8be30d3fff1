//! Requests to the platform, and answers to its requests.

use std::time::{Duration, Instant};

use super::answer::{Callback, Outcome};
use super::application::{Incoming, Reply};
use super::dispatch::Item;
use super::encode::{cut, encode, unsendable};
use super::error::RequestError;
use super::outbox::{Command, Link, Refusal};
use super::settings::RequestOptions;
use super::shared::{Shared, deadline, next_request_id};
use super::synchronize;
use crate::wire::{self, Body, Header, Message, MessageCode, NO_SESSION, Request, Response};

impl Shared {
    /// A request and its answer.
    pub fn request(&self, code: MessageCode, request: Request, options: RequestOptions) -> Outcome {
        let kept = self.keep(code, &request, options);
        let outcome = self.try_request(code, request, options);
        match kept {
            Some(kept) => kept.end(self, outcome),
            None => outcome,
        }
    }

    fn try_request(&self, code: MessageCode, request: Request, options: RequestOptions) -> Outcome {
        let link = self.link_for(options)?;
        let timeout = options.timeout.unwrap_or_else(|| self.settings().message_timeout);
        let body = Body::Request(request);
        if timeout.is_zero() {
            self.send(&link, code, body, self.settings().message_timeout)?;
            return Err(RequestError::TimedOut(timeout));
        }
        let outcome = self.exchange(&link, code, body, timeout, |_| true);
        if outcome == Err(RequestError::ConnectionLost) {
            self.deliver_events_if_silent();
        }
        outcome
    }

    /// A request whose outcome goes to a callback. The callback is not called when this fails.
    pub fn request_async(
        &self,
        code: MessageCode,
        request: Request,
        options: RequestOptions,
        callback: Callback,
    ) -> Result<u32, RequestError> {
        let kept = self.keep(code, &request, options);
        let sent = self.try_request_async(code, request, options, callback);
        match kept {
            Some(kept) => kept.end(self, sent),
            None => sent,
        }
    }

    fn try_request_async(
        &self,
        code: MessageCode,
        request: Request,
        options: RequestOptions,
        callback: Callback,
    ) -> Result<u32, RequestError> {
        let link = self.link_for(options)?;
        let timeout = options.timeout.unwrap_or_else(|| self.settings().message_timeout);
        let now = Instant::now();
        let id = next_request_id();
        let messages = self.encode(&link, header(code, id, link.session_id), Body::Request(request))?;
        if self.in_flight.enter_callback(id, link.id, callback, deadline(now, timeout), timeout) {
            self.tasker.raise();
        }
        match self.outbox.send(link.id, messages, deadline(now, timeout)) {
            // An entry that is not there any more was ended by the loss of the link: its callback is on its way.
            Err(refusal) if self.in_flight.withdraw(id) => Err(refused(refusal, timeout)),
            _ => Ok(id),
        }
    }

    fn link_for(&self, options: RequestOptions) -> Result<Link, RequestError> {
        if self.owner.is_foreign() {
            return Err(RequestError::Forked);
        }
        if self.online().is_none() && options.force_connect {
            if let Err(error) = self.force_connect() {
                log::warn!("the forced connect has failed: {error}");
            }
        }
        let link = self.online().ok_or(RequestError::NotConnected)?;
        self.send_stored(&link);
        Ok(link)
    }

    /// Sends a message on a link and waits for its answer. `waiting` is told the id before the waiting begins and may forbid it.
    pub fn exchange(
        &self,
        link: &Link,
        code: MessageCode,
        body: Body,
        timeout: Duration,
        waiting: impl FnOnce(u32) -> bool,
    ) -> Outcome {
        let id = next_request_id();
        let session = if code == MessageCode::AUTH { NO_SESSION } else { link.session_id };
        let messages = self.encode(link, header(code, id, session), body)?;
        self.exchange_encoded(link, id, messages, timeout, waiting)
    }

    fn exchange_encoded(
        &self,
        link: &Link,
        id: u32,
        messages: Vec<Vec<u8>>,
        timeout: Duration,
        waiting: impl FnOnce(u32) -> bool,
    ) -> Outcome {
        let until = deadline(Instant::now(), timeout);
        let slot = self.in_flight.enter_blocked(id, link.id);
        if !waiting(id) {
            self.in_flight.withdraw(id);
            return Err(RequestError::Interrupted);
        }
        if let Err(refusal) = self.outbox.send(link.id, messages, until) {
            self.in_flight.withdraw(id);
            return Err(refused(refusal, timeout));
        }
        self.in_flight.wait(id, &slot, until, timeout)
    }

    /// Sends a message whose answer nobody waits for.
    fn send(&self, link: &Link, code: MessageCode, body: Body, timeout: Duration) -> Result<(), RequestError> {
        self.send_message(link, Message { header: header(code, next_request_id(), link.session_id), body }, timeout)
    }

    fn send_message(&self, link: &Link, message: Message, timeout: Duration) -> Result<(), RequestError> {
        let messages = encode(&message, link, &self.settings())?;
        self.send_encoded(link, messages, timeout)
    }

    fn send_encoded(&self, link: &Link, messages: Vec<Vec<u8>>, timeout: Duration) -> Result<(), RequestError> {
        self.outbox
            .send(link.id, messages, deadline(Instant::now(), timeout))
            .map_err(|refusal| refused(refusal, timeout))
    }

    /// Sends a message as it is, but for the session id, and does not wait for an answer. AUTH is sent without a session.
    pub fn send_prepared(&self, mut message: Message) -> Result<(), RequestError> {
        if self.owner.is_foreign() {
            return Err(RequestError::Forked);
        }
        let auth = message.header.code == MessageCode::AUTH;
        let link = if auth { self.outbox.link() } else { self.online() }.ok_or(RequestError::NotConnected)?;
        message.header.session_id = if auth { NO_SESSION } else { link.session_id };
        self.send_message(&link, message, self.settings().message_timeout)
    }

    /// Sends a message whose body is encoded already, with the session id of the link, and does not wait for an answer.
    pub fn send_body(&self, header: Header, body: &[u8]) -> Result<(), RequestError> {
        let sent = self
            .encode_body(header, body)
            .and_then(|(link, messages)| self.send_encoded(&link, messages, self.settings().message_timeout));
        self.store_unsent(&header, body, sent)
    }

    /// The same, and waits for the answer.
    pub fn exchange_body(&self, header: Header, body: &[u8], timeout: Option<Duration>) -> Outcome {
        let timeout = timeout.unwrap_or_else(|| self.settings().message_timeout);
        let outcome = self
            .encode_body(header, body)
            .and_then(|(link, messages)| self.exchange_encoded(&link, header.request_id, messages, timeout, |_| true));
        self.store_unsent(&header, body, outcome)
    }

    /// AUTH is sent without a session. A link without a session id leaves the one that the message has.
    fn encode_body(&self, mut header: Header, body: &[u8]) -> Result<(Link, Vec<Vec<u8>>), RequestError> {
        if self.owner.is_foreign() {
            return Err(RequestError::Forked);
        }
        let is_auth = header.code == MessageCode::AUTH;
        let link = if is_auth { self.outbox.link() } else { self.online() }.ok_or(RequestError::NotConnected)?;
        if is_auth {
            header.session_id = NO_SESSION;
        } else if link.session_id != 0 {
            header.session_id = link.session_id;
        }
        if !is_auth {
            self.send_stored(&link);
        }
        let messages = wire::encode_with_body(&header, body, &cut(&link, &self.settings())).map_err(unsendable)?;
        Ok((link, messages))
    }

    /// Enters a callback for the answer to a message that is sent by other means than [`Shared::request_async`]. It outlives the link.
    pub fn expect(&self, id: u32, until: Instant, callback: Callback) {
        const NO_LINK: u64 = 0;
        let timeout = until.saturating_duration_since(Instant::now());
        if self.in_flight.enter_callback(id, NO_LINK, callback, until, timeout) {
            self.tasker.raise();
        }
    }

    /// Sends messages that are encoded already.
    pub fn send_raw(&self, messages: Vec<Vec<u8>>) -> Result<(), RequestError> {
        if self.owner.is_foreign() {
            return Err(RequestError::Forked);
        }
        let link = self.online().ok_or(RequestError::NotConnected)?;
        self.send_encoded(&link, messages, self.settings().message_timeout)
    }

    fn encode(&self, link: &Link, header: Header, body: Body) -> Result<Vec<Vec<u8>>, RequestError> {
        encode(&Message { header, body }, link, &self.settings())
    }

    /// Answers a request of the platform. What is too large, or cannot be encoded, is answered with a code that says so.
    pub fn respond(&self, incoming: &Incoming, reply: Reply) -> Result<(), RequestError> {
        if self.owner.is_foreign() {
            return Err(RequestError::Forked);
        }
        let link = self.outbox.link().filter(|link| link.id == incoming.link).ok_or_else(|| {
            log::debug!("the answer to request {} comes too late: its link is gone", incoming.header.request_id);
            RequestError::NotConnected
        })?;
        let timeout = self.settings().message_timeout;
        match self.send_message(&link, response(&link, &incoming.header, reply), timeout) {
            Err(error @ (RequestError::TooLarge(_) | RequestError::NotEncoded(_))) => {
                log::error!(
                    "the answer to {} of {} is not sent: {error}",
                    incoming.request.name,
                    incoming.request.entity
                );
                let code = match error {
                    RequestError::TooLarge(_) => MessageCode::ENTITY_TOO_LARGE,
                    _ => MessageCode::INTERNAL_SERVER_ERROR,
                };
                self.send_message(&link, response(&link, &incoming.header, Reply::code(code)), timeout)
            }
            sent => sent,
        }
    }

    /// Does one thing that waits for a message handler. False when there is none.
    pub fn handle_next(&self, responses_only: bool) -> bool {
        match self.dispatch.pop(responses_only) {
            None => return false,
            Some(Item::Response(completed)) => completed.report(),
            Some(Item::Request(incoming)) => self.serve(&incoming),
        }
        true
    }

    fn serve(&self, incoming: &Incoming) {
        let notified = synchronize::is_notification(&incoming.request).then_some(&incoming.request.entity);
        if let Some(thing) = notified {
            self.synchronizer.answering(thing);
        }
        if let Some(reply) = self.application.handle_request(incoming) {
            if let Err(error) = self.respond(incoming, reply) {
                let Request { name, entity, .. } = &incoming.request;
                log::warn!("the answer to {name} of {entity} is lost: {error}");
            }
        }
        if let Some(thing) = notified {
            self.synchronizer.answered(thing);
            self.tasker.raise();
        }
    }

    /// Tells the callbacks of asynchronous requests whose time is up.
    pub fn report_overdue(&self, now: Instant) {
        for completed in self.in_flight.expire(now) {
            completed.report();
        }
    }

    /// Sends a ping or a pong of the application's own.
    pub fn control(&self, make: impl FnOnce(u64) -> Command) -> Result<(), RequestError> {
        if self.owner.is_foreign() {
            return Err(RequestError::Forked);
        }
        let link = self.outbox.link().ok_or(RequestError::NotConnected)?;
        self.outbox.control(link.id, make(link.id)).map_err(|refusal| refused(refusal, Duration::ZERO))
    }
}

fn header(code: MessageCode, request_id: u32, session_id: u32) -> Header {
    Header { version: 1, code, request_id, endpoint_id: 0, session_id }
}

/// The message that answers a request: request id and endpoint id repeated, our session id, or the request's if ours is 0
/// (protocol.md 3.3).
pub(super) fn response(link: &Link, to: &Header, reply: Reply) -> Message {
    let code = if reply.code.is_response() {
        reply.code
    } else {
        log::error!("a handler has returned {:?}, which is no answer: INTERNAL_SERVER_ERROR is sent", reply.code);
        MessageCode::INTERNAL_SERVER_ERROR
    };
    let session_id = if link.session_id == 0 { to.session_id } else { link.session_id };
    Message {
        header: Header { version: 1, code, request_id: to.request_id, endpoint_id: to.endpoint_id, session_id },
        body: Body::Response(Response { reason: reply.reason, content: reply.content }),
    }
}

pub(super) fn refused(refusal: Refusal, timeout: Duration) -> RequestError {
    match refusal {
        Refusal::NoLink => RequestError::NotConnected,
        Refusal::Full => RequestError::NotSent(timeout),
    }
}
